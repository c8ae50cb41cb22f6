"""Outdated decisions: those that stand and would be answered otherwise today, with what has changed since.

They are judged on shadows of the tables, which hold what was recorded since as if it had been known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Select, Table, case, func, null, or_, select

from ledger import facts, tables
from ledger.decisions.findings import Finding
from ledger.decisions.shadows import judged, original, shadow
from ledger.decisions.store import GIVEN_BACK, STANDS, Decision, standing
from ledger.facts import AS_OF, COLUMNS, Origin
from ledger.notices import register

# What a finding says of money, which may change as a fact may.
_MONEY = ("fee_due", "fee_received", "returned")

Value = date | str | int | None


@dataclass(frozen=True)
class ChangedFact:
    """A fact, by its column, that is no longer what it was (None: not known); `origin` is where it comes from now."""

    column: str
    was: Value
    now: Value
    origin: Origin | None


@dataclass(frozen=True)
class OutdatedDecision:
    """A decision that stands and would be answered otherwise for a day: its own, or the day asked about.

    `now` is None when by that day there would have been no such application.
    """

    decision: Decision
    asked_on: date
    now: Finding | None
    changes: tuple[ChangedFact, ...]

    @property
    def notice_changed(self) -> bool:
        """Whether another notice answers for the day asked about."""
        return self.now is not None and self.now.notice != self.decision.notice


def outdated(connection: Connection, on: date) -> list[OutdatedDecision]:
    """The decisions that stand and would be answered otherwise, by number: each is asked again twice.

    For its own day, with hindsight: every fact, deposit and fee recorded since it was kept counts, whenever it became
    known, as far as what it tells of had happened by that day; the notice is the one in force then. And for the day
    `on`, as any question is asked on it; a decision about a later day is not asked for that. The second answer is left
    out where it repeats the first.

    To give the fee back is to carry a decision out and does not shake it: refunds and credits that rest on a decision
    that stands are left out. Another answer is another outcome or other yen; under the same notice, where a fee was
    received, also other clauses.
    """
    decisions = standing(connection)
    carried_out, hindsight = _carried_out(connection.dialect.name), _hindsight(connection.dialect.name)
    rows = _judged_again(connection, [decision for decision in decisions if decision.as_of <= on], on, carried_out)
    outdated_by_day = {(row.decision.no, row.asked_on): row for row in rows}
    decisions.sort(key=lambda decision: decision.as_of)
    for as_of, group in groupby(decisions, key=lambda decision: decision.as_of):
        for row in _judged_again(connection, list(group), as_of, (*carried_out, *hindsight)):
            outdated_by_day[row.decision.no, row.asked_on] = row
    return [outdated_by_day[key] for key in sorted(outdated_by_day)]


def _judged_again(
    connection: Connection, decisions: Sequence[Decision], asked_on: date, shadows: tuple[CTE, ...]
) -> Iterator[OutdatedDecision]:
    """Those of the decisions that would be answered otherwise for the day; everyone is judged at once."""
    applications = {decision.application for decision in decisions}
    findings = judged(connection, asked_on, register.in_force(asked_on), applications, shadows)
    pairs = [(decision, findings.get(decision.application)) for decision in decisions]
    differing = [(decision, finding) for decision, finding in pairs if _differs(decision, finding)]
    records = {number for _decision, finding in differing if finding is not None for number in finding.fact_ids()}
    origins = facts.origins(connection, records)
    for decision, finding in differing:
        changes = () if finding is None else tuple(_changes(decision.finding, finding, origins))
        yield OutdatedDecision(decision, asked_on, finding, changes)


def _differs(decision: Decision, finding: Finding | None) -> bool:
    if finding is None:
        return True
    # How far a refund or a credit has come is no other answer.
    given_back = decision.outcome in GIVEN_BACK and finding.outcome in GIVEN_BACK
    if not given_back and (decision.outcome, decision.refundable) != (finding.outcome, finding.refundable):
        return True
    same_notice = decision.notice == finding.notice
    return same_notice and decision.outcome != "no_fee" and decision.clauses != finding.clauses


def _changes(stored: Mapping[str, Any], finding: Finding, origins: Mapping[int, Origin]) -> Iterator[ChangedFact]:
    for column, fact in COLUMNS.items():
        value = stored["facts"].get(column, {}).get("value")
        was = value if value is None or fact.part == "code" else date.fromisoformat(value)
        if was != finding.row[column]:
            record = finding.row[f"{fact.name}_fact"]
            yield ChangedFact(column, was, finding.row[column], None if record is None else origins.get(record))
    for column in _MONEY:
        if stored[column] != finding.row[column]:
            yield ChangedFact(column, stored[column], finding.row[column], None)


# --- the tables as they would have been -----------------------------------------------------------------------------


@cache
def _carried_out(dialect: str) -> tuple[CTE, ...]:
    """Refunds and credits, of which those that carry out a decision that stands are of no application."""
    shadows = []
    decisions = select(tables.decision.c.no).where(STANDS)
    for table in (tables.refund, tables.credit):
        of = original(dialect, table)
        application = case((of.c.decision.in_(decisions), null()), else_=of.c.application)
        shadows.append(shadow(table, _rows(of, application=application)))
    return tuple(shadows)


@cache
def _hindsight(dialect: str) -> tuple[CTE, ...]:
    """Facts, deposits and fees; what was recorded since a decision asked for the day counts as if known on that day."""
    decisions = select(tables.decision).where(STANDS, tables.decision.c.as_of == AS_OF).subquery("standing")
    fact, deposit, fee = (original(dialect, table) for table in (tables.fact, tables.deposit_known, tables.fee))
    linked = deposit.alias("linked")
    of_deposit = decisions.c.application.in_(select(linked.c.application).where(linked.c.deposit == deposit.c.deposit))

    def counts(record: Table, no: str, to: str, *concerns: ColumnElement[bool]) -> ColumnElement[bool]:
        source = tables.source
        since = case(
            (decisions.c.sources_to.is_(None), source.c.recorded_at > decisions.c.recorded_at),
            else_=record.c[no] > decisions.c[to],
        )
        joined = decisions.outerjoin(source, source.c.id == record.c.source)
        recorded = select(decisions.c.no).select_from(joined).where(since, *concerns)
        return or_(record.c.known_on <= AS_OF, recorded.correlate(record).exists())

    of_fact = decisions.c.application == fact.c.application
    known_by_then = case((fee.c.known_on <= AS_OF, fee.c.known_on), else_=AS_OF)
    return (
        _known_last(fact, (fact.c.application, fact.c.name), counts(fact, "source", "sources_to", of_fact)),
        _known_last(deposit, (deposit.c.deposit,), counts(deposit, "source", "sources_to", of_deposit)),
        _rows(fee, known_on=known_by_then).where(counts(fee, "id", "fees_to")).cte(fee.name),
    )


def _known_last(of: Table, key: tuple[ColumnElement[str], ...], counts: ColumnElement[bool]) -> CTE:
    """Of the rows that count the one known last of each key, as if it had been known on the day asked."""
    after = func.lead(of.c.id).over(partition_by=key, order_by=(of.c.known_on, of.c.id))
    ranked = select(of, after.label("after")).where(counts).subquery()
    columns = (
        AS_OF.label(column.name) if column.name == "known_on" else column
        for column in ranked.c
        if column.name != "after"
    )
    return select(*columns).where(ranked.c.after.is_(None)).cte(of.name)


def _rows(of: Table, **values: ColumnElement[Any]) -> Select[Any]:
    """The rows of the table with other values in some of its columns."""
    return select(*(values[column.name].label(column.name) if column.name in values else column for column in of.c))
