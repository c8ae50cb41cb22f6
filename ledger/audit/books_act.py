"""The books held against what the Electronic Books Act asks of superior books (優良な電子帳簿), by trying each point.

What is tried is taken back; nothing is written. A point that could not be tried does not hold thereby, and what only
the office can do is said to be the office's.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Executable, and_, func, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from ledger import dates, tables
from ledger.audit import chain
from ledger.i18n import N_, _
from ledger.journal.entries import recorded
from ledger.journal.ledgers import AccountLine, JournalEntry, Search, each_entry, numbers
from ledger.journal.period import PeriodJournal, general_ledger
from ledger.store.owners import owned
from ledger.store.records import batches

Result = Literal["holds", "does_not_hold", "not_run", "yours"]

# An entry is entered in the normal course within two months at most (NTA, questions on books, no. 29).
_USUAL_MONTHS = 2

# What the database says where it refuses to change or take out a row.
_APPEND_ONLY = "append-only"


class Outcome(NamedTuple):
    """What came of trying a point, and what was found, in the language being spoken."""

    result: Result
    found: str


@dataclass(frozen=True)
class Requirement:
    """A point of the Act: its clause, what it asks, what counts as meeting it, and the command that shows it."""

    code: str
    clause: str
    asks: str
    counts: str
    command: str
    tried: Callable[[Connection], Outcome]


@dataclass(frozen=True)
class Point:
    """A requirement with what came of trying it on these books."""

    requirement: Requirement
    outcome: Outcome


def points(connection: Connection, requirements: Iterable[Requirement]) -> Iterator[Point]:
    """Every requirement, tried on the books. What breaks off, of books that were tampered with, could not be run."""
    for requirement in requirements:
        try:
            with connection.begin_nested():
                outcome = requirement.tried(connection)
        except (ValueError, TypeError, LookupError, AssertionError, ArithmeticError, DatabaseError) as error:
            outcome = Outcome("not_run", _("It broke off: {says}", says=_first_line(error)))
        yield Point(requirement, outcome)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {getattr(error, 'orig', None) or error}".splitlines()[0]


def nothing_to_try() -> Outcome:
    """What is said of books without entries: nothing was tried, so nothing was shown."""
    return Outcome("not_run", _("The books have no entry yet: there is nothing to try it on."))


def _judged(wrong: Sequence[object], holds: str) -> Outcome:
    """It holds where nothing is wrong; else the first of what is wrong is named."""
    if not wrong:
        return Outcome("holds", holds)
    named = ", ".join(str(what) for what in wrong[:10])
    return Outcome("does_not_hold", _("Wrong: {named} ({count} in all)", named=named, count=len(wrong)))


# --- corrections and deletions, later entries -----------------------------------------------------------------------


def _changes_refused(connection: Connection) -> Outcome:
    """Tries to change and to take out a row of every table that has one, on a connection of its own; taken back."""
    let, tried = [], 0
    with connection.engine.connect().execution_options(writes=True) as writer:
        for table in tables.metadata.sorted_tables:
            keys = list(table.primary_key.columns)
            row = writer.execute(select(*keys).limit(1)).first()
            if row is None:
                continue
            this = and_(*(key == value for key, value in zip(keys, row, strict=True)))
            for statement in (update(table).where(this).values({keys[0].name: keys[0]}), table.delete().where(this)):
                tried += 1
                says = _said_to(writer, statement)
                if says is None:
                    let.append(f"{statement.__visit_name__} {table.name}")
                elif _APPEND_ONLY not in says:
                    writer.rollback()
                    return Outcome("not_run", _("Whoever asks may not even try: {says}", says=says))
        writer.rollback()
    if not tried:
        return nothing_to_try()
    return _judged(
        let, _("Changes and deletions tried: {count}, in every table that has a row. All were refused.", count=tried)
    )


def _said_to(writer: Connection, statement: Executable) -> str | None:
    """With what the database refused a statement; None where its rule let it pass. Either way it is taken back.

    What fails because another row names this one got past the rule.
    """
    savepoint = writer.begin_nested()
    try:
        writer.execute(statement)
    except DatabaseError as error:
        says = str(error.orig).splitlines()[0]
        return None if isinstance(error, IntegrityError) and _APPEND_ONLY not in says else says
    finally:
        savepoint.rollback()
    return None


def _reversals_name_originals(connection: Connection) -> Outcome:
    """Holds every reversal against the entry it names: there before it, its exact opposite, with a reason."""
    entry, wrong = tables.entry.c, []
    numbers = connection.execute(select(entry.no).where(entry.reverses.is_not(None)).order_by(entry.no)).scalars().all()
    for group in batches(numbers):
        reversals = recorded(connection, group)
        originals = recorded(connection, {reversal.reverses for reversal in reversals.values() if reversal.reverses})
        for no, reversal in reversals.items():
            original = originals.get(reversal.reverses or 0)
            opposite = () if original is None else tuple(moved.opposite for moved in reversed(original.movements))
            if reversal.movements != opposite or not reversal.reason or (reversal.reverses or no) >= no:
                wrong.append(no)
    if not numbers and not _entries(connection):
        return nothing_to_try()
    says = _(
        "Reversals: {count}. Each names an earlier entry, is its exact opposite, and says why.", count=len(numbers)
    )
    return _judged(wrong, says)


def _entries(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(tables.entry)).scalar_one())


def _later_entries_show(connection: Connection) -> Outcome:
    """Every number once from 1 without a hole, in the order entered; what was entered late is counted."""
    entry, wrong, late = tables.entry.c, [], 0
    expected, before = 1, None
    rows = connection.execute(select(entry.no, entry.recorded_at, entry.happened_on, entry.for_day).order_by(entry.no))
    for no, recorded_at, happened_on, for_day in rows:
        if no != expected or (before is not None and recorded_at < before):
            wrong.append(no)
        expected, before = no + 1, recorded_at
        late += _late(for_day or happened_on, dates.day_of(recorded_at))
    if expected == 1:
        return nothing_to_try()
    says = _(
        "Entries: {count}, numbered from 1 without a hole in the order entered. Entered more than two months after "
        "their day: {late}, which number and moment show.",
        count=expected - 1,
        late=late,
    )
    return _judged(wrong, says)


def _late(on: date, entered: date) -> bool:
    months = (entered.year - on.year) * 12 + entered.month - on.month
    return (months, entered.day) > (_USUAL_MONTHS, on.day)


# --- one book and another -------------------------------------------------------------------------------------------


def _traced_both_ways(connection: Connection) -> Outcome:
    """Every line of the general ledger is a side of a movement of the journal, and every side stands in the ledger."""
    entry, movement = tables.entry.c, tables.movement.c
    first, last = connection.execute(select(func.min(entry.happened_on), func.max(entry.happened_on))).one()
    if first is None:
        return nothing_to_try()
    sides = Counter[tuple[Any, ...]]()
    parts = (movement.entry, movement.debit, movement.credit, movement.yen)
    parts_of = (movement.debit_application, movement.credit_application, movement.deposit)
    for no, debit, credit, yen, debited, credited, deposit in connection.execute(select(*parts, *parts_of)):
        sides[no, debit, yen, 0, debited, deposit, credit] += 1
        sides[no, credit, 0, yen, credited, deposit, debit] += 1
    count = sides.total()
    for account in general_ledger(PeriodJournal(connection, first, last)):
        for posted in account.lines:
            line = posted.line
            of_part = (line.application, line.deposit, line.counter)
            sides[posted.entry.no, account.opening.code, line.debit, line.credit, *of_part] -= 1
    wrong = sorted({side[0] for side, left in sides.items() if left})
    return _judged(
        [_("entry {no}", no=no) for no in wrong],
        _("Lines of the ledgers: {count}. Each is a side of an entry, and every entry stands in both.", count=count),
    )


# --- searching ------------------------------------------------------------------------------------------------------

Asked = Search

_SAMPLES = 4


class _Sample(NamedTuple):
    """A line of a member, from whose contents searches are made."""

    on: date
    account: str
    yen: int
    member: str


def _samples(connection: Connection) -> list[_Sample]:
    """Lines of members, spread over the journal in its order of days."""
    entry, movement, owner = tables.entry, tables.movement, owned()
    lines = (
        select(entry.c.happened_on, movement.c.debit, movement.c.yen, owner.c.member)
        .join(movement, movement.c.entry == entry.c.no)
        .join(owner, owner.c.number == movement.c.debit_application)
    )
    count: int = connection.execute(select(func.count()).select_from(lines.subquery())).scalar_one()
    at = sorted({nth * (count - 1) // (_SAMPLES - 1) for nth in range(_SAMPLES)}) if count else []
    in_order = lines.order_by(entry.c.happened_on, entry.c.no, movement.c.nth)
    return [_Sample(*connection.execute(in_order.limit(1).offset(nth)).one()) for nth in at]


def _terms(sample: _Sample, until: date) -> dict[str, list[Asked]]:
    """What is asked of day, amount and counterparty: exactly, and as ranges."""
    on, yen = sample.on, sample.yen
    return {
        "day": [{"first": on, "last": on}, {"first": on, "last": max(on, until)}, {"last": on}],
        "amount": [
            {"amount_from": yen, "amount_to": yen},
            {"amount_from": yen, "amount_to": yen * 2},
            {"amount_to": yen},
        ],
        "counterparty": [{"member": sample.member}],
    }


def _exact(of: list[_Sample]) -> Iterator[Asked]:
    for sample in of:
        for asked in _terms(sample, sample.on).values():
            yield asked[0]
    yield {"blank": True}
    yield {"without": "counterparty"}


def _ranges(of: list[_Sample]) -> Iterator[Asked]:
    for sample, following in pairwise([*of, of[-1]]):
        terms = _terms(sample, following.on)
        yield from (*terms["day"][1:], *terms["amount"][1:])


def _pairs(of: list[_Sample]) -> Iterator[Asked]:
    for sample, following in pairwise([*of, of[-1]]):
        for one, other in combinations(_terms(sample, following.on).values(), 2):
            yield from (first | second for first in one for second in other)


def _search(made: Callable[[list[_Sample]], Iterator[Asked]]) -> Callable[[Connection], Outcome]:
    """Searches, over the journal and in the account of each, and holds what is found against a plain scan of all."""

    def tried(connection: Connection) -> Outcome:
        if not _entries(connection):
            return nothing_to_try()
        samples = _samples(connection)
        if not samples:
            return Outcome("not_run", _("No entry of the books names a counterparty: there is nothing to search for."))
        codes = sorted({sample.account for sample in samples})
        accounts: list[Asked] = [Asked(), *(Asked(account=code) for code in codes)]
        searches = [asked | account for asked in made(samples) for account in accounts]
        wrong = [
            " ".join(f"{name}={value}" for name, value in asked.items())
            for asked, scanned in zip(searches, _scanned(connection, searches), strict=True)
            if _Numbers(numbers(connection, **asked)) != scanned
        ]
        return _judged(
            wrong,
            _("Searches: {count}. Each found exactly what a plain scan of all entries finds.", count=len(searches)),
        )

    return tried


class _Numbers:
    """Numbers of entries, a bit for each, so that those of many searches find room; none stands in it twice."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self.count = 0
        self.bits = bytearray()
        for number in numbers:
            self.add(number)

    def add(self, number: int) -> None:
        """Adds a number, which is counted each time that it comes."""
        at = number >> 3
        if at >= len(self.bits):
            self.bits.extend(bytes(at + 1 - len(self.bits)))
        self.bits[at] |= 1 << (number & 7)
        self.count += 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Numbers) and (self.count, self.bits) == (other.count, other.bits)

    __hash__ = None  # type: ignore[assignment]


def _scanned(connection: Connection, searches: list[Asked]) -> list[_Numbers]:
    """What each search should find: every entry of the books is read once and looked at line by line."""
    terms = {name: value for asked in searches for name, value in _each_term(asked)}
    place = {term: 1 << at for at, term in enumerate(terms)}
    wanted = [sum(place[term] for term, _fits in _each_term(asked)) for asked in searches]
    found = [_Numbers() for _asked in searches]
    meant: dict[frozenset[int], list[_Numbers]] = {}
    for entry in each_entry(connection, order="no"):
        kinds = frozenset(
            sum(place[term] for term, fits in terms.items() if fits(entry, line, pair))
            for pair in zip(*[iter(entry.lines)] * 2, strict=True)
            for line in pair
        )
        if kinds not in meant:
            meant[kinds] = [
                numbers
                for numbers, mask in zip(found, wanted, strict=True)
                if any(mask & kind == mask for kind in kinds)
            ]
        for those in meant[kinds]:
            those.add(entry.no)
    return found


_Fits = Callable[[JournalEntry, AccountLine, tuple[AccountLine, ...]], bool]

# Whether a line, with the other side of its movement, is what one thing that is asked means.
_MEANS: dict[str, Callable[[Any], _Fits]] = {
    "first": lambda day: lambda entry, _line, _pair: entry.on >= day,
    "last": lambda day: lambda entry, _line, _pair: entry.on <= day,
    "amount_from": lambda yen: lambda _entry, line, _pair: line.debit + line.credit >= yen,
    "amount_to": lambda yen: lambda _entry, line, _pair: line.debit + line.credit <= yen,
    "member": lambda member: lambda _entry, line, _pair: line.member == member,
    "account": lambda account: lambda _entry, line, _pair: line.account == account,
    "blank": lambda _true: lambda _entry, _line, pair: all(line.application is None for line in pair),
    "without": lambda _counterparty: (
        lambda _entry, _line, pair: all(line.application is None and line.deposit is None for line in pair)
    ),
}


def _each_term(asked: Asked) -> Iterator[tuple[tuple[str, object], _Fits]]:
    """Each thing that a search asks, with what it means."""
    for name, value in asked.items():
        yield (name, value), _MEANS[name](value)


# --- keeping, and what is the office's ------------------------------------------------------------------------------


def _everything_kept(connection: Connection) -> Outcome:
    """Whatever was sealed when it was written stands there as it was."""
    entry = tables.entry.c
    first, last = connection.execute(select(func.min(entry.happened_on), func.max(entry.happened_on))).one()
    if first is None:
        return nothing_to_try()
    says = _(
        "Each row of facts, masters and entries stands as it was sealed; the entries are of {first} to {last}. Keep "
        "the books, with their backups, for seven years.",
        first=first,
        last=last,
    )
    return _judged([f"{fault.where} ({fault.code})" for fault in chain.faults(connection)], says)


def _documents(_connection: Connection) -> Outcome:
    return Outcome(
        "yours",
        _("The manual comes with the program. Adopt a procedure of the office; a sample is in docs/books-act.md."),
    )


def _declared(_connection: Connection) -> Outcome:
    return Outcome(
        "yours",
        _(
            "Hand the declaration (届出書) to the tax office before the day on which the tax return is due. The books "
            "do not know whether you have."
        ),
    )


_RULE = "規則第5条第5項第1号"

REQUIREMENTS = (
    Requirement(
        "changes_refused",
        f"{_RULE} イ(1)",
        N_("Corrections and deletions can be seen, with what they changed."),
        N_("No entry can be changed or deleted; it is corrected by an entry that names it."),
        "verify",
        _changes_refused,
    ),
    Requirement(
        "reversals",
        f"{_RULE} イ(1)",
        N_("A correction says what it corrects."),
        N_("A reversal bears the number of its original, is its exact opposite, and says why."),
        "entries",
        _reversals_name_originals,
    ),
    Requirement(
        "later_entries",
        f"{_RULE} イ(2)",
        N_("What is entered after the usual time can be seen to be."),
        N_("Number and moment are given by the program, and nobody can change them."),
        "entries",
        _later_entries_show,
    ),
    Requirement(
        "traced",
        f"{_RULE} ロ",
        N_("From each book what belongs to it is found in the others."),
        N_("The number of the entry stands in journal and ledgers alike."),
        "export journal --format csv --out FILE",
        _traced_both_ways,
    ),
    Requirement(
        "search",
        f"{_RULE} ハ(1)",
        N_("Search by day, amount and counterparty."),
        N_("Only what is meant is found, what is left blank as well, in every book."),
        "entries --member MEMBER",
        _search(_exact),
    ),
    Requirement(
        "search_ranges",
        f"{_RULE} ハ(2)",
        N_("Search by ranges of days and amounts."),
        N_("From, up to, or both; both ends are counted."),
        "entries --from DAY --to DAY",
        _search(_ranges),
    ),
    Requirement(
        "search_pairs",
        f"{_RULE} ハ(3)",
        N_("Search by any two of these at once."),
        N_("What is found fits both."),
        "entries --from DAY --member MEMBER",
        _search(_pairs),
    ),
)

# Those that stand after the download, which is no matter of the ledger alone.
FURTHER = (
    Requirement(
        "documents",
        "規則第2条第2項第1号",
        N_("The documents of the system and of the office's procedure are at hand."),
        N_("An outline of the system, its manual, and who enters by when, who checks, how corrections are approved."),
        "--help",
        _documents,
    ),
    Requirement(
        "kept",
        "法第4条第1項",
        N_("The books are kept as data from the first record on, as long as the law asks."),
        N_("Not totals alone: whatever was written stands there as it was sealed."),
        "verify",
        _everything_kept,
    ),
    Requirement(
        "declared",
        "法第8条第4項・規則第5条第1項",
        N_("That the books are to count as superior ones was declared."),
        N_("A declaration (届出書), handed in by the taxpayer."),
        "",
        _declared,
    ),
)
