"""Whether a month may be closed, by one or by two, or reopened, and what then comes to its own day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.commanded import Answer
from tests.model import SUSPENSE, Entry, Memory
from tests.model_commands import require_allowed, require_refused
from tests.model_records import Close, Proposed, last_day
from tests.model_slips import Expectation

Points = dict[str, dict[str, Any]]
# The points whose fields are plain rules.
PLAIN = ("suspense", "bank_not_given", "bank_differs", "refunds_proposed", "credits_proposed")


def close(
    memory: Memory,
    month: str,
    bank: int | None,
    accept: str | None,
    points: tuple[tuple[str, str], ...],
    days: int,
    by: str,
) -> Expectation:
    """A month that is over is closed, with a reason for each point that stands against it; no figure changes.

    That the bank's balance differs is accepted by two: one proposes, another closes with the same balance.
    """
    last, entries, named = last_day(month), len(memory.entries), dict(points)
    before = next((close for close in memory.closes if close.last >= last), None)
    objections = dict(_objections(memory, last, bank))
    proposal = memory.proposed if memory.proposed is not None and memory.proposed.month == month else None
    answer = yield
    assert len(memory.entries) == entries
    if before is not None:
        differs = bank not in (None, before.bank) or accept not in (None, before.accept)
        differs = differs or any(before.reasons.get(code) != reason for code, reason in named.items())
        if before.month == month and differs:
            require_refused(answer, "done-differently")
        else:
            assert (answer.result.changed, answer.result.closed_to) == (False, memory.closed_to)
        return
    # What another person accepted stands, where the point is the same.
    before_it = {} if proposal is None else proposal.accepted
    kept = {code: reason for code, (fields, reason) in before_it.items() if objections.get(code) == fields}
    same = proposal is not None and proposal.by == by
    witnessed = "bank_differs" in kept
    reasons = named | ({} if same else kept)
    lacking = [code for code in objections if code not in reasons and (accept is None or code == "bank_differs")]
    against = {
        "month-not-over": memory.today <= last,
        "no-reason-given": accept == "" or "" in named.values(),
        "balance-not-repeated": proposal is not None and bank is None,
        "point-does-not-stand": any(code in PLAIN and code not in objections for code in named),
    }
    plainly = require_first(against)
    if plainly is None and same and witnessed and (answer.refused == "same-person-closes" or not _changed(answer)):
        return
    against["not-ready-to-close"] = bool(lacking)
    if not require_allowed(answer, against, ["not-ready-to-close"] if accept is None else []):
        return
    accepted = {point.code: (dict(point.fields), point.reason) for point in answer.result.accepted}
    assert {code: fields for code, (fields, _reason) in accepted.items() if code in PLAIN} == objections
    assert all(reason for _fields, reason in accepted.values()), "a point is accepted without a reason"
    for code, reason in named.items():
        assert accepted[code][1] == reason
    proposes = "bank_differs" in objections and (same or not witnessed)
    assert (answer.result.changed, answer.result.proposed) == (True, bank if proposes else None)
    assert answer.result.closed_to == (memory.closed_to if proposes else last)
    memory.reopened, memory.proposed = None, None
    if proposes:
        assert bank is not None
        memory.proposed = Proposed(month, bank, by, accepted)
    else:
        memory.closes.append(Close(month, last, bank, accept, {code: words[1] for code, words in accepted.items()}))


def _changed(answer: Answer) -> bool:
    return answer.refused is not None or bool(answer.result.changed)


def require_first(against: dict[str, bool]) -> str | None:
    """The first that stands against a command."""
    return next((code for code, stands in against.items() if stands), None)


def _objections(memory: Memory, last: date, bank: int | None) -> Iterable[tuple[str, dict[str, Any]]]:
    """What plainly stands against closing."""
    balance, until = memory.balance_by(last), last.isoformat()
    in_suspense = [yen for (account, _part), yen in balance.items() if account == SUSPENSE and yen]
    if in_suspense:
        yield "suspense", {"count": len(in_suspense), "yen": sum(in_suspense)}
    if bank is None:
        yield "bank_not_given", {"last": until, "yen": memory.bank(last)}
    elif bank != memory.bank(last):
        yield "bank_differs", {"last": until, "bank": bank, "yen": memory.bank(last)}
    for code, courses in (("refunds_proposed", memory.refunds), ("credits_proposed", memory.credits)):
        proposed = [str(course.no) for course in courses if course.state == "proposed" and course.steps[0].on <= last]
        if proposed:
            yield code, {"numbers": proposed}


def reopen(memory: Memory, month: str, reason: str) -> Expectation:
    """A month is open again, with all after it, as if they had not been closed; what was proposed since has ended."""
    nth = next((nth for nth, close in enumerate(memory.closes) if close.last >= last_day(month)), None)
    entries = len(memory.entries)
    answer = yield
    assert len(memory.entries) == entries
    if memory.reopened is not None and memory.reopened[0] == month:
        if memory.reopened[1] != reason:
            require_refused(answer, "done-differently")
        else:
            assert (answer.result.changed, answer.result.closed_to) == (False, memory.closed_to)
    elif nth is None:
        require_refused(answer, "month-not-closed")
    elif require_allowed(answer, {"no-reason-given": not reason}):
        del memory.closes[nth:]
        memory.reopened, memory.proposed = (month, reason), None
        assert (answer.result.changed, answer.result.closed_to) == (True, memory.closed_to)
        assert set(answer.result.late) == {entry.no for entry in dated_later(memory)}


def dated_later(memory: Memory, through: date | None = None) -> list[Entry]:
    """The entries that bear a later day than their own, which is open again; without what was brought or taken back.

    `through` leaves out those whose own day is later.
    """
    return [
        entry
        for entry in memory.entries
        if entry.for_day is not None
        and entry.no not in memory.brought
        and not memory.is_closed(entry.for_day)
        and (through is None or entry.for_day <= through)
        and not _taken_back(memory, entry)
    ]


def _taken_back(memory: Memory, entry: Entry) -> bool:
    """Whether a person reversed it, and nobody that."""
    reversals = memory.reversals(entry)
    return len(reversals) % 2 == 1 and reversals[0].no in memory.hand_made


def book_on_its_day(memory: Memory, through: date) -> Expectation:
    """Each entry comes to its own day by a pair that changes nothing from the day of the entry on, or it stays."""
    late = [entry.no for entry in dated_later(memory, through)]
    before, balance = len(memory.entries), memory.balance.copy()
    answer = yield
    assert answer.refused is None
    brought = {brought.entry: brought for brought in answer.result.brought}
    stay = {item.entry for item in answer.result.left if item.code == "not_brought"}
    assert sorted({*brought, *stay}) == late and not set(brought) & stay
    new = memory.entries[before:]
    assert len(new) == 2 * len(brought), "something else is posted"
    for no, words in brought.items():
        original, anew = memory.entries[no - 1], memory.entries[words.posted - 1]
        assert (anew.on, anew.for_day, anew.movements) == (original.for_day, None, original.movements)
        assert anew.reversed_by is not None
        back = memory.entries[anew.reversed_by - 1]
        assert (back.on, back.for_day) == (original.on, original.for_day), "it is not as it was from that day on"
        memory.brought |= {no, anew.no, back.no}
    assert +memory.balance == +balance and -memory.balance == -balance, "a figure of today changes"
