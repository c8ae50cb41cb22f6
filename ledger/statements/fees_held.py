"""What is held of each application's fee (預り金明細): carried forward, received, gone where, left.

Held are the accounts of fees held and of fees held for credit, taken together: what a credit sets aside stays held
until it is set against the reissue. Every yen that came or went stands in exactly one column.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, Connection, Date, Select, and_, bindparam, case, func, or_, select, true, union_all

from ledger import facts, tables
from ledger.allocations import counting
from ledger.codes import Account
from ledger.facts import AS_OF
from ledger.people.register import Owners, Person
from ledger.store.large import each_row
from ledger.store.records import batches, by_characters

# Plain texts: a driver may write a member of an enumeration in its own way.
HELD = (str(Account.FEES_HELD), str(Account.CREDITS_HELD))

# Where held money comes from and goes to, by the account on the other side.
_WAYS = {
    "received": (str(Account.BANK), str(Account.SUSPENSE)),
    "authority": (str(Account.AUTHORITY_PAYABLE),),
    "refunded": (str(Account.REFUNDS_PAYABLE), str(Account.RETURNED_TRANSFERS)),
}
_FIRST = bindparam("first", type_=Date)


@dataclass(slots=True)
class FeeFlow:
    """Yen of one application up to a day: `before` the period, and in it by the way they took; in is positive.

    The ways are received, authority, refunded, credited_here (set against this application), credited_away (set
    against another), set_aside (for a credit, which nets to nothing) and other.
    """

    before: int = 0
    to_date: dict[str, int] = field(default_factory=dict)
    ways: dict[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """What is held at the end of the period."""
        return self.before + sum(self.ways.values())

    @property
    def listed(self) -> bool:
        """Whether anything is or was held in the period."""
        return bool(self.before or self.left or any(self.ways.values()))


@dataclass(frozen=True)
class FeeTotals:
    """The applications of which anything is or was held in a period, and in yen what is left of all together.

    `credited` is what credits set against applications in the period.
    """

    applications: list[str]
    left: int
    credited: int


@dataclass(frozen=True, slots=True)
class FeeHolding:
    """One application's fee in a period. `received` came in; the other amounts went out and are positive for that.

    `credited` is negative for a reissue that a credit was set against. `days` counts from the first transfer received
    to the end of the period while anything is held; `state` is what has become of the certificate.
    """

    application: str
    member: Person
    received_on: date | None
    before: int
    received: int
    authority: int
    refunded: int
    credited: int
    other: int
    left: int
    days: int | None
    state: str


def flows(
    connection: Connection, first: date, last: date, applications: Collection[str] | None = None
) -> Iterator[tuple[str | None, FeeFlow]]:
    """What moved through the accounts of fees held up to the last day of a period, by application: all, or these.

    None stands for movements that name no application; there should be none.
    """
    given: dict[str, Any] = {"first": first, "as_of": last}
    if applications is not None:
        given["only"] = list(applications)
    rows = each_row(connection, _flows(applications is not None), given)
    for application, ways in groupby(rows, lambda row: row.application):
        flow = FeeFlow()
        for row in ways:
            flow.to_date[row.way] = flow.to_date.get(row.way, 0) + row.yen
            if row.now:
                flow.ways[row.way] = row.yen
            else:
                flow.before += row.yen
        yield application, flow


@cache
def _flows(few: bool) -> Select[Any]:
    sides = union_all(_side("credit", "debit", 1, few=few), _side("debit", "credit", -1, few=few)).cte("sides")
    key = sides.c.application, sides.c.way, sides.c.now
    statement = select(*key, func.sum(sides.c.yen).cast(BigInteger).label("yen")).group_by(*key)
    return statement.order_by(by_characters(sides.c.application))


def totals(connection: Connection, first: date, last: date, applications: Collection[str] | None = None) -> FeeTotals:
    """What the fees held in a period add up to: all, or those of these applications."""
    named = None if applications is None else set(applications)
    listed, left, credited = list[str](), 0, 0
    for application, flow in flows(connection, first, last):
        credited += flow.ways.get("credited_here", 0)
        if application is not None and flow.listed and (named is None or application in named):
            listed.append(application)
            left += flow.left
    return FeeTotals(listed, left, credited)


def by_day(connection: Connection, first: date, last: date) -> dict[tuple[date, str], int]:
    """What moved of all fees held, in yen, on each day of a period by the way it took; in is positive."""
    sides = union_all(_side("credit", "debit", 1), _side("debit", "credit", -1)).cte("sides")
    key = sides.c.on, sides.c.way
    statement = select(*key, func.sum(sides.c.yen).cast(BigInteger)).where(sides.c.now).group_by(*key)
    rows = connection.execute(statement, {"first": first, "as_of": last})
    return {(on, way): yen for on, way, yen in rows}


@dataclass(frozen=True)
class FeeHoldings(Iterable[FeeHolding]):
    """The fees of these applications in a period, read as they are gone through; `left` is what is held of all, yen."""

    connection: Connection
    applications: list[str]
    owners: Owners
    first: date
    last: date
    left: int

    def __len__(self) -> int:
        return len(self.applications)

    def __iter__(self) -> Iterator[FeeHolding]:
        for group in batches(self.applications):
            moved = dict(flows(self.connection, self.first, self.last, group))
            days = first_received(self.connection, self.last, group)
            states = certificate_states(self.connection, self.last, group)
            for application in group:
                state = states.get(application, "pending")
                yield self._held(application, moved[application], days.get(application), state)

    def _held(self, application: str, flow: FeeFlow, received_on: date | None, state: str) -> FeeHolding:
        return FeeHolding(
            application=application,
            member=self.owners.of(application),
            received_on=received_on,
            before=flow.before,
            received=flow.ways.get("received", 0),
            authority=-flow.ways.get("authority", 0),
            refunded=-flow.ways.get("refunded", 0),
            credited=-flow.ways.get("credited_here", 0) - flow.ways.get("credited_away", 0),
            other=-flow.ways.get("other", 0) - flow.ways.get("set_aside", 0),
            left=flow.left,
            days=(self.last - received_on).days if flow.left and received_on is not None else None,
            state=state,
        )


def held(connection: Connection, totals: FeeTotals, owners: Owners, first: date, last: date) -> FeeHoldings:
    """The applications of which anything is or was held in the period, by association and member."""
    return FeeHoldings(connection, sorted(totals.applications, key=owners.order), owners, first, last, totals.left)


def first_received(connection: Connection, last: date, applications: Collection[str] | None = None) -> dict[str, date]:
    """The day of the first transfer received for each application, or these, as known by the day."""
    received: dict[str, date] = {}
    for batch in [None] if applications is None else batches(sorted(applications)):
        given = {"as_of": last} if batch is None else {"as_of": last, "only": batch}
        received |= dict(connection.execute(_first_received(batch is not None), given).all())
    return received


@cache
def _first_received(few: bool) -> Select[Any]:
    versions, row = tables.deposit_known, tables.allocation.c
    of_these = select(row.deposit).where(row.application.in_(facts.ONLY)) if few else None
    within = None if of_these is None else versions.c.deposit.in_(of_these)
    latest = facts.latest_version(versions, (versions.c.deposit,), AS_OF, within).subquery()
    allocated = counting(AS_OF, None if of_these is None else row.deposit.in_(of_these)).subquery()
    statement = (
        select(allocated.c.application, func.min(latest.c.received_on))
        .join(latest, latest.c.deposit == allocated.c.deposit)
        .where(allocated.c.application.is_not(None), latest.c.received_on <= AS_OF)
        .group_by(allocated.c.application)
    )
    return statement.where(allocated.c.application.in_(facts.ONLY)) if few else statement


def certificate_states(connection: Connection, last: date, applications: Collection[str]) -> dict[str, str]:
    """What has become of each of these applications by the day: withdrawn, pending, issued, revoked or expired."""
    given = {"as_of": last, "only": list(applications)}
    return dict(connection.execute(_certificate_states(), given).all())


@cache
def _certificate_states() -> Select[Any]:
    fact = facts.known(AS_OF, tables.fact.c.application.in_(facts.ONLY))
    state = case(
        (fact.c.revoked_on.is_not(None), "revoked"),
        (fact.c.expires_on <= AS_OF, "expired"),
        (or_(fact.c.issued_on.is_not(None), fact.c.mailed_on.is_not(None)), "issued"),
        (fact.c.withdrawn_on.is_not(None), "withdrawn"),
        else_="pending",
    )
    return select(fact.c.application, state)


def _side(account: str, other: str, sign: int, *, few: bool = False) -> Select[tuple[object, ...]]:
    movement, entry = tables.movement, tables.entry
    of_side = movement.c[f"{account}_application"]
    these = of_side.in_(facts.ONLY) if few else true()
    between_two = movement.c.debit_application != movement.c.credit_application
    way = case(
        *((movement.c[other].in_(accounts), way) for way, accounts in _WAYS.items()),
        (and_(movement.c[other] == str(Account.CREDITS_HELD), between_two), "credited_here"),
        (and_(movement.c[other] == str(Account.FEES_HELD), between_two), "credited_away"),
        (movement.c[other].in_(HELD), "set_aside"),  # for a credit, within one application: it stays held
        else_="other",
    )
    return (
        select(
            of_side.label("application"),
            way.label("way"),
            (entry.c.happened_on >= _FIRST).label("now"),
            entry.c.happened_on.label("on"),
            (sign * movement.c.yen).label("yen"),
        )
        .join(entry, entry.c.no == movement.c.entry)
        .where(movement.c[account].in_(HELD), entry.c.happened_on <= AS_OF, these)
    )
