"""Waivers by decision and by bill: for one debt one waiver, and only for what no correction of a bill takes back."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from ledger import tables
from ledger.booking import credits, refunds
from ledger.booking.events import entry_of
from ledger.booking.planning import Unbooked
from ledger.booking.run import BookingReport
from ledger.i18n import speaking
from ledger.journal.entries import post
from ledger.store import database
from tests import given, posted
from tests.billed import END, FEE, SENT, A, booked, came, decided, entry, owed, paid, states, undo, waived
from tests.posted import ASKED, CHIEF, CLERK


def _used(connection: Connection) -> str:
    """The authority says that the certificate was used; gives what is decided then."""
    day = date(2012, 4, 2)
    posted.fact(connection, A, "used", code="yes", day=day, known_on=day)
    return decided(connection, day)


# The lines before and after a decision; yen waived and states then; the same once the decision says no.
DECIDED = {
    "no bill": ([], [], (FEE, []), (0, [])),
    "billed": ([("B1", 6, A, FEE)], [], (FEE, ["billed_though_waived"]), (0, ["agreed"])),
    "withdrawn after": (
        *([("B1", 6, A, FEE)], [("B2", 7, A, -FEE)], (FEE, ["agreed", "agreed"]), (FEE, ["agreed", "agreed"])),
    ),
    "withdrawn before": (
        *([("B1", 6, A, FEE), ("B2", 7, A, -FEE)], [], (FEE, ["agreed", "agreed"]), (FEE, ["agreed", "agreed"])),
    ),
    "billed twice and corrected": (
        [("B1", 6, A, FEE), ("B1", 6, A, FEE)],
        [("B2", 7, A, -FEE)],
        (FEE, ["billed_though_waived", "agreed", "agreed"]),
        (0, ["agreed", "agreed", "agreed"]),
    ),
    "billed twice and withdrawn twice": (
        [("B1", 6, A, FEE), ("B1", 6, A, FEE)],
        [("B2", 7, A, -FEE), ("B3", 8, A, -FEE)],
        (FEE, ["agreed"] * 4),
        (FEE, ["agreed"] * 4),
    ),
    "withdrawn in part": (
        [("B1", 6, A, FEE), ("B2", 7, A, -3000)],
        [],
        (FEE, ["billed_though_waived", "agreed"]),
        (3000, ["agreed", "agreed"]),
    ),
}


@pytest.mark.parametrize("name", DECIDED)
def test_a_decision_and_a_bill_waive_one_debt_once(book_url: str, tmp_path: Path, name: str) -> None:
    before, after, eligible, not_eligible = DECIDED[name]
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        for lines in (before, [], after):
            if lines:
                came(connection, tmp_path, *lines)
            elif lines is not after:
                assert decided(connection) == "eligible"
            booked(connection)
        assert booked(connection) == BookingReport({}, 0, ())
        assert (waived(connection), states(connection)) == eligible
        assert _used(connection) == "not_eligible"
        booked(connection)
        assert booked(connection) == BookingReport({}, 0, ())
        assert (waived(connection), states(connection)) == not_eligible
        assert owed(connection) == FEE - waived(connection)


def test_a_second_withdrawal_is_a_second_waiver(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        for bill, month, yen, transferred in (("B1", 6, FEE, FEE), ("B2", 7, -FEE, -FEE)):
            came(connection, tmp_path, (bill, month, A, yen))
            booked(connection)
            assert paid(connection, bill) == transferred
        came(connection, tmp_path, ("B3", 8, A, FEE))
        assert (states(connection)[-1], paid(connection, "B3")) == ("billed_though_waived", 0)
        no = entry(connection, "authority_waived")
        undo(connection, "authority_waived")
        assert booked(connection) == BookingReport({}, 0, (Unbooked("reversed_by_hand", A, no),))
        assert (states(connection), paid(connection, "B3"), owed(connection)) == (["agreed"] * 3, FEE, 0)
        came(connection, tmp_path, ("B4", 10, A, -FEE))
        assert booked(connection).posted == {"authority_waived": 1}
        assert owed(connection) == -FEE
        assert (paid(connection, "B4"), paid(connection, "B4"), owed(connection)) == (-FEE, 0, 0)
        assert states(connection) == ["agreed"] * 4


def test_the_correction_of_a_later_double_billing_does_not_bring_a_waiver_back_that_a_person_reversed(
    book_url: str, tmp_path: Path
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B2", 7, A, -FEE))
        booked(connection)
        undo(connection, "authority_waived")
        came(connection, tmp_path, ("B3", 8, A, FEE), ("B3", 8, A, FEE), ("B4", 10, A, -FEE))
        assert booked(connection).posted == {}
        assert (waived(connection), states(connection)) == (0, ["agreed"] * 5)
        assert paid(connection, "B3", "B4") == FEE


def test_a_waiver_falls_when_a_page_comes_that_its_line_corrects(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE))
        came(connection, tmp_path, ("B9", 9, A, -FEE))
        assert booked(connection).posted == {"authority_waived": 1}
        came(connection, tmp_path, ("B1", 6, A, FEE))
        assert booked(connection) == BookingReport({}, 1, ())
        assert (waived(connection), states(connection)) == (0, ["agreed"] * 3)
        assert posted.events(connection)[-1] == ("authority_waived", date(2012, 9, 10), 3)


def test_a_waiver_whose_money_went_back_to_the_member_stands_and_is_named(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B9", 9, A, -FEE))
        booked(connection)
        no = entry(connection, "authority_waived")
        gone = [entry_of("refund_proposed", 1, on=date(2012, 10, 1), application=A, yen=FEE)]
        post(connection, gone, by=CLERK)
        came(connection, tmp_path, ("B1", 6, A, FEE))
        assert booked(connection) == BookingReport({}, 0, (Unbooked("money_gone", A, no),))
        assert waived(connection) == FEE


def test_a_waiver_of_a_bill_stands_beside_a_decision_that_was_carried_out(book_url: str, tmp_path: Path) -> None:
    """Decided again once the fee was paid back, the decision calls for nothing more, and takes nothing away."""
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        came(connection, tmp_path, ("B1", 3, A, FEE), ("B2", 3, A, -2000))
        booked(connection)
        decided(connection, ASKED)
        booked(connection)
        assert waived(connection) == FEE
        for state in ("proposed", "approved", "paid"):
            _go(connection, state)
        decided(connection, date(2012, 4, 2))
        assert (booked(connection), waived(connection)) == (BookingReport({}, 0, ()), FEE)


def test_a_waiver_whose_fee_was_not_received_says_so_and_not_that_it_has_gone(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        decided(connection, ASKED)
        booked(connection)
        of = given.source(connection)
        rows = connection.execute(select(tables.deposit_known.c.id)).scalars().all()
        gone = [{"of": "deposit_known", "row_id": row} for row in rows]
        rows = connection.execute(select(tables.allocation.c.id)).scalars().all()
        gone += [{"of": "allocation", "row_id": row} for row in rows]
        signed = {"known_on": ASKED, "reason": "二重取込み", "source": of}
        connection.execute(tables.withdrawn.insert(), [row | signed for row in gone])
        booked(connection)
        _used(connection)
        assert [left.code for left in booked(connection).left] == ["fee_not_received"]


# What holds the money of a waiver that has lost its ground: whether it is named, and how that is taken back.
HOLDERS: dict[str, tuple[tuple[str, ...], str | None, str]] = {
    "a refund proposed": (("proposed",), "refund 1", "reject"),
    "a refund approved": (("proposed", "approved"), "refund 1", "end"),
    "a refund that came back": (("proposed", "approved", "paid", "returned"), "refund 1", "end"),
    "a refund paid": (("proposed", "approved", "paid"), None, ""),
    "a credit proposed": (("credited",), "credit 1", "reject credit"),
}


def _go(connection: Connection, state: str) -> None:
    """A refund or credit of the application comes into a state."""
    on, back_on = date(2012, 3, 30), date(2012, 4, 3)
    steps: dict[str, Callable[[], object]] = {
        "proposed": lambda: refunds.propose(connection, A, on=on, by=CLERK),
        "approved": lambda: refunds.approve(connection, 1, on=on, by=CHIEF),
        "paid": lambda: refunds.paid(connection, [1], on=on, by=CLERK),
        "returned": lambda: refunds.returned(connection, 1, on=on, reason="口座なし", by=CLERK),
        "credited": lambda: credits.propose(connection, A, "A-2", on=on, by=CLERK),
        "reject": lambda: refunds.reject(connection, 1, on=back_on, reason="利用あり", by=CHIEF),
        "end": lambda: refunds.end(connection, 1, on=back_on, reason="利用あり", by=CHIEF),
        "reject credit": lambda: credits.reject(connection, 1, on=back_on, reason="利用あり", by=CHIEF),
    }
    steps[state]()


@pytest.mark.parametrize("name", HOLDERS)
def test_a_waiver_that_lost_its_ground_waits_for_what_holds_its_money(book_url: str, name: str) -> None:
    states, holder, back = HOLDERS[name]
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        posted.application(connection, "A-2", {"applied_on": ASKED, "kind": "reissue", "paid": []})
        booked(connection)
        decided(connection, ASKED)
        booked(connection)
        for state in states:
            _go(connection, state)
        _used(connection)
        with speaking("en"):
            (left,) = booked(connection).left
        no = entry(connection, "authority_waived")
        expected = ("money_gone", "") if holder is None else ("money_reserved", holder)
        assert (left.code, left.subject, left.entry, left.holder) == (expected[0], A, no, expected[1])
        if back:
            _go(connection, back)
            assert booked(connection).left == ()
            assert waived(connection) == 0


@pytest.mark.parametrize("basis", [(None, FEE), (None, "B2", 1)], ids=["until 0003", "today"])
def test_a_waiver_reversed_by_hand_waits_for_another_line(
    book_url: str, tmp_path: Path, basis: tuple[str | int | None, ...]
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B2", 7, A, -FEE))
        on = date(2012, 7, 10)
        post(connection, [entry_of("authority_waived", A, 1, *basis, on=on, application=A, yen=FEE)], by=CLERK)
        assert booked(connection) == BookingReport({}, 0, ())
        undo(connection, "authority_waived")
        assert booked(connection).posted == {}
        came(connection, tmp_path, ("B3", 8, A, -3000))
        assert booked(connection).posted == {"authority_waived": 1}
        assert waived(connection) == 3000


def test_a_waiver_by_decision_that_a_person_reversed_waits_for_another_ground(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        decided(connection)
        booked(connection)
        undo(connection, "authority_waived")
        assert [left.code for left in booked(connection).left] == ["reversed_by_hand"]
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B2", 7, A, -3000))
        booked(connection)
        assert (waived(connection), states(connection)) == (3000, ["agreed", "agreed"])


def test_a_debt_posted_anew_is_billed_waived_and_paid_once(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        undo(connection, "certificate_issued", on=date(2012, 3, 1))
        posted.fact(connection, A, "mailed_on", day=date(2012, 2, 1), known_on=date(2012, 4, 1))
        assert booked(connection).posted == {"certificate_issued": 1}
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B1", 6, A, FEE), ("B2", 7, A, -FEE))
        booked(connection)
        assert (waived(connection), states(connection)) == (0, ["agreed"] * 3)
        assert (paid(connection, "B1"), owed(connection)) == (FEE, 0)
        came(connection, tmp_path, ("B3", 8, A, -FEE))
        booked(connection)
        assert (waived(connection), paid(connection, "B1", "B2", "B3"), owed(connection)) == (FEE, -FEE, 0)


def test_a_waiver_is_dated_not_before_its_line_nor_before_the_debt(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT | {"paid": []})
        posted.deposit(connection, "D-1", A, on=date(2012, 7, 5))
        came(connection, tmp_path, ("B1", 6, A, -3000), ("B2", 8, A, -3000))
        booked(connection, ASKED)
        booked(connection, date(2012, 7, 31))
        assert posted.events(connection)[-1] == ("authority_waived", date(2012, 7, 5), None)
        booked(connection, END)
        assert posted.events(connection)[-1] == ("authority_waived", date(2012, 8, 10), None)
        assert waived(connection) == 6000
