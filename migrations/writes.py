"""On PostgreSQL the database itself opens each write, takes its rows and seals them at COMMIT: functions of the owner.

A write is opened by `begin_write`, which says for which command and who signs; it takes the one lock that only roles
which may write can take. Rows are taken of the tables that the command adds to, and of nobody else's name. What was
added is sealed when the transaction ends (see `ledger.store.seals`, which says the same in Python for SQLite), so that
nobody writes a batch or a seal, and nobody adds a row without one.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from ledger import tables
from ledger.dates import CLOCKS_APART
from ledger.store import commands, seals
from ledger.store.connecting import CLOCK, NOT_OF_COMMAND, SIGNER
from migrations.conditions import may, person

# The write that is open, from its beginning to COMMIT: nobody but the functions below ever sees a row of it.
OPEN_WRITE = sa.Table(
    "open_write",
    sa.MetaData(naming_convention=tables.metadata.naming_convention),
    sa.Column("transaction", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("signer", sa.String(), nullable=False),
    sa.Column("command", sa.String(), nullable=False),
    # When it was opened, by the clock of who opened it and by the server's.
    sa.Column("moment", sa.DateTime(), nullable=False),
    sa.Column("began", sa.DateTime(), nullable=False),
    # The tables that were added to, each with the highest number before where its key is one.
    sa.Column("touched", JSONB(), nullable=False),
    sa.Column("closing", sa.Boolean(), nullable=False),
)


# The secret of these books, by which account numbers are compared (`accounts`): nobody but the owner ever sees it.
ACCOUNT_SECRET = sa.Table(
    "account_secret",
    sa.MetaData(naming_convention=tables.metadata.naming_convention),
    sa.Column("secret", sa.String(), primary_key=True),
)

# What stands on PostgreSQL beside the tables of the books, and is the owner's alone.
OWNERS = (OPEN_WRITE, ACCOUNT_SECRET)


def metadata(dialect: str) -> sa.MetaData:
    """The tables of the books, and on PostgreSQL those that are the owner's alone."""
    if dialect == "sqlite":
        return tables.metadata
    both = sa.MetaData(naming_convention=tables.metadata.naming_convention)
    for table in (*tables.metadata.sorted_tables, *OWNERS):
        table.to_metadata(both)
    return both


# What a role calls that may write, and what is written by these functions alone.
CALLED = ("begin_write", "keep_request", "keep_refusal")
BY_FUNCTION = ("batch", "seal", "request", "refused")

# Tables with a number that the database gives.
IDENTIFIED = tuple(
    name for name, table in sorted(tables.metadata.tables.items()) if table.autoincrement_column is not None
)

# The state of what PostgreSQL itself refuses, and that of a row where no write is open, which only others can meet.
FORBIDDEN, NO_WRITE = "42501", "SE003"

# Whoever may do anything: what it may is not told apart. Who acts is who logged in, whatever role was put on since.
OWNER = "has_table_privilege(session_user, 'entry', 'TRUNCATE')"


_OPENED = "opened open_write%ROWTYPE;"
_FIND = "SELECT * INTO opened FROM open_write w WHERE w.transaction = txid_current();"


def _refused(state: str, code: str, *parts: str) -> str:
    """What raises one of our own refusals, with a state that tells the program which."""
    values = "".join(f", {part}" for part in parts)
    return f"RAISE EXCEPTION '{code}:{' %' * len(parts)}'{values} USING ERRCODE = '{state}';"


# The moment by the server's own clock, also within a long transaction; and that at which it was asked, before whoever
# asks has waited for a turn.
NOW = "(clock_timestamp() AT TIME ZONE 'UTC')"
_ASKED = "(statement_timestamp() AT TIME ZONE 'UTC')"
_MINUTES = f"round(extract(epoch FROM moment - {_ASKED}) / 60)::integer"
_BEGIN = (
    # An older snapshot would not show what was committed while the lock was waited for.
    "IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')"
    " THEN RAISE EXCEPTION 'not-read-committed: begin_write'; END IF;"
    " LOCK TABLE open_write IN EXCLUSIVE MODE;"
    f" IF NOT {OWNER} AND abs({_MINUTES}) > {CLOCKS_APART.seconds // 60}"
    f" THEN {_refused(CLOCK, 'clock-differs', _MINUTES)} END IF;"
    f" INSERT INTO open_write VALUES (txid_current(), signer, command, moment, {_ASKED}, '{{}}', false);"
)


def _find_or_refuse(table: str) -> str:
    return f"{_FIND} IF NOT FOUND THEN {_refused(NO_WRITE, 'no-open-write', table)} END IF;"


def _record(table: str, columns: str, values: str) -> str:
    """The body of a function that adds a row which only the database writes, signed as the open write is."""
    signed = 'recorded_at, "by", role, command'
    signs = "opened.moment, opened.signer, session_user, opened.command"
    find = _find_or_refuse(f"'{table}'")
    return f"{find} INSERT INTO {table} ({signed}, {columns}) VALUES ({signs}, {values});"


_REQUEST = _record("request", "key, digest, answer", "request_key, request_digest, request_answer")
_REFUSAL = _record(
    "refused",
    "no, code, fields",
    "(SELECT 1 + COALESCE(max(r.no), 0) FROM refused r), refusal_code, refusal_fields",
)

# Of whom a name is: once people are listed, of the login that has added anything in it, as long as there is such a
# login; and who is listed has one name. What was only refused to somebody binds nobody.
_OF_OPENED = person("opened").replace('opened."by"', "opened.signer")
_ADDED = "EXISTS (SELECT 1 FROM seal s WHERE s.batch = b.no AND s.of <> 'refused')"
_OTHER_LOGIN = (
    f"b.role <> session_user AND {person('b')} = {_OF_OPENED} AND {_ADDED} AND EXISTS (SELECT 1 FROM pg_roles r"
    " WHERE r.rolname = b.role AND NOT has_table_privilege(r.oid, 'entry', 'TRUNCATE'))"
)
_OTHER_NAME = f"""b.role = session_user AND {person("b")} <> {_OF_OPENED} AND {_ADDED} AND {may('b."by"')} <> ''"""
_ANOTHERS = (
    "EXISTS (SELECT 1 FROM people_step p WHERE p.state = 'approved')"
    f" AND EXISTS (SELECT 1 FROM batch b WHERE ({_OTHER_LOGIN}) OR ({_OTHER_NAME}))"
)

_ANY_COMMAND = f"ARRAY[{', '.join(map(repr, sorted(commands.BY_ANY)))}]"
_TAKE = (
    f"{_find_or_refuse('TG_TABLE_NAME')}"
    f" IF TG_TABLE_NAME IN ('batch', 'seal') AND NOT opened.closing"
    f" THEN {_refused(FORBIDDEN, 'not-permitted', 'TG_TABLE_NAME')} END IF;"
    " IF jsonb_exists(opened.touched, TG_TABLE_NAME) THEN RETURN NULL; END IF;"
    f" IF NOT opened.closing AND NOT {OWNER} AND TG_TABLE_NAME <> ALL ({_ANY_COMMAND})"
    " AND TG_TABLE_NAME <> ALL (command_adds(opened.command))"
    f" THEN {_refused(NOT_OF_COMMAND, 'not-of-command', 'TG_TABLE_NAME', 'opened.command')} END IF;"
    f" IF opened.touched = '{{}}' AND NOT opened.closing AND NOT {OWNER} AND TG_TABLE_NAME <> 'refused' AND {_ANOTHERS}"
    f" THEN {_refused(SIGNER, 'another-signer', 'opened.signer')} END IF;"
    " IF TG_NARGS > 0 THEN"
    " EXECUTE format('SELECT COALESCE(max(%I), 0) FROM %I', TG_ARGV[0], TG_TABLE_NAME) INTO mark; END IF;"
    " UPDATE open_write w SET touched = w.touched || jsonb_build_object(TG_TABLE_NAME, mark)"
    " WHERE w.transaction = txid_current(); RETURN NULL;"
)

# Numbers follow one another: none is left out, so that nobody takes the last there can be.
_NUMBERS = (
    "EXECUTE format('SELECT min(%1$I), max(%1$I), count(*), (SELECT max(t.%1$I) FROM %2$I t),"
    " EXISTS (SELECT 1 FROM %2$I t WHERE t.%1$I = (SELECT min(%1$I) - 1 FROM added)) FROM added',"
    " TG_ARGV[0], TG_TABLE_NAME) INTO low, high, total, last, follows;"
    " IF high - low + 1 <> total OR high <> last OR NOT (low = 1 OR follows)"
    " THEN RAISE EXCEPTION 'not-the-next-number: %', TG_TABLE_NAME; END IF; RETURN NULL;"
)

# Nobody but the owner signs with another's login, and nobody in a name that did not open the write.
_SIGNER = (
    f"IF {OWNER} THEN RETURN NULL; END IF; {_FIND}"
    " IF EXISTS (SELECT 1 FROM added WHERE added.role IS DISTINCT FROM session_user)"
    f" THEN {_refused(FORBIDDEN, 'not-permitted', 'TG_TABLE_NAME')} END IF;"
    f" IF EXISTS (SELECT 1 FROM added WHERE {person('added')} <> {_OF_OPENED})"
    f" THEN {_refused(SIGNER, 'another-signer', 'opened.signer')} END IF; RETURN NULL;"
)

# What an entry moves is added with the entry.
_MOVEMENT = (
    f"{_FIND} IF EXISTS (SELECT 1 FROM added WHERE added.entry <= COALESCE((opened.touched ->> 'entry')::integer,"
    " (SELECT max(e.no) FROM entry e))) THEN RAISE EXCEPTION 'append-only: movement'; END IF; RETURN NULL;"
)


# --- sealing --------------------------------------------------------------------------------------------------------


def _content(table: sa.Table, row: str, but: str = "") -> str:
    """The text that is sealed of a row, as `seals` writes it: each column that is not NULL, with its length."""
    parts = []
    for name in sorted(set(table.columns.keys()) - {but}):
        column = table.c[name]
        value = f'{row}."{name}"'
        if isinstance(column.type, sa.DateTime):
            value = f"to_char({value}, 'YYYY-MM-DD HH24:MI:SS.US')"
        elif isinstance(column.type, sa.Date):
            value = f"to_char({value}, 'YYYY-MM-DD')"
        elif isinstance(column.type, sa.Integer):
            value = f"{value}::text"
        parts.append(f"COALESCE(E'\\n{name} ' || char_length({value}) || ' ' || {value}, '')")
    return " || ".join([f"'{table.name}'", *parts])


def _digest(text: str) -> str:
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


def sealed_digest(table: sa.Table, row: str) -> str:
    """The digest that is sealed of a row of a table."""
    return _digest(_content(table, row))


def _seals_of(table: sa.Table) -> str:
    """The statements that seal what was added to one table, in the order of its keys."""
    name, keys = table.name, table.primary_key.columns.keys()
    text = _content(table, "t")
    if name == "entry":
        moved = _content(tables.movement, "m")
        text += f" || COALESCE((SELECT string_agg(E'\\n' || {moved}, '' ORDER BY m.nth) FROM movement m"
        text += " WHERE m.entry = t.no), '')"
    columns = [f't."{key}"' for key in keys]
    key = " || '/' || ".join(f"{column}::text" for column in columns)
    numbered = all(isinstance(column.type, sa.Integer) for column in table.primary_key)
    order = ", ".join(columns) if numbered else f'({key}) COLLATE "C"'
    if name in seals.COUNTED:
        new = f"{columns[0]} > (opened.touched ->> '{name}')::bigint"
    else:
        # Rows of this transaction and of savepoints in it; those that a step only wrote anew were sealed before.
        sealed = f"SELECT 1 FROM seal s WHERE s.of = '{name}' AND s.key = {key}"
        new = f"age(t.xmin) <= 0 AND NOT EXISTS ({sealed})"
    return (
        f"IF jsonb_exists(opened.touched, '{name}') THEN INSERT INTO seal (batch, nth, of, key, digest)"
        f" SELECT batch_no, total + row_number() OVER (ORDER BY {order}), '{name}', {key}, {_digest(text)}"
        f" FROM {name} t WHERE {new}; GET DIAGNOSTICS fresh = ROW_COUNT; total := total + fresh; END IF;"
    )


def _close() -> str:
    """The body of what ends a write: its rows are sealed, and the seals with the head before them give its own."""
    insert = 'INSERT INTO batch (no, recorded_at, "by", role, command, previous, head)'
    sealing = " ".join(_seals_of(tables.metadata.tables[name]) for name in seals.SEALED)
    own = _content(tables.batch, "b", but="head")
    line = "concat_ws(' ', s.nth, char_length(s.of), s.of, char_length(s.key), s.key, s.digest)"
    lines = f"(SELECT string_agg(E'\\n' || {line}, '' ORDER BY s.nth) FROM seal s WHERE s.batch = batch_no)"
    return (
        f"{_FIND} IF NOT FOUND THEN RETURN NULL; END IF;"
        " IF opened.touched <> '{}' THEN"
        " UPDATE open_write w SET closing = true WHERE w.transaction = opened.transaction;"
        " SELECT * INTO last FROM batch b ORDER BY b.no DESC LIMIT 1;"
        " batch_no := COALESCE(last.no, 0) + 1;"
        # A write bears the moment at which it ends: nothing that it added is later.
        f" {insert} VALUES (batch_no, opened.moment + ({NOW} - opened.began), opened.signer, session_user,"
        " opened.command, COALESCE(last.head, ''), '');"
        f" {sealing}"
        " IF total = 0 THEN DELETE FROM batch b WHERE b.no = batch_no;"
        f" ELSE UPDATE batch b SET head = {_digest(f'{own} || {lines}')} WHERE b.no = batch_no; END IF;"
        " END IF;"
        " DELETE FROM open_write w WHERE w.transaction = opened.transaction; RETURN NULL;"
    )


# --- all of them ----------------------------------------------------------------------------------------------------


def statements() -> Iterator[str]:
    """The functions, and the triggers that call them, each as the server itself tells it."""
    yield _function("begin_write", _BEGIN, arguments="command text, signer text, moment timestamp without time zone")
    yield _function(
        "keep_request",
        _REQUEST,
        arguments="request_key text, request_digest text, request_answer text",
        declared=_OPENED,
    )
    yield _function("keep_refusal", _REFUSAL, arguments="refusal_code text, refusal_fields text", declared=_OPENED)
    yield _command_adds()
    yield _function("take_turn", _TAKE, returns="trigger", declared=f"{_OPENED} mark bigint := 0;")
    numbers = "low bigint; high bigint; total bigint; last bigint; follows boolean;"
    yield _function("refuse_numbers", _NUMBERS, returns="trigger", declared=numbers)
    yield _function("refuse_signer", _SIGNER, returns="trigger", declared=_OPENED)
    yield _function("refuse_movement", _MOVEMENT, returns="trigger", declared=_OPENED)
    counts = "last batch%ROWTYPE; batch_no integer; total integer := 0; fresh integer;"
    yield _function("close_write", _close(), returns="trigger", declared=f"{_OPENED} {counts}")
    yield (
        "CREATE CONSTRAINT TRIGGER open_write_end AFTER INSERT ON public.open_write DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION close_write()"
    )
    for table in IDENTIFIED:
        following = f"SELECT 1 + COALESCE(max(t.id), 0) INTO NEW.id FROM {table} t; RETURN NEW;"
        yield _function(f"number_{table}", following, returns="trigger")
        yield (
            f"CREATE TRIGGER {table}_number BEFORE INSERT ON public.{table} FOR EACH ROW WHEN ((new.id IS NULL))"
            f" EXECUTE FUNCTION number_{table}()"
        )
    for table in (*seals.COUNTED, "batch"):
        yield _after_statement(table, "numbers", f"refuse_numbers('{_key(table)}')")
    yield _after_statement("movement", "of_write", "refuse_movement()")


def turn(table: str) -> str:
    """The trigger by which a table takes rows in an open write alone."""
    called = f"take_turn('{_key(table)}')" if table in seals.COUNTED else "take_turn()"
    return f"CREATE TRIGGER {table}_turn BEFORE INSERT ON public.{table} FOR EACH STATEMENT EXECUTE FUNCTION {called}"


def signer(table: str) -> str:
    """The trigger by which the rows of a table are signed by who opened the write."""
    return _after_statement(table, "signer", "refuse_signer()")


def _after_statement(table: str, name: str, call: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{name} AFTER INSERT ON public.{table} REFERENCING NEW TABLE AS added"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {call}"
    )


def _key(table: str) -> str:
    (key,) = tables.metadata.tables[table].primary_key.columns.keys()
    return str(key)


def _function(name: str, body: str, *, arguments: str = "", returns: str = "void", declared: str = "") -> str:
    # Looked up in the books alone: a table that somebody made for their own session is not the one that is asked.
    declared = f"DECLARE {declared} " if declared else ""
    return (
        f"CREATE OR REPLACE FUNCTION public.{name}({arguments})\n RETURNS {returns}\n LANGUAGE plpgsql\n"
        f" SECURITY DEFINER\n SET search_path TO 'public', 'pg_temp'\n"
        f"AS $function$ {declared}BEGIN {body} END $function$\n"
    )


def _command_adds() -> str:
    """The tables that a command adds to; of one that nobody knows, none."""
    cases = "".join(
        f" WHEN '{command}' THEN '{{{','.join(sorted(added))}}}'" for command, added in sorted(commands.ADDS.items())
    )
    body = f"RETURN CASE command{cases} ELSE '{{}}' END::text[];"
    return _function("command_adds", body, arguments="command text", returns="text[]")
