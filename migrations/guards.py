"""What the database refuses, held against what our steps and the one list of triggers make it refuse.

Compared are whole definitions, and what somebody added: a rule that keeps its name and lost its body is no rule, and
one more trigger can undo another. The wanted text is the list's own and that of `tables.py`; there is no second list.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import Constraint, CreateTable

from ledger.audit.faults import Fault
from ledger.tables import metadata
from migrations import privileges, triggers
from migrations.writes import OWNERS


def faults(connection: Connection) -> list[Fault]:
    """Every trigger, function and table rule that is gone, changed, switched off, or none of ours, by name."""
    rows = _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection)
    return sorted(rows, key=lambda fault: (fault.where, fault.code))


def _plain(text: str) -> str:
    """A text without the line breaks that are laid out otherwise; blanks of other alphabets stay, they may be data."""
    return re.sub("[ \t\r\n]+", " ", text).strip()


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _sqlite(connection: Connection) -> Iterator[Fault]:
    """SQLite reads its rules from these texts, whatever the type and the name that stand beside them."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM main.sqlite_master WHERE sql IS NOT NULL").all()
    standing = [(str(name), _plain(str(sql))) for name, sql in rows]
    expected = {statement.split()[2]: _plain(statement) for statement in triggers.statements("sqlite")}
    for name in expected.keys() - {name for name, _sql in standing}:
        yield Fault("trigger-missing", f"trigger {name}", {})
    for name, sql in standing:
        if name in expected and sql != expected[name]:
            yield Fault("trigger-changed", f"trigger {name}", {})
        if name not in expected and not re.match(r"(?i)CREATE (TABLE|(UNIQUE )?INDEX|VIEW)\b", sql):
            yield Fault("trigger-added", f"trigger {name}", {})
    of = dict(standing)
    for name, table in metadata.tables.items():
        created = _plain(str(CreateTable(table).compile(dialect=connection.dialect)))
        actual, declared = _clauses(of.get(name, "")), _clauses(created)
        for part in sorted(actual ^ declared):
            yield Fault("table-changed", f"table {name}", {"part": part})


def _clauses(sql: str) -> set[str]:
    """What stands between the commas of a CREATE TABLE, and what before and after; a later step adds columns last."""
    parts, depth, quoted, part = set(), 0, False, ""
    for sign in sql:
        quoted ^= sign == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(sign, 0)
        if not quoted and ((sign, depth) in ((",", 1), ("(", 1), (")", 0))):
            parts.add(_unquoted(part))
            part = ""
        else:
            part += sign
    return parts | {_unquoted(part)}


def _unquoted(part: str) -> str:
    """A clause without the quotes that stand around some names and that a later version may set otherwise."""
    return re.sub('"([a-z_]+)"', r"\1", part).strip()


# --- PostgreSQL -----------------------------------------------------------------------------------------------------

_OURS = "relnamespace = 'public'::regnamespace AND relname = ANY (%(tables)s)"

# EXPLAIN carries out what never changes, so a condition that calls a function of somebody's own is not given to it.
_CALLS = (
    "EXISTS (SELECT FROM pg_depend WHERE (classid, objid) = ({0}.tableoid, {0}.oid)"
    " AND refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass) AND refobjid <> {1})"
)

_TRIGGERS = f"""
SELECT relname, COALESCE(conname, tgname), tgisinternal, tgenabled,
CASE WHEN {_CALLS.format("pg_trigger", "tgfoid")} THEN '' ELSE pg_get_triggerdef(pg_trigger.oid) END
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid LEFT JOIN pg_constraint ON pg_constraint.oid = tgconstraint
WHERE {_OURS}
"""

# What belongs to an extension came with it.
_ITS_OWN = "NOT EXISTS (SELECT FROM pg_depend WHERE (classid, objid) = ({0}.tableoid, {0}.oid) AND deptype = 'e')"

_FUNCTIONS = f"""
SELECT pg_proc.oid::regprocedure::text, CASE WHEN prokind = 'f' THEN pg_get_functiondef(pg_proc.oid) END
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND {_ITS_OWN.format("pg_proc")}
"""

_ADDED = f"""
SELECT 'rule', rulename, relname FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE {_OURS}
UNION ALL SELECT 'policy', polname, relname FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {_OURS}
UNION ALL SELECT 'child', inhrelid::regclass::text, relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent
WHERE {_OURS}
UNION ALL SELECT 'operator', pg_operator.oid::regoperator::text, '' FROM pg_operator
WHERE oprnamespace = 'public'::regnamespace AND {_ITS_OWN.format("pg_operator")}
UNION ALL SELECT 'setting', setting, COALESCE(rolname, datname, '') FROM pg_db_role_setting
LEFT JOIN pg_roles ON pg_roles.oid = setrole LEFT JOIN pg_database ON pg_database.oid = setdatabase,
unnest(setconfig) setting WHERE setting LIKE 'session_replication_role=%%'
AND (setdatabase = 0 OR datname = current_database())
"""

_COLUMNS = f"""
SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid WHERE {_OURS} AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
"""

_CONSTRAINTS = f"""
SELECT relname, conname, CASE WHEN {_CALLS.format("pg_constraint", 0)} THEN ''
ELSE pg_get_constraintdef(pg_constraint.oid) END
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE {_OURS} AND contype NOT IN ('n', 't')
"""


def _ask(connection: Connection, statement: str) -> list[Any]:
    return list(
        connection.exec_driver_sql(statement, {"tables": [*metadata.tables, *(table.name for table in OWNERS)]}).all()
    )


def _postgresql(connection: Connection) -> Iterator[Fault]:
    # So that every name that is not of the books' own schema is told with its schema.
    connection.exec_driver_sql("SELECT set_config('search_path', 'public', true)")
    yield from _postgresql_triggers(connection)
    yield from _postgresql_functions(connection)
    for kind, name, of in _ask(connection, _ADDED):
        yield Fault("trigger-added", f"{kind} {name} on {of}" if of else f"{kind} {name}", {})
    yield from _postgresql_tables(connection)
    yield from privileges.faults(connection)


def _postgresql_triggers(connection: Connection) -> Iterator[Fault]:
    expected: dict[tuple[str, str], str] = {}
    for statement in triggers.statements("postgresql"):
        if not statement.startswith("CREATE OR REPLACE FUNCTION"):
            name, table = re.findall(r"TRIGGER (\w+) .*? ON public\.(\w+)", statement)[0]
            expected[table, name] = statement
    rows = _ask(connection, _TRIGGERS)
    for name in {name for _table, name, _of_a_key, enabled, _told in rows if enabled != "O"}:
        yield Fault("trigger-off", f"trigger {name}", {})
    standing = {(table, name): definition for table, name, of_a_key, _enabled, definition in rows if not of_a_key}
    for table, name in standing.keys() - expected.keys():
        yield Fault("trigger-added", f"trigger {name} on {table}", {})
    for _table, name in expected.keys() - standing.keys():
        yield Fault("trigger-missing", f"trigger {name}", {})
    changed, conditions = set(), {}
    for at in expected.keys() & standing.keys():
        (body, condition), (actual_body, actual_condition) = _conditional(expected[at]), _conditional(standing[at])
        if body != actual_body:
            changed.add(at)
        elif condition != actual_condition:
            conditions[at] = (condition, actual_condition)
    for _table, name in changed.union(_differing(connection, conditions)):
        yield Fault("trigger-changed", f"trigger {name}", {})


def _conditional(statement: str) -> tuple[str, str]:
    """A CREATE TRIGGER without its condition, and the condition."""
    before, when, rest = statement.partition(" WHEN (")
    condition, execute, function = rest.rpartition(") EXECUTE")
    return (f"{before} {execute.removeprefix(') ')}{function}", condition) if when else (before, "true")


def _postgresql_functions(connection: Connection) -> Iterator[Fault]:
    expected = {
        _signature(*re.findall(r"public\.(\w+)\((.*?)\)\n", statement)[0]): statement
        for statement in triggers.statements("postgresql")
        if statement.startswith("CREATE OR REPLACE FUNCTION")
    }
    standing = dict(tuple(row) for row in _ask(connection, _FUNCTIONS))
    for name, statement in expected.items():
        if name not in standing:
            yield Fault("trigger-missing", f"function {name}", {})
        elif _plain(standing[name] or "") != _plain(statement):
            yield Fault("trigger-changed", f"function {name}", {})
    for name in standing.keys() - expected.keys():
        yield Fault("trigger-added", f"function {name}", {})


def _signature(name: str, arguments: str) -> str:
    """A function by its name and the types of its arguments, as the server names it."""
    return f"{name}({','.join(argument.partition(' ')[2] for argument in arguments.split(', ') if argument)})"


def _postgresql_tables(connection: Connection) -> Iterator[Fault]:
    columns = {(table, name): tuple(rest) for table, name, *rest in _ask(connection, _COLUMNS)}
    rules = {(table, name): definition for table, name, definition in _ask(connection, _CONSTRAINTS)}
    expected_columns, expected_rules, checks = {}, {}, {}
    for name, table in (*metadata.tables.items(), *((table.name, table) for table in OWNERS)):
        for column in table.columns:
            kind = column.type.compile(connection.dialect).lower().replace("varchar", "character varying")
            expected_columns[name, column.name] = (kind, not column.nullable)
        for rule in table.constraints:
            at = (name, connection.dialect.identifier_preparer.format_constraint(rule) or "")
            expected_rules[at] = _told(rule)
            if isinstance(rule, CheckConstraint) and (check := re.fullmatch(r"CHECK \((.*)\)", rules.get(at, ""))):
                checks[at] = (str(rule.sqltext), check[1])
                expected_rules[at] = rules[at]
    differing = {at for at, _said in columns.items() ^ expected_columns.items()}
    differing |= {at for at, _said in rules.items() ^ expected_rules.items()}
    for table_name, part in differing.union(_differing(connection, checks)):
        yield Fault("table-changed", f"table {table_name}", {"part": part})


def _told(rule: Constraint) -> str:
    """A rule of a table as the server tells it; of a CHECK the condition is compared by itself."""
    if isinstance(rule, ForeignKeyConstraint):
        columns, of = ", ".join(rule.column_keys), rule.referred_table
        referred = ", ".join(element.column.name for element in rule.elements)
        return f"FOREIGN KEY ({columns}) REFERENCES {of.name}({referred})"
    if isinstance(rule, CheckConstraint):
        return "CHECK"
    kind = "UNIQUE" if isinstance(rule, UniqueConstraint) else "PRIMARY KEY"
    return f"{kind} ({', '.join(rule.columns.keys())})"  # type: ignore[attr-defined]


def _differing(connection: Connection, pairs: Mapping[tuple[str, str], tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Those of the conditions that are not the same: the server itself tells both, without carrying either out."""
    for table, group in groupby(sorted(pairs), key=lambda at: at[0]):
        names = list(group)
        both = ", ".join(f"({condition})" for at in names for condition in pairs[at])
        # A parameter style would take a % for its own.
        statement = f'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT {both} FROM public.{table} AS "new"'
        try:
            with connection.begin_nested():
                output = connection.exec_driver_sql(statement.replace("%", "%%")).scalar_one()[0]["Plan"]["Output"]
        except DatabaseError:  # a column that they speak of is gone
            output = range(2 * len(names))
        for at, expected, actual in zip(names, output[::2], output[1::2], strict=True):
            if expected != actual:
                yield at
