"""Many clients at once at the same books, each a process with connections of its own, and what has to hold afterwards.

The clients do not know of each other: each reads a number as a person would from a screen, and then acts on it.
"""

import multiprocessing
import os
import pickle
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import NullPool

from ledger import tables
from ledger.booking import credits, refunds, run
from ledger.booking.events import refund_proposed
from ledger.booking.overpayments import return_deposit
from ledger.booking.workflow import REFUNDS, begin
from ledger.codes import Account
from ledger.errors import Refusal
from ledger.journal.entries import Entry, key
from ledger.store import database, write_queue
from migrations import triggers
from tests import given, posted

Answer = TypeVar("Answer")

FEE = 7245
FIRST = posted.ASKED + timedelta(days=1)

Act = Callable[[Connection, str, date, str], Any]


# --- the books --------------------------------------------------------------------------------------------------------


def pairs(url: str, count: int) -> list[str]:
    """Books with so many applications, half of them paid twice and eligible, half the reissues of the others, unpaid.

    Each two are a member's of their own.

    Gives the numbers of the eligible ones; the reissue of `A1` is `A1-R`, and its deposits are `A1-1` and `A1-2`.
    """
    numbers = [f"A{nth}" for nth in range(1, count // 2 + 1)]
    with database.writing(url) as connection:
        of = given.source(connection)
        for number in numbers:
            whose = f"東京 第{number}号"
            given.member(connection, of, whose)
            facts = posted.ELIGIBLE | {"paid": [FEE, FEE]}
            given.application(connection, of, number, facts, member=whose, as_of=date(2030, 1, 1))
            reissue = {"applied_on": date(2012, 3, 6), "kind": "reissue", "previous": number, "paid": []}
            given.application(connection, of, f"{number}-R", reissue, member=whose, as_of=date(2030, 1, 1))
        run.book(connection, posted.ASKED, by="test")
    return numbers


# --- what a client may do ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Success:
    """What a client was told: that this step of this refund or credit was entered by it now."""

    thing: str
    no: int
    state: str


@dataclass
class Told:
    """All that one client was told: successes, refusals by code, and how long it waited each time, in seconds.

    `turns` are the turns it was given at SQLite: the how-manieth of all that began, and the number it had drawn.
    """

    successes: list[Success] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    waited: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    turns: list[tuple[int, int]] = field(default_factory=list)


def _last(url: str, number: str, wanted: str) -> int | None:
    """The number of the newest refund, return or credit of an application, as a person would read it from a list."""
    refund, credit = tables.refund.c, tables.credit.c
    statement = {
        "refund": select(refund.no).where(refund.application == number).order_by(refund.no.desc()),
        "overpaid": select(refund.no).where(refund.deposit == f"{number}-2").order_by(refund.no.desc()),
        "credit": select(credit.no).where(credit.application == number).order_by(credit.no.desc()),
    }[wanted]
    with database.reading(url) as connection:
        return connection.execute(statement.limit(1)).scalar()


PROPOSALS: dict[str, tuple[str, Act]] = {
    "refund": ("refund", lambda c, number, on, by: refunds.propose(c, number, on=on, by=by)),
    "overpaid": ("refund", lambda c, number, on, by: return_deposit(c, f"{number}-2", on=on, by=by)),
    "credit": ("credit", lambda c, number, on, by: credits.propose(c, number, f"{number}-R", on=on, by=by)),
}
STEPS: dict[str, Callable[[Connection, int, date, str], Any]] = {
    "approved": lambda c, no, on, by: refunds.approve(c, no, on=on, by=by),
    "rejected": lambda c, no, on, by: refunds.reject(c, no, on=on, reason="口座相違", by=by),
    "paid": lambda c, no, on, by: refunds.paid(c, [no], on=on, by=by)[0],
    "returned": lambda c, no, on, by: refunds.returned(c, no, on=on, reason="口座なし", by=by),
}
CREDIT_STEPS: dict[str, Callable[[Connection, int, date, str], Any]] = {
    "applied": lambda c, no, on, by: credits.approve(c, no, on=on, by=by),
    "rejected": lambda c, no, on, by: credits.reject(c, no, on=on, reason="払戻しを希望", by=by),
    "undone": lambda c, no, on, by: credits.undo(c, no, on=on, reason="取下げ", by=by),
}
# What is attempted, as often as it stands here.
KINDS = (
    *[(kind, "proposed") for kind in PROPOSALS] * 3,
    *[("refund", state) for state in STEPS],
    *[("overpaid", state) for state in STEPS],
    *[("credit", state) for state in CREDIT_STEPS] * 2,
    ("refund", "approved"),
    ("overpaid", "approved"),
)


def attempts(numbers: list[str], each: int, seed: int, window: int = 10) -> list[tuple[str, str, str, date]]:
    """So many attempts for each application at random, those for a few applications side by side, so that they meet."""
    dice = random.Random(seed)
    wanted: list[tuple[str, str, str, date]] = []
    for start in range(0, len(numbers), window):
        some = [
            (number, *dice.choice(KINDS), FIRST + timedelta(days=dice.randrange(3)))
            for number in numbers[start : start + window]
            for _ in range(each)
        ]
        dice.shuffle(some)
        wanted += some
    return wanted


def attempt(
    url: str,
    by: str,
    told: Told,
    number: str,
    kind: str,
    state: str,
    on: date,
    *,
    begun: Callable[[], None] = lambda: None,
) -> None:
    """One attempt of one client. A refusal is an answer; anything else that is raised ends the client."""
    thing = PROPOSALS[kind][0]
    no = None if state == "proposed" else _last(url, number, kind)
    state = "proposed" if no is None else state
    began = time.monotonic()
    try:
        with database.writing(url) as connection:
            told.waited.append(time.monotonic() - began)
            begun()
            if no is None:
                done = PROPOSALS[kind][1](connection, number, on, by)
            else:
                done = (CREDIT_STEPS if thing == "credit" else STEPS)[state](connection, no, on, by)
    except Refusal as refusal:
        told.refused[refusal.code()] += 1
        return
    told.took.append(time.monotonic() - began)
    if done.changed:
        told.successes.append(Success(thing, done.no, state))
    else:
        told.unchanged += 1


def rush(url: str, wanted: list[tuple[str, str, str, date]], clients: int) -> dict[str, Told]:
    """All attempts, each made by whichever client is free; what each client was told."""
    _warm(url, wanted[0][0])
    taken, count = (multiprocessing.get_context("fork").Value("i", 0) for _ in range(2))

    def client(nth: int) -> Told:
        told, drawn = Told(), _drawn()

        def begun() -> None:
            # Nobody else is inside at this moment, so the count is the order in which the turns began.
            count.value += 1
            if drawn:
                told.turns.append((count.value, drawn[-1]))

        while True:
            with taken.get_lock():
                following = taken.value
                taken.value += 1
            if following >= len(wanted):
                return told
            attempt(url, f"client {nth}", told, *wanted[following], begun=begun)

    return dict(zip((f"client {nth}" for nth in range(clients)), forked(clients, client), strict=True))


def _drawn() -> list[int]:
    """The numbers that this process draws from here on for its turns at SQLite."""
    drawn: list[int] = []
    draw = write_queue._number

    def drawing(queue: int, until: int) -> int:
        drawn.append(draw(queue, until))
        return drawn[-1]

    write_queue._number = drawing
    return drawn


def _warm(url: str, number: str) -> None:
    """Every act once, taken back: what a program compiles at its first statement the clients then need not."""
    on = FIRST
    with database.writing(url, dry_run=True) as connection:
        for kind in ("refund", "overpaid"):
            no = PROPOSALS[kind][1](connection, number, on, "one").no
            for state in ("approved", "paid", "returned"):
                STEPS[state](connection, no, on, "another")
    with database.writing(url, dry_run=True) as connection:
        no = PROPOSALS["refund"][1](connection, number, on, "one").no
        STEPS["rejected"](connection, no, on, "another")
        for states in (["applied", "undone"], ["rejected"]):
            no = PROPOSALS["credit"][1](connection, number, on, "one").no
            for state in states:
                CREDIT_STEPS[state](connection, no, on, "another")
    for kind in PROPOSALS:
        _last(url, number, kind)


# --- processes --------------------------------------------------------------------------------------------------------


def forked(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """What so many processes give back that do the work at the same time; an error in one is an error here."""
    with tempfile.TemporaryDirectory(prefix="seisan-crowd-") as folder:
        children = [started(partial(_written, Path(folder) / str(nth), work, nth)) for nth in range(count)]
        for child in children:
            os.waitpid(child, 0)
        answers = [pickle.loads((Path(folder) / str(nth)).read_bytes()) for nth in range(count)]  # noqa: S301
    for well, answer in answers:
        assert well, answer
    return [answer for _well, answer in answers]


def started(work: Callable[[], None]) -> int:
    """Does the work in a process of its own, which ends with it, whatever happens, and without any of our clean-up."""
    if child := os.fork():
        return child
    try:
        work()
    finally:
        os._exit(0)


def _written(file: Path, work: Callable[[int], Any], nth: int) -> None:
    try:
        answer = True, work(nth)
    except BaseException:  # noqa: BLE001 - whatever ends a client is told to the test
        answer = False, traceback.format_exc()
    file.write_bytes(pickle.dumps(answer))


# --- what has to hold afterwards --------------------------------------------------------------------------------------


def require_right_books(url: str) -> None:
    """No fee went twice, whatever the journal was made by: read from the movements alone, by account and part."""
    with database.reading(url) as connection:
        faults = [*_beyond(connection), *_twice(connection)]
    assert not faults, faults[:5]


def _beyond(connection: Connection) -> Iterator[str]:
    """What left for an application or a deposit beyond what came in for it, in yen."""
    for part in ("application", "deposit"):
        debit, credit = (f"debit_{part}", f"credit_{part}") if part == "application" else (part, part)
        for account in ("2020", "2040", "2041", "2050", "2060"):
            moved = f"""
                SELECT part, SUM(yen) FROM (
                    SELECT {credit} AS part, yen FROM movement WHERE credit = '{account}' AND {credit} IS NOT NULL
                    UNION ALL
                    SELECT {debit} AS part, -yen FROM movement WHERE debit = '{account}' AND {debit} IS NOT NULL
                ) AS moved GROUP BY part HAVING SUM(yen) < 0"""
            for owner, yen in connection.execute(text(moved)):
                yield f"account {account} of {owner} holds {yen}"


def _twice(connection: Connection) -> Iterator[str]:
    """Live refunds and credits of one fee, or live returns of one deposit, that come to more than was received."""
    live = """
        SELECT whose, SUM(yen) FROM (
            SELECT COALESCE(application, deposit) AS whose, yen FROM refund WHERE NOT EXISTS (
                SELECT 1 FROM refund_step s WHERE s.refund = refund.no AND s.state = 'rejected')
            UNION ALL
            SELECT application AS whose, yen FROM credit WHERE NOT EXISTS (
                SELECT 1 FROM credit_step s WHERE s.credit = credit.no AND s.state IN ('rejected', 'undone'))
        ) AS live GROUP BY whose HAVING SUM(yen) > :fee"""
    for whose, yen in connection.execute(text(live), {"fee": FEE}):
        yield f"{yen} yen go back for {whose}, more than was received"
    keys = "SELECT key, COUNT(*) FROM entry GROUP BY key HAVING COUNT(*) > 1"
    yield from (f"{count} entries under {key}" for key, count in connection.execute(text(keys)))


def require_every_success(url: str, told: dict[str, Told]) -> None:
    """Every success a client was told of stands in the books, once, under its name, and nothing else does."""
    said = Counter(
        (name, success.thing, success.no, success.state) for name, one in told.items() for success in one.successes
    )
    kept: Counter[tuple[str, str, int, str]] = Counter()
    with database.reading(url) as connection:
        for steps in (tables.refund_step, tables.credit_step):
            thing = steps.name.removesuffix("_step")
            rows = connection.execute(select(steps.c.by, steps.c[thing], steps.c.state))
            kept.update((by, thing, no, state) for by, no, state in rows)
    assert said == kept


def require_turns(told: dict[str, Told]) -> None:
    """At SQLite everyone writes in the order of asking, so that nobody waits longer than one turn of each other takes.

    A client asks again only when it has had its turn: of the numbers before ours at most one is each other client's.
    """
    taken = [number for _nth, number in sorted(turn for one in told.values() for turn in one.turns)]
    assert taken == sorted(set(taken))


# --- the naive version ------------------------------------------------------------------------------------------------


def without_guards(url: str) -> None:
    """Takes away what the database itself refuses, as in a database that somebody made without it."""
    with create_engine(database.parse_url(url), poolclass=NullPool).begin() as connection:
        triggers.drop_all(connection)


def naive(url: str, numbers: list[str], clients: int, thinking: float) -> None:
    """Each client proposes the refund of every fee as a program would that reads first and then inserts.

    What is left is read in one transaction and the refund inserted in a second, as frameworks do by default; between
    the two lie so many seconds. A number that another client took meanwhile is taken anew, as such programs do.
    """
    more = {"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {}
    engine = create_engine(database.parse_url(url), poolclass=NullPool, **more)

    def client(nth: int) -> None:
        for number in numbers:
            with database.reading(url) as connection:
                left = posted.held(connection, Account.FEES_HELD, number)
                decision = connection.execute(select(tables.decision.c.no)).scalars().first()
            time.sleep(thinking)
            while left >= FEE:
                with suppress(IntegrityError, OperationalError), engine.begin() as connection:
                    _insert(connection, number, {"application": number, "decision": decision, "yen": FEE}, nth)
                    break

    forked(clients, client)


def _insert(connection: Connection, number: str, refund: dict[str, object], nth: int) -> None:
    def reserved(no: int) -> Entry:
        slip = refund_proposed(application=number, yen=FEE)
        return Entry(key("naive", no), FIRST, "refund_proposed", tuple(slip))

    begin(connection, REFUNDS, refund, reserved, by=f"client {nth}")
