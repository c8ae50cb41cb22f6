"""Yen are whole numbers; tax inside a gross amount is found by the rate, in percent, rounded down."""

import re
from typing import NewType

from ledger.width import narrow

Yen = NewType("Yen", int)

_MINUS = str.maketrans("‐‑–—", "----")
_FIGURES = r"(?P<figures>[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.00?)?"
_SIGN = r"[-+△▲]"
_UNIT = r"(?:円|円也|円整|YEN|JPY)"
# What may stand before and behind the figures. A hyphen behind them says "and no sen" only where ¥ or 金 stands before;
# elsewhere it could be a minus.
_WRITTEN = (
    rf"(?P<sign>{_SIGN}?)(?:JPY ?)?{_FIGURES} ?{_UNIT}?",
    rf"(?P<sign>{_SIGN}?)[¥金] ?{_FIGURES}(?: ?{_UNIT}|也|-|\.-)?",
    rf"[¥金] ?(?P<sign>{_SIGN}){_FIGURES} ?{_UNIT}?",
    rf"(?P<sign>\()¥? ?{_FIGURES}(?: ?{_UNIT})?\)(?: ?{_UNIT})?",
)


def parse_whole(text: str) -> int | None:
    """The whole yen that are written, where nothing else can be meant; None where it is no amount or could be two.

    In either width: 7245, 7,245, 7245.0, 7,245円, ¥7,245-, 金7,245円也; negative: -7,245, △7,245, ▲7,245, (7,245).
    Not read: a fraction, figures in other groups (72,45, 7.245, 7 245), a mark beside them (7245①, 約7,245), 7,245-.
    """
    plain = " ".join(narrow(text).translate(_MINUS).split()).upper().replace("\\", "¥")
    plain = re.sub(r"(?<=[-+△▲¥金(]) ", "", plain)
    written = next(filter(None, (re.fullmatch(form, plain) for form in _WRITTEN)), None)
    if written is None:
        return None
    try:
        return int(written["figures"].replace(",", "")) * (-1 if written["sign"] in (*"-△▲(",) else 1)
    except ValueError:  # thousands of figures, which Python refuses to count
        return None


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
