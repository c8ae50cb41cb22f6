"""A workbook as it reads to whoever opens it: every cell with its value, formula and number format, and what is hidden.

The intake wants values alone; this is for holding one workbook against another, so nothing is trimmed or converted.
It reads what any program writes, sheet by sheet, and under the same guard against hostile files.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import IO, NamedTuple
from xml.etree import ElementTree as ET
from xml.parsers import expat

from ledger.intake.files import LIMIT_SHEET_ROWS, Unreadable, require_safety

# The number formats that have a number and no code in the file, as far as anything of ours is ever shown in one.
_BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 49: "@"}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_DIGITS = "0123456789"
_MARKS = "docProps/custom.xml"
_COLUMNS = 16_384


class ErrorValue(str):
    """The error that stands in a cell instead of a value, such as #REF!."""

    __slots__ = ()


Content = str | int | float | bool | None


class Cell(NamedTuple):
    """What stands in a cell: its value, its formula without the sign of equality, the code of its number format.

    A formula whose value nobody has worked out yet has the value None.
    """

    value: Content
    formula: str | None
    format: str


Row = dict[int, Cell]


@dataclass
class SheetContents:
    """The cells of a sheet by row and column (1 is A) as far as anything stands in them, and what is hidden of it."""

    rows: dict[int, Row] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class ReadSheet:
    """A sheet by the name on its tab, whether it is hidden, and where its cells stand in the file."""

    name: str
    hidden: bool
    part: str | None


class ReadWorkbook:
    """A workbook: its sheets in their order, what its custom properties say, and from when it counts its days.

    Raises Unreadable for bytes that are no workbook, or one that was made to do harm.
    """

    def __init__(self, data: bytes) -> None:
        with _readable():
            require_safety(data)
            self._archive = zipfile.ZipFile(io.BytesIO(data))
            self._parts = set(self._archive.namelist())
            at = next(target for kind, target in self._related("", "_rels/.rels").values() if kind == "officeDocument")
            book = self._tree(at)
            folder, name = posixpath.split(at)
            related = self._related(folder, f"{folder}/_rels/{name}.rels")
            self.from_1904 = any(_true(element.get("date1904")) for element in _named(book, "workbookPr"))
            self.sheets = [_sheet(element, related) for element in _named(book, "sheet")]
            parts = {kind: target for kind, target in related.values() if kind in ("styles", "sharedStrings")}
            self._formats = list(self._number_formats(parts.get("styles")))
            self._strings = list(self._shared(parts.get("sharedStrings")))
            self.properties = dict(self._properties())

    def page(self, sheet: ReadSheet) -> SheetContents:
        """The cells of a sheet."""
        page = SheetContents()
        if sheet.part in self._parts:
            with _readable(), self._archive.open(sheet.part) as xml:
                _Reader(page, self._formats, self._strings).read(xml)
        return page

    def _tree(self, part: str) -> ET.Element:
        return ET.fromstring(self._archive.read(part))  # noqa: S314 - no DOCTYPE comes through the guard

    def _related(self, folder: str, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to, by its id there: the last word of its type, and where it stands."""
        if part.lstrip("/") not in self._parts:
            return {}
        related = {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
            )
            for element in self._tree(part.lstrip("/"))
        }
        # What is called otherwise, the guard has not looked into.
        return {no: (kind, target) for no, (kind, target) in related.items() if target.lower().endswith(".xml")}

    def _number_formats(self, part: str | None) -> Iterator[str]:
        """The code of the number format of each style that a cell may have."""
        if part not in self._parts:
            yield "General"
            return
        styles = self._tree(part or "")
        codes = {
            int(element.get("numFmtId", -1)): element.get("formatCode", "") for element in _named(styles, "numFmt")
        }
        for of in _named(styles, "cellXfs"):
            for element in of:
                number = int(element.get("numFmtId", 0))
                yield codes.get(number) or _BUILT_IN.get(number) or f"[{number}]"

    def _shared(self, part: str | None) -> Iterator[str]:
        if part in self._parts:
            for element in self._tree(part or ""):
                if element.tag.endswith("}si"):
                    yield _said(element)

    def _properties(self) -> Iterator[tuple[str, str]]:
        if _MARKS in self._parts:
            for element in self._tree(_MARKS):
                yield element.get("name", ""), "".join(element.itertext())


class _Reader:
    """Reads one sheet, element by element as the parser meets them: a tree of them would take three times as long."""

    def __init__(self, page: SheetContents, formats: list[str], strings: list[str]) -> None:
        self._page, self._formats, self._strings = page, formats, strings
        self._at = self._number = 0
        self._row: Row = {}
        self._cell: dict[str, str] = {}
        self._texts: dict[str, list[str]] = {}
        self._into: list[str] | None = None
        self._aside = 0  # within the reading aid that Excel keeps beside Japanese

    def read(self, xml: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._refuse
        parser.ParseFile(xml)

    def _refuse(self, *_declared: object) -> None:
        raise Unreadable("unsafe-workbook", what="DOCTYPE")

    def _said(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name[name.rfind(":") + 1 :]
        if tag == "c":
            self._cell, self._texts = attributes, {}
        elif tag in ("v", "f", "t") and not self._aside:
            self._into = self._texts.setdefault(tag, [])
        elif tag == "rPh":
            self._aside += 1
        elif tag == "row":
            self._number, self._at, self._row = int(attributes.get("r") or self._number + 1), 0, {}
            if not 0 < self._number <= LIMIT_SHEET_ROWS:
                raise Unreadable("broken-workbook")
            if _hidden(attributes, "ht"):
                self._page.hidden_rows.append(self._number)
        elif tag == "col" and _hidden(attributes, "width"):
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self._page.hidden_columns.update(range(first, min(last, _COLUMNS) + 1))
        elif tag == "sheetFormatPr" and _true(attributes.get("zeroHeight")):
            self._page.hidden_rows.append(0)  # every row that does not say otherwise

    def _end(self, name: str) -> None:
        tag = name[name.rfind(":") + 1 :]
        if tag == "c":
            self._at = _column(self._cell.get("r", "").rstrip(_DIGITS)) or self._at + 1
            if self._texts:
                formula = "".join(self._texts["f"]) if "f" in self._texts else None
                value = self._value(self._cell.get("t", "n"))
                if value is not None or formula is not None:
                    self._row[self._at] = Cell(value, formula, self._formats[int(self._cell.get("s", 0))])
        elif tag in ("v", "f", "t"):
            self._into = None
        elif tag == "rPh":
            self._aside -= 1
        elif tag == "row":
            if self._row:
                self._page.rows[self._number] = self._row
            elif self._page.hidden_rows[-1:] == [self._number]:
                self._page.hidden_rows.pop()  # nothing stands in it

    def _value(self, kind: str) -> Content:
        text = "".join(self._texts.get("t" if kind == "inlineStr" else "v", ()))
        if kind in ("inlineStr", "str"):
            return _plain(text) or None
        if not text:
            return None
        if kind == "s":
            return _plain(self._strings[int(text)]) or None
        if kind == "n":
            return float(text) if "." in text or "e" in text.lower() else int(text)
        return text in ("1", "true") if kind == "b" else ErrorValue(text)


class _readable:  # noqa: N801 - it stands in a `with`
    """What the parsers stumble over (KeyError, ParseError, BadZipFile, zlib.error, …) is a workbook that is broken."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, Unreadable):
            raise Unreadable("broken-workbook") from None


def _sheet(element: ET.Element, related: dict[str, tuple[str, str]]) -> ReadSheet:
    no = next((value for name, value in element.items() if name.endswith("}id")), "")
    kind, part = related.get(no, ("", ""))
    hidden = element.get("state", "visible") != "visible"
    return ReadSheet(element.get("name", ""), hidden, part if kind == "worksheet" else None)


def _named(tree: ET.Element, name: str) -> Iterator[ET.Element]:
    return (element for element in tree.iter() if element.tag.endswith(f"}}{name}"))


def _said(element: ET.Element) -> str:
    """The text of a cell in all its runs, without the reading aid that Excel keeps beside Japanese."""
    texts = []
    for part in element:
        tag = part.tag.rpartition("}")[2]
        if tag == "t":
            texts.append(part.text or "")
        elif tag == "r":
            texts += [run.text or "" for run in part if run.tag.endswith("}t")]
    return "".join(texts)


def _plain(text: str) -> str:
    """A text without the workbook's own way of writing what XML cannot hold."""
    return _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text) if "_x" in text else text


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _hidden(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or column is not shown: it is said to be hidden, or too small to be read."""
    return _true(attributes.get("hidden")) or float(attributes.get(size) or 1) < 1


def _true(text: str | None) -> bool:
    return text in ("1", "true")
