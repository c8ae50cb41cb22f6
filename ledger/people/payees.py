"""Payees: who receives what comes back for an application in the member's place, once a second person has approved it.

Heirs of a member who died, or an association that had paid; brought by an input file, approved like a changed account.
So it is with who receives a deposit of which nobody knows whose it is; once that is known, its money goes to them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

from ledger import masking, tables
from ledger.errors import UnknownDeposit
from ledger.facts import not_withdrawn
from ledger.i18n import _
from ledger.people.four_eyes import one_person
from ledger.people.refusals import (
    NoPayeeEndWaits,
    NoPayeeToApprove,
    NoPayeeToEnd,
    PayeeEndWaits,
    PayeeNotApproved,
    SamePersonBroughtPayee,
    SamePersonEndsPayee,
)
from ledger.store.numbers import as_recorded
from ledger.store.owners import owned
from ledger.store.records import next_number, signature


@dataclass(frozen=True)
class Subject:
    """Of what somebody receives the money: an application, or a deposit of which nobody knows whose it is."""

    application: str | None = None
    deposit: str | None = None

    @property
    def number(self) -> str:
        """The number of the application, or the reference of the deposit."""
        return str(self.deposit if self.application is None else self.application)

    @property
    def typed(self) -> str:
        """How it is typed after a command: an application may have the number of a deposit."""
        return f"'{self.number}'" + ("" if self.deposit is None else " --deposit")

    def __str__(self) -> str:
        if self.deposit is not None:
            return _("deposit {deposit}", deposit=self.deposit)
        return _("application {application}", application=self.application)


def subject(connection: Connection, number: str, *, deposit: bool = False) -> Subject:
    """The application of this number or, where there is none or a `deposit` is meant, the deposit of this reference.

    Refused: a deposit that is meant and not known (unknown-deposit).
    """
    application, reference = tables.application.c.number, tables.deposit.c.reference
    if not deposit and connection.execute(select(application).where(application == number)).first() is not None:
        return Subject(application=number)
    named = as_recorded(connection, "deposit", number)
    if connection.execute(select(reference).where(reference == named)).first() is not None:
        return Subject(deposit=named)
    if deposit:
        raise UnknownDeposit(number)
    return Subject(application=number)


@dataclass(frozen=True)
class Payee:
    """Who receives the money of an application, or of a deposit: who they are, since when, by whom that was brought and
    approved. `member` is whose the application is.

    `account` are the bank, branch, kind, number (masked) and holder of the account. `approved_by` is None while it
    waits for a second person. `to_end_by` proposed that it ends, and `end_reason` says why, while that waits.
    """

    application: str | None
    deposit: str | None
    member: str | None
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

    @property
    def of(self) -> Subject:
        """Of what they receive the money."""
        return Subject(self.application, self.deposit)


def payees(connection: Connection, subjects: Collection[Subject] | None = None) -> list[Payee]:
    """The payee known last, and not ended, of every application or deposit that has one, or of these.

    Where one known later waits beside the one who counts, it is that one.
    """
    of_each = (_rows(connection, of) for of in ([None] if subjects is None else subjects))
    latest = {_of(row): row for rows in of_each for row in rows}
    ends = _ends(connection, None if subjects is None else [row.id for row in latest.values()])
    return [_payee(row, ends.get(row.id)) for row in latest.values()]


def to_end(connection: Connection) -> list[Payee]:
    """The payees whose end waits for a second person."""
    ends = _ends(connection)
    return [payee for row in _rows(connection) if (payee := _payee(row, ends.get(row.id))).to_end_by is not None]


def _of(row: Row[Any]) -> Subject:
    return Subject(row.application, row.deposit)


def _rows(connection: Connection, of: Subject | None = None, *, ended: bool = False) -> list[Row[Any]]:
    statement, known = _statement(ended=ended), tables.payee_known.c
    if of is not None:
        same = known.deposit == of.deposit if of.application is None else known.application == of.application
        statement = statement.where(same)
    return list(connection.execute(statement))


@cache
def _statement(*, ended: bool) -> Select[Any]:
    known, approval, source, owner = tables.payee_known, tables.payee_approval, tables.source, owned()
    return (
        select(known, owner.c.member, source.c.by.label("brought_by"), source.c.role)
        .add_columns(approval.c.by.label("approved_by"))
        .join(source, source.c.id == known.c.source)
        .outerjoin(owner, owner.c.number == known.c.application)
        .outerjoin(approval, approval.c.payee_known == known.c.id)
        .where(not_withdrawn(known, None))
        .where(_ended(known) if ended else ~_ended(known))
        .order_by(known.c.application.is_(None), known.c.application, known.c.deposit, known.c.known_on, known.c.id)
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
    whose = (row.application, row.deposit, row.member, row.name, row.relation, row.known_on)
    to_end = (end.by, end.reason) if end is not None and end.state == "proposed" else (None, None)
    return Payee(*whose, account, row.brought_by, row.role, row.approved_by, row.id, *to_end)


def counting(connection: Connection, of: Subject) -> Row[Any] | None:
    """The payee of this who counts: known last of those whom a second person approved and nobody ended."""
    approved = [row for row in _rows(connection, of) if row.approved_by is not None]
    return approved[-1] if approved else None


def counting_all(connection: Connection) -> dict[Subject, Row[Any]]:
    """The payee who counts of every application or deposit that has one."""
    return {_of(row): row for row in _rows(connection) if row.approved_by is not None}


def waits(connection: Connection, of: Subject) -> str | None:
    """The name of the payee known last of this, while that waits for a second person."""
    rows = _rows(connection, of)
    return rows[-1].name if rows and rows[-1].approved_by is None else None


def ends(connection: Connection, of: Subject) -> str | None:
    """The name of the payee of this who counts, while their end waits for a second person."""
    counts, to_end = _ending(connection, of)
    return None if counts is None or to_end is None else str(counts.name)


def require_approved(connection: Connection, of: Subject) -> None:
    """Refuses while the payee known last of this waits for a second person (payee-not-approved), and while one who
    counts is to be ended (payee-end-waits).
    """
    if (payee := waits(connection, of)) is not None:
        raise PayeeNotApproved(of, of.typed, payee)
    if (payee := ends(connection, of)) is not None:
        raise PayeeEndWaits(of, of.typed, payee)


def approve_payee(connection: Connection, of: Subject, *, by: str) -> tuple[Payee, bool]:
    """Says, as a second person, that the payee of an application or deposit is right; False: that was said before.

    Refused: one of which no payee is known, and who brought it.
    """
    payee = next(iter(payees(connection, [of])), None)
    if payee is None:
        raise NoPayeeToApprove(of)
    if payee.approved_by is not None:
        return payee, False
    if one_person(connection, by, payee.brought_by, payee.role):
        raise SamePersonBroughtPayee(by, of)
    row = {"payee_known": payee.version, **signature(connection, by)}
    connection.execute(tables.payee_approval.insert().values(row))
    return payee, True


# --- ended ----------------------------------------------------------------------------------------------------------


def end(connection: Connection, of: Subject, *, reason: str, by: str) -> tuple[Payee, bool]:
    """Proposes that the payee who counts for this ends; proposed with the same reason, nothing changes.

    Refused: one for which no payee counts, and a payee who is to be ended already, for another reason.
    """
    counts, to_end = _ending(connection, of)
    if counts is None:
        raise NoPayeeToEnd(of)
    if to_end is not None and to_end.reason != reason:
        raise PayeeEndWaits(of, of.typed, counts.name)
    if to_end is None:
        _append(connection, counts.id, "proposed", reason, by)
    return _payee(counts), to_end is None


def approve_end(connection: Connection, of: Subject, *, by: str) -> tuple[Payee, bool]:
    """Ends, as a second person, the payee of whom that was proposed; False: the payee known last was ended before.

    From then on the money goes to whom it went before, and what was approved for this payee is approved anew. Refused:
    one of which no payee is to be ended, and who proposed it.
    """
    counts, to_end = _ending(connection, of)
    if counts is None or to_end is None:
        if counts is None and (ended := _rows(connection, of, ended=True)):
            return _payee(ended[-1]), False
        raise NoPayeeEndWaits(of, of.typed)
    if one_person(connection, by, to_end.by, to_end.role):
        raise SamePersonEndsPayee(by, of)
    _append(connection, counts.id, "approved", None, by)
    return _payee(counts), True


def reject_end(connection: Connection, of: Subject, *, reason: str, by: str) -> tuple[Payee, bool]:
    """Rejects that a payee ends, who goes on receiving the money. Rejected before for this reason: nothing changes.

    Refused: one of which no payee is to be ended.
    """
    counts, to_end = _ending(connection, of)
    if counts is None:
        raise NoPayeeEndWaits(of, of.typed)
    if to_end is None:
        last = _ends(connection, [counts.id]).get(counts.id)
        if last is None or last.reason != reason:
            raise NoPayeeEndWaits(of, of.typed)
        return _payee(counts), False
    _append(connection, counts.id, "rejected", reason, by)
    return _payee(counts), True


def _ending(connection: Connection, of: Subject) -> tuple[Row[Any] | None, Row[Any] | None]:
    """The payee of this who counts, and the proposal to end them while that waits."""
    counts = counting(connection, of)
    last = None if counts is None else _ends(connection, [counts.id]).get(counts.id)
    return counts, last if last is not None and last.state == "proposed" else None


def _append(connection: Connection, payee: int, state: str, reason: str | None, by: str) -> None:
    row = {"no": next_number(connection, tables.payee_end.c.no), "payee_known": payee, "state": state}
    connection.execute(tables.payee_end.insert().values(row | {"reason": reason, **signature(connection, by)}))
