"""Withdrawing: what an import, or rows of it, said is taken back from a day on. Nothing is erased.

What was known before counts again from that day. A record that is kept whole (a member, a transfer) carries on what
earlier lines said: where a later line had carried on what is withdrawn, the record is said anew without it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, or_, select

from ledger import facts, tables
from ledger.allocations import allocations
from ledger.errors import Refusal
from ledger.i18n import N_, _
from ledger.intake.bank.kinds import BANK_KINDS
from ledger.intake.kinds import KINDS
from ledger.intake.records import record_sources
from ledger.intake.report import Touched
from ledger.intake.versions import VERSIONED
from ledger.store.owners import owned
from ledger.store.records import batches

# The tables in which the rows of an import stand, each with its source.
IMPORTED: tuple[Table, ...] = (
    *(tables.application_known, tables.fact, tables.allocation, tables.opening, tables.ruling),
    *VERSIONED.values(),
    *(tables.bank_line, tables.bank_balance),
)

# What the bank said is taken back with its whole file alone: of a line, only what it was taken for in the books is.
_AS_A_WHOLE = (tables.bank_line, tables.bank_balance)

# The records that are kept whole and carry on what earlier lines said, by what each is of.
_WHOLE = ((tables.member_known, "member"), (tables.deposit_known, "deposit"))


class UnknownImport(Refusal):
    """there is no import {no}"""

    no: int
    instead = N_("what was taken in is listed by: seisan imports")


class NothingToWithdraw(Refusal):
    """import {no} told nothing in these rows that still counts: {rows}"""

    no: int
    rows: str
    instead = N_("a row that told nothing new stands by an earlier import, or was withdrawn: seisan imports")


class MemberHasApplications(Refusal):
    """member {member} would be unknown, and has applications: {applications}"""

    member: str
    applications: list[str]
    instead = N_("correct the member of these first, or withdraw their rows: seisan imports")


class OpeningsAsAWhole(Refusal):
    """the balances with which the books begin are one whole, and {rows} of import {no} are a part of them"""

    no: int
    rows: str
    instead = N_("withdraw all of them, and take them in corrected: seisan withdraw {no} --reason …")


class WithdrawnBeforeKnown(Refusal):
    """what import {no} said became known on {known_on}, after {on}"""

    no: int
    on: date
    known_on: date
    instead = N_("use that day or a later one: --on {known_on}")


class NotRows(Refusal):
    """'{text}' names no import, nor rows of one"""

    text: str
    instead = N_(
        "for example: seisan withdraw 3, seisan withdraw 3:5, seisan withdraw 3:5,7-9, seisan withdraw 3:受領!14"
    )


@dataclass(frozen=True)
class RowsOfImport:
    """An import, or some rows of it: `rows` are first and last of each stretch; none: all. `sheet` None: any sheet."""

    no: int
    rows: tuple[tuple[int, int], ...] = ()
    sheet: str | None = None

    @property
    def text(self) -> str:
        """The rows as they are typed."""
        stretches = ",".join(str(first) if first == last else f"{first}-{last}" for first, last in self.rows)
        return "".join(filter(None, [f"{self.sheet}!" if self.sheet else "", stretches])) or _("all rows")


def parse_rows(text: str) -> RowsOfImport:
    """An import or rows of it, as they are typed: 3, 3:5, 3:5,7-9, 3:受領!14. Refused: anything else."""
    no, _colon, rest = text.strip().partition(":")
    sheet, _mark, stretches = rest.rpartition("!")
    try:
        rows = []
        for stretch in filter(None, stretches.split(",")):
            first, dash, last = stretch.partition("-")
            rows.append((int(first), int(last if dash else first)))
        return RowsOfImport(int(no), tuple(rows), sheet or None)
    except ValueError:
        raise NotRows(text) from None


# --- what was taken in ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Import:
    """A file that was taken in: which kinds of rows, how many told something new, how many of those are withdrawn."""

    no: int
    file: str
    kinds: tuple[str, ...]
    rows: int
    withdrawn_rows: int
    recorded_at: datetime
    by: str

    @property
    def kind(self) -> str:
        """The kinds of its rows, by their codes."""
        return ", ".join(self.kinds)

    @property
    def withdrawn(self) -> bool:
        """Whether all of it was withdrawn."""
        return self.rows > 0 and self.withdrawn_rows == self.rows


def imports(connection: Connection) -> list[Import]:
    """Every file that was taken in, oldest first."""
    source = tables.source.c
    files = connection.execute(select(tables.source).where(source.sha256.is_not(None)).order_by(source.id)).all()
    rows, standing, kinds = _counted(connection), _counted(connection, standing=True), _kinds(connection)
    return [
        Import(
            file.id,
            file.name,
            tuple(kind.code for kind in (*KINDS, *BANK_KINDS) if kind.code in kinds.get(file.id, ())),
            len(rows.get(file.id, ())),
            len(rows.get(file.id, set()) - standing.get(file.id, set())),
            file.recorded_at,
            file.by,
        )
        for file in files
    ]


def _counted(connection: Connection, *, standing: bool = False) -> dict[int, set[tuple[str | None, int | None]]]:
    """The rows of each import, by sheet and number; those that were not wholly withdrawn."""
    rows: dict[int, set[tuple[str | None, int | None]]] = {}
    for table in IMPORTED:
        statement = select(table.c.source, table.c.sheet, table.c.row).where(table.c.source.is_not(None)).distinct()
        if standing:
            statement = statement.where(facts.not_withdrawn(table, None))
        for source, sheet, row in connection.execute(statement):
            rows.setdefault(source, set()).add((sheet, row))
    return rows


def _kinds(connection: Connection) -> dict[int, set[str]]:
    by_fact = {fact: kind.code for kind in reversed(KINDS) for fact in kind.facts}
    kinds: dict[int, set[str]] = {}
    fact = tables.fact.c
    for source, name in connection.execute(select(fact.source, fact.name).distinct()):
        kinds.setdefault(source, set()).add(by_fact[name])
    others = {"openings": tables.opening, "rulings": tables.ruling}
    of_bank = {"bank_lines": tables.bank_line, "bank_balances": tables.bank_balance}
    for code, table in {**VERSIONED, **others, **of_bank}.items():
        statement = select(table.c.source).where(table.c.source.is_not(None)).distinct()
        for source in connection.execute(statement).scalars():
            kinds.setdefault(source, set()).add(code)
    return kinds


def withdrawn_sources(connection: Connection) -> set[int]:
    """The imports of which every row was withdrawn."""
    return {file.no for file in imports(connection) if file.withdrawn}


# --- withdrawing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Withdrawal:
    """What withdrawing took back: how many rows of the import, and what they were about.

    `changed` is False where the same was withdrawn before, on that day and for that reason.
    """

    rows: int
    touched: Touched
    openings: bool = False
    changed: bool = True


def withdraw(connection: Connection, rows: RowsOfImport, *, on: date, reason: str, by: str) -> Withdrawal:
    """Takes back what these rows said, from a day on; gives what they were about.

    Withdrawn before on that day and for that reason, nothing is written. Refused: an unknown import, rows that tell
    nothing that counts, a day before they became known, and a member who would be unknown and has applications.
    """
    source = tables.source.c
    file = select(source.id).where(source.id == rows.no, source.sha256.is_not(None))
    if connection.execute(file).first() is None:
        raise UnknownImport(rows.no)
    of_tables = [table for table in IMPORTED if not (rows.rows and table in _AS_A_WHOLE)]
    found: dict[str, list[Any]] = {table.name: [] for table in IMPORTED}
    found |= {table.name: list(connection.execute(_of_import(table, rows))) for table in of_tables}
    if not any(found.values()):
        return _withdrawn_before(connection, rows, on, reason)
    openings = found[tables.opening.name]
    if openings and rows.rows:
        raise OpeningsAsAWhole(rows.no, rows.text)
    latest = max(row.known_on for records in found.values() for row in records)
    if on < latest:
        raise WithdrawnBeforeKnown(rows.no, on, latest)
    (command,) = record_sources(connection, {"seisan withdraw": None}, by).values()
    marks = [
        {"of": of, "row_id": row.id, "known_on": on, "reason": reason, "source": command}
        for of, records in found.items()
        for row in records
    ]
    connection.execute(tables.withdrawn.insert(), marks)
    _require_members(connection, {row.member for row in found[tables.member_known.name]})
    for table, key in _WHOLE:
        keys = {getattr(row, key) for row in found[table.name]}
        _say_anew(connection, table, key, keys, on=on, reason=reason, source=command)
    again = _count_again(connection, rows.no, on, command) if found[tables.bank_line.name] else frozenset()
    lines = {(row.sheet, row.row) for records in found.values() for row in records}
    touched = _touched(connection, found)
    touched = replace(touched, deposits=touched.deposits | again)
    return Withdrawal(len(lines), touched, bool(openings))


def _count_again(connection: Connection, no: int, on: date, command: int) -> frozenset[str]:
    """Says the deposits anew that the bank had taken back in this import, and gives them: they count from this day."""
    version, mark = tables.deposit_known, tables.withdrawn.c
    statement = (
        select(version)
        .join(tables.withdrawn, (mark.of == version.name) & (mark.row_id == version.c.id))
        .where(mark.source == no, version.c.source != no)
    )
    last = {row.deposit: row for row in connection.execute(statement.order_by(version.c.known_on, version.c.id))}
    rows = [dict(row._mapping) | {"known_on": on, "source": command, "said": ""} for row in last.values()]
    for row in rows:
        del row["id"], row["sheet"], row["row"]
    if rows:
        connection.execute(version.insert(), rows)
    return frozenset(last)


def _withdrawn_before(connection: Connection, rows: RowsOfImport, on: date, reason: str) -> Withdrawal:
    """What the same command answers again: the last of these rows that was withdrawn was so on that day, with reason.

    Refused: rows that told nothing new, or that were withdrawn otherwise.
    """
    mark = tables.withdrawn.c
    lines, marks = set(), []
    for table in IMPORTED:
        brought = _brought_by(table, rows).subquery()
        statement = select(brought.c.sheet, brought.c.row, mark.source, mark.known_on, mark.reason).join_from(
            brought, tables.withdrawn, (mark.of == table.name) & (mark.row_id == brought.c.id)
        )
        for row in connection.execute(statement):
            lines.add((row.sheet, row.row))
            marks.append((row.source, row.known_on, row.reason))
    if not marks or max(marks)[1:] != (on, reason):
        raise NothingToWithdraw(rows.no, rows.text)
    return Withdrawal(len(lines), Touched(), changed=False)


def _of_import(table: Table, rows: RowsOfImport) -> Any:
    """The records that these rows brought and that were not withdrawn."""
    return _brought_by(table, rows).where(facts.not_withdrawn(table, None)).order_by(table.c.id)


def _brought_by(table: Table, rows: RowsOfImport) -> Any:
    """The records that these rows brought."""
    statement = select(table).where(table.c.source == rows.no)
    if rows.rows:
        statement = statement.where(or_(*(table.c.row.between(first, last) for first, last in rows.rows)))
    if rows.sheet is not None:
        statement = statement.where(table.c.sheet == rows.sheet)
    return statement


def _require_members(connection: Connection, members: Collection[str]) -> None:
    """Whoever has an application that counts is known."""
    version, application, fact = tables.member_known, owned().c, tables.fact
    applied_for = select(fact.c.application).where(fact.c.name == "applied_on", facts.not_withdrawn(fact, None))
    for group in batches(sorted(members)):
        said = or_(version.c.said.is_(None), version.c.said != "")
        stands = select(version.c.member).where(version.c.member.in_(group), facts.not_withdrawn(version, None), said)
        unknown = set(group) - set(connection.execute(stands).scalars())
        statement = select(application.member, application.number).where(
            application.member.in_(unknown), application.number.in_(applied_for)
        )
        numbers: dict[str, list[str]] = {}
        for member, number in connection.execute(statement.order_by(application.number)):
            numbers.setdefault(member, []).append(number)
        for member in sorted(numbers):
            raise MemberHasApplications(member, numbers[member])


def _say_anew(
    connection: Connection, table: Table, key: str, keys: Collection[str], *, on: date, reason: str, source: int
) -> None:
    """Says a record anew from what its lines that still count filled in, where its last line had carried on more."""
    keep = {"id", "known_on", "source", "sheet", "row", "said", key}
    names = [column.name for column in table.columns if column.name not in keep]
    rows: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for group in batches(sorted(keys)):
        statement = select(table).where(table.c[key].in_(group), facts.not_withdrawn(table, None))
        versions: dict[str, list[Any]] = {}
        for row in connection.execute(statement.order_by(table.c.known_on, table.c.id)):
            versions.setdefault(getattr(row, key), []).append(row)
        for of, history in versions.items():
            values: dict[str, Any] = dict.fromkeys(names)
            lines = [row for row in history if row.said != ""]
            if not lines:  # what is left only carried on what is withdrawn
                marks += [{"of": table.name, "row_id": row.id} for row in history]
                continue
            for row in lines:
                said = names if row.said is None else row.said.split()
                values |= {name: getattr(row, name) for name in said if getattr(row, name) is not None}
            if any(values[name] != getattr(history[-1], name) for name in names):
                rows.append({key: of, **values, "known_on": on, "source": source, "said": ""})
    if rows:
        connection.execute(table.insert(), rows)
    if marks:
        shared = {"known_on": on, "source": source, "reason": reason}
        connection.execute(tables.withdrawn.insert(), [mark | shared for mark in marks])


def _touched(connection: Connection, found: dict[str, list[Any]]) -> Touched:
    applications = {row.application for row in found[tables.fact.name]}
    applications |= {row.application for row in found[tables.allocation.name] if row.application is not None}
    applications |= {row.application for table in (tables.bill_known, tables.ruling) for row in found[table.name]}
    deposits = {row.deposit for name in ("deposit_known", "allocation") for row in found[name]}
    applications |= {
        number for allocation in allocations(connection, deposits).values() for number in allocation.applications
    }
    return Touched(frozenset(applications), frozenset(deposits), bool(found[tables.fee.name]))
