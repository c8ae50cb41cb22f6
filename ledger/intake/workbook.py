"""The only reader of input files: what a file holds, as sheets of cells, whatever state the file is in.

A file is known by its content, not by its ending. Whatever is wrong with it is a problem of the file: too large,
damaged, protected, of another format, or made to do harm. Nothing in a workbook is executed, fetched or followed.
"""

import csv
import io
import re
import stat
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from ledger.errors import Problem
from ledger.intake.columns import Cell, Uncalculated

# What a row holds, by column: 1 is A.
Cells = dict[int, Cell]

LIMIT_MB = 50
LIMIT_UNPACKED_MB = 500
LIMIT_ROWS = 200_000
LIMIT_SHEET_ROWS = 1_048_576  # of the format itself

_MB = 1024 * 1024
_ENTRIES = 1_000
_COLUMNS = 1_000
# An honest sheet packs 5 to 50 times, a bomb near the 1,032 times that the format allows at most.
_PACKED = 300
_PACKED_FROM_MB = 20

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNSAFE_PARTS = ("vbaproject", "externallinks/", "embeddings/", "activex/", "macrosheets/")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What Python makes of the bytes 80, A0, FD, FE and FF, which cp932 does not use.
_NOT_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_ENDINGS = (".xlsx", ".csv")

# The letters of a column, as a spreadsheet shows them: 1 is A.
letter = get_column_letter


class Unreadable(Exception):
    """A file, or a sheet or row of it, cannot be read: the code of the problem and the fields of its sentence."""

    def __init__(self, code: str, sheet: str | None = None, row: int | None = None, **fields: object) -> None:
        super().__init__(code)
        self.code, self.sheet, self.row, self.fields = code, sheet, row, fields

    def problem(self, file: str) -> Problem:
        """The same as a problem of this file."""
        return Problem(file, self.row, None, self.code, self.fields, self.sheet)


@dataclass(frozen=True)
class InputSheet:
    """A sheet: the rows that hold anything, each with its number and its cells by column (1 = A); CSV has no name."""

    name: str | None
    rows: list[tuple[int, Cells]] = field(default_factory=list)


def contents(path: Path) -> bytes:
    """The bytes of a file of at most 50 MB. Raises Unreadable: not-found, a-folder, not-readable, too-large, …"""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable("a-folder")
        if not stat.S_ISREG(mode):
            raise Unreadable("not-a-file")
        with path.open("rb") as file:
            data = file.read(LIMIT_MB * _MB + 1)
            if len(data) > LIMIT_MB * _MB:
                raise Unreadable("too-large", size=-(-path.stat().st_size // _MB), limit=LIMIT_MB)
    except PermissionError:
        raise Unreadable("not-readable") from None
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        raise Unreadable("not-found") from None
    if not data.strip():
        raise Unreadable("empty-file")
    return data


def sheets(data: bytes, ending: str) -> list[InputSheet]:
    """What the bytes of a file hold. Raises Unreadable when they are no workbook and no text that can be read."""
    if data.startswith(_OLE):
        raise Unreadable("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old-excel")
    if ending.lower() not in _ENDINGS:
        raise Unreadable("not-a-table", ending=ending or "—")
    if data.startswith(_ZIP):
        return _workbook(data)
    try:
        return [_csv(_decoded(data))]
    except Unreadable as unreadable:
        if ending.lower() == ".xlsx" and unreadable.code == "wrong-encoding":
            raise Unreadable("broken-workbook") from None
        raise


# --- text -----------------------------------------------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16) or b"\0" in data:
        raise Unreadable("wrong-encoding")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp932" and _NOT_CP932.search(text):
            break
        return text
    raise Unreadable("wrong-encoding")


def _csv(text: str) -> InputSheet:
    sheet = InputSheet(None)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for record in reader:
            cells: Cells = {at: entered for at, cell in enumerate(record, start=1) if (entered := cell.strip())}
            if cells:
                sheet.rows.append((start, cells))
            if len(sheet.rows) > LIMIT_ROWS:
                raise Unreadable("too-many-rows", limit=LIMIT_ROWS)
            start = reader.line_num + 1  # a record may run over several lines; it is found by its first
    except csv.Error:
        raise Unreadable("broken-csv", row=start) from None
    return sheet


# --- workbooks ------------------------------------------------------------------------------------------------------


class _Cells(WorkSheetParser):
    """Openpyxl's reader of cells, except that a formula without its result is not an empty cell."""

    def parse_cell(self, element: Any) -> Any:
        """The cell; Uncalculated in place of nothing where a formula has no result (an empty text is a result)."""
        cell = super().parse_cell(element)
        if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
            cell["value"] = Uncalculated()
        return cell


def _workbook(data: bytes) -> list[InputSheet]:
    try:
        require_safety(data)
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            return [InputSheet(worksheet.title, list(_rows(book, worksheet))) for worksheet in book.worksheets]
    except Unreadable:
        raise
    except Exception:  # openpyxl raises whatever it stumbles over: KeyError, ParseError, BadZipFile, zlib.error, …
        raise Unreadable("broken-workbook") from None


def _rows(book: Any, sheet: Any) -> Iterator[tuple[int, Cells]]:
    """The rows that hold anything. A sheet's own word on its size is not asked for: it may be made up."""
    count = 0
    with sheet._get_source() as xml:
        parser = _Cells(
            xml,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, parsed in parser.parse():
            if cells := {at: cell for at, cell in map(_entered, parsed) if cell is not None and at <= _COLUMNS}:
                count += 1
                if count > LIMIT_ROWS:
                    raise Unreadable("too-many-rows", sheet.title, limit=LIMIT_ROWS)
                yield number, cells


def _entered(parsed: dict[str, Any]) -> tuple[int, Cell | None]:
    """The column of a cell and what is entered there: a text without the spaces around it, nothing when blank."""
    value = parsed["value"]
    return parsed["column"], (value.strip() or None) if isinstance(value, str) else value


def require_safety(data: bytes) -> None:
    """Raises Unreadable for an archive that would unpack to too much or holds what is never opened."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > _ENTRIES:
            raise Unreadable("unsafe-workbook", what=f"{len(parts)} zip entries")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("encrypted")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > LIMIT_UNPACKED_MB * _MB:
            raise Unreadable("too-large-unpacked", size=-(-unpacked // _MB), limit=LIMIT_UNPACKED_MB)
        if unpacked > _PACKED_FROM_MB * _MB and unpacked > _PACKED * len(data):
            raise Unreadable("unsafe-workbook", what=f"zip 1:{unpacked // len(data)}")
        for part in parts:
            name = part.filename.replace("\\", "/").lower()
            if name.startswith("/") or ".." in name.split("/") or any(unsafe in name for unsafe in _UNSAFE_PARTS):
                raise Unreadable("unsafe-workbook", what=part.filename)
            if name.endswith((".xml", ".rels")):
                with archive.open(part) as xml:
                    if b"<!DOCTYPE" in xml.read(4096).replace(b"\0", b""):
                        raise Unreadable("unsafe-workbook", what=f"DOCTYPE ({part.filename})")
