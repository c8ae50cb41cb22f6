"""Credits unwind: through any chain of reissues the fee comes back once, to the lots that it was received in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as each_of
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text

from exports.formats import bank
from ledger import tables
from ledger.audit.verify import verify
from ledger.booking import credits, refunds
from ledger.booking.credit_origins import credited_from, return_path
from ledger.booking.refusals import CreditGoneOn, NothingToRefund
from ledger.booking.run import book
from ledger.codes import Account
from ledger.decisions.findings import judge
from ledger.store import database
from migrations import guards
from tests import given, posted
from tests.posted import CHIEF, CLERK

pytestmark = pytest.mark.thorough

ASKED = date(2012, 6, 1)
LATER = date(2012, 7, 1)
FIRST = date(2011, 11, 1)


def number(nth: int) -> str:
    """The application for the certificate that was issued as the nth, counted from 0."""
    return f"{2011 + (nth > 0)}-{nth:04}"


def chain(connection: Connection, fees: Sequence[int]) -> None:
    """As many applications as fees, each but the first a reissue of the one before; all have ended, none was used.

    The first is paid in full; the fee of each other is the credit of the one before, and a transfer for what it lacks.
    """
    of = given.source(connection)
    given.member(connection, of)
    for nth, yen in enumerate(fees):
        day = FIRST + timedelta(nth)
        fee = {"applies_from": day, "applies_to": day, "yen": yen, "tax_percent": 5, "known_on": day, "source": of}
        connection.execute(tables.fee.insert().values(fee))
        facts: dict[str, Any] = {
            "applied_on": day,
            "kind": "reissue" if nth else "new",
            "mailed_on": date(2012, 1, 26),
            "revoked_on": date(2012, 2, 26),
            "used": "no",
            "used_answered_on": date(2012, 3, 2),
            "paid": [] if nth else [yen],
        }
        given.application(connection, of, number(nth), facts, as_of=ASKED)
    for nth in range(1, len(fees)):
        yen = credits.propose(connection, number(nth - 1), number(nth), on=ASKED, by=CLERK).yen
        credits.approve(connection, nth, on=ASKED, by=CHIEF)
        if yen < fees[nth]:
            given.deposit(connection, of, f"D-{nth}", ASKED, fees[nth] - yen, number(nth))


def lots(fees: Sequence[int]) -> dict[str, int]:
    """The plain model: what each application was paid in cash, given that each credit brings all it can."""
    paid = {number(0): fees[0]}
    for nth in range(1, len(fees)):
        paid[number(nth)] = max(0, fees[nth] - min(fees[nth - 1], fees[nth]))
    return {each: yen for each, yen in paid.items() if yen}


def outcomes(connection: Connection, on: date = LATER) -> list[str]:
    """What becomes of each application, in the order of the chain."""
    return [finding.outcome for finding in judge(connection, on)]


def owed(connection: Connection, account: Account = Account.REFUNDS_PAYABLE) -> dict[str, int]:
    """What an account holds for each application."""
    numbers = connection.execute(select(tables.application.c.number)).scalars().all()
    return {each: yen for each in numbers if (yen := posted.held(connection, account, each))}


def require_agreement(connection: Connection) -> None:
    """What the check says of the money of each application is what the journal holds for it."""
    for finding in judge(connection, LATER):
        own = (Account.FEES_HELD, Account.AUTHORITY_PAYABLE)
        assert finding.fee_received is not None
        left = finding.fee_received - finding.row["returned"]
        assert sum(posted.held(connection, account, finding.application) for account in own) == left


def refund_all(connection: Connection, fees: Sequence[int]) -> list[int]:
    """Proposes the refund of every fee that still comes back, the last of the chain first."""
    proposed = []
    for nth in reversed(range(len(fees))):
        if judge(connection, LATER, applications=[number(nth)])[0].outcome == "eligible":
            proposed.append(refunds.propose(connection, number(nth), on=LATER, by=CLERK).no)
            require_agreement(connection)
    return proposed


@pytest.mark.parametrize("depth", [1, 2, 10])
def test_refunding_the_last_reissue_pays_the_first_deposit_back_once(book_url: str, depth: int) -> None:
    fees = [7245] * (depth + 1)
    with database.writing(book_url) as connection:
        chain(connection, fees)
        assert outcomes(connection) == ["settled"] * depth + ["eligible"]
        no = refunds.propose(connection, number(depth), on=LATER, by=CLERK).no
        assert owed(connection) == {number(0): 7245}
        assert owed(connection, Account.FEES_HELD) == {}
        assert outcomes(connection) == ["settled"] * depth + ["being_settled"]
        refunds.approve(connection, no, on=LATER, by=CHIEF)
        refunds.paid(connection, [no], on=LATER, by=CLERK)
        assert posted.balance(connection) == {}
        for nth in range(depth + 1):
            with pytest.raises(NothingToRefund):
                refunds.propose(connection, number(nth), on=LATER + timedelta(1), by=CLERK)
        refunds.returned(connection, no, on=LATER, reason="口座なし", by=CLERK)
        assert owed(connection, Account.RETURNED_TRANSFERS) == {number(0): 7245}
        refunds.approve(connection, no, on=LATER + timedelta(1), by=CHIEF)
        refunds.paid(connection, [no], on=LATER + timedelta(1), by=CLERK)
        assert posted.balance(connection) == {}
    with database.reading(book_url) as connection:
        assert verify(connection, guards.faults(connection), agrees=bank.agrees).faults == ()


def test_rejecting_the_refund_of_the_last_reissue_puts_everything_where_it_was(book_url: str) -> None:
    with database.writing(book_url) as connection:
        chain(connection, [7245, 5000, 9000, 9000])
        book(connection, LATER, by=CLERK)
        judged = outcomes(connection)
        no = refunds.propose(connection, number(3), on=LATER, by=CLERK).no
        assert owed(connection) == {number(0): 5000, number(2): 4000}
        refunds.reject(connection, no, on=LATER, reason="口座相違", by=CHIEF)
        assert owed(connection, Account.FEES_HELD) == {number(0): 2245, number(3): 9000}
        assert outcomes(connection) == judged
        assert [credited_from(connection, number(nth)) for nth in (1, 2, 3)] == [
            {number(0): 5000},
            {number(1): 5000},
            {number(2): 9000},
        ]
        assert refunds.propose(connection, number(3), on=LATER, by=CLERK).no == no + 1


@pytest.mark.thorough
def test_a_chain_is_undone_from_its_end_and_every_lot_is_as_it_was(book_url: str) -> None:
    depth = 10
    with database.writing(book_url) as connection:
        chain(connection, [7245] * (depth + 1))
        with pytest.raises(CreditGoneOn) as refused:
            credits.undo(connection, 1, on=LATER, reason="再発行取下げ", by=CLERK)
        assert refused.value.to_application == number(1)
        for no in range(depth, 0, -1):
            credits.undo(connection, no, on=LATER, reason="再発行取下げ", by=CLERK)
            assert owed(connection, Account.FEES_HELD) == {number(no - 1): 7245}
            require_agreement(connection)
        assert outcomes(connection) == ["eligible"] + ["no_fee"] * depth
        assert refunds.propose(connection, number(0), on=LATER, by=CLERK).yen == 7245
        assert owed(connection) == {number(0): 7245}


def test_a_credit_whose_yen_were_refunded_is_not_undone(book_url: str) -> None:
    with database.writing(book_url) as connection:
        chain(connection, [7245, 7245, 7245])
        no = refunds.propose(connection, number(2), on=LATER, by=CLERK).no
        for credit in (1, 2):
            with pytest.raises(CreditGoneOn):
                credits.undo(connection, credit, on=LATER, reason="再発行取下げ", by=CLERK)
        refunds.reject(connection, no, on=LATER, reason="取下げ", by=CHIEF)
        credits.undo(connection, 2, on=LATER, reason="再発行取下げ", by=CLERK)
        assert owed(connection, Account.FEES_HELD) == {number(1): 7245}


def test_what_came_by_credit_goes_back_before_what_the_reissue_received_itself(book_url: str) -> None:
    with database.writing(book_url) as connection:
        chain(connection, [5000, 9000, 7000])
        assert return_path(connection, number(2), 7000) == [
            (number(2), number(1), 7000),
            (number(1), number(0), 5000),
        ]
        assert return_path(connection, number(1), 2000) == [(number(1), number(0), 2000)]
        assert return_path(connection, number(0), 5000) == []


def test_nothing_is_rewritten_on_the_way(book_url: str) -> None:
    with database.writing(book_url) as connection:
        chain(connection, [7245] * 4)
        tabled = ("credit", "credit_step", "entry", "movement", "decision")
        before = {name: set(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in tabled}
        refunds.propose(connection, number(3), on=LATER, by=CLERK)
        after = {name: set(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in tabled}
        assert all(before[name] <= after[name] for name in tabled)
        assert after["credit"] == before["credit"]
        assert after["credit_step"] == before["credit_step"]


HEIGHTS = st.lists(st.sampled_from([3000, 5000, 7245, 9000]), min_size=2, max_size=11)


@pytest.mark.thorough
@settings(max_examples=8)
@each_of(fees=HEIGHTS, rejected=st.booleans())
def test_every_lot_gets_back_what_it_received_whatever_the_fees(
    books_of_examples: str, fees: list[int], rejected: bool
) -> None:
    with database.writing(books_of_examples, dry_run=True) as connection:
        chain(connection, fees)
        book(connection, LATER, by=CLERK)
        received = lots(fees)
        numbers = refund_all(connection, fees)
        assert owed(connection) == received
        assert owed(connection, Account.FEES_HELD) == {}
        assert set(outcomes(connection)) <= {"settled", "being_settled"}
        if rejected:
            for no in reversed(numbers):
                refunds.reject(connection, no, on=LATER, reason="取下げ", by=CHIEF)
                require_agreement(connection)
            for no in range(len(fees) - 1, 0, -1):
                credits.undo(connection, no, on=LATER, reason="取下げ", by=CLERK)
            book(connection, LATER, by=CLERK)
            assert owed(connection, Account.FEES_HELD) == received
        total = connection.execute(select(func.sum(tables.movement.c.yen)).where(tables.movement.c.debit == "1110"))
        assert total.scalar_one() == sum(received.values())


@pytest.fixture
def books_of_examples(book_url: str) -> str:
    """Fresh books, into which each example writes and takes back what it wrote."""
    return book_url
