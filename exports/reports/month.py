"""月次計算書: the workbook of a month, from the cover with its control totals to the associations."""

from exports.formats.sheet import Workbook
from exports.reports import associations, balance, cover, decisions, entries, fees_held, general_ledger, settlements
from ledger.i18n import _
from ledger.statements.fees_held import HELD
from ledger.statements.month import MonthStatement


def workbook(statement: MonthStatement, *, seal: str | None = None) -> Workbook:
    """The workbook of a month. The same statement, in the same language, gives the same bytes.

    `seal` is the head of the chain that the month was closed with; a month that is still open has none.
    """
    period = (statement.month.first, statement.month.last)
    in_ledger = sum(change.closing.balance for change in statement.changes if change.closing.code in HELD)
    return Workbook(
        title=_("Monthly statement {month}", month=str(statement.month)),
        made_on=statement.month.last,
        sheets=(
            cover.month(statement, seal),
            balance.month(statement.changes, statement.chart, period),
            entries.month(statement.entries, statement.chart, period),
            general_ledger.month(statement.ledger, statement.chart, period),
            fees_held.month(statement.held, in_ledger, period),
            settlements.month(statement.returns, period),
            decisions.month(statement.decided, statement.owners, statement.month.last),
            associations.month(statement.associations, period),
        ),
    )
