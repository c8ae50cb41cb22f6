"""年次計算書: a fiscal year month by month, and its ledgers from the first day to the last."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from exports.formats.formulas import added
from exports.formats.sheet import Sheet, Workbook
from exports.reports import (
    balance,
    corrections,
    cover,
    fees_held,
    general_ledger,
    late,
    settlements,
    subsidiary,
    suspense,
)
from exports.reports.reissue import Version
from exports.reports.report import Column, Subtotal, Table, sheet
from ledger import i18n
from ledger.audit.issued import Basis
from ledger.codes import Account
from ledger.dates import FiscalYear
from ledger.i18n import N_, _
from ledger.statements.fees_held import HELD
from ledger.statements.year import AccountMonths, YearStatement, year_statement

TITLE = N_("Statement of a year")
BALANCES = N_("Balances by month")
MOVEMENTS = N_("Movements by month")
FEES = N_("Fees by month")
NOTHING = N_("There was nothing of this kind in the year.")

# The controls that speak of the sheets of a year; the others are those of its months.
_CONTROLS = (
    *("debits_and_credits", "balances", "account", "parts", "below_zero", "subsidiary", "suspense", "fees_held"),
    *("refunds_open", "refunds_came_back", "credits_open", "bank_balance"),
)
# What the columns of a month are called over a year.
_TITLES = {
    "Brought forward": general_ledger.OF_YEAR.brought_forward,
    "Received": N_("Received in the year"),
    "Carried forward": general_ledger.OF_YEAR.carried_forward,
}


def made(connection: Connection, year: FiscalYear, version: Version | None = None) -> Workbook:
    """The workbook of a fiscal year as the books say it now. The same books, in the same language: the same bytes.

    `version` is the one as which it is handed out, None while the year is not closed.
    """
    statement = year_statement(connection, year)
    since = () if version is None else version.since(connection, statement.whole)
    return Workbook(
        title=_("Statement of the year {year}", year=year),
        made_on=year.last,
        sheets=(
            _cover(statement, None if version is None else version.basis),
            *since,
            *(replace(sheet, notes=(NOTHING,)) if empty else sheet for sheet, empty in _sheets(statement)),
        ),
    )


def _cover(statement: YearStatement, basis: Basis | None) -> Sheet:
    controls = [control for control in statement.whole.controls if control.code in _CONTROLS]
    failed = sum(control.holds is False for control in controls)
    agreement = _("{count} control totals do not agree", count=failed) if failed else _("All control totals agree")
    block = cover.controls_block(controls, statement.whole.chart)
    blocks = (block, *cover.version_blocks(basis))
    portrait = basis is not None  # so that it is one page
    period = _period(statement)
    return sheet(cover.NAME, *blocks, title=TITLE, subtitle=agreement, period=period, landscape=not portrait)


def _period(statement: YearStatement) -> tuple[date, date]:
    return statement.year.first, statement.year.last


def _sheets(statement: YearStatement) -> Iterator[tuple[Sheet, bool]]:
    """Each sheet after the cover, and whether there is nothing on it."""
    period, whole, wording = _period(statement), statement.whole, general_ledger.OF_YEAR
    accounts = [row for row in statement.accounts if row.account.closing.debit or row.account.closing.credit]
    closing = {change.closing.code: change.closing.balance for change in whole.changes}
    yield balance.closing(whole.changes, whole.chart, period), not accounts
    yield _balances(accounts, statement.year), not accounts
    yield _movements(accounts, statement.year), not accounts
    yield sheet(FEES, _FEES.block(statement.fees), period=period), not accounts
    ledgers = [ledger for ledger in whole.ledger if ledger.lines or ledger.opening.balance]
    yield general_ledger.month(ledgers, whole.chart, period, wording), not ledgers
    parts = any(ledger.parts for ledger in whole.details.subsidiary)
    yield subsidiary.month(whole.details.subsidiary, whole.chart, whole.owners, period, wording), not parts
    yield suspense.month(whole.details.suspense, closing[Account.SUSPENSE], period), not whole.details.suspense
    in_ledger = sum(closing[code] for code in HELD)
    yield fees_held.month(whole.held, (whole.held.left, in_ledger), period, _TITLES), not whole.held
    yield settlements.month(whole.returns, period), not whole.returns
    yield corrections.month(whole.corrections, period), not whole.corrections
    yield late.month(whole.late, period), not whole.late


# --- month by month -------------------------------------------------------------------------------------------------

_ACCOUNT = (
    Column("code", N_("Code"), "account.opening.code", width=8, importance=3),
    Column("account", N_("Account"), "account.opening.name", width=26, importance=3),
)
_SUBTOTAL = Subtotal(by=lambda row: row.account.opening.kind, title=lambda kind: _(balance.KINDS[kind]))


def _months(year: FiscalYear, of: Callable[[Any], tuple[int, ...]]) -> tuple[Column, ...]:
    """A column for each month, under the month's own name."""

    def at(nth: int) -> Callable[[Any], int]:
        return lambda row: of(row)[nth]

    return tuple(
        Column(f"month_{nth + 1}", i18n.format_month(month), at(nth), "yen", 13, total=True)
        for nth, month in enumerate(year.months)
    )


def _balances(accounts: list[AccountMonths], year: FiscalYear) -> Sheet:
    """What each account held when the year began and at the end of each month, on its own side."""
    before = Column(
        *("before", general_ledger.OF_YEAR.brought_forward, "account.opening.balance", "yen", 14), total=True
    )
    columns = (*_ACCOUNT, before, *_months(year, lambda row: row.left))
    table = Table(columns, subtotal=_SUBTOTAL, label_at="account")
    return replace(sheet(BALANCES, table.block(accounts), period=(year.first, year.last)), across=2)


def _movements(accounts: list[AccountMonths], year: FiscalYear) -> Sheet:
    """What was debited and what was credited to each account in each month, and in the year."""
    tables = (
        _moved(N_("Debits by month"), year, lambda row: row.debits),
        _moved(N_("Credits by month"), year, lambda row: row.credits),
    )
    made = sheet(MOVEMENTS, *(table.block(accounts) for table in tables), period=(year.first, year.last))
    return replace(made, across=2)


def _moved(heading: str, year: FiscalYear, of: Callable[[Any], tuple[int, ...]]) -> Table:
    months = _months(year, of)
    in_year = added(column.key for column in months)
    in_all = Column("in_all", N_("In the year"), lambda row: sum(of(row)), "yen", 14, total=True, formula=in_year)
    columns = (*_ACCOUNT, *months, in_all)
    return Table(columns, heading=heading, total=N_("Total"), label_at="account")


_FEES = Table(
    columns=(
        Column("month", N_("Month"), show=i18n.format_month, width=12),
        Column("before", N_("Brought forward"), kind="yen", width=14, formula="{above.left}"),
        Column("received", N_("Received"), kind="yen", width=14, total=True),
        Column("authority", N_("To the authority (△ waived)"), kind="yen", width=14, total=True),
        Column("refunded", N_("Refunded"), kind="yen", width=14, total=True),
        Column("other", N_("Other"), kind="yen", width=14, total=True),
        Column(
            *("left", N_("Carried forward"), "", "yen", 14),
            formula="{before}+{received}-{authority}-{refunded}-{other}",
        ),
    ),
    total=N_("Total"),
    label_at="month",
)
