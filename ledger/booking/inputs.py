"""What booking goes by, all that is known today: applications with their fee, deposits, bills, decisions that stand."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, bindparam, func, or_, select

from ledger import facts, fees, tables
from ledger.allocations import UNKNOWN, Allocation, allocations
from ledger.journal.entries import Movement
from ledger.store.large import each_row
from ledger.store.owners import owned
from ledger.store.records import batches


@dataclass(frozen=True, slots=True)
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

# So many applications and deposits are planned for at a time.
PIECE = 8_000


@dataclass(frozen=True, slots=True)
class DepositFacts:
    """A transfer received, as known last, and whose it is: `allocation` has no parts while that is not known."""

    reference: str
    received_on: date
    yen: int
    known_on: date
    allocation: Allocation = UNKNOWN


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a bill of the authority, as known last; negative yen correct or withdraw what was billed."""

    bill: str
    billed_on: date
    application: str
    nth: int
    yen: int
    known_on: date

    @property
    def key(self) -> "LineKey":
        """The line, by its bill, its application and which of the lines for it."""
        return self.bill, self.application, self.nth


# A line of a bill, by its bill, its application and which of the lines for it.
LineKey = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute with the authority about a line of a bill, which nobody took back: since when, why, on which paper.

    `yen` is how much of the line no other line cleared when it began.
    """

    on: date
    reason: str
    document: str | None
    by: str
    yen: int


@dataclass(frozen=True, slots=True)
class StandingDecision:
    """The decision that stands for an application, superseded by none, and the day of the notice it applied."""

    no: int
    as_of: date
    outcome: str
    verdict: str
    notice: str | None


@dataclass(frozen=True)
class Scope:
    """The few applications and deposits that are booked."""

    applications: frozenset[str]
    deposits: frozenset[str]

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(self.applications | other.applications, self.deposits | other.deposits)


_NOTHING = Scope(frozenset(), frozenset())


def related(connection: Connection, applications: Collection[str], deposits: Collection[str] = ()) -> Scope:
    """These applications and deposits, and all that ever shared a deposit with one of them."""
    numbers, references = set(applications), set(deposits)
    of_applications, of_deposits = _sharing()
    while True:
        found = set(connection.execute(of_applications, {"only": list(numbers)}).scalars())
        further = set(connection.execute(of_deposits, {"only": list(references | found)}).scalars())
        if found <= references and further <= numbers:
            return Scope(frozenset(numbers), frozenset(references))
        references |= found
        numbers |= further


@cache
def _sharing() -> tuple[Select[Any], Select[Any]]:
    """The deposits that ever paid for some applications, and the applications that some deposits ever paid for."""
    row = tables.allocation.c
    of_deposits = select(row.application).where(row.deposit.in_(facts.ONLY), row.application.is_not(None))
    return select(row.deposit).where(row.application.in_(facts.ONLY)), of_deposits


def scopes(
    connection: Connection,
    applications: Collection[str] | None,
    deposits: Collection[str] = (),
    size: int | None = None,
) -> Iterator[Scope | None]:
    """These applications and deposits, or all, some at a time, with all that shares a deposit; None: all at once.

    What shares no deposit is booked apart, so what a plan holds in memory does not grow with the books.
    """
    size = PIECE if size is None else size
    if applications is None:
        application, deposit = tables.application.c.number, tables.deposit.c.reference
        counts = (select(func.count()).select_from(column.table) for column in (application, deposit))
        if sum(connection.execute(count).scalar_one() for count in counts) <= size:
            yield None
            return
        applications = [number for (number,) in each_row(connection, select(application))]
        deposits = [reference for (reference,) in each_row(connection, select(deposit))]
    elif len(applications) + len(deposits) <= size:
        yield related(connection, applications, deposits)
        return
    planned_for = _NOTHING
    for batch in batches(sorted(applications), size // 2):  # sorted here, as `applications` are
        if rest := set(batch) - planned_for.applications:
            planned_for |= (scope := related(connection, rest))
            yield scope
    for batch in batches(sorted(set(deposits) - planned_for.deposits), size // 2):
        if rest := set(batch) - planned_for.deposits:
            planned_for |= (scope := related(connection, (), rest))
            yield scope


def scope_of(movements: Iterable[Movement]) -> Scope:
    """The applications and deposits that these movements touch."""
    sides = [(movement.debit_application, movement.credit_application, movement.deposit) for movement in movements]
    applications = {number for *of_sides, _deposit in sides for number in of_sides if number is not None}
    return Scope(frozenset(applications), frozenset(deposit for *_, deposit in sides if deposit is not None))


_APPLICATIONS, _DEPOSITS = (bindparam(name, type_=String, expanding=True) for name in ("applications", "deposits"))

# The movements that touch applications or deposits that are handed over (`touched`) when a statement is carried out.
TOUCHING: ColumnElement[bool] = or_(
    tables.movement.c.debit_application.in_(_APPLICATIONS),
    tables.movement.c.credit_application.in_(_APPLICATIONS),
    tables.movement.c.deposit.in_(_DEPOSITS),
)


def touched(scope: Scope) -> dict[str, Any]:
    """The applications and deposits, as a statement with `TOUCHING` is given them."""
    return {"applications": list(scope.applications), "deposits": list(scope.deposits)}


def applications(connection: Connection, only: Collection[str] | None = None) -> dict[str, ApplicationFacts]:
    """Every application, or only these, with what is known of it today, by number on either database."""
    rows = connection.execute(_applications(only is not None), None if only is None else {"only": list(only)})
    # Sorted here: the databases have orders of their own for text, and the journal is to be the same on both.
    return {row[0]: ApplicationFacts(*row) for row in sorted(rows, key=lambda row: str(row[0]))}


@cache
def _applications(few: bool) -> Select[Any]:
    """The SELECT of what is known of all applications, or of those handed over; built once."""
    within = tables.fact.c.application.in_(facts.ONLY) if few else None
    columns = facts.known(None, within)
    owner = owned()
    terms: dict[str, Any] = {**columns.c, "number": owner.c.number, "member": owner.c.member}
    terms |= {"due": fees.due(columns, None), "fee_known_on": fees.known_on(columns)}
    ordered = (terms[field] for field in ApplicationFacts.__dataclass_fields__)
    statement = select(*ordered).outerjoin_from(owner, columns, columns.c.application == owner.c.number)
    return statement.where(owner.c.number.in_(facts.ONLY)) if few else statement


def deposits(connection: Connection, only: Collection[str] | None = None) -> list[DepositFacts]:
    """Every deposit, or these, in the order received; one that was withdrawn is none."""
    allocated = allocations(connection, only)
    rows = connection.execute(_deposits(only is not None), None if only is None else {"only": list(only)})
    every = [
        DepositFacts(row.deposit, row.received_on, row.yen, row.known_on, allocated.get(row.deposit, UNKNOWN))
        for row in rows
    ]
    return sorted(every, key=lambda deposit: (deposit.received_on, deposit.reference))


@cache
def _deposits(few: bool) -> Select[Any]:
    last = facts.latest_deposits(by_day=False, few=few).subquery()
    return select(last.c.deposit, last.c.received_on, last.c.yen, last.c.known_on)


def withdrawn_deposits(connection: Connection, scope: Scope | None) -> dict[str, date]:
    """The deposits of which every row was withdrawn, or those among these, with the day of the last withdrawal."""
    of_withdrawn, still_known = _withdrawn_deposits()
    withdrawn: dict[str, date] = dict(connection.execute(of_withdrawn).all())
    for reference in connection.execute(still_known, {"only": list(withdrawn)}).scalars() if withdrawn else ():
        del withdrawn[reference]
    return {of: day for of, day in withdrawn.items() if scope is None or of in scope.deposits}


@cache
def _withdrawn_deposits() -> tuple[Select[Any], Select[Any]]:
    """The deposits of which a row was withdrawn, with the day of the last; those of some of which one stands."""
    row, version = tables.withdrawn.c, tables.deposit_known.c
    withdrawn = (
        select(version.deposit, func.max(row.known_on))
        .join(tables.withdrawn, and_(row.of == tables.deposit_known.name, row.row_id == version.id))
        .group_by(version.deposit)
    )
    stands = facts.not_withdrawn(tables.deposit_known, None)
    return withdrawn, select(version.deposit).where(stands, version.deposit.in_(facts.ONLY)).distinct()


def rows_withdrawn_on(connection: Connection, applications: Collection[str]) -> dict[str, date]:
    """The day of the last withdrawal of a fact of each of these applications."""
    if not applications:
        return {}
    return dict(connection.execute(_rows_withdrawn_on(), {"only": list(applications)}).all())


@cache
def _rows_withdrawn_on() -> Select[Any]:
    row, fact = tables.withdrawn.c, tables.fact.c
    return (
        select(fact.application, func.max(row.known_on))
        .join(tables.withdrawn, and_(row.of == tables.fact.name, row.row_id == fact.id))
        .where(fact.application.in_(facts.ONLY))
        .group_by(fact.application)
    )


def bill_lines(
    connection: Connection, only: Collection[str] | None = None, *, as_of: date | None = None
) -> list[BillLine]:
    """Every line of every bill, or those for these applications, or those billed and known by a day; as billed."""
    given: dict[str, object] = {} if only is None else {"only": list(only)}
    if as_of is not None:
        given["as_of"] = as_of
    rows = [BillLine(*row) for row in each_row(connection, _bill_lines(only is not None, as_of is not None), given)]
    # Which line came in first decides only between lines that say the same.
    return sorted(
        rows, key=lambda line: (line.billed_on, line.bill, line.application, line.yen < 0, line.yen, line.nth)
    )


@cache
def _bill_lines(few: bool, by_day: bool) -> Select[Any]:
    versions = tables.bill_known
    key = (versions.c.bill, versions.c.application, versions.c.nth)
    within = versions.c.application.in_(facts.ONLY) if few else None
    last = facts.latest_version(versions, key, facts.AS_OF if by_day else None, within).subquery()
    lines = select(last.c.bill, last.c.billed_on, last.c.application, last.c.nth, last.c.yen, last.c.known_on)
    return lines.where(last.c.billed_on <= facts.AS_OF) if by_day else lines


def disputes(connection: Connection, *, as_of: date | None = None) -> dict[LineKey, Dispute]:
    """The disputes that nobody took back, now or by a day; one that a later credit ended is among them."""
    step = tables.bill_dispute.c
    statement = select(tables.bill_dispute).order_by(step.no)
    if as_of is not None:
        statement = statement.where(step.happened_on <= as_of)
    standing: dict[LineKey, Dispute] = {}
    for row in connection.execute(statement):
        line = row.bill, row.application, row.nth
        if row.state == "disputed":
            standing[line] = Dispute(row.happened_on, row.reason, row.document, row.by, row.yen)
        else:
            standing.pop(line, None)
    return standing


def by_application(lines: Iterable[BillLine]) -> dict[str, list[BillLine]]:
    """The lines of each application, in their order."""
    grouped: dict[str, list[BillLine]] = {}
    for line in lines:
        grouped.setdefault(line.application, []).append(line)
    return grouped


def standing_decisions(connection: Connection, only: Collection[str] | None = None) -> dict[str, StandingDecision]:
    """The decision that stands for each application that has one."""
    rows = connection.execute(_standing_decisions(only is not None), None if only is None else {"only": list(only)})
    return {number: StandingDecision(*rest) for number, *rest in rows}


@cache
def _standing_decisions(few: bool) -> Select[Any]:
    decision, later = tables.decision, tables.decision.alias("later")
    columns = (decision.c[name] for name in StandingDecision.__dataclass_fields__)
    statement = select(decision.c.application, *columns).outerjoin(later, later.c.supersedes == decision.c.no)
    statement = statement.where(later.c.no.is_(None))
    return statement.where(decision.c.application.in_(facts.ONLY)) if few else statement


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


def issue_known_on(connection: Connection, application: ApplicationFacts) -> list[date]:
    """The days on which the days of issue and mailing of an application became known."""
    facts_of = {fact for fact in (application.issued_on_fact, application.mailed_on_fact) if fact is not None}
    return list(facts_known_on(connection, facts_of).values())


def facts_known_on(connection: Connection, ids: Collection[int]) -> dict[int, date]:
    """The day on which each of these facts became known."""
    fact = tables.fact
    known_on: dict[int, date] = {}
    for batch in batches(sorted(ids)):
        statement = select(fact.c.id, fact.c.known_on).where(fact.c.id.in_(batch))
        known_on |= dict(connection.execute(statement).all())
    return known_on
