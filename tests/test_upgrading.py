"""Books that an earlier version wrote are brought up to date: no row, no seal and no rule is lost on the way."""

import json
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.store import database, upgrade
from migrations import triggers, writes
from tests import desk
from tests.desk import CHIEF

pytestmark = pytest.mark.thorough

# Books of each version that was handed out, row by row as it wrote them; never written anew.
HANDED_OUT = sorted((Path(__file__).parent / "handed_out").glob("books-*.json"))


def version(file: Path) -> str:
    """The version that wrote the books."""
    return file.stem.removeprefix("books-")


@pytest.fixture(params=HANDED_OUT, ids=version)
def handed_out(request: pytest.FixtureRequest) -> Path:
    """The rows of books of an earlier version."""
    file: Path = request.param
    return file


@pytest.fixture
def earlier(handed_out: Path, empty_url: str) -> str:
    """Books as that version left them, with its tables and its rows."""
    with create_engine(database.parse_url(empty_url), poolclass=NullPool).connect() as connection:
        config = upgrade.alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, version(handed_out))
        _fill(connection, rows_of(handed_out))
        connection.commit()
    return empty_url


def rows_of(file: Path) -> dict[str, dict[str, Any]]:
    """The columns and rows of every table."""
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _fill(connection: Connection, books: dict[str, dict[str, Any]]) -> None:
    order = [table.name for table in tables.metadata.sorted_tables if table.name in books]
    assert set(order) == set(books)
    for name in order:
        columns = books[name]["columns"]
        listed = ", ".join(f'"{column}"' for column in columns)
        insert = text(f'INSERT INTO "{name}" ({listed}) VALUES ({", ".join(f":{column}_" for column in columns)})')
        for row in books[name]["rows"]:
            connection.execute(insert, dict(zip((f"{column}_" for column in columns), row, strict=True)))
        if connection.dialect.name == "postgresql" and "id" in columns and books[name]["rows"]:
            last = max(row[columns.index("id")] for row in books[name]["rows"])
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last})"))


def held(url: str, books: dict[str, dict[str, Any]]) -> dict[str, list[list[str]]]:
    """What the columns of that version hold now, as text."""
    found = {}
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        for name, table in books.items():
            listed = ", ".join(f'"{each}"' for each in table["columns"])
            found[name] = sorted(
                [str(cell) for cell in row] for row in connection.execute(text(f'SELECT {listed} FROM "{name}"'))
            )
    return found


def standing(url: str) -> set[str]:
    """The names of the triggers in the database."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        return set(connection.execute(text(asked[connection.dialect.name])).scalars())


def test_every_version_that_was_handed_out_is_here() -> None:
    assert [version(path) for path in HANDED_OUT] == ["0001"]


def test_an_earlier_version_has_its_own_tables_and_is_not_opened(earlier: str, handed_out: Path) -> None:
    with create_engine(database.parse_url(earlier), poolclass=NullPool).connect() as connection:
        there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    assert there == set(rows_of(handed_out))
    assert standing(earlier) == set()  # the list of triggers is that of the last step
    assert "(database-older)" in desk.typed(earlier, "balance").stderr


def test_brought_up_to_date_no_row_no_seal_and_no_rule_is_lost(earlier: str, handed_out: Path, engine: str) -> None:
    books = rows_of(handed_out)
    before = held(earlier, books)
    assert upgrade.create(earlier)[0] == version(handed_out)
    after = held(earlier, books)
    assert [name for name, rows in before.items() if not all(row in after[name] for row in rows)] == []
    # An account that a later version has is added, sealed in a batch of its own.
    assert {name for name, rows in after.items() if len(rows) > len(before[name])} <= {"account", "batch", "seal"}
    assert standing(earlier) == triggers.names(engine)
    assert desk.answered(earlier, "verify")["faults"] == []
    with database.reading(earlier) as connection:
        assert compare_metadata(MigrationContext.configure(connection), writes.metadata(connection.dialect.name)) == []
        heads = connection.execute(text("SELECT head FROM batch ORDER BY no")).scalars().all()
    at = books["batch"]["columns"].index("head")
    assert heads[: len(books["batch"]["rows"])] == [row[at] for row in books["batch"]["rows"]]


def test_how_far_the_books_reached_is_not_known_of_earlier_decisions_and_known_of_later_ones(earlier: str) -> None:
    upgrade.create(earlier)
    asked = text("SELECT sources_to, fees_to, entries_to FROM decision ORDER BY no")
    with database.reading(earlier) as connection:
        before = connection.execute(asked).all()
    assert {tuple(row) for row in before} == {(None, None, None)}
    desk.done(earlier, "decide", "FREE", "DOUBTFUL", "--as-of", "2012-04-10")
    with database.reading(earlier) as connection:
        new = connection.execute(asked).all()[len(before) :]
    assert len(new) == 2
    assert all(number > 0 for row in new for number in row)
    assert desk.answered(earlier, "verify")["faults"] == []


def test_an_approved_refund_of_an_earlier_version_goes_into_a_payment_file(earlier: str, tmp_path: Path) -> None:
    upgrade.create(earlier)
    for words in desk.filing(tmp_path, "8"):
        if words[:2] not in (("refund", "propose"), ("refund", "approve"), ("refund", "file")):
            desk.done(earlier, *words)
    assert desk.answered(earlier, "refund", "list")[1]["payment_file"] is None
    file = ("refund", "file", "--on", "2012-05-02", "--out", str(tmp_path / "x.txt"), "--by", CHIEF)
    # For whom it was approved was not kept, and the account came after it.
    assert "(not-ready-to-file)" in desk.typed(earlier, *file).stderr
    desk.done(earlier, "refund", "approve", "2", "--on", "2012-05-01", "--by", CHIEF)
    desk.done(earlier, *file)
    assert desk.answered(earlier, "refund", "list")[1]["payment_file"] == 1
    assert desk.answered(earlier, "verify")["ok"]
