"""What a certificate costs from a day on (発行手数料), tax included, and the paper it rests on."""

from ledger.i18n import N_
from ledger.intake.columns import InputColumn, day, percent, positive_yen, remark
from ledger.intake.kind import Kind

KIND = Kind(
    "fees",
    N_("Fees"),
    (
        InputColumn("適用開始日", "applies_from", day, "day", N_("The first day on which it applies."), required=True),
        InputColumn("発行手数料", "yen", positive_yen, "yen", N_("Yen, tax included."), required=True),
        InputColumn("税率", "tax_percent", percent, "percent", N_("Whole percent, such as 5."), required=True),
        InputColumn("根拠", "basis", remark(500), "text", N_("The paper that it rests on.")),
    ),
    key=("applies_from",),
)
