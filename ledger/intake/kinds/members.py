"""The register of members (会員名簿): who they are, whether they have left, and the account a refund is paid to."""

from ledger.codes import ACCOUNT_TYPES, ASSOCIATIONS
from ledger.i18n import N_
from ledger.intake.columns import InputColumn, association, day, digits, number, remark, text, word
from ledger.intake.kind import Kind

KIND = Kind(
    "members",
    N_("Register of members"),
    (
        InputColumn(
            "会員番号", "member", number, "text", N_("As the register writes it, such as 東京 第9001号."), required=True
        ),
        InputColumn(
            "氏名", "name", text(100), "text", N_("As registered; kept character by character."), required=True
        ),
        InputColumn(
            "司法書士会",
            "association",
            association,
            "word",
            N_("One of the 50 associations."),
            required=True,
            choices=tuple(ASSOCIATIONS),
        ),
        InputColumn("氏名カナ", "kana", text(100), "text", N_("The name in kana.")),
        InputColumn("登録取消日", "deregistered_on", day, "day", N_("The day on which the registration ended.")),
        InputColumn("登録取消事由", "deregistered_reason", remark(200), "text", N_("Why the registration ended.")),
        InputColumn("銀行番号", "bank", digits(4), "text", N_("4 digits; the whole account or none of it.")),
        InputColumn("支店番号", "branch", digits(3), "text", N_("3 digits.")),
        InputColumn(
            "預金種目",
            "account_type",
            word(ACCOUNT_TYPES),
            "word",
            N_("The kind of account."),
            choices=ACCOUNT_TYPES.japanese,
        ),
        InputColumn("口座番号", "account_number", digits(7, masked=True), "text", N_("7 digits.")),
        InputColumn("口座名義カナ", "account_name", text(100), "text", N_("The holder of the account, in kana.")),
    ),
    key=("member",),
)
