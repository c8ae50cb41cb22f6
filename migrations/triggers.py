"""Every trigger, one list, made anew after each step: what the database refuses whatever the program does.

The same rules stand on SQLite and on PostgreSQL. Each message begins with the code of the rule.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from ledger.codes import CREDIT_MOVES, REFUND_MOVES
from ledger.store.database import WRITERS

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
    "payment_file": ("no",),
    "credit": ("no",),
    "credit_step": ("credit, nth", "entry"),
    "batch": ("no",),
    "seal": ("batch, nth",),
    "refused": ("no",),
    "month_step": ("no",),
    "account_approval": ("member_known",),
    "looked": ("no",),
    "setting": ("no",),
    "request": ("key",),
}

# Every table whose rows say who wrote them. On PostgreSQL nobody but the owner signs with another's role.
SIGNED = (
    *("source", "entry", "decision", "refund_step", "credit_step", "batch", "refused", "month_step"),
    *("account_approval", "looked", "payment_file", "setting", "request"),
)

# What makes up a bank account.
ACCOUNT = ("bank", "branch", "account_type", "account_number", "account_name")

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
    "payment_file": "yen",
    "credit": "yen",
}

# What bears a day in the books: none of these is dated in a month that is closed.
DATED = ("entry", "refund_step", "credit_step")


def create_all(connection: Connection) -> None:
    """Makes every trigger of the list, on books that have come as far as the last step."""
    for statement in statements(connection.dialect.name):
        connection.execute(text(statement.replace(":", "\\:")))


def drop_all(connection: Connection) -> None:
    """Takes every trigger of ours away, for the time of a migration."""
    if connection.dialect.name == "sqlite":
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in names:
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        return
    rows = connection.execute(
        text("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal".replace("::", "\\:\\:"))
    )
    for name, table in rows.all():
        connection.execute(text(f'DROP TRIGGER "{name}" ON {table}'))


def names(dialect: str) -> set[str]:
    """The names of the triggers that have to stand in a database of this kind."""
    return {statement.split()[2] for statement in statements(dialect) if statement.startswith("CREATE TRIGGER")}


def statements(dialect: str) -> Iterator[str]:
    """Every statement that makes a trigger, or on PostgreSQL a function that triggers call, in a database of a kind."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


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
    yield from _sqlite_closed()
    yield from _sqlite_people()


def _sqlite_closed() -> Iterator[str]:
    for table in DATED:
        yield (
            f"CREATE TRIGGER {table}_month_open BEFORE INSERT ON {table} WHEN {_CLOSED} "
            f"BEGIN SELECT RAISE(ABORT, 'month-closed: {table}'); END"
        )


# True of a day up to and on which the books are closed; NULL when they are not.
_CLOSED = "NEW.happened_on <= (SELECT closed_to FROM month_step ORDER BY no DESC LIMIT 1)"


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
    return (
        f"EXISTS (SELECT 1 FROM {table} first WHERE first.{of} = NEW.{of} AND first.nth = 1"
        f" AND {_person('first')} = {_person('NEW')})"
    )


def _person(row: str) -> str:
    """The name that signed a row, whatever its case and spaces; the program compares more closely (see `kana`)."""
    # Quoted, because BY is a word of PL/pgSQL's own.
    return f"""lower(replace(replace({row}."by", ' ', ''), '　', ''))"""


# Who brought a changed bank account is not who approves it.
_SAME_BROUGHT = (
    "EXISTS (SELECT 1 FROM member_known brought JOIN source ON source.id = brought.source"
    f" WHERE brought.id = NEW.member_known AND {_person('source')} = {_person('NEW')})"
)


# By the rule of three, who makes the payment file neither proposed nor approved what is in it. To declare a file void
# is no approval: the one that stood before stands again.
_THREE = "'three' = (SELECT value FROM setting WHERE name = 'people' ORDER BY no DESC LIMIT 1)"


def _made_by(same: str) -> str:
    """True when the maker of a payment file proposed or approved the refund that is put in it."""
    return (
        f"NEW.state = 'filed' AND {_THREE} AND EXISTS (SELECT 1 FROM refund_step done WHERE done.refund = NEW.refund"
        f" AND done.payment_file IS NULL AND done.state IN ('proposed', 'approved') AND {same})"
    )


# A refund is filed in a file; approved again it names the file that it was in, and why that is void.
_OTHER_FILE = (
    "(NEW.state = 'filed' AND NEW.payment_file IS NULL) OR (NEW.state = 'approved' AND ("
    "(NEW.payment_file IS NOT NULL AND NEW.reason IS NULL) OR COALESCE(NEW.payment_file, 0) <> COALESCE((SELECT"
    " before.payment_file FROM refund_step before WHERE before.refund = NEW.refund AND before.nth = NEW.nth - 1), 0)))"
)


# Steps on the way to a payment; not the way back, when a file is void (often because an account was wrong).
_PAYING = "NEW.state IN ('filed', 'paid') OR (NEW.state = 'approved' AND NEW.payment_file IS NULL)"


def _account_waits() -> str:
    """True when the bank account that counts of the member of a refund was changed and waits for a second person.

    The account trusted last is the first recorded, unless it was another member's before, or the one approved last, of
    those recorded up to the one that counts (see `people.changes`).
    """
    paid = (
        "(SELECT d.application FROM deposit_known d WHERE d.deposit = f.deposit ORDER BY d.known_on DESC, d.id DESC"
        " LIMIT 1)"
    )
    first = "(SELECT min(y.id) FROM member_known y WHERE y.member = r.member AND y.account_number IS NOT NULL)"
    others = (
        "EXISTS (SELECT 1 FROM member_known o WHERE o.account_number = x.account_number AND o.bank = x.bank"
        " AND o.branch = x.branch AND o.account_type = x.account_type AND o.member <> x.member AND o.id < x.id)"
    )
    trusted = (
        "(SELECT max(x.id) FROM member_known x WHERE x.member = r.member AND x.id <= r.id AND x.account_number IS NOT"
        f" NULL AND ((x.id = {first} AND NOT {others})"
        " OR x.id IN (SELECT ok.member_known FROM account_approval ok)))"
    )
    same = " AND ".join(f"COALESCE(t.{part}, '') = COALESCE(r.{part}, '')" for part in ACCOUNT)
    return (
        "EXISTS (SELECT 1 FROM refund f"
        f" JOIN application a ON a.number = COALESCE(f.application, {paid})"
        " JOIN member_known r ON r.member = a.member"
        " WHERE f.no = NEW.refund AND r.account_number IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM member_known later WHERE later.member = r.member"
        " AND (later.known_on > r.known_on OR (later.known_on = r.known_on AND later.id > r.id)))"
        f" AND NOT EXISTS (SELECT 1 FROM member_known t WHERE t.id = {trusted} AND {same}))"
    )


def _sqlite_people() -> Iterator[str]:
    same_name = f"{_person('done')} = {_person('NEW')}"
    yield (
        "CREATE TRIGGER refund_step_account BEFORE INSERT ON refund_step "
        f"WHEN {_PAYING} "
        f"BEGIN SELECT RAISE(ABORT, 'account-not-approved: refund_step') WHERE {_account_waits()}; END"
    )
    yield (
        "CREATE TRIGGER refund_step_file BEFORE INSERT ON refund_step WHEN NEW.state IN ('approved', 'filed') "
        f"BEGIN SELECT RAISE(ABORT, 'another-file: refund_step') WHERE {_OTHER_FILE}; "
        "SELECT RAISE(ABORT, 'same-person-files: refund_step') "
        f"WHERE {_made_by(same_name)}; END"
    )
    yield (
        "CREATE TRIGGER account_approval_people BEFORE INSERT ON account_approval "
        f"BEGIN SELECT RAISE(ABORT, 'same-person: account_approval') WHERE {_SAME_BROUGHT}; END"
    )


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _postgresql() -> Iterator[str]:
    """Each statement as the server itself tells it, so that what stands there can be held against it (see `guards`)."""
    yield _function(
        "take_turn",
        # An older snapshot would not show what was committed while the lock was waited for.
        "IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') "
        "THEN RAISE EXCEPTION 'not-read-committed: %', TG_TABLE_NAME; END IF; "
        f"PERFORM pg_advisory_xact_lock({WRITERS}); RETURN NULL;",
    )
    yield _function("refuse_change", "RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME;")
    for table in NAMED_BY:
        # Before the first row of any statement, so that whoever writes, by whatever program, has the lock before rows.
        yield (
            f"CREATE TRIGGER {table}_turn BEFORE INSERT ON public.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION take_turn()"
        )
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE DELETE OR UPDATE ON public.{table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        yield (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON public.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for account, keys in HELD_BY.items():
        yield _function(
            f"refuse_beyond_{account}",
            f"IF {_short(account, keys)} THEN RAISE EXCEPTION 'not-held: {account}'; END IF; RETURN NEW;",
        )
        yield (
            f"CREATE TRIGGER movement_held_{account} AFTER INSERT ON public.movement FOR EACH ROW "
            f"WHEN (NEW.debit = '{account}') EXECUTE FUNCTION refuse_beyond_{account}()"
        )
    for table, of, moves in (("refund_step", "refund", REFUND_MOVES), ("credit_step", "credit", CREDIT_MOVES)):
        yield _function(
            f"refuse_{table}",
            f"IF NEW.nth > 1 AND {_out_of_order(table, of, moves)} "
            f"THEN RAISE EXCEPTION 'out-of-order: {table}'; END IF; "
            f"IF NEW.state IN ('approved', 'applied') AND ({_same_person(table, of)} OR {_same_role(table, of)}) "
            f"THEN RAISE EXCEPTION 'same-person: {table}'; END IF; "
            f"IF {_not_for_this_role()} THEN RAISE EXCEPTION 'not-permitted: {table}' USING ERRCODE = '42501'; END IF; "
            "RETURN NEW;",
        )
        yield (
            f"CREATE TRIGGER {table}_order BEFORE INSERT ON public.{table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{table}()"
        )
    yield from _postgresql_people()
    yield _function(
        "refuse_closed_month",
        f"IF {_CLOSED} THEN RAISE EXCEPTION 'month-closed: %', TG_TABLE_NAME; END IF; RETURN NEW;",
    )
    for table in DATED:
        yield (
            f"CREATE TRIGGER {table}_month_open BEFORE INSERT ON public.{table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_closed_month()"
        )


def _function(name: str, body: str) -> str:
    # Looked up in the books alone: a table that somebody made for their own session is not the one that is asked.
    return (
        f"CREATE OR REPLACE FUNCTION public.{name}()\n RETURNS trigger\n LANGUAGE plpgsql\n"
        f" SET search_path TO 'public', 'pg_temp'\nAS $function$ BEGIN {body} END $function$\n"
    )


# A role that may do anything: what it may is not told apart, and an office may share it.
_OWNER = "has_table_privilege('entry', 'TRUNCATE')"


def _postgresql_people() -> Iterator[str]:
    yield _function(
        "refuse_account",
        f"IF {_account_waits()} THEN RAISE EXCEPTION 'account-not-approved: refund_step'; END IF; RETURN NEW;",
    )
    yield (
        "CREATE TRIGGER refund_step_account BEFORE INSERT ON public.refund_step FOR EACH ROW "
        f"WHEN ({_PAYING}) EXECUTE FUNCTION refuse_account()"
    )
    same_name = f"{_person('done')} = {_person('NEW')}"
    yield _function(
        "refuse_file",
        f"IF {_OTHER_FILE} THEN RAISE EXCEPTION 'another-file: refund_step'; END IF; "
        f"IF {_made_by(f'({same_name} OR (done.role = NEW.role AND NOT {_OWNER}))')} "
        "THEN RAISE EXCEPTION 'same-person-files: refund_step'; END IF; RETURN NEW;",
    )
    yield (
        "CREATE TRIGGER refund_step_file BEFORE INSERT ON public.refund_step FOR EACH ROW "
        "WHEN (NEW.state IN ('approved', 'filed')) EXECUTE FUNCTION refuse_file()"
    )
    by_role = _SAME_BROUGHT.replace(f"{_person('source')} = {_person('NEW')}", "source.role = NEW.role")
    yield _function(
        "refuse_account_approval",
        f"IF {_SAME_BROUGHT} OR ({by_role} AND NOT {_OWNER}) "
        "THEN RAISE EXCEPTION 'same-person: account_approval'; END IF; RETURN NEW;",
    )
    yield (
        "CREATE TRIGGER account_approval_people BEFORE INSERT ON public.account_approval FOR EACH ROW "
        "EXECUTE FUNCTION refuse_account_approval()"
    )
    yield _function(
        "refuse_signature",
        f"IF NOT {_OWNER} THEN RAISE EXCEPTION 'not-permitted: %', TG_TABLE_NAME USING ERRCODE = '42501'; END IF; "
        "RETURN NEW;",
    )
    for table in SIGNED:
        yield (
            f"CREATE TRIGGER {table}_signature BEFORE INSERT ON public.{table} FOR EACH ROW "
            "WHEN (NEW.role IS DISTINCT FROM current_user) EXECUTE FUNCTION refuse_signature()"
        )


def _same_role(table: str, of: str) -> str:
    """True when the role that proposed approves, under whatever name."""
    return (
        f"(EXISTS (SELECT 1 FROM {table} first WHERE first.{of} = NEW.{of} AND first.nth = 1 AND first.role = NEW.role)"
        f" AND NOT {_OWNER})"
    )


def _not_for_this_role() -> str:
    """True of an approval by a role that approves nothing, and of any other step by one that only approves.

    A payment file is made by either: by the rule of three it may be a second clerk or a second approver.

    Which role is which is told by the tables it may write to, so that roles may have any names (see `roles`).
    """
    return (
        "(NEW.state IN ('approved', 'applied') AND NOT has_table_privilege('account_approval', 'INSERT')) OR "
        "(NEW.state NOT IN ('approved', 'applied', 'rejected', 'filed')"
        " AND NOT has_table_privilege('refund', 'INSERT'))"
    )
