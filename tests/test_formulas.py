"""Formulas beside the values of a statement: each comes to what the ledger says, wherever its columns stand."""

import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from exports.formats import paper, xlsx
from exports.formats.formulas import running, sum_where
from exports.formats.sheet import Block, Sheet, SheetColumn, StyledRow, Workbook
from exports.issued import stamp
from exports.issued.read import ReadWorkbook
from ledger.intake.matching import as_before
from tests import desk
from tests.libreoffice import saved_as
from tests.test_handed_out import STATEMENTS, verified, written
from tests.worked_out import WorkedOut, worked_out

pytestmark = pytest.mark.thorough

# The sheets on which cells are worked out from others, besides the sums of columns, and at least how many of each.
_OF_BOTH = {"表紙": 20, "試算表": 20, "総勘定元帳": 80, "補助元帳": 100, "仮受金明細": 1}
_FEES = {"預り金明細": 15, "返金・充当一覧": 10}
WORKED_OUT: dict[str, dict[str, int]] = {
    "month": _OF_BOTH | _FEES | {"合計残高試算表(月次)": 5, "認証局請求照合": 8},
    "year": _OF_BOTH | _FEES | {"月別増減": 15, "月別手数料": 23},
    "association": _FEES | {"概要": 1},
    "member": {"入金・返金・充当": 10, "補助元帳": 100},
    "sheet of a month": {"認証局請求照合": 8},
    "balance": {"試算表": 20},
}


@pytest.fixture(scope="module", params=["sqlite"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


def wrong(cells: Iterable[WorkedOut]) -> list[WorkedOut]:
    """The formulas that come to another value than the one that stands beside them."""
    return [cell for cell in cells if cell.value != cell.stored or cell.stored is None]


def counted(cells: Iterable[WorkedOut]) -> dict[str, int]:
    """How many cells of each sheet are worked out, besides the sums of columns."""
    return Counter(cell.sheet for cell in cells if not cell.is_sum)


def checked(cells: list[WorkedOut], statement: str) -> None:
    """Every formula comes to its value, and there are formulas on each sheet that should have some."""
    assert not wrong(cells)
    found, least = counted(cells), WORKED_OUT[statement]
    assert found.keys() == least.keys() and all(found[sheet] >= count for sheet, count in least.items()), found


@pytest.fixture(scope="module")
def files(kept: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The statements with formulas."""
    folder = tmp_path_factory.mktemp("formulas")
    return {name: written(kept, folder / f"{nth}.xlsx", *STATEMENTS[name]) for nth, name in enumerate(WORKED_OUT)}


@pytest.mark.parametrize("statement", WORKED_OUT)
def test_every_formula_comes_to_what_the_ledger_says(files: dict[str, Path], statement: str) -> None:
    checked(list(worked_out(files[statement])), statement)


@pytest.mark.office
def test_libreoffice_works_out_the_same(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Without the values that stand beside them, a spreadsheet program has to work the formulas out.
    bare = [_without_values(files[name], tmp_path / f"{nth}.xlsx") for nth, name in enumerate(WORKED_OUT)]
    (tmp_path / "again").mkdir()
    for name, again in zip(WORKED_OUT, saved_as("xlsx", tmp_path / "again", *bare), strict=True):
        ours, theirs = ReadWorkbook(files[name].read_bytes()), ReadWorkbook(again.read_bytes())
        formulas = Counter[str]()
        for sheet, other in zip(ours.sheets, theirs.sheets, strict=True):
            rows = theirs.page(other).rows
            for row, cells in ours.page(sheet).rows.items():
                for column, cell in cells.items():
                    if cell.formula is not None:
                        assert rows[row][column].formula is not None, (name, sheet.name, row, column)
                        assert rows[row][column].value == cell.value, (name, sheet.name, row, column, cell)
                        formulas[sheet.name] += 1
        assert formulas.keys() >= WORKED_OUT[name].keys()
        with capsys.disabled():
            sys.stdout.write(f"\n{name}: {dict(formulas)}")


def _without_values(file: Path, bare: Path) -> Path:
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            target.writestr(part, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", source.read(part)))
    return bare


@pytest.mark.parametrize("statement", ["month", "member", "association"])
def test_workbook_of_before_has_no_more_than_its_sums_and_agrees(
    kept: str, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    with monkeypatch.context() as before, as_before():
        before.setattr(stamp, "FORM", stamp.WORKED_OUT - 1)
        file = written(kept, tmp_path / "x.xlsx", *STATEMENTS[statement])
    cells = list(worked_out(file))
    assert cells and not counted(cells)
    found = verified(kept, file)
    assert found["ok"], found
    assert verified(kept, files[statement])["ok"]
    titles = [[sheet["A1"].value for sheet in load_workbook(book)] for book in (file, files[statement])]
    assert len(set(titles[0])) == (len(titles[0]) if statement == "month" else 1)
    assert len(set(titles[1])) == len(titles[1]), "each sheet has its own title"


# --- where the cells stand ------------------------------------------------------------------------------------------

WORDS = 'called "so" {here}'
TEXT = SheetColumn("摘要", key="text", importance=1, width=150)
DEBIT, CREDIT = (SheetColumn(name, "yen", total=True, key=name) for name in ("debit", "credit"))
BALANCE = SheetColumn("残高", "yen", key="balance", formula=running(on_debit_side=True))
ROWS = (
    StyledRow("normal", (WORDS, None, None, 100)),
    ("入金", 10, 30, 80),
    StyledRow("subtotal", ("計", None, None, None)),
    StyledRow("normal", (WORDS, None, None, 80), {"balance": "{above.balance}"}, name="carried"),
    StyledRow("normal", ("計", None, None, 180), {"balance": sum_where("text", WORDS, "balance")}),
)
COMPARED = (
    StyledRow("normal", ("帳簿", None, None, 70)),
    StyledRow("normal", ("差額", None, None, 10), {"balance": "{carried.balance}-{above.balance}"}),
)


def formulas_of(workbook: Workbook) -> list[str]:
    """The formulas of a workbook, each of which comes to its value."""
    out = BytesIO()
    xlsx.compose(workbook, out)
    cells = list(worked_out(out.getvalue()))
    assert not wrong(cells)
    return [f"{get_column_letter(cell.column)}{cell.row}={cell.formula}" for cell in cells]


def _account() -> Workbook:
    columns = (TEXT, DEBIT, CREDIT, BALANCE)
    sheet = Sheet("元帳", "元帳", (Block(columns, ROWS), Block(columns, COMPARED, "照合")))
    return Workbook("元帳", date(2012, 9, 30), (sheet,))


def test_formulas_follow_their_columns_to_where_they_are_printed() -> None:
    words = '"called ""so"" {here}"'
    assert formulas_of(_account()) == [
        *("D7=D6+B7-C7", "B8=SUBTOTAL(9,B6:B7)", "C8=SUBTOTAL(9,C6:C7)", "D9=D7"),
        *(f"D10=SUMIF(A6:A9,{words},D6:D9)", "D14=D9-D13"),
    ]
    assert formulas_of(paper.arranged(_account())) == [
        *("C7=C6+A7-B7", "A8=SUBTOTAL(9,A6:A7)", "B8=SUBTOTAL(9,B6:B7)", "C9=C7"),
        *(f"C10=SUMIF(D6:D9,{words},C6:C9)", "C14=C9-C13"),
    ]


def test_formula_that_names_a_column_that_is_not_there_is_not_written() -> None:
    rows = (StyledRow("normal", (10, 100)), (10, 110))
    sheet = Sheet("元帳", "元帳", (Block((DEBIT, BALANCE), rows),))
    assert formulas_of(Workbook("元帳", date(2012, 9, 30), (sheet,))) == []
