"""The cases: applications in the words of a notice with the answers that it gives, one file or more for each notice."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ledger.notices import register
from ledger.notices.conditions import Notice


@dataclass(frozen=True)
class Case:
    """One application: what is known of it, the day asked, and what the notice that its file is named after answers."""

    id: str
    notice: Notice | None
    as_of: date
    given: dict[str, Any]
    expect: dict[str, Any]


@dataclass(frozen=True)
class SameNotice:
    """A change to a condition of a clause that leaves the notice what it was, and why; `change` is how it begins."""

    notice: Notice
    clause: str
    condition: str
    change: str
    why: str


def _notice(path: Path) -> Notice | None:
    """The notice announced on the day with which the name of a file begins; None for one that begins with no day."""
    day = re.match(r"\d{4}-\d\d-\d\d", path.name)
    if day is None:
        return None
    notice = register.announced(date.fromisoformat(day[0]))
    assert notice is not None, f"{path.name}: no notice was announced on {day[0]}"
    return notice


_FILES = [
    (_notice(path), tomllib.loads(path.read_text(encoding="utf-8")))
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
]
CASES = [
    Case(case["id"], notice, case["as_of"], case["given"], case["expect"])
    for notice, content in _FILES
    for case in content["case"]
]
SAME = [SameNotice(notice, **same) for notice, content in _FILES if notice for same in content.get("same", ())]
