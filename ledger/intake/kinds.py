"""The kinds of input file, in the order of the month, each declared column by column.

A column named after a fact brings that fact; what else an application's row holds is the day that dates it (`dates`).
"""

from datetime import date
from functools import partial

from ledger.codes import ASSOCIATIONS, CODE_LISTS, FEE_KEY
from ledger.errors import NoSuchKind
from ledger.i18n import N_
from ledger.intake.columns import (
    InputColumn,
    account_holder,
    address,
    association,
    day,
    digits,
    name,
    nonzero_yen,
    number,
    percent,
    positive_yen,
    postal_code,
    remark,
    text,
    word,
)
from ledger.intake.kind import Kind


def _coded(
    heading: str, name: str, note: str, *, required: bool = False, otherwise: str = "not-in-list"
) -> InputColumn:
    """A column that holds words of the closed list of its name; another word is the problem `otherwise`."""
    words = CODE_LISTS[name]
    return InputColumn(heading, name, word(words, otherwise), note, required=required, choices=words.japanese)


# A column whose heading has to stand, and each of whose cells has to be filled in.
_needed = partial(InputColumn, required=True)

# The Act on judicial scriveners (昭和25年法律第197号): no register is older.
_REGISTERS_BEGAN = date(1950, 7, 1)

_APPLICATION = _needed("申込番号", "application", number, N_("The number of the application."))

KINDS = (
    # The register of members (会員名簿): who they are, whether they have left, the account a refund is paid to, and
    # where letters reach them.
    Kind(
        "members",
        N_("Register of members"),
        _needed("会員番号", "member", number, N_("As the register writes it, such as 東京 第9001号.")),
        _needed("氏名", "name", name(100), N_("As registered; kept character by character.")),
        _needed(
            "司法書士会", "association", association, N_("One of the 50 associations."), choices=tuple(ASSOCIATIONS)
        ),
        InputColumn("氏名カナ", "kana", name(100), N_("The name in kana.")),
        InputColumn(
            "登録取消日",
            "deregistered_on",
            day,
            N_("The day on which the registration ended."),
            planned=1,
            since=_REGISTERS_BEGAN,
        ),
        InputColumn("登録取消事由", "deregistered_reason", remark(200), N_("Why the registration ended.")),
        InputColumn("銀行番号", "bank", digits(4), N_("4 digits; the whole account or none of it.")),
        InputColumn("支店番号", "branch", digits(3), N_("3 digits.")),
        _coded("預金種目", "account_type", N_("The kind of account.")),
        InputColumn("口座番号", "account_number", digits(7, masked=True), N_("7 digits.")),
        InputColumn("口座名義カナ", "account_name", account_holder, N_("The holder of the account, in kana.")),
        InputColumn("郵便番号", "postal_code", postal_code, N_("7 digits, such as 123-4567.")),
        InputColumn("住所", "address", address, N_("Where letters are sent; without the postal code.")),
        key=("member",),
    ),
    # Applications for a certificate (利用申込): the key of everything. A reissue names the application before it.
    Kind(
        "applications",
        N_("Applications for certificates"),
        _APPLICATION,
        _needed("会員番号", "member", number, N_("As in the register of members.")),
        _needed("申込日", "applied_on", day, N_("The day of the application."), received=True),
        _coded("申込区分", "kind", N_("New, reissue or renewal."), required=True),
        InputColumn("前回申込番号", "previous", number, N_("The application that is reissued or renewed.")),
        InputColumn("取下日", "withdrawn_on", day, N_("The day on which the application was withdrawn.")),
    ),
    # Certificates issued and sent (発行・送付): the sending day starts every count of days.
    Kind(
        "issues",
        N_("Certificates issued"),
        _APPLICATION,
        InputColumn("発行日", "issued_on", day, N_("The day of issue; this or the day of sending at least.")),
        InputColumn("送付日", "mailed_on", day, N_("The day on which the PIN code was sent.")),
        InputColumn(
            "有効期間満了日", "expires_on", day, N_("The last day on which the certificate is valid."), planned=10
        ),
        any_of=("発行日", "送付日"),
    ),
    # The download log (ダウンロード): a blank day says that there was none up to the day of the check.
    Kind(
        "downloads",
        N_("Downloads"),
        _APPLICATION,
        InputColumn(
            "ダウンロード日", "downloaded", day, N_("Blank: none up to the day of the check."), blank_says=True
        ),
        _needed("確認日", "up_to", day, N_("The day up to which the log was looked at."), dates="downloaded"),
    ),
    # The receipt register (受領簿): a blank day says that no receipt had arrived up to the day of the entry.
    Kind(
        "receipts",
        N_("Receipts for certificates"),
        _APPLICATION,
        InputColumn("受領書返送日", "receipt", day, N_("Blank: none up to the day of the entry."), blank_says=True),
        _needed("記帳日", "up_to", day, N_("The day up to which the register was kept."), dates="receipt"),
    ),
    # Revocations (取消) as the authority announced them; the side (区分) is kept as recorded and decides nothing.
    Kind(
        "revocations",
        N_("Revocations"),
        _APPLICATION,
        _needed("取消日", "revoked_on", day, N_("The day from which it is revoked."), planned=1),
        _coded("取消区分", "side", N_("Whose reason it was.")),
        _coded("取消事由", "reason", N_("Blank: not known."), otherwise="unknown-reason"),
    ),
    # The authority's answers on use (利用の確認): use is a signature; that there was none, only the authority confirms.
    Kind(
        "usage",
        N_("Answers on use"),
        _APPLICATION,
        _coded("利用", "used", N_("The authority's answer."), required=True),
        _needed("回答日", "answered_on", day, N_("The day of the answer."), dates="used"),
        _coded("特例該当", "covered", N_("Whether the authority counts it under the exemption; blank: not said.")),
    ),
    # What members chose (返金方法): to be paid back, or to have the fee set against the reissue.
    Kind(
        "choices",
        N_("Members' choices"),
        _APPLICATION,
        _coded("返金方法", "choice", N_("Paid back, or set against the reissue."), required=True),
        InputColumn("充当先申込番号", "credit_to", number, N_("The reissue that it is set against, if named.")),
        _needed("申出日", "chosen_on", day, N_("The day on which the member said so."), dates="choice"),
    ),
    # Who receives what comes back in the member's place (受取人): heirs, or who paid; or what comes back of a transfer
    # of which nobody knows whose it is. A second person approves them.
    Kind(
        "payees",
        N_("Payees in a member's place"),
        InputColumn("申込番号", "application", number, N_("The number of the application; this or the reference.")),
        _needed("受取人氏名", "name", name(100), N_("Who receives what comes back for it.")),
        _needed("口座名義カナ", "account_name", account_holder, N_("The holder of the account, in kana.")),
        _needed("銀行番号", "bank", digits(4), N_("4 digits.")),
        _needed("支店番号", "branch", digits(3), N_("3 digits.")),
        _coded("預金種目", "account_type", N_("The kind of account."), required=True),
        _needed("口座番号", "account_number", digits(7, masked=True), N_("7 digits.")),
        InputColumn("続柄・理由", "relation", remark(200), N_("Such as: heir, association that paid.")),
        _needed("届出日", "notified_on", day, N_("The day on which it was notified."), dates="payee"),
        InputColumn(
            "照会番号", "deposit", number, N_("The bank's reference of a transfer of which nobody knows whose it is.")
        ),
        key=("application", "deposit"),
        any_of=("申込番号", "照会番号"),
        only_one=True,
    ),
    # Transfers received (入金): each by its reference number; what it pays for may be learnt later.
    Kind(
        "deposits",
        N_("Transfers received"),
        _needed("照会番号", "deposit", number, N_("The bank's reference, different for each.")),
        _needed("入金日", "received_on", day, N_("The day on which it was received."), received=True),
        _needed("金額", "yen", positive_yen, N_("Yen, more than zero.")),
        _needed("振込依頼人名", "payer", text(100), N_("As the bank wrote it.")),
        InputColumn("申込番号", "application", number, N_("What it pays for; blank: not known.")),
        InputColumn("摘要", "note", remark(200), N_("A remark.")),
        key=("deposit",),
    ),
    # The authority's bills (請求), line by line; a negative amount corrects or withdraws what was billed. Equal lines
    # count each, in one file or in two: that something was billed twice is what reconciliation has to see.
    Kind(
        "bills",
        N_("Bills of the authority"),
        _needed("請求書番号", "bill", number, N_("The number of the bill.")),
        _needed("請求日", "billed_on", day, N_("The day of the bill."), received=True),
        _needed("申込番号", "application", number, N_("As the bill writes it.")),
        _needed("金額", "yen", nonzero_yen, N_("Yen; negative: corrected or withdrawn.")),
        InputColumn("摘要", "note", remark(200), N_("A remark.")),
        key=(),
    ),
    # The balances with which the books begin (開始残高): once, before any other entry, and as many yen on either side.
    Kind(
        "openings",
        N_("Opening balances"),
        _needed("基準日", "opened_on", day, N_("The last day before the books; the same in every row.")),
        _needed("勘定科目", "account", number, N_("The code of the account, such as 1110.")),
        _needed("金額", "yen", nonzero_yen, N_("Yen: debit positive, credit negative.")),
        InputColumn("申込番号", "application", number, N_("Whose fee or claim it is, where the account is kept so.")),
        InputColumn("照会番号", "deposit", number, N_("Of which transfer it is, where the account is kept so.")),
        key=(),
    ),
    # What a certificate costs from a day on (発行手数料), tax included, and the paper it rests on.
    Kind(
        "fees",
        N_("Fees"),
        _needed("適用開始日", "applies_from", day, N_("The first day on which it applies."), received=True, planned=5),
        _needed("発行手数料", "yen", positive_yen, N_("Yen, tax included.")),
        _needed("税率", "tax_percent", percent, N_("Whole percent, such as 5.")),
        InputColumn("根拠", "basis", remark(500), N_("The paper that it rests on.")),
        key=FEE_KEY,
    ),
    # What the federation itself decided where no notice decides (決裁): a paper with a day and a number.
    Kind(
        "rulings",
        N_("Rulings of the federation"),
        _APPLICATION,
        _needed("決裁日", "decided_on", day, N_("The day of the paper."), dates="ruling"),
        _needed("文書番号", "document", text(100), N_("The number of the paper, as it stands there.")),
        _coded("扱い", "treatment", N_("Whether the fee is given back."), required=True),
        InputColumn("理由", "ruled_because", remark(500), N_("Why; it stands in the letter to the member.")),
        key=("application", "decided_on", "document"),
    ),
)


def require_kind(code: str) -> Kind:
    """The kind of this code; one that does not exist is refused (no-such-kind)."""
    for kind in KINDS:
        if kind.code == code:
            return kind
    raise NoSuchKind(code, [kind.code for kind in KINDS])
