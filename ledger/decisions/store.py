"""Decisions: findings that were kept, numbered, with everything that was known; superseded, never overwritten."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.decisions.findings import Finding
from ledger.facts import COLUMNS
from ledger.store.records import last_number, next_number, signature

# Up to how many applications are named to the database rather than all asked for.
_FEW = 100


@dataclass(frozen=True)
class Decision:
    """A kept finding: its number, the application, the day it was asked for, and what it said."""

    no: int
    application: str
    as_of: date
    decided_at: datetime
    by: str
    outcome: str
    notice: date | None
    clauses: tuple[str, ...]
    refundable: int
    superseded_by: int | None


def content(finding: Finding) -> str:
    """All that a finding says and stands on, in no language and always in the same order, as it is kept."""
    clauses = finding.notice.clauses if finding.notice else ()
    return json.dumps(
        {
            "application": finding.application,
            "as_of": finding.as_of.isoformat(),
            "notice": finding.notice.announced_on.isoformat() if finding.notice else None,
            "outcome": finding.outcome,
            "verdict": finding.verdict,
            "clauses": finding.clauses,
            "missing": finding.missing,
            "doubts": finding.doubts,
            "warnings": finding.warnings,
            "fee_due": finding.row["fee_due"],
            "tax_percent": finding.row["tax_percent"],
            "fee_received": finding.fee_received,
            "overpaid": finding.overpaid,
            "returned": finding.row["returned"],
            "refundable": finding.refundable,
            "suggested": finding.suggested,
            "conditions": [
                {"clause": clause.mark, "condition": condition.ja, "holds": finding.holds(condition)}
                for clause in clauses
                for condition in clause.conditions
            ],
            "facts": {
                column: {"value": _plain(finding.row[column]), "record": finding.row[f"{fact.name}_fact"]}
                for column, fact in COLUMNS.items()
                if finding.row[f"{fact.name}_fact"] is not None
            },
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


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
    standing = {
        row.application: row
        for row in connection.execute(
            select(table.c.no, table.c.application, table.c.finding).where(table.c.no.in_(last))
        )
    }
    following = next_number(connection, table.c.no)
    signed = signature(connection, by) | _reach(connection)
    numbers: list[int] = []
    rows: list[dict[str, object]] = []
    for finding in findings:
        said, before = content(finding), standing.get(finding.application)
        if before is not None and _same(before.finding, said):
            numbers.append(before.no)
            continue
        number = following + len(rows)
        numbers.append(number)
        rows.append(
            {
                "no": number,
                "application": finding.application,
                "as_of": finding.as_of,
                "notice": finding.notice.announced_on.isoformat() if finding.notice else None,
                "outcome": finding.outcome,
                "verdict": finding.verdict,
                "refundable": finding.refundable,
                "finding": said,
                "supersedes": before.no if before is not None else None,
                **signed,
            }
        )
    if rows:
        connection.execute(table.insert(), rows)
    return numbers


def _same(before: str, now: str) -> bool:
    """Whether a finding says what was kept before; what an earlier version did not keep is not compared."""
    if before == now:
        return True
    kept, again = json.loads(before), json.loads(now)
    return bool(kept == {name: again[name] for name in kept if name in again})


def _reach(connection: Connection) -> dict[str, int]:
    """How far the books reach at this moment: what is recorded later has a higher number, whatever the clock says."""
    numbers = {"sources_to": tables.source.c.id, "fees_to": tables.fee.c.id, "entries_to": tables.entry.c.no}
    return {name: last_number(connection, number) for name, number in numbers.items()}


def decisions(connection: Connection, applications: Sequence[str] | None = None) -> list[Decision]:
    """The decisions kept, oldest first: of these applications, or of all."""
    table, later = tables.decision, tables.decision.alias("later")
    statement = (
        select(table, later.c.no.label("superseded_by"))
        .outerjoin(later, later.c.supersedes == table.c.no)
        .order_by(table.c.no)
    )
    if applications is not None:
        statement = statement.where(table.c.application.in_(list(applications)))
    return [
        Decision(
            no=row.no,
            application=row.application,
            as_of=row.as_of,
            decided_at=row.recorded_at,
            by=row.by,
            outcome=row.outcome,
            notice=date.fromisoformat(row.notice) if row.notice else None,
            clauses=tuple(json.loads(row.finding)["clauses"]),
            refundable=row.refundable,
            superseded_by=row.superseded_by,
        )
        for row in connection.execute(statement)
    ]
