"""The check asked and answered: for one member, one application or everyone; as text, as a sheet, as JSON."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from exports.formats import terminal
from exports.formats.progress import watched
from exports.formats.sheet import Sheet
from exports.reports import explanation, summaries
from exports.reports import findings as findings_sheet
from ledger import facts, tables
from ledger.booking.eligibility import require_application
from ledger.decisions import store
from ledger.decisions.findings import Finding, as_json, judge
from ledger.decisions.store import Decision
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _
from ledger.people import register
from ledger.store.records import last_number

# As many findings as are explained one by one in the terminal; more are shown as a table.
EXPLAINED = 20


@dataclass
class NobodyAsked(Refusal):
    """the question does not say whom it is about"""

    exit = Exit.USAGE
    instead = N_("name a member, an application (--application NO) or --everyone")


@dataclass
class NotYetApplied(Refusal):
    """nothing had been applied for under {asked} by {on}, as far as was known then"""

    asked: str
    on: date
    instead = N_("ask for a later day: --as-of DAY")


@dataclass(frozen=True)
class Asked:
    """Whom the question is about, the day it is asked for, and whether every clause is to be shown."""

    member: str | None
    application: str | None
    everyone: bool
    as_of: date
    everything: bool = False

    @property
    def command(self) -> str:
        """The command that asks this way."""
        return "check --all" if self.everything else "check"

    @property
    def about(self) -> str:
        """Whom it is about, as it can be read again (`asked_again`); empty for everyone."""
        if self.application is not None:
            return f"application {self.application}"
        return "" if self.member is None else f"member {self.member}"


def asked_again(command: str, about: str, as_of: date) -> Asked:
    """The question that was put by a command, about whom it named."""
    whom, _space, number = about.partition(" ")
    member, application = (number if whom == literal else None for literal in ("member", "application"))
    return Asked(member, application, not about, as_of, command == "check --all")


@dataclass(frozen=True)
class CheckAnswer:
    """The findings with the people they are about and the records they stand on."""

    asked: Asked
    findings: list[Finding]
    people: dict[str, register.Person]
    origins: dict[int, facts.Origin]

    def text(self) -> str:
        """The findings for the terminal: each explained, or a table when they are many."""
        if len(self.findings) > EXPLAINED:
            counted = summaries.by_outcome((finding.outcome, finding.refundable) for finding in self.findings)
            return f"{terminal.format_sheet(self.sheet())}\n\n{counted}"
        return "\n\n".join(
            explanation.finding(finding, self.people[finding.member], self.origins, everything=self.asked.everything)
            for finding in self.findings
        )

    def sheet(self) -> Sheet:
        """The findings as a sheet, one to a row, with what decides."""
        judged = watched(self.findings, len(self.findings), _("writing findings"))
        return findings_sheet.sheet(
            judged, self.people, self.origins, self.asked.as_of, everything=self.asked.everything
        )

    def as_json(self) -> dict[str, Any]:
        """The findings as other programs read them."""
        return {
            "as_of": self.asked.as_of,
            "findings": [as_json(finding, self.origins, everything=self.asked.everything) for finding in self.findings],
        }


def answer(connection: Connection, asked: Asked) -> CheckAnswer:
    """Judges what is asked for. A member or application that does not exist, or not yet on that day, is refused."""
    findings = _judged(connection, asked)
    if not findings and not asked.everyone:
        raise NotYetApplied(asked.application or asked.member or "", asked.as_of)
    ids = {identity for finding in findings for identity in finding.fact_ids()}
    return CheckAnswer(asked, findings, register.people(connection), facts.origins(connection, ids))


def _judged(connection: Connection, asked: Asked) -> list[Finding]:
    if asked.application is not None:
        require_application(connection, asked.application)
        return judge(connection, asked.as_of, applications=[asked.application])
    if asked.member is not None:
        return judge(connection, asked.as_of, member=register.member_number(connection, asked.member))
    if not asked.everyone:
        raise NobodyAsked
    return judge(connection, asked.as_of)


def decide(
    connection: Connection, applications: list[str], everyone: bool, as_of: date, *, by: str
) -> tuple[list[Decision], int]:
    """Keeps the findings of these applications, or of everyone; gives the decisions and how many of them are new.

    With everyone, those for whom nothing was received or nothing has ended are left out: there is nothing to decide.
    """
    if not applications and not everyone:
        raise NobodyAsked
    for number in applications:
        require_application(connection, number)
    found = judge(connection, as_of, applications=None if everyone else applications)
    if everyone:
        found = [finding for finding in found if finding.outcome not in ("no_fee", "in_force")]
    elif len(found) < len(set(applications)):
        there = {finding.application for finding in found}
        raise NotYetApplied(next(number for number in applications if number not in there), as_of)
    before = last_number(connection, tables.decision.c.no)
    numbers = set(store.keep(connection, found, by=by))
    return [decision for decision in store.decisions(connection) if decision.no in numbers], sum(
        no > before for no in numbers
    )
