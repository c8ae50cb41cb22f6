"""Reads a bank's file of 200-byte records into accounts and lines; what is wrong with it is all said at once.

Counts, sums and balances that the file tells have to be those of its lines, or it was cut or changed on its way.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from ledger.dates import ERAS, Month
from ledger.intake.bank.beginning import LENGTH, has_utf8_mark, is_in_ebcdic
from ledger.intake.bank.records import (
    FORMAT_B_YEN,
    NOTICE,
    STATEMENT,
    BankLayout,
    Field,
    Record,
    layout_of,
    records,
)
from ledger.intake.bank.statement import BankAccount, BankBalance, BankLine, Way, Wrong

# What may stand behind each record, by its first digit; before the first one, a header.
_FOLLOWS = {"": "1", "1": "28", "2": "28", "8": "19", "9": ""}

# The eras whose years a bank's file may count in, each with the year before its first.
_ERAS = [first.year - 1 for _name, _letter, first in ERAS[:3]]

# So many problems are enough to mend; the rest of the file is not looked at.
_ENOUGH = 1_000

_CORRECTION = "19"  # 取引区分: 訂正
_MINUS = "2"  # 貸越区分: the account is overdrawn


def day_of(figures: str, near: date, *, until: date | None = None) -> date | None:
    """The day that YYMMDD names, with the year of an era that is not told; None: no such day.

    Of the eras the one counts whose day lies nearest to `near`, and after `until` none does while another is left. A
    bank that goes on counting in an era that has ended is understood: 310501 is 2019-05-01.
    """
    year, month, day = int(figures[:2]), int(figures[2:4]), int(figures[4:])
    days = []
    for before in _ERAS:
        try:
            days.append(date(before + year, month, day))
        except ValueError:
            continue
    past = [found for found in days if until is None or found <= until]
    return min(past or days, key=lambda found: abs(found - near), default=None)


@dataclass
class _Read:
    """An account on its way: what its records told so far, and what of it could not be read."""

    account: BankAccount
    made_on: date
    first: date | None
    last: date | None
    before: int | None
    data: list[Record] = field(default_factory=list)
    faulty: bool = False


class _BankReading:
    """A file that is being read, record by record."""

    def __init__(self, layout: BankLayout, today: date, wrong: Wrong) -> None:
        self.layout, self.today, self.wrong = layout, today, wrong
        self.accounts: list[_Read] = []
        self.count = 0
        self.before = ""  # the first digit of the record before
        self.last: Record | None = None
        self.misread = False  # the record that is being read
        self.problems = 0

    # --- fields ---------------------------------------------------------------------------------------------------

    def field(self, record: Record, name: str) -> Field:
        """The field of this name in a record."""
        return self.layout.fields[chr(record.raw[0])][name]

    def problem(self, record: Record, place: str | None, code: str, **fields: object) -> None:
        """Something wrong in a record."""
        self.misread = True
        self.problems += 1
        self.wrong(record.no, place, code, fields)

    def figures(self, record: Record, name: str) -> str | None:
        """The digits of a field; None: it is blank, or holds something else, which is said."""
        asked = self.field(record, name)
        raw = record.text(asked).lstrip(b" ").rjust(asked.length, b"0")  # some banks fill up with spaces
        if not record.text(asked).strip(b" "):
            return None
        if not raw.isdigit():
            self.problem(record, asked.place, "bank-not-digits", value=_shown(raw))
            return None
        return raw.decode("ascii")

    def whole(self, record: Record, name: str) -> int | None:
        """The number in a field; None: it is not known."""
        figures = self.figures(record, name)
        return None if figures is None else int(figures)

    def needed(self, record: Record, name: str) -> str | None:
        """The same as digits, and that it is blank is a problem."""
        asked = self.field(record, name)
        if not record.text(asked).strip():
            self.problem(record, asked.place, "missing")
        return self.figures(record, name)

    def day(self, record: Record, name: str, near: date, *, needed: bool = False) -> date | None:
        """The day in a field, of the era that brings it nearest to another."""
        figures = self.needed(record, name) if needed else self.figures(record, name)
        if figures is None:
            return None
        found = day_of(figures, near, until=self.today)
        if found is None:
            self.problem(record, self.field(record, name).place, "bank-not-a-day", value=figures)
        return found

    def text(self, record: Record, name: str) -> str | None:
        """The text of a field without the spaces that fill it up; None: it is blank."""
        asked = self.field(record, name)
        raw = record.text(asked).rstrip(b" ")
        if strange := next((byte for byte in raw if not (0x20 <= byte < 0x7F or 0xA1 <= byte <= 0xDF)), None):
            self.problem(record, asked.place, "bank-not-half-width", value=f"{strange:02X}")
        return raw.decode("cp932", errors="replace") if raw.strip() else None

    def balance(self, record: Record, sign: str, name: str) -> int | None:
        """A balance in yen; below zero where the account is overdrawn."""
        yen = self.whole(record, name)
        return -yen if yen is not None and self.figures(record, sign) == _MINUS else yen

    # --- records --------------------------------------------------------------------------------------------------

    def read(self, record: Record) -> bool:
        """Reads a record; False: what follows cannot be read any more."""
        self.count, self.last, self.misread = record.no, record, False
        if len(record.raw) > LENGTH:
            self.problem(record, None, "bank-record-length", length=len(record.raw), needed=LENGTH)
            return False
        digit = chr(record.raw[0])
        if digit not in _FOLLOWS[self.before]:
            expected = " / ".join(_FOLLOWS[self.before]) or "—"
            self.problem(record, None, "bank-record-unknown", value=_shown(record.raw[:1]), expected=expected)
            return False
        self.before = digit
        {"1": self._header, "2": self._data, "8": self._trailer, "9": self._end}[digit](record)
        return True

    def _header(self, record: Record) -> None:
        if record.padded[1:3] not in (b"03", b"01") or layout_of(record.padded) is not self.layout:
            self.problem(record, None, "bank-record-unknown", value=_shown(record.raw[:3]), expected="103 / 101")
        made_on = self.day(record, "made_on", self.today) or self.today
        number = self.needed(record, "account")
        account = BankAccount(
            record.no,
            self.needed(record, "bank"),
            self.needed(record, "branch"),
            self.figures(record, "account_type"),
            None if number is None else number[-7:] if int(number[:-7] or 0) == 0 else number,
        )
        first, last = self.day(record, "first", made_on), self.day(record, "last", made_on)
        before = self.balance(record, "before_sign", "before") if self.layout is STATEMENT else None
        self.accounts.append(_Read(account, made_on, first, last, before, faulty=self.misread))

    def _data(self, record: Record) -> None:
        read = self.accounts[-1]
        read.data.append(record)
        on = self.day(record, "on", read.made_on, needed=True)
        yen = int(self.needed(record, "yen") or 0)
        if not yen and not self.misread:
            self.problem(record, self.field(record, "yen").place, "not-positive", value=0)
        way: Way = "in"
        if self.layout is STATEMENT:
            said, code = self.needed(record, "way"), self.figures(record, "code")
            if said not in (None, "1", "2"):
                self.problem(record, self.field(record, "way").place, "not-in-list", value=said, choices="1 / 2")
            corrects, way = code == _CORRECTION, "out" if said == "2" else "in"
        else:
            code = self.figures(record, "withdrawn")
            if code not in (None, "0", "1"):
                place = self.field(record, "withdrawn").place
                self.problem(record, place, "not-in-list", value=code, choices="0 / 1")
            corrects = code == "1"
            way = "out" if corrects else "in"  # what was received goes out again
        number = self.figures(record, "number")
        payer, note = self.text(record, "payer"), self.text(record, "note")
        edi = self.text(record, "edi") if self.layout is STATEMENT else None
        read.faulty |= self.misread
        if on is not None and not self.misread:
            number = (number.lstrip("0") if number else "") or None  # noughts alone number nothing
            digest = hashlib.sha256(record.padded).hexdigest()
            line = BankLine(record.no, on, way, yen, number, payer, note, code, corrects, digest, edi)
            read.account.lines.append(line)

    def _trailer(self, record: Record) -> None:
        read = self.accounts[-1]
        lines = read.account.lines
        counted: dict[str, int] = {}
        for way in ("in", "out"):
            of_way = [line.yen for line in lines if line.way == way]
            counted |= {f"{way}_count": len(of_way), f"{way}_yen": sum(of_way)}
        if self.layout is STATEMENT:
            counted["count"] = len(read.data)
        told = {name: int(figures) for name in counted if (figures := self.needed(record, name)) is not None}
        after = self.balance(record, "after_sign", "after") if self.layout is STATEMENT else None
        differing = {name: yen for name, yen in told.items() if yen != counted[name]}
        if read.faulty:  # a line that could not be read is in none of our sums
            differing = {name: yen for name, yen in differing.items() if name == "count"}
        if self.layout is NOTICE and "in_yen" in differing and self._is_format_b(read, told):
            self.problem(record, self.field(record, "in_yen").place, "bank-format-b")
            return
        for name, value in differing.items():
            self._differs(record, name, value, counted[name])
        if after is None:
            return
        balance = None if read.before is None else read.before + counted["in_yen"] - counted["out_yen"]
        if balance is not None and balance != after and not read.faulty:
            self._differs(record, "after", after, balance)
        read.account.balances = list(_balances(read, record.no, after))

    def _differs(self, record: Record, name: str, told: int, counted: int) -> None:
        self.problem(record, self.field(record, name).place, "bank-total-differs", value=told, counted=counted)

    def _is_format_b(self, read: _Read, told: dict[str, int]) -> bool:
        """Whether the amounts agree with the sums when they are read as those of フォーマットB."""
        amounts = [record.text(FORMAT_B_YEN) for record in read.data]
        if not all(map(bytes.isdigit, amounts)):
            return False
        return sum(map(int, amounts)) == told["in_yen"] + told.get("out_yen", 0)

    def _end(self, record: Record) -> None:
        if self.layout is NOTICE:
            return
        of_data = sum(len(read.data) for read in self.accounts)
        # Banks count all records, or all but this one, or the data alone.
        for name, counts in (("count", (self.count, self.count - 1, of_data)), ("accounts", (len(self.accounts),))):
            told = self.whole(record, name)
            if told is not None and told not in counts:
                self._differs(record, name, told, counts[0])

    def end(self) -> None:
        """The file ends."""
        if self.before != "9":
            expected = " / ".join(_FOLLOWS[self.before])
            self.wrong(self.count or None, None, "bank-cut-short", {"expected": expected})


def _balances(read: _Read, row: int, after: int) -> Iterator[BankBalance]:
    """The balance of the last day and, as far as the lines tell it, of the end of each month before."""
    lines = read.account.lines
    told = [line.on for line in lines]
    last = min(read.last or max(told, default=read.made_on), read.made_on)
    first = min([read.first or last, *told])
    month, yen = Month.of(first), read.before
    moved: Counter[Month] = Counter()
    for line in lines:
        moved[Month.of(line.on)] += line.yen if line.way == "in" else -line.yen
    while yen is not None and month.last < last:
        yen += moved[month]
        yield BankBalance(row, month.last, yen)
        month = Month.of(month.last + timedelta(days=1))
    yield BankBalance(row, last, after)


def _shown(raw: bytes) -> str:
    """Bytes as they may be shown: what is no sign of a bank's file as its number."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02X}" for byte in raw)


class BankFile(NamedTuple):
    """A bank's file: its layout, its accounts, and how many records it has."""

    layout: BankLayout
    accounts: list[BankAccount]
    records: int


def read(data: bytes, today: date, wrong: Wrong) -> BankFile:
    """Reads a bank's file (`beginning.is_bank_file`); all that is wrong is told to `wrong`."""
    if has_utf8_mark(data) or is_in_ebcdic(data):
        wrong(None, None, "bank-utf8-mark" if has_utf8_mark(data) else "bank-ebcdic", {})
        return BankFile(STATEMENT, [], 0)
    layout = layout_of(data)
    reading = _BankReading(layout, today, wrong)
    for record in records(data):
        if not reading.read(record) or reading.problems > _ENOUGH:
            break
    else:
        reading.end()
    return BankFile(layout, [one.account for one in reading.accounts], reading.count)
