"""What is looked at as a whole, for speed, is what it would be cell by cell: sheets at a glance, columns, and lines."""

import random
import re
from pathlib import Path

import pytest

from ledger.intake import ooxml, worker
from ledger.intake.files import format_of
from ledger.intake.sheets import Row, rows_of
from tests.office import A1, ISSUES, read, told
from tests.written import binary_book, book, sheet

SAVED = sorted((Path(__file__).parent / "saved_again").glob("[!ct]*/受領簿.*"))

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
