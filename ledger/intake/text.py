"""A table kept as text: comma- or tab-separated, in UTF-8, UTF-16 or cp932."""

import csv
import io
import re
from collections.abc import Iterator

from ledger.intake.files import LIMIT_ROWS, Unreadable
from ledger.intake.sheets import Cells, InputSheet, Row

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# What Python makes of the bytes 80, A0, FD, FE and FF, which cp932 does not use.
_NOT_CP932 = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_END_OF_FILE = b"\x1a"  # Ctrl-Z, with which older programs end a text
_LOOKED_AT = 20  # lines
_MANY = 3  # cells of a record; fewer say nothing about what separates them
_LONG = 131_072  # characters of a cell, above all that a spreadsheet keeps


def sheet(data: bytes) -> InputSheet:
    """The table that a text holds. Raises Unreadable when it is none, or cannot be read for certain."""
    decoded = _decoded(data.rstrip(_END_OF_FILE))
    separator, decoded = _separator(decoded)
    table = InputSheet(None, (), decoded.count("\n") + 1)
    table.rows = _records(decoded, separator)
    return table


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise Unreadable("wrong-encoding") from None
    if b"\0" in data:
        raise Unreadable("wrong-encoding")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(data):
            raise Unreadable("broken-text", row=data.count(b"\n", 0, error.start) + 1) from None
    try:
        decoded = data.decode("cp932")
    except UnicodeDecodeError:
        raise Unreadable("wrong-encoding") from None
    if _NOT_CP932.search(decoded):
        raise Unreadable("wrong-encoding")
    return decoded


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether a text that is no UTF-8 was meant to be: it says so itself, or nearly all of it is."""
    if data.startswith(_UTF8_MARK):
        return True
    readable = data.decode("utf-8", errors="replace")
    damaged = readable.count("\ufffd")
    return sum(character > "\x7f" for character in readable) - damaged > 4 * damaged


def _separator(decoded: str) -> tuple[str, str]:
    """What separates the cells, and the text without the line that says so, if there is one."""
    if said := re.match(r"sep=([,;\t])\r?\n", decoded):
        return said[1], "\n" + decoded[said.end() :]
    counts = [
        {sign: re.sub(r'"[^"]*"', "", line).count(sign) for sign in ",\t;"}
        for line in decoded.splitlines()[:_LOOKED_AT]
    ]
    if any(count["\t"] > count[","] for count in counts):
        return "\t", decoded
    if any(count[";"] for count in counts) and not any(count[","] for count in counts):
        raise Unreadable("semicolons")
    return ",", decoded


def _records(decoded: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(_LONG)
    start = 1
    count = widest = 0
    try:
        for record in reader:
            cells: Cells = {
                at: entered
                for at, cell in enumerate(record, start=1)
                if (entered := cell.strip().replace("\r\n", "\n"))
            }
            widest = max(widest, len(record))
            if reader.line_num > start and _swallows(record, separator, widest):
                raise Unreadable("open-quote", row=start, last=reader.line_num)
            if cells:
                count += 1
                if count > LIMIT_ROWS:
                    raise Unreadable("too-many-rows", limit=LIMIT_ROWS)
                yield Row(start, cells, width=len(record))
            start = reader.line_num + 1  # a record may run over several lines; it is found by its first
    except csv.Error:
        raise Unreadable("broken-csv", row=start) from None


def _swallows(record: list[str], separator: str, widest: int) -> bool:
    """Whether a cell of several lines holds what looks like a record: a quotation mark was forgotten."""
    lines = (line for cell in record if "\n" in cell or "\r" in cell for line in cell.splitlines())
    return widest >= _MANY and any(line.count(separator) >= max(2, widest - 2) for line in lines)
