"""What a bank's statement says of refunds: the lines that are of one, with how that is known, and those left open."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from exports.formats.terminal import format_table
from exports.reports.next_step import next_step
from exports.reports.report import Column, Json, Table
from ledger.errors import Refusal
from ledger.i18n import N_, _, ngettext
from ledger.statements import labels

if TYPE_CHECKING:
    from ledger.booking.on_statement import FoundLine, OpenLine, StatementLine
    from ledger.booking.statement_refunds import Recorded


class StatementAlone(Refusal):
    """a statement says by itself what was paid and when, and {beside} was typed beside it"""

    beside: str
    instead = N_("type --from alone, or leave it out")


class NoneReturned(Refusal):
    """neither a refund with a reason nor a statement was named, so nothing is recorded"""

    instead = N_(
        "name its number and the reason: seisan refund returned NO --reason …; or the bank's file: --from FILE"
    )


class _Said(NamedTuple):
    """A line as it is told, with its refunds and how they are known, or why not; `recorded`: in the books before it."""

    line: "StatementLine"
    refunds: tuple[int, ...]
    files: tuple[int, ...]
    recorded: bool | None
    word: str
    code: str


_TABLE = Table(
    columns=(
        Column("row", N_("Line"), "line.row", "number", 6),
        Column("on", N_("Date"), "line.on", "day", 17),
        Column("amount", N_("Amount"), "line.yen", "yen"),
        Column("says", N_("As the bank wrote it"), lambda said: " ".join(said.line.says), width=28),
        Column("refunds", N_("Refund No."), "refunds", show=lambda numbers: labels.joined(map(str, numbers)), width=12),
        Column("how", N_("How it is known"), "word", width=30),
    )
)


def require_alone(statement: Path | None, **beside: Any) -> None:
    """Refuses words that say the same as a statement beside it (statement-alone)."""
    typed = [f"--{name}" if name != "numbers" else "NO" for name, value in beside.items() if value]
    if statement is not None and typed:
        raise StatementAlone(", ".join(typed))


def told(recorded: "Recorded", *, back: bool) -> tuple[str, Json, str]:
    """What was recorded by a statement, in words and for other programs; and the list of its lines."""
    from ledger.booking.on_statement import HOW, WHY

    found = [_found(line, HOW) for line in recorded.said.found]
    left = [_open(line, WHY) for line in recorded.said.open]
    new = sorted(step.no for step in recorded.steps)
    data = {
        "recorded": new,
        "found": [_json(said, how=said.code, recorded_before=said.recorded) for said in found],
        "open": [_json(said, why=said.code, files=list(said.files), deposit=said.line.deposit) for said in left],
    }
    return "\n".join(_words(new, found, left, back=back)), data, "\n".join(_lists(found, left))


def _found(line: "FoundLine", words: dict[str, str]) -> _Said:
    word = _(words[line.how])
    if line.recorded:
        word = _("{how}; recorded before", how=word)
    return _Said(line.line, line.refunds, (), line.recorded, word, line.how)


def _open(line: "OpenLine", words: dict[str, str]) -> _Said:
    return _Said(line.line, line.refunds, line.files, None, _(words[line.why]), line.why)


def _json(said: _Said, **further: object) -> Json:
    of_line = {"row": said.line.row, "on": said.line.on, "amount": said.line.yen, "says": list(said.line.says)}
    return of_line | {"refunds": list(said.refunds)} | further


def _lists(found: list[_Said], left: list[_Said]) -> Iterator[str]:
    for title, lines in ((N_("Found on the statement"), found), (N_("Left to a person"), left)):
        if lines:
            yield f"{_(title)}\n{format_table(_TABLE.block(lines))}\n"


def _words(new: list[int], found: list[_Said], left: list[_Said], *, back: bool) -> Iterator[str]:
    before = sum(said.recorded is True for said in found)
    yield _recorded(new, back=back) if new else _("Nothing new is recorded by this statement.")
    if before:
        yield ngettext("{count} line had been recorded before.", "{count} lines had been recorded before.", before)
    if left:
        yield ngettext(
            "! {count} line is left to you; nothing is guessed.",
            "! {count} lines are left to you; nothing is guessed.",
            len(left),
        )
        yield from _next(left)
    elif new and back:
        yield next_step("refund", "list")


def _recorded(new: list[int], *, back: bool) -> str:
    from ledger.store.numbers import spans

    if back:
        return ngettext(
            "By the statement {count} transfer came back: {numbers}",
            "By the statement {count} transfers came back: {numbers}",
            len(new),
            numbers=spans(new),
        )
    return ngettext(
        "By the statement {count} refund is paid: {numbers}",
        "By the statement {count} refunds are paid: {numbers}",
        len(new),
        numbers=spans(new),
    )


def _next(left: Iterable[_Said]) -> Iterator[str]:
    """What is typed for a line that is left open, by somebody who has to know what it is."""
    if (said := next((said for said in left if said.files), None)) is not None:
        yield next_step("refund", "paid", "--file", said.files[0], "--on", said.line.on)
    elif (said := next((said for said in left if said.refunds), None)) is not None:
        yield next_step("refund", "show", said.refunds[0])
