"""One answer, in the format that the name of the file asks for: .xlsx, .csv or .json."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exports.formats import csv, json
from exports.formats.sheet import Sheet, Workbook
from ledger.errors import Exit, Refusal
from ledger.i18n import N_


@dataclass
class NoSuchFormat(Refusal):
    """{file}: no file of this ending is written"""

    file: str
    exit = Exit.USAGE
    instead = N_("name a file ending in .xlsx, .csv or .json")


@dataclass
class NotAWorkbook(Refusal):
    """{file} is not the name of a workbook"""

    file: str
    exit = Exit.USAGE
    instead = N_("name a file ending in .xlsx")


def require_workbook(path: Path) -> None:
    """Refuses a name that does not end in .xlsx (not-a-workbook), unless it is a device, which has no kind."""
    if path.suffix.lower() != ".xlsx" and (path.is_file() or not path.exists()):
        raise NotAWorkbook(str(path))


def workbook(sheet: Sheet, made_on: date, mark: str = "") -> Workbook:
    """The workbook of one list."""
    return Workbook(sheet.title, made_on, (sheet,), mark=mark)


def write(sheet: Sheet, answer: object, path: Path, made_on: date, mark: str = "") -> None:
    """Writes the sheet as a workbook or CSV, or the answer as JSON; another ending is refused (no-such-format)."""
    match path.suffix.lower():
        case ".xlsx":
            from exports.formats import xlsx

            xlsx.write(workbook(sheet, made_on, mark), path)
        case ".csv":
            csv.write(sheet, path)
        case ".json":
            json.write(answer, path)
        case _ending:
            raise NoSuchFormat(str(path))
