"""The records of a bank's file of 200 bytes each: their fields, and the file cut into them.

入出金取引明細 (種別 03) and 振込入金通知 フォーマットA (種別 01). A figure (N) stands on the right behind noughts, a
text (C) on the left before spaces. A figure that is left blank is not known, and never nought.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ledger.intake.bank.beginning import LENGTH
from ledger.intake.bank.statement import Form
from ledger.intake.files import LIMIT_IMPORT_ROWS, Unreadable

# Every record, and as many lines between them.
_MOST_LINES = 2 * LIMIT_IMPORT_ROWS

_SEPARATOR = re.compile(rb"\r\n|\n|\r")
_END_OF_FILE = b"\x1a"


class Field(NamedTuple):
    """A field of a record: its title as the banks name it, its first byte (1 is the first), and how many it has."""

    title: str
    first: int
    length: int

    @property
    def last(self) -> int:
        """Its last byte."""
        return self.first + self.length - 1

    @property
    def place(self) -> str:
        """The field as a problem names it: 取引金額 [25-36]."""
        return f"{self.title} [{self.first}-{self.last}]"


def _fields(**places: tuple[str, int, int]) -> dict[str, Field]:
    return {name: Field(*place) for name, place in places.items()}


_HEADERS = _fields(
    code=("コード区分", 4, 1),
    made_on=("作成日", 5, 6),
    first=("勘定日(自)", 11, 6),
    last=("勘定日(至)", 17, 6),
    bank=("銀行番号", 23, 4),
    branch=("支店番号", 42, 3),
)


@dataclass(frozen=True)
class BankLayout:
    """How the records of a kind of file are laid out: by their first digit the fields of each, by name."""

    name: Form
    fields: Mapping[str, Mapping[str, Field]]


# 入出金取引明細
STATEMENT = BankLayout(
    "statement",
    {
        "1": _HEADERS
        | _fields(
            account_type=("預金種目", 63, 1),
            account=("口座番号", 64, 10),
            before_sign=("貸越区分", 114, 1),
            before=("取引前残高", 116, 14),
        ),
        "2": _fields(
            number=("照会番号", 2, 8),
            on=("勘定日", 10, 6),
            way=("入払区分", 22, 1),
            code=("取引区分", 23, 2),
            yen=("取引金額", 25, 12),
            payer=("振込依頼人名又は契約者番号", 82, 48),
            note=("摘要内容", 160, 20),
            edi=("EDI情報", 180, 20),
        ),
        "8": _fields(
            in_count=("入金件数", 2, 6),
            in_yen=("入金額合計", 8, 13),
            out_count=("出金件数", 21, 6),
            out_yen=("出金額合計", 27, 13),
            after_sign=("貸越区分", 40, 1),
            after=("取引後残高", 41, 14),
            count=("データ・レコード件数", 55, 7),
        ),
        "9": _fields(count=("レコード総件数", 2, 10), accounts=("口座数", 12, 5)),
    },
)

# 振込入金通知 フォーマットA
NOTICE = BankLayout(
    "notice",
    {
        "1": _HEADERS | _fields(account_type=("預金種目", 60, 1), account=("口座番号", 61, 7)),
        "2": _fields(
            number=("照会番号", 2, 6),
            on=("勘定日", 8, 6),
            yen=("金額", 20, 10),
            payer=("振込依頼人名", 50, 48),
            withdrawn=("取消区分", 128, 1),
            note=("EDI情報", 129, 20),
        ),
        "8": _fields(
            in_count=("振込合計件数", 2, 6),
            in_yen=("振込合計金額", 8, 12),
            out_count=("取消合計件数", 20, 6),
            out_yen=("取消合計金額", 26, 12),
        ),
        "9": {},
    },
)

LAYOUTS = {b"03": STATEMENT, b"01": NOTICE}

# フォーマットB of the same notice has amounts of 12 digits in the same place.
FORMAT_B_YEN = Field("金額", 20, 12)


def layout_of(data: bytes) -> BankLayout:
    """The layout that the first header names (種別コード)."""
    return LAYOUTS[data[1:3]]


class Record(NamedTuple):
    """A record of the file: the how-manieth, and its bytes as they stand, spaces at the end left out or not."""

    no: int
    raw: bytes

    @property
    def padded(self) -> bytes:
        """Its bytes with the spaces that were left out."""
        return self.raw.ljust(LENGTH)

    def text(self, field: Field) -> bytes:
        """The bytes of a field."""
        return self.padded[field.first - 1 : field.last]


def records(data: bytes) -> Iterator[Record]:
    """The file cut into records: at its line ends or, where it has none, every 200 bytes.

    Where there are line ends a record may be of any length, and lines without anything are passed by. Raises Unreadable
    for more lines than an import may have.
    """
    data = data.rstrip(_END_OF_FILE + b"\r\n")
    if _SEPARATOR.search(data):
        no = 0
        for nth, line in enumerate(_lines(data)):
            if nth > _MOST_LINES:
                raise Unreadable("import-too-large", limit=LIMIT_IMPORT_ROWS)
            if (line := line.rstrip(_END_OF_FILE)).strip():
                no += 1
                yield Record(no, line)
        return
    for no, start in enumerate(range(0, len(data), LENGTH), 1):
        yield Record(no, data[start : start + LENGTH])


def _lines(data: bytes) -> Iterator[bytes]:
    """What stands between the line ends; one after the other, for the memory that all of them would take."""
    start = 0
    for end in _SEPARATOR.finditer(data):
        yield data[start : end.start()]
        start = end.end()
    yield data[start:]
