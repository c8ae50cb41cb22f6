"""請求照合: the lines that the authority billed in a month, and those of before that do not agree, beside the books.

And all lines beside the account of the authority (2010).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, select, true

from ledger import facts, tables
from ledger.booking.bills import BillComparison, reconcile_as_of
from ledger.codes import OPENING, Account
from ledger.journal.balances import sides
from ledger.store.records import batches


@dataclass(frozen=True)
class Tie:
    """The bills beside account 2010, in yen: what is `owed` for the applications listed, less waivers, what was payable
    when the books began (`opened`), less what was `transferred` for the lines; and the balance of the account.
    """

    owed: int
    opened: int
    transferred: int
    in_ledger: int

    @property
    def by_lines(self) -> int:
        """What the lines leave payable."""
        return self.owed + self.opened - self.transferred

    @property
    def difference(self) -> int:
        """What the lines leave payable beyond the balance; 0 where they agree."""
        return self.by_lines - self.in_ledger


def tie(connection: Connection, lines: Collection[BillComparison]) -> Tie:
    """Every line of every bill, and what is in no bill, beside the whole account of the authority as it stands now."""
    owed = {line.application: line.owed for line in lines}
    transferred = sum(line.paid if line.billed >= 0 else -line.paid for line in lines)
    opened, in_ledger = (_credited(connection, where) for where in (tables.entry.c.event == OPENING, true()))
    return Tie(sum(owed.values()) - opened, opened, transferred, in_ledger)


def _credited(connection: Connection, where: ColumnElement[bool]) -> int:
    """What these entries credited to the account of the authority, less what they debited."""
    moved = sides(where).c
    yen = func.sum(moved.credit - moved.debit).cast(BigInteger)
    of_authority = moved.account == Account.AUTHORITY_PAYABLE.value
    return connection.execute(select(yen).where(of_authority)).scalar() or 0


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
        """What is done about it.

        transferred; to_transfer; nothing (other lines clear it); ask (the authority); disputed (its answer is awaited);
        wait (for its bill).
        """
        if self.line.state == "not_billed":
            return "wait"
        if self.line.disputed:
            return "disputed"
        if self.line.state != "agreed":
            return "ask"
        if self.line.open:
            return "to_transfer"
        return "transferred" if self.line.paid else "nothing"


def billed(connection: Connection, first: date, last: date) -> list[BilledLine]:
    """The lines billed from the first day to the last, and every one of before that still does not agree or is open.

    What differs or is in dispute comes first. It is told as it stood at the end of the last day, as known by then.
    """
    compared = reconcile_as_of(connection, last)
    listed = [
        line
        for line in compared
        if line.differs or line.open or (line.billed_on is not None and line.billed_on >= first)
    ]
    days = _days(connection, {line.application for line in listed}, last)
    lines = [BilledLine(line, days.get(line.application, ApplicationDays())) for line in listed]
    lines.sort(key=lambda row: not row.line.differs)  # the order of bills and lines stays within each
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
