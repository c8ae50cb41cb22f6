"""The balances that the bank itself tells: what the books have to hold on that day, asked again for ever."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from sqlalchemy import BigInteger, Connection, case, func, or_, select

from ledger import bank_days, facts, tables
from ledger.codes import Account
from ledger.dates import Month
from ledger.errors import Refusal
from ledger.i18n import N_
from ledger.journal import closing


class BalanceToldOtherwise(Refusal):
    """{yen} yen are given as the bank's balance of {month}, and the bank itself tells {told} yen ({file}:{row})"""

    month: str
    yen: int
    told: int
    file: str
    row: int
    instead = N_("leave --bank-balance out; or, if that file is wrong, withdraw its import: seisan imports")


@dataclass(frozen=True)
class ToldBalance:
    """What the account held at the end of a day by the bank's word, in yen, and the file and record that say so."""

    on: date
    yen: int
    file: str
    row: int


def told(connection: Connection, first: date, last: date) -> list[ToldBalance]:
    """What the bank told of the days from the first to the last, by day; of one day what it told last."""
    row, source = tables.bank_balance, tables.source.c
    statement = (
        select(row.c.happened_on, row.c.yen, source.name, row.c.row)
        .join(tables.source, source.id == row.c.source)
        .where(row.c.happened_on.between(first, last), facts.not_withdrawn(row, None))
        .order_by(row.c.happened_on, row.c.id)
    )
    balances = (ToldBalance(*found) for found in connection.execute(statement))
    return list({balance.on: balance for balance in balances}.values())


def told_of(connection: Connection, day: date) -> ToldBalance | None:
    """What the bank told of a day or, where only days follow on which no bank works, of the day before them."""
    first = day
    while _no_bank_day(first):
        first -= timedelta(days=1)
    found = told(connection, first, day)
    return found[-1] if found else None


def of_month_end(connection: Connection, month: Month, given: int | None) -> int | None:
    """The bank's balance of the last day of a month, in yen: as it is given, or as the bank itself told it.

    None: neither. Refused (balance-told-otherwise): another one than the bank told.
    """
    balance = told_of(connection, month.last)
    if balance is None:
        return given
    if given is not None and given != balance.yen:
        raise BalanceToldOtherwise(str(month), given, balance.yen, balance.file, balance.row)
    return balance.yen


def _no_bank_day(day: date) -> bool:
    try:
        return bank_days.closed(day) is not None
    except bank_days.YearNotKnown:
        return False


class BalancesInBooks:
    """What account 1110 holds at the end of each day, in yen; read once, whatever days are asked for."""

    def __init__(self, connection: Connection) -> None:
        entry, movement, bank = tables.entry.c, tables.movement.c, str(Account.BANK)
        yen = func.sum(case((movement.debit == bank, movement.yen), else_=-movement.yen)).cast(BigInteger)
        statement = (
            select(entry.happened_on, yen)
            .join(tables.entry, entry.no == movement.entry)
            .where(or_(movement.debit == bank, movement.credit == bank))
            .group_by(entry.happened_on)
            .order_by(entry.happened_on)
        )
        moved = connection.execute(statement).all()
        self._days = [day for day, _yen in moved]
        self._yen = [0, *accumulate(int(yen) for _day, yen in moved)]

    def at(self, day: date) -> int:
        """What it holds at the end of a day."""
        return self._yen[bisect_right(self._days, day)]


@dataclass(frozen=True)
class BalanceDiffers:
    """The end of a month at which the books do not hold what the bank told, and nobody accepted that."""

    month: Month
    told: ToldBalance
    books: int


def differing(connection: Connection, first: date, last: date) -> Iterator[BalanceDiffers]:
    """The ends of months between two days of which the bank told another balance than the books hold."""
    months = sorted({Month.of(balance.on) for balance in told(connection, first, last)})
    books = BalancesInBooks(connection) if months else None
    for month in months:
        balance = told_of(connection, month.last) if month.last <= last else None
        if balance is not None and books is not None and (held := books.at(month.last)) != balance.yen:
            yield BalanceDiffers(month, balance, held)


def unaccepted(connection: Connection) -> Iterator[BalanceDiffers]:
    """Of the closed months those at whose end the bank told another balance, and two people did not accept that."""
    closed_to = closing.closed_to(connection)
    if closed_to is None:
        return
    history = closing.steps(connection)
    for differs in differing(connection, date.min, closed_to):
        _state, step = closing.state_of(differs.month, history)
        accepted = step.accepted if step is not None else ()
        if not any(_accepts(point, differs) for point in accepted):
            yield differs


def _accepts(point: dict[str, object], differs: BalanceDiffers) -> bool:
    day, bank = differs.month.last.isoformat(), differs.told.yen
    if point["code"] == "bank_differs":
        return (point["last"], point["bank"]) == (day, bank)
    return point["code"] == "bank_differed" and f"{day} {bank}" in list(point["balances"])  # type: ignore[call-overload]
