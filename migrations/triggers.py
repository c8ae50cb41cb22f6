"""Every trigger, one list, made anew after each step: what the database refuses whatever the program does.

The same rules stand on SQLite and on PostgreSQL. Each message begins with the code of the rule.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from ledger.codes import CREDIT_MOVES, RECORDED, REFUND_MOVES, SLIP_MOVES
from ledger.store.database import WRITERS
from ledger.store.settings import SLIP_APPROVAL, SLIP_APPROVAL_YEN

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
    "opening": ("id",),
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
    "slip": ("no",),
    "slip_step": ("slip, nth", "entry"),
    "batch": ("no",),
    "seal": ("batch, nth",),
    "refused": ("no",),
    "month_step": ("no",),
    "account_approval": ("member_known",),
    "payee_known": ("id",),
    "payee_approval": ("payee_known",),
    "looked": ("no",),
    "setting": ("no",),
    "request": ("key",),
}

# Every table whose rows say who wrote them. On PostgreSQL nobody but the owner signs with another's role.
SIGNED = (
    *("source", "entry", "decision", "refund_step", "credit_step", "batch", "refused", "month_step"),
    *("account_approval", "payee_approval", "looked", "payment_file", "setting", "request", "slip_step"),
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
    "opening": "yen",
    "fee": "yen",
    "movement": "yen",
    "decision": "refundable",
    "refund": "yen",
    "refund_step": "yen",
    "payment_file": "yen",
    "credit": "yen",
    "slip": "yen",
}

# What bears a day in the books: none of these is dated in a month that is closed.
DATED = ("entry", "refund_step", "credit_step", "slip_step")

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
    # The one made first is asked last.
    bound = "approval-fell: refund_step"
    yield _raise("refund_step_receiver", bound, "refund_step", when=_PAYING, where=_bound_to_another())
    for table, of, moves in STEPS:
        disorder = _out_of_order(table, of, moves)
        yield _raise(f"{table}_order", f"out-of-order: {table}", table, when="NEW.nth > 1", where=disorder)
        proposer = _by_proposer(table, of, _SAME_PROPOSER)
        yield _raise(f"{table}_people", f"same-person: {table}", table, when=_SECOND_PERSON[table], where=proposer)
    for table in DATED:
        yield _raise(f"{table}_month_open", f"month-closed: {table}", table, when=_CLOSED)
    step, account_waits = "refund_step", "account-not-approved: refund_step"
    yield _raise("refund_step_account", account_waits, step, when=_PAYING, where=_account_waits())
    yield (
        f"CREATE TRIGGER refund_step_file BEFORE INSERT ON refund_step WHEN {_FILING} "
        f"BEGIN SELECT RAISE(ABORT, 'another-file: refund_step') WHERE {_OTHER_FILE}; "
        f"SELECT RAISE(ABORT, 'same-person-files: refund_step') WHERE {_made_by(_SAME_MAKER)}; END"
    )
    beyond = "NEW.state = 'recovered' AND NEW.undoes IS NULL"
    yield _raise("refund_step_recovered", "more-than-paid: refund_step", step, when=beyond, where=_RECOVERED_BEYOND)
    for approval, brought in _SAME_BROUGHT.items():
        yield _raise(f"{approval}_people", f"same-person: {approval}", approval, where=brought)
    yield _raise("slip_step_waits", "waits-for-approval: slip_step", "slip_step", when=_POSTED_AT_ONCE, where=_WAITS)
    yield _raise("slip_step_entry", "another-entry: slip_step", "slip_step", when=_WITH_ENTRY, where=_ANOTHER_ENTRY)


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
    follows = (
        f"EXISTS (SELECT 1 FROM {table} before WHERE before.{of} = NEW.{of}"
        f" AND before.nth = NEW.nth - 1 AND ({allowed}))"
    )
    if table != "refund_step":
        return f"NOT {follows}"
    return f"(NEW.undoes IS NULL AND NOT {follows}) OR (NEW.undoes IS NOT NULL AND NOT ({_RESTORES}))"


def _in_force(step: str) -> str:
    """True of a step of the refund that was not recorded by mistake, and takes nothing back itself."""
    return (
        f"{step}.refund = NEW.refund AND {step}.undoes IS NULL AND NOT EXISTS"
        f" (SELECT 1 FROM refund_step taken WHERE taken.refund = {step}.refund AND taken.undoes = {step}.nth)"
    )


# What a bank or a member did is taken back, the last of it, and the state before stands again.
_RESTORES = (
    f"NEW.undoes = (SELECT max(last.nth) FROM refund_step last WHERE {_in_force('last')})"
    f" AND EXISTS (SELECT 1 FROM refund_step undone WHERE undone.refund = NEW.refund AND undone.nth = NEW.undoes"
    f" AND undone.state IN ({', '.join(map(repr, RECORDED))}))"
    f" AND NEW.state = (SELECT earlier.state FROM refund_step earlier WHERE {_in_force('earlier')}"
    " AND earlier.nth < NEW.undoes ORDER BY earlier.nth DESC LIMIT 1)"
    " AND EXISTS (SELECT 1 FROM refund_step prior WHERE prior.refund = NEW.refund AND prior.nth = NEW.nth - 1)"
)

# A member pays back no more than was paid.
_RECOVERED_BEYOND = (
    f"NEW.yen + COALESCE((SELECT sum(back.yen) FROM refund_step back WHERE {_in_force('back')}), 0)"
    " > (SELECT refund.yen FROM refund WHERE refund.no = NEW.refund)"
)

# The steps that a second person takes: who proposed does not.
_SECOND_PERSON = {
    "refund_step": "NEW.state IN ('approved', 'ended') AND NEW.undoes IS NULL",
    "credit_step": "NEW.state IN ('approved', 'applied')",
}


def _by_proposer(table: str, of: str, same: str) -> str:
    """True when who proposed is, by this comparison, who writes the new row."""
    return f"EXISTS (SELECT 1 FROM {table} first WHERE first.{of} = NEW.{of} AND first.nth = 1 AND {same})"


def _person(row: str) -> str:
    """The name that signed a row, whatever its case and spaces; the program compares more closely (see `kana`)."""
    # Quoted, because BY is a word of PL/pgSQL's own.
    return f"""lower(replace(replace({row}."by", ' ', ''), '　', ''))"""


_SAME_PROPOSER = f"{_person('first')} = {_person('NEW')}"
_SAME_MAKER = f"{_person('done')} = {_person('NEW')}"

# Who brought a changed bank account, or a payee, is not who approves it.
_SAME_BROUGHT = {
    approval: (
        f"EXISTS (SELECT 1 FROM {known} brought JOIN source ON source.id = brought.source"
        f" WHERE brought.id = NEW.{known} AND {_person('source')} = {_person('NEW')})"
    )
    for approval, known in (("account_approval", "member_known"), ("payee_approval", "payee_known"))
}


# By the rule of three, who makes the payment file neither proposed nor approved what is in it. To declare a file void
# is no approval: the one that stood before stands again.
_THREE = "'three' = (SELECT value FROM setting WHERE name = 'people' ORDER BY no DESC LIMIT 1)"


def _made_by(same: str) -> str:
    """True when who makes a payment file, or records a payment without one, proposed or approved the refund."""
    return (
        f"({_FROM_APPROVED}) AND {_THREE} AND EXISTS (SELECT 1 FROM refund_step done WHERE done.refund = NEW.refund"
        " AND done.payment_file IS NULL AND done.undoes IS NULL"
        f" AND done.state IN ('proposed', 'approved') AND {same})"
    )


def _before(state: str) -> str:
    """True when the refund is in a state."""
    return (
        "EXISTS (SELECT 1 FROM refund_step before WHERE before.refund = NEW.refund AND before.nth = NEW.nth - 1"
        f" AND before.state = '{state}')"
    )


# Put in a file, or paid without one. What a file said was paid as it said, whatever has become known since.
_FROM_APPROVED = f"NEW.undoes IS NULL AND (NEW.state = 'filed' OR (NEW.state = 'paid' AND {_before('approved')}))"

# A refund is filed in a file; approved again it names the file that it was in, and why that is void.
_FILING = "NEW.undoes IS NULL AND NEW.state IN ('approved', 'filed', 'paid')"
_OTHER_FILE = (
    "(NEW.state = 'filed' AND NEW.payment_file IS NULL) OR (NEW.state = 'approved' AND ("
    "(NEW.payment_file IS NOT NULL AND NEW.reason IS NULL) OR COALESCE(NEW.payment_file, 0) <> COALESCE((SELECT"
    " put.payment_file FROM refund_step put WHERE put.refund = NEW.refund AND put.state = 'filed'"
    f" AND put.undoes IS NULL AND {_before('filed')} ORDER BY put.nth DESC LIMIT 1), 0)))"
)


# A slip is posted at once below the amount that the settings name; without one every slip waits.
_POSTED_AT_ONCE = "NEW.state = 'posted'"
_WAITS = (
    "(SELECT slip.yen FROM slip WHERE slip.no = NEW.slip) >= COALESCE((SELECT CAST(value AS INTEGER) FROM setting"
    f" WHERE name = '{SLIP_APPROVAL}' ORDER BY no DESC LIMIT 1), {SLIP_APPROVAL_YEN})"
)

# The entry of a slip moves what the slip says, for whom it says, and nothing else.
_WITH_ENTRY = "NEW.entry IS NOT NULL"
_ANOTHER_ENTRY = (
    "1 <> (SELECT count(*) FROM movement m WHERE m.entry = NEW.entry) OR NOT EXISTS (SELECT 1 FROM movement m"
    " JOIN slip ON slip.no = NEW.slip JOIN entry e ON e.no = m.entry WHERE m.entry = NEW.entry"
    " AND m.debit = slip.debit AND m.credit = slip.credit AND m.yen = slip.yen"
    " AND COALESCE(e.reverses, 0) = COALESCE(slip.reverses, 0)"
    " AND COALESCE(m.debit_application, m.credit_application, '') = COALESCE(slip.application, '')"
    " AND COALESCE(m.deposit, '') = COALESCE(slip.deposit, ''))"
)

# Steps on the way to a payment; not the way back, when a file is void (often because an account was wrong).
_PAYING = f"({_FROM_APPROVED}) OR (NEW.undoes IS NULL AND NEW.state = 'approved' AND NEW.payment_file IS NULL)"

# The application of a refund, or that its deposit is known last to be for; the payee who counts for it.
_WHOSE = (
    "(SELECT COALESCE(f.application, (SELECT d.application FROM allocation d WHERE d.deposit = f.deposit"
    " ORDER BY d.known_on DESC, d.version DESC, d.part LIMIT 1)) FROM refund f WHERE f.no = NEW.refund)"
)
_PAYEE = (
    "(SELECT p.id FROM payee_known p JOIN payee_approval word ON word.payee_known = p.id"
    f" WHERE p.application = {_WHOSE} ORDER BY p.known_on DESC, p.id DESC LIMIT 1)"
)
_PAYEE_WAITS = (
    "(SELECT p.id FROM payee_known p LEFT JOIN payee_approval word ON word.payee_known = p.id"
    f" WHERE p.application = {_WHOSE} ORDER BY p.known_on DESC, p.id DESC LIMIT 1) <> COALESCE({_PAYEE}, 0)"
)
_REGISTERED = (
    "(SELECT m.id FROM member_known m JOIN application a ON a.member = m.member"
    f" WHERE a.number = {_WHOSE} ORDER BY m.known_on DESC, m.id DESC LIMIT 1)"
)


def _bound_to_another() -> str:
    """True when an approval does not bind what counts, or what is to be paid is not what was approved."""
    same = " AND ".join(f"COALESCE(m.{part}, '') = COALESCE(now.{part}, '')" for part in ACCOUNT)
    approval = (
        "SELECT max(word.nth) FROM refund_step word WHERE word.refund = NEW.refund AND word.state = 'approved'"
        " AND word.payment_file IS NULL AND word.undoes IS NULL"
    )
    return (
        f"({_PAYEE_WAITS}) OR (NEW.state = 'approved' AND (COALESCE(NEW.member_known, 0) <> COALESCE({_REGISTERED}, 0)"
        f" OR COALESCE(NEW.payee, 0) <> COALESCE({_PAYEE}, 0)))"
        " OR (NEW.state <> 'approved' AND NOT EXISTS (SELECT 1 FROM refund_step ok WHERE ok.refund = NEW.refund"
        f" AND ok.nth = ({approval}) AND COALESCE(ok.payee, 0) = COALESCE({_PAYEE}, 0)"
        f" AND ((ok.member_known IS NULL AND {_REGISTERED} IS NULL) OR EXISTS (SELECT 1 FROM member_known m"
        f" JOIN member_known now ON now.member = m.member WHERE m.id = ok.member_known AND now.id = {_REGISTERED}"
        f" AND (ok.payee IS NOT NULL OR ({same}))))))"
    )


def _account_waits() -> str:
    """True when the bank account that counts of the member of a refund was changed and waits for a second person.

    The account trusted last is the first recorded, unless it was another member's before or a refund had been approved
    when none was known, or the one approved last, of those recorded up to the one that counts (see `people.changes`).
    To somebody in the member's place the account of the member does not matter.
    """
    unknown = (
        "EXISTS (SELECT 1 FROM refund_step unpaid JOIN member_known n ON n.id = unpaid.member_known"
        " WHERE unpaid.state = 'approved' AND n.member = r.member AND n.account_number IS NULL AND n.id < x.id)"
    )
    first = "(SELECT min(y.id) FROM member_known y WHERE y.member = r.member AND y.account_number IS NOT NULL)"
    others = (
        "EXISTS (SELECT 1 FROM member_known o WHERE o.account_number = x.account_number AND o.bank = x.bank"
        " AND o.branch = x.branch AND o.account_type = x.account_type AND o.member <> x.member AND o.id < x.id)"
    )
    trusted = (
        "(SELECT max(x.id) FROM member_known x WHERE x.member = r.member AND x.id <= r.id AND x.account_number IS NOT"
        f" NULL AND ((x.id = {first} AND NOT {others} AND NOT {unknown})"
        " OR x.id IN (SELECT ok.member_known FROM account_approval ok)))"
    )
    same = " AND ".join(f"COALESCE(t.{part}, '') = COALESCE(r.{part}, '')" for part in ACCOUNT)
    return (
        f"EXISTS (SELECT 1 FROM application a JOIN member_known r ON r.member = a.member WHERE a.number = {_WHOSE}"
        f" AND r.account_number IS NOT NULL AND {_PAYEE} IS NULL"
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
        permitted = f"RAISE EXCEPTION 'not-permitted: {table}' USING ERRCODE = '42501'"
        same = f"{_SECOND_PERSON[table]} AND ({_by_proposer(table, of, _SAME_PROPOSER)} OR {role})"
        yield _function(
            f"refuse_{table}",
            f"{_refuse_if(f'NEW.nth > 1 AND {_out_of_order(table, of, moves)}', f'out-of-order: {table}')}; "
            f"{_refuse_if(same, f'same-person: {table}')}; "
            f"IF {_not_for_this_role(table)} THEN {permitted}; END IF; RETURN NEW;",
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
    account = _refuse_if(f"({_PAYING}) AND {_account_waits()}", "account-not-approved: refund_step")
    yield _function("refuse_account", f"{account}; RETURN NEW;")
    yield _trigger("refund_step_account", "BEFORE INSERT", "refund_step", "refuse_account")
    other = _refuse_if(f"NEW.undoes IS NULL AND ({_OTHER_FILE})", "another-file: refund_step")
    made_by = _made_by(f"({_SAME_MAKER} OR (done.role = NEW.role AND NOT {_OWNER}))")
    yield _function("refuse_file", f"{other}; {_refuse_if(made_by, 'same-person-files: refund_step')}; RETURN NEW;")
    yield _trigger("refund_step_file", "BEFORE INSERT", "refund_step", "refuse_file")
    bound = _refuse_if(f"({_PAYING}) AND ({_bound_to_another()})", "approval-fell: refund_step")
    yield _function("refuse_receiver", f"{bound}; RETURN NEW;")
    yield _trigger("refund_step_receiver", "BEFORE INSERT", "refund_step", "refuse_receiver")
    beyond = f"NEW.state = 'recovered' AND NEW.undoes IS NULL AND {_RECOVERED_BEYOND}"
    yield _function("refuse_recovered", f"{_refuse_if(beyond, 'more-than-paid: refund_step')}; RETURN NEW;")
    yield _trigger("refund_step_recovered", "BEFORE INSERT", "refund_step", "refuse_recovered")
    for approval, brought in _SAME_BROUGHT.items():
        by_role = brought.replace(f"{_person('source')} = {_person('NEW')}", "source.role = NEW.role")
        refused = _refuse_if(f"{brought} OR ({by_role} AND NOT {_OWNER})", f"same-person: {approval}")
        yield _function(f"refuse_{approval}", f"{refused}; RETURN NEW;")
        yield _trigger(f"{approval}_people", "BEFORE INSERT", approval, f"refuse_{approval}")
    yield _function("refuse_slip_unapproved", f"{_refuse_if(_WAITS, 'waits-for-approval: slip_step')}; RETURN NEW;")
    yield _trigger("slip_step_waits", "BEFORE INSERT", "slip_step", "refuse_slip_unapproved", when=_POSTED_AT_ONCE)
    yield _function("refuse_slip_entry", f"{_refuse_if(_ANOTHER_ENTRY, 'another-entry: slip_step')}; RETURN NEW;")
    yield _trigger("slip_step_entry", "BEFORE INSERT", "slip_step", "refuse_slip_entry", when=_WITH_ENTRY)
    yield _function(
        "refuse_signature",
        f"IF NOT {_OWNER} THEN RAISE EXCEPTION 'not-permitted: %', TG_TABLE_NAME USING ERRCODE = '42501'; END IF; "
        "RETURN NEW;",
    )
    another = "NEW.role IS DISTINCT FROM current_user"
    for table in SIGNED:
        yield _trigger(f"{table}_signature", "BEFORE INSERT", table, "refuse_signature", when=another)


def _not_for_this_role(table: str) -> str:
    """True of an approval by a role that approves nothing, and of any other step by one that only approves.

    A payment file is made by either: by the rule of three it may be a second clerk or a second approver.

    Which role is which is told by the tables it may write to, so that roles may have any names (see `roles`).
    """
    taken_back = "NEW.undoes IS NOT NULL" if table == "refund_step" else "FALSE"
    approval = f"(NEW.state IN ('approved', 'applied') AND NOT {taken_back})"
    return (
        f"({approval} AND NOT has_table_privilege('account_approval', 'INSERT')) OR "
        f"(({taken_back} OR NEW.state NOT IN ('approved', 'applied', 'ended', 'rejected', 'filed'))"
        " AND NOT has_table_privilege('refund', 'INSERT'))"
    )
