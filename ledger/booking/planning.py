"""A plan of postings: what the journal holds, what was booked from which fact, and what is to be posted beside it.

The plan knows at each moment what every part of an account will hold once its postings are made, so that a posting
the database would refuse is never planned.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Integer, Select, String, Text, and_, bindparam, cast, func, or_, select

from ledger import tables
from ledger.booking.events import entry_of
from ledger.booking.inputs import TOUCHING, Scope, touched
from ledger.codes import FROM_FACTS, OPENING, RECEIPTS, Account
from ledger.i18n import N_, _
from ledger.journal.entries import Entry, Movement, parts, recorded
from ledger.journal.reversal import BY_HAND, CORRECTION, ON_ITS_DAY, chains, opposite
from ledger.store.records import next_number

# What the authority may count on though it never came: a short payment that two people wrote off.
WRITTEN_OFF = "fee_written_off"

T = TypeVar("T")

# The fact that an entry rests on, as the last parts of its key.
Basis = tuple[str | int | date | None, ...]

# Why something was left, in one sentence each.
LEFT = {
    "fee_not_known": N_("{subject}: no fee is known for the day of the application, so the deposit waits in suspense"),
    "fee_not_received": N_("{subject}: the certificate was issued, but the fee is not wholly received"),
    "money_gone": N_("{subject}: what is known has changed, but the money of entry {entry} has since gone on"),
    "money_reserved": N_(
        "{subject}: what is known has changed, but {holder} holds the money: reject, undo or end that first"
    ),
    "not_brought": N_("entry {entry} stays on its day: its money has since gone on"),
    "reversed_by_hand": N_("{subject}: entry {entry} was reversed by a person and waits until the fact itself changes"),
}


@dataclass(frozen=True)
class Unbooked:
    """What could not be booked, for which deposit or application, and why; the entry that stands in the way, if any.

    `planned_on` is the day of an entry that is itself only planned.
    """

    code: str
    subject: str
    entry: int | None = None
    holder: str = ""
    planned_on: date | None = field(default=None, compare=False)

    @property
    def says(self) -> str:
        """The reason in the language being spoken."""
        return _(LEFT[self.code], subject=self.subject, entry=self.entry, holder=self.holder)


@dataclass(frozen=True)
class BookedEntry:
    """An entry that booking made: the event, for what, the how-manieth time, and the fact it was booked from."""

    no: int
    on: date
    event: str
    subject: str
    nth: int
    basis: tuple[str | int | None, ...]
    undone_by: str | None
    undone_on: date | None = None

    @property
    def live(self) -> bool:
        """Whether it stands, reversed by nobody."""
        return self.undone_by is None

    @property
    def undone_by_hand(self) -> bool:
        """Whether a person reversed it; booking does not post it again until the fact changes."""
        return self.undone_by == BY_HAND


@dataclass(frozen=True)
class Deficit:
    """Yen that a part of an account would lack, and the first day on which it would."""

    account: str
    part: str
    yen: int
    on: date


@dataclass
class Plan:
    """The postings to be made up to a day, for everything or for a few applications and deposits; see the module."""

    connection: Connection
    through: date
    scope: Scope | None = None
    postings: list[Entry] = field(default_factory=list)
    left: list[Unbooked] = field(default_factory=list)
    _moved: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    _held: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _allocated: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _paid_by: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _by_day_planned: dict[tuple[str, str | None], Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    _taken: set[tuple[str, str | None]] = field(default_factory=set)
    _received_on: dict[str, date] = field(default_factory=dict)
    _booked: dict[tuple[str, str], dict[int, BookedEntry]] = field(default_factory=dict)
    _chains: dict[int, list[int]] = field(default_factory=dict)
    _place: dict[int, tuple[str, str]] = field(default_factory=dict)
    _first_no: int = 0
    _worked_out: dict[str, Any] = field(default_factory=dict)
    _booked_is_read: bool = False
    opened_on: date | None = None

    def __post_init__(self) -> None:
        self.opened_on = opened_on(self.connection)
        self._chains = chains(self.connection, None if self.scope is None else TOUCHING, self._touched())
        self._first_no = next_number(self.connection, tables.entry.c.no)
        self._read_movements()

    def _touched(self) -> dict[str, Any]:
        return {} if self.scope is None else touched(self.scope)

    @property
    def only(self) -> Collection[str] | None:
        """The few applications that are booked; None: every one."""
        return None if self.scope is None else self.scope.applications

    # --- what is there, the plan included ---

    def held(self, account: str, part: str) -> int:
        """What an application's or deposit's part of an account holds, in yen, credit positive."""
        return self._held[account, part]

    def moved(self, event: str, account: str, part: str) -> int:
        """What entries of one event have brought into a part of an account, in yen, credit positive."""
        return self._moved[event, account, part]

    def by_part(self, event: str, account: str) -> dict[str, int]:
        """What entries of one event have brought into each part of an account, in yen, credit positive."""
        moved = ((part, yen) for (of, code, part), yen in self._moved.items() if (of, code) == (event, account))
        return {part: yen for part, yen in moved if part and yen}

    def received(self, application: str) -> int:
        """The fee received for an application, by deposit, by credit or before the books began, in yen."""
        owed = max(0, self.opened(Account.AUTHORITY_PAYABLE, application))
        moved = sum(self._moved[event, Account.FEES_HELD, application] for event in RECEIPTS)
        return moved + self.opened(Account.FEES_HELD, application) + owed

    def covered(self, application: str) -> int:
        """What of the fee due is received or written off, in yen: the rest is still to come."""
        return self.received(application) + self._moved[WRITTEN_OFF, Account.FEES_HELD, application]

    def opened(self, account: str, part: str) -> int:
        """What a part of an account held when the books began, in yen, credit positive."""
        return self._moved[OPENING, account, part]

    def allocated(self, deposit: str, application: str) -> int:
        """What of a deposit counts as the fee of an application, in yen."""
        return self._allocated[deposit][application] if deposit in self._allocated else 0

    def allocated_to(self, deposit: str) -> dict[str, int]:
        """The applications of whose fee a deposit has paid a part, with the yen."""
        return {number: yen for number, yen in self._allocated.get(deposit, {}).items() if yen > 0}

    def payers(self, application: str) -> dict[str, int]:
        """The deposits that have paid a part of an application's fee, with the yen."""
        return {deposit: yen for deposit, yen in self._paid_by.get(application, {}).items() if yen > 0}

    def received_on(self, application: str) -> date | None:
        """The day on which the fee, or its last part, was received."""
        return self._received_on.get(application)

    def booked(self, event: str, subject: str) -> list[BookedEntry]:
        """What was booked of an event for a deposit or an application, oldest first, reversed or not."""
        return list(self._all_booked().get((event, subject), {}).values())

    def worked_out(self, subject: str, work_out: Callable[[], T]) -> T:
        """What `work_out` makes of all that was booked for a deposit; done again only when more is planned for it."""
        if subject not in self._worked_out:
            self._worked_out[subject] = work_out()
        found: T = self._worked_out[subject]
        return found

    def entry(self, no: int) -> Entry:
        """An entry that was booked, or that is planned and will get this number."""
        if no >= self._first_no:
            return self.postings[no - self._first_no]
        return recorded(self.connection, [no])[no]

    def subjects(self, event: str) -> list[str]:
        """The deposits or applications for which anything of an event was booked, in order."""
        return sorted(subject for of, subject in self._all_booked() if of == event)

    def latest(self, event: str, subject: str) -> BookedEntry | None:
        """What was booked last of an event, reversed or not."""
        booked = self._all_booked().get((event, subject))
        return booked[max(booked)] if booked else None

    # --- what is to be posted ---

    def post(self, event: str, subject: str, nth: int, basis: Basis, on: date, **slip: Any) -> None:
        """Plans an entry by its template, with a key made of the event, what it is for, and the fact it rests on."""
        self.add(entry_of(event, subject, nth, *basis, on=on, **slip))

    def undo(self, no: int, original: Entry, on: date, reason: str) -> None:
        """Plans the reversal of an entry whose fact turned out otherwise."""
        self.add(opposite(no, original, on=on, reason=reason, cause=CORRECTION))

    def add(self, *postings: Entry) -> None:
        """Plans postings, in their order."""
        for posting in postings:
            self.postings.append(posting)
            self._note(posting)
            for movement in posting.movements:
                self._take(posting.event, movement)
                for side, yen in _sides(movement):
                    self._by_day_planned[side][posting.on] += yen
                if posting.event in RECEIPTS and posting.reverses is None and movement.credit_application is not None:
                    before = self._received_on.get(movement.credit_application, posting.on)
                    self._received_on[movement.credit_application] = max(before, posting.on)

    def _note(self, posting: Entry) -> None:
        """Counts the posting among what is booked, under the number that it will get."""
        original, every = posting.reverses, self._all_booked()
        if original is not None and original in self._place:
            booked = every[self._place[original]]
            self._worked_out.pop(self._place[original][1], None)
            booked[original] = replace(booked[original], undone_by=CORRECTION, undone_on=posting.on)
        elif original is None and posting.event in FROM_FACTS:
            self._enter(self._first_no + len(self.postings) - 1, posting.on, parts(posting.key), None)

    def _enter(
        self,
        no: int,
        on: date,
        key: list[str | int | None],
        undone_by: str | None,
        undone_on: date | None = None,
    ) -> None:
        event, subject, nth, *basis = key
        place = (str(event), str(subject))
        self._worked_out.pop(place[1], None)
        self._place[no] = place
        self._booked.setdefault(place, {})[no] = BookedEntry(
            no, on, *place, int(nth or 0), tuple(basis), undone_by, undone_on
        )

    def fits(self, postings: Sequence[Entry]) -> bool:
        """Whether no part of an account falls below zero on any day when these are posted after the plan."""
        return not self.deficits(postings)

    def deficits(self, postings: Sequence[Entry]) -> list[Deficit]:
        """What the parts of the accounts that hold money would lack if these were posted after the plan."""
        parts = {
            (account, str(part))
            for posting in postings
            for movement in posting.movements
            for (account, part), yen in _sides(movement)
            if yen < 0 and account in (Account.FEES_HELD, Account.SUSPENSE)
        }
        return [deficit for part in sorted(parts) if (deficit := self._deficit(*part, postings)) is not None]

    def _deficit(self, account: str, part: str, postings: Sequence[Entry]) -> Deficit | None:
        lacking = {day: -balance for day, balance in self._balances(account, part, postings) if balance < 0}
        return Deficit(account, part, max(lacking.values()), min(lacking)) if lacking else None

    def available_from(
        self, account: str, part: str, yen: int, since: date, postings: Sequence[Entry] = ()
    ) -> date | None:
        """The first day, not before `since`, from which on a part of an account always holds so many yen; else None.

        `postings` are counted as if they were planned.
        """
        if not postings:
            if self._held[account, part] < yen:
                return None
            if (account, part) not in self._taken:
                return since
        available: date | None = None
        before = 0
        for day, balance in self._balances(account, part, postings):
            if day <= since:
                before = balance
            elif available is None and balance >= yen:
                available = day
            elif balance < yen:
                available, before = None, 0
        return since if before >= yen else available

    def days_after(self, since: date, parts: Collection[str]) -> list[date]:
        """The days after one day on which fees held or suspense of these parts moved, the plan included."""
        of = ((account, part) for account in (Account.FEES_HELD, Account.SUSPENSE) for part in parts)
        return sorted({day for side in of for day, _yen in self._balances(*side, ()) if day > since})

    def _balances(self, account: str, part: str, postings: Sequence[Entry]) -> Iterator[tuple[date, int]]:
        """What a part of an account holds at the end of each day on which it moved, the plan and these included."""
        by_day = self._by_day(account, part)
        for day, yen in self._by_day_planned.get((account, part), {}).items():
            by_day[day] += yen
        for posting in postings:
            for movement in posting.movements:
                for side, yen in _sides(movement):
                    if side == (account, part):
                        by_day[posting.on] += yen
        balance = 0
        for day in sorted(by_day):
            balance += by_day[day]
            yield day, balance

    def _by_day(self, account: str, part: str) -> Counter[date]:
        """What the journal has moved into a part of an account, in yen, by day; out is negative."""
        by_day: Counter[date] = Counter()
        for side, sign in (("debit", -1), ("credit", 1)):
            for day, yen in self.connection.execute(_side_by_day(side), {"account": str(account), "part": part}):
                by_day[day] += sign * int(yen)
        return by_day

    def leave(self, code: str, subject: str, entry: int | None = None, holder: str = "") -> None:
        """Notes that something could not be booked."""
        planned = entry is not None and entry >= self._first_no
        on = self.postings[entry - self._first_no].on if entry is not None and planned else None
        self.left.append(Unbooked(code, subject, entry, holder, on))

    # --- reading the journal ---

    def _take(self, event: str, movement: Movement) -> None:
        for (account, part), yen in _sides(movement):
            self._held[account, part] += yen
            self._moved[event, account, part] += yen
            if yen < 0:
                self._taken.add((account, part))
            if account == Account.FEES_HELD and part is not None and movement.deposit is not None:
                self._allocated[movement.deposit][part] += yen
                self._paid_by[part][movement.deposit] += yen

    def _read_movements(self) -> None:
        few, given = self.scope is not None, self._touched()
        for event, yen, debit, credit, *whose in self.connection.execute(_moved(few), given):
            self._take(event, Movement(debit, credit, int(yen), *whose))
        received = self.connection.execute(_received(few), given | {"standing_again": self._standing_again()})
        self._received_on = dict(received.all())

    def _all_booked(self) -> dict[tuple[str, str], dict[int, BookedEntry]]:
        """What was booked of each event for each subject; read when it is asked for first."""
        if not self._booked_is_read:
            self._booked_is_read = True
            self._read_booked()
        return self._booked

    def _read_booked(self) -> None:
        rows = self.connection.execute(_made_from_facts(self.scope is not None), self._touched())
        for no, on, own_key, reversed_key, reversed_on in rows:
            stands = reversed_key is None or len(self._chains[no]) % 2 == 0
            undone_by, key = None if stands else str(parts(reversed_key)[0]), parts(own_key)
            if key[0] != ON_ITS_DAY:  # the entry itself stands, and is the one that was booked
                self._enter(no, on, key, undone_by, None if stands else reversed_on)

    def _standing_again(self) -> list[int]:
        return [original for original, chain in self._chains.items() if len(chain) % 2 == 0]


def opened_on(connection: Connection) -> date | None:
    """The day with whose balances the books began; None when they began with nothing."""
    entry = tables.entry.c
    days = connection.execute(_OPENED_ON).scalars().all()
    if not days:
        return None
    statement = select(func.max(entry.happened_on)).outerjoin(_later, _later.c.reverses == entry.no)
    standing = statement.where(entry.event == OPENING, entry.happened_on.in_(days), _ORIGINAL, _later.c.no.is_(None))
    last: date | None = connection.execute(standing).scalar()
    return last


# Plain texts: a driver may write a member of an enumeration in its own way.
_COVERED = (str(Account.FEES_HELD), str(Account.AUTHORITY_PAYABLE))


_later = tables.entry.alias("later")

# That an entry reverses none; put like this, no index is read for it, which would give nearly every entry.
_ORIGINAL = func.coalesce(tables.entry.c.reverses, 0) == 0


_OPENED_ON = select(tables.opening.c.opened_on).distinct()

# What a plan reads, put together once: of every application and deposit, or of the few that it is for.


@cache
def _moved(few: bool) -> Select[Any]:
    """What was moved, summed by event, accounts and parts."""
    movement, entry = tables.movement, tables.entry
    names = ("debit", "credit", "debit_application", "credit_application", "deposit")
    columns = [movement.c[name] for name in names]
    moved = select(entry.c.event, func.sum(movement.c.yen), *columns).join(entry, entry.c.no == movement.c.entry)
    statement = moved.group_by(entry.c.event, *columns)
    return statement.where(TOUCHING) if few else statement


@cache
def _received(few: bool) -> Select[Any]:
    """The day on which each fee, or its last part, was received; what was brought to its own day, on that day."""
    movement, entry, own = tables.movement, tables.entry, tables.entry.alias("own")
    own_key = f'["{ON_ITS_DAY}",' + cast(entry.c.no, Text) + "]"
    received_on = func.max(func.coalesce(own.c.happened_on, entry.c.happened_on))
    standing_again = entry.c.no.in_(bindparam("standing_again", type_=Integer, expanding=True))
    application = movement.c.credit_application
    of_these = application.in_(bindparam("applications", type_=String, expanding=True))
    return (
        select(application, received_on)
        .join(entry, entry.c.no == movement.c.entry)
        .outerjoin(_later, _later.c.reverses == entry.c.no)
        .outerjoin(own, own.c.key == own_key)
        .where(movement.c.credit.in_(_COVERED), entry.c.event.in_((*RECEIPTS, WRITTEN_OFF, OPENING)))
        .where(_ORIGINAL, or_(_later.c.no.is_(None), standing_again))
        .where(of_these if few else application.is_not(None))
        .group_by(application)
    )


@cache
def _made_from_facts(few: bool) -> Select[Any]:
    """The entries that booking made, each with its reversal."""
    entry, movement = tables.entry, tables.movement
    statement = (
        select(entry.c.no, entry.c.happened_on, entry.c.key, _later.c.key, _later.c.happened_on)
        .outerjoin(_later, _later.c.reverses == entry.c.no)
        .where(_ORIGINAL, entry.c.event.in_(FROM_FACTS))
        .order_by(entry.c.no)
    )
    return statement.where(entry.c.no.in_(select(movement.c.entry).where(TOUCHING))) if few else statement


@cache
def _side_by_day(side: str) -> Select[Any]:
    """What one side of the movements brought to a part of an account, by day."""
    movement, entry = tables.movement.c, tables.entry.c
    account, part = bindparam("account", type_=String), bindparam("part", type_=String)
    application = movement[f"{side}_application"]
    whose = or_(application == part, and_(application.is_(None), movement.deposit == part))
    return (
        select(entry.happened_on, func.sum(movement.yen))
        .join(tables.movement, movement.entry == entry.no)
        .where(movement[side] == account, whose)
        .group_by(entry.happened_on)
    )


def _sides(movement: Movement) -> Iterator[tuple[tuple[str, str | None], int]]:
    """The parts that a movement touches, with the yen it adds to the credit side of each."""
    for account, application, yen in (
        (movement.debit, movement.debit_application, -movement.yen),
        (movement.credit, movement.credit_application, movement.yen),
    ):
        yield (str(account), application if application is not None else movement.deposit), yen
