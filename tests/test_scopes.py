"""Booking piece by piece: what shares no deposit is planned apart, and the journal says the same as of one plan."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from ledger import tables
from ledger.booking import inputs
from ledger.booking.inputs import related, scopes
from ledger.booking.planning import Unbooked
from ledger.booking.run import book, called_for
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.store import database
from tests import posted
from tests.posted import APPLIED, ASKED, CLERK, ELIGIBLE, MAILED

LATER = ASKED + timedelta(days=30)
NUMBERS = [f"A{nth}" for nth in range(1, 8)]


def _take_in(connection: Connection) -> None:
    """Seven applications: three that hang together by deposits, one paid short, one twice, one not at all."""
    for number in NUMBERS:
        posted.application(connection, number, (ELIGIBLE if number < "A4" else {"applied_on": APPLIED}) | {"paid": []})
    posted.fact(connection, "A5", "mailed_on", known_on=ASKED, day=MAILED)
    for reference, number, yen in (("D1", "A1", 8000), ("D2", "A2", 7245), ("D3", "A5", 7245), ("D4", "A5", 7245)):
        posted.deposit(connection, reference, number, yen=yen)
    posted.deposit(connection, "D5", "A6", yen=4000)
    posted.deposit(connection, "D6", None, yen=1000)


def _share(connection: Connection) -> None:
    """Two deposits turn out to be another application's, and one of nobody is found to be the rest of a fee."""
    for reference, number, yen in (("D1", "A2", 8000), ("D2", "A3", 7245), ("D6", "A6", 1000)):
        posted.deposit(connection, reference, number, yen=yen, known_on=ASKED)


def _journal(connection: Connection) -> set[tuple[Any, ...]]:
    """What the journal says, without the numbers that it goes by."""
    entry, movement = tables.entry.c, tables.movement.c
    columns = (entry.happened_on, entry.event, entry.key, movement.debit, movement.credit, movement.yen)
    sides = (movement.debit_application, movement.credit_application, movement.deposit)
    whole = select(*columns, *sides).join_from(tables.entry, tables.movement, movement.entry == entry.no)
    return {tuple(row) for row in connection.execute(whole.where(entry.reverses.is_(None)))}


def _booked(url: str) -> tuple[set[tuple[Any, ...]], dict[str, int], tuple[Unbooked, ...]]:
    with database.writing(url) as connection:
        _take_in(connection)
        book(connection, ASKED, by=CLERK)
        _share(connection)
        keep(connection, [finding for finding in judge(connection, LATER) if finding.outcome == "eligible"], by=CLERK)
        report = book(connection, LATER, by=CLERK)
        assert called_for(connection, LATER).postings == ()
        return _journal(connection), posted.balance(connection, LATER), report.left


@pytest.mark.parametrize("piece", [2, 4, 6])
def test_pieces_post_and_leave_what_one_plan_does(
    new_database: Callable[[bool], str], piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, balance, left = _booked(new_database(True))
    monkeypatch.setattr(inputs, "PIECE", piece)
    in_pieces = _booked(new_database(True))
    assert in_pieces[:2] == (journal, balance)
    assert sorted(in_pieces[2], key=str) == sorted(left, key=str)


@pytest.mark.parametrize("size", [2, 4, 100])
def test_every_application_and_deposit_is_in_one_piece_with_all_that_it_shares_a_deposit_with(
    book_url: str, size: int
) -> None:
    with database.writing(book_url) as connection:
        _take_in(connection)
        _share(connection)
        deposits = [f"D{nth}" for nth in range(1, 7)]
        pieces = [scope for scope in scopes(connection, NUMBERS, deposits, size) if scope is not None]
        assert sorted(number for scope in pieces for number in scope.applications) == NUMBERS
        assert sorted(reference for scope in pieces for reference in scope.deposits) == deposits
        assert all(scope == related(connection, scope.applications, scope.deposits) for scope in pieces)
        assert {"A1", "A2", "A3"} <= pieces[0].applications
        everything = list(scopes(connection, None, (), size))
        assert everything == (pieces if size < len(NUMBERS) + len(deposits) else [None])
