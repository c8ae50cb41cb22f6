"""Transfers of which it is not known whose they are: whose they could be, with the reasons.

Nothing is ever settled by a likeness: a candidate is a suggestion, and only a person's word allocates (see
`booking.allocation`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.allocations import allocations, counting
from ledger.i18n import N_, _
from ledger.kana import search_key
from ledger.store.owners import owned

_BY_NAME = N_("the payer's name is the member's name")
_BY_NUMBER = N_("the transfer names the application")
_BY_MEMBER = N_("the transfer names the member's number")


@dataclass(frozen=True)
class Candidate:
    """An application that a deposit could pay for, and why it could."""

    application: str
    member: str
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class UnmatchedDeposit:
    """A transfer that names no application: its reference, day, yen and payer, and whose it could be."""

    deposit: str
    received_on: date
    yen: int
    payer: str
    note: str | None
    candidates: tuple[Candidate, ...]


def unmatched(connection: Connection) -> list[UnmatchedDeposit]:
    """Every transfer that is not known to pay for an application, oldest first, with candidates still unpaid."""
    deposits = list(connection.execute(facts.latest_version(*_VERSIONS, None)))
    allocated = {deposit: allocation for deposit, allocation in allocations(connection).items() if allocation.parts}
    paid = {number for allocation in allocated.values() for number in allocation.applications}
    unpaid = _unpaid(connection, paid)
    open_deposits = [row for row in deposits if row.deposit not in allocated]
    return [
        UnmatchedDeposit(
            row.deposit, row.received_on, row.yen, row.payer, row.note, tuple(_candidates(row.payer, row.note, unpaid))
        )
        for row in sorted(open_deposits, key=attrgetter("received_on", "deposit"))
    ]


def candidates(
    connection: Connection, deposits: Mapping[str, tuple[str, str | None]], as_of: date
) -> dict[str, list[str]]:
    """The applications that each of these transfers, by payer and note, could pay for, those with most reasons first.

    Only those applied for by the day count, and of which, as was known by then, nothing was received.
    """
    if not deposits:
        return {}
    fact, row = tables.fact.c, counting(facts.AS_OF).subquery().c
    paid = set(
        connection.execute(select(row.application).where(row.application.is_not(None)), {"as_of": as_of}).scalars()
    )
    applied = select(fact.application).where(fact.name == "applied_on", fact.known_on <= as_of, fact.day <= as_of)
    known = set(connection.execute(applied).scalars())
    unpaid = [application for application in _unpaid(connection, paid) if application.number in known]
    return {
        deposit: [candidate.application for candidate in _candidates(payer, note, unpaid)]
        for deposit, (payer, note) in deposits.items()
    }


_VERSIONS = (tables.deposit_known, (tables.deposit_known.c.deposit,))


@dataclass(frozen=True)
class _UnpaidApplication:
    """An application for which nothing was received, and the search keys by which a transfer may name it."""

    number: str
    member: str
    name: str
    number_key: str
    member_key: str
    name_keys: frozenset[str]


def _unpaid(connection: Connection, paid: set[str]) -> list[_UnpaidApplication]:
    application, versions = owned().c, tables.member_known
    latest = facts.latest_version(versions, (versions.c.member,), None).subquery().c
    names_of = select(latest.member, latest.kana, latest.account_name, latest.name)
    persons = {row.member: row for row in connection.execute(names_of)}
    unpaid = []
    for number, member in connection.execute(select(application.number, application.member)):
        if number not in paid:
            person = persons.get(member)
            if person is None:  # withdrawn from the register
                continue
            names = {person.kana, person.account_name, person.name} - {None}
            keys = search_key(number), search_key(member), frozenset(map(search_key, names))
            unpaid.append(_UnpaidApplication(number, member, person.name, *keys))
    return unpaid


def _candidates(payer: str, note: str | None, unpaid: list[_UnpaidApplication]) -> list[Candidate]:
    """The applications that a transfer could pay for, those with most reasons first."""
    text, payer = search_key(f"{payer} {note or ''}"), search_key(payer)
    found = []
    for application in unpaid:
        signs = {
            _BY_NUMBER: application.number_key in text,
            _BY_MEMBER: application.member_key in text,
            _BY_NAME: payer in application.name_keys,
        }
        if reasons := tuple(_(reason) for reason, holds in signs.items() if holds):
            found.append(Candidate(application.number, application.member, application.name, reasons))
    return sorted(found, key=lambda candidate: (-len(candidate.reasons), candidate.application))
