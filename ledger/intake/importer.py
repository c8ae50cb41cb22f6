"""Takes files into the books: all of them or, when anything in them is wrong, nothing.

The same bytes are taken in once. Nothing that is kept is changed: a later known row is added, and counts from its day.
"""

import hashlib
from bisect import insort_right
from collections.abc import Iterable, Iterator
from datetime import date
from operator import itemgetter
from pathlib import Path

from sqlalchemy import Connection, select

from ledger import dates, tables
from ledger.errors import Problem, Problems
from ledger.intake.checks import check
from ledger.intake.columns import Value
from ledger.intake.kind import InputRow
from ledger.intake.recognition import InputFile, read_file
from ledger.intake.records import Records, add, record_sources, records_of
from ledger.intake.report import Correction, ImportedFile, ImportedSheet, ImportReport
from ledger.intake.rulings import add_rulings
from ledger.intake.versions import VERSIONED, Versions
from ledger.intake.workbook import Unreadable, contents


def take_in(connection: Connection, paths: Iterable[Path], known_on: date | None, by: str) -> ImportReport:
    """Takes the files into the books; `known_on` is the day that holds for rows naming none (None: today).

    Raises Problems, with every problem of every file, when anything is wrong; then nothing is written.
    """
    today = dates.today()
    files = list(_read(connection, paths))
    lines = [line for file in files for sheet in file.sheets for line in sheet.lines]
    records = records_of(connection, lines)
    problems = [problem for file in files for problem in file.problems]
    problems += check(lines, records, known_on or today, today)
    if problems:
        names = [file.name for file in files]
        raise Problems(sorted(problems, key=lambda problem: _place(problem, names)))
    sources = record_sources(connection, {file.name: file.sha256 for file in files if file.sha256 is not None}, by)
    taking = _Import(connection, known_on or today, sources)
    lines.sort(key=taking.known_on_of)  # of one day, in the order of the files
    taking.add_identities(lines, records)
    taking.add_facts(lines, records)
    taking.add_versions(lines)
    taking.new |= add_rulings(connection, lines, taking.known_on_of, taking.source_of)
    return ImportReport([taking.report(file) for file in files], taking.corrections)


def _place(problem: Problem, files: list[str]) -> tuple[int, str, int, str]:
    return files.index(problem.file), problem.sheet or "", problem.row or 0, problem.column or ""


def _read(connection: Connection, paths: Iterable[Path]) -> Iterator[InputFile]:
    """Each file, read unless its bytes were taken in before or stand twice among these."""
    digests: set[str | None] = set(connection.execute(select(tables.source.c.sha256)).scalars())
    for path in paths:
        name = str(path)
        try:
            data = contents(path)
        except Unreadable as unreadable:
            yield InputFile(name, problems=[unreadable.problem(name)])
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        yield InputFile(name) if sha256 in digests else read_file(name, data, path.suffix, sha256)
        digests.add(sha256)


class _Import:
    """An import on its way into the books; `new` are the lines that told something new."""

    def __init__(self, connection: Connection, known_on: date, sources: dict[str, int]) -> None:
        self.connection = connection
        self.known_on = known_on
        self.sources = sources
        self.new: set[int] = set()
        self.corrections: list[Correction] = []

    def known_on_of(self, line: InputRow) -> date:
        """The day on which a line became known."""
        return line.known_on or self.known_on

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

    def add_facts(self, lines: list[InputRow], records: Records) -> None:
        """Adds what the lines say of applications and the books do not, word for word, for that day of knowing."""
        rows: list[dict[str, object]] = []
        for line in lines:
            known_on = self.known_on_of(line)
            for fact in line.facts():
                application = str(line.values["application"])
                versions = records.facts.setdefault((application, fact.name), [])
                if fact in [version for day, version in versions if day == known_on][-1:]:
                    continue
                before = versions[-1][1] if versions else None
                insort_right(versions, (known_on, fact), key=itemgetter(0))
                if before is not None and versions[-1][1] is fact:
                    # how far a register reached, or when it was answered, corrects nothing
                    self._correct(line, application, fact.name, before.code or before.day, fact.code or fact.day)
                self.new.add(id(line))
                rows.append(
                    {"application": application, **fact._asdict(), "known_on": known_on, **self.source_of(line)}
                )
        add(self.connection, tables.fact, rows)

    def add_versions(self, lines: list[InputRow]) -> None:
        """Adds what the lines say of members, transfers, bills and fees."""
        for code in VERSIONED:
            of_kind = [line for line in lines if line.kind.code == code]
            if not of_kind:
                continue
            versions = Versions(self.connection, of_kind)
            for line in of_kind:
                changes = versions.add(line, self.known_on_of(line), self.source_of(line))
                if changes is None:
                    continue
                self.new.add(id(line))
                for change in changes:
                    subject = str(line.key[0] if line.key else line.text("bill"))
                    self._correct(line, subject, change.name, change.was, change.now)
            versions.write()

    def report(self, file: InputFile) -> ImportedFile:
        """What became of a file."""
        sheets = []
        for sheet in file.sheets:
            count, new = len(sheet.lines), sum(id(line) in self.new for line in sheet.lines)
            kind = sheet.kind
            sheets.append(ImportedSheet(kind.code, kind.title, sheet.sheet, count, new, count - new, sheet.ignored))
        return ImportedFile(file.name, file.sha256 is None, sheets, file.passed_over)

    def source_of(self, line: InputRow) -> dict[str, object]:
        """The columns of a record that say from which line it came."""
        return {"source": self.sources[line.file], "sheet": line.sheet, "row": line.row}

    def _correct(self, line: InputRow, about: str, name: str, was: Value | None, now: Value | None) -> None:
        if was is not None and was != now:
            heading = line.kind.headings[name]
            self.corrections.append(Correction(line.kind.code, about, name, heading, was, now, line.file, line.row))
