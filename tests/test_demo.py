"""The made-up federation: its files come in without a problem, and every story ends as it says beside itself."""

import csv
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import inspect, text
from typer.testing import CliRunner

import cli
from exports.demo import play
from ledger import dates, i18n
from ledger.booking.recording import import_files
from ledger.codes import APPLICATION_KINDS, ASSOCIATIONS, REASONS
from ledger.decisions.findings import Finding, judge
from ledger.notices.review_flags import DOUBTS, FEE_NOT_KNOWN, WARNINGS
from ledger.store import database, shipment, upgrade

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent
FEE = 7245
OUTCOMES_AT_FIRST = ("eligible", "not_eligible", "needs_facts", "needs_review", "in_force", "no_fee")
MISSABLE = ("issued_on", "mailed_on", "downloaded", "receipt", "reason", "used", "covered")

STORIES: dict[str, dict[str, Any]] = tomllib.loads((play.INPUT.parent / "stories.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class End:
    """How applications of a story have to end on the last day."""

    story: str
    applications: tuple[str, ...]
    outcome: str
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    suggested: str | None = None
    received: int = FEE
    reissue: bool = False

    def answer(self) -> dict[str, object]:
        """What the check has to answer."""
        names = ("outcome", "clauses", "missing", "doubts", "warnings", "suggested")
        money = {"fee_received": min(self.received, FEE), "overpaid": max(self.received - FEE, 0)}
        return {name: getattr(self, name) for name in names} | money


def ends() -> Iterator[End]:
    """Every end of every story."""
    for story, words in STORIES.items():
        for end in words["ends"]:
            fields: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in end.items()
            }
            yield End(story, **fields)


def cells(name: str) -> list[dict[str, Any]]:
    """The lines of an input file, each cell under its heading; a blank cell is None, a day of Excel a date."""
    path = play.INPUT / name
    if path.suffix == ".csv":
        encoding = "cp932" if name == "ダウンロード記録.csv" else "utf-8-sig"
        lines: list[list[Any]] = list(csv.reader(path.read_text(encoding=encoding).splitlines()))
    else:
        lines = [list(line) for line in load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    first = next(at for at, line in enumerate(lines) if all(line))
    headings = [str(heading) for heading in lines[first]]
    return [dict(zip(headings, map(_cell, line), strict=True)) for line in lines[first + 1 :] if any(line)]


def _cell(cell: object) -> object:
    return cell.date() if isinstance(cell, datetime) else cell or None


def yen(cell: object) -> int:
    """An amount, written as a number or as 7,245円."""
    return int(re.sub("[,円]", "", str(cell)))


@dataclass(frozen=True)
class Books:
    """Books into which the made-up files were taken, and what the check answers on the last day."""

    url: str
    findings: dict[str, Finding]


def files() -> list[Path]:
    """The input files, in the order of the month."""
    return [play.INPUT / name for name in play.FILES]


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """One book for the whole module, on SQLite."""
    url = f"sqlite:///{tmp_path_factory.mktemp('books') / 'demo.db'}"
    upgrade.create(url)
    with database.writing(url) as connection:
        import_files(connection, files(), None, through=dates.today(), by="demo")
    with database.reading(url) as connection:
        return Books(url, {finding.application: finding for finding in judge(connection, play.AS_OF)})


# --- the answers ----------------------------------------------------------------------------------------------------


def test_every_story_ends_as_it_says(books: Books) -> None:
    wrong = []
    for end in ends():
        for application in end.applications:
            expected = end.answer()
            finding = books.findings[application]
            answered = {name: getattr(finding, name) for name in expected}
            if end.outcome != "needs_facts":  # what a person has to look at may lack facts besides
                expected["missing"] = answered["missing"] = ()
            if expected != answered:
                wrong.append(f"{end.story} {application}: {expected} but {answered}")
    assert not wrong, "\n".join(wrong)


def test_every_application_belongs_to_one_story_which_is_told_in_both_languages(books: Books) -> None:
    of_stories = Counter(application for end in ends() for application in end.applications)
    assert set(of_stories.values()) == {1}
    assert of_stories.keys() == books.findings.keys()
    for words in STORIES.values():
        assert words.keys() == {"ja", "en", "ends"}
        assert re.search("[ぁ-ん]", words["ja"])
        assert not re.search("[ぁ-ん]", words["en"])


def test_a_reissue_of_a_story_names_an_application_of_it() -> None:
    previous = {line["申込番号"]: line["前回申込番号"] for line in cells("申込.xlsx")}
    firsts = {end.story: set[str]() for end in ends()}
    for end in ends():
        if not end.reissue:
            firsts[end.story].update(end.applications)
    for end in ends():
        before = {previous[application] for application in end.applications}
        assert before <= firsts[end.story] if end.reissue else before == {None}, end.story


def test_every_outcome_occurs_five_times(books: Books) -> None:
    count = Counter(finding.outcome for finding in books.findings.values())
    assert {outcome: count[outcome] for outcome in OUTCOMES_AT_FIRST if count[outcome] < 5} == {}


def test_every_clause_occurs_five_times(books: Books) -> None:
    count = Counter(mark for finding in books.findings.values() for mark in finding.clauses)
    assert {mark: count[mark] for mark in ("①", "②", "③", "特例") if count[mark] < 5} == {}


def test_every_doubt_warning_and_missing_fact_occurs(books: Books) -> None:
    findings = books.findings.values()
    # The books of the demo know the fee of every day on which anybody paid.
    doubts = {code for finding in findings for code in finding.doubts}
    assert {doubt.code for doubt in DOUBTS} - {FEE_NOT_KNOWN, "recovered"} <= doubts
    assert {warning.code for warning in WARNINGS} <= {code for finding in findings for code in finding.warnings}
    undetermined = (finding for finding in findings if finding.outcome == "needs_facts")
    assert {finding.missing[0] for finding in undetermined if len(finding.missing) == 1} == set(MISSABLE)


@pytest.mark.parametrize(
    ("as_of", "outcome", "clauses"),
    [
        (date(2012, 2, 24), "in_force", ()),
        (date(2012, 2, 26), "not_eligible", ()),
        (date(2012, 3, 5), "not_eligible", ()),
        (date(2012, 3, 23), "eligible", ("未利用",)),
        (date(2012, 9, 21), "eligible", ("②", "③")),
    ],
)
def test_the_worked_case_is_answered_as_the_papers_answer_it(
    books: Books, as_of: date, outcome: str, clauses: tuple[str, ...]
) -> None:
    first, reissue = (end.applications[0] for end in ends() if end.story == "worked_case")
    assert first == play.WORKED_CASE
    member = next(line["会員番号"] for line in cells("申込.xlsx") if line["申込番号"] == first)
    with database.reading(books.url) as connection:
        findings = {finding.application: finding for finding in judge(connection, as_of, member=member)}
    assert (findings[first].outcome, findings[first].clauses) == (outcome, clauses)
    assert findings[first].suggested == ("refund" if outcome == "eligible" else None)
    assert reissue not in findings or findings[reissue].refundable == 0


# --- the people and the money ---------------------------------------------------------------------------------------


def test_members_come_from_all_associations_and_have_names_of_their_own() -> None:
    members = {line["会員番号"]: line for line in cells("会員名簿.xlsx")}
    assert {line["司法書士会"] for line in members.values()} == set(ASSOCIATIONS)
    assert len({line["氏名"] for line in members.values()}) == len(members)
    assert 290 <= len(members) <= 320
    assert 390 <= len(cells("申込.xlsx")) <= 420
    assert all(any(sign in line["氏名"] for line in members.values()) for sign in "髙﨑𠮷")
    assert cells("申込.xlsx")[2]["申込番号"] == "2011-0001"


def test_everybody_is_invented_and_every_account_is_at_a_bank_that_does_not_exist() -> None:
    members = cells("会員名簿.xlsx")
    assert all(line["会員番号"].startswith(f"{line['司法書士会']} 第90") for line in members)
    assert {(line["銀行番号"], line["支店番号"]) for line in members} == {("9999", "999"), (None, None)}
    assert (play.SETTINGS["payer_bank"], play.SETTINGS["payer_branch"]) == ("9999", "999")


def test_each_transfer_has_a_reference_of_its_own() -> None:
    transfers: dict[str, set[tuple[object, ...]]] = {}
    deposits = cells("入金.xlsx")
    for line in deposits:
        transfer = (line["入金日"], yen(line["金額"]), line["振込依頼人名"])
        transfers.setdefault(line["照会番号"], set()).add(transfer)
    assert all(len(transfer) == 1 for transfer in transfers.values())
    assert sum(line["申込番号"] is None for line in deposits) >= 8


def test_the_fee_is_the_one_that_ships() -> None:
    shipped = tomllib.loads((shipment.FEES / "2011-01-01.toml").read_text(encoding="utf-8"))
    assert shipped["applies_from"] == date(2011, 1, 1)
    fees = [("平成23年1月1日", f"{shipped['yen']:,}円", shipped["tax_percent"], shipped["basis"])]
    assert [tuple(line.values())[:4] for line in cells("発行手数料.xlsx")] == fees


def test_bills_hold_what_reconciliation_has_to_find() -> None:
    bills = cells("請求書.xlsx")
    known = {line["申込番号"] for line in cells("申込.xlsx")}
    billed = Counter(line["申込番号"] for line in bills if line["金額"] == FEE)
    owed = {line["申込番号"] for line in cells("発行送付.xlsx")}
    assert any(number not in known for number in billed)
    assert max(billed.values()) == 2
    assert {line["金額"] for line in bills} == {FEE, -FEE, 6900, 7452}
    assert len(owed - {line["申込番号"] for line in bills}) >= 5


def test_nothing_becomes_known_after_the_last_day(books: Books) -> None:
    with database.reading(books.url) as connection:
        dated = [
            name
            for name in inspect(connection).get_table_names()
            if "known_on" in {column["name"] for column in inspect(connection).get_columns(name)}
        ]
        latest = {name: connection.execute(text(f"SELECT max(known_on) FROM {name}")).scalar() for name in dated}
    assert len(latest) >= 5
    assert all(day is None or str(day) <= str(play.AS_OF) for day in latest.values()), latest


def test_reasons_and_kinds_of_application_are_all_in_use() -> None:
    reasons = {line["取消事由"] for line in cells("取消通知.xlsx")}
    assert len(reasons & set(REASONS.japanese)) >= 15
    assert {line["申込区分"] for line in cells("申込.xlsx")} == set(APPLICATION_KINDS.japanese)


# --- what the clerks do ---------------------------------------------------------------------------------------------


def test_clerks_propose_what_the_check_suggests_on_that_day(books: Books) -> None:
    with database.reading(books.url) as connection:
        findings = {finding.application: finding for finding in judge(connection, play.PROPOSED_ON)}
    assert [findings[application].suggested for application in play.REFUNDS] == ["refund"] * 12
    assert [findings[application].suggested for application, _reissue in play.CREDITS] == ["credit"] * 4
    assert all(findings[reissue].outcome == "no_fee" for _application, reissue in play.CREDITS)
    assert play.PAID_REFUNDS < play.APPROVED_REFUNDS < len(play.REFUNDS)
    assert len(play.CREDITS) > play.APPROVED_CREDITS
    marks = {mark for application in play.REFUNDS for mark in findings[application].clauses}
    assert marks == {"①", "②", "③", "特例"}


def test_credits_go_to_the_reissue_of_the_application() -> None:
    previous = {line["申込番号"]: line["前回申込番号"] for line in cells("申込.xlsx")}
    assert all(previous[reissue] == application for application, reissue in play.CREDITS)


def test_refunds_go_to_members_with_an_account() -> None:
    account = {line["会員番号"]: line["口座番号"] for line in cells("会員名簿.xlsx")}
    member = {line["申込番号"]: line["会員番号"] for line in cells("申込.xlsx")}
    assert all(account[member[application]] for application in play.REFUNDS)


# --- the files ------------------------------------------------------------------------------------------------------


def test_the_demo_copies_all_files_that_ship_as_they_are(tmp_path: Path) -> None:
    copies = play.copy_input(tmp_path / "input")
    assert [path.name for path in copies] == list(play.FILES)
    assert {path.name for path in play.INPUT.iterdir()} == set(play.FILES)
    assert all(copy.read_bytes() == (play.INPUT / copy.name).read_bytes() for copy in copies)


def test_files_give_the_same_answers_in_english_on_both_databases(books: Books, book_url: str) -> None:
    i18n.use("en")
    with database.writing(book_url) as connection:
        import_files(connection, files(), None, through=dates.today(), by="demo")
    with database.reading(book_url) as connection:
        answers = {finding.application: (finding.outcome, finding.clauses) for finding in judge(connection, play.AS_OF)}
    assert answers == {number: (finding.outcome, finding.clauses) for number, finding in books.findings.items()}


def test_files_are_of_every_kind_and_encoding(books: Books) -> None:
    with database.reading(books.url) as connection:
        read = connection.execute(text("SELECT name FROM source")).scalars()
        assert {name.partition(".")[0] for name in read} >= {name.partition(".")[0] for name in play.FILES}
    assert "ダウンロード日" in (play.INPUT / "ダウンロード記録.csv").read_text(encoding="cp932")
    assert (play.INPUT / "利用回答.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_days_and_amounts_are_written_as_offices_write_them() -> None:
    written = {type(line["記帳日"]) for line in cells("受領簿.xlsx")}
    texts = {re.sub(r"\d+", "9", line["記帳日"]) for line in cells("受領簿.xlsx") if isinstance(line["記帳日"], str)}
    assert written == {date, str}
    assert texts == {"平成9年9月9日", "H9.9.9", "9/9/9"}
    assert {type(line["金額"]) for line in cells("入金.xlsx")} == {int, str}


# --- what is said at the end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("path", "typed"), [("", ".venv/bin/seisan"), (".venv/bin", "seisan")])
def test_the_demo_says_what_to_type_next(
    path: str, typed: str, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell that does not find `seisan` by its name is told where it is, as after `make demo`."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/seisan").touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("SEISAN_LANG", language)
    monkeypatch.setattr(sys, "argv", [".venv/bin/seisan", "demo"])
    monkeypatch.setattr(play, "acts", lambda _folder: iter(()))
    answer = CliRunner().invoke(cli.app, ["demo"])
    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert ("帳簿は" in answer.output) == (language == "ja")
    assert "  export SEISAN_DATABASE='sqlite:///demo/demo.db'" in lines
    assert f"  {typed} check --everyone --as-of 2012-09-30" in lines
