"""LibreOffice, as an office has it: saves a file in another format. Tests that ask for it bear the mark `office`."""

import re
import shutil
import subprocess
from pathlib import Path


def saved_as(ending: str, folder: Path, *files: Path) -> list[Path]:
    """The files as LibreOffice saves them, in the folder; a complaint of it fails the test."""
    program = shutil.which("soffice")
    assert program is not None, "LibreOffice is not installed; leave these tests out with -m 'not office'"
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    words = [program, profile, "--headless", "--convert-to", ending, "--outdir", str(folder), *map(str, files)]
    done = subprocess.run(words, capture_output=True, timeout=300, check=False)
    saved = [folder / f"{file.stem}.{ending.partition(':')[0]}" for file in files]
    assert done.returncode == 0 and all(map(Path.exists, saved)), done.stderr
    return saved


def pages(file: Path) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", file.read_bytes()))
