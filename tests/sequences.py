"""The machine that draws sequences of commands and gives each to SQLite, to PostgreSQL and to the plain model."""

from collections.abc import Iterator, Sized
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import Connection, select

from ledger import chain, database, tables
from ledger.booking import credits, refunds
from ledger.booking.bills import pay_bill
from ledger.booking.month import book
from ledger.booking.overpaid import return_deposit
from ledger.decisions.findings import judge
from ledger.decisions.kept import keep
from ledger.errors import Refusal
from ledger.intake.matching import settle
from ledger.journal import balances
from ledger.journal.posting import recorded, reverse
from ledger.statements.verified import verify
from migrations import guards
from tests import given, posted
from tests.model import MOVES, Answer, Model
from tests.model_booked import HELD, SUSPENSE, App, Dep
from tests.posted import CHIEF, CLERK

# Under the notice of 2012-03-23, which is in force on every day that a sequence reaches.
BEGIN = date(2012, 4, 1)
OTHER = "大阪 第9002号"
# Fees of three heights, so that a credit is more or less than what the reissue owes.
FEES = {date(2011, 11, 1): 7245, date(2012, 1, 10): 5000, date(2012, 2, 10): 9000}
APPLICATIONS = [
    App("2011-0001", given.MEMBER, False, 7245, date(2011, 11, 1)),
    App("2012-0001", given.MEMBER, True, 5000, date(2012, 1, 10)),
    App("2012-0002", given.MEMBER, True, 9000, date(2012, 2, 10)),
    App("2012-0003", given.MEMBER, True, 5000, date(2012, 1, 11)),
    App("2011-0002", OTHER, False, 7245, date(2011, 11, 2)),
    App("2012-0004", OTHER, True, 9000, date(2012, 2, 11)),
]
NUMBERS = [each.number for each in APPLICATIONS]


def prepare(url: str) -> None:
    """Enters the fees, the two members and their applications."""
    with database.writing(url) as connection:
        of = given.source(connection)
        for day, yen in FEES.items():
            fee = {"applies_from": day, "applies_to": date(2012, 3, 31), "yen": yen, "tax_percent": 5}
            connection.execute(tables.fee.insert().values(fee | {"known_on": day, "source": of}))
        for member in (given.MEMBER, OTHER):
            given.member(connection, of, member)
        for each in APPLICATIONS:
            facts: dict[str, Any] = {
                "applied_on": each.applied_on,
                "kind": "reissue" if each.reissue else "new",
                "paid": [],
            }
            given.application(connection, of, each.number, facts, member=each.member, as_of=BEGIN)


class Books:
    """The books of one engine, to which the commands of the model are given."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.today = BEGIN
        self.seen = 0
        self.marks = chain.marks(connection)

    def seal(self) -> None:
        """Seals what the sequence has added, as the end of a write does."""
        chain.seal(self.connection, self.marks, by=CLERK, command="sequence", role=database.role(self.connection))

    def answer(self, command: str, *words: Any, **options: Any) -> Answer:
        """What a command answers; one that is refused leaves everything as it was."""
        try:
            with self.connection.begin_nested():
                return "done", getattr(self, command)(*words, **options)
        except Refusal as refusal:
            return "refused", refusal.code()

    def tell(self, number: str, name: str, day: date, code: str | None = None) -> None:
        """A fact, known today."""
        posted.fact(self.connection, number, name, day=day, code=code, known_on=self.today)

    def deposit(self, dep: Dep) -> None:
        """A transfer received."""
        days: dict[str, Any] = {"on": dep.received_on, "known_on": dep.known_on}
        posted.deposit(self.connection, dep.reference, dep.application, yen=dep.yen, **days)

    def billed(self, bill: str, number: str, yen: int) -> None:
        """A bill of one line."""
        posted.billed(self.connection, bill, number, yen, on=self.today)

    def book(self) -> None:
        """Books everything."""
        book(self.connection, self.today, by=CLERK)

    def decide(self, number: str) -> str:
        """Keeps a finding."""
        found = judge(self.connection, self.today, applications=[number])
        keep(self.connection, found, by=CLERK)
        return found[0].outcome

    def match(self, reference: str, number: str) -> bool:
        """Settles whose a deposit is."""
        return settle(self.connection, reference, number, on=self.today, by=CLERK)

    def pay_bill(self, bill: str) -> int:
        """Pays a bill."""
        return pay_bill(self.connection, bill, on=self.today, by=CLERK).yen

    def reverse(self, no: int, reason: str) -> tuple[int, bool]:
        """Reverses an entry."""
        done = reverse(self.connection, no, on=self.today, reason=reason, by=CLERK)
        return done.no, done.changed

    def propose_refund(self, number: str, by: str) -> tuple[int, bool, int]:
        """Proposes a refund."""
        done = refunds.propose(self.connection, number, on=self.today, by=by)
        return done.no, done.changed, done.yen

    def return_deposit(self, reference: str, by: str) -> tuple[int, bool, int]:
        """Proposes the return of a deposit."""
        done = return_deposit(self.connection, reference, on=self.today, by=by)
        return done.no, done.changed, done.yen

    def propose_credit(self, number: str, to: str, by: str) -> tuple[int, bool, int]:
        """Proposes a credit."""
        done = credits.propose(self.connection, number, to, on=self.today, by=by)
        return done.no, done.changed, done.yen

    def step(self, kind: str, no: int, state: str, on: date, by: str, reason: str | None = None) -> tuple[int, bool]:
        """Brings a refund or a credit into a state."""
        why = {} if reason is None else {"reason": reason}
        if state == "paid":
            done = refunds.paid(self.connection, [no], on=on, by=by)[0]
        else:
            verbs = {"approved": "approve", "applied": "approve", "rejected": "reject", "undone": "undo"}
            module = credits if kind == "credit" else refunds
            done = getattr(module, verbs.get(state, state))(self.connection, no, on=on, by=by, **why)
        return done.no, done.changed

    def new_entries(self) -> Iterator[tuple[Any, ...]]:
        """The entries posted since last asked: event, day, original, movements with the parts they touch."""
        entry = tables.entry.c
        numbers = list(
            self.connection.execute(select(entry.no).where(entry.no > self.seen).order_by(entry.no)).scalars()
        )
        for no, each in sorted(recorded(self.connection, numbers).items()):
            moves = [
                (
                    one.debit,
                    _part(one.debit, one.debit_application, one.deposit),
                    one.credit,
                    _part(one.credit, one.credit_application, one.deposit),
                    one.yen,
                )
                for one in each.movements
            ]
            yield each.event, each.on, each.reverses, moves
            self.seen = no

    def parts(self) -> dict[tuple[str, str], int]:
        """What each part of each account that is kept for somebody holds."""
        found: dict[tuple[str, str], int] = {}
        for each in balances.trial_balance(self.connection):
            for by in ("application", "deposit"):
                if by == "deposit" and each.code not in (SUSPENSE, "2020", "2060"):
                    continue
                for part, yen in balances.held(self.connection, each.code, by).items():
                    if part is not None and each.code != "1110":
                        found[each.code, part] = yen
        return found

    def digests(self) -> list[str]:
        """The digests of the entries, in order."""
        return list(self.connection.execute(select(tables.entry.c.digest).order_by(tables.entry.c.no)).scalars())


def _part(account: str, application: str | None, deposit: str | None) -> str | None:
    if account == "1110":
        return None
    return deposit if account == SUSPENSE else application or deposit


people = st.sampled_from([CLERK, CHIEF])
numbers = st.sampled_from(NUMBERS)
# Which of the last few; and now and then one that is not there.
which = st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5, 0])
days = st.integers(0, 9)
# Mostly a day that can be, mostly another person, mostly a reason, mostly a state that may follow.
back = st.sampled_from([0, 0, 0, 0, 0, 2])
reasons = st.sampled_from(["申出", "申出", "申出", "口座", ""])
wrong = st.sampled_from([0, 0, 0, 0, 1])
# Mostly a reissue of the same member; the last goes to another one, the one before to no reissue.
pairs = st.sampled_from(
    [(NUMBERS[old], NUMBERS[new]) for old, new in ((0, 1), (0, 1), (1, 2), (1, 2), (2, 3), (0, 2), (1, 3), (3, 1))]
    + [(NUMBERS[4], NUMBERS[5]), (NUMBERS[1], NUMBERS[0]), (NUMBERS[0], NUMBERS[5])]
)


def _command(name: str, *words: st.SearchStrategy[Any], weight: int = 1) -> list[st.SearchStrategy[tuple[Any, ...]]]:
    return [st.tuples(st.just(name), *words)] * weight


COMMANDS = st.one_of(
    *_command("time_passes", st.integers(1, 3)),
    *_command("a_transfer_comes_in", numbers, st.sampled_from([7245, 5000, 9000, 2000]), days, st.booleans(), weight=2),
    *_command("a_transfer_is_corrected", which, numbers, st.sampled_from([7245, 5000, 2000]), st.integers(0, 2)),
    *_command("a_certificate_is_mailed", numbers, days),
    *_command("a_certificate_is_revoked", numbers, days),
    *_command("the_authority_answers", numbers, st.sampled_from(["no", "no", "yes"])),
    *_command("a_certificate_ends_unused", numbers, st.booleans()),
    *_command("a_bill_comes", numbers, st.booleans()),
    *_command("booked", weight=2),
    *_command("decided", numbers),
    *_command("matched", which, numbers),
    *_command("bill_paid", which),
    *_command("reversed_by_hand", st.integers(0, 12), reasons, weight=2),
    *_command("refund_proposed", numbers, people, weight=3),
    *_command("deposit_returned", which, people),
    *_command("credit_proposed", pairs, people, weight=2),
    *_command("credited", pairs, weight=3),
    *_command("taken_on", st.just("refund"), which, wrong, st.integers(0, 1), back, people, reasons, weight=3),
    *_command("taken_on", st.just("credit"), which, wrong, st.integers(0, 1), back, people, reasons, weight=3),
)


class Commands(RuleBasedStateMachine):
    """The commands, each given to the model and to both books, which have to agree after each."""

    urls: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.model = Model(BEGIN, {each.number: App(**vars(each)) for each in APPLICATIONS})
        self.books = [Books(self.open.enter_context(database.writing(url, dry_run=True))) for url in self.urls]

    def teardown(self) -> None:
        """At the end the books agree part by part, entry by entry, and with themselves; then all is taken back."""
        try:
            model = self.model
            expected = {key: yen for key, yen in model.balance.items() if yen and key[1] is not None}
            for each in self.books:
                assert each.parts() == expected
                self._agrees_with_the_findings(each)
                each.seal()
                assert verify(each.connection, guards.faults(each.connection)).faults == ()
            assert len({tuple(each.digests()) for each in self.books}) == 1
            self._no_lot_gives_more_than_it_received()
        finally:
            self.open.close()

    def _agrees_with_the_findings(self, each: Books) -> None:
        for finding in judge(each.connection, self.model.today):
            outcome, verdict, refundable, _content = self.model.finding(finding.application)
            assert (finding.outcome, finding.verdict, finding.refundable) == (outcome, verdict, refundable)

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

    def given(self, command: str, *words: Any, **options: Any) -> Answer:
        """Gives a command to all and insists on one answer and the same new entries."""
        before = len(self.model.entries)
        expected = self.model.answer(command, *words, **options)
        posted_now = [(each.event, each.on, each.reverses, each.moves) for each in self.model.entries[before:]]
        for each in self.books:
            assert each.answer(command, *words, **options) == expected
            assert list(each.new_entries()) == posted_now
        return expected

    def tell(self, number: str, name: str, day: date, code: str | None = None) -> None:
        """Tells a fact to all."""
        setattr(self.model.apps[number], name, code or day)
        self.model.apps[number].told += 1
        for each in self.books:
            each.tell(number, name, day, code)

    def pay(self, yen: int, received_on: date, number: str | None, reference: str | None = None) -> None:
        """Tells a deposit to all, or tells it anew."""
        name = reference or f"D-{len(self.model.deps) + 1:03}"
        said = self.model.deps[name].said if reference else set()
        dep = Dep(name, received_on, self.model.today, yen, number, said | {number})
        self.model.deps[name] = dep
        for each in self.books:
            each.deposit(dep)

    @rule(command=COMMANDS)
    def next_is(self, command: tuple[Any, ...]) -> None:
        """One rule draws from all commands: with a rule for each, Hypothesis leaves most of them out of a sequence."""
        name, *words = command
        getattr(self, name)(*words)

    # --- what happens ---

    @initialize(states=st.lists(st.sampled_from(["unused", "unused", "paid", ""]), min_size=6, max_size=6))
    def as_the_office_finds_them(self, states: list[str]) -> None:
        """The sequence begins with some paid, some ended, some neither."""
        self.pay(APPLICATIONS[0].due, self.model.today, NUMBERS[0])
        for number, state in zip(NUMBERS, states, strict=True):
            if state == "unused":
                self.a_certificate_ends_unused(number, paid=number == NUMBERS[4])
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
        if self.model.apps[number].mailed_on is None:
            self.tell(number, "mailed_on", self.model.today - timedelta(ago))

    def a_certificate_is_revoked(self, number: str, ago: int) -> None:
        """The day of revocation is told, once."""
        if self.model.apps[number].revoked_on is None:
            self.tell(number, "revoked_on", self.model.today - timedelta(ago))

    def the_authority_answers(self, number: str, used: str) -> None:
        """Whether the certificate was used is told, or told anew."""
        self.tell(number, "used", self.model.today, used)

    def a_certificate_ends_unused(self, number: str, paid: bool) -> None:
        """All that makes a fee come back is told."""
        app, today = self.model.apps[number], self.model.today
        if paid:
            self.pay(app.due, today, number)
        if app.mailed_on is None:
            self.tell(number, "mailed_on", today)
        if app.revoked_on is None:
            self.tell(number, "revoked_on", today)
        self.tell(number, "used", today, "no")

    def a_bill_comes(self, number: str, off: bool) -> None:
        """The authority bills a fee, or withdraws one."""
        yen = self.model.apps[number].due * (-1 if off else 1)
        bill = f"B-{len(self.model.lines) + 1:03}"
        self.model.lines.append((self.model.today, bill, number, yen))
        for each in self.books:
            each.billed(bill, number, yen)

    # --- what is commanded ---

    def booked(self) -> None:
        """The command `book`, given to all."""
        self.given("book")

    def decided(self, number: str) -> None:
        """The command `decide`, given to all."""
        self.given("decide", number)

    def matched(self, nth: int, number: str) -> None:
        """`match`, mostly of a deposit that waits."""
        loose = [each.reference for each in self.model.deps.values() if each.application is None]
        self.given("match", loose[-1] if loose and nth else self.one_of(self.model.deps, "D", nth), number)

    def bill_paid(self, nth: int) -> None:
        """The command `bill pay`, given to all."""
        self.given("pay_bill", self.one_of(self.model.lines, "B", nth))

    def reversed_by_hand(self, nth: int, reason: str) -> None:
        """`reverse` of one of the last entries."""
        self.given("reverse", max(1, len(self.model.entries) + 1 - nth), reason)

    def refund_proposed(self, number: str, by: str) -> None:
        """The command `refund propose`, given to all."""
        self.given("propose_refund", number, by)

    def deposit_returned(self, nth: int, by: str) -> None:
        """`overpaid return`, mostly of one with something left."""
        waiting = [part for (account, part), yen in self.model.balance.items() if account == SUSPENSE and yen > 0]
        self.given("return_deposit", waiting[-1] if waiting else self.one_of(self.model.deps, "D", nth), by)

    def credit_proposed(self, pair: tuple[str, str], by: str) -> None:
        """The command `credit propose`, given to all."""
        self.given("propose_credit", *pair, by)

    def credited(self, pair: tuple[str, str]) -> None:
        """Proposed and approved at once."""
        answer, said = self.given("propose_credit", *pair, CLERK)
        if answer == "done":
            self.given("step", "credit", said[0], "applied", self.model.today, CHIEF)

    def taken_on(self, kind: str, nth: int, wrong: int, way: int, ago: int, by: str, reason: str) -> None:
        """Brings one of the last refunds or credits into a state that may follow, or into any."""
        things = self.model.credits if kind == "credit" else self.model.refunds
        if not things and nth:
            return
        no = max(1, len(things) + 1 - nth)
        follow = MOVES[kind].get(things[no - 1].state, ()) if no <= len(things) else ()
        every = sorted({each for some in MOVES[kind].values() for each in some})
        state = every[(nth + way) % len(every)] if wrong or not follow else follow[way % len(follow)]
        why = reason if state in ("rejected", "returned", "undone") else None
        self.given("step", kind, no, state, self.model.today - timedelta(ago), by, why)

    def one_of(self, things: Sized, letter: str, nth: int) -> str:
        """The reference of one of the last deposits or bills; of the 0th, one that is not there."""
        return f"{letter}-{max(1, len(things) + 1 - nth):03}"
