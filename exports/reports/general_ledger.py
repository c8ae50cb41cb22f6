"""総勘定元帳: each account from what was brought forward, line by line, to what is carried forward.

Every movement has one account on its other side, so the counter account is always named and never 諸口.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from exports.formats import formulas
from exports.formats.sheet import Block, Sheet
from exports.reports.report import Cells, Column, Line, Table, sheet
from ledger.booking.events import description
from ledger.i18n import N_, _
from ledger.journal.chart import Chart
from ledger.journal.period import AccountLedger, PostedLine

NAME = N_("General ledger")


class Wording(NamedTuple):
    """How the first row, the sums and the last row of an account are called, by the period."""

    brought_forward: str
    totals: str
    carried_forward: str


OF_MONTH = Wording(N_("Brought forward"), N_("Totals of the month"), N_("Carried forward"))
OF_PERIOD = Wording(N_("Brought forward into the period"), "", N_("Carried forward out of the period"))
OF_YEAR = Wording(N_("Brought forward from last year"), N_("Totals of the year"), N_("Carried forward to next year"))


class LedgerRow(NamedTuple):
    """A line of the ledger with the chart that names its counter account."""

    posted: PostedLine
    chart: Chart

    @property
    def part(self) -> str | None:
        """The part of the account."""
        line = self.posted.line
        return self.chart.part(line.account, line.application, line.deposit)


TABLE = Table(
    columns=(
        Column("on", N_("Date"), "posted.entry.on", "day", 17, importance=3),
        Column("no", N_("Entry No."), "posted.entry.no", "number", 9, importance=3),
        Column(
            "counter", N_("Counter account"), lambda row: row.chart.name(row.posted.line.counter), width=26, wrap=True
        ),
        Column("part", N_("Part"), width=14),
        Column("text", N_("Description"), lambda row: description(row.posted.entry), width=56, wrap=True),
        Column("debit", N_("Debit"), "posted.line.debit", "yen", 14, total=True, importance=3),
        Column("credit", N_("Credit"), "posted.line.credit", "yen", 14, total=True, importance=3),
        Column("balance", N_("Balance"), "posted.left", "yen", 14, importance=3),
    )
)


def of_side(table: Table, *, on_debit_side: bool) -> Table:
    """The table of an account of this side: how its balance goes on from line to line."""
    formula = formulas.running(on_debit_side=on_debit_side)
    columns = (replace(column, formula=formula) if column.key == "balance" else column for column in table.columns)
    return replace(table, columns=tuple(columns))


def month(ledgers: list[AccountLedger], chart: Chart, period: tuple[date, date], wording: Wording = OF_MONTH) -> Sheet:
    """The general ledger of a month: the accounts that moved in it or that anything was brought forward in."""
    moved = [ledger for ledger in ledgers if ledger.lines or ledger.opening.balance]
    blocks = [
        Block(block.columns, block.rows, chart.name(ledger.opening.code), new_page=bool(at))
        for at, ledger in enumerate(moved)
        for table in [of_side(TABLE, on_debit_side=ledger.opening.on_debit_side)]
        for block in [table.block(_rows(ledger, chart, period, wording))]
    ]
    return sheet(NAME, *(blocks or [TABLE.block()]), period=period)


def _rows(
    ledger: AccountLedger, chart: Chart, period: tuple[date, date], wording: Wording
) -> Iterator[LedgerRow | Line]:
    first, last = period
    yield Line({"on": first, "text": _(wording.brought_forward), "balance": ledger.opening.balance})
    for line in ledger.lines:
        yield LedgerRow(line, chart)
    yield Line({"text": _(wording.totals)}, "subtotal")
    carried: Cells = {"on": last, "text": _(wording.carried_forward), "balance": ledger.closing.balance}
    yield Line(carried, formulas={"balance": formulas.SAME})
