"""What the program knows of its commands before it has loaded any: names, what each is for, in which panel."""

import json
import sys
from collections.abc import Iterator
from subprocess import run
from typing import Any

import pytest
import typer

from exports.shell.contents import FILE
from tests.commands import whole_program

PHASE = "import sys, cli, typer; program = typer.main.get_command(cli.app); "


def phases() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each phase with its commands, taken from the commands themselves."""
    program = whole_program()
    for name in program.phases:
        loaded = typer.Typer()
        loaded.add_typer(program.phase(name))
        commands: dict[str, Any] = dict(typer.main.get_group(loaded).commands)
        (panel,) = {command.rich_help_panel for command in commands.values()}
        yield name, {"panel": panel, "commands": {name: command.help for name, command in commands.items()}}


def test_contents_are_those_of_the_commands(update: bool) -> None:
    found = json.dumps(dict(phases()), ensure_ascii=False, indent=2) + "\n"
    if update:
        FILE.write_text(found, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == found, "pytest --update tests/test_contents.py"


def test_a_name_is_in_one_phase_only() -> None:
    names = [name for _phase, told in phases() for name in told["commands"]]
    assert len(names) == len(set(names))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "loaded"), [([], set()), (["check"], {"judging"}), (["--lang", "en", "credit", "list"], {"credits"})]
)
def test_help_loads_the_commands_it_shows_and_no_other(words: list[str], loaded: set[str]) -> None:
    asked = f"try: cli.app([*{words!r}, '--help'])\nexcept SystemExit: pass\n"
    told = "print(*(name for name in sys.modules if name.startswith('exports.commands.')))"
    answer = run([sys.executable, "-c", f"import sys, cli\n{asked}{told}"], capture_output=True, text=True, check=True)
    found = {name.removeprefix("exports.commands.") for name in answer.stdout.splitlines()[-1].split()}
    # A phase may use what another has.
    assert found - {"steps", "refunds"} == loaded
