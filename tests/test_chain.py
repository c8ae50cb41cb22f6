"""Whatever is changed around the program in a book without one trigger and one rule left is named, at its own row."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, delete, insert, select, text, update
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.audit import chain as sealed
from ledger.audit import faults
from ledger.audit.faults import FAULTS, Fault
from ledger.store import database
from ledger.store import seals as chain
from tests import desk
from tests.spread import SOAK

pytestmark = pytest.mark.thorough

TABLES = sorted(tables.metadata.tables)
COLUMNS = [(name, column.name) for name in TABLES for column in tables.metadata.tables[name].columns]
Where = dict[str, Any]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stripped(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a record in every table, and nothing left that refuses: no trigger, no CHECK, no foreign key."""
    with desk.books(request, desk.everything) as url:
        with database.writing(url) as kept:
            row = {"key": "one", "recorded_at": datetime(2012, 3, 1), "by": "x", "command": "book", "digest": "x"}
            kept.execute(insert(tables.request).values(row | {"answer": "{}"}))
        with _outside(url) as connection:
            _strip(connection)
            connection.commit()
            assert list(sealed.faults(connection)) == []
        yield url
        with _outside(url) as connection:
            assert list(sealed.faults(connection)) == [], "a test did not take back what it changed"


@pytest.fixture
def books(stripped: str) -> Iterator[Connection]:
    """A connection of somebody else's program; what it did is taken back after the test."""
    with _outside(stripped) as connection:
        yield connection
        connection.rollback()


def _outside(url: str) -> Connection:
    return create_engine(database.parse_url(url), poolclass=NullPool).connect()


def _strip(connection: Connection) -> None:
    from migrations import triggers

    triggers.drop_all(connection)
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA writable_schema = ON"))
        for name in TABLES:
            bare = [f'"{column.name}" {column.type.compile(connection.dialect)}' for column in _table(name).columns]
            key = ", ".join(f'"{column.name}"' for column in _table(name).primary_key)
            connection.execute(text(f'ALTER TABLE "{name}" RENAME TO "old_{name}"'))
            connection.execute(text(f'CREATE TABLE "{name}" ({", ".join(bare)}, PRIMARY KEY ({key}))'))
            columns = ", ".join(f'"{column.name}"' for column in _table(name).columns)
            connection.execute(text(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM "old_{name}"'))
            connection.execute(text(f'DROP TABLE "old_{name}"'))
        return
    ours = "FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace) AND conrelid > 0"
    for kind in ("c", "f", "u"):  # what refers to a key goes before the key
        held = f"SELECT CAST(CAST(conrelid AS regclass) AS text), conname {ours} AND contype = '{kind}'"
        for table, name in connection.execute(text(held)).all():
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))


def _table(name: str) -> Table:
    return tables.metadata.tables[name]


def _rows(connection: Connection, name: str) -> list[dict[str, Any]]:
    key = list(_table(name).primary_key)
    return [dict(row._mapping) for row in connection.execute(select(_table(name)).order_by(*key))]


def _at(name: str, row: Where) -> list[Any]:
    return [column == row[column.name] for column in _table(name).primary_key]


def _where(name: str, row: Where) -> str:
    """Where a row has to be named: a movement at its entry."""
    if name == "movement":
        return f"entry {row['entry']}"
    return f"{name} " + "/".join(str(row[column.name]) for column in _table(name).primary_key)


def _named(connection: Connection) -> list[str]:
    """Where faults are found, the first wrong row first; each can be said."""
    found = list(sealed.faults(connection))
    assert all(fault.says and fault.code in FAULTS for fault in found)
    return [fault.where for fault in found]


def _other(value: Any, kind: Any) -> Any:
    """Another value of the same kind, near to this one."""
    if value is None:
        return {date: date(2012, 3, 1), datetime: datetime(2012, 3, 1), int: 1}.get(kind, "")
    if isinstance(value, (date, datetime)):
        return value + timedelta(days=1)
    return value + 1000 if isinstance(value, int) else value + "0"


def _codes(found: list[Fault]) -> set[str]:
    return {fault.code for fault in found}


# --- one change -----------------------------------------------------------------------------------------------------


def test_every_row_of_every_table_is_sealed(books: Connection) -> None:
    assert {name for name in TABLES if not _rows(books, name)} == set()
    seals = {(row["of"], row["key"]) for row in _rows(books, "seal")}
    for name in chain.SEALED:
        assert {key for of, key in seals if of == name} == {key for key, _digest in chain.digests(books, name)}, name


def test_every_column_is_in_the_seal_of_its_row(books: Connection) -> None:
    """Whatever is changed in a row its digest is another; that it is named then is tried on a part of the columns."""
    tried = 0
    for name in (*chain.SEALED, "movement"):
        rows = _rows(books, name)
        for column in _table(name).columns:
            if column.primary_key:
                continue
            row = next((row for row in reversed(rows) if row[column.name] is not None), rows[-1])
            of, _space, key = _where(name, row).partition(" ")
            (before,) = chain.digests_of(books, of, [key])
            with books.begin_nested() as change:
                other = {column.name: _other(row[column.name], column.type.python_type)}
                books.execute(update(_table(name)).where(*_at(name, row)).values(other))
                assert [*chain.digests_of(books, of, [key])] != [before], (name, column.name)
                change.rollback()
            tried += 1
    assert tried > len(COLUMNS) / 2


@pytest.mark.parametrize(("name", "column"), COLUMNS, ids=[".".join(column) for column in COLUMNS])
def test_changed_column_is_named_at_its_row(books: Connection, name: str, column: str) -> None:
    """A value to another one, to nothing, and nothing to a value; an empty text is not nothing."""
    of = _table(name).c[column]
    rows = _rows(books, name)
    valued = [row for row in rows if row[column] is not None]
    empty = [row for row in rows if row[column] is None]
    tried = [(row, _other(row[column], of.type.python_type)) for row in [*valued[:1], *valued[-1:], *empty[:1]]]
    if of.nullable:
        tried += [(row, None) for row in valued[-1:]]
    assert tried
    for row, value in tried:
        with books.begin_nested() as change:
            books.execute(update(_table(name)).where(*_at(name, row)).values({column: value}))
            wrong = _where(name, row)
            found = _named(books)
            assert found[0] == wrong, (row, value, found)
            if not of.primary_key and name != "seal":
                assert found == [wrong], (row, value, found)
            change.rollback()


@pytest.mark.parametrize("name", TABLES)
def test_every_row_deleted_is_named(books: Connection, name: str) -> None:
    """Of a table with many rows the first, the last and some between; `make soak` deletes each of them."""
    rows = _rows(books, name)
    for row in rows if SOAK else {id(row): row for row in [*rows[:: len(rows) // 3 + 1], rows[-1]]}.values():
        with books.begin_nested() as change:
            books.execute(delete(_table(name)).where(*_at(name, row)))
            assert _named(books) == [_where(name, row)], row
            change.rollback()


@pytest.mark.parametrize("name", TABLES)
def test_plausible_row_put_in_is_named(books: Connection, name: str) -> None:
    """A copy of the last row under the next key; a sentence about it, too, when a seal is put in for it."""
    key = [column.name for column in _table(name).primary_key][-1]
    row = _rows(books, name)[-1]
    new = row | {key: row[key] + (1 if isinstance(row[key], int) else "1")}
    books.execute(insert(_table(name)).values(new))
    assert _named(books) == [_where(name, new)]
    if name not in chain.SEALED:
        return
    last = _rows(books, "seal")[-1]
    digest = dict(chain.digests(books, name))[_where(name, new).removeprefix(f"{name} ")]
    seal = last | {"nth": last["nth"] + 1, "of": name, "key": str(new[key]), "digest": digest}
    books.execute(insert(tables.seal).values(seal))
    assert _where("seal", seal) in _named(books)


@pytest.mark.parametrize("name", TABLES)
def test_rows_that_change_places_are_named(books: Connection, name: str) -> None:
    """Two rows keep their keys and exchange everything else."""
    keys = {column.name for column in _table(name).primary_key}
    rows = _rows(books, name)
    one = rows[0]
    other = next((row for row in rows[:0:-1] if any(row[each] != one[each] for each in row if each not in keys)), None)
    if other is None or keys == set(one):
        assert len(rows) == 1, name
        return
    for here, there in ((one, other), (other, one)):
        values = {each: value for each, value in there.items() if each not in keys}
        books.execute(update(_table(name)).where(*_at(name, here)).values(values))
    found = _named(books)
    assert set(found) == {_where(name, one), _where(name, other)}


# --- more than one --------------------------------------------------------------------------------------------------


def test_row_changed_with_its_seal_is_named_by_its_batch(books: Connection) -> None:
    """Who changes a row and its seal would have to change the head of the batch, and of each one after it."""
    last = _rows(books, "movement")[-1]
    books.execute(update(tables.movement).where(*_at("movement", last)).values(yen=last["yen"] + 1))
    key = str(last["entry"])
    digest = dict(chain.digests_of(books, "entry", [key]))[key]
    seal = tables.seal
    books.execute(update(seal).where(seal.c.of == "entry", seal.c.key == key).values(digest=digest))
    batch = books.execute(select(seal.c.batch).where(seal.c.of == "entry", seal.c.key == key)).scalar_one()
    found = list(sealed.faults(books))
    assert [fault.where for fault in found] == [f"batch {batch}"]
    row = next(row for row in chain.plain(books, "batch") if row["no"] == batch)
    own = [row for row in _rows(books, "seal") if row["batch"] == batch]
    head = chain.head(row, [(each["nth"], chain.Seal(each["of"], each["key"], each["digest"])) for each in own])
    books.execute(update(tables.batch).where(tables.batch.c.no == batch).values(head=head))
    assert [fault.where for fault in sealed.faults(books)] == [f"batch {batch + 1}"]


def test_tail_that_is_cut_leaves_its_batches_or_its_rows(books: Connection) -> None:
    """The last rows without their seals, the last seals without their rows, the last batches without their seals."""
    last = books.execute(select(tables.batch.c.no).order_by(tables.batch.c.no.desc()).limit(1)).scalar_one()
    own = [row for row in _rows(books, "seal") if row["batch"] > last - 3]
    for what in ("rows", "seals", "batches"):
        with books.begin_nested() as cut:
            if what == "rows":
                for each in own:
                    (column,) = list(_table(each["of"]).primary_key)[:1]
                    value = int(each["key"].split("/")[0]) if column.type.python_type is int else each["key"]
                    books.execute(delete(_table(each["of"])).where(column == value))
                assert {f"{each['of']} {each['key']}" for each in own} <= set(_named(books))
            else:
                books.execute(delete(tables.seal).where(tables.seal.c.batch > last - 3))
                if what == "batches":
                    books.execute(delete(tables.batch).where(tables.batch.c.no > last - 3))
                found = _named(books)
                assert found and (what == "seals" or {f"{each['of']} {each['key']}" for each in own} == set(found))
            cut.rollback()


IN_ONE = "batch = (SELECT batch FROM seal GROUP BY batch ORDER BY count(*) DESC, batch LIMIT 1)"
TO_ONE_BATCH = {
    "nothing": "",
    "seals changed": f"UPDATE seal SET digest = 'x' WHERE {IN_ONE} AND nth IN (1, 4, 9)",
    "the first seal taken out": f"DELETE FROM seal WHERE {IN_ONE} AND nth = 1",
    "seals taken out": f"DELETE FROM seal WHERE {IN_ONE} AND nth BETWEEN 4 AND 6",
    "a seal put in": (
        "INSERT INTO seal (batch, nth, of, key, digest) SELECT batch, 1 + max(nth), 'fact', '999999', 'x' FROM seal"
        f" WHERE {IN_ONE} GROUP BY batch"
    ),
    "the batch changed": f"UPDATE batch SET command = 'close' WHERE no = (SELECT min(batch) FROM seal WHERE {IN_ONE})",
    "the batch taken out": f"DELETE FROM batch WHERE no = (SELECT min(batch) FROM seal WHERE {IN_ONE})",
    "rows changed": "UPDATE fact SET sheet = 'x'",
    "rows taken out": "DELETE FROM deposit_known",
}


@pytest.mark.parametrize("what", TO_ONE_BATCH)
def test_batch_of_more_rows_than_are_held_is_told_as_one_of_few(
    books: Connection, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if TO_ONE_BATCH[what]:
        books.execute(text(TO_ONE_BATCH[what]))
    held = {(fault.code, fault.where) for fault in sealed.faults(books)}
    monkeypatch.setattr(sealed, "_HELD", 20)
    monkeypatch.setattr(sealed, "_AT_A_TIME", 7)
    assert {(fault.code, fault.where) for fault in sealed.faults(books)} == held
    assert bool(held) == (what != "nothing")


def test_where_more_rows_are_without_seals_than_are_held_each_is_named(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.execute(text("DELETE FROM seal"))
    monkeypatch.setattr(sealed, "_HELD", 20)
    found = sealed.faults(books)
    rows = sum(chain.count(books, name) for name in chain.SEALED)
    assert _codes(list(found)) == {"batch-changed", "row-unsealed"}
    assert len(found) == rows + chain.count(books, "batch")


def test_of_very_many_faults_the_first_are_named_and_the_rest_counted(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.execute(text("UPDATE fact SET sheet = 'x'"))
    books.execute(text("DELETE FROM deposit_known"))
    every = sealed.faults(books)
    by_code = Counter(fault.code for fault in every)
    assert min(by_code["row-changed"], by_code["row-missing"]) > 5 and not every.more
    for module in (faults, sealed):
        monkeypatch.setattr(module, "MOST", 5)
    found = sealed.faults(books)
    first = {code: [fault.where for fault in every if fault.code == code][:5] for code in by_code}
    assert {code: [fault.where for fault in found if fault.code == code] for code in by_code} == first
    assert found.more == {code: count - 5 for code, count in by_code.items() if count > 5}
    assert len(found) == len(every)


def test_what_was_put_in_unsealed_is_never_sealed_by_a_later_write(stripped: str, books: Connection) -> None:
    if books.dialect.name != "sqlite":
        return  # there the server seals what it took itself, and takes nothing else
    row = _rows(books, "fact")[-1]
    books.execute(insert(tables.fact).values(row | {"id": row["id"] + 1}))
    before = chain.marks(books)
    books.execute(insert(tables.source).values(name="x", recorded_at=datetime(2012, 3, 1), by="x"))
    books.execute(insert(tables.fact).values(row | {"id": row["id"] + 2}))
    chain.seal(books, before, by="x", command="x")
    assert _named(books) == [f"fact {row['id'] + 1}"]


# --- batches --------------------------------------------------------------------------------------------------------


def test_one_chain_in_the_order_of_the_commands(books: Connection) -> None:
    rows = _rows(books, "batch")
    assert [row["no"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["previous"] for row in rows] == ["", *(row["head"] for row in rows[:-1])]
    assert [row["command"] for row in rows[:2]] == ["init", "import"]
    typed = [(row["command"], row["by"]) for row in rows]
    assert typed.index(("refund propose", desk.CLERK)) < typed.index(("refund approve", desk.CHIEF))


def test_seals_of_a_batch_stand_by_table_and_key(books: Connection) -> None:
    by_batch: dict[int, list[chain.Seal]] = {}
    for row in _rows(books, "seal"):
        by_batch.setdefault(row["batch"], []).append(chain.Seal(row["of"], row["key"], row["digest"]))
    for own in by_batch.values():
        assert own == sorted(own, key=lambda each: each.order)


def test_row_has_the_same_digest_on_both_databases(new_book: Any, engine: str) -> None:
    """The shipped fee is the same everywhere, and so is its seal; anyone can reckon it without this program."""
    said = (
        "fee\napplies_from 10 2011-01-01\napplies_to 10 2014-03-31\n"
        "basis 56 発行手数料 7,245円 (6,900円 + 消費税 5% 345円)。2014年4月以降の額は定まっていない。\n"
        "id 1 1\nknown_on 10 2011-01-01\ntax_percent 1 5\nyen 4 7245"
    )
    with database.reading(new_book()) as connection:
        assert list(chain.digests(connection, "fee")) == [("1", sha256(said.encode()).hexdigest())]
