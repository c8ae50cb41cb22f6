"""The wheel that an office installs: all that the program reads is in it, and it runs where there are no sources."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from exports.demo import play

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent
PARTS = ("cli.py", "ledger", "exports", "migrations")
FOR_READERS = {"ledger/README.md", "ledger/WHY.md"}  # of the sources, not of the program


@dataclass(frozen=True)
class Installed:
    """A wheel, and the program that was installed from it."""

    wheel: Path
    bin: Path

    def run(self, folder: Path, program: str, *words: str) -> str:
        """What one of its programs prints in a folder, in an environment that knows of no sources."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SEISAN_", "PYTHON"))}
        environment |= {"HOME": str(folder.parent), "XDG_STATE_HOME": str(folder.parent), "LANG": "C.UTF-8"}
        ended = subprocess.run(
            [self.bin / program, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of the sources, installed into an environment of its own; what it needs is that of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    sources.mkdir()
    for name in (*PARTS, "pyproject.toml", "README.md", "LICENSE"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, sources / name)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})"
    _quietly([sys.executable, "-c", build], cwd=sources)
    (wheel,) = folder.glob("*.whl")
    _quietly([sys.executable, "-m", "venv", "--without-pip", folder / "venv"])
    python = folder / "venv/bin/python"
    _quietly([sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel])
    (site,) = (folder / "venv/lib").glob("python*/site-packages")
    # A path in such a file is looked in last, and what is installed there from the sources is not followed.
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return Installed(wheel, folder / "venv/bin")


def _quietly(command: list[str | Path], cwd: Path | None = None) -> None:
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_file_of_the_program_is_in_the_wheel_and_nothing_else(installed: Installed) -> None:
    tree = {"cli.py"}
    for part in PARTS[1:]:
        tree |= {path.relative_to(ROOT).as_posix() for path in (ROOT / part).rglob("*") if path.is_file()}
    tree = {name for name in tree if "__pycache__" not in name} - FOR_READERS
    with zipfile.ZipFile(installed.wheel) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == tree


def test_month_from_the_wheel_in_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    office = tmp_path / "事務所"
    office.mkdir()
    where = installed.run(office, "python", "-c", "import cli, ledger, migrations; print(cli.__file__)")
    assert Path(where.strip()).is_relative_to(installed.bin.parent)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert installed.run(office, "seisan", "--version") == f"seisan {version}\n"
    installed.run(office, "seisan", "demo")
    made = {path.name for path in (office / "demo").iterdir()}
    assert {play.workbook(Path()).name, play.payments(Path()).name, "demo.db", "input"} <= made
    books = ("--database", play.books(Path("demo")))
    assert "2011-0001" in installed.run(
        office, "seisan", "check", "--application", "2011-0001", "--as-of", "2012-03-05", *books
    )
    for words in (
        ("check", "--everyone", "--as-of", "2012-09-30", "--lang", "en"),
        ("notices", "show", "2012-09-21"),
        ("template", "members", "--out", "会員名簿.xlsx"),
        ("backup", "控え.db"),
        ("verify", "demo/月次-2012-09.xlsx"),
        ("init",),
    ):
        installed.run(office, "seisan", *words, *books)
