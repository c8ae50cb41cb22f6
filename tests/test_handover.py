"""Everything in the books as a folder of CSV: nothing is missing, nothing private is whole, the sums are the books'."""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from exports.formats import csv as writer
from exports.reports import handover
from exports.reports.records import LEFT_OUT, TITLES
from ledger import tables
from ledger.journal import balances
from ledger.journal.chart import chart
from ledger.store import database
from tests import desk

pytestmark = pytest.mark.thorough

FIRST, LAST = date(2012, 3, 7), date(2012, 4, 3)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; nothing is written to them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture
def folder(books: str, tmp_path: Path) -> Path:
    """The books, handed over."""
    desk.done(books, "export", "books", str(tmp_path / "帳簿"))
    return tmp_path / "帳簿"


def read(file: Path) -> list[dict[str, str]]:
    """The rows of a file by heading."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def files(folder: Path) -> dict[str, bytes]:
    """Every file in the folder, by its path there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_index_names_every_file_with_its_rows_and_columns(books: str, folder: Path) -> None:
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    found = files(folder)
    assert {"index.csv", "index.json", *(file["file"] for file in index["files"])} == found.keys()
    for file, row in zip(index["files"], read(folder / "index.csv"), strict=True):
        assert file["sha256"] == hashlib.sha256(found[file["file"]]).hexdigest() == row["SHA-256"], file
        assert file["rows"] == len(read(folder / file["file"])) == int(row["行数"]), file
        with (folder / file["file"]).open(encoding="utf-8-sig", newline="") as lines:
            assert next(csv.reader(lines)) == [column["ja"] for column in file["columns"]]
    with database.reading(books) as connection:
        head = connection.execute(select(tables.batch.c.head).order_by(tables.batch.c.no.desc()).limit(1)).scalar()
    assert index["head"] == head


def test_every_table_is_there_row_by_row_and_its_columns_have_titles(books: str, folder: Path) -> None:
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    columns = {file["file"]: file["columns"] for file in index["files"]}
    with database.reading(books) as connection:
        for name, table in tables.metadata.tables.items():
            count = connection.execute(select(func.count()).select_from(table)).scalar()
            assert len(read(folder / f"records/{name}.csv")) == count, name
            kept = [column.name for column in table.columns if (name, column.name) not in LEFT_OUT]
            told = columns[f"records/{name}.csv"]
            assert [column["key"].removesuffix("+09:00") for column in told] == kept
            assert name in TITLES, "a table has a title (exports/reports/records.py)"
            untitled = [column["key"] for column in told if column["ja"].isascii() and column["ja"] != "SHA-256"]
            assert untitled == [], f"columns of {name} have titles (exports/reports/records.py)"


def test_no_account_number_stands_whole(folder: Path) -> None:
    for name, content in files(folder).items():
        text = content.decode("utf-8-sig")
        for number in ("1234567", "7654321", "2345678", "3334445", desk.PAYER["payer_account"]):
            assert not re.search(rf"(?<![0-9]){number}(?![0-9])", text), name


def test_same_books_give_the_same_bytes(books: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    desk.done(books, "export", "books", str(tmp_path / "空"))
    assert files(tmp_path / "空") == files(folder)
    assert {path.name for path in tmp_path.iterdir()} >= {"空", "帳簿"}
    assert not any(path.name.startswith(".") for path in tmp_path.iterdir())


def test_sums_of_the_ledgers_are_those_of_the_books(books: str, folder: Path) -> None:
    journal, general, parts = (
        read(folder / f"{name}.csv") for name in ("journal", "general-ledger", "subsidiary-ledgers")
    )
    yen = sum(int(row["金額"]) for row in journal)
    assert [sum(int(row[side] or 0) for row in general) for side in ("借方", "貸方")] == [yen, yen]
    last = {row["勘定科目"]: int(row["差引残高"]) for row in general}
    of_parts = Counter[str]()
    for row in parts:
        if row["摘要"] == "繰越(期間の終わり)":
            of_parts[row["勘定科目"]] += int(row["差引残高"])
    with database.reading(books) as connection:
        held = {balance.code: balance.balance for balance in balances.trial_balance(connection)}
        kept_by = chart(connection).kept_by
    assert {name[:4]: left for name, left in last.items()} == {code: held[code] for code in {n[:4] for n in last}}
    assert {name[:4]: left for name, left in of_parts.items()} == {
        code: held[code] for code in {n[:4] for n in of_parts}
    }
    assert {code for code, left in held.items() if left} <= {name[:4] for name in last}
    assert {code for code, left in held.items() if left and code in kept_by} <= {name[:4] for name in of_parts}


def test_days_narrow_the_ledgers_alone(books: str, tmp_path: Path) -> None:
    desk.done(books, "export", "books", str(tmp_path / "四月"), "--from", "2012-04-01", "--to", "2012-04-30")
    days = {row["日付"] for name in ("journal", "general-ledger") for row in read(tmp_path / "四月" / f"{name}.csv")}
    assert min(days) == "2012-04-01" and max(days) == "2012-04-30"
    (entries,) = (row for row in read(tmp_path / "四月/index.csv") if row["ファイル"] == "records/entry.csv")
    with database.reading(books) as connection:
        assert int(entries["行数"]) == connection.execute(select(func.count()).select_from(tables.entry)).scalar()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_books_without_entries_are_handed_over(book_url: str, tmp_path: Path) -> None:
    desk.done(book_url, "export", "books", str(tmp_path / "新しい帳簿"))
    assert read(tmp_path / "新しい帳簿/journal.csv") == read(tmp_path / "新しい帳簿/general-ledger.csv") == []


def test_folder_with_something_in_it_stays(books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "使用中").mkdir()
    (tmp_path / "使用中/覚え.txt").write_text("残す", encoding="utf-8")
    (tmp_path / "ファイル").touch()
    for words, code in (
        ([str(tmp_path / "使用中")], "folder-in-use"),
        ([str(tmp_path / "ファイル")], "not-a-plain-folder"),
        ([str(tmp_path / "ファイル/中")], "not-writable"),
        ([str(tmp_path / "新"), "--from", "2012-05-01", "--to", "2012-04-01"], "impossible-range"),
    ):
        answer = desk.typed(books, "export", "books", *words)
        assert answer.exit_code in (1, 2) and f"({code})" in answer.stderr
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {
        "使用中",
        "使用中/覚え.txt",
        "ファイル",
    }

    def full(*_words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "write", full)
    assert "(disk-full)" in desk.typed(books, "export", "books", str(tmp_path / "新")).stderr
    assert not (tmp_path / "新").exists() and not any(path.name.startswith(".") for path in tmp_path.iterdir())


def test_lists_are_those_of_the_commands() -> None:
    from exports.reports import REPORTS

    of_one_thing = {
        "receipts",
        "find",
        "check",
        "notices compare",
        "entries",
        "balance",
        "selfcheck books-act",
        "bill claims",
    }
    of_a_moment = {"todo", "match", "due", "decisions shaken", "account list"}
    the_same = {"overpaid list"}  # it is that of refunds
    assert {*handover.LISTS} | of_one_thing | of_a_moment | the_same >= {*REPORTS}
