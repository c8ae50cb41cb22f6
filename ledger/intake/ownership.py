"""A mistyped member of an application is corrected by a later file: the application moves, and its money with it.

Money is kept by application, so nothing is posted. What was proposed for the former member, or went to them, stands
against it: it bears their bank account, or their other application.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, or_

from ledger import settlements, tables
from ledger.errors import Problem
from ledger.i18n import N_, _, either
from ledger.intake.kind import InputRow
from ledger.intake.records import Records, add
from ledger.settlements import TAKEN_BACK

_WAYS = {"refund": N_("refund {no}"), "overpayment": N_("overpayment returned {no}"), "credit": N_("credit {no}")}


class CorrectedOwner(NamedTuple):
    """A line that says that an application is another member's than was known by its day."""

    line: InputRow
    application: str
    was: str
    member: str
    known_on: date


def corrections(lines: list[InputRow], records: Records, known_on: date) -> list[CorrectedOwner]:
    """What the lines correct, in the order in which they became known; `known_on` is the day of those naming none."""
    of_books = (
        (line, application, member)
        for line in lines
        if line.kind.code == "applications"
        and (application := line.text("application")) in records.owners
        and (member := line.text("member")) is not None
    )
    found = []
    owners = {number: list(versions) for number, versions in records.owners.items()}
    for line, application, member in sorted(of_books, key=lambda row: row[0].known_on or known_on):
        assert application is not None
        since = line.known_on or known_on
        was = next((owner for day, owner in reversed(owners[application]) if day <= since), None)
        if was is not None and was != member:
            found.append(CorrectedOwner(line, application, was, member, since))
            owners[application] = sorted([*owners[application], (since, member)], key=lambda version: version[0])
    return found


def problems(connection: Connection, corrected: list[CorrectedOwner]) -> Iterator[Problem]:
    """Each correction against which a refund or a credit stands (went-to-member)."""
    for correction in corrected:
        if ways := list(_standing(connection, correction.application)):
            heading = correction.line.kind.headings["member"]
            said = either("、", ", ").join(ways)
            fields = {"ways": said, "application": correction.application, "member": correction.was}
            yield correction.line.problem(heading, "went-to-member", **fields)


def _standing(connection: Connection, application: str) -> Iterator[str]:
    credit = tables.credit.c
    for found in (
        settlements.refunds(connection, settlements.ever_of(connection, [application])),
        settlements.credits(connection, or_(credit.application == application, credit.to_application == application)),
    ):
        for settlement in found:
            if settlement.state not in TAKEN_BACK:
                yield _(_WAYS[settlement.way], no=settlement.no)


def record(connection: Connection, corrected: list[CorrectedOwner], sources: dict[str, int]) -> None:
    """Appends what was corrected."""
    rows: list[dict[str, Any]] = [
        {
            "application": correction.application,
            "member": correction.member,
            "known_on": correction.known_on,
            "source": sources[correction.line.file],
            "sheet": correction.line.sheet,
            "row": correction.line.row,
        }
        for correction in corrected
    ]
    add(connection, tables.application_known, rows)
