"""Connections to PostgreSQL that the next command at the same books uses again.

The program opens one for each command. In a test that is a new process of the server each time, which has to learn the
tables, the triggers and the plans anew: two thirds of what the server does in a run.
"""

import os
from collections import defaultdict
from itertools import chain
from typing import Any

from sqlalchemy import URL, Engine, create_engine

# By the name of the database. Engines are kept by the ledger for good, and a name may come again.
_kept: dict[str, list[Engine]] = defaultdict(list)


def keeping(url: URL, **options: Any) -> Engine:
    """Stands for `create_engine` in `ledger.store.database`: on PostgreSQL one connection stays open."""
    if url.drivername == "postgresql+psycopg":
        del options["poolclass"]
        # A server that a test restarts, or that ends a connection, is met as by a program that has just started.
        engine = create_engine(url, **options, pool_size=1, max_overflow=-1, pool_pre_ping=True)
        _kept[str(url.database)].append(engine)
        return engine
    return create_engine(url, **options)


def let_go(database: str) -> None:
    """Closes what is open to this database, as who copies or drops it has to."""
    for engine in _kept[database]:
        engine.dispose()


def let_go_of_all() -> None:
    """Closes whatever is open."""
    for database in list(_kept):
        let_go(database)


def _in_a_child() -> None:
    """A process that was forked opens its own: what is open belongs to the one that forked it."""
    for engine in chain(*_kept.values()):
        pool: Any = engine.pool
        if pool.checkedin():
            engine.dispose(close=False)


os.register_at_fork(after_in_child=_in_a_child)
