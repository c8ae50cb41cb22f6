"""The day of a payment file's transfers (振込指定日): a day on which the bank is open, and time enough before it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ledger import bank_days, dates
from ledger.booking import payment_refusals
from ledger.i18n import N_, _
from ledger.store import settings

# Why banks are closed on a day.
_WHY = {
    "weekend": N_("a Saturday or Sunday"),
    "turn-of-the-year": N_("one of the days from 31 December to 3 January"),
    "holiday": N_("a national holiday"),
    "own": N_("closed by the setting bank_closed_days"),
}


@dataclass(frozen=True)
class BankCalendar:
    """What the settings say of the bank: the days on which it alone is closed, how many bank days ahead it wants a file
    (0: that is not looked at), and today.
    """

    own: frozenset[date]
    lead: int
    today: date

    @property
    def earliest(self) -> date | None:
        """The first day for which the bank still takes a file; None: that is not looked at."""
        return bank_days.open_after(self.today, self.lead, self.own) if self.lead else None

    def first_from(self, day: date) -> date:
        """The first day, from a day on, for which the bank takes a file; the day itself where that is not known."""
        try:
            return bank_days.open_from(max(day, self.earliest or day), self.own)
        except bank_days.YearNotKnown:
            return day

    def require(self, day: date) -> None:
        """Refuses a day on which the bank is closed, one for which it is too late, and a year that nobody knows yet."""
        try:
            self._require(day)
        except bank_days.YearNotKnown:
            raise payment_refusals.BeyondBankCalendar(day, bank_days.LAST_YEAR) from None

    def _require(self, day: date) -> None:
        why, earliest = bank_days.closed(day, self.own), self.earliest
        if why is not None:
            follows = bank_days.open_from(max(day, earliest or day), self.own)
            raise payment_refusals.NotABankDay(day, _(_WHY[why]), follows)
        if earliest is not None and day < earliest:
            raise payment_refusals.TooLateForBank(day, self.lead, earliest)


def bank_calendar(connection: Connection) -> BankCalendar:
    """The calendar of the federation's bank, as it is set now."""
    values = settings.values(connection)
    own = frozenset(map(date.fromisoformat, settings.entries(values[settings.BANK_CLOSED_DAYS])))
    return BankCalendar(own, int(values[settings.BANK_LEAD_DAYS] or 0), dates.today())
