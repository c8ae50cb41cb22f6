"""Every word of a second person asked again: who brought or proposed something, and who approved it, are two people.

Of refunds, credits, slips and changes of people the same is asked with their course (`workflows`).
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, and_, func, select

from ledger import tables
from ledger.audit.faults import Fault
from ledger.codes import Account
from ledger.journal.balances import sides
from ledger.kana import same_person

# The point of a closing that one person cannot accept alone.
_BANK = "bank_differs"


def faults(connection: Connection) -> Iterator[Fault]:
    """Every approval by who had brought what is approved, and every month that one person closed over a difference."""
    source = tables.source
    approvals = (
        (tables.member_known, tables.account_approval, tables.account_approval.c.member_known),
        (tables.payee_known, tables.payee_approval, tables.payee_approval.c.payee_known),
        (tables.ruling, tables.ruling_step, tables.ruling_step.c.ruling),
    )
    for brought, approval, of in approvals:
        statement = (
            select(brought.c.id, approval.c.by, source.c.by.label("first"))
            .join_from(approval, brought, brought.c.id == of)
            .join(source, source.c.id == brought.c.source)
            .order_by(brought.c.id)
        )
        if "state" in approval.c:
            statement = statement.where(approval.c.state == "approved")
        yield from _same(connection, statement, brought.name)
    yield from _same(connection, _ends(), tables.payee_known.name)
    yield from _closings(connection)


def _same(connection: Connection, approved: Select[Any], of: str) -> Iterator[Fault]:
    for no, by, first in connection.execute(approved):
        if same_person(by, first):
            yield Fault("same-person-brought", f"{of} {no}", {"by": by})


def _ends() -> Select[Any]:
    """Each payee who was ended: who approved that, and who had proposed it last before."""
    end, proposal, between = tables.payee_end, tables.payee_end.alias("proposal"), tables.payee_end.alias("between")
    last = (
        select(func.max(between.c.no))
        .where(between.c.payee_known == end.c.payee_known, between.c.no < end.c.no, between.c.state == "proposed")
        .correlate(end)
        .scalar_subquery()
    )
    return (
        select(end.c.payee_known, end.c.by, proposal.c.by.label("first"))
        .join_from(end, proposal, proposal.c.no == last)
        .where(end.c.state == "approved")
        .order_by(end.c.no)
    )


def _closings(connection: Connection) -> Iterator[Fault]:
    """Each month closed with another bank's balance than the books then had, which nobody else had proposed so."""
    step = tables.month_step
    before: Row[Any] | None = None
    for row in connection.execute(select(step).order_by(step.c.no)):
        if row.state == "closed" and row.bank_yen is not None and not _by_one(row.accepted):
            books = _bank(connection, row)
            if row.bank_yen != books and not _proposed(before, row):
                yield Fault("closed-alone", f"month {row.month}", {"by": row.by, "bank": row.bank_yen, "books": books})
        before = row


def _by_one(accepted: str | None) -> bool:
    """Whether the difference was accepted as in books up to version 0008: by one person, with no reason of its own."""
    points = json.loads(accepted or "[]")
    return any(point["code"] == _BANK and "reason" not in point for point in points)


def _proposed(before: Row[Any] | None, row: Row[Any]) -> bool:
    if before is None or before.state != "proposed" or same_person(before.by, row.by):
        return False
    return (before.month, before.bank_yen) == (row.month, row.bank_yen)


def _bank(connection: Connection, row: Row[Any]) -> int:
    """The balance of the bank by the books at the end of the month, as they stood when it was closed."""
    entry = tables.entry.c
    moved = sides(and_(entry.happened_on <= row.closed_to, entry.recorded_at <= row.recorded_at)).c
    yen = func.coalesce(func.sum(moved.debit - moved.credit), 0).cast(BigInteger)
    return int(connection.execute(select(yen).where(moved.account == str(Account.BANK))).scalar_one())
