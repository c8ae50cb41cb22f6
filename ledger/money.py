"""Yen are whole numbers; tax inside a gross amount is found by the rate, in percent, rounded down."""

import re
import unicodedata
from typing import NewType

Yen = NewType("Yen", int)

_WRITTEN = re.compile(r"([-△▲−]?)¥?([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)円?")


def parse_whole(text: str) -> int | None:
    """The whole number that is written, in either width: 7245, 7,245, 7,245円, ¥7,245, -7,245, △7,245; else None."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("\\", "¥")
    written = _WRITTEN.fullmatch(plain)
    return None if written is None else int(written[2].replace(",", "")) * (-1 if written[1] else 1)


def tax_inside(gross: Yen, percent: int) -> Yen:
    """The consumption tax inside a gross amount of yen: gross × rate ÷ (100 + rate), rounded down.

    `percent` is a whole number (5 for 5 %). A negative amount is refused by assertion: what is returned
    is written as a positive amount on the other side.
    """
    assert gross >= 0 and percent >= 0
    return Yen(gross * percent // (100 + percent))


def format_yen(yen: int) -> str:
    """An amount as the papers write it: 7,245; a negative one with △."""
    return f"{yen:,}" if yen >= 0 else f"△{-yen:,}"
