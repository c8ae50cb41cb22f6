"""Replay: whether a decision is answered again as it was, from nothing but what the books held when it was kept."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, groupby, islice
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from ledger import tables
from ledger.codes import Account
from ledger.decisions.findings import Finding
from ledger.decisions.shadows import judged_one_by_one, original, shadow, whatever_is_asked
from ledger.decisions.store import content
from ledger.errors import UnknownDecision
from ledger.notices import register
from ledger.settlements import OPEN
from ledger.store.large import each_row
from ledger.store.records import batches

# So many decisions are compared at a time.
_AT_A_TIME = 500


@dataclass(frozen=True)
class Replay:
    """A decision judged again from what was in the books when it was kept: the parts that differ, none if it agrees."""

    no: int
    application: str
    differs: tuple[str, ...]


def replay(connection: Connection, no: int) -> Replay:
    """Judges one decision again as it was. Refused: a number never given (unknown-decision)."""
    for result in replays(connection, [no]):
        return result
    raise UnknownDecision(no)


def replays(connection: Connection, numbers: Sequence[int] | None = None) -> Iterator[Replay]:
    """Judges decisions again (None: all of them), superseded ones too, from nothing but what was then in the books.

    Counted are the facts, deposits, fees, entries and rulings up to the last that the books held when the decision was
    kept, and the steps of refunds and credits whose entry they held. Of a decision that does not say how far they
    reached, what was recorded by its moment counts, and of steps those that rest on earlier decisions. Compared is the
    whole finding as it was kept, with the records it stands on, and the columns beside it; of a course whether it
    waits, for an approval or a payment file rests on no entry. Decisions for one day that were kept on the same books
    are judged in one go.
    """
    if numbers is None:
        yield from _replayed(connection, true())
        return
    for some in batches(sorted(numbers)):
        yield from _replayed(connection, tables.decision.c.no.in_(some))


def _replayed(connection: Connection, among: ColumnElement[bool]) -> Iterator[Replay]:
    """The same of these; some of them are held at a time, and the numbers of all that were kept on the same books."""
    decision = tables.decision
    moment = case((decision.c.sources_to.is_(None), decision.c.recorded_at)).label("moment")
    same_books = (*(decision.c[name] for name in _REACH), moment, decision.c.as_of)
    together = [*(column.name for column in same_books), "notice"]
    statement = select(*same_books, decision.c.notice, decision.c.no, decision.c.application).where(among)
    statement = statement.order_by(*same_books, decision.c.notice, decision.c.no)
    rows = each_row(connection, statement)
    for _same, group in groupby(rows, key=lambda row: [row._mapping[name] for name in together]):
        first = next(group)
        numbers: dict[str, list[int]] = {}
        for row in chain([first], group):
            numbers.setdefault(row.application, []).append(row.no)
        yield from _on_same_books(connection, first, numbers)


def _on_same_books(connection: Connection, first: Any, numbers: dict[str, list[int]]) -> Iterator[Replay]:
    """The decisions of these applications that were kept on the same books, for one day and by one notice."""
    notice = register.announced(date.fromisoformat(first.notice)) if first.notice else None
    dialect = connection.dialect.name
    shadows = _by_moment(dialect) if first.sources_to is None else _by_reach(dialect, first.allocations_to is None)
    findings = judged_one_by_one(
        connection, first.as_of, notice, set(numbers), whatever_is_asked(shadows), **_reach(first)
    )
    while some := list(islice(findings, _AT_A_TIME)):
        current = {finding.application: finding for finding in some}
        yield from _compared(connection, [no for of in current for no in numbers.pop(of)], current)
    yield from _compared(connection, [no for of in numbers.values() for no in of], {})


def _compared(connection: Connection, numbers: list[int], current: Mapping[str, Finding]) -> Iterator[Replay]:
    """Each of these decisions as it was kept, beside what is found now."""
    decision = tables.decision
    for some in batches(sorted(numbers)):
        for row in connection.execute(select(decision).where(decision.c.no.in_(some)).order_by(decision.c.no)):
            finding = current.get(row.application)
            now = {} if finding is None else json.loads(content(finding))
            yield Replay(row.no, row.application, tuple(_differing(row._mapping, now)))


def _differing(row: Mapping[Any, Any], current: Mapping[str, Any]) -> Iterator[str]:
    finding = json.loads(row["finding"])
    if "course" not in finding and (finding["outcome"], current.get("outcome")) == ("settled", "being_settled"):
        # What is still on its way back was not told apart when this was kept.
        current = {**current, "outcome": "settled"}
    for name, stored in finding.items():
        beside = row.get(name, stored)
        same = _far(stored) == _far(current.get(name, ())) if name == "course" else stored == current.get(name)
        if not same or stored != (beside.isoformat() if isinstance(beside, date) else beside):
            yield name


# How far the books reached; of what was kept earlier, some of it is not known.
_REACH = ("sources_to", "fees_to", "entries_to", "allocations_to", "rulings_to")


def _far(course: Any) -> list[Any]:
    """A course without what rests on no entry: whether what waits was approved, or in a file, by that moment."""
    return [{**step, "state": "open", "on": None} if step["state"] in OPEN else step for step in course]


# --- the tables as they were ----------------------------------------------------------------------------------------


def _reach(decision: Row[Any]) -> dict[str, object]:
    """How far the books reached when a decision was kept, for the shadows that go by it."""
    if decision.sources_to is None:
        return {"kept_at": decision.moment, "kept_no": decision.no}
    numbers = {name: decision._mapping[name] for name in _REACH if decision._mapping[name] is not None}
    return numbers | {"rulings_to": decision.rulings_to or 0}  # of before there were rulings: none


@cache
def _by_reach(dialect: str, from_deposits: bool) -> tuple[CTE, ...]:
    """Every table up to where the books reached when a decision was kept.

    A step without an entry is left out: what was approved or filed is promised no more than it was when proposed. Books
    up to version 0003 read what was received `from_deposits` and not from the journal.
    """
    reaches = [
        (tables.application_known, "source", "sources_to"),
        (tables.fact, "source", "sources_to"),
        (tables.deposit_known, "source", "sources_to"),
        (tables.withdrawn, "source", "sources_to"),
        (tables.fee, "id", "fees_to"),
        (tables.refund_step, "entry", "entries_to"),
        (tables.credit_step, "entry", "entries_to"),
        (tables.ruling_step, "no", "rulings_to"),
    ]
    if from_deposits:
        reaches.append((tables.allocation, "source", "sources_to"))
    else:
        reaches.append((tables.allocation, "id", "allocations_to"))
        reaches.append((tables.entry, "no", "entries_to"))
        reaches.append((tables.movement, "entry", "entries_to"))
    shadows = []
    for table, no, to in reaches:
        of = original(dialect, table)
        shadows.append(shadow(table, select(of).where(of.c[no] <= bindparam(to, type_=Integer))))
    if from_deposits:
        entry, deposit = original(dialect, tables.entry), original(dialect, tables.deposit_known)
        entries = entry.c.no <= bindparam("entries_to", type_=Integer)
        deposits = deposit.c.source <= bindparam("sources_to", type_=Integer)
        shadows += _received(dialect, entry, entries, deposit, deposits)
    return tuple(shadows)


# What of the journal itself counted: the rest of what was received was read from the deposits.
_POSTED = ("credit_applied", "overpayment_returned")


def _received(
    dialect: str, entry: Table, entries: ColumnElement[bool], deposit: Table, deposits: ColumnElement[bool]
) -> list[CTE]:
    """Journals that say what deposits said: each version is received from its day on, until the next one is known."""
    after = func.lead(deposit.c.known_on).over(
        partition_by=deposit.c.deposit, order_by=(deposit.c.known_on, deposit.c.id)
    )
    version = select(deposit, after.label("until")).where(deposits).subquery("version")
    movement = original(dialect, tables.movement)
    posted = select(entry.c.no).where(entry.c.event.in_(_POSTED), entries)
    entry_rows = [select(entry).where(entry.c.event.in_(_POSTED), entries)]
    movement_rows = [select(movement).where(movement.c.entry.in_(posted))]
    bank, held = literal(str(Account.BANK)), literal(str(Account.FEES_HELD))
    for no, since, into, out, whose in (
        (-2 * version.c.id, version.c.known_on, held, bank, "credit_application"),
        (-2 * version.c.id - 1, version.c.until, bank, held, "debit_application"),
    ):
        counts = and_(version.c.application.is_not(None), since.is_not(None))
        values = {"no": no, "happened_on": version.c.received_on, "event": literal("fee_received"), "known_on": since}
        entry_rows.append(_row(entry, values).where(counts))
        sides = {"entry": no, "nth": literal(1), "debit": out, "credit": into, "yen": version.c.yen}
        sides |= {whose: version.c.application, "deposit": version.c.deposit}
        movement_rows.append(_row(movement, sides).where(counts))
    shadows = ((tables.entry, entry_rows), (tables.movement, movement_rows))
    return [union_all(*rows).cte(table.name) for table, rows in shadows]


def _row(of: Table, values: Mapping[str, ColumnElement[Any]]) -> Select[Any]:
    """A row of the table with these values; what it does not name is NULL."""
    return select(*(values.get(column.name, null()).label(column.name) for column in of.c))


@cache
def _by_moment(dialect: str) -> tuple[CTE, ...]:
    """Every table without what was recorded after a decision, or rests on it or a later one: as far as clocks go."""
    at, first = bindparam("kept_at", type_=DateTime), bindparam("kept_no", type_=Integer)
    sources = select(tables.source.c.id).where(tables.source.c.recorded_at <= at)
    shadows = []
    for table in (
        tables.application_known,
        tables.fact,
        tables.deposit_known,
        tables.allocation,
        tables.withdrawn,
        tables.fee,
    ):
        of = original(dialect, table)
        shadows.append(shadow(table, select(of).where(or_(of.c.source.is_(None), of.c.source.in_(sources)))))
    entry, deposit = original(dialect, tables.entry), original(dialect, tables.deposit_known)
    shadows += _received(dialect, entry, entry.c.recorded_at <= at, deposit, deposit.c.source.in_(sources))
    for steps, whole in ((tables.refund_step, tables.refund), (tables.credit_step, tables.credit)):
        of = original(dialect, steps)
        earlier = select(whole.c.no).where(or_(whole.c.decision.is_(None), whole.c.decision < first))
        shadows.append(shadow(steps, select(of).where(of.c.recorded_at <= at, of.c[whole.name].in_(earlier))))
    rulings = original(dialect, tables.ruling_step)
    shadows.append(shadow(tables.ruling_step, select(rulings).where(false())))  # there were none in those days
    return tuple(shadows)
