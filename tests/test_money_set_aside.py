"""What is corrected while its money is set aside waits, and is posted with the step that gives the money back."""

from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from ledger import tables
from ledger.booking import allocation, credits, refunds
from ledger.booking.recording import post_after, post_for
from ledger.booking.run import book, called_for
from ledger.intake.report import Touched
from ledger.store import database
from tests import given, posted
from tests.posted import APPLIED, ASKED, CHIEF, CLERK

pytestmark = pytest.mark.thorough

A, C, D = "2011-0001", "2012-0009", "D"
CORRECTED, FREED, END = date(2012, 4, 5), date(2012, 4, 20), date(2012, 6, 30)


def _proposed(connection: Connection) -> tuple[str, int]:
    return "refund", refunds.propose(connection, A, on=ASKED, by=CLERK).no


def _approved(connection: Connection) -> tuple[str, int]:
    table, no = _proposed(connection)
    refunds.approve(connection, no, on=ASKED, by=CHIEF)
    return table, no


def _credit(connection: Connection) -> tuple[str, int]:
    return "credit", credits.propose(connection, A, C, on=ASKED, by=CLERK).no


def _credited(connection: Connection) -> tuple[str, int]:
    table, no = _credit(connection)
    credits.approve(connection, no, on=ASKED, by=CHIEF)
    return table, no


def _returned(connection: Connection) -> tuple[str, int]:
    table, no = _approved(connection)
    refunds.paid(connection, [no], on=date(2012, 3, 28), by=CLERK)
    refunds.returned(connection, no, on=date(2012, 4, 2), reason="口座なし", by=CLERK)
    return table, no


# What sets the money aside, and what gives it back.
HOLDERS: dict[str, tuple[Callable[[Connection], tuple[str, int]], Callable[..., Any]]] = {
    "refund proposed, rejected": (_proposed, refunds.reject),
    "refund approved, rejected": (_approved, refunds.reject),
    "refund come back, ended": (_returned, refunds.end),
    "credit proposed, rejected": (_credit, credits.reject),
    "credit applied, undone": (_credited, credits.undo),
}


def _withdrawn(connection: Connection) -> None:
    """As `withdraw` does it: the row of the deposit, and the word whose it is that came with it."""
    of, why = given.source(connection), {"known_on": CORRECTED, "reason": "誤り"}
    for table in (tables.deposit_known, tables.allocation):
        for row in connection.execute(select(table.c.id).where(table.c.deposit == D)):
            connection.execute(insert(tables.withdrawn).values(of=table.name, row_id=row.id, source=of, **why))


CORRECTIONS: dict[str, tuple[Callable[[Connection], Any], dict[str, int]]] = {
    "withdrawn": (_withdrawn, {}),
    "less": (lambda c: posted.deposit(c, D, A, yen=5000, known_on=CORRECTED), {"1110": 5000, "2040": 5000}),
    "more": (
        lambda c: posted.deposit(c, D, A, yen=8000, known_on=CORRECTED),
        {"1110": 8000, "2040": 7245, "2050": 755},
    ),
    "another day": (
        lambda c: posted.deposit(c, D, A, on=date(2011, 11, 8), known_on=CORRECTED),
        {"1110": 7245, "2040": 7245},
    ),
    "not known whose": (
        lambda c: allocation.take_back(c, D, None, on=CORRECTED, reason="誤り", through=END, by=CLERK),
        {"1110": 7245, "2050": 7245},
    ),
}


@pytest.mark.parametrize(("holder", "correction"), list(product(HOLDERS, CORRECTIONS)))
def test_a_correction_is_posted_when_the_money_is_back_and_on_no_day_is_anything_below_zero(
    book_url: str, holder: str, correction: str
) -> None:
    (set_aside, give_back), (correct, expected) = HOLDERS[holder], CORRECTIONS[correction]
    with database.writing(book_url) as connection:
        posted.application(connection, A, posted.ELIGIBLE | {"paid": []})
        posted.application(connection, C, {"applied_on": APPLIED, "kind": "reissue", "previous": A, "paid": []})
        posted.deposit(connection, D, A)
        book(connection, END, by=CLERK)
        table, no = set_aside(connection)
        correct(connection)
        post_for(connection, Touched(frozenset([A, C]), frozenset([D])), through=END, by=CLERK)
        give_back(connection, no, on=FREED, reason="申出", by=CHIEF)
        post_after(connection, tables.metadata.tables[table], [no], through=END, by=CLERK)
        assert posted.balance(connection, END) == expected
        plan = called_for(connection, END)
        assert (plan.postings, plan.left) == ((), ())
        days = sorted({on for _event, on, _reverses in posted.events(connection)})
        balances = {on: posted.balance(connection, on) for on in days}
        assert all(yen >= 0 for on in days for yen in balances[on].values()), balances
