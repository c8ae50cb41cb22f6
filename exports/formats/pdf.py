"""PDF beside workbooks: LibreOffice prints them, all in one go, with a profile of its own; nobody else asks it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from exports.formats import xlsx
from exports.formats.outfile import new_file
from exports.formats.sheet import Workbook
from ledger.errors import Refusal
from ledger.i18n import N_
from ledger.store import places, written

# What LibreOffice is called where it is installed.
PROGRAMS = ("soffice", "libreoffice")
# The seconds that it may take to start, and for each file.
_START, _EACH = 120, 5
# So many files at once: a command line on Windows takes 32,000 characters.
_AT_ONCE = 2_000


class NoLibreOffice(Refusal):
    """LibreOffice, which makes the PDF, is not installed"""

    instead = N_("install it (Debian: apt install libreoffice-calc), or leave out --pdf and print the workbook")


class NoPdfMade(Refusal):
    """LibreOffice made no PDF of {file}; nothing was written"""

    file: str
    instead = N_("try again, or leave out --pdf and print the workbook")


# A workbook, or the file of one that was made already.
Made = Workbook | Path


def write(workbooks: Iterable[tuple[Made, Path]], *, pdf: bool, first: Callable[[], None] | None = None) -> list[Path]:
    """Writes each workbook under its name, and with `pdf` a PDF beside it; gives the names of the workbooks.

    With `pdf` either all files appear or none. What comes `first` is done when a file is made and may be written, and
    has not got its name yet. Refused: what `xlsx.write` refuses; a machine without LibreOffice
    (no-libre-office), and what it makes no PDF of in its time (no-pdf-made).
    """
    if not pdf:
        paths = []
        for workbook, path in workbooks:
            with new_file(path, first=first) as out:
                _compose(workbook, out)
            paths.append(path)
        return paths
    program = require_libreoffice()
    with TemporaryDirectory() as temporary:
        return _written(program, workbooks, Path(temporary), first)


def require_libreoffice() -> str:
    """Where LibreOffice is. Refused: a machine without it (no-libre-office)."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise NoLibreOffice
    return program


def _compose(workbook: Made, out: BinaryIO) -> None:
    if isinstance(workbook, Workbook):
        xlsx.compose(workbook, out)
        return
    with workbook.open("rb") as file:
        shutil.copyfileobj(file, out)


def _written(
    program: str, workbooks: Iterable[tuple[Made, Path]], folder: Path, first: Callable[[], None] | None
) -> list[Path]:
    made: dict[Path, Path] = {}
    for nth, (workbook, path) in enumerate(workbooks, 1):
        made[path] = folder / f"{nth}.xlsx"
        with places.on_disk(made[path]), made[path].open("wb") as out:
            _compose(workbook, out)
    remaining = iter(made.items())
    while some := dict(islice(remaining, _AT_ONCE)):
        _print(program, some, folder)
    files = list(_placed(made))
    for path, file in files:
        written.require_replaceable(path, file)
    if first is not None:
        first()
    for path, file in files:
        with new_file(path) as out:
            out.write(file.read_bytes())
    return list(made)


def _placed(made: dict[Path, Path]) -> Iterator[tuple[Path, Path]]:
    """Every file by the name that it gets: the workbook, and its PDF."""
    for path, file in made.items():
        yield path, file
        yield path.with_suffix(".pdf"), file.with_suffix(".pdf")


def _print(program: str, made: dict[Path, Path], folder: Path) -> None:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = [program, profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", str(folder)]
    words += [file.name for file in made.values()]
    with suppress(OSError, subprocess.TimeoutExpired):
        _run(words, folder, _START + _EACH * len(made))
    for path, file in made.items():
        pdf = file.with_suffix(".pdf")
        if not pdf.exists() or not pdf.read_bytes().startswith(b"%PDF"):
            raise NoPdfMade(str(path))


def _run(words: list[str], folder: Path, seconds: float) -> None:
    """Runs the program so long at most; then it is ended with all that it started."""
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - the program by its path, and names of our own
        words, cwd=folder, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    try:
        process.wait(seconds)
    finally:
        if process.poll() is None:
            with suppress(OSError):
                if sys.platform == "win32":
                    process.kill()
                else:
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait()
