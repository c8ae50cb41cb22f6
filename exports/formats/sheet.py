"""A sheet, described: titles, columns, rows and where the sums stand. Each writer renders the same description.

Titles, headings and labels are sentences for the catalogue and are said when the sheet is written; the cells are
data and are never translated. A cell of None is "not known" and stays empty.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from ledger import dates, i18n
from ledger.i18n import N_, _, either
from ledger.intake import GUIDE
from ledger.scope import within

if TYPE_CHECKING:
    from exports.formats.page import TextPage

Kind = Literal["text", "yen", "day", "count", "number", "moment", "percent", "flag", "any"]
Style = Literal["normal", "subtotal", "total", "heading", "box"]

# What ends the key of a column of moments in Japan's time; one that ends otherwise is of an earlier version, in UTC.
IN_JAPAN = "+09:00"

NUMERIC: frozenset[Kind] = frozenset({"yen", "count", "number", "percent"})
TOTAL = "total"  # the name of a row of style total, for formulas

# Whether sheets are made for a screen.
_screen: ContextVar[bool] = ContextVar("screen", default=False)


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value that brings its own kind, for a column of kind "any" (a cover lists yen, counts and days together)."""

    kind: Kind
    value: str | int | date | datetime | None


Value = str | int | date | datetime | TypedValue | None
Values = tuple[Value, ...]
Formulas = Mapping[str, str]  # by the key of the column in which it stands; see `exports.formats.formulas`


@dataclass(frozen=True, slots=True)
class StyledRow:
    """A row that is more than data: a subtotal, a total, a heading, or one whose cells are worked out in their own way.

    In a subtotal or total row the summed columns may be None: the writer fills them in. If they are given, they have
    to be the sum. `formulas` say how its cells are worked out; those of the columns do not hold for it. Formulas of
    other rows find it by its `name`.
    """

    style: Style
    cells: Values
    formulas: Formulas = field(default_factory=dict)
    name: str = ""


def data_cells(row: Values | StyledRow) -> Values | None:
    """The cells of a row that is data; None of a sum or a heading, which files for programs leave out."""
    if isinstance(row, StyledRow):
        return row.cells if row.style == "normal" else None
    return row


@dataclass(frozen=True)
class EntryRule:
    """What may be entered into the cells of an empty column, as a spreadsheet program sees to it.

    Days from the first day to today, or to so many years from today; whole numbers, and texts by their length, from
    the least to the most. `known`: these are listed; another is asked about and may be entered.
    """

    kind: Literal["day", "whole", "length", "known"]
    least: int = 0
    most: int = 0
    first: date | None = None
    years_ahead: int = 0
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetColumn:
    """One column: its title, what its cells are, its width in characters, and whether it is summed.

    "number" is a numbering (no thousands separator), "count" a quantity, "percent" whole percent, "moment" a day
    with a time, "flag" true or false, which stands in no cell. `on_paper`: there is no room for it on a terminal.
    `importance`: where a terminal is too narrow, the columns of the smallest are left out first; what is `typed`, a
    command, then stands below its row, whole.
    `required`, `note`, `choices` and `rule` speak to whoever fills in an empty sheet. `key` names it for programs, in
    every language and whatever its title becomes. `formula` says how its cells are worked out from others, by their
    keys; tables that differ in nothing else have the same columns.
    """

    title: str
    kind: Kind = "text"
    width: float = 12
    total: bool = False
    wrap: bool = False
    on_paper: bool = False
    required: bool = False
    note: str = ""
    choices: tuple[str, ...] = ()
    rule: EntryRule | None = None
    key: str = ""
    importance: int = 2
    formula: str = field(default="", compare=False)
    typed: bool = False


@dataclass(frozen=True)
class Block:
    """A table within a sheet: columns, rows and, if `total` names it, a last row with the sums.

    The rows are read once. Columns without any title have no row of titles (a cover, a letter). `spread`: the cells of
    the last column reach to the edge of what is printed.
    """

    columns: tuple[SheetColumn, ...]
    rows: Iterable[Values | StyledRow]
    heading: str = ""
    total: str = ""
    new_page: bool = False
    spread: bool = False

    @property
    def titled(self) -> bool:
        """Whether the columns have titles."""
        return any(column.title for column in self.columns)


@dataclass(frozen=True)
class BarGraph:
    """Bars of what stands in a block of numbers: of its rows from the first to the last, counted from 0.

    The first column names the bars, each further one is a series; `at` is the column at which the chart stands.
    """

    title: str
    block: int
    rows: tuple[int, int]
    at: int


@dataclass(frozen=True)
class Sheet:
    """A sheet: the name on its tab, its title, the days it speaks of, who issues it, and its blocks.

    `to_fill` is an empty sheet for input: titles in the first row exactly as they are given, since they are read
    again, no frame, drop-down lists under the titles. `page`: it is a page of text, and looks as that says; its block
    holds the same cells, for whoever compares or reads them. `printed` is how many columns, from the left, stand on
    paper; 0, where nobody chose: all of them. `across` is on how many pages side by side they stand: whoever reads the
    second sees the first columns, those of importance 3, once more. `links` lead from a row of a block, both counted
    from 0, to a sheet by its name.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    period: tuple[date, date] | None = None
    as_of: date | None = None
    subtitle: str = ""
    issuer: str = ""
    landscape: bool = False
    notes: tuple[str, ...] = ()
    to_fill: bool = False
    page: "TextPage | None" = None
    printed: int = 0
    across: int = 1
    chart: BarGraph | None = None
    links: tuple[tuple[int, int, str], ...] = ()

    @property
    def uniform(self) -> bool:
        """Whether every block has the same columns, so that one row of titles serves the whole sheet."""
        return all(block.columns == self.blocks[0].columns for block in self.blocks)

    @property
    def in_yen(self) -> bool:
        """Whether any column holds amounts, so that the unit has to be named."""
        return any(column.kind == "yen" for block in self.blocks for column in block.columns)


@dataclass(frozen=True)
class Workbook:
    """Sheets that go into one file, with the day that stands in the file's properties instead of the clock's.

    `properties` are for programs, to know the workbook again; each text is at most 250 characters long. Without
    `formulas` only its sums are worked out, as they were in workbooks of before.
    """

    title: str
    made_on: date
    sheets: tuple[Sheet, ...]
    issuer: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    formulas: bool = True

    def issued_by(self, name: str) -> "Workbook":
        """The workbook with the name of who issues it, on every sheet."""
        return replace(self, issuer=name, sheets=tuple(replace(sheet, issuer=name) for sheet in self.sheets))


@dataclass(slots=True)
class RenderedRow:
    """A row as it is written: its style, its cells with the sums filled in, and which rows a sum covers.

    Rows are counted within the block from 0; a sum covers the rows from `since` to the one before it. `formulas` and
    `name` are those of the row.
    """

    style: Style
    cells: Values
    since: int = 0
    sums: frozenset[int] = field(default=frozenset())
    formulas: Formulas = field(default_factory=dict)
    name: str = ""


def lines(block: Block) -> Iterator[RenderedRow]:
    """Every row of a block from top to bottom, subtotals and the total included. Not known adds nothing to a sum."""
    summed = [at for at, column in enumerate(block.columns) if column.total]
    of_columns: Formulas = {column.key: column.formula for column in block.columns if column.formula}
    where, width = frozenset(summed), len(block.columns)
    running, before = dict.fromkeys(summed, 0), dict.fromkeys(summed, 0)
    row, since = -1, 0
    for row, given in enumerate(block.rows):
        if not isinstance(given, StyledRow):
            values, formulas, name = given, of_columns, ""
        else:
            style, values, formulas, name = given.style, given.cells, given.formulas, given.name
            assert len(values) == width, values
            if style == "subtotal":
                sums = {at: running[at] - before[at] for at in summed}
                yield RenderedRow(style, _summed(values, sums), since, where, formulas, name)
                before, since = dict(running), row + 1
            elif style == "total":
                yield RenderedRow(style, _summed(values, running), 0, where, formulas, name or TOTAL)
            elif style != "normal":
                yield RenderedRow(style, values, formulas=formulas, name=name)
            if style != "normal":
                continue
        assert len(values) == width, values
        for at in summed:
            if (value := values[at]) is not None:
                assert isinstance(value, int), values
                running[at] += value
        yield RenderedRow("normal", values, formulas=formulas, name=name)
    if block.total:
        label = next((at for at, column in enumerate(block.columns) if column.kind == "text"), None)
        cells = tuple(_(block.total) if at == label else running.get(at) for at in range(width))
        yield RenderedRow("total", cells, 0, where if row >= 0 else frozenset(), name=TOTAL)


def _summed(cells: Values, sums: dict[int, int]) -> Values:
    assert all(cells[at] in (None, total) for at, total in sums.items()), (cells, sums)
    return tuple(sums.get(at, cell) for at, cell in enumerate(cells))


def natural(value: Value) -> Kind:
    """The kind of a value that does not say: a number counts something, unless it says that it is yen."""
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, date):
        return "day"
    return "count" if isinstance(value, int) else "text"


def on_screen() -> AbstractContextManager[None]:
    """Within the block sheets are for a screen, where days are 2012-09-21 in sentences as they are in cells."""
    return within(_screen, True)


def format_day(day: date) -> str:
    """A day in a sentence of a statement: by its calendar, else 平成24年9月21日, or 2012-09-21 in English."""
    if i18n.calendar() or _screen.get():
        return i18n.format_day(day)
    return either(dates.format_japanese(day), day.isoformat())


def span(sheet: Sheet) -> str:
    """The days that a sheet speaks of, in words; empty if it names none."""
    if sheet.period is not None:
        first, last = sheet.period
        return _("from {first} to {last}", first=format_day(first), last=format_day(last))
    return "" if sheet.as_of is None else _("as of {day}", day=format_day(sheet.as_of))


def title(sheet: Sheet, column: SheetColumn) -> str:
    """A column's title as it stands on this sheet."""
    return column.title if sheet.to_fill else _(column.title)


def unit(sheet: Sheet) -> str:
    """The unit of the amounts; empty on a sheet without any."""
    return _("(unit: yen)") if sheet.in_yen else ""


def guide(sheet: Sheet) -> Sheet:
    """A sheet that explains, column by column, how an empty one is filled in."""
    columns = (
        SheetColumn(N_("Column"), width=22),
        SheetColumn(N_("Needed"), width=10),
        SheetColumn(N_("What to enter"), width=60, wrap=True),
        SheetColumn(N_("Choices"), width=50, wrap=True),
    )
    rows = [
        (column.title, _("needed") if column.required else "", _(column.note), either("、", ", ").join(column.choices))
        for block in sheet.blocks
        for column in block.columns
    ]
    return Sheet(name=GUIDE, title=GUIDE, blocks=(Block(columns, rows),), landscape=True)
