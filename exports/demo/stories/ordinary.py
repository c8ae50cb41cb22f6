"""Most members: the certificate is in force or on its way; and those of whom no fee has been received."""

from datetime import date, timedelta

from exports.demo import AS_OF
from exports.demo.case import Case, Told, over
from exports.demo.stories import Story, alone


def in_use(mailed_on: date, nth: int) -> Told:
    """Downloaded, acknowledged, in force; the authority has been asked about some, and they are in use."""
    case = Case.mailed(mailed_on, "renewal" if nth % 9 == 5 else "new").paid(after=nth % 6).sent()
    case.downloaded(3 + nth % 8).receipt(6 + nth % 15)
    if nth % 14 == 3 and case.day(70) <= AS_OF:
        case.used("yes", 70)
    return alone(case)


def receipt_outstanding(mailed_on: date, nth: int) -> Told:
    """No receipt yet: waiting, due for a reminder from day 25, revocable from day 31, and none of it has ended it."""
    case = Case.mailed(mailed_on).paid().sent()
    if nth % 2:
        case.downloaded(min(5, (AS_OF - mailed_on).days - 3))
    return alone(case.no_receipt((date(2012, 9, 28) - mailed_on).days))


def under_examination(applied_on: date, nth: int) -> Told:
    """Paid and being examined."""
    return alone(Case(applied_on).paid(after=nth % 3))


def issued_but_not_mailed(mailed_on: date, _nth: int) -> Told:
    """Issued in the last days of the month and not yet mailed."""
    case = Case.mailed(mailed_on).paid()
    return alone(case.sent(mailing=False, told=-2))


def paid_twice(mailed_on: date, nth: int) -> Told:
    """The same fee was transferred twice, some days apart: the second is money that was never due."""
    case = Case.mailed(mailed_on).paid().paid(after=9 + nth, note="二重振込の疑い").sent()
    return alone(case.downloaded(6).receipt(11))


def paid_too_little(applied_on: date, _nth: int) -> Told:
    """245 yen are still missing, so nothing is issued."""
    return alone(Case(applied_on).paid(7000, note="245円不足"))


def found_to_be_paid(mailed_on: date, _nth: int) -> Told:
    """The transfer named no application; after a call to the member it was found what it was for."""
    case = Case.mailed(mailed_on)
    case.paid_unnamed(found=case.applied_on + timedelta(12)).sent()
    return alone(case.downloaded(8).receipt(15))


def paid_without_a_name(applied_on: date, nth: int) -> Told:
    """The member has paid, but the transfer names no application and has not been matched."""
    case = Case(applied_on).paid_unnamed(after=1 + nth % 2)
    return alone(case.expect("no_fee"))


def not_paid_yet(applied_on: date, _nth: int) -> Told:
    """Applied for, and nothing received."""
    return alone(Case(applied_on).expect("no_fee"))


def withdrawn_unpaid(applied_on: date, _nth: int) -> Told:
    """Withdrawn before anything was paid."""
    return alone(Case(applied_on).withdrawn(after=10).expect("no_fee"))


def long_ago(mailed_on: date, nth: int) -> Told:
    """A certificate that ended more than five years ago; these books know of no payment for it."""
    case = Case(mailed_on - timedelta(40), mailed_on).sent().downloaded(10).receipt(14)
    case.revoked(95 + nth, "use_discontinued")
    return alone(case.expect("no_fee", warnings=("old_claim",)))


STORIES = (
    Story(in_use, over(date(2011, 12, 15), date(2012, 9, 3), 78)),
    Story(receipt_outstanding, over(date(2012, 8, 16), date(2012, 9, 21), 14)),
    Story(under_examination, over(date(2012, 8, 23), date(2012, 9, 25), 9)),
    Story(issued_but_not_mailed, over(date(2012, 10, 1), date(2012, 10, 1), 2)),
    Story(paid_twice, over(date(2012, 2, 21), date(2012, 8, 7), 3)),
    Story(paid_too_little, over(date(2012, 9, 5), date(2012, 9, 12), 2)),
    Story(found_to_be_paid, over(date(2012, 3, 5), date(2012, 7, 23), 3)),
    Story(paid_without_a_name, over(date(2012, 8, 28), date(2012, 9, 24), 6)),
    Story(not_paid_yet, over(date(2012, 9, 4), date(2012, 9, 26), 5)),
    Story(withdrawn_unpaid, over(date(2012, 3, 15), date(2012, 9, 6), 4)),
    Story(long_ago, over(date(2006, 5, 15), date(2006, 11, 13), 2)),
)
