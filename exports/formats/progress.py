"""Whoever waits for more than a second sees that work goes on, and how far; on a terminal only, never in a file."""

import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO, TypeVar

from exports.formats.screen import fold
from ledger.i18n import N_, _
from ledger.store import holders

Item = TypeVar("Item")

_PATIENCE = 1.0  # seconds before anything is shown
_BEAT = 0.2  # seconds between two looks
_ASKED = 2  # seconds of waiting for others, and again between two questions for whom
_BAR = 24  # characters

_WORKING = N_("working … {seconds} s")
_WAITING = N_("waiting for {holder} … {seconds} s")
_FAR = N_("{label} {bar} {done}/{total}")


class _State:
    """How far the work that is being watched has come; nothing is watched while `total` is 0."""

    label = ""
    done = 0
    total = 0
    drawing: threading.Thread | None = None
    ended: threading.Event | None = None


@contextmanager
def shown_on(stream: TextIO) -> Iterator[None]:
    """Shows what is going on in the block, from its second second on, if the stream is a terminal that can erase it."""
    if _State.drawing is not None or not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    _State.ended = ended = threading.Event()
    _State.drawing = threading.Thread(target=_draw, args=(stream, ended), daemon=True)
    _State.drawing.start()
    try:
        yield
    finally:
        end()
        _State.total = 0


def end() -> None:
    """Erases what is shown; nothing more is shown, for now comes the answer."""
    if _State.drawing is not None and _State.ended is not None:
        _State.ended.set()
        _State.drawing.join()
        _State.drawing = None


def watched(items: Iterable[Item], total: int, label: str) -> Iterator[Item]:
    """The items one by one, each counted as done when the next is asked for.

    Of work within other work what has more to do is shown: the letters, and not the parts of each.
    """
    if total <= _State.total:
        yield from items
        return
    around = _State.label, _State.done, _State.total
    _State.label, _State.done, _State.total = label, 0, total
    try:
        for item in items:
            yield item
            _State.done += 1
    finally:
        _State.label, _State.done, _State.total = around


def _draw(stream: TextIO, ended: threading.Event) -> None:
    began, drawn, asked, holder = time.monotonic(), False, 0, None
    while not ended.wait(_BEAT):
        seconds = int(time.monotonic() - began)
        if seconds >= asked + _ASKED:
            asked, holder = seconds, holders.waited_for()
        if time.monotonic() - began >= _PATIENCE:
            # A longer line would go on in the next, where it is not erased.
            line = _(_WAITING, holder=str(holder), seconds=seconds) if holder and holders.waits() else _line(seconds)
            stream.write(f"\r\x1b[K{fold(line, shutil.get_terminal_size().columns - 1)[0]}")
            stream.flush()
            drawn = True
    if drawn:
        stream.write("\r\x1b[K")
        stream.flush()


def _line(seconds: int) -> str:
    if not _State.total:
        return _(_WORKING, seconds=seconds)
    filled = _BAR * _State.done // _State.total
    bar = f"[{'#' * filled}{'.' * (_BAR - filled)}]"
    return _(_FAR, label=_State.label, bar=bar, done=f"{_State.done:,}", total=f"{_State.total:,}")
