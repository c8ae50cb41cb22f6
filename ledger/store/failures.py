"""What SQLite says when it cannot go on, as a refusal that is true: it says what failed, and we look for the reason."""

import sqlite3
from pathlib import Path

from ledger import errors
from ledger.store import places

# Why is asked of the disk itself, by trying; what is said where that finds nothing.
_OF_THE_DISK: dict[str, type[errors.NotWritable | errors.DiskFull | errors.NotADatabase]] = {
    "SQLITE_FULL": errors.DiskFull,
    "SQLITE_IOERR_WRITE": errors.DiskFull,
    "SQLITE_IOERR_SHORT_READ": errors.NotADatabase,
    "SQLITE_IOERR_CORRUPTFS": errors.NotADatabase,
    "SQLITE_IOERR": places.DiskFails,
    "SQLITE_CANTOPEN": errors.NotWritable,
    "SQLITE_READONLY": errors.NotWritable,
}
_NO_DATABASE = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")


def is_lock(cause: BaseException | None) -> bool:
    """Whether SQLite says that somebody else has the books."""
    return (getattr(cause, "sqlite_errorname", None) or "").startswith(_LOCKED)


def of_sqlite(cause: sqlite3.Error, place: str, file: Path) -> errors.Refusal | None:
    """The refusal for what SQLite says of a file, called `place`; None for what is a mistake of ours.

    Who holds a lock is not said here (`holders`).
    """
    name = getattr(cause, "sqlite_errorname", None) or ""
    if name.startswith(_NO_DATABASE):
        return errors.NotADatabase(place)
    for code, otherwise in _OF_THE_DISK.items():
        if name.startswith(code):
            found = places.why_not(file)
            return otherwise(place) if found is None else type(found)(**found.arguments | {"place": place})
    return None
