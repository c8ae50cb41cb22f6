"""Whether a command may succeed, where that is a plain rule, and what must then be so; one generator for each command.

What stands before the `yield` looks at what is remembered before the command; the `yield` gives what both engines
answered, once the rows that they have written are remembered too.
"""

from collections.abc import Generator, Iterable
from datetime import date
from typing import Any

from tests.commanded import Answer
from tests.model import AUTHORITY, BANK, HELD, SUSPENSE, BankAccount, Bill, Close, Course, Entry, Memory, last_day

Expectation = Generator[None, Answer, None]

MOVES = {
    "refund": {
        "proposed": ("approved", "rejected"),
        "approved": ("paid", "rejected"),
        "filed": ("paid",),
        "paid": ("returned",),
        "returned": ("paid",),
    },
    "credit": {"proposed": ("applied", "rejected"), "applied": ("undone",)},
}
NEED_A_REASON = ("rejected", "returned", "undone")
# What may be refused although no plain rule stands against it: where the money has gone, the ledger alone knows.
MONEY_GONE = {"applied": ("nothing-owed",), "undone": ("credit-gone-on", "credit-spent", "before-the-step-before")}
OUTCOMES = {
    "no_fee": "no-fee-received",
    "settled": "nothing-to-refund",
    "in_force": "still-in-force",
    "needs_facts": "facts-missing",
    "needs_review": "needs-review",
    "not_eligible": "not-eligible",
}


def _require_refused(answer: Answer, *codes: str) -> None:
    assert answer.refused in codes, f"answered {answer}, where {codes} was to be refused"


def _require_allowed(answer: Answer, against: dict[str, bool], besides: Iterable[str] = ()) -> bool:
    """Whether it was done: only where nothing stands against it, of which the first is what it is refused for.

    `besides` are refusals that may come although nothing of that stands.
    """
    codes = [code for code, stands in against.items() if stands]
    if answer.refused is None:
        assert not codes, f"done, although {codes} stand against it"
        return True
    _require_refused(answer, *(codes[:1] or besides))
    return False


def _to_bank(entries: Iterable[Entry]) -> int:
    """What entries bring to the bank, in yen."""
    sides = (side for entry in entries for movement in entry.movements for side in movement.sides)
    return -sum(yen for account, _part, yen in sides if account == BANK)


# --- facts, booking, decisions --------------------------------------------------------------------------------------


def book(memory: Memory, through: date) -> Expectation:
    """Booked up to today, everything is in the books but what the answer names."""
    answer = yield
    if memory.is_closed(through) and answer.refused:
        _require_refused(answer, "month-closed")
        return
    assert answer.refused is None
    if through < memory.today:
        return
    _require_reasons(memory, answer.result.left)
    unbooked = {item.subject for item in answer.result.left}
    for reference, versions in memory.deposits.items():
        if reference in unbooked:
            continue
        deposit, number = versions[-1], versions[-1].application
        assert memory.banked[reference] == deposit.yen, f"{reference} is not booked as it is known"
        if number is not None and memory.balance[SUSPENSE, reference]:
            fee = memory.applications[number].due
            assert memory.received(number) == fee, f"{reference} waits, though its fee is not received"
    for number, application in memory.applications.items():
        if number in unbooked:
            continue
        issued, waived = memory.issued(number), memory.waived(number)
        if application.issue_days and memory.received(number) == application.due and not issued:
            assert memory.balance[HELD, number] < application.due, f"{number} is issued, and not booked"
        if memory.outcomes.get(number) == "eligible":
            assert waived == issued, f"{number} is decided, and not waived"
        if number not in memory.outcomes:
            assert waived == memory.waived_by_bills(number), f"{number} is not waived as its bills say"


def _require_reasons(memory: Memory, left: Iterable[Any]) -> None:
    """What is left is left for a reason that holds."""
    for item in left:
        if item.code == "reversed_by_hand":
            assert item.entry in memory.by_hand
        elif item.code == "fee_not_received":
            assert memory.received(item.subject) < memory.applications[item.subject].due
        else:
            assert item.code == "money_gone" and memory.news[item.subject] > 1


def decide(memory: Memory, *numbers: str) -> Expectation:
    """What is decided is what the rules say."""
    outcomes = [memory.finding(number).outcome for number in sorted(numbers)]
    answer = yield
    assert answer.result == outcomes
    assert all(memory.outcomes[number] == outcome for number, outcome in zip(sorted(numbers), outcomes, strict=True))


def match(memory: Memory, reference: str, number: str, on: date) -> Expectation:
    """A person's word whose a deposit is, where nothing is known of that yet."""
    deposit = memory.deposits[reference][-1] if reference in memory.deposits else None
    answer = yield
    if deposit is not None and deposit.application == number:
        assert answer.result is False
        return
    against = {
        "unknown-deposit": deposit is None,
        "settled-otherwise": deposit is not None and deposit.application is not None,
        "settled-before-known": deposit is not None and on < deposit.known_on,
    }
    if _require_allowed(answer, against):
        assert answer.result is True
        memory.settle(reference, number, on)


def pay_bill(memory: Memory, reference: str, on: date) -> Expectation:
    """A bill is paid once, no more than it says and no more than is owed; a plain one is paid in full."""
    bill, before = memory.bills.get(reference), len(memory.entries)
    owed = memory.balance[AUTHORITY, bill.application] if bill else 0
    lowest = _lowest_owed(memory, bill, on) if bill else 0
    answer = yield
    if bill is None:
        _require_refused(answer, "unknown-bill")
    elif on < bill.billed_on:
        _require_refused(answer, "before-the-step-before")
    elif answer.refused == "not-owed-yet":
        assert lowest < min(abs(bill.yen), abs(owed)), "what is paid stands in the books on that day"
    elif memory.is_closed(on) and answer.refused:
        _require_refused(answer, "month-closed")
    else:
        yen = answer.result.yen
        assert _to_bank(memory.entries[before:]) == -yen
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


def reverse(memory: Memory, no: int, reason: str, on: date) -> Expectation:
    """An entry that nothing else rests on is reversed once."""
    entry, before = memory.entries[no - 1] if no <= len(memory.entries) else None, len(memory.entries)
    earlier = memory.entries[entry.reversed_by - 1] if entry and entry.reversed_by else None
    answer = yield
    if entry is None:
        _require_refused(answer, "unknown-entry")
    elif entry.reverses is not None:
        _require_refused(answer, "reversal-of-reversal")
    elif earlier is not None:
        if no in memory.by_hand and (earlier.on, earlier.reason) == (on, reason):
            assert (answer.result.no, answer.result.changed) == (entry.reversed_by, False)
        else:
            _require_refused(answer, "already-reversed")
    else:
        against = {
            "month-closed": memory.is_closed(on),
            "no-reason-given": not reason,
            "reversal-before-original": on < entry.on,
            "part-of-refund": any(step.entry == no for refund in memory.refunds for step in refund.steps),
            "part-of-credit": any(step.entry == no for credit in memory.credits for step in credit.steps),
            "waived-meanwhile": entry.event == "certificate_issued"
            and memory.waived(entry.movements[0].debit_part) > 0,
        }
        if _require_allowed(answer, against, ["nothing-left-to-reverse"]):
            new = memory.entries[before:]
            assert [(entry.reverses, entry.on, entry.reason) for entry in new] == [(no, on, reason)]
            memory.by_hand[no] = memory.grounds(entry)
            if no in memory.bill_payments:
                memory.paid_bills[memory.bill_payments[no]] += _to_bank([entry])


# --- refunds and credits --------------------------------------------------------------------------------------------


def propose_refund(memory: Memory, number: str, by: str, on: date) -> Expectation:
    """What comes back by the rules is proposed, to the yen."""
    finding = memory.finding(number)
    before = [refund for refund in memory.refunds if refund.application == number]
    answer = yield
    if _proposed_before(before, answer, on, ("rejected",)):
        return
    against = {"month-closed": memory.is_closed(on)}
    if finding.outcome != "eligible":
        against[OUTCOMES[finding.outcome]] = True
    if _require_allowed(answer, against, ["fee-not-held"]):
        _require_proposed(memory.refunds[-1], answer, finding.refundable, on, by)


def return_deposit(memory: Memory, reference: str, by: str, on: date) -> Expectation:
    """All that is in suspense of a deposit is proposed."""
    before = [refund for refund in memory.refunds if refund.deposit == reference]
    in_suspense = memory.balance[SUSPENSE, reference]
    answer = yield
    if reference not in memory.deposits:
        _require_refused(answer, "unknown-deposit")
    elif not _proposed_before(before, answer, on, ("rejected",)):
        nothing_new = len(memory.deposits[reference]) == 1 and memory.deposits[reference][0].application is None
        possible = [] if in_suspense and nothing_new else ["nothing-overpaid"]
        if _require_allowed(answer, {"month-closed": memory.is_closed(on)}, possible):
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
    if _require_allowed(answer, against, ["fee-not-held", "nothing-owed"]):
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
        _require_refused(answer, f"unknown-{kind}")
        return
    course, last = courses[no - 1], courses[no - 1].steps[-1]
    earlier = [(step.state, step.on, step.by, step.reason) for step in course.steps]
    repeated = last.state == state or (state, on, by, reason) in earlier
    against = {
        "month-closed": memory.is_closed(on),
        f"{kind}-out-of-order": state not in MOVES[kind].get(last.state, ()),
        "before-the-step-before": on < last.on,
        "no-reason-given": state in NEED_A_REASON and not reason,
        "same-person-approves": state in ("approved", "applied") and by == course.steps[0].by,
        "account-not-approved": state in ("approved", "paid") and memory.account_of(course).waits,
    }
    answer = yield
    if answer.refused is None and not answer.result.changed:
        assert repeated and answer.result.no == no
    elif last.state == state:
        _require_refused(answer, "done-differently")
    elif _require_allowed(answer, against, MONEY_GONE.get(state, ())):
        new = memory.entries[before:]
        assert (course.state, course.steps[-1].on, course.steps[-1].by) == (state, on, by)
        assert {entry.on for entry in new} <= {on}, "an entry is not dated on the day of its step"
        assert _to_bank(new) == {"paid": -course.yen, "returned": course.yen}.get(state, 0)
        posted = {step.entry for step in course.steps[:-1]} if state in NEED_A_REASON else set()
        if state in ("rejected", "undone"):
            assert posted - {None} <= {entry.reverses for entry in new}, "its own entries are not reversed"
        assert bool(new) == (state != "approved")


# --- payment files --------------------------------------------------------------------------------------------------


def file(memory: Memory, on: date, name: str, by: str) -> Expectation:
    """Everything that is approved goes into one file, made by a third person where three are asked."""
    standing = [no for no, (pay_on, _name) in memory.files.items() if pay_on == on and not _void(memory, no)]
    approved = [refund for refund in memory.refunds if refund.state == "approved"]
    same_name = any(memory.files[no][1] == name for no in standing)
    against = {
        "not-a-bank-day": on.weekday() >= 5 or (on.month, on.day) in ((12, 31), (1, 1), (1, 2), (1, 3)),
        "month-closed": memory.is_closed(on),
        "nothing-to-file": not approved,
        "before-the-step-before": any(on < refund.steps[-1].on for refund in approved),
        "not-ready-to-file": any(not _payable(memory.account_of(refund)) for refund in approved),
        "same-person-files": memory.people == "three" and any(by in _hands(refund) for refund in approved),
    }
    answer = yield
    if answer.refused is None and not answer.result.changed:
        assert same_name or (standing and not approved)
        states = {refund.no: refund.state for refund in _inside(memory, answer.result.no)}
        assert list(answer.result.gone_on) == [no for no, state in states.items() if state in ("paid", "returned")]
    elif _require_allowed(answer, against):
        assert not same_name
        assert [refund.refund for refund in answer.result.refunds] == [refund.no for refund in approved]
        assert answer.result.yen == sum(refund.yen for refund in approved)
        assert {refund.state for refund in approved} == {"filed"}
        assert _inside(memory, answer.result.no) == approved


def void(memory: Memory, no: int, on: date, reason: str, by: str) -> Expectation:
    """A file of which nothing was paid is void; what is in it is approved again."""
    contained, already = _inside(memory, no), _void(memory, no)
    if no not in memory.files or already is not None:
        answer = yield
        if no not in memory.files:
            _require_refused(answer, "unknown-payment-file")
        elif already != reason:
            _require_refused(answer, "done-differently")
        else:
            assert not answer.result.changed
        return
    against = {
        "month-closed": memory.is_closed(on),
        "payment-file-gone-on": any(refund.state != "filed" for refund in contained),
        "before-the-step-before": any(on < refund.steps[-2].on for refund in contained),
        "no-reason-given": not reason,
        "same-person-voids": any(refund.steps[0].by == by for refund in contained),
    }
    answer = yield
    if _require_allowed(answer, against):
        assert answer.result.changed and answer.result.refunds == tuple(refund.no for refund in contained)
        assert {refund.state for refund in contained} == {"approved"}


def _inside(memory: Memory, no: int) -> list[Course]:
    return [
        refund
        for refund in memory.refunds
        if any((step.state, step.payment_file) == ("filed", no) for step in refund.steps)
    ]


def _void(memory: Memory, no: int) -> str | None:
    """Why a file is void; None while it stands."""
    steps = (step for refund in memory.refunds for step in refund.steps)
    return next((step.reason for step in steps if (step.state, step.payment_file) == ("approved", no)), None)


def _payable(account: BankAccount) -> bool:
    return account.last is not None and not account.waits


def _hands(refund: Course) -> set[str]:
    """Who proposed a refund and who approved it; to declare a file void is no approval."""
    return {step.by for step in refund.steps if step.state in ("proposed", "approved") and step.payment_file is None}


# --- months ---------------------------------------------------------------------------------------------------------


def close(memory: Memory, month: str, bank: int | None, accept: str | None, days: int) -> Expectation:
    """A month that is over is closed, with a reason if anything stands against it; no figure changes.

    One reason for everything is none for a bank's balance that differs.
    """
    last, entries = last_day(month), len(memory.entries)
    before = next((close for close in memory.closes if close.last >= last), None)
    objections = dict(_objections(memory, last, bank))
    answer = yield
    assert len(memory.entries) == entries
    if before is not None:
        differs = (bank is not None and bank != before.bank) or (accept is not None and accept != before.accept)
        if before.month == month and differs:
            _require_refused(answer, "done-differently")
        else:
            assert (answer.result.changed, answer.result.closed_to) == (False, memory.closed_to)
        return
    against = {
        "month-not-over": memory.today <= last,
        "no-reason-given": accept == "",
        "not-ready-to-close": "bank_differs" in objections or (accept is None and bool(objections)),
    }
    if _require_allowed(answer, against, ["not-ready-to-close"] if accept is None else []):
        accepted = {objection.code: dict(objection.fields) for objection in answer.result.accepted}
        assert accept is not None or not accepted
        plain = ("suspense", "bank_not_given", "bank_differs", "refunds_proposed", "credits_proposed")
        assert {code: fields for code, fields in accepted.items() if code in plain} == objections
        assert (answer.result.changed, answer.result.closed_to) == (True, last)
        memory.closes.append(Close(month, last, bank, accept))
        memory.reopened = None


def _objections(memory: Memory, last: date, bank: int | None) -> Iterable[tuple[str, dict[str, Any]]]:
    """What plainly stands against closing."""
    balance, until = memory.balance_by(last), last.isoformat()
    in_suspense = [yen for (account, _part), yen in balance.items() if account == SUSPENSE and yen]
    if in_suspense:
        yield "suspense", {"count": len(in_suspense), "yen": sum(in_suspense)}
    if bank is None:
        yield "bank_not_given", {"last": until, "yen": memory.bank(last)}
    elif bank != memory.bank(last):
        yield "bank_differs", {"last": until, "bank": bank, "yen": memory.bank(last)}
    for code, courses in (("refunds_proposed", memory.refunds), ("credits_proposed", memory.credits)):
        proposed = [str(course.no) for course in courses if course.state == "proposed" and course.steps[0].on <= last]
        if proposed:
            yield code, {"numbers": proposed}


def reopen(memory: Memory, month: str, reason: str) -> Expectation:
    """A month is open again, with all after it, as if they had not been closed."""
    nth = next((nth for nth, close in enumerate(memory.closes) if close.last >= last_day(month)), None)
    entries = len(memory.entries)
    answer = yield
    assert len(memory.entries) == entries
    if memory.reopened is not None and memory.reopened[0] == month:
        if memory.reopened[1] != reason:
            _require_refused(answer, "done-differently")
        else:
            assert (answer.result.changed, answer.result.closed_to) == (False, memory.closed_to)
    elif nth is None:
        _require_refused(answer, "month-not-closed")
    elif _require_allowed(answer, {"no-reason-given": not reason}):
        del memory.closes[nth:]
        memory.reopened = month, reason
        assert (answer.result.changed, answer.result.closed_to) == (True, memory.closed_to)


# --- people ---------------------------------------------------------------------------------------------------------


def approve_account(memory: Memory, member: str, by: str) -> Expectation:
    """Who did not bring it says that a changed bank account is right."""
    account = memory.accounts.get(member, BankAccount())
    answer = yield
    if not account.waits and account.approved:
        assert answer.result is False
        return
    against = {"no-change-to-approve": not account.waits, "same-person-brought-account": by == account.brought_by}
    if _require_allowed(answer, against):
        assert answer.result is True
        account.trusted, account.approved = account.last, True


def look(memory: Memory, member: str, purpose: str) -> Expectation:
    """Whoever says why sees the whole number."""
    last = memory.accounts.get(member, BankAccount()).last
    answer = yield
    if _require_allowed(answer, {"no-purpose-given": not purpose, "no-account-known": last is None}):
        assert answer.result == last


def set_people(memory: Memory, value: str, _by: str) -> Expectation:
    """How many people a payment needs."""
    answer = yield
    assert answer.result is (memory.people != value)
    memory.people = value
