"""What the random sequences are drawn from: the words of a command, and the commands, each as often as it stands."""

from collections.abc import Sequence
from random import Random
from typing import Any

from ledger.codes import RIGHTS
from tests import given
from tests.commanded import NUMBERS, OTHER
from tests.posted import CHIEF, CLERK

# What the words of a command are chosen from, each as often as it stands there.
PEOPLE = (CLERK, CHIEF)
MEMBERS = (given.MEMBER, given.MEMBER, OTHER)
# Which of the last few; and now and then one that is not there.
WHICH = (1, 1, 1, 2, 2, 3, 4, 5, 0)
DAYS = range(10)
LONG_AGO = (0, 1, 3, 9, 30, 31, 45, 100, 170)
# Mostly a day that can be, mostly another person, mostly a reason, mostly a state that may follow.
BACK = (0, 0, 0, 0, 0, 2)
REASONS = ("申出", "申出", "申出", "口座", "")
WRONG = (0, 0, 0, 0, 1)
# Mostly on today; now and then on a day that may lie in a closed month. Mostly what can be done, if anything can.
LATE, SURE = (0, 0, 0, 0, 0, 0, 1), (1, 1, 1, 0)
# Which month: the one before this, the one before that, this one.
MONTHS = (1, 1, 1, 2, 0)
# What is said of the bank's balance, and that what stands against closing is accepted.
BANKS, ACCEPTS = ("right", "right", "wrong", None), ("月末の処理", "月末の処理", "月末の処理", None, "")
# Mostly a reissue of the same member; the last goes to another one, the one before to no reissue.
PAIRS = (
    *((NUMBERS[old], NUMBERS[new]) for old, new in ((0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (0, 2), (1, 3), (3, 1))),
    *((NUMBERS[4], NUMBERS[5]), (NUMBERS[1], NUMBERS[0]), (NUMBERS[0], NUMBERS[5])),
)
EITHER = (False, True)
SLIPS = ("charge", "interest", "write-off", "income", "other", "opened-refund", "claim_write_off")
# Somebody is listed, or listed anew with fewer rights.
ALL_RIGHTS = ",".join(RIGHTS.codes)
NAMES, MAY = (CLERK, CHIEF, "丁山", "丁山"), (ALL_RIGHTS, ALL_RIGHTS, "propose", "propose,approve", "pay,close")
# For which points beside --accept a reason of its own is given.
NAMED: tuple[tuple[str, ...], ...] = ((), (), ("bank_differs",), ("suspense",), ("suspense", "bank_differs"))
KEYS = ("K-1", "K-2")

# What can be told of a certificate beside what has a rule of its own; told anew, it is a correction.
FACTS: tuple[tuple[str, str | None], ...] = (
    *(("issued_on", None), ("mailed_on", None), ("revoked_on", None), ("withdrawn_on", None)),
    *(("downloaded", "day"), ("downloaded", "none"), ("receipt", "day"), ("receipt", "none")),
    *(("reason", code) for code in ("tool_defect", "receipt_not_returned", "pin_lost", "deregistered")),
    *(("used", "cannot"), ("covered", "yes"), ("covered", "no"), ("reason", "obligation_breach")),
)

# What may be typed under a key: each is one command of the command line.
TYPED: list[tuple[Any, ...]] = [
    *[("booked", (0, 0, 0, 0, 25))] * 3,
    *[("decided", ([], *([number] for number in NUMBERS)))] * 2,
    ("matched", WHICH, NUMBERS, BACK),
    ("unmatched", WHICH, REASONS, BACK, (0, 0, 1)),
    *[("bill_paid", WHICH, BACK)] * 2,
    *[("reversed_by_hand", range(13), REASONS, BACK)] * 2,
    *[("slip_proposed", SLIPS, WHICH, NUMBERS, (440, 12), BACK, REASONS, PEOPLE)] * 3,
    *[("slip_decided", WHICH, (True, True, False), BACK, REASONS, PEOPLE)] * 3,
    *[("refund_proposed", NUMBERS, PEOPLE, LATE, SURE)] * 4,
    ("deposit_returned", WHICH, PEOPLE, LATE),
    *[("credit_proposed", PAIRS, PEOPLE, LATE, SURE)] * 2,
    *[("taken_on", ("refund",), WHICH, WRONG, (0, 0, 1), BACK, PEOPLE, REASONS)] * 7,
    *[("taken_on", ("credit",), WHICH, WRONG, (0, 1), BACK, PEOPLE, REASONS)] * 4,
    *[("month_closed", MONTHS, BANKS, ACCEPTS, (60, 10), NAMED, PEOPLE)] * 2,
    ("month_closed_by_two", MONTHS, PEOPLE, PEOPLE),
    ("brought_to_its_day", BACK, (0, 1, 2, 3)),
    *[("withdrawn", WHICH, (1, 0), range(4), REASONS, BACK)] * 3,
    ("owner_corrected", NUMBERS, MEMBERS),
    ("person_added", NAMES, MAY, PEOPLE, SURE),
    ("end_person", NAMES, PEOPLE),
    ("person_approved", WHICH, PEOPLE),
    ("person_rejected", WHICH, PEOPLE),
    ("month_reopened", MONTHS, REASONS),
    ("account_approved", MEMBERS, PEOPLE),
    *[("ruling_approved", WHICH, BACK, PEOPLE)] * 2,
    ("ruling_rejected", WHICH, BACK, REASONS, PEOPLE),
    ("payee_approved", NUMBERS, PEOPLE),
    *[("taken_back", WHICH, REASONS, PEOPLE, BACK)] * 2,
    ("paid_back", WHICH, (7245, 5000, 2000), PEOPLE, BACK),
    *[("filed", PEOPLE, (0, 0, 0, 1, 3), ("A.txt", "A.txt", "B.txt"), SURE)] * 3,
    *[("made_void", (1, 1, 2, 0), REASONS, PEOPLE, BACK)] * 2,
    ("set_people", ("two", "three"), PEOPLE),
]
COMMANDS = [
    *TYPED,
    *[("time_passes", (1, 2, 3))] * 3,
    ("time_passes", (20, 31, 45, 100)),
    *[("a_transfer_comes_in", NUMBERS, (7245, 5000, 9000, 2000), DAYS, EITHER)] * 2,
    ("a_transfer_is_corrected", WHICH, NUMBERS, (7245, 5000, 2000), range(3)),
    *[("a_fact_is_told", NUMBERS, (("mailed_on", None),), DAYS)] * 2,
    ("a_fact_is_told", NUMBERS, (("revoked_on", None),), DAYS),
    ("a_fact_is_told", NUMBERS, (("used", "no"), ("used", "no"), ("used", "yes")), (0,)),
    *[("a_certificate_ends_unused", NUMBERS, EITHER, EITHER)] * 2,
    *[("a_fact_is_told", NUMBERS, FACTS, LONG_AGO)] * 3,
    *[("a_bill_comes", NUMBERS, EITHER, (0, 0, 2000), SURE)] * 2,
    *[("an_account_is_told", MEMBERS, ("1234567", "7654321"), PEOPLE)] * 2,
    ("learn", ("payees",), ("learn_payee",), NUMBERS, ("3334445", "3334446"), PEOPLE),
    ("look", MEMBERS, ("照会", "照会", "")),
    *[("a_ruling_comes", NUMBERS, ("refund", "refund", "no_refund"), PEOPLE, SURE)] * 2,
    *[("credited", PAIRS, SURE)] * 4,
    *[("under_a_key", KEYS, TYPED)] * 2,
    ("typed_again", KEYS),
]


def drawn(seed: int, commands: Sequence[tuple[Any, ...]] = COMMANDS) -> tuple[Any, ...]:
    """A command with its words: evenly from all, where Hypothesis itself would repeat a few of them again and again.

    It likes no number as much as 0, so that is the plainest of all: a day goes by.
    """
    if not seed:
        return "time_passes", 1
    dice = Random(seed)
    name, *words = dice.choice(commands)
    return (name, *(drawn(dice.getrandbits(32), word) if word is TYPED else dice.choice(word) for word in words))
