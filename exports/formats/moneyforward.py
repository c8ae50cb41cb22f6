"""マネーフォワード クラウド会計の仕訳帳: the journal as its import takes it, 27 columns under their heading, in UTF-8.

A line to a movement; the lines of an entry have its number (取引No) and its day, by which they are read as one.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from io import StringIO

from exports.formats.ledger_text import ExportAccount, Transaction, cut, memo
from exports.formats.tax_classes import tax_class
from ledger import visible
from ledger.journal.entries import Movement

_SIDE = ("勘定科目", "補助科目", "部門", "取引先", "税区分", "インボイス", "金額(円)", "税額")
HEADINGS = (
    *("取引No", "取引日", *(f"借方{name}" for name in _SIDE), *(f"貸方{name}" for name in _SIDE)),
    *("摘要", "仕訳メモ", "タグ", "MF仕訳タイプ", "決算整理仕訳"),
    *("作成日時", "作成者", "最終更新日時", "最終更新者"),
)
# The most half-width characters of the text of an entry, and of its memo.
_TEXT_LENGTH = _MEMO_LENGTH = 200
# What is bought, tax included, as it is named there.
_PURCHASE = "課税仕入 {rate}%"


def text(entries: Sequence[Transaction], chart: Sequence[ExportAccount]) -> Iterator[str]:
    """The heading, then the journal, entry by entry, in the order given. Account names are the Japanese ones."""
    accounts = {account.code: account for account in chart}
    yield ",".join(HEADINGS) + "\r\n"
    for entry in entries:
        lines = StringIO()
        csv.writer(lines, lineterminator="\r\n").writerows(_rows(entry, accounts))
        yield lines.getvalue()


def _rows(entry: Transaction, accounts: dict[str, ExportAccount]) -> Iterator[list[object]]:
    said = visible.line(entry.text).strip()
    for movement in entry.movements:
        yield [
            *(entry.no, entry.on.strftime("%Y/%m/%d")),
            *_side(accounts[movement.debit], movement, entry.on),
            *_side(accounts[movement.credit], movement, entry.on),
            *(cut(said, _TEXT_LENGTH), cut(memo(entry.no, said, _TEXT_LENGTH), _MEMO_LENGTH), "", "", ""),
            *("", "", "", ""),  # when and by whom it was entered there, which that program fills in
        ]


def _side(account: ExportAccount, movement: Movement, on: date) -> tuple[object, ...]:
    """Eight columns; with whom it was and whether there is a qualified invoice the accounts do not say."""
    names = (account.ja, account.subaccount, account.department, "")
    return (*names, tax_class(account, on, _PURCHASE), "", movement.yen, "")
