"""The findings: each row of the one SELECT with its grounds, its doubts and what is missing, as values."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Row, RowMapping

from ledger import facts
from ledger.codes import format_code
from ledger.decisions import query, rulings
from ledger.decisions.course import CourseStep, parse_course
from ledger.decisions.rulings import Ruling
from ledger.facts import Origin
from ledger.i18n import _, either
from ledger.notices import register, review_flags
from ledger.notices.conditions import Clause, Condition, Notice
from ledger.store.large import AT_A_TIME, each_row

C = TypeVar("C")

# Who can supply a missing fact, and the kind of input file that brings it.
SUPPLY = {
    "issued_on": ("authority", "issues"),
    "mailed_on": ("authority", "issues"),
    "downloaded": ("authority", "downloads"),
    "receipt": ("receipt_register", "receipts"),
    "reason": ("authority", "revocations"),
    "used": ("authority", "usage"),
    "covered": ("authority", "usage"),
}

# What an answer takes from the row of the SELECT as it stands there.
_COLUMNS = ("application", "member", "outcome", "verdict", "fee_received", "overpaid", "refundable", "suggested")


@dataclass(frozen=True)
class JudgedApplication:
    """The answer for one application as of a day: what it is, under which notice, on which grounds, and how many yen.

    `fee_received` is None when something was received but no fee is known for the day of the application. `refundable`
    is 0 unless the outcome is eligible. `course` are the refunds and credits of the fee as they stood on the day;
    `ruling` is what the federation itself had decided by then.
    """

    application: str
    member: str
    as_of: date
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
    course: tuple[CourseStep, ...]
    ruling: Ruling | None


class Answered(Protocol):
    """What was answered of the conditions of a notice, and the facts by column: just now, or when it was kept."""

    @property
    def row(self) -> Mapping[Any, Any]:
        """The facts by column; by the name of each, with `_fact`, the record that it stands in."""

    def holds(self, condition: Condition) -> bool | None:
        """Whether a condition of the notice holds; None when it is not known."""

    def clause_holds(self, clause: Clause) -> bool | None:
        """Whether a clause of the notice holds; None when it is not known."""


@dataclass(frozen=True)
class Finding(JudgedApplication):
    """An answer just given; `overpaid` is None where no fee is known.

    `row` is the row of the SELECT that everything here was read from.
    """

    overpaid: int | None
    row: RowMapping

    @property
    def owed(self) -> int | None:
        """What of the fee is not received, in yen: nothing once the application is withdrawn; None: no fee is known."""
        due: int | None = self.row["fee_due"]
        if due is None or self.row["withdrawn_on"] is not None:
            return None if due is None else 0
        return max(due - (self.fee_received or 0), 0)

    def holds(self, condition: Condition) -> bool | None:
        """Whether a condition of the notice holds; None when it is not known."""
        truth: bool | None = self.row[query.condition_columns(self.notice)[condition]]
        return truth

    def clause_holds(self, clause: Clause) -> bool | None:
        """Whether a clause of the notice holds; None when it is not known."""
        truth: bool | None = self.row[query.clause_columns(self.notice)[clause]]
        return truth

    def deciding(self) -> tuple[Clause, ...]:
        """The clauses that decide: those that hold; else those not yet decided; else all, for all of them failed."""
        return first_decided(self.notice.clauses if self.notice else (), self.clause_holds)

    def deciding_in(self, clause: Clause) -> tuple[Condition, ...]:
        """The conditions of a clause that decide: all where it holds or is undecided, else those that fail."""
        if self.clause_holds(clause) is False:
            return tuple(condition for condition in clause.conditions if self.holds(condition) is False)
        return clause.conditions

    def fact_ids(self) -> tuple[int, ...]:
        """The records that the finding stands on."""
        return tuple(value for name, value in self.row.items() if name.endswith("_fact") and value is not None)


def first_decided(clauses: Sequence[C], holds: Callable[[C], bool | None]) -> tuple[C, ...]:
    """Of clauses those that decide: those that hold; else those not yet decided; else all, for all of them failed."""
    for truth in (True, None):
        if deciding := tuple(clause for clause in clauses if holds(clause) is truth):
            return deciding
    return tuple(clauses)


def judge(
    connection: Connection, as_of: date, *, applications: Sequence[str] | None = None, member: str | None = None
) -> list[Finding]:
    """Judges applications as of a day, by the notice then in force: these, those of one member, or everyone's.

    An application that had not been made, or was not known, by that day has no finding.
    """
    # In the order of the applications, the same on both databases: decisions are numbered in it.
    return list(judging(connection, as_of, register.in_force(as_of), applications=applications, member=member))


def judge_everyone(connection: Connection, as_of: date) -> Iterator[Finding]:
    """The same of everyone, in the same order, one by one as the database yields them."""
    return judging(connection, as_of, register.in_force(as_of))


def judging(
    connection: Connection,
    as_of: date,
    notice: Notice | None,
    *,
    applications: Sequence[str] | None = None,
    member: str | None = None,
) -> Iterator[Finding]:
    """The findings under a given notice, one by one; those of everyone, or of many, as the database yields them."""
    scope = query.MEMBER if member is not None else None if applications is None else query.APPLICATIONS
    numbers = None if applications is None else set(applications)
    parameters = query.parameters(as_of, member=member, applications=applications if member is None else None)
    statement = query.question(notice, scope)
    many = member is None and (numbers is None or len(numbers) > AT_A_TIME)
    for row in each_row(connection, statement, parameters) if many else connection.execute(statement, parameters):
        if (numbers is None or row.application in numbers) and (member is None or row.member == member):
            yield _finding(row, as_of, notice)


def _finding(row: Row[Any], as_of: date, notice: Notice | None) -> Finding:
    values = row._mapping
    doubts = tuple(doubt.code for doubt in review_flags.DOUBTS if values[f"doubt_{doubt.code}"])
    spoken_of = tuple(json.loads(values["ruling_doubts"] or "[]"))
    return Finding(
        **{name: values[name] for name in _COLUMNS},
        as_of=as_of,
        notice=notice,
        clauses=tuple(clause.mark for clause, name in query.clause_columns(notice).items() if values[name]),
        missing=() if values["decided"] else tuple(fact for fact in query.MISSABLE if values[f"missing_{fact}"]),
        doubts=doubts,
        warnings=tuple(warning.code for warning in review_flags.WARNINGS if values[f"warning_{warning.code}"]),
        course=parse_course(values["course"]),
        ruling=rulings.of_row(values, doubts, spoken_of),
        row=values,
    )


# --- grounds --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """One fact that a condition rests on, as it is spoken of, and where it comes from (None: nothing is known)."""

    column: str
    text: str
    origin: Origin | None


def grounds(finding: Answered, condition: Condition, origins: Mapping[int, Origin]) -> list[Ground]:
    """The facts that a condition rests on; where it is undecided, also those that are not known.

    A condition that is decided although nothing is known rests on there being no record.
    """
    labels = {column: _(facts.COLUMNS[column].label) for column in condition.shows if finding.row[column] is None}
    known = [_ground(finding, column, origins) for column in condition.shows if column not in labels]
    if finding.holds(condition) is None:
        return known + [Ground(column, _("{fact}: not known", fact=fact), None) for column, fact in labels.items()]
    column = condition.shows[0]
    return known or [Ground(column, _("{fact}: no record", fact=labels[column]), None)]


def _ground(finding: Answered, column: str, origins: Mapping[int, Origin]) -> Ground:
    record = finding.row[f"{facts.COLUMNS[column].name}_fact"]
    text = _(facts.STATED[column], value=format_code(column, finding.row[column]))
    return Ground(column, text, None if record is None else origins.get(record))


def grounds_text(finding: Finding, condition: Condition, origins: Mapping[int, Origin]) -> str:
    """The grounds of a condition on one line."""
    return either("、", ", ").join(ground.text for ground in grounds(finding, condition, origins))
