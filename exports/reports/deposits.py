"""Transfers that name no application, with those they could pay for."""

from collections.abc import Iterable, Iterator

from exports.formats.sheet import Block, Column, Sheet, Values
from exports.reports import ISSUER
from ledger.i18n import N_, either
from ledger.intake.matching import UnmatchedDeposit

NAME = N_("Transfers not matched")
COLUMNS = (
    Column(N_("Reference No."), width=16),
    Column(N_("Received on"), "day", 16),
    Column(N_("Amount"), "yen", 12, total=True),
    Column(N_("Payer"), width=24),
    Column(N_("Note"), width=20),
    Column(N_("Could pay for"), width=16),
    Column(N_("Member"), width=28),
    Column(N_("Because"), width=40, wrap=True),
)


def sheet(rows: Iterable[UnmatchedDeposit]) -> Sheet:
    """The transfers without an application, one row for each candidate, or one where there is none."""
    note = N_("Settle one with: seisan match DEPOSIT APPLICATION; then: seisan book")
    return Sheet(
        name=NAME,
        title=NAME,
        blocks=(Block(COLUMNS, _rows(rows), total=N_("Total")),),
        issuer=ISSUER,
        landscape=True,
        notes=(note,),
    )


def _rows(rows: Iterable[UnmatchedDeposit]) -> Iterator[Values]:
    for row in rows:
        own: Values = (row.deposit, row.received_on, row.yen, row.payer, row.note)
        if not row.candidates:
            yield (*own, None, None, None)
        for nth, candidate in enumerate(row.candidates):
            first = own if nth == 0 else (row.deposit, None, None, None, None)
            reasons = either("、", "; ").join(candidate.reasons)
            yield (*first, candidate.application, f"{candidate.member} {candidate.name}", reasons)
