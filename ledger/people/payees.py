"""Payees: who receives what comes back for an application in the member's place, once a second person has approved it.

Heirs of a member who died, or an association that had paid; brought by an input file, approved like a changed account.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

from ledger import masking, tables
from ledger.errors import NoPayeeToApprove, PayeeNotApproved, SamePersonBroughtPayee
from ledger.facts import not_withdrawn
from ledger.people.four_eyes import one_person
from ledger.people.refusals import NoPayeeEndWaits, NoPayeeToEnd, PayeeEndWaits, SamePersonEndsPayee
from ledger.store.owners import owned
from ledger.store.records import next_number, signature


@dataclass(frozen=True)
class Payee:
    """Who receives the money of an application: who they are, since when, by whom that was brought and approved.

    `account` are the bank, branch, kind, number (masked) and holder of the account. `approved_by` is None while it
    waits for a second person. `to_end_by` proposed that it ends, and `end_reason` says why, while that waits.
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
    to_end_by: str | None = None
    end_reason: str | None = None


def payees(connection: Connection, applications: Collection[str] | None = None) -> list[Payee]:
    """The payee known last, and not ended, of every application that has one, or of these.

    Where one known later waits beside the one who counts, it is that one.
    """
    of_each = (_rows(connection, number) for number in ([None] if applications is None else applications))
    latest = {row.application: row for rows in of_each for row in rows}
    ends = _ends(connection, None if applications is None else [row.id for row in latest.values()])
    return [_payee(row, ends.get(row.id)) for row in latest.values()]


def to_end(connection: Connection) -> list[Payee]:
    """The payees whose end waits for a second person."""
    ends = _ends(connection)
    return [payee for row in _rows(connection) if (payee := _payee(row, ends.get(row.id))).to_end_by is not None]


def _rows(connection: Connection, application: str | None = None, *, ended: bool = False) -> list[Row[Any]]:
    statement = _statement(ended=ended)
    if application is not None:
        statement = statement.where(tables.payee_known.c.application == application)
    return list(connection.execute(statement))


@cache
def _statement(*, ended: bool) -> Select[Any]:
    known, approval, source, owner = tables.payee_known, tables.payee_approval, tables.source, owned()
    return (
        select(known, owner.c.member, source.c.by.label("brought_by"), source.c.role)
        .add_columns(approval.c.by.label("approved_by"))
        .join(source, source.c.id == known.c.source)
        .join(owner, owner.c.number == known.c.application)
        .outerjoin(approval, approval.c.payee_known == known.c.id)
        .where(not_withdrawn(known, None))
        .where(_ended(known) if ended else ~_ended(known))
        .order_by(known.c.application, known.c.known_on, known.c.id)
    )


def _ended(known: Table) -> ColumnElement[bool]:
    end = tables.payee_end.c
    return select(end.no).where(end.payee_known == known.c.id, end.state == "approved").exists()


def _ends(connection: Connection, payees: Collection[int] | None = None) -> dict[int, Row[Any]]:
    """The last step towards the end of each payee, or of these."""
    end = tables.payee_end
    statement = select(end).order_by(end.c.payee_known, end.c.no)
    if payees is not None:
        statement = statement.where(end.c.payee_known.in_(payees))
    return {row.payee_known: row for row in connection.execute(statement)}


def _payee(row: Row[Any], end: Row[Any] | None = None) -> Payee:
    account = (row.bank, row.branch, row.account_type, masking.account(row.account_number), row.account_name)
    whose = (row.application, row.member, row.name, row.relation, row.known_on)
    to_end = (end.by, end.reason) if end is not None and end.state == "proposed" else (None, None)
    return Payee(*whose, account, row.brought_by, row.role, row.approved_by, row.id, *to_end)


def counting(connection: Connection, application: str) -> Row[Any] | None:
    """The payee of an application who counts: known last of those whom a second person approved and nobody ended."""
    approved = [row for row in _rows(connection, application) if row.approved_by is not None]
    return approved[-1] if approved else None


def counting_all(connection: Connection) -> dict[str, Row[Any]]:
    """The payee who counts of every application that has one."""
    return {row.application: row for row in _rows(connection) if row.approved_by is not None}


def waits(connection: Connection, application: str) -> str | None:
    """The name of the payee known last of an application, while that waits for a second person."""
    rows = _rows(connection, application)
    return rows[-1].name if rows and rows[-1].approved_by is None else None


def ends(connection: Connection, application: str) -> str | None:
    """The name of the payee of an application who counts, while their end waits for a second person."""
    counts, to_end = _ending(connection, application)
    return None if counts is None or to_end is None else str(counts.name)


def require_approved(connection: Connection, application: str) -> None:
    """Refuses while the payee known last of an application waits for a second person (payee-not-approved), and while
    one who counts is to be ended (payee-end-waits).
    """
    if (payee := waits(connection, application)) is not None:
        raise PayeeNotApproved(application, payee)
    if (payee := ends(connection, application)) is not None:
        raise PayeeEndWaits(application, payee)


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


# --- ended ----------------------------------------------------------------------------------------------------------


def end(connection: Connection, application: str, *, reason: str, by: str) -> tuple[Payee, bool]:
    """Proposes that the payee who counts for an application ends; proposed with the same reason, nothing changes.

    Refused: an application for which no payee counts, and one that is to be ended already, for another reason.
    """
    counts, to_end = _ending(connection, application)
    if counts is None:
        raise NoPayeeToEnd(application)
    if to_end is not None and to_end.reason != reason:
        raise PayeeEndWaits(application, counts.name)
    if to_end is None:
        _append(connection, counts.id, "proposed", reason, by)
    return _payee(counts), to_end is None


def approve_end(connection: Connection, application: str, *, by: str) -> tuple[Payee, bool]:
    """Ends, as a second person, the payee of whom that was proposed; False: the payee known last was ended before.

    From then on the money goes to whom it went before, and what was approved for this payee is approved anew. Refused:
    an application of which no payee is to be ended, and who proposed it.
    """
    counts, to_end = _ending(connection, application)
    if counts is None or to_end is None:
        if counts is None and (ended := _rows(connection, application, ended=True)):
            return _payee(ended[-1]), False
        raise NoPayeeEndWaits(application)
    if one_person(connection, by, to_end.by, to_end.role):
        raise SamePersonEndsPayee(by, application)
    _append(connection, counts.id, "approved", None, by)
    return _payee(counts), True


def reject_end(connection: Connection, application: str, *, reason: str, by: str) -> tuple[Payee, bool]:
    """Rejects that a payee ends, who goes on receiving the money. Rejected before for this reason: nothing changes.

    Refused: an application of which no payee is to be ended.
    """
    counts, to_end = _ending(connection, application)
    if counts is None:
        raise NoPayeeEndWaits(application)
    if to_end is None:
        last = _ends(connection, [counts.id]).get(counts.id)
        if last is None or last.reason != reason:
            raise NoPayeeEndWaits(application)
        return _payee(counts), False
    _append(connection, counts.id, "rejected", reason, by)
    return _payee(counts), True


def _ending(connection: Connection, application: str) -> tuple[Row[Any] | None, Row[Any] | None]:
    """The payee of an application who counts, and the proposal to end them while that waits."""
    counts = counting(connection, application)
    last = None if counts is None else _ends(connection, [counts.id]).get(counts.id)
    return counts, last if last is not None and last.state == "proposed" else None


def _append(connection: Connection, payee: int, state: str, reason: str | None, by: str) -> None:
    row = {"no": next_number(connection, tables.payee_end.c.no), "payee_known": payee, "state": state}
    connection.execute(tables.payee_end.insert().values(row | {"reason": reason, **signature(connection, by)}))
