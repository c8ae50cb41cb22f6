"""What `verify` says: of books in order, of a part of them, of a workbook that was handed out, of tampered books."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, delete, func, select, text, update
from sqlalchemy.pool import NullPool

from exports.issued import returned, verification
from ledger import i18n, tables
from ledger.audit import chain as sealed
from ledger.audit import faults, writes
from ledger.dates import Month
from ledger.store import database
from ledger.store import seals as chain
from migrations import triggers
from tests import desk

pytestmark = pytest.mark.thorough

SQLITE = pytest.mark.parametrize("kept", ["sqlite"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a record in every table, in order; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture
def tampered(kept: str) -> Iterator[Connection]:
    """The same on a connection of somebody else's program, without triggers; taken back after the test."""
    with create_engine(database.parse_url(kept), poolclass=NullPool).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # the driver's own would leave the triggers dropped
        triggers.drop_all(connection)
        yield connection
        connection.rollback()


def _found(connection: Connection) -> list[tuple[str, str]]:
    found = verification.verify(connection)
    return [(fault.code, fault.where) for fault in found.faults if fault.code != "trigger-missing"]


# --- books in order -------------------------------------------------------------------------------------------------


def test_books_in_order_agree_and_say_their_head(kept: str) -> None:
    said = desk.answered(kept, "verify")
    with database.reading(kept) as connection:
        head = sealed.last_head(connection)
        count = connection.execute(text("SELECT count(*) FROM entry")).scalar_one()
    assert said == {"ok": True, "entries": count, "head": head, "faults": [], "more": {}}
    assert head in desk.done(kept, "verify").stdout


def test_part_of_the_books_agrees(kept: str) -> None:
    for words in (["--month", "2012-04"], ["--month", "1999-01"], ["--since", "3"], ["--since", "9999"]):
        assert desk.answered(kept, "verify", *words)["ok"], words
    assert desk.typed(kept, "verify", "--month", "2012-13").exit_code == 2


def test_write_that_changes_nothing_makes_no_batch(book_url: str) -> None:
    with database.reading(book_url) as connection:
        before = sealed.last_head(connection)
    with database.writing(book_url):
        pass
    with database.writing(book_url, dry_run=True) as connection:
        connection.execute(text("INSERT INTO member (number, source) SELECT 'x', 1 WHERE 1 = 0"))
    with database.reading(book_url) as connection:
        assert (sealed.last_head(connection), chain.count(connection, "batch")) == (before, 1)


# --- tampered books -------------------------------------------------------------------------------------------------


def test_first_wrong_row_is_named_first_and_every_other_one(tampered: Connection) -> None:
    """In the order in which they were recorded, whatever table they stand in."""
    rows = {name: tampered.execute(select(tables.metadata.tables[name])).all() for name in ("fact", "decision")}
    fact, decision = rows["fact"][5], rows["decision"][0]
    for changing in (
        update(tables.decision).where(tables.decision.c.no == decision.no).values(by="someone"),
        update(tables.movement).where(tables.movement.c.entry == 1).values(yen=1),
        delete(tables.fact).where(tables.fact.c.id == fact.id),
    ):
        tampered.execute(changing)
    found = _found(tampered)
    assert found[:3] == [
        ("row-changed", "entry 1"),
        ("row-missing", f"fact {fact.id}"),
        ("row-changed", f"decision {decision.no}"),
    ]


def test_part_names_what_was_tampered_with_in_it(tampered: Connection) -> None:
    batch = min(sealed.written(tampered, Month(2012, 4), None))
    last = text("SELECT max(no) FROM entry WHERE happened_on BETWEEN '2012-04-01' AND '2012-04-30'")
    no = tampered.execute(last).scalar_one()
    tampered.execute(update(tables.entry).where(tables.entry.c.no == no).values(event="other"))
    for month, since in ((Month(2012, 4), None), (None, batch - 1)):
        found = verification.verify(tampered, month=month, since=since).faults
        assert f"entry {no}" in [fault.where for fault in found]


def test_part_says_that_something_was_put_in_beside_it(tampered: Connection) -> None:
    """Though not what: that takes the whole."""
    tampered.execute(text("INSERT INTO member (number, source) VALUES ('x', 1)"))
    found = verification.verify(tampered, since=9999).faults
    assert [fault.code for fault in found if fault.code != "trigger-missing"] == ["rows-unsealed"]


PAID, APPLIED = (
    f"(SELECT min({of}) FROM {of}_step WHERE state = '{state}')"
    for of, state in (("refund", "paid"), ("credit", "applied"))
)
ENTRY_OF = "(SELECT entry FROM {of}_step WHERE {of} = {no} AND state = '{state}')"

# What somebody may do to a refund or credit, in SQL, and what is then said of it.
OUT_OF_COURSE = {
    "a state that cannot follow": (
        f"UPDATE refund_step SET state = 'filed' WHERE refund = {PAID} AND nth = 2",
        "refund",
        {"out-of-course"},
    ),
    "a step taken out": (f"DELETE FROM refund_step WHERE refund = {PAID} AND nth = 2", "refund", {"out-of-course"}),
    "every step taken out": (f"DELETE FROM credit_step WHERE credit = {APPLIED}", "credit", {"not-proposed"}),
    "a step dated back": (
        f"UPDATE refund_step SET happened_on = '2012-01-01' WHERE refund = {PAID} AND nth = 2",
        "refund",
        {"before-the-step-before"},
    ),
    "approved by the proposer, spelled otherwise": (
        f"UPDATE credit_step SET \"by\" = ' {desk.CLERK.upper()}　' WHERE credit = {APPLIED} AND nth = 2",
        "credit",
        {"same-person-approved"},
    ),
    "a changed account approved by who brought it": (
        f"UPDATE account_approval SET \"by\" = '{desk.CLERK} '",
        "member_known",
        {"same-person-brought"},
    ),
    "a payee approved by who brought it": (
        f"UPDATE payee_approval SET \"by\" = '{desk.CLERK} '",
        "payee_known",
        {"same-person-brought"},
    ),
    "a payee ended by who proposed it": (
        f"UPDATE payee_end SET state = 'approved', \"by\" = '{desk.CLERK} ' WHERE state = 'rejected'",
        "payee_known",
        {"same-person-brought"},
    ),
    "a ruling approved by who brought it": (
        f"UPDATE ruling_step SET \"by\" = '{desk.CLERK} ' WHERE state = 'approved'",
        "ruling",
        {"same-person-brought"},
    ),
    "a month closed alone over a difference": (
        "UPDATE month_step SET bank_yen = 1 WHERE state = 'closed'",
        "month",
        {"closed-alone"},
    ),
    "a slip approved by who proposed it": (
        f"UPDATE slip_step SET \"by\" = '{desk.CLERK} ' WHERE state = 'approved'",
        "slip",
        {"same-person-approved"},
    ),
    "more paid than was proposed": (
        f"UPDATE movement SET yen = yen + 1 WHERE entry = {ENTRY_OF.format(of='refund', no=PAID, state='paid')}",
        "refund",
        {"amount-differs"},
    ),
    "another entry put for the credit": (
        f"UPDATE movement SET debit = '2050' WHERE entry = {ENTRY_OF.format(of='credit', no=APPLIED, state='applied')}",
        "credit",
        {"amount-differs"},
    ),
    "a rejection that gives nothing back": (
        "UPDATE entry SET reverses = NULL WHERE no IN (SELECT entry FROM refund_step WHERE state = 'rejected')",
        "refund",
        {"not-given-back"},
    ),
}


@pytest.mark.parametrize("what", OUT_OF_COURSE)
def test_refund_or_credit_out_of_its_course_is_named(tampered: Connection, what: str) -> None:
    """By what the rows say, whatever the seals say: someone who makes these anew still has to get the course right."""
    doing, of, codes = OUT_OF_COURSE[what]
    if tampered.dialect.name == "postgresql":
        tampered.execute(text("SET session_replication_role = replica"))
    tampered.execute(text(doing))
    assert codes <= {code for code, where in _found(tampered) if where.split()[0] == of}


@SQLITE
@pytest.mark.parametrize("table", ["entry", "fact", "decision", "deposit_known", "refund_step"])
def test_what_cannot_be_read_is_named_and_nothing_breaks(tampered: Connection, table: str) -> None:
    """SQLite keeps a text where a day has to be."""
    of = tables.metadata.tables[table]
    key = ", ".join(column.name for column in of.primary_key)
    first = tampered.execute(text(f"SELECT {key} FROM {table} ORDER BY {key}")).first()
    day = next(column.name for column in of.columns if str(column.type) == "DATE")
    assert first is not None
    where = " AND ".join(f"{name} = {value}" for name, value in zip(key.split(", "), first, strict=True))
    tampered.execute(text(f"UPDATE {table} SET {day} = 'some day' WHERE {where}"))
    found = _found(tampered)
    assert found[0] == ("row-changed", f"{table} {'/'.join(map(str, first))}")


def test_trigger_that_is_gone_is_named(tampered: Connection) -> None:
    found = verification.verify(tampered).faults
    wanted = triggers.names(tampered.dialect.name)
    assert {fault.where for fault in found} == {f"trigger {name}" for name in wanted}


def test_answer_says_every_fault_and_what_to_do(kept: str, tampered: Connection) -> None:
    tampered.execute(update(tables.entry).where(tables.entry.c.no == 1).values(by="someone"))
    for language in i18n.LANGUAGES:
        i18n.use(language)
        said = verification.text(verification.verify(tampered))
        assert "entry 1: " in said
        assert "(row-changed)" in said
        assert json.dumps(verification.verify(tampered).as_json())


def test_answer_says_how_many_more_there_are(kept: str, tampered: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    tampered.execute(update(tables.entry).values(by="someone"))
    count = tampered.execute(select(func.count()).select_from(tables.entry)).scalar_one()
    for module in (faults, sealed, writes):
        monkeypatch.setattr(module, "MOST", 3)
    found = verification.verify(tampered)
    answer = found.as_json()
    named = [fault["where"] for fault in answer["faults"] if fault["code"] == "row-changed"]
    assert named == ["entry 1", "entry 2", "entry 3"]
    assert answer["more"]["row-changed"] == count - 3
    assert found.count == len(answer["faults"]) + sum(answer["more"].values())
    i18n.use("en")
    said = verification.text(found)
    assert f"{count - 3} more faults of this kind (row-changed)" in said
    assert f"{found.count} faults. Keep" in said


# --- a workbook that was handed out ---------------------------------------------------------------------------------


@pytest.fixture
def workbook(kept: str, tmp_path: Path) -> Path:
    """The workbook of a month, as it was handed out."""
    file = tmp_path / "月次-2012-04.xlsx"
    desk.done(kept, "statement", "month", "2012-04", "--out", str(file))
    return file


def _cut(connection: Connection, batches: int) -> None:
    """Takes the last batches out with all that they wrote: what is left is in order."""
    last = connection.execute(text("SELECT max(no) FROM batch")).scalar_one() - batches
    for row in connection.execute(select(tables.seal).where(tables.seal.c.batch > last)).all():
        of = tables.metadata.tables[row.of]
        parts = [int(part) if part.isdecimal() else part for part in row.key.split("/")]
        named = [column == part for column, part in zip(of.primary_key, parts, strict=True)]
        connection.execute(delete(of).where(*named))
        if row.of == "entry":
            connection.execute(delete(tables.movement).where(tables.movement.c.entry == parts[0]))
    connection.execute(delete(tables.seal).where(tables.seal.c.batch > last))
    connection.execute(delete(tables.batch).where(tables.batch.c.no > last))


def _rewritten(connection: Connection) -> None:
    """Changes a fact and makes every seal and every head anew, as someone could who owns the whole file."""
    connection.execute(text("UPDATE source SET name = 'another.csv' WHERE id = 1"))
    standing = {(of, key): digest for of in chain.SEALED for key, digest in chain.digests(connection, of)}
    previous = ""
    for batch in list(chain.plain(connection, "batch")):
        seals = []
        for row in chain.plain(connection, "seal", ("batch", [batch["no"]])):
            digest = standing[row["of"], row["key"]]
            own = (tables.seal.c.batch == batch["no"]) & (tables.seal.c.nth == row["nth"])
            connection.execute(update(tables.seal).where(own).values(digest=digest))
            seals.append((row["nth"], chain.Seal(row["of"], row["key"], digest)))
        head = chain.head(batch | {"previous": previous}, seals)
        own = tables.batch.c.no == batch["no"]
        connection.execute(update(tables.batch).where(own).values(previous=previous, head=head))
        previous = head


@pytest.mark.parametrize("forge", [_rewritten, lambda connection: _cut(connection, 30)], ids=["rewritten", "cut"])
def test_books_that_agree_with_themselves_and_not_with_the_workbook(
    workbook: Path, tampered: Connection, forge: Callable[[Connection], None]
) -> None:
    if tampered.dialect.name == "postgresql":
        tampered.execute(text("SET session_replication_role = replica"))  # no foreign keys, as on SQLite
    forge(tampered)
    assert _found(tampered) == []
    assert [fault.code for fault in returned.compared(tampered, workbook).faults] == ["head-unknown"]


@SQLITE
def test_copy_of_the_file_agrees(kept: str, tmp_path: Path) -> None:
    copy = shutil.copyfile(kept.removeprefix("sqlite:///"), tmp_path / "copy.db")
    assert desk.answered(f"sqlite:///{copy}", "verify")["ok"]
