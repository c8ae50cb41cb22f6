"""Whose an application is, what an account and its parts are called, and the order in which statements list people."""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import tables
from ledger.codes import ASSOCIATIONS
from ledger.facts import Person, people
from ledger.i18n import either

_PLACE = {name: at for at, name in enumerate(ASSOCIATIONS)}
_DIGITS = re.compile(r"(\d+)")

Order = tuple[int, tuple[str | int, ...], tuple[str | int, ...]]


def members(connection: Connection, as_of: date) -> dict[str, Person]:
    """Every member, as the register said by the day; one that came into it later, as it says last."""
    return people(connection) | people(connection, as_of)


@dataclass(frozen=True)
class Owners:
    """The member of each application."""

    persons: dict[str, Person]
    member_of: dict[str, str]

    def of(self, application: str) -> Person:
        """The member whose application it is."""
        return self.persons[self.member_of[application]]

    def order(self, application: str) -> Order:
        """Where the application stands in a list: by association from north to south, member, application."""
        return (*person_order(self.of(application)), numerically(application))


def owners(connection: Connection, as_of: date) -> Owners:
    """The member of every application there is."""
    application = tables.application
    rows = connection.execute(select(application.c.number, application.c.member))
    return Owners(members(connection, as_of), dict(rows.all()))


@dataclass(frozen=True)
class Chart:
    """The accounts by code, and what the parts of each are kept by: application, deposit, either, or nothing."""

    names: dict[str, tuple[str, str]]
    kept_by: dict[str, str]

    def name(self, code: str) -> str:
        """The account as statements name it: its code and its name in the language being spoken."""
        return f"{code} {either(*self.names[code])}"

    def part(self, code: str, application: str | None, deposit: str | None) -> str | None:
        """The part of the account (補助) that a movement touches; None for an account without parts."""
        kept_by = self.kept_by.get(code, "")
        if "application" in kept_by and application is not None:
            return application
        return deposit if "deposit" in kept_by else None


def chart(connection: Connection) -> Chart:
    """The chart of accounts."""
    account = tables.account.c
    rows = connection.execute(
        select(account.code, account.ja, account.en, account.kept_by).order_by(account.code)
    ).all()
    return Chart(
        {row.code: (row.ja, row.en) for row in rows},
        {row.code: row.kept_by for row in rows if row.kept_by is not None},
    )


def person_order(person: Person) -> tuple[int, tuple[str | int, ...]]:
    """Where a member stands in a list: by association from north to south, then by number."""
    return _PLACE[person.association], numerically(person.number)


def numerically(text: str) -> tuple[str | int, ...]:
    """A key that sorts 第9号 before 第10号."""
    return tuple(int(part) if at % 2 else part for at, part in enumerate(_DIGITS.split(text)))
