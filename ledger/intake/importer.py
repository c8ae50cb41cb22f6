"""Takes files into the books: all of them or, when anything in them is wrong, nothing.

The same bytes are taken in once. Nothing that is kept is changed: a later known row is added, and counts from its day.
"""

import hashlib
from bisect import insort_right
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, or_, select

from ledger import dates, tables
from ledger.allocations import Part, Said, last_versions, said, version_rows
from ledger.errors import Problem, Problems
from ledger.intake import bank_accounts, knowing, openings, ownership, payees_of_deposits, references
from ledger.intake.bank import taking as bank
from ledger.intake.bank.mapping import CsvLayout
from ledger.intake.checks import check
from ledger.intake.columns import Value
from ledger.intake.files import Unreadable, contents, within
from ledger.intake.kind import InputRow
from ledger.intake.notes import billed_again, of_cells, set_aside
from ledger.intake.recognition import InputFile, Room, Watching, lines_of, read_file
from ledger.intake.records import Records, add, record_sources, records_of
from ledger.intake.report import Correction, ImportedFile, ImportedSheet, ImportNote, ImportReport, TakenBack, Touched
from ledger.intake.rulings import add_rulings
from ledger.intake.spellings import spell_alike
from ledger.intake.versions import VERSIONED, Versions, by_record
from ledger.intake.withdrawing import withdrawn_sources


def take_in(
    connection: Connection,
    paths: Iterable[Path],
    known_on: date | None,
    by: str,
    watching: Watching | None = None,
    layout: CsvLayout | None = None,
) -> ImportReport:
    """Takes the files into the books; `known_on` is the day that holds for rows naming none (see `intake.knowing`).

    A folder stands for all tables in it. `watching` shows how far the reading of rows has come, `layout` is that of the
    bank's CSV. Raises Problems, with what is wrong in any file; then nothing is written.
    """
    today = dates.today()
    paths, aside = within(paths)
    room, earlier = Room(), list[ImportNote]()
    files = list(_read(connection, paths, known_on, earlier, room, watching, layout))
    more = sum((file.more for file in files), Counter[str]())
    problems = [problem for file in files for problem in file.problems]
    if more or room.is_gone:  # enough to mend; what stands between the lines is looked at when they can be read
        raise Problems(problems, more)
    problems += bank.keep_own(connection, files)
    problems += spell_alike(connection, list(lines_of(files)))
    silent = knowing.settle(connection, files, known_on, today)
    lines = list(lines_of(files))
    records = records_of(connection, lines)
    problems += check(lines, records, today, today)
    corrected = ownership.corrections(lines, records, today)
    problems += ownership.problems(connection, corrected)
    problems += openings.check(connection, lines)
    of_bank = bank.settle(connection, lines)
    of_bank.notes += bank.told_by_bank(connection, lines)
    lines += of_bank.deposits
    problems += [*of_bank.problems, *references.problems(connection, lines)]
    problems += bank_accounts.problems(connection, lines)
    problems += payees_of_deposits.problems(connection, lines)
    if problems:
        names = [file.name for file in files]
        raise Problems(sorted(problems, key=lambda problem: _place(problem, names)))
    new: dict[str, str | None] = {
        file.name: _once_more(connection, file.sha256) for file in files if file.sha256 is not None
    }
    sources = record_sources(connection, new, by)
    taking = _Import(connection, sources)
    noticed = [*set_aside(aside), *(note for file in files for note in file.notes)]
    notes = [*noticed, *billed_again(connection, lines), *of_cells(lines), *earlier, *of_bank.notes]
    notes += bank_accounts.old_list(lines, today)
    lines.sort(key=taking.known_on_of)  # of one day, in the order of the files
    taking.add_identities(lines, records)
    taking.correct_owners(corrected)
    taking.add_facts(lines, records)
    taking.add_versions(lines)
    taking.add_of_bank(of_bank)
    taking.new |= add_rulings(connection, lines, taking.known_on_of, taking.source_of)
    taking.add_allocations(lines)
    taking.add_openings(lines)
    notes += knowing.said_of(silent, taking.new, today)
    taken_back = tuple(taking.taken_back(of_bank))
    return ImportReport(
        [taking.report(file) for file in files], taking.corrections, taking.touched(lines), notes, taken_back
    )


def _place(problem: Problem, files: list[str]) -> tuple[int, str, int, str]:
    return files.index(problem.file), problem.sheet or "", problem.row or 0, problem.column or ""


def _read(
    connection: Connection,
    paths: Iterable[Path],
    known_on: date | None,
    notes: list[ImportNote],
    room: Room,
    watching: Watching | None,
    layout: CsvLayout | None,
) -> Iterator[InputFile]:
    """Each file, read unless its bytes were taken in before or stand twice among these.

    Of one that was taken in before, a day of knowing that is given is taken over, and said in a note.
    """
    before, these = _taken_in(connection), set[str]()
    watched: dict[str, Any] = {"layout": layout} | ({} if watching is None else {"watching": watching})
    for path in paths:
        name = str(path)
        try:
            data = contents(path)
        except Unreadable as unreadable:
            yield InputFile(name, problems=[unreadable.problem(name)])
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        file, again = InputFile(name), sha256 in before
        if sha256 not in these and (known_on is not None or not again):
            file = read_file(name, data, path.suffix, sha256, room, **watched)
        if known_on is not None and again and sha256 not in these:
            file, earlier = knowing.taken_over(connection, file, sha256, known_on)
            notes += earlier
        yield file
        if room.is_gone:
            return
        these.add(sha256)


def _taken_in(connection: Connection) -> set[str | None]:
    """The SHA-256 of every file that was taken in, but for those of which all rows were withdrawn."""
    source, row = tables.source.c, tables.withdrawn
    withdrawn = withdrawn_sources(connection) if connection.execute(select(row.c.row_id).limit(1)).first() else set()
    files = connection.execute(select(source.id, source.sha256).where(source.sha256.is_not(None)))
    return {sha256.partition("/")[0] for no, sha256 in files if no not in withdrawn}


def _once_more(connection: Connection, sha256: str) -> str:
    """The SHA-256 of a file, with the how-manieth time behind it when it was taken in before and withdrawn."""
    column = tables.source.c.sha256
    statement = select(func.count()).where(or_(column == sha256, column.like(f"{sha256}/%")))
    times = connection.execute(statement).scalar_one()
    return f"{sha256}/{times + 1}" if times else sha256


class _Import:
    """An import on its way into the books; `new` are the lines that told something new."""

    def __init__(self, connection: Connection, sources: dict[str, int]) -> None:
        self.connection = connection
        self.sources = sources
        self.new: set[int] = set()
        self.corrections: list[Correction] = []

    def known_on_of(self, line: InputRow) -> date:
        """The day on which a line became known."""
        assert line.known_on is not None, line
        return line.known_on

    def add_identities(self, lines: list[InputRow], records: Records) -> None:
        """Adds the members and applications that the books do not hold yet."""
        members: dict[object, dict[str, object]] = {}
        applications: dict[object, dict[str, object]] = {}
        for line in lines:
            if line.kind.code == "members" and (number := line.values["member"]) not in records.members:
                members.setdefault(number, {"number": number, **self.source_of(line)})
            if line.kind.code == "applications" and (number := line.values["application"]) not in records.applications:
                owner = line.values["member"]
                applications.setdefault(number, {"number": number, "member": owner, **self.source_of(line)})
        add(self.connection, tables.member, list(members.values()))
        add(self.connection, tables.application, list(applications.values()))

    def correct_owners(self, corrected: list[ownership.CorrectedOwner]) -> None:
        """Adds whose applications are known to be that were recorded as another member's."""
        ownership.record(self.connection, corrected, self.sources)
        for correction in corrected:
            self.new.add(id(correction.line))
            self._correct(correction.line, correction.application, "member", correction.was, correction.member)

    def add_facts(self, lines: list[InputRow], records: Records) -> None:
        """Adds what the lines say of applications and the books do not, word for word, for that day of knowing."""
        rows: list[dict[str, object]] = []
        for line in lines:
            known_on = self.known_on_of(line)
            for fact in line.facts():
                application = str(line.values["application"])
                versions = records.facts.setdefault((application, fact.name), [])
                earlier = [version for version in versions if version[0] <= known_on][-1:]
                if earlier == [(known_on, fact)]:
                    continue
                before = versions[-1][1] if versions else None
                insort_right(versions, (known_on, fact), key=itemgetter(0))
                if before is not None and versions[-1][1] is fact:
                    # how far a register reached, or when it was answered, corrects nothing
                    self._correct(line, application, fact.name, before.code or before.day, fact.code or fact.day)
                if not earlier or earlier[0][1] != fact:  # what is only repeated is kept, and is not new
                    self.new.add(id(line))
                rows.append(
                    {"application": application, **fact._asdict(), "known_on": known_on, **self.source_of(line)}
                )
        add(self.connection, tables.fact, rows)

    def add_versions(self, lines: list[InputRow]) -> None:
        """Adds what the lines say of members, transfers, bills and fees."""
        for code in VERSIONED:
            of_kind = [line for line in lines if line.kind.code == code]
            for piece in by_record(of_kind):
                self._add_versions(piece)

    def _add_versions(self, lines: list[InputRow]) -> None:
        versions = Versions(self.connection, lines)
        for line in lines:
            changes = versions.add(line, self.known_on_of(line), self.source_of(line))
            if changes is None:
                continue
            if not versions.repeated:
                self.new.add(id(line))
            for change in changes:
                subject = str(line.about[1] if line.key else line.text("bill"))
                self._correct(line, subject, change.name, change.was, change.now)
        versions.write()

    def add_openings(self, lines: list[InputRow]) -> None:
        """Adds the balances with which the books begin."""
        rows = []
        for line in lines:
            if line.kind.code == "openings":
                values = {name: line.values.get(name) for name in openings.COLUMNS}
                rows.append(values | {"known_on": self.known_on_of(line), **self.source_of(line)})
                self.new.add(id(line))
        add(self.connection, tables.opening, rows)

    def add_of_bank(self, of_bank: bank.BankTaking) -> None:
        """Adds the lines and balances that the bank told."""
        for table, told in (
            (tables.bank_line, bank.line_rows(of_bank)),
            (tables.bank_balance, bank.balance_rows(of_bank)),
        ):
            rows = []
            for line, row in told:
                self.new.add(id(line))
                rows.append(row | self.source_of(line))
            add(self.connection, table, rows)
        for line, before in of_bank.superseded:
            self._correct(line, str(line.day("happened_on")), "yen", before, line.values["yen"])

    def taken_back(self, of_bank: bank.BankTaking) -> Iterator[TakenBack]:
        """The deposits that the bank took back, once all else is posted."""
        for deposit, line in of_bank.taken_back:
            yield TakenBack(deposit, self.known_on_of(line), self.sources[line.file], f"取消・訂正 {line.row}")

    def add_allocations(self, lines: list[InputRow]) -> None:
        """Allocates each transfer to the application that its line names, unless it is known to pay for that already.

        A line that names none says nothing, so importing the bank's list again undoes no allocation.
        """
        naming = [line for line in lines if line.kind.code == "deposits" and line.text("application") is not None]
        deposits = {str(line.values["deposit"]) for line in naming}
        versions, last = said(self.connection, deposits), Counter(last_versions(self.connection, deposits))
        rows: list[dict[str, object]] = []
        for line in naming:
            deposit, number, known_on = (
                str(line.values["deposit"]),
                str(line.text("application")),
                self.known_on_of(line),
            )
            earlier = versions.setdefault(deposit, [])
            before = max((version for version in earlier if version.said_on <= known_on), default=None)
            if before is not None and number in before.applications:
                continue
            latest = max(earlier, default=None)
            last[deposit] += 1
            version = Said(known_on, last[deposit], (number,))
            earlier.append(version)
            if latest is not None and latest.applications and version > latest:
                self._correct(line, deposit, "application", ", ".join(latest.applications), number)
            self.new.add(id(line))
            rows += version_rows(deposit, version.version, [Part(number)], known_on, self.source_of(line))
        add(self.connection, tables.allocation, rows)

    def touched(self, lines: list[InputRow]) -> Touched:
        """What the lines that told something new are about."""
        new = [line for line in lines if id(line) in self.new]
        applications = frozenset(str(number) for line in new if (number := line.text("application")) is not None)
        deposits = frozenset(str(line.values["deposit"]) for line in new if line.kind.code == "deposits")
        return Touched(applications, deposits, any(line.kind.code == "fees" for line in new))

    def report(self, file: InputFile) -> ImportedFile:
        """What became of a file."""
        sheets = []
        for sheet in file.sheets:
            count, new = len(sheet.lines) + sheet.left, sum(id(line) in self.new for line in sheet.lines)
            kind = sheet.kind
            passed_over = {reason: rows for reason, (rows, _first) in sheet.passed_over.items()}
            told = ImportedSheet(
                kind.code, kind.title, sheet.sheet, count, new, count - new, sheet.ignored, passed_over
            )
            sheets.append(told)
        return ImportedFile(file.name, file.sha256 is None, sheets, file.passed_over)

    def source_of(self, line: InputRow) -> dict[str, object]:
        """The columns of a record that say from which line it came."""
        return {"source": self.sources[line.file], "sheet": line.sheet, "row": line.row}

    def _correct(self, line: InputRow, about: str, name: str, was: Value | None, now: Value | None) -> None:
        if was is not None and was != now:
            heading = line.kind.headings[name]
            self.corrections.append(Correction(line.kind.code, about, name, heading, was, now, line.file, line.row))
