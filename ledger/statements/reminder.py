"""督促: who is asked for the receipt of a certificate: 24 days passed since its mailing, and not yet 30 (CP 4.1.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from ledger.people.register import PostalAddress, postal_addresses
from ledger.statements.due import OutstandingReceipt, due
from ledger.statements.issuer import Issuer, issuer

# The state of a receipt that is asked for: earlier it is too soon, later the certificate may be revoked already.
REMINDED = "remind"


@dataclass(frozen=True)
class Reminder:
    """A reminder as of a day: the receipt that is outstanding, where the post reaches the member, who asks."""

    as_of: date
    receipt: OutstandingReceipt
    postal_address: PostalAddress
    sender: Issuer

    @property
    def last_day(self) -> date:
        """The last day on which the certificate cannot be revoked yet for want of the receipt."""
        return self.receipt.revocable_on - timedelta(days=1)


def reminders(connection: Connection, as_of: date) -> Iterator[Reminder]:
    """The reminders of a day, the longest outstanding first."""
    asked = [receipt for receipt in due(connection, as_of) if receipt.state == REMINDED]
    places = postal_addresses(connection, {receipt.member.number for receipt in asked})
    sender = issuer(connection)
    for receipt in asked:
        yield Reminder(as_of, receipt, places.get(receipt.member.number, PostalAddress()), sender)
