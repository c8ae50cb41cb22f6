"""Many transfers settled at once: those that are certain, or those that somebody filled in on the list that came back.

Nothing else allocates a transfer than a person's command; this is one for many (`booking.allocation` is for one).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ledger import facts, fees, tables
from ledger.allocations import UNKNOWN, Allocation, Part, allocations, at_most, last_versions, version_rows
from ledger.booking.allocation import NotAPart, SettledBeforeKnown, parse_part
from ledger.booking.run import book
from ledger.codes import Account
from ledger.errors import Problem, Problems
from ledger.intake.matching import UnmatchedDeposit, unmatched
from ledger.intake.records import add, record_sources
from ledger.intake.worklist import FilledRow
from ledger.journal.balances import held
from ledger.store.large import each_row
from ledger.store.numbers import recorded


@dataclass(frozen=True)
class Match:
    """A transfer with the parts that it is said to pay for; `new`: the books did not know it before."""

    deposit: str
    parts: tuple[Part, ...]
    new: bool = True


def waiting(connection: Connection) -> list[UnmatchedDeposit]:
    """Every transfer of which it is not known what it pays for, and that was not returned or taken as income."""
    return unmatched(connection, fees.dues(connection), _gone(connection))


def settle_certain(connection: Connection, *, on: date, through: date, by: str) -> list[Match]:
    """Settles the transfers that are certain (`intake.certainty`), known from that day, and posts what they call for.

    A transfer that was not known by that day stays as it is.
    """
    known = _deposits(connection)
    certain = [
        Match(deposit.deposit, (Part(deposit.certain),))
        for deposit in waiting(connection)
        if deposit.certain is not None and known[deposit.deposit].known_on <= on
    ]
    return _settled(connection, certain, on=on, through=through, by=by)


def settle_filled(
    connection: Connection, rows: Sequence[FilledRow], *, on: date, through: date, by: str
) -> list[Match]:
    """Settles what was filled in, known from that day, all of it or nothing, and posts what it calls for.

    What is known already stays as it is. Refused: a day before a transfer was known (settled-before-known). Raises
    Problems: what is not known, and a transfer that was settled, or an application that was paid, in the meantime.
    """
    filled = _Filled(connection, rows)
    matches = filled.matches()
    if filled.problems:
        order = {id(row): nth for nth, row in enumerate(rows)}
        raise Problems([problem for _row, problem in sorted(filled.problems, key=lambda one: order[id(one[0])])])
    known, allocated = filled.deposits, filled.allocated
    for match in matches:
        before = allocated.get(match.deposit, UNKNOWN)
        known_on = max(known[match.deposit].known_on, before.known_on or date.min)
        if match.new and on < known_on:
            raise SettledBeforeKnown(match.deposit, on, known_on)
    return _settled(connection, matches, on=on, through=through, by=by)


def _settled(connection: Connection, matches: list[Match], *, on: date, through: date, by: str) -> list[Match]:
    """Records the new ones of these matches, and posts what they call for."""
    new = {match.deposit: match.parts for match in matches if match.new}
    if not new:
        return matches
    (source,) = record_sources(connection, {"seisan match": None}, by).values()
    versions = last_versions(connection, new)
    rows = [
        row
        for deposit, parts in new.items()
        for row in version_rows(deposit, versions.get(deposit, 0) + 1, parts, on, {"source": source})
    ]
    add(connection, tables.allocation, rows)
    applications = {part.application for parts in new.values() for part in parts}
    book(connection, max(on, through), by=by, only=applications, deposits=list(new))
    return matches


def _deposits(connection: Connection) -> dict[str, Any]:
    """Every transfer as it is known last."""
    version = tables.deposit_known
    rows = each_row(connection, facts.latest_version(version, (version.c.deposit,), None))
    return {row.deposit: row for row in rows}


def _gone(connection: Connection) -> set[str]:
    """The transfers of which nothing waits in suspense, though they were posted: returned, or taken as income."""
    deposit = tables.movement.c.deposit
    posted = each_row(connection, select(deposit).where(deposit.is_not(None)).distinct())
    return {reference for (reference,) in posted} - held(connection, Account.SUSPENSE, "deposit").keys()


# --- what was filled in ---------------------------------------------------------------------------------------------


class _Filled:
    """What was filled in, held against the books: what each transfer is said to pay for, and what cannot be."""

    def __init__(self, connection: Connection, rows: Sequence[FilledRow]) -> None:
        self.problems: list[tuple[FilledRow, Problem]] = []
        self.rows = rows
        self.deposits, self.allocated = _deposits(connection), allocations(connection)
        self.gone, self.fees = _gone(connection), fees.dues(connection)
        self.read = {id(row): self._read(row) for row in rows}
        named = {part.application for parts in self.read.values() for part in parts}
        self.known_deposits = recorded(connection, "deposit", {row.deposit for row in rows})
        self.known_applications = recorded(connection, "application", named)
        self.there_are = set(connection.execute(select(tables.application.c.number)).scalars())
        self.paid = _paid(self.allocated, self.deposits)

    def _wrong(self, row: FilledRow, code: str, **fields: object) -> None:
        self.problems.append((row, row.problem(code, **fields)))

    def _read(self, row: FilledRow) -> list[Part]:
        parts = []
        for text in row.parts:
            try:
                parts.append(parse_part(text))
            except NotAPart:
                self._wrong(row, "not-a-part", value=text)
        return parts

    def matches(self) -> list[Match]:
        """What each transfer is said to pay for, as far as it can be."""
        by_deposit: dict[str, list[FilledRow]] = defaultdict(list)
        for row in self.rows:
            deposit = self._number(row, row.deposit, self.known_deposits, "unknown-deposit")
            if deposit is not None and deposit not in self.deposits:
                self._wrong(row, "unknown-deposit", value=row.deposit)
            elif deposit is not None:
                by_deposit[deposit].append(row)
        return [match for deposit, rows in by_deposit.items() if (match := self._match(deposit, rows)) is not None]

    def _number(self, row: FilledRow, written: str, known: Mapping[str, list[str]], unknown: str) -> str | None:
        """The number as it was first recorded; None, with a problem, for one that is not known or could be several."""
        found = known.get(written, [])
        if len(found) != 1:
            code, more = ("ambiguous-number", {"numbers": found}) if found else (unknown, {})
            self._wrong(row, code, value=written, **more)
            return None
        return found[0]

    def _match(self, deposit: str, rows: list[FilledRow]) -> Match | None:
        """What a transfer is said to pay for, in all of its rows; None where there is a problem, or nothing is said."""
        parts: dict[str, tuple[Part, FilledRow]] = {}
        for row in rows:
            for part in self.read[id(row)]:
                number = self._number(row, part.application, self.known_applications, "unknown-application")
                if number is None:
                    continue
                if number not in self.there_are:
                    self._wrong(row, "unknown-application", value=part.application)
                elif number in parts:
                    self._wrong(row, "again", value=number, first=parts[number][1].row)
                else:
                    parts[number] = Part(number, part.yen), row
        said = tuple(part for part, _row in parts.values())
        before = self.allocated.get(deposit, UNKNOWN).parts
        if not said:
            return None
        if set(before) == set(said):
            return Match(deposit, said, new=False)
        if before:
            numbers = [part.application for part in before]
            self._wrong(rows[0], "settled-meanwhile", deposit=deposit, applications=numbers)
        elif deposit in self.gone:
            self._wrong(rows[0], "nothing-left", deposit=deposit)
        else:
            self._pay(deposit, list(parts.values()))
        return Match(deposit, said)

    def _pay(self, deposit: str, parts: list[tuple[Part, FilledRow]]) -> None:
        """Says where an application is paid already, and where a transfer does not go as far as its parts."""
        left: int = self.deposits[deposit].yen
        for part, row in parts:
            number, fee = part.application, self.fees.get(part.application)
            payers, covered = self.paid.get(number, ([], 0))
            if payers and (fee is None or covered >= fee):
                self._wrong(row, "paid-meanwhile", value=number, deposits=payers)
                continue
            due = left if fee is None else max(0, fee - covered)
            if left <= 0 or (part.yen or 0) > left:
                self._wrong(row, "beyond-the-deposit", value=number, deposit=deposit, yen=self.deposits[deposit].yen)
            yen = min(left, due if part.yen is None else part.yen)
            left -= yen
            self.paid[number] = [*payers, deposit], covered + yen


def _paid(allocated: Mapping[str, Allocation], deposits: Mapping[str, Any]) -> dict[str, tuple[list[str], int]]:
    """The transfers that are known to pay for each application, and how many yen at most."""
    paid: dict[str, tuple[list[str], int]] = {}
    for deposit, said in allocated.items():
        row = deposits.get(deposit)
        for part, yen in at_most(said.parts, 0 if row is None else row.yen):
            payers, covered = paid.get(part.application, ([], 0))
            paid[part.application] = [*payers, deposit], covered + yen
    return paid
