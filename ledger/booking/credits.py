"""Credits: a fee set against the reissue of the same member, proposed, applied by another person, and undone again.

Which lot paid for which application is kept, and undoing gives the yen back to exactly that lot.
"""

from datetime import date

from sqlalchemy import Connection, and_, select

from ledger import tables
from ledger.booking import refusals, workflow
from ledger.booking.approvals import changed_answer
from ledger.booking.credit_origins import credited_from
from ledger.booking.eligibility import claim
from ledger.booking.events import entry_of
from ledger.booking.inputs import ApplicationFacts, applications, related
from ledger.booking.planning import Plan
from ledger.booking.workflow import CREDITS, Proposal, begin, proposed_on, reversal_of, step
from ledger.codes import ISSUED, Account
from ledger.errors import Refusal
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, post, recorded
from ledger.journal.reversal import CORRECTION, opposite
from ledger.settlements import Settlement, credits, refunds
from ledger.store.owners import require_application

UNDONE = N_("the credit that had paid the fee was undone")


def propose(connection: Connection, application: str, to_application: str, *, on: date, by: str) -> Proposal:
    """Proposes to set the fee of an application, as found on a day, against a reissue, and reserves the yen.

    The yen are what comes back, at most what the reissue still owes; the rest stays to be refunded. Proposed on that
    day already: nothing changes. Refused: an unknown application, another member's, one that is no reissue, is
    withdrawn or owes nothing; and whatever `eligibility.claim` refuses.
    """
    member = require_application(connection, application)
    to_member = require_application(connection, to_application)
    credit = tables.credit.c
    same = and_(credit.application == application, credit.to_application == to_application)
    if (earlier := proposed_on(connection, CREDITS, same, on)) is not None:
        return earlier
    require_open(connection, on)
    if member != to_member:
        raise refusals.CreditToAnotherMember(application, to_application)
    reissue = applications(connection, [to_application])[to_application]
    if reissue.kind != "reissue" or application == to_application:
        raise refusals.NotAReissue(to_application)
    if (withdrawn_on := _withdrawn(reissue, on)) is not None:
        raise refusals.ReissueWithdrawn(to_application, withdrawn_on)
    finding, decision = claim(connection, application, on=on, by=by, also=[to_application])
    owed = _still_owed(connection, to_application, on)
    if owed <= 0:
        raise refusals.NothingOwed(to_application, max(0, owed))
    yen = min(finding.refundable, owed)
    row = {"application": application, "to_application": to_application, "decision": decision, "yen": yen}

    def reserve(no: int) -> Entry:
        return entry_of("credit_proposed", no, on=on, application=application, yen=yen)

    return Proposal(begin(connection, CREDITS, row, reserve, by=by), True, yen)


def _withdrawn(reissue: ApplicationFacts, on: date) -> date | None:
    """The day on which a reissue was withdrawn, if that had happened by a day."""
    withdrawn_on = reissue.withdrawn_on
    return withdrawn_on if withdrawn_on is not None and withdrawn_on <= on else None


def _still_owed(connection: Connection, application: str, on: date) -> int:
    """What the fee of an application still lacks, in yen; 0 when no fee is known for it. Credits proposed count."""
    due = applications(connection, [application])[application].due
    if due is None:
        return 0
    further = credits(connection, tables.credit.c.to_application == application)
    proposed = sum(credit.yen for credit in further if credit.state == "proposed")
    return due - Plan(connection, on, related(connection, [application])).received(application) - proposed


def approve(connection: Connection, no: int, *, on: date, by: str) -> Result:
    """Approves a credit and applies it.

    Refused to the person who proposed it, when its grounds have changed, and when the reissue has been withdrawn since,
    or owes less now.
    """

    def apply(credit: Settlement) -> list[int]:
        if (changed := changed_answer(connection, credit, on)) is not None:
            raise refusals.CreditGroundsChanged(no, on, changed[1])
        application, reissue = _applications(credit)
        if (withdrawn_on := _withdrawn(applications(connection, [reissue])[reissue], on)) is not None:
            raise refusals.CreditedReissueWithdrawn(no, reissue, withdrawn_on)
        owed = _still_owed(connection, reissue, on) + credit.yen
        if owed < credit.yen:
            raise refusals.NothingOwed(reissue, max(0, owed))
        slip = {"application": application, "to_application": reissue, "yen": credit.yen}
        return post(connection, [entry_of("credit_applied", no, on=on, **slip)], by=by)

    return step(connection, CREDITS, no, "applied", on=on, by=by, entries=apply)


def _applications(credit: Settlement) -> tuple[str, str]:
    """The application that a credit comes from, and the reissue that it goes to."""
    assert credit.application is not None and credit.to_application is not None
    return credit.application, credit.to_application


def reject(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Rejects a credit that is not applied yet: the exact reverse of its reservation. The reason is kept."""
    return workflow.reject(connection, CREDITS, no, on=on, reason=reason, by=by)


def undo(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Undoes a credit that was applied: its entries are reversed, and the yen are back with the lot they came from.

    If the reissue was booked as issued on the strength of the credit and the authority is not paid yet, that entry is
    reversed with it, for the fee of the reissue is then no longer received; it is booked again once it is. Once the
    yen were paid on to the authority the credit cannot be undone until the authority waives the fee; once they were
    credited further or refunded, not until that is taken back: a chain of credits is undone from its end.
    """

    def take_back(credit: Settlement) -> list[int]:
        reversals = [reversal_of(connection, step, on, reason, "credit_undone") for step in reversed(credit.steps)]
        return post(connection, [*_issue_reversed(connection, credit, on), *reversals], by=by)

    return step(connection, CREDITS, no, "undone", on=on, by=by, reason=reason, same=("reason",), entries=take_back)


def _issue_reversed(connection: Connection, credit: Settlement, on: date) -> list[Entry]:
    """The reversal of the reissue's debt to the authority, if the credited yen are there and not yet paid."""
    application, to = _applications(credit)
    if credited_from(connection, to)[application] < credit.yen:
        raise _gone(connection, credit.no, to)
    plan = Plan(connection, on, related(connection, [to]))
    if plan.held(Account.FEES_HELD, to) >= credit.yen:
        there = plan.available_from(Account.FEES_HELD, to, credit.yen, on)
        if there is not None and there > on:  # a waiver has brought it back since
            raise refusals.BeforeTheStepBefore(on, there)
        return []
    issued = plan.latest(ISSUED, to)
    if issued is None or not issued.live:
        raise _gone(connection, credit.no, to)
    original = recorded(connection, [issued.no])[issued.no]
    if plan.held(Account.AUTHORITY_PAYABLE, to) < original.movements[0].yen:
        raise _gone(connection, credit.no, to)
    if on < issued.on:
        raise refusals.BeforeTheStepBefore(on, issued.on)
    return [opposite(issued.no, original, on=on, reason=UNDONE, cause=CORRECTION)]


def _gone(connection: Connection, no: int, reissue: str) -> Refusal:
    """Where the yen credited to a reissue have gone: into another credit, a refund, or to the authority."""
    further = [credit.no for credit in credits(connection, tables.credit.c.application == reissue) if credit.standing]
    if further:
        return refusals.CreditGoneOn(no, reissue, _("credit {no}", no=further[-1]))
    transition, movement = tables.refund_step.c, tables.movement.c
    from_reissue = (
        select(transition.refund)
        .join_from(tables.refund_step, tables.movement, movement.entry == transition.entry)
        .where(transition.nth == 1)
        .where(movement.debit == str(Account.FEES_HELD), movement.debit_application == reissue)
    )
    further = [refund.no for refund in refunds(connection, tables.refund.c.no.in_(from_reissue)) if refund.standing]
    if further:
        return refusals.CreditGoneOn(no, reissue, _("refund {no}", no=further[-1]))
    return refusals.CreditSpent(no, reissue)
