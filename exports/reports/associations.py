"""会別集計: members, applications, money and answers of each association."""

from collections.abc import Iterable
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.i18n import _
from ledger.statements.associations import Association
from ledger.statements.labels import OUTCOMES
from ledger.tables import OUTCOMES as IN_ORDER

# ja: 会別集計
NAME = _("By association")

COLUMNS = (
    Column(_("Association"), width=10),
    # ja: 会員数
    Column(_("Members"), "count", 9, total=True),
    # ja: 申込数
    Column(_("Applications"), "count", 9, total=True),
    # ja: 当月入金
    Column(_("Received in the month"), "yen", 13, total=True),
    # ja: 当月返金
    Column(_("Refunded in the month"), "yen", 13, total=True),
    # ja: 当月充当
    Column(_("Credited in the month"), "yen", 13, total=True),
    # ja: 入金累計
    Column(_("Received to date"), "yen", 13, total=True),
    # ja: 返金累計
    Column(_("Refunded to date"), "yen", 13, total=True),
    # ja: 充当累計
    Column(_("Credited to date"), "yen", 13, total=True),
    # ja: 預り金残高
    Column(_("Held at the end"), "yen", 13, total=True),
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
        blocks=(Block(COLUMNS, map(cells, rows), total=_("Total")),),
        period=period,
        issuer=ISSUER,
        landscape=True,
        notes=(_("A refund counts from the day it was proposed. Answers are the findings as of the last day."),),
    )
