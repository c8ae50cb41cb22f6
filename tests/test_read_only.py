"""A copy of the books where nothing can be written: it is read and verified like any other, and never written."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from ledger.errors import NotWritable, WrittenMeanwhile
from ledger.store import database, places
from tests import desk

ROOT = Path(__file__).parents[1]
# Who administers a machine may write anywhere; without these rights, as everybody else.
AS_ANYBODY = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--") if os.geteuid() == 0 else ()


pytestmark = pytest.mark.usefixtures("each_their_own")


@pytest.fixture(params=["sqlite"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture
def copy(kept: str, tmp_path: Path) -> Path:
    """A copy of the books, in a folder in which nobody may write."""
    (folder := tmp_path / "監査").mkdir()
    desk.done(kept, "backup", str(folder / "帳簿 2012.db"))
    (folder / "帳簿 2012.db").chmod(0o444)
    folder.chmod(0o555)
    return folder / "帳簿 2012.db"


def typed(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command answers to whoever may not write there."""
    command = [*AS_ANYBODY, sys.executable, "cli.py", "--database", f"sqlite:///{copy}", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_copy_is_read_and_verified_and_not_written(copy: Path) -> None:
    before = copy.read_bytes()
    for words in (("verify",), ("check", "--everyone"), ("balance",), ("entries",), ("refund", "list")):
        answer = typed(copy, *words)
        assert answer.returncode == 0, answer.stderr
    statement = typed(copy, "statement", "month", "2010-10", "--out", str(copy.parent.parent / "月次.xlsx"))
    assert (statement.returncode, "発行の記録はありません" in statement.stdout) == (0, True), statement.stderr
    answer = typed(copy, "book")
    assert (answer.returncode, "(may-not-write)" in answer.stderr) == (1, True)
    assert copy.read_bytes() == before
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_plain_copy_of_books_in_use_is_backed_up_to_where_one_may_write(kept: str, tmp_path: Path) -> None:
    """It is in WAL mode, as a backup is not; nothing can be put beside it, and the backup is whole all the same."""
    (folder := tmp_path / "監査").mkdir()
    shutil.copy(kept.removeprefix("sqlite:///"), folder / "帳簿.db")
    (folder / "帳簿.db").chmod(0o444)
    folder.chmod(0o555)
    answer = typed(folder / "帳簿.db", "backup", str(tmp_path / "控え.db"))
    assert answer.returncode == 0, answer.stderr
    assert typed(tmp_path / "控え.db", "verify").returncode == 0
    assert [path.name for path in folder.iterdir()] == ["帳簿.db"]


def test_books_written_while_they_are_read_like_that_are_no_answer(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_place(_database: str) -> None:
        cause = sqlite3.OperationalError("unable to open database file")
        cause.sqlite_errorname = "SQLITE_CANTOPEN"
        raise OperationalError("", None, cause)

    with monkeypatch.context() as patched:
        patched.setattr(database, "connect", no_place)
        patched.setattr(places, "why_not", lambda file: NotWritable(str(file)))
        with database.reading(kept):
            pass
        with pytest.raises(WrittenMeanwhile), database.reading(kept):  # noqa: PT012 - it is found at the end
            patched.undo()
            desk.done(kept, "slip", "charge", "--yen", "1", "--on", "2012-05-02", "--reason", "手数料")


@pytest.mark.thorough
def test_what_stands_in_a_log_that_was_left_beside_a_copy_is_read(kept: str, tmp_path: Path) -> None:
    """As after a power failure: the last write stands in the log alone. An empty log says nothing."""
    (folder := tmp_path / "媒体").mkdir()
    file = Path(kept.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as reading:  # whoever has the books open keeps the log from being taken in
        reading.execute("SELECT count(*) FROM entry").fetchone()
        desk.done(kept, "slip", "charge", "--yen", "3", "--on", "2012-05-02", "--reason", "残った記録")
        for ending in ("", "-wal"):
            shutil.copyfile(f"{file}{ending}", folder / f"x.db{ending}")
    assert (folder / "x.db-wal").stat().st_size
    folder.chmod(0o555)
    answer = typed(folder / "x.db", "slip", "list")
    assert (answer.returncode, "残った記録" in answer.stdout) == (0, True), answer.stderr
    assert typed(folder / "x.db", "verify").returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["x.db", "x.db-wal"]
    folder.chmod(0o755)
    (folder / "x.db-wal").write_bytes(b"")
    folder.chmod(0o555)
    answer = typed(folder / "x.db", "slip", "list")
    assert (answer.returncode, "残った記録" in answer.stdout) == (0, False), answer.stderr
