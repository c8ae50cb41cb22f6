"""The chain: every row that a write adds is sealed, and every write is sealed together with all that came before it.

A seal is the SHA-256 of one row, every column of it; an entry's covers its movements. The seals of one write, in a
fixed order, and the head of the write before give its own head. Whoever holds a head holds everything up to it.

What is sealed reads the same on SQLite and on PostgreSQL. A column that is NULL is left out, and each other one is
named and has its length before it: NULL is not the empty text, no two rows read alike, and a column that a later
version adds leaves every seal as it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import date, datetime
from functools import cache, reduce
from hashlib import sha256
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from ledger import dates, tables
from ledger.columns import hidden
from ledger.store.large import each_row
from ledger.store.records import LARGEST as NUMBERS_TO
from ledger.store.records import NoNumberLeft, batches

Key = tuple[Any, ...]
Marks = dict[str, Any]

# How many keys one statement asks for, and how many seals are written at a time.
_KEYS = 500
_LINES = 10_000
_BYTES_OF_DIGEST = 32

# The largest number that a database keeps.
LARGEST = 2**63 - 1

# The same tables without types: what stands in them comes as the database has it, and not as it should be read.
_TABLES = tables.metadata.tables
_PLAIN = {name: sa.table(name, *map(sa.column, sorted(of.columns.keys()))) for name, of in sorted(_TABLES.items())}
_KEY = {name: tuple(key.name for key in of.primary_key) for name, of in sorted(_TABLES.items())}
_NUMBERED = {name for name, of in _TABLES.items() if all(isinstance(key.type, sa.Integer) for key in of.primary_key)}

# Those of which not everybody reads every column, on PostgreSQL.
_HIDDEN = {name for name, of in _TABLES.items() if any(hidden(column) for column in of.columns)}

# Movements are sealed with their entry; batches and seals are what seals.
SEALED = tuple(name for name in _PLAIN if name not in ("batch", "movement", "seal"))

# The tables whose key counts upwards, so that what was added last has the highest.
COUNTED = tuple(name for name in SEALED if _KEY[name] in (("id",), ("no",)))

# Those whose key is the number of something else, which SQLite takes for the number of the row: what is added last may
# have any. Here the rows without a seal are the mark.
_BY_ANOTHER = tuple(name for name in SEALED if name in _NUMBERED and len(_KEY[name]) == 1 and name not in COUNTED)


class Seal(NamedTuple):
    """A row that was added: its table, its key as text (`12`, `東京 第9001号`, `3/2`), the digest of what it says."""

    of: str
    key: str
    digest: str

    @property
    def where(self) -> str:
        """The row, as a fault names it."""
        return f"{self.of} {self.key}"

    @property
    def order(self) -> tuple[object, ...]:
        """Where the row stands among the seals of its batch: by table, then by key, numbers as numbers."""
        parts = self.key.split("/")
        if self.of in _NUMBERED and all(part.isdecimal() for part in parts):
            return (self.of, 0, tuple(map(int, parts)), "")
        return (self.of, 1, (), self.key)


class _Added:
    """The seals of the rows that a write adds to one table, in their order, in little room: there may be 600,000."""

    def __init__(self, of: str, digests: Iterable[tuple[str, str]]) -> None:
        self._of, self._keys, self._digests = of, list[str](), bytearray()
        if of not in _NUMBERED:
            digests = sorted(digests, key=lambda row: Seal(of, *row).order)
        for key, digest in digests:
            self._keys.append(key)
            self._digests += bytes.fromhex(digest)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Seal]:
        for nth, key in enumerate(self._keys):
            yield Seal(self._of, key, self._digests[nth * _BYTES_OF_DIGEST : (nth + 1) * _BYTES_OF_DIGEST].hex())


# --- sealing --------------------------------------------------------------------------------------------------------


def marks(connection: sa.Connection) -> Marks:
    """On SQLite, how far each table is filled at this moment, to be handed to `seal` when the write ends.

    Only what is added in between is sealed. What was put there unsealed before stays unsealed, and is found.
    """
    row = connection.execute(_marks()).one()
    return dict(zip(SEALED, row, strict=True))


@cache
def _marks() -> sa.Select[Any]:
    return sa.select(*map(_mark, SEALED))


def _mark(name: str) -> sa.ColumnElement[Any]:
    plain = _PLAIN[name]
    if name in _BY_ANOTHER:
        keys = sa.func.group_concat(plain.c[_KEY[name][0]], ",")
        return sa.select(keys).select_from(plain).where(_without_seal(name)).scalar_subquery()
    return sa.select(sa.func.max(sa.literal_column("rowid"))).select_from(plain).scalar_subquery()


def seal(connection: sa.Connection, before: Marks, *, by: str, command: str) -> None:
    """Seals every row that was added since the marks, as one batch; where there is none, nothing is written.

    So it is on SQLite, where the caller is alone in writing to the books from the marks on until it commits.
    PostgreSQL does the same by itself (`migrations.writes`).
    """
    new: list[_Added] = []
    for name, mark in marks(connection).items():
        if mark != before.get(name):
            new.append(_Added(name, _digests(connection, name, _since(name, before.get(name)))))
    if not any(new):
        return
    batch = tables.batch
    last = connection.execute(sa.select(batch.c.no, batch.c.head).order_by(batch.c.no.desc()).limit(1)).first()
    if last is not None and last.no >= NUMBERS_TO:
        raise NoNumberLeft(batch.name, last.no)
    no, previous = (last.no + 1, last.head) if last else (1, "")
    row = {"no": no, "previous": previous, "recorded_at": dates.now(), "by": by, "role": None, "command": command}
    connection.execute(batch.insert().values(row | {"head": head(row, enumerate(chain.from_iterable(new), 1))}))
    _keep(connection, no, chain.from_iterable(new))


def open_write(connection: sa.Connection, *, command: str, by: str) -> Marks:
    """Opens a write, for whoever is alone in writing: what is added is sealed from these marks on.

    PostgreSQL itself opens it, takes rows in it alone, and seals them at COMMIT; there are no marks to hand on.
    """
    if connection.dialect.name == "sqlite":
        return marks(connection)
    opens = sa.text("SELECT begin_write(:command, :signer, :moment)")
    connection.execute(opens, {"command": command, "signer": by, "moment": dates.now()})
    return {}


def seal_write(connection: sa.Connection, before: Marks, *, command: str, by: str) -> None:
    """Seals what was added since a write was opened; after it nothing more may be added."""
    if connection.dialect.name == "sqlite":
        seal(connection, before, by=by, command=command)
    else:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")


def head(batch: Mapping[str, object], seals: Iterable[tuple[int, Seal]]) -> str:
    """The head of a batch: over its own columns, the head before it among them, and over all its seals in order."""
    names = sorted(name for name in batch if name != "head")
    digest_of_all = sha256(_content("batch", names, [batch[name] for name in names]).encode(*_BYTES))
    lines = (f"\n{nth} {len(of)} {of} {len(key)} {key} {digest}" for nth, (of, key, digest) in seals)
    while some := list(islice(lines, _LINES)):
        digest_of_all.update("".join(some).encode(*_BYTES))
    return digest_of_all.hexdigest()


def _without_seal(name: str) -> sa.ColumnElement[bool]:
    plain, sealed = _PLAIN[name], _PLAIN["seal"]
    parts: list[sa.ColumnElement[Any]] = [sa.cast(part, sa.Text) for part in _key(plain)]
    key = reduce(lambda left, right: left.concat("/").concat(right), parts)
    return ~sa.exists().where(sealed.c.of == name, sealed.c.key == key).correlate(plain)


def _since(name: str, mark: Any) -> sa.ColumnElement[bool]:
    plain = _PLAIN[name]
    if name in _BY_ANOTHER:
        before = [int(key) for key in (mark or "").split(",") if key]
        return sa.and_(_without_seal(name), plain.c[_KEY[name][0]].not_in(before))
    return sa.literal_column("rowid") > (mark or 0)


def _keep(connection: sa.Connection, no: int, new: Iterable[Seal]) -> None:
    seals = enumerate(new, 1)
    while rows := [(no, nth, *row) for nth, row in islice(seals, _LINES)]:
        connection.exec_driver_sql("INSERT INTO seal (batch, nth, of, key, digest) VALUES (?, ?, ?, ?, ?)", rows)


# --- what stands in the books ---------------------------------------------------------------------------------------


def count(connection: sa.Connection, name: str) -> int:
    """How many rows a table has."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(_PLAIN[name])).scalar_one())


# How PostgreSQL writes a day and a moment, as it is sealed; what lies beyond every calendar as it calls it.
_WRITTEN = ((sa.DateTime, "YYYY-MM-DD HH24:MI:SS.US"), (sa.Date, "YYYY-MM-DD"))


@cache
def _columns(name: str, dialect: str) -> tuple[sa.ColumnElement[Any], ...]:
    """The columns of a table as the database has them: PostgreSQL is asked for days as text, as SQLite keeps them.

    So a day that no program of ours could read is a text like another.
    """
    plain = _PLAIN[name]
    if dialect == "sqlite":
        return tuple(plain.c)
    shown: list[sa.ColumnElement[Any]] = []
    for column in plain.c:
        kind = _TABLES[name].c[column.name].type
        form = next((form for of, form in _WRITTEN if isinstance(kind, of)), None)
        text = sa.func.coalesce(sa.func.to_char(column, form), sa.cast(column, sa.Text)) if form else column
        shown.append(text.label(column.name))
    return tuple(shown)


def plain(connection: sa.Connection, name: str, only: tuple[str, list[int]] | None = None) -> Iterator[dict[str, Any]]:
    """The rows of a table as the database has them, in the order of the key; `only` those with such a number there."""
    table = _PLAIN[name]
    statement = sa.select(*_columns(name, connection.dialect.name)).order_by(*_key(table))
    where, numbers = only or ("", [])
    statements = (statement.where(table.c[where].in_(batch)) for batch in batches(numbers, _KEYS))
    for of_batch in [statement] if only is None else statements:
        yield from (dict(row._mapping) for row in each_row(connection, of_batch))


def digests(connection: sa.Connection, name: str) -> Iterator[tuple[str, str]]:
    """The key and the digest of every row of a table, as it stands now."""
    return _digests(connection, name, None)


def digests_of(connection: sa.Connection, name: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The same of the rows with these keys, as far as there are any."""
    columns = _key(_PLAIN[name])
    values: list[Any] = [tuple(key.split("/")) if len(columns) > 1 else (key,) for key in keys]
    # A key with other parts, which somebody has put in, is that of no row.
    values = [parts for parts in values if len(parts) == len(columns)]
    if name in _NUMBERED:
        numbers = [tuple(map(_number, parts)) for parts in values]
        values = [parts for parts in numbers if None not in parts]
    for batch in batches(values, _KEYS):
        among = sa.tuple_(*columns).in_(batch) if len(columns) > 1 else columns[0].in_([value for (value,) in batch])
        yield from _digests(connection, name, among)


def unsealed(connection: sa.Connection, name: str) -> Iterator[str]:
    """The key of every row of a table that has no seal."""
    key, plain = _key(_PLAIN[name]), _PLAIN[name]
    statement = sa.select(*key).select_from(plain).where(_without_seal(name))
    yield from ("/".join(map(str, row)) for row in each_row(connection, statement))


def _number(part: str) -> int | None:
    """A part of a key as the number that it is, or None; none is as long as the longest that a database keeps."""
    return int(part) if re.fullmatch("-?[0-9]{1,19}", part) and abs(int(part)) <= LARGEST else None


def _key(plain: sa.TableClause) -> list[sa.ColumnElement[Any]]:
    """The columns of a table's key."""
    return [plain.c[name] for name in _KEY[plain.name]]


def _digests(connection: sa.Connection, name: str, where: sa.ColumnElement[bool] | None) -> Iterator[tuple[str, str]]:
    """In the order of the key where it is of numbers; texts each database would put in an order of its own."""
    plain = _PLAIN[name]
    names = list(plain.c.keys())
    places = [names.index(column) for column in _KEY[name]]
    digested = name in _HIDDEN and connection.dialect.name == "postgresql"
    columns = _columns(name, connection.dialect.name)
    shown = [*_key(plain), getattr(sa.func, f"digest_{name}")(*_key(plain))] if digested else columns
    statement = sa.select(*shown) if where is None else sa.select(*shown).where(where)
    if name in _NUMBERED:
        statement = statement.order_by(*_key(plain))
    moving = _movements(connection, where) if name == "entry" else nullcontext()
    with moving as moved:
        rows = each_row(connection, statement)
        if digested:  # whoever may not read the row is told what is sealed of it
            yield from ((str(key), digest) for key, digest in rows)
        for row in rows:
            content = _content(name, names, row)
            if moved is not None:
                content = "\n".join([content, *moved(row[places[0]])])
            key = str(row[places[0]]) if len(places) == 1 else "/".join([str(row[place]) for place in places])
            yield key, sha256(content.encode(*_BYTES)).hexdigest()


@contextmanager
def _movements(connection: sa.Connection, where: sa.ColumnElement[bool] | None) -> Iterator[Callable[[Any], list[str]]]:
    """What the movements of each of these entries say, asked for entry by entry in the order of their numbers."""
    movement, entry = _PLAIN["movement"], _PLAIN["entry"]
    names = list(movement.c.keys())
    statement = sa.select(*movement.c).order_by(movement.c.entry, movement.c.nth)
    if where is not None:
        statement = statement.where(movement.c.entry.in_(sa.select(entry.c.no).where(where)))
    with closing(each_row(connection, statement)) as rows:
        by_entry = groupby(rows, key=attrgetter("entry"))
        ahead = next(by_entry, None)

        def of(entry: Any) -> list[str]:
            nonlocal ahead
            while ahead is not None and ahead[0] < entry:  # of an entry that is none of these
                ahead = next(by_entry, None)
            if ahead is None or ahead[0] != entry:
                return []
            contents = [_content("movement", names, row) for row in ahead[1]]
            ahead = next(by_entry, None)
            return contents

        yield of


# SQLite keeps bytes as text that are none; they are sealed as they are.
_BYTES = ("utf-8", "surrogateescape")


def _content(name: str, columns: Sequence[str], values: Iterable[object]) -> str:
    """A row as one text: its table, and every column that is not NULL with the length of what it says."""
    content = name
    for label, value in zip(columns, values, strict=True):
        if value is not None:
            text = value if type(value) is str else str(value) if type(value) is int else as_text(value)
            content += f"\n{label} {len(text)} {text}"
    return content


def as_text(value: object) -> str:
    """A value that is neither text nor a whole number, as SQLite keeps it."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return f"{type(value).__name__} {value!r}"
