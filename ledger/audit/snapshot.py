"""The books as they stood when a write had ended: what is asked meanwhile sees only rows that were sealed by then.

Nothing is ever changed or taken out, so the rows sealed up to a write are the books as it left them. Each statement
is given, in front of every table to which more was added since, a table of the same name with only those rows: no
query has to know of it, and nothing is written, which whoever may only read could not do.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, case, cast, event, func, select

from ledger import tables
from ledger.columns import hidden
from ledger.store import seals

# Where each engine keeps the tables themselves, whatever stands in front of them.
_SCHEMA = {"sqlite": "main", "postgresql": "public"}
_BEGINS_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)


@contextmanager
def after(connection: Connection, batch: int) -> Iterator[None]:
    """Within the block the connection sees the books as they stood after the write of this number."""
    narrowed_tables = dict(_seen(connection, batch))
    if not narrowed_tables:
        yield
        return
    named = re.compile(rf"\b({'|'.join(narrowed_tables)})\b")

    def narrowed(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        shadows = ",\n".join(narrowed_tables[name] for name in sorted(set(named.findall(statement))))
        if not shadows:
            return statement, parameters
        begins = _BEGINS_WITH.match(statement)
        if begins is None:
            return f"WITH {shadows}\n{statement}", parameters
        return f"{begins[0]}{shadows},\n{statement[begins.end() :]}", parameters

    event.listen(connection, "before_cursor_execute", narrowed, retval=True)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", narrowed)


def _seen(connection: Connection, batch: int) -> Iterator[tuple[str, str]]:
    """Each table to which more was added since, as what is to be seen of it."""
    # First those of later writes, which are few, by their batch: SQLite would go through all, table by table.
    later = select(tables.seal).where(tables.seal.c.batch > batch).cte("later_seal").prefix_with("MATERIALIZED")
    number = case((later.c.of.in_(seals.COUNTED), cast(later.c.key, BigInteger)))
    added = select(later.c.of, func.min(number)).group_by(later.c.of)
    since: dict[str, int | None] = dict(connection.execute(added).all())
    if not since:
        return
    schema = _SCHEMA[connection.dialect.name]
    rules = {name: _rule(tables.metadata.tables[name], since, batch, schema) for name in since}
    if "entry" in since:
        rules["movement"] = f"entry < {since['entry']}"
    rules |= {"batch": f"no <= {batch}", "seal": f"batch <= {batch}"}
    for name, rule in rules.items():
        # A column that nobody but the owner reads is not asked for on PostgreSQL (`columns.HiddenColumn`).
        every = connection.dialect.name == "sqlite"
        read = [f'"{of.name}"' for of in tables.metadata.tables[name].columns if every or not hidden(of)]
        yield name, f"{name} AS NOT MATERIALIZED (SELECT {', '.join(read)} FROM {schema}.{name} WHERE {rule})"  # noqa: S608 - our own names and numbers


def _rule(table: Table, since: dict[str, int | None], batch: int, schema: str) -> str:
    """What holds of the rows that stood there: by their number, by that of their source, or else by their seal."""
    first, key = since[table.name], [column.name for column in table.primary_key]
    if first is not None:
        return f"{key[0]} < {first}"
    if "source" in table.columns and since.get("source") is not None:
        return f"source < {since['source']}"
    key_text = " || '/' || ".join(f"CAST({schema}.{table.name}.{name} AS TEXT)" for name in key)
    sealed = f"sealed.of = '{table.name}' AND sealed.key = {key_text} AND sealed.batch <= {batch}"
    return f"EXISTS (SELECT 1 FROM {schema}.seal AS sealed WHERE {sealed})"  # noqa: S608 - the same
