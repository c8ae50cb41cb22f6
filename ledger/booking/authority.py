"""Certificates, waivers → the journal: what is owed to the authority from the day of issue, and what it does not bill.

A fee is owed once the certificate is issued or mailed and the whole fee is received. It is waived by a negative line of
a bill, as far as that corrects no other line (`ledger.booking.clearing`), or by a decision that stands and says that
the fee comes back (A12): also when it was paid meanwhile, and then the authority owes it to us until it gives it back.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from itertools import accumulate

from ledger.booking import inputs
from ledger.booking.clearing import clear, in_order
from ledger.booking.inputs import ApplicationFacts, Applications, BillLine, StandingDecision
from ledger.booking.planning import Basis, BookedEntry, Plan
from ledger.booking.room import leave_for_want_of_room
from ledger.codes import ISSUED, WAIVED, Account
from ledger.i18n import N_
from ledger.journal.entries import Entry, recorded

DAY_CHANGED = N_("the day of issue or mailing was corrected")
WITHDRAWN = N_("that it was issued was withdrawn")
FEE_CHANGED = N_("the fee due turned out to be less")
NOT_WAIVED = N_("what the waiver rested on no longer stands")


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
    if plan.opened(Account.AUTHORITY_PAYABLE, number):
        return  # it was issued before the books began, and what was owed for it then stands in them
    received_on = plan.received_on(number)
    if received_on is None and plan.opened_on is not None and day <= plan.opened_on:
        return  # received, issued and paid before the books began
    if received_on is None or plan.covered(number) < application.due:
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
    waived = plan.by_part(WAIVED, Account.AUTHORITY_PAYABLE)
    for number in sorted({*decisions, *lines, *waived} & set(applications)):
        known = [line for line in lines.get(number, []) if line.billed_on <= plan.through]
        decision = decisions.get(number)
        _waive_one(plan, number, known, decision if decision and decision.as_of <= plan.through else None)


def _waive_one(plan: Plan, number: str, lines: list[BillLine], decision: StandingDecision | None) -> None:
    """Waives the fee of an application: all that was owed by an eligible decision, else what lines of bills waive."""
    opened = max(0, plan.opened(Account.AUTHORITY_PAYABLE, number))
    debt = plan.moved(ISSUED, Account.AUTHORITY_PAYABLE, number) + opened
    by_hand = [waiver for waiver in plan.booked(WAIVED, number) if waiver.undone_by_hand]
    shares = clear(lines, debt, reversed_waivers=_lines_of(by_hand, lines)).waived
    eligible = decision if decision is not None and decision.outcome == "eligible" else None
    decided = None if eligible and eligible.no in {waiver.basis[0] for waiver in by_hand} else eligible
    by_bills = sum(shares.values())
    reach = max(debt if decided else 0, by_bills)
    standing = min(debt, by_bills + _decided(plan, number, decision))
    _unwaive(plan, number, lines, decision, max(reach, standing))
    missing, issued = reach - _waived(plan, number), plan.latest(ISSUED, number)
    owed_since = issued.on if issued is not None else plan.opened_on if opened else None
    if missing <= 0 or owed_since is None:
        if by_hand and max(debt if eligible else 0, clear(lines, debt).yen_waived) > _waived(plan, number):
            plan.leave("reversed_by_hand", number, by_hand[-1].no)
    elif decided is not None:
        basis = decided.no, *(part for line in shares for part in (line.bill, line.nth))
        _post_waiver(plan, number, basis, max(decided.as_of, owed_since), missing)
    else:
        booked = _waived_by_line(plan, number)
        for line, share in shares.items():
            yen = min(missing, share - booked[line.bill, line.nth])
            if yen > 0:
                _post_waiver(plan, number, (None, line.bill, line.nth), max(line.billed_on, owed_since), yen)
                missing -= yen


def _waived(plan: Plan, number: str) -> int:
    return -plan.moved(WAIVED, Account.AUTHORITY_PAYABLE, number)


def _post_waiver(plan: Plan, number: str, basis: Basis, on: date, yen: int) -> None:
    """Posts a waiver; its basis is the decision, if it rests on one, and each line of a bill that it rests on."""
    if on <= plan.through:
        nth = len(plan.booked(WAIVED, number)) + 1
        plan.post(WAIVED, number, nth, basis, on, application=number, yen=yen)


def _lines_of(waivers: list[BookedEntry], lines: list[BillLine]) -> set[BillLine]:
    """The lines of bills that these waivers rest on."""
    resting: set[BillLine] = set()
    withdrawn = [line for line in in_order(lines) if line.yen < 0]
    for waiver in waivers:
        basis = waiver.basis[1:]
        if len(basis) == 1:  # until 0003: the yen that negative lines had withdrawn in all
            reached = accumulate(-line.yen for line in withdrawn)
            resting.update(line for line, yen in zip(withdrawn, reached, strict=True) if yen <= int(basis[0] or 0))
        named = set(zip(basis[::2], basis[1::2], strict=False))
        resting.update(line for line in withdrawn if (line.bill, line.nth) in named)
    return resting


def _waived_by_line(plan: Plan, number: str) -> Counter[tuple[object, object]]:
    """The yen that waivers in the books waive by one line of a bill alone."""
    waivers = [waiver for waiver in plan.booked(WAIVED, number) if waiver.live and waiver.basis[0] is None]
    originals = recorded(plan.connection, [waiver.no for waiver in waivers])
    waived: Counter[tuple[object, object]] = Counter()
    for waiver in waivers:
        if len(waiver.basis) == 3:
            waived[waiver.basis[1], waiver.basis[2]] += originals[waiver.no].movements[0].yen
    return waived


def _decided(plan: Plan, number: str, decision: StandingDecision | None) -> int:
    """What waivers that rest on a decision, and stand, waive beside others; 0 where no other is in the books.

    Once a fee has come back a decision calls for nothing more (`settled`), and takes nothing away either.
    """
    waivers = [waiver for waiver in plan.booked(WAIVED, number) if waiver.live]
    by_decision = [waiver for waiver in waivers if isinstance(waiver.basis[0], int)]
    if len(by_decision) == len(waivers):
        return 0
    standing = [waiver.no for waiver in by_decision if _lost_on(plan, waiver, [], decision) is None]
    return sum(original.movements[0].yen for original in recorded(plan.connection, standing).values())


def _unwaive(plan: Plan, number: str, lines: list[BillLine], decision: StandingDecision | None, reach: int) -> None:
    """Reverses waivers beyond what decision and bills bear out, once the money is held."""
    for waiver in reversed(plan.booked(WAIVED, number)):
        if not waiver.live or _waived(plan, number) <= reach:
            continue
        on = _lost_on(plan, waiver, lines, decision)
        if on is None:
            continue
        original = recorded(plan.connection, [waiver.no])[waiver.no]
        # What was set aside meanwhile is there again from when it came back.
        held_from = plan.available_from(Account.FEES_HELD, number, original.movements[0].yen, on)
        if held_from is None and plan.covered(number) < plan.moved(ISSUED, Account.AUTHORITY_PAYABLE, number):
            plan.leave("fee_not_received", number)  # not gone: it was corrected, and is not there
        elif held_from is None:
            leave_for_want_of_room(plan, number, [number], waiver.no)
        elif held_from <= plan.through:
            plan.undo(waiver.no, original, held_from, NOT_WAIVED)


def _lost_on(plan: Plan, waiver: BookedEntry, lines: list[BillLine], decision: StandingDecision | None) -> date | None:
    """The day on which a waiver lost its ground; None: it stands.

    What was decided under an earlier notice stands (A11): only a decision under the same one takes a waiver away. One
    that rests on a bill is taken away by what became known of bills.
    """
    ground = waiver.basis[0]
    if not isinstance(ground, int):
        return max([waiver.on, *(max(line.known_on, line.billed_on) for line in lines)])
    if decision is None or decision.verdict == "eligible":
        return None
    superseded = inputs.notice_of(plan.connection, ground) == decision.notice
    return max(decision.as_of, waiver.on) if superseded else None
