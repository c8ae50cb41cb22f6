"""The books on SQLite or PostgreSQL: opened, upgraded, read and written the same way on both.

A write takes the whole book for itself from its first statement (BEGIN IMMEDIATE; `migrations.writes`), so nothing that
was read can change before it is written on. Whatever the driver says goes out as one of our refusals.
"""

import getpass
import json
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from ledger import errors, masking, tables
from ledger.errors import Refusal
from ledger.i18n import N_
from ledger.store import connecting, failures, holders, places, seals, write_queue

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "migrations"

# What SQLite says where it can make no file beside the books.
_NO_PLACE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR_SHM", "SQLITE_IOERR_WRITE", "SQLITE_FULL")

# What PostgreSQL says to a role that may not do something.
_FORBIDDEN = "42501"


class PlaceTaken(Refusal):
    """at {place} there are books already, or something else"""

    place: str
    instead = N_(
        "nothing was changed; name a database of the server with no books in it (no init before), or a new file"
    )


# A name as the books have it.
Spelled = Callable[[Connection, str], str]

# How long a writer waits for another one before it gives up, in milliseconds; asked at each connection.
PATIENCE = 60_000

# The key of the lock under which books are made or brought up to date on PostgreSQL; any number would do, as long as
# all take the same. Writers take their turn in `begin_write`.
_MAKERS = 7245


def parse_url(database: str) -> URL:
    """The address of the books, for either engine. An address of another kind is refused (not-a-database).

    So is what SQLite would keep in memory or look up by a URI of its own: books are a file that is there tomorrow.
    """
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise errors.NotADatabase(format_url(database)) from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    name = url.database or ""
    if url.drivername == "sqlite" and name and not name.startswith((":", "file:")) and not url.query:
        return url
    raise errors.NotADatabase(format_url(database))


def format_url(database: str) -> str:
    """The address, with the full path of a file and without the password, also where one stands among the options."""
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        return masking.passwords(database)
    if url.drivername == "sqlite" and url.database and not url.database.startswith((":", "file:")):
        return f"sqlite:///{Path(url.database).absolute()}"
    return masking.passwords(url.render_as_string(hide_password=True))


@cache
def _engine(database: str) -> Engine:
    # An error of ours may be printed with its statement; an account number that is bound to it may not.
    url = parse_url(database)
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    except NoSuchModuleError:
        raise errors.NotADatabase(format_url(database)) from None
    if url.drivername == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite if url.drivername == "sqlite" else _begin_postgresql)
    return engine


def _begin_ourselves(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours: the driver's own comes too late and is not IMMEDIATE


def _set_up_sqlite(connection: sqlite3.Connection, record: object) -> None:
    _begin_ourselves(connection, record)
    connection.execute(f"PRAGMA busy_timeout={PATIENCE}")
    for pragma in ("foreign_keys=ON", "recursive_triggers=ON", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        # Whatever a server's default is: what was committed while we waited for our turn has to be seen.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {PATIENCE}")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    # Days that are read as text are read as ISO writes them, whatever a server's habit is; and where the rows are taken
    # over some at a time (`large`), all of them will be.
    as_read = {"DateStyle": "ISO", "cursor_tuple_fraction": "1"}
    connection.exec_driver_sql("SELECT " + ", ".join(f"set_config('{of}', '{to}', true)" for of, to in as_read.items()))


@contextmanager
def reading(database: str) -> Iterator[Connection]:
    """The books as they are at this moment, unchanged by others until the block ends.

    So is a SQLite file where nothing can be written, or the disk is full. Refused: one that is written meanwhile.
    """
    with refusing(database), _connected_to_read(database) as connection:
        _require_version(connection, database)
        yield connection
        connection.rollback()


@contextmanager
def _connected_to_read(database: str) -> Iterator[Connection]:
    try:
        connection = _connect(database)
    except DatabaseError as error:
        file = _unwritable(database, error)
        if file is None:
            raise
    else:
        with connection:
            yield connection
        return
    # SQLite needs a file beside the books to read them as others write them. Here nobody could be let in that way: they
    # are read as they lie there, and whether they still lay there so in the end is asked by ourselves.
    before = _lying(file)
    with _standing_still(file) as engine, engine.connect() as connection:
        if _lying(file) != before:
            raise errors.WrittenMeanwhile(format_url(database))
        yield connection
    if _lying(file) != before:
        raise errors.WrittenMeanwhile(format_url(database))


def _unwritable(database: str, error: DatabaseError) -> Path | None:
    """The file of books that cannot be opened because nothing can be written beside them; None for another reason."""
    url = parse_url(database)
    if url.drivername != "sqlite" or not getattr(error.orig, "sqlite_errorname", "").startswith(_NO_PLACE):
        return None
    file = Path(str(url.database)).absolute()
    return None if places.why_not(file) is None or not os.access(file, os.R_OK) else file


def _lying(file: Path) -> tuple[tuple[int, int], ...]:
    """How books lie there, file and log: when each was written, and its size; without a log it is empty."""
    found = [path.stat() for path in (file, Path(f"{file}-wal")) if path.exists()]
    return tuple((one.st_mtime_ns, one.st_size) for one in found if one.st_size)


@contextmanager
def _standing_still(file: Path) -> Iterator[Engine]:
    """Opens books that nobody writes. Where a log was left beside them, what stands in it is read in a copy of both."""
    with TemporaryDirectory(prefix="seisan-") as folder:
        how = "immutable=1"
        if len(_lying(file)) > 1:
            how = "mode=rw"
            for ending in ("", "-wal"):
                places.copy(Path(f"{file}{ending}"), Path(folder) / f"books{ending}")
            file = Path(folder) / "books"
        url = make_url(f"sqlite:///{file.as_uri()}?{how}&uri=true")
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        event.listen(engine, "connect", _begin_ourselves)
        event.listen(engine, "begin", _begin_sqlite)
        yield engine


@contextmanager
def writing(
    database: str, *, dry_run: bool = False, by: str = "", command: str = "", spelled: Spelled | None = None
) -> Iterator[Connection]:
    """The books, for one writer; everything in the block is kept together, sealed (see `chain`), or not at all.

    With `dry_run` the same is done and then taken back. `by`, as the books have it `spelled`, and `command` are kept
    with the seals.
    """
    with refusing(database), turn(database, by), _connect(database) as plain:
        connection = plain.execution_options(writes=True)
        _require_version(connection, database)
        signer = by if spelled is None else spelled(connection, by)
        before = seals.open_write(connection, command=command, by=signer)
        holders.obtained(connection)
        _require_version(connection, database)  # it may have changed while we waited for our turn
        yield connection
        if dry_run:
            connection.rollback()
        else:
            seals.seal_write(connection, before, command=command, by=signer)
            _commit(connection)


class _Committed:
    """How often this process has committed."""

    times = 0


def commits() -> int:
    """How often this process has committed what a command wrote."""
    return _Committed.times


def _commit(connection: Connection) -> None:
    with _uninterrupted():
        connection.commit()
        _Committed.times += 1


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Within the block Ctrl-C does nothing: a COMMIT that was sent is done or not, and cannot be taken back half."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def turn(database: str, who: str = "") -> Iterator[None]:
    """Our turn to write. PostgreSQL's writers queue at its lock; SQLite's wait without order, so we give them one.

    Who waits is told `who` has it.
    """
    holders.waiting(lambda: _holder(database))
    try:
        if parse_url(database).drivername != "sqlite" or not _file(database).is_file():
            yield
            return
        with write_queue.turn(_file(database), PATIENCE, who):
            yield
    except write_queue.NotOurTurn as late:
        raise _locked(database, late.holder) from None
    finally:
        holders.obtained()


def _holder(database: str) -> holders.Holder | None:
    """Who has the books just now; None where that is not known."""
    if parse_url(database).drivername == "sqlite":
        says, locks = write_queue.holder(_file(database)), holders.of_file(_file(database))
        return says if locks is None or (says is not None and says.process == locks.process) else locks
    with suppress(DatabaseError), _engine(database).connect() as connection:
        return connecting.holder(connection)
    return None


def _locked(database: str, holder: holders.Holder | None) -> errors.DatabaseLocked:
    refusal = errors.DatabaseLocked(format_url(database), PATIENCE // 1000)
    refusal.holder = refusal.holder if holder is None else str(holder)
    return refusal


def _connect(database: str) -> Connection:
    url = parse_url(database)
    if url.drivername == "sqlite":
        if not (file := Path(str(url.database))).is_file():
            places.require_plain(file)
            raise errors.NoDatabase(format_url(database))
        # A link to books is a person's; SQLite's own files stand beside what it leads to, and are links to nothing.
        places.require_plain(*(Path(f"{file.resolve()}{ending}") for ending in ("-wal", "-shm", "-journal")))
    return _engine(database).connect()


def _file(database: str) -> Path:
    return Path(str(parse_url(database).database)).absolute()


class Creation(NamedTuple):
    """What became of the books: the version before (None: there were none) and after, and what was loaded.

    Accounts are named by their code, fees by the first day on which they apply.
    """

    before: str | None
    after: str
    accounts: list[str]
    fees: list[date]


def create(database: str, *, by: str = "") -> Creation:
    """Creates the books or brings them up to date, with the accounts and fees that are shipped and not in them yet.

    Books of a newer version are refused.
    """
    from ledger.store import shipment

    with refusing(database):
        url = parse_url(database)
        if url.drivername == "sqlite" and not (file := Path(str(url.database))).is_file():
            with places.on_disk(format_url(database)):
                places.require_plain(file)
                os.close(places.create(file, 0o600))  # the owner's alone
        with turn(database, by), _connect(database) as plain, _tables_made_anew(plain) as connection:
            before = _version(connection)
            holders.obtained(connection)
            versions, head = _versions()
            if before is not None and before not in versions:
                raise errors.DatabaseNewer(format_url(database), before)
            tables_before = set(inspect(connection).get_table_names())
            _upgrade(connection)
            # What a step puts in a table that it makes is sealed here; what stood there before was sealed already.
            marks = seals.open_write(connection, command="init", by=by)
            marks = _made_by_steps(connection, marks, tables_before)
            accounts, fees = shipment.load_chart(connection), shipment.load_fees(connection)
            seals.seal_write(connection, marks, command="init", by=by)
    return Creation(before, head, accounts, fees)


@contextmanager
def filled(database: str, fill: Callable[[Connection], None], *, dry_run: bool = False) -> Iterator[Connection]:
    """Books of this version for rows that `fill` puts in before any trigger stands; kept if the block ends well.

    Of a dry run nothing is kept.
    Refused: a place at which there are tables of books already (place-taken).
    """
    with refusing(database), _connect(database) as plain, _tables_made_anew(plain, dry_run=dry_run) as connection:
        if {*inspect(connection).get_table_names()} & {*tables.metadata.tables, "alembic_version"}:
            raise PlaceTaken(format_url(database))
        _upgrade(connection, fill)
        yield connection


def _upgrade(connection: Connection, fill: Callable[[Connection], None] | None = None) -> None:
    """Carries the steps out that these books have not seen, in the transaction that is open."""
    from alembic import command

    config = alembic_config()
    config.attributes |= {"connection": connection, "fill": fill}
    command.upgrade(config, "head")


def _made_by_steps(connection: Connection, marks: seals.Marks, tables_before: set[str]) -> seals.Marks:
    """Has what the steps put in tables that they made be sealed with this write."""
    if connection.dialect.name == "sqlite":
        return {name: mark for name, mark in marks.items() if name in tables_before}
    made = json.dumps(dict.fromkeys(set(seals.SEALED) - tables_before, 0))
    statement = "UPDATE open_write SET touched = touched || CAST(:made AS jsonb) WHERE transaction = txid_current()"
    connection.execute(text(statement), {"made": made})
    return marks


@contextmanager
def _tables_made_anew(plain: Connection, *, dry_run: bool = False) -> Iterator[Connection]:
    """For one writer whose steps may make a table anew that others refer to.

    SQLite cannot alter a table: the step copies it, drops it and renames the copy, which its foreign keys refuse, and
    it can switch these off outside a transaction only. So they are asked once at the end, before COMMIT.
    """
    connection = plain.execution_options(writes=True)
    if plain.dialect.name != "sqlite":
        # So nobody writes meanwhile. The lock of a number, which anybody may take, is for books that have no other yet.
        locks = "LOCK TABLE open_write IN EXCLUSIVE MODE"
        if not inspect(connection).has_table("open_write"):
            locks = f"SELECT pg_advisory_xact_lock({_MAKERS})"
        connection.exec_driver_sql(locks)
        yield connection
        if not dry_run:
            _commit(connection)
        return
    file = plain.connection.dbapi_connection
    assert file is not None
    file.cursor().execute("PRAGMA foreign_keys=OFF")
    dangling = set(connection.exec_driver_sql("PRAGMA foreign_key_check"))
    yield connection
    assert not set(connection.exec_driver_sql("PRAGMA foreign_key_check")) - dangling, "a step lost a reference"
    if not dry_run:
        _commit(connection)


def alembic_config() -> Any:
    """Alembic's configuration; the connection is handed over in its attributes, never an address in a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def _versions() -> tuple[frozenset[str], str]:
    """The versions this Seisan knows, read from the names of the steps: importing Alembic costs half a second."""
    steps = sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return frozenset(steps), steps[-1]


# Asked at each opening, so not by reflection, which asks for more.
_HAS_VERSION = {
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"),
    "postgresql": text("SELECT to_regclass('alembic_version')::text"),
}


def _version(connection: Connection) -> str | None:
    if connection.execute(_HAS_VERSION[connection.dialect.name]).scalar() is None:
        return None
    try:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DatabaseError as error:
        if getattr(error.orig, "sqlstate", None) == _FORBIDDEN:  # a stranger: admitted by the server, not to the books
            raise connecting.not_admitted(format_url(str(connection.engine.url))) from None
        raise


def _require_version(connection: Connection, database: str) -> None:
    version = _version(connection)
    versions, head = _versions()
    if version is None:
        raise errors.NoDatabase(format_url(database))
    if version not in versions:
        raise errors.DatabaseNewer(format_url(database), version)
    if version != head:
        raise errors.DatabaseOlder(format_url(database), version)


@contextmanager
def refusing(database: str) -> Iterator[None]:
    """What the driver says, as a refusal where the user can do something about it."""
    try:
        yield
    except DatabaseError as error:
        refusal = _refusal(error.orig, format_url(database))
        if isinstance(refusal, errors.NotPermitted):
            refusal.allowed = _allowed(database, str(error.orig))
        elif isinstance(refusal, errors.DatabaseLocked):
            refusal = _locked(database, _holder(database))
        if refusal is not None:
            raise refusal from None
        raise


def _allowed(database: str, said: str) -> list[str]:
    """The roles that may do what the role may not; none where the server does not say."""
    # Whoever may write at all may add to what closes a month.
    table = "month_step" if "begin_write" in said else connecting.forbidden_table(said)
    if table is None:
        return []
    with suppress(DatabaseError), _engine(database).connect() as connection:
        return connecting.allowed_roles(connection, table)
    return []


def _refusal(cause: BaseException | None, database: str) -> Refusal | None:
    if isinstance(cause, sqlite3.Error):
        if failures.is_lock(cause):
            return errors.DatabaseLocked(database, PATIENCE // 1000)
        return failures.of_sqlite(cause, database, _file(database))
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # What the driver itself cannot read, such as a day that no calendar has, stands in the books.
        unreadable = type(cause).__name__ == "DataError"
        return None if unreadable else connecting.unreachable(database, str(cause))
    if refused := connecting.of_a_write(state, str(cause)):
        return refused
    by_state: dict[str, Refusal] = {
        "55P03": errors.DatabaseLocked(database, PATIENCE // 1000),
        "40P01": errors.DatabaseLocked(database, PATIENCE // 1000),
        "53100": errors.DiskFull(database),
        "25006": errors.NotWritable(database),
        _FORBIDDEN: errors.NotPermitted(acting_role(database)),
        **dict.fromkeys(("3D000", "28", "08", "53300", "57P"), connecting.unreachable(database, str(cause))),
    }
    return next((refusal for code, refusal in by_state.items() if state.startswith(code)), None)


def acting_role(database: str) -> str:
    """The role that an address of PostgreSQL names; without a name it is, as PostgreSQL has it, the login."""
    url = parse_url(database)
    return str(url.username or url.query.get("user") or os.environ.get("PGUSER") or getpass.getuser())
