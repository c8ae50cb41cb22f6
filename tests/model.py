"""A plain model of the books: dictionaries and loops, no database, nothing of `ledger`.

It answers each command as the books have to: with what changed, or with the code of the refusal. What is asked is asked
on `today`; a step, a payment or a reversal may be given on an earlier day, and then its month has to be open. What
booking posts stands in `model_booked`, what is decided in `model_decided`, months, accounts and keys in `model_months`,
payment files in `model_filed`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from typing import Any

from tests.model_booked import (
    AUTHORITY,
    BANK,
    CAME_BACK,
    HELD,
    PAYABLE,
    SET_ASIDE,
    STANDING,
    SUSPENSE,
    Course,
    Move,
    Refused,
)
from tests.model_filed import Filed

Answer = tuple[str, Any]

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
SAME = {"rejected": ("reason",), "paid": ("on",), "returned": ("on", "reason"), "undone": ("reason",)}


CODES = {
    "no_fee": "no-fee-received",
    "settled": "nothing-to-refund",
    "in_force": "still-in-force",
    "needs_facts": "facts-missing",
    "needs_review": "needs-review",
    "not_eligible": "not-eligible",
}


class Model(Filed):
    """The books; see the module."""

    def answer(self, command: str, *words: Any) -> Answer:
        """What a command answers; one that is refused leaves everything as it was."""
        before = deepcopy(self.__dict__)
        try:
            return "done", getattr(self, command)(*words)
        except Refused as refused:
            self.__dict__.update(before)
            return "refused", str(refused)

    # --- refunds and credits ---

    def propose_refund(self, number: str, by: str, on: date) -> Any:
        """Proposes the refund of a fee, from the lots it was received in."""
        for no, course in enumerate(self.refunds, 1):
            if course.application == number and course.state != "rejected" and course.steps[0][1] == on:
                return no, False, course.yen
        self._require_today(on)
        yen = self._claim(number)
        moves: list[Move] = []
        lots = Counter({number: yen})
        for at, origin, back in self._carry(number, yen):
            moves.append((HELD, at, HELD, origin, back))
            lots.update({at: -back, origin: back})
        moves += [(HELD, lot, PAYABLE, lot, part) for lot, part in lots.items() if part]
        entry = self.post("refund_proposed", self.today, moves, belongs_to="refund")
        self.refunds.append(Course("refund", number, None, yen, [("proposed", self.today, by, None)], [entry]))
        return len(self.refunds), True, yen

    def _carry(self, at: str, yen: int) -> Iterator[tuple[str, str, int]]:
        """Back along the credits, oldest first; what none of them brought stays."""
        for origin, brought in self.links.get(at, {}).items():
            taken = min(yen, brought)
            if taken:
                self.links[at][origin] -= taken
                yen -= taken
                yield at, origin, taken
                yield from self._carry(origin, taken)

    def _require_today(self, on: date) -> None:
        """What is proposed rests on a finding: here it is proposed on today, or else in a closed month, and refused."""
        self.require_open(on)
        assert on == self.today

    def _claim(self, number: str, *also: str) -> int:
        found = self.finding(number)
        if found.outcome != "eligible":
            raise Refused(CODES[found.outcome])
        self.decide(number)
        self.book(self.today, [number, *also])
        if self.balance[HELD, number] < found.refundable:
            raise Refused("fee-not-held")
        return found.refundable

    def return_deposit(self, reference: str, by: str, on: date) -> Any:
        """Proposes the return of what is left in suspense of a deposit."""
        if reference not in self.deps:
            raise Refused("unknown-deposit")
        for no, course in enumerate(self.refunds, 1):
            if course.other == reference and course.state != "rejected" and course.steps[0][1] == on:
                return no, False, course.yen
        self._require_today(on)
        self.book(self.today, self.deps[reference].said)
        yen = self.balance[SUSPENSE, reference]
        if yen <= 0:
            raise Refused("nothing-overpaid")
        moves: list[Move] = [(SUSPENSE, reference, PAYABLE, reference, yen)]
        entry = self.post("overpayment_returned", self.today, moves, belongs_to="refund")
        self.refunds.append(Course("overpaid", None, reference, yen, [("proposed", self.today, by, None)], [entry]))
        return len(self.refunds), True, yen

    def propose_credit(self, number: str, to: str, by: str, on: date) -> Any:
        """Proposes to set a fee against a reissue."""
        for no, course in enumerate(self.credits, 1):
            alike = (course.application, course.other, course.steps[0][1]) == (number, to, on)
            if alike and course.state in STANDING:
                return no, False, course.yen
        self._require_today(on)
        if self.apps[number].member != self.apps[to].member:
            raise Refused("credit-to-another-member")
        if not self.apps[to].reissue or number == to:
            raise Refused("not-a-reissue")
        if self.apps[to].day("withdrawn_on") is not None:
            raise Refused("reissue-withdrawn")
        back = self._claim(number, to)
        owed = self._owed(to)
        if owed <= 0:
            raise Refused("nothing-owed")
        yen = min(back, owed)
        entry = self.post("credit_proposed", self.today, [(HELD, number, SET_ASIDE, number, yen)], belongs_to="credit")
        self.credits.append(Course("credit", number, to, yen, [("proposed", self.today, by, None)], [entry]))
        return len(self.credits), True, yen

    def could_credit(self, number: str, to: str) -> bool:
        """Whether a credit could be proposed now: something comes back, and the reissue owes something."""
        one_member = self.apps[number].member == self.apps[to].member and self.apps[to].reissue and number != to
        return one_member and self.finding(number).refundable > 0 and self._owed(to) > 0

    def _owed(self, number: str) -> int:
        proposed = sum(credit.yen for credit in self.credits if credit.other == number and credit.state == "proposed")
        return self.apps[number].due - self.received(number) - proposed

    def step(self, kind: str, no: int, state: str, on: date, by: str, reason: str | None = None) -> Any:
        """Brings a refund or a credit into a state."""
        things = self.credits if kind == "credit" else self.refunds
        if not 1 <= no <= len(things):
            raise Refused(f"unknown-{kind}")
        thing = things[no - 1]
        last, day, _by, why = thing.steps[-1]
        if last == state:
            there, here = {"on": day, "reason": why}, {"on": on, "reason": reason}
            if any(there[each] != here[each] for each in SAME.get(state, ())):
                raise Refused("done-differently")
            return no, False
        follows = state in MOVES[kind].get(last, ())
        if not follows and (state, on, by, reason) in thing.steps:
            return no, False
        self.require_open(on)
        if not follows:
            raise Refused(f"{kind}-out-of-order")
        if on < day:
            raise Refused("before-the-step-before")
        if state in ("rejected", "returned", "undone") and not reason:
            raise Refused("no-reason-given")
        if state in ("approved", "applied") and by == thing.steps[0][2]:
            raise Refused("same-person-approves")
        does: dict[str, Callable[[Course, date], None]] = {
            "approved": self._approved,
            "rejected": self._rejected,
            "paid": self._paid,
            "returned": self._returned,
            "applied": self._applied,
            "undone": self._undone,
        }
        if state in does:
            does[state](thing, on)
        thing.steps.append((state, on, by, reason))
        return no, True

    def _approved(self, thing: Course, _on: date) -> None:
        self.require_account(self._payee(thing))

    def _rejected(self, thing: Course, on: date) -> None:
        self.undo_entry(thing.entries[0], on, "course")
        for debit, whose, credit, theirs, yen in self.entries[thing.entries[0] - 1].moves:
            if (debit, credit) == (HELD, HELD):
                self.links[str(whose)][str(theirs)] += yen

    def _lots(self, thing: Course) -> Iterator[tuple[str | None, int]]:
        for _debit, _whose, credit, theirs, yen in self.entries[thing.entries[0] - 1].moves:
            if credit == PAYABLE:
                yield theirs, yen

    def _paid(self, thing: Course, on: date) -> None:
        self._approved(thing, on)
        again = thing.state == "returned"
        account, event = (CAME_BACK, "returned_refund_paid") if again else (PAYABLE, "refund_paid")
        self.post(event, on, [(account, lot, BANK, None, yen) for lot, yen in self._lots(thing)], belongs_to="refund")

    def _returned(self, thing: Course, on: date) -> None:
        moves: list[Move] = [(BANK, None, CAME_BACK, lot, yen) for lot, yen in self._lots(thing)]
        self.post("refund_returned", on, moves, belongs_to="refund")

    def _applied(self, credit: Course, on: date) -> None:
        old, new = str(credit.application), str(credit.other)
        if self._owed(new) + credit.yen < credit.yen:
            raise Refused("nothing-owed")
        moves: list[Move] = [(SET_ASIDE, old, HELD, new, credit.yen)]
        credit.entries.append(self.post("credit_applied", on, moves, belongs_to="credit"))
        links = self.links.setdefault(new, {})
        links[old] = links.get(old, 0) + credit.yen

    def _undone(self, credit: Course, on: date) -> None:
        old, new = str(credit.application), str(credit.other)
        if self.links[new][old] < credit.yen:
            raise Refused(self._gone(new))
        if self.balance[HELD, new] < credit.yen:
            issued = max(self.booked("certificate_issued", new), default=None)
            if issued is None or not self.live(issued) or self.balance[AUTHORITY, new] < self.apps[new].due:
                raise Refused(self._gone(new))
            if on < self.entries[issued - 1].on:
                raise Refused("before-the-step-before")
            self.undo_entry(issued, on, "correction")
        self.links[new][old] -= credit.yen
        for no in reversed(credit.entries):
            self.undo_entry(no, on, "course")

    def _gone(self, number: str) -> str:
        further = any(credit.application == number and credit.state in STANDING for credit in self.credits)
        reserved = (self.entries[refund.entries[0] - 1] for refund in self.refunds if refund.state != "rejected")
        refunded = any((HELD, number) == move[:2] for entry in reserved for move in entry.moves)
        return "credit-gone-on" if further or refunded else "credit-spent"
