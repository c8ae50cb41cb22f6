"""新旧比較: what a proposed notice would change, by outcome, by association, and application by application."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.formats import terminal
from exports.reports import explanation
from exports.reports.check import EXPLAINED_FINDING, CheckedFinding
from exports.reports.decisions import format_outcome
from exports.reports.report import AS_OF, Column, Connection, Listing, Parameter, Question, Report, Table, member
from ledger.i18n import N_, _, ngettext
from ledger.statements.labels import joined, missing

if TYPE_CHECKING:
    from ledger.decisions.impact import Comparison, Example, OutcomeShift

TOTAL = N_("Total")


def _rows(connection: Connection, question: Question) -> "Comparison":
    from ledger.decisions.impact import compare
    from ledger.notices.drafts import load

    return compare(connection, load(Path(question["file"])), question["as_of"])


def _yen(before: str = "refundable_before", after: str = "refundable_after", *, in_json: bool = True) -> Any:

    def difference(row: Any) -> int:
        return columns[1].of(row) - columns[0].of(row)  # type: ignore[no-any-return]

    columns = (
        Column("refundable_before", N_("Refundable now"), before, "yen", 16, total=True, in_json=in_json),
        Column("refundable_after", N_("Refundable as proposed"), after, "yen", 16, total=True, in_json=in_json),
    )
    return (*columns, Column("change", N_("Change"), difference, "yen", 14, total=True))


def _after(shift: "OutcomeShift") -> str | None:
    return format_outcome(shift.after) if shift.before != shift.after else _("the same, on other grounds")


def _between(comparison: "Comparison") -> str:
    now = comparison.in_force.name if comparison.in_force else _("no notice was in force")
    return _("now: {notice}; proposed: {proposed}", notice=now, proposed=comparison.proposed.notice.name)


def _text(listing: Listing) -> str:
    """The difference in counts and yen, and a few changes of each kind explained under both notices."""
    comparison: Comparison = listing.content
    if not comparison.changes:
        return ngettext(
            "{count} application judged as of {day}: the proposed notice would change nothing.",
            "{count} applications judged as of {day}: the proposed notice would change nothing.",
            comparison.judged,
            day=comparison.as_of,
        )
    sums = REPORT.sheet(comparison, comparison.as_of, tables=REPORT.every_table[:2])
    examples = ["\n".join(_explained(example, comparison)) for example in comparison.examples]
    return "\n\n".join([terminal.format_sheet(sums), _("Examples of each kind:"), *examples])


def _explained(example: "Example", comparison: "Comparison") -> Iterator[str]:
    change = example.change
    yield _("Application {application}, now:", application=change.application)
    yield explanation.finding(example.before, change.member, comparison.origins)
    yield _("as proposed:")
    lines = explanation.finding(example.after, change.member, comparison.origins).splitlines()
    # What could be typed next could not be typed yet: the proposed notice is not in force.
    yield from (line for line in lines if not line.startswith("  → seisan"))


def _examples(comparison: "Comparison") -> list[dict[str, Any]]:
    return [
        {
            "application": example.change.application,
            "before": CheckedFinding(example.before, example.change.member, comparison.origins, everything=True),
            "after": CheckedFinding(example.after, example.change.member, comparison.origins, everything=True),
        }
        for example in comparison.examples
    ]


_shown = partial(Column, in_json=False)

_JUDGEMENT = (
    Column("outcome"),
    Column("clauses", data="texts"),
    Column("missing", data="texts"),
    Column("doubts", data="texts"),
    Column("refundable", kind="yen"),
)

_ASSOCIATIONS = Table(
    columns=(
        Column("association", N_("Association"), width=9),
        Column("applications", N_("Applications judged"), kind="count", total=True),
        Column("changed", N_("Of these changed"), kind="count", total=True),
        *_yen(),
    ),
    rows=lambda comparison: comparison.shares,
    key="associations",
    heading=N_("By association (all applications)"),
    total=TOTAL,
)
_CHANGES = Table(
    columns=(
        *member(),
        Column("application", N_("Application No."), width=14),
        Column("before", columns=_JUDGEMENT),
        Column("after", columns=_JUDGEMENT),
        _shown("outcome_now", N_("Answer now"), "before.outcome", width=20, show=format_outcome),
        _shown("clauses_now", N_("Clauses now"), "before.clauses", show=joined),
        _shown("outcome_proposed", N_("Answer as proposed"), "after.outcome", width=20, show=format_outcome),
        _shown("clauses_proposed", N_("Clauses as proposed"), "after.clauses", show=joined),
        _shown("missing", N_("Missing as proposed"), "after.missing", width=40, show=missing, wrap=True),
        *_yen("before.refundable", "after.refundable", in_json=False),
    ),
    rows=lambda comparison: comparison.changes,
    key="changes",
    heading=N_("Every change"),
    total=TOTAL,
    new_page=True,
)

REPORT = Report(
    name="notices compare",
    title=N_("What the proposed notice would change"),
    tab=N_("Comparison of notices"),
    summary=N_("Which findings a proposed notice would change, and the money it moves; nothing is written."),
    examples=(
        "notices compare proposed.py --as-of 2012-09-30",
        "notices compare proposed.py --as-of 2012-09-30 --out 比較.xlsx",
    ),
    parameters=(
        Parameter("file", "file", N_("the proposed notice; it is code, and is run"), "", "FILE.py", required=True),
        AS_OF,
    ),
    rows=_rows,
    listed=lambda comparison: comparison.moved,
    list_key="outcomes",
    heading=N_("By outcome (all changes)"),
    columns=(
        Column("before", N_("Answer now"), width=20, show=format_outcome),
        Column("after"),
        _shown("proposed", N_("Answer as proposed"), _after, width=20),
        Column("applications", N_("Applications"), kind="count", total=True),
        *_yen(),
    ),
    facts=(
        Column("notice", get=lambda row: row.in_force.announced_on if row.in_force else None, kind="day"),
        Column("proposed", get="proposed.notice.announced_on", kind="day"),
        Column("applications", get="judged", kind="count"),
        Column("changed", get=lambda row: len(row.changes), kind="count"),
        Column("refundable_before", kind="yen"),
        Column("refundable_after", kind="yen"),
        Column(
            "examples",
            get=_examples,
            columns=(
                Column("application", get=lambda row: row["application"]),
                Column("before", get=lambda row: row["before"], columns=EXPLAINED_FINDING),
                Column("after", get=lambda row: row["after"], columns=EXPLAINED_FINDING),
            ),
        ),
    ),
    total=TOTAL,
    tables=(_ASSOCIATIONS, _CHANGES),
    subtitle=_between,
    dated=True,
    text=_text,
    empty=None,
)
