"""Opens workbooks in a process of its own, and tells the one that asked what stands in them, sheet by sheet.

What parses a foreign file is another program's code. Here it has bounded memory and time, nothing it prints is seen,
and when it fails the process that keeps the books goes on.
"""

import io
import os
import pickle
import struct
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from ledger.intake import binary, odf, ooxml
from ledger.intake.columns import Cell
from ledger.intake.files import LIMIT_ROWS, MB, Format, Unreadable, require_safety
from ledger.intake.formats import as_text, shown
from ledger.intake.marks import Merge, SheetMarks
from ledger.intake.sheets import Cells, Row, Seen

# A frame of what is told: its kind, and what belongs to it.
Frame = tuple[Any, ...]

SIZE = struct.Struct("<cQI")
_ADDRESSES = 1536 * MB
_SECONDS = 60
_SECONDS_A_MB = 6
_BATCH = 500
_SHARED = 5_000
_EXACT = 2**53
FORMATS: dict[bytes, Format] = {b"o": "ooxml", b"d": "ods", b"x": "xls"}


def serve() -> None:
    """Answers one workbook after the other, until nobody asks any more."""
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    warnings.simplefilter("ignore")
    while header := asked.read(SIZE.size):
        letter, size, rows = SIZE.unpack(header)
        data = asked.read(size)
        _bound(size)
        for frame in frames(data, FORMATS[letter], rows):
            _tell(told, frame)
        told.flush()


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


def frames(data: bytes, kind: Format, limit: int = LIMIT_ROWS) -> Iterator[Frame]:
    """What a workbook holds: for each sheet "sheet", "rows" …, "seen"; at the end "end", or "unreadable"."""
    try:
        yield from _sheets(data, kind, limit)
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


def _sheets(data: bytes, kind: Format, limit: int) -> Iterator[Frame]:
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
        yield "sheet", about.name, marks.hidden or about.visible != visible, sheet.total_height
        merges = marks.merges
        if merges is None:
            ranges = sheet.merged_cell_ranges or []
            merges = [(first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1) for first, last in ranges]
        noticed: list[Seen] = []
        rows = _bounded(_merged(_rows(sheet, marks, noticed), merges, noticed), about.name, limit)
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                yield "rows", batch
                batch = []
        yield "rows", batch
        yield "seen", noticed


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


def _bounded(rows: Iterable[Row], sheet: str, limit: int) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > limit:
            raise Unreadable("too-many-rows", sheet, limit=limit)
        yield row


def _rows(sheet: Any, marks: SheetMarks, noticed: list[Seen]) -> Iterator[Row]:
    """The rows that hold anything, each cell as the sheet shows it."""
    strange = marks.cells.keys() | marks.formats.keys() | marks.shown.keys()
    by_row: dict[int, list[int]] = {}
    for row, column in strange:
        by_row.setdefault(row, []).append(column)
    shared: dict[object, Cell] = {}
    hidden: list[int] = []
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells: Cells = {}
        for at, value in enumerate(values, 1):
            if value == "" and isinstance(value, str):
                continue
            cell = _entered(value, shared)
            if cell is not None:
                cells[at] = cell
        for at in by_row.get(number, ()):
            _mark(cells, (number, at), marks)
        if cells:
            if marks.hidden_rows and marks.is_hidden(number):
                hidden.append(number)
            yield Row(number, cells)
    if hidden:
        noticed.append(Seen("hidden-rows", hidden[0], {"count": len(hidden)}))


def _entered(value: Any, shared: dict[object, Cell]) -> Cell | None:
    """What is entered: a text without the spaces around it, a whole number as one, nothing when blank."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and -_EXACT < value < _EXACT else value
    cell: Cell | None = (value.strip().replace("\r\n", "\n") or None) if isinstance(value, str) else value
    if cell is not None and len(shared) < _SHARED and isinstance(cell, (str, date, datetime, time, timedelta)):
        return shared.setdefault((type(cell), cell), cell)
    return cell


def _mark(cells: Cells, place: tuple[int, int], marks: SheetMarks) -> None:
    at = place[1]
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


def _merged(rows: Iterable[Row], merges: list[Merge], noticed: list[Seen]) -> Iterator[Row]:
    """The rows, with what merged cells show for several rows in each of them, and what columns merged cells cover."""
    waiting = sorted(merges, reverse=True)
    active: list[tuple[Merge, Cell | None]] = []
    filled = 0
    first: int | None = None
    for row in rows:
        while waiting and waiting[-1][0] <= row.number:
            merge = waiting.pop()
            active.append((merge, row.cells.get(merge[1]) if merge[0] == row.number else None))
        active = [(merge, value) for merge, value in active if merge[2] >= row.number]
        if not active:
            yield row
            continue
        covered: set[int] = set()
        for (top, left, _bottom, right), value in active:
            covered.update(range(left + 1, right + 1))
            for at in range(left, right + 1):
                if row.number > top or at > left:
                    row.cells.pop(at, None)
            if row.number > top and value is not None:
                row.cells[left] = value
                filled, first = filled + 1, row.number if first is None else first
        if row.cells:
            yield Row(row.number, row.cells, tuple(sorted(covered)))
    if filled:
        noticed.append(Seen("filled-down", first, {"count": filled}))
