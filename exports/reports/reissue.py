"""前版との違い: the sheet of a statement that was handed out before: what this version says otherwise, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from exports.formats.sheet import Sheet
from exports.reports import cover
from exports.reports.decisions import format_outcome
from exports.reports.report import Column, Table, member, sheet
from ledger import i18n
from ledger.audit.issued import Basis
from ledger.booking.events import description
from ledger.i18n import N_, _
from ledger.journal.chart import Chart
from ledger.journal.entries import Movement
from ledger.journal.ledgers import JournalEntry
from ledger.people.register import Person
from ledger.statements.month import MonthStatement
from ledger.statements.reissue import ChangedDecision, Changes, Told, changes

NAME = N_("Since the version before")
TITLE = N_("Reissued: what is otherwise than in the version before")
NOTHING = N_("No entry was added and no decision changed; the period was closed anew.")


@dataclass(frozen=True)
class Version:
    """A version as which a statement is handed out: what it stands on; of a later one, what the one before it told."""

    basis: Basis
    before: tuple[Basis, Told] | None = None

    def since(self, connection: Connection, statement: MonthStatement) -> tuple[Sheet, ...]:
        """The sheet that says what has changed since the version before; none in the first."""
        if self.before is None:
            return ()
        basis, told = self.before
        found = changes(connection, told, statement)
        return (_made((basis, self.basis), found, statement),)


class _Line(NamedTuple):
    """A movement of an entry that was added, and whose it is."""

    entry: JournalEntry
    movement: Movement
    member: Person | None
    chart: Chart

    @property
    def kind(self) -> str:
        return _("added") if self.entry.reverses is None else _("reversal")

    @property
    def part(self) -> str | None:
        return self.movement.credit_application or self.movement.debit_application or self.movement.deposit


_VERSIONS = Table(
    columns=(
        Column("version", N_("Version"), cover.version_words, width=24),
        Column("batch", N_("Write"), kind="number", width=17),
        Column("entries", N_("Number of entries"), kind="count", width=10),
        Column("head", N_("Head of the chain (SHA-256)"), width=24, wrap=True),
    ),
    heading=N_("Versions"),
)
_REOPENED = Table(
    columns=(
        Column("at", N_("Reopened at (Japan time)"), "recorded_at", "moment", 20),
        Column("month", N_("Month"), show=i18n.format_month),
        Column("by", N_("Done by")),
        Column("reason", N_("Reason given"), width=24, wrap=True),
    ),
    heading=N_("Why it was reopened"),
)
_FIGURES = Table(
    columns=(
        Column("figure", N_("Figure"), lambda row: _(cover.FIGURES[row.name]), width=24),
        Column("before", N_("Version before"), kind="yen", width=17),
        Column("after", N_("This version"), kind="yen", width=14),
        Column("difference", N_("Difference"), lambda row: row.after - row.before, "yen", 14),
    ),
    heading=N_("Figures of the cover"),
)
_ENTRIES = Table(
    columns=(
        Column("no", N_("Entry No."), "entry.no", "number", 9),
        Column("on", N_("Date"), "entry.on", "day", 17),
        Column("kind", N_("Added or reversed"), width=10),
        Column("debit", N_("Debit account"), lambda row: row.chart.name(row.movement.debit), width=24),
        Column("credit", N_("Credit account"), lambda row: row.chart.name(row.movement.credit), width=24),
        Column("yen", N_("Amount"), "movement.yen", "yen", 13),
        *member(),
        Column("part", N_("Application or deposit"), width=16),
        Column("text", N_("Description and reason"), lambda row: description(row.entry), width=46, wrap=True),
        Column("by", N_("Entered by"), "entry.by", width=12),
        Column("recorded_at", N_("Entered at (Japan time)"), "entry.recorded_at", "moment", 20, on_paper=True),
    ),
    heading=N_("Entries added since, reversals among them"),
)


def _answer(title: str, key: str, no: str, yen: str) -> tuple[Column, ...]:
    def of(row: tuple[ChangedDecision, Person], name: str) -> object:
        decision = getattr(row[0], key)
        return None if decision is None else getattr(decision, name)

    return (
        Column(f"{key}_no", no, lambda row: of(row, "no"), "number", 10),
        Column(f"{key}_outcome", title, lambda row: of(row, "outcome"), width=24, show=format_outcome),
        Column(f"{key}_yen", yen, lambda row: of(row, "refundable"), "yen", 14),
    )


_DECISIONS = Table(
    columns=(
        Column("application", N_("Application No."), lambda row: row[0].application, width=14),
        *member(lambda row: row[1]),
        *_answer(N_("Answer in the version before"), "before", N_("Decision before"), N_("Amount before")),
        *_answer(N_("Answer in this version"), "after", N_("Decision now"), N_("Amount now")),
    ),
    heading=N_("Decisions that stand in the place of others"),
)


def _made(versions: tuple[Basis, Basis], found: Changes, statement: MonthStatement) -> Sheet:
    decided = [(row, statement.owners.of(row.application)) for row in found.decisions]
    blocks = (
        _VERSIONS.block(versions),
        _REOPENED.block(found.reopened),
        _FIGURES.block(found.figures),
        *([_ENTRIES.block(list(_lines(found.entries, statement)))] if found.entries else []),
        *([_DECISIONS.block(decided)] if decided else []),
    )
    notes = () if found.entries or decided else (NOTHING,)
    period = (statement.month.first, statement.month.last)
    return sheet(NAME, *blocks, title=TITLE, period=period, notes=notes)


def _lines(entries: list[JournalEntry], statement: MonthStatement) -> Iterator[_Line]:
    for entry in entries:
        for movement, (debit, credit) in zip(entry.movements, entry.members, strict=True):
            number = credit or debit
            person = None if number is None else statement.owners.persons.get(number)
            yield _Line(entry, movement, person, statement.chart)
