"""Whether a command may succeed, where that is a plain rule, and what must then be so; one generator for each command.

What stands before the `yield` looks at what is remembered before the command; the `yield` gives what both engines
answered, once the rows that they have written are remembered too.
"""

from collections.abc import Iterable
from datetime import date

from tests.commanded import Answer
from tests.model import AUTHORITY, BANK, OPENED, SUSPENSE, Course, Entry, Memory
from tests.model_laws import require_booked, require_reasons
from tests.model_records import Bill
from tests.model_slips import Expectation, decide_slip, propose_slip

__all__ = ["decide_slip", "propose_slip"]

MOVES = {
    "refund": {
        "proposed": ("approved", "rejected"),
        "approved": ("paid", "rejected", "ended"),
        "filed": ("paid",),
        "paid": ("returned",),
        "returned": ("approved", "ended"),
    },
    "credit": {"proposed": ("applied", "rejected"), "applied": ("undone",)},
}
NEED_A_REASON = ("rejected", "returned", "ended", "undone")
# What may be refused although no plain rule stands against it: where the money has gone, the ledger alone knows.
MONEY_GONE = {"applied": ("nothing-owed",), "undone": ("credit-gone-on", "credit-spent", "before-the-step-before")}
OUTCOMES = {
    "no_fee": "no-fee-received",
    "being_settled": "nothing-to-refund",
    "settled": "nothing-to-refund",
    "in_force": "still-in-force",
    "needs_facts": "facts-missing",
    "needs_review": "needs-review",
    "not_eligible": "not-eligible",
}


def require_refused(answer: Answer, *codes: str) -> None:
    """It was refused for one of these."""
    assert answer.refused in codes, f"answered {answer}, where {codes} was to be refused"


def require_allowed(answer: Answer, against: dict[str, bool], besides: Iterable[str] = ()) -> bool:
    """Whether it was done: only where nothing stands against it, of which the first is what it is refused for.

    `besides` are refusals that may come although nothing of that stands.
    """
    codes = [code for code, stands in against.items() if stands]
    if answer.refused is None:
        assert not codes, f"done, although {codes} stand against it"
        return True
    require_refused(answer, *(codes[:1] or besides))
    return False


def to_bank(entries: Iterable[Entry]) -> int:
    """What entries bring to the bank, in yen."""
    sides = (side for entry in entries for movement in entry.movements for side in movement.sides)
    return -sum(yen for account, _part, yen in sides if account == BANK)


# --- facts, booking, decisions --------------------------------------------------------------------------------------


def book(memory: Memory, through: date) -> Expectation:
    """What is recorded is posted already: nothing is posted, and what is left is left for a reason."""
    before = len(memory.entries)
    answer = yield
    assert answer.refused is None
    assert (answer.result.posted, answer.result.corrected, len(memory.entries)) == ({}, 0, before)
    if through == memory.today:
        require_reasons(memory, answer.result.left)
        require_booked(memory, {item.subject for item in answer.result.left})


def decide(memory: Memory, *numbers: str) -> Expectation:
    """What is decided is what the rules say; that a decision of the day has been carried out since is no other one."""
    outcomes = [memory.finding(number).outcome for number in sorted(numbers)]
    answer = yield
    assert answer.result == outcomes
    for number, outcome in zip(sorted(numbers), outcomes, strict=True):
        carried_out = outcome in ("being_settled", "settled") and memory.outcomes[number] == "eligible"
        assert carried_out or memory.outcomes[number] == outcome


def match(memory: Memory, reference: str, number: str, on: date) -> Expectation:
    """A person's word whose a deposit is, where nothing is known of that yet, or whose is what is left of it."""
    deposit = memory.deposits[reference][-1] if reference in memory.deposits else None
    left = memory.balance[SUSPENSE, reference]
    answer = yield
    if deposit is not None and number in deposit.applications:
        assert answer.result is False
        return
    against = {
        "unknown-deposit": deposit is None,
        "settled-otherwise": deposit is not None and deposit.application is not None and not left,
        "settled-before-known": deposit is not None and on < deposit.known_on,
    }
    if require_allowed(answer, against):
        assert answer.result is True
        memory.settle(reference, number, on)


def unmatch(memory: Memory, reference: str, number: str | None, on: date, reason: str) -> Expectation:
    """A person's word that a deposit does not pay for an application, or that it is not known what it pays for."""
    deposit = memory.deposits[reference][-1] if reference in memory.deposits else None
    again = memory.unsettled(reference) == (number, on, reason)
    answer = yield
    if deposit is not None and (deposit.application is None or again):
        assert answer.result is False
        return
    against = {
        "unknown-deposit": deposit is None,
        "not-allocated": deposit is not None and number is not None and number not in deposit.applications,
        "no-reason-given": not reason,
        "settled-before-known": deposit is not None and on < deposit.known_on,
    }
    if require_allowed(answer, against):
        assert answer.result is True
        memory.unsettle(reference, number, on, reason)


def pay_bill(memory: Memory, reference: str, on: date) -> Expectation:
    """A bill is paid once, no more than it says and no more than is owed; a plain one is paid in full."""
    bill, before = memory.bills.get(reference), len(memory.entries)
    owed = memory.balance[AUTHORITY, bill.application] if bill else 0
    lowest = _lowest_owed(memory, bill, on) if bill else 0
    answer = yield
    if bill is None:
        require_refused(answer, "unknown-bill")
    elif on < bill.billed_on:
        require_refused(answer, "before-the-step-before")
    elif answer.refused == "not-owed-yet":
        assert lowest < min(abs(bill.yen), abs(owed)), "what is paid stands in the books on that day"
    elif memory.is_closed(on) and answer.refused:
        require_refused(answer, "month-closed")
    else:
        yen = answer.result.yen
        assert to_bank(memory.entries[before:]) == -yen
        assert abs(yen) <= abs(bill.yen) and yen * bill.yen >= 0
        assert not yen or (abs(yen) <= abs(owed) and yen * owed > 0), "more is paid than is owed"
        assert abs(yen) <= lowest, "more is paid than was owed on that day, or on a later one"
        assert not (yen and memory.paid_bills[reference]), "a bill is paid twice"
        alone = [line.reference for line in memory.bills.values() if line.application == bill.application]
        fee, number = memory.applications[bill.application].due, bill.application
        if alone == [reference] and bill.yen == owed == fee and not memory.waived(number):
            assert yen == bill.yen
        memory.paid_bills[reference] += yen
        memory.bill_payments |= {entry.no: reference for entry in memory.entries[before:]}


def _lowest_owed(memory: Memory, bill: Bill, on: date) -> int:
    """The least that is owed for the application of a bill on a day or later; by the authority, for a negative one."""
    sign = 1 if bill.yen > 0 else -1
    days = {on, *(entry.on for entry in memory.entries if entry.on > on)}
    return max(0, min(sign * memory.balance_by(day)[AUTHORITY, bill.application] for day in days))


# The events of slips, which two people take back; and those that booking posts from facts.
OF_SLIPS = ("transfer_fee", "interest_received", "fee_written_off", "suspense_to_income", "other_entry")
FROM_DEPOSITS = ("fee_received", "overpaid", "payer_unknown", "suspense_settled", "fee_released")


def reverse(memory: Memory, no: int, reason: str, on: date) -> Expectation:
    """What a person recorded is reversed once, and so is the reversal; what rests on a fact is not."""
    entry, before = memory.entries[no - 1] if no <= len(memory.entries) else None, len(memory.entries)
    earlier = memory.reversals(entry) if entry is not None else []
    answer = yield
    if entry is None:
        require_refused(answer, "unknown-entry")
    elif earlier:
        if len(earlier) % 2 == 0:
            require_refused(answer, "stands-again")
        elif earlier[0].no in memory.hand_made and (earlier[0].on, earlier[0].reason) == (on, reason):
            assert (answer.result.no, answer.result.changed) == (entry.reversed_by, False)
        else:
            require_refused(answer, "already-reversed")
    elif memory.root(entry).event in OF_SLIPS:
        assert answer.refused is not None or answer.result == "a slip"
        assert len(memory.entries) == before, "one person takes back what two posted"
    elif require_allowed(answer, _against(memory, entry, on, reason), ["nothing-left-to-reverse", "posted-anew"]):
        new = memory.entries[before:]
        assert [(entry.reverses, entry.on, entry.reason) for entry in new] == [(no, on, reason)]
        memory.hand_made |= {entry.no for entry in new}
        if entry.reverses is None:
            memory.by_hand[no] = memory.grounds(entry)
            if no in memory.bill_payments:
                memory.paid_bills[memory.bill_payments[no]] += to_bank([entry])
        else:
            memory.by_hand.pop(memory.root(entry).no, None)


def _against(memory: Memory, entry: Entry, on: date, reason: str) -> dict[str, bool]:
    """What stands against the reversal of an entry, in the order in which it is looked at."""
    return {
        "month-closed": memory.is_closed(on),
        "no-reason-given": not reason,
        "reversal-before-original": on < entry.on,
        "part-of-refund": any(step.entry == entry.no for refund in memory.refunds for step in refund.steps),
        "part-of-credit": any(step.entry == entry.no for credit in memory.credits for step in credit.steps),
        "corrected-fact": entry.reverses is not None and entry.no not in memory.hand_made,
        "rests-on-deposit": entry.event in FROM_DEPOSITS,
        "rests-on-issue": entry.event == "certificate_issued",
        "rests-on-opening": entry.event == OPENED,
    }


# --- refunds and credits --------------------------------------------------------------------------------------------


def propose_refund(memory: Memory, number: str, by: str, on: date) -> Expectation:
    """What comes back by the rules is proposed, to the yen."""
    finding = memory.finding(number)
    before = [refund for refund in memory.refunds if refund.application == number]
    answer = yield
    if _proposed_before(before, answer, on, ("rejected", "ended")):
        return
    against = {"month-closed": memory.is_closed(on)}
    if finding.outcome != "eligible":
        against[OUTCOMES[finding.outcome]] = True
    if require_allowed(answer, against, ["fee-not-held", "not-held-yet"]):
        _require_proposed(memory.refunds[-1], answer, finding.refundable, on, by)


def return_deposit(memory: Memory, reference: str, by: str, on: date) -> Expectation:
    """All that is in suspense of a deposit is proposed."""
    before = [refund for refund in memory.refunds if refund.deposit == reference]
    in_suspense = memory.balance[SUSPENSE, reference]
    answer = yield
    if reference not in memory.yens:
        require_refused(answer, "unknown-deposit")
    elif not _proposed_before(before, answer, on, ("rejected", "ended")):
        told = [line for line in memory.lines if line.of == reference]
        nothing_new = len(told) == 1 and told[0].withdrawn is None and not told[0].words[0].applications
        possible = ["not-held-yet"] if in_suspense and nothing_new else ["not-held-yet", "nothing-overpaid"]
        if require_allowed(answer, {"month-closed": memory.is_closed(on)}, possible):
            _require_proposed(memory.refunds[-1], answer, answer.result.yen, on, by)
            assert not memory.balance[SUSPENSE, reference], "something stays in suspense"


def propose_credit(memory: Memory, number: str, to: str, by: str, on: date) -> Expectation:
    """What comes back is credited, as far as the reissue still owes it."""
    finding, old, new = memory.finding(number), memory.applications[number], memory.applications[to]
    before = [credit for credit in memory.credits if (credit.application, credit.to) == (number, to)]
    answer = yield
    if _proposed_before(before, answer, on, ("rejected", "undone")):
        return
    against = {
        "month-closed": memory.is_closed(on),
        "credit-to-another-member": old.member != new.member,
        "not-a-reissue": not new.reissue or number == to,
        "reissue-withdrawn": new.day("withdrawn_on") is not None,
    }
    if finding.outcome != "eligible":
        against[OUTCOMES[finding.outcome]] = True
    if require_allowed(answer, against, ["fee-not-held", "not-held-yet", "nothing-owed"]):
        owed = memory.still_owed(to) + answer.result.yen
        _require_proposed(memory.credits[-1], answer, min(finding.refundable, owed), on, by)


def _proposed_before(courses: Iterable[Course], answer: Answer, on: date, ended: tuple[str, ...]) -> bool:
    """Whether it was proposed on that day before; then the answer is the same, and nothing is changed."""
    course = next((course for course in courses if course.state not in ended and course.steps[0].on == on), None)
    if course is None:
        return False
    assert answer.refused is None
    assert (answer.result.no, answer.result.changed, answer.result.yen) == (course.no, False, course.yen)
    return True


def _require_proposed(course: Course, answer: Answer, yen: int, on: date, by: str) -> None:
    assert (answer.result.no, answer.result.changed) == (course.no, True)
    assert answer.result.yen == course.yen == yen > 0, f"{course.yen} yen are proposed, {yen} are due"
    assert [(step.state, step.on, step.by) for step in course.steps] == [("proposed", on, by)]


def step(memory: Memory, kind: str, no: int, state: str, on: date, by: str, reason: str | None = None) -> Expectation:
    """A state that may follow, by another person where that is asked, on a day that can be."""
    courses, before = memory.credits if kind == "credit" else memory.refunds, len(memory.entries)
    if no > len(courses):
        answer = yield
        require_refused(answer, f"unknown-{kind}")
        return
    course, last = courses[no - 1], courses[no - 1].steps[-1]
    earlier = [(step.state, step.on, step.by, step.reason) for step in course.in_force]
    anew = last.state == state == "approved" and memory.fell(course)
    repeated = last.state == state or (state, on, by, reason) in earlier
    against = {
        "month-closed": memory.is_closed(on),
        f"{kind}-out-of-order": state not in MOVES[kind].get(last.state, ()) and not anew,
        "before-the-step-before": on < last.on,
        "no-reason-given": state in NEED_A_REASON and not reason,
        "same-person-approves": state in ("approved", "applied", "ended") and by == course.steps[0].by,
        "came-back-before": kind == "refund" and state == "rejected" and course.came_back,
    }
    binds = kind == "refund" and (state == "approved" or (state == "paid" and last.state == "approved"))
    if binds:
        against |= _changed_receiver(memory, course, state, by)
    besides = MONEY_GONE.get(state, ())
    if asks := {"approved": "grounds-changed", "paid": "grounds-changed", "applied": "credit-grounds-changed"}.get(
        state
    ):
        against[asks] = on == memory.today and grounds_changed(memory, course)
        # Also where the books are to be corrected, and this holds the money. Of a deposit nobody may have known whose
        # it was when its return was proposed.
        besides = (*besides, asks, *(["proposed-differently"] if course.deposit is not None else []))
    answer = yield
    if answer.refused is None and not answer.result.changed:
        assert repeated and not anew and answer.result.no == no
    elif last.state == state and not anew:
        require_refused(answer, "done-differently")
    elif require_allowed(answer, against, besides):
        if state == "approved":
            memory.bound[no] = memory.paid_to(course)
            if memory.bound[no][0] is not None and memory.account_of(course).last is None:
                memory.approved_unknown.add(str(memory.bound[no][0]))
        new = memory.own(before)
        assert (course.state, course.steps[-1].on, course.steps[-1].by) == (state, on, by)
        assert {entry.on for entry in new} <= {on}, "an entry is not dated on the day of its step"
        assert to_bank(new) == {"paid": -course.yen, "returned": course.yen}.get(state, 0)
        posted = {step.entry for step in course.steps[:-1]} if state in NEED_A_REASON else set()
        if state in ("rejected", "undone"):
            assert posted - {None} <= {entry.reverses for entry in new}, "its own entries are not reversed"
        if state == "ended":
            assert course.steps[0].entry in {entry.reverses for entry in new}, "its reservation is not reversed"
        assert bool(new) == (state != "approved")


def hands_of(refund: Course) -> set[str]:
    """Who proposed a refund and who approved it; to declare a file void is no approval."""
    signed = (step for step in refund.in_force if step.state in ("proposed", "approved"))
    return {step.by for step in signed if step.payment_file is None}


def _changed_receiver(memory: Memory, course: Course, state: str, by: str) -> dict[str, bool]:
    """What stands against an approval, or a payment without a file, because of to whom it goes and who acts."""
    payee = memory.in_place_of(course)
    hands = memory.people == "three" and by in hands_of(course)
    return {
        "payee-not-approved": payee.waits,
        "account-not-approved": payee.trusted is None and memory.account_of(course).waits,
        "approval-fell": state == "paid" and memory.fell(course),
        "same-person-pays": state == "paid" and hands,
    }


def grounds_changed(memory: Memory, course: Course) -> bool:
    """Whether today less comes back than a refund or credit of a fee is of, had it not been proposed.

    Of a deposit: whether it is of less than is to be returned of it, or was withdrawn. It may be needed for a fee, too.
    """
    if course.deposit is not None:
        known = memory.deposits.get(course.deposit, [])
        return not known or known[-1].yen < course.yen
    finding = memory.finding(str(course.application), without=course)
    return finding.outcome != "eligible" or finding.refundable < course.yen
