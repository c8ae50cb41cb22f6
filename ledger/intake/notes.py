"""What is noticed in files that are taken in all the same."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.intake.columns import Value
from ledger.intake.kind import InputRow
from ledger.intake.report import ImportNote
from ledger.store.records import batches

# What makes two lines of bills look like one: bill, application, yen.
_Content = tuple[Value | None, ...]
_CONTENT = ("bill", "application", "yen")


def billed_again(connection: Connection, lines: list[InputRow]) -> Iterator[ImportNote]:
    """A note for each file and bill of which lines equal those of another file: a bill may have been saved anew.

    They are lines all the same: nothing but the bill itself tells a page that came twice from a second billing.
    """
    of_bills = [line for line in lines if line.kind.code == "bills"]
    before = _taken_in(connection, {str(line.values["bill"]) for line in of_bills})
    first: dict[_Content, str] = {}
    equal: dict[tuple[str, str], list[InputRow]] = {}
    others: dict[tuple[str, str], str] = {}
    for line in of_bills:
        content = tuple(line.values[name] for name in _CONTENT)
        other = before.get(content) or first.setdefault(content, line.file)
        if content in before or other != line.file:
            about = line.file, str(line.values["bill"])
            equal.setdefault(about, []).append(line)
            others.setdefault(about, other)
    for (file, bill), again in equal.items():
        fields: dict[str, object] = {"bill": bill, "other": others[file, bill], "count": len(again)}
        yield ImportNote(file, again[0].sheet, again[0].row, "billed-again", fields)


def set_aside(paths: Iterable[tuple[Path, str]]) -> Iterator[ImportNote]:
    """A note for each file that is not read, though a name or folder that was given stands for it as well."""
    for path, code in paths:
        yield ImportNote(str(path), None, None, code, {})


def _taken_in(connection: Connection, bills: set[str]) -> dict[_Content, str]:
    """The file in which each line of these bills came first, by what it says."""
    versions, files = tables.bill_known, dict[_Content, str]()
    key = (versions.c.bill, versions.c.application, versions.c.nth)
    for batch in batches(sorted(bills)):
        last = facts.latest_version(versions, key, None, versions.c.bill.in_(batch)).subquery()
        columns = (last.c[name] for name in _CONTENT)
        statement = select(*columns, tables.source.c.name).join(tables.source, tables.source.c.id == last.c.source)
        for *content, name in connection.execute(statement.order_by(last.c.id)):
            files.setdefault(tuple(content), name)
    return files


def of_cells(lines: list[InputRow]) -> Iterator[ImportNote]:
    """A note for each cell that was taken in though something about it is odd."""
    for line in lines:
        for note in line.noticed:
            yield ImportNote(line.file, line.sheet, line.row, note.code, {"column": note.heading, **note.fields})
