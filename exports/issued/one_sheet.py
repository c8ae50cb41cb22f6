"""One sheet of a statement by itself: found by the name on its tab, in either language."""

from dataclasses import dataclass, replace
from difflib import get_close_matches

from exports.formats.sheet import Sheet, Workbook
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _, in_each
from ledger.kana import search_key


@dataclass
class NoSuchSheet(Refusal):
    """this statement has no sheet {name}; near to it are: {near}"""

    name: str
    near: list[str]
    exit = Exit.USAGE
    instead = N_("name one of these sheets")


@dataclass
class NoSheetFormat(Refusal):
    """{file}: a sheet by itself is no file of this ending"""

    file: str
    exit = Exit.USAGE
    instead = N_("name a file ending in .xlsx or .csv")


def require_sheet(workbook: Workbook, typed: str) -> Sheet:
    """The sheet that a name means. Refused: a name of no sheet (no-such-sheet)."""
    by_key = {search_key(name): sheet for sheet in workbook.sheets for name in in_each(sheet.name)}
    key = search_key(typed)
    if key not in by_key:
        near = dict.fromkeys(_(by_key[other].name) for other in get_close_matches(key, by_key, 3, 0.4))
        raise NoSuchSheet(typed, list(near) or [_(sheet.name) for sheet in workbook.sheets])
    return by_key[key]


def only(workbook: Workbook, name: str) -> Workbook | None:
    """The workbook with the sheet of this name in the code alone; None where it has no such sheet."""
    sheets = tuple(sheet for sheet in workbook.sheets if sheet.name == name)
    return replace(workbook, sheets=sheets) if sheets else None
