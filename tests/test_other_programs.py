"""Another program that writes to PostgreSQL, without asking for a turn, gets one all the same, and sees what was done.

SQLite gives its whole file to one writer at a time, whoever it is.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest

from ledger import tables
from ledger.booking.month_end import close
from ledger.booking.run import book
from ledger.codes import Account
from ledger.dates import Month
from ledger.errors import DatabaseLocked
from ledger.journal.closing import closed_to
from ledger.store import database
from tests import around, given, posted
from tests.server import Server

pytestmark = [pytest.mark.thorough, pytest.mark.parametrize("engine", ["postgresql"], indirect=True)]

TODAY = date(2012, 5, 10)
ENTRY = (
    "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by)"
    " SELECT 1 + max(no), '2012-03-31', 'x', 'x{0}', 'x', now(), 'x' FROM entry"
)
OPEN = around.opening()
TAKEN = (
    "INSERT INTO movement (entry, nth, debit, credit, yen, debit_application)"
    " VALUES ((SELECT max(no) FROM entry), 1, '2040', '1110', 7245, 'A1')"
)


@pytest.fixture
def books(book_url: str) -> str:
    """Books that hold the fee of one application."""
    with database.writing(book_url) as connection:
        posted.application(connection, "A1", {"applied_on": posted.APPLIED})
        book(connection, date(2012, 3, 31), by="乙川")
        assert posted.held(connection, Account.FEES_HELD, "A1") == 7245
    return book_url


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    """Somebody who works at the same time."""
    with ThreadPoolExecutor() as pool:
        yield pool


def _said(url: str, *statements: str) -> str:
    """What the server says to another program that sends these statements and commits: nothing when all is well."""
    with psycopg.connect(url) as other:
        try:
            for statement in statements:
                other.execute(statement.encode())
        except psycopg.Error as error:
            return str(error)
    return ""


def _until_waiting(url: str, other: Future[Any]) -> None:
    """Until the other one waits for its turn, or is done because it did not."""
    asked = (
        "SELECT count(*) FROM pg_locks WHERE relation = 'open_write'::regclass AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with psycopg.connect(url, autocommit=True) as looking:
        until = time.monotonic() + 30
        while not other.done() and time.monotonic() < until:
            if looking.execute(asked.encode()).fetchone() == (1,):
                return
            time.sleep(0.01)


# --- a month that is being closed -----------------------------------------------------------------------------------

WAYS = {
    "INSERT": (ENTRY.format(9001),),
    "INSERT within a SELECT": (f"WITH one AS ({ENTRY.format(9001)} RETURNING 1) SELECT * FROM one",),
    "INSERT of what is read": ("INSERT INTO entry SELECT * FROM entry",),
    "a savepoint": ("SAVEPOINT one", ENTRY.format(9001)),
}


@pytest.mark.parametrize("ways", WAYS.values(), ids=WAYS)
def test_entry_waits_for_the_close_of_its_month_and_is_refused(
    books: str, beside: ThreadPoolExecutor, ways: tuple[str, ...]
) -> None:
    """The other one began before the close was there to be seen."""
    with database.writing(books) as ours:
        close(ours, Month(2012, 4), today=TODAY, by="乙川", accept="試験")
        other = beside.submit(_said, books, "SELECT closed_to FROM month_step", OPEN, *ways)
        _until_waiting(books, other)
        assert not other.done()
    assert "month-closed: entry" in other.result()


def test_close_waits_for_an_entry_and_then_knows_it(books: str, beside: ThreadPoolExecutor) -> None:
    def closes() -> int:
        with database.writing(books) as ours:
            close(ours, Month(2012, 4), today=TODAY, by="乙川", accept="試験")
            assert closed_to(ours) == date(2012, 4, 30)
            return len(posted.events(ours))

    with psycopg.connect(books) as other:
        row = other.execute(b"SELECT count(*) FROM entry").fetchone()
        other.execute(OPEN.encode())
        other.execute(ENTRY.format(9001).encode())
        ours = beside.submit(closes)
        _until_waiting(books, ours)
        assert not ours.done()
        other.commit()
    assert row is not None
    assert ours.result() == row[0] + 1


# --- a fee that two would take --------------------------------------------------------------------------------------


def test_two_programs_that_take_the_same_fee_out_are_one_too_many(books: str, beside: ThreadPoolExecutor) -> None:
    with psycopg.connect(books) as one:
        one.execute(OPEN.encode())
        one.execute(ENTRY.format(9001).encode())
        one.execute(TAKEN.encode())
        other = beside.submit(_said, books, OPEN, ENTRY.format(9002), TAKEN)
        _until_waiting(books, other)
        assert not other.done()
        one.commit()
    assert "not-held: 2040" in other.result()


def test_who_has_rows_has_the_turn_so_that_nobody_waits_in_a_circle(books: str, beside: ThreadPoolExecutor) -> None:
    """The other program adds a member, we add the same, it goes on to post: it has its turn, and we wait for ours."""

    def adds() -> None:
        with database.writing(books) as ours:
            given.member(ours, given.source(ours), "東京 第9005号")

    with psycopg.connect(books) as other:
        other.execute(OPEN.encode())
        other.execute("INSERT INTO member (number, source) VALUES ('東京 第9005号', 1)".encode())
        ours = beside.submit(adds)
        _until_waiting(books, ours)
        other.execute(ENTRY.format(9001).encode())
        other.rollback()
    assert ours.result() is None


def test_who_is_caught_in_a_circle_all_the_same_is_told_that_the_books_are_in_use(
    books: str, beside: ThreadPoolExecutor
) -> None:
    """The owner may keep rows from everyone by hand, and then ask for the turn that we have."""
    waiting: list[Future[Any]] = []

    def ours(other: psycopg.Connection) -> None:
        with database.writing(books) as connection:
            waiting.append(beside.submit(other.execute, OPEN.encode()))
            _until_waiting(books, waiting[0])
            connection.exec_driver_sql("INSERT INTO application SELECT 1, NULL, NULL, 'A2', number FROM member")

    with psycopg.connect(books) as other:
        other.execute(b"SET deadlock_timeout = '60s'")  # so that the server finds us, and not the other
        other.execute(b"SELECT number FROM member FOR UPDATE")
        with pytest.raises(DatabaseLocked):
            ours(other)
        assert waiting[0].result().rowcount == 1


# --- what was there when the transaction began ----------------------------------------------------------------------


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_transaction_that_goes_on_seeing_what_was_before_adds_nothing(books: str, level: str) -> None:
    """It would wait for its turn, and then not see what was done in the meantime."""
    said = _said(books, f"SET TRANSACTION ISOLATION LEVEL {level}", OPEN)
    assert "not-read-committed: begin_write" in said
    assert _said(books, "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", OPEN, ENTRY.format(9001)) == ""


def test_our_own_writers_see_what_is_there_whatever_the_server_begins_with(
    books: str, server: Server, beside: ThreadPoolExecutor
) -> None:
    name = database.parse_url(books).database
    server.tell(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")

    def counts() -> int:
        with database.writing(books) as ours:
            return len(posted.events(ours))

    with database.writing(books) as ours:
        before = len(posted.events(ours))
        other = beside.submit(counts)
        _until_waiting(books, other)
        ours.exec_driver_sql(ENTRY.format(9001))
    assert other.result() == before + 1


@pytest.mark.parametrize("way", ["COPY {0} FROM STDIN", "INSERT INTO {0} SELECT * FROM {0} WHERE false"])
def test_no_table_takes_rows_where_no_write_is_open(books: str, way: str) -> None:
    """Before the first row, and whether there is one; batches and seals are nobody's to write, in any write."""
    for name in sorted(tables.metadata.tables):
        statement = way.format(f'"{name}"')
        assert f"no-open-write: {name}" in _copied(books, statement)
        if name in ("batch", "seal"):
            assert f"not-permitted: {name}" in _copied(books, OPEN, statement)


def test_a_write_that_was_sealed_takes_no_more_rows(books: str) -> None:
    said = _said(books, OPEN, ENTRY.format(9001), "SET CONSTRAINTS ALL IMMEDIATE", ENTRY.format(9002))
    assert "no-open-write: entry" in said


def test_a_write_is_opened_once(books: str) -> None:
    assert "duplicate key" in _said(books, OPEN, OPEN)


def _copied(url: str, *statements: str) -> str:
    """What the server says to the last of these statements, which may be a COPY of nothing."""
    *before, last = statements
    with psycopg.connect(url) as other:
        for statement in before:
            other.execute(statement.encode())
        try:
            with other.cursor().copy(last.encode()):
                pass
        except psycopg.Error as error:
            return str(error)
        finally:
            other.rollback()
    return ""
