"""The references of transfers: a number that a bank gave once and gives again is another transfer, and is refused.

A later row may correct the day or the payer of a transfer; one that says another day *and* another payer speaks of
another transfer, and would overwrite the first.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.errors import Problem
from ledger.intake.kind import InputRow
from ledger.kana import search_key
from ledger.store.records import batches


def problems(connection: Connection, lines: list[InputRow]) -> Iterator[Problem]:
    """Every transfer whose reference is that of another: of the books, or of an earlier row that was known sooner."""
    transfers = [line for line in lines if line.kind.code == "deposits" and line.text("deposit") is not None]
    known = _known(connection, {str(line.text("deposit")) for line in transfers})
    for line in transfers:
        reference, day, payer = str(line.text("deposit")), line.day("received_on"), line.text("payer")
        if day is None or payer is None:
            continue
        received_on, before = known.setdefault(reference, (day, payer))
        if received_on != day and search_key(before) != search_key(payer):
            heading = line.kind.headings["deposit"]
            yield line.problem(heading, "reference-repeats", value=reference, day=received_on, payer=before)


def _known(connection: Connection, references: set[str]) -> dict[str, tuple[date, str]]:
    """The day and the payer of each of these transfers, as known last."""
    version = tables.deposit_known
    known: dict[str, tuple[date, str]] = {}
    for group in batches(sorted(references)):
        latest = facts.latest_version(version, (version.c.deposit,), None, version.c.deposit.in_(group)).subquery()
        for row in connection.execute(select(latest.c.deposit, latest.c.received_on, latest.c.payer)):
            known[row.deposit] = (row.received_on, row.payer)
    return known
