"""A sheet as it is read: its rows one after the other, each with its number and its cells by column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.intake.columns import Cell

# What a row holds, by column: 1 is A.
Cells = dict[int, Cell]
# The cells of some rows by column, None where one is blank.
Columns = dict[int, list[Cell | None]]


class Row(NamedTuple):
    """A row that holds anything; `covered` are the columns that a cell on their left is merged over.

    `width` is how many cells a row of text has, blank ones among them; 0: a workbook does not tell.
    """

    number: int
    cells: Cells
    covered: tuple[int, ...] = ()
    width: int = 0


def rows_of(first: int, columns: Columns) -> Iterator[Row]:
    """The rows that hold anything, from the first on, whose cells stand in these columns."""
    if any(None in column for column in columns.values()):
        for number, values in enumerate(zip(*columns.values(), strict=True), first):
            if cells := {at: cell for at, cell in zip(columns, values, strict=True) if cell is not None}:
                yield Row(number, cells)
    else:
        for number, values in enumerate(zip(*columns.values(), strict=True), first):
            yield Row(number, dict(zip(columns, values, strict=True)))


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
