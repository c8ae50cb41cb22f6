"""A sheet is recognised by its headings and read into lines; everything wrong with it is said at once.

Headings are compared without spaces, line breaks and differences of width, and stand in one of the first 20 rows.
Where several kinds fit, the one that most headings belong to is meant.
"""

import unicodedata
from dataclasses import dataclass, field, replace

from ledger.errors import Problem
from ledger.i18n import _, in_each
from ledger.intake.columns import Cell, CellProblem, InputColumn, value_of
from ledger.intake.kind import GUIDE, KNOWN_ON, LISTS, InputRow, Kind
from ledger.intake.kinds import KINDS
from ledger.intake.workbook import InputSheet, Unreadable, letter, sheets

HEADING_ROWS = 20


@dataclass(frozen=True)
class Read:
    """A sheet that was recognised: its kind, its lines, and the headings that mean nothing to us."""

    kind: Kind
    sheet: str | None
    lines: list[InputRow]
    ignored: list[str]


@dataclass(frozen=True)
class File:
    """What a file holds: sheets read, names of sheets passed over, and everything that is wrong."""

    name: str
    read: list[Read] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Headings:
    """A row of headings, each with the columns that it stands over."""

    row: int
    columns: dict[str, list[int]]

    def known(self, kind: Kind) -> int:
        return len(kind.by_heading.keys() & self.columns.keys())

    def lacks(self, kind: Kind) -> list[str]:
        return kind.lacks(set(self.columns))


def read_file(name: str, data: bytes, ending: str) -> File:
    """Reads the bytes of a file; `name` is how its problems are reported."""
    file = File(name)
    try:
        held = sheets(data, ending)
    except Unreadable as refused:
        file.problems.append(Problem(name, refused.row, None, refused.code, refused.fields, refused.sheet))
        return file
    blank: list[Problem] = []
    for sheet in held:
        found = _recognised(sheet)
        if found is None:
            if not _of_a_blank_file(sheet):
                file.passed_over.append(sheet.name or name)
            continue
        kind, headings = found
        if lacking := headings.lacks(kind):
            fields: dict[str, object] = {"columns": lacking, "kind": _(kind.title)}
            file.problems.append(Problem(name, headings.row, lacking[0], "heading-missing", fields, sheet.name))
            continue
        read, problems = _read_sheet(name, sheet, kind, headings)
        file.problems.extend(problems)
        if read.lines or problems:
            file.read.append(read)
        else:
            file.passed_over.append(sheet.name or name)
            blank.append(Problem(name, headings.row, None, "no-rows", {}, sheet.name))
    if not file.read and not file.problems:
        nothing = "unknown-kind" if any(sheet.rows for sheet in held) else "empty-file"
        file.problems.extend(blank or [Problem(name, None, None, nothing)])
    return file


def _recognised(sheet: InputSheet) -> tuple[Kind, _Headings] | None:
    """The kind of a sheet and its row of headings; None when no row looks like headings.

    A row that holds at least two headings of a kind and half of what the kind needs is meant as its headings, so
    that a heading misspelt is reported and a sheet is never lost in silence.
    """
    rows = [_headings(number, cells) for number, cells in sheet.rows if number <= HEADING_ROWS]
    candidates = [(kind, row) for row in rows for kind in KINDS]
    fitting = [(kind, row) for kind, row in candidates if not row.lacks(kind)]
    if fitting:
        return max(fitting, key=lambda each: (each[1].known(each[0]), _needed(each[0]), -each[1].row))
    meant = [
        (kind, row) for kind, row in candidates if row.known(kind) > 1 and len(row.lacks(kind)) * 2 <= _needed(kind)
    ]
    return min(
        meant, key=lambda each: (len(each[1].lacks(each[0])), -each[1].known(each[0]), each[1].row), default=None
    )


def _of_a_blank_file(sheet: InputSheet) -> bool:
    """Whether the sheet came with the blank workbook that was filled in, so that nobody misses it."""
    return sheet.name in {*in_each(GUIDE), LISTS}


def _needed(kind: Kind) -> int:
    return len(kind.lacks(set()))


def _headings(number: int, cells: dict[int, Cell]) -> _Headings:
    columns: dict[str, list[int]] = {}
    for at, cell in cells.items():
        if isinstance(cell, str):
            columns.setdefault("".join(unicodedata.normalize("NFKC", cell).split()), []).append(at)
    return _Headings(number, columns)


def _read_sheet(name: str, sheet: InputSheet, kind: Kind, headings: _Headings) -> tuple[Read, list[Problem]]:
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
    read = Read(kind, sheet.name, [], ignored)
    if problems:
        return read, problems
    known = [at for at, _column in columns]
    for number, cells in sheet.rows:
        if number > headings.row and any(at in cells for at in known):
            line, wrong = _line(InputRow(kind, name, sheet.name, number, {}, None), columns, cells)
            read.lines.append(line)
            problems.extend(wrong)
    return read, problems


def _line(
    blank: InputRow, columns: list[tuple[int, InputColumn]], cells: dict[int, Cell]
) -> tuple[InputRow, list[Problem]]:
    """The blank line filled in from the cells of its row, and the problems of the row; what is wrong is left out."""
    wrong: dict[str | None, Problem] = {}
    for at, column in columns:
        cell = cells.get(at)
        try:
            if cell is not None:
                blank.values[column.name] = value_of(column, cell)
            elif column.required:
                raise CellProblem("missing")
        except CellProblem as bad:
            wrong[column.heading] = blank.problem(column.heading, bad.code, **bad.fields)
    line, faults = _dated(blank)
    if wrong.keys().isdisjoint(line.kind.any_of):
        faults += _none_of(line)
    for heading, fault in (*faults, *line.kind.rule(line)):
        wrong.setdefault(heading, line.problem(heading, fault.code, **fault.fields))
    return line, list(wrong.values())


def _dated(line: InputRow) -> tuple[InputRow, list[tuple[str | None, CellProblem]]]:
    """The line with the day it became known; 把握日 before the row's own day of checking or answering is a fault."""
    entered = line.day(KNOWN_ON.name)
    line.values.pop(KNOWN_ON.name, None)
    own = None if line.kind.dated_by is None else line.day(line.kind.dated_by)
    faults: list[tuple[str | None, CellProblem]] = []
    if entered is not None and own is not None and entered < own:
        column = line.kind.headings[line.kind.dated_by or ""]
        faults.append((KNOWN_ON.heading, CellProblem("before", value=entered, other=own, column=column)))
    return replace(line, known_on=entered or own), faults


def _none_of(line: InputRow) -> list[tuple[str | None, CellProblem]]:
    headings = line.kind.any_of
    if not headings or any(line.kind.by_heading[heading].name in line.values for heading in headings):
        return []
    return [(None, CellProblem("one-needed", columns=headings))]
