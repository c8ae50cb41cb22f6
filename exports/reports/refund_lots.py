"""Refunds one by one and many at once: which ones are meant, and what an approver has to see of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from exports.formats.terminal import format_pairs, format_table
from exports.reports import explanation
from exports.reports.account_list import bank_names
from exports.reports.filters import read_association
from exports.reports.next_step import next_step
from exports.reports.report import Column, Connection, Json, Table
from exports.reports.settlements import WAYS
from ledger import dates
from ledger.codes import STATES
from ledger.errors import Refusal
from ledger.i18n import N_, _
from ledger.money import format_yen
from ledger.statements import labels

if TYPE_CHECKING:
    from ledger.people.payees import Subject
    from ledger.settlements import Settlement


class NoRefundNamed(Refusal):
    """neither applications nor --everyone were named, so nothing is proposed"""

    instead = N_("name application numbers, or all that come back: --everyone")


class NothingToPropose(Refusal):
    """on {on} no fee comes back that is not proposed yet and is not to be credited"""

    on: date
    instead = N_("see the answers: seisan check --everyone --as-of {on}")


class NoneToPay(Refusal):
    """neither refunds nor a payment file were named, so nothing is recorded"""

    instead = N_("name their numbers, or the payment file whose transfers were made: --file NO")


class NoneWaits(Refusal):
    """none of the refunds {value} waits for this"""

    value: str
    instead = N_("see the refunds and their states: seisan refund list")


class NoCreditWaits(Refusal):
    """none of the credits {value} waits for approval"""

    value: str
    instead = N_("see the credits and their states: seisan credit list")


def to_propose(
    connection: Connection, applications: Sequence[str], everyone: bool, association: str | None, on: date, by: str
) -> list[str]:
    """The applications named, or all of which something comes back on the day that is not to be credited.

    Before everyone is asked about, the books are brought up to the day.
    """
    from ledger.booking.run import book
    from ledger.decisions.findings import judge, judge_everyone
    from ledger.people.register import owners

    association = None if association is None else read_association(connection, association)
    if not (everyone or association):
        if not applications:
            raise NoRefundNamed
        return list(dict.fromkeys(applications))
    book(connection, on, by=by)
    of = owners(connection, on)
    judged = judge(connection, on, applications=applications) if applications else judge_everyone(connection, on)
    chosen = [
        finding.application
        for finding in judged
        if finding.outcome == "eligible" and finding.suggested == "refund"
        if association in (None, of.of(finding.application).association)
    ]
    if not chosen:
        raise NothingToPropose(on)
    return sorted(chosen, key=of.order)


def propose(books: Any, application: str, on: date) -> Any:
    """Proposes the refund of one application."""
    from ledger.booking import refunds

    return refunds.propose(books.connection, application, on=on, by=books.by)


def waiting_for_approval(connection: Connection) -> set[int]:
    """The refunds that somebody has to approve: proposed, come back, or approved for what is no longer so."""
    from ledger.booking.approvals import fallen
    from ledger.settlements import refunds

    every = refunds(connection)
    return {refund.no for refund in every if refund.state in ("proposed", "returned")} | fallen(connection, every)


def _next_for(connection: Connection, refunds: "Sequence[Settlement]") -> str:
    """The line that names what is typed next for refunds whose account or payee was approved, or ended.

    That they are approved, else that they are paid; where none of them waits, where everything stands.
    """
    from ledger.booking.approvals import fell
    from ledger.booking.pay_days import bank_calendar
    from ledger.store.numbers import spans

    unapproved = ("proposed", "returned")
    waiting = [refund for refund in refunds if refund.state in unapproved or fell(connection, refund) is not None]
    if waiting:
        verb = "overpaid" if all(refund.way == "overpayment" for refund in waiting) else "refund"
        return next_step(verb, "approve", *spans(refund.no for refund in waiting).split())
    if any(refund.state == "approved" for refund in refunds):
        day = bank_calendar(connection).first_from(dates.today())
        return next_step("refund", "file", "--on", day, "--out", f"transfers-{day}.txt")
    return next_step("todo")


def next_to_member(connection: Connection, member: str) -> str:
    """The same for what goes to an account of a member's own."""
    from ledger import tables
    from ledger.people.receivers import receiver
    from ledger.settlements import refunds
    from ledger.statements.settlements import returns_to

    numbers = [line.no for line in returns_to(connection, member, dates.today(), ["refund"]) if line.open]
    found = refunds(connection, tables.refund.c.no.in_(numbers))
    return _next_for(connection, [refund for refund in found if receiver(connection, refund).payee is None])


def next_of(connection: Connection, of: "Subject") -> str:
    """The same for what comes back of an application, or of a deposit."""
    from ledger.people.receivers import subject_of
    from ledger.settlements import ever_of, refunds

    applications, deposits = ([number] if number is not None else [] for number in (of.application, of.deposit))
    found = refunds(connection, ever_of(connection, applications, deposits=deposits))
    return _next_for(connection, [row for row in found if subject_of(connection, row) == of])


def waiting_for_payment(connection: Connection) -> set[int]:
    """The refunds that can still be rejected."""
    return {refund.no for refund in _in_state(connection, ("proposed", "approved")) if not refund.came_back}


def credits_waiting(connection: Connection) -> set[int]:
    """The credits that somebody has to approve."""
    from ledger.settlements import credits

    return {credit.no for credit in credits(connection) if credit.state == "proposed"}


def _waiting(connection: Connection, states: tuple[str, ...]) -> set[int]:
    return {refund.no for refund in _in_state(connection, states)}


def _in_state(connection: Connection, states: tuple[str, ...]) -> Iterator[Any]:
    from ledger.settlements import refunds

    return (refund for refund in refunds(connection) if refund.state in states)


def numbered(
    ranges: Iterable[range], waiting: Callable[[], set[int]], none: Callable[[str], Refusal] = NoneWaits
) -> list[int]:
    """The numbers typed, each once; of a range of many those that wait."""
    numbers: list[int] = []
    for typed in ranges:
        if len(typed) == 1:
            numbers += typed
            continue
        within = sorted(no for no in waiting() if no in typed)
        if not within:
            raise none(f"{typed[0]}-{typed[-1]}")
        numbers += within
    return list(dict.fromkeys(numbers))


def to_pay(connection: Connection, ranges: Iterable[range], file: int | None) -> list[int]:
    """The refunds named, of a range those that are to be paid, and all of a payment file."""
    from ledger.booking.payment_files import refunds_in

    numbers = numbered(ranges, partial(_waiting, connection, ("approved", "filed")))
    numbers += [] if file is None else refunds_in(connection, file)
    if not numbers:
        raise NoneToPay
    return list(dict.fromkeys(numbers))


class RefundLot(NamedTuple):
    """A refund as one of many: to whom it goes and for what."""

    refund: Any
    receiver: Any


_LOTS = Table(
    columns=(
        Column("no", N_("Refund No."), "refund.no", "number", 8),
        Column("member", N_("Member No."), "receiver.member", width=17),
        Column("name", N_("Name"), "receiver.name", width=16),
        Column("about", N_("Application or deposit"), lambda lot: lot.refund.application or lot.refund.deposit),
        Column("account", N_("Bank account"), "receiver.account"),
        Column("amount", N_("Amount"), "refund.yen", "yen", total=True),
    ),
    total=N_("Total"),
)


def listed(connection: Connection, numbers: Iterable[int]) -> str:
    """Refunds in a table, with their yen in total, for whoever is about to do something to all of them."""
    from ledger import tables
    from ledger.people.receivers import receiver
    from ledger.settlements import refunds

    lots = (
        RefundLot(refund, receiver(connection, refund))
        for refund in refunds(connection, tables.refund.c.no.in_([*numbers]))
    )
    return format_table(_LOTS.block(lots))


class CreditLot(NamedTuple):
    """A credit as one of many, and whose the fee is."""

    credit: Any
    member: Any


_CREDITS = Table(
    columns=(
        Column("no", N_("Credit No."), "credit.no", "number", 8),
        Column("member", N_("Member No."), "member.number", width=17),
        Column("name", N_("Name"), "member.name", width=16),
        Column("application", N_("Application No."), "credit.application", width=14),
        Column("to", N_("Credited to"), "credit.to_application", width=14),
        Column("amount", N_("Amount"), "credit.yen", "yen", total=True),
    ),
    total=N_("Total"),
)


def listed_credits(connection: Connection, numbers: Iterable[int]) -> str:
    """Credits in a table, with their yen in total, for whoever is about to approve all of them."""
    from ledger import tables
    from ledger.people.naming import persons
    from ledger.settlements import credits

    rows = credits(connection, tables.credit.c.no.in_([*numbers]))
    members = persons(connection, sorted({str(row.member) for row in rows}))
    return format_table(_CREDITS.block(CreditLot(row, members[str(row.member)]) for row in rows))


class _Other(NamedTuple):
    no: int
    state: str
    yen: int


def shown(connection: Connection, no: int, as_of: date) -> tuple[str, Json]:
    """A refund as an approver has to see it, in words and for other programs."""
    from ledger.booking import approvals
    from ledger.booking.refunds import find_refund
    from ledger.decisions.kept_grounds import KeptGrounds
    from ledger.decisions.remarks import counted
    from ledger.decisions.store import decision
    from ledger.people.receivers import application_of, approved_receiver, receiver

    refund = find_refund(connection, no)
    now, approved = receiver(connection, refund), approved_receiver(connection, refund.approval)
    rests_on = None if refund.decision is None else decision(connection, refund.decision)
    changed = approvals.changed_grounds(connection, refund, as_of) if refund.open else None
    fallen = approvals.fell(connection, refund)
    others = _to_the_same_account(connection, no, now)
    despite = [step.despite for step in refund.steps if step.despite]
    against = [changed[1]] if changed else [now.ended.says] if now.ended and refund.open else []
    if fallen:
        against.append(_("approved for {approved}, and would now go to {now}", approved=fallen[0], now=fallen[1]))
    data: Json = {
        "no": no,
        "way": refund.way,
        "state": refund.state,
        "application": application_of(connection, refund),
        "deposit": refund.deposit,
        "amount": refund.yen,
        "recovered": refund.recovered,
        "member": now.member,
        "name": now.name,
        "payee": now.name if now.payee is not None else None,
        "account": now.account,
        **_bank_of(now),
        "approved_for": str(approved) if approved.is_known else None,
        "decision": refund.decision,
        "notice": rests_on.notice.announced_on if rests_on and rests_on.notice else None,
        "clauses": list(rests_on.clauses) if rests_on else [],
        "warnings": [counted(code, KeptGrounds(rests_on).row) for code in rests_on.warnings] if rests_on else [],
        "against": against,
        "despite": despite,
        "proposed_by": refund.steps[0].by,
        "approved_by": refund.approval.by if refund.approval else None,
        "same_account": [other._asdict() for other in others],
    }
    explained = () if rests_on is None else tuple(_grounds(connection, rests_on))
    return _in_words(refund, now, rests_on, others, data, explained), data


def _bank_of(to: Any) -> Json:
    """The bank and branch to which a refund goes, by number and name, and the holder; None where they are not known."""
    bank, branch, *_rest, holder = to.bank_account or (None, None, None)
    bank_name, branch_name = bank_names(bank, branch)
    of_bank = {"bank": bank, "bank_name": bank_name, "branch": branch, "branch_name": branch_name}
    return of_bank | {"account_name": holder}


def _to_the_same_account(connection: Connection, no: int, to: Any) -> list[_Other]:
    """The other refunds that go to the same account."""
    from ledger.people.receivers import receiver, refunds_to

    if to.account_number is None:
        return []
    same = (
        other
        for other in refunds_to(connection, to)
        if other.no != no and receiver(connection, other).bank_account == to.bank_account
    )
    return [_Other(other.no, other.state, other.yen) for other in same]


def _grounds(connection: Connection, decision: Any) -> Iterator[str]:
    """What the decision rests on: the notice, the clauses that held in their words, the facts with file and row."""
    from ledger import facts
    from ledger.decisions.kept_grounds import KeptGrounds

    kept = KeptGrounds(decision)
    origins = facts.origins(connection, kept.fact_ids())
    if kept.clauses:
        yield f"  {decision.notice.name}"
    for clause in kept.clauses:
        yield from explanation.format_clause(kept, clause, clause.conditions, origins, everything=True)
    if decision.ruling is not None and decision.ruling.settles:
        yield f"  {decision.ruling.grounds}"


def _numbered(number: str | None, name: str | None, bank: str | None) -> str | None:
    from ledger import bank_list

    if number is None or bank == bank_list.MADE_UP:
        return number
    return f"{number} {name}" if name else _("{number} (not in the list of banks)", number=number)


def _in_words(refund: Any, now: Any, rests_on: Any, others: list[_Other], data: Json, explained: Iterable[str]) -> str:
    state = f"{_(STATES[refund.state])} ({refund.steps[-1].on} {refund.steps[-1].by})"
    clauses = labels.joined(data["clauses"])
    grounds = (
        _("decision {no} of {on}, {clauses}", no=refund.decision, on=rests_on.as_of, clauses=clauses)
        if rests_on
        else None
    )
    bank_of, branch_of = (_numbered(data[part], data[f"{part}_name"], data["bank"]) for part in ("bank", "branch"))
    same = [f"No.{other.no} {_(STATES[other.state])} {format_yen(other.yen)}" for other in others]
    pairs = [
        (N_("Refund No."), str(refund.no)),
        (N_("Way"), _(WAYS[refund.way])),
        (N_("State"), state),
        (N_("Application No."), data["application"]),
        (N_("Deposit"), refund.deposit),
        (N_("Member"), " ".join(filter(None, (now.member, now.name if now.payee is None else None))) or None),
        (N_("Amount"), format_yen(refund.yen)),
        (N_("Goes to"), str(now)),
        (N_("Bank and branch"), labels.joined(filter(None, [bank_of, branch_of])) or None),
        (N_("Name on the account"), data["account_name"]),
        (N_("Approved for"), data["approved_for"]),
        (N_("Grounds"), grounds),
        (N_("Proposed by"), data["proposed_by"]),
        (N_("Approved by"), data["approved_by"]),
        (N_("To the same account"), labels.joined(same) or None),
        (N_("Went on because"), labels.joined(data["despite"]) or None),
    ]
    lines = [format_pairs((name, value) for name, value in pairs if value is not None), *explained]
    lines += [f"  ! {warning}" for warning in (*data["against"], *data["warnings"])]
    return "\n".join(lines)
