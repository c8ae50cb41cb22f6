"""Killed at any point of any command that writes, the books are whole, and typed again it is done exactly once."""

import json
import os
import sqlite3
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from ledger import dates
from ledger.booking import refunds
from ledger.errors import DatabaseUnreachable
from ledger.store import database
from tests import crashes, desk
from tests.commands import FURTHER, WRITING, Further
from tests.copies import Copies
from tests.crashes import held
from tests.desk import CLERK, ON

# `make soak` kills at every point; the ordinary run at the first, at these parts of the way, and around COMMIT.
SOAK = bool(os.environ.get("SEISAN_SOAK"))
PARTS = (0.5,)
# Where each further way is killed: on SQLite, in the ordinary run the months on PostgreSQL too.
BOTH = (
    tuple(FURTHER) if SOAK else ("a proposed closing is closed by another", "what was dated later comes to its own day")
)
WAYS = [*(("sqlite", way) for way in FURTHER), *(("postgresql", way) for way in BOTH)]


pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("one_moment", "each_their_own")]


def booked_and_verified(url: str) -> None:
    """The books agree with themselves once what an earlier version left to `book` is posted."""
    desk.done(url, "book", "--through", "2012-04-01")
    desk.verifies(url)


@pytest.mark.parametrize("command", WRITING)
def test_killed_anywhere_it_is_done_once(made: Copies, command: str) -> None:
    """Before COMMIT nothing is kept; after it everything, though nobody was told; typed again it is done exactly once.

    The books after a crash and a retry are compared row by row, seals included, with those of an undisturbed command.
    """
    with made.copy() as url:
        killed_anywhere(made, desk.resolved(url, f"{command} {WRITING[command].typed}"), by=WRITING[command].by)


@pytest.mark.parametrize(("made", "way"), WAYS, indirect=["made"], scope="module")
def test_killed_anywhere_another_way_of_a_command_is_done_once(made: Copies, way: str) -> None:
    """The same of what a command does beside: a month that two close, what comes to its own day, a member corrected."""
    further = FURTHER[way]
    with made.copy() as url:
        begun(url, further)
        books = made.of(url)
        killed_anywhere(books, desk.resolved(url, further.typed), by=further.by)


def begun(url: str, further: Further) -> None:
    """Types what comes before; then all connections are closed, so that the books can be copied."""
    for by, typed in further.before:
        desk.done(url, *desk.resolved(url, typed), by=by)


def killed_anywhere(books: Copies, typed: list[str], *, by: str) -> None:
    """Kills a command at the first point, in the middle, before and after COMMIT, each time on a copy of the books."""
    with books.copy() as url:
        crashes.compiled(url, *typed, by=by)
        before = held(url)
        points = crashes.counted(url, *typed, by=by)
        after = held(url)
    assert before != after
    with books.copy() as url:
        for point in sorted({1, *(int(points * part) for part in PARTS), points - 1}):
            assert crashes.killed(url, point, *typed, by=by)
            assert held(url) == before, f"something was kept at point {point} of {points}"
        desk.done(url, *typed, by=by)
        assert held(url) == after
        if typed[0] == "import" or typed[:2] == ["refund", "paid"]:
            booked_and_verified(url)
    with books.copy() as url:
        assert crashes.killed(url, points, *typed, by=by)
        assert held(url) == after, "the acknowledgement of COMMIT was lost, and the books hold it"
        desk.done(url, *typed, by=by)
        assert held(url) == after


@pytest.mark.parametrize("command", WRITING if SOAK else ["refund paid"])
def test_killed_at_every_point_it_is_done_once(made: Copies, command: str) -> None:
    """The same at each point, with a retry after each: `make soak` for every command, the ordinary run for one."""
    with made.copy() as url:
        typed = desk.resolved(url, f"{command} {WRITING[command].typed}")
    killed_at_every_point(made, typed, by=WRITING[command].by)


@pytest.mark.parametrize(("made", "way"), WAYS if SOAK else [("sqlite", BOTH[1])], indirect=["made"], scope="module")
def test_killed_at_every_point_another_way_of_a_command_is_done_once(made: Copies, way: str) -> None:
    with made.copy() as url:
        begun(url, FURTHER[way])
        killed_at_every_point(made.of(url), desk.resolved(url, FURTHER[way].typed), by=FURTHER[way].by)


def killed_at_every_point(books: Copies, typed: list[str], *, by: str) -> None:
    """Kills a command at each point, or at a few, on a copy of its own; typed again it is done exactly once."""
    with books.copy() as url:
        before = held(url)
        points = crashes.counted(url, *typed, by=by)
        after = held(url)
        booked_and_verified(url)
    for point in range(1, points + 1, 1 if SOAK else max(10, points // 5)):
        with books.copy() as url:
            assert crashes.killed(url, point, *typed, by=by)
            assert held(url) in (before, after), f"half of it was kept at point {point} of {points}"
            desk.done(url, *typed, by=by)
            assert held(url) == after, f"killed at point {point} of {points}"


# --- what else may end ------------------------------------------------------------------------------------------------


def ended_in_the_middle(url: str) -> None:
    """A proposal during which the server ends the connection."""
    with database.writing(url) as connection:
        refunds.propose(connection, "FREE", on=date(2012, 4, 2), by=CLERK)
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with create_engine(database.parse_url(url), poolclass=NullPool).connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})


@pytest.mark.parametrize("made", ["postgresql"], indirect=True, scope="module")
def test_a_server_that_ends_the_connection_is_said_and_nothing_is_kept(made: Copies) -> None:
    """A restart of the server ends every connection: the command is refused in a sentence, and typed again is done."""
    with made.copy() as url:
        before = held(url)
        with pytest.raises(DatabaseUnreachable):
            ended_in_the_middle(url)
        assert held(url) == before
        desk.done(url, "refund", "propose", "FREE", "--on", ON)


@pytest.mark.parametrize("made", ["sqlite"], indirect=True, scope="module")
@pytest.mark.parametrize("gone", ["-wal", "-shm", "-turns"])
def test_a_file_beside_the_books_that_is_gone_costs_nothing_committed(made: Copies, gone: str) -> None:
    """Between two commands everything stands in the one file; what lies beside it is made anew."""
    with made.copy() as url:
        desk.done(url, "refund", "propose", "FREE", "--on", ON)
        before = held(url)
        Path(url.removeprefix("sqlite:///") + gone).unlink(missing_ok=True)
        assert held(url) == before
        assert json.loads(desk.done(url, "refund", "propose", "FREE", "--on", ON, "--json").stdout)["changed"] is False


@pytest.mark.parametrize("made", ["sqlite"], indirect=True, scope="module")
def test_a_log_lost_after_a_crash_leaves_the_books_as_they_were_before(made: Copies) -> None:
    """Killed after COMMIT, the write stands in the log alone; without it the books are whole, one command earlier."""
    by = WRITING["refund paid"].by
    with made.copy() as url:
        typed = desk.resolved(url, f"refund paid {WRITING['refund paid'].typed}")
        before = held(url)
        points = crashes.counted(url, *typed, by=by)
        after = held(url)
    with made.copy() as url:
        assert crashes.killed(url, points, *typed, by=by)
        for ending in ("-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + ending).unlink()
        assert held(url) == before
        desk.done(url, *typed, by=by)
        assert held(url) == after


@pytest.mark.parametrize("made", ["sqlite"], indirect=True, scope="module")
def test_a_disk_that_is_full_is_said_and_nothing_is_kept(made: Copies, tmp_path: Path) -> None:
    """The database may not grow any more: what does not fit is refused whole, and taken in once there is room."""
    lines = [f"M{nth},{desk.MEMBER},2012-04-20,新規" for nth in range(500)]
    (file := tmp_path / "多数.csv").write_text(
        "\n".join(["申込番号,会員番号,申込日,申込区分", *lines]), encoding="utf-8"
    )

    def full(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    with made.copy() as url:
        before = held(url)
        event.listen(engine := database._engine(url), "connect", full)
        refused = desk.typed(url, "import", str(file), "--json")
        event.remove(engine, "connect", full)
        assert json.loads(refused.stdout)["refused"] == "disk-full"
        assert held(url) == before
        desk.done(url, "import", str(file))


@pytest.mark.parametrize("today", [date(2012, 4, 6), date(2013, 4, 2)], ids=["at the day that is typed", "a year on"])
def test_a_clock_that_is_wrong_changes_no_entry(made: Copies, monkeypatch: pytest.MonkeyPatch, today: date) -> None:
    """The business day is typed; the clock says only when it was recorded, and the order is that of the numbers."""
    by = WRITING["refund paid"].by
    with made.copy() as url:
        typed = desk.resolved(url, f"refund paid {WRITING['refund paid'].typed}")
        entries = [desk.answered(url, "entries")]
        monkeypatch.setattr(dates, "today", lambda: today)
        monkeypatch.setattr(dates, "now", lambda: datetime(today.year, today.month, today.day, 9, 30))
        desk.done(url, *typed, by=by)
        assert '"changed": false' in desk.done(url, *typed, "--json", by=by).stdout
        entries.append(desk.answered(url, "entries"))
        days_by_no = [{each["no"]: each["on"] for each in every["entries"]} for every in entries]
        assert days_by_no[1] == days_by_no[0] | {len(days_by_no[0]) + 1: "2012-04-06"}
        booked_and_verified(url)
