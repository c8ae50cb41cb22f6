"""領収一覧: the fees received, transfer by transfer."""

from dataclasses import replace
from typing import Any

from exports.reports.empty import Empty, first_day
from exports.reports.filters import ASSOCIATION, MEMBER, read_application
from exports.reports.filters import month as in_month
from exports.reports.report import APPLICATION, AS_OF, Column, Connection, Question, Report, member
from ledger.i18n import N_


def _rows(connection: Connection, question: Question) -> list[Any]:
    from ledger.statements.receipts import fees_received
    from ledger.store.owners import ever_theirs

    application, member = question["application"], question["member"]
    of = [application] if application is not None else None if member is None else ever_theirs(connection, member)
    return fees_received(connection, question["as_of"], of)


REPORT = Report(
    name="receipts",
    title=N_("Fees received"),
    summary=N_("The fees received, transfer by transfer, each of which a receipt can be written for."),
    examples=("receipts --month 2012-09", "receipts --association 東京 --json"),
    parameters=(
        AS_OF,
        ASSOCIATION,
        MEMBER,
        replace(APPLICATION, read=read_application, column="application"),
        in_month("received_on"),
    ),
    rows=_rows,
    list_key="receipts",
    columns=(
        Column("deposit", N_("Reference No."), width=16, importance=3),
        Column("received_on", N_("Received on"), kind="day", width=17, importance=3),
        Column("application", N_("Application No."), width=14, importance=3),
        *member(),
        Column("amount", N_("Amount, tax included"), "yen", "yen", total=True, importance=3),
        Column("tax_percent", N_("Tax rate"), kind="percent", width=6),
        Column("tax", N_("Tax inside"), kind="yen", width=10, total=True),
        Column("payer", N_("Payer"), width=24, importance=1),
    ),
    total=N_("Total"),
    dated=True,
    empty=Empty(N_("No fee was received."), "deposit", ("deposits",), first=first_day("deposit_known", "received_on")),
)
