"""A copy of the sources with the edits of one row of the map (`test_map.py`), to type commands at and run tests in."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SOURCES = ("cli.py", "ledger", "exports", "migrations", "tests", "docs", "pyproject.toml", "Makefile", "CHANGELOG.md")
READMES = ("README.md", "README.ja.md")

# The files of a row with what they hold: the whole text of a new file, or a change to the one that is there.
Edits = dict[str, str | Callable[[str], str]]


@dataclass(frozen=True)
class EditedCopy:
    """A copy of the sources in a folder; what is run in it writes nothing beside it."""

    folder: Path

    def passes(self, *arguments: str, engine: str = "sqlite") -> None:
        """Runs tests of the copy, chosen by these arguments of pytest; fails as they do, or if there are none."""
        options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--engine", engine)
        self.python("-m", "pytest", *options, *arguments)

    def seisan(self, database: str, *words: str) -> str:
        """What a command of the copy answers that is typed at these books; it has to be carried out."""
        return self.python("-m", "cli", "--database", database, "--by", "乙川", *words)

    def answered(self, database: str, *words: str) -> Any:
        """What it answers to other programs."""
        return json.loads(self.seisan(database, *words, "--json"))

    def messages(self, japanese: dict[str, str]) -> None:
        """Carries out `make messages`, translates the new sentences, and carries it out once more."""
        self._make_messages()
        catalogue = self.folder / "ledger/locales/ja/LC_MESSAGES/seisan.po"
        text = catalogue.read_text(encoding="utf-8")
        for english, translation in japanese.items():
            text = replaced(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{translation}"')(text)
        catalogue.write_text(text, encoding="utf-8")
        self._make_messages()

    def _make_messages(self) -> None:
        # `-o`: what the tools are installed from is no business of a copy.
        tools = Path(sys.executable).parent
        self._call("make", "-o", ".venv/ready", f"BIN={tools}", "messages")

    def python(self, *arguments: str) -> str:
        """What Python prints, given these arguments, in the copy."""
        return self._call(sys.executable, *arguments)

    def _call(self, *command: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEISAN_", "PYTEST_"))}
        environment["PYTHONPATH"] = str(self.folder)
        # The next program in the copy need not compile everything anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        ended = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout


def edited(folder: Path, edits: Edits) -> EditedCopy:
    """Copies the sources into a new folder and makes the edits of a row."""
    folder = folder / "seisan"
    folder.mkdir()
    # What is compiled is copied with the day of its source, and stays good where that is not edited.
    ignored = shutil.ignore_patterns(".*")
    for name in (*SOURCES, *READMES):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copyfile(source, folder / name)
    for name, edit in edits.items():
        file = folder / name
        text = edit if isinstance(edit, str) else edit(file.read_text(encoding="utf-8"))
        assert isinstance(edit, str) is not file.exists(), name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return EditedCopy(folder)


def replaced(*before_and_after: str) -> Callable[[str], str]:
    """A change to a text: each first of two is replaced by the second, and has to stand there once."""

    def change(text: str) -> str:
        for before, after in zip(before_and_after[::2], before_and_after[1::2], strict=True):
            assert text.count(before) == 1, (text.count(before), before)
            text = text.replace(before, after)
        return text

    return change


def appended(more: str) -> Callable[[str], str]:
    """A change to a text: what comes after its end."""
    return lambda text: text + more
