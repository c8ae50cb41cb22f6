"""A month's workbook that was handed out, held against the books: whoever has one can see that they were rewritten."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Text, cast, func, select

from ledger import tables
from ledger.statements.faults import Fault


@dataclass(frozen=True)
class Cover:
    """What a cover says: the heads of the chain on it, and how many entries there were up to the last day of the month.

    The first head is that of the batch that wrote the last of these entries; another is that of the closed month.
    """

    heads: tuple[str, ...]
    entries: int
    last: date


def head_at(connection: Connection, last: date) -> str | None:
    """The head of the batch that wrote the last entry dated up to a day; None where there is no such entry."""
    entry, seal, batch = tables.entry, tables.seal, tables.batch
    no = select(func.max(entry.c.no)).where(entry.c.happened_on <= last).scalar_subquery()
    statement = select(batch.c.head).join(seal, seal.c.batch == batch.c.no)
    found = connection.execute(statement.where(seal.c.of == "entry", seal.c.key == cast(no, Text))).scalar()
    return None if found is None else str(found)


def faults(connection: Connection, cover: Cover) -> list[Fault]:
    """What of the cover the books no longer say: a head that no batch has, or another number of entries by then."""
    batch, found = tables.batch, list[Fault]()
    for head in cover.heads:
        if connection.execute(select(batch.c.no).where(batch.c.head == head)).first() is None:
            found.append(Fault("head-unknown", "batch", {"head": head}))
    if found:
        return found
    no: int = connection.execute(select(batch.c.no).where(batch.c.head == cover.heads[0])).scalar_one()
    entry, seal = tables.entry, tables.seal
    by_then = select(func.count()).select_from(entry).join(seal, seal.c.key == cast(entry.c.no, Text))
    by_then = by_then.where(seal.c.of == "entry", seal.c.batch <= no, entry.c.happened_on <= cover.last)
    count: int = connection.execute(by_then).scalar_one()
    if count != cover.entries:
        fields: dict[str, object] = {"count": count, "day": cover.last, "batch": no, "printed": cover.entries}
        found.append(Fault("entries-differ", f"batch {no}", fields))
    return found
