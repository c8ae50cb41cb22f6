"""How a bank's CSV is laid out, as its user wrote it down once: which column is what, in a small TOML file."""

import re
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from ledger.dates import read_day
from ledger.errors import Refusal
from ledger.file_errors import why_unread
from ledger.i18n import N_, _
from ledger.intake.bank.zengin import day_of
from ledger.store import places
from ledger.width import narrow


class NotABankLayout(Refusal):
    """{file} does not say how the bank's CSV is laid out: {why}"""

    file: str
    why: str
    instead = N_(
        'write in it the titles of the columns: day = "…", in = "…", out = "…"; and, where there are such, balance, '
        "payer, no_payer, note, number, day_form, skip_rows, code, corrections; where the file has no titles, the "
        "number of each column: day = 1, in = 2, out = 3"
    )


# What a file says that is no title of a column.
_WORDS = ("corrections", "no_payer")
_OTHERS = ("day_form", "skip_rows", *_WORDS)
_BETWEEN = "[^ymd0-9]*"
_DAY_FORM = re.compile(
    rf"(?:(?P<year>yyyy|yy)(?P<first>{_BETWEEN}))?(?P<month>mm|m)(?P<second>{_BETWEEN})(?P<day>dd|d)(?P<last>{_BETWEEN})"
)
_LONGEST_FILE = 64 * 1024
_MOST_COLUMNS = 1_000


@dataclass(frozen=True)
class CsvLayout:
    """The titles of the columns of a bank's CSV, or their numbers where it is `numbered`; None: no such column.

    Money in and out stand in two columns (`into`, `out`), or in one, `yen`, that is negative where it goes out.
    `skip_rows` are left out at the top; the headings are looked for below them. `day_form` is how a day is written, by
    yyyy, yy (of an era that is not told), mm and dd; without one it is written so that no other can be meant.
    `corrections` are the words in column `code` that say that a line takes back an earlier one, `no_payer` those in
    column `payer` that name nobody, such as interest.
    """

    name: str
    day: str
    into: str | None = None
    out: str | None = None
    yen: str | None = None
    balance: str | None = None
    payer: str | None = None
    note: str | None = None
    number: str | None = None
    code: str | None = None
    corrections: tuple[str, ...] = ()
    no_payer: tuple[str, ...] = ()
    skip_rows: int = 0
    day_form: str | None = None
    numbered: bool = False

    @property
    def titles(self) -> dict[str, str]:
        """The title of each column that there is, by what it is; its number where the file has no titles."""
        return {name: title for name in COLUMNS if (title := getattr(self, name)) is not None}

    @property
    def shown(self) -> dict[str, str]:
        """Each column as a person looks for it."""
        return {name: _("column {no}", no=no) if self.numbered else no for name, no in self.titles.items()}

    def read_day(self, text: str, today: date) -> date | None:
        """The day that a cell names; None: it names none in this form."""
        plain = narrow(text).strip()
        if self.day_form is None:
            return read_day(text).day
        form = _DAY_FORM.fullmatch(self.day_form)
        assert form is not None, "it was looked at"
        digits = {"yyyy": "[0-9]{4}", "yy": "[0-9]{2}", "mm": "[0-9]{2}", "m": "[0-9]{1,2}"}
        digits |= {"dd": "[0-9]{2}", "d": "[0-9]{1,2}"}
        said = "".join(
            f"(?P<{name}>{digits[part]})" if name in ("year", "month", "day") else re.escape(part)
            for name, part in sorted(form.groupdict().items(), key=lambda each: form.start(each[0]))
            if part
        )
        found = re.fullmatch(said, plain)
        return None if found is None else _named(found.groupdict(), today)


COLUMNS = tuple(field.name for field in fields(CsvLayout) if field.name not in ("name", "numbered", *_OTHERS))
# What the file calls them: `in` is a word of the language.
_KEYS = {("in" if name == "into" else name): name for name in COLUMNS}


def _named(parts: dict[str, str], today: date) -> date | None:
    year, month, day = parts.get("year"), int(parts["month"]), int(parts["day"])
    if year is not None and len(year) == 2:
        return day_of(f"{year}{month:02}{day:02}", today, until=today)
    years = [int(year)] if year is not None else [today.year, today.year - 1]  # without a year, the last such day
    for one in years:
        try:
            found = date(one, month, day)
        except ValueError:
            continue
        if year is not None or found <= today:
            return found
    return None


def read_layout(file: Path) -> CsvLayout:
    """How the bank's CSV is laid out. Refused (not-a-bank-layout): what is no TOML, or lacks what is needed."""
    try:
        said = tomllib.loads(places.read(file, _LONGEST_FILE).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: no TOML, or no UTF-8
        raise NotABankLayout(str(file), why_unread(error)) from None
    if why := _wrong(said):
        raise NotABankLayout(str(file), why)
    titles: dict[str, Any] = {name: " ".join(str(said[key]).split()) for key, name in _KEYS.items() if key in said}
    others: dict[str, Any] = {name: tuple(said.get(name, ())) for name in _WORDS}
    others |= {name: said[name] for name in ("day_form", "skip_rows") if name in said}
    return CsvLayout(file.name, **titles, **others, numbered=isinstance(said["day"], int))


def _wrong(said: dict[str, Any]) -> str | None:
    """What is wrong with what the file says, in words; None: nothing."""
    if unknown := [key for key in said if key not in _KEYS and key not in _OTHERS]:
        return _("it says something that is not known: {keys}", keys=unknown)
    named = {key: said[key] for key in _KEYS if key in said}
    if odd := [key for key, column in named.items() if not (_is_title(column) or _is_number(column))]:
        return _("neither the title of a column nor its number: {keys}", keys=odd)
    if len({_is_title(column) for column in named.values()}) > 1:
        return _("of some columns it says the title and of others the number")
    form, skip = said.get("day_form", "yyyymmdd"), said.get("skip_rows", 0)
    if not isinstance(form, str) or not _DAY_FORM.fullmatch(form):
        return _("day_form is not made of yyyy or yy, mm and dd: {form}", form=form)
    for name, column in (("corrections", "code"), ("no_payer", "payer")):
        words = said.get(name, [])
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            return _("{name} is no list of words", name=name)
        if words and column not in said:
            return _("{name} are words of the column {column}, which is not named", name=name, column=column)
    if not isinstance(skip, int) or isinstance(skip, bool) or not 0 <= skip <= 1000:
        return _("skip_rows is no number of rows")
    if "day" not in said:
        return _("it does not say which column is the day (day)")
    if ("yen" in said) == ("in" in said or "out" in said) or ("in" in said) != ("out" in said):
        return _("it says neither which columns are money in and out (in, out) nor which one is both (yen)")
    if len(set(named.values())) < len(named):
        return _("two columns have the same title, or number")
    return None


def _is_title(column: object) -> bool:
    return isinstance(column, str) and bool(column.strip())


def _is_number(column: object) -> bool:
    """Whether it is the number of a column, of which the first is 1."""
    return isinstance(column, int) and not isinstance(column, bool) and 1 <= column <= _MOST_COLUMNS
