"""Random sequences of commands: SQLite and PostgreSQL answer and write the same, and the laws of the books hold.

Each sequence runs in one transaction on each database and is taken back, so that the next one begins with fresh books.
`SEISAN_SEQUENCES` and `SEISAN_STEPS` ask for more: see `make soak`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.commanded import prepare
from tests.commands import FURTHER, WRITING
from tests.drawn import COMMANDS, TYPED
from tests.kept import ANSWERS, KEPT
from tests.model_commands import MOVES
from tests.sequences import Commands
from tests.server import Server

pytestmark = pytest.mark.thorough

SEQUENCES = int(os.environ.get("SEISAN_SEQUENCES", "12"))
STEPS = int(os.environ.get("SEISAN_STEPS", "20"))
PARTS = 4


@pytest.fixture
def both(_sqlite_books: Path, _postgresql_books: str, server: Server, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """Prepared books on SQLite and on PostgreSQL, gone after the test."""
    file = shutil.copyfile(_sqlite_books, tmp_path / "model.db")
    name = f"model_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    server.copy(_postgresql_books, name)
    urls = (f"sqlite:///{file}", server.url(name))
    for url in urls:
        prepare(url)
    yield urls
    server.drop(name)


def test_every_command_that_writes_is_drawn() -> None:
    """By a rule of its own or, where one rule draws several, with the word that makes it this one."""
    words: dict[str, set[str]] = {}
    for rule, *choices in COMMANDS:
        words.setdefault(rule, set()).update(str(word) for choice in choices if choice is not TYPED for word in choice)
    words["taken_on"] |= {state for moves in MOVES.values() for following in moves.values() for state in following}
    rules = {name: command.rule for name, command in WRITING.items()}
    # The ends of payees change who receives and no money; they have tables of their own in `test_payees.py`, and
    # statements that are handed out in `test_versions.py`, exports of the journal in `test_accounting_software.py`.
    undrawn = {"payee end", "payee approve-end", "payee reject-end", "statement month", "statement year"}
    undrawn.add("export since-last")
    undrawn |= {"bill dispute", "bill undispute"}  # they move no money: `test_disputes.py`
    assert {name for name, rule in rules.items() if not rule} == undrawn
    drawn_by_rule = {name: rule for name, rule in rules.items() if rule}
    for name, drawn_by in (drawn_by_rule | {way: further.rule for way, further in FURTHER.items()}).items():
        rule, _space, word = drawn_by.partition(" ")
        assert rule in words and (not word or word in words[rule]), f"{name} is not drawn"
    assert {"look", "month_closed", "withdrawn", "end_person"} <= words.keys()


@pytest.mark.parametrize("name", KEPT)
def test_kept_sequence_answers_as_ever(both: tuple[str, ...], name: str) -> None:
    machine = type("Commands", (Commands,), {"urls": both})()
    with machine.open:
        for command, *words in KEPT[name]:
            machine.next_is_any((command, *words))
        machine.teardown()
    assert machine.log == ANSWERS[name]


@pytest.mark.parametrize("part", range(PARTS))
def test_any_sequence_of_commands_keeps_the_laws(both: tuple[str, ...], part: int) -> None:
    machine = type("Commands", (Commands,), {"urls": both})
    size = settings(
        max_examples=SEQUENCES // PARTS,
        stateful_step_count=STEPS,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(part)(machine), settings=size)
