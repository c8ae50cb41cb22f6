"""An input file before it is read: its bytes, what kind of file they are, and whether they are safe to open.

A file is known by its content, not by its ending. What is no table is named for what it is. Nothing in a workbook is
executed, fetched or followed.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from ledger.errors import Problem
from ledger.i18n import in_each
from ledger.intake import FORM
from ledger.intake.bank.beginning import LENGTH, is_bank_file
from ledger.store import places

Format = Literal["ooxml", "ods", "xls", "text"]

LIMIT_MB = 50
LIMIT_UNPACKED_MB = 500
LIMIT_ROWS = 200_000
LIMIT_CELLS = 2_600_000  # of the rectangle that a sheet fills: 200,000 rows of 13 columns
LIMIT_IMPORT_ROWS = 250_000
LIMIT_SHEET_ROWS = 1_048_576  # of the format itself
LIMIT_SHEET_COLUMNS = 16_384  # the same

MB = 1024 * 1024
# What stands in the properties of every workbook that is handed out.
MARK = 'name="Seisan"'
_ENTRIES = 1_000
# An honest sheet packs 5 to 50 times, a bomb near the 1,032 times that the format allows at most.
_PACKED = 300
_PACKED_FROM_MB = 20

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What files of other kinds begin with, and the code of the problem that names each.
_BEGINNINGS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"%PDF",), "a-pdf"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"), "a-picture"),
    ((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ"), "an-archive"),
    ((b"{\\rtf",), "a-document"),
    ((b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"), "old-excel"),
)
_WEB_PAGE = re.compile(
    rb"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|table|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_WORKBOOK = b"urn:schemas-microsoft-com:office:spreadsheet"
# The streams by which an OLE file is known, as UTF-16.
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "a-document"),
    ("PowerPoint Document", "a-document"),
)
_LOCKS = ("~$", ".~lock.")
ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt")


class Unreadable(Exception):
    """A file, or a sheet or row of it, cannot be read: the code of the problem and the fields of its sentence."""

    def __init__(self, code: str, sheet: str | None = None, row: int | None = None, **fields: object) -> None:
        super().__init__(code)
        self.code, self.sheet, self.row, self.fields = code, sheet, row, fields

    def problem(self, file: str) -> Problem:
        """The same as a problem of this file."""
        return Problem(file, self.row, None, self.code, self.fields, self.sheet)


def letter(column: int) -> str:
    """The letters of a column, as a spreadsheet shows them: 1 is A."""
    letters = ""
    while column > 0:
        column, last = divmod(column - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def is_lock(path: Path) -> bool:
    """Whether this is a file that Excel or LibreOffice keeps beside a workbook while somebody has it open."""
    return path.name.startswith(_LOCKS)


def within(paths: Iterable[Path]) -> tuple[list[Path], list[tuple[Path, str]]]:
    """The files that are meant, a folder being all its tables; and what was left aside, with the code of the note.

    Left aside are locks beside other files, and what in a folder is no table, another folder, or a statement of ours.
    """
    given = list(paths)
    meant: list[Path] = []
    aside: list[tuple[Path, str]] = []
    for path in given:
        try:
            inside = sorted(path.iterdir()) if path.is_dir() else None
        except OSError:
            inside = None
        if inside is None:
            if is_lock(path) and len(given) > 1:
                aside.append((path, "lock-file"))
            else:
                meant.append(path)
            continue
        readable = (file for file in inside if file.is_file() and not is_lock(file))
        tables = [file for file in readable if file.suffix.lower() in ENDINGS or _is_of_bank(file)]
        tables = [file for file in tables if not file.name.startswith(".")]
        ours = {file for file in tables if _is_handed_out(file)}
        meant += [file for file in tables if file not in ours] or ([] if ours else [path])
        left = [file for file in inside if file not in tables or file in ours]
        codes = ("a-statement" if file in ours else "lock-file" if is_lock(file) else "not-read" for file in left)
        aside += zip(left, codes, strict=True)
    return meant, aside


def _is_of_bank(path: Path) -> bool:
    """Whether a file of any ending is one that a bank writes; one that cannot be read is not."""
    try:
        return is_bank_file(places.read(path, LENGTH))
    except (OSError, places.NotAPlainFile):
        return False


def _is_handed_out(path: Path) -> bool:
    """Whether a workbook is one that we hand out, and has no form that comes back; one that cannot be read is not."""
    try:
        with zipfile.ZipFile(path) as archive:
            marks, book = (_beginning(archive, part, MB) for part in ("docProps/custom.xml", "xl/workbook.xml"))
    except Exception:  # zipfile raises BadZipFile, zlib.error, NotImplementedError, KeyError, EOFError, …
        return False
    return MARK.encode() in marks and not any(f'name="{form}"'.encode() in book for form in in_each(FORM))


def contents(path: Path) -> bytes:
    """The bytes of a file of at most 50 MB. Raises Unreadable: not-found, a-folder, not-readable, too-large, …"""
    try:
        if path.is_dir():
            raise Unreadable("a-folder")
        data = places.read(path, LIMIT_MB * MB + 1)
        if len(data) > LIMIT_MB * MB:
            raise Unreadable("too-large", size=-(-path.stat().st_size // MB), limit=LIMIT_MB)
    except places.NotAPlainFile:
        raise Unreadable("not-a-file") from None
    except PermissionError:
        raise Unreadable("not-readable") from None
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        raise Unreadable("not-found") from None
    if is_lock(path) and len(data) < 1024:
        raise Unreadable("a-lock-file")
    if not data.strip():
        raise Unreadable("empty-file")
    return data


def format_of(data: bytes, ending: str) -> Format:
    """How a file is read, by its content. Raises Unreadable for what is no table, named for what it is."""
    for beginnings, code in _BEGINNINGS:
        if data.startswith(beginnings):
            raise Unreadable(code)
    if data.startswith(_OLE):
        for stream, code in _STREAMS:
            if stream.encode("utf-16-le") in data:
                raise Unreadable(code)
        if "Workbook".encode("utf-16-le") not in data:
            raise Unreadable("old-excel" if "Book".encode("utf-16-le") in data else "broken-workbook")
        return "xls"
    if data.startswith(_ZIP):
        return _packed(data)
    head = data[:4096].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf")
    if _XML_WORKBOOK in head:
        raise Unreadable("an-xml-workbook")
    if _WEB_PAGE.match(head):
        raise Unreadable("a-web-page")
    if ending.lower() not in ENDINGS:
        raise Unreadable("not-a-table", ending=ending or "—")
    return "text"


def _packed(data: bytes) -> Format:
    """What a zip archive is, by the parts in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.replace("\\", "/").lower() for name in archive.namelist()]
            kept, manifest = _beginning(archive, "mimetype", 200), _beginning(archive, "META-INF/manifest.xml", MB)
    except Exception:  # zipfile raises BadZipFile, zlib.error, NotImplementedError, KeyError, EOFError, …
        raise Unreadable("broken-workbook") from None
    if kept.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        if b"encryption-data" in manifest:
            raise Unreadable("encrypted")
        return "ods"
    if kept.startswith(b"application/vnd.oasis.opendocument") or any(
        name.startswith(("word/", "ppt/")) for name in names
    ):
        raise Unreadable("a-document")
    if any(name.endswith(".iwa") or name == "index.zip" for name in names):
        raise Unreadable("a-numbers-file")
    if "[content_types].xml" in names or any(name.startswith("xl/") for name in names):
        return "ooxml"
    raise Unreadable("an-archive" if names else "broken-workbook")


def _beginning(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    """So many bytes of a part at most, whatever it would unpack to; nothing where there is no such part."""
    if name not in archive.namelist():
        return b""
    with archive.open(name) as part:
        return part.read(size)


def require_safety(data: bytes) -> None:
    """Raises Unreadable for an archive that would unpack to too much, or whose parts could harm who opens them.

    Macros, links to other workbooks and embedded objects do no harm to a reader that neither runs nor follows them.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > _ENTRIES:
            raise Unreadable("unsafe-workbook", what=f"{len(parts)} zip entries")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("encrypted")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > LIMIT_UNPACKED_MB * MB:
            raise Unreadable("too-large-unpacked", size=-(-unpacked // MB), limit=LIMIT_UNPACKED_MB)
        if unpacked > _PACKED_FROM_MB * MB and unpacked > _PACKED * len(data):
            raise Unreadable("unsafe-workbook", what=f"zip 1:{unpacked // len(data)}")
        for part in parts:
            name = part.filename.replace("\\", "/").lower()
            if name.startswith("/") or ".." in name.split("/"):
                raise Unreadable("unsafe-workbook", what=part.filename)
            if name.endswith((".xml", ".rels")):
                with archive.open(part) as xml:
                    if b"<!DOCTYPE" in xml.read(4096).replace(b"\0", b""):
                        raise Unreadable("unsafe-workbook", what=f"DOCTYPE ({part.filename})")
