"""Why a server does not let anybody at the books, or refuses a write; which of its roles may do what another may not.

Servers speak their own language (`lc_messages`): English and Japanese are understood, in any other it is said only that
the books cannot be reached.
"""

import re
from datetime import datetime

from sqlalchemy import Connection, text

from ledger.errors import DatabaseUnreachable, Refusal
from ledger.i18n import N_, _
from ledger.store.holders import CALLED, Holder

# What stands in the message of the driver or the server; why that is; what to do about it.
_CAUSES = (
    (
        r"password authentication failed|no password supplied|パスワード認証に失敗",
        N_("the password is wrong, or none was given"),
        N_("give the right password: in the address, in PGPASSWORD, or in a file .pgpass"),
    ),
    (
        r"role \".*\" does not exist|ロール.*存在しません",
        N_("the server has no such role"),
        N_("name a role of the server in the address: postgresql://ROLE@HOST/DATABASE"),
    ),
    (
        r"database \".*\" does not exist|データベース.*存在しません",
        N_("the server has no such database"),
        N_("name a database of the server, or have it made there: CREATE DATABASE NAME"),
    ),
    (
        r"certificate|証明書",
        N_("the server's certificate is not the one that is expected"),
        N_("have the certificate of the server looked at (sslrootcert, sslmode), and do not go on without it"),
    ),
    (
        r"no pg_hba.conf entry|pg_hba.conf",
        N_("the server admits nobody under this name from here"),
        N_("have it admitted in pg_hba.conf of the server"),
    ),
    (
        r"could not translate host name|Name or service not known|failed to resolve host|名前解決",
        N_("there is no host of this name"),
        N_("check the name of the host in the address"),
    ),
    (
        r"too many clients|remaining connection slots|接続数",
        N_("the server has no connection left"),
        N_("try again later, or have max_connections raised"),
    ),
    (
        r"Connection refused|No such file|timeout|timed out|接続を拒否|server closed|terminating connection",
        N_("no server answers there, or it ended the connection"),
        N_("see that the server is running, and that host and port are right"),
    ),
    (
        r"permission denied for database|データベース.*権限",
        N_("the role may not enter this database"),
        N_("have it allowed: GRANT CONNECT ON DATABASE NAME TO ROLE"),
    ),
)
_UNKNOWN = (
    N_("it does not answer, or does not admit this role"),
    N_("check the address, the role and the password, and that the server is running"),
)
_NOT_ADMITTED = (
    N_("the role may not read these books"),
    N_("have it made a member of a role that may; the roles are set up by: seisan roles"),
)
_FORBIDDEN_TABLE = re.compile(r"permission denied for table (\w+)|テーブル\W*(\w+)|not-permitted: (\w+)")


class ClockDiffers(Refusal):
    """this computer's clock is {minutes} minutes away from that of the database"""

    minutes: int
    instead = N_("set the clock right: every record bears the moment at which it was made")


class SignedByAnother(Refusal):
    """{by} is not who this login signs as, or the name that the command was begun in"""

    by: str
    instead = N_("each person comes with a login of their own, and signs everything with one name (--by)")


class NotOfCommand(Refusal):
    """the command {command} adds nothing to {table}"""

    table: str
    command: str
    instead = N_("nothing was changed; tell who maintains Seisan, for no command of this version does so")


# The states of what `begin_write` and the triggers of a write refuse.
CLOCK, SIGNER, NOT_OF_COMMAND = "SE001", "SE002", "SE004"


def of_a_write(state: str, said: str) -> Refusal | None:
    """What `begin_write` and the triggers of a write refuse (`migrations.writes`): a code, and what it is about."""
    about = said.partition("\n")[0].partition(": ")[2]
    if state == CLOCK:
        return ClockDiffers(abs(int(about)))
    if state == SIGNER:
        return SignedByAnother(about)
    if state == NOT_OF_COMMAND:
        table, _space, command = about.partition(" ")
        return NotOfCommand(table, command)
    return None


def unreachable(database: str, said: str) -> DatabaseUnreachable:
    """The refusal for what a driver or a server said when the books were to be opened."""
    why, remedy = next((cause[1:] for cause in _CAUSES if re.search(cause[0], said, re.IGNORECASE)), _UNKNOWN)
    return DatabaseUnreachable(database, _(why), _(remedy))


def not_admitted(database: str) -> DatabaseUnreachable:
    """The refusal for a role that the server admits, and that may not read the books."""
    return DatabaseUnreachable(database, *map(_, _NOT_ADMITTED))


def forbidden_table(said: str) -> str | None:
    """The table that a role may not add to, where the server says so."""
    found = _FORBIDDEN_TABLE.search(said)
    return next(filter(None, found.groups()), None) if found else None


def allowed_roles(connection: Connection, table: str) -> list[str]:
    """The roles that may add to a table: each with the logins that are its members."""
    statement = text(
        "SELECT granted.rolname, member.rolname FROM pg_roles granted "
        "LEFT JOIN pg_auth_members ON pg_auth_members.roleid = granted.oid "
        "LEFT JOIN pg_roles member ON member.oid = pg_auth_members.member "
        "WHERE NOT granted.rolsuper AND NOT granted.rolcanlogin "
        "AND has_table_privilege(granted.oid, to_regclass(:table), 'INSERT') ORDER BY 1, 2"
    )
    members: dict[str, list[str]] = {}
    for role, member in connection.execute(statement, {"table": table}):
        members.setdefault(role, []).extend([] if member is None else [member])
    return [f"{role} ({', '.join(names)})" if names else str(role) for role, names in members.items()]


# What our connections are called while they write.
_SINCE = re.compile(rf"{CALLED} (\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d)")


# The lock of the writers (`begin_write`).
_WRITERS = "lock.relation = to_regclass('open_write') AND lock.mode = 'ExclusiveLock'"


def holder(connection: Connection) -> Holder | None:
    """Who holds the lock of the writers, a condition on pg_locks AS lock, or a table of these books; None: nobody else.

    A server tells everybody the login and the name of a connection; since when it tells of one's own alone, and so our
    connections bear it in their name.
    """
    table = "lock.locktype = 'relation' AND lock.relation IN (SELECT oid FROM pg_class WHERE relnamespace = here.oid)"
    statement = text(
        "SELECT session.usename, session.pid, session.application_name, "  # noqa: S608 - our own conditions
        "session.xact_start AT TIME ZONE 'UTC' "
        "FROM pg_locks AS lock JOIN pg_stat_activity AS session ON session.pid = lock.pid "
        "JOIN pg_namespace AS here ON here.nspname = current_schema() "
        "WHERE lock.granted AND lock.pid <> pg_backend_pid() AND session.datname = current_database() "
        f"AND (({_WRITERS}) OR ({table})) ORDER BY ({_WRITERS}) DESC, session.pid LIMIT 1"
    )
    found = connection.execute(statement).one_or_none()
    if found is None:
        return None
    name, process, program, began = found
    ours = _SINCE.fullmatch(program or "")
    return Holder(name, datetime.fromisoformat(ours[1]) if ours else began, process, "" if ours else program or "")
