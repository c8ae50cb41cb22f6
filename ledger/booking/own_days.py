"""Entries dated on a first open day because their month was closed, brought to their own day once it is open again.

Such an entry stays as it was posted. Its movements are posted once more on its own day, and that posting is reversed on
the day on which the entry itself stands: from its own day on the books say what they would have said, and from the day
of the entry on nothing changes. Its key, what it rests on and what was done with it since remain.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.codes import Account
from ledger.i18n import N_
from ledger.journal.closing import closed_to
from ledger.journal.entries import Entry, Movement, key, numbers_by_key, parts, post, recorded
from ledger.journal.refusals import YenNotHeld
from ledger.journal.reversal import BY_HAND, ON_ITS_DAY, opposite, reversed_by
from ledger.store.records import next_number

# The first part of the key of the reversal, on the day of the entry, of what is posted on its own day.
FROM_ITS_ENTRY = "from_its_entry"

OWN_DAY = N_("brought to its own day, whose month is open again")
REVERSAL_ON_OWN_DAY = N_("a reversal, brought to its own day, whose month is open again")

# The accounts whose parts may not fall below zero, by the side that takes out of them.
_DEBITED = (
    *(Account.REFUNDS_PAYABLE, Account.FEES_HELD, Account.CREDITS_HELD),
    *(Account.SUSPENSE, Account.RETURNED_TRANSFERS),
)
_CREDITED = (Account.CLAIMS,)


@dataclass(frozen=True)
class Brought:
    """An entry that was brought to its own day: its number, the day it bears, its own day, the number posted there."""

    entry: int
    stands_on: date
    own_day: date
    posted: int


def dated_later(connection: Connection, through: date | None = None) -> dict[int, Entry]:
    """The entries, by number, that bear a later day than their own, which lies in an open month, and could be brought.

    Left out is what was brought before, and what a person reversed.
    """
    entry = tables.entry.c
    statement = select(entry.no).where(entry.for_day.is_not(None)).order_by(entry.no)
    if (closed := closed_to(connection)) is not None:
        statement = statement.where(entry.for_day > closed)
    if through is not None:
        statement = statement.where(entry.for_day <= through)
    found = recorded(connection, connection.execute(statement).scalars().all())
    found = {no: original for no, original in found.items() if parts(original.key)[0] != FROM_ITS_ENTRY}
    before = numbers_by_key(connection, {key(ON_ITS_DAY, no) for no in found})
    by_hand = _reversed_by_hand(connection, found)
    return {
        no: original
        for no, original in sorted(found.items())
        if key(ON_ITS_DAY, no) not in before and no not in by_hand
    }


def _reversed_by_hand(connection: Connection, numbers: Iterable[int]) -> set[int]:
    """Those of these entries that a person reversed, unless that reversal was itself reversed."""
    by_hand: set[int] = set()
    for no in numbers:
        chain, last = [], no
        while (following := reversed_by(connection, [last]).get(last)) is not None:
            chain.append(following)
            last = following
        if len(chain) % 2 == 1 and parts(recorded(connection, chain[:1])[chain[0]].key)[0] == BY_HAND:
            by_hand.add(no)
    return by_hand


def bring(connection: Connection, through: date, *, by: str) -> tuple[list[Brought], list[int]]:
    """Brings entries to their own day up to and on a day; gives those, and the numbers of those that stay.

    What belongs together, by application or deposit, is brought together or stays: where money that came in has gone on
    so that a part of an account would fall below zero on any day, as the database sees to.
    """
    brought: list[Brought] = []
    stay: list[int] = []
    for together in _together(dated_later(connection, through)):
        done = _brought(connection, together, by)
        brought += done
        if not done:
            stay += together
    return sorted(brought, key=lambda entry: entry.entry), sorted(stay)


def _brought(connection: Connection, originals: dict[int, Entry], by: str) -> list[Brought]:
    """Brings these entries; nothing, where they do not fit."""
    first = next_number(connection, tables.entry.c.no)
    postings: list[Entry] = []
    brought: list[Brought] = []
    for nth, (no, original) in enumerate(sorted(originals.items())):
        own_day, posted = original.for_day, first + 2 * nth
        assert own_day is not None, f"entry {no} has a day of its own"
        reason = OWN_DAY if original.reverses is None else REVERSAL_ON_OWN_DAY
        anew = replace(original, key=key(ON_ITS_DAY, no), on=own_day, for_day=None, reverses=None, reason=reason)
        back = opposite(posted, anew, on=original.on, reason=reason, cause=FROM_ITS_ENTRY)
        postings += [anew, replace(back, for_day=own_day, known_on=original.known_on)]
        brought.append(Brought(no, original.on, own_day, posted))
    for reversals_first in (True, False):
        try:
            post(connection, postings, by=by, order=_Order(postings, reversals_first))
        except YenNotHeld:
            continue
        return brought
    return []


class _Order:
    """The order in which the movements are written: what gives before what takes, so that nothing is short between.

    Of those that do both the reversals come first, the last before the first, or come last.
    """

    def __init__(self, postings: list[Entry], reversals_first: bool) -> None:
        self._place = {posting.key: nth for nth, posting in enumerate(postings)}
        self._reversals_first = reversals_first

    def __call__(self, posting: Entry, movement: Movement) -> tuple[int, bool, int]:
        """Where a movement of a posting comes."""
        takes = movement.debit in _DEBITED or movement.credit in _CREDITED
        gives = movement.credit in _DEBITED or movement.debit in _CREDITED
        reversal, place = posting.reverses is not None, self._place[posting.key]
        rank = 1 if takes and gives else 2 if takes else 0
        return rank, reversal != self._reversals_first, -place if reversal else place


def _together(originals: dict[int, Entry]) -> Iterator[dict[int, Entry]]:
    """The entries in groups that share neither an application nor a deposit."""
    groups: list[tuple[set[str], dict[int, Entry]]] = []
    for no, original in originals.items():
        whose, group = set(_whose(original.movements)), {no: original}
        apart = []
        for other_whose, other in groups:
            if whose & other_whose:
                whose |= other_whose
                group |= other
            else:
                apart.append((other_whose, other))
        groups = [*apart, (whose, group)]
    yield from (group for _whose_are, group in groups)


def _whose(movements: Iterable[Movement]) -> Iterator[str]:
    for movement in movements:
        names: Collection[tuple[str, str | None]] = (
            ("application", movement.debit_application),
            ("application", movement.credit_application),
            ("deposit", movement.deposit),
        )
        yield from (f"{of} {name}" for of, name in names if name is not None)
