"""What has to hold within a row, between rows, and between them and the books: who owns what, which day is first.

Members and applications may come in the same import, in any order of files. A bill may name an application that nobody
knows: reconciliation reports it.
"""

from collections.abc import Collection, Iterator
from datetime import date
from itertools import chain

from ledger import codes, facts
from ledger.errors import Problem
from ledger.intake.columns import CellProblem, Value
from ledger.intake.kind import KNOWN_ON, InputRow
from ledger.intake.kinds import KINDS
from ledger.intake.records import APPLICATION_COLUMNS, Records

# The days of a certificate's life, each with those that it cannot lie before.
_NOT_BEFORE = {fact.name: fact.not_before for fact in facts.COLUMNS.values() if fact.not_before}
_DAYS = ("applied_on", *_NOT_BEFORE)

# The kinds whose rows may name an application that is not known, and may say anything of its days.
_MAY_NAME_UNKNOWN = ("bills",)


def row_problems(line: InputRow, misread: Collection[str | None]) -> Iterator[tuple[str | None, CellProblem]]:
    """What cannot be so within a row, by heading; `misread` are the headings whose cells could not be read."""
    kind, headings, application = line.kind, line.kind.headings, line.text("application")
    dated = line.day(kind.dated_by)
    if dated is not None and line.known_on is not None and line.known_on < dated:
        column = headings[kind.dated_by or ""]
        yield KNOWN_ON.heading, CellProblem("before", value=line.known_on, other=dated, column=column)
    needed = {kind.by_heading[heading].name for heading in kind.any_of}
    if needed and needed.isdisjoint(line.values) and not set(kind.any_of) & set(misread):
        yield kind.any_of[0] if kind.only_one else None, CellProblem("one-needed", columns=kind.any_of)
    if (
        kind.only_one
        and len(filled := [heading for heading in kind.any_of if kind.by_heading[heading].name in line.values]) > 1
    ):
        value = line.values[kind.by_heading[filled[1]].name]
        yield filled[1], CellProblem("only-one", value=value, column=filled[0])
    if line.text("choice") == "refund" and (credit_to := line.text("credit_to")) is not None:
        yield headings["credit_to"], CellProblem("contradicts", value=credit_to, column=headings["choice"])
    for name in codes.LINK_FACTS:
        if application is not None and line.text(name) == application:
            yield headings[name], CellProblem("itself", value=application)
    for columns in kind.facts.values():
        happened, up_to = line.day(columns.get("day")), line.day(columns.get("up_to"))
        if happened is not None and up_to is not None and happened > up_to:
            yield headings[columns["day"]], CellProblem("after-the-check", value=happened, limit=up_to)


def check(lines: list[InputRow], records: Records, known_on: date, today: date) -> list[Problem]:
    """Every problem between the lines, and between them and the books.

    `known_on` is the day on which a line became known that does not say so itself.
    """
    owners = dict(records.applications)
    return [
        *_ownership(lines, records, owners, known_on),
        *_references(lines, owners),
        *_contradictions(lines, known_on),
        *_order_of_days(lines, records, known_on),
        *_not_yet(lines, today),
    ]


def _not_yet(lines: list[InputRow], today: date) -> Iterator[Problem]:
    """Nothing can have happened or become known after today, but what is planned."""
    for line in lines:
        for name, heading in line.kind.happened.items():
            happened_on = line.day(name)
            if happened_on is not None and happened_on > today:
                yield line.problem(heading, "in-the-future", value=happened_on, today=today)
        if line.known_on is not None and line.known_on > today and line.known_on != line.day(line.kind.dated_by):
            yield line.problem(KNOWN_ON.heading, "in-the-future", value=line.known_on, today=today)


def _ownership(lines: list[InputRow], records: Records, owners: dict[str, str], known_on: date) -> Iterator[Problem]:
    """An application belongs to one member at a time, who is in the register; `owners` learns what the lines say.

    What the books hold otherwise is corrected from the day on which the line became known, not from before.
    """
    listed = records.members | {line.text("member") for line in lines if line.kind.code == "members"}
    said: dict[tuple[str, date | None], str] = {}
    for line in lines:
        if line.kind.code != "applications" or (application := line.text("application")) is None:
            continue
        member, heading = line.text("member"), line.kind.headings["member"]
        if member is None:
            owners.setdefault(application, "")  # known all the same; whose it is could not be read
            continue
        if member not in listed:
            yield line.problem(heading, "unknown-member", value=member)
        since = line.known_on or known_on if application in records.owners else None
        first = records.owners[application][0] if application in records.owners else None
        owner = said.setdefault((application, since), member)
        if owner == member and first is not None and since is not None and since < first[0]:
            owner = first[1]
        if owner != member:
            yield line.problem(heading, "another-member", application=application, member=owner)
        owners[application] = member


def _references(lines: list[InputRow], owners: dict[str, str]) -> Iterator[Problem]:
    """An application that is named is known, and a fee is set against an application of the same member only."""
    for line in lines:
        if line.kind.code in _MAY_NAME_UNKNOWN:
            continue
        for name in APPLICATION_COLUMNS:
            number = line.text(name)
            if number is not None and number not in owners:
                yield line.problem(line.kind.headings[name], "unknown-application", value=number)
        credit_to, owner = line.text("credit_to"), owners.get(line.text("application") or "")
        if credit_to is not None and owner and (other := owners.get(credit_to, owner)) != owner:
            yield line.problem(line.kind.headings["credit_to"], "another-member", application=credit_to, member=other)


def _contradictions(lines: list[InputRow], known_on: date) -> Iterator[Problem]:
    """Rows about the same thing, known on the same day, say the same; one may leave out what the other says."""
    first_of: dict[_Statement, InputRow] = {}
    said: dict[_Statement, dict[str, tuple[Value | None, InputRow]]] = {}
    for line in lines:
        if not line.is_keyed:
            continue
        statement = line.kind.code, line.key, line.known_on or known_on
        if (first := first_of.setdefault(statement, line)) is line:
            continue
        if statement not in said:
            said[statement] = {}
            _difference(first, said[statement])
        if (difference := _difference(line, said[statement])) is not None:
            differs, first_line = difference
            (name, value), place = line.about, _place(first_line, line)
            yield line.problem(line.kind.headings[name], "twice", value=value, first=place, differs=differs)


# What a line speaks of: its kind, its key, and the day on which it became known.
_Statement = tuple[str, tuple[Value | None, ...], date]


def _difference(line: InputRow, said: dict[str, tuple[Value | None, InputRow]]) -> tuple[str, InputRow] | None:
    """The first heading under which a line says something else than was said before, and the line that said it.

    `said` learns what the line says and nothing said before it.
    """
    difference: tuple[str, InputRow] | None = None
    for column in line.kind.columns:
        value = line.values.get(column.name)
        if value is None and not column.blank_says:
            continue
        first_value, first_line = said.setdefault(column.name, (value, line))
        if first_value != value and column.name != "member" and difference is None:
            difference = column.heading, first_line
    return difference


def _place(of: InputRow, seen_from: InputRow) -> object:
    """The row of a line, with its file and sheet where they are not those of the other line."""
    if (of.file, of.sheet) == (seen_from.file, seen_from.sheet):
        return of.row
    return f"{of.file}:{of.row}" if of.sheet is None else f"{of.file}:{of.sheet}!{of.row}"


# By name: when a day became known, the day, and the line that brings it (None: it stands in the books).
_Days = dict[str, tuple[date, date, InputRow | None]]


def _order_of_days(lines: list[InputRow], records: Records, known_on: date) -> Iterator[Problem]:
    """No certificate is sent before it was applied for, downloaded before it was sent, and so on.

    Of each day, the value that counts after the import is compared, and a problem names the line that brings it.
    """
    days_of: dict[str, _Days] = {}
    for line in lines:
        application = line.text("application")
        if application is None or line.kind.code in _MAY_NAME_UNKNOWN:
            continue
        for name in _DAYS:
            happened = line.day(name)
            if happened is None:
                continue
            if application not in days_of:
                days_of[application] = _recorded_days(records, application)
            days, line_known_on = days_of[application], line.known_on or known_on
            if name not in days or line_known_on >= days[name][0]:
                days[name] = line_known_on, happened, line
    return chain.from_iterable(map(_out_of_order, days_of.values()))


def _recorded_days(records: Records, application: str) -> _Days:
    latest = {name: versions[-1] for name in _DAYS if (versions := records.facts.get((application, name)))}
    return {name: (known_on, fact.day, None) for name, (known_on, fact) in latest.items() if fact.day is not None}


def _out_of_order(days: _Days) -> Iterator[Problem]:
    for later, earlier in _NOT_BEFORE.items():
        if later not in days:
            continue
        _known_on, happened, line = days[later]
        first = next((name for name in earlier if name in days and happened < days[name][1]), None)
        if first is None:
            continue
        _known_on, other, first_line = days[first]
        if line is not None:
            column = _heading(first)
            yield line.problem(line.kind.headings[later], "before", value=happened, other=other, column=column)
        elif first_line is not None:
            column = _heading(later)
            yield first_line.problem(
                first_line.kind.headings[first], "after", value=other, other=happened, column=column
            )


def _heading(name: str) -> str:
    return next(kind.headings[name] for kind in KINDS if name in kind.headings)
