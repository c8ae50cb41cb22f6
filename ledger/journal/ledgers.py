"""The journal and the ledgers as they are read: entries by date, amount and counterparty, accounts line by line."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal, TypedDict, Unpack

from sqlalchemy import ColumnElement, Connection, Row, func, literal, or_, select, union_all

from ledger import tables
from ledger.errors import UnknownAccount
from ledger.journal.entries import PARTS, Movement
from ledger.store.large import each_row
from ledger.store.owners import ever_owned, owned, owned_by

Order = Literal["on", "no"]
# What a line may leave blank; its counterparty where it names neither an application nor a deposit.
Blank = Literal["application", "counterparty", "deposit", "reason"]


@dataclass(frozen=True)
class Counterparty:
    """With whom an entry was (取引先): members by number, and payers by their names as they were received."""

    members: Collection[str]
    payers: Collection[str]


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One side of a movement as it stands in an account; the other side is 0."""

    account: str
    debit: int
    credit: int
    application: str | None
    member: str | None
    deposit: str | None
    counter: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry with the day it happened, when and by whom it was recorded, and its movements.

    `for_day` is the day it would bear had its month not been closed; None when it bears its own.
    """

    no: int
    on: date
    recorded_at: datetime
    by: str
    event: str
    key: str
    reverses: int | None
    reason: str | None
    movements: tuple[Movement, ...]
    members: tuple[tuple[str | None, str | None], ...]
    for_day: date | None = None
    known_on: date | None = None

    @property
    def lines(self) -> tuple[AccountLine, ...]:
        """Its lines, two for each movement, debit first."""
        return tuple(line for pair in zip(self.movements, self.members, strict=True) for line in _lines(*pair))


def _lines(movement: Movement, members: tuple[str | None, str | None]) -> Iterator[AccountLine]:
    deposit, yen = movement.deposit, movement.yen
    yield AccountLine(movement.debit, yen, 0, movement.debit_application, members[0], deposit, movement.credit)
    yield AccountLine(movement.credit, 0, yen, movement.credit_application, members[1], deposit, movement.debit)


class Search(TypedDict, total=False):
    """What entries are searched by: days and amounts (yen) as ranges, both ends counted, and what their lines name.

    An amount is that of a line, a total what all lines of the entry debit. `payers` are those of whose deposits a line
    tells, by their names as they were received. `blank` finds the movements that name no application on either side,
    `without` those that leave another thing blank.
    """

    first: date | None
    last: date | None
    account: str | None
    application: str | None
    member: str | None
    deposit: str | None
    payers: Collection[str] | None
    counterparty: Counterparty | None
    amount_from: int | None
    amount_to: int | None
    total_from: int | None
    total_to: int | None
    blank: bool
    without: Blank | None


def entries(connection: Connection, *, order: Order = "on", **search: Unpack[Search]) -> list[JournalEntry]:
    """The entries with a line that fits everything asked, by day and number (`on`) or in the order recorded (`no`).

    With nothing asked it is the whole journal. An account that the chart lacks is refused.
    """
    return list(each_entry(connection, order=order, **search))


def each_entry(connection: Connection, *, order: Order = "on", **search: Unpack[Search]) -> Iterator[JournalEntry]:
    """The same entries one by one, read while they are asked for: all of them are never held."""
    return _read(connection, _conditions(connection, search), order)


def numbers(connection: Connection, **search: Unpack[Search]) -> Iterator[int]:
    """The numbers of the same entries, in no order."""
    found = select(tables.entry.c.no).where(*_conditions(connection, search))
    return iter(connection.execute(found).scalars())


def _conditions(connection: Connection, search: Search) -> list[ColumnElement[bool]]:
    """What has to hold of an entry that fits everything asked. Refused: an account that the chart lacks."""
    account, deposit, payers = search.get("account"), search.get("deposit"), search.get("payers")
    first, last, without = search.get("first"), search.get("last"), search.get("without")
    application, member, counterparty = search.get("application"), search.get("member"), search.get("counterparty")
    if account is not None:
        code = tables.account.c.code
        if connection.execute(select(code).where(code == account)).first() is None:
            raise UnknownAccount(account)
    entry, movement = tables.entry, tables.movement
    conditions = _within(entry.c.happened_on, first, last)
    if without == "reason":
        conditions.append(entry.c.reason.is_(None))
    amounts = _within(movement.c.yen, search.get("amount_from"), search.get("amount_to"))
    of_movement = [*amounts, *_lacking(without, blank=search.get("blank", False))]
    if deposit is not None:
        of_movement.append(movement.c.deposit == deposit)
    if payers is not None:
        of_movement.append(_paid_by(payers))
    if any(asked is not None for asked in (account, application, member, counterparty)):
        theirs = None if member is None else _applications(connection, member)
        of_sides = _sides(account, application, theirs, counterparty)
        sides = (select(movement.c.entry).where(*of_movement, *side) for side in of_sides)
        conditions.append(entry.c.no.in_(union_all(*sides)))
    elif of_movement and (first is not None or last is not None):
        # The days are looked up, and of their entries alone the movements.
        within = select(movement.c.entry).where(movement.c.entry == entry.c.no, *of_movement)
        conditions.append(within.correlate(entry).exists())
    elif of_movement:
        conditions.append(entry.c.no.in_(select(movement.c.entry).where(*of_movement)))
    total_from, total_to = search.get("total_from"), search.get("total_to")
    if total_from is not None or total_to is not None:
        of_entry = tables.movement.alias("of_entry")
        total = select(func.sum(of_entry.c.yen)).where(of_entry.c.entry == entry.c.no).scalar_subquery()
        conditions += _within(total, total_from, total_to)
    return conditions


def entries_of(connection: Connection, numbers: Collection[int]) -> list[JournalEntry]:
    """The entries of these numbers, in the order recorded."""
    return list(_read(connection, [tables.entry.c.no.in_(list(numbers))], "no"))


def entries_of_parts(
    connection: Connection, account: str, parts: Collection[tuple[str | None, bool]], first: date, last: date
) -> Iterator[JournalEntry]:
    """The entries of a period with a movement through these parts of an account, and maybe some through others.

    A part is its name, or None, and whether that is a deposit.
    """
    entry, movement = tables.entry.c, tables.movement.c
    applications = [name for name, by_deposit in parts if name is not None and not by_deposit]
    deposits = [name for name, by_deposit in parts if by_deposit]
    sides = []
    for side in ("debit", "credit"):
        of_side = movement[f"{side}_application"]
        named = [of_side.in_(applications), movement.deposit.in_(deposits)]
        if len(applications) + len(deposits) < len(parts):
            named.append(of_side.is_(None))
        sides.append(select(movement.entry).where(movement[side] == account, or_(*named)))
    return _read(connection, [entry.no.in_(union_all(*sides)), entry.happened_on.between(first, last)], "on")


def entries_numbered(connection: Connection, first: int, last: int) -> list[JournalEntry]:
    """The entries from one number to another, both counted, by day and number."""
    return list(_read(connection, [tables.entry.c.no.between(first, last)], "on"))


def entries_of_deposits(connection: Connection, deposits: Collection[str], *, last: date) -> list[JournalEntry]:
    """The entries up to a day with a movement of one of these deposits."""
    entry, movement = tables.entry.c, tables.movement.c
    moved = select(movement.entry).where(movement.deposit.in_(deposits))
    return list(_read(connection, [entry.no.in_(moved), entry.happened_on <= last], "on"))


def _applications(connection: Connection, member: str) -> Sequence[str]:
    """The applications that are the member's, as is known last."""
    owner = owned().c
    theirs = select(owner.number).where(owner.number.in_(ever_owned(literal(member))), owner.member == member)
    return connection.execute(theirs).scalars().all()


def _sides(
    account: str | None,
    application: str | None,
    applications: Sequence[str] | None,
    counterparty: Counterparty | None,
) -> Iterator[list[ColumnElement[bool]]]:
    """What has to hold of each side of a movement: its account, its application, one of these."""
    movement = tables.movement.c
    for side in ("debit", "credit"):
        of_side = movement[f"{side}_application"]
        conditions: list[ColumnElement[bool]] = []
        if account is not None:
            conditions.append(movement[side] == account)
        if application is not None:
            conditions.append(of_side == application)
        if applications is not None:
            conditions.append(of_side.in_(applications))
        if counterparty is not None:
            owner = owned().c
            theirs = select(owner.number).where(
                owner.number.in_(owned_by(counterparty.members)), owner.member.in_(counterparty.members)
            )
            conditions.append(or_(of_side.in_(theirs), _paid_by(counterparty.payers)))
        yield conditions


def _paid_by(payers: Collection[str]) -> ColumnElement[bool]:
    """Whether a movement is of a deposit of one of these payers."""
    paid = tables.deposit_known.c
    return tables.movement.c.deposit.in_(select(paid.deposit).where(paid.payer.in_(payers)))


def _lacking(without: Blank | None, *, blank: bool) -> list[ColumnElement[bool]]:
    """What has to hold of a movement that leaves this blank; of a reason, which is the entry's, nothing."""
    movement = tables.movement.c
    nameless: list[ColumnElement[bool]] = []
    if blank or without in ("application", "counterparty"):
        nameless += [movement.debit_application.is_(None), movement.credit_application.is_(None)]
    return [*nameless, movement.deposit.is_(None)] if without in ("deposit", "counterparty") else nameless


def _within(of: ColumnElement[Any], least: Any, most: Any) -> list[ColumnElement[bool]]:
    """What has to hold of what lies in a range, both ends counted; None: it has no such end."""
    conditions: list[ColumnElement[bool]] = [] if least is None else [of >= least]
    return conditions if most is None else [*conditions, of <= most]


def _read(connection: Connection, conditions: list[ColumnElement[bool]], order: Order) -> Iterator[JournalEntry]:
    entry, movement = tables.entry, tables.movement
    debit, credit = owned().alias("debit_of"), owned().alias("credit_of")
    members = (debit.c.member.label("debit_member"), credit.c.member.label("credit_member"))
    statement = (
        select(entry, *(movement.c[name] for name in PARTS), *members)
        .join(movement, movement.c.entry == entry.c.no)
        .outerjoin(debit, debit.c.number == movement.c.debit_application)
        .outerjoin(credit, credit.c.number == movement.c.credit_application)
        .where(*conditions)
    )
    days = () if order == "no" else (entry.c.happened_on,)
    ordered = statement.order_by(*days, entry.c.no, movement.c.nth)
    # What many entries say alike is held once, for there may be very many entries.
    same: dict[Any, Any] = {}
    for _no, of_entry in groupby(each_row(connection, ordered), lambda row: row.no):
        yield _entry(list(of_entry), same.setdefault)


def _entry(rows: list[Row[Any]], share: Callable[[Any, Any], Any]) -> JournalEntry:
    row = rows[0]
    moved = [row[-len(PARTS) - 2 :] for row in rows]  # the movement and whose each side is stand last
    movements = tuple([Movement(share(part[0], part[0]), share(part[1], part[1]), *part[2:-2]) for part in moved])
    members = tuple([(share(part[-2], part[-2]), share(part[-1], part[-1])) for part in moved])
    said = (row.happened_on, row.recorded_at, row.by, row.event)
    own = (row.key, row.reverses, row.reason, movements, members, row.for_day, row.known_on)
    values = [row.no, *map(share, said, said), *own]
    return JournalEntry(*values)
