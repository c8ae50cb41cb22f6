"""A month, whole: everything its workbook says, read once from one state of the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, Text, cast, func, select

from ledger import tables
from ledger.dates import Month, Period
from ledger.journal import balances
from ledger.journal.balances import PeriodBalance
from ledger.journal.chart import Chart, chart
from ledger.journal.closing import MonthStep, closing_of
from ledger.journal.period import AccountLedger, JournalTotals, PeriodJournal, general_ledger, totals
from ledger.people.register import Owners, owners
from ledger.settlements import Settlement, credits, refunds
from ledger.statements import fees_held, settlements
from ledger.statements.associations import Association, associations
from ledger.statements.authority import payable
from ledger.statements.controls import Control, Details, controls
from ledger.statements.corrections import CorrectedEntry, corrections
from ledger.statements.decided import StandingDecisions, decided_by
from ledger.statements.deposits import ReceivedDeposits, received_in
from ledger.statements.fees_held import FeeHoldings, FeeTotals
from ledger.statements.figures import Figures, figures
from ledger.statements.late import LateEntries
from ledger.statements.settlements import SettlementLine
from ledger.statements.subsidiary import subsidiary_ledgers
from ledger.statements.suspense import suspense


@dataclass(frozen=True)
class MonthStatement:
    """A month of the books: controls, balances, journal, ledgers, fees held, returns, decisions, associations.

    `details` are the subsidiary ledgers, what waits in suspense, and what is payable to the authority. `received` are
    the deposits of the month, `corrections` its reversals, and `late` is what was entered after its cycle. Journal,
    ledgers and what was entered late are read when they are gone through, so while the books are open.
    `returns` are those that moved in the month or were still open at its end. `entries_to_date` is the number of
    entries up to its end, `head` that of the batch that wrote the last of them. `before` are the figures of the
    month before, and `closed` is the step by which the month is closed, None while it is open.
    """

    month: Period
    owners: Owners
    chart: Chart
    controls: list[Control]
    changes: list[PeriodBalance]
    entries: PeriodJournal
    ledger: list[AccountLedger]
    details: Details
    received: ReceivedDeposits
    held: FeeHoldings
    returns: list[SettlementLine]
    decided: StandingDecisions
    associations: list[Association]
    corrections: list[CorrectedEntry]
    late: LateEntries
    entries_to_date: int
    head: str | None
    figures: Figures
    before: Figures
    closed: MonthStep | None

    @property
    def agrees(self) -> bool:
        """Whether every control that could be made holds."""
        return not any(control.holds is False for control in self.controls)


@dataclass(frozen=True)
class _Reckoned:
    """What both the statement and its controls are put together from, read once."""

    changes: list[PeriodBalance]
    journal: PeriodJournal
    totals: JournalTotals
    fees: FeeTotals
    details: Details


def _reckoned(connection: Connection, month: Period, accounts: Chart, *, matched: bool = True) -> _Reckoned:
    first, last = month.first, month.last
    changes = balances.changes(connection, first, last)
    journal = PeriodJournal(connection, first, last)
    details = Details(
        subsidiary=subsidiary_ledgers(journal, accounts, changes),
        suspense=suspense(connection, last, matched=matched),
        payable=payable(connection, first, last),
    )
    return _Reckoned(changes, journal, totals(journal), fees_held.totals(connection, first, last), details)


def _controls(connection: Connection, month: Period, books: _Reckoned, returns: Sequence[Settlement]) -> list[Control]:
    of_month = (books.changes, books.journal, books.totals, returns, books.fees, books.details)
    return controls(connection, month, *of_month)


def month_controls(connection: Connection, month: Month) -> list[Control]:
    """The controls of a month; what the statement tells besides is not read."""
    returns = [*refunds(connection, as_of=month.last), *credits(connection, as_of=month.last)]
    books = _reckoned(connection, month, chart(connection), matched=False)
    return _controls(connection, month, books, returns)


def failing_controls(connection: Connection, month: Month) -> list[str]:
    """The controls of a month that do not hold, by their codes, with the account of those that speak of one."""
    failing = (control for control in month_controls(connection, month) if control.holds is False)
    return [f"{control.code} {control.account.code if control.account else ''}".strip() for control in failing]


def month_statement(connection: Connection, month: Period) -> MonthStatement:
    """The statement of a month, or of a fiscal year, as of its last day.

    The same state of the books gives the same statement.
    """
    first, last = month.first, month.last
    whose, accounts = owners(connection, last), chart(connection)
    books = _reckoned(connection, month, accounts)
    every_return = settlements.returns(connection, whose, last)
    listed = sorted(settlements.in_period(every_return, first, last), key=settlements.member_order)
    closed = closing_of(connection, Month.of(last))
    entry = tables.entry
    to_date = select(func.count()).select_from(entry).where(entry.c.happened_on <= last)
    return MonthStatement(
        month=month,
        owners=whose,
        chart=accounts,
        controls=_controls(connection, month, books, every_return),
        changes=books.changes,
        entries=books.journal,
        ledger=general_ledger(books.journal, books.changes),
        details=books.details,
        received=received_in(connection, first, last),
        held=fees_held.held(connection, books.fees, whose, first, last),
        returns=listed,
        decided=decided_by(connection, whose, last, closed),
        associations=associations(connection, whose, first, last),
        corrections=corrections(connection, books.totals.reversals, last),
        late=LateEntries(books.journal),
        entries_to_date=connection.execute(to_date).scalar_one(),
        head=_head(connection, last),
        figures=figures(connection, month),
        before=figures(connection, Month.of(first - timedelta(days=1))),
        closed=closed,
    )


def _head(connection: Connection, last: date) -> str | None:
    """The head of the batch that wrote the last entry dated up to a day; None where there is no such entry."""
    entry, seal, batch = tables.entry, tables.seal, tables.batch
    no = select(func.max(entry.c.no)).where(entry.c.happened_on <= last).scalar_subquery()
    statement = select(batch.c.head).join(seal, seal.c.batch == batch.c.no)
    head = connection.execute(statement.where(seal.c.of == "entry", seal.c.key == cast(no, Text))).scalar()
    return None if head is None else str(head)
