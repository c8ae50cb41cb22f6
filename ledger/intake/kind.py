"""A kind of input file: its columns, the facts they bring, and what a row is about; and a row read by it."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import NamedTuple

from ledger.codes import FACTS, LINK_FACTS, REGISTER_FACTS
from ledger.errors import Problem
from ledger.i18n import N_
from ledger.intake.columns import CellNote, InputColumn, Value, day

KNOWN_ON = InputColumn("把握日", "known_on", day, N_("The day on which this became known; blank: see the guide."))


class FactValue(NamedTuple):
    """One thing said of an application: a day, a code, and how far a register reached; each None when not said."""

    name: str
    day: date | None = None
    code: str | None = None
    up_to: date | None = None


class Kind:
    """A kind of input file: its code, its title and its columns.

    `key` names what a row is about; rows of one key, known on one day, have to agree (an empty key: rows stand for
    themselves). `any_of` are headings of which one has to stand and, in each row, one cell has to be filled; with
    `only_one` the row is about what that cell names, and no other of them is filled.
    """

    def __init__(
        self,
        code: str,
        title: str,
        *columns: InputColumn,
        key: tuple[str, ...] = ("application",),
        any_of: tuple[str, ...] = (),
        only_one: bool = False,
    ) -> None:
        self.code, self.title, self.columns, self.key = code, title, columns, key
        self.any_of, self.only_one = any_of, only_one

    @cached_property
    def by_heading(self) -> dict[str, InputColumn]:
        """Every column that a file of this kind may have, by its heading."""
        return {column.heading: column for column in (*self.columns, KNOWN_ON)}

    @cached_property
    def headings(self) -> dict[str, str]:
        """The heading of each column, by the column's name."""
        return {column.name: column.heading for column in self.by_heading.values()}

    @cached_property
    def happened(self) -> dict[str, str]:
        """The heading of each column, by its name, that holds a day which cannot lie ahead."""
        days = (column for column in self.columns if column.form == "day" and not column.planned)
        return {column.name: column.heading for column in days}

    @cached_property
    def dated_by(self) -> str | None:
        """The name of the row's own day of checking or answering."""
        return next((column.name for column in self.columns if column.dates), None)

    @cached_property
    def received_on(self) -> str | None:
        """The name of the day on which what a row tells came to the federation."""
        return next((column.name for column in self.columns if column.received), None)

    @cached_property
    def facts(self) -> dict[str, dict[str, str]]:
        """Of each fact that a row brings, the name of the column for each of its parts; what has a day comes first."""
        parts: dict[str, dict[str, str]] = {}
        for column in self.columns:
            if column.dates in FACTS:
                parts.setdefault(column.dates, {})["up_to" if column.dates in REGISTER_FACTS else "day"] = column.name
            elif column.name in FACTS:
                parts.setdefault(column.name, {})["day" if column.form == "day" else "code"] = column.name
        return dict(sorted(parts.items(), key=lambda fact: "day" not in fact[1]))

    @cached_property
    def has_rules(self) -> bool:
        """Whether the cells of a row have to agree with one another (see `checks.row_problems`)."""
        linked = not {"choice", *LINK_FACTS}.isdisjoint(self.headings)
        return bool(self.dated_by or self.any_of or linked or any(len(parts) > 1 for parts in self.facts.values()))

    def lacks(self, headings: set[str]) -> list[str]:
        """The headings without which a sheet cannot be read as this kind, and that are not among these.

        A heading whose blank cells say "none" may be left out only where no unknown heading stands: that could be the
        same heading misspelt, and everyone would be said to have downloaded nothing.
        """
        unknown = bool(headings - self.by_heading.keys())
        missing = [
            column.heading
            for column in self.columns
            if column.heading not in headings and (column.required or (column.blank_says and unknown))
        ]
        if self.any_of and headings.isdisjoint(self.any_of):
            missing.append(" / ".join(self.any_of))
        return missing


class InputRow(NamedTuple):
    """A row as it was read: the values entered, by name. A name that is absent was not entered.

    `known_on` is the day it became known as far as the row says: 把握日, else its own day of checking or answering.
    `noticed` is what is odd about its cells and was taken in all the same.
    """

    kind: Kind
    file: str
    sheet: str | None
    row: int
    values: dict[str, Value]
    known_on: date | None
    noticed: tuple[CellNote, ...] = ()

    def day(self, name: str | None) -> date | None:
        """The day entered under this name."""
        value = self.values.get(name or "")
        assert value is None or isinstance(value, date)
        return value

    def text(self, name: str | None) -> str | None:
        """The text or code entered under this name."""
        value = self.values.get(name or "")
        assert value is None or isinstance(value, str)
        return value

    @property
    def key(self) -> tuple[Value | None, ...]:
        """What the row is about, such as the number of the application."""
        return tuple(self.values.get(name) for name in self.kind.key)

    @property
    def about(self) -> tuple[str, Value | None]:
        """The name of the first column of the key that is filled in, and what stands in it; None: none of them is."""
        filled = (name for name in self.kind.key if name in self.values)
        name = next(filled, self.kind.key[0])
        return name, self.values.get(name)

    @property
    def is_keyed(self) -> bool:
        """Whether it is known what the row is about: the whole key, or one of its columns where only one is filled."""
        return bool(self.key) and (any if self.kind.only_one else all)(value is not None for value in self.key)

    def facts(self) -> Iterator[FactValue]:
        """What the row says of its application."""
        for fact, columns in self.kind.facts.items():
            if not self.values.keys().isdisjoint(columns.values()):
                day, code, up_to = map(columns.get, ("day", "code", "up_to"))
                yield FactValue(fact, self.day(day), self.text(code), self.day(up_to))

    def problem(self, column: str | None, code: str, /, **fields: object) -> Problem:
        """A problem at this row, in the column of this heading."""
        return Problem(self.file, self.row, column, code, fields, self.sheet)
