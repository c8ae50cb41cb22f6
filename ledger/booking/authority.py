"""Certificates, waivers → the journal: what is owed to the authority from the day of issue, and what it does not bill.

A fee is owed once the certificate is issued or mailed and the whole fee is received. It is waived by a negative line of
a bill or by a decision that stands and says that the fee comes back (A12): also when it was paid meanwhile, and then
the authority owes it to us until it gives it back. A bill posts nothing by itself.
"""

from collections.abc import Mapping
from datetime import date

from ledger.booking import inputs
from ledger.booking.inputs import ApplicationFacts, Applications, BillLine, StandingDecision
from ledger.booking.planning import BookedEntry, Plan
from ledger.codes import Account
from ledger.i18n import N_
from ledger.journal.entries import Entry, recorded

ISSUED = "certificate_issued"
WAIVED = "authority_waived"

DAY_CHANGED = N_("the day of issue or mailing was corrected")
WITHDRAWN = N_("that it was issued was withdrawn")
FEE_CHANGED = N_("the fee due turned out to be less")
NOT_WAIVED = N_("what the waiver rested on no longer stands")

# What a waiver rests on: the decision and the yen that bills withdrew (part of the key), its day, its reach in yen.
_Ground = tuple[tuple[int | None, int], date, int]


def plan_authority(plan: Plan, applications: Applications) -> None:
    """Plans what is owed to the authority for certificates issued, and what it does not bill."""
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
    received_on = plan.received_on(number)
    if received_on is None or plan.received(number) < application.due:
        plan.leave("fee_not_received", number)
        return
    # A fee that was received and has since gone back to the member is owed to nobody.
    on = plan.available_from(Account.FEES_HELD, number, application.due, max(day, received_on))
    if on is not None and on <= plan.through:
        nth = len(plan.booked(ISSUED, number)) + 1
        known_on = max(on, *inputs.issue_known_on(plan.connection, application))
        plan.post(ISSUED, number, nth, (day,), on, known_on=known_on, application=number, yen=application.due)


def _day(booked: BookedEntry) -> date:
    """The day of issue or mailing that an entry was booked from."""
    return date.fromisoformat(str(booked.basis[0]))


def correct_issued(plan: Plan, applications: Applications) -> None:
    """Reverses and posts anew each debt whose day is no longer any day known, or that is beyond the fee now due.

    On the day on which that became known. A day of mailing that was booked before the day of issue was learnt stays:
    it was right. A fee that turned out to be more is owed once it is received.
    """
    issued = ((application, plan.latest(ISSUED, application.number)) for application in applications.values())
    live = {application: last for application, last in issued if last is not None and last.live}
    originals = recorded(plan.connection, {last.no for last in live.values()})
    _undo_withdrawn(plan, {of: last for of, last in live.items() if not of.issue_days}, originals)
    changed = {
        application: last
        for application, last in live.items()
        if application.issue_days
        and (_day(last) not in application.issue_days or _too_much(application, originals[last.no]))
    }
    due_since = inputs.due_known_on(plan.connection, changed)
    for application, last in changed.items():
        number, original = application.number, originals[last.no]
        same_day = _day(last) in application.issue_days
        day = _day(last) if same_day else application.issue_days[0]
        known = [due_since[number]] if same_day else inputs.issue_known_on(plan.connection, application)
        on = max(last.on, day, *known)
        if on <= plan.through:
            plan.undo(last.no, original, on, FEE_CHANGED if same_day else DAY_CHANGED)
            nth, yen = len(plan.booked(ISSUED, number)) + 1, original.movements[0].yen
            if application.due is not None:
                yen = min(yen, application.due)
            plan.post(ISSUED, number, nth, (day,), on, application=number, yen=yen)


def _undo_withdrawn(plan: Plan, live: Mapping[ApplicationFacts, BookedEntry], originals: Mapping[int, Entry]) -> None:
    """Reverses each debt of a certificate that, as is known now, was not issued; one that was waived stays."""
    since = inputs.rows_withdrawn_on(plan.connection, [application.number for application in live])
    for application, last in live.items():
        on = max(last.on, since.get(application.number, last.on))
        waived = plan.moved(WAIVED, Account.AUTHORITY_PAYABLE, application.number)
        if on <= plan.through and not waived:
            plan.undo(last.no, originals[last.no], on, WITHDRAWN)


def _too_much(application: ApplicationFacts, original: Entry) -> bool:
    return application.due is not None and original.movements[0].yen > application.due


def _waive(plan: Plan, applications: Applications) -> None:
    """Posts what the authority does not bill, in all no more than was owed; reverses what has lost its ground."""
    decisions = inputs.standing_decisions(plan.connection, plan.only)
    lines = inputs.by_application(inputs.bill_lines(plan.connection, plan.only))
    for number in sorted({*decisions, *lines} & set(applications)):
        issued = plan.latest(ISSUED, number)
        owed = plan.moved(ISSUED, Account.AUTHORITY_PAYABLE, number)
        waived = -plan.moved(WAIVED, Account.AUTHORITY_PAYABLE, number)
        decision = decisions.get(number)
        ground = _ground(plan, decision, lines.get(number, []), owed)
        if ground is not None and issued is not None and ground[2] > waived:
            _waive_one(plan, number, ground, max(ground[1], issued.on), ground[2] - waived)
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
