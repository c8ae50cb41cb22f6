"""Workbooks: the only place that knows how an .xlsx is written.

openpyxl makes the package, the styles and each sheet's frame. The rows are written as sheet XML under openpyxl's own
style numbers, because a cell object per value costs ten times as much. The same content gives the same bytes.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice, zip_longest
from math import ceil
from pathlib import Path
from typing import BinaryIO, Literal

from openpyxl import Workbook as Package
from openpyxl.cell import Cell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exports.formats.cells import DAY_FORMATS, FORMATS, ISO_DAY, day_cell, day_format, moment_cell, text_cell
from exports.formats.outfile import new_file
from exports.formats.page_xlsx import PageRows
from exports.formats.screen import width as text_width
from exports.formats.sheet import (
    NUMERIC,
    Block,
    EntryRule,
    Kind,
    RenderedRow,
    Sheet,
    SheetColumn,
    Style,
    TypedValue,
    Value,
    Workbook,
    lines,
    natural,
    span,
    title,
    unit,
)
from ledger.errors import TooManyRows
from ledger.i18n import _
from ledger.intake import LISTS

Render = Callable[[Value], str]

ROW_LIMIT = 1_048_576
FILL_ROWS = 200_000  # as many rows as an import takes
NAME_LIMIT = 31
LINE = 18.75  # points that a line of the font takes
MOST_LINES = 21  # a row cannot be higher than 409 points
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can carry
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
_SIZE = re.compile(rb"<dimension [^>]*/>")
_BREAKS = re.compile(rb"<rowBreaks.*?</rowBreaks>", re.DOTALL)
_FORBIDDEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # in XML, where nothing can be escaped
_FORBIDDEN_IN_NAME = re.compile(rf"{_FORBIDDEN.pattern}|[:\\/?*\[\]]")
_CHUNK = 2_000
Layout = Literal["plain", "wrapped", "listed"]  # "listed": in a column of several kinds, all but numbers to the left
LAYOUTS: tuple[Layout, ...] = ("plain", "wrapped", "listed")
ROW_STYLES: tuple[Style, ...] = ("normal", "heading", "subtotal", "total")


def write(workbook: Workbook, path: Path) -> None:
    """Writes the workbook; `path` appears whole or stays as it was.

    Refused: a place that cannot be written, a full disk, more rows than a sheet holds, a text longer than a cell.
    """
    with new_file(path) as out:
        compose(workbook, out)


@dataclass
class WrittenRows:
    """Where on a sheet each block begins, and which of its rows hold titles, and which sums."""

    blocks: list[int] = field(default_factory=list)
    titles: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)


def compose(workbook: Workbook, out: BinaryIO) -> list[WrittenRows]:
    """Writes the workbook's bytes, and tells of each sheet which rows were written.

    The bytes depend on the content and the language spoken, not on the clock.
    """
    package = _package(workbook)
    paint = Paint(package)
    names = _tab_names([_(sheet.name) for sheet in workbook.sheets])
    written: list[_Rows | PageRows] = []
    for sheet, name in zip(workbook.sheets, names, strict=True):
        frame = package.create_sheet(name)
        if sheet.page is not None:
            written.append(PageRows(sheet.page, frame, package))
            continue
        written.append(_Rows(sheet, name, paint))
        _set_up(frame, sheet, paint)
    _add_lists(package, workbook)
    skeleton = BytesIO()
    package.save(skeleton)
    _fill(skeleton, written, f"{workbook.made_on}T00:00:00Z".encode(), out)
    return [rows.written if isinstance(rows, _Rows) else WrittenRows([1]) for rows in written]


def _package(workbook: Workbook) -> Package:
    package = Package()
    package.remove(package.worksheets[0])
    midnight = datetime.combine(workbook.made_on, time())
    name, issuer = (_FORBIDDEN.sub(" ", text) for text in (_(workbook.title), _(workbook.issuer)))
    package.properties = DocumentProperties(title=name, creator=issuer or "Seisan", created=midnight, modified=midnight)
    for name, text in workbook.properties:
        package.custom_doc_props.append(StringProperty(name=name, value=text))  # type: ignore[attr-defined]
    package.calculation = CalcProperties(fullCalcOnLoad=False)  # the sums stand beside their formulas
    return package


def _tab_names(titles: list[str]) -> list[str]:
    """Names that Excel accepts on tabs: at most 31 characters, no brackets, colons or slashes, each only once."""
    used: set[str] = {LISTS.casefold(), "history"}
    names = []
    for wish in titles:
        base = _FORBIDDEN_IN_NAME.sub("_", wish).strip("' ") or "_"
        name, count = _cut(base, NAME_LIMIT), 1
        while name.casefold() in used:
            count += 1
            ending = f" ({count})"
            name = _cut(base, NAME_LIMIT - len(ending)) + ending
        used.add(name.casefold())
        names.append(name)
    return names


def _cut(text: str, limit: int) -> str:
    # Excel counts UTF-16 units, so a character outside the basic plane counts twice.
    return text.encode("utf-16-le", "replace")[: 2 * limit].decode("utf-16-le", "ignore").strip("' ") or "_"


# --- the frame: what openpyxl writes ---------------------------------------------------------------------------------


def _set_up(frame: Worksheet, sheet: Sheet, paint: "Paint") -> None:
    """Sets widths, page, print titles, frozen titles and, on a sheet to fill, the column formats and lists."""
    widths = _column_widths(sheet)
    for at, width in enumerate(widths):
        frame.column_dimensions[get_column_letter(at + 1)].width = width
    frame.sheet_format.defaultRowHeight, frame.sheet_format.customHeight = LINE, True
    frame.page_setup.paperSize = 9  # A4
    frame.page_setup.orientation = "landscape" if sheet.landscape else "portrait"
    frame.page_setup.fitToWidth, frame.page_setup.fitToHeight = 1, 0
    frame.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    frame.print_options.horizontalCentered = True
    frame.page_margins.left = frame.page_margins.right = 0.5
    frame.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P / &N"))
    head = 0 if sheet.to_fill else 4
    if sheet.uniform and sheet.blocks[0].titled:
        frame.print_title_rows = f"{head + 1}:{head + 1}"
        frame.freeze_panes = f"A{head + 2}"
    if any(block.new_page for block in sheet.blocks):
        frame.row_breaks.append(Break(id=1))  # where the breaks fall is known once the rows are written
    if sheet.to_fill:
        frame.print_options.gridLines = True  # what is empty shows on paper where to write
        for at, column in enumerate(sheet.blocks[0].columns):
            paint.whole_column(frame.column_dimensions[get_column_letter(at + 1)], column)
    else:
        frame.sheet_view.showGridLines = False
        for row in (1, 2):
            if len(widths) > 1:
                frame.merged_cells.add(f"A{row}:{get_column_letter(len(widths))}{row}")


def _column_widths(sheet: Sheet) -> list[float]:
    widths = zip_longest(*([column.width for column in block.columns] for block in sheet.blocks), fillvalue=0)
    return [max(column) for column in widths]


def _add_lists(package: Package, workbook: Workbook) -> None:
    """Adds drop-down lists, limits and entry notes under the titles of sheets to fill.

    A list written into the rule itself may have 255 characters; a longer one stands on a hidden sheet.
    """
    lists: Worksheet | None = None
    for frame, sheet in zip(list(package.worksheets), workbook.sheets, strict=True):
        for at, column in enumerate(sheet.blocks[0].columns if sheet.to_fill else ()):
            choices = column.choices or (column.rule.known if column.rule else ())
            if not (choices or column.note or column.rule):
                continue
            source = ",".join(choices)
            formula = f'"{source}"' if choices else None
            if len(source) > 255 or any(set(choice) & set(',"') for choice in choices):
                if lists is None:
                    lists = package.create_sheet(LISTS)
                    lists.sheet_state = "hidden"
                formula = _listed(lists, choices)
            frame.add_data_validation(_rule(column, formula, get_column_letter(at + 1)))


def _listed(lists: Worksheet, choices: tuple[str, ...]) -> str:
    at = lists.max_column + 1 if lists.cell(1, 1).value is not None else 1
    for row, choice in enumerate(choices, start=1):
        lists.cell(row, at, choice).data_type = "s"
    letter = get_column_letter(at)
    return f"{quote_sheetname(lists.title)}!${letter}$1:${letter}${len(choices)}"


def _rule(column: SheetColumn, formula: str | None, letter: str) -> DataValidation:
    rule = DataValidation(type=None if formula is None else "list", formula1=formula, allow_blank=True)
    limits = column.rule if formula is None else None
    if limits is not None:
        rule.type, rule.formula1, rule.formula2 = _limits(limits)
        rule.operator = "between"
    if column.note:
        rule.showInputMessage = True
        rule.promptTitle, rule.prompt = column.title[:32], _(column.note)[:255]
    rule.showErrorMessage = rule.type is not None
    if rule.showErrorMessage:
        listed = column.rule is not None and bool(column.rule.known)
        rule.errorStyle = "warning" if listed else "stop"
        rule.errorTitle, rule.error = column.title[:32], _(column.note)[:255] or None
    rule.add(f"{letter}2:{letter}{FILL_ROWS + 1}")
    return rule


def _limits(rule: EntryRule) -> tuple[Literal["date", "whole", "textLength"], str, str]:
    """The kind of a limit and its two ends, as a spreadsheet program works them out when something is entered."""
    if rule.kind == "day":
        assert rule.first is not None, rule
        last = f"EDATE(TODAY(),{12 * rule.years_ahead})" if rule.years_ahead else "TODAY()"
        return "date", f"DATE({rule.first.year},{rule.first.month},{rule.first.day})", last
    return "whole" if rule.kind == "whole" else "textLength", str(rule.least), str(rule.most)


# --- the rows: what is written as XML --------------------------------------------------------------------------------


class _Rows:
    """The rows of one sheet as XML, from the title to the last note; `breaks` and `written` are complete at the end."""

    def __init__(self, sheet: Sheet, name: str, paint: "Paint") -> None:
        self.breaks: list[int] = []
        self.written = WrittenRows()
        self._sheet, self._name, self._paint = sheet, name, paint
        self._row = 0
        self._widths = _column_widths(sheet)
        self._letters = [get_column_letter(at + 1) for at in range(len(self._widths))]

    def xml(self) -> Iterator[str]:
        sheet = self._sheet
        if not sheet.to_fill:
            yield from self._head()
        if sheet.uniform and sheet.blocks[0].titled:
            yield self._titles(sheet.blocks[0])
        for at, block in enumerate(sheet.blocks):
            if at and block.new_page:
                self.breaks.append(self._row)
            elif at:
                self._next()
            self.written.blocks.append(self._row + 1)
            if block.heading:
                yield self._texts("Heading", {0: _(block.heading)})
            if block.titled and not sheet.uniform:
                yield self._titles(block)
            yield from self._block(block)
        if sheet.notes:
            self._next()
        for note in sheet.notes:
            yield self._texts("Note", {0: _(note)})

    def _next(self) -> int:
        self._row += 1
        if self._row > ROW_LIMIT:
            raise TooManyRows(self._name, ROW_LIMIT)
        return self._row

    def _head(self) -> Iterator[str]:
        sheet, last = self._sheet, len(self._letters) - 1
        yield self._texts("Title", {0: _(sheet.title)}, ' ht="27" customHeight="1"')
        yield self._texts("Caption", {0: span(sheet)})
        yield self._texts("Right", {last: _(sheet.issuer)})
        if last:
            yield self._texts("Right", {last: unit(sheet)}, caption=_(sheet.subtitle))
        else:
            yield self._texts("Note", {0: _(sheet.subtitle)})

    def _texts(self, style: str, texts: dict[int, str], height: str = "", caption: str = "") -> str:
        row = self._next()
        cells = [f'<c r="A{row}" {self._paint.text("Note", caption)}</c>'] if caption else []
        cells += [f'<c r="{self._letters[at]}{row}" {self._paint.text(style, text)}</c>' for at, text in texts.items()]
        return f'<row r="{row}"{height}>{"".join(cells)}</row>'

    def _titles(self, block: Block) -> str:
        row = self._next()
        self.written.titles.append(row)
        cells = (
            f'<c r="{letter}{row}" '
            f"{self._paint.text('Needed' if column.required else 'Header', title(self._sheet, column))}</c>"
            for letter, column in zip(self._letters, block.columns, strict=False)
        )
        return f'<row r="{row}">{"".join(cells)}</row>'

    def _block(self, block: Block) -> Iterator[str]:
        first = self._row + 1
        letters = self._letters[: len(block.columns)]
        renders = {style: self._paint.columns(style, block.columns) for style in ("normal", "subtotal", "total")}
        renders["heading"] = self._paint.columns("heading", tuple(SheetColumn("") for _ in block.columns))
        wrapped = [at for at, column in enumerate(block.columns) if column.wrap or column.kind == "any"]
        normal = list(zip(letters, renders["normal"], strict=True))
        for line in lines(block):
            row = self._next()
            if line.style == "normal":
                pairs = zip(normal, line.cells, strict=True)
                cells = "".join([f'<c r="{letter}{row}" {render(value)}</c>' for (letter, render), value in pairs])
            else:
                self.written.sums.append(row)
                cells = self._marked(line, letters, renders, first, row)
            yield f'<row r="{row}"{self._height(line, wrapped)}>{cells}</row>'

    def _height(self, line: RenderedRow, wrapped: list[int]) -> str:
        """The height of a row with wrapped texts, which not every program works out by itself."""
        texts = ((line.cells[at], self._widths[at] - 1) for at in wrapped)
        needed = [
            sum(max(1, ceil(text_width(part, 1) / room)) for part in text.split("\n"))
            for text, room in texts
            if isinstance(text, str)
        ]
        count = min(max(needed, default=1), MOST_LINES)
        return f' ht="{count * LINE}" customHeight="1"' if count > 1 else ""

    def _marked(
        self, line: RenderedRow, letters: list[str], renders: dict[str, list[Render]], first: int, row: int
    ) -> str:
        cells = []
        for at, (letter, render) in enumerate(zip(letters, renders[line.style], strict=True)):
            drawn = render(line.cells[at])
            if at in line.sums and row > first + line.since:
                formula = f"SUBTOTAL(9,{letter}{first + line.since}:{letter}{row - 1})"
                drawn = drawn.replace("><v>", f"><f>{formula}</f><v>", 1)
            cells.append(f'<c r="{letter}{row}" {drawn}</c>')
        return "".join(cells)


# --- the styles ------------------------------------------------------------------------------------------------------


class Paint:
    """The workbook's styles, made once and shared, and how a value of each kind becomes the inside of a cell."""

    def __init__(self, package: Package) -> None:
        self._scratch = Worksheet(package)
        # openpyxl has no public way to name the font of cells that nobody styled.
        package._fonts[0] = package._named_styles["Normal"].font = _font()  # type: ignore[attr-defined]
        self._ids: dict[tuple[str, str, Layout], int] = {}
        for style in _named_styles():
            package.add_named_style(style)
            self._make(style.name)
        # All are made before the package is saved: a style that is asked for later would not be in it.
        for row_style in ROW_STYLES:
            for number_format in (*FORMATS.values(), *DAY_FORMATS):
                for layout in LAYOUTS:
                    self._make(row_style, number_format, layout)

    def _make(self, style: str, number_format: str = "General", layout: Layout = "plain") -> None:
        cell = Cell(self._scratch, row=1, column=1)
        cell.style = style
        if number_format != "General":
            cell.number_format = number_format
        if layout != "plain":
            across = "left" if layout == "listed" else None
            cell.alignment = Alignment(horizontal=across, vertical="center", wrap_text=True)
        elif number_format in DAY_FORMATS:
            cell.alignment = Alignment(horizontal="center", vertical="center")
        self._ids[style, number_format, layout] = cell.style_id

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
        if kind == "day":
            return self._days(style, layout)
        number = self._ids[style, FORMATS[kind], layout]
        empty = f's="{number}">'
        if kind == "text":
            return lambda value: empty if value is None else text_cell(number, value)
        if kind == "moment":
            return lambda value: empty if value is None else moment_cell(number, value)
        return lambda value: empty if value is None else f"{empty}<v>{value:d}</v>"

    def _days(self, style: str, layout: Layout) -> Render:
        # A statement has few different days and many rows.
        drawn: dict[Value, str] = {None: f's="{self._ids[style, FORMATS["day"], layout]}">'}

        def render(value: Value) -> str:
            if isinstance(value, str):  # the mark of a sample
                return text_cell(self._ids[style, FORMATS["text"], layout], value)
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


def _font(size: int = 11, *, bold: bool = False) -> Font:
    return Font(name="游ゴシック", size=size, bold=bold, charset=128)


def _named_styles() -> Iterator[NamedStyle]:
    hair, thin, double = Side("hair"), Side("thin"), Side("double")
    grey, dark = PatternFill("solid", fgColor="E7E6E6"), PatternFill("solid", fgColor="BFBFBF")
    middle = Alignment(vertical="center")
    header = Alignment(horizontal="center", vertical="center", wrap_text=True)
    box = Border(left=thin, right=thin, top=thin, bottom=thin)

    def row(above: Side, below: Side) -> Border:
        return Border(left=hair, right=hair, top=above, bottom=below)

    yield NamedStyle("Title", _font(16, bold=True), alignment=Alignment(horizontal="center", vertical="center"))
    yield NamedStyle("Caption", _font(), alignment=Alignment(horizontal="center"))
    yield NamedStyle("Right", _font(), alignment=Alignment(horizontal="right"))
    yield NamedStyle("Note", _font(), alignment=Alignment(horizontal="left"))
    yield NamedStyle("Heading", _font(12, bold=True), alignment=middle)
    yield NamedStyle("Header", _font(bold=True), grey, box, header)
    yield NamedStyle("Needed", _font(bold=True), dark, box, header)
    yield NamedStyle("normal", _font(), border=row(hair, hair), alignment=middle)
    yield NamedStyle("heading", _font(bold=True), border=row(hair, hair), alignment=middle)
    yield NamedStyle("subtotal", _font(bold=True), border=row(thin, thin), alignment=middle)
    yield NamedStyle("total", _font(bold=True), border=row(thin, double), alignment=middle)


# --- the file --------------------------------------------------------------------------------------------------------


def _fill(skeleton: BytesIO, sheets: "list[_Rows | PageRows]", stamp: bytes, out: BinaryIO) -> None:
    """Copies the package with fixed times, putting each sheet's rows where openpyxl left room for them."""
    by_part = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in enumerate(sheets, start=1)}
    with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(part, _EPOCH)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            with target.open(entry, "w", force_zip64=part in by_part) as place:
                if part in by_part:
                    place.writelines(_sheet_xml(content, by_part[part]))
                else:
                    place.write(content)


def _sheet_xml(frame: bytes, rows: "_Rows | PageRows") -> Iterator[bytes]:
    before, after = _NO_ROWS.split(_SIZE.sub(b"", frame, count=1), maxsplit=1)
    yield before + b"<sheetData>"
    pieces = rows.xml()
    while batch := list(islice(pieces, _CHUNK)):
        yield "".join(batch).encode()
    breaks = "".join(f'<brk id="{row}" max="16383" man="1"/>' for row in rows.breaks)
    count = len(rows.breaks)
    marked = f'<rowBreaks count="{count}" manualBreakCount="{count}">{breaks}</rowBreaks>' if count else ""
    yield b"</sheetData>" + _BREAKS.sub(marked.encode(), after, count=1)
