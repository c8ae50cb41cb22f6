"""What is payable to the authority at the end of a month, in yen, by what made it so."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from ledger.codes import ISSUED, OPENING, PAID, REPAID, WAIVED, Account
from ledger.journal.balances import credited


@dataclass(frozen=True)
class Payable:
    """In yen to the end of a day: `opened` when the books began, `issued` for certificates, `transferred` for bills.

    What the authority gave back is taken off what was transferred. It `waived` so much since the first day of the
    period, and `waived_before` so much until then.
    """

    opened: int
    issued: int
    waived: int
    waived_before: int
    transferred: int

    @property
    def owed(self) -> int:
        """What is owed for certificates issued, less what the authority waived."""
        return self.issued - self.waived - self.waived_before

    @property
    def payable(self) -> int:
        """What is still payable."""
        return self.opened + self.owed - self.transferred


def payable(connection: Connection, first: date, last: date) -> Payable:
    """What is payable at the end of the last day; what is no part of an application's debt is not among it."""
    authority, before = str(Account.AUTHORITY_PAYABLE), first - timedelta(days=1)
    return Payable(
        opened=credited(connection, authority, (OPENING,), date.min, last),
        issued=credited(connection, authority, (ISSUED,), date.min, last),
        waived=-credited(connection, authority, (WAIVED,), first, last),
        waived_before=-credited(connection, authority, (WAIVED,), date.min, before),
        transferred=credited(connection, str(Account.BANK), (PAID, REPAID), date.min, last),
    )
