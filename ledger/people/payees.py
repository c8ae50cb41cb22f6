"""Payees: who receives what comes back for an application in the member's place, once a second person has approved it.

Heirs of a member who died, or an association that had paid; brought by an input file, approved like a changed account.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from ledger import masking, tables
from ledger.errors import NoPayeeToApprove, PayeeNotApproved, SamePersonBroughtPayee
from ledger.facts import not_withdrawn
from ledger.people.four_eyes import one_person
from ledger.store.owners import owned
from ledger.store.records import signature


@dataclass(frozen=True)
class Payee:
    """Who receives the money of an application: who they are, since when, by whom that was brought and approved.

    `account` are the bank, branch, kind, number (masked) and holder of the account. `approved_by` is None while it
    waits for a second person.
    """

    application: str
    member: str
    name: str
    relation: str | None
    known_on: date
    account: tuple[str | None, ...]
    brought_by: str
    role: str | None
    approved_by: str | None
    version: int


def payees(connection: Connection, applications: Collection[str] | None = None) -> list[Payee]:
    """The payee known last of every application that has one, or of these."""
    rows = _rows(connection)
    latest = {row.application: row for row in rows if applications is None or row.application in applications}
    return [_payee(row) for row in latest.values()]


def _rows(connection: Connection, application: str | None = None) -> list[Row[Any]]:
    statement = _statement()
    if application is not None:
        statement = statement.where(tables.payee_known.c.application == application)
    return list(connection.execute(statement))


@cache
def _statement() -> Select[Any]:
    known, approval, source, owner = tables.payee_known, tables.payee_approval, tables.source, owned()
    return (
        select(known, owner.c.member, source.c.by.label("brought_by"), source.c.role)
        .add_columns(approval.c.by.label("approved_by"))
        .join(source, source.c.id == known.c.source)
        .join(owner, owner.c.number == known.c.application)
        .outerjoin(approval, approval.c.payee_known == known.c.id)
        .where(not_withdrawn(known, None))
        .order_by(known.c.application, known.c.known_on, known.c.id)
    )


def _payee(row: Row[Any]) -> Payee:
    account = (row.bank, row.branch, row.account_type, masking.account(row.account_number), row.account_name)
    whose = (row.application, row.member, row.name, row.relation, row.known_on)
    return Payee(*whose, account, row.brought_by, row.role, row.approved_by, row.id)


def counting(connection: Connection, application: str) -> Row[Any] | None:
    """The payee of an application who counts: the one known last of those that a second person approved."""
    approved = [row for row in _rows(connection, application) if row.approved_by is not None]
    return approved[-1] if approved else None


def waits(connection: Connection, application: str) -> str | None:
    """The name of the payee known last of an application, while that waits for a second person."""
    rows = _rows(connection, application)
    return rows[-1].name if rows and rows[-1].approved_by is None else None


def require_approved(connection: Connection, application: str) -> None:
    """Refuses while the payee known last of an application waits for a second person (payee-not-approved)."""
    if (payee := waits(connection, application)) is not None:
        raise PayeeNotApproved(application, payee)


def approve_payee(connection: Connection, application: str, *, by: str) -> tuple[Payee, bool]:
    """Says, as a second person, that the payee of an application is right; False: that was said before.

    Refused: an application of which no payee is known, and who brought it.
    """
    payee = next(iter(payees(connection, [application])), None)
    if payee is None:
        raise NoPayeeToApprove(application)
    if payee.approved_by is not None:
        return payee, False
    if one_person(connection, by, payee.brought_by, payee.role):
        raise SamePersonBroughtPayee(by, application)
    row = {"payee_known": payee.version, **signature(connection, by)}
    connection.execute(tables.payee_approval.insert().values(row))
    return payee, True
