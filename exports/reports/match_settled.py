"""What was settled of many transfers at once: those that are certain, or those that were filled in on the list."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from exports.formats.terminal import format_table
from exports.reports.next_step import next_step
from exports.reports.report import Column, Json, Table
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _, ngettext
from ledger.intake import REFERENCE
from ledger.statements import labels

if TYPE_CHECKING:
    from ledger.allocations import Part
    from ledger.booking.matches import Match


class MatchedByItself(Refusal):
    """{option} says by itself what is settled, and {beside} was typed beside it"""

    option: str
    beside: list[str]
    exit = Exit.USAGE
    instead = N_("type {option} alone, or leave it out")


def require_alone(deposit: str | None, *, certain: bool, file: Path | None, out: Path | None) -> None:
    """Refuses words beside --from or --certain that say something else (matched-by-itself)."""
    typed = {"--from": file, "--certain": certain, "DEPOSIT": deposit, "--out": out}
    said = [word for word, value in typed.items() if value]
    if said and said[0] in ("--from", "--certain") and len(said) > 1:
        raise MatchedByItself(said[0], said[1:])


def _parts(parts: "Sequence[Part]") -> str:
    return labels.joined(
        [part.application if part.yen is None else f"{part.application}={part.yen:,}" for part in parts]
    )


_TABLE = Table(
    columns=(
        Column("deposit", REFERENCE, width=16),
        Column("parts", N_("Pays for"), show=_parts, width=30),
    )
)


def told(matches: "Sequence[Match]") -> tuple[str, Json, str]:
    """What was settled, in words and for other programs; and the list of it."""
    new = [match for match in matches if match.new]
    lines = []
    if new:
        lines.append(
            ngettext("{count} transfer is settled and posted.", "{count} transfers are settled and posted.", len(new))
        )
    if before := len(matches) - len(new):
        lines.append(
            ngettext(
                "{count} transfer had been settled so before.", "{count} transfers had been settled so before.", before
            )
        )
    if not matches:
        lines.append(_("Nothing is settled: no transfer is certain, or nothing was filled in."))
    data = {
        "settled": [
            {
                "deposit": match.deposit,
                "parts": [{"application": part.application, "yen": part.yen} for part in match.parts],
                "changed": match.new,
            }
            for match in matches
        ]
    }
    return "\n".join([*lines, next_step("todo")]), data, f"{format_table(_TABLE.block(new))}\n" if new else ""
