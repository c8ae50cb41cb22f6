"""What the reader of values does not tell of a workbook, and a value may be wrong without.

Formulas without a result, or whose 0 may be an empty cell; errors; formats that show another number; rows that are
hidden; and how far a sheet reaches, before it is laid out in memory.
"""

from bisect import bisect_right
from dataclasses import dataclass, field

from ledger.intake.columns import Cell, NotAsShown, Uncalculated
from ledger.intake.files import LIMIT_CELLS, LIMIT_SHEET_COLUMNS, LIMIT_SHEET_ROWS, Unreadable, letter

# A cell by row and column, each from 1.
Place = tuple[int, int]
# A rectangle of merged cells: first row, first column, last row, last column.
Merge = tuple[int, int, int, int]


@dataclass
class SheetMarks:
    """The marks of one sheet; `cells` are what stands in place of a value, `formats` the formats that change one."""

    hidden: bool = False
    cells: dict[Place, Cell] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    shown: dict[Place, str] = field(default_factory=dict)
    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Merge] | None = None
    top: int = LIMIT_SHEET_ROWS + 1
    left: int = LIMIT_SHEET_COLUMNS + 1
    bottom: int = 0
    right: int = 0

    def reaches(self, sheet: str, row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        """A cell, or a block of equal cells, that holds something; raises Unreadable when the sheet is too large."""
        if row < 1 or column < 1 or row + rows - 1 > LIMIT_SHEET_ROWS or column + columns - 1 > LIMIT_SHEET_COLUMNS:
            raise Unreadable("broken-workbook")
        self.top, self.left = min(self.top, row), min(self.left, column)
        self.bottom, self.right = max(self.bottom, row + rows - 1), max(self.right, column + columns - 1)
        if (self.bottom - self.top + 1) * (self.right - self.left + 1) > LIMIT_CELLS:
            raise Unreadable("too-many-cells", sheet, last=f"{letter(self.right)}{self.bottom}", limit=LIMIT_CELLS)

    def formula(self, place: Place, text: str | None, *, number: bool) -> None:
        """What a formula gave: nothing that is kept (None), or a 0 that may be that of an empty cell."""
        if text is None:
            self.cells[place] = Uncalculated()
        elif number and is_zero(text):
            self.cells[place] = NotAsShown("from-a-formula", text, text)

    def is_hidden(self, row: int) -> bool:
        """Whether a row is hidden."""
        at = bisect_right(self.hidden_rows, (row, LIMIT_SHEET_ROWS)) - 1
        return at >= 0 and self.hidden_rows[at][0] <= row <= self.hidden_rows[at][1]

    def hide(self, first: int, last: int) -> None:
        """Marks rows as hidden, joined to those above."""
        if self.hidden_rows and self.hidden_rows[-1][1] + 1 == first:
            first = self.hidden_rows.pop()[0]
        self.hidden_rows.append((first, last))


def is_zero(text: str) -> bool:
    """Whether a number as the file writes it is zero."""
    digits = text.strip().partition("e")[0].partition("E")[0]
    return bool(digits) and not digits.strip("+-0.")
