"""Bills of the authority: reconciled with the books line by line, and paid as far as they agree.

A bill posts nothing by itself: the debt stands since the certificate was issued, and a bill is not a payment. Lines are
first cleared against each other (`ledger.booking.clearing`); what is left is compared with what is owed.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from ledger import facts, tables
from ledger.booking import inputs
from ledger.booking.clearing import Clearing, clear
from ledger.booking.events import entry_of
from ledger.booking.inputs import BillLine, Dispute, LineKey, bill_lines, by_application
from ledger.booking.planning import Plan
from ledger.booking.refusals import BeforeTheStepBefore, NotOwedYet, UnknownBill
from ledger.codes import ISSUED, OPENING, PAID, REPAID, WAIVED, Account
from ledger.i18n import N_, _
from ledger.journal.balances import held, moved_by_event
from ledger.journal.entries import Entry, parts, post
from ledger.store.large import each_row
from ledger.store.records import batches

# The states of a line, as they are spoken of. What other lines clear wholly agrees.
STATES = {
    "agreed": N_("agreed"),
    "billed_though_waived": N_("billed though waived"),
    "billed_twice": N_("billed twice"),
    "not_billed": N_("not billed"),
    "amount_differs": N_("amount differs"),
    "not_received": N_("fee not wholly received"),
    "paid_beyond_bill": N_("more transferred than billed"),
    "unknown_application": N_("unknown application"),
}


@dataclass(frozen=True, slots=True)
class BillComparison:
    """A line of a bill beside the books: yen billed, yen owed for the application in all, and whether they agree.

    `uncleared` is what of the line no other line clears, a negative line counted positive, `paid` what was transferred
    for it, and `open` what is still to be transferred if it agrees. `bill` is None for what is owed and in no bill. A
    line that was withdrawn after it was transferred bills 0 yen, and what the authority gave back for such a one is
    negative. `dispute` is the one about it that nobody took back.
    """

    bill: str | None
    application: str
    nth: int
    billed: int
    owed: int
    state: str
    billed_on: date | None = None
    uncleared: int = 0
    paid: int = 0
    open: int = 0
    dispute: Dispute | None = None
    credited_by: str | None = None

    @property
    def left(self) -> int:
        """What of a line that bills something no other line clears."""
        return max(0, self.uncleared) if self.billed > 0 else 0

    @property
    def key(self) -> LineKey:
        """The line, by its bill, its application and which of the lines for it; of no bill: an empty name."""
        return self.bill or "", self.application, self.nth

    @property
    def settled(self) -> bool:
        """Whether a dispute about it has ended by itself: less of the line stands than then, and what stands agrees."""
        return self.dispute is not None and self.state == "agreed" and self.uncleared < self.dispute.yen

    @property
    def disputed(self) -> bool:
        """Whether it is in dispute with the authority to this moment."""
        return self.dispute is not None and not self.settled

    @property
    def differs(self) -> bool:
        """Whether a person has to see to it: it does not agree, or is in dispute."""
        return self.state != "agreed" or self.disputed

    @property
    def said(self) -> str:
        """The state in the language being spoken, and since when it is in dispute."""
        said = _(STATES[self.state])
        if self.dispute is None or self.settled:
            return said
        return _("{state}, in dispute since {on}", state=said, on=self.dispute.on)


@dataclass(frozen=True)
class BillPayment:
    """What paying a bill did: lines paid or given back now, their yen to transfer, lines paid before, lines left."""

    yen: int
    posted: int
    paid_before: int
    left: tuple[BillComparison, ...]


@dataclass(frozen=True)
class _Booked:
    """What the journal says of each application, in yen: owed (see `owed_and_waived`), and waived (negative).

    `short` are those whose certificate is issued, but whose fee is not wholly received; `numbers` those there are.
    """

    issued: Mapping[str, int]
    waived: Mapping[str, int]
    short: Collection[str]
    numbers: Collection[str]

    def owed(self, application: str) -> int:
        """What is owed for it in all, paid or not."""
        return self.issued.get(application, 0) + self.waived.get(application, 0)


@dataclass(frozen=True)
class _InBooks:
    """What the books say of an application: yen owed of its debt, whether it was waived, whether it is unknown."""

    owed: int
    waived: bool
    unknown: bool
    not_received: bool


@dataclass
class _Transferred:
    """What was transferred for a line, less what was reversed, in yen, how often that was recorded, and which way."""

    yen: int = 0
    times: int = 0
    back: bool = False

    @property
    def signed(self) -> int:
        """What was transferred, in yen; what the authority gave back is negative."""
        return -self.yen if self.back else self.yen


def reconcile(connection: Connection) -> list[BillComparison]:
    """Every line of every bill beside the books, in the order billed, and after them what is owed and was not billed.

    Between them stand lines that were withdrawn after they were transferred: the money is out, and no bill asks for it.

    Billed again beside a line that stands is `billed_twice`; a line for what the authority waived is
    `billed_though_waived` until it is withdrawn. A line that others clear wholly agrees, also where nobody knows the
    application. Which file a line came in, and when, makes no difference.
    """
    return _reconcile(connection, _transfers(connection))


def _reconcile(
    connection: Connection, transfers: Mapping[LineKey, _Transferred], only: Collection[str] | None = None
) -> list[BillComparison]:
    """The same for all applications, or for these."""
    issued, waived = owed_and_waived(connection)
    bills = bill_lines(connection, only)
    numbers = _known(connection, only)
    short = _not_received(connection, ({line.application for line in bills} & numbers) - issued.keys())
    booked = _Booked(issued, waived, short, numbers)
    return _compared(bills, booked, transfers, inputs.disputes(connection))


def _known(connection: Connection, only: Collection[str] | None) -> set[str]:
    """The numbers of the applications there are: all, or those among these."""
    number = tables.application.c.number
    if only is None:
        return {found for (found,) in each_row(connection, select(number))}
    rows = (connection.execute(select(number).where(number.in_(group))) for group in batches(sorted(only)))
    return {found for group in rows for found in group.scalars()}


def owed_and_waived(connection: Connection, as_of: date | None = None) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """What came to be owed of each application, in yen, and what was waived of it (negative), ever or by a day.

    It is owed since its certificate was issued, or since before the books began.
    """
    opened, issued, waived = (
        moved_by_event(connection, event, Account.AUTHORITY_PAYABLE, as_of) for event in (OPENING, ISSUED, WAIVED)
    )
    return {number: opened.get(number, 0) + issued.get(number, 0) for number in opened | issued}, waived


def _compared(
    bills: list[BillLine],
    booked: _Booked,
    transfers: Mapping[LineKey, _Transferred],
    disputes: Mapping[LineKey, Dispute],
) -> list[BillComparison]:
    """Every line beside what is booked, one application at a time."""
    paid = {line: transfers[line.key].yen for line in bills if line.key in transfers}
    disputed = {line: disputes[line.key] for line in bills if line.key in disputes}
    billed_on = {line.bill: line.billed_on for line in bills}
    billed: set[str] = set()
    compared: dict[BillLine, BillComparison] = {}
    for application, lines in by_application(bills).items():
        clearing = clear(lines, booked.issued.get(application, 0), paid, disputed=disputed)
        owed = booked.owed(application)
        if _standing(clearing):
            billed.add(application)
        unknown, short = application not in booked.numbers, application in booked.short
        books = _InBooks(owed, application in booked.waived, unknown, short)
        still_open = _open(clearing, paid)
        for line, state in _states(clearing, books, paid, disputed):
            columns = (line.bill, application, line.nth, line.yen, owed, state, line.billed_on)
            amounts = (clearing.left[line], paid.get(line, 0), still_open[line])
            credit = clearing.last_other(line) if line in disputed else None
            compared[line] = BillComparison(*columns, *amounts, disputed.get(line), credit.bill if credit else None)
    missing = [
        BillComparison(None, application, 1, 0, owed, "not_billed")
        for application in sorted(booked.issued.keys() - billed)
        if (owed := booked.owed(application)) > 0
    ]
    gone = [
        BillComparison(
            *key, 0, booked.owed(key[1]), "paid_beyond_bill", billed_on.get(key[0]), 0, yen, 0, disputes.get(key)
        )
        for key in sorted(transfers.keys() - {line.key for line in bills})
        if (yen := transfers[key].signed)
    ]
    return [*(compared[line] for line in bills), *gone, *missing]


# --- as of a day ----------------------------------------------------------------------------------------------------


def reconcile_as_of(connection: Connection, as_of: date) -> list[BillComparison]:
    """The lines billed by a day beside the books at its end, as known by then; see `reconcile`.

    An application whose certificate was issued by the day and which is not owed then is one whose fee is not received.
    """
    issued, waived = owed_and_waived(connection, as_of)
    rows = list(each_row(connection, _known_to_be_issued(), {"as_of": as_of}))
    short = {number for number, is_issued in rows if is_issued and number not in issued}
    numbers = {number for number, _is_issued in rows} | issued.keys()
    bills = bill_lines(connection, as_of=as_of)
    booked, disputes = _Booked(issued, waived, short, numbers), inputs.disputes(connection, as_of=as_of)
    return _compared(bills, booked, _transfers(connection, as_of), disputes)


@cache
def _known_to_be_issued() -> Select[Any]:
    """Every application known by the day, with whether its certificate is known to be issued."""
    known = facts.known(facts.AS_OF)
    return select(known.c.application, or_(known.c.issued_on.is_not(None), known.c.mailed_on.is_not(None)))


# --- what is asked --------------------------------------------------------------------------------------------------


def require_bill(connection: Connection, bill: str) -> str:
    """The number of a bill there is. Refused: one that was never taken in (unknown-bill)."""
    if connection.execute(select(tables.bill_known.c.bill).where(tables.bill_known.c.bill == bill)).first() is None:
        raise UnknownBill(bill)
    return bill


def totals(lines: list[BillComparison]) -> dict[str, int]:
    """The yen billed and owed in all, each application once, how many lines are in each state and are in dispute."""
    owed = {line.application: line.owed for line in lines}
    counted = Counter(line.state for line in lines)
    yen = {"billed": sum(line.billed for line in lines), "owed": sum(owed.values())}
    return yen | {state: counted[state] for state in STATES} | {"disputed": sum(line.disputed for line in lines)}


def _standing(clearing: Clearing) -> list[BillLine]:
    """The lines that bill something which no other line clears."""
    return [line for line, left in clearing.left.items() if line.yen > 0 and left]


def _not_received(connection: Connection, numbers: Collection[str]) -> set[str]:
    """Of these applications those whose certificate is issued, but whose fee is not wholly received."""
    short: set[str] = set()
    for scope in inputs.scopes(connection, numbers) if numbers else ():
        plan = Plan(connection, date.max, scope)
        for number, application in inputs.applications(connection, plan.only).items():
            if application.issue_days and application.due is not None and plan.received(number) < application.due:
                short.add(number)
    return short & set(numbers)


def _states(
    clearing: Clearing, books: _InBooks, paid: Mapping[BillLine, int], disputed: Collection[BillLine]
) -> Iterator[tuple[BillLine, str]]:
    """The state of each line for one application.

    Lines that together are what is owed agree. Else one is the fee: one that was paid, or is in no dispute, or of that
    amount, or the first.
    """
    standing = _standing(clearing)
    together = sum(clearing.left[line] for line in standing) == books.owed
    fee = min(
        standing,
        key=lambda line: (not paid.get(line), line in disputed, clearing.left[line] != books.owed),
        default=None,
    )
    for line, left in clearing.left.items():
        if paid.get(line, 0) > abs(line.yen):  # it was corrected after it was transferred
            yield line, "paid_beyond_bill"
        elif not left or (together and line.yen > 0 and not books.unknown):
            yield line, "agreed"
        elif books.unknown:
            yield line, "unknown_application"
        elif line.yen < 0:
            yield line, "amount_differs"
        else:
            yield line, _state_of_fee(left, books) if line is fee else "billed_twice"


def _state_of_fee(left: int, books: _InBooks) -> str:
    if left == books.owed:
        return "agreed"
    if books.waived and books.owed == 0:
        return "billed_though_waived"
    return "not_received" if books.not_received else "amount_differs"


def _open(clearing: Clearing, paid: Mapping[BillLine, int]) -> dict[BillLine, int]:
    """What is still to be transferred for each line, in yen: what stands, and what was cleared by a transfer back.

    Two lines that clear each other need no transfer, unless one of them was transferred: then the other is, too.
    """
    still_open = {line: left if line.yen > 0 else 0 for line, left in clearing.left.items()}
    back = {line: paid.get(line, 0) for line in clearing.left}
    beyond = {line: max(0, paid.get(line, 0) - left) for line, left in clearing.left.items()}
    for negative, billed, yen in clearing.pairs:
        for line, other, transferred in ((negative, billed, back), (billed, negative, beyond)):
            part = min(yen, transferred[line])
            transferred[line] -= part
            still_open[other] += part
    return {line: max(0, yen - paid.get(line, 0)) for line, yen in still_open.items()}


# --- payment --------------------------------------------------------------------------------------------------------


def pay_bill(connection: Connection, bill: str, *, on: date, by: str) -> BillPayment:
    """Posts the payment of a bill: each line that agrees, once, and what the authority gives back of what was paid.

    A payment that was reversed can be posted again. Lines that do not agree, or are in dispute to this moment, are
    left, and named. Refused: an unknown
    bill, a day before that of the bill, and one on which the books do not hold yet what is paid.
    """
    transfers, postings = _transfers(connection), list[Entry]()
    numbers = _billed(connection, bill) | {number for of, number, _nth in transfers if of == bill}
    lines = [line for line in _reconcile(connection, transfers, numbers) if line.bill == bill]
    if not lines:
        raise UnknownBill(bill)
    owed = Counter(held(connection, Account.AUTHORITY_PAYABLE, "application"))
    billed_on = max((line.billed_on for line in lines if line.billed_on is not None), default=on)
    if on < billed_on:
        raise BeforeTheStepBefore(on, billed_on)
    paid: Counter[str] = Counter()
    for line in lines:
        sign, yen = _payable(line, owed[line.application])
        if yen > 0:
            event, before = PAID if line.billed > 0 else REPAID, transfers[bill, line.application, line.nth].times
            again = [before + 1] if before else []
            slip = {"application": line.application, "yen": yen}
            postings.append(entry_of(event, bill, line.application, line.nth, *again, on=on, **slip))
            paid[line.application] += sign * yen
            owed[line.application] -= sign * yen
    _require_owed(connection, bill, on, paid)
    post(connection, postings, by=by)
    paid_before = sum(line.paid > 0 for line in lines)
    differing = tuple(line for line in lines if line.differs)
    return BillPayment(paid.total(), len(postings), paid_before, differing)


def _billed(connection: Connection, bill: str) -> set[str]:
    """The applications that were ever in a bill."""
    row = tables.bill_known.c
    return set(connection.execute(select(row.application).where(row.bill == bill)).scalars())


def _payable(line: BillComparison, held: int) -> tuple[int, int]:
    """Which way a line is transferred (1: to the authority, -1: back), and how many yen of what is held for it."""
    sign = 1 if line.billed > 0 else -1
    return sign, min(line.open, sign * held) if line.state == "agreed" and not line.disputed else 0


def payable(lines: Collection[BillComparison], held: Mapping[str | None, int]) -> dict[str, int]:
    """What paying each bill would transfer now, in yen, what the authority gives back taken off; `held` is what is owed
    for each application. Bills of which nothing is to be transferred are left out.
    """
    bills: dict[str, int] = {}
    for line in lines:
        sign, yen = _payable(line, held.get(line.application, 0))
        if line.bill is not None and yen > 0:
            bills[line.bill] = bills.get(line.bill, 0) + sign * yen
    return bills


def _transfers(connection: Connection, as_of: date | None = None) -> defaultdict[LineKey, _Transferred]:
    """What was transferred for each line of each bill, ever or by a day.

    A reversal takes back what its original did, also where the original is itself a reversal.
    """
    entry, movement = tables.entry, tables.movement
    statement = (
        select(entry.c.no, entry.c.key, entry.c.reverses, movement.c.yen)
        .join(movement, movement.c.entry == entry.c.no)
        .where(entry.c.event.in_((PAID, REPAID)))
        .order_by(entry.c.no)
    )
    if as_of is not None:
        statement = statement.where(entry.c.happened_on <= as_of)
    transfers: defaultdict[LineKey, _Transferred] = defaultdict(_Transferred)
    of: dict[int, tuple[_Transferred, int]] = {}
    for no, own_key, reverses, yen in each_row(connection, statement):
        if reverses is None:
            event, bill, application, nth, *_again = parts(own_key)
            line, sign = transfers[str(bill), str(application), int(nth or 0)], 1
            line.times += 1
            line.back = event == REPAID
        else:
            line, sign = of[reverses][0], -of[reverses][1]
        of[no] = line, sign
        line.yen += sign * int(yen)
    return transfers


def _require_owed(connection: Connection, bill: str, on: date, paid: Mapping[str, int]) -> None:
    """What is paid is owed on that day and on each later one: no day shows more paid than was owed."""
    since = {number: day for number, day in _owed_since(connection, paid).items() if day > on}
    if since:
        application = max(since, key=lambda number: (since[number], number))
        raise NotOwedYet(on, bill, application, since[application])


def _owed_since(connection: Connection, paid: Mapping[str, int]) -> dict[str, date]:
    """The day from which on so many yen stand in the authority's account for each application; negative: owed to us."""
    entry, movement, account = tables.entry, tables.movement, Account.AUTHORITY_PAYABLE.value
    days: dict[str, Counter[date]] = {number: Counter() for number in paid}
    for batch in batches(sorted(paid)):
        moved = (
            select(entry.c.happened_on, movement.c.debit, movement.c.credit, func.sum(movement.c.yen))
            .add_columns(movement.c.debit_application, movement.c.credit_application)
            .join(entry, entry.c.no == movement.c.entry)
            .where(or_(movement.c.debit_application.in_(batch), movement.c.credit_application.in_(batch)))
            .where(or_(movement.c.debit == account, movement.c.credit == account))
            .group_by(*(entry.c.happened_on, movement.c.debit, movement.c.credit))
            .group_by(movement.c.debit_application, movement.c.credit_application)
        )
        for day, debit, credit, yen, debited, credited in connection.execute(moved):
            for code, number, signed in ((debit, debited, -int(yen)), (credit, credited, int(yen))):
                if code == account and number in days:
                    days[number][day] += signed
    since: dict[str, date] = {}
    for number, yen in paid.items():
        ordered = sorted(days[number])
        for day, owed in reversed(list(zip(ordered, accumulate(days[number][day] for day in ordered), strict=True))):
            if abs(owed) < abs(yen) or owed * yen < 0:
                break
            since[number] = day
    return since
