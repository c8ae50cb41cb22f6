"""Whose an application is: the member it was first recorded with, until it became known that it is another's."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, Subquery, and_, func, or_, select

from ledger import tables


@cache
def owned(as_of: ColumnElement[date] | None = None) -> Subquery:
    """Every application (`number`) with the `member` whose it was known to be by the day (None: known last).

    Put together once: nearly every command asks for it, some of them a hundred times.
    """
    application, corrected = tables.application, _corrected(as_of)
    member = func.coalesce(corrected.c.member, application.c.member).label("member")
    statement = select(application.c.number, member)
    return statement.outerjoin(corrected, corrected.c.application == application.c.number).subquery("owned")


def _corrected(as_of: ColumnElement[date] | None) -> Subquery:
    """The correction that counts of each application of which there is one: known last, then recorded last."""
    row, later = tables.application_known, tables.application_known.alias("later_known")
    after = and_(
        later.c.application == row.c.application,
        or_(later.c.known_on > row.c.known_on, and_(later.c.known_on == row.c.known_on, later.c.id > row.c.id)),
    )
    stands, later_stands = _not_withdrawn(row.c.id, as_of), _not_withdrawn(later.c.id, as_of)
    known_by_then = [stands] if as_of is None else [stands, row.c.known_on <= as_of]
    later_by_then = [later_stands] if as_of is None else [later_stands, later.c.known_on <= as_of]
    superseded = select(later.c.id).where(after, *later_by_then).exists()
    return select(row.c.application, row.c.member).where(~superseded, *known_by_then).subquery("owner_corrected")


def _not_withdrawn(identity: ColumnElement[int], as_of: ColumnElement[date] | None) -> ColumnElement[bool]:
    """Whether a correction was not withdrawn by the day; `facts.not_withdrawn` says the same of other rows."""
    row = tables.withdrawn
    withdrawn = select(row.c.row_id).where(row.c.of == tables.application_known.name)
    return identity.not_in(withdrawn if as_of is None else withdrawn.where(row.c.known_on <= as_of))


def ever_owned(member: ColumnElement[str]) -> Select[tuple[str]]:
    """The numbers of the applications that were ever recorded as this member's."""
    application, row = tables.application, tables.application_known
    corrected = select(row.c.application).where(row.c.member == member)
    return select(application.c.number).where(or_(application.c.member == member, application.c.number.in_(corrected)))


def owned_by(members: Collection[str]) -> CompoundSelect[Any]:
    """The numbers of the applications that were ever recorded as one of these members'."""
    application, row = tables.application, tables.application_known
    recorded = select(application.c.number).where(application.c.member.in_(members))
    return recorded.union(select(row.c.application).where(row.c.member.in_(members)))
