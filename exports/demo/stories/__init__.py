"""What happened to the members of the made-up federation: one story for each way a certificate can go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from exports.demo import AS_OF
from exports.demo.case import Case, Told, working


@dataclass(frozen=True)
class Story:
    """A story and the days on which the certificates it is told of were mailed (or applied for, if none was)."""

    tells: Callable[[date, int], Told]
    on: tuple[date, ...]


def alone(*cases: Case) -> Told:
    """The member has no other application."""
    return cases


def with_paid_reissue(first: Case) -> Told:
    """The member applied for a reissue ten days after the end and paid for it: it is in force or on its way."""
    again = first.reissue(_ten_days_after_the_end(first)).paid()
    mailed_on = working(again.applied_on + timedelta(40))
    if mailed_on <= AS_OF - timedelta(20):
        again.mailed_on = mailed_on
        again.sent().downloaded(6).receipt(9)
    return first, again


def with_unpaid_reissue(first: Case) -> Told:
    """The member applied for a reissue ten days after the end and waits for the old fee to be credited to it."""
    again = first.reissue(_ten_days_after_the_end(first))
    return first.awaited_by(again), again


def _ten_days_after_the_end(first: Case) -> date:
    ended_on = next(line.cells["取消日"] for line in reversed(first.lines) if line.kind == "revocations")
    assert isinstance(ended_on, date)
    return working(ended_on + timedelta(10))
