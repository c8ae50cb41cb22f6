"""The headings of a table: a row is known by them, with marks and remarks of people around them, wherever it stands.

Headings are compared without spaces, line breaks and differences of width. Where several kinds fit a row, the one that
most of its headings belong to is meant.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from ledger.intake.kind import Kind
from ledger.intake.kinds import KINDS
from ledger.intake.sheets import Cells, Row

# Marks that people put before or behind a heading, and remarks in brackets that say how to fill it in; a remark
# that could say what the column means, such as (税抜), is none of these.
_MARKS = "※*＊★☆●○◎◆◇■□▲▼・:：!！#＃▼→"
_SAYS_NOTHING = re.compile(
    r"(?:必須|任意|要入力|入力必須|必須項目|必須入力|入力|記入|円|単位:?円|税込み?|半角|全角|半角数字|数字|西暦|和暦|日付|カナ|全角カナ|半角カナ"
    r"|郵送|転記|再掲|[0-9]{1,2}桁|注[0-9]*|※[0-9]*|[0-9]|例.{0,20})[※*]*"
)
_BRACKETED = re.compile(r"[(\[【<〈《]([^()\[\]【】<>〈〉《》]*)[)\]】>〉》]")


@dataclass(frozen=True)
class Headings:
    """A row taken as the headings of a kind, each heading with the columns that it stands over."""

    row: Row
    columns: dict[str, list[int]]
    kind: Kind

    @cached_property
    def recognised(self) -> int:
        """How many headings of the kind there are."""
        return len(self.kind.by_heading.keys() & self.columns.keys())

    @cached_property
    def lacking(self) -> list[str]:
        """The headings without which the rows cannot be read as this kind."""
        return self.kind.lacks(set(self.columns))

    @property
    def needed(self) -> int:
        """How many headings the kind cannot be without."""
        return len(self.kind.lacks(set()))

    @property
    def are_meant(self) -> bool:
        """Whether these are headings of the kind with one misspelt or missing: so a table is never lost in silence."""
        return self.recognised > 1 and len(self.lacking) * 2 <= self.needed


@cache
def _known() -> frozenset[str]:
    return frozenset(heading for kind in KINDS for heading in kind.by_heading)


@cache
def _beginnings() -> frozenset[str]:
    return (
        frozenset(heading[0] for heading in _known())
        | frozenset(_MARKS + "([【<〈《（［ 　")
        | {unicodedata.normalize("NFKC", heading[0]) for heading in _known()}
    )


@lru_cache(maxsize=4096)
def plain(cell: str) -> str:
    """A heading as it is compared: without spaces, width, marks and remarks; unchanged in words we do not know."""
    narrow = "".join(unicodedata.normalize("NFKC", cell).split())
    if narrow in _known():
        return narrow
    remarks = _BRACKETED.findall(narrow)
    if all(_SAYS_NOTHING.fullmatch(remark) for remark in remarks):
        bare = _BRACKETED.sub("", narrow).strip(_MARKS)
        bare = re.sub(r"[※*](?:必須|任意|[0-9]*)$", "", bare)
        if bare in _known():
            return bare
    return narrow


def may_be(cells: Cells) -> bool:
    """A quick look whether a row could be one of headings: two texts that begin like some, and no number or day."""
    count = 0
    beginnings = _beginnings()
    for cell in cells.values():
        if not isinstance(cell, str):
            return False
        if len(cell) < 40 and cell[0] in beginnings and (count := count + 1) > 1 and plain(cell) in _known():
            return True
    return count > 1 and any(plain(cell) in _known() for cell in cells.values() if isinstance(cell, str))


def candidates(row: Row) -> list[Headings]:
    """The row as the headings of each kind of which it has any."""
    columns: dict[str, list[int]] = {}
    for at in sorted(row.cells):
        cell = row.cells[at]
        if isinstance(cell, str):
            columns.setdefault(plain(cell), []).append(at)
    found = [Headings(row, columns, kind) for kind in KINDS]
    return [headings for headings in found if headings.recognised]


def fitting(row: Row) -> list[Headings]:
    """The headings that the row is: none, those of one table, or those of several tables side by side."""
    blocks = [block for part in _blocks(row) if (block := _best(part)) is not None]
    if len(blocks) > 1:
        return blocks
    whole = _best(row)
    return [] if whole is None else [whole]


def _best(row: Row) -> Headings | None:
    found = (headings for headings in candidates(row) if not headings.lacking)
    return max(found, key=lambda headings: (headings.recognised, headings.needed), default=None)


def meant(rows: list[Headings]) -> Headings | None:
    """Of headings that fit no kind, those that are nearest to one."""
    near = [headings for headings in rows if headings.are_meant]
    return min(near, key=lambda row: (len(row.lacking), -row.recognised, row.row.number), default=None)


def _blocks(row: Row) -> Iterator[Row]:
    """The parts of a row that blank cells separate."""
    cells: Cells = {}
    before = 0
    for at in sorted(row.cells):
        if cells and at > before + 1:
            yield row._replace(cells=cells)
            cells = {}
        cells[at] = row.cells[at]
        before = at
    if cells:
        yield row._replace(cells=cells)
