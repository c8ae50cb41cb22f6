"""受領書未返送一覧: certificates whose receipt has not come back, the longest outstanding first (CP 4.1.3)."""

from typing import Any

from exports.formats import terminal
from exports.reports.empty import Empty, first_day
from exports.reports.filters import ASSOCIATION, MEMBER, month, state
from exports.reports.next_step import next_step
from exports.reports.report import AS_OF, Column, Connection, Listing, Question, Report, member
from ledger.i18n import N_
from ledger.statements.labels import RECEIPT_STATES, label


def _rows(connection: Connection, question: Question) -> list[Any]:
    from ledger.statements.due import due

    return due(connection, question["as_of"], question["member"])


def _text(listing: Listing) -> str:
    """The receipts outstanding, and below them what is typed next where some are to be asked for."""
    lines = [terminal.format_sheet(listing.drawn())]
    if any(row.state == "remind" for row in listing.content):
        lines.append(next_step("letter", "--reminders", "--as-of", listing.made_on, "--out", "reminders"))
    return "\n".join(lines)


REPORT = Report(
    name="due",
    title=N_("Receipts outstanding"),
    summary=N_("Receipts outstanding: day count, reminder due, revocable from."),
    examples=("due --as-of 2012-02-20", "due --association 東京 --state remind --out 受領書督促.xlsx"),
    parameters=(AS_OF, ASSOCIATION, MEMBER, state(lambda: RECEIPT_STATES), month("mailed_on")),
    rows=_rows,
    text=_text,
    list_key="due",
    columns=(
        *member(),
        Column("application", N_("Application No."), width=14, importance=3),
        Column("mailed_on", N_("Mailed on"), kind="day", width=17),
        Column("day", N_("Day"), kind="count", width=9, importance=3),
        Column("reminder_on", N_("Reminder from"), kind="day", width=17, importance=1),
        Column("revocable_on", N_("Revocation possible from"), kind="day", width=17),
        Column("state", N_("State"), width=16, show=lambda state: label(RECEIPT_STATES, state), importance=3),
    ),
    dated=True,
    empty=Empty(
        N_("No receipt is outstanding: every certificate mailed has its receipt, or has ended."),
        "application",
        ("applications", "issues"),
        first=first_day("fact", "day", name="mailed_on"),
        known=first_day("fact", "known_on", name="mailed_on"),
    ),
    notes=(N_("That revocation is possible does not mean that the certificate is revoked."),),
)
