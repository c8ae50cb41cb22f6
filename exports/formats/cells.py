"""What stands inside a cell of a workbook: the number format of each kind, and a value as sheet XML.

A text is always a text, whatever it begins with; a day is a real day that Excel shows in 和暦.
"""

import re
from datetime import date, datetime

from exports.formats.sheet import Kind, Value, format_day
from ledger import dates
from ledger.errors import TextTooLong
from ledger.i18n import calendar, language

TEXT_LIMIT = 32_767
ISO_DAY = "yyyy-mm-dd"
ERA_DAY = '[$-411]ggge"年"m"月"d"日"'
FORMATS: dict[Kind, str] = {
    "text": "@",
    "yen": '#,##0;[Red]"△"#,##0;"-"',
    "count": "#,##0",
    "number": "0",
    "percent": '0"%"',
    "moment": "yyyy-mm-dd hh:mm:ss",
    "day": ERA_DAY,
}
_DAY_ZERO = date(1899, 12, 30).toordinal()
_FIRST_REAL_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was; an earlier day stays a text
# What XML cannot hold, and text that Excel would itself read as the escape of such a character.
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def first_year(era: str) -> str:
    """The format of days in an era's first year, which Excel's own calendar would print as 1 and not as 元."""
    return f'"{era}元年"m"月"d"日"'


WESTERN_DAY = 'yyyy"年"m"月"d"日"'
_CLOCK = " hh:mm:ss"
DAY_FORMATS = (ERA_DAY, ISO_DAY, *(first_year(name) for name, _letter, _first in dates.ERAS))


def day_formats() -> tuple[str, ...]:
    """Every format that a day or a moment may have in the workbook that is being made."""
    if not calendar():
        return DAY_FORMATS
    days = (WESTERN_DAY,) if calendar() == "western" else (ERA_DAY, *DAY_FORMATS[2:])
    return (*days, *(f"{day}{_CLOCK}" for day in days))


def is_day(number_format: str) -> bool:
    """Whether a format shows a day alone."""
    return number_format in (WESTERN_DAY, *DAY_FORMATS)


def day_format(day: date) -> str:
    """The format in which a day is shown: by the calendar that was chosen, else 和暦, or 2012-09-21 in English."""
    if calendar() == "western":
        return WESTERN_DAY
    if not calendar() and language() == "en":
        return ISO_DAY
    era, in_first_year, _rest = dates.format_japanese(day).partition("元年")
    return first_year(era) if in_first_year else ERA_DAY


def moment_format(moment: Value) -> str:
    """The format in which a moment is shown: its day by the calendar that was chosen, else 2012-09-21; and the time."""
    assert isinstance(moment, datetime), moment
    return f"{day_format(moment.date())}{_CLOCK}" if calendar() else FORMATS["moment"]


def day_cell(style: int, day: date) -> str:
    """A day as Excel counts days; one before March 1900 is written out."""
    if day < _FIRST_REAL_DAY:
        return text_cell(style, format_day(day) if calendar() else dates.format_japanese(day))
    return f's="{style}"><v>{day.toordinal() - _DAY_ZERO}</v>'


def moment_cell(style: int, moment: Value) -> str:
    """A day with its time, as it is given, to the second."""
    assert isinstance(moment, datetime), moment
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return f's="{style}"><v>{moment.toordinal() - _DAY_ZERO + seconds / 86400!r}</v>'


def text_cell(style: int, text: Value) -> str:
    """A text, never a formula or a number; what XML forbids is escaped in the workbook's own way (`_x0001_`).

    Refused: a text longer than a cell can be.
    """
    assert isinstance(text, str), text
    if len(text) > TEXT_LIMIT:
        raise TextTooLong(text[:20] + "…", len(text), TEXT_LIMIT)
    plain = _SPECIAL.sub(_escaped, text)
    if not plain:
        return f's="{style}">'
    keep = ' xml:space="preserve"' if plain[0].isspace() or plain[-1].isspace() or "\n" in plain else ""
    return f's="{style}" t="inlineStr"><is><t{keep}>{plain}</t></is>'


def _escaped(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0]) or f"_x{ord(match[0]):04X}_"
