"""Tables and lists for the terminal, in columns that stay straight when half of the text is Japanese."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from exports.formats.sheet import NUMERIC, Block, Kind, Sheet, SheetColumn, TypedValue, Value, Values, lines, span, unit
from ledger.i18n import _
from ledger.money import format_yen as yen_written

_GAP = "  "
_BREAKS = str.maketrans("\t\r\n", "   ")
# Control characters would act on the terminal; marks of direction would turn the line around.
_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def width(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_width_of(character) for character in text)


def _width_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, columns: int, right: bool = False) -> str:
    """The text filled with spaces to a number of terminal columns; a longer text is left whole."""
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def format_cell(value: Value, kind: Kind = "any") -> str:
    """A cell as it is shown: yen as 7,245, days as 2012-02-26, "not known" as nothing, nothing that acts."""
    if isinstance(value, TypedValue):
        return format_cell(value.value, value.kind)
    if value is None:
        return ""
    if isinstance(value, str):
        return _ACTS.sub("\N{REPLACEMENT CHARACTER}", value.translate(_BREAKS))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if kind == "percent":
        return f"{value}%"
    return str(value) if kind == "number" else yen_written(value)


def format_table(block: Block) -> str:
    """A block as aligned columns: titles, a rule, rows; subtotals and the total with a rule above them.

    Columns that are for paper only are left out.
    """
    shown_at = [at for at, column in enumerate(block.columns) if not column.on_paper]
    columns = tuple(block.columns[at] for at in shown_at)
    titles = [_(column.title) for column in columns]
    body = [(line.style, _row(tuple(line.cells[at] for at in shown_at), columns)) for line in lines(block)]
    rows = [titles, *(cells for _style, cells in body)] if block.titled else [cells for _style, cells in body]
    widths = [max((width(row[at]) for row in rows), default=0) for at in range(len(titles))]
    rule = _GAP.join("-" * room for room in widths)
    drawn = [_line(titles, columns, widths), rule] if block.titled else []
    for style, cells in body:
        if style in ("subtotal", "total"):
            drawn.append(rule)
        drawn.append(_line(cells, columns, widths))
    return "\n".join(drawn)


def format_sheet(sheet: Sheet) -> str:
    """A sheet with its title, the days it speaks of, its blocks and its notes."""
    head = [_(sheet.title), span(sheet), _(sheet.subtitle), _(sheet.issuer), unit(sheet)]
    tables = ["\n".join(filter(None, [_(block.heading), format_table(block)])) for block in sheet.blocks]
    notes = [_(note) for note in sheet.notes]
    if any(column.on_paper for block in sheet.blocks for column in block.columns):
        notes.append(_("More columns in a workbook: --out FILE.xlsx"))
    return "\n\n".join(filter(None, [" ".join(filter(None, head)), *tables, *notes]))


def format_pairs(items: Iterable[tuple[str, Value]]) -> str:
    """Names and values, one pair to a line; the names are said."""
    pairs = [(_(name), format_cell(value)) for name, value in items]
    room = max((width(name) for name, _value in pairs), default=0)
    return "\n".join(f"{padded(name, room)}{_GAP}{value}".rstrip() for name, value in pairs)


def _row(cells: Values, columns: tuple[SheetColumn, ...]) -> list[str]:
    return [format_cell(value, column.kind) for value, column in zip(cells, columns, strict=True)]


def _line(cells: list[str], columns: tuple[SheetColumn, ...], widths: list[int]) -> str:
    places = zip(cells, columns, widths, strict=True)
    return _GAP.join(padded(cell, room, right=column.kind in NUMERIC) for cell, column, room in places).rstrip()
