"""A command on one thing finds its rows by an index: what it costs does not grow with the books.

Every SELECT that such a command makes is explained by the database itself, and none may read a table from end to end.
"""

import re
import shlex
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from ledger import tables
from ledger.store import database
from tests import desk
from tests.commands import COMMANDS, WRITING
from tests.copies import Copies
from tests.desk import ON

pytestmark = pytest.mark.thorough

# An amount, or a counterparty together with a day or an amount, as the Electronic Books Act asks: what is asked for
# besides is read of the rows that the index found.
PAIRS = (
    "entries --application FREE --from 2012-04-01 --to 2012-04-30",
    f"entries --member '{desk.MEMBER}' --amount-from 1 --amount-to 9000",
    "entries --application FREE --total-from 1 --total-to 9000",
    "entries --from 2012-04-01 --to 2012-04-30 --amount-from 1 --amount-to 9000",
    "entries --from 2012-04-01 --to 2012-04-30 --without counterparty",
    "entries --amount-from 440 --amount-to 440",
)
# Each command on one member, application, deposit, entry, refund or credit that writes nothing.
READING = {
    "check": ("check --application FREE", f"check '{desk.MEMBER}'"),
    "letter": ("letter 1 --out letter.xlsx --replace",),
    "decision list": ("decision list FREE", f"decision list --member '{desk.ANOTHER}'"),
    "refund show": ("refund show 1", "refund show 3"),
    "overpaid show": ("overpaid show 6",),
    "entries": ("entries --application FREE", f"entries --member '{desk.MEMBER}'", *PAIRS),
    "account show": (f"account show '{desk.ANOTHER}' --purpose 支払",),
    "receipt": ("receipt FREE --out receipt.xlsx --replace",),
    "refund advice": ("refund advice 3 --out advice.xlsx --replace",),
    "credit advice": ("credit advice 2 --out advice.xlsx --replace",),
    # Lists of one member, application or deposit.
    **{
        name: (f"{name} --member '{desk.MEMBER}'", f"{name} --member '{desk.ANOTHER}'")
        for name in (
            *("members", "applications", "deposits", "due", "receipts", "ruling list"),
            *("refund list", "overpaid list", "credit list", "account list"),
        )
    },
    "statement member": (f"statement member '{desk.ANOTHER}' --as-of {ON} --out member.xlsx --replace",),
}

# The others are about everything there is, or about what no application, deposit or member adds to.
OF_MANY = {
    *(
        "todo",
        "find",
        "bank",
        "members",
        "applications",
        "deposits",
        "receipts",
        "import",
        "withdraw",
        "imports",
        "template",
        "book",
        "match",
        "due",
        "decide",
        "letter",
    ),
    *("decision outdated", "ruling list", "notices list", "notices show", "notices compare"),
    *("refund file", "refund void", "refund list", "overpaid list", "credit list", "bill list", "bill pay", "balance"),
    *("bill dispute", "bill undispute", "bill claims"),
    *(
        "export journal",
        "export since-last",
        "export again",
        "export list",
        "export books",
        "slip list",
        "account list",
        "payee list",
        "refusal list",
        "close",
        "reopen",
        "month list",
    ),
    *(
        "selfcheck books-act",
        "statement month",
        "statement year",
        "statement list",
        "statement association",
        "verify",
        "backup",
        "restore",
        "move",
        "init",
        "where",
        "demo",
        "roles",
        "settings list",
    ),
    *("settings set", "people list", "people add", "people end", "people approve", "people reject"),
}
# Of these one way is about one thing all the same.
_ALSO_OF_ONE = {"match", "decide", "letter"}

ONE = [
    *((name, typed) for name, ways in READING.items() for typed in ways),
    *(
        (name, f"{name} {command.typed} --dry-run")
        for name, command in WRITING.items()
        if name not in OF_MANY - _ALSO_OF_ONE
    ),
]

# Tables that do not grow with members and applications, or of which the last row alone is read.
SMALL = {
    "account",
    "alembic_version",
    "batch",
    "fee",
    "month_step",
    "opening",
    "people_change",
    "people_step",
    "setting",
}
# SQLite knows what was approved in a write by what has no seal yet; one row for each account that was ever approved.
SMALL_ON_SQLITE = {"account_approval", "payee_approval"}

# Whether there is any row at all, or any by a day: the first one answers.
_ANY_ROW = re.compile(r"SELECT \S+( AS \w+)?\s+FROM \w+\s+(WHERE [^()]*\S+ <= \S+\s+)?LIMIT \S+( OFFSET \S+)?")


def test_every_command_is_on_one_thing_or_on_many() -> None:
    assert {name for name, _typed in ONE} | OF_MANY == set(COMMANDS)


@pytest.fixture(scope="module")
def books(made: Copies) -> Iterator[str]:
    """A copy of books with something of everything; nothing is written to it."""
    with made.copy() as url:
        yield url


@pytest.mark.parametrize(("name", "typed"), ONE, ids=[typed for _name, typed in ONE])
def test_a_command_on_one_thing_reads_no_table_from_end_to_end(books: str, name: str, typed: str) -> None:
    by = WRITING[name].by if name in WRITING else desk.CLERK
    words = desk.resolved(books, typed)
    selects = _selects(books, words, by)
    assert selects
    selects = {statement: values for statement, values in selects.items() if not _ANY_ROW.fullmatch(statement)}
    read = [(found, statement) for statement, found in _read_whole(books, selects) if found]
    assert not read, f"{shlex.join(words)}\n" + "\n".join(f"{found}: {statement}" for found, statement in read)


@pytest.mark.parametrize("which", ["", f"--member '{desk.MEMBER}'"])
@pytest.mark.parametrize(("name", "other"), [("refund", "credit"), ("overpaid", "credit"), ("credit", "refund")])
def test_a_list_of_refunds_or_of_credits_reads_nothing_of_the_other(
    books: str, name: str, other: str, which: str
) -> None:
    selects = _selects(books, desk.resolved(books, f"{name} list {which}"), desk.CLERK)
    read = {table for statement in selects for table in re.findall(r"(?:FROM|JOIN) (\w+)", statement)}
    assert read & {"refund_step", "credit_step"} == {"refund_step", "credit_step"} - {f"{other}_step"}


def _selects(url: str, words: list[str], by: str) -> dict[str, Any]:
    """Every SELECT of a command, with what was filled in."""
    selects: dict[str, Any] = {}

    def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            selects[statement] = parameters

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        desk.done(url, *words, by=by)
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    return selects


def _read_whole(url: str, selects: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Each SELECT with the tables that it reads from end to end."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            for statement, parameters in selects.items():
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                yield statement, _scanned(statement, plan) - SMALL - SMALL_ON_SQLITE
        return
    with psycopg.connect(url) as server:
        for way in ("seqscan", "mergejoin", "hashjoin"):
            server.execute(f"SET enable_{way} = off".encode())
        # With tables as small as these it would read them whole although there is an index, and how many rows a value
        # has it does not know: so it is told two sizes, and what it finds by an index at either can be found.
        read = {statement: set(tables.metadata.tables) for statement in selects}
        for rows in (2_000, 1_000_000):
            names = [name for name in tables.metadata.tables if name not in SMALL]
            server.execute("UPDATE pg_class SET relpages = 1, reltuples = %s WHERE relname = ANY(%s)", [rows, names])
            for statement, parameters in selects.items():
                explained: Any = server.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode(), parameters).fetchone()
                read[statement] &= set(_without_condition(explained[0][0]["Plan"]))
        server.rollback()
        yield from ((statement, found - SMALL) for statement, found in read.items())


# What IS NOT NULL becomes.
_NEARLY_ALL = re.compile(r"(application|deposit|member|reverses)>\?")


def _scanned(statement: str, plan: list[str]) -> set[str]:
    """The tables that SQLite scans, or searches for what nearly every row has: a part, or no entry that it reverses."""
    known = tables.metadata.tables
    named = {alias: name for name, alias in re.findall(r"(\w+) AS (\w+)", statement) if name in known}
    scanned = {step.split()[1] for step in plan if step.startswith("SCAN ")}
    searched = [re.match(r"SEARCH (\w+) .*\((.*)\)", step) for step in plan]
    for name, terms in (found.groups() for found in searched if found):
        original = terms == "reverses=?" and re.search(rf"\b{name}\.reverses IS NULL", statement)
        if original or _NEARLY_ALL.search(terms):
            scanned.add(name)
    return {table for name in scanned if (table := named.get(name, name)) in known}


def _without_condition(node: dict[str, Any]) -> Iterator[str]:
    """The tables that PostgreSQL reads in a row, or along an index from its first to its last.

    Where a limit stands above, it is the last row that is read along the index.
    """
    whole = node["Node Type"] == "Seq Scan" or ("Index" in node["Node Type"] and "Index Cond" not in node)
    if whole and "Relation Name" in node and not node["Relation Name"].startswith("pg_"):
        yield node["Relation Name"]
    for inner in node.get("Plans", ()):
        if node["Node Type"] != "Limit" or "Index" not in inner["Node Type"]:
            yield from _without_condition(inner)


_OF_NEARLY_ALL = (
    "SELECT event FROM entry WHERE entry.reverses IS NULL",
    "SELECT yen FROM movement WHERE credit = '2040' AND credit_application IS NOT NULL",
)


def test_a_table_that_is_read_whole_is_noticed(books: str) -> None:
    with database.reading(books) as connection:
        named = "%(number)s" if connection.dialect.name == "postgresql" else ":number"
    found = dict(
        _read_whole(
            books,
            {
                "SELECT no FROM entry WHERE event = 'fee_received'": {},
                **({} if named.startswith("%") else {statement: {} for statement in _OF_NEARLY_ALL}),
                f"SELECT member FROM application AS a WHERE a.number = {named}": {"number": "FREE"},
            },
        )
    )
    sqlite = books.startswith("sqlite")  # PostgreSQL knows how many rows a value has
    assert list(found.values()) == [{"entry"}, *([{"entry"}, {"movement"}] if sqlite else []), set()]
