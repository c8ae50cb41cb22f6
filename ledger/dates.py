"""Days in Japan, months of the books, and the only clock. 和暦 is read and written here."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_JAPAN = ZoneInfo("Asia/Tokyo")

# (name, letter, first day), newest first; an era's first year is 元年.
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 10, 23)),
)
_ERA_FIRST = {text: first for name, letter, first in ERAS for text in (name, letter)}

_WESTERN = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_HYPHENS = str.maketrans("‐‑–—−ー", "------")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_JAPANESE = re.compile(
    r"([RHSTM]|令和|平成|昭和|大正|明治)(元|\d{1,2})(?:年(\d{1,2})月(\d{1,2})日|([./])(\d{1,2})\5(\d{1,2}))"
)


def today() -> date:
    """Today in Japan: the only place where the calendar is asked."""
    return datetime.now(_JAPAN).date()


def now() -> datetime:
    """This moment, in UTC without a zone, to the microsecond, as it is kept on every record."""
    return datetime.now(UTC).replace(tzinfo=None)


def day_of(moment: datetime) -> date:
    """The day in Japan of a moment as `now` tells it."""
    return moment.replace(tzinfo=UTC).astimezone(_JAPAN).date()


def parse_day(text: str) -> date | None:
    """The day that a text names; None when it names none (2012-02-30, 昭和65年1月1日).

    Read are 2012-02-26, 2012/2/26, 2012年2月26日, 20120226, 平成24年2月26日, H24.2.26 and H24/2/26, in either width.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").translate(_HYPHENS)
    if western := _WESTERN.fullmatch(plain) or _COMPACT.fullmatch(plain):
        year, month, day = (int(part) for part in western.groups() if part is not None)
        return _date(year, month, day)
    if format_japanese := _JAPANESE.fullmatch(plain.upper()):
        era, count, *rest = format_japanese.groups()
        month, day = (int(part) for part in rest if part is not None and part not in "./")
        first = _ERA_FIRST[era]
        named = _date(first.year - 1 + (1 if count == "元" else int(count)), month, day)
        return named if named is not None and _era_of(named)[2] == first else None
    return None


def format_japanese(day: date) -> str:
    """The day as the papers write it: 平成24年2月26日, 令和元年5月1日."""
    name, _, first = _era_of(day)
    year = day.year - first.year + 1
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def _era_of(day: date) -> tuple[str, str, date]:
    for era in ERAS:
        if day >= era[2]:
            return era
    raise AssertionError(f"{day} lies before the first era")


def _date(year: int, month: int, day: int) -> date | None:
    try:
        named = date(year, month, day)
    except ValueError:
        return None
    return named if named >= ERAS[-1][2] else None


@dataclass(frozen=True, order=True)
class Month:
    """A month of the books, written 2012-09."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month | None":
        """The month that 2012-09 names, in either width; None when it names none."""
        plain = unicodedata.normalize("NFKC", text).strip().translate(_HYPHENS)
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", plain) or _date(int(plain[:4]), int(plain[5:]), 1) is None:
            return None
        return cls(int(plain[:4]), int(plain[5:]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day falls in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"
