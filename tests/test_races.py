"""No fee goes back twice, however many clients try at once, on either database; and the naive version is caught."""

import json
import os
import time
from functools import partial
from pathlib import Path

import pytest

from ledger.booking import run
from ledger.decisions.findings import judge
from ledger.decisions.store import keep
from ledger.store import database, write_queue
from tests import crowd, desk

pytestmark = pytest.mark.thorough

# `make soak` runs the full figure; the ordinary run a smaller one, at which clients meet just as often.
SOAK = bool(os.environ.get("SEISAN_SOAK"))
CLIENTS, EACH = (64, 16) if SOAK else (12, 5)
APPLICATIONS = 2000 if SOAK else 20

# What a user may never see: somebody else was quicker.
OTHERS = {"database-locked", "database-unreachable", "posted-differently", "yen-not-held"}


def test_no_fee_goes_back_twice(book_url: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # How long so many clients wait for each other is the machine's, and no promise: a loaded one takes minutes.
    monkeypatch.setattr(database, "PATIENCE", 3_600_000)
    wanted = crowd.attempts(crowd.pairs(book_url, APPLICATIONS), 2 * EACH, seed=7245)
    assert len(wanted) == APPLICATIONS * EACH
    told = crowd.rush(book_url, wanted, CLIENTS)
    crowd.require_right_books(book_url)
    crowd.require_every_success(book_url, told)
    desk.verifies(book_url)
    assert {code for one in told.values() for code in one.refused} & OTHERS == set()
    assert sum(len(one.successes) for one in told.values()) > APPLICATIONS
    assert sum(len(one.turns) for one in told.values()) == (len(wanted) if engine == "sqlite" else 0)
    crowd.require_turns(told)


def test_one_key_is_claimed_once(book_url: str) -> None:
    """Every client types the same command under the same key; one is carried out, and all are answered the same."""
    number = crowd.pairs(book_url, 2)[0]
    words = ("refund", "propose", number, "--on", "2012-03-24", "--json", "--key", "K-1")
    desk.done(book_url, *words, "--dry-run")  # compiled once, and not by each client
    answers = crowd.forked(16, lambda _nth: desk.typed(book_url, *words).stdout)
    assert len(set(answers)) == 1
    assert json.loads(answers[0])["changed"] is True
    assert len(desk.answered(book_url, "refund", "list")) == 1


def test_reading_first_and_inserting_then_pays_twice(book_url: str) -> None:
    """The naive version fails the same test."""
    numbers = crowd.pairs(book_url, 20)
    with database.writing(book_url) as connection:
        keep(connection, judge(connection, crowd.FIRST, applications=numbers), by="test")
        run.book(connection, crowd.FIRST, by="test")
    crowd.require_right_books(book_url)
    crowd.without_guards(book_url)
    crowd.naive(book_url, numbers, clients=8, thinking=0.05)
    with pytest.raises(AssertionError, match=r"account 2040 of A\d+ holds -"):
        crowd.require_right_books(book_url)


# --- turns ------------------------------------------------------------------------------------------------------------


def test_turns_come_in_the_order_of_asking(tmp_path: Path) -> None:
    (file := tmp_path / "books").touch()
    log = tmp_path / "log"

    def client(nth: int) -> None:
        time.sleep(nth * 0.1)
        with write_queue.turn(file, 30_000), log.open("a") as written:
            time.sleep(0.3)
            written.write(f"{nth} ")

    crowd.forked(8, client)
    assert log.read_text() == "0 1 2 3 4 5 6 7 "


def test_a_turn_whose_holder_died_goes_on(tmp_path: Path) -> None:
    """Neither who writes nor who waits takes a turn to the grave."""
    (file := tmp_path / "books").touch()
    log = tmp_path / "log"

    def client(nth: int) -> None:
        time.sleep(nth * 0.1)
        if nth == 1:
            write_queue._number(
                os.open(f"{file}-turns", os.O_RDWR), time.monotonic_ns() + 30_000_000_000
            )  # waits, and dies waiting
            log.write_text("dead ")
            os._exit(0)
        with write_queue.turn(file, 30_000), log.open("a") as written:
            time.sleep(0.4)
            written.write(f"{nth} ")

    for nth in range(3):
        crowd.started(partial(client, nth))
    for _ in range(3):
        os.wait()
    assert log.read_text() == "dead 0 2 "


def test_nobody_waits_longer_than_their_patience(tmp_path: Path) -> None:
    (file := tmp_path / "books").touch()
    with write_queue.turn(file, 1000), pytest.raises(write_queue.NotOurTurn), write_queue.turn(file, 50):
        pass
    with write_queue.turn(file, 50):
        pass
