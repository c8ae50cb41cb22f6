"""A report: a list described once; terminal, CSV, workbook, JSON, `verify` and the reference of the JSON follow.

Its columns say what is in them (`get`), what a program calls it (`key`), and how a person reads it (`title`, `show`).
"""

import operator
import re
import shlex
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import compress, groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from exports.formats import terminal
from exports.formats.sheet import (
    IN_JAPAN,
    Block,
    Formulas,
    Kind,
    Sheet,
    SheetColumn,
    Style,
    StyledRow,
    Value,
    Values,
    on_screen,
)
from exports.reports.empty import NOTHING, Empty
from ledger import dates
from ledger.errors import Exit
from ledger.i18n import N_, _

if TYPE_CHECKING:
    import sqlalchemy

Json = dict[str, Any]
Question = Mapping[str, Any]
Cells = Mapping[str, Value]  # by the keys of columns
Connection: TypeAlias = "sqlalchemy.Connection"  # a report is described before anything is connected
ParameterKind = Literal["day", "text", "yen", "flag", "file"]


@dataclass(frozen=True)
class Parameter:
    """What a report can be asked for: an option, or an argument when `flag` is empty; days are dates, yen numbers.

    `read` makes of what was typed what is meant, and refuses what the books do not hold. One that narrows a list leaves
    the rows of which `fits` says that they are meant: given what stands in its `column` (a key, or a function of the
    row), and what was asked.
    """

    name: str
    kind: ParameterKind
    help: str
    flag: str = ""
    metavar: str = ""
    default: object = None
    read: Callable[[Connection, Any], Any] | None = None
    column: Callable[[Any], Any] | str = ""
    fits: Callable[[Any, Any], bool] = operator.eq
    required: bool = False


AS_OF = Parameter("as_of", "day", N_("the day the question is asked for (default: today)"), "--as-of", "DAY")
APPLICATION = Parameter("application", "text", N_("one application"), "--application", "NO")


# --- columns --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """What a row says in one place. `get` takes it from the row as data, or names where it stands: `finding.outcome`.

    Without `get` it is the attribute named by `key`, which is its name for programs and never changes. A column without
    `title` is for programs alone, one that is not `in_json` for people alone. `show` makes of the data what a person
    reads. Where `get` gives a list, `columns` say what is in each thing of it; if these have titles, each thing stands
    in a row of its own, and a column that is to be told `once` in the first of them. The reference of the JSON names
    its `kind`, or `data` where data and cell are of another kind. Where a terminal is too narrow for all columns, those
    of the smallest `importance` are left out first; what the list is about has 3, what it is asked for 4; what is
    `typed` stands below its row. `formula` says how a workbook works the cell out from others (see
    `exports.formats.formulas`): in every row, or in the row that it is given, where an empty one says nothing; the
    value stays what the books say.
    """

    key: str
    title: str = ""
    get: Callable[[Any], Any] | str = ""
    kind: Kind = "text"
    width: float = 12
    show: Callable[[Any], Value] | None = None
    total: bool = False
    wrap: bool = False
    on_paper: bool = False
    importance: int = 2
    once: bool = False
    typed: bool = False
    in_json: bool = True
    data: str = ""
    columns: tuple["Column", ...] = ()
    formula: Callable[[Any], str] | str = ""

    def of(self, row: Any) -> Any:
        """What the row holds here, as data."""
        return self.getter(row)

    @cached_property
    def getter(self) -> Callable[[Any], Any]:
        """What takes it from a row."""
        return attrgetter(self.get or self.key) if isinstance(self.get, str) else self.get

    def cell(self, row: Any) -> Value:
        """The same as it stands in a cell; a moment, which is kept in UTC, in Japan's time."""
        value: Value = self.getter(row) if self.show is None else self.show(self.getter(row))
        return dates.in_japan(value) if isinstance(value, datetime) else value

    def json(self, row: Any) -> Any:
        """The same as other programs read it."""
        value = self.of(row)
        if not self.columns or value is None:
            return list(value) if isinstance(value, tuple) else value
        return (
            [record(self.columns, item) for item in value] if isinstance(value, list) else record(self.columns, value)
        )

    @property
    def expands(self) -> bool:
        """Whether the things in it stand in rows of their own."""
        return not self.title and any(column.title for column in self.columns)

    @property
    def on_sheet(self) -> SheetColumn:
        """How the column looks."""
        looks = (self.title, self.kind, self.width, self.total, self.wrap, self.on_paper)
        key = f"{self.key}{IN_JAPAN}" if self.kind == "moment" else self.key
        formula = self.formula if isinstance(self.formula, str) else ""
        return SheetColumn(*looks, key=key, importance=self.importance, formula=formula, typed=self.typed)


def record(columns: Iterable[Column], row: Any) -> Json:
    """A row as other programs read it: data by key."""
    return {column.key: column.json(row) for column in columns if column.in_json}


def member(get: Callable[[Any], Any] = lambda row: row.member, *, key: str = "member") -> tuple[Column, ...]:
    """Whom a row is about, in three columns; empty for nobody known."""

    def part(name: str) -> Callable[[Any], Any]:
        return lambda row: None if get(row) is None else getattr(get(row), name)

    return (
        # The number of a member begins with the association.
        Column("association", N_("Association"), part("association"), width=9, importance=1),
        Column(key, N_("Member No."), part("number"), width=17, importance=3),
        Column("name", N_("Name"), part("name"), width=16),
    )


# --- tables ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A row that says by key what stands in it, not taken from the books: brought forward, a difference.

    By key, too, `formulas` say how it is worked out; those of other rows find it by its `name`.
    """

    cells: Cells
    style: Style = "normal"
    formulas: Formulas = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class Subtotal:
    """Sums below each run of rows for which `by` gives the same; `title` says of what."""

    by: Callable[[Any], Any]
    title: Callable[[Any], str]


@dataclass(frozen=True)
class Table:
    """Columns with the rows under them; `key` is the name of the list in JSON, empty for a table on paper only.

    `rows` takes them from what was read for the report; on paper they stand in the `order` that a key gives. `total`
    names the last row, with the sums of all; that name and those of subtotals stand in the column `label_at`.
    """

    columns: tuple[Column, ...]
    rows: Callable[[Any], Iterable[Any]] = lambda content: content
    key: str = ""
    heading: str = ""
    total: str = ""
    subtotal: Subtotal | None = None
    label_at: str = ""
    order: Callable[[Any], Any] | None = None
    new_page: bool = False

    def data(self, content: Any) -> list[Json]:
        """The rows as other programs read them."""
        return list(self.records(content))

    def records(self, content: Any) -> Iterator[Json]:
        """The same, each made when it is asked for."""
        return (record(self.columns, row) for row in self.rows(content))

    def block(self, content: Any = ()) -> Block:
        """The table on a sheet."""
        titled = tuple(column.on_sheet for column in _leaves(self.columns))
        total = "" if self.label_at else self.total
        return Block(titled, self._lines(content), _(self.heading), total, self.new_page)

    def _lines(self, content: Any) -> Iterator[Values | StyledRow]:
        keys = [column.key for column in _leaves(self.columns)]
        rows = self.rows(content)
        rows = rows if self.order is None else sorted(rows, key=self.order)
        if self.subtotal is None:
            yield from self._cells(rows, keys)
        else:
            for group, members in groupby(rows, key=self.subtotal.by):
                yield from self._cells(members, keys)
                yield _styled(Line({self.label_at: self.subtotal.title(group)}, "subtotal"), keys)
        if self.total and self.label_at:
            yield _styled(Line({self.label_at: _(self.total)}, "total"), keys)

    def _cells(self, rows: Iterable[Any], keys: list[str]) -> Iterator[Values | StyledRow]:
        titled = [column for column in self.columns if column.title or column.expands]
        nested = next((column for column in titled if column.expands), None)
        by_row = [(column.key, column.formula) for column in titled if not isinstance(column.formula, str)]
        for row in rows:
            if isinstance(row, Line):
                yield _styled(row, keys)
            elif by_row:
                cells = tuple([column.cell(row) for column in titled])
                written = {key: formula(row) for key, formula in by_row}
                yield StyledRow("normal", cells, {key: formula for key, formula in written.items() if formula})
            elif nested is None:
                yield tuple([column.cell(row) for column in titled])
            else:
                for nth, item in enumerate(nested.of(row) or [None]):
                    yield tuple(_expanded(titled, row, item, first=nth == 0))


def _leaves(columns: Iterable[Column]) -> list[Column]:
    leaves: list[Column] = []
    for column in columns:
        leaves += _leaves(column.columns) if column.expands else [column] if column.title else []
    return leaves


def _expanded(columns: Iterable[Column], row: Any, item: Any, *, first: bool) -> Iterator[Value]:
    for column in columns:
        if column.expands:
            yield from (None if item is None else leaf.cell(item) for leaf in _leaves(column.columns))
        else:
            yield column.cell(row) if first or not column.once else None


def _styled(line: Line, keys: list[str]) -> StyledRow:
    assert line.cells.keys() | line.formulas.keys() <= set(keys), line
    return StyledRow(line.style, tuple(line.cells.get(key) for key in keys), line.formulas, line.name)


def sheet(
    name: str,
    *blocks: Block,
    title: str = "",
    period: tuple[date, date] | None = None,
    as_of: date | None = None,
    subtitle: str = "",
    landscape: bool = True,
    notes: tuple[str, ...] = (),
) -> Sheet:
    """A sheet, called like its title unless that is another; who issues it is said where it is issued."""
    return Sheet(name, title or name, blocks, period, as_of, subtitle, landscape=landscape, notes=notes)


# --- rows that are too many to be held ------------------------------------------------------------------------------

Filters: TypeAlias = Sequence[Callable[[Any], bool]]
T = TypeVar("T")


class Streamed(Collection[T]):
    """Rows that are read while they are written; `len` is how many there are at most."""

    @abstractmethod
    def few(self) -> list[T] | None:
        """All of them, where they are so few that they can be held; else None."""

    @abstractmethod
    def where(self, filters: Filters) -> "Streamed[T]":
        """Those that all of the filters mean."""


# --- the report -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """A list by the name of its command: what it may be asked for, what is read for it, and how that is told.

    `rows` reads from the books, for a question that has every parameter and the day (`as_of`); what it gives stands
    in the first table, or `listed` takes its rows from it. Further `tables` stand below. JSON is the rows under
    `list_key`, with `facts` beside them; without a `list_key` it is the list alone. `text` is for the terminal where a
    table would not do. `reads` are tables of which no other statement tells, such as refusals. `remembered`
    are parameters that the machine knows and no books do: what is not asked for is asked for by the command with these.

    `empty` says why there is nothing in it; None where `text` says that. Where what was read is more than the rows of
    the list, `narrowed` puts it together anew around those that are left of them. Where it `failed`, the
    command answers 1.
    """

    name: str
    title: str
    summary: str
    columns: tuple[Column, ...]
    rows: Callable[[Connection, Question], Any]
    list_key: str = ""
    parameters: tuple[Parameter, ...] = ()
    examples: tuple[str, ...] = ()
    listed: Callable[[Any], Iterable[Any]] = lambda content: content
    heading: str = ""
    total: str = ""
    subtotal: Subtotal | None = None
    label_at: str = ""
    order: Callable[[Any], Any] | None = None
    tables: tuple[Table, ...] = ()
    facts: tuple[Column, ...] = ()
    tab: str = ""
    dated: bool = False
    subtitle: Callable[[Any], str] = lambda _content: ""
    notes: tuple[str, ...] = ()
    landscape: bool = True
    text: Callable[["Listing"], str] | None = None
    reads: tuple[str, ...] = ()
    remembered: Callable[[Connection], Question] | None = None
    empty: Empty | None = NOTHING
    narrowed: Callable[[Any, list[Any]], Any] = lambda _content, rows: rows
    failed: Callable[[Any], bool] = lambda _content: False

    @cached_property
    def every_table(self) -> tuple[Table, ...]:
        """The table of the list itself, and those below it."""
        named = (self.columns, self.listed, self.list_key, self.heading, self.total, self.subtotal, self.label_at)
        return (Table(*named, self.order), *self.tables)

    def ask(self, connection: Connection, question: Question) -> "Listing":
        """The answer to a question: parameters by name. What `rows` refuses is refused."""
        day = question.get("as_of") or dates.today()
        complete = {parameter.name: question.get(parameter.name, parameter.default) for parameter in self.parameters}
        complete["as_of"] = day
        assert question.keys() <= complete.keys(), question
        for parameter in self.parameters:
            if parameter.read is not None and complete[parameter.name] is not None:
                complete[parameter.name] = parameter.read(connection, complete[parameter.name])
        content, filters = self.rows(connection, complete), self._filters(complete)
        if isinstance(content, Streamed):
            few = content.few()
            before = 0 if few == [] else len(content)  # as many as can be told of, though not all of the day
            if filters:
                content = content.where(filters)
                few = content.few()
            content, rows = (content, True) if few is None else (few, bool(few))
        else:
            every = content if isinstance(content, list) else list(self.listed(content))
            meant = [row for row in every if all(fits(row) for fits in filters)]
            before, rows = len(every), bool(meant)
            content = self.narrowed(content, meant) if filters else content
        listing = Listing(self, complete, content, day, _issuer(connection))
        if self.empty is None or rows or any(table.data(content) for table in self.tables if table.key):
            return listing
        return replace(
            listing, why_empty=self.empty.why(connection, complete | {"typed": self._typed(complete)}, before)
        )

    def _filters(self, question: Question) -> Filters:
        """For each filter that is asked for, whether a row is meant."""
        getters = {column.key: column.getter for column in self.columns if column.in_json}

        def filtered(parameter: Parameter) -> Callable[[Any], bool]:
            asked, column = question[parameter.name], parameter.column
            get = getters[column] if isinstance(column, str) else column
            return lambda row: parameter.fits(get(row), asked)

        narrowing = (parameter for parameter in self.parameters if parameter.column)
        return [filtered(parameter) for parameter in narrowing if question[parameter.name] not in (None, False)]

    def _typed(self, question: Question) -> list[str]:
        """What was asked for, as it is typed: --association 東京."""
        return [
            " ".join(filter(None, (parameter.flag, "" if value is True else _quoted(str(value)))))
            for parameter in self.parameters
            if parameter.name != "as_of" and (value := question[parameter.name]) not in (None, False)
        ]

    def sheet(self, content: Any, day: date, *, tables: tuple[Table, ...] | None = None) -> Sheet:
        """The sheet of what was read, as of the day."""
        return sheet(
            self.tab or self.title,
            *(table.block(content) for table in tables or self.every_table),
            title=self.title,
            as_of=day if self.dated else None,
            subtitle=self.subtitle(content),
            landscape=self.landscape,
            notes=self.notes,
        )

    def records(self, content: Any) -> list[Json]:
        """The rows of the list as other programs read them."""
        return self.every_table[0].data(content)


def _issuer(connection: Connection) -> str:
    from ledger.statements.issuer import issuer

    return issuer(connection).name


def _quoted(word: str) -> str:
    """The word as a shell takes it for one."""
    return shlex.quote(word) if re.search(r"""[\s"'$&|;<>()*?\\`]""", word) else word


@dataclass(frozen=True)
class Listing:
    """What a report says to a question, as of a day, and who issues it; `content` is what was read for it."""

    report: Report
    question: Question
    content: Any = field(repr=False)
    made_on: date
    issuer: str = ""
    why_empty: str = ""

    @property
    def exit(self) -> int:
        """What the command answers to the shell."""
        return Exit.REFUSED if self.report.failed(self.content) else Exit.DONE

    def text(self) -> str:
        """For the terminal; of a list without rows the reason."""
        with on_screen():
            if self.why_empty:
                return terminal.format_sheet(replace(self.sheet(), blocks=(), notes=(self.why_empty,)))
            return terminal.format_sheet(self.drawn()) if self.report.text is None else self.report.text(self)

    def drawn(self) -> Sheet:
        """For the terminal: of several tables those that have rows."""
        sheet, tables = self.sheet(), self.report.every_table
        if len(tables) == 1:
            return sheet
        filled = [any(True for _row in table.rows(self.content)) for table in tables]
        return replace(sheet, blocks=tuple(compress(sheet.blocks, filled)) or sheet.blocks[:1])

    def sheet(self) -> Sheet:
        """For workbook and CSV."""
        return replace(self.report.sheet(self.content, self.made_on), issuer=self.issuer)

    def data(self, a_list: Callable[[Iterator[Json]], Any] = list) -> Any:
        """For other programs; `a_list` makes a list of what is in each table."""
        report = self.report
        if not report.list_key:
            return a_list(report.every_table[0].records(self.content))
        facts = ({"as_of": self.made_on} if report.dated else {}) | record(report.facts, self.content)
        tables = (table for table in report.every_table if table.key)
        return facts | {table.key: a_list(table.records(self.content)) for table in tables}
