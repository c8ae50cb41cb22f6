"""The grounds of a decision as they were kept: what held of each clause, and the facts that it rested on then."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from ledger.decisions.store import Decision
from ledger.facts import COLUMNS
from ledger.notices.conditions import Clause, Condition


class KeptGrounds:
    """What a finding said of the clauses of its notice, read from the decision; nothing is judged again."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self._holds = {stored["condition"]: stored["holds"] for stored in decision.finding["conditions"]}

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses that held, in the order of the notice."""
        notice = self.decision.notice
        return tuple(clause for clause in notice.clauses if clause.mark in self.decision.clauses) if notice else ()

    @cached_property
    def row(self) -> Mapping[Any, Any]:
        """The facts by column, and by the name of each the record that it stood in; None: not known."""
        stored = self.decision.finding["facts"]
        row: dict[str, Any] = {}
        for column, fact in COLUMNS.items():
            kept = stored.get(column, {"value": None, "record": None})
            value = kept["value"]
            row[column] = date.fromisoformat(value) if value is not None and fact.part != "code" else value
            if kept["record"] is not None or f"{fact.name}_fact" not in row:
                row[f"{fact.name}_fact"] = kept["record"]
        return row

    def fact_ids(self) -> set[int]:
        """The records of all its facts."""
        return {kept["record"] for kept in self.decision.finding["facts"].values()}

    def holds(self, condition: Condition) -> bool | None:
        """Whether a condition held; None when it was not known."""
        truth: bool | None = self._holds.get(condition.ja)
        return truth

    def clause_holds(self, clause: Clause) -> bool | None:
        """Whether a clause held; None when it was not known."""
        truths = [self.holds(condition) for condition in clause.conditions]
        return False if False in truths else None if None in truths else True
