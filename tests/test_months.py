"""What stands against closing a month, what is accepted all the same, and what reopening takes back."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import dates, i18n
from ledger.booking import overpayments, refunds
from ledger.booking.closing_points import Objection, against
from ledger.booking.month_end import close, reopen
from ledger.booking.run import book
from ledger.dates import Month
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.errors import Refusal
from ledger.journal import closing
from ledger.journal.ledgers import entries
from ledger.store import database
from tests import desk, posted
from tests.desk import CHIEF, CLERK
from tests.test_closing import APRIL, MARCH, MAY, TODAY, WHY, shut, unclosed


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a refund and a credit in every state; every test takes back what it does."""
    with desk.books(request, unclosed) as url:
        yield url


@pytest.fixture
def connection(books: str) -> Iterator[Connection]:
    """A connection to the books; everything is taken back after the test."""
    with database.writing(books, dry_run=True) as connection:
        yield connection


# --- what stands against closing ------------------------------------------------------------------------------------


def test_everything_that_stands_against_closing_is_said_at_once(connection: Connection) -> None:
    posted.billed(connection, "S-3", "ALIVE", 9999, on=date(2012, 4, 30))
    posted.deposit(connection, "N-LATE", "UNPAID", on=date(2012, 4, 20))
    keep(connection, list(judge(connection, date(2012, 4, 1), applications=["ASKING", "DOUBTFUL"])), by=CLERK)
    found = list(against(connection, APRIL, None, 20))
    assert [reason.code for reason in found] == [
        "suspense",
        "bank_not_given",
        "refunds_proposed",
        "credits_proposed",
        "rulings_proposed",
        "refunds_approved",
        "refunds_returned",
        "undetermined",
        "bills",
        "not_billed",
        "to_book",
    ]
    for language in i18n.LANGUAGES:
        i18n.use(language)
        with pytest.raises(Refusal) as refused:
            close(connection, APRIL, today=TODAY, by=CLERK, undetermined_days=20)
        assert refused.value.code() == "not-ready-to-close"
        assert all(reason.says in refused.value.message for reason in found)
    undetermined = next(str(point.fields["applications"]) for point in found if point.code == "undetermined")
    assert "ASKING" in undetermined and "DOUBTFUL" in undetermined
    assert closing.closed_to(connection) is None
    differing = {"bank_differs": "銀行の訂正待ち"}
    words: dict[str, Any] = {"undetermined_days": 20, "accept": "承知の上", "bank_yen": -1}
    proposed = close(connection, APRIL, today=TODAY, by=CLERK, accept_points=differing, **words)
    assert (proposed.proposed, closing.closed_to(connection)) == (-1, None)
    done = close(connection, APRIL, today=TODAY, by=CHIEF, **words)
    assert [reason.code for reason in done.accepted] == [
        "bank_differs" if reason.code == "bank_not_given" else reason.code for reason in found
    ]
    step = closing.steps(connection)[-1]
    assert (step.by, step.reason, step.bank_yen, step.closed_to) == (CHIEF, "承知の上", -1, APRIL.last)


def codes(connection: Connection, month: Month, bank: int | None = 0, undetermined_days: int = 60) -> list[str]:
    """The codes of what stands against closing a month."""
    return [reason.code for reason in against(connection, month, bank, undetermined_days)]


def test_each_thing_stands_against_closing_only_while_it_is_so(book_url: str) -> None:
    with database.writing(book_url) as connection:
        assert codes(connection, MARCH) == []
        assert codes(connection, MARCH, None) == ["bank_not_given"]
        posted.deposit(connection, "D-1", None, on=date(2012, 3, 5))
        assert codes(connection, MARCH) == ["to_book"]
        assert codes(connection, Month(2012, 2)) == []
        book(connection, MARCH.last, by=CLERK)
        assert codes(connection, MARCH) == ["suspense", "bank_differs"]
        assert codes(connection, MARCH, 7245) == ["suspense"]
        proposed = overpayments.return_deposit(connection, "D-1", on=date(2012, 3, 20), by=CLERK)
        assert codes(connection, MARCH, 7245) == ["refunds_proposed"]
        refunds.approve(connection, proposed.no, on=date(2012, 4, 2), by=CHIEF)
        assert codes(connection, MARCH, 7245) == []  # approved in April: not a matter of March


def test_asking_again_makes_an_open_question_no_younger(book_url: str) -> None:
    november = Month(2012, 11)
    with database.writing(book_url) as connection:
        told = {name: posted.ELIGIBLE[name] for name in ("applied_on", "mailed_on", "revoked_on")}
        posted.application(connection, "A", told)
        book(connection, november.last, by=CLERK)
        for asked in (date(2012, 9, 24), date(2012, 10, 20)):
            keep(connection, list(judge(connection, asked, applications=["A"])), by=CLERK)
        assert codes(connection, november, 7245, undetermined_days=67) == ["not_billed"]
        assert codes(connection, november, 7245, undetermined_days=66) == ["undetermined", "not_billed"]
        assert codes(connection, november, 7245) == ["undetermined", "not_billed"]
        posted.fact(connection, "A", "downloaded", known_on=date(2012, 11, 1), up_to=date(2012, 11, 1))
        keep(connection, list(judge(connection, november.last, applications=["A"])), by=CLERK)
        book(connection, november.last, by=CLERK)
        assert codes(connection, november, 7245) == []


def test_month_that_is_not_over_is_closed_by_no_reason(connection: Connection) -> None:
    for today in (date(2012, 5, 1), MAY.last):
        with pytest.raises(Refusal, match="month-not-over"):
            close(connection, MAY, today=today, by=CLERK, accept="承知の上")
    close(connection, MAY, today=date(2012, 6, 1), by=CLERK, accept="承知の上")


# --- reopening ------------------------------------------------------------------------------------------------------

MONTHS = [Month(2012, number) for number in range(1, 7)]
WALK = st.lists(st.tuples(st.booleans(), st.sampled_from(MONTHS)), max_size=12)


@pytest.mark.thorough
@settings(max_examples=40)
@given(walk=WALK, month=st.sampled_from(MONTHS))
@example(walk=[(True, MONTHS[0]), (True, MONTHS[2])], month=MONTHS[4])
def test_close_then_reopen_is_nothing(book_url: str, walk: list[tuple[bool, Month]], month: Month) -> None:
    """Against a plain model: the days up to which the books were closed, one on top of the other."""
    with database.writing(book_url, dry_run=True) as connection:
        model: list[date] = []
        for nth, (closes, each) in enumerate(walk):
            is_closed = bool(model) and model[-1] >= each.last
            if closes:
                shut(connection, each)
                model += [] if is_closed else [each.last]
            elif is_closed:
                reopen(connection, each, reason=str(nth), by=CLERK)
                model = [day for day in model if day < each.first]
            assert closing.closed_to(connection) == (model[-1] if model else None)
        before = closing.closed_to(connection)
        if before is not None and before >= month.last:
            return
        shut(connection, month)
        assert closing.closed_to(connection) == month.last
        reopen(connection, month, reason=WHY, by=CLERK)
        assert closing.closed_to(connection) == before
        for standing in closing.months(connection):
            assert (standing.state == "closed") == (before is not None and before >= standing.month.last)


def test_books_reopened_are_booked_as_if_they_had_never_been_closed(new_book: Callable[[], str]) -> None:
    booked = []
    for closed in (False, True):
        with database.writing(new_book()) as connection:
            posted.application(connection, "A")
            if closed:
                shut(connection, MARCH)
                reopen(connection, MARCH, reason=WHY, by=CLERK)
            book(connection, date(2012, 4, 30), by=CLERK)
            booked.append([(entry.on, entry.for_day, entry.key, entry.movements) for entry in entries(connection)])
    assert booked[0] == booked[1] != []


def test_reopening_opens_every_later_month_too(connection: Connection) -> None:
    for month in (MARCH, APRIL, MAY):
        shut(connection, month)
    done = reopen(connection, APRIL, reason=WHY, by=CLERK)
    assert (done.changed, done.closed_to) == (True, MARCH.last)
    states = {month.month: month.state for month in closing.months(connection)}
    assert [states[month] for month in (MARCH, APRIL, MAY)] == ["closed", "reopened", "reopened"]
    with pytest.raises(Refusal, match="done-differently"):
        reopen(connection, APRIL, reason="別の理由", by=CLERK)
    with pytest.raises(Refusal, match="month-not-closed"):
        reopen(connection, MAY, reason=WHY, by=CLERK)


# --- as it is typed -------------------------------------------------------------------------------------------------


def test_a_month_as_it_is_typed(book_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)
    first = desk.answered(book_url, "close", "2012-03", "--bank-balance", "0", "--accept", "念のため")
    assert first == {"month": "2012-03", "changed": True, "closed_to": "2012-03-31", "accepted": []}
    assert desk.answered(book_url, "close", "2012-03") == first | {"changed": False}
    assert desk.answered(book_url, "close", "2012-02") == first | {"month": "2012-02", "changed": False}
    assert desk.typed(book_url, "close", "2012-03", "--accept", "別の理由").exit_code == 1
    dry = desk.answered(book_url, "close", "2012-04", "--accept", "承知の上", "--dry-run")
    assert [each["code"] for each in dry["accepted"]] == ["bank_not_given"]
    (only,) = desk.answered(book_url, "months")
    assert {name: only[name] for name in ("month", "state", "by", "reason", "bank_balance", "with")} == {
        "month": "2012-03",
        "state": "closed",
        "by": CLERK,
        "reason": "念のため",
        "bank_balance": 0,
        "with": "2012-03",
    }
    assert "2012-03" in desk.done(book_url, "months").stdout
    desk.done(book_url, "months", "--out", str(tmp_path / "months.xlsx"))
    reopened = desk.answered(book_url, "reopen", "2012-03", "--reason", WHY)
    assert reopened == {"month": "2012-03", "changed": True, "closed_to": None, "accepted": []}
    assert desk.answered(book_url, "months")[0]["state"] == "reopened"


def test_workbook_of_a_closed_month_bears_its_seal(book_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, "A")
        book(connection, MARCH.last, by=CLERK)
        assert closing.seal(connection, MARCH) is None
        head = closing.head(connection)
        shut(connection, MARCH)
        assert closing.seal(connection, MARCH) == closing.seal(connection, Month(2012, 1)) == head
        assert head is not None
        assert closing.seal(connection, APRIL) is None


def test_reason_says_its_sentence_with_all_of_its_numbers() -> None:
    i18n.use("en")
    assert Objection("suspense", {"count": 1, "yen": 7245}).says == "in suspense: 7,245 yen of deposits, 1 in number"
    named = Objection("refunds_proposed", {"numbers": [str(no) for no in range(1, 20)]}).says
    assert named.endswith("1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …")
