"""A page of text in a workbook: one A4 page upright, no grid, each row as high as its text, the size that fits."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape

from openpyxl import Workbook as Package
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exports.formats.cells import text_cell
from exports.formats.page import LARGER, Look, Piece, TextPage
from ledger.i18n import either

# Its lines stand close together in Excel too, where those of 游明朝 take two thirds more.
_FONT = "ＭＳ 明朝"
_CM = 1 / 2.54  # margins are given in inches
_RIGHT: tuple[Look, ...] = ("right", "yen", "total")
_CENTRED: tuple[Look, ...] = ("centre", "title", "seal", "head")
_BOLD: tuple[Look, ...] = ("title", "label", "total", "head")
_WRAPPED: tuple[Look, ...] = ("text", "name", "title", "label")
_HEAD = PatternFill("solid", fgColor="E7E6E6")


# The number of the style of each look.
Styles = Mapping[Look, int]


class PageShape(NamedTuple):
    """What the frame of a page, and its styles, depend on: the widths of its columns, its size, its looks in order."""

    widths: tuple[float, ...]
    size: float
    looks: tuple[Look, ...]


def shape_of(page: TextPage) -> PageShape:
    """The shape of a page."""
    return PageShape(page.widths, page.size, tuple(sorted({piece.look for row in page.rows for piece in row.pieces})))


def styles(shape: PageShape, package: Package) -> Styles:
    """Makes the styles of a page in a package."""
    scratch = Worksheet(package)
    return {look: _style(scratch, look, shape.size) for look in shape.looks}


def _style(scratch: Worksheet, look: Look, points: float) -> int:
    cell = Cell(scratch, row=1, column=1)
    size = points * LARGER.get(look, 1)
    cell.font = Font(name=_FONT, size=round(size * 2) / 2, bold=look in _BOLD, charset=128)
    upright = "center" if look in ("head", "entry", "seal", "title") else "top"
    across = "right" if look in _RIGHT else "center" if look in _CENTRED else "left"
    cell.alignment = Alignment(horizontal=across, vertical=upright, wrap_text=look in _WRAPPED)
    cell.number_format = either('#,##0"円"', '#,##0" yen"') if look in ("yen", "total") else "@"
    thin, dotted = Side("thin"), Side("dotted")
    if look in ("head", "entry"):
        cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
    elif look == "seal":
        cell.border = Border(left=dotted, right=dotted, top=dotted, bottom=dotted)
    elif look == "total":
        cell.border = Border(top=thin)
    if look == "head":
        cell.fill = _HEAD
    return int(cell.style_id)


def set_up(frame: Worksheet, shape: PageShape) -> None:
    """Gives a sheet the paper, the margins and the columns of a page."""
    for at, width in enumerate(shape.widths, 1):
        frame.column_dimensions[get_column_letter(at)].width = width
    frame.page_setup.paperSize = 9  # A4
    frame.page_setup.orientation = "portrait"
    frame.page_setup.fitToWidth = frame.page_setup.fitToHeight = 1
    frame.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    frame.print_options.horizontalCentered = True
    margins = frame.page_margins
    margins.left = margins.right = 2 * _CM
    margins.top, margins.bottom = 2 * _CM, 1.5 * _CM
    margins.header = margins.footer = 0.8 * _CM
    frame.sheet_view.showGridLines = False


class PageRows:
    """The rows of a page as XML, and what stands behind them: which cells are one, and what may be chosen in a cell."""

    def __init__(self, page: TextPage, styles: Styles) -> None:
        self.breaks: list[int] = []
        self._page, self._styles = page, styles
        self._letters = [get_column_letter(at + 1) for at in range(len(page.widths))]

    def xml(self) -> Iterator[str]:
        """The rows from top to bottom."""
        rows = zip(self._page.rows, self._page.heights(self._page.size), strict=True)
        for number, (row, height) in enumerate(rows, 1):
            cells = "".join(self._cell(piece, number) for piece in row.pieces)
            yield f'<row r="{number}" ht="{min(height, 409):.2f}" customHeight="1">{cells}</row>'

    def _cell(self, piece: Piece, number: int) -> str:
        style, place = self._styles[piece.look], f"{self._letters[piece.first]}{number}"
        value = text_cell(style, piece.value) if isinstance(piece.value, str) else f's="{style}"><v>{piece.value:d}</v>'
        covered = (f'<c r="{self._letters[at]}{number}" s="{style}"/>' for at in range(piece.first + 1, piece.last + 1))
        return f'<c r="{place}" {value}</c>{"".join(covered)}'

    def behind(self) -> str:
        """What follows the rows: the cells that are one, and the words that are offered in a cell.

        openpyxl would write the same, for ten times as much; the ranges stand in its order, which is that of a set, so
        that a page has the bytes that it had in the versions that let openpyxl write it.
        """
        placed = [(number, piece) for number, row in enumerate(self._page.rows, 1) for piece in row.pieces]
        as_one = {
            (number, piece.first + 1, number + piece.down, piece.last + 1)
            for number, piece in placed
            if piece.last > piece.first or piece.down
        }
        merged = "".join(
            f'<mergeCell ref="{self._letters[first - 1]}{row}:{self._letters[last - 1]}{down}" />'
            for row, first, down, last in as_one
        )
        rules = [
            f'<dataValidation sqref="{self._letters[piece.first]}{number}" showDropDown="0" showInputMessage="0" '
            f'showErrorMessage="0" allowBlank="1" type="list"><formula1>"{escape(",".join(piece.choices))}"</formula1>'
            "</dataValidation>"
            for number, piece in placed
            if piece.choices
        ]
        offered = f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>' if rules else ""
        return (f'<mergeCells count="{len(as_one)}">{merged}</mergeCells>' if as_one else "") + offered
