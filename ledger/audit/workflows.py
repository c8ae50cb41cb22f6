"""Refunds and credits held against their course: each state may follow the one before, and its entry moves its yen.

A payment file is held against the refunds that were put in it.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from ledger import tables
from ledger.audit.faults import Fault
from ledger.booking.payment_files import digest_of, pays_what_was_approved
from ledger.booking.payment_orders import Agrees
from ledger.codes import CREDIT_MOVES, RECORDED, REFUND_MOVES, SLIP_MOVES, STATES, Account
from ledger.i18n import _
from ledger.journal.entries import Entry, recorded
from ledger.kana import same_person
from ledger.settlements import TAKEN_BACK
from ledger.store.large import each_row

# So many refunds, credits or slips are held at a time.
_AT_A_TIME = 500

_OWED = (Account.REFUNDS_PAYABLE, Account.RETURNED_TRANSFERS)

# What the entry of a step debits and credits, each one of these; of the steps that reverse the first, nothing.
_ANY = tuple(Account)
_SIDES: dict[str, dict[str, tuple[tuple[Account, ...], tuple[Account, ...]]]] = {
    "refund": {
        "proposed": (_ANY, (Account.REFUNDS_PAYABLE,)),
        "paid": (_OWED, (Account.BANK,)),
        "returned": ((Account.BANK,), (Account.RETURNED_TRANSFERS,)),
        "recovered": ((Account.BANK,), (Account.FEES_HELD, Account.SUSPENSE, Account.CLAIMS)),
    },
    "credit": {
        "proposed": ((Account.FEES_HELD,), (Account.CREDITS_HELD,)),
        "applied": ((Account.CREDITS_HELD,), (Account.FEES_HELD,)),
    },
}


def faults(connection: Connection, only: Collection[int] | None = None) -> Iterator[Fault]:
    """Every refund and credit that came out of its course, in the order of their numbers.

    A step with an entry that is not among `only` is not asked what it moved; None: each is.
    """
    for things, steps, moves in (
        (tables.refund, tables.refund_step, REFUND_MOVES),
        (tables.credit, tables.credit_step, CREDIT_MOVES),
    ):
        for no, yen, course, posted in _courses(connection, things, steps, only):
            for code, nth, fields in _course(things.name, yen, course, moves, posted):
                yield Fault(code, f"{things.name} {no}", {"nth": nth} | fields)


def slips(connection: Connection, only: Collection[int] | None = None) -> Iterator[Fault]:
    """Every slip that came out of its course, or whose entry moves something else than it says; `only` as above."""
    for no, yen, course, posted in _courses(connection, tables.slip, tables.slip_step, only):
        if not course or course[0].nth != 1:
            yield Fault("not-proposed", f"slip {no}", {"nth": 1})
            continue
        for before, step in zip([None, *course], course, strict=False):
            fields = {"nth": step.nth, "state": _(STATES[step.state])}
            if before is not None and step.state not in SLIP_MOVES.get(before.state, ()):
                yield Fault("out-of-course", f"slip {no}", fields | {"before": _(STATES[before.state])})
            if step.state == "approved" and same_person(step.by, course[0].by):
                yield Fault("same-person-approved", f"slip {no}", {"nth": step.nth, "by": step.by})
            if step.entry in posted:
                moved = sum(movement.yen for movement in posted[step.entry].movements)
                if moved != yen:
                    amounts = {"entry": step.entry, "moved": moved, "yen": yen}
                    yield Fault("amount-differs", f"slip {no}", {"nth": step.nth} | amounts)


def payment_files(connection: Connection, agrees: Agrees) -> Iterator[Fault]:
    """Each file for the bank against the refunds that were put in it, void or not, and its characters against what was
    approved of them.
    """
    file, step, refund = tables.payment_file, tables.refund_step, tables.refund
    statement = (
        select(file, func.count(refund.c.no).label("count"), func.coalesce(func.sum(refund.c.yen), 0).label("sum"))
        .outerjoin(step, (step.c.payment_file == file.c.no) & (step.c.state == "filed"))
        .outerjoin(refund, refund.c.no == step.c.refund)
        .group_by(*file.c)
        .order_by(file.c.no)
    )
    for line in connection.execute(statement):
        row = line._mapping
        where = f"payment_file {row['no']}"
        if (row["count"], row["sum"]) != (row["refund_count"], row["yen"]):
            fields = {"count": row["count"], "yen": row["sum"], "told": row["refund_count"], "total": row["yen"]}
            yield Fault("file-differs", where, fields)
        elif digest_of(row["content"]) != row["sha256"]:
            yield Fault("file-changed", where, {})
        elif not _pays(connection, line, agrees):
            yield Fault("file-not-as-approved", where, {})


def _pays(connection: Connection, file: Row[Any], agrees: Agrees) -> bool:
    """Whether a file pays what was approved; one that cannot be made anew does not."""
    try:
        return pays_what_was_approved(connection, file, agrees)
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError, StopIteration):
        return False


def grounds(connection: Connection) -> Iterator[Fault]:
    """Refunds and credits of more than was found, by a decision of another application, or by none that gives it back;
    and what comes back of one fee all in all, beyond the highest fee that was ever known.
    """
    decision, most = tables.decision, connection.execute(select(func.max(tables.fee.c.yen))).scalar() or 0
    standing: Counter[str] = Counter()
    recovered = _recovered(connection)
    for thing in (tables.refund, tables.credit):
        statement = select(thing, decision.c.application.label("of"), decision.c.outcome, decision.c.refundable)
        statement = statement.outerjoin(decision, decision.c.no == thing.c.decision).order_by(thing.c.no)
        states = _states(connection, thing)
        for row in connection.execute(statement):
            if row.application is None:
                continue
            where = f"{thing.name} {row.no}"
            if row.of != row.application or row.outcome != "eligible":
                yield Fault("no-ground", where, {})
            elif row.yen > row.refundable:
                yield Fault("beyond-finding", where, {"yen": row.yen, "found": row.refundable})
            if thing is tables.refund and states.get(row.no) not in TAKEN_BACK:
                standing[row.application] += row.yen - recovered.get(row.no, 0)
                if standing[row.application] > most:
                    fields = {"application": row.application, "yen": standing[row.application]}
                    yield Fault("beyond-fee", where, fields)


def _states(connection: Connection, thing: Table) -> dict[int, str]:
    """The state that each came to last."""
    step = tables.metadata.tables[f"{thing.name}_step"]
    statement = select(step.c[thing.name], step.c.state).order_by(step.c[thing.name], step.c.nth)
    return dict(connection.execute(statement).all())


def _recovered(connection: Connection) -> dict[int, int]:
    """What was paid back of refunds, in yen, by their numbers; also what was recorded by mistake."""
    step = tables.refund_step.c
    statement = select(step.refund, func.sum(step.yen)).where(step.yen.is_not(None)).group_by(step.refund)
    return {no: int(yen) for no, yen in connection.execute(statement)}


def changes_of_people(connection: Connection) -> Iterator[Fault]:
    """What is wrong with the list of people: a change that its proposer let take effect while others were listed."""
    change, step = tables.people_change, tables.people_step
    statement = (
        select(step.c.no, step.c.by, change.c.name, change.c.may, change.c.by.label("proposed_by"))
        .join(change, change.c.no == step.c.change)
        .where(step.c.state == "approved")
        .order_by(step.c.no)
    )
    listed: set[str] = set()
    for row in connection.execute(statement):
        others = any(not same_person(name, row.by) for name in listed)
        if others and same_person(row.by, row.proposed_by):
            yield Fault("same-person-approved", f"people_step {row.no}", {"nth": row.no, "by": row.by})
        listed = listed | {row.name} if row.may else listed - {row.name}


# Of each thing its number, the yen that were proposed, its steps, and the entries of these.
_Course = tuple[int, int, list[Row[Any]], Mapping[int, Entry]]


def _courses(connection: Connection, things: Table, steps: Table, only: Collection[int] | None) -> Iterator[_Course]:
    """The course of each thing; they are read with their entries some at a time."""
    statement = (
        select(things.c.no, things.c.yen.label("proposed"), steps)
        .outerjoin(steps, steps.c[things.name] == things.c.no)
        .order_by(things.c.no, steps.c.nth)
    )
    among = None if only is None else frozenset(only)
    rows = each_row(connection, statement)
    courses = ((of, list(group)) for of, group in groupby(rows, lambda row: (row.no, row.proposed)))
    while some := list(islice(courses, _AT_A_TIME)):
        named = {row.entry for _of, course in some for row in course if row.entry is not None}
        posted = recorded(connection, named if among is None else named & among)
        for (no, yen), course in some:
            yield no, yen, [row for row in course if row.nth is not None], posted


def _course(
    of: str, yen: int, course: list[Row[Any]], moves: Mapping[str, tuple[str, ...]], posted: Mapping[int, Entry]
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    if not course or course[0].nth != 1 or course[0].state != "proposed":
        yield "not-proposed", 1, {}
        return
    first = course[0]
    for before, step in zip([None, *course], course, strict=False):
        undoes = step._mapping.get("undoes")
        if before is not None:
            follows = step.state in moves.get(before.state, ()) or _paid_once_more(course, before, step)
            if step.nth != before.nth + 1 or not (_restored(course, step) if undoes else follows):
                yield "out-of-course", step.nth, {"state": _(STATES[step.state]), "before": _(STATES[before.state])}
            # That a payment file is void may be known before the day on which it was to be paid.
            if step.happened_on < before.happened_on and (before.state, step.state) != ("filed", "approved"):
                yield "before-the-step-before", step.nth, {"on": step.happened_on, "before": before.happened_on}
        if step.state in ("approved", "applied", "ended") and not undoes and same_person(step.by, first.by):
            yield "same-person-approved", step.nth, {"by": step.by}
        if step.entry in posted:
            entry, due = posted[step.entry], yen if step.state != "recovered" else step.yen
            moves_yen = step.state in _SIDES[of] and not undoes
            moved = _moved(entry, *_SIDES[of][step.state]) if moves_yen else None
            original = next((each.entry for each in course if each.nth == undoes), None) if undoes else first.entry
            if moved is None and entry.reverses != original:
                yield "not-given-back", step.nth, {"entry": step.entry, "original": original}
            elif moved is not None and moved != due:
                yield "amount-differs", step.nth, {"entry": step.entry, "moved": moved, "yen": due}
    if sum(step._mapping.get("yen") or 0 for step in _in_force(course)) > yen:
        yield "recovered-beyond", course[-1].nth, {"yen": yen}


def _paid_once_more(course: list[Row[Any]], before: Row[Any], step: Row[Any]) -> bool:
    """Whether a transfer that came back was paid again without an approval, as it was while approvals bound nothing."""
    bound = any(each._mapping.get("member_known") for each in course)
    return (before.state, step.state) == ("returned", "paid") and not bound


def _in_force(course: list[Row[Any]]) -> list[Row[Any]]:
    undone = {step._mapping.get("undoes") for step in course}
    return [step for step in course if not step._mapping.get("undoes") and step.nth not in undone]


def _restored(course: list[Row[Any]], step: Row[Any]) -> bool:
    """Whether a step takes back what was recorded last, and comes into the state before that."""
    before = _in_force([each for each in course if each.nth < step.nth])
    return (
        len(before) > 1
        and before[-1].nth == step._mapping["undoes"]
        and before[-1].state in RECORDED
        and before[-2].state == step.state
    )


def _moved(entry: Entry, debit: tuple[Account, ...], credit: tuple[Account, ...]) -> int:
    moved = (movement for movement in entry.movements if movement.debit in debit and movement.credit in credit)
    return sum(movement.yen for movement in moved)
