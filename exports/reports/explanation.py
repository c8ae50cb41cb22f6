"""A finding for the terminal: the answer, the clause in the notice's words, what it rests on, and what to do next.

Only what decides is shown, unless everything is asked for. ○ × ? read the same in both languages.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from exports.reports.decisions import format_outcome
from ledger.i18n import N_, _, either
from ledger.money import format_yen
from ledger.statements import labels

if TYPE_CHECKING:
    from ledger.decisions.findings import Answered, Finding, Ground
    from ledger.facts import Origin
    from ledger.notices.conditions import Clause, Condition
    from ledger.people.register import Person

# Outcomes that no clause decides: nothing was received, nothing has ended.
_DECIDED_OTHERWISE = ("no_fee", "in_force")


def finding(finding: "Finding", person: "Person", origins: "Mapping[int, Origin]", everything: bool = False) -> str:
    """The finding as a few lines, ending with what is missing or what can be done now."""
    from ledger.notices.review_flags import remark

    sentence, outcome = N_("{member} {name}, application {application}: {outcome}"), format_outcome(finding.outcome)
    head = _(sentence, member=person.number, name=person.name, application=finding.application, outcome=outcome)
    parts = [head, *_money(finding), *(f"  {step.says}" for step in finding.course), *_rules(finding)]
    parts += _ruling(finding)
    if everything and finding.notice:
        for clause in finding.notice.clauses:
            parts += format_clause(finding, clause, clause.conditions, origins)
    elif finding.outcome not in _DECIDED_OTHERWISE:
        for clause in finding.deciding():
            parts += format_clause(finding, clause, finding.deciding_in(clause), origins)
    parts += [f"  ! {remark(code)}" for code in (*finding.doubts, *finding.warnings)]
    parts += [f"  → {step}" for step in _next(finding)]
    return "\n".join(parts)


def _money(finding: "Finding") -> Iterator[str]:
    if finding.fee_received:
        yield _("  fee received: {yen} yen", yen=format_yen(finding.fee_received))
    if finding.refundable:
        way = labels.label(labels.SUGGESTED, finding.suggested)
        yield _("  to be given back: {yen} yen, suggested: {way}", yen=format_yen(finding.refundable), way=way)
    if finding.overpaid:
        yield _("  paid beyond the fee: {yen} yen, to be returned in any case", yen=format_yen(finding.overpaid))


def _rules(finding: "Finding") -> Iterator[str]:
    if finding.notice is None:
        yield _("  asked for {day}: no notice was in force", day=finding.as_of)
    else:
        yield _("  asked for {day}: {notice}", day=finding.as_of, notice=finding.notice.name)
        if not finding.notice.clauses:
            yield _("  it names no case in which the fee comes back")


def _ruling(finding: "Finding") -> Iterator[str]:
    """The ruling on which the answer rests; or why one that there is decides nothing."""
    from ledger.decisions.rulings import MARK
    from ledger.notices.review_flags import remark

    ruling = finding.ruling
    if ruling is None:
        return
    if ruling.settles:
        yield f"  {labels.mark(holds=True)} {MARK} {ruling.grounds}"
    elif ruling.silent_on:
        sentence = N_("  ruling No. {no} does not speak of this, so it settles nothing: {doubts}")
        yield _(sentence, no=ruling.no, doubts=labels.joined(map(remark, ruling.silent_on)))
    else:
        yield _("  ruling No. {no} is not needed: no doubt is left for it to settle", no=ruling.no)


def format_clause(
    finding: "Answered", clause: "Clause", conditions: "Iterable[Condition]", origins: "Mapping[int, Origin]"
) -> Iterator[str]:
    """A clause in its own words, and below it the conditions, each with the facts it rests on and where they stand."""
    from ledger.decisions.findings import grounds

    yield f"  {labels.mark(finding.clause_holds(clause))} {clause.mark}「{clause.words}」"
    if _(clause.words) != clause.words:
        yield f"      {_(clause.words)}"
    for condition in conditions:
        rests_on = grounds(finding, condition, origins)
        text = either("、", "; ").join(ground.text for ground in rests_on)
        yield f"    {labels.mark(finding.holds(condition))} {condition.says}: {text}  {_sources(rests_on)}".rstrip()


def _sources(rests_on: "list[Ground]") -> str:
    places = dict.fromkeys(str(ground.origin) for ground in rests_on if ground.origin is not None)
    return f"[{'; '.join(places)}]" if places else ""


def _next(finding: "Finding") -> Iterator[str]:
    if finding.outcome == "eligible" and finding.suggested == "credit":
        reissue = finding.row["open_reissue"]
        yield _("seisan credit propose {application} --to {reissue}", application=finding.application, reissue=reissue)
    elif finding.outcome == "eligible":
        yield _("seisan refund propose {application}", application=finding.application)
    elif finding.outcome == "in_force":
        yield _("neither revoked nor expired by then: there is nothing to give back yet")
    elif finding.outcome == "needs_review" and finding.ruling is not None and finding.ruling.silent_on:
        yield _(
            "have a second person approve the ruling for this too: seisan ruling approve {no}", no=finding.ruling.no
        )
    elif finding.missing:
        yield _("this would settle it: {facts}", facts=labels.missing(finding.missing))
    elif finding.outcome == "needs_review" and finding.ruling is not None and finding.ruling.silent_on:
        yield _(
            "have a second person approve the ruling for this too: seisan ruling approve {no}", no=finding.ruling.no
        )
    elif finding.outcome == "needs_review":
        yield _(
            "a person has to look at this: add the fact that resolves it, or the federation's own ruling (file of "
            "rulings), and ask again: seisan import FILE"
        )
    elif finding.outcome == "being_settled":
        yield from dict.fromkeys(step.next_commands[0] for step in finding.course if step.waits)
