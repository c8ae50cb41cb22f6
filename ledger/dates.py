"""Days in Japan, months of the books, and the only clock. 和暦 is read and written here."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ledger.width import narrow

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@lru_cache(maxsize=1)
def _japan() -> "ZoneInfo":
    from zoneinfo import ZoneInfo  # looks about for its files, which a command without a moment need not wait for

    return ZoneInfo("Asia/Tokyo")


# (name, letter, first day), newest first; an era's first year is 元年.
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 10, 23)),
)
_ERA_FIRST = {text: first for name, letter, first in ERAS for text in (name, letter, name[0])}
_LIGATURES = str.maketrans({"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和"})

_HYPHENS = str.maketrans("‐‑–—−ー", "------")
_WESTERN = (
    r"(?:西暦)?([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日|([0-9]{2})([0-9]{2}))"
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_JAPANESE = (
    r"([RHSTM令平昭大明]|令和|平成|昭和|大正|明治)\.?(元|[0-9]{1,2})"
    r"(?:年([0-9]{1,2})月([0-9]{1,2})日|([-/.])([0-9]{1,2})\5([0-9]{1,2}))"
)
_WITHOUT_YEAR = r"(?:[0-9]{1,2}([-/.]))?[0-9]{1,2}[-/.][0-9]{1,2}|(?:[0-9]{1,2}年)?[0-9]{1,2}月[0-9]{1,2}日|[0-9]{6,7}"

# What may stand behind a day: the time of day, which is left out, and the day of the week, which has to be right.
_CLOCK = (
    r"(?:[ T]|(?<=[日)\]])|(?=午|[AP]M))"
    r"(?:(?:午前|午後|[AP]M ?)?(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?: ?[AP]M)?(?:\+09:?00)?"
    r"|(?:[01]?[0-9]|2[0-3])時(?:[0-5]?[0-9]分(?:[0-5]?[0-9]秒)?)?)$"
)
WEEKDAYS = "月火水木金土日"
_OF_WEEK = rf"(?:[(\[]([{WEEKDAYS}])(?:曜日?)?(?:[・/]?祝日?)?[)\]]|([{WEEKDAYS}])曜日?|([㈪-㈰]))$"

# So many years after an era had ended papers may still count in it: they were printed before, for days to come.
_LAPSED_YEARS = 10

_FIGURES = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI = r"[〇零一二三四五六七八九十]+(?=[年月日])"


def today() -> date:
    """Today in Japan: the only place where the calendar is asked."""
    return datetime.now(_japan()).date()


# So far the clocks of two machines may be apart that write to the same books.
CLOCKS_APART = timedelta(minutes=5)


def now() -> datetime:
    """This moment, in UTC without a zone, to the microsecond, as it is kept on every record."""
    return datetime.now(UTC).replace(tzinfo=None)


def in_japan(moment: datetime) -> datetime:
    """What a clock in Japan shows at a moment as `now` tells it, without a zone."""
    return moment.replace(tzinfo=UTC).astimezone(_japan()).replace(tzinfo=None)


def with_offset(moment: datetime) -> datetime:
    """The same, with Japan's distance from UTC beside it: 2012-10-01 18:30:00+09:00."""
    return moment.replace(tzinfo=UTC).astimezone(_japan())


def day_of(moment: datetime) -> date:
    """The day in Japan of a moment as `now` tells it."""
    return moment.replace(tzinfo=UTC).astimezone(_japan()).date()


def months_after(day: date, months: int) -> date:
    """The same day so many months later; where that month has no such day, its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(
        day.replace(year=year, month=month + 1, day=1) + timedelta(days=day.day - 1), Month(year, month + 1).last
    )


class ReadDay(NamedTuple):
    """A day as a text names it, or why it names none: not-a-day, no-year, another-weekday (`weekday`: the right one).

    `lapsed`: it is counted in an era that had ended, such as 平成33年1月1日, which papers of 2018 bear.
    """

    day: date | None = None
    why: str = ""
    weekday: str = ""
    lapsed: bool = False


@lru_cache(maxsize=10_000)
def read_day(text: str) -> ReadDay:
    """The day that a text names where no other can be meant.

    Read are 2012-02-26, 2012/2/26, 2012.2.26, 2012年2月26日, 20120226, 平成24年2月26日, H24.2.26, in either width or in
    kanji numerals, with a time of day or the day of the week behind it. Without a year or an era (24.2.26, 2/26),
    or with the year last, it is none.
    """
    plain = _plain_day(text)
    if clock := re.search(_CLOCK, plain):
        plain = plain[: clock.start()]
    if of_week := re.search(_OF_WEEK, plain):
        plain = plain[: of_week.start()]
    named, lapsed = _named(plain)
    if named is None:
        return ReadDay(why="no-year" if re.fullmatch(_WITHOUT_YEAR, plain) else "not-a-day")
    weekday = WEEKDAYS[named.weekday()]
    if of_week and weekday != _written_weekday(of_week):
        return ReadDay(why="another-weekday", weekday=weekday)
    return ReadDay(named, lapsed=lapsed)


def parse_day(text: str) -> date | None:
    """The day that a text names (see `read_day`); None when it names none (2012-02-30, 昭和65年1月1日)."""
    read = read_day(text)
    return None if read.lapsed else read.day


def format_japanese(day: date) -> str:
    """The day as the papers write it: 平成24年2月26日, 令和元年5月1日."""
    name, _, first = _era_of(day)
    year = day.year - first.year + 1
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def format_western(day: date) -> str:
    """The day as Japanese writes it by the western calendar: 2012年2月26日."""
    return f"{day.year}年{day.month}月{day.day}日"


def format_english(day: date) -> str:
    """The day as English writes it: 26 February 2012."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _era_of(day: date) -> tuple[str, str, date]:
    for era in ERAS:
        if day >= era[2]:
            return era
    raise AssertionError(f"{day} lies before the first era")


def _plain_day(text: str) -> str:
    """In half width and capitals, without the spaces beside anything but a figure; kanji numerals in figures."""
    plain = narrow(text).translate(_HYPHENS).translate(_LIGATURES).upper()
    plain = re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", " ".join(plain.split()))
    return re.sub(_KANJI, lambda found: _in_figures(found[0]), plain) if "年" in plain else plain


def _in_figures(kanji: str) -> str:
    """二十六 is 26 and 二〇一二 is 2012; what is neither stays as it is."""
    tens, ten, ones = kanji.partition("十")
    if ten and len(tens) <= 1 and len(ones) <= 1 and "十" not in ones:
        return str(_FIGURES.get(tens, 1) * 10 + _FIGURES.get(ones, 0))
    return kanji if ten else "".join(str(_FIGURES[sign]) for sign in kanji)


def _written_weekday(found: re.Match[str]) -> str:
    return found[1] or found[2] or WEEKDAYS["㈪㈫㈬㈭㈮㈯㈰".index(found[3])]


def _named(plain: str) -> tuple[date | None, bool]:
    """The day that stands there and nothing else, and whether its era had ended by then."""
    if western := re.fullmatch(_WESTERN, plain):
        year, month, day = (int(part) for part in western.groups() if part is not None and part not in "-/.")
        return _date(year, month, day), False
    if japanese := re.fullmatch(_JAPANESE, plain):
        era, count, *rest = japanese.groups()
        month, day = (int(part) for part in rest if part is not None and part not in "-/.")
        first = _ERA_FIRST[era]
        named = _date(first.year - 1 + (1 if count == "元" else int(count)), month, day)
        if named is not None and named >= first and count not in ("0", "00"):
            following = next((era[2] for era in reversed(ERAS) if era[2] > first), date.max)
            if named.year - following.year <= _LAPSED_YEARS:
                return named, named >= following
    return None, False


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


@dataclass(frozen=True, order=True)
class FiscalYear:
    """A fiscal year of the books, named by the year in which it begins; `begins` is the month, 4 for April."""

    year: int
    begins: int

    @classmethod
    def ending(cls, day: date) -> "FiscalYear":
        """The one that ends with the month of a day."""
        first = months_after(day.replace(day=1), -11)
        return cls(first.year, first.month)

    @property
    def months(self) -> tuple[Month, ...]:
        """Its twelve months, in order."""
        return tuple(Month.of(months_after(date(self.year, self.begins, 1), count)) for count in range(12))

    @property
    def first(self) -> date:
        """Its first day."""
        return self.months[0].first

    @property
    def last(self) -> date:
        """Its last day."""
        return self.months[-1].last

    def __str__(self) -> str:
        return f"{self.year:04}"


Period = Month | FiscalYear
