"""The three roles of an office on PostgreSQL: each tries everything that it may not do, by command and around it.

The logins own nothing: what they may, they may as members of the roles that `seisan roles` makes.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.errors import Exit
from ledger.store import database
from migrations import roles, triggers
from tests import desk
from tests.commands import FURTHER, WRITING
from tests.copies import Copies
from tests.desk import CHIEF, CLERK, MEMBER, ON
from tests.insiders import FILES, INSIDERS, OPENED
from tests.logins import KINDS, OWN, Login, at, attack, attacking, books, granted, logins, own, refused
from tests.server import Server

__all__ = ["at", "books", "logins", "own"]

pytestmark = pytest.mark.thorough

TABLES = sorted(tables.metadata.tables)
SOAK = bool(os.environ.get("SEISAN_SOAK"))


_FILE = ("refund", "file", "--on", "2012-05-31", "--without", "2", "--out")


# --- what each may do -----------------------------------------------------------------------------------------------


def test_clerk_does_the_month_and_approver_approves(own: Login, tmp_path: Path) -> None:
    clerk, approver = own("clerk"), own("approver")
    (tmp_path / "追加.csv").write_text(
        f"申込番号,会員番号,申込日,申込区分\nMORE,{MEMBER},2012-04-01,新規\n", encoding="utf-8"
    )
    desk.done(clerk, "import", str(tmp_path / "追加.csv"))
    desk.done(clerk, "match", "N-LOOSE", "MORE", "--on", "2026-11-22")
    desk.done(clerk, "book", "--through", "2012-05-31")
    desk.done(clerk, "decide", "--everyone", "--as-of", "2012-05-31")
    desk.done(clerk, "refund", "propose", "FREE", "--on", "2012-05-31")
    no = str(desk.answered(clerk, "refund", "list")[-1]["no"])
    desk.done(approver, "refund", "approve", no, "--on", "2012-05-31", by=CHIEF)
    desk.done(approver, "settings", "set", "people", "three", by=CHIEF)
    for url, by in ((clerk, "丁山"), (approver, "丁山")):  # under another name they are the same two logins
        refused(url, "same-person-files", *_FILE, str(tmp_path / "x.txt"), by=by)
    desk.done(own("both"), *_FILE, str(tmp_path / "x.txt"), by="丁山")
    desk.done(approver, "refund", "void", "2", "--reason", "誤り", "--on", "2012-05-31", by=CHIEF)
    desk.done(approver, "settings", "set", "people", "two", by=CHIEF)
    desk.done(approver, *_FILE, str(tmp_path / "y.txt"), by=CHIEF)
    desk.done(clerk, "refund", "paid", no, "--on", "2012-05-31")
    desk.done(clerk, "refund", "returned", no, "--on", "2012-05-31", "--reason", "口座なし")
    desk.done(approver, "credit", "approve", "1", "--on", "2012-05-31", by=CHIEF)
    desk.done(clerk, "credit", "undo", "1", "--on", "2012-05-31", "--reason", "取下げ")
    desk.done(approver, "refund", "reject", "1", "--on", "2012-05-31", "--reason", "誤り", by=CHIEF)
    desk.done(clerk, "overpaid", "return", "N-THRICE", "--on", "2012-05-31")
    desk.done(clerk, "account", "show", desk.ANOTHER, "--purpose", "照会")
    with database.reading(own("owner")) as connection:
        signed = connection.execute(text("SELECT DISTINCT role FROM refund_step ORDER BY role")).scalars().all()
    assert {f"{OWN}_one_clerk", f"{OWN}_one_approver"} <= set(signed)
    desk.done(own("owner"), "verify")


def test_approver_says_that_a_changed_account_is_right(own: Login, tmp_path: Path) -> None:
    _first, path = desk.accounts(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("7654321", "5550123"), encoding="utf-8")
    desk.done(own("owner"), "import", str(path), by=CLERK)
    said = refused(own("clerk"), "not-permitted", "account", "approve", desk.ANOTHER, by="丁山")
    assert f"{OWN}_approver ({OWN}_one_approver" in said and f"{OWN}_clerk" not in said.partition("→")[2]
    desk.done(own("approver"), "account", "approve", desk.ANOTHER, by=CHIEF)


@pytest.mark.parametrize("who", KINDS)
def test_all_may_look(at: Login, tmp_path: Path, who: str) -> None:
    for words in (
        *(["balance"], ["entries"], ["check", "--everyone", "--as-of", ON], ["refund", "list"], ["bill"]),
        *(["decisions"], ["match"], ["due"], ["refusals"], ["account", "list"], ["months"], ["verify"]),
        ["statement", "month", "2012-04", "--out", str(tmp_path / "x.xlsx")],
        ["statement", "member", MEMBER, "--out", str(tmp_path / "y.xlsx")],
        ["export", "journal", "--out", str(tmp_path / "z.csv")],
    ):
        desk.done(at(who), *words)


# --- what each may not do -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(made: Copies, logins: dict[str, str], server: Server) -> Copies:
    """Copies of books at which every command that writes can be typed, and of which the roles are made."""
    granted(made.url, logins, server)
    return made


@pytest.fixture(scope="module")
def unchanged(shared: Copies) -> Iterator[str]:
    """One copy of them, for all that is refused, which leaves everything as it was."""
    with shared.copy() as owner:
        yield owner


def _by_kind(may: bool) -> list[Any]:
    rows = [(who, name) for name, command in WRITING.items() for who in KINDS if (who in command.roles) is may]
    return [pytest.param(who, name, id=f"{name}-{who}") for who, name in rows]


@pytest.mark.parametrize("made", ["postgresql"], indirect=True, scope="module")
@pytest.mark.parametrize(("who", "name"), _by_kind(may=True))
def test_a_role_does_what_it_may(shared: Copies, logins: dict[str, str], who: str, name: str) -> None:
    command = WRITING[name]
    with shared.copy() as owner:
        before = desk.held(owner)
        url = owner.replace("postgres@", f"{logins[who]}@")
        desk.done(url, *desk.resolved(owner, f"{name} {command.typed}"), by=command.by)
        assert (desk.held(owner) == before) is (who == "auditor")


def _refusals(owner: str, login: str) -> int:
    """How many refusals are recorded of a login."""
    asked = text("SELECT count(*) FROM refused WHERE role = :login")
    with database.reading(owner) as connection:
        return int(connection.execute(asked, {"login": login}).scalar_one())


@pytest.mark.parametrize("made", ["postgresql"], indirect=True, scope="module")
@pytest.mark.parametrize(("who", "name"), _by_kind(may=False))
def test_a_role_is_refused_the_rest_in_a_sentence(unchanged: str, logins: dict[str, str], who: str, name: str) -> None:
    command, owner = WRITING[name], unchanged
    url, words = owner.replace("postgres@", f"{logins[who]}@"), desk.resolved(owner, f"{name} {command.typed}")
    before, recorded = desk.held(owner), _refusals(owner, logins[who])
    refused(url, "not-permitted", *words, by=command.by)
    assert logins[who] in desk.typed(url, *words, by=command.by).stderr
    assert desk.held(owner) == before
    assert _refusals(owner, logins[who]) == recorded + (0 if who == "auditor" else 2)


# Each further way for one role, by turns; in a soak for every role.
FURTHER_ROLES = [
    (who, way) for nth, way in enumerate(FURTHER) for who in (KINDS if SOAK else (KINDS[nth % len(KINDS)],))
]


@pytest.mark.parametrize("made", ["postgresql"], indirect=True, scope="module")
@pytest.mark.parametrize(("who", "way"), FURTHER_ROLES)
def test_a_role_does_the_further_ways_that_it_may(shared: Copies, logins: dict[str, str], who: str, way: str) -> None:
    further = FURTHER[way]
    with shared.copy() as owner:
        for by, typed in further.before:
            desk.done(owner, *desk.resolved(owner, typed), by=by)
        url, words = owner.replace("postgres@", f"{logins[who]}@"), desk.resolved(owner, further.typed)
        if who in further.roles:
            desk.done(url, *words, by=further.by)
        else:
            refused(url, "not-permitted", *words, by=further.by)


@pytest.mark.parametrize("who", KINDS)
def test_what_only_the_owner_or_whoever_writes_may_is_refused_in_a_sentence(at: Login, who: str) -> None:
    refused(at(who), "not-permitted", "roles", "--prefix", OWN)
    if who == "auditor":
        refused(at(who), "not-permitted", "account", "show", desk.ANOTHER, "--purpose", "照会")


def _columns(table: str) -> str:
    return ", ".join(f'"{column.name}"' for column in tables.metadata.tables[table].columns)


@pytest.mark.parametrize("who", KINDS)
def test_nobody_but_the_owner_changes_takes_away_or_builds(at: Login, who: str) -> None:
    before = desk.held(at("owner"), ())
    denied = "permission denied|must be owner|append-only"
    with attacking(at(who)) as told:
        for table in [*TABLES, "alembic_version"]:
            column = '"version_num"' if table == "alembic_version" else _columns(table).split(", ")[-1]
            for statement in (
                f'UPDATE "{table}" SET {column} = {column}',
                f'DELETE FROM "{table}"',
                f'TRUNCATE "{table}" CASCADE',
                f'ALTER TABLE "{table}" DISABLE TRIGGER ALL',
                f'ALTER TABLE "{table}" ADD COLUMN more int',
                f'DROP TABLE "{table}" CASCADE',
                f'CREATE TRIGGER mine BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION refuse_change()',
                f'CREATE RULE mine AS ON INSERT TO "{table}" DO INSTEAD NOTHING',
                f'ALTER TABLE "{table}" OWNER TO CURRENT_USER',
                f'CREATE INDEX ON "{table}" ({column})',
                f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE',
            ):
                said = told(statement)
                assert re.search(denied, said), (statement, said)
        among = sorted([*TABLES, "open_write", "account_secret"], key=len, reverse=True)
        for name in triggers.names("postgresql"):
            table = next(table for table in among if name.startswith(table))
            assert "must be owner" in told(f"DROP TRIGGER {name} ON {table}")
    _require_nothing_granted(at(who))
    assert desk.held(at("owner"), ()) == before


def _require_nothing_granted(url: str) -> None:
    """To a grant of someone who has nothing to give PostgreSQL says an error or a warning, and gives nothing."""
    asked = text("SELECT has_table_privilege(:table, 'UPDATE, DELETE, TRUNCATE, TRIGGER')")
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        for table in [*TABLES, "alembic_version"]:
            with suppress(DatabaseError), connection.begin_nested():
                connection.execute(text(f'GRANT ALL ON "{table}" TO CURRENT_USER'))
            assert not connection.execute(asked, {"table": f'"{table}"'}).scalar_one(), table


BUILT = (
    "CREATE TABLE mine (x int)",
    "CREATE TEMPORARY TABLE movement (x int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION refuse_change() CASCADE",
    "ALTER FUNCTION refuse_change() RENAME TO x",
    "SET session_replication_role = replica",
    "SELECT * FROM open_write",
    "INSERT INTO open_write VALUES (txid_current(), 'x', 'x', now(), now(), '{ }', true)",
    "LOCK TABLE open_write IN EXCLUSIVE MODE",
    "SELECT command_adds('import')",
    f"GRANT {OWN}_approver TO CURRENT_USER",
    f"SET ROLE {OWN}_one_both",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "CREATE ROLE mine",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "COPY entry TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
)


@pytest.mark.parametrize("who", KINDS)
def test_nobody_builds_anything_of_their_own_beside_the_books(at: Login, who: str) -> None:
    refused_it = "permission denied|must be|only roles"
    with attacking(at(who)) as told:
        for statement in BUILT:
            assert re.search(refused_it, told(statement)), statement


@pytest.mark.parametrize("who", KINDS)
def test_rows_are_added_only_to_the_tables_of_the_role(at: Login, who: str) -> None:
    with database.reading(at("owner")) as connection:
        assert inspect(connection).get_sequence_names() == []  # which whoever counts on could use up
    with attacking(at(who)) as told:
        for table in set(TABLES) - set(roles.WRITES[who]):
            assert "permission denied" in told(f'INSERT INTO "{table}" SELECT * FROM "{table}" LIMIT 1')
        assert "permission denied" in told("INSERT INTO alembic_version VALUES ('9999')")


SIGNED_AS = {
    "source": ("import", "(name, recorded_at, by, role) VALUES ('x', now(), '{by}', {role})"),
    "looked": (
        "account show",
        (
            "(no, member, purpose, recorded_at, by, role) SELECT 1 + max(no), '{member}', 'x', now(), '{by}', {role}"
            " FROM looked"
        ),
    ),
    "entry": (
        "book",
        (
            "(no, happened_on, event, key, digest, recorded_at, by, role)"
            " SELECT 1 + max(no), '2012-05-31', 'x', 'x', 'x', now(), '{by}', {role} FROM entry"
        ),
    ),
}


@pytest.mark.parametrize("table", SIGNED_AS)
def test_nobody_signs_with_the_login_of_another(at: Login, table: str) -> None:
    command, row = SIGNED_AS[table]
    for role in ("NULL", "'postgres'", f"'{OWN}_one_approver'"):
        statement = f"INSERT INTO {table} {row.format(role=role, member=MEMBER, by=CHIEF)}"
        assert f"not-permitted: {table}" in attack(at("clerk"), statement, of=command)
    statement = f"INSERT INTO {table} {row.format(role='session_user', member=MEMBER, by=CLERK)}"
    assert f"another-signer: {CHIEF}" in attack(at("clerk"), statement, of=command)


def test_every_table_that_is_signed_is_watched() -> None:
    signed = {name for name in TABLES if "role" in tables.metadata.tables[name].columns}
    assert signed == set(triggers.SIGNED)


LAST_FILE = "(SELECT max(no) FROM payment_file)"
LAST_ENTRY = "(SELECT max(no) FROM entry)"


def stepped(table: str, no: int, nth: int, state: str, role: str, entry: str = "NULL") -> str:
    """A step of a refund or credit, signed with a role."""
    columns = f"{table}, nth, state, happened_on, reason, entry, recorded_at, by, role"
    values = f"{no}, {nth}, '{state}', '2012-05-31', 'x', {entry}, now(), '{CHIEF}', '{role}'"
    return f"INSERT INTO {table}_step ({columns}) VALUES ({values})"


def test_steps_around_the_program_are_those_of_the_role(at: Login, logins: dict[str, str]) -> None:
    clerk, approver = logins["clerk"], logins["approver"]
    entry = (
        "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by, role)"
        f" SELECT 1 + max(no), '2012-05-31', 'x', 'x', 'x', now(), '{CHIEF}', '{{}}' FROM entry"
    )
    for url, role, (table, no, nth, state) in (
        (at("clerk"), clerk, ("refund", 1, 2, "approved")),
        (at("clerk"), clerk, ("credit", 1, 2, "applied")),
        (at("approver"), approver, ("refund", 2, 3, "paid")),
        (at("approver"), approver, ("refund", 3, 4, "returned")),
        (at("approver"), approver, ("credit", 5, 3, "undone")),
    ):
        command = "refund paid" if table == "refund" else "credit undo"
        step = stepped(table, no, nth, state, role, LAST_ENTRY)
        assert "not-permitted" in attack(url, entry.format(role), step, of=command), state


def test_two_names_under_one_role_are_one_person(own: Login, logins: dict[str, str]) -> None:
    """Who is both clerk and approver may propose and approve, but not the same refund under two names."""
    both = own("both")
    desk.done(both, "refund", "propose", "FREE", "--on", "2012-05-31", by=CLERK)
    no = desk.answered(both, "refund", "list")[-1]["no"]
    refused(both, "same-person-approves", "refund", "approve", str(no), "--on", "2012-05-31", by=CHIEF)
    assert "same-person" in attack(
        both, stepped("refund", no, 2, "approved", logins["both"]), of="refund approve", by=CLERK
    )
    desk.done(own("approver"), "refund", "approve", str(no), "--on", "2012-05-31", by=CHIEF)


@pytest.mark.parametrize("attempt", INSIDERS)
def test_an_insider_approves_nothing_of_their_own_around_the_program(
    at: Login, own: Login, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempt: str
) -> None:
    who, typed, statements, expected = INSIDERS[attempt]
    monkeypatch.chdir(tmp_path)
    for name, body in FILES.items():
        (tmp_path / name).write_text(body, encoding="utf-8")
    url = own(who) if typed else at(who)
    if typed:
        desk.done(url, *typed.split(), by=CLERK)
    command = next((word for name, word in OPENED.items() if any(name in said for said in statements)), "")
    assert expected in attack(url, *statements, of=command, by=CLERK if typed else CHIEF)


def test_by_the_rule_of_three_two_names_under_one_role_are_one_maker(own: Login, logins: dict[str, str]) -> None:
    """Around the program too: refund 2 was proposed and approved by the owner, and refund 9 by these two logins."""
    desk.done(own("clerk"), "refund", "propose", "FREE", "--on", "2012-05-31")
    desk.done(own("approver"), "refund", "approve", "9", "--on", "2012-05-31", by=CHIEF)
    desk.done(own("approver"), "settings", "set", "people", "three", by=CHIEF)
    for who, by in (("clerk", CLERK), ("approver", CHIEF)):
        file = (
            "INSERT INTO payment_file (no, pay_on, name, sha256, refund_count, yen, content, recorded_at, by, role)"
            f" SELECT 1 + max(no), '2012-05-31', 'x', 'x', 1, 7245, 'x', now(), '{by}', '{logins[who]}'"
            " FROM payment_file"
        )
        step = stepped("refund", 9, 3, "filed", logins[who]).replace("by, role)", "by, role, payment_file)")
        step = step[:-1].replace(f"'{CHIEF}'", "'第三者'") + f", {LAST_FILE})"
        said = attack(own(who), file, step, of="refund file", by=by)
        assert "same-person-files" in said


def test_guards_are_not_deceived_by_a_table_of_ones_own(own: Login, server: Server) -> None:
    """Even where sessions may make tables: the guards look in the books."""
    name = re.search(r"/(\w+)\?", own("owner"))
    assert name is not None
    server.tell(f"GRANT TEMPORARY ON DATABASE {name[1]} TO PUBLIC")
    said = attack(
        own("clerk"),
        "CREATE TEMPORARY TABLE movement (LIKE public.movement)",
        "INSERT INTO movement VALUES (1, 1, '1110', '2040', 99999999, NULL, 'FREE', NULL)",
        "INSERT INTO public.entry (no, happened_on, event, key, digest, recorded_at, by, role)"
        f" SELECT 1 + max(no), '2012-05-31', 'x', 'x', 'x', now(), '{CHIEF}', current_user FROM public.entry",
        "INSERT INTO public.movement SELECT max(no), 1, '2040', '1110', 99999, 'FREE', NULL, NULL FROM public.entry",
        of="book",
    )
    assert "not-held: 2040" in said


# --- the command itself ---------------------------------------------------------------------------------------------


def test_roles_are_made_once_and_brought_up_to_date(own: Login, server: Server) -> None:
    with create_engine(database.parse_url(own("owner")), poolclass=NullPool).connect() as connection:
        connection.execute(text(f"GRANT UPDATE ON entry TO {OWN}_auditor"))
        connection.commit()
    told = desk.done(own("owner"), "roles", "--prefix", OWN).stdout
    assert f"{OWN}_one_clerk" in told
    assert "permission denied" in attack(own("auditor"), "UPDATE entry SET by = 'x'")
    again = desk.answered(own("owner"), "roles", "--prefix", OWN)["roles"]
    assert [(each["kind"], each["new"]) for each in again] == [(kind, False) for kind in KINDS]
    assert again[2] == {
        "role": f"{OWN}_auditor",
        "kind": "auditor",
        "inserts": [],
        "members": [f"{OWN}_one_auditor"],
    } | {"new": False}


def test_init_gives_the_roles_what_a_step_has_made(own: Login) -> None:
    """A table of a new step is at first its owner's alone, and every command looks at every table."""
    with create_engine(database.parse_url(own("owner")), poolclass=NullPool).begin() as connection:
        for kind in KINDS:
            connection.execute(text(f"REVOKE ALL ON payment_file, setting FROM {OWN}_{kind}"))
    book = ("book", "--through", "2012-05-31")
    refused(own("clerk"), "not-permitted", "settings", "list", by=CLERK)
    desk.done(own("owner"), "init")
    desk.done(own("clerk"), *book)
    desk.done(own("auditor"), "verify")
    assert "permission denied" in attack(own("clerk"), "INSERT INTO setting SELECT * FROM setting LIMIT 1")


@pytest.mark.parametrize("prefix", ["", "pg_x", "1x", "X", "x-y", 'x"; DROP ROLE postgres; --', "x" * 41, "税"])
def test_prefix_that_begins_no_name(books: str, prefix: str) -> None:
    answer = desk.typed(books, "roles", "--prefix", prefix)
    assert (answer.exit_code, "(not-a-role-name)" in answer.stderr) == (Exit.USAGE, True)


def test_stranger_is_not_admitted(at: Login) -> None:
    for words in (["balance"], ["book", "--through", "2012-05-31"]):
        refused(at("stranger"), "database-unreachable", *words)


def test_whoever_waits_is_told_the_login_that_has_the_books(
    at: Login, logins: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server tells a role the login and the name of another connection; in that name stands since when."""
    monkeypatch.setattr(database, "PATIENCE", 50)
    for holder, waiting in (("clerk", "approver"), ("approver", "clerk"), ("owner", "clerk")):
        with database.writing(at(holder), dry_run=True):
            said = refused(at(waiting), "database-locked", "book", "--lang", "en")
        assert f"{logins.get(holder, 'postgres')} (since " in said and "process " in said
