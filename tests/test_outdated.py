"""Decisions that today would be answered otherwise are found, with what has changed since."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from exports.formats import json
from exports.formats.sheet import on_screen
from exports.reports import REPORTS
from exports.reports.outdated import format_changed
from ledger import dates, i18n, tables
from ledger.booking import credits, refunds
from ledger.booking.run import book
from ledger.decisions import shadows, store
from ledger.decisions.findings import judge
from ledger.decisions.outdated import ChangedFact, OutdatedDecision, outdated
from ledger.i18n import LANGUAGES, Language
from ledger.notices import register
from ledger.store import database
from tests import given, posted

pytestmark = pytest.mark.thorough

CLERK, CHIEF = "乙川", "丙田"
N23, N21, LATER = date(2012, 3, 23), date(2012, 9, 21), date(2012, 10, 31)
APPLIED, MAILED, REVOKED = date(2011, 11, 1), date(2012, 1, 26), date(2012, 2, 26)

UNRECEIVED: dict[str, Any] = {
    "applied_on": APPLIED,
    "mailed_on": MAILED,
    "downloaded_on": date(2012, 2, 1),
    "receipt_on": "none",
    "receipts_entered_to": REVOKED,
    "revoked_on": REVOKED,
    "reason": "receipt_not_returned",
}
UNUSED = {"used": "no", "used_answered_on": date(2012, 3, 2)}


@pytest.fixture(autouse=True)
def _each_moment_is_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock moves on by a second each time it is read."""
    moments: Iterator[datetime] = (datetime(2012, 10, 1) + timedelta(seconds=nth) for nth in range(1_000_000))
    monkeypatch.setattr(dates, "now", lambda: next(moments))


@pytest.fixture
def books(book_url: str) -> Iterator[Connection]:
    """Books with the one member, open for writing."""
    with database.writing(book_url) as connection:
        given.member(connection, given.source(connection))
        yield connection


def told(books: Connection, number: str, facts: dict[str, Any], as_of: date = date(2030, 1, 1)) -> None:
    """An application with its facts."""
    given.application(books, given.source(books), number, facts, as_of=as_of)
    given.book(books)


def learnt(books: Connection, number: str, name: str, known_on: date, **value: Any) -> None:
    """One more fact, from a line of a file."""
    of = given.source(books, "受領簿.xlsx")
    row = {"application": number, "name": name, "known_on": known_on, "source": of, "sheet": "受領", "row": 14}
    books.execute(tables.fact.insert().values(row | value))


def decided(books: Connection, as_of: date, *numbers: str) -> list[int]:
    """The decisions that are kept on the findings of the day: of these applications, or of everyone's."""
    return store.keep(books, judge(books, as_of, applications=numbers or None), by=CLERK)


def answers(rows: list[OutdatedDecision]) -> list[tuple[str, date, str, str | None]]:
    """Application, day asked for, outcome then and now."""
    return [
        (row.decision.application, row.asked_on, row.decision.outcome, row.now.outcome if row.now else None)
        for row in rows
    ]


# --- what shakes a decision -----------------------------------------------------------------------------------------


def test_nothing_new_shakes_nothing(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    decided(books, N21)
    assert outdated(books, LATER) == []


def test_fact_learnt_later_shakes_with_hindsight(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    (no,) = decided(books, N21)
    learnt(books, "2011-0001", "receipt", date(2012, 10, 5), day=date(2012, 2, 10), up_to=date(2012, 10, 5))
    found, today = outdated(books, LATER)
    assert (found.decision.no, found.decision.as_of, found.asked_on, today.asked_on) == (no, N21, N21, LATER)
    assert (found.decision.outcome, found.decision.clauses, found.decision.refundable) == ("eligible", ("②",), 7245)
    assert found.now is not None
    assert (found.now.outcome, found.now.clauses, found.now.refundable) == ("needs_review", (), 0)
    assert not found.notice_changed
    change = next(change for change in found.changes if change.column == "receipt_on")
    assert (change.was, change.now) == (None, date(2012, 2, 10))
    assert change.origin is not None
    assert (change.origin.file, change.origin.sheet, change.origin.row) == ("受領簿.xlsx", "受領", 14)


def test_what_was_in_the_books_but_not_known_by_the_day_does_not_shake_it(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    learnt(books, "2011-0001", "receipt", date(2012, 10, 5), day=date(2012, 2, 10), up_to=date(2012, 10, 5))
    decided(books, N21)
    assert answers(outdated(books, N21)) == []
    assert [answer[1] for answer in answers(outdated(books, LATER))] == [LATER]


@pytest.mark.parametrize("by_name", [500, 0], ids=["by name", "everyone"])
def test_what_was_in_the_books_does_not_shake_it_though_another_of_that_day_was_kept_before(
    books: Connection, monkeypatch: pytest.MonkeyPatch, by_name: int
) -> None:
    monkeypatch.setattr(shadows, "_BY_NAME", by_name)
    told(books, "2011-0001", UNRECEIVED)
    told(books, "2011-0002", UNRECEIVED | {"paid": []})
    posted.deposit(books, "D-2011-0002", None, on=APPLIED)
    given.book(books)
    decided(books, N21, "2011-0001")
    posted.deposit(books, "D-2011-0002", "2011-0002", on=APPLIED, known_on=date(2012, 10, 3))
    given.book(books)
    decided(books, N21, "2011-0002")
    assert answers(outdated(books, N21)) == []


@pytest.mark.parametrize("by_name", [500, 0], ids=["by name", "everyone"])
@pytest.mark.parametrize("what", ["withdrawn", "fee"])
def test_what_concerns_everyone_counts_from_each_decision_on(
    books: Connection, monkeypatch: pytest.MonkeyPatch, what: str, by_name: int
) -> None:
    """Between two decisions of one day, later for its own day, rows are withdrawn, or a fee comes into the books."""
    monkeypatch.setattr(shadows, "_BY_NAME", by_name)
    for number in ("2011-0001", "2011-0002"):
        told(books, number, UNRECEIVED)
    decided(books, N21, "2011-0001")
    of = given.source(books)
    if what == "fee":
        fee = {"applies_from": date(2011, 6, 1), "yen": 7000, "tax_percent": 5, "known_on": LATER, "source": of}
        books.execute(tables.fee.insert().values(fee))
    else:
        revoked = select(tables.fact.c.id).where(tables.fact.c.name == "revoked_on")
        rows = [{"of": "fact", "row_id": no, "known_on": LATER} for no in books.execute(revoked).scalars().all()]
        books.execute(tables.withdrawn.insert(), [row | {"reason": "誤り", "source": of} for row in rows])
    decided(books, N21, "2011-0002")
    assert [answer[:2] for answer in answers(outdated(books, N21))] == [("2011-0001", N21)]


def test_withdrawn_later_the_fact_before_it_counts_again(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    learnt(books, "2011-0001", "receipt", date(2012, 3, 1), day=date(2012, 2, 10), up_to=REVOKED)
    decided(books, N21)
    last = books.execute(select(tables.fact.c.id).where(tables.fact.c.name == "receipt")).scalars().all()[-1]
    row = {"of": "fact", "row_id": last, "known_on": LATER, "reason": "誤り", "source": given.source(books)}
    books.execute(tables.withdrawn.insert().values(row))
    found = outdated(books, LATER)
    assert [(row.asked_on, {change.column for change in row.changes}) for row in found] == [
        (N21, {"receipt_on"}),
        (LATER, {"receipt_on"}),
    ]


def test_of_two_facts_recorded_since_the_one_known_last_counts(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    decided(books, N21)
    learnt(books, "2011-0001", "receipt", date(2012, 10, 9), up_to=date(2012, 10, 9))
    learnt(books, "2011-0001", "receipt", date(2012, 10, 5), day=date(2012, 2, 10), up_to=date(2012, 10, 5))
    assert answers(outdated(books, N21)) == []


def test_what_happened_after_the_day_shakes_only_a_later_answer(books: Connection) -> None:
    told(books, "2011-0001", {"applied_on": APPLIED, "mailed_on": MAILED})
    decided(books, N21)
    learnt(books, "2011-0001", "revoked_on", date(2012, 10, 2), day=date(2012, 10, 1))
    assert answers(outdated(books, LATER)) == [("2011-0001", LATER, "in_force", "needs_facts")]
    assert answers(outdated(books, N21)) == []


def test_payment_found_later_shakes(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED | {"paid": []})
    decided(books, N21)
    posted.deposit(books, "D-1", "2011-0001", on=APPLIED, known_on=date(2012, 10, 3))
    given.book(books)
    found, _today = outdated(books, LATER)
    assert answers([found]) == [("2011-0001", N21, "no_fee", "eligible")]
    assert [(change.column, change.was, change.now) for change in found.changes] == [("fee_received", 0, 7245)]


def test_payment_taken_from_an_application_later_shakes(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    decided(books, N21)
    posted.deposit(books, "2011-0001-1", None, known_on=LATER)
    given.book(books)
    assert answers(outdated(books, N21)) == [("2011-0001", N21, "eligible", "no_fee")]


def test_fee_learnt_later_shakes(books: Connection) -> None:
    told(books, "2014-0001", UNRECEIVED | {"applied_on": date(2014, 5, 1), "paid": [7452]} | moved(900))
    decided(books, date(2015, 1, 31))
    fee = {"applies_from": date(2014, 4, 1), "yen": 7452, "tax_percent": 8, "known_on": date(2015, 3, 1)}
    books.execute(tables.fee.insert().values(fee | {"source": given.source(books)}))
    given.book(books)
    found = outdated(books, date(2015, 1, 31))
    assert answers(found) == [("2014-0001", date(2015, 1, 31), "needs_review", "eligible")]
    assert found[0].changes[0].column == "fee_due"


def moved(by: int) -> dict[str, Any]:
    """The days of an application, but for that on which it was made, so many days later."""
    return {name: day + timedelta(by) for name, day in UNRECEIVED.items() if isinstance(day, date) and day != APPLIED}


def test_application_that_was_made_later_than_said_is_none_on_that_day(books: Connection) -> None:
    told(books, "2011-0001", {"applied_on": date(2012, 9, 1)})
    decided(books, N21)
    learnt(books, "2011-0001", "applied_on", date(2012, 10, 5), day=date(2012, 10, 1))
    assert answers(outdated(books, N21)) == [("2011-0001", N21, "in_force", None)]


# --- other rules ----------------------------------------------------------------------------------------------------


def test_notice_announced_since_shakes(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED | UNUSED | {"revoked_on": MAILED + timedelta(9), "reason": "info_changed"})
    learnt(books, "2011-0001", "issued_on", date(2012, 3, 1), day=date(2012, 1, 9))
    decided(books, N23)
    assert outdated(books, date(2012, 9, 20)) == []
    (found,) = outdated(books, N21)
    assert (found.decision.outcome, found.decision.notice, found.decision.clauses) == (
        "eligible",
        register.announced(N23),
        ("未利用",),
    )
    assert found.now is not None
    assert (found.now.outcome, found.now.notice, found.notice_changed) == (
        "not_eligible",
        register.announced(N21),
        True,
    )


def test_same_answer_under_another_notice_is_not_shaken(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED | UNUSED)
    decided(books, N23)
    assert outdated(books, N21) == []


def test_other_clauses_of_the_same_notice_shake(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED | UNUSED)
    decided(books, N21)
    learnt(books, "2011-0001", "downloaded", date(2012, 10, 5), up_to=date(2012, 10, 5))
    (found,) = outdated(books, N21)
    assert found.now is not None
    assert (found.decision.clauses, found.now.clauses) == (("②",), ("②", "③"))


# --- what does not --------------------------------------------------------------------------------------------------


def test_fee_that_was_given_back_is_the_decision_carried_out(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED | UNUSED)
    told(books, "2011-0002", UNRECEIVED | UNUSED)
    told(books, "2012-0002", {"applied_on": date(2012, 9, 3), "kind": "reissue", "previous": "2011-0002", "paid": []})
    book(books, N21, by=CLERK)
    refund = refunds.propose(books, "2011-0001", on=N21, by=CLERK).no
    credit = credits.propose(books, "2011-0002", "2012-0002", on=N21, by=CLERK).no
    refunds.approve(books, refund, on=N21, by=CHIEF)
    refunds.paid(books, [refund], on=date(2012, 9, 25), by=CLERK)
    credits.approve(books, credit, on=date(2012, 9, 25), by=CHIEF)
    assert outdated(books, LATER) == []
    decided(books, LATER)
    assert {decision.outcome for decision in store.decisions(books) if decision.as_of == LATER} == {
        "settled",
        "in_force",
    }
    assert outdated(books, LATER) == []


def test_ground_that_falls_away_after_the_payment_shakes(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED | UNUSED)
    book(books, N21, by=CLERK)
    refunds.propose(books, "2011-0001", on=N21, by=CLERK)
    decided(books, LATER)
    learnt(books, "2011-0001", "receipt", date(2012, 11, 5), day=date(2012, 2, 10), up_to=date(2012, 11, 5))
    (found,) = outdated(books, LATER)
    assert found.now is not None
    assert (found.decision.outcome, found.decision.clauses) == ("being_settled", ("②",))
    assert (found.now.outcome, found.now.clauses) == ("being_settled", ())


def test_where_no_fee_was_received_a_clause_changes_nothing(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED | {"paid": []})
    decided(books, N21)
    learnt(books, "2011-0001", "downloaded", date(2012, 10, 5), up_to=date(2012, 10, 5))
    assert outdated(books, N21) == []


def test_superseded_decision_is_not_asked_again(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    decided(books, N21)
    learnt(books, "2011-0001", "receipt", date(2012, 9, 30), day=date(2012, 2, 10), up_to=date(2012, 9, 30))
    decided(books, date(2012, 9, 30))
    assert outdated(books, LATER) == []


def test_decision_about_a_later_day_is_not_asked_for_an_earlier_one(books: Connection) -> None:
    told(books, "2011-0001", UNRECEIVED)
    decided(books, N21)
    assert outdated(books, date(2012, 1, 1)) == []


# --- many at once ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_name", [500, 0], ids=["by name", "everyone"])
def test_everyone_is_judged_once_for_each_day(books: Connection, monkeypatch: pytest.MonkeyPatch, by_name: int) -> None:
    monkeypatch.setattr(shadows, "_BY_NAME", by_name)
    for nth in range(12):
        told(books, f"2011-{nth:04}", UNRECEIVED)
        decided(books, N21 + timedelta(nth % 3), f"2011-{nth:04}")
    for nth in (3, 7):
        learnt(books, f"2011-{nth:04}", "receipt", LATER, day=date(2012, 2, 10), up_to=LATER)
    asked: list[str] = []
    event.listen(books, "before_cursor_execute", lambda *call: asked.append(call[2]))
    found = outdated(books, date(2012, 9, 30))
    assert [(row.decision.application, row.asked_on) for row in found] == [
        ("2011-0003", N21),
        ("2011-0007", date(2012, 9, 22)),
    ]
    assert sum("told" in each for each in asked) == 4  # three days, and the day asked about


def test_asking_about_a_day_reads_what_is_of_its_applications_alone(books: Connection) -> None:
    """Else each day would read all of the books, and the list would take the square of their size."""
    if books.dialect.name != "sqlite":
        return  # PostgreSQL reads small tables whole, whatever indexes there are
    for nth in range(3):
        told(books, f"2011-{nth:04}", UNRECEIVED)
        decided(books, N21 + timedelta(nth), f"2011-{nth:04}")
    asked: list[tuple[str, Any]] = []
    event.listen(books, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    outdated(books, LATER)
    (statement, parameters), *_others = [each for each in asked if "sources_to" in each[0] and "told" in each[0]]
    plan = [row[3] for row in books.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    # What bears the schema is the table itself, and not what was made of it for the day.
    assert {step for step in plan if step.startswith("SCAN main.")} <= {"SCAN main.withdrawn", "SCAN main.fee"}


# --- as it is shown -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheet_and_json_say_what_changed_and_from_where(books: Connection, language: Language) -> None:
    i18n.use(language)
    told(books, "2011-0001", UNRECEIVED | {"used": "no", "used_answered_on": REVOKED})
    told(books, "2011-0002", {"applied_on": date(2012, 9, 1)})
    decided(books, date(2012, 9, 20))
    learnt(books, "2011-0001", "used", LATER, code="yes", day=date(2012, 9, 3))
    learnt(books, "2011-0002", "applied_on", LATER, day=date(2012, 10, 1))
    listing = REPORTS["decisions shaken"].ask(books, {"as_of": LATER})
    said = listing.text()
    assert "甲山 太郎" in said and "受領簿.xlsx 受領!14" in said
    assert ("無 → 有" if language == "ja" else "not used → used") in said
    assert not {"not_eligible", "needs_", "used_answered_on", "eligible"} & set(said.split())
    first = listing.data()["shaken"][0]
    assert (first["then"]["outcome"], first["now"]["outcome"]) == ("eligible", "not_eligible")
    used = next(each for each in first["changes"] if each["fact"] == "used")
    assert (used["was"], used["now"], used["source"]["row"]) == ("no", "yes", 14)
    assert json.text(listing.data()).count('"now": null') == 1


def test_day_that_changed_is_told_as_other_days_are_where_it_is_shown() -> None:
    day = date(2012, 9, 1)
    change = ChangedFact("applied_on", day, date(2012, 10, 1), None)
    with on_screen():
        assert format_changed(change, day) == "2012-09-01"
    with i18n.dating("western"):
        assert format_changed(change, day) == "2012年9月1日"
    with i18n.dating("wareki"):
        assert format_changed(change, day) == "平成24年9月1日"
