"""The name of a file decides what is written."""

from dataclasses import dataclass
from pathlib import Path

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
