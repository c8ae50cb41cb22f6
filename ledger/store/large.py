"""Results that grow with the books: their rows are taken over some at a time, on both databases.

PostgreSQL's driver holds every row of a plain result before it gives the first one; SQLite's never does. Whatever may
be as long as the books is asked for here, and held only as far as the caller keeps it.
"""

from collections.abc import Generator, Mapping
from typing import Any

from sqlalchemy import Connection, Executable

# So many rows are held at a time.
AT_A_TIME = 1_000


def each_row(
    connection: Connection, statement: Executable, parameters: Mapping[str, Any] | None = None
) -> Generator[Any, None, None]:
    """The rows of a SELECT one by one. Valid while the connection is open, and nothing is written to what it reads."""
    # Closed also when not all of them are read: PostgreSQL keeps a cursor for them.
    with connection.execute(statement, parameters, execution_options={"yield_per": AT_A_TIME}) as rows:
        yield from rows
