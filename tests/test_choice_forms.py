"""返金方法申出書: the form beside a letter comes back filled in, and one command takes in what it says."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exports.issued.letters import letters_of_many
from ledger.store import database
from tests import desk, given
from tests.libreoffice import saved_as
from tests.test_letter import ASKED, FETCHED, REVOKED_UNSEEN, USED, decided, told

FORM = "返金方法申出書"
REFUND = {"B9": "払戻し", "D9": "平成24年10月1日"}
CREDIT = {"B9": "充当", "C9": "2012-0009", "D9": "2012-10-02"}


@pytest.fixture
def folder(book_url: str, tmp_path: Path) -> Path:
    """The letters of three whose fee comes back, and of one to whom nothing is given back, with the list of them."""
    with database.writing(book_url) as connection:
        for number, facts in (
            ("2011-0001", REVOKED_UNSEEN),
            ("2011-0002", REVOKED_UNSEEN),
            ("2011-0003", REVOKED_UNSEEN),
            ("2011-0004", FETCHED | USED),
        ):
            told(connection, number, facts)
            decided(connection, number)
        again = {"applied_on": date(2012, 9, 3), "kind": "reissue", "previous": "2011-0002", "paid": []}
        of, member = given.source(connection), "東京 第2011-0002号"
        given.application(connection, of, "2012-0009", again, member=member, as_of=ASKED)
        letters_of_many(connection, tmp_path / "letters")
    return tmp_path / "letters"


def filled(file: Path, cells: dict[str, str]) -> Path:
    """The form of a letter with these cells filled in."""
    book = openpyxl.load_workbook(file)
    for place, text in cells.items():
        book[FORM][place] = text
    book.save(file)
    return file


def chosen(url: str) -> dict[str, tuple[Any, ...]]:
    """What each member chose, with the reissue and the day, by application."""
    said: dict[str, dict[str, Any]] = {}
    with database.reading(url) as connection:
        rows = connection.exec_driver_sql(
            "SELECT application, name, code, day FROM fact WHERE name IN ('choice', 'credit_to')"
        )
        for application, name, code, day in rows:
            said.setdefault(application, {})[name] = code if name == "credit_to" else (code, str(day))
    return {number: (*parts["choice"], parts.get("credit_to")) for number, parts in said.items()}


def test_folder_of_letters_comes_back_with_one_command(book_url: str, folder: Path) -> None:
    """Of three forms two are filled in; the third, the letter without a form and the list are said and passed over."""
    filled(folder / "000001-2011-0001.xlsx", REFUND)
    filled(folder / "000002-2011-0002.xlsx", CREDIT)
    said = desk.done(book_url, "import", str(folder))
    assert chosen(book_url) == {
        "2011-0001": ("refund", "2012-10-01", None),
        "2011-0002": ("credit", "2012-10-02", "2012-0009"),
    }
    assert "000003-2011-0003.xlsx:返金方法申出書:9: 申出書に記入がありません" in said.stdout
    for name in ("000004-2011-0004.xlsx", "一覧.xlsx"):
        assert f"{name}: 記入欄のない、Seisan の文書又は一覧です" in said.stdout
    assert "回答" not in said.stdout
    again = json.loads(desk.done(book_url, "import", str(folder), "--json").stdout)
    assert all(file["unchanged"] or not file["sheets"] for file in again["files"])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_form_that_nobody_filled_in_changes_nothing(book_url: str, folder: Path) -> None:
    said = desk.done(book_url, "import", str(folder / "000003-2011-0003.xlsx"))
    assert "申出書に記入がありません" in said.stdout
    assert chosen(book_url) == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"B9": "払戻し"}, "申出日", "missing"),
        ({"D9": "2012-10-01"}, "返金方法", "missing"),
        ({"B9": "現金", "D9": "2012-10-01"}, "返金方法", "not-in-list"),
        ({"A9": "2011-9999", **REFUND}, "申込番号", "unknown-application"),
    ],
)
def test_form_filled_in_by_half_or_wrongly_is_refused_with_its_place(
    book_url: str, folder: Path, cells: dict[str, str], column: str, code: str
) -> None:
    said = desk.typed(book_url, "import", str(filled(folder / "000001-2011-0001.xlsx", cells)))
    assert said.exit_code == 3
    assert f":9: {FORM}!{column}: " in said.output and f"({code})" in said.output


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_row_of_any_other_table_needs_all_that_it_needed(book_url: str, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "申出.csv"
    file.write_text("申込番号,返金方法,充当先申込番号,申出日\n2011-0001,,,\n", encoding="utf-8")
    said = desk.typed(book_url, "import", str(file))
    assert (said.exit_code, said.output.count("(missing)")) == (3, 2), folder


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_english_letter_has_the_same_form(book_url: str, folder: Path, tmp_path: Path) -> None:
    assert folder.exists()
    file = tmp_path / "letter.xlsx"
    desk.done(book_url, "letter", "1", "--out", str(file), "--lang", "en")
    book = openpyxl.load_workbook(file)
    page = book.worksheets[1]
    for place, text in REFUND.items():
        page[place] = text
    book.save(file)
    desk.done(book_url, "import", str(file))
    assert chosen(book_url) == {"2011-0001": ("refund", "2012-10-01", None)}


@pytest.mark.office
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_forms_that_libreoffice_saved_come_back(book_url: str, folder: Path, tmp_path: Path, ending: str) -> None:
    files = [
        filled(folder / "000001-2011-0001.xlsx", REFUND),
        filled(folder / "000002-2011-0002.xlsx", CREDIT),
        folder / "000003-2011-0003.xlsx",
    ]
    back = tmp_path / "back"
    back.mkdir()
    saved_as(ending, back, *files)
    desk.done(book_url, "import", str(back))
    assert chosen(book_url) == {
        "2011-0001": ("refund", str(date(2012, 10, 1)), None),
        "2011-0002": ("credit", "2012-10-02", "2012-0009"),
    }
