"""The register of what was handed out: each file of a closed period's statement, with its version and its SHA-256.

A version stands on the write that closed the period. While that holds, the same statement gives the same bytes and is
the same version; reopened and closed again, the period has a next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, func, select

from ledger import tables
from ledger.dates import Month
from ledger.journal import closing
from ledger.store.records import next_number, signature


@dataclass(frozen=True)
class Basis:
    """What a version of a statement stands on: the write that closed the period, its head, the entries until then.

    `version` is 0 in a copy that the books do not record.
    """

    version: int
    batch: int
    head: str
    entries: int


@dataclass(frozen=True)
class IssuedFile:
    """A file that was handed out: of which statement (`month`, `year`) and period, up to which day, in what language
    and by which calendar ("": as the language has it).

    `sheet` is the one sheet that it holds, None for all. Files of one version stand on the same write.
    """

    no: int
    statement: str
    about: str
    as_of: date
    language: str
    calendar: str
    sheet: str | None
    version: int
    batch: int
    head: str
    entries: int
    sha256: str
    recorded_at: datetime
    by: str

    @property
    def basis(self) -> Basis:
        """What it stands on."""
        return Basis(self.version, self.batch, self.head, self.entries)


_COLUMNS = tuple(name for name in IssuedFile.__dataclass_fields__ if name != "head")


def issued(connection: Connection, statement: str | None = None, about: str | None = None) -> list[IssuedFile]:
    """Every file that was handed out, or those of one statement and period, in the order recorded."""
    table = tables.issued_version.c
    asked = [table.statement == statement, table.about == about] if statement is not None else []
    return _read(connection, *asked)


def by_digest(connection: Connection, sha256: str) -> IssuedFile | None:
    """The file that has this SHA-256; None where none of that was handed out."""
    return next(iter(_read(connection, tables.issued_version.c.sha256 == sha256)), None)


def _read(connection: Connection, *conditions: Any) -> list[IssuedFile]:
    table, batch = tables.issued_version, tables.batch
    statement = select(*(table.c[name] for name in _COLUMNS), batch.c.head).join(batch, batch.c.no == table.c.batch)
    rows = connection.execute(statement.where(*conditions).order_by(table.c.no))
    return [IssuedFile(**row._mapping) for row in rows]


def version_on(connection: Connection, statement: str, about: str, batch: int) -> int | None:
    """The version of a statement that stands on this write; None where no file of one was handed out."""
    found = (file.version for file in issued(connection, statement, about) if file.batch == batch)
    return next(found, None)


def next_version(connection: Connection, statement: str, about: str) -> int:
    """The number of the version that comes next."""
    return 1 + max((file.version for file in issued(connection, statement, about)), default=0)


def before(connection: Connection, statement: str, about: str, version: int) -> Basis | None:
    """What the version before this one stands on; None of the first."""
    earlier = (file.basis for file in issued(connection, statement, about) if file.version == version - 1)
    return next(earlier, None)


def closing_write(connection: Connection, last: date) -> int | None:
    """The write by which the month of this day is closed; None while it is open."""
    closed = closing.closing_of(connection, Month.of(last))
    if closed is None:
        return None
    seal = tables.seal.c
    statement = select(func.max(seal.batch)).where(seal.of == "month_step", seal.key == str(closed.no))
    return connection.execute(statement).scalar()


def is_closing(connection: Connection, batch: int, last: date) -> bool:
    """Whether a write closed the month of this day."""
    steps = _steps(connection, tables.seal.c.batch == batch)
    return any(step.state == "closed" and step.closed_to >= last for step in steps)


def reopening_write(connection: Connection, last: date, after: int) -> int | None:
    """The first write after another by which the month of this day was reopened; None where none did."""
    steps = _steps(connection, tables.seal.c.batch > after)
    reopened = (step for step in steps if step.state == "reopened")
    return next((step.batch for step in reopened if step.closed_to is None or step.closed_to < last), None)


def _steps(connection: Connection, *conditions: Any) -> Sequence[Any]:
    """The steps of months with the writes that sealed them."""
    seal, step = tables.seal, tables.month_step
    statement = select(seal.c.batch, step.c.state, step.c.closed_to).join(step, cast(step.c.no, Text) == seal.c.key)
    statement = statement.where(seal.c.of == "month_step", *conditions).order_by(seal.c.batch, seal.c.nth)
    return connection.execute(statement).all()


def record(
    connection: Connection,
    basis: Basis,
    *,
    statement: str,
    about: str,
    as_of: date,
    language: str,
    calendar: str,
    sheet: str | None,
    sha256: str,
    by: str,
) -> bool:
    """Records a file that is handed out; whether it was not recorded before. The same bytes are recorded once."""
    table = tables.issued_version
    if by_digest(connection, sha256) is not None:
        return False
    row = {"no": next_number(connection, table.c.no), "statement": statement, "about": about, "as_of": as_of}
    row |= {"language": language, "calendar": calendar, "sheet": sheet, "version": basis.version, "batch": basis.batch}
    row |= {"entries": basis.entries, "sha256": sha256}
    connection.execute(table.insert().values(row | signature(connection, by)))
    return True
