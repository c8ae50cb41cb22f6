"""What a proposed notice would change: everyone judged under the notice in force and under the proposed one.

Both SELECTs are asked of the same snapshot of the books, and nothing is written. The difference is taken row by row; of
every kind of change a few are explained in full.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from ledger import facts
from ledger.codes import ASSOCIATIONS, OUTCOMES
from ledger.decisions import query
from ledger.decisions.findings import Finding, judging
from ledger.facts import Origin
from ledger.notices import register, review_flags
from ledger.notices.conditions import Notice
from ledger.notices.drafts import DraftNotice
from ledger.notices.refusals import DoesNotRun, UnknownFact
from ledger.people.register import Person, people
from ledger.store.records import by_characters

EXAMPLES = 2  # of each kind of change, when the caller does not say


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one application under one notice; `refundable` is in yen."""

    outcome: str
    clauses: tuple[str, ...]
    missing: tuple[str, ...]
    doubts: tuple[str, ...]
    refundable: int


@dataclass(frozen=True, slots=True)
class ChangedFinding:
    """An application that the proposed notice would answer otherwise, or for other reasons."""

    application: str
    member: Person
    before: Judgement
    after: Judgement


@dataclass(frozen=True, slots=True)
class OutcomeShift:
    """All changes from one outcome to another (the same: only the grounds differ); yen before and after."""

    before: str
    after: str
    applications: int
    refundable_before: int
    refundable_after: int


@dataclass(slots=True)
class AssociationShare:
    """What the change means for one association: applications judged, changed, and all yen refundable in each case."""

    association: str
    applications: int = 0
    changed: int = 0
    refundable_before: int = 0
    refundable_after: int = 0


@dataclass(frozen=True)
class Example:
    """A change with both findings, to be explained."""

    change: ChangedFinding
    before: Finding
    after: Finding


@dataclass(frozen=True)
class Comparison:
    """The whole difference that a proposed notice makes, as of a day; yen are those refundable on that day."""

    as_of: date
    in_force: Notice | None
    proposed: DraftNotice
    shares: tuple[AssociationShare, ...]
    moved: tuple[OutcomeShift, ...]
    changes: tuple[ChangedFinding, ...]
    examples: tuple[Example, ...]
    origins: dict[int, Origin]

    @property
    def judged(self) -> int:
        """How many applications were judged."""
        return sum(share.applications for share in self.shares)

    @property
    def refundable_before(self) -> int:
        """Yen refundable to everyone under the notice in force."""
        return sum(share.refundable_before for share in self.shares)

    @property
    def refundable_after(self) -> int:
        """Yen refundable to everyone under the proposed notice."""
        return sum(share.refundable_after for share in self.shares)


def compare(connection: Connection, proposed: DraftNotice, as_of: date, *, examples: int = EXAMPLES) -> Comparison:
    """Judges everyone as of a day under the notice then in force and as if the proposed one were.

    The connection has to be one transaction that reads (`database.reading`). Refused: a notice that names a fact nobody
    can supply (unknown-fact), or a condition the database cannot evaluate (does-not-run).
    """
    for condition in proposed.notice.conditions:
        for fact in (*condition.settled_by, *condition.revisable):
            if fact not in query.MISSABLE:
                raise UnknownFact(proposed.file, fact, list(query.MISSABLE))
    in_force = register.in_force(as_of)
    persons = people(connection) | people(connection, as_of)
    before = list(_answers(connection, in_force, as_of))
    try:
        after = list(_answers(connection, proposed.notice, as_of))
    except SQLAlchemyError as error:  # the same question has just been answered under another notice
        raise DoesNotRun(proposed.file, _database_message(error)) from None
    changes: list[ChangedFinding] = []
    shares = {name: AssociationShare(name) for name in ASSOCIATIONS}
    for (application, member, was), (_same, _too, now) in zip(before, after, strict=True):
        person = persons[member]
        share = shares[person.association]
        share.applications += 1
        share.refundable_before += was.refundable
        share.refundable_after += now.refundable
        if was != now:
            share.changed += 1
            changes.append(ChangedFinding(application, person, was, now))
    changes.sort(key=lambda change: ASSOCIATIONS.index(change.member.association))
    explained = tuple(_examples(connection, (in_force, proposed.notice), as_of, changes, examples))
    both = (finding for example in explained for finding in (example.before, example.after))
    origins = facts.origins(connection, {number for finding in both for number in finding.fact_ids()})
    with_any = tuple(share for share in shares.values() if share.applications)
    moved = tuple(_moved(changes))
    return Comparison(as_of, in_force, proposed, with_any, moved, tuple(changes), explained, origins)


def _database_message(error: SQLAlchemyError) -> str:
    """What the database said, without the statement it said it of."""
    return " ".join(str(getattr(error, "orig", None) or error).splitlines()[:1])


# --- the difference -------------------------------------------------------------------------------------------------


def _answers(connection: Connection, notice: Notice | None, as_of: date) -> Iterator[tuple[str, str, Judgement]]:
    """Application, member and answer of everyone, by application: only the columns that are compared."""
    answered = query.question(notice).subquery()
    names = {
        "clauses": {name: clause.mark for clause, name in query.clause_columns(notice).items()},
        "missing": {f"missing_{fact}": fact for fact in query.MISSABLE},
        "doubts": {f"doubt_{doubt.code}": doubt.code for doubt in review_flags.DOUBTS},
    }
    flags = [name for columns in names.values() for name in columns]
    plain = ("application", "member", "outcome", "refundable", "decided")
    statement = select(*(answered.c[name] for name in (*plain, *flags))).order_by(by_characters(answered.c.application))
    judgements: dict[Any, Judgement] = {}  # a hundred thousand applications have a few hundred answers
    for application, member, outcome, refundable, decided, *truths in connection.execute(
        statement, query.parameters(as_of)
    ):
        key = (outcome, refundable, decided, *truths)
        if key not in judgements:
            true = {name for name, truth in zip(flags, truths, strict=True) if truth}
            codes = {part: tuple(columns[name] for name in columns if name in true) for part, columns in names.items()}
            if decided:
                codes["missing"] = ()
            judgements[key] = Judgement(outcome, refundable=refundable, **codes)
        yield application, member, judgements[key]


def _moved(changes: list[ChangedFinding]) -> Iterator[OutcomeShift]:
    for pair, group in _by_outcome(changes).items():
        before = sum(change.before.refundable for change in group)
        after = sum(change.after.refundable for change in group)
        yield OutcomeShift(*pair, len(group), before, after)


def _by_outcome(changes: list[ChangedFinding]) -> dict[tuple[str, str], list[ChangedFinding]]:
    """The changes from each outcome to each other, in the order of the outcomes; those of grounds alone come last."""
    by_pair: dict[tuple[str, str], list[ChangedFinding]] = {}
    for change in changes:
        by_pair.setdefault((change.before.outcome, change.after.outcome), []).append(change)

    def order(pair: tuple[str, str]) -> tuple[bool, list[int]]:
        return pair[0] == pair[1], [OUTCOMES.index(outcome) for outcome in pair]

    return {pair: by_pair[pair] for pair in sorted(by_pair, key=order)}


def _examples(
    connection: Connection, notices: Iterable[Notice | None], as_of: date, changes: list[ChangedFinding], count: int
) -> Iterator[Example]:
    """The first few changes of each kind, judged once more with everything that explains them."""
    chosen = [change for group in _by_outcome(changes).values() for change in group[:count]]
    if not chosen:
        return
    applications = [change.application for change in chosen]
    before, after = (
        {finding.application: finding for finding in judging(connection, as_of, notice, applications=applications)}
        for notice in notices
    )
    for change in chosen:
        yield Example(change, before[change.application], after[change.application])
