"""A transfer of which nobody knows whose it is goes back to the account of a payee whom a second person approved."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from ledger.store import database
from tests import around, banked, desk, posted
from tests.banked import Line
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, MEMBER
from tests.logins import Login, attack, granted, logins
from tests.server import Server
from tests.test_refund_states import OLD, THIRD, account, brought, refused

__all__ = ["logins"]

pytestmark = pytest.mark.thorough

DEPOSIT = "N-9"
PAYEES = f"照会番号,{desk.PAYEES}".replace("申込番号,", "")
SENDER = "庚野 四郎,カノエノ シロウ,9999,999,普通,3334445,振込人本人,2012-03-24"
NUMBER, HOLDER = "3334445", "ｶﾉｴﾉ ｼﾛｳ"
DAY = "2012-03-28"
FILE = ("refund", "file", "--on", DAY, "--out")
OF = (DEPOSIT, "--deposit")


def loose(url: str, folder: Path) -> None:
    """A transfer of an unknown payer, of which the return, refund 1, is proposed; and a fee that a member paid."""
    with database.writing(url) as connection:
        posted.application(connection, "A-1")
        posted.deposit(connection, DEPOSIT, None, yen=500, on=posted.MAILED)
    account(url, folder, OLD)
    desk.payer(url)
    desk.done(url, "book", "--through", "2012-03-22")
    desk.done(url, "overpaid", "return", DEPOSIT, "--on", "2012-03-23")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def begun(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which the return of a transfer of an unknown payer is proposed."""
    with desk.books(request, loose, "transfers") as url:
        yield copies(request, url, request.param)


@pytest.fixture
def books(begun: Copies) -> Iterator[str]:
    """Books in which it is proposed."""
    with begun.copy() as url:
        yield url


def named(url: str, folder: Path, cells: str = SENDER) -> None:
    """A payee of the transfer, whom a second person approved."""
    brought(url, folder, PAYEES, f"{DEPOSIT},{cells}")
    desk.done(url, "payee", "approve", *OF, by=CHIEF)


def approved(url: str, folder: Path) -> None:
    """A payee who counts, to whom the return is approved."""
    named(url, folder)
    desk.done(url, "overpaid", "approve", "1", "--on", "2012-03-26", by=CHIEF)


def state(url: str) -> str:
    """The state of the return."""
    return str(desk.answered(url, "refund", "list")[0]["state"])


def known_whose(url: str, folder: Path) -> None:
    """It becomes known that the transfer is for the application of the member, of which the fee is paid already."""
    headings = "照会番号,入金日,金額,振込依頼人名,申込番号,把握日"
    brought(url, folder, headings, f"{DEPOSIT},2012-01-26,500,ｺｳﾔﾏ ﾀﾛｳ,A-1,2012-03-27")


# --- the way of the money ---------------------------------------------------------------------------------------------


def test_money_of_an_unknown_payer_goes_to_the_payee_whom_a_second_person_approved(books: str, tmp_path: Path) -> None:
    out = tmp_path / "f.txt"
    desk.done(books, "overpaid", "approve", "1", "--on", "2012-03-25", by=CHIEF)
    said = refused(books, "not-ready-to-file", *FILE, str(out))
    assert "seisan template payees" in said and f"seisan payee approve '{DEPOSIT}' --deposit" in said
    brought(books, tmp_path, PAYEES, f"{DEPOSIT},{SENDER}")
    said = refused(books, "not-ready-to-file", *FILE, str(out))
    assert f"seisan payee approve '{DEPOSIT}' --deposit" in said and "seisan template" not in said
    assert DEPOSIT in refused(books, "payee-not-approved", "refund", "paid", "1", "--on", DAY)
    refused(books, "same-person-brought-payee", "payee", "approve", *OF, by=f" {CLERK}")
    said = desk.done(books, "payee", "approve", DEPOSIT, by=CHIEF).stdout
    assert "***4445" in said and NUMBER not in said and DEPOSIT in said
    assert desk.answered(books, "payee", "approve", *OF, "--by", THIRD) == {
        "application": None,
        "deposit": DEPOSIT,
        "name": "庚野 四郎",
        "changed": False,
    }
    # What had been approved was nobody.
    assert "庚野 四郎" in refused(books, "approval-fell", "refund", "paid", "1", "--on", DAY)
    desk.done(books, "overpaid", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    shown = desk.answered(books, "refund", "show", "1")
    assert (shown["member"], shown["payee"], shown["account"]) == (None, "庚野 四郎", "***4445")
    assert shown["approved_for"] == "庚野 四郎 ***4445"
    written = desk.answered(books, *FILE, str(out))
    assert [(row["member"], row["name"], row["deposit"]) for row in written["refunds"]] == [
        (None, "庚野 四郎", DEPOSIT)
    ]
    content = out.read_bytes()
    assert NUMBER.encode() in content and HOLDER.encode("cp932") in content
    out.unlink()
    desk.done(books, *FILE, str(out))
    assert out.read_bytes() == content
    desk.done(books, "refund", "paid", "--file", "1", "--on", DAY)
    assert desk.answered(books, "refund", "list")[0]["account"] == "***4445"
    (listed,) = desk.answered(books, "payee", "list")["payees"]
    assert (listed["application"], listed["deposit"], listed["approved_by"]) == (None, DEPOSIT, CHIEF)
    desk.verifies(books)


def test_papers_and_the_month_tell_who_received_it(books: str, tmp_path: Path) -> None:
    approved(books, tmp_path)
    desk.done(books, *FILE, str(tmp_path / "f.txt"))
    desk.done(books, "refund", "paid", "1", "--on", DAY)
    for words, out in (
        (("refund", "advice", "1"), "返金通知書.xlsx"),
        (("statement", "month", "2012-03"), "月次.xlsx"),
    ):
        desk.done(books, *words, "--out", str(tmp_path / out))
        cells = [
            str(cell.value) for sheet in load_workbook(tmp_path / out) for row in sheet.iter_rows() for cell in row
        ]
        assert any("庚野 四郎" in cell for cell in cells), out
        assert any("4445" in cell for cell in cells) and not any(NUMBER in cell for cell in cells), out
    desk.done(books, "verify", str(tmp_path / "月次.xlsx"))
    assert desk.answered(books, "payee", "list", "--member", MEMBER)["payees"] == []
    assert DEPOSIT in desk.done(books, "find", DEPOSIT).stdout
    desk.done(books, "export", "books", str(tmp_path / "帳簿"))
    written = "".join(file.read_text(encoding="utf-8-sig") for file in (tmp_path / "帳簿").rglob("*.csv"))
    assert "庚野 四郎" in written and NUMBER not in written


def test_the_bank_pays_it_and_brings_it_back(books: str, tmp_path: Path) -> None:
    approved(books, tmp_path)
    desk.done(books, *FILE, str(tmp_path / "f.txt"))
    of = (desk.PAYER["payer_bank"], desk.PAYER["payer_branch"], desk.PAYER["payer_account"])
    for words, line, after in (
        (("refund", "paid"), Line(date(2012, 3, 28), -500, 1, HOLDER), "paid"),
        (("refund", "returned"), Line(date(2012, 4, 3), 500, 9, f"ｸﾐﾓﾄﾞｼ {HOLDER}"), "returned"),
    ):
        records = banked.ended(banked.statement([line], before=100_000, account=of))
        (path := tmp_path / "明細.txt").write_bytes(banked.written(records))
        assert desk.answered(books, *words, "--from", str(path))["recorded"] == [1]
        assert state(books) == after
    # Another account of the same person is brought and approved, and it is paid once more.
    named(books, tmp_path, SENDER.replace(NUMBER, "3334446").replace("03-24", "04-03"))
    desk.done(books, "refund", "approve", "1", "--on", "2012-04-04", by=CHIEF)
    desk.done(books, "refund", "file", "--on", "2012-04-05", "--out", str(tmp_path / "g.txt"))
    assert b"3334446" in (tmp_path / "g.txt").read_bytes()
    desk.done(books, "refund", "void", "2", "--reason", "取組日の誤り", "--on", "2012-04-05", by=CHIEF)
    assert state(books) == "approved"
    desk.verifies(books)


def test_proposed_for_a_payee_who_counts_it_is_approved_at_once(books: str, tmp_path: Path) -> None:
    desk.done(books, "overpaid", "reject", "1", "--reason", "口座不明", "--on", "2012-03-24", by=CHIEF)
    named(books, tmp_path)
    desk.done(books, "overpaid", "return", DEPOSIT, "--on", "2012-03-25")
    desk.done(books, "overpaid", "approve", "2", "--on", "2012-03-26", by=CHIEF)
    desk.done(books, *FILE, str(tmp_path / "f.txt"))
    desk.verifies(books)


def test_once_it_is_known_whose_it_is_it_goes_to_them(books: str, tmp_path: Path) -> None:
    approved(books, tmp_path)
    known_whose(books, tmp_path)
    assert MEMBER in refused(books, "approval-fell", "refund", "paid", "1", "--on", DAY)
    assert "approve 1" in refused(books, "not-ready-to-file", *FILE, str(tmp_path / "f.txt"))
    desk.done(books, "overpaid", "approve", "1", "--on", "2012-03-27", by=CHIEF)
    desk.done(books, *FILE, str(tmp_path / "f.txt"))
    assert NUMBER.encode() not in (tmp_path / "f.txt").read_bytes()
    desk.verifies(books)


def test_a_payee_waits_only_as_long_as_nobody_knows_whose_it_is(books: str, tmp_path: Path) -> None:
    def waiting() -> list[str]:
        found = desk.answered(books, "todo", "--as-of", "2012-03-31")["todo"]
        return [row["next"] for row in found if row["kind"] == "payees_proposed"]

    brought(books, tmp_path, PAYEES, f"{DEPOSIT},{SENDER}")
    assert waiting() == [f"seisan payee approve {DEPOSIT} --deposit"]
    known_whose(books, tmp_path)
    assert waiting() == []


def test_a_payee_of_a_transfer_is_ended_by_two(books: str, tmp_path: Path) -> None:
    reason = ("--reason", "振込人ではなかった")
    assert DEPOSIT in refused(books, "no-payee-to-end", "payee", "end", *OF, *reason)
    refused(books, "no-payee-to-approve", "payee", "approve", *OF, by=CHIEF)
    refused(books, "unknown-deposit", "payee", "approve", "N-99", "--deposit", by=CHIEF)
    approved(books, tmp_path)
    said = desk.done(books, "payee", "end", *OF, *reason).stdout
    assert f"seisan payee approve-end {DEPOSIT} --deposit" in said
    said = refused(books, "payee-end-waits", "refund", "paid", "1", "--on", DAY)
    assert f"'{DEPOSIT}' --deposit" in said
    refused(books, "same-person-ends-payee", "payee", "approve-end", *OF)
    desk.done(books, "payee", "reject-end", DEPOSIT, "--reason", "届出のとおり", by=CHIEF)
    desk.done(books, "payee", "end", DEPOSIT, *reason)
    desk.done(books, "payee", "approve-end", DEPOSIT, by=CHIEF)
    assert desk.answered(books, "payee", "list")["payees"] == []
    refused(books, "approval-fell", "refund", "paid", "1", "--on", DAY)
    desk.verifies(books)


def test_an_application_may_have_the_number_of_a_transfer(books: str, tmp_path: Path) -> None:
    with database.writing(books) as connection:
        posted.application(connection, DEPOSIT)
    brought(books, tmp_path, desk.PAYEES, f"{DEPOSIT},{desk.HEIR},2012-03-24")
    brought(books, tmp_path, PAYEES, f"{DEPOSIT},{SENDER}")
    desk.done(books, "payee", "approve", DEPOSIT, by=CHIEF)
    approvals = {(row["deposit"], row["approved_by"]) for row in desk.answered(books, "payee", "list")["payees"]}
    assert approvals == {(None, CHIEF), (DEPOSIT, None)}
    assert desk.answered(books, "payee", "approve", *OF, "--by", CHIEF)["deposit"] == DEPOSIT


def test_a_payee_that_was_withdrawn_receives_nothing(books: str, tmp_path: Path) -> None:
    approved(books, tmp_path)
    no = max(taken["no"] for taken in desk.answered(books, "imports")["imports"])
    desk.done(books, "withdraw", str(no), "--reason", "別人の届出", "--on", "2012-03-27")
    refused(books, "approval-fell", "refund", "paid", "1", "--on", DAY)
    desk.verifies(books)


# --- the file that brings a payee -------------------------------------------------------------------------------------

BOTH = f"照会番号,{desk.PAYEES}"
# The lines of a file, and each of its problems: row, column, code.
WRONG: dict[str, tuple[str, list[str], list[tuple[int, str, str]]]] = {
    "both": (BOTH, [f"{DEPOSIT},A-1,{SENDER}"], [(2, "照会番号", "only-one")]),
    "neither": (BOTH, [f",,{SENDER}"], [(2, "申込番号", "one-needed")]),
    "a transfer that nobody knows": (PAYEES, [f"N-99,{SENDER}"], [(2, "照会番号", "unknown-deposit")]),
    "a transfer of which it is known whose it is": (PAYEES, [f"P-A-1,{SENDER}"], [(2, "照会番号", "known-whose")]),
    "two of one transfer": (
        PAYEES,
        [f"{DEPOSIT},{SENDER}", f"{DEPOSIT},{SENDER.replace(NUMBER, '3334446')}"],
        [(3, "照会番号", "twice")],
    ),
    "a bank that there is not": (
        PAYEES,
        [f"{DEPOSIT},{SENDER.replace('9999,999', '9998,999')}"],
        [(2, "銀行番号", "unknown-bank")],
    ),
    "several": (
        BOTH,
        [f"{DEPOSIT},A-1,{SENDER}", f",,{SENDER}", f"{DEPOSIT},,{SENDER}", f"N-99,,{SENDER}"],
        [(2, "照会番号", "only-one"), (3, "申込番号", "one-needed"), (5, "照会番号", "unknown-deposit")],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_at_its_row_and_nothing_is_taken_in(books: str, tmp_path: Path, case: str) -> None:
    headings, lines, wrong = WRONG[case]
    if case.endswith("whose it is"):
        with database.writing(books) as connection:
            posted.deposit(connection, "P-A-1", "A-1", yen=500, on=posted.MAILED)
    (path := tmp_path / "受取人.csv").write_text("\n".join([headings, *lines]) + "\n", encoding="utf-8")
    before = desk.held(books)
    answer = desk.typed(books, "import", str(path), "--json")
    assert answer.exit_code == 3
    problems = [(row["row"], row["column"], row["code"]) for row in json.loads(answer.stdout)["problems"]]
    assert problems == wrong
    assert desk.held(books) == before


def test_one_import_brings_the_transfer_and_who_receives_it_or_whose_it_is(books: str, tmp_path: Path) -> None:
    headings = "照会番号,入金日,金額,振込依頼人名,申込番号,把握日"
    files = {
        "入金.csv": (headings, "N-10,2012-03-06,300,ｶﾉｴﾉ ｼﾛｳ,,2012-03-06"),
        "受取人.csv": (PAYEES, f"N-10,{SENDER}"),
        "入金2.csv": (headings, "N-11,2012-03-06,300,ｺｳﾔﾏ ﾀﾛｳ,A-1,2012-03-06"),
        "受取人2.csv": (PAYEES, f"N-11,{SENDER}"),
    }
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    answer = desk.typed(books, "import", str(tmp_path / "受取人2.csv"), str(tmp_path / "入金2.csv"))
    assert answer.exit_code == 3 and "(known-whose)" in answer.stderr and "A-1" in answer.stderr
    desk.done(books, "import", str(tmp_path / "受取人.csv"), str(tmp_path / "入金.csv"))
    (payee,) = desk.answered(books, "payee", "list")["payees"]
    assert (payee["deposit"], payee["member"]) == ("N-10", None)
    # The same file again tells nothing, and another account waits for its own approval.
    brought(books, tmp_path, PAYEES, f"Ｎ－10,{SENDER}")
    assert len(desk.answered(books, "payee", "list")["payees"]) == 1


# --- around the program -----------------------------------------------------------------------------------------------

_PAYEE = (
    "INSERT INTO payee_known ({}, name, bank, branch, account_type, account_number, account_name, known_on, source)"
    " VALUES ({}, '庚野 四郎', '9999', '999', '1', '3334446', 'カノエノ シロウ', '2012-03-25',"
    " (SELECT max(id) FROM source))"
)
_STEP = (
    'INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, "by", payee) VALUES'
    " (1, 2, 'approved', '2012-03-26', '2012-03-26', '{by}', {payee})"
)
_LOOKED = (
    'INSERT INTO looked (no, {} purpose, recorded_at, "by")'
    " SELECT 1 + coalesce(max(no), 0), {} 'x', '2012-03-26', 'x' FROM looked"
)
_LAST = "(SELECT max(id) FROM payee_known)"
AROUND = {
    "of an application and a transfer": (
        _PAYEE.format("application, deposit", f"'A-1', '{DEPOSIT}'"),
        "payee_known_subj",
    ),
    "of nothing": (_PAYEE.format("relation", "'x'"), "ck_payee_known_subj"),
    "of a transfer of which it is known whose it is": (_PAYEE.format("deposit", "'P-A-1'"), "known-whose: payee_known"),
    "approved by who brought it": (
        f"INSERT INTO payee_approval (payee_known, recorded_at, \"by\") VALUES ({_LAST}, '2012-03-26', '{CLERK} ')",
        "same-person: payee_approval",
    ),
    "changed": ("UPDATE payee_known SET deposit = 'P-A-1' WHERE deposit IS NOT NULL", "append-only"),
    "a return to a payee whom nobody approved": (_STEP.format(by=CHIEF, payee=_LAST), "approval-fell: refund_step"),
    "a look at an account of nobody": (_LOOKED.format("", ""), "ck_looked_subject"),
    "a look at an account of two": (
        _LOOKED.format("member, deposit,", f"'{MEMBER}', '{DEPOSIT}',"),
        "ck_looked_subject",
    ),
}


@pytest.mark.parametrize("case", AROUND)
def test_the_database_refuses_what_goes_around_the_program(books: str, tmp_path: Path, case: str) -> None:
    statement, rule = AROUND[case]
    with database.writing(books) as connection:
        posted.deposit(connection, "P-A-1", "A-1", yen=500, on=posted.MAILED)
    brought(books, tmp_path, PAYEES, f"{DEPOSIT},{SENDER}")
    with around.writing(books) as connection, pytest.raises(DatabaseError, match=rule):
        connection.execute(text(statement))


# Once a payee counts: an approval that does not bind them, and one that does.
BINDS = {"NULL": False, _LAST: True}


@pytest.mark.parametrize("payee", BINDS)
def test_an_approval_around_the_program_binds_the_payee_who_counts(books: str, tmp_path: Path, payee: str) -> None:
    named(books, tmp_path)
    with around.writing(books) as connection:
        if BINDS[payee]:
            connection.execute(text(_STEP.format(by=CHIEF, payee=payee)))
            return
        with pytest.raises(DatabaseError, match="approval-fell: refund_step"):
            connection.execute(text(_STEP.format(by=CHIEF, payee=payee)))


_FILED = (
    'INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, "by", payment_file) VALUES'
    " (1, 3, 'filed', '2012-03-28', '2012-03-28', 'x', 1)"
)


@pytest.mark.parametrize("then", ["another payee waits", "it is known whose it is"])
def test_what_is_put_in_a_file_around_the_program_goes_to_who_was_approved(
    books: str, tmp_path: Path, then: str
) -> None:
    approved(books, tmp_path)
    if then == "another payee waits":
        brought(books, tmp_path, PAYEES, f"{DEPOSIT},{SENDER.replace(NUMBER, '3334446').replace('03-24', '03-27')}")
    else:
        known_whose(books, tmp_path)
    with around.writing(books) as connection, pytest.raises(DatabaseError, match="approval-fell: refund_step"):
        connection.execute(text(_FILED))


# --- the roles of PostgreSQL ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["postgresql"])
def of_roles(request: pytest.FixtureRequest, logins: dict[str, str], server: Server) -> Iterator[Login]:
    """The address of such books for a login, or for their owner."""
    with desk.books(request, loose, "roles") as url:
        granted(url, logins, server)
        yield lambda who: url if who == "owner" else url.replace("postgres@", f"{logins[who]}@")


def test_the_number_is_read_once_it_is_recorded_that_this_login_looks(of_roles: Login, tmp_path: Path) -> None:
    clerk, approver, owner = map(of_roles, ("clerk", "approver", "owner"))
    brought(clerk, tmp_path, PAYEES, f"{DEPOSIT},{SENDER}")
    desk.done(approver, "payee", "approve", *OF, by=CHIEF)
    # What a file leaves out is carried on, though whoever writes it does not know the number.
    relation = SENDER.replace("振込人本人", "振込人").replace("03-24", "03-25")
    brought(clerk, tmp_path, PAYEES, f"{DEPOSIT},{relation}")
    desk.done(approver, "payee", "approve", *OF, by=CHIEF)
    desk.done(approver, "overpaid", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    read = "SELECT account_number('payee_known', (SELECT max(id) FROM payee_known))"
    for login, by in ((clerk, CLERK), (approver, CHIEF)):  # a look at another account shows nothing of this one
        desk.done(login, "account", "show", MEMBER, "--purpose", "照会", by=by)
        assert "not-permitted: looked" in attack(login, read)
    out = tmp_path / "f.txt"
    desk.done(clerk, *FILE, str(out))
    assert NUMBER.encode() in out.read_bytes()
    with create_engine(database.parse_url(clerk), poolclass=NullPool).connect() as connection:
        assert connection.execute(text(read)).scalar() == NUMBER
        assert connection.execute(text("SELECT member, deposit FROM looked ORDER BY no")).all() == [
            *[(MEMBER, None)] * 2,
            (None, DEPOSIT),
        ]
        assert NUMBER in str(connection.execute(text("SELECT payment_content(1)")).scalar())
    assert "not-permitted: looked" in attack(approver, "SELECT payment_content(1)")
    out.unlink()
    desk.done(approver, *FILE, str(out), by=CHIEF)
    assert NUMBER.encode() in out.read_bytes()
    for login in (clerk, approver, of_roles("auditor"), owner):
        desk.done(login, "verify")
