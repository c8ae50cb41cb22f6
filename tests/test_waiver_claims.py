"""免除請求: what the authority is asked not to bill or to give back, until it grants it; the list is made again."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ledger.booking.disputes import dispute
from ledger.booking.waiver_claims import waiver_claims
from ledger.dates import today
from ledger.store import database
from tests import desk, posted
from tests.billed import END, FEE, A, Line, booked, came, decided, paid
from tests.posted import CLERK

pytestmark = pytest.mark.thorough

# What is billed before the fee is waived by a decision, whether it is paid, what comes after: what is asked, in yen, of
# what is billed and paid; None: nothing.
CLAIMED: dict[str, tuple[list[Line], bool, list[Line], tuple[str, int, int, int] | None]] = {
    "in no bill": ([], False, [], ("not_bill", FEE, 0, 0)),
    "billed": ([("B1", 2, A, FEE)], False, [], ("withdraw", FEE, FEE, 0)),
    "paid": ([("B1", 2, A, FEE)], True, [], ("give_back", FEE, FEE, FEE)),
    "credited": ([("B1", 2, A, FEE)], False, [("B2", 9, A, -FEE)], None),
    "paid, and credited": ([("B1", 2, A, FEE)], True, [("B2", 9, A, -FEE)], None),
    "credited in part": ([("B1", 2, A, FEE)], False, [("B2", 9, A, -3000)], ("withdraw", 4245, 4245, 0)),
    "credited, and billed again": (
        *([("B1", 2, A, FEE)], False, [("B2", 9, A, -FEE), ("B3", 10, A, FEE)]),
        ("withdraw", FEE, FEE, 0),
    ),
    "billed twice: what is too much is no waiver": (
        *([("B1", 2, A, FEE), ("B2", 2, A, FEE)], False, []),
        ("withdraw", FEE, 2 * FEE, 0),
    ),
}


def waived(connection: Connection, folder: Path, before: list[Line], pays: bool) -> None:
    """A certificate whose fee is waived by a decision, billed before, and paid or not."""
    posted.application(connection, A)
    booked(connection)
    if before:
        came(connection, folder, *before)
    if pays:
        assert paid(connection, "B1", on=date(2012, 3, 1)) == FEE
    assert decided(connection) == "eligible"
    booked(connection)


@pytest.mark.parametrize("name", CLAIMED)
def test_what_is_waived_is_claimed_until_it_is_granted(book_url: str, tmp_path: Path, name: str) -> None:
    before, pays, later, expected = CLAIMED[name]
    with database.writing(book_url, dry_run=True) as connection:
        waived(connection, tmp_path, before, pays)
        if later:
            came(connection, tmp_path, *later)
            booked(connection)
        claims = waiver_claims(connection, END)
        assert [(claim.asks, claim.yen, claim.billed, claim.paid) for claim in claims] == (
            [] if expected is None else [expected]
        )
        assert all(claim.ground.clauses and claim.days.revoked_on for claim in claims)


def test_what_was_asked_for_before_says_when_and_on_which_paper(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        waived(connection, tmp_path, [("B1", 2, A, FEE)], False)
        day = date(2012, 9, 1)
        dispute(connection, "B1", A, on=day, reason="免除", document="連発第9001号", by=CLERK)
        (claim,) = waiver_claims(connection, END)
        assert (claim.asked_on, claim.document) == (day, "連発第9001号")
        assert [claim.asked_on for claim in waiver_claims(connection, date(2012, 8, 31))] == [None]
    assert [row["asked_on"] for row in desk.answered(book_url, "bill", "claims")["claims"]] == ["2012-09-01"]
    assert desk.answered(book_url, "bill", "claims", "--new")["claims"] == []


def test_the_list_that_was_sent_is_verified_also_after_the_authority_granted_it(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        waived(connection, tmp_path, [("B1", 2, A, FEE)], False)
    desk.done(book_url, "settings", "set", "authority_name", "架空認証サービス", by=desk.CHIEF)
    sent = tmp_path / "免除請求.xlsx"
    desk.done(book_url, "bill", "claims", "--out", str(sent))
    told = desk.answered(book_url, "bill", "claims")
    assert (told["addressee"], told["yen"], told["as_of"]) == ("架空認証サービス", FEE, today().isoformat())
    with database.writing(book_url) as connection:
        came(connection, tmp_path, ("B2", 9, A, -FEE))
    assert desk.answered(book_url, "bill", "claims")["claims"] == []
    assert "免除請求.xlsx" in desk.done(book_url, "verify", str(sent)).stdout
