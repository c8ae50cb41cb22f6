"""The fee comes back: clauses ① ② ③ and 特例 of the notice of 21 September 2012, alone and together."""

from datetime import date

from exports.demo.case import Case, Told, over
from exports.demo.stories import Story, alone, with_paid_reissue, with_unpaid_reissue

_LISTED = ("deleted_by_mistake", "storage_location_lost", "pin_lost", "no_plan_to_use", "use_discontinued")
_UNLISTED = ("info_changed", "subscriber_request", "key_compromised")


def tool_defect(mailed_on: date, nth: int) -> Told:
    """①: downloaded, could not be used because of a defect, revoked; the authority need not confirm non-use."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(8).receipt(12)
    case.revoked(35, "tool_defect", "subscriber" if nth % 2 else "authority")
    if nth % 3 == 0:
        case.used("no", 45)
    case.expect("eligible", "①")
    return with_unpaid_reissue(case) if nth % 4 == 3 else with_paid_reissue(case)


def download_failed(mailed_on: date, nth: int) -> Told:
    """①, and ③ where the log shows that no download ever succeeded; the attempt is enough."""
    case = Case.mailed(mailed_on).paid(after=nth % 4).sent().receipt(10)
    if nth % 2:
        return with_paid_reissue(case.revoked(40, "download_failed").expect("eligible", "①"))
    case.not_downloaded(45).revoked(40, "download_failed")
    return with_paid_reissue(case.expect("eligible", "①", "③"))


def receipt_not_returned(mailed_on: date, nth: int) -> Told:
    """②: no receipt for 30 days, revoked by the authority; the register became known in parts."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(9).no_receipt(20)
    case.revoked(31 + nth % 5, "receipt_not_returned").no_receipt(50).used("no", 60)
    case.expect("eligible", "②")
    if nth % 3 == 0:
        return with_paid_reissue(case)
    told = with_unpaid_reissue(case) if nth % 3 == 1 else alone(case)
    if nth % 6 == 1:
        case.chose("credit", date(2012, 9, 21), told[1])
    return told


def never_fetched(mailed_on: date, nth: int) -> Told:
    """② and ③: neither downloaded nor acknowledged, revoked by the authority."""
    case = Case.mailed(mailed_on).paid().sent().no_receipt(24).no_receipt(45).not_downloaded(45)
    case.revoked(33, "receipt_not_returned" if nth % 4 else "ca_other")
    case.expect("eligible", "②", "③")
    if nth % 3 == 2:
        return with_unpaid_reissue(case)
    return with_paid_reissue(case) if nth % 3 else alone(case.chose("refund", date(2012, 9, 21)))


def never_downloaded(mailed_on: date, _nth: int) -> Told:
    """③ alone: acknowledged but never downloaded, and issued outside the mass issue."""
    case = Case.mailed(mailed_on).paid().sent().receipt(10).not_downloaded(45).revoked(35, "no_plan_to_use")
    return alone(case.expect("eligible", "③"))


def never_downloaded_in_window(mailed_on: date, _nth: int) -> Told:
    """③ and 特例: never downloaded, so never used, and no longer wanted; issued within the mass issue."""
    case = Case.mailed(mailed_on).paid().sent().receipt(7).not_downloaded(50).revoked(38, "no_plan_to_use")
    return alone(case.expect("eligible", "③", "特例"))


def exempt(mailed_on: date, nth: int) -> Told:
    """特例: issued within the mass issue, revoked for a listed reason; the authority confirms non-use."""
    case = Case.mailed(mailed_on).paid(payer="シホウシヨシホウジン ヒノデ" if nth % 5 == 4 else None).sent()
    case.downloaded(5).receipt(9).revoked(40 + nth % 7, _LISTED[nth % 5]).used("no", 60)
    case.expect("eligible", "特例")
    if nth % 5 == 3:  # no plan to use it, so no reissue
        return alone(case.chose("refund", date(2012, 9, 21)))
    return with_unpaid_reissue(case) if nth % 4 == 2 else with_paid_reissue(case)


def exempt_as_covered(mailed_on: date, nth: int) -> Told:
    """特例 by 「等」: the reason is not listed, but the authority says that it is covered."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(6).receipt(10).revoked(36, _UNLISTED[nth % 3])
    case.used("no", 50).used("no", 65, covered="yes")
    return with_paid_reissue(case.expect("eligible", "特例"))


def exempt_with_issue_unknown(mailed_on: date, _nth: int) -> Told:
    """特例: the day of issue is not known, but application and mailing both lie within the mass issue."""
    case = Case.mailed(mailed_on).paid().sent(issue=False).downloaded(6).receipt(10)
    return alone(case.revoked(42, "pin_lost").used("no", 55).expect("eligible", "特例"))


def revoked_on_day_30(mailed_on: date, _nth: int) -> Told:
    """② from day 30, though by the policy it was possible only from day 31: a warning."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(11).no_receipt(40).revoked(30, "receipt_not_returned")
    return with_paid_reissue(case.used("no", 50).expect("eligible", "②", warnings=("revoked_before_cp_day",)))


def mailing_corrected(mailed_on: date, _nth: int) -> Told:
    """②: the mailing day was first told two days too early; corrected, the revocation falls on day 30."""
    case = Case.mailed(mailed_on).paid().sent(shown=-2).downloaded(13).revoked(30, "receipt_not_returned")
    case.no_receipt(45).sent(told=41).used("no", 55)
    return alone(case.expect("eligible", "②", warnings=("revoked_before_cp_day",)))


def receipt_too_late(mailed_on: date, _nth: int) -> Told:
    """②: the receipt arrived after the revocation, which changes nothing: a warning."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(15).no_receipt(31).revoked(33, "receipt_not_returned")
    case.receipt(39).used("no", 55)
    return with_paid_reissue(case.expect("eligible", "②", warnings=("receipt_after_revocation",)))


def paid_too_much(mailed_on: date, nth: int) -> Told:
    """特例: more was received than was due; the surplus is a matter of its own."""
    case = Case.mailed(mailed_on).paid((7500, 8000, 7600)[nth % 3]).sent().downloaded(7).receipt(12)
    return alone(case.revoked(45, "pin_lost").used("no", 60).expect("eligible", "特例"))


def paid_in_two_parts(mailed_on: date, _nth: int) -> Told:
    """③ and 特例: 245 yen were missing from the first transfer and followed ten days later."""
    case = Case.mailed(mailed_on).paid(7000, note="245円不足").paid(245, after=12, note="不足分").sent()
    case.receipt(12).not_downloaded(60).revoked(45, "use_discontinued")
    return alone(case.expect("eligible", "③", "特例"))


BEFORE_WINDOW = (date(2011, 12, 12), date(2012, 1, 6))
WINDOW = (date(2012, 1, 16), date(2012, 7, 9))

STORIES = (
    Story(tool_defect, over(*WINDOW, 12)),
    Story(download_failed, over(date(2012, 2, 6), date(2012, 6, 25), 6)),
    Story(receipt_not_returned, over(date(2012, 1, 23), date(2012, 6, 29), 12)),
    Story(never_fetched, over(date(2012, 1, 19), date(2012, 7, 12), 12)),
    Story(never_downloaded, over(*BEFORE_WINDOW, 5)),
    Story(never_downloaded_in_window, over(date(2012, 2, 1), date(2012, 6, 1), 4)),
    Story(exempt, over(date(2012, 1, 17), date(2012, 7, 5), 20)),
    Story(exempt_as_covered, over(date(2012, 2, 14), date(2012, 6, 12), 5)),
    Story(exempt_with_issue_unknown, over(date(2012, 4, 2), date(2012, 6, 28), 3)),
    Story(revoked_on_day_30, over(date(2012, 1, 30), date(2012, 6, 20), 3)),
    Story(mailing_corrected, over(date(2012, 5, 9), date(2012, 6, 7), 2)),
    Story(receipt_too_late, over(date(2012, 2, 20), date(2012, 6, 15), 3)),
    Story(paid_too_much, over(date(2012, 3, 1), date(2012, 5, 31), 3)),
    Story(paid_in_two_parts, over(date(2012, 3, 12), date(2012, 5, 14), 2)),
)
