"""Crashes: a command is carried out in a process of its own, which is killed at the nth point of what it does.

The points lie before and after each statement, before and after COMMIT, so that of a write nothing was kept, or all of
it and nobody was told.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from tests import desk

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

    def arm(self) -> None:
        """From here on every statement and every COMMIT of this process is a point."""
        event.listen(Engine, "before_cursor_execute", self.reach)
        event.listen(Engine, "after_cursor_execute", self.reach)
        commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

        def committing(dialect: Any, connection: Any) -> None:
            self.reach()
            commit(dialect, connection)
            self.reach()

        DefaultDialect.do_commit = committing  # type: ignore[method-assign]


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


def counted(url: str, *words: str, by: str) -> int:
    """How many points the command has; it is carried out on these books."""
    reading, writing = os.pipe()

    def work() -> int:
        points = _Points(None)
        points.arm()
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
        _Points(fatal).arm()
        desk.typed(url, *words, by=by)
        return ENDED

    ended = apart(work)
    assert ended in (128 + signal.SIGKILL, ENDED), ended
    return ended != ENDED
