"""What somebody plants who may add rows around the program, and seals them with the program's own recipe.

Each attack is refused by the database, or `verify` names it at its row; the table says which. The rest of the books
stays of use.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from exports.issued import verification
from ledger import kana
from ledger.audit.faults import Fault
from ledger.people import accounts
from ledger.store import database, seals
from migrations import triggers
from tests import around, desk
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK
from tests.server import Server
from tests.spread import by_turns

pytestmark = pytest.mark.thorough

SIGNED = {"sqlite": ("'{at}'", "NULL"), "postgresql": ("CAST('{at}' AS timestamp)", "current_user")}


@dataclass(frozen=True)
class Attack:
    """What is sent and sealed as a batch of this command and person; what names it: code and row, without {last}.

    `free` are attacks of who switches foreign keys off, which SQLite lets anybody do.
    """

    statements: tuple[str, ...]
    code: str
    where: str
    command: str = "book"
    by: str = CLERK
    free: bool = False
    engines: tuple[str, ...] = ("sqlite", "postgresql")


def entry(no: str, event: str, key: str, reverses: str = "NULL", reason: str = "NULL") -> str:
    """An entry of this number, signed as it is sealed."""
    return (
        "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by, role, known_on, reverses, reason)"
        f" VALUES ({no}, '2012-06-30', '{event}', '{key}', 'DIGEST', MOMENT, 'SIGNER', ROLE, '2012-06-30',"
        f" {reverses}, {reason})"
    )


def moved(no: str, debit: str, credit: str, yen: int, parts: str = "NULL, NULL, NULL") -> str:
    """What an entry moves: the applications debited and credited, and the deposit."""
    return f"INSERT INTO movement VALUES ({no}, 1, '{debit}', '{credit}', {yen}, {parts})"


_NEXT = "(SELECT max(no) + 1 FROM entry)"
_LAST = "(SELECT max(no) FROM entry)"
_REFUND = "(SELECT max(no) FROM refund)"

ATTACKS: dict[str, Attack] = {
    "a refund in a write of book": Attack(
        ("INSERT INTO refund (no, application, decision, yen) SELECT max(no) + 1, 'FREE', 1, 7245 FROM refund",),
        "not-of-command",
        f"refund {_REFUND}",
    ),
    "a fact in a write of book": Attack(
        ("INSERT INTO member (number, source) VALUES ('東京 第1号', 1)",), "not-of-command", "member 東京 第1号"
    ),
    "a write of no command": Attack(
        ("INSERT INTO member (number, source) VALUES ('東京 第1号', 1)",),
        "no-such-command",
        "batch (SELECT max(no) FROM batch)",
        command="backdoor",
    ),
    "a number far above the last": Attack(
        ("INSERT INTO refund (no, application, decision, yen) VALUES (2147483647, 'FREE', 1, 7245)",),
        "number-gap",
        "refund 2147483647",
        command="refund propose",
    ),
    "the largest number that SQLite keeps": Attack(
        ("INSERT INTO refund (no, application, decision, yen) VALUES (9223372036854775807, 'FREE', 1, 7245)",),
        "number-gap",
        "refund 9223372036854775807",
        command="refund propose",
        engines=("sqlite",),
    ),
    "number 0": Attack(
        ("INSERT INTO refund (no, application, decision, yen) VALUES (0, 'FREE', 1, 7245)",),
        "number-below-one",
        "refund 0",
        command="refund propose",
    ),
    "a number below 0": Attack(
        ("INSERT INTO credit (no, application, to_application, decision, yen) VALUES (-1, 'FREE', 'OPEN', 1, 7245)",),
        "number-below-one",
        "credit -1",
        command="credit propose",
    ),
    "a first account of number 0": Attack(
        (
            (
                "INSERT INTO member_known (id, member, name, association, bank, branch, account_type, account_number,"
                f" account_name, known_on) VALUES (0, '{desk.MEMBER}', '甲山 太郎', '東京', '9999', '999', '1',"
                " '6666666', 'コウヤマ タロウ', '2000-01-01')"
            ),
        ),
        "number-below-one",
        "member_known 0",
        command="import",
    ),
    "an entry far above the last": Attack(
        (entry("2147483647", "transfer_fee", "x"), moved("2147483647", "5310", "1110", 1)),
        "number-gap",
        "entry 2147483647",
    ),
    "a step signed by another": Attack(
        (
            (
                "INSERT INTO looked (no, member, purpose, recorded_at, by, role) SELECT COALESCE(max(no), 0) + 1,"
                f" '{desk.MEMBER}', 'x', MOMENT, '{CHIEF}', ROLE FROM looked"
            ),
        ),
        "another-signer",
        "looked (SELECT max(no) FROM looked)",
        command="account show",
    ),
    "a step dated back": Attack(
        (
            (
                "INSERT INTO looked (no, member, purpose, recorded_at, by, role) SELECT COALESCE(max(no), 0) + 1,"
                f" '{desk.MEMBER}', 'x', '2012-03-01', 'SIGNER', ROLE FROM looked"
            ),
        ),
        "another-moment",
        "looked (SELECT max(no) FROM looked)",
        command="account show",
    ),
    "a key for another command": Attack(
        (
            (
                "INSERT INTO request (key, command, digest, answer, recorded_at, by, role) VALUES ('K-9',"
                " 'refund paid', 'x',"
                " '{}', MOMENT, 'SIGNER', ROLE)"
            ),
        ),
        "key-of-another-command",
        "request K-9",
    ),
    "a step of a refund that there is not": Attack(
        (
            (
                "INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, by, role, entry) VALUES (99, 1,"
                " 'proposed', '2012-06-30', MOMENT, 'SIGNER', ROLE, (SELECT max(no) FROM entry))"
            ),
        ),
        "names-nothing",
        "refund_step 99/1",
        command="refund propose",
        free=True,
        engines=("sqlite",),
    ),
    "an invented entry of 2,000,000 yen": Attack(
        (entry(_NEXT, "transfer_fee", '["transfer_fee",999]'), moved(_LAST, "5310", "1110", 2_000_000)),
        "no-source",
        f"entry {_LAST}",
    ),
    "yen put by hand to what members are owed": Attack(
        (entry(_NEXT, "other_entry", '["other_entry",1]'), moved(_LAST, "5900", "2020", 7245, "NULL, 'FREE', NULL")),
        "no-source",
        f"entry {_LAST}",
    ),
    "an entry of an event that nobody posts": Attack(
        (entry(_NEXT, "gift", '["gift",1]'), moved(_LAST, "5900", "1110", 1)), "no-such-event", f"entry {_LAST}"
    ),
    "a deposit that never came": Attack(
        (
            entry(_NEXT, "fee_received", '["fee_received","N-FREE",2,"2012-03-06",7245,"FREE"]'),
            moved(_LAST, "1110", "2040", 7245, "NULL, 'FREE', 'N-FREE'"),
        ),
        "received-differs",
        "deposit N-FREE",
    ),
    "a reversal of what a refund rests on": Attack(
        (
            entry(
                _NEXT,
                "refund_proposed",
                '["reverse",1]',
                "(SELECT entry FROM refund_step WHERE refund = 1 AND nth = 1)",
                "'x'",
            ),
            (
                "INSERT INTO movement SELECT (SELECT max(no) FROM entry), nth, credit, debit, yen, credit_application,"
                " debit_application, deposit FROM movement WHERE entry = (SELECT entry FROM refund_step"
                " WHERE refund = 1 AND nth = 1)"
            ),
        ),
        "no-source",
        f"entry {_LAST}",
    ),
    "a second refund of one fee": Attack(
        (
            entry(_NEXT, "refund_proposed", '["refund_proposed",99]'),
            moved(_LAST, "2040", "2020", 7245, "'FREE', 'FREE', NULL"),
            "INSERT INTO refund (no, application, decision, yen) SELECT max(no) + 1, 'FREE', 1, 7245 FROM refund",
            (
                "INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, by, role, entry) SELECT"
                " (SELECT max(no) FROM refund), 1, 'proposed', '2012-06-30', MOMENT, 'SIGNER', ROLE, max(no) FROM entry"
            ),
        ),
        "no-ground",
        f"refund {_REFUND}",
        command="refund propose",
    ),
    "a payment file to another account": Attack(
        (
            (
                "INSERT INTO payment_file (no, pay_on, name, sha256, refund_count, yen, content, recorded_at, by, role)"
                " SELECT max(no) + 1, '2012-05-07', 'x.txt', 'SHA', 1, 7245, replace(content, '2345678', '6666666'),"
                " MOMENT, 'SIGNER', ROLE FROM payment_file"
            ),
        ),
        "file-differs",
        "payment_file (SELECT max(no) FROM payment_file)",
        command="refund file",
        by=CHIEF,
    ),
    "a refund without a step": Attack(
        ("INSERT INTO refund (no, application, decision, yen) SELECT max(no) + 1, 'FREE', 1, 7245 FROM refund",),
        "not-proposed",
        f"refund {_REFUND}",
        command="refund propose",
    ),
}


# What is typed at the books in which something was planted.
USED = ("todo", "balance", "refund propose FREE --on 2012-05-31")

ACCOUNT_0 = (
    "INSERT INTO member_known (id, member, name, association, bank, branch, account_type, account_number,"
    " account_name, known_on, source) VALUES (0, '{member}', '甲山 太郎', '東京', '9999', '999', '1', '6666666',"
    " 'コウヤマ タロウ', '2000-01-01', 1)"
)
_WAITS = "FROM refund r JOIN refund_step s ON s.refund = r.no WHERE r.no = 2 AND s.nth = 2 AND s.state = 'approved'"

# As the file of FILED was made, for the refund that waits in its place, to another account.
FILED = Attack(
    (
        (
            "INSERT INTO payment_file (no, pay_on, name, sha256, refund_count, yen, content, recorded_at, by, role)"
            " SELECT max(no) + 1, '2012-05-07', 'planted.txt', 'SHA', 1, 7245, CONTENT, MOMENT, 'SIGNER', ROLE"
            " FROM payment_file"
        ),
        (
            "INSERT INTO refund_step (refund, nth, state, happened_on, payment_file, recorded_at, by, role) SELECT"
            f" r.no, 3, 'filed', '2012-05-07', (SELECT max(no) FROM payment_file), MOMENT, 'SIGNER', ROLE {_WAITS}"
        ),
    ),
    "file-not-as-approved",
    "payment_file (SELECT max(no) FROM payment_file)",
    command="refund file",
    by=CHIEF,
)


def _each() -> Iterator[object]:
    for engine in ("sqlite", "postgresql"):
        for name, attack in ATTACKS.items():
            if engine in attack.engines:
                yield pytest.param(engine, name, id=f"{name}-{engine}")


@pytest.fixture(scope="module")
def books(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield copies(request, url, request.param)


@pytest.fixture(scope="module")
def held(books: Copies) -> str:
    """What the books hold."""
    return desk.held(books.url, ())


EACH_ENGINE = pytest.mark.parametrize("books", ["sqlite", "postgresql"], indirect=True, scope="module")


@contextmanager
def outside(url: str, *, free: bool = False) -> Iterator[Connection]:
    """The books as somebody else's program has them: on SQLite with foreign keys as it likes."""
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if free else 'ON'}")
        yield connection


# What an owner of the books takes away first: that numbers follow one another, and that a batch stands on the last.
ORDER = re.compile(r"\w+_numbers|\w+_number|movement_of_write|seal_of_last|batch_previous")


def unguarded(url: str) -> None:
    """Takes these rules away, as only their owner can."""
    with outside(url) as connection:
        for name in sorted(triggers.names(connection.dialect.name)):
            if ORDER.fullmatch(name):
                table = name.rpartition("_number")[0] or name.partition("_")[0]
                on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
                connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
        connection.commit()


def plant(url: str, attack: Attack) -> bool:
    """Sends and seals what is planted; whether the database took it. PostgreSQL seals what it takes by itself."""
    with outside(url, free=attack.free) as connection:
        moment = connection.execute(text("SELECT max(recorded_at) FROM batch")).scalar_one()
        server = connection.dialect.name == "postgresql"
        role = "session_user" if server else "NULL"
        before = {} if server else seals.marks(connection)
        try:
            if server:
                opens = f"SELECT begin_write('{attack.command}', '{attack.by}', '{moment}')"
                connection.exec_driver_sql(opens)
            for statement in attack.statements:
                filled = statement.replace("MOMENT", f"'{moment}'").replace("SIGNER", attack.by).replace("ROLE", role)
                if "CONTENT" in filled:
                    content = connection.execute(text("SELECT max(content) FROM payment_file")).scalar_one()
                    content = content.replace("2345678", "6666666").replace("0000000008", "0000000002")
                    digest = sha256(content.encode(kana.BYTES)).hexdigest()
                    filled = filled.replace("CONTENT", f"'{content}'").replace("'SHA'", f"'{digest}'")
                connection.exec_driver_sql(filled.replace("%", "%%"))
            if not server:
                seals.seal(connection, before, by=attack.by, command=attack.command)
            connection.commit()
        except DatabaseError:
            return False
    return True


def found(url: str) -> list[Fault]:
    """Every fault that `verify` names; each can be said."""
    with database.reading(url) as connection:
        faults = verification.verify(connection).faults
    assert all(fault.says for fault in faults)
    return list(faults)


def resolved(url: str, where: str) -> str:
    """The row that is named, with the number that was given to it."""
    table, _space, key = where.partition(" ")
    if not key.startswith("(SELECT"):
        return where
    with outside(url) as connection:
        return f"{table} {connection.execute(text(f'SELECT {key}')).scalar_one()}"


@pytest.mark.parametrize(("books", "name"), list(_each()), indirect=["books"], scope="module")
def test_what_is_planted_is_refused_or_named(books: Copies, held: str, name: str) -> None:
    """What is refused leaves the books as they were; then it is planted by an owner, who takes rules away first."""
    attack = ATTACKS[name]
    with books.copy() as url:
        if not plant(url, attack):
            assert desk.held(url, ()) == held
            unguarded(url)
            if not plant(url, attack):
                return
        faults = {(fault.code, fault.where) for fault in found(url)}
        named = {code for code, where in faults if where == resolved(url, attack.where)}
        # A number that is none is left out by the recipe itself.
        assert named & {attack.code, "row-unsealed"}, faults
        assert "not-reckoned" not in {code for code, _where in faults}
        for words in by_turns(USED, [*ATTACKS].index(name)):  # a traceback is raised
            desk.typed(url, *words.split())
        listed = desk.answered(url, "refund", "list")
        assert {"FREE", "APPROVED"} & {row["application"] for row in listed}


# --- what is planted so that a command is deceived -------------------------------------------------------------------


@EACH_ENGINE
def test_planted_payment_file_is_not_handed_out(books: Copies, tmp_path: Path) -> None:
    """To the account of somebody else, with every refund that honest people approved, and as if it had been made."""
    with books.copy() as url:
        plant(url, FILED)
        out = tmp_path / "planted.txt"
        answer = desk.typed(url, "refund", "file", "--on", "2012-05-07", "--out", str(out), by=CHIEF)
        assert (answer.exit_code, "(payment-file-not-as-approved)" in answer.stderr) == (1, True), answer.output
        assert not out.exists()
        no = resolved(url, "payment_file (SELECT max(no) FROM payment_file)")
        assert ("file-not-as-approved", no) in {(fault.code, fault.where) for fault in found(url)}
        desk.done(url, "refund", "void", no.split()[1], "--reason", "偽物", "--on", "2012-05-07", by="丁山")


@EACH_ENGINE
def test_first_account_below_number_one_is_not_trusted(books: Copies) -> None:
    with books.copy() as url:
        unguarded(url)
        with outside(url) as connection:
            around.opened(connection, "import")
            connection.exec_driver_sql("INSERT INTO member (number, source) VALUES ('東京 第9009号', 1)")
            connection.exec_driver_sql(ACCOUNT_0.format(member="東京 第9009号"))
            connection.commit()
        with database.reading(url) as connection:
            assert "東京 第9009号" in accounts.waiting(connection)


@EACH_ENGINE
def test_the_last_number_there_is_stops_only_what_would_need_another(books: Copies) -> None:
    with books.copy() as url:
        assert not plant(url, ATTACKS["a number far above the last"])
        unguarded(url)
        assert plant(url, ATTACKS["a number far above the last"])
        answer = desk.typed(url, "refund", "propose", "FREE", "--on", "2012-05-31")
        assert (answer.exit_code, "(no-number-left)" in answer.stderr) == (1, True), answer.output


@pytest.mark.parametrize("books", ["sqlite"], indirect=True, scope="module")
def test_what_breaks_off_a_command_is_said_to_be_damage(books: Copies) -> None:
    with books.copy() as url:
        with outside(url) as connection:
            connection.exec_driver_sql(
                "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by) SELECT max(no) + 1,"
                " 'some day', 'transfer_fee', 'x', 'x', '2012-06-30 00:00:00.000000', 'x' FROM entry"
            )
            connection.exec_driver_sql(moved(_LAST, "5310", "1110", 1))
            connection.commit()
        answer = desk.typed(url, "entries")
        assert (answer.exit_code, "(books-damaged)" in answer.stderr) == (1, True), answer.output
        assert found(url)


@pytest.mark.parametrize("books", ["postgresql"], indirect=True, scope="module")
def test_key_of_another_login_is_refused(books: Copies, server: Server) -> None:
    with books.copy() as url:
        desk.done(url, "refund", "propose", "FREE", "--on", "2012-05-31", "--key", "K-1")
        server.tell("DROP ROLE IF EXISTS insider_login")
        server.tell("CREATE ROLE insider_login SUPERUSER LOGIN")
        other = url.replace("postgres@", "insider_login@")
        words = ("refund", "propose", "FREE", "--on", "2012-05-31", "--key", "K-1")
        answer = desk.typed(other, *words)
        assert (answer.exit_code, "(key-of-another)" in answer.stderr) == (1, True), answer.output
        desk.done(url, *words)
