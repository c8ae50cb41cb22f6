"""判定一覧: the decisions that stand, in words; and the history of decisions."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.decisions.findings import Answer
from ledger.decisions.store import Decision
from ledger.i18n import N_
from ledger.people.register import Owners
from ledger.statements.labels import OUTCOMES, SUGGESTED, joined, label, missing, remarks

NAME = N_("Decisions")

COLUMNS = (
    Column(N_("Decision No."), "number", 8),
    *PERSON,
    Column(N_("Application No."), width=14),
    Column(N_("Decided as of"), "day", 17),
    Column(N_("Answer"), width=16),
    Column(N_("Clauses"), width=10),
    Column(N_("Notice"), width=26, wrap=True),
    Column(N_("Amount to be given back"), "yen", 13, total=True),
    Column(N_("Way"), width=10),
    Column(N_("Missing"), width=36, wrap=True),
    Column(N_("Doubts"), width=36, wrap=True),
    Column(N_("To be noted"), width=30, wrap=True),
    Column(N_("Decided by"), width=12),
)

HISTORY = (
    Column(N_("Decision No."), "number", 8),
    Column(N_("Application No."), width=14),
    Column(N_("Decided as of"), "day", 17),
    Column(N_("Decided at (UTC)"), "moment", 20, on_paper=True),
    Column(N_("Decided by"), width=12),
    Column(N_("Answer"), width=16),
    Column(N_("Clauses"), width=10),
    Column(N_("Notice"), width=26, wrap=True),
    Column(N_("Amount to be given back"), "yen", 13),
    Column(N_("Superseded by"), "number", 9),
)


def month(decided: Iterable[Decision], owners: Owners, day: date) -> Sheet:
    """The decision that stood for each application at the end of a month."""
    block = Block(COLUMNS, _rows(decided, owners), total=N_("Total"))
    return Sheet(name=NAME, title=NAME, blocks=(block,), as_of=day, issuer=ISSUER, landscape=True)


def history(decisions: Iterable[Decision]) -> Sheet:
    """Decisions in the order in which they were kept, superseded ones included."""
    title = N_("History of decisions")
    return Sheet(name=NAME, title=title, blocks=(Block(HISTORY, historical(decisions)),), issuer=ISSUER, landscape=True)


def historical(decisions: Iterable[Decision]) -> Iterator[Values]:
    """The rows of `HISTORY`."""
    for decision in decisions:
        yield (
            decision.no,
            decision.application,
            decision.as_of,
            decision.decided_at,
            decision.by,
            label(OUTCOMES, decision.outcome),
            joined(decision.clauses),
            decision.notice.name if decision.notice else None,
            decision.refundable,
            decision.superseded_by,
        )


def _rows(decided: Iterable[Decision], owners: Owners) -> Iterator[Values]:
    for decision in decided:
        yield (
            decision.no,
            *person(owners.of(decision.application)),
            decision.application,
            decision.as_of,
            *answer(decision),
            decision.by,
        )


def answer(each: Answer) -> Values:
    """The answer in words: outcome, clauses, notice, yen, way, what is missing, doubts, what is to be noted.

    What is missing is named where somebody has to supply it: not while nothing has ended.
    """
    return (
        label(OUTCOMES, each.outcome),
        joined(each.clauses),
        each.notice.name if each.notice else None,
        each.refundable,
        label(SUGGESTED, each.suggested),
        missing(each.missing) if each.outcome in ("needs_facts", "needs_review") else "",
        remarks(each.doubts),
        remarks(each.warnings),
    )
