"""Statements made from their stamp, from the books as they stood: to be written, and to be held against a file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from exports.formats import csv
from exports.formats import pdf as printed
from exports.formats.outfile import require_workbook
from exports.formats.sheet import Workbook
from exports.issued import one_sheet, version_0_1
from exports.issued import stamp as stamps
from exports.issued.layout import Layout
from exports.issued.stamp import Stamp
from exports.reports import advice as advice_page
from exports.reports import association, letter, member, month, reminder, year
from exports.reports import receipt as receipt_page
from exports.reports.reissue import Version
from exports.reports.report import Listing
from ledger.audit import issued, snapshot, verify
from ledger.audit.issued import Basis
from ledger.dates import FiscalYear, Month
from ledger.settlements import Way
from ledger.statements import letter as letters
from ledger.statements.advice import advice
from ledger.statements.issuer import issuer
from ledger.statements.member import member_statement
from ledger.statements.receipts import fees_received, receipts
from ledger.statements.reissue import told
from ledger.statements.reminder import reminders
from ledger.statements.settlements import one as settled


@dataclass(frozen=True)
class _Asked:
    """What a statement is made by: the layout is that of a file to which it is compared, if any."""

    stamp: Stamp
    version: Version | None = None
    earlier: Layout | None = None


def _month(connection: Connection, asked: _Asked) -> Workbook:
    month_of, form = Month.of(asked.stamp.day), asked.stamp.form
    return month.made(connection, month_of, form=form, earlier=asked.earlier, version=asked.version)


def _year(connection: Connection, asked: _Asked) -> Workbook:
    return year.made(connection, FiscalYear.ending(asked.stamp.day), asked.version)


def _association(connection: Connection, asked: _Asked) -> Workbook:
    stamp, first = asked.stamp, date.fromisoformat(asked.stamp.question["first"])
    return association.made(connection, stamp.about, first, stamp.day, form=stamp.form)


class NeverWritten(Exception):
    """No such paper was written on that day."""


def _reminder(connection: Connection, asked: _Asked) -> Workbook:
    """The reminder of a day. Raises NeverWritten where none was written: the receipt was not to be asked for."""
    for one in reminders(connection, asked.stamp.day):
        if one.receipt.application == asked.stamp.about:
            return reminder.workbook(one)
    raise NeverWritten


def _receipt(connection: Connection, asked: _Asked) -> Workbook:
    """The receipts for a fee, or for one transfer of it. Raises NeverWritten where none was received by the day."""
    stamp, only = asked.stamp, asked.stamp.question.get("deposit")
    rows = [row for row in fees_received(connection, stamp.day, [stamp.about]) if only in (None, row.deposit)]
    made = list(receipts(connection, rows, stamp.day, reissued=stamp.question.get("reissued", False)))
    if not made:
        raise NeverWritten
    return receipt_page.workbook(made)


def _advice(connection: Connection, asked: _Asked) -> Workbook:
    """The advice of a refund or credit. Raises NeverWritten where it was not carried out by the day."""
    stamp = asked.stamp
    way: Way = "credit" if stamp.of == "credit advice" else "refund"
    line = settled(connection, way, int(stamp.about), stamp.day)
    if line is None or line.done_on is None:
        raise NeverWritten
    return advice_page.workbook(advice(connection, line, stamp.day))


def _member(connection: Connection, asked: _Asked) -> Workbook:
    stamp = asked.stamp
    return member.workbook(member_statement(connection, stamp.about, stamp.day), form=stamp.form)


def _letter(connection: Connection, asked: _Asked) -> Workbook:
    return letter.workbook(letters.letter(connection, int(asked.stamp.about)))


# How each statement is made that a stamp describes.
STATEMENTS: dict[str, Callable[[Connection, _Asked], Workbook]] = {
    "month": _month,
    "year": _year,
    "association": _association,
    "member": _member,
    "letter": _letter,
    "reminder": _reminder,
    "receipt": _receipt,
    "refund advice": _advice,
    "credit advice": _advice,
}


def version_of(connection: Connection, stamp: Stamp) -> Version | None:
    """The version that a stamp names, with what the one before it told; None of a statement that has none."""
    if stamp.version is None:
        return None
    period = FiscalYear.ending(stamp.day) if stamp.of == "year" else Month.of(stamp.day)
    with snapshot.after(connection, stamp.batch):
        basis = Basis(stamp.version, stamp.batch, stamp.head, verify.entries(connection))
    before = issued.before(connection, stamp.of, stamp.about, stamp.version)
    if before is None:
        return Version(basis)
    with snapshot.after(connection, before.batch):
        return Version(basis, (before, told(connection, period)))


def issue(
    connection: Connection, stamp: Stamp, version: Version | None = None, layout: Layout | None = None
) -> Workbook:
    """The statement that a stamp describes, or one sheet of it, with the issuer of its day."""
    sheet = stamp.question.get("sheet")
    made = STATEMENTS[stamp.of](connection, _Asked(stamp, version, layout if sheet is None else None))
    return by_its_issuer(connection, stamp, made if sheet is None else one_sheet.only(made, sheet) or made)


def by_its_issuer(connection: Connection, stamp: Stamp, workbook: Workbook) -> Workbook:
    """The workbook with the issuer of its day, which in the first form was the same for all books."""
    earlier = version_0_1.issuer(stamp)
    return workbook.issued_by(issuer(connection).name if earlier is None else earlier)


def of_listing(listing: Listing) -> Workbook:
    """The workbook of one list."""
    return Workbook(listing.report.title, listing.made_on, (listing.sheet(),), listing.issuer)


def write(connection: Connection, stamp: Stamp, path: Path, *, sheet: str | None = None, pdf: bool = False) -> None:
    """Writes the statement that a stamp describes, or one sheet of it, by its name, as a workbook or as CSV.

    Refused: the name of another kind of file (not-a-workbook, no-sheet-format), and of no sheet (no-such-sheet); what
    `pdf.write` does.
    """
    require_name(path, sheet=sheet, pdf=pdf)
    version = version_of(connection, stamp)
    with snapshot.after(connection, stamp.batch):
        workbook, stamp = made(connection, stamp, version, sheet)
        if path.suffix.lower() == ".csv":
            csv.write(workbook.sheets[0], path)
        else:
            printed.write([(stamps.stamped(workbook, stamp), path)], pdf=pdf)


def require_name(path: Path, *, sheet: str | None, pdf: bool) -> None:
    """Refuses the name of another kind of file than is written (not-a-workbook, no-sheet-format)."""
    if sheet is None or pdf:
        require_workbook(path)
    elif path.suffix.lower() not in (".xlsx", ".csv"):
        raise one_sheet.NoSheetFormat(str(path))


def made(connection: Connection, stamp: Stamp, version: Version | None, sheet: str | None) -> tuple[Workbook, Stamp]:
    """The statement that a stamp describes, or one sheet of it by its name, and the stamp that it bears.

    The connection sees the books as they stood after the write of the stamp.
    """
    workbook = issue(connection, stamp, version)
    if sheet is None:
        return workbook, stamp
    found = one_sheet.require_sheet(workbook, sheet)
    return replace(workbook, sheets=(found,)), replace(stamp, question=stamp.question | {"sheet": found.name})
