"""Whatever is done to the bytes of a bank's file, it is read or refused: no traceback, and nothing half read.

Three hundred changes of each; a hundred thousand under SEISAN_SOAK. What failed once is kept by its seed in FOUND.
"""

import os
import random
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ledger import dates, tables
from ledger.errors import Problems, Refusal
from ledger.intake.bank.mapping import CsvLayout, read_layout
from ledger.intake.importer import take_in
from ledger.intake.recognition import read_file
from ledger.store import database, settings
from tests import banked
from tests.banked import Line, ended, notice, statement, written
from tests.test_bank_csv import LAYOUT, SAVED

pytestmark = pytest.mark.thorough

COUNT = 100_000 if os.environ.get("SEISAN_SOAK") else 300

LINES = [
    Line(date(2012, 3, 9), 7245, 11, "ｺｳﾔﾏ ﾀﾛｳ"),
    Line(date(2012, 3, 9), 7245, 12, "ｵﾂｶﾜ ﾊﾅｺ", note="A-1"),
    Line(date(2012, 3, 12), -440, 13, note="ﾃｽｳﾘﾖｳ", code="14"),
    Line(date(2012, 3, 13), -7245, 12, code="19"),
]
FILES = {
    "statement": written(
        ended(statement(LINES, before=1000), statement(LINES[:1], account=("9999", "998", "7654321")))
    ),
    "unseparated": written(ended(statement(LINES, before=1000)), b""),
    "notice": written(notice([*LINES[:2], Line(date(2012, 3, 12), 7245, 12, withdrawn=True)]), b"\n"),
    "csv": SAVED,
}
FOUND: dict[str, list[int]] = {kind: [] for kind in FILES} | {"statement": [14835]}  # a record of 0x1A alone


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 4, 3))


@pytest.fixture
def layout(tmp_path: Path) -> CsvLayout:
    """How the CSV is laid out."""
    (path := tmp_path / "x.toml").write_text(LAYOUT, encoding="utf-8")
    return read_layout(path)


def _changed(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _time in range(chance.choice((1, 1, 2, 8))):
        at, length = chance.randrange(len(changed) + 1), chance.choice((1, 2, 6, 10, 200, 202))
        match chance.randrange(8):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3:
                del changed[at:]
            case 4:
                changed[at : at + length] = b" " * length
            case 5:
                changed[at : at + length] = b"9" * length
            case 6:
                changed[at : at + 1] = chance.choice((b"0", b"1", b"2", b"8", b"9", b" ", b"-"))
            case _:
                changed[at:at] = chance.choice((b"\r\n", b"\n", b"\r", b"\x1a", b"\0", b'"', b",", b"\xef\xbb\xbf"))
    return bytes(changed)


@pytest.mark.parametrize("kind", FILES)
def test_no_change_of_its_bytes_makes_a_file_anything_but_read_or_refused(
    kind: str, layout: CsvLayout, capfd: pytest.CaptureFixture[str]
) -> None:
    for seed in [*FOUND[kind], *range(COUNT)]:
        try:
            file = read_file("x", _changed(FILES[kind], random.Random(seed)), ".txt", layout=layout)
            assert [str(problem) for problem in file.problems] or file.sheets or file.passed_over
            assert not (file.problems and file.sheets)
        except BaseException as error:
            error.add_note(f"{kind}: seed {seed}")
            raise
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_is_taken_in_whole_or_not_at_all(book_url: str, tmp_path: Path, layout: CsvLayout) -> None:
    counted = [select(func.count()).select_from(table) for table in (tables.bank_line, tables.deposit_known)]
    with database.writing(book_url, by="試験", command="試験") as connection:
        for name, value in banked.SETTINGS.items():
            settings.change(connection, name, value, by="試験")
        for seed in range(COUNT // 5):
            kind = list(FILES)[seed % len(FILES)]
            (path := tmp_path / "x.txt").write_bytes(_changed(FILES[kind], random.Random(seed)))
            before = [connection.execute(count).scalar_one() for count in counted]
            with connection.begin_nested() as attempt:
                try:
                    report = take_in(connection, [path], None, "試験", layout=layout)
                except (Problems, Refusal):
                    assert [connection.execute(count).scalar_one() for count in counted] == before, seed
                else:
                    told = sum(sheet.taken_in for sheet in report.files[0].sheets if sheet.kind == "bank_lines")
                    assert connection.execute(counted[0]).scalar_one() - before[0] == told, seed
                attempt.rollback()


def test_a_large_file_takes_no_more_memory_than_its_lines_need() -> None:
    many = [Line(date(2012, 3, 9), 7245, number, "ｺｳﾔﾏ ﾀﾛｳ") for number in range(1, 5_001)]
    data = written(ended(statement(many)))
    tracemalloc.start()
    try:
        file = read_file("x", data, ".txt")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(file.sheets[0].lines) == 5_000
    assert most < 12 * len(data), most
    nonsense = read_file("x", b"1030" + b"0" * 18 + b"9999" + b"\n2" * 200_000, ".txt")
    assert len(nonsense.problems) <= 100
