"""補助元帳: each part of each account over a period, from what was brought forward to what is carried forward.

The parts are those that the chart names: an application or a deposit. What names none, where one should be named,
stands in a part without a name, so that nothing of the account is left out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.journal import balances
from ledger.journal.balances import PeriodBalance
from ledger.journal.chart import Chart
from ledger.journal.ledgers import AccountLine, JournalEntry, PostedLine
from ledger.people.register import numerically
from ledger.store.records import batches


@dataclass(frozen=True)
class PartLedger:
    """A part of an account: yen brought forward on the account's own side, and line by line what moved."""

    account: str
    part: str | None
    by_deposit: bool
    opening: int
    lines: tuple[PostedLine, ...]

    @property
    def closing(self) -> int:
        """What is carried forward, in yen."""
        return self.lines[-1].left if self.lines else self.opening


@dataclass(frozen=True)
class SubsidiaryLedger:
    """The parts of one account that moved in a period or hold anything, and what the general ledger says of all."""

    account: str
    parts: tuple[PartLedger, ...]
    in_ledger: int

    @property
    def opening(self) -> int:
        """What was brought forward of every part, in yen."""
        return sum(part.opening for part in self.parts)

    @property
    def total(self) -> int:
        """What is carried forward of every part, in yen."""
        return sum(part.closing for part in self.parts)


# An account, what its part is called, and whether that is a deposit.
_Key = tuple[str, str | None, bool]


def subsidiary_ledgers(
    connection: Connection, chart: Chart, changes: list[PeriodBalance], entries: Iterable[JournalEntry], first: date
) -> list[SubsidiaryLedger]:
    """The subsidiary ledger of each account that has parts, from the first day on, over the entries of the period."""
    opening = _opening(connection, chart, first)
    lines: dict[_Key, list[tuple[JournalEntry, AccountLine]]] = {}
    for entry in entries:
        for line in entry.lines:
            if line.account in chart.kept_by:
                key = _key(chart, line.account, line.application, line.deposit)
                lines.setdefault(key, []).append((entry, line))
    by_account: dict[str, list[PartLedger]] = {code: [] for code in chart.kept_by}
    for key in sorted(opening.keys() | lines.keys(), key=lambda key: (key[0], key[2], numerically(key[1] or ""))):
        posted = _posted(chart, opening.get(key, 0), lines.get(key, []))
        by_account[key[0]].append(PartLedger(*key, opening.get(key, 0), posted))
    closing = {change.closing.code: change.closing.balance for change in changes}
    return [SubsidiaryLedger(code, tuple(parts), closing[code]) for code, parts in by_account.items()]


def deposits(ledgers: Iterable[SubsidiaryLedger]) -> set[str]:
    """The deposits that are parts of these ledgers."""
    return {part.part for ledger in ledgers for part in ledger.parts if part.by_deposit and part.part}


def payers(connection: Connection, references: Collection[str], last: date) -> dict[str, str]:
    """Who paid each of these deposits, as known by the day or, if only later, last."""
    versions, named = tables.deposit_known, dict[str, str]()
    for as_of in (None, facts.AS_OF):
        for batch in batches(sorted(references)):
            latest = facts.latest_version(versions, (versions.c.deposit,), as_of, versions.c.deposit.in_(batch))
            said = latest.subquery().c
            parameters = {} if as_of is None else {"as_of": last}
            named |= dict(connection.execute(select(said.deposit, said.payer), parameters).all())
    return named


def _key(chart: Chart, account: str, application: str | None, deposit: str | None) -> _Key:
    part = chart.part(account, application, deposit)
    return account, part, part is not None and part != application


def _opening(connection: Connection, chart: Chart, first: date) -> dict[_Key, int]:
    """What each part held before the first day, in yen on the account's own side; what holds nothing is left out."""
    parts = balances.parts(tables.entry.c.happened_on < first)
    held: dict[_Key, int] = {}
    for account, application, deposit, left in connection.execute(select(parts).where(parts.c.left != 0)):
        part = deposit if application is None else application
        sign = -1 if chart.accounts[account].on_debit_side else 1
        held[account, part, application is None and deposit is not None] = sign * left
    return held


def _posted(chart: Chart, left: int, lines: list[tuple[JournalEntry, AccountLine]]) -> tuple[PostedLine, ...]:
    posted = []
    for entry, line in lines:
        moved = line.debit - line.credit
        left += moved if chart.accounts[line.account].on_debit_side else -moved
        posted.append(PostedLine(entry, line, left))
    return tuple(posted)
