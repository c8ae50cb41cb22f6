"""What every test may ask for: fresh books on SQLite and on PostgreSQL, Japanese spoken, no network, nothing skipped.

`make test` runs everything on both databases; a server that does not start is an error, never a reason to leave out.
"""

import gc
import itertools
import os
import shutil
import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, make_url
from sqlalchemy.util import LRUCache

from ledger import i18n
from tests import connections, spread
from tests.server import Server

if TYPE_CHECKING:
    from ledger.booking.payment_orders import PaymentOrder
    from tests.copies import Copies

ENGINES = ("sqlite", "postgresql")

# Where one run keeps its server and its templates, told by the first process to the workers it starts.
_RUN = "SEISAN_TEST_RUN"
_WHOLE = "SEISAN_TESTS_WHOLE"  # set for the processes of a run for which no test was named

# Where a run goes when there is this much room, in bytes; it takes less than half of that.
_IN_MEMORY = (Path("/dev/shm"),)  # noqa: S108
_ROOM = 4 * 1024**3

settings.register_profile(
    "seisan",
    deadline=None,  # two databases and two workers: a slow moment is not a fault
    derandomize=True,  # the same tests today and tomorrow; a found case is written down as an example
    database=None,
    # A property asks `new_book` for books of its own in each example.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("seisan")


# --- the run --------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes golden files and transcripts anew, for a person to read before they are kept.

    `--engine` chooses the tests of one database, among those that were asked for; SQLite alone starts no server.
    """
    parser.addoption("--update", action="store_true", help="write golden files and transcripts anew")
    parser.addoption("--engine", choices=ENGINES, help="the tests of this database, and those of none")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the folder of the run, for the books of all tests and whatever else they write."""
    if not _is_worker(config):
        if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
            os.environ[_WHOLE] = "yes"
        os.environ[_RUN] = tempfile.mkdtemp(prefix="seisan-", dir=_short_lived())
        os.environ["XDG_STATE_HOME"] = str(Path(os.environ[_RUN]) / "state")  # what the tests write is nobody's
        if config.option.basetemp is None:
            config.option.basetemp = str(Path(os.environ[_RUN]) / "tmp")


def _short_lived() -> str:
    """A folder in memory, if it has the room: nothing outlives the run. Its path is short, as a socket's has to be."""
    for folder in _IN_MEMORY:
        if folder.is_dir() and shutil.disk_usage(folder).free > _ROOM:
            return str(folder)
    return "/tmp"  # noqa: S108  # the folder itself is made by mkdtemp, for its owner alone


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process, which ends last, stops the server and clears the folder."""
    if not _is_worker(config) and (folder := os.environ.pop(_RUN, None)):
        try:
            Server(Path(folder)).stop()
        finally:
            shutil.rmtree(folder)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Nothing is left out by a test itself: with `--engine`, the tests of the other database are not chosen.

    What is left to `make soak`, and to which database, is said in `spread.py`.
    """
    engine = config.getoption("--engine")
    left_out = {item for item in items if engine and not _needs(item) <= {engine}} | set(_left_to_soak(items))
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def _left_to_soak(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    whole = _WHOLE in os.environ
    tables: dict[tuple[str, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        if isinstance(item, pytest.Function):
            test = f"{item.module.__name__.removeprefix('tests.')}.{item.originalname}"
            engine = "postgresql" if "postgresql" in _needs(item) else "sqlite"
            tables[test, engine].append(item)
    on_sqlite = {test for test, engine in tables if engine == "sqlite"}
    for (test, engine), rows in tables.items():
        if whole and spread.left_to_soak(test):
            yield from rows
        elif engine == "sqlite" or test in on_sqlite or test in spread.ONE_IN:
            for row, item in enumerate(rows):
                if not spread.is_run(test, engine, row, len(rows), whole=whole):
                    yield item


def _needs(item: pytest.Item) -> set[str]:
    """The databases that a test runs on, by what its fixtures are parametrised with, or by the server it asks for."""
    callspec = getattr(item, "callspec", None)
    named = {str(value) for value in callspec.params.values()} if callspec else set()
    return named & set(ENGINES) | ({"postgresql"} if "server" in getattr(item, "fixturenames", ()) else set())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is skipped, or expected to fail, has failed."""
    report = yield
    if report.skipped or hasattr(report, "wasxfail"):
        report.longrepr = f"left out, and nothing may be left out: {report.longrepr}"
        report.outcome = "failed"
        vars(report).pop("wasxfail", None)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that leaves itself out."""
    report = yield
    if report.skipped:
        report.longrepr = f"left out, and nothing may be left out: {report.longrepr}"
        report.outcome = "failed"
    return report


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files and transcripts are to be written anew."""
    return bool(request.config.getoption("--update"))


# --- around each test -----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _as_delivered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Japanese is spoken before and after, and what the developer has set for their own books does not count."""
    for name in ("SEISAN_DATABASE", "SEISAN_LANG", "SEISAN_USER"):
        monkeypatch.delenv(name, raising=False)
    i18n.use("ja")
    yield
    i18n.use("ja")
    connections.let_go_of_files()


@pytest.fixture
def each_their_own() -> Iterator[None]:
    """For what becomes of a file of SQLite that nobody has open: each command opens and closes it."""
    with connections.each_their_own():
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Nothing under test speaks to another machine, or to this one by an address."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            self.close()
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        yield


@pytest.fixture(autouse=True, scope="session")
def _tests_write_by_hand() -> Iterator[None]:
    """What tests put there by hand is of no command, and `verify` need not name that."""
    from ledger.audit import writes

    writes.ALSO.update({"", "sequence"})
    yield
    writes.ALSO.clear()


@pytest.fixture(autouse=True, scope="session")
def _list_of_banks_is_new() -> Iterator[None]:
    """The list of banks is never old, whenever the tests are run; what is said of an old one is tested by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.bank_list.OLD_AFTER_MONTHS", 12_000)
        yield


@pytest.fixture(autouse=True, scope="session")
def _payment_files_keep_the_rules() -> Iterator[None]:
    """Every payment file that a command makes is held against the rules of the banks, read by other eyes."""
    from exports.formats import bank, zengin
    from tests.payment_rules import faults

    write = bank.text

    def text(order: "PaymentOrder") -> str:
        content = write(order)
        assert not zengin.wrote(content) or faults(content.encode("cp932"), order.pay_on) == set()
        return content

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank, "text", text)
        yield


class _Compiled(LRUCache[Any, Any]):
    """Compiled statements by statement, whichever engine asks: SQLAlchemy keeps them for each engine apart.

    What a statement is known by is a tuple of thousands of parts. Of one that is put together once it is the same
    object each time, and is not looked through again.
    """

    _MOST = 500

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self._same: dict[tuple[object, ...], tuple[object, Any]] = {}

    def get(self, key: Any, default: Any = None) -> Any:
        place = (id(key[1]), *key[2:])  # the dialect, an object of each engine's own, comes first
        if (same := self._same.get(place)) is not None:
            return same[1]
        found = super().get(key[1:], default)
        if found is not default:
            if len(self._same) >= self._MOST:
                self._same.clear()
            self._same[place] = (key[1], found)  # kept with what it is known by, so that its place is nobody else's
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    """A statement is compiled once for each kind of database, though each test has books and an engine of its own."""
    compiled: dict[str, _Compiled] = defaultdict(lambda: _Compiled(1000))
    shared = property(lambda engine: compiled[engine.dialect.name], lambda _engine, _own: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_compiled_cache", shared, raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _commands_once() -> Iterator[None]:
    """The commands are put together once, as in a program that starts, and not for each one that is typed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True, scope="session")
def _addresses_once() -> Iterator[None]:
    """The address of books is read once, and not at each step of each command."""
    from ledger.store import database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "make_url", cache(make_url))
        yield


@pytest.fixture(autouse=True, scope="session")
def _clauses_once() -> Iterator[None]:
    """What the text of a table says is read sign by sign once, and not at each check of the books."""
    from migrations import guards

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guards, "_clauses", cache(guards._clauses))
        yield


@pytest.fixture(autouse=True, scope="session")
def _connections_kept() -> Iterator[None]:
    """A connection is used again by the next command at the same books; a file of SQLite as long as the test lasts."""
    from ledger.store import database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", connections.keeping)
        yield
    connections.let_go_of_all()


@pytest.fixture(autouse=True, scope="session")
def _swept_seldom() -> Iterator[None]:
    """What was imported is not looked through again and again for garbage, and processes that fork share it."""
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(20_000, 20, 50)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same moment for every command, so that the same writes give the same books, seal by seal."""
    from ledger import dates

    monkeypatch.setattr(dates, "today", lambda: date(2030, 1, 1))
    monkeypatch.setattr(dates, "now", lambda: datetime(2030, 1, 1, 9, 30))


# --- books ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The database under test; a test of one alone parametrises `engine`, indirectly, with that one."""
    return str(request.param)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The run's PostgreSQL, started by the first test that needs it."""
    assert request.config.getoption("--engine") != "sqlite", "a test of SQLite asks for the server"
    started = Server(Path(os.environ[_RUN]))
    started.start()
    yield started
    started.leave()


@pytest.fixture(scope="session")
def _sqlite_books() -> Path:
    """A file with migrated, empty books, made once in a run, to be copied."""
    from ledger.store import upgrade

    run = Server(Path(os.environ[_RUN]))
    books = run.folder / "books.db"
    with run.alone():
        if not books.exists():
            making = run.folder / "making.db"
            upgrade.create(f"sqlite:///{making}")
            connections.let_go_of_files()
            making.rename(books)
    return books


@pytest.fixture(scope="session")
def _postgresql_books(server: Server) -> str:
    """The name of a database with migrated, empty books, made once in a run, to be copied."""
    from ledger.store import upgrade

    made = server.folder / "books"
    with server.alone():
        if not made.exists():
            server.tell("DROP DATABASE IF EXISTS books")
            server.tell("CREATE DATABASE books")
            upgrade.create(server.url("books"))
            made.touch()
    return "books"


_numbers = itertools.count(1)


@pytest.fixture
def new_database(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[bool], str]]:
    """Makes a database, with migrated books (True) or empty (False), and gives its address; gone after the test."""
    made: list[str] = []

    def make(books: bool) -> str:
        name = f"{os.environ.get('PYTEST_XDIST_WORKER', 'only')}_{next(_numbers)}"
        if engine == "sqlite":
            file = tmp_path / f"{name}.db"
            if books:
                shutil.copyfile(request.getfixturevalue("_sqlite_books"), file)
            return f"sqlite:///{file}"
        server: Server = request.getfixturevalue("server")
        template = request.getfixturevalue("_postgresql_books") if books else "template0"
        server.copy(template, name)
        made.append(name)
        return server.url(name)

    yield make
    for name in made:
        request.getfixturevalue("server").drop(name)


@pytest.fixture
def empty_url(new_database: Callable[[bool], str]) -> str:
    """The address of a database with nothing in it: on SQLite a file that is not there yet."""
    return new_database(False)


@pytest.fixture
def book_url(new_database: Callable[[bool], str]) -> str:
    """The address of fresh books: migrated, with the chart of accounts and the shipped fee."""
    return new_database(True)


@pytest.fixture
def new_book(new_database: Callable[[bool], str]) -> Callable[[], str]:
    """Gives the address of further fresh books each time it is called, for a property or a comparison of two."""
    return lambda: new_database(True)


@pytest.fixture
def filled_once(
    engine: str, new_database: Callable[[bool], str], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[Callable[[str], object]], str]]:
    """Gives the address of a copy of books that a function fills, given their address, once in a run."""
    run, copied = Server(Path(os.environ[_RUN])), list[str]()

    def copy(fill: Callable[[str], object]) -> str:
        name = f"filled_{engine}_{fill.__name__}"
        made, copy_name = run.folder / name, f"copy_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}_{next(_numbers)}"
        fresh = None if made.exists() else new_database(True)
        with run.alone():
            if fresh is not None and not made.exists():
                fill(fresh)
                if engine == "sqlite":
                    connections.let_go_of_files()
                    shutil.copyfile(fresh.removeprefix("sqlite:///"), making := made.with_suffix(".making"))
                    making.rename(made)
                else:
                    request.getfixturevalue("server").copy(str(make_url(fresh).database), name)
                    made.touch()
        if engine == "sqlite":
            return f"sqlite:///{shutil.copyfile(made, tmp_path / f'{copy_name}.db')}"
        server: Server = request.getfixturevalue("server")
        server.copy(name, copy_name)
        copied.append(copy_name)
        return server.url(copy_name)

    yield copy
    for name in copied:
        request.getfixturevalue("server").drop(name)


@pytest.fixture(scope="module", params=ENGINES)
def made(request: pytest.FixtureRequest) -> Iterator["Copies"]:
    """Copies of books with a record in every table, at which every command that writes can be typed (`commands.py`)."""
    from tests import commands

    with commands.made(request) as copies:
        yield copies
