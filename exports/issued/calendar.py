"""The calendar of the days in a workbook or a letter: asked for, or set for the federation, never two in one.

A document in English has western days alone, written 2012-09-21.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ledger import i18n
from ledger.errors import Exit, Refusal
from ledger.i18n import N_, Calendar
from ledger.store.settings import CALENDAR, CALENDARS, values

if TYPE_CHECKING:
    from sqlalchemy import Connection


class NoSuchCalendar(Refusal):
    """there is no calendar {name}"""

    name: str
    exit = Exit.USAGE
    instead = N_("say western (2012年9月21日) or wareki (平成24年9月21日)")


class NotInEnglish(Refusal):
    """what is written in English has western days alone"""

    exit = Exit.USAGE
    instead = N_("leave --calendar out, or write it in Japanese: --lang ja")


class CalendarOfWorkbooks(Refusal):
    """a calendar is chosen for a workbook; what is shown, and CSV and JSON, have days as 2012-09-21"""

    exit = Exit.USAGE
    instead = N_("name a file ending in .xlsx, or leave --calendar out")


def chosen(connection: "Connection", asked: str | None, *, workbook: bool = True) -> Calendar:
    """The calendar that was asked for or, of a workbook in Japanese, that is set; "" of anything else.

    Refused: another calendar (no-such-calendar), Japanese eras in English (not-in-english), and a calendar for what is
    no workbook (calendar-of-workbooks).
    """
    word = None if asked is None else CALENDARS.find(asked)
    if asked is not None and word is None:
        raise NoSuchCalendar(asked)
    if asked is not None and not workbook:
        raise CalendarOfWorkbooks
    if i18n.language() == "en":
        if word is not None and word.code != "western":
            raise NotInEnglish
        return ""
    if not workbook:
        return ""
    code = values(connection)[CALENDAR] if word is None else word.code
    return next(name for name in i18n.CALENDARS if name == code)


@contextmanager
def dated(connection: "Connection", asked: str | None, *, workbook: bool = True) -> Iterator[None]:
    """Within the block a document is made by the calendar that is `chosen`; refused is what that refuses."""
    with i18n.dating(chosen(connection, asked, workbook=workbook)):
        yield
