"""A page of text in a workbook: one A4 page upright, no grid, each row as high as its text, the size that fits."""

from collections.abc import Iterator

from openpyxl import Workbook as Package
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
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


class PageRows:
    """A page that is being written: its frame at once, its rows as XML afterwards."""

    def __init__(self, page: TextPage, frame: Worksheet, package: Package) -> None:
        self.breaks: list[int] = []
        self._page, self._size = page, page.size
        self._scratch = Worksheet(package)
        looks = {piece.look for row in page.rows for piece in row.pieces}
        self._styles = {look: self._style(look) for look in sorted(looks)}
        self._letters = [get_column_letter(at + 1) for at in range(len(page.widths))]
        self._set_up(frame)

    def _set_up(self, frame: Worksheet) -> None:
        for letter, width in zip(self._letters, self._page.widths, strict=True):
            frame.column_dimensions[letter].width = width
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
        for number, row in enumerate(self._page.rows, 1):
            for piece in row.pieces:
                if piece.last > piece.first or piece.down:
                    last = f"{self._letters[piece.last]}{number + piece.down}"
                    frame.merged_cells.add(f"{self._letters[piece.first]}{number}:{last}")
                if piece.choices:
                    rule = DataValidation(type="list", formula1=f'"{",".join(piece.choices)}"', allow_blank=True)
                    rule.add(f"{self._letters[piece.first]}{number}")
                    frame.add_data_validation(rule)

    def _style(self, look: Look) -> int:
        cell = Cell(self._scratch, row=1, column=1)
        size = self._size * LARGER.get(look, 1)
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
        return cell.style_id

    def xml(self) -> Iterator[str]:
        """The rows from top to bottom."""
        rows = zip(self._page.rows, self._page.heights(self._size), strict=True)
        for number, (row, height) in enumerate(rows, 1):
            cells = "".join(self._cell(piece, number) for piece in row.pieces)
            yield f'<row r="{number}" ht="{min(height, 409):.2f}" customHeight="1">{cells}</row>'

    def _cell(self, piece: Piece, number: int) -> str:
        style, place = self._styles[piece.look], f"{self._letters[piece.first]}{number}"
        value = text_cell(style, piece.value) if isinstance(piece.value, str) else f's="{style}"><v>{piece.value:d}</v>'
        covered = (f'<c r="{self._letters[at]}{number}" s="{style}"/>' for at in range(piece.first + 1, piece.last + 1))
        return f'<c r="{place}" {value}</c>{"".join(covered)}'
