"""Takes files into the books: all of them or, when anything in them is wrong, nothing.

The same bytes are taken in once. Nothing that is kept is changed: a later known row is added, and counts from its day.
"""

import hashlib
from bisect import insort_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from ledger import dates, tables
from ledger.errors import Problem, Problems
from ledger.intake.bulk import add
from ledger.intake.checks import check
from ledger.intake.columns import Value
from ledger.intake.kind import FactValue, InputRow
from ledger.intake.known_facts import Kept, kept_of
from ledger.intake.recognition import File, read_file
from ledger.intake.report import Correction, ImportReport, Taken, TakenFile
from ledger.intake.versions import VERSIONED, Versions
from ledger.intake.workbook import Unreadable, contents
from ledger.store import database


@dataclass(frozen=True)
class _Brought:
    """A file as it was brought; `sha256` is None for one that could not be opened, or whose bytes are known."""

    file: File
    path: Path
    sha256: str | None
    unchanged: bool = False


def take_in(connection: Connection, paths: Iterable[Path], known_on: date | None, by: str) -> ImportReport:
    """Takes the files into the books; `known_on` is the day that holds for rows naming none (None: today).

    Raises Problems, with every problem of every file, when anything is wrong; then nothing is written.
    """
    today = dates.today()
    brought = list(_brought(connection, paths))
    lines = [line for each in brought for read in each.file.read for line in read.lines]
    problems = [problem for each in brought for problem in each.file.problems]
    kept = kept_of(connection, lines)
    problems += check(lines, kept, known_on or today, today)
    if problems:
        files = [each.file.name for each in brought]
        raise Problems(sorted(problems, key=lambda each: _place(each, files)))
    taking = _Taking(connection, known_on or today, _sources(connection, brought, by))
    taking.identities(lines, kept)
    taking.facts(lines, kept)
    taking.versions(lines)
    return ImportReport([taking.reported(each) for each in brought], taking.corrections)


def _place(problem: Problem, files: list[str]) -> tuple[int, str, int, str]:
    return files.index(problem.file), problem.sheet or "", problem.row or 0, problem.column or ""


def _brought(connection: Connection, paths: Iterable[Path]) -> Iterator[_Brought]:
    """Each file, read unless its bytes were taken in before or stand twice among these."""
    known: set[str | None] = set(connection.execute(select(tables.source.c.sha256)).scalars())
    for path in paths:
        name = str(path)
        try:
            data = contents(path)
        except Unreadable as refused:
            yield _Brought(File(name, problems=[Problem(name, None, None, refused.code, refused.fields)]), path, None)
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in known:
            yield _Brought(File(name), path, None, unchanged=True)
        else:
            known.add(sha256)
            yield _Brought(read_file(name, data, path.suffix), path, sha256)


def _sources(connection: Connection, brought: list[_Brought], by: str) -> dict[str, int]:
    """Records the files, and gives the identity of each by its name as it was brought."""
    signed = {"recorded_at": dates.now(), "by": by, "role": database.role(connection)}
    sources: dict[str, int] = {}
    for each in brought:
        if each.sha256 is not None:
            record = {"name": each.path.name, "sha256": each.sha256, **signed}
            key = connection.execute(tables.source.insert().values(record)).inserted_primary_key
            assert key is not None
            sources[each.file.name] = key[0]
    return sources


class _Taking:
    """The lines of one import on their way into the books; `new` are those that told something new."""

    def __init__(self, connection: Connection, known_on: date, sources: dict[str, int]) -> None:
        self.connection = connection
        self.known_on = known_on
        self.sources = sources
        self.new: set[int] = set()
        self.corrections: list[Correction] = []

    def identities(self, lines: list[InputRow], kept: Kept) -> None:
        """Adds the members and applications that the books do not hold yet."""
        members, applications = set(kept.members), set(kept.applications)
        rows: dict[str, list[dict[str, object]]] = {"members": [], "applications": []}
        for line in self._in_order(lines):
            number = line.key[0] if line.kind.code in rows else None
            among = members if line.kind.code == "members" else applications
            if isinstance(number, str) and number not in among:
                among.add(number)
                owner = {"member": line.text("member")} if line.kind.code == "applications" else {}
                rows[line.kind.code].append({"number": number, **owner, **self._source(line)})
        add(self.connection, tables.member, rows["members"])
        add(self.connection, tables.application, rows["applications"])

    def facts(self, lines: list[InputRow], kept: Kept) -> None:
        """Adds what the lines say of applications and what is not kept, word for word, for that day of knowing."""
        rows: list[dict[str, object]] = []
        for line in self._in_order(lines):
            application, known_on = line.text("application"), self._known_on(line)
            for said in line.kind.says(line):
                assert application is not None
                versions = kept.facts.setdefault((application, said.name), [])
                if said in [each for known, each in versions if known == known_on][-1:]:
                    continue
                before = versions[-1][1] if versions else None
                insort_right(versions, (known_on, said), key=lambda each: each[0])
                if before is not None and versions[-1][1] is said:
                    self._correct(line, application, said.name, _told(before), _told(said))
                self.new.add(id(line))
                rows.append({"application": application, **said._asdict(), "known_on": known_on, **self._source(line)})
        add(self.connection, tables.fact, rows)

    def versions(self, lines: list[InputRow]) -> None:
        """Adds what the lines say of members, transfers, bills and fees."""
        ordered = self._in_order(lines)
        for code in VERSIONED:
            own = [line for line in ordered if line.kind.code == code]
            if not own:
                continue
            versions = Versions(self.connection, own)
            for line in own:
                changed = versions.add(line, self._known_on(line), self._source(line))
                if changed is None:
                    continue
                self.new.add(id(line))
                for each in changed:
                    self._correct(
                        line, str(line.key[0] if line.key else line.text("bill")), each.name, each.was, each.now
                    )
            versions.keep()

    def reported(self, brought: _Brought) -> TakenFile:
        """What became of a file."""
        sheets = []
        for read in brought.file.read:
            new = sum(id(line) in self.new for line in read.lines)
            count = len(read.lines)
            sheets.append(Taken(read.kind.code, read.kind.title, read.sheet, count, new, count - new, read.ignored))
        return TakenFile(brought.file.name, brought.unchanged, sheets, brought.file.passed_over)

    def _known_on(self, line: InputRow) -> date:
        return line.known_on or self.known_on

    def _in_order(self, lines: list[InputRow]) -> list[InputRow]:
        """The lines in the order in which they became known; of one day, in the order of the files."""
        return sorted(lines, key=self._known_on)

    def _source(self, line: InputRow) -> dict[str, object]:
        return {"source": self.sources[line.file], "sheet": line.sheet, "row": line.row}

    def _correct(self, line: InputRow, about: str, name: str, was: Value | None, now: Value | None) -> None:
        if was is not None and was != now:
            heading = line.kind.headings[name]
            self.corrections.append(Correction(line.kind.code, about, name, heading, was, now, line.file, line.row))


def _told(said: FactValue) -> Value | None:
    """What was said, apart from how far a register reached or when it was answered."""
    return said.code if said.code is not None else said.day
