"""What a certificate costs, by the day of the application, with the paper it rests on.

The shipped fee stands beside this file, one file per fee, and is entered when the books are made; a federation adds its
own by a fees file. A day for which no fee is known has none: nothing is assumed.
"""

from datetime import date

from sqlalchemy import Column, ColumnElement, ScalarSelect, and_, or_, select

from ledger import tables

Day = date | ColumnElement[date]


def due(applied_on: Day, as_of: Day | None) -> ScalarSelect[int]:
    """The fee in yen for an application of that day, as known by another day; NULL when no fee is known for it.

    Of two fees that begin on one day the one known last counts.
    """
    return _fee(tables.fee.c.yen, applied_on, as_of)


def tax_percent(applied_on: Day, as_of: Day, yen: int | None = None) -> ScalarSelect[int]:
    """The rate of tax inside that same fee, in percent; with `yen`, inside the last fee of exactly that amount."""
    return _fee(tables.fee.c.tax_percent, applied_on, as_of, *([] if yen is None else [tables.fee.c.yen == yen]))


def applies(applied_on: Day) -> ColumnElement[bool]:
    """Whether a fee is one for applications of that day."""
    fee = tables.fee.c
    return and_(fee.applies_from <= applied_on, or_(fee.applies_to.is_(None), fee.applies_to >= applied_on))


def _fee(column: Column[int], applied_on: Day, as_of: Day | None, *further: ColumnElement[bool]) -> ScalarSelect[int]:
    fee = tables.fee.c
    statement = select(column).where(applies(applied_on), *further)
    if as_of is not None:
        statement = statement.where(fee.known_on <= as_of)
    return statement.order_by(fee.applies_from.desc(), fee.known_on.desc(), fee.id.desc()).limit(1).scalar_subquery()
