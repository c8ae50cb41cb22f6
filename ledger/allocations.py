"""Allocations: whose fee a deposit is, part by part, as known by a day. What is not allocated waits in suspense.

A deposit is the bank's line; what it pays for is said by a file or by a person and may be said otherwise later. The
parts said last count, and each is posted as far as a fee is due for its application (see `booking.fees`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from ledger import tables
from ledger.facts import AS_OF, ONLY, not_withdrawn
from ledger.store.large import each_row
from ledger.store.records import batches


@dataclass(frozen=True)
class Part:
    """A part of a deposit: the application whose fee it is, and how many yen of it (None: as far as it is due)."""

    application: str
    yen: int | None = None


@dataclass(frozen=True)
class Allocation:
    """What is known of whose a deposit is: its parts (none: not known), since when, and the number of the version."""

    version: int
    known_on: date | None
    parts: tuple[Part, ...]

    @property
    def applications(self) -> tuple[str, ...]:
        """The applications that it pays for, in order."""
        return tuple(part.application for part in self.parts)


UNKNOWN = Allocation(0, None, ())


def at_most(parts: Collection[Part], yen: int) -> Iterator[tuple[Part, int]]:
    """Each part of a deposit of so many yen, with how many yen of it that can be."""
    named = sum(part.yen or 0 for part in parts)
    yield from ((part, part.yen or max(0, yen - named)) for part in parts)


def counting(
    as_of: ColumnElement[date] | None = AS_OF, within: ColumnElement[bool] | None = None
) -> Select[tuple[Any, ...]]:
    """The rows of the version that counts of each deposit: known last by the day (None: at all), then said last."""
    row = tables.allocation
    place = func.dense_rank().over(partition_by=row.c.deposit, order_by=(row.c.known_on.desc(), row.c.version.desc()))
    ranked = select(row, place.label("place")).where(not_withdrawn(row, as_of))
    if as_of is not None:
        ranked = ranked.where(row.c.known_on <= as_of)
    if within is not None:
        ranked = ranked.where(within)
    rows = ranked.subquery()
    return select(*(column for column in rows.c if column.name != "place")).where(rows.c.place == 1)


def owners(as_of: ColumnElement[date] | None = AS_OF, within: ColumnElement[bool] | None = None) -> Select[Any]:
    """The application that each deposit belongs to, of several the first: deposit, application."""
    rows = counting(as_of, within).subquery()
    first = and_(rows.c.part == 1, rows.c.application.is_not(None))
    return select(rows.c.deposit, rows.c.application).where(first)


def allocations(connection: Connection, deposits: Collection[str] | None = None) -> dict[str, Allocation]:
    """What is known today of whose these deposits are, or all; a deposit of which nothing was ever said is left out."""
    rows: dict[str, list[Any]] = {}
    groups: Iterable[Collection[str] | None] = [None] if deposits is None else batches(sorted(deposits))
    for group in groups:
        for row in each_row(connection, _known_last(group is not None), {} if group is None else {"only": group}):
            rows.setdefault(row.deposit, []).append(row)
    return {deposit: _allocation(parts) for deposit, parts in rows.items()}


@cache
def _known_last(few: bool) -> Select[Any]:
    """The rows that count of all deposits, or of those handed over; put together once."""
    return counting(None, tables.allocation.c.deposit.in_(ONLY) if few else None)


def _allocation(rows: Sequence[Any]) -> Allocation:
    parts = sorted((row for row in rows if row.application is not None), key=lambda row: row.part)
    return Allocation(rows[0].version, rows[0].known_on, tuple(Part(row.application, row.yen) for row in parts))


def allocate(
    connection: Connection,
    deposit: str,
    parts: Sequence[Part],
    *,
    known_on: date,
    source: Mapping[str, object],
    reason: str | None = None,
) -> None:
    """Appends what became known on a day of whose a deposit is; no parts: that it is not known."""
    version = last_versions(connection, [deposit]).get(deposit, 0) + 1
    rows = version_rows(deposit, version, parts, known_on, source, reason)
    connection.execute(tables.allocation.insert(), rows)


def version_rows(
    deposit: str,
    version: int,
    parts: Sequence[Part],
    known_on: date,
    source: Mapping[str, object],
    reason: str | None = None,
) -> list[dict[str, Any]]:
    """The rows of one version."""
    shared = {"deposit": deposit, "version": version, "known_on": known_on, "reason": reason}
    shared |= {"sheet": None, "row": None} | dict(source)
    if not parts:
        return [shared | {"part": 1, "application": None, "yen": None}]
    return [
        shared | {"part": nth, "application": part.application, "yen": part.yen} for nth, part in enumerate(parts, 1)
    ]


def last_versions(connection: Connection, deposits: Collection[str]) -> dict[str, int]:
    """The number of the version that was said last of each of these deposits, withdrawn or not."""
    row = tables.allocation.c
    versions: dict[str, int] = {}
    for group in batches(sorted(deposits)):
        statement = select(row.deposit, func.max(row.version)).where(row.deposit.in_(group)).group_by(row.deposit)
        versions |= dict(connection.execute(statement).all())
    return versions


class Said(NamedTuple):
    """A version of what a deposit was said to pay for: since when, its number, the applications (none: not known)."""

    said_on: date
    version: int
    applications: tuple[str, ...]


def said(connection: Connection, deposits: Collection[str]) -> dict[str, list[Said]]:
    """Everything that was said of whose these deposits are and was not withdrawn, as it was recorded."""
    row = tables.allocation
    parts: dict[tuple[str, date, int], list[str]] = {}
    for group in batches(sorted(deposits)):
        statement = select(row.c.deposit, row.c.known_on, row.c.version, row.c.application)
        statement = statement.where(row.c.deposit.in_(group), not_withdrawn(row, None))
        statement = statement.order_by(row.c.deposit, row.c.version, row.c.part)
        for deposit, known_on, version, application in connection.execute(statement):
            parts.setdefault((deposit, known_on, version), []).extend([application] if application else [])
    versions: dict[str, list[Said]] = {}
    for (deposit, known_on, version), applications in parts.items():
        versions.setdefault(deposit, []).append(Said(known_on, version, tuple(applications)))
    return versions
