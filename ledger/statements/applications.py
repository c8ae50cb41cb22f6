"""申込一覧: the applications as known by a day, each with its life, its fee and the answer of that day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger.decisions.findings import Finding, judge
from ledger.people.naming import persons
from ledger.people.register import Person, numerically, person_order


@dataclass(frozen=True)
class KnownApplication:
    """An application with the finding of the day, which carries all that is known of it, and whose it is."""

    finding: Finding
    member: Person


def known_applications(
    connection: Connection,
    as_of: date,
    *,
    applications: Collection[str] | None = None,
    member: str | None = None,
) -> list[KnownApplication]:
    """The applications made by the day: all, these, or those of one member; by association, member and number."""
    named = None if applications is None else list(applications)
    findings = judge(connection, as_of, applications=named, member=member)
    members = persons(connection, sorted({finding.member for finding in findings}))
    rows = [KnownApplication(finding, members[finding.member]) for finding in findings]
    return sorted(rows, key=lambda row: (person_order(row.member), numerically(row.finding.application)))
