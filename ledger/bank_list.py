"""The banks and branches of Japan by their numbers, from the package `zengin-code`: what there was on one day.

Its files are read one by one, as a number asks for them: to import the package reads all 1,100. A branch that was
closed before that day is not in it, nor is one opened since. Bank 9999 is nobody's: it is that of examples and of the
demo, has every branch, and no name.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MADE_UP = "9999"

# So many months after its day a list is said to be old.
OLD_AFTER_MONTHS = 6


@dataclass(frozen=True)
class Listed:
    """A bank or branch of the list: its name, without 銀行 or 支店, and its kana in full width; bank 9999 has none."""

    name: str = ""
    kana: str = ""


def bank(number: str) -> Listed | None:
    """The bank of this number of 4 digits; None: the list has none."""
    return Listed() if number == MADE_UP else _banks().get(number)


def branch(bank: str, number: str) -> Listed | None:
    """The branch of this number of 3 digits of a bank; None: the list has none."""
    if bank == MADE_UP:
        return Listed()
    return _branches(bank).get(number) if bank in _banks() else None


@cache
def listed_on() -> date:
    """The day of the list."""
    return date.fromisoformat(_text("updated_at").strip())


def is_old(today: date) -> bool:
    """Whether the list is of more than six months before this day: branches may have been opened and closed since."""
    made = listed_on()
    months = (today.year - made.year) * 12 + today.month - made.month - (today.day < made.day)
    return months >= OLD_AFTER_MONTHS


@cache
def _banks() -> dict[str, Listed]:
    return _read("banks.json")


@cache
def _branches(bank: str) -> dict[str, Listed]:
    return _read(f"branches/{bank}.json")


def _read(name: str) -> dict[str, Listed]:
    rows: dict[str, Any] = json.loads(_text(name))
    return {number: Listed(row["name"], row["kana"]) for number, row in rows.items()}


def _text(name: str) -> str:
    spec = find_spec("zengin_code")
    assert spec is not None and spec.origin is not None
    return (Path(spec.origin).parent / "source-data" / "data" / name).read_text(encoding="utf-8")
