"""督促状: who gets one, what it says of days, the list beside them, and that the books still say the same."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from exports.formats.page import HEIGHT
from exports.issued.read import ReadWorkbook
from exports.issued.stamp import PROPERTY
from exports.reports import reminder as sheets
from ledger import i18n
from ledger.people.register import Person, PostalAddress
from ledger.statements.due import OutstandingReceipt
from ledger.statements.issuer import Issuer
from ledger.statements.reminder import Reminder, reminders
from ledger.store import database
from tests import desk, given

ASKED = date(2012, 3, 11)
# Mailed so many days before: too early, the first and the last day of a reminder, and too late.
MAILED = {
    "2011-0024": date(2012, 2, 16),
    "2011-0025": date(2012, 2, 15),
    "2011-0030": date(2012, 2, 10),
    "2011-0031": date(2012, 2, 9),
}


@pytest.fixture
def mailed(book_url: str) -> str:
    """Books in which certificates were mailed on these days, and no receipt has come."""
    with database.writing(book_url) as connection:
        of = given.source(connection)
        for nth, (number, day) in enumerate(MAILED.items()):
            association = ("東京", "札幌")[nth % 2]
            member = f"{association} 第{number}号"
            given.member(connection, of, member, association=association)
            facts = {"applied_on": date(2011, 11, 1), "mailed_on": day}
            given.application(connection, of, number, facts, member=member, as_of=ASKED)
    return book_url


def lines(file: Path) -> list[str]:
    """The texts of the first sheet of a workbook."""
    read = ReadWorkbook(file.read_bytes())
    return [str(cell.value) for row in read.page(read.sheets[0]).rows.values() for cell in row.values()]


def test_only_receipts_that_are_due_are_asked_for(mailed: str) -> None:
    with database.reading(mailed) as connection:
        asked = list(reminders(connection, ASKED))
    assert [(one.receipt.application, one.receipt.day, one.last_day) for one in asked] == [
        ("2011-0030", 30, date(2012, 3, 11)),
        ("2011-0025", 25, date(2012, 3, 16)),
    ]


def test_reminders_lie_beside_their_list_and_agree_with_the_books(mailed: str, tmp_path: Path) -> None:
    folder = tmp_path / "reminders"
    words = ("letter", "--reminders", "--as-of", str(ASKED), "--out", str(folder))
    assert "督促 2 通を書き出しました" in desk.done(mailed, *words).stderr
    names = ["0001-2011-0030.xlsx", "0002-2011-0025.xlsx", "一覧.xlsx"]
    assert sorted(path.name for path in folder.iterdir()) == names
    said = "\n".join(lines(folder / names[1]))
    for part in (
        "平成24年2月15日",
        "平成24年2月15日から平成24年3月11日まで25日",
        "平成24年3月16日",
        "平成24年3月17日以降",
    ):
        assert part in said
    desk.done(mailed, "import", str(_receipt(tmp_path)))  # what comes later does not count
    for name in names:
        desk.done(mailed, "verify", str(folder / name))
    assert "2011-0030" not in "".join(lines(_again(mailed, tmp_path) / "一覧.xlsx"))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_reminder_that_was_changed_is_found_out(mailed: str, tmp_path: Path) -> None:
    desk.done(mailed, "letter", "--reminders", "--as-of", str(ASKED), "--out", str(tmp_path / "x"))
    file = tmp_path / "x" / "0001-2011-0030.xlsx"
    book: Any = load_workbook(file)
    book.worksheets[0]["C20"] = "平成24年3月31日"
    book.save(file)
    said = desk.typed(mailed, "verify", str(file))
    assert (said.exit_code, "C20" in said.output) == (1, True)
    (stamp,) = (mark for mark in book.custom_doc_props.props if mark.name == PROPERTY)
    stamp.value = stamp.value.replace("2011-0030", "2011-0024")
    book.save(file)
    said = desk.typed(mailed, "verify", str(file))
    assert said.exit_code == 1
    assert "x/0001-2011-0030.xlsx" in said.output and "(not-a-statement)" in said.output


def _receipt(folder: Path) -> Path:
    file = folder / "受領簿.csv"
    file.write_text("申込番号,受領書返送日,記帳日\n2011-0030,2012-03-10,2012-03-11\n", encoding="utf-8")
    return file


def _again(url: str, folder: Path) -> Path:
    desk.done(url, "letter", "--reminders", "--as-of", str(ASKED), "--out", str(folder / "again"))
    return folder / "again"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_reminders_of_one_association(mailed: str, tmp_path: Path) -> None:
    words = ("letter", "--reminders", "--as-of", str(ASKED), "--out", str(tmp_path / "x"), "--association")
    desk.done(mailed, *words, "札幌")
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["0001-2011-0025.xlsx", "一覧.xlsx"]
    nothing = desk.done(mailed, *words[:-2], str(tmp_path / "y"), "--association", "沖縄")
    assert nothing.stderr and not (tmp_path / "y").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--as-of", "2012-02-20"),
            "No reminder is due on 2012-02-20; what is outstanding: seisan due --as-of 2012-02-20",
        ),
        (("--as-of", "2012-02-20", "--association", "東京"), "No reminder is due on 2012-02-20"),
        (("--as-of", "2012-02-01"), "On 2012-02-01 there was none of this yet: the first is of 2012-02-09"),
    ],
)
def test_where_no_reminder_is_due_it_says_so(mailed: str, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    out = tmp_path / "none"
    answer = desk.done(mailed, "letter", "--reminders", *words, "--out", str(out), "--lang", "en")
    assert said in answer.output and "--state" not in answer.output
    assert not out.exists()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_reminder_fits_on_one_page_with_the_longest_texts(language: i18n.Language) -> None:
    i18n.use(language)
    person = Person("東京 第9001号", "髙" * 100, "東京")
    receipt = OutstandingReceipt("9" * 60, person, ASKED, 25, ASKED, ASKED, "remind", ASKED)
    sender = Issuer("架" * 30, "空" * 20, "架空県" * 15, "0" * 20)
    page = sheets.sheet(Reminder(ASKED, receipt, PostalAddress("999-9999", "架空県" * 60), sender)).page
    assert page is not None and page.height(page.size) <= HEIGHT
