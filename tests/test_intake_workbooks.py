"""A workbook is read whatever state it is in: damaged, protected or made to do harm, it is a problem and no crash."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from exports.reports import template
from ledger import i18n
from ledger.intake import files, text, workbook
from ledger.intake.columns import CellProblem, association, day, digits, nonzero_yen, number, percent, positive_yen
from ledger.intake.kinds import KINDS
from ledger.intake.recognition import InputFile, read_file

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
RECEIPTS = Path(__file__).parent / "intake" / "受領簿.xlsx"
HEADINGS: list[object] = ["申込番号", "送付日", "発行日"]


def _workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.title = "送付"
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _changed(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The archive with each part changed, and more parts added (__ stands for a slash)."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name.replace("__", "/"), part)
    return file.getvalue()


def _with(data: bytes, **more: bytes) -> bytes:
    return _changed(data, lambda _name, part: part, **more)


def _in_sheet(data: bytes, old: bytes, new: bytes) -> bytes:
    return _changed(data, lambda name, part: part.replace(old, new) if "sheet1" in name else part)


def _read(data: bytes, ending: str = ".xlsx") -> InputFile:
    return read_file(f"送付{ending}", data, ending)


GOOD = _workbook(HEADINGS, ["A1", date(2012, 1, 26), None])

HARMFUL = {
    "cut short": (GOOD[: len(GOOD) // 2], ".xlsx", "broken-workbook"),
    "no workbook at all": (b"\xff\xfe\xfd\xff\xff\xff\xff", ".xlsx", "broken-workbook"),
    "an archive of something else": (_with(b"PK\x05\x06" + bytes(18), readme=b"x"), ".xlsx", "an-archive"),
    "a sheet cut short": (_in_sheet(GOOD, b"</sheetData>", b""), ".xlsx", "broken-workbook"),
    "the old format, nothing in it": (OLE + bytes(512), ".xls", "broken-workbook"),
    "the old format, damaged": (OLE + bytes(512) + "Workbook".encode("utf-16-le"), ".xlsx", "broken-workbook"),
    "the format before the old one": (OLE + bytes(512) + "Book".encode("utf-16-le"), ".xls", "old-excel"),
    "a password": (OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"), ".xlsx", "encrypted"),
    "a name that climbs": (_with(GOOD, **{"..__x": b"x"}), ".xlsx", "unsafe-workbook"),
    "entities": (
        _in_sheet(GOOD, b"<worksheet ", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet '),
        ".xlsx",
        "unsafe-workbook",
    ),
    "entities after a long comment": (
        _in_sheet(GOOD, b"<worksheet ", b"<!--" + b" " * 5000 + b'--><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet '),
        ".xlsx",
        "unsafe-workbook",
    ),
    "a bomb": (_with(GOOD, xl__x_bin=bytes(40 * 1024 * 1024)), ".xlsx", "unsafe-workbook"),
    "more parts than a workbook has": (_with(GOOD, **{f"x{n}": b"" for n in range(1001)}), ".xlsx", "unsafe-workbook"),
}


@pytest.mark.parametrize(("data", "ending", "code"), HARMFUL.values(), ids=HARMFUL.keys())
def test_harmful_or_broken_workbook_is_a_problem_of_the_file(data: bytes, ending: str, code: str) -> None:
    assert [(problem.row, problem.column, problem.code) for problem in _read(data, ending).problems] == [
        (None, None, code)
    ]


def test_content_decides_and_not_the_ending() -> None:
    text = "申込番号,送付日\nA1,2012-01-26\n".encode("cp932")
    for data, ending in ((text, ".xlsx"), (GOOD, ".csv"), (GOOD, ".XLSX")):
        file = _read(data, ending)
        assert file.problems == []
        assert [line.values["mailed_on"] for line in file.sheets[0].lines] == [date(2012, 1, 26)]


def test_limits_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workbook, "LIMIT_ROWS", 2)
    monkeypatch.setattr(text, "LIMIT_ROWS", 2)
    long = _workbook(HEADINGS, ["A1", "2012-01-26"], ["A2", "2012-01-26"])
    assert [(problem.code, problem.fields, problem.sheet) for problem in _read(long).problems] == [
        ("too-many-rows", {"limit": 2}, "送付")
    ]
    assert _read(b"a,b\n" * 3, ".csv").problems[0].code == "too-many-rows"
    monkeypatch.setattr(files, "LIMIT_UNPACKED_MB", 0)
    with pytest.raises(files.Unreadable, match="too-large-unpacked"):
        files.require_safety(GOOD)
    monkeypatch.setattr(files, "LIMIT_MB", 0)
    file = tmp_path / "x.csv"
    file.write_bytes(b"a")
    with pytest.raises(files.Unreadable, match="too-large"):
        files.contents(file)


def test_device_is_not_read() -> None:
    with pytest.raises(files.Unreadable, match="not-a-file"):
        files.contents(Path("/dev/zero"))
    with pytest.raises(files.Unreadable, match="not-found"):
        files.contents(Path("a\0b"))


def test_size_that_a_sheet_claims_is_not_believed() -> None:
    claimed = _in_sheet(GOOD, b'<dimension ref="A1:C2"', b'<dimension ref="A1:XFD1048576"')
    assert claimed != GOOD
    assert [line.row for line in _read(claimed).sheets[0].lines] == [2]


def test_formula_without_its_result_is_not_an_empty_cell() -> None:
    data = _workbook(HEADINGS, ["A1", date(2012, 1, 26), "=B2-1"])
    assert [(problem.row, problem.column, problem.code) for problem in _read(data).problems] == [
        (2, "発行日", "formula-not-calculated")
    ]
    empty = _in_sheet(data, b'<c r="C2">', b'<c r="C2" t="str">')
    assert empty != data
    assert [line.values for line in _read(empty).sheets[0].lines] == [
        {"application": "A1", "mailed_on": date(2012, 1, 26)}
    ]


def test_cells_of_another_type_are_said_to_be_so() -> None:
    rows: list[list[object]] = [
        HEADINGS,
        [date(2011, 1, 1), date(2012, 1, 26)],
        [2011.5, "2012-01-26"],
        ["A1", 40934],
        ["A2", time(9, 30)],
        ["A3", True],
        ["A4", "#REF!"],
    ]
    assert [(problem.row, problem.column, problem.code) for problem in _read(_workbook(*rows)).problems] == [
        (2, "申込番号", "day-for-number"),
        (3, "申込番号", "not-text"),
        (4, "送付日", "not-a-day"),
        (5, "送付日", "not-a-day"),
        (6, "送付日", "not-a-day"),
        (7, "送付日", "formula-error"),
    ]


def test_wide_sheet_is_the_kind_that_most_headings_belong_to() -> None:
    text = "申込番号,会員番号,申込日,申込区分,前回申込番号,送付日,取消日\nA1,東京 第9001号,2011-11-01,新規,,,\n"
    file = _read(text.encode(), ".csv")
    assert [(read.kind.code, read.ignored) for read in file.sheets] == [("applications", ["送付日", "取消日"])]


@given(st.integers(0, RECEIPTS.stat().st_size - 1), st.integers(1, 255), st.booleans())
def test_no_damage_to_a_workbook_makes_the_reader_crash(at: int, flip: int, cut: bool) -> None:
    data = bytearray(RECEIPTS.read_bytes())
    data[at] ^= flip
    _read(bytes(data[:at] if cut else data))


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_crash(data: bytes) -> None:
    for ending in (".csv", ".xlsx", ".xls", ""):
        _read(data, ending)


@pytest.mark.parametrize(
    "cell", [7245, 7245.0, "7245", "7,245", "7245.0", "7,245円", "¥7,245", "￥７，２４５", " ７２４５ 円"]
)
def test_yen_in_every_form(cell: float | str) -> None:
    assert positive_yen(cell) == nonzero_yen(cell) == 7245


@pytest.mark.parametrize("cell", ["-7245", "△7,245", "▲7,245円", "−7245", "－７２４５", -7245])
def test_yen_withdrawn_in_every_form(cell: int | str) -> None:
    assert nonzero_yen(cell) == -7245


@pytest.mark.parametrize("cell", ["7,24", "7 245x", "一", "", "--1", 0.5, float("inf"), float("nan")])
def test_what_is_no_amount_is_refused(cell: float | str) -> None:
    with pytest.raises(CellProblem, match="not-a-number"):
        nonzero_yen(cell)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2012, 2, 26, 10, 30),
        date(2012, 2, 26),
        20120226,
        20120226.0,
        "2012-02-26",
        "2012/2/26",
        "20120226",
        "平成24年2月26日",
        "H24.2.26",
        "Ｈ２４．２．２６",
    ],
)
def test_day_in_every_form(cell: date | float | str) -> None:
    assert day(cell) == date(2012, 2, 26)


@pytest.mark.parametrize("cell", [5, 5.0, 0.05, "5", "5%", "５％", "0.05"])
def test_rate_in_every_form(cell: float | str) -> None:
    assert percent(cell) == 5


def test_zeros_that_excel_dropped_come_back_and_those_a_person_left_out_do_not() -> None:
    assert (digits(7)(12345), digits(4)(1.0), digits(3)("００１")) == ("0012345", "0001", "001")
    with pytest.raises(CellProblem, match="not-a-number-of-digits"):
        digits(7)("12345")


def test_numbers_are_texts_and_names_of_associations_are_short() -> None:
    assert (number(20110001.0), number(20110001), number("2011-0001")) == ("20110001", "20110001", "2011-0001")
    assert association("東京司法書士会") == association("東 京") == "東京"


# --- blank files of ours, filled in ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", [kind.code for kind in KINDS])
def test_sheets_that_explain_a_blank_file_are_passed_over_in_silence(
    kind: str, language: i18n.Language, tmp_path: Path
) -> None:
    i18n.use(language)
    path = tmp_path / "x.xlsx"
    template.write(kind, path)
    book = load_workbook(path)
    assert len(book.worksheets) >= 2
    sheet = book.worksheets[0]
    headings = [str(cell.value) for cell in sheet[1]]
    for at, value in enumerate(headings, 1):
        sheet.cell(2, at, f"{value}?")  # whatever is wrong with it, it is a row
    book.create_sheet("控え").append(["x"])
    book.save(path)
    i18n.use("ja")
    file = read_file("x.xlsx", path.read_bytes(), ".xlsx")
    assert len(file.sheets) == 1
    assert file.passed_over == ["控え"]
