"""表紙: what the workbook is, how much is in it, and the control totals with what they have to be."""

from collections.abc import Iterator

from exports.formats.sheet import As, Block, Column, Sheet, Value, Values
from exports.reports import ISSUER, fees_held, general_ledger, journal, settlements, trial_balance
from ledger.i18n import _, say
from ledger.statements.controls import Control, Stands
from ledger.statements.labels import mark
from ledger.statements.month import Counts, MonthStatement

# ja: 表紙
NAME = _("Cover")
# ja: 月次計算書
TITLE = _("Monthly statement")
# ja: 伝票数累計
TO_DATE = _("Entries to date")
# ja: 封印の連鎖の先端(SHA-256)
HEAD = _("Head of the chain (SHA-256)")

SHEETS: dict[Stands, str] = {
    "trial_balance": trial_balance.NAME,
    "journal": journal.NAME,
    "general_ledger": general_ledger.NAME,
    "fees_held": fees_held.NAME,
    "returns": settlements.NAME,
}

SAYS = {
    # ja: 貸借一致(合計)
    "debits_and_credits": _("Debits equal credits (totals)"),
    # ja: 貸借一致(残高)
    "balances": _("Debit balances equal credit balances"),
    # ja: 前月繰越+当月=累計
    "carried_forward": _("Brought forward and the month equal the total to date"),
    # ja: 仕訳帳=試算表の当月借方
    "journal": _("The journal equals the debits of the month in the trial balance"),
    # ja: 記録時から変わらない当月の伝票数
    "unchanged": _("Entries of the month that are as they were recorded"),
    # ja: 総勘定元帳=試算表
    "account": _("The general ledger equals the trial balance"),
    # ja: 補助元帳=総勘定元帳
    "parts": _("The subsidiary ledger equals the general ledger"),
    # ja: 残高が負となる補助
    "below_zero": _("Parts of held money that are below zero"),
    # ja: 預り金明細=総勘定元帳
    "fees_held": _("The statement of fees held equals the general ledger"),
    # ja: 支払前の返金=未払金
    "refunds_open": _("Refunds not paid yet equal what is payable"),
    # ja: 組戻しの返金=振込不能
    "refunds_came_back": _("Refunds whose transfer was returned equal what is held for them"),
    # ja: 承認前の充当=預り金(充当)
    "credits_open": _("Credits not applied yet equal what is held for them"),
    # ja: 当月支払の返金=仕訳帳
    "refunds_paid": _("Refunds paid in the month equal the journal"),
    # ja: 当月の充当=仕訳帳
    "credits_applied": _("Credits applied in the month equal the journal"),
    # ja: 入金の把握額=入金の記帳額
    "deposits": _("Transfers received to date as booked equal those known"),
    # ja: 帳簿上の銀行残高(銀行の残高証明と照合)
    "bank_balance": _("Bank balance per books, to be compared with the bank's statement"),
}

_COUNTS = (Column("", width=52), Column("", width=26), Column("", "any", 20))
_CONTROLS = (
    # ja: 照合
    Column(_("Control"), width=52, wrap=True),
    # ja: 勘定科目
    Column(_("Account"), width=26),
    # ja: 金額・件数
    Column(_("Value"), "any", 20),
    # ja: あるべき値
    Column(_("Expected"), "any", 20),
    # ja: 一致
    Column(_("Agrees"), width=8),
    # ja: 記載箇所
    Column(_("Sheet"), width=20),
)
_STAMPS = (
    # ja: 承認
    Column(_("Approved"), width=52),
    # ja: 確認
    Column(_("Checked"), width=26),
    # ja: 作成
    Column(_("Prepared"), width=20),
)


def month(statement: MonthStatement, seal: str | None) -> Sheet:
    """The cover of a month's workbook; `seal` is the head of the chain that the month was closed with, if it was."""
    failed = sum(each.holds is False for each in statement.controls)
    says = say(_("{count} control totals do not agree"), count=failed) if failed else say(_("All control totals agree"))
    return Sheet(
        name=NAME,
        title=TITLE,
        subtitle=says,
        blocks=(
            Block(_COUNTS, _counts(statement.counts, seal)),
            # ja: 照合表
            Block(_CONTROLS, _controls(statement), heading=_("Control totals")),
            # ja: 検印
            Block(_STAMPS, [("", "", "")], heading=_("Seals")),
        ),
        period=(statement.month.first, statement.month.last),
        issuer=ISSUER,
        landscape=True,
    )


def _counts(counts: Counts, seal: str | None) -> Iterator[Values]:
    for name, count in (
        # ja: 会員数
        (_("Members"), counts.members),
        # ja: 申込数
        (_("Applications"), counts.applications),
        # ja: 当月の伝票数
        (_("Entries of the month"), counts.entries),
        # ja: うち取消伝票数
        (_("of which reversals"), counts.reversals),
        (TO_DATE, counts.entries_to_date),
        # ja: 判定数
        (_("Decisions that stand"), counts.decisions),
        # ja: 払戻し(当月又は未了)
        (_("Refunds of the month or still open"), counts.refunds),
        # ja: 過入金返金(当月又は未了)
        (_("Overpayments returned in the month or still open"), counts.overpayments),
        # ja: 充当(当月又は未了)
        (_("Credits of the month or still open"), counts.credits),
    ):
        yield (say(name), None, As("count", count))
    yield (say(HEAD), counts.head, None)
    # ja: 締めの封印
    yield (say(_("Seal of the closed month")), say(_("not closed")) if seal is None else seal, None)


def _controls(statement: MonthStatement) -> Iterator[Values]:
    for each in statement.controls:
        yield (
            say(SAYS[each.code]),
            None if each.account is None else statement.chart.name(each.account.code),
            _amount(each, each.value),
            _amount(each, each.expected),
            "－" if each.holds is None else mark(each.holds),
            say(SHEETS[each.sheet]),
        )


def _amount(control: Control, value: int | None) -> Value:
    return As("yen" if control.in_yen else "count", value)
