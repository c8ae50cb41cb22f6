"""Payment files (総合振込): one file for the bank of every approved refund, money that was never due included.

What is handed over is kept to the last character, so the same command writes the same bytes again, whatever has become
known since. A file that never reached the bank is declared void, and its refunds are approved again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Exists, Row, exists, select

from ledger import kana, tables
from ledger.booking import approvals, payment_refusals, refusals
from ledger.booking.pay_days import bank_calendar
from ledger.booking.payment_contents import filed_refund, order_of
from ledger.booking.payment_orders import Agrees, FiledRefund, PaymentFile, PaymentOrder, Transfer
from ledger.booking.workflow import FIELDS, REFUNDS, append, format_state
from ledger.i18n import N_, _
from ledger.journal.closing import require_open
from ledger.journal.refusals import NoReasonGiven
from ledger.people.four_eyes import one_person
from ledger.people.receivers import Receiver, approved_receiver, receiver
from ledger.settlements import Settlement, Transition, refunds
from ledger.store import account_numbers, settings
from ledger.store.account_numbers import AccountHolder
from ledger.store.numbers import spans
from ledger.store.records import next_number, signature

# Before the SHA-256 of a file, where its characters are not shown (`columns.HiddenColumn`).
_DIGEST = "sha256 "

VOID = N_("void")


# --- making one -----------------------------------------------------------------------------------------------------


def file(
    connection: Connection,
    *,
    on: date,
    name: str,
    by: str,
    layout: Callable[[PaymentOrder], str],
    agrees: Agrees | None = None,
    without: Collection[int] = (),
    despite: str | None = None,
    dry_run: bool = False,
) -> PaymentFile:
    """Puts every approved refund, but for those left out, in one payment file of a day; `layout` gives its characters.

    One of that day and name is there already, or one of that day and nothing else is approved: it is given once more.
    Refused in this order: a day on which the bank is closed or for which it is too late, a closed month, nothing to
    pay, a day before an approval, everything that stands against any of the refunds (all at once), and by the rule of
    three a maker who took part.
    What has changed of their grounds stands against them, unless `despite` says why they are paid all the same.
    A dry run reads no account number that it would have to record that it looked at: it has no characters then.
    """
    earlier, ready = _earlier_or_ready(connection, on=on, name=name, by=by, without=without, despite=despite)
    if earlier is not None:
        return _stored(connection, earlier, frozenset(without), agrees, dry_run=dry_run)
    assert ready is not None
    read = not (dry_run and account_numbers.hidden(connection))
    content = layout(_with_numbers(connection, ready)) if read else ""
    digest = sha256(content.encode(kana.BYTES)).hexdigest() if read else None
    table = tables.payment_file
    no = next_number(connection, table.c.no)
    row = {"no": no, "pay_on": on, "name": name, "sha256": digest or "", "content": content}
    row |= {"refund_count": len(ready.approved), "yen": sum(transfer.yen for transfer in ready.order.transfers)}
    connection.execute(table.insert().values(row | signature(connection, by)))
    for refund in ready.approved:
        nth = refund.steps[-1].nth + 1
        of_grounds = ready.changed[refund.no]
        kept: dict[str, Any] = {} if of_grounds is None else {"despite": despite, "grounds": of_grounds[0]}
        append(connection, REFUNDS, refund.no, Transition(nth, "filed", on, by, None, None, payment_file=no, **kept))
    return PaymentFile(no, True, on, digest, content, tuple(ready.filed))


def looked_at(connection: Connection, **asked: Any) -> set[AccountHolder]:
    """Whose account numbers `file`, asked for the same, reads; refused is what it refuses."""
    earlier, ready = _earlier_or_ready(connection, **asked)
    if earlier is not None:
        return looked_at_again(connection, earlier.no)
    assert ready is not None
    return {_holder(refund, ready.receivers[refund.no]) for refund in ready.approved}


def looked_at_again(connection: Connection, no: int) -> set[AccountHolder]:
    """Whose account numbers are read when a file is given once more; nobody's, where it is not."""
    contents = _contents(connection, no)
    if connection.execute(select(_void(no))).scalar() or any(_paid_since(refund, no) for refund in contents):
        return set()
    now = {_holder(refund, receiver(connection, refund)) for refund in contents}
    return now | {_holder(refund, _filed_to(connection, refund, no)) for refund in contents}


def _holder(refund: Settlement, to: Receiver) -> AccountHolder:
    return AccountHolder(deposit=refund.deposit) if to.member is None else AccountHolder(to.member)


class _Ready(NamedTuple):
    """The refunds of a new file: what has changed of the grounds of each, to whom each goes, and what the file says.

    The numbers of the accounts are those that the books show, which is not always the whole number.
    """

    approved: list[Settlement]
    changed: Mapping[int, tuple[str, str] | None]
    receivers: dict[int, Receiver]
    order: PaymentOrder
    filed: list[FiledRefund]


def _with_numbers(connection: Connection, ready: _Ready) -> PaymentOrder:
    """What the file says, with the whole account numbers."""
    transfers = []
    for transfer in ready.order.transfers:
        number = _whole_number(connection, ready.receivers[transfer.refund])
        transfers.append(replace(transfer, account=number))
    return replace(ready.order, transfers=tuple(transfers))


def _whole_number(connection: Connection, to: Receiver) -> str:
    if to.payee is not None:
        return str(account_numbers.of_payee(connection, to.payee))
    return str(account_numbers.of_member(connection, to.member_known or 0))


def _earlier_or_ready(
    connection: Connection, *, on: date, name: str, by: str, without: Collection[int], despite: str | None
) -> tuple[Row[Any] | None, _Ready | None]:
    """The file that was made before for the same, or all that goes into a new one; refused as `file` says."""
    left_out = frozenset(without)
    if unknown := sorted(left_out - set(connection.execute(select(tables.refund.c.no)).scalars())):
        raise refusals.UnknownRefund(unknown[0])
    if (earlier := _valid_file(connection, on, name)) is not None:
        return earlier, None
    bank_calendar(connection).require(on)
    require_open(connection, on)
    every = refunds(connection)
    approved = [refund for refund in every if refund.state == "approved" and refund.no not in left_out]
    if not approved:
        if (earlier := _valid_file(connection, on)) is not None:
            return earlier, None
        waiting = [refund for refund in every if refund.state in ("proposed", "returned")]
        yen, numbers = sum(refund.yen for refund in waiting), spans(refund.no for refund in waiting)
        raise payment_refusals.NothingToFile(on, len(waiting), yen, numbers)
    if on < (latest := max(refund.steps[-1].on for refund in approved)):
        raise refusals.BeforeTheStepBefore(on, latest)
    changed = {refund.no: approvals.changed_grounds(connection, refund, on) for refund in approved}
    receivers = {refund.no: receiver(connection, refund) for refund in approved}
    order, filed = order_of(connection, approved, receivers, on, changed if not (despite or "").strip() else {})
    _require_maker(connection, approved, by)
    return None, _Ready(approved, changed, receivers, order, filed)


def _require_maker(connection: Connection, approved: Collection[Settlement], by: str) -> None:
    """By the rule of three people, whoever proposed or approved any of the refunds does not make their file."""
    if settings.values(connection)["people"] != "three":
        return
    # To declare a file void is no approval: the one that stood before stands again.
    steps = ((refund.no, step) for refund in approved for step in refund.in_force if step.payment_file is None)
    signed = ((no, step) for no, step in steps if step.state in ("proposed", "approved"))
    if took_part := sorted({no for no, step in signed if one_person(connection, by, step.by, step.role)}):
        raise payment_refusals.SamePersonFiles(by, took_part)


# --- once more ------------------------------------------------------------------------------------------------------


def _valid_file(connection: Connection, on: date, name: str | None = None) -> Row[Any] | None:
    """The last payment file of that day (and name) that is not void."""
    table = tables.payment_file
    statement = select(table).where(table.c.pay_on == on, ~_void(table.c.no)).order_by(table.c.no.desc()).limit(1)
    if name is not None:
        statement = statement.where(table.c.name == name)
    return connection.execute(statement).first()


def _void(no: Any) -> Exists:
    """Whether a refund came out of the file again."""
    return exists().where(tables.refund_step.c.payment_file == no, tables.refund_step.c.state == "approved")


def _stored(
    connection: Connection,
    row: Row[Any],
    left_out: frozenset[int] = frozenset(),
    agrees: Agrees | None = None,
    *,
    dry_run: bool = False,
) -> PaymentFile:
    """A file that was made before, from what is kept of it. Refused: one that does not pay what was approved."""
    contents = _contents(connection, row.no)
    if other := sorted(left_out & {refund.no for refund in contents}):
        raise refusals.DoneDifferently(format_state("filed"), "--without", "—", ", ".join(map(str, other)))
    if digest_of(row.content) != row.sha256:
        raise payment_refusals.PaymentFileChanged(row.no)
    gone_on = tuple(refund.no for refund in contents if _paid_since(refund, row.no))
    read = not gone_on and not (dry_run and account_numbers.hidden(connection))
    if agrees is not None and not pays_what_was_approved(connection, row, agrees, looked=read):
        raise payment_refusals.PaymentFileNotAsApproved(row.no)
    filed = tuple(filed_refund(refund, _filed_to(connection, refund, row.no)) for refund in contents)
    content = account_numbers.content_of(connection, row.no) if read else ""
    return PaymentFile(row.no, False, row.pay_on, row.sha256, content, filed, gone_on)


def digest_of(content: str) -> str:
    """The SHA-256 of what the books show of the characters of a file: these, or what their SHA-256 is."""
    if content.startswith(_DIGEST):
        return content.removeprefix(_DIGEST)
    return sha256(content.encode(kana.BYTES)).hexdigest()


def _filed_to(connection: Connection, refund: Settlement, file: int) -> Receiver:
    """To whom a file pays a refund: as it was approved before, or, where that was not kept, as known now."""
    approved = _approved_before(connection, refund, file)
    return approved if approved.is_known else receiver(connection, refund)


def pays_what_was_approved(connection: Connection, row: Row[Any], agrees: Agrees, *, looked: bool = False) -> bool:
    """Whether a file that is kept pays each refund in it to the account, and the yen, that were approved.

    Whoever does not read the account numbers, and has not `looked` at them by a record, does not hold them against each
    other: the file is as it was sealed. So it is also of files of books that did not keep to whom a refund was
    approved: there is nothing to hold them against.
    """
    hidden = account_numbers.hidden(connection)
    if hidden and not looked:
        return True
    contents = _contents(connection, row.no)
    transfers = []
    for refund in contents:
        to = _approved_before(connection, refund, row.no)
        if to.bank_account is None:
            return not to.is_known
        bank, branch, kind, number, holder = map(str, to.bank_account)
        payee, _unreadable = kana.as_banks_read(holder, kana.PAYEE)
        number = _whole_number(connection, to) if hidden else number
        transfers.append(Transfer(refund.no, bank, branch, kind, number, payee, refund.yen))
    payer = dict(_as_banks_read(settings.values(connection, row.recorded_at)))
    told = (row.refund_count, row.yen) == (len(transfers), sum(transfer.yen for transfer in transfers))
    content = account_numbers.content_of(connection, row.no) if hidden else row.content
    return told and agrees(content, PaymentOrder(payer, row.pay_on, tuple(transfers)))


def _as_banks_read(values: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """What the federation is to its bank, each setting as banks read it."""
    for name, value in values.items():
        field = settings.SETTINGS[name].field
        yield name, str(value or "") if field is None else kana.as_banks_read(value or "", field)[0]


def _approved_before(connection: Connection, refund: Settlement, file: int) -> Receiver:
    """To whom a refund was approved before it was put in a file; nobody, where that was not kept."""
    at = next(step.nth for step in refund.steps if (step.state, step.payment_file) == ("filed", file))
    steps = reversed(refund.steps[: at - 1])
    approvals_before = (step for step in steps if step.nth > 1 and (step.member_known or step.payee))
    return approved_receiver(connection, next(approvals_before, None))


def again(connection: Connection, no: int, agrees: Agrees | None = None) -> PaymentFile | None:
    """A payment file that was made before, as it was; None when it is void."""
    table = tables.payment_file
    row = connection.execute(select(table).where(table.c.no == no, ~_void(no))).first()
    return None if row is None else _stored(connection, row, agrees=agrees)


def refunds_in(connection: Connection, no: int) -> list[int]:
    """The refunds in a payment file that were not paid yet, or were paid and nothing since.

    Refused: an unknown file, and one that is void.
    """
    if connection.execute(select(tables.payment_file.c.no).where(tables.payment_file.c.no == no)).first() is None:
        raise payment_refusals.UnknownPaymentFile(no)
    if connection.execute(select(_void(no))).scalar():
        raise payment_refusals.PaymentFileVoid(no)
    return [refund.no for refund in _contents(connection, no) if refund.state in ("filed", "paid")]


def _contents(connection: Connection, no: int) -> list[Settlement]:
    """The refunds that were put in a file."""
    step = tables.refund_step
    filed = select(step.c.refund).where(step.c.payment_file == no, step.c.state == "filed")
    return refunds(connection, tables.refund.c.no.in_(filed))


# --- void -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VoidedFile:
    """A payment file that is void: its number, whether this call made it so, the refunds that are approved again."""

    no: int
    changed: bool
    name: str
    refunds: tuple[int, ...]


def void(connection: Connection, no: int, *, on: date, reason: str, by: str) -> VoidedFile:
    """Declares that a payment file never reached the bank: what is in it is approved again, as it was before.

    It may be dated before the day of the file, though not before an approval. Void already: nothing changes, unless the
    reason differs. Refused: an unknown file, a closed month, one of which anything was paid, no reason, and to whoever
    proposed any of it.
    """
    table = tables.payment_file
    name = connection.execute(select(table.c.name).where(table.c.no == no)).scalar()
    if name is None:
        raise payment_refusals.UnknownPaymentFile(no)
    contents = _contents(connection, no)
    numbers = tuple(refund.no for refund in contents)
    steps = (step for refund in contents for step in refund.steps)
    if (voided := next((s for s in steps if (s.state, s.payment_file) == ("approved", no)), None)) is not None:
        if voided.reason != reason:
            raise refusals.DoneDifferently(_(VOID), _(FIELDS["reason"]), str(voided.reason), reason)
        return VoidedFile(no, False, name, numbers)
    require_open(connection, on)
    if gone := [
        f"{refund.no} ({format_state(refund.state)})"
        for refund in contents
        if (refund.state, refund.payment_file) != ("filed", no)
    ]:
        raise payment_refusals.PaymentFileGoneOn(no, gone)
    if on < (latest := max(_before_filing(refund) for refund in contents)):
        raise refusals.BeforeTheStepBefore(on, latest)
    if not reason.strip():
        raise NoReasonGiven(_(VOID))
    proposals = ((refund.no, refund.steps[0]) for refund in contents)
    if proposed := [refund for refund, step in proposals if one_person(connection, by, step.by, step.role)]:
        raise payment_refusals.SamePersonVoids(by, no, proposed)
    for refund in contents:
        nth = refund.steps[-1].nth + 1
        append(connection, REFUNDS, refund.no, Transition(nth, "approved", on, by, reason, None, payment_file=no))
    return VoidedFile(no, True, name, numbers)


def _paid_since(refund: Settlement, file: int) -> bool:
    """Whether a refund was paid after it was put in a file."""
    filed = next(step.nth for step in refund.steps if (step.state, step.payment_file) == ("filed", file))
    return any(step.state == "paid" and step.nth > filed for step in refund.in_force)


def _before_filing(refund: Settlement) -> date:
    """The day of the step before a refund was put in a file, or of what was taken back since."""
    last = refund.steps[-1]
    return last.on if last.undoes is not None else refund.steps[-2].on
