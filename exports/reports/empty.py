"""Why a list has nothing in it, in words: no such rows in the books yet, none by the day asked for, none known by that
day, none that fits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.i18n import N_, _, either

if TYPE_CHECKING:
    import sqlalchemy

FirstDay = Callable[["sqlalchemy.Connection", date], date | None]


def first_day(table: str, column: str, **of: str) -> FirstDay:
    """The first day in a column of a table, or of those rows in which other columns hold these values; None: no day.

    Where any row is of the day asked for or before, it is that row's day: the very first is not looked for.
    """

    def asked(connection: "sqlalchemy.Connection", as_of: date) -> date | None:
        from sqlalchemy import func, select

        from ledger import tables

        columns = tables.metadata.tables[table].c
        such = [columns[name] == value for name, value in of.items()]
        by_then = select(columns[column]).where(*such, columns[column] <= as_of).limit(1)
        day: date | None = connection.execute(by_then).scalar()
        return day or connection.execute(select(func.min(columns[column])).where(*such)).scalar()

    return asked


@dataclass(frozen=True)
class Empty:
    """What it means that a list has no rows (`says`), and what has to be in the books before it can have any.

    Without rows in `table` it has none: the input files of `kinds` bring them, or `command` makes them. Of a list as of
    a day, `first` is the first day on which there was any of it (none at all: the last of `kinds` is still to come),
    `known` the first on which any was known.
    """

    says: str = N_("There is nothing to list.")
    table: str = ""
    kinds: tuple[str, ...] = ()
    command: str = ""
    first: FirstDay | None = None
    known: FirstDay | None = None

    def why(self, connection: "sqlalchemy.Connection", question: Mapping[str, Any], narrowed_from: int) -> str:
        """The reason for which the list has no rows to a question, when so many were there before its filters.

        `typed` of the question is how what was asked is typed.
        """
        as_of, asked = question["as_of"], question["typed"]
        if self.table and not has_rows(connection, self.table):
            return self.nothing_yet()
        if narrowed_from:
            return _("None of the {count} rows fits: {asked}", count=narrowed_from, asked=" ".join(asked))
        if self.first is not None:
            first = self.first(connection, as_of)
            if first is None:
                return self.nothing_yet(self.kinds[-1:])
            if first > as_of:
                return _("On {as_of} there was none of this yet: the first is of {first}.", as_of=as_of, first=first)
        known = None if self.known is None else self.known(connection, as_of)
        if known is not None and known > as_of:
            return _(
                "On {as_of} none of this was known yet: the first became known on {first}. If it was known before, "
                "take the file in once more: seisan import FILE --known-on DAY",
                as_of=as_of,
                first=known,
            )
        if asked:
            return _("There is none that fits: {asked}", asked=" ".join(asked))
        return _(self.says)

    def nothing_yet(self, kinds: tuple[str, ...] | None = None) -> str:
        """That there is none, and what brings some: the files of these kinds, or of all that the list needs."""
        if kinds := self.kinds if kinds is None else kinds:
            from ledger.intake.kinds import require_kind

            titles = either("、", ", ").join(_(require_kind(kind).title) for kind in kinds)
            return _(
                "Nothing has been taken in yet of: {titles}. Next: seisan import FILE (an empty workbook: seisan "
                "template {kind} --out FILE.xlsx)",
                titles=titles,
                kind=kinds[0],
            )
        return either("", " ").join(
            filter(None, [_(self.says), self.command and _("Next: seisan {command}", command=self.command)])
        )


NOTHING = Empty()
NO_APPLICATION = Empty(
    N_("Nothing had been applied for."),
    "application",
    ("members", "applications"),
    first=first_day("fact", "day", name="applied_on"),
    known=first_day("fact", "known_on", name="applied_on"),
)


def has_rows(connection: Any, table: str) -> bool:
    """Whether a table has any."""
    from sqlalchemy import literal, select

    from ledger import tables

    one = select(literal(1)).select_from(tables.metadata.tables[table]).limit(1)
    return connection.execute(one).first() is not None
