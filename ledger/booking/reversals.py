"""Reversals by hand: what a person recorded and takes back. What rests on a fact is corrected where the fact stands."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, or_, select

from ledger import tables
from ledger.booking import refusals, slip_refusals
from ledger.booking.inputs import TOUCHING, scope_of, touched
from ledger.booking.own_days import FROM_ITS_ENTRY
from ledger.booking.slips import Slip, require_never_below_zero, take_back
from ledger.booking.workflow import REFUNDS, find, ways_on
from ledger.codes import OPENING, Account
from ledger.journal import reversal
from ledger.journal.entries import Entry, parts, recorded
from ledger.journal.refusals import BelowZero, NothingLeftToReverse, UnknownEntry
from ledger.journal.reversal import CORRECTION
from ledger.store.settings import SLIP_APPROVAL, values

# What booking posts from deposits, and from certificates issued, by itself: the fact is corrected, or taken back.
_FROM_DEPOSITS = ("fee_received", "overpaid", "payer_unknown", "suspense_settled", "fee_released", "claim_settled")
_CLAIMS = ("claim_raised", "fee_claimed")
_FROM_FACTS = (*_FROM_DEPOSITS, *_CLAIMS, "certificate_issued", OPENING)

# Of one deposit or application, one of these stands at a time; of a line of a bill, one payment.
_ONCE = ("fee_received", "overpaid", "payer_unknown", "certificate_issued", "authority_waived")
_OF_BILLS = ("authority_paid", "authority_repaid")


@dataclass(frozen=True)
class ReversalResult:
    """What `reverse` did: the entry reversed, what reverses it or the slip that waits to, whether anything changed."""

    original: int
    no: int | None
    slip: Slip | None
    changed: bool


def reverse(connection: Connection, no: int, *, on: date, reason: str, by: str) -> ReversalResult:
    """Reverses an entry by hand; see `ledger.journal.reversal`. A reversal by hand is taken back in the same way.

    What two people posted by a slip is taken back by two: then a slip is proposed. Refused besides: an entry that a
    refund or credit rests on or that was booked from a fact (these have commands of their own), and a debt that was
    waived. A waiver may be reversed: it is the authority's word, which the authority itself takes back.
    """
    original = recorded(connection, [no]).get(no)
    if original is None:
        raise UnknownEntry(no)
    if reversal.reversed_by(connection, [no]).get(no) is None and _needs_two(connection, no, original):
        _require(connection, no, original)
        waiting = take_back(connection, no, original, on=on, reason=reason, by=by)
        return ReversalResult(no, waiting.slip.entry, waiting.slip, waiting.changed)

    def require(connection: Connection, no: int, original: Entry) -> None:
        _require(connection, no, original)
        try:
            for movement in original.movements:
                require_never_below_zero(connection, movement.opposite, on)
        except BelowZero as refusal:
            raise NothingLeftToReverse(no, refusal.account) from None

    result = reversal.reverse(connection, no, on=on, reason=reason, by=by, require=require)
    return ReversalResult(no, result.no, None, result.changed)


def _needs_two(connection: Connection, no: int, original: Entry) -> bool:
    """Whether the entry, or what it reversed in the end, is of a slip that two approved or that would wait now."""
    root = no
    while (before := recorded(connection, [root])[root].reverses) is not None:
        root = before
    step = tables.slip_step.c
    state = connection.execute(select(step.state).where(step.entry == root)).scalar()
    if state is None:
        return False
    yen = sum(movement.yen for movement in original.movements)
    return state == "approved" or yen >= int(values(connection)[SLIP_APPROVAL] or 0)


def _require(connection: Connection, no: int, original: Entry) -> None:
    refund, credit = tables.refund_step.c, tables.credit_step.c
    resting = connection.execute(select(refund.refund).where(refund.entry == no)).scalar()
    if original.event == "refund_ended":  # the first of the two entries that end one; the other is kept with the step
        resting = parts(original.key)[1]
    if resting is not None:
        raise refusals.PartOfRefund(no, resting, ways_on(REFUNDS, find(connection, REFUNDS, resting)))
    if (resting := connection.execute(select(credit.credit).where(credit.entry == no)).scalar()) is not None:
        raise refusals.PartOfCredit(no, resting)
    corrected = original.reverses is not None and parts(original.key)[0] in (CORRECTION, FROM_ITS_ENTRY)
    by_hand = original.reverses is not None and not corrected
    if corrected:
        raise slip_refusals.CorrectedFact(no)
    if original.event in _FROM_FACTS and not by_hand:
        _refuse_what_rests_on_a_fact(no, original)
    if by_hand:
        _require_not_posted_anew(connection, no)
    _require_that_it_was_not_waived(connection, no, original)


def _require_not_posted_anew(connection: Connection, no: int) -> None:
    """What stands again is not posted beside what was posted in its place meanwhile."""
    root = no
    while (entry := recorded(connection, [root])[root]).reverses is not None:
        root = entry.reverses
    given = touched(scope_of(entry.movements))
    own = parts(entry.key)
    # A payment of a bill is of one line; what booking posts is of one deposit or application.
    same = own[:4] if entry.event in _OF_BILLS else own[:2] if entry.event in _ONCE else own
    table = tables.entry.c
    statement = select(table.no, table.key).where(table.event == entry.event, table.reverses.is_(None), table.no > root)
    statement = statement.where(table.no.in_(select(tables.movement.c.entry).where(TOUCHING)))
    chained = reversal.chains(connection, TOUCHING, given)
    for anew, own_key in connection.execute(statement.order_by(table.no), given):
        if parts(own_key)[: len(same)] == same and len(chained.get(anew, ())) % 2 == 0:
            raise slip_refusals.PostedAnew(no, anew)


def _refuse_what_rests_on_a_fact(no: int, original: Entry) -> None:
    movement = original.movements[0]
    application = movement.debit_application or movement.credit_application
    if original.event == OPENING:
        raise slip_refusals.RestsOnOpening(no)
    if original.event in _FROM_DEPOSITS:
        raise slip_refusals.RestsOnDeposit(no, str(movement.deposit))
    if original.event in _CLAIMS:
        raise slip_refusals.RestsOnClaim(no, str(application or movement.deposit))
    raise slip_refusals.RestsOnIssue(no, str(application))


def _require_that_it_was_not_waived(connection: Connection, no: int, original: Entry) -> None:
    """A waiver gives back what the debt took; without the debt it would give what nobody has."""
    if original.event != "certificate_issued" or original.movements[0].debit != Account.FEES_HELD:
        return
    entry, movement, later = tables.entry, tables.movement, tables.entry.alias("later")
    brought_back = reversal.brought_back(connection, TOUCHING, touched(scope_of(original.movements)))
    waivers = (
        select(func.max(entry.c.no))
        .join(movement, movement.c.entry == entry.c.no)
        .outerjoin(later, later.c.reverses == entry.c.no)
        .where(entry.c.event == "authority_waived", entry.c.reverses.is_(None))
        .where(or_(later.c.no.is_(None), entry.c.no.in_(brought_back)))
        .where(movement.c.debit_application == original.movements[0].debit_application)
    )
    if (waiver := connection.execute(waivers).scalar()) is not None:
        raise refusals.WaivedMeanwhile(no, waiver)
