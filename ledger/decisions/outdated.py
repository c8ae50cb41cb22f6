"""Outdated decisions: those that stand and would be answered otherwise today, with what has changed since.

They are judged on shadows of the tables, which hold what was recorded since as if it had been known.
"""

from bisect import bisect
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)

from ledger import facts, tables
from ledger.codes import SUSPENSE_EVENTS
from ledger.decisions.course import Scope
from ledger.decisions.findings import Finding
from ledger.decisions.shadows import Shadows, judged, original, shadow, whatever_is_asked
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


def outdated(connection: Connection, on: date, applications: Collection[str] | None = None) -> list[OutdatedDecision]:
    """The decisions that stand and would be answered otherwise, by number: each is asked again twice.

    Those of every application, or of these.

    For its own day, with hindsight: every fact, deposit and fee recorded since it was kept counts, whenever it became
    known, as far as what it tells of had happened by that day; the notice is the one in force then. And for the day
    `on`, as any question is asked on it; a decision about a later day is not asked for that. The second answer is left
    out where it repeats the first.

    To give the fee back is to carry a decision out and does not shake it: refunds and credits that rest on a decision
    that stands are left out. Another answer is another outcome or other yen; under the same notice, where a fee was
    received, also other clauses.
    """
    decisions = standing(connection, applications)
    dialect = connection.dialect.name
    carried_out = partial(_carried_out, dialect)
    rows = _judged_again(connection, [decision for decision in decisions if decision.as_of <= on], on, carried_out)
    outdated_by_day = {(row.decision.no, row.asked_on): row for row in rows}
    with_hindsight = partial(_with_hindsight, dialect)
    for group, reached in _kept_knowing_the_same(connection, decisions, applications):
        for row in _judged_again(connection, group, group[0].as_of, with_hindsight, **reached):
            outdated_by_day[row.decision.no, row.asked_on] = row
    return [outdated_by_day[key] for key in sorted(outdated_by_day)]


def _kept_knowing_the_same(
    connection: Connection, decisions: Sequence[Decision], applications: Collection[str] | None
) -> Iterator[tuple[list[Decision], dict[str, object]]]:
    """The decisions, of all applications or of these, day by day; apart where the books that each was kept in differed.

    What concerns everyone tells them apart: which rows were withdrawn, and which fees there were, for a fee is of no
    application. With each group goes how far the books reached, in sources and fees, or the moment where that was not
    kept.
    """
    decision, source, withdrawn, fee = tables.decision.c, tables.source.c, tables.withdrawn.c, tables.fee.c
    columns = (decision.no, decision.sources_to, decision.fees_to, decision.recorded_at)
    these = [] if applications is None else [decision.application.in_(list(applications))]
    kept = {row.no: row for row in connection.execute(select(*columns).where(STANDS, *these))}
    withdrawals = sorted(connection.execute(select(withdrawn.source).distinct()).scalars())
    fees = sorted(connection.execute(select(fee.id)).scalars())
    either = source.id.in_(union(select(withdrawn.source), select(fee.source)))
    moments = sorted(connection.execute(select(source.recorded_at).where(either)).scalars())

    def held(row: Any) -> tuple[int, int]:
        if row.sources_to is None:
            return -1, bisect(moments, row.recorded_at)
        return bisect(withdrawals, row.sources_to), bisect(fees, row.fees_to)

    def order(each: Decision) -> tuple[date, tuple[int, int]]:
        return each.as_of, held(kept[each.no])

    for _order, group in groupby(sorted(decisions, key=order), key=order):
        (first, *_others) = alike = list(group)
        row = kept[first.no]
        moment = row.recorded_at if row.sources_to is None else None
        yield alike, {"sources_reached": row.sources_to, "fees_reached": row.fees_to, "moment_reached": moment}


def _judged_again(
    connection: Connection, decisions: Sequence[Decision], asked_on: date, shadows: Shadows, **reached: object
) -> Iterator[OutdatedDecision]:
    """Those of the decisions that would be answered otherwise for the day; all of them are judged at once."""
    applications = {decision.application for decision in decisions}
    findings = judged(connection, asked_on, register.in_force(asked_on), applications, shadows, **reached)
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


def without(connection: Connection, application: str, kind: str, no: int, as_of: date) -> Finding | None:
    """The finding for an application as of a day, as if one `refund` or `credit` of it had never been proposed."""
    notice, shadows = register.in_force(as_of), whatever_is_asked(_left_out(connection.dialect.name, kind))
    return judged(connection, as_of, notice, [application], shadows, left_out=no).get(application)


# --- the tables as they would have been -----------------------------------------------------------------------------


@cache
def _carried_out(dialect: str, scope: Scope | None) -> tuple[CTE, ...]:
    """Refunds and credits, of which those that carry out a decision that stands are of no application."""
    shadows = []
    for table in (tables.refund, tables.credit):
        of, later = original(dialect, table), tables.decision.alias("following")
        superseded = select(later.c.no).where(later.c.supersedes == of.c.decision).correlate(of).exists()
        stands = and_(of.c.decision.is_not(None), ~superseded)
        rows = _rows(of, application=case((stands, null()), else_=of.c.application))
        # Of everyone it is made once: looked through row by row, PostgreSQL takes the square of the books.
        whole = rows.cte(table.name).prefix_with("MATERIALIZED")
        shadows.append(whole if scope is None else shadow(table, rows.where(of.c.application.in_(scope))))
    return tuple(shadows)


def _with_hindsight(dialect: str, scope: Scope | None) -> tuple[CTE, ...]:
    return (*_carried_out(dialect, scope), *_hindsight(dialect, scope))


@cache
def _left_out(dialect: str, kind: str) -> tuple[CTE, ...]:
    """Refunds or credits, without one of them."""
    table = tables.metadata.tables[kind]
    of = original(dialect, table)
    return (shadow(table, select(of).where(of.c.no != bindparam("left_out"))),)


@cache
def _hindsight(dialect: str, scope: Scope | None) -> tuple[CTE, ...]:
    """Facts, deposits and fees; what was recorded since a decision asked for the day counts as if known on that day.

    A row counts for the decisions of its own application alone: two of one day may have been kept at different times.
    """
    decisions = select(tables.decision).where(STANDS, tables.decision.c.as_of == AS_OF).subquery("standing")
    fact, allocation, fee = (original(dialect, table) for table in (tables.fact, tables.allocation, tables.fee))
    entry, movement, deposit, withdrawn = (
        original(dialect, table) for table in (tables.entry, tables.movement, tables.deposit_known, tables.withdrawn)
    )
    linked = allocation.alias("linked")
    sharing = select(linked.c.application).where(linked.c.deposit == allocation.c.deposit).correlate(allocation)
    touched = union_all(
        *(
            select(movement.c[side]).where(movement.c.entry == entry.c.no).correlate(entry)
            for side in ("debit_application", "credit_application")
        )
    )
    received_on = (
        select(func.max(deposit.c.received_on))
        .join(movement, movement.c.deposit == deposit.c.deposit)
        .where(movement.c.entry == entry.c.no)
        .scalar_subquery()
    )
    of_deposits = entry.c.event.in_((*SUSPENSE_EVENTS, "fee_received"))
    happened_on = case((of_deposits, func.coalesce(received_on, entry.c.happened_on)), else_=entry.c.happened_on)

    def counts(record: Table, no: str, to: str, *concerns: ColumnElement[bool]) -> ColumnElement[bool]:
        source = tables.source
        joined: FromClause = decisions
        recorded_at = record.c.recorded_at if "recorded_at" in record.c else source.c.recorded_at
        if "source" in record.c:
            joined = decisions.outerjoin(source, source.c.id == record.c.source)
        since = case(
            (decisions.c.sources_to.is_(None), recorded_at > decisions.c.recorded_at),
            else_=record.c[no] > decisions.c[to],
        )
        recorded = select(decisions.c.no).select_from(joined).where(since, *concerns)
        known_on = func.coalesce(record.c.known_on, record.c.happened_on) if no == "no" else record.c.known_on
        return or_(known_on <= AS_OF, recorded.correlate(record).exists())

    of_fact = decisions.c.application == fact.c.application
    shares, touches = decisions.c.application.in_(sharing), decisions.c.application.in_(touched)
    known_by_then = case((fee.c.known_on <= AS_OF, fee.c.known_on), else_=AS_OF)
    within_fact, within_allocation, within_entry = _within(scope, fact, allocation, entry, movement)
    gone = _rows(withdrawn, known_on=AS_OF).where(_recorded_since(withdrawn, "source", _SOURCES)).cte(withdrawn.name)
    standing_facts = fact.c.id.not_in(select(gone.c.row_id).where(gone.c.of == fact.name))
    recorded_facts = counts(fact, "source", "sources_to", of_fact)
    return (
        gone,
        _known_last(fact, (fact.c.application, fact.c.name), recorded_facts, standing_facts, within_fact),
        _allocated_last(allocation, counts(allocation, "source", "sources_to", shares), within_allocation),
        _rows(entry, known_on=AS_OF, for_day=cast(null(), Date), happened_on=happened_on)
        .where(within_entry, counts(entry, "no", "entries_to", touches))
        .cte(entry.name),
        _rows(fee, known_on=known_by_then).where(_recorded_since(fee, "id", _FEES)).cte(fee.name),
    )


# How far the books reached when decisions were kept (`_kept_knowing_the_same`).
_SOURCES, _FEES = (bindparam(name, type_=Integer) for name in ("sources_reached", "fees_reached"))
_MOMENT = bindparam("moment_reached", type_=DateTime)


def _recorded_since(of: Table, no: str, reached: BindParameter[Any]) -> ColumnElement[bool]:
    """What of a table became known by the day, or was recorded since the decisions asked about were kept."""
    later = select(tables.source.c.id).where(tables.source.c.recorded_at > _MOMENT)
    return or_(of.c.known_on <= AS_OF, of.c[no] > reached, of.c.source.in_(later))


def _within(
    scope: Scope | None, fact: Table, allocation: Table, entry: Table, movement: Table
) -> tuple[ColumnElement[bool], ...]:
    """What of facts, allocations and entries can be of the applications asked about: so a day reads its own alone."""
    if scope is None:
        return true(), true(), true()
    paid, of_deposits = allocation.alias("paid"), movement.alias("of_deposits")
    deposits = select(paid.c.deposit).where(paid.c.application.in_(scope))
    moved = [
        select(movement.c.entry).where(movement.c[f"{side}_application"].in_(scope)) for side in ("debit", "credit")
    ]
    moved.append(select(of_deposits.c.entry).where(of_deposits.c.deposit.in_(deposits)))
    return fact.c.application.in_(scope), allocation.c.deposit.in_(deposits), entry.c.no.in_(union(*moved))


def _known_last(of: Table, key: tuple[ColumnElement[str], ...], *where: ColumnElement[bool]) -> CTE:
    """Of the rows that count the one known last of each key, as if it had been known on the day asked."""
    after = func.lead(of.c.id).over(partition_by=key, order_by=(of.c.known_on, of.c.id))
    ranked = select(of, after.label("after")).where(*where).subquery()
    columns = (
        AS_OF.label(column.name) if column.name == "known_on" else column
        for column in ranked.c
        if column.name != "after"
    )
    return select(*columns).where(ranked.c.after.is_(None)).cte(of.name)


def _allocated_last(of: Table, *where: ColumnElement[bool]) -> CTE:
    """Of the versions that count the one known last of each deposit, as if it had been known on the day asked."""
    place = func.dense_rank().over(partition_by=of.c.deposit, order_by=(of.c.known_on.desc(), of.c.version.desc()))
    ranked = select(of, place.label("place")).where(*where).subquery()
    columns = (
        AS_OF.label(column.name) if column.name == "known_on" else column
        for column in ranked.c
        if column.name != "place"
    )
    # PostgreSQL expects nearly nothing of "= 1", and goes through all the rest for each of the rows that there are.
    return select(*columns).where(ranked.c.place <= 1).cte(of.name)


def _rows(of: Table, **values: ColumnElement[Any]) -> Select[Any]:
    """The rows of the table with other values in some of its columns."""
    return select(*(values[column.name].label(column.name) if column.name in values else column for column in of.c))
