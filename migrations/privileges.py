"""What the server lets roles do with the books on PostgreSQL, held against the most that any of them may (see `roles`).

Roles have any names, and what a login may is that of the roles that it is a member of: asked is what was granted, or
will be by itself, who owns what, and what the server lets those do who belong to the books.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from ledger.audit.faults import Fault
from ledger.tables import metadata
from migrations.accounts import CALLS, HIDDEN
from migrations.writes import BY_FUNCTION, CALLED, OWNERS

_TABLES = "relnamespace = 'public'::regnamespace AND relname = ANY (%(tables)s)"

# Who owns most tables of the books is their owner: whoever else owns one of them is named.
_OWNER = f"(SELECT mode() WITHIN GROUP (ORDER BY relowner) FROM pg_class WHERE {_TABLES} AND relkind = 'r')"

_TO = "COALESCE((SELECT rolname FROM pg_roles WHERE pg_roles.oid = acl.grantee), 'PUBLIC')"
_WHAT = "privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"

# What is granted to anybody but the owner, and who else owns something: of what, its name, which column, to whom, what.
_GRANTED = f"""
SELECT 'table', relname, NULL, {_TO}, {_WHAT}
FROM pg_class, aclexplode(relacl) acl WHERE {_TABLES} AND acl.grantee <> relowner
UNION ALL SELECT 'table', relname, attname, {_TO}, {_WHAT}
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) acl
WHERE {_TABLES} AND acl.grantee <> relowner
UNION ALL SELECT 'function', proname, NULL, {_TO}, {_WHAT}
FROM pg_proc, aclexplode(COALESCE(proacl, acldefault('f', proowner))) acl
WHERE pronamespace = 'public'::regnamespace AND proname = ANY (%(functions)s) AND acl.grantee <> proowner
UNION ALL SELECT 'schema', nspname, NULL, {_TO}, {_WHAT}
FROM pg_namespace, aclexplode(nspacl) acl WHERE nspname = 'public' AND acl.grantee NOT IN (nspowner, {_OWNER})
UNION ALL SELECT 'database', datname, NULL, {_TO}, {_WHAT}
FROM pg_database, aclexplode(datacl) acl WHERE datname = current_database() AND acl.grantee NOT IN (datdba, {_OWNER})
UNION ALL SELECT 'table', relname, NULL, pg_get_userbyid(relowner), 'OWNER'
FROM pg_class WHERE {_TABLES} AND relowner <> {_OWNER}
UNION ALL SELECT 'function', proname, NULL, pg_get_userbyid(proowner), 'OWNER'
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner <> {_OWNER}
AND NOT EXISTS (SELECT FROM pg_depend WHERE (classid, objid) = (pg_proc.tableoid, pg_proc.oid) AND deptype = 'e')
"""

# What others would be granted, by itself, of the tables and functions that a later step of the owner makes. That
# everybody may call a function is what the server does where nothing else was said.
_BY_ITSELF = f"""
SELECT 'default', CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'f' THEN 'functions' ELSE 'schemas' END, NULL,
{_TO}, {_WHAT} FROM pg_default_acl, aclexplode(defaclacl) acl
WHERE defaclrole = {_OWNER} AND defaclnamespace IN (0, 'public'::regnamespace) AND defaclobjtype IN ('r', 'f', 'n')
AND acl.grantee <> defaclrole AND NOT (acl.grantee = 0 AND defaclobjtype = 'f' AND defaclnamespace = 0)
"""

# Roles of the server itself by whose powers its members read or write past every grant, hold others up, or act as
# somebody else; and those that nobody has at all, though he does not belong to the books. Who may only read
# everything may be who makes the backups.
OF_SERVER = (
    *("pg_read_all_data", "pg_read_server_files", "pg_write_all_data", "pg_write_server_files"),
    *("pg_execute_server_program", "pg_maintain", "pg_signal_backend", "pg_database_owner", "pg_create_subscription"),
)
OF_NOBODY = ("pg_write_all_data", "pg_write_server_files", "pg_execute_server_program")

# What the server lets somebody do whatever was granted.
_ATTRIBUTES = ("super", "createrole", "replication", "bypassrls")
_HAS = " UNION ALL ".join(
    f"SELECT rolname, '{name.upper().replace('SUPER', 'SUPERUSER')}' FROM belonging JOIN pg_roles USING (oid)"
    f" WHERE rol{name}"
    for name in _ATTRIBUTES
)

# Each role with every role whose powers it has or can take; and those that belong to the books: whom anything is
# granted there, and their members. The owner, who is the administrator of the roles that it made, is none of them.
_ROLES = f"""
WITH RECURSIVE owner(oid) AS MATERIALIZED (SELECT {_OWNER}),
reach(oid, role) AS (
SELECT oid, oid FROM pg_roles
UNION SELECT reach.oid, m.roleid FROM reach JOIN pg_auth_members m ON m.member = reach.role),
belonging(oid) AS MATERIALIZED (
SELECT DISTINCT reach.oid FROM reach JOIN pg_class ON {_TABLES}, aclexplode(relacl) acl
WHERE reach.role = acl.grantee AND acl.grantee <> relowner AND reach.oid NOT IN (SELECT oid FROM owner))
{_HAS}
UNION ALL SELECT one.rolname, other.rolname FROM reach JOIN pg_roles one ON one.oid = reach.oid
JOIN pg_roles other ON other.oid = reach.role
WHERE reach.oid <> reach.role AND reach.oid NOT IN (SELECT oid FROM owner) AND CASE
WHEN reach.oid IN (SELECT oid FROM belonging)
THEN other.rolname = ANY (%(of_server)s) OR other.rolsuper OR other.oid IN (SELECT oid FROM owner)
ELSE other.rolname = ANY (%(of_nobody)s) AND NOT one.rolsuper END
UNION ALL SELECT one.rolname, 'ADMIN OPTION FOR ' || other.rolname FROM pg_auth_members m
JOIN pg_roles one ON one.oid = m.member JOIN pg_roles other ON other.oid = m.roleid
WHERE m.admin_option AND m.roleid IN (SELECT oid FROM belonging) AND m.member NOT IN (SELECT oid FROM owner)
"""

# Who may set what only a superuser sets, such as that no trigger fires; since version 15 of the server it is granted.
_PARAMETERS = f"""
SELECT {_TO}, {_WHAT} || ' ON PARAMETER ' || parname FROM pg_parameter_acl, aclexplode(paracl) acl
WHERE acl.grantee NOT IN (SELECT oid FROM pg_roles WHERE rolsuper) AND acl.grantee <> {_OWNER}
AND (acl.grantee = 0 OR parname = 'session_replication_role')
"""

_OWN = tuple(table.name for table in OWNERS)
_WRITING = {*CALLED, *CALLS["clerk"]} - set(CALLS["auditor"])


def faults(connection: Connection) -> Iterator[Fault]:
    """Each role that may do more than any of ours, with what, and where; none on SQLite, which has no roles."""
    asked = {
        "tables": [*metadata.tables, *_OWN],
        "functions": sorted({*_WRITING, *CALLS["auditor"]}),
        "of_server": list(OF_SERVER),
        "of_nobody": list(OF_NOBODY),
    }
    found: dict[str, set[str]] = {}
    for kind, name, column, role, privilege in connection.exec_driver_sql(_GRANTED, asked):
        if not _allowed(kind, name, column, role, privilege):
            found.setdefault(f"role {role} on {kind} {name}", set()).add(privilege)
    for _kind, name, _column, role, privilege in connection.exec_driver_sql(_BY_ITSELF, asked):
        found.setdefault(f"role {role} on later {name}", set()).add(privilege)
    statements = [_ROLES]
    if connection.exec_driver_sql("SELECT to_regclass('pg_catalog.pg_parameter_acl')").scalar() is not None:
        statements.append(_PARAMETERS)
    for statement in statements:
        for role, power in connection.exec_driver_sql(statement, asked):
            found.setdefault(f"role {role}", set()).add(power)
    for where, privileges in found.items():
        yield Fault("role-may-more", where, {"privileges": ", ".join(sorted(privileges))})


def _allowed(kind: str, name: str, column: str | None, role: str, privilege: str) -> bool:
    if kind in ("schema", "database"):
        return privilege in ("USAGE", "CONNECT", "TEMPORARY")
    if kind == "function":
        # An auditor calls what everybody calls, and whom the server lets in without a role calls nothing.
        called = role != "PUBLIC" and not (role.endswith("_auditor") and name in _WRITING)
        return privilege == "EXECUTE" and called
    if name in _OWN:
        return False
    if privilege == "INSERT":
        return name not in BY_FUNCTION
    return privilege == "SELECT" and (name not in HIDDEN or (column is not None and column != HIDDEN[name]))
