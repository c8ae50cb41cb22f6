"""遅延入力一覧: the entries that were entered later after their day than the office's cycle of entering allows.

That an entry was entered late has to be seen (規則第5条第5項第1号イ(2)); the usual cycle is at most two months
(電子帳簿保存法取扱通達 8-11). The moment of entering is set by the program and cannot be edited.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ledger import dates
from ledger.journal.ledgers import JournalEntry

# 通達 8-11: an entry belongs to the usual cycle up to two months after its day.
CYCLE_MONTHS = 2


@dataclass(frozen=True)
class LateEntry:
    """An entry with the day of what it tells, the day in Japan on which it was entered, and how many days lay between.

    What it tells happened on `fact_on`, also where its month had been closed and it bears a later day.
    """

    entry: JournalEntry
    fact_on: date
    entered_on: date

    @property
    def days(self) -> int:
        """The days from the fact to the entry."""
        return (self.entered_on - self.fact_on).days


@dataclass(frozen=True)
class LateEntries(Iterable[LateEntry]):
    """Those of some entries that were entered after the cycle had ended, in their order."""

    entries: Iterable[JournalEntry]

    def __iter__(self) -> Iterator[LateEntry]:
        for entry in self.entries:
            fact_on = entry.on if entry.for_day is None else entry.for_day
            late = LateEntry(entry, fact_on, dates.day_of(entry.recorded_at))
            if late.entered_on > dates.months_after(fact_on, CYCLE_MONTHS):
                yield late

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None
