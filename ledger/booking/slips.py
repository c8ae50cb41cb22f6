"""Slips: what a person posts by hand. Today that is the reversal of an entry that nothing else rests on."""

from datetime import date

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.booking.refusals import PartOfCredit, PartOfRefund, WaivedMeanwhile
from ledger.booking.workflow import REFUNDS, find, ways_on
from ledger.journal import reversal
from ledger.journal.entries import Entry, Result, parts


def reverse(connection: Connection, no: int, *, on: date, reason: str, by: str) -> Result:
    """Reverses an entry by hand; see `ledger.journal.reversal`.

    What was reversed by a person stays reversed: `book` does not post it again until the fact it was booked from has
    changed. Refused besides: an entry that a refund or credit rests on (these have commands of their own), and a debt
    that was waived.
    """
    return reversal.reverse(connection, no, on=on, reason=reason, by=by, require=_require)


def _require(connection: Connection, no: int, original: Entry) -> None:
    refund, credit = tables.refund_step.c, tables.credit_step.c
    resting = connection.execute(select(refund.refund).where(refund.entry == no)).scalar()
    if original.event == "refund_ended":  # the first of the two entries that end one; the other is kept with the step
        resting = parts(original.key)[1]
    if resting is not None:
        raise PartOfRefund(no, resting, ways_on(REFUNDS, find(connection, REFUNDS, resting)))
    if (resting := connection.execute(select(credit.credit).where(credit.entry == no)).scalar()) is not None:
        raise PartOfCredit(no, resting)
    _require_that_it_was_not_waived(connection, no, original)


def _require_that_it_was_not_waived(connection: Connection, no: int, original: Entry) -> None:
    """A waiver gives back what the debt took; without the debt it would give what nobody has."""
    if original.event != "certificate_issued":
        return
    entry, movement, later = tables.entry, tables.movement, tables.entry.alias("later")
    waivers = (
        select(func.max(entry.c.no))
        .join(movement, movement.c.entry == entry.c.no)
        .outerjoin(later, later.c.reverses == entry.c.no)
        .where(entry.c.event == "authority_waived", entry.c.reverses.is_(None), later.c.no.is_(None))
        .where(movement.c.debit_application == original.movements[0].debit_application)
    )
    if (waiver := connection.execute(waivers).scalar()) is not None:
        raise WaivedMeanwhile(no, waiver)
