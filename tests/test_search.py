"""The search of the books, as the Electronic Books Act asks for it: what it finds is what a plain reading finds."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from ledger import dates, tables
from ledger.errors import Exit
from ledger.journal import ledgers
from ledger.store import database
from tests import desk

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 5, 10))


Fits = Callable[[ledgers.JournalEntry, ledgers.AccountLine, ledgers.AccountLine], bool]
APRIL = date(2012, 4, 1), date(2012, 4, 9)


def _total(entry: ledgers.JournalEntry) -> int:
    return sum(movement.yen for movement in entry.movements)


# What is typed, and whether it means an entry by one movement of it: given the entry and the two sides.
CRITERIA: dict[str, tuple[str, Fits]] = {
    "days": (f"--from {APRIL[0]} --to {APRIL[1]}", lambda entry, *_: APRIL[0] <= entry.on <= APRIL[1]),
    "amounts": ("--amount-from 300 --amount-to 7245", lambda _entry, debit, _credit: 300 <= debit.debit <= 7245),
    "total": ("--total-from 7246", lambda entry, *_: _total(entry) >= 7246),
    "member": (f"--member '{desk.MEMBER}'", lambda _entry, *sides: any(side.member == desk.MEMBER for side in sides)),
    "account": ("--account 2040", lambda _entry, *sides: any(side.account == "2040" for side in sides)),
    "blank": ("--blank", lambda _entry, *sides: not any(side.application for side in sides)),
    "nobody": (
        "--without counterparty",
        lambda _entry, *sides: not any(side.application or side.deposit for side in sides),
    ),
    "no deposit": ("--without deposit", lambda _entry, debit, _credit: debit.deposit is None),
    "no reason": ("--without 理由", lambda entry, *_: entry.reason is None),
}
SEARCHES = [
    *combinations(CRITERIA, 1),
    *(pair for pair in combinations(CRITERIA, 2) if sum("--without" in CRITERIA[name][0] for name in pair) < 2),
]


@pytest.mark.parametrize("names", SEARCHES, ids=" and ".join)
def test_a_search_finds_what_a_plain_reading_finds(books: str, names: tuple[str, ...]) -> None:
    with database.reading(books) as connection:
        every = ledgers.entries(connection)
    typed = " ".join(CRITERIA[name][0] for name in names)
    found = desk.answered(books, *desk.resolved(books, f"entries {typed}"))["entries"]
    side = "member" in names and "account" in names  # of one side of a movement
    fits = [CRITERIA[name][1] for name in names]
    meant = []
    for entry in every:
        pairs = [entry.lines[at : at + 2] for at in range(0, len(entry.lines), 2)]
        sides = [(line, line) for pair in pairs for line in pair] if side else pairs
        if any(all(fit(entry, *of_line) for fit in fits) for of_line in sides):
            meant.append(entry.no)
    assert [entry["no"] for entry in found] == meant
    assert len(names) > 1 or meant


def test_a_counterparty_is_a_member_or_a_payer_by_any_part_of_the_name(books: str) -> None:
    def found(*words: str) -> set[int]:
        return {entry["no"] for entry in desk.answered(books, "entries", *words)["entries"]}

    with database.reading(books) as connection:
        name = connection.execute(
            tables.member_known.select().where(tables.member_known.c.member == desk.MEMBER)
        ).first()
        payer = connection.execute(tables.deposit_known.select().order_by(tables.deposit_known.c.id)).first()
    assert name is not None
    assert payer is not None
    of_member = found("--member", desk.MEMBER)
    assert of_member
    assert of_member <= found("--counterparty", desk.MEMBER)
    assert of_member <= found("--counterparty", name.name[:2])
    assert found("--payer", payer.payer) <= found("--counterparty", payer.payer)
    both = found("--counterparty", desk.MEMBER, "--amount-from", "7245")
    assert both == found("--counterparty", desk.MEMBER) & both


def test_with_nothing_asked_all_is_found(books: str) -> None:
    with database.reading(books) as connection:
        every = [entry.no for entry in ledgers.entries(connection)]
    assert [entry["no"] for entry in desk.answered(books, "entries")["entries"]] == every


REFUSED = [
    ("--from 2012-04-02 --to 2012-04-01", "impossible-range"),
    ("--month 2012-04 --from 2012-05-01", "impossible-range"),
    ("--amount-from 2 --amount-to 1", "impossible-range"),
    ("--total-from 2 --total-to 1", "impossible-range"),
    ("--counterparty アンドロメダ", "no-such-counterparty"),
    ("--without 金額", "no-such-blank"),
]


@pytest.mark.parametrize(("typed", "code"), REFUSED)
def test_what_cannot_be_meant_is_refused(books: str, typed: str, code: str) -> None:
    answer = desk.typed(books, "entries", *typed.split())
    assert (answer.exit_code, answer.stdout) == (Exit.USAGE, "")
    assert f"({code})" in answer.stderr


def test_what_means_too_many_is_refused(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exports.reports.entries._MOST_COUNTERPARTIES", 0)
    answer: Any = desk.typed(books, "entries", "--counterparty", desk.MEMBER)
    assert answer.exit_code == Exit.USAGE
    assert "(too-many-counterparties)" in answer.stderr
