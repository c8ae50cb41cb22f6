"""Every trigger, one list, made anew after each step: what the database refuses whatever the program does.

The same rules stand on SQLite and on PostgreSQL. Each message begins with the code of the rule.
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

from ledger.codes import CREDIT_MOVES, REFUND_MOVES, SLIP_MOVES
from ledger.store import seals
from ledger.tables import metadata
from migrations import accounts, writes
from migrations.conditions import (
    ANOTHER_ENTRY,
    APPROVALS,
    AUTHORITY,
    BROUGHT_RULING,
    CLOSED,
    CLOSES,
    DISPUTE_OUT_OF_ORDER,
    END_OUT_OF_ORDER,
    FILING,
    ISSUED_OUT_OF_ORDER,
    KNOWN_WHOSE,
    NOBODY_LEFT,
    NOT_LISTED,
    OTHER_FILE,
    PAYING,
    POSTED_AT_ONCE,
    RECOVERED_BEYOND,
    SAME_BROUGHT,
    SAME_CLOSER,
    SAME_ENDER,
    SAME_MAKER,
    SAME_PROPOSER,
    SECOND_PERSON,
    WAITS,
    WITH_ENTRY,
    account_waits,
    alone,
    bound_to_another,
    by_proposer,
    closed_alone,
    ended_alone,
    made_by,
    not_owed,
    out_of_order,
    person,
    ruling_out_of_order,
    same,
    short,
)

# Every table is append-only; beside it, what names a row: a row with the same name is never put in its place.
NAMED_BY = {
    "source": ("id", "sha256"),
    "member": ("number",),
    "member_known": ("id",),
    "application": ("number",),
    "application_known": ("id",),
    "fact": ("id",),
    "deposit": ("reference",),
    "deposit_known": ("id",),
    "allocation": ("id", "deposit, version, part"),
    "withdrawn": ("of, row_id",),
    "bill_known": ("id",),
    "bill_dispute": ("no",),
    "bank_line": ("id",),
    "bank_balance": ("id",),
    "opening": ("id",),
    "fee": ("id",),
    "account": ("code",),
    "entry": ("no", "key", "reverses"),
    "movement": ("entry, nth",),
    "decision": ("no", "supersedes"),
    "ruling": ("id",),
    "ruling_step": ("no",),
    "refund": ("no",),
    "refund_step": ("refund, nth", "entry"),
    "payment_file": ("no",),
    "credit": ("no",),
    "credit_step": ("credit, nth", "entry"),
    "slip": ("no",),
    "slip_step": ("slip, nth", "entry"),
    "batch": ("no",),
    "seal": ("batch, nth",),
    "refused": ("no",),
    "month_step": ("no",),
    "issued_version": ("no", "sha256"),
    "account_approval": ("member_known",),
    "payee_known": ("id",),
    "payee_approval": ("payee_known",),
    "payee_end": ("no",),
    "looked": ("no",),
    "setting": ("no",),
    "people_change": ("no",),
    "people_step": ("no", "change"),
    "journal_export": ("no", "format, entries_from"),
    "request": ("key",),
}

# Every table whose rows say who wrote them. On PostgreSQL nobody but the owner signs with another's role.
SIGNED = (
    *("source", "entry", "decision", "refund_step", "credit_step", "batch", "refused", "month_step"),
    *("account_approval", "payee_approval", "looked", "payment_file", "setting", "request", "slip_step"),
    *("people_change", "people_step", "ruling_step", "payee_end", "journal_export", "issued_version", "bill_dispute"),
)

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
TRANSFERS = (("authority_paid", AUTHORITY, "1110", "<"), ("authority_repaid", "1110", AUTHORITY, ">"))

# Where yen are kept. SQLite keeps whatever it is given, a fraction or a text too; on PostgreSQL the type sees to it.
YEN = {
    "deposit_known": "yen",
    "allocation": "yen",
    "bill_known": "yen",
    "bill_dispute": "yen",
    "opening": "yen",
    "fee": "yen",
    "movement": "yen",
    "decision": "refundable",
    "refund": "yen",
    "refund_step": "yen",
    "payment_file": "yen",
    "credit": "yen",
    "slip": "yen",
    "bank_line": "yen",
    "bank_balance": "yen",
}

# What bears a day in the books: none of these is dated in a month that is closed.
DATED = ("entry", "refund_step", "credit_step", "slip_step", "ruling_step", "bill_dispute")

# The tables of transitions: what each is of, and from each state those that may follow.
STEPS: tuple[tuple[str, str, dict[str, tuple[str, ...]]], ...] = (
    ("refund_step", "refund", REFUND_MOVES),
    ("credit_step", "credit", CREDIT_MOVES),
    ("slip_step", "slip", SLIP_MOVES),
)


def create_all(connection: Connection) -> None:
    """Makes every trigger of the list, on books that have come as far as the last step."""
    for statement in statements(connection.dialect.name):
        connection.execute(text(statement.replace(":", "\\:")))
    if connection.dialect.name == "postgresql":
        # Whoever makes a function lets everybody call it, unless he says otherwise.
        connection.execute(text("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC"))
        # Who reads everything on the server, to copy the books, verifies them as well.
        if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = 'pg_read_all_data'")).first() is not None:
            called = ", ".join(accounts.CALLS["auditor"])
            connection.execute(text(f"GRANT EXECUTE ON FUNCTION {called} TO pg_read_all_data"))


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
    made = (re.match(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)", statement) for statement in statements(dialect))
    return {found[1] for found in made if found}


def statements(dialect: str) -> Iterator[str]:
    """Every statement that makes a trigger, or on PostgreSQL a function that triggers call, in a database of a kind."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _sqlite() -> Iterator[str]:
    # The one made first is asked last.
    dispute = "bill_dispute"
    yield _raise(f"{dispute}_order", f"out-of-order: {dispute}", dispute, where=DISPUTE_OUT_OF_ORDER)
    for table, keys in NAMED_BY.items():
        for verb in ("UPDATE", "DELETE"):
            yield _raise(f"{table}_no_{verb.lower()}", f"append-only: {table}", table, before=verb)
        same = " OR ".join("(" + " AND ".join(f"{part} = NEW.{part}" for part in key.split(", ")) + ")" for key in keys)
        # INSERT OR REPLACE slips past row triggers unless the connection asks for recursive ones. It also puts a row in
        # the place of the one that has the number SQLite itself gave it, where that is no column.
        named = f"EXISTS (SELECT 1 FROM {table} WHERE {same} OR rowid = NEW.rowid)"
        yield _raise(f"{table}_no_replace", f"append-only: {table}", table, when=named)
    yield from _sqlite_in_order()
    for table, column in YEN.items():
        fraction = f"NEW.{column} IS NOT NULL AND typeof(NEW.{column}) <> 'integer'"
        yield _raise(f"{table}_whole_yen", f"not-whole-yen: {table}", table, when=fraction)
    for account, (out, keys) in HELD_BY.items():
        yield (
            f"CREATE TRIGGER movement_held_{account} AFTER INSERT ON movement WHEN NEW.{out} = '{account}' "
            f"BEGIN SELECT RAISE(ABORT, 'not-held: {account}') WHERE {short(account, out, keys)}; END"
        )
    for event, debit, credit, than in TRANSFERS:
        yield (
            f"CREATE TRIGGER movement_{event} AFTER INSERT ON movement WHEN NEW.debit = '{debit}' AND NEW.credit ="
            f" '{credit}' BEGIN SELECT RAISE(ABORT, 'not-held: {AUTHORITY}') WHERE {not_owed(event, than)}; END"
        )
    # The one made first is asked last.
    bound = "approval-fell: refund_step"
    yield _raise("refund_step_receiver", bound, "refund_step", when=PAYING, where=bound_to_another())
    for table, of, moves in STEPS:
        disorder = out_of_order(table, of, moves)
        yield _raise(f"{table}_order", f"out-of-order: {table}", table, when="NEW.nth <> 1", where=disorder)
        proposer = by_proposer(table, of, SAME_PROPOSER)
        yield _raise(f"{table}_people", f"same-person: {table}", table, when=SECOND_PERSON[table], where=proposer)
    for table in DATED:
        yield _raise(f"{table}_month_open", f"month-closed: {table}", table, when=CLOSED)
    step, unapproved = "refund_step", "account-not-approved: refund_step"
    yield _raise("refund_step_account", unapproved, step, when=PAYING, where=account_waits())
    yield (
        f"CREATE TRIGGER refund_step_file BEFORE INSERT ON refund_step WHEN {FILING} "
        f"BEGIN SELECT RAISE(ABORT, 'another-file: refund_step') WHERE {OTHER_FILE}; "
        f"SELECT RAISE(ABORT, 'same-person-files: refund_step') WHERE {made_by(SAME_MAKER)}; END"
    )
    beyond = "NEW.state = 'recovered' AND NEW.undoes IS NULL"
    yield _raise("refund_step_recovered", "more-than-paid: refund_step", step, when=beyond, where=RECOVERED_BEYOND)
    proposed, closed = "NEW.state = 'proposed'", "NEW.state = 'closed'"
    yield _raise("month_step_proposed", "closes-nothing: month_step", "month_step", when=proposed, where=CLOSES)
    alone_closed = closed_alone(SAME_CLOSER)
    yield _raise("month_step_people", "same-person: month_step", "month_step", when=closed, where=alone_closed)
    for approval, brought in SAME_BROUGHT.items():
        yield _raise(f"{approval}_people", f"same-person: {approval}", approval, where=brought)
    yield _raise("slip_step_waits", "waits-for-approval: slip_step", "slip_step", when=POSTED_AT_ONCE, where=WAITS)
    yield _raise("slip_step_entry", "another-entry: slip_step", "slip_step", when=WITH_ENTRY, where=ANOTHER_ENTRY)
    for table, when in APPROVALS.items():
        yield _raise(f"{table}_listed", f"not-listed: {table}", table, when=when, where=NOT_LISTED)
    changed = "NEW.state = 'approved'"
    yield _raise("people_step_people", "same-person: people_step", "people_step", when=changed, where=alone("change"))
    yield _raise("people_step_left", "nobody-left: people_step", "people_step", when=changed, where=NOBODY_LEFT)
    issued = "issued_version"
    yield _raise(f"{issued}_order", f"out-of-order: {issued}", issued, where=ISSUED_OUT_OF_ORDER)
    ruling, approved = "ruling_step", "NEW.state = 'approved'"
    yield _raise("payee_known_whose", "known-whose: payee_known", "payee_known", where=KNOWN_WHOSE)
    yield _raise("payee_end_order", "out-of-order: payee_end", "payee_end", where=END_OUT_OF_ORDER)
    by_same = ended_alone(SAME_ENDER)
    yield _raise("payee_end_people", "same-person: payee_end", "payee_end", when=approved, where=by_same)
    yield _raise(f"{ruling}_order", f"out-of-order: {ruling}", ruling, where=ruling_out_of_order())
    yield _raise(f"{ruling}_people", f"same-person: {ruling}", ruling, when=approved, where=BROUGHT_RULING)


def _sqlite_in_order() -> Iterator[str]:
    """Numbers follow one another, a batch stands on the one before, and nothing is added to what is sealed."""
    for table in (*seals.COUNTED, "batch"):
        (key,) = metadata.tables[table].primary_key.columns.keys()
        before, after = (f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key} {step})" for step in ("- 1", "+ 1"))
        other = f"NEW.{key} < 1 OR (NEW.{key} > 1 AND NOT {before}) OR {after}"
        yield (
            f"CREATE TRIGGER {table}_numbers AFTER INSERT ON {table} BEGIN"
            f" SELECT RAISE(ABORT, 'not-the-next-number: {table}') WHERE {other}; END"
        )
    head = "COALESCE((SELECT head FROM batch WHERE no = NEW.no - 1), '')"
    yield _raise("batch_previous", "not-the-last-head: batch", "batch", when=f"NEW.previous <> {head}")
    last = "NEW.nth < 1 OR NEW.batch <> (SELECT max(no) FROM batch)"
    yield _raise("seal_of_last", "append-only: seal", "seal", when=last)
    sealed = "EXISTS (SELECT 1 FROM seal WHERE of = 'entry' AND key = CAST(NEW.entry AS TEXT))"
    yield _raise("movement_of_write", "append-only: movement", "movement", when=f"NEW.nth < 1 OR {sealed}")


def _raise(name: str, message: str, table: str, *, before: str = "INSERT", when: str = "", where: str = "") -> str:
    """A trigger that refuses with this message, when one condition holds of the new row and where another does."""
    when, where = f"WHEN {when} " if when else "", f" WHERE {where}" if where else ""
    return f"CREATE TRIGGER {name} BEFORE {before} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{message}'){where}; END"


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _postgresql() -> Iterator[str]:
    """Each statement as the server itself tells it, so that what stands there can be held against it (see `guards`)."""
    yield from writes.statements()
    yield from accounts.statements()
    yield _function("refuse_change", "RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME;")
    # The head of a batch is known when its rows are sealed: until then, within one COMMIT, it has none.
    made = "IF OLD.head = '' THEN RETURN COALESCE(NEW, OLD); END IF"
    yield _function("refuse_change_of_batch", f"{made}; RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME;")
    for table in NAMED_BY:
        yield writes.turn(table)
        change = "refuse_change_of_batch" if table == "batch" else "refuse_change"
        yield _trigger(f"{table}_no_change", "BEFORE DELETE OR UPDATE", table, change)
        yield _trigger(f"{table}_no_truncate", "BEFORE TRUNCATE", table, "refuse_change", level="STATEMENT")
    for account, (out, keys) in HELD_BY.items():
        name = f"refuse_beyond_{account}"
        yield _function(name, f"{_refuse_if(short(account, out, keys), f'not-held: {account}')}; RETURN NEW;")
        yield _trigger(f"movement_held_{account}", "AFTER INSERT", "movement", name, when=f"NEW.{out} = '{account}'")
    for event, debit, credit, than in TRANSFERS:
        yield _function(
            f"refuse_{event}", f"{_refuse_if(not_owed(event, than), f'not-held: {AUTHORITY}')}; RETURN NEW;"
        )
        when = f"NEW.debit = '{debit}' AND NEW.credit = '{credit}'"
        yield _trigger(f"movement_{event}", "AFTER INSERT", "movement", f"refuse_{event}", when=when)
    for table, of, moves in STEPS:
        # Whoever proposed does not approve, nor does the role that proposed, under whatever name.
        role = f"({by_proposer(table, of, 'first.role = NEW.role')} AND NOT {writes.OWNER})"
        permitted = f"RAISE EXCEPTION 'not-permitted: {table}' USING ERRCODE = '42501'"
        second = f"{SECOND_PERSON[table]} AND ({by_proposer(table, of, SAME_PROPOSER)} OR {role})"
        yield _function(
            f"refuse_{table}",
            f"{_refuse_if(f'NEW.nth <> 1 AND {out_of_order(table, of, moves)}', f'out-of-order: {table}')}; "
            f"{_refuse_if(second, f'same-person: {table}')}; "
            f"IF {_not_for_this_role(table)} THEN {permitted}; END IF; RETURN NEW;",
        )
        yield _trigger(f"{table}_order", "BEFORE INSERT", table, f"refuse_{table}")
    yield from _postgresql_people()
    issued = _refuse_if(ISSUED_OUT_OF_ORDER, "out-of-order: issued_version")
    yield _function("refuse_issued_version", f"{issued}; RETURN NEW;")
    yield _trigger("issued_version_order", "BEFORE INSERT", "issued_version", "refuse_issued_version")
    disputed = _refuse_if(DISPUTE_OUT_OF_ORDER, "out-of-order: bill_dispute")
    yield _function("refuse_bill_dispute", f"{disputed}; RETURN NEW;")
    yield _trigger("bill_dispute_order", "BEFORE INSERT", "bill_dispute", "refuse_bill_dispute")
    closed = f"IF {CLOSED} THEN RAISE EXCEPTION 'month-closed: %', TG_TABLE_NAME; END IF"
    yield _function("refuse_closed_month", f"{closed}; RETURN NEW;")
    for table in DATED:
        yield _trigger(f"{table}_month_open", "BEFORE INSERT", table, "refuse_closed_month")


def _refuse_if(condition: str, message: str) -> str:
    return f"IF {condition} THEN RAISE EXCEPTION '{message}'; END IF"


def _trigger(name: str, on: str, table: str, function: str, *, level: str = "ROW", when: str = "") -> str:
    condition = f"WHEN ({when}) " if when else ""
    return f"CREATE TRIGGER {name} {on} ON public.{table} FOR EACH {level} {condition}EXECUTE FUNCTION {function}()"


def _function(name: str, body: str, *, definer: bool = False) -> str:
    """A function that triggers call; as `definer` it reads what whoever writes does not (see `accounts`)."""
    # Looked up in the books alone: a table that somebody made for their own session is not the one that is asked.
    return (
        f"CREATE OR REPLACE FUNCTION public.{name}()\n RETURNS trigger\n LANGUAGE plpgsql\n"
        f"{' SECURITY DEFINER' if definer else ''} SET search_path TO 'public', 'pg_temp'\n"
        f"AS $function$ BEGIN {body} END $function$\n"
    )


def _postgresql_people() -> Iterator[str]:
    account = _refuse_if(f"({PAYING}) AND {account_waits()}", "account-not-approved: refund_step")
    yield _function("refuse_account", f"{account}; RETURN NEW;", definer=True)
    yield _trigger("refund_step_account", "BEFORE INSERT", "refund_step", "refuse_account")
    other = _refuse_if(f"NEW.undoes IS NULL AND ({OTHER_FILE})", "another-file: refund_step")
    maker = made_by(f"({SAME_MAKER} OR (done.role = NEW.role AND NOT {writes.OWNER}))")
    yield _function("refuse_file", f"{other}; {_refuse_if(maker, 'same-person-files: refund_step')}; RETURN NEW;")
    yield _trigger("refund_step_file", "BEFORE INSERT", "refund_step", "refuse_file")
    bound = _refuse_if(f"({PAYING}) AND ({bound_to_another()})", "approval-fell: refund_step")
    yield _function("refuse_receiver", f"{bound}; RETURN NEW;", definer=True)
    yield _trigger("refund_step_receiver", "BEFORE INSERT", "refund_step", "refuse_receiver")
    beyond = f"NEW.state = 'recovered' AND NEW.undoes IS NULL AND {RECOVERED_BEYOND}"
    yield _function("refuse_recovered", f"{_refuse_if(beyond, 'more-than-paid: refund_step')}; RETURN NEW;")
    yield _trigger("refund_step_recovered", "BEFORE INSERT", "refund_step", "refuse_recovered")
    for approval, brought in SAME_BROUGHT.items():
        by_role = brought.replace(same("source"), "source.role = NEW.role")
        refused = _refuse_if(f"{brought} OR ({by_role} AND NOT {writes.OWNER})", f"same-person: {approval}")
        yield _function(f"refuse_{approval}", f"{refused}; RETURN NEW;")
        yield _trigger(f"{approval}_people", "BEFORE INSERT", approval, f"refuse_{approval}")
    yield _function("refuse_slip_unapproved", f"{_refuse_if(WAITS, 'waits-for-approval: slip_step')}; RETURN NEW;")
    yield _trigger("slip_step_waits", "BEFORE INSERT", "slip_step", "refuse_slip_unapproved", when=POSTED_AT_ONCE)
    yield _function("refuse_slip_entry", f"{_refuse_if(ANOTHER_ENTRY, 'another-entry: slip_step')}; RETURN NEW;")
    yield _trigger("slip_step_entry", "BEFORE INSERT", "slip_step", "refuse_slip_entry", when=WITH_ENTRY)
    for table, when in APPROVALS.items():
        unlisted = _refuse_if(NOT_LISTED, f"not-listed: {table}")
        yield _function(f"refuse_unlisted_{table}", f"{unlisted}; RETURN NEW;")
        yield _trigger(f"{table}_listed", "BEFORE INSERT", table, f"refuse_unlisted_{table}", when=when)
    by_role = alone("change").replace(same("proposed"), "proposed.role = NEW.role")
    by_one, left = (
        _refuse_if(f"({alone('change')}) OR (({by_role}) AND NOT {writes.OWNER})", "same-person: people_step"),
        _refuse_if(NOBODY_LEFT, "nobody-left: people_step"),
    )
    yield _function("refuse_people_step", f"{by_one}; {left}; RETURN NEW;")
    yield _trigger(
        "people_step_people", "BEFORE INSERT", "people_step", "refuse_people_step", when="NEW.state = 'approved'"
    )
    by_role = BROUGHT_RULING.replace(f"{person('source')} = {person('NEW')}", "source.role = NEW.role")
    brought = f"NEW.state = 'approved' AND ({BROUGHT_RULING} OR ({by_role} AND NOT {writes.OWNER}))"
    approver = "NEW.state = 'approved' AND NOT has_table_privilege(session_user, 'account_approval', 'INSERT')"
    yield _function(
        "refuse_ruling_step",
        f"{_refuse_if(ruling_out_of_order(), 'out-of-order: ruling_step')}; "
        f"{_refuse_if(brought, 'same-person: ruling_step')}; "
        f"IF {approver} THEN RAISE EXCEPTION 'not-permitted: ruling_step' USING ERRCODE = '42501'; END IF; RETURN NEW;",
    )
    yield _trigger("ruling_step_order", "BEFORE INSERT", "ruling_step", "refuse_ruling_step")
    yield from _postgresql_payees()
    closes = _refuse_if(f"NEW.state = 'proposed' AND {CLOSES}", "closes-nothing: month_step")
    by_same = f"{SAME_CLOSER} OR (proposal.role = NEW.role AND NOT {writes.OWNER})"
    alone_closed = _refuse_if(f"NEW.state = 'closed' AND {closed_alone(by_same)}", "same-person: month_step")
    yield _function("refuse_month_step", f"{closes}; {alone_closed}; RETURN NEW;")
    yield _trigger("month_step_people", "BEFORE INSERT", "month_step", "refuse_month_step")
    for table in SIGNED:
        yield writes.signer(table)


def _postgresql_payees() -> Iterator[str]:
    yield _function("refuse_payee_known", f"{_refuse_if(KNOWN_WHOSE, 'known-whose: payee_known')}; RETURN NEW;")
    yield _trigger("payee_known_whose", "BEFORE INSERT", "payee_known", "refuse_payee_known")
    by_same = ended_alone(f"({SAME_ENDER} OR (ending.role = NEW.role AND NOT {writes.OWNER}))")
    alone_ended = f"NEW.state = 'approved' AND {by_same}"
    other_role = (
        "(NEW.state = 'approved' AND NOT has_table_privilege(session_user, 'account_approval', 'INSERT'))"
        " OR (NEW.state = 'proposed' AND NOT has_table_privilege(session_user, 'payee_known', 'INSERT'))"
    )
    yield _function(
        "refuse_payee_end",
        f"{_refuse_if(END_OUT_OF_ORDER, 'out-of-order: payee_end')}; "
        f"{_refuse_if(alone_ended, 'same-person: payee_end')}; "
        f"IF {other_role} THEN RAISE EXCEPTION 'not-permitted: payee_end' USING ERRCODE = '42501'; END IF; RETURN NEW;",
    )
    yield _trigger("payee_end_order", "BEFORE INSERT", "payee_end", "refuse_payee_end")


def _not_for_this_role(table: str) -> str:
    """True of an approval by a role that approves nothing, and of any other step by one that only approves.

    A payment file is made by either: by the rule of three it may be a second clerk or a second approver.

    Which role is which is told by the tables it may write to, so that roles may have any names (see `roles`).
    """
    taken_back = "NEW.undoes IS NOT NULL" if table == "refund_step" else "FALSE"
    approval = f"(NEW.state IN ('approved', 'applied') AND NOT {taken_back})"
    return (
        f"({approval} AND NOT has_table_privilege(session_user, 'account_approval', 'INSERT')) OR "
        f"(({taken_back} OR NEW.state NOT IN ('approved', 'applied', 'ended', 'rejected', 'filed'))"
        " AND NOT has_table_privilege(session_user, 'refund', 'INSERT'))"
    )
