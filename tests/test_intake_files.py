"""Every row of a file is read, or said; what an import may hold is bounded; a folder stands for its tables."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Problems
from ledger.intake import files, importer, recognition, workbook
from ledger.intake.importer import take_in
from ledger.intake.recognition import InputFile
from ledger.intake.sheets import InputSheet, Row
from ledger.store import database
from tests.office import A1, A2, DEPOSITS, ISSUES, N1, ONE, Cells, read, text, told
from tests.written import book, sheet

# --- every row ------------------------------------------------------------------------------------------------------

_ROWS = st.sampled_from(
    [
        ISSUES, A1, A2, ["合計"], ["※ 注"], ["例", "2012-01-01"], ["題"],
        [None, None, None, "x"], DEPOSITS, N1, ["小計", None, 7245],
        ["A9"], None, [*ISSUES, None, *DEPOSITS], [None, "2012-01-26"], ["※", "x", "y"],
    ]
)  # fmt: skip


@given(st.lists(_ROWS, max_size=25))
def test_rows_read_and_rows_passed_over_are_all_rows(rows: list[Cells | None]) -> None:
    file = read_rows([ISSUES, A1, *rows])
    counted = sum(
        len(table.lines) + sum(count for count, _first in table.passed_over.values()) for table in file.sheets
    )
    held = sum(1 for row in rows if row is not None) + 2
    side_by_side = any(row is not None and len(row) > 5 for row in rows)
    assert counted >= held if side_by_side else counted == held


def read_rows(rows: list[Cells | None]) -> InputFile:
    """Reads rows as those of a sheet, without a workbook around them."""
    held = [
        Row(number, {at: value for at, value in enumerate(row, 1) if isinstance(value, (str, int))})
        for number, row in enumerate(rows, 1)
        if row is not None
    ]
    file = InputFile("x")
    recognition.read_sheet(file, InputSheet("表", held), held)
    return file


# --- bounds ---------------------------------------------------------------------------------------------------------


def test_problems_are_named_up_to_a_hundred_and_then_counted() -> None:
    rows = "".join(f"N{n},2012-01-26,-1,X\n" for n in range(150))
    file = read(f"照会番号,入金日,金額,振込依頼人名\n{rows}".encode(), ".csv")
    assert (len(file.problems), file.more) == (100, Counter({"not-positive": 50}))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_import_as_a_whole_is_limited(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "Room", lambda: recognition.Room(3))
    paths = []
    for name in "abc":
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_bytes(text("申込番号,送付日", f"{name}1,2012-01-26", f"{name}2,2012-01-26"))
    with database.writing(book_url) as connection, pytest.raises(Problems) as wrong:
        take_in(connection, paths, None, "試験")
    found = [(Path(problem.file).name, problem.code) for problem in wrong.value.problems]
    assert found == [("b.csv", "import-too-large")]


def test_reader_that_dies_is_started_again() -> None:
    """The process that opens workbooks may be ended by the system at any time."""
    data = book(sheet([ISSUES, A1]))
    assert told(read(data)) == ONE
    process = workbook.READER.process
    assert process is not None
    process.kill()
    process.wait()
    assert told(read(data)) == ONE
    frames = workbook.READER.ask(data, "ooxml")
    next(frames)
    frames.close()  # somebody stops listening in the middle
    assert told(read(data)) == ONE


# --- folders --------------------------------------------------------------------------------------------------------


def _files(folder: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, data: bytes) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


def test_folder_stands_for_its_tables_and_says_what_it_leaves(tmp_path: Path) -> None:
    write = _files(tmp_path)
    table, lock, letter = write("b.xlsx", b"x"), write("~$b.xlsx", b"x"), write("手紙.pdf", b"x")
    hidden, other = write(".a.csv", b"x"), write("a.csv", b"x")
    assert files.within([tmp_path]) == (
        [other, table],
        [(hidden, "not-read"), (lock, "lock-file"), (letter, "not-read")],
    )
    assert files.within([table, lock]) == ([table], [(lock, "lock-file")])
    assert files.within([lock]) == ([lock], [])
    with pytest.raises(files.Unreadable, match="a-lock-file"):
        files.contents(lock)
