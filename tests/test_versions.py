"""A closed month's statement is handed out as a version: the same bytes, recorded; a reissue says what changed."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from exports.commands import issuing as commands_issuing
from exports.formats import pdf
from ledger import dates
from ledger.store import database
from tests import desk
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK
from tests.test_statements import compare

pytestmark = pytest.mark.thorough

FILES = {
    "会員名簿.csv": "会員番号,氏名,司法書士会,把握日\n青森 第9001号,赤井 一,青森,2012-03-01\n"
    "岩手 第9001号,青木 二葉,岩手,2012-03-01\n",
    "申込.csv": "申込番号,会員番号,申込日,申込区分,把握日\n2012-0301,青森 第9001号,2012-03-01,新規,2012-03-01\n"
    "2012-0302,岩手 第9001号,2012-03-02,新規,2012-03-02\n",
    "発行.csv": "申込番号,発行日,送付日,把握日\n2012-0301,2012-03-20,2012-03-22,2012-03-22\n"
    "2012-0302,2012-03-20,2012-03-22,2012-03-22\n",
    "入金.csv": "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\n"
    "20120301-1,2012-03-01,7245,アカイ ハジメ,2012-0301,2012-03-01\n",
}
LATE = {
    "入金追加.csv": "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\n"
    "20120330-1,2012-03-30,7245,アオキ フタバ,2012-0302,2012-03-30\n",
    "取消.csv": "申込番号,取消日,把握日\n2012-0301,2012-03-29,2012-03-29\n",
}
MONTH = ("statement", "month", "2012-03")
BOTH = pytest.mark.parametrize("closed", ["sqlite", "postgresql"], indirect=True, scope="module")
SQLITE = pytest.mark.parametrize("closed", ["sqlite"], indirect=True, scope="module")


def _imported(url: str, folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    desk.done(url, "import", *(str(folder / name) for name in files))


def _close(url: str, balance: int) -> None:
    desk.done(url, "close", "2012-03", "--bank-balance", str(balance), "--accept", "検証")


def march(url: str, folder: Path) -> None:
    """A month that is closed: a fee, a charge of the bank, a decision."""
    _imported(url, folder, FILES)
    desk.done(url, "slip", "charge", "--yen", "440", "--on", "2012-03-26", "--reason", "手数料")
    desk.done(url, "slip", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    desk.done(url, "decide", "2012-0301", "--as-of", "2012-03-31")
    _close(url, 6805)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def closed(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books whose March is closed."""
    with desk.books(request, march) as url:
        yield copies(request, url, request.param)


@pytest.fixture
def books(closed: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """One of them; from here on the clock stands still."""
    monkeypatch.setattr(dates, "now", lambda: datetime(2030, 4, 10, 0, 30))
    monkeypatch.setattr(dates, "today", lambda: date(2030, 4, 10))
    monkeypatch.chdir(tmp_path)
    with closed.copy() as url:
        yield url


def _reopened(url: str, folder: Path) -> None:
    """A late entry, the charge reversed, another decision; the month is open."""
    desk.done(url, "reopen", "2012-03", "--reason", "銀行の訂正通知")
    _imported(url, folder, LATE)
    no = desk.entry(url, "transfer_fee", "")
    desk.done(url, "reverse", no, "--reason", "二重に記帳", "--on", "2012-03-28")
    desk.done(url, "slip", "approve", "2", "--on", "2012-03-28", by=CHIEF)
    desk.done(url, "decide", "--everyone", "--as-of", "2012-03-31")


def _closed_anew(url: str, folder: Path) -> None:
    _reopened(url, folder)
    _close(url, 14490)


def handed_out(url: str, file: str, *words: str, by: str = CLERK) -> Any:
    """What is answered, to other programs, by the statement of March that is written to the file."""
    return json.loads(desk.done(url, *MONTH, "--out", file, *words, "--json", by=by).stdout)


def _listed(url: str) -> list[tuple[object, ...]]:
    rows = desk.answered(url, "statement", "list")
    return [(row["version"], row["language"], row["sheet"], row["state"]) for row in rows]


def verified(url: str, file: str) -> Any:
    """What `verify` says of a file."""
    return json.loads(desk.typed(url, "verify", file, "--json").stdout)


# --- versions -------------------------------------------------------------------------------------------------------


@BOTH
def test_same_month_gives_the_same_bytes_and_is_one_version(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another day, another time zone, another person, other writes meanwhile."""
    first = handed_out(books, "1.xlsx")
    assert first["sha256"] == sha256(Path("1.xlsx").read_bytes()).hexdigest()
    assert (first["version"], first["recorded"]) == (1, True)
    _imported(books, tmp_path, {"後.csv": FILES["申込.csv"].replace("2012-03", "2012-04").replace("-03", "-04")})
    monkeypatch.setattr(dates, "now", lambda: datetime(2031, 1, 2, 3, 4))
    monkeypatch.setenv("TZ", "America/Lima")
    again = handed_out(books, "2.xlsx", by=CHIEF)
    assert Path("2.xlsx").read_bytes() == Path("1.xlsx").read_bytes()
    assert again == first | {"file": "2.xlsx"}
    handed_out(books, "e.xlsx", "--lang", "en")
    handed_out(books, "s.xlsx", "--sheet", "仕訳帳")
    handed_out(books, "s.csv", "--sheet", "仕訳帳")
    assert _listed(books) == [(1, "ja", None, "current"), (1, "en", None, "current"), (1, "ja", "Journal", "current")]
    desk.verifies(books)


@BOTH
@pytest.mark.parametrize("language", ["ja", "en"])
def test_reissue_lists_what_changed(books: str, tmp_path: Path, language: str, update: bool) -> None:
    before = handed_out(books, "1.xlsx", "--lang", language)
    _closed_anew(books, tmp_path)
    after = handed_out(books, "2.xlsx", "--lang", language)
    assert (before["version"], after["version"]) == (1, 2)
    book = openpyxl.load_workbook("2.xlsx")
    cover, changes = book.worksheets[:2]
    lines = [
        " | ".join("" if cell.value is None else str(cell.value) for cell in row).rstrip(" |")
        for sheet in (cover, changes)
        for row in sheet.iter_rows()
        if sheet is changes or row[0].value in ("版", "版の基礎", "Version", "Stands on")
    ]
    found = re.sub("[0-9a-f]{64}|[0-9a-f]{12}…", "<SHA-256>", "\n".join(lines)) + "\n"
    compare(f"reissue-2012-03.{language}.txt", found, update=update)
    assert [sheet.title for sheet in openpyxl.load_workbook("1.xlsx").worksheets[2:]] == [
        sheet.title for sheet in book.worksheets[3:]
    ]
    handed_out(books, "3.xlsx", "--lang", language)
    assert Path("3.xlsx").read_bytes() == Path("2.xlsx").read_bytes()
    assert _listed(books) == [(1, language, None, "replaced"), (2, language, None, "current")]


@SQLITE
def test_year_is_a_version_once_its_months_are_closed(books: str, tmp_path: Path) -> None:
    year = ("statement", "year", "2011", "--json", "--out")
    assert json.loads(desk.done(books, *year, "1.xlsx").stdout)["version"] == 1
    desk.done(books, "statement", "year", "2012", "--out", "open.xlsx")
    _closed_anew(books, tmp_path)
    assert json.loads(desk.done(books, *year, "2.xlsx").stdout)["version"] == 2
    assert openpyxl.load_workbook("2.xlsx").sheetnames[:2] == ["表紙", "前版との違い"]
    states = {name: verified(books, name)["state"] for name in ("1.xlsx", "2.xlsx", "open.xlsx")}
    assert states == {"1.xlsx": "as_issued", "2.xlsx": "as_issued", "open.xlsx": "as_made"}
    assert [row["period"] for row in desk.answered(books, "statement", "list")] == ["2011", "2011"]


@SQLITE
def test_under_its_key_the_first_file_comes_again_though_the_month_was_closed_anew(books: str, tmp_path: Path) -> None:
    first = handed_out(books, "1.xlsx", "--key", "K-1")
    _closed_anew(books, tmp_path)
    content = Path("1.xlsx").read_bytes()
    Path("1.xlsx").unlink()
    assert handed_out(books, "1.xlsx", "--key", "K-1") == first
    assert Path("1.xlsx").read_bytes() == content


# --- what is not recorded -------------------------------------------------------------------------------------------


@SQLITE
def test_open_month_and_a_sheet_as_csv_are_no_version_and_take_no_key(books: str) -> None:
    desk.done(books, "reopen", "2012-03", "--reason", "誤り")
    assert handed_out(books, "1.xlsx")["version"] is None
    assert "未締め" in desk.done(books, *MONTH, "--out", "1.xlsx").stdout
    assert _listed(books) == []
    for words in (("--out", "1.xlsx"), ("--sheet", "仕訳帳", "--out", "1.csv")):
        assert "(no-key-taken)" in desk.typed(books, *MONTH, *words, "--key", "K-1").stderr


@SQLITE
def test_who_is_not_listed_gets_a_copy_that_is_not_recorded(books: str) -> None:
    desk.done(books, "people", "add", CLERK, "--may", "close")
    held = desk.held(books, ())
    copy = handed_out(books, "copy.xlsx", by="監査人")
    assert (copy["version"], copy["recorded"], desk.held(books, ())) == (None, False, held)
    found = verified(books, "copy.xlsx")
    assert (found["ok"], found["state"], found["issued"]) == (True, "as_made", None)
    handed_out(books, "1.xlsx")
    assert verified(books, "copy.xlsx")["ok"]
    same = handed_out(books, "2.xlsx", by="監査人")
    assert (same["version"], same["recorded"]) == (1, True)
    assert Path("2.xlsx").read_bytes() == Path("1.xlsx").read_bytes()


@SQLITE
def test_what_cannot_be_written_is_not_recorded(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.xlsx").write_bytes(b"somebody's")
    held = desk.held(books)
    assert "(file-in-the-way)" in desk.typed(books, *MONTH, "--out", "mine.xlsx").stderr
    monkeypatch.setattr(pdf, "PROGRAMS", ())
    assert "(no-libre-office)" in desk.typed(books, *MONTH, "--out", "1.xlsx", "--pdf").stderr
    assert "(no-such-sheet)" in desk.typed(books, *MONTH, "--out", "1.xlsx", "--sheet", "何か").stderr
    assert (desk.held(books), Path("1.xlsx").exists()) == (held, False)


@SQLITE
def test_month_that_is_closed_anew_while_its_statement_is_made_is_refused(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = commands_issuing._recorded

    def meanwhile(*words: Any, **more: Any) -> Any:
        monkeypatch.setattr(commands_issuing, "_recorded", recorded)
        _closed_anew(books, tmp_path)
        return recorded(*words, **more)

    monkeypatch.setattr(commands_issuing, "_recorded", meanwhile)
    assert "(closed-anew)" in desk.typed(books, *MONTH, "--out", "1.xlsx").stderr
    assert (_listed(books), Path("1.xlsx").exists()) == ([], False)
    assert handed_out(books, "1.xlsx")["version"] == 1


# --- a file that comes back -----------------------------------------------------------------------------------------


def _saved_again(file: str, change: Callable[[Any], object] = lambda _book: None) -> None:
    book = openpyxl.load_workbook(file)
    change(book)
    book.save(file)


def _cell_changed(file: str) -> None:
    _saved_again(file, lambda book: book["仕訳帳"].__setitem__("E7", 9))


def _version_changed(file: str) -> None:
    def change(book: Any) -> None:
        place = next(row[1] for row in book["表紙"].iter_rows() if row[0].value == "版")
        place.value = "第3版(再発行)"

    _saved_again(file, change)


# What becomes of the file; whether the month is closed anew since; what the file then is, and whether it differs from
# the books as they stood; how the answer names it.
CAME_BACK: dict[str, tuple[Callable[[str], object] | None, bool, str, bool, str]] = {
    "as it was": (None, False, "as_issued", True, "第1版そのもの"),
    "as it was, the books moved on": (None, True, "as_issued", True, "帳簿の方が変わっています"),
    "saved by another program": (_saved_again, False, "saved_again", True, "保存し直したもの"),
    "saved by another program, the books moved on": (_saved_again, True, "saved_again", True, "帳簿の方が変わって"),
    "a cell changed": (_cell_changed, False, "changed", False, "発行後に書き換えたもの"),
    "a cell changed, the books moved on": (_cell_changed, True, "changed", False, "発行後に書き換えたもの"),
    "another version on its cover": (_version_changed, False, "changed", False, "発行後に書き換えたもの"),
}


@BOTH
@pytest.mark.parametrize("way", CAME_BACK)
def test_file_that_comes_back_is_told_from_books_that_moved_on(books: str, tmp_path: Path, way: str) -> None:
    change, moved_on, state, agrees, named = CAME_BACK[way]
    handed_out(books, "1.xlsx")
    if moved_on:
        _closed_anew(books, tmp_path)
        handed_out(books, "2.xlsx")
    if change is not None:
        change("1.xlsx")
    found = verified(books, "1.xlsx")
    assert (found["state"], found["ok"], found["issued"]["version"]) == (state, agrees, 1)
    assert len(found["faults"]) == (0 if agrees else 1)
    said = desk.typed(books, "verify", "1.xlsx")
    assert (said.exit_code, named in said.stdout) == (0 if agrees else 1, True), said.stdout
    assert (found["moved_on"] is not None) is moved_on
    if moved_on:
        moved = found["moved_on"]
        assert (moved["closed"], moved["version"]) == (True, 2)
        assert ("総勘定元帳", "rows-missing") in {(row["sheet"], row["code"]) for row in moved["differences"]}
        assert verified(books, "2.xlsx")["moved_on"] is None


@SQLITE
def test_file_as_it_was_handed_out_shows_books_that_were_rewritten(books: str) -> None:
    handed_out(books, "1.xlsx")
    with database._engine(books).connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER movement_no_update")
        connection.exec_driver_sql("UPDATE movement SET yen = 441 WHERE yen = 440")
        connection.commit()
    found = verified(books, "1.xlsx")
    assert (found["state"], found["ok"]) == ("as_issued", False)
    assert "変えられたのは帳簿の方" in desk.typed(books, "verify", "1.xlsx").stdout


@SQLITE
def test_cover_alone_tells_the_version(books: str, tmp_path: Path) -> None:
    """Without its mark a month is known by its cover, which names the write that the version stands on."""
    handed_out(books, "1.xlsx")
    _closed_anew(books, tmp_path)
    book: Any = openpyxl.load_workbook("1.xlsx")
    del book.custom_doc_props["Seisan"]
    book.save("1.xlsx")
    found = verified(books, "1.xlsx")
    assert (found["ok"], found["certain"], found["state"], found["issued"]["version"]) == (
        *(True, False, "saved_again"),
        1,
    )


# --- what the database refuses --------------------------------------------------------------------------------------

PUT_IN = (
    "INSERT INTO issued_version (no, statement, about, as_of, language, calendar, version, batch, entries, sha256,"
    " recorded_at, by, role) SELECT {no}, 'month', '2012-03', '2012-03-31', 'ja', '', {version}, {batch}, 1,"
    " '{sha256}', recorded_at, by, role FROM issued_version WHERE no = 1"
)
NEW = {"no": 2, "version": 2, "batch": "batch + 1", "sha256": "0" * 64}
REFUSED = {
    "a version left out": (PUT_IN.format(**NEW | {"version": 3}), "out-of-order: issued_version"),
    "a version of the same write": (PUT_IN.format(**NEW | {"batch": "batch"}), "out-of-order: issued_version"),
    "one before it": (PUT_IN.format(**NEW | {"version": 1, "batch": "batch - 1"}), "out-of-order: issued_version"),
    "the same file": (PUT_IN.format(**NEW | {"version": 1, "batch": "batch", "sha256": "{sha256}"}), "issued_version"),
    "no SHA-256": (PUT_IN.format(**NEW | {"sha256": "0"}), "sha256"),
    "changed": ("UPDATE issued_version SET version = 2", "append-only: issued_version"),
    "deleted": ("DELETE FROM issued_version", "append-only: issued_version"),
}


@BOTH
@pytest.mark.parametrize("how", REFUSED)
def test_database_refuses(books: str, how: str) -> None:
    digest = handed_out(books, "1.xlsx")["sha256"]
    desk.done(books, "settings", "set", "people", "two")  # a later write, for a version to stand on
    statement, rule = REFUSED[how]
    with database.writing(books) as connection:
        with pytest.raises(DatabaseError, match=rule):
            connection.execute(text(statement.replace("{sha256}", digest)))
        connection.rollback()


@BOTH
def test_row_that_was_put_in_is_named(books: str) -> None:
    handed_out(books, "1.xlsx")
    desk.done(books, "settings", "set", "people", "two")
    with database._engine(books).connect().execution_options(writes=True) as connection:
        connection.execute(text(PUT_IN.format(**NEW)))
        connection.commit()
    found = json.loads(desk.typed(books, "verify", "--json").stdout)
    assert [(fault["code"], fault["where"]) for fault in found["faults"]] == [("row-unsealed", "issued_version 2")]
