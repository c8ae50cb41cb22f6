"""Whose an application is: the member it was first recorded with, until it became known that it is another's."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Subquery, func, literal, select

from ledger import tables
from ledger.errors import UnknownApplication


@cache
def owned(as_of: ColumnElement[date] | None = None) -> Subquery:
    """Every application (`number`) with the `member` whose it was known to be by the day (None: known last).

    Put together once: nearly every command asks for it, some of them a hundred times. The correction that counts (known
    last, then recorded last) is looked up for each application that is asked for, so that one is found by its number.
    """
    application, row = tables.application, tables.application_known
    corrected = select(row.c.member).where(row.c.application == application.c.number, _not_withdrawn(row.c.id, as_of))
    if as_of is not None:
        corrected = corrected.where(row.c.known_on <= as_of)
    last = corrected.order_by(row.c.known_on.desc(), row.c.id.desc()).limit(1).scalar_subquery()
    return select(application.c.number, func.coalesce(last, application.c.member).label("member")).subquery("owned")


def require_application(connection: Connection, application: str) -> str:
    """The member of an application; an unknown one is refused."""
    owner = owned()
    member: str | None = connection.execute(select(owner.c.member).where(owner.c.number == application)).scalar()
    if member is None:
        raise UnknownApplication(application)
    return member


def _not_withdrawn(identity: ColumnElement[int], as_of: ColumnElement[date] | None) -> ColumnElement[bool]:
    """Whether a correction was not withdrawn by the day; `facts.not_withdrawn` says the same of other rows."""
    row = tables.withdrawn
    withdrawn = select(row.c.row_id).where(row.c.of == tables.application_known.name)
    return identity.not_in(withdrawn if as_of is None else withdrawn.where(row.c.known_on <= as_of))


def ever_owned(member: ColumnElement[str]) -> CompoundSelect[Any]:
    """The numbers of the applications that were ever recorded as this member's."""
    application, row = tables.application.c, tables.application_known.c
    corrected = select(row.application).where(row.member == member)
    return select(application.number).where(application.member == member).union(corrected)


def ever_theirs(connection: Connection, member: str) -> list[str]:
    """The same as they are found: whose each was on a day is looked up for these few alone."""
    return list(connection.execute(ever_owned(literal(member))).scalars())


def owned_by(members: Collection[str]) -> CompoundSelect[Any]:
    """The numbers of the applications that were ever recorded as one of these members'."""
    application, row = tables.application, tables.application_known
    recorded = select(application.c.number).where(application.c.member.in_(members))
    return recorded.union(select(row.c.application).where(row.c.member.in_(members)))
