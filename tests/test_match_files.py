"""Many transfers settled at once: those that are certain, and those filled in on the list that comes back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ledger.allocations import allocations
from ledger.intake.worklist import parts_of
from ledger.store import database
from tests import desk
from tests.test_matching import came, of_register

ON = ("--on", "2012-04-02")
A, B = "2012-0001", "2012-0002"


@pytest.fixture
def books(book_url: str) -> str:
    """Books with three transfers that wait: one is certain, one of two members, one of nobody known."""
    with database.writing(book_url) as connection:
        of_register(connection)
        came(connection, "D1", "ｺｳﾔﾏ ﾀﾛｳ")
        came(connection, "D2", "ﾄｳｷﾖｳｼﾎｳｼﾖｼｶｲ", yen=14490, note="ｵｵﾉｼﾖｳｼﾞ ﾜﾀﾅﾍﾞ ｼﾞﾕﾝｺ")
        came(connection, "D3", "ﾀﾆﾝ")
    desk.done(book_url, "book")
    return book_url


def parts(url: str) -> dict[str, list[str]]:
    """What each transfer is known to pay for."""
    with database.reading(url) as connection:
        return {
            deposit: [part.application if part.yen is None else f"{part.application}={part.yen}" for part in of.parts]
            for deposit, of in sorted(allocations(connection).items())
            if of.parts
        }


def filled(url: str, folder: Path, fill: Callable[[dict[str, list[int]], Worksheet, int], object], *lang: str) -> Path:
    """The list, filled in by another program: given the rows of each transfer, the sheet, and the column to fill."""
    desk.done(url, *lang, "match", "--out", str(file := folder / "照合.xlsx"), "--replace")
    book = load_workbook(file)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if row[0].value in ("照会番号", "Reference No."))
    column = next(cell.column for cell in head if cell.value in ("充当する申込番号", "Pays for (to fill in)"))
    rows: dict[str, list[int]] = {}
    for row in range(int(head[0].row or 0) + 1, sheet.max_row + 1):
        rows.setdefault(str(sheet.cell(row, 1).value), []).append(row)
    fill(rows, sheet, column)
    book.save(file)
    return file


def given_back(url: str, file: Path, *words: str) -> Any:
    """What giving the list back answers, as other programs read it."""
    said = desk.typed(url, "match", "--from", str(file), *ON, "--json", *words)
    return json.loads(said.stdout)


def test_what_is_certain_is_settled_by_one_command(books: str) -> None:
    said = json.loads(desk.done(books, "match", "--certain", *ON, "--json").stdout)
    assert said == {"settled": [{"deposit": "D1", "parts": [{"application": A, "yen": None}], "changed": True}]}
    assert parts(books) == {"D1": [A]}
    assert json.loads(desk.done(books, "match", "--certain", *ON, "--json").stdout) == {"settled": []}
    assert not json.loads(desk.done(books, "verify", "--json").stdout)["faults"]


def test_what_was_not_known_by_the_day_stays(books: str) -> None:
    assert json.loads(desk.done(books, "match", "--certain", "--on", "2012-04-01", "--json").stdout) == {"settled": []}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_list_comes_back_filled_in(books: str, tmp_path: Path, lang: str) -> None:
    """A number, a mark beside a candidate, several with yen; what was certain is filled in; the same again is none."""

    def fill(rows: dict[str, list[int]], sheet: Worksheet, column: int) -> None:
        assert sheet.cell(rows["D1"][0], column).value == A
        sheet.cell(rows["D2"][0], column).value = "○"
        sheet.cell(rows["D2"][1], column).value = "〇"
        sheet.cell(rows["D3"][0], column).value = "2012-0003＝7,000、２０１２－０００４"

    file = filled(books, tmp_path, fill, "--lang", lang)
    said = given_back(books, file, "--dry-run")
    assert parts(books) == {}
    assert given_back(books, file) == said
    after = {"D1": [A], "D2": [B, "2012-0007"], "D3": ["2012-0003=7000", "2012-0004"]}
    assert parts(books) == after
    assert [one["changed"] for one in said["settled"]] == [True] * 3
    held = desk.held(books)
    assert [one["changed"] for one in given_back(books, file)["settled"]] == [False] * 3
    assert desk.held(books) == held


def test_list_comes_back_as_csv(books: str, tmp_path: Path) -> None:
    desk.done(books, "match", "--out", str(file := tmp_path / "照合.csv"))
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    at = next(nth for nth, line in enumerate(lines) if "充当する申込番号" in line)
    lines = [line[:-2] + '"2012-0003"' if "ﾀﾆﾝ" in line else line for line in lines[at:]]
    file.write_text("\n".join(lines), encoding="utf-8")
    given_back(books, file)
    assert parts(books) == {"D1": [A], "D3": ["2012-0003"]}


def _settle(url: str, *words: str) -> None:
    desk.done(url, "match", *words, *ON)


# What is filled in beside D3, what happened since the list was written, and the problem.
WRONG: dict[str, tuple[str, tuple[str, ...], str]] = {
    "no such application": ("2012-9999", (), "unknown-application"),
    "no yen": ("2012-0003=abc", (), "not-a-part"),
    "twice": ("2012-0003 2012-0003", (), "again"),
    "more than it is": ("2012-0003=9000", (), "beyond-the-deposit"),
    "more applications than yen": ("2012-0003 2012-0004", (), "beyond-the-deposit"),
    "a mark without a candidate": ("○", (), "no-candidate"),
    "the error of a formula": ("#REF!", (), "formula-error"),
    "settled meanwhile": ("2012-0003", ("D3", "2012-0004"), "settled-meanwhile"),
    "paid meanwhile": ("2012-0003", ("D2", "2012-0003"), "paid-meanwhile"),
    "of another transfer of the list": (A, (), "paid-meanwhile"),
}


@pytest.mark.parametrize("why", WRONG)
def test_list_is_taken_whole_or_not_at_all(books: str, tmp_path: Path, why: str) -> None:
    """The problem names row and column; nothing of the list is written, not even what is right in it."""
    text, meanwhile, code = WRONG[why]
    place: list[int] = []

    def fill(rows: dict[str, list[int]], sheet: Worksheet, column: int) -> None:
        place.append(rows["D3"][0])
        sheet.cell(place[0], column).value = text

    file = filled(books, tmp_path, fill)
    if meanwhile:
        _settle(books, *meanwhile)
    held = desk.held(books)
    said = desk.typed(books, "match", "--from", str(file), *ON, "--json")
    assert said.exit_code == 3, said.output
    (problem,) = json.loads(said.stdout)["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (place[0], "充当する申込番号", code)
    assert desk.held(books) == held


def test_transfer_that_was_returned_waits_no_more(books: str, tmp_path: Path) -> None:
    def fill(rows: dict[str, list[int]], sheet: Worksheet, column: int) -> None:
        sheet.cell(rows["D3"][0], column).value = "2012-0003"

    file = filled(books, tmp_path, fill)
    desk.done(books, "overpaid", "return", "D3", *ON)
    assert "D3" not in {row["deposit"] for row in json.loads(desk.done(books, "match", "--json").stdout)["deposits"]}
    (problem,) = given_back(books, file)["problems"]
    assert problem["code"] == "nothing-left"


def test_any_other_file_is_no_such_list(books: str, tmp_path: Path) -> None:
    (other := tmp_path / "入金.csv").write_text("照会番号,入金日\nD1,2012-03-05\n", encoding="utf-8")
    (problem,) = given_back(books, other)["problems"]
    assert problem["code"] == "not-a-worklist" and "充当する申込番号" in problem["says"]
    assert given_back(books, tmp_path / "nowhere.xlsx")["problems"][0]["code"] == "not-found"


def test_a_list_says_by_itself_what_is_settled(books: str, tmp_path: Path) -> None:
    for words in (("D1", "--certain"), ("--from", str(tmp_path / "x"), "--certain"), ("D1", A, "--from", "x")):
        said = desk.typed(books, "match", *words, "--json")
        assert (said.exit_code, json.loads(said.stdout)["refused"]) == (2, "matched-by-itself")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2012-0001", ("2012-0001",)),
        ("2012-0001、2012-0002=7,245", ("2012-0001", "2012-0002=7,245")),
        ("2012-0001,2012-0002", ("2012-0001", "2012-0002")),
        ("２０１２－０００１＝７，２４５円　2012-0002", ("2012-0001=7,245円", "2012-0002")),
        (" A1;A2 ", ("A1", "A2")),
    ],
)
def test_several_stand_in_one_cell(text: str, parts: tuple[str, ...]) -> None:
    assert parts_of(text) == parts
