"""充当一覧: credits to a reissue, with their states."""

from typing import TYPE_CHECKING

from exports.reports.report import AS_OF, Column, Question, Report
from exports.reports.settlements import COLUMNS, STEPS, SUBTOTAL, TOTAL, settled
from ledger.i18n import N_

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.statements.settlements import SettlementLine


def _rows(connection: "Connection", question: Question) -> "list[SettlementLine]":
    return [row for row in settled(connection, question) if row.way == "credit"]


REPORT = Report(
    name="credit list",
    title=N_("Credits"),
    summary=N_("Credits, with their states."),
    examples=("credit list", "credit list --json"),
    parameters=(AS_OF,),
    rows=_rows,
    columns=(*COLUMNS, Column("application"), Column("to", get="target"), STEPS),
    total=TOTAL,
    subtotal=SUBTOTAL,
    label_at="name",
    dated=True,
)
