"""Ctrl-C: whoever stops a command is told whether anything was changed, and it is so, on both databases."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exports.demo import play
from tests import desk

ROOT = Path(__file__).parent.parent
NOT_CHANGED = "Stopped. Nothing was changed by the command that was running."
CARRIED_OUT = "Stopped after the command had been carried out"

# A program that stops at a place of ours and says so; there it gets what a terminal sends for Ctrl-C.
STOPPING = """
import signal, sys, time, cli
from ledger.store import database, seals
from ledger.intake import workbook
from exports.shell import commands

def stopping(module, name, call):
    before = getattr(module, name)
    def stop(*words, **options):
        done = before(*words, **options) if call else None
        print("HERE", flush=True)
        time.sleep(60)
        return done if call else before(*words, **options)
    setattr(module, name, stop)

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may have it ignored
stopping(*{
    "while a workbook is read": (workbook._OpeningProcess, "ask", False),
    "when every row is written": (seals, "seal", True),
    "when it is kept": (commands, "show", False),
}[sys.argv.pop(1)])
cli.main()
"""


def interrupted(url: str, place: str, *words: str) -> tuple[int, str]:
    """The exit code of a command that is stopped at a place, and what it says."""
    typed = [sys.executable, "-c", STOPPING, place, "--database", url, "--by", desk.CLERK, "--lang", "en", *words]
    # A group of its own, as a shell gives it: Ctrl-C goes to every process of it.
    process = subprocess.Popen(
        typed,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "HERE\n"
        os.killpg(process.pid, signal.SIGINT)
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    return process.returncode, err


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
