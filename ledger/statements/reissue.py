"""前版との違い: what a closed period's statement says otherwise than the version that was handed out before.

Between the two the period was reopened and closed again. Nothing is edited meanwhile, so what changed is what was
added: entries dated up to the period's last day, reversals among them, and decisions in the place of others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy import Connection, select

from ledger import tables
from ledger.dates import Month, Period
from ledger.decisions.store import Decision, decisions_of, standing_on
from ledger.journal import closing, ledgers
from ledger.journal.closing import MonthStep
from ledger.journal.ledgers import JournalEntry
from ledger.statements.figures import Figures, figures
from ledger.statements.month import MonthStatement
from ledger.store.records import batches, last_number


@dataclass(frozen=True)
class Told:
    """What a version told: its figures, the number of the decision on each application, the last entry and step."""

    figures: Figures
    decided: Mapping[str, int]
    last_entry: int
    last_step: int


@dataclass(frozen=True)
class ChangedFigure:
    """A figure of the cover, by its name in `Figures`, in the version before and in this one, in yen."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class ChangedDecision:
    """The decisions that stand for an application in the version before and in this one; None where none stood."""

    application: str
    before: Decision | None
    after: Decision | None


@dataclass(frozen=True)
class Changes:
    """What a version says otherwise than the one before it.

    `reopened` are the steps that reopened the period in between, with their reasons. `entries` were added, in the order
    of their numbers, with all that are dated before the period: they change what was brought forward.
    """

    reopened: list[MonthStep]
    figures: list[ChangedFigure]
    entries: list[JournalEntry]
    decisions: list[ChangedDecision]


def told(connection: Connection, period: Period) -> Told:
    """What the statement of a period tells, as the books stand."""
    return Told(
        figures(connection, period),
        _standing(connection, period, closing.closing_of(connection, Month.of(period.last))),
        last_number(connection, tables.entry.c.no),
        last_number(connection, tables.month_step.c.no),
    )


def changes(connection: Connection, before: Told, statement: MonthStatement) -> Changes:
    """What a statement says otherwise than a version before it told; the books stand as they are for the statement."""
    return Changes(
        [
            step
            for step in closing.steps(connection)
            if step.no > before.last_step and step.state == "reopened" and step.month.last <= statement.month.last
        ],
        [
            ChangedFigure(name, getattr(before.figures, name), getattr(statement.figures, name))
            for name in (field.name for field in fields(Figures))
        ],
        _added(connection, before.last_entry, statement.month),
        _decided(connection, before.decided, statement),
    )


def _standing(connection: Connection, period: Period, closed: MonthStep | None) -> dict[str, int]:
    return {row.application: row.no for row in standing_on(connection, period.last, closed)}


def _decided(connection: Connection, before: Mapping[str, int], statement: MonthStatement) -> list[ChangedDecision]:
    after = _standing(connection, statement.month, statement.closed)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    named = {of[name] for of in (before, after) for name in changed if name in of}
    numbers = batches(sorted(named))
    decisions = {decision.no: decision for batch in numbers for decision in decisions_of(connection, batch)}
    return [
        ChangedDecision(name, decisions.get(before.get(name, 0)), decisions.get(after.get(name, 0)))
        for name in sorted(changed, key=statement.owners.order)
    ]


def _added(connection: Connection, after: int, period: Period) -> list[JournalEntry]:
    entry = tables.entry.c
    numbers = select(entry.no).where(entry.no > after, entry.happened_on <= period.last).order_by(entry.no)
    added = list(connection.execute(numbers).scalars())
    return [row for batch in batches(added) for row in ledgers.entries_of(connection, batch)]
