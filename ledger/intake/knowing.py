"""From which day a row counts as known, where the row itself does not say; and what a later `--known-on` takes over.

In this order: the row's 把握日, or its own day of checking, entry, answer or statement; `--known-on`, unless what the
row tells came only later; for what the federation itself receives, the day of the row; today. What is known earlier
than was thought is appended: the row counts from the earlier day too, and nothing of before is changed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from operator import eq
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, or_, select

from ledger import facts, tables
from ledger.dates import Month
from ledger.intake.columns import Value
from ledger.intake.kind import InputRow
from ledger.intake.kinds import require_kind
from ledger.intake.recognition import InputFile
from ledger.intake.records import records_of
from ledger.intake.report import ImportNote
from ledger.intake.table import RecognisedSheet
from ledger.intake.versions import VERSIONED, Versions, holds_since
from ledger.intake.withdrawing import IMPORTED
from ledger.store.records import batches

# Their rows stand for themselves, or name their own day: read again they would count twice, or say nothing new.
_READ_ONCE = ("bills", "openings", "rulings", "bank_lines", "bank_balances")


# The kind of a row, and what it is about.
_Subject = tuple[Value | None, ...]


class _From(NamedTuple):
    """From when a row counts as known, and the code of the note that says why."""

    day: date
    why: str


class Silent(NamedTuple):
    """Rows of a sheet that do not say when they became known, and the code of the note on since when they count."""

    why: str
    lines: list[InputRow]


def settle(connection: Connection, files: Sequence[InputFile], given: date | None, today: date) -> list[Silent]:
    """Gives each row that does not say it the day from which it counts as known; and tells which, sheet by sheet.

    A row about what is known already is not put behind it: it counts from the day on which the same was last told.
    """
    sheets = [sheet for file in files for sheet in file.sheets]
    told = {} if given else _last_told(connection, [line for sheet in sheets for line in sheet.lines])
    return [silent for sheet in sheets for silent in _settle(sheet, given, told, today)]


def _settle(sheet: RecognisedSheet, given: date | None, told: Mapping[_Subject, date], today: date) -> list[Silent]:
    silent: dict[str, list[InputRow]] = {}
    for at, line in enumerate(sheet.lines):
        if line.known_on is None:
            since, why = _since(line, given, told, today)
            sheet.lines[at] = line._replace(known_on=since)
            silent.setdefault(why, []).append(sheet.lines[at])
    return [Silent(why, lines) for why, lines in silent.items()]


def said_of(silent: Iterable[Silent], new: Collection[int], today: date) -> Iterator[ImportNote]:
    """Since when rows count that told something new (`new` has their ids); what only repeats counts as it did."""
    for code, every in silent:
        lines = [line for line in every if id(line) in new]
        if not lines:
            continue
        fields = dict[str, object](count=len(lines), day=lines[0].known_on)
        if code == "known-from-row":
            fields["column"] = lines[0].kind.headings[lines[0].kind.received_on or ""]
        if code == "known-from-today" and (first := _earlier_month(lines, today)):
            code, fields["first"] = "known-only-from-today", first  # noqa: PLW2901 - a note of its own
        yield ImportNote(lines[0].file, lines[0].sheet, lines[0].row, code, fields)


def _since(line: InputRow, given: date | None, told: Mapping[_Subject, date], today: date) -> _From:
    received_on = line.day(line.kind.received_on)
    if given is not None and not _not_there_yet(line, given):
        return _From(given, "known-from-given")
    if received_on is not None:
        if (last := told.get((line.kind.code, *line.key), received_on)) > received_on:
            return _From(last, "known-from-last")
        return _From(min(received_on, today), "known-from-row")
    return _From(today, "known-from-today")


def _last_told(connection: Connection, lines: Iterable[InputRow]) -> dict[_Subject, date]:
    """Of what the lines speak of without saying since when, and the books know already: the day it was last told."""
    silent = [line for line in lines if line.known_on is None and line.kind.received_on and line.kind.key]
    told: dict[_Subject, date] = {}
    for code, columns in _TOLD.items():
        keys = {line.key[0] for line in silent if line.kind.code == code} - {None}
        for column in columns if keys else ():
            table = column.table
            for group in batches(sorted(keys, key=str)):
                statement = select(column, func.max(table.c.known_on)).where(
                    column.in_(group), facts.not_withdrawn(table, None)
                )
                if table is tables.fact:
                    statement = statement.where(table.c.name.in_(require_kind(code).facts))
                for key, known_on in connection.execute(statement.group_by(column)):
                    told[code, key] = max(known_on, told.get((code, key), date.min))
    return told


_TOLD: dict[str, tuple[Any, ...]] = {
    "applications": (tables.fact.c.application, tables.application_known.c.application),
    "deposits": (tables.deposit_known.c.deposit, tables.allocation.c.deposit),
    "fees": (tables.fee.c.applies_from,),
}


def _not_there_yet(line: InputRow, given: date) -> bool:
    """Whether what the row tells came to the federation only after the given day, so that nobody knew it by then."""
    received_on = line.day(line.kind.received_on)
    return received_on is not None and line.kind.received_on in line.kind.happened and received_on > given


def _earlier_month(lines: list[InputRow], today: date) -> date | None:
    """The first day that the rows speak of, if it lies in an earlier month."""
    days = (value for line in lines for value in line.values.values() if isinstance(value, date))
    first = min(days, default=today)
    return first if Month.of(first) < Month.of(today) else None


def taken_over(connection: Connection, file: InputFile, sha256: str, given: date) -> tuple[InputFile, list[ImportNote]]:
    """Of a file that was taken in before, the rows that do not say when they became known and count from after `given`.

    The others stay as they are, as known already or as withdrawn, and are counted. None such: the file is unchanged.
    """
    was, withdrawn = _counting_from(connection, sha256)
    silent = [line for sheet in file.sheets for line in _silent_of(sheet)]
    others = [line for line in silent if (line.sheet, line.row) not in was.keys() | withdrawn]
    was |= _told_by_others(connection, others)
    notes = []
    for at, sheet in enumerate(file.sheets):
        lines = [
            line._replace(known_on=given)
            for line in _silent_of(sheet)
            if not _not_there_yet(line, given) and was.get((line.sheet, line.row), date.min) > given
        ]
        of_withdrawn = [line.row for line in sheet.lines if (line.sheet, line.row) in withdrawn]
        if of_withdrawn:
            sheet.passed_over["withdrawn"] = len(of_withdrawn), of_withdrawn[0]
        file.sheets[at] = replace(sheet, lines=lines, left=len(sheet.lines) - len(lines) - len(of_withdrawn))
        if lines:
            days = {was[line.sheet, line.row] for line in lines}
            fields: dict[str, object] = {"count": len(lines), "day": given, "was": max(days)}
            notes.append(ImportNote(file.name, lines[0].sheet, lines[0].row, "known-earlier", fields))
    return (file if notes or file.problems else InputFile(file.name)), notes


def _silent_of(sheet: RecognisedSheet) -> list[InputRow]:
    """The rows that do not say when they became known, and of which a day that is given later holds."""
    return [line for line in sheet.lines if line.known_on is None and line.kind.code not in _READ_ONCE]


# A row by its sheet, if it has any, and its number.
_Place = tuple[str | None, int]


def _counting_from(connection: Connection, sha256: str) -> tuple[dict[_Place, date], set[_Place]]:
    """From when each row of a file counts, whichever time it was taken in; and the rows that are withdrawn."""
    source = tables.source.c
    same = select(source.id).where(or_(source.sha256 == sha256, source.sha256.like(f"{sha256}/%")))
    since, withdrawn = dict[_Place, date](), set[_Place]()
    for table in IMPORTED:
        stands = facts.not_withdrawn(table, None).label("stands")
        of_file = select(table.c.sheet, table.c.row, table.c.known_on, stands).where(
            table.c.source.in_(same), table.c.row.is_not(None)
        )
        for sheet, row, known_on, counts in connection.execute(of_file.distinct()):
            if counts:
                since[sheet, row] = min(known_on, since.get((sheet, row), date.max))
            else:
                withdrawn.add((sheet, row))
    return since, withdrawn - since.keys()


def _told_by_others(connection: Connection, lines: list[InputRow]) -> dict[_Place, date]:
    """Since when the books say what these rows say, of which their file told nothing new: another had told it."""
    since = dict[_Place, date]()
    facts_told = records_of(connection, lines).facts if lines else {}
    for line in lines:
        days = [
            holds_since(facts_told.get((str(line.values["application"]), fact.name), ()), partial(eq, fact))
            for fact in line.facts()
        ]
        if days and all(days):
            since[line.sheet, line.row] = max(filter(None, days))
    for code in VERSIONED.keys() - set(_READ_ONCE):
        if of_kind := [line for line in lines if line.kind.code == code]:
            versions = Versions(connection, of_kind)
            since |= {(line.sheet, line.row): day for line in of_kind if (day := versions.since(line)) is not None}
    return since
