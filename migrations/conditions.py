"""What the triggers refuse, as conditions on the new row (NEW) that read the same on both engines."""

from ledger.codes import RECORDED, RULING_MOVES
from ledger.store.settings import SLIP_APPROVAL, SLIP_APPROVAL_YEN

# The account of what the authority is owed.
AUTHORITY = "2010"

# What makes up a bank account.
ACCOUNT = ("bank", "branch", "account_type", "account_number", "account_name")

# True of a day up to and on which the books are closed; NULL when they are not.
CLOSED = "NEW.happened_on <= (SELECT closed_to FROM month_step ORDER BY no DESC LIMIT 1)"


def short(account: str, out: str, keys: tuple[str, ...]) -> str:
    """True when the new row takes more out of a part of the account than is there, or names no part.

    Asked of the day of its entry and of every later day on which something was taken out. A part is an application's
    or, where the row names none, a deposit's. Compared with `=`, one key at a time: PostgreSQL looks nothing up in an
    index by IS NOT DISTINCT FROM.
    """
    nobody = " AND ".join(f"NEW.{part(out, key)} IS NULL" for key in keys)
    return f"({nobody}) OR " + " OR ".join(_falls_short(account, out, key, keys) for key in keys)


def _falls_short(account: str, out: str, key: str, keys: tuple[str, ...]) -> str:
    into = "credit" if out == "debit" else "debit"
    alone = key == "deposit" and "application" in keys
    named = f"NEW.{part(out, key)} IS NOT NULL" + (f" AND NEW.{out}_application IS NULL" if alone else "")

    def of_part(row: str, side: str) -> str:
        nobody_else = f" AND {row}.{side}_application IS NULL" if alone else ""
        return f"{row}.{side} = '{account}' AND {row}.{part(side, key)} = NEW.{part(out, key)}{nobody_else}"

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


def not_owed(event: str, than: str) -> str:
    """True when the new row is a transfer of this event beyond what is owed for its application, or names none.

    A reversal bears the event of its original, and goes the other way.
    """
    column = "debit_application" if than == "<" else "credit_application"
    credits, debits = (
        f"(SELECT COALESCE(SUM(yen), 0) FROM movement WHERE {side} = '{AUTHORITY}'"
        f" AND {part(side, 'application')} = NEW.{column})"
        for side in ("credit", "debit")
    )
    of_event = f"(SELECT event FROM entry WHERE entry.no = NEW.entry) = '{event}'"
    return f"{of_event} AND (NEW.{column} IS NULL OR {credits} {than} {debits})"


def part(side: str, key: str) -> str:
    """The column that names a part of an account on this side of a movement."""
    return f"{side}_application" if key == "application" else key


def out_of_order(table: str, of: str, moves: dict[str, tuple[str, ...]]) -> str:
    """True when the state of the new row may not follow the one before it."""
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
    return f"(NEW.undoes IS NULL AND NOT {follows}) OR (NEW.undoes IS NOT NULL AND NOT ({RESTORES}))"


def in_force(step: str) -> str:
    """True of a step of the refund that was not recorded by mistake, and takes nothing back itself."""
    return (
        f"{step}.refund = NEW.refund AND {step}.undoes IS NULL AND NOT EXISTS"
        f" (SELECT 1 FROM refund_step taken WHERE taken.refund = {step}.refund AND taken.undoes = {step}.nth)"
    )


# What a bank or a member did is taken back, the last of it, and the state before stands again.
RESTORES = (
    f"NEW.undoes = (SELECT max(last.nth) FROM refund_step last WHERE {in_force('last')})"
    f" AND EXISTS (SELECT 1 FROM refund_step undone WHERE undone.refund = NEW.refund AND undone.nth = NEW.undoes"
    f" AND undone.state IN ({', '.join(map(repr, RECORDED))}))"
    f" AND NEW.state = (SELECT earlier.state FROM refund_step earlier WHERE {in_force('earlier')}"
    " AND earlier.nth < NEW.undoes ORDER BY earlier.nth DESC LIMIT 1)"
    " AND EXISTS (SELECT 1 FROM refund_step prior WHERE prior.refund = NEW.refund AND prior.nth = NEW.nth - 1)"
)

# A member pays back no more than was paid.
RECOVERED_BEYOND = (
    f"NEW.yen + COALESCE((SELECT sum(back.yen) FROM refund_step back WHERE {in_force('back')}), 0)"
    " > (SELECT refund.yen FROM refund WHERE refund.no = NEW.refund)"
)

# The steps that a second person takes: who proposed does not.
SECOND_PERSON = {
    "refund_step": "NEW.state IN ('approved', 'ended') AND NEW.undoes IS NULL",
    "credit_step": "NEW.state IN ('approved', 'applied')",
    "slip_step": "NEW.state = 'approved'",
}


def by_proposer(table: str, of: str, same: str) -> str:
    """True when who proposed is, by this comparison, who writes the new row."""
    return f"EXISTS (SELECT 1 FROM {table} first WHERE first.{of} = NEW.{of} AND first.nth = 1 AND {same})"


# What two spellings of one name may differ in and nobody sees; the program keeps no name with any of these.
UNSEEN = (
    *"\u00a0\u00ad\u034f\u061c\u115f\u1160\u2002\u2003\u2009\u2060\u3164\ufe0e\ufe0f\ufeff",
    *map(chr, (*range(0x200A, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A))),
)
NO_LETTERS = """-_.,・･ー―－‐‑–—−*/()+=~''"!?#;<>[]{}|&@^`"""


def person(row: str) -> str:
    """The name that signed a row, whatever its case and spaces.

    SQL of both kinds can hardly do more. The program compares more closely (see `kana`), and once people are listed a
    name is that of the list, sign for sign.
    """
    # Quoted, because BY is a word of PL/pgSQL's own.
    return f"""lower(replace(replace({row}."by", ' ', ''), '　', ''))"""


def same(row: str) -> str:
    """True when one person wrote both rows; when nobody wrote the new one, or it cannot be seen who wrote either."""
    unseen = " OR ".join(f"""{of}."by" LIKE '%{sign}%'""" for of in (row, "NEW") for sign in UNSEEN)
    return f"({person(row)} = {person('NEW')} OR ltrim({person('NEW')}, '{NO_LETTERS}') = '' OR {unseen})"


SAME_PROPOSER, SAME_MAKER = same("first"), same("done")

# Who brought a changed bank account, or a payee, is not who approves it.
SAME_BROUGHT = {
    approval: (
        f"EXISTS (SELECT 1 FROM {known} brought JOIN source ON source.id = brought.source"
        f" WHERE brought.id = NEW.{known} AND {same('source')})"
    )
    for approval, known in (("account_approval", "member_known"), ("payee_approval", "payee_known"))
}


# Where somebody's word counts as that of a second person, and which rows are such a word.
APPROVALS = {
    **SECOND_PERSON,
    # That a payment file is void is no approval: the one before it stands again.
    "refund_step": f"{SECOND_PERSON['refund_step']} AND NEW.payment_file IS NULL",
    "account_approval": "",
    "payee_approval": "",
    "ruling_step": "NEW.state = 'approved'",
    "payee_end": "NEW.state = 'approved'",
}


def may(name: str) -> str:
    """What a person may do, by the change that took effect last; NULL for one who was never listed."""
    return (
        "(SELECT c.may FROM people_step s JOIN people_change c ON c.no = s.change"
        f" WHERE s.state = 'approved' AND c.name = {name} ORDER BY s.no DESC LIMIT 1)"
    )


def another(than: str, who: str) -> str:
    """True when somebody else than this name is listed now who may do what is asked."""
    return f"EXISTS (SELECT 1 FROM people_change p WHERE p.name <> {than} AND {may('p.name')} {who})"


# Once people are listed, only one who may approve does. The name is that of the list, sign for sign.
NOT_LISTED = (
    "EXISTS (SELECT 1 FROM people_step WHERE state = 'approved')"
    f""" AND COALESCE({may('NEW."by"')}, '') NOT LIKE '%approve%'"""
)

ANYTHING = "<> ''"
APPROVES = "'%approve%'"

# The change of people that a step is about.
CHANGED = "(SELECT x.name FROM people_change x WHERE x.no = NEW.change)"


def alone(of: str) -> str:
    """True when who proposed a change of people lets it take effect, and somebody else is listed who could."""
    return (
        f"EXISTS (SELECT 1 FROM people_change proposed WHERE proposed.no = NEW.{of} AND {same('proposed')})"
        f""" AND {another('NEW."by"', ANYTHING)}"""
        f" AND NOT EXISTS (SELECT 1 FROM people_step d WHERE d.{of} = NEW.{of} OR d.no = NEW.no)"
    )


# A list on which somebody may approve is never left without anybody who may.
NOBODY_LEFT = (
    "(SELECT x.may FROM people_change x WHERE x.no = NEW.change) NOT LIKE '%approve%'"
    f" AND {may(CHANGED)} LIKE {APPROVES} AND NOT {another(CHANGED, f'LIKE {APPROVES}')}"
)


# By the rule of three, who makes the payment file neither proposed nor approved what is in it. To declare a file void
# is no approval: the one that stood before stands again.
THREE = "'three' = (SELECT value FROM setting WHERE name = 'people' ORDER BY no DESC LIMIT 1)"


def made_by(same: str) -> str:
    """True when who makes a payment file, or records a payment without one, proposed or approved the refund."""
    return (
        f"({FROM_APPROVED}) AND {THREE} AND EXISTS (SELECT 1 FROM refund_step done WHERE done.refund = NEW.refund"
        " AND done.payment_file IS NULL AND done.undoes IS NULL"
        f" AND done.state IN ('proposed', 'approved') AND {same})"
    )


def before(state: str) -> str:
    """True when the refund is in a state."""
    return (
        "EXISTS (SELECT 1 FROM refund_step before WHERE before.refund = NEW.refund AND before.nth = NEW.nth - 1"
        f" AND before.state = '{state}')"
    )


# Put in a file, or paid without one. What a file said was paid as it said, whatever has become known since.
FROM_APPROVED = f"NEW.undoes IS NULL AND (NEW.state = 'filed' OR (NEW.state = 'paid' AND {before('approved')}))"

# A refund is filed in a file; approved again it names the file that it was in, and why that is void.
FILING = "NEW.undoes IS NULL AND NEW.state IN ('approved', 'filed', 'paid')"
OTHER_FILE = (
    "(NEW.state = 'filed' AND NEW.payment_file IS NULL) OR (NEW.state = 'approved' AND ("
    "(NEW.payment_file IS NOT NULL AND NEW.reason IS NULL) OR COALESCE(NEW.payment_file, 0) <> COALESCE((SELECT"
    " put.payment_file FROM refund_step put WHERE put.refund = NEW.refund AND put.state = 'filed'"
    f" AND put.undoes IS NULL AND {before('filed')} ORDER BY put.nth DESC LIMIT 1), 0)))"
)


# A slip is posted at once below the amount that the settings name; without one every slip waits.
POSTED_AT_ONCE = "NEW.state = 'posted'"
WAITS = (
    "(SELECT slip.yen FROM slip WHERE slip.no = NEW.slip) >= COALESCE((SELECT CAST(value AS INTEGER) FROM setting"
    f" WHERE name = '{SLIP_APPROVAL}' ORDER BY no DESC LIMIT 1), {SLIP_APPROVAL_YEN})"
)

# The entry of a slip moves what the slip says, for whom it says, and nothing else.
WITH_ENTRY = "NEW.entry IS NOT NULL"
ANOTHER_ENTRY = (
    "1 <> (SELECT count(*) FROM movement m WHERE m.entry = NEW.entry) OR NOT EXISTS (SELECT 1 FROM movement m"
    " JOIN slip ON slip.no = NEW.slip JOIN entry e ON e.no = m.entry WHERE m.entry = NEW.entry"
    " AND m.debit = slip.debit AND m.credit = slip.credit AND m.yen = slip.yen"
    " AND COALESCE(e.reverses, 0) = COALESCE(slip.reverses, 0)"
    " AND COALESCE(m.debit_application, m.credit_application, '') = COALESCE(slip.application, '')"
    " AND COALESCE(m.deposit, '') = COALESCE(slip.deposit, ''))"
)

# Steps on the way to a payment; not the way back, when a file is void (often because an account was wrong).
PAYING = f"({FROM_APPROVED}) OR (NEW.undoes IS NULL AND NEW.state = 'approved' AND NEW.payment_file IS NULL)"


def stands(row: str, table: str) -> str:
    """True of a row of an import that was not withdrawn."""
    return f"{row}.id NOT IN (SELECT w.row_id FROM withdrawn w WHERE w.of = '{table}')"


def pays_for(deposit: str) -> str:
    """The application that a deposit is known last to be for; NULL when nobody knows whose it is."""
    return (
        f"(SELECT d.application FROM allocation d WHERE d.deposit = {deposit}"
        f" AND {stands('d', 'allocation')} ORDER BY d.known_on DESC, d.version DESC, d.part LIMIT 1)"
    )


# The application of a refund, or that its deposit is known last to be for; whose it is; the payee who counts for it.
WHOSE = f"(SELECT COALESCE(f.application, {pays_for('f.deposit')}) FROM refund f WHERE f.no = NEW.refund)"
# The deposit of a refund of which nobody knows whose it is.
UNKNOWN_DEPOSIT = f"(SELECT f.deposit FROM refund f WHERE f.no = NEW.refund AND {WHOSE} IS NULL)"
OWNED = (
    f"COALESCE((SELECT k.member FROM application_known k WHERE k.application = {WHOSE}"
    f" AND {stands('k', 'application_known')} ORDER BY k.known_on DESC, k.id DESC LIMIT 1),"
    f" (SELECT a.member FROM application a WHERE a.number = {WHOSE}))"
)
_OF_REFUND = f"(p.application = {WHOSE} OR p.deposit = {UNKNOWN_DEPOSIT})"
_NOT_ENDED = "p.id NOT IN (SELECT gone.payee_known FROM payee_end gone WHERE gone.state = 'approved')"
PAYEE = (
    "(SELECT p.id FROM payee_known p JOIN payee_approval word ON word.payee_known = p.id"
    f" WHERE {_OF_REFUND} AND {stands('p', 'payee_known')} AND {_NOT_ENDED}"
    " ORDER BY p.known_on DESC, p.id DESC LIMIT 1)"
)
# One known later waits for a second person, or that this one is to be ended.
PAYEE_WAITS = (
    "(SELECT p.id FROM payee_known p LEFT JOIN payee_approval word ON word.payee_known = p.id"
    f" WHERE {_OF_REFUND} AND {stands('p', 'payee_known')} AND {_NOT_ENDED}"
    " ORDER BY p.known_on DESC, p.id DESC LIMIT 1)"
    f" <> COALESCE({PAYEE}, 0) OR 'proposed' = (SELECT e.state FROM payee_end e WHERE e.payee_known = {PAYEE}"
    " ORDER BY e.no DESC LIMIT 1)"
)
# Where it is known whose a deposit is, its money goes to them.
KNOWN_WHOSE = f"{pays_for('NEW.deposit')} IS NOT NULL"
REGISTERED = (
    f"(SELECT m.id FROM member_known m WHERE m.member = {OWNED} AND {stands('m', 'member_known')}"
    " ORDER BY m.known_on DESC, m.id DESC LIMIT 1)"
)


def bound_to_another() -> str:
    """True when an approval does not bind what counts, or what is to be paid is not what was approved."""
    same = " AND ".join(f"COALESCE(m.{part}, '') = COALESCE(now.{part}, '')" for part in ACCOUNT)
    approval = (
        "SELECT max(word.nth) FROM refund_step word WHERE word.refund = NEW.refund AND word.state = 'approved'"
        " AND word.payment_file IS NULL AND word.undoes IS NULL"
    )
    return (
        f"({PAYEE_WAITS}) OR (NEW.state = 'approved' AND (COALESCE(NEW.member_known, 0) <> COALESCE({REGISTERED}, 0)"
        f" OR COALESCE(NEW.payee, 0) <> COALESCE({PAYEE}, 0)))"
        " OR (NEW.state <> 'approved' AND NOT EXISTS (SELECT 1 FROM refund_step ok WHERE ok.refund = NEW.refund"
        f" AND ok.nth = ({approval}) AND COALESCE(ok.payee, 0) = COALESCE({PAYEE}, 0)"
        f" AND ((ok.member_known IS NULL AND {REGISTERED} IS NULL) OR EXISTS (SELECT 1 FROM member_known m"
        f" JOIN member_known now ON now.member = m.member WHERE m.id = ok.member_known AND now.id = {REGISTERED}"
        f" AND (ok.payee IS NOT NULL OR ({same}))))))"
    )


def account_waits() -> str:
    """True when the bank account that counts of the member of a refund was changed and waits for a second person.

    The account trusted last is the first recorded, unless it was another member's before or a refund had been approved
    when none was known, or the one approved last, of those recorded up to the one that counts (see `people.accounts`),
    whether they were withdrawn since or not.
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
        f"EXISTS (SELECT 1 FROM member_known r WHERE r.member = {OWNED} AND {stands('r', 'member_known')}"
        f" AND r.account_number IS NOT NULL AND {PAYEE} IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM member_known later WHERE later.member = r.member"
        f" AND {stands('later', 'member_known')}"
        " AND (later.known_on > r.known_on OR (later.known_on = r.known_on AND later.id > r.id)))"
        f" AND NOT EXISTS (SELECT 1 FROM member_known t WHERE t.id = {trusted} AND {same}))"
    )


# Who brought a ruling has no say in it.
BROUGHT_RULING = (
    "EXISTS (SELECT 1 FROM ruling brought JOIN source ON source.id = brought.source"
    f" WHERE brought.id = NEW.ruling AND {person('source')} = {person('NEW')})"
)


def ruling_out_of_order() -> str:
    """True of a step that cannot follow the last one of its ruling, or lies before that or before the ruling."""
    last = "(SELECT before.no FROM ruling_step before WHERE before.ruling = NEW.ruling ORDER BY before.no DESC LIMIT 1)"
    state = f"COALESCE((SELECT before.state FROM ruling_step before WHERE before.no = {last}), 'proposed')"
    allowed = " OR ".join(
        f"({state} = '{before}' AND NEW.state IN ({', '.join(map(repr, afters))}))"
        for before, afters in RULING_MOVES.items()
    )
    since = f"NEW.happened_on < (SELECT before.happened_on FROM ruling_step before WHERE before.no = {last})"
    known = "NEW.happened_on < (SELECT brought.known_on FROM ruling brought WHERE brought.id = NEW.ruling)"
    return f"NOT ({allowed}) OR {known} OR {since}"


SAME_CLOSER = same("proposal")

# A closing that is proposed leaves the books closed as far as they were.
CLOSES = (
    "COALESCE(CAST(NEW.closed_to AS TEXT), '') <>"
    " COALESCE((SELECT CAST(closed_to AS TEXT) FROM month_step ORDER BY no DESC LIMIT 1), '')"
)


def closed_alone(same_person: str) -> str:
    """True when a month is closed with a bank's balance that the books do not show, and nobody else proposed it so."""
    bank = (
        "(SELECT COALESCE(SUM(CASE WHEN m.debit = '1110' THEN m.yen ELSE -m.yen END), 0) FROM movement m"
        " JOIN entry e ON e.no = m.entry WHERE '1110' IN (m.debit, m.credit) AND e.happened_on <= NEW.closed_to)"
    )
    return (
        f"NEW.bank_yen <> {bank} AND NOT EXISTS (SELECT 1 FROM month_step proposal WHERE proposal.no ="
        " (SELECT max(no) FROM month_step) AND proposal.state = 'proposed' AND proposal.month = NEW.month"
        f" AND proposal.bank_yen = NEW.bank_yen AND NOT ({same_person}))"
    )


_END_BEFORE = (
    "COALESCE((SELECT b.state FROM payee_end b WHERE b.payee_known = NEW.payee_known ORDER BY b.no DESC LIMIT 1), '')"
)

# The end of a payee whom a second person approved is proposed, and then approved or rejected; approved, it is over.
END_OUT_OF_ORDER = (
    f"(NEW.state = 'proposed' AND ({_END_BEFORE} NOT IN ('', 'rejected') OR NOT EXISTS"
    " (SELECT 1 FROM payee_approval word WHERE word.payee_known = NEW.payee_known)))"
    f" OR (NEW.state <> 'proposed' AND {_END_BEFORE} <> 'proposed')"
)
SAME_ENDER = same("ending")


def ended_alone(same_person: str) -> str:
    """True when who proposed the end of a payee is, by this comparison, who approves it."""
    last = "(SELECT max(e.no) FROM payee_end e WHERE e.payee_known = NEW.payee_known AND e.state = 'proposed')"
    return f"EXISTS (SELECT 1 FROM payee_end ending WHERE ending.no = {last} AND {same_person})"


# A version stands on a later write than those before it, and bears the next number; files of one write have one number.
_ISSUED = "FROM issued_version i WHERE i.statement = NEW.statement AND i.about = NEW.about AND i.batch"
ISSUED_OUT_OF_ORDER = (
    f"NEW.version <> (SELECT 1 + count(DISTINCT i.batch) {_ISSUED} < NEW.batch)"
    f" OR EXISTS (SELECT 1 {_ISSUED} > NEW.batch)"
)

# A line comes into a dispute that it is not in, and out of the one that it is in; not before the step before.
_DISPUTE_BEFORE = "FROM bill_dispute b WHERE b.bill = NEW.bill AND b.application = NEW.application AND b.nth = NEW.nth"
DISPUTE_OUT_OF_ORDER = (
    f"NEW.state = COALESCE((SELECT b.state {_DISPUTE_BEFORE} ORDER BY b.no DESC LIMIT 1), 'undisputed')"
    f" OR NEW.happened_on < (SELECT max(b.happened_on) {_DISPUTE_BEFORE})"
    " OR NOT EXISTS (SELECT 1 FROM bill_known k"
    " WHERE k.bill = NEW.bill AND k.application = NEW.application AND k.nth = NEW.nth)"
)
