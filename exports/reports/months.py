"""月次締め一覧: the months, open or closed, by whom, and what was accepted when they were closed."""

from collections.abc import Iterable, Iterator

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.booking.month_end import accepted
from ledger.i18n import N_, _, either
from ledger.journal.closing import MonthState

NAME = N_("Months")

OPEN = N_("open")
CLOSED = N_("closed")
CLOSED_WITH = N_("closed with {month}")
REOPENED = N_("reopened")

COLUMNS = (
    Column(N_("Month"), width=9),
    Column(N_("State"), width=24),
    Column(N_("Number of entries"), "count", 8),
    Column(N_("Since (UTC)"), "moment", 20),
    Column(N_("Done by"), width=12),
    Column(N_("Bank's balance"), "yen", 13),
    Column(N_("Reason given"), width=30, wrap=True),
    Column(N_("Accepted"), width=60, wrap=True),
)


def sheet(months: Iterable[MonthState]) -> Sheet:
    """Every month with its state."""
    return Sheet(name=NAME, title=NAME, blocks=(Block(COLUMNS, _rows(months)),), issuer=ISSUER, landscape=True)


def _rows(months: Iterable[MonthState]) -> Iterator[Values]:
    for month in months:
        yield (str(month.month), _said(month), month.entries, *_step(month))


def _said(each: MonthState) -> str:
    if each.step is None:
        return _(OPEN)
    if each.state == "reopened":
        return _(REOPENED)
    return _(CLOSED) if each.step.month == each.month else _(CLOSED_WITH, month=each.step.month)


def _step(each: MonthState) -> Values:
    """The step that made the month what it is; what a person said of it stands with the month that was named."""
    step = each.step
    if step is None:
        return (None, None, None, None, None)
    if step.month != each.month:
        return (step.recorded_at, step.by, None, None, None)
    reasons = either("、", "; ").join(reason.says for reason in accepted(step))
    return (step.recorded_at, step.by, step.bank_yen, step.reason, reasons or None)
