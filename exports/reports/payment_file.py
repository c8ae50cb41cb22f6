"""総合振込明細: what is in a payment file, by refund."""

from collections.abc import Mapping

from exports.formats.sheet import Block, Column, Sheet
from exports.reports import ISSUER
from ledger.booking.payment_files import Filed
from ledger.i18n import _

COLUMNS = (
    # ja: 返金No.
    Column(_("Refund No."), "number", 8),
    Column(_("Member No."), width=17),
    Column(_("Name"), width=16),
    # ja: 申込番号・照会番号
    Column(_("Application or deposit"), width=16),
    Column(_("Bank account"), width=12),
    # ja: 振込金額
    Column(_("Amount"), "yen", 12, total=True),
)


def sheet(filed: Filed, accounts: Mapping[int, str]) -> Sheet:
    """Every refund in a payment file, with the account masked, and their total."""
    rows = [
        (each.refund, each.member, each.name, each.application or each.deposit, accounts[each.refund], each.yen)
        for each in filed.refunds
    ]
    # ja: 総合振込明細
    name = _("Payment file")
    # ja: 合計
    block = Block(COLUMNS, rows, total=_("Total"))
    return Sheet(name=name, title=name, blocks=(block,), issuer=ISSUER)
