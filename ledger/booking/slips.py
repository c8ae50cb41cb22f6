"""Slips: what a person posts that no file brings. One proposes it, another approves it, and its day is its own.

Below the amount that the settings name (`slip_approval_yen`) a slip is posted at once. What a slip rests on, and that
no account stands below zero on any day because of it, is looked at when it is proposed and again when it is approved.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, or_, select

from ledger import tables
from ledger.booking import refusals, slip_refusals, workflow
from ledger.booking.events import entry_of
from ledger.booking.inputs import applications, related
from ledger.booking.planning import Plan
from ledger.codes import OPENING, SLIP_MOVES, Account
from ledger.errors import UnknownAccount, UnknownApplication, UnknownDeposit
from ledger.i18n import _
from ledger.journal.balances import held_for, lowest, moved_by
from ledger.journal.chart import chart
from ledger.journal.closing import require_open
from ledger.journal.entries import Entry, Movement, post, recorded
from ledger.journal.refusals import AlreadyReversed, BelowZero, NoReasonGiven
from ledger.journal.reversal import BY_HAND, opposite, reversed_by
from ledger.people.four_eyes import one_person
from ledger.settlements import Transition
from ledger.store.records import next_number, signature
from ledger.store.settings import SLIP_APPROVAL, values

# What each kind of slip posts; a reversal posts the opposite of its entry.
EVENTS = {
    "charge": "transfer_fee",
    "interest": "interest_received",
    "write_off": "fee_written_off",
    "claim_write_off": "claim_written_off",
    "income": "suspense_to_income",
    "opened_refund": "opened_refund_paid",
    "other": "other_entry",
}


# What was owed, or had come back, when the books began, and what was paid of it since.
OPENED = (OPENING, EVENTS["opened_refund"])

# These are for no application and no deposit.
_WITHOUT_SUBJECT = ("charge", "interest", "other")


@dataclass(frozen=True)
class Slip:
    """A slip: what it is, what it posts in yen, for whom, and the states it came to, the first of them on its own day.

    `refund` is the refund that a bank charge belongs to, `reverses` the entry that it takes back.
    """

    no: int
    kind: str
    debit: str
    credit: str
    yen: int
    application: str | None = None
    deposit: str | None = None
    refund: int | None = None
    reverses: int | None = None
    steps: tuple[Transition, ...] = ()

    @property
    def on(self) -> date:
        """The day of what it posts."""
        return self.steps[0].on

    @property
    def state(self) -> str:
        """The state that it came to last."""
        return self.steps[-1].state

    @property
    def reason(self) -> str:
        """Why it was proposed."""
        return str(self.steps[0].reason)

    @property
    def entry(self) -> int | None:
        """The entry that was posted for it."""
        return self.steps[-1].entry

    @property
    def approval(self) -> Transition | None:
        """Its approval, if there was one."""
        return next((step for step in self.steps if step.state == "approved"), None)


_OWN = ("no", "kind", "debit", "credit", "yen", "application", "deposit", "refund", "reverses")
_STEP = ("nth", "state", "happened_on", "by", "reason", "entry", "role")


def slips(connection: Connection, *where: Any) -> list[Slip]:
    """Every slip, or those that fit, in the order proposed."""
    slip, step = tables.slip, tables.slip_step
    columns = (*(slip.c[name] for name in _OWN), *(step.c[name] for name in _STEP))
    statement = select(*columns).join_from(slip, step, step.c.slip == slip.c.no).where(*where)
    rows = connection.execute(statement.order_by(slip.c.no, step.c.nth))
    return [_slip(list(of_slip)) for _no, of_slip in groupby(rows, lambda row: row.no)]


def _slip(rows: list[Any]) -> Slip:
    own = dict(zip(_OWN, rows[0], strict=False))
    return Slip(**own, steps=tuple(Transition(*row[len(_OWN) :]) for row in rows))


def as_of(connection: Connection, day: date) -> list[Slip]:
    """Every slip proposed by a day, as it stood then."""
    return slips(connection, tables.slip_step.c.happened_on <= day)


def find(connection: Connection, no: int) -> Slip:
    """One slip; an unknown number is refused."""
    for slip in slips(connection, tables.slip.c.no == no):
        return slip
    raise slip_refusals.UnknownSlip(no)


# --- what is proposed -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SlipResult:
    """What became of a slip by a command: the slip as it stands now, and whether the command changed anything."""

    slip: Slip
    changed: bool

    @property
    def no(self) -> int:
        """The number of the slip."""
        return self.slip.no


def charge(
    connection: Connection, yen: int, *, refund: int | None = None, on: date, reason: str, by: str
) -> SlipResult:
    """A charge of the bank, in yen, with or without the refund whose transfer it was taken for."""
    if refund is not None:
        workflow.find(connection, workflow.REFUNDS, refund)
    slip = Slip(0, "charge", Account.BANK_CHARGES, Account.BANK, yen, refund=refund)
    return _propose(connection, slip, on, reason, by)


def interest(connection: Connection, yen: int, *, on: date, reason: str, by: str) -> SlipResult:
    """Interest on the bank account, in yen."""
    return _propose(connection, Slip(0, "interest", Account.BANK, Account.OTHER_INCOME, yen), on, reason, by)


def write_off(connection: Connection, application: str, *, on: date, reason: str, by: str) -> SlipResult:
    """What a fee lacks of the fee due: for the debt to the authority it then counts as wholly received.

    Refused: an unknown application, one whose fee is not known or not received in part, and one that lacks nothing.
    """
    if not _there(connection, tables.application.c.number, application):
        raise UnknownApplication(application)
    if (before := _before(connection, "write_off", on, reason, application)) is not None:
        return before
    slip = Slip(0, "write_off", Account.OTHER_EXPENSES, Account.FEES_HELD, _short(connection, application), application)
    return _propose(connection, slip, on, reason, by)


def write_off_claim(connection: Connection, subject: str, *, on: date, reason: str, by: str) -> SlipResult:
    """What is claimed back from a member, by application or by deposit: all of it. Refused where nothing is claimed."""
    return _settle_part(connection, "claim_write_off", Account.CLAIMS, subject, on, reason, by)


def pay_opened_refund(connection: Connection, subject: str, *, on: date, reason: str, by: str) -> SlipResult:
    """A refund that was owed, or had come back, when the books began, and that is paid now.

    What is owed for refunds proposed since is not: that is paid by `refund paid`.
    """
    returned = _held(connection, Account.RETURNED_TRANSFERS, subject, OPENED)
    account = Account.RETURNED_TRANSFERS if returned is not None else Account.REFUNDS_PAYABLE
    return _settle_part(connection, "opened_refund", account, subject, on, reason, by, OPENED)


def income(
    connection: Connection, deposit: str, *, yen: int | None = None, on: date, reason: str, by: str
) -> SlipResult:
    """What nobody claims of a deposit in suspense, all of it or so many yen."""
    if not _there(connection, tables.deposit.c.reference, deposit):
        raise UnknownDeposit(deposit)
    if (before := _before(connection, "income", on, reason, deposit)) is not None:
        return before
    left = held_for(connection, Account.SUSPENSE, "deposit", deposit)
    if left <= 0:
        raise refusals.NothingOverpaid(deposit)
    slip = Slip(0, "income", Account.SUSPENSE, Account.OTHER_INCOME, left if yen is None else yen, deposit=deposit)
    return _propose(connection, slip, on, reason, by)


def other(connection: Connection, debit: str, credit: str, yen: int, *, on: date, reason: str, by: str) -> SlipResult:
    """Any other entry, in yen. Refused: accounts that the chart lacks, that are one, or that are kept by parts."""
    accounts = chart(connection)
    for code in (debit, credit):
        if code not in accounts.accounts:
            raise UnknownAccount(code)
        if code in accounts.kept_by:
            raise slip_refusals.AccountKeptByParts(code)
    if debit == credit:
        raise slip_refusals.SameAccountTwice(debit)
    return _propose(connection, Slip(0, "other", debit, credit, yen), on, reason, by)


def take_back(connection: Connection, no: int, original: Entry, *, on: date, reason: str, by: str) -> SlipResult:
    """The reversal of an entry that two people posted: two people take it back as well."""
    pending = [slip for slip in slips(connection, tables.slip.c.reverses == no) if slip.state == "proposed"]
    if pending:
        return _the_same(pending[0], on, reason)
    (movement,) = original.movements
    back = movement.opposite
    application = back.debit_application or back.credit_application
    slip = Slip(0, "reversal", back.debit, back.credit, back.yen, application, back.deposit, reverses=no)
    return _propose(connection, slip, on, reason, by, waits=True)


def _settle_part(
    connection: Connection,
    kind: str,
    account: Account,
    subject: str,
    on: date,
    reason: str,
    by: str,
    events: Collection[str] = (),
) -> SlipResult:
    """A slip for all that an account holds of an application or a deposit, or of what these events brought there."""
    if (before := _before(connection, kind, on, reason, subject)) is not None:
        return before
    whose = _held(connection, account, subject, events)
    if whose is None:
        raise slip_refusals.NothingHeldFor(account, subject)
    yen, part = whose
    sides = (Account.OTHER_EXPENSES, account) if kind == "claim_write_off" else (account, Account.BANK)
    return _propose(connection, Slip(0, kind, *sides, yen, **part), on, reason, by)


def _held(
    connection: Connection, account: str, subject: str, events: Collection[str] = ()
) -> tuple[int, dict[str, Any]] | None:
    """What an account holds of an application or of a deposit, or what is left there of what these events brought.

    And which of them it is; None when nothing.
    """
    kept_by: tuple[tuple[Literal["application", "deposit"], Any], ...] = (
        ("application", tables.application.c.number),
        ("deposit", tables.deposit.c.reference),
    )
    for by, number in kept_by:
        if not _there(connection, number, subject):
            continue
        yen = held_for(connection, account, by, subject)
        if events:
            yen = min(yen, moved_by(connection, account, by, subject, events))
        if yen > 0:
            return yen, {by: subject}
    return None


def _there(connection: Connection, column: Any, value: str) -> bool:
    return connection.execute(select(column).where(column == value)).first() is not None


def _short(connection: Connection, application: str) -> int:
    """What a fee lacks of the fee due, in yen."""
    due = applications(connection, [application])[application].due
    plan = Plan(connection, date.max, related(connection, [application]))
    covered = plan.covered(application)
    if due is None or plan.received(application) == 0:
        raise slip_refusals.NothingReceivedToWriteOff(application)
    if covered >= due:
        raise slip_refusals.NothingShort(application)
    return due - covered


def _before(connection: Connection, kind: str, on: date, reason: str, subject: str) -> SlipResult | None:
    """The slip of this kind for the same application or deposit: typed again it changes nothing, and while one waits
    there is no other.
    """
    slip = tables.slip.c
    found = slips(connection, slip.kind == kind, or_(slip.application == subject, slip.deposit == subject))
    standing = [slip for slip in found if slip.state != "rejected"]
    same = next((slip for slip in standing if (slip.on, slip.reason) == (on, reason)), None)
    if same is not None:
        return SlipResult(same, changed=False)
    waiting = next((slip for slip in standing if slip.state == "proposed"), None)
    return None if waiting is None else _the_same(waiting, on, reason)


def _typed_before(connection: Connection, slip: Slip, on: date, reason: str) -> SlipResult | None:
    """The very same slip: two equal charges of one day are told apart by their reason, or by their refund."""
    own = [tables.slip.c[name] == str(getattr(slip, name)) for name in ("kind", "debit", "credit")]
    refund = tables.slip.c.refund
    where = [*own, tables.slip.c.yen == slip.yen, refund.is_(None) if slip.refund is None else refund == slip.refund]
    for other in slips(connection, *where):
        if other.state != "rejected" and (other.on, other.reason) == (on, reason):
            return SlipResult(other, changed=False)
    return None


def _the_same(waiting: Slip, on: date, reason: str) -> SlipResult:
    if (waiting.on, waiting.reason) != (on, reason):
        raise slip_refusals.SlipWaits(waiting.no)
    return SlipResult(waiting, changed=False)


# --- proposed, approved, rejected -----------------------------------------------------------------------------------


def _propose(connection: Connection, slip: Slip, on: date, reason: str, by: str, *, waits: bool = False) -> SlipResult:
    """Enters a slip: as proposed, or posted at once when it is below the amount that needs a second person."""
    if slip.kind in _WITHOUT_SUBJECT and (before := _typed_before(connection, slip, on, reason)) is not None:
        return before
    require_open(connection, on)
    if not reason.strip():
        raise NoReasonGiven("slip")
    slip = replace(slip, no=next_number(connection, tables.slip.c.no), steps=(Transition(1, "", on, by, reason, None),))
    posting = _posting(connection, slip)
    waits = waits or slip.yen >= int(values(connection)[SLIP_APPROVAL] or 0)
    entry = None if waits else post(connection, [posting], by=by)[0]
    row = {name: getattr(slip, name) for name in _OWN}
    connection.execute(tables.slip.insert().values(row | {"debit": str(slip.debit), "credit": str(slip.credit)}))
    _append(connection, slip.no, Transition(1, "proposed" if waits else "posted", on, by, reason, entry))
    return SlipResult(find(connection, slip.no), changed=True)


def approve(connection: Connection, no: int, *, on: date, by: str) -> SlipResult:
    """Approves a slip, and posts it on its own day. Approved before: nothing changes.

    Refused: to who proposed it, before its day, when its month was closed meanwhile, and when what it rests on is no
    longer so.
    """
    slip = find(connection, no)
    if slip.state == "approved":
        return SlipResult(slip, changed=False)
    _require_move(slip, "approved", on, connection)
    first = slip.steps[0]
    if one_person(connection, by, first.by, first.role):
        raise refusals.SamePersonApproves(by)
    entry = post(connection, [_posting(connection, slip)], by=by)[0]
    _append(connection, no, Transition(2, "approved", on, by, None, entry))
    return SlipResult(find(connection, no), changed=True)


def reject(connection: Connection, no: int, *, on: date, reason: str, by: str) -> SlipResult:
    """Rejects a slip that waits; nothing was posted, and the reason is kept. Rejected so before: nothing changes."""
    slip = find(connection, no)
    if slip.state == "rejected":
        if slip.steps[-1].reason != reason:
            there, field = str(slip.steps[-1].reason), workflow.FIELDS["reason"]
            raise refusals.DoneDifferently(workflow.format_state("rejected"), _(field), there, reason)
        return SlipResult(slip, changed=False)
    _require_move(slip, "rejected", on, connection)
    if not reason.strip():
        raise NoReasonGiven("slip reject")
    _append(connection, no, Transition(2, "rejected", on, by, reason, None))
    return SlipResult(find(connection, no), changed=True)


def _require_move(slip: Slip, state: str, on: date, connection: Connection) -> None:
    require_open(connection, on)
    if state not in SLIP_MOVES.get(slip.state, ()):
        raise slip_refusals.SlipOutOfOrder(slip.no, *map(workflow.format_state, (slip.state, state)))
    if on < slip.on:
        raise refusals.BeforeTheStepBefore(on, slip.on)


def _append(connection: Connection, no: int, transition: Transition) -> None:
    row = {"slip": no, "happened_on": transition.on}
    row |= {name: getattr(transition, name) for name in ("nth", "state", "reason", "entry")}
    connection.execute(tables.slip_step.insert().values(row | signature(connection, transition.by)))


# --- the entry ------------------------------------------------------------------------------------------------------


def _posting(connection: Connection, slip: Slip) -> Entry:
    """The entry of a slip, on its day. Refused when its ground is gone or an account would stand below zero."""
    if slip.reverses is not None:
        if (before := reversed_by(connection, [slip.reverses]).get(slip.reverses)) is not None:
            raise AlreadyReversed(slip.reverses, before)
        original = recorded(connection, [slip.reverses])[slip.reverses]
        posting = opposite(slip.reverses, original, on=slip.on, reason=slip.reason, cause=BY_HAND)
    else:
        posting = entry_of(EVENTS[slip.kind], slip.no, on=slip.on, **dict(_fields(slip)))
    if slip.kind == "write_off" and slip.application is not None:
        short = _short(connection, slip.application)
        if short != slip.yen:
            raise slip_refusals.SlipGroundChanged(slip.no, slip.yen, short)
    if slip.kind == "opened_refund":
        left = _held(connection, slip.debit, str(slip.application or slip.deposit), OPENED)
        if left is None or left[0] != slip.yen:
            raise slip_refusals.SlipGroundChanged(slip.no, slip.yen, 0 if left is None else left[0])
    for movement in posting.movements:
        require_never_below_zero(connection, movement, slip.on)
    return posting


def _fields(slip: Slip) -> Iterator[tuple[str, object]]:
    """What the template of a slip is given."""
    yield "yen", slip.yen
    if slip.kind == "other":
        yield from (("debit", slip.debit), ("credit", slip.credit))
    if slip.kind == "opened_refund":
        yield "owed", slip.debit
    yield from ((name, part) for name in ("application", "deposit") if (part := getattr(slip, name)) is not None)


def require_never_below_zero(connection: Connection, movement: Movement, on: date) -> None:
    """Refuses a movement of a day by which an account, or its part, would stand below zero on that day or a later one.

    What the authority is owed may: then it owes us.
    """
    kept_by, kinds = chart(connection).kept_by, _kinds(connection)
    sides = ((movement.debit, movement.debit_application, -1), (movement.credit, movement.credit_application, 1))
    for account, application, sign in sides:
        rises = sign == (-1 if kinds[account] in ("asset", "expense") else 1)
        if rises or account == Account.AUTHORITY_PAYABLE:
            continue
        part: dict[str, Any] = {}
        if "application" in kept_by.get(account, "") and application is not None:
            part = {"application": application}
        elif "deposit" in kept_by.get(account, ""):
            part = {"deposit": movement.deposit}
        least, day = lowest(connection, account, on, **part)
        if least < movement.yen:
            raise BelowZero(account, least - movement.yen, day)


def _kinds(connection: Connection) -> dict[str, str]:
    account = tables.account.c
    return dict(connection.execute(select(account.code, account.kind)).all())
