"""On PostgreSQL nobody but the owner reads an account number by SELECT; who looks at a whole one is recorded first."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from ledger import kana, tables
from ledger.store import database
from migrations import accounts, privileges
from tests import around, desk
from tests.desk import ANOTHER, CHIEF, CLERK, MEMBER
from tests.logins import KINDS, OWN, Login, at, attack, books, logins, own, refused
from tests.test_insider import FILED

__all__ = ["at", "books", "logins", "own"]

pytestmark = pytest.mark.thorough

DAY = "2012-05-31"


def _told(url: str, statement: str, *before: str) -> object:
    """What the server answers to a statement, sent around the program after others in the same transaction."""
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        for each in before:
            connection.execute(text(each))
        return connection.execute(text(statement)).scalar()


def _whole(owner: str) -> str:
    return str(_told(owner, f"SELECT account_number FROM member_known WHERE member = '{ANOTHER}' ORDER BY id DESC"))


VERSION = f"(SELECT max(id) FROM member_known WHERE member = '{ANOTHER}')"
READ = f"SELECT account_number('member_known', {VERSION})"
LOOKED = (
    "INSERT INTO looked (no, member, purpose, recorded_at, by, role)"
    f" SELECT 1 + max(no), '{ANOTHER}', 'x', now(), '{CLERK}', session_user FROM looked"
)


@pytest.mark.parametrize("who", KINDS)
def test_no_role_reads_a_number_or_the_secret(at: Login, who: str) -> None:
    assert set(accounts.HIDDEN) == {"member_known", "payee_known", "payment_file"}
    for table, column in accounts.HIDDEN.items():
        assert "permission denied" in attack(at(who), f"SELECT {column} FROM {table}")
        assert "permission denied" in attack(at(who), f"SELECT count(*) FROM {table} WHERE {column} LIKE '1%'")
        others = ", ".join(f'"{one.name}"' for one in tables.metadata.tables[table].columns if one.name != column)
        _told(at(who), f"SELECT {others} FROM {table}")
        number = _told(at("owner"), f"SELECT max({column}) FROM {table}")
        shown = _told(at(who), f"SELECT max(shown_{table}({'no' if table == 'payment_file' else 'id'})) FROM {table}")
        assert re.fullmatch(
            r"sha256 [0-9a-f]{64}" if table == "payment_file" else r"\*+\d{4}\|[0-9a-f]{64}", str(shown)
        )
        assert str(number) not in str(shown)
    assert "permission denied" in attack(at(who), "SELECT * FROM account_secret")


@pytest.mark.parametrize("who", KINDS)
def test_a_whole_number_is_not_given_to_whoever_did_not_record_that_they_look(at: Login, who: str) -> None:
    for asked in (READ, "SELECT account_number('payee_known', 1)", "SELECT payment_content(1)"):
        assert re.search("not-permitted: looked|permission denied", attack(at(who), asked)), asked
    if who != "clerk":
        assert "permission denied" in attack(at(who), "SELECT account_shown('1234567')")


def test_a_look_that_is_taken_back_shows_nothing(own: Login) -> None:
    """Who begins a write, records that they look, reads and rolls back would leave no trace: they get nothing."""
    begins = around.opening("account show", CLERK)
    assert "not-permitted: looked" in attack(own("clerk"), begins, LOOKED, READ)
    assert "not-permitted: looked" in attack(own("clerk"), begins, LOOKED, "SAVEPOINT s", READ)
    sealed = "SET CONSTRAINTS open_write_end IMMEDIATE"
    assert "not-permitted: looked" in attack(own("clerk"), begins, LOOKED, sealed, READ)


def test_a_number_is_given_once_it_is_kept_that_this_login_looks(own: Login) -> None:
    number = _whole(own("owner"))
    told = desk.done(own("clerk"), "account", "show", ANOTHER, "--purpose", "照会").stdout
    assert number in told
    assert _told(own("clerk"), READ) == number
    assert "not-permitted: looked" in attack(own("approver"), READ)
    assert "not-permitted: looked" in attack(
        own("clerk"),
        f"SELECT account_number('member_known', (SELECT max(id) FROM member_known WHERE member <> '{ANOTHER}'))",
    )
    with create_engine(database.parse_url(own("owner")), poolclass=NullPool).begin() as connection:
        connection.execute(text("ALTER TABLE batch DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE batch SET recorded_at = recorded_at - interval '11 minutes'"))
    assert "not-permitted: looked" in attack(own("clerk"), READ)  # it holds for a short time


# --- what goes on working -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", KINDS)
def test_lists_say_the_same_to_every_role_as_to_the_owner(at: Login, tmp_path: Path, who: str) -> None:
    for words in (
        *("account list", "payee list", "refund list", "members", "check --everyone --as-of 2012-05-31", "match"),
        *("refund show 1", "refund show 3", "overpaid show 6", "todo", "find 戊野", "verify"),
    ):
        said = [desk.typed(at(one), *words.split(), by=CLERK) for one in ("owner", who)]
        assert (said[0].exit_code, said[0].stdout) == (said[1].exit_code, said[1].stdout), words
        assert "|" not in re.sub(r"\s\|\s", "", said[1].stdout), words
    for name, subject, ending in (("statement member", [ANOTHER], ".xlsx"), ("export books", [], "")):
        written = []
        for one in ("owner", who):
            out = tmp_path / f"{one}-{name.split()[0]}{ending}"
            desk.done(at(one), *name.split(), *subject, *(["--out", str(out)] if ending else [str(out)]))
            written.append(_cells(out) if ending else [file.read_bytes() for file in sorted(out.glob("*/*.csv"))])
        assert written[0] == written[1] != [], name


def _cells(file: Path) -> list[object]:
    book = load_workbook(file)
    return [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_a_clerk_takes_in_a_changed_account_and_carries_on_what_a_file_leaves_out(own: Login, tmp_path: Path) -> None:
    """What is written is the number itself, though whoever writes it knows the tag alone."""
    first, other = desk.accounts(tmp_path)
    clerk, owner = own("clerk"), own("owner")
    number = _whole(owner)
    named = tmp_path / "氏名.csv"
    named.write_text(f"会員番号,氏名,司法書士会\n{ANOTHER},戊野 華子,東京\n", encoding="utf-8")
    desk.done(clerk, "import", str(named))
    assert _told(owner, f"SELECT name FROM member_known WHERE id = {VERSION}") == "戊野 華子"
    assert _whole(owner) == number
    again = tmp_path / "同じ口座.csv"
    again.write_text(other.read_text(encoding="utf-8").replace("花子", "華子") + "\n", encoding="utf-8")
    rows = _told(owner, "SELECT count(*) FROM member_known")
    desk.done(clerk, "import", str(again))
    assert (_whole(owner), _told(owner, "SELECT count(*) FROM member_known")) == (number, rows)
    changed = tmp_path / "別の口座.csv"
    changed.write_text(first.read_text(encoding="utf-8").replace("1234567", "5550123"), encoding="utf-8")
    said = desk.done(clerk, "import", str(changed)).stdout
    assert "***0123" in said and "5550123" not in said
    assert _whole(owner) == "5550123"
    desk.done(own("approver"), "account", "approve", ANOTHER, by=CHIEF)
    desk.done(own("auditor"), "verify")
    planted = (
        "INSERT INTO member_known (member, name, association, account_number, known_on, source)"
        f" SELECT '{MEMBER}', 'x', '東京', shown_member_known(id), known_on, source"
        f" FROM member_known WHERE id = {VERSION}"
    )
    assert "not-permitted: member_known" in attack(clerk, planted, of="import", by=CLERK)


def test_a_payment_file_is_written_once_it_is_kept_whose_accounts_it_reads(own: Login, tmp_path: Path) -> None:
    clerk, owner = own("clerk"), own("owner")
    desk.done(clerk, "refund", "propose", "FREE", "--on", DAY)
    desk.done(own("approver"), "refund", "approve", "9", "--on", DAY, by=CHIEF)
    words = ("refund", "file", "--on", DAY, "--without", "2", "--out")
    looked = "SELECT count(*) FROM looked"
    before = _told(owner, looked)
    dry = desk.done(clerk, *words, str(tmp_path / "x.txt"), "--dry-run")
    assert (_told(owner, looked), list(tmp_path.glob("*"))) == (before, [])
    done = desk.done(clerk, "--key", "k", *words, str(tmp_path / "x.txt"))
    assert "***" in dry.stdout and dry.stdout.splitlines()[:3] == done.stdout.splitlines()[:3]
    last = "SELECT purpose || ' ' || role FROM looked ORDER BY no DESC LIMIT 1"
    assert _told(owner, last) == f"refund file {DAY} x.txt {OWN}_one_clerk"
    content = (tmp_path / "x.txt").read_bytes()
    assert content.decode("cp932") == _told(owner, "SELECT content FROM payment_file ORDER BY no DESC LIMIT 1")
    (tmp_path / "x.txt").unlink()
    for url, key in ((own("approver"), ()), (clerk, ("--key", "k"))):
        desk.done(url, *key, *words, str(tmp_path / "x.txt"), by=CLERK if key else CHIEF)
        assert (tmp_path / "x.txt").read_bytes() == content
        (tmp_path / "x.txt").unlink()
    refused(clerk, "unknown-refund", *words[:-3], "--without", "99", "--out", str(tmp_path / "y.txt"))
    desk.done(own("auditor"), "verify")


# --- what verify says -----------------------------------------------------------------------------------------------


# What is done, and how it is named; a role with the name of its group is made for each.
MORE: dict[str, tuple[str, str, str]] = {
    "a hidden column with its table": (
        "GRANT SELECT ON member_known TO {own}_auditor",
        "role {own}_auditor on table member_known",
        "SELECT",
    ),
    "a hidden column": (
        "GRANT SELECT (content) ON payment_file TO {own}_clerk",
        "role {own}_clerk on table payment_file",
        "SELECT",
    ),
    "what the database alone writes": (
        "GRANT INSERT ON seal TO {own}_one_clerk",
        "role {own}_one_clerk on table seal",
        "INSERT",
    ),
    "a column to change": (
        "GRANT UPDATE (name) ON member_known TO {own}_approver",
        "role {own}_approver on table member_known",
        "UPDATE",
    ),
    "a table to empty, by everybody": ("GRANT TRUNCATE ON entry TO PUBLIC", "role PUBLIC on table entry", "TRUNCATE"),
    "the secret": (
        "GRANT SELECT ON account_secret TO {own}_auditor",
        "role {own}_auditor on table account_secret",
        "SELECT",
    ),
    "whole numbers, by everybody": (
        "GRANT EXECUTE ON FUNCTION account_number TO PUBLIC",
        "role PUBLIC on function account_number",
        "EXECUTE",
    ),
    "what may be handed on": (
        "GRANT INSERT ON entry TO {own}_clerk WITH GRANT OPTION",
        "role {own}_clerk on table entry",
        "INSERT WITH GRANT OPTION",
    ),
    "a function to hand on": (
        "GRANT EXECUTE ON FUNCTION begin_write TO {own}_clerk WITH GRANT OPTION",
        "role {own}_clerk on function begin_write",
        "EXECUTE WITH GRANT OPTION",
    ),
    "building in the schema": ("GRANT CREATE ON SCHEMA public TO PUBLIC", "role PUBLIC on schema public", "CREATE"),
    "building in the database": (
        "GRANT CREATE ON DATABASE {books} TO {own}_clerk",
        "role {own}_clerk on database {books}",
        "CREATE",
    ),
    "a table of one's own": (
        "ALTER TABLE seal OWNER TO {own}_one_clerk",
        "role {own}_one_clerk on table seal",
        "OWNER",
    ),
    "the owner's table": (
        "ALTER TABLE open_write OWNER TO {own}_clerk",
        "role {own}_clerk on table open_write",
        "OWNER",
    ),
    "a function of one's own": (
        "ALTER FUNCTION close_write() OWNER TO {own}_one_clerk",
        "role {own}_one_clerk on function close_write",
        "OWNER",
    ),
    "later tables": (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {own}_auditor",
        "role {own}_auditor on later tables",
        "SELECT",
    ),
    "later tables of the schema, by everybody": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO PUBLIC",
        "role PUBLIC on later tables",
        "INSERT",
    ),
    "later functions": (
        "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO {own}_clerk",
        "role {own}_clerk on later functions",
        "EXECUTE",
    ),
    "a superuser": ("ALTER ROLE {own}_one_clerk SUPERUSER", "role {own}_one_clerk", "SUPERUSER"),
    "who makes roles": ("ALTER ROLE {own}_one_approver CREATEROLE", "role {own}_one_approver", "CREATEROLE"),
    "who copies the whole server": (
        "ALTER ROLE {own}_one_auditor REPLICATION",
        "role {own}_one_auditor",
        "REPLICATION",
    ),
    "who is past every policy": ("ALTER ROLE {own}_clerk BYPASSRLS", "role {own}_clerk", "BYPASSRLS"),
    "who takes the owner's part": ("GRANT postgres TO {own}_one_approver", "role {own}_one_approver", "postgres"),
    "who lets others in": (
        "GRANT {own}_approver TO {own}_one_clerk WITH ADMIN OPTION",
        "role {own}_one_clerk",
        "ADMIN OPTION FOR {own}_approver",
    ),
    "a parameter that silences triggers": (
        "GRANT SET ON PARAMETER session_replication_role TO {own}_one_stranger",
        "role {own}_one_stranger",
        "SET ON PARAMETER session_replication_role",
    ),
    **{
        f"{group}, by {who}": (f"GRANT {group} TO {{own}}_{who}", f"role {{own}}_{who}", group)
        for group in privileges.OF_SERVER
        if group != "pg_database_owner"  # of which nobody can be made a member
        for who in ("clerk", "one_auditor")
    },
    **{
        f"{group}, by whom nothing else was given": (
            f"GRANT {group} TO {{own}}_one_stranger",
            "role {own}_one_stranger",
            group,
        )
        for group in privileges.OF_NOBODY
    },
}


@pytest.mark.parametrize("name", MORE)
def test_a_role_that_may_more_is_named(at: Login, name: str) -> None:
    with create_engine(database.parse_url(at("owner")), poolclass=NullPool).connect() as connection:
        named = {"own": OWN, "books": str(connection.engine.url.database)}
        done, where, what = (part.format(**named) for part in MORE[name])
        assert list(privileges.faults(connection)) == []
        connection.execute(text(done))
        found = {fault.where: fault.fields["privileges"] for fault in privileges.faults(connection)}
        connection.rollback()
    assert what in str(found.get(where, "")).split(", "), found


@pytest.mark.parametrize(
    "done",
    [
        "GRANT pg_read_all_data TO {own}_one_stranger",  # who makes the backups
        "CREATE ROLE {own}_none SUPERUSER",  # who administers the server
        "CREATE ROLE {own}_none CREATEROLE",
        "GRANT {own}_clerk TO {own}_one_stranger",
        "GRANT TEMPORARY ON DATABASE {books} TO PUBLIC",  # as of a database that was just made
        "GRANT pg_monitor TO {own}_one_clerk",
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ],
)
def test_a_role_that_may_no_more_is_not_named(at: Login, done: str) -> None:
    with create_engine(database.parse_url(at("owner")), poolclass=NullPool).connect() as connection:
        connection.execute(text(done.format(own=OWN, books=connection.engine.url.database)))
        assert list(privileges.faults(connection)) == []
        connection.rollback()


def test_what_reaches_a_login_through_others_is_named_there(at: Login) -> None:
    with create_engine(database.parse_url(at("owner")), poolclass=NullPool).connect() as connection:
        for statement in (
            "CREATE ROLE {own}_far",
            "GRANT pg_write_all_data TO {own}_far",
            "GRANT {own}_far TO {own}_clerk",
        ):
            connection.execute(text(statement.format(own=OWN)))
        found = {fault.where for fault in privileges.faults(connection)}
        connection.rollback()
    logins_of_clerks = {f"role {OWN}_{who}" for who in ("far", "clerk", "one_clerk", "one_both")}
    assert found == logins_of_clerks


def test_verify_says_which_role_may_more(own: Login) -> None:
    with create_engine(database.parse_url(own("owner")), poolclass=NullPool).begin() as connection:
        connection.execute(text("GRANT TRUNCATE ON entry TO PUBLIC"))
    answer = desk.typed(own("auditor"), "verify")
    assert answer.exit_code and "role-may-more" in answer.output


def test_a_payment_file_that_a_clerk_planted_is_handed_out_to_nobody(own: Login, tmp_path: Path) -> None:
    """Planted and sealed as a write of `refund file`, to another account: whoever is to hand it out has it compared."""
    content = _told(own("owner"), "SELECT max(content) FROM payment_file")
    planted = str(content).replace("2345678", "6666666").replace("0000000008", "0000000002")
    digest = sha256(planted.encode(kana.BYTES)).hexdigest()
    with around.writing(own("clerk"), "refund file", CLERK) as connection:
        for statement in FILED.statements:
            signed = statement.replace("MOMENT", "now()").replace("SIGNER", CLERK).replace("ROLE", "session_user")
            connection.execute(text(signed.replace("CONTENT", f"'{planted}'").replace("'SHA'", f"'{digest}'")))
        connection.commit()
    for who, by in (("approver", CHIEF), ("owner", CHIEF)):
        out = tmp_path / f"{who}.txt"
        again = ("refund", "file", "--on", "2012-05-07", "--out", str(out))
        refused(own(who), "payment-file-not-as-approved", *again, by=by)
        assert not out.exists()
    found = desk.typed(own("owner"), "verify", "--json").stdout
    assert '"file-not-as-approved"' in found


# Another number, and whether, masked, it looks like the one before.
LOOKS_ALIKE = {"8765432": False, "7765432": True, "8765433": False, "8765432 on another branch": False}


@pytest.mark.parametrize("number", LOOKS_ALIKE)
def test_another_number_with_the_same_ending_is_told_to_whoever_approves(
    book_url: str, tmp_path: Path, number: str
) -> None:
    def register(branch: str, number: str) -> str:
        row = f"{MEMBER},甲山 太郎,東京,9999,{branch},普通,{number},コウヤマ タロウ"
        (tmp_path / "会員.csv").write_text(f"{desk.BANKED}\n{row}\n", encoding="utf-8")
        return desk.done(book_url, "import", str(tmp_path / "会員.csv")).stdout

    digits, _on, branch = number.partition(" on another ")
    register("999", "8765432")
    said = register("001" if branch else "999", digits)
    listed = desk.done(book_url, "account", "list")
    for output in (said, listed.stdout):
        assert ("末尾が同じ別の番号" in output) is LOOKS_ALIKE[number]
    (changed,) = desk.answered(book_url, "account", "list")["changes"] or [{"same_ending": False}]
    assert changed["same_ending"] is LOOKS_ALIKE[number]
