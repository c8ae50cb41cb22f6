"""Disputes with the authority about lines of its bills: not paid, ended by word or by a credit, named until then."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import tables
from ledger.booking import closing_points
from ledger.booking.bills import reconcile
from ledger.booking.disputes import dispute, undispute
from ledger.booking.inputs import disputes
from ledger.booking.refusals import (
    BeforeTheStepBefore,
    DoneDifferently,
    NotDisputed,
    NothingToDispute,
    NotInBill,
    UnknownBill,
)
from ledger.dates import Month
from ledger.errors import Refusal
from ledger.store import database
from ledger.store.records import signature
from ledger.todo.asked import AskedBooks
from ledger.todo.work import todo
from tests import posted
from tests.billed import FEE, NOBODY, SENT, A, Line, booked, came, owed, paid
from tests.posted import CLERK

pytestmark = pytest.mark.thorough

ON = date(2012, 8, 1)


def disputed(connection: Connection, bill: str, application: str = A, on: date = ON, reason: str = "照会") -> None:
    """The lines that a bill has for an application come into dispute."""
    dispute(connection, bill, application, on=on, reason=reason, document=None, by=CLERK)


def said(connection: Connection) -> list[tuple[Any, ...]]:
    """Each line: its bill, its state, whether it is in dispute, and by which bill that ended."""
    return [(line.bill, line.state, line.disputed, line.settled and line.credited_by) for line in reconcile(connection)]


# The lines of bills; the bill whose lines are disputed, and of which application; each line then, and yen paid of all;
# the lines that come later; each line then, and yen paid since.
_Said = list[tuple[Any, ...]]
DISPUTED: dict[str, tuple[list[Line], tuple[str, str], _Said, int, list[Line], _Said, int]] = {
    "billed twice, the second bill is asked about": (
        *([("B1", 6, A, FEE), ("B2", 7, A, FEE)], ("B2", A)),
        *([("B1", "agreed", False, False), ("B2", "billed_twice", True, False)], FEE),
        [("B3", 9, A, -FEE)],
        [("B1", "agreed", False, False), ("B2", "agreed", False, "B3"), ("B3", "agreed", False, False)],
        0,
    ),
    "billed twice, the first bill is asked about: that is the one the credit means": (
        *([("B1", 6, A, FEE), ("B2", 7, A, FEE)], ("B1", A)),
        *([("B1", "billed_twice", True, False), ("B2", "agreed", False, False)], FEE),
        [("B3", 9, A, -FEE)],
        [("B1", "agreed", False, "B3"), ("B2", "agreed", False, False), ("B3", "agreed", False, False)],
        0,
    ),
    "two of one amount, and neither is paid: the credit means the one that was asked about": (
        *([("B1", 6, A, 7254), ("B2", 7, A, 7254)], ("B1", A)),
        *([("B1", "billed_twice", True, False), ("B2", "amount_differs", False, False)], 0),
        [("B3", 9, A, -7254)],
        [("B1", "agreed", False, "B3"), ("B2", "amount_differs", False, False), ("B3", "agreed", False, False)],
        0,
    ),
    "another amount, corrected later": (
        *([("B1", 6, A, 7254)], ("B1", A), [("B1", "amount_differs", True, False)], 0),
        [("B2", 9, A, -9)],
        [("B1", "agreed", False, "B2"), ("B2", "agreed", False, False)],
        FEE,
    ),
    "another amount, corrected wrongly: the dispute goes on": (
        *([("B1", 6, A, 7254)], ("B1", A), [("B1", "amount_differs", True, False)], 0),
        [("B2", 9, A, -4)],
        [("B1", "amount_differs", True, False), ("B2", "agreed", False, False)],
        0,
    ),
    "it agrees, and is asked about all the same": (
        *([("B1", 6, A, FEE)], ("B1", A), [("B1", "agreed", True, False)], 0),
        [("B2", 9, A, -FEE)],
        [("B1", "agreed", False, "B2"), ("B2", "agreed", False, False)],
        0,
    ),
    "it agrees, and is credited in part: the rest is paid": (
        *([("B1", 6, A, FEE)], ("B1", A), [("B1", "agreed", True, False)], 0),
        [("B2", 9, A, -3000)],
        [("B1", "agreed", False, "B2"), ("B2", "agreed", False, False)],
        4245,
    ),
    "nothing comes": (
        *([("B1", 6, A, FEE)], ("B1", A), [("B1", "agreed", True, False)], 0),
        *([], [("B1", "agreed", True, False)], 0),
    ),
    "nobody knows the application": (
        *([("B1", 6, NOBODY, FEE)], ("B1", NOBODY)),
        *([("B1", "unknown_application", True, False), (None, "not_billed", False, False)], 0),
        [("B2", 9, NOBODY, -FEE)],
        [("B1", "agreed", False, "B2"), ("B2", "agreed", False, False), (None, "not_billed", False, False)],
        0,
    ),
}


@pytest.mark.parametrize("name", DISPUTED)
def test_a_disputed_line_is_not_paid_and_a_later_credit_ends_the_dispute(
    book_url: str, tmp_path: Path, name: str
) -> None:
    lines, about, then, paid_then, later, at_last, paid_since = DISPUTED[name]
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, *lines)
        disputed(connection, *about)
        bills = sorted({line[0] for line in lines})
        assert said(connection) == then
        assert paid(connection, *bills) == paid_then
        if later:
            came(connection, tmp_path, *later)
            booked(connection)
        assert said(connection) == at_last
        assert paid(connection, *bills) == paid_since
        assert said(connection) == at_last, "a payment changes no dispute"


def test_who_takes_a_dispute_back_lets_the_line_be_paid_and_each_step_is_kept(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE))
        disputed(connection, "B1")
        assert paid(connection, "B1") == 0
        words: dict[str, Any] = {"on": date(2012, 8, 20), "reason": "説明を了承", "by": CLERK}
        assert undispute(connection, "B1", A, **words).changed
        assert not undispute(connection, "B1", A, **words).changed
        assert (paid(connection, "B1"), owed(connection)) == (FEE, 0)
        disputed(connection, "B1", on=date(2012, 9, 1), reason="失効していた")
        assert said(connection) == [("B1", "agreed", True, False)], "what was paid can be asked about as well"
        steps = connection.execute(tables.bill_dispute.select()).all()
        assert [(step.state, step.happened_on.month, step.yen) for step in steps] == [
            ("disputed", 8, FEE),
            ("undisputed", 8, None),
            ("disputed", 9, FEE),
        ]
        assert [one.reason for one in disputes(connection, as_of=ON).values()] == ["照会"]


def test_what_others_clear_cannot_be_disputed_nor_the_same_twice_otherwise(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B2", 7, A, -FEE), ("B3", 8, A, FEE))
        booked(connection)
        refused: list[tuple[str, str, type[Refusal]]] = [
            ("B1", A, NothingToDispute),
            ("B2", A, NothingToDispute),
            ("B2", NOBODY, NotInBill),
            ("B9", A, UnknownBill),
        ]
        for bill, application, refusal in refused:
            with pytest.raises(refusal):
                disputed(connection, bill, application, on=date(2012, 9, 1))
        with pytest.raises(NotDisputed):
            undispute(connection, "B3", A, on=date(2012, 9, 1), reason="誤り", by=CLERK)
        with pytest.raises(BeforeTheStepBefore):
            disputed(connection, "B3", on=date(2012, 8, 9))
        disputed(connection, "B3", on=date(2012, 9, 1))
        with pytest.raises(DoneDifferently):
            disputed(connection, "B3", on=date(2012, 9, 1), reason="別の理由")
        assert [(line.state, line.disputed) for line in reconcile(connection)][-1] == ("billed_though_waived", True)


def test_a_dispute_is_named_by_close_and_by_todo_until_it_ends(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, 7254))

        def named(month: int) -> set[str]:
            points = closing_points.against(connection, Month(2012, month), None, 30)
            works = todo(AskedBooks(connection, Month(2012, month).last))
            of_bills = ("bills", "bills_disputed", "disputes")
            return {point.code for point in points if point.code in of_bills} | {
                f"todo {work.kind}" for work in works if work.kind in of_bills
            }

        assert named(8) == {"bills", "todo bills_disputed"}
        disputed(connection, "B1")
        assert named(7) == {"bills", "todo bills_disputed"}, "it was not asked yet"
        assert named(8) == {"disputes", "todo disputes"}
        came(connection, tmp_path, ("B2", 9, A, -9))
        assert named(8) == set()


# What somebody writes past the program, after a line of bill B1 came into dispute on 1 August.
WRITTEN: dict[str, dict[str, Any]] = {
    "in dispute twice": {"state": "disputed", "yen": 1},
    "ended before it began": {"state": "undisputed", "happened_on": date(2012, 7, 31)},
    "ended without having begun": {"state": "undisputed", "bill": "B2"},
    "of a line that no bill has": {"state": "disputed", "yen": 1, "nth": 7},
    "without its yen": {"state": "disputed", "nth": 1, "bill": "B2"},
    "of no yen": {"state": "disputed", "bill": "B2", "yen": 0},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_database_refuses_a_step_out_of_order(book_url: str, tmp_path: Path, name: str) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B2", 7, A, FEE))
        disputed(connection, "B1")
        row = {"no": 2, "bill": "B1", "application": A, "nth": 1, "happened_on": date(2012, 9, 1), "reason": "誤り"}
        written = row | WRITTEN[name] | signature(connection, CLERK)
        with pytest.raises(DBAPIError, match=r"(?i)out-of-order: bill_dispute|constraint"):
            connection.execute(tables.bill_dispute.insert().values(written))
