"""The only reader of workbooks: what stands in one, as sheets of cells, whatever state the file is in.

python-calamine reads the values, in a process of its own (see `worker`): whatever it does with a file, the process that
keeps the books goes on.
"""

import atexit
import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import ledger
from ledger.intake import text
from ledger.intake.files import LIMIT_ROWS, MB, Format, Unreadable, format_of
from ledger.intake.sheets import InputSheet, Row, Seen, rows_of
from ledger.intake.worker import FORMATS, SIZE

_ROOT = str(Path(ledger.__file__).parents[1])
_SERVE = "import sys; sys.path.insert(0, sys.argv[1]); from ledger.intake.worker import serve; serve()"
_LETTERS = {kind: letter for letter, kind in FORMATS.items()}


def sheets(data: bytes, ending: str) -> Generator[InputSheet, None, None]:
    """What the bytes of a file hold; raises Unreadable when that cannot be read, and is closed by who asks."""
    kind = format_of(data, ending)
    if kind != "text":
        yield from _workbook(data, kind)
        return
    try:
        table = text.sheet(data)
    except Unreadable as unreadable:
        if ending.lower() in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods") and unreadable.code == "wrong-encoding":
            raise Unreadable("broken-workbook") from None
        raise
    yield table


class _OpeningProcess:
    """The process that opens workbooks: started by the first one, ended with this process."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0
        self.lock = threading.RLock()
        self.busy = False

    def ask(self, data: bytes, kind: Format) -> Generator[Any, None, None]:
        """The frames that tell what a workbook holds; a process that fails on it is ended, and "too-heavy" raised."""
        with self.lock:
            if self.busy:  # somebody stopped listening and has not said so yet
                self.stop()
            process = self._started()
            self.busy = True
            assert process.stdin is not None and process.stdout is not None
            done = False
            try:
                process.stdin.write(SIZE.pack(_LETTERS[kind], len(data)))
                process.stdin.write(data)
                process.stdin.flush()
                while not done:
                    frame = pickle.load(process.stdout)  # noqa: S301 - written by our own process
                    done = frame[0] in ("end", "unreadable")
                    yield frame
            except (EOFError, pickle.UnpicklingError, OSError):  # OSError: nobody reads, in the words of each system
                raise Unreadable("too-heavy") from None
            finally:
                # After a large one it is not kept for the next, for the memory that it has taken.
                if process is self.process and (not done or len(data) > MB):
                    self.stop()
                if process is self.process:
                    self.busy = False

    def _started(self) -> "subprocess.Popen[bytes]":
        if self.process is not None and (self.owner != os.getpid() or self.process.poll() is not None):
            self.stop()
        if self.process is None:
            self.process = subprocess.Popen(  # noqa: S603 - this Python, and a file of ours
                [sys.executable, "-I", "-c", _SERVE, _ROOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the one that asks, which ends this process
            )
            self.owner = os.getpid()
        return self.process

    def stop(self) -> None:
        """Ends the process, if it is ours; a copy of this process that has it by inheritance leaves it alone."""
        process, self.process, self.busy = self.process, None, False
        if process is None:
            return
        if self.owner == os.getpid():
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self.owner != os.getpid():
            process.returncode = 0  # somebody else waits for it


READER = _OpeningProcess()
atexit.register(READER.stop)


def _workbook(data: bytes, kind: Format) -> Iterator[InputSheet]:
    """The sheets of a workbook; the rows of each are read before the next is asked for, or passed by."""
    told = READER.ask(data, kind)
    with contextlib.closing(told):
        for frame in told:
            if frame[0] == "sheet":
                _kind, name, hidden, size = frame
                sheet = InputSheet(name, (), size)
                rows = sheet.rows = _bounded(_rows(told, sheet, hidden=hidden), name)
                yield sheet
                for _row in rows:
                    pass
            elif frame[0] == "unreadable":
                raise _unreadable(frame)


def _bounded(rows: Iterable[Row], sheet: str) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > LIMIT_ROWS:
            raise Unreadable("too-many-rows", sheet, limit=LIMIT_ROWS)
        yield row


def _rows(told: Iterator[Any], sheet: InputSheet, *, hidden: bool) -> Iterator[Row]:
    for frame in told:
        if frame[0] == "columns":
            yield from rows_of(*frame[1:])
        elif frame[0] == "rows":
            yield from frame[1]
        elif frame[0] == "seen":
            sheet.noticed += ([Seen("hidden-sheet", None, {})] if hidden else []) + frame[1]
            return
        else:
            raise _unreadable(frame)


def _unreadable(frame: Any) -> Unreadable:
    _kind, code, sheet, row, fields = frame
    return Unreadable(code, sheet, row, **fields)
