"""月次計算書: the workbook of a month, from the cover with its control totals to the associations."""

from exports.formats.sheet import Workbook
from exports.reports import associations, balance, cover, decisions, entries, fees_held, general_ledger, settlements
from ledger.i18n import _
from ledger.statements.fees_held import HELD
from ledger.statements.month import MonthStatement


def workbook(statement: MonthStatement, *, form: int = 3) -> Workbook:
    """The workbook of a month. The same statement, in the same language, gives the same bytes.

    `form` is that of its stamp: before the third the cover was another.
    """
    period = (statement.month.first, statement.month.last)
    in_ledger = sum(change.closing.balance for change in statement.changes if change.closing.code in HELD)
    seal = None if statement.closed is None else statement.closed.head
    sheets = (
        balance.month(statement.changes, statement.chart, period),
        entries.month(statement.entries, statement.chart, period),
        general_ledger.month(statement.ledger, statement.chart, period),
        fees_held.month(statement.held, in_ledger, period),
        settlements.month(statement.returns, period),
        decisions.month(statement.decided, statement.owners, statement.month.last),
        associations.month(statement.associations, period),
    )
    front = cover.before_third_form(statement, seal) if form < 3 else cover.month(statement, sheets)
    return Workbook(
        title=_("Monthly statement {month}", month=str(statement.month)),
        made_on=statement.month.last,
        sheets=(front, *sheets),
    )
