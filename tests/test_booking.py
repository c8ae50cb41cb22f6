"""Booking: only the difference between what is known and what is posted is posted, whatever the order of the facts."""

import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given as each_of
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import tables
from ledger.booking.bills import pay_bill
from ledger.booking.planning import Unbooked
from ledger.booking.run import BookingReport, book
from ledger.codes import Account
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.journal import balances
from ledger.store import database
from tests import given, posted
from tests.posted import APPLIED, ASKED, CLERK, MAILED

A, B = "2011-0001", "2011-0002"
END = date(2012, 12, 31)

# Applied for and nothing else, or mailed as well; whether the fee comes back is not asked here.
PLAIN: dict[str, Any] = {"applied_on": APPLIED, "paid": []}
SENT = PLAIN | {"mailed_on": MAILED}


def booked(connection: Connection, through: date = END) -> BookingReport:
    """What one more booking does."""
    return book(connection, through, by=CLERK)


# --- deposits -------------------------------------------------------------------------------------------------------

DEPOSITS: list[tuple[str, list[tuple[int, str | None]], dict[str, int]]] = [
    ("the fee", [(7245, A)], {"1110": 7245, "2040": 7245}),
    ("less than the fee", [(5000, A)], {"1110": 5000, "2040": 5000}),
    ("more than the fee", [(8000, A)], {"1110": 8000, "2040": 7245, "2050": 755}),
    ("in two parts", [(5000, A), (2245, A)], {"1110": 7245, "2040": 7245}),
    ("twice", [(7245, A), (7245, A)], {"1110": 14490, "2040": 7245, "2050": 7245}),
    ("by an unknown payer", [(7245, None)], {"1110": 7245, "2050": 7245}),
    ("for two applications", [(7245, A), (7245, B)], {"1110": 14490, "2040": 14490}),
]


@pytest.mark.parametrize(("name", "deposits", "balance"), DEPOSITS, ids=[case[0] for case in DEPOSITS])
def test_a_deposit_is_a_fee_up_to_what_is_due_and_the_rest_waits(
    book_url: str, name: str, deposits: list[tuple[int, str | None]], balance: dict[str, int]
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, PLAIN)
        posted.application(connection, B, PLAIN)
        for nth, (yen, number) in enumerate(deposits, 1):
            posted.deposit(connection, f"D-{nth}", number, yen=yen)
        booked(connection)
        assert posted.balance(connection) == balance, name
        assert booked(connection) == BookingReport({}, 0, ())


def test_only_what_happened_by_the_day_is_booked(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.deposit(connection, "D-1", A, on=date(2011, 11, 2))
        assert booked(connection, APPLIED) == BookingReport({}, 0, ())
        assert booked(connection, date(2012, 1, 25)).posted == {"fee_received": 1}
        assert booked(connection, MAILED).posted == {"certificate_issued": 1}


def test_an_unknown_payer_found_later_is_settled_on_the_day_it_became_known(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, PLAIN)
        posted.deposit(connection, "D-1", None, yen=8000)
        assert booked(connection).posted == {"payer_unknown": 1}
        posted.deposit(connection, "D-1", A, yen=8000, known_on=date(2012, 2, 1))
        assert booked(connection, date(2012, 1, 31)) == BookingReport({}, 0, ())
        assert booked(connection).posted == {"suspense_settled": 1}
        assert posted.events(connection)[-1] == ("suspense_settled", date(2012, 2, 1), None)
        assert posted.balance(connection) == {"1110": 8000, "2040": 7245, "2050": 755}


def test_a_fee_that_is_not_known_is_not_invented_and_settled_once_it_is(book_url: str) -> None:
    day = date(2015, 1, 15)
    with database.writing(book_url) as connection:
        posted.application(connection, A, PLAIN | {"applied_on": day})
        posted.deposit(connection, "D-1", A, on=day)
        assert booked(connection, day) == BookingReport({"payer_unknown": 1}, 0, (Unbooked("fee_not_known", "D-1"),))
        fee = {"applies_from": date(2014, 4, 1), "yen": 7200, "tax_percent": 8, "known_on": date(2015, 2, 1)}
        connection.execute(tables.fee.insert().values(fee))
        assert booked(connection, date(2015, 3, 1)) == BookingReport({"suspense_settled": 1}, 0, ())
        assert posted.events(connection)[-1] == ("suspense_settled", date(2015, 2, 1), None)
        assert posted.balance(connection) == {"1110": 7245, "2040": 7200, "2050": 45}


CORRECTIONS: list[tuple[str, dict[str, Any], dict[str, int], str]] = [
    ("the yen", {"yen": 7000}, {"1110": 7000, "2040": 7000}, A),
    ("the yen, upwards", {"yen": 8000}, {"1110": 8000, "2040": 7245, "2050": 755}, A),
    ("the day", {"on": date(2011, 11, 5)}, {"1110": 7245, "2040": 7245}, A),
    ("the application", {"number": B}, {"1110": 7245, "2040": 7245}, B),
    ("that it is known at all", {"number": None}, {"1110": 7245, "2050": 7245}, "D-1"),
]


@pytest.mark.parametrize(("name", "change", "balance", "part"), CORRECTIONS, ids=[case[0] for case in CORRECTIONS])
def test_a_corrected_deposit_is_reversed_and_posted_anew_on_the_day_it_became_known(
    book_url: str, name: str, change: dict[str, Any], balance: dict[str, int], part: str
) -> None:
    corrected_on = date(2011, 12, 1)
    with database.writing(book_url) as connection:
        posted.application(connection, A, PLAIN)
        posted.application(connection, B, PLAIN)
        posted.deposit(connection, "D-1", A)
        booked(connection)
        said: dict[str, Any] = {"number": A, "known_on": corrected_on} | change
        posted.deposit(connection, "D-1", **said)
        report = booked(connection)
        assert report.corrected == (0 if "number" in change else 1), name
        assert {on for _event, on, _reverses in posted.events(connection)[1:]} == {corrected_on}
        assert posted.balance(connection) == balance
        assert posted.balance(connection, APPLIED) == {"1110": 7245, "2040": 7245}
        account = Account.SUSPENSE if part == "D-1" else Account.FEES_HELD
        assert posted.held(connection, account, part) == balance.get("2040", balance.get("2050"))
        assert booked(connection) == BookingReport({}, 0, ())


def test_a_deposit_allocated_elsewhere_and_back_is_received_once(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, PLAIN)
        posted.application(connection, B, PLAIN)
        for number, day in ((A, 1), (B, 2), (A, 3)):
            posted.deposit(connection, "D-1", number, known_on=date(2011, 12, day))
            booked(connection)
        moved = ["fee_released", "suspense_settled"]
        assert [event for event, _on, _reverses in posted.events(connection)] == ["fee_received", *moved, *moved]
        assert balances.held(connection, Account.FEES_HELD, "application") == {A: 7245}


def test_an_issue_booked_on_the_strength_of_a_wrong_deposit_goes_back_with_it(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.application(connection, B, SENT)
        posted.deposit(connection, "D-1", A)
        booked(connection)
        posted.deposit(connection, "D-1", B, known_on=date(2012, 2, 1))
        report = booked(connection)
        assert report == BookingReport(
            {"fee_released": 1, "suspense_settled": 1, "certificate_issued": 1}, 1, (Unbooked("fee_not_received", A),)
        )
        assert balances.held(connection, Account.AUTHORITY_PAYABLE, "application") == {B: 7245}
        assert booked(connection) == BookingReport({}, 0, (Unbooked("fee_not_received", A),))


def test_a_fee_paid_on_to_the_authority_and_found_not_received_is_claimed_until_it_comes(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.application(connection, B, PLAIN)
        posted.deposit(connection, "D-1", A)
        booked(connection)
        posted.billed(connection, "B-1", A, 7245, on=date(2012, 2, 10))
        pay_bill(connection, "B-1", on=date(2012, 2, 20), by=CLERK)
        posted.deposit(connection, "D-1", B, known_on=date(2012, 3, 1))
        moved = {"fee_claimed": 1, "fee_released": 1, "suspense_settled": 1}
        assert booked(connection) == BookingReport(moved, 0, ())
        assert posted.balance(connection) == {"1150": 7245, "2040": 7245}
        assert posted.held(connection, Account.FEES_HELD, B) == 7245
        posted.deposit(connection, "D-2", A, on=date(2012, 4, 2))
        assert booked(connection) == BookingReport({"fee_received": 1}, 1, ())
        assert posted.balance(connection) == {"1110": 7245, "2040": 7245}
        assert booked(connection) == BookingReport({}, 0, ())


def test_what_a_person_reversed_stays_reversed_until_the_fact_changes(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, PLAIN)
        posted.deposit(connection, "D-1", A)
        booked(connection)
        posted.reversed_before(connection, 1, on=APPLIED, reason="通帳に見当たらない", by=CLERK)
        assert booked(connection) == BookingReport({}, 0, (Unbooked("reversed_by_hand", "D-1", 1),))
        posted.deposit(connection, "D-1", A, known_on=date(2011, 12, 1))
        assert booked(connection).posted == {}, "said again, it is the same fact"
        posted.deposit(connection, "D-1", A, on=date(2011, 11, 8), known_on=date(2011, 12, 2))
        assert booked(connection) == BookingReport({"fee_received": 1}, 0, ())
        assert posted.balance(connection) == {"1110": 7245, "2040": 7245}


# --- certificates ---------------------------------------------------------------------------------------------------


def test_a_certificate_is_owed_from_its_day_but_not_before_the_fee_was_received(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        assert booked(connection) == BookingReport({}, 0, (Unbooked("fee_not_received", A),))
        posted.deposit(connection, "D-1", A, on=date(2012, 2, 3))
        booked(connection)
        assert posted.events(connection)[-1] == ("certificate_issued", date(2012, 2, 3), None)
        assert posted.balance(connection) == {"1110": 7245, "2010": 7245}


def test_a_fee_received_in_part_is_not_owed_to_the_authority(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.deposit(connection, "D-1", A, yen=7000)
        assert booked(connection).left == (Unbooked("fee_not_received", A),)
        posted.deposit(connection, "D-2", A, yen=245, on=date(2012, 3, 1))
        assert booked(connection).posted == {"fee_received": 1, "certificate_issued": 1}
        assert posted.events(connection)[-1][1] == date(2012, 3, 1)


def test_a_day_of_issue_learnt_after_the_mailing_was_booked_changes_nothing(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.deposit(connection, "D-1", A)
        booked(connection)
        posted.fact(connection, A, "issued_on", day=date(2012, 1, 20), known_on=date(2012, 3, 1))
        assert booked(connection) == BookingReport({}, 0, ())


def test_a_day_of_mailing_that_was_wrong_is_reversed_and_posted_anew(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.deposit(connection, "D-1", A)
        booked(connection)
        posted.fact(connection, A, "mailed_on", day=date(2012, 1, 27), known_on=date(2012, 3, 1))
        assert booked(connection, date(2012, 2, 28)) == BookingReport({}, 0, ())
        assert booked(connection) == BookingReport({"certificate_issued": 1}, 1, ())
        assert [on for _event, on, _reverses in posted.events(connection)[2:]] == [date(2012, 3, 1)] * 2
        assert posted.balance(connection) == {"1110": 7245, "2010": 7245}
        assert booked(connection) == BookingReport({}, 0, ())


def test_an_issue_that_a_person_reversed_waits_for_another_day(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.deposit(connection, "D-1", A)
        booked(connection)
        posted.reversed_before(connection, 2, on=MAILED, reason="未発行", by=CLERK)
        assert booked(connection) == BookingReport({}, 0, (Unbooked("reversed_by_hand", A, 2),))
        posted.fact(connection, A, "mailed_on", day=date(2012, 2, 1), known_on=date(2012, 2, 1))
        assert booked(connection) == BookingReport({"certificate_issued": 1}, 0, ())


# --- waivers --------------------------------------------------------------------------------------------------------


def decided(connection: Connection, as_of: date) -> str:
    """Judges the application as of a day and keeps the decision; gives the outcome."""
    findings = judge(connection, as_of, applications=[A])
    keep(connection, findings, by=CLERK)
    return findings[0].outcome


def test_a_fee_is_waived_once_by_decision_or_by_bill(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        assert decided(connection, ASKED) == "eligible"
        assert booked(connection) == BookingReport({"authority_waived": 1}, 0, ())
        assert posted.events(connection)[-1] == ("authority_waived", ASKED, None)
        posted.billed(connection, "B-1", A, -7245, on=date(2012, 4, 10))
        decided(connection, date(2012, 4, 20))
        assert booked(connection) == BookingReport({}, 0, ())
        assert posted.balance(connection) == {"1110": 7245, "2040": 7245}


def test_a_negative_bill_line_waives_up_to_what_was_owed(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        posted.deposit(connection, "D-1", A)
        posted.billed(connection, "B-1", A, -3000, on=date(2011, 12, 1))
        booked(connection)
        assert posted.events(connection)[-1] == ("authority_waived", MAILED, None)
        posted.billed(connection, "B-2", A, -9000, on=date(2012, 4, 10))
        assert booked(connection) == BookingReport({"authority_waived": 1}, 0, ())
        assert posted.balance(connection) == {"1110": 7245, "2040": 7245}
        assert booked(connection) == BookingReport({}, 0, ())


def test_a_waiver_falls_with_the_decision_it_rested_on_while_the_money_is_held(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        decided(connection, ASKED)
        booked(connection)
        posted.fact(connection, A, "used", code="yes", day=date(2012, 4, 1), known_on=date(2012, 4, 1))
        assert decided(connection, date(2012, 4, 2)) == "not_eligible"
        assert booked(connection) == BookingReport({}, 1, ())
        assert posted.events(connection)[-1] == ("authority_waived", date(2012, 4, 2), 3)
        assert posted.balance(connection) == {"1110": 7245, "2010": 7245}
        assert booked(connection) == BookingReport({}, 0, ())


def test_a_waiver_decided_under_an_earlier_notice_stands_when_a_later_notice_would_not_give_it(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(
            connection, A, reason="info_changed", downloaded_on=date(2012, 2, 1), issued_on=date(2012, 1, 5)
        )
        decided(connection, ASKED)
        booked(connection)
        assert decided(connection, date(2012, 9, 21)) == "needs_facts"
        posted.fact(connection, A, "receipt", day=MAILED, up_to=MAILED, known_on=date(2012, 9, 22))
        assert decided(connection, date(2012, 9, 22)) == "not_eligible"
        assert booked(connection) == BookingReport({}, 0, ())


def test_a_waiver_that_a_bill_bears_out_does_not_fall_with_its_decision(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        decided(connection, ASKED)
        booked(connection)
        posted.billed(connection, "B-1", A, -7245, on=date(2012, 3, 31))
        posted.fact(connection, A, "used", code="yes", day=date(2012, 4, 1), known_on=date(2012, 4, 1))
        decided(connection, date(2012, 4, 2))
        assert booked(connection) == BookingReport({}, 0, ())


def test_a_fee_that_was_paid_can_still_be_waived_and_the_authority_gives_it_back(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        posted.billed(connection, "B-1", A, 7245, on=date(2012, 2, 10))
        pay_bill(connection, "B-1", on=date(2012, 2, 20), by=CLERK)
        decided(connection, ASKED)
        booked(connection)
        assert posted.balance(connection) == {"2010": -7245, "2040": 7245}
        posted.billed(connection, "B-2", A, -7245, on=date(2012, 4, 10))
        assert booked(connection) == BookingReport({}, 0, ())
        payment = pay_bill(connection, "B-2", on=date(2012, 4, 20), by=CLERK)
        assert (payment.yen, payment.posted, payment.left) == (-7245, 1, ())
        assert posted.balance(connection) == {"1110": 7245, "2040": 7245}
        assert pay_bill(connection, "B-2", on=date(2012, 4, 20), by=CLERK).posted == 0


# --- whatever the order ---------------------------------------------------------------------------------------------

# Facts that correct one another: which is known last is fixed by its day, whichever comes in first.
FACTS: list[Callable[[Connection], None]] = [
    lambda c: posted.deposit(c, "D-1", A, known_on=date(2011, 11, 2)),
    lambda c: posted.deposit(c, "D-1", B, known_on=date(2011, 11, 3)),
    lambda c: posted.deposit(c, "D-2", None, yen=8000, known_on=date(2011, 11, 4)),
    lambda c: posted.deposit(c, "D-2", A, yen=8000, known_on=date(2011, 11, 5)),
    lambda c: posted.deposit(c, "D-3", B, yen=245, on=date(2011, 11, 9)),
    lambda c: posted.fact(c, A, "mailed_on", day=date(2012, 1, 26), known_on=date(2012, 1, 26)),
    lambda c: posted.fact(c, A, "mailed_on", day=date(2012, 1, 27), known_on=date(2012, 2, 1)),
    lambda c: posted.fact(c, B, "mailed_on", day=date(2012, 1, 30), known_on=date(2012, 1, 30)),
    lambda c: posted.billed(c, "B-1", B, -7245, on=date(2012, 3, 31)),
]


def state(connection: Connection) -> tuple[dict[str, int], dict[str | None, int], dict[str | None, int]]:
    """What every account holds, and what is held and owed for each application."""
    held, owed = (
        balances.held(connection, account, "application") for account in (Account.FEES_HELD, Account.AUTHORITY_PAYABLE)
    )
    return posted.balance(connection), held, owed


@pytest.mark.thorough
@settings(max_examples=25)
@each_of(order=st.permutations(range(len(FACTS))), stops=st.sets(st.integers(1, len(FACTS) - 1), max_size=4))
def test_the_order_in_which_facts_come_in_makes_no_difference(
    new_book: Callable[[], str], order: list[int], stops: set[int]
) -> None:
    with database.writing(new_book()) as connection:
        posted.application(connection, A, PLAIN)
        posted.application(connection, B, PLAIN)
        for nth, which in enumerate(order, 1):
            FACTS[which](connection)
            if nth in stops:
                booked(connection)
        booked(connection)
        count = len(posted.events(connection))
        everything = {"1110": 15490, "2010": 7245, "2040": 7245, "2050": 1000}
        assert state(connection) == (everything, {B: 7245}, {A: 7245})
        booked(connection)
        assert len(posted.events(connection)) == count, "booking twice is booking once"


@settings(max_examples=25)
@each_of(
    deposits=st.lists(st.tuples(st.sampled_from([A, B, None]), st.integers(1, 9000)), min_size=1, max_size=6),
    cut=st.integers(0, 6),
)
def test_no_yen_is_lost_and_reversing_everything_leaves_nothing(
    new_book: Callable[[], str], deposits: list[tuple[str | None, int]], cut: int
) -> None:
    with database.writing(new_book()) as connection:
        posted.application(connection, A, SENT)
        posted.application(connection, B, PLAIN)
        for nth, (number, yen) in enumerate(deposits):
            if nth == cut:
                booked(connection)
            posted.deposit(connection, f"D-{nth}", number, yen=yen)
        booked(connection)
        total = sum(yen for _number, yen in deposits)
        paid_for = {each: min(7245, sum(yen for number, yen in deposits if number == each)) for each in (A, B)}
        after = posted.balance(connection)
        assert after["1110"] == total
        assert after.get("2010", 0) + after.get("2040", 0) == sum(paid_for.values())
        assert after.get("2050", 0) == total - sum(paid_for.values())
        for no in itertools.count(len(posted.events(connection)), -1):
            if no == 0:
                break
            posted.reversed_before(connection, no, on=END, reason="全件取消", by=CLERK)
        assert posted.balance(connection) == {}
        assert booked(connection).posted == {}


def test_few_applications_can_be_booked_without_the_others(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        posted.application(connection, B)
        report = book(connection, END, by=CLERK, only=[B])
        assert report.posted == {"fee_received": 1, "certificate_issued": 1}
        assert balances.held(connection, Account.AUTHORITY_PAYABLE, "application") == {B: 7245}
        assert booked(connection).posted == {"fee_received": 1, "certificate_issued": 1}


def test_an_application_of_which_nothing_is_told_stops_nothing(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        connection.execute(
            tables.application.insert().values(number=B, member=given.MEMBER, source=given.source(connection))
        )
        posted.deposit(connection, "D-9", B)
        assert booked(connection).left == (Unbooked("fee_not_known", "D-9"),)
