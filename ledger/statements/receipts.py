"""領収: the fees that were received, transfer by transfer: for which application, on which day, how much, which tax.

A fee was received as far as the journal holds a transfer as the fee of an application. What came by a credit, was
written off, or was there when the books began, is no transfer that these books received.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Connection, func, select, union_all

from ledger import facts, tables
from ledger.codes import Account
from ledger.money import Yen, tax_inside
from ledger.people.register import Owners, Person, PostalAddress, numerically, owners, postal_addresses
from ledger.statements.issuer import Issuer, issuer
from ledger.statements.settlements import rates_and_causes
from ledger.store.large import each_row
from ledger.store.records import batches


@dataclass(frozen=True)
class FeeReceived:
    """A transfer, or the part of it, that was received as the fee of an application; `payer` is as the bank wrote it.

    `yen` with the tax inside; `tax_percent` is the rate of the day of the application, None where no fee is known.
    """

    application: str
    deposit: str
    received_on: date
    yen: int
    payer: str
    tax_percent: int | None
    member: Person

    @property
    def tax(self) -> int | None:
        """The consumption tax inside those yen."""
        return None if self.tax_percent is None else tax_inside(Yen(self.yen), self.tax_percent)


@dataclass(frozen=True)
class Receipt(FeeReceived):
    """The same as it is handed to the member: on which day, by whom, to which address, and whether once more."""

    made_on: date
    postal_address: PostalAddress
    sender: Issuer
    reissued: bool


def fees_received(
    connection: Connection, as_of: date, applications: Collection[str] | None = None
) -> list[FeeReceived]:
    """Every fee received by the day, or those of these applications, by day, transfer and application."""
    groups = [None] if applications is None else batches(sorted(applications))
    found = [(part, yen) for group in groups for part, yen in _held(connection, as_of, group).items() if yen > 0]
    numbers = {application for (application, _deposit), _yen in found}
    rates = rates_and_causes(connection, as_of, numbers)
    whose = owners(connection, as_of, None if applications is None else numbers)
    transfers = _transfers(connection, {deposit for (_application, deposit), _yen in found})
    rows = (_row(part, yen, transfers, rates, whose) for part, yen in found)
    return sorted(rows, key=lambda row: (row.received_on, numerically(row.deposit), numerically(row.application)))


def _row(
    part: tuple[str, str],
    yen: int,
    transfers: Mapping[str, tuple[date, str]],
    rates: Mapping[str, tuple[int | None, str | None]],
    whose: Owners,
) -> FeeReceived:
    application, deposit = part
    received_on, payer = transfers[deposit]
    rate, _cause = rates.get(application, (None, None))
    return FeeReceived(application, deposit, received_on, yen, payer, rate, whose.of(application))


def receipts(
    connection: Connection, rows: Collection[FeeReceived], made_on: date, *, reissued: bool
) -> Iterator[Receipt]:
    """The receipt for each of these, addressed to where the member is now."""
    places, sender = postal_addresses(connection, {row.member.number for row in rows}), issuer(connection)
    for row in rows:
        place = places.get(row.member.number, PostalAddress())
        yield Receipt(**vars(row), made_on=made_on, postal_address=place, sender=sender, reissued=reissued)


def _held(connection: Connection, as_of: date, group: Collection[str] | None) -> dict[tuple[str, str], int]:
    """What each transfer brought of the fee of each application, less what turned out to be no fee of it, in yen."""
    entry, movement = tables.entry.c, tables.movement.c
    sides = []
    for side, yen in (("credit", movement.yen), ("debit", -movement.yen)):
        application = movement[f"{side}_application"]
        statement = (
            select(application.label("application"), movement.deposit, yen.label("yen"))
            .join_from(tables.movement, tables.entry, entry.no == movement.entry)
            .where(movement[side] == Account.FEES_HELD, movement.deposit.is_not(None), entry.happened_on <= as_of)
        )
        # Not both: SQLite would go by the index through all that is not NULL.
        sides.append(statement.where(application.is_not(None) if group is None else application.in_(group)))
    moved = union_all(*sides).subquery().c
    total = func.sum(moved.yen).cast(BigInteger)
    statement = select(moved.application, moved.deposit, total).group_by(moved.application, moved.deposit)
    return {(application, deposit): yen for application, deposit, yen in each_row(connection, statement)}


def _transfers(connection: Connection, references: Collection[str]) -> dict[str, tuple[date, str]]:
    """The day and the payer of each of these transfers, as known last."""
    versions, found = tables.deposit_known, dict[str, tuple[date, str]]()
    for group in batches(sorted(references)):
        latest = facts.latest_version(versions, (versions.c.deposit,), None, versions.c.deposit.in_(group)).subquery().c
        rows = connection.execute(select(latest.deposit, latest.received_on, latest.payer))
        found |= {deposit: (received_on, payer) for deposit, received_on, payer in rows}
    return found
