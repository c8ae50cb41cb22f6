"""What lists can be narrowed to: the same options with the same meaning on every list that has such a column.

What the books do not hold is refused, with what is near to it; it is never answered with an empty list.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from operator import attrgetter
from typing import Any

from exports.reports.report import Connection, Parameter
from ledger.codes import ASSOCIATIONS
from ledger.dates import Month
from ledger.errors import Exit, NoSuchMonth, Refusal
from ledger.i18n import N_, _, in_each
from ledger.kana import search_key


class NoSuchAssociation(Refusal):
    """there is no association {name}; near to it are: {near}"""

    name: str
    near: list[str]
    exit = Exit.USAGE
    instead = N_("name one of the 50 associations, such as 東京")


class NoSuchState(Refusal):
    """nothing in this list is ever in the state {state}"""

    state: str
    states: list[str]
    exit = Exit.USAGE
    instead = N_("its states are: {states}")


def read_association(_connection: Connection, typed: str) -> str:
    """The association that was meant by 東京, 東京会 or 東京司法書士会. Refused: another (no-such-association)."""
    name = named_association(typed)
    if name is None:
        near = [known for known in ASSOCIATIONS if set(known) & set(search_key(typed))]
        raise NoSuchAssociation(typed, near or list(ASSOCIATIONS))
    return name


def named_association(typed: str) -> str | None:
    """The association that a text names; None where it names none."""
    name = search_key(typed).removesuffix("司法書士会").removesuffix("会")
    return name if name in ASSOCIATIONS else None


def read_month(_connection: Connection, typed: str) -> str:
    """The month that was meant, as 2012-09. Refused: what is none (no-such-month)."""
    month = Month.parse(typed)
    if month is None:
        raise NoSuchMonth(typed)
    return str(month)


def read_member(connection: Connection, typed: str) -> str:
    """The number of the member that was meant, by number or name; see `find_member`, which refuses the others."""
    from ledger.people.naming import find_member

    return find_member(connection, typed)


def read_state(_connection: Connection, typed: str, words: Mapping[str, str]) -> str:
    """The code of a state, of those that have these words. Refused: another (no-such-state)."""
    codes = {search_key(name): code for code, word in words.items() for name in (code, *in_each(word))}
    key = search_key(typed)
    if key not in codes:
        near = {codes[name] for name in get_close_matches(key, codes)} or words.keys()
        raise NoSuchState(typed, [f"{code} ({_(word)})" for code, word in words.items() if code in near])
    return codes[key]


def read_application(connection: Connection, typed: str) -> str:
    """An application there is. Refused: another (unknown-application)."""
    from ledger.store.owners import require_application

    require_application(connection, typed)
    return typed


def read_deposit(connection: Connection, typed: str) -> str:
    """A transfer there is. Refused: another (unknown-deposit)."""
    from ledger.intake.payers import require_deposit

    return require_deposit(connection, typed)


def _in_month(value: Any, month: str) -> bool:
    return isinstance(value, date) and str(Month.of(value)) == month


def _is_or_has(value: Any, asked: str) -> bool:
    return asked in value if isinstance(value, (list, tuple)) else bool(value == asked)


ASSOCIATION = Parameter(
    *("association", "text", N_("those of one association"), "--association", "NAME"),
    read=read_association,
    column="association",
    fits=_is_or_has,
)
MEMBER = Parameter(
    *("member", "text", N_("those of one member, by number or name"), "--member", "MEMBER"),
    read=read_member,
    column="member",
    fits=_is_or_has,
)


def state(
    named: Callable[[], Mapping[str, str]], column: str = "state", among: Iterable[str] | None = None
) -> Parameter:
    """Those in one state, by its code or its word in either language, of what a column holds.

    `named` gives the word of each code, of which only those `among` may be asked for.
    """

    def read(connection: Connection, typed: str) -> str:
        words = named()
        return read_state(connection, typed, words if among is None else {code: words[code] for code in among})

    help_ = N_("those in one state, by its code or its word")
    return Parameter("state", "text", help_, "--state", "STATE", read=read, column=column)


def month(column: Callable[[Any], Any] | str) -> Parameter:
    """Those of one month, by a day that stands in a column."""
    help_ = N_("those of one month")
    return Parameter("month", "text", help_, "--month", "YYYY-MM", read=read_month, column=column, fits=_in_month)


def of_person(get: str) -> tuple[Parameter, Parameter]:
    """Those of one association or one member, of rows in which a person stands under this name and in no column."""
    association, number = attrgetter(f"{get}.association"), attrgetter(f"{get}.number")
    return replace(ASSOCIATION, column=association), replace(MEMBER, column=number)
