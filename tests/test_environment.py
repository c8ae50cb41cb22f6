"""What books stand in fails under a command: room, permissions, the server. Each is a sentence, and nothing is lost.

What a crash leaves, and a clock that is wrong, is in `test_crashes`.
"""

import ctypes
import json
import os
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine.default import DefaultDialect

from ledger import dates
from ledger.store import database
from tests import crashes, desk
from tests.commands import WRITING
from tests.copies import Copies
from tests.crashes import held
from tests.desk import CLERK, ON
from tests.server import Server, own

# Commands that stand for all: one that takes a file in, two that post, one that only adds a step (and fits anywhere).
SOME = ("import", "book", "refund paid", "refund approve")
SQLITE = pytest.mark.parametrize("made", ["sqlite"], indirect=True, scope="module")


pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("one_moment", "each_their_own")]


def apart(url: str, around: Callable[[], None], *words: str, by: str = CLERK) -> tuple[int, str]:
    """What a command answers in a process of its own, in which something was done before: its exit code, the refusal.

    A traceback is no answer: the code is then 100.
    """
    reading, writing = os.pipe()

    def work() -> int:
        around()
        answer = desk.typed(url, *words, "--json", by=by)
        said = json.loads(answer.stdout).get("refused", "") if answer.exit_code else ""
        os.write(writing, str(said).encode() or b"-")
        return int(answer.exit_code)

    try:
        code = crashes.apart(work)
        os.close(writing)
        return code, os.read(reading, 100).decode()
    finally:
        os.close(reading)


# --- nothing may be written any more --------------------------------------------------------------------------------


@contextmanager
def read_only_from(url: str, nth: int) -> Iterator[None]:
    """From the nth statement that adds something on, the database only lets itself be read: a medium gone read-only."""
    seen = 0

    def before(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        nonlocal seen
        seen += statement.startswith("INSERT")
        if seen == nth and statement.startswith("INSERT"):
            sqlite = connection.dialect.name == "sqlite"
            driver: Any = connection.connection.cursor()
            driver.execute("PRAGMA query_only=ON" if sqlite else "SET TRANSACTION READ ONLY")

    event.listen(engine := database._engine(url), "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)
    assert seen >= nth, "it came that far"


@pytest.mark.parametrize("command", SOME)
def test_books_that_are_read_only_in_the_middle_of_a_command(made: Copies, command: str) -> None:
    words, by = f"{command} {WRITING[command].typed}", WRITING[command].by
    with made.copy() as url:
        typed = desk.resolved(url, words)
        before = held(url)
        # The seals are the last; on PostgreSQL the server adds them.
        for nth in (1, 2) if url.startswith("sqlite") else (1,):
            with read_only_from(url, nth):
                answer = desk.typed(url, *typed, "--json", by=by)
            assert (answer.exit_code, json.loads(answer.stdout)["refused"]) == (1, "not-writable")
            assert held(url) == before
        desk.done(url, *typed, by=by)
        after = held(url)
        assert after != before
        desk.done(url, *typed, by=by)
        assert held(url) == after


# The right of root to write whatever the permissions say, and the call by which a process gives rights up (Linux).
_OVERRIDES = 0b110
_CAPSET, _VERSION = {"x86_64": 126, "aarch64": 91}, 0x20080522


def bound_by_permissions() -> None:
    """Gives up, for this process, what root may do against the permissions of a file; nothing, if we are not root."""
    if os.geteuid() != 0:
        return
    library, rights = ctypes.CDLL(None, use_errno=True), 0xFFFF_FFFF & ~_OVERRIDES
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    # Effective, permitted, inheritable; twice, for the rights beyond the first 32.
    told = (ctypes.c_uint32 * 6)()
    assert library.capget(header, told) == 0, os.strerror(ctypes.get_errno())
    told[0] &= rights
    assert library.capset(header, told) == 0, os.strerror(ctypes.get_errno())


@SQLITE
@pytest.mark.parametrize("which", ["the file", "the folder", "both"])
def test_books_where_nobody_may_write(made: Copies, tmp_path: Path, which: str) -> None:
    words, by = f"refund paid {WRITING['refund paid'].typed}", WRITING["refund paid"].by
    with made.copy() as original:
        (folder := tmp_path / "帳簿").mkdir()
        books = Path(shutil.copyfile(original.removeprefix("sqlite:///"), folder / "books.db"))
        url = f"sqlite:///{books}"
        typed = desk.resolved(url, words)
        before = held(url)
        books.chmod(0o600 if which == "the folder" else 0o400)
        folder.chmod(0o700 if which == "the file" else 0o500)
        code, refused = apart(url, bound_by_permissions, *typed, by=by)
        folder.chmod(0o700)
        books.chmod(0o600)
        assert (code, refused) == (1, "may-not-write")
        assert held(url) == before
        desk.done(url, *typed, by=by)
        after = held(url)
        desk.done(url, *typed, by=by)
        assert held(url) == after != before
        desk.sound(url)


# --- no room --------------------------------------------------------------------------------------------------------


@SQLITE
@pytest.mark.parametrize("command", SOME[:3])
def test_no_room_in_the_middle_of_commit(made: Copies, tmp_path: Path, command: str) -> None:
    """The log may not grow beyond what the index beside it needs: COMMIT itself is what fails, and nothing before."""
    words, by = f"{command} {WRITING[command].typed}", WRITING[command].by
    reached = tmp_path / "reached"

    def little_room() -> None:
        commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

        def committing(dialect: Any, connection: Any) -> None:
            reached.touch()
            commit(dialect, connection)
            reached.unlink()

        DefaultDialect.do_commit = committing  # type: ignore[method-assign]
        resource.setrlimit(resource.RLIMIT_FSIZE, (33_000, resource.RLIM_INFINITY))

    with made.copy() as url:
        typed = desk.resolved(url, words)
        before = held(url)
        assert apart(url, little_room, *typed, by=by) == (1, "file-too-large")
        assert reached.exists(), "it was COMMIT that failed"
        assert held(url) == before
        desk.done(url, *typed, by=by)
        after = held(url)
        desk.done(url, *typed, by=by)
        assert held(url) == after != before
        desk.sound(url)


@SQLITE
def test_the_index_of_the_log_lost_after_a_crash_costs_nothing(made: Copies) -> None:
    """Killed after COMMIT, the write stands in the log; what lies beside the log is made anew from it."""
    words, by = f"refund paid {WRITING['refund paid'].typed}", WRITING["refund paid"].by
    with made.copy() as url:
        typed = desk.resolved(url, words)
        points = crashes.counted(url, *typed, by=by)
        after = held(url)
    with made.copy() as url:
        assert crashes.killed(url, points, *typed, by=by)
        file = url.removeprefix("sqlite:///")
        assert Path(f"{file}-wal").stat().st_size > 0
        Path(f"{file}-shm").unlink()
        assert held(url) == after
        desk.done(url, *typed, by=by)
        assert held(url) == after
        connection = sqlite3.connect(file)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


# --- the clock ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [datetime(2029, 12, 31, 9), datetime(2031, 1, 2, 9)], ids=["a day back", "a year on"])
def test_a_key_and_the_order_do_not_go_by_the_clock(
    made: Copies, monkeypatch: pytest.MonkeyPatch, later: datetime
) -> None:
    """What was done under a key is answered again; what comes next has the next number, whenever that is said to be."""
    propose = ("refund", "propose", "FREE", "--on", ON, "--json", "--key", "K-1")
    with made.copy() as url:
        first = desk.done(url, *propose).stdout
        monkeypatch.setattr(dates, "now", lambda: later)
        monkeypatch.setattr(dates, "today", later.date)
        kept = held(url)
        assert desk.done(url, *propose).stdout == first
        assert held(url) == kept
        desk.done(url, "refund", "paid", "2", "--on", "2012-04-06")
        by_no = {each["no"]: each for each in desk.answered(url, "entries")["entries"]}
        assert sorted(by_no) == list(range(1, len(by_no) + 1))
        assert (by_no[len(by_no)]["event"], by_no[len(by_no)]["on"]) == ("refund_paid", "2012-04-06")


# --- the server -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that nobody else needs, and that keeps what it says it keeps."""
    with own(lasting=True) as server:
        yield server


@pytest.fixture(scope="module")
def served(own_server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Books on that server, of which a fee may be refunded."""
    own_server.tell("CREATE DATABASE books")
    desk.done(url := own_server.url("books"), "init")
    desk.done(url, "import", *map(str, desk.files(tmp_path_factory.mktemp("files"))))
    return url


@pytest.mark.parametrize("at", ["the first INSERT", "the seals", "COMMIT"])
def test_a_server_that_is_restarted_during_a_command(
    own_server: Server, served: str, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Stopped as by a failure of power, started again: the command is refused in a sentence and typed again is done."""
    number = {"the first INSERT": "FREE", "the seals": "PROPOSED", "COMMIT": "PAID"}[at]
    typed = ("refund", "propose", number, "--on", ON)
    before = held(served)
    restarted: list[str] = []

    def restart() -> None:
        if not restarted:
            restarted.append(at)
            own_server.restart()

    def statement(_connection: object, _cursor: object, said: str, *_: object) -> None:
        if said.startswith("INSERT INTO decision" if at == "the first INSERT" else "SET CONSTRAINTS"):
            restart()

    commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

    def committing(dialect: Any, connection: Any) -> None:
        if at == "COMMIT":
            restart()
        commit(dialect, connection)

    with monkeypatch.context() as patch:
        patch.setattr(DefaultDialect, "do_commit", committing)
        event.listen(engine := database._engine(served), "before_cursor_execute", statement)
        answer = desk.typed(served, *typed, "--json")
        event.remove(engine, "before_cursor_execute", statement)
    assert restarted
    assert (answer.exit_code, json.loads(answer.stdout)["refused"]) == (1, "database-unreachable")
    assert held(served) == before
    assert json.loads(desk.done(served, *typed, "--json").stdout)["changed"] is True
    after = held(served)
    assert json.loads(desk.done(served, *typed, "--json").stdout)["changed"] is False
    assert held(served) == after


def test_a_server_that_is_restarted_after_commit_has_kept_it(own_server: Server, served: str) -> None:
    """Nobody was told, and the server failed at that moment: what was committed is there, and is not done twice."""
    typed = ("refund", "propose", "APPROVED", "--on", ON)
    points = crashes.counted(served, "refund", "propose", "RETURNED", "--on", ON, by=CLERK)
    assert crashes.killed(served, points, *typed, by=CLERK)
    own_server.restart()
    kept = held(served)
    assert json.loads(desk.done(served, *typed, "--json").stdout)["changed"] is False
    assert held(served) == kept
    desk.verifies(served)
