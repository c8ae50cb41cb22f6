"""The notices stand in order and quote their papers; their SELECT runs as printed; a proposed one is compared."""

import csv
import io
import sqlite3
import subprocess
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from exports.formats import json, screen, terminal
from exports.reports import notices, sql
from exports.reports.impact import REPORT
from exports.reports.report import Listing
from ledger import i18n, tables
from ledger.decisions import query
from ledger.decisions.findings import judge, judging
from ledger.decisions.impact import Comparison, compare
from ledger.errors import Refusal
from ledger.notices import drafts, n2012_09_21, register
from ledger.notices.conditions import Clause, Condition, Notice, days_after, mailed_on, revoked_on
from ledger.notices.drafts import DraftNotice
from ledger.notices.refusals import (
    DoesNotRun,
    ImportsSomethingElse,
    NoNotice,
    NoNoticeYet,
    NoSuchProposal,
    NotInTheForm,
    OverlapsAnother,
    ProposalDoesNotParse,
    ProposalNotPython,
    QuotesOtherWords,
    RaisesWhileLoading,
    ReplacesNone,
    ReplacesReplaced,
    ReplacesUnknown,
    SameNameTwice,
    UnknownFact,
)
from ledger.store import database
from tests.mutants import book
from tests.server import Server

EXAMPLE = Path(__file__).parent / "proposed" / "n2027_04_01.py"
ASKED = date(2012, 10, 30)
LAST = register.NOTICES[-1].announced_on
PROPOSED_ON = max(date(2027, 4, 1), LAST + timedelta(days=1))


def example(folder: Path, old: str = "", new: str = "") -> Path:
    """The example of a proposed notice, one place of it changed, as it would follow the last notice of the register."""
    source = EXAMPLE.read_text(encoding="utf-8").replace(old, new, 1)
    source = source.replace("replaces=date(2012, 9, 21)", f"replaces={_spelt(LAST)}")
    file = folder / "proposal.py"
    file.write_text(source.replace("=date(2027, 4, 1)", f"={_spelt(PROPOSED_ON)}"), encoding="utf-8")
    return file


def _spelt(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


# --- the register ---------------------------------------------------------------------------------------------------


def test_on_every_day_exactly_one_notice_answers_and_before_the_first_none() -> None:
    day = date(2011, 11, 1)
    while day < date(2040, 1, 1):
        answering = [
            notice
            for notice in register.NOTICES
            if notice.announced_on <= day <= (register.last_day(notice) or date.max)
        ]
        assert len(answering) == (day >= date(2012, 3, 5)), day
        assert register.in_force(day) is (answering[0] if answering else None), day
        day += timedelta(days=1)


def test_nothing_speaks_against_the_notices_in_force() -> None:
    for nth, notice in enumerate(register.NOTICES):
        assert [*register.objections(notice, register.words(notice), "paper", register.NOTICES[:nth])] == []
        for condition in notice.conditions:
            assert {*condition.settled_by, *condition.revisable} <= set(query.MISSABLE)


def test_each_condition_is_called_in_the_select_as_in_its_file() -> None:
    assert list(register.names(n2012_09_21.notice).values())[:3] == ["downloaded", "defect", "revoked"]


def test_two_notices_that_differ_only_in_a_number_of_days_are_two_questions(book_url: str) -> None:
    """A statement once compiled is kept: the number of days has to tell the one from the other."""
    book(book_url)

    def revoked_after(days: int) -> Notice:
        late = Condition("遅い", "late", revoked_on >= days_after(mailed_on, days), ("mailed_on",))
        return Notice(date(2030, 1, 1), "案", "proposal", (Clause("②", "…", late),))

    with database.reading(book_url) as connection:
        for days in (29, 30, 31, 29):
            found = {
                finding.application for finding in judging(connection, ASKED, revoked_after(days)) if finding.clauses
            }
            assert [name in found for name in ("X07", "R40", "R39")] == [days <= 29, days <= 30, days <= 31], days


# --- shown ----------------------------------------------------------------------------------------------------------


def test_list_names_every_notice_the_days_it_answers_and_its_clauses() -> None:
    i18n.use("en")
    said = notices.listed()[0]
    assert "the president's notice of 21 September 2012" in said
    assert "  in force from 2012-03-23 to 2012-09-20\n  replaces the notice of 2012-03-05\n  未利用「" in said
    assert f"  in force from {LAST} on" in said
    answers = notices.listed()[1]
    firsts = [notice.announced_on for notice in register.NOTICES]
    assert firsts[:3] == [date(2012, 3, 5), date(2012, 3, 23), date(2012, 9, 21)]
    lasts = [following - timedelta(days=1) for following in firsts[1:]]
    assert [(answer["from"], answer["to"]) for answer in answers] == list(zip(firsts, [*lasts, None], strict=True))
    assert [clause["mark"] for clause in answers[2]["clauses"]] == ["①", "②", "③", "特例"]
    assert json.text(answers)


def test_paper_is_shown_in_its_own_words_with_the_conditions_read_from_it() -> None:
    said = notices.paper(date(2012, 10, 1))[0]
    quoted = [line for line in register.words(n2012_09_21.notice).splitlines() if line.startswith("> ")]
    assert all(line in said for line in quoted)
    assert "    ・受領書が返送されていない\n    ・送付から30日以上経って取消された" in said
    assert "It speaks of what" not in said
    i18n.use("en")
    said = notices.paper(date(2012, 9, 21))[0]
    assert "    ・the receipt had not been returned\n      受領書が返送されていない" in said
    assert all(line in said for line in quoted)
    answer = notices.paper(date(2012, 9, 21))[1]
    assert [each["name"] for each in answer["clauses"][1]["conditions"]] == ["no_receipt", "thirty_days", "revoked"]
    assert json.text(answer)


def test_notice_without_clauses_says_so() -> None:
    i18n.use("en")
    assert notices.paper(date(2012, 3, 22))[0].endswith("Read as:\n  it names no case in which the fee comes back")


def test_day_before_the_first_notice_has_none_to_show() -> None:
    with pytest.raises(NoNoticeYet):
        notices.paper(date(2012, 3, 4))


@pytest.mark.thorough
@pytest.mark.parametrize("day", ["2012-03-04", "2012-03-22", "2012-06-01", "2012-10-30", "2017-02-01"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_select_runs_as_it_is_printed(
    day: str, language: i18n.Language, book_url: str, request: pytest.FixtureRequest
) -> None:
    book(book_url)
    as_of = date.fromisoformat(day)
    i18n.use(language)
    printed = sql.format_sql(as_of, book_url)
    rows = _run(printed, book_url, request)
    with database.reading(book_url) as connection:
        found = judge(connection, as_of)
    assert [finding.application for finding in found] == [row["application"] for row in rows]
    for finding, row in zip(found, rows, strict=True):
        assert {name: _plain(value) for name, value in finding.row.items()} == {
            name: _plain(value) for name, value in row.items()
        }


def _run(printed: str, url: str, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.row_factory = sqlite3.Row
            rows = [dict(row) for row in connection.execute(printed)]
        connection.close()
        return rows
    server: Server = request.getfixturevalue("server")
    psql = [str(server._program / "bin" / "psql"), "-X", "--csv", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"]
    done = subprocess.run(psql, input=printed, capture_output=True, text=True, encoding="utf-8", check=True)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def _plain(value: object) -> str:
    """A value as psql writes it, whichever database and driver gave it."""
    if value is None:
        return ""
    said = str(value)
    return {"True": "1", "False": "0", "t": "1", "f": "0"}.get(said, said)


def test_printed_select_is_laid_out_to_be_read() -> None:
    printed = sql.format_sql(date(2012, 9, 21), "sqlite:///books.db")
    lines = printed.splitlines()
    assert max(map(screen.width, lines)) <= 120
    assert "conditions AS MATERIALIZED (" in lines
    assert "        revoked_on >= date(mailed_on, '+30 days') AS is_thirty_days," in lines
    at = lines.index("        -- ②「電子証明書の受領書が30日以上返送されず電子証明書を取消した場合」")
    assert lines[at + 1] == (
        "        conditions.is_no_receipt AND conditions.is_thirty_days AND conditions.is_revoked AS clause_2,"
    )
    assert printed.endswith(";")


# --- a proposed notice ----------------------------------------------------------------------------------------------


def test_example_of_a_proposed_notice_loads(tmp_path: Path) -> None:
    found = drafts.load(example(tmp_path))
    assert found.notice.announced_on == PROPOSED_ON
    assert list(register.names(found.notice).values()) == [
        "downloaded",
        "defect",
        "revoked",
        "no_receipt",
        "sixty_days",
        "never_downloaded",
        "ended",
    ]
    assert found.notice not in register.NOTICES


def _compared(url: str, notice: DraftNotice, *, examples: int = 2) -> Comparison:
    with database.reading(url) as connection:
        return compare(connection, notice, ASKED, examples=examples)


def test_comparison_is_the_difference_of_two_judgements(book_url: str, tmp_path: Path) -> None:
    book(book_url)
    notice = drafts.load(example(tmp_path))
    found = _compared(book_url, notice)
    with database.reading(book_url) as connection:
        before = {finding.application: finding for finding in judge(connection, ASKED)}
        after = {finding.application: finding for finding in judging(connection, ASKED, notice.notice)}
    assert found.judged == len(before) == len(after)
    assert found.refundable_before == sum(finding.refundable for finding in before.values())
    assert found.refundable_after == sum(finding.refundable for finding in after.values())
    by_application = {change.application: change for change in found.changes}
    for application, was in before.items():
        now = after[application]
        said = [
            (finding.outcome, finding.clauses, finding.missing, finding.doubts, finding.refundable)
            for finding in (was, now)
        ]
        if said[0] == said[1]:
            assert application not in by_application
        else:
            change = by_application[application]
            assert [
                (answer.outcome, answer.clauses, answer.missing, answer.doubts, answer.refundable)
                for answer in (change.before, change.after)
            ] == said
    counted = Counter((change.before.outcome, change.after.outcome) for change in found.changes)
    assert {(movement.before, movement.after): movement.applications for movement in found.moved} == counted
    moved = sum(movement.refundable_after - movement.refundable_before for movement in found.moved)
    assert moved == found.refundable_after - found.refundable_before


def test_comparison_says_what_the_example_changes(book_url: str, tmp_path: Path) -> None:
    book(book_url)
    found = _compared(book_url, drafts.load(example(tmp_path)))
    changed = {change.application: (change.before.outcome, change.after.outcome) for change in found.changes}
    assert changed["R39"] == ("eligible", "not_eligible")  # no receipt for 31 days, and 60 are asked for
    assert changed["W02"] == ("eligible", "not_eligible")  # the exemption is gone
    assert changed["N33"] == ("needs_review", "in_force")  # not downloaded, but live
    assert changed["F59"] == ("not_eligible", "eligible")  # that it was used is not asked any more
    assert "F56" not in changed  # ① as before
    assert changed["N27"] == ("eligible", "eligible")  # ③ alone, no longer ② and ③
    i18n.use("en")
    listing = Listing(REPORT, {}, found, found.as_of)
    said = listing.text()
    assert "fee to be given back  fee not given back" in said
    assert "Application R39" in said or len(found.examples) >= len(found.moved)
    assert "seisan refund propose" not in said.split("as proposed:", 1)[1].split("Application", 1)[0]
    assert {example.change.application for example in found.examples} <= set(changed)
    answer = json.text(listing.data())
    assert '"refundable_before"' in answer
    whole = terminal.format_sheet(listing.sheet())
    assert "Every change" in whole and "R39" in whole


def test_same_rules_under_a_new_name_change_nothing(book_url: str, tmp_path: Path) -> None:
    book(book_url)
    source = Path(n2012_09_21.__file__).read_text(encoding="utf-8")
    source = source.replace("announced_on=date(2012, 9, 21)", f"announced_on={_spelt(PROPOSED_ON)}")
    file = tmp_path / "same.py"
    file.write_text(source.replace("replaces=date(2012, 3, 23)", f"replaces={_spelt(LAST)}"), encoding="utf-8")
    found = _compared(book_url, drafts.load(file))
    assert (found.changes, found.moved, found.examples) == ((), (), ())
    assert found.refundable_before == found.refundable_after > 0
    i18n.use("en")
    assert Listing(REPORT, {}, found, found.as_of).text().endswith("the proposed notice would change nothing.")


def test_comparing_writes_nothing(book_url: str, tmp_path: Path) -> None:
    book(book_url)

    def counts() -> list[int]:
        with database.reading(book_url) as connection:
            return [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in tables.metadata.sorted_tables
            ]

    before = counts()
    _compared(book_url, drafts.load(example(tmp_path)))
    assert counts() == before


# --- what is refused ------------------------------------------------------------------------------------------------

# What is changed in the example, the refusal, and whether it names the line.
MISTAKES: list[tuple[str, str, type[Refusal], bool]] = [
    ("notice = Notice(", "paper = Notice(", NoNotice, False),
    ("notice = Notice(", "notice = dict(", NoNotice, False),
    ("notice = Notice(", "notice = = Notice(", ProposalDoesNotParse, True),
    ("from datetime import date", "import os", ImportsSomethingElse, True),
    ("from datetime import date", "from datetime import datetime", ImportsSomethingElse, True),
    ("from sqlalchemy import case, true", "from sqlalchemy import func", ImportsSomethingElse, True),
    ("    mailed_on,\n    never", "    Boolean,\n    never", UnknownFact, True),
    ("    mailed_on,\n    never", "    posted_on,\n    never", UnknownFact, True),
    ("from datetime import date", "from .conditions import mailed_on", ImportsSomethingElse, True),
    ('reason == "tool_defect"', 'cause == "tool_defect"', UnknownFact, True),
    ('    ("reason",),', '    ("cause",),', UnknownFact, False),
    ('reason == "tool_defect"', 'reason.nothing == "tool_defect"', RaisesWhileLoading, True),
    ('reason == "tool_defect"', "revoked.holds and revoked.holds", RaisesWhileLoading, True),
    ("DAYS = 60", "raise SystemExit(3)", RaisesWhileLoading, True),
    ("DAYS = 60", "DAYS = 1 / 0", RaisesWhileLoading, True),
    ('reason == "tool_defect"', "True", NotInTheForm, False),
    ('reason == "tool_defect"', "mailed_on", NotInTheForm, False),
    ("clauses=(", "clauses=[", ProposalDoesNotParse, False),
    ("announced_on=date(2027, 4, 1)", 'announced_on="2027-04-01"', NotInTheForm, False),
    ('name_ja="会長お知らせ案(2027年4月1日予定)"', 'name_ja=""', NotInTheForm, False),
    ("never_downloaded, ended)", ")", NotInTheForm, False),
    ("never_downloaded, ended)", "mailed_on)", NotInTheForm, False),
    ('"③", "電子証明書のダウンロードを行わない', '"③", "電子証明書を受領しない', QuotesOtherWords, False),
    ('"③", "電', '"②", "電', SameNameTwice, False),
    ('"電子証明書をダウンロードした",', '"不具合により使用できず",', SameNameTwice, False),
    ("announced_on=date(2027, 4, 1)", "announced_on=date(2012, 9, 21)", OverlapsAnother, False),
    ("announced_on=date(2027, 4, 1)", "announced_on=date(2012, 6, 1)", OverlapsAnother, False),
    ("    replaces=date(2012, 9, 21),\n", "", ReplacesNone, False),
    ("replaces=date(2012, 9, 21)", "replaces=date(2012, 9, 22)", ReplacesUnknown, False),
    ("replaces=date(2012, 9, 21)", "replaces=date(2012, 3, 23)", ReplacesReplaced, False),
    ('reason == "tool_defect"', 'reason == "tool_defct"', UnknownFact, False),
    ('reason == "tool_defect"', 'reason.in_(("tool_defect", "broken"))', UnknownFact, False),
    ("days_after(mailed_on, DAYS)", '"2012-03-01"', DoesNotRun, False),
    ("days_after(mailed_on, DAYS)", "mailed_on + DAYS", DoesNotRun, False),
    ("days_after(mailed_on, DAYS)", "reason", DoesNotRun, False),
    ('reason == "tool_defect"', 'reason.op("nonsense", is_comparison=True)("x")', DoesNotRun, False),
]


@pytest.mark.parametrize(
    ("old", "new", "cause", "names_line"), MISTAKES, ids=[f"{mistake[2].code()}: {mistake[1]}" for mistake in MISTAKES]
)
def test_mistake_in_a_proposed_notice_is_one_refusal(
    old: str, new: str, cause: type[Refusal], names_line: bool, tmp_path: Path
) -> None:
    source = EXAMPLE.read_text(encoding="utf-8")
    assert old in source
    line = source[: source.index(old)].count("\n") + 1
    file = example(tmp_path, old, new)
    with pytest.raises(Refusal) as refused:
        drafts.load(file)
    assert type(refused.value) is cause
    assert refused.value.message.startswith(f"{file}:{line}:" if names_line else str(file))
    assert refused.value.hint


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("missing.py", None, NoSuchProposal),
        ("notice.xlsx", b"PK\x03\x04", ProposalNotPython),
        ("notice.py", b"\x82\xa0\xff", ProposalNotPython),
        ("notice.py", b"a = 1\x00", ProposalNotPython),
        ("notice.py", b"#" * 1_000_001, ProposalNotPython),
        ("notice.py", b"(" * 100_000, ProposalDoesNotParse),
        ("notice.py", b"a = " + b"-" * 100_000 + b"1", ProposalNotPython),
        ("notice.py", b"", NoNotice),
    ],
)
def test_file_that_is_no_python_is_refused(
    name: str, content: bytes | None, cause: type[Refusal], tmp_path: Path
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        drafts.load(file)
    assert type(refused.value) is cause


def test_folder_is_no_proposed_notice(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / ("x" * 300), Path("with\0nothing.py")):
        with pytest.raises(Refusal) as refused:
            drafts.load(path)
        assert type(refused.value) is NoSuchProposal


def test_notice_without_words_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "silent.py"
    file.write_text(EXAMPLE.read_text(encoding="utf-8").split('"""', 2)[2], encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        drafts.load(file)
    assert type(refused.value) is NotInTheForm


def test_fact_that_nobody_can_supply_is_refused(book_url: str) -> None:
    condition = Condition("何か", "something", mailed_on.is_not(None), ("mailed_on",), {"mailing": mailed_on.is_(None)})
    notice = Notice(date(2030, 1, 1), "案", "proposal", (Clause("①", "…", condition),))
    with database.reading(book_url) as connection, pytest.raises(UnknownFact):
        compare(connection, DraftNotice("proposal.py", "", notice), ASKED)


def test_condition_that_the_database_cannot_evaluate_is_refused(book_url: str) -> None:
    book(book_url)
    nonsense = mailed_on.op("nonsense", is_comparison=True)(1)
    condition = Condition("何か", "something", nonsense, ("mailed_on",))
    notice = Notice(date(2030, 1, 1), "案", "proposal", (Clause("①", "…", condition),))
    with pytest.raises(DoesNotRun), database.reading(book_url) as connection:
        compare(connection, DraftNotice("proposal.py", "", notice), ASKED)
