"""The decisions that stand (判定一覧): one for each application, read back as it was kept.

As of a day stands the last decision asked for that day or an earlier one, so that a decision about October leaves
September's list as it was.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.journal.closing import MonthStep
from ledger.notices import register
from ledger.notices.conditions import Notice


@dataclass(frozen=True)
class DecisionLine:
    """A kept decision with what it said; codes and clause marks as they were kept, yen as they were then."""

    no: int
    application: str
    as_of: date
    decided_at: datetime
    by: str
    notice: Notice | None
    outcome: str
    verdict: str
    clauses: tuple[str, ...]
    missing: tuple[str, ...]
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]
    fee_received: int | None
    refundable: int
    suggested: str | None


def standing(connection: Connection, as_of: date, closed: MonthStep | None = None) -> list[DecisionLine]:
    """The decision that stood for each application on the day, by number.

    A month that was closed shows what was decided by then: what is decided later for one of its days leaves it alone.
    A step that does not say how far decisions then reached is gone by its moment.
    """
    table = tables.decision
    last = select(func.max(table.c.no)).where(table.c.as_of <= as_of).group_by(table.c.application)
    if closed is not None and closed.decisions_to is not None:
        last = last.where(table.c.no <= closed.decisions_to)
    elif closed is not None:
        by_then = select(func.max(table.c.no)).where(table.c.recorded_at <= closed.recorded_at)
        last = last.where(table.c.no <= by_then.scalar_subquery())
    found = []
    for row in connection.execute(select(table).where(table.c.no.in_(last)).order_by(table.c.no)):
        kept = json.loads(row.finding)
        found.append(
            DecisionLine(
                no=row.no,
                application=row.application,
                as_of=row.as_of,
                decided_at=row.recorded_at,
                by=row.by,
                notice=register.announced(date.fromisoformat(row.notice)) if row.notice else None,
                outcome=row.outcome,
                verdict=row.verdict,
                clauses=tuple(kept["clauses"]),
                missing=tuple(kept["missing"]),
                doubts=tuple(kept["doubts"]),
                warnings=tuple(kept["warnings"]),
                fee_received=kept["fee_received"],
                refundable=row.refundable,
                suggested=kept["suggested"],
            )
        )
    return found
