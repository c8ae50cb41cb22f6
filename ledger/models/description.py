"""What is declared, as `ledger.tables` reads it: by table its columns, rules, keys and indexes."""

import json
from typing import Any

from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint
from sqlmodel.sql.sqltypes import AutoString

from ledger.columns import hidden
from ledger.models import metadata


def description() -> str:
    """The text of `ledger/tables.json`: a line for each column, and for each other part of a table."""
    tables = {name: _table(metadata.tables[name]) for name in sorted(metadata.tables)}
    return (
        _lines({name: _lines({part: _text(items) for part, items in tables[name].items()}, 1) for name in tables})
        + "\n"
    )


def _lines(parts: dict[str, str], depth: int = 0) -> str:
    """A JSON object of a line for each part."""
    indent = " " * depth
    return "{\n" + ",\n".join(f"{indent} {json.dumps(name)}: {text}" for name, text in parts.items()) + f"\n{indent}}}"


def _text(items: Any) -> str:
    """The columns of a table in a line each; anything else in one line."""
    if isinstance(items, dict) and all(isinstance(item, dict) for item in items.values()):
        return _lines({name: json.dumps(item) for name, item in items.items()}, 2)
    return json.dumps(items)


def _table(table: Table) -> dict[str, Any]:
    """What a table consists of."""
    prefix = len(f"ck_{table.name}_")
    rules = [rule for rule in table.constraints if isinstance(rule, CheckConstraint)]
    unique = [rule.columns.keys() for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    says = {
        "checks": dict(sorted((str(rule.name)[prefix:], str(rule.sqltext)) for rule in rules)),
        "unique": sorted(unique),
        "indexes": sorted(index.columns.keys() for index in table.indexes),
    }
    return {"columns": {column.name: _column(column) for column in table.columns}} | {
        part: items for part, items in says.items() if items
    }


def _column(column: Column[Any]) -> dict[str, Any]:
    """What a column is; what is not said is not so."""
    says: dict[str, Any] = {"type": "String" if isinstance(column.type, AutoString) else type(column.type).__name__}
    if column.foreign_keys:
        (key,) = column.foreign_keys
        says["of"] = key.target_fullname
    if hidden(column):
        says["hidden"] = True
    says |= {flag: True for flag in ("nullable", "primary_key") if getattr(column, flag)}
    return says if column.autoincrement == "auto" else says | {"autoincrement": column.autoincrement}
