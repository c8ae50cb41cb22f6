"""The rules once more, in plain Python, so that the SELECT has something to be compared with.

Written from the papers and the readings (A3-A24), not from the product: a mistake made in one of the two is not
repeated in the other. It reads the notices of `NOTICES` and no later one. True, False and None are Kleene's three
values, None being "not known"; days are dates, money is whole yen. An empty field of `Known` is a fact nobody has
stated, never a no.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

Truth = bool | None
Condition = tuple[Truth, tuple[str, ...]]
"""Whether it holds, and the facts that could settle it while it is not known."""

NOTICES = M05, N23, N21 = date(2012, 3, 5), date(2012, 3, 23), date(2012, 9, 21)
WINDOW = (date(2012, 1, 10), date(2012, 7, 31))

DEFECTS = ("tool_defect", "download_failed")
LISTED = ("deleted_by_mistake", "storage_location_lost", "pin_lost", "no_plan_to_use", "use_discontinued")
SANCTIONS = ("obligation_breach", "antisocial_forces")
FACTS = ("issued_on", "mailed_on", "downloaded", "receipt", "reason", "used", "covered")
"""Every fact that can be missing, in the order in which it is named."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is on record about one application on the day of the question; money in yen.

    The two registers say "none up to and including this day". `due` is None where no schedule tells the fee. Of what is
    `returned`, `waiting` yen are not paid out yet. `ruling` is what the federation's approved paper says, and
    `ruled_doubts` are the doubts for which it was approved.
    """

    applied_on: date
    withdrawn_on: date | None = None
    issued_on: date | None = None
    mailed_on: date | None = None
    expires_on: date | None = None
    downloaded_on: date | None = None
    downloads_none_to: date | None = None
    receipt_on: date | None = None
    receipts_none_to: date | None = None
    revoked_on: date | None = None
    reason: str | None = None
    used: str | None = None
    covered: bool | None = None
    due: int | None = 7245
    received: int = 7245
    in_suspense: int = 0
    returned: int = 0
    waiting: int = 0
    ruling: str | None = None
    ruled_doubts: tuple[str, ...] = ()
    recovered: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say of one application as of one day."""

    notice: str | None
    verdict: str
    clauses: tuple[str, ...]
    missing: tuple[str, ...]
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]
    outcome: str
    fee_received: int | None
    refundable: int


def both(*values: Truth) -> Truth:
    """Kleene's and: one false is enough to be false, whatever is not known."""
    if False in values:
        return False
    return None if None in values else True


def either(*values: Truth) -> Truth:
    """Kleene's or: one true is enough to be true, whatever is not known."""
    if True in values:
        return True
    return None if None in values else False


def negation(value: Truth) -> Truth:
    """Kleene's not: the opposite of what is not known is not known."""
    return None if value is None else not value


def happened_by(day: date, known: Known) -> Known:
    """The record without what lies after the day asked; a register then reaches at most to that day."""
    revoked = known.revoked_on is not None and known.revoked_on <= day
    return replace(
        known,
        withdrawn_on=_by(day, known.withdrawn_on),
        issued_on=_by(day, known.issued_on),
        mailed_on=_by(day, known.mailed_on),
        expires_on=_by(day, known.expires_on),
        downloaded_on=_by(day, known.downloaded_on),
        downloads_none_to=known.downloads_none_to and min(known.downloads_none_to, day),
        receipt_on=_by(day, known.receipt_on),
        receipts_none_to=known.receipts_none_to and min(known.receipts_none_to, day),
        revoked_on=known.revoked_on if revoked else None,
        reason=known.reason if revoked else None,
    )


def _by(day: date, happened_on: date | None) -> date | None:
    return happened_on if happened_on is not None and happened_on <= day else None


def ended_on(known: Known) -> date | None:
    """The day the certificate was revoked or ran out, whichever came first; None while it is live or not issued."""
    return min((day for day in (known.revoked_on, known.expires_on) if day is not None), default=None)


def not_downloaded(known: Known) -> Truth:
    """Never downloaded: known up to the end, or for a live certificate by a check made once it had been mailed (A7)."""
    if known.downloaded_on is not None:
        return False
    needed = ended_on(known) or known.mailed_on
    reached = needed is not None and known.downloads_none_to is not None and known.downloads_none_to >= needed
    return True if reached else None


def unused(known: Known) -> Condition:
    """No signature was made: so the authority, or never downloaded; "cannot confirm" confirms nothing (A3, A16)."""
    if known.used in ("yes", "no"):
        return known.used == "no", ()
    absent = not_downloaded(known)
    answered = None if known.used is None else False
    needs = (("downloaded",) if absent is None else ()) + (("used",) if known.used is None else ())
    return either(absent, answered), needs


def defective(known: Known) -> list[Condition]:
    """① downloaded, but of no use because of a defect, and revoked; a proven use shows that it could be used (A24)."""
    downloaded = negation(not_downloaded(known))
    of_two = None if known.reason is None else known.reason in DEFECTS
    failed = None if known.reason is None else known.reason == "download_failed"
    needs_download = (("downloaded",) if downloaded is None else ()) + (("reason",) if failed is None else ())
    conditions: list[Condition] = [
        (known.revoked_on is not None, ()),
        (of_two, ("reason",)),
        (either(downloaded, failed), needs_download),
        (known.used != "yes", ()),
    ]
    if known.used is None and both(*(holds for holds, _ in conditions)) is None:
        conditions.append((None, ("used",)))
    return conditions


def unreceived(known: Known) -> list[Condition]:
    """② no receipt for 30 days or more, and revoked; download and use do not matter to the words (A4, A6)."""
    if known.revoked_on is None:
        return [(False, ())]
    late: Truth = None
    if known.mailed_on is not None:
        late = known.revoked_on >= known.mailed_on + timedelta(days=30)
    return [(True, ()), (late, ("mailed_on",)), no_receipt(known)]


def no_receipt(known: Known) -> Condition:
    """The receipt had not come back when the certificate was revoked; a later one changes nothing."""
    if known.receipt_on is not None:
        return known.revoked_on is None or known.receipt_on > known.revoked_on, ()
    if known.reason == "receipt_not_returned":
        return True, ()
    register, mailed = known.receipts_none_to, known.mailed_on
    if register is not None and known.revoked_on is not None and register >= known.revoked_on:
        return True, ()
    if register is not None and mailed is not None and register >= mailed + timedelta(days=30):
        return True, ()
    needs = ["receipt"]
    if mailed is None and register is not None:
        needs.append("mailed_on")
    if known.reason is None:
        needs.append("reason")
    return None, tuple(needs)


def undownloaded(known: Known) -> list[Condition]:
    """③ the download was not made; no revocation is asked for (A7)."""
    holds = not_downloaded(known)
    unplaced = ended_on(known) is None and known.mailed_on is None
    return [(holds, ("downloaded", "mailed_on") if unplaced else ("downloaded",))]


def exempted(known: Known) -> list[Condition]:
    """〈特例〉 of the mass issue, revoked for a reason such as those listed, confirmed as not used (A8, A9, A16)."""
    return [in_mass_issue(known), (known.revoked_on is not None, ()), listed_reason(known), unused(known)]


def in_mass_issue(known: Known) -> Condition:
    """Issued within the window, both ends included; bounded by application and mailing where the issue is not known."""
    first, last = WINDOW
    if known.issued_on is not None:
        return first <= known.issued_on <= last, ()
    if known.applied_on > last or (known.mailed_on is not None and known.mailed_on < first):
        return False, ()
    if known.mailed_on is None:
        return None, ("issued_on", "mailed_on")
    inside = known.applied_on >= first and known.mailed_on <= last
    return (True, ()) if inside else (None, ("issued_on",))


def listed_reason(known: Known) -> Condition:
    """A reason such as those listed: any other is not known until the authority says (A9)."""
    if known.reason in LISTED:
        return True, ()
    if known.covered or (known.covered is False and known.reason is not None):
        return known.covered, ()
    if known.covered is False:
        return None, ("reason",)
    return None, ("covered", "reason") if known.reason is None else ("covered",)


def clauses_on(day: date, known: Known) -> dict[str, list[Condition]]:
    """The clauses of the notice in force, each with its conditions, for a record already cut off at that day."""
    if day >= N21:
        return {
            "①": defective(known),
            "②": unreceived(known),
            "③": undownloaded(known),
            "特例": exempted(known),
        }
    if day >= N23:
        return {"未利用": [(ended_on(known) is not None, ()), unused(known)]}
    return {}


def notice_on(day: date) -> date | None:
    """The day of the last notice announced by a day, of those that are read here."""
    return max((notice for notice in NOTICES if notice <= day), default=None)


def answer(day: date, recorded: Known) -> Answer:
    """Everything the rules say as of the day, in the order in which it is asked."""
    known = happened_by(day, recorded)
    found = clauses_on(day, known)
    holds = {name: both(*(truth for truth, _ in conditions)) for name, conditions in found.items()}
    clauses = tuple(name for name, truth in holds.items() if truth)
    verdict = {True: "eligible", False: "not_eligible", None: "undetermined"}[either(*holds.values())]
    doubts = doubts_about(known, clauses)
    outcome = outcome_of(known, verdict, doubts)
    missing: tuple[str, ...] = ()
    given_back = outcome in ("no_fee", "being_settled", "settled")
    open_question = not given_back and "withdrawn_before_issue" not in doubts and not is_ruled(known, verdict, doubts)
    if verdict == "undetermined" and open_question:
        needed = {
            fact
            for name, conditions in found.items()
            if holds[name] is None
            for truth, facts in conditions
            if truth is None
            for fact in facts
        }
        missing = tuple(fact for fact in FACTS if fact in needed)
    fee = known.received if known.due is None else min(known.due, known.received)
    notice = notice_on(day)
    return Answer(
        notice=None if notice is None else notice.isoformat(),
        verdict=verdict,
        clauses=clauses,
        missing=missing,
        doubts=doubts,
        warnings=warnings_about(day, known),
        outcome=outcome,
        fee_received=None if "fee_not_known" in doubts else fee,
        refundable=fee - known.returned if outcome == "eligible" else 0,
    )


def never_issued(known: Known) -> bool:
    """Withdrawn, and no trace of a certificate."""
    return known.withdrawn_on is not None and known.issued_on is known.mailed_on is known.revoked_on is None


def doubts_about(known: Known, clauses: tuple[str, ...]) -> tuple[str, ...]:
    """What stops payment until a person supplies a fact; ours, not the notices'."""
    arrived = known.revoked_on is not None and known.receipt_on is not None and known.receipt_on <= known.revoked_on
    expected = (None, "receipt_not_returned", "ca_other")
    doubts = {
        "used_though_unreceived": "②" in clauses and known.used == "yes",
        "still_downloadable": "③" in clauses and ended_on(known) is None,
        "used_but_not_downloaded": known.used == "yes" and not_downloaded(known) is True,
        "other_reason": "②" in clauses and known.reason not in expected,
        "receipt_contradicts_reason": known.reason == "receipt_not_returned" and arrived,
        "sanction": bool(clauses) and known.reason in SANCTIONS,
        "withdrawn_before_issue": never_issued(known) and known.received + known.in_suspense > 0,
        "recovered": known.recovered > 0,
        "fee_not_known": known.due is None and known.received > 0,
    }
    return tuple(name for name, there in doubts.items() if there)


def warnings_about(day: date, known: Known) -> tuple[str, ...]:
    """Information that decides nothing."""
    revoked, mailed, receipt = known.revoked_on, known.mailed_on, known.receipt_on
    ended = ended_on(known)
    warnings = {
        "revoked_before_cp_day": revoked is not None and mailed is not None and revoked < mailed + timedelta(days=31),
        "receipt_after_revocation": revoked is not None and receipt is not None and receipt > revoked,
        "old_claim": ended is not None and day > five_years_after(ended),
    }
    return tuple(name for name, there in warnings.items() if there)


def five_years_after(ended: date) -> date:
    """The last day of five years whose first day is the one after the end (Civil Code 140, 143)."""
    first = ended + timedelta(days=1)
    if (first.month, first.day) == (2, 29):
        return date(first.year + 5, 2, 28)
    return first.replace(year=first.year + 5) - timedelta(days=1)


def outcome_of(known: Known, verdict: str, doubts: tuple[str, ...]) -> str:
    """What is to be done, the first that fits: nothing came in, all went back, review, pay, wait, ask, refuse."""
    if known.received == 0:
        return "no_fee"
    if known.due is not None and known.returned >= min(known.due, known.received):
        return "being_settled" if known.waiting else "settled"
    if is_ruled(known, verdict, doubts):
        return "eligible" if known.ruling == "refund" else "not_eligible"
    if "withdrawn_before_issue" in doubts:
        return "needs_review"
    if verdict == "eligible":
        return "needs_review" if doubts else "eligible"
    if ended_on(known) is None:
        return "in_force"
    if verdict == "undetermined":
        return "needs_review" if doubts else "needs_facts"
    return "not_eligible"


def is_ruled(known: Known, verdict: str, doubts: tuple[str, ...]) -> bool:
    """Whether the federation's paper decides: no notice does, and it speaks of every doubt; the fee it cannot know."""
    by_ruling = known.ruling is not None and known.due is not None and set(doubts) <= set(known.ruled_doubts)
    return by_ruling and to_review(known, verdict, doubts)


def to_review(known: Known, verdict: str, doubts: tuple[str, ...]) -> bool:
    """Whether a doubt stands in the way of an answer; where the answer is no, or nothing has ended, none does."""
    ended = ended_on(known) is not None
    open_question = verdict == "eligible" or (verdict == "undetermined" and ended)
    return "withdrawn_before_issue" in doubts or (bool(doubts) and open_question)
