"""Turns: whoever comes first writes first. SQLite alone lets newcomers overtake, and some then wait without a bound.

Each writer takes a number from a file beside the books and waits until nobody with a smaller number is left. The number
is a lock on one byte of that file, which the system takes back when its holder dies: no turn is ever lost or stuck.
Whoever has the turn says so in that file: the name, since when, the process. Turns go on whatever stands there.
"""

import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ledger import dates
from ledger.store import places
from ledger.store.holders import Holder

if sys.platform == "linux":  # elsewhere there are no such locks, and so no turns
    import fcntl

# The numbers lie beyond the byte that guards the giving out of numbers; the last number given is kept in the file. What
# is no such number was written by somebody else, and counting begins anew.
_FIRST, _LAST = 1 << 20, 1 << 62

# How long to look away before looking again, for each writer that is before us, and at the most, in seconds.
_GLANCE, _LONGEST = 0.0005, 0.02
_MILLISECOND = 1_000_000  # in nanoseconds

# A lock on part of a file, as the system takes it: kind, whence, start, length, process.
_LOCK = "hhqqi4x"

# Behind the last number: who has the turn, four lines in so many bytes.
_SAID, _ROOM = 8, 512


class NotOurTurn(Exception):
    """Those before us did not end in the time we wait; whom we waited for, where it is known."""

    def __init__(self, holder: Holder | None) -> None:
        self.holder = holder
        super().__init__()


@contextmanager
def turn(file: Path, patience: int, who: str = "") -> Iterator[None]:
    """The block is ours alone among all that ask with the same books, in the order of asking; `who` is said to others.

    Raises NotOurTurn after so many milliseconds of patience. Where the system has no such locks, or nothing can be
    written beside the books, there are no turns and the database's own lock decides alone. Refused: what is no plain
    file where that of the turns should stand (not-a-plain-file), a disk that has no room for it (disk-full).
    """
    if sys.platform == "linux":
        with _turn(_queue(file), patience, who, file):
            yield
    else:
        yield


def holder(file: Path) -> Holder | None:
    """Who has the turn for these books; None where nobody has it, or it is not known."""
    if sys.platform == "linux":
        with suppress(OSError, places.NotAPlainFile):
            queue = places.opened(_queue(file), os.O_RDONLY)
            try:
                return _said(queue)
            finally:
                os.close(queue)
    return None


def _queue(file: Path) -> Path:
    """The file of turns: beside the books themselves, also where these are named by a link."""
    return Path(f"{file.resolve()}-turns")


if sys.platform == "linux":

    @contextmanager
    def _turn(file: Path, patience: int, who: str, books: Path) -> Iterator[None]:
        try:
            queue = _open(file, books)
        except (PermissionError, FileNotFoundError):
            yield
            return
        except OSError as error:
            refusal = places.refusal(str(file), error)
            if isinstance(refusal, places.DiskReadOnly):
                yield
                return
            raise refusal from None
        try:
            until = time.monotonic_ns() + patience * _MILLISECOND
            with places.on_disk(file):
                number = _number(queue, until)
            while before := _before(queue, number):
                _wait(queue, until, before)
            _say(queue, number, who)
            yield
        finally:
            os.close(queue)

    def _open(file: Path, books: Path) -> int:
        """The file of turns, made if it is not there; it may be written by whoever may write the books."""
        with suppress(FileExistsError):
            os.close(places.create(file, books.stat().st_mode & 0o666))
        return places.opened(file, os.O_RDWR)

    def _wait(queue: int, until: int, before: int) -> None:
        if time.monotonic_ns() > until:
            raise NotOurTurn(_said(queue))
        time.sleep(min(before * _GLANCE, _LONGEST))

    def _number(queue: int, until: int) -> int:
        """The next number, held from here on until the file is closed."""
        while not _taken(queue, 0):
            _wait(queue, until, 1)
        last = int.from_bytes(os.pread(queue, 8, 0), "big")
        number = (last if _FIRST <= last < _LAST else _FIRST) + 1
        while not _taken(queue, number):  # somebody holds it from before the file was changed
            _kind, _whence, start, length, _process = _lock(queue, fcntl.F_OFD_GETLK, fcntl.F_WRLCK, number, 1)
            number = start + length if length and start + length < _LAST else _FIRST + 1
            _wait(queue, until, 1)
        os.pwrite(queue, number.to_bytes(8, "big"), 0)
        _lock(queue, fcntl.F_OFD_SETLK, fcntl.F_UNLCK, 0, 1)
        return number

    def _taken(queue: int, byte: int) -> bool:
        """Whether the lock on a byte is ours now: nobody else had it."""
        try:
            _lock(queue, fcntl.F_OFD_SETLK, fcntl.F_WRLCK, byte, 1)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _before(queue: int, number: int) -> int:
        """How far ahead of us somebody holds a smaller number; 0 when it is our turn."""
        kind, _whence, start, *_rest = _lock(queue, fcntl.F_OFD_GETLK, fcntl.F_WRLCK, _FIRST, number - _FIRST)
        return 0 if kind == fcntl.F_UNLCK else max(number - start, 1)

    def _lock(queue: int, command: int, kind: int, start: int, length: int) -> tuple[int, ...]:
        request = struct.pack(_LOCK, kind, os.SEEK_SET, start, length, 0)
        return struct.unpack(_LOCK, fcntl.fcntl(queue, command, request))

    def _say(queue: int, number: int, who: str) -> None:
        """Says who has the turn; where that cannot be written, it is not known."""
        name = " ".join(who.split()).encode()[: _ROOM // 2].decode(errors="ignore")
        said = f"{number}\n{os.getpid()}\n{dates.now().isoformat()}\n{name}\n".encode()
        with suppress(OSError):
            os.pwrite(queue, said.ljust(_ROOM, b"\0"), _SAID)

    def _said(queue: int) -> Holder | None:
        """Who says that they have the turn, and has it: what somebody left there who is gone counts for nothing."""
        with suppress(OSError, ValueError, OverflowError):
            number, process, since, name = os.pread(queue, _ROOM, _SAID).decode().split("\n")[:4]
            if _FIRST <= int(number) < _LAST:
                kind, *_rest = _lock(queue, fcntl.F_OFD_GETLK, fcntl.F_WRLCK, int(number), 1)
                if kind != fcntl.F_UNLCK:
                    return Holder(name, datetime.fromisoformat(since), int(process))
        return None
