"""Turns: whoever comes first writes first. SQLite alone lets newcomers overtake, and some then wait without a bound.

Each writer takes a number from a file beside the books and waits until nobody with a smaller number is left. The number
is a lock on one byte of that file, which the system takes back when its holder dies: no turn is ever lost or stuck.
"""

import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "linux":  # elsewhere there are no such locks, and so no turns
    import fcntl

# The numbers lie beyond the byte that guards the giving out of numbers; the last number given is kept in the file.
_FIRST = 1 << 20

# How long to look away before looking again, for each writer that is before us, and at the most, in seconds.
_GLANCE, _LONGEST, _MILLISECOND = 0.0005, 0.02, 0.001

# A lock on part of a file, as the system takes it: kind, whence, start, length, process.
_LOCK = "hhqqi4x"


class NotOurTurn(Exception):
    """Those before us did not end in the time we wait."""


@contextmanager
def turn(file: str, patience: int) -> Iterator[None]:
    """The block is ours alone among all that ask with the same file, in the order of asking.

    Raises NotOurTurn after so many milliseconds of patience. Where the system has no such locks, or the file cannot be
    written, there are no turns and the database's own lock decides alone.
    """
    if sys.platform == "linux":
        with _turn(file, patience):
            yield
    else:
        yield


if sys.platform == "linux":

    @contextmanager
    def _turn(file: str, patience: int) -> Iterator[None]:
        try:
            queue = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            yield
            return
        try:
            number = _number(queue)
            until = time.monotonic() + patience * _MILLISECOND
            while before := _before(queue, number):
                if time.monotonic() > until:
                    raise NotOurTurn
                time.sleep(min(before * _GLANCE, _LONGEST))
            yield
        finally:
            os.close(queue)

    def _number(queue: int) -> int:
        """The next number, held from here on until the file is closed."""
        _lock(queue, fcntl.F_OFD_SETLKW, fcntl.F_WRLCK, 0, 1)
        last = int.from_bytes(os.pread(queue, 8, 0), "big")
        number = max(last, _FIRST) + 1
        _lock(queue, fcntl.F_OFD_SETLKW, fcntl.F_WRLCK, number, 1)
        os.pwrite(queue, number.to_bytes(8, "big"), 0)
        _lock(queue, fcntl.F_OFD_SETLK, fcntl.F_UNLCK, 0, 1)
        return number

    def _before(queue: int, number: int) -> int:
        """How far ahead of us somebody holds a smaller number; 0 when it is our turn."""
        kind, _whence, start, *_rest = _lock(queue, fcntl.F_OFD_GETLK, fcntl.F_WRLCK, _FIRST, number - _FIRST)
        return 0 if kind == fcntl.F_UNLCK else number - start

    def _lock(queue: int, command: int, kind: int, start: int, length: int) -> tuple[int, ...]:
        request = struct.pack(_LOCK, kind, os.SEEK_SET, start, length, 0)
        return struct.unpack(_LOCK, fcntl.fcntl(queue, command, request))
