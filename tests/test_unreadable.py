"""Days, moments and texts that a database keeps and no program of ours reads are named at their row; nothing breaks.

SQLite keeps any text where a day has to be; PostgreSQL days beyond the first and the last that Python has.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Date, DateTime, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.store import database
from tests import desk
from tests.copies import Copies, copies
from tests.test_insider import found

pytestmark = pytest.mark.thorough

# What stands in the place of a day or a moment.
BEYOND = {
    "postgresql": ("infinity", "-infinity", "10000-01-01", "0044-03-15 BC", "294276-12-31"),
    "sqlite": ("some day", "2012-02-30", "10000-01-01", "", "2012-05-31 noon"),
}


@pytest.fixture(scope="module")
def books(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield copies(request, url, request.param)


EACH_ENGINE = pytest.mark.parametrize("books", ["sqlite", "postgresql"], indirect=True, scope="module")
DAYS = {
    name: days
    for name, table in sorted(tables.metadata.tables.items())
    if (days := [column.name for column in table.columns if isinstance(column.type, Date | DateTime)])
}
# Other values that a table takes, and nobody can reckon with.
OTHERS = (
    ("movement", "yen", "2147483647"),
    ("bank_balance", "yen", "9223372036854775807"),
    ("bank_line", "yen", "-9223372036854775808"),
    ("entry", "key", '["fee_received","\\ud800",1,"2012-05-01",7245,"FREE"]'),
    ("entry", "key", "["),
    ("decision", "finding", '{"outcome": "\\ud800"}'),
    ("decision", "finding", "NaN"),
    ("month_step", "accepted", '[{"code": "bank_differs", "reason": NaN}]'),
    ("setting", "value", "\\x00 \\u0000 NaN"),
)
COMMANDS = ("entries", "refund list", "todo", "check --everyone --as-of 2012-05-31", "balance --as-of 2012-05-31")


@contextmanager
def unruled(url: str) -> Iterator[Connection]:
    """The books in the hands of somebody for whom no trigger fires."""
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield connection
        connection.commit()


def put(connection: Connection, table: str, column: str, value: str) -> str | None:
    """Puts a value into the last row of a table that has one there; its key, or None where it takes none such."""
    keys = [f'"{key.name}"' for key in tables.metadata.tables[table].primary_key]
    last = f'SELECT {", ".join(keys)} FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY '
    row = connection.exec_driver_sql(last + ", ".join(f"{key} DESC" for key in keys)).first()
    if row is None:
        return None
    where = " AND ".join(f"{key} = :key_{nth}" for nth, key in enumerate(keys))
    given = {f"key_{nth}": part for nth, part in enumerate(row)}
    value = f"'{value}'" if not value.lstrip("-").isdecimal() else value
    try:
        with connection.begin_nested():
            connection.execute(
                text(f'UPDATE "{table}" SET "{column}" = {value.replace(":", chr(92) + ":")} WHERE {where}'), given
            )
    except IntegrityError:
        return None
    return "/".join(map(str, row))


@EACH_ENGINE
@pytest.mark.parametrize("first", [0, 2, 4])
def test_every_day_that_is_none_is_named_at_its_row(books: Copies, first: int) -> None:
    with books.copy() as url:
        expected = set()
        with unruled(url) as connection:
            values = BEYOND[connection.dialect.name]
            for nth, (table, column) in enumerate((table, column) for table, days in DAYS.items() for column in days):
                key = put(connection, table, column, values[(nth + first) % len(values)])
                if key is not None and table not in ("batch", "seal"):
                    expected.add(f"entry {key}" if table == "movement" else f"{table} {key}")
        assert len(expected) > len(DAYS) / 2
        assert expected <= {fault.where for fault in found(url)}
        answer = desk.typed(url, "verify")
        assert (answer.exit_code, "(row-changed)" in answer.output) == (1, True), answer.output


@EACH_ENGINE
@pytest.mark.parametrize(("table", "column"), [("entry", "happened_on"), ("fact", "day"), ("batch", "recorded_at")])
def test_a_command_that_it_breaks_off_names_it(books: Copies, table: str, column: str) -> None:
    with books.copy() as url:
        with unruled(url) as connection:
            assert put(connection, table, column, BEYOND[connection.dialect.name][0])
        assert found(url)
        said = ""
        for words in COMMANDS:
            answer = desk.typed(url, *words.split())  # a traceback is raised
            assert not answer.exit_code or "(books-damaged)" in answer.stderr, (words, answer.output)
            said += answer.stderr
        assert table == "batch" or "(books-damaged)" in said


@EACH_ENGINE
@pytest.mark.parametrize("nth", range(len(OTHERS)))
def test_numbers_and_texts_that_nobody_can_reckon_with_are_named(books: Copies, nth: int) -> None:
    table, column, value = OTHERS[nth]
    with books.copy() as url:
        with unruled(url) as connection:
            key = put(connection, table, column, value)
        if key is None:
            return
        where = f"entry {key.split('/')[0]}" if table == "movement" else f"{table} {key}"
        assert where in {fault.where for fault in found(url)}
        for words in ("verify", *COMMANDS):
            answer = desk.typed(url, *words.split())
            assert words == "verify" or not answer.exit_code or "(books-damaged)" in answer.stderr, answer.output
