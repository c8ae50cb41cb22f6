"""Transfers received (入金): each by its reference number; what it pays for may be learnt later."""

from ledger.i18n import _
from ledger.intake.columns import Column, day, number, positive_yen, remark, text
from ledger.intake.kind import Kind

KIND = Kind(
    "deposits",
    _("Transfers received"),
    (
        Column("照会番号", "deposit", number, "text", _("The bank's reference, different for each."), required=True),
        Column("入金日", "received_on", day, "day", _("The day on which it was received."), required=True),
        Column("金額", "yen", positive_yen, "yen", _("Yen, more than zero."), required=True),
        Column("振込依頼人名", "payer", text(100), "text", _("As the bank wrote it."), required=True),
        Column("申込番号", "application", number, "text", _("What it pays for; blank: not known.")),
        Column("摘要", "note", remark(200), "text", _("A remark.")),
    ),
    key=("deposit",),
)
