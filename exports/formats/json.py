"""Answers for programs: JSON whose keys and codes are never translated, days as 2012-02-26, yen as whole numbers."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path

from exports.formats.outfile import new_file
from ledger import visible
from ledger.dates import Month

_PIECE = 10_000  # so many tokens are written at once


def text(answer: object, *, ascii_only: bool = False) -> str:
    """The answer as JSON, its keys in the order given, names of people in their own characters, sets sorted.

    `ascii_only`: for an encoding that lacks some of them; every other character is escaped, and none is lost.
    """
    written = json.dumps(answer, ensure_ascii=ascii_only, indent=2, allow_nan=False, default=_plain)
    return re.sub(visible.UNSHOWN, _number, written)


class MadeAsWritten(list[object]):
    """A list whose things are made one by one while it is written: all of them are never held."""

    def __init__(self, things: Iterator[object]) -> None:
        first = list(islice(things, 1))
        super().__init__(first)
        self._things = chain(first, things)

    def __iter__(self) -> Iterator[object]:
        return self._things


def pieces(answer: object, *, ascii_only: bool = False) -> Iterator[str]:
    """The same, piece by piece, while it is made."""
    encoder = json.JSONEncoder(ensure_ascii=ascii_only, indent=2, allow_nan=False, default=_plain)
    made = encoder.iterencode(answer)
    while part := "".join(islice(made, _PIECE)):
        yield re.sub(visible.UNSHOWN, _number, part)


def write(answer: object, path: Path) -> None:
    """Writes the answer; `path` appears whole or stays as it was."""
    with new_file(path) as out:
        for piece in pieces(answer):
            out.write(piece.encode())
        out.write(b"\n")


def _number(sign: re.Match[str]) -> str:
    """A sign that acts on a screen, or that UTF-8 does not have, as JSON writes it by its number."""
    units = sign[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise AssertionError(f"{type(value).__name__} has no form in JSON")
