"""Many rows in few statements, both ways: 100,000 rows come in seconds and not in minutes, on either database."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ARRAY, Column, Connection, Row, Table, bindparam, func, select

# How many keys one statement asks for; SQLite takes 32,766 at most, PostgreSQL 65,535.
_KEYS = 5_000
# How many rows one statement adds on PostgreSQL.
_ROWS = 20_000


def rows_of(
    connection: Connection,
    key: Column[Any],
    keys: Collection[Any],
    columns: Collection[Column[Any]],
    order: Collection[Column[Any]] = (),
) -> Iterator[Row[Any]]:
    """The rows whose key is one of these; those of one key in the given order."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _KEYS):
        statement = select(*columns).where(key.in_(ordered[start : start + _KEYS])).order_by(*order)
        yield from connection.execute(statement)


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Adds rows of the same columns, in this order.

    PostgreSQL reads every constraint of the table anew for each statement, so there one statement adds many rows.
    """
    if connection.dialect.name != "postgresql":
        if rows:
            connection.execute(table.insert(), rows)
        return
    for start in range(0, len(rows), _ROWS):
        batch = rows[start : start + _ROWS]
        lists = [bindparam(None, [row[name] for row in batch], type_=ARRAY(table.c[name].type)) for name in batch[0]]
        values = func.unnest(*lists).table_valued(*batch[0]).render_derived()
        connection.execute(table.insert().from_select(list(batch[0]), select(*values.c)))
