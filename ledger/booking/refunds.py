"""Refunds: proposed on a finding, approved by another person, paid, and returned by the bank or not.

From the proposal on the yen are reserved; a rejection is the exact reverse. A transfer that comes back leaves the debt
to the member alive, and it is paid once more. Money that was never due takes the same course: see `overpayments`.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.booking import workflow
from ledger.booking.credit_origins import return_path
from ledger.booking.eligibility import claim, require_application
from ledger.booking.events import TEMPLATES, entry_of
from ledger.booking.workflow import REFUNDS, Proposal, begin, proposed_on, step
from ledger.codes import Account
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, key, post, recorded
from ledger.notices import review_flags
from ledger.people import accounts
from ledger.settlements import Settlement
from ledger.store.owners import owned

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
    no = begin(connection, REFUNDS, row, lambda no: entry_of("refund_proposed", no, on=on, **slip), by=by)
    chose_credit = [_(CHOSE_CREDIT)] if finding.row["choice"] == "credit" else []
    return Proposal(no, True, yen, (*chose_credit, *(review_flags.remark(code) for code in finding.warnings)))


def approve(connection: Connection, no: int, *, on: date, by: str) -> Result:
    """Approves a refund. Refused to the person who proposed it, and while a changed bank account waits for approval."""

    def require_account(_refund: Settlement) -> list[int]:
        _require_account(connection, no)
        return []

    return step(connection, REFUNDS, no, "approved", on=on, by=by, entries=require_account)


def _require_account(connection: Connection, no: int) -> None:
    """The bank account of the member that a refund goes to is the one that two people know."""
    refund, paid, application = tables.refund, tables.allocation, owned()
    settled = select(paid.c.application).where(paid.c.deposit == refund.c.deposit)
    settled = settled.order_by(paid.c.known_on.desc(), paid.c.version.desc(), paid.c.part).limit(1)
    whose = func.coalesce(refund.c.application, settled.correlate(refund).scalar_subquery())
    statement = select(application.c.member).join_from(application, refund, application.c.number == whose)
    statement = statement.where(refund.c.no == no)
    if (member := connection.execute(statement).scalar()) is not None:
        accounts.require_account(connection, member)


def reject(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Rejects a refund that is not paid yet: the exact reverse of its reservation. The reason is kept."""
    return workflow.reject(connection, REFUNDS, no, on=on, reason=reason, by=by)


def paid(connection: Connection, numbers: Iterable[int], *, on: date, by: str) -> list[Result]:
    """Records that refunds were paid on a day: approved, in a transfer file, or after a transfer had come back.

    Refused while a changed bank account of the member waits for approval.
    """
    return [_pay(connection, no, on, by) for no in numbers]


def _pay(connection: Connection, no: int, on: date, by: str) -> Result:
    def payment(refund: Settlement) -> list[int]:
        _require_account(connection, no)
        event = "returned_refund_paid" if refund.state == "returned" else "refund_paid"
        return _post(connection, event, on, by, refund)

    return step(connection, REFUNDS, no, "paid", on=on, by=by, same=("on",), entries=payment)


def returned(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Records that the transfer of a refund came back. What is owed to the member stays owed."""
    entries, same = partial(_post, connection, "refund_returned", on, by), ("on", "reason")
    return step(connection, REFUNDS, no, "returned", on=on, by=by, reason=reason, same=same, entries=entries)


def _post(connection: Connection, event: str, on: date, by: str, refund: Settlement) -> list[int]:
    """Posts a transition for each lot that the yen were reserved from."""
    reservation = refund.steps[0].entry
    assert reservation is not None
    movements = tuple(
        movement
        for lot in recorded(connection, [reservation])[reservation].movements
        if lot.credit == Account.REFUNDS_PAYABLE
        for movement in TEMPLATES[event](application=lot.credit_application, deposit=lot.deposit, yen=lot.yen)
    )
    return post(connection, [Entry(key(event, refund.no, len(refund.steps) + 1), on, event, movements)], by=by)
