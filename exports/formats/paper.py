"""What of a sheet is printed: the columns that fit on A4 in letters of at least 8 points, those of most importance.

The printed columns stand left, in their order; the others stand right of the print area, where the screen shows them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, takewhile, zip_longest
from operator import itemgetter

from exports.formats.screen import breaks
from exports.formats.screen import width as text_width
from exports.formats.sheet import Block, Sheet, SheetColumn, StyledRow, Value, Values, Workbook

FONT = 11  # points
SMALLEST = 8  # points on paper
HEADER_FONT = 9  # points, at the head and the foot of a page
LINE = 18  # points that a line of the font takes
MOST_LINES = 22  # a row cannot be higher than 409 points
SIDE, TOP, BOTTOM = 0.4, 0.6, 0.55  # inches around what is printed
_CHARACTER = 6.0  # points that a digit of the font takes
_PADDING = 3.75  # points besides, in each column
_LONG, _SHORT = 297 / 25.4, 210 / 25.4  # inches of A4


def column_widths(sheet: Sheet) -> list[float]:
    """The width of each column of a sheet, in characters: the widest that any of its blocks asks for."""
    widths = zip_longest(*([column.width for column in block.columns] for block in sheet.blocks), fillvalue=0)
    return [max(column) for column in widths]


def scale(sheet: Sheet) -> float:
    """By how much the printed columns are made smaller to fit on the page; 1 where they fit as they are."""
    return min(1.0, _room(sheet) / _page(sheet, _printed(sheet)))


def wraps(column: SheetColumn) -> bool:
    """Whether a text that is longer than the column goes on below."""
    return column.wrap or column.kind == "any"


def lines_needed(texts: Iterable[tuple[Value, float]]) -> int:
    """How many lines a row takes whose texts have so much room, in characters; not every program works it out."""
    needed = [
        _lines(text, room) for text, room in texts if isinstance(text, str) and (len(text) * 2 > room or "\n" in text)
    ]
    return min(max(needed, default=1), MOST_LINES)


@lru_cache(maxsize=1024)
def _lines(text: str, room: float) -> int:
    return sum(_lines_of_part(part, room) for part in text.split("\n"))


def _lines_of_part(text: str, room: float) -> int:
    columns = text_width(text, 1)
    if columns <= room:
        return 1
    # A Japanese character takes an em, and that is less than two digits.
    needed = columns - (columns - len(text)) * (2 - FONT / _CHARACTER)
    return 1 if needed <= room else 1 + sum(1 for _at in breaks(text, int(room * columns / needed)))


def on_each_page(sheet: Sheet) -> int:
    """How many columns, from the left, stand on every page of a sheet that is several pages across."""
    return len(list(takewhile(lambda column: column.importance > 2, sheet.blocks[0].columns)))


def on_first_page(sheet: Sheet) -> int:
    """How many columns, from the left, stand on the first of the pages side by side, which get the same room."""
    points = _printed(sheet)
    room = _page(sheet, points)
    return sum(upto <= room for upto in accumulate(points)) if sheet.across > 1 else len(points)


def arranged(workbook: Workbook) -> Workbook:
    """The workbook with the printed columns of each sheet left of the others."""
    return replace(workbook, sheets=tuple(_arranged(sheet) for sheet in workbook.sheets))


def _printed(sheet: Sheet) -> list[float]:
    """The points that each printed column takes as it is."""
    widths = column_widths(sheet)
    return [_points(width) for width in widths[: sheet.printed or len(widths)]]


def _page(sheet: Sheet, points: list[float]) -> float:
    """The points that the columns on one page take, of the pages side by side."""
    again = sum(points[: on_each_page(sheet)]) * (sheet.across - 1)
    return (sum(points) + again) / sheet.across


def _room(sheet: Sheet) -> float:
    return ((_LONG if sheet.landscape else _SHORT) - 2 * SIDE) * 72


def _points(width: float) -> float:
    return width * _CHARACTER + _PADDING


def _arranged(sheet: Sheet) -> Sheet:
    if sheet.to_fill or sheet.printed:
        return sheet
    if sheet.across > 1:
        return replace(sheet, printed=len(column_widths(sheet)))
    # Blocks with the same columns are treated alike, or one row of titles would not do for all.
    kept = {block.columns: list(range(len(block.columns))) for block in sheet.blocks}
    while True:
        tried = replace(
            sheet,
            blocks=tuple(_moved(block, kept[block.columns]) for block in sheet.blocks),
            printed=max(len(places) for places in kept.values()),
        )
        widest = max(kept, key=lambda columns: sum(_points(columns[at].width) for at in kept[columns]))
        if scale(tried) * FONT >= SMALLEST or len(kept[widest]) == 1:
            return tried
        weights = {at: (_weight(widest[at]), -at) for at in kept[widest]}
        kept[widest].remove(min(weights, key=weights.__getitem__))


def _weight(column: SheetColumn) -> float:
    return column.importance - (1.5 if column.on_paper else 0)


def _moved(block: Block, kept: list[int]) -> Block:
    """The block with the columns that are kept before the others."""
    order = [*kept, *(at for at in range(len(block.columns)) if at not in kept)]
    if order == sorted(order):
        return block
    columns = tuple(block.columns[at] for at in order)
    return replace(block, columns=columns, rows=_Moved(block.rows, itemgetter(*order)))


class _Moved(Iterable[Values | StyledRow]):
    """Rows with their cells in another order, moved when they are read."""

    def __init__(self, rows: Iterable[Values | StyledRow], move: Callable[[Values], Values]) -> None:
        self._rows, self._move = rows, move

    def __iter__(self) -> Iterator[Values | StyledRow]:
        move = self._move
        for row in self._rows:
            yield replace(row, cells=move(row.cells)) if isinstance(row, StyledRow) else move(row)
