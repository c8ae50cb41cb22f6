"""On PostgreSQL nobody but the owner reads whole account numbers by SELECT: functions of the owner give what is needed.

A role has no privilege on the columns in `HIDDEN`. Everywhere in the program such a column stands for what
`shown_…` gives of its row (see `ledger.columns.HiddenColumn`): the masked number with a tag, by which two accounts are
the same or not. The whole number is given by `account_number`, and a payment file by `payment_content`, once it is
recorded and committed that this login looked at the accounts.
"""

from collections.abc import Iterator

from ledger import tables
from ledger.columns import hidden
from ledger.masking import TAG
from migrations.conditions import OWNED, UNKNOWN_DEPOSIT, WHOSE
from migrations.writes import FORBIDDEN, NOW, OWNER, sealed_digest

# What the roles do not read, by table.
HIDDEN = {
    table.name: column.name for table in tables.metadata.sorted_tables for column in table.columns if hidden(column)
}

# For how long a record that somebody looked at an account lets them read it.
LOOK_MINUTES = 10

# What every role calls; what gives a whole number; what is asked of a number that a file brings.
_EVERYBODY = (*(f"{what}_{table}" for table in HIDDEN for what in ("shown", "digest")), "account_before", "same_number")
CALLS: dict[str, tuple[str, ...]] = {
    "clerk": (*_EVERYBODY, "account_number", "payment_content", "account_shown"),
    "approver": (*_EVERYBODY, "account_number", "payment_content"),
    "auditor": _EVERYBODY,
}

_SHOWN_DIGITS = "CASE WHEN char_length(number) >= 7 THEN 4 ELSE char_length(number) / 2 END"
_ACCOUNT_SHOWN = (
    f"IF number IS NULL OR {OWNER} THEN RETURN number; END IF;"
    f" SELECT repeat('*', char_length(number) - {_SHOWN_DIGITS}) || right(number, {_SHOWN_DIGITS}) || '{TAG}'"
    " || encode(sha256(convert_to(s.secret || encode(sha256(convert_to(s.secret || number, 'UTF8')), 'hex'), 'UTF8')),"
    " 'hex') INTO number FROM account_secret s; RETURN number;"
)

# What was changed around the program may be of no character that banks read.
_FILE_SHOWN = (
    "SELECT f.content INTO told FROM payment_file f WHERE f.no = row_id;"
    f" IF {OWNER} THEN RETURN told; END IF;"
    " RETURN 'sha256 ' || encode(sha256(convert_to(told, 'SJIS')), 'hex');"
    " EXCEPTION WHEN untranslatable_character THEN RETURN 'sha256 ';"
)

# The rows with the number of a row, whichever of the two tables each stands in.
_SAME_NUMBER = (
    "SELECT CASE kind WHEN 'payee_known' THEN (SELECT p.account_number FROM payee_known p WHERE p.id = row_id)"
    " ELSE (SELECT m.account_number FROM member_known m WHERE m.id = row_id) END INTO number;"
    " IF among = 'payee_known' THEN"
    " RETURN QUERY SELECT p.id FROM payee_known p WHERE p.account_number = number;"
    " ELSE RETURN QUERY SELECT m.id FROM member_known m WHERE m.account_number = number; END IF;"
)

# The same account as another member's, in the order recorded (see `people.accounts`).
_BEFORE = (
    "SELECT o.member INTO told FROM member_known o JOIN member_known x ON o.account_number = x.account_number"
    " AND o.bank = x.bank AND o.branch = x.branch AND o.account_type = x.account_type AND o.member <> x.member"
    " AND o.id < x.id WHERE x.id = row_id ORDER BY o.id LIMIT 1; RETURN told;"
)


def _looked(member: str, deposit: str) -> str:
    """True when who logged in looked a short time ago, by a record that was committed before, at a member's account, or
    at that of who receives a deposit.

    The database itself says when the write was opened. What this transaction added may still be taken back.
    """
    minutes = f"interval '{LOOK_MINUTES} minutes'"
    return (
        "EXISTS (SELECT 1 FROM looked l JOIN seal s ON s.of = 'looked' AND s.key = l.no::text"
        " JOIN batch b ON b.no = s.batch WHERE l.role = session_user AND age(l.xmin) > 0"
        f" AND (l.member = {member} OR l.deposit = {deposit})"
        f" AND b.recorded_at BETWEEN {NOW} - {minutes} AND {NOW} + {minutes})"
    )


_NOT_LOOKED = f"RAISE EXCEPTION 'not-permitted: looked' USING ERRCODE = '{FORBIDDEN}'"
_WHOLE = (
    "IF kind = 'payee_known' THEN"
    f" SELECT p.account_number, {OWNED.replace(WHOSE, 'p.application')}, p.deposit INTO number, whose, of_deposit"
    " FROM payee_known p WHERE p.id = row_id;"
    " ELSE SELECT m.account_number, m.member INTO number, whose FROM member_known m WHERE m.id = row_id; END IF;"
    f" IF NOT {OWNER} AND NOT {_looked('whose', 'of_deposit')} THEN {_NOT_LOOKED}; END IF; RETURN number;"
)
_CONTENT = (
    f"IF NOT {OWNER} AND EXISTS (SELECT 1 FROM refund_step filed WHERE filed.payment_file = file"
    " AND filed.state = 'filed'"
    f" AND NOT {_looked(*(of.replace('NEW.refund', 'filed.refund') for of in (OWNED, UNKNOWN_DEPOSIT)))})"
    f" THEN {_NOT_LOOKED}; END IF;"
    " RETURN (SELECT f.content FROM payment_file f WHERE f.no = file);"
)


def _carried(table: str, keys: tuple[str, ...]) -> str:
    """The body of what puts the number in the place of its tag, where a row carries on what was known before."""
    same = " OR ".join(f"k.{key} = NEW.{key}" for key in keys)
    return (
        f"IF strpos(NEW.account_number, '{TAG}') > 0 THEN SELECT k.account_number INTO number FROM {table} k"
        f" WHERE ({same}) AND account_shown(k.account_number) = NEW.account_number LIMIT 1;"
        f" IF NOT FOUND THEN RAISE EXCEPTION 'not-permitted: {table}' USING ERRCODE = '{FORBIDDEN}'; END IF;"
        " NEW.account_number := number; END IF; RETURN NEW;"
    )


def statements() -> Iterator[str]:
    """The functions, and the triggers that call them, each as the server itself tells it."""
    yield _function("account_shown", "number text", _ACCOUNT_SHOWN, stable=True)
    for table, keys in (("member_known", ("member",)), ("payee_known", ("application", "deposit"))):
        told = f"RETURN account_shown((SELECT k.account_number FROM {table} k WHERE k.id = row_id));"
        yield _function(f"shown_{table}", "row_id integer", told, stable=True)
        yield _function(f"carry_{table}", "", _carried(table, keys), returns="trigger", declared="number text;")
        yield (
            f"CREATE TRIGGER {table}_carry BEFORE INSERT ON public.{table} FOR EACH ROW"
            f" EXECUTE FUNCTION carry_{table}()"
        )
    yield _function("shown_payment_file", "row_id integer", _FILE_SHOWN, stable=True, declared="told text;")
    yield _function("account_before", "row_id integer", _BEFORE, stable=True, declared="told text;")
    asked = "kind text, row_id integer, among text"
    yield _function("same_number", asked, _SAME_NUMBER, returns="SETOF integer", stable=True, declared="number text;")
    for table in HIDDEN:
        of = tables.metadata.tables[table]
        (key,) = of.primary_key.columns.keys()
        told = f"RETURN (SELECT {sealed_digest(of, 't')} FROM {table} t WHERE t.{key} = row_id);"
        yield _function(f"digest_{table}", "row_id integer", told, stable=True)
    yield _function(
        "account_number", "kind text, row_id integer", _WHOLE, declared="number text; whose text; of_deposit text;"
    )
    yield _function("payment_content", "file integer", _CONTENT)


def _function(
    name: str, arguments: str, body: str, *, returns: str = "text", declared: str = "", stable: bool = False
) -> str:
    declared = f"DECLARE {declared} " if declared else ""
    return (
        f"CREATE OR REPLACE FUNCTION public.{name}({arguments})\n RETURNS {returns}\n LANGUAGE plpgsql\n"
        f" {'STABLE ' if stable else ''}SECURITY DEFINER\n SET search_path TO 'public', 'pg_temp'\n"
        f"AS $function$ {declared}BEGIN {body} END $function$\n"
    )
