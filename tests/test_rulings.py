"""What no notice decides is settled by the federation's own paper, and by nothing else; a fee on its way back is told.

Tables of state and question: what the answer is before a ruling, under one, and against a verdict; how far a refund or
a credit has come, in the answer, the decision and the letter.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from exports.formats import terminal
from exports.reports import letter as letter_sheet
from ledger import dates, i18n, tables
from ledger.booking import credits, refunds, rulings
from ledger.booking.refusals import (
    CreditedReissueWithdrawn,
    FeeNotKnown,
    NothingToRefund,
    NothingToRule,
    RulingOutOfOrder,
    SamePersonApproves,
)
from ledger.booking.run import book
from ledger.codes import Account
from ledger.decisions import store
from ledger.decisions.findings import Finding, judge
from ledger.decisions.outdated import outdated
from ledger.decisions.replay import replays
from ledger.errors import Refusal
from ledger.i18n import LANGUAGES, Language
from ledger.intake.importer import take_in
from ledger.statements.letter import letter
from ledger.store import database, records
from tests import desk, given, posted
from tests.posted import CHIEF, CLERK

pytestmark = pytest.mark.thorough

A, B = "2012-0001", "2012-0002"
PAPER, RULED, ASKED = date(2012, 6, 1), date(2012, 6, 5), date(2012, 9, 24)
APPLIED = date(2012, 5, 1)
MAILED, REVOKED = date(2012, 5, 11), date(2012, 8, 1)

WITHDRAWN: dict[str, Any] = {"applied_on": APPLIED, "withdrawn_on": date(2012, 5, 7)}
UNRETURNED: dict[str, Any] = {
    "applied_on": APPLIED,
    "issued_on": date(2012, 5, 10),
    "mailed_on": MAILED,
    "receipt_on": "none",
    "receipts_entered_to": date(2012, 7, 31),
    "revoked_on": REVOKED,
    "reason": "receipt_not_returned",
}
USED = {"used": "yes", "used_answered_on": date(2012, 9, 3)}


@pytest.fixture
def books(book_url: str) -> Iterator[Connection]:
    """Books open for writing."""
    with database.writing(book_url) as connection:
        yield connection


def brought(
    connection: Connection, number: str, treatment: str = "refund", *, on: date = PAPER, by: str = CLERK
) -> int:
    """A ruling as an import brings it; gives its number."""
    given.book(connection)
    source = {"name": "決裁.csv", "recorded_at": dates.now(), "by": by, "role": records.role(connection)}
    key = connection.execute(tables.source.insert().values(source)).inserted_primary_key
    assert key is not None
    no = records.next_number(connection, tables.ruling.c.id)
    row = {"id": no, "application": number, "decided_on": on, "document": f"連発第{9000 + no}号", "known_on": on}
    row |= {"treatment": treatment, "reason": "発行前の取下げのため", "source": key[0]}
    connection.execute(tables.ruling.insert().values(row))
    return no


def ruled(connection: Connection, number: str, treatment: str = "refund", *, on: date = ASKED) -> int:
    """A ruling that another person approved on a day."""
    no = brought(connection, number, treatment)
    rulings.approve(connection, no, on=on, by=CHIEF)
    return no


def found(connection: Connection, number: str, as_of: date = ASKED) -> Finding:
    """The answer for an application as of a day."""
    given.book(connection)
    (finding,) = judge(connection, as_of, applications=[number])
    return finding


# --- what a ruling settles ------------------------------------------------------------------------------------------

# Every doubt that a person's paper may settle: what is known, and the answer without a ruling.
DOUBTED: dict[str, dict[str, Any]] = {
    "withdrawn_before_issue": WITHDRAWN,
    "used_though_unreceived": UNRETURNED | USED | {"downloaded_on": date(2012, 5, 20)},
    "still_downloadable": {
        "applied_on": APPLIED,
        "mailed_on": MAILED,
        "downloaded_on": "none",
        "downloads_checked_on": date(2012, 9, 10),
    },
    "used_but_not_downloaded": UNRETURNED | USED | {"downloaded_on": "none", "downloads_checked_on": REVOKED},
    "other_reason": UNRETURNED | {"reason": "info_changed"},
    "receipt_contradicts_reason": UNRETURNED | {"receipt_on": date(2012, 6, 1)},
    "sanction": UNRETURNED | {"reason": "obligation_breach"},
}


@pytest.mark.parametrize("treatment", ["refund", "no_refund"])
@pytest.mark.parametrize("doubt", DOUBTED)
def test_ruling_settles_every_doubt_from_its_approval_on(books: Connection, doubt: str, treatment: str) -> None:
    posted.application(books, A, DOUBTED[doubt])
    before = found(books, A)
    assert (before.outcome, doubt in before.doubts, before.ruling) == ("needs_review", True, None)
    no = brought(books, A, treatment)
    assert found(books, A).outcome == "needs_review", "nobody has approved it"
    rulings.approve(books, no, on=ASKED, by=CHIEF)
    after, day_before = found(books, A), found(books, A, date(2012, 9, 23))
    assert (day_before.outcome, day_before.ruling) == ("needs_review", None)
    assert (after.verdict, after.clauses, after.doubts) == (before.verdict, before.clauses, before.doubts)
    assert after.outcome == ("eligible" if treatment == "refund" else "not_eligible")
    assert (after.refundable, after.missing) == (7245 if treatment == "refund" else 0, ())
    assert after.ruling is not None and after.ruling.settles
    assert (after.ruling.no, after.ruling.document, after.ruling.decided_on) == (no, "連発第9001号", PAPER)


# Whatever a ruling says, a verdict stands: what is known, and the answer with and without a ruling.
DECIDED: dict[str, dict[str, Any]] = {
    "not_eligible": UNRETURNED
    | USED
    | {"receipt_on": date(2012, 5, 20), "reason": "deregistered", "downloaded_on": date(2012, 5, 20)},
    "needs_facts": UNRETURNED | {"receipts_entered_to": date(2012, 6, 1), "reason": "pin_lost"},
    "in_force": {"applied_on": APPLIED, "mailed_on": MAILED},
    "eligible": UNRETURNED,
    "no_fee": WITHDRAWN | {"paid": []},
}


@pytest.mark.parametrize("treatment", ["refund", "no_refund"])
@pytest.mark.parametrize("outcome", DECIDED)
def test_no_ruling_is_approved_against_what_a_notice_decides(books: Connection, outcome: str, treatment: str) -> None:
    posted.application(books, A, DECIDED[outcome])
    assert found(books, A).outcome == outcome
    no = brought(books, A, treatment)
    with pytest.raises(NothingToRule):
        rulings.approve(books, no, on=ASKED, by=CHIEF)
    # Even put there around the program, it decides nothing.
    step = {"no": 1, "ruling": no, "state": "approved", "happened_on": ASKED, "doubts": json.dumps(list(DOUBTED))}
    books.execute(tables.ruling_step.insert().values(step | records.signature(books, CHIEF)))
    finding = found(books, A)
    assert finding.outcome == outcome
    assert finding.ruling is not None and not finding.ruling.settles and finding.ruling.silent_on == ()


def test_ruling_is_not_needed_once_a_fact_clears_the_doubt_and_a_verdict_goes_before_it(books: Connection) -> None:
    posted.application(books, A, UNRETURNED | {"reason": "info_changed"})
    ruled(books, A)
    assert found(books, A).outcome == "eligible"
    posted.fact(books, A, "receipt", known_on=date(2012, 9, 26), day=date(2012, 5, 20), up_to=date(2012, 9, 26))
    posted.fact(books, A, "used", known_on=date(2012, 9, 26), day=date(2012, 9, 26), code="yes")
    learnt = {"day": date(2012, 5, 20), "up_to": date(2012, 5, 20)}
    posted.fact(books, A, "downloaded", known_on=date(2012, 9, 26), **learnt)
    finding = found(books, A, date(2012, 9, 27))
    assert finding.outcome == "not_eligible"
    assert finding.ruling is not None and not finding.ruling.settles


def test_ruling_does_not_speak_of_a_doubt_that_comes_up_later_until_it_is_approved_for_it(books: Connection) -> None:
    posted.application(books, A, UNRETURNED | {"reason": "info_changed"})
    no = ruled(books, A)
    assert not rulings.approve(books, no, on=ASKED, by=CHIEF).changed
    posted.fact(books, A, "used", known_on=date(2012, 9, 26), day=date(2012, 9, 26), code="yes")
    later = date(2012, 9, 27)
    finding = found(books, A, later)
    assert (finding.outcome, finding.ruling and finding.ruling.silent_on) == (
        "needs_review",
        ("used_though_unreceived",),
    )
    assert rulings.approve(books, no, on=later, by=CHIEF).changed
    assert found(books, A, later).outcome == "eligible"
    assert found(books, A, date(2012, 9, 26)).outcome == "needs_review"


def test_later_paper_counts_whichever_was_approved_last_and_a_rejected_one_does_not(books: Connection) -> None:
    posted.application(books, A, WITHDRAWN)
    first, second = brought(books, A), brought(books, A, "no_refund", on=date(2012, 7, 1))
    rulings.approve(books, second, on=ASKED, by=CHIEF)
    rulings.approve(books, first, on=date(2012, 9, 25), by=CHIEF)
    assert found(books, A, date(2012, 9, 26)).outcome == "not_eligible"
    assert rulings.reject(books, second, on=date(2012, 9, 27), reason="別件の決裁", by=CLERK).changed
    assert not rulings.reject(books, second, on=date(2012, 9, 28), reason="別件の決裁", by=CLERK).changed
    assert [found(books, A, date(2012, 9, day)).outcome for day in (26, 27)] == ["not_eligible", "eligible"]
    with pytest.raises(RulingOutOfOrder):
        rulings.approve(books, second, on=date(2012, 9, 28), by=CHIEF)
    rulings.reject(books, first, on=date(2012, 9, 28), reason="取消し", by=CLERK)
    assert found(books, A, date(2012, 9, 28)).outcome == "needs_review"


def test_no_ruling_says_what_a_fee_was(books: Connection) -> None:
    posted.application(books, A, WITHDRAWN | {"applied_on": date(2014, 4, 1), "withdrawn_on": date(2014, 4, 2)})
    no, on = brought(books, A, on=date(2014, 4, 3)), date(2014, 4, 4)
    with pytest.raises(FeeNotKnown):
        rulings.approve(books, no, on=on, by=CHIEF)
    assert found(books, A, on).outcome == "needs_review"


def test_ruling_under_no_notice_and_the_fee_goes_back_from_what_is_held(books: Connection) -> None:
    early = {"applied_on": date(2011, 11, 1), "withdrawn_on": date(2011, 11, 8)}
    posted.application(books, A, early)
    no, on = brought(books, A, on=date(2012, 1, 10)), date(2012, 1, 12)
    rulings.approve(books, no, on=on, by=CHIEF)
    finding = found(books, A, on)
    assert (finding.notice, finding.outcome, finding.clauses) == (None, "eligible", ())
    proposal = refunds.propose(books, A, on=on, by=CLERK)
    assert posted.balance(books) == {"1110": 7245, "2020": 7245}
    refunds.approve(books, proposal.no, on=on, by=CHIEF)
    refunds.paid(books, [proposal.no], on=on, by=CLERK)
    assert posted.balance(books) == {}
    assert found(books, A, on).ruling == finding.ruling
    assert [replay.differs for replay in replays(books)] == [()]


# --- by two people, and in the database -----------------------------------------------------------------------------


def test_who_brought_a_ruling_does_not_approve_it(books: Connection) -> None:
    posted.application(books, A, WITHDRAWN)
    no = brought(books, A)
    for name in (CLERK, f" {CLERK}　"):
        with pytest.raises(SamePersonApproves):
            rulings.approve(books, no, on=ASKED, by=name)


PAST_THE_PROGRAM: dict[str, dict[str, Any]] = {
    "same-person": {"by": CLERK},
    "out-of-order": {"happened_on": date(2012, 5, 31)},
    "ck_ruling_step_doubts": {"doubts": None},
    "ck_ruling_step_state": {"state": "proposed", "doubts": None},
    "ck_ruling_step_reason": {"state": "rejected", "doubts": None},
}


@pytest.mark.parametrize("rule", PAST_THE_PROGRAM)
def test_database_refuses_it_too(book_url: str, rule: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, WITHDRAWN)
        no = ruled(connection, A)
    wrong: dict[str, Any] = {"no": 2, "ruling": no, "state": "approved", "happened_on": ASKED, "doubts": "[]"}
    with database.writing(book_url, dry_run=True) as connection:
        row = wrong | records.signature(connection, CHIEF) | PAST_THE_PROGRAM[rule]
        with pytest.raises((DatabaseError, Refusal)) as refused, connection.begin_nested():
            connection.execute(tables.ruling_step.insert().values(row))
    if rule == "ck_ruling_step_state":
        return  # on SQLite the order is asked for first
    cause = refused.value.orig if isinstance(refused.value, DatabaseError) else refused.value
    assert rule in str(cause)


def test_rejected_is_the_end_in_the_database_too(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, WITHDRAWN)
        no = ruled(connection, A)
        rulings.reject(connection, no, on=ASKED, reason="別件", by=CLERK)
    with database.writing(book_url, dry_run=True) as connection:
        row = {"no": 3, "ruling": no, "state": "approved", "happened_on": ASKED, "doubts": "[]"}
        with pytest.raises((DatabaseError, Refusal)), connection.begin_nested():
            connection.execute(tables.ruling_step.insert().values(row | records.signature(connection, CHIEF)))
        for statement in ("UPDATE ruling SET treatment = 'no_refund'", "DELETE FROM ruling_step"):
            with pytest.raises((DatabaseError, Refusal)), connection.begin_nested():
                connection.execute(text(statement))


# --- the file -------------------------------------------------------------------------------------------------------


def test_file_of_rulings_is_numbered_and_comes_again_only_after_a_rejection(books: Connection, tmp_path: Path) -> None:
    posted.application(books, A, WITHDRAWN)
    lines = "申込番号,決裁日,文書番号,扱い,理由\n" + f"{A},2012-06-01,連発第9001号,返金,取下げ\n"

    def taken(name: str, body: str) -> list[int]:
        (path := tmp_path / name).write_text(body, encoding="utf-8")
        take_in(books, [path], None, CLERK)
        return [ruling.no for ruling in rulings.rulings(books)]

    assert taken("1.csv", lines) == [1]
    assert taken("2.csv", lines + "\n") == [1]
    assert taken("3.csv", lines.replace("返金", "不返金")) == [1, 2]
    rulings.reject(books, 1, on=PAPER, reason="誤り", by=CLERK)
    assert taken("4.csv", lines + "\n\n") == [1, 2, 3]
    (ruling, *_others) = rulings.rulings(books)
    assert (ruling.known_on, ruling.state, ruling.brought_by) == (PAPER, "rejected", CLERK)


# --- a fee on its way back ------------------------------------------------------------------------------------------


def test_course_is_told_step_by_step_and_nothing_else_of_the_answer_changes(books: Connection) -> None:
    posted.application(books, A, UNRETURNED)
    before = found(books, A)
    no = refunds.propose(books, A, on=ASKED, by=CLERK).no
    refunds.approve(books, no, on=date(2012, 9, 25), by=CHIEF)
    refunds.paid(books, [no], on=date(2012, 9, 26), by=CLERK)
    refunds.returned(books, no, on=date(2012, 9, 28), reason="口座なし", by=CLERK)
    days = {24: "proposed", 25: "approved", 26: "paid", 27: "paid", 28: "returned"}
    for day, state in days.items():
        finding = found(books, A, date(2012, 9, day))
        assert finding.outcome == ("settled" if state == "paid" else "being_settled"), day
        (step,) = finding.course
        on = date(2012, 9, min(day, 26) if state == "paid" else day)
        assert (step.kind, step.no, step.state, step.yen, step.on, step.to) == ("refund", no, state, 7245, on, None)
        same = ("verdict", "clauses", "doubts", "warnings", "fee_received", "overpaid")
        assert [getattr(finding, name) for name in same] == [getattr(before, name) for name in same]
        assert [finding.clause_holds(clause) for clause in finding.deciding()] == [True]
    assert found(books, A, date(2012, 9, 23)).outcome == "eligible", "the day before, the answer is what it was"


def test_part_paid_and_part_proposed_is_on_its_way(books: Connection) -> None:
    posted.application(books, A, UNRETURNED)
    posted.application(books, B, {"applied_on": date(2012, 9, 1), "kind": "reissue", "paid": [5000]})
    credit = credits.propose(books, A, B, on=ASKED, by=CLERK)
    assert (found(books, A).outcome, found(books, A).refundable) == ("eligible", 7245 - 2245)
    refund = refunds.propose(books, A, on=ASKED, by=CLERK)
    assert (credit.yen, refund.yen) == (2245, 5000)
    steps = [(step.kind, step.state, step.yen, step.to) for step in found(books, A).course]
    assert steps == [("refund", "proposed", 5000, None), ("credit", "proposed", 2245, B)]
    credits.approve(books, credit.no, on=ASKED, by=CHIEF)
    assert found(books, A).outcome == "being_settled"
    refunds.approve(books, refund.no, on=ASKED, by=CHIEF)
    refunds.paid(books, [refund.no], on=ASKED, by=CLERK)
    assert found(books, A).outcome == "settled"
    refunds.returned(books, refund.no, on=ASKED, reason="口座なし", by=CLERK)
    assert found(books, A).outcome == "being_settled"


def test_kept_answer_stands_while_the_refund_that_rests_on_it_goes_on(books: Connection) -> None:
    """Asked again for its own day it is the same decision; for a later day another, and none of them is outdated."""
    posted.application(books, A, UNRETURNED)
    no = refunds.propose(books, A, on=ASKED, by=CLERK).no

    def kept(day: date) -> list[int]:
        return store.keep(books, judge(books, day, applications=[A]), by=CLERK)

    assert kept(ASKED) == [1]
    refunds.approve(books, no, on=ASKED, by=CHIEF)
    assert kept(ASKED) == [1]
    assert [store.decision(books, no).outcome for no in kept(date(2012, 9, 25))] == ["being_settled"]
    refunds.paid(books, [no], on=date(2012, 9, 26), by=CLERK)
    assert outdated(books, date(2012, 10, 31)) == []
    assert [store.decision(books, no).outcome for no in kept(date(2012, 9, 26))] == ["settled"]
    refunds.returned(books, no, on=date(2012, 9, 28), reason="口座なし", by=CLERK)
    assert outdated(books, date(2012, 10, 31)) == []
    assert [replay.differs for replay in replays(books)] == [()] * 3


def test_decision_that_says_on_its_way_is_outdated_once_the_refund_is_rejected(books: Connection) -> None:
    posted.application(books, A, UNRETURNED)
    no = refunds.propose(books, A, on=ASKED, by=CLERK).no
    store.keep(books, judge(books, date(2012, 9, 25), applications=[A]), by=CLERK)
    refunds.reject(books, no, on=date(2012, 9, 26), reason="口座確認中", by=CHIEF)
    (row,) = outdated(books, date(2012, 10, 31))
    assert (row.decision.outcome, row.now and row.now.outcome) == ("being_settled", "eligible")


def test_ruling_makes_a_kept_review_outdated(books: Connection) -> None:
    posted.application(books, A, WITHDRAWN)
    book(books, date(2012, 9, 23), by=CLERK)
    store.keep(books, judge(books, date(2012, 9, 23), applications=[A]), by=CLERK)
    ruled(books, A)
    (row,) = outdated(books, date(2012, 10, 31))
    assert (row.decision.outcome, row.now and row.now.outcome) == ("needs_review", "eligible")
    assert [replay.differs for replay in replays(books)] == [()]


WAYS_ON = [("proposed", "refund approve 1"), ("approved", "refund file"), ("paid", "refund returned 1")]


@pytest.mark.parametrize(("state", "command"), WAYS_ON)
def test_refusal_tells_the_refund_its_state_and_the_way_on(books: Connection, state: str, command: str) -> None:
    posted.application(books, A, UNRETURNED)
    no = refunds.propose(books, A, on=ASKED, by=CLERK).no
    if state != "proposed":
        refunds.approve(books, no, on=ASKED, by=CHIEF)
    if state == "paid":
        refunds.paid(books, [no], on=ASKED, by=CLERK)
    with pytest.raises(NothingToRefund) as refused:
        refunds.propose(books, A, on=date(2012, 9, 25), by=CLERK)
    assert refused.value.course == [step.says for step in found(books, A).course]
    assert command in refused.value.hint


def test_credit_to_a_reissue_withdrawn_meanwhile_is_not_approved_and_can_be_undone_if_withdrawn_after(
    books: Connection,
) -> None:
    posted.application(books, A, UNRETURNED)
    posted.application(books, B, {"applied_on": date(2012, 9, 1), "kind": "reissue", "paid": []})
    no = credits.propose(books, A, B, on=ASKED, by=CLERK).no
    posted.fact(books, B, "withdrawn_on", known_on=date(2012, 9, 25), day=date(2012, 9, 25))
    with pytest.raises(CreditedReissueWithdrawn):
        credits.approve(books, no, on=date(2012, 9, 26), by=CHIEF)
    credits.reject(books, no, on=date(2012, 9, 26), reason="充当先の取下げ", by=CLERK)
    assert found(books, A, date(2012, 9, 26)).outcome == "eligible"
    other = "2012-0003"
    posted.application(books, other, {"applied_on": date(2012, 9, 1), "kind": "reissue", "paid": []})
    no = credits.propose(books, A, other, on=date(2012, 9, 26), by=CLERK).no
    credits.approve(books, no, on=date(2012, 9, 26), by=CHIEF)
    posted.fact(books, other, "withdrawn_on", known_on=date(2012, 9, 27), day=date(2012, 9, 27))
    assert found(books, other, date(2012, 9, 27)).outcome == "needs_review"
    credits.undo(books, no, on=date(2012, 9, 27), reason="取下げ", by=CLERK)
    assert posted.held(books, Account.FEES_HELD, A) == 7245
    assert refunds.propose(books, A, on=date(2012, 9, 28), by=CLERK).yen == 7245


# --- the letter -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_cites_the_paper_and_tells_the_course(books: Connection, language: Language) -> None:
    i18n.use(language)
    posted.application(books, A, WITHDRAWN)
    ruled(books, A)

    def written(day: date) -> str:
        (no,) = store.keep(books, judge(books, day, applications=[A]), by=CLERK)
        return terminal.format_sheet(letter_sheet.sheet(letter(books, no)))

    answers = [written(ASKED)]
    refunds.propose(books, A, on=ASKED, by=CLERK)
    answers.append(written(date(2012, 9, 25)))
    refunds.approve(books, 1, on=date(2012, 9, 26), by=CHIEF)
    answers.append(written(date(2012, 9, 26)))
    refunds.paid(books, [1], on=date(2012, 9, 27), by=CLERK)
    answers.append(written(date(2012, 9, 28)))
    paper = "平成24年6月1日" if language == "ja" else "2012-06-01"
    for said in answers:
        assert "連発第9001号" in said and paper in said and "7,245" in said
    tellings = {
        "ja": ("起案中", "承認済み", "平成24年9月27日に口座へ振り込みました"),
        "en": ("waits for approval", "waits for the transfer", "paid to your bank account on 2012-09-27"),
    }
    for said, telling in zip(answers[1:], tellings[language], strict=True):
        assert telling in said


def test_check_names_the_ruling_in_text_and_in_its_conditions(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, WITHDRAWN)
        ruled(connection, A)
    question = ("check", "--application", A, "--as-of", str(ASKED))
    said = desk.done(book_url, *question, "--lang", "ja").stdout
    assert "連発第9001号" in said and "2012-06-01" in said and "返金" in said
    (finding,) = desk.answered(book_url, *question)["findings"]
    first = finding["conditions"][0]
    assert (first["clause"], first["holds"]) == ("決裁", True)
    assert "連発第9001号" in first["grounds"]
    assert (finding["ruling"]["on"], finding["ruling"]["treatment"]) == (str(PAPER), "refund")
    out = tmp_path / "x.csv"
    desk.done(book_url, *question, "--out", str(out))
    assert "連発第9001号" in out.read_text(encoding="utf-8-sig")
    (listed,) = desk.answered(book_url, "ruling", "list")
    assert {"no": 1, "on": str(PAPER), "state": "approved", "yen": 7245, "proposed_by": CLERK}.items() <= listed.items()
    assert listed["approved_by"] == CHIEF


def test_rulings_of_everyone_are_asked_in_one_select(books: Connection) -> None:
    posted.application(books, A, WITHDRAWN)
    posted.application(books, B, WITHDRAWN)
    ruled(books, B, "no_refund")
    assert [finding.outcome for finding in judge(books, ASKED)] == ["needs_review", "not_eligible"]
    assert [finding.outcome for finding in judge(books, ASKED, member=given.MEMBER)] == [
        "needs_review",
        "not_eligible",
    ]
