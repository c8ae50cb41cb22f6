"""The fee does not come back: every clause is known to be false."""

from datetime import date

from exports.demo.case import Case, Told, over
from exports.demo.stories import Story, alone, with_paid_reissue, with_unpaid_reissue
from exports.demo.stories.eligible import BEFORE_WINDOW, WINDOW

_AFTER_WINDOW = (date(2012, 8, 6), date(2012, 8, 13))


def used_before_it_was_lost(mailed_on: date, nth: int) -> Told:
    """特例 fails: the authority answers that it was used."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(4).receipt(8)
    case.revoked(48, "pin_lost" if nth % 2 else "storage_location_lost").used("yes", 58).expect("not_eligible")
    return with_unpaid_reissue(case) if nth % 4 == 1 else with_paid_reissue(case)


def cannot_be_confirmed(mailed_on: date, _nth: int) -> Told:
    """特例 fails: non-use has to be confirmed, and the authority cannot."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(6).receipt(11).revoked(44, "deleted_by_mistake")
    return with_paid_reissue(case.used("cannot", 59).expect("not_eligible"))


def defect_after_use(mailed_on: date, _nth: int) -> Told:
    """① fails: it was used, so it could be used; 特例 fails for the same reason."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(5).receipt(8).revoked(70, "tool_defect").used("yes", 80)
    return with_paid_reissue(case.expect("not_eligible"))


def not_covered(mailed_on: date, nth: int) -> Told:
    """特例 fails: the reason is not listed, and the authority says that 「等」 does not cover it."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(5).receipt(9)
    case.revoked(41, "info_changed" if nth % 2 else "info_change_confirmed").used("no", 55, covered="no")
    return with_paid_reissue(case.expect("not_eligible"))


def issued_before_the_window(mailed_on: date, _nth: int) -> Told:
    """特例 fails: issued before 10 January 2012."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(9).receipt(14).revoked(90, "pin_lost").used("no", 100)
    return with_paid_reissue(case.expect("not_eligible"))


def issued_after_the_window(mailed_on: date, _nth: int) -> Told:
    """特例 fails: issued after 31 July 2012."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(3).receipt(6).revoked(33, "deleted_by_mistake")
    return alone(case.used("no", 43).expect("not_eligible"))


def struck_off(mailed_on: date, nth: int) -> Told:
    """No clause: acknowledged in time, in use, and the member left the register."""
    reason = ("廃業", "死亡")[nth % 2]
    case = Case.mailed(mailed_on).paid().sent().downloaded(7).receipt(13).struck_off(118, reason)
    case.revoked(120, "deceased" if nth % 2 else "deregistered")
    return alone(case.expect("not_eligible"))


def revoked_too_early(mailed_on: date, _nth: int) -> Told:
    """② fails: no receipt, but revoked on day 20, before 30 days had passed."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(6).no_receipt(35).revoked(20, "subscriber_request")
    return alone(case.expect("not_eligible", warnings=("revoked_before_cp_day",)))


def receipt_found_in_time(mailed_on: date, _nth: int) -> Told:
    """② fails: the register first showed no receipt; later it was found to have come on day 28."""
    case = Case.mailed(mailed_on).paid().sent().downloaded(9).no_receipt(40).revoked(45, "ca_other")
    return alone(case.receipt(28, entered=60).expect("not_eligible"))


STORIES = (
    Story(used_before_it_was_lost, over(*WINDOW, 8)),
    Story(cannot_be_confirmed, over(date(2012, 2, 2), date(2012, 6, 4), 5)),
    Story(defect_after_use, over(date(2012, 1, 27), date(2012, 6, 8), 4)),
    Story(not_covered, over(date(2012, 2, 8), date(2012, 6, 18), 4)),
    Story(issued_before_the_window, over(*BEFORE_WINDOW, 5)),
    Story(issued_after_the_window, over(*_AFTER_WINDOW, 3)),
    Story(struck_off, over(*BEFORE_WINDOW, 4)),
    Story(revoked_too_early, over(*BEFORE_WINDOW, 2)),
    Story(receipt_found_in_time, over(*BEFORE_WINDOW, 2)),
)
