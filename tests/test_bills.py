"""Bills of the authority: lines cleared, compared with the books, waived and paid, whatever file they came in."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, settings
from hypothesis import given as each_of
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger.booking import closing_points
from ledger.booking.bills import STATES, pay_bill, reconcile, totals
from ledger.booking.clearing import clear
from ledger.booking.events import entry_of
from ledger.booking.inputs import BillLine
from ledger.booking.planning import Unbooked
from ledger.booking.recording import withdraw_rows
from ledger.booking.refusals import BeforeTheStepBefore, NotOwedYet, UnknownBill
from ledger.booking.run import BookingReport
from ledger.codes import Account
from ledger.dates import Month
from ledger.intake import withdrawing
from ledger.intake.importer import take_in
from ledger.intake.withdrawing import RowsOfImport
from ledger.journal import balances
from ledger.journal.entries import post
from ledger.store import database
from tests import desk, posted
from tests.billed import END, FEE, NOBODY, SENT, A, B, Line, booked, came, decided, owed, paid, states, undo, waived
from tests.posted import APPLIED, ASKED, CLERK
from tests.spread import SOAK

pytestmark = pytest.mark.thorough

BILL_DAY = date(2012, 2, 10)

BOOKS: dict[str, dict[str, Any]] = {
    "issued": SENT,
    "not received": SENT | {"paid": [6805]},
    "not issued": {"applied_on": APPLIED},
}


# --- the lines beside the books -------------------------------------------------------------------------------------

# What the books say; the lines (bill, month, yen); the state of each; yen waived; yen to be paid in all.
LINES: dict[str, tuple[str, list[tuple[str, int, int]], list[str], int, int]] = {
    "agreed": ("issued", [("B1", 6, FEE)], ["agreed"], 0, FEE),
    "billed and withdrawn": ("issued", [("B1", 6, FEE), ("B1", 6, -FEE)], ["agreed"] * 2, FEE, 0),
    "withdrawn, then billed": ("issued", [("B1", 6, -FEE), ("B2", 7, FEE)], ["agreed"] * 2, FEE, 0),
    "withdrawn, and never billed": ("issued", [("B1", 6, -FEE)], ["amount_differs"], FEE, 0),
    "billed twice": ("issued", [("B1", 6, FEE), ("B1", 6, FEE)], ["agreed", "billed_twice"], 0, FEE),
    "billed twice, by two bills": ("issued", [("B1", 6, FEE), ("B2", 7, FEE)], ["agreed", "billed_twice"], 0, FEE),
    "billed twice and corrected": ("issued", [("B1", 6, FEE), ("B1", 6, FEE), ("B2", 9, -FEE)], ["agreed"] * 3, 0, FEE),
    "corrected first": ("issued", [("B1", 6, FEE), ("B2", 7, -FEE), ("B2", 7, FEE)], ["agreed"] * 3, 0, FEE),
    "billed twice, both withdrawn": (
        *("issued", [("B1", 6, FEE), ("B1", 6, FEE), ("B2", 9, -FEE), ("B3", 10, -FEE)], ["agreed"] * 4, FEE, 0),
    ),
    "billed twice, withdrawn in one line": (
        *("issued", [("B1", 6, FEE), ("B1", 6, FEE), ("B2", 9, -2 * FEE)], ["agreed"] * 3, FEE, 0),
    ),
    "billed three times, two of them corrected": (
        *("issued", [("B1", 6, FEE)] * 3 + [("B2", 9, -FEE)] * 2, ["agreed"] * 5, 0, FEE),
    ),
    "another amount": ("issued", [("B1", 6, 6900)], ["amount_differs"], 0, 0),
    "too much": ("issued", [("B1", 6, 7254)], ["amount_differs"], 0, 0),
    "too much, corrected": ("issued", [("B1", 6, 7254), ("B2", 9, -9)], ["agreed"] * 2, 0, FEE),
    "too much, corrected in parts": (
        *("issued", [("B1", 6, 7254), ("B2", 8, -4), ("B3", 9, -5)], ["agreed"] * 3, 0, FEE),
    ),
    "too much, corrected, withdrawn": (
        *("issued", [("B1", 6, 7254), ("B2", 8, -9), ("B3", 9, -FEE)], ["agreed"] * 3, FEE, 0),
    ),
    "too little, corrected": ("issued", [("B1", 6, 7236), ("B2", 8, 9)], ["agreed"] * 2, 0, FEE),
    "corrected to and fro": (*("issued", [("B1", 6, FEE), ("B2", 8, 9), ("B3", 9, -9)], ["agreed"] * 3, 0, FEE),),
    "twice, one of them at another amount": (
        *("issued", [("B1", 6, 7254), ("B2", 7, FEE)], ["billed_twice", "agreed"], 0, FEE),
    ),
    "withdrawn beyond what was billed": (
        *("issued", [("B1", 6, FEE), ("B2", 9, -9000)], ["agreed", "amount_differs"], FEE, 0),
    ),
    "withdrawn in part": ("issued", [("B1", 6, FEE), ("B2", 9, -3000)], ["agreed"] * 2, 3000, 4245),
    "withdrawn in parts": (*("issued", [("B1", 6, FEE), ("B2", 8, -3000), ("B3", 9, -4245)], ["agreed"] * 3, FEE, 0),),
    "billed again after a waiver": (
        *("issued", [("B1", 6, FEE), ("B2", 7, -FEE), ("B3", 8, FEE)], ["agreed", "agreed", "billed_though_waived"]),
        *(FEE, 0),
    ),
    "billed again, and withdrawn again": (
        *("issued", [("B1", 6, FEE), ("B2", 7, -FEE), ("B3", 8, FEE), ("B4", 9, -FEE)], ["agreed"] * 4, FEE, 0),
    ),
    "not received": ("not received", [("B1", 6, FEE)], ["not_received"], 0, 0),
    "not received, twice": ("not received", [("B1", 6, FEE)] * 2, ["not_received", "billed_twice"], 0, 0),
    "not received, and withdrawn": ("not received", [("B1", 6, FEE), ("B1", 6, -FEE)], ["agreed"] * 2, 0, 0),
    "not issued": ("not issued", [("B1", 6, FEE)], ["amount_differs"], 0, 0),
    "not issued, and withdrawn": ("not issued", [("B1", 6, FEE), ("B2", 7, -FEE)], ["agreed"] * 2, 0, 0),
    "unknown": ("unknown", [("B1", 6, FEE)], ["unknown_application"], 0, 0),
    "unknown, and withdrawn": ("unknown", [("B1", 6, FEE), ("B2", 7, -FEE)], ["agreed"] * 2, 0, 0),
    "unknown, withdrawn first": ("unknown", [("B1", 6, -FEE), ("B2", 7, FEE)], ["agreed"] * 2, 0, 0),
    "unknown, withdrawn in part": (
        *("unknown", [("B1", 6, FEE), ("B2", 7, -9)], ["unknown_application", "agreed"], 0, 0),
    ),
    "unknown, and only withdrawn": ("unknown", [("B1", 6, -FEE)], ["unknown_application"], 0, 0),
}


@pytest.mark.parametrize("files", ["one file", "a file each", "a file each, the last first, booked between"])
@pytest.mark.parametrize("name", LINES)
def test_lines_are_cleared_compared_waived_and_paid(book_url: str, tmp_path: Path, name: str, files: str) -> None:
    in_books, lines, expected, yen_waived, yen_paid = LINES[name]
    whole: list[Line] = [(bill, month, A, yen) for bill, month, yen in lines]
    with database.writing(book_url) as connection:
        if in_books in BOOKS:
            posted.application(connection, A, BOOKS[in_books])
        booked(connection)
        if files == "one file":
            came(connection, tmp_path, *whole)
        for line in whole[:: -1 if "last first" in files else 1] if "each" in files else []:
            came(connection, tmp_path, line)
            if "booked" in files:
                booked(connection)
        booked(connection)
        assert booked(connection) in (
            BookingReport({}, 0, ()),
            BookingReport({}, 0, (Unbooked("fee_not_received", A),)),
        )
        assert states(connection) == expected
        assert waived(connection) == yen_waived
        bills = sorted({bill for bill, _month, _yen in lines})
        assert paid(connection, *bills) == yen_paid
        assert paid(connection, *bills) == 0
        assert owed(connection) == (FEE if in_books == "issued" else 0) - yen_waived - yen_paid
        assert states(connection) == expected, "a payment changes no state"


# The lines billed for an application, whether the fee was waived, and the state of each line.
DECIDED: list[tuple[str, list[int], bool, list[str]]] = [
    ("agreed", [7245], False, ["agreed"]),
    ("billed though waived", [7245], True, ["billed_though_waived"]),
    ("billed and withdrawn", [7245, -7245], True, ["agreed", "agreed"]),
    ("billed twice", [7245, 7245], False, ["agreed", "billed_twice"]),
    ("billed twice and once withdrawn", [7245, -7245, 7245], True, ["agreed", "agreed", "billed_though_waived"]),
    ("another amount", [6900], False, ["amount_differs"]),
    ("withdrawn beyond what was billed", [-7245], True, ["amount_differs"]),
]


@pytest.mark.parametrize(("name", "lines", "waived", "states"), DECIDED, ids=[case[0] for case in DECIDED])
def test_each_line_of_a_bill_is_reconciled(
    book_url: str, name: str, lines: list[int], waived: bool, states: list[str]
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        for nth, yen in enumerate(lines, 1):
            posted.billed(connection, f"B-{nth}", A, yen, on=BILL_DAY)
        booked(connection)
        if waived:
            decided(connection)
        booked(connection)
        assert [line.state for line in reconcile(connection) if line.bill] == states, name


def test_what_is_owed_and_in_no_bill_is_named_and_so_is_what_nobody_knows(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        posted.billed(connection, "B-1", "2011-9999", 7245, on=BILL_DAY)
        booked(connection)
        lines = reconcile(connection)
        assert [(line.bill, line.application, line.billed, line.owed, line.state) for line in lines] == [
            ("B-1", "2011-9999", 7245, 0, "unknown_application"),
            (None, A, 0, 7245, "not_billed"),
        ]
        none = dict.fromkeys((*STATES, "disputed"), 0)
        assert totals(lines) == none | {"billed": 7245, "owed": 7245, "not_billed": 1, "unknown_application": 1}


# What comes after a line that was transferred is withdrawn; then every line with what was billed and transferred.
AFTER_TRANSFER: dict[str, tuple[list[Line], list[tuple[int, int, str]]]] = {
    "nothing": ([], [(0, FEE, "paid_beyond_bill"), (0, 0, "not_billed")]),
    "the same": ([("B1", 6, A, FEE)], [(FEE, FEE, "agreed")]),
    "less": ([("B1", 6, A, 7000)], [(7000, FEE, "paid_beyond_bill")]),
    "by another bill": ([("B2", 7, A, FEE)], [(FEE, 0, "agreed"), (0, FEE, "paid_beyond_bill")]),
    "of another": ([("B1", 6, B, FEE)], [(FEE, 0, "agreed"), (0, FEE, "paid_beyond_bill"), (0, 0, "not_billed")]),
}


@pytest.mark.parametrize("name", AFTER_TRANSFER)
def test_what_was_transferred_and_no_bill_asks_for_is_named_until_it_is_reversed(
    book_url: str, tmp_path: Path, name: str
) -> None:
    after, expected = AFTER_TRANSFER[name]
    with database.writing(book_url) as connection:
        for number in (A, B) if any(line[2] == B for line in after) else (A,):
            posted.application(connection, number, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE))
        assert paid(connection, "B1") == FEE
        no = withdrawing.imports(connection)[-1].no
        withdraw_rows(connection, RowsOfImport(no), on=END, reason="誤り", through=END, by=CLERK)
        if after:
            came(connection, tmp_path, *after)
        assert [(line.billed, line.paid, line.state) for line in reconcile(connection)] == expected
        against = {point.code for point in closing_points.against(connection, Month(2012, 12), None, 30)}
        assert ("bills" in against) == any(state == "paid_beyond_bill" for _billed, _paid, state in expected)
        if expected[0][2] == "paid_beyond_bill":
            assert paid(connection, "B1") == 0
            undo(connection, "authority_paid")
            assert "paid_beyond_bill" not in {line.state for line in reconcile(connection)}


@st.composite
def _files(draw: st.DrawFn) -> tuple[list[Line], list[list[Line]]]:
    """Lines of bills, and the same in some files, in any order."""
    yen = st.sampled_from([FEE, FEE, FEE, -FEE, -FEE, 7254, -9, 9, -3000, -9000])
    of = st.sampled_from([("B1", 6), ("B2", 7), ("B3", 7), ("B4", 9)])
    lines = draw(st.lists(st.tuples(of, st.sampled_from([A, A, A, B, NOBODY]), yen), min_size=2, max_size=9))
    whole = [(bill, month, application, each) for (bill, month), application, each in lines]
    shuffled, parts = draw(st.permutations(whole)), draw(st.integers(1, len(whole)))
    return whole, [list(shuffled[at::parts]) for at in range(parts)]


def _compared(connection: Connection) -> list[tuple[Any, ...]]:
    """Everything said of the lines but which of two equal ones came first; what was waived and is owed."""
    lines = [
        (str(line.bill), line.billed_on, line.application, line.billed, line.owed, line.state, line.left, line.open)
        for line in reconcile(connection)
    ]
    return [
        *sorted(lines, key=repr),
        *((number, waived(connection, number), owed(connection, number)) for number in (A, B)),
    ]


@pytest.mark.thorough
@settings(max_examples=100 if SOAK else 10)
@each_of(drawn=_files())
@example(drawn=([("B1", 6, A, FEE), ("B1", 6, A, FEE), ("B4", 9, A, -FEE)], []))
def test_in_which_files_and_order_lines_come_makes_no_difference(
    new_book: Any, tmp_path_factory: pytest.TempPathFactory, drawn: tuple[list[Line], list[list[Line]]]
) -> None:
    lines, in_files = drawn
    folder, compared = tmp_path_factory.mktemp("bills"), []
    for files in ([lines], in_files or [[line] for line in reversed(lines)]):
        with database.writing(new_book()) as connection:
            posted.application(connection, A, SENT)
            posted.application(connection, B, SENT)
            for file in files:
                came(connection, folder, *file)
                booked(connection)
            booked(connection)
            compared.append(_compared(connection))
            _require_sums(connection, sorted({line[0] for line in lines}))
    assert compared[0] == compared[1]


def _require_sums(connection: Connection, bills: Sequence[str]) -> None:
    """Nothing is waived beyond the debt; where all lines agree, what is owed is what is billed and not cleared."""
    lines = reconcile(connection)
    for number in (A, B):
        of = [line for line in lines if line.application == number]
        assert 0 <= waived(connection, number) <= FEE
        if all(line.state == "agreed" for line in of):
            assert FEE - waived(connection, number) == sum(line.left for line in of)
            assert sum(line.left for line in of) == sum(line.billed for line in of)
    before = {number: owed(connection, number) for number in (A, B)}
    total = paid(connection, *bills)
    assert 0 <= total == sum(before.values()) - sum(owed(connection, number) for number in (A, B))
    assert all(owed(connection, number) >= 0 for number in (A, B))
    assert paid(connection, *bills) == 0


@settings(max_examples=200)
@each_of(
    lines=st.lists(st.tuples(st.sampled_from(["B1", "B2", "B3"]), st.integers(1, 4), st.integers(-9, 9)), max_size=8),
    debt=st.integers(0, 9),
    seed=st.integers(0, 99),
)
def test_clearing_loses_no_yen_and_waives_no_more_than_the_debt(
    lines: list[tuple[str, int, int]], debt: int, seed: int
) -> None:
    def cleared(rows: list[tuple[str, int, int]]) -> Iterator[tuple[Any, ...]]:
        every = [BillLine(bill, date(2012, month, 1), A, nth, yen, END) for nth, (bill, month, yen) in enumerate(rows)]
        clearing = clear([line for line in every if line.yen], debt)
        assert 0 <= clearing.yen_waived <= debt
        signed = sum(left if line.yen > 0 else -left for line, left in clearing.left.items())
        assert signed == sum(line.yen for line in every)
        for line, left in clearing.left.items():
            pairs = sum(yen for negative, billed, yen in clearing.pairs if line in (negative, billed))
            assert left == abs(line.yen) - pairs >= 0
            yield line.bill, line.billed_on, line.yen, left, clearing.waived.get(line, 0)

    shuffled = list(lines)
    Random(seed).shuffle(shuffled)
    assert Counter(cleared(lines)) == Counter(cleared(shuffled))


# --- files ----------------------------------------------------------------------------------------------------------


def test_lines_that_equal_those_of_another_file_are_remarked_and_count(book_url: str, tmp_path: Path) -> None:
    page: list[Line] = [("B1", 6, A, FEE), ("B1", 6, A, FEE), ("B1", 6, B, FEE), ("B2", 6, A, FEE)]
    with database.writing(book_url) as connection:
        assert came(connection, tmp_path, *page).notes == []
        report = came(connection, tmp_path, ("B1", 6, B, -FEE), *page, ("B1", 6, NOBODY, FEE))
        assert [(sheet.taken_in, sheet.known) for sheet in report.files[0].sheets] == [(6, 0)]
        noted = [(note.code, note.row, note.fields["bill"], note.fields["count"]) for note in report.notes]
        assert noted == [("billed-again", 3, "B1", 3), ("billed-again", 6, "B2", 1)]
        assert report.corrections == []
        lines = {(line.bill, line.application, line.nth) for line in reconcile(connection)}
        assert len(lines) == 10


def test_two_files_of_one_import_are_compared_and_the_same_bytes_are_one_file(book_url: str, tmp_path: Path) -> None:
    bodies = {"a.csv": "B1,2012-06-10,A,7245", "b.csv": "B1,2012-06-10,A,7245,訂正", "c.csv": "B1,2012-06-10,A,7245"}
    for name, row in bodies.items():
        (tmp_path / name).write_text(f"請求書番号,請求日,申込番号,金額,摘要\n{row}\n", encoding="utf-8")
    with database.writing(book_url) as connection:
        report = take_in(connection, [tmp_path / name for name in bodies], None, CLERK)
        assert [Path(note.file).name for note in report.notes if note.code == "billed-again"] == ["b.csv"]
        assert [file.unchanged for file in report.files] == [False, False, True]
        assert states(connection) == ["unknown_application"] * 2
        assert not take_in(connection, [tmp_path / "a.csv"], None, CLERK).notes


# --- payment --------------------------------------------------------------------------------------------------------


def test_a_payment_that_was_reversed_is_recorded_again_once(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE))
        for _attempt in range(3):
            assert (paid(connection, "B1"), paid(connection, "B1")) == (FEE, 0)
            assert owed(connection) == 0
            undo(connection, "authority_paid")
            assert owed(connection) == FEE
        again = pay_bill(connection, "B1", on=END, by=CLERK)
        assert (again.yen, again.posted, again.paid_before) == (FEE, 1, 0)
        assert posted.balance(connection) == {}


def test_what_was_given_back_and_reversed_is_recorded_again_and_so_is_what_had_been_paid(
    book_url: str, tmp_path: Path
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE))
        assert paid(connection, "B1") == FEE
        came(connection, tmp_path, ("B2", 7, A, -FEE))
        booked(connection)
        assert (paid(connection, "B1"), paid(connection, "B2"), paid(connection, "B2")) == (0, -FEE, 0)
        undo(connection, "authority_repaid")
        assert (paid(connection, "B1"), paid(connection, "B2")) == (0, -FEE)
        undo(connection, "authority_paid")
        assert (paid(connection, "B2"), paid(connection, "B1"), paid(connection, "B1")) == (0, FEE, 0)
        assert posted.balance(connection) == {"1110": FEE, "2040": FEE}


def test_a_correction_of_what_was_paid_twice_is_not_given_back_where_only_one_was_paid(
    book_url: str, tmp_path: Path
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        booked(connection)
        came(connection, tmp_path, ("B1", 3, A, FEE))
        assert paid(connection, "B1") == FEE
        decided(connection)
        booked(connection)
        came(connection, tmp_path, ("B2", 7, A, FEE), ("B3", 8, A, -FEE))
        booked(connection)
        assert states(connection) == ["billed_though_waived", "agreed", "agreed"]
        assert (owed(connection), paid(connection, "B1", "B2", "B3")) == (-FEE, 0)
        came(connection, tmp_path, ("B4", 9, A, -FEE))
        booked(connection)
        assert (states(connection), paid(connection, "B4"), waived(connection)) == (["agreed"] * 4, -FEE, FEE)


def test_a_line_that_was_paid_is_the_fee_and_one_billed_before_it_is_the_second(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT)
        booked(connection)
        came(connection, tmp_path, ("B2", 7, A, FEE))
        assert paid(connection, "B2") == FEE
        came(connection, tmp_path, ("B1", 6, A, FEE))
        assert (states(connection), paid(connection, "B1")) == (["billed_twice", "agreed"], 0)
        came(connection, tmp_path, ("B3", 8, A, -FEE))
        booked(connection)
        assert (states(connection), waived(connection), paid(connection, "B1", "B2", "B3")) == (["agreed"] * 3, 0, 0)


def test_nothing_is_paid_before_it_is_owed(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, SENT | {"paid": []})
        posted.deposit(connection, "D-1", A, on=date(2012, 7, 5))
        booked(connection)
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B2", 6, A, -3000))
        booked(connection)
        with pytest.raises(NotOwedYet) as refused:
            paid(connection, "B1", on=date(2012, 7, 4))
        assert refused.value.owed_on == date(2012, 7, 5)
        assert paid(connection, "B1", on=refused.value.owed_on) == FEE - 3000
        assert balances.held(connection, Account.AUTHORITY_PAYABLE, "application", date(2012, 7, 4)) == {}


def test_nothing_is_given_back_before_the_waiver(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, posted.ELIGIBLE)
        booked(connection)
        came(connection, tmp_path, ("B1", 2, A, FEE), ("B2", 2, A, -FEE))
        post(
            connection,
            [entry_of("authority_paid", "B1", A, 1, on=BILL_DAY, application=A, yen=FEE)],
            by=CLERK,
        )
        decided(connection)
        booked(connection, ASKED)
        with pytest.raises(NotOwedYet) as refused:
            paid(connection, "B2", on=BILL_DAY)
        assert paid(connection, "B2", on=refused.value.owed_on) == -FEE


def test_paying_a_bill_pays_the_lines_that_agree_and_each_once(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        posted.application(connection, B)
        booked(connection)
        posted.billed(connection, "B-1", A, 7245, on=BILL_DAY)
        posted.billed(connection, "B-1", B, 6900, on=BILL_DAY)
        payment = pay_bill(connection, "B-1", on=date(2012, 2, 28), by=CLERK)
        assert (payment.yen, payment.posted, [line.application for line in payment.left]) == (7245, 1, [B])
        again = pay_bill(connection, "B-1", on=date(2012, 2, 28), by=CLERK)
        assert (again.yen, again.posted, again.paid_before) == (0, 0, 1)
        assert balances.held(connection, Account.AUTHORITY_PAYABLE, "application") == {B: 7245}


def test_paying_a_bill_refuses_what_it_does_not_know_and_a_day_before_the_bill(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A)
        posted.billed(connection, "B-1", A, 7245, on=BILL_DAY)
        with pytest.raises(UnknownBill):
            pay_bill(connection, "B-9", on=BILL_DAY, by=CLERK)
        with pytest.raises(BeforeTheStepBefore):
            pay_bill(connection, "B-1", on=date(2012, 2, 9), by=CLERK)


def test_what_was_payable_when_the_books_began_is_billed_and_paid(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, {"applied_on": APPLIED}, paid=[])
    (path := tmp_path / "開始残高.csv").write_text(
        f"基準日,勘定科目,金額,申込番号\n2010-12-31,2010,{-FEE},{A}\n2010-12-31,1110,{FEE},\n", encoding="utf-8"
    )
    desk.done(book_url, "import", str(path))
    with database.writing(book_url) as connection:
        came(connection, tmp_path, ("B1", 6, A, FEE), ("B2", 7, A, FEE))
        assert states(connection) == ["agreed", "billed_twice"]
        assert (paid(connection, "B1", "B2"), owed(connection)) == (FEE, 0)
