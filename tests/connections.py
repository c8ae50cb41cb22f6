"""Connections that the next command at the same books uses again.

The program opens one for each command. In a test that is, on PostgreSQL, a new process of the server each time, which
has to learn the tables, the triggers and the plans anew: two thirds of what the server does in a run. On SQLite the
schema is read and the log made anew each time: a tenth of what the tests do.

What a file is when nobody has it open is a matter of its own (a crash, a backup, a lack of room): there each command
opens its own (`each_their_own`), and so does every process that is forked.
"""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

# By the name of the database. Engines are kept by the ledger for good, and a name may come again.
_kept: dict[str, list[Engine]] = defaultdict(list)

# So many statements SQLite keeps prepared at a connection: all that `verify` asks, of which Python alone keeps a part.
_PREPARED = 2000

# Those of SQLite that may have a file open.
_files: set[Engine] = set()
_own = False


def keeping(url: URL, **options: Any) -> Engine:
    """Stands for `create_engine` in `ledger.store.database`: one connection stays open, but to what lies still."""
    if "immutable" in url.query:
        return create_engine(url, **options)
    del options["poolclass"]
    options |= {"pool_size": 1, "max_overflow": -1}
    if url.drivername != "postgresql+psycopg":
        engine = create_engine(url, **options, connect_args={"cached_statements": _PREPARED})
        event.listen(engine, "connect", _opened)
        event.listen(engine, "checkout", _require_as_opened)
        event.listen(engine, "checkout", lambda *_: _files.add(engine))
        event.listen(engine, "checkin", _own_is_closed)
        return engine
    # A server that a test restarts, or that ends a connection, is met as by a program that has just started.
    engine = create_engine(url, **options, pool_pre_ping=True)
    _kept[str(url.database)].append(engine)
    return engine


def _place(connection: sqlite3.Connection) -> tuple[int, int] | None:
    """Where the file of a connection lies on the disk; None if its path leads to none."""
    file = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    if not file.exists():
        return None
    found = file.stat()
    return found.st_dev, found.st_ino


def _opened(connection: sqlite3.Connection, record: Any) -> None:
    record.info["place"] = _place(connection)


def _require_as_opened(connection: sqlite3.Connection, record: Any, _fairy: object) -> None:
    """Another file may stand in the place of the one that was opened; and `init` lets references dangle for a time."""
    if _place(connection) != record.info["place"] or not connection.execute("PRAGMA foreign_keys").fetchone()[0]:
        raise DisconnectionError


def _own_is_closed(connection: sqlite3.Connection | None, record: Any) -> None:
    if _own and connection is not None:
        record.invalidate()


def let_go(database: str) -> None:
    """Closes what is open to this database of PostgreSQL, as who copies or drops it has to."""
    for engine in _kept[database]:
        engine.dispose()


def let_go_of_files() -> None:
    """Closes every file of SQLite, as at the end of a test, and before a file is copied."""
    while _files:
        _files.pop().dispose()


def let_go_of_all() -> None:
    """Closes whatever is open."""
    let_go_of_files()
    for database in list(_kept):
        let_go(database)


@contextmanager
def each_their_own() -> Iterator[None]:
    """Within the block each command opens its file itself and closes it, as the program does."""
    global _own  # noqa: PLW0603 - of the whole process, as the connections are
    let_go_of_files()
    _own = True
    yield
    _own = False


def _in_a_child() -> None:
    """A process that was forked opens its own: what is open belongs to the one that forked it."""
    for engine in chain(*_kept.values()):
        pool: Any = engine.pool
        if pool.checkedin():
            engine.dispose(close=False)


# A file of SQLite may not be carried into another process at all.
os.register_at_fork(before=let_go_of_files, after_in_child=_in_a_child)
