"""総勘定元帳: each account from what was brought forward, line by line, to what is carried forward.

Every movement has one account on its other side, so the counter account is always named and never 諸口.
"""

from collections.abc import Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Marked, Sheet, Values
from exports.reports import ISSUER
from ledger.booking.events import description
from ledger.i18n import _, say
from ledger.journal.chart import Chart
from ledger.journal.ledgers import AccountLedger

# ja: 総勘定元帳
NAME = _("General ledger")
# ja: 前月繰越
BROUGHT_FORWARD = _("Brought forward")
# ja: 当月合計
MONTH_TOTALS = _("Totals of the month")
# ja: 次月繰越
CARRIED_FORWARD = _("Carried forward")

COLUMNS = (
    Column(_("Date"), "day", 17),
    Column(_("Entry No."), "number", 9),
    # ja: 相手勘定科目
    Column(_("Counter account"), width=26),
    # ja: 補助
    Column(_("Part"), width=14),
    Column(_("Description"), width=46, wrap=True),
    # ja: 借方
    Column(_("Debit"), "yen", 14, total=True),
    # ja: 貸方
    Column(_("Credit"), "yen", 14, total=True),
    # ja: 差引残高
    Column(_("Balance"), "yen", 14),
)


def month(ledgers: list[AccountLedger], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The general ledger of a month: the accounts that moved in it or that anything was brought forward in."""
    first, last = period
    shown = [each for each in ledgers if each.lines or each.opening.balance]
    blocks = tuple(
        Block(COLUMNS, _rows(each, chart, first, last), heading=chart.name(each.opening.code), new_page=bool(at))
        for at, each in enumerate(shown)
    )
    return Sheet(
        name=NAME,
        title=NAME,
        blocks=blocks or (Block(COLUMNS, ()),),
        period=period,
        issuer=ISSUER,
        landscape=True,
    )


def _rows(ledger: AccountLedger, chart: Chart, first: date, last: date) -> Iterator[Values | Marked]:
    yield _carried(first, BROUGHT_FORWARD, ledger.opening.balance)
    for each in ledger.lines:
        line, entry = each.line, each.entry
        yield (
            entry.on,
            entry.no,
            chart.name(line.counter),
            chart.part(line.account, line.application, line.deposit),
            description(entry),
            line.debit,
            line.credit,
            each.left,
        )
    yield Marked("subtotal", (None, None, None, None, say(MONTH_TOTALS), None, None, None))
    yield _carried(last, CARRIED_FORWARD, ledger.closing.balance)


def _carried(day: date, text: str, yen: int) -> Values:
    return (day, None, None, None, say(text), None, None, yen)
