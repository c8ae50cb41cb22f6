"""Room for a correction: what has to be posted beside it so that no part of an account lacks money on any day.

A certificate booked as issued is reversed while its debt to the authority is open. What was paid out meanwhile, to the
member or to the authority, is not hidden: it becomes a claim on the member. What waits in a refund or a credit that is
not carried out yet is waited for.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import and_, case, func, or_, select

from ledger import tables
from ledger.booking.events import entry_of
from ledger.booking.planning import Deficit, Plan
from ledger.codes import Account
from ledger.i18n import N_, _
from ledger.journal.entries import Entry
from ledger.journal.reversal import CORRECTION, opposite
from ledger.settlements import Settlement, credits, refunds

CORRECTED = N_("what is known of the deposit was corrected")


def room_for(plan: Plan, postings: Sequence[Entry], on: date, *, claims: bool) -> list[Entry] | None:
    """What is to be posted before the last of these so that they fit; None when there is no room for them."""
    room: list[Entry] = []
    for make in (_issue_reversals, *((_claims,) if claims else ())):
        deficits = plan.deficits([*room, *postings])
        if not deficits:
            return room
        room += [entry for deficit in deficits for entry in make(plan, deficit, on)]
    return None if plan.deficits([*room, *postings]) else room


def _issue_reversals(plan: Plan, deficit: Deficit, on: date) -> Iterator[Entry]:
    """The reversal of the certificate booked as issued with the money that is lacking, while it is still owed."""
    if deficit.account == Account.FEES_HELD:
        yield from issue_reversed(plan, deficit.part, on)


def issue_reversed(plan: Plan, application: str, on: date) -> list[Entry]:
    """The reversal of the certificate booked as issued for an application, while its debt is open; else nothing."""
    issued = plan.latest("certificate_issued", application)
    if issued is None or not issued.live:
        return []
    original = plan.entry(issued.no)
    if plan.held(Account.AUTHORITY_PAYABLE, application) < original.movements[0].yen:
        return []
    return [opposite(issued.no, original, on=max(on, issued.on), reason=CORRECTED, cause=CORRECTION)]


def _claims(plan: Plan, deficit: Deficit, on: date) -> Iterator[Entry]:
    """Claims on the member for what was paid out and is lacking."""
    lacking, day = deficit.yen, max(on, deficit.on)
    whose = "application" if deficit.account == Account.FEES_HELD else "deposit"
    paid_out = _paid_out(plan, deficit.part) - plan.moved("claim_raised", deficit.account, deficit.part)
    if (yen := min(lacking, paid_out)) > 0:
        nth = len(plan.booked("claim_raised", deficit.part)) + 1
        slip = {whose: deficit.part, "yen": yen}
        yield entry_of("claim_raised", deficit.part, nth, on=deficit.on, known_on=day, **slip)
        lacking -= yen
    if whose == "application":
        gone = plan.moved("certificate_issued", Account.AUTHORITY_PAYABLE, deficit.part)
        # Below zero the authority owes it back: what it waived after it was paid is not gone, it is held again.
        gone -= max(0, plan.held(Account.AUTHORITY_PAYABLE, deficit.part))
        gone += plan.moved("authority_waived", Account.AUTHORITY_PAYABLE, deficit.part)
        gone -= plan.moved("fee_claimed", Account.FEES_HELD, deficit.part)
        if (yen := min(lacking, gone)) > 0:
            nth = len(plan.booked("fee_claimed", deficit.part)) + 1
            yield entry_of(
                "fee_claimed", deficit.part, nth, on=deficit.on, known_on=day, application=deficit.part, yen=yen
            )


def leave_for_want_of_room(plan: Plan, subject: str, parts: Iterable[str], entry: int | None) -> None:
    """Notes that a correction waits: for a refund or credit that holds the money, or because it has gone on."""
    for part in parts:
        if holder := held_by(plan, part):
            plan.leave("money_reserved", subject, entry, holder)
            return
    plan.leave("money_gone", subject, entry)


def held_by(plan: Plan, part: str) -> str:
    """The refund or credit, not carried out or set against a reissue, that holds the money of a part; else nothing.

    That may be a refund of another application, to which the money had come by credit.
    """
    refund, credit, step, movement = tables.refund.c, tables.credit.c, tables.refund_step.c, tables.movement.c
    reserved = (
        select(step.refund)
        .join_from(tables.refund_step, tables.movement, movement.entry == step.entry)
        .where(movement.credit == str(Account.REFUNDS_PAYABLE), step.nth == 1)
        .where(or_(movement.credit_application == part, movement.deposit == part))
    )
    numbers = plan.connection.execute(reserved).scalars().all()
    of_part = or_(refund.application == part, refund.deposit == part, refund.no.in_(numbers))
    for row in refunds(plan.connection, of_part):
        if row.open:
            return holder_of(row)
    for row in credits(plan.connection, credit.application == part):
        if row.standing:
            return holder_of(row)
    return ""


def holder_of(settlement: Settlement) -> str:
    """A refund or credit, as the notes of what waits for it name it."""
    return _("credit {no}" if settlement.way == "credit" else "refund {no}", no=settlement.no)


def _paid_out(plan: Plan, part: str) -> int:
    """What was paid by transfer from a part of the refunds, in yen, less what came back from the bank."""
    movement = tables.movement.c
    owed, bank = (str(Account.REFUNDS_PAYABLE), str(Account.RETURNED_TRANSFERS)), str(Account.BANK)
    debited = or_(
        movement.debit_application == part, and_(movement.debit_application.is_(None), movement.deposit == part)
    )
    credited = or_(
        movement.credit_application == part, and_(movement.credit_application.is_(None), movement.deposit == part)
    )
    paid = and_(movement.debit.in_(owed), movement.credit == bank, debited)
    back = and_(movement.credit.in_(owed), movement.debit == bank, credited)
    yen = func.sum(case((paid, movement.yen), else_=-movement.yen))
    return int(plan.connection.execute(select(yen).where(or_(paid, back))).scalar() or 0)
