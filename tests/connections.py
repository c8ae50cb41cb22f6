"""Connections to PostgreSQL that the next command at the same books uses again.

The program opens one for each command. In a test that is a new process of the server each time, which has to learn the
tables, the triggers and the plans anew: two thirds of what the server does in a run.
"""

import os
from typing import Any

from sqlalchemy import URL, Engine, create_engine

_kept: list[Engine] = []


def keeping(url: URL, **options: Any) -> Engine:
    """Stands for `create_engine` in `ledger.store.database`: on PostgreSQL one connection stays open."""
    if url.drivername == "postgresql+psycopg":
        del options["poolclass"]
        # A server that a test restarts, or that ends a connection, is met as by a program that has just started.
        engine = create_engine(url, **options, pool_size=1, max_overflow=-1, pool_pre_ping=True)
        _kept.append(engine)
        return engine
    return create_engine(url, **options)


def let_go(database: str | None = None) -> None:
    """Closes what is open to this database, as who copies or drops it has to; or to all."""
    for engine in [each for each in _kept if database in (None, each.url.database)]:
        engine.dispose()


def forget(database: str) -> None:
    """The database is gone."""
    let_go(database)
    _kept[:] = [each for each in _kept if each.url.database != database]


def _in_a_child() -> None:
    """A process that was forked opens its own: what is open belongs to the one that forked it."""
    for engine in _kept:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_in_a_child)
