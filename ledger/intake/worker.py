"""Opens workbooks in a process of its own, and tells the one that asked what stands in them, sheet by sheet.

What parses a foreign file is another program's code. Here it has bounded memory and time, nothing it prints is seen,
and when it fails the process that keeps the books goes on.
"""

import gc
import io
import os
import pickle
import struct
import sys
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice
from math import isfinite
from typing import Any, BinaryIO

from ledger.intake import binary, odf, ooxml
from ledger.intake.columns import Cell
from ledger.intake.files import MB, Format, Unreadable, require_safety
from ledger.intake.formats import as_text, shown
from ledger.intake.marks import Merge, SheetMarks
from ledger.intake.sheets import Cells, Columns, Row, Seen

# A frame of what is told: its kind, and what belongs to it.
Frame = tuple[Any, ...]

SIZE = struct.Struct("<cQ")
_ADDRESSES = 1536 * MB
_SECONDS = 60
_SECONDS_A_MB = 6
_BATCH = 500
_EXACT = 2**53
FORMATS: dict[bytes, Format] = {b"o": "ooxml", b"d": "ods", b"x": "xls"}


def serve() -> None:
    """Answers one workbook after the other, until nobody asks any more."""
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    warnings.simplefilter("ignore")
    gc.disable()  # of the cells of a workbook none refers to another
    while header := asked.read(SIZE.size):
        letter, size = SIZE.unpack(header)
        data = asked.read(size)
        _bound(size)
        for frame in frames(data, FORMATS[letter]):
            _tell(told, frame)
        told.flush()
        gc.collect()


def _tell(told: BinaryIO, frame: Frame) -> None:
    pickle.dump(frame, told, pickle.HIGHEST_PROTOCOL)


def _bound(size: int) -> None:
    """Bounds memory, and the time of the next workbook, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + _SECONDS + size // MB * _SECONDS_A_MB
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, resource.RLIM_INFINITY))


def frames(data: bytes, kind: Format) -> Iterator[Frame]:
    """What a workbook holds: of each sheet "sheet", "columns" and "rows", "seen"; at the end "end" or "unreadable"."""
    try:
        yield from _sheets(data, kind)
        yield ("end",)
    except Unreadable as unreadable:
        yield "unreadable", unreadable.code, unreadable.sheet, unreadable.row, unreadable.fields
    except MemoryError:
        yield "unreadable", "too-heavy", None, None, {}
    except Exception:  # zipfile and the reader raise whatever they stumble over
        yield "unreadable", "broken-workbook", None, None, {}
    except BaseException as panic:
        if type(panic).__name__ != "PanicException":  # how a failure inside the reader itself arrives
            raise
        yield "unreadable", "broken-workbook", None, None, {}


def _sheets(data: bytes, kind: Format) -> Iterator[Frame]:
    import python_calamine

    marks_of = _marks(data, kind)
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise Unreadable("encrypted") from None
    worksheet, visible = python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetVisibleEnum.Visible
    for about in book.sheets_metadata:
        if about.typ != worksheet:
            yield "sheet", about.name, False, 0
            yield "seen", []
            continue
        marks = marks_of(about.name)
        sheet = book.get_sheet_by_name(about.name)
        height, width = (0, 0) if sheet.end is None else (sheet.end[0] + 1, sheet.end[1] + 1)
        yield "sheet", about.name, marks.hidden or about.visible != visible, height
        merges = marks.merges
        if merges is None:
            ranges = sheet.merged_cell_ranges or []
            merges = [(first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1) for first, last in ranges]
        marking = _Marking(marks, merges, height, width)
        rows, first = sheet.iter_rows(), 1
        while batch := list(islice(rows, _BATCH)):
            columns = _columns(batch)
            if marking.concern(first):
                yield "rows", list(marking.marked(first, len(batch), columns))
            elif columns:
                yield "columns", first, columns
            first += len(batch)
        yield "seen", marking.noticed()


def _marks(data: bytes, kind: Format) -> Any:
    """A function from the name of a sheet to its marks."""
    if kind == "xls":
        of_xls = binary.xls_marks(data)
        return lambda name: of_xls.get(name, SheetMarks())
    require_safety(data)
    archive = zipfile.ZipFile(io.BytesIO(data))
    if kind == "ods":
        of_ods = odf.marks(archive)
        return lambda name: of_ods.get(name, SheetMarks())
    parts = ooxml.Parts(archive)
    if parts.is_binary:
        return lambda name: binary.xlsb_marks(parts, name)
    return lambda name: ooxml.sheet_marks(parts, name)


def _columns(rows: list[list[Any]]) -> Columns:
    """The cells of some rows by column, each as it is entered, None where blank; columns without any are left out.

    Few different values fill most columns, and values of one kind nearly all: so a column is looked at as a whole.
    """
    columns: Columns = {}
    for at, values in enumerate(zip(*rows, strict=True), 1):
        kinds, different = set(map(type, values)), set(values)
        entered: list[Cell | None]
        if len(different) * 2 <= len(values) and len(kinds & {bool, int, float}) < 2:  # 1 and True are one in a set
            as_entered = {value: _entered(value) for value in different}
            entered = list(map(as_entered.__getitem__, values))
        elif kinds == {str} and "\r\n" not in "".join(different):
            entered = [text or None for text in map(str.strip, values)]
        else:
            entered = list(map(_entered, values))
        if entered.count(None) < len(entered):
            columns[at] = entered
    return columns


def _entered(value: Any) -> Cell | None:
    """What is entered: a text without the spaces around it, a whole number as one, nothing when blank."""
    if isinstance(value, str):
        return value.strip().replace("\r\n", "\n") or None
    if isinstance(value, float):
        if not isfinite(value):
            return "#NUM!"  # as a spreadsheet program shows what is no number
        return int(value) if value.is_integer() and -_EXACT < value < _EXACT else value
    cell: Cell = value
    return cell


class _Marking:
    """The marks of a sheet, put to its rows, which are told of in their order; most batches of rows have none."""

    def __init__(self, marks: SheetMarks, merges: list[Merge], height: int, width: int) -> None:
        self.marks = marks
        self.by_row: dict[int, list[int]] = {}
        for row, column in marks.cells.keys() | marks.formats.keys() | marks.shown.keys():
            self.by_row.setdefault(row, []).append(column)
        merges = [(top, left, min(bottom, height), min(right, width)) for top, left, bottom, right in merges]
        self.waiting = sorted(merges, reverse=True)
        self.active: list[tuple[Merge, Cell | None]] = []
        self.hidden: list[int] = []
        self.filled: list[int] = []
        spans = [*((row, row) for row in self.by_row), *marks.hidden_rows, *((top, end) for top, _, end, _ in merges)]
        self.batches = {at for first, last in spans for at in range((first - 1) // _BATCH, (last - 1) // _BATCH + 1)}

    def concern(self, first: int) -> bool:
        """Whether the batch of rows that begins with this one has any marks."""
        return (first - 1) // _BATCH in self.batches

    def marked(self, first: int, count: int, columns: Columns) -> Iterator[Row]:
        """The rows that hold anything, each cell as the sheet shows it."""
        for number in range(first, first + count):
            cells = {at: cell for at, column in columns.items() if (cell := column[number - first]) is not None}
            for at in self.by_row.get(number, ()):
                self._mark(cells, (number, at))
            if cells:
                if self.marks.is_hidden(number):
                    self.hidden.append(number)
                row = self._merged(number, cells)
                if row.cells:
                    yield row

    def _mark(self, cells: Cells, place: tuple[int, int]) -> None:
        at, marks = place[1], self.marks
        if place in marks.cells:
            cells[at] = marks.cells[place]
            return
        value = cells.get(at)
        if value is None:
            return
        if place in marks.formats:
            cells[at] = shown(marks.formats[place], value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            percent = marks.shown[place].endswith("%") and isinstance(value, float)
            cells[at] = value if percent else as_text(marks.shown[place], value)

    def _merged(self, number: int, cells: Cells) -> Row:
        """A row with what merged cells show for several rows, and what columns merged cells cover."""
        while self.waiting and self.waiting[-1][0] <= number:
            merge = self.waiting.pop()
            self.active.append((merge, cells.get(merge[1]) if merge[0] == number else None))
        self.active = [(merge, value) for merge, value in self.active if merge[2] >= number]
        covered: set[int] = set()
        for (top, left, _bottom, right), value in self.active:
            covered.update(range(left + 1, right + 1))
            for at in range(left, right + 1):
                if number > top or at > left:
                    cells.pop(at, None)
            if number > top and value is not None:
                cells[left] = value
                self.filled.append(number)
        return Row(number, cells, tuple(sorted(covered)))

    def noticed(self) -> list[Seen]:
        """What is to be said of the sheet, once all of its rows were told."""
        told = (("hidden-rows", self.hidden), ("filled-down", self.filled))
        return [Seen(code, rows[0], {"count": len(rows)}) for code, rows in told if rows]
