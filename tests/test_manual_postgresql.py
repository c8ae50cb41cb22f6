"""What docs/postgresql.md has typed is typed, word for word and in its order, at a server of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exports.demo import play
from tests.manual import DOCS, blocks
from tests.server import Server, own

pytestmark = [pytest.mark.thorough, pytest.mark.parametrize("engine", ["postgresql"], indirect=True)]


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server on which roles and databases may have the names of the page."""
    with own() as server:
        yield server


@pytest.fixture
def environment(own_server: Server, tmp_path: Path) -> dict[str, str]:
    """The administrator's: PostgreSQL's programs, those of the wheel, and `seisan` are found by their names."""
    found = [str(own_server._program / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    administrator = {"PGHOST": str(own_server.folder / "data"), "PGUSER": "postgres", "LANG": "C.UTF-8"}
    return administrator | {"PATH": os.pathsep.join(found), "HOME": str(tmp_path), "SEISAN_LANG": "en"}


def test_page_can_be_typed_from_top_to_bottom(engine: str, environment: dict[str, str], tmp_path: Path) -> None:
    play.copy_input(tmp_path / "demo/input")
    typed = "".join(body for kind, body in blocks(DOCS / "postgresql.md") if kind == "console")
    script = "set -eux\n" + re.sub(r"(?m)^\$ ", "", typed)
    ended = _run(["sh", "-c", script], tmp_path, environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    heads = re.findall(r"\b[0-9a-f]{64}\b", ended.stdout)
    assert len(heads) == 7 and len(set(heads)) == 1, "what was restored or moved is what was there"
    assert "Acting: otsukawa" in ended.stdout
    _backed_up_as_by_cron(environment, tmp_path)
    # Why the page has a role for this: the auditor may not read account numbers.
    dumped = _run(["pg_dump", "--username", "kansa", "--file", os.devnull, "seisan"], tmp_path, environment)
    assert (dumped.returncode, "permission denied for table" in dumped.stderr) == (1, True)


def _backed_up_as_by_cron(environment: dict[str, str], folder: Path) -> None:
    """The script of the page, in other folders, with as little around it as cron gives."""
    (script,) = (body for kind, body in blocks(DOCS / "postgresql.md") if kind == "sh" and body.startswith("#!"))
    dumps = folder / "dumps"
    dumps.mkdir()
    programs = os.pathsep.join(environment["PATH"].split(os.pathsep)[:2])
    file = folder / "seisan-backup"
    for there, here in (("/var/backups/seisan", str(dumps)), ("/opt/seisan/bin", programs)):
        assert there in script
        script = script.replace(there, here)
    file.write_text(script, encoding="utf-8")
    around = {name: environment[name] for name in ("HOME", "PGHOST")} | {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
    ended = _run(["sh", str(file)], folder, around)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (dump,) = dumps.iterdir()
    assert dump.read_bytes().startswith(b"PGDMP") and dump.stat().st_mode & 0o077 == 0
    assert re.search(r"\b[0-9a-f]{64}\b", ended.stdout), "the books that were dumped are verified"


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
