"""Days, moments and texts that a database keeps and no program of ours reads are named at their row; nothing breaks.

SQLite keeps any text where a day has to be; PostgreSQL days beyond the first and the last that Python has.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Date, DateTime, create_engine, text
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.store import database
from tests import desk
from tests.copies import Copies, copies
from tests.test_insider import found

pytestmark = pytest.mark.thorough

# What stands in the place of a day or a moment.
BEYOND = {
    "postgresql": ("infinity", "-infinity", "10000-01-01", "0044-03-15 BC", "294276-12-31"),
    "sqlite": ("some day", "2012-02-30", "10000-01-01", "", "2012-05-31 noon"),
}


@pytest.fixture(scope="module")
def books(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield copies(request, url, request.param)


EACH_ENGINE = pytest.mark.parametrize("books", ["sqlite", "postgresql"], indirect=True, scope="module")
COLUMNS = [
    (name, column.name)
    for name, table in sorted(tables.metadata.tables.items())
    for column in table.columns
    if isinstance(column.type, Date | DateTime)
]


def put(url: str, table: str, column: str, value: str) -> str | None:
    """Puts a value into the last row of a table, past every rule; the key of the row, or None where there is none."""
    keys = [key.name for key in tables.metadata.tables[table].primary_key]
    order = ", ".join(f'"{key}" DESC' for key in keys)
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        named = ", ".join(f'"{key}"' for key in keys)
        last = connection.execute(text(f'SELECT {named} FROM "{table}" ORDER BY {order} LIMIT 1')).first()
        if last is None:
            return None
        where = " AND ".join(f"\"{key}\" = '{part}'" for key, part in zip(keys, last, strict=True))
        connection.execute(text(f'UPDATE "{table}" SET "{column}" = \'{value}\' WHERE {where}'))
        connection.commit()
    return "/".join(map(str, last))


@EACH_ENGINE
@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[".".join(column) for column in COLUMNS])
def test_a_day_that_is_none_is_named_at_its_row(books: Copies, table: str, column: str) -> None:
    with books.copy() as url:
        values = BEYOND["sqlite" if url.startswith("sqlite") else "postgresql"]
        key = put(url, table, column, values[COLUMNS.index((table, column)) % len(values)])
        if key is None:
            return
        faults = {(fault.code, fault.where) for fault in found(url)}
        assert {("row-changed", f"{table} {key}"), ("batch-changed", f"batch {key}")} & faults, faults
        for words in ("verify", "entries", "refund list", "todo", "deposits", "check --everyone --as-of 2012-05-31"):
            desk.typed(url, *words.split())
