"""The marks of an Office Open XML workbook (.xlsx, .xlsm), read from its parts.

Most sheets have nothing to mark: a quick look over their bytes tells, and only those that may have are parsed.
"""

import posixpath
import re
import string
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.parsers import expat

from ledger.intake.files import Unreadable
from ledger.intake.formats import BUILTIN, is_plain
from ledger.intake.marks import SheetMarks

_CHUNK = 1 << 20

# What a sheet has to be parsed for.
_MAY_BE_MARKED = (
    rb"<f[\s/>]",  # a formula
    rb":f[\s/>]",
    rb'"e"',  # an error
    rb"hidden",
    rb"<c(?:>|/|\s(?!r=))",  # a cell that does not begin with its place
    rb":c(?:>|/|\s(?!r=))",
    # a cell far away that is more than a border
    rb'="(?:[A-Za-z]{2,}[0-9]+|[A-Za-z](?:[3-9][0-9]{5}|[0-9]{7,}))"[^>]*[^/>]>',
    rb'="(?:[A-Za-z]{2,}[0-9]+|[A-Za-z](?:[3-9][0-9]{5}|[0-9]{7,}))">',
    rb"='",  # written in a way that the others would not see
    rb"= ",
    rb" =",
    rb"<!DOCTYPE",
)

# Most of a sheet is seen at a glance to have none of that: every capital is made an A, every figure a 0 and every
# colon a <, whatever tells nothing is left out, and then few short signs are looked for.
_CAPITALS, _FIGURES = string.ascii_uppercase.encode(), string.digits.encode()
_GLANCE = bytes.maketrans(_CAPITALS + _FIGURES + b":", b"A" * 26 + b"0" * 10 + b"<")
_FAR_GLANCE = bytes.maketrans(_CAPITALS + _FIGURES, b"A" * 26 + b"000" + b"9" * 7)
_TELLS_NOTHING = bytes(set(range(256)) - set(_CAPITALS + _FIGURES + b'<:="/ cdefhinrs'))
_DIGITS = "0123456789"


class Parts:
    """The parts of a workbook, found by its relationships; names are compared without case, as other programs do."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.replace("\\", "/").lstrip("/").lower(): name for name in archive.namelist()}
        book = next((target for kind, target in self._related("") if kind == "officedocument"), "xl/workbook.xml")
        self.book = book
        self.targets = dict(self._related(book, keyed=True))
        self.styles = next((target for kind, target in self._related(book) if kind == "styles"), "xl/styles.xml")
        self.is_binary = book.lower().endswith(".bin")
        self.sheets: dict[str, str] = {}
        self.formats: dict[int, str] = {}
        if not self.is_binary:
            self.sheets = dict(_sheets(self.read(book), self.targets))
            self.formats = _changing(self.read(self.styles)) if self.styles.lower() in self.names else {}

    def open(self, part: str) -> Any:
        """A part, to be read; raises Unreadable when there is none of that name."""
        if part.lower() not in self.names:
            raise Unreadable("broken-workbook")
        return self.archive.open(self.names[part.lower()])

    def read(self, part: str) -> bytes:
        """All of a part."""
        with self.open(part) as file:
            data: bytes = file.read()
        return data

    def _related(self, part: str, *, keyed: bool = False) -> Iterator[tuple[str, str]]:
        """What a part is related to: the kind of each, or its key, and the name of the other part."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations.lower() not in self.names:
            return
        for tag, attributes in _elements(self.read(relations)):
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/")
                path = (
                    target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                )
                kind = attributes.get("Type", "").rpartition("/")[2].lower()
                yield (attributes.get("Id", "") if keyed else kind), path


def sheet_marks(parts: Parts, name: str) -> SheetMarks:
    """The marks of a sheet. Raises Unreadable for one that reaches too far."""
    marks = SheetMarks()
    part = parts.sheets.get(name)
    if part is None:
        raise Unreadable("broken-workbook")
    if part.lower() in parts.names and _to_be_parsed(parts, part):
        _SheetParser(name, marks, parts.formats).parse(parts, part)
    return marks


def _to_be_parsed(parts: Parts, part: str) -> bool:
    wanted = [re.compile(pattern) for pattern in _MAY_BE_MARKED]
    of_styles = None
    if parts.formats:
        styles = b"|".join(str(style).encode() for style in parts.formats)
        wanted.append(re.compile(rb"""\bs\s*=\s*["'](?:%s)["']""" % styles))
        of_styles = re.compile(rb's="(?:%s)"' % styles)
    before = b""
    begun = False  # with cells, behind which no document type is declared
    with parts.open(part) as xml:
        while chunk := xml.read(_CHUNK):
            looked_at = before + chunk
            end = looked_at.rfind(b">") + 1  # a tag that is cut in two is looked at when it is whole
            before = looked_at[end:]
            looked_at = looked_at[:end]
            quiet = begun and _is_quiet(looked_at, of_styles)
            if not quiet and any(pattern.search(looked_at) for pattern in wanted):
                return True
            begun = begun or b"<c " in looked_at
    return False


def _is_quiet(xml: bytes, of_styles: re.Pattern[bytes] | None) -> bool:
    """Whether a glance tells that nothing here has to be parsed, as in nearly every sheet; it may be so all the same.

    Every cell begins with a place of one capital, so none is far to the right, and none is far down; attributes are
    written as every office program writes them; and there is no sign of a formula, an error or something hidden.
    """
    signs = xml.translate(_GLANCE, _TELLS_NOTHING)
    if signs.count(b"<c") != signs.count(b'<c r="A0') or b"<f" in signs or b'"e"' in signs or b"hidden" in signs:
        return False
    if b"'" in xml or (of_styles is not None and (b" =" in xml or b"= " in xml or of_styles.search(xml))):
        return False
    if b'"A000000' not in signs:
        return True
    return b'"A0000000' not in signs and b'"A9' not in xml.translate(_FAR_GLANCE, _TELLS_NOTHING)


class _SheetParser:
    """Reads the cells of a sheet for their marks."""

    def __init__(self, name: str, marks: SheetMarks, formats: dict[int, str]) -> None:
        self.name, self.marks = name, marks
        self.formats = {str(style): code for style, code in formats.items()}
        self.row = self.column = self.first = self.last = 0
        self.type: str | None = None
        self.style: str | None = None
        self.has_formula = self.in_value = self.holds = False
        self.text = ""
        self.columns: dict[str, int] = {}
        self.starts: dict[str, Any] = {"c": self._cell, "v": self._value, "f": self._formula, "t": self._text}
        self.starts["row"] = self._row
        self.ends: dict[str, Any] = {"c": self._end_cell, "v": self._end_value, "row": self._end_row}

    def parse(self, parts: Parts, part: str) -> None:
        """Reads the part of the sheet."""
        with parts.open(part) as xml:
            parse_xml(xml, self._start, self._end, self._characters)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag in self.starts:
            self.starts[tag](attributes)

    def _end(self, tag: str) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag in self.ends:
            self.ends[tag]()

    def _row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self.row = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else self.row + 1
        self.column = self.first = self.last = 0
        if "hidden" in attributes and attributes["hidden"] in ("1", "true", "on"):
            self.marks.hide(self.row, self.row)

    def _end_row(self) -> None:
        if self.last:
            self.marks.reaches(self.name, self.row, self.first, 1, self.last - self.first + 1)

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        letters = reference.rstrip(_DIGITS)
        if not letters:
            self.column += 1
        else:
            if letters not in self.columns:
                self.columns[letters] = _column(letters)
            self.column = self.columns[letters]
            number = reference[len(letters) :]
            if number != str(self.row):
                self._elsewhere(number)
        self.type, self.style = attributes.get("t"), attributes.get("s")
        self.has_formula = self.holds = False
        self.text = ""

    def _elsewhere(self, number: str) -> None:
        """A cell that is said to stand in another row than its own."""
        self._end_row()
        if not number or len(number) > 7:
            raise Unreadable("broken-workbook")
        self.row, self.first, self.last = int(number), 0, 0

    def _value(self, _attributes: dict[str, str]) -> None:
        self.in_value = True

    def _end_value(self) -> None:
        self.in_value = False

    def _formula(self, _attributes: dict[str, str]) -> None:
        self.has_formula = True

    def _text(self, _attributes: dict[str, str]) -> None:
        self.holds = True

    def _characters(self, text: str) -> None:
        if self.in_value:
            self.text += text

    def _end_cell(self) -> None:
        text = self.text
        if text or self.holds or self.has_formula:
            self.first = min(self.first or self.column, self.column)
            self.last = max(self.last, self.column)
        if self.type == "e":
            self.marks.cells[self.row, self.column] = text.strip() or "#N/A"
            return
        if self.has_formula and self.type != "str":
            number = self.type in (None, "n")
            self.marks.formula((self.row, self.column), text.strip() or None, number=number)
        if self.style in self.formats and text and self.type in (None, "n", "d"):
            self.marks.formats[self.row, self.column] = self.formats[self.style]


def _column(letters: str) -> int:
    """The number of a column by its letters."""
    if len(letters) > 3 or not (letters.isascii() and letters.isalpha()):
        raise Unreadable("broken-workbook")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _xml_parser() -> Any:
    """A parser that refuses entities, whatever it stands before."""
    parser = expat.ParserCreate()

    def refuse(*_declared: object) -> None:
        raise Unreadable("unsafe-workbook", what="DOCTYPE")

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    return parser


def parse_xml(xml: IO[bytes], start: Callable[..., None], end: Callable[..., None], text: Callable[..., None]) -> None:
    """Reads a part and tells of each element's beginning and end, and of each text. Raises Unreadable: no such XML."""
    parser = _xml_parser()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        while chunk := xml.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Unreadable("broken-workbook") from None


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part in their order, without prefixes, each with its attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _xml_parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise Unreadable("broken-workbook") from None
    return found


def _sheets(book: bytes, targets: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The part of each sheet, by the sheet's name."""
    for tag, attributes in _elements(book):
        if tag == "sheet":
            key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            yield attributes.get("name", ""), targets.get(key, "")


def _changing(styles: bytes) -> dict[int, str]:
    """The styles whose format may show another number than the value, each with that format."""
    codes = dict(BUILTIN)
    found: dict[int, str] = {}
    within = False
    style = 0
    for tag, attributes in _elements(styles):
        if tag == "numFmt" and attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "General")
        elif tag in ("cellXfs", "cellStyleXfs"):
            within, style = tag == "cellXfs", 0
        elif tag in ("cellStyles", "dxfs"):
            within = False
        elif tag == "xf" and within:
            number = attributes.get("numFmtId", "0")
            code = codes.get(int(number), "General") if number.isdigit() else "General"
            if not is_plain(code):
                found[style] = code
            style += 1
    return found
