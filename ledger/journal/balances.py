"""Balances: of each account as of a day or over a period, and of each part of an account in its subsidiary ledger.

A balance is positive on the account's own side: debit for assets and expenses, credit for liabilities and revenues.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ledger import tables
from ledger.journal.chart import DEBIT_KINDS, ChartAccount


@dataclass(frozen=True)
class Balance(ChartAccount):
    """An account with the yen debited and credited to it up to a day, and what is left on its own side."""

    debit: int
    credit: int

    @property
    def balance(self) -> int:
        """What is left, in yen, positive on the account's own side."""
        return self.debit - self.credit if self.on_debit_side else self.credit - self.debit


@dataclass(frozen=True)
class PeriodBalance:
    """An account over a period: what was there before its first day, what moved, what was there after its last."""

    opening: Balance
    debit: int
    credit: int
    closing: Balance


def trial_balance(connection: Connection, as_of: date | None = None) -> list[Balance]:
    """Every account of the chart, in its order, with what moved up to and on the day (None: ever)."""
    return _balances(connection, None if as_of is None else tables.entry.c.happened_on <= as_of)


def changes(connection: Connection, first: date, last: date) -> list[PeriodBalance]:
    """Every account of the chart over the days from the first to the last, both counted."""
    day = tables.entry.c.happened_on
    before = _balances(connection, day < first)
    within = _balances(connection, day.between(first, last))
    after = _balances(connection, day <= last)
    return [
        PeriodBalance(opening, moved.debit, moved.credit, closing)
        for opening, moved, closing in zip(before, within, after, strict=True)
    ]


def by_day(connection: Connection, first: date, last: date) -> dict[tuple[str, date], tuple[int, int]]:
    """What was debited and credited to each account on each day of a period, in yen; by account and day."""
    entry, movement = tables.entry, tables.movement
    days: dict[tuple[str, date], tuple[int, int]] = {}
    for at, side in enumerate(("debit", "credit")):
        key = movement.c[side], entry.c.happened_on
        statement = select(*key, func.sum(movement.c.yen).cast(BigInteger)).join(entry, entry.c.no == movement.c.entry)
        statement = statement.where(entry.c.happened_on.between(first, last)).group_by(*key)
        for account, on, yen in connection.execute(statement):
            debit, credit = days.get((account, on), (0, 0))
            days[account, on] = (yen, credit) if at == 0 else (debit, yen)
    return days


def _balances(connection: Connection, when: ColumnElement[bool] | None) -> list[Balance]:
    account, moved = tables.account, sides(when)
    debit, credit = (func.coalesce(func.sum(moved.c[side]), 0).cast(BigInteger) for side in ("debit", "credit"))
    statement = (
        select(account.c.code, account.c.ja, account.c.en, account.c.kind, debit, credit)
        .outerjoin(moved, moved.c.account == account.c.code)
        .group_by(account.c.code, account.c.ja, account.c.en, account.c.kind)
        .order_by(account.c.code)
    )
    return [Balance(*row) for row in connection.execute(statement)]


def sides(when: ColumnElement[bool] | None = None) -> Subquery:
    """Both sides of every movement, summed by account, application and deposit: account, application, deposit, debit,
    credit. `when` narrows the entries.
    """
    movement, entry = tables.movement, tables.entry
    total = func.sum(movement.c.yen)
    both = []
    for name, debit, credit in (("debit", total, literal(0)), ("credit", literal(0), total)):
        account, application = movement.c[name], movement.c[f"{name}_application"]
        part = (account.label("account"), application.label("application"), movement.c.deposit)
        side = select(*part, debit.label("debit"), credit.label("credit"))
        side = side.group_by(account, application, movement.c.deposit)
        if when is not None:
            side = side.join(entry, entry.c.no == movement.c.entry).where(when)
        both.append(side)
    return union_all(*both).subquery("sides")


def parts(when: ColumnElement[bool]) -> Subquery:
    """What each part of the accounts that have parts holds: account, application, deposit, left (credit positive, yen).

    What names no part where it should stands under neither.
    """
    chart, moved = tables.account, sides(when)
    by_application = chart.c.kept_by.in_(("application", "application or deposit"))
    by_deposit = chart.c.kept_by.in_(("deposit", "application or deposit"))
    application = case((by_application, moved.c.application))
    # What is kept by either is kept by the deposit only where no application is named.
    deposit = case((and_(by_deposit, or_(~by_application, moved.c.application.is_(None))), moved.c.deposit))
    left = func.sum(moved.c.credit - moved.c.debit).cast(BigInteger).label("left")
    return (
        select(moved.c.account, application.label("application"), deposit.label("deposit"), left)
        .join(chart, chart.c.code == moved.c.account)
        .where(chart.c.kept_by.is_not(None))
        .group_by(moved.c.account, application, deposit)
        .subquery()
    )


def held(
    connection: Connection, account: str, by: Literal["application", "deposit"], as_of: date | None = None
) -> dict[str | None, int]:
    """What each part of an account holds, in yen, positive on the account's own side; parts that hold nothing are left
    out. `by` is what the parts are kept by; what is kept by something else stands under None.
    """
    return _held(connection, account, by, None if as_of is None else tables.entry.c.happened_on <= as_of)


def moved_by_event(connection: Connection, event: str, account: str, as_of: date | None = None) -> dict[str, int]:
    """What the entries of one event have moved into each application's part of an account, in yen, credit positive.

    By a day, when one is given. Parts into which they have moved nothing on balance are left out.
    """
    movement, entry = tables.movement.c, tables.entry.c
    moved: Counter[str] = Counter()
    for side, sign in (("debit", -1), ("credit", 1)):
        part = movement[f"{side}_application"]
        statement = (
            select(part, func.sum(movement.yen))
            .join_from(tables.movement, tables.entry, entry.no == movement.entry)
            .where(entry.event == event, movement[side] == account, part.is_not(None))
            .group_by(part)
        )
        if as_of is not None:
            statement = statement.where(entry.happened_on <= as_of)
        for number, yen in connection.execute(statement):
            moved[number] += sign * int(yen)
    return {number: yen for number, yen in moved.items() if yen}


def first_moved(
    connection: Connection,
    account: str,
    by: Literal["application", "deposit"],
    last: date,
    only: Collection[str] | None = None,
) -> dict[str, date]:
    """The first day on which each part of an account moved, or each of these parts, up to and on a day."""
    entry, movement = tables.entry.c, tables.movement.c
    first: dict[str, date] = {}
    for side in ("debit", "credit"):
        part = movement.deposit if by == "deposit" else movement[f"{side}_application"]
        statement = (
            select(part, func.min(entry.happened_on))
            .join_from(tables.movement, tables.entry, entry.no == movement.entry)
            .where(movement[side] == account, part.is_not(None), entry.happened_on <= last)
            .group_by(part)
        )
        if only is not None:
            statement = statement.where(part.in_(list(only)))
        for name, day in connection.execute(statement):
            first[name] = min(day, first.get(name, day))
    return first


def held_for(connection: Connection, account: str, by: Literal["application", "deposit"], part: str) -> int:
    """What one part of an account holds, in yen; nothing else is looked at."""
    return _held(connection, account, by, _of_part(by, part)).get(part, 0)


def moved_by(
    connection: Connection, account: str, by: Literal["application", "deposit"], part: str, events: Collection[str]
) -> int:
    """What entries of these events have brought into one part of an account, in yen, positive on its own side."""
    return _held(connection, account, by, and_(_of_part(by, part), tables.entry.c.event.in_(events))).get(part, 0)


def _of_part(by: Literal["application", "deposit"], part: str) -> ColumnElement[bool]:
    movement = tables.movement.c
    columns = (movement.debit_application, movement.credit_application) if by == "application" else (movement.deposit,)
    return or_(*(column == part for column in columns))


def lowest(
    connection: Connection, account: str, since: date, *, application: str | None = None, deposit: str | None = None
) -> tuple[int, date]:
    """The least that an account, or a part of it, holds at the end of a day from `since` on, and the first such day."""
    balances = _by_day(connection, account, since, application, deposit)
    return min(((held, day) for day, held in balances), key=lambda least: least[0])


def held_from(
    connection: Connection,
    account: str,
    yen: int,
    since: date,
    *,
    application: str | None = None,
    deposit: str | None = None,
) -> date | None:
    """The first day, not before `since`, from which on an account, or a part of it, always holds so many yen."""
    first: date | None = None
    for day, held in _by_day(connection, account, since, application, deposit):
        first = (first or day) if held >= yen else None
    return first


def _by_day(
    connection: Connection, account: str, since: date, application: str | None, deposit: str | None
) -> Iterator[tuple[date, int]]:
    """What an account, or a part of it, holds at the end of `since` and of each later day on which it moved."""
    entry, movement, chart = tables.entry, tables.movement, tables.account.c
    by_day: dict[date, int] = {since: 0}
    for side, sign in (("debit", 1), ("credit", -1)):
        statement = (
            select(entry.c.happened_on, (sign * func.sum(movement.c.yen)).cast(BigInteger))
            .join(movement, movement.c.entry == entry.c.no)
            .where(movement.c[side] == account)
            .group_by(entry.c.happened_on)
        )
        if application is not None:
            statement = statement.where(movement.c[f"{side}_application"] == application)
        elif deposit is not None:
            statement = statement.where(movement.c.deposit == deposit)
        for day, yen in connection.execute(statement):
            by_day[max(day, since)] = by_day.get(max(day, since), 0) + yen
    kind = connection.execute(select(chart.kind).where(chart.code == account)).scalar_one()
    held = 0
    for day in sorted(by_day):
        held += by_day[day] if kind in DEBIT_KINDS else -by_day[day]
        yield day, held


def _held(
    connection: Connection, account: str, by: Literal["application", "deposit"], when: ColumnElement[bool] | None
) -> dict[str | None, int]:
    moved, chart = sides(when), tables.account
    debit = func.sum(moved.c.debit - moved.c.credit)
    balance = case((chart.c.kind.in_(DEBIT_KINDS), debit), else_=-debit).cast(BigInteger)
    part = moved.c[by]
    statement = (
        select(part, balance)
        .join(chart, chart.c.code == moved.c.account)
        .where(moved.c.account == account)
        .group_by(part, chart.c.kind)
        .having(debit != 0)
        .order_by(part)
    )
    return dict(connection.execute(statement).all())
