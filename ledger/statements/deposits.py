"""入金一覧: the transfers received by a day, each with what it pays for and what is left of it in suspense."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, func, select, union_all

from ledger import facts, tables
from ledger.allocations import counting
from ledger.codes import Account
from ledger.journal.balances import first_moved
from ledger.people.naming import persons
from ledger.people.register import Person, numerically
from ledger.store.large import each_row
from ledger.store.owners import ever_theirs, owned
from ledger.store.records import batches


@dataclass(frozen=True, slots=True)
class ReceivedDeposit:
    """A transfer: reference, day, yen, payer and note as the bank wrote them, the applications it pays for.

    `left` is what the books hold of it in suspense, in yen; None where nothing of it is posted. `members` are those
    whose applications they are. `days` is for how long it has waited in suspense; None where nothing of it does.
    """

    reference: str
    received_on: date
    yen: int
    payer: str
    note: str | None
    applications: tuple[str, ...]
    members: tuple[Person, ...]
    left: int | None
    days: int | None = None

    @property
    def state(self) -> str:
        """matched; partly (some is left in suspense); suspense; cleared (returned or taken as income); not_booked."""
        if self.left is None:
            return "not_booked"
        if self.applications:
            return "partly" if self.left else "matched"
        return "suspense" if self.left else "cleared"


def received(
    connection: Connection, as_of: date, *, references: Collection[str] | None = None, member: str | None = None
) -> list[ReceivedDeposit]:
    """The transfers received by the day: all, these, or those that pay for applications of one member; by day."""
    if member is not None:
        references = paying_for(connection, ever_theirs(connection, member))
    rows: list[ReceivedDeposit] = []
    for group in [None] if references is None else batches(sorted(references)):
        rows += _received(connection, as_of, group)
    return sorted(rows, key=lambda row: (row.received_on, numerically(row.reference)))


@dataclass(frozen=True)
class ReceivedDeposits(Iterable[ReceivedDeposit]):
    """The transfers of these references as they stood on the last day, read as they are gone through."""

    connection: Connection
    references: list[str]
    last: date

    def __len__(self) -> int:
        return len(self.references)

    def __iter__(self) -> Iterator[ReceivedDeposit]:
        for group in batches(self.references):
            yield from received(self.connection, self.last, references=group)


def received_in(connection: Connection, first: date, last: date) -> ReceivedDeposits:
    """The transfers received from the first day to the last, both counted, as known by the last; by day."""
    versions = tables.deposit_known
    latest = facts.latest_version(versions, (versions.c.deposit,), facts.AS_OF).subquery().c
    statement = select(latest.received_on, latest.deposit).where(latest.received_on.between(first, last))
    rows = each_row(connection, statement, {"as_of": last})
    ordered = sorted(rows, key=lambda row: (row.received_on, numerically(row.deposit)))
    return ReceivedDeposits(connection, [row.deposit for row in ordered], last)


def paying_for(connection: Connection, applications: Collection[str]) -> list[str]:
    """The references of the transfers that were ever said to pay for any of these applications."""
    row = tables.allocation.c
    found: dict[str, None] = {}
    for group in batches(applications):
        statement = select(row.deposit).where(row.application.in_(group)).distinct()
        found |= dict.fromkeys(connection.execute(statement).scalars())
    return list(found)


def _received(connection: Connection, as_of: date, group: list[str] | None) -> list[ReceivedDeposit]:
    versions, allocation, day = tables.deposit_known, tables.allocation, {"as_of": as_of}
    named = None if group is None else versions.c.deposit.in_(group)
    latest = facts.latest_version(versions, (versions.c.deposit,), facts.AS_OF, named)
    allocated = counting(facts.AS_OF, None if group is None else allocation.c.deposit.in_(group)).subquery()
    owner = owned(facts.AS_OF)
    parts = (
        select(allocated.c.deposit, allocated.c.application, owner.c.member)
        .join(owner, owner.c.number == allocated.c.application)
        .order_by(allocated.c.deposit, allocated.c.part)
    )
    pays: dict[str, list[tuple[str, str]]] = {}
    for deposit, application, member in each_row(connection, parts, day):
        pays.setdefault(deposit, []).append((application, member))
    whose = {deposit: dict.fromkeys(member for _application, member in paid) for deposit, paid in pays.items()}
    members = persons(connection, sorted({member for paid in pays.values() for _application, member in paid}))
    left: dict[str, int] = dict(each_row(connection, _in_suspense(group), day))
    since: dict[str, date] = {}
    for waiting in batches([deposit for deposit, yen in left.items() if yen]):
        since |= first_moved(connection, Account.SUSPENSE, "deposit", as_of, waiting)
    return [
        ReceivedDeposit(
            row.deposit,
            row.received_on,
            row.yen,
            row.payer,
            row.note,
            tuple(application for application, _member in pays.get(row.deposit, ())),
            tuple(members[number] for number in whose.get(row.deposit, ())),
            left.get(row.deposit),
            (as_of - since[row.deposit]).days if left.get(row.deposit) and row.deposit in since else None,
        )
        for row in each_row(connection, latest, day)
        if row.received_on <= as_of
    ]


def _in_suspense(group: list[str] | None) -> Select[Any]:
    """What the journal has brought into suspense of each transfer of which anything is posted, less what went out."""
    movement, entry = tables.movement, tables.entry
    sides = []
    for side, sign in (("credit", 1), ("debit", -1), (None, 0)):
        yen = (sign * movement.c.yen).label("yen")
        statement = select(movement.c.deposit, yen).join(entry, entry.c.no == movement.c.entry)
        statement = statement.where(movement.c.deposit.is_not(None), entry.c.happened_on <= facts.AS_OF)
        if side is not None:
            statement = statement.where(movement.c[side] == str(Account.SUSPENSE))
        sides.append(statement if group is None else statement.where(movement.c.deposit.in_(group)))
    moved = union_all(*sides).subquery()
    total = func.sum(moved.c.yen).cast(BigInteger)
    return select(moved.c.deposit, total).group_by(moved.c.deposit)
