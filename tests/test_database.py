"""The database refuses by itself, on both engines, whatever goes around the program: nothing in the books changes."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.errors import NotWritable
from ledger.store import database, seals
from migrations import triggers
from tests import around, desk

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("each_their_own")]

TABLES = sorted(tables.metadata.tables)
SQLITE, POSTGRESQL = (
    pytest.mark.parametrize("books", [engine], indirect=True, scope="module") for engine in ("sqlite", "postgresql")
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a record in every table; no attack changes them, so all share them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture(scope="module")
def held(books: str) -> Iterator[str]:
    """What the books hold when the module begins, and when it ends."""
    yield (whole := desk.held(books, ()))
    assert desk.held(books, ()) == whole


@contextmanager
def watched(url: str) -> Iterator[Callable[[], object]]:
    """Asks whether somebody has written: SQLite tells a connection; PostgreSQL does not, and all is looked at."""
    if not url.startswith("sqlite"):
        yield lambda: desk.held(url, ())
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        yield lambda: connection.execute("PRAGMA data_version").fetchone()


@pytest.fixture(scope="module")
def stands(books: str, held: str) -> Iterator[Callable[[], object]]:
    """What is the same as long as the books hold what they held."""
    with watched(books) as asked:
        asked()
        assert held
        yield asked


@pytest.fixture
def before(books: str, stands: Callable[[], object]) -> Iterator[str]:
    """The address of the books; what they hold has to be the same after the test."""
    as_it_stood = stands()
    yield books
    assert stands() == as_it_stood


@pytest.mark.parametrize("books", ["sqlite"], indirect=True, scope="module")
def test_what_somebody_writes_is_noticed(books: str, tmp_path: Path) -> None:
    file = shutil.copyfile(books.removeprefix("sqlite:///"), tmp_path / "copy.db")
    with watched(f"sqlite:///{file}") as stands, closing(sqlite3.connect(file)) as other:
        as_it_stood = stands()
        other.execute("BEGIN IMMEDIATE")
        other.execute("CREATE TABLE mine (x)")
        other.rollback()
        assert stands() == as_it_stood
        other.execute("CREATE TABLE mine (x)")
        assert stands() != as_it_stood


def attack(url: str, *statements: str) -> str:
    """What the database says to statements of somebody else's program, which sets nothing up."""
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        return _said(around.opened(connection), statements)


def within(url: str, *statements: str) -> str:
    """What the database says to statements on a connection of our own, with every setting of ours."""
    with database.writing(url, dry_run=True) as connection:
        return _said(connection, statements)


def _said(connection: Connection, statements: tuple[str, ...]) -> str:
    *before, last = statements
    for statement in before:
        connection.execute(text(statement))
    with pytest.raises(DatabaseError) as refused:
        connection.execute(text(last))
    return str(refused.value.orig)


def _columns(table: str) -> list[str]:
    return [f'"{column.name}"' for column in tables.metadata.tables[table].columns]


def _key(table: str) -> str:
    return ", ".join(f'"{column.name}"' for column in tables.metadata.tables[table].primary_key)


# --- append-only ----------------------------------------------------------------------------------------------------


def test_there_is_something_to_attack_in_every_table(books: str) -> None:
    with database.reading(books) as connection:
        counts = {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in TABLES}
    assert {name for name, count in counts.items() if count == 0} == set()


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_changed(before: str, table: str) -> None:
    column = _columns(table)[-1]
    for say in (attack, within):
        assert f"append-only: {table}" in say(before, f'UPDATE "{table}" SET {column} = {column}')
        one = f'(SELECT {_key(table).split(",")[0]} AS one FROM "{table}" LIMIT 1) AS other'
        of = f'"{table}".{_key(table).split(",")[0]} = other.one'
        assert f"append-only: {table}" in say(before, f'UPDATE "{table}" SET {column} = {column} FROM {one} WHERE {of}')


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_deleted(before: str, table: str) -> None:
    for say in (attack, within):
        assert f"append-only: {table}" in say(before, f'DELETE FROM "{table}"')


@POSTGRESQL
@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_emptied(before: str, table: str) -> None:
    for more in ("", " CASCADE"):
        assert "append-only" in attack(before, f'TRUNCATE "{table}"{more}') or not more


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_put_in_the_place_of_another(before: str, table: str) -> None:
    columns = ", ".join(_columns(table))
    same = f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{table}" WHERE TRUE LIMIT 1'
    instead = f"ON CONFLICT ({_key(table)}) DO UPDATE SET {_columns(table)[-1]} = excluded.{_columns(table)[-1]}"
    for say in (attack, within):
        assert re.search(
            "append-only|not-permitted: (batch|seal)|out-of-order: bill_dispute", say(before, f"{same} {instead}")
        )


@SQLITE
@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_replaced_from_outside_without_our_settings(before: str, table: str) -> None:
    file = before.removeprefix("sqlite:///")
    for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT OR ROLLBACK", "INSERT OR IGNORE"):
        connection = sqlite3.connect(file)
        try:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(f'{verb} INTO "{table}" SELECT * FROM "{table}" LIMIT 1')
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(f'UPDATE OR REPLACE "{table}" SET {_columns(table)[-1]} = 1')
        finally:
            connection.close()


@SQLITE
@pytest.mark.parametrize(
    ("table", "values"),
    [
        (
            "source",
            "(NULL, '2012-01-01', 'x', NULL, 'x', (SELECT sha256 FROM source WHERE sha256 IS NOT NULL LIMIT 1))",
        ),
        (
            "entry",
            "('2012-01-01', 'x', NULL, 9999, '2012-01-01', 'x', (SELECT key FROM entry LIMIT 1), 'x', NULL, NULL)",
        ),
    ],
)
def test_no_row_is_replaced_by_its_other_name(before: str, table: str, values: str) -> None:
    names = {
        "source": "id, recorded_at, by, role, name, sha256",
        "entry": "recorded_at, by, role, no, happened_on, event, key, digest, reverses, reason",
    }
    assert "append-only" in attack(before, f"INSERT OR REPLACE INTO {table} ({names[table]}) VALUES {values}")


NAMED = [name for name in TABLES if name not in seals._NUMBERED or len(seals._KEY[name]) > 1]


@SQLITE
@pytest.mark.parametrize("table", NAMED)
def test_no_row_is_replaced_by_the_number_that_sqlite_gave_it(before: str, table: str) -> None:
    """Where the key is no number, a row can be named by `rowid`, and would be deleted without a word."""
    columns = ", ".join(_columns(table))
    other = columns.replace(_key(table).split(", ")[0], "'another'" if table not in seals._NUMBERED else "999999", 1)
    rowid = f"(SELECT rowid FROM {table} LIMIT 1)"
    said = attack(
        before, f"INSERT OR REPLACE INTO {table} (rowid, {columns}) SELECT {rowid}, {other} FROM {table} LIMIT 1"
    )
    assert re.search("append-only|not-the-next-number|not-the-last-head|out-of-order", said), said


NUMBERED = (*seals.COUNTED, "batch")


@pytest.mark.parametrize(
    "number", ["0", "-1", "2147483647", "9223372036854775807", "1 + (SELECT max({key}) + 1 FROM {table})"]
)
@pytest.mark.parametrize("table", NUMBERED)
def test_no_number_but_the_next(before: str, table: str, number: str) -> None:
    """So nobody takes the last number that there can be, nor one before the first."""
    key, columns = _key(table), ", ".join(_columns(table))
    values = columns.replace(key, number.format(key=key, table=table), 1)
    row = f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} LIMIT 1"
    if table == "entry":
        row = NEW_ENTRY.replace("1 + max(no)", number.format(key=key, table=table))
    said = attack(before, row)
    known = "not-the-next-number|not-the-last-head|out of range|append-only|out-of-order|not-permitted: batch"
    assert re.search(f"{known}|unique constraint|UNIQUE constraint|ck_entry_no", said), said


# --- movements ------------------------------------------------------------------------------------------------------

NEW_ENTRY = (
    "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by)"
    " SELECT 1 + max(no), '2012-05-01', 'fee_received', 'attack', 'x', '2012-05-01 00:00:00', 'x' FROM entry"
)
LAST = "(SELECT max(no) FROM entry)"


def moved(values: str) -> str:
    """A movement of the new entry: debit, credit, yen, debit_application, credit_application, deposit."""
    columns = "entry, nth, debit, credit, yen, debit_application, credit_application, deposit"
    return f"INSERT INTO movement ({columns}) VALUES ({LAST}, 1, {values})"


MOVEMENTS = {
    "nothing": ("'1110', '2040', 0, NULL, 'FREE', NULL", "yen"),
    "less than nothing": ("'1110', '2040', -1, NULL, 'FREE', NULL", "yen"),
    "an account to itself": ("'1110', '1110', 1, NULL, NULL, NULL", "sides"),
    "a part of an account to itself": ("'2040', '2040', 1, 'FREE', 'FREE', NULL", "sides|not-held"),
    "an account that is not in the chart": ("'1110', '9999', 1, NULL, NULL, NULL", "FOREIGN KEY|foreign key"),
    "an application that is not known": ("'1110', '2040', 1, NULL, 'NOBODY', NULL", "FOREIGN KEY|foreign key"),
    "a deposit that is not known": ("'1110', '2050', 1, NULL, NULL, 'NONE'", "FOREIGN KEY|foreign key"),
    "a second refund of one fee": ("'2040', '2020', 7245, 'PAID', 'PAID', NULL", "not-held: 2040"),
    "a refund of a fee that is proposed": ("'2040', '2020', 7245, 'PROPOSED', 'PROPOSED', NULL", "not-held: 2040"),
    "a credit of a fee that was refunded": ("'2040', '2041', 7245, 'PAID', 'PAID', NULL", "not-held: 2040"),
    "a second payment of one refund": ("'2020', '1110', 7245, 'PAID', NULL, NULL", "not-held: 2020"),
    "one yen more than is held": ("'2040', '1110', 7246, 'FREE', NULL, NULL", "not-held: 2040"),
    "a fee of nobody": ("'2040', '1110', 1, NULL, NULL, NULL", "not-held: 2040"),
    "what another deposit left": ("'2050', '1110', 1, NULL, NULL, 'N-FREE'", "not-held: 2050"),
    "what never came back": ("'2060', '1110', 1, 'PAID', NULL, NULL", "not-held: 2060"),
    "a credit applied twice": ("'2041', '2040', 7245, 'OLD2', 'NEW2', NULL", "not-held: 2041"),
}


@pytest.mark.parametrize(("values", "rule"), MOVEMENTS.values(), ids=MOVEMENTS.keys())
def test_no_movement_of_this(before: str, values: str, rule: str) -> None:
    said = within(before, NEW_ENTRY, moved(values))
    assert any(word in said for word in rule.split("|")), said


@SQLITE
@pytest.mark.parametrize("yen", ["0.5", "7244.5", "'1e3x'", "'many'", "x'01'"])
@pytest.mark.parametrize("table", sorted(triggers.YEN))
def test_no_part_of_a_yen_and_no_text(before: str, table: str, yen: str) -> None:
    """PostgreSQL makes whole yen of a fraction, or refuses; SQLite would keep it as it comes."""
    columns = ", ".join(_columns(table))
    others = columns.replace(f'"{triggers.YEN[table]}"', yen)
    assert "not-whole-yen" in within(before, f"INSERT INTO {table} ({columns}) SELECT {others} FROM {table} LIMIT 1")


def test_every_column_of_yen_is_asked_for_whole_yen() -> None:
    of_yen = {"yen", "refundable"}
    kept = {(name, column.name) for name in TABLES for column in tables.metadata.tables[name].columns}
    assert {(name, column) for name, column in kept if column in of_yen} == set(triggers.YEN.items())


# --- refunds and credits --------------------------------------------------------------------------------------------


PAID_TWICE = {
    "a second payment of one fee to the authority": ("authority_paid", "'2010', '1110', 7245, 'NEW5', NULL, NULL"),
    "one yen more than is owed to it": ("authority_paid", "'2010', '1110', 7246, 'ALIVE', NULL, NULL"),
    "a payment for nobody": ("authority_paid", "'2010', '1110', 1, NULL, NULL, NULL"),
    "what was owed, given back": ("authority_repaid", "'1110', '2010', 1, NULL, 'NEW5', NULL"),
    "what nobody paid, given back": ("authority_repaid", "'1110', '2010', 1, NULL, NULL, NULL"),
}


@pytest.mark.parametrize(("event", "values"), PAID_TWICE.values(), ids=PAID_TWICE.keys())
def test_no_transfer_to_or_from_the_authority_beyond_what_is_owed(before: str, event: str, values: str) -> None:
    assert "not-held: 2010" in within(before, NEW_ENTRY.replace("fee_received", event), moved(values))


def stepped(table: str, no: int, nth: int, state: str, by: str, entry: str = "NULL", reason: str = "'x'") -> str:
    """A step of a refund or credit."""
    columns = f"{table}, nth, state, happened_on, reason, entry, recorded_at, by"
    values = f"{no}, {nth}, '{state}', '2012-05-01', {reason}, {entry}, '2012-05-01 00:00:00', '{by}'"
    return f"INSERT INTO {table}_step ({columns}) VALUES ({values})"


STEPS = {
    "approved by who proposed": (stepped("refund", 1, 2, "approved", desk.CLERK), "same-person"),
    "approved by who proposed, with spaces": (
        stepped("refund", 1, 2, "approved", f" {desk.CLERK} "),
        "same-person|not-listed",
    ),
    "applied by who proposed": (stepped("credit", 1, 2, "applied", desk.CLERK, LAST), "same-person"),
    "paid without approval": (stepped("refund", 1, 2, "paid", desk.CHIEF, LAST), "out-of-order"),
    "approved, leaving a step out": (stepped("refund", 1, 3, "approved", desk.CHIEF), "out-of-order"),
    "approved after it was paid": (stepped("refund", 3, 4, "approved", desk.CHIEF), "out-of-order"),
    "rejected after it was paid": (stepped("refund", 3, 4, "rejected", desk.CHIEF, LAST), "out-of-order"),
    "paid twice": (stepped("refund", 3, 4, "paid", desk.CHIEF, LAST), "out-of-order"),
    "paid after it was rejected": (stepped("refund", 5, 3, "paid", desk.CHIEF, LAST), "out-of-order"),
    "undone before it was applied": (stepped("credit", 1, 2, "undone", desk.CHIEF, LAST), "out-of-order"),
    "applied after it was undone": (stepped("credit", 3, 4, "applied", desk.CHIEF, LAST), "out-of-order"),
    "proposed once more": (stepped("refund", 1, 2, "proposed", desk.CHIEF, LAST), "out-of-order|first"),
    "of an unknown refund": (stepped("refund", 99, 1, "proposed", desk.CHIEF, LAST), "FOREIGN KEY|foreign key"),
    "into a state that there is not": (stepped("refund", 1, 2, "lost", desk.CHIEF, LAST), "state|out-of-order"),
    "paid without an entry": (stepped("refund", 2, 3, "paid", desk.CHIEF), "refund_step_entry"),
    "rejected without a reason": (stepped("refund", 1, 2, "rejected", desk.CHIEF, LAST, "NULL"), "reason"),
    "paid with the entry of another step": (
        stepped("refund", 2, 3, "paid", desk.CHIEF, "(SELECT entry FROM refund_step WHERE state = 'paid' LIMIT 1)"),
        "entry|append-only",
    ),
}


@pytest.mark.parametrize(("statement", "rule"), STEPS.values(), ids=STEPS.keys())
def test_no_step_is(before: str, statement: str, rule: str) -> None:
    said = within(before, NEW_ENTRY, statement)
    assert any(word in said for word in rule.split("|")), said


PROPOSALS = {
    "a refund of nothing": "INSERT INTO refund (no, application, decision, yen) VALUES (99, 'FREE', 1, 0)",
    "a refund without a decision": "INSERT INTO refund (no, application, yen) VALUES (99, 'FREE', 7245)",
    "a refund of nobody's": "INSERT INTO refund (no, yen) VALUES (99, 7245)",
    "a refund of an unknown application": "INSERT INTO refund (no, application, decision, yen) VALUES (99, 'X', 1, 1)",
    "a credit to itself": (
        "INSERT INTO credit (no, application, to_application, decision, yen) VALUES (99, 'FREE', 'FREE', 1, 7245)"
    ),
    "a reversal without a reason": (
        "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by, reverses)"
        " VALUES (9998, '2012-05-01', 'x', 'y', 'x', '2012-05-01 00:00:00', 'x', 1)"
    ),
    "a second reversal": (
        "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by, reverses, reason)"
        " SELECT 9998, '2012-05-01', 'x', 'y', 'x', '2012-05-01 00:00:00', 'x', reverses, 'x'"
        " FROM entry WHERE reverses IS NOT NULL LIMIT 1"
    ),
    "the same key twice": (
        "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by)"
        " SELECT 9998, '2012-05-01', 'x', key, 'x', '2012-05-01 00:00:00', 'x' FROM entry LIMIT 1"
    ),
    "an eligible decision of nothing": (
        "INSERT INTO decision (no, application, as_of, outcome, verdict, refundable, finding, recorded_at, by)"
        " VALUES (99, 'FREE', '2012-05-01', 'eligible', 'eligible', 0, '{}', '2012-05-01 00:00:00', 'x')"
    ),
    "a deposit of nothing": (
        "INSERT INTO deposit_known (deposit, received_on, yen, payer, known_on, source)"
        " VALUES ('N-FREE', '2012-05-01', 0, 'x', '2012-05-01', 1)"
    ),
    "a fact that there is not": (
        "INSERT INTO fact (application, name, day, known_on, source)"
        " VALUES ('FREE', 'lost_on', '2012-05-01', '2012-05-01', 1)"
    ),
    "an application of an unknown member": "INSERT INTO application (number, member, source) VALUES ('X', 'Y', 1)",
}


@pytest.mark.parametrize("statement", PROPOSALS.values(), ids=PROPOSALS.keys())
def test_the_tables_hold_no(before: str, statement: str) -> None:
    assert within(before, statement.replace("{}", "{ }"))


# --- the connection itself ------------------------------------------------------------------------------------------


@SQLITE
def test_settings_stand_on_every_connection(books: str) -> None:
    with database.reading(books) as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "recursive_triggers", "journal_mode", "synchronous")
        }
    assert settings == {"foreign_keys": 1, "recursive_triggers": 1, "journal_mode": "wal", "synchronous": 2}


@POSTGRESQL
def test_reading_cannot_write(before: str) -> None:
    with pytest.raises(NotWritable), database.reading(before) as connection:
        connection.execute(text(NEW_ENTRY))


def test_nothing_is_kept_of_a_write_that_ends_in_an_error(before: str) -> None:
    def write() -> None:
        with database.writing(before) as connection:
            connection.execute(text(NEW_ENTRY))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()


def test_a_dry_run_is_taken_back(before: str) -> None:
    with database.writing(before, dry_run=True) as connection:
        connection.execute(text(NEW_ENTRY))
        assert connection.execute(text("SELECT count(*) FROM entry WHERE key = 'attack'")).scalar() == 1
