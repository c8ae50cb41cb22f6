"""A rule of the database that is gone, emptied, narrowed, switched off or undone by another is named by `verify`."""

import re
from collections.abc import Iterator
from zlib import crc32

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from exports.issued import verification
from ledger import i18n
from ledger.audit.faults import Fault
from ledger.store import database
from migrations import guards, triggers
from tests import desk
from tests.spread import SOAK

pytestmark = pytest.mark.thorough

SQLITE = pytest.mark.parametrize("kept", ["sqlite"], indirect=True, scope="module")
POSTGRESQL = pytest.mark.parametrize("kept", ["postgresql"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a record in every table, in order; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture
def owner(kept: str) -> Iterator[Connection]:
    """The same in the hands of somebody who may change every rule; taken back after the test."""
    with create_engine(database.parse_url(kept), poolclass=NullPool).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # the driver's own would leave the rules changed
            connection.exec_driver_sql("PRAGMA writable_schema = ON")
        yield connection
        connection.rollback()


def _did(connection: Connection, *statements: str) -> list[tuple[str, str]]:
    """Code and place of every fault, once these were carried out; `verify`, asked by turns, names the same."""
    for statement in statements:
        connection.exec_driver_sql(statement)
    found = list(guards.faults(connection))
    assert all(fault.says for fault in found)
    if SOAK or crc32("".join(statements).encode()) % 4 == 0:
        assert tuple(found) == verification.verify(connection).faults
    return [(fault.code, fault.where) for fault in found]


def test_books_in_order_have_every_rule_and_no_other(owner: Connection) -> None:
    assert _did(owner) == []


def test_every_trigger_that_is_gone_is_named(owner: Connection) -> None:
    triggers.drop_all(owner)
    wanted = triggers.names(owner.dialect.name)
    assert _did(owner) == [("trigger-missing", f"trigger {name}") for name in sorted(wanted)]


def test_rules_made_anew_are_in_order(owner: Connection) -> None:
    triggers.drop_all(owner)
    triggers.create_all(owner)
    assert _did(owner) == []


# --- triggers and functions -------------------------------------------------------------------------------------------

HELD = "movement_held_2040"
SEEN_ON_SQLITE = {
    "its body emptied": (
        f"DROP TRIGGER {HELD}",
        f"CREATE TRIGGER {HELD} AFTER INSERT ON movement WHEN NEW.debit = '2040' BEGIN SELECT 1; END",
    ),
    "never true": (f"UPDATE sqlite_master SET sql = replace(sql, 'NEW.debit = ''2040''', '0') WHERE name = '{HELD}'",),
    "on another table": (
        f"DROP TRIGGER {HELD}",
        f"CREATE TRIGGER {HELD} AFTER INSERT ON fact BEGIN SELECT 1; END",
    ),
    "after its end": (f"UPDATE sqlite_master SET sql = replace(sql, 'END', 'END --') WHERE name = '{HELD}'",),
    "an ideographic blank for none": (
        "UPDATE sqlite_master SET sql = replace(sql, '　', '') WHERE name = 'refund_step_people'",
    ),
}
SEEN_ON_POSTGRESQL = {
    "never true": (HELD, "AFTER INSERT ON movement FOR EACH ROW WHEN (false)", "refuse_beyond_2040"),
    "always true": (HELD, "AFTER INSERT ON movement FOR EACH ROW", "refuse_beyond_2040"),
    "true of less": (
        *(HELD, "AFTER INSERT ON movement FOR EACH ROW WHEN (NEW.debit = '2040' AND NEW.yen > 9)"),
        "refuse_beyond_2040",
    ),
    "another function": (
        *(HELD, "AFTER INSERT ON movement FOR EACH ROW WHEN (NEW.debit = '2040')"),
        "refuse_beyond_2041",
    ),
    "once a statement": ("entry_no_change", "BEFORE UPDATE OR DELETE ON entry", "refuse_change"),
    "of one column": (
        *("entry_no_change", "BEFORE DELETE OR UPDATE OF no ON entry FOR EACH ROW"),
        "refuse_change",
    ),
    "a condition where there was none": (
        *("entry_month_open", "BEFORE INSERT ON entry FOR EACH ROW WHEN (NEW.no < 0)"),
        "refuse_closed_month",
    ),
    "a function of the same name elsewhere": (
        *("entry_month_open", "BEFORE INSERT ON entry FOR EACH ROW"),
        "other.refuse_closed_month",
    ),
}


@SQLITE
@pytest.mark.parametrize("statements", SEEN_ON_SQLITE.values(), ids=SEEN_ON_SQLITE)
def test_trigger_that_keeps_its_name_and_not_its_text_is_named(owner: Connection, statements: tuple[str, ...]) -> None:
    name = HELD if HELD in statements[0] else "refund_step_people"
    assert _did(owner, *statements) == [("trigger-changed", f"trigger {name}")]


@POSTGRESQL
@pytest.mark.parametrize(("name", "when", "function"), SEEN_ON_POSTGRESQL.values(), ids=SEEN_ON_POSTGRESQL)
def test_trigger_that_was_made_anew_otherwise_is_named(owner: Connection, name: str, when: str, function: str) -> None:
    """A schema that comes before that of the books, for whoever asks, deceives nobody."""
    found = _did(
        owner,
        "CREATE SCHEMA other",
        "CREATE FUNCTION other.refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET LOCAL search_path = other, public",
        f"DROP TRIGGER {name} ON {name.partition('_')[0]}",
        f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()",
    )
    assert found == [("trigger-changed", f"trigger {name}")]


@POSTGRESQL
@pytest.mark.parametrize("how", ["DISABLE TRIGGER {}", "ENABLE REPLICA TRIGGER {}"])
def test_trigger_that_is_switched_off_is_named(owner: Connection, how: str) -> None:
    found = _did(owner, f"ALTER TABLE entry {how.format('entry_month_open')}")
    assert found == [("trigger-off", "trigger entry_month_open")]


@POSTGRESQL
def test_foreign_keys_that_are_switched_off_with_all_triggers_are_named(owner: Connection) -> None:
    found = _did(owner, "ALTER TABLE credit DISABLE TRIGGER ALL")
    assert ("trigger-off", "trigger credit_no_change") in found
    assert found.count(("trigger-off", "trigger fk_credit_decision_decision")) == 1


FUNCTIONS = {
    "nothing in it": "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
    " SET search_path = public, pg_temp AS ' BEGIN RETURN NULL; END '",
    "returns the row first": "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql"
    " SET search_path = public, pg_temp"
    " AS $$ BEGIN RETURN NEW; RAISE EXCEPTION 'append-only: %%', TG_TABLE_NAME; END $$",
    "looks elsewhere": "ALTER FUNCTION refuse_change() SET search_path = pg_temp, public",
    "looks anywhere": "ALTER FUNCTION refuse_change() RESET ALL",
    "acts as its owner": "ALTER FUNCTION refuse_change() SECURITY DEFINER",
}


@POSTGRESQL
@pytest.mark.parametrize("statement", FUNCTIONS.values(), ids=FUNCTIONS)
def test_function_that_was_replaced_is_named(owner: Connection, statement: str) -> None:
    assert _did(owner, statement) == [("trigger-changed", "function refuse_change()")]


@POSTGRESQL
def test_function_that_is_gone_with_its_triggers_is_named(owner: Connection) -> None:
    found = _did(owner, "DROP FUNCTION refuse_closed_month() CASCADE")
    assert ("trigger-missing", "function refuse_closed_month()") in found
    assert ("trigger-missing", "trigger entry_month_open") in found


# --- what somebody added ----------------------------------------------------------------------------------------------


@SQLITE
@pytest.mark.parametrize("kind", ["trigger", "nothing known"])
def test_one_more_trigger_is_named_whatever_sqlite_is_told_that_it_is(owner: Connection, kind: str) -> None:
    made = "CREATE TRIGGER more AFTER INSERT ON entry BEGIN DELETE FROM seal WHERE nth < 0; END"
    found = _did(owner, made, f"UPDATE sqlite_master SET type = '{kind}' WHERE name = 'more'")
    assert found == [("trigger-added", "trigger more")]


MORE = {
    "trigger more on entry": (
        "CREATE TRIGGER more BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION refuse_closed_month()",
    ),
    "trigger entry_month_open on fact": (
        "CREATE TRIGGER entry_month_open BEFORE INSERT ON fact FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    ),
    "rule more on entry": ("CREATE RULE more AS ON INSERT TO entry DO INSTEAD NOTHING",),
    "policy more on month_step": ("CREATE POLICY more ON month_step USING (false)",),
    "function lower(character varying)": (
        "CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
    ),
    "child more on month_step": ("CREATE TABLE more () INHERITS (month_step)",),
    "setting session_replication_role=replica on postgres": (
        "ALTER ROLE postgres SET session_replication_role = replica",
    ),
    "operator public.=(text,text)": ("CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",),
}


@POSTGRESQL
@pytest.mark.parametrize("where", MORE)
def test_whatever_is_none_of_our_rules_is_named(owner: Connection, where: str) -> None:
    assert _did(owner, *MORE[where]) == [("trigger-added", where)]


@POSTGRESQL
def test_what_came_with_an_extension_is_nobodys_rule(owner: Connection) -> None:
    function = "CREATE FUNCTION more() RETURNS text LANGUAGE sql AS 'SELECT 1::text'"
    assert _did(owner, function) == [("trigger-added", "function more()")]
    assert _did(owner, "ALTER EXTENSION plpgsql ADD FUNCTION more()") == []


# --- tables -----------------------------------------------------------------------------------------------------------


@SQLITE
def test_check_that_was_taken_out_of_the_text_of_a_table_is_named(owner: Connection) -> None:
    told = owner.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'movement'").scalar_one()
    less = re.sub(r",\s*CONSTRAINT ck_movement_yen CHECK \(yen > 0\)", "", told)
    assert less != told
    owner.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE name = 'movement'", (less,))
    assert _did(owner) == [("table-changed", "table movement")]
    said = guards.faults(owner)[0]
    assert said.fields == {"part": "CONSTRAINT ck_movement_yen CHECK (yen > 0)"}
    for language in i18n.LANGUAGES:
        i18n.use(language)
        assert "ck_movement_yen" in said.says


NARROWED = {
    "another word for it": ("yen > 0", "yen > -1"),
    "said of nothing": ("CHECK (yen > 0)", 'CHECK (NOT "yen > 0")'),
    "as a remark": ("CONSTRAINT ck_movement_yen CHECK (yen > 0)", "/* CONSTRAINT ck_movement_yen CHECK (yen > 0) */"),
    "no foreign key": ("REFERENCES account (code)", ""),
    "NULL allowed": ("yen INTEGER NOT NULL", "yen INTEGER"),
    "without its key": ("PRIMARY KEY", "UNIQUE"),
}


@SQLITE
@pytest.mark.parametrize(("was", "now"), NARROWED.values(), ids=NARROWED)
def test_table_whose_text_says_less_is_named(owner: Connection, was: str, now: str) -> None:
    owner.exec_driver_sql("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = 'movement'", (was, now))
    assert {(fault.code, fault.where) for fault in guards.faults(owner)} == {("table-changed", "table movement")}


@SQLITE
def test_table_whose_text_is_laid_out_otherwise_says_the_same(owner: Connection) -> None:
    laid = "UPDATE sqlite_master SET sql = replace(sql, char(10), '  ' || char(10)) WHERE name = 'movement'"
    assert _did(owner, laid, "CREATE INDEX more ON movement (yen)", "CREATE TABLE notes (note TEXT)") == []


_MADE_ANEW = "DROP CONSTRAINT {0}, ADD CONSTRAINT {0}"
ALTERED = {
    "a check gone": ("movement", "ck_movement_yen", "DROP CONSTRAINT {0}"),
    "a check of less": ("movement", "ck_movement_yen", _MADE_ANEW + " CHECK (yen > -1)"),
    "a check of new rows": ("movement", "ck_movement_yen", _MADE_ANEW + " CHECK (yen > 0) NOT VALID"),
    "a check not enforced": ("movement", "ck_movement_yen", _MADE_ANEW + " CHECK (yen > 0) NOT ENFORCED"),
    "a list that is longer": (
        *("credit_step", "ck_credit_step_state"),
        _MADE_ANEW + " CHECK (state IN ('proposed', 'applied', 'undone', 'rejected', 'x'))",
    ),
    "other brackets": (
        *("movement", "ck_movement_sides"),
        _MADE_ANEW + " CHECK (debit <> credit OR debit_application IS NOT NULL"
        " AND (credit_application IS NOT NULL OR debit_application <> credit_application))",
    ),
    "a foreign key gone": ("movement", "fk_movement_debit_account", "DROP CONSTRAINT {0}"),
    "a foreign key asked late": (
        *("movement", "fk_movement_debit_account"),
        "ALTER CONSTRAINT {0} DEFERRABLE INITIALLY DEFERRED",
    ),
    "nothing unique": ("entry", "uq_entry_key", "DROP CONSTRAINT {0}"),
    "NULL allowed": ("movement", "yen", "ALTER {0} DROP NOT NULL"),
    "a fraction allowed": ("decision", "refundable", "ALTER {0} TYPE numeric"),
    "a column gone": ("bill_known", "note", "DROP {0}"),
    "a rule more": ("movement", "more", "ADD CONSTRAINT {0} CHECK (yen > 0)"),
}


@POSTGRESQL
@pytest.mark.parametrize(("table", "part", "how"), ALTERED.values(), ids=ALTERED)
def test_table_that_was_altered_is_named_with_what_was(owner: Connection, table: str, part: str, how: str) -> None:
    owner.exec_driver_sql(f"ALTER TABLE {table} {how.format(part)}")
    assert guards.faults(owner) == [Fault("table-changed", f"table {table}", {"part": part})]


@POSTGRESQL
def test_check_in_other_words_of_the_same_meaning_is_the_same(owner: Connection) -> None:
    """As a dump that was read back has it."""
    owner.execute(text("ALTER TABLE movement DROP CONSTRAINT ck_movement_yen"))
    owner.execute(text("ALTER TABLE movement ADD CONSTRAINT ck_movement_yen CHECK (((yen > (0))) AND '%s' <> '')"))
    assert guards.faults(owner) == []


@POSTGRESQL
def test_condition_that_calls_a_function_is_named_and_not_carried_out(owner: Connection) -> None:
    """Not even where the server would reckon beforehand what it says, and it is true."""
    made = "CREATE OR REPLACE FUNCTION trap() RETURNS bool IMMUTABLE LANGUAGE plpgsql AS 'BEGIN {} RETURN true; END'"
    assert _did(
        owner,
        made.format(""),
        "ALTER TABLE movement DROP CONSTRAINT ck_movement_yen",
        "ALTER TABLE movement ADD CONSTRAINT ck_movement_yen CHECK (yen > 0 AND trap())",
        f"DROP TRIGGER {HELD} ON movement",
        f"CREATE TRIGGER {HELD} AFTER INSERT ON movement FOR EACH ROW WHEN (NEW.debit = '2040' AND trap())"
        " EXECUTE FUNCTION refuse_beyond_2040()",
        made.format("PERFORM set_config(''trap.was'', ''carried out'', true);"),
    ) == [
        ("trigger-added", "function trap()"),
        ("table-changed", "table movement"),
        ("trigger-changed", f"trigger {HELD}"),
    ]
    assert owner.exec_driver_sql("SELECT current_setting('trap.was', true)").scalar_one() is None


@POSTGRESQL
def test_check_that_speaks_of_a_column_that_is_gone_breaks_nothing(owner: Connection) -> None:
    owner.execute(text("ALTER TABLE movement RENAME yen TO amount"))
    found = {str(fault.fields["part"]) for fault in guards.faults(owner)}
    assert {"yen", "amount", "ck_movement_yen"} <= found
