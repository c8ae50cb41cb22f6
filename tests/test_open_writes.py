"""PostgreSQL opens each write itself: for one command, one login and one name; what it is not open for is refused."""

from datetime import timedelta
from itertools import product

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from ledger import dates, tables
from ledger.store import database
from migrations import roles
from migrations.writes import OWNERS
from tests import desk
from tests.desk import CHIEF, CLERK
from tests.logins import KINDS, OWN, Login, at, attack, books, logins, own, refused
from tests.test_roles import stepped

__all__ = ["at", "books", "logins", "own"]

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("table", ["batch", "seal", "request", "refused"])
def test_only_the_database_writes(at: Login, table: str) -> None:
    for who in KINDS:
        statement = f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1"
        assert "permission denied" in attack(at(who), statement, of="" if who == "auditor" else "book")


# Every table that stands in the books on PostgreSQL, and the ways to add a row to one, or none.
EVERY = [*sorted(tables.metadata.tables), *(table.name for table in OWNERS), "alembic_version"]
WAYS = (
    'INSERT INTO "{table}" DEFAULT VALUES',
    'INSERT INTO "{table}" SELECT (NULL::"{table}").* LIMIT 0',
    'INSERT INTO "{table}" DEFAULT VALUES ON CONFLICT DO NOTHING',
    'WITH added AS (INSERT INTO "{table}" DEFAULT VALUES RETURNING 1) SELECT 1',
    'MERGE INTO "{table}" USING (VALUES (1)) one(x) ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES',
    'EXPLAIN ANALYZE INSERT INTO "{table}" DEFAULT VALUES',
    'DEALLOCATE ALL; PREPARE adding AS INSERT INTO "{table}" DEFAULT VALUES; EXECUTE adding',
    'DO $$ BEGIN INSERT INTO "{table}" DEFAULT VALUES; END $$',
)


NOT_TAKEN = {True: "no-open-write", False: "permission denied"}
OF: dict[str, tuple[str, ...]] = {
    **{kind: (kind,) for kind in KINDS},
    "both": ("clerk", "approver"),
    "stranger": (),
}


@pytest.mark.parametrize("who", OF)
def test_no_table_takes_a_row_of_anybody_outside_an_open_write(at: Login, who: str) -> None:
    """Whether or not the role has INSERT there."""
    with create_engine(database.parse_url(at(who)), poolclass=NullPool).connect() as connection:
        for table, way in product(EVERY, WAYS):
            granted = any(table in roles.WRITES[kind] for kind in OF[who])
            with pytest.raises(DatabaseError, match=NOT_TAKEN[granted]):
                connection.exec_driver_sql(way.format(table=table))
            connection.rollback()


@pytest.mark.parametrize("who", [*KINDS, "owner"])
def test_no_table_takes_copied_rows_outside_an_open_write(at: Login, who: str) -> None:
    with psycopg.connect(at(who).replace("postgresql+psycopg", "postgresql")) as connection:
        for table in sorted(tables.metadata.tables):
            granted = who == "owner" or table in roles.WRITES[who]
            copied = connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table)))
            with pytest.raises(psycopg.Error, match=NOT_TAKEN[granted]), copied:
                pass
            connection.rollback()


@pytest.mark.parametrize("who", ["clerk", "approver"])
def test_no_row_is_taken_but_of_the_command_that_is_open(at: Login, who: str) -> None:
    for table in roles.WRITES[who]:
        statement = f"INSERT INTO {table} DEFAULT VALUES"
        assert f"no-open-write: {table}" in attack(at(who), statement)
        other = "settings set" if table != "setting" else "close"
        assert f"not-of-command: {table} {other}" in attack(at(who), statement, of=other)
        assert f"not-of-command: {table} no such command" in attack(at(who), statement, of="no such command")


def test_a_clock_that_is_off_opens_no_write(at: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = dates.now() + timedelta(hours=2)
    monkeypatch.setattr(dates, "now", lambda: moment)
    said = refused(at("clerk"), "clock-differs", "book", "--through", "2012-05-31")
    assert "120" in said


def test_a_role_that_was_put_on_changes_nobody(own: Login, logins: dict[str, str]) -> None:
    """Who logged in acts, whatever role they say they have (`SET ROLE`, or an option of the address)."""
    clerk, approver = (f"{own('both')}&options=-c%20role%3D{OWN}_{kind}" for kind in ("clerk", "approver"))
    desk.done(clerk, "refund", "propose", "FREE", "--on", "2012-05-31", by=CLERK)
    with database.reading(own("owner")) as connection:
        step = connection.execute(text("SELECT refund, role FROM refund_step ORDER BY refund DESC, nth LIMIT 1")).one()
    assert step.role == logins["both"]
    refused(approver, "same-person-approves", "refund", "approve", str(step.refund), "--on", "2012-05-31", by=CHIEF)
    around_it = stepped("refund", step.refund, 2, "approved", logins["both"])
    assert "same-person" in attack(approver, around_it, of="refund approve", by=CLERK)


def test_once_people_are_listed_a_name_is_of_one_login(own: Login) -> None:
    """Who has signed with a name has it, as long as the login is there; and who is listed has one name."""
    desk.done(own("clerk"), "refund", "propose", "FREE", "--on", "2012-05-31", by=CLERK)
    desk.done(own("approver"), "refund", "approve", "1", "--on", "2012-05-31", by=CHIEF)
    for who, name in (("approver", CLERK), ("clerk", CHIEF)):
        said = refused(
            own(who), "signed-by-another", "refund", "reject", "9", "--on", "2012-05-31", "--reason", "x", by=name
        )
        assert name in said
        last = desk.answered(own("owner"), "refusals")["refusals"][-1]
        assert (last["code"], last["by"], last["role"]) == ("signed-by-another", name, f"{OWN}_one_{who}")


def test_a_key_is_of_the_login_that_gave_it(own: Login) -> None:
    desk.done(own("clerk"), "--key", "k", "book", "--through", "2012-05-31")
    said = refused(own("approver"), "key-of-another", "--key", "k", "book", "--through", "2012-05-31")
    assert f"{OWN}_one_clerk" in said
    statement = "SELECT keep_request('planted', 'x', '{ }')"
    assert "no-open-write" in attack(own("clerk"), statement)
