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
from ledger.store.written import state_folder

Care = Literal["backup", "verify"]

# The days since each books were cared for last; older lines about the same are left out when a line is added.
_NAME = "safekeeping"


def remember(connection: Connection, care: Care, on: date) -> None:
    """Keeps in mind that these books were copied or verified on a day; where nothing can be kept, it is not known."""
    if (books := _books(connection)) is None:
        return
    with suppress(OSError, ValueError):
        path = state_folder() / _NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        others = [line for line in lines if line.split()[:2] != [books, care]]
        making = path.with_name(f".{_NAME}-{books[:16]}-{care}")
        making.write_text("\n".join([*others, f"{books} {care} {on.isoformat()}"]) + "\n", encoding="ascii")
        making.replace(path)


def last(connection: Connection, care: Care) -> date | None:
    """The day on which these books were last copied or verified; None where this machine does not know of it."""
    with suppress(OSError, ValueError):
        for line in (state_folder() / _NAME).read_text(encoding="ascii").splitlines():
            books, what, on = line.split()
            if (books, what) == (_books(connection), care):
                return dates.parse_day(on)
    return None


def _books(connection: Connection) -> str | None:
    """What tells books from others: the head of their first write."""
    batch = tables.batch.c
    head: str | None = connection.execute(select(batch.head).order_by(batch.no).limit(1)).scalar()
    return head
