"""The made-up federation: its files come in without a problem, and every story ends as it says beside itself."""

import tomllib
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pytest

from exports.demo import AS_OF, errands, federation, files, rows
from exports.demo.case import FEE
from ledger import i18n
from ledger.codes import APPLICATION_KINDS, ASSOCIATIONS, REASONS
from ledger.decisions.findings import Finding, judge
from ledger.intake.importer import take_in
from ledger.notices.review_flags import DOUBTS, FEE_NOT_KNOWN, WARNINGS
from ledger.store import database

OUTCOMES_AT_FIRST = ("eligible", "not_eligible", "needs_facts", "needs_review", "in_force", "no_fee")
MISSABLE = ("issued_on", "mailed_on", "downloaded", "receipt", "reason", "used", "covered")


@dataclass(frozen=True)
class Books:
    """Books into which the made-up files were taken, and what the check answers on the last day."""

    url: str
    findings: dict[str, Finding]


@pytest.fixture(scope="module")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The files, written once for the whole module."""
    return files.write(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory, demo_files: tuple[Path, ...]) -> Books:
    """One book for the whole module, on SQLite."""
    url = f"sqlite:///{tmp_path_factory.mktemp('books') / 'demo.db'}"
    database.create(url)
    with database.writing(url) as connection:
        take_in(connection, demo_files, known_on=None, by="demo")
    with database.reading(url) as connection:
        return Books(url, {finding.application: finding for finding in judge(connection, AS_OF)})


# --- the answers ----------------------------------------------------------------------------------------------------


def test_every_story_ends_as_it_says(books: Books) -> None:
    wrong = []
    for application in federation.applications():
        expected, found = application.case.expected, books.findings[application.number]
        told = asdict(expected) | {
            "fee_received": min(application.case.received, FEE),
            "overpaid": max(application.case.received - FEE, 0),
        }
        answered = {name: getattr(found, name) for name in told}
        if expected.outcome != "needs_facts":  # what a person has to look at may lack facts besides
            told["missing"] = answered["missing"] = ()
        if told != answered:
            wrong.append(f"{application.story} {application.number}: {told} but {answered}")
    assert len(books.findings) == len(federation.applications())
    assert not wrong, "\n".join(wrong)


def test_every_outcome_occurs_five_times(books: Books) -> None:
    count = Counter(finding.outcome for finding in books.findings.values())
    assert {outcome: count[outcome] for outcome in OUTCOMES_AT_FIRST if count[outcome] < 5} == {}


def test_every_clause_occurs_five_times(books: Books) -> None:
    count = Counter(mark for finding in books.findings.values() for mark in finding.clauses)
    assert {mark: count[mark] for mark in ("①", "②", "③", "特例") if count[mark] < 5} == {}


def test_every_doubt_warning_and_missing_fact_occurs(books: Books) -> None:
    found = books.findings.values()
    # The books of the demo know the fee of every day on which anybody paid.
    assert {doubt.code for doubt in DOUBTS} - {FEE_NOT_KNOWN} <= {code for finding in found for code in finding.doubts}
    assert {warning.code for warning in WARNINGS} <= {code for finding in found for code in finding.warnings}
    alone = {finding.missing[0] for finding in found if finding.outcome == "needs_facts" and len(finding.missing) == 1}
    assert alone == set(MISSABLE)


@pytest.mark.parametrize(
    ("asked_on", "outcome", "clauses"),
    [
        (date(2012, 2, 24), "in_force", ()),
        (date(2012, 2, 26), "not_eligible", ()),
        (date(2012, 3, 5), "not_eligible", ()),
        (date(2012, 3, 23), "eligible", ("未利用",)),
        (date(2012, 9, 21), "eligible", ("②", "③")),
    ],
)
def test_the_worked_case_is_answered_as_the_papers_answer_it(
    books: Books, asked_on: date, outcome: str, clauses: tuple[str, ...]
) -> None:
    first = next(federation.of_story("worked_case"))
    again = federation.reissue_of(first)
    with database.reading(books.url) as connection:
        found = {finding.application: finding for finding in judge(connection, asked_on, member=first.person.number)}
    assert (found[first.number].outcome, found[first.number].clauses) == (outcome, clauses)
    assert found[first.number].suggested == ("refund" if outcome == "eligible" else None)
    assert again.number not in found or found[again.number].refundable == 0


# --- the people and the money ---------------------------------------------------------------------------------------


def test_members_come_from_all_associations_and_have_names_of_their_own() -> None:
    people = federation.people()
    assert {person.association for person in people} == set(ASSOCIATIONS)
    assert len({person.number for person in people}) == len({person.name for person in people}) == len(people)
    assert 290 <= len(people) <= 320
    assert 390 <= len(federation.applications()) <= 420
    assert all(any(sign in person.name for person in people) for sign in "髙﨑𠮷")
    assert federation.applications()[2].number == "2011-0001"


def test_accounts_are_at_a_bank_that_does_not_exist() -> None:
    headings, lines = rows.rows("members")
    bank, branch = headings.index("銀行番号"), headings.index("支店番号")
    assert {(line[bank], line[branch]) for line in lines} == {("9999", "999"), (None, None)}


def test_each_transfer_has_a_reference_of_its_own() -> None:
    headings, lines = rows.rows("deposits")
    said: dict[object, set[object]] = {}
    for line in lines:
        said.setdefault(line[0], set()).add(line[1 : headings.index("振込依頼人名") + 1])
    assert all(len(each) == 1 for each in said.values())
    assert sum(line[headings.index("申込番号")] is None for line in lines) >= 8


def test_the_fee_is_the_one_that_ships() -> None:
    shipped = tomllib.loads((database.FEES / "2011-01-01.toml").read_text(encoding="utf-8"))
    _headings, lines = rows.rows("fees")
    assert [line[:4] for line in lines] == [
        tuple(shipped[name] for name in ("applies_from", "yen", "tax_percent", "basis"))
    ]


def test_bills_hold_what_reconciliation_has_to_find() -> None:
    headings, lines = rows.rows("bills")
    application, yen = headings.index("申込番号"), headings.index("金額")
    known = {application.number for application in federation.applications()}
    billed = Counter(line[application] for line in lines if line[yen] == FEE)
    owed = {line[0] for line in rows.rows("issues")[1]}
    assert any(number not in known for number in billed)
    assert max(billed.values()) == 2
    assert {line[yen] for line in lines} == {FEE, -FEE, 6900, 7452}
    assert len(owed - {str(line[application]) for line in lines}) >= 5


def test_nothing_becomes_known_after_the_last_day() -> None:
    for kind in rows.KINDS:
        headings, lines = rows.rows(kind)
        known = [
            headings.index(name) for name in ("把握日", "確認日", "記帳日", "回答日", "申出日") if name in headings
        ]
        assert all(line[at] is None or line[at] <= AS_OF for line in lines for at in known), kind  # type: ignore[operator]


def test_reasons_and_kinds_of_application_are_all_in_use() -> None:
    reasons = {line[3] for line in rows.rows("revocations")[1]}
    assert len(reasons & set(REASONS.japanese)) >= 15
    assert {line[3] for line in rows.rows("applications")[1]} == set(APPLICATION_KINDS.japanese)


# --- what the clerks do ---------------------------------------------------------------------------------------------


def test_clerks_propose_what_the_check_suggests_on_that_day(books: Books) -> None:
    with database.reading(books.url) as connection:
        found = {finding.application: finding for finding in judge(connection, errands.PROPOSED_ON)}
    refunds, set_off = errands.proposed_refunds(), errands.proposed_credits()
    assert [found[refund.application].suggested for refund in refunds] == ["refund"] * 12
    assert [found[credit.application].suggested for credit in set_off] == ["credit"] * 4
    assert (sum(refund.approved for refund in refunds), sum(refund.paid for refund in refunds)) == (8, 5)
    assert sum(credit.approved for credit in set_off) == 3
    assert all(refund.approved or not refund.paid for refund in refunds)
    assert all(found[credit.to].outcome == "no_fee" for credit in set_off)
    assert {mark for refund in refunds for mark in found[refund.application].clauses} == {"①", "②", "③", "特例"}


def test_refunds_go_to_members_with_an_account() -> None:
    person_of = {application.number: application.person for application in federation.applications()}
    assert all(person_of[refund.application].account for refund in errands.proposed_refunds())


# --- the files ------------------------------------------------------------------------------------------------------


def test_files_are_the_same_bytes_each_time(demo_files: tuple[Path, ...], tmp_path: Path) -> None:
    again = files.write(tmp_path)
    assert [path.name for path in again] == [file.name for file in demo_files]
    assert all(one.read_bytes() == other.read_bytes() for one, other in zip(again, demo_files, strict=True))


def test_files_written_in_english_give_the_same_answers_on_both_databases(
    books: Books, tmp_path: Path, book_url: str
) -> None:
    i18n.use("en")
    with database.writing(book_url) as connection:
        take_in(connection, files.write(tmp_path), known_on=None, by="demo")
    with database.reading(book_url) as connection:
        found = {finding.application: (finding.outcome, finding.clauses) for finding in judge(connection, AS_OF)}
    assert found == {number: (finding.outcome, finding.clauses) for number, finding in books.findings.items()}


def test_files_are_of_every_kind_and_encoding(demo_files: tuple[Path, ...]) -> None:
    assert len(demo_files) == len(rows.KINDS) == 11
    by_name = {file.name: file for file in demo_files}
    assert "ダウンロード日" in by_name["ダウンロード記録.csv"].read_text(encoding="cp932")
    assert by_name["利用回答.csv"].read_bytes().startswith(b"\xef\xbb\xbf")
