"""The records of the books, read and added in few statements: 100,000 rows come in seconds, on either database."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Row, Table, bindparam, func, select

from ledger import codes, tables
from ledger.facts import not_withdrawn
from ledger.intake.kind import FactValue, InputRow
from ledger.store.records import batches, signature

# How many keys one statement asks for; SQLite takes 32,766 at most, PostgreSQL 65,535.
_KEYS = 5_000
# How many rows one statement adds.
_ROWS = 20_000

# The columns of an input file that name an application.
APPLICATION_COLUMNS = ("application", *codes.LINK_FACTS)


class Records(NamedTuple):
    """The members that the books know, the member of each application, and the facts of each application.

    `facts` holds, by application and name, each day of knowing with what was said; the last one counts. `owners` are
    the members of each application, each with the day since when it was known to be theirs.
    """

    members: set[str]
    applications: dict[str, str]
    facts: dict[tuple[str, str], list[tuple[date, FactValue]]]
    owners: dict[str, list[tuple[date, str]]]


def records_of(connection: Connection, lines: Iterable[InputRow]) -> Records:
    """What the books hold of every member and application that the lines name."""
    named_members: set[str] = set()
    named_applications: set[str] = set()
    for line in lines:
        named_members.update(filter(None, [line.text("member")]))
        named_applications.update(filter(None, map(line.text, APPLICATION_COLUMNS)))
    member, application, fact = tables.member.c, tables.application.c, tables.fact.c
    members = {row.number for row in rows_of(connection, member.number, named_members, [member.number])}
    owned = [application.number, application.member]
    first = {row.number: row.member for row in rows_of(connection, application.number, named_applications, owned)}
    facts: dict[tuple[str, str], list[tuple[date, FactValue]]] = {}
    columns = [fact.application, fact.known_on, *(fact[part] for part in FactValue._fields)]
    stands = not_withdrawn(tables.fact, None)
    for row in rows_of(connection, fact.application, first, columns, [fact.known_on, fact.id], stands):
        facts.setdefault((row.application, row.name), []).append((row.known_on, FactValue._make(row[2:])))
    owners = {
        number: [(min((day for day, _fact in facts.get((number, "applied_on"), [])), default=date.min), member)]
        for number, member in first.items()
    }
    known = tables.application_known.c
    corrected = [known.application, known.known_on, known.member]
    for row in rows_of(
        connection,
        known.application,
        first,
        corrected,
        [known.known_on, known.id],
        not_withdrawn(tables.application_known, None),
    ):
        owners[row.application].append((row.known_on, row.member))
    return Records(members, {number: versions[-1][1] for number, versions in owners.items()}, facts, owners)


def record_sources(connection: Connection, digests: dict[str, str | None], by: str) -> dict[str, int]:
    """Records what tells something, files with their SHA-256 or a command, and gives the identity of each by its name.

    A file is named by its path, and recorded without its folders.
    """
    signed = signature(connection, by)
    sources: dict[str, int] = {}
    for name, sha256 in digests.items():
        row = {"name": Path(name).name, "sha256": sha256, **signed}
        key = connection.execute(tables.source.insert().values(row)).inserted_primary_key
        assert key is not None
        sources[name] = key[0]
    return sources


def rows_of(
    connection: Connection,
    key: Column[Any],
    keys: Collection[Any],
    columns: Collection[Column[Any]],
    order: Collection[Column[Any]] = (),
    where: ColumnElement[bool] | None = None,
) -> Iterator[Row[Any]]:
    """The rows whose key is one of these, and of which `where` holds; those of one key in the given order."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _KEYS):
        statement = select(*columns).where(key.in_(ordered[start : start + _KEYS])).order_by(*order)
        if where is not None:
            statement = statement.where(where)
        yield from connection.execute(statement)


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Adds rows of the same columns, in this order.

    PostgreSQL reads every constraint of the table anew for each statement, so there one statement adds many rows.
    """
    for batch in batches(rows, _ROWS):
        if connection.dialect.name != "postgresql":
            connection.execute(table.insert(), batch)
            continue
        lists = [bindparam(None, [row[name] for row in batch], type_=ARRAY(table.c[name].type)) for name in batch[0]]
        values = func.unnest(*lists).table_valued(*batch[0]).render_derived()
        connection.execute(table.insert().from_select(list(batch[0]), select(*values.c)))
