"""Days on which banks are open: Monday to Friday, but for holidays and the turn of the year (銀行法施行令5条1項).

The holidays of a year are those of the package `holidays`, which is loaded by the command that asks for one. The days
of the equinoxes are gazetted each February for the next year only; what lies later is reckoned.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

# The years of which holidays are known at all, and the last one that was gazetted when the package was made; it goes on
# by a year with each version of the package that comes out after February.
FIRST_YEAR, LAST_YEAR, GAZETTED_TO = 1949, 2099, 2027

# The days of the turn of the year, of every year: month and day.
_TURN_OF_THE_YEAR = ((12, 31), (1, 1), (1, 2), (1, 3))
_SATURDAY = 5


class YearNotKnown(Exception):
    """A year of which no holidays are known."""


def closed(day: date, own: Collection[date] = ()) -> str | None:
    """Why banks are closed on a day: weekend, turn-of-the-year, holiday, or own, one of the days named; None: open.

    Raises YearNotKnown for a year of which no holidays are known.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise YearNotKnown
    if day.weekday() >= _SATURDAY:
        return "weekend"
    if (day.month, day.day) in _TURN_OF_THE_YEAR:
        return "turn-of-the-year"
    if day in _holidays(day.year):
        return "holiday"
    return "own" if day in own else None


def open_from(day: date, own: Collection[date] = ()) -> date:
    """The day itself if banks are open on it, else the next on which they are. Raises YearNotKnown."""
    while closed(day, own) is not None:
        day += timedelta(days=1)
    return day


def open_after(day: date, count: int, own: Collection[date] = ()) -> date:
    """The bank day that comes so many bank days after the first one from a day on. Raises YearNotKnown."""
    day = open_from(day, own)
    for _nth in range(count):
        day = open_from(day + timedelta(days=1), own)
    return day


def is_estimate(day: date) -> bool:
    """Whether the holidays of its year were not gazetted yet, so that whether banks are open on it is an estimate."""
    return day.year > GAZETTED_TO


@cache
def _holidays(year: int) -> frozenset[date]:
    from holidays.countries.japan import Japan  # a tenth of a second

    return frozenset(Japan(years=year))
