"""受領書未返送一覧: certificates whose receipt has not come back, the longest outstanding first (CP 4.1.3)."""

from collections.abc import Iterable, Iterator
from datetime import date

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER, PERSON, person
from ledger.i18n import _
from ledger.statements.due import Due
from ledger.statements.labels import RECEIPT_STATES, worded

# ja: 受領書未返送一覧
NAME = _("Receipts outstanding")

COLUMNS = (
    *PERSON,
    Column(_("Application No."), width=14),
    # ja: 送付日
    Column(_("Mailed on"), "day", 17),
    # ja: 経過日数
    Column(_("Day"), "count", 9),
    # ja: 督促日
    Column(_("Reminder from"), "day", 17),
    # ja: 取消可能日
    Column(_("Revocation possible from"), "day", 17),
    Column(_("State"), width=16),
)


def sheet(rows: Iterable[Due], day: date) -> Sheet:
    """The receipts outstanding on a day."""
    note = _("That revocation is possible does not mean that the certificate is revoked.")
    block = Block(COLUMNS, _cells(rows))
    return Sheet(name=NAME, title=NAME, blocks=(block,), as_of=day, issuer=ISSUER, landscape=True, notes=(note,))


def _cells(rows: Iterable[Due]) -> Iterator[Values]:
    for each in rows:
        yield (
            *person(each.member),
            each.application,
            each.mailed_on,
            each.day,
            each.reminder_on,
            each.revocable_on,
            worded(RECEIPT_STATES, each.state),
        )
