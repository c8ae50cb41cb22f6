"""What comes back and how far it has come (返金・充当一覧): refunds, overpayments returned, credits to a reissue.

Those are listed that moved in the period or were still open at its end.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Row, Table, select

from ledger import facts, masking, tables
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
    refunds = [context.refund(*step) for step in _with_steps(connection, tables.refund, tables.refund_step, last)]
    credits = [context.credit(*step) for step in _with_steps(connection, tables.credit, tables.credit_step, last)]
    refunds.sort(key=lambda each: (each.way == "overpayment", each.no))
    return refunds + credits


def in_period(every: list[Settlement], first: date, last: date) -> list[Settlement]:
    """Those that moved in the period or were still open at its end."""
    return [settlement for settlement in every if settlement.open or settlement.moved(first, last)]


def by_member(every: list[Settlement], member: str) -> list[Settlement]:
    """Those of one member, by application."""
    own = [settlement for settlement in every if settlement.member is not None and settlement.member.number == member]
    return sorted(own, key=lambda each: (numerically(each.application or ""), each.way, each.no))


def member_order(each: Settlement) -> tuple[object, ...]:
    """Where it stands in a list by association and member; what belongs to nobody known comes last."""
    return (each.member is None, person_order(each.member) if each.member else (), each.way, each.no)


# --- reading --------------------------------------------------------------------------------------------------------


def _with_steps(
    connection: Connection, of: Table, steps: Table, last: date
) -> list[tuple[Row[Any], tuple[SettlementStep, ...]]]:
    """The rows with the steps they had taken by the day; those not proposed yet are left out."""
    key = steps.c[of.name]
    taken: dict[int, list[SettlementStep]] = {}
    names = ("state", "happened_on", "by", "reason", "entry", "payment_file")
    statement = select(key, *(steps.c[name] for name in names if name in steps.c))
    for no, *step in connection.execute(statement.where(steps.c.happened_on <= last).order_by(key, steps.c.nth)):
        taken.setdefault(no, []).append(SettlementStep(*step))
    rows = connection.execute(select(of).order_by(of.c.no))
    return [(row, tuple(taken[row.no])) for row in rows if row.no in taken]


class _Context:
    """What else is told of each return: whose it is, when its money came in, at which rate, where it goes."""

    def __init__(self, connection: Connection, owners: Owners, last: date) -> None:
        self._owners = owners
        self._received = first_received(connection, last)
        self._rates = _tax_percents(connection, last)
        self._deposits = _deposits(connection, last)
        self._accounts = account_endings(connection, last)
        self._waiting = accounts.waiting(connection)

    def refund(self, row: Row[Any], steps: tuple[SettlementStep, ...]) -> Settlement:
        """A refund of a fee, or of money that was never due."""
        if row.deposit is None:
            return self._of_fee(row, "refund", None, steps)
        application, received_on = self._deposits.get(row.deposit, (None, None))
        member = None if application is None else self._owners.of(application)
        account = None if member is None else self._accounts.get(member.number)
        return Settlement(
            row.no,
            "overpayment",
            application,
            row.deposit,
            member,
            None,
            row.yen,
            None,
            received_on,
            account,
            steps,
            member is not None and member.number in self._waiting,
        )

    def credit(self, row: Row[Any], steps: tuple[SettlementStep, ...]) -> Settlement:
        """A fee set against a reissue."""
        return self._of_fee(row, "credit", row.to_application, steps)

    def _of_fee(self, row: Row[Any], way: Way, target: str | None, steps: tuple[SettlementStep, ...]) -> Settlement:
        member = self._owners.of(row.application)
        return Settlement(
            row.no,
            way,
            row.application,
            target,
            member,
            row.decision,
            row.yen,
            self._rates.get(row.application),
            self._received.get(row.application),
            self._accounts.get(member.number) if way == "refund" else None,
            steps,
            way == "refund" and member.number in self._waiting,
        )


def _deposits(connection: Connection, last: date) -> dict[str, tuple[str | None, date]]:
    """The application and the day of each deposit from which something is returned, as known by the day."""
    versions = tables.deposit_known
    within = versions.c.deposit.in_(select(tables.refund.c.deposit).where(tables.refund.c.deposit.is_not(None)))
    found: dict[str, tuple[str | None, date]] = {}
    for as_of in (None, facts.AS_OF):  # one that became known later is told as it is known last
        latest = facts.latest_version(versions, (versions.c.deposit,), as_of, within).subquery()
        statement = select(latest.c.deposit, latest.c.application, latest.c.received_on)
        rows = connection.execute(statement, {} if as_of is None else {"as_of": last})
        found |= {row.deposit: (row.application, row.received_on) for row in rows}
    return found


def _tax_percents(connection: Connection, last: date) -> dict[str, int]:
    """The rate of tax inside the fee of each application from which something comes back, by the day it was made."""
    fee = tables.fee
    spans = connection.execute(
        select(fee.c.applies_from, fee.c.applies_to, fee.c.tax_percent)
        .where(fee.c.known_on <= last)
        .order_by(fee.c.applies_from.desc(), fee.c.known_on.desc(), fee.c.id.desc())
    ).all()
    within = tables.fact.c.application.in_(
        select(tables.refund.c.application)
        .where(tables.refund.c.application.is_not(None))
        .union(select(tables.credit.c.application))
    )
    known = facts.known(facts.AS_OF, within)
    rates: dict[str, int] = {}
    for application, day in connection.execute(select(known.c.application, known.c.applied_on), {"as_of": last}):
        fitting = (span for span in spans if span.applies_from <= day and (span.applies_to or day) >= day)
        if (span := next(fitting, None)) is not None:
            rates[application] = span.tax_percent
    return rates


def account_endings(connection: Connection, last: date) -> dict[str, str]:
    """Each member's bank account with all but its last four digits hidden, where one is known."""
    versions = tables.member_known
    found: dict[str, str] = {}
    for as_of in (None, facts.AS_OF):
        latest = facts.latest_version(versions, (versions.c.member,), as_of).subquery()
        statement = select(latest.c.member, latest.c.account_number).where(latest.c.account_number.is_not(None))
        rows = connection.execute(statement, {} if as_of is None else {"as_of": last})
        found |= {row.member: masking.account(row.account_number) for row in rows}
    return found
