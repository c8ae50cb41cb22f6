"""The steps lead from nothing to the tables of `tables.py`, with every trigger, on both databases; nothing is lost."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.codes import Account
from ledger.errors import DatabaseNewer, DatabaseOlder
from ledger.store import database, shipment, upgrade
from migrations import guards, triggers, writes
from tests import desk

pytestmark = pytest.mark.thorough

HEAD = database.versions()[1]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a record in every table; no test here changes what they hold."""
    with desk.books(request, desk.everything) as url:
        yield url


def _plain(url: str) -> Any:
    """An engine that sets nothing up."""
    return create_engine(database.parse_url(url), poolclass=NullPool)


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
            "columns": {column["name"]: (str(column["type"]), column["nullable"]) for column in look.get_columns(name)},
            "key": look.get_pk_constraint(name),
            "foreign keys": {key["name"]: key for key in look.get_foreign_keys(name)},
            "unique": {
                constraint["name"]: constraint["column_names"] for constraint in look.get_unique_constraints(name)
            },
            "indexes": {index["name"]: index["column_names"] for index in look.get_indexes(name)},
            "checks": {constraint["name"]: constraint["sqltext"] for constraint in look.get_check_constraints(name)},
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
        differences = compare_metadata(MigrationContext.configure(connection), writes.metadata(connection.dialect.name))
    assert differences == []
    of_writes = {table.name for table in writes.OWNERS} if book_url.startswith("postgresql") else set()
    assert found.keys() == {*tables.metadata.tables, *of_writes}
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
    assert upgrade.create(books) == upgrade.Creation(HEAD, HEAD, [], [])
    assert desk.held(books) == before
    with database.reading(books) as connection:
        assert guards.faults(connection) == []


def test_init_twice_says_that_nothing_was_changed(empty_url: str) -> None:
    new = desk.answered(empty_url, "init")
    assert new == {
        "before": None,
        "after": HEAD,
        "loaded": {
            "accounts": sorted(map(str, Account)),
            "fees": sorted(path.stem for path in shipment.FEES.glob("*.toml")),
        },
        "database": database.format_url(empty_url),
    }
    before = desk.held(empty_url)
    again = desk.answered(empty_url, "init")
    assert again == new | {"before": HEAD, "loaded": {"accounts": [], "fees": []}}
    assert HEAD in desk.done(empty_url, "init").stdout
    assert desk.held(empty_url) == before


def test_trigger_that_somebody_took_away_is_back(book_url: str, engine: str) -> None:
    where = " ON movement" if engine == "postgresql" else ""
    gone = "movement_held_2040"
    with _plain(book_url).begin() as connection:
        connection.execute(text(f"DROP TRIGGER {gone}{where}"))
    assert _standing(book_url) == triggers.names(engine) - {gone}
    upgrade.create(book_url)
    with database.reading(book_url) as connection:
        assert guards.faults(connection) == []


def test_step_that_fails_leaves_the_books_as_they_were(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Triggers are taken away for a step; if the step fails they have to stand again."""
    before, standing = desk.held(books), _standing(books)

    def fail(_connection: Connection) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(triggers, "create_all", fail)
    with pytest.raises(ZeroDivisionError):
        upgrade.create(books)
    assert (desk.held(books), _standing(books)) == (before, standing)


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
        upgrade.create(book_url)
    assert desk.held(book_url) == before


def test_books_of_an_older_version_are_refused_until_brought_up_to_date(
    book_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, head = database.versions()
    monkeypatch.setattr(database, "versions", lambda: (known | {"9998"}, "9998"))
    with pytest.raises(DatabaseOlder) as refused, database.reading(book_url):
        raise AssertionError("the books were opened")
    assert refused.value.version == head
