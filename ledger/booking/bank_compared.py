"""銀行勘定照合: what the bank tells of the account beside account 1110 of the books, line by line.

A line and an entry are the same by the deposit they are of, else by day and yen. One transfer at the bank may be many
entries: those of a bill, of a payment file, or of one kind on a day. What is left agrees on a day nearby, or stands on
one side only.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import BigInteger, Connection, case, func, or_, select

from ledger import facts, tables
from ledger.booking.bank_balances import BalancesInBooks, ToldBalance, told, told_of, unaccepted
from ledger.booking.events import describe
from ledger.codes import Account
from ledger.i18n import N_
from ledger.journal import closing
from ledger.journal.entries import parts, recorded
from ledger.store.records import batches

# So many days may lie between an entry and the line of the bank that it is.
DAYS_APART = 7

STATES = {
    "agreed": N_("agreed"),
    "other_day": N_("agreed, on another day"),
    "taken_back": N_("in and out again, not in the books"),
    "reversed": N_("booked and reversed, not at the bank"),
    "bank_only": N_("at the bank only"),
    "books_only": N_("in the books only"),
    "awaited": N_("in the books, not told by the bank yet"),
}

# The events by which a deposit comes in; a reversal bears that of its original.
_RECEIVED = ("fee_received", "overpaid", "payer_unknown")

# What is left to be looked into.
OPEN = ("bank_only", "books_only")


@dataclass(frozen=True)
class LineAtBank:
    """A line of the account at the bank, yen negative where money went out; `deposit` is the one it became."""

    name: str
    on: date
    yen: int
    payer: str | None
    note: str | None
    deposit: str | None
    corrects: str | None
    file: str
    row: int


@dataclass(frozen=True)
class EntryOfBank:
    """An entry over account 1110, with what it moves there, yen negative where money went out.

    `of` is what it belongs to together with others: a bill, a payment file.
    """

    no: int
    on: date
    yen: int
    event: str
    deposit: str | None
    reverses: int | None
    of: tuple[str, str | int] | None = None


@dataclass(frozen=True)
class ComparedWithBank:
    """A line of the bank beside the entries that it is; either may be missing. The state is one of `STATES`.

    `text` is what an entry without a line says, in the language being spoken; `next` the words of the command that
    would record a line without an entry, where that is known (`bank_meant`).
    """

    state: str
    line: LineAtBank | None
    entries: tuple[EntryOfBank, ...] = ()
    text: str | None = None
    next: str | None = None

    @property
    def on(self) -> date:
        """The day of the line or, without one, of the entry."""
        return self.line.on if self.line is not None else self.entries[0].on

    @property
    def bank_yen(self) -> int | None:
        """What the line moves at the bank; None: there is no line."""
        return None if self.line is None else self.line.yen

    @property
    def books_yen(self) -> int | None:
        """What the entries move in the books; None: there are none."""
        return sum(entry.yen for entry in self.entries) if self.entries else None

    @property
    def deposit(self) -> str | None:
        """The deposit that it is of, where it is of one."""
        found = self.entries[0].deposit if self.entries else None
        return found or (self.line.deposit if self.line is not None else None)


@dataclass(frozen=True)
class BankComparison:
    """The lines of the bank beside the books over some days, and the balance that it told last among them.

    `books` is what account 1110 holds on the day of that balance or, where the bank told none, on the last day.
    """

    first: date
    last: date
    rows: list[ComparedWithBank]
    told: ToldBalance | None
    books: int

    @property
    def on(self) -> date:
        """The day of both balances."""
        return self.last if self.told is None else self.told.on

    @property
    def difference(self) -> int | None:
        """What the bank told more than the books hold, in yen; None: it told nothing."""
        return None if self.told is None else self.told.yen - self.books

    @property
    def bank_only(self) -> int:
        """What the lines up to that day come to that the books do not hold by then, in yen."""
        return sum(bank for bank, books in self._by_then() if bank != books)

    @property
    def books_only(self) -> int:
        """What the entries up to that day come to that the bank did not tell by then, in yen."""
        return sum(books for bank, books in self._by_then() if bank != books)

    def _by_then(self) -> Iterator[tuple[int, int]]:
        """What each row had moved by that day at the bank, and in the books."""
        for row in self.rows:
            bank = row.line.yen if row.line is not None and row.line.on <= self.on else 0
            yield bank, sum(entry.yen for entry in row.entries if entry.on <= self.on)


def comparison(connection: Connection, first: date, last: date) -> BankComparison:
    """The lines of the bank beside the books from the first day to the last, both counted; without any line nothing."""
    balances = told(connection, first, last)
    balance = told_of(connection, last) or (balances[-1] if balances else None)
    rows = [] if told_to(connection) is None else compare(connection, first, last)
    if balance is None and all(row.line is None for row in rows):
        rows = []
    rows = list(_described(connection, rows))
    on = last if balance is None else balance.on
    return BankComparison(first, last, rows, balance, BalancesInBooks(connection).at(on))


def _described(connection: Connection, rows: list[ComparedWithBank]) -> Iterator[ComparedWithBank]:
    """The rows, those that only the books have with what they say."""
    posted = recorded(connection, [row.entries[0].no for row in rows if row.line is None])
    for row in rows:
        if row.line is not None:
            yield row
        else:
            entry = posted[row.entries[0].no]
            yield replace(row, text=describe(entry.event, entry.movements, entry.reverses, entry.reason))


def open_days(connection: Connection, as_of: date) -> tuple[date, date]:
    """The days that are not closed, up to and with this one: what there is to compare unless a month is asked for.

    A closed month at whose end the bank told another balance, which nobody accepted, is among them with all after it.
    """
    closed_to = closing.closed_to(connection)
    line = tables.bank_line
    first = connection.execute(select(func.min(line.c.happened_on)).where(facts.not_withdrawn(line, None))).scalar()
    first = first or as_of
    if closed_to is not None:
        first = max(first, closed_to + timedelta(days=1))
        if differs := next(unaccepted(connection), None):  # told after the month was closed
            first = differs.month.first
    return first, as_of


def compare(connection: Connection, first: date, last: date) -> list[ComparedWithBank]:
    """The lines and entries of the days from the first to the last, both counted, by day."""
    span = first - _APART if first > date.min + _APART else date.min, last + _APART
    lines, entries = _lines(connection, *span), _entries(connection, *span)
    rows = _Comparison(lines, entries, told_to(connection)).rows()
    within = [row for row in rows if any(first <= day <= last for day in _days(row))]
    return sorted(within, key=lambda row: (row.on, row.line is None, row.line.row if row.line else row.entries[0].no))


_APART = timedelta(days=DAYS_APART)


def _days(row: ComparedWithBank) -> Iterator[date]:
    if row.line is not None:
        yield row.line.on
    yield from (entry.on for entry in row.entries)


def told_to(connection: Connection) -> date | None:
    """The last day of which the bank has told anything."""
    days = (
        connection.execute(select(func.max(table.c.happened_on)).where(facts.not_withdrawn(table, None))).scalar()
        for table in (tables.bank_line, tables.bank_balance)
    )
    return max((day for day in days if day is not None), default=None)


# --- what there is --------------------------------------------------------------------------------------------------


def _lines(connection: Connection, first: date, last: date) -> list[LineAtBank]:
    """Each line once, whatever files told it; as a statement has it, where one told it."""
    row, source = tables.bank_line, tables.source.c
    posted = select(tables.movement.c.deposit).join(tables.entry, tables.entry.c.no == tables.movement.c.entry)
    posted = posted.where(tables.entry.c.happened_on.between(first, last), tables.movement.c.deposit.is_not(None))
    statement = (
        select(row, source.name.label("file"))
        .join(tables.source, source.id == row.c.source)
        .where(or_(row.c.happened_on.between(first, last), row.c.deposit.in_(posted)))
        .where(facts.not_withdrawn(row, None))
        .order_by(row.c.form, row.c.id)  # of these words the statement comes last
    )
    lines: dict[str, LineAtBank] = {}
    for found in connection.execute(statement):
        yen = found.yen if found.way == "in" else -found.yen
        known = lines.get(found.line)
        deposit, corrects = (known.deposit, known.corrects) if known else (None, None)
        lines[found.line] = LineAtBank(
            *(found.line, found.happened_on, yen, found.payer, found.note),
            *(deposit or found.deposit, corrects or found.corrects, found.file, found.row),
        )
    return list(lines.values())


def _entries(connection: Connection, first: date, last: date) -> list[EntryOfBank]:
    """What moved account 1110, but for the balances with which the books began."""
    entry, movement, line = tables.entry.c, tables.movement.c, tables.bank_line
    bank = str(Account.BANK)
    of_lines = select(line.c.deposit).where(line.c.happened_on.between(first, last), line.c.deposit.is_not(None))
    yen = func.sum(case((movement.debit == bank, movement.yen), else_=-movement.yen)).cast(BigInteger)
    statement = (
        select(*(entry.no, entry.happened_on, yen, entry.event, entry.key), func.max(movement.deposit), entry.reverses)
        .join(tables.movement, movement.entry == entry.no)
        .where(or_(movement.debit == bank, movement.credit == bank), entry.event != "opening_balance")
        .where(or_(entry.happened_on.between(first, last), movement.deposit.in_(of_lines)))
        .group_by(entry.no, entry.happened_on, entry.event, entry.key, entry.reverses)
        .order_by(entry.no)
    )
    rows = connection.execute(statement).all()
    files = _files(connection, [row.no for row in rows])
    found: list[EntryOfBank] = []
    for no, on, moved, event, key, deposit, reverses in rows:
        of: tuple[str, str | int] | None = ("file", files[no]) if no in files else None
        if event in ("authority_paid", "authority_repaid") and reverses is None:
            of = "bill", str(parts(key)[1])
        found.append(EntryOfBank(no, on, int(moved), event, deposit, reverses, of))
    return found


def _files(connection: Connection, numbers: Collection[int]) -> dict[int, int]:
    """The payment file of each of these entries by which a refund was paid from one."""
    paid, filed = tables.refund_step, tables.refund_step.alias("filed")
    files: dict[int, int] = {}
    for group in batches(numbers):
        statement = (
            select(paid.c.entry, func.max(filed.c.payment_file))
            .join(filed, (filed.c.refund == paid.c.refund) & (filed.c.nth < paid.c.nth))
            .where(paid.c.entry.in_(group), paid.c.state == "paid", filed.c.state == "filed")
            .group_by(paid.c.entry)
        )
        files |= dict(connection.execute(statement).all())
    return files


# --- which is which -------------------------------------------------------------------------------------------------


@dataclass
class _Comparison:
    """Lines and entries of which it is not known yet which is which."""

    lines: list[LineAtBank]
    entries: list[EntryOfBank]
    told_to: date | None
    found: list[ComparedWithBank] = field(default_factory=list)

    def rows(self) -> list[ComparedWithBank]:
        """Everything, each line and each entry once."""
        self._of_deposits()
        self._reversed()
        self._exactly(0)
        self._together(0)
        self._taken_back()
        for apart in range(1, DAYS_APART + 1):
            self._exactly(apart)
            self._together(apart)
        told_to = self.told_to or date.min
        only = [ComparedWithBank("bank_only", line) for line in self.lines]
        for entry in self.entries:
            state = "books_only" if entry.on <= told_to else "awaited"
            only.append(ComparedWithBank(state, None, (entry,)))
        return [*self.found, *only]

    def _agree(self, line: LineAtBank, entries: Collection[EntryOfBank]) -> None:
        state = "agreed" if all(entry.on == line.on for entry in entries) else "other_day"
        self.found.append(ComparedWithBank(state, line, tuple(entries)))

    def _leave(self, lines: Collection[LineAtBank], entries: Collection[EntryOfBank]) -> None:
        """Keeps of both what was not found."""
        told, numbers = {line.name for line in lines}, {entry.no for entry in entries}
        self.lines = [line for line in self.lines if line.name not in told]
        self.entries = [entry for entry in self.entries if entry.no not in numbers]

    def _of_deposits(self) -> None:
        """A deposit came in by a line, and went out again by the line that corrects it."""
        by_deposit: dict[str, list[EntryOfBank]] = defaultdict(list)
        for entry in self.entries:
            if entry.deposit is not None and entry.event in _RECEIVED:
                by_deposit[entry.deposit].append(entry)
        back = {line.corrects: line for line in self.lines if line.corrects is not None}
        lines, used = list[LineAtBank](), list[EntryOfBank]()
        for line in self.lines:
            entries = by_deposit.get(line.deposit or "", [])
            correction = back.get(line.name)
            ins, outs = ([entry for entry in entries if (entry.yen > 0) is way] for way in (True, False))
            if not entries:
                continue
            if sum(entry.yen for entry in entries) == line.yen:
                self._agree(line, entries)
            elif correction is not None and sum(entry.yen for entry in ins) == line.yen == -sum(e.yen for e in outs):
                self._agree(line, ins)
                self._agree(correction, outs)
                lines.append(correction)
            else:
                continue
            lines.append(line)
            used += entries
        self._leave(lines, used)

    def _exactly(self, apart: int) -> None:
        """An entry of as many yen, on the same day or so many days apart."""
        waiting: dict[tuple[date, int], list[EntryOfBank]] = defaultdict(list)
        for entry in self.entries:
            waiting[entry.on, entry.yen].append(entry)
        lines, used = list[LineAtBank](), list[EntryOfBank]()
        for line in self.lines:
            for day in _around(line.on, apart):
                if alike := waiting.get((day, line.yen)):
                    entry = alike.pop(0)
                    self._agree(line, [entry])
                    lines.append(line)
                    used.append(entry)
                    break
        self._leave(lines, used)

    def _together(self, apart: int) -> None:
        """Entries that belong together and are as many yen in all: of a bill, of a file, of one kind, of the day."""
        for label in (lambda entry: entry.of, lambda entry: entry.event, lambda entry: entry.yen > 0):
            groups: dict[tuple[date, int], list[list[EntryOfBank]]] = defaultdict(list)
            for together in _groups(self.entries, label):
                groups[together[0].on, sum(entry.yen for entry in together)].append(together)
            lines, used = list[LineAtBank](), list[EntryOfBank]()
            for line in self.lines:
                for day in _around(line.on, apart):
                    if alike := groups.get((day, line.yen)):
                        together = alike.pop(0)
                        self._agree(line, together)
                        lines.append(line)
                        used += together
                        break
            self._leave(lines, used)

    def _taken_back(self) -> None:
        """What the bank wrote and took back, and no book holds."""
        by_name = {line.name: line for line in self.lines}
        gone = [line for of in self.lines if of.corrects in by_name for line in (by_name[of.corrects or ""], of)]
        self.found += [ComparedWithBank("taken_back", line) for line in gone]
        self._leave(gone, [])

    def _reversed(self) -> None:
        """What was booked and reversed, and the bank knows nothing of."""
        by_number = {entry.no: entry for entry in self.entries}
        used: dict[int, EntryOfBank] = {}
        for entry in self.entries:
            original = by_number.get(entry.reverses or 0)
            if original is not None and original.no not in used:
                used |= {original.no: original, entry.no: entry}
        self.found += [ComparedWithBank("reversed", None, (entry,)) for entry in used.values()]
        self._leave([], list(used.values()))


def _around(day: date, apart: int) -> Iterable[date]:
    """The days so far from a day, the earlier one first: an entry is rather made before the bank's line than after."""
    return dict.fromkeys((day - timedelta(days=apart), day + timedelta(days=apart)))


def _groups(entries: Iterable[EntryOfBank], label: Callable[[EntryOfBank], object]) -> Iterator[list[EntryOfBank]]:
    """The entries of one day that have the same label, where they are several."""
    labelled = [(entry.on, str(label(entry)), entry) for entry in entries if label(entry) is not None]
    for _key, members in groupby(sorted(labelled, key=lambda each: (each[:2], each[2].no)), key=lambda each: each[:2]):
        together = [entry for _on, _label, entry in members]
        if len(together) > 1:
            yield together
