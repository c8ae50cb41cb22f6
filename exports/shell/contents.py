"""What commands there are, by the phases of the month: so much that the help of the program needs none of them loaded.

`contents.json` is made from the commands themselves: pytest --update tests/test_contents.py.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from typer.core import TyperCommand

FILE = Path(__file__).with_name("contents.json")


class Named(TyperCommand):
    """A command, or a group of commands, of which only name, help and panel are known; `phase` has the command."""

    def __init__(self, name: str, phase: str, summary: str, panel: str) -> None:
        super().__init__(name, help=summary, rich_help_panel=panel)
        self.phase = phase


def contents(phases: Iterable[str]) -> Iterator[Named]:
    """The commands of these phases, in order."""
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    for phase in phases:
        of_phase = known.get(phase, {"panel": "", "commands": {}})
        for name, summary in of_phase["commands"].items():
            yield Named(name, phase, summary, of_phase["panel"])
