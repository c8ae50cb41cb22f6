"""Records: the number that the next one bears, and who signs it, when and in which role."""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Select, String, Table, func, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ledger import dates
from ledger.errors import Refusal
from ledger.i18n import N_

Value = TypeVar("Value")

# The largest number that a column of numbers keeps on PostgreSQL.
LARGEST = 2**31 - 1

# What a record says of who wrote it (`models.rows.SignedBase`).
SIGNATURE = ("recorded_at", "by", "role")


class by_characters(FunctionElement[str]):  # noqa: N801 - it reads as a word of SQL
    """A text to be ordered by the numbers of its characters, as Python orders it and SQLite by itself.

    A server may order texts by the habits of a language; what is handed out is in one order, whatever the server.
    """

    type = String()
    inherit_cache = True


@compiles(by_characters, "sqlite")
def _by_characters_sqlite(element: by_characters, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(by_characters)
def _by_characters(element: by_characters, compiler: SQLCompiler, **options: Any) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "C"'


class NoNumberLeft(Refusal):
    """there is a row {table} {number}, and no number comes after it"""

    table: str
    number: int
    instead = N_("see what was put there around the program: seisan verify")


def last_number(connection: Connection, number: Column[Any]) -> int:
    """The highest number in a column; 0 when there is none."""
    return int(connection.execute(_last_number(number)).scalar_one())


@cache
def _last_number(number: Column[Any]) -> Select[Any]:
    return select(func.coalesce(func.max(number), 0))


def next_number(connection: Connection, number: Column[Any]) -> int:
    """The number of the next record: one more than the last, for only one writes at a time.

    Refused: where somebody has put the last number there is (no-number-left).
    """
    last = last_number(connection, number)
    if last >= LARGEST:
        raise NoNumberLeft(number.table.name, last)
    return last + 1


def count(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def signature(connection: Connection, by: str) -> dict[str, object]:
    """Who writes a record, at which moment and with which login, as the columns of a signed row."""
    return dict(zip(SIGNATURE, (dates.now(), by, role(connection)), strict=True))


def role(connection: Connection) -> str | None:
    """The login that is acting, whatever role it has put on; None on SQLite, which has none."""
    if connection.dialect.name != "postgresql":
        return None
    return str(connection.execute(text("SELECT session_user")).scalar_one())


def owns(connection: Connection) -> bool:
    """Whether the login that is acting owns the books, or may do anything at all; so it is on SQLite."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(text("SELECT has_table_privilege(session_user, 'entry', 'TRUNCATE')")).scalar_one())


def batches(values: Collection[Value], size: int = 1000) -> Iterator[list[Value]]:
    """The values in their order, as many at a time as one statement may name."""
    ordered = list(values)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
