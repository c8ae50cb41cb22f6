"""What has to hold before a fee comes back, by refund or by credit: the finding of that day, kept, and the fee held."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection

from ledger.booking import refusals
from ledger.codes import Account
from ledger.decisions.findings import Finding, judge
from ledger.decisions.store import keep
from ledger.facts import COLUMNS
from ledger.i18n import _
from ledger.journal.balances import held_from, lowest
from ledger.notices import review_flags


def claim(
    connection: Connection, application: str, *, on: date, by: str, also: Collection[str] = ()
) -> tuple[Finding, int]:
    """The finding of the day, which says that the fee comes back, and the number of the decision it is kept as.

    The application (and `also` others) is booked up to that day, before and after: what is asked is what the books
    hold, and the waiver that the decision calls for stands in them. Refused, one class per cause: every other outcome,
    and a fee that the books do not hold.
    """
    from ledger.booking.run import book  # all that posts, which who looks at a refund need not wait for

    book(connection, on, by=by, only=[application, *also])
    finding = next(iter(judge(connection, on, applications=[application])), None)
    if finding is None:
        raise refusals.NotAppliedYet(application, on)
    require_eligible(finding, on)
    decision = keep(connection, [finding], by=by)[0]
    book(connection, on, by=by, only=[application, *also])
    # On that day and on every later one: what came back since was not held in between.
    held, _day = lowest(connection, Account.FEES_HELD, on, application=application)
    if held < finding.refundable:
        since = held_from(connection, Account.FEES_HELD, finding.refundable, on, application=application)
        if since is not None:
            raise refusals.NotHeldYet(application, finding.refundable, on, since)
        raise refusals.FeeNotHeld(application, held, finding.refundable)
    return finding, decision


def require_eligible(finding: Finding, on: date) -> None:
    """Refuses every outcome but that the fee comes back, one class per cause."""
    application = finding.application
    match finding.outcome:
        case "no_fee":
            raise refusals.NoFeeReceived(application, on)
        case "settled" | "being_settled":
            course = finding.course
            commands = list(dict.fromkeys(way for step in course for way in step.next_commands))
            raise refusals.NothingToRefund(application, [step.says for step in course], commands)
        case "needs_review":
            raise refusals.NeedsReview(application, [review_flags.remark(code) for code in finding.doubts])
        case "in_force":
            raise refusals.StillInForce(application, on)
        case "needs_facts":
            columns = (code if code in COLUMNS else f"{code}_on" for code in finding.missing)
            raise refusals.FactsMissing(application, [_(COLUMNS[column].label) for column in columns])
        case "not_eligible":
            raise refusals.NotEligible(application, on)
