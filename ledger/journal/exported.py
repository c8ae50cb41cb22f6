"""What of the journal went to other software: each export begins behind the one before it, whatever days entries bear.

A late entry is dated on an earlier day, so days cannot tell what is new; numbers can, because entries are numbered as
they are recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ledger import i18n, tables
from ledger.i18n import Language
from ledger.journal.refusals import ExportedOtherwise, NothingToExport, UnknownExport
from ledger.store.records import next_number, signature


@dataclass(frozen=True)
class ExportForm:
    """What the bytes of an export rest on beside its entries; `accounts` is the user's list of them, as JSON."""

    format: str
    encoding: str
    substituted: str | None = None
    accounts: str | None = None


@dataclass(frozen=True)
class JournalExport:
    """An export: its entries from the first to the last number, and the file as it was written.

    Not `changed`: it was made before, and is the same. `form` and `language` are all that its bytes rest on.
    """

    no: int
    form: ExportForm
    language: Language
    entries_from: int
    entries_to: int
    entry_count: int
    name: str
    sha256: str
    by: str
    recorded_at: datetime
    changed: bool = False

    @property
    def format(self) -> str:
        """For which software it was written."""
        return self.form.format


# Gives the bytes of the entries from one number to another.
Write = Callable[[int, int], bytes]


def export(
    connection: Connection, form: ExportForm, write: Write, *, name: str, by: str
) -> tuple[JournalExport, bytes]:
    """Exports what was recorded since the last export of this format, and keeps that it was; gives the bytes.

    Where nothing was, and the last export has this name and form, it is given once more: the command was typed again.
    Refused: nothing was recorded since (nothing-to-export).
    """
    table, entry = tables.journal_export, tables.entry
    statement = select(table).where(table.c.format == form.format).order_by(table.c.no.desc()).limit(1)
    before = connection.execute(statement).first()
    first = 1 if before is None else before.entries_to + 1
    asked = select(func.count(), func.max(entry.c.no)).where(entry.c.no >= first)
    count, last = connection.execute(asked).one()
    if not count:
        if before is None or (before.name, _form(before), before.language) != (name, form, i18n.language()):
            raise NothingToExport(form.format)
        return _export(before), _same(before, write)
    content = write(first, last)
    row = {
        "no": next_number(connection, table.c.no),
        **vars(form),
        "entries_from": first,
        "entries_to": last,
        "entry_count": count,
        "name": name,
        "language": i18n.language(),
        "sha256": sha256(content).hexdigest(),
    }
    connection.execute(table.insert().values(row | signature(connection, by)))
    made = connection.execute(select(table).where(table.c.no == row["no"])).one()
    return _export(made, changed=True), content


def exports(connection: Connection) -> list[JournalExport]:
    """Every export, by number."""
    table = tables.journal_export
    return [_export(row) for row in connection.execute(select(table).order_by(table.c.no))]


def exported(connection: Connection, no: int) -> JournalExport:
    """One export. Refused: a number never given (unknown-export)."""
    table = tables.journal_export
    row = connection.execute(select(table).where(table.c.no == no)).first()
    if row is None:
        raise UnknownExport(no)
    return _export(row)


def require_same(made: JournalExport, content: bytes) -> bytes:
    """The bytes of an export that was made again. Refused: others than were written then (exported-otherwise)."""
    if sha256(content).hexdigest() != made.sha256:
        raise ExportedOtherwise(made.no)
    return content


def _same(row: Row[Any], write: Write) -> bytes:
    return require_same(_export(row), write(row.entries_from, row.entries_to))


def _form(row: Row[Any]) -> ExportForm:
    return ExportForm(row.format, row.encoding, row.substituted, row.accounts)


def _export(row: Row[Any], *, changed: bool = False) -> JournalExport:
    entries = (row.entries_from, row.entries_to, row.entry_count)
    return JournalExport(
        row.no, _form(row), row.language, *entries, row.name, row.sha256, row.by, row.recorded_at, changed
    )
