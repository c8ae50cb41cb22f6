"""判定一覧: the decisions that stand, in words; and the history of decisions."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.decisions.findings import Finding
from ledger.decisions.store import Decision
from ledger.i18n import _
from ledger.notices import register
from ledger.people.register import Owners
from ledger.statements.decisions import Decided
from ledger.statements.labels import OUTCOMES, SUGGESTED, listed, missing, remarks, worded

# ja: 判定一覧
NAME = _("Decisions")

COLUMNS = (
    # ja: 判定No.
    Column(_("Decision No."), "number", 8),
    *PERSON,
    Column(_("Application No."), width=14),
    # ja: 判定基準日
    Column(_("Decided as of"), "day", 17),
    # ja: 判定
    Column(_("Answer"), width=16),
    # ja: 根拠条項
    Column(_("Clauses"), width=10),
    # ja: 根拠
    Column(_("Notice"), width=26, wrap=True),
    # ja: 返金対象額
    Column(_("Amount to be given back"), "yen", 13, total=True),
    # ja: 方法
    Column(_("Way"), width=10),
    # ja: 未確認の事実
    Column(_("Missing"), width=36, wrap=True),
    # ja: 疑義
    Column(_("Doubts"), width=36, wrap=True),
    # ja: 注意
    Column(_("To be noted"), width=30, wrap=True),
    # ja: 判定者
    Column(_("Decided by"), width=12),
)

HISTORY = (
    Column(_("Decision No."), "number", 8),
    Column(_("Application No."), width=14),
    Column(_("Decided as of"), "day", 17),
    # ja: 判定日時(UTC)
    Column(_("Decided at (UTC)"), "moment", 20, on_paper=True),
    Column(_("Decided by"), width=12),
    Column(_("Answer"), width=16),
    Column(_("Clauses"), width=10),
    Column(_("Notice"), width=26, wrap=True),
    Column(_("Amount to be given back"), "yen", 13),
    # ja: 後の判定
    Column(_("Superseded by"), "number", 9),
)


def month(decided: Iterable[Decided], owners: Owners, day: date) -> Sheet:
    """The decision that stood for each application at the end of a month."""
    # ja: 合計
    block = Block(COLUMNS, _rows(decided, owners), total=_("Total"))
    return Sheet(name=NAME, title=NAME, blocks=(block,), as_of=day, issuer=ISSUER, landscape=True)


def history(decisions: Iterable[Decision]) -> Sheet:
    """Decisions in the order in which they were kept, superseded ones included."""
    # ja: 判定履歴
    title = _("History of decisions")
    return Sheet(name=NAME, title=title, blocks=(Block(HISTORY, historical(decisions)),), issuer=ISSUER, landscape=True)


def historical(decisions: Iterable[Decision]) -> Iterator[Values]:
    """The rows of `HISTORY`."""
    for each in decisions:
        notice = register.announced(each.notice)
        yield (
            each.no,
            each.application,
            each.as_of,
            each.decided_at,
            each.by,
            worded(OUTCOMES, each.outcome),
            listed(each.clauses),
            notice.name if notice else None,
            each.refundable,
            each.superseded_by,
        )


def _rows(decided: Iterable[Decided], owners: Owners) -> Iterator[Values]:
    for each in decided:
        yield (
            each.no,
            *person(owners.of(each.application)),
            each.application,
            each.as_of,
            *answer(each),
            each.by,
        )


def answer(each: Decided | Finding) -> Values:
    """The answer in words: outcome, clauses, notice, yen, way, what is missing, doubts, what is to be noted.

    What is missing is named where somebody has to supply it: not while nothing has ended.
    """
    return (
        worded(OUTCOMES, each.outcome),
        listed(each.clauses),
        each.notice.name if each.notice else None,
        each.refundable,
        worded(SUGGESTED, each.suggested),
        missing(each.missing) if each.outcome in ("needs_facts", "needs_review") else "",
        remarks(each.doubts),
        remarks(each.warnings),
    )
