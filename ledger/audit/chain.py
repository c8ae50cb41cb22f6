"""The chain held against the books: which row is not as it was sealed, is gone, or was never sealed.

A batch whose seals give its head proves its seals, and these prove the rows. Where they do not give it, the seals are
made anew from the rows as they stand: if those give the head, the seals were changed and are named, not the rows.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Text, cast, exists, func, select

from ledger import tables
from ledger.audit.faults import MOST, Fault, FaultList
from ledger.dates import Month
from ledger.store import records
from ledger.store import seals as chain
from ledger.store.seals import Seal

# A row by its table and its key.
RowName = tuple[str, str]
Seals = dict[int, Seal]
Batches = Mapping[int, Mapping[str, Any]]
# A fault, with the batch and the seal at which it stands.
LocatedFault = tuple[int, int, Fault]

# About so many seals are made anew in the search for those that a batch was closed with.
_WORK = 50_000

# So many seals are held against their rows at once.
_AT_A_TIME = 5_000

# So many seals and rows are held at most, to find out what batches were closed with; what is more is gone through.
_HELD = 50_000

# So many missing numbers are named each; where more are missing, the row behind them is named.
FEW_MISSING = 3

# Is shown a batch and the row of a seal of it.
Watch = Callable[[Mapping[str, Any], Mapping[str, Any]], None]


@dataclass
class _Standing:
    """The rows as they stand: the digest of each; and of batches whose seals had to be made anew, what they sealed."""

    digests: dict[RowName, str]
    restored: dict[int, set[RowName]] = field(default_factory=dict)

    def named(self, seals: Seals) -> set[RowName]:
        """The rows that these seals name, as far as they stand."""
        return {(seal.of, seal.key) for seal in seals.values()} & self.digests.keys()

    def sealed(self, names: Iterable[RowName]) -> Seals:
        """The seals that these rows would get, in the order of a batch."""
        seals = sorted((Seal(*name, self.digests[name]) for name in names), key=lambda seal: seal.order)
        return dict(enumerate(seals, 1))

    def unsealed(self, seals: Mapping[int, Seals]) -> set[RowName]:
        """The rows that no batch sealed."""
        by_any = (self.restored.get(no) or self.named(of_batch) for no, of_batch in seals.items())
        return set(self.digests).difference(*by_any)


def last_head(connection: Connection) -> str:
    """The head of the last batch; of books without any, an empty text."""
    batch = tables.batch
    head = connection.execute(select(batch.c.head).order_by(batch.c.no.desc()).limit(1)).scalar()
    return str(head or "")


class _Located:
    """Faults with where they stand in the chain: of each kind the first that are found, and how many more there are."""

    def __init__(self) -> None:
        self.noted: list[LocatedFault] = []
        self.found: Counter[str] = Counter()

    def take(self, located: Iterable[LocatedFault]) -> None:
        """Notes more of them."""
        for at in located:
            self.found[at[2].code] += 1
            if self.found[at[2].code] <= MOST:
                self.noted.append(at)

    def join(self, others: "_Located") -> None:
        """Notes those of others, and what they only count."""
        self.take(others.noted)
        self.found.update({code: found - MOST for code, found in others.found.items() if found > MOST})

    def named(self) -> FaultList:
        """The same in the order in which it was recorded."""
        named = FaultList(fault for _no, _nth, fault in sorted(self.noted, key=itemgetter(0, 1)))
        named.count({code: found - MOST for code, found in self.found.items() if found > MOST})
        return named


def faults(connection: Connection, only: Collection[int] | None = None, watch: Watch | None = None) -> FaultList:
    """Everything in which rows, seals and batches disagree, in the order in which it was recorded; then the rest.

    With `only` the rows of these batches alone are read; that other rows came to be unsealed is then told as a number.
    Everything is read piece by piece; only of batches whose seals do not give their head some is held. `watch` is
    shown every seal with its batch, in their order.
    """
    batches = {row["no"]: row for row in chain.plain(connection, "batch")}
    located, stored = _Located(), dict[int, str]()
    without_batch, seen = list[int](), set[int]()
    of_batches = None if only is None else ("batch", sorted(only))
    beside = _beside_rows(connection, chain.plain(connection, "seal", of_batches))
    for no, rows in groupby(beside, key=lambda pair: pair[0]["batch"]):
        differing = _Located()
        seals = _held_against_rows(rows, batches.get(no), watch, differing)
        seen.add(no)
        head = None if no not in batches else chain.head(batches[no], seals)
        if head is None:
            deque(seals, 0)
            without_batch.append(no)
        elif head != batches[no]["head"]:
            stored[no] = head
            continue
        located.join(differing)
    empty = (no for no in (batches if only is None else only) if no in batches and no not in seen)
    stored |= {no: head for no in empty if (head := chain.head(batches[no], ())) != batches[no]["head"]}
    located.take(_gaps(batches, without_batch))
    twice = FaultList(_sealed_twice(connection, {*stored, *without_batch}))
    if not (located.noted or stored or twice or any(_uncounted(connection))):
        located.take(_unlinked(batches, ()))
        named = located.named()
        named.take(_unsealed(connection, ()))
        return named
    return _disagreeing(connection, batches, stored, without_batch, located, twice, everything=only is None)


def _disagreeing(
    connection: Connection,
    batches: Batches,
    stored: Mapping[int, str],
    without_batch: list[int],
    located: _Located,
    twice: FaultList,
    *,
    everything: bool,
) -> FaultList:
    """The same where something disagrees: what the doubtful batches had sealed, and which rows no batch sealed.

    `stored` are these batches, each with the head that its seals give.
    """
    few, large = _few_and_large(connection, [*stored, *without_batch])
    seals: dict[int, Seals] = {no: {} for no in few}
    for row in chain.plain(connection, "seal", ("batch", few)):
        seals[row["batch"]][row["nth"]] = Seal(row["of"], row["key"], row["digest"])
    loose = list(islice(_loose(connection), _HELD + 1)) if everything else []
    too_many = len(loose) > _HELD
    standing = _standing(connection, seals, [] if too_many else loose)
    changed = _not_restored([no for no in stored if no in seals], batches, seals, standing, located)
    for no in changed:
        located.take([(no, 0, Fault("batch-changed", f"batch {no}", {}))])
        located.take(_rows(no, seals[no], standing))
    unsealed = standing.unsealed(seals)
    for no in large:
        if no in stored:
            changed += _gone_through(connection, batches, no, stored[no], standing, unsealed, located)
    located.take(_unlinked(batches, changed))
    named = located.named()
    named.take(twice)
    if not everything:
        named.take(_uncounted(connection))
        return named
    of_none = {name for name in unsealed if not _sealed_by_others(connection, name, seals)}
    named.take(_unsealed(connection, _loose(connection) if too_many else sorted(of_none)))
    return named


def _few_and_large(connection: Connection, numbers: Collection[int]) -> tuple[list[int], list[int]]:
    """Of these batches those whose seals may be held, all together, and those that are gone through."""
    few, large, held = list[int](), list[int](), 0
    seal = tables.seal.c
    for group in records.batches(sorted(numbers)):
        counted = select(seal.batch, func.count()).where(seal.batch.in_(group)).group_by(seal.batch)
        of_each: dict[int, int] = dict(connection.execute(counted).all())
        for no in group:
            held += (count := of_each.get(no, 0))
            (few if held <= _HELD else large).append(no)
            held -= count if held > _HELD else 0
    return few, large


def _loose(connection: Connection) -> Iterator[RowName]:
    """The rows that no seal names."""
    return ((name, key) for name in chain.SEALED for key in chain.unsealed(connection, name))


def _beside_rows(
    connection: Connection, seals: Iterator[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """The seals as they come, each with the digest of its row as it stands; None: there is no such row.

    The rows are asked for many batches at a time: most batches are small, and a SELECT for each would be much.
    """
    while some := list(islice(seals, _AT_A_TIME)):
        keys: dict[str, list[str]] = {name: [] for name in chain.SEALED}
        for row in some:
            keys.setdefault(row["of"], []).append(row["key"])
        standing = {
            (name, key): digest
            for name in chain.SEALED
            for key, digest in chain.digests_of(connection, name, keys[name])
        }
        yield from ((row, standing.get((row["of"], row["key"]))) for row in some)


def _held_against_rows(
    rows: Iterable[tuple[dict[str, Any], str | None]],
    batch: Mapping[str, Any] | None,
    watch: Watch | None,
    differing: _Located,
) -> Iterator[tuple[int, Seal]]:
    """The seals of a batch with their numbers, shown to who watches; those that are not their row's are noted."""
    for row, digest in rows:
        if watch is not None and batch is not None:
            watch(batch, row)
        if digest != row["digest"]:
            code = "row-missing" if digest is None else "row-changed"
            fault = Fault(code, f"{row['of']} {row['key']}", {"batch": row["batch"]})
            differing.take([(row["batch"], row["nth"], fault)])
        yield row["nth"], Seal(row["of"], row["key"], row["digest"])


def _sealed_twice(connection: Connection, apart: Collection[int]) -> Iterator[Fault]:
    """The rows that more than one seal names, so that there are as many as rows though one has none.

    Left out are those of batches whose seals are doubted anyway.
    """
    seal = tables.seal.c
    last = func.max(seal.batch).label("last")
    twice = select(seal.of, seal.key, func.min(seal.batch).label("first"), last)
    twice = twice.group_by(seal.of, seal.key).having(func.count() > 1).order_by(last, seal.of, seal.key)
    for row in connection.execute(twice):
        if row.first not in apart and row.last not in apart:
            yield Fault("sealed-twice", f"{row.of} {row.key}", {"batch": row.first, "again": row.last})


def _sealed_by_others(connection: Connection, name: RowName, batches: Collection[int]) -> bool:
    """Whether a batch that is none of these sealed a row."""
    seal = tables.seal.c
    statement = select(seal.batch).where(seal.of == name[0], seal.key == name[1])
    return any(no not in batches for no in connection.execute(statement).scalars())


def written(connection: Connection, month: Month | None, since: int | None) -> set[int]:
    """The batches that hold an entry of the month, those after the batch `since`, or both when both are asked."""
    batch, seal, entry = tables.batch, tables.seal, tables.entry
    numbers = set[int]()
    if since is not None:
        numbers.update(connection.execute(select(batch.c.no).where(batch.c.no > since)).scalars())
    if month is not None:
        in_month = entry.c.happened_on.between(month.first, month.last)
        key = seal.c.key == cast(entry.c.no, Text)
        numbers.update(
            connection.execute(select(seal.c.batch).distinct().where(seal.c.of == "entry", key, in_month)).scalars()
        )
    return numbers


def numbers_in(connection: Connection, batches: Collection[int]) -> dict[str, list[int]]:
    """The numbers of the entries and of the decisions that these batches sealed, by table."""
    seal = tables.seal
    numbers: dict[str, list[int]] = {"entry": [], "decision": []}
    for no in sorted(batches):
        of_batch = select(seal.c.of, seal.c.key).where(seal.c.batch == no, seal.c.of.in_(list(numbers)))
        for row in connection.execute(of_batch.order_by(seal.c.nth)):
            if row.key.isdecimal():
                numbers[row.of].append(int(row.key))
    return numbers


def _standing(connection: Connection, seals: Mapping[int, Seals], loose: Iterable[RowName]) -> _Standing:
    """The rows that these seals name, and those that none names."""
    keys: dict[str, set[str]] = {name: set() for name in chain.SEALED}
    for of_batch in seals.values():
        for seal in of_batch.values():
            keys.setdefault(seal.of, set()).add(seal.key)
    for name, key in loose:
        keys[name].add(key)
    digests: dict[RowName, str] = {}
    for name in chain.SEALED:
        rows = chain.digests_of(connection, name, sorted(keys[name]))
        digests.update(((name, key), digest) for key, digest in rows)
    return _Standing(digests)


# --- batches --------------------------------------------------------------------------------------------------------


def _gaps(batches: Collection[int], without_batch: Collection[int]) -> Iterator[LocatedFault]:
    """The batches that there have to be: from 1 on each number once."""
    for no in without_batch:
        yield no, 0, Fault("batch-missing", f"batch {no}", {})
    before = 0
    for no in sorted({*batches, *without_batch}):
        if no < 1:
            yield no, 0, Fault("number-below-one", f"batch {no}", {})
            continue
        if no - before > FEW_MISSING + 1:
            yield no, 0, Fault("number-gap", f"batch {no}", {"before": before})
        else:
            yield from ((gone, 0, Fault("batch-missing", f"batch {gone}", {})) for gone in range(before + 1, no))
        before = no


def _unlinked(batches: Batches, changed: Collection[int]) -> Iterator[LocatedFault]:
    """Batches that follow another head than that of the one before; either of the two may be known to be changed."""
    for no, row in batches.items():
        head = "" if no == 1 else batches[no - 1]["head"] if no - 1 in batches else row["previous"]
        if head != row["previous"] and no not in changed and no - 1 not in changed:
            yield no, 0, Fault("batch-unlinked", f"batch {no}", {})


def _not_restored(
    doubtful: list[int], batches: Batches, seals: Mapping[int, Seals], standing: _Standing, located: _Located
) -> list[int]:
    """The batches that no seals made anew bring back to their head; the wrong seals of the others are named.

    What one batch is found not to have sealed, another may have lost, so they are gone through until nothing changes.
    """
    remaining = list(doubtful)
    loose = standing.unsealed(seals) if remaining else set()
    for no, of_batch in seals.items():
        if no not in batches:  # rows whose seals stand under a batch that there is not may belong to another
            loose |= standing.named(of_batch)
    while remaining:
        before = len(remaining)
        for no in list(remaining):
            others = {name for other in remaining if other != no for name in standing.named(seals[other])}
            names = _restored(batches, no, seals[no], standing, loose | others)
            if names is not None:
                remaining.remove(no)
                loose = (loose | standing.named(seals[no])) - names
                located.take(_differing(no, seals[no].items(), standing.sealed(names).items()))
                standing.restored[no] = names
        if len(remaining) == before:
            break
    return remaining


def _restored(batches: Batches, no: int, seals: Seals, standing: _Standing, more: set[RowName]) -> set[RowName] | None:
    """The rows whose seals, made from them as they stand, give the head of the batch; None when there are none."""
    following = batches.get(no + 1)
    if following is not None and following["previous"] == chain.head(batches[no], sorted(seals.items())):
        return None  # the seals are those that the next write followed: the batch was changed
    named = standing.named(seals)
    for names in islice(_attempts(named, more - named), 3 + _WORK // (len(named) + 1)):
        if chain.head(batches[no], standing.sealed(names).items()) == batches[no]["head"]:
            return names
    return None


def _attempts(named: set[RowName], more: set[RowName]) -> Iterator[set[RowName]]:
    """The rows that a batch may have sealed: those that its seals name, less one, or with others, or both."""
    yield named
    yield named | more
    for name in sorted(more):
        yield named | {name}
    for one in sorted(named):
        yield named - {one}
        yield (named - {one}) | more
    for one in sorted(named):
        for name in sorted(more):
            yield (named - {one}) | {name}


def _differing(
    no: int, stored: Iterable[tuple[int, Seal]], remade: Iterable[tuple[int, Seal]]
) -> Iterator[LocatedFault]:
    """Where the seals of a batch, in their order, are not those that it was closed with."""
    stands = ((nth, 0, seal) for nth, seal in stored)
    wanted = ((nth, 1, seal) for nth, seal in remade)
    for nth, group in groupby(merge(stands, wanted, key=itemgetter(0, 1)), key=itemgetter(0)):
        pair = {which: seal for _nth, which, seal in group}
        if pair.get(0) != pair.get(1):
            code = "seal-missing" if 0 not in pair else "seal-added" if 1 not in pair else "seal-changed"
            yield no, nth, Fault(code, f"seal {no}/{nth}", {"batch": no})


# --- batches of very many rows --------------------------------------------------------------------------------------


def _gone_through(
    connection: Connection,
    batches: Batches,
    no: int,
    stored: str,
    standing: _Standing,
    unsealed: set[RowName],
    located: _Located,
) -> list[int]:
    """Finds out the same of a batch with more seals than are held: its number, where nothing gives its head.

    Tried are its rows as they stand, and these with all that no batch sealed; what is then sealed is taken from
    `unsealed`. `stored` is the head that its seals give.
    """
    following = batches.get(no + 1)
    more = sorted((Seal(*name, standing.digests[name]) for name in unsealed), key=lambda seal: seal.order)
    if following is None or following["previous"] != stored:
        for others in [[], more] if more else [[]]:
            if chain.head(batches[no], _remade(connection, no, others)) == batches[no]["head"]:
                located.take(_differing(no, _stored(connection, no), _remade(connection, no, others)))
                unsealed.difference_update((seal.of, seal.key) for seal in others)
                return []
    located.take([(no, 0, Fault("batch-changed", f"batch {no}", {}))])
    rows = _beside_rows(connection, chain.plain(connection, "seal", ("batch", [no])))
    deque(_held_against_rows(rows, None, None, located), 0)
    return [no]


def _stored(connection: Connection, no: int) -> Iterator[tuple[int, Seal]]:
    """The seals of a batch as they stand, in their order."""
    for row in chain.plain(connection, "seal", ("batch", [no])):
        yield row["nth"], Seal(row["of"], row["key"], row["digest"])


def _remade(connection: Connection, no: int, others: list[Seal]) -> Iterator[tuple[int, Seal]]:
    """The seals that the rows of a batch would get as they stand, with these others, in the order of a batch."""
    beside = _beside_rows(connection, chain.plain(connection, "seal", ("batch", [no])))
    own = (Seal(row["of"], row["key"], digest) for row, digest in beside if digest is not None)
    return enumerate(merge(own, others, key=lambda seal: seal.order), 1)


# --- rows -----------------------------------------------------------------------------------------------------------


def _rows(no: int, seals: Seals, standing: _Standing) -> Iterator[LocatedFault]:
    for nth, seal in seals.items():
        digest = standing.digests.get((seal.of, seal.key))
        if digest != seal.digest:
            yield no, nth, Fault("row-missing" if digest is None else "row-changed", seal.where, {"batch": no})


def _unsealed(connection: Connection, names: Iterable[RowName]) -> Iterator[Fault]:
    """Rows that no batch sealed, and movements of an entry that there never was."""
    for of, key in names:
        yield Fault("row-unsealed", f"{of} {key}", {})
    entry, movement, seal = tables.entry, tables.movement, tables.seal
    sealed = exists().where(seal.c.of == "entry", seal.c.key == cast(movement.c.entry, Text))
    loose = select(movement.c.entry, movement.c.nth).outerjoin(entry, entry.c.no == movement.c.entry)
    loose = loose.where(entry.c.no.is_(None), ~sealed).order_by(movement.c.entry, movement.c.nth)
    for row in connection.execute(loose):
        yield Fault("row-unsealed", f"movement {row.entry}/{row.nth}", {})


def _uncounted(connection: Connection) -> Iterator[Fault]:
    rows, seals = sum(chain.count(connection, name) for name in chain.SEALED), chain.count(connection, "seal")
    if rows != seals:
        yield Fault("rows-unsealed", "books", {"rows": rows, "seals": seals})
