"""仮受金明細: each deposit that waits in suspense, since when, and what is known of whose it is."""

from datetime import date
from typing import TYPE_CHECKING

from exports.formats.sheet import Sheet
from exports.reports.report import Column, Line, Table, sheet
from ledger.i18n import N_, _, either
from ledger.statements.labels import AGES, joined, label

if TYPE_CHECKING:
    from ledger.statements.suspense import SuspenseDeposit

NAME = N_("Suspense receipts")

# What is known of whose a deposit is that waits.
_STATES = {
    "kept_over": N_("beyond what is due of the fees it pays for"),
    "one_candidate": N_("one application that it could pay for"),
    "candidates": N_("several applications that it could pay for"),
    "no_candidate": N_("no application that it could pay for"),
}
_LISTED = 5


def _applications(row: "SuspenseDeposit") -> str:
    """The applications that it pays for, or the first of those that it could pay for."""
    numbers = row.applications or row.candidates
    more = [either("ほか", "and more")] if len(numbers) > _LISTED else []
    return joined([*numbers[:_LISTED], *more])


_TABLE = Table(
    columns=(
        Column("deposit", N_("Reference No."), "reference", width=16),
        Column("received_on", N_("Received on"), kind="day", width=17),
        Column("payer", N_("Payer"), width=24),
        Column("note", N_("Note"), width=16, importance=1),
        Column("amount", N_("Amount"), "yen", "yen", 13, total=True),
        Column("since", N_("In suspense since"), kind="day", width=17),
        Column("days", N_("Days in suspense"), kind="count", width=9),
        Column("left", N_("Left in suspense"), kind="yen", width=13, total=True),
        Column("state", N_("What is known"), width=34, show=lambda state: label(_STATES, state), wrap=True),
        Column("applications", N_("Pays for, or could pay for"), _applications, width=30, wrap=True),
    ),
    total=N_("Total"),
    label_at="payer",
)


AGEING = Table(
    columns=(
        Column("age", N_("Days in suspense"), width=16, show=lambda age: label(AGES, age)),
        Column("deposits", N_("Number of deposits"), "count", "count", 17, total=True),
        Column("yen", N_("Amount"), kind="yen", width=24, total=True),
    ),
    key="ageing",
    heading=N_("By the days in suspense"),
    total=N_("Total"),
)


def month(rows: list["SuspenseDeposit"], in_ledger: int, period: tuple[date, date], *, by_age: bool = True) -> Sheet:
    """What waits in suspense at the end of a month, the oldest first, beside the balance of the account, and by age."""
    from ledger.statements.suspense import ageing

    left = sum(row.left for row in rows)
    comparison = [
        Line({"payer": _("Balance of the general ledger"), "left": in_ledger}),
        Line({"payer": _("Difference"), "left": left - in_ledger}, formulas={"left": "{total.left}-{above.left}"}),
    ]
    compared = Table(_TABLE.columns, heading=N_("Comparison with the general ledger"))
    by_days = [AGEING.block(ageing((row.days, row.left) for row in rows))] if by_age else []
    return sheet(NAME, _TABLE.block(rows), compared.block(comparison), *by_days, period=period)
