"""Not known yet: each fact that can be missing is missing once alone, so that the check asks for it by name."""

from datetime import date

from exports.demo.case import Case, Told, over
from exports.demo.stories import Story, alone, with_paid_reissue
from exports.demo.stories.eligible import WINDOW

_AFTER_WINDOW = (date(2012, 8, 6), date(2012, 8, 10))


def issue_day_missing(mailed_on: date, _nth: int) -> Told:
    """特例: applied for before the mass issue and mailed within it, so only the day of issue can tell."""
    case = Case.mailed(mailed_on).paid().sent(issue=False).downloaded(6).receipt(10).revoked(60, "pin_lost")
    return with_paid_reissue(case.used("no", 75).expect("needs_facts", missing=("issued_on",)))


def mailing_day_missing(mailed_on: date, _nth: int) -> Told:
    """②: no receipt came back, but nobody knows since when the days count."""
    case = Case.mailed(mailed_on).paid().sent(mailing=False).downloaded(5).no_receipt(48)
    case.revoked(36, "receipt_not_returned").used("no", 45)
    return alone(case.expect("needs_facts", missing=("mailed_on",)))


def download_missing(mailed_on: date, nth: int) -> Told:
    """③: the download log was not looked at up to the end."""
    case = Case.mailed(mailed_on).paid().sent().receipt(8).revoked(34, "pin_lost")
    if nth % 2:
        case.not_downloaded(20)
    return alone(case.expect("needs_facts", missing=("downloaded",)))


def receipt_missing(mailed_on: date, _nth: int) -> Told:
    """②: the receipt register does not reach to day 30."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(4).no_receipt(25).revoked(32, "ca_other").used("no", 42)
    return alone(case.expect("needs_facts", missing=("receipt",)))


def reason_missing(mailed_on: date, _nth: int) -> Told:
    """①: revoked, and the notice of revocation does not say why."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(4).receipt(9).revoked(33, None).used("no", 43)
    return alone(case.expect("needs_facts", missing=("reason",)))


def answer_missing(mailed_on: date, _nth: int) -> Told:
    """特例: the authority has not answered yet whether it was used."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(6).receipt(12).revoked(43, "storage_location_lost")
    return with_paid_reissue(case.expect("needs_facts", missing=("used",)))


def coverage_missing(mailed_on: date, _nth: int) -> Told:
    """特例: the reason is not listed, and the authority has not said whether 「等」 covers it."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(6).receipt(12).revoked(46, "info_changed").used("no", 60)
    return with_paid_reissue(case.expect("needs_facts", missing=("covered",)))


def answer_and_coverage_missing(mailed_on: date, _nth: int) -> Told:
    """特例: neither use nor coverage has been answered."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(7).receipt(11).revoked(39, "key_compromised")
    return alone(case.expect("needs_facts", missing=("used", "covered")))


STORIES = (
    Story(issue_day_missing, over(date(2012, 1, 12), date(2012, 1, 16), 2)),
    Story(mailing_day_missing, over(*_AFTER_WINDOW, 2)),
    Story(download_missing, over(*_AFTER_WINDOW, 3)),
    Story(receipt_missing, over(*_AFTER_WINDOW, 2)),
    Story(reason_missing, over(*_AFTER_WINDOW, 3)),
    Story(answer_missing, over(*WINDOW, 6)),
    Story(coverage_missing, over(date(2012, 2, 9), date(2012, 6, 14), 4)),
    Story(answer_and_coverage_missing, over(date(2012, 3, 7), date(2012, 6, 6), 2)),
)
