"""Refunds, returned overpayments and credits as they stand, now or as of a day, each with its transitions.

Money that was never due takes the course of a refund, for a deposit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, null, or_, select

from ledger import tables
from ledger.store.large import each_row
from ledger.store.owners import owned

Way = Literal["refund", "overpayment", "credit"]
Where = ColumnElement[bool] | None

# The states in which the yen still wait to be paid out or set against something, and those that gave them back.
OPEN = ("proposed", "approved", "filed", "returned")
TAKEN_BACK = ("rejected", "ended", "undone")

# How it goes on from each state: the commands, as they are typed.
WAYS = {
    "refund": {
        "proposed": ("refund approve {no}", "refund reject {no} --reason …"),
        "approved": ("refund file --on DAY --out FILE", "refund paid {no} --on DAY", "refund end {no} --reason …"),
        "filed": ("refund paid {no} --on DAY", "refund void {file} --reason …"),
        "paid": (
            "refund returned {no} --on DAY --reason …",
            "refund recovered {no} --yen YEN --on DAY",
            "refund unpaid {no} --reason …",
        ),
        "returned": ("refund approve {no}", "refund end {no} --reason …", "refund undo {no} --reason …"),
        "recovered": ("refund recovered {no} --yen YEN --on DAY", "refund undo {no} --reason …"),
    },
    "credit": {
        "proposed": ("credit approve {no}", "credit reject {no} --reason …"),
        "applied": ("credit undo {no} --reason …",),
    },
}


@dataclass(frozen=True)
class Transition:
    """A state that was come into: which in order, on which day, by whom, why, and the entry that was posted for it.

    `role` is the database role by which it was recorded, known on PostgreSQL only. `payment_file` is the file that a
    refund was put in, or, in the state approved, was in until that file was declared void. `undoes` is the step that
    this one takes back, `yen` what a member paid back; the rest is what was proposed and approved, and why it went on.
    """

    nth: int
    state: str
    on: date
    by: str
    reason: str | None
    entry: int | None
    role: str | None = None
    payment_file: int | None = None
    undoes: int | None = None
    yen: int | None = None
    member_known: int | None = None
    payee: int | None = None
    despite: str | None = None
    grounds: str | None = None


@dataclass(frozen=True)
class Settlement:
    """A refund of an application's fee, the return of a deposit, or a credit to another application, and its steps.

    `member` is whose application it is; None for a deposit. `yen` is the amount proposed.
    """

    no: int
    application: str | None
    deposit: str | None
    to_application: str | None
    member: str | None
    decision: int | None
    yen: int
    steps: tuple[Transition, ...]

    @property
    def way(self) -> Way:
        """How the money goes back."""
        return "credit" if self.to_application else "overpayment" if self.deposit else "refund"

    @property
    def state(self) -> str:
        """The state that it came to last."""
        return self.steps[-1].state

    @property
    def table(self) -> Table:
        """The table that it stands in."""
        return tables.credit if self.way == "credit" else tables.refund

    @property
    def open(self) -> bool:
        """Whether the money still waits."""
        return self.state in OPEN

    @property
    def in_force(self) -> tuple[Transition, ...]:
        """The steps that count: neither those recorded by mistake, nor those that took them back."""
        undone = {step.undoes for step in self.steps}
        return tuple(step for step in self.steps if step.undoes is None and step.nth not in undone)

    @property
    def recovered(self) -> int:
        """What the member paid back of it, in yen."""
        return sum(step.yen or 0 for step in self.in_force)

    @property
    def standing(self) -> int:
        """The amount, less what was paid back, or nothing once it was rejected, ended or undone."""
        return 0 if self.state in TAKEN_BACK else self.yen - self.recovered

    @property
    def came_back(self) -> bool:
        """Whether its transfer came back and it was not paid since: the yen stand with the transfers that came back."""
        moved = [step.state for step in self.in_force if step.state in ("paid", "returned")]
        return moved[-1:] == ["returned"]

    @property
    def approval(self) -> Transition | None:
        """The last approval, if there was one; when a payment file is void, the one before it stands again."""
        approvals = (step for step in reversed(self.in_force) if step.state in ("approved", "applied"))
        return next((step for step in approvals if step.payment_file is None), None)

    @property
    def payment_file(self) -> int | None:
        """The payment file that it is in, or was paid by; None while it is in none, the file is void, or it is over."""
        last = next((step for step in reversed(self.in_force) if step.state in ("approved", "filed")), None)
        return last.payment_file if last is not None and last.state == "filed" else None

    @property
    def done_on(self) -> date | None:
        """The day it was paid or set against the reissue, if that still stands."""
        done = next((step for step in reversed(self.in_force) if step.state in ("paid", "applied")), None)
        return done.on if done is not None and self.state in ("paid", "recovered", "applied") else None

    def moves(self, state: str) -> list[tuple[date, int]]:
        """The days on which it came into a state that moves money, each with 1; with -1 that this was taken back."""
        states = {step.nth: step.state for step in self.steps if step.undoes is None}
        return [(step.on, -1 if step.undoes else 1) for step in self.steps if states[step.undoes or step.nth] == state]

    def moved(self, first: date, last: date) -> bool:
        """Whether it came into any state from the first day to the last."""
        return any(first <= step.on <= last for step in self.steps)


def refunds(connection: Connection, where: Where = None, as_of: date | None = None) -> list[Settlement]:
    """Every refund and returned overpayment, or those that fit, in the order proposed; by a day, as it stood then."""
    return settlements(connection, tables.refund, where, as_of)


def ever_of(
    connection: Connection, applications: Collection[str], *, deposits: Collection[str] = ()
) -> ColumnElement[bool]:
    """The refunds of these applications, or of deposits that ever paid for one of them, or of these deposits.

    The deposits are looked up first: within one statement PostgreSQL would read every refund for them.
    """
    row, refund = tables.allocation.c, tables.refund.c
    paid = connection.execute(select(row.deposit).where(row.application.in_(list(applications)))).scalars()
    return or_(refund.application.in_(list(applications)), refund.deposit.in_({*deposits, *paid}))


def credits(connection: Connection, where: Where = None, as_of: date | None = None) -> list[Settlement]:
    """Every credit, or those that fit, in the order proposed; by a day, as it stood then."""
    return settlements(connection, tables.credit, where, as_of)


def settlements(
    connection: Connection, table: Table, where: Where = None, as_of: date | None = None
) -> list[Settlement]:
    """The same for the table of refunds or of credits; what was not proposed by the day is left out."""
    statement = _statement(table)
    if where is not None:
        statement = statement.where(where)
    if as_of is not None:
        statement = statement.where(transitions_of(table).c.happened_on <= as_of)
    by_number = (list(rows) for _no, rows in groupby(each_row(connection, statement), lambda row: row.no))
    # The columns stand in the order of the fields: seven of the settlement, then those of each transition.
    values = ((*rows[0][:7], tuple(Transition(*row[7:]) for row in rows)) for rows in by_number)
    return [Settlement(*fields) for fields in values]


@cache
def _statement(table: Table) -> Select[Any]:
    step, application = transitions_of(table), owned()
    whose = (_column(table, name) for name in ("no", "application", "deposit", "to_application"))
    # Of a credit what stands in the second line is not kept.
    of_step = (
        *("nth", "state", "happened_on", "by", "reason", "entry", "role"),
        *("payment_file", "undoes", "yen", "member_known", "payee", "despite", "grounds"),
    )
    columns = (*whose, application.c.member, table.c.decision, table.c.yen, *(_column(step, name) for name in of_step))
    return (
        select(*columns)
        .join_from(table, step, step.c[table.name] == table.c.no)
        .outerjoin(application, application.c.number == table.c.application)
        .order_by(table.c.no, step.c.nth)
    )


def _column(table: Table, name: str) -> ColumnElement[Any]:
    return table.c[name] if name in table.c else null().label(name)


def reserved_from(connection: Connection, table: Table, numbers: Collection[int]) -> tuple[set[str], set[str]]:
    """The applications and the deposits whose money these refunds or credits hold.

    What came by credit is still of the application whose fee was received, and along the way of others.
    """
    step, movement = transitions_of(table).c, tables.movement.c
    parts = select(movement.debit_application, movement.credit_application, movement.deposit)
    rows = connection.execute(
        parts.join_from(transitions_of(table), tables.movement, movement.entry == step.entry)
        .where(step[table.name].in_(list(numbers)), step.nth == 1)
        .distinct()
    ).all()
    applications = {number for *both, _deposit in rows for number in both if number is not None}
    return applications, {deposit for *_both, deposit in rows if deposit is not None}


def transitions_of(table: Table) -> Table:
    """The table of the transitions of refunds or credits."""
    return {"refund": tables.refund_step, "credit": tables.credit_step}[table.name]
