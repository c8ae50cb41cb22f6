"""The case that the papers themselves tell, under an invented name, with every fact known on the day they give."""

from datetime import date

from exports.demo.case import FEE, Case, Told
from exports.demo.stories import Story


def worked_case(_applied_on: date, _nth: int) -> Told:
    """② and ③: revoked without download or receipt before any notice was in force; the reissue is paid: refund."""
    first = Case(date(2011, 11, 1), date(2012, 1, 26))
    first.paid(FEE, after=0).sent(issue=False, told=0)
    first.no_receipt(14).no_receipt(22)
    first.revoked(31, None, "authority", told=-2)  # told by telephone two days before
    first.no_receipt(31)
    first.revoked(31, "receipt_not_returned", "authority", told=5)  # 2 March: the notice of revocation
    first.not_downloaded(31, told=36)
    first.expect("eligible", "②", "③")

    again = first.reissue(date(2012, 3, 6)).paid(after=13)
    again.mailed_on = date(2012, 5, 1)
    again.sent(issue=False, told=0)
    again.no_receipt(14).no_receipt(24)
    again.downloaded(33).receipt(33, entered=33)  # day 33: not revoked, though possible from day 31
    return first, again


STORIES = (Story(worked_case, (date(2011, 11, 1),)),)
