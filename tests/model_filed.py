"""A plain model of payment files: what is approved goes into one, what was in a void one is approved again."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.model_booked import Course, Refused
from tests.model_months import BankAccount, Months


@dataclass
class PaymentFile:
    """A file of a day, under a name, with the refunds in it by number; `void` says why it was declared so."""

    no: int
    on: date
    name: str
    inside: list[int]
    void: str | None = None


@dataclass
class Filed(Months):
    """The books with their payment files, and how many people a payment needs; see the module."""

    people: str | None = None
    files: list[PaymentFile] = field(default_factory=list)

    def set_people(self, value: str, by: str) -> bool:
        """Sets how many people a payment needs; whether that is something new."""
        assert by
        before, self.people = self.people, value
        return before != value

    def file(self, on: date, name: str, by: str) -> Any:
        """Puts everything that is approved into a file, or gives one that was made before."""
        if (made := self._made(on, name)) is not None:
            return self._again(made)
        if on.weekday() >= 5 or (on.month, on.day) in ((12, 31), (1, 1), (1, 2), (1, 3)):
            raise Refused("not-a-bank-day")
        self.require_open(on)
        wanted = {no: course for no, course in enumerate(self.refunds, 1) if course.state == "approved"}
        if not wanted:
            if (made := self._made(on)) is not None:
                return self._again(made)
            raise Refused("nothing-to-file")
        if on < max(course.steps[-1][1] for course in wanted.values()):
            raise Refused("before-the-step-before")
        for course in wanted.values():
            account = self.accounts.get(self._payee(course) or "", BankAccount())
            if account.last is None or account.waits:
                raise Refused("not-ready-to-file")
        if self.people == "three" and any(by in _hands(course) for course in wanted.values()):
            raise Refused("same-person-files")
        self.files.append(PaymentFile(len(self.files) + 1, on, name, list(wanted)))
        for course in wanted.values():
            course.steps.append(("filed", on, by, None))
        return len(self.files), True, len(wanted), sum(course.yen for course in wanted.values())

    def _payee(self, thing: Course) -> str | None:
        """The member that a refund goes to, by what is known now."""
        number = thing.application or self.deps[str(thing.other)].application
        return self.apps[number].member if number else None

    def _made(self, on: date, name: str | None = None) -> PaymentFile | None:
        there = [file for file in self.files if file.on == on and file.void is None and name in (None, file.name)]
        return there[-1] if there else None

    def _again(self, made: PaymentFile) -> Any:
        gone_on = tuple(no for no in made.inside if self.refunds[no - 1].state in ("paid", "returned"))
        return made.no, False, gone_on

    def void(self, no: int, on: date, reason: str, by: str) -> Any:
        """Declares that a file never reached the bank."""
        if not 1 <= no <= len(self.files):
            raise Refused("unknown-payment-file")
        made = self.files[no - 1]
        if made.void is not None:
            if made.void != reason:
                raise Refused("done-differently")
            return no, False, tuple(made.inside)
        self.require_open(on)
        inside = [self.refunds[each - 1] for each in made.inside]
        if any(course.state != "filed" for course in inside):
            raise Refused("payment-file-gone-on")
        if on < max(course.steps[-2][1] for course in inside):
            raise Refused("before-the-step-before")
        if not reason:
            raise Refused("no-reason-given")
        if any(course.steps[0][2] == by for course in inside):
            raise Refused("same-person-voids")
        made.void = reason
        for course in inside:
            course.steps.append(("approved", on, by, reason))
        return no, True, tuple(made.inside)


def _hands(thing: Course) -> set[str]:
    """Who proposed a refund and who approved it; to declare a file void is no approval."""
    came_from = [None, *(state for state, *_rest in thing.steps)]
    signed = zip(came_from, thing.steps, strict=False)
    return {by for before, (state, _on, by, _why) in signed if state in ("proposed", "approved") and before != "filed"}
