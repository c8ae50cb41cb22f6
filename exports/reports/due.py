"""受領書未返送一覧: certificates whose receipt has not come back, the longest outstanding first (CP 4.1.3)."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.i18n import N_
from ledger.statements.due import OutstandingReceipt
from ledger.statements.labels import RECEIPT_STATES, label

NAME = N_("Receipts outstanding")

COLUMNS = (
    *PERSON,
    Column(N_("Application No."), width=14),
    Column(N_("Mailed on"), "day", 17),
    Column(N_("Day"), "count", 9),
    Column(N_("Reminder from"), "day", 17),
    Column(N_("Revocation possible from"), "day", 17),
    Column(N_("State"), width=16),
)


def sheet(rows: Iterable[OutstandingReceipt], day: date) -> Sheet:
    """The receipts outstanding on a day."""
    note = N_("That revocation is possible does not mean that the certificate is revoked.")
    block = Block(COLUMNS, _cells(rows))
    return Sheet(name=NAME, title=NAME, blocks=(block,), as_of=day, issuer=ISSUER, landscape=True, notes=(note,))


def _cells(rows: Iterable[OutstandingReceipt]) -> Iterator[Values]:
    for row in rows:
        yield (
            *person(row.member),
            row.application,
            row.mailed_on,
            row.day,
            row.reminder_on,
            row.revocable_on,
            label(RECEIPT_STATES, row.state),
        )
