"""Certificates, waivers → the journal: what is owed to the authority from the day of issue, and what it does not bill.

A fee is owed once the certificate is issued or mailed and the whole fee is received. It is waived by a negative line of
a bill or by a decision that stands and says that the fee comes back (A12): also when it was paid meanwhile, and then
the authority owes it to us until it gives it back. A bill posts nothing by itself.
"""

from datetime import date

from ledger.booking import inputs
from ledger.booking.inputs import ApplicationFacts, Applications, BillLine, StandingDecision
from ledger.booking.planning import BookedEntry, Plan
from ledger.codes import Account
from ledger.i18n import N_
from ledger.journal.entries import recorded

ISSUED = "certificate_issued"
WAIVED = "authority_waived"

DAY_CHANGED = N_("the day of issue or mailing was corrected")
NOT_WAIVED = N_("what the waiver rested on no longer stands")

# What a waiver rests on: the decision and the yen that bills withdrew (part of the key), its day, its reach in yen.
_Ground = tuple[tuple[int | None, int], date, int]


def plan_authority(plan: Plan, applications: Applications) -> None:
    """Plans what is owed to the authority for certificates issued, and what it does not bill."""
    _correct_days(plan, applications)
    for application in applications.values():
        if application.issue_days:
            _issue(plan, application)
    _waive(plan, applications)


def _issue(plan: Plan, application: ApplicationFacts) -> None:
    """Posts the debt of an issued certificate on its day, but not before the fee was received."""
    last, number, day = plan.latest(ISSUED, application.number), application.number, application.issue_days[0]
    if last is not None and last.live:
        return
    if last is not None and last.undone_by_hand and _day(last) in application.issue_days:
        plan.leave("reversed_by_hand", number, last.no)
        return
    if day > plan.through or application.due is None:
        return
    if plan.opened(Account.AUTHORITY_PAYABLE, number):
        return  # it was issued before the books began, and what was owed for it then stands in them
    received_on = plan.received_on(number)
    if received_on is None and plan.opened_on is not None and day <= plan.opened_on:
        return  # received, issued and paid before the books began
    if received_on is None or plan.covered(number) < application.due:
        plan.leave("fee_not_received", number)
        return
    # A fee that was received and has since gone back to the member is owed to nobody.
    on = max(day, received_on)
    if plan.held(Account.FEES_HELD, number) >= application.due and on <= plan.through:
        nth = len(plan.booked(ISSUED, number)) + 1
        plan.post(ISSUED, number, nth, (day,), on, application=number, yen=application.due)


def _day(booked: BookedEntry) -> date:
    """The day of issue or mailing that an entry was booked from."""
    return date.fromisoformat(str(booked.basis[0]))


def _correct_days(plan: Plan, applications: Applications) -> None:
    """Reverses and posts anew each debt whose day is no longer any day known, on the day the right one became known.

    A day of mailing that was booked before the day of issue was learnt stays: it was right.
    """
    issued = ((application, plan.latest(ISSUED, application.number)) for application in applications.values())
    changed = {
        application: last
        for application, last in issued
        if last is not None and last.live and application.issue_days and _day(last) not in application.issue_days
    }
    ids = {
        application.number: [fact for fact in (application.issued_on_fact, application.mailed_on_fact) if fact]
        for application in changed
    }
    known_on = inputs.facts_known_on(plan.connection, {fact for facts in ids.values() for fact in facts})
    originals = recorded(plan.connection, {last.no for last in changed.values()})
    for application, last in changed.items():
        day, number = application.issue_days[0], application.number
        on = max(last.on, day, *(known_on[fact] for fact in ids[number]))
        if on <= plan.through:
            plan.undo(last.no, originals[last.no], on, DAY_CHANGED)
            nth, yen = len(plan.booked(ISSUED, number)) + 1, originals[last.no].movements[0].yen
            plan.post(ISSUED, number, nth, (day,), on, application=number, yen=yen)


def _waive(plan: Plan, applications: Applications) -> None:
    """Posts what the authority does not bill, in all no more than was owed; reverses what has lost its ground."""
    decisions = inputs.standing_decisions(plan.connection, plan.only)
    lines = inputs.by_application(inputs.bill_lines(plan.connection, plan.only))
    for number in sorted({*decisions, *lines} & set(applications)):
        issued = plan.latest(ISSUED, number)
        owed = plan.moved(ISSUED, Account.AUTHORITY_PAYABLE, number)
        owed += max(0, opened := plan.opened(Account.AUTHORITY_PAYABLE, number))
        waived = -plan.moved(WAIVED, Account.AUTHORITY_PAYABLE, number)
        decision = decisions.get(number)
        ground = _ground(plan, decision, lines.get(number, []), owed)
        owed_since = issued.on if issued is not None else plan.opened_on if opened > 0 else None
        if ground is not None and owed_since is not None and ground[2] > waived:
            _waive_one(plan, number, ground, max(ground[1], owed_since), ground[2] - waived)
        elif decision is not None and decision.as_of <= plan.through and decision.verdict != "eligible":
            _unwaive(plan, number, decision, 0 if ground is None else ground[2])


def _ground(plan: Plan, decision: StandingDecision | None, lines: list[BillLine], owed: int) -> _Ground | None:
    """What a waiver may rest on: an eligible decision, for all that was owed, else the negative lines of bills."""
    withdrawn = [line for line in lines if line.yen < 0 and line.billed_on <= plan.through]
    yen = min(owed, -sum(line.yen for line in withdrawn))
    if decision is not None and decision.outcome == "eligible" and decision.as_of <= plan.through:
        return (decision.no, yen), decision.as_of, owed
    return ((None, yen), withdrawn[-1].billed_on, yen) if withdrawn else None


def _waive_one(plan: Plan, number: str, ground: _Ground, on: date, yen: int) -> None:
    last = plan.latest(WAIVED, number)
    if last is not None and last.undone_by_hand and last.basis == ground[0]:
        plan.leave("reversed_by_hand", number, last.no)
    elif on <= plan.through:
        nth = len(plan.booked(WAIVED, number)) + 1
        plan.post(WAIVED, number, nth, ground[0], on, application=number, yen=yen)


def _unwaive(plan: Plan, number: str, decision: StandingDecision, reach: int) -> None:
    """Reverses a waiver whose decision is superseded, unless a bill bears it out, while the money is still held.

    What was decided under an earlier notice stands (A11): only a decision under the same one takes a waiver away.
    """
    for waiver in reversed(plan.booked(WAIVED, number)):
        waived = -plan.moved(WAIVED, Account.AUTHORITY_PAYABLE, number)
        if not waiver.live or waived <= reach:
            continue
        if isinstance(ground := waiver.basis[0], int) and inputs.notice_of(plan.connection, ground) != decision.notice:
            continue
        on, original = max(decision.as_of, waiver.on), recorded(plan.connection, [waiver.no])[waiver.no]
        if plan.held(Account.FEES_HELD, number) < original.movements[0].yen:
            plan.leave("money_gone", number, waiver.no)
        elif on <= plan.through:
            plan.undo(waiver.no, original, on, NOT_WAIVED)
