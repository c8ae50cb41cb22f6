"""Members by name: in any spelling, in kanji or kana, as banks write it too, whole or in part."""

from collections.abc import Sequence
from difflib import get_close_matches

from sqlalchemy import Connection, select

from ledger import tables
from ledger.errors import Refusal, UnknownMember
from ledger.facts import latest_version
from ledger.i18n import N_
from ledger.kana import number_groups, search_key
from ledger.people.register import Person, numerically, person_order
from ledger.store.large import each_row
from ledger.store.numbers import as_recorded, containing
from ledger.store.records import batches


class NoMemberNamed(Refusal):
    """there is no member {written}; near to it are: {near}"""

    written: str
    near: list[str]
    instead = N_("look the member up, by a part of the name or of the number: seisan find TEXT")


class SeveralMembers(Refusal):
    """{written} may be any of {count} members: {members}"""

    written: str
    count: int
    members: list[str]
    first: str
    instead = N_("name one by the number, such as: '{first}'")


# As many members are named in a refusal, and as many are near to a name.
NAMED, NEAR = 20, 5


def find_members(connection: Connection, written: str) -> list[str]:
    """The numbers of the members that a number, a name or a part of either may mean, those that are exactly it first.

    A name is looked for among all that the register ever said: in kanji, in kana, and as the bank account is named.
    """
    if any(group.isdecimal() for group in number_groups(written)):
        return containing(connection, "member", written)
    return [number for number, _whole in _by_name(connection, written)]


def _by_name(connection: Connection, written: str) -> list[tuple[str, bool]]:
    """The members in whose name it stands, and whether it is all of it; where it is somebody's, only those."""
    key = search_key(written)
    if not key:
        return []
    row, found = tables.member_known.c, dict[str, bool]()
    key_of: dict[str | None, str] = {None: ""}
    for member, *names in each_row(connection, select(row.member, row.name, row.kana, row.account_name)):
        for name in names:
            if (known := key_of.get(name)) is None:
                known = key_of[name] = search_key(name)
            if key in known:
                found[member] = found.get(member, False) or key == known
    return sorted(found.items(), key=lambda member: (not member[1], numerically(member[0])))


def _names(connection: Connection) -> dict[tuple[str | None, ...], list[str]]:
    """The members of each name that the register ever said."""
    row = tables.member_known.c
    members: dict[tuple[str | None, ...], list[str]] = {}
    for member, *names in each_row(connection, select(row.member, row.name, row.kana, row.account_name)):
        members.setdefault(tuple(names), []).append(member)
    return members


def near(connection: Connection, written: str) -> list[str]:
    """A few members whose name is like what was written: number and name."""
    by_key: dict[str, str] = {}
    for names, members in _names(connection).items():
        for name in filter(None, names):
            by_key.setdefault(search_key(name), f"{members[0]} {names[0]}")
    return list(dict.fromkeys(by_key[key] for key in get_close_matches(search_key(written), by_key, NEAR, 0.6)))


def find_member(connection: Connection, written: str) -> str:
    """The number of the one member that was meant, by number or by name in any spelling.

    Refused: what may mean several (several-members), and what means none (no-member-named; unknown-member where no
    name is near to it).
    """
    number = as_recorded(connection, "member", written)
    if connection.execute(select(tables.member.c.number).where(tables.member.c.number == number)).first():
        return number
    found = containing(connection, "member", written)
    if not found:
        named = _by_name(connection, written)
        found = [number for number, whole in named if whole] or [number for number, _whole in named]
    if len(found) == 1:
        return found[0]
    if found:
        raise _several(connection, written, found)
    if alike := near(connection, written):
        raise NoMemberNamed(written, alike)
    raise UnknownMember(written)


def _several(connection: Connection, written: str, numbers: list[str]) -> SeveralMembers:
    known = sorted(persons(connection, numbers).values(), key=person_order)
    shown = [f"{person.number} {person.name}({person.association})" for person in known[:NAMED]]
    return SeveralMembers(written, len(known), [*shown, "…"] if len(known) > NAMED else shown, known[0].number)


def persons(connection: Connection, numbers: Sequence[str]) -> dict[str, Person]:
    """These members, as the register says last; of whom nothing counts any more, as it said last."""
    versions = tables.member_known
    found: dict[str, Person] = {}
    for group in batches(numbers):
        within = versions.c.member.in_(group)
        every = select(versions.c.member, versions.c.name, versions.c.association).where(within)
        latest = latest_version(versions, (versions.c.member,), None, within).subquery().c
        for statement in (
            every.order_by(versions.c.known_on, versions.c.id),
            select(latest.member, latest.name, latest.association),
        ):
            found |= {number: Person(number, *said) for number, *said in connection.execute(statement)}
    return found
