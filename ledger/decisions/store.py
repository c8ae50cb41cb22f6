"""Decisions: findings that were kept, numbered, with everything that was known; superseded, never overwritten."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, bindparam, func, select

from ledger import tables
from ledger.decisions.course import CourseStep
from ledger.decisions.findings import Finding, JudgedApplication
from ledger.decisions.rulings import Ruling
from ledger.errors import UnknownDecision
from ledger.facts import COLUMNS
from ledger.journal.closing import MonthStep
from ledger.notices import register
from ledger.store.large import each_row
from ledger.store.owners import owned
from ledger.store.records import batches, last_number, next_number, signature

# Up to how many applications are named to the database rather than all asked for.
_FEW = 100
# What is kept of a finding, in this order.
_KEPT = (
    *("application", "as_of", "notice", "outcome", "verdict", "clauses", "missing", "doubts", "warnings", "fee_due"),
    *("tax_percent", "fee_received", "overpaid", "returned", "refundable", "suggested", "conditions", "facts"),
    *("course", "ruling"),
)
# What giving the fee back changes of a finding.
_CARRYING_OUT = ("outcome", "returned", "refundable", "suggested", "course")
# The outcomes of a fee that is given back, whether or not its refunds and credits are finished.
GIVEN_BACK = ("being_settled", "settled")
# The columns of a decision beside its finding that are read as they stand.
_COLUMNS = ("no", "application", "member", "as_of", "by", "outcome", "verdict", "refundable", "superseded_by")


@dataclass(frozen=True)
class Decision(JudgedApplication):
    """A kept finding: its number, who kept it when, and what it answered; codes and yen are as they were then.

    `kept` is all that was kept (`content`), as it stands in the books: read, it takes many times the memory.
    """

    no: int
    decided_at: datetime
    by: str
    superseded_by: int | None = field(compare=False)
    kept: str = field(repr=False)

    @property
    def finding(self) -> Mapping[str, Any]:
        """All that was kept, by name; it is read each time."""
        found: Mapping[str, Any] = json.loads(self.kept)
        return found


_later = tables.decision.alias("later")
# Of a decision: nothing superseded it.
STANDS = ~select(_later.c.no).where(_later.c.supersedes == tables.decision.c.no).exists()


def content(finding: Finding) -> str:
    """All that a finding says and stands on, in no language and always in the same order, as it is kept."""
    row = finding.row
    values = vars(finding) | {name: row[name] for name in ("fee_due", "tax_percent", "returned")}
    values["notice"] = finding.notice.announced_on if finding.notice else None
    values["course"] = [_plain_fields(step) for step in finding.course]
    values["ruling"] = None if finding.ruling is None else _plain_fields(finding.ruling)
    values["conditions"] = [
        {"clause": clause.mark, "condition": condition.ja, "holds": finding.holds(condition)}
        for clause in (finding.notice.clauses if finding.notice else ())
        for condition in clause.conditions
    ]
    values["facts"] = {
        column: {"value": _plain(row[column]), "record": row[f"{fact.name}_fact"]}
        for column, fact in COLUMNS.items()
        if row[f"{fact.name}_fact"] is not None
    }
    return json.dumps({name: _plain(values[name]) for name in _KEPT}, ensure_ascii=False, separators=(",", ":"))


def _plain_fields(record: CourseStep | Ruling) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(record).items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def keep(connection: Connection, findings: Sequence[Finding], *, by: str) -> list[int]:
    """Keeps findings as decisions and returns their numbers; each supersedes the one that stood for its application.

    A finding that says the same, on the same grounds and for the same day as the decision that stands is not kept
    again: the number of that decision is returned.
    """
    table = tables.decision
    last = select(func.max(table.c.no)).group_by(table.c.application)
    if len(findings) <= _FEW:
        last = last.where(table.c.application.in_([finding.application for finding in findings]))
    stored = each_row(connection, select(table.c.no, table.c.application, table.c.finding).where(table.c.no.in_(last)))
    before_by_application = {row.application: row for row in stored}
    following = next_number(connection, table.c.no)
    signed = signature(connection, by) | _reach(connection)
    numbers: list[int] = []
    rows: list[dict[str, object]] = []
    for finding in findings:
        text, before = content(finding), before_by_application.get(finding.application)
        if before is not None and _same(before.no, before.finding, text):
            numbers.append(before.no)
            continue
        numbers.append(following + len(rows))
        row = {name: getattr(finding, name) for name in ("application", "as_of", "outcome", "verdict", "refundable")}
        row["notice"] = finding.notice.announced_on.isoformat() if finding.notice else None
        row["supersedes"] = before.no if before is not None else None
        rows.append({"no": numbers[-1], **row, "finding": text, **signed})
    if rows:
        connection.execute(table.insert(), rows)
    return numbers


def _same(no: int, before: str, now: str) -> bool:
    """Whether a finding says what was kept before; what an earlier version did not keep is not compared.

    That a decision has been carried out since is no other answer to the question of its day: the refunds and credits
    that rest on it, and what they change, are not compared where they give all of the fee back.
    """
    if before == now:
        return True
    earlier, current = json.loads(before), json.loads(now)
    yen = sum(step["yen"] for step in current["course"] if step["decision"] == no)
    if current["outcome"] in GIVEN_BACK and earlier["outcome"] == "eligible":
        if (earlier["returned"] + yen, earlier["refundable"]) != (current["returned"], yen):
            return False
        earlier = {name: value for name, value in earlier.items() if name not in _CARRYING_OUT}
    return bool(earlier == {name: current[name] for name in earlier if name in current})


def _reach(connection: Connection) -> dict[str, int]:
    """How far the books reach at this moment: what is recorded later has a higher number, whatever the clock says."""
    numbers = {"sources_to": tables.source.c.id, "fees_to": tables.fee.c.id, "entries_to": tables.entry.c.no}
    numbers |= {"allocations_to": tables.allocation.c.id, "rulings_to": tables.ruling_step.c.no}
    return {name: last_number(connection, number) for name, number in numbers.items()}


# --- read back ------------------------------------------------------------------------------------------------------


def decisions(connection: Connection, applications: Sequence[str] | None = None) -> list[Decision]:
    """The decisions kept, oldest first: of these applications, or of all."""
    if applications is None:
        return _decisions(connection)
    return _decisions(connection, tables.decision.c.application.in_(list(applications)), few=True)


def decisions_of(connection: Connection, numbers: Collection[int]) -> list[Decision]:
    """The decisions of these numbers, oldest first."""
    rows = (_decisions(connection, tables.decision.c.no.in_(batch), few=True) for batch in batches(sorted(numbers)))
    return [decision for batch in rows for decision in batch]


def decision(connection: Connection, no: int) -> Decision:
    """The decision of this number, also one that was superseded. Refused: a number never given (unknown-decision)."""
    row = connection.execute(_numbered(), {"no": no}).first()
    if row is not None:
        return _decision(row)
    raise UnknownDecision(no)


def standing(connection: Connection, applications: Collection[str] | None = None) -> list[Decision]:
    """The decisions that stand, by number: nothing superseded them; of all applications, or of these."""
    if applications is None:
        return _decisions(connection, STANDS)
    return _decisions(connection, STANDS, tables.decision.c.application.in_(list(applications)))


def numbers_standing(connection: Connection) -> list[int]:
    """The numbers of the decisions that stand, in their order."""
    number = tables.decision.c.no
    return [no for (no,) in each_row(connection, select(number).where(STANDS).order_by(number))]


def standing_on(connection: Connection, as_of: date, closed: MonthStep | None = None) -> list[Row[Any]]:
    """The decision that stood for each application on the day, the last one asked for by that day: no, application,
    outcome, by number.

    A decision about October leaves September's list as it was. A month that was closed shows what was decided by then:
    what is decided later for one of its days leaves it alone. A step that does not say how far decisions then reached
    is gone by its moment.
    """
    table = tables.decision
    last = select(func.max(table.c.no)).where(table.c.as_of <= as_of).group_by(table.c.application)
    if closed is not None and closed.decisions_to is not None:
        last = last.where(table.c.no <= closed.decisions_to)
    elif closed is not None:
        by_then = select(func.max(table.c.no)).where(table.c.recorded_at <= closed.recorded_at)
        last = last.where(table.c.no <= by_then.scalar_subquery())
    statement = select(table.c.no, table.c.application, table.c.outcome).where(table.c.no.in_(last))
    return list(each_row(connection, statement.order_by(table.c.no)))


def _decisions(connection: Connection, *where: ColumnElement[bool], few: bool = False) -> list[Decision]:
    statement = _statement().where(*where).order_by(tables.decision.c.no)
    return [_decision(row) for row in (connection.execute(statement) if few else each_row(connection, statement))]


@cache
def _numbered() -> Select[Any]:
    return _statement().where(tables.decision.c.no == bindparam("no", type_=Integer))


@cache
def _statement() -> Select[Any]:
    table, application, following = tables.decision, owned(), tables.decision.alias("following")
    return (
        select(table, application.c.member, following.c.no.label("superseded_by"))
        .join(application, application.c.number == table.c.application)
        .outerjoin(following, following.c.supersedes == table.c.no)
    )


def _decision(row: Row[Any]) -> Decision:
    finding = json.loads(row.finding)
    values: dict[str, Any] = {name: row._mapping[name] for name in _COLUMNS}
    values |= {name: tuple(finding[name]) for name in ("clauses", "missing", "doubts", "warnings")}
    values |= {name: finding[name] for name in ("fee_received", "suggested")}
    values["course"] = tuple(CourseStep(**_dated(step, "on")) for step in finding.get("course", ()))
    ruling = finding.get("ruling")
    values["ruling"] = None if ruling is None else Ruling(**_dated(ruling, "decided_on", "approved_on"))
    notice = register.announced(date.fromisoformat(row.notice)) if row.notice else None
    return Decision(**values, decided_at=row.recorded_at, notice=notice, kept=row.finding)


def _dated(fields: Mapping[str, Any], *days: str) -> dict[str, Any]:
    """What was kept of a step or a ruling, with its days as days."""
    return {name: date.fromisoformat(value) if name in days else value for name, value in fields.items()}
