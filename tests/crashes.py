"""Crashes: a command is carried out in a process of its own, which is killed at the nth point of what it does.

The points lie before and after each statement, before and after COMMIT, and before a file beside the books is opened,
renamed or removed; so that of a write nothing was kept, or all of it and nobody was told.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.store import database
from tests import desk

# What a program does to a file, by the names under which Python tells it.
FILES = ("open", "os.mkdir", "os.remove", "os.rename", "sqlite3.connect")

# What a process answers that reached its end, so that no point of that number was there.
ENDED = 42


class _Points:
    """Counts the points that are reached, and ends the process at one of them, as a power failure would."""

    def __init__(self, fatal: int | None) -> None:
        self.reached = 0
        self._fatal = fatal

    def reach(self, *_: object, **__: object) -> None:
        self.reached += 1
        if self.reached == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self, url: str) -> None:
        """From here on every statement, every COMMIT and what is done to files by the books is a point."""
        event.listen(Engine, "before_cursor_execute", self.reach)
        event.listen(Engine, "after_cursor_execute", self.reach)
        commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

        def committing(dialect: Any, connection: Any) -> None:
            self.reach()
            commit(dialect, connection)
            self.reach()

        DefaultDialect.do_commit = committing  # type: ignore[method-assign]
        if url.startswith("sqlite"):
            folder = str(Path(url.removeprefix("sqlite:///")).parent)
            # What is told once is told for good; the process ends with its command.
            sys.addaudithook(
                lambda told, words: self.reach() if told in FILES and folder in os.fsdecode(_path(words)) else None
            )


def _path(words: Any) -> Any:
    """The path that is told of; a file may be told by its number, or by its bytes."""
    return words[0] if isinstance(words[0], str | bytes | os.PathLike) else ""


def apart(work: Callable[[], int]) -> int:
    """Does the work in a process of its own and gives its answer, at most 100, or 128 and the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 100
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.dup2(null, sys.stderr.fileno())
            code = work()
        finally:
            os._exit(code)
    _child, status = os.waitpid(child, 0)
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def compiled(url: str, *words: str, by: str) -> None:
    """Tries the command as a dry run: what it compiles at first, the processes that are killed then need not."""
    desk.done(url, *words, "--dry-run", by=by)


def counted(url: str, *words: str, by: str) -> int:
    """How many points the command has; it is carried out on these books."""
    reading, writing = os.pipe()

    def work() -> int:
        points = _Points(None)
        points.arm(url)
        answer = desk.typed(url, *words, by=by)
        os.write(writing, f"{points.reached}".encode())
        return int(answer.exit_code)

    try:
        assert apart(work) == 0, words
        return int(os.read(reading, 100))
    finally:
        os.close(reading)
        os.close(writing)


def killed(url: str, fatal: int, *words: str, by: str) -> bool:
    """Carries the command out and kills it at that point; whether it came that far."""

    def work() -> int:
        _Points(fatal).arm(url)
        desk.typed(url, *words, by=by)
        return ENDED

    ended = apart(work)
    assert ended in (128 + signal.SIGKILL, ENDED), ended
    return ended != ENDED


def held(url: str) -> object:
    """Every row of every table; on PostgreSQL counts alone where it gives moments and secrets itself."""
    if url.startswith("sqlite"):
        return desk.held(url, apart=())
    drawn = (
        *("seal", "batch", "account_secret"),
        *(name for name, of in tables.metadata.tables.items() if {"id", "source"} & {*of.c.keys()}),
    )
    with create_engine(database.parse_url(url), poolclass=NullPool).connect() as connection:
        names = sorted(inspect(connection).get_table_names())
        counts = [connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names]
    return counts, desk.held(url, apart=drawn)
