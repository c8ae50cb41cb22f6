"""A page of text, described: what a letter or a form looks like on A4, row by row. `page_xlsx` writes it.

The texts are said already, in the language being spoken, and stand in the cells as they are given; the measure of a row
follows from them. A page that a spreadsheet program prints shows no grid.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Literal

from exports.formats.screen import width as text_width
from exports.formats.sheet import Block, SheetColumn, TypedValue, Value

# How a piece looks: where its text stands, how large and heavy it is, whether a line is drawn around it.
Look = Literal["text", "right", "centre", "title", "name", "label", "yen", "total", "seal", "head", "entry"]

# The sizes of the letters, in points, that are tried until the page holds all its rows; the last one stays.
SIZES = (10.5, 10.0, 9.5, 9.0)
# What a size is multiplied by, where a look is larger than the text around it.
LARGER = {"title": 1.35, "name": 1.15}
# A page of A4 less its margins, in points.
HEIGHT = 740.0
# From line to line, in parts of the size; and the points that a row has beside its lines.
_LINE, _ROOM = 1.25, 2.0
# The points of a column's unit: 6 with the font of our workbooks, 7 where another stands in for it, never less than
# this. So a page of 72 units keeps letters of 9 points where it has to be fitted to its paper.
_UNIT = 5.5
# Signs that turn the direction of what follows, or take no room and say nothing.
_UNSEEN = re.compile("[\u200b-\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


@dataclass(frozen=True)
class Piece:
    """Something that stands on a page: over which columns (from 0, the last one included), what, and how it looks.

    It goes over so many rows further `down`, which have a piece without a text in its place. `choices` are the words
    that a spreadsheet program offers where something is to be entered.
    """

    first: int
    last: int
    value: str | int
    look: Look = "text"
    down: int = 0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageRow:
    """Pieces side by side; without any, a gap of so many lines."""

    pieces: tuple[Piece, ...] = ()
    gap: float = 1.0


@dataclass(frozen=True)
class TextPage:
    """The widths of the columns, in the units of spreadsheets, and the rows from top to bottom."""

    widths: tuple[float, ...]
    rows: tuple[PageRow, ...]

    @property
    def size(self) -> float:
        """The size of the letters, in points, at which all rows stand on one page, or else the smallest."""
        return next((size for size in SIZES if self.height(size) <= HEIGHT), SIZES[-1])

    def height(self, size: float) -> float:
        """How high all rows are together, in points."""
        return sum(self.heights(size))

    def heights(self, size: float) -> Iterator[float]:
        """How high each row is, in points."""
        for row in self.rows:
            line = size * _LINE
            if not row.pieces:
                yield line * row.gap
            else:
                yield max(self._lines(piece, size) * line * LARGER.get(piece.look, 1) for piece in row.pieces) + _ROOM

    def _lines(self, piece: Piece, size: float) -> float:
        if piece.look in ("head", "entry"):
            return 1.6
        if not isinstance(piece.value, str) or piece.look == "seal":
            return 1
        room = sum(self.widths[piece.first : piece.last + 1]) * _UNIT / (size * LARGER.get(piece.look, 1) / 2)
        return max(1, ceil(_width(piece.value) / (room - 1)))

    def block(self, *keys: str) -> Block:
        """The cells of the page as a table, for whoever reads or compares it: each piece in its first column."""
        columns = tuple(SheetColumn("", "any", width, key=key) for width, key in zip(self.widths, keys, strict=True))
        return Block(columns, tuple(self._cells(row) for row in self.rows))

    def _cells(self, row: PageRow) -> tuple[Value, ...]:
        by_column = {piece.first: piece.value for piece in row.pieces if piece.value != ""}
        return tuple(
            TypedValue("yen", value) if isinstance(value := by_column.get(at), int) else value
            for at in range(len(self.widths))
        )


@lru_cache(maxsize=4096)
def _width(text: str) -> int:
    """The width of a text, which is asked for each size that is tried; letters have much of their text in common."""
    return text_width(text, 2)


def plain(text: str) -> str:
    """A text as it can stand in one line of a page: what breaks a line, or turns it around, is not in it."""
    spaced = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    return _UNSEEN.sub("", spaced)
