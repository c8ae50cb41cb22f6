"""What a certificate costs, by the day of the application, with the paper it rests on.

The shipped fee stands beside this file, one file per fee, and is entered when the books are made; a federation adds its
own by a fees file. A day for which no fee is known has none: nothing is assumed.
"""

from datetime import date

from sqlalchemy import Column, ColumnElement, Connection, FromClause, ScalarSelect, and_, func, or_, select

from ledger import tables
from ledger.facts import AS_OF, known, not_withdrawn
from ledger.store.large import each_row

Day = date | ColumnElement[date]


def due(application: FromClause, as_of: Day | None) -> ScalarSelect[int]:
    """The fee in yen for an application, by its facts, as known by a day; NULL when no fee is known for it.

    Of two fees that begin on one day the one known last counts.
    """
    return _fee(tables.fee.c.yen, application, as_of)


def tax_percent(application: FromClause, as_of: Day, yen: int | None = None) -> ScalarSelect[int]:
    """The rate of tax inside that same fee, in percent; with `yen`, inside the last fee of exactly that amount."""
    return _fee(tables.fee.c.tax_percent, application, as_of, *([] if yen is None else [tables.fee.c.yen == yen]))


def known_on(application: FromClause) -> ScalarSelect[date]:
    """The day on which the last of the fees for an application became known; NULL when none is known for it."""
    stands = not_withdrawn(tables.fee, None)
    return select(func.max(tables.fee.c.known_on)).where(_applies(application), stands).scalar_subquery()


def _applies(application: FromClause) -> ColumnElement[bool]:
    """Whether a fee is one for an application with these facts."""
    fee, applied_on = tables.fee.c, application.c.applied_on
    return and_(fee.applies_from <= applied_on, or_(fee.applies_to.is_(None), fee.applies_to >= applied_on))


def _fee(
    column: Column[int], application: FromClause, as_of: Day | None, *further: ColumnElement[bool]
) -> ScalarSelect[int]:
    fee = tables.fee.c
    statement = select(column).where(_applies(application), *further)
    statement = statement.where(not_withdrawn(tables.fee, as_of))
    if as_of is not None:
        statement = statement.where(fee.known_on <= as_of)
    return statement.order_by(fee.applies_from.desc(), fee.known_on.desc(), fee.id.desc()).limit(1).scalar_subquery()


def dues(connection: Connection, as_of: date | None = None) -> dict[str, int]:
    """The fee in yen of every application for which one is known, as known by a day (None: now)."""
    columns = known(None if as_of is None else AS_OF)
    yen = due(columns, as_of).label("yen")
    told = select(columns.c.application, yen).subquery().c
    statement = select(told.application, told.yen).where(told.yen.is_not(None))
    return dict(each_row(connection, statement, {} if as_of is None else {"as_of": as_of}))
