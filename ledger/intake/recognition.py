"""A sheet is recognised by its headings and read into lines; everything wrong with it is said at once.

Headings are compared without spaces, line breaks and differences of width, and stand in one of the first 20 rows.
Where several kinds fit, the one that most headings belong to is meant.
"""

import unicodedata
from dataclasses import dataclass, field, replace

from ledger.errors import Problem
from ledger.i18n import _, in_each
from ledger.intake import GUIDE, LISTS
from ledger.intake.checks import row_problems
from ledger.intake.columns import CellProblem, InputColumn, parse_cell
from ledger.intake.kind import KNOWN_ON, InputRow, Kind
from ledger.intake.kinds import KINDS
from ledger.intake.workbook import Cells, InputSheet, Unreadable, letter, sheets

HEADING_ROWS = 20


@dataclass(frozen=True)
class RecognisedSheet:
    """A sheet that was recognised: its kind, its lines, and the headings that mean nothing to us."""

    kind: Kind
    sheet: str | None
    lines: list[InputRow]
    ignored: list[str]


@dataclass(frozen=True)
class InputFile:
    """What a file holds: sheets read, names of sheets passed over, and everything that is wrong.

    `sha256` is of its bytes; None: it could not be opened, or was taken in before and was not read again.
    """

    name: str
    sheets: list[RecognisedSheet] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sha256: str | None = None


@dataclass(frozen=True)
class _Headings:
    """A row taken as the headings of a kind, each heading with the columns that it stands over."""

    row: int
    columns: dict[str, list[int]]
    kind: Kind

    @property
    def recognised(self) -> int:
        return len(self.kind.by_heading.keys() & self.columns.keys())

    @property
    def lacking(self) -> list[str]:
        return self.kind.lacks(set(self.columns))

    @property
    def needed(self) -> int:
        return len(self.kind.lacks(set()))


def read_file(name: str, data: bytes, ending: str, sha256: str | None = None) -> InputFile:
    """Reads the bytes of a file; `name` is how its problems are reported."""
    file = InputFile(name, sha256=sha256)
    try:
        contents = sheets(data, ending)
    except Unreadable as unreadable:
        file.problems.append(unreadable.problem(name))
        return file
    without_rows: list[Problem] = []
    for sheet in contents:
        headings = _recognised(sheet)
        if headings is None:
            if sheet.name not in {*in_each(GUIDE), LISTS}:  # they came with the blank workbook that was filled in
                file.passed_over.append(sheet.name or name)
            continue
        if lacking := headings.lacking:
            fields: dict[str, object] = {"columns": lacking, "kind": _(headings.kind.title)}
            file.problems.append(Problem(name, headings.row, lacking[0], "heading-missing", fields, sheet.name))
            continue
        recognised, problems = _read_sheet(name, sheet, headings)
        file.problems.extend(problems)
        if recognised.lines or problems:
            file.sheets.append(recognised)
        else:
            file.passed_over.append(sheet.name or name)
            without_rows.append(Problem(name, headings.row, None, "no-rows", {}, sheet.name))
    if not file.sheets and not file.problems:
        code = "unknown-kind" if any(sheet.rows for sheet in contents) else "empty-file"
        file.problems.extend(without_rows or [Problem(name, None, None, code)])
    return file


def _recognised(sheet: InputSheet) -> _Headings | None:
    """The row of headings of a sheet, with its kind; None when no row looks like headings.

    A row that holds at least two headings of a kind and half of what the kind needs is meant as its headings, so
    that a heading misspelt is reported and a sheet is never lost in silence.
    """
    rows = [(number, _columns(cells)) for number, cells in sheet.rows if number <= HEADING_ROWS]
    candidates = [_Headings(number, columns, kind) for number, columns in rows for kind in KINDS]
    if fitting := [headings for headings in candidates if not headings.lacking]:
        return max(fitting, key=lambda headings: (headings.recognised, headings.needed, -headings.row))
    meant = [row for row in candidates if row.recognised > 1 and len(row.lacking) * 2 <= row.needed]
    return min(meant, key=lambda headings: (len(headings.lacking), -headings.recognised, headings.row), default=None)


def _columns(cells: Cells) -> dict[str, list[int]]:
    columns: dict[str, list[int]] = {}
    for at, cell in cells.items():
        if isinstance(cell, str):
            columns.setdefault("".join(unicodedata.normalize("NFKC", cell).split()), []).append(at)
    return columns


def _read_sheet(name: str, sheet: InputSheet, headings: _Headings) -> tuple[RecognisedSheet, list[Problem]]:
    kind = headings.kind
    problems: list[Problem] = []
    columns: list[tuple[int, InputColumn]] = []
    for heading, column in kind.by_heading.items():
        places = headings.columns.get(heading, [])
        if len(places) > 1:
            fields: dict[str, object] = {"first": letter(places[0]), "second": letter(places[1])}
            problems.append(Problem(name, headings.row, heading, "heading-twice", fields, sheet.name))
        elif places:
            columns.append((places[0], column))
    ignored = [heading for heading in headings.columns if heading not in kind.by_heading]
    recognised = RecognisedSheet(kind, sheet.name, [], ignored)
    if problems:
        return recognised, problems
    for number, cells in sheet.rows:
        if number > headings.row and any(at in cells for at, _column in columns):
            line, line_problems = _read_row(InputRow(kind, name, sheet.name, number, {}, None), columns, cells)
            recognised.lines.append(line)
            problems += line_problems
    return recognised, problems


def _read_row(blank: InputRow, columns: list[tuple[int, InputColumn]], cells: Cells) -> tuple[InputRow, list[Problem]]:
    """The blank line filled in from the cells of its row, and its problems, one a column; what is wrong is left out."""
    wrong: dict[str | None, CellProblem] = {}
    for at, column in columns:
        try:
            if at in cells:
                blank.values[column.name] = parse_cell(column, cells[at], blank.noticed)
            elif column.required:
                raise CellProblem("missing")
        except CellProblem as misread:
            wrong[column.heading] = misread
    line = replace(blank, known_on=blank.day(KNOWN_ON.name) or blank.day(blank.kind.dated_by))
    line.values.pop(KNOWN_ON.name, None)
    for heading, problem in row_problems(line, wrong.keys()):
        wrong.setdefault(heading, problem)
    return line, [line.problem(heading, problem.code, **problem.fields) for heading, problem in wrong.items()]
