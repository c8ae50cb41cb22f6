"""What the books already hold of the members and applications that the lines name, read in a few statements."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from ledger import tables
from ledger.intake.bulk import rows_of
from ledger.intake.kind import FactValue, InputRow

# What of a line names an application.
_NAMING = ("application", "previous", "credit_to")


@dataclass(frozen=True)
class Kept:
    """The members known, the member of each application, and what was said of each, in the order that counts.

    `facts` holds, by application and name, each day of knowing with what was said; the last one counts.
    """

    members: set[str] = field(default_factory=set)
    applications: dict[str, str] = field(default_factory=dict)
    facts: dict[tuple[str, str], list[tuple[date, FactValue]]] = field(default_factory=dict)


def kept_of(connection: Connection, lines: Iterable[InputRow]) -> Kept:
    """What the books hold of every member and application that the lines name."""
    numbers: dict[str, set[str]] = {"member": set(), "application": set()}
    for line in lines:
        for name, among in (("member", "member"), *((each, "application") for each in _NAMING)):
            if number := line.values.get(name):
                numbers[among].add(str(number))
    member, application, fact = tables.member, tables.application, tables.fact
    kept = Kept()
    kept.members.update(row[0] for row in rows_of(connection, member.c.number, numbers["member"], [member.c.number]))
    owned = [application.c.number, application.c.member]
    for row in rows_of(connection, application.c.number, numbers["application"], owned):
        kept.applications[row.number] = row.member
    columns = [fact.c[literal] for literal in ("application", "name", "known_on", "day", "code", "up_to")]
    for row in rows_of(connection, fact.c.application, kept.applications, columns, [fact.c.known_on, fact.c.id]):
        said = FactValue(row.name, row.day, row.code, row.up_to)
        kept.facts.setdefault((row.application, row.name), []).append((row.known_on, said))
    return kept
