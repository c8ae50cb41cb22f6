"""The month by association (会別集計): members, applications, money, and how the applications would be answered.

Money is what moved through the accounts of fees held; the answers are the findings as of the end of the month, kept or
not.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from ledger.codes import ASSOCIATIONS
from ledger.decisions.findings import Finding, judge
from ledger.people.register import Owners, Person, people
from ledger.statements.fees_held import FeeFlow
from ledger.tables import OUTCOMES


@dataclass
class Association:
    """One association: counts, and yen in the month and to date; `refunded` counts from the proposal on.

    `credited` is what was set against reissues.
    """

    name: str
    members: int = 0
    applications: int = 0
    received: int = 0
    refunded: int = 0
    credited: int = 0
    received_to_date: int = 0
    refunded_to_date: int = 0
    credited_to_date: int = 0
    left: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def by_outcome(self) -> tuple[int, ...]:
        """The number of applications of each outcome, in the order of the outcomes."""
        return tuple(self.outcomes[outcome] for outcome in OUTCOMES)


def associations(
    connection: Connection, moved: dict[str | None, FeeFlow], owners: Owners, last: date
) -> list[Association]:
    """The associations that have any member or application by the day, from north to south."""
    return collect(people(connection, last).values(), judge(connection, last), moved, owners)


def collect(
    persons: Iterable[Person], findings: Iterable[Finding], moved: dict[str | None, FeeFlow], owners: Owners
) -> list[Association]:
    """The same from what was read already."""
    found = {name: Association(name) for name in ASSOCIATIONS}
    for person in persons:
        found[person.association].members += 1
    for finding in findings:
        each = found[owners.of(finding.application).association]
        each.applications += 1
        each.outcomes[finding.outcome] += 1
    for application, flow in moved.items():
        if application is None:
            continue
        each = found[owners.of(application).association]
        each.received += flow.ways.get("received", 0)
        each.refunded -= flow.ways.get("refunded", 0)
        each.credited += flow.ways.get("credited_here", 0)
        each.received_to_date += flow.to_date.get("received", 0)
        each.refunded_to_date -= flow.to_date.get("refunded", 0)
        each.credited_to_date += flow.to_date.get("credited_here", 0)
        each.left += flow.left
    return [
        association
        for association in found.values()
        if association.members or association.applications or association.received_to_date
    ]
