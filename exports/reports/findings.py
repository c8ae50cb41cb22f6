"""返金要件確認: the findings as of a day, one row for each application, with the grounds of what decides."""

from collections.abc import Iterable, Mapping
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from exports.reports.decisions import answer
from ledger.decisions.findings import Finding, grounds_text
from ledger.facts import Origin
from ledger.i18n import N_, either
from ledger.people.register import Person
from ledger.statements.labels import mark

NAME = N_("Refund check")

COLUMNS = (
    *PERSON,
    Column(N_("Application No."), width=14),
    Column(N_("Answer"), width=16),
    Column(N_("Clauses"), width=10),
    Column(N_("Notice"), width=26, wrap=True, on_paper=True),
    Column(N_("Amount to be given back"), "yen", 13, total=True),
    Column(N_("Way"), width=10),
    Column(N_("Missing"), width=36, wrap=True),
    Column(N_("Doubts"), width=36, wrap=True, on_paper=True),
    Column(N_("To be noted"), width=30, wrap=True, on_paper=True),
    Column(N_("Fee received"), "yen", 12, total=True, on_paper=True),
    Column(N_("Overpaid"), "yen", 12, total=True, on_paper=True),
    Column(N_("Conditions and grounds"), width=70, wrap=True, on_paper=True),
)


def sheet(
    findings: Iterable[Finding],
    people: Mapping[str, Person],
    origins: Mapping[int, Origin],
    day: date,
    *,
    everything: bool = False,
) -> Sheet:
    """The findings as of a day, in the order given, with the clauses that decide, or all of them with `everything`.

    ○ holds, × does not hold, ? is not known.
    """
    cells = (_cells(finding, people[finding.member], origins, everything=everything) for finding in findings)
    block = Block(COLUMNS, cells, total=N_("Total"))
    return Sheet(name=NAME, title=NAME, blocks=(block,), as_of=day, issuer=ISSUER, landscape=True)


def _cells(finding: Finding, member: Person, origins: Mapping[int, Origin], *, everything: bool) -> Values:
    return (
        *person(member),
        finding.application,
        *answer(finding),
        finding.fee_received,
        finding.overpaid,
        _conditions(finding, origins, everything=everything),
    )


def _conditions(finding: Finding, origins: Mapping[int, Origin], *, everything: bool) -> str:
    """The conditions of the clauses, one line each: clause, ○ × or ?, the words, the grounds."""
    every = finding.notice.clauses if finding.notice else ()
    return "\n".join(
        either("{clause} {mark} {says}({grounds})", "{clause} {mark} {says} ({grounds})").format(
            clause=clause.mark,
            mark=mark(finding.holds(condition)),
            says=condition.says,
            grounds=grounds_text(finding, condition, origins),
        )
        for clause in (every if everything else finding.deciding())
        for condition in clause.conditions
    )
