"""判定の見直し: decisions that stand and would be answered otherwise today, and what has changed since."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values, written_day
from exports.reports import ISSUER, PERSON, person
from ledger.codes import APPLICATION_KINDS, CHOICES, COVERED, REASONS, SIDES, USED
from ledger.decisions.outdated import Answer, Change, Shaken, Value
from ledger.i18n import _, either, say
from ledger.money import written
from ledger.notices import register
from ledger.people.register import Owners
from ledger.statements.labels import OUTCOMES, fact, listed, worded

# ja: 要見直し判定
NAME = _("Shaken decisions")

COLUMNS = (
    # ja: 判定No.
    Column(_("Decision No."), "number", 8),
    *PERSON,
    Column(_("Application No."), width=14),
    # ja: 判定基準日
    Column(_("Decided as of"), "day", 17),
    # ja: 再判定の基準日
    Column(_("Asked again for"), "day", 17),
    # ja: 当時の判定
    Column(_("Answer then"), width=16),
    # ja: 再判定
    Column(_("Answer asked again"), width=16),
    # ja: 当時の条項
    Column(_("Clauses then"), width=10, on_paper=True),
    # ja: 再判定の条項
    Column(_("Clauses asked again"), width=10, on_paper=True),
    # ja: 当時の返金対象額
    Column(_("To be given back then"), "yen", 12, total=True),
    # ja: 再判定の返金対象額
    Column(_("To be given back now"), "yen", 12, total=True),
    # ja: 変わった点
    Column(_("What has changed"), width=60, wrap=True),
    # ja: 出典
    Column(_("From where"), width=40, wrap=True),
)

_WORDS = {
    "kind": APPLICATION_KINDS,
    "side": SIDES,
    "reason": REASONS,
    "used": USED,
    "covered": COVERED,
    "choice": CHOICES,
}
_MONEY = {
    # ja: 適用される発行手数料
    "fee_due": _("fee that applies"),
    # ja: 受領した発行手数料
    "fee_received": _("fee received"),
    # ja: 返金・充当済額
    "returned": _("given back or credited"),
}


def sheet(rows: Iterable[Shaken], owners: Owners, on: date) -> Sheet:
    """The decisions that `rows` name, each with the answer then and now and what makes the difference."""
    return Sheet(
        name=NAME,
        title=NAME,
        # ja: 合計
        blocks=(Block(COLUMNS, _rows(rows, owners), total=_("Total")),),
        as_of=on,
        issuer=ISSUER,
        landscape=True,
        notes=(
            _("Asked again for the day of the decision: with everything that was recorded since, by the same notice."),
            _("Asked again for a later day: with what was known on that day, by the notice then in force."),
        ),
    )


def _rows(rows: Iterable[Shaken], owners: Owners) -> Iterator[Values]:
    for each in rows:
        yield (
            each.decision,
            *person(owners.of(each.application)),
            each.application,
            each.as_of,
            each.asked_on,
            _outcome(each.then),
            _outcome(each.now),
            listed(each.then.clauses),
            listed(each.now.clauses) if each.now else None,
            each.then.refundable,
            each.now.refundable if each.now else None,
            "\n".join(_changed(each)),
            "\n".join(dict.fromkeys(str(change.origin) for change in each.changes if change.origin is not None)),
        )


def _outcome(answer: Answer | None) -> str | None:
    # ja: 申込みなし
    return say(_("no such application")) if answer is None else worded(OUTCOMES, answer.outcome)


def _changed(each: Shaken) -> Iterator[str]:
    if each.notice_changed and each.now is not None:
        # ja: 適用するお知らせ: {was} → {now}
        yield say(_("notice: {was} → {now}"), was=_notice(each.then.notice), now=_notice(each.now.notice))
    for change in each.changes:
        name = say(_MONEY[change.column]) if change.column in _MONEY else fact(change.column)
        yield f"{name}: {_told(change, change.was)} → {_told(change, change.now)}"


def _notice(announced: date | None) -> str:
    notice = register.announced(announced)
    # ja: なし
    return say(_("none")) if notice is None else notice.name


def _told(change: Change, value: Value) -> str:
    if value is None:
        # ja: 未確認
        return say(_("not known"))
    if isinstance(value, date):
        return written_day(value)
    if isinstance(value, int):
        return either("{yen}円", "{yen} yen").format(yen=written(value))
    return _WORDS[change.column][value].said if change.column in _WORDS else value
