"""合計残高試算表: the sums and balances of every account, and below it how each got there in the period."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from exports.formats.sheet import Block, Column, Sheet, StyledRow, Values
from exports.reports import ISSUER
from ledger.i18n import N_, _
from ledger.journal.balances import Balance, PeriodBalance
from ledger.journal.chart import Chart

NAME = N_("Trial balance")
TITLE = N_("Trial balance of totals and balances")
TOTAL = N_("Total")

_SIDES = (
    Column(N_("Debit balance"), "yen", 16, total=True),
    Column(N_("Debit total"), "yen", 16, total=True),
    Column(N_("Account"), width=30),
    Column(N_("Credit total"), "yen", 16, total=True),
    Column(N_("Credit balance"), "yen", 16, total=True),
)
_PERIOD = (
    Column(N_("Brought forward"), "yen", 16, total=True),
    Column(N_("Debits of the month"), "yen", 16, total=True),
    Column(N_("Account"), width=30),
    Column(N_("Credits of the month"), "yen", 16, total=True),
    Column(N_("Balance of the month"), "yen", 16, total=True),
)
_KINDS = {
    "asset": N_("Assets in total"),
    "liability": N_("Liabilities in total"),
    "revenue": N_("Revenues in total"),
    "expense": N_("Expenses in total"),
}


def month(changes: list[PeriodBalance], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The trial balance up to the end of a month, and below it the changes of the month itself."""
    closing = [change.closing for change in changes]
    own = Block(
        _PERIOD, _changed(changes, chart), heading=N_("Changes of the month (balances on the account's own side)")
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
    for balance in balances:
        left = balance.debit - balance.credit
        yield (max(left, 0), balance.debit, chart.name(balance.code), balance.credit, max(-left, 0))


def _changed(changes: list[PeriodBalance], chart: Chart) -> Iterator[Values | StyledRow]:
    for kind, several in groupby(changes, key=lambda each: each.opening.kind):
        for change in several:
            yield (
                change.opening.balance,
                change.debit,
                chart.name(change.opening.code),
                change.credit,
                change.closing.balance,
            )
        yield StyledRow("subtotal", (None, None, _(_KINDS[kind]), None, None))
