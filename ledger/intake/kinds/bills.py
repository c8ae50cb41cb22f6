"""The authority's bills (請求), line by line; a negative amount withdraws what was billed before.

Two equal lines of one bill are two lines: that something was billed twice is what reconciliation has to see.
"""

from ledger.i18n import N_
from ledger.intake.columns import InputColumn, day, nonzero_yen, number, remark
from ledger.intake.kind import Kind

KIND = Kind(
    "bills",
    N_("Bills of the authority"),
    (
        InputColumn("請求書番号", "bill", number, "text", N_("The number of the bill."), required=True),
        InputColumn("請求日", "billed_on", day, "day", N_("The day of the bill."), required=True),
        InputColumn("申込番号", "application", number, "text", N_("As the bill writes it."), required=True),
        InputColumn("金額", "yen", nonzero_yen, "yen", N_("Yen; negative: withdrawn."), required=True),
        InputColumn("摘要", "note", remark(200), "text", N_("A remark.")),
    ),
    key=(),
)
