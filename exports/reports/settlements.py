"""返金・充当一覧: refunds, overpayments returned and credits, from the proposal to the day they were carried out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby

from exports.formats.sheet import Block, Column, Marked, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.codes import STATES
from ledger.i18n import _, say
from ledger.statements.labels import listed, worded
from ledger.statements.settlements import Return

# ja: 返金・充当一覧
NAME = _("Refunds and credits")

WAYS = {
    # ja: 払戻し
    "refund": _("refund"),
    # ja: 過入金返金
    "overpayment": _("return of an overpayment"),
    # ja: 充当
    "credit": _("credit"),
}
_SUBTOTALS = {
    # ja: 払戻し計
    "refund": _("Refunds in total"),
    # ja: 過入金返金計
    "overpayment": _("Overpayments in total"),
    # ja: 充当計
    "credit": _("Credits in total"),
}

COLUMNS = (
    # ja: 方法
    Column(_("Way"), width=12),
    # ja: 番号
    Column(_("No."), "number", 6),
    *PERSON,
    Column(_("Application No."), width=14),
    # ja: 充当先・照会番号
    Column(_("Credited to, or deposit"), width=16),
    # ja: 判定No.
    Column(_("Decision No."), "number", 8, on_paper=True),
    # ja: 元入金日
    Column(_("Originally received on"), "day", 17, on_paper=True),
    # ja: 金額(税込)
    Column(_("Amount, tax included"), "yen", 12, on_paper=True),
    # ja: 税率
    Column(_("Tax rate"), "percent", 6, on_paper=True),
    # ja: うち消費税
    Column(_("Tax inside"), "yen", 10, on_paper=True),
    # ja: 有効額
    Column(_("Amount that stands"), "yen", 12, total=True),
    # ja: 振込先口座
    Column(_("Bank account"), width=12),
    # ja: 起案日
    Column(_("Proposed on"), "day", 17, on_paper=True),
    # ja: 起案者
    Column(_("Proposed by"), width=12),
    # ja: 承認日
    Column(_("Approved on"), "day", 17, on_paper=True),
    # ja: 承認者
    Column(_("Approved by"), width=12),
    # ja: 実行日
    Column(_("Carried out on"), "day", 17),
    # ja: 状態
    Column(_("State"), width=14),
    # ja: 事由
    Column(_("Reason"), width=20, wrap=True, on_paper=True),
    # ja: 伝票No.
    Column(_("Entries"), width=12, on_paper=True),
)
_LABEL = 2 + len(PERSON) - 1

# ja: 振込データNo.
_FILE = Column(_("Payment file No."), "number", 12)


def month(returns: list[Return], period: tuple[date, date]) -> Sheet:
    """What moved in a month or was still open at its end, by way, association and member."""
    # Whether a changed account waits is left out: the workbook of a month stays the same when the approval comes.
    settled = [replace(each, account_waits=False) for each in returns]
    ordered = sorted(settled, key=lambda each: list(WAYS).index(each.way))
    return _sheet(ordered, NAME, period=period)


def refunds(returns: Iterable[Return], day: date) -> Sheet:
    """Every refund and overpayment returned, as of a day."""
    # ja: 返金一覧
    return _sheet([each for each in returns if each.way != "credit"], _("Refunds"), day, files=True)


def credits(returns: Iterable[Return], day: date) -> Sheet:
    """Every credit to a reissue, as of a day."""
    # ja: 充当一覧
    return _sheet([each for each in returns if each.way == "credit"], _("Credits"), day)


def _sheet(
    returns: list[Return],
    name: str,
    as_of: date | None = None,
    *,
    period: tuple[date, date] | None = None,
    files: bool = False,
) -> Sheet:
    blocks = (Block((*COLUMNS, _FILE) if files else COLUMNS, _rows(returns, files)),)
    return Sheet(name=name, title=name, blocks=blocks, period=period, as_of=as_of, issuer=ISSUER, landscape=True)


def _rows(returns: list[Return], files: bool) -> Iterator[Values | Marked]:
    for way, several in groupby(returns, key=lambda each: each.way):
        yield from ((*cells(each), each.payment_file) if files else cells(each) for each in several)
        yield Marked("subtotal", _labelled(say(_SUBTOTALS[way]), files))
    yield Marked("total", _labelled(say(_("Total")), files))


def cells(each: Return) -> Values:
    """One refund or credit under `COLUMNS`; one that was rejected or undone adds nothing to the sums."""
    first, approved = each.steps[0], each.approved
    last = each.steps[-1]
    return (
        say(WAYS[each.way]),
        each.no,
        *person(each.member),
        each.application,
        each.target,
        each.decision,
        each.received_on,
        each.yen,
        each.tax_percent,
        each.tax,
        each.standing,
        account(each.account, waits=each.account_waits),
        first.on,
        first.by,
        approved.on if approved else None,
        approved.by if approved else None,
        each.done_on,
        worded(STATES, each.state),
        say(last.reason) if last.reason else None,
        listed(str(step.entry) for step in each.steps if step.entry is not None),
    )


def account(masked: str | None, *, waits: bool) -> str | None:
    """A masked bank account, marked while its change waits for a second person."""
    return say(_("{account} (change not approved)"), account=masked) if masked and waits else masked


def _labelled(label: str, files: bool) -> Values:
    return tuple(label if at == _LABEL else None for at in range(len(COLUMNS) + files))
