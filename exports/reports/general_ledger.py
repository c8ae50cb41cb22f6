"""総勘定元帳: each account from what was brought forward, line by line, to what is carried forward.

Every movement has one account on its other side, so the counter account is always named and never 諸口.
"""

from collections.abc import Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, StyledRow, Values
from exports.reports import ISSUER
from ledger.booking.events import description
from ledger.i18n import N_, _
from ledger.journal.chart import Chart
from ledger.journal.ledgers import AccountLedger

NAME = N_("General ledger")
BROUGHT_FORWARD = N_("Brought forward")
MONTH_TOTALS = N_("Totals of the month")
CARRIED_FORWARD = N_("Carried forward")

COLUMNS = (
    Column(N_("Date"), "day", 17),
    Column(N_("Entry No."), "number", 9),
    Column(N_("Counter account"), width=26),
    Column(N_("Part"), width=14),
    Column(N_("Description"), width=46, wrap=True),
    Column(N_("Debit"), "yen", 14, total=True),
    Column(N_("Credit"), "yen", 14, total=True),
    Column(N_("Balance"), "yen", 14),
)


def month(ledgers: list[AccountLedger], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The general ledger of a month: the accounts that moved in it or that anything was brought forward in."""
    first, last = period
    shown = [ledger for ledger in ledgers if ledger.lines or ledger.opening.balance]
    blocks = tuple(
        Block(
            COLUMNS,
            _rows(account_ledger, chart, first, last),
            heading=chart.name(account_ledger.opening.code),
            new_page=bool(at),
        )
        for at, account_ledger in enumerate(shown)
    )
    return Sheet(
        name=NAME,
        title=NAME,
        blocks=blocks or (Block(COLUMNS, ()),),
        period=period,
        issuer=ISSUER,
        landscape=True,
    )


def _rows(ledger: AccountLedger, chart: Chart, first: date, last: date) -> Iterator[Values | StyledRow]:
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
    yield StyledRow("subtotal", (None, None, None, None, _(MONTH_TOTALS), None, None, None))
    yield _carried(last, CARRIED_FORWARD, ledger.closing.balance)


def _carried(day: date, text: str, yen: int) -> Values:
    return (day, None, None, None, _(text), None, None, yen)
