"""Closed months: what each operation gets in each state of a month, what stands against closing, what is taken back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from exports.formats import xlsx
from exports.reports import month as sheet
from ledger import dates, i18n
from ledger.allocations import Part
from ledger.booking import allocation, bills, credits, overpayments, refunds
from ledger.booking.events import description
from ledger.booking.month_end import close, reopen
from ledger.booking.run import BookingReport, book
from ledger.booking.workflow import Proposal
from ledger.codes import Account
from ledger.dates import Month
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.errors import Refusal
from ledger.journal import closing
from ledger.journal.balances import trial_balance
from ledger.journal.entries import Entry, Movement, post
from ledger.journal.ledgers import entries
from ledger.statements.month import month_statement
from ledger.store import database
from tests import around, desk, posted
from tests.desk import CHIEF, CLERK

pytestmark = pytest.mark.thorough

MAY, JUNE, APRIL = Month(2012, 5), Month(2012, 6), Month(2012, 4)
IN_MAY, LATER = date(2012, 5, 7), date(2012, 8, 7)
TODAY = date(2012, 7, 15)
WHY = "入金の計上もれ"


def unclosed(url: str, folder: Path) -> None:
    """Fills fresh books as `desk.everything` does, but no month was ever closed."""
    desk.done(url, "import", *map(str, desk.files(folder)))
    for words in desk.steps(url):
        if words[0] not in ("close", "reopen"):
            desk.done(url, *words)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a refund and a credit in every state; every test takes back what it does."""
    with desk.books(request, unclosed) as url:
        yield url


@pytest.fixture
def connection(books: str) -> Iterator[Connection]:
    """A connection to the books; everything is taken back after the test."""
    with database.writing(books, dry_run=True) as connection:
        yield connection


# --- every operation in every state of the month --------------------------------------------------------------------


def shut(connection: Connection, month: Month) -> None:
    """Closes a month whatever stands against it."""
    close(connection, month, today=TODAY, by=CLERK, accept="検証")


def _never(_connection: Connection) -> None:
    pass


def _closed(connection: Connection) -> None:
    shut(connection, MAY)


def _closed_with(connection: Connection) -> None:
    shut(connection, JUNE)


def _open_after(connection: Connection) -> None:
    shut(connection, APRIL)


def _reopened(connection: Connection) -> None:
    shut(connection, MAY)
    reopen(connection, MAY, reason=WHY, by=CLERK)


def _reopened_after(connection: Connection) -> None:
    shut(connection, APRIL)
    _reopened(connection)


# Each state of the month in which the day of the operation lies, and that day.
STATES: dict[str, tuple[Callable[[Connection], None], date]] = {
    "never closed": (_never, IN_MAY),
    "closed": (_closed, IN_MAY),
    "closed with a later one": (_closed_with, IN_MAY),
    "open after a closed one": (_open_after, IN_MAY),
    "reopened": (_reopened, IN_MAY),
    "reopened after a closed one": (_reopened_after, IN_MAY),
    "future": (_closed, LATER),
}


@dataclass(frozen=True)
class Operation:
    """Something a person does on a day; `before` is what has to be there, and is done while every month is open."""

    act: Callable[[Connection, date], Any]
    before: Callable[[Connection], Any] = _never


def _entry(connection: Connection, event: str) -> int:
    return next(entry.no for entry in entries(connection, order="no") if entry.event == event)


def _loose(on: date) -> Entry:
    return Entry("loose", on, "transfer_fee", (Movement(Account.BANK_CHARGES, Account.BANK, 440),))


def _kept(connection: Connection, on: date) -> list[int]:
    return keep(connection, list(judge(connection, on, applications=["FREE"])), by=CLERK)


def _workbook(connection: Connection, month: Month) -> bytes:
    written = BytesIO()
    xlsx.compose(sheet.made(connection, month), written)
    return written.getvalue()


OPERATIONS = {
    "post": Operation(lambda c, on: post(c, [_loose(on)], by=CLERK)),
    "reverse": Operation(
        lambda c, on: posted.reversed_before(c, _entry(c, "payer_unknown"), on=on, reason="誤り", by=CLERK)
    ),
    "refund propose": Operation(lambda c, on: refunds.propose(c, "FREE", on=on, by=CLERK)),
    "refund approve": Operation(lambda c, on: refunds.approve(c, 1, on=on, by=CHIEF)),
    "refund reject": Operation(lambda c, on: refunds.reject(c, 1, on=on, reason="誤り", by=CHIEF)),
    "refund paid": Operation(lambda c, on: refunds.paid(c, [2], on=on, by=CLERK)[0]),
    "refund paid again": Operation(
        lambda c, on: refunds.paid(c, [4], on=on, by=CLERK)[0],
        lambda c: refunds.approve(c, 4, on=date(2012, 4, 10), by=CHIEF),
    ),
    "refund returned": Operation(lambda c, on: refunds.returned(c, 3, on=on, reason="誤り", by=CLERK)),
    "overpaid return": Operation(lambda c, on: overpayments.return_deposit(c, "N-THRICE", on=on, by=CLERK)),
    "credit propose": Operation(lambda c, on: credits.propose(c, "OLD3", "NEW3", on=on, by=CLERK)),
    "credit approve": Operation(lambda c, on: credits.approve(c, 1, on=on, by=CHIEF)),
    "credit reject": Operation(lambda c, on: credits.reject(c, 1, on=on, reason="誤り", by=CHIEF)),
    "credit undo": Operation(
        lambda c, on: credits.undo(c, 1, on=on, reason="誤り", by=CLERK),
        lambda c: credits.approve(c, 1, on=date(2012, 4, 10), by=CHIEF),
    ),
    "bill pay": Operation(
        lambda c, on: bills.pay_bill(c, "S-2", on=on, by=CLERK),
        lambda c: posted.billed(c, "S-2", "ALIVE", 7245, on=date(2012, 4, 30)),
    ),
    "book": Operation(
        lambda c, on: book(c, on, by=CLERK),
        lambda c: posted.deposit(c, "N-LATE", "UNPAID", on=date(2012, 5, 2)),
    ),
    "decide": Operation(_kept),
    "match": Operation(lambda c, on: allocation.settle(c, "N-LOOSE", [Part("UNPAID")], on=on, through=TODAY, by=CLERK)),
    "close": Operation(lambda c, on: close(c, Month.of(on), today=TODAY, by=CLERK, accept="検証")),
    "reopen": Operation(lambda c, on: reopen(c, Month.of(on), reason=WHY, by=CLERK)),
    "statement": Operation(lambda c, on: _workbook(c, Month.of(on))),
}

ENTERED = [
    "done",
    "month-closed",
    "month-closed",
    "done",
    "done",
    "done",
    "done",
]
ALWAYS = ["done"] * 7
# What each gets in each state, in the order of STATES.
OUTCOMES = {
    **{name: ENTERED for name in OPERATIONS if name not in ("decide", "match", "close", "reopen", "statement")},
    "decide": ALWAYS,
    "match": ALWAYS,
    "statement": ALWAYS,
    "close": ["done", "unchanged", "unchanged", "done", "done", "done", "month-not-over"],
    "reopen": [
        "month-not-closed",
        "done",
        "done",
        "month-not-closed",
        "unchanged",
        "unchanged",
        "month-not-closed",
    ],
}
TABLE = [
    (operation, state, outcome)
    for operation, outcomes in OUTCOMES.items()
    for state, outcome in zip(STATES, outcomes, strict=True)
]


def outcome_of(act: Callable[[], Any]) -> str:
    """What came of it, in a word: done, unchanged, or the code of the refusal."""
    try:
        done = act()
    except Refusal as refusal:
        return refusal.code()
    return "done" if getattr(done, "changed", True) else "unchanged"


@pytest.mark.parametrize(("operation", "state", "outcome"), TABLE)
def test_each_operation_in_each_state_of_the_month(
    connection: Connection, operation: str, state: str, outcome: str
) -> None:
    (bring_about, on), wanted = STATES[state], OPERATIONS[operation]
    wanted.before(connection)
    bring_about(connection)
    closed = trial_balance(connection, closing.closed_to(connection) or date.min)
    count = len(entries(connection))
    assert outcome_of(lambda: wanted.act(connection, on)) == outcome
    if operation not in ("close", "reopen"):
        assert trial_balance(connection, closing.closed_to(connection) or date.min) == closed
    if outcome not in ("done", "unchanged"):
        assert len(entries(connection)) == count


def test_the_table_is_whole() -> None:
    assert OUTCOMES.keys() == OPERATIONS.keys()
    assert len(TABLE) == len(OPERATIONS) * len(STATES) == 140


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in ("decide", "match", "reopen")])
def test_what_was_done_in_a_month_since_closed_is_answered_as_the_first_time(
    connection: Connection, operation: str
) -> None:
    wanted = OPERATIONS[operation]
    wanted.before(connection)
    first = wanted.act(connection, IN_MAY)
    shut(connection, MAY)
    count = len(entries(connection))
    again = wanted.act(connection, IN_MAY)
    assert len(entries(connection)) == count
    for name in ("no", "yen"):
        if name != "yen" or isinstance(first, Proposal):
            assert getattr(again, name, None) == getattr(first, name, None)
    assert not getattr(again, "changed", False)
    if isinstance(again, BookingReport):
        assert (again.posted, again.corrected) == ({}, 0)
    if isinstance(again, bills.BillPayment):
        assert (again.posted, again.paid_before, first.posted) == (0, 1, 1)


# --- around the program ---------------------------------------------------------------------------------------------

ENTRY = (
    "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by) "
    "SELECT 1 + COALESCE(max(no), 0), '{day}', 'transfer_fee', 'attack', 'x', '2012-06-01 00:00:00', 'x' FROM entry"
)
AROUND = {
    "entry": ENTRY,
    "refund_step": (
        "INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, by, member_known) "
        f"SELECT 1, 2, 'approved', '{{day}}', '2012-06-01 00:00:00', 'x', max(id) FROM member_known "
        f"WHERE member = '{desk.MEMBER}'"
    ),
    "credit_step": (
        "INSERT INTO credit_step (credit, nth, state, happened_on, recorded_at, by, entry) "
        "SELECT 1, 2, 'applied', '{day}', '2012-06-01 00:00:00', 'x', max(no) FROM entry"
    ),
}


@pytest.mark.parametrize("table", AROUND)
def test_database_refuses_what_goes_around_the_program(connection: Connection, table: str) -> None:
    shut(connection, MAY)
    for day in ("2012-05-31", "2012-05-01", "2011-12-31"):
        with pytest.raises(DatabaseError, match=f"month-closed: {table}"), connection.begin_nested():
            connection.execute(text(AROUND[table].format(day=day)))
    if table == "credit_step":
        connection.execute(text(ENTRY.format(day="2012-06-01")))
    connection.execute(text(AROUND[table].format(day="2012-06-01")))


@pytest.mark.parametrize("table", AROUND)
def test_database_refuses_it_on_a_connection_without_our_settings(book_url: str, table: str) -> None:
    with database.writing(book_url) as connection:
        close(connection, MAY, today=TODAY, by=CLERK, bank_yen=0)
    with around.writing(book_url) as attacker, pytest.raises(DatabaseError, match=f"month-closed: {table}"):
        attacker.execute(text(AROUND[table].format(day="2012-05-31")))


# --- late facts and corrections -------------------------------------------------------------------------------------

MARCH = Month(2012, 3)


def late(connection: Connection) -> list[tuple[str, date, date | None, int | None]]:
    """The entries after the first three: event, day, the day it would have borne, and what it reverses."""
    every = entries(connection, order="no")
    return [(entry.event, entry.on, entry.for_day, entry.reverses) for entry in every[3:]]


def paid_in_march(connection: Connection) -> None:
    """A deposit of March, its fee, a certificate; booked, and March closed."""
    posted.application(connection, "A", applied_on=date(2012, 3, 1), mailed_on=date(2012, 3, 10), paid=[])
    posted.application(connection, "B", applied_on=date(2012, 3, 2), mailed_on=date(2012, 3, 10), paid=[])
    posted.deposit(connection, "D-1", "A", yen=8000, on=date(2012, 3, 5))
    book(connection, date(2012, 3, 31), by=CLERK)
    shut(connection, MARCH)


def test_late_facts_are_dated_on_the_first_open_day_and_name_their_own(book_url: str) -> None:
    with database.writing(book_url) as connection:
        paid_in_march(connection)
        closed = trial_balance(connection, MARCH.last)
        workbook = _workbook(connection, MARCH)
        posted.deposit(connection, "D-2", "B", on=date(2012, 3, 9), known_on=date(2012, 4, 2))
        with pytest.raises(Refusal, match="month-closed"):
            book(connection, MARCH.last, by=CLERK)
        report = book(connection, date(2012, 4, 30), by=CLERK)
        assert report.posted == {"fee_received": 1, "certificate_issued": 1}
        assert late(connection) == [
            ("fee_received", date(2012, 4, 1), date(2012, 3, 9), None),
            ("certificate_issued", date(2012, 4, 1), date(2012, 3, 10), None),
        ]
        assert book(connection, date(2012, 4, 30), by=CLERK).posted == {}
        assert trial_balance(connection, MARCH.last) == closed
        assert _workbook(connection, MARCH) == workbook
        i18n.use("en")
        assert "2012-03-09" in description(entries(connection, order="no")[3])
        assert "2012-03-10" in description(entries(connection, order="no")[4])


def _as_booked(connection: Connection, month: Month) -> dict[str, Any]:
    """What the statement of a month says by the journal, whatever is said later to have been known in it.

    What a transfer was known to be, the workbook of a closed month tells as it was when the month was closed.
    """
    told = month_statement(connection, month)
    by_journal = ("controls", "changes", "entries", "ledger", "held", "returns", "decided", "corrections")
    return {name: getattr(told, name) for name in by_journal}


def test_corrections_are_dated_on_the_first_open_day(book_url: str) -> None:
    with database.writing(book_url) as connection:
        paid_in_march(connection)
        told = _as_booked(connection, MARCH)
        posted.deposit(connection, "D-1", "A", yen=7245, on=date(2012, 3, 5), known_on=date(2012, 3, 20))
        assert book(connection, date(2012, 4, 30), by=CLERK).corrected == 2
        day = (date(2012, 4, 1), date(2012, 3, 20))
        found = late(connection)
        assert sorted(found[:3], key=str) == sorted(
            [("fee_received", *day, None), ("fee_received", *day, 1), ("overpaid", *day, 2)], key=str
        )
        assert posted.held(connection, Account.SUSPENSE, "D-1") == 0
        assert _as_booked(connection, MARCH) == told
        shut(connection, APRIL)
        posted.deposit(connection, "D-1", "A", yen=7300, on=date(2012, 3, 5), known_on=date(2012, 3, 25))
        book(connection, date(2012, 5, 31), by=CLERK)
        again = entries(connection, order="no")[-3:]
        assert {entry.on for entry in again} == {date(2012, 5, 1)}
        assert all(entry.for_day is not None and entry.for_day >= date(2012, 3, 25) for entry in again)


def test_decision_kept_later_for_a_day_of_a_closed_month_leaves_its_workbook_alone(
    book_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, "A")
        book(connection, MARCH.last, by=CLERK)
        shut(connection, MARCH)
        workbook = _workbook(connection, MARCH)
        monkeypatch.setattr(dates, "now", lambda: datetime(2001, 1, 1))  # a clock that was set back
        keep(connection, list(judge(connection, posted.ASKED, applications=["A"])), by=CLERK)
        book(connection, date(2012, 4, 30), by=CLERK)
        assert [entry.for_day for entry in entries(connection) if entry.event == "authority_waived"] == [posted.ASKED]
        assert _workbook(connection, MARCH) == workbook
        reopen(connection, MARCH, reason=WHY, by=CLERK)
        assert _workbook(connection, MARCH) != workbook


def test_entry_that_names_its_day_is_sealed_with_it() -> None:
    plain = _loose(IN_MAY)
    dated = [replace(plain, for_day=date(2012, 4, number)) for number in (29, 30)]
    assert len({posting.digest for posting in (plain, *dated)}) == 3


def test_what_is_said_later_to_have_been_known_in_a_closed_month_moves_no_money_in_it(book_url: str) -> None:
    with database.writing(book_url) as connection:
        paid_in_march(connection)
        before = _as_booked(connection, MARCH)
        posted.deposit(connection, "D-2", "B", on=date(2012, 3, 9))
        book(connection, date(2012, 4, 30), by=CLERK)
        assert _as_booked(connection, MARCH) == before
        assert month_statement(connection, MARCH).agrees


DAYS = [date(2012, month, day) for month in (1, 2, 3) for day in (5, 25)]
LEARNT = st.tuples(st.sampled_from("AB"), st.sampled_from([7245, 8000, 500]), st.sampled_from(DAYS))
COURSE = st.lists(st.one_of(LEARNT, st.sampled_from([Month(2012, number) for number in (1, 2, 3)])), max_size=10)


@pytest.mark.thorough
@settings(max_examples=15)
@given(course=COURSE)
@example(course=[("A", 8000, DAYS[0]), Month(2012, 1), ("A", 7245, DAYS[1]), Month(2012, 2), ("A", 500, DAYS[0])])
def test_closing_changes_days_and_nothing_else(book_url: str, course: list[Any]) -> None:
    """The same is learnt in the same order, once with months closed and reopened on the way and once without."""
    ended = []
    for closing_too in (True, False):
        with database.writing(book_url, dry_run=True) as connection:
            for number in "AB":
                posted.application(connection, number, applied_on=DAYS[0], mailed_on=DAYS[1], paid=[])
            sealed: dict[Month, Any] = {}
            for each in course:
                if not isinstance(each, Month):
                    number, yen, on = each
                    posted.deposit(connection, f"D-{number}", number, yen=yen, on=on, known_on=on)
                book(connection, date(2012, 4, 30), by=CLERK)
                if isinstance(each, Month) and closing_too:
                    if (closing.closed_to(connection) or date.min) < each.last:
                        shut(connection, each)
                        sealed |= {each: trial_balance(connection, each.last)}
                    else:
                        open_to = reopen(connection, each, reason=WHY, by=CLERK).closed_to or date.min
                        sealed = {month: was for month, was in sealed.items() if month.last <= open_to}
                assert all(trial_balance(connection, month.last) == was for month, was in sealed.items())
            ended.append(trial_balance(connection))
            on = {entry.no: entry.on for entry in entries(connection)}
            assert all(entry.for_day is None or entry.for_day < entry.on for entry in entries(connection))
            assert all(entry.reverses is None or on[entry.reverses] <= entry.on for entry in entries(connection))
    assert ended[0] == ended[1]
