"""The books as they stood: what is asked of them sees the rows sealed by then, and no other, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, column, func, select, table, text

from ledger import tables
from ledger.audit import snapshot
from ledger.store import database, seals
from tests import desk


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a record in every table."""
    with desk.books(request, desk.everything) as url:
        yield url


def _last(connection: Connection) -> int:
    return int(connection.execute(select(func.max(tables.batch.c.no))).scalar_one())


def _rows(connection: Connection, name: str) -> set[str]:
    """The keys of what a table is seen to hold, asked for under its plain name."""
    key = [each.name for each in tables.metadata.tables[name].primary_key]
    rows: Any = connection.execute(select(*(column(each) for each in key)).select_from(table(name)))
    return {"/".join(map(str, row)) for row in rows}


def test_every_table_holds_exactly_what_had_been_sealed(kept: str) -> None:
    with database.reading(kept) as connection:
        last = _last(connection)
        for batch in (0, 1, 2, 3, 5, *range(8, last, 7), last - 1, last):
            upto = select(tables.seal.c.of, tables.seal.c.key).where(tables.seal.c.batch <= batch)
            sealed = {tuple(row) for row in connection.execute(upto)}
            with snapshot.after(connection, batch):
                seen = {(name, key) for name in seals.SEALED for key in _rows(connection, name)}
                entries = _rows(connection, "entry")
                moved = set(connection.execute(text("SELECT entry FROM movement")).scalars())
                assert _last(connection) == batch if batch else not _rows(connection, "batch")
            assert seen == sealed, batch
            assert {str(no) for no in moved} == entries
        assert _last(connection) == last
