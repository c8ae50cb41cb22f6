"""What is payable to the authority at the end of a month, in yen, by what made it so."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, func, select

from ledger import tables
from ledger.codes import ISSUED, OPENING, PAID, REPAID, WAIVED, Account
from ledger.journal.balances import sides


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
    on, authority = tables.entry.c.happened_on, Account.AUTHORITY_PAYABLE
    return Payable(
        opened=_moved(connection, authority, (OPENING,), on <= last),
        issued=_moved(connection, authority, (ISSUED,), on <= last),
        waived=-_moved(connection, authority, (WAIVED,), on.between(first, last)),
        waived_before=-_moved(connection, authority, (WAIVED,), on < first),
        transferred=_moved(connection, Account.BANK, (PAID, REPAID), on <= last),
    )


def _moved(connection: Connection, account: Account, events: tuple[str, ...], when: ColumnElement[bool]) -> int:
    """What entries of these events credited to an account, less what they debited."""
    moved = sides(and_(tables.entry.c.event.in_(events), when)).c
    yen = func.sum(moved.credit - moved.debit).cast(BigInteger)
    return connection.execute(select(yen).where(moved.account == account.value)).scalar() or 0
