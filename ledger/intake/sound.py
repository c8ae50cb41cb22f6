"""Sound cells, of which nothing has to be said: read once for each column, however often they stand there.

Nearly all cells are sound, and a row of sound cells is a line. The other rows are looked at cell by cell, in `table`.
"""

import re
from datetime import date

from ledger.intake.columns import Cell, CellNote, CellProblem, InputColumn, Value, parse_cell

# So many different cells are remembered of each column.
_REMEMBERED = 5_000
_UP_TO_THREE = re.compile(r"[-△▲¥￥]?[0-9]{1,3}")


class Unsound(Exception):
    """Something has to be said of a cell, or of its row because of it."""


class SoundCells(dict[Cell, Value]):
    """What the sound cells of a column hold, by cell.

    Looking up another raises Unsound: one that is a problem or is noticed, has a line break, or says that its row is an
    example; of a table kept as text (`as_text`) also an amount that may have been cut at its comma.
    """

    def __init__(self, column: InputColumn, *, as_text: bool) -> None:
        self.column = column
        self.may_be_cut = as_text and column.form == "yen"

    def __missing__(self, cell: Cell) -> Value:
        """Reads a cell, and remembers it unless a cell of another type may equal it, as TRUE equals 1."""
        if isinstance(cell, str) and ("\n" in cell or (self.may_be_cut and is_cut(cell))):
            raise Unsound
        noticed: list[CellNote] = []
        try:
            value = parse_cell(self.column, cell, noticed)
        except CellProblem:
            raise Unsound from None
        if noticed:
            raise Unsound
        if len(self) < _REMEMBERED and (isinstance(cell, (str, date)) or (type(cell) is int and cell > 1)):
            self[cell] = value
        return value


def is_cut(amount: str) -> bool:
    """Whether an amount is so short that it may be what stood before the comma of a longer one."""
    return _UP_TO_THREE.fullmatch(amount) is not None
