"""Which columns stand on which sheet of a workbook, by key: what a later version needs to compare an older file.

A key never changes, a title may. The layout is a property of the file; a file without one is of version 0.1.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from exports.formats.sheet import IN_JAPAN, Block, Sheet, SheetColumn, StyledRow, Values, Workbook
from exports.formats.xlsx import WrittenRows
from ledger.audit.faults import Fault
from ledger.i18n import _

_JAPAN = timedelta(hours=9)
# Of each sheet, by its name in the code, the keys of its columns; one list for blocks in a row with the same columns.
Layout = dict[str, list[list[str]]]


def of(workbook: Workbook) -> Layout:
    """The layout of a workbook."""
    return {sheet.name: [keys for keys, _blocks in _groups(sheet.blocks)] for sheet in workbook.sheets}


def parse(text: str) -> Layout | None:
    """The layout that stands in a property; None when nothing does that could be one."""
    try:
        layout = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return layout if isinstance(layout, dict) and all(map(_is_sheet, layout.values())) else None


def _is_sheet(groups: object) -> bool:
    return isinstance(groups, list) and all(
        isinstance(keys, list) and all(isinstance(key, str) for key in keys) for keys in groups
    )


def _groups(blocks: Iterable[Block]) -> Iterator[tuple[list[str], list[Block]]]:
    """Blocks in a row that have the same columns, with the keys of these."""
    for keys, members in groupby(blocks, key=lambda block: [column.key for column in block.columns]):
        yield keys, list(members)


@dataclass
class Uncompared:
    """What of a sheet is not compared: from which row on which columns (1 is A), rows of titles, texts beside sums."""

    columns: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    titles: frozenset[int] = frozenset()
    texts: dict[int, frozenset[int]] = field(default_factory=dict)

    def at(self, row: int) -> frozenset[int] | None:
        """The columns of a row that are not compared; None: all of them."""
        if row in self.titles:
            return None
        columns = next((columns for first, columns in reversed(self.columns) if row >= first), frozenset[int]())
        return columns | self.texts.get(row, frozenset())


class EarlierLayout:
    """A workbook as it would have been laid out by the version that wrote a file, and what has changed since."""

    def __init__(self, workbook: Workbook, layout: Layout, file: str) -> None:
        self._file = file
        self._gone: dict[str, list[frozenset[str]]] = {}
        self.notes: list[Fault] = []
        self.workbook = workbook
        if layout.keys().isdisjoint(sheet.name for sheet in workbook.sheets):  # it is the layout of something else
            return
        self.notes.append(Fault("earlier-layout", file, {}))
        sheets = []
        for made in workbook.sheets:
            sheet = _as_kept(made, {key for keys in layout.get(made.name, []) for key in keys})
            groups = list(_groups(sheet.blocks))
            if sheet.name not in layout:
                self.notes.append(Fault("sheet-since", file, {"sheet": _(sheet.name)}))
            elif len(groups) == len(layout[sheet.name]):
                sheets.append(self._sheet(sheet, groups, layout[sheet.name]))
            else:
                sheets.append(sheet)
        self.workbook = replace(workbook, sheets=tuple(sheets))

    def _sheet(self, sheet: Sheet, groups: list[tuple[list[str], list[Block]]], layout: list[list[str]]) -> Sheet:
        blocks: list[Block] = []
        for (keys, members), earlier in zip(groups, layout, strict=True):
            removed, added = (
                [key for key in first if key not in second] for first, second in ((earlier, keys), (keys, earlier))
            )
            if len(removed) == len(earlier):  # nothing is known of it: it is compared as it is
                return sheet
            for code, names in (("columns-gone", removed), ("columns-since", added)):
                if names:
                    self.notes.append(Fault(code, self._file, {"sheet": _(sheet.name), "columns": ", ".join(names)}))
            self._gone.setdefault(sheet.name, []).append(frozenset(removed))
            blocks += [_laid_out(block, keys, earlier) for block in members]
        return replace(sheet, blocks=tuple(blocks))

    def uncompared(self, written: list[WrittenRows]) -> list[Uncompared]:
        """What is not compared of each sheet, as its rows were written."""
        return [self._uncompared(sheet, rows) for sheet, rows in zip(self.workbook.sheets, written, strict=True)]

    def _uncompared(self, sheet: Sheet, rows: WrittenRows) -> Uncompared:
        if sheet.name not in self._gone:
            return Uncompared()
        starts, unknown = iter(rows.blocks), iter(self._gone[sheet.name])
        columns = []
        for _keys, members in _groups(sheet.blocks):
            first, *_others = [next(starts) for _block in members]
            keys = next(unknown)
            letters = [at for at, column in enumerate(members[0].columns, 1) if column.key in keys]
            columns.append((first, frozenset(letters)))
        texts = frozenset(
            at for block in sheet.blocks for at, column in enumerate(block.columns, 1) if not column.total
        )
        return Uncompared(columns, frozenset(rows.titles), dict.fromkeys(rows.sums, texts))


def _as_kept(sheet: Sheet, earlier: set[str]) -> Sheet:
    """The sheet with moments in UTC, as they are kept, where the layout of a file has the column so."""
    return replace(sheet, blocks=tuple(_in_utc(block, earlier) for block in sheet.blocks))


def _in_utc(block: Block, earlier: set[str]) -> Block:
    kept = {at: column.key.removesuffix(IN_JAPAN) for at, column in enumerate(block.columns)}
    changed = {at for at, column in enumerate(block.columns) if column.key != kept[at] and kept[at] in earlier}
    if not changed:
        return block

    def moved(cells: Values) -> Values:
        return tuple(
            cell - _JAPAN if at in changed and isinstance(cell, datetime) else cell for at, cell in enumerate(cells)
        )

    return replace(
        block,
        columns=tuple(
            replace(column, key=kept[at]) if at in changed else column for at, column in enumerate(block.columns)
        ),
        rows=(replace(row, cells=moved(row.cells)) if isinstance(row, StyledRow) else moved(row) for row in block.rows),
    )


def _laid_out(block: Block, keys: list[str], earlier: list[str]) -> Block:
    """A block with the columns that it had, in their order; one that is known no more stays empty."""
    places = [keys.index(key) if key in keys else None for key in earlier]

    def moved(cells: Values) -> Values:
        return tuple(None if place is None else cells[place] for place in places)

    return replace(
        block,
        columns=tuple(
            SheetColumn("", key=key) if place is None else block.columns[place]
            for place, key in zip(places, earlier, strict=True)
        ),
        rows=(replace(row, cells=moved(row.cells)) if isinstance(row, StyledRow) else moved(row) for row in block.rows),
    )
