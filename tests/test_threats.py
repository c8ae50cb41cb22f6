"""The page of threats: each line names the tests that try it, each of which is there, the same in both languages."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("threats.md", "threats.ja.md")

# Named as a whole: its tests try one thing in many ways.
WHOLE = {"test_insider"}


def lines(page: str) -> list[list[str]]:
    """The cells of each line of the table, without its head."""
    rows = [line for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def named(row: list[str]) -> list[str]:
    """The tests that a line names."""
    return re.findall(r"`(test_\w+(?:::\w+)?)`", row[-1])


@cache
def _tests(module: str) -> set[str]:
    """The tests of a module."""
    tree = ast.parse((ROOT / "tests" / f"{module}.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES)
def test_every_line_names_tests_that_are_there(page: str) -> None:
    for row in lines(page):
        assert len(row) == 5 and all(row) and named(row), row[0]
        for test in named(row):
            module, _colons, name = test.partition("::")
            assert test in WHOLE or name in _tests(module), test


def test_both_languages_name_the_same() -> None:
    english, japanese = ([named(row) for row in lines(page)] for page in PAGES)
    assert english == japanese
