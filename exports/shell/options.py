"""The options and arguments that many commands take; a command gets days as dates and months as months."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from exports.shell.misuse import NotARange
from ledger.dates import Month
from ledger.i18n import N_

# The largest number that the books count up to, on either database.
LARGEST = 2**31 - 1


def option(flag: str, text: str, metavar: str | None = None, **more: Any) -> Any:
    """An option: how it is typed, what it says, what stands for its value."""
    return typer.Option(flag, help=text, metavar=metavar, **more)


def argument(metavar: str, text: str, **more: Any) -> Any:
    """An argument: what stands for it, and what it says."""
    return typer.Argument(metavar=metavar, help=text, **more)


def number(metavar: str, text: str) -> Any:
    """An argument that is the number of something in the books."""
    return argument(metavar, text, min=1, max=LARGEST)


_RANGE = re.compile(r"\s*(\d{1,10})\s*(?:[-~〜～－]\s*(\d{1,10})\s*)?")


def number_range(text: str) -> range:
    """The numbers that a number or a range of numbers names: 7, 1-93. Refused: anything else."""
    found = _RANGE.fullmatch(text)
    first, last = (0, 0) if found is None else (int(found[1]), int(found[2] or found[1]))
    if not 1 <= first <= last <= LARGEST:
        raise NotARange(text)
    return range(first, last + 1)


def _typed_range(text: str) -> str:
    """The text itself, once it is known to be a range."""
    number_range(text)
    return text


def numbers(text: str) -> Any:
    """An argument that is one or more numbers, or ranges of numbers, of things in the books."""
    return argument("NO", text, parser=_typed_range)


AsJson = Annotated[bool, option("--json", N_("answer in JSON, for other programs"))]
Replace = Annotated[bool, option("--replace", N_("write over a file that is there and is somebody's"))]
Yes = Annotated[bool, option("--yes", N_("do not ask first, where many are meant (a script is never asked)"))]
DryRun = Annotated[bool, option("--dry-run", N_("do everything, then undo it"))]

# Beside the option of a day that may lie after today, in a command that writes: it is planned.
PLANNED = "planned"

# A day that is not given is today.
On = Annotated[date, option("--on", N_("the business day (default: today)"), "DAY")]
AsOf = Annotated[date, option("--as-of", N_("the day the question is asked for (default: today)"), "DAY")]
InMonth = Annotated[Month, argument("YYYY-MM", N_("the month"))]

OfMonth = Annotated[
    Month | None, option("--month", N_("all of a month instead of one; --out is then a folder"), "YYYY-MM")
]

Reason = Annotated[str, option("--reason", N_("why; it is kept"), "TEXT")]
Out = Annotated[Path, option("--out", N_("the file to write"), "FILE")]
OutInstead = Annotated[Path | None, option("--out", N_("write .xlsx, .csv or .json instead of showing"), "FILE")]

Calendar = Annotated[
    str | None,
    option("--calendar", N_("the calendar of a workbook in Japanese (default: as set)"), "western|wareki"),
]
OutOrFolder = Annotated[Path, option("--out", N_("the file to write; of many papers the folder"), "FILE")]
Pdf = Annotated[bool, option("--pdf", N_("a PDF beside it as well, which LibreOffice makes"))]

Association = Annotated[str | None, option("--association", N_("those of one association"), "NAME")]
State = Annotated[str | None, option("--state", N_("those in one state, by its code or its word"), "STATE")]

Application = Annotated[str, argument("APPLICATION", N_("the application number"))]
Member = Annotated[str, argument("MEMBER", N_("the member's registration number"))]
No = Annotated[int, number("NO", N_("the number of the refund or credit"))]
