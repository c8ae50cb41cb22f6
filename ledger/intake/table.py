"""A table on a sheet, from its headings on: which of its rows are lines, and which are passed over, and why."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from ledger.i18n import in_each
from ledger.intake import FORM
from ledger.intake.checks import row_problems
from ledger.intake.columns import CellNote, CellProblem, InputColumn, Value, parse_cell
from ledger.intake.debris import bare, says_sample
from ledger.intake.files import letter
from ledger.intake.headings import Headings
from ledger.intake.kind import KNOWN_ON, InputRow, Kind
from ledger.intake.sheets import Cells, InputSheet, Row, Seen
from ledger.intake.sound import SoundCells, Unsound, is_cut

_TOTAL = re.compile(r"(?:総|小|中|合|累)?計|総合計|(?:sub|grand)?-?total", re.IGNORECASE)
_TOTAL_OF = re.compile(
    r"(?i).{0,12}(?:合計|小計|総計|累計|total).{0,12}|.{0,8}計(?:[:(0-9].{0,12})?",
)
_REMARK = re.compile(r"[※*＊★☆●■◆◎→#]|[(\[【<]?(?:注|備考|注意|注記|凡例|参考|以上|以下余白|余白|作成|出力|印刷)")
# Under which heading a form bears what was filled in before it went out.
FORM_HEADING = "申込番号"
_THREE = re.compile(r"[0-9]{3}")


@dataclass(frozen=True)
class RecognisedSheet:
    """A table that was recognised: its kind, its lines, and the headings that mean nothing to us.

    `passed_over` are the rows that are no lines, by reason, each with how many and the first; `left` is how many lines
    were taken in before, and stay as they are.
    """

    kind: Kind
    sheet: str | None
    lines: list[InputRow]
    ignored: list[str]
    passed_over: dict[str, tuple[int, int]] = field(default_factory=dict)
    left: int = 0


class Reading(Protocol):
    """The sheet that a table stands on, as far as a table has to know it."""

    sheet: InputSheet
    one_more: Callable[[], None]  # takes the room of a line

    @property
    def name(self) -> str:
        """The name of the file."""
        ...

    @property
    def more(self) -> Counter[str]:
        """The problems that are only counted; with any of them, lines need not be kept."""
        ...

    def wrong(self, row: int | None, column: str | None, code: str, fields: dict[str, object]) -> None:
        """A problem in this sheet."""


class InputTable:
    """A table that is being read. With `many`, others stand beside it, and its columns are its own."""

    def __init__(self, headings: Headings, reading: Reading, *, many: bool) -> None:
        self.headings, self.reading = headings, reading
        self.kind = headings.kind
        self.place = self.kind, reading.name, reading.sheet.name
        self.one_more, self.more = reading.one_more, reading.more
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
        as_text = headings.row.width > 0
        # Of each column that is read: where it stands, whether a cell of it is needed, its name, and its sound cells.
        sound = [(at, column.required, column.name, SoundCells(column, as_text=as_text)) for at, column in self.columns]
        self.sound = [about for about in sound if about[2] != KNOWN_ON.name]
        self.sound_known_on = [about for about in sound if about[2] == KNOWN_ON.name]
        self.unread = sorted(self.headed - self.known)
        self.waiting: list[Row] = []  # rows of one cell: titles, if headings follow
        self.broken: list[int] = []  # lines with a line break inside a cell
        self.unheaded: dict[int, tuple[int, int]] = {}
        self.twice = self.faulty
        self.sample: tuple[int, str | None, str] | None = None  # the first example: its row, heading and cell
        # The form that goes out with a letter names the application; whoever returns it fills in the rest.
        self.is_form = self.kind.code == "choices" and reading.sheet.name in in_each(FORM)
        self.pass_over("heading", headings.row.number)

    @property
    def blank_form(self) -> int | None:
        """The row of a form that nobody filled in; None: it is no such form, or something is entered."""
        of = self.recognised
        return None if of.lines or self.faulty else of.passed_over.get("blank-form", (0, None))[1]

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
            if self.waiting:
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
        if (line := self._sound_line(row)) is not None:
            self.one_more()
            self._keep(line)
        elif (at := self._sample_at(row.cells)) is not None:
            self.sample = self.sample or (row.number, self._heading(at), str(row.cells[at]))
            self.pass_over("sample", row.number)
        elif self.is_form and row.cells.keys() == {self.headings.columns[FORM_HEADING][0]}:
            self.pass_over("blank-form", row.number)
        elif reason := self._no_line(row.cells):
            self.pass_over(reason, row.number)
        else:
            self._line(row)

    def _sound_line(self, row: Row) -> InputRow | None:
        """The line that a row of sound cells makes; None: the row has to be looked at cell by cell."""
        cells = row.cells
        if self.twice or row.covered or row.width > self.headings.row.width or not self.headed.issuperset(cells):
            return None
        values: dict[str, Value] = {}
        try:
            for at, required, name, sound in self.sound:
                if at in cells:
                    values[name] = sound[cells[at]]
                elif required:
                    return None
            known_on = [sound[cells[at]] for at, _required, _name, sound in self.sound_known_on if at in cells]
        except Unsound:
            return None
        for at in self.unread:
            if isinstance(cell := cells.get(at), str) and ("\n" in cell or says_sample(cell)):
                return None
        if self._no_line(cells) is not None:
            return None
        line = self._made(row, values, known_on[0] if known_on else None, ())
        return line if not self.kind.has_rules or next(row_problems(line, ()), None) is None else None

    def _made(
        self, row: Row, values: dict[str, Value], known_on: Value | None, noticed: tuple[CellNote, ...]
    ) -> InputRow:
        if known_on is None:
            known_on = values.get(self.kind.dated_by or "")
        return InputRow(*self.place, row.number, values, known_on if isinstance(known_on, date) else None, noticed)

    def _keep(self, line: InputRow) -> None:
        if not self.more:
            self.recognised.lines.append(line)

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
        self.one_more()
        if self.twice:
            self.pass_over("unread", row.number)
            return
        if not self._is_whole(row):
            self.pass_over("unread", row.number)
            return
        if any(isinstance(cell, str) and "\n" in cell for cell in row.cells.values()):
            self.broken.append(row.number)
        line, problems = self._read(row)
        for heading, problem in problems.items():
            self.wrong(row.number, heading, problem.code, problem.fields)
        self._keep(line)

    def _read(self, row: Row) -> tuple[InputRow, dict[str | None, CellProblem]]:
        """The line that the cells of a row make, and its problems, one a column; what is wrong is left out."""
        wrong: dict[str | None, CellProblem] = {}
        values: dict[str, Value] = {}
        noticed: list[CellNote] = []
        for at, column in self.columns:
            try:
                if at in row.cells:
                    values[column.name] = parse_cell(column, row.cells[at], noticed)
                elif column.required:
                    raise CellProblem("missing")
            except CellProblem as misread:
                wrong[column.heading] = misread.with_traceback(None)  # which would hold the row in a circle
        line = self._made(row, values, values.pop(KNOWN_ON.name, None), tuple(noticed))
        for heading, problem in row_problems(line, wrong.keys()):
            wrong.setdefault(heading, problem)
        return line, wrong

    def _is_whole(self, row: Row) -> bool:
        """Whether each cell stands under its heading, and no heading's cell is covered by another."""
        number, cells = row.number, row.cells
        if row.width > self.headings.row.width:
            fields: dict[str, object] = {"cells": row.width, "headings": self.headings.row.width}
            self.wrong(number, None, "more-cells", fields)
            return False
        for at in self.yen if row.width else ():
            amount, after = cells.get(at), cells.get(at + 1)
            if isinstance(amount, str) and isinstance(after, str) and is_cut(amount) and _THREE.fullmatch(after):
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
