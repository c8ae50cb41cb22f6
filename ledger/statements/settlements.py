"""What comes back and how far it has come (返金・充当一覧): refunds, overpayments returned, credits to a reissue.

Those are listed that moved in the period or were still open at its end.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Row, Table, select

from ledger import facts, fees, masking, tables
from ledger.money import Yen, tax_inside
from ledger.people import accounts
from ledger.people.register import Owners, Person, numerically, person_order
from ledger.statements.fees_held import first_received

Way = Literal["refund", "overpayment", "credit"]

# The states in which money still waits to be paid out or set against something.
OPEN = {
    "refund": ("proposed", "approved", "filed", "returned"),
    "overpayment": ("proposed", "approved", "filed", "returned"),
    "credit": ("proposed",),
}
_DONE = ("paid", "applied")
_TAKEN_BACK = ("rejected", "undone")


@dataclass(frozen=True)
class SettlementStep:
    """A state, the day it was reached, by whom, why (rejections and returns), and the entry posted for it.

    `payment_file` is the file that a refund was put in, or was in until that was declared void (approved again).
    """

    state: str
    on: date
    by: str
    reason: str | None
    entry: int | None
    payment_file: int | None = None


@dataclass(frozen=True)
class Settlement:
    """A refund, an overpayment to be returned or a credit, with every state it had come through by the day.

    `target` is the application a credit goes to, or the deposit of an overpayment. `member` is None for a deposit that
    names nobody we know. `tax` is the tax inside the fee, by the rate of the day of the application; None for money
    that was never a fee, and where no rate is known. `account` shows the last four digits of the bank account.
    """

    no: int
    way: Way
    application: str | None
    target: str | None
    member: Person | None
    decision: int | None
    yen: int
    tax_percent: int | None
    received_on: date | None
    account: str | None
    steps: tuple[SettlementStep, ...]
    account_waits: bool = False

    @property
    def state(self) -> str:
        """The state it had come to."""
        return self.steps[-1].state

    @property
    def tax(self) -> int | None:
        """The consumption tax inside the amount."""
        return None if self.tax_percent is None else tax_inside(Yen(self.yen), self.tax_percent)

    @property
    def open(self) -> bool:
        """Whether the money still waits."""
        return self.state in OPEN[self.way]

    @property
    def standing(self) -> int:
        """The amount, or nothing once it was rejected or undone."""
        return 0 if self.state in _TAKEN_BACK else self.yen

    def moved(self, first: date, last: date) -> bool:
        """Whether it came into any state within the period."""
        return any(first <= step.on <= last for step in self.steps)

    @property
    def approved(self) -> SettlementStep | None:
        """The approval, if there was one; when a payment file is void, it is the one before it that stands again."""
        return next((step for step in self.steps if step.state in ("approved", "applied")), None)

    @property
    def payment_file(self) -> int | None:
        """The payment file that it is in, or was paid by; None while it is in none, or the file is void."""
        last = next((step for step in reversed(self.steps) if step.payment_file is not None), None)
        return last.payment_file if last is not None and last.state == "filed" else None

    @property
    def done_on(self) -> date | None:
        """The day it was paid or set against the reissue, if that still stands."""
        return self.steps[-1].on if self.state in _DONE else None


def returns(connection: Connection, owners: Owners, last: date) -> list[Settlement]:
    """Everything proposed by the day, as it stood then: refunds, overpayments, credits, each by number."""
    context = _Context(connection, owners, last)
    refunds = [
        context.settlement("refund" if row.deposit is None else "overpayment", row, steps)
        for row, steps in _with_steps(connection, tables.refund, tables.refund_step, last)
    ]
    credits = [
        context.settlement("credit", row, steps)
        for row, steps in _with_steps(connection, tables.credit, tables.credit_step, last)
    ]
    refunds.sort(key=lambda refund: (refund.way == "overpayment", refund.no))
    return refunds + credits


def in_period(settlements: list[Settlement], first: date, last: date) -> list[Settlement]:
    """Those that moved in the period or were still open at its end."""
    return [settlement for settlement in settlements if settlement.open or settlement.moved(first, last)]


def by_member(settlements: list[Settlement], member: str) -> list[Settlement]:
    """Those of one member, by application."""
    of_member = [
        settlement for settlement in settlements if settlement.member is not None and settlement.member.number == member
    ]
    return sorted(
        of_member, key=lambda settlement: (numerically(settlement.application or ""), settlement.way, settlement.no)
    )


def member_order(settlement: Settlement) -> tuple[object, ...]:
    """Where it stands in a list by association and member; what belongs to nobody known comes last."""
    return (
        settlement.member is None,
        person_order(settlement.member) if settlement.member else (),
        settlement.way,
        settlement.no,
    )


# --- reading --------------------------------------------------------------------------------------------------------


def _with_steps(
    connection: Connection, of: Table, steps: Table, last: date
) -> list[tuple[Row[Any], tuple[SettlementStep, ...]]]:
    """The rows with the steps they had taken by the day; those not proposed yet are left out."""
    key = steps.c[of.name]
    steps_by_number: dict[int, list[SettlementStep]] = {}
    names = ("state", "happened_on", "by", "reason", "entry", "payment_file")
    statement = select(key, *(steps.c[name] for name in names if name in steps.c))
    for no, *step in connection.execute(statement.where(steps.c.happened_on <= last).order_by(key, steps.c.nth)):
        steps_by_number.setdefault(no, []).append(SettlementStep(*step))
    rows = connection.execute(select(of).order_by(of.c.no))
    return [(row, tuple(steps_by_number[row.no])) for row in rows if row.no in steps_by_number]


class _Context:
    """What else is told of each return: whose it is, when its money came in, at which rate, where it goes."""

    def __init__(self, connection: Connection, owners: Owners, last: date) -> None:
        self._owners = owners
        self._received = first_received(connection, last)
        self._rates = _tax_percents(connection, last)
        self._deposits = _deposits(connection, last)
        self._accounts = account_endings(connection, last)
        self._waiting = accounts.waiting(connection)

    def settlement(self, way: Way, row: Row[Any], steps: tuple[SettlementStep, ...]) -> Settlement:
        """The refund of a fee, the return of money that was never due, or a fee set against a reissue."""
        of_fee = way != "overpayment"
        if of_fee:
            application, received_on = row.application, self._received.get(row.application)
        else:
            application, received_on = self._deposits.get(row.deposit, (None, None))
        member = None if application is None else self._owners.of(application)
        payee = member.number if member is not None and way != "credit" else None
        return Settlement(
            no=row.no,
            way=way,
            application=application,
            target=row.to_application if way == "credit" else row.deposit,
            member=member,
            decision=row.decision if of_fee else None,
            yen=row.yen,
            tax_percent=self._rates.get(row.application) if of_fee else None,
            received_on=received_on,
            account=None if payee is None else self._accounts.get(payee),
            steps=steps,
            account_waits=payee in self._waiting,
        )


def _deposits(connection: Connection, last: date) -> dict[str, tuple[str | None, date]]:
    """The application and the day of each deposit from which something is returned, as known by the day."""
    versions = tables.deposit_known
    within = versions.c.deposit.in_(select(tables.refund.c.deposit).where(tables.refund.c.deposit.is_not(None)))
    by_reference: dict[str, tuple[str | None, date]] = {}
    for as_of in (None, facts.AS_OF):  # one that became known later is told as it is known last
        latest = facts.latest_version(versions, (versions.c.deposit,), as_of, within).subquery()
        statement = select(latest.c.deposit, latest.c.application, latest.c.received_on)
        rows = connection.execute(statement, {} if as_of is None else {"as_of": last})
        by_reference |= {row.deposit: (row.application, row.received_on) for row in rows}
    return by_reference


def _tax_percents(connection: Connection, last: date) -> dict[str, int | None]:
    """The rate of tax inside the fee of each application from which something comes back, by the day it was made."""
    of_refunds = select(tables.refund.c.application).where(tables.refund.c.application.is_not(None))
    within = tables.fact.c.application.in_(of_refunds.union(select(tables.credit.c.application)))
    fact = facts.known(facts.AS_OF, within)
    statement = select(fact.c.application, fees.tax_percent(fact.c.applied_on, facts.AS_OF))
    return dict(connection.execute(statement, {"as_of": last}).all())


def account_endings(connection: Connection, last: date) -> dict[str, str]:
    """Each member's bank account with all but its last four digits hidden, where one is known."""
    versions = tables.member_known
    endings: dict[str, str] = {}
    for as_of in (None, facts.AS_OF):
        latest = facts.latest_version(versions, (versions.c.member,), as_of).subquery()
        statement = select(latest.c.member, latest.c.account_number).where(latest.c.account_number.is_not(None))
        rows = connection.execute(statement, {} if as_of is None else {"as_of": last})
        endings |= {row.member: masking.account(row.account_number) for row in rows}
    return endings
