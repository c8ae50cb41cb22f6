"""Opening balances → the journal: each with the bank on the other side, so that the bank begins with what is left.

What happened up to and on their day is in them: deposits of before are not posted, and a certificate is not owed twice.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.booking.events import entry_of
from ledger.codes import OPENING, Account
from ledger.i18n import N_
from ledger.journal.entries import Entry, parts, post, recorded
from ledger.journal.refusals import MonthClosed, NothingLeftToReverse, YenNotHeld
from ledger.journal.reversal import CORRECTION, opposite, reversed_by

WITHDRAWN = N_("the opening balances were taken back")


def post_openings(connection: Connection, *, by: str) -> int:
    """Posts the balances that were taken in last and are not posted yet, on their day; gives how many entries.

    The row of the bank posts nothing: the other rows leave the bank with exactly what it says, because all rows
    balance. What adds to the bank comes first.
    """
    opening, entry = tables.opening, tables.entry.c
    keys = connection.execute(select(entry.key).where(entry.event == OPENING, entry.reverses.is_(None))).scalars()
    posted = max((int(parts(of_entry)[-1] or 0) for of_entry in keys), default=0)
    statement = select(opening).where(opening.c.source > posted, opening.c.account != str(Account.BANK))
    rows = connection.execute(statement.order_by(opening.c.yen, opening.c.id)).all()
    postings = []
    for row in rows:
        part = {"application": row.application, "deposit": row.deposit}
        basis = (row.account, row.application, row.deposit, row.source)
        postings.append(entry_of(OPENING, *basis, on=row.opened_on, account=row.account, yen=-row.yen, **part))
    return len(post(connection, postings, by=by))


def others_stand(connection: Connection) -> bool:
    """Whether anything but opening balances stands in the books: then they have begun already."""
    entry, later = tables.entry, tables.entry.alias("later")
    standing = select(entry.c.no).outerjoin(later, later.c.reverses == entry.c.no)
    others = standing.where(entry.c.event != OPENING, entry.c.reverses.is_(None), later.c.no.is_(None))
    return connection.execute(others.limit(1)).first() is not None


def take_back(connection: Connection, *, on: date, by: str) -> int:
    """Reverses the opening balances that stand; gives how many. Others may then come in, if nothing else was posted.

    Dated their own day, so that on no day two beginnings stand, and known since the day on which it became known that
    they were wrong. One whose month is closed, or whose money was used in between, is dated that day. Refused where
    something was done with one of them since (nothing-left-to-reverse).
    """
    originals = sorted(recorded(connection, _standing(connection)).items(), reverse=True)
    for no, original in originals:
        known_on = max(on, original.on)
        reversal = opposite(no, original, on=known_on, reason=WITHDRAWN, cause=CORRECTION)
        try:
            post(connection, [replace(reversal, on=original.on)], by=by)
        except (MonthClosed, YenNotHeld):
            _post_later(connection, no, reversal, by)
    return len(originals)


def _post_later(connection: Connection, no: int, reversal: Entry, by: str) -> None:
    try:
        post(connection, [reversal], by=by)
    except YenNotHeld as refusal:
        raise NothingLeftToReverse(no, refusal.account) from None


def _standing(connection: Connection) -> list[int]:
    entry = tables.entry.c
    numbers = connection.execute(select(entry.no).where(entry.event == OPENING, entry.reverses.is_(None))).scalars()
    every = list(numbers)
    gone = reversed_by(connection, every)
    return [no for no in every if no not in gone]
