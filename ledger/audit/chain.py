"""The chain held against the books: which row is not as it was sealed, is gone, or was never sealed.

A batch whose seals give its head proves its seals, and these prove the rows. Where they do not give it, the seals are
made anew from the rows as they stand: if those give the head, the seals were changed and are named, not the rows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, Text, cast, exists, func, select

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


def faults(connection: Connection, only: Collection[int] | None = None) -> list[Fault]:
    """Everything in which rows, seals and batches disagree, in the order in which it was recorded; then the rest.

    With `only` the rows of these batches alone are read; that other rows came to be unsealed is then told as a number.
    """
    if only is None and _agree(connection):
        return [*_unsealed(connection, ())]
    batches = {row["no"]: row for row in chain.plain(connection, "batch")}
    seals: dict[int, Seals] = {}
    for row in chain.plain(connection, "seal", None if only is None else ("batch", sorted(only))):
        seals.setdefault(row["batch"], {})[row["nth"]] = Seal(row["of"], row["key"], row["digest"])
    standing = _standing(connection, seals, everything=only is None)
    located = [*_gaps(batches, seals)]
    doubtful: list[int] = []
    for no in sorted({*batches, *seals} if only is None else only):
        of_batch = seals.setdefault(no, {})
        if no in batches and chain.head(batches[no], sorted(of_batch.items())) != batches[no]["head"]:
            doubtful.append(no)
        else:
            located += _rows(no, of_batch, standing)
    changed = _not_restored(doubtful, batches, seals, standing, located)
    for no in changed:
        located.append((no, 0, Fault("batch-changed", f"batch {no}", {})))
        located += _rows(no, seals[no], standing)
    located += _unlinked(batches, changed)
    named = [fault for _no, _nth, fault in sorted(located, key=lambda at: at[:2])]
    if only is not None:
        return [*named, *_uncounted(connection)]
    return [*named, *_unsealed(connection, standing.unsealed(seals))]


def _agree(connection: Connection) -> bool:
    """Whether rows, seals and batches agree in everything, read piece by piece.

    So it nearly always is, and then nothing has to be held; only to say where they disagree all of it is.
    """
    batches = {row["no"]: row for row in chain.plain(connection, "batch")}
    if list(batches) != list(range(1, len(batches) + 1)):
        return False
    if any(row["previous"] != (batches[no - 1]["head"] if no > 1 else "") for no, row in batches.items()):
        return False
    remaining, differing = set(batches), list[Seal]()
    seals = _held_against_rows(connection, chain.plain(connection, "seal"), differing)
    for no, of_batch in groupby(seals, key=itemgetter(0)):
        if no not in remaining:
            return False
        remaining.remove(no)
        head = chain.head(batches[no], ((nth, seal) for _no, nth, seal in of_batch))
        if differing or head != batches[no]["head"]:
            return False
    return not remaining and not any(_uncounted(connection)) and not _sealed_twice(connection)


def _held_against_rows(
    connection: Connection, rows: Iterator[dict[str, Any]], differing: list[Seal]
) -> Iterator[tuple[int, int, Seal]]:
    """The seals as they come, after their batch and number; those that are no seal of a row as it stands are noted.

    They are held against the rows many batches at a time: most batches are small, and a SELECT for each would be much.
    """
    while some := [
        (row["batch"], row["nth"], Seal(row["of"], row["key"], row["digest"])) for row in islice(rows, _AT_A_TIME)
    ]:
        keys: dict[str, list[str]] = {name: [] for name in chain.SEALED}
        for _no, _nth, seal in some:
            keys.setdefault(seal.of, []).append(seal.key)
        standing = {
            (name, key): digest
            for name in chain.SEALED
            for key, digest in chain.digests_of(connection, name, keys[name])
        }
        differing += [seal for _no, _nth, seal in some if standing.get((seal.of, seal.key)) != seal.digest]
        yield from some


def _sealed_twice(connection: Connection) -> bool:
    """Whether any row has more than one seal, so that there are as many as rows though one has none."""
    seal = tables.seal.c
    twice = select(seal.of, seal.key).group_by(seal.of, seal.key).having(func.count() > 1).limit(1)
    return connection.execute(twice).first() is not None


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
    keys: dict[str, list[str]] = {name: [] for name in chain.SEALED}
    for of_batch in () if everything else seals.values():
        for seal in of_batch.values():
            keys.setdefault(seal.of, []).append(seal.key)
    digests: dict[RowName, str] = {}
    for name in chain.SEALED:
        rows = chain.digests(connection, name) if everything else chain.digests_of(connection, name, keys[name])
        digests.update(((name, key), digest) for key, digest in rows)
    return _Standing(digests)


# --- batches --------------------------------------------------------------------------------------------------------


def _gaps(batches: Collection[int], seals: Collection[int]) -> Iterator[LocatedFault]:
    for no in sorted({*range(1, max(batches, default=0)), *seals} - {*batches}):
        yield no, 0, Fault("batch-missing", f"batch {no}", {})


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


@cache
def _counts() -> Select[Any]:
    """How many rows each table has that is sealed, put together once."""
    every = (tables.metadata.tables[name] for name in chain.SEALED)
    return select(*(select(func.count()).select_from(table).scalar_subquery() for table in every))


def _uncounted(connection: Connection) -> Iterator[Fault]:
    rows, seals = sum(connection.execute(_counts()).one()), chain.count(connection, "seal")
    if rows != seals:
        yield Fault("rows-unsealed", "books", {"rows": rows, "seals": seals})
