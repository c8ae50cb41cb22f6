"""総合振込明細: what is in a payment file, by refund."""

from collections.abc import Mapping

from exports.formats.sheet import Block, Column, Sheet
from exports.reports import ISSUER
from ledger.booking.payment_files import PaymentFile
from ledger.i18n import N_

COLUMNS = (
    Column(N_("Refund No."), "number", 8),
    Column(N_("Member No."), width=17),
    Column(N_("Name"), width=16),
    Column(N_("Application or deposit"), width=16),
    Column(N_("Bank account"), width=12),
    Column(N_("Amount"), "yen", 12, total=True),
)


def sheet(filed: PaymentFile, accounts: Mapping[int, str]) -> Sheet:
    """Every refund in a payment file, with the account masked, and their total."""
    rows = [
        (
            refund.refund,
            refund.member,
            refund.name,
            refund.application or refund.deposit,
            accounts[refund.refund],
            refund.yen,
        )
        for refund in filed.refunds
    ]
    name = N_("Payment file")
    block = Block(COLUMNS, rows, total=N_("Total"))
    return Sheet(name=name, title=name, blocks=(block,), issuer=ISSUER)
