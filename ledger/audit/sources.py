"""Every entry held against what it was posted from: a fact, an allocation, a bill, a decision, a step or a slip.

What an entry stands for says its key. Of a group of entries what their keys name is read at once, and each has to be
what its template posts of it. What booking reckons from all that it held at that moment is not reckoned again here:
`ledger/WHY.md` says what that is.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, func, select

from ledger import tables
from ledger.audit.faults import Fault
from ledger.booking.events import TEMPLATES
from ledger.booking.own_days import FROM_ITS_ENTRY
from ledger.booking.slips import EVENTS
from ledger.codes import FROM_FACTS, ISSUED, OPENING, PAID, REPAID, WAIVED, Account
from ledger.journal.entries import Entry, Movement, parts
from ledger.journal.reversal import BY_HAND, CORRECTION, ON_ITS_DAY
from ledger.store.records import batches

Parts = list[str | int | None]

_RECEIPTS = ("fee_received", "overpaid", "payer_unknown", "claim_settled")
_OF_REFUND = {
    "refund_paid": "paid",
    "returned_refund_paid": "paid",
    "refund_returned": "returned",
    "refund_ended": "ended",
    "refund_recovered": "recovered",
}
# By what a step of a refund or a credit takes back an entry: the table of steps, and the state.
_TAKEN_BACK = {
    "refund_rejected": ("refund", ("rejected",)),
    "refund_ended": ("refund", ("ended",)),
    "refund_undone": ("refund", ()),
    "credit_rejected": ("credit", ("rejected",)),
    "credit_undone": ("credit", ("undone",)),
}
_KIND_OF = {event: kind for kind, event in EVENTS.items()}


def faults(connection: Connection, posted: Mapping[int, Entry], numbers: Collection[int]) -> Iterator[Fault]:
    """The entries of these numbers that come from nothing, or move something else than what they come from.

    `posted` has besides them the entries that they reverse.
    """
    read = _Sources(connection, {no: posted[no] for no in numbers if no in posted}, posted)
    for no, entry in read.entries.items():
        why = _wrong(read, no, entry)
        if why is not None:
            code, about = why
            yield Fault(code, f"entry {no}", {"event": entry.event, "key": entry.key} | about)


_Wrong = tuple[str, dict[str, object]]
_NOTHING: _Wrong = ("no-source", {})
_DIFFERS: _Wrong = ("source-differs", {})


@dataclass
class _Sources:
    """What a group of entries names by its keys, each kind read at once when it is first asked for."""

    connection: Connection
    entries: dict[int, Entry]
    posted: Mapping[int, Entry]
    keys: dict[int, Parts] = field(init=False)

    def __post_init__(self) -> None:
        self.keys = {no: _parts(entry.key) for no, entry in self.entries.items()}

    def _named(self, place: int, *first: str) -> list[Any]:
        """What stands at this place of the keys that begin so."""
        found = {key[place] for key in self.keys.values() if key[:1] and key[0] in first and len(key) > place}
        return sorted(found - {None}, key=repr)

    def _rows(self, statement: Select[Any], column: Any, values: Collection[Any]) -> Iterator[Row[Any]]:
        for group in batches(values):
            yield from self.connection.execute(statement.where(column.in_(group)))

    @cached_property
    def deposits(self) -> set[tuple[str, str, int]]:
        """Each deposit with day and yen as they were ever known."""
        known = tables.deposit_known.c
        named = self._named(1, *_RECEIPTS)
        rows = self._rows(select(known.deposit, known.received_on, known.yen), known.deposit, named)
        return {(row.deposit, row.received_on.isoformat(), row.yen) for row in rows}

    @cached_property
    def allocated(self) -> set[tuple[str, str]]:
        """Each deposit with the applications that it was ever known to pay for."""
        named = self._named(1, *_RECEIPTS, "suspense_settled", "fee_released")
        of, known = tables.allocation.c, tables.deposit_known.c
        rows = chain(
            self._rows(select(of.deposit, of.application), of.deposit, named),
            self._rows(select(known.deposit, known.application), known.deposit, named),
        )
        return {(row.deposit, row.application) for row in rows}

    @cached_property
    def issue_days(self) -> set[tuple[str, str]]:
        """Each application with the days on which it was ever known to be issued or mailed."""
        fact = tables.fact.c
        of_issue = select(fact.application, fact.day).where(fact.name.in_(("issued_on", "mailed_on")))
        rows = self._rows(of_issue, fact.application, self._named(1, ISSUED))
        return {(row.application, row.day.isoformat()) for row in rows if row.day is not None}

    @cached_property
    def fees(self) -> set[int]:
        """Every fee that was ever known, in yen."""
        return set(self.connection.execute(select(tables.fee.c.yen)).scalars())

    @cached_property
    def eligible(self) -> set[tuple[int, str]]:
        """The decisions by which a fee comes back, each with its application."""
        decision = tables.decision.c
        named = [no for no in self._named(3, WAIVED) if isinstance(no, int)]
        rows = self._rows(select(decision.no, decision.application, decision.outcome), decision.no, named)
        return {(row.no, row.application) for row in rows if row.outcome == "eligible"}

    @cached_property
    def lines(self) -> dict[tuple[str, str, int], set[int]]:
        """The lines of bills by bill, application and number, with the yen that each was ever known to be of."""
        bill = tables.bill_known.c
        applications = sorted({str(of) for of in [*self._named(1, WAIVED), *self._named(2, PAID, REPAID)]})
        found: dict[tuple[str, str, int], set[int]] = {}
        for row in self._rows(select(bill.bill, bill.application, bill.nth, bill.yen), bill.application, applications):
            found.setdefault((row.bill, row.application, row.nth), set()).add(row.yen)
        return found

    @cached_property
    def refunds(self) -> dict[int, Row[Any]]:
        """The refunds that are named, by number."""
        return self._of(tables.refund, "refund_proposed", "overpayment_returned", *_OF_REFUND)

    @cached_property
    def credits(self) -> dict[int, Row[Any]]:
        """The credits that are named, by number."""
        return self._of(tables.credit, "credit_proposed", "credit_applied")

    @cached_property
    def slips(self) -> dict[int, Row[Any]]:
        """The slips that are named, by number."""
        return self._of(tables.slip, *_KIND_OF)

    def _of(self, table: Table, *events: str) -> dict[int, Row[Any]]:
        named = [no for no in self._named(1, *events) if isinstance(no, int)]
        return {row.no: row for row in self._rows(select(table), table.c.no, named)}

    @cached_property
    def steps(self) -> dict[tuple[str, int], Row[Any]]:
        """The steps of refunds, credits and slips with which these entries, or what they reverse, are kept."""
        found: dict[tuple[str, int], Row[Any]] = {}
        numbers = {*self.entries, *(entry.reverses for entry in self.entries.values() if entry.reverses is not None)}
        for of, step in (("refund", tables.refund_step), ("credit", tables.credit_step), ("slip", tables.slip_step)):
            statement = select(step.c[of].label("of"), step.c.nth, step.c.state, step.c.entry)
            found |= {(of, row.entry): row for row in self._rows(statement, step.c.entry, sorted(numbers))}
        return found

    @cached_property
    def openings(self) -> dict[tuple[Any, ...], set[int]]:
        """The opening balances by account, application, deposit and source, in yen."""
        opening = tables.opening.c
        found: dict[tuple[Any, ...], set[int]] = {}
        for row in self._rows(select(tables.opening), opening.source, self._named(4, OPENING)):
            found.setdefault((row.account, row.application, row.deposit, row.source), set()).add(row.yen)
        return found

    @cached_property
    def reversal_slips(self) -> dict[int, set[int]]:
        """The slips that take an entry back, by that entry."""
        slip = tables.slip.c
        of = [no for no in self._named(1, BY_HAND) if isinstance(no, int)]
        found: dict[int, set[int]] = {}
        for row in self._rows(select(slip.no, slip.reverses), slip.reverses, of):
            found.setdefault(row.reverses, set()).add(row.no)
        return found


def _wrong(read: _Sources, no: int, entry: Entry) -> _Wrong | None:
    """What is wrong with an entry: nothing that it comes from, or another yen or part than there; None: nothing."""
    key = read.keys[no]
    if not entry.movements or not key:
        return _NOTHING
    if entry.reverses is not None:
        return _reversal(read, no, entry, key)
    if key[0] == ON_ITS_DAY:
        return None if len(key) == 2 and isinstance(key[1], int) and key[1] < no else _NOTHING
    if key[0] != entry.event or (asked := _ASKED.get(entry.event)) is None:
        return ("no-such-event", {})
    return asked(read, no, entry, key)


def _posts(entry: Entry, event: str, **slip: Any) -> _Wrong | None:
    """Whether the entry is what the template posts."""
    return None if tuple(TEMPLATES[event](**slip)) == entry.movements else _DIFFERS


def _receipt(read: _Sources, _no: int, entry: Entry, key: Parts) -> _Wrong | None:
    _event, deposit, _nth, day, yen, application = key
    if (deposit, day, yen) not in read.deposits:
        return _NOTHING
    moved = entry.movements[0].yen
    if moved > int(yen or 0) or entry.on < date.fromisoformat(str(day)):
        return _DIFFERS
    whose: dict[str, Any] = {"deposit": deposit, "yen": moved}
    if entry.event in ("fee_received", "claim_settled"):
        if (deposit, application) not in read.allocated:
            return _NOTHING
        whose["application"] = application
    return _posts(entry, entry.event, **whose)


def _suspense(read: _Sources, _no: int, entry: Entry, key: Parts) -> _Wrong | None:
    _event, deposit, _nth, application, _which = key
    if (deposit, application) not in read.allocated:
        return _NOTHING
    return _posts(entry, entry.event, deposit=deposit, application=application, yen=entry.movements[0].yen)


def _issued(read: _Sources, _no: int, entry: Entry, key: Parts) -> _Wrong | None:
    _event, application, _nth, day = key
    if (application, day) not in read.issue_days:
        return _NOTHING
    yen = entry.movements[0].yen
    return _posts(entry, ISSUED, application=application, yen=yen) if yen in read.fees else _DIFFERS


def _waived(read: _Sources, _no: int, entry: Entry, key: Parts) -> _Wrong | None:
    _event, application, _nth, decision, *basis = key
    yen = entry.movements[0].yen
    if decision is not None and (decision, application) not in read.eligible:
        return _NOTHING
    if len(basis) != 1:  # one alone: until 0003 the yen of all negative lines
        lines = list(zip(basis[::2], basis[1::2], strict=False))
        known = [read.lines.get((str(bill), str(application), int(nth or 0)), set()) for bill, nth in lines]
        if not all(known) or (decision is None and not known):
            return _NOTHING
        if decision is None and yen > -sum(map(min, known)):
            return _DIFFERS
    if yen > max(read.fees, default=0):
        return _DIFFERS
    return _posts(entry, WAIVED, application=application, yen=yen)


def _transferred(read: _Sources, _no: int, entry: Entry, key: Parts) -> _Wrong | None:
    _event, bill, application, nth, *_again = key
    known = read.lines.get((str(bill), str(application), int(nth or 0)))
    if not known:
        return _NOTHING
    yen = entry.movements[0].yen
    if not any(yen <= abs(of_line) for of_line in known):
        return _DIFFERS
    return _posts(entry, entry.event, application=application, yen=yen)


def _claimed(_read: _Sources, _no: int, entry: Entry, key: Parts) -> _Wrong | None:
    """What is claimed booking reckons from all that was paid out; here only that it is claimed of one whole part."""
    if len(entry.movements) != 1:
        return _DIFFERS
    movement = entry.movements[0]
    part = {"deposit": key[1]} if movement.debit_application is None else {"application": key[1]}
    return _posts(entry, entry.event, **part, yen=movement.yen)


def _proposed(read: _Sources, no: int, entry: Entry, key: Parts) -> _Wrong | None:
    refund, step = read.refunds.get(_number(key, 1)), read.steps.get(("refund", no))
    if refund is None or step is None or (step.of, step.nth, step.state) != (refund.no, 1, "proposed"):
        return _NOTHING
    if entry.event == "overpayment_returned":
        return _posts(entry, entry.event, deposit=refund.deposit, yen=refund.yen)
    carried = [
        (moved.debit_application, moved.credit_application, moved.yen) for moved in entry.movements if _on(moved)
    ]
    return _posts(entry, entry.event, application=refund.application, yen=refund.yen, carried=carried)


def _on(movement: Movement) -> bool:
    return movement.debit == movement.credit == Account.FEES_HELD


def _of_refund(read: _Sources, no: int, entry: Entry, key: Parts) -> _Wrong | None:
    refund, step = read.refunds.get(_number(key, 1)), read.steps.get(("refund", no))
    if refund is None:
        return _NOTHING
    if entry.event == "refund_ended":  # the other of the two entries that end one is kept with the step
        return None if sum(moved.yen for moved in entry.movements) == refund.yen else _DIFFERS
    if step is None or (step.of, step.nth, step.state) != (refund.no, _number(key, 2), _OF_REFUND[entry.event]):
        return _NOTHING
    return None


def _of_credit(read: _Sources, no: int, entry: Entry, key: Parts) -> _Wrong | None:
    credit, step = read.credits.get(_number(key, 1)), read.steps.get(("credit", no))
    state = "proposed" if entry.event == "credit_proposed" else "applied"
    if credit is None or step is None or (step.of, step.state) != (credit.no, state):
        return _NOTHING
    slip = {"application": credit.application, "yen": credit.yen}
    if state == "applied":
        slip["to_application"] = credit.to_application
    return _posts(entry, entry.event, **slip)


def _slip(read: _Sources, no: int, entry: Entry, key: Parts) -> _Wrong | None:
    slip, step = read.slips.get(_number(key, 1)), read.steps.get(("slip", no))
    if slip is None or step is None or step.of != slip.no or slip.kind != _KIND_OF[entry.event]:
        return _NOTHING
    moved, whose = entry.movements[0], slip.application or slip.deposit
    told = (slip.debit, slip.credit, slip.yen, whose)
    there = moved.debit_application or moved.credit_application or moved.deposit
    return None if len(entry.movements) == 1 and (moved.debit, moved.credit, moved.yen, there) == told else _DIFFERS


def _opened(read: _Sources, _no: int, entry: Entry, key: Parts) -> _Wrong | None:
    account, application, deposit, _source = key[1:]
    known = read.openings.get(tuple(key[1:]))
    if not known:
        return _NOTHING
    slip = {"account": account, "application": application, "deposit": deposit}
    return None if any(_posts(entry, OPENING, **slip, yen=-yen) is None for yen in known) else _DIFFERS


def _number(key: Parts, place: int) -> int:
    """The number at a place of a key; 0 where there is none."""
    part = key[place] if len(key) > place else None
    return part if isinstance(part, int) else 0


_ASKED: dict[str, Callable[[_Sources, int, Entry, Parts], _Wrong | None]] = {
    **dict.fromkeys(_RECEIPTS, _receipt),
    **dict.fromkeys(("suspense_settled", "fee_released"), _suspense),
    ISSUED: _issued,
    WAIVED: _waived,
    **dict.fromkeys((PAID, REPAID), _transferred),
    **dict.fromkeys(("claim_raised", "fee_claimed"), _claimed),
    **dict.fromkeys(("refund_proposed", "overpayment_returned"), _proposed),
    **dict.fromkeys(_OF_REFUND, _of_refund),
    **dict.fromkeys(("credit_proposed", "credit_applied"), _of_credit),
    **dict.fromkeys(EVENTS.values(), _slip),
    OPENING: _opened,
}


# --- reversals ------------------------------------------------------------------------------------------------------


def _reversal(read: _Sources, no: int, entry: Entry, key: Parts) -> _Wrong | None:
    """A reversal names what it reverses, and is one that a command, booking or a step may make."""
    cause, original = str(key[0]), read.posted.get(entry.reverses or 0)
    if len(key) != 2 or key[1] != entry.reverses or original is None or original.event != entry.event:
        return _NOTHING
    of_original = next(
        (step for of in ("refund", "credit") if (step := read.steps.get((of, entry.reverses or 0)))), None
    )
    if cause in _TAKEN_BACK:
        of, states = _TAKEN_BACK[cause]
        step = read.steps.get((of, no))
        if cause == "credit_undone" and step is None and of_original is not None:
            return None  # of the two entries that undo a credit the last is kept with the step
        return None if step is not None and (not states or step.state in states) else _NOTHING
    if cause == CORRECTION:
        return None if original.event in (*FROM_FACTS, OPENING) else ("reverses-another", {})
    if cause == FROM_ITS_ENTRY:
        return None if _first(original) == ON_ITS_DAY else ("reverses-another", {})
    if cause != BY_HAND:
        return _NOTHING
    if of_original is not None:
        return ("reverses-another", {})
    approved = read.steps.get(("slip", entry.reverses or 0))
    if approved is not None and approved.state == "approved":
        step = read.steps.get(("slip", no))
        return None if step is not None and step.of in read.reversal_slips.get(entry.reverses or 0, ()) else _NOTHING
    return None


def _first(entry: Entry) -> object:
    return next(iter(_parts(entry.key)), None)


def _parts(key: str) -> Parts:
    """The parts of a key; none of a text that is no key of ours."""
    try:
        read = parts(key)
    except ValueError:
        return []
    return list(read)


def received(connection: Connection) -> Iterator[Fault]:
    """Every deposit of which the journal has received, all in all, something else than was ever known of it."""
    entry, movement, known = tables.entry.c, tables.movement.c, tables.deposit_known.c
    came = func.sum(movement.yen).filter(movement.debit == str(Account.BANK))
    went = func.sum(movement.yen).filter(movement.credit == str(Account.BANK))
    yen = (func.coalesce(came, 0) - func.coalesce(went, 0)).label("yen")
    sums = (
        select(movement.deposit, yen)
        .join_from(tables.entry, tables.movement, movement.entry == entry.no)
        .where(entry.event.in_(_RECEIPTS), movement.deposit.is_not(None))
        .group_by(movement.deposit)
        .subquery()
    )
    fits = select(known.deposit).where(known.deposit == sums.c.deposit, known.yen == sums.c.yen).exists()
    wrong = select(sums.c.deposit, sums.c.yen).where(sums.c.yen != 0, ~fits).order_by(sums.c.deposit)
    for row in connection.execute(wrong):
        yield Fault("received-differs", f"deposit {row.deposit}", {"yen": int(row.yen)})
