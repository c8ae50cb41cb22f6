"""What a certificate costs from a day on (発行手数料), tax included, and the paper it rests on."""

from ledger.i18n import _
from ledger.intake.columns import Column, day, percent, positive_yen, remark
from ledger.intake.kind import Kind

KIND = Kind(
    "fees",
    _("Fees"),
    (
        Column("適用開始日", "applies_from", day, "day", _("The first day on which it applies."), required=True),
        Column("発行手数料", "yen", positive_yen, "yen", _("Yen, tax included."), required=True),
        Column("税率", "tax_percent", percent, "percent", _("Whole percent, such as 5."), required=True),
        Column("根拠", "basis", remark(500), "text", _("The paper that it rests on.")),
    ),
    key=("applies_from",),
)
