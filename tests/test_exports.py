"""Workbooks, CSV, terminal tables and JSON: every writer says the same of the same sheet, and harms no reader."""

import csv as plain_csv
import errno
import hashlib
import json as plain_json
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from exports.formats import csv, json, outfile, screen, terminal, xlsx
from exports.formats.sheet import Block, Sheet, SheetColumn, StyledRow, TypedValue, Values, Workbook, guide, lines
from ledger import errors, i18n
from ledger.dates import Month
from ledger.store import written
from tests.spread import SOAK

SEPTEMBER = (date(2012, 9, 1), date(2012, 9, 30))
LIST = (
    SheetColumn("申込番号", width=14),
    SheetColumn("氏名", width=16),
    SheetColumn("送付日", "day", 20),
    SheetColumn("件数", "count", 8, total=True),
    SheetColumn("金額", "yen", 14, total=True),
)
ROWS: list[Values | StyledRow] = [
    ("2011-0001", "甲山 太郎", date(2012, 1, 26), 1, 7245),
    ("2011-0002", "=1+1", date(2019, 5, 1), 0, 0),
    StyledRow("subtotal", ("東京", "", None, None, None)),
    ("0012", None, None, 2, -300),
    StyledRow("subtotal", ("大阪", "", None, 2, -300)),
]
LEDGER = (
    SheetColumn("日付", "day", 20),
    SheetColumn("摘要", width=24),
    SheetColumn("借方", "yen", 14, total=True),
    SheetColumn("残高", "yen", 14),
)


def book(*sheets: Sheet, made_on: date = SEPTEMBER[1]) -> Workbook:
    """A workbook of the federation."""
    return Workbook("月次報告", made_on, sheets, issuer="連合会")


def listing(rows: list[Values | StyledRow] | None = None) -> Sheet:
    """A list with subtotals and a total."""
    blocks = (Block(LIST, ROWS if rows is None else rows, total="合計"),)
    return Sheet("一覧", "返　金　一　覧", blocks, period=SEPTEMBER, issuer="連合会", landscape=True, notes=("注",))


def cover() -> Sheet:
    """A cover: names and values, then checks."""
    facts: list[Values] = [
        ("年月日", date(2012, 9, 30)),
        ("件数", TypedValue("count", 0)),
        ("残高", TypedValue("yen", 0)),
    ]
    checks = (SheetColumn("検査", width=20), SheetColumn("帳簿", "yen", 16), SheetColumn("判定", width=8))
    blocks = (
        Block((SheetColumn("", width=20), SheetColumn("", "any", 40)), facts),
        Block(checks, [("貸借一致", 7245, "○")], heading="検査"),
    )
    return Sheet("表紙", "月　次　報　告", blocks, as_of=SEPTEMBER[1])


def ledgers() -> Sheet:
    """Two accounts, one to a page."""
    rows: list[Values] = [(None, "前月繰越", None, 0), (date(2012, 9, 3), "入金", 7245, 7245)]
    names = ("1110 普通預金", "2040 預り金")
    blocks = tuple(Block(LEDGER, rows, heading=name, total="当月合計", new_page=True) for name in names)
    return Sheet("総勘定元帳", "総　勘　定　元　帳", blocks, period=SEPTEMBER)


def composed(workbook: Workbook) -> BytesIO:
    """The workbook's bytes."""
    out = BytesIO()
    xlsx.compose(workbook, out)
    return out


def read(sheet: Sheet) -> Worksheet:
    """The sheet as openpyxl reads it back, formulas as they stand."""
    return openpyxl.load_workbook(composed(book(sheet))).worksheets[0]


def shown(sheet: Sheet) -> list[list[object]]:
    """The values of a sheet as a reader sees them: the cached results of formulas, days as days."""
    page = openpyxl.load_workbook(composed(book(sheet)), data_only=True).worksheets[0]
    return [list(row) for row in page.iter_rows(values_only=True)]


# --- a sheet described ----------------------------------------------------------------------------------------------


def test_sums_are_filled_in_and_not_known_adds_nothing() -> None:
    written = list(lines(Block(LIST, ROWS, total="合計")))
    assert [(line.style, *line.cells[3:]) for line in written if line.style != "normal"] == [
        ("subtotal", 1, 7245),
        ("subtotal", 2, -300),
        ("total", 3, 6945),
    ]
    assert [line.since for line in written if line.style == "subtotal"] == [0, 3]


def test_a_subtotal_that_is_not_the_sum_is_our_mistake() -> None:
    wrong: list[Values | StyledRow] = [("1", "", None, 1, 10), StyledRow("subtotal", ("", "", None, 1, 11))]
    with pytest.raises(AssertionError):
        list(lines(Block(LIST, wrong)))


# --- workbooks ------------------------------------------------------------------------------------------------------


def test_texts_are_texts_numbers_numbers_and_days_days() -> None:
    page = read(listing())
    assert [cell.value for cell in page[5]] == ["申込番号", "氏名", "送付日", "件数", "金額"]
    assert [cell.data_type for cell in page[6]] == ["s", "s", "d", "n", "n"]
    assert (page["B7"].value, page["B7"].data_type) == ("=1+1", "s")
    assert (page["A9"].value, page["B9"].value, page["C9"].value) == ("0012", None, None)
    assert page["C6"].value == datetime.fromisoformat("2012-01-26")


def test_days_are_shown_by_era_and_a_first_year_as_gannen() -> None:
    page = read(listing())
    assert page["C6"].number_format == '[$-411]ggge"年"m"月"d"日"'
    assert page["C7"].number_format == '"令和元年"m"月"d"日"'


def test_days_are_shown_in_iso_in_english() -> None:
    i18n.use("en")
    assert read(listing())["C6"].number_format == "yyyy-mm-dd"


def test_a_day_before_march_1900_is_written_out() -> None:
    assert read(listing([("1", "", date(1900, 2, 28), 0, 0)]))["C6"].value == "明治33年2月28日"


def test_yen_are_shown_as_the_papers_show_them() -> None:
    assert read(listing())["E9"].number_format == '#,##0;[Red]"△"#,##0;"-"'


def test_totals_are_formulas_with_their_values() -> None:
    page = read(listing())
    assert [page[f"E{row}"].value for row in (8, 10, 11)] == [
        "=SUBTOTAL(9,E6:E7)",
        "=SUBTOTAL(9,E9:E9)",
        "=SUBTOTAL(9,E6:E10)",
    ]
    assert [row[4] for row in shown(listing())[7:11]] == [7245, -300, -300, 6945]
    assert page["A11"].value == "合計"
    assert (page["A8"].style, page["A11"].style, page["A6"].style) == ("subtotal", "total", "normal")


def test_a_total_of_no_rows_is_zero_and_no_formula() -> None:
    assert read(listing([]))["E6"].value == 0


def test_the_frame_names_title_days_issuer_and_unit() -> None:
    i18n.use("en")
    rows = shown(listing())
    assert rows[0][0] == "返　金　一　覧"
    assert rows[1][0] == "from 2012-09-01 to 2012-09-30"
    assert rows[2][4] == "連合会"
    assert rows[3][4] == "(unit: yen)"
    assert rows[-1][0] == "注"


def test_a_sheet_is_ready_to_print() -> None:
    page = read(listing())
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.sheet_properties.pageSetUpPr is not None and page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$5:$5"
    assert page.freeze_panes == "A6"
    assert page.oddFooter is not None and page.oddFooter.center is not None
    assert page.oddFooter.center.text == "&P / &N"
    assert {cell.font.name for row in page.iter_rows() for cell in row} == {"游ゴシック"}


def test_each_account_begins_a_page_under_one_row_of_titles() -> None:
    page = read(ledgers())
    assert [page[f"A{row}"].value for row in (5, 6, 10)] == ["日付", "1110 普通預金", "2040 預り金"]
    assert [each.id for each in page.row_breaks.brk] == [9]
    assert page["C13"].value == "=SUBTOTAL(9,C11:C12)"


def test_a_cover_holds_tables_of_different_columns() -> None:
    page = read(cover())
    assert (page.freeze_panes, page.print_title_rows) == (None, "$10:$10")
    assert [page[f"B{row}"].number_format for row in (5, 6, 7)] == [
        '[$-411]ggge"年"m"月"d"日"',
        "#,##0",
        '#,##0;[Red]"△"#,##0;"-"',
    ]
    assert [cell.value for cell in page[9]] == ["検査", None, None]
    assert [cell.value for cell in page[10]] == ["検査", "帳簿", "判定"]


def test_the_same_content_gives_the_same_bytes() -> None:
    one, other = (composed(book(cover(), listing(), ledgers())).getvalue() for _time in range(2))
    assert hashlib.sha256(one).digest() == hashlib.sha256(other).digest()
    assert composed(book(listing(), made_on=date(2012, 10, 1))).getvalue() != composed(book(listing())).getvalue()
    with zipfile.ZipFile(BytesIO(one)) as package:
        assert {part.date_time for part in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(BytesIO(one)).properties
    assert properties.created == properties.modified == datetime.fromisoformat("2012-09-30")


def test_tab_names_are_legal_and_differ() -> None:
    names = ["a/b:c?d*[e]\\f", "𠮷" * 40, "'x'", "", "History", "一覧", "一覧", "A" * 40, "a" * 40]
    sheets = [Sheet(name, "", (Block(LIST, []),)) for name in names]
    tabs = openpyxl.load_workbook(composed(book(*sheets))).sheetnames
    assert tabs == [
        *("a_b_c_d__e__f", "𠮷" * 15, "x", "_", "History (2)", "一覧", "一覧 (2)", "A" * 31, "a" * 27 + " (2)"),
    ]


@pytest.mark.thorough
@settings(max_examples=100 if SOAK else 25)
@given(st.text(max_size=12))
def test_any_text_makes_a_sound_workbook(name: str) -> None:
    sheet = Sheet(name, name, (Block(LIST, [(name, name, None, 0, 0)], heading=name),), notes=(name,))
    page = openpyxl.load_workbook(composed(Workbook(name or "-", SEPTEMBER[1], (sheet,)))).worksheets[0]
    kept = page["A7"].value or ""
    assert page["A7"].data_type in ("s", "n")
    if all(character.isprintable() for character in name) and "_x" not in name:
        assert kept == name


def test_what_xml_forbids_is_escaped_as_workbooks_escape_it() -> None:
    page = read(listing([("\x01\r", "_x0041_x0042_", None, 0, 0)]))
    assert page["A6"].value == "_x0001__x000D_"
    assert page["B6"].value == "_x005F_x0041_x005F_x0042_"


def test_too_long_a_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.TextTooLong):
        xlsx.write(book(listing([("x" * 32_768, "", None, 0, 0)])), tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROW_LIMIT", 8)
    with pytest.raises(errors.TooManyRows):
        xlsx.write(book(listing()), tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == []


# --- sheets to fill in ----------------------------------------------------------------------------------------------


def template() -> Sheet:
    """An empty sheet with a short list, a long one and a note."""
    columns = (
        SheetColumn("申込番号", width=14, required=True, note="一つの申込みに一つ"),
        SheetColumn("申込区分", choices=("新規", "再発行", "継続")),
        SheetColumn("司法書士会", choices=tuple(f"第{count}司法書士会" for count in range(50))),
        SheetColumn("申込日", "day", 14),
    )
    return Sheet("applications", "applications", (Block(columns, []),), to_fill=True)


def test_a_sheet_to_fill_has_titles_lists_and_formats() -> None:
    filled = openpyxl.load_workbook(composed(book(template(), guide(template()))))
    page, explained, lists = filled.worksheets
    assert [cell.value for cell in page[1]] == ["申込番号", "申込区分", "司法書士会", "申込日"]
    assert (page["A1"].style, page["B1"].style) == ("Needed", "Header")
    assert page.freeze_panes == "A2"
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert rules["A2:A200001"].prompt == "一つの申込みに一つ"
    assert rules["B2:B200001"].formula1 == '"新規,再発行,継続"'
    assert rules["C2:C200001"].formula1 == "'選択肢'!$A$1:$A$50"
    assert (lists.sheet_state, lists["A50"].value) == ("hidden", "第49司法書士会")
    assert page.column_dimensions["A"].number_format == "@"
    assert explained["A6"].value == "申込番号"


def test_titles_of_a_sheet_to_fill_are_never_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.formats.sheet._", lambda message, **_fields: f"<{message}>")
    assert read(template())["A1"].value == "申込番号"


# --- a file appears whole or not at all -----------------------------------------------------------------------------


def test_a_file_replaces_the_one_before_it(tmp_path: Path) -> None:
    path = tmp_path / "一覧.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(written.FileInTheWay):  # it is somebody's (test_written)
        xlsx.write(book(listing()), path)
    assert path.read_bytes() == b"before"
    with written.replacing(True):
        xlsx.write(book(listing()), path)
    assert [path.name for path in tmp_path.iterdir()] == ["一覧.xlsx"]
    assert openpyxl.load_workbook(path).sheetnames == ["一覧"]


def test_what_stood_there_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"before")
    with pytest.raises(TypeError), outfile.new_file(path) as out:
        out.writelines([b"half", 0])  # type: ignore[list-item]
    assert (path.read_bytes(), len(list(tmp_path.iterdir()))) == (b"before", 1)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "nowhere" / "x.xlsx", tmp_path / "file" / "x.xlsx", tmp_path, tmp_path / ("x" * 300)):
        with pytest.raises(errors.NotWritable):
            xlsx.write(book(listing()), place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_file: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(errors.DiskFull):
        xlsx.write(book(listing()), tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


# --- CSV ------------------------------------------------------------------------------------------------------------


def test_csv_has_a_mark_crlf_and_no_totals(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    csv.write(listing(), path)
    assert path.read_bytes().startswith('\ufeff"申込番号"'.encode())
    assert path.read_bytes().decode("utf-8-sig").split("\r\n") == [
        '"申込番号","氏名","送付日","件数","金額"',
        '"2011-0001","甲山 太郎","2012-01-26",1,7245',
        '"2011-0002","\'=1+1","2019-05-01",0,0',
        '"0012","","",2,-300',
        "",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_csv_text_never_runs(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    csv.write(listing([(text, None, None, 0, -1)]), path)
    with path.open(encoding="utf-8-sig", newline="") as lines_of:
        row = list(plain_csv.reader(lines_of))[1]
    assert (row[0], row[4]) == ("'" + text, "-1")


def test_csv_in_cp932_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    csv.write(listing([("髙﨑①㈱", None, None, 0, 0)]), path, "cp932")
    assert "髙﨑①㈱" in path.read_bytes().decode("cp932")


def test_csv_in_cp932_refuses_and_names_what_it_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(errors.NotInEncoding) as refused:
        csv.write(listing([("𠮷田", "鷗—", None, 0, 0), ("𠮷", "", None, 0, 0)]), tmp_path / "x.csv", "cp932")
    assert refused.value.characters == ["𠮷 (U+20BB7)", "鷗 (U+9DD7)", "— (U+2014)"]
    assert list(tmp_path.iterdir()) == []


def test_csv_sets_blocks_apart(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    csv.write(cover(), path)
    assert path.read_text("utf-8-sig").splitlines() == [
        *('"年月日","2012-09-30"', '"件数",0', '"残高",0', "", '"検査","帳簿","判定"', '"貸借一致",7245,"○"'),
    ]


# --- the terminal ---------------------------------------------------------------------------------------------------


def test_columns_of_a_table_stay_straight_in_japanese() -> None:
    assert terminal.format_table(Block(LIST, ROWS[:2], total="合計")).splitlines() == [
        "申込番号   氏名       送付日      件数   金額",
        "---------  ---------  ----------  ----  -----",
        "2011-0001  甲山 太郎  2012-01-26     1  7,245",
        "2011-0002  =1+1       2019-05-01     0      0",
        "---------  ---------  ----------  ----  -----",
        "合計                                 1  7,245",
    ]


def test_width_counts_wide_narrow_and_combining_characters() -> None:
    assert [screen.width(literal) for literal in ("abc", "甲山", "ｶﾞ", "か\u3099", "𠮷", "○", "")] == [
        3,
        4,
        2,
        2,
        2,
        1,
        0,
    ]


def test_nothing_acts_on_the_terminal() -> None:
    drawn = terminal.format_table(Block((SheetColumn("氏名"),), [("\x1b[2J甲\n山\u202e",)]))
    assert drawn.splitlines()[-1] == "<U+001B>[2J甲 山<U+202E>"


def test_pairs_are_aligned_and_not_known_is_empty() -> None:
    assert terminal.format_pairs(
        [("返金できる額", TypedValue("yen", -7245)), ("日", date(2012, 9, 21)), ("理由", None)]
    ).splitlines() == [
        "返金できる額  △7,245",
        "日            2012-09-21",
        "理由",
    ]


def test_a_whole_sheet_is_shown_with_headings_and_notes() -> None:
    drawn = terminal.format_sheet(cover())
    assert "2012年9月30日" in drawn
    assert drawn.endswith("検査\n検査       帳簿  判定\n--------  -----  ----\n貸借一致  7,245  ○")


# --- JSON -----------------------------------------------------------------------------------------------------------


def test_json_keeps_order_names_and_days(tmp_path: Path) -> None:
    answer = {"b": date(2012, 9, 21), "a": ["甲山", None, 7245], "month": Month(2012, 9), "codes": {"y", "x"}}
    path = tmp_path / "x.json"
    json.write(answer, path)
    assert list(plain_json.loads(path.read_text("utf-8"))) == ["b", "a", "month", "codes"]
    assert plain_json.loads(json.text(answer)) == {
        "b": "2012-09-21",
        "a": ["甲山", None, 7245],
        "month": "2012-09",
        "codes": ["x", "y"],
    }
    assert "甲山" in json.text(answer)


@given(st.text(alphabet=st.characters(), max_size=8))
def test_any_text_makes_json_that_can_be_written(name: str) -> None:
    assert plain_json.loads(json.text([name]).encode()) == [name]
