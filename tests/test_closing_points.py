"""What closing looks at, point by point: by what code each is accepted, with which reason, and by how many people.

And what a reopened month takes: entries that were dated later because it was closed.
"""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from exports.issued import verification
from ledger import dates, i18n
from ledger.booking import overpayments, refunds
from ledger.booking.closing_points import REASONS, Objection, against, parse_accepted
from ledger.booking.month_end import close, reopen
from ledger.booking.planning import LEFT
from ledger.booking.run import book
from ledger.codes import Account
from ledger.dates import Month
from ledger.errors import Refusal
from ledger.journal import closing
from ledger.journal.ledgers import entries
from ledger.store import database
from tests import desk, posted
from tests.desk import CHIEF, CLERK

pytestmark = pytest.mark.thorough

MARCH, APRIL = Month(2012, 3), Month(2012, 4)
TODAY = date(2012, 7, 15)


def codes(connection: Connection, month: Month = MARCH, bank: int = 7245) -> list[str]:
    """The codes of what stands against closing a month."""
    return [point.code for point in against(connection, month, bank, 60)]


# --- each point -----------------------------------------------------------------------------------------------------


def test_every_reason_for_which_booking_leaves_something_is_a_point() -> None:
    assert LEFT.keys() - REASONS.keys() == {"not_brought"}


def test_a_refund_is_named_by_its_state_until_it_is_paid(book_url: str) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        posted.deposit(connection, "D-1", None, on=date(2012, 3, 5))
        book(connection, MARCH.last, by=CLERK)
        assert codes(connection) == ["suspense"]
        no = overpayments.return_deposit(connection, "D-1", on=date(2012, 3, 20), by=CLERK).no
        assert codes(connection) == ["refunds_proposed"]
        refunds.approve(connection, no, on=date(2012, 3, 21), by=CHIEF)
        assert codes(connection) == ["refunds_approved"]


def test_certificates_without_fee_or_bill_are_named(book_url: str) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        posted.application(connection, "A", applied_on=date(2012, 3, 1), mailed_on=date(2012, 3, 10), paid=[])
        posted.application(connection, "B", applied_on=date(2012, 3, 1), mailed_on=date(2012, 3, 10), paid=[])
        posted.deposit(connection, "D-1", "A", on=date(2012, 3, 5))
        book(connection, MARCH.last, by=CLERK)
        points = {point.code: point.fields for point in against(connection, MARCH, 7245, 60)}
        assert points == {
            "not_billed": {"count": 1, "applications": ["A"]},
            "fee_not_received": {"subjects": ["B"]},
        }
        assert codes(connection, Month(2012, 2), 0) == []
        posted.billed(connection, "S-1", "A", 7250, on=MARCH.last)
        points = {point.code: point.fields for point in against(connection, MARCH, 7245, 60)}
        assert points["bills"] == {"count": 1, "states": {"amount_differs": 1}}
        assert "not_billed" not in points


def test_what_an_older_closing_accepted_can_be_said() -> None:
    for language in i18n.LANGUAGES:
        i18n.use(language)
        assert "2" in Objection("bills", {"count": 2}).says
    i18n.use("en")
    assert "Debits equal credits" in Objection("controls", {"controls": ["debits_and_credits", "parts 2040"]}).says
    assert Objection("fee_not_received", {"subjects": list(map(str, range(12)))}).says.count("…") == 1


# --- what is accepted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ([], (None, {})),
        (["10月に精算"], ("10月に精算", {})),
        (["suspense=10月に精算"], (None, {"suspense": "10月に精算"})),
        (["残り", "suspense=照会中", "bills=連絡済み"], ("残り", {"suspense": "照会中", "bills": "連絡済み"})),
        (["suspense=a=b"], (None, {"suspense": "a=b"})),
        (["残高 = 一致"], ("残高 = 一致", {})),
        (["suspence=10月に精算"], "unknown-point"),
        (["suspense=一", "suspense=二"], "accepted-twice"),
        (["一", "二"], "accepted-twice"),
    ],
)
def test_what_is_typed_after_accept(typed: list[str], read: Any) -> None:
    if isinstance(read, str):
        with pytest.raises(Refusal, match=read):
            parse_accepted(typed)
    else:
        assert parse_accepted(typed) == read


def one_yen_more(connection: Connection) -> None:
    """A deposit in suspense; the bank says one yen more than the books."""
    posted.deposit(connection, "D-1", None, on=date(2012, 3, 5))
    book(connection, MARCH.last, by=CLERK)


def shut(connection: Connection, *typed: str, by: str = CLERK, bank: int | None = 7246) -> Any:
    """Closes March as it is typed."""
    reason, points = parse_accepted(typed)
    return close(connection, MARCH, today=TODAY, by=by, bank_yen=bank, accept=reason, accept_points=points)


def proposed(connection: Connection) -> None:
    """March is proposed to be closed by the clerk."""
    assert shut(connection, "suspense=照会中", "bank_differs=手数料").proposed == 7246


# What stands before, what is typed by whom, and what comes of it: the state of the last step, or a refusal.
ACCEPTED: list[tuple[bool, tuple[str, ...], str, int | None, str]] = [
    (False, (), CLERK, 7246, "not-ready-to-close"),
    (False, ("すべて",), CLERK, 7246, "not-ready-to-close"),
    (False, ("すべて",), CLERK, 7245, "closed"),
    (False, ("すべて",), CLERK, None, "closed"),
    (False, ("suspense=照会中",), CLERK, 7245, "closed"),
    (False, ("suspense= ",), CLERK, 7245, "no-reason-given"),
    (False, ("suspense=照会中", "claims=請求中"), CLERK, 7245, "point-does-not-stand"),
    (False, ("bank_differs=手数料",), CLERK, 7246, "not-ready-to-close"),
    (False, ("suspense=照会中", "bank_differs=手数料"), CLERK, 7246, "proposed"),
    (False, ("すべて", "bank_differs=手数料"), CHIEF, 7246, "proposed"),
    (True, (), CLERK, 7246, "same-person-closes"),
    (True, ("suspense=照会中", "bank_differs=手数料"), CLERK, 7246, "proposed"),  # the same command once more
    (True, ("suspense=照会中", "bank_differs=確認した"), CLERK, 7246, "same-person-closes"),
    (True, (), CHIEF, 7246, "closed"),
    (True, ("bank_differs=確認した",), CHIEF, 7246, "closed"),
    (True, (), CHIEF, None, "balance-not-repeated"),
    (True, (), CHIEF, 7245, "closed"),
    (True, (), CHIEF, 7244, "not-ready-to-close"),
    (True, ("bank_differs=別の額",), CHIEF, 7244, "proposed"),
    (True, ("すべて",), CLERK, 7245, "closed"),
]


@pytest.mark.parametrize(("before", "typed", "by", "bank", "outcome"), ACCEPTED)
def test_each_point_is_accepted_by_itself_and_the_difference_of_the_bank_by_two(
    book_url: str, before: bool, typed: tuple[str, ...], by: str, bank: int | None, outcome: str
) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        one_yen_more(connection)
        if before:
            proposed(connection)
        if "-" in outcome:
            with pytest.raises(Refusal, match=outcome):
                shut(connection, *typed, by=by, bank=bank)
            return
        shut(connection, *typed, by=by, bank=bank)
        step = closing.steps(connection)[-1]
        assert step.state == outcome
        assert all(point["reason"] for point in step.accepted)
        assert closing.closed_to(connection) == (MARCH.last if outcome == "closed" else None)


def test_a_proposal_ends_with_the_next_step_and_with_what_it_rested_on(book_url: str) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        one_yen_more(connection)
        proposed(connection)
        assert [(row.month, row.state) for row in closing.months(connection)] == [(MARCH, "proposed")]
        february: Any = {"today": TODAY, "by": CHIEF, "bank_yen": 0}
        with pytest.raises(Refusal, match="closing_proposed"):
            close(connection, Month(2012, 2), **february)
        close(connection, Month(2012, 2), **february, accept_points={"closing_proposed": "2月を先に"})
        assert closing.proposal(connection) is None
        with pytest.raises(Refusal, match="not-ready-to-close"):
            shut(connection, by=CHIEF)
        proposed(connection)
        assert closing.closed_to(connection) == date(2012, 2, 29)
        posted.deposit(connection, "D-2", None, yen=10, on=date(2012, 3, 6))
        book(connection, MARCH.last, by=CLERK)
        with pytest.raises(Refusal, match="not-ready-to-close"):
            shut(connection, by=CHIEF)


STEP = (
    "INSERT INTO month_step (no, month, state, closed_to, bank_yen, recorded_at, by) "
    "SELECT 1 + COALESCE(max(no), 0), '2012-03', '{state}', {closed_to}, {bank}, '2012-06-01 00:00:00', '{by}'"
    " FROM month_step"
)


@pytest.mark.parametrize(
    ("before", "state", "closed_to", "bank", "by", "refused"),
    [
        (False, "closed", "'2012-03-31'", 7246, CLERK, "same-person: month_step"),
        (True, "closed", "'2012-03-31'", 7246, CLERK, "same-person: month_step"),
        (True, "closed", "'2012-03-31'", 7246, f"  {CLERK} ", "same-person: month_step"),
        (True, "closed", "'2012-03-31'", 7247, CHIEF, "same-person: month_step"),
        (False, "proposed", "'2012-03-31'", 7246, CLERK, "closes-nothing: month_step"),
        (True, "closed", "'2012-03-31'", 7246, CHIEF, None),
        (False, "closed", "'2012-03-31'", 7245, CLERK, None),
    ],
)
def test_the_database_closes_no_month_over_a_difference_by_one_person(
    book_url: str, before: bool, state: str, closed_to: str, bank: int, by: str, refused: str | None
) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        one_yen_more(connection)
        if before:
            proposed(connection)
        statement = text(STEP.format(state=state, closed_to=closed_to, bank=bank, by=by))
        if refused is None:
            connection.execute(statement)
            return
        with pytest.raises(DatabaseError, match=refused), connection.begin_nested():
            connection.execute(statement)


def test_closing_by_two_as_it_is_typed(book_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)
    with database.writing(book_url) as connection:
        one_yen_more(connection)
    words = ("close", "2012-03", "--bank-balance", "7246")
    typed = (*words, "--accept", "suspense=照会中", "--accept", "bank_differs=手数料")
    first = desk.answered(book_url, *typed, "--key", "K")
    assert (first["proposed"], first["closed_to"]) == (True, None)
    assert desk.answered(book_url, *typed, "--key", "K") == first
    assert desk.answered(book_url, "months")[0]["state"] == "proposed"
    assert desk.answered(book_url, *typed) == first | {"changed": False}
    assert desk.typed(book_url, *words).exit_code == 1
    second = desk.answered(book_url, *words, "--by", CHIEF)
    assert (second["closed_to"], [point["reason"] for point in second["accepted"]]) == (
        "2012-03-31",
        ["照会中", "手数料"],
    )
    assert desk.answered(book_url, *words, "--by", CHIEF)["changed"] is False


# --- a reopened month takes what belongs to it ----------------------------------------------------------------------


def late_in_march(connection: Connection) -> None:
    """A deposit and a certificate of March, learnt when March was closed; the rest of April as it was."""
    for number in "AB":
        posted.application(connection, number, applied_on=date(2012, 3, 1), mailed_on=date(2012, 3, 10), paid=[])
    posted.deposit(connection, "D-1", "A", on=date(2012, 3, 5))
    book(connection, MARCH.last, by=CLERK)
    close(connection, MARCH, today=TODAY, by=CLERK, accept="検証")
    posted.deposit(connection, "D-2", "B", on=date(2012, 3, 9), known_on=date(2012, 4, 2))
    posted.deposit(connection, "D-3", None, on=date(2012, 4, 9), known_on=date(2012, 4, 9))
    book(connection, APRIL.last, by=CLERK)


def bank(connection: Connection, on: date) -> int:
    """The balance of the bank by a day."""
    moved = (
        (movement.debit == Account.BANK) * movement.yen - (movement.credit == Account.BANK) * movement.yen
        for entry in entries(connection, last=on)
        for movement in entry.movements
    )
    return sum(moved)


def test_what_was_dated_later_is_brought_to_its_own_day_once(book_url: str) -> None:
    with database.writing(book_url) as connection:
        late_in_march(connection)
        before = len(entries(connection))
        assert book(connection, APRIL.last, by=CLERK, on_its_day=True).brought == ()
        reopened = reopen(connection, MARCH, reason="計上もれ", by=CLERK)
        assert len(reopened.late) == 2
        assert book(connection, APRIL.last, by=CLERK).brought == ()
        assert bank(connection, MARCH.last) == 7245
        report = book(connection, MARCH.last, by=CLERK, on_its_day=True)
        assert [(brought.entry, brought.own_day) for brought in report.brought] == [
            (reopened.late[0], date(2012, 3, 9)),
            (reopened.late[1], date(2012, 3, 10)),
        ]
        assert len(entries(connection)) == before + 4
        assert bank(connection, MARCH.last) == 2 * 7245
        assert bank(connection, APRIL.last) == 3 * 7245
        assert book(connection, APRIL.last, by=CLERK, on_its_day=True).brought == ()
        assert len(entries(connection)) == before + 4
        assert "to_book" not in codes(connection, APRIL, 3 * 7245)
    with database.reading(book_url) as connection:
        assert verification.verify(connection).faults == ()


def test_a_corrected_deposit_is_brought_with_its_reversal(book_url: str) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        posted.application(connection, "A", applied_on=date(2012, 3, 1), mailed_on=date(2012, 3, 10), paid=[])
        posted.deposit(connection, "D-1", "A", yen=8000, on=date(2012, 3, 5))
        book(connection, MARCH.last, by=CLERK)
        close(connection, MARCH, today=TODAY, by=CLERK, accept="検証")
        posted.deposit(connection, "D-1", "A", yen=7245, on=date(2012, 3, 5), known_on=date(2012, 3, 20))
        book(connection, APRIL.last, by=CLERK)
        assert bank(connection, MARCH.last) == 8000
        late = reopen(connection, MARCH, reason="訂正", by=CLERK).late
        report = book(connection, APRIL.last, by=CLERK, on_its_day=True)
        assert [brought.entry for brought in report.brought] == list(late) != []
        assert [bank(connection, day) for day in (date(2012, 3, 19), MARCH.last, APRIL.last)] == [8000, 7245, 7245]
