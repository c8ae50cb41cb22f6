"""What every test may ask for: fresh books on SQLite and on PostgreSQL, Japanese spoken, no network, nothing skipped.

`make test` runs everything on both databases; a server that does not start is an error, never a reason to leave out.
"""

import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from ledger import i18n
from tests.server import Server

if TYPE_CHECKING:
    from tests.copies import Copies

# Where one run keeps its server and its templates, told by the first process to the workers it starts.
_RUN = "SEISAN_TEST_RUN"

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
    """`--update` writes golden files and transcripts anew, for a person to read before they are kept."""
    parser.addoption("--update", action="store_true", help="write golden files and transcripts anew")


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the folder of the run; /tmp, because the path of a socket has to be short."""
    if not _is_worker(config):
        os.environ[_RUN] = tempfile.mkdtemp(prefix="seisan-", dir="/tmp")


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


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same moment for every command, so that the same writes give the same books, seal by seal."""
    from ledger import dates

    monkeypatch.setattr(dates, "today", lambda: date(2030, 1, 1))
    monkeypatch.setattr(dates, "now", lambda: datetime(2030, 1, 1, 9, 30))


# --- books ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The database under test; a test of one alone parametrises `engine`, indirectly, with that one."""
    return str(request.param)


@pytest.fixture(scope="session")
def server() -> Server:
    """The run's PostgreSQL, started by the first test that needs it."""
    started = Server(Path(os.environ[_RUN]))
    started.start()
    return started


@pytest.fixture(scope="session")
def _sqlite_books() -> Path:
    """A file with migrated, empty books, made once in a run, to be copied."""
    from ledger.store import database

    run = Server(Path(os.environ[_RUN]))
    books = run.folder / "books.db"
    with run.alone():
        if not books.exists():
            making = run.folder / "making.db"
            database.create(f"sqlite:///{making}")
            making.rename(books)
    return books


@pytest.fixture(scope="session")
def _postgresql_books(server: Server) -> str:
    """The name of a database with migrated, empty books, made once in a run, to be copied."""
    from ledger.store import database

    made = server.folder / "books"
    with server.alone():
        if not made.exists():
            server.tell("DROP DATABASE IF EXISTS books")
            server.tell("CREATE DATABASE books")
            database.create(server.url("books"))
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
        server.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        made.append(name)
        return server.url(name)

    yield make
    for name in made:
        request.getfixturevalue("server").tell(f"DROP DATABASE {name} WITH (FORCE)")


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


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest) -> Iterator["Copies"]:
    """Copies of books with a record in every table, at which every command that writes can be typed (`commands.py`)."""
    from tests import commands

    with commands.made(request) as copies:
        yield copies
