"""What a sequence of commands has to remember: facts as they became known, and the rows that the commands have written.

Nothing is booked here: of the journal there are only sums. The rules of the notices are those of `oracle`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.notices import register
from tests import oracle
from tests.model_known import Application, Deposit, Fact, Known
from tests.model_records import BankAccount, Close, PeopleChange, Proposed, Ruling, Step

__all__ = ["Application", "Deposit", "Fact"]

BANK, AUTHORITY, PAYABLE, HELD, SET_ASIDE, SUSPENSE, CAME_BACK = "1110", "2010", "2020", "2040", "2041", "2050", "2060"
CLAIMS = "1150"
OPENED = "opening_balance"
# What was owed when the books began, and what was paid of it since.
OPENINGS = (OPENED, "opened_refund_paid")
FIRST = ("fee_received", "overpaid", "payer_unknown", "claim_settled")
RECEIPTS = ("fee_received", "suspense_settled", "credit_applied", "fee_released")
# What booking posts from facts, also beside a step that releases money or pays it out.
FROM_FACTS = (*FIRST, "suspense_settled", "fee_released", "claim_raised", "fee_claimed", "certificate_issued")
STANDING = ("proposed", "applied")
WAITING = ("proposed", "approved", "filed", "returned")
STEP = ("state", "happened_on", "by", "reason", "entry", "payment_file", "nth", "undoes", "yen")
RECORDED = ("paid", "returned", "recovered")


@dataclass(frozen=True)
class Movement:
    """A movement; the parts are an application, a deposit, or None at the bank."""

    debit: str
    debit_part: str | None
    credit: str
    credit_part: str | None
    yen: int
    deposit: str | None

    @property
    def opposite(self) -> "Movement":
        """The movement that undoes this one."""
        return Movement(self.credit, self.credit_part, self.debit, self.debit_part, self.yen, self.deposit)

    @property
    def sides(self) -> tuple[tuple[str, str | None, int], tuple[str, str | None, int]]:
        """What it adds to the credit side of each part."""
        return (self.debit, self.debit_part, -self.yen), (self.credit, self.credit_part, self.yen)


@dataclass
class Entry:
    """An entry as it was written, and the entry that reversed it since."""

    no: int
    event: str
    on: date
    for_day: date | None
    reverses: int | None
    reason: str | None
    known_on: date | None
    movements: list[Movement] = field(default_factory=list)
    reversed_by: int | None = None

    @property
    def day(self) -> date:
        """The day that it belongs to, whether its month was closed or not."""
        return self.for_day or self.on


@dataclass
class Course:
    """A refund or a credit with its steps: of which application, to which reissue, or of which deposit."""

    no: int
    application: str | None
    to: str | None
    deposit: str | None
    yen: int
    steps: list[Step] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The state that it came to last."""
        return self.steps[-1].state

    @property
    def in_force(self) -> list[Step]:
        """The steps that were not recorded by mistake, without those that say so."""
        undone = {step.undoes for step in self.steps}
        return [step for step in self.steps if step.undoes is None and step.nth not in undone]

    @property
    def recovered(self) -> int:
        """What a member paid back of it, in yen."""
        return sum(step.yen or 0 for step in self.in_force)

    @property
    def standing(self) -> int:
        """What of it is promised or gone, in yen."""
        return 0 if self.state in ("rejected", "ended", "undone") else self.yen - self.recovered

    @property
    def came_back(self) -> bool:
        """Whether its transfer came back, and it was not paid since."""
        return [step.state for step in self.in_force if step.state in ("paid", "returned")][-1:] == ["returned"]


@dataclass
class Memory(Known):
    """All that is remembered; see the module."""

    bound: dict[int, tuple[str | None, ...]] = field(default_factory=dict)
    people: str | None = None
    closes: list[Close] = field(default_factory=list)
    proposed: Proposed | None = None
    reopened: tuple[str, str] | None = None
    listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    people_changes: list[PeopleChange] = field(default_factory=list)
    paid_bills: Counter[str] = field(default_factory=Counter)
    bill_payments: dict[int, str] = field(default_factory=dict)
    keys: dict[str, tuple[tuple[Any, ...], str]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    by_hand: dict[int, int] = field(default_factory=dict)
    hand_made: set[int] = field(default_factory=set)
    refunds: list[Course] = field(default_factory=list)
    credits: list[Course] = field(default_factory=list)
    slips: list[Course] = field(default_factory=list)
    files: dict[int, tuple[date, str]] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    balance: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    moved: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    banked: Counter[str | None] = field(default_factory=Counter)
    brought: set[int] = field(default_factory=set)

    # --- what was written ---

    def read(self, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Entry]:  # noqa: C901 - a table each
        """Takes in the rows that a command has written; gives its entries."""
        before = len(self.entries)
        for row in rows.get("entry", ()):
            names = ("no", "event", "happened_on", "for_day", "reverses", "reason", "known_on")
            self.entries.append(Entry(*(row[name] for name in names)))
            if row["reverses"] is not None:
                self.entries[row["reverses"] - 1].reversed_by = row["no"]
        for row in rows.get("movement", ()):
            self._move(self.entries[row["entry"] - 1], row)
        for row in rows.get("decision", ()):
            self.outcomes[row["application"]] = row["outcome"]
            self.news[row["application"]] += 1
        for row in rows.get("refund", ()):
            self.refunds.append(Course(row["no"], row["application"], None, row["deposit"], row["yen"]))
        for row in rows.get("credit", ()):
            self.credits.append(Course(row["no"], row["application"], row["to_application"], None, row["yen"]))
        for kind, courses in (("refund", self.refunds), ("credit", self.credits)):
            for row in rows.get(f"{kind}_step", ()):
                values: Any = (row.get(name) for name in STEP)
                courses[row[kind] - 1].steps.append(Step(*values))
        for row in rows.get("ruling_step", ()):
            ruling = self.rulings[row["ruling"] - 1]
            ruling.state, ruling.on, ruling.reason = row["state"], row["happened_on"], row["reason"]
            ruling.doubts = tuple(json.loads(row["doubts"] or "[]"))
        for row in rows.get("slip", ()):
            self.slips.append(Course(row["no"], row["application"], None, row["deposit"], row["yen"]))
        for row in rows.get("slip_step", ()):
            values = (row.get(name) for name in STEP)
            self.slips[row["slip"] - 1].steps.append(Step(*values))
        for row in rows.get("payment_file", ()):
            self.files[row["no"]] = (row["pay_on"], row["name"])
        return self.entries[before:]

    def own(self, before: int) -> list[Entry]:
        """The entries since so many that a step posted itself, without what booking posted beside it."""
        return [entry for entry in self.entries[before:] if entry.event not in (*FROM_FACTS, "authority_waived")]

    def _move(self, entry: Entry, row: Mapping[str, Any]) -> None:
        debit, credit = row["debit"], row["credit"]
        parts = {
            side: None if row[side] == BANK else row[f"{side}_application"] or row["deposit"]
            for side in ("debit", "credit")
        }
        movement = Movement(debit, parts["debit"], credit, parts["credit"], row["yen"], row["deposit"])
        entry.movements.append(movement)
        if entry.event in FIRST:
            self.banked[movement.deposit] += movement.yen * (1 if movement.debit == BANK else -1)
        for account, part, yen in movement.sides:
            self.balance[account, part] += yen
            self.moved[entry.event, account, part] += yen

    # --- what is asked of it ---

    def grounds(self, entry: Entry) -> int:
        """How often anything became known of the deposit or application that an entry is for."""
        movement = entry.movements[0]
        return self.news[movement.deposit or movement.debit_part or movement.credit_part]

    @property
    def closed_to(self) -> date | None:
        """The day up to and on which the books are closed."""
        return self.closes[-1].last if self.closes else None

    def is_closed(self, on: date) -> bool:
        """Whether a day lies in a closed month."""
        return self.closed_to is not None and on <= self.closed_to

    def bank(self, last: date) -> int:
        """What stands at the bank on a day, in yen."""
        return -self.balance_by(last)[BANK, None]

    def balance_by(self, last: date) -> Counter[tuple[str, str | None]]:
        """What each part of each account holds on a day, in yen, credit positive."""
        return _summed(entry for entry in self.entries if entry.on <= last)

    def balance_known(self, day: date) -> Counter[tuple[str, str | None]]:
        """What was received of each fee and waits in suspense on a day, of what was known by it: what answers read.

        An entry of a closed month counts from its own day.
        """
        known = [entry for entry in self.entries if max(entry.day, entry.known_on or entry.on) <= day]
        received = _summed(entry for entry in known if entry.event in (*RECEIPTS, OPENED))
        waits = {part: yen for part, yen in _summed(known).items() if part[0] == SUSPENSE}
        return Counter({part: yen for part, yen in received.items() if part[0] == HELD} | waits)

    def received(self, number: str) -> int:
        """The fee received for an application, by deposit, by credit or before the books began, in yen."""
        opened = self.moved[OPENED, HELD, number] + max(0, self.moved[OPENED, AUTHORITY, number])
        return sum(self.moved[event, HELD, number] for event in RECEIPTS) + opened

    def covered(self, number: str) -> int:
        """What of the fee was received or written off, in yen."""
        return self.received(number) + self.moved["fee_written_off", HELD, number]

    def root(self, entry: Entry) -> Entry:
        """The entry that was reversed first, if this one reverses it or what reversed it."""
        while entry.reverses is not None:
            entry = self.entries[entry.reverses - 1]
        return entry

    def reversals(self, entry: Entry) -> list[Entry]:
        """What reversed an entry, what reversed that, and so on."""
        found = []
        while entry.reversed_by is not None:
            entry = self.entries[entry.reversed_by - 1]
            found.append(entry)
        return found

    def issued(self, number: str) -> int:
        """What certificates that were issued made us owe the authority for an application, in yen."""
        return self.moved["certificate_issued", AUTHORITY, number]

    def waived(self, number: str | None) -> int:
        """What the authority does not bill of that, in yen."""
        return -self.moved["authority_waived", AUTHORITY, number]

    def waived_by_bills(self, number: str) -> int:
        """What negative lines waive of a debt, in yen: what they do not take back of yen billed beyond it."""
        issued, billed, waived = self.issued(number), 0, 0
        lines = [bill for bill in self.bills.values() if bill.application == number]
        for line in sorted(lines, key=lambda bill: (bill.billed_on, bill.yen < 0, bill.reference)):
            if line.yen < 0:
                billed_beyond = max(0, billed - (issued - waived))
                waived += max(0, min(-line.yen - billed_beyond, issued - waived))
            billed += line.yen
        return waived

    def still_owed(self, number: str) -> int:
        """What the fee of an application lacks, in yen; credits proposed count as received."""
        proposed = sum(credit.yen for credit in self.credits if credit.to == number and credit.state == "proposed")
        return self.applications[number].due - self.received(number) - proposed

    def in_suspense(self, number: str) -> int:
        """What waits in suspense of the deposits that are known to pay for an application, in yen."""
        known = {reference: versions[-1].application for reference, versions in self.deposits.items()}
        return sum(self.balance[SUSPENSE, reference] for reference, whose in known.items() if whose == number)

    def claimed(self, part: str, account: str = HELD) -> int:
        """What is claimed from the member, for it was given back or paid on and is lacking now, in yen."""
        return self.moved["claim_raised", account, part]

    def given_back(self, number: str) -> int:
        """What of an application's fee is promised, refunded or credited, and not claimed again, in yen."""
        refunds = (refund.standing for refund in self.refunds if refund.application == number)
        credits = (credit.yen for credit in self.credits if credit.application == number and credit.state in STANDING)
        return sum(refunds) + sum(credits) - self.claimed(number)

    def waiting(self, number: str) -> int:
        """What of that is neither paid out nor set against a reissue, in yen."""
        courses = [*self.refunds, *self.credits]
        waits = (course.yen for course in courses if course.application == number and course.state in WAITING)
        return sum(waits)

    def ruling(self, number: str) -> Ruling | None:
        """The ruling that counts: of those approved the last one brought, for all are of the day they were brought."""
        approved = [
            one for one in self.rulings if (one.application, one.state, one.withdrawn) == (number, "approved", False)
        ]
        return max(approved, key=lambda one: (one.known_on, one.no), default=None)

    def touches(self, course: Course, number: str) -> bool:
        """Whether a refund or credit is of an application, or of a deposit that was ever said to pay for it."""
        if course.deposit is None:
            return number in (course.application, course.to)
        said = [line.words[0] for line in self.lines if (line.what, line.of) == ("allocation", course.deposit)]
        return any(number in applications for applications in said)

    def whose(self, refund: Course) -> str | None:
        """The application that a refund is of, or that its deposit is for."""
        return refund.application or next(iter(self.allocated(str(refund.deposit))), None)

    def member(self, refund: Course) -> str | None:
        """The member whose a refund is, by what is known now."""
        number = self.whose(refund)
        return self.applications[number].member if number else None

    def in_place_of(self, refund: Course) -> BankAccount:
        """Who receives a refund in the member's place; nobody has an account."""
        return self.payees.get(self.whose(refund) or "", BankAccount())

    def account_of(self, refund: Course) -> BankAccount:
        """The member's bank account that a refund goes to."""
        return self.accounts.get(self.member(refund) or "", BankAccount())

    def paid_to(self, refund: Course) -> tuple[str | None, ...]:
        """What an approval binds: the member, and the account of whoever receives the money."""
        payee = self.in_place_of(refund).trusted
        return self.member(refund), payee, payee or self.account_of(refund).last

    def fell(self, refund: Course) -> bool:
        """Whether it was approved for another than it would go to now."""
        return refund.state == "approved" and self.bound.get(refund.no) != self.paid_to(refund)

    def finding(self, number: str, without: Course | None = None) -> oracle.Answer:
        """All that the notice in force today says of an application, and what comes back; as if without a refund."""
        in_force = register.in_force(self.today)
        day = in_force and in_force.announced_on
        assert day == oracle.notice_on(self.today), f"tests/oracle.py reads no {in_force}"
        return oracle.answer(self.today, self.record(number, without))

    def reviewed(self, number: str) -> bool:
        """Whether, but for a ruling and for what has gone back, an application would have to be reviewed."""
        finding = self.finding(number)
        return oracle.to_review(self.record(number), finding.verdict, finding.doubts)

    def record(self, number: str, without: Course | None = None) -> oracle.Known:
        """All that is known of an application today, as the oracle reads it."""
        application, ruling = self.applications[number], self.ruling(number)
        code = {name: fact.code for name, fact in application.facts.items()}
        up_to = {name: fact.up_to for name, fact in application.facts.items()}
        return oracle.Known(
            applied_on=application.applied_on,
            withdrawn_on=application.day("withdrawn_on"),
            issued_on=application.day("issued_on"),
            mailed_on=application.day("mailed_on"),
            revoked_on=application.day("revoked_on"),
            downloaded_on=application.day("downloaded"),
            downloads_none_to=up_to.get("downloaded"),
            receipt_on=application.day("receipt"),
            receipts_none_to=up_to.get("receipt"),
            reason=code.get("reason"),
            used=code.get("used"),
            covered={"yes": True, "no": False}.get(code.get("covered") or ""),
            due=application.due,
            received=self.received(number),
            in_suspense=self.in_suspense(number),
            returned=self.given_back(number) - (without.standing if without else 0),
            recovered=sum(
                refund.recovered for refund in self.refunds if refund.application == number and refund is not without
            ),
            waiting=self.waiting(number),
            ruling=None if ruling is None else ruling.treatment,
            ruled_doubts=() if ruling is None else ruling.doubts,
        )


def _summed(entries: Iterable[Entry]) -> Counter[tuple[str, str | None]]:
    balance: Counter[tuple[str, str | None]] = Counter()
    for entry in entries:
        for movement in entry.movements:
            for account, part, yen in movement.sides:
                balance[account, part] += yen
    return balance
