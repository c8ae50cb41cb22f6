"""What booking goes by, all that is known today: applications with their fee, deposits, bills, decisions that stand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, or_, select

from ledger import facts, fees, tables
from ledger.store.owners import owned
from ledger.store.records import batches


@dataclass(frozen=True)
class ApplicationFacts:
    """An application as known last: its days, and the fee due in yen (None: no fee is known for it), known since a day.

    The `_fact` numbers name the records that its days rest on.
    """

    number: str
    member: str
    kind: str | None
    applied_on: date | None
    withdrawn_on: date | None
    issued_on: date | None
    mailed_on: date | None
    choice: str | None
    due: int | None
    fee_known_on: date | None
    applied_on_fact: int | None
    issued_on_fact: int | None
    mailed_on_fact: int | None

    @property
    def issue_days(self) -> tuple[date, ...]:
        """The days that say that the certificate was issued, the day of issue first."""
        return tuple(day for day in (self.issued_on, self.mailed_on) if day is not None)


Applications = Mapping[str, ApplicationFacts]


@dataclass(frozen=True)
class DepositFacts:
    """A transfer received, as known last; `application` None: not known what it pays for."""

    reference: str
    received_on: date
    yen: int
    application: str | None
    known_on: date


@dataclass(frozen=True)
class BillLine:
    """A line of a bill of the authority, as known last; negative yen withdraw what was billed."""

    bill: str
    billed_on: date
    application: str
    nth: int
    yen: int
    known_on: date


@dataclass(frozen=True)
class StandingDecision:
    """The decision that stands for an application, superseded by none, and the day of the notice it applied."""

    no: int
    as_of: date
    outcome: str
    verdict: str
    notice: str | None


def deposits_of(applications: Collection[str]) -> Select[tuple[str]]:
    """The deposits that were ever said to pay for one of these applications."""
    versions = tables.deposit_known
    return select(versions.c.deposit).where(versions.c.application.in_(list(applications)))


def related(connection: Connection, applications: Collection[str]) -> set[str]:
    """These applications, and all that share a deposit with one of them because it was once thought to be theirs."""
    versions, numbers = tables.deposit_known, set(applications)
    while True:
        sharing = select(versions.c.application).where(versions.c.deposit.in_(deposits_of(numbers)))
        more = {number for number in connection.execute(sharing).scalars() if number is not None} - numbers
        if not more:
            return numbers
        numbers |= more


def touching(applications: Collection[str]) -> ColumnElement[bool]:
    """The movements that touch these applications, or a deposit that was ever said to pay for one of them."""
    movement, numbers = tables.movement, list(applications)
    sides = (movement.c.debit_application, movement.c.credit_application)
    return or_(*(side.in_(numbers) for side in sides), movement.c.deposit.in_(deposits_of(numbers)))


def applications(connection: Connection, only: Collection[str] | None = None) -> dict[str, ApplicationFacts]:
    """Every application, or only these, with what is known of it today, by number on either database."""
    rows = connection.execute(_applications(only is not None), None if only is None else {"only": list(only)})
    # Sorted here: the databases have orders of their own for text, and the journal is to be the same on both.
    return {row[0]: ApplicationFacts(*row) for row in sorted(rows, key=lambda row: str(row[0]))}


@cache
def _applications(few: bool) -> Select[Any]:
    """The SELECT of what is known of all applications, or of those handed over; built once."""
    only = bindparam("only", type_=String, expanding=True)
    within = tables.fact.c.application.in_(only) if few else None
    columns = facts.known(None, within)
    owner = owned()
    terms: dict[str, Any] = {**columns.c, "number": owner.c.number, "member": owner.c.member}
    terms |= {"due": fees.due(columns, None), "fee_known_on": fees.known_on(columns)}
    ordered = (terms[field] for field in ApplicationFacts.__dataclass_fields__)
    statement = select(*ordered).outerjoin_from(owner, columns, columns.c.application == owner.c.number)
    return statement.where(owner.c.number.in_(only)) if few else statement


def deposits(connection: Connection, only: Collection[str] | None = None) -> list[DepositFacts]:
    """Every deposit, or those ever said to pay for one of these applications, in the order received."""
    versions = tables.deposit_known
    within = None if only is None else versions.c.deposit.in_(deposits_of(only))
    last = facts.latest_version(versions, (versions.c.deposit,), None, within).subquery()
    statement = select(last.c.deposit, last.c.received_on, last.c.yen, last.c.application, last.c.known_on)
    rows = [DepositFacts(*row) for row in connection.execute(statement)]
    return sorted(rows, key=lambda deposit: (deposit.received_on, deposit.reference))


def bill_lines(connection: Connection, only: Collection[str] | None = None) -> list[BillLine]:
    """Every line of every bill, or those for these applications, in the order billed."""
    versions = tables.bill_known
    key = (versions.c.bill, versions.c.application, versions.c.nth)
    within = None if only is None else versions.c.application.in_(list(only))
    last = facts.latest_version(versions, key, None, within).subquery()
    statement = select(last.c.bill, last.c.billed_on, last.c.application, last.c.nth, last.c.yen, last.c.known_on)
    rows = [BillLine(*row) for row in connection.execute(statement)]
    return sorted(rows, key=lambda line: (line.billed_on, line.bill, line.application, line.nth))


def by_application(lines: Iterable[BillLine]) -> dict[str, list[BillLine]]:
    """The lines of each application, in their order."""
    grouped: dict[str, list[BillLine]] = {}
    for line in lines:
        grouped.setdefault(line.application, []).append(line)
    return grouped


def standing_decisions(connection: Connection, only: Collection[str] | None = None) -> dict[str, StandingDecision]:
    """The decision that stands for each application that has one."""
    decision, later = tables.decision, tables.decision.alias("later")
    columns = (decision.c[name] for name in StandingDecision.__dataclass_fields__)
    statement = select(decision.c.application, *columns).outerjoin(later, later.c.supersedes == decision.c.no)
    statement = statement.where(later.c.no.is_(None))
    if only is not None:
        statement = statement.where(decision.c.application.in_(list(only)))
    return {number: StandingDecision(*rest) for number, *rest in connection.execute(statement)}


def notice_of(connection: Connection, decision: int) -> str | None:
    """The day of the notice that a decision applied; None when none was in force."""
    no = tables.decision.c.no
    day: str | None = connection.execute(select(tables.decision.c.notice).where(no == decision)).scalar()
    return day


def due_known_on(connection: Connection, applications: Iterable[ApplicationFacts]) -> dict[str, date]:
    """For each application whose fee is known the day on which the last became known of it: its own day, or the fee."""
    due = [
        (application.number, application.applied_on_fact, application.fee_known_on)
        for application in applications
        if application.applied_on is not None and application.applied_on_fact is not None
    ]
    of_day = facts_known_on(connection, {fact for _number, fact, _of_fee in due})
    return {number: max(of_day[fact], of_fee or of_day[fact]) for number, fact, of_fee in due}


def facts_known_on(connection: Connection, ids: Collection[int]) -> dict[int, date]:
    """The day on which each of these facts became known."""
    fact = tables.fact
    known_on: dict[int, date] = {}
    for batch in batches(sorted(ids)):
        statement = select(fact.c.id, fact.c.known_on).where(fact.c.id.in_(batch))
        known_on |= dict(connection.execute(statement).all())
    return known_on
