"""月次締め一覧: the months, open or closed, by whom, and what was accepted when they were closed."""

from collections.abc import Iterable, Iterator

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.booking.month_end import accepted
from ledger.i18n import _, either, say
from ledger.journal.closing import Standing

# ja: 月次締め一覧
NAME = _("Months")

# ja: 未締め
OPEN = _("open")
# ja: 締め済み
CLOSED = _("closed")
# ja: {month} とともに締め済み
CLOSED_WITH = _("closed with {month}")
# ja: 締め解除
REOPENED = _("reopened")

COLUMNS = (
    # ja: 月
    Column(_("Month"), width=9),
    # ja: 状態
    Column(_("State"), width=24),
    # ja: 伝票数
    Column(_("Number of entries"), "count", 8),
    # ja: 実施日時(UTC)
    Column(_("Since (UTC)"), "moment", 20),
    # ja: 実施者
    Column(_("Done by"), width=12),
    # ja: 銀行残高
    Column(_("Bank's balance"), "yen", 13),
    # ja: 理由
    Column(_("Reason given"), width=30, wrap=True),
    # ja: 承知の上で締めた事項
    Column(_("Accepted"), width=60, wrap=True),
)


def sheet(months: Iterable[Standing]) -> Sheet:
    """Every month with its state."""
    return Sheet(name=NAME, title=NAME, blocks=(Block(COLUMNS, _rows(months)),), issuer=ISSUER, landscape=True)


def _rows(months: Iterable[Standing]) -> Iterator[Values]:
    for each in months:
        yield (str(each.month), _said(each), each.entries, *_step(each))


def _said(each: Standing) -> str:
    if each.step is None:
        return say(OPEN)
    if each.state == "reopened":
        return say(REOPENED)
    return say(CLOSED) if each.step.month == each.month else say(CLOSED_WITH, month=each.step.month)


def _step(each: Standing) -> Values:
    """The step that made the month what it is; what a person said of it stands with the month that was named."""
    step = each.step
    if step is None:
        return (None, None, None, None, None)
    if step.month != each.month:
        return (step.recorded_at, step.by, None, None, None)
    reasons = either("、", "; ").join(reason.says for reason in accepted(step))
    return (step.recorded_at, step.by, step.bank_yen, step.reason, reasons or None)
