"""Reversals: the exact opposite of an entry, posted once and naming the original."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from ledger import tables
from ledger.journal import refusals
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, key, post, recorded
from ledger.store.records import batches

Requirement = Callable[[Connection, int, Entry], None]

# The first part of the key of a reversal: by a person's command, or by booking when a fact turned out otherwise.
BY_HAND = "reverse"
CORRECTION = "correction"
# The first part of the key of an entry that is posted on its own day, in place of one that bore a later day.
ON_ITS_DAY = "on_its_day"


def opposite(no: int, original: Entry, *, on: date, reason: str, cause: str) -> Entry:
    """The exact opposite of an entry, last movement first; `cause` is what it was reversed by, and part of its key."""
    movements = tuple(movement.opposite for movement in reversed(original.movements))
    return Entry(key(cause, no), on, original.event, movements, reverses=no, reason=reason, known_on=on)


def reverse(connection: Connection, no: int, *, on: date, reason: str, by: str, require: Requirement) -> Result:
    """Posts the exact opposite of an entry, once, naming the original; the same command again changes nothing.

    A reversal is reversed like any other entry: then what it had reversed stands again. `require` raises what else
    stands against it. Refused: an unknown entry, one already reversed, a day in a closed month or before the entry's,
    no reason, and money that has since gone.
    """
    original = recorded(connection, [no]).get(no)
    if original is None:
        raise refusals.UnknownEntry(no)
    reversal = opposite(no, original, on=on, reason=reason, cause=BY_HAND)
    if chain := list(_after(connection, no)):
        if len(chain) % 2 == 0:
            raise refusals.StandsAgain(no, chain[0], chain[-1])
        if recorded(connection, [chain[0]])[chain[0]].same(reversal):
            return Result(chain[0], changed=False)
        raise refusals.AlreadyReversed(no, chain[-1])
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


def _after(connection: Connection, no: int) -> Iterator[int]:
    """The reversal of an entry, the reversal of that one, and so on."""
    while (following := reversed_by(connection, [no]).get(no)) is not None:
        yield following
        no = following


def chains(
    connection: Connection, within: ColumnElement[bool] | None = None, given: Mapping[str, Any] | None = None
) -> dict[int, list[int]]:
    """Of each entry that was reversed and is no reversal itself: its reversal, the reversal of that one, and so on.

    It stands while their number is even. `within` narrows the movements, with the values `given`: a reversal moves what
    its original did.
    """
    by_original: dict[int, int] = dict(connection.execute(_reversals(within), given).all())
    reversals = set(by_original.values())
    chained: dict[int, list[int]] = {}
    for original in by_original.keys() - reversals:
        chain, no = [], original
        while (following := by_original.get(no)) is not None:
            chain.append(following)
            no = following
        chained[original] = chain
    return chained


@lru_cache
def _reversals(within: ColumnElement[bool] | None) -> Select[Any]:
    """The entries that were reversed, each with its reversal; put together once."""
    entry, movement = tables.entry.c, tables.movement.c
    statement = select(entry.reverses, entry.no).where(entry.reverses.is_not(None))
    return statement if within is None else statement.where(entry.no.in_(select(movement.entry).where(within)))


def brought_back(connection: Connection, within: ColumnElement[bool], given: Mapping[str, Any]) -> set[int]:
    """The entries whose reversal was itself taken back: they stand, though something in the books reverses them."""
    return {original for original, chain in chains(connection, within, given).items() if len(chain) % 2 == 0}


def reversed_by(connection: Connection, numbers: Collection[int]) -> Mapping[int, int]:
    """For each of these entries that was reversed, the entry that reversed it."""
    entry = tables.entry
    reversals: dict[int, int] = {}
    for batch in batches(sorted(numbers)):
        statement = select(entry.c.reverses, entry.c.no).where(entry.c.reverses.in_(batch))
        reversals |= dict(connection.execute(statement).all())
    return reversals
