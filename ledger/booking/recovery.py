"""What a bank or a member did after all: a payment recorded by mistake is taken back, money paid back is recovered.

What is taken back leaves the refund as it was before it was recorded. What is recovered is held again where it came
from; the fee is not offered again by itself, for a person has to decide what follows.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection

from ledger.booking import refusals
from ledger.booking.events import TEMPLATES
from ledger.booking.workflow import REFUNDS, append, find, format_state, reversal_of, step, ways_on
from ledger.codes import RECORDED, Account
from ledger.journal.balances import held_for
from ledger.journal.closing import closed_to, require_open
from ledger.journal.entries import Entry, Movement, Result, key, post, recorded
from ledger.journal.refusals import NoReasonGiven, NothingLeftToReverse, YenNotHeld
from ledger.settlements import Settlement, Transition

# A part of a refund: the application that it is held for, or the deposit, and its yen.
Lot = tuple[str | None, str | None, int]


def undo(
    connection: Connection, no: int, *, reason: str, by: str, on: date | None = None, state: str | None = None
) -> Result:
    """Takes back what was recorded last of a refund, by mistake or on the wrong day: the exact reverse of its entry.

    The refund is approved again, in its payment file, paid or whatever it was before. `state` is what has to be taken
    back (None: whatever it is). Without a day it is dated on the day that was recorded, or, when that month is closed,
    on the first day that is open. Taken back already for the same reason: nothing changes. Refused: when nothing was
    recorded last that a bank or a member did, a day before it, and money that has gone on since.
    """
    refund = find(connection, REFUNDS, no)
    if _undone_before(refund, reason, state):
        return Result(no, changed=False)
    last = refund.in_force[-1]
    undoes = on if on is not None else _first_open_day(connection, last.on)
    require_open(connection, undoes)
    if last.state not in (RECORDED if state is None else (state,)):
        raise refusals.NothingRecorded(no, format_state(last.state), ways_on(REFUNDS, refund))
    if undoes < last.on:
        raise refusals.BeforeTheStepBefore(undoes, last.on)
    if not reason.strip():
        raise NoReasonGiven("undo")
    reversal = reversal_of(connection, last, undoes, reason, "refund_undone")
    try:
        (entry,) = post(connection, [reversal], by=by)
    except YenNotHeld as refusal:
        raise NothingLeftToReverse(int(last.entry or 0), refusal.account) from None
    before = refund.in_force[-2].state
    nth = refund.steps[-1].nth + 1
    append(connection, REFUNDS, no, Transition(nth, before, undoes, by, reason, entry, undoes=last.nth))
    return Result(no, changed=True)


def _undone_before(refund: Settlement, reason: str, state: str | None) -> bool:
    """Whether the last step took back the same, for the same reason: the command is typed again."""
    last = refund.steps[-1]
    undone = next((step.state for step in refund.steps if step.nth == last.undoes), None)
    return undone is not None and last.reason == reason and state in (None, undone)


def _first_open_day(connection: Connection, on: date) -> date:
    """The day itself, or the first that is open when its month is closed."""
    closed = closed_to(connection)
    return on if closed is None or on > closed else closed + timedelta(1)


def recover(connection: Connection, no: int, *, yen: int, on: date, by: str) -> Result:
    """Records that a member paid a refund back, in whole or in part: it is held again where it was reserved from.

    A claim on the member that stands for it is settled first. The very same recorded before: nothing changes. Refused:
    a refund that was not paid, and more than was paid and not paid back since.
    """
    refund = find(connection, REFUNDS, no)
    same = ((step.state, step.on, step.yen) for step in refund.in_force)
    if refund.in_force[-1].state == "recovered" and ("recovered", on, yen) in same:
        return Result(no, changed=False)

    def amount(refund: Settlement) -> dict[str, int]:
        left = refund.yen - refund.recovered
        if yen > left:
            raise refusals.MoreThanPaid(no, yen, left)
        return {"yen": yen}

    def entries(refund: Settlement) -> list[int]:
        movements = tuple(_recovered(connection, refund, yen))
        entry = Entry(key("refund_recovered", no, len(refund.steps) + 1), on, "refund_recovered", movements)
        return post(connection, [entry], by=by)

    return step(
        connection, REFUNDS, no, "recovered", on=on, by=by, require=amount, anew=lambda _refund: True, entries=entries
    )


def _recovered(connection: Connection, refund: Settlement, yen: int) -> Iterator[Movement]:
    """What is paid back of each lot: it settles a claim that stands for it, or is held again where credits took it."""
    back: Counter[str | None] = Counter()
    earlier = _recovered_before(connection, refund)
    for application, deposit, of_lot in lots(connection, refund):
        part = min(yen, of_lot - earlier[application or deposit])
        yen -= part
        kept_by, name = ("application", application) if application else ("deposit", deposit)
        claim = held_for(connection, Account.CLAIMS, kept_by, str(name))  # type: ignore[arg-type]
        settled = max(0, min(part, claim))
        for event, moved in (("claim_settled", settled), ("refund_recovered", part - settled)):
            if moved:
                yield from TEMPLATES[event](application=application, deposit=deposit, yen=moved)
        back[application] += part - settled
    for movement in _forward(connection, refund):
        moved = min(movement.yen, back[movement.debit_application])
        if moved:
            back.subtract({movement.debit_application: moved})
            back[movement.credit_application] += moved
            parts = (movement.debit_application, movement.credit_application)
            yield Movement(Account.FEES_HELD, Account.FEES_HELD, moved, *parts)


def _forward(connection: Connection, refund: Settlement) -> list[Movement]:
    """The way from each lot back to the application that its yen had been credited to: the last link first."""
    carried = [movement for movement in _reserved(connection, refund) if movement.credit == Account.FEES_HELD]
    return [movement.opposite for movement in reversed(carried)]


def _recovered_before(connection: Connection, refund: Settlement) -> Counter[str | None]:
    """What was paid back of each lot before, in yen."""
    numbers = [step.entry for step in refund.in_force if step.state == "recovered" and step.entry is not None]
    before: Counter[str | None] = Counter()
    for entry in recorded(connection, numbers).values():
        for movement in entry.movements:
            if movement.debit == Account.BANK:
                before[movement.credit_application or movement.deposit] += movement.yen
    return before


def lots(connection: Connection, refund: Settlement) -> list[Lot]:
    """The parts that the yen of a refund were reserved from."""
    reserved = (move for move in _reserved(connection, refund) if move.credit == Account.REFUNDS_PAYABLE)
    return [(movement.credit_application, movement.deposit, movement.yen) for movement in reserved]


def _reserved(connection: Connection, refund: Settlement) -> tuple[Movement, ...]:
    reservation = refund.steps[0].entry
    assert reservation is not None
    return recorded(connection, [reservation])[reservation].movements
