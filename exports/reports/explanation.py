"""A finding for the terminal: the answer, the clause in the notice's words, what it rests on, and what to do next.

Only what decides is shown, unless everything is asked for. ○ × ? read the same in both languages.
"""

from collections.abc import Iterable, Iterator, Mapping

from ledger.decisions.findings import Finding, Ground, grounds
from ledger.facts import Origin
from ledger.i18n import _, either
from ledger.money import format_yen
from ledger.notices.conditions import Clause, Condition
from ledger.notices.review_flags import remark
from ledger.people.register import Person
from ledger.statements import labels

# Outcomes that no clause decides: nothing was received, everything was given back, nothing has ended.
_DECIDED_OTHERWISE = ("no_fee", "settled", "in_force")


def finding(found: Finding, person: Person, origins: Mapping[int, Origin], *, everything: bool = False) -> str:
    """The finding as a few lines, ending with what is missing or what can be done now."""
    parts = [
        _(
            "{member} {name}, application {application}: {outcome}",
            member=person.number,
            name=person.name,
            application=found.application,
            outcome=labels.label(labels.OUTCOMES, found.outcome),
        ),
        *_money(found),
        *_rules(found),
    ]
    if everything and found.notice:
        for clause in found.notice.clauses:
            parts += _clause(found, clause, clause.conditions, origins)
    elif found.outcome not in _DECIDED_OTHERWISE:
        for clause in found.deciding():
            parts += _clause(found, clause, found.deciding_in(clause), origins)
    parts += [f"  ! {remark(code)}" for code in (*found.doubts, *found.warnings)]
    parts += [f"  → {each}" for each in _next(found)]
    return "\n".join(parts)


def _money(found: Finding) -> Iterator[str]:
    if found.fee_received:
        yield _("  fee received: {yen} yen", yen=format_yen(found.fee_received))
    if found.refundable:
        yield _(
            "  to be given back: {yen} yen, suggested: {way}",
            yen=format_yen(found.refundable),
            way=labels.label(labels.SUGGESTED, found.suggested),
        )
    if found.overpaid:
        yield _("  paid beyond the fee: {yen} yen, to be returned in any case", yen=format_yen(found.overpaid))


def _rules(found: Finding) -> Iterator[str]:
    if found.notice is None:
        yield _("  asked for {day}: no notice was in force", day=found.as_of)
    else:
        yield _("  asked for {day}: {notice}", day=found.as_of, notice=found.notice.name)
        if not found.notice.clauses:
            yield _("  it names no case in which the fee comes back")


def _clause(
    found: Finding, clause: Clause, conditions: Iterable[Condition], origins: Mapping[int, Origin]
) -> Iterator[str]:
    yield f"  {labels.mark(found.clause_holds(clause))} {clause.mark}「{clause.words}」"
    if _(clause.words) != clause.words:
        yield f"      {_(clause.words)}"
    for condition in conditions:
        rests = grounds(found, condition, origins)
        told = either("、", "; ").join(ground.text for ground in rests)
        yield f"    {labels.mark(found.holds(condition))} {condition.says}: {told}  {_sources(rests)}".rstrip()


def _sources(rests: list[Ground]) -> str:
    places = dict.fromkeys(str(ground.origin) for ground in rests if ground.origin is not None)
    return f"[{'; '.join(places)}]" if places else ""


def _next(found: Finding) -> Iterator[str]:
    """What to do next, as the accountant would type it."""
    if found.outcome == "eligible" and found.suggested == "credit":
        yield _(
            "seisan credit propose {application} --to {reissue}",
            application=found.application,
            reissue=found.row["open_reissue"],
        )
    elif found.outcome == "eligible":
        yield _("seisan refund propose {application}", application=found.application)
    elif found.outcome == "in_force":
        yield _("neither revoked nor expired by then: there is nothing to give back yet")
    elif found.missing:
        yield _("this would settle it: {facts}", facts=labels.missing(found.missing))
    elif found.outcome == "needs_review":
        yield _("a person has to look at this: add the fact that resolves it, and ask again")
