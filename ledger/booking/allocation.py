"""The allocation of a deposit on a person's word: whose it is, part by part, taken back or moved, and posted at once.

A file says it too (`intake.importer`); the version that became known last counts.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from ledger import facts, tables
from ledger.allocations import UNKNOWN, Allocation, Part, allocate, allocations
from ledger.booking.run import book
from ledger.codes import Account
from ledger.errors import Refusal, UnknownApplication, UnknownDeposit
from ledger.i18n import N_
from ledger.intake.records import record_sources
from ledger.journal.balances import held_for
from ledger.journal.refusals import NoReasonGiven
from ledger.money import parse_whole


class SettledOtherwise(Refusal):
    """deposit {deposit} is known to pay for {applications}, and nothing of it is left"""

    deposit: str
    applications: list[str]
    instead = N_("if that is wrong, take it back first: seisan unmatch {deposit} --reason …")


class PartsBeyondDeposit(Refusal):
    """the parts of deposit {deposit} come to {parts} yen, and it is of {yen} yen"""

    deposit: str
    parts: int
    yen: int
    instead = N_("name less for an application, as in: seisan match {deposit} APPLICATION=YEN")


class NotAllocated(Refusal):
    """deposit {deposit} is not known to pay for {application}"""

    deposit: str
    application: str
    instead = N_("see whose it is: seisan match {deposit}")


class NotAPart(Refusal):
    """'{text}' is no application, nor an application with yen (APPLICATION=YEN)"""

    text: str
    instead = N_("for example: seisan match 20120310-7 2012-0040 2012-0041=7245")


class SettledBeforeKnown(Refusal):
    """deposit {deposit}, or what it pays for, became known on {known_on}, after {on}"""

    deposit: str
    on: date
    known_on: date
    instead = N_("use that day or a later one: --on {known_on}")


def parse_part(text: str) -> Part:
    """A part as it is typed: an application, or an application and yen (A=7245). Refused: what is neither."""
    number, equals, amount = unicodedata.normalize("NFKC", text).strip().rpartition("=")
    if not equals:
        return Part(amount)
    yen = parse_whole(amount)
    if not number.strip() or yen is None or yen <= 0:
        raise NotAPart(text)
    return Part(number.strip(), yen)


def settle(connection: Connection, deposit: str, parts: Sequence[Part], *, on: date, through: date, by: str) -> bool:
    """Allocates a transfer on a person's word, known from that day, in parts; False: it was known so.

    An application is paid as far as its fee is due, or by the yen named; parts that were known before stay, and what is
    left waits in suspense. What this calls for is posted, up to the day `through`. Refused: an unknown deposit or
    application, a deposit of which nothing is left, parts beyond its yen, and a day before the transfer was known.
    """
    current = _current(connection, deposit)
    before = allocations(connection, [deposit]).get(deposit, UNKNOWN)
    allocated = {part.application: part for part in before.parts}
    _require_applications(connection, parts)
    new = [part for part in parts if allocated.get(part.application) != part]
    if not new:
        return False
    if before.parts and not _left(connection, deposit):
        raise SettledOtherwise(deposit, list(before.applications))
    merged = list({**allocated, **{part.application: part for part in new}}.values())
    named = sum(part.yen or 0 for part in merged)
    if named > current.yen:
        raise PartsBeyondDeposit(deposit, named, current.yen)
    _require_later(current, before, on)
    _record(connection, "seisan match", deposit, merged, on=on, through=through, by=by)
    return True


def take_back(
    connection: Connection, deposit: str, application: str | None, *, on: date, reason: str, through: date, by: str
) -> bool:
    """Takes back, wholly or of one application, what a transfer was said to pay for; False: it was so before.

    From that day on it is not known, and what was posted goes back to suspense. Refused: an unknown deposit, an
    application that it does not pay for, no reason, and a day before the transfer was known.
    """
    current = _current(connection, deposit)
    before = allocations(connection, [deposit]).get(deposit, UNKNOWN)
    if not before.parts:
        return False
    if application is not None and application not in before.applications:
        if _taken_back_before(connection, deposit, before, application, on, reason):
            return False
        raise NotAllocated(deposit, application)
    if not reason.strip():
        raise NoReasonGiven("unmatch")
    _require_later(current, before, on)
    rest = [part for part in before.parts if application is not None and part.application != application]
    _record(connection, "seisan unmatch", deposit, rest, on=on, through=through, by=by, reason=reason)
    return True


def _taken_back_before(
    connection: Connection, deposit: str, before: Allocation, application: str, on: date, reason: str
) -> bool:
    """Whether what counts is that a deposit was taken back of this application, on that day and for that reason."""
    row = tables.allocation.c
    last = (row.deposit == deposit, row.version == before.version, row.known_on == on, row.reason == reason)
    earlier = (row.deposit == deposit, row.version == before.version - 1, row.application == application)
    return all(connection.execute(select(row.id).where(*where)).first() is not None for where in (last, earlier))


def _require_later(current: Row[Any], before: Allocation, on: date) -> None:
    """What is said now counts only from when the transfer, and what was said of it last, were known."""
    known_on = max(current.known_on, before.known_on or current.known_on)
    if on < known_on:
        raise SettledBeforeKnown(current.deposit, on, known_on)


def _current(connection: Connection, deposit: str) -> Row[Any]:
    versions = tables.deposit_known
    statement = facts.latest_version(versions, (versions.c.deposit,), None, versions.c.deposit == deposit)
    current = connection.execute(statement).one_or_none()
    if current is None:
        raise UnknownDeposit(deposit)
    return current


def _require_applications(connection: Connection, parts: Sequence[Part]) -> None:
    number = tables.application.c.number
    numbers = set(connection.execute(select(number).where(number.in_([part.application for part in parts]))).scalars())
    if unknown := [part.application for part in parts if part.application not in numbers]:
        raise UnknownApplication(unknown[0])


def _left(connection: Connection, deposit: str) -> bool:
    """Whether anything of a transfer waits in suspense."""
    return held_for(connection, Account.SUSPENSE, "deposit", deposit) > 0


def _record(
    connection: Connection,
    command: str,
    deposit: str,
    parts: Sequence[Part],
    *,
    on: date,
    through: date,
    by: str,
    reason: str | None = None,
) -> None:
    (source,) = record_sources(connection, {command: None}, by).values()
    applications = {*allocations(connection, [deposit]).get(deposit, UNKNOWN).applications}
    allocate(connection, deposit, parts, known_on=on, source={"source": source}, reason=reason)
    applications |= {part.application for part in parts}
    book(connection, max(on, through), by=by, only=applications, deposits=[deposit])
