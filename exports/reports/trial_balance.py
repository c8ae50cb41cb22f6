"""合計残高試算表: the sums and balances of every account, and below it how each got there in the period."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from exports.formats.sheet import Block, Column, Marked, Sheet, Values
from exports.reports import ISSUER
from ledger.i18n import _, say
from ledger.journal.balances import Balance, Change
from ledger.journal.chart import Chart

# ja: 試算表
NAME = _("Trial balance")
# ja: 合計残高試算表
TITLE = _("Trial balance of totals and balances")
# ja: 合計
TOTAL = _("Total")

_SIDES = (
    # ja: 借方残高
    Column(_("Debit balance"), "yen", 16, total=True),
    # ja: 借方合計
    Column(_("Debit total"), "yen", 16, total=True),
    # ja: 勘定科目
    Column(_("Account"), width=30),
    # ja: 貸方合計
    Column(_("Credit total"), "yen", 16, total=True),
    # ja: 貸方残高
    Column(_("Credit balance"), "yen", 16, total=True),
)
_PERIOD = (
    # ja: 前月繰越
    Column(_("Brought forward"), "yen", 16, total=True),
    # ja: 当月借方
    Column(_("Debits of the month"), "yen", 16, total=True),
    Column(_("Account"), width=30),
    # ja: 当月貸方
    Column(_("Credits of the month"), "yen", 16, total=True),
    # ja: 当月残高
    Column(_("Balance of the month"), "yen", 16, total=True),
)
_KINDS = {
    # ja: 資産計
    "asset": _("Assets in total"),
    # ja: 負債計
    "liability": _("Liabilities in total"),
    # ja: 収益計
    "revenue": _("Revenues in total"),
    # ja: 費用計
    "expense": _("Expenses in total"),
}


def month(changes: list[Change], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The trial balance up to the end of a month, and below it the changes of the month itself."""
    closing = [each.closing for each in changes]
    own = Block(
        _PERIOD, _changed(changes, chart), heading=_("Changes of the month (balances on the account's own side)")
    )
    return Sheet(
        name=NAME,
        title=TITLE,
        blocks=(Block(_SIDES, _balances(closing, chart), total=TOTAL), own),
        period=period,
        issuer=ISSUER,
    )


def as_of(balances: list[Balance], chart: Chart, day: date) -> Sheet:
    """The trial balance as of a day."""
    block = Block(_SIDES, _balances(balances, chart), total=TOTAL)
    return Sheet(name=NAME, title=TITLE, blocks=(block,), as_of=day, issuer=ISSUER)


def _balances(balances: Iterable[Balance], chart: Chart) -> Iterator[Values]:
    for each in balances:
        left = each.debit - each.credit
        yield (max(left, 0), each.debit, chart.name(each.code), each.credit, max(-left, 0))


def _changed(changes: list[Change], chart: Chart) -> Iterator[Values | Marked]:
    for kind, several in groupby(changes, key=lambda each: each.opening.kind):
        for each in several:
            yield (
                each.opening.balance,
                each.debit,
                chart.name(each.opening.code),
                each.credit,
                each.closing.balance,
            )
        yield Marked("subtotal", (None, None, say(_KINDS[kind]), None, None))
