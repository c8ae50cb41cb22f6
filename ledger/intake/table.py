"""A table on a sheet, from its headings on: which of its rows are lines, and which are passed over, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from ledger.intake.checks import row_problems
from ledger.intake.columns import CellNote, CellProblem, InputColumn, Value, parse_cell
from ledger.intake.debris import bare, says_sample
from ledger.intake.files import letter
from ledger.intake.headings import Headings
from ledger.intake.kind import KNOWN_ON, InputRow, Kind
from ledger.intake.sheets import Cells, InputSheet, Row, Seen

_TOTAL = re.compile(r"(?:総|小|中|合|累)?計|総合計|(?:sub|grand)?-?total", re.IGNORECASE)
_TOTAL_OF = re.compile(
    r"(?i).{0,12}(?:合計|小計|総計|累計|total).{0,12}|.{0,8}計(?:[:(0-9].{0,12})?",
)
_REMARK = re.compile(r"[※*＊★☆●■◆◎→#]|[(\[【<]?(?:注|備考|注意|注記|凡例|参考|以上|以下余白|余白|作成|出力|印刷)")
_THREE = re.compile(r"[0-9]{3}")
_UP_TO_THREE = re.compile(r"[-△▲¥￥]?[0-9]{1,3}")


@dataclass(frozen=True)
class RecognisedSheet:
    """A table that was recognised: its kind, its lines, and the headings that mean nothing to us.

    `passed_over` are the rows that are no lines, by reason, each with how many and the first.
    """

    kind: Kind
    sheet: str | None
    lines: list[InputRow]
    ignored: list[str]
    passed_over: dict[str, tuple[int, int]] = field(default_factory=dict)


class Reading(Protocol):
    """The sheet that a table stands on, as far as a table has to know it."""

    sheet: InputSheet

    @property
    def name(self) -> str:
        """The name of the file."""
        ...

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is wrong that lines need not be kept."""
        ...

    def wrong(self, row: int | None, column: str | None, code: str, fields: dict[str, object]) -> None:
        """A problem in this sheet."""

    def one_more(self) -> None:
        """Takes the room of a line."""


class InputTable:
    """A table that is being read. With `many`, others stand beside it, and its columns are its own."""

    def __init__(self, headings: Headings, reading: Reading, *, many: bool) -> None:
        self.headings, self.reading = headings, reading
        self.kind = headings.kind
        self.columns: list[tuple[int, InputColumn]] = []
        self.faulty = False
        for heading, column in self.kind.by_heading.items():
            places = headings.columns.get(heading, [])
            if len(places) > 1:
                fields: dict[str, object] = {"first": letter(places[0]), "second": letter(places[1])}
                self.wrong(headings.row.number, heading, "heading-twice", fields)
            elif places:
                self.columns.append((places[0], column))
        ignored = [heading for heading in headings.columns if heading not in self.kind.by_heading]
        self.recognised = RecognisedSheet(self.kind, reading.sheet.name, [], ignored)
        own = headings.row.cells
        self.span = (min(own), max(own)) if many else (1, 0)
        self.known = {at for at, _column in self.columns}
        self.required = [at for at, column in self.columns if column.required]
        self.one_of = [at for at, column in self.columns if column.heading in self.kind.any_of]
        self.yen = [at for at, column in self.columns if column.form == "yen"]
        self.headed = set(own)
        self.waiting: list[Row] = []  # rows of one cell: titles, if headings follow
        self.broken: list[int] = []  # lines with a line break inside a cell
        self.unheaded: dict[int, tuple[int, int]] = {}
        self.twice = self.faulty
        self.sample: tuple[int, str | None, str] | None = None  # the first example: its row, heading and cell
        self.pass_over("heading", headings.row.number)

    def wrong(self, row: int, column: str | None, code: str, fields: dict[str, object]) -> None:
        """A problem of this table."""
        self.faulty = True
        self.reading.wrong(row, column, code, fields)

    def pass_over(self, reason: str, row: int, count: int = 1) -> None:
        """Counts rows that are no lines."""
        before, first = self.recognised.passed_over.get(reason, (0, row))
        self.recognised.passed_over[reason] = before + count, first

    def take(self, row: Row) -> None:
        """A row under the headings."""
        cells = row.cells
        if self.span[1]:
            first, last = self.span
            cells = {at: cell for at, cell in cells.items() if first <= at <= last}
            if not cells:
                return
            row = row._replace(cells=cells)
        if self.known.isdisjoint(cells):
            self.pass_over("beside", row.number)
        elif len(cells) == 1:
            self.waiting.append(row)
        else:
            self._settle_waiting()
            self._settle(row)

    def end(self, *, titles: bool) -> None:
        """The table ends; with `titles`, other headings follow, and what waits belongs to them."""
        self._settle_waiting(titles=titles)
        if self.broken:
            self.reading.sheet.noticed.append(Seen("line-breaks", self.broken[0], {"count": len(self.broken)}))
            self.broken = []
        for at, (count, row) in sorted(self.unheaded.items()):
            self.reading.sheet.noticed.append(Seen("no-heading", row, {"column": letter(at), "count": count}))
        self.unheaded.clear()

    def _settle_waiting(self, *, titles: bool = False) -> None:
        waiting, self.waiting = self.waiting, []
        for row in waiting:
            if titles and all(isinstance(cell, str) for cell in row.cells.values()):
                self.pass_over("title", row.number)
            else:
                self._settle(row)

    def _settle(self, row: Row) -> None:
        if (at := self._sample_at(row.cells)) is not None:
            self.sample = self.sample or (row.number, self._heading(at), str(row.cells[at]))
            self.pass_over("sample", row.number)
        elif reason := self._no_line(row.cells):
            self.pass_over(reason, row.number)
        else:
            self._line(row)

    def _sample_at(self, cells: Cells) -> int | None:
        """The column in which a row says that it is an example; None: it does not."""
        for at, cell in cells.items():
            if isinstance(cell, str) and says_sample(cell):
                return at
        return None

    def _no_line(self, cells: Cells) -> str | None:
        """Why a row is no line: a total, a remark."""
        first = cells[min(cells)]
        if not isinstance(first, str):
            return None
        if first[0].isascii() and first[-1].isdigit():
            return None  # as nearly every row begins
        first = bare(first)
        if _TOTAL.fullmatch(first):
            return "total"
        if all(at in cells for at in self.required) and (not self.one_of or any(at in cells for at in self.one_of)):
            return None
        if _TOTAL_OF.fullmatch(first):
            return "total"
        return "remark" if _REMARK.match(first) else None

    def _line(self, row: Row) -> None:
        self.reading.one_more()
        if self.twice:
            self.pass_over("unread", row.number)
            return
        if not self._is_whole(row):
            self.pass_over("unread", row.number)
            return
        if any(isinstance(cell, str) and "\n" in cell for cell in row.cells.values()):
            self.broken.append(row.number)
        place = self.kind, self.reading.name, self.reading.sheet.name, row.number
        line, problems = _read_row(place, self.columns, row.cells)
        for heading, problem in problems:
            self.wrong(row.number, heading, problem.code, problem.fields)
        if not self.reading.is_hopeless:
            self.recognised.lines.append(line)

    def _is_whole(self, row: Row) -> bool:
        """Whether each cell stands under its heading, and no heading's cell is covered by another."""
        number, cells = row.number, row.cells
        if row.width > self.headings.row.width:
            fields: dict[str, object] = {"cells": row.width, "headings": self.headings.row.width}
            self.wrong(number, None, "more-cells", fields)
            return False
        for at in self.yen if row.width else ():
            amount, after = cells.get(at), cells.get(at + 1)
            if (
                isinstance(amount, str)
                and isinstance(after, str)
                and _UP_TO_THREE.fullmatch(amount)
                and _THREE.fullmatch(after)
            ):
                self.wrong(number, self._heading(at), "cut-at-comma", {"value": f"{amount},{after}"})
                return False
        if row.covered and (under := self.known.intersection(row.covered)):
            at = min(under)
            self.wrong(number, self._heading(at), "merged-across", {"place": f"{letter(at)}{number}"})
            return False
        if not self.headed.issuperset(cells):
            for at in cells.keys() - self.headed:
                if at in self.headings.row.covered:
                    place = f"{letter(at)}{self.headings.row.number}"
                    self.wrong(number, None, "merged-across", {"place": place})
                    return False
                count, first = self.unheaded.get(at, (0, number))
                self.unheaded[at] = count + 1, first
        return True

    def _heading(self, at: int) -> str | None:
        return next((column.heading for place, column in self.columns if place == at), None)


class InputTables:
    """The tables that stand side by side under one row of headings: one, as a rule."""

    def __init__(self, tables: list[InputTable]) -> None:
        self.tables = tables

    def take(self, row: Row) -> None:
        """A row under the headings."""
        for table in self.tables:
            table.take(row)

    def end(self, *, titles: bool) -> None:
        """The tables end."""
        for table in self.tables:
            table.end(titles=titles)

    def goes_on(self, tables: list[InputTable]) -> bool:
        """Whether these begin with the same headings over the same columns, as at the head of a printed page."""
        now, then = ([(table.kind, table.headings.columns) for table in each] for each in (self.tables, tables))
        return now == then

    def again(self, row: int) -> None:
        """The same headings stand here once more."""
        for table in self.tables:
            table.pass_over("heading", row)


def _read_row(
    place: tuple[Kind, str, str | None, int], columns: list[tuple[int, InputColumn]], cells: Cells
) -> tuple[InputRow, Iterator[tuple[str | None, CellProblem]]]:
    """The line that the cells of a row make, and its problems, one a column; what is wrong is left out."""
    wrong: dict[str | None, CellProblem] = {}
    values: dict[str, Value] = {}
    noticed: list[CellNote] = []
    for at, column in columns:
        try:
            if at in cells:
                values[column.name] = parse_cell(column, cells[at], noticed)
            elif column.required:
                raise CellProblem("missing")
        except CellProblem as misread:
            wrong[column.heading] = misread
    known_on = values.pop(KNOWN_ON.name, None) or values.get(place[0].dated_by or "")
    line = InputRow(*place, values, known_on if isinstance(known_on, date) else None, noticed)
    for heading, problem in row_problems(line, wrong.keys()):
        wrong.setdefault(heading, problem)
    return line, iter(wrong.items())
