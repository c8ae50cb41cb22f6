"""Ctrl-C: whoever stops a command is told whether anything was changed, and it is so, on both databases."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from exports.demo import play
from tests import desk, forked

ROOT = Path(__file__).parent.parent
NOT_CHANGED = "Stopped. Nothing was changed by the command that was running."
CARRIED_OUT = "Stopped after the command had been carried out"

# Where a program can be stopped: before or after something of ours is done.
PLACES = {
    "while a workbook is read": ("ledger.intake.workbook", "_OpeningProcess.ask", False),
    "when every row is written": ("ledger.store.seals", "seal", True),
    "when it is kept": ("exports.shell.commands", "show", False),
}


def stopping(place: str, *words: str) -> None:
    """A program that stops at a place and says so; there it gets what a terminal sends for Ctrl-C."""
    name, path, done_before = PLACES[place]
    *owners, last = path.split(".")
    owner: Any = import_module(name)
    for part in owners:
        owner = getattr(owner, part)
    before = getattr(owner, last)

    def stop(*given: Any, **more: Any) -> Any:
        done = before(*given, **more) if done_before else None
        sys.stdout.write("HERE\n")
        sys.stdout.flush()
        time.sleep(60)
        return done if done_before else before(*given, **more)

    setattr(owner, last, stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may have it ignored
    forked.program(*words)()


def interrupted(url: str, place: str, *words: str) -> tuple[int, str]:
    """The exit code of a command that is stopped at a place, and what it says. At the first, Python is started."""
    typed = ["--database", url, "--by", desk.CLERK, "--lang", "en", *words]
    with TemporaryFile() as said, os.fdopen((pipe := os.pipe())[0]) as out, Path(os.devnull).open() as nothing:
        # A group of its own, as a shell gives it: Ctrl-C goes to every process of it.
        if place == next(iter(PLACES)):
            start = f"import sys; from tests import test_interrupts; test_interrupts.stopping(*{[place, *typed]!r})"
            process = subprocess.Popen(
                [sys.executable, "-c", start], cwd=ROOT, stdout=pipe[1], stderr=said, start_new_session=True
            )
            number, ended = process.pid, process.wait
        else:
            streams = {"stdin": nothing.fileno(), "stdout": pipe[1], "stderr": said.fileno()}
            number = forked.started(partial(stopping, place, *typed), **streams)
            ended = partial(forked.ended, number)
        os.close(pipe[1])
        try:
            assert out.readline() == "HERE\n"
            os.killpg(number, signal.SIGINT)
            out.read()
        except BaseException:
            os.killpg(number, signal.SIGKILL)
            raise
        finally:
            code = ended()
        said.seek(0)
        return code, said.read().decode()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("place", "says", "kept"),
    [
        ("while a workbook is read", NOT_CHANGED, False),
        ("when every row is written", NOT_CHANGED, False),
        ("when it is kept", CARRIED_OUT, True),
    ],
)
def test_an_import_that_is_stopped_says_what_has_become_of_it(book_url: str, place: str, says: str, kept: bool) -> None:
    before = desk.held(book_url)
    files = [str(path) for path in play.INPUT.iterdir()]
    code, said = interrupted(book_url, place, "import", *files)
    assert (code, said.strip().splitlines()[-1].startswith(says)) == (1, True), said
    assert "Traceback" not in said
    assert (desk.held(book_url) != before) is kept
    assert desk.done(book_url, "import", *files).exit_code == 0
