"""Transfers received (入金): each by its reference number; what it pays for may be learnt later."""

from ledger.i18n import N_
from ledger.intake.columns import InputColumn, day, number, positive_yen, remark, text
from ledger.intake.kind import Kind

KIND = Kind(
    "deposits",
    N_("Transfers received"),
    (
        InputColumn(
            "照会番号", "deposit", number, "text", N_("The bank's reference, different for each."), required=True
        ),
        InputColumn("入金日", "received_on", day, "day", N_("The day on which it was received."), required=True),
        InputColumn("金額", "yen", positive_yen, "yen", N_("Yen, more than zero."), required=True),
        InputColumn("振込依頼人名", "payer", text(100), "text", N_("As the bank wrote it."), required=True),
        InputColumn("申込番号", "application", number, "text", N_("What it pays for; blank: not known.")),
        InputColumn("摘要", "note", remark(200), "text", N_("A remark.")),
    ),
    key=("deposit",),
)
