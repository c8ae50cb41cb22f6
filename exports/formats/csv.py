"""CSV that Excel in Japan opens as it is: a byte order mark, CRLF, and no text that Excel would run as a formula.

A CSV is data: the titles of the columns and the rows, without frame, subtotals or totals.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Literal

from exports.formats.outfile import new_file
from exports.formats.sheet import Sheet, TypedValue, Value, data_cells, title
from ledger.errors import NotInEncoding

Encoding = Literal["utf-8-sig", "cp932"]

# What a spreadsheet takes for the beginning of a formula, and the full-width forms that some turn into it.
_RUNS = tuple("=+-@\t\r\n＝＋－＠")
_LISTED = 20
_BATCH = 1_000


def write(sheet: Sheet, path: Path, encoding: Encoding = "utf-8-sig") -> None:
    """Writes the rows of every block, blocks set apart by an empty line.

    Days are written 2012-02-26, yen as plain numbers, "not known" as nothing. Refused: characters that the encoding
    cannot hold (all are named, none is replaced), a place that cannot be written, a full disk.
    """
    missing: dict[str, None] = {}
    with new_file(path) as out:
        out.write("".encode(encoding))
        for text in pieces(sheet):
            try:
                out.write(text.encode(_plain(encoding)))
            except UnicodeEncodeError:
                missing.update(dict.fromkeys(character for character in text if not holds(encoding, character)))
        if missing:
            raise NotInEncoding(_NAMES[encoding], [named(character) for character in missing][:_LISTED])


_NAMES: dict[Encoding, str] = {"utf-8-sig": "UTF-8", "cp932": "cp932 (Shift_JIS)"}


def pieces(sheet: Sheet) -> Iterator[str]:
    """What the file says, piece by piece."""
    buffer = StringIO()
    lines = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    for count, row in enumerate(_rows(sheet), start=1):
        lines.writerow([_cell(value) for value in row])
        if count % _BATCH == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _rows(sheet: Sheet) -> Iterator[tuple[Value, ...]]:
    for at, block in enumerate(sheet.blocks):
        if at:
            yield ()
        if block.titled:
            yield tuple(title(sheet, column) for column in block.columns)
        for row in block.rows:
            if (cells := data_cells(row)) is not None:
                yield cells


def _cell(value: Value) -> str | int:
    if isinstance(value, TypedValue):
        return _cell(value.value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_RUNS) else value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _plain(encoding: str) -> str:
    return "utf-8" if encoding == "utf-8-sig" else encoding  # the mark stands once, at the beginning


def holds(encoding: str, character: str) -> bool:
    """Whether an encoding has a character."""
    try:
        character.encode(_plain(encoding))
    except UnicodeEncodeError:
        return False
    return True


def named(character: str) -> str:
    """A character with its number, by which it can be found."""
    return f"{character} (U+{ord(character):04X})" if character.isprintable() else f"U+{ord(character):04X}"
