"""Members, transfers, bill lines and fees are kept as versions: each row is all that was known of one from a day on.

A cell left blank says nothing, so a version keeps what the one before it knew. A line of a bill has nothing but itself
to be known by: each is a new one.
"""

from bisect import insort_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, RowMapping

from ledger import tables
from ledger.facts import not_withdrawn
from ledger.intake.columns import Value
from ledger.intake.kind import InputRow
from ledger.intake.records import add, rows_of
from ledger.store import account_numbers
from ledger.store.records import batches

VERSIONED = {
    "members": tables.member_known,
    "deposits": tables.deposit_known,
    "bills": tables.bill_known,
    "fees": tables.fee,
    "payees": tables.payee_known,
}
T = TypeVar("T")

_NUMBER = "account_number"
_BILL_LINE = ("bill", "application", "nth")

# The day on which a version became known, and the values that are known from then on.
_Version = tuple[date, dict[str, Any]]


class ChangedValue(NamedTuple):
    """A value that counted before a line was added, and the one that counts now."""

    name: str
    was: Value | None
    now: Value | None


# So many lines are worked on at a time, for the memory that their versions take.
_PIECE = 20_000


def by_record(lines: list[InputRow]) -> Iterator[list[InputRow]]:
    """The lines of one kind, not too many at a time, those about one record together, and in their order."""
    if len(lines) <= _PIECE:
        yield from [lines] if lines else []
        return
    for subjects in batches(dict.fromkeys(map(_about, lines)), _PIECE):
        within = set(subjects)
        yield [line for line in lines if _about(line) in within]


def _about(line: InputRow) -> tuple[str, Value | None]:
    return line.about if line.kind.key else ("bill", line.values["bill"])


class Versions:
    """The versions of one kind of record that an import is about: those in the books, and those to be added."""

    def __init__(self, connection: Connection, lines: list[InputRow]) -> None:
        kind = lines[0].kind
        self._connection = connection
        self._table = VERSIONED[kind.code]
        self._key = kind.key or _BILL_LINE
        not_values = {"id", "known_on", "source", "sheet", "row", *self._key}
        if self._key == ("deposit",):
            not_values.add("application")  # whose it is stands in `allocation`
        self._says = "said" in self._table.columns
        not_values.add("said")
        self._names = [column.name for column in self._table.columns if column.name not in not_values]
        self._versions: dict[tuple[Any, ...], list[_Version]] = {}
        self._rows: list[dict[str, Any]] = []
        self._deposits: list[dict[str, Any]] = []
        self._bill_lines: dict[tuple[Any, ...], int] = {}
        self.repeated = False  # whether the line added last only says once more what was known on its day
        order = [self._table.c.known_on, self._table.c.id]
        keys: dict[str, set[Any]] = {}
        for name, value in map(_about, lines):
            keys.setdefault(name, set()).add(value)
        # One that was withdrawn keeps its identity.
        reference = tables.deposit.c.reference
        of_deposits = keys["deposit"] if self._key == ("deposit",) else set()
        self._references = {row.reference for row in rows_of(connection, reference, of_deposits, [reference])}
        self._shown = account_numbers.as_shown(
            connection, {str(number) for line in lines if (number := line.values.get(_NUMBER)) is not None}
        )
        stands = not_withdrawn(self._table, None)
        for name, values in keys.items():
            for row in rows_of(connection, self._table.c[name], values, list(self._table.columns), order, stands):
                self._know(row._mapping)

    def _know(self, stored: RowMapping) -> None:
        """A version that the books hold."""
        key = tuple(stored[name] for name in self._key)
        version = stored["known_on"], {name: stored[name] for name in self._names}
        self._versions.setdefault(key, []).append(version)
        if self._key == _BILL_LINE:
            self._bill_lines[key[:2]] = max(self._bill_lines.get(key[:2], 0), stored["nth"])

    def since(self, line: InputRow) -> date | None:
        """The day since which the books say all that a line says; None where they do not."""
        told = {name: line.values[name] for name in self._names if line.values.get(name) is not None}
        versions = self._versions.get(self._key_of(line), [])
        if _NUMBER in told:
            told[_NUMBER] = self._as_known(told[_NUMBER], versions)
        return holds_since(versions, lambda values: told.items() <= values.items())

    def add(self, line: InputRow, known_on: date, source: dict[str, object]) -> list[ChangedValue] | None:
        """Adds what a line says from a day on, and gives what it changes; None when all of it was known already.

        Lines come in the order in which they became known.
        """
        key = self._key_of(line)
        versions = self._versions.setdefault(key, [])
        if self._key == ("deposit",) and key[0] not in self._references:
            self._references.add(key[0])
            self._deposits.append({"reference": key[0], **source})
        was = versions[-1][1] if versions else {}
        before = next((version for version in reversed(versions) if version[0] <= known_on), None)
        told = {name: line.values.get(name) for name in self._names}
        if _NUMBER in told:
            told[_NUMBER] = self._as_known(told[_NUMBER], versions)
        values = _over(before[1] if before else {}, told)
        if before == (known_on, values):
            return None
        self.repeated = before is not None and before[1] == values
        self._append(key, known_on, values, source, [name for name in self._names if line.values.get(name) is not None])
        insort_right(versions, (known_on, values), key=itemgetter(0))
        self._fill(key, known_on, source)
        now = versions[-1][1]
        return [
            ChangedValue(name, was.get(name), now[name])
            for name in self._names
            if name in line.values and was.get(name) != now[name]
        ]

    def _as_known(self, number: Any, versions: list[_Version]) -> Any:
        """A number of an account as the books show it, where they have it of this record; else as it was typed."""
        shown = self._shown.get(number)
        return shown if any(values[_NUMBER] == shown for _known_on, values in versions) else number

    def _key_of(self, line: InputRow) -> tuple[Any, ...]:
        """The key of a line; a line of a bill is one more, whichever file it comes in."""
        if self._key != _BILL_LINE:
            return line.key
        of = line.values["bill"], line.values["application"]
        self._bill_lines[of] = self._bill_lines.get(of, 0) + 1
        return *of, self._bill_lines[of]

    def _fill(self, key: tuple[Any, ...], since: date, source: dict[str, object]) -> None:
        """Versions known later, and written earlier, learn what they left out from one that came in after them."""
        versions = self._versions[key]
        for at in range(1, len(versions)):
            known_on, values = versions[at]
            filled = _over(versions[at - 1][1], values)
            if known_on > since and filled != values:
                versions[at] = known_on, filled
                self._append(key, known_on, filled, source, [])

    def _append(
        self, key: tuple[Any, ...], known_on: date, values: dict[str, Any], source: dict[str, object], said: list[str]
    ) -> None:
        row = {**dict(zip(self._key, key, strict=True)), **values, "known_on": known_on, **source}
        self._rows.append(row | {"said": " ".join(said)} if self._says else row)

    def write(self) -> None:
        """Writes what was added; a transfer new to the books is first given its identity."""
        add(self._connection, tables.deposit, self._deposits)
        add(self._connection, self._table, self._rows)


def holds_since(versions: Iterable[tuple[date, T]], holds: Callable[[T], bool]) -> date | None:
    """The day since which what is known has held without a break, to the last version; None where that does not."""
    since: date | None = None
    for known_on, version in versions:
        since = (since or known_on) if holds(version) else None
    return since


def _over(before: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """What is known once these values are told: what they leave out stays as it was."""
    return {name: before.get(name) if value is None else value for name, value in values.items()}
