"""The books held against themselves: every row against its seal, every total both ways, every decision asked again.

It finds what was changed around the program. It cannot find what someone who owns the whole file rewrote together with
every seal and every head; the head on each workbook that was handed out shows that to whoever holds it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from ledger import tables
from ledger.audit import chain, second_persons, sources, workflows, writes
from ledger.audit.faults import Fault, FaultList
from ledger.booking.bank_balances import unaccepted
from ledger.booking.payment_orders import Agrees
from ledger.dates import Month
from ledger.decisions.replay import replays
from ledger.journal.entries import Entry, recorded
from ledger.statements.month import month_controls
from ledger.store.records import batches

# A control that compares with what is known: what is not booked yet, or was reversed by a person, is no fault.
_WORK_LEFT = ("deposits",)

# So many entries are read at once.
_AT_A_TIME = 5_000


@dataclass(frozen=True)
class Verification:
    """What was found: how many entries, the head of the last batch, and every fault, the first wrong row first.

    `more` says of a kind of which only the first are among the faults how many others there are.
    """

    entries: int
    head: str
    faults: tuple[Fault, ...]
    more: Mapping[str, int] = field(default_factory=dict, kw_only=True)

    @property
    def count(self) -> int:
        """How many faults were found, also those that are not named."""
        return len(self.faults) + sum(self.more.values())

    def as_json(self) -> dict[str, Any]:
        """The answer as other programs read it."""
        faults = [fault.as_json() for fault in self.faults]
        answer = {"ok": not self.faults, "entries": self.entries, "head": self.head, "faults": faults}
        return answer | {"more": dict(self.more)}


def verify(
    connection: Connection,
    rules: Collection[Fault],
    *,
    agrees: Agrees,
    month: Month | None = None,
    since: int | None = None,
) -> Verification:
    """Holds the books against themselves; `rules` is what was found wrong with what the database itself enforces, and
    `agrees` says whether a payment file says what was approved.

    With `month` only what was written in the batches that hold an entry of the month, with `since` only what was
    written after that batch; the chain of the batches is followed from the first all the same.
    """
    only = None if month is None and since is None else chain.written(connection, month, since)
    watched = writes.Watched()
    named = FaultList(chain.faults(connection, only, watched))
    _reckon(connection, named, month, only, watched, agrees)
    named.take(rules)
    return Verification(entries(connection), chain.last_head(connection), tuple(named), more=named.more)


def entries(connection: Connection) -> int:
    """How many entries the books hold."""
    return int(connection.execute(select(func.count()).select_from(tables.entry)).scalar_one())


def _reckon(
    connection: Connection,
    named: FaultList,
    month: Month | None,
    only: Collection[int] | None,
    watched: writes.Watched,
    agrees: Agrees,
) -> None:
    """Names what does not agree in what the rows say, whoever wrote them, but of rows that are named already.

    What breaks one question off stops no other.
    """
    numbers = None if only is None else chain.numbers_in(connection, only)
    questions: tuple[Callable[[], Iterable[Fault]], ...] = (
        lambda: watched.faults(connection),
        lambda: writes.batches(connection),
        lambda: writes.numbers(connection),
        lambda: writes.signatures(connection, only),
        lambda: writes.requests(connection),
        lambda: writes.orphans(connection),
        lambda: _every_entry(connection, None if numbers is None else numbers["entry"]),
        lambda: sources.received(connection),
        lambda: workflows.faults(connection, None if numbers is None else numbers["entry"]),
        lambda: workflows.slips(connection, None if numbers is None else numbers["entry"]),
        lambda: workflows.payment_files(connection, agrees),
        lambda: workflows.grounds(connection),
        lambda: workflows.changes_of_people(connection),
        lambda: second_persons.faults(connection),
        lambda: _totals(connection, month),
        lambda: _bank(connection, month),
        lambda: _decisions(connection, None if numbers is None else numbers["decision"]),
    )
    of_the_chain = {fault.where for fault in named}
    for question in questions:
        try:
            with connection.begin_nested():
                named.take(question(), but=of_the_chain)  # keeps what was found before it broke off
        except _UNREADABLE as error:
            named.add(_not_reckoned("books", error))


def _every_entry(connection: Connection, numbers: Sequence[int] | None) -> Iterator[Fault]:
    """What is wrong with entries, some of them at a time."""
    entry, after = tables.entry.c, 0
    for group in batches(numbers or (), _AT_A_TIME):
        yield from _each(connection, group)
    while numbers is None:
        following = select(entry.no).where(entry.no > after).order_by(entry.no).limit(_AT_A_TIME)
        group = list(connection.execute(following).scalars())
        if not group:
            return
        yield from _each(connection, group)
        after = group[-1]


def _each(connection: Connection, numbers: list[int]) -> Iterator[Fault]:
    """The same of these; where one of them cannot be read, it is found and named, and the others are asked."""
    found: list[Fault] = []
    try:
        with connection.begin_nested():
            found += _recorded(connection, numbers)
    except _UNREADABLE as error:
        if len(numbers) == 1:
            found = [_not_reckoned(f"entry {numbers[0]}", error)]
        else:
            half = len(numbers) // 2
            found = [*_each(connection, numbers[:half]), *_each(connection, numbers[half:])]
    yield from found


def _recorded(connection: Connection, numbers: Collection[int]) -> Iterator[Fault]:
    """What is wrong with the entries of these numbers, which are read with those that they reverse."""
    entry, digests = tables.entry.c, dict[int, str]()
    for group in batches(numbers):
        digests |= dict(connection.execute(select(entry.no, entry.digest).where(entry.no.in_(group))).all())
    posted = recorded(connection, digests)
    originals = {entry.reverses for entry in posted.values() if entry.reverses is not None} - posted.keys()
    posted |= recorded(connection, originals)
    yield from _entries(digests, posted)
    yield from sources.faults(connection, posted, digests)


# What is said by rows in which there is no day, no number and no known word where one has to be.
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError, DatabaseError)


def _not_reckoned(where: str, error: Exception) -> Fault:
    said = str(getattr(error, "orig", None) or error).splitlines() or [""]
    return Fault("not-reckoned", where, {"says": f"{type(error).__name__}: {said[0]}"})


def _entries(digests: dict[int, str], posted: dict[int, Entry]) -> Iterator[Fault]:
    for no, digest in digests.items():
        entry = posted[no]
        if not entry.movements:
            yield Fault("entry-empty", f"entry {no}", {})
        elif entry.digest != digest:
            yield Fault("entry-changed", f"entry {no}", {})
        elif entry.reverses is not None and (original := posted.get(entry.reverses)) is not None:
            opposite = tuple(movement.opposite for movement in reversed(original.movements))
            if entry.movements != opposite:
                yield Fault("not-opposite", f"entry {no}", {"original": entry.reverses})


def _totals(connection: Connection, month: Month | None) -> Iterator[Fault]:
    """The control totals of the month, or of the last one in which anything happened: they are reckoned to date."""
    if month is None:
        last = connection.execute(select(func.max(tables.entry.c.happened_on))).scalar()
        if last is None:
            return
        month = Month.of(last)
    for control in month_controls(connection, month):
        if control.holds is False and control.code not in _WORK_LEFT:
            fields: dict[str, object] = {"month": month, "value": control.value, "expected": control.expected}
            where = f"account {control.account.code}" if control.account else "books"
            yield Fault("total-differs", where, fields | {"code": control.code})


def _bank(connection: Connection, month: Month | None) -> Iterator[Fault]:
    """The balances that the bank told of the ends of closed months, or of this one, held against account 1110."""
    for differs in unaccepted(connection):
        if month in (None, differs.month):
            told = differs.told
            fields: dict[str, object] = {"books": differs.books, "bank": told.yen, "file": told.file, "row": told.row}
            yield Fault("bank-differs", f"month {differs.month}", fields)


def _decisions(connection: Connection, numbers: Sequence[int] | None) -> Iterator[Fault]:
    for replay in replays(connection, numbers):
        if replay.differs:
            yield Fault("decision-differs", f"decision {replay.no}", {"parts": list(replay.differs)})
