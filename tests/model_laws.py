"""What is so in the books after every command, whichever it was: in sums, part by part, and entry by entry."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.model import (
    AUTHORITY,
    BANK,
    CAME_BACK,
    CLAIMS,
    FIRST,
    HELD,
    OPENINGS,
    PAYABLE,
    SET_ASIDE,
    STANDING,
    SUSPENSE,
    Entry,
    Memory,
)

NEVER_BELOW_ZERO = (PAYABLE, HELD, SET_ASIDE, SUSPENSE, CAME_BACK)


def require_right_entries(memory: Memory, command: str, new: list[Entry], closed_to: date | None) -> None:
    """Each new entry is dated in an open month, not before what it rests on; a reversal undoes exactly, and once."""
    for entry in new:
        assert entry.movements and all(movement.yen > 0 for movement in entry.movements)
        assert entry.on <= memory.today, f"entry {entry.no} is dated after today"
        assert closed_to is None or entry.on > closed_to, f"entry {entry.no} is dated in a closed month"
        if entry.for_day is not None and command != "book_on_its_day":
            assert closed_to is not None and entry.for_day <= closed_to and entry.on == closed_to + timedelta(1)
        if command not in ("reverse", "decide_slip", "book_on_its_day"):
            _require_its_day(memory, entry)
        if entry.reverses is not None:
            original = memory.entries[entry.reverses - 1]
            assert original.reversed_by == entry.no, f"{original.no} is reversed twice"
            by_hand = command in ("reverse", "decide_slip")
            assert original.reverses is None or by_hand, f"the reversal {original.no} is taken back by no person"
            assert entry.movements == [movement.opposite for movement in reversed(original.movements)]
            assert entry.event == original.event and entry.day >= original.day, f"{entry.no} is before {original.no}"
            continue
        # A payment that a person reversed is recorded again by a person.
        for no, grounds in memory.by_hand.items() if command != "pay_bill" else ():
            original = memory.entries[no - 1]
            same = (original.event, original.movements) == (entry.event, entry.movements)
            assert not same or memory.grounds(entry) != grounds, f"{no}, reversed by a person, is booked again"


def _require_its_day(memory: Memory, entry: Entry) -> None:
    """A deposit is received on its day; what is booked of it later, on the day when that became known, or after it."""
    movement = entry.movements[0]
    if entry.event in (*FIRST, "suspense_settled"):
        reference, earlier = str(movement.deposit), memory.entries[: entry.no - 1]
        of_deposit = [other for other in earlier if other.movements[0].deposit == movement.deposit]
        if any(other.day != entry.day for other in of_deposit) or reference not in memory.deposits:
            assert entry.day >= memory.changed_on[reference], f"{reference} is booked before that was known"
        elif entry.reverses is None or of_deposit[-1].no != entry.reverses:
            assert entry.day == memory.deposits[reference][-1].received_on, f"{reference} is not booked on its day"
    elif entry.event == "certificate_issued" and entry.reverses is None:
        days = memory.applications[str(movement.debit_part)].issue_days
        assert days and entry.day >= min(days), f"{movement.debit_part} is booked before it was issued"


def require_sums(memory: Memory) -> None:
    """Yen in are yen out, what is owed is what is proposed, and nothing comes back twice."""
    by_state: Counter[str] = Counter()
    for refund in memory.refunds:
        state = refund.state if refund.state != "recovered" else "paid"
        came_back = refund.came_back and state in ("approved", "filed")
        by_state["returned" if came_back else state] += refund.yen - refund.recovered
    by_account: Counter[str] = Counter()
    for (account, _part), yen in memory.balance.items():
        by_account[account] += yen
    deposits = sum(memory.banked.values())
    by_person = ("authority_paid", "authority_repaid", "transfer_fee", "interest_received", "other_entry", *OPENINGS)
    other = -sum(memory.moved[event, BANK, None] for event in by_person)
    assert -by_account[BANK] == deposits - by_state["paid"] + other, "yen in are not yen out"
    assert sum(by_account.values()) == 0
    opened = sum(
        yen for (event, account, _part), yen in memory.moved.items() if account == PAYABLE and event in OPENINGS
    )
    reserved = sum(by_state[state] for state in ("proposed", "approved", "filed"))
    assert by_account[PAYABLE] == reserved + opened, "reserved for refunds"
    for number in memory.applications:
        left = sum(memory.moved[event, PAYABLE, number] for event in OPENINGS)
        assert left >= 0, f"{number}: more is paid of what was owed when the books began than was owed"
    assert by_account[CAME_BACK] == by_state["returned"], "transfers that came back"
    credits = [credit for credit in memory.credits if credit.state == "proposed"]
    assert by_account[SET_ASIDE] == sum(credit.yen for credit in credits), "reserved for credits"
    for reference, yens in memory.yens.items():
        refunds = [refund for refund in memory.refunds if refund.deposit == reference]
        assert memory.banked[reference] in {0, *yens}, f"{reference}: received"
        standing = sum(refund.standing for refund in refunds) - memory.claimed(reference, SUSPENSE)
        assert standing <= memory.banked[reference], f"{reference} comes back twice"
    for number in memory.applications:
        _require_one_fee(memory, number)


def _require_one_fee(memory: Memory, number: str) -> None:
    fee, received = memory.applications[number].due, memory.received(number)
    by_credit = sum(credit.yen for credit in memory.credits if credit.to == number and credit.state == "applied")
    assert memory.moved["credit_applied", HELD, number] == by_credit, f"{number}: credited"
    credits = (credit for credit in memory.credits if credit.application == number and credit.state in STANDING)
    assert -memory.moved["credit_proposed", HELD, number] == sum(credit.yen for credit in credits), (
        f"{number}: credited on"
    )
    assert 0 <= received <= fee, f"{number}: more than the fee is received"
    assert memory.given_back(number) <= received, f"{number}: more comes back than was received"
    # From no lot comes back more than it received itself, by whichever credits its yen went.
    cash = received - by_credit
    assert 0 <= memory.moved["refund_proposed", PAYABLE, number] <= cash + memory.claimed(number), f"{number}: lot"
    issued, waived = memory.issued(number), memory.waived(number)
    assert issued in (0, fee) and 0 <= waived <= issued, f"{number}: {issued} issued, {waived} waived"
    paid = -memory.moved["authority_paid", AUTHORITY, number]
    repaid = memory.moved["authority_repaid", AUTHORITY, number]
    # What was given back may be billed and paid once more.
    assert 0 <= repaid <= paid <= fee + repaid, f"{number}: {paid} paid to the authority, {repaid} given back"


def require_one_member(memory: Memory) -> None:
    """A credit stays with one member."""
    for credit in memory.credits:
        if credit.state in STANDING:
            old, new = (memory.applications[str(number)].member for number in (credit.application, credit.to))
            assert old == new, f"credit {credit.no} goes from one member to another"


def require_posted(memory: Memory, left_to_post: list[str]) -> None:
    """The books follow what is known: nothing is called for that is not posted."""
    assert not left_to_post, f"after {len(memory.entries)} entries {left_to_post} are left to post"


def require_nothing_stuck(money_gone: list[str]) -> None:
    """What is known to be otherwise is corrected, or waits for a refund or credit that can be named."""
    assert not money_gone, f"{money_gone} are not corrected, and nothing holds the money"


def require_never_below_zero(memory: Memory, new: list[Entry]) -> None:
    """No part of an account is below zero: not now, and not as of any day since the first that changed."""
    for (account, part), yen in memory.balance.items():
        assert _stands(account, yen), f"{account} {part} is {yen}"
    first = min((entry.on for entry in new), default=memory.today)
    for day in sorted({entry.on for entry in memory.entries if new and entry.on >= first}):
        for (account, part), yen in memory.balance_by(day).items():
            assert _stands(account, yen), f"as of {day} {account} {part} is {yen}"
    known = {max(entry.day, entry.known_on or entry.on) for entry in memory.entries if new}
    for day in sorted(day for day in known if day >= min(entry.day for entry in new)):
        for (account, part), yen in memory.balance_known(day).items():
            assert yen >= 0, f"as of {day}, as known by it, {account} {part} is {yen}"


def _stands(account: str, yen: int) -> bool:
    return yen <= 0 if account == CLAIMS else yen >= 0 or account not in NEVER_BELOW_ZERO


def require_booked(memory: Memory, unbooked: set[str]) -> None:
    """Everything is in the books as it is known, but what is left."""
    for reference, versions in memory.deposits.items():
        if reference in unbooked:
            continue
        deposit = versions[-1]
        if memory.opened_on is not None and deposit.received_on <= memory.opened_on:
            assert memory.banked[reference] == 0, f"{reference} stands in the opening balances, and is booked"
            continue
        assert memory.banked[reference] == deposit.yen, f"{reference} is not booked as it is known"
        for number in deposit.applications:
            if memory.balance[SUSPENSE, reference]:
                fee = memory.applications[number].due
                assert memory.covered(number) == fee, f"{reference} waits, though its fee is not received"
    for number, application in memory.applications.items():
        if number in unbooked:
            continue
        issued, waived = memory.issued(number), memory.waived(number)
        began = memory.opened_on is not None and any(day <= memory.opened_on for day in application.issue_days)
        if application.issue_days and memory.covered(number) == application.due and not (issued or began):
            assert memory.balance[HELD, number] < application.due, f"{number} is issued, and not booked"
        if memory.outcomes.get(number) == "eligible":
            assert waived == issued, f"{number} is decided, and not waived"
        if number not in memory.outcomes:
            assert waived == memory.waived_by_bills(number), f"{number} is not waived as its bills say"


def require_reasons(memory: Memory, left: Iterable[Any]) -> None:
    """What is left is left for a reason that holds."""
    for item in left:
        if item.code == "reversed_by_hand":
            assert item.entry in memory.by_hand
        elif item.code == "fee_not_received":
            assert memory.received(item.subject) < memory.applications[item.subject].due
        else:
            assert item.code in ("money_gone", "money_reserved") and memory.news[item.subject] > 1
