"""The journal as CSV, one movement to a row: the debit and the credit side by side, with who recorded it and when."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from exports.formats import csv
from exports.formats.ledger_text import ExportAccount, Transaction
from exports.formats.sheet import Block, Column, Sheet, Values
from ledger.i18n import N_

COLUMNS = (
    Column(N_("Entry No."), "number"),
    Column(N_("Line"), "number"),
    Column(N_("Date"), "day"),
    Column(N_("Debit code")),
    Column(N_("Debit account")),
    Column(N_("Debit application")),
    Column(N_("Credit code")),
    Column(N_("Credit account")),
    Column(N_("Credit application")),
    Column(N_("Amount"), "yen"),
    Column(N_("Deposit")),
    Column(N_("Text")),
    Column(N_("Event")),
    Column(N_("Reverses"), "number"),
    Column(N_("Recorded at"), "moment"),
    Column(N_("By")),
    Column(N_("Key")),
)


def write(
    entries: Iterable[Transaction], chart: Sequence[ExportAccount], path: Path, encoding: csv.Encoding = "utf-8-sig"
) -> None:
    """Writes the journal; `path` appears whole or stays as it was. Refused: characters the encoding cannot hold."""
    block = Block(COLUMNS, _rows(entries, {account.code: account.name for account in chart}))
    csv.write(Sheet(name=N_("Journal"), title=N_("Journal"), blocks=(block,)), path, encoding)


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
