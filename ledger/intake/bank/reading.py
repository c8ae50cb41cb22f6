"""A file of the bank, recognised by its content and read into the rows of an import."""

from typing import TYPE_CHECKING

from ledger import dates
from ledger.errors import Problem
from ledger.intake import text
from ledger.intake.bank import zengin
from ledger.intake.bank.csv import BankCsv
from ledger.intake.bank.kinds import BANK_BALANCES, BANK_LINES, rows
from ledger.intake.bank.mapping import CsvLayout
from ledger.intake.bank.statement import Wrong
from ledger.intake.kind import InputRow
from ledger.intake.table import RecognisedSheet

if TYPE_CHECKING:
    from ledger.intake.recognition import InputFile, Room


def read(file: "InputFile", data: bytes, room: "Room") -> None:
    """Reads the bytes of a bank's file (`beginning.is_bank_file`) into a file of the import, with all that is wrong."""
    layout, accounts, records = zengin.read(data, dates.today(), _telling(file))
    lines: list[InputRow] = []
    balances: list[InputRow] = []
    for account in accounts:
        of_account, told = rows(file.name, layout.name, account)
        for _line in of_account:
            room.take()
        lines += of_account
        balances += told
    if not file.problems:
        control = records - len(lines) - len({line.row for line in balances})
        file.sheets.append(RecognisedSheet(BANK_LINES, None, lines, [], {"control": (control, 1)}))
        if balances:
            file.sheets.append(RecognisedSheet(BANK_BALANCES, None, balances, []))


def read_csv(file: "InputFile", data: bytes, layout: CsvLayout, room: "Room") -> bool:
    """Reads the bytes of a CSV in the same way, if it has the columns of the layout; whether it has them.

    Raises Unreadable for a text that is no CSV.
    """
    reading = BankCsv(layout, dates.today(), _telling(file))
    for row in text.sheet(data).rows:
        if reading.read(row):
            room.take()
    if reading.columns is None:
        file.lacking = reading.lacking if reading.seen else None
        return False
    account = reading.account()
    if not file.problems:
        lines, balances = rows(file.name, "csv", account)
        file.sheets.append(RecognisedSheet(BANK_LINES, None, lines, [], reading.passed_over))
        if balances:
            file.sheets.append(RecognisedSheet(BANK_BALANCES, None, balances, []))
    return True


def _telling(file: "InputFile") -> Wrong:
    def wrong(row: int | None, column: str | None, code: str, fields: dict[str, object]) -> None:
        file.wrong(Problem(file.name, row, column, code, fields))

    return wrong
