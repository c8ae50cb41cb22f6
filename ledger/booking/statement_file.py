"""A bank's statement (入出金取引明細) read beside the books: the lines of the federation's own account."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from ledger import dates, tables
from ledger.booking.on_statement import StatementLine
from ledger.booking.payment_refusals import NotABankFile
from ledger.errors import Problem, Problems
from ledger.facts import not_withdrawn
from ledger.intake.bank.beginning import is_bank_file
from ledger.intake.bank.kinds import BANK_LINES
from ledger.intake.bank.mapping import CsvLayout
from ledger.intake.bank.taking import keep_own
from ledger.intake.files import Unreadable, contents
from ledger.intake.kind import InputRow
from ledger.intake.recognition import read_file
from ledger.store.records import batches


def read_statement(connection: Connection, path: Path, layout: CsvLayout | None = None) -> list[StatementLine]:
    """Every line of a statement, of a CSV by its layout; nothing of it is taken into the books.

    Refused: what is no file of the bank. Raises Problems, with everything that is wrong with it, for one that is
    damaged, of another account, or has lines of days that have not come yet.
    """
    try:
        data = contents(path)
    except Unreadable as unreadable:
        raise Problems([unreadable.problem(str(path))]) from None
    file = read_file(str(path), data, path.suffix, layout=layout)
    lines = [sheet for sheet in file.sheets if sheet.kind is BANK_LINES]
    if not lines and not (is_bank_file(data) or file.lacking):
        raise NotABankFile(str(path))
    if problems := file.problems or keep_own(connection, [file]):
        raise Problems(problems, file.more)
    rows = [row for sheet in lines for row in sheet.lines]
    if ahead := list(_ahead(rows, dates.today())):
        raise Problems(ahead)
    deposits = _deposits(connection, {str(row.text("digest")) for row in rows if row.text("way") == "in"})
    return [_line(row, deposits) for row in rows]


def _ahead(rows: Iterable[InputRow], today: date) -> Iterator[Problem]:
    """The lines of days that have not come yet."""
    for row in rows:
        if (on := row.day("happened_on")) is not None and on > today:
            yield row.problem(BANK_LINES.headings["happened_on"], "in-the-future", value=on, today=today)


def _line(row: InputRow, deposits: dict[str, str]) -> StatementLine:
    on, yen = row.day("happened_on"), row.values["yen"]
    assert on is not None and isinstance(yen, int), row
    says = tuple(text for name in ("payer", "note") if (text := row.text(name)) is not None)
    corrects, deposit = row.text("state") == "correction", deposits.get(str(row.text("digest")))
    return StatementLine(row.row, on, row.text("way") == "out", yen, says, corrects, deposit)


def _deposits(connection: Connection, digests: Collection[str]) -> dict[str, str]:
    """The transfers received that lines of this statement became in the books, by the digest of the line."""
    found: dict[str, str] = {}
    line = tables.bank_line.c
    for batch in batches(sorted(digests)):
        statement = select(line.digest, line.deposit).where(
            line.digest.in_(batch), line.deposit.is_not(None), not_withdrawn(tables.bank_line, None)
        )
        found |= {row.digest: row.deposit for row in connection.execute(statement)}
    return found
