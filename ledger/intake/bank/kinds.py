"""What a bank's file holds, as rows of an import: lines of the account, and balances."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from ledger.i18n import N_
from ledger.intake.bank.statement import BankAccount, BankBalance, BankLine, Form
from ledger.intake.columns import InputColumn, Value, day, number, positive_yen, text
from ledger.intake.kind import InputRow, Kind

_column = partial(InputColumn, note="")

# The lines of the account. Equal lines count each; which of them are known already is told by `taking`.
BANK_LINES = Kind(
    "bank_lines",
    N_("Lines of the bank account"),
    _column("勘定日", "happened_on", day, required=True, received=True),
    _column("金額", "yen", positive_yen, required=True),
    _column("照会番号", "number", number),
    _column("振込依頼人名", "payer", text(100)),
    _column("摘要", "note", text(100)),
    key=(),
)

# What the account held at the end of a day.
BANK_BALANCES = Kind(
    "bank_balances",
    N_("Balances of the bank account"),
    _column("勘定日", "happened_on", day, required=True, received=True),
    _column("残高", "yen", number, required=True),
    key=(),
)

BANK_KINDS = (BANK_LINES, BANK_BALANCES)


def rows(file: str, form: Form, account: BankAccount) -> tuple[list[InputRow], list[InputRow]]:
    """The lines of an account as rows of an import, and its balances."""
    name = account_name(account)
    told: dict[str, Value] = {"account": name} | _told({"account_type": account.kind})
    lines = [_line(file, form, told, line) for line in account.lines]
    return lines, [_balance(file, told, balance) for balance in account.balances]


def account_name(account: BankAccount) -> str:
    """The account in one word, bank, branch and number: 9999-999-1234567; empty where the file does not tell it."""
    return "-".join(filter(None, [account.bank, account.branch, account.number]))


def _line(file: str, form: Form, account: dict[str, Value], line: BankLine) -> InputRow:
    values: dict[str, Value] = account | {
        "form": form,
        "happened_on": line.on,
        "way": line.way,
        "yen": line.yen,
        "state": "correction" if line.corrects else "ordinary",
        "digest": line.digest,
    }
    values |= _told({"number": line.number, "payer": line.payer, "note": line.note, "code": line.code, "edi": line.edi})
    return InputRow(BANK_LINES, file, None, line.row, values, None)


def _balance(file: str, account: dict[str, Value], balance: BankBalance) -> InputRow:
    values: dict[str, Value] = account | {"happened_on": balance.on, "yen": balance.yen}
    return InputRow(BANK_BALANCES, file, None, balance.row, values, None)


def _told(values: dict[str, str | None]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def days(lines: Sequence[InputRow]) -> list[date]:
    """The days of these lines, in order."""
    return sorted(found for line in lines if (found := line.day("happened_on")) is not None)
