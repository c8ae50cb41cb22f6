"""Somebody's own program at the books: it opens a write as ours does, and then sends what it likes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from ledger.store import database


def opening(command: str = "init", by: str = "x") -> str:
    """What PostgreSQL is asked so that it takes rows, by a program that says it is this command and this person."""
    return f"SELECT begin_write('{command}', '{by}', now() AT TIME ZONE 'UTC')"


def opened(connection: Connection, command: str = "init", by: str = "x") -> Connection:
    """The connection, with a write that is open; SQLite asks for none."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(opening(command, by)))
    return connection


@contextmanager
def writing(url: str, command: str = "init", by: str = "x") -> Iterator[Connection]:
    """A connection that sets nothing up, with a write that is open."""
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        yield opened(connection, command, by)
