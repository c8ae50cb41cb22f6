"""帳簿一式: everything in the books as a folder of CSV files, with an index of them, to be handed over.

The ledgers are those of the statements, the lists those of the commands, and below them stands every table as it was
written. The same books give the same bytes. Whatever grows with the entries is written while it is read.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from exports.formats import csv, json
from exports.formats.sheet import Block, Sheet, SheetColumn, StyledRow, Values, data_cells
from exports.reports import general_ledger, subsidiary
from exports.reports.entries import ImpossibleRange
from exports.reports.general_ledger import LedgerRow
from exports.reports.records import records
from exports.reports.report import Column, Connection, Json, Line, Table
from exports.reports.subsidiary import PartRow
from ledger import dates, i18n
from ledger.errors import Refusal
from ledger.i18n import N_, _, ngettext
from ledger.store import places

if TYPE_CHECKING:
    from ledger.journal.chart import Chart
    from ledger.statements.subsidiary import PartLedger

# The lists that are handed over, by the names of their commands.
LISTS = (
    *("members", "applications", "deposits", "bank", "imports", "decisions", "ruling list", "refund list"),
    *("credit list", "bill", "slip list", "months", "statement list", "export list", "payee list", "people"),
    *("settings", "refusals"),
)
INDEX = "index"
_AT_A_TIME = 1_000  # lines of which it is looked up together whose they are


class FolderInUse(Refusal):
    """{folder} has something in it"""

    folder: str
    instead = N_("name a folder that is empty, or that is not there yet")


@dataclass(frozen=True)
class Book:
    """A file that is written: its name without the ending, and what stands in it."""

    name: str
    sheet: Sheet


class WrittenBook(NamedTuple):
    """A file that was written: its sheet, how many rows it has, its SHA-256."""

    book: Book
    rows: int
    sha256: str


class HandedOver(NamedTuple):
    """What was written: the files, the days of the ledgers (None where the books have no entry), the chain's head."""

    books: list[WrittenBook]
    first: date | None
    last: date | None
    head: str


def write(connection: Connection, folder: Path, first: date | None = None, last: date | None = None) -> HandedOver:
    """Writes the books into the folder, which appears whole or not at all; days narrow journal and ledgers.

    The lists are as of the last day, or as of the day of the last write. Refused: a folder that has something in it
    (folder-in-use), days in which nothing can lie, a place that cannot be written, a full disk.
    """
    from ledger.audit import chain

    if first is not None and last is not None and first > last:
        raise ImpossibleRange(str(first), str(last))
    period = _period(connection, first, last)
    with _new_folder(folder) as making:
        written = [_written(book, making) for book in _books(connection, period, last or _last_written(connection))]
        begins, ends = period or (None, None)
        handed_over = HandedOver(written, begins, ends, chain.last_head(connection))
        _write_index(handed_over, making)
    return handed_over


def told(folder: Path, of: HandedOver) -> tuple[str, Json]:
    """What was written, in words and for other programs."""
    count, rows = len(of.books), sum(written.rows for written in of.books)
    text = ngettext(
        "Written: {folder} ({count} file with {rows} rows, and the index)",
        "Written: {folder} ({count} files with {rows} rows, and the index)",
        count,
        folder=folder,
        rows=rows,
    )
    return text, {"folder": str(folder), "files": count, "rows": rows, "head": of.head}


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    making = places.beside(folder)
    with places.on_disk(folder):
        places.require_plain_folder(folder)
        if folder.exists() and any(folder.iterdir()):
            raise FolderInUse(str(folder))
        try:
            places.make_folder(making)
            yield making
            if folder.is_dir():
                folder.rmdir()  # it is empty
            making.replace(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)


def _period(connection: Connection, first: date | None, last: date | None) -> tuple[date, date] | None:
    """The days of the ledgers: those asked for, else from the first entry to the last; None without any entry."""
    from sqlalchemy import func, select

    from ledger import tables

    entry = tables.entry.c
    least, most = connection.execute(select(func.min(entry.happened_on), func.max(entry.happened_on))).one()
    return None if least is None or most is None else (first or least, last or most)


def _written(book: Book, folder: Path) -> WrittenBook:
    counted = _Counted(block.rows for block in book.sheet.blocks)
    blocks = tuple(replace(block, rows=rows) for block, rows in zip(book.sheet.blocks, counted.each, strict=True))
    path = folder / f"{book.name}.csv"
    places.make_folder(path.parent)
    csv.write(replace(book.sheet, blocks=blocks), path)
    with path.open("rb") as file:
        return WrittenBook(book, counted.rows, hashlib.file_digest(file, "sha256").hexdigest())


class _Counted:
    """Rows that are counted while they are written; sums, which a CSV does not have, are left out."""

    def __init__(self, blocks: Iterable[Iterable[Values | StyledRow]]) -> None:
        self.rows = 0
        self.each = [self._counted(rows) for rows in blocks]

    def _counted(self, rows: Iterable[Values | StyledRow]) -> Iterator[Values]:
        for row in rows:
            if (cells := data_cells(row)) is not None:
                self.rows += 1
                yield cells


# --- the books ------------------------------------------------------------------------------------------------------


def _books(connection: Connection, period: tuple[date, date] | None, as_of: date) -> Iterator[Book]:
    from exports.reports import REPORTS

    for name, made in _LEDGERS.items():
        yield Book(name, made(connection, period))
    for name in LISTS:
        of_list = REPORTS[name].ask(connection, {"as_of": as_of}).sheet()
        for nth, block in enumerate(of_list.blocks, 1):
            ending = f"-{nth}" if nth > 1 else ""
            titled = replace(of_list, title=block.heading or of_list.title, blocks=(replace(block, heading=""),))
            yield Book(f"{name.replace(' ', '-')}{ending}", titled)
    for name, title, table in records(connection):
        yield Book(f"records/{name}", Sheet(name, title, (table.block(),)))


def _last_written(connection: Connection) -> date:
    from sqlalchemy import func, select

    from ledger import tables

    at = connection.execute(select(func.max(tables.batch.c.recorded_at))).scalar_one()
    return dates.day_of(at)


def _journal(connection: Connection, period: tuple[date, date] | None) -> Sheet:
    from exports.formats import journal

    return journal.sheet(connection, *(period or (None, None)))


def _account(row: LedgerRow | PartRow) -> str:
    return row.chart.name(row.posted.line.account)


# The ledgers of the statements, with the account in a column of its own.
_ACCOUNT = Column("account", N_("Account"), _account)
_GENERAL = Table((_ACCOUNT, *general_ledger.TABLE.columns))
_SUBSIDIARY = Table((_ACCOUNT, *subsidiary.TABLE.columns))


def _general(connection: Connection, period: tuple[date, date] | None) -> Sheet:
    from ledger.journal.chart import chart
    from ledger.journal.period import PeriodJournal
    from ledger.journal.period import general_ledger as ledgers

    def rows(_content: object) -> Iterator[LedgerRow | Line]:
        if period is None:
            return
        accounts = chart(connection)
        for ledger in ledgers(PeriodJournal(connection, *period)):
            about = {"account": accounts.name(ledger.opening.code)}
            if ledger.lines or ledger.opening.balance:
                posted = (LedgerRow(line, accounts) for line in ledger.lines)
                yield from _carried(posted, about, period, ledger.opening.balance, ledger.closing.balance)

    return Sheet(general_ledger.NAME, general_ledger.NAME, (replace(_GENERAL, rows=rows).block(),))


def _subsidiary(connection: Connection, period: tuple[date, date] | None) -> Sheet:
    from ledger.journal import balances
    from ledger.journal.chart import chart
    from ledger.journal.period import PeriodJournal
    from ledger.statements.subsidiary import subsidiary_ledgers

    def rows(_content: object) -> Iterator[PartRow | Line]:
        if period is None:
            return
        accounts, journal = chart(connection), PeriodJournal(connection, *period)
        for ledger in subsidiary_ledgers(journal, accounts, balances.changes(connection, *period)):
            parts = iter(ledger.parts)
            while some := list(islice(parts, _AT_A_TIME)):
                yield from _parts(connection, accounts, ledger.account, some, period)

    return Sheet(subsidiary.NAME, subsidiary.NAME, (replace(_SUBSIDIARY, rows=rows).block(),))


def _parts(
    connection: Connection, accounts: "Chart", account: str, parts: "list[PartLedger]", period: tuple[date, date]
) -> Iterator[PartRow | Line]:
    """Some parts of an account, with whose each is."""
    from ledger.people.register import owners

    owned = owners(connection, period[1], {part.part for part in parts if part.part and not part.by_deposit})
    for part in parts:
        name, (member, called) = part.part or _(subsidiary.NO_PART), subsidiary.about(part, owned)
        told = {"account": accounts.name(account), "part": name, "member": member, "name": called}
        posted = (PartRow(line, accounts, name, member, called) for line in part.lines)
        yield from _carried(posted, told, period, part.opening, part.closing)


Row = TypeVar("Row")


def _carried(
    posted: Iterator[Row], about: dict[str, Any], period: tuple[date, date], before: int, after: int
) -> Iterator[Row | Line]:
    """What was brought forward (yen), what was posted, and what is carried forward."""
    first, last = period
    wording = general_ledger.OF_PERIOD
    yield Line(about | {"on": first, "text": _(wording.brought_forward), "balance": before})
    yield from posted
    yield Line(about | {"on": last, "text": _(wording.carried_forward), "balance": after})


# --- the index ------------------------------------------------------------------------------------------------------


def _write_index(of: HandedOver, folder: Path) -> None:
    """Writes which files there are: as a table for people, and with every column in both languages for programs."""
    columns = (
        *(SheetColumn(N_("File")), SheetColumn(N_("Name in Japanese")), SheetColumn(N_("Name in English"))),
        *(SheetColumn(N_("Rows"), "count"), SheetColumn(N_("SHA-256"))),
        *(SheetColumn(N_("from this day on"), "day"), SheetColumn(N_("up to and with this day"), "day")),
        SheetColumn(N_("Head of the chain")),
    )
    files = [f"{written.book.name}.csv" for written in of.books]
    rows = [
        (file, *_in_both(written.book.sheet.title).values(), written.rows, written.sha256, *_days(of, written), of.head)
        for file, written in zip(files, of.books, strict=True)
    ]
    csv.write(Sheet(INDEX, INDEX, (Block(columns, rows),)), folder / f"{INDEX}.csv")
    facts = {"head": of.head, "from": of.first, "to": of.last, "language": i18n.language(), "account_numbers": "masked"}
    data = facts | {"files": [_of_file(*pair, of) for pair in zip(files, of.books, strict=True)]}
    json.write(data, folder / f"{INDEX}.json")


def _of_file(file: str, written: WrittenBook, of: HandedOver) -> dict[str, Any]:
    first, last = _days(of, written)
    columns = [
        {"key": column.key or column.title, "kind": column.kind, **_in_both(column.title)}
        for column in written.book.sheet.blocks[0].columns
    ]
    told = {"file": file, **_in_both(written.book.sheet.title), "rows": written.rows, "sha256": written.sha256}
    return told | {"from": first, "to": last, "columns": columns}


def _in_both(message: str) -> dict[str, str]:
    """A title in every language, by its code."""
    said: dict[str, str] = {}
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            said[language] = _(message)
    return said


def _days(of: HandedOver, written: WrittenBook) -> tuple[date | None, date | None]:
    """The days that a file is narrowed to: journal and ledgers are."""
    return (of.first, of.last) if written.book.name in _LEDGERS else (None, None)


_LEDGERS: dict[str, Callable[[Connection, tuple[date, date] | None], Sheet]] = {
    "journal": _journal,
    "general-ledger": _general,
    "subsidiary-ledgers": _subsidiary,
}
