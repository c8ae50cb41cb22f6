"""Deposits → the journal: what was received as a fee, what beyond it, and what waits until its purpose is known.

Up to the fee still due a deposit is the fee of its application; the rest, and all of it while application or fee is not
known, waits in suspense under its reference number and is never silently absorbed. Who was booked first keeps what
was allocated; a fee credited from another application counts as received.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.booking.events import entry_of
from ledger.booking.inputs import ApplicationFacts, DepositFacts, deposits, due_known_on
from ledger.booking.planning import BookedEntry, Plan
from ledger.codes import Account
from ledger.i18n import N_
from ledger.journal.entries import Entry, recorded
from ledger.journal.reversal import CORRECTION, opposite

_FIRST = ("fee_received", "overpaid", "payer_unknown")

CORRECTED = N_("what is known of the deposit was corrected")


@dataclass(frozen=True)
class _Group:
    """What was booked of a deposit from one state of its facts: the entries of its receipt, and settlements after."""

    nth: int
    entries: tuple[BookedEntry, ...]
    settled: tuple[BookedEntry, ...]

    @property
    def live(self) -> list[BookedEntry]:
        """Those that stand, the last first."""
        return sorted((entry for entry in (*self.entries, *self.settled) if entry.live), key=lambda each: -each.no)

    @property
    def on(self) -> date:
        """The day of the last of its receipts."""
        return max(entry.on for entry in self.entries)

    def corrected_on(self, deposit: DepositFacts) -> date:
        """The day of a correction: when it became known, but not before what it corrects, nor before the receipt."""
        return max(deposit.known_on, deposit.received_on, self.on, *(booked_entry.on for booked_entry in self.live))

    def booked_from(self, deposit: DepositFacts) -> bool:
        """Whether it was booked from what is known of the deposit now; that an application was learnt is no change."""
        on, yen, application = self.entries[0].basis
        if self.settled:
            application = self.settled[-1].basis[0]
        same = (on, yen) == (deposit.received_on.isoformat(), deposit.yen)
        learnt = application is None and not self.settled and bool(self.live)
        return same and (application == deposit.application or learnt)


def plan_fees(plan: Plan, applications: Mapping[str, ApplicationFacts]) -> None:
    """Plans what deposits call for: fees received, overpayments, unknown payers, suspense settled, and corrections.

    A correction reverses what was posted and posts anew, both dated the day on which the correcting fact became known.
    """
    every = deposits(plan.connection, plan.only)
    blocked = _correct_all(plan, every, applications)
    for deposit in every:
        if _group(plan, deposit.reference) is None and deposit.received_on <= plan.through:
            _receive(plan, deposit, applications)
    waiting = {deposit.application for deposit in every if plan.held(Account.SUSPENSE, deposit.reference) > 0}
    due_since = due_known_on(plan.connection, [applications[each] for each in waiting if each is not None])
    for deposit in every:
        group = _group(plan, deposit.reference)
        if group is not None and deposit.reference not in blocked:
            _settle(plan, deposit, group, applications, due_since)


def _group(plan: Plan, reference: str) -> _Group | None:
    """What was booked of a deposit last; None when nothing was."""
    every = [booked_entry for event in _FIRST for booked_entry in plan.booked(event, reference)]
    if not every:
        return None
    nth = max(booked_entry.nth for booked_entry in every)
    settled = tuple(
        booked_entry for booked_entry in plan.booked("suspense_settled", reference) if booked_entry.nth == nth
    )
    return _Group(nth, tuple(booked_entry for booked_entry in every if booked_entry.nth == nth), settled)


# --- received -------------------------------------------------------------------------------------------------------


def _receive(plan: Plan, deposit: DepositFacts, applications: Mapping[str, ApplicationFacts]) -> None:
    for posting in _receipt(deposit, _still_due(plan, deposit, applications), 1, deposit.received_on):
        plan.add(posting)


def _still_due(
    plan: Plan, deposit: DepositFacts, applications: Mapping[str, ApplicationFacts], own: int = 0
) -> int | None:
    """What is still due for the deposit's application, in yen, leaving out `own`; None when it is not known."""
    if deposit.application is None or (due := applications[deposit.application].due) is None:
        return None
    return max(0, due - (plan.received(deposit.application) - own))


def _receipt(deposit: DepositFacts, still_due: int | None, nth: int, on: date) -> Iterator[Entry]:
    reference, application = deposit.reference, deposit.application
    fee = 0 if still_due is None else min(still_due, deposit.yen)
    rest = "payer_unknown" if still_due is None else "overpaid"
    slips: list[tuple[str, dict[str, str | int]]] = []
    if fee and application is not None:
        slips.append(("fee_received", {"deposit": reference, "application": application, "yen": fee}))
    if deposit.yen > fee:
        slips.append((rest, {"deposit": reference, "yen": deposit.yen - fee}))
    for event, slip in slips:
        yield entry_of(event, reference, nth, deposit.received_on, deposit.yen, application, on=on, **slip)


# --- settled --------------------------------------------------------------------------------------------------------


def _settle(
    plan: Plan,
    deposit: DepositFacts,
    group: _Group,
    applications: Mapping[str, ApplicationFacts],
    due_since: Mapping[str, date],
) -> None:
    """Settles what waits in suspense once application and fee are known, on the day on which the last became known."""
    for entry in (*group.entries, *group.settled):
        if entry.undone_by_hand:
            plan.leave("reversed_by_hand", deposit.reference, entry.no)
    if deposit.application is None or any(booked_entry.undone_by_hand for booked_entry in group.settled):
        return
    if applications[deposit.application].due is None:
        plan.leave("fee_not_known", deposit.reference)
        return
    yen = min(plan.held(Account.SUSPENSE, deposit.reference), _still_due(plan, deposit, applications) or 0)
    if yen <= 0:
        return
    on = max(deposit.known_on, group.on, due_since[deposit.application])
    if on <= plan.through:
        basis = (deposit.application, len(group.settled) + 1)
        whose = {"deposit": deposit.reference, "application": deposit.application}
        plan.post("suspense_settled", deposit.reference, group.nth, basis, on, yen=yen, **whose)


# --- corrected ------------------------------------------------------------------------------------------------------


def _correct_all(plan: Plan, every: list[DepositFacts], applications: Mapping[str, ApplicationFacts]) -> set[str]:
    """Corrects every deposit whose facts have changed since it was booked; gives those that have to be left.

    One correction may free what another needs, so those that do not fit are tried again while any does.
    """
    groups = {deposit.reference: _group(plan, deposit.reference) for deposit in every}
    changed = [
        (deposit, group)
        for deposit in every
        if (group := groups[deposit.reference]) is not None and not group.booked_from(deposit)
    ]
    originals = recorded(
        plan.connection, {booked_entry.no for _deposit, group in changed for booked_entry in group.live}
    )
    to_do = [(deposit, group) for deposit, group in changed if group.corrected_on(deposit) <= plan.through]
    while to_do:
        unfit = [each for each in to_do if not _correct(plan, *each, applications, originals)]
        if len(unfit) == len(to_do):
            for deposit, group in unfit:
                plan.leave("money_gone", deposit.reference, group.live[-1].no)
            break
        to_do = unfit
    return {deposit.reference for deposit, group in changed if _group(plan, deposit.reference) == group}


def _correct(
    plan: Plan,
    deposit: DepositFacts,
    group: _Group,
    applications: Mapping[str, ApplicationFacts],
    originals: Mapping[int, Entry],
) -> bool:
    """Posts anew what was booked from facts that were corrected since, and reverses what was posted of it.

    The new entries come first, so that no part of an account falls below zero on the way. A certificate booked as
    issued on the strength of the deposit is reversed with it as long as the debt to the authority is open. Where the
    money has gone on nothing is planned, and the answer is no.
    """
    on = group.corrected_on(deposit)
    own = sum(
        movement.yen
        for booked_entry in group.live
        for movement in originals[booked_entry.no].movements
        if movement.credit == Account.FEES_HELD and movement.credit_application == deposit.application
    )
    anew = list(_receipt(deposit, _still_due(plan, deposit, applications, own), group.nth + 1, on))
    undone = [
        opposite(booked_entry.no, originals[booked_entry.no], on=on, reason=CORRECTED, cause=CORRECTION)
        for booked_entry in group.live
    ]
    for wanted in ([*anew, *undone], [*anew, *_issues_undone(plan, undone, on), *undone]):
        if plan.fits(wanted):
            for posting in wanted:
                plan.add(posting)
            return True
    return False


def _issues_undone(plan: Plan, undone: list[Entry], on: date) -> Iterator[Entry]:
    """The reversals of the certificates booked as issued with the money that is taken back, while it is still owed."""
    taken = (movement for posting in undone for movement in posting.movements if movement.debit == Account.FEES_HELD)
    # Each application once, though its money may have come in parts.
    for application in dict.fromkeys(
        movement.debit_application for movement in taken if movement.debit_application is not None
    ):
        issued = plan.latest("certificate_issued", application)
        if issued is None or not issued.live:
            continue
        original = recorded(plan.connection, [issued.no])[issued.no]
        if plan.held(Account.AUTHORITY_PAYABLE, application) >= original.movements[0].yen:
            yield opposite(issued.no, original, on=max(on, issued.on), reason=CORRECTED, cause=CORRECTION)
