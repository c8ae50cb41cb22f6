"""The styles of a workbook, made once and shared, and how a value of each kind becomes the inside of a cell."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import product
from typing import Any, Literal

from openpyxl import Workbook as Package
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

from exports.formats.cells import (
    FORMATS,
    ISO_DAY,
    day_cell,
    day_format,
    day_formats,
    is_day,
    moment_cell,
    moment_format,
    text_cell,
)
from exports.formats.paper import FONT
from exports.formats.sheet import NUMERIC, Kind, SheetColumn, Style, TypedValue, Value, natural
from ledger.i18n import Calendar, calendar

Render = Callable[[Value], str]
Layout = Literal["plain", "wrapped", "listed"]  # "listed": in a column of several kinds, all but numbers to the left
LAYOUTS: tuple[Layout, ...] = ("plain", "wrapped", "listed")
ROW_STYLES: tuple[Style, ...] = ("normal", "heading", "subtotal", "total", "box")
_NUMBERS = frozenset(FORMATS[kind] for kind in NUMERIC)


# Where openpyxl keeps the styles of a workbook, which are named in its cells by their places.
_KEPT_IN = (
    *("_fonts", "_fills", "_borders", "_alignments", "_protections", "_number_formats"),
    *("_cell_styles", "_named_styles"),
)


class Paint:
    """The workbook's styles, made once and shared, and how a value of each kind becomes the inside of a cell."""

    def __init__(self, package: Package) -> None:
        # They are the same in every workbook of a calendar: made once, they are copied.
        first, self._ids = _made(calendar())
        for name in _KEPT_IN:
            setattr(package, name, _copied(getattr(first, name)))

    def text(self, style: str, text: str) -> str:
        """A text in one of the named styles."""
        return text_cell(self._ids[style, "General", "plain"], text)

    def columns(self, style: str, columns: tuple[SheetColumn, ...]) -> list[Render]:
        """How the cells of each column are written in a row of this style."""
        return [self._render(style, column.kind, "wrapped" if column.wrap else "plain") for column in columns]

    def whole_column(self, dimension: ColumnDimension, column: SheetColumn) -> None:
        """Gives a column of an empty sheet its format, so that 0012 typed into a text column stays 0012."""
        dimension.font = _font()
        dimension.number_format = ISO_DAY if column.kind == "day" else FORMATS.get(column.kind, "General")

    def _render(self, style: str, kind: Kind, layout: Layout) -> Render:
        if kind == "any":
            return self._any(style)
        if kind in ("day", "moment"):
            return self._days(style, kind, layout)
        number = self._ids[style, FORMATS[kind], layout]
        empty = f's="{number}">'
        if kind == "text":
            return lambda value: empty if value is None else text_cell(number, value)
        return lambda value: empty if value is None else f"{empty}<v>{value:d}</v>"

    def _days(self, style: str, kind: Kind, layout: Layout) -> Render:
        # A statement has few different days and many rows.
        drawn: dict[Value, str] = {None: f's="{self._ids[style, FORMATS[kind], layout]}">'}

        def render(value: Value) -> str:
            if isinstance(value, str):  # the mark of a sample
                return text_cell(self._ids[style, FORMATS["text"], layout], value)
            if kind == "moment" and value is not None:
                return moment_cell(self._ids[style, moment_format(value), layout], value)
            if value not in drawn:
                assert isinstance(value, date), value
                drawn[value] = day_cell(self._ids[style, day_format(value), layout], value)
            return drawn[value]

        return render

    def _any(self, style: str) -> Render:
        def render(value: Value) -> str:
            typed = value if isinstance(value, TypedValue) else TypedValue(natural(value), value)
            return self._render(style, typed.kind, "plain" if typed.kind in NUMERIC else "listed")(typed.value)

        return render


@cache
def _made(_calendar: Calendar) -> tuple[Package, dict[tuple[str, str, Layout], int]]:
    """A workbook with all styles, and where each stands: by its name, the format of its numbers, its layout."""
    package = Package()
    scratch = Worksheet(package)
    # openpyxl has no public way to name the font of cells that nobody styled.
    package._fonts[0] = package._named_styles["Normal"].font = _font()  # type: ignore[attr-defined]
    ids: dict[tuple[str, str, Layout], int] = {}
    for style in _named_styles():
        package.add_named_style(style)
        ids[style.name, "General", "plain"] = _place(scratch, style.name)
    # All are made before the package is saved: a style that is asked for later would not be in it.
    for key in product(ROW_STYLES, (*FORMATS.values(), *day_formats()), LAYOUTS):
        ids[key] = _place(scratch, *key)
    return package, ids


def _copied(kept: Any) -> Any:
    """Another list of the same, which goes on by itself; openpyxl's own lists are not copied whole by `copy`."""
    another = type(kept)()
    list.extend(another, kept)
    if isinstance(kept, IndexedList):
        another._dict, another.clean = dict(kept._dict), kept.clean  # type: ignore[attr-defined]
    return another


def _place(scratch: Worksheet, style: str, number_format: str = "General", layout: Layout = "plain") -> int:
    cell = Cell(scratch, row=1, column=1)
    cell.style = style
    if number_format != "General":
        cell.number_format = number_format
    if style in ROW_STYLES:
        # An indent keeps a figure from the text that stands beside it.
        days = is_day(number_format) and layout == "plain"
        across = "right" if number_format in _NUMBERS else "center" if days else "left"
        cell.alignment = Alignment(
            horizontal=across, vertical="center", wrap_text=layout != "plain", indent=0 if days else 1
        )
    return int(cell.style_id)


def _font(size: int = FONT, *, bold: bool = False) -> Font:
    return Font(name="游ゴシック", size=size, bold=bold, charset=128)


def _named_styles() -> Iterator[NamedStyle]:
    hair, thin, double = Side("hair"), Side("thin"), Side("double")
    none = Side()
    grey, dark = PatternFill("solid", fgColor="E7E6E6"), PatternFill("solid", fgColor="BFBFBF")
    middle = Alignment(vertical="center")
    header = Alignment(horizontal="center", vertical="center", wrap_text=True)
    box = Border(left=thin, right=thin, top=thin, bottom=thin)

    def row(above: Side, below: Side) -> Border:
        return Border(top=above, bottom=below)

    yield NamedStyle("Title", _font(16, bold=True), alignment=Alignment(horizontal="center", vertical="center"))
    yield NamedStyle("Caption", _font(), alignment=Alignment(horizontal="center"))
    yield NamedStyle("Right", _font(), alignment=Alignment(horizontal="right"))
    yield NamedStyle("Note", _font(), alignment=Alignment(horizontal="left"))
    yield NamedStyle("Heading", _font(12, bold=True), alignment=middle)
    yield NamedStyle("Header", _font(bold=True), grey, box, header)
    yield NamedStyle("Needed", _font(bold=True), dark, box, header)
    yield NamedStyle("box", _font(), border=box, alignment=middle)
    yield NamedStyle("normal", _font(), border=row(none, hair), alignment=middle)
    yield NamedStyle("heading", _font(bold=True), border=row(none, hair), alignment=middle)
    yield NamedStyle("subtotal", _font(bold=True), border=row(thin, thin), alignment=middle)
    yield NamedStyle("total", _font(bold=True), border=row(thin, double), alignment=middle)
