"""Transfers of which it is not known whose they are: whose they could be, why, with a score, and what is certain.

Nothing is settled by a likeness: a candidate is a suggestion, and a person's word allocates. What is certain by the one
rule there is (`certainty`) may be settled by a command that a person gives for all of it (`booking.matches`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from sqlalchemy import Connection, select

from ledger import facts, settlements, tables
from ledger.allocations import allocations, at_most, counting
from ledger.i18n import _
from ledger.intake import matched_before
from ledger.intake.certainty import Certainty
from ledger.intake.likeness import NAMING, REASONS, Likeness, Names, OpenApplication, OpenApplications, WaitingTransfer
from ledger.intake.payer_names import said
from ledger.scope import within
from ledger.store.large import each_row
from ledger.store.owners import owned

# So many candidates are listed of one transfer at most; further ones are counted.
LISTED = 20


@dataclass(frozen=True)
class Candidate:
    """An application that a deposit could pay for: why (codes, and in words), a score of 1 to 100, the yen still due.

    `certain`: it is the only one by the rule of `certainty`.
    """

    application: str
    member: str
    name: str
    because: tuple[str, ...]
    score: int
    due: int | None
    certain: bool

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it could, in the language being spoken."""
        return tuple(_(REASONS[code].says) for code in self.because)


@dataclass(frozen=True)
class UnmatchedDeposit:
    """A transfer that names no application: its reference, day, yen and payer, and whose it could be.

    `further` is how many candidates there are that are not listed.
    """

    deposit: str
    received_on: date
    yen: int
    payer: str
    note: str | None
    candidates: tuple[Candidate, ...]
    further: int = 0

    @property
    def certain(self) -> str | None:
        """The application that it pays for by the rule of certainty; None: that is for a person to say."""
        return next((candidate.application for candidate in self.candidates if candidate.certain), None)


def unmatched(connection: Connection, fees: Mapping[str, int], gone: Collection[str] = ()) -> list[UnmatchedDeposit]:
    """Every transfer that is not known to pay for an application, oldest first, with candidates still unpaid.

    `fees` are the yen of each application's fee, as far as it is known; the candidates with the highest score come
    first. Transfers that are `gone`, returned or taken as income, wait no more.
    """
    rows = list(each_row(connection, facts.latest_version(*_VERSIONS, None)))
    ever = allocations(connection)
    allocated = {deposit: told for deposit, told in ever.items() if told.parts}
    yen = {row.deposit: row.yen for row in rows}
    covered: dict[str, int] = defaultdict(int)
    for deposit, told in allocated.items():
        for part, most in at_most(told.parts, yen.get(deposit, 0)):
            covered[part.application] += most
    settled = allocated.keys() if _BEFORE.get() else allocated.keys() | set(gone)
    waiting = sorted((row for row in rows if row.deposit not in settled), key=attrgetter("received_on", "deposit"))
    transfers = [
        WaitingTransfer(row.deposit, row.received_on, row.yen, row.payer, row.note, taken_back=row.deposit in ever)
        for row in waiting
    ]
    paid = {row.deposit: row.payer for row in rows if row.deposit in allocated}
    before = [(payer, allocated[deposit].applications) for deposit, payer in paid.items()]
    found = _matched(connection, transfers, covered, fees, None, before)
    return [
        UnmatchedDeposit(of.deposit, of.received_on, of.yen, of.payer, of.note, *found[of.deposit]) for of in transfers
    ]


def candidates(
    connection: Connection, transfers: Iterable[WaitingTransfer], as_of: date, fees: Mapping[str, int]
) -> dict[str, list[str]]:
    """The applications that each of these transfers names in some way, those with the highest score first, a few.

    Only those applied for by the day count, and of which, as was known by then, nothing was received.
    """
    transfers = list(transfers)
    if not transfers:
        return {}
    row = counting(facts.AS_OF).subquery().c
    received = select(row.application).where(row.application.is_not(None))
    paid = {number for (number,) in each_row(connection, received, {"as_of": as_of})}
    covered = {number: fees.get(number, 0) for number in paid}
    found = _matched(connection, transfers, covered, fees, as_of)
    return {
        deposit: [candidate.application for candidate in listed if not NAMING.isdisjoint(candidate.because)]
        for deposit, (listed, _further) in found.items()
    }


_VERSIONS = (tables.deposit_known, (tables.deposit_known.c.deposit,))


# The candidates of a transfer that are listed, and how many there are beside them.
_Listed = tuple[tuple[Candidate, ...], int]


def _matched(
    connection: Connection,
    transfers: list[WaitingTransfer],
    covered: Mapping[str, int],
    fees: Mapping[str, int],
    as_of: date | None,
    paid_before: Iterable[tuple[str, tuple[str, ...]]] = (),
) -> dict[str, _Listed]:
    """The candidates of each of these transfers, of which no more are held than are listed.

    `paid_before` are payers with the applications that they paid for.
    """
    if not transfers:
        return {}
    applications = list(_unpaid(connection, covered, fees, as_of))
    if _BEFORE.get():
        return {transfer.deposit: _as_before(transfer, applications) for transfer in transfers}
    names = Names.of(_names(connection))
    there_are = OpenApplications(applications, names, _payers_before(connection, paid_before))
    certainty, first = Certainty(names, there_are), dict[str, tuple[list[Likeness], int]]()
    for transfer in transfers:
        likely = there_are.like(transfer)
        certainty.look(transfer, likely)
        first[transfer.deposit] = likely[:LISTED], max(0, len(likely) - LISTED)
    sure = certainty.sure()
    return {
        deposit: (tuple(_candidate(likeness, sure.get(deposit)) for likeness in listed), further)
        for deposit, (listed, further) in first.items()
    }


def _as_before(transfer: WaitingTransfer, applications: list[OpenApplication]) -> _Listed:
    found = matched_before.candidates(transfer, applications)
    listed = tuple(
        Candidate(of.number, of.member, of.name, reasons, 0, of.due, certain=False) for of, reasons in found[:LISTED]
    )
    return listed, max(0, len(found) - LISTED)


def _payers_before(connection: Connection, paid_before: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, set[str]]:
    """The members for whom each payer paid before, by the payer's whole name as it is written."""
    owner = owned().c
    members: dict[str, str] = dict(each_row(connection, select(owner.number, owner.member)))
    before: dict[str, set[str]] = defaultdict(set)
    for payer, applications in paid_before:
        if whole := said(payer, None).whole.written:
            before[whole].update(members[number] for number in applications)
    return before


def _candidate(likeness: Likeness, sure: str | None) -> Candidate:
    of = likeness.application
    named = of.number, of.member, of.name
    return Candidate(*named, likeness.because, likeness.score, of.due, certain=of.number == sure)


def _unpaid(
    connection: Connection, covered: Mapping[str, int], fees: Mapping[str, int], as_of: date | None
) -> Iterator[OpenApplication]:
    """The applications for which nothing was received, or less than is due, of members whom the register knows."""
    fact, owner, versions = tables.fact, owned().c, tables.member_known
    latest = facts.latest_version(versions, (versions.c.member,), None).subquery().c
    of_member = select(latest.member, latest.name, latest.kana, latest.account_name, latest.association)
    persons = {row.member: row for row in each_row(connection, of_member)}
    of_days = fact.c.name.in_(("applied_on", "withdrawn_on"))
    moment = None if as_of is None else facts.AS_OF
    told = facts.latest_version(fact, (fact.c.application, fact.c.name), moment, of_days).subquery().c
    days: dict[tuple[str, str], date | None] = {
        (row.application, row.name): row.day
        for row in each_row(
            connection, select(told.application, told.name, told.day), {} if as_of is None else {"as_of": as_of}
        )
    }
    credited: dict[str, int] = defaultdict(int)
    for credit in settlements.credits(connection, None, as_of):
        if credit.state in ("proposed", "applied"):
            credited[credit.to_application or ""] += credit.yen
    for number, member in each_row(connection, select(owner.number, owner.member)):
        applied_on, person = days.get((number, "applied_on")), persons.get(member)
        if person is None or (as_of is not None and (applied_on is None or applied_on > as_of)):
            continue
        fee, received = fees.get(number), covered.get(number, 0) + credited.get(number, 0)
        settled = number in covered if fee is None or _BEFORE.get() else received >= fee
        if settled:
            continue
        due = None if fee is None else fee - received
        ended = days.get((number, "withdrawn_on")) is not None
        names = tuple(filter(None, (person.kana, person.account_name, person.name)))
        yield OpenApplication(number, member, person.name, person.association, names, applied_on, due, ended)


def _names(connection: Connection) -> Iterator[tuple[str, str, str | None, str | None]]:
    """The member, and name, kana and holder of the account, of all that the register ever said."""
    row = tables.member_known.c
    statement = select(row.member, row.name, row.kana, row.account_name)
    rows = each_row(connection, statement.where(facts.not_withdrawn(tables.member_known, None)))
    yield from (tuple(row) for row in rows)


# --- as it was in lists handed out before ---------------------------------------------------------------------------

_BEFORE: ContextVar[bool] = ContextVar("matched as before", default=False)


def as_before(*, before: bool = True) -> AbstractContextManager[None]:
    """Candidates in the block are those of lists that were handed out before transfers were matched as they are now."""
    return within(_BEFORE, before)
