"""判定一覧: the decision that stood for each application at the end of a period, read as they are gone through."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.decisions.store import Decision, decisions_of, standing_on
from ledger.journal.closing import MonthStep
from ledger.people.register import Owners
from ledger.store.records import batches


@dataclass(frozen=True)
class StandingDecisions(Iterable[Decision]):
    """The decisions of these numbers, in their order, and how many have each outcome."""

    connection: Connection
    numbers: list[int]
    outcomes: Counter[str]

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Decision]:
        for group in batches(self.numbers):
            by_number = {decision.no: decision for decision in decisions_of(self.connection, group)}
            yield from (by_number[no] for no in group)


def decided_by(connection: Connection, owners: Owners, last: date, closed: MonthStep | None) -> StandingDecisions:
    """The decision that stood for each application on the last day, by association and member."""
    rows = standing_on(connection, last, closed)
    rows.sort(key=lambda row: owners.order(row.application))
    return StandingDecisions(connection, [row.no for row in rows], Counter(row.outcome for row in rows))
