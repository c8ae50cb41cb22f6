"""The list of transfers not matched as it comes back: what somebody filled in of whose each is, row by row.

It is known by the titles of its columns, in either language. A row that says nothing is passed over. What is wrong in
a cell is a problem of its row; whether what is said can be is asked by `booking.matches`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import PROBLEMS_SHOWN, Problem, Problems
from ledger.i18n import N_, _, in_each
from ledger.intake import COULD_PAY, PAYS_FOR, REFERENCE
from ledger.intake.columns import Cell, InputColumn, number, remark
from ledger.intake.files import Unreadable, contents
from ledger.intake.headings import Headings
from ledger.intake.kind import Kind
from ledger.intake.recognition import Room
from ledger.intake.sheets import InputSheet, Row
from ledger.intake.table import InputTable
from ledger.intake.workbook import sheets

_COLUMNS = {"deposit": REFERENCE, "candidate": COULD_PAY, "pays_for": PAYS_FOR}
# What somebody puts into the row of a candidate to say that it is the one.
_MARKS = frozenset("○◯〇oO✓✔レ")
_BETWEEN = re.compile(r"[、;\s]+|,(?![0-9]{3}(?![0-9]))")


@dataclass(frozen=True)
class FilledRow:
    """A row in which somebody said what a transfer pays for: its place, the reference, and the parts as they are typed.

    `column` is the title of the column that was filled in.
    """

    file: str
    sheet: str | None
    row: int
    column: str
    deposit: str
    parts: tuple[str, ...]

    def problem(self, code: str, **fields: object) -> Problem:
        """A problem of what was filled in."""
        return Problem(self.file, self.row, self.column, code, fields, self.sheet)


def read_worklist(path: Path) -> list[FilledRow]:
    """The rows of a list that came back in which something was filled in.

    Raises Problems, with everything that is wrong in its cells, or because it is no such list (not-a-worklist).
    """
    name = str(path)
    reading = _FilledSheets(name)
    try:
        with closing(sheets(contents(path), path.suffix)) as found:
            for sheet in found:
                reading.read(sheet)
    except Unreadable as unreadable:
        raise Problems([unreadable.problem(name)]) from None
    if not reading.recognised:
        raise Problems([Problem(name, None, None, "not-a-worklist", {"columns": [_(REFERENCE), _(PAYS_FOR)]})])
    if reading.problems:
        raise Problems(reading.problems, reading.more)
    return [row for table in reading.tables for row in _filled(table)]


def _filled(table: InputTable) -> Iterator[FilledRow]:
    column = table.kind.headings["pays_for"]
    for line in table.recognised.lines:
        text = str(line.values["pays_for"])
        said = (str(line.text("candidate")),) if _is_mark(text) else parts_of(text)
        yield FilledRow(line.file, line.sheet, line.row, column, str(line.values["deposit"]), said)


def parts_of(text: str) -> tuple[str, ...]:
    """The parts that a cell names: applications, each perhaps with yen (A=7,245), with 、 or a space between."""
    return tuple(filter(None, _BETWEEN.split(unicodedata.normalize("NFKC", text).strip())))


def _is_mark(text: str) -> bool:
    return text.strip() in _MARKS


def _pays_for(cell: Cell) -> str:
    return _remark(cell) if isinstance(cell, str) else number(cell)


_remark = remark(500)


class _FilledSheets:
    """The sheets of a list that is being read: its tables, and what is wrong in them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tables: list[InputTable] = []
        self.problems: list[Problem] = []
        self.more: Counter[str] = Counter()
        self.one_more = Room().take
        self.recognised = False
        self.sheet = InputSheet(None, ())

    def read(self, sheet: InputSheet) -> None:
        """Reads the rows of a sheet that are filled in."""
        self.sheet, table, at = sheet, None, 0
        for row in sheet.rows:
            if (headings := _headings(row)) is not None:
                table, at = InputTable(headings, self, many=False), headings.columns[_title(headings, "pays_for")][0]
                self.tables.append(table)
                self.recognised = True
            elif table is not None and row.cells.get(at) not in (None, ""):
                table.take(self._checked(row, table))
        if table is not None:
            table.end(titles=False)

    def _checked(self, row: Row, table: InputTable) -> Row:
        """The row; a mark in one that has no candidate is a problem."""
        at = {column.name: place for place, column in table.columns}
        mark = row.cells[at["pays_for"]]
        if isinstance(mark, str) and _is_mark(mark) and row.cells.get(at.get("candidate", 0)) is None:
            self.wrong(row.number, table.kind.headings["pays_for"], "no-candidate", {"value": mark})
        return row

    def wrong(self, row: int | None, column: str | None, code: str, fields: dict[str, object]) -> None:
        """Keeps a problem of the sheet that is being read, or counts it."""
        if len(self.problems) < PROBLEMS_SHOWN:
            self.problems.append(Problem(self.name, row, column, code, fields, self.sheet.name))
        else:
            self.more[code] += 1


def _title(headings: Headings, name: str) -> str:
    return headings.kind.headings[name]


def _headings(row: Row) -> Headings | None:
    """The row as the titles of such a list; None: it is none, for it has no column to fill in, or no reference."""
    titles = {name: in_each(message) for name, message in _COLUMNS.items()}
    found: dict[str, list[int]] = {}
    named: dict[str, str] = {}
    for at, cell in sorted(row.cells.items()):
        text = " ".join(cell.split()) if isinstance(cell, str) else ""
        found.setdefault(text, []).append(at)
        named |= {name: text for name, words in titles.items() if text in words}
    if not {"deposit", "pays_for"} <= named.keys():
        return None
    return Headings(row, found, _kind(named))


def _kind(named: dict[str, str]) -> Kind:
    columns = [
        InputColumn(named["deposit"], "deposit", number, "", required=True),
        InputColumn(named["pays_for"], "pays_for", _pays_for, "", required=True),
    ]
    if "candidate" in named:
        columns.append(InputColumn(named["candidate"], "candidate", number, ""))
    return Kind("worklist", N_("Transfers not matched"), *columns, key=("deposit",))
