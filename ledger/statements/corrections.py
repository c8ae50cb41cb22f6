"""訂正・取消一覧: each reversal of a period with the entry that it reverses, and what was posted in its place.

Nothing is edited or deleted, so this is every correction there is: by the opposite entry, which names its original
(電子帳簿保存法取扱通達 8-9(2)).
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ledger import tables
from ledger.codes import FROM_FACTS
from ledger.journal import ledgers
from ledger.journal.entries import parts
from ledger.journal.ledgers import JournalEntry
from ledger.journal.reversal import ON_ITS_DAY
from ledger.scope import within
from ledger.store.large import each_row
from ledger.store.records import batches

# Whether the list is made as it was before slips that were posted anew stood in it.
_BEFORE: ContextVar[bool] = ContextVar("corrections as before", default=False)

# What an entry stands for, by its key: the event and its subject, with which time it was.
_Subject = tuple[str, str]


@dataclass(frozen=True)
class CorrectedEntry:
    """A reversal, the entry that it reverses, and the one posted in its place; None where there is none yet."""

    reversal: JournalEntry
    original: JournalEntry
    instead: JournalEntry | None


def corrections(connection: Connection, reversals: Mapping[int, int], last: date) -> list[CorrectedEntry]:
    """The corrections that these reversals are, each named with what it reverses, as the books were on the last day."""
    by_number = _read(connection, {*reversals, *reversals.values()})
    instead = _instead(connection, by_number, reversals, last)
    if not _BEFORE.get():
        instead |= _by_hand(connection, reversals, last)
    reposted = _read(connection, set(instead.values()))
    return [
        CorrectedEntry(by_number[no], by_number[original], reposted[instead[no]] if no in instead else None)
        for no, original in reversals.items()
    ]


def as_before(*, before: bool = True) -> AbstractContextManager[None]:
    """The list in the block is that of workbooks handed out before slips posted anew were named beside a reversal."""
    return within(_BEFORE, before)


def _read(connection: Connection, numbers: Collection[int]) -> dict[int, JournalEntry]:
    return {entry.no: entry for batch in batches(sorted(numbers)) for entry in ledgers.entries_of(connection, batch)}


def _instead(
    connection: Connection, by_number: dict[int, JournalEntry], reversals: Mapping[int, int], last: date
) -> dict[int, int]:
    """For each reversal the entry that booking posted next for the same event and subject, or on its own day."""
    subjects = {no: _subject(by_number[original]) for no, original in reversals.items()}
    events = sorted({subject[0] for subject in subjects.values() if subject is not None})
    if not reversals:
        return {}
    entry = tables.entry.c
    statement = (
        select(entry.no, entry.key)
        .where(entry.no > min(reversals), entry.reverses.is_(None), entry.happened_on <= last)
        .where(entry.event.in_(events) | entry.key.startswith(f'["{ON_ITS_DAY}"'))
        .order_by(entry.no)
    )
    wanted = {*subjects.values(), *((ON_ITS_DAY, str(original)) for original in reversals.values())}
    later: dict[_Subject, list[int]] = {}
    for no, own_key in each_row(connection, statement):
        event, subject, *_rest = parts(own_key)
        if (of_entry := (str(event), str(subject))) in wanted:
            later.setdefault(of_entry, []).append(no)
    found: dict[int, int] = {}
    for no, original in reversals.items():
        of = (later.get((ON_ITS_DAY, str(original)), []), later.get(subjects[no] or ("", ""), []))
        following = next((number for numbers in of for number in numbers if number > no), None)
        if following is not None:
            found[no] = following
    return found


def _by_hand(connection: Connection, reversals: Mapping[int, int], last: date) -> dict[int, int]:
    """For each reversal of a slip's entry that of the next slip for the same, which stands for no other reversal."""
    slip, step, entry = tables.slip, tables.slip_step, tables.entry
    columns = (slip.c.kind, slip.c.application, slip.c.deposit, slip.c.refund, slip.c.debit, slip.c.credit)
    statement = (
        select(step.c.entry, entry.c.happened_on.label("on"), *columns)
        .join_from(step, slip, slip.c.no == step.c.slip)
        .join(entry, entry.c.no == step.c.entry)
        .where(slip.c.reverses.is_(None), entry.c.happened_on <= last)
        .order_by(step.c.entry)
    )
    same = {row.entry: _same(row) for row in connection.execute(statement)}
    posted: dict[tuple[object, ...], list[int]] = {}
    for number, of in same.items():
        posted.setdefault(of, []).append(number)
    found: dict[int, int] = {}
    for no, original in sorted(reversals.items()):
        later = posted.get(same.get(original, ()), [])
        if (following := next((number for number in later if number > no), None)) is not None:
            later.remove(following)
            found[no] = following
    return found


def _same(slip: Any) -> tuple[object, ...]:
    """What a slip is for: its application, deposit or refund; where it is for none, its two accounts and its day."""
    of = (slip.application, slip.deposit, slip.refund)
    return (slip.kind, *of) if any(part is not None for part in of) else (slip.kind, slip.debit, slip.credit, slip.on)


def _subject(entry: JournalEntry) -> _Subject | None:
    """The event and subject of an entry that booking posts again by itself; None of any other."""
    if entry.event not in FROM_FACTS or entry.reverses is not None:
        return None
    event, subject, *_rest = parts(entry.key)
    return str(event), str(subject)
