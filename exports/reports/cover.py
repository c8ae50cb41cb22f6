"""表紙: the month in figures, what is open, what was accepted, where to sign; then the control totals."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from exports.formats.sheet import BarGraph, Block, Sheet, SheetColumn, StyledRow, TypedValue, Value, Values
from exports.reports import balance, bill, entries, fees_held, general_ledger, settlements, subsidiary, suspense
from exports.reports.report import Column, Table, sheet
from ledger.audit.issued import Basis
from ledger.booking.month_end import accepted
from ledger.codes import CONTROLS
from ledger.i18n import N_, _, ngettext
from ledger.journal.chart import Chart
from ledger.statements.controls import Control, Stands
from ledger.statements.labels import mark
from ledger.statements.month import MonthStatement

NAME = N_("Cover")
TITLE = N_("Monthly statement")
TO_DATE = N_("Entries to date")
SEAL = N_("Seal of the closed month")
VERSION = N_("Version")
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


def _table_of_controls(**widths: float) -> Table:
    """The table of control totals: its columns in this order, so wide."""
    columns = (
        Column("control", N_("Control"), lambda row: _(CONTROLS[row[0].code]), wrap=True),
        Column("account", N_("Account"), lambda row: row[0].account and row[1].name(row[0].account.code), wrap=True),
        Column("value", N_("Value"), lambda row: _amount(row[0], row[0].value), "any"),
        Column("expected", N_("Expected"), lambda row: _amount(row[0], row[0].expected), "any"),
        Column(
            "difference",
            N_("Difference"),
            lambda row: _amount(row[0], None if row[0].expected is None else row[0].value - row[0].expected),
            "any",
            formula="{value}-{expected}",
        ),
        Column("agrees", N_("Agrees"), lambda row: "－" if row[0].holds is None else mark(row[0].holds)),
        Column("sheet", N_("Sheet"), lambda row: _(SHEETS[row[0].sheet]), wrap=True),
    )
    by_key = {column.key: column for column in columns}
    ordered = (replace(by_key[key], width=width) for key, width in widths.items())
    return Table(columns=tuple(ordered), heading=N_("Control totals"))


_CONTROLS = _table_of_controls(control=29, value=14, expected=14, account=26, difference=11, agrees=7, sheet=17)
_SEALS = (
    SheetColumn(N_("Approved"), width=29, key="approved"),
    SheetColumn(N_("Checked"), width=14, key="checked"),
    SheetColumn(N_("Prepared"), width=14, key="prepared"),
)
_FIGURES = (
    SheetColumn(N_("Figure"), width=29, wrap=True, key="figure"),
    SheetColumn(N_("This month"), "yen", 14, key="month"),
    SheetColumn(N_("Month before"), "yen", 14, key="before"),
)
_OPEN = (
    SheetColumn(N_("Open"), width=29, wrap=True, key="open"),
    SheetColumn(N_("Count"), "count", 14, key="count"),
    SheetColumn(N_("Amount"), "yen", 14, key="yen"),
)
_WORDS = (SheetColumn("", width=29, key="name"), SheetColumn("", width=14, wrap=True, key="words"))
_HASHES = (SheetColumn("", width=29, key="hash"),)
FIGURES = {
    "received": N_("Received"),
    "paid": N_("Paid to the authority"),
    "refunded": N_("Paid back to members"),
    "credited": N_("Credited to reissues"),
    "held": N_("Fees held at the end"),
    "suspense": N_("In suspense at the end"),
    "owed": N_("Owed to the authority at the end"),
    "bank": N_("Bank at the end, by the books"),
}

# Of workbooks of the first and second form.
_CONTROLS_BEFORE = _table_of_controls(control=52, account=26, value=20, expected=20, agrees=8, sheet=20)
_SEALS_BEFORE = (
    SheetColumn(N_("Approved"), width=52, key="approved"),
    SheetColumn(N_("Checked"), width=26, key="checked"),
    SheetColumn(N_("Prepared"), width=20, key="prepared"),
)


def month(statement: MonthStatement, sheets: Sequence[Sheet], basis: Basis | None = None) -> Sheet:
    """The cover of a month's workbook, on one page; on the next the controls, those that differ first.

    `sheets` are the others, which the contents lead to; `basis` is what the version stands on, None where it is none.
    """
    holds = [control.holds for control in statement.controls if control.holds is not None]
    agreement = _("{count} of {total} control totals agree", count=holds.count(True), total=len(holds))
    if holds.count(False):
        agreement = _("{agreement}; not agreeing: {count}", agreement=agreement, count=holds.count(False))
    if (differs := _difference(statement)) not in (None, 0):
        agreement = _("{agreement}; the bank's balance differs by {yen} yen", agreement=agreement, yen=differs)
    heading = N_("Month and month before (yen)")
    hashes = [(_(HEAD), _short(statement.head)), (_(SEAL), _short(_seal(statement)) or _("not closed"))]
    blocks = (
        Block(_FIGURES, list(_figures(statement)), heading=heading),
        Block(_WORDS, [(_(other.name), _(other.title)) for other in sheets], heading=N_("Contents"), spread=True),
        Block(_OPEN, list(_open(statement)), heading=N_("Open at the end of the month")),
        Block(_WORDS, list(_closing(statement)), heading=N_("Closing"), spread=True),
        Block(_SEALS, [StyledRow("box", ("", "", ""))], heading=N_("Seals")),
        Block(_WORDS, [*version_rows(basis), *hashes], spread=True),
        replace(controls_block(sorted(statement.controls, key=_differing), statement.chart), new_page=True),
        Block(
            _HASHES, [(text,) for text in (statement.head, _seal(statement), basis and basis.head) if text], spread=True
        ),
    )
    made = sheet(
        *(NAME, *blocks),
        title=TITLE,
        subtitle=agreement,
        period=(statement.month.first, statement.month.last),
        landscape=False,
    )
    return replace(
        made,
        chart=BarGraph(N_("Received and paid out"), block=0, rows=(0, 3), at=3) if _moved(statement) else None,
        links=tuple((1, nth, other.name) for nth, other in enumerate(sheets)),
    )


def _moved(statement: MonthStatement) -> bool:
    """Whether there is anything to be drawn: in the month or in the one before something came in or was paid."""
    drawn = list(FIGURES)[:4]
    return any(getattr(figures, key) for figures in (statement.figures, statement.before) for key in drawn)


def version_words(basis: Basis) -> str:
    """Which version it is, in words; of a copy that the books do not record, that."""
    if not basis.version:
        return _("a copy, not recorded as handed out")
    sentence = N_("version {version}") if basis.version == 1 else N_("version {version} (reissued)")
    return _(sentence, version=basis.version)


def version_rows(basis: Basis | None) -> Iterator[Values]:
    """Which version it is, and what it stands on; nothing of a period that is not closed."""
    if basis is None:
        return
    stands_on = ngettext(
        "write {batch}, head of the chain {head}, {count} entry",
        "write {batch}, head of the chain {head}, {count} entries",
        basis.entries,
        batch=basis.batch,
        head=_short(basis.head),
    )
    yield (_(VERSION), version_words(basis))
    yield (_("Stands on"), stands_on)


def version_blocks(basis: Basis | None) -> tuple[Block, ...]:
    """The same as blocks of a cover that says nothing else of the chain."""
    if basis is None:
        return ()
    words = Block(_WORDS, list(version_rows(basis)), heading=VERSION, spread=True)
    return words, Block(_HASHES, [(basis.head,)], spread=True)


def _seal(statement: MonthStatement) -> str | None:
    return None if statement.closed is None else statement.closed.head


def _short(text: str | None) -> str | None:
    return None if text is None else f"{text[:12]}…"


def _differing(control: Control) -> int:
    return (False, None, True).index(control.holds)


def _difference(statement: MonthStatement) -> int | None:
    """What the bank's own balance is more than the books'; None where the bank's was not given."""
    if statement.closed is None or statement.closed.bank_yen is None:
        return None
    return statement.closed.bank_yen - statement.figures.bank


def _figures(statement: MonthStatement) -> Iterator[StyledRow]:
    for key, name in FIGURES.items():
        figures = getattr(statement.figures, key), getattr(statement.before, key)
        yield StyledRow("normal", (_(name), *figures), name=key)
    by_bank = statement.closed.bank_yen if statement.closed else None
    yield StyledRow("normal", (_("Balance by the bank"), by_bank, None), name="by_bank")
    formulas = {"month": "{by_bank.month}-{bank.month}"}
    yield StyledRow("normal", (_("Bank less books"), _difference(statement), None), formulas)


def _open(statement: MonthStatement) -> Iterator[Values]:
    waiting = [row for row in statement.returns if row.open]
    for name, rows in (
        (N_("Refunds not paid yet"), [row for row in waiting if row.way == "refund" and not row.came_back]),
        (N_("Overpayments not returned yet"), [row for row in waiting if row.way == "overpayment"]),
        (N_("Transfers that came back"), [row for row in waiting if row.way == "refund" and row.came_back]),
        (N_("Credits not applied yet"), [row for row in waiting if row.way == "credit"]),
    ):
        yield (_(name), len(rows), sum(row.standing for row in rows))
    outcomes = statement.decided.outcomes
    yield (_("Decisions that wait for facts"), outcomes["needs_facts"], None)
    yield (_("Decisions that wait for a ruling"), outcomes["needs_review"], None)


def _closing(statement: MonthStatement) -> Iterator[Values]:
    step = statement.closed
    if step is None:
        yield (_("State"), _("not closed"))
        return
    yield (_("Closed by"), step.by)
    for point in accepted(step):
        yield (_("Accepted"), point.says)
        yield (_("Reason"), point.reason or step.reason)


def before_third_form(statement: MonthStatement, seal: str | None, lacking: Collection[str] = ()) -> Sheet:
    """The cover in workbooks of the first and second form; `seal` is the head with which the month was closed.

    `lacking` are sheets that the workbook has not, with the controls that speak of them.
    """
    told = [control for control in statement.controls if SHEETS[control.sheet] not in lacking]
    failed = sum(control.holds is False for control in told)
    agreement = _("{count} control totals do not agree", count=failed) if failed else _("All control totals agree")
    return sheet(
        NAME,
        Block(_COUNTS, _counts(statement, seal)),
        _CONTROLS_BEFORE.block([(control, statement.chart) for control in told]),
        Block(_SEALS_BEFORE, [("", "", "")], heading=N_("Seals")),
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
    yield (_(SEAL), _("not closed") if seal is None else seal, None)


def _amount(control: Control, value: int | None) -> Value:
    return TypedValue("yen" if control.in_yen else "count", value)
