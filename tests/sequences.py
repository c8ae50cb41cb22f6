"""The machine that draws sequences of commands and gives each to SQLite, to PostgreSQL and to the plain model."""

from collections.abc import Sequence, Sized
from contextlib import ExitStack
from copy import deepcopy
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from ledger.audit.verify import verify
from ledger.decisions.findings import judge
from ledger.store import database
from migrations import guards
from tests import given
from tests.commanded import APPLICATIONS, BEGIN, NUMBERS, OTHER, Books
from tests.model import MOVES, Answer, Model
from tests.model_booked import AUTHORITY, HELD, SUSPENSE, Dep, Told
from tests.model_months import last_day, month_of
from tests.posted import CHIEF, CLERK

# What the words of a command are chosen from, each as often as it stands there.
Choices = Sequence[Any]

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
    *[("bill_paid", WHICH, BACK)] * 2,
    *[("reversed_by_hand", range(13), REASONS, BACK)] * 2,
    *[("refund_proposed", NUMBERS, PEOPLE, LATE, SURE)] * 4,
    ("deposit_returned", WHICH, PEOPLE, LATE),
    *[("credit_proposed", PAIRS, PEOPLE, LATE, SURE)] * 2,
    *[("taken_on", ("refund",), WHICH, WRONG, (0, 0, 1), BACK, PEOPLE, REASONS)] * 7,
    *[("taken_on", ("credit",), WHICH, WRONG, (0, 1), BACK, PEOPLE, REASONS)] * 4,
    *[("month_closed", MONTHS, BANKS, ACCEPTS, (60, 10))] * 2,
    ("month_reopened", MONTHS, REASONS),
    ("account_approved", MEMBERS, PEOPLE),
    *[("filed", PEOPLE, (0, 0, 0, 1, 3), ("A.txt", "A.txt", "B.txt"), SURE)] * 3,
    *[("made_void", (1, 1, 2, 0), REASONS, PEOPLE, BACK)] * 2,
    ("people_set", ("two", "three"), PEOPLE),
]
COMMANDS = [
    *TYPED,
    *[("time_passes", (1, 2, 3))] * 3,
    ("time_passes", (20, 31, 45, 100)),
    *[("a_transfer_comes_in", NUMBERS, (7245, 5000, 9000, 2000), DAYS, EITHER)] * 2,
    ("a_transfer_is_corrected", WHICH, NUMBERS, (7245, 5000, 2000), range(3)),
    *[("a_certificate_is_mailed", NUMBERS, DAYS)] * 2,
    ("a_certificate_is_revoked", NUMBERS, DAYS),
    ("the_authority_answers", NUMBERS, ("no", "no", "yes")),
    *[("a_certificate_ends_unused", NUMBERS, EITHER, EITHER)] * 2,
    *[("a_fact_is_told", NUMBERS, FACTS, LONG_AGO)] * 3,
    *[("a_bill_comes", NUMBERS, EITHER, (0, 0, 2000), SURE)] * 2,
    *[("an_account_is_told", MEMBERS, ("1234567", "7654321"), PEOPLE)] * 2,
    ("account_looked_at", MEMBERS, ("照会", "照会", "")),
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


# Every command that writes, and what draws it.
WRITING = {
    "import": "a_fact_is_told",
    "book": "booked",
    "match": "matched",
    "decide": "decided",
    "refund propose": "refund_proposed",
    "overpaid return": "deposit_returned",
    "credit propose": "credit_proposed",
    **{f"{kind} {verb}": "taken_on" for kind in ("refund", "overpaid") for verb in ("approve", "reject", "paid")},
    **{f"{kind} returned": "taken_on" for kind in ("refund", "overpaid")},
    **{f"credit {verb}": "taken_on" for verb in ("approve", "reject", "undo")},
    "bill pay": "bill_paid",
    "reverse": "reversed_by_hand",
    "close": "month_closed",
    "reopen": "month_reopened",
    "account approve": "account_approved",
    "account show": "account_looked_at",
    "refund file": "filed",
    "refund void": "made_void",
    "settings set": "people_set",
}


class Commands(RuleBasedStateMachine):
    """The commands, each given to the model and to both books, which have to agree after each."""

    urls: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.model = Model(BEGIN, {application.number: deepcopy(application) for application in APPLICATIONS})
        self.key: str | None = None
        self.typed: dict[str, tuple[Any, ...]] = {}
        self.books = [Books(self.open.enter_context(database.writing(url, dry_run=True))) for url in self.urls]

    def teardown(self) -> None:
        """At the end the books agree part by part, entry by entry, and with themselves; then all is taken back."""
        try:
            model = self.model
            expected = {key: yen for key, yen in model.balance.items() if yen and key[1] is not None}
            for books in self.books:
                assert books.parts() == expected
                self._agrees_with_the_findings(books)
            assert len({tuple(books.digests()) for books in self.books}) == 1
            if self.books:
                self._agrees_with_itself(self.books[len(model.entries) % len(self.books)])
            self._no_lot_gives_more_than_it_received()
        finally:
            self.open.close()

    def _agrees_with_itself(self, one: Books) -> None:
        """`verify`, of one of the two in turn: it costs as much as all the rest, and the other has the same digests."""
        one.seal()
        assert verify(one.connection, guards.faults(one.connection)).faults == ()

    def _agrees_with_the_findings(self, each: Books) -> None:
        for finding in judge(each.connection, self.model.today):
            expected = self.model.finding(finding.application)
            names = ("outcome", "verdict", "clauses", "missing", "doubts", "warnings", "fee_received", "refundable")
            for name in names:
                assert getattr(finding, name) == getattr(expected, name), (finding.application, name)
            notice = finding.notice
            assert (notice and notice.announced_on.isoformat()) == expected.notice

    def _no_lot_gives_more_than_it_received(self) -> None:
        for number in NUMBERS:
            cash = sum(self.model.moved[event, HELD, number] for event in ("fee_received", "suspense_settled"))
            given_back = -sum(
                yen * (1 if debit == HELD else -1)
                for entry in self.model.entries
                for debit, whose, credit, theirs, yen in entry.moves
                if entry.event == "refund_proposed"
                and {debit, credit} == {HELD, "2020"}
                and number == (whose if debit == HELD else theirs)
            )
            assert 0 <= -given_back <= cash

    def given(self, command: str, *words: Any) -> Answer:
        """Gives a command to all, under the key if there is one, and insists on one answer and the same new entries."""
        plain = (command, *words)
        if self.key is not None:
            command, words = "once", (self.key, *plain)
        before = len(self.model.entries)
        expected = self.model.answer(command, *words)
        if self.key is not None and expected[0] == "done":
            self.typed.setdefault(self.key, plain)
        posted_now = [
            (entry.event, entry.on, entry.for_day, entry.reverses, entry.moves) for entry in self.model.entries[before:]
        ]
        for books in self.books:
            assert books.answer(command, *words) == expected
            assert list(books.new_entries()) == posted_now
        return expected

    def tell(self, number: str, name: str, day: date | None, code: str | None = None, to: date | None = None) -> None:
        """Tells a fact to all."""
        told = Told(self.model.today, day, code, to)
        self.model.apps[number].facts[name] = told
        self.model.apps[number].told += 1
        for books in self.books:
            books.tell(number, name, told)

    def pay(self, yen: int, received_on: date, number: str | None, reference: str | None = None) -> None:
        """Tells a deposit to all, or tells it anew."""
        name = reference or f"D-{len(self.model.deps) + 1:03}"
        said = self.model.deps[name].said if reference else set()
        dep = Dep(name, received_on, self.model.today, yen, number, said | {number})
        self.model.deps[name] = dep
        for books in self.books:
            books.deposit(dep)

    @rule(command=st.integers(0, 2**32 - 1).map(drawn))
    def next_is(self, command: tuple[Any, ...]) -> None:
        """One rule draws from all commands: with a rule for each, Hypothesis leaves most of them out of a sequence."""
        note(str(command))
        self.next_is_any(command)

    def next_is_any(self, command: tuple[Any, ...]) -> None:
        """Does what one of the methods below says."""
        name, *words = command
        getattr(self, name)(*words)

    # --- what happens ---

    @initialize(
        states=st.lists(st.sampled_from(["unused", "unused", "paid", ""]), min_size=6, max_size=6),
        later=st.sampled_from([0, 0, 170, 172, 180]),
    )
    def as_the_office_finds_them(self, states: list[str], later: int = 0) -> None:
        """The sequence begins with some paid, some ended, some neither; now and then on the eve of 2012-09-21."""
        if later:
            self.time_passes(later)
        self.pay(APPLICATIONS[0].due, self.model.today, NUMBERS[0])
        for nth, (number, state) in enumerate(zip(NUMBERS, states, strict=True)):
            if state == "unused":
                self.a_certificate_ends_unused(number, number == NUMBERS[4], later > 0 and nth != 1)
            elif state == "paid":
                self.pay(self.model.apps[number].due, self.model.today, number)

    def time_passes(self, days: int) -> None:
        """Today is a later day."""
        self.model.today += timedelta(days)
        for each in self.books:
            each.today = self.model.today

    def a_transfer_comes_in(self, number: str, yen: int, ago: int, known: bool) -> None:
        """A transfer is told, of today or some days ago, with or without its purpose."""
        self.pay(yen, self.model.today - timedelta(ago), number if known else None)

    def a_transfer_is_corrected(self, nth: int, number: str, yen: int, what: int) -> None:
        """Another purpose, another amount, or no purpose any more."""
        name = self.one_of(self.model.deps, "D", nth)
        if name in self.model.deps:
            dep = self.model.deps[name]
            whose = (number, dep.application, None)[what]
            self.pay(yen if what == 1 else dep.yen, dep.received_on, whose, name)

    def a_certificate_is_mailed(self, number: str, ago: int) -> None:
        """The day of mailing is told, once."""
        if self.model.apps[number].day("mailed_on") is None:
            self.tell(number, "mailed_on", self.model.today - timedelta(ago))

    def a_certificate_is_revoked(self, number: str, ago: int) -> None:
        """The day of revocation is told, once."""
        if self.model.apps[number].day("revoked_on") is None:
            self.tell(number, "revoked_on", self.model.today - timedelta(ago))

    def the_authority_answers(self, number: str, used: str) -> None:
        """Whether the certificate was used is told, or told anew."""
        self.tell(number, "used", self.model.today, used)

    def a_certificate_ends_unused(self, number: str, paid: bool, logged: bool = False) -> None:
        """All that makes a fee come back is told; under the notice of 2012-09-21 it takes the log of downloads."""
        app, today = self.model.apps[number], self.model.today
        if paid:
            self.pay(app.due, today, number)
        if app.day("mailed_on") is None:
            self.tell(number, "mailed_on", today)
        if app.day("revoked_on") is None:
            self.tell(number, "revoked_on", today)
        self.tell(number, "used", today, "no")
        if logged:
            self.tell(number, "downloaded", None, to=today)

    def a_fact_is_told(self, number: str, fact: tuple[str, str | None], ago: int) -> None:
        """Anything else that is known of a certificate, or known otherwise: a day, a register, a reason, a word."""
        (name, what), app = fact, self.model.apps[number]
        day = max(app.applied_on, self.model.today - timedelta(ago))
        if what == "none":
            self.tell(number, name, None, to=day)
        elif name in ("reason", "covered"):
            self.tell(number, name, None, what)
        else:
            self.tell(number, name, day, what if name == "used" else None, day if what == "day" else None)

    def a_bill_comes(self, number: str, off: bool, yen: int = 0, sure: int = 0) -> None:
        """The authority bills a fee, or withdraws one, or a part of it."""
        owing = [number for number in NUMBERS if self.model.balance[AUTHORITY, number] > 0]
        number = next((each for each in owing if sure), number)
        yen = (yen or self.model.apps[number].due) * (-1 if off else 1)
        bill = f"B-{len(self.model.lines) + 1:03}"
        self.model.lines.append((self.model.today, bill, number, yen))
        for books in self.books:
            books.billed(bill, number, yen)

    def an_account_is_told(self, member: str, number: str, by: str) -> None:
        """A bank account comes with the register of members: the first, the same, or another."""
        self.model.account_told(member, number, by)
        for books in self.books:
            books.account(member, number, by)

    # --- what is commanded ---

    def under_a_key(self, key: str, command: tuple[Any, ...]) -> None:
        """Another command for the same key is refused, and the field is named."""
        self.key = key
        self.next_is_any(command)
        self.key = None

    def typed_again(self, key: str) -> None:
        """What was first typed under a key comes once more, whatever has happened since."""
        if key in self.typed:
            self.key = key
            self.given(*self.typed[key])
            self.key = None

    def booked(self, ago: int = 0) -> None:
        """The command `book`, up to today or some days ago."""
        self.given("book", self.model.today - timedelta(ago))

    def decided(self, numbers: list[str]) -> None:
        """The command `decide`, of some applications or everyone's."""
        self.given("decide", *dict.fromkeys(numbers or NUMBERS))

    def matched(self, nth: int, number: str, ago: int = 0) -> None:
        """`match`, mostly of a deposit that waits."""
        loose = [deposit.reference for deposit in self.model.deps.values() if deposit.application is None]
        reference = loose[-1] if loose and nth else self.one_of(self.model.deps, "D", nth)
        self.given("match", reference, number, self.model.today - timedelta(ago))

    def bill_paid(self, nth: int, ago: int = 0) -> None:
        """`bill pay`; the first bill comes when there is none yet."""
        if not self.model.lines and nth:
            self.a_bill_comes(NUMBERS[0], off=False, sure=1)
        self.given("pay_bill", self.one_of(self.model.lines, "B", nth), self.model.today - timedelta(ago))

    def reversed_by_hand(self, nth: int, reason: str, ago: int = 0) -> None:
        """`reverse` of one of the last entries."""
        no = max(1, len(self.model.entries) + 1 - nth)
        self.given("reverse", no, reason, self.model.today - timedelta(ago))

    def refund_proposed(self, number: str, by: str, late: int = 0, sure: int = 0) -> None:
        """`refund propose`, mostly of what comes back."""
        at = NUMBERS.index(number)
        back = [number for number in (*NUMBERS[at:], *NUMBERS[:at]) if self.model.finding(number).refundable]
        self.given("propose_refund", next((each for each in back if sure), number), by, self.day(late))

    def deposit_returned(self, nth: int, by: str, late: int = 0) -> None:
        """`overpaid return`, mostly of one with something left; too much comes in when there is none."""
        waiting = [part for (account, part), yen in self.model.balance.items() if account == SUSPENSE and yen > 0]
        if not waiting and nth > 1:
            self.pay(9000, self.model.today, NUMBERS[nth])
        reference = waiting[-1] if waiting else self.one_of(self.model.deps, "D", nth)
        self.given("return_deposit", reference, by, self.day(late))

    def credit_proposed(self, pair: tuple[str, str], by: str, late: int = 0, sure: int = 0) -> None:
        """`credit propose`, mostly of what comes back to what still owes."""
        self.given("propose_credit", *self.pair(pair, sure), by, self.day(late))

    def pair(self, pair: tuple[str, str], sure: int) -> tuple[str, str]:
        """The pair, or if that is to be sure one of which a credit can be."""
        at = PAIRS.index(pair) if sure else 0
        could = (pair for pair in (*PAIRS[at:], *PAIRS[:at]) if sure and self.model.could_credit(*pair))
        return next(could, pair)

    def credited(self, pair: tuple[str, str], sure: int = 0) -> None:
        """Proposed and approved at once."""
        answer, said = self.given("propose_credit", *self.pair(pair, sure), CLERK, self.model.today)
        if answer == "done":
            self.given("step", "credit", said[0], "applied", self.model.today, CHIEF, None)

    def taken_on(self, kind: str, nth: int, wrong: int, way: int, ago: int, by: str, reason: str) -> None:
        """Brings one of the last refunds or credits into a state that may follow, or into any."""
        things = self.model.credits if kind == "credit" else self.model.refunds
        if not things and nth:
            self.refund_proposed(NUMBERS[nth], CLERK, sure=1) if kind == "refund" else self.credited(PAIRS[nth], 1)
            return
        no = max(1, len(things) + 1 - nth)
        follow = MOVES[kind].get(things[no - 1].state, ()) if no <= len(things) else ()
        every = sorted({each for some in MOVES[kind].values() for each in some})
        state = every[(nth + way) % len(every)] if wrong or not follow else follow[way % len(follow)]
        why = reason if state in ("rejected", "returned", "undone") else None
        self.given("step", kind, no, state, self.model.today - timedelta(ago), by, why)

    def month_closed(self, nth: int, bank: str | None, accept: str | None, days: int) -> None:
        """`close` of a month, with the bank's word right, wrong or not given."""
        month = self.month(nth)
        yen = None if bank is None else self.model.bank(last_day(month)) + (bank == "wrong")
        self.given("close", month, yen, accept, days)

    def month_reopened(self, nth: int, reason: str) -> None:
        """`reopen`, mostly of one that is closed."""
        closes = self.model.closes
        self.given("reopen", closes[-1].month if closes and nth else self.month(nth), reason)

    def account_approved(self, member: str, by: str) -> None:
        """`account approve`, mostly of one that waits."""
        waiting = [each for each, account in self.model.accounts.items() if account.waits]
        member = waiting[0] if waiting else member
        self.given("approve_account", member, by)

    def account_looked_at(self, member: str, purpose: str) -> None:
        """The command `account show`, given to all."""
        self.given("look", member, purpose)

    def filed(self, by: str, ahead: int, name: str, sure: int = 0) -> None:
        """`refund file`, mostly of something that is approved, on a day on which banks work."""
        on = self.model.today + timedelta(ahead)
        if sure:
            on += timedelta(7 - on.weekday() if on.weekday() >= 5 else 0)
            self.something_is_approved()
        self.given("file", on, name, by)

    def something_is_approved(self) -> None:
        """A refund that was proposed, or else a new one, is approved; every member has a bank account."""
        for member, number in ((given.MEMBER, "1234567"), (OTHER, "7654321")):
            if member not in self.model.accounts:
                self.an_account_is_told(member, number, CLERK)
        every = list(enumerate(self.model.refunds, 1))
        if any(course.state == "approved" for _no, course in every):
            return
        waiting = [(no, course.steps[0][2]) for no, course in every if course.state == "proposed"]
        if not waiting:
            back = [number for number in NUMBERS if self.model.finding(number).refundable]
            answer, said = self.given("propose_refund", back[0] if back else NUMBERS[0], CLERK, self.model.today)
            waiting = [(said[0], CLERK)] if answer == "done" else []
        for no, by in waiting[:1]:
            self.given("step", "refund", no, "approved", self.model.today, CHIEF if by == CLERK else CLERK, None)

    def made_void(self, nth: int, reason: str, by: str, ago: int = 0) -> None:
        """`refund void` of one of the last payment files; one is made when there is none."""
        if not self.model.files and nth:
            self.filed(CHIEF, 0, "A.txt", 1)
        no = max(1, len(self.model.files) + 1 - nth)
        self.given("void", no, self.model.today - timedelta(ago), reason, by)

    def people_set(self, value: str, by: str) -> None:
        """`settings set people`."""
        self.given("set_people", value, by)

    def day(self, late: int) -> date:
        """Today, or the last day of the months that are closed."""
        return (self.model.closed_to if late else None) or self.model.today

    def month(self, nth: int) -> str:
        """This month, the one before, the one before that."""
        first = self.model.today.replace(day=1)
        for _ in range(nth):
            first = (first - timedelta(1)).replace(day=1)
        return month_of(first)

    def one_of(self, things: Sized, letter: str, nth: int) -> str:
        """The reference of one of the last deposits or bills; of the 0th, one that is not there."""
        return f"{letter}-{max(1, len(things) + 1 - nth):03}"
