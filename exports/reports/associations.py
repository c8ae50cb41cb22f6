"""会別集計: members, applications, money and answers of each association."""

from collections.abc import Iterable
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.i18n import N_
from ledger.statements.associations import Association
from ledger.statements.labels import OUTCOMES
from ledger.tables import OUTCOMES as IN_ORDER

NAME = N_("By association")

COLUMNS = (
    Column(N_("Association"), width=10),
    Column(N_("Members"), "count", 9, total=True),
    Column(N_("Applications"), "count", 9, total=True),
    Column(N_("Received in the month"), "yen", 13, total=True),
    Column(N_("Refunded in the month"), "yen", 13, total=True),
    Column(N_("Credited in the month"), "yen", 13, total=True),
    Column(N_("Received to date"), "yen", 13, total=True),
    Column(N_("Refunded to date"), "yen", 13, total=True),
    Column(N_("Credited to date"), "yen", 13, total=True),
    Column(N_("Held at the end"), "yen", 13, total=True),
    *(Column(OUTCOMES[outcome], "count", 9, total=True) for outcome in IN_ORDER),
)


def month(rows: Iterable[Association], period: tuple[date, date]) -> Sheet:
    """Each association from north to south: the month's money, the money to date, and the answers at its end."""

    def cells(each: Association) -> Values:
        return (
            each.name,
            each.members,
            each.applications,
            each.received,
            each.refunded,
            each.credited,
            each.received_to_date,
            each.refunded_to_date,
            each.credited_to_date,
            each.left,
            *each.by_outcome,
        )

    return Sheet(
        name=NAME,
        title=NAME,
        blocks=(Block(COLUMNS, map(cells, rows), total=N_("Total")),),
        period=period,
        issuer=ISSUER,
        landscape=True,
        notes=(N_("A refund counts from the day it was proposed. Answers are the findings as of the last day."),),
    )
