"""Withdrawing: what an import, or rows of it, said is taken back from a day on. Nothing is erased.

What was known before counts again from that day. A version of a record that is kept whole (a member, a transfer, a fee)
may have carried on what a withdrawn row said: then it is said anew without that.
"""

from sqlalchemy import Connection, Table, func, select

from ledger import tables

# The tables in which an import's rows stand, each with its source.
IMPORTED: tuple[Table, ...] = (
    tables.fact,
    tables.member_known,
    tables.deposit_known,
    tables.allocation,
    tables.bill_known,
    tables.fee,
)


def withdrawn_sources(connection: Connection) -> set[int]:
    """The sources of which every row was withdrawn."""
    rows: dict[int, int] = {}
    withdrawn: dict[int, int] = {}
    row = tables.withdrawn
    for table in IMPORTED:
        source = table.c.source
        for no, count in connection.execute(select(source, func.count()).where(source.is_not(None)).group_by(source)):
            rows[no] = rows.get(no, 0) + count
        statement = select(source, func.count()).join(row, (row.c.of == table.name) & (row.c.row_id == table.c.id))
        for no, count in connection.execute(statement.group_by(source)):
            withdrawn[no] = withdrawn.get(no, 0) + count
    return {no for no, count in withdrawn.items() if count == rows[no]}
