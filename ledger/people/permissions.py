"""Who may do what: the list of people, and every change of it, which waits for a second person once there are two.

Without a list names are taken at their word. Once somebody is listed, only those who are listed write, each what they
may, and they sign by the name of the list, however they spell it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, select

from ledger import dates, tables
from ledger.codes import RIGHTS, STATES
from ledger.errors import NamesNobody
from ledger.i18n import _
from ledger.kana import same_person, signed_name
from ledger.people.four_eyes import one_person
from ledger.people.refusals import (
    NobodyLeftToApprove,
    NoSuchRight,
    NotAllowed,
    NotListed,
    PeopleChangeDecided,
    SamePersonChangesPeople,
    UnknownPeopleChange,
    UnknownPerson,
)
from ledger.store.records import next_number, signature


@dataclass(frozen=True)
class ListedPerson:
    """A person of the list: what they may do, since when, and until when (None: they are listed now)."""

    name: str
    may: tuple[str, ...]
    since: date
    until: date | None = None


@dataclass(frozen=True)
class WaitingChange:
    """A change of people that waits for a second person: what somebody shall be allowed (nothing: to be ended)."""

    no: int
    name: str
    may: tuple[str, ...]
    proposed_on: date
    proposed_by: str
    role: str | None


@dataclass(frozen=True)
class People:
    """Everybody who was ever listed, in the order of their first change, and the changes that wait."""

    everybody: tuple[ListedPerson, ...]
    waiting: tuple[WaitingChange, ...]

    @property
    def listed(self) -> dict[str, tuple[str, ...]]:
        """What each person may do who is listed now."""
        return {person.name: person.may for person in self.everybody if person.until is None}

    def spelled(self, name: str) -> str:
        """The name as it was listed first; one that was never listed, as it is."""
        return next((person.name for person in self.everybody if same_person(name, person.name)), name)

    def who(self, *rights: str) -> list[str]:
        """Those who may do any of this."""
        return [name for name, may in self.listed.items() if set(rights) & set(may)]


def people(connection: Connection) -> People:
    """The list of people as it is now."""
    rows = connection.execute(_changes()).all()
    everybody: dict[str, ListedPerson] = {}
    for row in (row for row in rows if row.state == "approved"):
        before, may = everybody.get(row.name), _rights(row.may)
        if may:
            goes_on = before is not None and before.until is None
            since = before.since if before is not None and goes_on else row.happened_on
            everybody[row.name] = ListedPerson(row.name, may, since)
        elif before is not None:
            everybody[row.name] = ListedPerson(row.name, before.may, before.since, row.happened_on)
    waiting = (
        WaitingChange(row.no, row.name, _rights(row.may), dates.day_of(row.recorded_at), row.by, row.role)
        for row in rows
        if row.step is None
    )
    return People(tuple(everybody.values()), tuple(sorted(waiting, key=lambda change: change.no)))


@cache
def _changes() -> Select[Any]:
    change, step = tables.people_change, tables.people_step
    return (
        select(change, step.c.no.label("step"), step.c.state, step.c.happened_on)
        .outerjoin(step, step.c.change == change.c.no)
        .order_by(step.c.no, change.c.no)
    )


def _rights(may: str) -> tuple[str, ...]:
    return tuple(right for right in may.split(",") if right)


def permitted(connection: Connection, by: str, may: Collection[str]) -> str:
    """The name that a person signs by who may do any of this.

    Refused, once people are listed: who is not (not-listed), and who may not (not-allowed).
    """
    known = people(connection)
    if not known.listed:
        return by
    name = known.spelled(by)
    if name not in known.listed:
        raise NotListed(by, list(known.listed))
    if not set(may) & set(known.listed[name]):
        raise NotAllowed(name, [RIGHTS[right].said for right in may], known.who(*may))
    return name


@dataclass(frozen=True)
class PeopleChange:
    """What became of a change of people: its number, the state that it is in, and whether anything was done now."""

    no: int
    name: str
    may: tuple[str, ...]
    state: str
    changed: bool


def add(connection: Connection, name: str, may: str, *, on: date, by: str) -> PeopleChange:
    """Proposes what a person may do, as words with commas between; for one who is listed it takes the place of before.

    It takes effect at once while nobody else is listed. Refused: a name that names nobody, an unknown right, none.
    """
    rights = []
    for written in may.replace("、", ",").split(","):
        right = RIGHTS.find(written.strip().lower())
        if right is None:
            raise NoSuchRight(written.strip() or "—", list(RIGHTS.codes))
        rights.append(right.code)
    plain = signed_name(name)
    if plain is None:
        raise NamesNobody(name)
    known = people(connection)
    ordered = tuple(code for code in RIGHTS.codes if code in rights)
    return _propose(connection, known, known.spelled(plain), ordered, on=on, by=by)


def end(connection: Connection, name: str, *, on: date, by: str) -> PeopleChange:
    """Proposes that a person may do nothing any more. Refused: who is not listed, and the last who may approve."""
    known = people(connection)
    spelled = known.spelled(name)
    if spelled not in {person.name for person in known.everybody}:
        raise UnknownPerson(name)
    return _propose(connection, known, spelled, (), on=on, by=by)


def _propose(
    connection: Connection, known: People, name: str, may: tuple[str, ...], *, on: date, by: str
) -> PeopleChange:
    if known.listed.get(name, ()) == may:
        return PeopleChange(0, name, may, "approved", changed=False)
    for change in known.waiting:
        if (change.name, change.may) == (name, may):
            return PeopleChange(change.no, name, may, "proposed", changed=False)
    _require_somebody_left(known, name, may)
    table = tables.people_change
    no = next_number(connection, table.c.no)
    row = {"no": no, "name": name, "may": ",".join(may)}
    connection.execute(table.insert().values(row | signature(connection, by)))
    if _seconds(known, by):
        return PeopleChange(no, name, may, "proposed", changed=True)
    _decide(connection, no, "approved", None, on=on, by=by)
    return PeopleChange(no, name, may, "approved", changed=True)


def _require_somebody_left(known: People, name: str, may: tuple[str, ...]) -> None:
    """A list on which somebody may approve is never left without; and a list is never left empty."""
    others = {other: rights for other, rights in known.listed.items() if other != name}
    approving = "approve" in known.listed.get(name, ()) and "approve" not in may
    if (approving and not any("approve" in rights for rights in others.values())) or not (may or others):
        raise NobodyLeftToApprove(name)


def _seconds(known: People, proposer: str) -> list[str]:
    """Who can let a change take effect: those who may approve, without the proposer; while there are none, all others.

    So nobody is given a right by two who may not approve while there is one who may, and one who alone may approve
    still has a second person.
    """
    others = {name: may for name, may in known.listed.items() if not same_person(name, proposer)}
    return [name for name, may in others.items() if "approve" in may] or list(others)


def approve(connection: Connection, no: int, *, on: date, by: str) -> PeopleChange:
    """Lets a change take effect, as a second person. Refused: an unknown change, one rejected, and who proposed it."""
    known, row = people(connection), _change(connection, no)
    if row.state == "approved":
        return PeopleChange(no, row.name, _rights(row.may), "approved", changed=False)
    if row.state is not None:
        raise PeopleChangeDecided(no, _(STATES[row.state]))
    seconds = _seconds(known, row.by)
    if seconds and one_person(connection, by, row.by, row.role):
        raise SamePersonChangesPeople(by, no, seconds)
    if seconds and by not in seconds:
        raise NotAllowed(by, [RIGHTS["approve"].said], seconds)
    _require_somebody_left(known, row.name, _rights(row.may))
    _decide(connection, no, "approved", None, on=on, by=by)
    return PeopleChange(no, row.name, _rights(row.may), "approved", changed=True)


def reject(connection: Connection, no: int, *, reason: str, on: date, by: str) -> PeopleChange:
    """Rejects a change that waits; the reason is kept. Refused: an unknown change, and one that took effect."""
    row = _change(connection, no)
    if row.state == "rejected":
        return PeopleChange(no, row.name, _rights(row.may), "rejected", changed=False)
    if row.state is not None:
        raise PeopleChangeDecided(no, _(STATES[row.state]))
    assert reason.strip()
    _decide(connection, no, "rejected", reason, on=on, by=by)
    return PeopleChange(no, row.name, _rights(row.may), "rejected", changed=True)


def _change(connection: Connection, no: int) -> Any:
    change, step = tables.people_change, tables.people_step
    statement = select(change, step.c.state).outerjoin(step, step.c.change == change.c.no).where(change.c.no == no)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise UnknownPeopleChange(no)
    return row


def _decide(connection: Connection, no: int, state: str, reason: str | None, *, on: date, by: str) -> None:
    step = tables.people_step
    row = {"no": next_number(connection, step.c.no), "change": no, "state": state, "happened_on": on, "reason": reason}
    connection.execute(step.insert().values(row | signature(connection, by)))
