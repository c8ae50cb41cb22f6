"""Who has the books is said to whoever waits for them, as far as the system or the server tells."""

import io
import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from exports.formats import progress
from ledger import dates
from ledger.store import database, holders, write_queue
from ledger.store.holders import Holder
from tests import around, desk

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("each_their_own")]

NOW = datetime(2012, 5, 10, 1, 2, 3)  # 10:02 in Japan


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 50)
    monkeypatch.setattr(dates, "now", lambda: NOW)


def refused(url: str, *words: str, lang: str = "en") -> str:
    """What is said to whom the books are locked."""
    answer = desk.typed(url, "--lang", lang, *words)
    assert (answer.exit_code, "(database-locked)" in answer.stderr) == (1, True), answer.output
    return answer.stderr


def test_a_command_that_writes_is_named_with_its_time_and_process(book_url: str) -> None:
    """By the name that it was typed with; a server knows the login, and since when by what the connection is called."""
    sqlite = book_url.startswith("sqlite")
    with database.writing(book_url, dry_run=True, by="乙川") as connection:
        if sqlite:
            who, process = "乙川", os.getpid()
        else:
            who, process = connection.exec_driver_sql("SELECT session_user, pg_backend_pid()").one()
        for words in (("book",), ("init",)):
            assert f"{who} (since 10:02, process {process})" in refused(book_url, *words)
            assert f"{who} (10:02 から, プロセス {process})" in refused(book_url, *words, lang="ja")
    desk.done(book_url, "book")


def test_another_program_is_said_to_be_one(book_url: str) -> None:
    if book_url.startswith("sqlite"):
        with closing(sqlite3.connect(book_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            said = refused(book_url, "book")
        assert "another program (" in said and f"process {os.getpid()})" in said
        return
    with psycopg.connect(book_url, application_name="psql\x1b[2J") as server:
        server.execute("LOCK TABLE fact IN ACCESS EXCLUSIVE MODE")
        server.execute(around.opening())
        said = refused(book_url, "book")
    assert "postgres (since " in said and "psql" in said and "\x1b" not in said


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_somebody_left_where_the_holder_is_said_counts_for_nothing(book_url: str) -> None:
    file = Path(book_url.removeprefix("sqlite:///"))
    turns = Path(f"{file}-turns")
    with database.writing(book_url, dry_run=True, by="乙川\x1b[2J\n丙田" + "長" * 300):
        said = turns.read_bytes()
        number = said[8:].split(b"\n")[0]
        shown = str(write_queue.holder(file))
        assert shown.startswith("乙川<U+001B>[2J 丙田") and "process" not in shown and len(shown) < 200
        for garbage in (b"", b"\xff\xfe", b"x\ny\nz\nw\n", number, b"9" * 30 + said[15:], number + b"\nx\ny\nz\n"):
            turns.write_bytes(said[:8] + garbage)
            assert write_queue.holder(file) is None
            assert "someone else" in (answer := refused(book_url, "book")) or "another program" in answer
        turns.write_bytes(said)
    assert write_queue.holder(file) is None


def test_whom_a_command_waits_for_is_known_while_it_waits(book_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Holder | None] = []
    locked = database._locked

    def given_up(*of: Any) -> Any:
        seen.append(holders.waited_for())
        return locked(*of)

    monkeypatch.setattr(database, "_locked", given_up)
    with database.writing(book_url, dry_run=True, by="乙川"):
        assert not holders.waits()
        refused(book_url, "book")
    assert not holders.waits() and holders.waited_for() is None
    if book_url.startswith("sqlite"):
        (holder,) = seen
        assert holder == Holder("乙川", NOW, os.getpid())


class Terminal(io.StringIO):
    """A terminal that keeps what it is shown."""

    def isatty(self) -> bool:
        """Whether it is a terminal: it is."""
        return True


def test_the_line_on_a_terminal_says_for_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_PATIENCE": 0.0, "_BEAT": 0.001, "_ASKED": 0}.items():
        monkeypatch.setattr(progress, name, value)
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown_on(terminal := Terminal()):
        holders.waiting(lambda: Holder("乙川\r", NOW, 7))
        while "乙川" not in terminal.getvalue():
            pass
        holders.obtained()
    assert "乙川" in terminal.getvalue() and "10:02" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
