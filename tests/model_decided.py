"""A plain model of what a person says and asks: whose a deposit is, bills paid, findings by the oracle, decisions kept.

The rules of the notices are those of `oracle`; here is what they are asked about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.notices import register
from tests import oracle
from tests.model_booked import AUTHORITY, BANK, STANDING, Booked, Decision, Refused

COVERED = {"yes": True, "no": False}


@dataclass
class Decided(Booked):
    """The books with what was decided; see the module."""

    # --- facts and bills ---

    def match(self, reference: str, application: str, on: date) -> bool:
        """A person's word whose a deposit is."""
        if reference not in self.deps:
            raise Refused("unknown-deposit")
        dep = self.deps[reference]
        if dep.application == application:
            return False
        if dep.application is not None:
            raise Refused("settled-otherwise")
        if on < dep.known_on:
            raise Refused("settled-before-known")
        dep.application, dep.known_on = application, on
        dep.said.add(application)
        return True

    def pay_bill(self, bill: str, on: date) -> int:
        """Pays the one line of a bill as far as it agrees; gives the yen to transfer."""
        found = [line for line in self.lines if line[1] == bill]
        if not found:
            raise Refused("unknown-bill")
        billed_on, _bill, of, billed = found[0]
        if on < billed_on:
            raise Refused("before-the-step-before")
        left, agreed = next((left, ok) for each, left, ok in self.lines_of(of) if each == bill)
        owed = self.balance[AUTHORITY, of]
        yen = min(left, owed) if billed > 0 else min(-billed, -owed)
        if not agreed or yen <= 0 or bill in self.paid_lines:
            return 0
        self.require_open(on)
        self.paid_lines.add(bill)
        if billed > 0:
            self.post("authority_paid", on, [(AUTHORITY, of, BANK, None, yen)])
            return yen
        self.post("authority_repaid", on, [(BANK, None, AUTHORITY, of, yen)])
        return -yen

    def lines_of(self, number: str) -> Iterator[tuple[str, int, bool]]:
        """The lines for an application: what of each was not withdrawn, and whether it agrees with the books."""
        lines = [(bill, yen) for _on, bill, of, yen in sorted(self.lines) if of == number]
        owed = self.moved["certificate_issued", AUTHORITY, number] + self.moved["authority_waived", AUTHORITY, number]
        withdrawn = -sum(yen for _bill, yen in lines if yen < 0)
        beyond, first = withdrawn > sum(yen for _bill, yen in lines if yen > 0), True
        for bill, yen in lines:
            if yen < 0:
                yield bill, 0, not beyond
                continue
            taken = min(withdrawn, yen)
            withdrawn -= taken
            yield bill, yen - taken, yen == taken or (first and yen - taken == owed)
            first = first and yen == taken

    # --- decisions ---

    def finding(self, number: str) -> oracle.Answer:
        """All that the notice in force today says of an application, and what comes back."""
        in_force = register.in_force(self.today)
        assert (in_force and in_force.announced_on) == oracle.notice_on(self.today), (
            f"tests/oracle.py reads no {in_force}"
        )
        app = self.apps[number]
        code = {name: told.code for name, told in app.facts.items()}
        up_to = {name: told.up_to for name, told in app.facts.items()}
        known = oracle.Known(
            applied_on=app.applied_on,
            withdrawn_on=app.day("withdrawn_on"),
            issued_on=app.day("issued_on"),
            mailed_on=app.day("mailed_on"),
            downloaded_on=app.day("downloaded"),
            downloads_none_to=up_to.get("downloaded"),
            receipt_on=app.day("receipt"),
            receipts_none_to=up_to.get("receipt"),
            revoked_on=app.day("revoked_on"),
            reason=code.get("reason"),
            used=code.get("used"),
            covered=COVERED.get(code.get("covered") or ""),
            due=app.due,
            received=self._total(number),
            returned=self.returned(number),
        )
        return oracle.answer(self.today, known)

    def _content(self, number: str, found: oracle.Answer) -> Any:
        """What makes one decision differ from another: all that it says, and the records that it stands on."""
        app, total = self.apps[number], self._total(number)
        given = [refund for refund in self.refunds if refund.kind == "overpaid" and refund.state != "rejected"]
        over = sum(course.yen for course in given if self.deps[str(course.other)].application == number)
        back = found.outcome == "eligible" and any(map(self._open, self._reissues(app.member)))
        return self.today, found, max(0, total - app.due - over), self.returned(number), back, app.told

    def _reissues(self, member: str) -> Iterator[str]:
        return (
            application.number
            for application in self.apps.values()
            if application.member == member and application.reissue
        )

    def _open(self, number: str) -> bool:
        """Whether nothing was paid for a reissue, and it is neither withdrawn nor ended."""
        app = self.apps[number]
        return app.day("withdrawn_on") is app.day("revoked_on") is None and self._total(number) == 0

    def _total(self, number: str) -> int:
        by_credit = (credit.yen for credit in self.credits if credit.other == number and credit.state == "applied")
        return sum(deposit.yen for deposit in self.deps.values() if deposit.application == number) + sum(by_credit)

    def returned(self, number: str) -> int:
        """What of an application's fee is promised, given back or credited."""
        refunds = (refund.yen for refund in self.refunds if refund.application == number and refund.state != "rejected")
        credits = (credit.yen for credit in self.credits if credit.application == number and credit.state in STANDING)
        return sum(refunds) + sum(credits)

    def decide(self, *numbers: str) -> list[str]:
        """Keeps findings as decisions, each unless it says what the one that stands says; gives the outcomes."""
        return [self._decide(number) for number in sorted(numbers)]

    def _decide(self, number: str) -> str:
        found = self.finding(number)
        content, before = self._content(number, found), self.decisions.get(number)
        if before is None or before.content != content:
            said = (number, self.today, found.notice, found.outcome, found.verdict, content)
            self.kept.append(Decision(len(self.kept) + 1, *said))
            self.decisions[number] = self.kept[-1]
        return found.outcome
