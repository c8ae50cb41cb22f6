"""The tables of which statements are made are those that sqlmodel declares; only these lines know of both."""

import sys
from subprocess import run

import pytest
from sqlalchemy import Dialect, MetaData, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger import models, tables
from ledger.columns import hidden
from ledger.models.description import description
from ledger.models.rows import RowBase, SignedBase
from ledger.store.records import SIGNATURE


def test_file_describes_what_is_declared(update: bool) -> None:
    if update:
        tables.FILE.write_text(description(), encoding="utf-8")
    assert tables.FILE.read_text(encoding="utf-8") == description(), "make tables"


def ddl(metadata: MetaData, dialect: Dialect) -> list[list[str]]:
    """What a database is told of each table; rules and indexes in any order."""
    texts = [
        str(CreateTable(table).compile(dialect=dialect))
        + "\n".join(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
        for table in metadata.sorted_tables
    ]
    return [sorted(line.strip(", ") for line in text.splitlines()) for text in texts]


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://"])
def test_database_is_told_the_same_of_both(url: str) -> None:
    dialect = make_url(url).get_dialect()()
    assert ddl(tables.metadata, dialect) == ddl(models.metadata, dialect)


def test_columns_are_the_same_and_those_that_nobody_reads_are() -> None:
    def columns(metadata: MetaData) -> dict[str, list[tuple[object, ...]]]:
        return {
            name: [(column.name, hidden(column), column.autoincrement) for column in table.columns]
            for name, table in metadata.tables.items()
        }

    assert columns(tables.metadata) == columns(models.metadata)


def test_every_table_has_its_name_for_statements() -> None:
    assert {name: getattr(tables, name) for name in tables.metadata.tables} == dict(tables.metadata.tables)


def test_a_question_loads_neither_sqlmodel_nor_pydantic_nor_the_mapper() -> None:
    tell = "import sys, ledger.tables; print(*sorted({'sqlmodel', 'pydantic', 'sqlalchemy.orm'} & set(sys.modules)))"
    assert run([sys.executable, "-c", tell], capture_output=True, text=True, check=True).stdout.split() == []


def test_what_signs_a_record_is_what_a_signed_row_declares() -> None:
    assert set(SIGNATURE) == SignedBase.model_fields.keys() - RowBase.model_fields.keys()
