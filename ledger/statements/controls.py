"""Control totals: what has to agree in the books of a month, each reckoned in two ways that do not share their rows.

A control that could not be made is no pass: `holds` is None when there is nothing in the books to compare with.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, Date, Select, and_, bindparam, case, func, or_, select

from ledger import facts, tables
from ledger.codes import Account
from ledger.dates import Period
from ledger.journal import balances
from ledger.journal.balances import LAST, Balance, PeriodBalance, sides
from ledger.journal.period import JournalTotals, PeriodJournal
from ledger.settlements import Settlement
from ledger.statements.authority import Payable
from ledger.statements.fees_held import HELD, FeeTotals
from ledger.statements.subsidiary import SubsidiaryLedger
from ledger.statements.suspense import SuspenseDeposit
from ledger.store.large import each_row

# Of which entries the statements here are, which are put together once: those up to the last day.
_BY = tables.entry.c.happened_on <= LAST

Stands = Literal[
    "trial_balance", "journal", "general_ledger", "subsidiary", "suspense", "fees_held", "returns", "bills"
]


@dataclass(frozen=True)
class Details:
    """What the books of a month say account by account and part by part."""

    subsidiary: list[SubsidiaryLedger]
    suspense: list[SuspenseDeposit]
    payable: Payable


@dataclass(frozen=True)
class Control:
    """A total with what it has to be; `account` is the account it speaks of. Counts of records are no yen.

    `sheet` is the sheet on which the total stands.
    """

    code: str
    sheet: Stands
    value: int
    expected: int | None
    account: Balance | None = None
    in_yen: bool = True

    @property
    def holds(self) -> bool | None:
        """Whether both ways of reckoning agree."""
        return None if self.expected is None else self.value == self.expected


def controls(
    connection: Connection,
    month: Period,
    changes: list[PeriodBalance],
    journal: PeriodJournal,
    totals: JournalTotals,
    returns: Sequence[Settlement],
    fees: FeeTotals,
    details: Details,
) -> list[Control]:
    """The controls of a month, or of a fiscal year, in the order of its sheets."""
    closing = {change.closing.code: change.closing for change in changes}
    held, bank = sum(closing[code].balance for code in HELD), closing[Account.BANK]
    return [
        *_trial_balance(changes),
        *_journal(changes, journal, totals),
        *_accounts(changes, totals),
        *_parts(connection, closing, month.last),
        *_details(details, closing),
        Control("fees_held", "fees_held", fees.left, held),
        *_returns(connection, month, returns, closing, totals, fees.credited),
        _deposits(connection, month.last),
        Control("bank_balance", "general_ledger", bank.balance, None, bank),
    ]


def _details(details: Details, closing: dict[str, Balance]) -> Iterable[Control]:
    """What stands on the sheets that tell an account part by part, and what the account itself holds."""
    for ledger in details.subsidiary:
        account = closing[ledger.account]
        if ledger.parts or account.balance:
            yield Control("subsidiary", "subsidiary", ledger.total, account.balance, account)
    suspense, authority = closing[Account.SUSPENSE], closing[Account.AUTHORITY_PAYABLE]
    yield Control("suspense", "suspense", sum(row.left for row in details.suspense), suspense.balance, suspense)
    yield Control("authority_payable", "bills", details.payable.payable, authority.balance, authority)


def _trial_balance(changes: list[PeriodBalance]) -> Iterable[Control]:
    closing = [change.closing for change in changes]
    debit, credit = sum(balance.debit for balance in closing), sum(balance.credit for balance in closing)
    yield Control("debits_and_credits", "trial_balance", debit, credit)
    debits = sum(balance.balance for balance in closing if balance.on_debit_side)
    credits = sum(balance.balance for balance in closing if not balance.on_debit_side)
    yield Control("balances", "trial_balance", debits, credits)
    carried = sum(change.opening.debit + change.debit for change in changes)
    yield Control("carried_forward", "trial_balance", carried, debit)


def _journal(changes: list[PeriodBalance], journal: PeriodJournal, totals: JournalTotals) -> Iterable[Control]:
    yield Control("journal", "journal", totals.moved.total(), sum(change.debit for change in changes))
    yield Control("unchanged", "journal", totals.unchanged, len(journal), in_yen=False)


def _accounts(changes: list[PeriodBalance], totals: JournalTotals) -> Iterable[Control]:
    """What each account that moved is left with, line by line, and its balance."""
    moved = totals.by_account
    for change in changes:
        opening, closing = change.opening, change.closing
        if opening.code in moved:
            left = opening.balance + (moved[opening.code] if opening.on_debit_side else -moved[opening.code])
            yield Control("account", "general_ledger", left, closing.balance, closing)


def _parts(connection: Connection, closing: dict[str, Balance], last: date) -> Iterable[Control]:
    """The subsidiary ledgers: every yen of the account belongs to a part, and no part of what is held is below zero."""
    below = 0
    for code, yen, negative in connection.execute(_left_in_parts(), {"last": last}):
        below += negative
        yield Control("parts", "general_ledger", yen, closing[code].credit - closing[code].debit, closing[code])
    yield Control("below_zero", "general_ledger", below, 0, in_yen=False)


@cache
def _left_in_parts() -> Select[Any]:
    """Of each account what its parts are left with, and how many of them are below zero though they may not be."""
    parts = balances.parts(_BY)
    of_a_part = or_(parts.c.application.is_not(None), parts.c.deposit.is_not(None))
    # A claim stands on the debit side; what the authority is owed may stand on either.
    claims, authority = str(Account.CLAIMS), str(Account.AUTHORITY_PAYABLE)
    own_side = case((parts.c.account == claims, -parts.c.left), else_=parts.c.left)
    below_zero = and_(own_side < 0, parts.c.account != authority)
    yen_of_parts = func.sum(case((of_a_part, parts.c.left), else_=0)).cast(BigInteger)
    parts_below = func.sum(case((below_zero, 1), else_=0)).cast(BigInteger)
    statement = select(parts.c.account, yen_of_parts, parts_below).group_by(parts.c.account)
    return statement.order_by(parts.c.account)


# What was owed to members when the books began is in no refund of theirs.
_OPENED = ("opening_balance", "opened_refund_paid")


def _opened(connection: Connection, last: date) -> Counter[str]:
    """What is left of what each account held when the books began, as far as it is paid by a slip of its own."""
    return Counter(dict(connection.execute(_moved_by_opening(), {"last": last}).all()))


@cache
def _moved_by_opening() -> Select[Any]:
    moved = sides(and_(tables.entry.c.event.in_(_OPENED), _BY))
    statement = select(moved.c.account, func.sum(moved.c.credit - moved.c.debit).cast(BigInteger))
    return statement.group_by(moved.c.account)


def _returns(
    connection: Connection,
    month: Period,
    returns: Sequence[Settlement],
    closing: dict[str, Balance],
    totals: JournalTotals,
    credited: int,
) -> Iterable[Control]:
    refunds = [settlement for settlement in returns if settlement.way != "credit"]
    credits = [settlement for settlement in returns if settlement.way == "credit"]

    def reached(settlements: Sequence[Settlement], state: str) -> int:
        moves = ((settlement.yen * sign, on) for settlement in settlements for on, sign in settlement.moves(state))
        return sum(yen for yen, on in moves if month.first <= on <= month.last)

    opened = _opened(connection, month.last)
    for code, account, settlements in (
        ("refunds_open", Account.REFUNDS_PAYABLE, [row for row in refunds if row.open and not row.came_back]),
        ("refunds_came_back", Account.RETURNED_TRANSFERS, [row for row in refunds if row.open and row.came_back]),
        ("credits_open", Account.CREDITS_HELD, [row for row in credits if row.open]),
    ):
        waiting = sum(settlement.yen for settlement in settlements)
        yield Control(code, "returns", waiting + opened[account], closing[account].balance, closing[account])
    pairs: Counter[tuple[str, str]] = Counter()
    for (event, debit, credit), yen in totals.moved.items():
        pairs[debit, credit] += 0 if event in _OPENED else yen
    owed = (Account.REFUNDS_PAYABLE, Account.RETURNED_TRANSFERS)
    paid = sum(pairs[account, Account.BANK] - pairs[Account.BANK, account] for account in owed)
    yield Control("refunds_paid", "returns", reached(refunds, "paid") - reached(refunds, "returned"), paid)
    yield Control("credits_applied", "returns", reached(credits, "applied") - reached(credits, "undone"), credited)


def _deposits(connection: Connection, last: date) -> Control:
    """Transfers received, as booked against as known.

    What was corrected is right as booked if any version of it says so: the correction is booked when it became known.
    What became known only after the day is not expected to be booked by it; nor is what was taken in when the month had
    been closed, for that is dated in a later one.
    """
    versions = tables.deposit_known
    booked = _booked_deposits(connection, last)
    any_version = {(row.deposit, row.yen) for row in each_row(connection, select(versions.c.deposit, versions.c.yen))}
    given = {"as_of": last, "opened_on": _opened_on(connection) or date.min}
    expected: dict[str, int] = dict(each_row(connection, _received_since(), given))
    expected |= {reference: yen for reference, yen in booked.items() if (reference, yen) in any_version}
    for reference in _dated_later(connection, last) - set(booked):
        expected.pop(reference, None)
    return Control("deposits", "general_ledger", sum(booked.values()), sum(expected.values()))


@cache
def _received_since() -> Select[Any]:
    """The transfers received after the books were opened, as known by the day."""
    latest = facts.latest_deposits(by_day=True, few=False).subquery()
    received = select(latest.c.deposit, latest.c.yen).where(latest.c.received_on <= facts.AS_OF)
    return received.where(latest.c.received_on > bindparam("opened_on", type_=Date))


def _opened_on(connection: Connection) -> date | None:
    """The day of the balances with which the books began."""
    entry = tables.entry.c
    last: date | None = connection.execute(
        select(func.max(entry.happened_on)).where(entry.event == "opening_balance")
    ).scalar()
    return last


def _dated_later(connection: Connection, last: date) -> set[str]:
    """The deposits of the month or before that were taken in when it had been closed, and are booked in a later one."""
    movement, entry = tables.movement, tables.entry
    statement = (
        select(movement.c.deposit)
        .join(entry, entry.c.no == movement.c.entry)
        .where(movement.c.deposit.is_not(None), entry.c.for_day <= last, entry.c.happened_on > last)
    )
    return {deposit for (deposit,) in each_row(connection, statement)}


def _booked_deposits(connection: Connection, last: date) -> dict[str, int]:
    return dict(each_row(connection, _booked_by(), {"last": last}))


@cache
def _booked_by() -> Select[Any]:
    movement, entry = tables.movement, tables.entry
    # A transfer may settle a claim on the member; what a member pays back of a refund is no deposit (below).
    accounts, bank = list(map(str, (Account.FEES_HELD, Account.SUSPENSE, Account.CLAIMS))), str(Account.BANK)
    came = and_(movement.c.debit == bank, movement.c.credit.in_(accounts))
    went = and_(movement.c.credit == bank, movement.c.debit.in_(accounts))
    yen = func.sum(case((came, movement.c.yen), else_=-movement.c.yen)).cast(BigInteger)
    return (
        select(movement.c.deposit, yen)
        .join(entry, entry.c.no == movement.c.entry)
        .where(movement.c.deposit.is_not(None), or_(came, went), _BY)
        .where(entry.c.event.not_in(("refund_recovered", "opening_balance")))
        .group_by(movement.c.deposit)
        .having(yen != 0)
    )
