"""会別集計: members, applications, money and answers of each association."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from exports.formats.sheet import Sheet
from exports.reports.report import Column, Table, sheet
from ledger.codes import OUTCOMES as IN_ORDER
from ledger.i18n import N_
from ledger.statements.associations import Association
from ledger.statements.labels import OUTCOMES

NAME = N_("By association")


def _answers(at: int) -> Callable[[Any], int]:
    return lambda row: int(row.by_outcome[at])


_TABLE = Table(
    columns=(
        Column("name", N_("Association"), width=10, importance=3),
        Column("members", N_("Members"), kind="count", width=9, total=True, importance=1),
        Column("applications", N_("Applications"), kind="count", width=9, total=True, importance=1),
        Column("received", N_("Received in the month"), kind="yen", width=13, total=True),
        Column("refunded", N_("Set aside for refunds in the month"), kind="yen", width=13, total=True),
        Column("credited", N_("Credited in the month"), kind="yen", width=13, total=True),
        Column("received_to_date", N_("Received to date"), kind="yen", width=13, total=True, importance=1),
        Column("refunded_to_date", N_("Set aside for refunds to date"), kind="yen", width=13, total=True, importance=1),
        Column("credited_to_date", N_("Credited to date"), kind="yen", width=13, total=True, importance=1),
        Column("left", N_("Held at the end"), kind="yen", width=13, total=True, importance=3),
        *(
            Column(outcome, OUTCOMES[outcome], _answers(at), "count", 9, total=True)
            for at, outcome in enumerate(IN_ORDER)
        ),
    ),
    total=N_("Total"),
)


def month(rows: Iterable[Association], period: tuple[date, date]) -> Sheet:
    """Each association from north to south: the month's money, the money to date, and the answers at its end."""
    note = N_("A refund counts from the day it was proposed. Answers are the findings as of the last day.")
    return sheet(NAME, _TABLE.block(rows), period=period, notes=(note,))
