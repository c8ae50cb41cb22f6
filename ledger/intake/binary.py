"""The marks of workbooks in the two binary formats of Excel, .xls and .xlsb: a row of records, each of a kind."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.intake.columns import NotAsShown
from ledger.intake.files import Unreadable
from ledger.intake.formats import BUILTIN, is_plain
from ledger.intake.marks import SheetMarks
from ledger.intake.ole import stream
from ledger.intake.ooxml import Parts

# A record: its kind, and where its content begins and ends.
_Record = tuple[int, int, int]

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass
class _Book:
    """What the records of a workbook say for all its sheets."""

    codes: dict[int, str] = field(default_factory=lambda: dict(BUILTIN))
    styles: list[int] = field(default_factory=list)

    def format(self, style: int) -> str | None:
        """The format of a style, if it may show another number than the value."""
        code = self.codes.get(self.styles[style], "General") if style < len(self.styles) else "General"
        return None if is_plain(code) else code


def _value(marks: SheetMarks, book: _Book, place: tuple[int, int], style: int, zero: bytes | None = None) -> None:
    """A number; `zero` are the bytes of one that a formula gave."""
    marks.reaches("", *place)
    if zero is not None and not any(zero[:7]) and zero[7] in (0, 0x80):
        marks.cells[place] = NotAsShown("from-a-formula", "0", "0")
    elif (code := book.format(style)) is not None:
        marks.formats[place] = code


# --- .xls -----------------------------------------------------------------------------------------------------------


def xls_marks(data: bytes) -> dict[str, SheetMarks]:
    """The marks of each sheet of a .xls, by its name."""
    records = stream(data, "Workbook")
    book, sheets = _Book(), dict[str, tuple[int, bool]]()
    try:
        for kind, at, end in _xls_records(records, 0):
            if kind == 0x2F:
                raise Unreadable("encrypted")
            if kind == 0x85:
                start, state = struct.unpack_from("<IB", records, at)
                sheets[_xls_text(records, at + 6, records[at + 6], 1)] = start, bool(state & 3)
            elif kind == 0x41E:
                number, length = struct.unpack_from("<HH", records, at)
                book.codes[number] = _xls_text(records, at + 2, length, 2)
            elif kind == 0xE0 and end - at >= 4:
                book.styles.append(struct.unpack_from("<H", records, at + 2)[0])
        marks = {name: _xls_sheet(records, start, book) for name, (start, _hidden) in sheets.items()}
    except (struct.error, IndexError):
        raise Unreadable("broken-workbook") from None
    for name, (_start, hidden) in sheets.items():
        marks[name].hidden = hidden
    return marks


def _xls_records(data: bytes, at: int) -> Iterator[_Record]:
    """The records from here to the end of this part of the file; those of a chart inside it are left out."""
    depth = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        at += 4
        depth += (kind == 0x809) - (kind == 0x0A)
        if depth == 0:
            return
        if depth == 1:
            yield kind, at, min(at + size, len(data))
        at += size


def _xls_text(data: bytes, at: int, length: int, width: int) -> str:
    """A text whose length stands in so many bytes before it; it may be kept in half width."""
    wide = data[at + width] & 1
    start = at + width + 1
    return data[start : start + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _xls_sheet(data: bytes, start: int, book: _Book) -> SheetMarks:
    marks = SheetMarks()
    for kind, at, end in _xls_records(data, start):
        if kind == 0x208:
            row, flags = struct.unpack_from("<H", data, at)[0] + 1, struct.unpack_from("<I", data, at + 12)[0]
            if flags & 0x20:
                marks.hide(row, row)
        elif kind in (0x203, 0x27E, 0x06, 0x205):
            row, column, style = struct.unpack_from("<HHH", data, at)
            place = row + 1, column + 1
            if kind == 0x205:
                if data[at + 7]:
                    marks.cells[place] = _ERRORS.get(data[at + 6], "#N/A")
            elif kind == 0x06 and data[at + 12 : at + 14] == b"\xff\xff":
                if data[at + 6] == 2:
                    marks.cells[place] = _ERRORS.get(data[at + 8], "#N/A")
            else:
                _value(marks, book, place, style, data[at + 6 : at + 14] if kind == 0x06 else None)
        elif kind == 0xBD:
            row, column = struct.unpack_from("<HH", data, at)
            for nth in range((end - at - 6) // 6):
                style = struct.unpack_from("<H", data, at + 4 + nth * 6)[0]
                _value(marks, book, (row + 1, column + nth + 1), style)
        elif kind in (0xFD, 0x204):
            row, column = struct.unpack_from("<HH", data, at)
            marks.reaches("", row + 1, column + 1)
    return marks


# --- .xlsb ----------------------------------------------------------------------------------------------------------


def xlsb_marks(parts: Parts, name: str) -> SheetMarks:
    """The marks of a sheet of a .xlsb."""
    marks, book = SheetMarks(merges=[]), _xlsb_book(parts)
    part = _xlsb_part(parts, name)
    data = parts.read(part)
    row = 0
    try:
        for kind, at, _end in _xlsb_records(data):
            if kind == 0:
                row = struct.unpack_from("<I", data, at)[0] + 1
                if data[at + 11] & 0x10:
                    marks.hide(row, row)
            elif 2 <= kind <= 11:
                column, style = struct.unpack_from("<II", data, at)
                place = row, column + 1
                marks.reaches(name, *place)
                if kind in (3, 11):
                    marks.cells[place] = _ERRORS.get(data[at + 8], "#N/A")
                elif kind in (2, 5, 9):
                    _value(marks, book, place, style & 0xFFFFFF, data[at + 8 : at + 16] if kind == 9 else None)
            elif kind == 176 and marks.merges is not None:
                top, bottom, left, right = struct.unpack_from("<IIII", data, at)
                marks.merges.append((top + 1, left + 1, bottom + 1, right + 1))
    except (struct.error, IndexError):
        raise Unreadable("broken-workbook") from None
    return marks


def _xlsb_records(data: bytes) -> Iterator[_Record]:
    at = 0
    while at < len(data):
        kind, at = _xlsb_number(data, at, 2)
        size, at = _xlsb_number(data, at, 4)
        yield kind, at, at + size
        at += size


def _xlsb_number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of up to so many bytes, seven bits in each; and where it ends."""
    number = 0
    for nth in range(most):
        number |= (data[at] & 0x7F) << 7 * nth
        at += 1
        if data[at - 1] < 0x80:
            break
    return number, at


def _xlsb_text(data: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<I", data, at)[0]
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _xlsb_part(parts: Parts, name: str) -> str:
    data = parts.read(parts.book)
    try:
        for kind, at, _end in _xlsb_records(data):
            if kind == 156:
                key, end = _xlsb_text(data, at + 8)
                if _xlsb_text(data, end)[0] == name:
                    return parts.targets[key]
    except (struct.error, IndexError, KeyError):
        pass
    raise Unreadable("broken-workbook")


def _xlsb_book(parts: Parts) -> _Book:
    book, within = _Book(), False
    if parts.styles.lower() not in parts.names:
        return book
    data = parts.read(parts.styles)
    try:
        for kind, at, _end in _xlsb_records(data):
            if kind == 44:
                book.codes[struct.unpack_from("<H", data, at)[0]] = _xlsb_text(data, at + 2)[0]
            elif kind in (617, 618):
                within = kind == 617
            elif kind == 47 and within:
                book.styles.append(struct.unpack_from("<H", data, at + 2)[0])
    except (struct.error, IndexError):
        raise Unreadable("broken-workbook") from None
    return book
