"""The three database roles of an office, on PostgreSQL: what each may write; nobody but the owner may change anything.

A person's own login is made a member of one of them (GRANT seisan_clerk TO otsukawa). Triggers tell the roles apart by
the tables they may write to, so the names are free.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from ledger.errors import NotARoleName, RolesNotOnSqlite
from ledger.tables import metadata
from migrations.accounts import CALLS, HIDDEN
from migrations.triggers import NAMED_BY
from migrations.writes import BY_FUNCTION, CALLED, OWNERS

PREFIX = "seisan"

# The chart is the owner's; the word that a changed bank account is right, and how many people a payment needs, are the
# approver's.
_CLERK = tuple(
    table
    for table in NAMED_BY
    if table not in ("account", "account_approval", "payee_approval", "setting", *BY_FUNCTION)
)

# What an approval, a rejection or a payment file adds, and what every command that writes adds.
_APPROVER = (
    *("refund_step", "credit_step", "slip_step", "entry", "movement", "account_approval", "payee_approval"),
    *("month_step", "payment_file", "setting", "ruling_step", "payee_end", "journal_export", "issued_version"),
    *("bill_dispute", "looked", "people_change", "people_step"),
)

WRITES: dict[str, tuple[str, ...]] = {"clerk": _CLERK, "approver": _APPROVER, "auditor": ()}


@dataclass(frozen=True)
class Role:
    """One of the three: what it is, its name, the tables it may add to, the logins that are members of it."""

    kind: str
    name: str
    inserts: tuple[str, ...]
    members: tuple[str, ...]
    new: bool


def grant(connection: Connection, prefix: str = PREFIX) -> list[Role]:
    """Makes the roles, or brings them up to date, and gives each exactly what it may; done again, nothing changes.

    Refused: SQLite, a prefix that no role's name can begin with, and whoever is not allowed to make roles.
    """
    if connection.dialect.name != "postgresql":
        raise RolesNotOnSqlite
    if not re.fullmatch("(?!pg_)[a-z][a-z0-9_]{0,39}", prefix):
        raise NotARoleName(prefix)
    roles = []
    for kind, tables in WRITES.items():
        name = f"{prefix}_{kind}"
        existing = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
        new = existing.first() is None
        if new:
            connection.execute(text(f"CREATE ROLE {name} NOLOGIN"))
        for statement in _grants(kind, name, tables, str(connection.engine.url.database or "")):
            connection.execute(text(statement.replace(":", "\\:")))
        roles.append(Role(kind, name, tables, _members(connection, name), new))
    return roles


def renew(connection: Connection) -> None:
    """Gives the roles that were made for these books what they may in this version, and makes none.

    A table that a step has made is at first nobody's but the owner's, and every command looks at every table.
    """
    if connection.dialect.name != "postgresql":
        return
    statement = text(
        "SELECT DISTINCT pg_get_userbyid(acl.grantee) AS name FROM pg_class, aclexplode(relacl) AS acl"
        " WHERE pg_class.oid = to_regclass('entry') AND acl.grantee <> pg_class.relowner"
    )
    for name in connection.execute(statement).scalars().all():
        prefix, _low, kind = str(name).rpartition("_")
        if kind == "clerk":
            grant(connection, prefix)


def _grants(kind: str, name: str, tables: tuple[str, ...], database: str) -> Iterator[str]:
    """What a role may: look at everything but account numbers, add to its tables; and nothing else."""
    books = '"' + database.replace('"', '""') + '"'
    # A table of one's own, for a session, could stand in the way of one of the books.
    yield f"REVOKE CREATE, TEMPORARY ON DATABASE {books} FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC"
    yield "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM {name}"
    yield f"REVOKE ALL ON SCHEMA public FROM {name}"
    yield f"REVOKE ALL ON DATABASE {books} FROM {name}"
    yield f"GRANT CONNECT ON DATABASE {books} TO {name}"
    yield f"GRANT USAGE ON SCHEMA public TO {name}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"
    yield f"REVOKE ALL ON {', '.join([*(table.name for table in OWNERS), *HIDDEN])} FROM {name}"
    for table, hidden in HIDDEN.items():
        columns = [f'"{column.name}"' for column in metadata.tables[table].columns if column.name != hidden]
        yield f"GRANT SELECT ({', '.join(columns)}) ON {table} TO {name}"
    for function in CALLS[kind]:
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {name}"
    if tables:
        yield f"GRANT INSERT ON {', '.join(tables)} TO {name}"
        for function in CALLED:
            yield f"GRANT EXECUTE ON FUNCTION {function} TO {name}"


def _members(connection: Connection, name: str) -> tuple[str, ...]:
    statement = text(
        "SELECT one.rolname FROM pg_auth_members JOIN pg_roles one ON one.oid = pg_auth_members.member"
        " JOIN pg_roles many ON many.oid = pg_auth_members.roleid WHERE many.rolname = :name ORDER BY 1"
    )
    # Who made a role is its administrator and no member of it.
    logins = connection.execute(statement, {"name": name}).scalars()
    return tuple(login for login in logins if login != connection.engine.url.username)
