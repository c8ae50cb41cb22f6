"""弥生インポート形式: the journal as 弥生会計 imports it, 25 columns without a heading, in cp932, a line to a movement.

An entry of one movement is a plain line (2000); one of several is a slip (2110, 2100, 2101), each line of which
balances by itself. No line ever stands for a part of an entry, so what Yayoi sums up is what the books hold.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from exports.formats.ledger_text import ExportAccount, Transaction, cut, memo, width
from exports.formats.tax_classes import tax_class
from ledger import visible
from ledger.errors import Refusal
from ledger.i18n import N_
from ledger.journal.entries import Movement

# The most half-width characters (a kanji is two) of the name of an account, subaccount or department; of the text of
# an entry; of its memo. Yayoi cuts what is longer without a word.
NAME_LENGTH, TEXT_LENGTH, _MEMO_LENGTH = 24, 64, 180
_NUMBERS = 1_000_000  # 伝票No. has 6 digits
# What is bought, tax included, as Yayoi names it.
_PURCHASE = "課対仕入込{rate}%"
# 識別フラグ of a line by itself, and of the first, the lines between and the last of a slip; タイプ of each kind.
_ALONE, _FIRST, _BETWEEN, _LAST = "2000", "2110", "2100", "2101"
_ENTRY, _SLIP = "0", "3"


@dataclass
class AccountNameTooLong(Refusal):
    """the name {name} of account {account} takes more room than {limit} half-width characters, and would be cut"""

    account: str
    name: str
    limit: int
    instead = N_("give it a shorter one in a list of your own: --accounts FILE")


def text(entries: Sequence[Transaction], chart: Sequence[ExportAccount]) -> Iterator[str]:
    """The journal, entry by entry, in the order given. Account names are the Japanese ones, as in the user's Yayoi.

    Refused: a name that Yayoi would cut (account-name-too-long).
    """
    accounts = {account.code: account for account in chart}
    for account in chart:
        if width(account.ja) > NAME_LENGTH:
            raise AccountNameTooLong(account.code, account.ja, NAME_LENGTH)
    for entry in entries:
        lines = StringIO()
        csv.writer(lines, lineterminator="\r\n").writerows(_rows(entry, accounts))
        yield lines.getvalue()


def _rows(entry: Transaction, accounts: dict[str, ExportAccount]) -> Iterator[list[object]]:
    said, last = visible.line(entry.text).strip(), len(entry.movements) - 1
    for nth, movement in enumerate(entry.movements):
        flag = _ALONE if last == 0 else _FIRST if nth == 0 else _LAST if nth == last else _BETWEEN
        yield [
            *(flag, entry.no % _NUMBERS, "", entry.on.strftime("%Y/%m/%d")),
            *_side(accounts[movement.debit], movement, entry.on),
            *_side(accounts[movement.credit], movement, entry.on),
            *(cut(said, TEXT_LENGTH), "", "", _ENTRY if last == 0 else _SLIP, ""),
            *(cut(memo(entry.no, said, TEXT_LENGTH), _MEMO_LENGTH), "0", "0", "no"),
        ]


def _side(account: ExportAccount, movement: Movement, on: date) -> tuple[object, ...]:
    """Six columns: account, subaccount, department, tax class, yen with the tax in them, and the tax, left to Yayoi."""
    names = (account.ja, account.subaccount, account.department)
    return (*names, tax_class(account, on, _PURCHASE), movement.yen, "")
