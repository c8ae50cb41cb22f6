"""What a payment file (総合振込) has to be, by the published record formats and character tables of the banks.

Rules that share nothing with the program: no field, sign or length is taken from it. Every payment file that a command
of the tests makes is held against them (`conftest.py`), and each field is read by its published place.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

# --- the days -------------------------------------------------------------------------------------------------------

# The national holidays and the days in their place (内閣府「国民の祝日について」), as month and day.
HOLIDAYS = {
    2011: "0101 0110 0211 0321 0429 0503 0504 0505 0718 0919 0923 1010 1103 1123 1223",
    2012: "0101 0102 0109 0211 0320 0429 0430 0503 0504 0505 0716 0917 0922 1008 1103 1123 1223 1224",
    2013: "0101 0114 0211 0320 0429 0503 0504 0505 0506 0715 0916 0923 1014 1103 1104 1123 1223",
    2026: "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123",
    2027: "0101 0111 0211 0223 0321 0322 0429 0503 0504 0505 0719 0811 0920 0923 1011 1103 1123",
    2028: "0101 0110 0211 0223 0320 0429 0503 0504 0505 0717 0811 0918 0922 1009 1103 1123",
}


def is_bank_day(day: date) -> bool:
    """Whether banks are open on a day of a year of these."""
    return day.isoweekday() <= 5 and f"{day:%m%d}" not in [*HOLIDAYS[day.year].split(), "0102", "0103", "1231"]


# --- the fields -----------------------------------------------------------------------------------------------------


class Field(NamedTuple):
    """A field of a record: its first and last byte, counted from 1, and what it holds.

    N: digits; P: the name of a bank or branch; C: that of a party; a word in quotes: that alone; R: blanks.
    """

    name: str
    first: int
    last: int
    holds: str


HEADER = (
    Field("データ区分", 1, 1, "'1'"),
    Field("種別コード", 2, 3, "'21'"),
    Field("コード区分", 4, 4, "'0'"),
    Field("振込依頼人コード", 5, 14, "N"),
    Field("振込依頼人名", 15, 54, "C"),
    Field("振込指定日", 55, 58, "N"),
    Field("仕向銀行番号", 59, 62, "N"),
    Field("仕向銀行名", 63, 77, "P"),
    Field("仕向支店番号", 78, 80, "N"),
    Field("仕向支店名", 81, 95, "P"),
    Field("預金種目", 96, 96, "N"),
    Field("口座番号", 97, 103, "N"),
    Field("ダミー", 104, 120, "R"),
)
DATA = (
    Field("データ区分", 1, 1, "'2'"),
    Field("被仕向銀行番号", 2, 5, "N"),
    Field("被仕向銀行名", 6, 20, "P"),
    Field("被仕向支店番号", 21, 23, "N"),
    Field("被仕向支店名", 24, 38, "P"),
    Field("手形交換所番号", 39, 42, "'0000'"),
    Field("預金種目", 43, 43, "N"),
    Field("口座番号", 44, 50, "N"),
    Field("受取人名", 51, 80, "C"),
    Field("振込金額", 81, 90, "N"),
    Field("新規コード", 91, 91, "'0'"),
    Field("顧客コード1", 92, 101, "N"),
    Field("顧客コード2", 102, 111, "N"),
    Field("振込指定区分", 112, 112, "'7'"),
    Field("識別表示", 113, 113, "R"),
    Field("ダミー", 114, 120, "R"),
)
TRAILER = (
    Field("データ区分", 1, 1, "'8'"),
    Field("合計件数", 2, 7, "N"),
    Field("合計金額", 8, 19, "N"),
    Field("ダミー", 20, 120, "R"),
)
END = (Field("データ区分", 1, 1, "'9'"), Field("ダミー", 2, 120, "R"))

# Bytes of JIS X 0201: ｱ to ﾝ, the two marks, capitals and digits.
LETTERS = frozenset(range(0xB1, 0xDE)) | frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
VOICED, HALF_VOICED = 0xDE, 0xDF
# The kana that a mark may stand after: ｳ, ｶ to ﾄ, ﾊ to ﾎ; ﾊ to ﾎ.
TAKES_A_MARK = {
    VOICED: frozenset({0xB3, *range(0xB6, 0xC5), *range(0xCA, 0xCF)}),
    HALF_VOICED: frozenset(range(0xCA, 0xCF)),
}
SIGNS = {"P": frozenset(b"-"), "C": frozenset(b" ()-.")}

PAYING_FROM, PAID_TO = ("1", "2", "9"), ("1", "2", "4", "9")
MOST_YEN = 9_999_999_999


# --- reading and checking -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Record:
    """A record as it was read: the fields that it has, and what each holds, blanks at the end of a name left out."""

    layout: tuple[Field, ...]
    values: dict[str, bytes]

    def __getitem__(self, name: str) -> str:
        return self.values[name].decode("cp932").rstrip(" ")


def records(content: bytes) -> list[Record]:
    """The records of a file, field by field, by the published places of each kind; others are left out."""
    layouts = {b"1": HEADER, b"2": DATA, b"8": TRAILER, b"9": END}
    return [
        Record(layout, {field.name: line[field.first - 1 : field.last] for field in layout})
        for line in content.split(b"\r\n")
        if (layout := layouts.get(line[:1])) is not None
    ]


def faults(content: bytes, pay_on: date) -> set[str]:
    """What is wrong with a payment file of a day, rule by rule; nothing of a sound one."""
    found = set(_of_structure(content))
    read = records(content)
    for record in read:
        found |= {fault for field in record.layout for fault in _of_field(field, record.values[field.name])}
    if found.isdisjoint({"line-ends", "structure", "number"}):
        found |= set(_of_money(read))
        header = read[0]
        if header["振込指定日"] != f"{pay_on:%m%d}" or not is_bank_day(pay_on):
            found.add("calendar")
        if header["預金種目"] not in PAYING_FROM or any(record["預金種目"] not in PAID_TO for record in read[1:-2]):
            found.add("account-type")
    return found


def _of_structure(content: bytes) -> Iterator[str]:
    if content.count(b"\r\n") != content.count(b"\n") or not content.endswith(b"\r\n"):
        yield "line-ends"
    lines = content.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    if {len(line) for line in lines} != {120}:
        yield "length"
    kinds = b"".join(line[:1] for line in lines)
    if len(lines) < 4 or kinds != b"1" + b"2" * (len(lines) - 3) + b"89":
        yield "structure"


def _of_field(field: Field, value: bytes) -> Iterator[str]:
    if field.holds == "N":
        if not value.isdigit():
            yield "number"
    elif field.holds == "R":
        if value.strip(b" "):
            yield "blanks"
    elif field.holds in SIGNS:
        yield from _of_name(field, value)
    elif value != field.holds.strip("'").encode():
        yield "code"


def _of_name(field: Field, value: bytes) -> Iterator[str]:
    name = value.rstrip(b" ")
    if name.startswith(b" ") or (field.name in ("受取人名", "振込依頼人名") and not name):
        yield "name-missing"
    for at, byte in enumerate(name):
        if byte in TAKES_A_MARK:
            if at == 0 or name[at - 1] not in TAKES_A_MARK[byte]:
                yield "mark"
        elif byte not in LETTERS | SIGNS[field.holds]:
            yield f"character-{field.holds}"


def _of_money(read: list[Record]) -> Iterator[str]:
    data, trailer = read[1:-2], read[-2]
    amounts = [int(record["振込金額"]) for record in data]
    if (len(data), sum(amounts)) != (int(trailer["合計件数"]), int(trailer["合計金額"])):
        yield "totals"
    if 0 in amounts:
        yield "no-yen"
    if any(yen >= MOST_YEN for yen in amounts):
        yield "too-much"
    if any(count > 1 for count in Counter(record["顧客コード1"] for record in data).values()):
        yield "twice"
    if any(not int(record["顧客コード1"]) or not int(record["口座番号"]) for record in data):
        yield "nothing-named"
