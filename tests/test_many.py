"""Many at once: the list that is meant with its total, one answer, one transaction; a person is asked before."""

import os
import pty
import shlex
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer

from exports.shell import commands
from ledger.store import database
from ledger.store.numbers import spans
from tests import desk, forked, posted
from tests.desk import CHIEF, CLERK
from tests.test_settings import refused

ROOT = Path(__file__).parents[1]
ON = ("--on", "2012-03-23")
EVERYONE = ("refund", "propose", "--everyone", *ON)
LATER = ("--on", "2012-03-26")


@pytest.fixture
def three(book_url: str) -> str:
    """Books with three fees that come back."""
    with database.writing(book_url) as connection:
        for number in ("A-1", "A-2", "A-3"):
            posted.application(connection, number)
    return book_url


@pytest.fixture
def filed(three: str, tmp_path: Path) -> str:
    """The same, of which the refunds are in a payment file."""
    accounts = [f"{number},甲山 太郎,東京,9999,999,普通,2345678,コウヤマ タロウ" for number in members(three)]
    (tmp_path / "口座.csv").write_text("\n".join([desk.BANKED, *accounts]), encoding="utf-8")
    desk.done(three, "import", str(tmp_path / "口座.csv"))
    desk.payer(three)
    desk.done(three, *EVERYONE)
    desk.done(three, "refund", "approve", "1-3", *LATER, by=CHIEF)
    desk.done(three, "refund", "file", *LATER, "--out", str(tmp_path / "総合振込.txt"))
    return three


def members(url: str) -> set[str]:
    """The members whose fees come back."""
    found = desk.answered(url, "check", "--everyone", "--as-of", "2012-03-23")["findings"]
    return {finding["member"] for finding in found}


def states(url: str) -> list[str]:
    """The state of each refund."""
    return [refund["state"] for refund in desk.answered(url, "refund", "list")]


def on_terminal(url: str, *words: str, reply: str, by: str = CLERK, fresh: bool = False) -> tuple[int, str]:
    """What a command answers to a person at a terminal who replies; with the exit code. `fresh`: Python is started."""
    keyboard, screen = pty.openpty()
    typed = ["--database", url, "--by", by, *words]
    if fresh:
        process = subprocess.Popen(
            [sys.executable, "cli.py", *typed], cwd=ROOT, stdin=screen, stdout=screen, stderr=screen
        )
        ended = process.wait
    else:
        number = forked.started(forked.program(*typed), stdin=screen, stdout=screen, stderr=screen)
        ended = partial(forked.ended, number)
    os.close(screen)
    os.write(keyboard, f"{reply}\n".encode())
    said = b""
    try:
        while piece := os.read(keyboard, 4096):
            said += piece
    except OSError:  # the program has ended, and with it the terminal
        pass
    os.close(keyboard)
    return ended(), said.decode()


@pytest.mark.parametrize(
    ("numbers", "typed"), [([], ""), ([7], "7"), ([3, 1, 2, 2], "1-3"), ([1, 2, 4, 7, 8], "1-2 4 7-8")]
)
def test_numbers_are_said_as_they_can_be_typed(numbers: list[int], typed: str) -> None:
    assert spans(numbers) == typed


@pytest.mark.parametrize("language", ["ja", "en"])
def test_answer_has_the_list_its_total_and_the_next_step(three: str, language: str) -> None:
    proposed = desk.done(three, *EVERYONE, "--lang", language).stdout
    assert all(number in proposed for number in ("A-1", "A-2", "A-3", "21,735"))
    step = proposed.splitlines()[-1].rpartition("seisan ")[2]
    assert step == "refund approve 1-3"
    approved = desk.done(three, *shlex.split(step), *LATER, "--lang", language, by=CHIEF).stdout
    assert "21,735" in approved and "seisan refund file" in approved.splitlines()[-1]
    assert states(three) == ["approved"] * 3


def test_all_or_nothing(three: str) -> None:
    desk.done(three, *EVERYONE)
    refused(three, "unknown-refund", "refund", "approve", "1", "2", "9", *LATER, "--by", CHIEF)
    assert states(three) == ["proposed"] * 3


def test_what_was_done_before_is_counted(three: str) -> None:
    desk.done(three, "refund", "propose", "A-2", *ON)
    said = desk.done(three, "refund", "propose", "A-1", "A-2", *ON).stdout
    assert "1 件は既に" in said
    assert states(three) == ["proposed"] * 2


@pytest.fixture
def credited(book_url: str) -> str:
    """Books with three credits that are proposed."""
    with database.writing(book_url) as connection:
        for nth in (1, 2, 3):
            posted.application(connection, f"A-{nth}")
            reissue = {"applied_on": date(2012, 3, 6), "kind": "reissue", "previous": f"A-{nth}", "paid": []}
            posted.application(connection, f"R-{nth}", reissue)
    for no in "123":
        desk.done(book_url, "credit", "propose", f"A-{no}", "--to", f"R-{no}", *ON)
    return book_url


def test_credits_that_wait_are_approved_at_once(credited: str) -> None:
    refused(credited, "no-credit-waits", "credit", "approve", "4-9", *LATER, "--by", CHIEF)
    refused(credited, "unknown-credit", "credit", "approve", "1", "2", "9", *LATER, "--by", CHIEF)
    assert [row["state"] for row in desk.answered(credited, "credit", "list")] == ["proposed"] * 3
    desk.done(credited, "credit", "reject", "2", "--reason", "本人の希望", *LATER, by=CHIEF)
    said = desk.done(credited, "credit", "approve", "1-93", *LATER, by=CHIEF).stdout
    assert "A-1" in said and "R-3" in said and "14,490" in said and "A-2" not in said
    assert [row["state"] for row in desk.answered(credited, "credit", "list")] == ["applied", "rejected", "applied"]
    refused(credited, "no-credit-waits", "credit", "approve", "1-3", *LATER, "--by", CHIEF)
    refused(credited, "credit-out-of-order", "credit", "approve", "2", *LATER, "--by", CHIEF)
    again = desk.answered(credited, "credit", "approve", "1", "3", *LATER, "--by", CHIEF)
    assert again == [{"no": 1, "changed": False}, {"no": 3, "changed": False}]


def test_person_is_asked_before_many_credits_are_applied(credited: str) -> None:
    code, said = on_terminal(credited, "credit", "approve", "1-3", *LATER, reply="n", by=CHIEF)
    assert (code, "21,735" in said, "この内容で実行しますか" in said) == (1, True, True)
    assert [row["state"] for row in desk.answered(credited, "credit", "list")] == ["proposed"] * 3


def test_all_of_a_payment_file_are_paid_by_its_number(filed: str) -> None:
    refused(filed, "none-to-pay", "refund", "paid", *LATER)
    refused(filed, "unknown-payment-file", "refund", "paid", "--file", "2", *LATER)
    answer = desk.answered(filed, "refund", "paid", "--file", "1", *LATER)
    assert [(row["no"], row["changed"]) for row in answer] == [(1, True), (2, True), (3, True)]
    assert [row["changed"] for row in desk.answered(filed, "refund", "paid", "--file", "1", *LATER)] == [False] * 3
    desk.done(filed, "refund", "returned", "2", "--on", "2012-03-27", "--reason", "口座なし")
    assert [row["no"] for row in desk.answered(filed, "refund", "paid", "--file", "1", *LATER)] == [1, 3]


def test_where_nothing_is_approved_what_waits_for_that_is_named(filed: str, tmp_path: Path) -> None:
    def nothing_to_file() -> str:
        out = str(tmp_path / "次の総合振込.txt")
        return refused(filed, "nothing-to-file", "refund", "file", "--on", "2012-04-02", "--out", out, "--lang", "en")

    desk.done(filed, "refund", "paid", "1-3", *LATER)
    assert "seisan refund list" in nothing_to_file()
    for no in ("1", "3"):
        desk.done(filed, "refund", "returned", no, "--on", "2012-03-27", "--reason", "口座なし")
    with database.writing(filed) as connection:
        posted.application(connection, "A-4")
    desk.done(filed, "refund", "propose", "A-4", "--on", "2012-03-27")
    said = "not approved yet: 3, 21,735 yen in all; by another person: seisan refund approve 1 3-4"
    assert said in nothing_to_file()


def test_nothing_was_paid_by_a_file_that_is_void(filed: str) -> None:
    desk.done(filed, "refund", "void", "1", "--reason", "取組日の誤り", *LATER, by=CHIEF)
    refused(filed, "payment-file-void", "refund", "paid", "--file", "1", *LATER)


@pytest.mark.thorough
def test_person_is_shown_what_is_meant_and_asked(three: str) -> None:
    code, said = on_terminal(three, *EVERYONE, reply="n", fresh=True)
    assert (code, states(three)) == (1, [])
    assert "A-3" in said and "21,735" in said and "この内容で実行しますか" in said
    code, said = on_terminal(three, "refund", "propose", "A-1", *ON, reply="")
    assert (code, states(three), "この内容" in said) == (0, ["proposed"], False)
    code, said = on_terminal(three, *EVERYONE, reply="y")
    assert (code, states(three), said.count("A-3")) == (0, ["proposed"] * 3, 1)
    code, said = on_terminal(three, "refund", "approve", "1-3", *LATER, "--yes", reply="", by=CHIEF)
    assert (code, states(three), "この内容" in said) == (0, ["approved"] * 3, False)


def test_what_changed_while_the_person_was_asked_is_not_done(three: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def somebody_else_writes(*_words: Any, **_more: Any) -> bool:
        monkeypatch.setattr(commands, "_person_types", lambda: False)
        desk.done(three, "refund", "propose", "A-2", *ON)
        return True

    monkeypatch.setattr(commands, "_person_types", lambda: True)
    monkeypatch.setattr(typer, "confirm", somebody_else_writes)
    answer = desk.typed(three, *EVERYONE)
    assert (answer.exit_code, "(changed-meanwhile)" in answer.stderr) == (1, True)
    assert states(three) == ["proposed"]


def test_approver_sees_person_clauses_facts_and_account(filed: str) -> None:
    said = desk.done(filed, "refund", "show", "1").stdout
    (member,) = members(filed)
    assert member in said and "甲山 太郎" in said and "***" in said
    assert "「" in said and "○" in said and "把握" in said
