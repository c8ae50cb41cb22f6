"""What waits for a second person, of every kind, is named by closing until a second person has decided it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import dates, tables
from ledger.booking import credits, overpayments, rulings, slips
from ledger.booking.closing_points import REASONS, against
from ledger.booking.month_end import close
from ledger.booking.run import book
from ledger.booking.waiting import SAYS, WAITING
from ledger.dates import Month
from ledger.people import accounts, payees, permissions
from ledger.store import database
from migrations.conditions import APPROVALS
from tests import given, posted
from tests.desk import CHIEF, CLERK

pytestmark = pytest.mark.thorough

A, B = "2011-0001", "2012-0001"
OF_A = payees.Subject(application=A)
DAY = posted.ASKED
TODAY = dates.today()


def overpayment(connection: Connection) -> None:
    """The return of an overpayment is proposed."""
    posted.deposit(connection, "D-9", None, on=DAY)
    book(connection, DAY, by=CLERK)
    overpayments.return_deposit(connection, "D-9", on=DAY, by=CLERK)


def credit(connection: Connection) -> None:
    """A credit to a reissue is proposed."""
    posted.application(connection, B, {"applied_on": DAY, "kind": "reissue", "previous": A}, paid=[])
    credits.propose(connection, A, B, on=DAY, by=CLERK)


def ruling(connection: Connection) -> None:
    """A ruling is brought."""
    row: dict[str, Any] = {
        "id": 1,
        "application": A,
        "decided_on": DAY,
        "document": "第1号",
        "treatment": "refund",
        "known_on": DAY,
    }
    connection.execute(tables.ruling.insert().values(row | {"source": given.source(connection)}))


def account(connection: Connection, number: str = "7654321") -> None:
    """A bank account is changed."""
    row: dict[str, Any] = {
        "member": given.MEMBER,
        "name": "甲山 太郎",
        "association": "東京",
        "known_on": DAY,
        "bank": "9999",
    }
    row |= {"branch": "001", "account_type": "1", "account_name": "ｺｳﾔﾏ ﾀﾛｳ", "source": given.source(connection)}
    connection.execute(tables.member_known.insert().values(row | {"account_number": "1234567"}))
    connection.execute(tables.member_known.insert().values(row | {"account_number": number}))


def payee(connection: Connection) -> None:
    """Somebody in the member's place is brought."""
    row: dict[str, Any] = {"application": A, "name": "戊野 一郎", "bank": "9999", "branch": "001", "account_type": "1"}
    row |= {"account_number": "3334445", "account_name": "ﾎﾞﾉ ｲﾁﾛｳ", "known_on": DAY}
    connection.execute(tables.payee_known.insert().values(row | {"source": given.source(connection)}))


def payee_to_end(connection: Connection) -> None:
    """A payee whom a second person approved is to be ended."""
    payee(connection)
    payees.approve_payee(connection, OF_A, by=CHIEF)
    payees.end(connection, OF_A, reason="誤り", by=CLERK)


def people(connection: Connection) -> None:
    """A third person is to be listed."""
    permissions.add(connection, CLERK, "propose,close", on=TODAY, by=CLERK)
    permissions.add(connection, CHIEF, "approve", on=TODAY, by=CLERK)
    assert permissions.add(connection, "庚野", "pay", on=TODAY, by=CLERK).state == "proposed"


def closing(connection: Connection) -> None:
    """A month is proposed to be closed with a balance that differs."""
    shut: Any = {"today": TODAY, "by": CLERK, "accept": "残り", "accept_points": {"bank_differs": "照会中"}}
    assert close(connection, Month(2012, 2), bank_yen=1, **shut).proposed == 1


# Each kind: the table whose rows are a second person's word, how it comes to wait, and how that ends.
KINDS: dict[str, tuple[str, Callable[[Connection], object], Callable[[Connection], object] | None]] = {
    "refunds_proposed": ("refund_step", overpayment, None),
    "credits_proposed": ("credit_step", credit, lambda c: credits.approve(c, 1, on=DAY, by=CHIEF)),
    "slips_proposed": (
        "slip_step",
        lambda c: slips.charge(c, 440, on=DAY, reason="手数料", by=CLERK),
        lambda c: slips.reject(c, 1, on=DAY, reason="誤り", by=CHIEF),
    ),
    "rulings_proposed": ("ruling_step", ruling, lambda c: rulings.reject(c, 1, on=DAY, reason="別件", by=CHIEF)),
    "payees_proposed": ("payee_approval", payee, lambda c: payees.approve_payee(c, OF_A, by=CHIEF)),
    "payee_ends_proposed": (
        "payee_end",
        payee_to_end,
        lambda c: payees.approve_end(c, OF_A, by=CHIEF),
    ),
    "accounts_changed": ("account_approval", account, lambda c: accounts.approve_account(c, given.MEMBER, by=CHIEF)),
    "people_changes": ("people_step", people, lambda c: permissions.approve(c, 3, on=TODAY, by=CHIEF)),
    "closing_proposed": ("month_step", closing, None),
}


@pytest.mark.parametrize("code", KINDS)
def test_closing_names_what_waits_until_it_is_decided(book_url: str, code: str) -> None:
    _table, wait, decide = KINDS[code]
    with database.writing(book_url, dry_run=True) as connection:
        posted.application(connection, A)
        book(connection, DAY, by=CLERK)
        assert code not in named(connection)
        wait(connection)
        assert named(connection)[code]["numbers"]
        assert code not in named(connection, Month(2011, 12)) or code == "closing_proposed"
        if decide is not None:
            decide(connection)
            assert code not in named(connection)


def named(connection: Connection, month: Month | None = None) -> dict[str, dict[str, Any]]:
    """The points that stand against closing a month, by default the present one."""
    points = against(connection, month or Month.of(TODAY), None, 60)
    return {point.code: point.fields for point in points}


def test_no_second_person_is_forgotten() -> None:
    assert KINDS.keys() == WAITING.keys() == SAYS.keys() <= REASONS.keys()
    assert {table for table, _wait, _decide in KINDS.values()} >= APPROVALS.keys()


def test_a_month_whose_own_closing_is_proposed_is_closed_by_another(book_url: str) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        closing(connection)
        assert "closing_proposed" not in named(connection, Month(2012, 2))
        assert named(connection, Month(2012, 1))["closing_proposed"] == {"numbers": ["2012-02"]}
