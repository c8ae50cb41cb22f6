"""Lots: the deposits that a fee was received in. What came by credit goes back along the credits to the lot it left.

Only the journal is asked. Along a credit no more goes back than it brought and has not gone back yet, and what came by
credit goes back before what an application received itself; so from no lot ever comes back more than it received.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from ledger import tables
from ledger.codes import Account

_HELD, _SET_ASIDE = str(Account.FEES_HELD), str(Account.CREDITS_HELD)


class ReturnedCredit(NamedTuple):
    """Yen that came by credit and go back: from which application, to the one they came from."""

    application: str
    to_application: str
    yen: int


def way_back(connection: Connection, application: str, yen: int) -> list[ReturnedCredit]:
    """The way back of yen of an application's fee, link by link; what no link carries stays where it arrived: its lot.

    Of several credits the oldest is first. In this order no part of an account falls below zero on the way.
    """
    left: dict[str, dict[str, int]] = {}
    moves: list[ReturnedCredit] = []
    waiting = [(application, yen)]
    while waiting:
        at, rest = waiting.pop()
        if at not in left:
            left[at] = brought(connection, at)
        origin = next((each for each, yen_left in left[at].items() if yen_left > 0), None)
        if origin is not None and rest > 0:
            taken = min(rest, left[at][origin])
            left[at][origin] -= taken
            moves.append(ReturnedCredit(at, origin, taken))
            waiting += [(at, rest - taken), (origin, taken)]
    return moves


def brought(connection: Connection, application: str) -> dict[str, int]:
    """What credits brought to an application and has not gone back: yen by the application it came from."""
    found: dict[str, int] = {}
    for origin, yen in _links(connection, application):
        found[origin] = found.get(origin, 0) + yen
    return found


def _links(connection: Connection, application: str) -> Iterator[tuple[str, int]]:
    """Each movement between an application and one that a credit came from, oldest first; back is negative."""
    movement, entry = tables.movement.c, tables.entry.c
    arrived = and_(movement.credit == _HELD, movement.credit_application == application)
    left = and_(movement.debit == _HELD, movement.debit_application == application)
    other = or_(movement.debit.in_((_HELD, _SET_ASIDE)) & arrived, movement.credit.in_((_HELD, _SET_ASIDE)) & left)
    statement = (
        select(
            movement.debit,
            movement.credit,
            movement.debit_application,
            movement.credit_application,
            movement.yen,
            entry.reverses,
        )
        .join_from(tables.movement, tables.entry, entry.no == movement.entry)
        .where(other, movement.debit_application != movement.credit_application)
        .order_by(movement.entry, movement.nth)
    )
    for debit, credit, source, target, yen, reverses in connection.execute(statement):
        if (debit, credit) == (_HELD, _HELD):
            # Carried back from the one that was credited; the reversal of that goes the other way, as a credit does.
            if reverses is None and source == application:
                yield target, -yen
            elif reverses is not None and target == application:
                yield source, yen
        elif target == application:
            yield source, yen
        else:
            yield target, -yen
