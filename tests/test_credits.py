"""Credits: a fee set against the reissue of the same member, and given back to exactly the lot it came from."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from ledger import tables
from ledger.booking.bills import pay_bill
from ledger.booking.credits import approve, propose, reject, undo
from ledger.booking.planning import Unbooked
from ledger.booking.refunds import propose as propose_refund
from ledger.booking.refusals import (
    CreditGroundsChanged,
    CreditOutOfOrder,
    CreditSpent,
    CreditToAnotherMember,
    NotAReissue,
    NotEligible,
    NothingOwed,
    NothingToRefund,
    PartOfCredit,
    ReissueWithdrawn,
    SamePersonApproves,
    UnknownCredit,
)
from ledger.booking.reversals import reverse
from ledger.booking.run import BookingReport, book
from ledger.codes import Account
from ledger.decisions.findings import judge
from ledger.errors import Refusal, UnknownApplication
from ledger.journal.entries import Result
from ledger.journal.refusals import NoReasonGiven
from ledger.settlements import credits
from ledger.store import database
from tests import given, posted
from tests.posted import ASKED, CHIEF, CLERK

OLD, NEW = "2011-0001", "2012-0001"
REISSUED = date(2012, 3, 6)
APPROVED = date(2012, 3, 26)
MAILED = date(2012, 5, 1)
UNDONE = date(2012, 5, 10)
END = date(2012, 12, 31)

REISSUE: dict[str, Any] = {"applied_on": REISSUED, "kind": "reissue", "previous": OLD, "paid": []}


@pytest.fixture
def books(book_url: str) -> str:
    """Books with an application whose fee comes back, and an unpaid reissue of the same member."""
    with database.writing(book_url) as connection:
        posted.application(connection, OLD)
        posted.application(connection, NEW, REISSUE)
    return book_url


def proposed(connection: Connection) -> int:
    """A credit proposed by the clerk."""
    return propose(connection, OLD, NEW, on=ASKED, by=CLERK).no


def applied(connection: Connection) -> int:
    """A credit proposed by the clerk and applied by the chief."""
    no = proposed(connection)
    approve(connection, no, on=APPROVED, by=CHIEF)
    return no


# --- grounds ---

# What becomes known between proposal and approval: whether less comes back than is to be credited.
KNOWN: dict[str, tuple[Callable[[Connection], None], bool]] = {
    "it was seen again": (lambda c: posted.fact(c, OLD, "mailed_on", day=posted.MAILED, known_on=APPROVED), False),
    "it was used": (lambda c: posted.fact(c, OLD, "used", code="yes", day=APPROVED, known_on=APPROVED), True),
    "it was not used, once more": (
        lambda c: posted.fact(c, OLD, "used", code="no", day=APPROVED, known_on=APPROVED),
        False,
    ),
    "less was received": (
        lambda c: posted.deposit(c, f"{OLD}-1", OLD, yen=7000, known_on=APPROVED),
        True,
    ),
    "more was received": (
        lambda c: posted.deposit(c, f"{OLD}-1", OLD, yen=8000, known_on=APPROVED),
        False,
    ),
}


@pytest.mark.parametrize("what", KNOWN)
def test_a_credit_whose_grounds_have_changed_is_rejected_and_not_applied(books: str, what: str) -> None:
    becomes_known, changed = KNOWN[what]
    with database.writing(books) as connection:
        no = proposed(connection)
        becomes_known(connection)
        book(connection, APPROVED, by=CLERK)
        if changed:
            with pytest.raises(CreditGroundsChanged):
                approve(connection, no, on=APPROVED, by=CHIEF)
            reject(connection, no, on=APPROVED, reason="判定が変わった", by=CHIEF)
            book(connection, END, by=CLERK)
        else:
            approve(connection, no, on=APPROVED, by=CHIEF)


# --- the course of a credit -----------------------------------------------------------------------------------------


def test_a_credit_is_reserved_and_then_pays_the_reissue(books: str) -> None:
    with database.writing(books) as connection:
        proposal = propose(connection, OLD, NEW, on=ASKED, by=CLERK)
        assert (proposal.changed, proposal.yen) == (True, 7245)
        assert posted.balance(connection) == {"1110": 7245, "2041": 7245}
        assert approve(connection, proposal.no, on=APPROVED, by=CHIEF) == Result(proposal.no, changed=True)
        assert posted.held(connection, Account.FEES_HELD, NEW) == 7245
        assert judge(connection, APPROVED, applications=[OLD])[0].outcome == "settled"
        assert judge(connection, APPROVED, applications=[NEW])[0].fee_received == 7245
        posted.fact(connection, NEW, "mailed_on", day=MAILED, known_on=MAILED)
        assert book(connection, END, by=CLERK).posted == {"certificate_issued": 1}
        assert posted.balance(connection) == {"1110": 7245, "2010": 7245}


def test_a_credit_is_no_more_than_the_reissue_still_owes_and_the_rest_is_refunded(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, OLD)
        posted.application(connection, NEW, REISSUE | {"paid": [7000]})
        assert propose(connection, OLD, NEW, on=ASKED, by=CLERK).yen == 245
        assert propose_refund(connection, OLD, on=ASKED, by=CLERK).yen == 7000
        assert posted.balance(connection) == {"1110": 14245, "2020": 7000, "2040": 7000, "2041": 245}


def test_a_rejected_credit_gives_the_fee_back(books: str) -> None:
    with database.writing(books) as connection:
        no = proposed(connection)
        reject(connection, no, on=APPROVED, reason="払戻しを希望", by=CHIEF)
        assert posted.held(connection, Account.FEES_HELD, OLD) == 7245
        assert propose_refund(connection, OLD, on=APPROVED, by=CLERK).yen == 7245


def test_undoing_a_credit_gives_the_yen_back_to_the_lot_they_came_from(books: str) -> None:
    with database.writing(books) as connection:
        no = applied(connection)
        assert undo(connection, no, on=UNDONE, reason="再発行取下げ", by=CLERK) == Result(no, changed=True)
        assert posted.held(connection, Account.FEES_HELD, OLD) == 7245
        assert posted.held(connection, Account.FEES_HELD, NEW) == 0
        assert [(event, reverses) for event, _on, reverses in posted.events(connection)[-2:]] == [
            ("credit_applied", 5),
            ("credit_proposed", 4),
        ]
        assert [step.state for step in credits(connection)[0].steps] == ["proposed", "applied", "undone"]
        assert propose_refund(connection, OLD, on=UNDONE, by=CLERK).yen == 7245


def test_undoing_a_credit_takes_back_the_debt_to_the_authority_that_it_made(books: str) -> None:
    with database.writing(books) as connection:
        no = applied(connection)
        posted.fact(connection, NEW, "mailed_on", day=MAILED, known_on=MAILED)
        book(connection, MAILED, by=CLERK)
        undo(connection, no, on=UNDONE, reason="会員の申出", by=CLERK)
        assert posted.balance(connection) == {"1110": 7245, "2040": 7245}
        assert book(connection, END, by=CLERK) == BookingReport({}, 0, (Unbooked("fee_not_received", NEW),))
        posted.deposit(connection, "D-9", NEW, on=date(2012, 6, 1))
        assert book(connection, END, by=CLERK).posted == {"fee_received": 1, "certificate_issued": 1}


def test_a_credit_paid_on_to_the_authority_is_undone_only_after_a_waiver(books: str) -> None:
    with database.writing(books) as connection:
        no = applied(connection)
        posted.fact(connection, NEW, "mailed_on", day=MAILED, known_on=MAILED)
        book(connection, MAILED, by=CLERK)
        posted.billed(connection, "B-1", NEW, 7245, on=date(2012, 5, 10))
        pay_bill(connection, "B-1", on=date(2012, 5, 20), by=CLERK)
        with pytest.raises(CreditSpent):
            undo(connection, no, on=date(2012, 5, 21), reason="会員の申出", by=CLERK)
        posted.billed(connection, "B-2", NEW, -7245, on=date(2012, 6, 10))
        book(connection, END, by=CLERK)
        undo(connection, no, on=END, reason="会員の申出", by=CLERK)
        assert posted.held(connection, Account.FEES_HELD, OLD) == 7245


# --- said twice -----------------------------------------------------------------------------------------------------

STEPS: list[Callable[[Connection], Any]] = [
    lambda c: propose(c, OLD, NEW, on=ASKED, by=CLERK),
    lambda c: approve(c, 1, on=APPROVED, by=CHIEF),
    lambda c: undo(c, 1, on=END, reason="再発行取下げ", by=CLERK),
]


@pytest.mark.parametrize("last", range(len(STEPS)))
def test_the_same_command_again_changes_nothing_and_says_so(books: str, last: int) -> None:
    with database.writing(books) as connection:
        for step in STEPS[: last + 1]:
            assert step(connection).changed
        before = (posted.balance(connection), len(posted.events(connection)))
        assert not STEPS[last](connection).changed
        assert (posted.balance(connection), len(posted.events(connection))) == before


# --- refused --------------------------------------------------------------------------------------------------------

TARGETS: list[tuple[str, dict[str, Any], type[Refusal]]] = [
    ("no reissue", {"kind": "renewal"}, NotAReissue),
    ("kind not known", {"kind": None}, NotAReissue),
    ("withdrawn", {"withdrawn_on": date(2012, 3, 20)}, ReissueWithdrawn),
    ("paid", {"paid": [7245]}, NothingOwed),
    ("no fee known", {"applied_on": date(2014, 4, 1)}, NothingOwed),
]


@pytest.mark.parametrize(("name", "change", "refusal"), TARGETS, ids=[case[0] for case in TARGETS])
def test_a_credit_goes_only_to_a_reissue_that_owes_something(
    book_url: str, name: str, change: dict[str, Any], refusal: type[Refusal]
) -> None:
    facts = {key: value for key, value in (REISSUE | change).items() if value is not None}
    with database.writing(book_url) as connection:
        posted.application(connection, OLD)
        posted.application(connection, NEW, facts)
        with pytest.raises(refusal):
            propose(connection, OLD, NEW, on=ASKED, by=CLERK)
        assert not connection.execute(tables.credit.select()).all(), name


def test_a_credit_goes_only_to_the_same_member_and_between_applications_that_exist(books: str) -> None:
    other = "大阪 第9002号"
    with database.writing(books) as connection:
        of = given.source(connection)
        given.member(connection, of, other)
        given.application(connection, of, "2012-0002", REISSUE, member=other, as_of=END)
        with pytest.raises(CreditToAnotherMember):
            propose(connection, OLD, "2012-0002", on=ASKED, by=CLERK)
        for pair in ((OLD, "2012-9999"), ("2012-9999", NEW)):
            with pytest.raises(UnknownApplication):
                propose(connection, *pair, on=ASKED, by=CLERK)


def test_the_finding_decides_for_a_credit_as_for_a_refund(books: str) -> None:
    with database.writing(books) as connection:
        with pytest.raises(NotEligible):
            propose(connection, OLD, NEW, on=date(2012, 3, 7), by=CLERK)
        proposed(connection)
        with pytest.raises(NothingToRefund):
            propose_refund(connection, OLD, on=APPROVED, by=CLERK)


def test_a_reissue_paid_meanwhile_takes_no_credit(books: str) -> None:
    with database.writing(books) as connection:
        no = proposed(connection)
        posted.deposit(connection, "D-9", NEW, on=APPROVED)
        book(connection, APPROVED, by=CLERK)
        with pytest.raises(NothingOwed):
            approve(connection, no, on=APPROVED, by=CHIEF)


ORDER: list[tuple[int, Callable[[Connection], Any], type[Refusal]]] = [
    (1, lambda c: approve(c, 9, on=APPROVED, by=CHIEF), UnknownCredit),
    (1, lambda c: approve(c, 1, on=APPROVED, by=f" {CLERK}"), SamePersonApproves),
    (1, lambda c: undo(c, 1, on=END, reason="誤り", by=CLERK), CreditOutOfOrder),
    (1, lambda c: reject(c, 1, on=APPROVED, reason="", by=CHIEF), NoReasonGiven),
    (2, lambda c: reject(c, 1, on=APPROVED, reason="誤り", by=CHIEF), CreditOutOfOrder),
    (2, lambda c: undo(c, 1, on=END, reason=" ", by=CLERK), NoReasonGiven),
    (2, lambda c: reverse(c, 5, on=END, reason="誤り", by=CLERK), PartOfCredit),
]


@pytest.mark.parametrize(("steps", "command", "refusal"), ORDER)
def test_a_step_out_of_order_is_refused_and_changes_nothing(
    books: str, steps: int, command: Callable[[Connection], Any], refusal: type[Refusal]
) -> None:
    with database.writing(books) as connection:
        for step in STEPS[:steps]:
            step(connection)
        before = (credits(connection), posted.balance(connection))
        with pytest.raises(refusal):
            command(connection)
        assert (credits(connection), posted.balance(connection)) == before


def test_the_database_refuses_a_second_use_of_the_same_fee(books: str) -> None:
    entry = (
        "INSERT INTO entry (no, happened_on, event, key, digest, recorded_at, by) "
        "VALUES (5, '2012-03-24', 'refund_proposed', 'x', 'x', '2012-03-24', 'x')"
    )
    with database.writing(books) as connection:
        proposed(connection)
        connection.execute(text(entry))
        with pytest.raises(DatabaseError, match="not-held: 2040"), connection.begin_nested():
            connection.execute(text(f"INSERT INTO movement VALUES (5, 1, '2040', '2020', 1, '{OLD}', '{OLD}', NULL)"))
