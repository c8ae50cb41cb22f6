"""The records of the books on the members and applications that an import names, read in a few statements."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from ledger import dates, tables
from ledger.intake.bulk import rows_of
from ledger.intake.kind import FactValue, InputRow
from ledger.store.database import role

# The columns of an input file that name an application.
APPLICATION_COLUMNS = ("application", *tables.LINK_FACTS)


class Records(NamedTuple):
    """The members that the books know, the member of each application, and the facts of each application.

    `facts` holds, by application and name, each day of knowing with what was said; the last one counts.
    """

    members: set[str]
    applications: dict[str, str]
    facts: dict[tuple[str, str], list[tuple[date, FactValue]]]


def records_of(connection: Connection, lines: Iterable[InputRow]) -> Records:
    """What the books hold of every member and application that the lines name."""
    named_members: set[str] = set()
    named_applications: set[str] = set()
    for line in lines:
        named_members.update(filter(None, [line.text("member")]))
        named_applications.update(filter(None, map(line.text, APPLICATION_COLUMNS)))
    member, application, fact = tables.member.c, tables.application.c, tables.fact.c
    members = {row.number for row in rows_of(connection, member.number, named_members, [member.number])}
    owned = [application.number, application.member]
    owners = {row.number: row.member for row in rows_of(connection, application.number, named_applications, owned)}
    facts: dict[tuple[str, str], list[tuple[date, FactValue]]] = {}
    columns = [fact.application, fact.known_on, *(fact[part] for part in FactValue._fields)]
    for row in rows_of(connection, fact.application, owners, columns, [fact.known_on, fact.id]):
        facts.setdefault((row.application, row.name), []).append((row.known_on, FactValue._make(row[2:])))
    return Records(members, owners, facts)


def record_source(connection: Connection, name: str, by: str, sha256: str | None = None) -> int:
    """Records what is about to be told: a file, or the command that enters it; gives its identity."""
    row = {"name": name, "sha256": sha256, "recorded_at": dates.now(), "by": by, "role": role(connection)}
    key = connection.execute(tables.source.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])
