"""Every trigger, one list, made anew after each step: what the database refuses whatever the program does.

The same rules stand on SQLite and on PostgreSQL. Each message begins with the code of the rule.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

# Every table is append-only; beside it, what names a row: a row with the same name is never put in its place.
NAMED_BY = {
    "source": ("id", "sha256"),
    "member": ("number",),
    "member_known": ("id",),
    "application": ("number",),
    "fact": ("id",),
    "deposit": ("reference",),
    "deposit_known": ("id",),
    "bill_known": ("id",),
    "fee": ("id",),
    "account": ("code",),
    "entry": ("no", "key", "reverses"),
    "movement": ("entry, nth",),
    "decision": ("no", "supersedes"),
    "refund": ("no",),
    "refund_step": ("refund, nth", "entry"),
    "credit": ("no",),
    "credit_step": ("credit, nth", "entry"),
    "batch": ("no",),
    "seal": ("batch, nth",),
    "refused": ("no",),
    "month_step": ("no",),
    "account_approval": ("member_known",),
    "looked": ("no",),
    "request": ("key",),
}

# The accounts that hold what belongs to members, and by what each is kept: no part of one may fall below zero.
HELD_BY = {
    "2020": ("application", "deposit"),
    "2040": ("application",),
    "2041": ("application",),
    "2050": ("deposit",),
    "2060": ("application", "deposit"),
}

# Where yen are kept. SQLite keeps whatever it is given, a fraction or a text too; on PostgreSQL the type sees to it.
YEN = {
    "deposit_known": "yen",
    "bill_known": "yen",
    "fee": "yen",
    "movement": "yen",
    "decision": "refundable",
    "refund": "yen",
    "credit": "yen",
}

REFUND_MOVES = {
    "proposed": ("approved", "rejected"),
    "approved": ("filed", "paid", "rejected"),
    "filed": ("paid", "rejected"),
    "paid": ("returned",),
    "returned": ("paid",),
}
CREDIT_MOVES = {"proposed": ("applied", "rejected"), "applied": ("undone",)}


def create_all(connection: Connection) -> None:
    """Makes every trigger of the list."""
    statements = _sqlite() if connection.dialect.name == "sqlite" else _postgresql()
    for statement in statements:
        connection.execute(text(statement.replace(":", "\\:")))


def drop_all(connection: Connection) -> None:
    """Takes every trigger of ours away, for the time of a migration."""
    if connection.dialect.name == "sqlite":
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        return
    held = connection.execute(
        text("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal".replace("::", "\\:\\:"))
    )
    for name, table in held.all():
        connection.execute(text(f"DROP TRIGGER {name} ON {table}"))


def names(dialect: str) -> set[str]:
    """The names of the triggers that have to stand in a database of this kind."""
    statements = _sqlite() if dialect == "sqlite" else _postgresql()
    return {statement.split()[2] for statement in statements if statement.startswith("CREATE TRIGGER")}


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _sqlite() -> Iterator[str]:
    for table, keys in NAMED_BY.items():
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
            )
        same = " OR ".join("(" + _same(key) + ")" for key in keys)
        # INSERT OR REPLACE slips past row triggers unless the connection asks for recursive ones.
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
        )
    for table, column in YEN.items():
        yield (
            f"CREATE TRIGGER {table}_whole_yen BEFORE INSERT ON {table} WHEN typeof(NEW.{column}) <> 'integer' "
            f"BEGIN SELECT RAISE(ABORT, 'not-whole-yen: {table}'); END"
        )
    for account, keys in HELD_BY.items():
        yield (
            f"CREATE TRIGGER movement_held_{account} AFTER INSERT ON movement WHEN NEW.debit = '{account}' "
            f"BEGIN SELECT RAISE(ABORT, 'not-held: {account}') WHERE {_short(account, keys)}; END"
        )
    for table, of, moves in (("refund_step", "refund", REFUND_MOVES), ("credit_step", "credit", CREDIT_MOVES)):
        yield (
            f"CREATE TRIGGER {table}_order BEFORE INSERT ON {table} WHEN NEW.nth > 1 "
            f"BEGIN SELECT RAISE(ABORT, 'out-of-order: {table}') WHERE {_out_of_order(table, of, moves)}; END"
        )
        yield (
            f"CREATE TRIGGER {table}_people BEFORE INSERT ON {table} WHEN NEW.state IN ('approved', 'applied') "
            f"BEGIN SELECT RAISE(ABORT, 'same-person: {table}') WHERE {_same_person(table, of)}; END"
        )


def _same(key: str) -> str:
    return " AND ".join(f"{part} = NEW.{part}" for part in key.split(", "))


def _short(account: str, keys: tuple[str, ...]) -> str:
    """True when the debit of the new row takes more out of a part of the account than went in, or names no part.

    Compared with `=`, one key at a time: PostgreSQL looks nothing up in an index by IS NOT DISTINCT FROM.
    """
    columns = {"application": "debit_application", "deposit": "deposit"}
    nobody = " AND ".join(f"NEW.{columns[key]} IS NULL" for key in keys)
    return f"({nobody}) OR " + " OR ".join(
        f"(NEW.{columns[key]} IS NOT NULL AND "
        f"{_sum('credit', account, key, columns[key])} < {_sum('debit', account, key, columns[key])})"
        for key in keys
    )


def _sum(side: str, account: str, key: str, column: str) -> str:
    part = f"{side}_application" if key == "application" else key
    return f"(SELECT COALESCE(SUM(yen), 0) FROM movement WHERE {side} = '{account}' AND {part} = NEW.{column})"


def _out_of_order(table: str, of: str, moves: dict[str, tuple[str, ...]]) -> str:
    allowed = " OR ".join(
        f"(before.state = '{state}' AND NEW.state IN ({', '.join(repr(after) for after in afters)}))"
        for state, afters in moves.items()
    )
    return (
        f"NOT EXISTS (SELECT 1 FROM {table} before WHERE before.{of} = NEW.{of}"
        f" AND before.nth = NEW.nth - 1 AND ({allowed}))"
    )


def _same_person(table: str, of: str) -> str:
    # Quoted, because BY is a word of PL/pgSQL's own.
    return (
        f"EXISTS (SELECT 1 FROM {table} first WHERE first.{of} = NEW.{of} AND first.nth = 1"
        ' AND lower(trim(first."by")) = lower(trim(NEW."by")))'
    )


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _postgresql() -> Iterator[str]:
    yield _function("refuse_change", "RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME;")
    for table in NAMED_BY:
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for account, keys in HELD_BY.items():
        yield _function(
            f"refuse_beyond_{account}",
            f"IF {_short(account, keys)} THEN RAISE EXCEPTION 'not-held: {account}'; END IF; RETURN NEW;",
        )
        yield (
            f"CREATE TRIGGER movement_held_{account} AFTER INSERT ON movement FOR EACH ROW "
            f"WHEN (NEW.debit = '{account}') EXECUTE FUNCTION refuse_beyond_{account}()"
        )
    for table, of, moves in (("refund_step", "refund", REFUND_MOVES), ("credit_step", "credit", CREDIT_MOVES)):
        yield _function(
            f"refuse_{table}",
            f"IF NEW.nth > 1 AND {_out_of_order(table, of, moves)} "
            f"THEN RAISE EXCEPTION 'out-of-order: {table}'; END IF; "
            f"IF NEW.state IN ('approved', 'applied') AND {_same_person(table, of)} "
            f"THEN RAISE EXCEPTION 'same-person: {table}'; END IF; RETURN NEW;",
        )
        yield (f"CREATE TRIGGER {table}_order BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{table}()")


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
