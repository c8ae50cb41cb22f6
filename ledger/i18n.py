"""Every sentence a person reads, in Japanese (the default) or English, from one catalogue.

A sentence in the code is English; the Japanese stands in `locales/ja`. Words quoted from the papers are Japanese in
the code; their English stands in `locales/en`. As with gettext, `_` translates at that moment, so one process can speak
both, `ngettext` where a count changes the sentence, and `N_` only marks what is translated later; the docstring of a
refusal is a sentence as well.
"""

import gettext
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from ledger import visible
from ledger.dates import FiscalYear, Month, format_japanese, format_western, in_japan
from ledger.money import format_yen
from ledger.scope import within

Language = Literal["ja", "en"]
# By which calendar a document counts its years; "" where nobody chose: cells and headings as the language has them.
Calendar = Literal["", "western", "wareki"]
Either = TypeVar("Either")
LANGUAGES: tuple[Language, ...] = ("ja", "en")
CALENDARS: tuple[Calendar, ...] = ("", "western", "wareki")
DOMAIN = "seisan"
LOCALES = Path(__file__).with_name("locales")

_language: ContextVar[Language] = ContextVar("language", default="ja")
_calendar: ContextVar[Calendar] = ContextVar("calendar", default="")


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a sentence for the catalogue; it is translated where it is shown, by `_`."""
    return message


def use(language: Language) -> None:
    """Speak this language from here on."""
    _language.set(language)


def speaking(language: Language) -> AbstractContextManager[None]:
    """Within the block this language is spoken, and the one before it afterwards."""
    return within(_language, language)


def language() -> Language:
    """The language being spoken."""
    return _language.get()


def dating(calendar: Calendar) -> AbstractContextManager[None]:
    """Within the block a document is made whose days are all of this calendar."""
    return within(_calendar, calendar)


def calendar() -> Calendar:
    """The calendar of the document that is being made; it is empty for whatever is no document."""
    return _calendar.get()


def format_day(day: date) -> str:
    """A day as the document that is being made writes it; elsewhere 2012-02-26."""
    by_calendar = {"wareki": format_japanese, "western": format_western}
    return by_calendar[_calendar.get()](day) if _calendar.get() else day.isoformat()


def format_month(month: Month) -> str:
    """A month likewise: 平成24年9月, 2012年9月; elsewhere 2012-09. It is of the era of its first day."""
    return format_day(month.first).rpartition("月")[0] + "月" if _calendar.get() else str(month)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, languages=[language], fallback=True)


def _(message: str, /, **fields: object) -> str:
    """The sentence in the language being spoken, with its fields filled in."""
    sentence = _catalogue(language()).gettext(message) if message else ""
    return _filled(sentence, message, fields) if fields else sentence


def ngettext(one: str, many: str, count: int, /, **fields: object) -> str:
    """The sentence for one, or for several, by the plural forms of the language; both may name `count`."""
    sentence = _catalogue(language()).ngettext(one, many, count)
    return _filled(sentence, many, {"count": count} | fields)


# What a sentence counts or measures in yen is grouped by thousands; a number of something (an entry) is not.
_AMOUNT = re.compile(r"\{(\w+)\}(?= yen)")
_COUNTS = frozenset(("count", "rows", "cells", "taken_in", "known", "length", "limit"))


@cache
def _grouped(message: str) -> frozenset[str]:
    """The fields of a sentence that are amounts or counts."""
    return _COUNTS.union(_AMOUNT.findall(message))


def _filled(sentence: str, message: str, fields: Mapping[str, object]) -> str:
    grouped = _grouped(message)
    return sentence.format(
        **{
            name: format_yen(value) if name in grouped and type(value) is int else format_field(value)
            for name, value in fields.items()
        }
    )


def in_each(message: str) -> set[str]:
    """A sentence without fields in every language, to be recognised in a file that we wrote in any of them."""
    return {_catalogue(language).gettext(message) for language in LANGUAGES}


def either(ja: Either, en: Either) -> Either:
    """The one of two wordings that fits the language being spoken (for words kept in both, such as account names)."""
    return ja if language() == "ja" else en


def format_field(value: object) -> object:
    """A field as it stands in a sentence: days as 2012-02-26 or by the document's calendar, a list joined by commas.

    Moments are in Japan's time. A text is anybody's, and stands in one line in which nothing acts.
    """
    if isinstance(value, (str, Path)):
        return visible.line(str(value))
    if isinstance(value, datetime):
        moment = in_japan(value)
        return f"{format_day(moment.date())} {moment:%H:%M:%S}"
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, Month):
        return format_month(value)
    if isinstance(value, FiscalYear) and calendar() == "wareki":
        return format_japanese(value.first).partition("年")[0]
    if isinstance(value, (set, frozenset, dict)):
        value = sorted(value)
    if isinstance(value, (list, tuple)):
        return either("、", ", ").join(str(format_field(element)) for element in value)
    return value
