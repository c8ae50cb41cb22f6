"""Closing a month: everything that stands against it is said at once, and what is accepted all the same is kept.

What may be accepted is what a person can answer for, each point with its reason; that the month is over is not. That
the bank's balance differs from the books is accepted by two people: the first proposes to close, the second closes. A
month is closed with every month before it, and reopened with every month after it: to the state in which the books
were before it was closed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from ledger.booking.bank_balances import of_month_end
from ledger.booking.closing_points import Objection, against
from ledger.booking.own_days import dated_later
from ledger.booking.refusals import (
    BalanceNotRepeated,
    DoneDifferently,
    NotReadyToClose,
    PointDoesNotStand,
    SamePersonCloses,
)
from ledger.dates import Month
from ledger.i18n import N_, _
from ledger.journal import closing
from ledger.journal.closing import MonthStep
from ledger.journal.refusals import MonthNotClosed, MonthNotOver, NoReasonGiven
from ledger.money import format_yen
from ledger.people.four_eyes import one_person

# How many days a decision may be undetermined at the end of a month, if the user says nothing else.
UNDETERMINED_DAYS = 60

# The point that one person cannot accept alone.
BY_TWO = "bank_differs"

CLOSED = N_("closed")
REOPENED = N_("reopened")
BANK_BALANCE = N_("bank's balance")
REASON = N_("reason")


@dataclass(frozen=True)
class ClosingResult:
    """What closing or reopening did: up to which day the books are closed now, and whether this call changed it.

    `reason` was given for all that was accepted without a reason of its own; `proposed` is the balance with which
    another person has to close; `late` are the entries that could now be brought to their own day.
    """

    month: Month
    changed: bool
    closed_to: date | None
    accepted: tuple[Objection, ...] = ()
    reason: str | None = None
    proposed: int | None = None
    late: tuple[int, ...] = ()


def _no_controls(_connection: Connection, _month: Month) -> Sequence[str]:
    return ()


def close(
    connection: Connection,
    month: Month,
    *,
    today: date,
    by: str,
    bank_yen: int | None = None,
    undetermined_days: int = UNDETERMINED_DAYS,
    accept: str | None = None,
    accept_points: Mapping[str, str] | None = None,
    controls: Callable[[Connection, Month], Sequence[str]] = _no_controls,
) -> ClosingResult:
    """Closes a month and every month before it. Closed already: nothing changes, unless bank balance or reason differ.

    Proposed already by the same person with the same reasons: nothing changes either.

    Refused: a month that is not over, and one against which something stands (`against`, all of it at once) unless it
    is accepted: by a reason for the point (`accept_points`, by code), or by the reason `accept` for those not named,
    except that the bank's balance differs. That is proposed by one person and closed by another with the same balance,
    for whom what the first accepted stands. `bank_yen` is the balance of the last day by the bank's word, where no file
    of the bank tells it; `controls` gives the control totals of the month that do not agree.
    """
    named = dict(accept_points or {})
    if (before := closing.closing_of(connection, month)) is not None:
        return _closed_before(connection, month, before, bank_yen, accept, named)
    if today <= month.last:
        raise MonthNotOver(str(month), month.last)
    if any(reason is not None and not reason.strip() for reason in (accept, *named.values())):
        raise NoReasonGiven("close")
    bank_yen = of_month_end(connection, month, bank_yen)
    proposal = closing.proposal(connection)
    if proposal is not None and proposal.month != month:
        proposal = None
    if proposal is not None and bank_yen is None:
        assert proposal.bank_yen is not None, "a balance was proposed"
        raise BalanceNotRepeated(str(month), proposal.bank_yen, proposal.by)
    points = list(against(connection, month, bank_yen, undetermined_days, controls(connection, month)))
    if not_there := [code for code in named if code not in {point.code for point in points}]:
        raise PointDoesNotStand(str(month), not_there)
    return _closed(connection, month, points, proposal, by=by, bank_yen=bank_yen, accept=accept, named=named)


def _closed(
    connection: Connection,
    month: Month,
    points: list[Objection],
    proposal: MonthStep | None,
    *,
    by: str,
    bank_yen: int | None,
    accept: str | None,
    named: Mapping[str, str],
) -> ClosingResult:
    before = () if proposal is None else tuple(point for point in accepted(proposal) if point in points)
    same = proposal is not None and one_person(connection, by, proposal.by, closing.role_of(connection, proposal.no))
    witnessed = any(point.code == BY_TWO for point in before)
    reasons = {point.code: accept for point in points if accept is not None and point.code != BY_TWO} | dict(named)
    if same and witnessed and all(point in before for point in points):
        assert proposal is not None and proposal.bank_yen is not None, "a balance was proposed"
        if reasons == {point.code: point.reason for point in before}:  # the same command once more
            return ClosingResult(month, False, proposal.closed_to, before, proposal.reason, proposal.bank_yen)
        raise SamePersonCloses(by, str(month), proposal.bank_yen)
    reasons |= {point.code: point.reason for point in before if point.reason is not None and not same}
    reasons |= named
    if standing := [point for point in points if point.code not in reasons]:
        said = [f"({nth}) {point.says} [{point.code}]" for nth, point in enumerate(standing, 1)]
        raise NotReadyToClose(str(month), said)
    kept = tuple(replace(point, reason=reasons[point.code]) for point in points)
    rows = [{"code": point.code, "reason": point.reason, **point.fields} for point in kept]
    proposes = any(point.code == BY_TWO for point in points) and (same or not witnessed)
    state: closing.State = "proposed" if proposes else "closed"
    last = closing.closed_to(connection) if proposes else month.last
    closing.append(connection, month, state, last, by=by, reason=accept, accepted=rows, bank_yen=bank_yen)
    return ClosingResult(month, True, last, kept, accept, bank_yen if proposes else None)


def _closed_before(
    connection: Connection,
    month: Month,
    before: MonthStep,
    bank_yen: int | None,
    accept: str | None,
    named: Mapping[str, str],
) -> ClosingResult:
    points = accepted(before)
    if before.month == month:
        compared = [(BANK_BALANCE, before.bank_yen, bank_yen), (REASON, before.reason, accept)]
        reasons = {point.code: point.reason for point in points}
        compared += [(REASON, reasons.get(code), reason) for code, reason in named.items()]
        for name, stored, value in compared:
            if value is not None and value != stored:
                raise DoneDifferently(_(CLOSED), _(name), *map(_told, (stored, value)))
    return ClosingResult(month, False, closing.closed_to(connection), points, before.reason)


def _told(value: int | str | None) -> str:
    """What was recorded, or is asked for now, as it stands in a sentence; the balance of a bank is in yen."""
    return "—" if value is None else format_yen(value) if isinstance(value, int) else value


def accepted(step: MonthStep) -> tuple[Objection, ...]:
    """What stood against a month when it was closed, and was accepted, with the reason where one was kept for it."""
    return tuple(
        Objection(
            str(objection["code"]),
            {name: value for name, value in objection.items() if name not in ("code", "reason")},
            objection.get("reason"),
        )
        for objection in step.accepted
    )


def reopen(connection: Connection, month: Month, *, reason: str, by: str) -> ClosingResult:
    """Reopens a closed month and every month after it; the books are closed as far as before it was closed.

    Reopened already for the same reason: nothing changes. Refused: no reason, and a month that is not closed.
    """
    history = closing.steps(connection)
    state, decided = closing.state_of(month, history)
    if decided is not None and state == "reopened" and decided == history[-1] and decided.month == month:
        if decided.reason != reason:
            raise DoneDifferently(_(REOPENED), _(REASON), str(decided.reason), reason)
        return ClosingResult(month, False, decided.closed_to)
    if state != "closed" or decided is None:
        raise MonthNotClosed(str(month))
    if not reason.strip():
        raise NoReasonGiven("reopen")
    at = history.index(decided)
    before = history[at - 1].closed_to if at else None
    closing.append(connection, month, "reopened", before, by=by, reason=reason)
    return ClosingResult(month, True, before, late=tuple(dated_later(connection)))
