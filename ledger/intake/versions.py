"""Members, transfers, bill lines and fees are kept as versions: each row is all that was known of one from a day on.

A cell left blank says nothing, so a version keeps what the one before it knew: importing the bank's list again does not
undo what a transfer was found to pay for.
"""

from bisect import insort_right
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from ledger import tables
from ledger.intake.bulk import add, rows_of
from ledger.intake.columns import Value
from ledger.intake.kind import InputRow

_Known = tuple[date, dict[str, Any]]


VERSIONED = {
    "members": tables.member_known,
    "deposits": tables.deposit_known,
    "bills": tables.bill_known,
    "fees": tables.fee,
}
_BILL_LINE = ("bill", "application", "nth")


@dataclass(frozen=True)
class ChangedValue:
    """A value that counted before a line was added, and the one that counts now."""

    name: str
    was: Value | None
    now: Value | None


class Versions:
    """The versions of one kind of record that an import is about: those kept, and those to be added."""

    def __init__(self, connection: Connection, lines: list[InputRow]) -> None:
        kind = lines[0].kind
        self._connection = connection
        self._table = VERSIONED[kind.code]
        self._key = kind.key or _BILL_LINE
        apart = {"id", "known_on", "source", "sheet", "row", *self._key}
        self._columns = [column.name for column in self._table.columns if column.name not in apart]
        self._kept: dict[tuple[Any, ...], list[_Known]] = {}
        self._rows: list[dict[str, Any]] = []
        self._deposits: list[dict[str, Any]] = []
        self._nth: Counter[tuple[Any, ...]] = Counter()
        first = self._table.c[self._key[0]]
        wanted = {line.values[first.name] for line in lines}
        order = [self._table.c.known_on, self._table.c.id]
        for row in rows_of(connection, first, wanted, list(self._table.columns), order):
            known = row._mapping
            key = tuple(known[name] for name in self._key)
            self._kept.setdefault(key, []).append((known["known_on"], {name: known[name] for name in self._columns}))

    def add(self, line: InputRow, known_on: date, source: dict[str, object]) -> list[ChangedValue] | None:
        """Adds what a line says from a day on, and gives what it changes; None when all of it was known already.

        Lines come in the order in which they became known.
        """
        key = self._key_of(line)
        kept = self._kept.setdefault(key, [])
        if not kept and self._key == ("deposit",):
            self._deposits.append({"reference": key[0], **source})
        counted = kept[-1][1] if kept else {}
        before = next((known for known in reversed(kept) if known[0] <= known_on), None)
        now = _over(before[1] if before else {}, {name: line.values.get(name) for name in self._columns})
        if before == (known_on, now):
            return None
        self._append(key, known_on, now, source)
        insort_right(kept, (known_on, now), key=lambda known: known[0])
        self._fill(key, known_on, source)
        counts = kept[-1][1]
        return [
            ChangedValue(name, counted.get(name), counts[name])
            for name in self._columns
            if name in line.values and counted.get(name) != counts[name]
        ]

    def _key_of(self, line: InputRow) -> tuple[Any, ...]:
        """The key of a line; of a bill, lines for one application are counted within the file."""
        if "nth" not in self._key:
            return line.key
        bill = line.values["bill"], line.values["application"]
        self._nth[line.file, *bill] += 1
        return *bill, self._nth[line.file, *bill]

    def _fill(self, key: tuple[Any, ...], since: date, source: dict[str, object]) -> None:
        """Versions known later, and kept earlier, learn what they left out from one that came in after them."""
        kept = self._kept[key]
        for at in range(1, len(kept)):
            known_on, values = kept[at]
            filled = _over(kept[at - 1][1], values)
            if known_on > since and filled != values:
                kept[at] = known_on, filled
                self._append(key, known_on, filled, source)

    def _append(self, key: tuple[Any, ...], known_on: date, values: dict[str, Any], source: dict[str, object]) -> None:
        named = dict(zip(self._key, key, strict=True))
        self._rows.append({**named, **values, "known_on": known_on, **source})

    def keep(self) -> None:
        """Writes what was added; a transfer new to the books is first given its identity."""
        add(self._connection, tables.deposit, self._deposits)
        add(self._connection, self._table, self._rows)


def _over(before: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What is known once this is said: what it leaves out stays as it was."""
    return {name: before.get(name) if value is None else value for name, value in said.items()}
