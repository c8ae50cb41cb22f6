"""The journal as CSV, one movement to a row: the debit and the credit side by side, with who recorded it and when."""

from collections.abc import Iterable, Iterator, Sequence

from exports.formats import csv
from exports.formats.ledger_text import ExportAccount, Transaction
from exports.formats.sheet import Block, Sheet, SheetColumn, Values
from ledger.i18n import N_

COLUMNS = (
    SheetColumn(N_("Entry No."), "number"),
    SheetColumn(N_("Line"), "number"),
    SheetColumn(N_("Date"), "day"),
    SheetColumn(N_("Debit code")),
    SheetColumn(N_("Debit account")),
    SheetColumn(N_("Debit application")),
    SheetColumn(N_("Credit code")),
    SheetColumn(N_("Credit account")),
    SheetColumn(N_("Credit application")),
    SheetColumn(N_("Amount"), "yen"),
    SheetColumn(N_("Deposit")),
    SheetColumn(N_("Text")),
    SheetColumn(N_("Event")),
    SheetColumn(N_("Reverses"), "number"),
    SheetColumn(N_("Recorded at"), "moment"),
    SheetColumn(N_("By")),
    SheetColumn(N_("Key")),
)


def text(entries: Sequence[Transaction], chart: Sequence[ExportAccount]) -> Iterator[str]:
    """The journal, piece by piece; no text runs as a formula where the file is opened by a double click."""
    return csv.pieces(sheet(entries, chart))


def sheet(entries: Iterable[Transaction], chart: Sequence[ExportAccount]) -> Sheet:
    """The journal as it is written."""
    block = Block(COLUMNS, _rows(entries, {account.code: account.name for account in chart}))
    return Sheet(name=N_("Journal"), title=N_("Journal"), blocks=(block,))


def _rows(entries: Iterable[Transaction], names: dict[str, str]) -> Iterator[Values]:
    for entry in entries:
        for line, movement in enumerate(entry.movements, start=1):
            yield (
                *(entry.no, line, entry.on),
                *(movement.debit, names[movement.debit], movement.debit_application),
                *(movement.credit, names[movement.credit], movement.credit_application),
                *(movement.yen, movement.deposit, entry.text, entry.event, entry.reverses),
                *(entry.recorded_at, entry.by, entry.key),
            )
