"""When books were last copied and last verified, as far as this machine remembers.

Neither writes into the books: a backup would be older than they at once, and who verifies may only read. So the day is
kept beside the list of files that were written, for each books by the head of their first write, which names nothing.
What was done on another machine, or by another person, is not known here.
"""

from contextlib import suppress
from datetime import date
from typing import Literal

from sqlalchemy import Connection, select

from ledger import dates, tables
from ledger.errors import NotWritable
from ledger.store import places
from ledger.store.written import state_folder

Care = Literal["backup", "verify"]

# The days since each books were cared for last; older lines about the same are left out when a line is added.
_NAME = "safekeeping"
_MOST_BYTES = 1_000_000


def remember(connection: Connection, care: Care, on: date) -> None:
    """Keeps in mind that these books were copied or verified on a day; where nothing can be kept, it is not known."""
    if (books := _books(connection)) is None:
        return
    with suppress(OSError, ValueError, NotWritable):
        path = state_folder() / _NAME
        places.make_folder(path.parent, 0o700)
        others = [line for line in _lines() if line.split()[:2] != [books, care]]
        said = "\n".join([*others, f"{books} {care} {on.isoformat()}"]) + "\n"
        places.replace(path, said.encode("ascii"))


def last(connection: Connection, care: Care) -> date | None:
    """The day on which these books were last copied or verified; None where this machine does not know of it."""
    with suppress(OSError, ValueError, NotWritable):
        for line in _lines():
            books, what, on = line.split()
            if (books, what) == (_books(connection), care):
                return dates.parse_day(on)
    return None


def _lines() -> list[str]:
    path = state_folder() / _NAME
    return places.read(path, _MOST_BYTES).decode("ascii").splitlines() if path.exists() else []


def _books(connection: Connection) -> str | None:
    """What tells books from others: the head of their first write."""
    batch = tables.batch.c
    head: str | None = connection.execute(select(batch.head).order_by(batch.no).limit(1)).scalar()
    return head
