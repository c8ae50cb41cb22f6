"""A program that is started without a new Python: a copy of this process, in which everything is imported already.

It is a process with its own session, streams, signals and exit code. What Python does before the first line of ours
(imports, warnings, an encoding) is seen by programs that are really started.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable

import cli


def started(work: Callable[[], object], *, stdin: int, stdout: int, stderr: int) -> int:
    """Begins the work in a process of its own, which reads and writes at these; gives its number."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for given, taken in ((stdin, 0), (stdout, 1), (stderr, 2)):
            os.dup2(given, taken)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, how, encoding="utf-8") for number, how in enumerate("rww")
        )
        code = _code(work)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _code(work: Callable[[], object]) -> int:
    """What the work ends with, as Python would end with it."""
    try:
        work()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as Python ends with whatever it is
        traceback.print_exc()
        return 1
    return 0


def program(*words: str) -> Callable[[], object]:
    """The program to which these words were typed."""

    def work() -> None:
        sys.argv = ["seisan", *words]
        cli.main()

    return work


def ended(process: int) -> int:
    """The exit code of a process, when it has ended; of one that a signal ended, the signal below 0."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
