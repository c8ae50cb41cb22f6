"""The machine that draws sequences of commands and gives each to SQLite and PostgreSQL; see `Commands`."""

from contextlib import ExitStack, suppress
from copy import deepcopy
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import rule

from exports.formats import bank
from ledger.audit.verify import verify
from ledger.dates import Month
from ledger.decisions.findings import judge
from ledger.statements.month import failing_controls
from ledger.store import database
from migrations import guards
from tests import (
    given,
    model_commands,
    model_imports,
    model_laws,
    model_months,
    model_people,
    model_refunds,
    model_rulings,
)
from tests.commanded import APPLICATIONS, BEGIN, NUMBERS, OTHER, Answer, Books, Row, asked
from tests.drawn import ALL_RIGHTS, PAIRS, drawn
from tests.model import CLAIMS, RECORDED, SUSPENSE, Memory
from tests.model_commands import MOVES, NEED_A_REASON
from tests.model_records import Ruling, last_day, month_of
from tests.model_slips import Expectation
from tests.payment_rules import is_bank_day
from tests.posted import CHIEF, CLERK
from tests.told import Telling

_MODELS = (model_commands, model_refunds, model_rulings, model_imports, model_months, model_people)
_EXPECTED: dict[str, Any] = {name: made for model in _MODELS for name, made in vars(model).items()}


class Commands(Telling):
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
        self.books = [Books(self.open.enter_context(database.writing(url, dry_run=True))) for url in self.urls]

    def teardown(self) -> None:
        """At the end the books agree with the rules and with themselves; then all is taken back."""
        try:
            self.hand_in_the_news()
            for books in self.books:
                self._agrees_with_the_rules(books)
                self._sums_up(books)
            assert len({books.sizes() for books in self.books}) == 1, "the engines hold different rows"
            # It costs as much as all the rest, and both have the same digests: every other sequence, one of the two.
            for books in self.books[len(self.memory.entries) % 4 :][:1]:
                assert failing_controls(books.connection, Month.of(self.memory.today)) == []
                books.seal()
                faults = verify(books.connection, guards.faults(books.connection), agrees=bank.agrees).faults
                # All of a sequence is one write, and what is typed under a key in it has a command of its own.
                others = [fault for fault in faults if fault.code != "key-of-another-command"]
                assert others == [], others
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
        not_permitted = model_people.not_permitted(memory, *asked(plain[0], plain[1:]))
        if stored is None and not_permitted is None:
            next(expectation)
        answer = self.ask(command, *words)
        assert tried in (None, answer), "a dry run answers otherwise"
        new = memory.read(self.written())
        self.answers.append(answer.refused or len(new))
        self.log.append(self.answers[-1])
        if stored is not None:
            self.answered_again(answer, plain, *stored)
        elif not_permitted is not None:
            model_commands.require_refused(answer, not_permitted)
        else:
            model_laws.require_right_entries(memory, plain[0], new, closed_to)
            _finish(expectation, answer)
            model_laws.require_sums(memory)
            model_laws.require_never_below_zero(memory, new)
            model_laws.require_one_member(memory)
            model_laws.require_posted(memory, self.books[0].left_to_post())
            model_laws.require_nothing_stuck(self.books[0].money_gone())
            if self.key is not None and answer.refused is None:
                memory.keys[self.key] = (plain, repr(answer.result))
        again = model_people.not_permitted(memory, *asked(plain[0], plain[1:])) is None or stored is not None
        if turn % 6 == 2 and answer.refused is None and plain[0] != "look" and again:
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

    @rule(command=st.integers(0, 2**32 - 1).map(drawn))
    def next_is(self, command: tuple[Any, ...]) -> None:
        """One rule draws from all commands: with a rule for each, Hypothesis leaves most of them out of a sequence."""
        note(str(command))
        self.next_is_any(command)

    def next_is_any(self, command: tuple[Any, ...]) -> None:
        """Does what one of the methods below says; any other is given as it is."""
        name, *words = command
        getattr(self, name, partial(self.given, name))(*words)

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
        reference = loose[-1] if loose and nth else self.one_of(self.memory.yens, "D", nth)
        self.given("match", reference, number, self.ago(ago))

    def unmatched(self, nth: int, reason: str, ago: int = 0, part: int = 0) -> None:
        """`unmatch` of one of the deposits, wholly or of what it pays for first."""
        reference = self.one_of(self.memory.yens, "D", nth)
        first = next(iter(self.memory.allocated(reference)), NUMBERS[nth]) if part else None
        self.given("unmatch", reference, first, self.ago(ago), reason)

    def bill_paid(self, nth: int, ago: int = 0) -> None:
        """`bill pay`; the first bill comes when there is none yet."""
        if not self.memory.bills and nth:
            self.a_bill_comes(NUMBERS[0], off=False, sure=1)
        self.given("pay_bill", self.one_of(self.memory.billed, "B", nth), self.ago(ago))

    def reversed_by_hand(self, nth: int, reason: str, ago: int = 0) -> None:
        """`reverse` of one of the last entries."""
        no = max(1, len(self.memory.entries) + 1 - nth)
        self.given("reverse", no, reason, self.ago(ago))

    def slip_proposed(
        self, kind: str, nth: int, number: str, yen: int, ago: int = 0, reason: str = "申出", by: str = CLERK
    ) -> None:
        """`slip` of a kind, for an application or for one of the deposits."""
        subject = self.one_of(self.memory.yens, "D", nth) if kind == "income" else number
        kind = kind.replace("-", "_")
        if kind == "claim_write_off":
            claims = [str(part) for (account, part), yen in self.memory.balance.items() if account == CLAIMS and yen]
            subject = claims[-1] if claims else number
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
        reference = in_suspense[-1] if in_suspense else self.one_of(self.memory.yens, "D", nth)
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
        # All by one name, so that they keep their order: a ruling has the next number.
        self.learn("ruling", "learn_ruling", ruling)

    def ruling_approved(self, nth: int, ago: int, by: str) -> None:
        """`ruling approve` of one of the last."""
        self.given("approve_ruling", max(1, len(self.memory.rulings) + 1 - nth), self.ago(ago), by)

    def ruling_rejected(self, nth: int, ago: int, reason: str, by: str) -> None:
        """`ruling reject` of one of the last."""
        self.given("reject_ruling", max(1, len(self.memory.rulings) + 1 - nth), self.ago(ago), reason, by)

    def month_closed(
        self, nth: int, bank: str | None, accept: str | None, days: int, named: tuple[str, ...] = (), by: str = CLERK
    ) -> None:
        """`close` of a month, with the bank's word right, wrong or not given, and a reason for some points."""
        month = self.month(nth)
        yen = None if bank is None else self.memory.bank(last_day(month)) + (bank == "wrong")
        self.given("close", month, yen, accept, tuple((code, "確認した") for code in named), days, by)

    def month_closed_by_two(self, nth: int, by: str, then: str) -> None:
        """One proposes to close a month with a bank's balance that differs; another person, or the same, closes."""
        for each in (by, then):
            self.month_closed(nth, "wrong", "月末の処理", 60, ("bank_differs",) if each == by else (), each)

    def brought_to_its_day(self, ago: int = 0, sure: int = 0) -> None:
        """`book --on-its-day`, mostly of something that became known when its month was closed and is open again."""
        if sure and not self.memory.closes and not model_months.dated_later(self.memory):
            self.month_closed(1, "right", "月末の処理", 60)
            last = last_day(self.month(1))
            self.pay(5000, last, NUMBERS[sure])
            self.month_reopened(1, "計上もれ")
        self.given("book_on_its_day", self.ago(ago))

    def month_reopened(self, nth: int, reason: str) -> None:
        """`reopen`, mostly of one that is closed."""
        closes = self.memory.closes
        self.given("reopen", closes[-1].month if closes and nth else self.month(nth), reason)

    def withdrawn(self, nth: int, whole: int, row: int, reason: str, ago: int = 0) -> None:
        """`withdraw` of one of the last imports, mostly whole."""
        no = max(1, self.memory.imports + 1 - nth)
        rows = sorted({line.row for line in self.memory.lines if line.no == no})
        some = () if whole or not rows else (rows[row % len(rows)],)
        self.given("withdraw", no, some, self.ago(ago), reason)

    def owner_corrected(self, number: str, member: str) -> None:
        """An applications file names another member of an application, or the same."""
        self.given("correct_owner", number, member, self.memory.imports + 1)

    def person_added(self, name: str, may: str, by: str, sure: int = 0) -> None:
        """`people add`; mostly both who act here are listed first, and may everything."""
        if sure and not self.memory.listed:
            for each in (CLERK, CHIEF):
                self.given("add_person", each, ALL_RIGHTS, CLERK)
        self.given("add_person", name, may, by)

    def person_approved(self, nth: int, by: str) -> None:
        """`people approve`, mostly of a change that waits."""
        self.given("approve_person", self.people_change(nth), by)

    def person_rejected(self, nth: int, by: str) -> None:
        """`people reject`, mostly of a change that waits."""
        self.given("reject_person", self.people_change(nth), "取りやめ", by)

    def people_change(self, nth: int) -> int:
        """The number of a change of people that waits, or of one of the last."""
        waiting = [change.no for change in self.memory.people_changes if change.state is None]
        return waiting[-1] if waiting and nth else max(1, len(self.memory.people_changes) + 1 - nth)

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
            while not is_bank_day(on):
                on += timedelta(1)
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

    def day(self, late: int) -> date:
        """Today, or the last day of the months that are closed."""
        return (self.memory.closed_to if late else None) or self.memory.today

    def month(self, nth: int) -> str:
        """This month, the one before, the one before that."""
        first = self.memory.today.replace(day=1)
        for _ in range(nth):
            first = (first - timedelta(1)).replace(day=1)
        return month_of(first)


def _finish(expectation: Expectation, answer: Answer) -> None:
    with suppress(StopIteration):
        expectation.send(answer)
