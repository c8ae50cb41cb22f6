"""Payees of deposits: who is to receive a transfer of which nobody knows whose it is.

Where it is known whose it is, what comes back of it goes to them, or to the payee of their application.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from ledger import tables
from ledger.allocations import allocations
from ledger.errors import Problem
from ledger.intake.kind import InputRow
from ledger.store.records import batches


def problems(connection: Connection, lines: list[InputRow]) -> Iterator[Problem]:
    """Every payee of an unknown deposit, or of one of which it is known, by the books or these lines, whose it is."""
    of_deposits = [line for line in lines if line.kind.code == "payees" and line.text("deposit") is not None]
    if not of_deposits:
        return
    named = {str(line.text("deposit")) for line in of_deposits}
    brought = [line for line in lines if line.kind.code == "deposits" and line.text("deposit") in named]
    known = _known(connection, named) | {str(line.text("deposit")) for line in brought}
    whose: dict[str, tuple[str, ...]] = {
        str(line.text("deposit")): (str(line.text("application")),) for line in brought if line.text("application")
    }
    for deposit, allocation in allocations(connection, named).items():
        if allocation.applications:
            whose[deposit] = allocation.applications
    for line in of_deposits:
        deposit, heading = str(line.text("deposit")), line.kind.headings["deposit"]
        if deposit not in known:
            yield line.problem(heading, "unknown-deposit", value=deposit)
        elif deposit in whose:
            yield line.problem(heading, "known-whose", value=deposit, applications=list(whose[deposit]))


def _known(connection: Connection, deposits: set[str]) -> set[str]:
    reference, known = tables.deposit.c.reference, set[str]()
    for batch in batches(sorted(deposits)):
        known.update(connection.execute(select(reference).where(reference.in_(batch))).scalars())
    return known
