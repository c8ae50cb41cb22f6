"""Lots: the deposits that a fee was received in. What came by credit goes back along the credits to the lot it left.

Only the journal is asked. Along a credit no more goes back than it brought and has not gone back yet, and what came by
credit goes back before what an application received itself; so from no lot ever comes back more than it received.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, or_, select

from ledger import tables
from ledger.codes import Account

_HELD, _SET_ASIDE = str(Account.FEES_HELD), str(Account.CREDITS_HELD)


class ReturnedCredit(NamedTuple):
    """Yen that came by credit and go back: from which application, to the one they came from."""

    application: str
    to_application: str
    yen: int


def return_path(connection: Connection, application: str, yen: int) -> list[ReturnedCredit]:
    """The way back of yen of an application's fee, link by link; what no link carries stays where it arrived: its lot.

    Of several credits the oldest is first. In this order no part of an account falls below zero on the way.
    """
    balances: dict[str, dict[str, int]] = {}
    path: list[ReturnedCredit] = []
    stack = [(application, yen)]
    while stack:
        target, rest = stack.pop()
        if target not in balances:
            balances[target] = credited_from(connection, target)
        origin = next((source for source, balance in balances[target].items() if balance > 0), None)
        if origin is not None and rest > 0:
            part = min(rest, balances[target][origin])
            balances[target][origin] -= part
            path.append(ReturnedCredit(target, origin, part))
            stack += [(target, rest - part), (origin, part)]
    return path


def credited_from(connection: Connection, application: str) -> dict[str, int]:
    """What credits brought to an application and has not gone back: yen by the application it came from."""
    balances: Counter[str] = Counter()
    for origin, yen in _links(connection, application):
        balances[origin] += yen
    return balances


def _links(connection: Connection, application: str) -> Iterator[tuple[str, int]]:
    """Each movement between an application and one that a credit came from, oldest first; back is negative."""
    movement, entry = tables.movement.c, tables.entry.c
    arrived = and_(movement.credit == _HELD, movement.credit_application == application)
    went = and_(movement.debit == _HELD, movement.debit_application == application)
    other = or_(movement.debit.in_((_HELD, _SET_ASIDE)) & arrived, movement.credit.in_((_HELD, _SET_ASIDE)) & went)
    names = ("debit", "credit", "debit_application", "credit_application", "yen")
    # What a member pays back goes on to where credits had taken it, as they did.
    back = (entry.event == "refund_recovered") == entry.reverses.is_not(None)
    statement: Select[Any] = (
        select(*(movement[name] for name in names), back.label("back"))
        .join_from(tables.movement, tables.entry, entry.no == movement.entry)
        .where(other, movement.debit_application != movement.credit_application)
        .order_by(movement.entry, movement.nth)
    )
    for debit, credit, source, target, yen, goes_back in connection.execute(statement):
        if (debit, credit) == (_HELD, _HELD):
            # Carried back from the one that was credited; the reversal of that goes the other way, as a credit does.
            if goes_back and source == application:
                yield target, -yen
            elif not goes_back and target == application:
                yield source, yen
        elif target == application:
            yield source, yen
        else:
            yield target, -yen
