"""Books taken from SQLite to PostgreSQL, or back: every row as it stands, with its number, its moment and its seal.

In one transaction: the tables are made, rows come in before any trigger stands, and what has come is held against
itself. Nothing of it is there before all of it is. The books that are copied stay as they are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError

from ledger import tables
from ledger.errors import NoDatabase, Refusal
from ledger.i18n import N_
from ledger.store import backup, database, places, seals
from ledger.store.records import owns

# Parents first, so that no row names one that is not there yet.
_NAMES = tuple(table.name for table in tables.metadata.sorted_tables)

# So many rows are handed to SQLite at once.
_LINES = 10_000

Row = tuple[str, list[Any]]

# What is wrong with books, a line for each fault; and rows that are counted while they go through (`progress`).
Faults = Callable[[Connection], Sequence[str]]
Watch = Callable[[Iterable[Row], int], Iterator[Row]]


class NotAMove(Refusal):
    """{database} and {to} are databases of the same kind"""

    database: str
    to: str
    instead = N_("SQLite books are copied by seisan backup, those of a server by its pg_dump and pg_restore")


class OwnerMoves(Refusal):
    """{database} can be moved by the login alone that owns the books: no other reads every row"""

    database: str
    instead = N_("name the owner in the address: postgresql://OWNER@HOST/DATABASE")


class NotSoundToMove(Refusal):
    """the books at {database} do not agree with themselves: {fault}"""

    database: str
    fault: str
    instead = N_("nothing was moved; see every fault: seisan verify --database {database}")


class NotSoundThere(Refusal):
    """what was written to {to} does not agree with itself there: {fault}"""

    to: str
    fault: str
    instead = N_("nothing was kept there; name a new database with nothing in it (createdb --template template0)")


class RowNotTaken(Refusal):
    """{to} does not take a row of the table {table}: {says}"""

    to: str
    table: str
    says: str
    instead = N_("nothing was kept there; see what is wrong with the row: seisan verify")


@dataclass(frozen=True)
class Moved:
    """What stands in the new place: how many rows each table has, the head of the chain; whether it was put there now.

    Books that had been moved before, and went on there, are only counted as far as they are these.
    """

    rows: dict[str, int]
    head: str
    changed: bool


def move(
    address: str, to: str, *, by: str, rules: Faults, faults: Faults, watch: Watch, dry_run: bool = False
) -> Moved:
    """Puts books into a database of the other kind; `rules` are faults of what a database enforces, `faults` all.

    While SQLite's are moved nobody else writes them; of a server's one moment is taken, and others go on. Moved again,
    nothing is changed. In a dry run all of it is done and verified, and taken back before COMMIT: nothing is left in
    the new place. Refused: two of one kind, who does not own them, books that do not agree with themselves, and a
    place that holds anything else.
    """
    if database.parse_url(address).drivername == database.parse_url(to).drivername:
        raise NotAMove(database.format_url(address), database.format_url(to))
    with _at_rest(address, by) as books:
        if not owns(books):
            raise OwnerMoves(database.format_url(address))
        rows = {name: seals.count(books, name) for name in _NAMES}
        heads = _heads(books)
        moved = Moved(rows, heads[-1] if heads else "", changed=not _stand_there(to, heads))
        if moved.changed:
            if wrong := rules(books):
                raise NotSoundToMove(database.format_url(address), wrong[0])
            with _new_books(to, lambda new: _bring(address, books, new, to, watch), dry_run=dry_run) as new:
                _require_same(address, books, to, new, faults)
    return moved


def _at_rest(address: str, by: str) -> AbstractContextManager[Connection]:
    """The books while they are copied; SQLite's are held as for a write that is taken back."""
    if database.parse_url(address).drivername == "sqlite":
        return database.writing(address, dry_run=True, by=by, command="move")
    return database.reading(address)


def _heads(connection: Connection) -> list[str]:
    return list(connection.execute(select(tables.batch.c.head).order_by(tables.batch.c.no)).scalars())


def _stand_there(to: str, heads: list[str]) -> bool:
    """Whether these books, or what became of them, are in the new place. Refused: others, or any other file."""
    try:
        with database.reading(to) as there:
            if heads and _heads(there)[: len(heads)] == heads:
                return True
    except NoDatabase:
        url = database.parse_url(to)
        if url.drivername != "sqlite" or not Path(str(url.database)).exists():
            return False
    raise database.PlaceTaken(database.format_url(to))


class _TakenBack(Exception):
    """A dry run ended well."""


@contextmanager
def _new_books(to: str, fill: Callable[[Connection], None], *, dry_run: bool) -> Iterator[Connection]:
    """New books with what `fill` puts in; they are there when the block has ended well, not before, nor a dry run's."""
    url = database.parse_url(to)
    if url.drivername != "sqlite":
        with database.filled(to, fill, dry_run=dry_run) as new:
            yield new
        return
    file = Path(str(url.database))
    with places.on_disk(file):
        places.require_plain(file)
    with suppress(_TakenBack), backup.put_beside(file, mode=0o600) as making:
        with database.filled(f"sqlite:///{making}", fill, dry_run=dry_run) as new:
            yield new
        if dry_run:
            raise _TakenBack
        backup.close(making)


# --- rows -----------------------------------------------------------------------------------------------------------


def _bring(address: str, books: Connection, new: Connection, to: str, watch: Watch) -> None:
    """Copies every row, table by table, in the order of the keys."""
    every = watch(_rows(address, books), sum(seals.count(books, name) for name in _NAMES))
    put = _put_into_sqlite if new.dialect.name == "sqlite" else _put_into_postgresql
    for name, rows in groupby(every, key=itemgetter(0)):
        try:
            put(new, name, (values for _name, values in rows))
        except (DataError, IntegrityError, UnicodeError) as error:
            # Only the first line: what follows may show a whole row, with the number of an account.
            said = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise RowNotTaken(database.format_url(to), name, said) from None
    if new.dialect.name == "postgresql":
        new.execute(text("ANALYZE"))  # what is asked next is planned by what stands there now


def _rows(address: str, books: Connection) -> Iterator[Row]:
    """Every row with its table, as it is kept: days and moments in the words in which SQLite keeps them."""
    for name in _NAMES:
        try:
            with database.refusing(address):
                for row in seals.plain(books, name):
                    yield name, [_as_kept(value) for value in row.values()]
        except DatabaseError as error:  # SQLite keeps as text what is none
            where = f"table {name}: {type(error.orig).__name__}"
            raise NotSoundToMove(database.format_url(address), where) from None


def _as_kept(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int) else seals.as_text(value)


def _columns(name: str) -> list[str]:
    """The columns of a table in the order in which `seals.plain` gives them."""
    return sorted(tables.metadata.tables[name].columns.keys())


def _put_into_postgresql(new: Connection, name: str, rows: Iterable[list[Any]]) -> None:
    import psycopg

    columns = ", ".join(f'"{column}"' for column in _columns(name))
    driver: Any = new.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY public.{name} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        kinds = {psycopg.DataError: DataError, psycopg.IntegrityError: IntegrityError}
        kind = next((ours for theirs, ours in kinds.items() if isinstance(error, theirs)), DatabaseError)
        raise kind(f"COPY {name}", None, error) from error


def _put_into_sqlite(new: Connection, name: str, rows: Iterable[list[Any]]) -> None:
    columns = _columns(name)
    quoted, marks = ", ".join(f'"{column}"' for column in columns), ", ".join("?" * len(columns))
    remaining = iter(rows)
    while some := list(map(tuple, islice(remaining, _LINES))):
        new.exec_driver_sql(f"INSERT INTO {name} ({quoted}) VALUES ({marks})", some)  # noqa: S608 - our own names


# --- what came ------------------------------------------------------------------------------------------------------


def _require_same(address: str, books: Connection, to: str, new: Connection, faults: Faults) -> None:
    """Holds what has come against itself and against what was copied, before it is kept."""
    wrong = list(faults(new))
    if not wrong and _heads(new) != _heads(books):
        wrong = ["batch"]
    wrong += [name for name in _NAMES if seals.count(new, name) != seals.count(books, name)]
    if not wrong:
        return
    if own := faults(books):
        raise NotSoundToMove(database.format_url(address), own[0])
    raise NotSoundThere(database.format_url(to), wrong[0])
