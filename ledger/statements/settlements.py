"""What comes back and how far it has come (返金・充当一覧): refunds, overpayments returned, credits to a reissue.

Those are listed that moved in the period or were still open at its end.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from ledger import facts, fees, masking, settlements, tables
from ledger.allocations import owners
from ledger.money import Yen, tax_inside
from ledger.people import accounts
from ledger.people.receivers import approved_receiver
from ledger.people.register import Owners, Person, latest_rows, members, numerically, person_order
from ledger.people.register import owners as owners_of
from ledger.settlements import Settlement, Way
from ledger.statements.fees_held import first_received
from ledger.store.owners import ever_theirs
from ledger.store.records import batches

# Which are asked for: refunds, overpayments returned among them, or credits.
Of = Collection[Literal["refund", "credit"]]
BOTH: Of = ("refund", "credit")
_TABLES = {"refund": tables.refund, "credit": tables.credit}
_ORDER: tuple[Way, ...] = ("refund", "overpayment", "credit")


@dataclass(frozen=True)
class SettlementLine(Settlement):
    """A refund, an overpayment to be returned or a credit as it stood on a day, with what else is listed of it.

    `person` is None for a deposit that names nobody we know; its `application` is the one it was found to pay for.
    `tax_percent` is the rate of the day of the application; None for money that was never a fee, and where no rate is
    known. `account` shows the last four digits of the bank account that was approved, or, before that, of the one
    known; it waits while its change is not approved. `receiver` is who was approved in the member's place.
    `decided_on` is the day of the decision, `cause` the code of the reason for the revocation. `pay_on` is the day that
    the payment file names, and `file_line` the line of the file in which it stands, the header counted.
    """

    person: Person | None
    tax_percent: int | None
    received_on: date | None
    account: str | None
    account_waits: bool
    receiver: str | None
    decided_on: date | None
    cause: str | None
    pay_on: date | None
    file_line: int | None

    @property
    def target(self) -> str | None:
        """The application a credit goes to, or the deposit of an overpayment."""
        return self.to_application or self.deposit

    @property
    def tax(self) -> int | None:
        """The consumption tax inside the amount."""
        return None if self.tax_percent is None else tax_inside(Yen(self.yen), self.tax_percent)


def returns(connection: Connection, owners: Owners, last: date, of: Of = BOTH) -> list[SettlementLine]:
    """Everything proposed by the day, as it stood then: refunds, overpayments, credits, each by number.

    What is not asked for is not read.
    """
    rows = [row for name in of for row in settlements.settlements(connection, _TABLES[name], as_of=last)]
    rows.sort(key=lambda row: (_ORDER.index(row.way), row.no))
    return list(_lines(connection, last, rows, owners))


def returns_to(connection: Connection, member: str, last: date, of: Of = BOTH) -> list[SettlementLine]:
    """The same of one member, by application; nobody else's is read."""
    mine = ever_theirs(connection, member)
    rows: list[Settlement] = []
    if "refund" in of:
        rows += settlements.refunds(connection, _to_member(connection, member, mine), last)
    if "credit" in of:
        rows += settlements.credits(connection, tables.credit.c.application.in_(mine), last)
    of_member = [line for line in _lines(connection, last, rows) if line.person and line.person.number == member]
    return sorted(of_member, key=lambda line: (numerically(line.application or ""), line.way, line.no))


def _to_member(connection: Connection, member: str, mine: Sequence[Any]) -> ColumnElement[bool]:
    """The refunds of these applications, which are or were a member's; of their deposits; and of what goes to it."""
    step, known = tables.refund_step.c, tables.member_known.c
    to_member = select(step.refund).where(step.member_known.in_(select(known.id).where(known.member == member)))
    numbers = connection.execute(to_member).scalars().all()
    return or_(settlements.ever_of(connection, mine), tables.refund.c.no.in_(numbers))


def one(connection: Connection, way: Way, no: int, last: date) -> SettlementLine | None:
    """A refund, the return of an overpayment or a credit as it stood on a day; None where it was not proposed yet."""
    table = tables.credit if way == "credit" else tables.refund
    rows = settlements.settlements(connection, table, table.c.no == no, last)
    return next(_lines(connection, last, rows), None)


def in_period(lines: list[SettlementLine], first: date, last: date) -> list[SettlementLine]:
    """Those that moved in the period or were still open at its end."""
    return [line for line in lines if line.open or line.moved(first, last)]


def member_order(line: SettlementLine) -> tuple[object, ...]:
    """Where it stands in a list by association and member; what belongs to nobody known comes last."""
    return (line.person is None, person_order(line.person) if line.person else (), line.way, line.no)


def _lines(
    connection: Connection, last: date, rows: list[Settlement], whose: Owners | None = None
) -> Iterator[SettlementLine]:
    """Adds whose each is, when its money came in, at which rate, and the account that it is paid to.

    `whose` are the owners of every application; where they are not given, those are read that are needed.
    """
    if not rows:
        return
    numbers = {row.application for row in rows if row.application is not None}
    references = {row.deposit for row in rows if row.deposit is not None}
    deposits = _deposits(connection, last, references)
    received, known = first_received(connection, last, numbers), rates_and_causes(connection, last, numbers)
    decided = _decided(connection, {row.decision for row in rows if row.decision is not None})
    filed = _filed(connection, {row.payment_file for row in rows if row.payment_file is not None})
    approvals = [approved_receiver(connection, row.approval) for row in rows]
    payees: list[str] = []
    if whose is None:
        numbers |= {application for application, _on in deposits.values() if application is not None}
        whose = owners_of(connection, last, numbers)
        to = members(connection, last, {approved.member for approved in approvals if approved.member is not None})
        whose = Owners(whose.persons | to, whose.member_of)
        payees = list(whose.persons)
    endings, waiting = dict[str, str](), dict[str, accounts.AccountChange]()
    if any(row.way != "credit" for row in rows):  # a credit goes to no account
        endings, waiting = account_endings(connection, last, payees or None), accounts.waiting(connection, *payees)
    for row, approved in zip(rows, approvals, strict=True):
        if row.deposit is not None:
            application, received_on = deposits.get(row.deposit, (None, None))
        else:
            application, received_on = row.application, received.get(str(row.application))
        person = None if application is None else whose.of(application)
        if approved.member is not None and row.deposit is not None:
            person = whose.persons[approved.member]
        payee = person.number if person is not None and row.way != "credit" else None
        # What was approved is what is paid, whatever becomes known later.
        account = approved.account if approved.is_known else endings.get(payee) if payee else None
        rate, cause = known.get(str(application), (None, None))
        pay_on, file_line = filed.get((row.payment_file, row.no), (None, None)) if row.way != "credit" else (None, None)
        yield SettlementLine(
            **vars(row) | {"application": application},
            person=person,
            tax_percent=None if row.deposit is not None else rate,
            received_on=received_on,
            account=account,
            account_waits=payee in waiting and row.state in ("proposed", "approved", "returned"),
            receiver=approved.name if approved.payee is not None else None,
            decided_on=None if row.decision is None else decided[row.decision],
            cause=None if row.deposit is not None else cause,
            pay_on=pay_on,
            file_line=file_line,
        )


def _deposits(connection: Connection, last: date, references: Collection[str]) -> dict[str, tuple[str | None, date]]:
    """The application and the day of each of these deposits, as known by the day."""
    known: dict[str, tuple[str | None, date]] = {}
    for by_day in (False, True):  # one that became known later is told as it is known last
        for batch in batches(sorted(references)):
            rows = connection.execute(_owned_deposits(by_day), {"only": batch} | ({"as_of": last} if by_day else {}))
            known |= {deposit: (application, received_on) for deposit, application, received_on in rows}
    return known


@cache
def _owned_deposits(by_day: bool) -> Select[Any]:
    latest = facts.latest_deposits(by_day=by_day, few=True).subquery()
    owner = owners(facts.AS_OF if by_day else None, tables.allocation.c.deposit.in_(facts.ONLY)).subquery()
    statement = select(latest.c.deposit, owner.c.application, latest.c.received_on)
    return statement.outerjoin(owner, owner.c.deposit == latest.c.deposit)


def rates_and_causes(
    connection: Connection, last: date, applications: Collection[str]
) -> dict[str, tuple[int | None, str | None]]:
    """The rate of tax inside the fee of each of these applications, by the day it was made; why it was revoked."""
    found: dict[str, tuple[int | None, str | None]] = {}
    for batch in batches(sorted(applications)):
        rows = connection.execute(_rates_and_causes(), {"as_of": last, "only": batch})
        found |= {number: (rate, why) for number, rate, why in rows}
    return found


@cache
def _rates_and_causes() -> Select[Any]:
    known = facts.known(facts.AS_OF, tables.fact.c.application.in_(facts.ONLY))
    return select(known.c.application, fees.tax_percent(known, facts.AS_OF), known.c.reason)


def _decided(connection: Connection, numbers: Collection[int]) -> dict[int, date]:
    """The day of each of these decisions."""
    decision, days = tables.decision.c, dict[int, date]()
    for batch in batches(sorted(numbers)):
        days |= dict(connection.execute(select(decision.no, decision.as_of).where(decision.no.in_(batch))).all())
    return days


def _filed(connection: Connection, files: Collection[int]) -> dict[tuple[int | None, int], tuple[date, int]]:
    """Of each refund in these payment files, by file and refund: the day of the transfers, and its line in the file.

    A file begins with its header, and then has the refunds in the order of their numbers.
    """
    step, file = tables.refund_step.c, tables.payment_file
    found: dict[tuple[int | None, int], tuple[date, int]] = {}
    for batch in batches(sorted(files)):
        statement = (
            select(step.payment_file, step.refund, file.c.pay_on)
            .join_from(tables.refund_step, file, file.c.no == step.payment_file)
            .where(step.payment_file.in_(batch), step.state == "filed", step.undoes.is_(None))
            .order_by(step.payment_file, step.refund)
        )
        for no, rows in groupby(connection.execute(statement), key=lambda row: row.payment_file):
            found |= {(no, row.refund): (row.pay_on, line) for line, row in enumerate(rows, 2)}
    return found


def account_endings(connection: Connection, last: date, only: Collection[str] | None = None) -> dict[str, str]:
    """Each member's bank account, or that of these, with all but its last four digits hidden, where one is known."""
    of = ("member", "account_number")
    rows = (row for as_of in (None, last) for row in latest_rows(connection, as_of, only, of).values())
    return {row.member: masking.account(row.account_number) for row in rows if row.account_number is not None}
