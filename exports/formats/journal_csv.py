"""The journal as CSV, one movement to a row: the debit and the credit side by side, with who recorded it and when."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from exports.formats import csv
from exports.formats.ledger_text import Account, Entry
from exports.formats.sheet import Block, Column, Sheet, Values
from ledger.i18n import _

COLUMNS = (
    Column(_("Entry No."), "number"),
    Column(_("Line"), "number"),
    Column(_("Date"), "day"),
    Column(_("Debit code")),
    Column(_("Debit account")),
    Column(_("Debit application")),
    Column(_("Credit code")),
    Column(_("Credit account")),
    Column(_("Credit application")),
    Column(_("Amount"), "yen"),
    Column(_("Deposit")),
    Column(_("Text")),
    Column(_("Event")),
    Column(_("Reverses"), "number"),
    Column(_("Recorded at"), "moment"),
    Column(_("By")),
    Column(_("Key")),
)


def write(entries: Iterable[Entry], chart: Sequence[Account], path: Path, encoding: csv.Encoding = "utf-8-sig") -> None:
    """Writes the journal; `path` appears whole or stays as it was. Refused: characters the encoding cannot hold."""
    block = Block(COLUMNS, _rows(entries, {each.code: each.name for each in chart}))
    csv.write(Sheet(name=_("Journal"), title=_("Journal"), blocks=(block,)), path, encoding)


def _rows(entries: Iterable[Entry], names: dict[str, str]) -> Iterator[Values]:
    for entry in entries:
        for line, each in enumerate(entry.movements, start=1):
            yield (
                *(entry.no, line, entry.on),
                *(each.debit, names[each.debit], each.debit_application),
                *(each.credit, names[each.credit], each.credit_application),
                *(each.yen, each.deposit, entry.text, entry.event, entry.reverses),
                *(entry.recorded_at, entry.by, entry.key),
            )
