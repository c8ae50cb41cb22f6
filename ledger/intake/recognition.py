"""The tables of a file are recognised by their headings and read into lines; everything wrong is said at once.

Every row of a sheet becomes a line, or is passed over for a reason that is told: their sum is the sheet.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from ledger.errors import PROBLEMS_SHOWN, Problem
from ledger.i18n import _, in_each
from ledger.intake import GUIDE, LETTER, LISTS
from ledger.intake.bank import reading as bank
from ledger.intake.bank.beginning import is_bank_file
from ledger.intake.bank.mapping import CsvLayout
from ledger.intake.files import LIMIT_IMPORT_ROWS, Unreadable, format_of
from ledger.intake.headings import Headings, candidates, fitting, may_be, meant
from ledger.intake.kind import InputRow
from ledger.intake.report import ImportNote
from ledger.intake.sheets import InputSheet, Row
from ledger.intake.table import InputTable, InputTables, RecognisedSheet
from ledger.intake.workbook import sheets

# Gives the rows one by one and shows how far they are: the rows, how many there are at most, and whose they are.
Watching = Callable[[Iterable[Row], int, str], Iterable[Row]]

# Rows above the headings that are looked at for headings with a misspelling.
_LOOKED_AT = 20


@dataclass
class InputFile:
    """What a file holds: tables read, names of sheets passed over, and everything that is wrong.

    `sha256` is of its bytes; None: it could not be opened, or was taken in before and was not read again. Of the
    problems the first hundred are kept, and of `more` only how many there are of each code. `forms`: on how many sheets
    a form stands that went out with a letter, filled in or not. `lacking` are the columns of the bank's CSV that it
    does not have, where it has some of them.
    """

    name: str
    sheets: list[RecognisedSheet] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sha256: str | None = None
    notes: list[ImportNote] = field(default_factory=list)
    more: Counter[str] = field(default_factory=Counter)
    forms: int = 0
    lacking: list[str] | None = None

    def wrong(self, problem: Problem) -> None:
        """Keeps a problem, or counts it."""
        if len(self.problems) < PROBLEMS_SHOWN:
            self.problems.append(problem)
        else:
            self.more[problem.code] += 1


@dataclass
class Room:
    """How many lines an import may still have."""

    rows: int = LIMIT_IMPORT_ROWS

    @property
    def is_gone(self) -> bool:
        """Whether there was too little of it."""
        return self.rows < 0

    def take(self) -> None:
        """Takes the room of one line; raises Unreadable (import-too-large) when there is none."""
        self.rows -= 1
        if self.rows < 0:
            raise Unreadable("import-too-large", limit=LIMIT_IMPORT_ROWS)


def read_file(
    name: str,
    data: bytes,
    ending: str,
    sha256: str | None = None,
    room: Room | None = None,
    watching: Watching = lambda rows, _size, _label: rows,
    layout: CsvLayout | None = None,
) -> InputFile:
    """Reads the bytes of a file; `name` is how its problems are reported.

    `layout` is how the CSV of the bank is laid out, which has no headings of ours.
    """
    file, room = InputFile(name, sha256=sha256), room or Room()
    without_rows: list[Problem] = []
    anything = False
    try:
        if is_bank_file(data):
            bank.read(file, data, room)
            return file
        if layout is not None and format_of(data, ending) == "text" and bank.read_csv(file, data, layout, room):
            return file
        with _nothing_collected(), closing(sheets(data, ending)) as read:
            for sheet in read:
                label = " ".join(filter(None, [name, sheet.name]))
                count, blank = read_sheet(file, sheet, watching(sheet.rows, sheet.size, label), room)
                anything |= count > 0
                without_rows += blank
    except Unreadable as unreadable:
        file.problems.insert(0, unreadable.problem(name))
        file.sheets.clear()
        return file
    if file.forms:  # the letter before it is ours
        file.passed_over = [name for name in file.passed_over if name not in in_each(LETTER)]
    if not file.sheets and not file.problems and not file.forms:
        code = "unknown-kind" if anything else "empty-file"
        fields: dict[str, object] = {}
        if code == "unknown-kind" and layout is not None and file.lacking is not None:
            code, fields = "bank-columns-missing", {"columns": file.lacking, "layout": layout.name}
        file.problems.extend(without_rows or [Problem(name, None, None, code, fields)])
    return file


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Lines refer to no other, so looking through all of them for circles, again and again, would find none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def read_sheet(
    file: InputFile, sheet: InputSheet, rows: Iterable[Row], room: Room | None = None
) -> tuple[int, list[Problem]]:
    """Reads the rows of a sheet into the file; gives how many there were, and a problem for each table without any."""
    reading = _Reading(file, sheet, room or Room())
    reading.read(rows)
    return reading.count, reading.without_rows


class _Reading:
    """A sheet that is being read, row by row, into the tables that stand on it."""

    def __init__(self, file: InputFile, sheet: InputSheet, room: Room) -> None:
        self.file, self.sheet, self.one_more = file, sheet, room.take
        self.count = 0
        self.above: list[Row] = []  # the first rows above any headings
        self.far_above = 0  # and how many more
        self.tables: InputTables | None = None
        self.read_tables: list[InputTable] = []
        self.without_rows: list[Problem] = []

    def read(self, rows: Iterable[Row]) -> None:
        """Reads all rows."""
        for row in rows:
            self.count += 1
            like_headings = may_be(row.cells)
            found = fitting(row) if like_headings else []
            if found:
                self._begin(found)
            elif like_headings and self.tables is not None and (nearest := meant(candidates(row))) is not None:
                self.lacks(nearest)
                self.tables.end(titles=True)
                self.tables = InputTables([])  # what stands under them can only be read when they are mended
            elif self.tables is not None:
                self.tables.take(row)
            elif len(self.above) < _LOOKED_AT or like_headings:
                self.above.append(row)
            else:
                self.far_above += 1
        self._end()

    def _begin(self, found: list[Headings]) -> None:
        """Begins the tables of these headings, and ends those above them."""
        before = self.tables
        if before is None:
            self._lost_above(found[0].row.number)
        else:
            before.end(titles=True)
        titles = len(self.above) + self.far_above
        tables = [InputTable(headings, self, many=len(found) > 1) for headings in found]
        if titles and before is None:
            first = self.above[0].number if self.above else 1
            tables[0].pass_over("title", first, titles)
        if before is not None and before.goes_on(tables):
            before.again(found[0].row.number)
            return
        self.tables = InputTables(tables)
        self.read_tables += tables

    def _lost_above(self, end: int) -> None:
        """A row above that is meant as headings, with rows of its own under it, is a problem."""
        for row in self.above:
            nearest = meant(candidates(row))
            if nearest is not None and any(
                row.number < other.number < end and len(other.cells) > 1 for other in self.above
            ):
                self.lacks(nearest)
                return

    def _end(self) -> None:
        sheet, file = self.sheet, self.file
        if self.tables is None:
            nearest = meant([headings for row in self.above for headings in candidates(row)])
            if nearest is not None:
                self.lacks(nearest)
            elif sheet.name not in {*in_each(GUIDE), LISTS}:  # they came with the blank workbook that was filled in
                file.passed_over.append(sheet.name or file.name)
            return
        self.tables.end(titles=False)
        kept = [table for table in self.read_tables if table.recognised.lines or table.faulty]
        file.forms += any(table.is_form for table in self.read_tables)
        for table in self.read_tables:
            if (row := table.blank_form) is not None:
                file.notes.append(ImportNote(file.name, sheet.name, row, "blank-form", {}))
            elif table not in kept:
                self.without_rows.append(self._without_rows(table))
                for reason, (count, first) in table.recognised.passed_over.items() if kept else ():
                    kept[0].pass_over(reason, first, count)
        file.sheets += [table.recognised for table in kept]
        if not kept and not file.forms:
            file.passed_over.append(sheet.name or file.name)
        for seen in sheet.noticed:
            file.notes.append(ImportNote(file.name, sheet.name, seen.row, seen.code, seen.fields))

    def _without_rows(self, table: InputTable) -> Problem:
        """Nothing stands under the headings, or only the sample of a blank workbook."""
        if (sample := table.sample) is not None:
            row, heading, value = sample
            return Problem(self.file.name, row, heading, "sample-row", {"value": value}, self.sheet.name)
        return Problem(self.file.name, table.headings.row.number, None, "no-rows", {}, self.sheet.name)

    def lacks(self, headings: Headings) -> None:
        """The headings cannot be read as their kind, because some are missing."""
        lacking = headings.lacking
        fields: dict[str, object] = {"columns": lacking, "kind": _(headings.kind.title)}
        self.wrong(headings.row.number, lacking[0], "heading-missing", fields)

    def wrong(self, row: int | None, column: str | None, code: str, fields: dict[str, object]) -> None:
        """A problem in this sheet."""
        self.file.wrong(Problem(self.file.name, row, column, code, fields, self.sheet.name))

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.file.name

    @property
    def more(self) -> Counter[str]:
        """The problems that are only counted; with any of them, lines need not be kept any more."""
        return self.file.more


def lines_of(files: Iterable[InputFile]) -> Iterator[InputRow]:
    """All lines of the files."""
    for file in files:
        for table in file.sheets:
            yield from table.lines
