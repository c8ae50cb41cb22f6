"""返金・充当一覧: refunds, overpayments returned and credits, from the proposal to the day they were carried out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby

from exports.formats.sheet import Block, Column, Sheet, StyledRow, Values
from exports.reports import ISSUER, PERSON, person
from ledger.codes import STATES
from ledger.i18n import N_, _
from ledger.statements.labels import joined, label
from ledger.statements.settlements import SettlementLine

NAME = N_("Refunds and credits")

WAYS = {
    "refund": N_("refund"),
    "overpayment": N_("return of an overpayment"),
    "credit": N_("credit"),
}
_SUBTOTALS = {
    "refund": N_("Refunds in total"),
    "overpayment": N_("Overpayments in total"),
    "credit": N_("Credits in total"),
}

COLUMNS = (
    Column(N_("Way"), width=12),
    Column(N_("No."), "number", 6),
    *PERSON,
    Column(N_("Application No."), width=14),
    Column(N_("Credited to, or deposit"), width=16),
    Column(N_("Decision No."), "number", 8, on_paper=True),
    Column(N_("Originally received on"), "day", 17, on_paper=True),
    Column(N_("Amount, tax included"), "yen", 12, on_paper=True),
    Column(N_("Tax rate"), "percent", 6, on_paper=True),
    Column(N_("Tax inside"), "yen", 10, on_paper=True),
    Column(N_("Amount that stands"), "yen", 12, total=True),
    Column(N_("Bank account"), width=12),
    Column(N_("Proposed on"), "day", 17, on_paper=True),
    Column(N_("Proposed by"), width=12),
    Column(N_("Approved on"), "day", 17, on_paper=True),
    Column(N_("Approved by"), width=12),
    Column(N_("Carried out on"), "day", 17),
    Column(N_("State"), width=14),
    Column(N_("Reason"), width=20, wrap=True, on_paper=True),
    Column(N_("Entries"), width=12, on_paper=True),
)
_LABEL = 2 + len(PERSON) - 1

_FILE = Column(N_("Payment file No."), "number", 12)


def month(returns: list[SettlementLine], period: tuple[date, date]) -> Sheet:
    """What moved in a month or was still open at its end, by way, association and member."""
    # Whether a changed account waits is left out: the workbook of a month stays the same when the approval comes.
    settled = [replace(settlement, account_waits=False) for settlement in returns]
    ordered = sorted(settled, key=lambda each: list(WAYS).index(each.way))
    return _sheet(ordered, NAME, period=period)


def refunds(returns: Iterable[SettlementLine], day: date) -> Sheet:
    """Every refund and overpayment returned, as of a day."""
    return _sheet([settlement for settlement in returns if settlement.way != "credit"], N_("Refunds"), day, files=True)


def credits(returns: Iterable[SettlementLine], day: date) -> Sheet:
    """Every credit to a reissue, as of a day."""
    return _sheet([settlement for settlement in returns if settlement.way == "credit"], N_("Credits"), day)


def _sheet(
    returns: list[SettlementLine],
    name: str,
    as_of: date | None = None,
    *,
    period: tuple[date, date] | None = None,
    files: bool = False,
) -> Sheet:
    blocks = (Block((*COLUMNS, _FILE) if files else COLUMNS, _rows(returns, files)),)
    return Sheet(name=name, title=name, blocks=blocks, period=period, as_of=as_of, issuer=ISSUER, landscape=True)


def _rows(returns: list[SettlementLine], files: bool) -> Iterator[Values | StyledRow]:
    for way, several in groupby(returns, key=lambda each: each.way):
        yield from (
            (*cells(settlement), settlement.payment_file) if files else cells(settlement) for settlement in several
        )
        yield StyledRow("subtotal", _labelled(_(_SUBTOTALS[way]), files))
    yield StyledRow("total", _labelled(_("Total"), files))


def cells(each: SettlementLine) -> Values:
    """One refund or credit under `COLUMNS`; one that was rejected or undone adds nothing to the sums."""
    first, approved = each.steps[0], each.approval
    last = each.steps[-1]
    return (
        _(WAYS[each.way]),
        each.no,
        *person(each.person),
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
        label(STATES, each.state),
        _(last.reason) if last.reason else None,
        joined(str(step.entry) for step in each.steps if step.entry is not None),
    )


def account(masked: str | None, *, waits: bool) -> str | None:
    """A masked bank account, marked while its change waits for a second person."""
    return _("{account} (change not approved)", account=masked) if masked and waits else masked


def _labelled(label: str, files: bool) -> Values:
    return tuple(label if at == _LABEL else None for at in range(len(COLUMNS) + files))
