"""The steps of a refund or a credit: each state is a row that is appended, with who, when, and the entry posted for it.

The database refuses a state out of order and an approver who proposed; here both are refused first, in a sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Table, select

from ledger import tables
from ledger.booking.refusals import (
    BeforeTheStepBefore,
    CreditOutOfOrder,
    DoneDifferently,
    RefundOutOfOrder,
    SamePersonApproves,
    UnknownCredit,
    UnknownRefund,
)
from ledger.codes import CREDIT_MOVES, REFUND_MOVES, STATES
from ledger.errors import Refusal
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, post
from ledger.journal.refusals import NoReasonGiven
from ledger.people.four_eyes import one_person
from ledger.store.records import next_number, signature

FIELDS = {"on": N_("day"), "reason": N_("reason")}


@dataclass(frozen=True)
class Transition:
    """A state that was come into: which in order, on which day, by whom, why, and the entry that was posted for it.

    `role` is the database role by which it was recorded, known on PostgreSQL only. `payment_file` is the file that a
    refund was put in, or, in the state approved, was in until that file was declared void.
    """

    nth: int
    state: str
    on: date
    by: str
    reason: str | None
    entry: int | None
    role: str | None = None
    payment_file: int | None = None


@dataclass(frozen=True)
class Workflow:
    """The states that one kind of thing goes through: from each, those that may follow."""

    things: Table
    steps: Table
    moves: Mapping[str, tuple[str, ...]]
    unknown: Callable[[int], Refusal]
    out_of_order: Callable[[int, str, str], Refusal]

    @property
    def of(self) -> str:
        """The column of the steps that names the refund or credit."""
        return str(self.things.name)


REFUNDS = Workflow(
    tables.refund,
    tables.refund_step,
    REFUND_MOVES,
    UnknownRefund,
    RefundOutOfOrder,
)
CREDITS = Workflow(
    tables.credit,
    tables.credit_step,
    CREDIT_MOVES,
    UnknownCredit,
    CreditOutOfOrder,
)


def said(state: str) -> str:
    """A state in the language being spoken."""
    return _(STATES[state])


def begin(
    connection: Connection, course: Workflow, thing: dict[str, object], posting: Callable[[int], Entry], *, by: str
) -> int:
    """Enters a refund or credit as proposed, with the entry that reserves its yen; gives its number."""
    no = next_number(connection, course.things.c.no)
    connection.execute(course.things.insert().values(no=no, **thing))
    wanted = posting(no)
    entry = post(connection, [wanted], by=by)[0]
    append(connection, course, no, Transition(1, "proposed", wanted.on, by, None, entry))
    return no


def append(connection: Connection, course: Workflow, no: int, step: Transition) -> None:
    """Appends a step, signed."""
    row: dict[str, object] = {"nth": step.nth, "state": step.state, "happened_on": step.on, "reason": step.reason}
    row |= {course.of: no, "entry": step.entry}
    if step.payment_file is not None:
        row["payment_file"] = step.payment_file
    connection.execute(course.steps.insert().values(row | signature(connection, step.by)))


def histories(
    connection: Connection, course: Workflow, only: Sequence[int] | None = None
) -> dict[int, list[Transition]]:
    """The steps of each refund or credit, or of these few, oldest first."""
    steps = course.steps
    names = ("nth", "state", "happened_on", "by", "reason", "entry", "role", "payment_file")
    columns = (steps.c[name] for name in names if name in steps.c)
    statement = select(steps.c[course.of], *columns).order_by(steps.c[course.of], steps.c.nth)
    if only is not None:
        statement = statement.where(steps.c[course.of].in_(only))
    found: dict[int, list[Transition]] = {}
    for of, *step in connection.execute(statement):
        found.setdefault(of, []).append(Transition(*step))
    return found


def history(connection: Connection, course: Workflow, no: int) -> list[Transition]:
    """The steps of one refund or credit, oldest first. An unknown number is refused."""
    found = histories(connection, course, [no]).get(no)
    if found is None:
        raise course.unknown(no)
    return found


def step(
    connection: Connection,
    course: Workflow,
    no: int,
    state: str,
    *,
    on: date,
    by: str,
    reason: str | None = None,
    same: tuple[str, ...] = (),
    entries: Callable[[list[Transition]], list[int]] = lambda _history: [],
) -> Result:
    """Brings a refund or credit into a state; in it already, nothing changes, unless `same` fields differ: refused.

    Nothing changes either when the very same was recorded earlier and others went on from there: it is typed again.

    `entries` posts what the step calls for; the last of its entries is kept with the step. Refused in this order: an
    unknown number, recorded differently, a closed month, out of order, before the step before, no reason where one is
    needed, and approval by who proposed.
    """
    so_far = history(connection, course, no)
    last = so_far[-1]
    if last.state == state:
        _require_the_same(last, {"on": on, "reason": reason}, same)
        return Result(no, changed=False)
    # From a payment file nothing is taken back by itself: the whole file is void, or nothing of it (see `payments`).
    follows = state in course.moves.get(last.state, ()) and (last.state, state) != ("filed", "approved")
    if not follows and any((each.state, each.on, each.by, each.reason) == (state, on, by, reason) for each in so_far):
        return Result(no, changed=False)
    require_open(connection, on)
    if not follows:
        raise course.out_of_order(no, said(last.state), said(state))
    if on < last.on:
        raise BeforeTheStepBefore(on, last.on)
    if state in ("rejected", "returned", "undone") and not (reason or "").strip():
        raise NoReasonGiven(said(state))
    if state in ("approved", "applied") and one_person(connection, by, so_far[0].by, so_far[0].role):
        raise SamePersonApproves(by)
    posted = entries(so_far)
    append(connection, course, no, Transition(last.nth + 1, state, on, by, reason, posted[-1] if posted else None))
    return Result(no, changed=True)


def _require_the_same(last: Transition, here: Mapping[str, object], same: tuple[str, ...]) -> None:
    for name in same:
        there = getattr(last, name)
        if there != here[name]:
            raise DoneDifferently(said(last.state), _(FIELDS[name]), str(there), str(here[name]))
