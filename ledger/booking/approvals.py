"""What an approval binds: to whom a refund goes, to which account, how many yen, and on which grounds.

What was approved is what is paid. When the receiver or the account is another than was approved, by whatever way, the
approval no longer holds, and it is given anew. When the answer of a day is another than the one that the refund rests
on, it stops until a person goes on and says why.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection

from ledger.booking import refusals
from ledger.booking.eligibility import require_eligible
from ledger.booking.room import holder_of
from ledger.booking.run import called_for
from ledger.booking.workflow import way_back
from ledger.decisions.outdated import without
from ledger.decisions.store import decision
from ledger.errors import Refusal
from ledger.i18n import _, either
from ledger.journal.refusals import NoReasonGiven
from ledger.money import format_yen
from ledger.people import accounts, payees
from ledger.people.four_eyes import one_person
from ledger.people.receivers import (
    Receiver,
    application_of,
    approved_receiver,
    approved_receivers,
    deposit_version,
    receiver,
    receivers,
    subject_of,
)
from ledger.settlements import Settlement, reserved_from
from ledger.store import settings

# Why a step goes on although something stands against it, as it is kept with the step.
DESPITE = "--despite"


def bind(connection: Connection, refund: Settlement, by: str) -> Mapping[str, int | None]:
    """What an approval binds. Refused: an account or payee that waits for a second person, and to whoever recorded
    that the deposit is another member's than it was proposed for.
    """
    now = receiver(connection, refund)
    require_no_change_that_waits(connection, refund, now)
    proposed = approved_receiver(connection, refund.steps[0])
    if refund.deposit is not None and proposed.member != now.member:
        version = deposit_version(connection, refund.deposit)
        if version is not None and one_person(connection, by, version.by, version.role):
            raise refusals.ProposedDifferently(refund.no, str(proposed), str(now), by)
    return now.bound


def require_no_change_that_waits(connection: Connection, refund: Settlement, now: Receiver) -> None:
    """Refuses an account, or somebody in the member's place, whom no second person has approved yet."""
    payees.require_approved(connection, subject_of(connection, refund))
    if now.member is not None and now.payee is None:
        accounts.require_account(connection, now.member)


def require_binding(connection: Connection, refund: Settlement) -> None:
    """Refuses when the refund would go to another than was approved, or to another account (approval-fell)."""
    if (fallen := fell(connection, refund)) is not None:
        raise refusals.ApprovalFell(refund.no, *map(str, fallen))


def fell(connection: Connection, refund: Settlement) -> tuple[Receiver, Receiver] | None:
    """To whom an approved refund was approved and would go now, when these differ; None while the approval holds."""
    if refund.state != "approved":
        return None
    approved, now = approved_receiver(connection, refund.approval), receiver(connection, refund)
    return None if approved.paid_to == now.paid_to else (approved, now)


def fallen(connection: Connection, refunds: Iterable[Settlement]) -> set[int]:
    """Those of these refunds whose approval fell, as `fell` says of one: a few SELECTs for all of them."""
    approved = [refund for refund in refunds if refund.state == "approved"]
    now, then = receivers(connection, approved), approved_receivers(connection, approved)
    return {refund.no for refund in approved if refund.no in now and then[refund.no].paid_to != now[refund.no].paid_to}


def require_another_person(connection: Connection, refund: Settlement, by: str) -> None:
    """Refuses a payment without a file, by the rule of three people, to whoever proposed or approved it."""
    if refund.state == "approved" and settings.values(connection)["people"] == "three":
        signed = [step for step in refund.in_force if step.state in ("proposed", "approved") and not step.payment_file]
        if any(one_person(connection, by, step.by, step.role) for step in signed):
            raise refusals.SamePersonPays(by, refund.no)


# --- grounds --------------------------------------------------------------------------------------------------------


def look_again(connection: Connection, refund: Settlement, on: date, despite: str | None) -> dict[str, str | None]:
    """What is kept with a step of a refund whose grounds have changed: why it goes on, and what was known then.

    Refused without a reason (grounds-changed), and whatever the reason to a member who died (member-died). What was
    known when a person went on before is not asked about again.
    """
    if refund.state != "filed" and (to := receiver(connection, refund)).ended is not None and to.ended.deceased:
        raise refusals.MemberDied(refund.no, str(to.member), application_of(connection, refund) or "—")
    changed = changed_grounds(connection, refund, on)
    if changed is None:
        return {}
    answer, why = changed
    if despite is None:
        raise refusals.GroundsChanged(refund.no, on, why, way_back(refund))
    if not despite.strip():
        raise NoReasonGiven(DESPITE)
    return {"despite": despite, "grounds": answer}


def changed_grounds(connection: Connection, refund: Settlement, on: date) -> tuple[str, str] | None:
    """What stands against paying a refund on a day, as it is kept and in words; None when nothing does.

    That is the answer of the day, when it is no longer the one that the refund rests on, and a registration that has
    ended, until the refund is in a payment file. What a person went on with before does not stand against it again.
    """
    parts = [changed_answer(connection, refund, on)]
    ended = receiver(connection, refund).ended if refund.state != "filed" else None
    if ended is not None:
        parts.append((f"registration ended {ended.on} {ended.reason}", ended.says))
    accepted = {known for step in refund.in_force for known in (step.grounds or "").split("; ")}
    against = [part for part in parts if part is not None and part[0] not in accepted]
    if not against:
        return None
    return "; ".join(kept for kept, _why in against), either("、", "; ").join(why for _kept, why in against)


def changed_answer(connection: Connection, refund: Settlement, on: date) -> tuple[str, str] | None:
    """The answer of a day, and why it is no longer the one that a refund or credit rests on; None while it is.

    Whatever it is of, a correction of the books that waits for the money that it holds takes that away too.
    """
    return _less_comes_back(connection, refund, on) or _waits_for(connection, refund, on)


def _less_comes_back(connection: Connection, refund: Settlement, on: date) -> tuple[str, str] | None:
    """The answer of a day, when less comes back, asked as if the refund had not been proposed.

    A return of what was never a fee rests on no answer.
    """
    if refund.application is None or refund.decision is None:
        return None
    rests_on = decision(connection, refund.decision)
    finding = without(connection, refund.application, refund.table.name, refund.no, on)
    if finding is None:
        answer, why = "unknown 0", refusals.NotAppliedYet(refund.application, on).message
    else:
        answer = f"{finding.outcome} {finding.refundable}"
        try:
            require_eligible(finding, on)
        except Refusal as refusal:
            why = refusal.message
        else:
            if finding.refundable >= min(refund.yen, rests_on.refundable):
                return None
            why = _(
                "{yen} yen come back, of {proposed} yen proposed",
                yen=format_yen(finding.refundable),
                proposed=format_yen(refund.yen),
            )
    return answer, why


def _waits_for(connection: Connection, refund: Settlement, on: date) -> tuple[str, str] | None:
    """What of the books would be corrected by a day, were the money not in this refund or credit."""
    applications, deposits = reserved_from(connection, refund.table, [refund.no])
    if refund.application is not None:
        applications.add(refund.application)
    for left in called_for(connection, on, applications, deposits).left:
        if left.code == "money_reserved" and left.holder == holder_of(refund):
            why = _("what is known of {subject} has changed, and the money is not there for this", subject=left.subject)
            return f"{left.code} {left.subject}", why
    return None
