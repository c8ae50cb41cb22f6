"""The days on which a bank makes transfers: of the official calendar, as they are set, and with time before them."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ledger import bank_days, dates
from ledger.booking import payment_refusals as refusals
from ledger.booking.pay_days import BankCalendar
from tests import desk
from tests.payment_rules import HOLIDAYS, is_bank_day

A_DAY = date.resolution


@pytest.mark.parametrize("year", sorted(HOLIDAYS))
def test_banks_are_open_on_the_days_of_the_official_calendar(year: int) -> None:
    days = [date(year, 1, 1) + nth * A_DAY for nth in range(365)]
    assert [day for day in days if (bank_days.closed(day) is None) != is_bank_day(day)] == []


# A day, and why banks are closed on it.
DAYS = {
    "2026-09-18": None,
    "2026-09-19": "weekend",
    "2026-09-22": "holiday",  # between two others (国民の休日)
    "2026-05-06": "holiday",  # in the place of one on a Sunday (振替休日)
    "2019-04-30": "holiday",  # of one year alone
    "2020-10-12": None,  # moved to July in that year alone
    "2026-12-31": "turn-of-the-year",
    "2027-01-01": "turn-of-the-year",
    "2027-01-03": "weekend",
    "2027-01-04": None,
    "2026-08-13": "own",
}


@pytest.mark.parametrize(("day", "why"), DAYS.items())
def test_why_banks_are_closed_on_a_day(day: str, why: str | None) -> None:
    assert bank_days.closed(date.fromisoformat(day), {date(2026, 8, 13), date(2026, 9, 19)}) == why


def test_what_was_not_gazetted_is_an_estimate_and_what_lies_beyond_is_not_known() -> None:
    gazetted = date(bank_days.GAZETTED_TO, 12, 30)
    assert (bank_days.is_estimate(gazetted), bank_days.is_estimate(gazetted.replace(day=31) + A_DAY)) == (False, True)
    calendar = BankCalendar(frozenset(), 0, date(2026, 11, 27))
    for beyond in (date(bank_days.LAST_YEAR + 1, 6, 1), date(bank_days.LAST_YEAR, 12, 31), date(1948, 12, 30)):
        with pytest.raises(refusals.BeyondBankCalendar):
            calendar.require(beyond)


# The bank days that the bank wants before the transfers, the day, and the refusal with the day that it names.
LEADS = [
    (0, "2012-04-27", None, None),
    (0, "2012-04-30", refusals.NotABankDay, "2012-05-01"),
    (2, "2026-11-30", refusals.TooLateForBank, "2026-12-01"),
    (2, "2026-11-29", refusals.NotABankDay, "2026-12-01"),
    (2, "2026-12-01", None, None),
    (3, "2026-12-01", refusals.TooLateForBank, "2026-12-03"),  # the bank itself is closed on the 2nd
    (3, "2026-12-02", refusals.NotABankDay, "2026-12-03"),
    (2, "2012-04-27", refusals.TooLateForBank, "2026-12-01"),
]


@pytest.mark.parametrize(("lead", "day", "cause", "named"), LEADS)
def test_a_day_for_which_it_is_too_late_is_refused_with_the_first_that_is_not(
    lead: int, day: str, cause: type[refusals.NotABankDay | refusals.TooLateForBank] | None, named: str | None
) -> None:
    calendar = BankCalendar(frozenset({date(2026, 12, 2)}), lead, date(2026, 11, 27))
    assert calendar.first_from(date.fromisoformat(day)) == date.fromisoformat(named or day)
    if cause is None:
        calendar.require(date.fromisoformat(day))
        return
    with pytest.raises(cause) as refused:
        calendar.require(date.fromisoformat(day))
    assert named in [str(value) for value in refused.value.arguments.values()]


def test_the_days_of_the_bank_are_set_and_a_day_is_refused_with_the_next(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2026, 8, 10))

    def set_to(name: str, value: str) -> str | None:
        return str(desk.answered(book_url, "settings", "set", name, value)["value"])

    def refused(day: str) -> str:
        answer = desk.typed(book_url, "refund", "file", "--on", day, "--out", str(tmp_path / "x.txt"))
        assert answer.exit_code == 1
        return answer.stderr

    assert set_to("bank_closed_days", "2026-08-14、2026/8/13,2026-08-13") == "2026-08-13, 2026-08-14"
    said = refused("2026-08-13")
    assert all(part in said for part in ("not-a-bank-day", "bank_closed_days", "--on 2026-08-17"))
    assert "祝日" in refused("2026-08-11")
    assert set_to("bank_lead_days", "３") == "3"
    said = refused("2026-08-17")
    assert all(part in said for part in ("too-late-for-bank", "--on 2026-08-18")), said
    assert "beyond-bank-calendar" in refused("2100-06-01")
    for name, value in (("bank_closed_days", "お盆"), ("bank_lead_days", "31"), ("bank_lead_days", "早め")):
        assert "not-a-setting" in desk.typed(book_url, "settings", "set", name, value).stderr
    assert set_to("bank_closed_days", "") == ""


@pytest.mark.thorough
def test_the_calendar_of_holidays_is_loaded_by_the_command_that_asks_for_one() -> None:
    program = "import sys, cli; from ledger.booking import payment_files; print('holidays' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )
