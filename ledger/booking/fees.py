"""Deposits → the journal: each part as a fee received, the rest in suspense until its purpose is known.

Up to the fee still due a part of a deposit is the fee of its application; what is beyond it, and all of it while
application or fee is not known, waits in suspense under the reference number and is never silently absorbed. Who was
booked first keeps what was allocated; a fee credited from another application counts as received.

What is posted follows the allocation: what a deposit no longer pays for goes back to suspense, what it is found to pay
for comes from there. When day or yen of a deposit turn out otherwise, or it was withdrawn, what was posted is reversed.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from ledger.allocations import Part
from ledger.booking.events import entry_of
from ledger.booking.inputs import (
    Applications,
    DepositFacts,
    deposits,
    due_known_on,
    rows_withdrawn_on,
    withdrawn_deposits,
)
from ledger.booking.planning import BookedEntry, Plan
from ledger.booking.room import held_by, issue_reversed, leave_for_want_of_room, room_for
from ledger.codes import Account
from ledger.i18n import N_
from ledger.journal.entries import Entry, recorded
from ledger.journal.reversal import CORRECTION, opposite

_FIRST = ("fee_received", "overpaid", "payer_unknown", "claim_settled")
_AFTER = ("suspense_settled", "fee_released")

CORRECTED = N_("what is known of the deposit was corrected")
RECEIVED = N_("the fee was received")


@dataclass(frozen=True)
class _Group:
    """What was booked of a deposit from one state of its facts: the entries of its receipt, and what followed."""

    nth: int
    receipts: tuple[BookedEntry, ...]
    after: tuple[BookedEntry, ...]
    opened_on: date | None = None

    @cached_property
    def live(self) -> list[BookedEntry]:
        """Those that stand, the last first."""
        return sorted((entry for entry in (*self.receipts, *self.after) if entry.live), key=lambda entry: -entry.no)

    @property
    def first(self) -> int | None:
        """The number of the first of those that stand; None where it all stands in the opening balances."""
        return self.live[-1].no if self.live else None

    @property
    def last(self) -> int:
        """The number of the last of them."""
        return self.live[0].no if self.live else 0

    @property
    def on(self) -> date:
        """The day of the last of its entries, or of their reversals."""
        entries = (entry.undone_on or entry.on for entry in (*self.receipts, *self.after))
        return max((*entries, *filter(None, [self.opened_on])))

    @property
    def by_hand(self) -> list[BookedEntry]:
        """Those that a person reversed: they wait until the facts themselves change."""
        return [entry for entry in (*self.receipts, *self.after) if entry.undone_by_hand]

    def booked_from(self, deposit: DepositFacts) -> bool:
        """Whether it stands, or waits by a person's word, as booked from the day and yen that are known of it now."""
        if self.opened_on is not None:
            return True
        stands = bool(self.live or self.by_hand)
        return stands and self.receipts[0].basis[:2] == (deposit.received_on.isoformat(), deposit.yen)


def plan_fees(plan: Plan, applications: Applications) -> None:
    """Plans what deposits call for, each on its day: corrections, receipts, what goes back to suspense or leaves it."""
    received = deposits(plan.connection, None if plan.scope is None else plan.scope.deposits)
    blocked = _correct_receipts(plan, received, applications)
    for deposit in received:
        if deposit.reference not in blocked:
            _release(plan, deposit)
    _release_surplus(plan, applications, blocked)
    numbers = {part.application for deposit in _open(plan, received) for part in deposit.allocation.parts}
    due_since = due_known_on(plan.connection, [applications[number] for number in numbers])
    for deposit in received:
        if plan.opened_on is not None and deposit.received_on <= plan.opened_on:
            continue  # what of it was there when the books began stands in their opening balances
        if _group(plan, deposit.reference) is None and deposit.received_on <= plan.through:
            plan.add(*_receipt(plan, deposit, applications, due_since, 1, deposit.received_on))
    for deposit in received:
        group = _group(plan, deposit.reference)
        if group is not None and deposit.reference not in blocked:
            _settle(plan, deposit, group, applications, due_since)
    end_claims(plan)


def end_claims(plan: Plan) -> None:
    """Reverses the claim of a fee that had been paid to the authority, once the fee is held: received, or waived."""
    for application in plan.subjects("fee_claimed"):
        for claimed in plan.booked("fee_claimed", application):
            received_on = plan.received_on(application)
            if not claimed.live or received_on is None:
                continue
            original = plan.entry(claimed.no)
            yen, since = original.movements[0].yen, max(claimed.on, received_on)
            on = plan.available_from(Account.FEES_HELD, application, yen, since)
            if on is not None and on <= plan.through:
                plan.undo(claimed.no, original, on, RECEIVED)


def _open(plan: Plan, received: list[DepositFacts]) -> Iterator[DepositFacts]:
    """The deposits that are not booked yet, or of which anything waits in suspense."""
    for deposit in received:
        if plan.held(Account.SUSPENSE, deposit.reference) > 0 or _group(plan, deposit.reference) is None:
            yield deposit


def _group(plan: Plan, reference: str) -> _Group | None:
    """What was booked of a deposit last; None when nothing was."""
    return plan.worked_out(reference, lambda: _last_group(plan, reference))


def _last_group(plan: Plan, reference: str) -> _Group | None:
    receipts = [entry for event in _FIRST for entry in plan.booked(event, reference)]
    if not receipts:
        return _opened(plan, reference)
    nth = max(entry.nth for entry in receipts)
    after = (entry for event in _AFTER for entry in plan.booked(event, reference))
    return _Group(
        nth,
        tuple(entry for entry in receipts if entry.nth == nth),
        tuple(entry for entry in after if entry.nth == nth),
    )


def _opened(plan: Plan, reference: str) -> _Group | None:
    """What stood in suspense of a deposit when the books began, as if it had been booked then; None for nothing."""
    if plan.opened_on is None or not plan.opened(Account.SUSPENSE, reference):
        return None
    return _Group(1, (), tuple(entry for event in _AFTER for entry in plan.booked(event, reference)), plan.opened_on)


def _still_due(plan: Plan, application: str, applications: Applications) -> int | None:
    """What is still due for an application, in yen; None: no fee is known for it."""
    due = applications[application].due
    return None if due is None else max(0, due - plan.covered(application))


# --- receipts -------------------------------------------------------------------------------------------------------


def _receipt(
    plan: Plan,
    deposit: DepositFacts,
    applications: Applications,
    due_since: Mapping[str, date],
    nth: int,
    on: date,
    without: Mapping[str, int] | None = None,
) -> Iterator[Entry]:
    """The entries of a receipt; `without` are the yen by application that a correction takes away with them.

    What is found out only after the deposit was known is no receipt: it leaves suspense later.
    """
    basis = (deposit.reference, nth, deposit.received_on, deposit.yen)
    left, dues_known, at_once = deposit.yen, True, deposit.allocation.known_on
    parts = deposit.allocation.parts if at_once is not None and at_once <= max(deposit.known_on, on) else ()
    for part in parts:
        number = part.application
        whose = {"deposit": deposit.reference, "application": number}
        if (claim := min(left, -plan.held(Account.CLAIMS, number))) > 0 and _repays(plan, number):
            known_on = max(deposit.known_on, on)
            yield entry_of("claim_settled", *basis, number, on=on, known_on=known_on, **whose, yen=claim)
            left -= claim
        still_due = _still_due(plan, number, applications)
        if still_due is None:
            dues_known = False
            continue
        yen = min(left, still_due + (without or {}).get(number, 0), part.yen or left)
        if yen > 0:
            known_on = max(deposit.known_on, on, at_once or on, due_since.get(number, on))
            yield entry_of("fee_received", *basis, number, on=on, known_on=known_on, **whose, yen=yen)
            left -= yen
    if left:
        rest = "overpaid" if parts and dues_known else "payer_unknown"
        first = parts[0].application if parts else None
        known_on = max(deposit.known_on, on)
        yield entry_of(rest, *basis, first, on=on, known_on=known_on, deposit=deposit.reference, yen=left)


def _repays(plan: Plan, application: str) -> bool:
    """Whether a claim on the member stands because money of the application was given back; else a fee is owed."""
    claimed = plan.moved("claim_raised", Account.FEES_HELD, application)
    return claimed > plan.moved("claim_settled", Account.CLAIMS, application)


def _correct_receipts(plan: Plan, received: list[DepositFacts], applications: Applications) -> set[str]:
    """Corrects every deposit whose day or yen changed since it was booked, or that was withdrawn; gives those left.

    One correction may free what another needs, so those that do not fit are tried again while any does.
    """
    changed: list[tuple[str, DepositFacts | None, _Group, date]] = []
    for deposit in received:
        group = _group(plan, deposit.reference)
        in_openings = plan.opened_on is not None and deposit.received_on <= plan.opened_on
        if group is not None and (not group.booked_from(deposit) or (in_openings and group.live and group.receipts)):
            on = max(deposit.known_on, deposit.received_on, group.on)
            changed.append((deposit.reference, None if in_openings else deposit, group, on))
    for reference, known_on in withdrawn_deposits(plan.connection, plan.scope).items():
        group = _group(plan, reference)
        if group is not None and group.live:
            changed.append((reference, None, group, max(known_on, group.on)))
    originals = recorded(plan.connection, {entry.no for _of, _facts, group, _on in changed for entry in group.live})
    to_do = [change for change in changed if change[3] <= plan.through]
    for claims in (False, True):
        while to_do:
            unfit = [change for change in to_do if not _correct(plan, *change, applications, originals, claims=claims)]
            if len(unfit) == len(to_do):
                break
            to_do = unfit
    for reference, facts, group, on in to_do:
        postings = _corrected(plan, on, reference, facts, group, applications, originals)
        lacking = [deficit.part for deficit in plan.deficits(postings)]
        leave_for_want_of_room(plan, reference, lacking, group.first)
    return {reference for reference, _deposit, group, _on in changed if _group(plan, reference) == group}


def _correct(
    plan: Plan,
    reference: str,
    deposit: DepositFacts | None,
    group: _Group,
    on: date,
    applications: Applications,
    originals: Mapping[int, Entry],
    *,
    claims: bool,
) -> bool:
    """Posts anew what was booked from facts that were corrected since, and reverses what was posted of it.

    The new entries come first, so that no part of an account falls below zero on the way. Where money was set aside
    meanwhile and came back, the day waits until it was back. Where it has gone on nothing is planned, and the answer is
    no; with `claims` what has been paid out becomes a claim on the member.
    """
    of = reference, deposit, group, applications, originals, claims
    if _correct_on(plan, on, *of):
        return True
    later = plan.days_after(on, [*plan.allocated_to(reference), reference])
    return any(day <= plan.through and _correct_on(plan, day, *of) for day in later)


def _correct_on(
    plan: Plan,
    on: date,
    reference: str,
    deposit: DepositFacts | None,
    group: _Group,
    applications: Applications,
    originals: Mapping[int, Entry],
    claims: bool,
) -> bool:
    """The same on one day; no where the money was not there then."""
    postings = _corrected(plan, on, reference, deposit, group, applications, originals)
    room = room_for(plan, postings, on, claims=claims)
    if room is None:
        return False
    new = len(postings) - len(group.live)
    plan.add(*postings[:new], *room, *postings[new:])
    return True


def _corrected(
    plan: Plan,
    on: date,
    reference: str,
    deposit: DepositFacts | None,
    group: _Group,
    applications: Applications,
    originals: Mapping[int, Entry],
) -> list[Entry]:
    """What a deposit is booked as by what is known now, and then the reversals of what was booked of it."""
    anew: list[Entry] = []
    if deposit is not None:
        without = plan.allocated_to(reference)
        due_since = due_known_on(plan.connection, [applications[number] for number in deposit.allocation.applications])
        anew = list(_receipt(plan, deposit, applications, due_since, group.nth + 1, on, without))
    reversed_by = partial(opposite, on=on, reason=CORRECTED, cause=CORRECTION)
    return anew + [reversed_by(entry.no, originals[entry.no]) for entry in group.live]


# --- suspense -------------------------------------------------------------------------------------------------------


def _release(plan: Plan, deposit: DepositFacts) -> None:
    """Takes back to suspense what a deposit was found not to pay for, on the day that this became known."""
    limits: dict[str, int] = {}
    for part in deposit.allocation.parts:
        limits[part.application] = limits.get(part.application, 0) + (part.yen or deposit.yen)
    group = _group(plan, deposit.reference)
    if group is None or deposit.allocation.known_on is None:
        return
    on = max(deposit.allocation.known_on, group.on)
    for number, yen in plan.allocated_to(deposit.reference).items():
        beyond = yen - limits.get(number, 0)
        if beyond > 0 and on <= plan.through:
            _take_back(plan, deposit.reference, group, number, beyond, on, claims=True)


def _take_back(plan: Plan, reference: str, group: _Group, number: str, yen: int, on: date, *, claims: bool) -> bool:
    """Takes yen of an application's fee back to suspense, not before the day on which they are there to be taken."""
    room: list[Entry] | None = []
    day = plan.available_from(Account.FEES_HELD, number, yen, on)
    if day is None:
        room = issue_reversed(plan, number, on)
        day = plan.available_from(Account.FEES_HELD, number, yen, on, room) if room else None
    nth = 1 + sum(entry.event == "fee_released" for entry in group.after)
    whose = {"application": number, "deposit": reference}
    released = entry_of("fee_released", reference, group.nth, number, nth, on=day or on, known_on=on, yen=yen, **whose)
    if day is None:
        room = room_for(plan, [released], on, claims=True) if claims else None
    if room is None or (day is not None and day > plan.through):
        if claims:
            leave_for_want_of_room(plan, reference, [number], group.first)
        return False
    plan.add(*room, released)
    return True


def _release_surplus(plan: Plan, applications: Applications, blocked: Collection[str]) -> None:
    """Takes back to suspense what is beyond the fee due, when that turned out to be less; the last deposit first.

    What was given back or paid on meanwhile stays as it is.
    """
    beyond: dict[str, int] = {}
    for number, application in applications.items():
        # For an application that was withdrawn by whoever brought it nothing is due.
        due = 0 if application.applied_on is None else application.due
        if due is not None and (surplus := plan.received(number) - due) > 0:
            beyond[number] = surplus
    since = due_known_on(plan.connection, [applications[number] for number in beyond])
    since |= rows_withdrawn_on(plan.connection, set(beyond) - set(since))
    for number, surplus in beyond.items():
        left = surplus
        groups = ((_group(plan, reference), reference, paid) for reference, paid in plan.payers(number).items())
        booked = [(group, reference, paid) for group, reference, paid in groups if group is not None]
        for group, reference, paid in sorted(booked, key=lambda payer: -payer[0].last):
            yen, on = min(left, paid), max(since.get(number, group.on), group.on)
            if reference in blocked or yen <= 0 or on > plan.through:
                continue
            if _take_back(plan, reference, group, number, yen, on, claims=False):
                left -= yen


def _settle(
    plan: Plan, deposit: DepositFacts, group: _Group, applications: Applications, due_since: Mapping[str, date]
) -> None:
    """Settles what waits in suspense once application and fee are known, on the day on which the last became known."""
    for entry in group.by_hand:
        plan.leave("reversed_by_hand", deposit.reference, entry.no)
    if any(entry.undone_by_hand for entry in group.after):
        return
    for part in deposit.allocation.parts:
        _settle_part(plan, deposit, part, applications, due_since)


def _settle_part(
    plan: Plan, deposit: DepositFacts, part: Part, applications: Applications, due_since: Mapping[str, date]
) -> None:
    """Settles a part, as far as its fee is due. What a return holds meanwhile is named: the fee comes before it."""
    number, reference = part.application, deposit.reference
    held = plan.held(Account.SUSPENSE, reference)
    still_due = _still_due(plan, number, applications)
    if held > 0 and still_due is None:
        plan.leave("fee_not_known", reference)
        return
    group = _group(plan, reference)
    assert group is not None
    within = (part.yen or deposit.yen) - plan.allocated(reference, number)
    on = max(deposit.known_on, deposit.allocation.known_on or deposit.known_on, group.on)
    wanted = min(still_due or 0, within)
    if wanted > held and on <= plan.through and (holder := held_by(plan, reference)):
        plan.leave("money_reserved", reference, group.first, holder)
    yen = min(held, wanted)
    if yen <= 0:
        return
    available = plan.available_from(Account.SUSPENSE, reference, yen, max(on, due_since[number]))
    if available is not None and available <= plan.through:
        nth = 1 + sum(entry.event == "suspense_settled" for entry in group.after)
        whose = {"deposit": reference, "application": number}
        plan.post("suspense_settled", reference, group.nth, (number, nth), available, yen=yen, **whose)
