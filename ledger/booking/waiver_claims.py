"""免除請求: what the authority is asked not to bill, or to give back, because by a decision the fee is waived.

A waiver that the authority has granted, by a negative line, is asked for no more. What was asked for before is told by
the disputes about its lines: since when, on which paper.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import facts, tables
from ledger.booking.bills import BillComparison, owed_and_waived, reconcile_as_of
from ledger.decisions.store import Decision, decisions
from ledger.store.records import batches


@dataclass(frozen=True)
class CertificateDays:
    """What is known of a certificate: issued, mailed and revoked on, and the reason for the revocation."""

    issued_on: date | None = None
    mailed_on: date | None = None
    revoked_on: date | None = None
    reason: str | None = None


@dataclass(frozen=True)
class WaiverClaim:
    """What is asked of the authority for an application, in yen: of what was `billed` and `paid`, `yen` are waived.

    `bills` are those that bill it to this moment. `ground` is the decision that the waiver rests on. `asked_on` and
    `document` tell of the first dispute about its lines that lasts; None: it was not asked for before.
    """

    application: str
    days: CertificateDays
    bills: tuple[str, ...]
    billed: int
    paid: int
    yen: int
    owed: int
    ground: Decision
    asked_on: date | None
    document: str | None

    @property
    def asks(self) -> str:
        """give_back (it was paid); withdraw (it is billed); not_bill (it is in no bill yet)."""
        if self.paid > self.owed:
            return "give_back"
        return "withdraw" if self.billed else "not_bill"


def waiver_claims(connection: Connection, as_of: date) -> list[WaiverClaim]:
    """What is waived by a decision and not granted by the end of the day, as known by then, by application."""
    issued, waived = owed_and_waived(connection, as_of)
    lines: defaultdict[str, list[BillComparison]] = defaultdict(list)
    for line in reconcile_as_of(connection, as_of):
        if line.bill is not None and line.application in waived:
            lines[line.application].append(line)
    claimed: dict[str, int] = {}
    for number, yen in waived.items():
        billed, owed = sum(line.billed for line in lines[number]), issued.get(number, 0) + yen
        claimed[number] = max(0, min(-yen, billed - owed)) if lines[number] else -yen
    open_ = sorted(number for number, yen in claimed.items() if yen > 0)
    grounds = _grounds(connection, open_, as_of)
    days = _days(connection, open_, as_of)
    return [
        _claim(number, lines[number], claimed[number], issued.get(number, 0) + waived[number], days, grounds[number])
        for number in open_
        if number in grounds
    ]


def _claim(
    number: str,
    lines: Collection[BillComparison],
    yen: int,
    owed: int,
    days: dict[str, CertificateDays],
    ground: Decision,
) -> WaiverClaim:
    standing = tuple(dict.fromkeys(str(line.bill) for line in lines if line.left))
    asked = [line.dispute for line in lines if line.dispute is not None and line.disputed]
    first = min(asked, key=lambda dispute: dispute.on, default=None)
    return WaiverClaim(
        number,
        days.get(number, CertificateDays()),
        standing,
        sum(line.billed for line in lines),
        sum(line.paid if line.billed >= 0 else -line.paid for line in lines),
        yen,
        owed,
        ground,
        None if first is None else first.on,
        None if first is None else first.document,
    )


def _grounds(connection: Connection, numbers: Collection[str], as_of: date) -> dict[str, Decision]:
    """The last decision of each application by which, asked by the day, its fee comes back."""
    grounds: dict[str, Decision] = {}
    for batch in batches(numbers):
        for decision in decisions(connection, batch):
            if decision.verdict == "eligible" and decision.as_of <= as_of:
                grounds[decision.application] = decision
    return grounds


def _days(connection: Connection, numbers: Collection[str], as_of: date) -> dict[str, CertificateDays]:
    days: dict[str, CertificateDays] = {}
    for batch in batches(numbers):
        known = facts.known(facts.AS_OF, tables.fact.c.application.in_(batch))
        statement = select(
            known.c.application, known.c.issued_on, known.c.mailed_on, known.c.revoked_on, known.c.reason
        )
        days |= {number: CertificateDays(*rest) for number, *rest in connection.execute(statement, {"as_of": as_of})}
    return days
