"""The workflow of refunds and credits: each transition is a row that is appended, signed, with the entry posted for it.

The database refuses a state out of order and an approver who proposed; here both are refused first, in a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Table

from ledger import tables
from ledger.booking import refusals
from ledger.codes import CREDIT_MOVES, REFUND_MOVES, STATES
from ledger.errors import Refusal
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, post, recorded
from ledger.journal.refusals import NoReasonGiven
from ledger.journal.reversal import opposite
from ledger.people.four_eyes import one_person
from ledger.settlements import TAKEN_BACK, Settlement, Transition, settlements, transitions_of
from ledger.store.records import next_number, signature

FIELDS = {"on": N_("day"), "reason": N_("reason")}


@dataclass(frozen=True)
class Workflow:
    """The states that refunds or credits go through: from each, those that may follow; and how they are refused."""

    table: Table
    moves: Mapping[str, tuple[str, ...]]
    unknown: Callable[[int], Refusal]
    out_of_order: Callable[[int, str, str], Refusal]


REFUNDS = Workflow(tables.refund, REFUND_MOVES, refusals.UnknownRefund, refusals.RefundOutOfOrder)
CREDITS = Workflow(tables.credit, CREDIT_MOVES, refusals.UnknownCredit, refusals.CreditOutOfOrder)


@dataclass(frozen=True)
class Proposal:
    """A proposal: its number, whether this call changed anything, its yen, and what whoever approves should know."""

    no: int
    changed: bool
    yen: int
    remarks: tuple[str, ...] = ()


def format_state(state: str) -> str:
    """A state in the language being spoken."""
    return _(STATES[state])


def proposed_on(connection: Connection, workflow: Workflow, where: ColumnElement[bool], on: date) -> Proposal | None:
    """What was proposed of these on that day and is neither rejected nor undone: proposed again it changes nothing."""
    for settlement in settlements(connection, workflow.table, where):
        if settlement.state not in TAKEN_BACK and settlement.steps[0].on == on:
            return Proposal(settlement.no, changed=False, yen=settlement.yen)
    return None


def begin(
    connection: Connection, workflow: Workflow, row: Mapping[str, object], reserve: Callable[[int], Entry], *, by: str
) -> int:
    """Enters a refund or credit as proposed, with the entry that reserves its yen; gives its number."""
    no = next_number(connection, workflow.table.c.no)
    connection.execute(workflow.table.insert().values(no=no, **row))
    reservation = reserve(no)
    entry = post(connection, [reservation], by=by)[0]
    append(connection, workflow, no, Transition(1, "proposed", reservation.on, by, None, entry))
    return no


def append(connection: Connection, workflow: Workflow, no: int, transition: Transition) -> None:
    """Appends a transition, signed."""
    row = {workflow.table.name: no, "happened_on": transition.on}
    row |= {name: getattr(transition, name) for name in ("nth", "state", "reason", "entry")}
    if transition.payment_file is not None:
        row["payment_file"] = transition.payment_file
    table = transitions_of(workflow.table)
    connection.execute(table.insert().values(row | signature(connection, transition.by)))


def find(connection: Connection, workflow: Workflow, no: int) -> Settlement:
    """One refund or credit. An unknown number is refused."""
    for settlement in settlements(connection, workflow.table, workflow.table.c.no == no):
        return settlement
    raise workflow.unknown(no)


def step(
    connection: Connection,
    workflow: Workflow,
    no: int,
    state: str,
    *,
    on: date,
    by: str,
    reason: str | None = None,
    same: tuple[str, ...] = (),
    entries: Callable[[Settlement], list[int]] = lambda _settlement: [],
) -> Result:
    """Brings a refund or credit into a state; in it already, nothing changes, unless `same` fields differ: refused.

    Nothing changes either when the very same was recorded earlier and others went on from there: it is typed again.

    `entries` posts what the step calls for; the last of its entries is kept with the step. Refused in this order: an
    unknown number, recorded differently, a closed month, out of order, before the step before, no reason where one is
    needed, and approval by who proposed.
    """
    settlement = find(connection, workflow, no)
    first, last = settlement.steps[0], settlement.steps[-1]
    if last.state == state:
        _require_the_same(last, {"on": on, "reason": reason}, same)
        return Result(no, changed=False)
    # From a payment file nothing is taken back by itself: the whole file is void, or nothing of it (`payment_files`).
    follows = state in workflow.moves.get(last.state, ()) and (last.state, state) != ("filed", "approved")
    repeated = (state, on, by, reason)
    if not follows and any((step.state, step.on, step.by, step.reason) == repeated for step in settlement.steps):
        return Result(no, changed=False)
    require_open(connection, on)
    if not follows:
        raise workflow.out_of_order(no, format_state(last.state), format_state(state))
    if on < last.on:
        raise refusals.BeforeTheStepBefore(on, last.on)
    if state in ("rejected", "returned", "undone") and not (reason or "").strip():
        raise NoReasonGiven(format_state(state))
    if state in ("approved", "applied") and one_person(connection, by, first.by, first.role):
        raise refusals.SamePersonApproves(by)
    numbers = entries(settlement)
    entry = numbers[-1] if numbers else None
    append(connection, workflow, no, Transition(last.nth + 1, state, on, by, reason, entry))
    return Result(no, changed=True)


def _require_the_same(last: Transition, requested: Mapping[str, object], names: tuple[str, ...]) -> None:
    for name in names:
        recorded_value = getattr(last, name)
        if recorded_value != requested[name]:
            state = format_state(last.state)
            raise refusals.DoneDifferently(state, _(FIELDS[name]), str(recorded_value), str(requested[name]))


def reject(connection: Connection, workflow: Workflow, no: int, *, on: date, reason: str, by: str) -> Result:
    """Rejects what is not carried out yet: the exact reverse of its reservation. The reason is kept."""

    def release(settlement: Settlement) -> list[int]:
        cause = f"{workflow.table.name}_rejected"
        return post(connection, [reversal_of(connection, settlement.steps[0], on, reason, cause)], by=by)

    return step(connection, workflow, no, "rejected", on=on, by=by, reason=reason, same=("reason",), entries=release)


def reversal_of(connection: Connection, transition: Transition, on: date, reason: str, cause: str) -> Entry:
    """The exact opposite of the entry that was posted for a transition."""
    no = transition.entry
    assert no is not None
    return opposite(no, recorded(connection, [no])[no], on=on, reason=reason, cause=cause)
