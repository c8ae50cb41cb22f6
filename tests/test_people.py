"""People: nobody approves their own under another spelling, and a changed bank account holds its refunds.

What is refused is recorded; account numbers and passwords are shown nowhere, but for the one command that records it.
"""

import io
import json
import os
import re
import shlex
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from exports.demo import play
from ledger import masking, tables
from ledger.errors import AccountNotApproved, Exit
from ledger.people import accounts, register
from ledger.store import database, upgrade
from tests import desk, given, posted
from tests.commands import COMMANDS, EXAMPLES, OPTIONS
from tests.desk import ANOTHER, CHIEF, CLERK, MEMBER, ON
from tests.given import source
from tests.test_cli import demo
from tests.test_demo import cells

pytestmark = pytest.mark.thorough

SQLITE, POSTGRESQL = (
    pytest.mark.parametrize("engine", [literal], indirect=True) for literal in ("sqlite", "postgresql")
)
FIRST, SECOND, THIRD = "1234567", "7654321", "5550123"


def brought(url: str, number: str, *, member: str = MEMBER, by: str = CLERK, known_on: str = "") -> None:
    """A register of members that gives a member this bank account."""
    headings = "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ,把握日"
    path = Path(os.environ["TMPDIR_OF_TEST"]) / f"口座{number}{known_on}.csv"
    line = f"{member},甲山 太郎,東京,9999,999,普通,{number},コウヤマ タロウ,{known_on}"
    path.write_text(f"{headings}\n{line}\n", encoding="utf-8")
    desk.done(url, "import", str(path), by=by)


@pytest.fixture
def books(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books with an application whose fee comes back and one that was paid twice, of a member with a bank account."""
    monkeypatch.setenv("TMPDIR_OF_TEST", str(tmp_path))
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
        posted.deposit(connection, "N-2", "A-1", on=posted.MAILED)
    brought(book_url, FIRST, known_on="2012-01-01")
    return book_url


def refused(url: str, code: str, *words: str, by: str = CHIEF) -> None:
    """Insists that a command is refused with this code, and that this is the last refusal recorded."""
    answer = desk.typed(url, *words, by=by)
    assert (answer.exit_code, f"({code})" in answer.stderr) == (Exit.REFUSED, True), answer.output
    last = desk.answered(url, "refusals")["refusals"][-1]
    command = " ".join(words[: 2 if words[0] in ("refund", "credit", "account", "overpaid") else 1])
    assert (last["code"], last["by"], last["command"]) == (code, by.strip(), command)


# --- a second person ------------------------------------------------------------------------------------------------

SPELLINGS = ("乙川", "乙　川", " 乙川 ", "乙川\u3000")


@pytest.mark.parametrize("one", [*SPELLINGS, "Otsukawa", "髙田"])
def test_nobody_approves_their_own_under_another_spelling(books: str, one: str) -> None:
    other = {"Otsukawa": "ｏｔｓｕ ＫＡＷＡ", "髙田": "高田"}.get(one, "乙川")
    desk.done(books, "refund", "propose", "A-1", "--on", ON, by=one)
    refused(books, "same-person-approves", "refund", "approve", "1", "--on", ON, by=other)
    brought(books, SECOND, by=one, known_on="2012-02-01")
    refused(books, "same-person-brought-account", "account", "approve", MEMBER, by=other)
    desk.done(books, "account", "approve", MEMBER, by=CHIEF)
    desk.done(books, "refund", "approve", "1", "--on", ON, by=CHIEF)


# --- bank accounts --------------------------------------------------------------------------------------------------


def test_first_account_needs_nobodys_word(books: str) -> None:
    assert desk.answered(books, "account", "list") == {"changes": []}
    refused(books, "no-change-to-approve", "account", "approve", MEMBER)
    refused(books, "unknown-member", "account", "approve", "東京 第1号")
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    desk.done(books, "refund", "approve", "1", "--on", ON, by=CHIEF)
    desk.done(books, "refund", "paid", "1", "--on", ON)


def test_changed_account_holds_refunds_until_a_second_person_has_approved_it(books: str) -> None:
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    brought(books, SECOND, known_on="2012-03-01")
    refused(books, "account-not-approved", "refund", "approve", "1", "--on", ON)
    refused(books, "same-person-brought-account", "account", "approve", MEMBER, by=CLERK)
    assert desk.answered(books, "account", "approve", MEMBER, "--by", CHIEF) == {"member": MEMBER, "changed": True}
    assert desk.answered(books, "account", "approve", MEMBER, "--by", "丁山") == {"member": MEMBER, "changed": False}
    desk.done(books, "refund", "approve", "1", "--on", ON, by=CHIEF)
    brought(books, THIRD, known_on="2012-03-02")
    refused(books, "account-not-approved", "refund", "approve", "1", "--on", ON)  # what was approved is another
    refused(books, "account-not-approved", "refund", "paid", "1", "--on", ON, by=CLERK)
    desk.done(books, "account", "approve", MEMBER, by=CHIEF)
    refused(books, "approval-fell", "refund", "paid", "1", "--on", ON, by=CLERK)
    desk.done(books, "refund", "approve", "1", "--on", ON, by=CHIEF)
    desk.done(books, "refund", "paid", "1", "--on", ON)
    brought(books, FIRST, known_on="2012-04-20")
    desk.done(books, "refund", "paid", "1", "--on", ON)
    desk.done(books, "refund", "returned", "1", "--on", ON, "--reason", "口座なし")
    refused(books, "account-not-approved", "refund", "approve", "1", "--on", "2012-04-25")


def test_an_account_that_was_withdrawn_leaves_no_place_for_another(books: str) -> None:
    """One person takes the first account back and brings another: it waits, by the database too; the same again not."""
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    desk.done(books, *desk.resolved(books, "withdraw last"), "--reason", "誤り", "--on", "2012-02-01")
    brought(books, SECOND, known_on="2012-03-01")
    refused(books, "account-not-approved", "refund", "approve", "1", "--on", ON)
    with database.writing(books, dry_run=True) as connection:
        assert _held_by_the_database(connection)
    refused(books, "same-person-brought-account", "account", "approve", MEMBER, by=CLERK)
    brought(books, FIRST, known_on="2012-03-02")
    desk.done(books, "refund", "approve", "1", "--on", ON, by=CHIEF)


def test_changed_account_holds_overpayments_as_well(books: str) -> None:
    desk.done(books, "overpaid", "return", "N-2", "--on", ON)
    brought(books, SECOND, known_on="2012-03-01")
    refused(books, "account-not-approved", "overpaid", "approve", "1", "--on", ON)
    desk.done(books, "account", "approve", MEMBER, by=CHIEF)
    desk.done(books, "overpaid", "approve", "1", "--on", ON, by=CHIEF)


def test_account_of_another_member_waits_though_it_is_the_first(books: str) -> None:
    """Members of one office may share an account: that is for a second person to say, who sees whose it is."""
    brought(books, FIRST, member=ANOTHER, known_on="2012-02-01")
    with database.writing(books) as connection:
        given.application(connection, source(connection), "A-2", posted.ELIGIBLE, member=ANOTHER, as_of=posted.ASKED)
    desk.done(books, "refund", "propose", "A-2", "--on", ON)
    refused(books, "account-not-approved", "refund", "approve", "1", "--on", ON)
    refused(books, "same-person-brought-account", "account", "approve", ANOTHER, by=CLERK)
    (change,) = desk.answered(books, "account", "list")["changes"]
    assert (change["member"], change["also_of"], set(change["was"].values())) == (ANOTHER, MEMBER, {None})
    assert MEMBER in desk.done(books, "account", "list").stdout
    desk.done(books, "account", "approve", ANOTHER, by=CHIEF)
    desk.done(books, "refund", "approve", "1", "--on", ON, by=CHIEF)
    brought(books, FIRST, member=ANOTHER, known_on="2012-03-01")
    assert waiting(books) == {}


def test_whichever_waits_is_approved_first_each_word_is_sealed(books: str) -> None:
    """Accounts and payees brought one after the other, approved the other way round: nothing is left unsealed."""
    brought(books, FIRST, member=ANOTHER, known_on="2012-02-01")
    for number, member in ((SECOND, MEMBER), (THIRD, ANOTHER)):
        brought(books, number, member=member, known_on="2012-03-01")
    heirs = Path(os.environ["TMPDIR_OF_TEST"]) / "受取人.csv"
    with database.writing(books) as connection:
        given.application(connection, source(connection), "A-2", posted.ELIGIBLE, member=ANOTHER, as_of=posted.ASKED)
    lines = (f"{number},{desk.HEIR},2012-03-24" for number in ("A-1", "A-2"))
    heirs.write_text("\n".join([desk.PAYEES, *lines, ""]), encoding="utf-8")
    desk.done(books, "import", str(heirs))
    for words in (("account", "approve", ANOTHER), ("account", "approve", MEMBER)):
        desk.done(books, *words, by=CHIEF)
    for number in ("A-2", "A-1"):
        desk.done(books, "payee", "approve", number, by=CHIEF)
    desk.sound(books)


def test_account_that_waits_is_shown_as_waiting(books: str, tmp_path: Path) -> None:
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    asked = ("refund", "list", "--as-of", "2012-09-30")
    statement = ("statement", "member", MEMBER, "--as-of", "2012-09-30", "--out", str(tmp_path / "x.xlsx"))
    brought(books, SECOND, known_on="2012-03-01")
    marks = (" (change not approved)", "変更は未承認")
    for waits in (True, False):
        assert any(mark in desk.done(books, *asked).stdout for mark in marks) is waits
        assert [each["account_waits"] for each in desk.answered(books, *asked)] == [waits]
        desk.done(books, *statement)
        assert any(mark in written(tmp_path / "x.xlsx") for mark in marks) is waits
        (change,) = desk.answered(books, "account", "list")["changes"]
        assert (change["was"]["account_number"], change["now"]["account_number"]) == ("***4567", "***4321")
        assert change["approved_by"] == (None if waits else CHIEF)
        assert desk.typed(books, "account", "approve", MEMBER, by=CHIEF).exit_code == 0


def test_a_row_dated_back_or_brought_again_hides_no_change(books: str) -> None:
    brought(books, SECOND, known_on="2012-03-01")
    brought(books, FIRST, known_on="2011-06-01")
    refused(books, "same-person-brought-account", "account", "approve", MEMBER, by=CLERK)
    brought(books, SECOND, known_on="2012-03-02")
    brought(books, SECOND, known_on="2012-03-03", by="丁山")
    assert list(waiting(books)) == [MEMBER]
    brought(books, FIRST, known_on="2012-03-04")
    assert waiting(books) == {}


def waiting(url: str) -> dict[str, accounts.AccountChange]:
    """The accounts that wait."""
    with database.reading(url) as connection:
        return accounts.waiting(connection)


# Each row brings an account, or none, with a day of knowing; some are approved at once when they wait.
HISTORIES = st.lists(
    st.tuples(st.sampled_from([None, FIRST, SECOND, THIRD]), st.integers(1, 6), st.booleans()), min_size=1, max_size=7
)


@settings(max_examples=25)
@example(history=HISTORIES)
def test_program_and_database_agree_on_which_account_waits(
    new_book: Callable[[], str], history: list[tuple[str | None, int, bool]]
) -> None:
    """And nothing is trusted that is neither the first account nor approved; another member had the second before."""
    with database.writing(new_book(), dry_run=True) as connection:
        posted.application(connection, "A-1")
        given.member(connection, source(connection), ANOTHER)
        refund = "INSERT INTO refund (no, application, decision, yen) VALUES (1, 'A-1', 1, 7245)"
        decided = (
            'INSERT INTO decision (no, application, as_of, outcome, verdict, refundable, finding, recorded_at, "by")'
            " VALUES (1, 'A-1', '2012-04-01', 'eligible', 'eligible', 7245, '', '2012-04-01 00:00:00', 'x')"
        )
        for statement in (decided, refund):
            connection.execute(text(statement))
        seen: set[str | None] = set()
        trusted: set[str | None] = set()
        for member, number, day, approved in [(ANOTHER, SECOND, 1, False), *((MEMBER, *each) for each in history)]:
            account = dict.fromkeys(accounts.ACCOUNT, number) | {"account_type": number and "1"}
            known_on = date(2013, 1, day)
            row = {"member": member, "name": "甲山", "association": "東京", "known_on": known_on}
            connection.execute(tables.member_known.insert().values(row | account | {"source": source(connection)}))
            if member == ANOTHER:
                continue
            if number and not seen and number != SECOND:
                trusted.add(number)
            seen.update({number} - {None})
            if approved and accounts.waiting(connection):
                change, _new = accounts.approve_account(connection, MEMBER, by=CHIEF)
                trusted.add(change.now[3] and next(each for each in (FIRST, SECOND, THIRD) if change.now[0] == each))
            waits = bool(accounts.waiting(connection))
            assert waits == _held_by_the_database(connection)
            counts = register.require_member(connection, MEMBER).account_number
            assert waits or counts is None or counts in trusted


def _held_by_the_database(connection: Any) -> bool:
    """Whether the database refuses a step around the program."""
    step = "INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, \"by\") VALUES (1, 2, 'approved',"
    with pytest.raises(DatabaseError) as said, connection.begin_nested():
        connection.execute(text(f"{step} '2012-04-01', '2012-04-01 00:00:00', '丙田')"))
    return "account-not-approved" in str(said.value.orig)


def test_database_refuses_what_goes_around_the_program(books: str) -> None:
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    brought(books, SECOND, known_on="2012-03-01", by="Otsu Kawa")
    approval = (
        'INSERT INTO account_approval (member_known, recorded_at, "by") VALUES'
        " ((SELECT max(id) FROM member_known), '2012-04-01 00:00:00', '{}')"
    )
    step = (
        'INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, "by")'
        " VALUES (1, 2, 'approved', '2012-04-02', '2012-04-02 00:00:00', '丙田')"
    )
    for statement, rule in (
        (step, "account-not-approved"),
        (approval.format("otsu　kawa "), "same-person"),
        (approval.format("OTSUKAWA"), "same-person"),
    ):
        around = create_engine(database.parse_url(books), poolclass=NullPool)
        with around.connect() as connection, pytest.raises(DatabaseError, match=rule):
            connection.execute(text(statement))


# --- who looked -----------------------------------------------------------------------------------------------------


def test_whole_number_is_shown_once_it_is_recorded_who_looks(books: str) -> None:
    assert FIRST in desk.done(books, "account", "show", MEMBER, "--purpose", "本人からの照会").stdout
    assert desk.answered(books, "account", "show", MEMBER, "--purpose", "再送")["account_number"] == FIRST
    with database.reading(books) as connection:
        looked = connection.execute(text('SELECT no, "by", member, purpose FROM looked ORDER BY no')).all()
    assert looked == [(1, CLERK, MEMBER, "本人からの照会"), (2, CLERK, MEMBER, "再送")]
    # A key would keep the answer, and with it the number.
    assert desk.typed(books, "--key", "k", "account", "show", MEMBER, "--purpose", "照会").exit_code == Exit.USAGE
    refused(books, "no-purpose-given", "account", "show", MEMBER, "--purpose", " ")
    refused(books, "unknown-member", "account", "show", "東京 第1号", "--purpose", "照会")
    with database.writing(books) as connection:
        connection.execute(tables.member.insert().values(number=ANOTHER, source=source(connection)))
        known = {"member": ANOTHER, "name": "戊野", "association": "東京", "known_on": posted.APPLIED, "source": 1}
        connection.execute(tables.member_known.insert().values(known))
    refused(books, "no-account-known", "account", "show", ANOTHER, "--purpose", "照会")
    assert FIRST not in str(desk.answered(books, "refusals"))


def test_number_is_not_shown_when_the_look_cannot_be_recorded(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with create_engine(database.parse_url(books), poolclass=NullPool).begin() as connection:
        connection.execute(text("DROP TABLE looked"))
    with pytest.raises(DatabaseError) as failed:
        desk.typed(books, "account", "show", MEMBER, "--purpose", "照会")
    assert FIRST not in str(failed.value)


# --- what was refused -----------------------------------------------------------------------------------------------


def test_every_refusal_of_a_command_that_writes_is_recorded(books: str) -> None:
    before = desk.held(books)
    refused(books, "unknown-refund", "refund", "approve", "99")
    refused(books, "unknown-entry", "reverse", "99", "--reason", "誤り", by=" 乙　川")
    refused(books, "unknown-application", "refund", "propose", "postgresql://u:secret@host/x")
    found = desk.answered(books, "refusals")["refusals"]
    assert [each["no"] for each in found] == [1, 2, 3]
    assert [each["fields"] for each in found[:2]] == [{"refund": 99}, {"entry": 99}]
    assert "secret" not in str(found)
    assert "unknown-refund" in desk.done(books, "refusals").stdout
    assert desk.held(books) == before
    desk.done(books, "book")
    assert desk.typed(books, "verify").exit_code == 0


def test_dry_runs_questions_and_what_was_not_understood_record_nothing(books: str) -> None:
    for words, code in (
        (("refund", "approve", "99", "--dry-run"), 1),
        (("check", "--application", "NOBODY"), 1),
        (("refund", "propose", "A-1", "--on", "soon"), 2),
        (("refund", "approve"), 2),
        (("import", "none.csv"), 3),
    ):
        assert desk.typed(books, *words).exit_code == code
    assert desk.answered(books, "refusals") == {"refusals": []}


# --- nothing is shown that should not be ----------------------------------------------------------------------------


def written(path: Path) -> str:
    """Everything that stands in a file, a workbook unpacked."""
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "\n".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


@pytest.fixture(scope="module", params=["sqlite"])
def month(request: pytest.FixtureRequest) -> Iterator[str]:
    """The books of the made-up federation at the end of its month."""
    with desk.books(request, demo) as url:
        yield url


def asked(folder: Path) -> Iterator[list[str]]:
    """Every question that can be put, each way in which it can be answered."""
    member, words = play.WORKED_CASE, {"check": ["check --everyone --as-of 2012-09-30", "check --everyone --all"]}
    plain = (
        *("balance", "entries", "decisions", "decisions shaken", "bill", "match", "due --as-of 2012-05-20"),
        *("refund list", "credit list", "overpaid list", "refusals", "account list", "months"),
    )
    for command in (*plain, *words["check"]):
        yield shlex.split(command)
        yield [*shlex.split(command), "--json"]
        for ending in ("xlsx", "csv", "json"):
            yield [*shlex.split(command), "--out", str(folder / f"{len(list(folder.iterdir()))}.{ending}")]
    yield ["check", "--application", member, "--as-of", "2012-09-30"]
    yield ["statement", "month", "2012-09", "--out", str(folder / "月次.xlsx")]
    yield ["letter", "12", "--out", str(folder / "letter.xlsx")]
    for form in ("hledger", "beancount", "csv", "yayoi", "mf"):
        yield ["export", "journal", "--format", form, "--out", str(folder / f"journal.{form}")]


@pytest.mark.thorough
def test_no_account_number_is_in_any_answer(month: str, tmp_path: Path) -> None:
    members = cells("会員名簿.xlsx")
    whole = {line["口座番号"]: line["会員番号"] for line in members if line["口座番号"]}
    assert len(whole) > 100
    told = ""
    for words in asked(tmp_path):
        told += desk.done(month, *words).output
    for person in sorted(set(whole.values()))[:5]:
        desk.done(month, "statement", "member", person, "--out", str(tmp_path / f"{person}.xlsx"))
        told += desk.done(month, "check", person).output
    told += desk.done(month, "import", *_once_more(tmp_path, members)).output
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "会員.csv"]
    assert len(files) > 45
    for path in files:
        told += written(path)
    assert "***" in told
    assert whole.keys() & set(re.findall(r"(?<!\d)\d{7}(?!\d)", told)) == set()


def _once_more(folder: Path, members: list[dict[str, Any]]) -> list[str]:
    """The register of members with every account changed, so that each change is reported."""
    out = [",".join(members[0])]
    for line in members:
        changed = line | {"口座番号": line["口座番号"] and line["口座番号"][::-1]}
        out.append(",".join("" if cell is None else str(cell) for cell in changed.values()))
    (folder / "会員.csv").write_text("\n".join(out) + "\n", encoding="utf-8")
    return [str(folder / "会員.csv")]


def test_wrong_account_number_is_not_shown_whole_either(books: str, tmp_path: Path) -> None:
    headings = "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ"
    (tmp_path / "x.csv").write_text(f"{headings}\n{MEMBER},甲,東京,9999,999,普通,12345678,コウ\n", encoding="utf-8")
    answer = desk.typed(books, "import", str(tmp_path / "x.csv"), "--json")
    assert (answer.exit_code, "5678" in answer.output, "12345678" in answer.output) == (Exit.PROBLEMS, True, False)


def test_numbers_bound_to_a_statement_are_not_in_an_error(books: str) -> None:
    with pytest.raises(DatabaseError) as failed, database.writing(books) as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:number)"), {"number": FIRST})
    assert FIRST not in str(failed.value)


ADDRESSES = (
    "postgresql://clerk:secret@/seisan?host=/nowhere",
    "postgresql://clerk@/seisan?host=/nowhere&password=secret",
    "postgresql://clerk:sec@secret@/seisan?host=/nowhere",
    "postgresql:/clerk:secret@/seisan",
    "clerk:secret@host/seisan",
    "host=/nowhere user=clerk password=secret",
    "host=/nowhere user=clerk password='a secret'",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_password_is_ever_shown(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command, at books that do not answer to this address; an example of each is what it is called with."""
    monkeypatch.chdir(tmp_path)
    for name in COMMANDS:
        if name in ("demo", "template"):
            continue  # these ask no books of this address
        as_json = ["--json"] if "--json" in OPTIONS[name] else []
        answer = desk.typed(address, *shlex.split(EXAMPLES[name][-1]), *as_json)
        assert "secret" not in answer.output, (name, answer.output)
        assert "Traceback" not in answer.output


def test_password_in_the_wrong_place_is_not_repeated(books: str) -> None:
    for words in (
        ["balance", "postgresql://clerk:secret@host/seisan"],
        ["check", "postgresql://clerk:secret@host/seisan"],
        ["refund", "propose", "postgresql://clerk:secret@host/seisan"],
        ["postgresql://clerk:secret@host/seisan"],
        ["statement", "month", "postgresql://clerk:secret@host/seisan", "--out", "x.xlsx"],
    ):
        for more in ([], ["--json"]):
            answer = desk.typed(books, *words, *more)
            assert answer.exit_code != 0
            assert "secret" not in answer.output


def test_what_is_hidden_is_hidden_whole() -> None:
    assert masking.passwords("postgresql://u:p@h/x") == "postgresql://u:***@h/x"
    assert masking.passwords("a postgresql://u:p@q@h/x b") == "a postgresql://u:***@h/x b"
    assert masking.passwords("sqlite:///seisan.db") == "sqlite:///seisan.db"
    assert masking.passwords("x?a=1&password=p&b=2") == "x?a=1&password=***&b=2"
    assert [masking.account(literal) for literal in ("1234567", "12345", "1")] == ["***4567", "***45", "*"]


# --- files ----------------------------------------------------------------------------------------------------------


@SQLITE
def test_books_can_be_read_by_their_owner_only(empty_url: str) -> None:
    before = os.umask(0)
    try:
        upgrade.create(empty_url)
        file = Path(empty_url.removeprefix("sqlite:///"))
        with database.writing(empty_url) as connection:
            source(connection)
            beside = sorted(path.name.removeprefix(file.name) for path in file.parent.glob(f"{file.name}*"))
            modes = {stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob(f"{file.name}*")}
    finally:
        os.umask(before)
    assert {"", "-shm", "-wal"} <= set(beside)
    assert modes == {0o600}


def test_program_refuses_before_the_database_does(books: str) -> None:
    brought(books, SECOND, known_on="2012-03-01")
    with database.reading(books) as connection, pytest.raises(AccountNotApproved) as refusal:
        accounts.require_account(connection, MEMBER)
    assert json.loads(json.dumps(refusal.value.arguments)) == {"member": MEMBER}


@SQLITE
def test_books_in_sqlite_have_no_roles(books: str) -> None:
    refused(books, "roles-not-on-sqlite", "roles", by=CLERK)
