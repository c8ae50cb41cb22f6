"""Where files are written and read: for their owner alone, through no link, into no pipe; each failure is named."""

import errno
import os
import shlex
import shutil
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from exports.demo import play
from ledger import dates
from ledger.store import database, failures, places, write_queue, written
from tests import desk
from tests.commands import COMMANDS
from tests.spread import SOAK

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("each_their_own")]

# Every way in which a command writes files, and what it is typed with; what they are written to is `{}`.
FILES = {
    "balance": ("balance --out {}.xlsx", "balance --out {}.csv", "balance --out {}.json"),
    "template": ("template members --out {}.xlsx",),
    "letter": ("letter 1 --out {}.xlsx",),
    "receipt": ("receipt FILED --out {}.xlsx",),
    "refund advice": ("refund advice 3 --out {}.xlsx",),
    "credit advice": ("credit advice 2 --out {}.xlsx",),
    "statement month": ("statement month 2010-11 --out {}.xlsx",),
    "statement year": ("statement year 2010 --out {}.xlsx",),
    "statement association": ("statement association 東京 --from 2011-04-01 --as-of 2012-05-03 --out {}.xlsx",),
    "statement member": (f"statement member '{desk.MEMBER}' --as-of 2012-04-30 --out {{}}.xlsx",),
    "export journal": ("export journal --format hledger --out {}.journal",),
    "export since-last": ("export since-last --format hledger --out {}.journal",),
    "export again": ("export again 1 --out {}.txt",),
    "refund file": ("refund file --on 2012-05-11 --out {}.txt",),
    "backup": ("backup {}.db",),
}
FOLDERS = {
    "letter": "letter --everyone --out {}",
    "receipt": "receipt --month 2012-03 --out {}",
    "export books": "export books {}",
    "demo": "demo {}",
}
TYPED = [words for of_command in FILES.values() for words in of_command]


@pytest.fixture(scope="module", params=["sqlite"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 5, 10))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")


def refused(url: str, *words: str) -> str:
    """The code of the refusal that a command gets."""
    said = desk.typed(url, *words).stderr
    return said.splitlines()[-2].rpartition("(")[2].rstrip(")") if "→" in said else said


def test_every_command_that_writes_a_file_is_here() -> None:
    written_to = {
        name
        for name, command in COMMANDS.items()
        for param in command.params
        if param.name == "folder" or (param.name == "out" and param.required)  # lists may be shown instead: as balance
    }
    assert written_to - {"restore"} <= FILES.keys() | FOLDERS.keys()


# --- who may read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mask", "file", "folder"), [("", 0o600, 0o700), ("027", 0o640, 0o750)])
def test_files_are_their_owners_alone_or_read_by_whom_the_mask_lets(
    books: str, monkeypatch: pytest.MonkeyPatch, mask: str, file: int, folder: int
) -> None:
    monkeypatch.setenv(places.MASK, mask)
    before = os.umask(0o077 if mask else 0)  # what the shell says does not count
    try:
        for nth, words in enumerate([*TYPED, *FOLDERS.values()]):
            if mask and nth % 2 and not SOAK:
                continue
            if not words.startswith(("export since-last", "refund file", "demo")):  # these write books
                desk.done(books, *shlex.split(words.format(f"{nth}")))
        play.copy_input(Path("demo/input"))
    finally:
        os.umask(before)
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in Path.cwd().rglob("*")}
    assert {mode for path, mode in found.items() if path.is_file()} == {file}
    assert {mode for path, mode in found.items() if path.is_dir()} == {folder}
    own = {stat.S_IMODE(path.stat().st_mode) for path in [written.state_folder(), *written.state_folder().iterdir()]}
    assert own == {0o700, 0o600}


def test_mask_by_which_others_could_write_is_refused(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for mask in ("0", "002", "020", "777", "177", "x", "08", "-22", "0o77"):
        monkeypatch.setenv(places.MASK, mask)
        assert refused(books, "balance", "--out", "x.csv") == "not-a-mask"
    assert list(Path.cwd().iterdir()) == []


# --- what stands there ----------------------------------------------------------------------------------------------


def link(place: Path) -> None:
    """A link to somebody's file."""
    (somebodys := place.with_name("somebodys")).write_text("theirs", encoding="utf-8")
    place.symlink_to(somebodys)


def link_to_nothing(place: Path) -> None:
    """A link to a file that would be made."""
    place.symlink_to(place.with_name("would-be-made"))


def link_to_folder(place: Path) -> None:
    """A link to somebody's folder."""
    (somebodys := place.with_name("somebodys")).mkdir()
    place.symlink_to(somebodys)


def listening(place: Path) -> None:
    """A socket that listens."""
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind(str(place))


PUT: dict[str, Callable[[Path], None]] = {
    "link": link,
    "link to nothing": link_to_nothing,
    "link to a folder": link_to_folder,
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "socket": listening,
}


def standing() -> dict[str, tuple[int, int]]:
    """All that stands in the current folder: of each place what it is, and its size."""
    return {path.name: (path.lstat().st_mode, path.lstat().st_size) for path in Path.cwd().iterdir()}


@pytest.mark.parametrize("put", PUT)
def test_no_file_is_written_where_anything_but_a_file_stands(books: str, put: str) -> None:
    """Every command where a link stands and where a pipe does, one command where anything else does."""
    for nth, typed in enumerate(TYPED if put in ("link", "pipe") else TYPED[:1]):
        words = shlex.split(typed.format(f"x{nth}"))
        place = next(Path(word) for word in words if word.startswith("x"))
        PUT[put](place)
        before = standing()
        assert refused(books, *words) == refused(books, *words, "--replace") == "not-a-plain-file", words
        assert standing() == before
        for path in Path.cwd().iterdir():
            path.unlink() if not path.is_dir() or path.is_symlink() else path.rmdir()


@pytest.mark.parametrize("put", sorted(PUT.keys() - {"folder"}))
def test_no_folder_is_made_where_anything_but_a_folder_stands(books: str, put: str) -> None:
    for nth, typed in enumerate(FOLDERS.values()):
        PUT[put](Path(f"x{nth}"))
        before = standing()
        assert refused(books, *shlex.split(typed.format(f"x{nth}"))) == "not-a-plain-folder", typed
        assert standing() == before
        for path in Path.cwd().iterdir():
            path.unlink() if not path.is_dir() or path.is_symlink() else path.rmdir()


@pytest.mark.parametrize("ending", ["", "-wal", "-turns"])
@pytest.mark.parametrize("put", PUT)
def test_books_stand_in_files_of_their_own(put: str, ending: str) -> None:
    """A link to the books themselves is a person's, and followed; what SQLite or we put beside them is a plain file."""
    if (put, ending) == ("link", ""):
        return
    url = f"sqlite:///{Path.cwd() / 'books.db'}"
    if ending:
        desk.done(url, "init")
        Path(f"books.db{ending}").unlink(missing_ok=True)
    PUT[put](Path(f"books.db{ending}"))
    for words in ("init", "book"):
        assert refused(url, words) == "not-a-plain-file"
    somebodys = Path("somebodys")
    assert not Path("would-be-made").exists() and (
        somebodys.is_dir() or not somebodys.exists() or somebodys.read_text() == "theirs"
    )


def test_what_may_stand_where_turns_are_taken_and_what_not(books: str) -> None:
    file = Path(books.removeprefix("sqlite:///"))
    turns = Path(f"{file}-turns")
    for content in (
        b"",
        b"x",
        b"\xff" * 8,
        (2**63 - 1).to_bytes(8, "big"),
        (2**62).to_bytes(8, "big"),
        b"\0" * 7,
        b"\xfe" * 900,
    ):
        turns.write_bytes(content)
        with database.writing(books, dry_run=True, by="乙川"):
            said = write_queue.holder(file)
        assert said is not None and (said.name, said.process) == ("乙川", os.getpid())
        assert write_queue.holder(file) is None
    turns.unlink()
    os.link(file, turns)
    assert refused(books, "book", "--dry-run") == "not-a-plain-file"
    turns.unlink()
    desk.sound(books)


def test_state_that_is_no_file_is_not_kept_and_stops_nobody(books: str) -> None:
    for put in (link, os.mkfifo, Path.mkdir):
        for name in ("written", "safekeeping"):
            places.make_folder(written.state_folder())
            put(written.state_folder() / name)
        desk.done(books, "balance", "--out", "x.csv")
        desk.done(books, "verify")
        assert Path("x.csv").exists()
        somebodys = written.state_folder() / "somebodys"
        assert not somebodys.exists() or somebodys.read_text(encoding="utf-8") == "theirs"
        shutil.rmtree(written.state_folder())
        Path("x.csv").unlink()


# --- what is read ---------------------------------------------------------------------------------------------------

READING = {
    "import {}": "not-a-file",
    "import --bank-csv {} x.csv": "not-a-plain-file",
    "verify {}": "not-a-statement",
    "refund paid --from {}": "not-a-file",
    "notices compare {}": "no-such-proposal",
    "export journal --format csv --accounts {} --out x.csv": "not-a-plain-file",
    "export since-last --format csv --accounts {} --out x.csv --key K": "not-a-plain-file",
    "restore {}": "no-database",
}


@pytest.mark.parametrize("typed", READING)
def test_only_files_are_read_and_nobody_waits_for_a_pipe(books: str, typed: str) -> None:
    """A pipe that nobody writes, and a device that never ends."""
    Path("x.csv").write_text("a\n", encoding="utf-8")
    os.mkfifo("pipe")
    for place in ("pipe", "/dev/zero"):
        answer = desk.typed(books, *shlex.split(typed.format(place)))
        assert answer.exit_code in (1, 3) and f"({READING[typed]})" in answer.stderr, answer.output


def test_settings_file_that_is_a_pipe_is_refused(books: str) -> None:
    os.mkfifo("seisan.toml")
    assert refused(books, "balance") == "not-a-plain-file"


# --- why not --------------------------------------------------------------------------------------------------------

CAUSES = {
    errno.ENOSPC: "disk-full",
    errno.EDQUOT: "quota-reached",
    errno.EFBIG: "file-too-large",
    errno.EROFS: "disk-read-only",
    errno.EACCES: "may-not-write",
    errno.EPERM: "may-not-write",
    errno.EIO: "disk-fails",
    errno.ENAMETOOLONG: "not-writable",
}


@pytest.mark.parametrize("number", CAUSES)
def test_each_failure_of_the_system_is_named(books: str, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Of a file, of folders, of a copy of the books; and of the books themselves where SQLite does not say why."""

    def fails(*_place: object, **_how: object) -> int:
        raise OSError(number, os.strerror(number))

    file = Path(books.removeprefix("sqlite:///"))
    with monkeypatch.context() as patched:
        patched.setattr(places, "create", fails)
        for words in (*TYPED[:4], "export journal --out {}.csv --format csv", "backup {}.db", FOLDERS["export books"]):
            assert refused(books, *shlex.split(words.format("x"))) == CAUSES[number]
        assert [path.name for path in Path.cwd().iterdir()] == []
        for name in ("SQLITE_IOERR_SHMSIZE", "SQLITE_CANTOPEN", "SQLITE_IOERR_FSYNC", "SQLITE_FULL"):
            cause = sqlite3.OperationalError("disk I/O error")
            cause.sqlite_errorname = name
            found = failures.of_sqlite(cause, books, file)
            assert found is not None and (found.code(), found.arguments) == (CAUSES[number], {"place": books})
    with monkeypatch.context() as patched:
        patched.setattr(Path, "mkdir", fails)
        for words in FOLDERS.values():
            assert refused(books, *shlex.split(words.format("new"))) == CAUSES[number]


def test_what_sqlite_says_where_nothing_is_found_to_be_wrong(books: str) -> None:
    said = {}
    for name in ("FULL", "IOERR_WRITE", "IOERR_SHORT_READ", "IOERR_READ", "CANTOPEN", "READONLY", "CORRUPT", "MISUSE"):
        cause = sqlite3.OperationalError("x")
        cause.sqlite_errorname = f"SQLITE_{name}"
        found = failures.of_sqlite(cause, books, Path(books.removeprefix("sqlite:///")))
        said[name] = found and found.code()
    assert said == {
        **dict.fromkeys(("FULL", "IOERR_WRITE"), "disk-full"),
        **dict.fromkeys(("IOERR_SHORT_READ", "CORRUPT"), "not-a-database"),
        **dict.fromkeys(("CANTOPEN", "READONLY"), "not-writable"),
        "IOERR_READ": "disk-fails",
        "MISUSE": None,
    }
