"""Each decision is judged again as it was, whatever has come into the books since; what was changed is named."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from ledger import dates, tables
from ledger.booking import credits, refunds
from ledger.booking.run import book
from ledger.decisions import store
from ledger.decisions.outdated import outdated
from ledger.decisions.replay import replay, replays
from ledger.errors import UnknownDecision
from migrations import triggers
from tests import desk, given, posted
from tests.test_outdated import (
    APPLIED,
    CHIEF,
    CLERK,
    N21,
    N23,
    UNRECEIVED,
    UNUSED,
    _each_moment_is_later,
    answers,
    books,
    decided,
    learnt,
    moved,
    told,
)

__all__ = ["_each_moment_is_later", "books"]

pytestmark = pytest.mark.thorough


def test_every_decision_is_what_it_was(books: Connection) -> None:
    """Whatever is learnt, paid, rejected, undone or decided since; for books of earlier versions see test_upgrading."""
    _month_of_decisions(books)
    found = list(replays(books))
    assert [each.differs for each in found] == [()] * len(found)
    assert sorted(each.no for each in found) == [decision.no for decision in store.decisions(books)]
    assert len({decision.outcome for decision in store.decisions(books)}) >= 3


def _month_of_decisions(books: Connection) -> None:
    for number, more in (("2011-0001", UNUSED), ("2011-0002", UNUSED), ("2011-0003", {})):
        told(books, number, UNRECEIVED | more)
    told(books, "2012-0002", {"applied_on": date(2012, 9, 3), "kind": "reissue", "previous": "2011-0002", "paid": []})
    book(books, N23, by=CLERK)
    decided(books, N23)
    refund = refunds.propose(books, "2011-0001", on=date(2012, 9, 24), by=CLERK).no
    credit = credits.propose(books, "2011-0002", "2012-0002", on=date(2012, 9, 24), by=CLERK).no
    decided(books, date(2012, 9, 25))
    refunds.reject(books, refund, on=date(2012, 9, 25), reason="口座の確認", by=CHIEF)
    credits.approve(books, credit, on=date(2012, 9, 25), by=CHIEF)
    decided(books, date(2012, 9, 26))
    credits.undo(books, credit, on=date(2012, 9, 26), reason="再発行の取下げ", by=CHIEF)
    learnt(books, "2011-0003", "receipt", N23, day=date(2012, 2, 10), up_to=N23)
    posted.deposit(books, "2011-0003-1", "2011-0003", yen=7000)
    of = given.source(books)
    fee = {"applies_from": date(2011, 6, 1), "yen": 7000, "tax_percent": 5, "known_on": APPLIED, "source": of}
    books.execute(tables.fee.insert().values(fee))
    decided(books, date(2012, 9, 26))


def test_clock_that_runs_backwards_changes_no_decision(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    moments: Iterator[datetime] = (datetime(2012, 10, 1) - timedelta(hours=nth) for nth in range(1_000_000))
    monkeypatch.setattr(dates, "now", lambda: next(moments))
    _month_of_decisions(books)
    assert {each.differs for each in replays(books)} == {()}
    assert answers(outdated(books, date(2012, 9, 26))) == []


WRONG = {"a day back": timedelta(days=-1), "a year on": timedelta(days=366)}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_clock_that_was_wrong_for_one_write_raises_no_alarm(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: timedelta
) -> None:
    """Known then is what the books held, and what came in later is named, whatever the clock said meanwhile."""
    moment = datetime(2012, 4, 3)
    monkeypatch.setattr(dates, "now", lambda: moment)
    answered = "申込番号,利用,回答日\n{},有,2012-03-30\n"
    (tmp_path / "回答.csv").write_text(answered.format("FREE"), encoding="utf-8")
    desk.done(book_url, "import", *map(str, [*desk.files(tmp_path), tmp_path / "回答.csv"]))
    monkeypatch.setattr(dates, "now", lambda: moment + wrong)
    desk.done(book_url, "decide", "--everyone", "--as-of", N23.isoformat())
    monkeypatch.setattr(dates, "now", lambda: moment + timedelta(hours=1))
    assert (desk.answered(book_url, "verify")["faults"], _of_the_day(book_url)) == ([], [])
    (tmp_path / "回答2.csv").write_text(answered.format("PROPOSED"), encoding="utf-8")
    (tmp_path / "受領.csv").write_text(
        "申込番号,受領書返送日,記帳日,把握日\nUSED,2012-02-20,2012-02-26,2012-03-01\n", encoding="utf-8"
    )
    desk.done(book_url, "import", str(tmp_path / "回答2.csv"), str(tmp_path / "受領.csv"))
    assert (desk.answered(book_url, "verify")["faults"], _of_the_day(book_url)) == ([], ["PROPOSED"])


def _of_the_day(url: str) -> list[str]:
    """The applications whose decision of the day is shaken with hindsight."""
    rows = desk.answered(url, "decisions", "shaken")["shaken"]
    return [row["application"] for row in rows if row["asked_on"] == N23.isoformat()]


def test_fee_shipped_later_was_not_known_then(books: Connection) -> None:
    """It comes with a later version, and from no file."""
    told(books, "2014-0001", UNRECEIVED | {"applied_on": date(2014, 5, 1), "paid": [7452]} | moved(900))
    decided(books, date(2015, 1, 31))
    fee = {"applies_from": date(2014, 4, 1), "yen": 7452, "tax_percent": 8, "known_on": date(2014, 4, 1)}
    books.execute(tables.fee.insert().values(fee))
    given.book(books)
    assert [each.differs for each in replays(books)] == [()]
    assert answers(outdated(books, date(2015, 1, 31))) == [("2014-0001", date(2015, 1, 31), "needs_review", "eligible")]


def test_finding_kept_without_its_rate_of_tax_says_the_same(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Earlier versions did not keep it: that shakes nothing, and nothing is decided anew for it."""
    told(books, "2011-0001", UNRECEIVED)
    content = store.content
    with monkeypatch.context() as earlier:
        earlier.setattr(store, "content", lambda finding: content(finding).replace('"tax_percent":5,', ""))
        numbers = decided(books, N21)
    assert '"tax_percent"' not in books.execute(text("SELECT finding FROM decision")).scalar_one()
    assert (decided(books, N21), replay(books, numbers[0]).differs) == (numbers, ())
    assert outdated(books, N21) == []
    told(books, "2011-0002", UNRECEIVED)
    (no,) = decided(books, N21, "2011-0002")
    said = text(f"SELECT finding FROM decision WHERE no = {no}")
    assert '"fee_due":7245,"tax_percent":5,' in books.execute(said).scalar_one()


def test_what_carries_a_decision_out_in_the_same_moment_came_after_it(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "now", lambda: datetime(2012, 11, 1))
    told(books, "2011-0001", UNRECEIVED)
    book(books, N21, by=CLERK)
    refunds.propose(books, "2011-0001", on=N21, by=CLERK)
    assert [each.differs for each in replays(books)] == [()]


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ("UPDATE decision SET refundable = 7000", "refundable"),
        ("UPDATE decision SET finding = replace(finding, '2012-02-26', '2012-02-25')", "facts"),
        ("UPDATE fact SET day = '2012-02-20' WHERE name = 'revoked_on'", "facts"),
        ("DELETE FROM fact WHERE name = 'applied_on'", "application"),
    ],
    ids=["the amount", "what was kept", "a fact", "the application"],
)
def test_what_was_changed_around_the_triggers_differs(books: Connection, change: str, differs: str) -> None:
    told(books, "2011-0001", UNRECEIVED)
    (no,) = decided(books, N21)
    assert replay(books, no).differs == ()
    triggers.drop_all(books)
    books.execute(text(change))
    assert differs in replay(books, no).differs


def test_number_never_given_is_refused(books: Connection) -> None:
    with pytest.raises(UnknownDecision):
        replay(books, 99)
