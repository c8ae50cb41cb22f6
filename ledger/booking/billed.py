"""請求照合: the lines that the authority billed in a month, and those of before that do not agree, beside the books."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, func, select

from ledger import facts, tables
from ledger.booking.bills import BillComparison, reconcile_as_of
from ledger.store.records import batches


@dataclass(frozen=True)
class ApplicationDays:
    """What is known of an application by the day: issued and revoked on, and the reason for the revocation."""

    issued_on: date | None = None
    revoked_on: date | None = None
    reason: str | None = None


@dataclass(frozen=True)
class BilledLine:
    """A line of a bill beside the books, with what is known of the certificate."""

    line: BillComparison
    days: ApplicationDays

    @property
    def difference(self) -> int:
        """What the line bills, in yen, beyond what is owed for the application; what other lines clear left out."""
        return 0 if self.line.state == "agreed" else (self.line.left or self.line.billed) - self.line.owed

    @property
    def next_step(self) -> str:
        """transferred; to_transfer; nothing (other lines clear it); ask (the authority); wait (for its bill)."""
        if self.line.state == "not_billed":
            return "wait"
        if self.line.state != "agreed":
            return "ask"
        if self.line.open:
            return "to_transfer"
        return "transferred" if self.line.paid else "nothing"


def billed(connection: Connection, first: date, last: date) -> list[BilledLine]:
    """The lines billed from the first day to the last, and every one of before that still does not agree or is open.

    What differs comes first. It is told as it stood at the end of the last day, as known by then.
    """
    compared = reconcile_as_of(connection, last)
    listed = [
        line
        for line in compared
        if line.state != "agreed" or line.open or (line.billed_on is not None and line.billed_on >= first)
    ]
    days = _days(connection, {line.application for line in listed}, last)
    lines = [BilledLine(line, days.get(line.application, ApplicationDays())) for line in listed]
    lines.sort(key=lambda row: row.line.state == "agreed")  # the order of bills and lines stays within each
    return lines


def _days(connection: Connection, applications: Collection[str], last: date) -> dict[str, ApplicationDays]:
    days: dict[str, ApplicationDays] = {}
    for batch in batches(sorted(applications)):
        rows = connection.execute(_known_days(), {"as_of": last, "only": batch})
        days |= {number: ApplicationDays(*rest) for number, *rest in rows}
    return days


@cache
def _known_days() -> Select[Any]:
    known = facts.known(facts.AS_OF, tables.fact.c.application.in_(facts.ONLY))
    issued = func.coalesce(known.c.issued_on, known.c.mailed_on)
    return select(known.c.application, issued, known.c.revoked_on, known.c.reason)
