"""Balances: of each account as of a day or over a period, and of each part of an account in its subsidiary ledger.

A balance is positive on the account's own side: debit for assets and expenses, credit for liabilities and revenues.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ledger import tables
from ledger.journal.chart import DEBIT_KINDS, ChartAccount
from ledger.store.large import each_row

# The days, account, part and events that a statement is given when it is carried out: it is put together once.
FIRST, LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_ACCOUNT, _PART = bindparam("account", type_=String), bindparam("part", type_=String)
_EVENTS = bindparam("events", type_=String, expanding=True)

# Which entries count.
Span = Literal["ever", "before", "within", "by"]
_DAY = tables.entry.c.happened_on
SPANS: dict[Span, ColumnElement[bool] | None] = {
    "ever": None,
    "before": _DAY < FIRST,
    "within": _DAY.between(FIRST, LAST),
    "by": _DAY <= LAST,
}

By = Literal["application", "deposit"]


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
    return _balances(connection, "ever" if as_of is None else "by", {"last": as_of})


def changes(connection: Connection, first: date, last: date) -> list[PeriodBalance]:
    """Every account of the chart over the days from the first to the last, both counted."""
    days = {"first": first, "last": last}
    before = _balances(connection, "before", days)
    within = _balances(connection, "within", days)
    after = _balances(connection, "by", days)
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


def _balances(connection: Connection, span: Span, days: dict[str, Any]) -> list[Balance]:
    return [Balance(*row) for row in connection.execute(_of_accounts(span), days)]


@cache
def _of_accounts(span: Span) -> Select[Any]:
    account, moved = tables.account, sides(SPANS[span])
    debit, credit = (func.coalesce(func.sum(moved.c[side]), 0).cast(BigInteger) for side in ("debit", "credit"))
    return (
        select(account.c.code, account.c.ja, account.c.en, account.c.kind, debit, credit)
        .outerjoin(moved, moved.c.account == account.c.code)
        .group_by(account.c.code, account.c.ja, account.c.en, account.c.kind)
        .order_by(account.c.code)
    )


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


def held(connection: Connection, account: str, by: By, as_of: date | None = None) -> dict[str | None, int]:
    """What each part of an account holds, in yen, positive on the account's own side; parts that hold nothing are left
    out. `by` is what the parts are kept by; what is kept by something else stands under None.
    """
    statement = _of_parts(by, "ever" if as_of is None else "by")
    return dict(each_row(connection, statement, {"account": str(account), "last": as_of}))


def moved_by_event(connection: Connection, event: str, account: str, as_of: date | None = None) -> dict[str, int]:
    """What the entries of one event have moved into each application's part of an account, in yen, credit positive.

    By a day, when one is given. Parts into which they have moved nothing on balance are left out.
    """
    given = {"events": [event], "account": str(account), "last": as_of}
    moved: Counter[str] = Counter()
    for side, sign in (("debit", -1), ("credit", 1)):
        for number, yen in each_row(connection, _moved_side(side, "ever" if as_of is None else "by"), given):
            moved[number] += sign * int(yen)
    return {number: yen for number, yen in moved.items() if yen}


@cache
def _moved_side(side: str, span: Span) -> Select[Any]:
    movement, entry, when = tables.movement.c, tables.entry.c, SPANS[span]
    part = movement[f"{side}_application"]
    statement = (
        select(part, func.sum(movement.yen))
        .join_from(tables.movement, tables.entry, entry.no == movement.entry)
        .where(entry.event.in_(_EVENTS), movement[side] == _ACCOUNT, part.is_not(None))
        .group_by(part)
    )
    return statement if when is None else statement.where(when)


def credited(connection: Connection, account: str, events: Collection[str], first: date, last: date) -> int:
    """What entries of these events credited to an account over the days from the first to the last, less what they
    debited, in yen.
    """
    given = {"account": str(account), "events": list(events), "first": first, "last": last}
    return connection.execute(_credited(), given).scalar() or 0


@cache
def _credited() -> Select[Any]:
    moved = sides(and_(tables.entry.c.event.in_(_EVENTS), _DAY.between(FIRST, LAST))).c
    return select(func.sum(moved.credit - moved.debit).cast(BigInteger)).where(moved.account == _ACCOUNT)


def first_moved(
    connection: Connection, account: str, by: By, last: date, only: Collection[str] | None = None
) -> dict[str, date]:
    """The first day on which each part of an account moved, or each of these parts, up to and on a day."""
    first: dict[str, date] = {}
    given = {"account": str(account), "last": last} | ({} if only is None else {"parts": list(only)})
    for side in ("debit", "credit"):
        for name, day in connection.execute(_first_moved(by, side, some=only is not None), given):
            first[name] = min(day, first.get(name, day))
    return first


@cache
def _first_moved(by: By, side: str, *, some: bool) -> Select[Any]:
    entry, movement = tables.entry.c, tables.movement.c
    part = movement.deposit if by == "deposit" else movement[f"{side}_application"]
    statement = (
        select(part, func.min(entry.happened_on))
        .join_from(tables.movement, tables.entry, entry.no == movement.entry)
        .where(movement[side] == _ACCOUNT, part.is_not(None), entry.happened_on <= LAST)
        .group_by(part)
    )
    return statement.where(part.in_(bindparam("parts", expanding=True))) if some else statement


def held_for(connection: Connection, account: str, by: By, part: str) -> int:
    """What one part of an account holds, in yen; nothing else is looked at."""
    return _held(connection, _of_one_part(by), account, part=part).get(part, 0)


def moved_by(connection: Connection, account: str, by: By, part: str, events: Collection[str]) -> int:
    """What entries of these events have brought into one part of an account, in yen, positive on its own side."""
    return _held(connection, _of_one_part(by, of_events=True), account, part=part, events=list(events)).get(part, 0)


@cache
def _of_one_part(by: By, *, of_events: bool = False) -> Select[Any]:
    movement = tables.movement.c
    columns = (movement.debit_application, movement.credit_application) if by == "application" else (movement.deposit,)
    of_part = or_(*(column == _PART for column in columns))
    return _by_part(by, and_(of_part, tables.entry.c.event.in_(_EVENTS)) if of_events else of_part)


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
    by: By | None = "application" if application is not None else "deposit" if deposit is not None else None
    given = {"account": str(account), "part": application if application is not None else deposit}
    by_day: dict[date, int] = {since: 0}
    for side, sign in (("debit", 1), ("credit", -1)):
        for day, yen in connection.execute(_side_by_day(side, by), given):
            by_day[max(day, since)] = by_day.get(max(day, since), 0) + sign * yen
    kind = connection.execute(_kind(), given).scalar_one()
    held = 0
    for day in sorted(by_day):
        held += by_day[day] if kind in DEBIT_KINDS else -by_day[day]
        yield day, held


@cache
def _side_by_day(side: str, by: By | None) -> Select[Any]:
    entry, movement = tables.entry, tables.movement
    statement = (
        select(entry.c.happened_on, func.sum(movement.c.yen).cast(BigInteger))
        .join(movement, movement.c.entry == entry.c.no)
        .where(movement.c[side] == _ACCOUNT)
        .group_by(entry.c.happened_on)
    )
    if by is None:
        return statement
    return statement.where(movement.c["deposit" if by == "deposit" else f"{side}_application"] == _PART)


@cache
def _kind() -> Select[Any]:
    return select(tables.account.c.kind).where(tables.account.c.code == _ACCOUNT)


def _held(connection: Connection, statement: Select[Any], account: str, **given: Any) -> dict[str | None, int]:
    return dict(connection.execute(statement, {"account": str(account)} | given).all())


@cache
def _of_parts(by: By, span: Span) -> Select[Any]:
    return _by_part(by, SPANS[span])


def _by_part(by: By, when: ColumnElement[bool] | None) -> Select[Any]:
    """What each part of the account holds by the entries that count."""
    moved, chart = sides(when), tables.account
    debit = func.sum(moved.c.debit - moved.c.credit)
    balance = case((chart.c.kind.in_(DEBIT_KINDS), debit), else_=-debit).cast(BigInteger)
    part = moved.c[by]
    return (
        select(part, balance)
        .join(chart, chart.c.code == moved.c.account)
        .where(moved.c.account == _ACCOUNT)
        .group_by(part, chart.c.kind)
        .having(debit != 0)
        .order_by(part)
    )
