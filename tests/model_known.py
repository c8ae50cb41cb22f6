"""What a sequence was told, line by line, with the import that brought each, and what of it counts now."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.model_records import BankAccount, Bill, Ruling, Version


@dataclass(frozen=True)
class Fact:
    """What became known last of one thing: the day it speaks of, a word, how far a register reaches; and when."""

    known_on: date
    day: date | None = None
    code: str | None = None
    up_to: date | None = None


@dataclass
class Application:
    """An application: whose, of which kind, its fee in yen, what is known of it."""

    number: str
    member: str
    reissue: bool
    due: int
    applied_on: date
    facts: dict[str, Fact] = field(default_factory=dict)

    def day(self, name: str) -> date | None:
        """The day that is known of something."""
        return self.facts[name].day if name in self.facts else None

    @property
    def issue_days(self) -> list[date]:
        """The days that say that its certificate was issued, the day of issue first."""
        return [day for day in (self.day("issued_on"), self.day("mailed_on")) if day is not None]


@dataclass(frozen=True)
class Deposit:
    """A deposit as it is known; `application` None: not known what it pays for. What is left may be for `others`."""

    reference: str
    received_on: date
    known_on: date
    yen: int
    application: str | None
    others: tuple[str, ...] = ()

    @property
    def applications(self) -> tuple[str, ...]:
        """All that it is known to pay for, in order."""
        return () if self.application is None else (self.application, *self.others)


@dataclass
class Line:
    """One thing that was told: by which row of which import (None: a person's word), known since when.

    `withdrawn` is the how-manieth withdrawal that took it back, its day and its reason.
    """

    what: str
    of: str
    words: tuple[Any, ...]
    known_on: date
    no: int | None
    row: int
    withdrawn: tuple[int, date, str] | None = None


@dataclass
class Known:
    """All that was told; see the module. What counts is read anew from the lines that stand."""

    today: date
    applications: dict[str, Application]
    deposits: dict[str, list[Deposit]] = field(default_factory=dict)
    bills: dict[str, Bill] = field(default_factory=dict)
    accounts: dict[str, BankAccount] = field(default_factory=dict)
    payees: dict[str, BankAccount] = field(default_factory=dict)
    rulings: list[Ruling] = field(default_factory=list)
    opened_on: date | None = None
    lines: list[Line] = field(default_factory=list)
    imports: int = 0
    withdrawals: int = 0
    # Of each deposit every amount that was ever told, and the day on which it last became otherwise.
    yens: dict[str, set[int]] = field(default_factory=dict)
    changed_on: dict[str, date] = field(default_factory=dict)
    billed: list[str] = field(default_factory=list)
    approved_unknown: set[str] = field(default_factory=set)
    news: Counter[str | None] = field(default_factory=Counter)
    owners: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Keeps whose each application was at first."""
        self.owners = {number: application.member for number, application in self.applications.items()}

    # --- what is told ---

    def learn(self, what: str, words: tuple[Any, ...], no: int | None = None, row: int = 0) -> None:
        """Something becomes known today, by a row of an import."""
        told = {"learn_fact": "fact", "learn_account": "account", "learn_payee": "payee", "learn_owner": "owner"}
        if what == "learn_deposit":
            self._learn_deposit(words[0], no, row)
        elif what == "learn_bill":
            bill, number, _yen = words
            self.billed.append(bill)
            self._tell("bill", number, words, no, row)
        elif what == "learn_ruling":
            self.rulings.append(words[0])
            self._tell("ruling", words[0].application, words, no, row)
        elif what == "learn_openings":
            self._tell("openings", "", words, no, row)
        elif what == "learn_account":
            self._tell("account", words[0], (*words, self._trusted_at_once(*words[:2])), no, row)
        else:
            self._tell(told[what], words[0], words, no, row)

    def _learn_deposit(self, deposit: Deposit, no: int | None, row: int) -> None:
        reference, before = deposit.reference, self.allocated(deposit.reference)
        self.yens.setdefault(reference, set()).add(deposit.yen)
        self._tell("deposit", reference, (deposit,), no, row)
        if before != deposit.applications:
            self._tell("allocation", reference, (deposit.applications, None), no, row)

    def settle(self, reference: str, number: str, on: date) -> None:
        """A person's word that a deposit, or what is left of it, pays for an application."""
        self._tell("allocation", reference, ((*self.allocated(reference), number), None), None, 0, known_on=on)

    def unsettle(self, reference: str, number: str | None, on: date, reason: str) -> None:
        """A person's word that it does not pay for an application, or that it is not known what it pays for."""
        rest = tuple(other for other in self.allocated(reference) if number not in (None, other))
        self._tell("allocation", reference, (rest, (number, on, reason)), None, 0, known_on=on)

    def unsettled(self, reference: str) -> tuple[str | None, date, str] | None:
        """What a person took back last of a deposit, if nothing was said since."""
        said = self._standing("allocation", reference)
        taken: tuple[str | None, date, str] | None = said[-1].words[1] if said else None
        return taken

    def allocated(self, reference: str) -> tuple[str, ...]:
        """The applications that a deposit is said to pay for, whether it is known itself or not."""
        said = [line.words[0] for line in self._standing("allocation", reference)]
        return said[-1] if said else ()

    def _tell(
        self, what: str, of: str, words: tuple[Any, ...], no: int | None, row: int, known_on: date | None = None
    ) -> None:
        line = Line(what, of, words, known_on or self.today, no, row)
        self.lines.append(line)
        if what in ("deposit", "allocation"):
            self.changed_on[of] = line.known_on
        if what in ("fact", "deposit", "allocation", "bill", "ruling", "owner"):
            self.news[of] += 1
        self._count(line)

    def _trusted_at_once(self, member: str, number: str) -> bool:
        """The first bank account ever recorded of a member is trusted, unless it was another member's."""
        every = [line for line in self.lines if line.what == "account"]
        others = {line.words[1] for line in every if line.of != member}
        return not any(line.of == member for line in every) and number not in others

    # --- what is taken back ---

    def take_back(self, lines: Collection[Line], on: date, reason: str) -> None:
        """These lines count no more from a day on; what was known before counts again."""
        self.withdrawals += 1
        for line in lines:
            line.withdrawn = (self.withdrawals, on, reason)
            if line.what in ("deposit", "allocation"):
                self.changed_on[line.of] = on
            self.news[line.of] += 1
        for application in self.applications.values():
            application.facts.clear()
            application.member = self.owners[application.number]
        for counted in (self.deposits, self.bills, self.accounts, self.payees):
            counted.clear()
        self.opened_on = None
        for ruling in self.rulings:
            ruling.withdrawn = True
        for line in self.lines:
            if line.withdrawn is None or line.what == "account":
                self._count(line)

    def _standing(self, what: str, of: str) -> list[Line]:
        return [line for line in self.lines if line.withdrawn is None and (line.what, line.of) == (what, of)]

    # --- what counts ---

    def _count(self, line: Line) -> None:
        of, words = line.of, line.words
        if line.what == "fact":
            self.applications[of].facts[words[1]] = words[2]
        elif line.what == "owner":
            self.applications[of].member = words[1]
        elif line.what in ("deposit", "allocation"):
            self._count_deposit(of)
        elif line.what == "bill":
            self.bills[words[0]] = Bill(words[0], line.known_on, of, words[2])
        elif line.what == "ruling":
            words[0].withdrawn = False
        elif line.what == "openings":
            self.opened_on = words[0]
        elif line.what == "account":
            version = Version(words[1], words[2], id(line), words[3] and of not in self.approved_unknown)
            version.withdrawn = line.withdrawn is not None
            self.accounts.setdefault(of, BankAccount()).versions.append(version)
        elif line.what == "payee":
            version = Version(f"{words[1]} {id(line)}", words[2], id(line), trusted=False)
            self.payees.setdefault(of, BankAccount()).versions.append(version)
        elif line.what == "approval":
            for account in (self.accounts, self.payees)[words[1] == "payee"].get(of, BankAccount()).versions:
                account.approved |= account.line == words[0]

    def _count_deposit(self, reference: str) -> None:
        """A deposit is what was told of it last, and what it was said last to pay for."""
        told, said = self._standing("deposit", reference), self._standing("allocation", reference)
        if not told:
            return
        applications = said[-1].words[0] if said else ()
        known_on = max(line.known_on for line in (told[-1], *said[-1:]))
        first, others = (applications[0], applications[1:]) if applications else (None, ())
        deposit = replace(told[-1].words[0], known_on=known_on, application=first, others=others)
        self.deposits.setdefault(reference, []).append(deposit)

    def approve(self, kind: str, of: str) -> None:
        """A second person's word that the bank account or the payee known last is right."""
        known = self.payees if kind == "payee" else self.accounts
        version = known[of].counts
        assert version is not None
        self._tell("approval", of, (version.line, kind), None, 0)
