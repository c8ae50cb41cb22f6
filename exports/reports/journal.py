"""仕訳帳: every entry by day and number, one line for each movement; a reversal names the entry it reverses."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.booking.events import description
from ledger.i18n import N_
from ledger.journal.chart import Chart
from ledger.journal.ledgers import JournalEntry

NAME = N_("Journal")
MONTH_TOTAL = N_("Total of the month")

COLUMNS = (
    Column(N_("Date"), "day", 17),
    Column(N_("Entry No."), "number", 9),
    Column(N_("Line"), "number", 5, on_paper=True),
    Column(N_("Debit account"), width=24),
    Column(N_("Debit part"), width=14),
    Column(N_("Debit amount"), "yen", 13, total=True),
    Column(N_("Credit account"), width=24),
    Column(N_("Credit part"), width=14),
    Column(N_("Credit amount"), "yen", 13, total=True),
    Column(N_("Description"), width=46, wrap=True),
    Column(N_("Reverses"), "number", 8),
    Column(N_("Entered by"), width=12),
    Column(N_("Entered at (UTC)"), "moment", 20, on_paper=True),
)


def month(entries: Iterable[JournalEntry], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The journal of a month, with the total of both sides."""
    block = Block(COLUMNS, _rows(entries, chart), total=MONTH_TOTAL)
    return Sheet(name=NAME, title=NAME, blocks=(block,), period=period, issuer=ISSUER, landscape=True)


def found(entries: Iterable[JournalEntry], chart: Chart) -> Sheet:
    """The entries that a search found."""
    block = Block(COLUMNS, _rows(entries, chart), total=N_("Total of the entries found"))
    return Sheet(name=NAME, title=N_("Entries found"), blocks=(block,), issuer=ISSUER, landscape=True)


def _rows(entries: Iterable[JournalEntry], chart: Chart) -> Iterator[Values]:
    for entry in entries:
        text = description(entry)
        for nth, movement in enumerate(entry.movements, 1):
            yield (
                entry.on,
                entry.no,
                nth,
                chart.name(movement.debit),
                chart.part(movement.debit, movement.debit_application, movement.deposit),
                movement.yen,
                chart.name(movement.credit),
                chart.part(movement.credit, movement.credit_application, movement.deposit),
                movement.yen,
                text,
                entry.reverses,
                entry.by,
                entry.recorded_at,
            )
