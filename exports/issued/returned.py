"""A workbook that comes back, held against the books: whether it is as it was handed out, or what was changed in it.

What the books say may have changed since as well, when they were reopened; that is told apart from a changed file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from exports.formats import xlsx
from exports.formats.sheet import Workbook, format_day
from exports.issued import letter_as_list, reproduce, version_0_1
from exports.issued import stamp as stamps
from exports.issued.compare import differences
from exports.issued.layout import EarlierLayout, Layout
from exports.issued.layout import of as layout_of
from exports.issued.read import ReadWorkbook
from exports.issued.stamp import Stamp
from exports.reports import REPORTS, cover
from exports.reports.reissue import Version
from exports.reports.report import Listing
from ledger import dates, i18n
from ledger.audit import chain, issued, snapshot, verify
from ledger.audit.faults import Fault
from ledger.audit.issued import IssuedFile
from ledger.dates import FiscalYear, Month
from ledger.errors import Exit, NotAStatement, Refusal
from ledger.i18n import N_, Calendar, Language, _
from ledger.intake import files as input_files
from ledger.intake.matching import as_before
from ledger.statements import corrections
from ledger.statements import letter as letters

# What a file is: the very bytes that were handed out, or those that are made once more; saved again by another program,
# every cell as it was; agreeing with what an earlier version laid out otherwise; changed; of other books.
State = Literal["as_issued", "as_made", "saved_again", "agrees", "changed", "unknown"]


@dataclass
class NoticeNotGiven(Refusal):
    """{file} compares a proposed notice with the one in force, and the books do not hold the proposed one"""

    file: str
    exit = Exit.USAGE
    instead = N_("name its file as well: seisan verify {file} --notice FILE.py")


@dataclass(frozen=True)
class MovedOn:
    """That the books say something else of a period by now: since which write, and what of the file is otherwise.

    `version` is the last that was handed out, None where the books know none; `closed`: the period is closed again.
    """

    batch: int
    closed: bool
    version: int | None
    differences: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as other programs read it."""
        differences = [difference.as_json() for difference in self.differences]
        return {"batch": self.batch, "closed": self.closed, "version": self.version, "differences": differences}


@dataclass(frozen=True)
class WorkbookVerification(verify.Verification):
    """What was found of a workbook; `batch` is the write after which the books say what it is held against.

    `certain`: the file itself says that it was made after this write. `notes` say in what an earlier version laid it
    out otherwise, which is no fault. `issued` is the file that was handed out of which this is one, or was one.
    """

    batch: int
    certain: bool
    notes: tuple[Fault, ...] = ()
    state: State = "unknown"
    stamp: Stamp | None = None
    issued: IssuedFile | None = None
    moved_on: MovedOn | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer as other programs read it."""
        notes = [note.as_json() for note in self.notes]
        file = self.issued
        version = None if file is None else {"version": file.version, "sha256": file.sha256, "by": file.by}
        moved_on = None if self.moved_on is None else self.moved_on.as_json()
        said = {"batch": self.batch, "certain": self.certain, "notes": notes, "state": self.state}
        return super().as_json() | said | {"issued": version, "moved_on": moved_on}


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
class _Held:
    """What came of holding a file against what it should say: the differences, notes, and whether no byte differs.

    `same_bytes` is None where an earlier version wrote the file, and its bytes cannot be made once more.
    """

    faults: list[Fault]
    notes: list[Fault]
    same_bytes: bool | None


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
        held, of = _Held([], [], None), None
        for candidate in [stamp] if stamp is not None else self._by_cover(connection):
            if stamps.batch_of(connection, candidate.head) != candidate.batch:
                held = _Held([Fault("head-unknown", self.path.name, {"head": candidate.head})], [], None)
                continue
            tried = self._held(connection, candidate)
            if of is None or len(tried.faults) < len(
                held.faults
            ):  # it was written so, and changed in the fewest places
                of, held = candidate, tried
            if not held.faults:
                break
        entries, head = verify.entries(connection), chain.last_head(connection)
        found = WorkbookVerification(
            *(entries, head, tuple(held.faults), 0 if of is None else of.batch, stamp is not None, tuple(held.notes))
        )
        return found if of is None else self._told(connection, found, of, held)

    def _told(
        self, connection: Connection, found: WorkbookVerification, of: Stamp, held: _Held
    ) -> WorkbookVerification:
        """The same with what the file is, whether it was handed out, and whether the books have moved on."""
        file = issued.by_digest(connection, sha256(self.data).hexdigest())
        state: State = "as_issued" if file is not None else _state(held)
        if file is None:
            same = (
                other
                for other in issued.issued(connection, of.of, of.about)
                if (other.batch, other.language, other.sheet) == (of.batch, of.language, of.question.get("sheet"))
            )
            file = next(same, None)
        return replace(found, state=state, stamp=of, issued=file, moved_on=self._moved_on(connection, of))

    def _moved_on(self, connection: Connection, stamp: Stamp) -> MovedOn | None:
        """What the books say by now of the month or year that was closed when the file was made; None: the same."""
        if stamp.of not in ("month", "year") or not issued.is_closing(connection, stamp.batch, stamp.day):
            return None
        period = FiscalYear.ending(stamp.day) if stamp.of == "year" else Month.of(stamp.day)
        now = stamps.of_period(connection, stamp.of, period)
        if now.batch == stamp.batch:
            return None
        reopened = issued.reopening_write(connection, stamp.day, stamp.batch) or now.batch
        asked = replace(now, language=stamp.language, question=stamp.question)
        differing = tuple(self._held(connection, asked).faults)
        last = issued.next_version(connection, stamp.of, stamp.about) - 1
        return MovedOn(reopened, now.version is not None, last or None, differing)

    def _held(self, connection: Connection, stamp: Stamp) -> _Held:
        """The file held against what a stamp describes, as the books stood then."""
        if stamp.version:  # the books know which version stands on the write, whatever a file says
            version_on = issued.version_on(connection, stamp.of, stamp.about, stamp.batch)
            stamp = replace(stamp, version=version_on or 0)
        layout, version = stamps.layout_of(self.content.properties), reproduce.version_of(connection, stamp)
        speaking, dating = i18n.speaking(stamp.language), i18n.dating(stamp.calendar)
        matching = as_before(before=stamp.form < stamps.MATCHED)
        pairing = corrections.as_before(before=stamp.form < stamps.PAIRED)
        with speaking, dating, matching, pairing, snapshot.after(connection, stamp.batch):
            known = version_0_1.layout(stamp.of) if layout is None else layout
            workbook = stamps.arranged(self._made(connection, stamp, known, version), stamp)
            if layout is not None and layout == layout_of(workbook):
                return self._compared(stamps.stamped(workbook, stamp))
            return self._compared_as_laid_out(workbook, known)

    def _compared(self, workbook: Workbook) -> _Held:
        rendered = BytesIO()
        xlsx.compose(workbook, rendered)
        if rendered.getvalue() == self.data:
            return _Held([], [], same_bytes=True)
        found = list(differences(self.content, ReadWorkbook(rendered.getvalue()), self.path.name))
        return _Held([*found], [], same_bytes=False)

    def _compared_as_laid_out(self, workbook: Workbook, layout: Layout) -> _Held:
        earlier, rendered = EarlierLayout(workbook, layout, self.path.name), BytesIO()
        uncompared = earlier.uncompared(xlsx.compose(earlier.workbook, rendered))
        books = ReadWorkbook(rendered.getvalue())
        found = list(differences(self.content, books, self.path.name, uncompared))
        return _Held([*found], earlier.notes, None)

    def _made(self, connection: Connection, stamp: Stamp, layout: Layout, version: Version | None = None) -> Workbook:
        stamp = version_0_1.asked(stamp)
        if stamp.of in REPORTS:
            listing = self._listing(connection, stamp)
            return reproduce.of_listing(replace(listing, issuer=version_0_1.issuer(stamp) or listing.issuer))
        if stamp.of not in reproduce.STATEMENTS or not stamps.is_askable(stamp):
            raise NotAStatement(str(self.path))
        if stamp.of == "letter" and letter_as_list.is_of(layout):
            return reproduce.by_its_issuer(
                connection, stamp, letter_as_list.workbook(letters.letter(connection, int(stamp.about)))
            )
        try:
            return reproduce.issue(connection, stamp, version, layout)
        except reproduce.NeverWritten:
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
        """What the cover of a month's workbook says, in each form that it may have; first the newest, as most have."""
        page = self.content.page(self.content.sheets[0]) if self.content.sheets else None
        texts = [str(cell.value) for row in (page.rows if page else {}).values() for _at, cell in sorted(row.items())]
        language, last = _language(texts[:1]), _last_day(texts[:6])
        heads = [text for text in texts if re.fullmatch("[0-9a-f]{64}", text)]
        if language is None or last is None or not heads:
            raise NotAStatement(str(self.path))
        numbers, versioned = [stamps.batch_of(connection, head) for head in heads], False
        with i18n.speaking(language):
            now = stamps.of_month(connection, Month.of(last))
        for head, no in zip(heads, numbers, strict=True):
            if no is None:
                yield replace(now, batch=0, head=head)
                return
            versioned = _(cover.VERSION) in texts
        if versioned:  # it names the write that closed the month as well, the last of them
            batch = max(no for no in numbers if no is not None)
            version = issued.version_on(connection, now.of, now.about, batch) or 0
            now = replace(now, batch=batch, head=heads[numbers.index(batch)], version=version)
        forms = range(stamps.FORM, min(stamps.FORM, stamps.WORKED_OUT) - 1 if versioned else 0, -1)
        calendars = i18n.CALENDARS if language == "ja" else ("",)
        shown = [calendar for calendar in calendars if _dated(texts, last, language, calendar)]
        for form, calendar in product(forms, shown or calendars):
            yield replace(now, form=form, version=now.version if versioned else None, calendar=calendar)


def _state(held: _Held) -> State:
    if held.faults:
        return "changed"
    return "agrees" if held.same_bytes is None else "as_made" if held.same_bytes else "saved_again"


def _language(title: list[str]) -> Language | None:
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            if title == [_(cover.TITLE)]:
                return language
    return None


def _dated(texts: list[str], last: date, language: Language, calendar: Calendar) -> bool:
    """Whether a cover names its last day as this calendar writes it."""
    with i18n.speaking(language), i18n.dating(calendar):
        return any(format_day(last) in text for text in texts)


def _last_day(texts: list[str]) -> date | None:
    days = [day for text in texts for word in text.split() if (day := dates.parse_day(word)) is not None]
    return days[-1] if days else None
