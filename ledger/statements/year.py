"""A fiscal year, month by month: what each account held, what moved in it, and where the fees went."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from ledger.dates import FiscalYear, Month
from ledger.journal import balances
from ledger.journal.balances import PeriodBalance
from ledger.statements import fees_held
from ledger.statements.month import MonthStatement, month_statement


@dataclass(frozen=True)
class AccountMonths:
    """An account over a year; for each month the yen debited, the yen credited, and what is left on its own side."""

    account: PeriodBalance
    debits: tuple[int, ...]
    credits: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True)
class FeeMonth:
    """What moved of all fees held in a month, in yen: what came in, and where it went; `left` is held at its end.

    `other` is what took none of these ways.
    """

    month: Month
    before: int
    received: int
    authority: int
    refunded: int
    other: int

    @property
    def left(self) -> int:
        """What is held at the end of the month."""
        return self.before + self.received - self.authority - self.refunded - self.other


@dataclass(frozen=True)
class YearStatement:
    """A fiscal year: everything that is said of a month, over the year, and month by month."""

    year: FiscalYear
    whole: MonthStatement
    accounts: list[AccountMonths]
    fees: list[FeeMonth]


def year_statement(connection: Connection, year: FiscalYear) -> YearStatement:
    """The statement of a fiscal year, as of its last day. The same state of the books gives the same statement."""
    whole = month_statement(connection, year)
    debits: Counter[tuple[str, Month]] = Counter()
    credits: Counter[tuple[str, Month]] = Counter()
    for (account, on), (debit, credit) in balances.by_day(connection, year.first, year.last).items():
        debits[account, Month.of(on)] += debit
        credits[account, Month.of(on)] += credit
    accounts = [_account(change, year, debits, credits) for change in whole.changes]
    return YearStatement(year, whole, accounts, _fees(connection, year, whole))


def _account(
    change: PeriodBalance, year: FiscalYear, debits: Counter[tuple[str, Month]], credits: Counter[tuple[str, Month]]
) -> AccountMonths:
    account, left, months = change.opening, change.opening.balance, []
    for month in year.months:
        debit, credit = debits[account.code, month], credits[account.code, month]
        left += debit - credit if account.on_debit_side else credit - debit
        months.append((debit, credit, left))
    return AccountMonths(change, *zip(*months, strict=True))


def _fees(connection: Connection, year: FiscalYear, whole: MonthStatement) -> list[FeeMonth]:
    moved: Counter[tuple[Month, str]] = Counter()
    for (on, way), yen in fees_held.by_day(connection, year.first, year.last).items():
        moved[Month.of(on), way] += yen
    before = sum(change.opening.balance for change in whole.changes if change.opening.code in fees_held.HELD)
    fees = []
    for month in year.months:
        ways = {way: yen for (of, way), yen in moved.items() if of == month}
        received, authority, refunded = (ways.pop(way, 0) for way in ("received", "authority", "refunded"))
        fees.append(FeeMonth(month, before, received, -authority, -refunded, -sum(ways.values())))
        before = fees[-1].left
    return fees
