"""申込一覧: the applications as known by a day, each with its life, its fee and the answer of that day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.decisions.course import CourseStep
from ledger.decisions.findings import Finding, judge, judge_everyone
from ledger.people.naming import persons
from ledger.people.register import Person, numerically, people, person_order


@dataclass(frozen=True, slots=True)
class KnownApplication:
    """An application: whose it is, its days, and what the finding of the day says of its fee, in yen.

    Of the finding no more is held than is listed, for there are as many as applications.
    """

    application: str
    member: Person
    applied_on: date
    kind: str | None
    issued_on: date | None
    mailed_on: date | None
    revoked_on: date | None
    withdrawn_on: date | None
    fee_received: int | None
    owed: int | None
    outcome: str
    course: tuple[CourseStep, ...]


# What is taken from the facts that the finding stands on.
_FACTS = ("applied_on", "kind", "issued_on", "mailed_on", "revoked_on", "withdrawn_on")


def known_applications(
    connection: Connection,
    as_of: date,
    *,
    applications: Collection[str] | None = None,
    member: str | None = None,
    association: str | None = None,
) -> list[KnownApplication]:
    """The applications made by the day: all, these, or those of one member; by association, member and number.

    With an `association` those alone whose member the register says last to be of it.
    """
    findings: Iterable[Finding]
    if applications is None and member is None:
        findings, members = judge_everyone(connection, as_of), people(connection)
    else:
        named = None if applications is None else list(applications)
        findings = judge(connection, as_of, applications=named, member=member)
        members = persons(connection, sorted({finding.member for finding in findings}))
    rows = (_known(finding, members[finding.member]) for finding in findings)
    meant = (row for row in rows if association is None or row.member.association == association)
    return sorted(meant, key=lambda row: (person_order(row.member), numerically(row.application)))


def _known(finding: Finding, member: Person) -> KnownApplication:
    return KnownApplication(
        application=finding.application,
        member=member,
        fee_received=finding.fee_received,
        owed=finding.owed,
        outcome=finding.outcome,
        course=finding.course,
        **{name: finding.row[name] for name in _FACTS},
    )
