"""The calendar of a workbook or a letter: one in each, as it was chosen, and `verify` makes the same."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from exports.formats import xlsx
from exports.formats.sheet import Block, Sheet, SheetColumn, Workbook
from ledger import i18n
from ledger.i18n import Calendar
from tests import desk
from tests.libreoffice import saved_as
from tests.spread import SOAK
from tests.test_versions import march

pytestmark = pytest.mark.thorough

WESTERN = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?:年|[-/.][0-9]{1,2}[-/.][0-9]{1,2}|-[0-9]{2}(?![-0-9]))")
WAREKI = re.compile("(?:明治|大正|昭和|平成|令和)(?:元|[0-9]{1,2})年|ggge")
# Days around the beginnings of eras, and how each calendar shows them.
DAYS = {
    date(2019, 5, 1): ("令和元年5月1日", "2019年5月1日"),
    date(2019, 12, 31): ("令和元年12月31日", "2019年12月31日"),
    date(2020, 1, 1): ("令和2年1月1日", "2020年1月1日"),
    date(2019, 4, 30): ("平成31年4月30日", "2019年4月30日"),
    date(1989, 1, 8): ("平成元年1月8日", "1989年1月8日"),
    date(1989, 1, 7): ("昭和64年1月7日", "1989年1月7日"),
    date(2012, 9, 21): ("平成24年9月21日", "2012年9月21日"),
}


@pytest.fixture(scope="module", params=["sqlite"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield url


def _closed_anew(url: str, folder: Path) -> None:
    """A month handed out, reopened, and handed out again as the next version."""
    march(url, folder)
    desk.done(url, "statement", "month", "2012-03", "--out", str(folder / "1.xlsx"))
    desk.done(url, "reopen", "2012-03", "--reason", "訂正")
    desk.done(url, "close", "2012-03", "--bank-balance", "6805", "--accept", "検証")
    desk.done(url, "statement", "month", "2012-03", "--out", str(folder / "2.xlsx"))


@pytest.fixture(scope="module", params=["sqlite"])
def closed_anew(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books whose March was handed out twice."""
    with desk.books(request, _closed_anew) as url:
        yield url


# How each document is made.
MADE = {
    "月次.xlsx": "statement month 2012-04 --out {}",
    "年次.xlsx": "statement year 2012 --out {}",
    "東京会.xlsx": "statement association 東京 --from 2011-04-01 --as-of 2012-05-03 --out {}",
    "会員.xlsx": f"statement member '{desk.MEMBER}' --as-of 2012-05-03 --out {{}}",
    "回答.xlsx": "letter 1 --out {}",
    "判定.xlsx": "check --everyone --as-of 2012-05-03 --out {}",
    "返金.xlsx": "refund list --as-of 2012-05-03 --out {}",
    "仕訳.xlsx": "entries --from 2012-04-01 --out {}",
}


def shown(file: Path) -> Iterator[str]:
    """Every text of a workbook, and the format of each of its days."""
    book = openpyxl.load_workbook(file)
    for page in book.worksheets:
        assert page.oddHeader is not None
        yield from (page.oddHeader.left.text or "", page.oddHeader.right.text or "", page.title)
        for cell in (cell for row in page.iter_rows() for cell in row if cell.value is not None):
            yield cell.number_format if isinstance(cell.value, (date, datetime)) else str(cell.value)


@pytest.mark.parametrize("name", MADE)
def test_document_has_days_of_one_calendar_and_is_verified(books: str, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    found: dict[str, bytes] = {}
    for calendar, other in (("wareki", WESTERN), ("western", WAREKI)):
        words = desk.resolved(books, MADE[name].format(file))
        desk.done(books, *words, "--calendar", calendar, "--replace")
        texts = list(shown(file))
        assert [text for text in texts if other.search(text)] == []
        assert any(
            {"wareki": WAREKI, "western": re.compile("20[0-9]{2}年|yyyy")}[calendar].search(text) for text in texts
        )
        answer = desk.typed(books, "verify", str(file))
        assert answer.exit_code == 0, answer.output
        found[calendar] = file.read_bytes()
    assert found["wareki"] != found["western"]


@pytest.mark.parametrize(("calendar", "other"), [("wareki", WESTERN), ("western", WAREKI)])
def test_letters_and_reminders_have_days_of_one_calendar(
    books: str, tmp_path: Path, calendar: str, other: re.Pattern[str]
) -> None:
    for words in ("--everyone", "--reminders --as-of 2012-02-20"):
        folder = tmp_path / words.split()[0]
        desk.done(books, "letter", *words.split(), "--calendar", calendar, "--out", str(folder))
        for nth, file in enumerate(sorted(folder.iterdir())):
            assert [text for text in shown(file) if other.search(text)] == [], file.name
            assert (nth % 3 and not SOAK) or desk.typed(books, "verify", str(file)).exit_code == 0, file.name


@pytest.mark.parametrize(("calendar", "other"), [("wareki", WESTERN), ("western", WAREKI)])
def test_months_are_of_the_calendar_of_the_document(
    closed_anew: str, tmp_path: Path, calendar: str, other: re.Pattern[str]
) -> None:
    for typed in ("month list", "statement list", "statement month 2012-03"):
        file = tmp_path / f"{typed}.xlsx"
        desk.done(closed_anew, *typed.split(), "--calendar", calendar, "--out", str(file))
        assert [text for text in shown(file) if other.search(text)] == [], typed
        assert desk.typed(closed_anew, "verify", str(file)).exit_code == 0, typed


ON_SCREEN = (
    "balance --as-of 2012-05-03",
    "due --as-of 2012-02-20",
    "bank --month 2012-04",
    "find 甲 --as-of 2012-05-03",
    "month list",
)


@pytest.mark.parametrize("typed", ON_SCREEN)
def test_heading_on_a_screen_counts_as_the_days_below_it(books: str, typed: str) -> None:
    shown = desk.done(books, *typed.split()).stdout
    assert WESTERN.search(shown) and not WAREKI.search(shown), shown


def test_calendar_that_is_set_counts_where_none_is_asked_for(tmp_path: Path, books: str) -> None:
    first, second = tmp_path / "前.xlsx", tmp_path / "後.xlsx"
    words = ("balance", "--as-of", "2012-05-03", "--out")
    desk.done(books, *words, str(first))
    desk.done(books, "settings", "set", "calendar", "西暦", by=desk.CHIEF)
    desk.done(books, *words, str(second))
    assert any("平成24年5月3日" in text for text in shown(first)) and any(
        "2012年5月3日" in text for text in shown(second)
    )
    for file in (first, second):
        assert desk.typed(books, "verify", str(file)).exit_code == 0
    desk.done(books, "--lang", "en", *words, str(tmp_path / "english.xlsx"))
    assert not any(WAREKI.search(text) or "年" in text for text in shown(tmp_path / "english.xlsx"))


REFUSED = (
    ("balance --calendar 旧暦 --out x.xlsx", "no-such-calendar"),
    ("--lang en balance --calendar wareki --out x.xlsx", "not-in-english"),
    ("balance --calendar wareki", "calendar-of-workbooks"),
    ("balance --calendar wareki --out x.csv", "calendar-of-workbooks"),
    ("statement month 2012-04 --calendar western --sheet 仕訳帳 --out x.csv", "calendar-of-workbooks"),
)


@pytest.mark.parametrize(("typed", "code"), REFUSED)
def test_what_has_no_calendar_is_refused(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = desk.typed(books, *typed.split())
    assert (answer.exit_code, f"({code})" in answer.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.office
@pytest.mark.parametrize("calendar", ["wareki", "western"])
def test_libreoffice_prints_the_first_year_of_an_era(tmp_path: Path, calendar: Calendar) -> None:
    moments = [(day, datetime(day.year, day.month, day.day, 9, 30)) for day in DAYS]
    block = Block((SheetColumn("日付", "day"), SheetColumn("日時", "moment")), moments)
    out = BytesIO()
    with i18n.dating(calendar):
        xlsx.compose(Workbook("日付", date(2012, 9, 30), (Sheet("一覧", "日付", (block,)),)), out)
    (tmp_path / "日付.xlsx").write_bytes(out.getvalue())
    (saved,) = saved_as("csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", tmp_path, tmp_path / "日付.xlsx")
    expected = [said[calendar == "western"] for said in DAYS.values()]
    lines = saved.read_text(encoding="utf-8").splitlines()[-len(DAYS) :]
    assert lines == [f"{day},{day} 09:30:00" for day in expected]
