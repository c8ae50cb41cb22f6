"""Settings: the federation as its papers and its bank name it, and how many people a payment needs; the last counts.

Who changes one is kept like everything else. On PostgreSQL an approver changes them, and a clerk does not.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from ledger import dates, kana, masking, tables
from ledger.codes import ACCOUNT_TYPES, PEOPLE, CodeList
from ledger.dates import FiscalYear
from ledger.errors import NoSuchSetting, NotASetting
from ledger.i18n import N_, _
from ledger.kana import number_key
from ledger.store.records import next_number, signature

# The accounts that a federation pays from; savings are none (総合振込, header).
_PAYING = tuple(code for code in ACCOUNT_TYPES.codes if code != "4")


@dataclass(frozen=True)
class Setting:
    """What can be set: its name, what it is, what a value of it looks like, and how a typed text is read.

    `read` gives the value as it is kept, or None for what is no such value. Until it is set `default` counts; None:
    nothing does. One that is `needed` has to be set before there is a payment file; `field` is where that holds it, if
    it is a name.
    """

    name: str
    about: str
    form: str
    read: Callable[[str], str | None]
    default: str | None = None
    masked: bool = False
    needed: bool = False
    field: kana.NameField | None = None

    def shown(self, value: str | None) -> str | None:
        """The value as it may be shown: of an account number the last digits."""
        return masking.account(value) if self.masked and value else value


def _digits(count: int) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        plain = unicodedata.normalize("NFKC", text).strip()
        return plain if re.fullmatch(f"[0-9]{{{count}}}", plain) else None

    return read


def _registration(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    return plain if re.fullmatch("(T[0-9]{13})?", plain) else None


def _name(field: kana.NameField, *, blank: bool = False) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        written, unreadable = kana.as_banks_read(text, field)
        fits = not unreadable and len(written) <= field.length and (blank or written)
        return text.strip() if fits else None

    return read


def _text(text: str) -> str | None:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST and plain.isprintable() else None


def _word(words: CodeList, codes: tuple[str, ...]) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        word = words.find(unicodedata.normalize("NFKC", text).strip())
        return word.code if word is not None and word.code in codes else None

    return read


def _whole_yen(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("円").replace(",", "")
    return str(int(plain)) if re.fullmatch("[0-9]{1,9}", plain) and int(plain) > 0 else None


# From how many yen a slip waits for a second person; by default every slip does.
SLIP_APPROVAL, SLIP_APPROVAL_YEN = "slip_approval_yen", 1


def _month_number(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("月")
    return str(int(plain)) if re.fullmatch("[0-9]{1,2}", plain) and 1 <= int(plain) <= 12 else None


# The month with which a fiscal year begins: April, as that of Japanese federations does.
FISCAL_YEAR = "fiscal_year_begins"

# The days on which the bank alone is closed, and how many of its days before the transfers it wants a payment file.
BANK_CLOSED_DAYS, BANK_LEAD_DAYS = "bank_closed_days", "bank_lead_days"
# Branches that exist though the list of banks does not have them.
BANK_BRANCHES = "bank_branches"
_MOST_LEAD_DAYS, _MOST_ENTRIES = 30, 200


def _lead_days(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    return str(int(plain)) if re.fullmatch("[0-9]{1,2}", plain) and int(plain) <= _MOST_LEAD_DAYS else None


def _list(read_one: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Reads a list with commas between: each of its entries once, in order; none of them is an empty list."""

    def read(text: str) -> str | None:
        typed = [part for part in re.split("[,，、]", text) if part.strip()]
        found = {read_one(part.strip()) for part in typed}
        return None if None in found or len(found) > _MOST_ENTRIES else ", ".join(sorted(filter(None, found)))

    return read


def _day(text: str) -> str | None:
    day = dates.read_day(text).day
    return None if day is None else day.isoformat()


def _branch(text: str) -> str | None:
    plain = number_key(text)
    return plain if re.fullmatch("[0-9]{4}-[0-9]{3}", plain) else None


def entries(value: str | None) -> list[str]:
    """The entries of a setting that is a list."""
    return [entry for entry in (value or "").split(", ") if entry]


# The name of a bank or branch: what it looks like, how it is read, and what counts until it is set.
_PLACE_FORM = N_("kana, capitals, digits and - — at most 15 half-width characters, or nothing")
_PLACE = (_PLACE_FORM, _name(kana.PLACE, blank=True), "")

# The calendar of workbooks and letters in Japanese, where none is asked for.
CALENDAR = "calendar"
CALENDARS = CodeList(("western", "西暦", "western"), ("wareki", "和暦", "Japanese eras"))

# What stands on papers and letters.
_LONGEST = 100
_TEXT = (N_("any text of at most 100 characters, or nothing"), _text, "")

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting(
            "people",
            N_("how many people a payment needs"),
            N_("two (who proposes does not approve) or three (neither of them makes the payment file)"),
            _word(PEOPLE, PEOPLE.codes),
            default="two",
        ),
        Setting(
            SLIP_APPROVAL,
            N_("from how many yen a slip waits for a second person"),
            N_("whole yen, 1 or more; 1: every slip waits"),
            _whole_yen,
            default=str(SLIP_APPROVAL_YEN),
        ),
        Setting(
            FISCAL_YEAR,
            N_("the month with which a fiscal year begins"),
            N_("a month: 1 to 12"),
            _month_number,
            default="4",
        ),
        Setting(
            CALENDAR,
            N_("the calendar of workbooks and letters in Japanese"),
            N_("western (2012年9月21日) or wareki (平成24年9月21日)"),
            _word(CALENDARS, CALENDARS.codes),
            default="wareki",
        ),
        Setting("federation_name", N_("the federation's name, as its papers bear it"), *_TEXT),
        Setting("federation_department", N_("the department that members write to"), *_TEXT),
        Setting("federation_address", N_("the federation's postal address"), *_TEXT),
        Setting("federation_telephone", N_("the telephone of that department"), *_TEXT),
        Setting(
            "federation_registration",
            N_("the number under which the federation issues qualified invoices"),
            N_("T and 13 digits, or nothing"),
            _registration,
            "",
        ),
        Setting("authority_name", N_("the authority's name, as papers to it bear it"), *_TEXT),
        Setting("payer_code", N_("the federation's number at its bank"), N_("10 digits"), _digits(10), needed=True),
        Setting(
            "payer_name",
            N_("the federation's name, as its bank knows it"),
            N_("kana, capitals, digits, space and ( ) - . — at most 40 half-width characters"),
            _name(kana.PAYER),
            needed=True,
            field=kana.PAYER,
        ),
        Setting("payer_bank", N_("the number of the bank it pays from"), N_("4 digits"), _digits(4), needed=True),
        Setting("payer_bank_name", N_("the name of the bank it pays from"), *_PLACE, field=kana.PLACE),
        Setting("payer_branch", N_("the number of the branch it pays from"), N_("3 digits"), _digits(3), needed=True),
        Setting("payer_branch_name", N_("the name of the branch it pays from"), *_PLACE, field=kana.PLACE),
        Setting(
            "payer_account_type",
            N_("the kind of account it pays from"),
            N_("1 (ordinary), 2 (current) or 9 (other)"),
            _word(ACCOUNT_TYPES, _PAYING),
            needed=True,
        ),
        Setting(
            "payer_account",
            N_("the number of the account it pays from"),
            N_("7 digits"),
            _digits(7),
            masked=True,
            needed=True,
        ),
        Setting(
            BANK_LEAD_DAYS,
            N_("how many bank days before the transfers the bank wants the payment file"),
            N_("0 to 30; 0: that is not looked at"),
            _lead_days,
            default="0",
        ),
        Setting(
            BANK_CLOSED_DAYS,
            N_("days on which the bank is closed besides weekends, holidays and the turn of the year"),
            N_("days with commas between, or nothing"),
            _list(_day),
            default="",
        ),
        Setting(
            BANK_BRANCHES,
            N_("branches that exist though the list of banks does not have them"),
            N_("numbers of bank and branch with commas between, such as 0001-123, or nothing"),
            _list(_branch),
            default="",
        ),
    )
}


@dataclass(frozen=True)
class SettingValue:
    """A setting with the value that counts, masked if it has to be; who set it and when, None while nobody did."""

    setting: Setting
    value: str | None
    by: str | None
    recorded_at: datetime | None


def values(connection: Connection, at: datetime | None = None) -> dict[str, str | None]:
    """The value of every setting that counts now, or counted at a moment, whole: for the payment file, and for nothing
    that is shown.
    """
    last = _last(connection, at)
    return {name: last[name].value if name in last else setting.default for name, setting in SETTINGS.items()}


def settings(connection: Connection) -> list[SettingValue]:
    """Every setting with what counts now."""
    last = _last(connection)
    return [
        SettingValue(setting, setting.shown(row.value), row.by, row.recorded_at)
        if (row := last.get(setting.name)) is not None
        else SettingValue(setting, setting.default, None, None)
        for setting in SETTINGS.values()
    ]


def fiscal_year(connection: Connection, year: int) -> FiscalYear:
    """The fiscal year that begins in a year."""
    return FiscalYear(year, int(values(connection)[FISCAL_YEAR] or 4))


def fiscal_year_of(connection: Connection, day: date) -> FiscalYear:
    """The fiscal year in which a day lies."""
    year = fiscal_year(connection, day.year)
    return year if year.first <= day else fiscal_year(connection, day.year - 1)


def missing(connection: Connection) -> list[str]:
    """The names of the settings without which there is no payment file, and which nobody has set."""
    last = _last(connection)
    return [name for name, setting in SETTINGS.items() if setting.needed and name not in last]


def _last(connection: Connection, at: datetime | None = None) -> dict[str, Any]:
    setting = tables.setting
    statement = select(setting).order_by(setting.c.no)
    rows = connection.execute(statement if at is None else statement.where(setting.c.recorded_at <= at))
    return {row.name: row for row in rows}


def change(connection: Connection, name: str, text: str, *, by: str) -> tuple[SettingValue, bool]:
    """Sets a value; False: it was set so before, and nothing is added. Refused: an unknown name, no such value."""
    setting = SETTINGS.get(name)
    if setting is None:
        raise NoSuchSetting(name, list(SETTINGS))
    value = setting.read(text)
    if value is None:
        raise NotASetting(name, setting.shown(text) or "—", _form(setting, text))
    table = tables.setting
    before = _last(connection).get(name)
    new = before is None or before.value != value
    if new:
        row = {"no": next_number(connection, table.c.no), "name": name, "value": value}
        connection.execute(table.insert().values(row | signature(connection, by)))
    return next(row for row in settings(connection) if row.setting is setting), new


def _form(setting: Setting, text: str) -> str:
    """What a value of a setting looks like, and of a name what it is in the text that banks do not take."""
    form = _(setting.form)
    if setting.field is not None:
        written, unreadable = kana.as_banks_read(text, setting.field)
        if unreadable:
            return _("{form}; banks cannot read in it: {characters}", form=form, characters=unreadable)
        if len(written) > setting.field.length:
            return _("{form}; it has {length}", form=form, length=len(written))
    return form
