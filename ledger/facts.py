"""What is known of each application, as of any day. An empty column is 'not known', never 'no'.

Three axes: a fact counts when it was **known** by the day, what it tells when it has **happened** by the day, and of
two facts about the same thing the one known last (of two known on one day, the one recorded last).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import CTE, Column, ColumnElement, Connection, Date, Select, Table, bindparam, case, func, select

from ledger import tables
from ledger.i18n import N_, _

AS_OF = bindparam("as_of", type_=Date)

# The columns of the facts, in the order of a certificate's life; `downloads_checked_to` and `receipts_entered_to` are
# how far the two registers reach.
COLUMNS: dict[str, tuple[str, str]] = {
    "applied_on": ("applied_on", "day"),
    "kind": ("kind", "code"),
    "previous": ("previous", "code"),
    "withdrawn_on": ("withdrawn_on", "day"),
    "issued_on": ("issued_on", "day"),
    "mailed_on": ("mailed_on", "day"),
    "expires_on": ("expires_on", "day"),
    "downloaded_on": ("downloaded", "day"),
    "downloads_checked_to": ("downloaded", "up_to"),
    "receipt_on": ("receipt", "day"),
    "receipts_entered_to": ("receipt", "up_to"),
    "revoked_on": ("revoked_on", "day"),
    "side": ("side", "code"),
    "reason": ("reason", "code"),
    "used": ("used", "code"),
    "used_answered_on": ("used", "day"),
    "covered": ("covered", "code"),
    "choice": ("choice", "code"),
    "credit_to": ("credit_to", "code"),
}

# What a fact is called when it is spoken of.
SPOKEN = {
    "applied_on": N_("day of application"),
    "withdrawn_on": N_("day of withdrawal"),
    "issued_on": N_("day of issue"),
    "mailed_on": N_("day of mailing"),
    "expires_on": N_("end of validity"),
    "downloaded_on": N_("download"),
    "downloads_checked_to": N_("downloads checked up to"),
    "receipt_on": N_("return of the receipt"),
    "receipts_entered_to": N_("receipt register entered up to"),
    "revoked_on": N_("day of revocation"),
    "reason": N_("reason for revocation"),
    "used": N_("use, as the authority answered"),
    "covered": N_("cover by the exemption, as the authority answered"),
}

# The same facts, told with what is known.
TOLD = {
    "applied_on": N_("applied for {value}"),
    "withdrawn_on": N_("withdrawn {value}"),
    "issued_on": N_("issued {value}"),
    "mailed_on": N_("mailed {value}"),
    "expires_on": N_("valid until {value}"),
    "downloaded_on": N_("downloaded {value}"),
    "downloads_checked_to": N_("downloads checked up to {value}"),
    "receipt_on": N_("receipt returned {value}"),
    "receipts_entered_to": N_("receipt register entered up to {value}"),
    "revoked_on": N_("revoked {value}"),
    "reason": N_("reason for revocation: {value}"),
    "used": N_("use, as the authority answered: {value}"),
    "covered": N_("cover by the exemption, as the authority answered: {value}"),
}

# The days that are plans and not events: they are known before they come.
_PLANS = ("expires_on",)


def latest(as_of: ColumnElement[date] | None, within: ColumnElement[bool] | None = None) -> Select[tuple[object, ...]]:
    """The row that counts for each application and fact: known last by the day (`None`: of all that is known)."""
    fact = tables.fact
    ranked = select(
        fact.c.application,
        fact.c.name,
        fact.c.id,
        fact.c.day,
        fact.c.code,
        fact.c.up_to,
        fact.c.known_on,
        # In the order of the index, so that neither database has to sort: the last row has no row after it.
        func.lead(fact.c.id)
        .over(partition_by=(fact.c.application, fact.c.name), order_by=(fact.c.known_on, fact.c.id))
        .label("after"),
    )
    if as_of is not None:
        ranked = ranked.where(fact.c.known_on <= as_of)
    if within is not None:
        ranked = ranked.where(within)
    rows = ranked.subquery("ranked")
    return select(*(column for column in rows.c if column.name != "after")).where(rows.c.after.is_(None))


def known(as_of: ColumnElement[date] | None = AS_OF, within: ColumnElement[bool] | None = None) -> CTE:
    """One row per application with everything known of it as of a day, and the id of the record each stands on.

    `within` narrows the applications. With `as_of` None nothing is left out: all that is known today, plans included.
    An application not yet applied for, or not yet known, by the day has no row.
    """
    rows = latest(as_of, within).cte("latest")
    told: dict[str, ColumnElement[object]] = {
        column: func.max(case((rows.c.name == name, rows.c[part]))) for column, (name, part) in COLUMNS.items()
    }
    ids = {
        f"{name}_fact": func.max(case((rows.c.name == name, rows.c.id)))
        for name in dict.fromkeys(name for name, _part in COLUMNS.values())
    }
    pivot = (
        select(rows.c.application, *(term.label(column) for column, term in (told | ids).items()))
        .group_by(rows.c.application)
        .cte("told")
    )
    columns: list[ColumnElement[object]] = [pivot.c.application, tables.application.c.member]
    columns.extend(_happened(pivot, column, as_of).label(column) for column in COLUMNS)
    columns.extend(pivot.c[name] for name in ids)
    statement = select(*columns).join(tables.application, tables.application.c.number == pivot.c.application)
    if as_of is not None:
        statement = statement.where(pivot.c.applied_on <= as_of)
    return statement.cte("facts")


def _happened(told: CTE, column: str, as_of: ColumnElement[date] | None) -> ColumnElement[object]:
    """The column as far as it had happened by the day; what lies ahead is not known, a register reaches to the day."""
    value = told.c[column]
    if as_of is None or column in _PLANS:
        return value
    if column in ("downloads_checked_to", "receipts_entered_to"):
        return case((value > as_of, as_of), else_=value)
    if column in ("side", "reason"):  # why it was revoked counts from the day on which it is
        return case((told.c.revoked_on <= as_of, value))
    if COLUMNS[column][1] == "day":
        return case((value <= as_of, value))
    return value


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from: file, sheet and row (None: entered by command), the day it became known, by whom."""

    file: str
    sheet: str | None
    row: int | None
    known_on: date
    by: str

    def __str__(self) -> str:
        place = f"{self.file} {self.sheet}!{self.row}" if self.sheet else f"{self.file}:{self.row}"
        return _("{place}, known {known_on}", place=self.file if self.row is None else place, known_on=self.known_on)


def origins(connection: Connection, ids: Collection[int]) -> dict[int, Origin]:
    """The origin of each of these facts."""
    found: dict[int, Origin] = {}
    wanted = sorted(ids)
    fact, source = tables.fact, tables.source
    for start in range(0, len(wanted), 10_000):
        some = wanted[start : start + 10_000]
        statement = (
            select(fact.c.id, source.c.name, fact.c.sheet, fact.c.row, fact.c.known_on, source.c.by)
            .join(source, source.c.id == fact.c.source)
            .where(fact.c.id.between(some[0], some[-1]) if len(some) > 500 else fact.c.id.in_(some))
        )
        found |= {row[0]: Origin(*row[1:]) for row in connection.execute(statement)}
    return found


def latest_version(
    versions: Table,
    key: Collection[Column[str]],
    as_of: ColumnElement[date] | None = AS_OF,
    within: ColumnElement[bool] | None = None,
) -> Select[tuple[object, ...]]:
    """The row that counts of each member, deposit or bill line: known last by the day, then recorded last."""
    after = func.lead(versions.c.id).over(partition_by=list(key), order_by=(versions.c.known_on, versions.c.id))
    ranked = select(versions, after.label("after"))
    if as_of is not None:
        ranked = ranked.where(versions.c.known_on <= as_of)
    if within is not None:
        ranked = ranked.where(within)
    rows = ranked.subquery()
    return select(*(column for column in rows.c if column.name != "after")).where(rows.c.after.is_(None))
