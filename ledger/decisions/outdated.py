"""Decisions that stand but would be answered otherwise today, and whether a decision can be answered again as it was.

The SELECT that judges is the same, word for word; only the tables it reads are shadowed by what they would have held:
by everything recorded since a decision was kept, or by nothing of it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, cast

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    CursorResult,
    DateTime,
    Integer,
    MetaData,
    Row,
    Select,
    Table,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
)

from ledger import facts, tables
from ledger.decisions.findings import Finding, judging
from ledger.decisions.store import content
from ledger.errors import UnknownDecision
from ledger.facts import AS_OF, COLUMNS, Origin
from ledger.notices import register
from ledger.notices.conditions import Notice

# So many applications are asked for by name; for more, everyone is judged.
_BY_NAME = 500
# What a finding says of money, which may change as a fact may.
_MONEY = ("fee_due", "fee_received", "returned")

Value = date | str | int | None


@dataclass(frozen=True)
class AnswerAt:
    """What was or would be answered: outcome, the day of the notice, the clauses that hold, yen to be given back."""

    outcome: str
    notice: date | None
    clauses: tuple[str, ...]
    refundable: int


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

    decision: int
    application: str
    member: str
    as_of: date
    asked_on: date
    then: AnswerAt
    now: AnswerAt | None
    changes: tuple[ChangedFact, ...]

    @property
    def notice_changed(self) -> bool:
        """Whether another notice answers for the day asked about."""
        return self.now is not None and self.now.notice != self.then.notice


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
    standing = list(_standing(connection))
    dialect = connection.dialect.name
    found: dict[tuple[int, date], OutdatedDecision] = {}
    for as_of, several in groupby(sorted(standing, key=lambda each: each.as_of), key=lambda each: each.as_of):
        for each in _asked_again(connection, list(several), as_of, (*_carried_out(dialect), *_hindsight(dialect))):
            found[each.decision, each.asked_on] = each
    later = [decision for decision in standing if decision.as_of <= on]
    for decision in _asked_again(connection, later, on, _carried_out(dialect)):
        found.setdefault((decision.decision, decision.asked_on), decision)
    return [found[key] for key in sorted(found)]


def as_json(rows: Iterable[OutdatedDecision]) -> dict[str, Any]:
    """The shaken decisions as other programs read them."""
    return {
        "shaken": [
            {
                "decision": row.decision,
                "application": row.application,
                "member": row.member,
                "as_of": row.as_of,
                "asked_on": row.asked_on,
                "then": _answer_json(row.then),
                "now": _answer_json(row.now) if row.now else None,
                "notice_changed": row.notice_changed,
                "changes": [
                    {
                        "fact": change.column,
                        "was": change.was,
                        "now": change.now,
                        "source": _origin_json(change.origin) if change.origin else None,
                    }
                    for change in row.changes
                ],
            }
            for row in rows
        ]
    }


def _answer_json(answer: AnswerAt) -> dict[str, Any]:
    return {
        "outcome": answer.outcome,
        "notice": answer.notice,
        "clauses": list(answer.clauses),
        "refundable": answer.refundable,
    }


def _origin_json(origin: Origin) -> dict[str, Any]:
    return {
        "file": origin.file,
        "sheet": origin.sheet,
        "row": origin.row,
        "known_on": origin.known_on,
        "by": origin.by,
    }


# --- asked again ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _StoredDecision:
    """A decision that stands, with the finding that was kept."""

    no: int
    application: str
    member: str
    as_of: date
    finding: Mapping[str, Any]


def _last() -> Select[Any]:
    """The decisions that stand: nothing superseded them."""
    decision, later = tables.decision, tables.decision.alias("later")
    names = ("no", "application", "as_of", "recorded_at", "sources_to", "fees_to")
    return select(*(decision.c[name] for name in names)).where(
        ~select(later.c.no).where(later.c.supersedes == decision.c.no).exists()
    )


def _standing(connection: Connection) -> Iterator[_StoredDecision]:
    decision, application = tables.decision, tables.application
    statement = (
        _last()
        .add_columns(decision.c.finding, application.c.member)
        .join(application, application.c.number == decision.c.application)
        .order_by(decision.c.no)
    )
    for row in connection.execute(statement):
        yield _StoredDecision(row.no, row.application, row.member, row.as_of, json.loads(row.finding))


def _asked_again(
    connection: Connection, decisions: Sequence[_StoredDecision], asked_on: date, shadows: tuple[CTE, ...]
) -> Iterator[OutdatedDecision]:
    """Those of the decisions that would be answered otherwise for the day; everyone is judged at once."""
    wanted = {decision.application for decision in decisions}
    found = {
        finding.application: finding
        for finding in _judging(connection, asked_on, register.in_force(asked_on), wanted, shadows)
        if finding.application in wanted
    }
    differing = [decision for decision in decisions if _differs(_then(decision), _now(found.get(decision.application)))]
    records = {
        identity
        for decision in differing
        if (finding := found.get(decision.application)) is not None
        for identity in finding.fact_ids()
    }
    origins = facts.origins(connection, records)
    for each in differing:
        finding = found.get(each.application)
        yield OutdatedDecision(
            decision=each.no,
            application=each.application,
            member=each.member,
            as_of=each.as_of,
            asked_on=asked_on,
            then=_then(each),
            now=_now(finding),
            changes=() if finding is None else tuple(_changes(each.finding, finding, origins)),
        )


def _then(each: _StoredDecision) -> AnswerAt:
    kept = each.finding
    return AnswerAt(kept["outcome"], _day(kept["notice"]), tuple(kept["clauses"]), kept["refundable"])


def _now(finding: Finding | None) -> AnswerAt | None:
    if finding is None:
        return None
    notice = finding.notice.announced_on if finding.notice else None
    return AnswerAt(finding.outcome, notice, finding.clauses, finding.refundable)


def _differs(then: AnswerAt, now: AnswerAt | None) -> bool:
    if now is None or (then.outcome, then.refundable) != (now.outcome, now.refundable):
        return True
    return then.notice == now.notice and then.outcome != "no_fee" and then.clauses != now.clauses


def _changes(kept: Mapping[str, Any], finding: Finding, origins: Mapping[int, Origin]) -> Iterator[ChangedFact]:
    for column, fact in COLUMNS.items():
        was = kept["facts"].get(column, {}).get("value")
        before, now = (was if fact.part == "code" else _day(was)), finding.row[column]
        if before != now:
            record = finding.row[f"{fact.name}_fact"]
            yield ChangedFact(column, before, now, None if record is None else origins.get(record))
    for column in _MONEY:
        if kept[column] != finding.row[column]:
            yield ChangedFact(column, kept[column], finding.row[column], None)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


# --- answered again as it was ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recomputation:
    """A decision judged again from what was in the books when it was kept: the parts that differ, none if it agrees."""

    no: int
    application: str
    differs: tuple[str, ...]


def recompute(connection: Connection, no: int) -> Recomputation:
    """Judges one decision again as it was. Refused: a number never given (unknown-decision)."""
    for each in recomputed(connection, [no]):
        return each
    raise UnknownDecision(no)


def recomputed(connection: Connection, numbers: Sequence[int] | None = None) -> Iterator[Recomputation]:
    """Judges decisions again (None: all of them), superseded ones too, from nothing but what was then in the books.

    Counted are the facts, deposits and fees up to the last that the books held when the decision was kept, and the
    steps of refunds and credits whose entry they held. Of a decision that does not say how far they reached, what was
    recorded by its moment counts, and of steps those that rest on earlier decisions. Compared is the whole finding as
    it was kept, with the records it stands on, and the columns beside it. Decisions for one day that were kept on the
    same books are judged in one go.
    """
    decision = tables.decision
    moment = case((decision.c.sources_to.is_(None), decision.c.recorded_at)).label("moment")
    alike = (decision.c.sources_to, decision.c.fees_to, decision.c.entries_to, moment, decision.c.as_of)
    statement = select(decision, moment).order_by(*alike, decision.c.notice, decision.c.no)
    if numbers is not None:
        statement = statement.where(decision.c.no.in_(list(numbers)))
    rows = connection.execute(statement).all()
    for _same, several in groupby(rows, key=lambda row: (*(row._mapping[column.name] for column in alike), row.notice)):
        kept = list(several)
        first, dialect = kept[0], connection.dialect.name
        shadows = _by_moment(dialect) if first.sources_to is None else _by_reach(dialect)
        wanted = {row.application for row in kept}
        notice = register.announced(_day(first.notice))
        judged = _judging(connection, first.as_of, notice, wanted, shadows, **_reach(first))
        found = {finding.application: finding for finding in judged}
        for row in kept:
            finding = found.get(row.application)
            again = {} if finding is None else json.loads(content(finding))
            yield Recomputation(row.no, row.application, tuple(_differing(row._mapping, again)))


def _differing(row: Mapping[Any, Any], again: Mapping[str, Any]) -> Iterator[str]:
    for name, said in json.loads(row["finding"]).items():
        beside = row.get(name, said)
        if said != again.get(name) or said != (beside.isoformat() if isinstance(beside, date) else beside):
            yield name


# --- the tables as they would have been -----------------------------------------------------------------------------


class _Shadowed:
    """A connection on which the SELECT that judges reads shadows of some tables in place of the tables themselves."""

    def __init__(self, connection: Connection, shadows: tuple[CTE, ...], reach: Mapping[str, object]) -> None:
        self._connection = connection
        self._shadows = shadows
        self._reach = reach

    def execute(self, statement: Select[Any], parameters: Mapping[str, Any]) -> CursorResult[Any]:
        """The rows of the SELECT; a common table expression hides the table whose name it bears."""
        return self._connection.execute(_with_shadows(statement, self._shadows), {**parameters, **self._reach})


@lru_cache(maxsize=20)
def _with_shadows(statement: Select[Any], shadows: tuple[CTE, ...]) -> Select[Any]:
    """The SELECT with its shadows, the same one for the same, so that it is prepared once for many decisions."""
    return statement.add_cte(*shadows)


def _judging(
    connection: Connection,
    as_of: date,
    notice: Notice | None,
    wanted: set[str],
    shadows: tuple[CTE, ...],
    **reach: object,
) -> Iterator[Finding]:
    if wanted:
        by_name = sorted(wanted) if len(wanted) <= _BY_NAME else None
        yield from judging(
            cast("Connection", _Shadowed(connection, shadows, reach)), as_of, notice, applications=by_name
        )


def _itself(dialect: str, table: Table) -> Table:
    """The table, seen from within its shadow, where SQLite would take the bare name for the shadow."""
    return table.to_metadata(MetaData(), schema="main") if dialect == "sqlite" else table


@cache
def _carried_out(dialect: str) -> tuple[CTE, ...]:
    """Refunds and credits, of which those that carry out a decision that stands are of no application."""
    shadows = []
    for table in (tables.refund, tables.credit):
        of = _itself(dialect, table)
        standing = _last().with_only_columns(tables.decision.c.no)
        application = case((of.c.decision.in_(standing), null()), else_=of.c.application)
        shadows.append(_with(of, application=application).cte(table.name).prefix_with(_SHADOW))
    return tuple(shadows)


@cache
def _hindsight(dialect: str) -> tuple[CTE, ...]:
    """Facts, deposits and fees; what was recorded since a decision asked for the day counts as if known on that day."""
    asked = _last().where(tables.decision.c.as_of == AS_OF).subquery("standing")
    fact, deposit, fee = (_itself(dialect, table) for table in (tables.fact, tables.deposit_known, tables.fee))
    linked = deposit.alias("linked")
    of_deposit = asked.c.application.in_(select(linked.c.application).where(linked.c.deposit == deposit.c.deposit))

    def counts(record: Table, no: str, to: str, *concerns: ColumnElement[bool]) -> ColumnElement[bool]:
        source = tables.source
        since = case(
            (asked.c.sources_to.is_(None), source.c.recorded_at > asked.c.recorded_at), else_=record.c[no] > asked.c[to]
        )
        joined = asked.outerjoin(source, source.c.id == record.c.source)
        recorded = select(asked.c.no).select_from(joined).where(since, *concerns)
        return or_(record.c.known_on <= AS_OF, recorded.correlate(record).exists())

    of_fact = asked.c.application == fact.c.application
    known_by_then = case((fee.c.known_on <= AS_OF, fee.c.known_on), else_=AS_OF)
    return (
        _known_last(fact, (fact.c.application, fact.c.name), counts(fact, "source", "sources_to", of_fact)),
        _known_last(deposit, (deposit.c.deposit,), counts(deposit, "source", "sources_to", of_deposit)),
        _with(fee, known_on=known_by_then).where(counts(fee, "id", "fees_to")).cte(fee.name),
    )


def _known_last(of: Table, key: tuple[ColumnElement[str], ...], counts: ColumnElement[bool]) -> CTE:
    """Of the rows that count the one known last of each key, as if it had been known on the day asked."""
    after = func.lead(of.c.id).over(partition_by=key, order_by=(of.c.known_on, of.c.id))
    ranked = select(of, after.label("after")).where(counts).subquery()
    columns = (
        AS_OF.label(keyed_column_element.name) if keyed_column_element.name == "known_on" else keyed_column_element
        for keyed_column_element in ranked.c
        if keyed_column_element.name != "after"
    )
    return select(*columns).where(ranked.c.after.is_(None)).cte(of.name)


def _reach(kept: Row[Any]) -> dict[str, object]:
    """How far the books reached when a decision was kept, for the shadows that go by it."""
    if kept.sources_to is None:
        return {"kept_at": kept.recorded_at, "kept_no": kept.no}
    return {"sources_to": kept.sources_to, "fees_to": kept.fees_to, "entries_to": kept.entries_to}


# Looked through as the tables themselves are, by their indexes: a decision reads the rows of its own application.
_SHADOW = "NOT MATERIALIZED"


@cache
def _by_reach(dialect: str) -> tuple[CTE, ...]:
    """Every table up to where the books reached when a decision was kept.

    A step without an entry is left out: what was approved or filed is promised no more than it was when proposed.
    """
    shadows = []
    for table, no, to in (
        (tables.fact, "source", "sources_to"),
        (tables.deposit_known, "source", "sources_to"),
        (tables.fee, "id", "fees_to"),
        (tables.refund_step, "entry", "entries_to"),
        (tables.credit_step, "entry", "entries_to"),
    ):
        of = _itself(dialect, table)
        shadows.append(select(of).where(of.c[no] <= bindparam(to, type_=Integer)).cte(table.name).prefix_with(_SHADOW))
    return tuple(shadows)


@cache
def _by_moment(dialect: str) -> tuple[CTE, ...]:
    """Every table without what was recorded after a decision, or rests on it or a later one: as far as clocks go."""
    at, first = bindparam("kept_at", type_=DateTime), bindparam("kept_no", type_=Integer)
    taken_in = select(tables.source.c.id).where(tables.source.c.recorded_at <= at)
    shadows = []
    for table in (tables.fact, tables.deposit_known, tables.fee):
        of = _itself(dialect, table)
        shadows.append(
            select(of).where(or_(of.c.source.is_(None), of.c.source.in_(taken_in))).cte(table.name).prefix_with(_SHADOW)
        )
    for steps, whole in ((tables.refund_step, tables.refund), (tables.credit_step, tables.credit)):
        of = _itself(dialect, steps)
        earlier = select(whole.c.no).where(or_(whole.c.decision.is_(None), whole.c.decision < first))
        shadows.append(
            select(of).where(of.c.recorded_at <= at, of.c[whole.name].in_(earlier)).cte(steps.name).prefix_with(_SHADOW)
        )
    return tuple(shadows)


def _with(of: Table, **instead: ColumnElement[Any]) -> Select[Any]:
    """The rows of the table with other values in some of its columns."""
    return select(*(instead[column.name].label(column.name) if column.name in instead else column for column in of.c))
