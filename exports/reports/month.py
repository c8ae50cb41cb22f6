"""月次計算書: the workbook of a month, from the cover with its control totals to the corrections."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from exports.formats.sheet import Sheet, Workbook
from exports.reports import (
    associations,
    balance,
    bill,
    corrections,
    cover,
    decisions,
    deposits,
    entries,
    fees_held,
    general_ledger,
    late,
    settlements,
    subsidiary,
    suspense,
)
from ledger.booking.billed import BilledLine, billed
from ledger.codes import Account
from ledger.dates import Month
from ledger.i18n import N_, _
from ledger.statements.fees_held import HELD
from ledger.statements.month import MonthStatement, month_statement

NOTHING = N_("There was nothing of this kind in the month.")

# Of each sheet of a file that was handed out, the keys of the columns of its tables.
EarlierColumns = Mapping[str, list[list[str]]]


def made(connection: Connection, month: Month, *, form: int = 3, earlier: EarlierColumns | None = None) -> Workbook:
    """The workbook of a month as the books say it now; see `workbook`."""
    statement = month_statement(connection, month)
    lines = billed(connection, month.first, month.last)
    return workbook(statement, lines, form=form, earlier=earlier)


def workbook(
    statement: MonthStatement,
    lines: Sequence[BilledLine],
    *,
    form: int = 3,
    earlier: EarlierColumns | None = None,
) -> Workbook:
    """The workbook of a month. The same statement, in the same language, gives the same bytes.

    `lines` are those that the authority billed. `form` is that of its stamp: before the third the cover was another.
    `earlier` are the columns of a file of an earlier version, to which this one is compared: controls whose sheet it
    lacks are left out, and rows stand in the order that it has.
    """
    lacking = set() if earlier is None else {sheet for sheet in _NEW if sheet not in earlier}
    sheets = tuple(_or_nothing(sheet, empty, lacking) for sheet, empty in _sheets(statement, lines, earlier))
    seal = None if statement.closed is None else statement.closed.head
    front = cover.before_third_form(statement, seal, lacking) if form < 3 else cover.month(statement, sheets)
    return Workbook(
        title=_("Monthly statement {month}", month=str(statement.month)),
        made_on=statement.month.last,
        sheets=(front, *sheets),
    )


# The sheets that the workbooks of versions before 0.2 lack.
_NEW = (
    *(balance.SECTIONS, subsidiary.NAME, deposits.REPORT.title, suspense.NAME, bill.OF_MONTH),
    *(corrections.NAME, late.NAME),
)


def _sheets(
    statement: MonthStatement, lines: Sequence[BilledLine], earlier: EarlierColumns | None
) -> Iterator[tuple[Sheet, bool]]:
    """Each sheet after the cover, and whether there is nothing on it."""
    period, details, chart = (statement.month.first, statement.month.last), statement.details, statement.chart
    closing = {change.closing.code: change.closing.balance for change in statement.changes}
    moved = any(change.closing.debit or change.closing.credit for change in statement.changes)
    by_day = earlier is None or any("file_line" in keys for keys in earlier.get(settlements.NAME, []))
    yield balance.month(statement.changes, chart, period), False
    yield balance.sections(statement.changes, period), not moved
    yield entries.month(statement.entries, chart, period), not statement.entries
    ledgers = [ledger for ledger in statement.ledger if ledger.lines or ledger.opening.balance]
    yield general_ledger.month(ledgers, chart, period), not ledgers
    parts = any(ledger.parts for ledger in details.subsidiary)
    yield subsidiary.month(details.subsidiary, chart, statement.owners, period), not parts
    yield deposits.month(statement.received, period), not statement.received
    in_suspense = closing[Account.SUSPENSE]
    yield suspense.month(details.suspense, in_suspense, period), not details.suspense
    in_ledger = sum(closing[code] for code in HELD)
    yield fees_held.month(statement.held, (statement.held.left, in_ledger), period), not statement.held
    yield settlements.month(statement.returns, period, by_day=by_day), not statement.returns
    yield bill.of_month(lines, details.payable, statement.owners, period), not lines
    yield decisions.month(statement.decided, statement.owners, statement.month.last), not statement.decided
    yield associations.month(statement.associations, period), not statement.associations
    yield corrections.month(statement.corrections, period), not statement.corrections
    yield late.month(statement.late, period), not statement.late


def _or_nothing(sheet: Sheet, empty: bool, lacking: Collection[str]) -> Sheet:
    """The sheet, which says so where there is nothing on it; those of before did not."""
    return replace(sheet, notes=(NOTHING, *sheet.notes)) if empty and not lacking else sheet
