"""The closed lists of the field: each word with its code, the Japanese of the papers and its English.

Input files may use the code or the Japanese; JSON and the database use the code; people read `Word.said`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from ledger.i18n import N_, either

T = TypeVar("T")


@dataclass(frozen=True)
class Code:
    """One word of a closed list: its code in data, its Japanese in the papers, its English."""

    code: str
    ja: str
    en: str

    @property
    def said(self) -> str:
        """The word in the language being spoken."""
        return either(self.ja, self.en)


class CodeList:
    """A closed list of words, found by code or by Japanese."""

    def __init__(self, *words: tuple[str, str, str]) -> None:
        self._by_code = {code: Code(code, ja, en) for code, ja, en in words}
        self._by_text = {text: word for word in self._by_code.values() for text in (word.code, word.ja)}

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, in the order of the list."""
        return tuple(self._by_code)

    @property
    def japanese(self) -> tuple[str, ...]:
        """Every Japanese word, in the order of the list."""
        return tuple(word.ja for word in self._by_code.values())

    def __getitem__(self, code: str) -> Code:
        return self._by_code[code]

    def find(self, text: str) -> Code | None:
        """The word that this code or Japanese names; None when it is not in the list."""
        return self._by_text.get(text)


SIDES = CodeList(
    ("subscriber", "加入者事由", "on the subscriber's side"),
    ("authority", "認証局事由", "on the authority's side"),
)

REASONS = CodeList(
    ("info_changed", "記載情報の変更", "recorded information changed"),
    ("key_compromised", "秘密鍵の危殆化", "private key compromised"),
    ("pin_lost", "PINコード紛失", "PIN code lost"),
    ("deleted_by_mistake", "誤って削除", "deleted by mistake"),
    ("storage_location_lost", "保管場所不明", "storage location lost"),
    ("use_discontinued", "利用中止", "use discontinued"),
    ("no_plan_to_use", "今後使用する予定がない", "no plan to use it"),
    ("subscriber_request", "自己の判断による申請", "requested at the subscriber's own judgement"),
    ("tool_defect", "不具合により使用不能", "unusable because of a defect"),
    ("receipt_not_returned", "受領書未返送", "receipt not returned"),
    ("download_failed", "ダウンロード失敗", "download failed"),
    ("info_change_confirmed", "記載情報変更の確認", "change of recorded information confirmed"),
    ("key_compromise_confirmed", "秘密鍵危殆化の確認", "compromise of the private key confirmed"),
    ("obligation_breach", "義務不履行", "breach of obligations"),
    ("antisocial_forces", "反社会的勢力", "antisocial forces"),
    ("info_error", "記載情報の誤り", "error in recorded information"),
    ("service_terminated", "サービス終了", "service terminated"),
    ("ca_other", "その他認証局が必要と判断", "otherwise judged necessary by the authority"),
    ("deregistered", "登録取消・廃業", "registration cancelled or practice closed"),
    ("deceased", "死亡", "deceased"),
)

USED = CodeList(("no", "無", "not used"), ("yes", "有", "used"), ("cannot", "確認不能", "cannot be confirmed"))

COVERED = CodeList(("yes", "該当", "covered"), ("no", "非該当", "not covered"))

APPLICATION_KINDS = CodeList(("new", "新規", "new"), ("reissue", "再発行", "reissue"), ("renewal", "継続", "renewal"))

CHOICES = CodeList(("refund", "払戻し", "refund"), ("credit", "充当", "credit to the reissue"))

# What a ruling of the federation says of a fee.
TREATMENTS = CodeList(("refund", "返金", "given back"), ("no_refund", "不返金", "not given back"))

ACCOUNT_TYPES = CodeList(
    ("1", "普通", "ordinary"), ("2", "当座", "current"), ("4", "貯蓄", "savings"), ("9", "その他", "other")
)

# The closed list of each coded value, by the name that the books and the input files give it.
CODE_LISTS = {
    "kind": APPLICATION_KINDS,
    "side": SIDES,
    "reason": REASONS,
    "used": USED,
    "covered": COVERED,
    "choice": CHOICES,
    "account_type": ACCOUNT_TYPES,
    "treatment": TREATMENTS,
}


# What can be known of an application, by what a row of it holds: a day; how far a register reached and the day, if any;
# a word of a closed list; the day of an answer and its word; another application.
DAY_FACTS = ("applied_on", "withdrawn_on", "issued_on", "mailed_on", "expires_on", "revoked_on")
REGISTER_FACTS = ("downloaded", "receipt")
CODE_FACTS = ("kind", "side", "reason", "covered")
ANSWER_FACTS = ("used", "choice")
LINK_FACTS = ("previous", "credit_to")
FACTS = (*DAY_FACTS, *REGISTER_FACTS, *CODE_FACTS, *ANSWER_FACTS, *LINK_FACTS)

# What tells one fee from another; of fees that agree in it the one known last counts.
FEE_KEY = ("applies_from",)

# The answers of a judgement, and those of the notices alone.
OUTCOMES = (
    *("eligible", "not_eligible", "needs_facts", "needs_review", "in_force", "being_settled", "settled", "no_fee"),
)
VERDICTS = ("eligible", "not_eligible", "undetermined")


def format_code(name: str, value: T) -> T | str:
    """The word for a coded value, in the language being spoken; any other value as it is."""
    return CODE_LISTS[name][str(value)].said if name in CODE_LISTS else value


# What may have to be done, the most urgent first.
WORK = CodeList(
    ("revocable", "取消しができる電子証明書(受領書未返送)", "certificates that may be revoked: receipt not returned"),
    ("reminders", "受領書の督促", "receipts to be asked for"),
    ("refunds_returned", "組戻しになった返金", "refunds whose transfer came back"),
    # Without these no payment file is written for whom they are about.
    ("accounts_changed", "承認待ちの口座変更", "changed bank accounts to be approved"),
    ("payees_proposed", "承認待ちの受取人", "payees to be approved"),
    ("payee_ends_proposed", "承認待ちの受取人の終了", "payees to be ended, to be approved"),
    (
        "approvals_fallen",
        "承認し直す返金(受取人・口座の変更)",
        "refunds to be approved anew: receiver or account changed",
    ),
    ("refunds_filed", "支払いを記録する返金(振込データ作成済み)", "refunds in a payment file, to be recorded as paid"),
    ("payer_settings", "振込データに必要な設定", "settings that a payment file needs"),
    ("refunds_approved", "振込データに載せる返金", "refunds to be put into a payment file"),
    ("refunds_proposed", "承認待ちの返金", "refunds to be approved"),
    ("credits_proposed", "承認待ちの充当", "credits to be approved"),
    ("rulings_proposed", "承認待ちの決裁", "rulings to be approved"),
    ("slips_proposed", "承認待ちの伝票", "slips to be approved"),
    ("people_changes", "承認待ちの担当者変更", "changes of people to be approved"),
    ("closing_proposed", "二人目を待つ月次締め", "closings that wait for a second person"),
    ("refunds_to_propose", "起案する返金", "refunds to be proposed"),
    ("credits_to_propose", "起案する充当", "credits to be proposed"),
    ("deposits_unknown", "申込みが分からない入金", "transfers of which it is not known what they pay for"),
    ("overpayments", "返していない過入金", "overpayments that nobody returns"),
    ("fee_not_known", "発行手数料が分からない入金", "transfers for which no fee is known"),
    ("bank_lines", "帳簿にない銀行の明細", "lines of the bank that are in no book"),
    ("to_book", "記帳するもの", "entries to be booked"),
    ("money_gone", "訂正できない記帳(資金が動いた後)", "not corrected: the money has gone on"),
    ("money_reserved", "訂正できない記帳(資金が別の手続中)", "not corrected: the money is reserved"),
    ("reversed_by_hand", "人が取り消した記帳", "reversed by a person and not booked again"),
    ("fee_not_received", "入金不足のまま発行された電子証明書", "certificates issued whose fee is not wholly received"),
    ("fees_owed", "手数料の入金を待つ申込み", "applications that wait for their fee"),
    ("claims", "会員への請求", "claims on members"),
    ("decisions_outdated", "見直す判定", "decisions that would be answered otherwise"),
    ("rulings_needed", "連合会の決裁が必要な申込み", "applications that need a ruling of the federation"),
    (
        "receipts_missing",
        "督促・取消しの前に受領簿の記帳が必要な申込み",
        "receipts not entered up to the day that counts",
    ),
    ("missing_issued_on", "発行日が分かれば決まる申込み", "decided once the day of issue is known"),
    ("missing_mailed_on", "送付日が分かれば決まる申込み", "decided once the day of mailing is known"),
    ("missing_downloaded", "ダウンロードの有無が分かれば決まる申込み", "decided once the download is known"),
    ("missing_receipt", "受領書の返送の有無が分かれば決まる申込み", "decided once the receipt is known"),
    ("missing_reason", "取消事由が分かれば決まる申込み", "decided once the reason for revocation is known"),
    ("missing_used", "利用の有無が分かれば決まる申込み", "decided once the use is known"),
    ("missing_covered", "特例該当の回答があれば決まる申込み", "decided once the authority says whether it is covered"),
    ("bills_to_pay", "支払う請求書", "bills to be paid"),
    ("bills_disputed", "帳簿と合わない請求明細", "lines of bills that do not agree with the books"),
    ("disputes", "認証局に照会中の請求明細", "lines of bills in dispute with the authority"),
    ("authority_claims", "認証局に返還を求める手数料", "fees that the authority has to give back"),
    ("not_billed", "認証局からまだ請求のない手数料", "owed to the authority and in no bill yet"),
    ("months_to_close", "締める月", "months to be closed"),
    ("backup_unknown", "控え(この機器には控えの記録がない)", "backup: none is known of on this machine"),
    ("backup_overdue", "控え", "backup"),
    ("verify_unknown", "帳簿の検証(この機器には検証の記録がない)", "verification: none is known of on this machine"),
    ("verify_overdue", "帳簿の検証", "verification of the books"),
)

# The states of refunds and credits, as they are spoken of.
STATES = {
    "proposed": N_("proposed"),
    "approved": N_("approved"),
    "filed": N_("in the transfer file"),
    "paid": N_("paid"),
    "returned": N_("transfer returned"),
    "ended": N_("ended, held again"),
    "recovered": N_("paid back by the member"),
    "rejected": N_("rejected"),
    "applied": N_("applied"),
    "undone": N_("undone"),
    "posted": N_("posted at once"),
}

# The control totals of a month, as they are spoken of.
CONTROLS = {
    "debits_and_credits": N_("Debits equal credits (totals)"),
    "balances": N_("Debit balances equal credit balances"),
    "carried_forward": N_("Brought forward and the month equal the total to date"),
    "journal": N_("The journal equals the debits of the month in the trial balance"),
    "unchanged": N_("Entries of the month that are as they were recorded"),
    "account": N_("The general ledger equals the trial balance"),
    "parts": N_("The subsidiary ledger equals the general ledger"),
    "below_zero": N_("Parts of held money that are below zero"),
    "subsidiary": N_("The parts listed in the subsidiary ledger add up to the general ledger"),
    "suspense": N_("The deposits that wait in suspense add up to the general ledger"),
    "fees_held": N_("The statement of fees held equals the general ledger"),
    "refunds_open": N_("Refunds not paid yet equal what is payable"),
    "refunds_came_back": N_("Refunds whose transfer was returned equal what is held for them"),
    "credits_open": N_("Credits not applied yet equal what is held for them"),
    "refunds_paid": N_("Refunds paid in the month equal the journal"),
    "credits_applied": N_("Credits applied in the month equal the journal"),
    "authority_payable": N_("What the bills leave payable to the authority equals the general ledger"),
    "deposits": N_("Transfers received to date as booked equal those known"),
    "bank_balance": N_("Bank balance per books, to be compared with the bank's statement"),
}

# The 50 associations: one per prefecture, four in Hokkaido.
ASSOCIATIONS = (
    "札幌 函館 旭川 釧路 青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 "
    "新潟 富山 石川 福井 山梨 長野 岐阜 静岡 愛知 三重 滋賀 京都 大阪 兵庫 奈良 和歌山 "
    "鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本 大分 宮崎 鹿児島 沖縄"
).split()

# How many people a payment needs: who proposed does not approve; with three, neither makes the payment file.
PEOPLE = CodeList(
    ("two", "二人", "two: proposer and approver differ"),
    ("three", "三人", "three: the maker of the payment file is neither proposer nor approver"),
)

# What a person who is listed may do.
RIGHTS = CodeList(
    ("propose", "起案", "propose"), ("approve", "承認", "approve"), ("pay", "支払", "pay"), ("close", "締め", "close")
)

REFUND_STATES = ("proposed", "approved", "filed", "paid", "returned", "recovered", "ended", "rejected")
CREDIT_STATES = ("proposed", "applied", "undone", "rejected")

# From each state those that may follow: the program goes by it, the triggers insist on it, and `verify` asks again.
# What is in a payment file is not rejected, lest the bank pays it and it is proposed once more. Approved anew: what had
# been approved has changed, or the transfer came back. A member may pay back in parts.
REFUND_MOVES = {
    "proposed": ("approved", "rejected"),
    "approved": ("approved", "filed", "paid", "rejected", "ended"),
    "filed": ("paid", "approved"),
    "paid": ("returned", "recovered"),
    "returned": ("approved", "ended"),
    "recovered": ("recovered",),
}
# What the bank or the member did, and was recorded; recorded by mistake, it is taken back, and the state before stands.
RECORDED = ("paid", "returned", "recovered")
CREDIT_MOVES = {"proposed": ("applied", "rejected"), "applied": ("undone",)}
# A ruling is approved again when a doubt has come up of which it did not speak. To reject one stops a payment at most,
# so it may be done late, and by anyone.
RULING_MOVES = {"proposed": ("approved", "rejected"), "approved": ("approved", "rejected")}

# A line of a bill of the authority: in dispute, or no more.
DISPUTE_STATES = ("disputed", "undisputed")

# A slip below the amount that settings name is posted at once, and waits for nobody.
SLIP_STATES = ("proposed", "posted", "approved", "rejected")
SLIP_MOVES: dict[str, tuple[str, ...]] = {"proposed": ("approved", "rejected")}
SLIP_KINDS = {
    "charge": N_("bank charge"),
    "interest": N_("interest"),
    "write_off": N_("short payment written off"),
    "claim_write_off": N_("claim written off"),
    "income": N_("suspense taken as income"),
    "opened_refund": N_("refund of before the books paid"),
    "other": N_("other entry"),
    "reversal": N_("reversal of a slip"),
}


class Account(StrEnum):
    """An account of the chart, by its code.

    Only the chart and the posting templates may know whose fee it is: here it is held for another until it is owed to
    the authority.
    """

    BANK = "1110"
    CLAIMS = "1150"
    AUTHORITY_PAYABLE = "2010"
    REFUNDS_PAYABLE = "2020"
    FEES_HELD = "2040"
    CREDITS_HELD = "2041"
    SUSPENSE = "2050"
    RETURNED_TRANSFERS = "2060"
    OTHER_INCOME = "4900"
    BANK_CHARGES = "5310"
    OTHER_EXPENSES = "5900"


# What makes a fee received, or no longer: the events that count as money of the fee itself, reversals included. A
# waiver or a refund rejected only brings back what was received before.
RECEIPTS = ("fee_received", "suspense_settled", "credit_applied", "fee_released")
# What was there when the books began; of an application whose certificate was owed then the fee had been received.
OPENING = "opening_balance"
# What is owed to the authority, what it does not bill, what it was paid, and what of that it gave back.
ISSUED, WAIVED, PAID, REPAID = "certificate_issued", "authority_waived", "authority_paid", "authority_repaid"
# The events that booking posts from facts and decisions by itself; their keys are: event, for what, nth, basis.
FROM_FACTS = (
    *("fee_received", "overpaid", "payer_unknown", "claim_settled", "suspense_settled", "fee_released"),
    *("claim_raised", "fee_claimed", ISSUED, WAIVED),
)
# What puts a deposit into suspense, or takes it out as a fee.
SUSPENSE_EVENTS = ("overpaid", "payer_unknown", "suspense_settled", "fee_released")
