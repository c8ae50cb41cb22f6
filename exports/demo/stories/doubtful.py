"""A person has to look: the facts contradict each other, or the notices do not speak of the case."""

from datetime import date

from exports.demo.case import Case, Told, over
from exports.demo.stories import Story, alone
from exports.demo.stories.eligible import BEFORE_WINDOW


def used_though_unreceived(mailed_on: date, _nth: int) -> Told:
    """② holds by its words, but it was used: the receipt was merely forgotten."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(3).no_receipt(45).revoked(34, "receipt_not_returned")
    return alone(case.used("yes", 55).expect("needs_review", "②", doubts=("used_though_unreceived",)))


def still_downloadable(mailed_on: date, _nth: int) -> Told:
    """③ holds up to the last look at the log, but the certificate is live and can be downloaded tomorrow."""
    case = Case.mailed(mailed_on).paid().sent().receipt(9).not_downloaded(40)
    return alone(case.expect("needs_review", "③", doubts=("still_downloadable",)))


def used_but_not_downloaded(mailed_on: date, _nth: int) -> Told:
    """③ by the log, yet the authority says that it was used: one of the two is wrong."""
    case = Case.mailed(mailed_on).paid().sent().receipt(9).not_downloaded(60).revoked(50, "pin_lost").used("yes", 62)
    return alone(case.expect("needs_review", "③", doubts=("used_but_not_downloaded",)))


def other_reason(mailed_on: date, _nth: int) -> Told:
    """② holds by its days, but it was revoked for another reason than the missing receipt."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(6).no_receipt(60).revoked(40, "info_changed").used("no", 65)
    return alone(case.expect("needs_review", "②", doubts=("other_reason",)))


def receipt_contradicts_reason(mailed_on: date, _nth: int) -> Told:
    """③ holds; revoked because no receipt came, though one had arrived on day 20."""
    case = Case.mailed(mailed_on).paid().sent().not_downloaded(45).receipt(20, entered=44)
    case.revoked(33, "receipt_not_returned")
    return alone(case.expect("needs_review", "③", doubts=("receipt_contradicts_reason",)))


def receipt_contradicts_open_answer(mailed_on: date, _nth: int) -> Told:
    """The same contradiction while 特例 still waits for the authority's word on 「等」."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(10).receipt(22, entered=50)
    case.revoked(34, "receipt_not_returned").used("no", 60)
    return alone(case.expect("needs_review", missing=("covered",), doubts=("receipt_contradicts_reason",)))


def sanction(mailed_on: date, nth: int) -> Told:
    """③ holds, but the certificate was revoked as a sanction."""
    case = Case.mailed(mailed_on).paid().sent().receipt(15).not_downloaded(60)
    case.revoked(50, "antisocial_forces" if nth % 2 else "obligation_breach")
    return alone(case.expect("needs_review", "③", doubts=("sanction",)))


def withdrawn_before_issue(applied_on: date, _nth: int) -> Told:
    """Paid, then withdrawn before any certificate: the notices do not speak of it."""
    case = Case(applied_on).paid().withdrawn(after=15)
    return alone(case.expect("needs_review", doubts=("withdrawn_before_issue",)))


STORIES = (
    Story(used_though_unreceived, over(date(2012, 2, 6), date(2012, 6, 11), 4)),
    Story(still_downloadable, over(date(2012, 7, 2), date(2012, 8, 20), 4)),
    Story(used_but_not_downloaded, over(date(2012, 2, 22), date(2012, 5, 22), 2)),
    Story(other_reason, over(*BEFORE_WINDOW, 2)),
    Story(receipt_contradicts_reason, over(date(2012, 3, 6), date(2012, 6, 5), 2)),
    Story(receipt_contradicts_open_answer, over(date(2012, 4, 10), date(2012, 6, 1), 2)),
    Story(sanction, over(date(2012, 2, 28), date(2012, 6, 13), 2)),
    Story(withdrawn_before_issue, over(date(2012, 2, 1), date(2012, 8, 22), 4)),
)
