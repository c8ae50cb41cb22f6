"""Mutants of the notices: each differs from its notice in one place, and some case has to tell the two apart.

    .venv/bin/python -m tests.mutants

lists every mutant of every notice of the register with the case that tells it, or why none can. A mutant is a notice
like any other, judged by the same SELECT over one book that holds every case.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, false, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression

from ledger.decisions import findings, query
from ledger.notices import conditions, register
from ledger.notices.conditions import Clause, Condition, Notice, Truth, days_after
from ledger.store import database, upgrade
from tests import given
from tests.notice_cases import CASES, SAME, SameNotice
from tests.test_cases import answer

_COMPARISONS = (operators.lt, operators.le, operators.gt, operators.ge)


@dataclass(frozen=True)
class Mutant:
    """A notice changed in one place: the clause, the condition, what was changed."""

    original: Notice
    mark: str
    condition: str
    change: str
    notice: Notice

    @property
    def same(self) -> SameNotice | None:
        """Why the mutant is the notice in other words; None when it is another one."""
        place = (self.original, self.mark, self.condition)
        return next(
            (
                same
                for same in SAME
                if (same.notice, same.clause, same.condition) == place and self.change.startswith(same.change)
            ),
            None,
        )

    def __str__(self) -> str:
        return f"{self.original.announced_on} {self.mark} {self.condition}: {self.change}"


def mutants(original: Notice) -> Iterator[Mutant]:
    """Every mutant of a notice; none of one that has no clauses."""
    for clause in original.clauses:
        for condition in clause.conditions:
            name = register.names(original)[condition]
            for change, holds in _changed(condition):
                yield Mutant(original, clause.mark, name, change, _with(original, clause, condition, holds))


def _with(notice: Notice, clause: Clause, condition: Condition, holds: Truth) -> Notice:
    """The notice with another truth in one condition of one clause."""
    other = replace(condition, holds=holds)
    changed = Clause(clause.mark, clause.words, *(other if each is condition else each for each in clause.conditions))
    return replace(notice, clauses=tuple(changed if each is clause else each for each in notice.clauses))


def _changed(condition: Condition) -> Iterator[tuple[str, Truth]]:
    """Other truths in place of a condition's: left out, turned round, decided too early, moved by a day."""
    holds = condition.holds
    yield "dropped", true()
    yield "never", false()
    yield "negated", case((holds, false()), (holds.is_(None), conditions.UNKNOWN), else_=true())
    if condition.settled_by:  # else it is never not known, and there is nothing to decide too early
        yield "false for not known", case((holds, true()), else_=false())
        yield "true for not known", case((holds, true()), (holds.is_(None), true()), else_=false())
    for part in visitors.iterate(holds):
        if isinstance(part, BinaryExpression):
            for says, other in _others(part):
                yield says, _replaced(holds, part, other)


def _others(part: BinaryExpression[Any]) -> Iterator[tuple[str, ColumnElement[Any]]]:
    """Other comparisons in place of one: its day moved, a code left out."""
    right: Any = part.right
    if part.operator in _COMPARISONS:
        for by in (-1, 1):
            yield f"{_shown(part)} {by:+d} day", part.operator(part.left, days_after(right, by))
    elif part.operator is operators.between_op:
        first, last = right.get_children()
        for by in (-1, 1):
            yield f"{_shown(part)}, first {by:+d} day", part.left.between(days_after(first, by), last)
            yield f"{_shown(part)}, last {by:+d} day", part.left.between(first, days_after(last, by))
    elif part.operator is operators.in_op:
        for code in right.value:
            yield f"without {code}", part.left.in_([each for each in right.value if each != code])
    elif part.operator is operators.eq:
        yield f"without {right.value}", false()


def _shown(part: BinaryExpression[Any]) -> str:
    plain = part.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return " ".join(str(plain).split())


def _replaced(holds: Truth, part: BinaryExpression[Any], other: ColumnElement[Any]) -> Truth:
    def put(element: Any, **_options: Any) -> Any:
        return other if element is part else None

    return visitors.replacement_traverse(holds, {}, put)


# --- telling them apart ---------------------------------------------------------------------------------------------


def book(url: str) -> None:
    """Puts every case into one book, each with a member of its own."""
    with database.writing(url) as connection:
        source = given.source(connection)
        for example in CASES:
            given.member(connection, source, example.id)
            given.application(connection, source, example.id, example.given, member=example.id, as_of=example.as_of)
        given.book(connection)


def tell(connection: Connection, mutant: Mutant) -> str | None:
    """The first case whose expectation the mutant does not meet; None when it meets all."""
    statement = query.question(mutant.notice)  # once: to build it takes longer than to ask it
    for as_of in _days(mutant.original):
        rows = connection.execute(statement, query.parameters(as_of))
        by_application = {row.application: row for row in rows}
        for example in CASES:
            if example.notice is mutant.original and example.as_of == as_of:
                finding = findings._finding(by_application[example.id], as_of, mutant.notice)
                expected = {name: value for name, value in example.expect.items() if name != "notice"}
                if any(answer(finding, name) != value for name, value in expected.items()):
                    return example.id
    return None


def _days(notice: Notice) -> list[date]:
    """The days on which the cases of a notice ask, those of most cases first."""
    days = [example.as_of for example in CASES if example.notice is notice]
    return sorted(set(days), key=lambda day: (-days.count(day), day))


def listed(url: str, notices: Sequence[Notice] = register.NOTICES) -> Iterator[tuple[Mutant, str | None]]:
    """Every mutant of the notices with the case that tells it, over fresh books."""
    book(url)
    with database.reading(url) as connection:
        for notice in notices:
            for mutant in mutants(notice):
                yield mutant, tell(connection, mutant)


def line(mutant: Mutant, by: str | None) -> str:
    """A mutant with the case that tells it, or why none can."""
    return f"{by or (mutant.same and mutant.same.why) or 'NO CASE'}: {mutant}\n"


def main() -> int:
    """Lists all mutants; 1 when one of them is told by no case."""
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'cases.db'}"
        upgrade.create(url)
        for mutant, by in listed(url):
            survived += by is None and mutant.same is None
            sys.stdout.write(line(mutant, by))
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
