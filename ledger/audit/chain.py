"""The chain held against the books: which row is not as it was sealed, is gone, or was never sealed.

A batch whose seals give its head proves its seals, and these prove the rows. Where they do not give it, the seals are
made anew from the rows as they stand: if those give the head, the seals were changed and are named, not the rows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Text, cast, exists, select

from ledger import tables
from ledger.audit.faults import Fault
from ledger.dates import Month
from ledger.store import seals as chain
from ledger.store.seals import Seal

# A row by its table and its key.
Name = tuple[str, str]
Seals = dict[int, Seal]
Batches = Mapping[int, Mapping[str, Any]]
# A fault, with the batch and the seal at which it stands.
Found = tuple[int, int, Fault]

# About so many seals are made anew in the search for those that a batch was closed with.
_WORK = 50_000


@dataclass
class _Standing:
    """The rows as they stand: the digest of each; and of batches whose seals had to be made anew, what they sealed."""

    digests: dict[Name, str]
    restored: dict[int, set[Name]] = field(default_factory=dict)

    def named(self, own: Seals) -> set[Name]:
        """The rows that these seals name, as far as they stand."""
        return {(each.of, each.key) for each in own.values()} & self.digests.keys()

    def sealed(self, names: Iterable[Name]) -> Seals:
        """The seals that these rows would get, in the order of a batch."""
        made = sorted((Seal(*name, self.digests[name]) for name in names), key=lambda each: each.order)
        return dict(enumerate(made, 1))

    def unsealed(self, seals: Mapping[int, Seals]) -> set[Name]:
        """The rows that no batch sealed."""
        by_any = (self.restored.get(no) or self.named(own) for no, own in seals.items())
        return set(self.digests).difference(*by_any)


def last_head(connection: Connection) -> str:
    """The head of the last batch; of books without any, an empty text."""
    batch = tables.batch
    found = connection.execute(select(batch.c.head).order_by(batch.c.no.desc()).limit(1)).scalar()
    return str(found or "")


def faults(connection: Connection, only: Collection[int] | None = None) -> list[Fault]:
    """Everything in which rows, seals and batches disagree, in the order in which it was recorded; then the rest.

    With `only` the rows of these batches alone are read; that other rows came to be unsealed is then told as a number.
    """
    batches = {row["no"]: row for row in chain.plain(connection, "batch")}
    seals: dict[int, Seals] = {}
    for row in chain.plain(connection, "seal", None if only is None else ("batch", sorted(only))):
        seals.setdefault(row["batch"], {})[row["nth"]] = Seal(row["of"], row["key"], row["digest"])
    standing = _standing(connection, seals, everything=only is None)
    found = [*_gaps(batches, seals)]
    doubtful: list[int] = []
    for no in sorted({*batches, *seals} if only is None else only):
        own = seals.setdefault(no, {})
        if no in batches and chain.head(batches[no], sorted(own.items())) != batches[no]["head"]:
            doubtful.append(no)
        else:
            found += _rows(no, own, standing)
    changed = _not_restored(doubtful, batches, seals, standing, found)
    for no in changed:
        found.append((no, 0, Fault("batch-changed", f"batch {no}", {})))
        found += _rows(no, seals[no], standing)
    found += _unlinked(batches, changed)
    named = [fault for _no, _nth, fault in sorted(found, key=lambda each: each[:2])]
    if only is not None:
        return [*named, *_uncounted(connection)]
    return [*named, *_unsealed(connection, standing.unsealed(seals))]


def written(connection: Connection, month: Month | None, since: int | None) -> set[int]:
    """The batches that hold an entry of the month, those after the batch `since`, or both when both are asked."""
    batch, seal, entry = tables.batch, tables.seal, tables.entry
    found = set[int]()
    if since is not None:
        found.update(connection.execute(select(batch.c.no).where(batch.c.no > since)).scalars())
    if month is not None:
        own = entry.c.happened_on.between(month.first, month.last)
        key = seal.c.key == cast(entry.c.no, Text)
        found.update(
            connection.execute(select(seal.c.batch).distinct().where(seal.c.of == "entry", key, own)).scalars()
        )
    return found


def numbers_in(connection: Connection, batches: Collection[int]) -> dict[str, list[int]]:
    """The numbers of the entries and of the decisions that these batches sealed, by table."""
    seal = tables.seal
    numbers: dict[str, list[int]] = {"entry": [], "decision": []}
    for no in sorted(batches):
        own = select(seal.c.of, seal.c.key).where(seal.c.batch == no, seal.c.of.in_(list(numbers)))
        for row in connection.execute(own.order_by(seal.c.nth)):
            if row.key.isdecimal():
                numbers[row.of].append(int(row.key))
    return numbers


def _standing(connection: Connection, seals: Mapping[int, Seals], *, everything: bool) -> _Standing:
    wanted: dict[str, list[str]] = {}
    if not everything:
        for own in seals.values():
            for each in own.values():
                wanted.setdefault(each.of, []).append(each.key)
    digests: dict[Name, str] = {}
    for name in chain.SEALED:
        own_rows = (
            chain.digests(connection, name) if everything else chain.digests_of(connection, name, wanted.get(name, []))
        )
        digests.update(((name, key), digest) for key, digest in own_rows)
    return _Standing(digests)


# --- batches --------------------------------------------------------------------------------------------------------


def _gaps(batches: Collection[int], seals: Collection[int]) -> Iterator[Found]:
    for no in sorted({*range(1, max(batches, default=0)), *seals} - {*batches}):
        yield no, 0, Fault("batch-missing", f"batch {no}", {})


def _unlinked(batches: Batches, changed: Collection[int]) -> Iterator[Found]:
    """Batches that follow another head than that of the one before; either of the two may be known to be changed."""
    for no, row in batches.items():
        head = "" if no == 1 else batches[no - 1]["head"] if no - 1 in batches else row["previous"]
        if head != row["previous"] and no not in changed and no - 1 not in changed:
            yield no, 0, Fault("batch-unlinked", f"batch {no}", {})


def _not_restored(
    doubtful: list[int],
    batches: Batches,
    seals: Mapping[int, Seals],
    standing: _Standing,
    found: list[Found],
) -> list[int]:
    """The batches that no seals made anew bring back to their head; the wrong seals of the others are named.

    What one batch is found not to have sealed, another may have lost, so they are gone through until nothing changes.
    """
    left = list(doubtful)
    loose = standing.unsealed(seals) | _of_no_batch(batches, seals, standing) if left else set()
    while left:
        before = len(left)
        for no in list(left):
            others = {name for other in left if other != no for name in standing.named(seals[other])}
            names = _restored(batches, no, seals[no], standing, loose | others)
            if names is not None:
                left.remove(no)
                loose = (loose | standing.named(seals[no])) - names
                found += _differing(no, seals[no], standing.sealed(names))
                standing.restored[no] = names
        if len(left) == before:
            break
    return left


def _of_no_batch(batches: Batches, seals: Mapping[int, Seals], standing: _Standing) -> set[Name]:
    """The rows whose seals stand under a batch that there is not: they may belong to another."""
    return {name for no, own in seals.items() if no not in batches for name in standing.named(own)}


def _restored(batches: Batches, no: int, own: Seals, standing: _Standing, more: set[Name]) -> set[Name] | None:
    """The rows whose seals, made from them as they stand, give the head of the batch; None when there are none."""
    following = batches.get(no + 1)
    if following is not None and following["previous"] == chain.head(batches[no], sorted(own.items())):
        return None  # the seals are those that the next write followed: the batch was changed
    named = standing.named(own)
    for names in islice(_attempts(named, more - named), 3 + _WORK // (len(named) + 1)):
        if chain.head(batches[no], standing.sealed(names).items()) == batches[no]["head"]:
            return names
    return None


def _attempts(named: set[Name], more: set[Name]) -> Iterator[set[Name]]:
    """The rows that a batch may have sealed: those that its seals name, less one, or with others, or both."""
    yield named
    yield named | more
    for each in sorted(more):
        yield named | {each}
    for one in sorted(named):
        yield named - {one}
        yield (named - {one}) | more
    for one in sorted(named):
        for each in sorted(more):
            yield (named - {one}) | {each}


def _differing(no: int, own: Seals, made: Seals) -> Iterator[Found]:
    for nth in sorted({*own, *made}):
        if own.get(nth) != made.get(nth):
            code = "seal-missing" if nth not in own else "seal-added" if nth not in made else "seal-changed"
            yield no, nth, Fault(code, f"seal {no}/{nth}", {"batch": no})


# --- rows -----------------------------------------------------------------------------------------------------------


def _rows(no: int, own: Seals, standing: _Standing) -> Iterator[Found]:
    for nth, each in own.items():
        digest = standing.digests.get((each.of, each.key))
        if digest != each.digest:
            yield no, nth, Fault("row-missing" if digest is None else "row-changed", each.where, {"batch": no})


def _unsealed(connection: Connection, names: Collection[Name]) -> Iterator[Fault]:
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
    rows = sum(chain.count(connection, name) for name in chain.SEALED)
    seals = chain.count(connection, "seal")
    if rows != seals:
        yield Fault("rows-unsealed", "books", {"rows": rows, "seals": seals})
