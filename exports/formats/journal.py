"""The journal of the books, in the format asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from exports.formats import beancount, hledger, journal_csv
from exports.formats.ledger_text import ExportAccount, Transaction
from exports.formats.sheet import Sheet
from ledger import tables
from ledger.booking.events import description
from ledger.errors import Exit, Refusal
from ledger.i18n import N_
from ledger.journal import ledgers

WRITERS: dict[str, Callable[[Sequence[Transaction], Sequence[ExportAccount], Path], None]] = {
    "hledger": hledger.write,
    "beancount": beancount.write,
    "csv": journal_csv.write,
}


@dataclass
class NoSuchJournalFormat(Refusal):
    """the journal is not written as {form}"""

    form: str
    formats: list[str]
    exit = Exit.USAGE
    instead = N_("use one of: {formats}")


def write(connection: Connection, form: str, path: Path, first: date | None, last: date | None) -> int:
    """Writes the entries of the days from the first to the last; returns how many. Refused: another format."""
    if form not in WRITERS:
        raise NoSuchJournalFormat(form, list(WRITERS))
    entries = [_entry(entry) for entry in ledgers.entries(connection, first=first, last=last)]
    WRITERS[form](entries, _chart(connection), path)
    return len(entries)


def sheet(connection: Connection, first: date | None, last: date | None) -> Sheet:
    """The journal of the days from the first to the last as a sheet, its entries read while it is written."""
    entries = ledgers.each_entry(connection, first=first, last=last)
    return journal_csv.sheet(map(_entry, entries), _chart(connection))


def _chart(connection: Connection) -> list[ExportAccount]:
    account = tables.account.c
    rows = connection.execute(select(account.code, account.kind, account.ja, account.en).order_by(account.code))
    return [ExportAccount(*row) for row in rows]


def _entry(entry: ledgers.JournalEntry) -> Transaction:
    entered = (entry.no, entry.on, entry.recorded_at, entry.by, entry.event, entry.key, entry.reverses)
    return Transaction(*entered, description(entry), entry.movements)
