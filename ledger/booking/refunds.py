"""Refunds: proposed on a finding, approved by another person, paid, and returned by the bank or not.

From the proposal on the yen are reserved; a rejection is the exact reverse. A transfer that comes back leaves the debt
to the member alive, and it is paid once more. Money that was never due takes the same course: see `overpaid`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, select

from ledger import tables
from ledger.booking.credit_origins import way_back
from ledger.booking.eligibility import claim, require_application
from ledger.booking.events import TEMPLATES, refund_proposed
from ledger.booking.workflow import REFUNDS, Transition, begin, histories, step
from ledger.codes import Account
from ledger.decisions.findings import Finding
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Result, key, post, recorded
from ledger.journal.reversal import opposite
from ledger.notices import review_flags
from ledger.people import accounts as people

CHOSE_CREDIT = N_("the member asked for the fee to be credited to the reissue, not refunded")


@dataclass(frozen=True)
class Proposal:
    """A proposal: its number, whether this call changed anything, its yen, and what whoever approves should know."""

    no: int
    changed: bool
    yen: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refund:
    """A refund as it stands: for an application, or for a deposit that was never due, with all its steps."""

    no: int
    application: str | None
    deposit: str | None
    member: str | None
    decision: int | None
    yen: int
    steps: tuple[Transition, ...]

    @property
    def state(self) -> str:
        """The state that it came to last."""
        return self.steps[-1].state

    @property
    def payment_file(self) -> int | None:
        """The payment file that it is in, or was paid by; None while it is in none, or the file is void."""
        last = next((each for each in reversed(self.steps) if each.payment_file is not None), None)
        return last.payment_file if last is not None and last.state == "filed" else None

    def step(self, state: str) -> Transition | None:
        """The last step into a state; None when it was never in it."""
        return next((each for each in reversed(self.steps) if each.state == state), None)


def propose(connection: Connection, application: str, *, on: date, by: str) -> Proposal:
    """Proposes the refund of a fee as found on a day, keeps the decision it rests on, and reserves its yen.

    Proposed on that day already: nothing changes. Otherwise refused unless the outcome of that day is eligible and the
    books hold the fee (see `claims.claim`). What came by credit goes back to the lots it came from and is paid from
    there (see `lots`). That the member asked for a credit is remarked, and stops nothing.
    """
    require_application(connection, application)
    if (before := standing(connection, tables.refund.c.application == application, on)) is not None:
        return Proposal(before.no, changed=False, yen=before.yen)
    require_open(connection, on)
    finding, decision = claim(connection, application, on=on, by=by)
    yen = finding.refundable
    slip = tuple(refund_proposed(application=application, yen=yen, carried=way_back(connection, application, yen)))

    def reserved(no: int) -> Entry:
        event = refund_proposed.__name__
        return Entry(key(event, no), on, event, slip)

    thing: dict[str, object] = {"application": application, "decision": decision, "yen": yen}
    return Proposal(begin(connection, REFUNDS, thing, reserved, by=by), True, yen, _remarks(finding))


def _remarks(finding: Finding) -> tuple[str, ...]:
    warned = [warning.says for warning in review_flags.WARNINGS if warning.code in finding.warnings]
    return (*([_(CHOSE_CREDIT)] if finding.row["choice"] == "credit" else []), *warned)


def standing(connection: Connection, whose: ColumnElement[bool], on: date) -> Refund | None:
    """The refund of an application or deposit that was proposed on that day and is not rejected, if there is one."""
    for refund in refunds(connection, whose):
        if refund.state != "rejected" and refund.steps[0].on == on:
            return refund
    return None


def approve(connection: Connection, no: int, *, on: date, by: str) -> Result:
    """Approves a refund. Refused to the person who proposed it, and while a changed bank account waits for approval."""

    def confirmed(_so_far: list[Transition]) -> list[int]:
        _require_account(connection, no)
        return []

    return step(connection, REFUNDS, no, "approved", on=on, by=by, entries=confirmed)


def _require_account(connection: Connection, no: int) -> None:
    """The bank account of the member that a refund goes to is the one that two people know."""
    refund, paid, application = tables.refund, tables.deposit_known, tables.application
    settled = select(paid.c.application).where(paid.c.deposit == refund.c.deposit)
    settled = settled.order_by(paid.c.known_on.desc(), paid.c.id.desc()).limit(1)
    whose = func.coalesce(refund.c.application, settled.correlate(refund).scalar_subquery())
    statement = select(application.c.member).join_from(application, refund, application.c.number == whose)
    statement = statement.where(refund.c.no == no)
    if (member := connection.execute(statement).scalar()) is not None:
        people.require_account(connection, member)


def reject(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Rejects a refund that is not paid yet: the exact reverse of its reservation. The reason is kept."""

    def given_back(so_far: list[Transition]) -> list[int]:
        entry = so_far[0].entry
        assert entry is not None
        original = recorded(connection, [entry])[entry]
        return post(connection, [opposite(entry, original, on=on, reason=reason, cause="refund_rejected")], by=by)

    return step(connection, REFUNDS, no, "rejected", on=on, by=by, reason=reason, same=("reason",), entries=given_back)


def paid(connection: Connection, numbers: Iterable[int], *, on: date, by: str) -> list[Result]:
    """Records that refunds were paid on a day: approved, in a transfer file, or after a transfer had come back.

    Refused while a changed bank account of the member waits for approval.
    """
    return [_pay(connection, no, on, by) for no in numbers]


def _pay(connection: Connection, no: int, on: date, by: str) -> Result:
    def payment(so_far: list[Transition]) -> list[int]:
        _require_account(connection, no)
        event = "returned_refund_paid" if so_far[-1].state == "returned" else "refund_paid"
        return _post(connection, event, no, so_far, on, by)

    return step(connection, REFUNDS, no, "paid", on=on, by=by, same=("on",), entries=payment)


def returned(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Records that the transfer of a refund came back. What is owed to the member stays owed."""

    def came_back(so_far: list[Transition]) -> list[int]:
        return _post(connection, "refund_returned", no, so_far, on, by)

    same = ("on", "reason")
    return step(connection, REFUNDS, no, "returned", on=on, by=by, reason=reason, same=same, entries=came_back)


def _post(connection: Connection, event: str, no: int, so_far: list[Transition], on: date, by: str) -> list[int]:
    """Posts a step for each lot that the yen were reserved from."""
    reserved = so_far[0].entry
    assert reserved is not None
    moved = tuple(
        movement
        for lot in recorded(connection, [reserved])[reserved].movements
        if lot.credit == Account.REFUNDS_PAYABLE
        for movement in TEMPLATES[event](application=lot.credit_application, deposit=lot.deposit, yen=lot.yen)
    )
    return post(connection, [Entry(key(event, no, len(so_far) + 1), on, event, moved)], by=by)


def refunds(connection: Connection, wanted: ColumnElement[bool] | None = None) -> list[Refund]:
    """Every refund, or those wanted, with its steps, in the order proposed."""
    refund, application = tables.refund, tables.application
    statement = (
        select(
            refund.c.no,
            refund.c.application,
            refund.c.deposit,
            application.c.member,
            refund.c.decision,
            refund.c.yen,
        )
        .outerjoin(application, application.c.number == refund.c.application)
        .order_by(refund.c.no)
    )
    if wanted is not None:
        statement = statement.where(wanted)
    rows = connection.execute(statement).all()
    steps = histories(connection, REFUNDS, None if wanted is None else [row.no for row in rows])
    return [Refund(*row, tuple(steps[row.no])) for row in rows]
