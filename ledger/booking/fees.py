"""Deposits → the journal: what was received as a fee, what beyond it, and what waits until its purpose is known.

Up to the fee still due a deposit is the fee of its application; the rest, and all of it while application or fee is not
known, waits in suspense under its reference number and is never silently absorbed. Who was booked first keeps what
was allocated; a fee credited from another application counts as received.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.booking.events import entry_of
from ledger.booking.inputs import Applications, DepositFacts, deposits, due_known_on
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
    opened_on: date | None = None

    @property
    def live(self) -> list[BookedEntry]:
        """Those that stand, the last first."""
        return sorted((entry for entry in (*self.entries, *self.settled) if entry.live), key=lambda entry: -entry.no)

    @property
    def on(self) -> date:
        """The day of the last of its receipts."""
        return self.opened_on or max(entry.on for entry in self.entries)

    def corrected_on(self, deposit: DepositFacts) -> date:
        """The day of a correction: when it became known, but not before what it corrects, nor before the receipt."""
        return max(deposit.known_on, deposit.received_on, self.on, *(entry.on for entry in self.live))

    def booked_from(self, deposit: DepositFacts) -> bool:
        """Whether it was booked from what is known of the deposit now; that an application was learnt is no change."""
        if self.opened_on is not None:
            return not self.settled or deposit.application in (None, self.settled[-1].basis[0])
        on, yen, application = self.entries[0].basis
        if self.settled:
            application = self.settled[-1].basis[0]
        same = (on, yen) == (deposit.received_on.isoformat(), deposit.yen)
        learnt = application is None and not self.settled and bool(self.live)
        return same and (application == deposit.application or learnt)


def plan_fees(plan: Plan, applications: Applications) -> None:
    """Plans what deposits call for: fees received, overpayments, unknown payers, suspense settled, and corrections.

    A correction reverses what was posted and posts anew, both dated the day on which the correcting fact became known.
    """
    received = deposits(plan.connection, plan.only)
    blocked = _correct_all(plan, received, applications)
    for deposit in received:
        if plan.opened_on is not None and deposit.received_on <= plan.opened_on:
            continue  # what of it was there when the books began stands in their opening balances
        if _group(plan, deposit.reference) is None and deposit.received_on <= plan.through:
            plan.add(*_receipt(deposit, _still_due(plan, deposit, applications), 1, deposit.received_on))
    numbers = {deposit.application for deposit in received if plan.held(Account.SUSPENSE, deposit.reference) > 0}
    due_since = due_known_on(plan.connection, [applications[number] for number in numbers if number is not None])
    for deposit in received:
        group = _group(plan, deposit.reference)
        if group is not None and deposit.reference not in blocked:
            _settle(plan, deposit, group, applications, due_since)


def _group(plan: Plan, reference: str) -> _Group | None:
    """What was booked of a deposit last; None when nothing was."""
    receipts = [entry for event in _FIRST for entry in plan.booked(event, reference)]
    if not receipts:
        return _opened(plan, reference)
    nth = max(entry.nth for entry in receipts)
    settled = tuple(entry for entry in plan.booked("suspense_settled", reference) if entry.nth == nth)
    return _Group(nth, tuple(entry for entry in receipts if entry.nth == nth), settled)


def _opened(plan: Plan, reference: str) -> _Group | None:
    """What stood in suspense of a deposit when the books began, as if it had been booked then; None for nothing."""
    if plan.opened_on is None or not plan.opened(Account.SUSPENSE, reference):
        return None
    return _Group(1, (), tuple(plan.booked("suspense_settled", reference)), plan.opened_on)


def _still_due(plan: Plan, deposit: DepositFacts, applications: Applications, without: int = 0) -> int | None:
    """What is still due for the deposit's application, in yen, leaving out yen of its own; None: not known."""
    if deposit.application is None or (due := applications[deposit.application].due) is None:
        return None
    return max(0, due - (plan.covered(deposit.application) - without))


def _receipt(deposit: DepositFacts, still_due: int | None, nth: int, on: date) -> Iterator[Entry]:
    reference, application = deposit.reference, deposit.application
    fee = 0 if still_due is None else min(still_due, deposit.yen)
    rest = "payer_unknown" if still_due is None else "overpaid"
    basis = (reference, nth, deposit.received_on, deposit.yen, application)
    if fee and application is not None:
        yield entry_of("fee_received", *basis, on=on, deposit=reference, application=application, yen=fee)
    if deposit.yen > fee:
        yield entry_of(rest, *basis, on=on, deposit=reference, yen=deposit.yen - fee)


def _settle(
    plan: Plan, deposit: DepositFacts, group: _Group, applications: Applications, due_since: Mapping[str, date]
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


def _correct_all(plan: Plan, received: list[DepositFacts], applications: Applications) -> set[str]:
    """Corrects every deposit whose facts have changed since it was booked; gives those that have to be left.

    One correction may free what another needs, so those that do not fit are tried again while any does.
    """
    groups = {deposit.reference: _group(plan, deposit.reference) for deposit in received}
    changed = [
        (deposit, group)
        for deposit in received
        if (group := groups[deposit.reference]) is not None and not group.booked_from(deposit)
    ]
    originals = recorded(plan.connection, {entry.no for _deposit, group in changed for entry in group.live})
    to_do = [(deposit, group) for deposit, group in changed if group.corrected_on(deposit) <= plan.through]
    while to_do:
        unfit = [change for change in to_do if not _correct(plan, *change, applications, originals)]
        if len(unfit) == len(to_do):
            for deposit, group in unfit:
                plan.leave("money_gone", deposit.reference, group.live[-1].no)
            break
        to_do = unfit
    return {deposit.reference for deposit, group in changed if _group(plan, deposit.reference) == group}


def _correct(
    plan: Plan, deposit: DepositFacts, group: _Group, applications: Applications, originals: Mapping[int, Entry]
) -> bool:
    """Posts anew what was booked from facts that were corrected since, and reverses what was posted of it.

    The new entries come first, so that no part of an account falls below zero on the way. A certificate booked as
    issued on the strength of the deposit is reversed with it as long as the debt to the authority is open. Where the
    money has gone on nothing is planned, and the answer is no.
    """
    on = group.corrected_on(deposit)
    fee = sum(
        movement.yen
        for entry in group.live
        for movement in originals[entry.no].movements
        if movement.credit == Account.FEES_HELD and movement.credit_application == deposit.application
    )
    anew = list(_receipt(deposit, _still_due(plan, deposit, applications, fee), group.nth + 1, on))
    reversals = [
        opposite(entry.no, originals[entry.no], on=on, reason=CORRECTED, cause=CORRECTION) for entry in group.live
    ]
    for postings in ([*anew, *reversals], [*anew, *_issue_reversals(plan, reversals, on), *reversals]):
        if plan.fits(postings):
            plan.add(*postings)
            return True
    return False


def _issue_reversals(plan: Plan, reversals: list[Entry], on: date) -> Iterator[Entry]:
    """The reversals of the certificates booked as issued with the money that is taken back, while it is still owed."""
    movements = [movement for posting in reversals for movement in posting.movements]
    applications = [movement.debit_application for movement in movements if movement.debit == Account.FEES_HELD]
    # Each application once, though its money may have come in parts.
    for application in dict.fromkeys(number for number in applications if number is not None):
        issued = plan.latest("certificate_issued", application)
        if issued is None or not issued.live:
            continue
        original = recorded(plan.connection, [issued.no])[issued.no]
        if plan.held(Account.AUTHORITY_PAYABLE, application) >= original.movements[0].yen:
            yield opposite(issued.no, original, on=max(on, issued.on), reason=CORRECTED, cause=CORRECTION)
