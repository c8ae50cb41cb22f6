"""Random sequences of commands: SQLite and PostgreSQL answer and write the same, and the laws of the books hold.

Each sequence runs in one transaction on each database and is taken back, so that the next one begins with fresh books.
`SEISAN_SEQUENCES` and `SEISAN_STEPS` ask for more: see `make soak`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.commanded import NUMBERS, prepare
from tests.commands import WRITING
from tests.drawn import COMMANDS
from tests.given import MEMBER
from tests.posted import CHIEF, CLERK
from tests.sequences import Commands
from tests.server import Server

pytestmark = pytest.mark.thorough

SEQUENCES = int(os.environ.get("SEISAN_SEQUENCES", "80"))
STEPS = int(os.environ.get("SEISAN_STEPS", "20"))
PARTS = 4


@pytest.fixture
def both(_sqlite_books: Path, _postgresql_books: str, server: Server, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """Prepared books on SQLite and on PostgreSQL, gone after the test."""
    file = shutil.copyfile(_sqlite_books, tmp_path / "model.db")
    name = f"model_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    server.copy(_postgresql_books, name)
    urls = (f"sqlite:///{file}", server.url(name))
    for url in urls:
        prepare(url)
    yield urls
    server.drop(name)


# Sequences that once failed, or that chance seldom finds; `as_the_office_finds_them` comes first in each.
UNUSED = ("as_the_office_finds_them", ["unused", "unused", "unused", "unused", "unused", "unused"])
FIRST, SECOND, THIRD, FOURTH = NUMBERS[:4]
KEPT: dict[str, list[tuple[Any, ...]]] = {
    "credits in a circle, and back": [
        UNUSED,
        ("credited", (FIRST, SECOND)),
        ("credited", (SECOND, THIRD)),
        ("time_passes", 1),
        ("a_transfer_comes_in", FOURTH, 2000, 0, True),
        ("credited", (FOURTH, THIRD)),
        ("credited", (THIRD, FOURTH)),
        ("refund_proposed", FOURTH, CLERK),
        ("refund_proposed", THIRD, CLERK),
        ("taken_on", "credit", 1, 0, 0, 0, CHIEF, "申出"),
        ("taken_on", "refund", 2, 0, 1, 0, CHIEF, "申出"),
        ("taken_on", "credit", 1, 0, 0, 0, CHIEF, "申出"),
    ],
    "two credits to one reissue, and one undone after a refund that was rejected": [
        UNUSED,
        ("a_transfer_comes_in", SECOND, 2000, 0, True),
        ("credited", (SECOND, THIRD)),
        ("credited", (FIRST, THIRD)),
        ("refund_proposed", THIRD, CLERK),
        ("taken_on", "credit", 2, 0, 0, 0, CHIEF, "申出"),
        ("taken_on", "refund", 1, 0, 1, 0, CHIEF, "申出"),
        ("taken_on", "credit", 2, 0, 0, 0, CHIEF, "申出"),
        ("time_passes", 1),
        ("refund_proposed", THIRD, CHIEF),
        ("refund_proposed", SECOND, CHIEF),
        ("taken_on", "refund", 1, 0, 0, 0, CLERK, "申出"),
        ("taken_on", "refund", 1, 0, 0, 0, CLERK, "申出"),
        ("taken_on", "refund", 1, 0, 0, 0, CLERK, "申出"),
        ("taken_on", "refund", 1, 0, 0, 0, CLERK, "申出"),
    ],
    "a transfer that paid a fee in two parts turns out to pay for another": [
        ("as_the_office_finds_them", ["", "", "", "", "", ""]),
        ("a_transfer_comes_in", SECOND, 2000, 3, True),
        ("a_transfer_comes_in", SECOND, 5000, 2, True),
        ("a_fact_is_told", SECOND, ("mailed_on", None), 1),
        ("booked",),
        ("a_transfer_is_corrected", 2, THIRD, 2000, 0),
        ("booked",),
        ("a_transfer_is_corrected", 1, FOURTH, 2000, 0),
        ("booked",),
        ("a_transfer_comes_in", SECOND, 5000, 0, True),
        ("booked",),
    ],
    "what rests on a fact is not reversed by hand": [
        UNUSED,
        ("credited", (FIRST, THIRD)),
        ("reversed_by_hand", 4, "申出"),
        ("reversed_by_hand", 6, "申出"),
        ("refund_proposed", THIRD, CLERK),
    ],
    "under the notice of 2012-09-21 a waiver decided under the one before stands": [
        ("as_the_office_finds_them", ["unused", "unused", "unused", "unused", "unused", "unused"], 172),
        ("a_fact_is_told", SECOND, ("downloaded", "day"), 1),
        ("a_transfer_comes_in", SECOND, 5000, 1, True),
        ("refund_proposed", FIRST, CLERK),
        ("decided", [FIRST, SECOND]),
        ("booked",),
        ("time_passes", 1),
        ("a_fact_is_told", SECOND, ("used", "yes"), 0),
        ("a_fact_is_told", FIRST, ("used", "yes"), 0),
        ("decided", []),
        ("booked",),
        ("refund_proposed", SECOND, CLERK),
        ("taken_on", "refund", 1, 0, 0, 0, CHIEF, "申出"),
    ],
    "what belongs into a closed month falls into the open one, until it is reopened": [
        UNUSED,
        ("booked",),
        ("time_passes", 31),
        ("month_closed", 1, "right", "月末の処理", 60),
        ("a_transfer_comes_in", SECOND, 5000, 9, True),
        ("refund_proposed", FIRST, CLERK, 1),
        ("booked",),
        ("reversed_by_hand", 1, "申出", 9),
        ("month_reopened", 1, "申出"),
        ("reversed_by_hand", 1, "申出", 2),
        ("month_closed", 1, None, None, 60),
    ],
    "of two months that were closed the later is reopened": [
        UNUSED,
        ("booked",),
        ("time_passes", 31),
        ("month_closed", 1, "right", "月末の処理", 60),
        ("time_passes", 31),
        ("month_closed", 1, "right", "月末の処理", 60),
        ("month_reopened", 1, "申出"),
        ("refund_proposed", FIRST, CLERK, 1),
    ],
    "a payment file is void, and what was in it is paid from the next": [
        UNUSED,
        ("something_is_approved",),
        ("set_people", "three", CHIEF),
        ("filed", CLERK, 0, "A.txt", 1),
        ("set_people", "two", CHIEF),
        ("filed", CLERK, 0, "A.txt", 1),
        ("filed", CHIEF, 1, "A.txt"),
        ("made_void", 1, "申出", CLERK),
        ("made_void", 1, "申出", CHIEF),
        ("made_void", 1, "口座", CHIEF),
        ("filed", CHIEF, 2, "B.txt", 1),
        ("taken_on", "refund", 1, 0, 0, 0, CLERK, ""),
        ("time_passes", 3),
        ("taken_on", "refund", 1, 0, 0, 0, CLERK, ""),
        ("made_void", 1, "申出", CHIEF),
    ],
    "a fee paid to the authority, waived and reserved for a refund turns out to be less": [
        ("as_the_office_finds_them", ["unused", "", "", "", "", ""]),
        ("bill_paid", 1, 0),
        ("something_is_approved",),
        ("a_transfer_is_corrected", 1, FIRST, 2000, 1),
        ("booked",),
        ("taken_on", "refund", 1, 0, 0, 0, CHIEF, "申出"),
        ("booked",),
    ],
    "another bank account holds a refund, and a key answers again": [
        UNUSED,
        ("an_account_is_told", MEMBER, "1234567", CLERK),
        ("an_account_is_told", MEMBER, "7654321", CLERK),
        ("under_a_key", "K-1", ("refund_proposed", FIRST, CLERK)),
        ("taken_on", "refund", 1, 0, 0, 0, CHIEF, "申出"),
        ("account_approved", MEMBER, CLERK),
        ("account_approved", MEMBER, CHIEF),
        ("taken_on", "refund", 1, 0, 0, 0, CHIEF, "申出"),
        ("taken_on", "refund", 1, 0, 0, 0, CLERK, "申出"),
        ("typed_again", "K-1"),
        ("under_a_key", "K-1", ("refund_proposed", FIRST, CHIEF)),
    ],
}


# What each command of a kept sequence answers: how many entries it posts, or the code of the refusal; "+5": an import.
ANSWERS: dict[str, list[int | str]] = {
    "a fee paid to the authority, waived and reserved for a refund turns out to be less": [
        "+2",
        1,
        "+0",
        2,
        0,
        "+0",
        0,
        4,
        0,
    ],
    "credits in a circle, and back": ["+4", 2, 2, 2, 1, "+1", 1, 1, 1, 1, 1, 1, "credit-gone-on", 1, 2],
    "two credits to one reissue, and one undone after a refund that was rejected": [
        "+5",
        1,
        1,
        2,
        2,
        2,
        "credit-gone-on",
        1,
        2,
        1,
        1,
        0,
        1,
        1,
        0,
    ],
    "a transfer that paid a fee in two parts turns out to pay for another": ["+5", 0, "+5", 0, "+3", 0, "+2", 0],
    "what rests on a fact is not reversed by hand": ["+4", 2, 1, "rests-on-issue", "rests-on-deposit", 1],
    "under the notice of 2012-09-21 a waiver decided under the one before stands": [
        "+6",
        2,
        1,
        0,
        "+0",
        1,
        0,
        "not-eligible",
        "grounds-changed",
    ],
    "what belongs into a closed month falls into the open one, until it is reopened": [
        "+4",
        0,
        0,
        "+2",
        "month-closed",
        0,
        "month-closed",
        0,
        "reversal-before-original",
        "not-ready-to-close",
    ],
    "of two months that were closed the later is reopened": ["+4", 0, 0, 0, 0, "month-closed"],
    "a payment file is void, and what was in it is paid from the next": [
        "+4",
        2,
        0,
        0,
        "same-person-files",
        0,
        0,
        0,
        "same-person-voids",
        0,
        "done-differently",
        0,
        "before-the-step-before",
        1,
        "payment-file-gone-on",
    ],
    "another bank account holds a refund, and a key answers again": [
        "+4",
        2,
        "account-not-approved",
        "same-person-brought-account",
        0,
        0,
        1,
        0,
        "key-used-differently",
    ],
}


def test_every_command_that_writes_is_drawn() -> None:
    rules = {command.rule for command in WRITING.values() if command.rule} | {"look"}
    assert rules <= {rule for rule, *_words in COMMANDS}


@pytest.mark.parametrize("name", KEPT)
def test_kept_sequence_answers_as_ever(both: tuple[str, ...], name: str) -> None:
    machine = type("Commands", (Commands,), {"urls": both})()
    with machine.open:
        for command, *words in KEPT[name]:
            machine.next_is_any((command, *words))
        machine.teardown()
    assert machine.log == ANSWERS[name]


@pytest.mark.parametrize("part", range(PARTS))
def test_any_sequence_of_commands_keeps_the_laws(both: tuple[str, ...], part: int) -> None:
    machine = type("Commands", (Commands,), {"urls": both})
    size = settings(
        max_examples=SEQUENCES // PARTS,
        stateful_step_count=STEPS,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(part)(machine), settings=size)
