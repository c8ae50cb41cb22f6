"""遅延入力一覧: the entries entered later after their day than the office's cycle of entering allows."""

from collections.abc import Iterable
from datetime import date

from exports.formats.sheet import Sheet
from exports.reports.report import Column, Table, sheet
from ledger.booking.events import description
from ledger.i18n import N_, _
from ledger.statements.late import CYCLE_MONTHS, LateEntry

NAME = N_("Entered late")
_TABLE = Table(
    columns=(
        Column("no", N_("Entry No."), "entry.no", "number", 9),
        Column("fact_on", N_("Day of the fact"), kind="day", width=17),
        Column("on", N_("Date of the entry"), "entry.on", "day", 17),
        Column("entered_on", N_("Entered on"), kind="day", width=17),
        Column("days", N_("Days late"), kind="count", width=9),
        Column("text", N_("Description"), lambda row: description(row.entry), width=56, wrap=True),
        Column(
            "amount",
            N_("Amount"),
            lambda row: sum(movement.yen for movement in row.entry.movements),
            "yen",
            14,
            total=True,
        ),
        Column("by", N_("Entered by"), "entry.by"),
    ),
    total=N_("Total"),
    label_at="text",
)


def month(rows: Iterable[LateEntry], period: tuple[date, date]) -> Sheet:
    """The entries of a month that were entered after the cycle had ended."""
    note = _("Listed is what was entered more than {months} months after its day (通達 8-11).", months=CYCLE_MONTHS)
    return sheet(NAME, _TABLE.block(rows), period=period, notes=(note,))
