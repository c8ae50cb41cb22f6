"""The letter to the member: right for every outcome, in an office's words, on one page, and the same made again."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import Connection, event

from exports.formats import package, terminal, xlsx
from exports.formats.page import HEIGHT, TextPage
from exports.formats.page_xlsx import PageRows
from exports.formats.sheet import StyledRow, Workbook
from exports.issued import stamp as stamps
from exports.issued.letters import COVERING, letters_of_many
from exports.reports import letter as sheets
from exports.reports import letter_words as words
from ledger import facts, i18n, tables
from ledger.booking import refunds
from ledger.booking.run import book
from ledger.codes import OUTCOMES, REASONS, VERDICTS
from ledger.decisions import store
from ledger.decisions.findings import judge
from ledger.errors import NotWritable, UnknownDecision
from ledger.i18n import LANGUAGES, Calendar, Language
from ledger.intake import FORM
from ledger.notices import review_flags
from ledger.people.register import PostalAddress
from ledger.statements.issuer import Issuer
from ledger.statements.letter import Letter, letter, letters
from ledger.store import database
from tests import desk, given
from tests.copies import FilledOnce
from tests.libreoffice import pages, saved_as
from tests.notice_cases import CASES
from tests.test_statements import compare, dumped

ASKED = date(2012, 9, 21)
APPLIED, MAILED, REVOKED = date(2011, 11, 1), date(2012, 1, 26), date(2012, 2, 26)

REVOKED_UNSEEN: dict[str, Any] = {
    "applied_on": APPLIED,
    "mailed_on": MAILED,
    "downloaded_on": "none",
    "downloads_checked_on": REVOKED,
    "receipt_on": "none",
    "receipts_entered_to": REVOKED,
    "revoked_on": REVOKED,
    "reason": "receipt_not_returned",
}
FETCHED: dict[str, Any] = {
    "applied_on": APPLIED,
    "mailed_on": MAILED,
    "downloaded_on": date(2012, 2, 1),
    "receipt_on": date(2012, 2, 3),
    "revoked_on": date(2012, 3, 30),
    "reason": "pin_lost",
}
USED = {"used": "yes", "used_answered_on": date(2012, 4, 10)}
TOLD: dict[str, dict[str, Any]] = {
    "eligible": REVOKED_UNSEEN,
    "not_eligible": FETCHED | USED,
    "needs_facts": FETCHED,
    "needs_review": REVOKED_UNSEEN | USED | {"downloaded_on": date(2012, 2, 1)},
    "in_force": {"applied_on": APPLIED, "mailed_on": MAILED, "expires_on": date(2017, 1, 20)},
    "being_settled": REVOKED_UNSEEN | {"receipts_entered_to": date(2012, 3, 31)},
    "settled": REVOKED_UNSEEN | {"receipts_entered_to": date(2012, 3, 31)},
    "no_fee": REVOKED_UNSEEN | {"paid": []},
}


def told(connection: Connection, number: str, facts: dict[str, Any], as_of: date = ASKED) -> None:
    """An application of a member of its own."""
    of = given.source(connection, "取消通知.csv")
    member = f"東京 第{number}号"
    given.member(connection, of, member)
    given.application(connection, of, number, facts, member=member, as_of=as_of)
    given.book(connection)


def decided(connection: Connection, number: str, as_of: date = ASKED) -> int:
    """The number of the decision that is kept on the finding of the day."""
    (no,) = store.keep(connection, judge(connection, as_of, applications=[number]), by="乙川")
    return no


@pytest.fixture
def every_outcome(filled_once: FilledOnce) -> dict[str, Letter]:
    """A letter for each outcome, by outcome."""
    with database.reading(filled_once(_every_outcome)) as connection:
        return {each.outcome: each for each in letters(connection)}


def _every_outcome(url: str) -> None:
    with database.writing(url) as connection:
        for nth, each in enumerate(TOLD.values(), 1):
            told(connection, f"2011-{nth:04}", each)
        book(connection, ASKED, by="乙川")
        on_their_way = [f"2011-{list(TOLD).index(outcome) + 1:04}" for outcome in ("being_settled", "settled")]
        for number in on_their_way:
            refunds.propose(connection, number, on=ASKED, by="乙川")
        refunds.approve(connection, 2, on=ASKED, by="丙田")
        refunds.paid(connection, [2], on=ASKED, by="乙川")
        store.keep(connection, judge(connection, ASKED), by="乙川")
        store.keep(connection, judge(connection, date(2012, 9, 22), applications=on_their_way), by="乙川")


def shown(of: Letter) -> str:
    """All that a reader of the letter sees, on one line for each row."""
    return terminal.format_sheet(sheets.sheet(of))


# --- what it says ---------------------------------------------------------------------------------------------------


SENDER = Issuer("架空司法書士会連合会", "電子証明書係", "〒999-9999 架空県架空市架空町1-1", "00-0000-0000")


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_the_golden_ones(every_outcome: dict[str, Letter], language: Language, update: bool) -> None:
    i18n.use(language)
    assert set(every_outcome) == set(OUTCOMES)
    for outcome, answer in every_outcome.items():
        workbook = sheets.workbook(replace(answer, sender=SENDER))
        compare(f"letter-{outcome}.{language}.txt", dumped(workbook), update=update)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_names_clause_grounds_amount_and_choice(every_outcome: dict[str, Letter], language: Language) -> None:
    i18n.use(language)
    said = shown(every_outcome["eligible"])
    assert "「電子証明書の受領書が30日以上返送されず電子証明書を取消した場合」" in said
    assert "7,245" in said and "345" in said
    assert i18n._(FORM) in said
    assert ("平成24年2月26日" if language == "ja" else "2012-02-26") in said


def test_rate_is_that_of_the_fee_and_not_of_today(every_outcome: dict[str, Letter]) -> None:
    found = every_outcome["eligible"]
    assert (found.yen, found.tax_percent, found.tax) == (7245, 5, 345)
    assert every_outcome["settled"].yen == 7245
    assert [every_outcome[outcome].yen for outcome in ("not_eligible", "needs_review", "no_fee")] == [0, 0, 0]


def test_what_failed_is_named_and_so_are_the_facts_it_failed_by(every_outcome: dict[str, Letter]) -> None:
    found = every_outcome["not_eligible"]
    assert [clause.mark for clause in found.cited] == ["①", "②", "③", "特例"]
    assert [clause.holds for clause in found.cited] == [False] * 4
    assert [[condition.ja for condition in clause.unmet] for clause in found.cited] == [
        ["不具合により使用できず", "利用されたことが確認されていない"],
        ["受領書が返送されていない"],
        ["ダウンロードを行っていない"],
        ["電子証明書を利用していない"],
    ]
    assert found.facts["used"] == "yes"
    assert found.facts["receipt_on"] == date(2012, 2, 3)
    assert "mailed_on" not in found.facts


def test_what_is_missing_is_named_with_who_supplies_it(every_outcome: dict[str, Letter]) -> None:
    i18n.use("en")
    found = every_outcome["needs_facts"]
    assert found.missing == ("issued_on", "used")
    assert "who alone can confirm it" in shown(found)
    assert all(clause.holds is None for clause in found.cited)


@pytest.mark.parametrize(
    ("as_of", "name", "clauses"),
    [
        pytest.param(date(2012, 2, 26), None, [], id="before any notice"),
        pytest.param(date(2012, 3, 5), "the authority's e-mail of 5 March 2012", [], id="a notice without clauses"),
        pytest.param(date(2012, 3, 23), "notice No. 2572 of 23 March 2012", ["未利用"], id="the notice of March"),
    ],
)
def test_rule_is_that_of_the_day(book_url: str, as_of: date, name: str | None, clauses: list[str]) -> None:
    i18n.use("en")
    with database.writing(book_url) as connection:
        told(connection, "2011-0001", REVOKED_UNSEEN, as_of=as_of)
        found = letter(connection, decided(connection, "2011-0001", as_of))
    assert (found.notice.name if found.notice else None) == name
    assert [clause.mark for clause in found.cited] == clauses
    assert (name or "no notice was in force") in shown(found)


@pytest.mark.parametrize(
    ("choice", "reissue", "says"),
    [
        pytest.param(None, False, "You may choose", id="nothing chosen"),
        pytest.param(None, True, "still waits for its fee", id="a reissue waits"),
        pytest.param("refund", True, "will be refunded", id="refund"),
        pytest.param("credit", True, "will be credited", id="credit"),
        pytest.param("credit", False, "we find no application for a reissue", id="credit without a reissue"),
    ],
)
def test_choice_of_the_member_is_answered(book_url: str, choice: str | None, reissue: bool, says: str) -> None:
    i18n.use("en")
    with database.writing(book_url) as connection:
        told(connection, "2011-0001", REVOKED_UNSEEN | ({"choice": choice} if choice else {}))
        if reissue:
            again = {"applied_on": date(2012, 9, 3), "kind": "reissue", "previous": "2011-0001", "paid": []}
            of = given.source(connection)
            given.application(connection, of, "2012-0001", again, member="東京 第2011-0001号", as_of=ASKED)
            given.book(connection)
        found = letter(connection, decided(connection, "2011-0001"))
    assert says in shown(found)


def test_what_was_paid_beyond_the_fee_is_told_apart(book_url: str) -> None:
    i18n.use("en")
    with database.writing(book_url) as connection:
        told(connection, "2011-0001", FETCHED | USED | {"paid": [8000]})
        told(connection, "2014-0001", {"applied_on": date(2014, 5, 1), "withdrawn_on": date(2014, 5, 9)})
        over = letter(connection, decided(connection, "2011-0001"))
        unknown = letter(connection, decided(connection, "2014-0001", date(2014, 6, 1)))
    assert "755 yen that you paid beyond" in shown(over)
    assert (unknown.tax_percent, unknown.overpaid) == (None, None)
    assert "which issuance fee applied" in shown(unknown)


# --- as it was decided ----------------------------------------------------------------------------------------------


def test_letter_says_what_was_decided_whatever_became_known_since(book_url: str) -> None:
    with database.writing(book_url) as connection:
        told(connection, "2011-0001", REVOKED_UNSEEN)
        first = decided(connection, "2011-0001")
        before = letter(connection, first)
        of = given.source(connection)
        late = {"application": "2011-0001", "name": "receipt", "day": date(2012, 2, 1), "up_to": ASKED}
        connection.execute(tables.fact.insert().values(late | {"known_on": ASKED, "source": of}))
        second = decided(connection, "2011-0001")
        assert letter(connection, first) == before
        assert [each.no for each in letters(connection)] == [second]
        assert [clause.mark for clause in letter(connection, second).cited] == ["③"]


def test_letter_made_again_is_the_same_file(every_outcome: dict[str, Letter]) -> None:
    for each in every_outcome.values():
        assert dumped(sheets.workbook(each)) == dumped(sheets.workbook(each))


def _bytes_of(each: Letter) -> bytes:
    written = BytesIO()
    xlsx.compose(sheets.workbook(each), written)
    return written.getvalue()


def test_letters_made_one_after_the_other_are_those_made_alone(every_outcome: dict[str, Letter]) -> None:
    # What depends on the shape of their pages alone is made once for all of them.
    every = [replace(each, sender=sender) for each in every_outcome.values() for sender in (each.sender, SENDER)]
    ways: list[tuple[Language, Calendar]] = [("ja", "wareki"), ("en", "wareki"), ("en", "western"), ("ja", "")]
    alone: list[bytes] = []
    together: list[bytes] = []
    for making in (alone, together):
        package.made.cache_clear()
        for language, calendar in ways:
            i18n.use(language)
            for each in every:
                if making is alone:
                    package.made.cache_clear()
                with i18n.dating(calendar):
                    making.append(_bytes_of(each))
    assert together == alone
    assert package.made.cache_info().hits


def test_what_stands_behind_the_rows_of_a_page_is_what_openpyxl_writes(every_outcome: dict[str, Letter]) -> None:
    for each in every_outcome.values():
        for page in pages_of(sheets.workbook(each)):
            book = openpyxl.Workbook()
            frame = book.worksheets[0]
            for number, row in enumerate(page.rows, 1):
                for piece in row.pieces:
                    cells = f"{get_column_letter(piece.first + 1)}{number}"
                    if piece.last > piece.first or piece.down:
                        frame.merged_cells.add(f"{cells}:{get_column_letter(piece.last + 1)}{number + piece.down}")
                    if piece.choices:
                        words_of = f'"{",".join(piece.choices)}"'
                        rule = DataValidation(type="list", formula1=words_of, allow_blank=True)
                        rule.add(cells)
                        frame.add_data_validation(rule)
            xml = package.parts_of(book)["xl/worksheets/sheet1.xml"].decode()
            behind = re.search("<sheetData ?/>(.*)<pageMargins", xml) or re.search("</sheetData>(.*)<pageMargins", xml)
            assert behind is not None
            assert PageRows(page, {}).behind() == behind[1]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_seals_of_many_letters_are_looked_up_letter_by_letter(book_url: str) -> None:
    """Read the other way round, every seal of a member was gone through for every letter."""
    with database.reading(book_url) as connection:
        asked: list[tuple[str, Any]] = []
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        stamps.of_letters(connection)
        (statement, parameters) = asked[0]
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    seals = [step for step in plan if "seal" in step]
    assert sum("key=?" in step for step in seals) == 3
    assert len(seals) == 5  # and the last of the fees and of the settings, once each


def test_number_never_given_is_refused(book_url: str) -> None:
    with database.reading(book_url) as connection, pytest.raises(UnknownDecision) as refused:
        letter(connection, 99)
    assert refused.value.code() == "unknown-decision"


# --- what no letter says --------------------------------------------------------------------------------------------

CODES = {
    *(outcome for outcome in (*OUTCOMES, *VERDICTS, *facts.COLUMNS, *REASONS.codes) if "_" in outcome),
    *(doubt.code for doubt in (*review_flags.DOUBTS, *review_flags.WARNINGS)),
    *("eligible", "undetermined", "fee_not_known", "seisan", ".xlsx", ".csv", "file of", "取消通知"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_and_no_file_of_the_office_is_in_any_letter(filled_once: FilledOnce, language: Language) -> None:
    url = filled_once(_every_case)
    i18n.use(language)
    with database.reading(url) as connection:
        found = list(letters(connection))
    assert {each.outcome for each in found} >= {"eligible", "not_eligible", "needs_facts", "needs_review", "in_force"}
    for each in found:
        said = shown(each)
        assert {code for code in CODES if code in said} == set(), said
        assert all(page.height(page.size) <= HEIGHT for page in pages_of(sheets.workbook(each))), said
        if language == "ja":
            assert not re.search(r"\d{4}-\d\d-\d\d", said), said


def _every_case(url: str) -> None:
    with database.writing(url) as connection:
        for nth, case in enumerate(CASES):
            told(connection, f"{nth:04}-{case.id}", case.given, as_of=case.as_of)
            decided(connection, f"{nth:04}-{case.id}", case.as_of)


def test_every_fact_and_doubt_has_its_sentence() -> None:
    assert set(words.ANSWERS) == set(OUTCOMES)
    assert set(words.FACTS) >= {*facts.STATED, "used_answered_on"}
    from ledger.decisions.query import MISSABLE

    assert set(words.MISSING) == set(MISSABLE)


def pages_of(workbook: Workbook) -> list[TextPage]:
    """The pages of a letter."""
    pages = [sheet.page for sheet in workbook.sheets]
    return [page for page in pages if page is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_fits_on_one_page_in_letters_of_nine_points(
    every_outcome: dict[str, Letter], language: Language
) -> None:
    i18n.use(language)
    place = PostalAddress("999-9999", "架空県架空市" * 15)
    for outcome, each in every_outcome.items():
        answer = replace(each, addressee=replace(each.addressee, name="髙" * 40), postal_address=place)
        for page in pages_of(sheets.workbook(replace(answer, sender=SENDER))):
            assert page.size >= 9
            assert page.height(page.size) <= HEIGHT, outcome


def test_page_is_of_paper_and_bears_no_grid(every_outcome: dict[str, Letter], tmp_path: Path) -> None:
    xlsx.write(sheets.workbook(every_outcome["eligible"]), tmp_path / "letter.xlsx")
    for page in openpyxl.load_workbook(tmp_path / "letter.xlsx").worksheets:
        assert (page.page_setup.orientation, str(page.page_setup.paperSize)) == ("portrait", "9")
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 1)
        assert not page.sheet_view.showGridLines


@pytest.mark.parametrize(
    "name", ["=1+1", "甲" * 300, "甲山\n太郎\r\n", "甲山\u202e太郎", "甲\x07山\x0b", "\ud800甲", "<b>&amp;", "_x0041_"]
)
def test_name_that_attacks_stays_a_line_of_text(every_outcome: dict[str, Letter], tmp_path: Path, name: str) -> None:
    answer = every_outcome["eligible"]
    person = replace(answer.addressee, name=name)
    place = PostalAddress("999-9999", name)
    xlsx.write(sheets.workbook(replace(answer, addressee=person, postal_address=place)), tmp_path / "letter.xlsx")
    book = openpyxl.load_workbook(tmp_path / "letter.xlsx")
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in ("s", "n", "inlineStr") for cell in cells)
    assert not any(sign in str(cell.value) for cell in cells for sign in "\n\r\u202e\x07\x0b")
    assert sum("様" in str(cell.value) for cell in cells) == 1


@pytest.mark.office
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["甲" * 300, "=1+1", "甲山\u202e太郎\n\n\n", "W" * 300])
def test_name_that_attacks_is_printed_on_one_page(every_outcome: dict[str, Letter], tmp_path: Path, name: str) -> None:
    files = []
    for outcome, each in every_outcome.items():
        place = PostalAddress("999-9999", name)
        answer = replace(each, addressee=replace(each.addressee, name=name), postal_address=place)
        files.append(tmp_path / f"{outcome}.xlsx")
        xlsx.write(sheets.workbook(answer), files[-1])
    for outcome, file in zip(every_outcome, saved_as("pdf", tmp_path, *files), strict=True):
        assert pages(file) == (2 if outcome == "eligible" else 1), outcome


def test_association_is_addressed_as_one(every_outcome: dict[str, Letter]) -> None:
    answer = every_outcome["in_force"]
    for name, addressed in (("架空司法書士会", "架空司法書士会 御中"), ("甲山 太郎", "甲山 太郎 様")):
        assert addressed in shown(replace(answer, addressee=replace(answer.addressee, name=name)))


@pytest.mark.parametrize(
    ("language", "says"), [("ja", "平成24年1月26日から平成24年2月26日まで31日"), ("en", ": 31 days")]
)
def test_days_are_counted_in_figures(every_outcome: dict[str, Letter], language: Language, says: str) -> None:
    i18n.use(language)
    assert says in shown(every_outcome["eligible"])


def test_place_of_an_address_that_is_not_known_stays_free(every_outcome: dict[str, Letter]) -> None:
    answer = every_outcome["in_force"]
    rows = [
        list(sheets.sheet(replace(answer, postal_address=place)).blocks[0].rows)
        for place in (PostalAddress(), PostalAddress("999-9999", "架空県架空市1-1"))
    ]
    free, known = ([row for row in table if not isinstance(row, StyledRow)] for table in rows)
    assert len(free) == len(known)
    changed = [(mine[0], theirs[0]) for mine, theirs in zip(free, known, strict=True) if mine != theirs]
    assert changed == [(None, "〒999-9999"), (None, "架空県架空市1-1")]


# --- everyone's -----------------------------------------------------------------------------------------------------


def test_everyones_letters_are_files_of_their_own(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        numbers = ["2011-0001", "a/b:c", "CON", "x" * 300, "../up", "末尾."]
        for number in numbers:
            told(connection, number, REVOKED_UNSEEN)
            decided(connection, number)
        files, why = letters_of_many(connection, tmp_path / "letters")
    assert why == ""
    names = [file.name for file in files]
    assert names[:3] == ["000001-2011-0001.xlsx", "000002-a_b_c.xlsx", "000003-CON.xlsx"]
    assert sorted(path.name for path in (tmp_path / "letters").iterdir()) == sorted([*names, COVERING])
    assert len(names) == len(numbers)
    assert all(len(name.encode()) < 255 and not re.search(r'[<>:"/\\|?*]', name) for name in names)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_folder_that_cannot_be_made_is_refused(book_url: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with database.writing(book_url) as connection:
        told(connection, "2011-0001", REVOKED_UNSEEN)
        decided(connection, "2011-0001")
        with pytest.raises(NotWritable):
            letters_of_many(connection, tmp_path / "taken")


def test_letter_of_a_superseded_decision_says_which_one_stands(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        told(connection, "2011-0001", REVOKED_UNSEEN)
        first, last = (decided(connection, "2011-0001", day) for day in (ASKED, date(2012, 9, 22)))
    said = desk.done(book_url, "letter", str(first), "--out", str(tmp_path / "x.xlsx")).stderr
    assert f"判定 {first}" in said and f"seisan letter {last} --out" in said
    said = desk.done(book_url, "letter", str(last), "--out", str(tmp_path / "y.xlsx")).stderr
    assert "seisan letter" not in said and (tmp_path / "y.xlsx").exists()
