"""Refunds: proposed on a finding, approved by another person, paid once, and never more than was received."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from ledger import i18n, tables
from ledger.booking.overpayments import return_deposit
from ledger.booking.refunds import approve, paid, propose, reject, returned
from ledger.booking.refusals import (
    BeforeTheStepBefore,
    DoneDifferently,
    FactsMissing,
    FeeNotHeld,
    NeedsReview,
    NoFeeReceived,
    NotAppliedYet,
    NotEligible,
    NotHeldYet,
    NothingOverpaid,
    NothingToRefund,
    PartOfRefund,
    RefundOutOfOrder,
    SamePersonApproves,
    StillInForce,
    UnknownRefund,
)
from ledger.booking.reversals import reverse
from ledger.booking.run import book
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.errors import Refusal, UnknownApplication, UnknownDeposit
from ledger.journal.entries import Result
from ledger.journal.refusals import NoReasonGiven
from ledger.settlements import refunds
from ledger.store import database
from tests import desk, posted
from tests.posted import APPLIED, ASKED, CHIEF, CLERK, ELIGIBLE

A = "2011-0001"
APPROVED = date(2012, 3, 26)
PAID = date(2012, 3, 30)
BACK = date(2012, 4, 3)

pytestmark = pytest.mark.thorough


@pytest.fixture
def books(book_url: str) -> str:
    """Books with one application whose fee comes back."""
    with database.writing(book_url) as connection:
        posted.application(connection, A)
    return book_url


def proposed(connection: Connection) -> int:
    """A refund proposed by the clerk."""
    return propose(connection, A, on=ASKED, by=CLERK).no


def state(connection: Connection) -> str:
    """The state of the one refund."""
    (refund,) = refunds(connection)
    return refund.state


# --- the course of a refund -----------------------------------------------------------------------------------------


def test_a_proposal_books_what_it_needs_keeps_its_decision_and_reserves_the_fee(books: str) -> None:
    with database.writing(books) as connection:
        proposal = propose(connection, A, on=ASKED, by=CLERK)
        assert (proposal.no, proposal.changed, proposal.yen) == (1, True, 7245)
        assert [event for event, _on, _reverses in posted.events(connection)] == [
            "fee_received",
            "certificate_issued",
            "authority_waived",
            "refund_proposed",
        ]
        assert posted.balance(connection) == {"1110": 7245, "2020": 7245}
        (refund,) = refunds(connection)
        assert (refund.state, refund.decision, refund.steps[0].by) == ("proposed", 1, CLERK)
        assert judge(connection, ASKED, applications=[A])[0].outcome == "being_settled"


def test_a_refund_is_approved_by_another_person_and_paid(books: str) -> None:
    with database.writing(books) as connection:
        no = proposed(connection)
        assert approve(connection, no, on=APPROVED, by=CHIEF) == Result(no, changed=True)
        assert paid(connection, [no], on=PAID, by=CLERK) == [Result(no, changed=True)]
        assert posted.balance(connection) == {}
        assert posted.events(connection)[-1] == ("refund_paid", PAID, None)
        (refund,) = refunds(connection)
        assert [step.state for step in refund.steps] == ["proposed", "approved", "paid"]


def test_a_rejected_refund_gives_the_fee_back_to_be_proposed_again(books: str) -> None:
    with database.writing(books) as connection:
        no = proposed(connection)
        reject(connection, no, on=APPROVED, reason="口座確認中", by=CHIEF)
        assert posted.balance(connection) == {"1110": 7245, "2040": 7245}
        assert posted.events(connection)[-1][2] == 4
        again = propose(connection, A, on=APPROVED, by=CLERK)
        assert (again.no, again.changed) == (no + 1, True)


def test_a_transfer_that_came_back_is_still_owed_and_paid_once_more(books: str) -> None:
    with database.writing(books) as connection:
        no = proposed(connection)
        approve(connection, no, on=APPROVED, by=CHIEF)
        paid(connection, [no], on=PAID, by=CLERK)
        returned(connection, no, on=BACK, reason="口座相違", by=CLERK)
        assert posted.balance(connection) == {"1110": 7245, "2060": 7245}
        assert judge(connection, BACK, applications=[A])[0].outcome == "being_settled"
        with pytest.raises(RefundOutOfOrder):
            paid(connection, [no], on=date(2012, 4, 10), by=CLERK)
        approve(connection, no, on=date(2012, 4, 9), by=CHIEF)
        assert posted.balance(connection) == {"1110": 7245, "2060": 7245}
        paid(connection, [no], on=date(2012, 4, 10), by=CLERK)
        assert posted.balance(connection) == {}
        assert posted.events(connection)[-1] == ("returned_refund_paid", date(2012, 4, 10), None)


def test_a_fee_received_in_part_comes_back_in_part(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, paid=[5000])
        assert propose(connection, A, on=ASKED, by=CLERK).yen == 5000
        assert posted.balance(connection) == {"1110": 5000, "2020": 5000}


def test_that_the_member_asked_for_a_credit_is_remarked_and_stops_nothing(book_url: str) -> None:
    i18n.use("en")
    with database.writing(book_url) as connection:
        posted.application(connection, A, choice="credit")
        remarks = propose(connection, A, on=ASKED, by=CLERK).remarks
    assert "the member asked for the fee to be credited to the reissue, not refunded" in remarks


@pytest.mark.parametrize(
    ("revoked_on", "said"),
    [
        (date(2012, 2, 14), "revoked on day 19, before the day on which 30 days had passed by the policy (2012-02-26)"),
        (date(2012, 2, 25), "revoked on day 30: that is the notice's 30 days or more, but before the day on which 30"),
        (date(2012, 2, 26), None),
    ],
)
def test_proposal_approver_and_check_are_told_the_same_of_days(
    book_url: str, revoked_on: date, said: str | None
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, revoked_on=revoked_on)
        book(connection, through=ASKED, by=CLERK)
    asked = ("refund", "propose", A, "--on", str(ASKED)), ("refund", "show", "1"), ("check", "--application", A)
    for words in asked:
        answer = desk.done(book_url, *words, "--lang", "en").stdout
        remarks = [line.strip() for line in answer.splitlines() if line.startswith("  ! ") and "revoked" in line]
        assert [line.startswith(f"! {said}") for line in remarks] == ([] if said is None else [True]), answer


# --- said twice -----------------------------------------------------------------------------------------------------

STEPS: list[Callable[[Connection], Any]] = [
    lambda c: propose(c, A, on=ASKED, by=CLERK),
    lambda c: approve(c, 1, on=APPROVED, by=CHIEF),
    lambda c: paid(c, [1], on=PAID, by=CLERK)[0],
    lambda c: returned(c, 1, on=BACK, reason="口座相違", by=CLERK),
]


@pytest.mark.parametrize("last", range(len(STEPS)))
def test_the_same_command_again_changes_nothing_and_says_so(books: str, last: int) -> None:
    with database.writing(books) as connection:
        for step in STEPS[: last + 1]:
            assert step(connection).changed
        before = (posted.balance(connection), len(posted.events(connection)))
        assert not STEPS[last](connection).changed
        assert (posted.balance(connection), len(posted.events(connection))) == before


def test_the_same_step_with_another_day_or_reason_is_refused_naming_the_field(books: str) -> None:
    i18n.use("en")
    with database.writing(books) as connection:
        for step in STEPS[:3]:
            step(connection)
        with pytest.raises(DoneDifferently) as refused:
            paid(connection, [1], on=BACK, by=CLERK)
        assert (refused.value.state, refused.value.field) == ("paid", "day")
        assert (refused.value.there, refused.value.here) == (str(PAID), str(BACK))
        assert refused.value.hint.endswith("taken back: seisan refund undo 1 --reason …")
        STEPS[3](connection)
        with pytest.raises(DoneDifferently) as refused:
            returned(connection, 1, on=BACK, reason="名義相違", by=CLERK)
        assert (refused.value.state, refused.value.field) == ("transfer returned", "reason")
        assert (refused.value.there, refused.value.here) == ("口座相違", "名義相違")


# --- refused --------------------------------------------------------------------------------------------------------

DAY = {"applied_on": APPLIED, "mailed_on": date(2012, 1, 26)}

OUTCOMES: list[tuple[type[Refusal], dict[str, Any], date]] = [
    (NotAppliedYet, ELIGIBLE, date(2011, 10, 31)),
    (NoFeeReceived, ELIGIBLE | {"paid": []}, ASKED),
    (StillInForce, DAY, ASKED),
    (NotEligible, ELIGIBLE, date(2012, 3, 5)),
    (FactsMissing, DAY | {"revoked_on": date(2012, 2, 26)}, ASKED),
    (NeedsReview, {"applied_on": APPLIED, "withdrawn_on": date(2012, 1, 10)}, ASKED),
]


@pytest.mark.parametrize(("refusal", "facts", "on"), OUTCOMES, ids=[each.code() for each, _facts, _on in OUTCOMES])
def test_every_other_outcome_is_refused_for_its_own_cause(
    book_url: str, refusal: type[Refusal], facts: dict[str, Any], on: date
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, facts)
    for language in i18n.LANGUAGES:
        i18n.use(language)
        with database.writing(book_url) as connection, pytest.raises(refusal) as refused:
            propose(connection, A, on=on, by=CLERK)
        assert "{" not in refused.value.message + refused.value.hint
    with database.reading(book_url) as connection:
        assert not connection.execute(tables.refund.select()).all()


def test_an_unknown_application_is_refused(books: str) -> None:
    with database.writing(books) as connection, pytest.raises(UnknownApplication):
        propose(connection, "2011-9999", on=ASKED, by=CLERK)


def test_the_same_fee_is_not_proposed_twice(books: str) -> None:
    with database.writing(books) as connection:
        proposed(connection)
        with pytest.raises(NothingToRefund):
            propose(connection, A, on=date(2012, 3, 24), by=CLERK)


def test_a_fee_that_the_books_do_not_hold_is_refused(books: str) -> None:
    with database.writing(books) as connection:
        book(connection, ASKED, by=CLERK)
        keep(connection, judge(connection, ASKED, applications=[A]), by=CLERK)
        book(connection, ASKED, by=CLERK)
        posted.reversed_before(connection, 3, on=ASKED, reason="誤り", by=CLERK)
        with pytest.raises(FeeNotHeld) as refused:
            propose(connection, A, on=ASKED, by=CLERK)
        assert refused.value == FeeNotHeld(A, 0, 7245)


def test_a_fee_that_came_back_later_is_said_to_be_there_from_that_day(books: str) -> None:
    later = date(2012, 3, 29)
    with database.writing(books) as connection:
        book(connection, ASKED, by=CLERK)
        keep(connection, judge(connection, later, applications=[A]), by=CLERK)
        book(connection, later, by=CLERK)  # from now on the authority bills it no more
        with pytest.raises(NotHeldYet) as refused:
            propose(connection, A, on=ASKED, by=CLERK)
        assert refused.value == NotHeldYet(A, 7245, ASKED, later)
        assert propose(connection, A, on=later, by=CLERK).yen == 7245


def test_a_transfer_is_not_returned_before_it_came(books: str) -> None:
    with database.writing(books) as connection:
        posted.deposit(connection, "N-2", A, yen=500, on=date(2012, 3, 20))
        book(connection, ASKED, by=CLERK)
        with pytest.raises(NotHeldYet) as refused:
            return_deposit(connection, "N-2", on=date(2012, 3, 19), by=CLERK)
        assert refused.value == NotHeldYet("N-2", 500, date(2012, 3, 19), date(2012, 3, 20))
        assert return_deposit(connection, "N-2", on=date(2012, 3, 20), by=CLERK).yen == 500


def test_who_proposed_does_not_approve_under_any_spelling(books: str) -> None:
    with database.writing(books) as connection:
        propose(connection, A, on=ASKED, by="Otsukawa")
        for name in ("Otsukawa", "OTSUKAWA ", "otsukawa"):
            with pytest.raises(SamePersonApproves):
                approve(connection, 1, on=APPROVED, by=name)
        assert state(connection) == "proposed"


ORDER: list[tuple[int, Callable[[Connection], Any], type[Refusal]]] = [
    (1, lambda c: approve(c, 9, on=APPROVED, by=CHIEF), UnknownRefund),
    (1, lambda c: paid(c, [1], on=PAID, by=CLERK), RefundOutOfOrder),
    (1, lambda c: returned(c, 1, on=BACK, reason="口座相違", by=CLERK), RefundOutOfOrder),
    (1, lambda c: approve(c, 1, on=date(2012, 3, 22), by=CHIEF), BeforeTheStepBefore),
    (1, lambda c: reject(c, 1, on=APPROVED, reason="", by=CHIEF), NoReasonGiven),
    (3, lambda c: approve(c, 1, on=PAID, by=CHIEF), RefundOutOfOrder),
    (3, lambda c: reject(c, 1, on=PAID, reason="誤り", by=CHIEF), RefundOutOfOrder),
    (3, lambda c: returned(c, 1, on=BACK, reason=" ", by=CLERK), NoReasonGiven),
    (3, lambda c: reverse(c, 5, on=BACK, reason="誤り", by=CLERK), PartOfRefund),
]


@pytest.mark.parametrize(("steps", "command", "refusal"), ORDER)
def test_a_step_out_of_order_is_refused_and_changes_nothing(
    books: str, steps: int, command: Callable[[Connection], Any], refusal: type[Refusal]
) -> None:
    with database.writing(books) as connection:
        for step in STEPS[:steps]:
            step(connection)
        before = (state(connection), posted.balance(connection))
        with pytest.raises(refusal):
            command(connection)
        assert (state(connection), posted.balance(connection)) == before


ENTRY = "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by) VALUES "
STEP = "INSERT INTO refund_step (refund, nth, state, happened_on, entry, recorded_at, by) VALUES "
AROUND = {
    "not-held: 2040": f"""
        {ENTRY} (5, '2012-03-24', 'refund_proposed', 'x', 'x', '2012-03-24', 'x');
        INSERT INTO movement VALUES (5, 1, '2040', '2020', 7245, '2011-0001', '2011-0001', NULL)""",
    "not-held: 2020": f"""
        {ENTRY} (5, '2012-03-24', 'refund_paid', 'x', 'x', '2012-03-24', 'x');
        INSERT INTO movement VALUES (5, 1, '2020', '1110', 7246, '2011-0001', NULL, NULL)""",
    "out-of-order: refund_step": f"""
        {ENTRY} (5, '2012-03-24', 'refund_paid', 'x', 'x', '2012-03-24', 'x');
        {STEP} (1, 2, 'paid', '2012-03-24', 5, '2012-03-24', 'x')""",
    "same-person: refund_step": f"{STEP} (1, 2, 'approved', '2012-03-24', NULL, '2012-03-24', '{CLERK} ')",
}


@pytest.mark.parametrize("rule", AROUND)
def test_the_database_refuses_what_goes_around_the_program(books: str, rule: str) -> None:
    with database.writing(books) as connection:
        proposed(connection)
        *first, last = AROUND[rule].split(";")
        for statement in first:
            connection.execute(text(statement))
        with pytest.raises(DatabaseError, match=rule), connection.begin_nested():
            connection.execute(text(last))


# --- money that was never due ---------------------------------------------------------------------------------------


def test_an_overpayment_takes_the_course_of_a_refund(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, DAY | {"paid": []})
        posted.deposit(connection, "D-1", A, yen=8000)
        assert return_deposit(connection, "D-1", on=ASKED, by=CLERK).yen == 755
        assert not return_deposit(connection, "D-1", on=ASKED, by=CLERK).changed
        assert judge(connection, ASKED, applications=[A])[0].overpaid == 0
        approve(connection, 1, on=APPROVED, by=CHIEF)
        paid(connection, [1], on=PAID, by=CLERK)
        returned(connection, 1, on=BACK, reason="口座相違", by=CLERK)
        assert posted.balance(connection) == {"1110": 8000, "2010": 7245, "2060": 755}
        approve(connection, 1, on=date(2012, 4, 9), by=CHIEF)
        paid(connection, [1], on=date(2012, 4, 10), by=CLERK)
        assert posted.balance(connection) == {"1110": 7245, "2010": 7245}
        with pytest.raises(NothingOverpaid):
            return_deposit(connection, "D-1", on=BACK, by=CLERK)


def test_a_deposit_of_nobody_goes_back_and_a_rejection_leaves_it_in_suspense(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, DAY | {"paid": []})
        posted.deposit(connection, "D-1", None)
        book(connection, ASKED, by=CLERK)
        return_deposit(connection, "D-1", on=ASKED, by=CLERK)
        assert posted.balance(connection) == {"1110": 7245, "2020": 7245}
        reject(connection, 1, on=APPROVED, reason="振込人が判明した", by=CHIEF)
        assert posted.balance(connection) == {"1110": 7245, "2050": 7245}


def test_what_is_still_due_is_settled_before_anything_goes_back(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, DAY | {"paid": []})
        posted.deposit(connection, "D-1", None)
        book(connection, ASKED, by=CLERK)
        posted.deposit(connection, "D-1", A, known_on=date(2012, 3, 1))
        with pytest.raises(NothingOverpaid):
            return_deposit(connection, "D-1", on=ASKED, by=CLERK)
        with pytest.raises(UnknownDeposit):
            return_deposit(connection, "D-9", on=ASKED, by=CLERK)
