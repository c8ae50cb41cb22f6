"""What becomes known in a random sequence, line by line, each by an import of its number; see `sequences`."""

from collections.abc import Sized
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from ledger.intake.report import Touched
from tests import model_laws
from tests.commanded import APPLICATIONS, NUMBERS, Books, Row
from tests.model import AUTHORITY, HELD, PAYABLE, Deposit, Fact, Memory
from tests.posted import CLERK

# What each import of its own is brought by: the place of the name among the words.
BROUGHT_BY = {"learn_account": 2, "learn_payee": 2}
ALONE = (*BROUGHT_BY, "learn_ruling", "learn_openings")

Told = tuple[str, tuple[Any, ...], int, int]
# What is owed and held of before the books, in yen, debit positive; the bank holds what is left.
OPENINGS = ((HELD, -7245, NUMBERS[0]), (PAYABLE, -5000, NUMBERS[4]))


class Telling(RuleBasedStateMachine):
    """Files: what is told is remembered at once, and handed in to both books before the next command."""

    memory: Memory
    books: list[Books]
    log: list[int | str]

    def __init__(self) -> None:
        super().__init__()
        self.news: dict[str, list[Told]] = {}
        self.batch: int | None = None
        self.rows = 0

    def written(self) -> dict[str, list[Row]]:
        """What both books have written since."""
        raise NotImplementedError

    # --- what becomes known ---

    def learn(self, subject: str, what: str, *words: Any) -> None:
        """Something becomes known; it is handed in before the next command."""
        if what in ALONE or self.batch is None:
            self.memory.imports += 1
            no = self.memory.imports
            self.batch = self.batch if what in ALONE else no
        else:
            no = self.batch
        self.rows += 1
        self.memory.learn(what, words, no, self.rows)
        self.news.setdefault(subject, []).append((what, words, no, self.rows))

    def hand_in_the_news(self) -> None:
        """Both books get to know what is new, one of them in another order: files of a day come in any.

        What this calls for is posted at once, as `import` does.
        """
        if not self.news:
            return
        touched = _touched(self.news)
        for books, subjects in zip(self.books, (list(self.news), list(reversed(self.news))), strict=True):
            for subject in subjects:
                for what, words, no, row in self.news[subject]:
                    books.learn(what, words, no, row, _brought_by(what, words))
            books.record(touched)
        self.news, self.batch = {}, None
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
        name = reference or f"D-{len(self.memory.yens) + 1:03}"
        self.learn(name, "learn_deposit", Deposit(name, received_on, self.memory.today, yen, number))

    @initialize(
        states=st.lists(st.sampled_from(["unused", "unused", "paid", ""]), min_size=6, max_size=6),
        later=st.sampled_from([0, 0, 170, 172, 180]),
        opened=st.sampled_from([False, False, False, True]),
    )
    def as_the_office_finds_them(self, states: list[str], later: int = 0, opened: bool = False) -> None:
        """The sequence begins with some paid, some ended, some neither; now and then on the eve of 2012-09-21.

        Now and then the books begin with balances: a fee that is held, and a refund that is owed.
        """
        if opened:
            self.books_begin()
        if later:
            self.time_passes(later)
        self.pay(APPLICATIONS[0].due, self.memory.today, NUMBERS[0])
        for nth, (number, state) in enumerate(zip(NUMBERS, states, strict=True)):
            if state == "unused":
                self.a_certificate_ends_unused(number, number == NUMBERS[4], later > 0 and nth != 1)
            elif state == "paid":
                self.pay(self.memory.applications[number].due, self.memory.today, number)

    def books_begin(self) -> None:
        """The balances of before the books are taken in, before anything else is."""
        bank = -sum(yen for _account, yen, _part in OPENINGS)
        self.learn("openings", "learn_openings", date(2011, 12, 31), (("1110", bank, None), *OPENINGS))
        self.hand_in_the_news()

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
        name = self.one_of(self.memory.yens, "D", nth)
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
        bill = f"B-{len(self.memory.billed) + 1:03}"
        self.learn(bill, "learn_bill", bill, number, yen)

    def an_account_is_told(self, member: str, number: str, by: str) -> None:
        """A bank account comes with the register of members: the first, the same, or another."""
        self.learn("accounts", "learn_account", member, number, by)

    def ago(self, days: int) -> date:
        """The day so many days ago."""
        return self.memory.today - timedelta(days)

    def one_of(self, things: Sized, letter: str, nth: int) -> str:
        """The reference of one of the last deposits or bills; of the 0th, one that is not there."""
        return f"{letter}-{max(1, len(things) + 1 - nth):03}"


def _brought_by(what: str, words: tuple[Any, ...]) -> str:
    """Who brought an import."""
    return str(words[0].by if what == "learn_ruling" else words[BROUGHT_BY[what]] if what in BROUGHT_BY else CLERK)


def _touched(news: dict[str, list[Told]]) -> Touched:
    """The applications and deposits of which something new was told."""
    told = [(what, words) for news_of in news.values() for what, words, _no, _row in news_of]
    applications = {words[0] for what, words in told if what == "learn_fact"}
    applications |= {words[1] for what, words in told if what == "learn_bill"}
    opened = [words[1] for what, words in told if what == "learn_openings"]
    applications |= {part for rows in opened for _account, _yen, part in rows if part is not None}
    deposits = {words[0].reference for what, words in told if what == "learn_deposit"}
    return Touched(frozenset(applications), frozenset(deposits))
