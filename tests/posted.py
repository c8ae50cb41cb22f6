"""Books for the tests of journal and booking: facts put into them as they become known, and what the accounts hold."""

from datetime import date
from typing import Any

from sqlalchemy import Connection

from ledger import tables
from ledger.allocations import UNKNOWN, Part, allocate, allocations
from ledger.codes import Account
from ledger.journal import balances, reversal
from ledger.journal.entries import Result
from tests import given

CLERK, CHIEF = "乙川", "丙田"

APPLIED, MAILED, REVOKED = date(2011, 11, 1), date(2012, 1, 26), date(2012, 2, 26)
ASKED = date(2012, 3, 23)

# Mailed, revoked and never used: under the notice of 2012-03-23 the fee comes back.
ELIGIBLE: dict[str, Any] = {
    "applied_on": APPLIED,
    "mailed_on": MAILED,
    "revoked_on": REVOKED,
    "used": "no",
    "used_answered_on": date(2012, 3, 2),
}


def application(connection: Connection, number: str, facts: dict[str, Any] | None = None, **more: Any) -> None:
    """An application of the one member, paid in full on its day unless `paid` says otherwise."""
    of = given.source(connection)
    if connection.execute(tables.member.select().where(tables.member.c.number == given.MEMBER)).first() is None:
        given.member(connection, of)
    told = (ELIGIBLE if facts is None else facts) | more
    given.application(connection, of, number, told, as_of=date(2030, 1, 1))


def fact(connection: Connection, number: str, name: str, *, known_on: date, **value: Any) -> None:
    """One more fact about an application."""
    row = {"application": number, "name": name, "known_on": known_on, "day": None, "code": None, "up_to": None}
    connection.execute(tables.fact.insert().values(row | value | {"source": given.source(connection)}))


def deposit(
    connection: Connection,
    reference: str,
    number: str | None,
    *,
    yen: int = 7245,
    on: date = APPLIED,
    known_on: date | None = None,
) -> None:
    """What is known of a transfer received; said again, it is a later version of the same."""
    of = given.source(connection)
    if connection.execute(tables.deposit.select().where(tables.deposit.c.reference == reference)).first() is None:
        connection.execute(tables.deposit.insert().values(reference=reference, source=of))
    row = {"deposit": reference, "received_on": on, "yen": yen, "payer": "ｺｳﾔﾏ ﾀﾛｳ"}
    connection.execute(tables.deposit_known.insert().values(row | {"known_on": known_on or on, "source": of}))
    before = allocations(connection, [reference]).get(reference, UNKNOWN).applications
    if before != (() if number is None else (number,)):
        parts = [] if number is None else [Part(number)]
        allocate(connection, reference, parts, known_on=known_on or on, source={"source": of})


def billed(connection: Connection, bill: str, number: str, yen: int, *, on: date, nth: int = 1) -> None:
    """A line of a bill of the authority."""
    row = {"bill": bill, "application": number, "yen": yen, "billed_on": on, "nth": nth, "known_on": on}
    connection.execute(tables.bill_known.insert().values(row | {"source": given.source(connection)}))


def balance(connection: Connection, as_of: date | None = None) -> dict[str, int]:
    """What each account holds, positive on its own side; accounts that hold nothing are left out."""
    return {each.code: each.balance for each in balances.trial_balance(connection, as_of) if each.balance}


def held(connection: Connection, account: Account, part: str) -> int:
    """What one application's or deposit's part of an account holds."""
    by_application = balances.held(connection, account, "application").get(part, 0)
    return by_application or balances.held(connection, account, "deposit").get(part, 0)


def events(connection: Connection) -> list[tuple[str, date, int | None]]:
    """Every entry as event, day and the entry it reverses, in the order posted."""
    entry = tables.entry
    rows = connection.execute(entry.select().order_by(entry.c.no))
    return [(row.event, row.happened_on, row.reverses) for row in rows]


def reversed_before(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Reverses an entry as versions up to 0003 let a person do: what was booked from a fact too."""
    return reversal.reverse(connection, no, on=on, reason=reason, by=by, require=lambda *_of: None)
