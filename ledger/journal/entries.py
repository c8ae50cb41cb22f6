"""Posting: each entry is appended once, under a key that says what it stands for, and never changed.

A movement goes from one credit account to one debit account and cannot be unbalanced. The database refuses to take more
out of a part of an account than is held there; here that refusal becomes a sentence.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Integer, String, bindparam, select
from sqlalchemy.exc import DatabaseError

from ledger import tables
from ledger.journal.closing import require_open
from ledger.journal.refusals import PostedDifferently, YenNotHeld
from ledger.store.records import batches, next_number, signature


@dataclass(frozen=True, slots=True)
class Movement:
    """A positive whole number of yen from the credit to the debit account, and whose part of each it touches."""

    debit: str
    credit: str
    yen: int
    debit_application: str | None = None
    credit_application: str | None = None
    deposit: str | None = None

    @property
    def opposite(self) -> "Movement":
        """The movement that undoes this one."""
        applications = (self.credit_application, self.debit_application)
        return Movement(self.credit, self.debit, self.yen, *applications, self.deposit)


# What a movement is made of, in the order in which it is sealed.
PARTS = tuple(Movement.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be posted: the key that is used once, the day it happened, the event and its movements.

    `reverses` names the entry that this one undoes, and `reason` says why; a reason of ours is kept in English and said
    in the reader's language. `for_day` is the day it would bear had its month not been closed. `known_on` is the day on
    which what it rests on became known; None of entries of books up to version 0003.
    """

    key: str
    on: date
    event: str
    movements: tuple[Movement, ...]
    reverses: int | None = None
    reason: str | None = None
    for_day: date | None = None
    known_on: date | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over everything in it, each part with its length before it, so that no two contents read alike."""
        parts: list[object] = [self.key, self.on.isoformat(), self.event, self.reverses, self.reason]
        for movement in self.movements:
            parts.extend(getattr(movement, name) for name in PARTS)
        if self.for_day is not None:  # one part more than movements have: no other content reads so
            parts.append(self.for_day.isoformat())
        if self.known_on is not None:
            parts.append(f"known:{self.known_on.isoformat()}")
        texts = ("-" if part is None else f"{len(str(part).encode())}:{part}" for part in parts)
        return sha256("".join(texts).encode()).hexdigest()

    def same(self, other: "Entry") -> bool:
        """Whether another entry says the same; one of books up to version 0003 does not say since when it was known."""
        return self == (replace(other, known_on=None) if self.known_on is None else other)


@dataclass(frozen=True)
class Result:
    """What a command did: the number of what it was about, and whether this call changed anything."""

    no: int
    changed: bool


def key(*parts: str | int | date | None) -> str:
    """The key made of these parts, in which no two lists of parts look alike."""
    plain = [part.isoformat() if isinstance(part, date) else part for part in parts]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def parts(text: str) -> list[str | int | None]:
    """The parts that a key was made of; days as text."""
    read: list[str | int | None] = json.loads(text)
    return read


def post(
    connection: Connection, postings: Iterable[Entry], *, by: str, order: Callable[[Entry, Movement], Any] | None = None
) -> list[int]:
    """Appends entries in the order given and returns their numbers; numbers are consecutive.

    A key that was used before with the same content gives that entry's number again, and nothing is written; with
    another content it is refused (posted-differently). A day in a closed month is refused (month-closed), and so is
    taking out more than is held (yen-not-held). `order` says in which order movements are written, where it is not
    that of the entries.
    """
    ordered = list(postings)
    numbers = numbers_by_key(connection, {posting.key for posting in ordered})
    posted = recorded(connection, set(numbers.values()))
    by_key: dict[str, tuple[int, Entry]] = {posting.key: (no, posting) for no, posting in posted.items()}
    following = next_number(connection, tables.entry.c.no)
    new: list[tuple[int, Entry]] = []
    for posting in ordered:
        assert posting.movements, f"an entry moves something: {posting.key}"
        if posting.key not in by_key:
            by_key[posting.key] = (following + len(new), posting)
            new.append(by_key[posting.key])
        elif not (earlier := by_key[posting.key])[1].same(posting):
            raise _differently(earlier[0], earlier[1], posting)
    require_open(connection, *(posting.on for _no, posting in new))
    _insert(connection, new, by, order)
    return [by_key[posting.key][0] for posting in ordered]


# Put together once: nearly every command asks for them, some of them a hundred times.
_NUMBERS = bindparam("numbers", type_=Integer, expanding=True)
_ENTRIES = select(tables.entry).where(tables.entry.c.no.in_(_NUMBERS))
_MOVEMENTS = (
    select(tables.movement.c.entry, *(tables.movement.c[name] for name in PARTS))
    .where(tables.movement.c.entry.in_(_NUMBERS))
    .order_by(tables.movement.c.entry, tables.movement.c.nth)
)
_BY_KEY = select(tables.entry.c.key, tables.entry.c.no).where(
    tables.entry.c.key.in_(bindparam("keys", type_=String, expanding=True))
)


def recorded(connection: Connection, numbers: Collection[int]) -> dict[int, Entry]:
    """The entries of these numbers as they were posted; unknown numbers are left out."""
    entries: dict[int, Entry] = {}
    for batch in batches(sorted(numbers)):
        moved: dict[int, list[Movement]] = {}
        for no, *values in connection.execute(_MOVEMENTS, {"numbers": batch}):
            moved.setdefault(no, []).append(Movement(*values))
        for row in connection.execute(_ENTRIES, {"numbers": batch}):
            movements = tuple(moved.get(row.no, ()))
            rest = (row.reverses, row.reason, row.for_day, row.known_on)
            entries[row.no] = Entry(row.key, row.happened_on, row.event, movements, *rest)
    return entries


def numbers_by_key(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """The numbers of the entries that were posted under these keys."""
    numbers: dict[str, int] = {}
    for batch in batches(keys):
        numbers |= dict(connection.execute(_BY_KEY, {"keys": batch}).all())
    return numbers


def _insert(
    connection: Connection,
    new: Sequence[tuple[int, Entry]],
    by: str,
    order: Callable[[Entry, Movement], Any] | None,
) -> None:
    if not new:
        return
    signed = signature(connection, by)
    names = ("event", "key", "digest", "reverses", "reason", "for_day", "known_on")
    entries = [
        {"no": no, "happened_on": posting.on, **{name: getattr(posting, name) for name in names}, **signed}
        for no, posting in new
    ]
    moved = [(no, posting, nth, row) for no, posting in new for nth, row in enumerate(posting.movements, 1)]
    if order is not None:
        moved.sort(key=lambda place: order(place[1], place[3]))
    movements = [
        {"entry": no, "nth": nth} | {name: _plain(getattr(movement, name)) for name in PARTS}
        for no, _posting, nth, movement in moved
    ]
    with _refusing_what_is_not_held(), connection.begin_nested():
        connection.execute(tables.entry.insert(), entries)
        connection.execute(tables.movement.insert(), movements)


def _plain(value: object) -> object:
    # An account's code goes to the driver as text, not as a value of an enumeration.
    return str(value) if isinstance(value, str) else value


@contextmanager
def _refusing_what_is_not_held() -> Iterator[None]:
    """What the database says when more is taken out than is held, as our refusal."""
    try:
        yield
    except DatabaseError as error:
        if account := re.search(r"not-held: (\d+)", str(error.orig)):
            raise YenNotHeld(account[1]) from None
        raise


def _differently(no: int, earlier: Entry, posting: Entry) -> PostedDifferently:
    for name in Entry.__dataclass_fields__:
        before, now = getattr(earlier, name), getattr(posting, name)
        if before != now:
            return PostedDifferently(no, name, _format(before), _format(now))
    raise AssertionError("two postings that differ have a field that differs")


def _format(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(f"{movement.debit}/{movement.credit} {movement.yen}" for movement in value)
    return "—" if value is None else str(value)
