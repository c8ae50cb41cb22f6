"""The workflow of refunds and credits: each transition is a row that is appended, signed, with the entry posted for it.

The database refuses a state out of order and an approver who proposed; here both are refused first, in a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table

from ledger import tables
from ledger.booking import refusals
from ledger.codes import CREDIT_MOVES, RECORDED, REFUND_MOVES, STATES
from ledger.errors import Refusal
from ledger.i18n import N_, _, either
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, post, recorded
from ledger.journal.refusals import NoReasonGiven
from ledger.journal.reversal import opposite
from ledger.people.four_eyes import one_person
from ledger.settlements import TAKEN_BACK, WAYS, Settlement, Transition, settlements, transitions_of
from ledger.store.records import next_number, signature

FIELDS = {"on": N_("day"), "reason": N_("reason"), "yen": N_("amount")}

# What is kept with the steps of a refund, and not with those of a credit.
KEPT_OF_REFUNDS = ("payment_file", "undoes", "yen", "member_known", "payee", "despite", "grounds")


# The steps that need a reason, beside those that take another back.
NEED_A_REASON = ("rejected", "returned", "ended", "undone")


@dataclass(frozen=True)
class Workflow:
    """The states that refunds or credits go through: from each, those that may follow; and how they are refused."""

    table: Table
    moves: Mapping[str, tuple[str, ...]]
    unknown: Callable[[int], Refusal]
    out_of_order: Callable[[int, str, str, str], Refusal]


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


def ways_on(workflow: Workflow, settlement: Settlement) -> str:
    """The commands by which a refund or credit goes on; from its end, the one by which another is proposed."""
    anew = {
        "refund": "refund propose {application}",
        "overpayment": "overpaid return {deposit}",
        "credit": "credit propose {application} --to APPLICATION",
    }[settlement.way]
    ways = WAYS[workflow.table.name].get(settlement.state, (anew,))
    names = ("no", "application", "deposit")
    about = {name: getattr(settlement, name) for name in names} | {"file": settlement.payment_file}
    return either("、", ", ").join("seisan " + way.format(**about) for way in ways)


# How a refund that is not paid yet is taken back.
_BACK = {
    "proposed": "refund reject {no} --reason …",
    "approved": "refund end {no} --reason …",
    "filed": "refund void {file} --reason …",
    "returned": "refund end {no} --reason …",
}


def way_back(refund: Settlement) -> str:
    """The command that takes a refund back that is not paid."""
    return "seisan " + _BACK[refund.state].format(no=refund.no, file=refund.payment_file)


def proposed_on(connection: Connection, workflow: Workflow, where: ColumnElement[bool], on: date) -> Proposal | None:
    """What was proposed of these on that day and is neither rejected nor undone: proposed again it changes nothing."""
    for settlement in settlements(connection, workflow.table, where):
        if settlement.state not in TAKEN_BACK and settlement.steps[0].on == on:
            return Proposal(settlement.no, changed=False, yen=settlement.yen)
    return None


def begin(
    connection: Connection,
    workflow: Workflow,
    row: Mapping[str, object],
    reserve: Callable[[int], Entry],
    *,
    by: str,
    bound: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Enters a refund or credit as proposed, with the entry that reserves its yen and `bound`, to whom it goes.

    Gives its number.
    """
    no = next_number(connection, workflow.table.c.no)
    connection.execute(workflow.table.insert().values(no=no, **row))
    reservation = reserve(no)
    entry = post(connection, [reservation], by=by)[0]
    append(connection, workflow, no, Transition(1, "proposed", reservation.on, by, None, entry, **bound))
    return no


def append(connection: Connection, workflow: Workflow, no: int, transition: Transition) -> None:
    """Appends a transition, signed."""
    row: dict[str, object] = {workflow.table.name: no, "happened_on": transition.on}
    row |= {name: getattr(transition, name) for name in ("nth", "state", "reason", "entry")}
    table = transitions_of(workflow.table)
    row |= {name: getattr(transition, name) for name in KEPT_OF_REFUNDS if name in table.c}
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
    require: Callable[[Settlement], Mapping[str, Any]] = lambda _settlement: {},
    anew: Callable[[Settlement], bool] = lambda _settlement: False,
) -> Result:
    """Brings a refund or credit into a state; in it already, nothing changes, unless `same` fields differ: refused.

    Nothing changes either when the very same was recorded earlier and others went on from there: it is typed again.

    `require` refuses what else stands against it and gives what is kept with the step; `anew` says whether the state
    is come into once more. `entries` posts what the step calls for; the last of its entries is kept with the step.
    Refused in this order: an unknown number, recorded differently, a closed month, out of order, before the step
    before, no reason where one is needed, and approval or an end by who proposed.
    """
    settlement = find(connection, workflow, no)
    first, last = settlement.steps[0], settlement.steps[-1]
    again = last.state == state and anew(settlement)
    if last.state == state and not again:
        _require_the_same(settlement, {"on": on, "reason": reason}, same)
        return Result(no, changed=False)
    # From a payment file nothing is taken back by itself: the whole file is void, or nothing of it (`payment_files`).
    follows = state in workflow.moves.get(last.state, ()) and (last.state, state) != ("filed", "approved")
    repeated = (state, on, by, reason)
    if not follows and any((step.state, step.on, step.by, step.reason) == repeated for step in settlement.in_force):
        return Result(no, changed=False)
    require_open(connection, on)
    if not follows:
        raise workflow.out_of_order(no, format_state(last.state), format_state(state), ways_on(workflow, settlement))
    if on < last.on:
        raise refusals.BeforeTheStepBefore(on, last.on)
    if state in NEED_A_REASON and not (reason or "").strip():
        raise NoReasonGiven(format_state(state))
    if state in ("approved", "applied", "ended") and one_person(connection, by, first.by, first.role):
        raise refusals.SamePersonApproves(by)
    kept = require(settlement)
    numbers = entries(settlement)
    entry = numbers[-1] if numbers else None
    append(connection, workflow, no, Transition(last.nth + 1, state, on, by, reason, entry, **kept))
    return Result(no, changed=True)


def _require_the_same(settlement: Settlement, requested: Mapping[str, object], names: tuple[str, ...]) -> None:
    last = settlement.in_force[-1]
    for name in names:
        recorded_value = getattr(last, name)
        if recorded_value != requested[name]:
            ways = _(
                "; recorded by mistake, it is taken back: {way}", way=f"seisan refund undo {settlement.no} --reason …"
            )
            values = (format_state(last.state), _(FIELDS[name]), str(recorded_value), str(requested[name]))
            raise refusals.DoneDifferently(*values, ways if last.state in RECORDED else "")


def reject(
    connection: Connection,
    workflow: Workflow,
    no: int,
    *,
    on: date,
    reason: str,
    by: str,
    require: Callable[[Settlement], Mapping[str, Any]] = lambda _settlement: {},
) -> Result:
    """Rejects what is not carried out yet: the exact reverse of its reservation. The reason is kept."""

    def release(settlement: Settlement) -> list[int]:
        cause = f"{workflow.table.name}_rejected"
        return post(connection, [reversal_of(connection, settlement.steps[0], on, reason, cause)], by=by)

    words: dict[str, Any] = {"same": ("reason",), "require": require, "entries": release}
    return step(connection, workflow, no, "rejected", on=on, by=by, reason=reason, **words)


def reversal_of(connection: Connection, transition: Transition, on: date, reason: str, cause: str) -> Entry:
    """The exact opposite of the entry that was posted for a transition."""
    no = transition.entry
    assert no is not None
    return opposite(no, recorded(connection, [no])[no], on=on, reason=reason, cause=cause)
