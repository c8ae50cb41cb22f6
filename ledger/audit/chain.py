"""The chain held against the books: which row is not as it was sealed, is gone, or was never sealed.

A batch whose seals give its head proves its seals, and these prove the rows. Where they do not give it, the seals are
made anew from the rows as they stand: if those give the head, the seals were changed and are named, not the rows.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, Text, cast, exists, func, select

from ledger import tables
from ledger.audit.faults import Fault
from ledger.dates import Month
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


def faults(connection: Connection, only: Collection[int] | None = None, watch: Watch | None = None) -> list[Fault]:
    """Everything in which rows, seals and batches disagree, in the order in which it was recorded; then the rest.

    With `only` the rows of these batches alone are read; that other rows came to be unsealed is then told as a number.
    Everything is read piece by piece; only of batches whose seals do not give their head all is held. `watch` is shown
    every seal with its batch, in their order.
    """
    batches = {row["no"]: row for row in chain.plain(connection, "batch")}
    located: list[LocatedFault] = []
    doubtful, without_batch, seen = list[int](), list[int](), set[int]()
    of_batches = None if only is None else ("batch", sorted(only))
    beside = _beside_rows(connection, chain.plain(connection, "seal", of_batches))
    for no, rows in groupby(beside, key=lambda pair: pair[0]["batch"]):
        differing: list[LocatedFault] = []
        seals = _held_against_rows(rows, batches.get(no), watch, differing)
        seen.add(no)
        head = None if no not in batches else chain.head(batches[no], seals)
        if head is None:
            deque(seals, 0)
            without_batch.append(no)
            located += differing
        elif head == batches[no]["head"]:
            located += differing
        else:
            doubtful.append(no)
    empty = (no for no in (batches if only is None else only) if no in batches and no not in seen)
    doubtful = sorted({*doubtful, *(no for no in empty if chain.head(batches[no], ()) != batches[no]["head"])})
    located += _gaps(batches, without_batch)
    twice = _sealed_twice(connection, {*doubtful, *without_batch})
    if not (located or doubtful or twice or any(_uncounted(connection))):
        return [*_named(located, batches, ()), *_unsealed(connection, ())]
    return _disagreeing(connection, batches, doubtful, without_batch, located, twice, everything=only is None)


def _disagreeing(
    connection: Connection,
    batches: Batches,
    doubtful: list[int],
    without_batch: list[int],
    located: list[LocatedFault],
    twice: list[Fault],
    *,
    everything: bool,
) -> list[Fault]:
    """The same where something disagrees: what the doubtful batches had sealed, and which rows no batch sealed."""
    seals: dict[int, Seals] = {no: {} for no in [*doubtful, *without_batch]}
    for row in chain.plain(connection, "seal", ("batch", sorted(seals))):
        seals[row["batch"]][row["nth"]] = Seal(row["of"], row["key"], row["digest"])
    standing = _standing(connection, seals, everything=everything)
    changed = _not_restored(doubtful, batches, seals, standing, located)
    for no in changed:
        located.append((no, 0, Fault("batch-changed", f"batch {no}", {})))
        located += _rows(no, seals[no], standing)
    named = _named(located, batches, changed)
    if not everything:
        return [*named, *twice, *_uncounted(connection)]
    loose = {name for name in standing.unsealed(seals) if not _sealed_by_others(connection, name, seals)}
    return [*named, *twice, *_unsealed(connection, loose)]


def _named(located: list[LocatedFault], batches: Batches, changed: Collection[int]) -> list[Fault]:
    in_order = sorted([*located, *_unlinked(batches, changed)], key=lambda at: at[:2])
    return [fault for _no, _nth, fault in in_order]


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
    differing: list[LocatedFault],
) -> Iterator[tuple[int, Seal]]:
    """The seals of a batch with their numbers, shown to who watches; those that are not their row's are noted."""
    for row, digest in rows:
        if watch is not None and batch is not None:
            watch(batch, row)
        if digest != row["digest"]:
            code = "row-missing" if digest is None else "row-changed"
            fault = Fault(code, f"{row['of']} {row['key']}", {"batch": row["batch"]})
            differing.append((row["batch"], row["nth"], fault))
        yield row["nth"], Seal(row["of"], row["key"], row["digest"])


def _sealed_twice(connection: Connection, apart: Collection[int]) -> list[Fault]:
    """The rows that more than one seal names, so that there are as many as rows though one has none.

    Left out are those of batches whose seals are doubted anyway.
    """
    seal = tables.seal.c
    last = func.max(seal.batch).label("last")
    twice = select(seal.of, seal.key, func.min(seal.batch).label("first"), last)
    twice = twice.group_by(seal.of, seal.key).having(func.count() > 1).order_by(last, seal.of, seal.key)
    return [
        Fault("sealed-twice", f"{row.of} {row.key}", {"batch": row.first, "again": row.last})
        for row in connection.execute(twice)
        if row.first not in apart and row.last not in apart
    ]


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


def _standing(connection: Connection, seals: Mapping[int, Seals], *, everything: bool) -> _Standing:
    """The rows that these seals name, and of the whole books those that none names."""
    keys: dict[str, set[str]] = {name: set() for name in chain.SEALED}
    for of_batch in seals.values():
        for seal in of_batch.values():
            keys.setdefault(seal.of, set()).add(seal.key)
    digests: dict[RowName, str] = {}
    for name in chain.SEALED:
        loose = chain.unsealed(connection, name) if everything else ()
        rows = chain.digests_of(connection, name, sorted(keys[name].union(loose)))
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
    doubtful: list[int], batches: Batches, seals: Mapping[int, Seals], standing: _Standing, located: list[LocatedFault]
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
                located += _differing(no, seals[no], standing.sealed(names))
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


def _differing(no: int, stored: Seals, remade: Seals) -> Iterator[LocatedFault]:
    for nth in sorted({*stored, *remade}):
        if stored.get(nth) != remade.get(nth):
            code = "seal-missing" if nth not in stored else "seal-added" if nth not in remade else "seal-changed"
            yield no, nth, Fault(code, f"seal {no}/{nth}", {"batch": no})


# --- rows -----------------------------------------------------------------------------------------------------------


def _rows(no: int, seals: Seals, standing: _Standing) -> Iterator[LocatedFault]:
    for nth, seal in seals.items():
        digest = standing.digests.get((seal.of, seal.key))
        if digest != seal.digest:
            yield no, nth, Fault("row-missing" if digest is None else "row-changed", seal.where, {"batch": no})


def _unsealed(connection: Connection, names: Collection[RowName]) -> Iterator[Fault]:
    """Rows that no batch sealed, and movements of an entry that there never was."""
    for of, key in sorted(names):
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
