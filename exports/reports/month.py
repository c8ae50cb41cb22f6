"""月次計算書: the workbook of a month, from the cover with its control totals to the corrections."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from exports.formats.sheet import Sheet, Workbook
from exports.reports import (
    associations,
    balance,
    bank,
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
from exports.reports.reissue import Version
from ledger.booking.bank_compared import BankComparison, comparison
from ledger.booking.billed import BilledLine, billed
from ledger.codes import Account
from ledger.dates import Month
from ledger.i18n import N_, _
from ledger.statements.fees_held import HELD
from ledger.statements.month import MonthStatement, month_statement

NOTHING = N_("There was nothing of this kind in the month.")

# Of each sheet of a file that was handed out, the keys of the columns of its tables.
EarlierColumns = Mapping[str, list[list[str]]]


def made(
    connection: Connection,
    month: Month,
    *,
    form: int = 3,
    earlier: EarlierColumns | None = None,
    version: Version | None = None,
) -> Workbook:
    """The workbook of a month as the books say it now; see `workbook`."""
    statement = month_statement(connection, month)
    lines = billed(connection, month.first, month.last)
    compared = comparison(connection, month.first, month.last)
    since = () if version is None else version.since(connection, statement)
    return workbook(statement, lines, compared, form=form, earlier=earlier, version=version, since=since)


def workbook(
    statement: MonthStatement,
    lines: Sequence[BilledLine],
    compared: BankComparison,
    *,
    form: int = 3,
    earlier: EarlierColumns | None = None,
    version: Version | None = None,
    since: tuple[Sheet, ...] = (),
) -> Workbook:
    """The workbook of a month. The same statement, in the same language, gives the same bytes.

    `lines` are those that the authority billed, `compared` those of the bank beside the books. `form` is that of its
    stamp: before the third the cover was another.
    `earlier` are the columns of a file of an earlier version, to which this one is compared: controls whose sheet it
    lacks are left out, and rows stand in the order that it has. `version` is the one as which it is handed out, None
    while the month is open, and the sheet of `since` says what has changed since the one before.
    """
    lacking = set() if earlier is None else {sheet for sheet in _NEW if sheet not in earlier}
    told = tuple(_or_nothing(sheet, empty, lacking) for sheet, empty in _sheets(statement, lines, compared, earlier))
    basis = None if version is None else version.basis
    listed = (*since, *(sheet for sheet in told if earlier is None or sheet.name in earlier))
    seal = None if statement.closed is None else statement.closed.head
    front = cover.before_third_form(statement, seal, lacking) if form < 3 else cover.month(statement, listed, basis)
    return Workbook(
        title=_("Monthly statement {month}", month=statement.month),
        made_on=statement.month.last,
        sheets=(front, *since, *told),
    )


# The sheets that the workbooks of versions before 0.2 lack.
_NEW = (
    *(balance.SECTIONS, subsidiary.NAME, deposits.REPORT.title, suspense.NAME, bill.OF_MONTH),
    *(corrections.NAME, late.NAME),
)


def _sheets(
    statement: MonthStatement,
    lines: Sequence[BilledLine],
    compared: BankComparison,
    earlier: EarlierColumns | None,
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
    yield bank.of_month(compared, period), not compared.rows and compared.told is None
    in_suspense = closing[Account.SUSPENSE]
    by_age = earlier is None or any("age" in keys for keys in earlier.get(suspense.NAME, []))
    yield suspense.month(details.suspense, in_suspense, period, by_age=by_age), not details.suspense
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
