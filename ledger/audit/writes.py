"""Every write held against the command that it bears: what it may add to, in which order, signed by whom and when."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Text, and_, cast, func, or_, select

from ledger import tables
from ledger.audit.chain import FEW_MISSING
from ledger.audit.faults import MOST, Fault, FaultList
from ledger.dates import CLOCKS_APART
from ledger.kana import same_person
from ledger.store import commands
from ledger.store.large import each_row
from ledger.store.records import SIGNATURE
from ledger.store.seals import COUNTED

# Under which names besides those of commands the tests write, who put there by hand what a file would bring.
ALSO: set[str] = set()

_SIGNED = tuple(
    table
    for name, table in sorted(tables.metadata.tables.items())
    if set(table.columns.keys()) >= set(SIGNATURE) and name != "batch"
)
_NUMBERED = tuple(tables.metadata.tables[name] for name in COUNTED if "no" in tables.metadata.tables[name].c)


class Watched:
    """What is seen of the writes while their seals are read: rows of no such command, numbers out of the order."""

    def __init__(self) -> None:
        self._highest: dict[str, int] = {}
        self._late: dict[str, FaultList] = {}
        self._foreign = FaultList()

    def __call__(self, batch: Mapping[str, Any], seal: Mapping[str, Any]) -> None:
        """Is shown a batch and one of its seals, all of them in their order."""
        of, key, command = seal["of"], seal["key"], batch["command"]
        if not commands.may_add(command, of) and command in commands.ADDS:
            self._foreign.add(Fault("not-of-command", f"{of} {key}", {"batch": batch["no"], "command": command}))
        if of in COUNTED and key.isdecimal():
            number = int(key)
            if number <= self._highest.get(of, 0):
                fault = Fault("number-out-of-order", f"{of} {key}", {"batch": batch["no"]})
                self._late.setdefault(of, FaultList()).add(fault)
            else:
                self._highest[of] = number

    def faults(self, connection: Connection) -> FaultList:
        """What was seen. Where one row stands above many that came later, that one is named, and not the many."""
        found = FaultList(self._foreign)
        for of, late in self._late.items():
            fewer = min(len(late), MOST)
            above = list(_above_later(connection, of, fewer))
            found.take(above if len(above) < fewer else late)
        return found


def _above_later(connection: Connection, of: str, fewer_than: int) -> Iterator[Fault]:
    """The rows whose number is above that of a later write, as long as there are fewer."""
    seal, found = tables.seal.c, 0
    backwards = select(seal.batch, seal.key).where(seal.of == of).order_by(seal.batch.desc(), seal.nth.desc())
    lowest: int | None = None
    for batch, key in each_row(connection, backwards):
        if not key.isdecimal():
            continue
        if lowest is not None and int(key) >= lowest:
            yield Fault("number-out-of-order", f"{of} {key}", {"batch": batch})
            found += 1
            if found > fewer_than:
                return
        else:
            lowest = int(key)


# --- batches, numbers -----------------------------------------------------------------------------------------------


def batches(connection: Connection) -> Iterator[Fault]:
    """Batches of a command that there is not. A clock that was wrong for one of them is nobody's fault."""
    batch = tables.batch.c
    for row in connection.execute(select(batch.no, batch.command).order_by(batch.no)):
        if row.command not in commands.ADDS and row.command not in ALSO:
            yield Fault("no-such-command", f"batch {row.no}", {"command": row.command})


def numbers(connection: Connection) -> Iterator[Fault]:
    """Every number below 1, and every gap in what is numbered without one.

    A server that numbers rows by itself leaves gaps where a write was taken back; of these only the order is asked.
    """
    for name in COUNTED:
        (key,) = tables.metadata.tables[name].primary_key.columns
        for number in connection.execute(select(key).where(key < 1).order_by(key)).scalars():
            yield Fault("number-below-one", f"{name} {number}", {})
    for table in _NUMBERED:
        yield from _gaps(connection, table)


def _gaps(connection: Connection, table: Table) -> Iterator[Fault]:
    no, name = table.c.no, table.name
    low, high, count = connection.execute(select(func.min(no), func.max(no), func.count()).where(no >= 1)).one()
    if low is None or (low == 1 and high == count):
        return
    before = select(no, func.lag(no, 1, 0).over(order_by=no).label("before")).where(no >= 1).subquery()
    gaps = select(before.c.no, before.c.before).where(before.c.no > before.c.before + 1).order_by(before.c.no)
    code = "entry-missing" if name == "entry" else "number-missing"
    for at, previous in connection.execute(gaps):
        if at - previous > FEW_MISSING + 1:
            yield Fault("number-gap", f"{name} {at}", {"before": previous})
        else:
            yield from (Fault(code, f"{name} {gone}", {}) for gone in range(previous + 1, at))


# --- signatures -----------------------------------------------------------------------------------------------------


def signatures(connection: Connection, only: Collection[int] | None = None) -> Iterator[Fault]:
    """Every row that bears another person, another role or another moment than its write."""
    for table in _SIGNED:
        yield from _signatures(connection, table, only)


def _signatures(connection: Connection, table: Table, only: Collection[int] | None) -> Iterator[Fault]:
    seal, batch, before = tables.seal, tables.batch, tables.batch.alias("before")
    parts = list(table.primary_key.columns)
    key: ColumnElement[str] = cast(parts[0], Text)
    for part in parts[1:]:
        key = key.concat("/").concat(cast(part, Text))
    columns = (batch.c.no, batch.c.by, batch.c.role, batch.c.recorded_at, batch.c.command)
    own = (table.c.by.label("own_by"), table.c.role.label("own_role"), table.c.recorded_at.label("own_at"))
    differs = or_(
        table.c.by != batch.c.by,
        func.coalesce(table.c.role, "") != func.coalesce(batch.c.role, ""),
        table.c.recorded_at > batch.c.recorded_at,
        and_(table.c.recorded_at < before.c.recorded_at, batch.c.recorded_at >= before.c.recorded_at),
    )
    statement = (
        select(key.label("key"), *columns, *own, before.c.recorded_at.label("since"))
        .join_from(table, seal, (seal.c.of == table.name) & (seal.c.key == key))
        .join(batch, batch.c.no == seal.c.batch)
        .outerjoin(before, before.c.no == batch.c.no - 1)
        .where(differs)
        .order_by(*parts)
    )
    for row in connection.execute(statement):
        if row.command in ALSO or (only is not None and row.no not in only):
            continue
        where, fields = f"{table.name} {row.key}", {"batch": row.no}
        if not same_person(row.own_by, row.by) or row.own_role != row.role:
            yield Fault("another-signer", where, fields | {"by": row.own_by, "written_by": row.by})
        elif row.own_at > row.recorded_at + CLOCKS_APART or (
            row.since is not None and row.own_at < row.since - CLOCKS_APART
        ):
            yield Fault("another-moment", where, fields | {"at": row.own_at})


def requests(connection: Connection) -> Iterator[Fault]:
    """Every key that was kept for another command, or by another login, than its write."""
    request, seal, batch = tables.request, tables.seal, tables.batch
    statement = (
        select(request.c.key, request.c.command, batch.c.no, batch.c.command.label("written"))
        .join_from(request, seal, (seal.c.of == request.name) & (seal.c.key == request.c.key))
        .join(batch, batch.c.no == seal.c.batch)
        .where(request.c.command != batch.c.command)
        .order_by(batch.c.no)
    )
    for row in connection.execute(statement):
        fields = {"batch": row.no, "command": row.command, "written": row.written}
        yield Fault("key-of-another-command", f"request {row.key}", fields)


def orphans(connection: Connection) -> Iterator[Fault]:
    """Every row that names one that there is not."""
    for table in tables.metadata.sorted_tables:
        for foreign in table.foreign_keys:
            yield from _orphans(connection, table, foreign)


def _orphans(connection: Connection, table: Table, foreign: Any) -> Iterator[Fault]:
    parent, parts = foreign.column.table.alias("parent"), list(table.primary_key.columns)
    statement = (
        select(*parts, foreign.parent.label("named"))
        .outerjoin_from(table, parent, parent.c[foreign.column.name] == foreign.parent)
        .where(foreign.parent.is_not(None), parent.c[foreign.column.name].is_(None))
    )
    for *key, named in connection.execute(statement):
        where = f"{table.name} {'/'.join(map(str, key))}"
        yield Fault("names-nothing", where, {"of": foreign.column.table.name, "named": named})
