"""Numbers of members, applications, transfers and bills: two spellings of one are one, as it was recorded first.

A spelling differs in width, in spaces, in signs that nobody sees, in the kind of hyphen, and in the case of Latin
letters. No key is kept beside a number, so none can differ from it: a spelling that the books do not hold is compared
with those of its figures; for a whole import that is every number there is, half a second for a million of them, once.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from string import digits
from typing import Any

from sqlalchemy import Column, Connection, func, or_, select

from ledger import tables
from ledger.errors import AmbiguousNumber
from ledger.kana import number_groups, number_key, number_likenesses
from ledger.store.records import batches

# Where the numbers of each kind stand; a bill may name an application before we know of it.
COLUMNS: dict[str, tuple[Column[str], ...]] = {
    "member": (tables.member.c.number,),
    "application": (tables.application.c.number, tables.bill_known.c.application),
    "deposit": (tables.deposit.c.reference,),
    "bill": (tables.bill_known.c.bill,),
}

# What a command or a column of a file calls such a number.
NAMED = {
    **{kind: kind for kind in COLUMNS},
    **dict.fromkeys(("applications", "to", "previous", "credit_to"), "application"),
}


def recorded(connection: Connection, kind: str, written: Collection[str]) -> dict[str, list[str]]:
    """For each number that is written, those of the books that it may be: the very same, else all spelled otherwise.

    Left out is what the books do not hold.
    """
    found: dict[str, list[str]] = {}
    for column in COLUMNS[kind]:
        for batch in batches(sorted(written), 5_000):
            for number in connection.execute(select(column).where(column.in_(batch)).distinct()).scalars():
                found[number] = [number]
    sought = {number_key(number) for number in written if number not in found}
    # A number with a figure that none of those has is none of them: the database leaves most of them out.
    strange = [figure for figure in digits if not any(figure in key for key in sought)]
    otherwise: dict[str, list[str]] = {}
    for column in COLUMNS[kind] if sought else ():
        without = (column.not_like(f"%{figure}%") for figure in strange)
        for number in connection.execute(select(column).where(*without).distinct()).scalars():
            if (key := number_key(number)) in sought and number not in (same := otherwise.setdefault(key, [])):
                same.append(number)
    if otherwise:
        rest = [number for number in written if number not in found]
        found |= {number: otherwise[key] for number in rest if (key := number_key(number)) in otherwise}
    return found


def alike(connection: Connection, kind: str, written: Collection[str]) -> dict[str, list[str]]:
    """For each number that the books do not hold, those of the books that it may be, less than spelled otherwise.

    Noughts were lost in front of its figures, or the hyphens between them, or something stands around them
    (`kana.number_likenesses`).
    """
    found: dict[str, list[str]] = {}
    hashes = {hash(likeness) for number in written for likeness in number_likenesses(number)[0]}
    sought: dict[str, list[str]] = {}
    for column in COLUMNS[kind] if hashes else ():
        for known in connection.execute(select(column).distinct()).scalars():
            for likeness in number_likenesses(known)[1]:
                if hash(likeness) in hashes and known not in (same := sought.setdefault(likeness, [])):
                    same.append(known)
    for number in written if sought else ():
        for likeness in sorted(number_likenesses(number)[0]):
            for known in sought.get(likeness, ()):
                if known not in (same := found.setdefault(number, [])):
                    same.append(known)
    return found


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def containing(connection: Connection, kind: str, written: str) -> list[str]:
    """The numbers of the books in which what is written stands, group by group: 9103 stands in 東京 第9103号.

    Of a single group the noughts count, but in the number of a member: 1 stands in D-1, and not in 2012-0001.

    The very number comes first. The database looks for the figures, so that not every number is read; a text without
    figures has to be the very number.
    """
    run_together = number_key(written)
    noughts = len(number_groups(written)) == 1 and kind != "member"
    groups = number_groups(written, noughts=noughts)
    if not any(group.isdecimal() for group in groups):
        same = {written.strip(), run_together}
        statements = [select(column).where(column.in_(same)).distinct() for column in COLUMNS[kind]]
        return sorted({number for statement in statements for number in connection.execute(statement).scalars()})
    pattern, found = f"%{'%'.join(groups)}%", []
    # The figures alone, whatever stands between them: asked first, for it takes a fraction of the time.
    figures = f"%{'%'.join(''.join(filter(str.isdecimal, groups)))}%"
    for column in COLUMNS[kind]:
        near = or_(column.like(figures), column.like(figures.translate(_WIDE)))
        solid = func.replace(func.replace(column, "-", ""), " ", "").like(f"%{run_together}%")
        upper = func.upper(column)
        like = or_(upper.like(pattern), upper.like(pattern.translate(_WIDE)), solid)
        for number in connection.execute(select(column).where(near, like).distinct()).scalars():
            within = number_groups(number, noughts=noughts)
            begins = range(len(within) - len(groups) + 1)
            stands = any(within[at : at + len(groups)] == groups for at in begins)
            if number not in found and (stands or "".join(_FIGURES.findall(number_key(number))) == run_together):
                found.append(number)
    return sorted(found, key=lambda number: (number_key(number) != run_together, number))


_FIGURES = re.compile(r"\w+")


def as_recorded(connection: Connection, kind: str, written: str) -> str:
    """The number that a person wrote, as it was first recorded; one that the books do not hold, as it was written.

    Refused: one that could be several (ambiguous-number).
    """
    same = recorded(connection, kind, [written]).get(written, [])
    if len(same) > 1:
        raise AmbiguousNumber(written, same)
    return same[0] if same else written.strip()


def all_as_recorded(connection: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a command, by name; the numbers among them as they were first recorded."""
    read = dict(values)
    for name, value in values.items():
        kind = NAMED.get(name)
        if kind is not None and isinstance(value, str):
            read[name] = as_recorded(connection, kind, value)
        elif kind is not None and isinstance(value, list):
            read[name] = [as_recorded(connection, kind, number) for number in value]
    return read


def spans(numbers: Iterable[int]) -> str:
    """Numbers as they are typed: 1-5 7."""
    ordered = sorted(set(numbers))
    groups = groupby(enumerate(ordered), key=lambda place: place[1] - place[0])
    runs = [[number for _nth, number in run] for _offset, run in groups]
    return " ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
