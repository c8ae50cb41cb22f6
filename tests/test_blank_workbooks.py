"""Workbooks to fill in: what may be entered is seen to while it is entered, and the sample is never taken for a row."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from exports.formats.xlsx import FILL_ROWS
from exports.reports import template
from ledger import i18n
from ledger.errors import NoSuchKind
from ledger.intake import GUIDE
from ledger.intake.columns import MOST_YEN
from ledger.intake.kinds import KINDS, require_kind
from ledger.intake.recognition import read_file
from ledger.store import database
from tests import desk, posted

KIND = pytest.mark.parametrize("kind", [kind.code for kind in KINDS])


def _blank(path: Path, kind: str) -> Any:
    template.write(kind, path)
    return load_workbook(path)


def _rules(book: Any) -> dict[str, Any]:
    """The rule of each column, by its heading."""
    page = book.worksheets[0]
    headings = {cell.column_letter: cell.value for cell in page[1]}
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert {area.split(":")[1].lstrip("ABCDEFGHIJKLMN") for area in rules} == {str(FILL_ROWS + 1)}
    return {headings[area.split("2:")[0]]: rule for area, rule in rules.items()}


@KIND
def test_sample_is_refused_as_a_sample_and_is_a_good_row_without_its_mark(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = _blank(path, kind)
    problems = read_file("x.xlsx", path.read_bytes(), ".xlsx").problems
    heading = require_kind(kind).columns[0].heading
    assert [(problem.row, problem.column, problem.code) for problem in problems] == [(2, heading, "sample-row")]
    cell = book.worksheets[0]["A2"]
    cell.value = str(cell.value).removeprefix("(例) ")
    book.save(path)
    file = read_file("x.xlsx", path.read_bytes(), ".xlsx")
    assert (file.problems, len(file.sheets[0].lines)) == ([], 1)


@KIND
def test_blank_workbook_is_printed_on_wide_pages_with_its_headings(kind: str, tmp_path: Path) -> None:
    page, explained = _blank(tmp_path / "x.xlsx", kind).worksheets[:2]
    assert (page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.print_title_rows, page.print_options.gridLines, page.freeze_panes) == ("$1:$1", True, "A2")
    assert explained.page_setup.orientation == "landscape"


@KIND
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_guide_says_what_becomes_of_the_rows(kind: str, language: i18n.Language, tmp_path: Path) -> None:
    i18n.use(language)
    book = _blank(tmp_path / "x.xlsx", kind)
    said = "\n".join(str(cell.value) for row in book[i18n._(GUIDE)].iter_rows() for cell in row if cell.value)
    declared = require_kind(kind)
    known_from = declared.dated_by or declared.received_on
    assert "(例)" in said and "seisan import" in said and "把握日" in said and "{" not in said
    assert known_from is None or declared.headings[known_from] in said.splitlines()[-1]


def test_days_amounts_and_texts_are_limited_while_they_are_entered(tmp_path: Path) -> None:
    def limits(kind: str, heading: str) -> tuple[Any, ...]:
        rule = _rules(_blank(tmp_path / f"{kind}-{heading}.xlsx", kind))[heading]
        return rule.type, rule.formula1, rule.formula2, rule.errorStyle

    assert limits("issues", "送付日") == ("date", "DATE(2001,4,1)", "TODAY()", "stop")
    assert limits("issues", "有効期間満了日") == ("date", "DATE(2001,4,1)", "EDATE(TODAY(),120)", "stop")
    assert limits("members", "登録取消日")[1] == "DATE(1950,7,1)"
    assert limits("deposits", "金額") == ("whole", "1", str(MOST_YEN), "stop")
    assert limits("bills", "金額") == ("whole", str(-MOST_YEN), str(MOST_YEN), "stop")
    assert limits("members", "口座番号") == ("textLength", "7", "7", "stop")
    assert limits("members", "銀行番号") == ("textLength", "4", "4", "stop")
    assert limits("applications", "申込番号") == ("textLength", "1", "60", "stop")
    assert limits("members", "氏名") == ("textLength", "1", "100", "stop")
    assert limits("revocations", "取消区分")[::3] == ("list", "stop")


def test_known_numbers_of_the_books_can_be_chosen_and_others_entered(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
    for kind in ("issues", "applications", "openings"):
        desk.done(book_url, "template", kind, "--out", str(tmp_path / f"{kind}.xlsx"))
    rules = {kind: _rules(load_workbook(tmp_path / f"{kind}.xlsx")) for kind in ("issues", "applications", "openings")}
    rule = rules["issues"]["申込番号"]
    assert (rule.type, rule.formula1, rule.errorStyle) == ("list", '"A-1"', "warning")
    assert rules["applications"]["申込番号"].type == "textLength"  # it brings a new one
    assert rules["applications"]["前回申込番号"].type == "list"
    assert (rules["openings"]["勘定科目"].type, "1110" in rules["openings"]["勘定科目"].formula1) == ("list", True)


def test_without_books_and_with_too_many_numbers_none_are_listed(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
    monkeypatch.setattr(template, "_MOST_LISTED", 0)
    for url in (book_url, f"sqlite:///{tmp_path / 'nowhere.db'}"):
        path = tmp_path / "x.xlsx"
        desk.done(url, "template", "issues", "--out", str(path))
        assert _rules(load_workbook(path))["申込番号"].type == "textLength"


@pytest.mark.parametrize("typed", ["会員名簿", "Register of members", "ＭＥＭＢＥＲＳ", " members "])
def test_kind_is_named_by_its_title_in_either_language(typed: str, tmp_path: Path) -> None:
    assert _blank(tmp_path / "x.xlsx", typed).worksheets[0]["A1"].value == "会員番号"


def test_sample_does_not_contradict_itself(tmp_path: Path) -> None:
    """What stands in one cell of a sample goes with the others."""
    rows = {}
    for kind in KINDS:
        page = _blank(tmp_path / f"{kind.code}.xlsx", kind.code).worksheets[0]
        rows[kind.code] = {cell.value: page.cell(2, cell.column).value for cell in page[1]}
    assert str(rows["members"]["会員番号"]).removeprefix("(例) ").startswith(str(rows["members"]["司法書士会"]))
    assert (rows["applications"]["申込区分"], rows["applications"]["前回申込番号"]) == ("新規", None)
    assert (rows["openings"]["勘定科目"], rows["openings"]["申込番号"], rows["openings"]["照会番号"]) == (
        "1110",
        None,
        None,
    )


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_unknown_kind_is_answered_with_every_kind_and_its_title(language: i18n.Language) -> None:
    i18n.use(language)
    with pytest.raises(NoSuchKind) as refused:
        template.read_kind("secrets")
    assert all(f"{kind.code} ({i18n._(kind.title)})" in refused.value.hint for kind in KINDS)
