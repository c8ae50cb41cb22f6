"""The machine that draws sequences of commands and gives each to SQLite and PostgreSQL; see `Commands`."""

from collections.abc import Sized
from contextlib import ExitStack, suppress
from copy import deepcopy
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from ledger.audit.verify import verify
from ledger.decisions.findings import judge
from ledger.intake.report import Touched
from ledger.store import database
from migrations import guards
from tests import given, model_commands, model_laws, model_refunds, model_rulings
from tests.commanded import APPLICATIONS, BEGIN, NUMBERS, OTHER, Answer, Books, Row
from tests.drawn import PAIRS, drawn
from tests.model import AUTHORITY, RECORDED, SUSPENSE, Deposit, Fact, Memory
from tests.model_commands import MOVES, NEED_A_REASON
from tests.model_records import Ruling, last_day, month_of
from tests.model_slips import Expectation
from tests.posted import CHIEF, CLERK

_EXPECTED: dict[str, Any] = vars(model_commands) | vars(model_refunds) | vars(model_rulings)


class Commands(RuleBasedStateMachine):
    """The commands, each given to both books, which answer and write the same.

    Of what is remembered it is held against each command whether it may succeed (`model_commands`) and what must be so
    at any time (`model_laws`). Every sixth is tried as a dry run first; every sixth is given twice.
    """

    urls: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.memory = Memory(BEGIN, {application.number: deepcopy(application) for application in APPLICATIONS})
        self.key: str | None = None
        self.answers: list[int | str] = []
        self.log: list[int | str] = []  # the answers, and as "+5" how many entries an import posted
        self.news: dict[str, list[tuple[str, tuple[Any, ...]]]] = {}
        self.books = [Books(self.open.enter_context(database.writing(url, dry_run=True))) for url in self.urls]

    def teardown(self) -> None:
        """At the end the books agree with the rules and with themselves; then all is taken back."""
        try:
            self.hand_in_the_news()
            for books in self.books:
                self._agrees_with_the_rules(books)
                self._sums_up(books)
            # It costs as much as all the rest, and both have the same digests: every other sequence, one of the two.
            for books in self.books[len(self.memory.entries) % 4 :][:1]:
                books.seal()
                faults = verify(books.connection, guards.faults(books.connection)).faults
                assert faults == (), faults
        finally:
            self.open.close()

    def _agrees_with_the_rules(self, books: Books) -> None:
        for finding in judge(books.connection, self.memory.today):
            expected = self.memory.finding(finding.application)
            names = ("outcome", "verdict", "clauses", "missing", "doubts", "warnings", "fee_received", "refundable")
            for name in names:
                assert getattr(finding, name) == getattr(expected, name), (finding.application, name)
            notice = finding.notice
            assert (notice and notice.announced_on.isoformat()) == expected.notice

    def _sums_up(self, books: Books) -> None:
        """Debits are credits; the sub-ledgers sum to the ledger, and both to what was written."""
        balances, parts = books.balances()
        assert sum(yen for yen in balances.values()) == 0
        for account, by_part in parts.items():
            assert sum(by_part.values()) == balances[account]
            assert by_part == {
                part: yen for (code, part), yen in self.memory.balance.items() if yen and code == account
            }

    def given(self, command: str, *words: Any) -> Answer:
        """Gives a command to both books, under the key if there is one, and holds it against everything."""
        self.hand_in_the_news()
        memory, plain = self.memory, (command, *words)
        stored = memory.keys.get(self.key or "")
        if self.key is not None:
            command, words = "once", (self.key, *plain)
        turn = len(self.answers)
        tried = self.ask(command, *words, dry_run=True) if turn % 6 == 5 else None
        closed_to, expectation = memory.closed_to, _EXPECTED[plain[0]](memory, *plain[1:])
        if stored is None:
            next(expectation)
        answer = self.ask(command, *words)
        assert tried in (None, answer), "a dry run answers otherwise"
        new = memory.read(self.written())
        self.answers.append(answer.refused or len(new))
        self.log.append(self.answers[-1])
        if stored is not None:
            self.answered_again(answer, plain, *stored)
        else:
            model_laws.require_right_entries(memory, plain[0], new, closed_to)
            _finish(expectation, answer)
            model_laws.require_sums(memory)
            model_laws.require_never_below_zero(memory, new)
            model_laws.require_posted(memory, self.books[0].left_to_post())
            if self.key is not None and answer.refused is None:
                memory.keys[self.key] = (plain, repr(answer.result))
        if turn % 6 == 2 and answer.refused is None and plain[0] != "look":
            assert self.ask(command, *words).refused is None
            assert self.written() == {}, "given again, a command changes something"
        return answer

    def ask(self, command: str, *words: Any, dry_run: bool = False) -> Answer:
        """What both books answer; one that is refused, and a dry run, leaves nothing."""
        before = [books.sizes() for books in self.books]
        answers = [books.answer(command, *words, dry_run=dry_run) for books in self.books]
        assert all(answer == answers[0] for answer in answers), "the engines answer differently"
        if dry_run or answers[0].refused is not None:
            assert [books.sizes() for books in self.books] == before, "something is left"
        return answers[0]

    def written(self) -> dict[str, list[Row]]:
        """What both books have written since."""
        rows = [books.new_rows() for books in self.books]
        for other in rows[1:]:
            assert other.keys() == rows[0].keys(), "the engines write differently"
            for table in other:
                assert other[table] == rows[0][table], "the engines write differently"
        return rows[0]

    def answered_again(self, answer: Answer, plain: tuple[Any, ...], first: tuple[Any, ...], text: str) -> None:
        """Under a key that was used, the same command is answered the same, and any other is refused by its field."""
        if tuple(map(str, plain)) == tuple(map(str, first)):
            assert answer == Answer(text)
        else:
            assert answer.refused == "key-used-differently"

    # --- what becomes known ---

    def learn(self, subject: str, what: str, *words: Any) -> None:
        """Something becomes known; it is handed in before the next command."""
        getattr(self.memory, what)(*words)
        self.news.setdefault(subject, []).append((what, words))

    def hand_in_the_news(self) -> None:
        """Both books get to know what is new, one of them in another order: files of a day come in any.

        What this calls for is posted at once, as `import` does.
        """
        if not self.news:
            return
        touched = _touched(self.news)
        for books, subjects in zip(self.books, (list(self.news), list(reversed(self.news))), strict=True):
            for subject in subjects:
                for what, words in self.news[subject]:
                    getattr(books, what)(*words)
            books.record(touched)
        self.news = {}
        new = self.memory.read(self.written())
        self.log.append(f"+{len(new)}")
        model_laws.require_right_entries(self.memory, "import", new, self.memory.closed_to)
        model_laws.require_sums(self.memory)
        model_laws.require_never_below_zero(self.memory, new)
        model_laws.require_posted(self.memory, self.books[0].left_to_post())
        model_laws.require_nothing_stuck(self.books[0].money_gone())

    def tell(self, number: str, name: str, day: date | None, code: str | None = None, to: date | None = None) -> None:
        """A fact becomes known."""
        self.learn(f"{number} {name}", "learn_fact", number, name, Fact(self.memory.today, day, code, to))

    def pay(self, yen: int, received_on: date, number: str | None, reference: str | None = None) -> None:
        """A deposit becomes known, or something else of it."""
        name = reference or f"D-{len(self.memory.deposits) + 1:03}"
        self.learn(name, "learn_deposit", Deposit(name, received_on, self.memory.today, yen, number))

    @rule(command=st.integers(0, 2**32 - 1).map(drawn))
    def next_is(self, command: tuple[Any, ...]) -> None:
        """One rule draws from all commands: with a rule for each, Hypothesis leaves most of them out of a sequence."""
        note(str(command))
        self.next_is_any(command)

    def next_is_any(self, command: tuple[Any, ...]) -> None:
        """Does what one of the methods below says; any other is given as it is."""
        name, *words = command
        getattr(self, name, partial(self.given, name))(*words)

    @initialize(
        states=st.lists(st.sampled_from(["unused", "unused", "paid", ""]), min_size=6, max_size=6),
        later=st.sampled_from([0, 0, 170, 172, 180]),
    )
    def as_the_office_finds_them(self, states: list[str], later: int = 0) -> None:
        """The sequence begins with some paid, some ended, some neither; now and then on the eve of 2012-09-21."""
        if later:
            self.time_passes(later)
        self.pay(APPLICATIONS[0].due, self.memory.today, NUMBERS[0])
        for nth, (number, state) in enumerate(zip(NUMBERS, states, strict=True)):
            if state == "unused":
                self.a_certificate_ends_unused(number, number == NUMBERS[4], later > 0 and nth != 1)
            elif state == "paid":
                self.pay(self.memory.applications[number].due, self.memory.today, number)

    def time_passes(self, days: int) -> None:
        """Today is a later day."""
        self.hand_in_the_news()
        self.memory.today += timedelta(days)
        for books in self.books:
            books.today = self.memory.today

    def a_transfer_comes_in(self, number: str, yen: int, ago: int, named: bool) -> None:
        """A transfer becomes known, of today or some days ago, with or without its purpose."""
        self.pay(yen, self.ago(ago), number if named else None)

    def a_transfer_is_corrected(self, nth: int, number: str, yen: int, what: int) -> None:
        """Another purpose, another amount, or no purpose any more."""
        name = self.one_of(self.memory.deposits, "D", nth)
        if name in self.memory.deposits:
            deposit = self.memory.deposits[name][-1]
            application = (number, deposit.application, None)[what]
            self.pay(yen if what == 1 else deposit.yen, deposit.received_on, application, name)

    def a_certificate_ends_unused(self, number: str, paid: bool, logged: bool = False) -> None:
        """All that makes a fee come back; under the notice of 2012-09-21 it takes the log of downloads."""
        today = self.memory.today
        if paid:
            self.pay(self.memory.applications[number].due, today, number)
        for name in ("mailed_on", "revoked_on"):
            if self.memory.applications[number].day(name) is None:
                self.tell(number, name, today)
        self.tell(number, "used", today, "no")
        if logged:
            self.tell(number, "downloaded", None, to=today)

    def a_fact_is_told(self, number: str, fact: tuple[str, str | None], ago: int) -> None:
        """Anything else that is known of a certificate, or known otherwise: a day, a register, a reason, a word."""
        name, what = fact
        day = max(self.memory.applications[number].applied_on, self.ago(ago))
        if what == "none":
            self.tell(number, name, None, to=day)
        elif name in ("reason", "covered"):
            self.tell(number, name, None, what)
        else:
            self.tell(number, name, day, what if name == "used" else None, day if what == "day" else None)

    def a_bill_comes(self, number: str, off: bool, yen: int = 0, sure: int = 0) -> None:
        """The authority bills a fee, or withdraws one, or a part of it."""
        owing = [number for number in NUMBERS if self.memory.balance[AUTHORITY, number] > 0]
        number = owing[0] if owing and sure else number
        yen = (yen or self.memory.applications[number].due) * (-1 if off else 1)
        bill = f"B-{len(self.memory.bills) + 1:03}"
        self.learn(bill, "learn_bill", bill, number, yen)

    def an_account_is_told(self, member: str, number: str, by: str) -> None:
        """A bank account comes with the register of members: the first, the same, or another."""
        self.learn("accounts", "learn_account", member, number, by)

    # --- what is commanded ---

    def under_a_key(self, key: str, command: tuple[Any, ...]) -> None:
        """Another command for the same key is refused, and the field is named."""
        self.key = key
        self.next_is_any(command)
        self.key = None

    def typed_again(self, key: str) -> None:
        """What was first typed under a key comes once more, whatever has happened since."""
        if key in self.memory.keys:
            self.key = key
            self.given(*self.memory.keys[key][0])
            self.key = None

    def booked(self, ago: int = 0) -> None:
        """The command `book`, up to today or some days ago."""
        self.given("book", self.ago(ago))

    def decided(self, numbers: list[str]) -> None:
        """The command `decide`, of some applications or everyone's."""
        self.given("decide", *dict.fromkeys(numbers or NUMBERS))

    def matched(self, nth: int, number: str, ago: int = 0) -> None:
        """`match`, mostly of a deposit that waits."""
        loose = [name for name, versions in self.memory.deposits.items() if versions[-1].application is None]
        reference = loose[-1] if loose and nth else self.one_of(self.memory.deposits, "D", nth)
        self.given("match", reference, number, self.ago(ago))

    def unmatched(self, nth: int, reason: str, ago: int = 0) -> None:
        """`unmatch`, of one of the deposits."""
        self.given("unmatch", self.one_of(self.memory.deposits, "D", nth), self.ago(ago), reason)

    def bill_paid(self, nth: int, ago: int = 0) -> None:
        """`bill pay`; the first bill comes when there is none yet."""
        if not self.memory.bills and nth:
            self.a_bill_comes(NUMBERS[0], off=False, sure=1)
        self.given("pay_bill", self.one_of(self.memory.bills, "B", nth), self.ago(ago))

    def reversed_by_hand(self, nth: int, reason: str, ago: int = 0) -> None:
        """`reverse` of one of the last entries."""
        no = max(1, len(self.memory.entries) + 1 - nth)
        self.given("reverse", no, reason, self.ago(ago))

    def slip_proposed(
        self, kind: str, nth: int, number: str, yen: int, ago: int = 0, reason: str = "申出", by: str = CLERK
    ) -> None:
        """`slip` of a kind, for an application or for one of the deposits."""
        subject = self.one_of(self.memory.deposits, "D", nth) if kind == "income" else number
        self.given("propose_slip", kind, subject, yen, self.ago(ago), reason, by)

    def slip_decided(self, nth: int, approved: bool, ago: int = 0, reason: str = "申出", by: str = CHIEF) -> None:
        """`slip approve` or `slip reject` of one of the last slips."""
        self.given("decide_slip", max(1, len(self.memory.slips) + 1 - nth), approved, self.ago(ago), reason, by)

    def refund_proposed(self, number: str, by: str, late: int = 0, sure: int = 0) -> None:
        """`refund propose`, mostly of what comes back."""
        self.given("propose_refund", self.refundable(number) if sure else number, by, self.day(late))

    def refundable(self, number: str) -> str:
        """The first application from this one on of which something comes back."""
        at = NUMBERS.index(number)
        numbers = (*NUMBERS[at:], *NUMBERS[:at])
        return next((number for number in numbers if self.memory.finding(number).refundable), number)

    def deposit_returned(self, nth: int, by: str, late: int = 0) -> None:
        """`overpaid return`, mostly of one with something left; too much comes in when there is none."""
        in_suspense = [part for (account, part), yen in self.memory.balance.items() if account == SUSPENSE and yen > 0]
        if not in_suspense and nth > 1:
            self.pay(9000, self.memory.today, NUMBERS[nth])
        reference = in_suspense[-1] if in_suspense else self.one_of(self.memory.deposits, "D", nth)
        self.given("return_deposit", reference, by, self.day(late))

    def credit_proposed(self, pair: tuple[str, str], by: str, late: int = 0, sure: int = 0) -> None:
        """`credit propose`, mostly of what comes back to what still owes."""
        self.given("propose_credit", *(self.creditable(pair) if sure else pair), by, self.day(late))

    def creditable(self, pair: tuple[str, str]) -> tuple[str, str]:
        """The first pair from this one on of which a credit can be."""
        at, applications = PAIRS.index(pair), self.memory.applications
        for old, new in (*PAIRS[at:], *PAIRS[:at]):
            related = applications[old].member == applications[new].member and applications[new].reissue and old != new
            if related and self.memory.finding(old).refundable and self.memory.still_owed(new) > 0:
                return old, new
        return pair

    def credited(self, pair: tuple[str, str], sure: int = 0) -> None:
        """Proposed and approved at once."""
        today = self.memory.today
        answer = self.given("propose_credit", *(self.creditable(pair) if sure else pair), CLERK, today)
        if answer.refused is None and not isinstance(answer.result, str):
            self.given("step", "credit", answer.result.no, "applied", today, CHIEF, None)

    def taken_on(self, kind: str, nth: int, wrong: int, way: int, ago: int, by: str, reason: str) -> None:
        """Brings one of the last refunds or credits into a state that may follow, or into any."""
        courses = self.memory.credits if kind == "credit" else self.memory.refunds
        if not courses and nth:
            self.refund_proposed(NUMBERS[nth], CLERK, sure=1) if kind == "refund" else self.credited(PAIRS[nth], 1)
            return
        no = max(1, len(courses) + 1 - nth)
        following = MOVES[kind].get(courses[no - 1].state, ()) if no <= len(courses) else ()
        states = following
        if wrong or not following:
            states = tuple(sorted({state for following in MOVES[kind].values() for state in following}))
        state = states[(way if states == following else nth + way) % len(states)]
        self.given("step", kind, no, state, self.ago(ago), by, reason if state in NEED_A_REASON else None)

    def a_ruling_comes(self, number: str, treatment: str, by: str, sure: int = 0) -> None:
        """A paper of the federation becomes known, mostly of an application of which no notice decides."""
        doubtful = [one for one in NUMBERS if self.memory.finding(one).outcome == "needs_review"]
        if sure and not doubtful and self.memory.received(number):
            self.tell(number, "withdrawn_on", self.memory.today)
        number = doubtful[0] if sure and doubtful else number
        ruling = Ruling(len(self.memory.rulings) + 1, number, treatment, self.memory.today, by)
        self.learn(f"ruling {ruling.no}", "learn_ruling", ruling)

    def ruling_approved(self, nth: int, ago: int, by: str) -> None:
        """`ruling approve` of one of the last."""
        self.given("approve_ruling", max(1, len(self.memory.rulings) + 1 - nth), self.ago(ago), by)

    def ruling_rejected(self, nth: int, ago: int, reason: str, by: str) -> None:
        """`ruling reject` of one of the last."""
        self.given("reject_ruling", max(1, len(self.memory.rulings) + 1 - nth), self.ago(ago), reason, by)

    def month_closed(self, nth: int, bank: str | None, accept: str | None, days: int) -> None:
        """`close` of a month, with the bank's word right, wrong or not given."""
        month = self.month(nth)
        yen = None if bank is None else self.memory.bank(last_day(month)) + (bank == "wrong")
        self.given("close", month, yen, accept, days)

    def month_reopened(self, nth: int, reason: str) -> None:
        """`reopen`, mostly of one that is closed."""
        closes = self.memory.closes
        self.given("reopen", closes[-1].month if closes and nth else self.month(nth), reason)

    def account_approved(self, member: str, by: str) -> None:
        """`account approve`, mostly of one that waits."""
        members = [other for other, account in self.memory.accounts.items() if account.waits]
        self.given("approve_account", members[-1] if members else member, by)

    def payee_approved(self, number: str, by: str) -> None:
        """`payee approve`, mostly of one that waits."""
        waiting = [other for other, payee in self.memory.payees.items() if payee.waits]
        self.given("approve_payee", waiting[-1] if waiting else number, by)

    def taken_back(self, nth: int, reason: str, by: str, ago: int = 0) -> None:
        """`refund undo`, mostly of what was recorded."""
        recorded = [refund.no for refund in self.memory.refunds if refund.in_force[-1].state in RECORDED]
        no = recorded[-1] if recorded and nth else max(1, len(self.memory.refunds) + 1 - nth)
        self.given("undo", no, self.ago(ago), by, reason)

    def paid_back(self, nth: int, yen: int, by: str, ago: int = 0) -> None:
        """`refund recovered`, mostly of one that was paid."""
        paid = [refund.no for refund in self.memory.refunds if refund.state in ("paid", "recovered")]
        no = paid[-1] if paid and nth else max(1, len(self.memory.refunds) + 1 - nth)
        self.given("recover", no, yen, self.ago(ago), by)

    def filed(self, by: str, ahead: int, name: str, sure: int = 0) -> None:
        """`refund file`, mostly of something that is approved, on a day on which banks work."""
        on = self.memory.today + timedelta(ahead)
        if sure:
            on += timedelta(7 - on.weekday() if on.weekday() >= 5 else 0)
            self.something_is_approved()
        self.given("file", on, name, by)

    def something_is_approved(self) -> None:
        """A refund that was proposed, or else a new one, is approved; every member has a bank account."""
        for member, number in ((given.MEMBER, "1234567"), (OTHER, "7654321")):
            if member not in self.memory.accounts:
                self.an_account_is_told(member, number, CLERK)
        refunds, today = self.memory.refunds, self.memory.today
        if any(refund.state == "approved" for refund in refunds):
            return
        if not any(refund.state == "proposed" for refund in refunds):
            self.given("propose_refund", self.refundable(NUMBERS[0]), CLERK, today)
        for refund in [refund for refund in refunds if refund.state == "proposed"][:1]:
            by = CHIEF if refund.steps[0].by == CLERK else CLERK
            self.given("step", "refund", refund.no, "approved", today, by, None)

    def made_void(self, nth: int, reason: str, by: str, ago: int = 0) -> None:
        """`refund void` of one of the last payment files; one is made when there is none."""
        if not self.memory.files and nth:
            self.filed(CHIEF, 0, "A.txt", 1)
        no = max(1, len(self.memory.files) + 1 - nth)
        self.given("void", no, self.ago(ago), reason, by)

    def ago(self, days: int) -> date:
        """The day so many days ago."""
        return self.memory.today - timedelta(days)

    def day(self, late: int) -> date:
        """Today, or the last day of the months that are closed."""
        return (self.memory.closed_to if late else None) or self.memory.today

    def month(self, nth: int) -> str:
        """This month, the one before, the one before that."""
        first = self.memory.today.replace(day=1)
        for _ in range(nth):
            first = (first - timedelta(1)).replace(day=1)
        return month_of(first)

    def one_of(self, things: Sized, letter: str, nth: int) -> str:
        """The reference of one of the last deposits or bills; of the 0th, one that is not there."""
        return f"{letter}-{max(1, len(things) + 1 - nth):03}"


def _touched(news: dict[str, list[tuple[str, tuple[Any, ...]]]]) -> Touched:
    """The applications and deposits of which something new was told."""
    told = [told for news_of in news.values() for told in news_of]
    applications = {words[0] for what, words in told if what == "learn_fact"}
    applications |= {words[1] for what, words in told if what == "learn_bill"}
    deposits = {words[0].reference for what, words in told if what == "learn_deposit"}
    return Touched(frozenset(applications), frozenset(deposits))


def _finish(expectation: Expectation, answer: Answer) -> None:
    with suppress(StopIteration):
        expectation.send(answer)
