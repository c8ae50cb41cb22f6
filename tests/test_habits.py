"""What really stands in cells: each habit of people and of programs is read as it is meant, or refused by name."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger import dates
from ledger.intake.columns import CellNote, CellProblem, InputColumn, parse_cell
from ledger.intake.kinds import require_kind

TABLE: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("habits.toml").read_text(encoding="utf-8"))[
    "column"
]
HABITS = [(column["kind"], column["name"], cell, becomes) for column in TABLE for cell, becomes in column["cells"]]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2020, 4, 1))


@pytest.mark.parametrize(("kind", "name", "cell", "becomes"), HABITS, ids=[f"{row[1]}-{row[2]!r}" for row in HABITS])
def test_cell_is_what_it_shows_or_is_refused(kind: str, name: str, cell: Any, becomes: object) -> None:
    column = next(column for column in require_kind(kind).columns if column.name == name)
    assert _read(column, cell) == becomes


def _read(column: InputColumn, cell: Any) -> object:
    noticed: list[CellNote] = []
    try:
        value = parse_cell(column, cell, noticed)
    except CellProblem as problem:
        return f"!{problem.code}"
    read = value.isoformat() if isinstance(value, date) else value
    return f"~ {read}" if noticed else read


def test_table_of_habits_is_long_enough_and_has_no_row_twice() -> None:
    assert len(HABITS) >= 120
    assert len({(kind, name, type(cell), cell) for kind, name, cell, _becomes in HABITS}) == len(HABITS)
