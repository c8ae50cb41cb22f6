"""Refunds: proposed on a finding, approved by another person, paid, and returned by the bank or not.

From the proposal on the yen are reserved; a rejection is the exact reverse. A transfer that comes back leaves the debt
to the member alive: it is approved anew for the account that counts then, or ended. What was recorded by mistake is
taken back, and what a member pays back is recovered: see `recovery`. Money that was never due takes the same course:
see `overpayments`.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection

from ledger import tables
from ledger.booking import approvals, refusals, workflow
from ledger.booking.credit_origins import return_path
from ledger.booking.eligibility import claim
from ledger.booking.events import TEMPLATES, entry_of
from ledger.booking.recovery import lots
from ledger.booking.workflow import REFUNDS, Proposal, begin, proposed_on, reversal_of, step
from ledger.decisions.remarks import counted
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, key, post
from ledger.people.payees import Subject
from ledger.people.receivers import receiver, receiver_of
from ledger.settlements import Settlement
from ledger.store.owners import require_application

CHOSE_CREDIT = N_("the member asked for the fee to be credited to the reissue, not refunded")


def propose(connection: Connection, application: str, *, on: date, by: str) -> Proposal:
    """Proposes the refund of a fee as found on a day, keeps the decision it rests on, and reserves its yen.

    Proposed on that day already: nothing changes. Otherwise refused unless the outcome of that day is eligible and the
    books hold the fee (see `eligibility.claim`). What came by credit goes back to the lots it came from and is paid
    from there (see `credit_origins`). That the member asked for a credit is remarked, and stops nothing.
    """
    require_application(connection, application)
    if (earlier := proposed_on(connection, REFUNDS, tables.refund.c.application == application, on)) is not None:
        return earlier
    require_open(connection, on)
    finding, decision = claim(connection, application, on=on, by=by)
    yen = finding.refundable
    slip = {"application": application, "yen": yen, "carried": return_path(connection, application, yen)}
    row = {"application": application, "decision": decision, "yen": yen}
    to = receiver_of(connection, Subject(application=application))
    no = begin(
        connection, REFUNDS, row, lambda no: entry_of("refund_proposed", no, on=on, **slip), by=by, bound=to.bound
    )
    remarks = [_(CHOSE_CREDIT)] if finding.row["choice"] == "credit" else []
    remarks += [to.ended.says] if to.ended is not None else []
    return Proposal(no, True, yen, (*remarks, *(counted(code, finding.row) for code in finding.warnings)))


def approve(connection: Connection, no: int, *, on: date, by: str, despite: str | None = None) -> Result:
    """Approves a refund: to whom it goes, to which account, its yen and its grounds. After its transfer came back, and
    when to whom it goes is no longer what was approved, it is approved anew.

    Refused to the person who proposed it, while a changed bank account or a payee waits for approval, and, unless
    `despite` gives a reason, when its grounds have changed.
    """

    def binding(refund: Settlement) -> dict[str, Any]:
        return {**approvals.bind(connection, refund, by), **approvals.look_again(connection, refund, on, despite)}

    def fallen(refund: Settlement) -> bool:
        return approvals.fell(connection, refund) is not None

    return step(connection, REFUNDS, no, "approved", on=on, by=by, require=binding, anew=fallen)


def find_refund(connection: Connection, no: int) -> Settlement:
    """One refund or returned overpayment. An unknown number is refused."""
    return workflow.find(connection, REFUNDS, no)


def reject(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Rejects a refund that is not paid yet: the exact reverse of its reservation. The reason is kept.

    One whose transfer came back is ended instead.
    """

    def never_paid(refund: Settlement) -> dict[str, Any]:
        if refund.came_back:
            raise refusals.CameBackBefore(no)
        return {}

    return workflow.reject(connection, REFUNDS, no, on=on, reason=reason, by=by, require=never_paid)


def end(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Ends a refund whose money has not gone, or came back: its yen are held again as before it was proposed.

    From there the fee is proposed anew or credited, or a slip takes it as income. Refused to who proposed it.
    """

    def release(refund: Settlement) -> list[int]:
        moved = _post(connection, "refund_ended", on, by, refund) if refund.came_back else []
        return moved + post(connection, [reversal_of(connection, refund.steps[0], on, reason, "refund_ended")], by=by)

    return step(connection, REFUNDS, no, "ended", on=on, by=by, reason=reason, same=("reason",), entries=release)


def paid(
    connection: Connection, numbers: Iterable[int], *, on: date, by: str, despite: str | None = None
) -> list[Result]:
    """Records that refunds were paid on a day: approved, or in a transfer file.

    One that was paid in no file is refused when to whom it goes is no longer what was approved, while a changed bank
    account of the member waits for approval, and by the rule of three people to whoever proposed or approved it. What a
    file said was paid as it said. Unless `despite` gives a reason, it is refused when the grounds have changed.
    """
    return [_pay(connection, no, on, by, despite) for no in numbers]


def _pay(connection: Connection, no: int, on: date, by: str, despite: str | None) -> Result:
    def allowed(refund: Settlement) -> dict[str, Any]:
        if refund.state == "approved":
            approvals.require_no_change_that_waits(connection, refund, receiver(connection, refund))
            approvals.require_binding(connection, refund)
            approvals.require_another_person(connection, refund, by)
        return approvals.look_again(connection, refund, on, despite)

    def payment(refund: Settlement) -> list[int]:
        return _post(connection, "returned_refund_paid" if refund.came_back else "refund_paid", on, by, refund)

    return step(connection, REFUNDS, no, "paid", on=on, by=by, same=("on",), require=allowed, entries=payment)


def returned(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Records that the transfer of a refund came back. What is owed to the member stays owed."""
    entries, same = partial(_post, connection, "refund_returned", on, by), ("on", "reason")
    return step(connection, REFUNDS, no, "returned", on=on, by=by, reason=reason, same=same, entries=entries)


def _post(connection: Connection, event: str, on: date, by: str, refund: Settlement) -> list[int]:
    """Posts a transition for each lot that the yen were reserved from."""
    movements = tuple(
        movement
        for application, deposit, yen in lots(connection, refund)
        for movement in TEMPLATES[event](application=application, deposit=deposit, yen=yen)
    )
    return post(connection, [Entry(key(event, refund.no, len(refund.steps) + 1), on, event, movements)], by=by)
