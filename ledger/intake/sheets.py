"""A sheet as it is read: its rows one after the other, each with its number and its cells by column."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.intake.columns import Cell

# What a row holds, by column: 1 is A.
Cells = dict[int, Cell]


class Row(NamedTuple):
    """A row that holds anything; `covered` are the columns that a cell on their left is merged over.

    `width` is how many cells a row of text has, blank ones among them; 0: a workbook does not tell.
    """

    number: int
    cells: Cells
    covered: tuple[int, ...] = ()
    width: int = 0


class Seen(NamedTuple):
    """Something noticed in a sheet that is read all the same: the code of the note, the first row, the fields."""

    code: str
    row: int | None
    fields: dict[str, object]


@dataclass
class InputSheet:
    """A sheet; its rows are read once, and are `size` at most. A sheet of text has no name.

    `noticed` is complete when the rows have been read.
    """

    name: str | None
    rows: Iterable[Row]
    size: int = 0
    noticed: list[Seen] = field(default_factory=list)
