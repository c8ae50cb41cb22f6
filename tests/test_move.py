"""Books moved from SQLite to PostgreSQL and back are the same books: rows, seals, heads, every file made of them."""

import itertools
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, Integer, create_engine, event, inspect, select, text
from sqlalchemy.pool import NullPool

from exports.issued import verification
from exports.reports import summaries
from ledger import tables
from ledger.errors import Exit
from ledger.store import database
from tests import crashes, crowd, desk
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, MEMBER
from tests.logins import KINDS, granted, logins
from tests.server import Server
from tests.test_crashes_setup import points

__all__ = ["logins"]

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("each_their_own")]

ENGINES = ("sqlite", "postgresql")
KIND = {"sqlite": "postgresql", "postgresql": "sqlite"}
FROM_SQLITE = pytest.mark.parametrize("filled", ["sqlite"], indirect=True, scope="module")
FROM_POSTGRESQL = pytest.mark.parametrize("filled", ["postgresql"], indirect=True, scope="module")

# The address of a place of a kind with no books in it.
Place = Callable[[str], str]

_numbers = itertools.count(1)


def closed(url: str, folder: Path) -> None:
    """Books with a record in every table, of which April 2012 is closed."""
    desk.everything(url, folder)
    desk.done(url, "close", "2012-04", "--bank-balance", "144912", "--accept", "そのまま", by=CHIEF)


@pytest.fixture(scope="module", params=ENGINES)
def filled(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Such books, to be copied."""
    with desk.books(request, closed, "move") as url:
        yield copies(request, url, request.param)


@pytest.fixture
def books(filled: Copies) -> Iterator[str]:
    """The address of a copy."""
    with filled.copy() as url:
        yield url


@pytest.fixture
def place(server: Server, tmp_path: Path) -> Iterator[Place]:
    """Makes databases with nothing in them, and names files that are not there; all are gone after the test."""
    made: list[str] = []

    def make(kind: str) -> str:
        nth = next(_numbers)
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / f'移した帳簿{nth}.db'}"
        name = f"move_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}_{nth}"
        server.tell(f"CREATE DATABASE {name} TEMPLATE template0")
        made.append(name)
        return server.url(name)

    yield make
    for name in made:
        server.drop(name)


@pytest.fixture
def to(books: str, place: Place) -> str:
    """A place of the other kind."""
    return place(KIND[kind(books)])


def kind(url: str) -> str:
    """SQLite or PostgreSQL."""
    return url.partition(":")[0]


def refused(url: str, code: str, *words: str, by: str = CLERK) -> str:
    """Insists on a refusal, in a sentence; gives what is said."""
    answer = desk.typed(url, *words, "--lang", "en", by=by)
    assert (answer.exit_code, f"({code})" in answer.stderr) == (Exit.REFUSED, True), answer.output
    return answer.stderr


def rows(url: str) -> dict[str, list[str]]:
    """Every row of every table, as the books themselves read it."""
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        every = tables.metadata.tables.items()
        return {name: sorted(repr(tuple(row)) for row in connection.execute(select(table))) for name, table in every}


def empty(url: str) -> bool:
    """Whether a place has no books, whatever one who was killed may have left beside a file."""
    return not Path(url.removeprefix("sqlite:///")).exists() if kind(url) == "sqlite" else nothing_at(url)


def nothing_at(url: str) -> bool:
    """Whether a place has no table, no function and no file, nor anything beside the file."""
    if kind(url) == "sqlite":
        file = Path(url.removeprefix("sqlite:///"))
        return not any(file.name in path.name for path in file.parent.iterdir())
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        functions = connection.execute(text("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
        return not inspect(connection).get_table_names() and functions.scalar_one() == 0


def papers(url: str, folder: Path) -> dict[str, bytes]:
    """What is made of the books, file by file: months and years that are closed, sheets, letters, receipts, exports."""
    folder.mkdir()
    month = ("statement", "month", "2012-04", "--out")
    for words in (
        (*month, "月次.xlsx"),
        ("statement", "year", "2011", "--out", "年次.xlsx"),
        *((*month, f"{sheet}.csv", "--sheet", sheet) for sheet in ("総勘定元帳", "返金・充当一覧", "訂正・取消一覧")),
        ("statement", "member", MEMBER, "--as-of", "2012-04-30", "--out", "会員.xlsx"),
        ("receipt", "--month", "2012-03", "--out", "領収書"),
        ("refund", "advice", "--month", "2012-04", "--out", "返金通知書"),
        ("letter", "--everyone", "--out", "回答"),
        ("export", "journal", "--format", "hledger", "--out", "仕訳.journal"),
    ):
        desk.done(url, *(str(folder / word) if before == "--out" else word for before, word in _pairs(words)))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _pairs(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return zip(("", *words), words, strict=False)


# --- the same books -------------------------------------------------------------------------------------------------


def test_every_row_is_there_and_the_books_agree_with_themselves(books: str, to: str) -> None:
    before = rows(books)
    answer = desk.answered(books, "move", to)
    assert rows(to) == before == rows(books)
    assert all(before.values()), "a table has no row, so nothing is known of it"
    assert answer["rows"] == {name: len(of_table) for name, of_table in before.items()}
    heads = {desk.answered(url, "verify")["head"] for url in (books, to)}
    assert heads == {answer["head"]}
    desk.sound(to)


def test_every_file_that_is_made_of_them_is_the_same_byte_by_byte(books: str, to: str, tmp_path: Path) -> None:
    first = papers(books, tmp_path / "前")
    desk.done(books, "move", to)
    second = papers(to, tmp_path / "後")
    assert len(first) > 20
    assert second.keys() == first.keys()
    assert [name for name in first if first[name] != second[name]] == []
    desk.done(to, "verify", str(tmp_path / "前" / "月次.xlsx"))


@FROM_POSTGRESQL
def test_what_is_handed_over_is_in_one_order_whatever_the_habit_of_a_server(books: str, tmp_path: Path) -> None:
    """No server here has another habit, so it is read how it is asked: by characters, wherever a text is the key."""
    asked: list[str] = []

    def noted(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", noted)
    try:
        desk.done(books, "export", "books", str(tmp_path / "一式"))
    finally:
        event.remove(Engine, "before_cursor_execute", noted)
    keys = {name: next(iter(of.primary_key)) for name, of in tables.metadata.tables.items()}
    by_text = {name: key.name for name, key in keys.items() if not isinstance(key.type, Integer)}
    assert {"member", "application", "deposit"} <= by_text.keys()
    for name, key in by_text.items():
        wanted = f"ORDER BY {name}.{key} COLLATE C"
        assert any(wanted in " ".join(each.replace('"', "").split()) for each in asked), name


def test_moved_there_and_back_they_are_what_they_were(books: str, place: Place) -> None:
    """Also rows that bear the login by which a server was written: SQLite keeps it, and gives it back."""
    there, back = place(KIND[kind(books)]), place(kind(books))
    desk.done(books, "move", there)
    desk.done(there, "refund", "reject", "1", "--reason", "移した後の誤り", "--on", "2012-05-31")
    desk.done(there, "move", back)
    assert rows(back) == rows(there)
    with database.reading(back) as connection:
        signed = set(connection.execute(select(tables.batch.c.role)).scalars())
    assert signed == {None, "postgres"}
    desk.done(back, "refund", "propose", "PROPOSED", "--on", "2012-05-31")
    desk.sound(back)


@FROM_SQLITE
def test_work_goes_on_with_a_login_for_each_person(
    books: str, to: str, server: Server, tmp_path: Path, logins: dict[str, str]
) -> None:
    """What one person began on SQLite another ends on the server, and the person who began it may not."""
    desk.done(books, "move", to)
    granted(to, logins, server)
    clerk, approver = (to.replace("postgres@", f"{logins[who]}@") for who in ("clerk", "approver"))
    desk.done(approver, "refund", "approve", "1", "--on", "2012-05-31", by=CHIEF)
    refused(approver, "signed-by-another", "refund", "reject", "7", "--reason", "誤り", "--on", "2012-05-31")
    (more := tmp_path / "追加.csv").write_text(
        f"申込番号,会員番号,申込日,申込区分\nMORE,{MEMBER},2012-05-01,新規\n", encoding="utf-8"
    )
    desk.done(clerk, "import", str(more))
    desk.done(clerk, "refund", "propose", "FREE", "--on", "2012-05-31")
    desk.done(clerk, "refund", "file", "--on", "2012-05-31", "--without", "2", "--out", str(tmp_path / "振込.txt"))
    desk.done(clerk, "close", "2012-05", "--bank-balance", "137667", "--accept", "そのまま")
    desk.done(clerk, "statement", "month", "2012-05", "--out", str(tmp_path / "月次.xlsx"))
    desk.done(clerk, "verify", str(tmp_path / "月次.xlsx"))
    desk.sound(to)
    assert "MORE" in str(rows(to)["application"]) and "MORE" not in str(rows(books)["application"])


def test_a_key_of_before_is_answered_as_before(books: str, to: str) -> None:
    """Whoever typed it: as a file the books knew no login, and a file knows none."""
    typed = ("bill", "pay", "S-1", "--on", "2012-04-30", "--key", "S-1")
    first = desk.typed(books, *typed).stdout
    desk.done(books, "move", to)
    before = rows(to)
    assert (desk.typed(to, *typed).stdout, rows(to)) == (first, before)


def test_moved_again_nothing_is_changed(books: str, to: str) -> None:
    desk.done(books, "move", to)
    desk.done(to, "refund", "reject", "1", "--reason", "移した後の誤り", "--on", "2012-05-31")
    before = rows(to)
    answer = desk.answered(books, "move", to)
    assert (answer["changed"], rows(to)) == (False, before)
    assert "nothing was changed" in desk.typed(books, "move", to, "--lang", "en").stdout


def test_a_dry_run_does_all_of_it_and_leaves_nothing_there(books: str, to: str) -> None:
    before = rows(books)
    tried = desk.typed(books, "move", to, "--dry-run", "--lang", "en")
    assert tried.exit_code == 0, tried.output
    assert tried.stderr.startswith("Dry run: nothing is kept.")
    assert f"Would be moved to {database.format_url(to)}, and was verified there: " in tried.stdout
    answer = desk.answered(books, "move", to, "--dry-run")
    assert nothing_at(to)
    assert rows(books) == before
    assert desk.answered(books, "move", to) == answer
    assert rows(to) == before
    again = desk.typed(books, "move", to, "--dry-run", "--lang", "en").stdout
    assert "nothing was changed" in again and "Would be moved" not in again


# --- what is not moved ----------------------------------------------------------------------------------------------


def test_a_place_that_holds_anything_is_left_as_it_is(books: str, place: Place) -> None:
    new = place(KIND[kind(books)])
    desk.done(new, "init")
    before = rows(new)
    assert "no init before" in refused(books, "place-taken", "move", new)
    assert rows(new) == before


def test_books_that_went_on_are_not_moved_over_their_beginning(books: str, to: str) -> None:
    desk.done(books, "move", to)
    before = rows(to)
    desk.done(books, "refund", "reject", "1", "--reason", "元で続けた", "--on", "2012-05-31")
    refused(books, "place-taken", "move", to)
    assert rows(to) == before


@FROM_POSTGRESQL
def test_a_file_that_is_there_is_left_as_it_is(books: str, tmp_path: Path) -> None:
    (other := tmp_path / "other.db").write_bytes(b"")
    refused(books, "place-taken", "move", f"sqlite:///{other}")
    other.write_bytes(b"no database " * 1000)
    refused(books, "not-a-database", "move", f"sqlite:///{other}")
    refused(books, "not-a-plain-file", "move", f"sqlite:///{tmp_path}")
    refused(books, "not-writable", "move", f"sqlite:///{tmp_path}/none/books.db")
    assert other.read_bytes() == b"no database " * 1000
    assert [path.name for path in tmp_path.iterdir()] == ["other.db"]


def test_books_of_one_kind_are_copied_otherwise(books: str, place: Place) -> None:
    for to in (place(kind(books)), books):
        assert "seisan backup" in refused(books, "not-a-move", "move", to)
    refused(books, "not-a-database", "move", "mysql://clerk:secret@host/seisan")


def test_books_of_an_earlier_version_are_brought_up_to_date_first(
    books: str, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, _head = database._versions()
    with monkeypatch.context() as later:
        later.setattr(database, "_versions", lambda: (known | {"9998"}, "9998"))
        refused(books, "database-older", "move", to)
    assert nothing_at(to)


@FROM_POSTGRESQL
@pytest.mark.parametrize("who", KINDS)
def test_the_owner_alone_moves_books(books: str, to: str, server: Server, logins: dict[str, str], who: str) -> None:
    granted(books, logins, server)
    refused(books.replace("postgres@", f"{logins[who]}@"), "owner-moves", "move", to)
    assert nothing_at(to)


@FROM_SQLITE
def test_who_may_make_no_tables_there_moves_nothing(
    books: str, to: str, server: Server, logins: dict[str, str]
) -> None:
    refused(books, "not-permitted", "move", to.replace("postgres@", f"{logins['stranger']}@"))
    assert nothing_at(to)


# What was changed around the program: the statement, and what the refusal says of it.
DAMAGED = {
    "a row": ("UPDATE deposit_known SET payer = 'x' WHERE id = 1", "deposit_known 1"),
    "a day that is none": ("UPDATE deposit_known SET received_on = 'soon' WHERE id = 1", "received_on|deposit_known"),
    "a text with a sign that is none": ("UPDATE deposit_known SET payer = 'x' || char(0) WHERE id = 1", "NUL|row"),
    "bytes that are no text": ("UPDATE deposit_known SET payer = CAST(x'ff41' AS TEXT) WHERE id = 1", "deposit_known"),
    "a row that names none": ("UPDATE deposit_known SET deposit = 'NONE' WHERE id = 1", "deposit_known"),
    "a batch": ("UPDATE batch SET head = 'x' WHERE no = 3", "batch"),
    "the last batch cut": ("DELETE FROM batch WHERE no = (SELECT max(no) FROM batch)", "batch"),
}


@FROM_SQLITE
@pytest.mark.parametrize(("statement", "names"), DAMAGED.values(), ids=DAMAGED)
def test_books_that_do_not_agree_with_themselves_are_not_moved(books: str, to: str, statement: str, names: str) -> None:
    triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('deposit_known', 'batch')"
    with closing(sqlite3.connect(books.removeprefix("sqlite:///"))) as around:
        standing = around.execute(triggers).fetchall()
        for name, _sql in standing:
            around.execute(f"DROP TRIGGER {name}")
        around.execute(statement)
        for _name, sql in standing:
            around.execute(sql)
        around.commit()
    answer = desk.typed(books, "move", to, "--lang", "en")
    assert answer.exit_code == Exit.REFUSED, answer.output
    assert re.search(r"\((not-sound-to-move|row-not-taken)\)", answer.stderr), answer.stderr
    assert re.search(names, answer.stderr), answer.stderr
    assert nothing_at(to)


def test_books_without_a_trigger_are_not_moved(books: str, to: str) -> None:
    of = "" if kind(books) == "sqlite" else " ON deposit"
    name = "deposit_no_update" if kind(books) == "sqlite" else "deposit_no_change"
    with create_engine(database.parse_url(books), poolclass=NullPool).begin() as around:
        around.execute(text(f"DROP TRIGGER {name}{of}"))
    assert name in refused(books, "not-sound-to-move", "move", to)
    assert nothing_at(to)


@FROM_SQLITE
def test_what_does_not_agree_there_is_not_kept(books: str, to: str) -> None:
    """A function that somebody has put beside ours could be called by a rule that looks like ours."""
    with psycopg.connect(to) as around:
        around.execute("CREATE FUNCTION lower_than(a integer) RETURNS boolean LANGUAGE sql AS 'SELECT a < 1'")
    for tried in ((), ("--dry-run",)):
        assert "lower_than" in refused(books, "not-sound-there", "move", to, *tried)
    with psycopg.connect(to) as around:
        around.execute("DROP FUNCTION lower_than")
    assert nothing_at(to)
    desk.done(books, "move", to)


# --- meanwhile ------------------------------------------------------------------------------------------------------


@FROM_SQLITE
def test_nobody_writes_the_books_that_are_being_moved(books: str, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written in them after they were read would be in neither of the two."""
    monkeypatch.setattr(database, "PATIENCE", 50)
    sound, asked = verification.sound, []

    def tried(connection: Any, **only: Any) -> Any:
        asked.append(connection)
        refused(books, "database-locked", "refund", "reject", "1", "--reason", "誤り", "--on", "2012-05-31")
        return sound(connection, **only)

    monkeypatch.setattr(verification, "sound", tried)
    desk.done(books, "move", to)
    assert len(asked) == 1
    assert rows(to) == rows(books)


@FROM_POSTGRESQL
def test_others_go_on_while_a_moment_of_a_server_is_copied(
    books: str, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, sound, asked = rows(books), verification.sound, []

    def written(connection: Any, **only: Any) -> Any:
        asked.append(connection)
        desk.done(books, "refund", "reject", "1", "--reason", "誤り", "--on", "2012-05-31")
        return sound(connection, **only)

    monkeypatch.setattr(verification, "sound", written)
    desk.done(books, "move", to)
    assert (len(asked), rows(to)) == (1, before)
    assert rows(books) != before


def test_who_stops_it_is_told_whether_it_was_carried_out(
    books: str, to: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_words: object, **_more: object) -> None:
        raise KeyboardInterrupt

    other = place(KIND[kind(books)])
    with monkeypatch.context() as stopped:
        stopped.setattr(summaries, "moved", stop)
        assert "what it wrote is kept" in desk.typed(books, "move", to, "--lang", "en").stderr
    with monkeypatch.context() as stopped:
        stopped.setattr(verification, "sound", stop)
        assert "Nothing was changed" in desk.typed(books, "move", other, "--lang", "en").stderr
    assert rows(to) == rows(books)
    assert nothing_at(other)


@pytest.mark.usefixtures("one_moment")
def test_killed_anywhere_there_is_nothing_or_all_of_it(books: str, to: str, place: Place) -> None:
    before, count = rows(books), crashes.counted(books, "move", to, by=CLERK)
    for point in points(count):
        new = place(KIND[kind(books)])
        assert crashes.killed(books, point, "move", new, by=CLERK)
        if not empty(new):
            assert rows(new) == before, f"half of it at point {point} of {count}"
        desk.done(books, "move", new)
        assert rows(new) == before == rows(books)


def test_of_two_who_move_to_one_place_one_is_first(books: str, to: str) -> None:
    """The other finds that they are there already, or waits until they are."""
    codes = crowd.forked(2, lambda _nth: desk.typed(books, "move", to).exit_code)
    assert Exit.DONE in codes
    assert rows(to) == rows(books)
    desk.sound(to)
