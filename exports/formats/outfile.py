"""Files that are written: the name decides what is, and a file appears whole under it, or not at all."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ledger.errors import Exit, Refusal
from ledger.i18n import N_
from ledger.store import places, written
from ledger.store.written import FileInTheWay


@contextmanager
def new_file(path: Path, first: Callable[[], None] | None = None) -> Iterator[BinaryIO]:
    """Opens a file that takes the place of `path` when the block ends without an error.

    Only its owner may read it, unless SEISAN_UMASK says otherwise. What comes `first` is done when it is written whole
    and may take that place. Refused: a place that cannot be written, named for its cause (`places.on_disk`), what is no
    plain file (not-a-plain-file), and a file there that Seisan did not write or that was changed since
    (file-in-the-way), unless it may be replaced; what stood there before stays.
    """
    with places.on_disk(path):
        places.require_plain(path)
        beside = places.beside(path)
        try:
            with open(places.create(beside), "wb") as out:  # noqa: PTH123 - by its number: it is nobody else's
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
def private_file(path: Path, *, keep: bool) -> Iterator["Private"]:
    """A file that takes no other's place: it appears when the block ends well.

    Not to `keep` it is to do everything else; one to which nothing was written does not appear either.
    """
    with suppress(_NotKept), new_file(path) as out:
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
        there = places.read(self.path, len(content) + 1) if self.path.exists() else content
        if there != content and not written.may_replace():
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
    """Refuses a name that does not end in .xlsx (not-a-workbook)."""
    if path.suffix.lower() != ".xlsx":
        raise NotAWorkbook(str(path))
