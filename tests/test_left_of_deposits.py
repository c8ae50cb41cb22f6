"""Refunds and returns whose deposit turns out otherwise: nothing goes back that is not there for it."""

from datetime import date
from pathlib import Path

import pytest

from ledger.booking import overpayments, refunds
from ledger.booking.run import book, called_for
from ledger.dates import Month
from ledger.i18n import speaking
from ledger.statements.month import failing_controls
from ledger.store import database
from tests import desk, posted
from tests.desk import CHIEF, CLERK, MEMBER
from tests.test_allocation import ENDED, LAST, LATER, UNENDED, A, B, held, match, received, unmatch
from tests.test_refund_states import DEPOSITS, begun, books, brought, come_to, further, refused

__all__ = ["begun", "books"]

pytestmark = pytest.mark.thorough

# What becomes of the transfer of 500 yen, paid beyond the fee of A-1 and proposed for return; whether less is left.
LESS_LEFT = ("it never was", "it was of less", "it is another fee", "it is another fee in part", "the fee was more")
STILL_LEFT = ("it was of more", "another paid it", "it was said again", "another fee is paid")


def happens(url: str, folder: Path, what: str) -> None:
    """One of these becomes known on 26 March."""
    known_on = "2012-03-26"
    if what == "it never was":
        number = str(desk.answered(url, "imports")["imports"][0]["no"])
        desk.done(url, "withdraw", number, "--reason", "二重取込み", "--on", known_on)
    elif what in ("it is another fee", "another fee is paid"):
        further(url, MEMBER, "A-8", owes=what == "it is another fee")
        brought(url, folder, DEPOSITS, f"N-2,2012-01-26,500,ｺｳﾔﾏ ﾀﾛｳ,A-8,{known_on}")
    elif what == "it is another fee in part":
        further(url, MEMBER, "A-8", owes=True)
        desk.done(url, "unmatch", "N-2", "--reason", "一部は別の申込", "--on", known_on)
        desk.done(url, "match", "N-2", "A-1", "A-8=300", "--on", known_on)
    elif what == "the fee was more":
        brought(url, folder, "適用開始日,発行手数料,税率,根拠,把握日", f"2011-01-01,7745,5,改定,{known_on}")
    else:
        yen = {"it was of less": 300, "it was of more": 900}.get(what, 500)
        payer = "ｵﾂﾔﾏ ﾊﾅｺ" if what == "another paid it" else "ｺｳﾔﾏ ﾀﾛｳ"
        brought(url, folder, DEPOSITS, f"N-2,2012-01-26,{yen},{payer},A-1,{known_on}")


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("proposed", (CHIEF, "overpaid approve 2 --on 2012-03-26")),
        ("approved", (CLERK, "overpaid paid 2 --on 2012-03-28")),
        ("filed", (CLERK, "overpaid paid 2 --on 2012-03-28")),
        ("returned", (CHIEF, "overpaid approve 2 --on 2012-04-03")),
    ],
)
@pytest.mark.parametrize("what", [*LESS_LEFT, *STILL_LEFT])
def test_of_a_deposit_more_is_not_returned_than_is_left_beyond_what_is_due(
    books: str, tmp_path: Path, what: str, state: str, command: tuple[str, str]
) -> None:
    come_to(books, state, "overpaid", "2", tmp_path / "f.txt")
    happens(books, tmp_path, what)
    by, words = command
    if what in STILL_LEFT:
        desk.done(books, *words.split(), by=by)
    elif (what, state) == ("it never was", "approved"):  # nor is it known then to whom it would go
        refused(books, "approval-fell", *words.split(), by=by)
        refused(books, "grounds-changed", "overpaid", "approve", "2", "--on", "2012-03-28", by=CHIEF)
    else:
        said = refused(books, "grounds-changed", *words.split(), by=by)
        why = "N-2 について知られていることが変わり"
        assert why in said and why in desk.done(books, "refund", "show", "2").stdout
        desk.done(books, *words.split(), "--despite", "会長決裁", by=by)
    desk.verifies(books)


# What becomes of the transfer of a fee that is proposed to go back: whether the fee is still there.
FEES = {"taken back": False, "7000": False, "7245": True, "8000": True}


@pytest.mark.parametrize("what", FEES)
@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("proposed", (CHIEF, "refund approve 1 --on 2012-03-26")),
        ("approved", (CLERK, "refund paid 1 --on 2012-03-28")),
        ("filed", (CLERK, "refund paid 1 --on 2012-03-28")),
    ],
)
def test_no_fee_goes_back_that_was_not_received(
    books: str, tmp_path: Path, what: str, state: str, command: tuple[str, str]
) -> None:
    come_to(books, state, "refund", "1", tmp_path / "f.txt")
    if what == "taken back":
        desk.done(books, "unmatch", "A-1-1", "--reason", "別人の入金", "--on", "2012-03-26")
    else:
        brought(books, tmp_path, DEPOSITS, f"A-1-1,2011-11-01,{what},ｺｳﾔﾏ ﾀﾛｳ,A-1,2012-03-26")
    by, words = command
    if FEES[what]:
        desk.done(books, *words.split(), by=by)
    else:
        assert "A-1-1" in refused(books, "grounds-changed", *words.split(), by=by)
        desk.done(books, "refund", "show", "1")
    desk.verifies(books)


# --- what waits, in the books ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "yen", "holder"), [("fr", 7245, 2), ("rf", 7245, 1), ("fr", 8100, 0), ("f", 7245, 0)]
)
def test_what_waits_names_the_refund_that_holds_the_money_that_lacks(
    book_url: str, order: str, yen: int, holder: int
) -> None:
    """Of a fee that goes back and of what was paid beyond it, the one that the correction is about."""
    with database.writing(book_url) as connection:
        posted.application(connection, A, ENDED)
        received("D", A, 8000)(connection)
        for what in order:
            if what == "f":
                refunds.propose(connection, A, on=LATER, by=CLERK)
            else:
                overpayments.return_deposit(connection, "D", on=LATER, by=CLERK)
        received("D", A, yen, known_on=LAST)(connection)
        with speaking("en"):
            left = called_for(connection, LAST).left
        assert [(row.code, row.holder) for row in left] == ([("money_reserved", f"refund {holder}")] if holder else [])


# What is told of a deposit while all of it waits to go back: whether it is named as held by that return.
WAITS = {
    "it is another fee": ([("D", B)], "refund 1"),
    "it is another fee in part": ([("D", f"{B}=300")], "refund 1"),
    "it is another fee, paid otherwise since": ([("D", B), ("E", B)], ""),
    "it is the same fee": ([("D", A)], ""),
}


@pytest.mark.parametrize("name", WAITS)
def test_a_fee_that_waits_for_a_return_is_named_and_booked_once_that_is_rejected(book_url: str, name: str) -> None:
    told, holder = WAITS[name]
    with database.writing(book_url) as connection:
        posted.application(connection, A, UNENDED)
        posted.application(connection, B, UNENDED)
        received("C", A)(connection)
        received("D", A)(connection)
        received("E", None)(connection)
        overpayments.return_deposit(connection, "D", on=LATER, by=CLERK)
        unmatch("D")(connection)
        for deposit, part in told:
            match(deposit, part)(connection)
        with speaking("en"):
            left = called_for(connection, LAST).left
        assert [(row.code, row.subject, row.holder) for row in left] == (
            [("money_reserved", "D", holder)] if holder else []
        )
        refunds.reject(connection, 1, on=LAST, reason="誤り", by=CHIEF)
        book(connection, LAST, by=CLERK)
        assert called_for(connection, LAST).left == ()
        assert held(connection).get(f"2040 {B}", 0) == {"it is the same fee": 0, "it is another fee in part": 300}.get(
            name, 7245
        )


@pytest.mark.parametrize("state", ["proposed", "approved"])
def test_a_fee_that_came_by_credit_does_not_go_back_once_its_deposit_is_taken_back(
    book_url: str, tmp_path: Path, state: str
) -> None:
    """The refund is of the reissue, and its money of the deposit that had paid for the first certificate."""
    on = "2012-03-26"
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
        posted.application(connection, "A-2", posted.ELIGIBLE | {"kind": "reissue", "previous": "A-1"}, paid=[])
    brought(book_url, tmp_path, desk.BANKED, f"{MEMBER},甲山 太郎,東京,9999,999,普通,7654321,コウヤマ タロウ")
    desk.done(book_url, "credit", "propose", "A-1", "--to", "A-2", "--on", "2012-03-23")
    desk.done(book_url, "credit", "approve", "1", "--on", "2012-03-23", by=CHIEF)
    desk.done(book_url, "refund", "propose", "A-2", "--on", "2012-03-23")
    if state == "approved":
        desk.done(book_url, "refund", "approve", "1", "--on", "2012-03-23", by=CHIEF)
    (deposit,) = (row["deposit"] for row in desk.answered(book_url, "deposits")["deposits"])
    desk.done(book_url, "unmatch", deposit, "--reason", "別人の入金", "--on", on)
    with database.reading(book_url) as connection, speaking("en"):
        (left,) = called_for(connection, date.fromisoformat(on)).left
    assert (left.code, left.subject, left.holder) == ("money_reserved", deposit, "refund 1")
    verb, by = ("approve", CHIEF) if state == "proposed" else ("paid", CLERK)
    refused(book_url, "grounds-changed", "refund", verb, "1", "--on", on, by=by)
    ending = ("reject", "1") if state == "proposed" else ("end", "1")
    desk.done(book_url, "refund", *ending, "--on", on, "--reason", "別人の入金", by=CHIEF)
    desk.verifies(book_url)


def test_a_transfer_that_settles_a_claim_is_a_deposit_of_the_month(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
    brought(book_url, tmp_path, desk.BANKED, f"{MEMBER},甲山 太郎,東京,9999,999,普通,7654321,コウヤマ タロウ")
    desk.done(book_url, "refund", "propose", "A-1", "--on", "2012-03-23")
    desk.done(book_url, "refund", "approve", "1", "--on", "2012-03-23", by=CHIEF)
    desk.done(book_url, "refund", "paid", "1", "--on", "2012-03-26")
    (deposit,) = (row["deposit"] for row in desk.answered(book_url, "deposits")["deposits"])
    desk.done(book_url, "unmatch", deposit, "--reason", "別人の入金", "--on", "2012-03-27")
    brought(book_url, tmp_path, DEPOSITS, "N-9,2012-03-28,7245,ｺｳﾔﾏ ﾀﾛｳ,A-1,2012-03-28")
    with database.reading(book_url) as connection:
        assert posted.events(connection)[-1][0] == "claim_settled"
        assert failing_controls(connection, Month(2012, 3)) == []
