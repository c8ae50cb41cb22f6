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
    "allocation": ("id", "deposit, version, part"),
    "withdrawn": ("of, row_id",),
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

# The accounts that hold what belongs to members, or what they owe, with the side that takes out of each and by what it
# is kept: no part of one may fall below zero, today or as of any day.
HELD_BY = {
    "1150": ("credit", ("application", "deposit")),
    "2020": ("debit", ("application", "deposit")),
    "2040": ("debit", ("application",)),
    "2041": ("debit", ("application",)),
    "2050": ("debit", ("deposit",)),
    "2060": ("debit", ("application", "deposit")),
}

# The account of the authority may stand on either side: we owe it, or it owes us what was paid and then waived. But no
# more is paid of an application than is owed, nor given back than was paid too much: event, debit, credit, compared by.
AUTHORITY = "2010"
TRANSFERS = (("authority_paid", AUTHORITY, "1110", "<"), ("authority_repaid", "1110", AUTHORITY, ">"))

# Where yen are kept. SQLite keeps whatever it is given, a fraction or a text too; on PostgreSQL the type sees to it.
YEN = {
    "deposit_known": "yen",
    "allocation": "yen",
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

# The tables of transitions: what each is of, and from each state those that may follow.
STEPS = (("refund_step", "refund", REFUND_MOVES), ("credit_step", "credit", CREDIT_MOVES))


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
            yield _raise(f"{table}_no_{verb.lower()}", f"append-only: {table}", table, before=verb)
        same = " OR ".join("(" + " AND ".join(f"{part} = NEW.{part}" for part in key.split(", ")) + ")" for key in keys)
        # INSERT OR REPLACE slips past row triggers unless the connection asks for recursive ones.
        named = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
        yield _raise(f"{table}_no_replace", f"append-only: {table}", table, when=named)
    for table, column in YEN.items():
        fraction = f"NEW.{column} IS NOT NULL AND typeof(NEW.{column}) <> 'integer'"
        yield _raise(f"{table}_whole_yen", f"not-whole-yen: {table}", table, when=fraction)
    for account, (out, keys) in HELD_BY.items():
        yield (
            f"CREATE TRIGGER movement_held_{account} AFTER INSERT ON movement WHEN NEW.{out} = '{account}' "
            f"BEGIN SELECT RAISE(ABORT, 'not-held: {account}') WHERE {_short(account, out, keys)}; END"
        )
    for event, debit, credit, than in TRANSFERS:
        yield (
            f"CREATE TRIGGER movement_{event} AFTER INSERT ON movement WHEN NEW.debit = '{debit}' AND NEW.credit ="
            f" '{credit}' BEGIN SELECT RAISE(ABORT, 'not-held: {AUTHORITY}') WHERE {_not_owed(event, than)}; END"
        )
    for table, of, moves in STEPS:
        disorder, approval = _out_of_order(table, of, moves), "NEW.state IN ('approved', 'applied')"
        yield _raise(f"{table}_order", f"out-of-order: {table}", table, when="NEW.nth > 1", where=disorder)
        proposer = _by_proposer(table, of, _SAME_PROPOSER)
        yield _raise(f"{table}_people", f"same-person: {table}", table, when=approval, where=proposer)
    for table in DATED:
        yield _raise(f"{table}_month_open", f"month-closed: {table}", table, when=_CLOSED)
    step, account_waits = "refund_step", "account-not-approved: refund_step"
    yield _raise("refund_step_account", account_waits, step, when=_PAYING, where=_account_waits())
    yield (
        "CREATE TRIGGER refund_step_file BEFORE INSERT ON refund_step WHEN NEW.state IN ('approved', 'filed') "
        f"BEGIN SELECT RAISE(ABORT, 'another-file: refund_step') WHERE {_OTHER_FILE}; "
        f"SELECT RAISE(ABORT, 'same-person-files: refund_step') WHERE {_made_by(_SAME_MAKER)}; END"
    )
    proposed, closed = "NEW.state = 'proposed'", "NEW.state = 'closed'"
    yield _raise("month_step_proposed", "closes-nothing: month_step", "month_step", when=proposed, where=_MOVES_ON)
    alone = _closed_alone(_SAME_CLOSER)
    yield _raise("month_step_people", "same-person: month_step", "month_step", when=closed, where=alone)
    approval = "account_approval"
    yield _raise(f"{approval}_people", f"same-person: {approval}", approval, where=_SAME_BROUGHT)


def _raise(name: str, message: str, table: str, *, before: str = "INSERT", when: str = "", where: str = "") -> str:
    """A trigger that refuses with this message, when one condition holds of the new row and where another does."""
    when, where = f"WHEN {when} " if when else "", f" WHERE {where}" if where else ""
    return f"CREATE TRIGGER {name} BEFORE {before} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{message}'){where}; END"


# True of a day up to and on which the books are closed; NULL when they are not.
_CLOSED = "NEW.happened_on <= (SELECT closed_to FROM month_step ORDER BY no DESC LIMIT 1)"


def _short(account: str, out: str, keys: tuple[str, ...]) -> str:
    """True when the new row takes more out of a part of the account than is there, or names no part.

    Asked of the day of its entry and of every later day on which something was taken out. A part is an application's
    or, where the row names none, a deposit's. Compared with `=`, one key at a time: PostgreSQL looks nothing up in an
    index by IS NOT DISTINCT FROM.
    """
    nobody = " AND ".join(f"NEW.{_part(out, key)} IS NULL" for key in keys)
    return f"({nobody}) OR " + " OR ".join(_falls_short(account, out, key, keys) for key in keys)


def _falls_short(account: str, out: str, key: str, keys: tuple[str, ...]) -> str:
    into = "credit" if out == "debit" else "debit"
    alone = key == "deposit" and "application" in keys
    named = f"NEW.{_part(out, key)} IS NOT NULL" + (f" AND NEW.{out}_application IS NULL" if alone else "")

    def of_part(row: str, side: str) -> str:
        nobody_else = f" AND {row}.{side}_application IS NULL" if alone else ""
        return f"{row}.{side} = '{account}' AND {row}.{_part(side, key)} = NEW.{_part(out, key)}{nobody_else}"

    def total(side: str) -> str:
        return (
            "(SELECT COALESCE(SUM(m.yen), 0) FROM movement m JOIN entry e ON e.no = m.entry"
            f" WHERE {of_part('m', side)} AND e.happened_on <= day.happened_on)"
        )

    return (
        f"({named} AND EXISTS (SELECT 1 FROM movement taken JOIN entry day ON day.no = taken.entry"
        f" WHERE {of_part('taken', out)}"
        " AND day.happened_on >= (SELECT happened_on FROM entry WHERE no = NEW.entry)"
        f" AND {total(into)} < {total(out)}))"
    )


def _not_owed(event: str, than: str) -> str:
    """True when the new row is a transfer of this event beyond what is owed for its application, or names none.

    A reversal bears the event of its original, and goes the other way.
    """
    column = "debit_application" if than == "<" else "credit_application"
    credits, debits = (
        f"(SELECT COALESCE(SUM(yen), 0) FROM movement WHERE {side} = '{AUTHORITY}'"
        f" AND {_part(side, 'application')} = NEW.{column})"
        for side in ("credit", "debit")
    )
    of_event = f"(SELECT event FROM entry WHERE entry.no = NEW.entry) = '{event}'"
    return f"{of_event} AND (NEW.{column} IS NULL OR {credits} {than} {debits})"


def _part(side: str, key: str) -> str:
    """The column that names a part of an account on this side of a movement."""
    return f"{side}_application" if key == "application" else key


def _out_of_order(table: str, of: str, moves: dict[str, tuple[str, ...]]) -> str:
    allowed = " OR ".join(
        f"(before.state = '{state}' AND NEW.state IN ({', '.join(repr(after) for after in afters)}))"
        for state, afters in moves.items()
    )
    return (
        f"NOT EXISTS (SELECT 1 FROM {table} before WHERE before.{of} = NEW.{of}"
        f" AND before.nth = NEW.nth - 1 AND ({allowed}))"
    )


def _by_proposer(table: str, of: str, same: str) -> str:
    """True when who proposed is, by this comparison, who writes the new row."""
    return f"EXISTS (SELECT 1 FROM {table} first WHERE first.{of} = NEW.{of} AND first.nth = 1 AND {same})"


def _person(row: str) -> str:
    """The name that signed a row, whatever its case and spaces; the program compares more closely (see `kana`)."""
    # Quoted, because BY is a word of PL/pgSQL's own.
    return f"""lower(replace(replace({row}."by", ' ', ''), '　', ''))"""


_SAME_PROPOSER = f"{_person('first')} = {_person('NEW')}"
_SAME_MAKER = f"{_person('done')} = {_person('NEW')}"

# Who brought a changed bank account is not who approves it.
_SAME_BROUGHT = (
    "EXISTS (SELECT 1 FROM member_known brought JOIN source ON source.id = brought.source"
    f" WHERE brought.id = NEW.member_known AND {_person('source')} = {_person('NEW')})"
)


# A closing that is proposed leaves the books closed as far as they were.
_MOVES_ON = (
    "COALESCE(CAST(NEW.closed_to AS TEXT), '') <>"
    " COALESCE((SELECT CAST(closed_to AS TEXT) FROM month_step ORDER BY no DESC LIMIT 1), '')"
)
_SAME_CLOSER = f"{_person('before')} = {_person('NEW')}"


def _closed_alone(same: str) -> str:
    """True when a month is closed with a bank's balance that the books do not show, and nobody else proposed it so."""
    bank = (
        "(SELECT COALESCE(SUM(CASE WHEN m.debit = '1110' THEN m.yen ELSE -m.yen END), 0) FROM movement m"
        " JOIN entry e ON e.no = m.entry WHERE '1110' IN (m.debit, m.credit) AND e.happened_on <= NEW.closed_to)"
    )
    return (
        f"NEW.bank_yen <> {bank} AND NOT EXISTS (SELECT 1 FROM month_step before WHERE before.no ="
        " (SELECT max(no) FROM month_step) AND before.state = 'proposed' AND before.month = NEW.month"
        f" AND before.bank_yen = NEW.bank_yen AND NOT ({same}))"
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
        "(SELECT d.application FROM allocation d WHERE d.deposit = f.deposit ORDER BY d.known_on DESC, d.version DESC,"
        " d.part LIMIT 1)"
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
        yield _trigger(f"{table}_turn", "BEFORE INSERT", table, "take_turn", level="STATEMENT")
        yield _trigger(f"{table}_no_change", "BEFORE DELETE OR UPDATE", table, "refuse_change")
        yield _trigger(f"{table}_no_truncate", "BEFORE TRUNCATE", table, "refuse_change", level="STATEMENT")
    for account, (out, keys) in HELD_BY.items():
        name = f"refuse_beyond_{account}"
        yield _function(name, f"{_refuse_if(_short(account, out, keys), f'not-held: {account}')}; RETURN NEW;")
        yield _trigger(f"movement_held_{account}", "AFTER INSERT", "movement", name, when=f"NEW.{out} = '{account}'")
    for event, debit, credit, than in TRANSFERS:
        yield _function(
            f"refuse_{event}", f"{_refuse_if(_not_owed(event, than), f'not-held: {AUTHORITY}')}; RETURN NEW;"
        )
        when = f"NEW.debit = '{debit}' AND NEW.credit = '{credit}'"
        yield _trigger(f"movement_{event}", "AFTER INSERT", "movement", f"refuse_{event}", when=when)
    for table, of, moves in STEPS:
        # Whoever proposed does not approve, nor does the role that proposed, under whatever name.
        role = f"({_by_proposer(table, of, 'first.role = NEW.role')} AND NOT {_OWNER})"
        same = f"NEW.state IN ('approved', 'applied') AND ({_by_proposer(table, of, _SAME_PROPOSER)} OR {role})"
        yield _function(
            f"refuse_{table}",
            f"{_refuse_if(f'NEW.nth > 1 AND {_out_of_order(table, of, moves)}', f'out-of-order: {table}')}; "
            f"{_refuse_if(same, f'same-person: {table}')}; "
            f"IF {_not_for_this_role()} THEN RAISE EXCEPTION 'not-permitted: {table}' USING ERRCODE = '42501'; END IF; "
            "RETURN NEW;",
        )
        yield _trigger(f"{table}_order", "BEFORE INSERT", table, f"refuse_{table}")
    yield from _postgresql_people()
    closed = f"IF {_CLOSED} THEN RAISE EXCEPTION 'month-closed: %', TG_TABLE_NAME; END IF"
    yield _function("refuse_closed_month", f"{closed}; RETURN NEW;")
    for table in DATED:
        yield _trigger(f"{table}_month_open", "BEFORE INSERT", table, "refuse_closed_month")


def _refuse_if(condition: str, message: str) -> str:
    return f"IF {condition} THEN RAISE EXCEPTION '{message}'; END IF"


def _trigger(name: str, on: str, table: str, function: str, *, level: str = "ROW", when: str = "") -> str:
    condition = f"WHEN ({when}) " if when else ""
    return f"CREATE TRIGGER {name} {on} ON public.{table} FOR EACH {level} {condition}EXECUTE FUNCTION {function}()"


def _function(name: str, body: str) -> str:
    # Looked up in the books alone: a table that somebody made for their own session is not the one that is asked.
    return (
        f"CREATE OR REPLACE FUNCTION public.{name}()\n RETURNS trigger\n LANGUAGE plpgsql\n"
        f" SET search_path TO 'public', 'pg_temp'\nAS $function$ BEGIN {body} END $function$\n"
    )


# A role that may do anything: what it may is not told apart, and an office may share it.
_OWNER = "has_table_privilege('entry', 'TRUNCATE')"


def _postgresql_people() -> Iterator[str]:
    account = _refuse_if(_account_waits(), "account-not-approved: refund_step")
    yield _function("refuse_account", f"{account}; RETURN NEW;")
    yield _trigger("refund_step_account", "BEFORE INSERT", "refund_step", "refuse_account", when=_PAYING)
    other = _refuse_if(_OTHER_FILE, "another-file: refund_step")
    made_by = _made_by(f"({_SAME_MAKER} OR (done.role = NEW.role AND NOT {_OWNER}))")
    yield _function("refuse_file", f"{other}; {_refuse_if(made_by, 'same-person-files: refund_step')}; RETURN NEW;")
    filing = "NEW.state IN ('approved', 'filed')"
    yield _trigger("refund_step_file", "BEFORE INSERT", "refund_step", "refuse_file", when=filing)
    by_role = _SAME_BROUGHT.replace(f"{_person('source')} = {_person('NEW')}", "source.role = NEW.role")
    brought = _refuse_if(f"{_SAME_BROUGHT} OR ({by_role} AND NOT {_OWNER})", "same-person: account_approval")
    yield _function("refuse_account_approval", f"{brought}; RETURN NEW;")
    yield _trigger("account_approval_people", "BEFORE INSERT", "account_approval", "refuse_account_approval")
    moves_on = _refuse_if(f"NEW.state = 'proposed' AND {_MOVES_ON}", "closes-nothing: month_step")
    by_role = f"{_SAME_CLOSER} OR (before.role = NEW.role AND NOT {_OWNER})"
    alone = _refuse_if(f"NEW.state = 'closed' AND {_closed_alone(by_role)}", "same-person: month_step")
    yield _function("refuse_month_step", f"{moves_on}; {alone}; RETURN NEW;")
    yield _trigger("month_step_people", "BEFORE INSERT", "month_step", "refuse_month_step")
    yield _function(
        "refuse_signature",
        f"IF NOT {_OWNER} THEN RAISE EXCEPTION 'not-permitted: %', TG_TABLE_NAME USING ERRCODE = '42501'; END IF; "
        "RETURN NEW;",
    )
    another = "NEW.role IS DISTINCT FROM current_user"
    for table in SIGNED:
        yield _trigger(f"{table}_signature", "BEFORE INSERT", table, "refuse_signature", when=another)


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
