"""What is left to `make soak` is named in one place, and what is left of it here is enough of each."""

from importlib import import_module

import pytest

from ledger import tables
from tests import spread
from tests.test_chain import COLUMNS


def test_what_is_spread_is_a_test() -> None:
    for test in (*spread.ONE_IN, *spread.LEFT_TO_SOAK, *spread.SMALLER):
        module, _dot, name = test.partition(".")
        assert callable(getattr(import_module(f"tests.{module}"), name)), test
    for module in spread.WHOLE_ON_BOTH:
        import_module(f"tests.{module}")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_columns_that_are_changed_are_of_every_type(engine: str) -> None:
    test = "test_chain.test_changed_column_is_named_at_its_row"
    of = {column: tables.metadata.tables[column[0]].c[column[1]].type.python_type for column in COLUMNS}
    rows = len(COLUMNS)
    got = {of[column] for row, column in enumerate(COLUMNS) if spread.is_run(test, engine, row, rows, whole=True)}
    assert got == {*of.values()}


@pytest.mark.parametrize("rows", [1, 2, 5, 40])
def test_each_engine_gets_a_row_of_every_table(rows: int) -> None:
    for test in (*spread.ONE_IN, "test_anything.test_of_no_name"):
        for engine in ("sqlite", "postgresql"):
            got = [row for row in range(rows) if spread.is_run(test, engine, row, rows, whole=True)]
            assert got or (rows == 1 and engine == "postgresql"), (test, engine)


def test_of_a_spread_table_postgresql_gets_rows_that_sqlite_does_not() -> None:
    for test, (on_sqlite, _on_postgresql) in spread.ONE_IN.items():
        of = {
            engine: {row for row in range(40) if spread.is_run(test, engine, row, 40, whole=True)}
            for engine in ("sqlite", "postgresql")
        }
        assert spread.SOAK or on_sqlite == 1 or of["postgresql"] - of["sqlite"], test
