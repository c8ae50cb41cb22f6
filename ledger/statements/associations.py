"""The month by association (会別集計): members, applications, money, and how the applications would be answered.

Money is what moved through the accounts of fees held; the answers are the findings as of the end of the month, kept or
not.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from ledger.codes import ASSOCIATIONS, OUTCOMES
from ledger.decisions.findings import judge_everyone
from ledger.people.register import Owners, people
from ledger.statements.fees_held import flows


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


def associations(connection: Connection, owners: Owners, first: date, last: date) -> list[Association]:
    """The associations that have any member or application by the day, from north to south."""
    by_name = {name: Association(name) for name in ASSOCIATIONS}
    for person in people(connection, last).values():
        by_name[person.association].members += 1
    for finding in judge_everyone(connection, last):
        association = by_name[owners.of(finding.application).association]
        association.applications += 1
        association.outcomes[finding.outcome] += 1
    for application, flow in flows(connection, first, last):
        if application is None:
            continue
        association = by_name[owners.of(application).association]
        association.received += flow.ways.get("received", 0)
        association.refunded -= flow.ways.get("refunded", 0)
        association.credited += flow.ways.get("credited_here", 0)
        association.received_to_date += flow.to_date.get("received", 0)
        association.refunded_to_date -= flow.to_date.get("refunded", 0)
        association.credited_to_date += flow.to_date.get("credited_here", 0)
        association.left += flow.left
    return [
        association
        for association in by_name.values()
        if association.members or association.applications or association.received_to_date
    ]
