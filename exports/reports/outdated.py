"""判定の見直し: decisions that stand and would be answered otherwise today, and what has changed since."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from exports.formats.sheet import format_day
from exports.reports.decisions import announced_on, format_outcome
from exports.reports.empty import Empty
from exports.reports.filters import ASSOCIATION, MEMBER
from exports.reports.report import Column, Connection, Question, Report, member
from ledger.codes import format_code
from ledger.i18n import N_, _, either
from ledger.money import format_yen
from ledger.statements.labels import fact, joined

if TYPE_CHECKING:
    from ledger.decisions.findings import Finding
    from ledger.decisions.outdated import ChangedFact, OutdatedDecision, Value
    from ledger.notices.conditions import Notice
    from ledger.people.register import Person

_MONEY = {
    "fee_due": N_("fee that applies"),
    "fee_received": N_("fee received"),
    "returned": N_("given back or credited"),
}


class OwnedDecision(NamedTuple):
    """An outdated decision, and whose application it is about."""

    outdated: "OutdatedDecision"
    member: "Person"

    @property
    def changed(self) -> str:
        """What has changed since, a line each; where nothing has, that another day was asked about."""
        changed = list(_changed(self.outdated))
        row = self.outdated
        if not changed and row.now is not None and row.asked_on != row.decision.as_of:
            changed = [_("the day asked about: {was} → {now}", was=row.decision.as_of, now=row.asked_on)]
        return "\n".join(changed)

    @property
    def origins(self) -> str:
        """Where that comes from, a line each."""
        origins = (change.origin for change in self.outdated.changes)
        return "\n".join(dict.fromkeys(str(origin) for origin in origins if origin is not None))


def _rows(connection: Connection, question: Question) -> list[OwnedDecision]:
    from ledger.decisions.outdated import outdated
    from ledger.people.register import owners
    from ledger.store.owners import ever_theirs

    member = question["member"]
    of = None if member is None else ever_theirs(connection, member)
    rows = outdated(connection, question["as_of"], of)
    owned = owners(connection, question["as_of"], {row.decision.application for row in rows})
    return [OwnedDecision(row, owned.of(row.decision.application)) for row in rows]


def _outcome(answer: "Finding | None") -> str | None:
    return _("no such application") if answer is None else format_outcome(answer.outcome)


def _clauses(answer: "Finding | None") -> str | None:
    return joined(answer.clauses) if answer else None


def _refundable(answer: "Finding | None") -> int | None:
    return answer.refundable if answer else None


def _changed(row: "OutdatedDecision") -> Iterator[str]:
    if row.notice_changed and row.now is not None:
        was, now = (_notice(answer.notice) for answer in (row.decision, row.now))
        yield _("notice: {was} → {now}", was=was, now=now)
    for change in row.changes:
        name = _(_MONEY[change.column]) if change.column in _MONEY else fact(change.column)
        yield f"{name}: {format_changed(change, change.was)} → {format_changed(change, change.now)}"


def _notice(notice: "Notice | None") -> str:
    return _("none") if notice is None else notice.name


def format_changed(change: "ChangedFact", value: "Value") -> str:
    """What a fact was, or is now, in words."""
    if value is None:
        return _("not known")
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, int):
        return either("{yen}円", "{yen} yen").format(yen=format_yen(value))
    return format_code(change.column, value)


_shown = partial(Column, in_json=False)

_ANSWER = (
    Column("outcome"),
    Column("notice", get=announced_on, kind="day"),
    Column("clauses", data="texts"),
    Column("refundable", kind="yen"),
)
_ORIGIN = (Column("file"), Column("sheet"), Column("row", kind="number"), Column("known_on", kind="day"), Column("by"))

REPORT = Report(
    name="decisions shaken",
    title=N_("Shaken decisions"),
    summary=N_("The decisions that stand and would be answered otherwise by what is known now, or by today's rules."),
    examples=("decisions shaken",),
    parameters=(ASSOCIATION, MEMBER),
    rows=_rows,
    list_key="shaken",
    columns=(
        Column("decision", N_("Decision No."), "outdated.decision.no", "number", 8, importance=3),
        *member(),
        Column("application", N_("Application No."), "outdated.decision.application", width=14, importance=3),
        Column("as_of", N_("Decided as of"), "outdated.decision.as_of", "day", 17),
        Column("asked_on", N_("Asked again for"), "outdated.asked_on", "day", 17, importance=1),
        _shown("answer_then", N_("Answer then"), "outdated.decision.outcome", width=16, show=format_outcome),
        _shown("answer_now", N_("Answer asked again"), "outdated.now", width=16, show=_outcome, importance=4),
        _shown("clauses_then", N_("Clauses then"), "outdated.decision.clauses", width=10, show=joined, on_paper=True),
        _shown("clauses_now", N_("Clauses asked again"), "outdated.now", width=10, show=_clauses, on_paper=True),
        _shown("yen_then", N_("To be given back then"), "outdated.decision.refundable", "yen"),
        _shown("yen_now", N_("To be given back now"), "outdated.now", "yen", show=_refundable),
        _shown("changed", N_("What has changed"), width=60, wrap=True, importance=4),
        _shown("origins", N_("From where"), width=40, wrap=True),
        Column("then", get="outdated.decision", columns=_ANSWER),
        Column("now", get="outdated.now", columns=_ANSWER),
        Column("notice_changed", get="outdated.notice_changed", kind="flag"),
        Column(
            "changes",
            get=lambda row: list(row.outdated.changes),
            columns=(
                Column("fact", get="column"),
                Column("was", kind="any"),
                Column("now", kind="any"),
                Column("source", get="origin", columns=_ORIGIN),
            ),
        ),
    ),
    total=N_("Total"),
    dated=True,
    empty=Empty(
        N_("Every decision that stands would be answered the same today."), "decision", command="decide --everyone"
    ),
    notes=(
        N_("Asked again for the day of the decision: with everything that was recorded since, by the same notice."),
        N_("Asked again for a later day: with what was known on that day, by the notice then in force."),
    ),
)
