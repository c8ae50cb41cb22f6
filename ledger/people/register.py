"""The register of members: who is a member, whose an application is, and the order in which lists name them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, String, bindparam, select

from ledger import tables
from ledger.codes import ASSOCIATIONS, REASONS
from ledger.errors import UnknownMember
from ledger.facts import AS_OF, latest_version
from ledger.i18n import _
from ledger.store.large import each_row
from ledger.store.numbers import as_recorded
from ledger.store.owners import owned
from ledger.store.records import batches

_PLACE = {name: at for at, name in enumerate(ASSOCIATIONS)}
# What the register writes of a member who died.
DECEASED = REASONS["deceased"].ja
_DIGITS = re.compile(r"(\d+)")

# Up to so many members are asked for by number; for more, every one is read.
FEW = 500

# The columns that say who a member is.
_PERSON = ("member", "name", "association")

Order = tuple[int, tuple[str | int, ...], tuple[str | int, ...]]


@dataclass(frozen=True)
class Person:
    """A member as the register says: number, name, association."""

    number: str
    name: str
    association: str


@dataclass(frozen=True)
class PostalAddress:
    """Where the post reaches somebody: postal code (123-4567) and address; None: not known."""

    code: str | None = None
    address: str | None = None


def postal_addresses(connection: Connection, only: Collection[str] | None = None) -> dict[str, PostalAddress]:
    """Where the post reaches every member, or these, as the register says last: a letter goes to where they are now."""
    rows = latest_rows(connection, None, only, ("member", "postal_code", "address"))
    return {number: PostalAddress(row.postal_code, row.address) for number, row in rows.items()}


def latest_rows(
    connection: Connection,
    as_of: date | None = None,
    only: Collection[str] | None = None,
    columns: tuple[str, ...] = (),
) -> dict[str, Row[Any]]:
    """The row of the register that counts of every member, or of these: the last (by the day, when one is given).

    Whole, or these `columns` of it, the member's number among them. Without the account's number PostgreSQL need not
    make out what it shows of each (`columns.HiddenColumn`).
    """
    few = only is not None and len(only) <= FEW
    parameters: dict[str, object] = {"as_of": as_of} if as_of else {}
    asked = {"only": list(only)} if only is not None and few else {}
    statement = _latest(as_of is not None, few, columns)
    rows = connection.execute(statement, parameters | asked) if few else each_row(connection, statement, parameters)
    return {row.member: row for row in rows}


@cache
def _latest(by_day: bool, few: bool, columns: tuple[str, ...]) -> Select[Any]:
    versions = tables.member_known
    within = versions.c.member.in_(bindparam("only", type_=String, expanding=True)) if few else None
    latest = latest_version(versions, (versions.c.member,), AS_OF if by_day else None, within)
    return latest.with_only_columns(*(latest.selected_columns[name] for name in columns)) if columns else latest


def require_member(connection: Connection, member: str) -> Row[Any]:
    """The row of the register that counts of a member now; an unknown member is refused."""
    row = latest_rows(connection, only=[member]).get(member)
    if row is None:
        raise UnknownMember(member)
    return row


@dataclass(frozen=True)
class EndedRegistration:
    """That a member's registration has ended: on which day (None: not known), and why as the register writes it."""

    on: date | None
    reason: str | None

    @property
    def deceased(self) -> bool:
        """Whether the member died, so that what comes back goes to heirs."""
        return DECEASED in (self.reason or "")

    @property
    def says(self) -> str:
        """The same in words."""
        if self.deceased:
            return _("the member died (registration ended: {on}, {reason})", on=self.on or "—", reason=self.reason)
        return _("the member's registration ended ({on}, {reason})", on=self.on or "—", reason=self.reason or "—")


def ended_registration(row: Any) -> EndedRegistration | None:
    """Whether by a row of the register a registration has ended; None while it has not."""
    if row.deregistered_on is None and not row.deregistered_reason:
        return None
    return EndedRegistration(row.deregistered_on, row.deregistered_reason)


def people(connection: Connection, as_of: date | None = None, only: Collection[str] | None = None) -> dict[str, Person]:
    """Every member, or at least these, as the register says last (by the day, when one is given).

    Whose rows were all withdrawn is still named, without a day: what was applied for or posted stands under that name.
    """
    rows = latest_rows(connection, as_of, only, _PERSON)
    if as_of is None and (only is None or not rows.keys() >= set(only)):
        rows = _whoever_was_withdrawn(connection, rows.keys()) | rows
    return {number: Person(number, row.name, row.association) for number, row in rows.items()}


def _whoever_was_withdrawn(connection: Connection, known: Collection[str]) -> dict[str, Row[Any]]:
    """The last row of each member of whom nothing counts any more."""
    row, version = tables.withdrawn.c, tables.member_known
    withdrawn = select(row.row_id).where(row.of == version.name)
    statement = select(*(version.c[name] for name in _PERSON)).where(version.c.id.in_(withdrawn))
    statement = statement.order_by(version.c.known_on, version.c.id)
    return {row.member: row for row in connection.execute(statement) if row.member not in known}


def member_number(connection: Connection, written: str) -> str:
    """The registration number that a person wrote, in whatever width and spacing; one that names none is refused."""
    number = as_recorded(connection, "member", written)
    known = select(tables.member.c.number).where(tables.member.c.number == number)
    if connection.execute(known).first() is None:
        raise UnknownMember(written)
    return number


def members(connection: Connection, as_of: date, only: Collection[str] | None = None) -> dict[str, Person]:
    """Every member, or at least these, as the register said by the day; who came into it later, as it says last."""
    return people(connection, only=only) | people(connection, as_of, only)


@dataclass(frozen=True)
class Owners:
    """The member of each application."""

    persons: dict[str, Person]
    member_of: dict[str, str]

    def of(self, application: str) -> Person:
        """The member whose application it is."""
        return self.persons[self.member_of[application]]

    def order(self, application: str) -> Order:
        """Where the application stands in a list: by association from north to south, member, application."""
        return (*person_order(self.of(application)), numerically(application))


def owners(connection: Connection, as_of: date, applications: Collection[str] | None = None) -> Owners:
    """The member of every application there is, or of these, as known by the day."""
    owner, member_of = owned(AS_OF), dict[str, str]()
    for group in [None] if applications is None else batches(applications):
        statement = select(owner) if group is None else select(owner).where(owner.c.number.in_(group))
        member_of |= dict(each_row(connection, statement, {"as_of": as_of}))
    only = None if applications is None else set(member_of.values())
    return Owners(members(connection, as_of, only), member_of)


def person_order(person: Person) -> tuple[int, tuple[str | int, ...]]:
    """Where a member stands in a list: by association from north to south, then by number."""
    return _PLACE[person.association], numerically(person.number)


def numerically(text: str) -> tuple[str | int, ...]:
    """A key that sorts 第9号 before 第10号."""
    return tuple(int(part) if at % 2 else part for at, part in enumerate(_DIGITS.split(text)))
