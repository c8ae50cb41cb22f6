"""The journal of a period and its general ledger (仕訳帳, 総勘定元帳), of which nothing is held.

They are read from the books each time they are gone through: a year has hundreds of thousands of lines.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.journal import balances, ledgers
from ledger.journal.balances import Balance, PeriodBalance
from ledger.journal.entries import Entry
from ledger.journal.ledgers import AccountLine, JournalEntry

_PARTS = tuple(Entry.__dataclass_fields__)
_AT_A_TIME = 500  # entries whose digests are asked for together


@dataclass(frozen=True)
class PeriodJournal(Iterable[JournalEntry]):
    """The entries of the days from the first to the last, both counted, by day and number."""

    connection: Connection
    first: date
    last: date

    def __iter__(self) -> Iterator[JournalEntry]:
        return ledgers.each_entry(self.connection, first=self.first, last=self.last)

    def __len__(self) -> int:
        return self._count

    @property
    def days(self) -> dict[str, date]:
        """The first and the last day, as a statement that is put together once is given them."""
        return {"first": self.first, "last": self.last}

    @cached_property
    def _count(self) -> int:
        entry = tables.entry
        within = entry.c.happened_on.between(self.first, self.last)
        return self.connection.execute(select(func.count()).select_from(entry).where(within)).scalar_one()


@dataclass(frozen=True)
class JournalTotals:
    """What the entries of a period add up to, from one reading: yen by event, debited and credited account.

    `unchanged` counts the entries whose content is that of their digest; `reversals` are those that reverse an entry,
    each with its number.
    """

    moved: Counter[tuple[str, str, str]]
    unchanged: int
    reversals: dict[int, int]

    @property
    def by_account(self) -> Counter[str]:
        """By how much each account was debited more than credited, in yen; below zero where it was credited more."""
        accounts: Counter[str] = Counter()
        for (_event, debit, credit), yen in self.moved.items():
            accounts[debit] += yen
            accounts[credit] -= yen
        return accounts


def totals(journal: PeriodJournal) -> JournalTotals:
    """What the entries of a period add up to."""
    moved: Counter[tuple[str, str, str]] = Counter()
    unchanged, reversals = 0, dict[int, int]()
    entry = tables.entry.c
    every = iter(journal)
    while group := list(islice(every, _AT_A_TIME)):
        numbers = [of.no for of in group]
        digests = dict(journal.connection.execute(select(entry.no, entry.digest).where(entry.no.in_(numbers))).all())
        for read in group:
            as_read = Entry(*(getattr(read, name) for name in _PARTS))
            unchanged += as_read.digest == digests.get(read.no)
            if read.reverses is not None:
                reversals[read.no] = read.reverses
            for movement in read.movements:
                moved[read.event, movement.debit, movement.credit] += movement.yen
    return JournalTotals(moved, unchanged, reversals)


@dataclass(frozen=True)
class PostedLine:
    """A line of the general ledger: the entry, its line in the account, and what is left after it (own side, yen)."""

    entry: JournalEntry
    line: AccountLine
    left: int


@dataclass(frozen=True)
class AccountLines(Iterable[PostedLine]):
    """The lines of an account in a period, by day and entry number, each with what is left after it."""

    journal: PeriodJournal
    opening: Balance
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[PostedLine]:
        journal, code, left = self.journal, self.opening.code, self.opening.balance
        if not self.count:
            return
        for entry in ledgers.each_entry(journal.connection, first=journal.first, last=journal.last, account=code):
            for line in entry.lines:
                if line.account == code:
                    left += own_side(self.opening, line)
                    yield PostedLine(entry, line, left)


@dataclass(frozen=True)
class AccountLedger:
    """An account over a period (総勘定元帳): what was there, line by line what moved, what is there after."""

    opening: Balance
    lines: AccountLines
    closing: Balance


def own_side(account: Balance, line: AccountLine) -> int:
    """By how much a line adds to what its account holds on its own side, in yen."""
    moved = line.debit - line.credit
    return moved if account.on_debit_side else -moved


def general_ledger(journal: PeriodJournal, changes: list[PeriodBalance] | None = None) -> list[AccountLedger]:
    """Every account of the chart over a period; `changes` are its balances before and after, where they are known."""
    if changes is None:
        changes = balances.changes(journal.connection, journal.first, journal.last)
    counts = _counts(journal)
    return [
        AccountLedger(opening, AccountLines(journal, opening, counts.get(opening.code, 0)), change.closing)
        for change in changes
        for opening in [change.opening]
    ]


def _counts(journal: PeriodJournal) -> dict[str, int]:
    """How many lines each account has in a period; an account without any is left out."""
    entry, movement, counts = tables.entry, tables.movement, dict[str, int]()
    for side in ("debit", "credit"):
        account = movement.c[side]
        statement = select(account, func.count()).join_from(movement, entry, entry.c.no == movement.c.entry)
        statement = statement.where(entry.c.happened_on.between(journal.first, journal.last)).group_by(account)
        for code, count in journal.connection.execute(statement):
            counts[code] = counts.get(code, 0) + count
    return counts
