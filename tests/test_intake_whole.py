"""What is looked at as a whole, for speed, is what it would be cell by cell: sheets at a glance, columns, and lines."""

import gc
import random
import re
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.intake import ooxml, worker
from ledger.intake.columns import Cell, NotAsShown, Uncalculated
from ledger.intake.files import ENDINGS, format_of
from ledger.intake.kinds import KINDS
from ledger.intake.recognition import InputFile, read_file, read_sheet
from ledger.intake.sheets import InputSheet, Row, rows_of
from ledger.intake.table import InputTable
from tests.office import A1, ISSUES, read, told
from tests.written import binary_book, book, sheet

HERE = Path(__file__).parent
WHOLE = sorted(
    path for folder in ("saved_again", "intake") for path in HERE.joinpath(folder).rglob("*") if path.suffix in ENDINGS
)
SAVED = sorted((HERE / "saved_again").glob("[!ct]*/受領簿.*"))

# Pieces of a sheet: what every sheet is full of, and what it has to be parsed for.
QUIET = (
    '<row r="1">', "</row>", '<c r="A1">', '<c r="Z299999" s="1">', '<c r="B2" t="s">', "</c>", "<v>7245</v>", "<v>",
    '<c r="C3" t="inlineStr"><is><t xml:space="preserve">', "</t></is>", "甲山 = e", "A300000", "<cols>", "12:30", '"',
    '<row r="12" spans="1:8" x14ac:dyDescent="0.4">', '<c r="A100000" s="12">',
)  # fmt: skip
MARKED = (
    "<f>", "<f t=", "<x:f>", ' t="e"', " t='e'", ' hidden="1"', "<c>", '<c s="1">', "<x:c>", '<c r="AA1">',
    '<c r="aa1">',
    '<c r="A300000">', '<c r="B1048576">', '<c r="A1" s="7">', "<c r='A1'>", '<c r="A1" s = "7">', '<x:c r="AB7">',
)  # fmt: skip


def test_what_is_quiet_at_a_glance_has_nothing_to_be_parsed_for() -> None:
    chance = random.Random(1)
    styles = re.compile(rb's="(?:7|13)"')
    wanted = [re.compile(pattern) for pattern in (*ooxml._MAY_BE_MARKED[:8], rb"""\bs\s*=\s*["'](?:7|13)["']""")]
    quiet = 0
    for _time in range(20_000):
        pieces = chance.choices(QUIET, k=chance.randrange(1, 9))
        if chance.random() < 0.5:
            pieces[chance.randrange(len(pieces))] = chance.choice(MARKED)
        xml = "".join(pieces).encode()
        if ooxml._is_quiet(xml, styles):
            quiet += 1
            assert not [pattern for pattern in wanted if pattern.search(xml)], xml
    assert quiet > 1_000


@pytest.mark.parametrize("marked", MARKED)
def test_what_a_sheet_has_to_be_parsed_for_is_seen(marked: str) -> None:
    styles = re.compile(rb's="(?:7|13)"')
    rows = '<row r="1"><c r="A1" s="1"><v>1</v></c></row>'
    assert ooxml._is_quiet((rows * 2).encode(), styles)
    assert not ooxml._is_quiet((rows + marked + rows).encode(), styles)


def _rows(data: bytes, ending: str) -> list[object]:
    told: list[object] = []
    kind = format_of(data, ending)
    assert kind != "text"
    for frame in worker.frames(data, kind):
        told += frame[1] if frame[0] == "rows" else rows_of(*frame[1:]) if frame[0] == "columns" else [frame]
    return [repr(row) for row in told]


MIXED = book(
    sheet(
        [
            ISSUES,
            [1, '<c r="@" t="b"><v>1</v></c>'],
            ['<c r="@" t="b"><v>1</v></c>', 1],
            [1.5, 1.0],
            None,
            [" A1 ", ""],
            ["<c r='@'><f>A9</f></c>", "A\r\nB"],
            *([A1] * 30),
        ],
        merged=["A3:A4", "B9:B12"],
        hidden=[3],
    )
)


@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize(
    "data", [MIXED, *(path.read_bytes() for path in SAVED)], ids=["mixed", *(path.suffix for path in SAVED)]
)
def test_rows_are_the_same_however_many_are_read_at_once(
    data: bytes, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _rows(data, "")
    monkeypatch.setattr(worker, "_BATCH", batch)
    assert _rows(data, "") == whole


# --- lines ----------------------------------------------------------------------------------------------------------

# By kind: its headings, and a row of which nothing has to be said.
TABLES: dict[str, tuple[list[Cell], list[Cell | None]]] = {
    "issues": (
        ["申込番号", "送付日", "発行日", "把握日", "控え"],
        ["A1", date(2012, 1, 26), "2012-01-25", "H24.2.1", "x"],
    ),
    "deposits": (
        ["照会番号", "入金日", "金額", "振込依頼人名", "申込番号", "控え"],
        [2, date(2012, 1, 26), 7245, "コウヤマ", None, 1],
    ),
    "downloads": (["申込番号", "ダウンロード日", "確認日", "把握日"], ["A1", None, "2012-01-26", None]),
    "choices": (["申込番号", "返金方法", "充当先申込番号", "申出日"], ["A1", "充当", "A2", date(2012, 1, 26)]),
}
CELLS: list[Cell | None] = [
    None, "A1", "2012-0001", 1, True, 0, False, 2, 2.5, 7245, 7245.0, 7245.5, 20120001, "7", "245",
    "7,245", 10**16, 2.0**60,
    date(2012, 1, 26), datetime(2012, 1, 26, 9, 0), date(1999, 1, 1), "2012-01-26", "H24.1.26", "平成31年5月1日",
    time(9, 0), "コウヤマ", "合計", "※ 注", "(例) A1", "例", "甲\n乙", "〃", "#N/A", "払戻し", "充当", "申込番号",
    "送付日", "なし", "0", Uncalculated(), NotAsShown("only-a-month", "2012-01"),
]  # fmt: skip


@given(
    kind=st.sampled_from(sorted(TABLES)),
    changes=st.lists(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(CELLS)), max_size=2), max_size=12),
    as_text=st.booleans(),
)
@example(kind="deposits", changes=[[(0, 1)], [(0, True)]], as_text=False)
@example(kind="deposits", changes=[[(2, "7"), (3, "245")]], as_text=True)
@example(kind="deposits", changes=[[(5, "甲\n乙")], [(5, "例")]], as_text=False)
def test_a_row_of_sound_cells_is_the_line_that_it_is_cell_by_cell(
    kind: str, changes: list[list[tuple[int, Cell | None]]], as_text: bool
) -> None:
    headings, good = TABLES[kind]
    rows: list[list[Cell | None]] = [list(headings)]
    for change in [[], *changes, *changes]:
        row = dict(enumerate([*good, None, None])) | dict(change)
        rows.append([row[at] for at in sorted(row)])
    held = [
        Row(number, cells, width=max(cells) if as_text else 0)
        for number, row in enumerate(rows, 1)
        if (cells := {at: cell for at, cell in enumerate(row, 1) if cell is not None})
    ]
    at_once, by_cell = (InputFile("表") for _time in range(2))
    read_sheet(at_once, InputSheet("表", held), held)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(InputTable, "_sound_line", lambda _table, _row: None)
        read_sheet(by_cell, InputSheet("表", held), held)
    assert repr(at_once) == repr(by_cell)


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_file_is_read_the_same_at_once_and_cell_by_cell(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = read_file(path.name, path.read_bytes(), path.suffix)
    sound = sum(len(table.lines) for table in at_once.sheets)
    by_cell, read_by_cell = InputTable._read, list[Row]()

    def counted(table: InputTable, row: Row) -> object:
        read_by_cell.append(row)
        return by_cell(table, row)

    monkeypatch.setattr(InputTable, "_read", counted)
    assert repr(read_file(path.name, path.read_bytes(), path.suffix)) == repr(at_once)
    assert len(read_by_cell) <= sound / 4 or sound < 9, "nearly all rows are sound"
    monkeypatch.setattr(InputTable, "_sound_line", lambda _table, _row: None)
    assert repr(read_file(path.name, path.read_bytes(), path.suffix)) == repr(at_once)


def test_kinds_of_which_rows_have_rules_are_those_that_a_rule_speaks_of() -> None:
    without = {kind.code for kind in KINDS if not kind.has_rules}
    assert without == {"members", "deposits", "bills", "openings", "fees", "revocations"}


def _left_in_circles(count: int) -> int:
    """How many objects are left for the collector by reading so many rows of which each is wrong."""
    rows = "".join(f"N{n},2012-01-26,-1,X\n" for n in range(count))
    gc.collect()
    gc.disable()
    try:
        assert read(f"照会番号,入金日,金額,振込依頼人名\n{rows}".encode(), ".csv").problems
        assert not gc.isenabled()
        return gc.collect()
    finally:
        gc.enable()


@pytest.mark.thorough
def test_nothing_is_left_to_be_collected_however_many_rows_are_wrong() -> None:
    assert _left_in_circles(2_000) <= _left_in_circles(200) + 20
    read(binary_book([ISSUES, A1])[:-9], ".xlsb")
    assert gc.isenabled()


def test_what_is_no_number_is_shown_as_an_error() -> None:
    for value in (float("nan"), float("inf")):
        file = read(binary_book([ISSUES, ["A1", value], [value, "2012-01-26"]]), ".xlsb")
        assert [(problem.row, problem.code) for problem in file.problems] == [
            (2, "formula-error"),
            (3, "formula-error"),
        ]


def test_merge_covers_no_more_than_the_sheet() -> None:
    data = binary_book([ISSUES, A1, ["A2", "2012-01-27"]], merged=[(2, 2**31, 1, 2**31)])
    rows = [frame[1] for frame in worker.frames(data, "ooxml") if frame[0] == "rows"]
    assert [row.covered for row in rows[0] if isinstance(row, Row)] == [(), (), ()]
    assert len(told(read(data, ".xlsb"))) == 2
