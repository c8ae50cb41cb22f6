"""A plain model of the journal and of what booking posts to it: dictionaries and loops, nothing of `ledger`.

It knows applications, deposits, bills and decisions under the notice of 2012-03-23; `model` adds what comes back.
Everything happens on `today`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

BANK, AUTHORITY, PAYABLE, HELD, SET_ASIDE, SUSPENSE, CAME_BACK = "1110", "2010", "2020", "2040", "2041", "2050", "2060"
NEVER_BELOW_ZERO = (PAYABLE, HELD, SET_ASIDE, SUSPENSE, CAME_BACK)
RECEIPTS = ("fee_received", "suspense_settled", "credit_applied")
FIRST = ("fee_received", "overpaid", "payer_unknown")

# A movement: debit account and part, credit account and part, yen. A part is an application or a deposit.
Move = tuple[str, str | None, str, str | None, int]
# An entry to be posted: event, day, movements, and what it is booked from.
Receipt = tuple[str, date, list[Move], dict[str, Any]]


class Refused(Exception):
    """A command that is not carried out, by its code."""


@dataclass
class App:
    """An application: whose, of which kind, its fee, and what is known of its certificate."""

    number: str
    member: str
    reissue: bool
    due: int
    applied_on: date
    mailed_on: date | None = None
    revoked_on: date | None = None
    used: str | None = None
    told: int = 0


@dataclass
class Dep:
    """A deposit as known last; `said` are all the applications that it was ever said to pay for."""

    reference: str
    received_on: date
    known_on: date
    yen: int
    application: str | None
    said: set[str | None] = field(default_factory=set)

    @property
    def basis(self) -> tuple[date, int, str | None]:
        """What its receipt is booked from."""
        return self.received_on, self.yen, self.application


@dataclass
class Entry:
    """An entry, what it was booked from, and who reversed it: a person ("hand"), a correction, or the course itself."""

    event: str
    on: date
    moves: list[Move]
    reverses: int | None = None
    reason: str | None = None
    undone_by: int | None = None
    cause: str | None = None
    subject: str | None = None
    nth: int = 0
    basis: Any = None
    belongs_to: str | None = None


@dataclass
class Course:
    """A refund, an overpayment or a credit, with its states: state, day, who, why; `entries` are those it posted."""

    kind: str
    application: str | None
    other: str | None
    yen: int
    steps: list[tuple[str, date, str, str | None]]
    entries: list[int]

    @property
    def state(self) -> str:
        """The state that it came to last."""
        return self.steps[-1][0]


STANDING = ("proposed", "applied")


@dataclass
class Booked:
    """The books as booking leaves them; see the module."""

    today: date
    apps: dict[str, App] = field(default_factory=dict)
    deps: dict[str, Dep] = field(default_factory=dict)
    lines: list[tuple[date, str, str, int]] = field(default_factory=list)
    paid_lines: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    decisions: dict[str, tuple[int, date, str, str, Any]] = field(default_factory=dict)
    kept: int = 0
    refunds: list[Course] = field(default_factory=list)
    credits: list[Course] = field(default_factory=list)
    links: dict[str, dict[str, int]] = field(default_factory=dict)
    balance: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    moved: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)

    # --- the journal ---

    def post(self, event: str, on: date, moves: Iterable[Move], **more: Any) -> int:
        """Appends an entry and gives its number. More than is held is refused."""
        entry = Entry(event, on, list(moves), **more)
        for debit, whose, credit, theirs, yen in entry.moves:
            for account, part, sign in ((debit, whose, -1), (credit, theirs, 1)):
                self.balance[account, part] += sign * yen
                self.moved[event, account, part] += sign * yen
            if debit in NEVER_BELOW_ZERO and self.balance[debit, whose] < 0:
                raise Refused("yen-not-held")
        self.entries.append(entry)
        return len(self.entries)

    def undo_entry(self, no: int, on: date, cause: str, reason: str | None = None) -> int:
        """Posts the opposite of an entry."""
        original = self.entries[no - 1]
        moves = [(credit, theirs, debit, whose, yen) for debit, whose, credit, theirs, yen in reversed(original.moves)]
        undone = self.post(original.event, on, moves, reverses=no, reason=reason)
        original.undone_by, original.cause = undone, cause
        return undone

    def booked(self, event: str, subject: str) -> list[int]:
        """The numbers of the entries that booking posted of an event for a subject."""
        each = enumerate(self.entries, 1)
        return [no for no, one in each if one.reverses is None and (one.event, one.subject) == (event, subject)]

    def live(self, no: int) -> bool:
        """Whether an entry stands."""
        return self.entries[no - 1].undone_by is None

    def by_hand(self, no: int) -> bool:
        """Whether a person reversed it."""
        return self.entries[no - 1].cause == "hand"

    def reverse(self, no: int, reason: str) -> Any:
        """Reverses an entry by hand."""
        if not 1 <= no <= len(self.entries):
            raise Refused("unknown-entry")
        entry = self.entries[no - 1]
        if entry.reverses is not None:
            raise Refused("reversal-of-reversal")
        if entry.undone_by is not None:
            by = self.entries[entry.undone_by - 1]
            if self.by_hand(no) and (by.on, by.reason) == (self.today, reason):
                return entry.undone_by, False
            raise Refused("already-reversed")
        if not reason:
            raise Refused("no-reason-given")
        if entry.belongs_to:
            raise Refused(f"part-of-{entry.belongs_to}")
        try:
            return self.undo_entry(no, self.today, "hand", reason), True
        except Refused:
            raise Refused("nothing-left-to-reverse") from None

    # --- booking ---

    def received(self, application: str) -> int:
        """The fee received for an application, by deposit or by credit."""
        return sum(self.moved[event, HELD, application] for event in RECEIPTS)

    def received_on(self, application: str) -> date | None:
        """The day of the last receipt that stands."""
        days = [
            each.on
            for each in self.entries
            if each.event in RECEIPTS and each.reverses is None and each.undone_by is None
            if any(credit == HELD and theirs == application for _d, _w, credit, theirs, _y in each.moves)
        ]
        return max(days, default=None)

    def book(self, only: Iterable[str | None] | None = None) -> None:
        """Posts what is called for up to today, for everything or for a few applications and what shares a deposit."""
        few = self._related(self.apps if only is None else only)
        deps = [each for each in self.deps.values() if only is None or each.said & few]
        deps.sort(key=lambda each: (each.received_on, each.reference))
        blocked = self._correct_all(deps)
        for dep in deps:
            if not self._group(dep):
                still = self._still_due(dep)
                self._post_all(self._receipt(dep, still, 1, dep.received_on))
        for dep in deps:
            if dep.reference not in blocked:
                self._settle(dep)
        for number in sorted(few):
            self._issue(self.apps[number])
        for number in sorted(few):
            self._waive(number)

    def _related(self, only: Iterable[str | None]) -> set[str]:
        found = {each for each in only if each is not None}
        while True:
            more = {each for dep in self.deps.values() if dep.said & found for each in dep.said if each} - found
            if not more:
                return found
            found |= more

    def _group(self, dep: Dep, event: str | None = None) -> list[int]:
        """The entries last booked from a state of the deposit's facts."""
        first = [no for each in FIRST for no in self.booked(each, dep.reference)]
        nth = max((self.entries[no - 1].nth for no in first), default=0)
        wanted = first if event is None else self.booked(event, dep.reference)
        return [no for no in wanted if self.entries[no - 1].nth == nth]

    def _correct_all(self, deps: list[Dep]) -> set[str]:
        """Corrects each deposit whose facts have changed, as long as one frees what another needs; gives the rest."""
        to_do = [dep for dep in deps if self._group(dep) and not self._right(dep)]
        while to_do:
            unfit = [dep for dep in to_do if not self._correct(dep)]
            if len(unfit) == len(to_do):
                break
            to_do = unfit
        return {dep.reference for dep in to_do}

    def _right(self, dep: Dep) -> bool:
        group, settled = self._group(dep), self._group(dep, "suspense_settled")
        on, yen, application = self.entries[group[0] - 1].basis
        learnt = application is None and not settled and any(map(self.live, group))
        if settled:
            application = self.entries[settled[-1] - 1].basis
        return (on, yen) == (dep.received_on, dep.yen) and (application == dep.application or learnt)

    def _correct(self, dep: Dep) -> bool:
        """Posts a deposit anew and reverses what was posted of it, if no part falls below zero on the way."""
        group = self._group(dep)
        live = [no for no in (*group, *self._group(dep, "suspense_settled")) if self.live(no)]
        on = max(dep.known_on, dep.received_on, *(self.entries[no - 1].on for no in (*group, *live)))
        moves = [move for no in live for move in self.entries[no - 1].moves]
        own = sum(yen for *_debit, credit, theirs, yen in moves if (credit, theirs) == (HELD, dep.application))
        anew = list(self._receipt(dep, self._still_due(dep, own), self.entries[group[0] - 1].nth + 1, on))
        undone = sorted(live, reverse=True)
        owners = dict.fromkeys(
            theirs
            for no in undone
            for *_debit, credit, theirs, _yen in reversed(self.entries[no - 1].moves)
            if credit == HELD and theirs
        )
        issues = [
            issued[-1]
            for each in owners
            if (issued := self.booked("certificate_issued", each)) and self.live(issued[-1])
            if self.balance[AUTHORITY, each] >= self.apps[each].due
        ]
        for first in ([], issues):
            if self._fits([move for entry in anew for move in entry[2]], [*first, *undone]):
                self._post_all(anew)
                for no in (*first, *undone):
                    self.undo_entry(no, max(on, self.entries[no - 1].on), "correction")
                return True
        return False

    def _fits(self, anew: list[Move], undone: list[int]) -> bool:
        left = self.balance.copy()
        back = [
            (credit, theirs, debit, whose, yen)
            for no in undone
            for debit, whose, credit, theirs, yen in reversed(self.entries[no - 1].moves)
        ]
        for debit, whose, credit, theirs, yen in (*anew, *back):
            left[debit, whose] -= yen
            if debit in (HELD, SUSPENSE) and left[debit, whose] < 0:
                return False
            left[credit, theirs] += yen
        return True

    def _still_due(self, dep: Dep, own: int = 0) -> int | None:
        if dep.application is None:
            return None
        return max(0, self.apps[dep.application].due - self.received(dep.application) + own)

    def _receipt(self, dep: Dep, due: int | None, nth: int, on: date) -> Iterator[Receipt]:
        fee = min(due or 0, dep.yen)
        more = {"subject": dep.reference, "nth": nth, "basis": dep.basis}
        if fee:
            yield "fee_received", on, [(BANK, None, HELD, dep.application, fee)], more
        if dep.yen > fee:
            rest: list[Move] = [(BANK, None, SUSPENSE, dep.reference, dep.yen - fee)]
            yield "payer_unknown" if due is None else "overpaid", on, rest, more

    def _post_all(self, receipts: Iterable[Receipt]) -> None:
        for event, on, moves, more in receipts:
            self.post(event, on, moves, **more)

    def _settle(self, dep: Dep) -> None:
        group, settled = self._group(dep), self._group(dep, "suspense_settled")
        if not group or dep.application is None or any(map(self.by_hand, settled)):
            return
        yen = min(self.balance[SUSPENSE, dep.reference], self._still_due(dep) or 0)
        if yen > 0:
            on = max(dep.known_on, *(self.entries[no - 1].on for no in group))
            nth = self.entries[group[0] - 1].nth
            more = {"subject": dep.reference, "nth": nth, "basis": dep.application}
            self.post("suspense_settled", on, [(SUSPENSE, dep.reference, HELD, dep.application, yen)], **more)

    def _issue(self, app: App) -> None:
        last = max(self.booked("certificate_issued", app.number), default=None)
        if app.mailed_on is None or (last is not None and (self.live(last) or self.by_hand(last))):
            return
        since = self.received_on(app.number)
        if since is None or self.received(app.number) < app.due or self.balance[HELD, app.number] < app.due:
            return
        moves: list[Move] = [(HELD, app.number, AUTHORITY, app.number, app.due)]
        self.post("certificate_issued", max(app.mailed_on, since), moves, subject=app.number)

    def _waive(self, number: str) -> None:
        issued = self.booked("certificate_issued", number)
        owed = self.moved["certificate_issued", AUTHORITY, number]
        waived = -self.moved["authority_waived", AUTHORITY, number]
        withdrawn = [(on, yen) for on, _bill, of, yen in self.lines if of == number and yen < 0]
        off = min(owed, -sum(yen for _on, yen in withdrawn))
        decision = self.decisions.get(number)
        basis: tuple[int | None, int] = (None, off)
        reach, since = 0, self.today
        if decision is not None and decision[2] == "eligible":
            reach, since, basis = owed, decision[1], (decision[0], off)
        elif withdrawn:
            reach, since = off, withdrawn[-1][0]
        before = self.booked("authority_waived", number)
        if issued and reach > waived:
            if not (before and self.by_hand(before[-1]) and self.entries[before[-1] - 1].basis == basis):
                moves: list[Move] = [(AUTHORITY, number, HELD, number, reach - waived)]
                on = max(since, self.entries[issued[-1] - 1].on)
                self.post("authority_waived", on, moves, subject=number, basis=basis)
        elif decision is not None and decision[3] != "eligible":
            for no in reversed(before):
                waived = -self.moved["authority_waived", AUTHORITY, number]
                entry = self.entries[no - 1]
                if self.live(no) and waived > reach and self.balance[HELD, number] >= entry.moves[0][4]:
                    self.undo_entry(no, max(decision[1], entry.on), "correction")

    # --- facts and bills ---

    def match(self, reference: str, application: str) -> bool:
        """A person's word whose a deposit is."""
        if reference not in self.deps:
            raise Refused("unknown-deposit")
        dep = self.deps[reference]
        if dep.application == application:
            return False
        if dep.application is not None:
            raise Refused("settled-otherwise")
        dep.application, dep.known_on = application, self.today
        dep.said.add(application)
        return True

    def pay_bill(self, bill: str) -> int:
        """Pays the one line of a bill as far as it agrees; gives the yen to transfer."""
        found = [each for each in self.lines if each[1] == bill]
        if not found:
            raise Refused("unknown-bill")
        of, billed = found[0][2], found[0][3]
        left, agreed = next((left, ok) for each, left, ok in self._lines_of(of) if each == bill)
        owed = self.balance[AUTHORITY, of]
        yen = min(left, owed) if billed > 0 else min(-billed, -owed)
        if not agreed or yen <= 0 or bill in self.paid_lines:
            return 0
        self.paid_lines.add(bill)
        if billed > 0:
            self.post("authority_paid", self.today, [(AUTHORITY, of, BANK, None, yen)])
            return yen
        self.post("authority_repaid", self.today, [(BANK, None, AUTHORITY, of, yen)])
        return -yen

    def _lines_of(self, number: str) -> Iterator[tuple[str, int, bool]]:
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

    def finding(self, number: str) -> tuple[str, str, int, Any]:
        """Outcome, verdict, what comes back, and all that is kept of it."""
        app = self.apps[number]
        total, returned = self._total(number), self.returned(number)
        fee = min(app.due, total)
        ended = app.revoked_on is not None
        verdict = "not_eligible" if not ended or app.used == "yes" else "eligible" if app.used else "undetermined"
        outcome = (
            "no_fee"
            if total == 0
            else "settled"
            if returned >= fee
            else "eligible"
            if verdict == "eligible"
            else "in_force"
            if not ended
            else "needs_facts"
            if verdict == "undetermined"
            else "not_eligible"
        )
        given = [each for each in self.refunds if each.kind == "overpaid" and each.state != "rejected"]
        over = sum(each.yen for each in given if self.deps[str(each.other)].application == number)
        free = [each for each in self.apps.values() if each.member == app.member and each.reissue]
        open_ = any(each.revoked_on is None and self._total(each.number) == 0 for each in free)
        back = fee - returned if outcome == "eligible" else 0
        over = max(0, total - app.due - over)
        return outcome, verdict, back, (self.today, outcome, fee, over, returned, open_ and back > 0, app.told)

    def _total(self, number: str) -> int:
        by_credit = (each.yen for each in self.credits if each.other == number and each.state == "applied")
        return sum(each.yen for each in self.deps.values() if each.application == number) + sum(by_credit)

    def returned(self, number: str) -> int:
        """What of an application's fee is promised, given back or credited."""
        refunds = (each.yen for each in self.refunds if each.application == number and each.state != "rejected")
        credits = (each.yen for each in self.credits if each.application == number and each.state in STANDING)
        return sum(refunds) + sum(credits)

    def decide(self, number: str) -> str:
        """Keeps the finding as a decision, unless it says what the one that stands says."""
        outcome, verdict, _back, content = self.finding(number)
        if number not in self.decisions or self.decisions[number][4] != content:
            self.kept += 1
            self.decisions[number] = (self.kept, self.today, outcome, verdict, content)
        return outcome
