"""What is left to `make soak` is named in one place, and what is left of it here is enough of each."""

from importlib import import_module

import pytest

from ledger import tables
from tests import spread
from tests.test_chain import COLUMNS


@pytest.mark.parametrize("test", spread.ONE_IN)
def test_what_is_spread_is_a_test(test: str) -> None:
    module, _dot, name = test.partition(".")
    assert callable(getattr(import_module(f"tests.{module}"), name))


def test_columns_that_fall_to_postgresql_are_of_every_type() -> None:
    test = "test_chain.test_changed_column_is_named_at_its_row"
    of = {column: type(tables.metadata.tables[column[0]].c[column[1]].type) for column in COLUMNS}
    assert {of[column] for row, column in enumerate(COLUMNS) if spread.falls_to_postgresql(test, row)} == {*of.values()}
