"""What comes back and how far it has come (返金・充当一覧): refunds, overpayments returned, credits to a reissue.

Those are listed that moved in the period or were still open at its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ledger import facts, fees, masking, settlements, tables
from ledger.allocations import owners
from ledger.money import Yen, tax_inside
from ledger.people import accounts
from ledger.people.receivers import approved_receiver
from ledger.people.register import Owners, Person, latest_rows, numerically, person_order
from ledger.settlements import Settlement
from ledger.statements.fees_held import first_received


@dataclass(frozen=True)
class SettlementLine(Settlement):
    """A refund, an overpayment to be returned or a credit as it stood on a day, with what else is listed of it.

    `person` is None for a deposit that names nobody we know; its `application` is the one it was found to pay for.
    `tax_percent` is the rate of the day of the application; None for money that was never a fee, and where no rate is
    known. `account` shows the last four digits of the bank account that was approved, or, before that, of the one
    known; it waits while its change is not approved. `receiver` is who was approved in the member's place.
    """

    person: Person | None
    tax_percent: int | None
    received_on: date | None
    account: str | None
    account_waits: bool
    receiver: str | None

    @property
    def target(self) -> str | None:
        """The application a credit goes to, or the deposit of an overpayment."""
        return self.to_application or self.deposit

    @property
    def tax(self) -> int | None:
        """The consumption tax inside the amount."""
        return None if self.tax_percent is None else tax_inside(Yen(self.yen), self.tax_percent)


def returns(connection: Connection, owners: Owners, last: date) -> list[SettlementLine]:
    """Everything proposed by the day, as it stood then: refunds, overpayments, credits, each by number."""
    refunds = settlements.refunds(connection, as_of=last)
    refunds.sort(key=lambda refund: (refund.way == "overpayment", refund.no))
    return list(_lines(connection, owners, last, refunds + settlements.credits(connection, as_of=last)))


def in_period(lines: list[SettlementLine], first: date, last: date) -> list[SettlementLine]:
    """Those that moved in the period or were still open at its end."""
    return [line for line in lines if line.open or line.moved(first, last)]


def by_member(lines: list[SettlementLine], member: str) -> list[SettlementLine]:
    """Those of one member, by application."""
    of_member = [line for line in lines if line.person is not None and line.person.number == member]
    return sorted(of_member, key=lambda line: (numerically(line.application or ""), line.way, line.no))


def member_order(line: SettlementLine) -> tuple[object, ...]:
    """Where it stands in a list by association and member; what belongs to nobody known comes last."""
    return (line.person is None, person_order(line.person) if line.person else (), line.way, line.no)


def _lines(connection: Connection, owners: Owners, last: date, rows: list[Settlement]) -> Iterator[SettlementLine]:
    """Adds whose each is, when its money came in, at which rate, and the account that it is paid to."""
    received, rates = first_received(connection, last), _tax_percents(connection, last)
    deposits, endings = _deposits(connection, last), account_endings(connection, last)
    waiting = accounts.waiting(connection)
    for row in rows:
        if row.deposit is not None:
            application, received_on = deposits.get(row.deposit, (None, None))
        else:
            application, received_on = row.application, received.get(str(row.application))
        person = None if application is None else owners.of(application)
        approved = approved_receiver(connection, row.approval)
        if approved.member is not None and row.deposit is not None:
            person = owners.persons[approved.member]
        payee = person.number if person is not None and row.way != "credit" else None
        # What was approved is what is paid, whatever becomes known later.
        account = approved.account if approved.member is not None else endings.get(payee) if payee else None
        yield SettlementLine(
            **vars(row) | {"application": application},
            person=person,
            tax_percent=None if row.deposit is not None else rates.get(str(application)),
            received_on=received_on,
            account=account,
            account_waits=payee in waiting and row.state in ("proposed", "approved", "returned"),
            receiver=approved.name if approved.payee is not None else None,
        )


def _deposits(connection: Connection, last: date) -> dict[str, tuple[str | None, date]]:
    """The application and the day of each deposit from which something is returned, as known by the day."""
    versions = tables.deposit_known
    within = versions.c.deposit.in_(select(tables.refund.c.deposit).where(tables.refund.c.deposit.is_not(None)))
    known: dict[str, tuple[str | None, date]] = {}
    for as_of in (None, facts.AS_OF):  # one that became known later is told as it is known last
        latest = facts.latest_version(versions, (versions.c.deposit,), as_of, within).subquery()
        owner = owners(as_of).subquery()
        statement = select(latest.c.deposit, owner.c.application, latest.c.received_on)
        statement = statement.outerjoin(owner, owner.c.deposit == latest.c.deposit)
        rows = connection.execute(statement, {} if as_of is None else {"as_of": last})
        known |= {deposit: (application, received_on) for deposit, application, received_on in rows}
    return known


def _tax_percents(connection: Connection, last: date) -> dict[str, int | None]:
    """The rate of tax inside the fee of each application from which something comes back, by the day it was made."""
    applications = select(tables.refund.c.application).where(tables.refund.c.application.is_not(None))
    within = tables.fact.c.application.in_(applications.union(select(tables.credit.c.application)))
    known = facts.known(facts.AS_OF, within)
    statement = select(known.c.application, fees.tax_percent(known, facts.AS_OF))
    return dict(connection.execute(statement, {"as_of": last}).all())


def account_endings(connection: Connection, last: date) -> dict[str, str]:
    """Each member's bank account with all but its last four digits hidden, where one is known."""
    rows = [row for as_of in (None, last) for row in latest_rows(connection, as_of).values()]
    return {row.member: masking.account(row.account_number) for row in rows if row.account_number is not None}
