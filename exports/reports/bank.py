"""銀行勘定照合: the lines of the bank beside account 1110 of the books, and both balances."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from exports.formats.sheet import Sheet
from exports.reports.empty import Empty
from exports.reports.filters import month, state
from exports.reports.report import AS_OF, Column, Connection, Question, Report, Table, sheet
from ledger.dates import Month
from ledger.i18n import N_, _

if TYPE_CHECKING:
    from ledger.booking.bank_compared import BankComparison, ComparedWithBank

NAME = N_("Bank reconciliation")


class _Untold(Empty):
    """Of days of which the bank has told nothing, no line of the books is laid beside anything."""

    def why(self, connection: Connection, question: Question, narrowed_from: int) -> str:
        return super().why(connection, question, narrowed_from) if narrowed_from else self.nothing_yet()


def _states() -> Mapping[str, str]:
    from ledger.booking.bank_compared import STATES

    return STATES


def _rows(connection: Connection, question: Question) -> "BankComparison":
    from ledger.booking.bank_compared import comparison, open_days
    from ledger.booking.bank_meant import recorded_by

    asked = Month.parse(question["month"]) if question["month"] else None
    days = open_days(connection, question["as_of"]) if asked is None else (asked.first, asked.last)
    found = comparison(connection, *days)
    only = [row.line for row in found.rows if row.line is not None and row.state == "bank_only"]
    words = recorded_by(connection, only, question["as_of"])
    return replace(found, rows=[_with_next(row, words) for row in found.rows])


def _with_next(row: "ComparedWithBank", words: Mapping[str, str]) -> "ComparedWithBank":
    if row.state != "bank_only" or row.line is None or row.line.name not in words:
        return row
    return replace(row, next=f"seisan {words[row.line.name]}")


def _of_line(name: str) -> Any:
    """Takes something from the line of the bank; None where there is none."""
    return lambda row: None if row.line is None else getattr(row.line, name)


def _booked_on(row: "ComparedWithBank") -> date | None:
    return row.entries[0].on if row.entries else None


def _spans(numbers: list[int]) -> str | None:
    """Numbers as they are typed: 12-311."""
    from ledger.store.numbers import spans

    return spans(numbers) or None


COLUMNS = (
    Column("bank_on", N_("At the bank on"), _of_line("on"), "day", 17, importance=3),
    Column("bank_yen", N_("Bank (out: negative)"), "bank_yen", "yen", 14, total=True, importance=3),
    Column("booked_on", N_("In the books on"), _booked_on, "day", 17),
    Column("books_yen", N_("Books (out: negative)"), "books_yen", "yen", 14, total=True, importance=3),
    Column("state", N_("Comparison"), width=30, show=lambda code: _(_states()[code]), importance=4),
    Column("payer", N_("Payer"), _of_line("payer"), width=24),
    Column("note", N_("Note"), _of_line("note"), width=18, importance=1),
    Column("deposit", N_("Deposit"), width=20),
    Column(
        "entries",
        N_("Entry No."),
        lambda row: [entry.no for entry in row.entries],
        width=12,
        show=_spans,
        data="numbers",
    ),
    Column("event", get=lambda row: row.entries[0].event if row.entries else None),
    Column("text", N_("Description"), width=36, wrap=True, in_json=False, importance=1),
    Column("line", N_("Bank's line"), _of_line("name"), width=22, importance=1),
    Column("file", N_("File"), _of_line("file"), width=22, importance=1),
    Column("row", N_("Record"), _of_line("row"), "count", 8, importance=1),
)


def _balances(content: "BankComparison") -> Iterator[tuple[str, date | None, int]]:
    """From the balance of the books to that of the bank."""
    if not content.rows and content.told is None:
        return
    yield _("Balance per books"), content.on, content.books
    yield _("In the books, not at the bank by then"), None, -content.books_only
    yield _("At the bank, not in the books by then"), None, content.bank_only
    if content.told is not None and content.difference is not None:
        left = content.difference - content.bank_only + content.books_only
        if left:
            yield _("Differing since before these days"), None, left
        yield _("Balance told by the bank"), content.told.on, content.told.yen


_BALANCES = Table(
    columns=(
        Column("what", N_("Balance"), lambda row: row[0], width=40),
        Column("on", N_("Date"), lambda row: row[1], "day", 17),
        Column("yen", N_("Amount"), lambda row: row[2], "yen", 16),
    ),
    rows=_balances,
    heading=N_("From the books to the bank"),
)


def _narrowed(content: "BankComparison", left: Iterable[Any]) -> "BankComparison":
    return replace(content, rows=list(left))


REPORT = Report(
    name="bank",
    title=NAME,
    summary=N_(
        "The lines of the bank beside account 1110 of the books: what agrees, and what stands on one side only."
    ),
    examples=("bank", "bank --month 2012-09", "bank --state bank_only", "bank --month 2012-09 --out 銀行勘定照合.xlsx"),
    parameters=(AS_OF, replace(month(""), column=""), state(_states)),
    rows=_rows,
    list_key="lines",
    listed=lambda content: content.rows,
    narrowed=_narrowed,
    columns=(*COLUMNS, Column("next", N_("Next"), width=40)),
    facts=(
        Column("from", get="first", kind="day"),
        Column("to", get="last", kind="day"),
        Column("balance_on", get="on", kind="day"),
        Column("books", kind="yen"),
        Column("bank", get=lambda content: None if content.told is None else content.told.yen, kind="yen"),
        Column("difference", kind="yen"),
    ),
    total=N_("Total"),
    tables=(_BALANCES,),
    dated=True,
    empty=_Untold(N_("The bank has told nothing of these days."), "bank_line", command="import FILE"),
)

_OF_MONTH = Table(COLUMNS, lambda content: content.rows, total=N_("Total"), label_at="state")


def of_month(content: "BankComparison", period: tuple[date, date]) -> Sheet:
    """The lines of a month beside the books, and both balances."""
    return sheet(NAME, _OF_MONTH.block(content), _BALANCES.block(content), period=period)
