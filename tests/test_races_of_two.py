"""Two people at the same moment: one is first, the other is told truly what was done, and the books agree.

Each pair of commands is typed by two processes that start together; which of them is first is chance, so what may come
out is a set: for each order what the two are told.
"""

import json
import multiprocessing
import os
from collections.abc import Iterator

import pytest

from tests import crowd, desk
from tests.commands import FURTHER
from tests.copies import Copies
from tests.desk import CHIEF, CLERK

pytestmark = [pytest.mark.thorough, pytest.mark.usefixtures("one_moment")]

SOAK = bool(os.environ.get("SEISAN_SOAK"))
THIRD = "丁山"
TIMES = 10 if SOAK else 1

# What each of the two is told: that it was done, that it was done before (again), or the code of a refusal.
Told = tuple[str, str]
_ALIVE = "unmatch N-ALIVE --on 2012-04-10 --reason"
_JANUARY = "close 2011-01 --bank-balance 1"
_DIFFERS = "--accept bank_differs=手数料 --accept 月末の処理"
_LATER = FURTHER["what was dated later comes to its own day"]

# What is typed before, by whom and what the two type, and what they may be told.
PAIRS: dict[str, tuple[tuple[tuple[str, str], ...], tuple[str, str], tuple[str, str], set[Told]]] = {
    "a deposit is matched to two": (
        (),
        (CLERK, "match N-LOOSE LATER --on 2012-04-10"),
        (CHIEF, "match N-LOOSE OPEN --on 2012-04-10"),
        {("done", "settled-otherwise"), ("settled-otherwise", "done")},
    ),
    "it is taken back for two reasons": (
        (),
        (CLERK, f"{_ALIVE} 別人"),
        (CHIEF, f"{_ALIVE} 誤り"),
        {("done", "again"), ("again", "done")},
    ),
    "it is taken back, and its fee decided": (
        (),
        (CLERK, f"{_ALIVE} 別人"),
        (CHIEF, "decide ALIVE --as-of 2012-04-10"),
        {("done", "done")},
    ),
    "an import is withdrawn for two reasons": (
        (),
        (CLERK, "withdraw 3 --reason 誤り --on 2012-04-10"),
        (CHIEF, "withdraw 3 --reason 重複 --on 2012-04-10"),
        {("done", "nothing-to-withdraw"), ("nothing-to-withdraw", "done")},
    ),
    "a transfer is withdrawn, and matched": (
        ((CLERK, "import 無名.csv"),),
        (CLERK, "withdraw last --reason 誤り --on 2012-05-02"),
        (CHIEF, "match N-NOBODY OPEN --on 2012-05-02"),
        {("done", "unknown-deposit"), ("done", "done")},
    ),
    "a ruling is approved, and rejected": (
        (),
        (CHIEF, "ruling approve 2 --on 2012-04-02"),
        (CLERK, "ruling reject 2 --reason 別件 --on 2012-04-02"),
        {("done", "done"), ("ruling-out-of-order", "done")},
    ),
    "a slip is approved, and rejected": (
        (),
        (CHIEF, "slip approve 2 --on 2012-05-03"),
        (CLERK, "slip reject 2 --reason 金額相違 --on 2012-05-03"),
        {("done", "slip-out-of-order"), ("slip-out-of-order", "done")},
    ),
    "a slip is approved by two": (
        (),
        (CHIEF, "slip approve 2 --on 2012-05-03"),
        (THIRD, "slip approve 2 --on 2012-05-03"),
        {("done", "again"), ("again", "done")},
    ),
    "one fee is written off, and paid": (
        (),
        (CLERK, "slip write-off SHORT --on 2012-05-02 --reason 差引き"),
        (CHIEF, "match N-LOOSE SHORT --on 2012-05-02"),
        {("done", "done"), ("nothing-short", "done")},
    ),
    "a closing is proposed by two": (
        (),
        (CLERK, f"{_JANUARY} {_DIFFERS}"),
        (CHIEF, f"{_JANUARY} {_DIFFERS}"),
        {("done", "done")},  # who is second closes what the first proposed
    ),
    "a closing is proposed twice by one": (
        (),
        (CLERK, f"{_JANUARY} {_DIFFERS}"),
        (CLERK, f"{_JANUARY} {_DIFFERS}"),
        {("done", "again"), ("again", "done")},
    ),
    "a proposed closing is closed by two": (
        ((CLERK, f"{_JANUARY} {_DIFFERS}"),),
        (CHIEF, _JANUARY),
        (THIRD, _JANUARY),
        {("done", "again"), ("again", "done")},
    ),
    "a proposed closing is closed, and an earlier month reopened": (
        ((CLERK, f"{_JANUARY} {_DIFFERS}"),),
        (CHIEF, _JANUARY),
        (THIRD, "reopen 2010-11 --reason 計上もれ"),
        {("done", "done"), ("not-ready-to-close", "done")},
    ),
    "what was dated later is brought by two": (
        _LATER.before,
        (CLERK, _LATER.typed),
        (CHIEF, _LATER.typed),
        {("done", "done")},
    ),
    "a payee is approved by two": (
        (),
        (CHIEF, "payee approve UNPAID"),
        (THIRD, "payee approve UNPAID"),
        {("done", "again"), ("again", "done")},
    ),
    "a payee is approved, and another brought": (
        (),
        (CHIEF, "payee approve UNPAID"),
        (CLERK, "import 受取人4.csv"),
        {("done", "done"), ("same-person-brought-payee", "done")},
    ),
    "a change of people is approved, and rejected": (
        (),
        (CHIEF, "people approve 4"),
        (CLERK, "people reject 4 --reason 退職"),
        {("done", "people-change-decided"), ("people-change-decided", "done")},
    ),
    "the member of a reissue is corrected, and a credit to it proposed": (
        (),
        (CLERK, "import 訂正2.csv"),
        (CHIEF, "credit propose FREE --to OPEN --on 2012-05-03"),
        {("done", "credit-to-another-member"), ("went-to-member", "done")},
    ),
}


def outcome(url: str, by: str, typed: str) -> str:
    """What one is told who types a command."""
    answer = desk.typed(url, *desk.resolved(url, typed), "--json", by=by)
    data = json.loads(answer.stdout)
    if answer.exit_code:
        return str(data["refused"]) if "refused" in data else str(data["problems"][0]["code"])
    return "again" if isinstance(data, dict) and data.get("changed") is False else "done"


def at_once(url: str, *typed: tuple[str, str]) -> tuple[str, ...]:
    """What each of them is told, all of whom type at the same moment."""
    start = multiprocessing.get_context("fork").Barrier(len(typed))
    words = [(by, " ".join(desk.resolved(url, command))) for by, command in typed]
    for by, command in words:
        outcome(url, by, f"{command} --dry-run")  # compiled here, and not by each of them: they meet the more closely

    def one(nth: int) -> str:
        start.wait()
        return outcome(url, *words[nth])

    return tuple(crowd.forked(len(typed), one))


def engines() -> Iterator[tuple[str, str]]:
    """Each pair on one of the two, by turns; in a soak on both."""
    for nth, pair in enumerate(PAIRS):
        yield from (
            (engine, pair) for engine in ("sqlite", "postgresql")[slice(None) if SOAK else slice(nth % 2, nth % 2 + 1)]
        )


@pytest.mark.parametrize(("made", "pair"), sorted(engines(), reverse=True), indirect=["made"], scope="module")
def test_of_two_at_once_one_is_first_and_the_other_is_told_so(made: Copies, pair: str) -> None:
    before, one, other, expected = PAIRS[pair]
    for _ in range(TIMES):
        with made.copy() as url:
            for by, typed in before:
                desk.done(url, *desk.resolved(url, typed), by=by)
            told = at_once(url, one, other)
            assert told in expected, told
            desk.sound(url)
