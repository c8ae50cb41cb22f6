"""A month, whole: everything its workbook says, read once from one state of the books."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, Text, cast, func, select

from ledger import tables
from ledger.dates import Month
from ledger.decisions.store import Decision, standing_on
from ledger.journal import balances, ledgers
from ledger.journal.balances import PeriodBalance
from ledger.journal.chart import Chart, chart
from ledger.journal.closing import MonthStep, closing_of
from ledger.journal.ledgers import AccountLedger, JournalEntry
from ledger.people.register import Owners, owners
from ledger.settlements import credits, refunds
from ledger.statements import fees_held, settlements
from ledger.statements.associations import Association, associations
from ledger.statements.controls import Control, controls
from ledger.statements.fees_held import FeeHolding
from ledger.statements.figures import Figures, figures
from ledger.statements.settlements import SettlementLine


@dataclass(frozen=True)
class MonthStatement:
    """A month of the books: controls, balances, journal, ledgers, fees held, returns, decisions, associations.

    `returns` are those that moved in the month or were still open at its end. `entries_to_date` is the number of
    entries up to its end, `head` that of the batch that wrote the last of them. `before` are the figures of the
    month before, and `closed` is the step by which the month is closed, None while it is open.
    """

    month: Month
    owners: Owners
    chart: Chart
    controls: list[Control]
    changes: list[PeriodBalance]
    entries: list[JournalEntry]
    ledger: list[AccountLedger]
    held: list[FeeHolding]
    returns: list[SettlementLine]
    decided: list[Decision]
    associations: list[Association]
    entries_to_date: int
    head: str | None
    figures: Figures
    before: Figures
    closed: MonthStep | None

    @property
    def agrees(self) -> bool:
        """Whether every control that could be made holds."""
        return not any(control.holds is False for control in self.controls)


def failing_controls(connection: Connection, month: Month) -> list[str]:
    """The controls of a month that do not hold, by their codes, with the account of those that speak of one.

    What the statement tells besides is not read.
    """
    first, last = month.first, month.last
    changes = balances.changes(connection, first, last)
    entries = ledgers.entries(connection, first=first, last=last)
    ledger = ledgers.general_ledger(connection, first, last)
    moved = fees_held.flows(connection, first, last)
    returns = [*refunds(connection, as_of=last), *credits(connection, as_of=last)]
    every = controls(connection, month, changes, entries, ledger, returns, moved)
    failing = (control for control in every if control.holds is False)
    return [f"{control.code} {control.account.code if control.account else ''}".strip() for control in failing]


def month_statement(connection: Connection, month: Month) -> MonthStatement:
    """The statement of a month, as of its last day. The same state of the books gives the same statement."""
    first, last = month.first, month.last
    whose = owners(connection, last)
    changes = balances.changes(connection, first, last)
    entries = ledgers.entries(connection, first=first, last=last)
    ledger = ledgers.general_ledger(connection, first, last)
    moved = fees_held.flows(connection, first, last)
    holdings = fees_held.held(connection, moved, whose, last)
    every_return = settlements.returns(connection, whose, last)
    listed = sorted(settlements.in_period(every_return, first, last), key=settlements.member_order)
    closed = closing_of(connection, month)
    decisions = standing_on(connection, last, closed)
    decisions.sort(key=lambda decision: whose.order(decision.application))
    entry = tables.entry
    to_date = select(func.count()).select_from(entry).where(entry.c.happened_on <= last)
    return MonthStatement(
        month=month,
        owners=whose,
        chart=chart(connection),
        controls=controls(connection, month, changes, entries, ledger, every_return, moved),
        changes=changes,
        entries=entries,
        ledger=ledger,
        held=holdings,
        returns=listed,
        decided=decisions,
        associations=associations(connection, moved, whose, last),
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
