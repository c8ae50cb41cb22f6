"""The notices in the order of their announcement: which one answers a question asked on a day."""

import sys
from datetime import date
from functools import cache

from ledger.notices import conditions, n2012_03_05, n2012_03_23, n2012_09_21
from ledger.notices.conditions import Condition, Notice

_PAPERS = (n2012_03_05, n2012_03_23, n2012_09_21)
IN_ORDER: tuple[Notice, ...] = tuple(paper.notice for paper in _PAPERS)

# Each paper replaces the one before it, so that on every day exactly one answers, or, before the first, none.
assert [each.replaces for each in IN_ORDER] == [None, *(each.announced_on for each in IN_ORDER[:-1])]
assert [each.announced_on for each in IN_ORDER] == sorted({each.announced_on for each in IN_ORDER})


def in_force(day: date) -> Notice | None:
    """The notice that answers a question asked on this day; None before the first was announced."""
    return next((notice for notice in reversed(IN_ORDER) if notice.announced_on <= day), None)


def announced(day: date | None) -> Notice | None:
    """The notice announced on exactly this day."""
    return next((notice for notice in IN_ORDER if notice.announced_on == day), None)


def words(notice: Notice) -> str:
    """The paper's words, as they stand at the head of its file."""
    return next(str(paper.__doc__) for paper in _PAPERS if paper.notice is notice)


@cache
def names(notice: Notice) -> dict[Condition, str]:
    """What each condition of a notice is called in its file, for SQL that can be read beside it."""
    homes = [sys.modules[conditions.__name__], *_PAPERS]
    called = {value: name for home in homes for name, value in vars(home).items() if isinstance(value, Condition)}
    return {condition: called.get(condition, f"condition_{n}") for n, condition in enumerate(notice.conditions, 1)}
