"""Money that was never due: what waits in suspense of a deposit goes back on the course of a refund.

It goes back whatever the rules say, for it was never a fee; so it rests on no decision.
"""

from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.booking.events import overpayment_returned
from ledger.booking.refunds import Proposal, standing
from ledger.booking.refusals import NothingOverpaid
from ledger.booking.run import book
from ledger.booking.workflow import REFUNDS, begin
from ledger.codes import Account
from ledger.errors import UnknownDeposit
from ledger.journal.balances import held_for
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, key


def return_deposit(connection: Connection, deposit: str, *, on: date, by: str) -> Proposal:
    """Proposes the return of what is left in suspense of a deposit, and reserves it; from there see `refunds`.

    What a known application still owes is settled first. Proposed on that day already: nothing changes. Refused: an
    unknown deposit, and one of which nothing is left.
    """
    versions = tables.deposit_known
    said = select(versions.c.application).where(versions.c.deposit == deposit)
    applications = set(connection.execute(said).scalars())
    if not applications:
        raise UnknownDeposit(deposit)
    if (before := standing(connection, tables.refund.c.deposit == deposit, on)) is not None:
        return Proposal(before.no, changed=False, yen=before.yen)
    require_open(connection, on)
    book(connection, on, by=by, only=[application for application in applications if application is not None])
    yen = held_for(connection, Account.SUSPENSE, "deposit", deposit)
    if yen <= 0:
        raise NothingOverpaid(deposit)

    def reserved(no: int) -> Entry:
        event = overpayment_returned.__name__
        return Entry(key(event, no), on, event, tuple(overpayment_returned(deposit=deposit, yen=yen)))

    return Proposal(begin(connection, REFUNDS, {"deposit": deposit, "yen": yen}, reserved, by=by), True, yen)
