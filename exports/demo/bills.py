"""The authority's bills to the made-up federation: closed on the 20th, dated the 25th, with what real bills get wrong.

The last bill covers mailings up to 20 September 2012; what was mailed after it is owed and not yet billed.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from exports.demo import MONTH
from exports.demo.case import FEE
from exports.demo.federation import Application, applications, of_story
from ledger.dates import Month

Bill = tuple[str, date, str, int, str | None, date]

_WITHDRAWN = "8月分で請求取下げ"
_UNKNOWN = ("2011-9901", "2012-9902")
# The authority wrote the fee without tax, or the fee with a tax of 8 %, which came only years later.
_WRONG = (6900, 7452)


def lines() -> Iterator[Bill]:
    """Every line of every bill: number, day, application, yen, remark, and the day on which the bill arrived."""
    billed = [application for application in applications() if _is_billable(application)]
    for nth, each in enumerate(billed):
        assert each.case.mailed_on is not None
        month = _month_of(each.case.mailed_on)
        if nth % 41 == 40:
            continue  # forgotten by the authority: owed, and in no bill
        yen = _WRONG[nth // 97 % 2] if nth % 97 == 60 else FEE
        yield _line(month, each.number, yen)
        if nth % 89 == 20:
            yield _line(_after(month), each.number, FEE, "再請求")
    for number in _withdrawn():
        yield _line(Month(2012, 8), number, -FEE, _WITHDRAWN)
    for number in _UNKNOWN:
        yield _line(Month(2012, 7), number, FEE)


def _is_billable(each: Application) -> bool:
    case = each.case
    sent = any(line.kind == "issues" for line in case.lines)
    return sent and case.received >= FEE and case.mailed_on is not None and case.mailed_on <= date(2012, 9, 20)


def _withdrawn() -> list[str]:
    """Fees that the authority itself took back: certificates that were never downloaded, and failed downloads."""
    stories = ("never_downloaded_in_window", "download_failed", "never_downloaded")
    return [application.number for story in stories for application in list(of_story(story))[:3]]


def _month_of(mailed_on: date) -> Month:
    month = Month.of(mailed_on)
    return month if mailed_on.day <= 20 else _after(month)


def _after(month: Month) -> Month:
    return min(Month.of(month.last + timedelta(1)), MONTH)


def _line(month: Month, application: str, yen: int, note: str | None = None) -> Bill:
    billed_on = month.first.replace(day=25)
    return f"請求-{month}", billed_on, application, yen, note, billed_on + timedelta(3)
