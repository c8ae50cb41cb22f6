"""Books with bills in them: files of lines, booking, decisions, payments, and what they come to."""

from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ledger import tables
from ledger.booking.bills import pay_bill, reconcile
from ledger.booking.reversals import reverse
from ledger.booking.run import BookingReport, book
from ledger.codes import Account
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.intake.importer import take_in
from ledger.intake.report import ImportReport
from ledger.journal import balances
from tests import posted
from tests.posted import APPLIED, ASKED, CLERK, MAILED

A, B, NOBODY = "2011-0001", "2011-0002", "2011-9999"
FEE = 7245
END = date(2012, 12, 31)

# A line: the number of the bill, its month in 2012 (it is of the 10th), the application, and yen.
Line = tuple[str, int, str, int]

# An application that was mailed, and paid.
SENT: dict[str, Any] = {"applied_on": APPLIED, "mailed_on": MAILED}


def booked(connection: Connection, through: date = END) -> BookingReport:
    """What one more booking does."""
    return book(connection, through, by=CLERK)


def decided(connection: Connection, as_of: date = ASKED) -> str:
    """Judges the application as of a day and keeps the decision; gives the outcome."""
    findings = judge(connection, as_of, applications=[A])
    keep(connection, findings, by=CLERK)
    return findings[0].outcome


_names = count(1)


def came(connection: Connection, folder: Path, *lines: Line) -> ImportReport:
    """Takes in a file with these lines of bills, known on the days of the bills; no two files have the same bytes."""
    path = folder / f"bills-{next(_names)}.csv"
    days = [f"2012-{month:02}-10" for _bill, month, _application, _yen in lines]
    rows = [f"{line[0]},{day},{line[2]},{line[3]},{day},{path.name}" for line, day in zip(lines, days, strict=True)]
    path.write_text("\n".join(["請求書番号,請求日,申込番号,金額,把握日,摘要", *rows, ""]), encoding="utf-8")
    return take_in(connection, [path], None, CLERK)


def states(connection: Connection) -> list[str]:
    """The state of each line of a bill, in the order billed."""
    return [line.state for line in reconcile(connection) if line.bill]


def owed(connection: Connection, number: str = A) -> int:
    """What is owed to the authority for an application; negative: by the authority."""
    return balances.held(connection, Account.AUTHORITY_PAYABLE, "application").get(number, 0)


def waived(connection: Connection, number: str = A) -> int:
    """What the authority does not bill of an application, in yen."""
    entry, movement = tables.entry, tables.movement
    rows = connection.execute(
        entry.join(movement, movement.c.entry == entry.c.no).select().where(entry.c.event == "authority_waived")
    )
    signed = ((row.debit_application or row.credit_application, -1 if row.reverses else 1, row.yen) for row in rows)
    return sum(sign * yen for application, sign, yen in signed if application == number)


def paid(connection: Connection, *bills: str, on: date = END) -> int:
    """What is transferred when these bills are paid, in yen."""
    return sum(pay_bill(connection, bill, on=on, by=CLERK).yen for bill in bills)


def entry(connection: Connection, event: str) -> int:
    """The number of the last entry of an event that is no reversal."""
    no = tables.entry.c
    rows = connection.execute(tables.entry.select().where(no.event == event, no.reverses.is_(None)))
    return max(int(row.no) for row in rows)


def undo(connection: Connection, event: str, on: date = END) -> None:
    """Reverses the last entry of an event by hand."""
    if event == "certificate_issued":  # as versions up to 0003 let a person do
        posted.reversed_before(connection, entry(connection, event), on=on, reason="誤り", by=CLERK)
        return
    assert reverse(connection, entry(connection, event), on=on, reason="誤り", by=CLERK).changed
