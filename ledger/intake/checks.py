"""What has to hold between lines, and between them and the books: who owns what, what is named, which day is first.

Members and applications may come in the same import, in any order of files. A bill may name an application that nobody
knows: reconciliation reports it.
"""

from collections.abc import Iterator
from datetime import date
from itertools import chain

from ledger.errors import Problem
from ledger.intake.columns import Value
from ledger.intake.kind import KNOWN_ON, InputRow
from ledger.intake.kinds import KINDS
from ledger.intake.known_facts import Kept

# The days of a certificate's life, each with those that it cannot lie before; the first that is known is compared.
_ORDER = {
    "withdrawn_on": ("applied_on",),
    "issued_on": ("applied_on",),
    "mailed_on": ("issued_on", "applied_on"),
    "expires_on": ("mailed_on", "issued_on", "applied_on"),
    "downloaded": ("mailed_on", "issued_on", "applied_on"),
    "receipt": ("mailed_on", "issued_on", "applied_on"),
    "revoked_on": ("mailed_on", "issued_on", "applied_on"),
}
_DAYS = ("applied_on", *_ORDER)

# What of a line names an application, and the kinds whose lines may name one that is not known.
_LINKS = ("application", "previous", "credit_to")
_MAY_NAME_UNKNOWN = ("bills",)


def check(lines: list[InputRow], kept: Kept, known_on: date, today: date) -> list[Problem]:
    """Every problem between the lines, and between them and the books.

    `known_on` is the day on which a line became known that does not say so itself.
    """
    owners = dict(kept.applications)
    owned = list(_owned(lines, kept.members, owners))
    return [
        *owned,
        *_named(lines, owners),
        *_twice(lines, known_on),
        *_in_order(lines, kept, known_on),
        *_not_yet(lines, today),
    ]


def _not_yet(lines: list[InputRow], today: date) -> Iterator[Problem]:
    """Nothing can have become known after today."""
    for line in lines:
        if line.known_on is not None and line.known_on > today:
            own = line.kind.dated_by
            name = own if own is not None and line.day(own) == line.known_on else KNOWN_ON.name
            yield line.problem(line.kind.headings[name], "not-yet", value=line.known_on, today=today)


def _owned(lines: list[InputRow], members: set[str], owners: dict[str, str]) -> Iterator[Problem]:
    """An application belongs to one member, who is in the register; `owners` learns the new applications."""
    listed = members | {line.text("member") for line in lines if line.kind.code == "members"}
    for line in lines:
        if line.kind.code != "applications" or (application := line.text("application")) is None:
            continue
        member, heading = line.text("member"), line.kind.headings["member"]
        if member is None:
            owners.setdefault(application, "")  # known all the same; whose it is could not be read
            continue
        if member not in listed:
            yield line.problem(heading, "unknown-member", value=member)
        if (owner := owners.setdefault(application, member) or member) != member:
            yield line.problem(heading, "another-member", application=application, member=owner)


def _named(lines: list[InputRow], owners: dict[str, str]) -> Iterator[Problem]:
    """An application that is named is known, and a fee is set against an application of the same member only."""
    for line in lines:
        if line.kind.code in _MAY_NAME_UNKNOWN:
            continue
        for name in _LINKS:
            number = line.text(name)
            if number is not None and number not in owners:
                yield line.problem(line.kind.headings[name], "unknown-application", value=number)
        credit_to, owner = line.text("credit_to"), owners.get(line.text("application") or "")
        if credit_to is not None and owner and (other := owners.get(credit_to, owner)) != owner:
            yield line.problem(line.kind.headings["credit_to"], "another-member", application=credit_to, member=other)


def _twice(lines: list[InputRow], known_on: date) -> Iterator[Problem]:
    """Rows about the same thing, known on the same day, say the same; one may leave out what the other says."""
    said: dict[tuple[str, tuple[Value | None, ...], date], dict[str, tuple[Value | None, InputRow]]] = {}
    for line in lines:
        key = line.key
        if not key or None in key:
            continue
        before = said.setdefault((line.kind.code, key, line.known_on or known_on), {})
        differs: tuple[str, InputRow] | None = None
        for column in line.kind.columns:
            value = line.values.get(column.name)
            if value is None and not column.blank_says:
                continue
            first, by = before.setdefault(column.name, (value, line))
            if first != value and column.name != "member" and differs is None:
                differs = column.heading, by
        if differs is not None:
            heading, by = differs
            yield line.problem(
                line.kind.headings[line.kind.key[0]], "twice", value=key[0], first=_place(by, line), differs=heading
            )


def _place(of: InputRow, seen_from: InputRow) -> object:
    """The row of a line, with its file and sheet where they are not those of the other line."""
    if (of.file, of.sheet) == (seen_from.file, seen_from.sheet):
        return of.row
    return f"{of.file}:{of.row}" if of.sheet is None else f"{of.file}:{of.sheet}!{of.row}"


def _in_order(lines: list[InputRow], kept: Kept, known_on: date) -> Iterator[Problem]:
    """No certificate is sent before it was applied for, downloaded before it was sent, and so on.

    Of each day, the value that counts after the import is compared, and a problem names the line that brings it.
    """
    counts: dict[str, dict[str, tuple[date, date, InputRow | None]]] = {}
    for line in lines:
        application = line.text("application")
        if application is None or line.kind.code == "bills":
            continue
        for name in _DAYS:
            happened = line.day(name)
            if happened is None:
                continue
            days = counts.setdefault(application, _kept_days(kept, application))
            known = line.known_on or known_on
            if name not in days or known >= days[name][0]:
                days[name] = known, happened, line
    return chain.from_iterable(map(_out_of_order, counts.values()))


def _kept_days(kept: Kept, application: str) -> dict[str, tuple[date, date, InputRow | None]]:
    days: dict[str, tuple[date, date, InputRow | None]] = {}
    for name in _DAYS:
        if versions := kept.facts.get((application, name)):
            known, said = versions[-1]
            if said.day is not None:
                days[name] = known, said.day, None
    return days


def _out_of_order(days: dict[str, tuple[date, date, InputRow | None]]) -> Iterator[Problem]:
    for later, earlier in _ORDER.items():
        if later not in days:
            continue
        _known, happened, line = days[later]
        for first in earlier:
            if first not in days or happened >= days[first][1]:
                continue
            _known, other, by = days[first]
            if line is not None:
                column = _heading(first)
                yield line.problem(line.kind.headings[later], "before", value=happened, other=other, column=column)
            elif by is not None:
                column = _heading(later)
                yield by.problem(by.kind.headings[first], "after", value=other, other=happened, column=column)
            break


def _heading(name: str) -> str:
    return next(kind.headings[name] for kind in KINDS if name in kind.headings)
