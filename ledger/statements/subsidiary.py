"""補助元帳: each part of each account over a period, from what was brought forward to what is carried forward.

The parts are those that the chart names: an application or a deposit. What names none, where one should be named,
stands in a part without a name, so that nothing of the account is left out. A year has hundreds of thousands of parts:
they are read as they are gone through, and none is held.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, String, bindparam, case, func, literal, or_, select, union_all

from ledger import facts, tables
from ledger.journal import ledgers
from ledger.journal.balances import FIRST, LAST, PeriodBalance
from ledger.journal.chart import Chart
from ledger.journal.ledgers import AccountLine
from ledger.journal.period import PeriodJournal, PostedLine, own_side
from ledger.people.register import numerically
from ledger.store.large import each_row
from ledger.store.records import batches

# A part: its name, and whether that is a deposit.
_Name = tuple[str | None, bool]
_Line = tuple[ledgers.JournalEntry, AccountLine]


class PartAmounts(NamedTuple):
    """A part of an account: its name, whether that is a deposit, and in yen on the account's own side what it held
    before a period and what moved in it; `lines` counts the lines of the period.
    """

    part: str | None
    by_deposit: bool
    opening: int
    moved: int
    lines: int


@dataclass(frozen=True)
class PartLedger:
    """A part of an account: yen brought forward on the account's own side, and line by line what moved.

    `payer` is who paid the deposit that the part is, as known by the last day or, if only later, last.
    """

    part: str | None
    by_deposit: bool
    opening: int
    lines: tuple[PostedLine, ...]
    payer: str | None

    @property
    def closing(self) -> int:
        """What is carried forward, in yen."""
        return self.lines[-1].left if self.lines else self.opening


@dataclass(frozen=True)
class AccountParts(Iterable[PartLedger]):
    """The parts of one account that moved in a period or hold anything, by number; applications before deposits."""

    journal: PeriodJournal
    chart: Chart
    account: PeriodBalance

    def __iter__(self) -> Iterator[PartLedger]:
        amounts = sorted(self.amounts(), key=lambda part: (part.by_deposit, numerically(part.part or "")))
        for group in batches(amounts):
            lines = self._lines([part for part in group if part.lines])
            payers = _payers(self.journal, [part.part for part in group if part.by_deposit and part.part])
            for part in group:
                posted = self._posted(part.opening, lines.get(part[:2], []))
                yield PartLedger(*part[:3], posted, payers.get(part.part or ""))

    def __len__(self) -> int:
        return self.sums[0]

    @cached_property
    def sums(self) -> tuple[int, int, int]:
        """How many parts there are, and in yen what was brought forward of all and what is carried forward."""
        count = before = moved = 0
        for part in self.amounts():
            count, before, moved = count + 1, before + part.opening, moved + part.moved
        return count, before, before + moved

    def amounts(self) -> Iterator[PartAmounts]:
        """What each part held before the period and what moved in it, in no order."""
        code, sign = self.account.opening.code, 1 if self.account.opening.on_debit_side else -1
        statement, given = _amounts(self.chart.kept_by[code]), {"account": code, **self.journal.days}
        for application, deposit, opening, moved, lines in each_row(self.journal.connection, statement, given):
            by_deposit = application is None and deposit is not None
            yield PartAmounts(deposit if by_deposit else application, by_deposit, sign * opening, sign * moved, lines)

    def _lines(self, parts: list[PartAmounts]) -> dict[_Name, list[_Line]]:
        """The lines of these parts in the period, by part."""
        lines: dict[_Name, list[_Line]] = {part[:2]: [] for part in parts}
        code = self.account.opening.code
        of, days = [(part.part, part.by_deposit) for part in parts], (self.journal.first, self.journal.last)
        for entry in ledgers.entries_of_parts(self.journal.connection, code, of, *days) if of else ():
            for line in entry.lines:
                if line.account == code and (found := lines.get(self._part(line))) is not None:
                    found.append((entry, line))
        return lines

    def _part(self, line: AccountLine) -> _Name:
        part = self.chart.part(line.account, line.application, line.deposit)
        return part, part is not None and part != line.application

    def _posted(self, left: int, lines: list[_Line]) -> tuple[PostedLine, ...]:
        posted = []
        for entry, line in lines:
            left += own_side(self.account.opening, line)
            posted.append(PostedLine(entry, line, left))
        return tuple(posted)


@dataclass(frozen=True)
class SubsidiaryLedger:
    """The parts of one account that moved in a period or hold anything, and what the general ledger says of all."""

    account: str
    parts: AccountParts
    in_ledger: int

    @property
    def opening(self) -> int:
        """What was brought forward of every part, in yen."""
        return self.parts.sums[1]

    @property
    def total(self) -> int:
        """What is carried forward of every part, in yen."""
        return self.parts.sums[2]


def subsidiary_ledgers(journal: PeriodJournal, chart: Chart, changes: list[PeriodBalance]) -> list[SubsidiaryLedger]:
    """The subsidiary ledger of each account that has parts over a period."""
    by_code = {change.opening.code: change for change in changes}
    return [
        SubsidiaryLedger(code, AccountParts(journal, chart, by_code[code]), by_code[code].closing.balance)
        for code in chart.kept_by
    ]


@cache
def _amounts(kept_by: str) -> Select[Any]:
    """What each part of an account held before the period and what moved in it, debit positive; put together once."""
    sides = union_all(_side("debit", kept_by), _side("credit", kept_by)).subquery().c
    opening, moved, lines = (
        func.sum(case((when, amount), else_=0)).cast(BigInteger)
        for when, amount in ((sides.before, sides.yen), (~sides.before, sides.yen), (~sides.before, 1))
    )
    statement = select(sides.application, sides.deposit, opening, moved, lines)
    return statement.group_by(sides.application, sides.deposit).having(or_(opening != 0, lines > 0))


def _side(side: str, kept_by: str) -> Select[tuple[object, ...]]:
    """One side of the movements through the account up to the last day, each with the part that the chart names."""
    movement, on, nothing = tables.movement, tables.entry.c.happened_on, literal(None, String)
    application = movement.c[f"{side}_application"] if "application" in kept_by else nothing
    deposit = case((application.is_(None), movement.c.deposit)) if "deposit" in kept_by else nothing
    return (
        select(
            application.label("application"),
            deposit.label("deposit"),
            (on < FIRST).label("before"),
            (movement.c.yen if side == "debit" else -movement.c.yen).label("yen"),
        )
        .join_from(movement, tables.entry, tables.entry.c.no == movement.c.entry)
        .where(movement.c[side] == bindparam("account", type_=String), on <= LAST)
    )


def _payers(journal: PeriodJournal, references: Collection[str]) -> dict[str, str]:
    """Who paid each of these deposits, as known by the last day or, if only later, last."""
    versions, named = tables.deposit_known, dict[str, str]()
    for as_of in (None, facts.AS_OF) if references else ():
        latest = facts.latest_version(versions, (versions.c.deposit,), as_of, versions.c.deposit.in_(references))
        said = latest.subquery().c
        parameters = {} if as_of is None else {"as_of": journal.last}
        named |= dict(journal.connection.execute(select(said.deposit, said.payer), parameters).all())
    return named
