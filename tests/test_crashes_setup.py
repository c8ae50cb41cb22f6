"""Killed at any point while books are made, brought up to date, shared out, looked into, copied: all of it or nothing.

The commands of the month are in `test_crashes`. `make soak` kills at many more points.
"""

import inspect
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command as alembic
from sqlalchemy import create_engine, text
from sqlalchemy import inspect as look
from sqlalchemy.pool import NullPool

from exports.issued import verification
from ledger.store import database, upgrade
from migrations import triggers
from tests import crashes, desk
from tests.commands import COMMANDS, WRITING
from tests.copies import Copies, copies
from tests.desk import CLERK
from tests.server import Server
from tests.spread import SOAK

# At so many points, evenly over the whole way, beside the first and those around the end.
MANY = 60 if SOAK else 1

# What writes and has no business day: to the books, to a copy of them, or to books of its own.
HERE = {"init", "roles", "account show", "backup", "restore", "move", "demo"}


pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("one_moment", "each_their_own")]


def points(count: int) -> list[int]:
    """The points at which a command is killed that has so many."""
    return sorted({1, *(count * nth // (MANY + 1) or 1 for nth in range(1, MANY + 1)), count - 1, count})


def standing(url: str) -> Any:
    """All that stands in a database, rows, tables and triggers; None where there is nothing, not even a file."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        every = look(connection)
        names = sorted(every.get_table_names())
        if not names:
            return None
        sqlite = connection.dialect.name == "sqlite"
        asked = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if sqlite
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        stand = set(connection.execute(text(asked)).scalars())
        columns = {name: [column["name"] for column in every.get_columns(name)] for name in names}
    return columns, stand, crashes.held(url)


def test_every_command_that_writes_is_killed_somewhere() -> None:
    writes = re.compile(
        r"\.writes\(|session\.writing\(|upgrade\.create\(|copies\.(backup|restore)\(|moving\.move\(|play\.acts\("
    )
    sources = {name: inspect.getsource(inspect.unwrap(command.callback)) for name, command in COMMANDS.items()}
    writing = {name for name, source in sources.items() if writes.search(source)} | set(WRITING)
    assert {"init", "import", "close", "demo"} <= writing
    assert writing == {*WRITING, *HERE}


# --- books made, and brought up to date -----------------------------------------------------------------------------


def test_killed_while_books_are_made_there_are_none_or_all(new_database: Callable[[bool], str]) -> None:
    whole = new_database(False)
    count = crashes.counted(whole, "init", by=CLERK)
    after = standing(whole)
    assert after is not None
    desk.verifies(whole)
    for point in points(count):
        url = new_database(False)
        assert crashes.killed(url, point, "init", by=CLERK)
        assert standing(url) == (None if point < count else after), f"half of it at point {point} of {count}"
        desk.done(url, "init")
        assert standing(url) == after


STEP = '''"""A step that adds a column, and writes a table anew."""

import sqlalchemy as sa
from alembic import op

revision = "9998"
down_revision = "{before}"


def upgrade() -> None:
    """Both ways in which a step may change a table."""
    op.add_column("deposit_known", sa.Column("made_up", sa.String(), nullable=True))
    with op.batch_alter_table("refund_step", recreate="always") as table:
        table.add_column(sa.Column("made_up", sa.String(), nullable=True))
'''


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every version so far; for the time of the test there is one more."""
    real, known = database.MIGRATIONS, sorted(database.versions()[0])
    folder = Path(shutil.copytree(real, tmp_path / "steps"))
    (folder / "versions" / "9998_made_up.py").write_text(STEP.format(before=known[-1]), encoding="utf-8")
    monkeypatch.setattr(database, "MIGRATIONS", folder)
    database.versions.cache_clear()
    yield known
    database.versions.cache_clear()


def at_version(url: str, version: str) -> None:
    """Makes empty books as an earlier Seisan left them."""
    with database._engine(url).connect() as plain:
        connection = plain.execution_options(writes=True)
        config = upgrade.alembic_config()
        config.attributes["connection"] = connection
        alembic.upgrade(config, version)
        connection.commit()


@contextmanager
def killed_while_upgraded(books: Copies, *, waits: bool) -> Iterator[str]:
    """Kills `init` at each point and types it again; gives the address of books that it was killed at, upgraded.

    What waits to be posted is posted in a write of its own after the upgrade: killed in between, `init` goes on there.
    Books of which a kill left all as it was are those of the next kill too: however often it happens, they are whole.
    """
    with books.copy() as url:
        before = standing(url)
        count = crashes.counted(url, "init", by=CLERK)
        after = standing(url)
    assert before != after
    left = points(count)
    while left:
        with books.copy() as url:
            now = before
            while left and now == before:
                point = left.pop(0)
                assert crashes.killed(url, point, "init", by=CLERK)
                now = standing(url)
                if waits and point >= count // 2:
                    assert now[0] in (before[0], after[0]), f"at {point} of {count}"
                else:
                    assert now in (before, after), f"half of it at point {point} of {count}"
                assert point < count or now == after
            desk.done(url, "init")
            assert standing(url) == after
            if not left:
                yield url


def verifies_but_for_the_step(url: str) -> None:
    """The books agree with themselves; that a step was made up, of which our tables know nothing, is said."""
    with database.reading(url) as connection:
        found = verification.verify(connection).faults
    assert {fault.code for fault in found} == {"table-changed"}
    assert all(str(fault.fields["part"]).startswith("made_up") for fault in found), found


def test_killed_while_books_of_any_version_are_upgraded_they_are_of_the_old_or_the_new(
    new_database: Callable[[bool], str], versions: list[str], engine: str, request: pytest.FixtureRequest
) -> None:
    """Each version on one of the two, by turns; in a soak on both."""
    for version in versions if SOAK else versions[engine == "postgresql" :: 2]:
        at_version(url := new_database(False), version)
        with killed_while_upgraded(copies(request, url, engine), waits=False) as upgraded:
            verifies_but_for_the_step(upgraded)


def test_killed_while_full_books_are_upgraded_they_are_of_the_old_or_the_new(made: Copies, versions: list[str]) -> None:
    """With a record in every table, one of which is written anew: no row, no seal and no trigger is lost."""
    with killed_while_upgraded(made, waits=True) as url:
        verifies_but_for_the_step(url)
        dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
        assert standing(url)[1] == triggers.names(dialect)
    assert versions


# --- roles, and who looked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ["postgresql"], indirect=True, scope="module")
def test_killed_while_roles_are_made_there_are_none_or_all(made: Copies, server: Server) -> None:
    names = [f"t{os.getpid()}_killed_{kind}" for kind in ("clerk", "approver", "auditor")]
    typed = ("roles", "--prefix", f"t{os.getpid()}_killed")

    def granted(url: str) -> list[tuple[str, str]]:
        asked = text(
            "SELECT rolname, c.relname FROM pg_roles, pg_class c WHERE rolname = ANY(:names) AND c.relkind = 'r'"
            " AND c.relnamespace = 'public'::regnamespace AND has_table_privilege(rolname, c.oid, 'INSERT')"
            " ORDER BY 1, 2".replace("::", "\\:\\:")
        )
        with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
            return [tuple(row) for row in connection.execute(asked, {"names": names})]

    def gone(url: str) -> None:
        with create_engine(database.parse_url(url), poolclass=NullPool).begin() as connection:
            for name in names:
                connection.execute(text(f"DROP OWNED BY {name}"))
                connection.execute(text(f"DROP ROLE {name}"))

    with made.copy() as url:
        count = crashes.counted(url, *typed, by=CLERK)
        after = granted(url)
        assert len({name for name, _table in after}) == 2, "the auditor adds to nothing"
        gone(url)
        for point in points(count):
            assert crashes.killed(url, point, *typed, by=CLERK)
            assert granted(url) == ([] if point < count else after)
            desk.done(url, *typed)
            assert granted(url) == after
            gone(url)


def test_killed_before_the_look_is_recorded_no_number_is_shown(made: Copies) -> None:
    """Each look is one of its own: typed again after it was recorded, it is recorded a second time."""
    typed = ("account", "show", desk.ANOTHER, "--purpose", "照会")

    def looks(url: str) -> int:
        with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM looked")).scalar_one())

    with made.copy() as url:
        before = looks(url)
        count = crashes.counted(url, *typed, by=CLERK)
        assert looks(url) == before + 1
    with made.copy() as url:
        for point in points(count):
            assert crashes.killed(url, point, *typed, by=CLERK)
            recorded = looks(url) - before
            # It is committed before the number is read, in a transaction of its own.
            assert recorded in ((1,) if point == count else (0, 1))
            assert "1112223" in desk.done(url, *typed).stdout
            before = looks(url)
        desk.sound(url)


# --- copies ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for books and a copy of them."""
    (made := tmp_path / "控え").mkdir()
    return made


def whole(file: Path, found_sound: dict[str, str]) -> str | None:
    """What a file of books holds, as far as it is there; half of one would not agree with itself.

    Files of which all is the same, rows, tables and triggers, are looked into once.
    """
    if not file.exists():
        return None
    url = f"sqlite:///{file}"
    if (stands := repr(standing(url))) not in found_sound:
        desk.sound(url)
        found_sound[stands] = desk.held(url)
    return found_sound[stands]


@pytest.fixture
def found_sound() -> dict[str, str]:
    """What stood in the books that were found to agree with themselves, and what of it is held against others."""
    return {}


@pytest.mark.parametrize("made", ["sqlite"], indirect=True, scope="module")
@pytest.mark.parametrize("earlier", [False, True], ids=["none there", "an earlier one there"])
def test_killed_while_it_is_copied_a_backup_is_the_old_or_the_new(
    made: Copies, folder: Path, found_sound: dict[str, str], earlier: bool
) -> None:
    with made.copy() as original:
        books, copy = folder / "books.db", folder / "copy.db"
        shutil.copyfile(original.removeprefix("sqlite:///"), books)
        url = f"sqlite:///{books}"
        if earlier:
            desk.done(url, "backup", str(copy))
        old = whole(copy, found_sound)
        desk.done(url, "book", "--through", "2012-06-30")
        new = desk.held(url)
        count = crashes.counted(url, "backup", str(folder / "counted.db"), by=CLERK)
        for point in points(count):
            assert crashes.killed(url, point, "backup", str(copy), by=CLERK)
            assert whole(copy, found_sound) in (old, new), f"half of it at point {point} of {count}"
            assert desk.held(url) == new
        desk.done(url, "backup", str(copy))
        assert whole(copy, found_sound) == new


@pytest.mark.parametrize("made", ["sqlite"], indirect=True, scope="module")
@pytest.mark.parametrize("lost", [False, True], ids=["earlier books there", "books lost"])
def test_killed_while_they_are_restored_the_books_are_the_old_or_the_new(
    made: Copies, folder: Path, found_sound: dict[str, str], lost: bool
) -> None:
    with made.copy() as original:
        books, copy, first = folder / "books.db", folder / "copy.db", folder / "first.db"
        shutil.copyfile(original.removeprefix("sqlite:///"), books)
        url = f"sqlite:///{books}"
        old = None if lost else whole(books, found_sound)
        desk.done(url, "backup", str(first))
        desk.done(url, "book", "--through", "2012-06-30")
        new = desk.held(url)
        desk.done(url, "backup", str(copy))

        def put_back() -> None:
            for path in folder.glob("books.db*"):
                path.unlink()
            if not lost:
                shutil.copyfile(first, books)

        put_back()
        count = crashes.counted(url, "restore", str(copy), by=CLERK)
        for point in points(count):
            put_back()
            assert crashes.killed(url, point, "restore", str(copy), by=CLERK)
            assert whole(books, found_sound) in (old, new), f"half of it at point {point} of {count}"
            desk.done(url, "restore", str(copy))
            assert desk.held(url) == new


@pytest.mark.parametrize("made", ["sqlite"], indirect=True, scope="module")
def test_a_copy_that_was_left_half_made_is_in_nobodys_way(
    made: Copies, folder: Path, found_sound: dict[str, str]
) -> None:
    """A number that a process had is given again: after a restart, or in a container, where it is always the same."""
    with made.copy() as url:
        (folder / f".copy.db.{os.getpid()}").write_bytes(b"half")
        desk.done(url, "backup", str(folder / "copy.db"))
        assert whole(folder / "copy.db", found_sound) == desk.held(url)


# --- the demo -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0.5] if MANY < 10 else [0.02, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_killed_in_the_middle_a_demo_is_played_to_its_end(tmp_path: Path, at: float) -> None:
    """Played again in the same folder, every step is done once; booking again only comes to it in another order."""
    count = crashes.counted(url := f"sqlite:///{tmp_path / 'a' / 'demo.db'}", "demo", str(tmp_path / "a"), by=CLERK)
    other = f"sqlite:///{tmp_path / 'b' / 'demo.db'}"
    assert crashes.killed(other, int(count * at), "demo", str(tmp_path / "b"), by=CLERK)
    desk.done(other, "demo", str(tmp_path / "b"))
    assert desk.answered(other, "balance") == desk.answered(url, "balance")
    assert _events(other) == _events(url)
    for kind in ("refund", "credit"):
        assert [_plain(each) for each in _listed(other, kind)] == [_plain(each) for each in _listed(url, kind)]
    desk.verifies(other)


def _events(url: str) -> Counter[str]:
    return Counter(each["event"] for each in desk.answered(url, "entries")["entries"])


def _listed(url: str, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.answered(url, kind, "list")
    return found


def _plain(thing: dict[str, Any]) -> dict[str, Any]:
    """Without the numbers of entry and decision."""
    return {name: value for name, value in thing.items() if name in ("no", "application", "amount", "state")}
