"""Rulings that a file brings: each is numbered, and waits for another person than who brought it."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.intake.kind import InputRow
from ledger.intake.records import add, rows_of
from ledger.store.records import next_number

# What a ruling says, and the columns of the file that say it.
_SAYS = ("application", "decided_on", "document", "treatment", "reason")
_COLUMNS = ("application", "decided_on", "document", "treatment", "ruled_because")


def add_rulings(
    connection: Connection,
    lines: Sequence[InputRow],
    known_on: Callable[[InputRow], date],
    source: Callable[[InputRow], dict[str, object]],
) -> set[int]:
    """Adds the rulings that the books do not hold, and gives the identities of the lines that brought one.

    One that was rejected or withdrawn may come again. What a paper says otherwise than before is another ruling.
    """
    of_kind = [line for line in lines if line.kind.code == "rulings"]
    if not of_kind:
        return set()
    ruling, step = tables.ruling, tables.ruling_step
    gone = set(connection.execute(select(ruling.c.id).where(~facts.not_withdrawn(ruling, None))).scalars())
    gone |= set(connection.execute(select(step.c.ruling).where(step.c.state == "rejected")).scalars())
    named = {str(line.values["application"]) for line in of_kind}
    columns = [ruling.c.id, *(ruling.c[name] for name in _SAYS)]
    known = {tuple(row)[1:] for row in rows_of(connection, ruling.c.application, named, columns) if row.id not in gone}
    following, new = next_number(connection, ruling.c.id), set()
    rows: list[dict[str, object]] = []
    for line in of_kind:
        says = tuple(line.values.get(name) for name in _COLUMNS)
        if says in known:
            continue
        known.add(says)
        new.add(id(line))
        numbered = {"id": following + len(rows), "known_on": known_on(line), **source(line)}
        rows.append(numbered | dict(zip(_SAYS, says, strict=True)))
    add(connection, ruling, rows)
    return new
