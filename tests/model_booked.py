"""A plain model of the journal and of what booking posts to it: dictionaries and loops, nothing of `ledger`.

It knows applications, deposits, bills and kept decisions; `model_decided` decides, `model_months` closes, `model` adds
what comes back. What is told is known from `today` on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
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


@dataclass(frozen=True)
class Told:
    """What was told last of one thing: the day it speaks of, a word, how far a register reaches; and when."""

    known_on: date
    day: date | None = None
    code: str | None = None
    up_to: date | None = None


@dataclass
class App:
    """An application: whose, of which kind, its fee, what is known of it; `told` counts the records."""

    number: str
    member: str
    reissue: bool
    due: int
    applied_on: date
    facts: dict[str, Told] = field(default_factory=dict)
    told: int = 0

    def day(self, name: str) -> date | None:
        """The day that is known of something."""
        return self.facts[name].day if name in self.facts else None

    @property
    def issue_days(self) -> list[date]:
        """The days that say that its certificate was issued, the day of issue first."""
        return [day for day in (self.day("issued_on"), self.day("mailed_on")) if day is not None]


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
    for_day: date | None = None


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


@dataclass(frozen=True)
class Decision:
    """A kept finding; `content` is all that it says."""

    no: int
    application: str
    as_of: date
    notice: str | None
    outcome: str
    verdict: str
    content: Any


@dataclass(frozen=True)
class Close:
    """A month that was closed with all before it, the bank's word, why what stood against it was accepted, and what."""

    month: str
    last: date
    bank: int | None
    accept: str | None
    accepted: list[Any]


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
    decisions: dict[str, Decision] = field(default_factory=dict)
    kept: list[Decision] = field(default_factory=list)
    closes: list[Close] = field(default_factory=list)
    refunds: list[Course] = field(default_factory=list)
    credits: list[Course] = field(default_factory=list)
    links: dict[str, dict[str, int]] = field(default_factory=dict)
    balance: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    moved: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)

    # --- the journal ---

    @property
    def closed_to(self) -> date | None:
        """The day up to and on which the books are closed."""
        return self.closes[-1].last if self.closes else None

    def require_open(self, on: date) -> None:
        """Refuses a day in a closed month."""
        if self.closed_to is not None and on <= self.closed_to:
            raise Refused("month-closed")

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

    def booked(self, event: str, subject: str | None) -> list[int]:
        """The numbers of the entries that booking posted of an event for a subject."""
        each = enumerate(self.entries, 1)
        return [no for no, one in each if one.reverses is None and (one.event, one.subject) == (event, subject)]

    def live(self, no: int) -> bool:
        """Whether an entry stands."""
        return self.entries[no - 1].undone_by is None

    def by_hand(self, no: int) -> bool:
        """Whether a person reversed it."""
        return self.entries[no - 1].cause == "hand"

    def reverse(self, no: int, reason: str, on: date) -> Any:
        """Reverses an entry by hand."""
        if not 1 <= no <= len(self.entries):
            raise Refused("unknown-entry")
        entry = self.entries[no - 1]
        if entry.reverses is not None:
            raise Refused("reversal-of-reversal")
        if entry.undone_by is not None:
            by = self.entries[entry.undone_by - 1]
            if self.by_hand(no) and (by.on, by.reason) == (on, reason):
                return entry.undone_by, False
            raise Refused("already-reversed")
        self.require_open(on)
        if not reason:
            raise Refused("no-reason-given")
        if on < entry.on:
            raise Refused("reversal-before-original")
        if entry.belongs_to:
            raise Refused(f"part-of-{entry.belongs_to}")
        if entry.event == "certificate_issued" and any(map(self.live, self.booked("authority_waived", entry.subject))):
            raise Refused("waived-meanwhile")
        try:
            return self.undo_entry(no, on, "hand", reason), True
        except Refused:
            raise Refused("nothing-left-to-reverse") from None

    # --- booking ---

    def received(self, application: str) -> int:
        """The fee received for an application, by deposit or by credit."""
        return sum(self.moved[event, HELD, application] for event in RECEIPTS)

    def received_on(self, application: str) -> date | None:
        """The day of the last receipt that stands."""
        days = [
            entry.on
            for entry in self.entries
            if entry.event in RECEIPTS and entry.reverses is None and entry.undone_by is None
            if any(credit == HELD and theirs == application for _d, _w, credit, theirs, _y in entry.moves)
        ]
        return max(days, default=None)

    def book(self, through: date, only: Iterable[str | None] | None = None) -> None:
        """Posts what is called for up to a day; what belongs into a closed month, on the first open day."""
        before = len(self.entries)
        self.post_all_due(through, only)
        new = self.entries[before:]
        if self.closed_to is not None and new:
            self.require_open(through)
            for entry in new:
                if entry.on <= self.closed_to:
                    entry.on, entry.for_day = self.closed_to + timedelta(1), entry.on

    def post_all_due(self, through: date, only: Iterable[str | None] | None = None) -> None:
        """Posts it on its own days, for everything or for a few applications and what shares a deposit with them."""
        few = self._related(self.apps if only is None else only)
        deps = [deposit for deposit in self.deps.values() if only is None or deposit.said & few]
        deps.sort(key=lambda each: (each.received_on, each.reference))
        blocked = self._correct_all(deps, through)
        for dep in deps:
            if not self._group(dep) and dep.received_on <= through:
                still = self._still_due(dep)
                self._post_all(self._receipt(dep, still, 1, dep.received_on))
        for dep in deps:
            if dep.reference not in blocked:
                self._settle(dep, through)
        for number in sorted(few):
            self._correct_issue(self.apps[number], through)
        for number in sorted(few):
            self._issue(self.apps[number], through)
        for number in sorted(few):
            self._waive(number, through)

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

    def _correct_all(self, deps: list[Dep], through: date) -> set[str]:
        """Corrects each deposit whose facts have changed, as long as one frees what another needs; gives the rest."""
        wrong = [dep for dep in deps if self._group(dep) and not self._right(dep)]
        to_do = [dep for dep in wrong if self._corrected_on(dep) <= through]
        later = {dep.reference for dep in wrong} - {dep.reference for dep in to_do}
        while to_do:
            unfit = [dep for dep in to_do if not self._correct(dep)]
            if len(unfit) == len(to_do):
                break
            to_do = unfit
        return later | {dep.reference for dep in to_do}

    def _live_of(self, dep: Dep) -> list[int]:
        return [no for no in (*self._group(dep), *self._group(dep, "suspense_settled")) if self.live(no)]

    def _corrected_on(self, dep: Dep) -> date:
        """When the right one became known, but not before what was booked."""
        booked = (*self._group(dep), *self._live_of(dep))
        return max(dep.known_on, dep.received_on, *(self.entries[no - 1].on for no in booked))

    def _right(self, dep: Dep) -> bool:
        group, settled = self._group(dep), self._group(dep, "suspense_settled")
        on, yen, application = self.entries[group[0] - 1].basis
        learnt = application is None and not settled and any(map(self.live, group))
        if settled:
            application = self.entries[settled[-1] - 1].basis
        return (on, yen) == (dep.received_on, dep.yen) and (application == dep.application or learnt)

    def _correct(self, dep: Dep) -> bool:
        """Posts a deposit anew and reverses what was posted of it, if no part falls below zero on the way."""
        group, live, on = self._group(dep), self._live_of(dep), self._corrected_on(dep)
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
            for owner in owners
            if (issued := self.booked("certificate_issued", owner)) and self.live(issued[-1])
            if self.balance[AUTHORITY, owner] >= self.apps[owner].due
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

    def _settle(self, dep: Dep, through: date) -> None:
        group, settled = self._group(dep), self._group(dep, "suspense_settled")
        if not group or dep.application is None or any(map(self.by_hand, settled)):
            return
        yen = min(self.balance[SUSPENSE, dep.reference], self._still_due(dep) or 0)
        on = max(dep.known_on, *(self.entries[no - 1].on for no in group))
        if yen > 0 and on <= through:
            nth = self.entries[group[0] - 1].nth
            more = {"subject": dep.reference, "nth": nth, "basis": dep.application}
            self.post("suspense_settled", on, [(SUSPENSE, dep.reference, HELD, dep.application, yen)], **more)

    def _correct_issue(self, app: App, through: date) -> None:
        """A debt whose day is no day known any more is posted anew, on the day on which the right one became known."""
        last = max(self.booked("certificate_issued", app.number), default=None)
        if last is None or not self.live(last) or not app.issue_days or self.entries[last - 1].basis in app.issue_days:
            return
        known_on = (app.facts[name].known_on for name in ("issued_on", "mailed_on") if name in app.facts)
        on = max(self.entries[last - 1].on, app.issue_days[0], *known_on)
        if on <= through:
            self.undo_entry(last, on, "correction")
            self._post_issue(app, on)

    def _post_issue(self, app: App, on: date) -> None:
        moves: list[Move] = [(HELD, app.number, AUTHORITY, app.number, app.due)]
        self.post("certificate_issued", on, moves, subject=app.number, basis=app.issue_days[0])

    def _issue(self, app: App, through: date) -> None:
        last = max(self.booked("certificate_issued", app.number), default=None)
        if last is not None and self.live(last):
            return
        if last is not None and self.by_hand(last) and self.entries[last - 1].basis in app.issue_days:
            return
        since = self.received_on(app.number)
        if not app.issue_days or since is None or self.received(app.number) < app.due:
            return
        on = max(app.issue_days[0], since)
        if self.balance[HELD, app.number] >= app.due and on <= through:
            self._post_issue(app, on)

    def _waive(self, number: str, through: date) -> None:
        issued = self.booked("certificate_issued", number)
        owed = self.moved["certificate_issued", AUTHORITY, number]
        waived = -self.moved["authority_waived", AUTHORITY, number]
        withdrawn = [(on, yen) for on, _bill, of, yen in self.lines if of == number and yen < 0 and on <= through]
        off = min(owed, -sum(yen for _on, yen in withdrawn))
        decision = self.decisions.get(number)
        if decision is not None and decision.as_of > through:
            decision = None
        basis: tuple[int | None, int] = (None, off)
        reach, since = 0, through
        if decision is not None and decision.outcome == "eligible":
            reach, since, basis = owed, decision.as_of, (decision.no, off)
        elif withdrawn:
            reach, since = off, withdrawn[-1][0]
        before = self.booked("authority_waived", number)
        if issued and reach > waived:
            on = max(since, self.entries[issued[-1] - 1].on)
            stays = before and self.by_hand(before[-1]) and self.entries[before[-1] - 1].basis == basis
            if on <= through and not stays:
                moves: list[Move] = [(AUTHORITY, number, HELD, number, reach - waived)]
                self.post("authority_waived", on, moves, subject=number, basis=basis)
        elif decision is not None and decision.verdict != "eligible":
            self._unwaive(number, decision, reach, before, through)

    def _unwaive(self, number: str, decision: Decision, reach: int, before: list[int], through: date) -> None:
        """Takes back what rests on a decision that no longer stands; one kept under an earlier notice stands."""
        for no in reversed(before):
            entry, waived = self.entries[no - 1], -self.moved["authority_waived", AUTHORITY, number]
            if not self.live(no) or waived <= reach or self.balance[HELD, number] < entry.moves[0][4]:
                continue
            kept, on = entry.basis[0], max(decision.as_of, entry.on)
            if on <= through and (kept is None or self.kept[kept - 1].notice == decision.notice):
                self.undo_entry(no, on, "correction")
