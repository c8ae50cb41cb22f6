"""What the server lets roles do with the books on PostgreSQL, held against the most that any of them may (see `roles`).

Roles have any names, and what a login may is that of the roles that it is a member of: asked is what was granted.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from ledger.audit.faults import Fault
from ledger.tables import metadata
from migrations.accounts import CALLS, HIDDEN
from migrations.writes import BY_FUNCTION, CALLED, OWNERS

_OURS = "relnamespace = 'public'::regnamespace AND relname = ANY (%(tables)s)"

# Everything granted to anybody but the owner: of which table or function, which column, to whom, what.
_GRANTED = f"""
SELECT 'table', relname, NULL, COALESCE(rolname, 'PUBLIC'), privilege_type
FROM pg_class, aclexplode(relacl) acl LEFT JOIN pg_roles ON pg_roles.oid = acl.grantee
WHERE {_OURS} AND acl.grantee <> relowner
UNION ALL SELECT 'table', relname, attname, COALESCE(rolname, 'PUBLIC'), privilege_type
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) acl
LEFT JOIN pg_roles ON pg_roles.oid = acl.grantee
WHERE {_OURS} AND acl.grantee <> relowner
UNION ALL SELECT 'function', proname, NULL, COALESCE(rolname, 'PUBLIC'), privilege_type
FROM pg_proc, aclexplode(COALESCE(proacl, acldefault('f', proowner))) acl
LEFT JOIN pg_roles ON pg_roles.oid = acl.grantee
WHERE pronamespace = 'public'::regnamespace AND proname = ANY (%(functions)s) AND acl.grantee <> proowner
"""

_OWN = tuple(table.name for table in OWNERS)
_WRITING = {*CALLED, *CALLS["clerk"]} - set(CALLS["auditor"])


def faults(connection: Connection) -> Iterator[Fault]:
    """Each role that may do more than any of ours, with what, and where; none on SQLite, which has no roles."""
    asked = {
        "tables": [*metadata.tables, *_OWN],
        "functions": sorted({*_WRITING, *CALLS["auditor"]}),
    }
    found: dict[str, set[str]] = {}
    for kind, name, column, role, privilege in connection.exec_driver_sql(_GRANTED, asked):
        if not _allowed(kind, name, column, role, privilege):
            found.setdefault(f"role {role} on {kind} {name}", set()).add(privilege)
    for where, privileges in found.items():
        yield Fault("role-may-more", where, {"privileges": ", ".join(sorted(privileges))})


def _allowed(kind: str, name: str, column: str | None, role: str, privilege: str) -> bool:
    if kind == "function":
        # An auditor calls what everybody calls, and whom the server lets in without a role calls nothing.
        return role != "PUBLIC" and not (role.endswith("_auditor") and name in _WRITING)
    if name in _OWN:
        return False
    if privilege == "INSERT":
        return name not in BY_FUNCTION
    return privilege == "SELECT" and (name not in HIDDEN or (column is not None and column != HIDDEN[name]))
