"""判定の見直し: decisions that stand and would be answered otherwise today, and what has changed since."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values, format_day
from exports.reports import ISSUER, PERSON, person
from ledger.codes import format_code
from ledger.decisions.findings import Finding
from ledger.decisions.outdated import ChangedFact, OutdatedDecision, Value
from ledger.i18n import N_, _, either
from ledger.money import format_yen
from ledger.notices.conditions import Notice
from ledger.people.register import Owners
from ledger.statements.labels import OUTCOMES, fact, joined, label

NAME = N_("Shaken decisions")

COLUMNS = (
    Column(N_("Decision No."), "number", 8),
    *PERSON,
    Column(N_("Application No."), width=14),
    Column(N_("Decided as of"), "day", 17),
    Column(N_("Asked again for"), "day", 17),
    Column(N_("Answer then"), width=16),
    Column(N_("Answer asked again"), width=16),
    Column(N_("Clauses then"), width=10, on_paper=True),
    Column(N_("Clauses asked again"), width=10, on_paper=True),
    Column(N_("To be given back then"), "yen", 12, total=True),
    Column(N_("To be given back now"), "yen", 12, total=True),
    Column(N_("What has changed"), width=60, wrap=True),
    Column(N_("From where"), width=40, wrap=True),
)

_MONEY = {
    "fee_due": N_("fee that applies"),
    "fee_received": N_("fee received"),
    "returned": N_("given back or credited"),
}


def sheet(rows: Iterable[OutdatedDecision], owners: Owners, on: date) -> Sheet:
    """The decisions that `rows` name, each with the answer then and now and what makes the difference."""
    return Sheet(
        name=NAME,
        title=NAME,
        blocks=(Block(COLUMNS, _rows(rows, owners), total=N_("Total")),),
        as_of=on,
        issuer=ISSUER,
        landscape=True,
        notes=(
            N_("Asked again for the day of the decision: with everything that was recorded since, by the same notice."),
            N_("Asked again for a later day: with what was known on that day, by the notice then in force."),
        ),
    )


def _rows(rows: Iterable[OutdatedDecision], owners: Owners) -> Iterator[Values]:
    for row in rows:
        decision = row.decision
        yield (
            decision.no,
            *person(owners.of(decision.application)),
            decision.application,
            decision.as_of,
            row.asked_on,
            label(OUTCOMES, decision.outcome),
            _outcome(row.now),
            joined(decision.clauses),
            joined(row.now.clauses) if row.now else None,
            decision.refundable,
            row.now.refundable if row.now else None,
            "\n".join(_changed(row)),
            "\n".join(dict.fromkeys(str(change.origin) for change in row.changes if change.origin is not None)),
        )


def _outcome(answer: Finding | None) -> str | None:
    return _("no such application") if answer is None else label(OUTCOMES, answer.outcome)


def _changed(each: OutdatedDecision) -> Iterator[str]:
    if each.notice_changed and each.now is not None:
        yield _("notice: {was} → {now}", was=_notice(each.decision.notice), now=_notice(each.now.notice))
    for change in each.changes:
        name = _(_MONEY[change.column]) if change.column in _MONEY else fact(change.column)
        yield f"{name}: {_told(change, change.was)} → {_told(change, change.now)}"


def _notice(notice: Notice | None) -> str:
    return _("none") if notice is None else notice.name


def _told(change: ChangedFact, value: Value) -> str:
    if value is None:
        return _("not known")
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, int):
        return either("{yen}円", "{yen} yen").format(yen=format_yen(value))
    return format_code(change.column, value)
