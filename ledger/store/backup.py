"""Backup and restore of books in a file: a copy made while others work, held against itself before it is trusted.

A backup is whole or not there: it is written beside its name, verified, and only then put in its place. Restoring
never loses what was written since: the books that stand there have to be the beginning of those that come.
"""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from ledger import tables
from ledger.errors import DatabaseLocked, NoDatabase, NotADatabase, Refusal
from ledger.i18n import N_
from ledger.store import database, failures, places, written


class BackupByServer(Refusal):
    """the books at {database} are kept by a PostgreSQL server, which makes its own backups"""

    database: str
    instead = N_("use the programs that come with the server: pg_dump --format=custom, pg_restore")


class BackupNotSound(Refusal):
    """{file} does not agree with itself; faults found: {faults}"""

    file: str
    faults: int
    instead = N_("nothing was put in place; see the faults: seisan verify --database sqlite:///{file}")


class BackupOverItself(Refusal):
    """{file} is the file of the books themselves, or a file that belongs to them"""

    file: str
    instead = N_("name another file, best on another disk")


class BooksNewer(Refusal):
    """the books at {database} hold what {file} does not, from batch {batch} on"""

    database: str
    file: str
    batch: int
    instead = N_("keep them, or move their file away first if they really are to be given up")


@dataclass(frozen=True)
class Copied:
    """What was copied: how many entries and batches, and the head of the chain."""

    entries: int
    batches: int
    head: str


# Says how many faults books have: `verify` of a stage above.
Faults = Callable[[Connection], int]


def backup(address: str, file: Path, faults: Faults) -> Copied:
    """Copies the books to a file while others go on working, verifies the copy and puts it in its place.

    A backup of that name is replaced, also when it has been looked into since: it holds nothing that they do not.
    Refused: books on a server, books that do not agree with themselves, and any other file of that name that Seisan did
    not write or that was changed since (file-in-the-way), unless it may be replaced.
    """
    books = _file(address)
    _require_another(books, file)
    with places.on_disk(file):
        places.require_plain(file)
    with database.reading(address):
        pass  # that they are there, and of this version, is said before anything is written
    with put_beside(file, replaces=_is_earlier(file, address)) as making:
        with database.reading(address) as there:  # also where nothing can be written beside them
            source = there.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            _copy(source, making, books)
        return _sound(making, file, faults)


def restore(address: str, file: Path, faults: Faults) -> Copied:
    """Puts a backup in the place of the books, or makes books of it where there are none.

    Refused: books on a server, a file that is no sound backup, and books that hold what the backup does not: those are
    newer, or others. The turn to write is ours meanwhile, so that nobody adds to books that are being replaced.
    """
    books = _file(address)
    _require_another(books, file)
    if not file.is_file():
        raise NoDatabase(str(file))
    with places.on_disk(books):
        places.require_plain(books)
    with database.turn(address), put_beside(books, replaces=True, mode=_mode(books)) as making:
        with closing(_opened(file)) as source:
            _copy(source, making, file)
        copied = _sound(making, file, faults)
        if books.exists():
            _require_prefix(address, making, file)
            close(books)  # what stood beside the old file may not be taken for the new one's
    return copied


def _file(address: str) -> Path:
    url = database.parse_url(address)
    if url.drivername != "sqlite":
        raise BackupByServer(database.format_url(address))
    return Path(str(url.database))


def _require_another(books: Path, file: Path) -> None:
    if file.resolve() in {books.with_name(books.name + ending).resolve() for ending in ("", "-wal", "-shm", "-turns")}:
        raise BackupOverItself(str(file))


@contextmanager
def put_beside(file: Path, *, replaces: bool = False, mode: int | None = None) -> Iterator[Path]:
    """A new file beside the one to be written; it takes its place when the block ends well.

    By default it may be read by whom the mask lets (`places.file_mode`). It `replaces` what has been looked at already;
    else a file that Seisan did not write so is refused. Its name is nobody else's, neither another's who writes the
    same file nor that of one who was killed.
    """
    making = places.beside(file)
    try:
        with places.on_disk(file):
            os.close(places.create(making, mode))
            yield making
            with making.open("rb+") as copied:
                os.fsync(copied.fileno())
            if not replaces:
                written.require_replaceable(file, making)
            written.remember(making)  # before it has its name: killed in between, it is still one of ours
            making.replace(file)
            _sync(file.parent)
    finally:
        for ending in ("", "-wal", "-shm", "-journal", "-turns"):
            with suppress(OSError):
                making.with_name(making.name + ending).unlink()


def _mode(books: Path) -> int:
    """Who may do what with books that are put in the place of these; books of which there were none are the owner's."""
    return books.stat().st_mode & 0o777 | 0o600 if books.exists() else 0o600


def _sync(folder: Path) -> None:
    """Has the folder itself reach the disk: a name that is not there after a power failure is no backup.

    Windows opens no folder; NTFS keeps names in a journal of its own.
    """
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _opened(file: Path) -> sqlite3.Connection:
    """A database, to be read; a file that cannot be opened as one is refused."""
    try:
        return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise failures.of_sqlite(error, str(file), file) or NotADatabase(str(file)) from None


def _copy(source: sqlite3.Connection, making: Path, books: Path) -> None:
    """SQLite's own copy of a database that others use: one moment of it, whole."""
    try:
        with closing(sqlite3.connect(making)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except sqlite3.Error as error:
        raise failures.of_sqlite(error, str(making), making) or NotADatabase(str(books)) from None


def _sound(making: Path, file: Path, faults: Faults) -> Copied:
    """The copy opened as any books are, asked by SQLite and by `verify`; refused when anything is wrong with it."""
    with database.reading(f"sqlite:///{making}") as connection:
        answers = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        if count := faults(connection) if answers == ["ok"] else len(answers):
            raise BackupNotSound(str(file), count)
        heads = _heads(connection)
        entries = len(connection.execute(select(tables.entry.c.no)).all())
    close(making)
    return Copied(entries, len(heads), heads[-1] if heads else "")


def close(file: Path) -> None:
    """Takes what stands beside a database into it, so that the file alone is all of it."""
    connection = sqlite3.connect(file, timeout=database.PATIENCE / 1000)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise DatabaseLocked(str(file), database.PATIENCE // 1000) from None
    finally:
        connection.close()


def _heads(connection: Connection) -> list[str]:
    return list(connection.execute(select(tables.batch.c.head).order_by(tables.batch.c.no)).scalars())


def _is_earlier(file: Path, address: str) -> bool:
    """Whether a file is these books as they were at some time. It is only read: it may be somebody's."""
    if not file.is_file():
        return False
    for how in ("mode=ro", "immutable=1"):
        try:
            there = sqlite3.connect(f"{file.resolve().as_uri()}?{how}", uri=True)
            try:
                heads = [head for (head,) in there.execute("SELECT head FROM batch ORDER BY no")]
                pages, size = (there.execute(f"PRAGMA {of}").fetchone()[0] for of in ("page_count", "page_size"))
            finally:
                there.close()
        except sqlite3.Error:
            continue
        if file.stat().st_size != pages * size:
            return False  # there is something in it beside the books
        with database.reading(address) as connection:
            return bool(heads) and _heads(connection)[: len(heads)] == heads
    return False


def _require_prefix(address: str, making: Path, file: Path) -> None:
    """The chain of the books there has to be the beginning of the chain that comes."""
    with database.reading(address) as connection:
        heads = _heads(connection)
    with database.reading(f"sqlite:///{making}") as connection:
        restored = _heads(connection)
    close(making)
    for no, head in enumerate(heads, 1):
        if restored[no - 1 : no] != [head]:
            raise BooksNewer(database.format_url(address), str(file), no)
