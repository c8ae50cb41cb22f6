"""A backup is made while others write, is verified, and never takes the place of books that hold more than it."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests import crowd, desk
from tests.desk import ON

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("each_their_own")]

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of books with a record in every table."""
    folder = tmp_path_factory.mktemp("filled")
    books = folder / "books.db"
    shutil.copyfile(request.getfixturevalue("_sqlite_books"), books)
    desk.everything(f"sqlite:///{books}", folder)
    return books


@pytest.fixture
def books(filled: Path, tmp_path: Path) -> str:
    """The address of a fresh copy of them."""
    return f"sqlite:///{shutil.copyfile(filled, tmp_path / 'books.db')}"


def refused(url: str, *words: str) -> str:
    """The code of the refusal."""
    answer = desk.typed(url, *words)
    assert answer.exit_code == 1, answer.output
    return answer.stderr.partition("(")[2].partition(")")[0]


def test_a_backup_holds_what_the_books_hold(books: str, tmp_path: Path) -> None:
    copy = tmp_path / "控え.db"
    answer = desk.answered(books, "backup", str(copy))
    assert desk.held(f"sqlite:///{copy}", apart=()) == desk.held(books, apart=())
    assert answer["head"] == desk.answered(f"sqlite:///{copy}", "verify")["head"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.glob(".*")} == set()


@SQLITE
def test_a_backup_is_made_while_others_write(book_url: str, tmp_path: Path) -> None:
    """Each copy is one moment of the books: whole, and verified, with every success told before it."""
    wanted = crowd.attempts(crowd.pairs(book_url, 20), 8, seed=1)
    copy = tmp_path / "copy.db"

    def client(nth: int) -> int:
        if nth == 0:
            return sum(desk.answered(book_url, "backup", str(copy))["batches"] > 1 for _ in range(3))
        told = crowd.Told()
        for each in wanted[nth::4]:
            crowd.attempt(book_url, f"client {nth}", told, *each)
        return len(told.successes)

    made, *successes = crowd.forked(4, client)
    assert made == 3
    assert sum(successes) > 10
    assert desk.answered(f"sqlite:///{copy}", "verify")["ok"] is True


def test_books_that_were_lost_come_back(books: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    desk.done(books, "backup", str(copy))
    held = desk.held(books, apart=())
    for path in tmp_path.glob("books.db*"):
        path.unlink()
    desk.done(books, "restore", str(copy))
    assert desk.held(books, apart=()) == held
    assert desk.answered(books, "verify")["ok"] is True
    desk.done(books, "refund", "propose", "FREE", "--on", ON)


def test_a_later_backup_replaces_earlier_books(books: str, tmp_path: Path) -> None:
    early, late = tmp_path / "early.db", tmp_path / "late.db"
    desk.done(books, "backup", str(early))
    desk.done(books, "refund", "propose", "FREE", "--on", ON)
    desk.done(books, "backup", str(late))
    held = desk.held(books, apart=())
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    desk.done(elsewhere, "restore", str(early))
    (file := tmp_path / "elsewhere.db").chmod(0o660)  # a group that works on them
    desk.done(elsewhere, "restore", str(late))
    assert desk.held(elsewhere, apart=()) == held
    assert {path.stat().st_mode & 0o777 for path in (file, tmp_path / "elsewhere.db-turns")} == {0o660}
    desk.done(elsewhere, "restore", str(late))
    assert desk.held(elsewhere, apart=()) == held


def test_a_backup_that_was_looked_into_is_replaced_by_a_later_one_and_by_no_other(books: str, tmp_path: Path) -> None:
    """To look into it changes its bytes (SQLite's journal mode); what it holds is what these books held."""
    copy = tmp_path / "copy.db"
    desk.done(books, "backup", str(copy))
    desk.done(f"sqlite:///{copy}", "verify")
    desk.done(books, "refund", "propose", "FREE", "--on", ON)
    desk.done(books, "backup", str(copy))
    assert desk.held(f"sqlite:///{copy}", apart=()) == desk.held(books, apart=())
    desk.done(f"sqlite:///{copy}", "refund", "propose", "RULED", "--on", ON)
    assert refused(books, "backup", str(copy)) == "file-in-the-way"
    desk.done(books, "backup", str(copy), "--replace")


def test_newer_books_are_not_replaced(books: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    desk.done(books, "backup", str(copy))
    desk.done(books, "refund", "propose", "FREE", "--on", ON)
    held = desk.held(books, apart=())
    assert refused(books, "restore", str(copy)) == "books-newer"
    assert desk.held(books, apart=()) == held


def test_other_books_are_not_replaced(books: str, tmp_path: Path) -> None:
    """Neither books with as many entries of their own, nor those in which a backup went on by itself."""
    copy = tmp_path / "copy.db"
    desk.done(books, "backup", str(copy))
    desk.done(books, "refund", "propose", "FREE", "--on", ON)
    desk.done(f"sqlite:///{copy}", "refund", "propose", "FREE", "--on", "2012-04-03")
    desk.done(f"sqlite:///{copy}", "book", "--through", "2012-05-31")
    assert refused(books, "restore", str(copy)) == "books-newer"


@pytest.mark.parametrize("damage", ["cut", "changed", "not a database", "empty", "missing"])
def test_what_is_no_sound_backup_is_not_put_in_place(books: str, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "copy.db"
    desk.done(books, "backup", str(copy))
    match damage:
        case "cut":
            os.truncate(copy, copy.stat().st_size // 2)
        case "changed":
            with sqlite3.connect(copy) as connection:
                connection.execute("DROP TRIGGER movement_no_update")
                connection.execute("UPDATE movement SET yen = yen + 1 WHERE entry = 1")
            connection.close()
        case "not a database":
            copy.write_bytes(b"x" * 5000)
        case "empty":
            copy.write_bytes(b"")
        case "missing":
            copy.unlink()
    held = desk.held(books, apart=())
    codes = {"cut": "not-a-database", "changed": "backup-not-sound", "not a database": "not-a-database"}
    assert refused(books, "restore", str(copy)) == codes.get(damage, "no-database")
    assert desk.held(books, apart=()) == held
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_books_that_are_not_sound_make_no_backup(books: str, tmp_path: Path) -> None:
    """An earlier backup of that name stays."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(b"the last good one")
    with sqlite3.connect(books.removeprefix("sqlite:///")) as connection:
        connection.execute("DROP TRIGGER movement_no_update")
        connection.execute("UPDATE movement SET yen = yen + 1 WHERE entry = 1")
    connection.close()
    assert refused(books, "backup", str(copy)) == "backup-not-sound"
    assert copy.read_bytes() == b"the last good one"


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-turns"])
def test_no_backup_over_the_books_themselves(books: str, ending: str) -> None:
    for command in ("backup", "restore"):
        assert refused(books, command, books.removeprefix("sqlite:///") + ending) == "backup-over-itself"


def test_a_folder_that_is_not_there_is_named(books: str, tmp_path: Path) -> None:
    assert refused(books, "backup", str(tmp_path / "none" / "copy.db")) == "not-writable"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_server_makes_its_own_backups(book_url: str, tmp_path: Path) -> None:
    for command in ("backup", "restore"):
        answer = desk.typed(book_url, command, str(tmp_path / "copy.db"))
        assert answer.exit_code == 1
        assert "backup-by-server" in answer.stderr
        assert "pg_dump" in answer.stderr
