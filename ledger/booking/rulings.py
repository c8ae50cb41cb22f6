"""Rulings of the federation: brought by an import, approved by another person for the doubts that then stand.

Nothing is posted: a ruling is a ground. The fee that it gives back goes the way of every other: `refunds`, `credits`.
"""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, select

from ledger import facts, tables
from ledger.booking import refusals
from ledger.booking.workflow import FIELDS, format_state
from ledger.codes import RULING_MOVES
from ledger.decisions.findings import Finding, judge
from ledger.i18n import _
from ledger.journal.closing import require_open
from ledger.journal.entries import Result
from ledger.journal.refusals import NoReasonGiven
from ledger.notices import review_flags
from ledger.people.four_eyes import one_person
from ledger.store.records import next_number, signature


@dataclass(frozen=True)
class RulingStep:
    """A state that a ruling came into: on which day, by whom, why; `doubts` are those that an approval speaks of."""

    state: str
    on: date
    by: str
    reason: str | None
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class BroughtRuling:
    """A ruling as it was brought, and its steps up to a day: what the paper says, since when it is known, by whom."""

    no: int
    application: str
    member: str
    decided_on: date
    document: str
    treatment: str
    reason: str | None
    known_on: date
    brought_by: str
    role: str | None
    steps: tuple[RulingStep, ...]

    @property
    def state(self) -> str:
        """The state that it came to last."""
        return self.steps[-1].state if self.steps else "proposed"

    @property
    def approval(self) -> RulingStep | None:
        """The last approval; None while nobody has approved it."""
        return next((step for step in reversed(self.steps) if step.state == "approved"), None)


def rulings(
    connection: Connection, where: ColumnElement[bool] | None = None, as_of: date | None = None
) -> list[BroughtRuling]:
    """Every ruling that was not withdrawn, or those that fit, by number; by a day, as they stood then."""
    ruling, step, source, application = tables.ruling, tables.ruling_step, tables.source, tables.application
    names = ("application", "decided_on", "document", "treatment", "reason", "known_on")
    brought = (
        select(
            ruling.c.id.label("no"),
            *(ruling.c[name] for name in names),
            application.c.member,
            source.c.by.label("brought_by"),
        )
        .add_columns(source.c.role)
        .join(source, source.c.id == ruling.c.source)
        .join(application, application.c.number == ruling.c.application)
        .where(facts.not_withdrawn(ruling, as_of))
        .order_by(ruling.c.id)
    )
    taken = select(step).order_by(step.c.no)
    if where is not None:
        brought = brought.where(where)
        taken = taken.where(step.c.ruling.in_(select(ruling.c.id).where(where)))
    if as_of is not None:
        brought, taken = brought.where(ruling.c.known_on <= as_of), taken.where(step.c.happened_on <= as_of)
    steps: dict[int, list[RulingStep]] = {}
    for row in connection.execute(taken):
        doubts = tuple(json.loads(row.doubts or "[]"))
        steps.setdefault(row.ruling, []).append(RulingStep(row.state, row.happened_on, row.by, row.reason, doubts))
    rows = connection.execute(brought).mappings()
    return [BroughtRuling(**row, steps=tuple(steps.get(row["no"], ()))) for row in rows]


def approve(connection: Connection, no: int, *, on: date, by: str) -> Result:
    """Approves a ruling for the doubts that stand on the day; approved for all of these already, nothing changes.

    Refused in this order: an unknown number, a rejected one, a closed month, a day before the paper was known or
    before the last step, an application of which there is nothing to rule, and who brought it.
    """
    ruling = _find(connection, no)
    if ruling.state == "approved" and (approval := ruling.approval) is not None:
        finding = _judged(connection, ruling, max(on, approval.on))
        if not finding.row["under_review"] or set(finding.doubts) <= set(approval.doubts):
            return Result(no, changed=False)
    _require_order(connection, ruling, "approved", on)
    finding = _judged(connection, ruling, on)
    if not finding.row["under_review"]:
        raise refusals.NothingToRule(ruling.application, on)
    if review_flags.FEE_NOT_KNOWN in finding.doubts:
        raise refusals.FeeNotKnown(ruling.application)
    if one_person(connection, by, ruling.brought_by, ruling.role):
        raise refusals.SamePersonApproves(by)
    _append(connection, no, RulingStep("approved", on, by, None, finding.doubts))
    return Result(no, changed=True)


def reject(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Rejects a ruling, approved or not: what it would settle has to be reviewed again. The reason is kept.

    Rejected already for the same reason: nothing changes. What was given back on it stays given back.
    """
    ruling = _find(connection, no)
    if ruling.state == "rejected":
        if (recorded := ruling.steps[-1].reason) != reason:
            raise refusals.DoneDifferently(format_state("rejected"), _(FIELDS["reason"]), str(recorded), reason)
        return Result(no, changed=False)
    _require_order(connection, ruling, "rejected", on)
    if not reason.strip():
        raise NoReasonGiven(format_state("rejected"))
    _append(connection, no, RulingStep("rejected", on, by, reason, ()))
    return Result(no, changed=True)


def application_of(connection: Connection, no: int) -> str:
    """The application that a ruling is about; an unknown number is refused."""
    return _find(connection, no).application


def _find(connection: Connection, no: int) -> BroughtRuling:
    for ruling in rulings(connection, tables.ruling.c.id == no):
        return ruling
    raise refusals.UnknownRuling(no)


def _judged(connection: Connection, ruling: BroughtRuling, on: date) -> Finding:
    for finding in judge(connection, on, applications=[ruling.application]):
        return finding
    raise refusals.NotAppliedYet(ruling.application, on)


def _require_order(connection: Connection, ruling: BroughtRuling, state: str, on: date) -> None:
    require_open(connection, on)
    if state not in RULING_MOVES.get(ruling.state, ()):
        raise refusals.RulingOutOfOrder(ruling.no, format_state(ruling.state), format_state(state))
    before = ruling.steps[-1].on if ruling.steps else ruling.known_on
    if on < before:
        raise refusals.BeforeTheStepBefore(on, before)


def _append(connection: Connection, no: int, step: RulingStep) -> None:
    doubts = json.dumps(step.doubts) if step.state == "approved" else None
    row = {"no": next_number(connection, tables.ruling_step.c.no), "ruling": no, "state": step.state}
    row |= {"happened_on": step.on, "reason": step.reason, "doubts": doubts}
    connection.execute(tables.ruling_step.insert().values(row | signature(connection, step.by)))
