"""Money that was never due: what waits in suspense of a deposit goes back on the course of a refund.

It goes back whatever the rules say, for it was never a fee; so it rests on no decision.
"""

from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.booking.events import entry_of
from ledger.booking.refusals import NotHeldYet, NothingOverpaid
from ledger.booking.run import book
from ledger.booking.workflow import REFUNDS, Proposal, begin, proposed_on
from ledger.codes import Account
from ledger.errors import UnknownDeposit
from ledger.journal.balances import held_for, held_from
from ledger.journal.closing import require_open
from ledger.people.payees import Subject
from ledger.people.receivers import deposit_version, receiver_of


def return_deposit(connection: Connection, deposit: str, *, on: date, by: str) -> Proposal:
    """Proposes the return of what is left in suspense of a deposit, and reserves it; from there see `refunds`.

    What a known application still owes is settled first. Proposed on that day already: nothing changes. Refused: an
    unknown deposit, one of which nothing is left, and a day on which what is left was not there yet.
    """
    reference = tables.deposit.c.reference
    if connection.execute(select(reference).where(reference == deposit)).first() is None:
        raise UnknownDeposit(deposit)
    if (earlier := proposed_on(connection, REFUNDS, tables.refund.c.deposit == deposit, on)) is not None:
        return earlier
    require_open(connection, on)
    book(connection, on, by=by, only=(), deposits=[deposit])
    yen = held_for(connection, Account.SUSPENSE, "deposit", deposit)
    if yen <= 0:
        raise NothingOverpaid(deposit)
    since = held_from(connection, Account.SUSPENSE, yen, on, deposit=deposit)
    if since is not None and since > on:
        raise NotHeldYet(deposit, yen, on, since)
    row = {"deposit": deposit, "yen": yen}
    whose = deposit_version(connection, deposit)
    application = None if whose is None else whose.application
    of = Subject(deposit=deposit) if application is None else Subject(application=application)
    to = receiver_of(connection, of)
    no = begin(
        connection, REFUNDS, row, lambda no: entry_of("overpayment_returned", no, on=on, **row), by=by, bound=to.bound
    )
    return Proposal(no, True, yen, (to.ended.says,) if to.ended is not None else ())
