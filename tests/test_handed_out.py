"""A workbook that was handed out, held against the books: whatever was changed in it is named, and nothing else is."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter

from exports.issued.compare import _is_day, _reads_alike, differences
from exports.issued.read import Cell as Read
from exports.issued.read import ReadWorkbook
from exports.issued.stamp import PROPERTY
from tests import desk, spread
from tests.earlier import letter_of_before

pytestmark = pytest.mark.thorough

JOURNAL = "仕訳帳"
STATEMENTS = {
    "month": ("statement", "month", "2012-04"),
    "sheet of a month": ("statement", "month", "2012-04", "--sheet", "認証局請求照合"),
    "association": ("statement", "association", "東京", "--from", "2012-01-01", "--as-of", "2012-04-30"),
    "year": ("statement", "year", "2012"),
    "sheet of a year": ("statement", "year", "2011", "--sheet", "Balances by month"),
    "sheet of a member": ("statement", "member", desk.MEMBER, "--as-of", "2012-04-30", "--sheet", "facts"),
    "member": ("statement", "member", desk.MEMBER, "--as-of", "2012-04-30"),
    "letter": ("letter", "1"),
    "receipt": ("receipt", "FREE", "--reissued"),
    "advice of a refund": ("refund", "advice", "3"),
    "advice of a credit": ("credit", "advice", "2"),
    "exports": ("export", "list"),
    "check": ("check", desk.MEMBER, "--as-of", "2012-04-30", "--all"),
    "check of one": ("check", "--application", "FREE", "--as-of", "2012-04-30"),
    "check of everyone": ("check", "--everyone", "--as-of", "2012-04-30"),
    "due": ("due", "--as-of", "2012-02-20"),
    "refunds": ("refund", "list", "--as-of", "2012-04-30"),
    "credits": ("credit", "list", "--as-of", "2012-04-30"),
    "balance": ("balance", "--as-of", "2012-04-30"),
    "returns": ("overpaid", "list", "--as-of", "2012-04-30"),
    "decisions": ("decisions",),
    "decisions of one": ("decisions", "FREE"),
    "shaken decisions": ("decisions", "shaken"),
    "deposits": ("match",),
    "bills": ("bill",),
    "entries": ("entries", "--account", "2040", "--from", "2012-01-01", "--amount-from", "1"),
    "refusals": ("refusals",),
    "accounts": ("account", "list"),
    "settings": ("settings",),
    "months": ("months",),
}
SQLITE = pytest.mark.parametrize("kept", ["sqlite"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened, and a decision was kept; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


def written(url: str, file: Path, *words: str) -> Path:
    """The workbook that a command writes."""
    desk.done(url, *words, "--out", str(file))
    return file


@pytest.fixture(scope="module")
def whole_month(kept: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a month, which no test changes."""
    return written(kept, tmp_path_factory.mktemp("month") / "whole.xlsx", *STATEMENTS["month"])


@pytest.fixture
def month(whole_month: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return shutil.copyfile(whole_month, tmp_path / "month-2012-04.xlsx")


def verified(url: str, file: Path) -> Any:
    """What `verify` says of a file, as JSON."""
    answer = desk.typed(url, "verify", str(file), "--json")
    said = json.loads(answer.stdout)
    assert answer.exit_code == (0 if said["ok"] else 1)
    return said


def edited(file: Path, edit: Callable[[Workbook], object]) -> Path:
    """The file opened by another program, changed and saved; the program is openpyxl, which keeps no values."""
    book = load_workbook(file)
    edit(book)
    book.save(file)
    return file


def places_of(found: Any) -> list[tuple[str, str, str]]:
    """The code and place of each fault."""
    return [(each["code"], each["sheet"], each["cell"]) for each in found["faults"]]


# --- nothing was changed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_nobody_changed_agrees(kept: str, tmp_path: Path, statement: str, language: str) -> None:
    """As it was written, and opened and saved by another program; in whatever language either command speaks."""
    file = written(kept, tmp_path / "x.xlsx", *STATEMENTS[statement], "--lang", language)
    assert verified(kept, file)["ok"]
    assert verified(kept, edited(file, lambda _book: None))["ok"]


def test_letter_of_an_earlier_version_is_compared_by_what_it_said(kept: str, tmp_path: Path) -> None:
    file = letter_of_before(kept, 1, tmp_path / "x.xlsx")
    assert verified(kept, file)["ok"]
    edited(file, lambda book: changed(book.worksheets[0]["B6"]))
    assert places_of(verified(kept, file)) == [("cell-differs", "回答", "B6")]


def test_every_letter_agrees(kept: str, tmp_path: Path) -> None:
    desk.done(kept, "letter", "--everyone", "--out", str(tmp_path / "letters"))
    files = sorted((tmp_path / "letters").iterdir())
    assert len(files) > 3
    assert all(verified(kept, file)["ok"] for file in files)


@pytest.mark.parametrize(
    ("ours", "theirs", "alike"),
    [
        ('#,##0;[Red]"△"#,##0;"-"', r"#,##0;[RED]\△#,##0;\-", True),
        ('[$-411]ggge"年"m"月"d"日"', r"[$-411]ggge\年m\月d\日", True),
        ("yyyy-mm-dd hh:mm:ss", r"yyyy\-mm\-dd\ hh:mm:ss", True),
        ('0"%"', "0%", False),
        ("#,##0", "#,##0,", False),
        ("#,##0", "0", False),
        ("#,##0", ";;;", False),
        ("#,##0", '#,##0"0"', False),
        ("yyyy-mm-dd", "mm-dd", False),
    ],
)
def test_formats_are_compared_by_how_they_read(ours: str, theirs: str, alike: bool) -> None:
    assert _reads_alike(Read(7245, None, theirs), Read(7245, None, ours)) is alike


def test_text_reads_the_same_in_every_format_that_shows_texts() -> None:
    for form, alike in (("General", True), ("@", True), ("#,##0", True), (";;;", False), ('@"!"', False)):
        assert _reads_alike(Read("甲山", None, form), Read("甲山", None, "@")) is alike, form
    assert [_is_day(form) for form in ("General", "#,##0", '[Red]"g"0', "yyyy-mm-dd", '"令和元年"m"月"d"日"')] == [
        *(False, False, False),
        *(True, True),
    ]


# --- cells ----------------------------------------------------------------------------------------------------------


def changed(cell: Cell) -> None:
    """Changes what stands in a cell, as its kind allows."""
    if isinstance(cell.value, datetime | date):
        cell.value += timedelta(days=1)
    elif isinstance(cell.value, int | float):
        cell.value += 9
    elif cell.data_type == "f":
        cell.value = 7254
    else:
        cell.value, cell.data_type = f"{cell.value}…", "s"


def _filled(book: Workbook) -> dict[tuple[str, str], Cell]:
    return {
        (sheet.title, cell.coordinate): cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_cell_is_named_when_every_cell_is_changed(kept: str, tmp_path: Path, statement: str) -> None:
    file = written(kept, tmp_path / "x.xlsx", *STATEMENTS[statement])
    named: set[tuple[str, str]] = set()

    def change(book: Workbook) -> None:
        for place, cell in _filled(book).items():
            named.add(place)
            changed(cell)

    found = places_of(verified(kept, edited(file, change)))
    assert {code for code, _sheet, _cell in found} <= {"cell-differs", "formula-differs"}
    assert {(sheet, cell) for _code, sheet, cell in found} == named
    assert len(found) == len(named)


@SQLITE
def test_each_cell_is_named_when_it_alone_is_changed(month: Path, tmp_path: Path) -> None:
    """A part of them: every cell would take an hour."""
    ours = ReadWorkbook(month.read_bytes())
    filled = list(_filled(book := load_workbook(month)).items())
    for (sheet, at), cell in filled[:: len(filled) // (40 if spread.SOAK else 12)]:
        before = cell.value, cell.data_type
        changed(cell)
        book.save(tmp_path / "changed.xlsx")
        cell.value, cell.data_type = before
        found = list(differences(ReadWorkbook((tmp_path / "changed.xlsx").read_bytes()), ours, "x"))
        assert [(difference.sheet, difference.cell) for difference in found] == [(sheet, at)]


def _at(book: Workbook, kind: str) -> Cell:
    """A cell of the journal: an amount, the day of its line, its description, one beside it, or the sum."""
    sheet = book[JOURNAL]
    row = next(row[0].row for row in sheet.iter_rows(min_row=6) if isinstance(row[4].value, int))
    column = {"yen": "E", "day": "A", "text": "I", "blank": "N", "sum": "E"}[kind]
    found: Cell = sheet[f"{column}{sheet.max_row if kind == 'sum' else row}"]
    return found


def _set(kind: str, value: Any, data_type: str = "") -> Callable[[Workbook], tuple[str, str]]:
    def edit(book: Workbook) -> tuple[str, str]:
        cell = _at(book, kind)
        cell.value = value
        cell.data_type = data_type or cell.data_type
        return JOURNAL, cell.coordinate

    return edit


def _format(kind: str, form: str) -> Callable[[Workbook], tuple[str, str]]:
    def edit(book: Workbook) -> tuple[str, str]:
        cell = _at(book, kind)
        cell.number_format = form
        return JOURNAL, cell.coordinate

    return edit


@pytest.mark.parametrize(
    ("edit", "code", "there", "here"),
    [
        pytest.param(_set("yen", 7254), "cell-differs", "7,254 ", " 7,245 ", id="an amount"),
        pytest.param(_set("yen", "7,245", "s"), "cell-differs", "「7,245」", " 7,245 ", id="a text for a number"),
        pytest.param(_set("yen", True), "cell-differs", "True", " 7,245 ", id="a truth value"),
        pytest.param(_set("yen", None), "cell-differs", "空欄", " 7,245 ", id="emptied"),
        pytest.param(_set("blank", 7), "cell-differs", "7 ", "空欄", id="filled"),
        pytest.param(_set("yen", "=7000+245"), "formula-differs", "=7000+245", " 7,245 ", id="a formula for a value"),
        pytest.param(_set("sum", 7254), "formula-differs", "7,254", "=SUBTOTAL(9,", id="a value for a formula"),
        pytest.param(_set("sum", "=SUM(E6:E7)"), "formula-differs", "=SUM(E6:E7)", "=SUBTOTAL(9,", id="another one"),
        pytest.param(_set("day", date(2012, 5, 1)), "cell-differs", "2012-05-01", "2012-04-0", id="a day"),
        pytest.param(_set("text", "手数料"), "cell-differs", "「手数料」", "「", id="a text"),
        pytest.param(_format("yen", '#,##0"0"'), "format-differs", '#,##0"0"', "△", id="a format"),
        pytest.param(_format("day", 'm"月"d"日"'), "format-differs", "m", "ggge", id="the format of a day"),
    ],
)
def test_what_was_done_to_one_cell_is_said(
    kept: str, month: Path, edit: Callable[[Workbook], tuple[str, str]], code: str, there: str, here: str
) -> None:
    places: list[tuple[str, str]] = []
    found = verified(kept, edited(month, lambda book: places.append(edit(book))))
    assert places_of(found) == [(code, *places[0])]
    said = desk.typed(kept, "verify", str(month)).stdout.splitlines()[0]
    for part in ("month-2012-04.xlsx: ", JOURNAL, places[0][1], there.strip(), here.strip(), f"({code})"):
        assert part in said


def test_difference_is_data_for_other_programs(kept: str, month: Path) -> None:
    places: list[tuple[str, str]] = []
    edited(month, lambda book: places.extend([_set("yen", 7254)(book), _set("day", date(2012, 5, 1))(book)]))
    (day, yen) = verified(kept, month)["faults"]
    assert yen.keys() == {"code", "where", "says", "sheet", "cell", "there", "here"}
    assert (yen["where"], yen["sheet"], yen["cell"]) == ("month-2012-04.xlsx", *places[0])
    assert (yen["there"], yen["here"]) == (7254, 7245)
    assert (day["there"], day["here"][:7]) == ("2012-05-01", "2012-04")


# --- sheets, rows, columns ------------------------------------------------------------------------------------------


def _hide(book: Workbook, what: Any) -> None:
    sheet = book[JOURNAL]
    if what == "rows":
        for row in (7, 8, 9):
            sheet.row_dimensions[row].hidden = True
    elif what == "column too narrow":
        sheet.column_dimensions["F"].width = 0.1
    elif what == "column":
        sheet.column_dimensions["F"].hidden = True
    else:
        sheet.sheet_state = what


@pytest.mark.parametrize(
    ("edit", "code", "says"),
    [
        (lambda book: book.remove(book[JOURNAL]), "sheet-missing", JOURNAL),
        (lambda book: book.create_sheet("別紙"), "sheet-added", "別紙"),
        (lambda book: setattr(book[JOURNAL], "title", "旧仕訳帳"), "sheet-renamed", "旧仕訳帳"),
        (lambda book: book.move_sheet(JOURNAL, 2), "sheets-reordered", JOURNAL),
        (lambda book: _hide(book, "hidden"), "sheet-hidden", JOURNAL),
        (lambda book: _hide(book, "veryHidden"), "sheet-hidden", JOURNAL),
        (lambda book: _hide(book, "rows"), "rows-hidden", "3"),
        (lambda book: _hide(book, "column too narrow"), "columns-hidden", "F"),
        (lambda book: _hide(book, "column"), "columns-hidden", "F"),
        (lambda book: book[JOURNAL].delete_rows(8, 3), "rows-missing", "8"),
        (lambda book: book[JOURNAL].insert_rows(8, 2), "rows-added", "8"),
        (lambda book: book[JOURNAL].append(["追加"]), "rows-added", "1"),
        (lambda book: book[JOURNAL].delete_cols(6), "columns-missing", "F"),
        (lambda book: book[JOURNAL].insert_cols(6), "columns-added", "F"),
    ],
)
def test_what_was_done_to_a_sheet_is_said_once(
    kept: str, month: Path, edit: Callable[[Workbook], object], code: str, says: str
) -> None:
    (found,) = verified(kept, edited(month, edit))["faults"]
    assert found["code"] == code
    assert says in found["says"]


def test_format_of_a_whole_column_is_said_once(kept: str, month: Path) -> None:
    def edit(book: Workbook) -> None:
        for (sheet, _at), cell in _filled(book).items():
            if sheet == JOURNAL and cell.column == 5 and isinstance(cell.value, int):
                cell.number_format = "#,##0,"

    (found,) = verified(kept, edited(month, edit))["faults"]
    assert (found["code"], found["there"]) == ("format-differs", "#,##0,")


def test_changed_cell_below_rows_that_were_taken_out_is_named_where_it_stands(kept: str, month: Path) -> None:
    def edit(book: Workbook) -> None:
        sheet = book[JOURNAL]
        sheet["E20"].value += 9
        sheet.delete_rows(10, 4)

    assert places_of(verified(kept, edited(month, edit))) == [
        ("rows-missing", JOURNAL, None),
        ("cell-differs", JOURNAL, "E16"),
    ]


# --- as the books stood ---------------------------------------------------------------------------------------------


def test_what_was_recorded_since_does_not_count(book_url: str, tmp_path: Path) -> None:
    """Workbooks written while the books went on agree with them as they stood; bytes of a closed month never change."""
    handed: list[Path] = []

    def hand_out(*months: str) -> None:
        for words in (*(("statement", "month", each) for each in months), STATEMENTS["member"]):
            handed.append(written(book_url, tmp_path / f"{len(handed)}.xlsx", *words))

    desk.done(book_url, "import", *map(str, desk.files(tmp_path)))
    hand_out("2012-03", "2012-04")
    for nth, words in enumerate(desk.steps(book_url)):
        desk.done(book_url, *words)
        if nth % 12 == 0:
            hand_out("2012-03", "2012-04")
    desk.done(book_url, "close", "2012-03", "--bank-balance", "159390", "--accept", "検証")
    closed = written(book_url, tmp_path / "closed.xlsx", "statement", "month", "2012-03")
    desk.done(book_url, "decide", "FREE", "--as-of", "2012-04-02")
    letter = written(book_url, tmp_path / "letter.xlsx", "letter", "1")
    late = tmp_path / "遅延.csv"
    late.write_text("会員番号,氏名,司法書士会,把握日\n東京 第9001号,甲川 太郎,東京,2012-03-01\n", encoding="utf-8")
    desk.done(book_url, "import", str(late))
    desk.done(book_url, "book", "--through", "2012-06-30")
    for file in (*handed, closed, letter):
        found = verified(book_url, file)
        assert found["ok"], (file.name, found["faults"][:3])
        assert found["certain"]
    again = written(book_url, tmp_path / "again.xlsx", "statement", "month", "2012-03")
    assert again.read_bytes() == closed.read_bytes()
    written(book_url, tmp_path / "april.xlsx", "statement", "month", "2012-04")
    first, last = (ReadWorkbook((tmp_path / name).read_bytes()) for name in ("1.xlsx", "april.xlsx"))
    assert first.page(first.sheets[2]).rows != last.page(last.sheets[2]).rows


# --- what the file says of itself -----------------------------------------------------------------------------------


def marked(change: Callable[[dict[str, Any]], object]) -> Callable[[Any], None]:
    """An edit that changes the stamp of a workbook."""

    def edit(book: Any) -> None:
        props = book.custom_doc_props.props
        own, *further = (prop for prop in props if prop.name.startswith(PROPERTY) and "layout" not in prop.name)
        said = json.loads("".join(prop.value for prop in (own, *further)))
        book.custom_doc_props.props = [prop for prop in props if prop not in further]
        own.value = changed if isinstance(changed := change(said), str) else json.dumps(said)

    return edit


def _unmarked(book: Any) -> None:
    del book.custom_doc_props[PROPERTY]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_month_without_its_mark_is_known_by_its_cover(kept: str, tmp_path: Path, language: str) -> None:
    words = ("statement", "month", "2012-04", "--lang", language)
    file = edited(written(kept, tmp_path / "x.xlsx", *words), _unmarked)
    found = verified(kept, file)
    assert (found["ok"], found["certain"]) == (True, False)
    if language == "en":  # asked once: a changed one is held against every form
        edited(file, lambda book: changed(book.worksheets[0]["C5"]))
        first, *others = desk.typed(kept, "verify", str(file)).stdout.splitlines()
        assert ("C5" in first, "(cell-differs)" in first, len(others)) == (True, True, 2)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda said: said.update(head="0" * 64), "head-unknown"),
        (lambda said: said.update(batch=said["batch"] - 1), "head-unknown"),
        (lambda said: said.update(of="letter", about="1"), "sheet-added"),
        (lambda said: said.update(language="en"), "cell-differs"),
    ],
)
def test_mark_that_was_changed_is_found_out(
    kept: str, month: Path, change: Callable[[dict[str, Any]], object], code: str
) -> None:
    found = verified(kept, edited(month, marked(change)))
    assert code in {each["code"] for each in found["faults"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(of="reverse"),
        lambda said: said.update(of="letter", about="一"),
        lambda said: said.update(of="letter", about="9" * 30),
        lambda said: said.update(of="member", about="東京 第1号"),
    ],
)
def test_mark_that_names_no_statement_is_refused(
    kept: str, month: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    assert desk.typed(kept, "verify", str(edited(month, marked(change)))).exit_code == 1


@pytest.mark.parametrize("text", ["", "[" * 100_000, "{}", '"x"', '{"of": 1}', "null"])
def test_mark_that_cannot_be_read_is_none(kept: str, month: Path, text: str) -> None:
    """The cover of a month still says what it is."""
    assert verified(kept, edited(month, marked(lambda _said: text)))["certain"] is False


def test_member_without_the_mark_is_refused(kept: str, tmp_path: Path) -> None:
    file = edited(written(kept, tmp_path / "x.xlsx", *STATEMENTS["member"]), _unmarked)
    assert "(not-a-statement)" in desk.typed(kept, "verify", str(file)).output


# --- files that are not ours ----------------------------------------------------------------------------------------


def _repacked(file: Path, change: Callable[[str, bytes], bytes]) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _entity(name: str, content: bytes) -> bytes:
    """A declaration behind so much blank that the guard does not come to it."""
    declared = b"<?xml version='1.0'?>" + b" " * 5000 + b'<!DOCTYPE x [<!ENTITY a "b">]>'
    head, sign, rest = content.partition(b"<worksheet")
    return declared + sign + rest if name == "xl/worksheets/sheet1.xml" and sign and head is not None else content


@pytest.mark.parametrize("what", ["nothing", "a text", "an input file", "a folder", "cut short", "an entity", "a bomb"])
def test_file_that_is_none_of_ours_is_refused(kept: str, month: Path, tmp_path: Path, what: str) -> None:
    file = tmp_path / "x.xlsx"
    if what == "a text":
        file.write_text("x", encoding="utf-8")
    elif what == "an input file":
        desk.done(kept, "template", "members", "--out", str(file))
    elif what == "a folder":
        file.mkdir()
    elif what == "cut short":
        file.write_bytes(month.read_bytes()[:-2000])
    elif what in ("an entity", "a bomb"):
        shutil.copyfile(month, file)
        _repacked(file, _entity if what == "an entity" else lambda _name, content: content + b" " * 6_000_000)
    said = desk.typed(kept, "verify", str(file))
    assert (said.exit_code, "not-a-statement" in said.output) == (1, True)


def test_column_letters_are_read_as_they_are_written(tmp_path: Path) -> None:
    book = Workbook()
    for at in (1, 26, 27, 702, 703, 16_384):
        book.worksheets[0].cell(1, at, get_column_letter(at))
    book.save(tmp_path / "x.xlsx")
    opened = ReadWorkbook((tmp_path / "x.xlsx").read_bytes())
    assert {at: cell.value for at, cell in opened.page(opened.sheets[0]).rows[1].items()} == {
        at: get_column_letter(at) for at in (1, 26, 27, 702, 703, 16_384)
    }
