"""返金一覧: refunds and returned overpayments, with their states."""

from dataclasses import replace
from typing import TYPE_CHECKING

from exports.reports.report import AS_OF, Column, Question, Report
from exports.reports.settlements import COLUMNS, STEPS, SUBTOTAL, TOTAL, in_order, settled
from ledger.i18n import N_

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.statements.settlements import SettlementLine


def _rows(connection: "Connection", question: Question) -> "list[SettlementLine]":
    refunds = [row for row in settled(connection, question) if row.way != "credit"]
    return sorted(refunds, key=lambda row: row.no)


REPORT = Report(
    name="refund list",
    title=N_("Refunds"),
    summary=N_("Refunds and returned overpayments, with their states."),
    examples=("refund list", "refund list --out 返金一覧.xlsx"),
    parameters=(AS_OF,),
    rows=_rows,
    columns=(
        *COLUMNS,
        Column("payment_file", N_("Payment file No."), kind="number"),
        # A refund is of an application's fee, or of a deposit that was never due.
        Column("application", get=lambda row: row.application if row.way == "refund" else None),
        Column("deposit", get="target"),
        Column("account_waits", kind="flag"),
        STEPS,
    ),
    total=TOTAL,
    subtotal=SUBTOTAL,
    label_at="name",
    order=in_order,
    dated=True,
)

OVERPAID = replace(REPORT, name="overpaid list", examples=("overpaid list", "overpaid list --out 返金一覧.xlsx"))
