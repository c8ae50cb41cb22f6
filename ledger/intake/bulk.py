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
    wanted = sorted(keys)
    for start in range(0, len(wanted), _KEYS):
        some = wanted[start : start + _KEYS]
        yield from connection.execute(select(*columns).where(key.in_(some)).order_by(*order))


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Adds rows of the same columns, in this order.

    PostgreSQL reads every constraint of the table anew for each statement, so there one statement adds many rows.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(table.insert(), rows)
        return
    names = list(rows[0])
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        lists = [bindparam(None, [row[name] for row in some], type_=ARRAY(table.c[name].type)) for name in names]
        values = func.unnest(*lists).table_valued(*names).render_derived()
        connection.execute(table.insert().from_select(names, select(*values.c)))
