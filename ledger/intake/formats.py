"""What a number format makes of a number: the number itself, another text, or something that hides it.

A value is taken in only if it is what the sheet shows. `0000` shows 1 as 0001, which is another number to whoever
reads the sheet; `#,##0,` shows 7,245 as 7.
"""

import re
from datetime import date
from functools import cache

from ledger.intake.columns import Cell, NotAsShown

# The formats that a workbook names by number alone; those of 27 to 58 are Excel's in Japanese.
BUILTIN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    **dict.fromkeys((14, 22, 27, 28, 29, 30, 31, 36, 50, 51, 54, 57, 58), "yyyy/m/d"),
    **dict.fromkeys((15, 16, 35, 53, 56), "m/d"),
    **dict.fromkeys((17, 34, 52, 55), "yyyy/m"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 46, 47), "h:mm:ss"),
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    48: "##0.0E+0",
}
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(General|標準|G/標準)|(.)', re.DOTALL | re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COMPARE = {
    "<": lambda value, limit: value < limit,
    ">": lambda value, limit: value > limit,
    "<=": lambda value, limit: value <= limit,
    ">=": lambda value, limit: value >= limit,
    "=": lambda value, limit: value == limit,
    "<>": lambda value, limit: value != limit,
}
# What may stand around a figure without making it another one.
_DECORATION = " \u3000\u00a0¥￥\\円$+-−－△▲()（）"
# What the figures are tried with to see whether a format ever shows another than it is given.
_TRIED = (1, 7245, -7245, 20120001)


@cache
def is_plain(code: str) -> bool:
    """Whether a format shows every number as itself, and of every day at least its day of the month."""
    sections = _sections(code)
    if any(kind == "condition" for section in sections for kind, _text in section):
        return False
    signs = "".join(text.lower() for kind, text in sections[0] if kind == "sign")
    if _is_of_days(signs):
        return "d" in signs or not set("ymge") & set(signs)
    return all(shown(code, tried) is tried for tried in _TRIED)


def shown(code: str, value: Cell) -> Cell:
    """The value as a sheet shows it in this format: itself, another text, or NotAsShown where that cannot be told."""
    if isinstance(value, date):
        return value if value.day > 1 or is_plain(code) else NotAsShown("only-a-month", value.isoformat()[:7])
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    text = _figures(_section(code, value), value)
    return value if text is None else as_text(text, value)


def as_text(text: str | None, value: float) -> Cell:
    """A number and the text that is shown for it: the number where they say the same, else the text."""
    if not text or re.search(r"\d[eE][+-]?\d|#{2,}", text) or not text.strip():
        return NotAsShown("shown-otherwise", f"{text or ''}", _plain(value))
    figures, _point, decimals = text.replace(",", "").strip(_DECORATION).partition(".")
    if decimals.strip("0"):
        figures += f".{decimals}"
    return value if figures == _plain(abs(value)) or (value == 0 and not figures) else text.strip()


def _plain(value: float) -> str:
    return str(int(value)) if _is_whole(value) else repr(value)


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or value.is_integer()


def _is_of_days(signs: str) -> bool:
    return bool(set("ymdhsg") & set(signs)) and "general" not in signs


@cache
def _sections(code: str) -> list[list[tuple[str, str]]]:
    """The sections of a format, each as its literals, its conditions and its other signs."""
    sections: list[list[tuple[str, str]]] = [[]]
    for quoted, escaped, bracket, general, sign in (found.groups() for found in _TOKEN.finditer(code)):
        if sign == ";":
            sections.append([])
        elif quoted is not None or escaped is not None:
            sections[-1].append(("literal", quoted if quoted is not None else escaped))
        elif bracket is not None:
            if _CONDITION.fullmatch(bracket):
                sections[-1].append(("condition", bracket))
            elif bracket.startswith("$") and (currency := bracket[1:].partition("-")[0]):
                sections[-1].append(("literal", currency))
        elif general is not None:
            sections[-1].append(("general", general))
        elif sign is not None:
            sections[-1].append(("sign", sign))
    return sections


def _section(code: str, value: float) -> list[tuple[str, str]]:
    sections = _sections(code)
    for section in sections:
        for kind, text in section:
            found = _CONDITION.fullmatch(text) if kind == "condition" else None
            if found and _COMPARE[found[1]](value, int(found[2].partition(".")[0])):
                return section
    if any(kind == "condition" for section in sections for kind, _text in section):
        return sections[-1]
    if value < 0 and len(sections) > 1:
        return sections[1]
    if value == 0 and len(sections) > 2:
        return sections[2]
    return sections[0]


def _figures(section: list[tuple[str, str]], value: float) -> str | None:
    """The figures in the places of a section; None: the number as it is. "" stands for what hides it."""
    signs = "".join(text for kind, text in section if kind == "sign")
    if any(kind == "general" for kind, _text in section) or "@" in signs or not section:
        literal = "".join(text for kind, text in section if kind == "literal").strip(_DECORATION)
        return None if section and not literal else (literal + _plain(value) if section else "")
    if "%" in signs:
        return None if not _is_whole(value) else f"{_plain(value * 100)}%"
    if re.search(r"[eE][+-]|[0#?]\s*/\s*[0#?\d]", signs):
        return "" if re.search(r"/", signs) else f"{value:.2E}"
    if re.search(r"[0#?],+(?:[^0#?]*$|\.)", signs):
        return ""  # shown in thousands
    if not re.search("[0#?]", signs):
        return "".join(text for _kind, text in section)
    if not _is_whole(value):
        return None
    return _filled(section, str(abs(int(value))))


def _filled(section: list[tuple[str, str]], digits: str) -> str:
    """The digits in their places, from the right, with the literals between them; decimals are left away."""
    pieces = [(kind, text) for kind, text in section if kind in ("literal", "sign")]
    point = next((at for at, piece in enumerate(pieces) if piece == ("sign", ".")), None)
    if point is not None:
        pieces = [*pieces[:point], *(piece for piece in pieces[point:] if piece[0] == "literal")]
    places = [at for at, (kind, text) in enumerate(pieces) if kind == "sign" and text in "0#?"]
    out: list[str] = []
    left = list(digits)
    for at in range(len(pieces) - 1, -1, -1):
        kind, text = pieces[at]
        if at not in places:
            out.append("" if (kind, text) == ("sign", ",") else text)
        elif at == places[0]:
            out.append("".join(left) or ("0" if text == "0" else ""))
        elif left:
            out.append(left.pop())
        else:
            out.append("0" if text == "0" else "")
    return "".join(reversed(out))
