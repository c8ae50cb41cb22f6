"""The journal: posted once, never changed, reversed exactly, and read again by date, amount and counterparty."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from ledger import i18n, tables
from ledger.booking.events import certificate_issued, description, fee_received, payer_unknown
from ledger.codes import Account
from ledger.errors import Refusal, UnknownAccount
from ledger.journal import balances, ledgers, period
from ledger.journal.entries import Entry, Movement, Result, key, post, recorded
from ledger.journal.refusals import (
    AlreadyReversed,
    NoReasonGiven,
    NothingLeftToReverse,
    PostedDifferently,
    ReversalBeforeOriginal,
    StandsAgain,
    UnknownEntry,
    YenNotHeld,
)
from ledger.store import database
from tests import given, posted
from tests.posted import reversed_before as reverse

ON = date(2012, 3, 1)
LATER = date(2012, 3, 31)
APPLICATION = "2011-0001"


def received(yen: int = 7245, *, number: int = 1, on: date = ON) -> Entry:
    """The posting of a fee received."""
    slip = fee_received(application=APPLICATION, deposit="D-1", yen=yen)
    return Entry(key("fee_received", "D-1", number), on, "fee_received", tuple(slip))


def issued(yen: int = 7245, *, on: date = ON) -> Entry:
    """The posting of a certificate issued."""
    slip = certificate_issued(application=APPLICATION, yen=yen)
    return Entry(key("certificate_issued", APPLICATION), on, "certificate_issued", tuple(slip))


@pytest.fixture
def books(book_url: str) -> str:
    """Books with one application and one deposit, and nothing posted."""
    with database.writing(book_url) as connection:
        posted.application(connection, APPLICATION, paid=[])
        posted.deposit(connection, "D-1", APPLICATION)
    return book_url


def test_entries_are_numbered_one_after_the_other(books: str) -> None:
    with database.writing(books) as connection:
        assert post(connection, [received(), issued()], by="乙川") == [1, 2]
        assert post(connection, [received(number=2)], by="乙川") == [3]
        assert recorded(connection, [1, 2, 9]) == {1: received(), 2: issued()}


def test_the_same_key_with_the_same_content_is_the_first_answer_again(books: str) -> None:
    with database.writing(books) as connection:
        assert post(connection, [received()], by="乙川") == [1]
        assert post(connection, [received(), issued(), received()], by="丙田") == [1, 2, 1]
        assert connection.execute(tables.entry.select()).all()[0].by == "乙川"
        assert posted.balance(connection) == {"1110": 7245, "2010": 7245}


@pytest.mark.parametrize(
    ("other", "field", "there", "here"),
    [
        (received(on=LATER), "on", "2012-03-01", "2012-03-31"),
        (received(7000), "movements", "1110/2040 7245", "1110/2040 7000"),
    ],
)
def test_the_same_key_with_other_content_is_refused_naming_the_field(
    books: str, other: Entry, field: str, there: str, here: str
) -> None:
    with database.writing(books) as connection:
        post(connection, [received()], by="乙川")
        with pytest.raises(PostedDifferently) as refused:
            post(connection, [other], by="乙川")
    assert refused.value == PostedDifferently(1, field, there, here)


def test_the_same_key_twice_in_one_batch_is_one_entry_or_refused(books: str) -> None:
    with database.writing(books) as connection:
        assert post(connection, [received(), received()], by="乙川") == [1, 1]
        with pytest.raises(PostedDifferently):
            post(connection, [received(number=2), received(7000, number=2)], by="乙川")


def test_more_than_is_held_is_refused_and_nothing_of_the_batch_is_kept(books: str) -> None:
    with database.writing(books) as connection:
        with pytest.raises(YenNotHeld) as refused:
            post(connection, [received(), issued(7246)], by="乙川")
        assert refused.value == YenNotHeld("2040")
        assert posted.events(connection) == []


def test_a_digest_differs_whenever_any_part_differs() -> None:
    plain = received()
    others = [
        received(7246),
        received(on=LATER),
        received(number=2),
        Entry(plain.key, plain.on, "overpaid", plain.movements),
        Entry(plain.key, plain.on, plain.event, plain.movements, reverses=1, reason=""),
        Entry(plain.key, plain.on, plain.event, plain.movements * 2),
        Entry(plain.key, plain.on, plain.event, (Movement("1110", "2040", 7245, "D-1", APPLICATION, None),)),
    ]
    assert len({other.digest for other in [plain, *others]}) == len(others) + 1


def test_a_key_reads_alike_only_for_the_same_parts() -> None:
    assert key("a", "b c") != key("a b", "c")
    assert key("a", None) != key("a", "None")
    assert key("a", 1) != key("a", "1")


# --- reversing ------------------------------------------------------------------------------------------------------


def test_a_reversal_is_the_exact_opposite_and_names_its_original(books: str) -> None:
    with database.writing(books) as connection:
        post(connection, [received()], by="乙川")
        assert reverse(connection, 1, on=LATER, reason="二重記帳", by="丙田") == Result(2, changed=True)
        undone = recorded(connection, [2])[2]
        assert undone.movements == (Movement("2040", "1110", 7245, APPLICATION, None, "D-1"),)
        assert (undone.event, undone.reverses, undone.reason) == ("fee_received", 1, "二重記帳")
        assert posted.balance(connection) == {}
        assert posted.balance(connection, ON) == {"1110": 7245, "2040": 7245}


def test_the_same_reversal_again_changes_nothing(books: str) -> None:
    with database.writing(books) as connection:
        post(connection, [received()], by="乙川")
        reverse(connection, 1, on=LATER, reason="二重記帳", by="丙田")
        assert reverse(connection, 1, on=LATER, reason="二重記帳", by="丙田") == Result(2, changed=False)
        assert len(posted.events(connection)) == 2


REVERSALS: list[tuple[dict[str, Any], Refusal]] = [
    ({"no": 9}, UnknownEntry(9)),
    ({"no": 3}, AlreadyReversed(3, 5)),
    ({"no": 4}, StandsAgain(4, 6, 7)),
    ({"reason": " "}, NoReasonGiven("reverse")),
    ({"on": date(2012, 2, 29)}, ReversalBeforeOriginal(1, date(2012, 2, 29), ON)),
    ({}, NothingLeftToReverse(1, "2040")),
]


@pytest.mark.parametrize(("change", "refusal"), REVERSALS, ids=[refusal.code() for _change, refusal in REVERSALS])
def test_a_reversal_is_refused_in_this_order(books: str, change: dict[str, Any], refusal: Refusal) -> None:
    with database.writing(books) as connection:
        post(connection, [received(), issued(), received(number=2)], by="乙川")
        charge = Entry("charge", ON, "transfer_fee", (Movement("5310", "1110", 440),))
        post(connection, [charge], by="乙川")
        for no in (3, 4, 6):
            reverse(connection, no, on=ON, reason="二重記帳", by="丙田")
        asked: dict[str, Any] = {"no": 1, "on": LATER, "reason": "誤り", "by": "丙田"} | change
        with pytest.raises(type(refusal)) as refused:
            reverse(connection, **asked)
        assert refused.value == refusal
        assert len(posted.events(connection)) == 7


# --- what the database refuses by itself ----------------------------------------------------------------------------

NEXT_ENTRY = (
    "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by)"
    " VALUES (2, '2012-03-31', 'x', 'x', 'x', '2012-06-01 00:00:00', 'x')"
)
AROUND = {
    "append-only": [
        "UPDATE movement SET yen = 1",
        "UPDATE entry SET reason = 'x'",
        "DELETE FROM movement",
        "DELETE FROM entry WHERE no = 1",
    ],
    "append-only: movement": ["INSERT INTO movement (entry, nth, debit, credit, yen) VALUES (1, 2, '1110', '2020', 1)"],
    "not-held": [
        "INSERT INTO movement VALUES (2, 1, '2040', '1110', 7246, '2011-0001', NULL, NULL)",
        "INSERT INTO movement (entry, nth, debit, credit, yen) VALUES (2, 1, '2040', '1110', 1)",
        "INSERT INTO movement (entry, nth, debit, credit, yen, deposit) VALUES (2, 1, '2050', '1110', 1, 'D-1')",
        "INSERT INTO movement (entry, nth, debit, credit, yen) VALUES (2, 1, '2020', '1110', 1)",
    ],
}


@pytest.mark.parametrize(("rule", "statement"), [(rule, each) for rule, some in AROUND.items() for each in some])
def test_the_database_refuses_what_goes_around_the_program(books: str, rule: str, statement: str) -> None:
    with database.writing(books) as connection:
        post(connection, [received()], by="乙川")
    with database.writing(books, dry_run=True) as connection:
        if rule == "not-held":
            connection.execute(text(NEXT_ENTRY))
        with pytest.raises(DatabaseError, match=rule):
            connection.execute(text(statement))


@pytest.mark.parametrize("yen", [0, -1])
def test_a_movement_is_a_positive_amount(books: str, yen: int) -> None:
    with pytest.raises(DatabaseError, match="yen"), database.writing(books) as connection:
        post(connection, [received(yen)], by="乙川")


# --- balances -------------------------------------------------------------------------------------------------------


def two_months(connection: Connection) -> None:
    """A fee received in March, a certificate issued in April, and a deposit of nobody."""
    of = given.source(connection)
    connection.execute(tables.deposit.insert().values(reference="D-2", source=of))
    unknown = Entry(key("payer_unknown", "D-2"), LATER, "payer_unknown", tuple(payer_unknown(deposit="D-2", yen=755)))
    post(connection, [received(), unknown, issued(on=date(2012, 4, 1))], by="乙川")


def test_the_trial_balance_shows_every_account_and_balances_on_each_day(books: str) -> None:
    with database.writing(books) as connection:
        two_months(connection)
        chart = connection.execute(tables.account.select().order_by(tables.account.c.code)).all()
        for as_of in (None, date(2012, 2, 29), ON, LATER, date(2012, 4, 1)):
            rows = balances.trial_balance(connection, as_of)
            assert [row.code for row in rows] == [row.code for row in chart]
            assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
        assert posted.balance(connection, ON) == {"1110": 7245, "2040": 7245}
        assert posted.balance(connection) == {"1110": 8000, "2010": 7245, "2050": 755}


def test_opening_and_movement_make_the_closing_balance(books: str) -> None:
    with database.writing(books) as connection:
        two_months(connection)
        april = {
            change.opening.code: change for change in balances.changes(connection, date(2012, 4, 1), date(2012, 4, 30))
        }
    fees = april["2040"]
    assert (fees.opening.balance, fees.debit, fees.credit, fees.closing.balance) == (7245, 7245, 0, 0)
    bank = april["1110"]
    assert (bank.opening.balance, bank.debit, bank.credit, bank.closing.balance) == (8000, 0, 0, 8000)


def test_the_parts_of_an_account_sum_to_the_account(books: str) -> None:
    with database.writing(books) as connection:
        two_months(connection)
        assert balances.held(connection, Account.SUSPENSE, "deposit") == {"D-2": 755}
        assert balances.held(connection, Account.FEES_HELD, "application", ON) == {APPLICATION: 7245}
        assert balances.held(connection, Account.FEES_HELD, "application") == {}


def test_an_account_is_named_in_the_language_spoken(books: str) -> None:
    with database.reading(books) as connection:
        bank = balances.trial_balance(connection)[0]
    assert bank.name == "普通預金"
    i18n.use("en")
    assert bank.name == "Ordinary deposits"


# --- the journal as it is read --------------------------------------------------------------------------------------

SEARCHES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3]),
    ({"first": LATER}, [2, 3]),
    ({"last": LATER}, [1, 2]),
    ({"first": date(2012, 3, 2), "last": date(2012, 3, 31)}, [2]),
    ({"account": "2040"}, [1, 3]),
    ({"application": APPLICATION}, [1, 3]),
    ({"application": "2011-0009"}, []),
    ({"member": given.MEMBER}, [1, 3]),
    ({"amount_from": 755, "amount_to": 755}, [2]),
    ({"amount_from": 756}, [1, 3]),
    ({"blank": True}, [2]),
    ({"blank": True, "amount_from": 1000}, []),
    ({"account": "1110", "application": APPLICATION}, []),
    ({"member": given.MEMBER, "first": LATER}, [3]),
    ({"account": "2040", "amount_to": 7245, "last": ON}, [1]),
]


@pytest.mark.parametrize(("wanted", "found"), SEARCHES)
def test_entries_are_found_by_date_amount_and_counterparty(
    books: str, wanted: dict[str, Any], found: list[int]
) -> None:
    with database.writing(books) as connection:
        two_months(connection)
        assert [entry.no for entry in ledgers.entries(connection, **wanted)] == found


def test_an_entry_is_read_with_its_lines_and_its_sentence(books: str) -> None:
    i18n.use("en")
    with database.writing(books) as connection:
        two_months(connection)
        entry = ledgers.entries(connection, account="2010")[0]
    assert description(entry) == "certificate issued, fee owed to the authority, application 2011-0001"
    assert [(line.account, line.debit, line.credit, line.application, line.member) for line in entry.lines] == [
        ("2040", 7245, 0, APPLICATION, given.MEMBER),
        ("2010", 0, 7245, APPLICATION, given.MEMBER),
    ]


def test_entries_come_by_day_or_as_recorded(books: str) -> None:
    with database.writing(books) as connection:
        post(connection, [received(on=LATER), received(number=2)], by="乙川")
        assert [entry.no for entry in ledgers.entries(connection)] == [2, 1]
        assert [entry.no for entry in ledgers.entries(connection, order="no")] == [1, 2]


def test_an_account_that_the_chart_lacks_is_refused(books: str) -> None:
    with database.reading(books) as connection, pytest.raises(UnknownAccount):
        ledgers.entries(connection, account="9999")


def test_the_general_ledger_runs_from_opening_to_closing(books: str) -> None:
    with database.writing(books) as connection:
        two_months(connection)
        journal = period.PeriodJournal(connection, date(2012, 3, 2), date(2012, 4, 30))
        ledger = {account.opening.code: account for account in period.general_ledger(journal)}
        bank, fees = ledger["1110"], ledger["2040"]
        assert (bank.opening.balance, [line.left for line in bank.lines], bank.closing.balance) == (7245, [8000], 8000)
        (line,) = fees.lines
        assert (fees.opening.balance, line.left, fees.closing.balance, line.line.counter) == (7245, 0, 0, "2010")
