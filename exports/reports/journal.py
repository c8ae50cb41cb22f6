"""仕訳帳 of a month: every entry by day and number, one line for each movement, with the total of both sides."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from exports.formats.sheet import Sheet
from exports.reports.entries import REPORT, booked
from exports.reports.report import sheet
from ledger.i18n import N_
from ledger.journal.chart import Chart
from ledger.journal.ledgers import JournalEntry

NAME = REPORT.tab
MONTH_TOTAL = N_("Total of the month")
_TABLE = replace(REPORT.every_table[0], total=MONTH_TOTAL)


def month(entries: Iterable[JournalEntry], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The journal of a month."""
    return sheet(NAME, _TABLE.block(booked(entries, chart)), period=period)
