"""What a certificate costs, by the day of the application, with the paper it rests on.

The shipped fee stands beside this file, one file per fee, and is entered when the books are made; a federation adds its
own by a fees file. A day for which no fee is known has none: nothing is assumed.
"""

from datetime import date

from sqlalchemy import Column, ColumnElement, ScalarSelect, or_, select

from ledger import tables


def due(applied_on: ColumnElement[date], as_of: ColumnElement[date] | None) -> ScalarSelect[int]:
    """The fee in yen for an application of that day, as known on the day asked; NULL when no fee is known for it.

    Of two fees that begin on one day the one known last counts.
    """
    return _of_the_fee(tables.fee.c.yen, applied_on, as_of)


def tax_percent(applied_on: ColumnElement[date], as_of: ColumnElement[date]) -> ScalarSelect[int]:
    """The rate of tax inside that same fee, in percent."""
    return _of_the_fee(tables.fee.c.tax_percent, applied_on, as_of)


def _of_the_fee(
    what: Column[int], applied_on: ColumnElement[date], as_of: ColumnElement[date] | None
) -> ScalarSelect[int]:
    fee = tables.fee
    statement = select(what).where(
        fee.c.applies_from <= applied_on, or_(fee.c.applies_to.is_(None), fee.c.applies_to >= applied_on)
    )
    if as_of is not None:
        statement = statement.where(fee.c.known_on <= as_of)
    return (
        statement.order_by(fee.c.applies_from.desc(), fee.c.known_on.desc(), fee.c.id.desc()).limit(1).scalar_subquery()
    )
