"""The steps lead from nothing to the tables of `tables.py`, with every trigger, on both databases; nothing is lost."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from ledger import database, tables
from ledger.decisions import kept
from ledger.errors import DatabaseNewer, DatabaseOlder
from migrations import guards, triggers
from tests import desk

HEAD = database._versions()[1]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a record in every table; no test here changes what they hold."""
    with desk.books(request, desk.everything) as url:
        yield url


def _plain(url: str) -> Any:
    """An engine that sets nothing up."""
    return create_engine(database.named(url), poolclass=NullPool)


def _standing(url: str) -> set[str]:
    """The triggers that stand in the database."""
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with _plain(url).connect() as connection:
        return set(connection.execute(text(asked[connection.dialect.name])).scalars())


def _tables(connection: Connection) -> dict[str, Any]:
    """Everything that the database knows of each table, apart from Alembic's own."""
    look = inspect(connection)

    def told(name: str) -> dict[str, Any]:
        return {
            "columns": {each["name"]: (str(each["type"]), each["nullable"]) for each in look.get_columns(name)},
            "key": look.get_pk_constraint(name),
            "foreign keys": {each["name"]: each for each in look.get_foreign_keys(name)},
            "unique": {each["name"]: each["column_names"] for each in look.get_unique_constraints(name)},
            "indexes": {each["name"]: each["column_names"] for each in look.get_indexes(name)},
            "checks": {each["name"]: each["sqltext"] for each in look.get_check_constraints(name)},
        }

    return {name: told(name) for name in look.get_table_names() if name != "alembic_version"}


# --- up from empty --------------------------------------------------------------------------------------------------


def test_up_from_empty_is_what_the_tables_say(book_url: str, new_database: Callable[[bool], str]) -> None:
    declared = _plain(new_database(False))
    with declared.begin() as connection:
        tables.metadata.create_all(connection)
        wanted = _tables(connection)
    with database.reading(book_url) as connection:
        found = _tables(connection)
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert differences == []
    assert sorted(found) == sorted(tables.metadata.tables)
    for name, table in wanted.items():
        assert found[name] == table, name


def test_every_rule_of_the_tables_has_a_name_and_a_text(book_url: str) -> None:
    with database.reading(book_url) as connection:
        checks = [check for table in _tables(connection).values() for check in table["checks"].items()]
    assert len(checks) >= 25
    assert all(name and rule for name, rule in checks)


def test_triggers_are_those_of_the_list_with_all_that_they_say(book_url: str, engine: str) -> None:
    assert _standing(book_url) == triggers.names(engine) != set()
    with database.reading(book_url) as connection:
        assert guards.faults(connection) == []


# --- once more ------------------------------------------------------------------------------------------------------


def test_once_more_changes_nothing_and_leaves_every_trigger(books: str) -> None:
    before = desk.held(books)
    assert database.create(books) == (HEAD, HEAD)
    assert desk.held(books) == before
    with database.reading(books) as connection:
        assert guards.faults(connection) == []


def test_init_twice_says_that_nothing_was_changed(empty_url: str) -> None:
    assert desk.answered(empty_url, "init") == {"before": None, "after": HEAD}
    before = desk.held(empty_url)
    assert desk.answered(empty_url, "init") == {"before": HEAD, "after": HEAD}
    assert HEAD in desk.done(empty_url, "init").stdout
    assert desk.held(empty_url) == before


def test_trigger_that_somebody_took_away_is_back(book_url: str, engine: str) -> None:
    where = " ON movement" if engine == "postgresql" else ""
    gone = "movement_held_2040"
    with _plain(book_url).begin() as connection:
        connection.execute(text(f"DROP TRIGGER {gone}{where}"))
    assert _standing(book_url) == triggers.names(engine) - {gone}
    database.create(book_url)
    with database.reading(book_url) as connection:
        assert guards.faults(connection) == []


def test_step_that_fails_leaves_the_books_as_they_were(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Triggers are taken away for a step; if the step fails they have to stand again."""
    before, standing = desk.held(books), _standing(books)

    def fail(_connection: Connection) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(triggers, "create_all", fail)
    with pytest.raises(ZeroDivisionError):
        database.create(books)
    assert (desk.held(books), _standing(books)) == (before, standing)


# --- up from books that were handed out -----------------------------------------------------------------------------


def first(url: str, folder: Path) -> None:
    """Fills fresh books with a record in every table, as the first version wrote them and in its tables."""
    content = kept.content
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_reach", lambda _connection: {})
        patch.setattr(kept, "content", lambda finding: re.sub('"tax_percent":[^,]*,', "", content(finding)))
        desk.everything(url, folder)
    with _plain(url).begin() as connection:
        _first_tables(connection)


def _first_tables(connection: Connection) -> None:
    """Takes back what the later steps did."""
    triggers.drop_all(connection)
    for name in ("sources_to", "fees_to", "entries_to"):
        connection.execute(text(f"ALTER TABLE decision DROP COLUMN {name}"))
    connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    triggers.create_all(connection)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def handed_out(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books of the first version with a record in every table, to be brought up to date once."""
    with desk.books(request, first) as url:
        yield url


def _rows(connection: Connection, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every row of these columns of each table."""
    said = {name: ", ".join(f'"{each}"' for each in some) for name, some in columns.items()}
    return {name: sorted(map(repr, connection.execute(text(f'SELECT {said[name]} FROM "{name}"')))) for name in columns}


def test_books_of_the_first_version_are_brought_up_to_date_with_every_row_and_seal(handed_out: str) -> None:
    with _plain(handed_out).connect() as connection:
        before = {name: list(table["columns"]) for name, table in _tables(connection).items()}
        rows = _rows(connection, before)
    assert "sources_to" not in before["decision"]
    assert all(rows.values())
    assert database.create(handed_out) == ("0001", HEAD)
    with _plain(handed_out).connect() as connection:
        assert _rows(connection, before) == rows
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        assert guards.faults(connection) == []
        reach = "SELECT count(*) FROM decision WHERE sources_to IS NULL AND fees_to IS NULL AND entries_to IS NULL"
        assert connection.execute(text(reach)).scalar_one() == len(rows["decision"])
    assert desk.answered(handed_out, "verify")["faults"] == []
    desk.done(handed_out, "decide", "FREE", "DOUBTFUL", "--as-of", desk.ON)
    with database.reading(handed_out) as connection:
        last = connection.execute(text("SELECT sources_to, fees_to, entries_to FROM decision ORDER BY no DESC"))
        assert all(number > 0 for number in last.first() or ())
    assert desk.answered(handed_out, "verify")["faults"] == []


def test_first_version_is_that_of_the_first_step(new_database: Callable[[bool], str]) -> None:
    """The books that the test above brings up to date are in no other tables."""
    from alembic import command

    url, config = new_database(False), database.alembic_config()
    with _plain(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        wanted = _tables(connection)
    made = new_database(True)
    with _plain(made).begin() as connection:
        _first_tables(connection)
        assert _tables(connection) == wanted


# --- versions -------------------------------------------------------------------------------------------------------


def _said_to_be(url: str, version: str) -> None:
    with _plain(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_books_of_a_newer_version_are_refused_and_left_alone(book_url: str) -> None:
    _said_to_be(book_url, "9999")
    before = desk.held(book_url)
    for attempt in (database.reading, database.writing):
        with pytest.raises(DatabaseNewer), attempt(book_url):
            raise AssertionError("the books were opened")
    with pytest.raises(DatabaseNewer):
        database.create(book_url)
    assert desk.held(book_url) == before


def test_books_of_an_older_version_are_refused_until_brought_up_to_date(
    book_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, head = database._versions()
    monkeypatch.setattr(database, "_versions", lambda: (known | {"9998"}, "9998"))
    with pytest.raises(DatabaseOlder) as refused, database.reading(book_url):
        raise AssertionError("the books were opened")
    assert refused.value.version == head
