"""Transfers that name no application, with those they could pay for."""

from collections.abc import Iterable, Iterator

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.i18n import _, either
from ledger.intake.matching import Unmatched

# ja: 入金不明一覧
NAME = _("Transfers not matched")
COLUMNS = (
    # ja: 照会番号
    Column(_("Reference No."), width=16),
    # ja: 入金日
    Column(_("Received on"), "day", 16),
    # ja: 金額
    Column(_("Amount"), "yen", 12, total=True),
    # ja: 振込依頼人名
    Column(_("Payer"), width=24),
    # ja: 摘要
    Column(_("Note"), width=20),
    # ja: 候補の申込番号
    Column(_("Could pay for"), width=16),
    # ja: 会員
    Column(_("Member"), width=28),
    # ja: 理由
    Column(_("Because"), width=40, wrap=True),
)


def sheet(rows: Iterable[Unmatched]) -> Sheet:
    """The transfers without an application, one row for each candidate, or one where there is none."""
    note = _("Settle one with: seisan match DEPOSIT APPLICATION; then: seisan book")
    return Sheet(
        name=NAME,
        title=NAME,
        blocks=(Block(COLUMNS, _rows(rows), total=_("Total")),),
        issuer=ISSUER,
        landscape=True,
        notes=(note,),
    )


def _rows(rows: Iterable[Unmatched]) -> Iterator[Values]:
    for each in rows:
        own: Values = (each.deposit, each.received_on, each.yen, each.payer, each.note)
        if not each.candidates:
            yield (*own, None, None, None)
        for nth, candidate in enumerate(each.candidates):
            first = own if nth == 0 else (each.deposit, None, None, None, None)
            reasons = either("、", "; ").join(candidate.reasons)
            yield (*first, candidate.application, f"{candidate.member} {candidate.name}", reasons)
