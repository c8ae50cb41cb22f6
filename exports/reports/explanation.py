"""A finding for the terminal: the answer, the clause in the notice's words, what it rests on, and what to do next.

Only what decides is shown, unless everything is asked for. ○ × ? read the same in both languages.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from exports.formats import screen
from exports.formats.terminal import padded
from ledger.codes import format_code
from ledger.i18n import N_, _, either, ngettext
from ledger.money import format_yen
from ledger.statements import labels

if TYPE_CHECKING:
    from ledger.decisions.findings import Answered, Finding, Ground
    from ledger.facts import Origin
    from ledger.notices.conditions import Clause, Condition
    from ledger.people.register import Person

# Outcomes that no clause decides: nothing was received, nothing has ended.
_DECIDED_OTHERWISE = ("no_fee", "in_force")

# The answer, said to whoever asked.
_ANSWERS = {
    "eligible": N_("the fee comes back"),
    "not_eligible": N_("the fee does not come back"),
    "needs_facts": N_("cannot be decided yet"),
    "needs_review": N_("a person has to decide"),
    "in_force": N_("the certificate has not ended"),
    "being_settled": N_("the fee is on its way back"),
    "settled": N_("the fee has been given back"),
    "no_fee": N_("no fee was received"),
}

# Where nothing says how wide an answer may be, the answer stands at this column, and grounds beside their condition.
_WIDE = 120
_NARROW = 80


class _Told(NamedTuple):
    """A condition as it is shown: its mark and words, what it rests on, and where that comes from."""

    says: str
    grounds: str
    source: str


def finding(finding: "Finding", person: "Person", origins: "Mapping[int, Origin]", everything: bool = False) -> str:
    """The finding as a few lines, ending with what is missing or what can be done now."""
    from ledger.decisions.remarks import counted

    sentence, outcome = N_("{member} {name}, application {application}"), _(_ANSWERS[finding.outcome])
    head = _(sentence, member=person.number, name=person.name, application=finding.application)
    room = (screen.columns() or _NARROW) - screen.width(outcome)
    parts = [f"{padded(head, room - 2)}  {outcome}" if screen.width(head) + 2 <= room else f"{head}: {outcome}"]
    parts += [*_rules(finding), *_ruling(finding)]
    if everything and finding.notice:
        for clause in finding.notice.clauses:
            parts += format_clause(finding, clause, clause.conditions, origins, everything=True)
    elif finding.outcome not in _DECIDED_OTHERWISE:
        for clause in finding.deciding():
            parts += format_clause(finding, clause, finding.deciding_in(clause), origins)
    parts += [*_money(finding), *(f"  {step.says}" for step in finding.course)]
    parts += [f"  ! {counted(code, finding.row)}" for code in (*finding.doubts, *finding.warnings)]
    parts += [f"  → {step}" for step in _next(finding)]
    return "\n".join(parts)


def _money(finding: "Finding") -> Iterator[str]:
    if finding.fee_received:
        yield _("  fee received: {yen} yen", yen=finding.fee_received)
    if finding.refundable:
        way = labels.label(labels.SUGGESTED, finding.suggested)
        yield _("  to be given back: {yen} yen, suggested: {way}", yen=format_yen(finding.refundable), way=way)
    if finding.overpaid:
        yield _("  paid beyond the fee: {yen} yen, to be returned in any case", yen=format_yen(finding.overpaid))


def _rules(finding: "Finding") -> Iterator[str]:
    if finding.notice is None:
        yield _("Asked as of {day}: no notice was in force", day=finding.as_of)
    else:
        yield _("Grounds: {notice}, asked as of {day}", day=finding.as_of, notice=finding.notice.name)
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
    finding: "Answered",
    clause: "Clause",
    conditions: "Iterable[Condition]",
    origins: "Mapping[int, Origin]",
    *,
    everything: bool = False,
) -> Iterator[str]:
    """A clause in its own words, and its conditions, each with the facts it rests on and where they stand.

    With `everything` also since when these were known.
    """
    holds = finding.clause_holds(clause)
    yield f"  {labels.mark(holds)} {clause.mark}「{clause.words}」"
    if _(clause.words) != clause.words:
        yield f"      {_(clause.words)}"
    told = [_told(finding, condition, origins, everything=everything) for condition in conditions]
    if holds is None and not everything:
        yield "    " + "  ".join(condition.says for condition in told)
    else:
        yield from _beside(told)


def _told(finding: "Answered", condition: "Condition", origins: "Mapping[int, Origin]", *, everything: bool) -> _Told:
    from ledger.decisions.findings import grounds

    holds, rests_on = finding.holds(condition), grounds(finding, condition, origins)
    says = condition.says_not if holds is False else condition.says
    places = dict.fromkeys(
        str(ground.origin) if everything else ground.origin.place for ground in rests_on if ground.origin is not None
    )
    return _Told(f"{labels.mark(holds)} {says}", _grounds(finding, condition, rests_on), "; ".join(places))


def _grounds(finding: "Answered", condition: "Condition", rests_on: "list[Ground]") -> str:
    """What it rests on; where it counts days, from which to which, and how many."""
    days = [finding.row[column] for column in condition.counted or ()]
    if not days or None in days:
        return either("、", "; ").join(_ground(finding, ground) for ground in rests_on)
    first, last = (next(ground.text for ground in rests_on if ground.column == of) for of in condition.counted or ())
    count = (days[1] - days[0]).days
    return ngettext("{first} to {last}: {count} day", "{first} to {last}: {count} days", count, first=first, last=last)


def _ground(finding: "Answered", ground: "Ground") -> str:
    answered_on = finding.row["used_answered_on"]
    if ground.column != "used" or ground.origin is None or answered_on is None:
        return ground.text
    answer = format_code("used", finding.row["used"])
    return _("use: {answer} (the authority's answer of {day})", answer=answer, day=answered_on)


def _beside(told: list[_Told]) -> Iterator[str]:
    """Condition, grounds and source beside each other where there is room for that, else below each other."""
    widths = [max((screen.width(row[at]) for row in told), default=0) for at in range(3)]
    if 4 + sum(widths) + 4 <= (screen.columns() or _WIDE):
        for row in told:
            yield f"    {padded(row.says, widths[0])}  {padded(row.grounds, widths[1])}  {row.source}".rstrip()
        return
    for row in told:
        yield f"    {row.says}"
        yield f"      {row.grounds}" + (f"  [{row.source}]" if row.source else "")


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
    elif finding.outcome == "needs_review":
        yield from _to_decide(finding)
    elif finding.outcome == "being_settled":
        yield from dict.fromkeys(step.next_commands[0] for step in finding.course if step.waits)


def _to_decide(finding: "Finding") -> Iterator[str]:
    from ledger.notices.review_flags import settled_by

    ruling = _("the federation's own ruling (file of rulings)")
    yield _("to be decided by: {papers}", papers=either("、又は", ", or ").join([*settled_by(finding.doubts), ruling]))
    yield _("take it in, and ask again: seisan import FILE")
