"""What a column may be beside what SQLAlchemy has, and how constraints and indexes are named."""

from typing import Any

from sqlalchemy import Column, FromClause, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import Alias

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class HiddenColumn(Column[str]):
    """A column that on PostgreSQL nobody but the owner reads: what is asked for is what `shown_…` gives of the row.

    That is for the owner what stands there; for others the masked number with a tag, or the digest of a file.
    """

    inherit_cache = True


def hidden(column: Column[Any]) -> bool:
    """Whether on PostgreSQL nobody but the owner reads a column."""
    return isinstance(column, HiddenColumn)


@compiles(HiddenColumn, "postgresql")
def _shown(column: HiddenColumn, compiler: SQLCompiler, include_table: bool = True, **how: Any) -> str:
    plain = compiler.visit_column(column, include_table=include_table, **how)
    named: FromClause = column.table
    of = named.element if isinstance(named, Alias) else named
    # A SELECT that asks a SELECT has its answer; an index is on what stands there.
    if not include_table or not isinstance(of, Table):
        return plain
    (key,) = of.primary_key.columns.keys()
    row = plain.rpartition(".")[0]
    return f"shown_{of.name}({row}.{key})"
