"""Transfers on a statement of the bank: which lines pay refunds, and which bring one back, as far as that is certain.

A line is of a refund when it names the refund's number and has its yen, or names its payee and has its yen and no other
line or refund could be meant; or it is a whole payment file: its total, on its day, and said to be one. Anything else
is left to a person, with what it could be.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ledger.i18n import N_
from ledger.kana import search_key

# Why a line is left to a person.
WHY = {
    "nothing": N_("no refund of that sum or payee waits for it"),
    "several": N_("more than one could be meant"),
    "other-yen": N_("the yen are not those of the refund that it names"),
    "other-payee": N_("as much as a refund, and its payee is not named"),
    "not-waiting": N_("the refund that it names does not wait for this"),
    "file-not-named": N_("as much as a payment file on its day, and not said to be one"),
    "is-deposit": N_("the books have it as a transfer received; take that back first: seisan withdraw IMPORT:ROW"),
    "no-word": N_("as much as was paid to this payee, and not said to have come back"),
}

# How a line was known.
HOW = {
    "number": N_("by the number of the refund"),
    "payee": N_("by payee and yen"),
    "file": N_("by the total of the payment file"),
}

# What banks write beside the total of a payment file, and beside a transfer that came back, as it is compared.
_WHOLE_FILE = ("総合振込", "総振", "ソウゴウフリコミ", "ソウフリ")
_CAME_BACK = (
    *("組戻", "組み戻", "振込不能", "不能返", "クミモドシ", "フリコミフノウ", "フノウ"),
    *("返却", "ヘンキヤク"),
)
# What they write before the name of a payee, and is no part of it.
_BEFORE_NAMES = re.compile(
    "^(?:振込(?:不能|組戻シ?|資金返却)?|組戻シ?|返却|フリコミ(?:フノウ|クミモドシ)?|クミモドシ|ソウキン|ヘンキヤク)+"
)
# Our number of a refund as the payment file has it (顧客コード1), by itself.
_NUMBER = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])")


@dataclass(frozen=True)
class StatementLine:
    """A line of the statement: its row, its day, whether money went out, yen, and what the bank wrote beside it.

    `corrects`: the bank takes an earlier line back by it. `deposit` is the transfer received that it is in the books.
    """

    row: int
    on: date
    out: bool
    yen: int
    says: tuple[str, ...]
    corrects: bool = False
    deposit: str | None = None

    @cached_property
    def text(self) -> str:
        """What the bank wrote, in full width, to be looked through."""
        return unicodedata.normalize("NFKC", " ".join(self.says))

    @cached_property
    def keys(self) -> set[str]:
        """What the bank wrote, part by part, as names are compared; and the same without a word before the name."""
        said = [search_key(part) for part in self.says]
        return {*said, *(_BEFORE_NAMES.sub("", key) for key in said)}

    @cached_property
    def numbers(self) -> set[int]:
        """The numbers of refunds that it may name."""
        return {int(found) for found in _NUMBER.findall(self.text)}

    def names(self, payee: str) -> bool:
        """Whether this payee, and nobody of a longer name, is named."""
        key = search_key(payee)
        return bool(key) and key in self.keys

    def says_any(self, words: Iterable[str]) -> bool:
        """Whether any of these words stands in it."""
        text = search_key(self.text)
        return any(search_key(word) in text for word in words)


@dataclass(frozen=True)
class Awaited:
    """A refund that a line may be of: its yen, its payee as banks read it, and the days on which the line may lie.

    `recorded`: it is in the books already, so that the line says it once more. `file` is the payment file it is in.
    """

    refund: int
    yen: int
    payee: str
    first: date
    last: date
    recorded: bool = False
    file: int | None = None

    def may_be(self, line: StatementLine) -> bool:
        """Whether the line lies on a day on which it may be of this refund, and has its yen."""
        return self.first <= line.on <= self.last and line.yen == self.yen


@dataclass(frozen=True)
class FoundLine:
    """A line with the refunds that it is of, and how that is known; `recorded`: the books have all of it already."""

    line: StatementLine
    refunds: tuple[int, ...]
    how: str
    recorded: bool


@dataclass(frozen=True)
class OpenLine:
    """A line that is left to a person: why, and the refunds, or the payment files, that could be meant."""

    line: StatementLine
    why: str
    refunds: tuple[int, ...] = ()
    files: tuple[int, ...] = ()


@dataclass(frozen=True)
class OnStatement:
    """What a statement says of refunds: the lines that are of one for certain, and those left to a person."""

    found: tuple[FoundLine, ...]
    open: tuple[OpenLine, ...]


def paid(lines: Sequence[StatementLine], awaited: Sequence[Awaited]) -> OnStatement:
    """Which lines pay which of these refunds; every other line on which money went out is left to a person."""
    going_out = [line for line in lines if line.out and not line.corrects]
    found, left = _named(going_out, awaited)
    open_, rest = _misnamed(left, awaited)
    whole, unsure, rest = _whole_files(rest, awaited, found)
    found += whole
    by_payee, several, rest = _by_payee(rest, [refund for refund in awaited if not _of(refund, found)])
    of_file = {line.line: line for line in unsure}
    open_ += several + [of_file.get(line) or _unlike(line, awaited) for line in rest]
    return _ordered(found + by_payee, open_)


def returned(lines: Sequence[StatementLine], awaited: Sequence[Awaited]) -> OnStatement:
    """Which lines bring back the transfers of which of these refunds, which were paid.

    Left to a person are the lines that say so of nothing known, and those that look like it and do not say so; a line
    on which money came in for another reason is none of both.
    """
    coming_in = [line for line in lines if not line.out]
    found, left = _named(coming_in, awaited)
    open_, rest = _misnamed(left, awaited, unknown=False)
    said = [line for line in rest if line.corrects or line.says_any(_CAME_BACK)]
    by_payee, several, unknown = _by_payee(said, [refund for refund in awaited if not _of(refund, found)])
    open_ += several + [_unlike(line, awaited) for line in unknown]
    for line in (line for line in rest if line not in said):
        if alike := [refund for refund in awaited if refund.may_be(line) and line.names(refund.payee)]:
            open_.append(OpenLine(line, "no-word", _numbers(alike)))
    found += by_payee
    open_ += [OpenLine(line.line, "is-deposit", line.refunds) for line in found if _is_deposit(line)]
    return _ordered([line for line in found if not _is_deposit(line)], open_)


def _is_deposit(found: FoundLine) -> bool:
    """Whether the money would stand in the books twice: as a transfer received, and as one that came back."""
    return found.line.deposit is not None and not found.recorded


# --- one way after the other ----------------------------------------------------------------------------------------

_Left = list[StatementLine]


def _named(lines: _Left, awaited: Sequence[Awaited]) -> tuple[list[FoundLine], _Left]:
    """The lines that name the number of one refund and have its yen; of two that name the same one, neither."""
    found: list[FoundLine] = []
    left: _Left = []
    naming: dict[int, list[StatementLine]] = defaultdict(list)
    by_number = {refund.refund: refund for refund in awaited}
    for line in lines:
        numbers = line.numbers & by_number.keys()
        refund = by_number[min(numbers)] if len(numbers) == 1 else None
        if refund is not None and refund.may_be(line):
            naming[refund.refund].append(line)
        else:
            left.append(line)
    for no, by_line in naming.items():
        if len(by_line) == 1:
            found.append(FoundLine(by_line[0], (no,), "number", by_number[no].recorded))
        else:
            left += by_line
    return found, left


def _misnamed(
    lines: _Left, awaited: Sequence[Awaited], *, unknown: bool = True
) -> tuple[list[OpenLine], list[StatementLine]]:
    """The lines that name a number and are not of that refund for certain; and the others."""
    by_number = {refund.refund: refund for refund in awaited}
    open_: list[OpenLine] = []
    rest: _Left = []
    for line in lines:
        known = sorted(line.numbers & by_number.keys())
        if len(known) > 1 or (known and by_number[known[0]].may_be(line)):
            open_.append(OpenLine(line, "several", tuple(known)))
        elif known:
            why = "other-yen" if by_number[known[0]].yen != line.yen else "not-waiting"
            open_.append(OpenLine(line, why, tuple(known)))
        elif unknown and line.numbers and any(0 < no < _MOST_REFUNDS for no in line.numbers):
            open_.append(OpenLine(line, "not-waiting", tuple(sorted(no for no in line.numbers if no < _MOST_REFUNDS))))
        else:
            rest.append(line)
    return open_, rest


# A number of ten digits below this is rather a refund's than an account's.
_MOST_REFUNDS = 1_000_000


def _whole_files(
    lines: _Left, awaited: Sequence[Awaited], paid_alone: Iterable[FoundLine]
) -> tuple[list[FoundLine], list[OpenLine], list[StatementLine]]:
    """The lines that are the total of a payment file; those that may be and do not say so; and the others.

    A file of which any refund was paid by a line of its own has no total.
    """
    files: dict[int, list[Awaited]] = defaultdict(list)
    for refund in awaited:
        if refund.file is not None:
            files[refund.file].append(refund)
    for no in [no for no, inside in files.items() if any(_of(refund, paid_alone) for refund in inside)]:
        del files[no]
    found: list[FoundLine] = []
    unsure: list[OpenLine] = []
    rest: _Left = []
    for line in lines:
        alike = [
            no
            for no, inside in files.items()
            if sum(refund.yen for refund in inside) == line.yen
            and all(refund.first <= line.on <= refund.last for refund in inside)
        ]
        says_so = line.says_any(_WHOLE_FILE)
        if len(alike) == 1 and says_so:
            inside = files.pop(alike[0])
            found.append(FoundLine(line, _numbers(inside), "file", all(refund.recorded for refund in inside)))
            continue
        if alike:
            unsure.append(OpenLine(line, "several" if says_so else "file-not-named", files=tuple(sorted(alike))))
        rest.append(line)
    return found, unsure, rest


def _by_payee(lines: _Left, awaited: Sequence[Awaited]) -> tuple[list[FoundLine], list[OpenLine], list[StatementLine]]:
    """The lines that name a payee of as many refunds of their yen as there are such lines; those of more or fewer; the
    others.
    """
    alike: dict[tuple[Awaited, ...], _Left] = defaultdict(list)
    for line in lines:
        alike[tuple(refund for refund in awaited if refund.may_be(line) and line.names(refund.payee))].append(line)
    rest = alike.pop((), [])
    shared: dict[Awaited, int] = defaultdict(int)
    for refunds in alike:
        for refund in refunds:
            shared[refund] += 1
    found: list[FoundLine] = []
    open_: list[OpenLine] = []
    for refunds, meant in alike.items():
        recorded = {refund.recorded for refund in refunds}
        if len(refunds) == len(meant) and len(recorded) == 1 and all(shared[refund] == 1 for refund in refunds):
            pairs = zip(meant, refunds, strict=True)
            found += [FoundLine(line, (refund.refund,), "payee", refund.recorded) for line, refund in pairs]
        else:
            open_ += [OpenLine(line, "several", _numbers(refunds)) for line in meant]
    return found, open_, rest


def _unlike(line: StatementLine, awaited: Sequence[Awaited]) -> OpenLine:
    """Why a line is of no refund."""
    reasons: tuple[tuple[str, Callable[[Awaited], bool]], ...] = (
        ("other-yen", lambda refund: refund.first <= line.on <= refund.last and line.names(refund.payee)),
        ("other-payee", lambda refund: refund.may_be(line)),
    )
    for why, holds in reasons:
        if like := [refund for refund in awaited if holds(refund)]:
            return OpenLine(line, why, _numbers(like))
    return OpenLine(line, "nothing")


# --- put together ---------------------------------------------------------------------------------------------------


def _of(refund: Awaited, found: Iterable[FoundLine]) -> bool:
    return any(refund.refund in line.refunds for line in found)


def _numbers(refunds: Iterable[Awaited]) -> tuple[int, ...]:
    return tuple(sorted(refund.refund for refund in refunds))


def _ordered(found: Iterable[FoundLine], open_: Iterable[OpenLine]) -> OnStatement:
    by_row: Iterator[OpenLine] = iter(sorted(open_, key=lambda line: line.line.row))
    return OnStatement(tuple(sorted(found, key=lambda line: line.line.row)), tuple(by_row))
