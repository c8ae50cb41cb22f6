"""What the two clerks of the made-up federation do at the end of September 2012: refunds and credits, step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from exports.demo.federation import Application, of_story, reissue_of

PROPOSED_ON = date(2012, 9, 24)
APPROVED_ON = date(2012, 9, 25)
PAID_ON = date(2012, 9, 28)

# By the story that is told of them: the worked case first, then every clause and an overpayment.
_REFUNDED = (
    ("worked_case", 1),
    ("tool_defect", 2),
    ("receipt_not_returned", 1),
    ("never_fetched", 2),
    ("exempt", 3),
    ("exempt_with_issue_unknown", 1),
    ("revoked_on_day_30", 1),
    ("paid_too_much", 1),
)
_CREDITED = (("receipt_not_returned", 2), ("never_fetched", 1), ("exempt", 1))
_APPROVED_REFUNDS, _PAID_REFUNDS, _APPLIED_CREDITS = 8, 5, 3


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund that is proposed, and how far it gets by the end of the month."""

    application: str
    approved: bool
    paid: bool


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit to an unpaid reissue that is proposed, and whether it is approved."""

    application: str
    to: str
    approved: bool


def proposed_refunds() -> tuple[Refund, ...]:
    """Twelve refunds, of which eight are approved and five paid; each member has an account to pay to."""
    found = [application for story, count in _REFUNDED for application in islice(_ready(story, "refund"), count)]
    return tuple(
        Refund(application.number, approved=nth < _APPROVED_REFUNDS, paid=nth < _PAID_REFUNDS)
        for nth, application in enumerate(found)
    )


def proposed_credits() -> tuple[Credit, ...]:
    """Four credits, of which three are approved."""
    found = [application for story, count in _CREDITED for application in islice(_ready(story, "credit"), count)]
    return tuple(
        Credit(application.number, reissue_of(application).number, approved=nth < _APPLIED_CREDITS)
        for nth, application in enumerate(found)
    )


def _ready(story: str, suggested: str) -> Iterator[Application]:
    return (
        application
        for application in of_story(story)
        if application.case.expected.suggested == suggested and application.person.account is not None
    )
