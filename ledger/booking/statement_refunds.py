"""Refunds by the lines of a bank's statement: all that it says for certain is recorded, each on the day of its line."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import kana, tables
from ledger.booking import on_statement, refunds
from ledger.booking.on_statement import Awaited, FoundLine, OnStatement, StatementLine
from ledger.i18n import _
from ledger.journal.entries import Result
from ledger.people.accounts import ACCOUNT
from ledger.people.receivers import Receiver, approved_receivers, receivers
from ledger.settlements import Settlement
from ledger.settlements import refunds as every_refund

_HOLDER = ACCOUNT.index("account_name")


@dataclass(frozen=True)
class Recorded:
    """What a statement says of refunds, and the steps that were recorded by it."""

    said: OnStatement
    steps: tuple[Result, ...]


def pay(connection: Connection, lines: Sequence[StatementLine], *, by: str, despite: str | None = None) -> Recorded:
    """Records the refunds as paid of which the statement says so for certain, each on the day of its line.

    What is recorded already stays as it is. Refused as a whole: what `refunds.paid` refuses of any of them.
    """
    said = on_statement.paid(lines, awaiting_payment(connection))
    steps: list[Result] = []
    for day, found in _by_day(said.found):
        numbers = [no for line in found for no in line.refunds]
        steps += refunds.paid(connection, numbers, on=day, by=by, despite=despite)
    return Recorded(said, tuple(steps))


def bring_back(connection: Connection, lines: Sequence[StatementLine], *, by: str, reason: str | None) -> Recorded:
    """Records the transfers as come back of which the statement says so for certain, each on the day of its line.

    The reason is that given or, without one, what the bank wrote. What is recorded already stays as it is.
    """
    said = on_statement.returned(lines, awaiting_return(connection))
    steps = [
        refunds.returned(connection, no, on=day, reason=reason or _words(line.line), by=by)
        for day, found in _by_day(said.found)
        for line in found
        for no in line.refunds
    ]
    return Recorded(said, tuple(steps))


def _words(line: StatementLine) -> str:
    return " ".join(filter(None, line.says)) or _("the bank's statement")


def _by_day(found: Iterable[FoundLine]) -> list[tuple[date, list[FoundLine]]]:
    """The lines that are not recorded yet, day by day."""
    days: dict[date, list[FoundLine]] = defaultdict(list)
    for line in found:
        if not line.recorded:
            days[line.line.on].append(line)
    return sorted(days.items())


# --- what may be on a statement -------------------------------------------------------------------------------------


def awaiting_payment(connection: Connection) -> list[Awaited]:
    """The refunds that a line may pay: those in a payment file on its day, those approved from then on, and those paid
    on the day recorded.
    """
    waiting = [refund for refund in every_refund(connection) if refund.state in ("approved", "filed", "paid")]
    table = tables.payment_file.c
    pay_on: dict[int, date] = {row.no: row.pay_on for row in connection.execute(select(table.no, table.pay_on))}
    whole = _whole_files(connection, waiting, pay_on)
    payee = _payees(connection, waiting)
    awaited = []
    for refund in waiting:
        file, last = refund.payment_file, refund.in_force[-1].on
        first = pay_on[file] if refund.state == "filed" and file else last
        last = date.max if refund.state == "approved" else first
        of_file = file if file in whole else None
        awaited.append(Awaited(refund.no, refund.yen, payee[refund.no], first, last, refund.state == "paid", of_file))
    return awaited


def awaiting_return(connection: Connection) -> list[Awaited]:
    """The refunds of which a line may bring the transfer back: those paid, and those that came back when recorded."""
    waiting = [refund for refund in every_refund(connection) if refund.state in ("paid", "returned")]
    payee = _payees(connection, waiting)
    return [
        Awaited(refund.no, refund.yen, payee[refund.no], last, last if back else date.max, back)
        for refund in waiting
        for last, back in ((refund.in_force[-1].on, refund.state == "returned"),)
    ]


def _whole_files(connection: Connection, waiting: Collection[Settlement], pay_on: dict[int, date]) -> set[int]:
    """The payment files of which every refund waits, or was paid on the file's day: their total may be one line."""
    step = tables.refund_step.c
    inside: dict[int, set[int]] = defaultdict(set)
    for file, refund in connection.execute(select(step.payment_file, step.refund).where(step.state == "filed")):
        inside[file].add(refund)
    standing: dict[int, set[int]] = defaultdict(set)
    for refund in waiting:
        file = refund.payment_file
        if file and (refund.state == "filed" or refund.in_force[-1].on == pay_on[file]):
            standing[file].add(refund.no)
    return {file for file, numbers in inside.items() if numbers == standing[file]}


def _payees(connection: Connection, waiting: Collection[Settlement]) -> dict[int, str]:
    """The payee of each refund as banks read it: to whom it was approved or, where that was not kept, goes now."""
    approved, now = approved_receivers(connection, waiting), receivers(connection, waiting)

    def holder(to: Receiver | None) -> str:
        name = to.bank_account[_HOLDER] if to is not None and to.bank_account else None
        return kana.as_banks_read(name or "", kana.PAYEE)[0]

    return {refund.no: holder(approved.get(refund.no)) or holder(now.get(refund.no)) for refund in waiting}
