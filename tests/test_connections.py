"""A connection that is kept stands in nobody's way: books can be copied, dropped and made again under their name."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.store import database
from tests import connections, crashes, desk
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


def _open(url: str) -> list[str]:
    """Which files of these books the process has open."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sorted(str(link.readlink()) for link in links if str(link.readlink()).startswith(url[10:]))


SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@SQLITE
def test_a_file_stays_open_until_it_is_copied_or_a_process_is_forked(book_url: str) -> None:
    for closes in (connections.let_go_of_files, partial(crashes.apart, lambda: 0)):
        with database.reading(book_url):
            pass
        assert _open(book_url)
        closes()
        assert not _open(book_url)


@SQLITE
def test_a_file_in_the_place_of_another_is_opened_and_references_hold_after_init(
    book_url: str, new_book: Callable[[], str]
) -> None:
    desk.done(book_url, "settings", "set", "people", "three")
    connections.let_go_of_files()  # so that all of it stands in the file, and nothing in its log
    before, other = desk.held(book_url), new_book()
    Path(other[10:]).replace(book_url[10:])
    assert desk.held(book_url) != before
    desk.done(book_url, "init")
    with database.reading(book_url) as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


@SQLITE
@pytest.mark.usefixtures("each_their_own")
def test_where_a_test_asks_for_it_each_command_opens_and_closes_its_own(book_url: str) -> None:
    with database.reading(book_url):
        assert _open(book_url)
    assert not _open(book_url)
