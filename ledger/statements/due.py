"""Receipts outstanding under Certificate Policy 4.1.3: day count, reminder, and from when revocation is possible.

Possible is not done: nothing here says that a certificate is revoked (A22).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from ledger import facts, tables
from ledger.facts import AS_OF
from ledger.notices import cp_4_1_3
from ledger.people.register import Person, people
from ledger.store.owners import ever_theirs
from ledger.store.records import by_characters


@dataclass(frozen=True)
class OutstandingReceipt:
    """A certificate that was mailed and is live, whose receipt is not known to have come back.

    `day` counts from the mailing, which is day 0 (Civil Code 140). `state` is waiting, remind or revocable. The
    register of receipts was entered up to `entered_to`; None where it never was.
    """

    application: str
    member: Person
    mailed_on: date
    day: int
    reminder_on: date
    revocable_on: date
    state: str
    entered_to: date | None


def due(connection: Connection, as_of: date, member: str | None = None) -> list[OutstandingReceipt]:
    """The receipts outstanding on a day, the longest outstanding first: of everyone, or of one member.

    A receipt known by that day ends it; so do a revocation and the end of validity that have come by then.
    """
    asked: dict[str, object] = {"as_of": as_of}
    if member is None:
        found, members = list(connection.execute(_outstanding(few=False), asked)), people(connection)
    else:
        theirs = connection.execute(_outstanding(few=True), asked | {"only": ever_theirs(connection, member)})
        found, members = [row for row in theirs if row.member == member], people(connection, only=[member])
    rows = []
    for application, of, mailed_on, entered_to in found:
        day = (as_of - mailed_on).days
        reminder_on, revocable_on = cp_4_1_3.reminder_on(mailed_on), cp_4_1_3.revocable_on(mailed_on)
        state = "revocable" if as_of >= revocable_on else "remind" if as_of >= reminder_on else "waiting"
        days = (mailed_on, day, reminder_on, revocable_on)
        rows.append(OutstandingReceipt(application, members[of], *days, state, entered_to))
    return rows


@cache
def _outstanding(*, few: bool) -> Select[Any]:
    fact = facts.known(AS_OF, tables.fact.c.application.in_(facts.ONLY) if few else None)
    return (
        select(fact.c.application, fact.c.member, fact.c.mailed_on, fact.c.receipts_entered_to)
        .where(
            fact.c.mailed_on.is_not(None),
            fact.c.receipt_on.is_(None),
            fact.c.revoked_on.is_(None),
            or_(fact.c.expires_on.is_(None), fact.c.expires_on > AS_OF),
        )
        .order_by(fact.c.mailed_on, by_characters(fact.c.application))
    )
