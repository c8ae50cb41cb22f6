"""Recording: what is taken in, withdrawn or decided is kept and, in the same write, posted as far as it calls for it.

So nothing that is said of money can be ahead of the journal; `run.book` remains for what a later day calls for.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Table, select

from ledger.booking.openings import others_stand, post_openings, take_back
from ledger.booking.run import BookingReport, book
from ledger.intake.bank.mapping import CsvLayout
from ledger.intake.bank.taking import withdraw_taken_back
from ledger.intake.importer import take_in
from ledger.intake.recognition import Watching
from ledger.intake.report import ImportReport, Touched
from ledger.intake.withdrawing import RowsOfImport, Withdrawal, withdraw
from ledger.journal.entries import recorded
from ledger.journal.refusals import NoReasonGiven
from ledger.settlements import reserved_from


def import_files(
    connection: Connection,
    paths: Iterable[Path],
    known_on: date | None,
    *,
    through: date,
    by: str,
    watching: Watching | None = None,
    layout: CsvLayout | None = None,
) -> tuple[ImportReport, BookingReport]:
    """Takes files into the books (see `intake.importer`) and posts what they call for, up to and on a day.

    What the bank took back is posted as it happened: it came in, and it went out again.
    """
    report = take_in(connection, paths, known_on, by, watching, layout)
    post_openings(connection, by=by)
    booked = post_for(connection, report.touched, through=through, by=by)
    if report.taken_back:
        withdraw_taken_back(connection, report.taken_back)
        deposits = frozenset(row.deposit for row in report.taken_back)
        after = post_for(connection, Touched(deposits=deposits), through=through, by=by)
        booked = replace(booked, corrected=booked.corrected + after.corrected, left=booked.left + after.left)
    return report, booked


def post_for(connection: Connection, touched: Touched, *, through: date, by: str) -> BookingReport:
    """Posts what is called for by what these applications and deposits are known to be."""
    if not (touched.everything or touched.applications or touched.deposits):
        return BookingReport({}, 0, ())
    if touched.everything:
        return book(connection, through, by=by)
    return book(connection, through, by=by, only=touched.applications, deposits=touched.deposits)


def withdraw_rows(
    connection: Connection, rows: RowsOfImport, *, on: date, reason: str, through: date, by: str
) -> tuple[Withdrawal, BookingReport]:
    """Takes back what an import, or rows of it, said (see `intake.withdrawing`), and posts what then is called for."""
    if not reason.strip():
        raise NoReasonGiven("withdraw")
    withdrawal = withdraw(connection, rows, on=on, reason=reason, by=by)
    touched = withdrawal.touched
    if withdrawal.openings:
        take_back(connection, on=on, by=by)
        if others_stand(connection):  # what the balances had paid for is due again, and its money may wait in suspense
            touched = replace(touched, everything=True)
    return withdrawal, post_for(connection, touched, through=max(on, through), by=by)


def post_decided(connection: Connection, applications: Collection[str], *, through: date, by: str) -> BookingReport:
    """Posts what decisions about these applications call for: a waiver, or its reversal."""
    return post_for(connection, Touched(frozenset(applications)), through=through, by=by)


def post_after(
    connection: Connection, steps: Table, numbers: Iterable[int], *, through: date, by: str
) -> BookingReport:
    """Posts what a step of these refunds, credits or slips calls for: money that it released or brought in is settled.

    `steps` is the table of refunds, of credits or of slips.
    """
    numbers = list(numbers)
    names = [name for name in ("application", "to_application", "deposit") if name in steps.c]
    statement = select(*(steps.c[name] for name in names)).where(steps.c.no.in_(numbers))
    rows = [row._mapping for row in connection.execute(statement)]
    found = {name: {row[name] for row in rows if row[name] is not None} for name in names}
    applications = found.get("application", set()) | found.get("to_application", set())
    deposits = found.get("deposit", set())
    if steps.name in ("refund", "credit"):
        of_money, of_deposits = reserved_from(connection, steps, numbers)
        applications, deposits = applications | of_money, deposits | of_deposits
    touched = Touched(frozenset(applications), frozenset(deposits))
    return post_for(connection, touched, through=through, by=by)


def post_after_entry(connection: Connection, no: int, *, through: date, by: str) -> BookingReport:
    """Posts what an entry that a person reversed, or brought back, calls for, where it touched anybody's money."""
    movements = [movement for entry in recorded(connection, [no]).values() for movement in entry.movements]
    sides = {number for movement in movements for number in (movement.debit_application, movement.credit_application)}
    deposits = {movement.deposit for movement in movements}
    touched = Touched(frozenset(sides - {None}), frozenset(deposits - {None}))  # type: ignore[arg-type]
    return post_for(connection, touched, through=through, by=by)
