"""Closing a month: everything that stands against it is said at once, and what is accepted all the same is kept.

What may be accepted is what a person can answer for; that the month is over is not. A month is closed with every month
before it, and reopened with every month after it: to the state in which the books were before it was closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from ledger import tables
from ledger.booking.bills import reconcile
from ledger.booking.refusals import DoneDifferently, NotReadyToClose
from ledger.booking.run import planned
from ledger.codes import Account
from ledger.dates import Month
from ledger.i18n import N_, _
from ledger.journal import closing
from ledger.journal.balances import held, trial_balance
from ledger.journal.closing import MonthStep
from ledger.journal.refusals import MonthNotClosed, MonthNotOver, NoReasonGiven
from ledger.money import format_yen
from ledger.settlements import credits, refunds

# How many days a decision may be undetermined at the end of a month, if the user says nothing else.
UNDETERMINED_DAYS = 60

_UNDETERMINED = ("needs_facts", "needs_review")
_NAMED = 10

# What may stand against closing, one formula for each.
REASONS = {
    "suspense": N_("in suspense: {yen} yen of deposits, {count} in number"),
    "bank_not_given": N_("the bank's own balance of {last} is not given (--bank-balance); the books say {yen} yen"),
    "bank_differs": N_("the bank's own balance of {last} is {bank} yen, and the books say {yen} yen"),
    "refunds_proposed": N_("refunds not approved yet: {numbers}"),
    "credits_proposed": N_("credits not approved yet: {numbers}"),
    "undetermined": N_("undetermined for more than {days} days: {count} ({applications})"),
    "bills": N_("lines of bills that do not agree with the books: {count} (seisan bill)"),
    "to_book": N_("entries still to be booked: {count} (seisan book --through {last})"),
}

CLOSED = N_("closed")
REOPENED = N_("reopened")
BANK_BALANCE = N_("bank's balance")
REASON = N_("reason")


@dataclass(frozen=True)
class Objection:
    """Something that stands against closing: its code, and the fields of its sentence as plain values."""

    code: str
    fields: dict[str, object] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """The sentence, in the language being spoken."""
        return _(REASONS[self.code], **{name: _format(value) for name, value in self.fields.items()})


def _format(value: object) -> object:
    if isinstance(value, int):
        return format_yen(value)
    if isinstance(value, list) and len(value) > _NAMED:
        return [*value[:_NAMED], "…"]
    return value


@dataclass(frozen=True)
class ClosingResult:
    """What closing or reopening did: up to which day the books are closed now, and whether this call changed it."""

    month: Month
    changed: bool
    closed_to: date | None
    accepted: tuple[Objection, ...] = ()


def close(
    connection: Connection,
    month: Month,
    *,
    today: date,
    by: str,
    bank_yen: int | None = None,
    undetermined_days: int = UNDETERMINED_DAYS,
    accept: str | None = None,
) -> ClosingResult:
    """Closes a month and every month before it. Closed already: nothing changes, unless bank balance or reason differ.

    Refused: a month that is not over, and one against which something stands (`against`, all of it at once) unless a
    reason to `accept` it is given; both are kept then. `bank_yen` is the balance of the last day by the bank's word.
    """
    if (before := closing.closing_of(connection, month)) is not None:
        return _closed_before(connection, month, before, bank_yen, accept)
    if today <= month.last:
        raise MonthNotOver(str(month), month.last)
    if accept is not None and not accept.strip():
        raise NoReasonGiven("close")
    reasons = list(against(connection, month, bank_yen, undetermined_days))
    if reasons and accept is None:
        raise NotReadyToClose(str(month), [f"({nth}) {reason.says}" for nth, reason in enumerate(reasons, 1)])
    standing = [{"code": reason.code, **reason.fields} for reason in reasons]
    closing.append(connection, month, "closed", month.last, by=by, reason=accept, accepted=standing, bank_yen=bank_yen)
    return ClosingResult(month, True, month.last, tuple(reasons))


def _closed_before(
    connection: Connection, month: Month, before: MonthStep, bank_yen: int | None, accept: str | None
) -> ClosingResult:
    if before.month == month:
        for name, stored, value in ((BANK_BALANCE, before.bank_yen, bank_yen), (REASON, before.reason, accept)):
            if value is not None and value != stored:
                raise DoneDifferently(_(CLOSED), _(name), "—" if stored is None else str(stored), str(value))
    return ClosingResult(month, False, closing.closed_to(connection), accepted(before))


def accepted(step: MonthStep) -> tuple[Objection, ...]:
    """What stood against a month when it was closed, and was accepted."""
    return tuple(
        Objection(str(objection["code"]), {name: value for name, value in objection.items() if name != "code"})
        for objection in step.accepted
    )


def against(connection: Connection, month: Month, bank_yen: int | None, undetermined_days: int) -> Iterator[Objection]:
    """Everything that stands against closing a month, each kind once."""
    last = month.last
    if suspense := held(connection, Account.SUSPENSE, "deposit", last):
        yield Objection("suspense", {"count": len(suspense), "yen": sum(suspense.values())})
    books = next(balance.balance for balance in trial_balance(connection, last) if balance.code == Account.BANK)
    if bank_yen is None:
        yield Objection("bank_not_given", {"last": last.isoformat(), "yen": books})
    elif bank_yen != books:
        yield Objection("bank_differs", {"last": last.isoformat(), "bank": bank_yen, "yen": books})
    for code, settlements in (("refunds_proposed", refunds(connection)), ("credits_proposed", credits(connection))):
        # What was proposed by the day and is neither approved nor rejected to this moment.
        proposed = [str(row.no) for row in settlements if row.state == "proposed" and row.steps[0].on <= last]
        if proposed:
            yield Objection(code, {"numbers": proposed})
    if undetermined := _undetermined(connection, last, undetermined_days):
        counted = {"count": len(undetermined), "days": undetermined_days}
        yield Objection("undetermined", {**counted, "applications": undetermined})
    if differing := sum(
        line.state != "agreed" and line.billed_on is not None and line.billed_on <= last
        for line in reconcile(connection)
    ):
        yield Objection("bills", {"count": differing})
    if to_book := planned(connection, last).postings:
        yield Objection("to_book", {"count": len(to_book), "last": last.isoformat()})


def _undetermined(connection: Connection, last: date, more_than: int) -> list[str]:
    """The applications that were asked about more than so many days before and are undetermined ever since.

    Asking again without an answer does not make a question younger.
    """
    decision = tables.decision.c
    settled = (
        select(decision.application, func.max(decision.no).label("no"))
        .where(decision.outcome.not_in(_UNDETERMINED))
        .group_by(decision.application)
        .subquery()
    )
    statement = (
        select(decision.application)
        .outerjoin(settled, settled.c.application == decision.application)
        .where(decision.no > func.coalesce(settled.c.no, 0))
        .group_by(decision.application)
        .having(func.min(decision.as_of) < last - timedelta(days=more_than))
        .order_by(decision.application)
    )
    return list(connection.execute(statement).scalars())


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
    return ClosingResult(month, True, before)
