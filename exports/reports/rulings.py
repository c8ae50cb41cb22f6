"""決裁一覧: what the federation itself decided where no notice decides, and who has approved it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from exports.reports.empty import Empty, first_day
from exports.reports.filters import month, of_person, state
from exports.reports.report import AS_OF, Column, Connection, Question, Report
from ledger.codes import STATES, TREATMENTS
from ledger.i18n import N_
from ledger.statements.labels import label, remarks


class ListedRuling(NamedTuple):
    """A ruling, the yen that it is about (the fee received, where it gives that back), and whose application it is."""

    ruling: Any
    yen: int | None
    person: Any


def _rows(connection: Connection, question: Question) -> list[ListedRuling]:
    from ledger import tables
    from ledger.booking.rulings import rulings
    from ledger.decisions.findings import judge
    from ledger.people.naming import persons
    from ledger.store.owners import ever_theirs

    member = question["member"]
    of = None if member is None else tables.ruling.c.application.in_(ever_theirs(connection, member))
    rows = rulings(connection, of, question["as_of"])
    findings = judge(connection, question["as_of"], applications=[row.application for row in rows]) if rows else []
    received = {finding.application: finding.fee_received for finding in findings}
    owners = persons(connection, [row.member for row in rows])
    return [
        ListedRuling(row, received.get(row.application) if row.treatment == "refund" else 0, owners[row.member])
        for row in rows
    ]


def _approval(name: str) -> Callable[[Any], Any]:
    return lambda row: None if row.ruling.approval is None else getattr(row.ruling.approval, name)


def _rejected(row: ListedRuling) -> str | None:
    return row.ruling.steps[-1].reason if row.ruling.state == "rejected" else None


REPORT = Report(
    name="ruling list",
    title=N_("Rulings of the federation"),
    summary=N_("What the federation itself decided where no notice decides, with its states."),
    examples=("ruling list", "ruling list --out 決裁一覧.xlsx"),
    parameters=(
        AS_OF,
        *of_person("person"),
        state(lambda: STATES, among=("proposed", "approved", "rejected")),
        month("on"),
    ),
    rows=_rows,
    columns=(
        Column("no", N_("No."), "ruling.no", "number", 6, importance=3),
        Column("member", N_("Member No."), "ruling.member", width=17),
        Column("application", N_("Application No."), "ruling.application", width=14, importance=3),
        Column("on", N_("Day of the paper"), "ruling.decided_on", "day", 17),
        Column("document", N_("Document"), "ruling.document", width=20, importance=1),
        Column(
            "treatment",
            N_("Ruling"),
            "ruling.treatment",
            width=12,
            show=lambda code: TREATMENTS[code].said,
            importance=3,
        ),
        Column("reason", N_("Reason"), "ruling.reason", width=30, wrap=True),
        Column("yen", N_("Amount, tax included"), "yen", "yen"),
        Column("state", N_("State"), "ruling.state", width=14, show=lambda state: label(STATES, state), importance=3),
        Column("known_on", N_("Known on"), "ruling.known_on", "day", 17, importance=1),
        Column("proposed_by", N_("Brought by"), "ruling.brought_by", importance=1),
        Column("approved_on", N_("Approved on"), _approval("on"), "day", 17, importance=1),
        Column("approved_by", N_("Approved by"), _approval("by"), importance=1),
        Column(
            "doubts",
            N_("Doubts"),
            lambda row: row.ruling.approval.doubts if row.ruling.approval else (),
            width=36,
            show=remarks,
            wrap=True,
            data="texts",
        ),
        Column("rejected_because", N_("Rejected because"), _rejected, width=24, wrap=True),
    ),
    dated=True,
    empty=Empty(
        N_("The federation has ruled on nothing: no notice left a question open, or no ruling was brought."),
        "ruling",
        ("rulings",),
        first=first_day("ruling", "known_on"),
    ),
)
