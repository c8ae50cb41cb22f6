"""Workbooks that were handed out, made once more from the books as they stood, to be held against them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from exports.formats import csv, xlsx
from exports.formats import pdf as printed
from exports.formats.outfile import require_workbook
from exports.formats.sheet import Workbook
from exports.issued import letter_as_list, one_sheet, version_0_1
from exports.issued import stamp as stamps
from exports.issued.compare import differences
from exports.issued.layout import EarlierLayout, Layout
from exports.issued.layout import of as layout_of
from exports.issued.read import ReadWorkbook
from exports.issued.stamp import Stamp
from exports.reports import REPORTS, association, cover, letter, member, month, reminder, year
from exports.reports import advice as advice_page
from exports.reports import receipt as receipt_page
from exports.reports.report import Listing
from ledger import dates, i18n
from ledger.audit import chain, snapshot, verify
from ledger.audit.faults import Fault
from ledger.dates import FiscalYear, Month
from ledger.errors import Exit, NotAStatement, Refusal
from ledger.i18n import N_, Language, _
from ledger.intake import files as input_files
from ledger.settlements import Way
from ledger.statements import letter as letters
from ledger.statements.advice import advice
from ledger.statements.issuer import issuer
from ledger.statements.member import member_statement
from ledger.statements.receipts import fees_received, receipts
from ledger.statements.reminder import reminders
from ledger.statements.settlements import one as settled


@dataclass
class NoticeNotGiven(Refusal):
    """{file} compares a proposed notice with the one in force, and the books do not hold the proposed one"""

    file: str
    exit = Exit.USAGE
    instead = N_("name its file as well: seisan verify {file} --notice FILE.py")


def _month(connection: Connection, stamp: Stamp, earlier: Layout | None) -> Workbook:
    return month.made(connection, Month.of(stamp.day), form=stamp.form, earlier=earlier)


def _association(connection: Connection, stamp: Stamp) -> Workbook:
    return association.made(connection, stamp.about, date.fromisoformat(stamp.question["first"]), stamp.day)


class _NeverWritten(Exception):
    """No such paper was written on that day."""


def _reminder(connection: Connection, stamp: Stamp) -> Workbook:
    """The reminder of a day. Raises _NeverWritten where none was written: the receipt was not to be asked for."""
    for one in reminders(connection, stamp.day):
        if one.receipt.application == stamp.about:
            return reminder.workbook(one)
    raise _NeverWritten


def _receipt(connection: Connection, stamp: Stamp) -> Workbook:
    """The receipts for a fee, or for one transfer of it. Raises _NeverWritten where none was received by the day."""
    only = stamp.question.get("deposit")
    rows = [row for row in fees_received(connection, stamp.day, [stamp.about]) if only in (None, row.deposit)]
    made = list(receipts(connection, rows, stamp.day, reissued=stamp.question.get("reissued", False)))
    if not made:
        raise _NeverWritten
    return receipt_page.workbook(made)


def _advice(connection: Connection, stamp: Stamp) -> Workbook:
    """The advice of a refund or credit. Raises _NeverWritten where it was not carried out by the day."""
    way: Way = "credit" if stamp.of == "credit advice" else "refund"
    line = settled(connection, way, int(stamp.about), stamp.day)
    if line is None or line.done_on is None:
        raise _NeverWritten
    return advice_page.workbook(advice(connection, line, stamp.day))


# How each statement is made that a stamp describes; the layout is that of a file to which it is compared, if any.
_STATEMENTS: dict[str, Callable[[Connection, Stamp, Layout | None], Workbook]] = {
    "month": _month,
    "year": lambda connection, stamp, _earlier: year.made(connection, FiscalYear.ending(stamp.day)),
    "association": lambda connection, stamp, _earlier: _association(connection, stamp),
    "member": lambda connection, stamp, _earlier: member.workbook(member_statement(connection, stamp.about, stamp.day)),
    "letter": lambda connection, stamp, _earlier: letter.workbook(letters.letter(connection, int(stamp.about))),
    "reminder": lambda connection, stamp, _earlier: _reminder(connection, stamp),
    "receipt": lambda connection, stamp, _earlier: _receipt(connection, stamp),
    "refund advice": lambda connection, stamp, _earlier: _advice(connection, stamp),
    "credit advice": lambda connection, stamp, _earlier: _advice(connection, stamp),
}


def _issued(connection: Connection, stamp: Stamp, layout: Layout | None = None) -> Workbook:
    """The statement that a stamp describes, or one sheet of it, with the issuer of its day."""
    sheet = stamp.question.get("sheet")
    made = _STATEMENTS[stamp.of](connection, stamp, layout if sheet is None else None)
    return _by_its_issuer(connection, stamp, made if sheet is None else one_sheet.only(made, sheet) or made)


def _by_its_issuer(connection: Connection, stamp: Stamp, workbook: Workbook) -> Workbook:
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
    if sheet is None or pdf:
        require_workbook(path)
    elif path.suffix.lower() not in (".xlsx", ".csv"):
        raise one_sheet.NoSheetFormat(str(path))
    with snapshot.after(connection, stamp.batch):
        workbook = _issued(connection, stamp)
        if sheet is not None:
            found = one_sheet.require_sheet(workbook, sheet)
            workbook = replace(workbook, sheets=(found,))
            stamp = replace(stamp, question=stamp.question | {"sheet": found.name})
        if path.suffix.lower() == ".csv":
            csv.write(workbook.sheets[0], path)
        else:
            printed.write([(stamps.stamped(workbook, stamp), path)], pdf=pdf)


@dataclass(frozen=True)
class WorkbookVerification(verify.Verification):
    """What was found of a workbook; `batch` is the write after which the books say what it is held against.

    `certain`: the file itself says that it was made after this write. `notes` say in what an earlier version laid it
    out otherwise, which is no fault.
    """

    batch: int
    certain: bool
    notes: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer as other programs read it."""
        notes = [note.as_json() for note in self.notes]
        return super().as_json() | {"batch": self.batch, "certain": self.certain, "notes": notes}


def compared(connection: Connection, file: Path, *, notice: Path | None = None) -> WorkbookVerification:
    """Holds every cell of a workbook that was handed out against the books as they stood when it was made.

    `notice` is the proposed notice that a comparison of notices was made with; it is code, and is run. Refused: a file
    that is no statement of ours (not-a-statement), and such a comparison without the notice (notice-not-given).
    """
    try:
        data = input_files.contents(file)
        handed_out = _HandedOut(file, data, ReadWorkbook(data), notice)
        return handed_out.verified(connection)
    except input_files.Unreadable:
        raise NotAStatement(str(file)) from None


@dataclass(frozen=True)
class _HandedOut:
    """A workbook that comes back: its bytes, and what they hold."""

    path: Path
    data: bytes
    content: ReadWorkbook
    notice: Path | None

    def verified(self, connection: Connection) -> WorkbookVerification:
        """What is found of it."""
        stamp = stamps.parse(self.content.properties)
        faults: list[Fault] = []
        notes: list[Fault] = []
        batch = 0
        for candidate in [stamp] if stamp is not None else self._by_cover(connection):
            if stamps.batch_of(connection, candidate.head) != candidate.batch:
                faults = [Fault("head-unknown", self.path.name, {"head": candidate.head})]
                continue
            batch = candidate.batch
            faults, notes = self._differences(connection, candidate)
            if not faults:
                break
        entries, head = verify.entries(connection), chain.last_head(connection)
        return WorkbookVerification(entries, head, tuple(faults), batch, stamp is not None, tuple(notes))

    def _differences(self, connection: Connection, stamp: Stamp) -> tuple[list[Fault], list[Fault]]:
        """The differences from the books as they stood, and the notes of an earlier layout."""
        layout = stamps.layout_of(self.content.properties)
        with i18n.speaking(stamp.language), snapshot.after(connection, stamp.batch):
            known = version_0_1.layout(stamp.of) if layout is None else layout
            workbook = stamps.arranged(self._made(connection, stamp, known), stamp)
            if layout is not None and layout == layout_of(workbook):
                return self._compared(stamps.stamped(workbook, stamp)), []
            return self._compared_as_laid_out(workbook, known)

    def _compared(self, workbook: Workbook) -> list[Fault]:
        rendered = BytesIO()
        xlsx.compose(workbook, rendered)
        if rendered.getvalue() == self.data:
            return []
        return list(differences(self.content, ReadWorkbook(rendered.getvalue()), self.path.name))

    def _compared_as_laid_out(self, workbook: Workbook, layout: Layout) -> tuple[list[Fault], list[Fault]]:
        earlier, rendered = EarlierLayout(workbook, layout, self.path.name), BytesIO()
        uncompared = earlier.uncompared(xlsx.compose(earlier.workbook, rendered))
        books = ReadWorkbook(rendered.getvalue())
        return list(differences(self.content, books, self.path.name, uncompared)), earlier.notes

    def _made(self, connection: Connection, stamp: Stamp, layout: Layout) -> Workbook:
        stamp = version_0_1.asked(stamp)
        if stamp.of in REPORTS:
            listing = self._listing(connection, stamp)
            return of_listing(replace(listing, issuer=version_0_1.issuer(stamp) or listing.issuer))
        if stamp.of not in _STATEMENTS or not stamps.is_askable(stamp):
            raise NotAStatement(str(self.path))
        if stamp.of == "letter" and letter_as_list.is_of(layout):
            return _by_its_issuer(
                connection, stamp, letter_as_list.workbook(letters.letter(connection, int(stamp.about)))
            )
        try:
            return _issued(connection, stamp, layout)
        except _NeverWritten:
            raise NotAStatement(str(self.path)) from None

    def _listing(self, connection: Connection, stamp: Stamp) -> Listing:
        report = REPORTS[stamp.of]
        try:
            question = stamp.asked(report)
        except ValueError:
            raise NotAStatement(str(self.path)) from None
        for parameter in report.parameters:
            if parameter.kind == "file":
                if self.notice is None:
                    raise NoticeNotGiven(str(self.path))
                question[parameter.name] = self.notice
        return report.ask(connection, question)

    def _by_cover(self, connection: Connection) -> Iterator[Stamp]:
        """What the cover of a month's workbook says, after each write that it may have been made after."""
        page = self.content.page(self.content.sheets[0]) if self.content.sheets else None
        texts = [str(cell.value) for row in (page.rows if page else {}).values() for _at, cell in sorted(row.items())]
        language, last = _language(texts[:1]), _last_day(texts[:6])
        heads = [text for text in texts if re.fullmatch("[0-9a-f]{64}", text)]
        if language is None or last is None or not heads:
            raise NotAStatement(str(self.path))
        numbers = [stamps.batch_of(connection, head) for head in heads]
        with i18n.speaking(language):
            now = stamps.of_month(connection, Month.of(last))
        for head, no in zip(heads, numbers, strict=True):
            if no is None:
                yield replace(now, batch=0, head=head)
                return
        yield from (replace(now, form=form) for form in range(1, stamps.FORM + 1))


def _language(title: list[str]) -> Language | None:
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            if title == [_(cover.TITLE)]:
                return language
    return None


def _last_day(texts: list[str]) -> date | None:
    days = [day for text in texts for word in text.split() if (day := dates.parse_day(word)) is not None]
    return days[-1] if days else None
