"""Files that Seisan writes take the place of its own only, and only while nobody has changed them.

What was written is remembered by its SHA-256, in a list of the person's own on this machine; of the file itself, its
name or what is in it, nothing stands there. A file that is not in the list is somebody's.
"""

import hashlib
import os
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar
from pathlib import Path

from ledger.errors import NotWritable, Refusal
from ledger.i18n import N_
from ledger.scope import within
from ledger.store import places

_MOST_BYTES = 4_000_000  # about 60,000 files; older ones are forgotten, and asked about
_replacing = ContextVar("replacing", default=False)


class FileInTheWay(Refusal):
    """{file} is there already, and is not as Seisan wrote it"""

    file: str
    instead = N_("name another file, or move that one away; --replace writes over it")


def replacing(yes: bool) -> AbstractContextManager[None]:
    """Within the block any file may be written over, if `yes`: a person said so (`--replace`)."""
    return within(_replacing, yes or _replacing.get())


def may_replace() -> bool:
    """Whether a person said that any file may be written over."""
    return _replacing.get()


def require_replaceable(path: Path, new: Path) -> None:
    """Refuses to put `new` in the place of a file that is somebody's (file-in-the-way); the same bytes are no other."""
    if _replacing.get() or not path.is_file():
        return
    with suppress(OSError):
        there = _digest(path)
        if there == _digest(new) or there in _remembered():
            return
    raise FileInTheWay(str(path))


def remember(path: Path) -> None:
    """Keeps in mind that Seisan wrote this file, whatever its name. Where nothing can be kept, it is asked about."""
    with suppress(OSError, NotWritable):
        memory = _memory()
        places.make_folder(memory.parent, 0o700)
        if memory.exists() and memory.stat().st_size > _MOST_BYTES:
            with open(places.opened(memory, os.O_RDONLY), "rb") as long:  # noqa: PTH123 - by its number
                long.seek(-_MOST_BYTES // 130 * 65, os.SEEK_END)
                places.replace(memory, long.read(_MOST_BYTES))
        with suppress(FileExistsError):
            os.close(places.create(memory, 0o600))
        with open(places.opened(memory, os.O_WRONLY | os.O_APPEND), "ab") as list_of_files:  # noqa: PTH123 - by its number
            list_of_files.write(f"{_digest(path)}\n".encode())


class _Seen:
    """What was read of the list so far: it only grows, so of many files each reads what was added since the last."""

    file = (0, 0)
    to = 0
    digests: frozenset[str] | set[str] = frozenset()


def _remembered() -> frozenset[str] | set[str]:
    try:
        with open(places.opened(_memory(), os.O_RDONLY, links=True), "rb") as file:  # noqa: PTH123 - by its number
            there = os.fstat(file.fileno())
            if _Seen.file != (there.st_dev, there.st_ino) or there.st_size < _Seen.to:
                _Seen.file, _Seen.to, _Seen.digests = (there.st_dev, there.st_ino), 0, set()
            file.seek(_Seen.to)
            lines, end, _begun = file.read(2 * _MOST_BYTES).rpartition(b"\n")  # another may be writing the last one
    except (OSError, NotWritable):
        return frozenset()
    _Seen.to += len(lines) + len(end)
    _Seen.digests |= set(lines.decode("ascii", "replace").split())
    return _Seen.digests


def _memory() -> Path:
    return state_folder() / "written"


def state_folder() -> Path:
    """The folder of the person's own in which this machine remembers what is in no books."""
    base = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".local" / "state") / "seisan"


def _digest(path: Path) -> str:
    with open(places.opened(path, os.O_RDONLY, links=True), "rb") as file:  # noqa: PTH123 - by its number
        return hashlib.file_digest(file, "sha256").hexdigest()
