"""返金要件確認: the check of refunds, asked and answered for one member, one application or everyone."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from exports.formats import terminal
from exports.formats.progress import watched
from exports.reports import explanation, summaries
from exports.reports.decisions import answer
from exports.reports.empty import NO_APPLICATION
from exports.reports.filters import ASSOCIATION, read_association, read_member, read_state, state
from exports.reports.report import (
    APPLICATION,
    AS_OF,
    Column,
    Connection,
    Filters,
    Listing,
    Parameter,
    Question,
    Report,
    Streamed,
    member,
)
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, _, either
from ledger.statements.labels import OUTCOMES, mark

if TYPE_CHECKING:
    from ledger.decisions.findings import Finding, Ground
    from ledger.decisions.rulings import Ruling
    from ledger.decisions.store import Decision
    from ledger.facts import Origin
    from ledger.notices.conditions import Clause, Condition
    from ledger.people.register import Person

# As many findings as are explained one by one in the terminal; more are shown as a table.
EXPLAINED = 20
# So many of everyone's are made at once.
_AT_A_TIME = 1000


@dataclass
class NobodyAsked(Refusal):
    """the question does not say whom it is about"""

    exit = Exit.USAGE
    instead = N_("name a member, an application (--application NO), --association NAME, --state STATE or --everyone")


@dataclass
class NotYetApplied(Refusal):
    """nothing had been applied for under {asked} by {on}, as far as was known then"""

    asked: str
    on: date
    instead = N_("ask for a later day: --as-of DAY")


@dataclass
class NothingAppliedFor(Refusal):
    """{member} is in the register, and no application of theirs is known"""

    member: str
    instead = N_("take the application in: seisan import FILE, or look for what was meant: seisan find TEXT")


class ExplainedCondition(NamedTuple):
    """A condition of a clause: what it says, whether it holds, and what that rests on."""

    finding: "Finding"
    clause: "Clause"
    condition: "Condition"
    origins: "Mapping[int, Origin]"

    @property
    def mark(self) -> str:
        """The mark of its clause."""
        return self.clause.mark

    @property
    def says(self) -> str:
        """What it says, in the language being spoken."""
        return self.condition.says

    @property
    def holds(self) -> bool | None:
        """Whether it holds; None when that is not known."""
        return self.finding.holds(self.condition)

    @property
    def grounds(self) -> str:
        """What it rests on, in words."""
        from ledger.decisions.findings import grounds_text

        return grounds_text(self.finding, self.condition, self.origins)

    @property
    def sources(self) -> "list[Ground]":
        """The facts that it rests on of which it is known where they come from."""
        from ledger.decisions.findings import grounds

        rests_on = grounds(self.finding, self.condition, self.origins)
        return [ground for ground in rests_on if ground.origin is not None]


class ExplainedRuling(NamedTuple):
    """A ruling on which the answer rests, told beside the conditions."""

    ruling: "Ruling"
    mark: str
    says: str
    holds: bool = True

    @property
    def grounds(self) -> str:
        """The paper that it rests on, in words."""
        return self.ruling.grounds

    @property
    def sources(self) -> "list[Ground]":
        """No fact: where a ruling came from, the list of rulings says."""
        return []


class CheckedFinding(NamedTuple):
    """A finding with the person it is about, the origins of what it stands on, and whether every clause is told."""

    finding: "Finding"
    member: "Person"
    origins: "Mapping[int, Origin]"
    everything: bool

    @property
    def clauses(self) -> "tuple[Clause, ...]":
        """The clauses that are told of: those that decide, or all of the notice."""
        if not self.everything:
            return tuple(self.finding.deciding())
        return self.finding.notice.clauses if self.finding.notice else ()

    @property
    def conditions(self) -> list[ExplainedCondition | ExplainedRuling]:
        """Their conditions; where not everything is told, those that decide. A ruling that decides comes first."""
        return self._explained(everything=self.everything)

    def _explained(self, *, everything: bool) -> list[ExplainedCondition | ExplainedRuling]:
        from ledger.decisions.rulings import MARK, SETTLES

        ruling = self.finding.ruling
        ruled = [] if ruling is None or not ruling.settles else [ExplainedRuling(ruling, MARK, _(SETTLES))]
        return ruled + [
            ExplainedCondition(self.finding, clause, condition, self.origins)
            for clause in self.clauses
            for condition in (clause.conditions if everything else self.finding.deciding_in(clause))
        ]

    @property
    def grounds(self) -> str:
        """All conditions of these clauses, one line each: clause, ○ × or ?, the words, the grounds."""
        line = either("{clause} {mark} {says}({grounds})", "{clause} {mark} {says} ({grounds})")
        return "\n".join(
            line.format(clause=row.mark, mark=mark(row.holds), says=row.says, grounds=row.grounds)
            for row in self._explained(everything=True)
        )

    @property
    def supply(self) -> list[tuple[str, str, str]]:
        """Each missing fact, who can supply it, and in which file."""
        from ledger.decisions.findings import SUPPLY

        return [(fact, *SUPPLY[fact]) for fact in self.finding.missing]


class Everyone(Streamed[CheckedFinding]):
    """The findings of everyone, in the order of the applications, judged while they are read and never all held.

    `len` is how many applications there are; of those not made by the day there is no finding. `outcomes` are those of
    the findings that were read, each with its yen. With filters it has the findings that all of them mean.
    """

    def __init__(self, connection: Connection, question: Question, filters: Filters = ()) -> None:
        self._connection = connection
        self._question = question
        self._filters = filters
        self._begun = self._judged()
        self.first = list(islice(self._begun, EXPLAINED + 1))
        self.outcomes: list[tuple[str, int]] = []

    def __contains__(self, row: object) -> bool:
        return any(row == checked for checked in self)

    def __len__(self) -> int:
        from ledger import tables
        from ledger.store.records import count

        return count(self._connection, tables.application)

    def __iter__(self) -> Iterator[CheckedFinding]:
        rows, self._begun = chain(self.first, self._begun), self._judged()
        self.outcomes.clear()
        for row in rows:
            self.outcomes.append((row.finding.outcome, row.finding.refundable))
            yield row
        self.first = []

    def _judged(self) -> Iterator[CheckedFinding]:
        from ledger.decisions.findings import judge_everyone
        from ledger.people.register import people

        findings = judge_everyone(self._connection, self._question["as_of"])
        persons = people(self._connection)
        while some := list(islice(findings, _AT_A_TIME)):
            for checked in _checked(self._connection, some, persons, self._question):
                if all(meant(checked) for meant in self._filters):
                    yield checked

    def few(self) -> list[CheckedFinding] | None:
        """All of it, where that is so little that it can be held; else None."""
        return self.first if len(self.first) <= EXPLAINED else None

    def where(self, filters: Filters) -> "Everyone":
        """The findings that all of the filters mean."""
        return Everyone(self._connection, self._question, filters)


def _rows(connection: Connection, question: Question) -> Collection[CheckedFinding]:
    """Judges what is asked for. A member or application that does not exist, or not yet on that day, is refused."""
    from ledger.people.register import people

    if question["application"] is None and question["member"] is None:
        if not any(question[name] for name in ("everyone", "association", "state")):
            raise NobodyAsked
        return Everyone(connection, question)
    findings = _judged(connection, question)
    if not findings:
        from ledger.store.owners import owned_by

        if question["application"] is None and not connection.execute(owned_by([question["member"]])).first():
            raise NothingAppliedFor(question["member"])
        raise NotYetApplied(question["application"] or question["member"], question["as_of"])
    persons = people(connection, only={finding.member for finding in findings})
    return list(_checked(connection, findings, persons, question))


def _checked(
    connection: Connection, findings: "Sequence[Finding]", persons: "Mapping[str, Person]", question: Question
) -> Iterator[CheckedFinding]:
    from ledger import facts

    origins = facts.origins(connection, {identity for finding in findings for identity in finding.fact_ids()})
    for finding in findings:
        yield CheckedFinding(finding, persons[finding.member], origins, everything=question["everything"])


def _judged(connection: Connection, question: Question) -> "list[Finding]":
    from ledger.decisions.findings import judge
    from ledger.store.owners import require_application

    day = question["as_of"]
    if question["application"] is not None:
        require_application(connection, question["application"])
        return judge(connection, day, applications=[question["application"]])
    if question["member"] is not None:
        return judge(connection, day, member=question["member"])
    raise NobodyAsked


def _text(listing: Listing) -> str:
    rows: Collection[CheckedFinding] = listing.content
    if len(rows) > EXPLAINED:
        listed = terminal.format_sheet(listing.sheet())
        read = rows.outcomes if isinstance(rows, Everyone) else _outcomes(rows)
        return f"{listed}\n\n{summaries.by_outcome(read)}"
    return "\n\n".join(explanation.finding(*row) for row in rows)


def _outcomes(rows: Iterable[CheckedFinding]) -> list[tuple[str, int]]:
    return [(row.finding.outcome, row.finding.refundable) for row in rows]


def _listed(rows: Collection[CheckedFinding]) -> Iterator[CheckedFinding]:
    return watched(rows, len(rows), _("writing findings"))


_CONDITIONS = Column(
    "conditions",
    columns=(
        Column("clause", get="mark"),
        Column("says"),
        Column("holds", kind="flag"),
        Column("grounds"),
        Column(
            "sources",
            columns=(
                Column("fact", get="column"),
                Column("file", get="origin.file"),
                Column("sheet", get="origin.sheet"),
                Column("row", get="origin.row", kind="number"),
                Column("known_on", get="origin.known_on", kind="day"),
                Column("by", get="origin.by"),
            ),
        ),
    ),
)

EXPLAINED_FINDING = (
    *member(),
    Column("application", N_("Application No."), "finding.application", width=14, importance=3),
    *answer(lambda row: row.finding, on_paper=True),
    Column("fee_received", N_("Fee received"), "finding.fee_received", "yen", total=True, on_paper=True),
    Column("overpaid", N_("Overpaid"), "finding.overpaid", "yen", total=True, on_paper=True),
    Column("grounds", N_("Conditions and grounds"), width=70, wrap=True, on_paper=True, in_json=False),
    Column(
        "supply",
        columns=(
            Column("fact", get=lambda row: row[0]),
            Column("from", get=lambda row: row[1]),
            Column("file", get=lambda row: row[2]),
        ),
    ),
    _CONDITIONS,
)

REPORT = Report(
    name="check",
    title=N_("Refund check"),
    summary=N_("Does the fee come back, and why? For a member, an application, or everyone, as of any day."),
    examples=(
        "check '東京 第9001号'",
        "check '甲山 太郎'",
        "check --application 2011-0001 --as-of 2012-03-23",
        "check --everyone --as-of 2012-09-30 --out 判定.xlsx",
        "check --association 東京 --state eligible",
    ),
    parameters=(
        Parameter("member", "text", N_("the member: number or name"), "", "MEMBER", read=read_member),
        APPLICATION,
        Parameter("everyone", "flag", N_("all applications"), "--everyone", default=False),
        ASSOCIATION,
        state(lambda: OUTCOMES, "outcome"),
        AS_OF,
        Parameter("everything", "flag", N_("show every clause, not only what decides"), "--all", default=False),
    ),
    rows=_rows,
    listed=_listed,
    list_key="findings",
    columns=EXPLAINED_FINDING,
    total=N_("Total"),
    dated=True,
    text=_text,
    empty=NO_APPLICATION,
)


@dataclass(frozen=True)
class Selection:
    """Whom a question is about: these applications, or all, of one association or with one answer if that is said."""

    applications: list[str]
    everyone: bool = False
    association: str | None = None
    state: str | None = None

    @property
    def many(self) -> bool:
        """Whether it is about all, or those of them that are meant."""
        return not self.applications and bool(self.everyone or self.association or self.state)

    def among(self, connection: Connection, findings: "list[Finding]") -> "list[Finding]":
        """Of these findings those that are meant. Refused: an association or a state that there is not."""
        from ledger.people.register import people

        if self.state is not None:
            outcome = read_state(connection, self.state, OUTCOMES)
            findings = [finding for finding in findings if finding.outcome == outcome]
        if self.association is not None:
            association, of = read_association(connection, self.association), people(connection)
            findings = [finding for finding in findings if of[finding.member].association == association]
        return findings


def decide(connection: Connection, asked: Selection, as_of: date, *, by: str) -> "tuple[list[Decision], int]":
    """Keeps the findings of these applications, or of many; gives the decisions and how many of them are new.

    Of many, those for whom nothing was received or nothing has ended are left out: there is nothing to decide.
    """
    from ledger import tables
    from ledger.decisions import store
    from ledger.decisions.findings import judge, judge_everyone
    from ledger.store.owners import require_application
    from ledger.store.records import last_number

    if not asked.applications and not asked.many:
        raise NobodyAsked
    for number in asked.applications:
        require_application(connection, number)
    if asked.many:
        everyone = judge_everyone(connection, as_of)
        judged = [finding for finding in everyone if finding.outcome not in ("no_fee", "in_force")]
    else:
        judged = judge(connection, as_of, applications=asked.applications)
        known = {finding.application for finding in judged}
        if unknown := [number for number in asked.applications if number not in known]:
            raise NotYetApplied(unknown[0], as_of)
    findings = asked.among(connection, judged)
    before = last_number(connection, tables.decision.c.no)
    numbers = set(store.keep(connection, findings, by=by))
    return store.decisions_of(connection, numbers), sum(no > before for no in numbers)
