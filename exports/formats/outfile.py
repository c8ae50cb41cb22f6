"""Files that are written: the name decides what is, and a file appears whole under it, or not at all."""

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ledger.errors import DiskFull, Exit, NotWritable, Refusal
from ledger.i18n import N_
from ledger.store import written
from ledger.store.written import FileInTheWay

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def new_file(path: Path, mode: int = 0o666, first: Callable[[], None] | None = None) -> Iterator[BinaryIO]:
    """Opens a file that takes the place of `path` when the block ends without an error; `mode` is who may read it.

    What comes `first` is done when it is written whole and may take that place.

    Refused: a place that cannot be written (NotWritable), a full disk (DiskFull), and a file there that Seisan did not
    write or that was changed since (FileInTheWay), unless it may be replaced; what stood there before stays.
    """
    with on_disk(path):
        if path.exists() and not path.is_file() and not path.is_dir():  # a pipe or a device has no contents to replace
            with path.open("wb") as out:
                yield out
            if first is not None:
                first()
            return
        beside = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}")
        try:
            handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
            with open(handle, "wb") as out:  # noqa: PTH123 - by its number: it exists already, as nobody else's
                yield out
                out.flush()
                os.fsync(out.fileno())
            written.require_replaceable(path, beside)
            if first is not None:
                first()
            written.remember(beside)  # before it has its name: killed in between, it is still one of ours
            beside.replace(path)
        except BaseException:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise


@contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """Refuses a write in the block where there is no room (disk-full) or nothing may be written (not-writable)."""
    try:
        yield
    except OSError as reason:
        refusal = DiskFull if reason.errno in _NO_ROOM else NotWritable
        raise refusal(str(path)) from reason


@contextmanager
def private_file(path: Path, *, keep: bool) -> Iterator["Private"]:
    """A file that only its owner may read, and that takes no other's place: it appears when the block ends well.

    Not to `keep` it is to do everything else; one to which nothing was written does not appear either. Refused: a name
    that belongs to no file (file-in-the-way).
    """
    if path.exists() and not path.is_file():
        raise FileInTheWay(str(path))
    with suppress(_NotKept), new_file(path, 0o600) as out:
        private = Private(path, out)
        yield private
        if not (keep and private.written):
            raise _NotKept


class _NotKept(Exception):
    """The file is not to appear."""


@dataclass
class Private:
    """A file that is being written; it is on the disk, whole, before it has its name."""

    path: Path
    out: BinaryIO
    written: bool = False

    def write(self, content: bytes) -> None:
        """Writes all of it. Refused: another file under that name (file-in-the-way); the same bytes are no other."""
        if self.path.exists() and self.path.read_bytes() != content and not written.may_replace():
            raise FileInTheWay(str(self.path))
        self.out.write(content)
        self.out.flush()
        os.fsync(self.out.fileno())
        self.written = True


@dataclass
class NoSuchFormat(Refusal):
    """{file}: no file of this ending is written"""

    file: str
    exit = Exit.USAGE
    instead = N_("name a file ending in .xlsx, .csv or .json")


@dataclass
class NotAWorkbook(Refusal):
    """{file} is not the name of a workbook"""

    file: str
    exit = Exit.USAGE
    instead = N_("name a file ending in .xlsx")


def require_workbook(path: Path) -> None:
    """Refuses a name that does not end in .xlsx (not-a-workbook), unless it is a device, which has no kind."""
    if path.suffix.lower() != ".xlsx" and (path.is_file() or not path.exists()):
        raise NotAWorkbook(str(path))
