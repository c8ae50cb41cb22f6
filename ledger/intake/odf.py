"""The marks of an OpenDocument spreadsheet (.ods), which keeps beside each value the text that is shown for it."""

import zipfile
from typing import Any

from ledger.intake.files import LIMIT_SHEET_COLUMNS, LIMIT_SHEET_ROWS, Unreadable
from ledger.intake.marks import SheetMarks
from ledger.intake.ooxml import parse_xml

_NUMBERS = ("float", "currency", "percentage")


def marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """The marks of each sheet, by its name. Raises Unreadable for a sheet that reaches too far."""
    reader = _ContentReader()
    try:
        with archive.open("content.xml") as xml:
            parse_xml(xml, reader.start, reader.end, reader.characters)
    except KeyError:
        raise Unreadable("broken-workbook") from None
    return reader.sheets


def _count(attributes: dict[str, str], name: str, limit: int) -> int:
    text = attributes.get(name, "1")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Unreadable("broken-workbook")
    return max(1, min(int(text), limit + 1))


class _ContentReader:
    """Follows the elements of content.xml; a sheet inside a cell is left alone."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetMarks] = {}
        self.hidden_styles: set[str] = set()
        self.style = self.name = ""
        self.sheet: SheetMarks | None = None
        self.nested = 0
        self.row = self.rows = self.column = self.columns = 0
        self.cell: dict[str, str] | None = None
        self.paragraphs = 0
        self.text: list[str] = []
        self.inside = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "style:style":
            self.style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)
        elif tag == "table:table":
            self.nested += 1
            if self.nested == 1:
                self.name = attributes.get("table:name", "")
                hidden = attributes.get("table:style-name", "") in self.hidden_styles
                self.sheet = self.sheets[self.name] = SheetMarks(hidden, merges=[])
                self.row = 1
        elif self.sheet is None or self.nested != 1:
            return
        elif tag == "table:table-row":
            self.rows, self.column = _count(attributes, "table:number-rows-repeated", LIMIT_SHEET_ROWS), 1
            if attributes.get("table:visibility", "visible") != "visible":
                self.sheet.hide(self.row, self.row + self.rows - 1)
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.columns = _count(attributes, "table:number-columns-repeated", LIMIT_SHEET_COLUMNS)
            self.cell, self.text, self.paragraphs = attributes, [], 0
        elif tag == "office:annotation":
            self.inside += 1
        elif tag == "text:p" and self.cell is not None and not self.inside:
            self.text += ["\n"] * (self.paragraphs > 0)
            self.paragraphs += 1
        elif tag == "text:s" and not self.inside:
            self.text.append(" ")

    def characters(self, text: str) -> None:
        """A text inside an element."""
        if self.cell is not None and self.paragraphs and not self.inside:
            self.text.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "table:table":
            self.nested -= 1
            if self.nested == 0:
                self.sheet = None
        elif self.sheet is None or self.nested != 1:
            return
        elif tag == "office:annotation":
            self.inside -= 1
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            if self.cell is not None:
                self._cell(self.sheet, self.cell, "".join(self.text))
            self.cell = None
            self.column += self.columns
        elif tag == "table:table-row":
            self.row += self.rows

    def _cell(self, sheet: SheetMarks, cell: dict[str, str], shown: str) -> None:
        kind = cell.get("office:value-type", "")
        spanned = [_count(cell, f"table:number-{name}-spanned", LIMIT_SHEET_ROWS) for name in ("rows", "columns")]
        if sheet.merges is not None and max(spanned) > 1:
            bottom, right = self.row + spanned[0] - 1, self.column + spanned[1] - 1
            sheet.merges.append((self.row, self.column, bottom, right))
        if not kind and not shown and "table:formula" not in cell:
            return
        sheet.reaches(self.name, self.row, self.column, self.rows, self.columns)
        mark: Any = None
        if cell.get("calcext:value-type") == "error" or (
            kind == "string" and shown.startswith(("#N/A", "#REF!", "Err:"))
        ):
            mark = shown if shown.startswith("#") else "#VALUE!"
        elif "table:formula" in cell and not kind:
            sheet.formula((self.row, self.column), None, number=False)
            mark = sheet.cells[self.row, self.column]
        elif "table:formula" in cell and kind in _NUMBERS:
            sheet.formula((self.row, self.column), cell.get("office:value", ""), number=True)
            mark = sheet.cells.get((self.row, self.column))
        if mark is not None or (kind in _NUMBERS and shown.replace(",", "") != cell.get("office:value")):
            for row in range(self.row, self.row + self.rows):
                for column in range(self.column, self.column + self.columns):
                    if mark is not None:
                        sheet.cells[row, column] = mark
                    else:
                        sheet.shown[row, column] = shown
