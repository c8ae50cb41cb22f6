"""新旧比較: what a proposed notice would change, by outcome, by association, and application by application."""

from collections.abc import Iterator

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.decisions.impact import Comparison
from ledger.i18n import _, say
from ledger.statements.labels import OUTCOMES, listed, missing, worded

# ja: 新旧比較
NAME = _("Comparison of notices")
# ja: お知らせ案による判定の変更
TITLE = _("What the proposed notice would change")
# ja: 合計
TOTAL = _("Total")

# ja: 現行の返金可能額
_YEN_BEFORE = Column(_("Refundable now"), "yen", 16, total=True)
# ja: 案の返金可能額
_YEN_AFTER = Column(_("Refundable as proposed"), "yen", 16, total=True)
# ja: 増減
_DIFFERENCE = Column(_("Change"), "yen", 14, total=True)
_MONEY = (_YEN_BEFORE, _YEN_AFTER, _DIFFERENCE)

# ja: 現行の判定
_NOW = Column(_("Answer now"), width=20)
# ja: 案の判定
_PROPOSED = Column(_("Answer as proposed"), width=20)

_BY_OUTCOME = (
    _NOW,
    _PROPOSED,
    # ja: 申込数
    Column(_("Applications"), "count", 12, total=True),
    *_MONEY,
)
_BY_ASSOCIATION = (
    PERSON[0],
    # ja: 判定した申込
    Column(_("Applications judged"), "count", 12, total=True),
    # ja: うち変更
    Column(_("Of these changed"), "count", 12, total=True),
    *_MONEY,
)
_BY_APPLICATION = (
    *PERSON,
    # ja: 申込番号
    Column(_("Application No."), width=14),
    _NOW,
    # ja: 現行の該当事由
    Column(_("Clauses now"), width=12),
    _PROPOSED,
    # ja: 案の該当事由
    Column(_("Clauses as proposed"), width=12),
    # ja: 案で未確認の事実
    Column(_("Missing as proposed"), width=40, wrap=True),
    *_MONEY,
)


def sheet(found: Comparison, *, every_change: bool = True) -> Sheet:
    """The whole comparison; without `every_change` only the counts and sums."""
    blocks = [
        Block(_BY_OUTCOME, list(_moved(found)), heading=_("By outcome (all changes)"), total=TOTAL),
        Block(_BY_ASSOCIATION, list(_shares(found)), heading=_("By association (all applications)"), total=TOTAL),
    ]
    if every_change:
        heading = _("Every change")
        blocks.append(Block(_BY_APPLICATION, _changes(found), heading=heading, total=TOTAL, new_page=True))
    return Sheet(
        name=NAME,
        title=TITLE,
        blocks=tuple(blocks),
        as_of=found.as_of,
        subtitle=_between(found),
        issuer=ISSUER,
        landscape=True,
    )


def _between(found: Comparison) -> str:
    now = found.in_force.name if found.in_force else say(_("no notice was in force"))
    return say(_("now: {notice}; proposed: {proposed}"), notice=now, proposed=found.proposed.notice.name)


def _moved(found: Comparison) -> Iterator[Values]:
    for each in found.moved:
        after = worded(OUTCOMES, each.after)
        yield (
            worded(OUTCOMES, each.before),
            after if each.before != each.after else say(_("the same, on other grounds")),
            each.applications,
            *_yen(each.refundable_before, each.refundable_after),
        )


def _shares(found: Comparison) -> Iterator[Values]:
    for each in found.shares:
        yield (
            each.association,
            each.applications,
            each.changed,
            *_yen(each.refundable_before, each.refundable_after),
        )


def _changes(found: Comparison) -> Iterator[Values]:
    for each in found.changes:
        yield (
            *person(each.member),
            each.application,
            worded(OUTCOMES, each.before.outcome),
            listed(each.before.clauses),
            worded(OUTCOMES, each.after.outcome),
            listed(each.after.clauses),
            missing(each.after.missing),
            *_yen(each.before.refundable, each.after.refundable),
        )


def _yen(before: int, after: int) -> tuple[int, int, int]:
    return before, after, after - before
