"""Mutants of the notices: each differs from its notice in one place, and some case has to tell the two apart.

    .venv/bin/python -m tests.mutants

lists every mutant with the case that tells it, or why none can. A mutant is a notice like any other, judged by the
same SELECT over one book that holds every case.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, false, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression

from ledger.decisions import findings, query
from ledger.notices import conditions, n2012_03_23, n2012_09_21, register
from ledger.notices.conditions import Clause, Condition, Notice, Truth, days_after
from ledger.store import database
from tests import given
from tests.test_cases import CASES, answer

# These are never not known, so there is nothing to decide too early.
NEVER_UNKNOWN = (conditions.revoked, conditions.ended, n2012_09_21.not_known_used)

# Mutants that are the notice in other words: mark, condition, how the change begins, why it makes no difference.
_LIVE = "downloads_checked_to >= mailed_on"
SAME = (
    ("未利用", "unused", _LIVE, "is asked of a live certificate, which has not ended"),
    ("①", "downloaded", _LIVE, "is asked of a live certificate, which was not revoked"),
    ("①", "downloaded", "downloads_checked_to >= ended_on +1", "where it was not downloaded, ③ answers"),
    ("②", "no_receipt", "receipt_on > revoked_on", "what did not arrive by the revocation arrived after it"),
    (
        "特例",
        "in_mass_issue",
        "applied_on BETWEEN '2012-01-10' AND '2012-07-31', last +1",
        "mailed before it was applied for",
    ),
    (
        "特例",
        "in_mass_issue",
        "mailed_on BETWEEN '2012-01-10' AND '2012-07-31', first -1",
        "mailed before it was applied for",
    ),
    ("特例", "unused", _LIVE, "is asked of a live certificate, which was not revoked"),
)

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
    def same(self) -> str | None:
        """Why the mutant is the notice in other words; None when it is another one."""
        return next(
            (
                why
                for mark, name, change, why in SAME
                if (mark, name) == (self.mark, self.condition) and self.change.startswith(change)
            ),
            None,
        )

    def __str__(self) -> str:
        return f"{self.original.announced_on} {self.mark} {self.condition}: {self.change}"


def mutants() -> Iterator[Mutant]:
    """Every mutant of the notices that have clauses."""
    for original in (n2012_03_23.notice, n2012_09_21.notice):
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
    if condition not in NEVER_UNKNOWN:
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
        for each in CASES:
            given.member(connection, source, each["id"])
            given.application(connection, source, each["id"], each["given"], member=each["id"], as_of=each["as_of"])


def tell(connection: Connection, mutant: Mutant) -> str | None:
    """The first case whose expectation the mutant does not meet; None when it meets all."""
    statement = query.question(mutant.notice)  # once: to build it takes longer than to ask it
    for as_of in _days(mutant.original):
        rows = connection.execute(statement, query.parameters(as_of))
        found = {row.application: findings._finding(row, as_of, mutant.notice) for row in rows}
        for each in CASES:
            if each["as_of"] == as_of and any(
                answer(found[each["id"]], name) != value for name, value in each["expect"].items() if name != "notice"
            ):
                return str(each["id"])
    return None


def _days(notice: Notice) -> list[date]:
    """The days on which cases ask while the notice is in force, those of most cases first."""
    days = [each["as_of"] for each in CASES if register.in_force(each["as_of"]) is notice]
    return sorted(set(days), key=lambda day: (-days.count(day), day))


def listed(url: str) -> Iterator[tuple[Mutant, str | None]]:
    """Every mutant with the case that tells it, over fresh books."""
    book(url)
    with database.reading(url) as connection:
        for mutant in mutants():
            yield mutant, tell(connection, mutant)


def main() -> int:
    """Lists all mutants; 1 when one of them is told by no case."""
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'cases.db'}"
        database.create(url)
        for mutant, by in listed(url):
            survived += by is None and mutant.same is None
            sys.stdout.write(f"{by or mutant.same or 'NO CASE'}: {mutant}\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
