"""Two spellings of one number, in a file or against the books, are one number: as it was first recorded.

A number that is new, and like a known one that lost its noughts or its hyphens, is asked about: it is refused, naming
the known one. Taken for new it would be a second application, and taken for the known one it could be another's.
"""

from array import array
from collections.abc import Iterator
from itertools import pairwise

from sqlalchemy import Connection

from ledger import codes
from ledger.errors import Problem
from ledger.intake.kind import InputRow
from ledger.kana import number_key, number_likenesses
from ledger.store import numbers


def spell_alike(connection: Connection, lines: list[InputRow]) -> list[Problem]:
    """Writes every number of the lines as the books have it, or else as the first of these lines has it.

    A number that could be several of the books is a problem (ambiguous-number), and so is a new one that is like a
    known one (another-spelling).
    """
    written: dict[str, dict[str, None]] = {kind: {} for kind in numbers.COLUMNS}
    for line in lines:
        for name in filter(numbers.NAMED.__contains__, line.values):
            written[numbers.NAMED[name]][str(line.values[name])] = None
    spelled: dict[str, dict[str, list[str]]] = {}  # those alone that are spelled otherwise
    suspected: dict[str, dict[str, list[str]]] = {}
    for kind, found in written.items():
        same = numbers.recorded(connection, kind, found)
        first: dict[str, str] = {}
        for number in found:  # in the order of the lines
            if number not in same and (earlier := first.setdefault(number_key(number), number)) != number:
                same[number] = [earlier]
        spelled[kind] = {number: others for number, others in same.items() if others != [number]}
        suspected[kind] = _suspected(connection, kind, list(first.values()))
    return [problem for line in lines for problem in _spell(line, spelled, suspected)]


def _suspected(connection: Connection, kind: str, new: list[str]) -> dict[str, list[str]]:
    """Of new numbers, those that are like one of the books, or like an earlier one of them; with what each is like."""
    found = numbers.alike(connection, kind, new)
    first: dict[str, str] = {}
    for number in _like_another(new):
        likenesses, sought = number_likenesses(number)
        if number not in found and (others := [first[likeness] for likeness in sought if likeness in first]):
            found[number] = [others[0]]
        for likeness in likenesses:
            first.setdefault(likeness, number)
    return found


def _like_another(new: list[str]) -> list[str]:
    """Those of the numbers of which another is like one, and perhaps a few more, in their order."""
    # By hashes, sorted: of 200,000 numbers that are like nothing the likenesses themselves would take 100 MB.
    hashes = sorted(array("q", (of for number in new for of in _hashes(number))))
    often = {one for one, other in pairwise(hashes) if one == other}
    return [number for number in new if not often.isdisjoint(_hashes(number))] if often else []


def _hashes(number: str) -> set[int]:
    likenesses, sought = number_likenesses(number)
    return {hash(likeness) for likeness in likenesses | sought}


def _spell(
    line: InputRow, spelled: dict[str, dict[str, list[str]]], suspected: dict[str, dict[str, list[str]]]
) -> Iterator[Problem]:
    corrected = []
    for name in filter(numbers.NAMED.__contains__, list(line.values)):
        number = str(line.values[name])
        same = spelled[numbers.NAMED[name]].get(number) or [number]
        if others := suspected[numbers.NAMED[name]].get(same[0]):
            yield line.problem(line.kind.headings[name], "another-spelling", value=number, numbers=others)
            line.values[name] = others[0]  # so that nothing is said of it as of a number that nobody knows
            continue
        if len(same) > 1:
            yield line.problem(line.kind.headings[name], "ambiguous-number", value=number, numbers=same)
        elif same[0] != number:
            line.values[name] = same[0]
            corrected.append(name)
    application = line.values.get("application")
    for name in codes.LINK_FACTS:
        if {name, "application"}.intersection(corrected) and line.values.get(name) == application is not None:
            yield line.problem(line.kind.headings[name], "itself", value=application)
