"""Reads a bank's CSV by its layout into lines and balances; what is wrong with it is all said at once."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from ledger.dates import Month
from ledger.intake.bank.mapping import CsvLayout
from ledger.intake.bank.statement import BankAccount, BankBalance, BankLine, Way, Wrong
from ledger.intake.debris import bare
from ledger.intake.sheets import Row
from ledger.money import parse_whole
from ledger.width import narrow

_TOTALS = ("合計", "計", "小計", "総計")


class BankCsv:
    """A CSV that is being read by a layout; `columns` is where each column stands once the headings were found.

    One without headings is the bank's when the first row that is not left out has a day in the column of the day.
    """

    def __init__(self, layout: CsvLayout, today: date, wrong: Wrong) -> None:
        self.layout, self.today, self.wrong = layout, today, wrong
        self.columns: dict[str, int] | None = None
        self.seen: list[str] = []  # the cells of the row that is most like the headings
        self.lines: list[BankLine] = []
        self.balances: list[int | None] = []  # of each line
        self.passed_over: dict[str, tuple[int, int]] = {}
        self.faulty = False

    def read(self, row: Row) -> bool:
        """Reads a row; whether it made a line."""
        if self.columns is None and not self._begins(row):
            return False
        if (reason := self._no_line(row)) is not None:
            self._pass_over(reason, row)
            return False
        return self._line(row)

    def _pass_over(self, reason: str, row: Row) -> None:
        count, first = self.passed_over.get(reason, (0, row.number))
        self.passed_over[reason] = count + 1, first

    def _begins(self, row: Row) -> bool:
        """Finds where the columns stand; whether the row is one of those under the headings."""
        if row.number <= self.layout.skip_rows:
            self._pass_over("title", row)
        elif not self.layout.numbered:
            self._headings(row)
        elif not self.seen:
            self.seen = [_title(cell) for cell in row.cells.values()]
            places = {name: int(no) for name, no in self.layout.titles.items()}
            if (day := row.cells.get(places["day"])) is not None and self.layout.read_day(str(day), self.today):
                self.columns = places
                return True
        return False

    def _headings(self, row: Row) -> None:
        cells = {_title(cell): at for at, cell in row.cells.items()}
        titles = {name: _title(title) for name, title in self.layout.titles.items()}
        if all(title in cells for title in titles.values()):
            self.columns = {name: cells[title] for name, title in titles.items()}
            self._pass_over("heading", row)
            return
        if sum(title in cells for title in titles.values()) > sum(title in self.seen for title in titles.values()):
            self.seen = list(cells)
        self._pass_over("title", row)

    @property
    def lacking(self) -> list[str]:
        """The titles that the layout names and the row most like them does not hold; without titles, the day."""
        if self.layout.numbered:
            return [self.layout.shown["day"]]
        return [title for title in self.layout.titles.values() if _title(title) not in self.seen]

    def _no_line(self, row: Row) -> str | None:
        """Why a row is no line: the headings of another page, a total, a remark without an amount."""
        assert self.columns is not None, "the headings were found"
        cells = {name: str(row.cells[at]) for name, at in self.columns.items() if at in row.cells}
        titles = {} if self.layout.numbered else self.layout.titles
        if titles and all(_title(cells.get(name, "")) == _title(title) for name, title in titles.items()):
            return "heading"
        if bare(str(row.cells[min(row.cells)])) in _TOTALS:
            return "total"
        told = {"day", "into", "out", "yen"} & cells.keys()
        if not told:
            return "beside"
        if "balance" in cells and told == {"day"}:
            return "remark"  # what was brought forward
        return None

    def _wrong(self, row: Row, name: str, code: str, **said: object) -> None:
        self.faulty = True
        self.wrong(row.number, self.layout.shown.get(name), code, said)

    def _yen(self, row: Row, name: str) -> int | None:
        """The amount in a column; None: it is blank, or cannot be read, which is said."""
        cell = self._text(row, name)
        if cell is None or cell in ("-", "*"):
            return None
        if (yen := parse_whole(cell)) is None:
            self._wrong(row, name, "not-a-number", value=cell)
        return yen

    def _text(self, row: Row, name: str) -> str | None:
        assert self.columns is not None, "the headings were found"
        cell = row.cells.get(self.columns[name]) if name in self.columns else None
        return None if cell is None else str(cell)

    def _line(self, row: Row) -> bool:
        before = self.faulty
        self.faulty = False
        on = self._day(row)
        way, yen = self._moved(row)
        balance = self._yen(row, "balance")
        code = self._text(row, "code")
        if not self.faulty and on is not None:
            corrects = code is not None and code in self.layout.corrections
            digest = hashlib.sha256("\x1f".join(f"{at}={cell}" for at, cell in sorted(row.cells.items())).encode())
            number = self._text(row, "number")
            number = None if number is None or not narrow(number).strip("0- ") else number
            payer, note = self._text(row, "payer"), self._text(row, "note")
            if payer is not None and any(word in payer for word in self.layout.no_payer):
                payer, note = None, note or payer
            said = (number, payer, note, code, corrects, digest.hexdigest())
            self.lines.append(BankLine(row.number, on, way, yen, *said))
            self.balances.append(balance)
        made = not self.faulty
        self.faulty |= before
        return made

    def _day(self, row: Row) -> date | None:
        cell = self._text(row, "day")
        if cell is None:
            self._wrong(row, "day", "missing")
            return None
        found = self.layout.read_day(cell, self.today)
        if found is None:
            self._wrong(row, "day", "bank-another-day-form", value=cell, form=self.layout.day_form or "—")
        return found

    def _moved(self, row: Row) -> tuple[Way, int]:
        """Which way money went, and how many yen."""
        if self.layout.yen is not None:
            yen = self._yen(row, "yen")
            if yen is None and not self.faulty:
                self._wrong(row, "yen", "missing")
            elif yen == 0:
                self._wrong(row, "yen", "zero")
            return ("out" if (yen or 0) < 0 else "in"), abs(yen or 0)
        into, out = self._yen(row, "into"), self._yen(row, "out")
        if self.faulty:
            return "in", 0
        if bool(into) == bool(out):
            columns = [self.layout.shown["into"], self.layout.shown["out"]]
            self._wrong(row, "into", "bank-both-ways" if into else "one-needed", columns=columns)
        elif (into or out or 0) < 0:
            self._wrong(row, "into" if into else "out", "not-positive", value=into or out)
        return ("in" if into else "out"), abs(into or out or 0)

    def account(self) -> BankAccount:
        """The account with its lines; its balances where the running balance agrees with them, in either order."""
        account = BankAccount(1, None, None, None, None, self.lines)
        if self.faulty or not self.lines or any(balance is None for balance in self.balances):
            return account
        told = [balance for balance in self.balances if balance is not None]
        moved = [line.yen if line.way == "in" else -line.yen for line in self.lines]
        pairs = range(1, len(told))
        down = [at for at in pairs if told[at] != told[at - 1] + moved[at]]
        up = [at for at in pairs if told[at - 1] != told[at] + moved[at - 1]]
        if down and up:
            at = min(down, up, key=len)[0]
            other = told[at - 1] + moved[at] if len(down) <= len(up) else told[at - 1] - moved[at - 1]
            fields: dict[str, object] = {"value": told[at], "counted": other}
            self.wrong(self.lines[at].row, self.layout.shown["balance"], "bank-total-differs", fields)
            return account
        order = range(len(told)) if not down else range(len(told) - 1, -1, -1)
        account.balances = list(_balances([(self.lines[at], told[at]) for at in order]))
        return account


def _balances(told: list[tuple[BankLine, int]]) -> Iterator[BankBalance]:
    """The balance after the last line and, where a later line shows that it stayed so, at the end of each month."""
    for (line, yen), (following, _yen) in pairwise(told):
        month = Month.of(line.on)
        while month.last < following.on:
            yield BankBalance(line.row, month.last, yen)
            month = Month.of(month.last + timedelta(days=1))
    line, yen = told[-1]
    yield BankBalance(line.row, line.on, yen)


def _title(cell: object) -> str:
    """A title in the form in which titles are compared."""
    return "".join(narrow(str(cell)).split())
