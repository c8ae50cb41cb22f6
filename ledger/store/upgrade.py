"""Books that are made, or brought up to date: by the steps of `migrations`, with what is shipped, or not at all."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, inspect, text

from ledger import errors, tables
from ledger.errors import Refusal
from ledger.i18n import N_
from ledger.store import database as store
from ledger.store import holders, places, seals
from ledger.store.database import format_url, parse_url, refusing, turn

# The key of the lock under which books are made or brought up to date on PostgreSQL; any number would do, as long as
# all take the same. Writers take their turn in `begin_write`.
_MAKERS = 7245


class PlaceTaken(Refusal):
    """at {place} there are books already, or something else"""

    place: str
    instead = N_(
        "nothing was changed; name a database of the server with no books in it (no init before), or a new file"
    )


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
        with turn(database, by), store.connect(database) as plain, _tables_made_anew(plain) as connection:
            before = store.version_of(connection)
            holders.obtained(connection)
            known, head = store.versions()
            if before is not None and before not in known:
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
    with refusing(database), store.connect(database) as plain, _tables_made_anew(plain, dry_run=dry_run) as connection:
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
            store.commit(connection)
        return
    file = plain.connection.dbapi_connection
    assert file is not None
    file.cursor().execute("PRAGMA foreign_keys=OFF")
    dangling = set(connection.exec_driver_sql("PRAGMA foreign_key_check"))
    yield connection
    assert not set(connection.exec_driver_sql("PRAGMA foreign_key_check")) - dangling, "a step lost a reference"
    if not dry_run:
        store.commit(connection)


def alembic_config() -> Any:
    """Alembic's configuration; the connection is handed over in its attributes, never an address in a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(store.MIGRATIONS))
    return config
