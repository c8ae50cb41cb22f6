"""領収書, 返金通知書, 充当通知書: what they say, who gets none, the list of a month, and that they verify."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Connection

from exports.formats.page import HEIGHT
from exports.issued.read import ReadWorkbook
from exports.reports import advice as advice_page
from exports.reports import post
from exports.reports import receipt as receipt_page
from ledger import dates, i18n
from ledger.i18n import LANGUAGES, Language
from ledger.people.register import Person, PostalAddress
from ledger.statements.advice import Advice, advice
from ledger.statements.issuer import QUALIFIED_FROM, Issuer
from ledger.statements.receipts import Receipt, fees_received
from ledger.statements.settlements import SettlementLine, one
from ledger.store import database
from tests import desk
from tests.desk import CHIEF

pytestmark = pytest.mark.thorough

SENDER = Issuer(
    "架空司法書士会連合会", "電子証明書係", "〒999-9999 架空県架空市架空町1-1", "00-0000-0000", "T1234567890123"
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; nothing here changes what they hold."""
    with desk.books(request, desk.everything) as url:
        yield url


def lines(file: Path) -> list[list[str]]:
    """The texts of each sheet of a workbook, from top to bottom."""
    read = ReadWorkbook(file.read_bytes())
    return [[str(cell.value) for row in read.page(page).rows.values() for cell in row.values()] for page in read.sheets]


# --- receipts -------------------------------------------------------------------------------------------------------


def test_a_receipt_tells_the_fee_its_day_its_tax_and_verifies(books: str, tmp_path: Path) -> None:
    file = tmp_path / "領収書.xlsx"
    desk.done(books, "receipt", "FREE", "--out", str(file))
    (page,) = lines(file)
    said = "\n".join(page)
    for part in (
        "領収書No.N-FREE / FREE",
        "甲山 太郎 様",
        "7245",
        "平成24年3月6日",
        "5%対象 7,245円(うち消費税 345円)",
        "ｺｳﾔﾏ ﾀﾛｳ",
    ):
        assert part in said, part
    assert "再発行" not in said and "登録番号" not in said
    desk.done(books, "verify", str(file))
    desk.done(books, "receipt", "FREE", "--reissued", "--out", str(file))
    assert "領収書(再発行)" in lines(file)[0]
    desk.done(books, "verify", str(file))


def test_the_receipts_of_a_month_are_the_fees_that_came_in_it(books: str, tmp_path: Path) -> None:
    folder = tmp_path / "領収書"
    desk.done(books, "receipt", "--month", "2012-03", "--out", str(folder))
    listed = desk.answered(books, "receipts", "--month", "2012-03")["receipts"]
    files = sorted(path for path in folder.iterdir() if path.name != "一覧.xlsx")
    assert [path.stem.partition("-")[2] for path in files] == [row["application"] for row in listed]
    with database.reading(books) as connection:
        whole = fees_received(connection, dates.today())
    assert sum(row.yen for row in whole if row.received_on.month == 3) == sum(row["amount"] for row in listed)
    for path in (files[0], files[-1], folder / "一覧.xlsx"):
        desk.done(books, "verify", str(path))
    assert not (tmp_path / "none").exists()
    assert "2012-02" in desk.done(books, "receipt", "--month", "2012-02", "--out", str(tmp_path / "none")).stderr
    assert not (tmp_path / "none").exists()


def test_what_a_receipt_says_is_what_the_journal_holds_of_the_transfer(books: str) -> None:
    """What is beyond the fee, in suspense, credited, opened or reversed is no fee received by a transfer."""
    with database.reading(books) as connection:
        rows = fees_received(connection, dates.today())
    assert {row.deposit for row in rows}.isdisjoint({"N-TWICE", "N-THRICE", "N-LOOSE", "N-NEVER", "N-REVERSED"})
    assert {row.application for row in rows}.isdisjoint({"UNPAID", "NEW1", "SHORT", "BEFORE", "REVERSED"})
    assert {row.yen for row in rows} == {7245}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("receipt UNPAID --out x.xlsx", "fee-not-received"),
        ("receipt REVERSED --out x.xlsx", "fee-not-received"),
        ("receipt NEW5 --out x.xlsx", "fee-not-received"),
        ("receipt NOBODY --out x.xlsx", "unknown-application"),
        ("receipt --out x.xlsx", "one-or-a-month"),
        ("receipt FREE --month 2012-03 --out x", "one-or-a-month"),
        ("receipt FREE --out x.pdf", "not-a-workbook"),
        ("refund advice 1 --out x.xlsx", "not-carried-out"),
        ("refund advice 4 --out x.xlsx", "not-carried-out"),
        ("refund advice 5 --out x.xlsx", "not-carried-out"),
        ("credit advice 3 --out x.xlsx", "not-carried-out"),
        ("refund advice 99 --out x.xlsx", "unknown-refund"),
        ("credit advice 99 --out x.xlsx", "unknown-credit"),
        ("credit advice --out x.xlsx", "one-or-a-month"),
    ],
)
def test_a_paper_that_would_not_be_so_is_refused(
    books: str, words: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = desk.typed(books, *words.split())
    assert (refused.exit_code in (1, 2), f"({code})" in refused.stderr) == (True, True), refused.output
    assert list(tmp_path.iterdir()) == []


# --- advices --------------------------------------------------------------------------------------------------------


def test_the_advice_of_a_refund_tells_day_yen_account_rule_and_tax(books: str, tmp_path: Path) -> None:
    file = tmp_path / "返金通知書.xlsx"
    desk.done(books, "refund", "advice", "3", "--out", str(file))
    (page,) = lines(file)
    said = "\n".join(page)
    for part in (
        "返金No.3",
        "返金通知書",
        "7245",
        "平成24年4月4日",
        "***5678",
        "5%対象 7,245円(うち消費税 345円)",
        "平成24年3月23日",
    ):
        assert part in said, (part, said)
    assert "2345678" not in said and "適格" not in said
    desk.done(books, "verify", str(file))


def test_the_advice_of_a_credit_names_the_reissue(books: str, tmp_path: Path) -> None:
    file = tmp_path / "充当通知書.xlsx"
    desk.done(books, "credit", "advice", "2", "--out", str(file))
    said = "\n".join(lines(file)[0])
    for part in ("充当No.2", "充当額", "NEW2", "OLD2", "平成24年4月3日"):
        assert part in said, part
    desk.done(books, "verify", str(file))


def test_the_advices_of_a_month_are_those_carried_out_in_it(books: str, tmp_path: Path) -> None:
    for way, month, names in (("refund", "2012-04", ["000003-PAID.xlsx"]), ("credit", "2012-04", None)):
        folder = tmp_path / way
        desk.done(books, way, "advice", "--month", month, "--out", str(folder))
        written = sorted(path.name for path in folder.iterdir() if path.name != "一覧.xlsx")
        listed = desk.answered(books, way, "list", "--done", month)
        assert [int(name[:6]) for name in written] == [row["no"] for row in listed]
        assert names in (None, written)
        for path in folder.iterdir():
            desk.done(books, "verify", str(path))


def test_what_was_changed_on_a_paper_is_found(books: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    desk.done(books, "refund", "advice", "3", "--out", str(file))
    workbook = load_workbook(file)
    cell = next(cell for row in workbook.worksheets[0] for cell in row if cell.value == 7245)
    cell.value = 8245
    workbook.save(file)
    refused = desk.typed(books, "verify", str(file))
    assert (refused.exit_code, cell.coordinate in refused.output) == (1, True)


# --- tax and the qualified invoice ----------------------------------------------------------------------------------


def line(connection: Connection, **changed: Any) -> SettlementLine:
    """The refund that was paid, with other values."""
    paid = one(connection, "refund", 3, dates.today())
    assert paid is not None
    return SettlementLine(**vars(paid) | changed)


@pytest.mark.parametrize(
    ("received_on", "yen", "number", "invoice"),
    [
        (QUALIFIED_FROM, 15180, True, True),
        (QUALIFIED_FROM, 10000, True, True),
        (QUALIFIED_FROM, 9999, True, False),
        (date(2023, 9, 30), 15180, False, False),
        (None, 15180, False, False),
    ],
)
def test_an_invoice_for_what_is_given_back_is_owed_from_10000_yen_on(
    books: str, received_on: date | None, yen: int, number: bool, invoice: bool
) -> None:
    with database.reading(books) as connection:
        told = advice(connection, line(connection, received_on=received_on, yen=yen, tax_percent=10), dates.today())
    said = shown(Advice(**vars(told) | {"sender": SENDER}))
    assert ("T1234567890123" in said, "適格返還請求書" in said) == (number, invoice)
    assert f"10%対象 {yen:,}円(うち消費税 {yen * 10 // 110:,}円)" in said
    assert "T1234567890123" not in shown(told)  # nobody has set it


def test_money_that_was_never_due_has_no_tax_and_its_payer_may_be_unknown(books: str) -> None:
    with database.reading(books) as connection:
        found = line(connection, deposit="N-LOOSE", application=None, decision=None, person=None, tax_percent=None)
        said = shown(advice(connection, found, dates.today()))
    assert "ﾌﾒｲ 様" in said and "消費税は含みません" in said and "会員番号" not in said


def test_heirs_are_told_in_the_members_place(books: str) -> None:
    with database.reading(books) as connection:
        said = shown(advice(connection, line(connection, receiver="戊野 一郎"), dates.today()))
    assert "戊野 一郎 様" in said and "甲山" not in said


def shown(told: Advice) -> str:
    """All that a reader of an advice sees."""
    page = advice_page.sheet(told).page
    assert page is not None and page.height(page.size) <= HEIGHT
    return "\n".join(str(piece.value) for row in page.rows for piece in row.pieces)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_is_one_page_in_either_language(language: Language) -> None:
    i18n.use(language)
    of = Receipt(
        *("2024-0001", "D-1", date(2024, 5, 1), 7590, "ﾔﾏﾀﾞ ﾀﾛｳ", 10, Person("東京 第9001号", "山田 太郎", "東京")),
        *(date(2024, 5, 2), PostalAddress("999-9999", "架空県" + "架空町" * 30), SENDER, True),
    )
    page = receipt_page.sheet(of).page
    assert page is not None and page.height(page.size) <= HEIGHT
    said = "\n".join(str(piece.value) for row in page.rows for piece in row.pieces)
    assert "T1234567890123" in said and "690" in said
    assert "再発行" in said if language == "ja" else "issued again" in said
    assert post.tax_line(7590, None, None) not in said


def test_registration_number_is_t_and_13_digits(book_url: str) -> None:
    for typed, kept in (
        ("Ｔ１２３４５６７８９０１２３", "T1234567890123"),
        ("t1234567890123", "T1234567890123"),
        ("", ""),
    ):
        desk.done(book_url, "settings", "set", "federation_registration", typed, by=CHIEF)
        said = desk.answered(book_url, "settings")
        assert re.search(rf"'federation_registration'.*?'value': '{kept}'", str(said)), said
    refused = desk.typed(book_url, "settings", "set", "federation_registration", "T123", by=CHIEF)
    assert "(not-a-setting)" in refused.stderr
