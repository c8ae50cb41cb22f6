"""Answers for programs: JSON whose keys and codes are never translated, days as 2012-02-26, yen as whole numbers."""

import json
import re
from datetime import date, datetime
from pathlib import Path

from exports.formats.outfile import new_file
from ledger.dates import Month

_ALONE = re.compile("[\ud800-\udfff]")  # half of a surrogate pair cannot be written as UTF-8


def text(answer: object, *, ascii_only: bool = False) -> str:
    """The answer as JSON, its keys in the order given, names of people in their own characters, sets sorted.

    `ascii_only`: for an encoding that lacks some of them; every other character is escaped, and none is lost.
    """
    written = json.dumps(answer, ensure_ascii=ascii_only, indent=2, allow_nan=False, default=_plain)
    return _ALONE.sub(lambda half: f"\\u{ord(half[0]):04x}", written)


def write(answer: object, path: Path) -> None:
    """Writes the answer; `path` appears whole or stays as it was."""
    with new_file(path) as out:
        out.write((text(answer) + "\n").encode())


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise AssertionError(f"{type(value).__name__} has no form in JSON")
