"""Booking of a month, or of any time: everything that facts, deposits, bills and decisions call for, up to a day."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from ledger.booking.authority import correct_issued, plan_authority
from ledger.booking.fees import end_claims, plan_fees
from ledger.booking.inputs import applications, scopes
from ledger.booking.own_days import Brought, bring
from ledger.booking.planning import Plan, Unbooked
from ledger.dates import Month
from ledger.journal.closing import closed_to
from ledger.journal.entries import Entry, post
from ledger.journal.refusals import MonthClosed


@dataclass(frozen=True)
class BookingReport:
    """How many entries of each event were posted, how many were reversed as corrections, and what was left, and why.

    `brought` are the entries that were brought to their own day.
    """

    posted: dict[str, int]
    corrected: int
    left: tuple[Unbooked, ...]
    brought: tuple[Brought, ...] = ()


def book(
    connection: Connection,
    through: date,
    *,
    by: str,
    only: Collection[str] | None = None,
    deposits: Collection[str] = (),
    on_its_day: bool = False,
) -> BookingReport:
    """Posts what is called for up to and on a day and is not posted yet; booking twice is booking once.

    All facts count that are known, the row known last; their events count when they happened by the day. `only` names
    the few applications to book, and `deposits` the deposits with them. An entry that a person reversed stays reversed
    until the fact it rests on changes; it is named in the report, as is everything that could not be booked. What
    belongs into a closed month is dated on the first open day and names its own; refused (month-closed) when the day
    asked for lies before that. `on_its_day` brings what was dated so, and whose month is open again, to its own day.
    """
    brought, stay = bring(connection, through, by=by) if on_its_day else ([], [])
    posted: Counter[str] = Counter()
    corrected, left = 0, []
    for plan in _plans(connection, through, only, deposits):
        post(connection, _dated_openly(plan.postings, through, closed_to(connection)), by=by)
        posted.update(posting.event for posting in plan.postings if posting.reverses is None)
        corrected += sum(posting.reverses is not None for posting in plan.postings)
        left += plan.left
    left += (Unbooked("not_brought", str(no), no) for no in stay)
    return BookingReport(dict(posted), corrected, tuple(left), tuple(brought))


@dataclass(frozen=True)
class CalledFor:
    """What is called for and not posted yet: the entries, each on its own day, and what would be left, and why."""

    postings: tuple[Entry, ...]
    left: tuple[Unbooked, ...]


def called_for(
    connection: Connection, through: date, only: Collection[str] | None = None, deposits: Collection[str] = ()
) -> CalledFor:
    """What booking would post and leave up to and on a day, of these few as `book` says; nothing is posted."""
    postings: list[Entry] = []
    left: list[Unbooked] = []
    for plan in _plans(connection, through, only, deposits):
        postings += plan.postings
        left += plan.left
    return CalledFor(tuple(postings), tuple(left))


def _plans(
    connection: Connection, through: date, only: Collection[str] | None = None, deposits: Collection[str] = ()
) -> Iterator[Plan]:
    """The plans for all, or for these: one, or one after another where there is too much for one (see `scopes`)."""
    for scope in scopes(connection, only, deposits):
        plan = Plan(connection, through, scope)
        facts = applications(connection, plan.only)
        correct_issued(plan, facts)
        plan_fees(plan, facts)
        plan_authority(plan, facts)
        end_claims(plan)  # what the authority waives is held again
        yield plan


def _dated_openly(postings: list[Entry], through: date, closed: date | None) -> list[Entry]:
    """The postings, none of them in a closed month; each keeps its place, for one may need what another brings."""
    if closed is None or not postings:
        return postings
    if through <= closed:
        raise MonthClosed(through, str(Month.of(through)))
    first = closed + timedelta(days=1)
    return [replace(posting, on=first, for_day=posting.on) if posting.on < first else posting for posting in postings]
