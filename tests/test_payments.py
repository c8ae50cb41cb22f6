"""Payment files: everything approved in one file, once; everything that stands against it at once; void as a whole."""

import stat
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from exports.formats import bank
from exports.issued import verification
from ledger import tables
from ledger.audit import workflows
from ledger.store import database
from ledger.store.records import next_number
from migrations import triggers
from tests import around, crashes, desk, posted
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, MEMBER

pytestmark = pytest.mark.thorough

FILE = ("refund", "file", "--on", "2012-03-28", "--out")
THIRD = "丁川"
NUMBER = "8765432"


def account(url: str, folder: Path, cells: str = f"9999,999,普通,{NUMBER},コウヤマ タロウ", by: str = CLERK) -> None:
    """The register gives the member this bank account."""
    path = folder / f"口座{len(list(folder.iterdir()))}.csv"
    path.write_text(f"{desk.BANKED}\n{MEMBER},甲山 太郎,東京,{cells}\n", encoding="utf-8")
    desk.done(url, "import", str(path), by=by)


def approved_refunds(url: str, folder: Path, *, known: bool = False) -> None:
    """Refunds 1 and 2 and a returned overpayment, 3, are approved; nothing is known of any account, unless `known`."""
    with database.writing(url) as connection:
        for number in ("A-1", "A-2"):
            posted.application(connection, number)
        posted.deposit(connection, "N-2", "A-1", yen=500, on=posted.MAILED)
    for words in (("refund", "propose", "A-1"), ("refund", "propose", "A-2"), ("overpaid", "return", "N-2")):
        desk.done(url, *words, "--on", "2012-03-23")
    if known:
        account(url, folder)
    for no in "123":
        desk.done(url, "refund", "approve", no, "--on", "2012-03-26", by=CHIEF)


def payable_refunds(url: str, folder: Path) -> None:
    """The same, with everything known that a payment file needs."""
    approved_refunds(url, folder, known=True)
    desk.payer(url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def unready(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which nothing is known of any account."""
    with desk.books(request, approved_refunds) as url:
        yield copies(request, url, request.param)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ready(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which everything is known that a payment file needs."""
    with desk.books(request, payable_refunds) as url:
        yield copies(request, url, request.param)


@pytest.fixture
def approved(unready: Copies) -> Iterator[str]:
    """Books in which refunds are approved that cannot be paid yet."""
    with unready.copy() as url:
        yield url


@pytest.fixture
def books(ready: Copies) -> Iterator[str]:
    """Books in which refunds 1, 2 and 3 can be paid."""
    with ready.copy() as url:
        yield url


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the payment file is to be written."""
    (folder := tmp_path / "振込").mkdir()
    return folder / "総合振込.txt"


def states(url: str) -> dict[int, tuple[str, int | None]]:
    """The state of each refund, and the payment file that it is in."""
    return {each["no"]: (each["state"], each["payment_file"]) for each in desk.answered(url, "refund", "list")}


def refused(url: str, code: str, *words: str, by: str = CLERK) -> str:
    """Insists that a command is refused with this code and changes nothing; gives the sentence."""
    before = desk.held(url)
    answer = desk.typed(url, *words, by=by)
    assert (answer.exit_code, f"({code})" in answer.stderr) == (1, True), answer.output
    assert desk.held(url) == before
    return answer.stderr


# --- one file -------------------------------------------------------------------------------------------------------


def test_one_file_pays_everything_approved_and_posts_nothing(books: str, out: Path) -> None:
    before = desk.answered(books, "balance", "--as-of", "2012-12-31")
    answer = desk.answered(books, *FILE, str(out))
    content = out.read_bytes()
    assert (answer["no"], answer["changed"], answer["count"], answer["yen"]) == (1, True, 3, 14990)
    assert (answer["sha256"], answer["file"]) == (sha256(content).hexdigest(), str(out))
    assert [(each["no"], each["account"], each["amount"]) for each in answer["refunds"]] == [
        (1, "***5432", 7245),
        (2, "***5432", 7245),
        (3, "***5432", 500),
    ]
    assert [word[91:101] for word in content.split(b"\r\n")[1:4]] == [b"0000000001", b"0000000002", b"0000000003"]
    assert states(books) == dict.fromkeys((1, 2, 3), ("filed", 1))
    assert desk.answered(books, "balance", "--as-of", "2012-12-31") == before
    assert "振込データNo." in desk.done(books, "refund", "list").stdout
    desk.done(books, "refund", "paid", "1", "2", "3", "--on", "2012-03-28")
    assert states(books)[1] == ("paid", 1)
    desk.done(books, "verify")


def test_only_its_owner_may_read_the_file_whatever_is_usual(books: str, out: Path) -> None:
    desk.done(books, *FILE, str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_no_whole_account_number_is_told(books: str, out: Path) -> None:
    for words in ((*FILE, str(out), "--dry-run"), (*FILE, str(out)), ("settings",), ("refund", "list")):
        for form in ((), ("--json",)):
            said = desk.done(books, *words, *form).output
            assert NUMBER not in said
            assert desk.PAYER["payer_account"] not in said


def test_a_dry_run_shows_everything_and_writes_nothing(books: str, out: Path) -> None:
    before = desk.held(books)
    dry = desk.done(books, *FILE, str(out), "--dry-run")
    assert (desk.held(books), list(out.parent.iterdir())) == (before, [])
    assert desk.done(books, *FILE, str(out)).stdout == dry.stdout
    assert "14,990" in dry.stdout


def test_what_is_left_out_waits_for_the_next_file(books: str, out: Path) -> None:
    assert desk.answered(books, *FILE, str(out), "--without", "1", "--without", "3")["count"] == 1
    assert states(books) == {1: ("approved", None), 2: ("filed", 1), 3: ("approved", None)}
    assert desk.answered(books, *FILE, str(out.with_name("2.txt")))["count"] == 2
    assert states(books)[1] == ("filed", 2)
    refused(books, "unknown-refund", *FILE, str(out), "--without", "99")


# --- typed again ----------------------------------------------------------------------------------------------------


def test_the_same_command_writes_the_same_bytes_whatever_is_known_since(books: str, out: Path, tmp_path: Path) -> None:
    desk.done(books, *FILE, str(out))
    content = out.read_bytes()
    out.unlink()
    account(books, tmp_path, "9999,001,当座,7654321,コウヤマ ジロウ")
    desk.done(books, "settings", "set", "payer_account", "7777777", by=CHIEF)
    before = desk.held(books)
    for words in ((*FILE, str(out)), (*FILE, str(out)), (*FILE, str(out.with_name("別名.txt")))):
        again = desk.done(books, *words)
        assert "既に作成済み" in again.stdout
        assert Path(words[-1]).read_bytes() == content
    assert desk.held(books) == before
    assert refused(books, "done-differently", *FILE, str(out), "--without", "1")


def test_a_file_of_that_day_and_name_stays_the_same_though_more_is_approved(books: str, out: Path) -> None:
    desk.done(books, *FILE, str(out), "--without", "3")
    content = out.read_bytes()
    assert desk.answered(books, *FILE, str(out))["changed"] is False
    assert (out.read_bytes(), states(books)[3]) == (content, ("approved", None))


def test_a_file_of_which_anything_was_paid_is_not_written_again(books: str, out: Path) -> None:
    desk.done(books, *FILE, str(out))
    desk.done(books, "refund", "paid", "2", "--on", "2012-03-28")
    out.unlink()
    before = desk.held(books)
    again = desk.done(books, *FILE, str(out))
    assert "支払われています: 2" in again.stdout
    assert (desk.held(books), out.exists()) == (before, False)
    desk.answered(books, *FILE, str(out), "--key", "K-1")
    assert desk.answered(books, *FILE, str(out), "--key", "K-1")["gone_on"] == [2]
    assert not out.exists()


def test_under_its_key_a_lost_file_is_written_again(books: str, out: Path) -> None:
    first = desk.done(books, *FILE, str(out), "--key", "K-1", "--json").stdout
    content = out.read_bytes()
    out.unlink()
    assert desk.done(books, *FILE, str(out), "--key", "K-1", "--json", "--dry-run").stdout == first
    assert not out.exists()
    assert desk.done(books, *FILE, str(out), "--key", "K-1", "--json").stdout == first
    assert out.read_bytes() == content
    refused(books, "key-used-differently", *FILE, str(out.with_name("x")), "--key", "K-1")
    out.unlink()
    desk.done(books, "refund", "void", "1", "--reason", "誤り", "--on", "2012-03-27", by=CHIEF)
    assert desk.done(books, *FILE, str(out), "--key", "K-1", "--json").stdout == first
    assert not out.exists()


def test_another_file_is_never_overwritten(books: str, out: Path) -> None:
    out.write_bytes(b"x")
    refused(books, "file-in-the-way", *FILE, str(out))
    refused(books, "file-in-the-way", *FILE, str(out), "--dry-run")
    assert (out.read_bytes(), states(books)[1]) == (b"x", ("approved", None))
    for place in (str(out.parent), "/dev/full"):
        refused(books, "not-a-plain-file", *FILE, place)
    refused(books, "not-writable", *FILE, "/nowhere/x.txt")
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_killed_anywhere_there_is_no_file_without_the_books_and_one_in_the_end(books: str, out: Path) -> None:
    """Either nothing is kept and no file there, or the books say filed; typed again the same bytes are there."""
    words = (*FILE, str(out))
    points = crashes.counted(books, *words, by=CLERK)
    content = out.read_bytes()
    desk.done(books, "refund", "void", "1", "--reason", "試験", "--on", "2012-03-27", by=CHIEF)
    made = 1
    for point in (1, points // 3, points // 2, points - 1, points):
        out.unlink()
        assert crashes.killed(books, point, *words, by=CLERK)
        assert not out.exists()
        kept = states(books)[1] == ("filed", made + 1)
        assert kept == (point == points)
        assert desk.answered(books, *words)["changed"] is not kept
        made += 1
        assert (out.read_bytes(), states(books)[1]) == (content, ("filed", made))
        assert {stat.S_IMODE(path.stat().st_mode) for path in out.parent.iterdir()} == {0o600}
        desk.done(books, "refund", "void", str(made), "--reason", "試験", "--on", "2012-03-27", by=CHIEF)
    desk.done(books, "verify")


# --- what stands against it -----------------------------------------------------------------------------------------


def test_everything_that_stands_against_it_is_said_at_once(approved: str, out: Path) -> None:
    with database.writing(approved) as connection:
        posted.deposit(connection, "N-9", None)
    desk.done(approved, "book", "--through", "2012-03-23")
    desk.done(approved, "overpaid", "return", "N-9", "--on", "2012-03-23")
    desk.done(approved, "refund", "approve", "4", "--on", "2012-03-26", by=CHIEF)
    said = refused(approved, "not-ready-to-file", *FILE, str(out))
    for part in ("payer_code", "payer_account", "No.1(", "No.2(", "No.3(", "No.4:", "N-9", "seisan match", "--without"):
        assert part in said
    desk.payer(approved)
    assert "payer" not in refused(approved, "not-ready-to-file", *FILE, str(out))
    assert not out.exists()


# What the register says of the account, and what is said of it.
ACCOUNTS = {
    "9999,999,普通,2345678,甲山 太郎": "甲、山、太、郎",
    f"9999,999,普通,2345678,{'ガ' * 16}": "32 文字",
    "9999,999,普通,2345678,": "口座名義カナが分かりません",
    ",,,2345678,コウヤマ タロウ": "銀行番号が分かりません",
}


@pytest.mark.parametrize(("cells", "said"), ACCOUNTS.items())
def test_an_account_that_cannot_be_paid_to_is_named(
    approved: str, tmp_path: Path, out: Path, cells: str, said: str
) -> None:
    desk.payer(approved)
    with database.writing(approved) as connection:  # what the intake lets in, or an earlier version let in
        _registered(connection, cells.split(","))
    sentence = refused(approved, "not-ready-to-file", *FILE, str(out))
    assert sentence.count(said) == 3
    assert MEMBER in sentence


def test_a_payer_whose_name_banks_cannot_read_is_named(books: str, out: Path) -> None:
    """It may have been set under an earlier version."""
    row: dict[str, Any] = {"name": "payer_name", "value": "カクウ゜レン・", "by": CHIEF}
    row["recorded_at"] = datetime(2012, 3, 1)
    with database.writing(books) as connection:
        row["no"] = next_number(connection, tables.setting.c.no)
        connection.execute(tables.setting.insert().values(row))
    assert "ウ゜、・" in refused(books, "not-ready-to-file", *FILE, str(out))


def _registered(connection: Connection, cells: list[str]) -> None:
    bank, branch, kind, number, name = (cell or None for cell in cells)
    of = connection.execute(select(tables.source.c.id)).scalars().first()
    row = {"member": MEMBER, "name": "甲山 太郎", "association": "東京", "known_on": date(2012, 1, 1), "source": of}
    row |= {"bank": bank, "branch": branch, "account_type": "1" if kind else None, "account_number": number}
    connection.execute(tables.member_known.insert().values(row | {"account_name": name}))


def test_a_name_of_30_characters_fits(approved: str, tmp_path: Path, out: Path) -> None:
    account(approved, tmp_path, f"9999,999,普通,{NUMBER},{'ガ' * 15}")
    desk.payer(approved)
    desk.done(approved, "account", "approve", MEMBER, by=CHIEF)
    desk.done(approved, "refund", "approve", "1-3", "--on", "2012-03-27", by=CHIEF)
    assert desk.answered(approved, *FILE, str(out))["count"] == 3


def test_a_changed_account_that_waits_holds_the_file(books: str, tmp_path: Path, out: Path) -> None:
    account(books, tmp_path, "9999,001,当座,7654321,コウヤマ タロウ")
    assert refused(books, "not-ready-to-file", *FILE, str(out)).count("seisan account approve") == 3
    desk.done(books, "account", "approve", MEMBER, by=CHIEF)
    assert refused(books, "not-ready-to-file", *FILE, str(out)).count("***4321") == 3
    desk.done(books, "refund", "approve", "1-3", "--on", "2012-03-27", by=CHIEF)
    desk.done(books, *FILE, str(out))
    assert b"7654321" in out.read_bytes()


def test_days_are_looked_at_in_this_order(books: str, out: Path) -> None:
    def on(day: str) -> tuple[str, ...]:
        return ("refund", "file", "--on", day, "--out", str(out))

    refused(books, "not-a-bank-day", *on("2012-03-25"))
    desk.done(books, "close", "2010-11", "--bank-balance", "0")
    refused(books, "month-closed", *on("2010-11-30"))
    refused(books, "before-the-step-before", *on("2012-03-23"))
    for no in "123":
        desk.done(books, "refund", "reject", no, "--on", "2012-03-27", "--reason", "誤り")
    refused(books, "nothing-to-file", *on("2012-03-28"))


def test_a_file_for_a_year_whose_holidays_were_not_gazetted_says_so(books: str, out: Path) -> None:
    for day, estimated in (("2028-03-22", True), ("2027-03-23", False)):
        words = ("refund", "file", "--on", day, "--out", str(out), "--dry-run", "--despite", "試験")
        assert desk.answered(books, *words)["holidays_estimated"] is estimated
        assert ("推定" in desk.done(books, *words).stdout) is estimated


# --- two people or three --------------------------------------------------------------------------------------------


def test_by_the_rule_of_three_the_maker_took_no_part(books: str, out: Path) -> None:
    desk.done(books, "settings", "set", "people", "三人", by=CHIEF)
    for by in (CLERK, f"{CLERK} ", CHIEF):
        said = refused(books, "same-person-files", *FILE, str(out), by=by)
        assert "1、2、3" in said
    desk.done(books, *FILE, str(out), by=THIRD)
    # Who declares a file void has approved nothing, and may make the next one.
    desk.done(books, "refund", "void", "1", "--reason", "誤り", "--on", "2012-03-27", by=THIRD)
    out.unlink()
    assert desk.answered(books, *FILE, str(out), "--by", THIRD)["no"] == 2


def test_by_the_rule_of_two_who_proposed_may_make_the_file(books: str, out: Path) -> None:
    desk.done(books, "settings", "set", "people", "three", by=CHIEF)
    desk.done(books, "settings", "set", "people", "two", by=CHIEF)
    desk.done(books, *FILE, str(out), by=CLERK)


STEP = "INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, by, payment_file, reason) VALUES "
PAYMENT_FILE = (
    "INSERT INTO payment_file (no, pay_on, name, sha256, refund_count, yen, content, recorded_at, by)"
    " VALUES (1, '2012-03-28', 'x', 'x', 1, 7245, 'x', '2012-03-28', 'x')"
)
AROUND = {
    "same-person-files: refund_step": f"{STEP} (1, 3, 'filed', '2012-03-28', '2012-03-28', ' {CLERK}', 1, NULL)",
    "another-file: refund_step": f"{STEP} (1, 3, 'filed', '2012-03-28', '2012-03-28', '{THIRD}', NULL, NULL)",
    "out-of-order: refund_step": f"{STEP} (1, 3, 'returned', '2012-03-28', '2012-03-28', '{THIRD}', NULL, 'x')",
    "another-file": f"{STEP} (1, 3, 'approved', '2012-03-28', '2012-03-28', '{THIRD}', 1, 'x')",
}


@pytest.mark.parametrize("rule", AROUND)
def test_the_database_refuses_what_goes_around_the_program(books: str, rule: str) -> None:
    desk.done(books, "settings", "set", "people", "three", by=CHIEF)
    with around.writing(books) as connection:
        connection.execute(text(PAYMENT_FILE))
        with pytest.raises(DatabaseError, match=rule):
            connection.execute(text(AROUND[rule]))


VOIDED = {
    "same-person: refund_step": ("1", f"'{CLERK} '", "1", "'x'"),
    "another-file: refund_step": ("1", f"'{CHIEF}'", "NULL", "'x'"),
    "another-file": ("1", f"'{CHIEF}'", "1", "NULL"),
}


@pytest.mark.parametrize("rule", VOIDED)
def test_the_database_takes_nothing_back_from_a_file_without_its_number_and_a_reason(
    books: str, out: Path, rule: str
) -> None:
    desk.done(books, *FILE, str(out))
    refund, by, file, reason = VOIDED[rule]
    step = f"{STEP} ({refund}, 4, 'approved', '2012-03-28', '2012-03-28', {by}, {file}, {reason})"
    with (
        around.writing(books) as connection,
        pytest.raises(DatabaseError, match=rule),
    ):
        connection.execute(text(step))


# --- void -----------------------------------------------------------------------------------------------------------


def void(reason: str = "取組日の誤り", *, on: str = "2012-03-27", by: str = CHIEF) -> tuple[str, ...]:
    """The words that declare the first file void."""
    return ("refund", "void", "1", "--reason", reason, "--on", on, "--by", by)


def test_void_brings_back_what_was_approved_by_whom_it_was_approved(books: str, out: Path) -> None:
    desk.done(books, *FILE, str(out))
    refused(books, "refund-out-of-order", "refund", "reject", "2", "--on", "2012-03-28", "--reason", "死亡")
    answer = desk.answered(books, *void(by=THIRD))
    assert answer == {"no": 1, "changed": True, "refunds": [1, 2, 3]}
    assert states(books) == dict.fromkeys((1, 2, 3), ("approved", None))
    desk.done(books, "refund", "reject", "2", "--on", "2012-03-28", "--reason", "死亡")
    assert {each["approved_by"] for each in desk.answered(books, "refund", "list")} == {CHIEF}
    assert THIRD not in desk.done(books, "refund", "list", "--as-of", "2012-04-30").stdout
    assert desk.answered(books, *void())["changed"] is False
    refused(books, "done-differently", *void("別の理由"))
    refused(books, "file-in-the-way", "refund", "file", "--on", "2012-03-29", "--out", str(out))
    assert desk.answered(books, "refund", "file", "--on", "2012-03-27", "--out", str(out.with_name("2")))["no"] == 2
    desk.done(books, "verify")


def test_void_is_refused_whole(books: str, out: Path) -> None:
    refused(books, "unknown-payment-file", *void())
    desk.done(books, *FILE, str(out))
    refused(books, "before-the-step-before", *void("", on="2012-03-23", by=CLERK))
    refused(books, "no-reason-given", *void(" ", by=CLERK))
    refused(books, "same-person-voids", *void(by=f" {CLERK}"))
    desk.done(books, "refund", "paid", "3", "--on", "2012-03-28")
    assert "3 (支払済)" in refused(books, "payment-file-gone-on", *void("", on="2012-03-23"))
    assert states(books)[1] == ("filed", 1)


def test_a_file_is_void_although_an_account_in_it_has_changed(books: str, tmp_path: Path, out: Path) -> None:
    """That is often why; and the next file waits for the second person's word."""
    desk.done(books, *FILE, str(out))
    account(books, tmp_path, "9999,001,当座,7654321,コウヤマ タロウ")
    desk.done(books, *void())
    refused(books, "not-ready-to-file", "refund", "file", "--on", "2012-03-29", "--out", str(out))


def test_approving_again_takes_nothing_out_of_a_file(books: str, out: Path) -> None:
    desk.done(books, *FILE, str(out))
    again = ("refund", "approve", "1", "--on")
    assert desk.answered(books, *again, "2012-03-26", "--by", CHIEF)["changed"] is False
    refused(books, "refund-out-of-order", *again, "2012-03-28", by=CHIEF)


# --- verify ---------------------------------------------------------------------------------------------------------

TAMPERED = {
    "UPDATE payment_file SET yen = 1": "file-differs",
    "UPDATE payment_file SET refund_count = 1": "file-differs",
    "UPDATE payment_file SET content = 'x'": "file-changed",
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_verify_counts_each_file_again(books: str, out: Path, statement: str) -> None:
    """Also where somebody made every seal anew: so only what is reckoned is looked at here."""
    desk.done(books, *FILE, str(out))
    with around.writing(books) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        triggers.drop_all(connection)
        connection.execute(text(statement))
        found = [(file.code, file.where) for file in workflows.payment_files(connection, bank.agrees)]
        sealed = verification.verify(connection).faults[0]
        connection.rollback()
    assert found == [(TAMPERED[statement], "payment_file 1")]
    assert (sealed.code, sealed.where) == ("row-changed", "payment_file 1")


def test_a_file_that_was_changed_in_the_books_is_not_written_again(books: str, out: Path) -> None:
    desk.done(books, *FILE, str(out))
    out.unlink()
    with create_engine(database.parse_url(books), poolclass=NullPool).begin() as connection:
        triggers.drop_all(connection)
        connection.execute(text("UPDATE payment_file SET content = replace(content, '8765432', '1111111')"))
        triggers.create_all(connection)
    refused(books, "payment-file-changed", *FILE, str(out))
    assert not out.exists()
