"""The journal held against what is known: whatever facts, allocations and decisions call for stands in it.

It is posted in the write that says it, so what is missing was put there, or taken away, around the program.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection

from ledger.audit.faults import Fault
from ledger.booking.events import describe
from ledger.booking.run import called_for


def unposted(connection: Connection, through: date) -> Iterator[Fault]:
    """Every entry that is called for up to a day and is not in the journal."""
    for posting in called_for(connection, through).postings:
        movement = posting.movements[0]
        part = movement.debit_application or movement.credit_application or movement.deposit
        what = describe(posting.event, posting.movements, posting.reverses, posting.reason)
        yield Fault("not-posted", str(part), {"what": what, "on": posting.on})
