"""Files and databases in a bad state: what the person at the desk is told, and that the books are as they were."""

import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.pool import NullPool

from ledger import dates
from ledger.store import database
from tests import around, desk
from tests.desk import ANOTHER, MEMBER
from tests.server import Server
from tests.test_refusals import refused

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("each_their_own")]

ROOT = Path(__file__).parent.parent
SQLITE, POSTGRESQL = (
    pytest.mark.parametrize("engine", [literal], indirect=True) for literal in ("sqlite", "postgresql")
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books that know members and applications; no bad file changes them, so all share them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture(scope="module")
def held(books: str) -> str:
    """What the books hold."""
    return desk.held(books)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 5, 10))


# --- input files ----------------------------------------------------------------------------------------------------

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
DEPOSITS = "照会番号,入金日,金額,振込依頼人名,申込番号\n"
ACCOUNTS = "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ\n"
APPLICATIONS = "申込番号,会員番号,申込日,申込区分\n"

# What is brought, under which name, and what is said: the row, the column and the code of each problem.
BROUGHT: dict[str, tuple[str, str | bytes, list[tuple[int | None, str | None, str]]]] = {
    "a file of 0 bytes": ("x.csv", b"", [(None, None, "empty-file")]),
    "an empty file": ("x.csv", "\n , \n", [(None, None, "empty-file")]),
    "a file of no known kind": ("x.csv", "品名,数量\n茶,1\n", [(None, None, "unknown-kind")]),
    "a required heading missing": (
        "x.csv",
        "照会番号,入金日,金額\nN-1,2012-03-06,7245\n",
        [(1, "振込依頼人名", "heading-missing")],
    ),
    "a heading twice": (
        "x.csv",
        "申込番号,送付日,送付日\nALIVE,2012-01-26,2012-01-26\n",
        [(1, "送付日", "heading-twice")],
    ),
    "days that do not exist": (
        "x.csv",
        "申込番号,送付日\nALIVE,2012-02-30\nUSED,平成24年13月1日\n",
        [(2, "送付日", "not-a-day"), (3, "送付日", "not-a-day")],
    ),
    "yen with letters, below zero, in part": (
        "x.csv",
        f"{DEPOSITS}N-1,2012-03-06,七千円,ｺｳﾔﾏ,\nN-2,2012-03-06,-7245,ｺｳﾔﾏ,\nN-3,2012-03-06,7245.5,ｺｳﾔﾏ,\n",
        [(2, "金額", "not-a-number"), (3, "金額", "not-positive"), (4, "金額", "not-a-number")],
    ),
    "a number of an account with letters": (
        "x.csv",
        f"{ACCOUNTS}{MEMBER},甲山 太郎,東京,9999,999,普通,12345AB,ｺｳﾔﾏ\n",
        [(2, "口座番号", "not-a-number-of-digits")],
    ),
    "an unknown member": (
        "x.csv",
        f"{APPLICATIONS}A,東京 第1号,2012-01-01,新規\n",
        [(2, "会員番号", "unknown-member")],
    ),
    "an unknown application": (
        "x.csv",
        "申込番号,利用,回答日\nNOBODY,無,2012-03-01\n",
        [(2, "申込番号", "unknown-application")],
    ),
    "an unknown reason": (
        "x.csv",
        "申込番号,取消日,取消事由\nALIVE,2012-03-01,気が変わった\n",
        [(2, "取消事由", "unknown-reason")],
    ),
    "an unknown association": (
        "x.csv",
        "会員番号,氏名,司法書士会\n江戸 第1号,遠山,江戸\n",
        [(2, "司法書士会", "unknown-association")],
    ),
    "another member for an application whose refund went to its member": (
        "x.csv",
        f"{APPLICATIONS}PAID,{ANOTHER},2011-11-01,新規\n",
        [(2, "会員番号", "went-to-member")],
    ),
    "an application of two members": (
        "x.csv",
        f"{APPLICATIONS}A,{MEMBER},2011-11-01,新規\nA,{ANOTHER},2011-11-01,新規\n",
        [(3, "会員番号", "another-member")],
    ),
    "mailed before applied for": ("x.csv", "申込番号,送付日\nOPEN,2012-03-05\n", [(2, "送付日", "before")]),
    "revoked before mailed": ("x.csv", "申込番号,取消日\nALIVE,2012-01-25\n", [(2, "取消日", "before")]),
    "known tomorrow": ("x.csv", "申込番号,利用,回答日\nALIVE,無,2012-05-11\n", [(2, "回答日", "in-the-future")]),
    "text of another encoding": ("x.csv", "申込番号,送付日\n".encode("euc-jp"), [(None, None, "wrong-encoding")]),
    "a workbook with a password": (
        "x.xlsx",
        OLE + "EncryptedPackage".encode("utf-16-le"),
        [(None, None, "encrypted")],
    ),
    "a workbook of the old format": ("x.xls", OLE + "Book".encode("utf-16-le"), [(None, None, "old-excel")]),
    "a workbook cut short": ("x.xlsx", b"cut", [(None, None, "broken-workbook")]),
    "a file of another ending": ("x.pdf", b"%PDF-1.7", [(None, None, "a-pdf")]),
    "a folder": ("x.csv", b"/", [(None, None, "a-folder")]),
    "no file": ("x.csv", b"-", [(None, None, "not-found")]),
}


def bring(url: str, path: Path, content: str | bytes) -> None:
    """Puts the content into the file; three words stand for what is none."""
    if content == b"/":
        path.mkdir()
    elif content == b"cut":
        desk.done(url, "template", "members", "--out", str(path))
        path.write_bytes(path.read_bytes()[:-1000])
    elif content != b"-":
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def _told(problem: dict[str, Any]) -> tuple[int | None, str | None, str]:
    return problem["row"], problem["column"], problem["code"]


@pytest.mark.parametrize(("name", "content", "expected"), BROUGHT.values(), ids=BROUGHT.keys())
def test_problem_is_said_where_it_stands_and_nothing_is_taken_in(
    books: str,
    held: str,
    tmp_path: Path,
    name: str,
    content: str | bytes,
    expected: list[tuple[int | None, str | None, str]],
) -> None:
    path = tmp_path / name
    bring(books, path, content)
    good = tmp_path / "good.csv"
    good.write_text(f"{APPLICATIONS}GOOD,{MEMBER},2012-03-01,新規\n", encoding="utf-8")
    for language in ("ja", "en"):
        answer = desk.typed(books, "import", str(good), str(path), "--json", "--lang", language)
        assert answer.exit_code == 3
        problems = json.loads(answer.stdout)["problems"]
        assert [_told(problem) for problem in problems] == expected
        assert {problem["file"] for problem in problems} == {str(path)}
        *lines, last = answer.stderr.splitlines()
        assert len(lines) == len(expected)
        assert str(len(expected)) in last
        for line, problem in zip(lines, problems, strict=True):
            place = ":".join(str(each) for each in (path, problem["row"]) if each is not None)
            column = f"{problem['column']}: " if problem["column"] else ""
            assert line == f"{place}: {column}{problem['says']} ({problem['code']})"
        assert not re.search(r"\{\w*\}|Traceback|None", answer.stderr)
    assert desk.held(books) == held


def test_everything_that_is_wrong_is_said_at_once(books: str, held: str, tmp_path: Path) -> None:
    for count, (_name, content, _expected) in enumerate(BROUGHT.values()):
        bring(books, tmp_path / f"{count}.{'xlsx' if content == b'cut' else 'csv'}", content)
    files = [
        tmp_path / f"{count}.{'xlsx' if each[1] == b'cut' else 'csv'}" for count, each in enumerate(BROUGHT.values())
    ]
    answer = desk.typed(books, "import", *map(str, files), "--json")
    problems = json.loads(answer.stdout)["problems"]
    assert answer.exit_code == 3
    assert {problem["file"] for problem in problems} == {str(path) for path in files}
    assert desk.held(books) == held


def test_file_that_may_not_be_read(books: str, held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = tmp_path / "x.csv", os.open
    path.write_text("申込番号,送付日\nALIVE,2012-01-26\n", encoding="utf-8")

    def refuse(place: Any, *mode: Any, **more: Any) -> Any:
        if place == path:
            raise PermissionError(13, "Permission denied")
        return opened(place, *mode, **more)

    monkeypatch.setattr(os, "open", refuse)
    answer = desk.typed(books, "import", str(path))
    assert answer.exit_code == 3
    assert answer.stderr.startswith(f"{path}: ")
    assert "(not-readable)" in answer.stderr
    assert desk.held(books) == held


# --- where there are no books ---------------------------------------------------------------------------------------


def test_there_are_no_books(empty_url: str) -> None:
    for command in (["balance"], ["book", "--through", "2012-04-30"], ["check", "--everyone"]):
        refused(empty_url, command, "no-database")


NOT_A_DATABASE = [
    *("", "seisan.db", "mysql://clerk:secret@host/seisan", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x"),
    *("sqlite:///x.db?mode=ro", "postgresql//clerk:secret@host/seisan", "postgresql://clerk:secret@host:port/seisan"),
]


@pytest.mark.parametrize("address", NOT_A_DATABASE)
def test_address_is_that_of_no_database(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("init", "balance"):
        refused(address, [command], "not-a-database")
        assert "secret" not in desk.typed(address, command, "--json").output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"no database " * 1000, b"cut"])
@SQLITE
def test_file_that_is_no_database_is_left_alone(book_url: str, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(Path(book_url.removeprefix("sqlite:///")).read_bytes()[:20_000] if content == b"cut" else content)
    before = path.read_bytes()
    for command in ("init", "balance"):
        refused(f"sqlite:///{path}", [command], "not-a-database")
    assert path.read_bytes() == before


@SQLITE
def test_books_in_a_folder_that_there_is_not(engine: str, tmp_path: Path) -> None:
    refused(f"sqlite:///{tmp_path / 'none' / 'seisan.db'}", ["init"], "not-writable")
    for command in ("init", "balance"):
        refused(f"sqlite:///{tmp_path}", [command], "not-a-plain-file")


@POSTGRESQL
def test_server_that_does_not_answer_or_does_not_admit(server: Server, engine: str, book_url: str) -> None:
    stranger = f"stranger_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    server.tell(f"CREATE ROLE {stranger} LOGIN")
    try:
        for address, why in (
            ("postgresql://clerk:secret@/seisan?host=/nowhere", "no server answers there"),
            ("postgresql://clerk:secret@no-such-host.invalid/seisan", "no host of this name"),
            (book_url.replace("postgres@", "nobody_here:secret@"), "no such role"),
            (book_url.replace("postgres@", f"{stranger}:secret@"), "may not read these books"),
            (re.sub(r"/\w+\?", "/no_such_database?", book_url), "no such database"),
        ):
            refused(address, ["balance"], "database-unreachable")
            answer = desk.typed(address, "balance", "--json", "--lang", "en")
            assert "secret" not in answer.output
            assert why in answer.stderr
    finally:
        server.tell(f"DROP ROLE {stranger}")


# --- versions -------------------------------------------------------------------------------------------------------


def _plain(url: str) -> Any:
    return create_engine(database.parse_url(url), poolclass=NullPool)


def test_books_of_another_version(book_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known, _head = database.versions()
    with monkeypatch.context() as later:
        later.setattr(database, "versions", lambda: (known | {"9998"}, "9998"))
        refused(book_url, ["balance"], "database-older")
    with _plain(book_url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = desk.held(book_url)
    for command in (["balance"], ["init"], ["book", "--through", "2012-04-30"]):
        refused(book_url, command, "database-newer")
    assert desk.held(book_url) == before


# --- in use by someone else -----------------------------------------------------------------------------------------


@contextmanager
def somebody_writing(url: str) -> Iterator[None]:
    """Another program that has the books for itself."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(url) as other:
        other.execute(around.opening().encode())
        yield


def test_books_that_someone_else_is_writing(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 50)
    (file,) = [path for path in desk.files(tmp_path) if path.name == "会員.csv"]
    with somebody_writing(book_url):
        for command in (["import", str(file)], ["book", "--through", "2012-04-30"], ["init"]):
            refused(book_url, command, "database-locked")
        assert desk.answered(book_url, "balance")["debit"] == 0
    desk.done(book_url, "import", str(file))


# --- no room --------------------------------------------------------------------------------------------------------


@contextmanager
def full(url: str) -> Iterator[None]:
    """A disk with no room for more: SQLite may not grow; PostgreSQL has no tablespace to fill, so a trigger says it."""
    if url.startswith("sqlite"):

        def grown(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

        event.listen(database._engine(url), "connect", grown)
        yield
        event.remove(database._engine(url), "connect", grown)
        return
    body = "BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END"
    with _plain(url).begin() as connection:
        connection.execute(text(f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
        connection.execute(
            text("CREATE TRIGGER full_disk BEFORE INSERT ON fact FOR EACH ROW EXECUTE FUNCTION full_disk()")
        )
    yield
    with _plain(url).begin() as connection:
        connection.execute(text("DROP TRIGGER full_disk ON fact"))


def many(folder: Path) -> list[str]:
    """Input files that need more room than is left in a page."""
    lines = "".join(f"{no:05},{MEMBER},2011-11-01,新規\n" for no in range(1, 2001))
    (folder / "多数.csv").write_text(APPLICATIONS + lines, encoding="utf-8")
    (folder / "会員.csv").write_text(f"会員番号,氏名,司法書士会\n{MEMBER},甲山 太郎,東京\n", encoding="utf-8")
    return [str(folder / "会員.csv"), str(folder / "多数.csv")]


def test_no_room_for_the_books(book_url: str, tmp_path: Path) -> None:
    before = desk.held(book_url)
    with full(book_url):
        refused(book_url, ["import", *many(tmp_path)], "disk-full")
    assert desk.held(book_url) == before
    desk.done(book_url, "import", *many(tmp_path))


@SQLITE
def test_books_that_may_not_grow_beyond_a_limit(book_url: str, tmp_path: Path) -> None:
    """A quota: the system refuses the write itself, and SQLite tells it as an error of the device."""
    before = desk.held(book_url)
    answer = subprocess.run(
        [sys.executable, ROOT / "cli.py", "--database", book_url, "--by", desk.CLERK, "import", *many(tmp_path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "(file-too-large)" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert desk.held(book_url) == before


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json"])
def test_no_room_for_a_file_leaves_the_old_one(
    books: str, held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    out = tmp_path / f"x.{ending}"
    out.write_bytes(b"what stood there before")

    def no_room(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    refused(books, ["balance", "--as-of", "2012-04-30", "--out", str(out)], "disk-full")
    assert out.read_bytes() == b"what stood there before"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert desk.held(books) == held
