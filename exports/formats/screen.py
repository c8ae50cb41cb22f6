"""The screen that answers are shown on: how wide it is, which signs and colours it has, and how a long answer is paged.

Nothing of this touches what goes into a file or to another program: there, lines are whole, signs and colours plain.
"""

import codecs
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import lru_cache
from itertools import pairwise
from typing import Any, TextIO

from ledger import visible
from ledger.scope import within

# How many columns the screen has; None where the answer goes to a file or to another program.
_columns: ContextVar[int | None] = ContextVar("columns", default=None)
# Whether the signs of "ambiguous" width (○ × △ …) take two columns, as in the fonts of Japanese encodings.
_ambiguous: ContextVar[int] = ContextVar("ambiguous", default=1)
# Whether a long answer is shown page by page.
_paged: ContextVar[bool] = ContextVar("paged", default=False)

_NARROWEST = 20
# Encodings of Japan before Unicode: their consoles draw every sign that is not ASCII over two columns.
_OF_JAPAN = ("cp932", "shift_jis", "euc_jp", "iso2022_jp")

# What stands for a sign that an encoding lacks: the first that it has. ○ × ? ! stay four different signs.
_INSTEAD = {
    "○": ("o",),
    "×": ("x",),
    "△": ("-",),
    "…": ("...",),
    "→": ("->",),
    "—": ("―", "-"),
    "–": ("-",),
    "〜": ("～", "~"),
    "～": ("~",),
    "−": ("－", "-"),
    "「": ('"',),
    "」": ('"',),
    "、": (", ",),
    "。": (". ",),
    "・": ("/",),
    "〈": ("<",),
    "〉": (">",),
    "※": ("*",),
    "│": ("|",),
    "─": ("-",),
}
_MISSING = ("〓", "?")  # what printers set for a character that they lack


def columns() -> int | None:
    """How many columns an answer may take; None where it may take any number."""
    return _columns.get()


def wide(width: int | None) -> AbstractContextManager[None]:
    """Within the block answers are so many columns wide; None: as wide as they are."""
    return within(_columns, width)


def use(stream: TextIO) -> None:
    """Answers go to this stream from here on: it says how wide they may be, and how wide some of their signs are."""
    terminal = stream.isatty()
    _columns.set(_width_of_terminal() if terminal else None)
    _ambiguous.set(2 if terminal and _codec(stream).startswith(_OF_JAPAN) else 1)
    _paged.set(terminal)


def _width_of_terminal() -> int:
    return max(shutil.get_terminal_size().columns, _NARROWEST)


def width(text: str, ambiguous: int | None = None) -> int:
    """How many columns a text takes: two for a wide character, none for a combining one, one for any other.

    A sign of ambiguous width (○) takes so many; None: as many as on this screen.
    """
    if text.isascii():
        return len(text)
    room = _ambiguous.get() if ambiguous is None else ambiguous
    return sum(_width_of(character, room) for character in text)


@lru_cache(maxsize=4096)
def _width_of(character: str, ambiguous: int) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    drawn = unicodedata.east_asian_width(character)
    return 2 if drawn in "WF" else ambiguous if drawn == "A" else 1


# --- lines ----------------------------------------------------------------------------------------------------------

# A line begins with none of these, and ends with none of those.
_NOT_FIRST, _NOT_LAST = "、。,.:;!?)」』】〕…ー・々", "(「『【〔"
# Where a person looks for the next thing of a list.
_THING = r"(?<=[、。])|(?<=; )"
# A point of several, each of which has a line of its own where they do not all fit into one.
_POINT = r"(?<=[^ ])(?: |(?<=、))(?=\(\d+\) )"
# What stands before the text of a line: under it, the next lines begin.
_LEADING = r" *(?:(?:[○×?!△→]|\$|\(\d+\)) (?=\S))?"


def breaks(text: str, columns: int) -> Iterator[int]:
    """Where a text is broken into lines of so many columns: at a space, or between two Japanese characters."""
    if width(text) <= columns:
        return
    start = room = at = takes_before = 0
    for place, (before, character) in enumerate(pairwise(f"\0{text}")):
        takes = width(character)
        japanese = takes == 2 or takes_before == 2
        if before == " " or (japanese and character not in _NOT_FIRST and before not in _NOT_LAST):
            at = place
        room, takes_before = room + takes, takes
        if room > columns and character != " ":
            start = at if at > start else place
            room = width(text[start : place + 1])
            yield start


def fold(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns; one that does not fit has each thing of a list on its own line."""
    if width(text) <= columns:
        return [text]
    return [line for thing in re.split(_THING, text) if thing.strip() for line in _broken(thing.strip(), columns)]


def _broken(text: str, columns: int) -> list[str]:
    places = [0, *breaks(text, max(columns, 2)), len(text)]
    return [text[first:last].rstrip() for first, last in pairwise(places)]


def fit(text: str, stream: TextIO) -> str:
    """A text of many lines as it goes to the stream: on a terminal none is longer than that is wide.

    The rest of a line stands below its words. Nothing in it acts on the terminal, whatever it was put together from.
    """
    text = visible.lines(text)
    if not stream.isatty():
        return text
    room = _width_of_terminal()
    return "\n".join(part for line in text.split("\n") for part in _hanging(line, room))


def _hanging(line: str, room: int) -> list[str]:
    if width(line) <= room:
        return [line]
    first, *points = re.split(_POINT, line)
    return [part for point in (first, *(f"  {point}" for point in points)) for part in _folded(point.rstrip(), room)]


def _folded(line: str, room: int) -> list[str]:
    leading = re.match(_LEADING, line)
    first = leading[0] if leading is not None and width(leading[0]) * 2 < room else ""
    parts = _broken(line[len(first) :], room - width(first))
    return [first + parts[0], *(" " * width(first) + part for part in parts[1:])]


# --- signs and colours ----------------------------------------------------------------------------------------------


def _codec(stream: Any) -> str:
    try:
        found: str = codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    except LookupError:
        return "utf_8"
    return found.replace("-", "_")


def _readable(error: UnicodeError) -> tuple[str, int]:
    """The handler of what an encoding lacks: the nearest sign that it has, never a different meaning."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(_instead(sign, error.encoding) for sign in error.object[error.start : error.end]), error.end


def _instead(sign: str, encoding: str) -> str:
    circled = [f"({unicodedata.numeric(sign):g})"] if unicodedata.category(sign) == "No" else []
    stand_ins = [*_INSTEAD.get(sign, ()), *circled, unicodedata.normalize("NFKC", sign), *_MISSING]
    return next(text for text in stand_ins if text != sign and _has(encoding, text))


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


codecs.register_error("readable", _readable)


def keep_readable(stream: Any) -> None:
    """From here on the stream writes something readable for each sign that its encoding lacks, and refuses none."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="readable")


def shows(stream: Any, text: str) -> bool:
    """Whether the encoding of a stream has every character of a text."""
    return _has(_codec(stream), text)


def shows_all(stream: Any) -> bool:
    """Whether the encoding of a stream has every character there is."""
    return _codec(stream).startswith("utf")


def write(text: str, stream: TextIO) -> None:
    """Writes a line or several, and the end of the last one, in the stream's own encoding."""
    stream.write(f"{text}\n")
    stream.flush()


def show_mistake(_kind: object, error: BaseException, _trace: object) -> None:
    """Shows a mistake of our own with its traceback; what it quotes is anybody's, and nothing of it acts there."""
    from traceback import format_exception

    write(visible.lines("".join(format_exception(error)).rstrip("\n")), sys.stderr)


def in_colour(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colours, and whoever reads it wants them (NO_COLOR, TERM=dumb)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def red(text: str, stream: TextIO) -> str:
    """The text in red, where the stream shows colours."""
    return f"\x1b[31m{text}\x1b[0m" if text and in_colour(stream) else text


# --- the pager ------------------------------------------------------------------------------------------------------


def unpaged() -> None:
    """From here on no answer is shown page by page."""
    _paged.set(False)


def pager(lines: int) -> list[str] | None:
    """The program that shows an answer of so many lines page by page; None where it fits, or none is wanted.

    SEISAN_PAGER goes before PAGER, and empty it says that none is wanted. Without either it is `less`, where there is.
    """
    if not _paged.get() or os.environ.get("TERM") == "dumb" or lines < shutil.get_terminal_size().lines:
        return None
    wanted = os.environ.get("SEISAN_PAGER", os.environ.get("PAGER"))
    if wanted is None:
        wanted = "less -FRX" if shutil.which("less") else ""
    try:
        words = shlex.split(wanted)
    except ValueError:
        return None
    return words if words and shutil.which(words[0]) else None


def page(text: str, program: list[str], encoding: str) -> bool:
    """Shows a text in a pager, until whoever reads it has seen enough; whether it could be started."""
    try:
        shown = subprocess.Popen(program, stdin=subprocess.PIPE)  # noqa: S603 - the program that the person named
    except OSError:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager
    try:
        shown.communicate(text.encode(encoding, "readable"))
    finally:
        signal.signal(signal.SIGINT, before)
    return True
