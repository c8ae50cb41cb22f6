"""返金・充当一覧: refunds, overpayments returned and credits, from the proposal to the day they were carried out."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from exports.formats.sheet import Sheet
from exports.reports.report import Column, Question, Subtotal, Table, member, sheet
from ledger.codes import STATES
from ledger.i18n import N_, _
from ledger.statements.labels import joined, label

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.statements.settlements import SettlementLine

NAME = N_("Refunds and credits")

WAYS = {
    "refund": N_("refund"),
    "overpayment": N_("return of an overpayment"),
    "credit": N_("credit"),
}
_SUBTOTALS = {
    "refund": N_("Refunds in total"),
    "overpayment": N_("Overpayments in total"),
    "credit": N_("Credits in total"),
}
SUBTOTAL = Subtotal(by=lambda row: row.way, title=lambda way: _(_SUBTOTALS[way]))
TOTAL = N_("Total")


def in_order(row: "SettlementLine") -> int:
    """Where its way stands on a sheet."""
    return list(WAYS).index(row.way)


def format_account(masked: str | None, *, waits: bool) -> str | None:
    """A masked bank account, marked while its change waits for a second person."""
    return _("{account} (change not approved)", account=masked) if masked and waits else masked


def _approval(name: str) -> Any:
    return lambda row: None if row.approval is None else getattr(row.approval, name)


def _entries(row: "SettlementLine") -> str:
    return joined(str(step.entry) for step in row.steps if step.entry is not None)


# One that was rejected or undone adds nothing to the sums: `standing` is what is left of it.
COLUMNS = (
    Column("way", N_("Way"), show=lambda way: _(WAYS[way])),
    Column("no", N_("No."), kind="number", width=6),
    *member(lambda row: row.person),
    Column("about", N_("Application No."), "application", width=14, in_json=False),
    Column("target", N_("Credited to, or deposit"), width=16, in_json=False),
    Column("decision", N_("Decision No."), kind="number", width=8, on_paper=True),
    Column("received_on", N_("Originally received on"), kind="day", width=17, on_paper=True),
    Column("amount", N_("Amount, tax included"), "yen", "yen", on_paper=True),
    Column("tax_percent", N_("Tax rate"), kind="percent", width=6, on_paper=True),
    Column("tax", N_("Tax inside"), kind="yen", width=10, on_paper=True),
    Column("standing", N_("Amount that stands"), kind="yen", total=True),
    Column("account"),
    Column(
        "account", N_("Bank account"), lambda row: format_account(row.account, waits=row.account_waits), in_json=False
    ),
    Column("proposed_on", N_("Proposed on"), lambda row: row.steps[0].on, "day", 17, on_paper=True),
    Column("proposed_by", N_("Proposed by"), lambda row: row.steps[0].by),
    Column("approved_on", N_("Approved on"), _approval("on"), "day", 17, on_paper=True),
    Column("approved_by", N_("Approved by"), _approval("by")),
    Column("done_on", N_("Carried out on"), kind="day", width=17),
    Column("state", N_("State"), width=14, show=lambda state: label(STATES, state)),
    Column(
        "reason",
        N_("Reason"),
        lambda row: row.steps[-1].reason,
        width=20,
        show=lambda reason: _(reason) if reason else None,
        wrap=True,
        on_paper=True,
        in_json=False,
    ),
    Column("entries", N_("Entries"), _entries, on_paper=True, in_json=False),
)
STEPS = Column(
    "steps",
    get=lambda row: list(row.steps),
    columns=(Column("state"), Column("on", kind="day"), Column("by"), Column("reason"), Column("entry", kind="number")),
)
TABLE = Table(COLUMNS, total=TOTAL, subtotal=SUBTOTAL, label_at="name", order=in_order)


def settled(connection: "Connection", question: Question) -> "list[SettlementLine]":
    """Everything proposed by the day of the question, as it stood then."""
    from ledger.people.register import owners
    from ledger.statements.settlements import returns

    return returns(connection, owners(connection, question["as_of"]), question["as_of"])


def month(returns: "list[SettlementLine]", period: tuple[date, date]) -> Sheet:
    """What moved in a month or was still open at its end, by way, association and member."""
    # Whether a changed account waits is left out: the workbook of a month stays the same when the approval comes.
    return sheet(NAME, TABLE.block([replace(row, account_waits=False) for row in returns]), period=period)
