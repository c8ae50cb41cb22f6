"""A transfer that names no application: candidates are suggested, and only a person's word settles it."""

from datetime import date

import pytest
from sqlalchemy import Connection

from ledger import tables
from ledger.allocations import Part
from ledger.booking import allocation
from ledger.booking.allocation import SettledBeforeKnown, SettledOtherwise
from ledger.booking.run import book
from ledger.errors import UnknownApplication, UnknownDeposit
from ledger.intake.matching import unmatched
from ledger.journal.balances import held
from ledger.store import database
from tests import given


def settle(connection: Connection, deposit: str, application: str, *, on: date, by: str) -> bool:
    """A transfer allocated to one application by a person's word."""
    return allocation.settle(connection, deposit, [Part(application)], on=on, through=LATER, by=by)


APPLIED, RECEIVED, LATER = date(2012, 3, 1), date(2012, 3, 5), date(2012, 4, 2)


def fill(connection: Connection) -> None:
    """One member with an unpaid application, and a transfer in the member's name that says nothing else."""
    source = given.source(connection)
    given.member(connection, source)
    connection.execute(
        tables.member_known.insert().values(
            member=given.MEMBER,
            name="甲山 太郎",
            kana="コウヤマ タロウ",
            association="東京",
            known_on=APPLIED,
            source=source,
        )
    )
    given.application(connection, source, "2012-0001", {"applied_on": APPLIED, "paid": []}, as_of=LATER)
    given.deposit(connection, source, "D1", RECEIVED, 7245, None)


def test_the_member_of_that_name_is_suggested_while_nothing_is_paid(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        (found,) = unmatched(connection)
        assert [(candidate.application, len(candidate.reasons)) for candidate in found.candidates] == [("2012-0001", 1)]
        assert settle(connection, "D1", "2012-0001", on=LATER, by="乙川")
        assert unmatched(connection) == []


def test_a_suggestion_settles_nothing_and_a_word_is_booked_once(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        book(connection, LATER, by="乙川")
        assert held(connection, "2050", "deposit") == {"D1": 7245}
        settle(connection, "D1", "2012-0001", on=LATER, by="乙川")
        for _again in range(2):
            book(connection, LATER, by="乙川")
            assert held(connection, "2050", "deposit") in ({}, {"D1": 0})
            assert held(connection, "2040", "application") == {"2012-0001": 7245}


def test_the_same_word_twice_is_no_change(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        assert settle(connection, "D1", "2012-0001", on=LATER, by="乙川")
        assert not settle(connection, "D1", "2012-0001", on=LATER, by="乙川")


def test_what_cannot_be_settled_is_refused(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        with pytest.raises(UnknownDeposit):
            settle(connection, "D9", "2012-0001", on=LATER, by="乙川")
        with pytest.raises(UnknownApplication):
            settle(connection, "D1", "2012-9999", on=LATER, by="乙川")
        with pytest.raises(SettledBeforeKnown):
            settle(connection, "D1", "2012-0001", on=APPLIED, by="乙川")
        source = given.source(connection)
        given.application(connection, source, "2012-0002", {"applied_on": APPLIED, "paid": []}, as_of=LATER)
        settle(connection, "D1", "2012-0002", on=LATER, by="乙川")
        with pytest.raises(SettledOtherwise):
            settle(connection, "D1", "2012-0001", on=LATER, by="乙川")


@pytest.mark.parametrize("payer", ["ｼﾖｳｼﾞ ｷﾖｳｺ", "ショウジキョウコ", "しょうじ　きょうこ", "庄司 恭子"])
def test_name_is_found_as_banks_write_it(book_url: str, payer: str) -> None:
    """Banks write no small kana: ｼﾖｳｼﾞ is ショウジ."""
    with database.writing(book_url) as connection:
        fill(connection)
        row = {"member": given.MEMBER, "name": "庄司 恭子", "kana": "ショウジ キョウコ", "association": "東京"}
        connection.execute(
            tables.member_known.insert().values(row | {"known_on": RECEIVED, "source": given.source(connection)})
        )
        deposit = {"deposit": "D1", "received_on": RECEIVED, "yen": 7245, "payer": payer, "known_on": LATER}
        connection.execute(tables.deposit_known.insert().values(deposit | {"source": given.source(connection)}))
        (found,) = unmatched(connection)
        assert [candidate.member for candidate in found.candidates] == [given.MEMBER]
