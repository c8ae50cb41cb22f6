"""会員別計算書: one member's applications, facts, findings, money, decisions and ledger."""

from collections.abc import Iterator
from itertools import groupby

from exports.formats.sheet import Block, Column, Sheet, Value, Values, Workbook
from exports.reports import ISSUER
from exports.reports import decisions as decision_sheet
from exports.reports.decisions import answer
from exports.reports.settlements import COLUMNS as RETURN_COLUMNS
from exports.reports.settlements import account as marked
from exports.reports.settlements import cells as return_cells
from ledger.booking.events import description
from ledger.i18n import _, say
from ledger.statements.labels import mark
from ledger.statements.member import MemberStatement, Posted

# ja: 会員別計算書
TITLE = _("Statement of a member")

_FINDINGS = (
    Column(_("Application No."), width=16),
    Column(_("Answer"), width=18),
    Column(_("Clauses"), width=12),
    Column(_("Notice"), width=26, wrap=True),
    Column(_("Amount to be given back"), "yen", 13),
    Column(_("Way"), width=12),
    Column(_("Missing"), width=36, wrap=True),
    Column(_("Doubts"), width=36, wrap=True),
    Column(_("To be noted"), width=30, wrap=True),
)
_FACTS = (
    Column(_("Application No."), width=14),
    # ja: 事実
    Column(_("Fact"), width=26),
    # ja: 内容
    Column(_("Content"), "any", 26),
    # ja: 把握日
    Column(_("Known on"), "day", 17),
    # ja: 資料
    Column(_("Source"), width=28),
    # ja: シート
    Column(_("Sheet of the source"), width=14),
    # ja: 行
    Column(_("Row"), "number", 7),
    Column(_("Entered by"), width=12),
)
_CONDITIONS = (
    Column(_("Application No."), width=14),
    # ja: 条項
    Column(_("Clause"), width=10),
    # ja: 条項の文言
    Column(_("Words of the clause"), width=40, wrap=True),
    # ja: 要件
    Column(_("Condition"), width=36, wrap=True),
    # ja: 該当
    Column(_("Holds"), width=7),
    # ja: 根拠事実
    Column(_("Grounds"), width=40, wrap=True),
    # ja: 資料
    Column(_("Source"), width=40, wrap=True),
)
_DEPOSITS = (
    # ja: 照会番号
    Column(_("Deposit"), width=16),
    Column(_("Received on"), "day", 17),
    # ja: 金額
    Column(_("Amount"), "yen", 12, total=True),
    # ja: 振込依頼人名
    Column(_("Payer"), width=28),
    Column(_("Application No."), width=14),
)
_LEDGER = (
    Column(_("Date"), "day", 17),
    Column(_("Entry No."), "number", 9),
    # ja: 補助
    Column(_("Part"), width=14),
    Column(_("Description"), width=46, wrap=True),
    Column(_("Debit"), "yen", 14),
    Column(_("Credit"), "yen", 14),
    Column(_("Balance"), "yen", 14),
)


def workbook(statement: MemberStatement, *, mark: str = "") -> Workbook:
    """The workbook about a member. The bank account shows its last four digits only."""
    facts = tuple(
        (
            each.application,
            each.name,
            each.value,
            each.origin.known_on if each.origin else None,
            each.origin.file if each.origin else None,
            each.origin.sheet if each.origin else None,
            each.origin.row if each.origin else None,
            each.origin.by if each.origin else None,
        )
        for each in statement.facts
    )
    return Workbook(
        title=say(TITLE),
        made_on=statement.as_of,
        mark=mark,
        sheets=(
            # ja: 概要
            _sheet(statement, _("Summary"), *_summary(statement)),
            # ja: 事実
            _sheet(statement, _("Facts"), Block(_FACTS, facts)),
            # ja: 要件と根拠
            _sheet(statement, _("Conditions and grounds"), Block(_CONDITIONS, list(_conditions(statement)))),
            # ja: 入金・返金・充当
            _sheet(statement, _("Money"), *_money(statement)),
            _sheet(
                statement,
                decision_sheet.NAME,
                Block(decision_sheet.HISTORY, list(decision_sheet.historical(statement.decisions))),
            ),
            # ja: 補助元帳
            _sheet(statement, _("Subsidiary ledger"), *_ledger(statement)),
        ),
    )


def _sheet(statement: MemberStatement, name: str, *blocks: Block) -> Sheet:
    person = statement.person
    return Sheet(
        name=name,
        title=TITLE,
        subtitle=f"{person.number} {person.name}",
        blocks=blocks,
        as_of=statement.as_of,
        issuer=ISSUER,
        landscape=True,
    )


def _summary(statement: MemberStatement) -> Iterator[Block]:
    account = [each for each in (statement.bank, statement.branch, statement.account) if each is not None]
    told: tuple[tuple[str, Value], ...] = (
        (_("Member No."), statement.person.number),
        (_("Name"), statement.person.name),
        # ja: 氏名カナ
        (_("Name in kana"), statement.kana),
        (_("Association"), statement.person.association),
        # ja: 登録取消日
        (_("Deregistered on"), statement.deregistered_on),
        # ja: 振込先口座
        (_("Bank account"), marked("-".join(account) or None, waits=statement.account_waits)),
    )
    yield Block((Column("", width=16), Column("", "any", 18)), tuple((say(name), value) for name, value in told))
    rows = tuple((each.application, *answer(each)) for each in statement.findings)
    # ja: 申込みごとの判定
    yield Block(_FINDINGS, rows, heading=_("The answer for each application"))


def _conditions(statement: MemberStatement) -> Iterator[Values]:
    for each in statement.conditions:
        yield (
            each.application,
            each.clause,
            each.words,
            each.says,
            mark(each.holds),
            each.grounds,
            each.sources,
        )


def _money(statement: MemberStatement) -> Iterator[Block]:
    deposits = [
        (each.reference, each.received_on, each.yen, each.payer, each.application) for each in statement.deposits
    ]
    # ja: 入金
    yield Block(_DEPOSITS, deposits, heading=_("Transfers received"), total=_("Total"))
    # ja: 返金・充当
    yield Block(RETURN_COLUMNS, [return_cells(each) for each in statement.returns], heading=_("Returned or credited"))


def _ledger(statement: MemberStatement) -> Iterator[Block]:
    """One block for each account; within it each part has its own running balance."""
    several = groupby(statement.ledger, key=lambda each: (each.account.code, each.account.name))
    for at, ((code, name), lines) in enumerate(several):
        yield Block(_LEDGER, [_posted(each) for each in lines], heading=f"{code} {name}", new_page=bool(at))
    if not statement.ledger:
        yield Block(_LEDGER, ())


def _posted(each: Posted) -> Values:
    line, entry = each.line, each.entry
    return (entry.on, entry.no, each.part, description(entry), line.debit, line.credit, each.left)
