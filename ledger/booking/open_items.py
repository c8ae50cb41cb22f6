"""What is open in the books, question by question: `close` names it before a month ends, and `todo` on any day.

What came up by a day and is open to this moment counts, whenever it is asked; each question is one SELECT or a few,
whatever the size of the books.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, func, select

from ledger import allocations, tables
from ledger.booking.bills import BillComparison
from ledger.booking.run import CalledFor
from ledger.codes import Account
from ledger.journal.balances import SPANS, first_moved, held, sides
from ledger.journal.entries import Entry, recorded
from ledger.settlements import Settlement
from ledger.store.large import each_row
from ledger.store.records import by_characters

_UNDETERMINED = ("needs_facts", "needs_review")


@dataclass(frozen=True)
class OpenItem:
    """A thing that waits to be done: its name as it is typed, the day since which it waits, the yen that it is about.

    None: since when is not known, and it is about no yen. `application` or `member` says whose it is, where it is
    anybody's.
    """

    name: str
    on: date | None = None
    yen: int | None = None
    application: str | None = None
    member: str | None = None


def suspense(connection: Connection, last: date) -> list[OpenItem]:
    """The deposits in suspense, with what is left of each; `application` is whose each was known to be by the day, of
    several the first.
    """
    parts = held(connection, Account.SUSPENSE, "deposit", last)
    if not parts:
        return []
    whose: dict[str | None, str] = dict(each_row(connection, _owners(), {"as_of": last}))
    since = first_moved(connection, Account.SUSPENSE, "deposit", last)
    return [OpenItem(part, since.get(part), yen, whose.get(part)) for part, yen in parts.items() if part is not None]


@cache
def _owners() -> Select[Any]:
    return allocations.owners()


def unknown(in_suspense: Iterable[OpenItem]) -> list[OpenItem]:
    """Those deposits in suspense of which it is not known whose they are."""
    return [item for item in in_suspense if item.application is None]


def claims(connection: Connection, last: date) -> list[OpenItem]:
    """What members owe, by application or deposit."""
    rows = connection.execute(_claims(), {"last": last}).all()
    if not rows:
        return []
    since = first_moved(connection, Account.CLAIMS, "application", last)
    since |= first_moved(connection, Account.CLAIMS, "deposit", last)
    return [OpenItem(part, since.get(part), yen, application) for part, yen, application in rows]


@cache
def _claims() -> Select[Any]:
    moved = sides(SPANS["by"])
    part, yen = func.coalesce(moved.c.application, moved.c.deposit), func.sum(moved.c.debit - moved.c.credit)
    columns: list[ColumnElement[Any]] = [part, yen.cast(BigInteger), func.max(moved.c.application)]
    statement = select(*columns).where(moved.c.account == Account.CLAIMS.value)
    return statement.group_by(part).having(yen != 0).order_by(part)


def authority_claims(connection: Connection, last: date) -> list[OpenItem]:
    """What the authority owes, by application: it was transferred, and is not owed any more."""
    parts = held(connection, Account.AUTHORITY_PAYABLE, "application", last)
    if not any(yen < 0 for yen in parts.values()):
        return []
    since = first_moved(connection, Account.AUTHORITY_PAYABLE, "application", last)
    return [OpenItem(str(part), since.get(part), -yen, part) for part, yen in parts.items() if yen < 0 and part]


def refunds_in(state: str, refunds: Iterable[Settlement], last: date) -> list[OpenItem]:
    """The refunds and returned overpayments that came into a state by the day and are in it to this moment."""
    return [
        OpenItem(str(refund.no), refund.steps[-1].on, refund.yen, refund.application)
        for refund in refunds
        if refund.state == state and refund.steps[-1].on <= last
    ]


def undetermined(connection: Connection, last: date, more_than: int) -> list[OpenItem]:
    """The applications that were asked about more than so many days before and are undetermined ever since.

    Asking again without an answer does not make a question younger.
    """
    decision = tables.decision.c
    settled = (
        select(decision.application, func.max(decision.no).label("no"))
        .where(decision.outcome.not_in(_UNDETERMINED))
        .group_by(decision.application)
        .subquery()
    )
    asked_on = func.min(decision.as_of)
    statement = (
        select(decision.application, asked_on)
        .outerjoin(settled, settled.c.application == decision.application)
        .where(decision.no > func.coalesce(settled.c.no, 0))
        .group_by(decision.application)
        .having(asked_on < last - timedelta(days=more_than))
        .order_by(by_characters(decision.application))
    )
    return [OpenItem(number, on, None, number) for number, on in connection.execute(statement)]


def differing_lines(lines: Iterable[BillComparison], last: date) -> list[BillComparison]:
    """The lines of bills of that day or before that do not agree with the books, without those in dispute by then.

    Where all of a bill was withdrawn, its day is not known any more.
    """
    billed = (line for line in lines if line.bill is not None and (line.billed_on is None or line.billed_on <= last))
    return [line for line in billed if line.state != "agreed" and not _in_dispute(line, last)]


def disputes(lines: Iterable[BillComparison], last: date) -> list[OpenItem]:
    """The lines of bills that came into dispute with the authority by the day and are in it to this moment."""
    return [
        OpenItem(f"{line.bill} {line.application}", line.dispute.on, line.uncleared or abs(line.paid))
        for line in lines
        if line.dispute is not None and _in_dispute(line, last)
    ]


def _in_dispute(line: BillComparison, last: date) -> bool:
    return line.dispute is not None and line.disputed and line.dispute.on <= last


def not_billed(connection: Connection, lines: Iterable[BillComparison], last: date) -> list[OpenItem]:
    """What is owed to the authority by the day, and in no bill to this moment, by application."""
    missing = [line.application for line in lines if line.bill is None]
    if not missing:
        return []
    owed = held(connection, Account.AUTHORITY_PAYABLE, "application", last)
    since = first_moved(connection, Account.AUTHORITY_PAYABLE, "application", last)
    return [OpenItem(part, since.get(part), owed[part], part) for part in missing if owed.get(part, 0) > 0]


def left_unbooked(connection: Connection, called_for: CalledFor, last: date) -> dict[str, list[OpenItem]]:
    """What booking leaves, each once under its reason; what was booked after the day, and does not stand, is none of
    it.
    """
    left: dict[str, dict[str, OpenItem]] = {}
    booked = recorded(connection, {unbooked.entry for unbooked in called_for.left if unbooked.entry is not None})
    for unbooked in called_for.left:
        entry = None if unbooked.entry is None else booked.get(unbooked.entry)
        booked_on = unbooked.planned_on if entry is None or unbooked.planned_on is not None else entry.on
        if booked_on is None or booked_on <= last:
            left.setdefault(unbooked.code, {}).setdefault(unbooked.subject, OpenItem(unbooked.subject, booked_on))
    return {code: list(items.values()) for code, items in left.items()}


def to_book(called_for: CalledFor) -> list[OpenItem]:
    """The entries that are called for and not posted yet, each on its own day, by whose it is."""
    return [_called_for(posting) for posting in called_for.postings]


def _called_for(posting: Entry) -> OpenItem:
    sides = [(movement.debit_application or movement.credit_application) for movement in posting.movements]
    application = next(filter(None, sides), None)
    deposit = next((movement.deposit for movement in posting.movements if movement.deposit), None)
    yen = sum(movement.yen for movement in posting.movements)
    return OpenItem(application or deposit or posting.key, posting.on, yen, application)
