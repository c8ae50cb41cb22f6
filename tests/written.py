"""Workbooks written by hand, part by part, in states that no library would write them in."""

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

Value = str | int | float | None | tuple[int, int | float]


def letters(column: int) -> str:
    """A column as a spreadsheet names it."""
    return chr(64 + column) if column <= 26 else letters((column - 1) // 26) + chr(65 + (column - 1) % 26)


def cell(row: int, column: int, value: Value) -> str:
    """A cell: a text, a number, a number in a style (style, number), or XML as it is, with @ for its place."""
    place = f"{letters(column)}{row}"
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f'<c r="{place}" s="{value[0]}"><v>{value[1]}</v></c>'
    if isinstance(value, str) and value.startswith("<"):
        return value.replace("@", place)
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def sheet(rows: Sequence[Sequence[Value] | None], *, merged: Iterable[str] = (), hidden: Iterable[int] = ()) -> str:
    """The rows of a sheet, from the first on; None stands for a blank one."""
    out = []
    for number, row in enumerate(rows, 1):
        if row is not None:
            cells = "".join(cell(number, at, value) for at, value in enumerate(row, 1))
            out.append(f'<row r="{number}"{" hidden=" + quoteattr("1") if number in set(hidden) else ""}>{cells}</row>')
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
    return f"<sheetData>{''.join(out)}</sheetData>" + (f"<mergeCells>{merges}</mergeCells>" if merges else "")


def book(
    *sheets: str,
    names: Sequence[str] = (),
    states: Sequence[str] = (),
    formats: Sequence[str | int] = (),
    strict: bool = False,
    shared: str | None = None,
    parts: dict[str, str | bytes] | None = None,
) -> bytes:
    """A workbook; style n + 1 has the n-th of the formats, a code or the number of one that Excel knows."""
    namespace, office = (STRICT, _STRICT_OFFICE) if strict else (TRANSITIONAL, _OFFICE)
    codes = "".join(
        f'<numFmt numFmtId="{165 + n}" formatCode={quoteattr(code)}/>'
        for n, code in enumerate(formats)
        if isinstance(code, str)
    )
    styles = "".join(f'<xf numFmtId="{code if isinstance(code, int) else 165 + n}"/>' for n, code in enumerate(formats))
    one = '<{0}s count="1"><{0}/></{0}s>'
    listed, related = [], []
    for n, _sheet in enumerate(sheets, 1):
        name = names[n - 1] if n <= len(names) else f"表{n}"
        state = f" state={quoteattr(states[n - 1])}" if n <= len(states) and states[n - 1] else ""
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"{state}/>')
        related.append(f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>')
    related.append(f'<Relationship Id="s" Type="{office}/styles" Target="styles.xml"/>')
    if shared:
        related.append(f'<Relationship Id="t" Type="{office}/sharedStrings" Target="{shared}"/>')
    written: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{namespace}" xmlns:r="{office}"><sheets>'
        f"{''.join(listed)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}">{"".join(related)}</Relationships>',
        "xl/styles.xml": f'{_HEAD}<styleSheet xmlns="{namespace}"><numFmts>{codes}</numFmts>{one.format("font")}'
        f'{one.format("fill")}{one.format("border")}<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
    }
    for n, content in enumerate(sheets, 1):
        written[f"xl/worksheets/sheet{n}.xml"] = f'{_HEAD}<worksheet xmlns="{namespace}">{content}</worksheet>'
    return archive({**written, **(parts or {})})


def archive(parts: dict[str, str | bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return file.getvalue()


def _record(kind: int, content: bytes = b"") -> bytes:
    out = b""
    for number in (kind, len(content)):
        left = number
        while left > 0x7F:
            out, left = out + bytes([left & 0x7F | 0x80]), left >> 7
        out += bytes([left])
    return out + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_book(
    rows: Sequence[Sequence[Value]], *, merged: Sequence[tuple[int, int, int, int]] = (), code: str = "0000"
) -> bytes:
    """A .xlsb of one sheet; style 1 has the format, and a text "=0" is a formula that gave 0."""
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    out = [_record(129), _record(148, size), _record(145)]
    for number, row in enumerate(rows):
        out.append(_record(0, struct.pack("<II", number, 0) + bytes(9)))
        for at, value in enumerate(row):
            if value == "=0":
                out.append(_record(9, struct.pack("<IId", at, 0, 0.0) + bytes(10)))
            elif isinstance(value, str):
                out.append(_record(6, struct.pack("<II", at, 0) + _wide(value)))
            elif value is not None:
                style, plain = value if isinstance(value, tuple) else (0, value)
                out.append(_record(5, struct.pack("<IId", at, style, plain)))
    out.append(_record(146))
    out += [_record(176, struct.pack("<IIII", *merge)) for merge in merged]
    styles = [
        _record(278),
        _record(615, struct.pack("<I", 1)),
        _record(44, struct.pack("<H", 165) + _wide(code)),
        _record(616),
    ]
    styles += [_record(617, struct.pack("<I", 2))]
    styles += [_record(47, struct.pack("<HHHHHBBHB", 0, number, 0, 0, 0, 0, 0, 0, 0)) for number in (0, 165)]
    styles += [_record(618), _record(279)]
    about = (
        _record(131)
        + _record(143)
        + _record(156, struct.pack("<II", 0, 1) + _wide("r1") + _wide("表"))
        + _record(144)
        + _record(132)
    )
    kinds = {"worksheet": ("r1", "worksheets/sheet1.bin"), "styles": ("r2", "styles.bin")}
    related = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{to}"/>' for kind, (key, to) in kinds.items()
    )
    return archive(
        {
            "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
            "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}">'
            f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": about,
            "xl/_rels/workbook.bin.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}">{related}</Relationships>',
            "xl/worksheets/sheet1.bin": b"".join(out) + _record(130),
            "xl/styles.bin": b"".join(styles),
        }
    )
