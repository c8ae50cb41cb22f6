"""Bills of the authority: reconciled with the books line by line, and paid as far as they agree.

A bill posts nothing by itself: the debt stands since the certificate was issued, and a bill is not a payment. What a
later line withdraws counts as not billed; what is left is compared with what is owed for the application.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.booking.authority import ISSUED, WAIVED
from ledger.booking.events import entry_of
from ledger.booking.inputs import BillLine, bill_lines, by_application
from ledger.booking.planning import Plan
from ledger.booking.refusals import BeforeTheStepBefore, UnknownBill
from ledger.codes import Account
from ledger.i18n import N_, _
from ledger.journal.entries import key, numbers_by_key, post

PAID = "authority_paid"
REPAID = "authority_repaid"

# The states of a line, as they are spoken of.
STATES = {
    "agreed": N_("agreed"),
    "billed_though_waived": N_("billed though waived"),
    "billed_twice": N_("billed twice"),
    "not_billed": N_("not billed"),
    "amount_differs": N_("amount differs"),
    "unknown_application": N_("unknown application"),
}


@dataclass(frozen=True)
class BillComparison:
    """A line of a bill beside the books: yen billed, yen owed for the application in all, and whether they agree.

    `left` is what of the line was not withdrawn by another. `bill` is None for what is owed and in no bill.
    """

    bill: str | None
    application: str
    nth: int
    billed: int
    owed: int
    state: str
    billed_on: date | None = None
    left: int = 0

    @property
    def said(self) -> str:
        """The state in the language being spoken."""
        return _(STATES[self.state])


@dataclass(frozen=True)
class BillPayment:
    """What paying a bill did: lines paid or given back now, their yen to transfer, lines paid before, lines left."""

    yen: int
    posted: int
    paid_before: int
    left: tuple[BillComparison, ...]


def reconcile(connection: Connection) -> list[BillComparison]:
    """Every line of every bill beside the books, in the order billed, and after them what is owed and was not billed.

    Billed again after a first line that stands is `billed_twice`; a line for what the authority waived is
    `billed_though_waived` until it is withdrawn.
    """
    plan = Plan(connection, date.max)
    issued = plan.by_part(ISSUED, Account.AUTHORITY_PAYABLE)
    waived = plan.by_part(WAIVED, Account.AUTHORITY_PAYABLE)
    numbers = set(connection.execute(select(tables.application.c.number)).scalars())
    bills = bill_lines(connection)
    compared: dict[BillLine, BillComparison] = {}
    for application, lines in by_application(bills).items():
        owed = issued.get(application, 0) + waived.get(application, 0)
        for line, standing, comparison in _states(lines, owed, waived=application in waived):
            state = comparison if application in numbers else "unknown_application"
            columns = (line.bill, application, line.nth, line.yen, owed, state, line.billed_on, standing)
            compared[line] = BillComparison(*columns)
    billed = {line.application for line in compared.values() if line.left > 0}
    missing = [
        BillComparison(None, application, 1, 0, owed, "not_billed")
        for application in sorted(set(issued) - billed)
        if (owed := issued[application] + waived.get(application, 0)) > 0
    ]
    return [compared[line] for line in bills] + missing


def totals(lines: list[BillComparison]) -> dict[str, int]:
    """The yen billed and owed in all, each application once, and how many lines are in each state."""
    owed = {line.application: line.owed for line in lines}
    counted = Counter(line.state for line in lines)
    yen = {"billed": sum(line.billed for line in lines), "owed": sum(owed.values())}
    return yen | {state: counted[state] for state in STATES}


def _states(lines: list[BillLine], owed: int, *, waived: bool) -> Iterator[tuple[BillLine, int, str]]:
    """The lines for one application, each with what of it was not withdrawn, in yen, and its state."""
    withdrawn = -sum(line.yen for line in lines if line.yen < 0)
    beyond = withdrawn > sum(line.yen for line in lines if line.yen > 0)
    first = True
    for line in lines:
        if line.yen < 0:
            yield line, 0, "amount_differs" if beyond else "agreed"
            continue
        standing = max(0, line.yen - withdrawn)
        withdrawn -= line.yen - standing
        if standing == 0:
            yield line, 0, "agreed"
        else:
            differs = "billed_though_waived" if waived and owed == 0 else "amount_differs"
            state = "agreed" if standing == owed else differs
            yield line, standing, state if first else "billed_twice"
            first = False


def pay_bill(connection: Connection, bill: str, *, on: date, by: str) -> BillPayment:
    """Posts the payment of a bill: each line that agrees, once, and what the authority gives back of what was paid.

    Lines that do not agree are left, and named. Refused: an unknown bill, and a day before that of the bill.
    """
    lines = [line for line in reconcile(connection) if line.bill == bill]
    if not lines:
        raise UnknownBill(bill)
    billed_on = max(line.billed_on for line in lines if line.billed_on is not None)
    if on < billed_on:
        raise BeforeTheStepBefore(on, billed_on)
    plan = Plan(connection, on)
    keys = {line: key(_event(line), bill, line.application, line.nth) for line in lines}
    before = numbers_by_key(connection, set(keys.values()))
    for line in lines:
        owed = plan.held(Account.AUTHORITY_PAYABLE, line.application)
        yen = min(line.left, owed) if line.billed > 0 else min(-line.billed, -owed)
        if line.state == "agreed" and yen > 0 and keys[line] not in before:
            slip = {"application": line.application, "yen": yen}
            plan.add(entry_of(_event(line), bill, line.application, line.nth, on=on, **slip))
    post(connection, plan.postings, by=by)
    movements = (movement for posting in plan.postings for movement in posting.movements)
    transferred = sum(movement.yen if movement.credit == Account.BANK else -movement.yen for movement in movements)
    differing = tuple(line for line in lines if line.state != "agreed")
    return BillPayment(transferred, len(plan.postings), len(before), differing)


def _event(line: BillComparison) -> str:
    return PAID if line.billed > 0 else REPAID
