"""仮受金明細: each deposit that waits in suspense at the end of a day, since when, and what is known of whose it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, select

from ledger import facts, fees, tables
from ledger.allocations import counting
from ledger.codes import Account
from ledger.intake.likeness import WaitingTransfer
from ledger.intake.matching import candidates
from ledger.journal import balances
from ledger.people.register import numerically
from ledger.store.records import batches

# The classes of ageing (仮受金の年齢): each by its code, and the last of its days; None: any number of days.
AGES: dict[str, int | None] = {"to_30": 30, "to_90": 90, "to_180": 180, "over_180": None}


@dataclass(frozen=True)
class AgeClass:
    """How many deposits have waited in suspense for the days of a class, and how much of them, in yen."""

    age: str
    count: int
    yen: int


def ageing(waiting: Iterable[tuple[int | None, int]]) -> Iterator[AgeClass]:
    """The classes of what waits, the youngest first, given the days of each deposit and its yen; also the empty ones.

    Of what nobody knows since when it waits there is a class of its own (`unknown`), where there is any.
    """
    classes: dict[str, list[int]] = {age: [] for age in AGES}
    for days, yen in waiting:
        within = (age for age, last in AGES.items() if days is not None and (last is None or days <= last))
        classes.setdefault(next(within, "unknown"), []).append(yen)
    yield from (AgeClass(age, len(amounts), sum(amounts)) for age, amounts in classes.items())


@dataclass(frozen=True)
class SuspenseDeposit:
    """A deposit of which yen wait in suspense since a day; `days` from then to the day asked for.

    What else is said of it is None where the books do not hold the deposit. `applications` are those whose fee it is
    said to be, `candidates` those whose it could be while none is said.
    """

    reference: str | None
    since: date | None
    days: int | None
    left: int
    received_on: date | None = None
    yen: int | None = None
    payer: str | None = None
    note: str | None = None
    applications: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """kept_over: more than is due of the fees it pays for; one, several or no applications that it could be."""
        if self.applications:
            return "kept_over"
        return ("no_candidate", "one_candidate")[len(self.candidates)] if len(self.candidates) < 2 else "candidates"


def suspense(connection: Connection, last: date, *, matched: bool = True) -> list[SuspenseDeposit]:
    """What waits in suspense at the end of the day, deposit by deposit, the oldest first.

    Whose fee each could be takes a look at every member for every deposit; unless `matched`, nothing is said of it.
    """
    held = balances.held(connection, Account.SUSPENSE, "deposit", last)
    since = balances.first_moved(connection, Account.SUSPENSE, "deposit", last)
    known: dict[str, tuple[date, int, str, str | None]] = {}
    pays: dict[str, list[str]] = {}
    for batch in batches(sorted(filter(None, held))):
        for by_day in (False, True):  # one that became known later is told as it is known last
            given = {"only": batch} | ({"as_of": last} if by_day else {})
            known |= {deposit: tuple(rest) for deposit, *rest in connection.execute(_said(by_day), given)}
        for deposit, application in connection.execute(_pays_for(), {"as_of": last, "only": batch}):
            pays.setdefault(deposit, []).append(application)
    transfers = [WaitingTransfer(of, *told) for of, told in known.items() if matched and of in held and of not in pays]
    could_be = candidates(connection, transfers, last, fees.dues(connection, last) if transfers else {})
    rows = []
    for reference, left in held.items():
        began = None if reference is None else since.get(reference)
        days = None if began is None else (last - began).days
        if reference is None or reference not in known:
            rows.append(SuspenseDeposit(reference, began, days, left))
            continue
        named, guessed = tuple(pays.get(reference, ())), tuple(could_be.get(reference, ()))
        rows.append(SuspenseDeposit(reference, began, days, left, *known[reference], named, guessed))
    return sorted(rows, key=lambda row: (row.since or last, numerically(row.reference or "")))


@cache
def _said(by_day: bool) -> Select[Any]:
    said = facts.latest_deposits(by_day=by_day, few=True).subquery().c
    return select(said.deposit, said.received_on, said.yen, said.payer, said.note)


@cache
def _pays_for() -> Select[Any]:
    parts = counting(facts.AS_OF, tables.allocation.c.deposit.in_(facts.ONLY)).subquery().c
    allocated = select(parts.deposit, parts.application).where(parts.application.is_not(None))
    return allocated.order_by(parts.deposit, parts.part)
