"""合計残高試算表 of a month: the sums and balances at its end, and below them how each account got there."""

from datetime import date

from exports.formats.sheet import Sheet
from exports.reports.balance import REPORT, AccountBalance
from exports.reports.report import Column, Subtotal, Table, sheet
from ledger.i18n import N_, _
from ledger.journal.balances import PeriodBalance
from ledger.journal.chart import Chart

NAME = REPORT.tab
_KINDS = {
    "asset": N_("Assets in total"),
    "liability": N_("Liabilities in total"),
    "revenue": N_("Revenues in total"),
    "expense": N_("Expenses in total"),
}
_CHANGES = Table(
    columns=(
        Column("brought_forward", N_("Brought forward"), lambda row: row[0].opening.balance, "yen", 16, total=True),
        Column("debit", N_("Debits of the month"), lambda row: row[0].debit, "yen", 16, total=True),
        Column("account", N_("Account"), lambda row: row[1].name(row[0].opening.code), width=30),
        Column("credit", N_("Credits of the month"), lambda row: row[0].credit, "yen", 16, total=True),
        Column("balance", N_("Balance of the month"), lambda row: row[0].closing.balance, "yen", 16, total=True),
    ),
    heading=N_("Changes of the month (balances on the account's own side)"),
    subtotal=Subtotal(by=lambda row: row[0].opening.kind, title=lambda kind: _(_KINDS[kind])),
    label_at="account",
)


def month(changes: list[PeriodBalance], chart: Chart, period: tuple[date, date]) -> Sheet:
    """The trial balance up to the end of a month, and below it the changes of the month itself."""
    balances = [AccountBalance(change.closing, chart) for change in changes]
    blocks = (REPORT.every_table[0].block(balances), _CHANGES.block([(change, chart) for change in changes]))
    return sheet(NAME, *blocks, title=REPORT.title, period=period, landscape=False)
