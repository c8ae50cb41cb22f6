"""Workbooks: how an .xlsx is written; its styles stand in `paint`.

openpyxl makes the package, the styles and each sheet's frame (`package`). The rows are written as sheet XML under
openpyxl's own style numbers, because a cell object per value costs ten times as much. The same content gives the same
bytes.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal
from xml.sax.saxutils import escape

from openpyxl import Workbook as Package
from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.text import RichText
from openpyxl.drawing.text import Paragraph, ParagraphProperties, RichTextProperties
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exports.formats import paper
from exports.formats.formulas import SheetFormulas
from exports.formats.outfile import new_file
from exports.formats.package import CORE, Parts, new_package, of_pages, parts_of
from exports.formats.page_xlsx import PageRows
from exports.formats.paint import Paint, Render
from exports.formats.paper import BOTTOM, HEADER_FONT, LINE, SIDE, TOP, column_widths
from exports.formats.progress import watched
from exports.formats.sheet import (
    Block,
    EntryRule,
    RenderedRow,
    Sheet,
    SheetColumn,
    Value,
    Workbook,
    lines,
    span,
    title,
    unit,
)
from exports.formats.tabs import FORBIDDEN, cut, tab_names
from ledger.errors import TooManyRows
from ledger.i18n import _
from ledger.intake import LISTS

ROW_LIMIT = 1_048_576
FILL_ROWS = 200_000  # as many rows as an import takes
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can carry
_EFFORT = 5  # of compressing: 6, the usual one, takes twice the time for the same size
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
_SIZE = re.compile(rb"<dimension [^>]*/>")
_BREAKS = re.compile(rb"<rowBreaks.*?</rowBreaks>", re.DOTALL)
_MERGED = re.compile(rb'(<mergeCells count=")(\d+)')
_CHUNK = 2_000
_SHADES = ("44546A", "BFBFBF")  # of bars: told apart on black and white paper too
_CHARACTER = 0.22  # centimetres of a chart beside a character of a column
_BOX = 60  # points: room for a stamp
_INDENT = 2  # characters of a column in which no wrapped text stands
_LAST_ROW = 1_048_575  # stands for the last row until that is known
_RANGE = re.compile(
    rb'(<definedName name="_xlnm\.(Print_Area|_FilterDatabase|Print_Titles)" localSheetId="(\d+)"[^>]*>[^<]*?\$)1048575'
    rb"(:\$1048575)?"
)


def write(workbook: Workbook, path: Path) -> None:
    """Writes the workbook; `path` appears whole or stays as it was.

    Refused: a place that cannot be written, a full disk, more rows than a sheet holds, a text longer than a cell.
    """
    with new_file(path) as out:
        compose(workbook, out)


@dataclass
class WrittenRows:
    """Where on a sheet each block begins, and which of its rows hold titles, and which sums.

    `last` is the last row of all, `listed` the last of the last block before its total, `repeated` the row of titles
    that stands once more on the pages that follow: that of the longest block.
    """

    blocks: list[int] = field(default_factory=list)
    titles: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    last: int = 0
    listed: int = 0
    repeated: int = 0


def compose(workbook: Workbook, out: BinaryIO) -> list[WrittenRows]:
    """Writes the workbook's bytes, and tells of each sheet which rows were written.

    The bytes depend on the content and the language spoken, not on the clock.
    """
    names = tab_names([_(sheet.name) for sheet in workbook.sheets])
    pages = [sheet.page for sheet in workbook.sheets if sheet.page is not None]
    written: Sequence[_Rows | PageRows]
    if pages:
        assert len(pages) == len(workbook.sheets), "a page of text stands beside pages only"
        parts, written = of_pages(workbook, pages, names)
    else:
        parts, written = _of_tables(workbook, names)
    _fill(parts, written, f"{workbook.made_on}T00:00:00Z".encode(), out)
    return [rows.written if isinstance(rows, _Rows) else WrittenRows([1]) for rows in written]


def _of_tables(workbook: Workbook, names: list[str]) -> tuple[Parts, "list[_Rows]"]:
    """The parts of a workbook of tables, on sheets of these names, and the rows that are to be written there."""
    package = new_package(workbook)
    paint = Paint(package)
    tabs = {sheet.name: name for sheet, name in zip(workbook.sheets, names, strict=True)}
    written = []
    for sheet, name in zip(workbook.sheets, names, strict=True):
        frame = package.create_sheet(name)
        rows = _Rows(sheet, name, paint, formulas=workbook.formulas)
        written.append(rows)
        _set_up(frame, sheet, paint)
        _lead_on(frame, sheet, rows, tabs)
    _add_lists(package, workbook)
    return parts_of(package), written


# --- the frame: what openpyxl writes ---------------------------------------------------------------------------------


def _set_up(frame: Worksheet, sheet: Sheet, paint: Paint) -> None:
    """Sets widths, page, print titles, frozen titles and, on a sheet to fill, the column formats and lists."""
    widths = column_widths(sheet)
    for at, width in enumerate(widths):
        frame.column_dimensions[get_column_letter(at + 1)].width = width
    frame.sheet_format.defaultRowHeight, frame.sheet_format.customHeight = LINE, True
    _set_up_page(frame, sheet)
    head = 0 if sheet.to_fill else 4
    if any(block.titled for block in sheet.blocks):
        frame.print_title_rows = f"{_LAST_ROW}:{_LAST_ROW}"
    if sheet.uniform and sheet.blocks[0].titled:
        frame.freeze_panes = f"A{head + 2}"
    if any(block.new_page for block in sheet.blocks):
        frame.row_breaks.append(Break(id=1))  # where the breaks fall is known once the rows are written
    if sheet.to_fill:
        frame.print_options.gridLines = True  # what is empty shows on paper where to write
        for at, column in enumerate(sheet.blocks[0].columns):
            paint.whole_column(frame.column_dimensions[get_column_letter(at + 1)], column)
        return
    frame.sheet_view.showGridLines = False
    frame.print_area = f"A1:{get_column_letter(min(sheet.printed, len(widths)) or len(widths))}{_LAST_ROW}"
    if len(sheet.blocks) == 1 and sheet.blocks[0].titled:
        frame.auto_filter.ref = f"A{head + 1}:{get_column_letter(len(widths))}{_LAST_ROW}"
    first_page = paper.on_first_page(sheet)
    if sheet.across > 1:
        frame.print_title_cols = f"A:{get_column_letter(paper.on_each_page(sheet))}"
        frame.col_breaks.append(Break(id=first_page))
    for row in (1, 2, 3) if sheet.printed else (1, 2):
        if first_page > 1:
            frame.merged_cells.add(f"A{row}:{get_column_letter(first_page)}{row}")


def _lead_on(frame: Worksheet, sheet: Sheet, rows: "_Rows", tabs: dict[str, str]) -> None:
    """Adds the links to other sheets, and the chart; `tabs` are the sheets' names as they stand on the tabs."""
    starts, row = [], 5
    for block in sheet.blocks:
        starts.append(row + bool(block.heading) + block.titled)
        row = starts[-1] + (len(block.rows) if isinstance(block.rows, list) else 0) + 1
    # openpyxl forgets links that stand in no cell of its own.
    rows.links = [
        f'<hyperlink ref="A{starts[block] + nth}" location="{escape(quote_sheetname(tabs[name]))}!A1"/>'
        for block, nth, name in sheet.links
        if name in tabs  # the sheet may stand in a file alone
    ]
    if sheet.chart is None:
        return
    chart, first = BarChart(), starts[sheet.chart.block]
    chart.type, chart.title, chart.style = "bar", _(sheet.chart.title), 2
    chart.y_axis.txPr = RichText(bodyPr=RichTextProperties(rot=0), p=[Paragraph(pPr=ParagraphProperties())])
    top, bottom = first + sheet.chart.rows[0], first + sheet.chart.rows[1]
    width = len(sheet.blocks[sheet.chart.block].columns)
    for column in range(2, width + 1):
        bars = Reference(frame, min_col=column, min_row=top, max_row=bottom)
        named = title(sheet, sheet.blocks[sheet.chart.block].columns[column - 1])
        chart.series.append(Series(bars, title_from_data=False, title=named))
        chart.series[-1].graphicalProperties.solidFill = _SHADES[column % 2]
    chart.set_categories(Reference(frame, min_col=1, min_row=top, max_row=bottom))
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"  # beside bars of money that went back
    chart.y_axis.numFmt, chart.legend.position = "#,##0", "b"
    beside = sum(column_widths(sheet)[sheet.chart.at : sheet.printed or None])
    chart.width, chart.height = round(min(beside * _CHARACTER, 14)), 7
    frame.add_chart(chart, f"{get_column_letter(sheet.chart.at + 1)}{first - 1}")


def _set_up_page(frame: Worksheet, sheet: Sheet) -> None:
    """A4 with a title that runs on from the second page, page numbers, and the day on which it is printed."""
    frame.page_setup.paperSize = 9  # A4
    frame.page_setup.orientation = "landscape" if sheet.landscape else "portrait"
    frame.page_setup.fitToWidth, frame.page_setup.fitToHeight = sheet.across, 0
    frame.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    frame.print_options.horizontalCentered = True
    margins = frame.page_margins
    margins.left = margins.right = SIDE
    margins.top, margins.bottom, margins.header, margins.footer = TOP, BOTTOM, TOP / 2, BOTTOM / 2
    running = frame.HeaderFooter
    running.differentFirst = True
    # Its letters keep their size where the sheet is made smaller.
    running.scaleWithDoc = False
    footer = HeaderFooterItem(center=_running("&P / &N"), right=_running(_("printed on {day}", day="&D")))
    running.oddFooter = running.firstFooter = footer
    if not sheet.to_fill:
        texts = [_escaped(text) for text in (_(sheet.issuer), _(sheet.title), span(sheet))]
        left, center, right = map(_running, texts)
        running.oddHeader = HeaderFooterItem(left=left, center=center, right=right)


def _running(text: str) -> _HeaderFooterPart:
    return _HeaderFooterPart(text or None, size=HEADER_FONT)


def _escaped(text: str) -> str:
    """A text at the head of a page, where & begins a code and all three together have 255 characters."""
    return cut(FORBIDDEN.sub(" ", text), 60).replace("&", "&&")


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

    def __init__(self, sheet: Sheet, name: str, paint: Paint, *, formulas: bool) -> None:
        self.breaks: list[int] = []
        self.merged: list[str] = []
        self.links: list[str] = []
        self.written = WrittenRows()
        self._sheet, self._name, self._paint = sheet, name, paint
        self._formulas = SheetFormulas() if formulas else None
        self._row = 0
        self._widths = column_widths(sheet)
        self._letters = [get_column_letter(at + 1) for at in range(len(self._widths))]

    def xml(self) -> Iterator[str]:
        sheet, longest = self._sheet, 0
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
            first = self._row
            yield from self._block(block)
            if block.titled and self._row - first >= longest:
                longest, self.written.repeated = self._row - first, self.written.titles[-1]
        if sheet.notes:
            self._next()
        for note in sheet.notes:
            yield self._texts("Note", {0: _(note)})
        self.written.last = self._row

    def _next(self) -> int:
        self._row += 1
        if self._row > ROW_LIMIT:
            raise TooManyRows(self._name, ROW_LIMIT)
        return self._row

    def _head(self) -> Iterator[str]:
        sheet, last = self._sheet, len(self._letters) - 1
        yield self._texts("Title", {0: _(sheet.title)}, ' ht="27" customHeight="1"')
        units = unit(sheet) if sheet.printed else ""
        yield self._texts("Caption", {0: "  ".join(filter(None, (span(sheet), units)))})
        if sheet.printed:
            yield self._texts("Right", {0: _(sheet.issuer)})
            yield self._texts("Note", {0: _(sheet.subtitle)})
            return
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
        texts = [(title(self._sheet, column), self._widths[at]) for at, column in enumerate(block.columns)]
        return f'<row r="{row}"{_height(texts)}>{"".join(cells)}</row>'

    def _block(self, block: Block) -> Iterator[str]:
        first, self.written.listed = self._row + 1, self._row
        letters = self._letters[: len(block.columns)]
        renders = {style: self._paint.columns(style, block.columns) for style in ("normal", "subtotal", "total", "box")}
        renders["heading"] = self._paint.columns("heading", tuple(SheetColumn("") for _ in block.columns))
        printed = block.columns[: self._sheet.printed or len(letters)]
        rooms = {at: self._widths[at] - _INDENT for at, column in enumerate(printed) if paper.wraps(column)}
        beside = self._letters[len(letters) : self._sheet.printed] if block.spread else []
        if beside and len(letters) - 1 in rooms:
            rooms[len(letters) - 1] = sum(self._widths[len(letters) - 1 : self._sheet.printed]) - _INDENT
        normal = list(zip(letters, renders["normal"], strict=True))
        if self._formulas is not None:
            self._formulas.begin(block.columns, letters, first)
        for line in lines(block):
            row = self._next()
            self.written.listed = row - (line.style == "total")
            formulas = {} if self._formulas is None else self._formulas.of(line, row)
            if line.style == "normal" and not formulas:
                pairs = zip(normal, line.cells, strict=True)
                cells = "".join([f'<c r="{letter}{row}" {render(value)}</c>' for (letter, render), value in pairs])
            else:
                if line.style != "normal":
                    self.written.sums.append(row)
                for at in line.sums if row > first + line.since else ():
                    formulas[at] = f"SUBTOTAL(9,{letters[at]}{first + line.since}:{letters[at]}{row - 1})"
                cells = _worked_out(line, letters, renders[line.style], formulas, row)
            if beside:
                self.merged.append(f"{letters[-1]}{row}:{beside[-1]}{row}")
                edge = renders["normal"][-1](None)
                cells += "".join(f'<c r="{letter}{row}" {edge}</c>' for letter in beside)
            texts = [(line.cells[at], room) for at, room in rooms.items()]
            tall = f' ht="{_BOX}" customHeight="1"' if line.style == "box" else _height(texts)
            yield f'<row r="{row}"{tall}>{cells}</row>'


def _height(texts: Iterable[tuple[Value, float]]) -> str:
    """The height of a row with these texts, each with its room."""
    count = paper.lines_needed(texts)
    return f' ht="{count * LINE}" customHeight="1"' if count > 1 else ""


def _worked_out(
    line: RenderedRow, letters: list[str], renders: list[Render], formulas: dict[int, str], row: int
) -> str:
    """The cells of a row, the formula before the value where there is one."""
    cells = []
    for at, (letter, render) in enumerate(zip(letters, renders, strict=True)):
        drawn = render(line.cells[at])
        if at in formulas:
            drawn = drawn.replace("><v>", f"><f>{escape(formulas[at])}</f><v>", 1)
        cells.append(f'<c r="{letter}{row}" {drawn}</c>')
    return "".join(cells)


# --- the file --------------------------------------------------------------------------------------------------------


def _fill(parts: Parts, sheets: "Sequence[_Rows | PageRows]", stamp: bytes, out: BinaryIO) -> None:
    """Writes the package with fixed times, putting each sheet's rows where openpyxl left room for them."""
    by_part = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in enumerate(sheets, start=1)}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in watched(parts, len(parts), _("writing sheets")):
            content = parts[part]
            if part == CORE:
                content = _MODIFIED.sub(rb"\g<1>" + stamp, content)
            elif part == "xl/workbook.xml":  # comes after the sheets
                content = _RANGE.sub(partial(_last_row, sheets), content)
            entry = zipfile.ZipInfo(part, _EPOCH)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry._compresslevel = _EFFORT  # type: ignore[attr-defined]  # noqa: SLF001 - zipfile has no public way
            with target.open(entry, "w", force_zip64=part in by_part) as place:
                if part in by_part:
                    place.writelines(_sheet_xml(content, by_part[part]))
                else:
                    place.write(content)


def _last_row(sheets: "Sequence[_Rows | PageRows]", match: re.Match[bytes]) -> bytes:
    """The last row of what is printed, or of what can be filtered, or the row of titles, on the sheet that is named."""
    rows = sheets[int(match[3])]
    assert isinstance(rows, _Rows), "a page of text names no range"
    written = rows.written
    if match[2] == b"Print_Titles":
        return match[1] + b"%d:$%d" % (written.repeated, written.repeated)
    return match[1] + str(written.last if match[2] == b"Print_Area" else written.listed).encode()


def _sheet_xml(frame: bytes, rows: "_Rows | PageRows") -> Iterator[bytes]:
    before, after = _NO_ROWS.split(_SIZE.sub(b"", frame, count=1), maxsplit=1)
    yield before + b"<sheetData>"
    pieces = rows.xml()
    while batch := list(islice(pieces, _CHUNK)):
        yield "".join(batch).encode()
    breaks = "".join(f'<brk id="{row}" max="16383" man="1"/>' for row in rows.breaks)
    count = len(rows.breaks)
    marked = f'<rowBreaks count="{count}" manualBreakCount="{count}">{breaks}</rowBreaks>' if count else ""
    if isinstance(rows, PageRows):
        after = after.replace(b"<printOptions", rows.behind().encode() + b"<printOptions", 1)
    if isinstance(rows, _Rows):
        after = after.replace(b"%d" % _LAST_ROW, b"%d" % rows.written.listed, 1)  # of the filter
    if isinstance(rows, _Rows) and rows.merged:
        merged = "".join(f'<mergeCell ref="{cells}"/>' for cells in rows.merged).encode()
        after = after.replace(b"</mergeCells>", merged + b"</mergeCells>", 1)
        after = _MERGED.sub(lambda match: b"%s%d" % (match[1], int(match[2]) + len(rows.merged)), after, count=1)
    if isinstance(rows, _Rows) and rows.links:
        links = f"<hyperlinks>{''.join(rows.links)}</hyperlinks>".encode()
        after = after.replace(b"<printOptions", links + b"<printOptions", 1)
    yield b"</sheetData>" + _BREAKS.sub(marked.encode(), after, count=1)
