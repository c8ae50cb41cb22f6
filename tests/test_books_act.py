"""What the Electronic Books Act asks, tried on books: what holds is shown, and what was undone is found."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ledger.audit import books_act
from ledger.journal import ledgers
from ledger.store import database
from migrations import triggers
from tests import desk
from tests.copies import Copies, copies

pytestmark = pytest.mark.thorough

TRIED = ("changes_refused", "reversals", "later_entries", "traced", "search", "search_ranges", "search_pairs")
HOLD = {*TRIED, "download", "kept"}
YOURS = {"documents", "declared"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Books in which something of everything has happened, to be copied."""
    with desk.books(request, desk.everything) as url:
        yield copies(request, url, request.param)


@pytest.fixture
def books(made: Copies) -> Iterator[str]:
    """A fresh copy of the books."""
    with made.copy() as url:
        yield url


def checked(url: str, *, code: int = 0) -> dict[str, dict[str, Any]]:
    """Each point by its code."""
    answer = desk.typed(url, "selfcheck", "books-act", "--json")
    assert answer.exit_code == code, answer.output
    return {point["code"]: point for point in json.loads(answer.stdout)["points"]}


def results(url: str, *, code: int = 0) -> dict[str, str]:
    """What came of each point."""
    return {name: point["result"] for name, point in checked(url, code=code).items()}


def around_the_program(url: str, *statements: str) -> None:
    """Changes the books as somebody would who took our triggers away."""
    with database.writing(url) as connection:
        triggers.drop_all(connection)
        for statement in statements:
            connection.execute(text(statement))
        triggers.create_all(connection)


def test_every_point_holds_or_is_the_offices(books: str) -> None:
    with database.reading(books) as connection:
        before = connection.execute(text("SELECT count(*), max(no) FROM batch")).one()
    assert results(books) == dict.fromkeys(HOLD, "holds") | dict.fromkeys(YOURS, "yours")
    assert desk.typed(books, "verify").exit_code == 0
    with database.reading(books) as connection:
        assert connection.execute(text("SELECT count(*), max(no) FROM batch")).one() == before


def test_books_without_entries_show_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    desk.done(url, "init")
    found = results(url)
    assert {name for name, result in found.items() if result == "not_run"} == HOLD - {"changes_refused"}
    assert found["changes_refused"] == "holds"


def test_table_that_may_be_changed_is_found(books: str) -> None:
    with database.writing(books) as connection:
        triggers.drop_all(connection)
    found = checked(books, code=1)
    assert found["changes_refused"]["result"] == "does_not_hold"


@pytest.mark.parametrize(
    ("statement", "points"),
    [
        (
            "UPDATE movement SET yen = yen + 1 WHERE entry = (SELECT max(reverses) FROM entry) AND nth = 1",
            {"reversals", "kept"},
        ),
        ("UPDATE entry SET reason = NULL, reverses = NULL WHERE reverses IS NOT NULL", {"kept"}),
        ("UPDATE entry SET recorded_at = '2001-01-01 00:00:00' WHERE no = 2", {"later_entries", "kept"}),
    ],
)
def test_what_was_changed_around_the_program_is_found(books: str, statement: str, points: set[str]) -> None:
    around_the_program(books, statement)
    found = results(books, code=1)
    assert {name for name, result in found.items() if result == "does_not_hold"} == points


def test_search_that_finds_too_little_is_found(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = ledgers.numbers
    monkeypatch.setattr(books_act, "numbers", lambda connection, **asked: list(searched(connection, **asked))[:-1])
    found = results(books, code=1)
    assert {name for name, result in found.items() if result == "does_not_hold"} == {
        name for name in TRIED if "search" in name
    }


def test_workbook_of_the_check_is_verified(books: str, tmp_path: Path) -> None:
    out = tmp_path / "自己点検.xlsx"
    desk.done(books, "selfcheck", "books-act", "--out", str(out))
    assert desk.typed(books, "verify", str(out)).exit_code == 0
    desk.done(books, "slip", "interest", "--yen", "12", "--on", desk.ON, "--reason", "決算利息")
    answer = desk.typed(books, "verify", str(out))
    assert answer.exit_code == 0, answer.output
