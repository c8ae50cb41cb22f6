"""訂正・取消一覧: each reversal with the entry that it reverses and what was posted in its place; who, when, why."""

from collections.abc import Callable
from datetime import date
from typing import Any

from exports.formats.sheet import Sheet
from exports.reports.report import Column, Table, sheet
from ledger.booking.events import describe
from ledger.i18n import N_, _
from ledger.journal.ledgers import JournalEntry
from ledger.statements.corrections import CorrectedEntry

NAME = N_("Corrections and reversals")


def _of(entry: str, get: Callable[[JournalEntry], Any]) -> Callable[[CorrectedEntry], Any]:
    def said(row: CorrectedEntry) -> Any:
        of: JournalEntry | None = getattr(row, entry)
        return None if of is None else get(of)

    return said


def _yen(entry: JournalEntry) -> int:
    """What the entry debits in all."""
    return sum(movement.yen for movement in entry.movements)


def _text(entry: JournalEntry) -> str:
    return describe(entry.event, entry.movements)


_TABLE = Table(
    columns=(
        Column("no", N_("Reversal, entry No."), "reversal.no", "number", 9),
        Column("on", N_("Reversed on"), "reversal.on", "day", 17),
        Column("original", N_("Reverses entry No."), "original.no", "number", 9),
        Column("original_on", N_("of the day"), "original.on", "day", 17, importance=1),
        Column("text", N_("Description"), lambda row: _text(row.original), width=44, wrap=True),
        Column("amount", N_("Amount reversed"), lambda row: _yen(row.reversal), "yen", 14, total=True),
        Column("instead", N_("Posted instead, entry No."), _of("instead", lambda entry: entry.no), "number", 10),
        Column("instead_on", N_("on the day"), _of("instead", lambda entry: entry.on), "day", 17, importance=1),
        Column("instead_amount", N_("Amount posted instead"), _of("instead", _yen), "yen", 14, total=True),
        Column("reason", N_("Reason"), lambda row: _(row.reversal.reason), width=28, wrap=True, importance=3),
        Column("original_by", N_("Entered by"), "original.by"),
        Column("by", N_("Reversed by"), "reversal.by"),
        Column("recorded_at", N_("Reversed at (Japan time)"), "reversal.recorded_at", "moment", 20),
    ),
    total=N_("Total"),
    label_at="text",
)


def month(rows: list[CorrectedEntry], period: tuple[date, date]) -> Sheet:
    """Every correction of a month: no entry is ever edited or deleted."""
    return sheet(NAME, _TABLE.block(rows), period=period)
