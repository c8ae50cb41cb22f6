"""What Windows lacks is not asked for. Nobody has tried it there: these parts are taken away on another system.

That every name of the standard library is one that Windows has is seen to by the types: make check.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from exports.demo import play
from ledger.store import database

pytestmark = pytest.mark.thorough

LACKING = ("fork", "getuid", "pread", "pwrite", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "mkfifo")


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, each_their_own: None) -> Path:
    """A folder of a system that lacks what Windows lacks, opens no folder as a file, and has no list of users."""
    opens = os.open

    def opened(path: Any, *how: Any, **more: Any) -> int:
        if Path(path).is_dir():
            raise PermissionError(13, "Permission denied", str(path))
        return opens(path, *how, **more)

    monkeypatch.chdir(tmp_path)
    database._engine.cache_clear()  # `seisan.db` is another file in each folder
    monkeypatch.setenv("USERNAME", "乙川")
    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(shutil, "_use_fd_functions", False)  # what it asked of the system when it was loaded
    for name in LACKING:
        monkeypatch.delattr(os, name)
    for name in ("fcntl", "resource", "pwd"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(sys, "platform", "win32")
    return tmp_path


def typed(*words: str) -> str:
    """What a command answers that has to be carried out."""
    answer = CliRunner().invoke(cli.app, ["--database", "sqlite:///seisan.db", *words])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_month_of_files_books_and_workbooks(windows: Path) -> None:
    play.copy_input(Path("input"))
    typed("init")
    typed("import", "input")
    typed("check", "--everyone", "--as-of", "2012-09-23")
    typed("statement", "month", "2012-09", "--out", "月次.xlsx")
    typed("statement", "month", "2012-09", "--out", "月次.xlsx")
    typed("verify", "月次.xlsx")
    typed("export", "journal", "--format", "csv", "--out", "仕訳.csv")
    for _time in range(2):
        typed("backup", "控え.db")
    (windows / "seisan.db").unlink()
    typed("restore", "控え.db")
    typed("verify")


def test_person_without_a_name_is_told_to_give_one(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SEISAN_USER"):
        monkeypatch.delenv(name, raising=False)
    answer = CliRunner().invoke(cli.app, ["--database", "sqlite:///seisan.db", "init"])
    assert (answer.exit_code, "(names-nobody)" in answer.output) == (1, True), answer.output


def test_settings_file_names_books_on_a_drive(windows: Path) -> None:
    """In single quotes a backslash is one; in double quotes TOML takes it for something else, and says so."""
    settings = windows / "seisan.toml"
    settings.write_text("database = 'sqlite:///C:\\精算\\seisan.db'\n", encoding="utf-8")
    assert "C:\\精算\\seisan.db" in CliRunner().invoke(cli.app, ["where"]).output
    settings.write_text('database = "sqlite:///C:\\精算\\seisan.db"\n', encoding="utf-8")
    answer = CliRunner().invoke(cli.app, ["where"])
    assert (answer.exit_code, "(not-a-settings-file)" in answer.output) == (1, True)


def test_demo_says_what_is_typed_in_powershell(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "acts", lambda _folder: iter(()))
    answer = CliRunner().invoke(cli.app, ["demo"])
    assert "  $env:SEISAN_DATABASE = 'sqlite:///demo/demo.db'" in answer.output.splitlines()
