"""Closed months: up to which day the books are closed, by whom, and what of it was taken back. Nothing is rewritten.

Each close and each reopening is a step; the last step says up to which day the books are closed. In a closed month
nothing is dated any more, neither an entry nor a step towards one; the database refuses it as well.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select

from ledger import tables
from ledger.dates import Month
from ledger.journal.refusals import MonthClosed
from ledger.store.records import last_number, next_number, signature

State = Literal["open", "closed", "reopened", "proposed"]


@dataclass(frozen=True)
class MonthStep:
    """A month that was closed or reopened, by whom and when, and up to which day the books were closed from then on.

    One that was proposed to be closed is not: the books stay closed as far as before.

    `reason` is what a person gave, `accepted` what stood against closing and was accepted; `bank_yen` is the bank's own
    balance of the last day; `head` seals what the books held, and `decisions_to` is their last decision, None where
    that was not kept.
    """

    no: int
    month: Month
    state: State
    closed_to: date | None
    recorded_at: datetime
    by: str
    reason: str | None
    accepted: tuple[dict[str, Any], ...]
    bank_yen: int | None
    head: str | None
    decisions_to: int | None


_CLOSED_TO = select(tables.month_step.c.closed_to).order_by(tables.month_step.c.no.desc()).limit(1)


def closed_to(connection: Connection) -> date | None:
    """The day up to and on which the books are closed; None when they are not."""
    last: date | None = connection.execute(_CLOSED_TO).scalar()
    return last


def require_open(connection: Connection, *on: date) -> None:
    """Refuses a day that lies in a closed month (month-closed); of several the first."""
    last = closed_to(connection)
    for day in on:
        if last is not None and day <= last:
            raise MonthClosed(day, str(Month.of(day)))


def steps(connection: Connection) -> list[MonthStep]:
    """Every close and every reopening, oldest first."""
    step = tables.month_step
    statement = select(*(step.c[name] for name in MonthStep.__dataclass_fields__)).order_by(step.c.no)
    return [_step(row) for row in connection.execute(statement)]


def _step(row: Row[Any]) -> MonthStep:
    month = Month.parse(row.month)
    assert month is not None, f"a step names a month: {row.month}"
    accepted = tuple(json.loads(row.accepted)) if row.accepted else ()
    return MonthStep(**dict(row._mapping) | {"month": month, "accepted": accepted})


def state_of(month: Month, history: Sequence[MonthStep]) -> tuple[State, MonthStep | None]:
    """Whether a month is open, closed or reopened, and the step that made it so: closing a month closes all before."""
    state: State = "open"
    decided: MonthStep | None = None
    for step in history:
        covered = step.closed_to is not None and step.closed_to >= month.last
        if covered and state != "closed":
            state, decided = "closed", step
        elif state == "closed" and not covered:
            state, decided = "reopened", step
    return state, decided


def closing_of(connection: Connection, month: Month) -> MonthStep | None:
    """The step by which a month is closed; None while it is open."""
    state, decided = state_of(month, steps(connection))
    return decided if state == "closed" else None


def proposal(connection: Connection) -> MonthStep | None:
    """The closing that waits for a second person; whatever was closed, reopened or proposed since has ended it."""
    history = steps(connection)
    return history[-1] if history and history[-1].state == "proposed" else None


def role_of(connection: Connection, no: int) -> str | None:
    """The database role by which a step was recorded; None on SQLite."""
    step = tables.month_step.c
    role: str | None = connection.execute(select(step.role).where(step.no == no)).scalar()
    return role


def seal(connection: Connection, month: Month) -> str | None:
    """What the books were sealed with when the month was closed; None while it is open."""
    step = closing_of(connection, month)
    return None if step is None else step.head


def append(
    connection: Connection,
    month: Month,
    state: State,
    last: date | None,
    *,
    by: str,
    reason: str | None,
    accepted: Sequence[dict[str, Any]] = (),
    bank_yen: int | None = None,
) -> int:
    """Appends a step, signed, and gives its number; from then on the books are closed up to `last`."""
    step = tables.month_step
    no = next_number(connection, step.c.no)
    row = {"no": no, "month": str(month), "state": state, "closed_to": last, "reason": reason, "bank_yen": bank_yen}
    row["accepted"] = json.dumps(list(accepted), ensure_ascii=False) if accepted else None
    row |= {"head": head(connection), "decisions_to": last_number(connection, tables.decision.c.no)}
    connection.execute(step.insert().values(row | signature(connection, by)))
    return no


def head(connection: Connection) -> str | None:
    """What seals the books at this moment: the head of the chain or, without one, the digest of the last entry."""
    for table, column in ((tables.batch, "head"), (tables.entry, "digest")):
        last: str | None = connection.execute(select(table.c[column]).order_by(table.c.no.desc()).limit(1)).scalar()
        if last is not None:
            return last
    return None


@dataclass(frozen=True)
class MonthState:
    """A month with its entries counted, whether it is open, closed or reopened, and the step that made it so.

    It is proposed while its closing waits for a second person.
    """

    month: Month
    entries: int
    state: State
    step: MonthStep | None


def months(connection: Connection) -> list[MonthState]:
    """Every month that has entries or was ever closed or reopened by name, oldest first."""
    history = steps(connection)
    counts = {step.month: 0 for step in history}
    entry = tables.entry.c
    rows = connection.execute(select(entry.happened_on, func.count()).group_by(entry.happened_on))
    for day, count in rows:
        counts[Month.of(day)] = counts.get(Month.of(day), 0) + count
    listed = [MonthState(month, counts[month], *state_of(month, history)) for month in sorted(counts)]
    last = history[-1] if history else None
    if last is None or last.state != "proposed":
        return listed
    return [MonthState(row.month, row.entries, "proposed", last) if row.month == last.month else row for row in listed]
