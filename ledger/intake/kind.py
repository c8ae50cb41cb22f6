"""A kind of input file: its columns, what a row is about, and what has to hold within a row; and a line read by it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ledger.errors import Problem
from ledger.i18n import N_
from ledger.intake.columns import CellProblem, InputColumn, Value, day

# What the sheets of a blank input workbook are called that nobody fills in: the guide, the words of drop-down lists.
GUIDE = N_("How to fill it in")
LISTS = "選択肢"

KNOWN_ON = InputColumn(
    "把握日", "known_on", day, "day", N_("The day on which this became known; blank: the day of import.")
)


class FactValue(NamedTuple):
    """One thing said of an application: a day, a code, and how far a register reached; each None when not said."""

    name: str
    day: date | None = None
    code: str | None = None
    up_to: date | None = None


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row as it was read: the values entered, by name. A name that is absent was not entered.

    `known_on` is the day it became known as far as the row says: 把握日, else its own day of checking or answering.
    """

    kind: "Kind"
    file: str
    sheet: str | None
    row: int
    values: dict[str, Value]
    known_on: date | None

    def day(self, name: str) -> date | None:
        """The day entered under this name."""
        value = self.values.get(name)
        assert value is None or isinstance(value, date)
        return value

    def text(self, name: str) -> str | None:
        """The text or code entered under this name."""
        value = self.values.get(name)
        assert value is None or isinstance(value, str)
        return value

    @property
    def key(self) -> tuple[Value | None, ...]:
        """What the row is about, such as the number of the application."""
        return tuple(self.values.get(name) for name in self.kind.key)

    def problem(self, column: str | None, code: str, /, **fields: object) -> Problem:
        """A problem at this row, in the column of this heading."""
        return Problem(self.file, self.row, column, code, fields, self.sheet)


Rule = Callable[[InputRow], Iterator[tuple[str | None, CellProblem]]]


def _no_rule(_line: InputRow) -> Iterator[tuple[str | None, CellProblem]]:
    return iter(())


def _says_nothing(_line: InputRow) -> Iterator[FactValue]:
    return iter(())


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of input file.

    `key` names what a row is about; rows of one key, known on one day, have to agree (an empty key: rows stand for
    themselves). `any_of` are headings of which one has to stand and, in each row, one cell has to be filled.
    `dated_by` is the name of the row's own day of checking or answering. `rule` gives the problems within a row, by
    heading; `says` gives what a row says of its application.
    """

    code: str
    title: str
    columns: tuple[InputColumn, ...]
    key: tuple[str, ...] = ("application",)
    any_of: tuple[str, ...] = ()
    dated_by: str | None = None
    rule: Rule = _no_rule
    says: Callable[[InputRow], Iterator[FactValue]] = _says_nothing
    by_heading: dict[str, InputColumn] = field(init=False)
    headings: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_heading", {column.heading: column for column in (*self.columns, KNOWN_ON)})
        object.__setattr__(self, "headings", {column.name: column.heading for column in self.by_heading.values()})

    def lacks(self, headings: set[str]) -> list[str]:
        """The headings without which a sheet cannot be read as this kind, and that are not among these.

        A heading whose blank cells say "none" may be left out only where no unknown heading stands: that could be the
        same heading misspelt, and everyone would be said to have downloaded nothing.
        """
        strange = bool(headings - self.by_heading.keys())
        missing = [
            column.heading
            for column in self.columns
            if column.heading not in headings and (column.required or (column.blank_says and strange))
        ]
        if self.any_of and headings.isdisjoint(self.any_of):
            missing.append(" / ".join(self.any_of))
        return missing


def not_after_check(line: InputRow, happened: str, checked: str) -> Iterator[tuple[str | None, CellProblem]]:
    """The problem that a register shows a day later than the day up to which it was checked."""
    one, other = line.day(happened), line.day(checked)
    if one is not None and other is not None and one > other:
        yield line.kind.headings[happened], CellProblem("in-the-future", value=one, limit=other)
