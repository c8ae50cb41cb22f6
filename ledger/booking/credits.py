"""Credits: a fee set against the reissue of the same member, proposed, applied by another person, and undone again.

Which lot paid for which application is kept, and undoing gives the yen back to exactly that lot.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, select

from ledger import tables
from ledger.booking.authority import ISSUED
from ledger.booking.credit_origins import brought
from ledger.booking.eligibility import claim, require_application
from ledger.booking.events import credit_applied, credit_proposed
from ledger.booking.inputs import applications, related
from ledger.booking.planning import Plan
from ledger.booking.refunds import Proposal
from ledger.booking.refusals import (
    BeforeTheStepBefore,
    CreditGoneOn,
    CreditSpent,
    CreditToAnotherMember,
    NotAReissue,
    NothingOwed,
    ReissueWithdrawn,
)
from ledger.booking.workflow import CREDITS, REFUNDS, Transition, begin, histories, history, step
from ledger.codes import Account
from ledger.errors import Refusal
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, key, post, recorded
from ledger.journal.reversal import CORRECTION, opposite

# The states in which a credit takes its yen from the application that it comes from.
STANDING = ("proposed", "applied")

UNDONE = N_("the credit that had paid the fee was undone")


@dataclass(frozen=True)
class Credit:
    """A credit as it stands: the application it comes from, the reissue it goes to, its yen, and all its steps."""

    no: int
    application: str
    to_application: str
    member: str
    decision: int
    yen: int
    steps: tuple[Transition, ...]

    @property
    def state(self) -> str:
        """The state that it came to last."""
        return self.steps[-1].state

    def step(self, state: str) -> Transition | None:
        """The step into a state; None when it was never in it."""
        return next((each for each in self.steps if each.state == state), None)


def propose(connection: Connection, application: str, to_application: str, *, on: date, by: str) -> Proposal:
    """Proposes to set the fee of an application, as found on a day, against a reissue, and reserves the yen.

    The yen are what comes back, at most what the reissue still owes; the rest stays to be refunded. Proposed on that
    day already: nothing changes. Refused: an unknown application, another member's, one that is no reissue, is
    withdrawn or owes nothing; and whatever `claims.claim` refuses.
    """
    member = require_application(connection, application)
    to_member = require_application(connection, to_application)
    credit = tables.credit.c
    for each in credits(connection, and_(credit.application == application, credit.to_application == to_application)):
        if each.state in STANDING and each.steps[0].on == on:
            return Proposal(each.no, changed=False, yen=each.yen)
    require_open(connection, on)
    if member != to_member:
        raise CreditToAnotherMember(application, to_application)
    reissue = applications(connection, [to_application])[to_application]
    if reissue.kind != "reissue" or application == to_application:
        raise NotAReissue(to_application)
    if reissue.withdrawn_on is not None and reissue.withdrawn_on <= on:
        raise ReissueWithdrawn(to_application, reissue.withdrawn_on)
    finding, decision = claim(connection, application, on=on, by=by, also=[to_application])
    owed = _still_owed(connection, to_application, on)
    if owed <= 0:
        raise NothingOwed(to_application, max(0, owed))
    yen = min(finding.refundable, owed)

    def reserved(no: int) -> Entry:
        event = credit_proposed.__name__
        return Entry(key(event, no), on, event, tuple(credit_proposed(application=application, yen=yen)))

    thing: dict[str, object] = {
        "application": application,
        "to_application": to_application,
        "decision": decision,
        "yen": yen,
    }
    return Proposal(begin(connection, CREDITS, thing, reserved, by=by), True, yen)


def _still_owed(connection: Connection, application: str, on: date) -> int:
    """What the fee of an application still lacks, in yen; 0 when no fee is known for it. Credits proposed count."""
    due = applications(connection, [application])[application].due
    if due is None:
        return 0
    further = credits(connection, tables.credit.c.to_application == application)
    proposed = sum(credit.yen for credit in further if credit.state == "proposed")
    return due - Plan(connection, on, related(connection, [application])).received(application) - proposed


def approve(connection: Connection, no: int, *, on: date, by: str) -> Result:
    """Approves a credit and applies it. Refused to the person who proposed it, and when the reissue owes less now."""

    def applied(_so_far: list[Transition]) -> list[int]:
        credit = _credit(connection, no)
        owed = _still_owed(connection, credit.to_application, on) + credit.yen
        if owed < credit.yen:
            raise NothingOwed(credit.to_application, max(0, owed))
        event = credit_applied.__name__
        slip = credit_applied(application=credit.application, to_application=credit.to_application, yen=credit.yen)
        return post(connection, [Entry(key(event, no), on, event, tuple(slip))], by=by)

    return step(connection, CREDITS, no, "applied", on=on, by=by, entries=applied)


def reject(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Rejects a credit that is not applied yet: the exact reverse of its reservation. The reason is kept."""

    def given_back(so_far: list[Transition]) -> list[int]:
        return post(connection, [_undone(connection, so_far[0], on, reason, "credit_rejected")], by=by)

    return step(connection, CREDITS, no, "rejected", on=on, by=by, reason=reason, same=("reason",), entries=given_back)


def undo(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Undoes a credit that was applied: its entries are reversed, and the yen are back with the lot they came from.

    If the reissue was booked as issued on the strength of the credit and the authority is not paid yet, that entry is
    reversed with it, for the fee of the reissue is then no longer received; it is booked again once it is. Once the
    yen were paid on to the authority the credit cannot be undone until the authority waives the fee; once they were
    credited further or refunded, not until that is taken back: a chain of credits is undone from its end.
    """

    def taken_back(so_far: list[Transition]) -> list[int]:
        credit = _credit(connection, no)
        undone = [_undone(connection, each, on, reason, "credit_undone") for each in reversed(so_far)]
        return post(connection, [*_issue_undone(connection, credit, on), *undone], by=by)

    return step(connection, CREDITS, no, "undone", on=on, by=by, reason=reason, same=("reason",), entries=taken_back)


def _undone(connection: Connection, made: Transition, on: date, reason: str, cause: str) -> Entry:
    assert made.entry is not None
    return opposite(made.entry, recorded(connection, [made.entry])[made.entry], on=on, reason=reason, cause=cause)


def _issue_undone(connection: Connection, credit: Credit, on: date) -> list[Entry]:
    """The reversal of the reissue's debt to the authority, if the credited yen are there and not yet paid."""
    to = credit.to_application
    if brought(connection, to)[credit.application] < credit.yen:
        raise _gone(connection, credit)
    plan = Plan(connection, on, related(connection, [to]))
    if plan.held(Account.FEES_HELD, to) >= credit.yen:
        return []
    issued = plan.latest(ISSUED, to)
    if issued is None or not issued.live:
        raise _gone(connection, credit)
    original = recorded(connection, [issued.no])[issued.no]
    if plan.held(Account.AUTHORITY_PAYABLE, to) < original.movements[0].yen:
        raise _gone(connection, credit)
    if on < issued.on:
        raise BeforeTheStepBefore(on, issued.on)
    return [opposite(issued.no, original, on=on, reason=UNDONE, cause=CORRECTION)]


def _gone(connection: Connection, credit: Credit) -> Refusal:
    """Where the credited yen have gone: into another credit, a refund, or to the authority."""
    to = credit.to_application
    further = [
        credit.no for credit in credits(connection, tables.credit.c.application == to) if credit.state in STANDING
    ]
    if further:
        return CreditGoneOn(credit.no, to, _("credit {no}", no=further[-1]))
    step, movement = tables.refund_step.c, tables.movement.c
    reserved = select(step.refund).join_from(tables.refund_step, tables.movement, movement.entry == step.entry)
    for no in connection.execute(
        reserved.where(step.nth == 1, movement.debit == str(Account.FEES_HELD), movement.debit_application == to)
        .distinct()
        .order_by(step.refund.desc())
    ).scalars():
        if history(connection, REFUNDS, no)[-1].state != "rejected":
            return CreditGoneOn(credit.no, to, _("refund {no}", no=no))
    return CreditSpent(credit.no, to)


def _credit(connection: Connection, no: int) -> Credit:
    return credits(connection, tables.credit.c.no == no)[0]


def credits(connection: Connection, wanted: ColumnElement[bool] | None = None) -> list[Credit]:
    """Every credit, or those wanted, with its steps, in the order proposed."""
    credit, application = tables.credit, tables.application
    statement = (
        select(
            credit.c.no,
            credit.c.application,
            credit.c.to_application,
            application.c.member,
            credit.c.decision,
            credit.c.yen,
        )
        .join(application, application.c.number == credit.c.application)
        .order_by(credit.c.no)
    )
    if wanted is not None:
        statement = statement.where(wanted)
    rows = connection.execute(statement).all()
    steps = histories(connection, CREDITS, None if wanted is None else [row.no for row in rows])
    return [Credit(*row, tuple(steps[row.no])) for row in rows]
