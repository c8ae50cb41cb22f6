"""Transfers by their payer: the name as the bank wrote it, found in any spelling, whole or in part."""

from difflib import get_close_matches

from sqlalchemy import Connection, select

from ledger import tables
from ledger.errors import Refusal, UnknownDeposit
from ledger.i18n import N_
from ledger.kana import search_key

_NEAR = 3


class NoSuchPayer(Refusal):
    """nothing was received from a payer {name}"""

    name: str
    near: list[str]
    instead = N_("nearest to it are: {near}; or look for a part of the name: seisan find TEXT")


def payers(connection: Connection, written: str) -> list[str]:
    """The names of payers, as the bank wrote them, in which what is written stands."""
    key = search_key(written)
    return [name for name in _every(connection) if key in search_key(name)] if key else []


def _every(connection: Connection) -> list[str]:
    return list(connection.execute(select(tables.deposit_known.c.payer).distinct()).scalars())


def require_payer(connection: Connection, written: str) -> str:
    """The name itself, when something was received from such a payer. Refused: another (no-such-payer)."""
    if not payers(connection, written):
        raise NoSuchPayer(written, nearest(connection, written) or ["—"])
    return written


def nearest(connection: Connection, written: str, likeness: float = 0) -> list[str]:
    """The few names of payers that are nearest to what is written, and at least so like it (0 to 1)."""
    by_key = {search_key(name): name for name in _every(connection)}
    return [by_key[key] for key in get_close_matches(search_key(written), by_key, _NEAR, likeness)]


def require_deposit(connection: Connection, reference: str) -> str:
    """The reference of a transfer there is. Refused: another (unknown-deposit)."""
    known = select(tables.deposit.c.reference).where(tables.deposit.c.reference == reference)
    if connection.execute(known).first() is None:
        raise UnknownDeposit(reference)
    return reference
