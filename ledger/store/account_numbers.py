"""Whole account numbers, which on PostgreSQL nobody but the owner of the books reads by SELECT (`migrations.accounts`).

Who has the file of SQLite has the numbers in it. On PostgreSQL a row says the masked number with a tag; the whole one
is given to whoever committed a record of looking at the account, for a short time.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ARRAY, ColumnElement, Connection, Table, Text, bindparam, func, select

from ledger import tables
from ledger.store.records import next_number, owns, signature


class AccountHolder(NamedTuple):
    """Whose account is looked at: a member's, or that of who receives a deposit of which nobody knows whose it is."""

    member: str | None = None
    deposit: str | None = None


def hidden(connection: Connection) -> bool:
    """Whether whoever works on the books reads whole account numbers only after they recorded that they look."""
    return connection.dialect.name == "postgresql" and not owns(connection)


def of_member(connection: Connection, version: int) -> str | None:
    """The whole number in a row of the register; None where none is known. Refused: nobody recorded that they look."""
    return _whole(connection, tables.member_known.name, version)


def of_payee(connection: Connection, payee: int) -> str | None:
    """The whole number in the row of a payee. Refused: nobody recorded that they look at it."""
    return _whole(connection, tables.payee_known.name, payee)


def _whole(connection: Connection, name: str, row: int) -> str | None:
    if hidden(connection):
        number = connection.execute(select(func.account_number(name, row))).scalar()
    else:
        of = tables.metadata.tables[name].c
        number = connection.execute(select(of.account_number).where(of.id == row)).scalar()
    return None if number is None else str(number)


def content_of(connection: Connection, file: int) -> str:
    """Every character of a payment file. Refused: nobody recorded that they look at the accounts of its refunds."""
    if hidden(connection):
        return str(connection.execute(select(func.payment_content(file))).scalar_one())
    of = tables.payment_file.c
    return str(connection.execute(select(of.content).where(of.no == file)).scalar_one())


def same(connection: Connection, of: Table, row: int, among: Table) -> ColumnElement[bool]:
    """True of the rows of a table that have the account number of a row of that, or of another, table."""
    if connection.dialect.name == "postgresql":  # which compares what nobody else may read, by its index
        rows = connection.execute(select(func.same_number(of.name, row, among.name))).scalars().all()
        return among.c.id.in_(rows)
    number = select(of.c.account_number).where(of.c.id == row).scalar_subquery()
    return among.c.account_number == number


def as_shown(connection: Connection, numbers: Collection[str]) -> dict[str, str]:
    """What the books show of each of these numbers, so that it can be compared with what they hold."""
    if not numbers or not hidden(connection):
        return {number: number for number in numbers}
    typed = (
        func.unnest(bindparam("numbers", sorted(numbers), type_=ARRAY(Text))).table_valued("number").render_derived()
    )
    return dict(connection.execute(select(typed.c.number, func.account_shown(typed.c.number))).all())


def record_look(connection: Connection, holders: Collection[AccountHolder], *, purpose: str, by: str) -> None:
    """Records who looks at these accounts and for what; it has to be kept before a number is shown."""
    looked, signed = tables.looked, signature(connection, by)
    ordered = sorted(holders, key=lambda holder: (holder.member or "", holder.deposit or ""))
    for no, holder in enumerate(ordered, next_number(connection, looked.c.no)):
        connection.execute(looked.insert().values({"no": no, "purpose": purpose} | holder._asdict() | signed))
