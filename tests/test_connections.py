"""A connection that is kept stands in nobody's way: books can be copied, dropped and made again under their name."""

import os

from sqlalchemy import text

from ledger.store import database
from tests import connections, crashes
from tests.server import Server


def _asked(url: str) -> int:
    """Which process of the server answers."""
    with database._engine(url).connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_the_next_command_uses_the_connection_of_the_one_before(server: Server) -> None:
    name = f"kept_{os.getpid()}"
    server.copy("template0", name)
    assert _asked(server.url(name)) == (before := _asked(server.url(name)))
    assert crashes.apart(lambda: int(_asked(server.url(name)) == before)) == 0, "a process that was forked has its own"
    assert _asked(server.url(name)) == before
    connections.let_go(name)
    assert _asked(server.url(name)) != before
    server.drop(name)


def test_books_are_copied_dropped_and_made_again_under_their_name(server: Server) -> None:
    name = f"again_{os.getpid()}"
    for _ in range(2):
        server.copy("template0", name)
        _asked(server.url(name))
        server.copy(name, f"{name}_copy")
        server.drop(f"{name}_copy")
        server.drop(name)
