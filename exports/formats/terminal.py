"""Tables and lists for the terminal, in columns that stay straight when half of the text is Japanese."""

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from exports.formats.screen import columns, fold, width
from exports.formats.sheet import (
    NUMERIC,
    Block,
    Kind,
    Sheet,
    SheetColumn,
    Style,
    TypedValue,
    Value,
    Values,
    lines,
    span,
    unit,
)
from ledger import visible
from ledger.dates import format_english
from ledger.i18n import _, dating, either
from ledger.money import format_yen as yen_written

_GAP = "  "
# How narrow a title or a text may become, in columns, before a column is left out.
_TITLE, _TEXT = 10, 20


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
        return visible.line(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if kind == "percent":
        return f"{value}%"
    return str(value) if kind == "number" else yen_written(value)


@dataclass(frozen=True)
class _Fit:
    """Which columns are shown, by their place, with how many columns of the screen each has; which stand below rows."""

    widths: dict[int, int]
    left_out: list[int]
    below: list[int] = field(default_factory=list)


def format_table(block: Block) -> str:
    """A block as aligned columns: titles, a rule, rows; subtotals and the total with a rule above them.

    Columns that are for paper only are left out. On a terminal the table is as wide as that at most (`_fit`).
    """
    return _drawn(block)[0]


def _drawn(block: Block) -> tuple[str, list[str]]:
    """The table, and the titles of the columns for which the screen has no room."""
    # A list may be as long as the books: of cells that say the same one is held, of a row nothing once it is drawn.
    same: dict[str, str] = {}
    rows = ((line.style, _row(line.cells, block.columns)) for line in lines(block))
    body = deque((style, list(map(same.setdefault, cells, cells))) for style, cells in rows)
    del same
    titles = [visible.line(_(column.title)) for column in block.columns]
    fitted = _fit(block, titles, body)
    shown, widths = tuple(block.columns[at] for at in fitted.widths), [*fitted.widths.values()]
    rule = _GAP.join("-" * room for room in widths)

    def draw(cells: Sequence[str]) -> Iterator[str]:
        if columns() is None:
            yield _line([cells[at] for at in fitted.widths], shown, widths)
            return
        folded = [fold(cells[at], room) for at, room in fitted.widths.items()]
        for nth in range(max(map(len, folded), default=0)):
            yield _line([part[nth] if nth < len(part) else "" for part in folded], shown, widths)

    drawn = [*draw(titles), rule] if block.titled else []
    while body:
        style, cells = body.popleft()
        summed = style in ("subtotal", "total")
        drawn += [rule] if summed else []
        drawn += draw(_named(cells, block.columns, fitted.widths) if summed else cells)
        drawn += [f"  → {cells[at]}" for at in fitted.below if cells[at]]
    return "\n".join(drawn), [titles[at] for at in fitted.left_out]


def _fit(block: Block, titles: list[str], body: Collection[tuple[Style, list[str]]]) -> _Fit:
    """As it is when nothing limits it; else titles are folded, then texts; what still finds no room is left out.

    Left out is first what is empty, then by importance, of the same importance the last. Numbers and days stay whole;
    so does what is typed, below its row.
    """
    shown = [at for at, column in enumerate(block.columns) if not column.on_paper]
    filled = {at: max((width(cells[at]) for _style, cells in body), default=0) for at in shown}
    widths = {at: max(filled[at], width(titles[at]) if block.titled else 0) for at in shown}
    room = columns()
    if room is None or _total(widths) <= room:
        return _Fit(widths, [])
    below = [at for at in shown if block.columns[at].typed and filled[at]]
    shown = [at for at in shown if at not in below]
    named = {at: min(width(titles[at]), max([_TITLE, *map(len, re.findall("[!-~]+", titles[at]))])) for at in shown}
    whole = {at: max(filled[at], named[at] if block.titled else 0) for at in shown}
    least = {at: max(min(whole[at], _TEXT), named[at]) if _is_text(block.columns[at]) else whole[at] for at in shown}
    importance = {at: block.columns[at].importance if filled[at] else 0 for at in shown}
    left_out: list[int] = []
    while len(shown) > 1 and _total({at: least[at] for at in shown}) > room:
        least_of_all = min(shown, key=lambda at: (importance[at], -at))
        shown.remove(least_of_all)
        left_out += [least_of_all] if filled[least_of_all] else []
    room_of = {at: widths[at] for at in shown}
    for floor in (whole, least, dict.fromkeys(shown, 2)):
        while (too_much := _total(room_of) - room) > 0:
            slack = {at: room_of[at] - floor[at] for at in shown if room_of[at] > floor[at]}
            if not slack:
                break
            widest = max(slack, key=lambda at: (room_of[at], at))
            room_of[widest] -= min(too_much, slack[widest], 4)
    return _Fit(room_of, sorted(left_out), below)


def _named(cells: list[str], columns: Sequence[SheetColumn], shown: Mapping[int, int]) -> list[str]:
    """The cells of a sum; a name that stands in a column that is left out stands in the first text that is shown."""
    lost = [cells[at] for at, column in enumerate(columns) if at not in shown and cells[at] and _is_text(column)]
    free = next((at for at in shown if _is_text(columns[at]) and not cells[at]), None)
    if not lost or free is None or any(cells[at] for at in shown if _is_text(columns[at])):
        return cells
    return [lost[0] if at == free else cell for at, cell in enumerate(cells)]


def _total(widths: Mapping[int, int]) -> int:
    return sum(widths.values()) + len(_GAP) * max(0, len(widths) - 1)


def _is_text(column: SheetColumn) -> bool:
    return column.kind in ("text", "any")


def format_sheet(sheet: Sheet) -> str:
    """A sheet with its title, the days it speaks of, its blocks and its notes."""
    head = visible.line(either(_japanese_head, _english_head)(sheet))
    drawn = [(block, *_drawn(block)) for block in sheet.blocks]
    tables = ["\n".join(filter(None, [visible.line(_(block.heading)), table])) for block, table, _left_out in drawn]
    notes = [_(note) for note in sheet.notes]
    if left_out := list(dict.fromkeys(title for _block, _table, titles in drawn for title in titles)):
        notes.append(_("Left out here, shown with --out FILE.xlsx or on a wider terminal: {columns}", columns=left_out))
    elif any(column.on_paper for block in sheet.blocks for column in block.columns):
        notes.append(_("More columns in a workbook: --out FILE.xlsx"))
    return "\n\n".join(filter(None, [head, *tables, *notes]))


def _japanese_head(sheet: Sheet) -> str:
    with dating("western"):  # days below it are western, 2012-09-21: one answer counts its years in one way
        days = span(sheet)
    return " ".join(filter(None, [_(sheet.title), days, _(sheet.subtitle), _(sheet.issuer), unit(sheet)]))


def _english_head(sheet: Sheet) -> str:
    """Trial balance as of 30 September 2012 — Federation of … (yen)."""
    days = ""
    if sheet.period is not None:
        first, last = map(format_english, sheet.period)
        days = _("from {first} to {last}", first=first, last=last)
    elif sheet.as_of is not None:
        days = _("as of {day}", day=format_english(sheet.as_of))
    what = " ".join(filter(None, [_(sheet.title), days, _(sheet.subtitle)]))
    issuer = _(sheet.issuer).removeprefix("the ")
    who = f"{issuer[:1].upper()}{issuer[1:]}"
    return " ".join(filter(None, [" — ".join(filter(None, [what, who])), "(yen)" if sheet.in_yen else ""]))


def format_pairs(items: Iterable[tuple[str, Value]]) -> str:
    """Names and values, one pair to a line; the names are said."""
    pairs = [(_(name), format_cell(value)) for name, value in items]
    named = max((width(name) for name, _value in pairs), default=0)
    whole = columns()
    room = None if whole is None or whole < 2 * named else whole - named - len(_GAP)
    drawn = []
    for name, value in pairs:
        first, *more = [value] if room is None else fold(value, room)
        drawn.append(f"{padded(name, named)}{_GAP}{first}".rstrip())
        drawn += [f"{padded('', named)}{_GAP}{part}" for part in more]
    return "\n".join(drawn)


def _row(cells: Values, columns: tuple[SheetColumn, ...]) -> list[str]:
    return [format_cell(value, column.kind) for value, column in zip(cells, columns, strict=True)]


def _line(cells: list[str], columns: tuple[SheetColumn, ...], widths: list[int]) -> str:
    places = zip(cells, columns, widths, strict=True)
    return _GAP.join(padded(cell, room, right=column.kind in NUMERIC) for cell, column, room in places).rstrip()
