"""表紙: what the workbook is, how much is in it, and the control totals with what they have to be."""

from collections.abc import Collection, Iterable, Iterator

from exports.formats.sheet import Block, Sheet, SheetColumn, TypedValue, Value, Values
from exports.reports import balance, bill, entries, fees_held, general_ledger, settlements, subsidiary, suspense
from exports.reports.report import Column, Table, sheet
from ledger.codes import CONTROLS
from ledger.i18n import N_, _
from ledger.journal.chart import Chart
from ledger.statements.controls import Control, Stands
from ledger.statements.labels import mark
from ledger.statements.month import MonthStatement

NAME = N_("Cover")
TITLE = N_("Monthly statement")
TO_DATE = N_("Entries to date")
HEAD = N_("Head of the chain (SHA-256)")

SHEETS: dict[Stands, str] = {
    "trial_balance": balance.REPORT.tab,
    "journal": entries.REPORT.tab,
    "general_ledger": general_ledger.NAME,
    "subsidiary": subsidiary.NAME,
    "suspense": suspense.NAME,
    "fees_held": fees_held.NAME,
    "bills": bill.OF_MONTH,
    "returns": settlements.NAME,
}

_COUNTS = (
    SheetColumn("", width=52, key="about"),
    SheetColumn("", width=26, key="head"),
    SheetColumn("", "any", 20, key="count"),
)
_CONTROLS = Table(
    columns=(
        Column("control", N_("Control"), lambda row: _(CONTROLS[row[0].code]), width=52, wrap=True),
        Column("account", N_("Account"), lambda row: row[0].account and row[1].name(row[0].account.code), width=26),
        Column("value", N_("Value"), lambda row: _amount(row[0], row[0].value), "any", 20),
        Column("expected", N_("Expected"), lambda row: _amount(row[0], row[0].expected), "any", 20),
        Column("agrees", N_("Agrees"), lambda row: "－" if row[0].holds is None else mark(row[0].holds), width=8),
        Column("sheet", N_("Sheet"), lambda row: _(SHEETS[row[0].sheet]), width=20),
    ),
    heading=N_("Control totals"),
)
_SEALS = (
    SheetColumn(N_("Approved"), width=52, key="approved"),
    SheetColumn(N_("Checked"), width=26, key="checked"),
    SheetColumn(N_("Prepared"), width=20, key="prepared"),
)


def month(statement: MonthStatement, seal: str | None, lacking: Collection[str] = ()) -> Sheet:
    """The cover of a month's workbook; `seal` is the head of the chain that the month was closed with, if it was.

    `lacking` are sheets that the workbook has not, with the controls that speak of them.
    """
    told = [control for control in statement.controls if SHEETS[control.sheet] not in lacking]
    failed = sum(control.holds is False for control in told)
    agreement = _("{count} control totals do not agree", count=failed) if failed else _("All control totals agree")
    return sheet(
        NAME,
        Block(_COUNTS, _counts(statement, seal)),
        controls_block(told, statement.chart),
        Block(_SEALS, [("", "", "")], heading=N_("Seals")),
        title=TITLE,
        subtitle=agreement,
        period=(statement.month.first, statement.month.last),
    )


def controls_block(controls: Iterable[Control], chart: Chart) -> Block:
    """The control totals, each with what it has to be."""
    return _CONTROLS.block([(control, chart) for control in controls])


def _counts(statement: MonthStatement, seal: str | None) -> Iterator[Values]:
    ways = [settlement.way for settlement in statement.returns]
    for name, count in (
        (N_("Members"), sum(row.members for row in statement.associations)),
        (N_("Applications"), sum(row.applications for row in statement.associations)),
        (N_("Entries of the month"), len(statement.entries)),
        (N_("of which reversals"), sum(entry.reverses is not None for entry in statement.entries)),
        (TO_DATE, statement.entries_to_date),
        (N_("Decisions that stand"), len(statement.decided)),
        (N_("Refunds of the month or still open"), ways.count("refund")),
        (N_("Overpayments returned in the month or still open"), ways.count("overpayment")),
        (N_("Credits of the month or still open"), ways.count("credit")),
    ):
        yield (_(name), None, TypedValue("count", count))
    yield (_(HEAD), statement.head, None)
    yield (_("Seal of the closed month"), _("not closed") if seal is None else seal, None)


def _amount(control: Control, value: int | None) -> Value:
    return TypedValue("yen" if control.in_yen else "count", value)
