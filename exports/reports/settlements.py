"""返金・充当一覧: refunds, overpayments returned and credits, from the proposal to the day they were carried out."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from exports.formats.sheet import Sheet
from exports.reports.empty import Empty, first_day
from exports.reports.filters import ASSOCIATION, MEMBER, state
from exports.reports.filters import month as in_month
from exports.reports.report import (
    AS_OF,
    Column,
    Connection,
    Parameter,
    Question,
    Report,
    Subtotal,
    Table,
    member,
    sheet,
)
from ledger.codes import CREDIT_STATES, REFUND_STATES, STATES, format_code
from ledger.i18n import N_, _
from ledger.statements.labels import joined, label

if TYPE_CHECKING:
    from ledger.statements.settlements import SettlementLine

NAME = N_("Refunds and credits")

WAYS = {"refund": N_("refund"), "overpayment": N_("return of an overpayment"), "credit": N_("credit")}
_SUBTOTALS = {
    "refund": N_("Refunds in total"),
    "overpayment": N_("Overpayments in total"),
    "credit": N_("Credits in total"),
}
_SUBTOTAL = Subtotal(by=lambda row: row.way, title=lambda way: _(_SUBTOTALS[way]))


def _in_order(row: "SettlementLine") -> int:
    return list(WAYS).index(row.way)


def format_account(masked: str | None, *, waits: bool) -> str | None:
    """A masked bank account, marked while its change waits for a second person."""
    return _("{account} (change not approved)", account=masked) if masked and waits else masked


def _reason(row: "SettlementLine") -> str | None:
    reason = row.steps[-1].reason
    return _(reason) if reason else None


def _approval(name: str) -> Any:
    return lambda row: None if row.approval is None else getattr(row.approval, name)


def _entries(row: "SettlementLine") -> str:
    return joined(str(step.entry) for step in row.steps if step.entry is not None)


*_WHOSE, _NAME = member(lambda row: row.person)

# One that was rejected or undone adds nothing to the sums: `standing` is what is left of it.
COLUMNS = (
    Column("way", N_("Way"), show=lambda way: _(WAYS[way]), wrap=True),
    Column("no", N_("No."), kind="number", width=6, importance=3),
    *_WHOSE,
    # Of a deposit of an unknown payer: who was approved to receive it.
    replace(_NAME, get=lambda row: row.receiver if row.person is None else row.person.name),
    Column("about", N_("Application No."), "application", width=14, in_json=False, importance=3),
    Column("target", N_("Credited to, or deposit"), width=16, in_json=False),
    Column("decision", N_("Decision No."), kind="number", width=8, on_paper=True),
    Column("decided_on", N_("Decided on"), kind="day", width=17, on_paper=True),
    Column(
        "cause",
        N_("Reason for revocation"),
        width=18,
        show=lambda code: code and format_code("reason", code),
        on_paper=True,
    ),
    Column("received_on", N_("Originally received on"), kind="day", width=17, on_paper=True),
    Column("amount", N_("Amount, tax included"), "yen", "yen", on_paper=True),
    Column("tax_percent", N_("Tax rate"), kind="percent", width=6, on_paper=True),
    Column(
        *("tax", N_("Tax inside"), "", "yen", 10),
        on_paper=True,
        formula="ROUNDDOWN({amount}*{tax_percent}/(100+{tax_percent}),0)",
    ),
    Column("standing", N_("Amount that stands"), kind="yen", total=True, importance=3),
    Column("account"),
    Column(
        "account",
        N_("Bank account"),
        lambda row: format_account(row.account, waits=row.account_waits),
        in_json=False,
        importance=1,
    ),
    Column("proposed_on", N_("Proposed on"), lambda row: row.steps[0].on, "day", 17, on_paper=True),
    Column("proposed_by", N_("Proposed by"), lambda row: row.steps[0].by, importance=1),
    Column("approved_on", N_("Approved on"), _approval("on"), "day", 17, on_paper=True),
    Column("approved_by", N_("Approved by"), _approval("by"), importance=1),
    Column("done_on", N_("Carried out on"), kind="day", width=17, importance=1),
    Column("state", N_("State"), width=14, show=lambda state: label(STATES, state), wrap=True, importance=3),
    Column("reason", N_("Reason"), _reason, width=20, wrap=True, on_paper=True, in_json=False),
    Column("entries", N_("Entries"), _entries, on_paper=True, in_json=False),
)
# Where a refund stands in a payment file for the bank.
_IN_FILE = (
    Column("payment_file", N_("Payment file No."), kind="number", importance=1),
    Column("file_line", N_("Line of the file"), kind="number", width=8, on_paper=True),
    Column("pay_on", N_("Day of the transfers"), kind="day", width=17, on_paper=True),
)
_STEPS = Column(
    "steps",
    get=lambda row: list(row.steps),
    columns=(
        Column("state"),
        Column("on", kind="day"),
        Column("by"),
        Column("reason"),
        Column("entry", kind="number"),
        Column("despite"),
    ),
)
_TABLE = Table((*COLUMNS, *_IN_FILE), total=N_("Total"), subtotal=_SUBTOTAL, label_at="name", order=_in_order)


def _by_number(connection: Connection, question: Question, of: Literal["refund", "credit"]) -> "list[SettlementLine]":
    """All of these proposed by the day of the question, as they stood then; of one member nobody else's is read."""
    from ledger.people.register import owners
    from ledger.statements.settlements import returns, returns_to

    if question["member"] is not None:
        found = returns_to(connection, question["member"], question["as_of"], (of,))
    else:
        found = returns(connection, owners(connection, question["as_of"]), question["as_of"], (of,))
    return sorted(found, key=lambda row: row.no)


_DONE = replace(in_month("done_on"), name="done", flag="--done", help=N_("those paid, or credited, in one month"))


def _narrowing(states: tuple[str, ...]) -> tuple[Parameter, ...]:
    """What the lists can be narrowed to; the month is that of the proposal."""
    return ASSOCIATION, MEMBER, state(lambda: STATES, among=states), in_month("proposed_on"), _DONE


REFUNDS = Report(
    name="refund list",
    title=N_("Refunds"),
    summary=N_("Refunds and returned overpayments, with their states."),
    examples=("refund list", "refund list --association 東京 --state approved", "refund list --out 返金一覧.xlsx"),
    parameters=(AS_OF, *_narrowing(REFUND_STATES)),
    rows=partial(_by_number, of="refund"),
    columns=(
        *COLUMNS,
        *_IN_FILE,
        # A refund is of an application's fee, or of a deposit that was never due.
        Column("application", get=lambda row: row.application if row.way == "refund" else None),
        Column("deposit", get="target"),
        Column("account_waits", kind="flag"),
        Column("receiver"),
        Column("recovered", kind="yen"),
        _STEPS,
    ),
    total=N_("Total"),
    subtotal=_SUBTOTAL,
    label_at="name",
    order=_in_order,
    dated=True,
    empty=Empty(
        N_("No refund has been proposed."),
        "refund",
        command="refund propose --everyone",
        first=first_day("refund_step", "happened_on"),
    ),
)
OVERPAID = replace(REFUNDS, name="overpaid list", examples=("overpaid list", "overpaid list --out 返金一覧.xlsx"))
CREDITS = replace(
    REFUNDS,
    name="credit list",
    title=N_("Credits"),
    summary=N_("Credits, with their states."),
    examples=("credit list", "credit list --json"),
    parameters=(AS_OF, *_narrowing(CREDIT_STATES)),
    rows=partial(_by_number, of="credit"),
    columns=(*COLUMNS, Column("application"), Column("to", get="target"), _STEPS),
    order=None,
    empty=Empty(
        N_("No credit to a reissue has been proposed."),
        "credit",
        command="credit propose APPLICATION --to APPLICATION",
        first=first_day("credit_step", "happened_on"),
    ),
)


def month(returns: "list[SettlementLine]", period: tuple[date, date], *, by_day: bool = True) -> Sheet:
    """What moved in a month or was still open at its end, by way and the day of its proposal.

    Not `by_day`, it is listed by way, association and member, as it was before the payment file was named.
    """
    # Whether a changed account waits is left out: the workbook of a month stays the same when the approval comes.
    rows = [replace(row, account_waits=False) for row in returns]
    if by_day:
        rows.sort(key=lambda row: (row.steps[0].on, row.no))
    return sheet(NAME, _TABLE.block(rows), period=period)
