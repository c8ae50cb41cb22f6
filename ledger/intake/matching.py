"""Transfers that name no application: whose they could be, with the reasons, and a person's word which it is.

Nothing is ever settled by a likeness: a candidate is a suggestion, and only a person's word becomes a fact.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, select

from ledger import dates, facts, tables
from ledger.errors import Refusal, UnknownApplication, UnknownDeposit
from ledger.i18n import N_, _
from ledger.kana import search_key
from ledger.store.database import role

_BY_NAME = N_("the payer's name is the member's name")
_BY_NUMBER = N_("the transfer names the application")
_BY_MEMBER = N_("the transfer names the member's number")


@dataclass
class SettledOtherwise(Refusal):
    """deposit {deposit} is known to pay for application {application}"""

    deposit: str
    application: str
    instead = N_("if that is wrong, correct it by a deposits file with the same reference number")


@dataclass
class SettledBeforeKnown(Refusal):
    """deposit {deposit} became known on {known_on}, after {on}"""

    deposit: str
    on: date
    known_on: date
    instead = N_("use that day or a later one: --on {known_on}")


@dataclass(frozen=True)
class Candidate:
    """An application that a deposit could pay for, and why it could."""

    application: str
    member: str
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class UnmatchedDeposit:
    """A transfer that names no application: its reference, day, yen and payer, and whose it could be."""

    deposit: str
    received_on: date
    yen: int
    payer: str
    note: str | None
    candidates: tuple[Candidate, ...]


def unmatched(connection: Connection) -> list[UnmatchedDeposit]:
    """Every transfer that is not known to pay for an application, oldest first, with candidates still unpaid."""
    latest = list(connection.execute(facts.latest_version(*_VERSIONS, None)))
    paid = {row.application for row in latest if row.application is not None}
    unpaid = _unpaid(connection, paid)
    waiting = sorted((row for row in latest if row.application is None), key=lambda row: (row.received_on, row.deposit))
    return [
        UnmatchedDeposit(row.deposit, row.received_on, row.yen, row.payer, row.note, tuple(_candidates(row, unpaid)))
        for row in waiting
    ]


_VERSIONS = (tables.deposit_known, (tables.deposit_known.c.deposit,))


@dataclass(frozen=True)
class _Unpaid:
    """The applications for which nothing was received, by what a transfer may name."""

    by_number: dict[str, tuple[str, str, str]]
    by_name: dict[str, list[str]]
    by_member: dict[str, list[str]]


def _unpaid(connection: Connection, paid: set[str]) -> _Unpaid:
    application, versions = tables.application.c, tables.member_known
    known = connection.execute(facts.latest_version(versions, (versions.c.member,), None))
    persons = {row.member: row for row in known}
    found = _Unpaid({}, defaultdict(list), defaultdict(list))
    for number, member in connection.execute(select(application.number, application.member)):
        if number not in paid:
            person = persons[member]
            found.by_number[number] = (number, member, person.name)
            found.by_member[search_key(member)].append(number)
            for name in {person.kana, person.account_name, person.name} - {None}:
                found.by_name[search_key(name)].append(number)
    return found


def _candidates(row: Row[tuple[object, ...]], unpaid: _Unpaid) -> Iterator[Candidate]:
    told = search_key(f"{row.payer} {row.note or ''}")
    reasons: dict[str, list[str]] = defaultdict(list)
    for number in unpaid.by_number:
        if search_key(number) in told:
            reasons[number].append(_BY_NUMBER)
    for member, numbers in unpaid.by_member.items():
        if member in told:
            for number in numbers:
                reasons[number].append(_BY_MEMBER)
    for number in unpaid.by_name.get(search_key(row.payer), ()):
        reasons[number].append(_BY_NAME)
    for number, why in sorted(reasons.items(), key=lambda each: (-len(each[1]), each[0])):
        yield Candidate(*unpaid.by_number[number], tuple(_(each) for each in why))


def settle(connection: Connection, deposit: str, application: str, *, on: date, by: str) -> bool:
    """Enters a person's word, known from that day, that a transfer pays for an application; False: it was known.

    It is booked by the next `book`. Refused: an unknown deposit or application, a deposit that is known to pay for
    another one, and a day before the transfer was known.
    """
    versions = tables.deposit_known
    statement = facts.latest_version(*_VERSIONS, None, within=versions.c.deposit == deposit)
    known = connection.execute(statement).one_or_none()
    if known is None:
        raise UnknownDeposit(deposit)
    if known.application == application:
        return False
    if known.application is not None:
        raise SettledOtherwise(deposit, known.application)
    numbers = select(tables.application.c.number).where(tables.application.c.number == application)
    if connection.execute(numbers).first() is None:
        raise UnknownApplication(application)
    if on < known.known_on:
        raise SettledBeforeKnown(deposit, on, known.known_on)
    signed = {"recorded_at": dates.now(), "by": by, "role": role(connection)}
    key = connection.execute(tables.source.insert().values(name="seisan match", **signed)).inserted_primary_key
    assert key is not None
    same = {name: getattr(known, name) for name in ("deposit", "received_on", "yen", "payer", "note")}
    connection.execute(versions.insert().values(**same, application=application, known_on=on, source=key[0]))
    return True
