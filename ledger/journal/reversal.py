"""Reversals: the exact opposite of an entry, posted once and naming the original."""

from collections.abc import Callable, Collection, Mapping
from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.journal import refusals
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, key, post, recorded
from ledger.store.records import batches

Requirement = Callable[[Connection, int, Entry], None]

# The first part of the key of a reversal: by a person's command, or by booking when a fact turned out otherwise.
BY_HAND = "reverse"
CORRECTION = "correction"


def opposite(no: int, original: Entry, *, on: date, reason: str, cause: str) -> Entry:
    """The exact opposite of an entry, last movement first; `cause` is what it was reversed by, and part of its key."""
    movements = tuple(movement.opposite for movement in reversed(original.movements))
    return Entry(key(cause, no), on, original.event, movements, reverses=no, reason=reason, known_on=on)


def reverse(connection: Connection, no: int, *, on: date, reason: str, by: str, require: Requirement) -> Result:
    """Posts the exact opposite of an entry, once, naming the original; the same command again changes nothing.

    `require` raises what else stands against it. Refused: an unknown entry, one already reversed or itself a reversal,
    a day in a closed month or before the original's, no reason, and money that has since gone.
    """
    original = recorded(connection, [no]).get(no)
    if original is None:
        raise refusals.UnknownEntry(no)
    if original.reverses is not None:
        raise refusals.ReversalOfReversal(no, original.reverses)
    reversal = opposite(no, original, on=on, reason=reason, cause=BY_HAND)
    if (before := reversed_by(connection, [no]).get(no)) is not None:
        if recorded(connection, [before])[before].same(reversal):
            return Result(before, changed=False)
        raise refusals.AlreadyReversed(no, before)
    require_open(connection, on)
    if not reason.strip():
        raise refusals.NoReasonGiven(BY_HAND)
    if on < original.on:
        raise refusals.ReversalBeforeOriginal(no, on, original.on)
    require(connection, no, original)
    try:
        return Result(post(connection, [reversal], by=by)[0], changed=True)
    except refusals.YenNotHeld as refusal:
        raise refusals.NothingLeftToReverse(no, refusal.account) from None


def reversed_by(connection: Connection, numbers: Collection[int]) -> Mapping[int, int]:
    """For each of these entries that was reversed, the entry that reversed it."""
    entry = tables.entry
    reversals: dict[int, int] = {}
    for batch in batches(sorted(numbers)):
        statement = select(entry.c.reverses, entry.c.no).where(entry.c.reverses.in_(batch))
        reversals |= dict(connection.execute(statement).all())
    return reversals
