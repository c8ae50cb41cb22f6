"""新旧比較: what a proposed notice would change, by outcome, by association, and application by application."""

from collections.abc import Iterator

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.decisions.impact import Comparison
from ledger.i18n import N_, _
from ledger.statements.labels import OUTCOMES, joined, label, missing

NAME = N_("Comparison of notices")
TITLE = N_("What the proposed notice would change")
TOTAL = N_("Total")

_YEN_BEFORE = Column(N_("Refundable now"), "yen", 16, total=True)
_YEN_AFTER = Column(N_("Refundable as proposed"), "yen", 16, total=True)
_DIFFERENCE = Column(N_("Change"), "yen", 14, total=True)
_MONEY = (_YEN_BEFORE, _YEN_AFTER, _DIFFERENCE)

_NOW = Column(N_("Answer now"), width=20)
_PROPOSED = Column(N_("Answer as proposed"), width=20)

_BY_OUTCOME = (
    _NOW,
    _PROPOSED,
    Column(N_("Applications"), "count", 12, total=True),
    *_MONEY,
)
_BY_ASSOCIATION = (
    PERSON[0],
    Column(N_("Applications judged"), "count", 12, total=True),
    Column(N_("Of these changed"), "count", 12, total=True),
    *_MONEY,
)
_BY_APPLICATION = (
    *PERSON,
    Column(N_("Application No."), width=14),
    _NOW,
    Column(N_("Clauses now"), width=12),
    _PROPOSED,
    Column(N_("Clauses as proposed"), width=12),
    Column(N_("Missing as proposed"), width=40, wrap=True),
    *_MONEY,
)


def sheet(found: Comparison, *, every_change: bool = True) -> Sheet:
    """The whole comparison; without `every_change` only the counts and sums."""
    blocks = [
        Block(_BY_OUTCOME, list(_moved(found)), heading=N_("By outcome (all changes)"), total=TOTAL),
        Block(_BY_ASSOCIATION, list(_shares(found)), heading=N_("By association (all applications)"), total=TOTAL),
    ]
    if every_change:
        heading = N_("Every change")
        blocks.append(Block(_BY_APPLICATION, _changes(found), heading=heading, total=TOTAL, new_page=True))
    return Sheet(
        name=NAME,
        title=TITLE,
        blocks=tuple(blocks),
        as_of=found.as_of,
        subtitle=_between(found),
        issuer=ISSUER,
        landscape=True,
    )


def _between(found: Comparison) -> str:
    now = found.in_force.name if found.in_force else _("no notice was in force")
    return _("now: {notice}; proposed: {proposed}", notice=now, proposed=found.proposed.notice.name)


def _moved(found: Comparison) -> Iterator[Values]:
    for movement in found.moved:
        after = label(OUTCOMES, movement.after)
        yield (
            label(OUTCOMES, movement.before),
            after if movement.before != movement.after else _("the same, on other grounds"),
            movement.applications,
            *_yen(movement.refundable_before, movement.refundable_after),
        )


def _shares(found: Comparison) -> Iterator[Values]:
    for share in found.shares:
        yield (
            share.association,
            share.applications,
            share.changed,
            *_yen(share.refundable_before, share.refundable_after),
        )


def _changes(found: Comparison) -> Iterator[Values]:
    for change in found.changes:
        yield (
            *person(change.member),
            change.application,
            label(OUTCOMES, change.before.outcome),
            joined(change.before.clauses),
            label(OUTCOMES, change.after.outcome),
            joined(change.after.clauses),
            missing(change.after.missing),
            *_yen(change.before.refundable, change.after.refundable),
        )


def _yen(before: int, after: int) -> tuple[int, int, int]:
    return before, after, after - before
