"""What is known of each application, as of any day. An empty column is 'not known', never 'no'.

Three axes: a fact counts when it was **known** by the day, what it tells when it has **happened** by the day, and of
two facts about the same thing the one known last (of two known on one day, the one recorded last).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Date,
    Select,
    String,
    Table,
    bindparam,
    case,
    func,
    select,
)

from ledger import tables
from ledger.i18n import N_, _
from ledger.store.owners import owned
from ledger.store.records import batches

AS_OF = bindparam("as_of", type_=Date)

# The numbers of those few that a statement is asked of, handed over when it is carried out: it is put together once.
ONLY = bindparam("only", type_=String, expanding=True)


@dataclass(frozen=True)
class FactColumn:
    """A column of the facts: the part (day, code or up_to) of the fact that it holds, and how it is spoken of.

    `label` is what it is called; `stated` tells its value, and is None where no condition may rest on it. `not_before`
    are the facts before whose day this day cannot lie. `since` is the day from which a code counts. `planned`: the day
    is known before it comes.
    """

    name: str
    part: str
    label: str
    stated: str | None = None
    not_before: tuple[str, ...] = ()
    since: str | None = None
    planned: bool = False


_MAILING = ("mailed_on", "issued_on", "applied_on")

# In the order of a certificate's life; `downloads_checked_to` and `receipts_entered_to` are how far the two registers
# reach.
COLUMNS = {
    "applied_on": FactColumn("applied_on", "day", N_("day of application"), N_("applied for {value}")),
    "kind": FactColumn("kind", "code", N_("kind of application")),
    "previous": FactColumn("previous", "code", N_("application before it")),
    "withdrawn_on": FactColumn(
        "withdrawn_on", "day", N_("day of withdrawal"), N_("withdrawn {value}"), ("applied_on",)
    ),
    "issued_on": FactColumn("issued_on", "day", N_("day of issue"), N_("issued {value}"), ("applied_on",)),
    "mailed_on": FactColumn(
        "mailed_on", "day", N_("day of mailing"), N_("mailed {value}"), ("issued_on", "applied_on")
    ),
    "expires_on": FactColumn(
        "expires_on", "day", N_("end of validity"), N_("valid until {value}"), _MAILING, planned=True
    ),
    "downloaded_on": FactColumn("downloaded", "day", N_("download"), N_("downloaded {value}"), _MAILING),
    "downloads_checked_to": FactColumn(
        "downloaded", "up_to", N_("downloads checked up to"), N_("downloads checked up to {value}")
    ),
    "receipt_on": FactColumn("receipt", "day", N_("return of the receipt"), N_("receipt returned {value}"), _MAILING),
    "receipts_entered_to": FactColumn(
        "receipt", "up_to", N_("receipt register entered up to"), N_("receipt register entered up to {value}")
    ),
    "revoked_on": FactColumn("revoked_on", "day", N_("day of revocation"), N_("revoked {value}"), _MAILING),
    "side": FactColumn("side", "code", N_("side on which the reason lies"), since="revoked_on"),
    "reason": FactColumn(
        "reason", "code", N_("reason for revocation"), N_("reason for revocation: {value}"), since="revoked_on"
    ),
    "used": FactColumn(
        "used", "code", N_("use, as the authority answered"), N_("use, as the authority answered: {value}")
    ),
    "used_answered_on": FactColumn("used", "day", N_("use answered on")),
    "covered": FactColumn(
        "covered",
        "code",
        N_("cover by the exemption, as the authority answered"),
        N_("cover by the exemption, as the authority answered: {value}"),
    ),
    "choice": FactColumn("choice", "code", N_("choice of the member")),
    "credit_to": FactColumn("credit_to", "code", N_("to be credited to")),
}

# The columns that a condition may rest on, each with the sentence that tells its value.
STATED = {column: fact.stated for column, fact in COLUMNS.items() if fact.stated}


def known(as_of: ColumnElement[date] | None = AS_OF, within: ColumnElement[bool] | None = None) -> CTE:
    """One row per application with everything known of it as of a day, and the id of the record each stands on.

    `within` narrows the applications. With `as_of` None nothing is left out: all that is known today, plans included.
    An application not yet applied for, or not yet known, by the day has no row.
    """
    row = tables.fact
    rows = latest_version(row, (row.c.application, row.c.name), as_of, within).cte("latest")
    parts: dict[str, ColumnElement[object]] = {
        column: func.max(case((rows.c.name == fact.name, rows.c[fact.part]))) for column, fact in COLUMNS.items()
    }
    ids = {
        f"{name}_fact": func.max(case((rows.c.name == name, rows.c.id)))
        for name in dict.fromkeys(fact.name for fact in COLUMNS.values())
    }
    terms = (term.label(column) for column, term in (parts | ids).items())
    pivot = select(rows.c.application, *terms).group_by(rows.c.application).cte("told")
    owner = owned(as_of)
    columns: list[ColumnElement[object]] = [pivot.c.application, owner.c.member]
    columns.extend(_happened(pivot, column, as_of).label(column) for column in COLUMNS)
    columns.extend(pivot.c[name] for name in ids)
    statement = select(*columns).join(owner, owner.c.number == pivot.c.application)
    if as_of is not None:
        statement = statement.where(pivot.c.applied_on <= as_of)
    return statement.cte("facts")


def _happened(pivot: CTE, column: str, as_of: ColumnElement[date] | None) -> ColumnElement[object]:
    """The column as far as it had happened by the day; what lies ahead is not known, a register reaches to the day."""
    value, fact = pivot.c[column], COLUMNS[column]
    if as_of is None or fact.planned:
        return value
    if fact.part == "up_to":
        return case((value > as_of, as_of), else_=value)
    if fact.since is not None:
        return case((pivot.c[fact.since] <= as_of, value))
    if fact.part == "day":
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

    def as_json(self) -> dict[str, object]:
        """The origin as other programs read it."""
        return {"file": self.file, "sheet": self.sheet, "row": self.row, "known_on": self.known_on, "by": self.by}

    @property
    def place(self) -> str:
        """File, sheet and row."""
        place = f"{self.file} {self.sheet}!{self.row}" if self.sheet else f"{self.file}:{self.row}"
        return self.file if self.row is None else place

    def __str__(self) -> str:
        return _("{place}, known {known_on}", place=self.place, known_on=self.known_on)


def origins(connection: Connection, ids: Collection[int]) -> dict[int, Origin]:
    """The origin of each of these facts."""
    origin_by_id: dict[int, Origin] = {}
    fact, source = tables.fact, tables.source
    for batch in batches(sorted(ids), 5_000):
        side_by_side = batch[-1] - batch[0] < 2 * len(batch)
        statement = (
            select(fact.c.id, source.c.name, fact.c.sheet, fact.c.row, fact.c.known_on, source.c.by)
            .join(source, source.c.id == fact.c.source)
            .where(fact.c.id.between(batch[0], batch[-1]) if side_by_side else fact.c.id.in_(batch))
        )
        origin_by_id |= {row[0]: Origin(*row[1:]) for row in connection.execute(statement)}
    return origin_by_id


def not_withdrawn(versions: Table, as_of: date | ColumnElement[date] | None = AS_OF) -> ColumnElement[bool]:
    """Whether a row of this table was not withdrawn by the day (None: to this moment)."""
    row = tables.withdrawn
    withdrawn = select(row.c.row_id).where(row.c.of == versions.name)
    if as_of is not None:
        withdrawn = withdrawn.where(row.c.known_on <= as_of)
    return versions.c.id.not_in(withdrawn)


def latest_version(
    versions: Table,
    key: Collection[Column[str]],
    as_of: ColumnElement[date] | None = AS_OF,
    within: ColumnElement[bool] | None = None,
) -> Select[tuple[object, ...]]:
    """The row that counts of each fact, member, deposit or bill line: known last by the day, then recorded last.

    What was withdrawn by the day does not count. With `as_of` None nothing is left out.
    """
    # In the order of the index, so that neither database has to sort: the last row has no row after it.
    after = func.lead(versions.c.id).over(partition_by=list(key), order_by=(versions.c.known_on, versions.c.id))
    ranked = select(versions, after.label("after")).where(not_withdrawn(versions, as_of))
    if as_of is not None:
        ranked = ranked.where(versions.c.known_on <= as_of)
    if within is not None:
        ranked = ranked.where(within)
    rows = ranked.subquery()
    return select(*(column for column in rows.c if column.name != "after")).where(rows.c.after.is_(None))


@cache
def latest_deposits(*, by_day: bool, few: bool) -> Select[Any]:
    """The row that counts of each deposit, or of `ONLY` those that are handed over; put together once."""
    versions = tables.deposit_known
    within = versions.c.deposit.in_(ONLY) if few else None
    return latest_version(versions, (versions.c.deposit,), AS_OF if by_day else None, within)
