"""表紙: what the workbook is, how much is in it, and the control totals with what they have to be."""

from collections.abc import Iterator

from exports.formats.sheet import Block, Column, Sheet, TypedValue, Value, Values
from exports.reports import ISSUER, fees_held, general_ledger, journal, settlements, trial_balance
from ledger.i18n import N_, _
from ledger.statements.controls import Control, Stands
from ledger.statements.labels import mark
from ledger.statements.month import Counts, MonthStatement

NAME = N_("Cover")
TITLE = N_("Monthly statement")
TO_DATE = N_("Entries to date")
HEAD = N_("Head of the chain (SHA-256)")

SHEETS: dict[Stands, str] = {
    "trial_balance": trial_balance.NAME,
    "journal": journal.NAME,
    "general_ledger": general_ledger.NAME,
    "fees_held": fees_held.NAME,
    "returns": settlements.NAME,
}

SAYS = {
    "debits_and_credits": N_("Debits equal credits (totals)"),
    "balances": N_("Debit balances equal credit balances"),
    "carried_forward": N_("Brought forward and the month equal the total to date"),
    "journal": N_("The journal equals the debits of the month in the trial balance"),
    "unchanged": N_("Entries of the month that are as they were recorded"),
    "account": N_("The general ledger equals the trial balance"),
    "parts": N_("The subsidiary ledger equals the general ledger"),
    "below_zero": N_("Parts of held money that are below zero"),
    "fees_held": N_("The statement of fees held equals the general ledger"),
    "refunds_open": N_("Refunds not paid yet equal what is payable"),
    "refunds_came_back": N_("Refunds whose transfer was returned equal what is held for them"),
    "credits_open": N_("Credits not applied yet equal what is held for them"),
    "refunds_paid": N_("Refunds paid in the month equal the journal"),
    "credits_applied": N_("Credits applied in the month equal the journal"),
    "deposits": N_("Transfers received to date as booked equal those known"),
    "bank_balance": N_("Bank balance per books, to be compared with the bank's statement"),
}

_COUNTS = (Column("", width=52), Column("", width=26), Column("", "any", 20))
_CONTROLS = (
    Column(N_("Control"), width=52, wrap=True),
    Column(N_("Account"), width=26),
    Column(N_("Value"), "any", 20),
    Column(N_("Expected"), "any", 20),
    Column(N_("Agrees"), width=8),
    Column(N_("Sheet"), width=20),
)
_STAMPS = (
    Column(N_("Approved"), width=52),
    Column(N_("Checked"), width=26),
    Column(N_("Prepared"), width=20),
)


def month(statement: MonthStatement, seal: str | None) -> Sheet:
    """The cover of a month's workbook; `seal` is the head of the chain that the month was closed with, if it was."""
    failed = sum(control.holds is False for control in statement.controls)
    says = _("{count} control totals do not agree", count=failed) if failed else _("All control totals agree")
    return Sheet(
        name=NAME,
        title=TITLE,
        subtitle=says,
        blocks=(
            Block(_COUNTS, _counts(statement.counts, seal)),
            Block(_CONTROLS, _controls(statement), heading=N_("Control totals")),
            Block(_STAMPS, [("", "", "")], heading=N_("Seals")),
        ),
        period=(statement.month.first, statement.month.last),
        issuer=ISSUER,
        landscape=True,
    )


def _counts(counts: Counts, seal: str | None) -> Iterator[Values]:
    for name, count in (
        (N_("Members"), counts.members),
        (N_("Applications"), counts.applications),
        (N_("Entries of the month"), counts.entries),
        (N_("of which reversals"), counts.reversals),
        (TO_DATE, counts.entries_to_date),
        (N_("Decisions that stand"), counts.decisions),
        (N_("Refunds of the month or still open"), counts.refunds),
        (N_("Overpayments returned in the month or still open"), counts.overpayments),
        (N_("Credits of the month or still open"), counts.credits),
    ):
        yield (_(name), None, TypedValue("count", count))
    yield (_(HEAD), counts.head, None)
    yield (_("Seal of the closed month"), _("not closed") if seal is None else seal, None)


def _controls(statement: MonthStatement) -> Iterator[Values]:
    for control in statement.controls:
        yield (
            _(SAYS[control.code]),
            None if control.account is None else statement.chart.name(control.account.code),
            _amount(control, control.value),
            _amount(control, control.expected),
            "－" if control.holds is None else mark(control.holds),
            _(SHEETS[control.sheet]),
        )


def _amount(control: Control, value: int | None) -> Value:
    return TypedValue("yen" if control.in_yen else "count", value)
