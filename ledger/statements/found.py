"""What a person looks for by a name, a number, a reference or a payer: members, applications, deposits, refunds.

A text with figures is a number: the database looks for it, and no name is read. A text without is a name, or a part of
one: every name of the register and every payer is compared, in any spelling, which takes 0.1 s for 25,000 members.
What hangs on what is found is found with it: the applications of a member, their deposits, their refunds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from ledger import settlements, tables
from ledger.intake.payers import nearest, payers
from ledger.kana import number_groups
from ledger.money import parse_whole
from ledger.people import naming
from ledger.people.register import Person
from ledger.settlements import Settlement
from ledger.statements.applications import KnownApplication, known_applications
from ledger.statements.deposits import ReceivedDeposit, paying_for, received
from ledger.statements.members import RegisteredMember, registered
from ledger.store.numbers import containing
from ledger.store.owners import owned_by
from ledger.store.records import batches

# As many of each kind are told; of the others only how many there are.
TOLD = 50


@dataclass(frozen=True)
class FoundSettlement:
    """A refund or credit that was found, and whose it is; None of a deposit of which that is not known."""

    settlement: Settlement
    member: Person | None


@dataclass(frozen=True)
class Found:
    """What was found, the first of each kind; `left_out` are how many more there are, by kind."""

    members: list[RegisteredMember]
    applications: list[KnownApplication]
    deposits: list[ReceivedDeposit]
    refunds: list[FoundSettlement]
    credits: list[FoundSettlement]
    bills: list[str]
    left_out: dict[str, int]


def find(connection: Connection, text: str, as_of: date) -> Found:
    """What is meant by a text, as known by the day."""
    members = naming.find_members(connection, text)
    applications = _with(containing(connection, "application", text), _owned(connection, members[:TOLD]))
    named = _with(containing(connection, "deposit", text), _paid_by(connection, text))
    deposits = _with(named, paying_for(connection, applications[:TOLD]))
    no = _no(text)
    refunds = _settled(connection, "refund", no, applications[:TOLD], deposits[:TOLD], as_of)
    credits = _settled(connection, "credit", no, applications[:TOLD], [], as_of)
    bills = containing(connection, "bill", text)
    kinds: dict[str, list[Any]] = {
        "members": members,
        "applications": applications,
        "deposits": deposits,
        "refunds": refunds,
        "credits": credits,
        "bills": bills,
    }
    return Found(
        registered(connection, as_of, members[:TOLD]),
        known_applications(connection, as_of, applications=applications[:TOLD]) if applications else [],
        received(connection, as_of, references=deposits[:TOLD]),
        refunds[:TOLD],
        credits[:TOLD],
        bills[:TOLD],
        {kind: max(0, len(found) - TOLD) for kind, found in kinds.items()},
    )


def near(connection: Connection, text: str) -> list[str]:
    """A few things that are near to a text by which nothing was found: names, payers, or numbers with its figures."""
    figures = [group for group in number_groups(text) if group.isdecimal()]
    if not figures:
        return [*naming.near(connection, text), *nearest(connection, text, 0.6)]
    longest = max(figures, key=len)
    return [
        number for kind in ("member", "application", "deposit") for number in containing(connection, kind, longest)
    ][: naming.NEAR]


def _with(*lists: Collection[str]) -> list[str]:
    return list(dict.fromkeys(number for numbers in lists for number in numbers))


def _no(text: str) -> int | None:
    """The number of a refund or credit that the text is; None where it is none."""
    whole = parse_whole(text.strip())
    return whole if whole is not None and 0 < whole < 2**31 else None


def _owned(connection: Connection, members: Collection[str]) -> list[str]:
    return sorted(number for (number,) in connection.execute(owned_by(members))) if members else []


def _paid_by(connection: Connection, text: str) -> list[str]:
    """The references of the transfers of payers in whose name the text stands; or in whose name or note it does, where
    it is a number.
    """
    row = tables.deposit_known.c
    groups = number_groups(text)
    if any(group.isdecimal() for group in groups):
        pattern = f"%{'%'.join(groups)}%"
        statement = select(row.deposit).where(or_(row.payer.like(pattern), row.note.like(pattern)))
        return list(connection.execute(statement.distinct()).scalars())
    found: dict[str, None] = {}
    for group in batches(payers(connection, text)):
        statement = select(row.deposit).where(row.payer.in_(group)).distinct().order_by(row.deposit)
        found |= dict.fromkeys(connection.execute(statement).scalars())
    return list(found)


def _settled(
    connection: Connection,
    kind: str,
    no: int | None,
    applications: Collection[str],
    deposits: Collection[str],
    as_of: date,
) -> list[FoundSettlement]:
    """The refunds or credits of a number, of these applications or of these deposits, by number."""
    table = tables.metadata.tables[kind]
    meant: list[ColumnElement[bool]] = [table.c.application.in_(applications)]
    meant += [table.c.deposit.in_(deposits)] if kind == "refund" else [table.c.to_application.in_(applications)]
    meant += [] if no is None else [table.c.no == no]
    rows = settlements.settlements(connection, table, or_(*meant), as_of)
    persons = naming.persons(connection, sorted({row.member for row in rows if row.member is not None}))
    return [FoundSettlement(row, persons.get(str(row.member))) for row in rows]
