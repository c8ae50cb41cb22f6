"""Every command that writes can be typed again: the same answer, nothing changed; other content is refused by name."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from exports.shell import commands
from ledger import i18n
from ledger.errors import DiskFull
from ledger.store import idempotency
from tests import desk
from tests.commands import COMMANDS, EXAMPLES, FILES, OPTIONS, WRITING, Writing
from tests.copies import Copies
from tests.desk import CHIEF, CLERK, ON

pytestmark = pytest.mark.thorough

EACH = pytest.mark.parametrize(("name", "command"), WRITING.items(), ids=WRITING)


@pytest.fixture
def books(made: Copies) -> Iterator[str]:
    """A fresh copy of the books."""
    with made.copy() as url:
        yield url


def kept(url: str) -> str:
    """A digest over every row but the records of what was refused."""
    return desk.held(url)


def typed(url: str, words: str, by: str, *more: str) -> Result:
    """What the command answers."""
    return desk.typed(url, *desk.resolved(url, words), *more, by=by)


def test_every_command_with_a_dry_run_is_declared() -> None:
    # `move` writes no books that are open: tests/test_move.py.
    assert {*WRITING, "move"} == {name for name, options in OPTIONS.items() if "--dry-run" in options}


@pytest.mark.thorough
@EACH
def test_a_dry_run_answers_as_the_real_one_and_leaves_the_books_alone(books: str, name: str, command: Writing) -> None:
    words = desk.resolved(books, f"{name} {command.typed}")
    held = kept(books)
    dry = desk.done(books, *words, "--dry-run", by=command.by)
    assert kept(books) == held
    real = desk.done(books, *words, by=command.by)
    assert dry.stdout == real.stdout
    assert dry.stderr.startswith(i18n._("Dry run: nothing is kept."))
    assert kept(books) != held


# --- without a key: what the books know it by -------------------------------------------------------------------------


@EACH
def test_typed_again_it_is_done_once(books: str, name: str, command: Writing) -> None:
    words, by = shlex.join(desk.resolved(books, f"{name} {command.typed}")), command.by
    first = typed(books, words, by, "--json")
    assert first.exit_code == 0, first.output
    held = kept(books)
    again = typed(books, words, by, "--json")
    assert again.exit_code == 0, again.output
    assert kept(books) == held
    assert desk.not_of_command(books) == set()


# --- with a key -------------------------------------------------------------------------------------------------------


@EACH
def test_under_its_key_it_answers_the_same(books: str, name: str, command: Writing) -> None:
    words, by = shlex.join(desk.resolved(books, f"{name} {command.typed}")), command.by
    other = f"{name} {command.other}"
    first = typed(books, words, by, "--json", "--key", "K-1")
    assert first.exit_code == 0, first.output
    held = kept(books)
    for more in (("--json",), ("--json", "--dry-run")):
        again = typed(books, words, by, *more, "--key", "K-1")
        assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert typed(books, words, by, "--key", "K-1").exit_code == 0
    for different, who, named in ((other, by, command.field), (words, "丁川", "--by")):
        refused = typed(books, different, who, "--json", "--key", "K-1")
        assert refused.exit_code == 1
        answer = json.loads(refused.stdout)
        assert answer["refused"] == "key-used-differently"
        assert named in answer["says"]
    assert kept(books) == held


@pytest.mark.parametrize("before", ["NO", "NO…", "[NO]", "[NO…]"])
def test_a_key_of_before_a_command_took_several_is_answered(
    books: str, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    """A field that could not be left out, or named one thing only, was once kept under another name."""
    words = "credit approve 1 --on 2012-04-03"
    now = commands._field
    with monkeypatch.context() as patch:
        patch.setattr(commands, "_field", lambda param: before if now(param) == "NO" else now(param))
        first = typed(books, words, CHIEF, "--json", "--key", "K-1")
    assert first.exit_code == 0, first.output
    held = kept(books)
    again = typed(books, words, CHIEF, "--json", "--key", "K-1")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    refused = typed(books, "credit approve 2 --on 2012-04-03", CHIEF, "--json", "--key", "K-1")
    assert json.loads(refused.stdout)["refused"] == "key-used-differently"
    assert kept(books) == held


def test_another_command_under_the_same_key_is_refused(books: str) -> None:
    assert typed(books, "book --through 2012-05-31", CLERK, "--key", "K-1").exit_code == 0
    held = kept(books)
    refused = typed(books, f"refund propose FREE --on {ON}", CLERK, "--json", "--key", "K-1")
    assert json.loads(refused.stdout)["refused"] == "key-used-differently"
    assert kept(books) == held


def test_what_is_refused_claims_no_key(books: str) -> None:
    refused = typed(books, f"refund propose ALIVE --on {ON}", CLERK, "--key", "K-1")
    assert refused.exit_code == 1
    assert typed(books, f"refund propose FREE --on {ON}", CLERK, "--key", "K-1").exit_code == 0


def test_a_dry_run_claims_no_key(books: str) -> None:
    held = kept(books)
    assert typed(books, f"refund propose FREE --on {ON}", CLERK, "--dry-run", "--key", "K-1").exit_code == 0
    assert kept(books) == held
    assert typed(books, f"refund propose FREE --on {ON}", CHIEF, "--key", "K-1").exit_code == 0


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - set(WRITING)))
def test_what_writes_nothing_takes_no_key(books: str, name: str) -> None:
    refused = typed(books, EXAMPLES[name][-1], CLERK, "--key", "K-1")
    assert refused.exit_code == 2
    assert "no-key-taken" in refused.stderr


# --- before every other check -----------------------------------------------------------------------------------------


def test_a_retry_is_answered_whatever_has_happened_since(books: str, tmp_path: Path) -> None:
    """A proposal was rejected, a file is gone, a month is closed, and each is typed again as it was."""
    file = tmp_path / "追加.csv"
    file.write_text(FILES["追加.csv"], encoding="utf-8")
    steps = (
        (f"refund propose FREE --on {ON}", CLERK),
        ("refund approve 1 --on 2012-04-03", CHIEF),
        ("refund paid 1 --on 2012-04-04", CLERK),
        ("credit undo 6 --reason 取下げ --on 2012-04-30", CLERK),
    )
    first = [typed(books, words, by, "--json", "--key", words) for words, by in steps]
    assert [result.exit_code for result in first] == [0] * len(steps), first[0].output
    no = str(json.loads(first[0].stdout)["no"])
    desk.done(books, "refund", "reject", no, "--reason", "口座相違", "--on", ON)
    desk.done(books, "close", "2012-06", "--accept", "試験")
    held = kept(books)
    for (words, by), answer in zip(steps, first, strict=True):
        again = typed(books, words, by, "--json", "--key", words)
        assert (again.exit_code, again.stdout) == (0, answer.stdout)
    for words, by in steps[1:]:
        again = typed(books, words, by, "--json")
        assert (again.exit_code, json.loads(again.stdout)) != (0, None)
        assert "true" not in again.stdout
    assert kept(books) == held


def test_an_answer_is_given_only_when_the_books_hold_it(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write fails at its very end: nothing was said before, and the key is free."""

    def fail(*_: object, **__: object) -> None:
        raise DiskFull("x")

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "keep", fail)
        refused = typed(books, f"refund propose FREE --on {ON}", CLERK, "--key", "K-1")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert typed(books, f"refund propose FREE --on {ON}", CLERK, "--key", "K-1").exit_code == 0
