"""How a workbook looks on paper: letters of at least 8 points on A4, what is printed left, and what stands around."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from operator import attrgetter
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from exports.formats import paper, xlsx
from exports.formats.sheet import Block, Sheet, SheetColumn, StyledRow, Values, Workbook
from exports.formats.sheet import lines as lines_of
from exports.reports import month
from ledger.booking.bank_compared import comparison
from ledger.booking.billed import billed
from ledger.dates import Month
from ledger.journal.closing import MonthStep
from ledger.statements.month import month_statement
from ledger.store import database
from tests import desk
from tests.test_handed_out import STATEMENTS, written

pytestmark = pytest.mark.thorough

A4 = {"portrait": 210 / 25.4, "landscape": 297 / 25.4}
DAY = date(2012, 9, 30)
# Pages of text, made to their size: `test_letter.py`, `test_receipts.py`.
PAGES = ("letter", "receipt", "advice of a refund", "advice of a credit")


@pytest.fixture(scope="module", params=["sqlite"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened."""
    with desk.books(request, desk.everything, "paper") as url:
        yield url


def composed(*sheets: Sheet) -> bytes:
    """The bytes of a workbook that is arranged for paper."""
    out = BytesIO()
    xlsx.compose(paper.arranged(Workbook("-", DAY, sheets)), out)
    return out.getvalue()


def running(page: Worksheet, place: str) -> str:
    """What stands at the head (`oddHeader.left`) or foot of each page."""
    return str(attrgetter(f"{place}.text")(page))


def printed_points(page: Worksheet) -> float:
    """The size of the smallest letters in which a sheet is printed on the width of its pages, in points."""
    first, _top, last, bottom = range_boundaries(str(page.print_area).rpartition("!")[2])
    assert (first, bottom) == (1, page.max_row)
    assert last is not None
    # A digit of 游ゴシック 11 is 8 pixels wide, and a column has 5 more: https://learn.microsoft.com/ (column width)
    widths = [(page.column_dimensions[get_column_letter(at)].width * 8 + 5) / 96 for at in range(1, last + 1)]
    across = page.page_setup.fitToWidth or 1
    again = sum(widths[: range_boundaries(str(page.print_title_cols))[2]]) * (across - 1) if across > 1 else 0
    inches = (sum(widths) + again) / across
    margins = page.page_margins
    room = A4[str(page.page_setup.orientation)] - margins.left - margins.right
    sizes = {cell.font.size for row in page.iter_rows(max_col=last) for cell in row if cell.value is not None}
    assert (page.page_setup.paperSize, page.page_setup.fitToHeight) == (9, 0)
    assert across == (2 if page.title in ("月別残高", "月別増減") else 1), page.title
    return float(min(sizes)) * min(1.0, room / inches)


@pytest.mark.parametrize("statement", sorted(STATEMENTS.keys() - {"shaken decisions", *PAGES}))
def test_nothing_is_printed_in_less_than_8_points(kept: str, tmp_path: Path, statement: str) -> None:
    for page in load_workbook(written(kept, tmp_path / "x.xlsx", *STATEMENTS[statement])):
        assert printed_points(page) >= 8, page.title
        assert "&D" in running(page, "oddFooter.right"), page.title
        assert running(page, "oddFooter.center") == "&P / &N", page.title
        assert running(page, "oddHeader.center"), page.title


WIDE = (
    SheetColumn("A", width=60, key="a"),
    SheetColumn("B", width=60, key="b", importance=1),
    SheetColumn("C", width=60, key="c", on_paper=True),
    SheetColumn("D", "yen", 60, key="d", total=True, importance=3),
)


def test_columns_of_least_importance_stand_right_of_what_is_printed() -> None:
    rows: list[Values | StyledRow] = [
        ("a", "b", "c", 1),
        ("A", "B", "C", 2),
        StyledRow("subtotal", ("sum", None, None, None)),
    ]
    page = load_workbook(BytesIO(composed(Sheet("L", "L", (Block(WIDE, rows, total="Total"),), landscape=True)))).active
    assert isinstance(page, Worksheet)
    titles, *cells = [[cell.value for cell in row] for row in page.iter_rows(min_row=5)]
    assert titles == ["A", "D", "B", "C"]
    assert cells[:2] == [["a", 1, "b", "c"], ["A", 2, "B", "C"]]
    assert cells[2][:2] == ["sum", "=SUBTOTAL(9,B6:B7)"]
    assert str(page.print_area).endswith("$A$1:$B$9")


def test_list_of_one_block_can_be_filtered_down_to_its_last_row() -> None:
    block = Block(WIDE, [("a", "b", "c", 1)] * 3, total="Total")
    data = composed(Sheet("一覧", "L", (block,)), Sheet("2", "2", (block, block)))
    one, two = load_workbook(BytesIO(data)).worksheets
    assert (one.auto_filter.ref, two.auto_filter.ref) == ("A5:D8", None)
    assert str(one.print_area).endswith("$9")
    names = zipfile.ZipFile(BytesIO(data)).read("xl/workbook.xml").decode()
    assert re.findall(r"FilterDatabase[^>]*>[^<]*\$(\d+)<", names) == ["8"]
    assert "1048575" not in names


def test_what_stands_at_the_head_of_a_page_is_no_code() -> None:
    sheet = Sheet("L", "A&D & 9" * 20, (Block(WIDE, [("a", "b", "c", 1)]),), issuer="&P\n組合")
    page = load_workbook(BytesIO(composed(sheet))).worksheets[0]
    assert running(page, "oddHeader.left") == "&&P 組合"
    assert "&D" not in running(page, "oddHeader.center").replace("&&", "")
    page = load_workbook(BytesIO(composed(replace(sheet, issuer="")))).worksheets[0]
    assert attrgetter("oddHeader.left.text")(page) is None, "nobody issued it"


def heights(page: Worksheet) -> dict[int, float]:
    """How many lines high each row of a sheet is that is higher than one."""
    sizes = {row: dimension.height for row, dimension in page.row_dimensions.items()}
    return {row: height / paper.LINE for row, height in sizes.items() if row > 4 and height and height > paper.LINE}


def test_row_is_as_high_as_its_titles_and_texts_need() -> None:
    columns = (SheetColumn("認証局へ(免除は△)", "yen", 12, key="a"), SheetColumn("W", width=12, wrap=True, key="b"))
    rows = [(1, "十文字の長さの文ですね"), (2, "五文字だけ"), (3, "long words wrap at spaces"), (4, "一\n二\n三")]
    page = load_workbook(BytesIO(composed(Sheet("L", "L", (Block(columns, rows),))))).worksheets[0]
    assert heights(page) == {5: 2, 6: 3, 8: 3, 9: 3}


def test_last_column_of_a_block_reaches_to_the_edge_of_what_is_printed() -> None:
    story = Block(
        (SheetColumn("", key="name"), SheetColumn("", wrap=True, key="words")), [("事由", "長い" * 40)], spread=True
    )
    sheet = Sheet("L", "L", (Block(WIDE, [("a", "b", "c", 1)]), story), landscape=True)
    page = load_workbook(BytesIO(composed(sheet))).worksheets[0]
    assert "B8:B8" not in map(str, page.merged_cells.ranges), "WIDE has two printed columns"
    wide = replace(sheet, blocks=(Block(tuple(replace(column, width=30) for column in WIDE), ()), story))
    page = load_workbook(BytesIO(composed(wide))).worksheets[0]
    assert {"A1:D1", "B7:D7"} <= set(map(str, page.merged_cells.ranges))
    assert heights(page) == {7: 2}


def test_titles_of_the_longest_table_stand_on_the_pages_that_follow() -> None:
    blocks = (Block(WIDE[:1], [("a",)]), Block(WIDE, [("a", "b", "c", 1)] * 3), Block(WIDE[:2], [("a", "b")] * 2))
    page = load_workbook(BytesIO(composed(Sheet("L", "L", blocks)))).worksheets[0]
    assert page.print_title_rows == "$8:$8"


def test_year_has_its_months_on_two_pages_side_by_side(kept: str, tmp_path: Path) -> None:
    book = load_workbook(written(kept, tmp_path / "x.xlsx", *STATEMENTS["year"]))
    for name in ("月別残高", "月別増減"):
        assert book[name].print_title_cols == "$A:$B"
        assert "A1:H1" in map(str, book[name].merged_cells.ranges), "the title stands on the first page"
        assert [last.id for last in book[name].col_breaks.brk] == [column_index_from_string("H")]


def test_arranged_once_is_arranged() -> None:
    book = Workbook("-", DAY, (Sheet("L", "L", (Block(WIDE, ()),)),))
    once = paper.arranged(book)
    assert paper.arranged(once) == once
    assert once.sheets[0].printed == 2


def test_cover_tells_the_month_and_leads_to_its_sheets(kept: str, tmp_path: Path) -> None:
    file = written(kept, tmp_path / "x.xlsx", *STATEMENTS["month"])
    book = load_workbook(file)
    cover = book.worksheets[0]
    breaks = cover.row_breaks.brk
    assert len(breaks) == 1, "the story on one page, the controls on the next"
    assert breaks[0].id * paper.LINE < 950, "points on a page, at the scale of 8 points"
    figures = {row[0].value: row[1].value for row in cover.iter_rows(min_row=7, max_row=14)}
    ledger = {
        row["code"]: row["balance"] for row in desk.answered(kept, "balance", "--as-of", "2012-04-30")["accounts"]
    }
    assert (figures["月末の普通預金(帳簿)"], figures["月末の仮受金"]) == (ledger["1110"], ledger["2050"])
    assert figures["月末の預り金"] == ledger["2040"] + ledger["2041"]
    links = {cell.value: cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}
    assert sum("/charts/chart" in name for name in zipfile.ZipFile(file).namelist()) == 1
    again = written(kept, tmp_path / "y.xlsx", *STATEMENTS["month"])
    assert again.read_bytes() == file.read_bytes()


def test_cover_of_a_month_closed_with_a_difference_at_the_bank_says_so(kept: str, tmp_path: Path) -> None:
    with database.reading(kept) as connection:
        april = Month(2012, 4)
        found, lines = month_statement(connection, april), billed(connection, april.first, april.last)
        compared = comparison(connection, april.first, april.last)
        assert found.closed is None
        step = MonthStep(1, april, "closed", None, datetime(2012, 5, 1), "丙田", "通帳のとおり", (), 1, "0" * 64, None)
        cover = month.workbook(replace(found, closed=step), lines, compared).sheets[0]
    assert "銀行の残高は帳簿と" in cover.subtitle
    cells = [line.cells for line in lines_of(cover.blocks[0])]
    assert ("銀行-帳簿", 1 - found.figures.bank, None) in cells


def test_cover_of_a_month_in_which_nothing_moved_draws_nothing(kept: str) -> None:
    with database.reading(kept) as connection:
        assert month.made(connection, Month(2012, 4)).sheets[0].chart is not None
        assert month.made(connection, Month(2020, 4)).sheets[0].chart is None
