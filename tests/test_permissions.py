"""Who may do what: every command asks for somebody who may, the list changes by two, and nobody is locked out."""

import json
import shlex
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from ledger.booking.run import book
from ledger.codes import RIGHTS
from ledger.errors import Exit
from ledger.store import database
from tests import desk, posted
from tests.commands import WRITING
from tests.copies import Copies
from tests.desk import CHIEF, CLERK, ON
from tests.spread import SOAK

pytestmark = pytest.mark.thorough

PROPOSE, APPROVE, PAY, CLOSE = RIGHTS.codes

# What each command that writes asks of a person: any of these.
ASKS = {
    **dict.fromkeys(("import", "withdraw", "book", "match", "unmatch", "decide", "reverse", "credit undo"), (PROPOSE,)),
    **dict.fromkeys(("refund propose", "overpaid return", "credit propose"), (PROPOSE,)),
    **dict.fromkeys(("refund approve", "overpaid approve", "credit approve"), (APPROVE,)),
    **dict.fromkeys(("account approve", "settings set"), (APPROVE,)),
    **dict.fromkeys(("refund reject", "overpaid reject", "credit reject"), (PROPOSE, APPROVE)),
    **dict.fromkeys(("refund paid", "refund returned", "overpaid paid", "overpaid returned"), (PAY,)),
    **dict.fromkeys(("refund file", "bill pay"), (PAY,)),
    **dict.fromkeys(("bill dispute", "bill undispute"), (PROPOSE, PAY)),
    "refund void": (APPROVE, PAY),
    **dict.fromkeys(("close", "reopen"), (CLOSE,)),
    **dict.fromkeys(("people add", "people end", "people reject", "export since-last"), RIGHTS.codes),
    **dict.fromkeys(
        (f"slip {kind}" for kind in ("charge", "interest", "write-off", "income", "opened-refund", "other")), (PROPOSE,)
    ),
    **dict.fromkeys(("ruling approve", "slip approve", "payee approve", "refund end", "overpaid end"), (APPROVE,)),
    **dict.fromkeys(("slip reject", "ruling reject", "payee reject-end"), (PROPOSE, APPROVE)),
    "payee end": (PROPOSE,),
    "payee approve-end": (APPROVE,),
    **dict.fromkeys(
        (f"{way} {what}" for way in ("refund", "overpaid") for what in ("unpaid", "undo", "recovered")), (PAY,)
    ),
    **dict.fromkeys(("statement month", "statement year"), RIGHTS.codes),
    "people approve": (APPROVE,),  # any other who is listed, while nobody else may approve
}


def test_every_command_that_writes_stands_in_the_table() -> None:
    assert ASKS.keys() == WRITING.keys()


@pytest.fixture(scope="module")
def each_of_one_right(made: Copies) -> Iterator[Copies]:
    """Copies of books in which for each right somebody is listed who has it alone, and one who has them all."""
    with made.copy() as url:
        desk.done(url, "people", "add", "全員", "--may", desk.ALL_RIGHTS)
        for right in RIGHTS.codes:
            desk.done(url, "people", "add", right, "--may", right)
        waiting = desk.answered(url, "people")["waiting"]
        for change in waiting:
            if change["name"] in RIGHTS.codes:
                desk.done(url, "people", "approve", str(change["no"]), by=CHIEF)
        yield made.of(url)


@pytest.mark.thorough
@pytest.mark.parametrize("command", WRITING)
def test_command_asks_for_somebody_who_may(each_of_one_right: Copies, command: str) -> None:
    """Typed by one who may only this, by one who was ended, and by one who was never listed."""
    with each_of_one_right.copy() as url:
        words = [*desk.resolved(url, f"{command} {WRITING[command].typed}"), "--dry-run"]
        for right in RIGHTS.codes:
            said = desk.typed(url, *words, by=right).stderr
            assert ("(not-allowed)" in said) is (right not in ASKS[command]), (right, said)
        reads = "auditor" in WRITING[command].roles  # who may not write gets what is not recorded
        for nobody in ("通りすがり", "己谷"):
            assert ("(not-listed)" in desk.typed(url, *words, by=nobody).stderr) is not reads
        assert "(not-listed)" not in desk.typed(url, *words, by=f"{CLERK}\u200b").stderr


@pytest.fixture
def books(book_url: str) -> str:
    """Books with an application whose fee comes back; nobody is listed."""
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
        book(connection, date(2012, 5, 1), by=CLERK)
    return book_url


def people(url: str, *words: str, by: str = CLERK) -> str:
    """The code of the refusal, or the state that the change is in."""
    answer = desk.typed(url, "people", *words, "--json", by=by)
    data = json.loads(answer.stdout)
    return str(data.get("refused") or data["state"])


def listed(url: str) -> dict[str, str]:
    """Everybody who is listed now, and what they may."""
    rows = desk.answered(url, "people")["people"]
    return {row["name"]: ",".join(row["may"]) for row in rows if row["until"] is None}


def test_without_a_list_names_are_taken_at_their_word_and_that_is_said(books: str) -> None:
    assert desk.answered(books, "people") == {"people": [], "waiting": []}
    assert "people add" in desk.done(books, "people").stdout
    assert "people add" in desk.done(books, "verify").stderr
    desk.done(books, "people", "add", CLERK, "--may", desk.ALL_RIGHTS)
    assert "people add" not in desk.done(books, "verify").stderr


# Steps at the list, one after another: by whom, what, and what comes of it.
COURSE = [
    (CLERK, "add 乙川 --may propose,pay", "approved"),
    (CLERK, "add 乙　川 --may 起案、支払", "approved"),  # the same once more
    ("丙田", "add 丙田 --may approve", "not-listed"),
    (CLERK, "add 丙田 --may approve,close", "approved"),  # nobody else is listed yet
    (CLERK, "add 丁山 --may approve", "proposed"),
    (CLERK, "add 丁山 --may approve", "proposed"),  # the same once more
    (CLERK, "approve 3", "same-person-changes-people"),
    ("丁山", "approve 3", "not-listed"),
    (CHIEF, "approve 3", "approved"),
    (CHIEF, "approve 3", "approved"),
    (CHIEF, "reject 3 --reason 誤り", "people-change-decided"),
    (CHIEF, "end 丙田", "proposed"),
    (CLERK, "approve 4", "not-allowed"),  # there is one who may approve
    ("丁山", "reject 4 --reason 誤り", "rejected"),
    (CHIEF, "approve 4", "people-change-decided"),
    (CHIEF, "end 丙田", "proposed"),
    ("丁山", "approve 5", "approved"),
    (CHIEF, "add 戊川 --may close", "not-listed"),
    (CLERK, "end 丁山", "nobody-left-to-approve"),
    (CLERK, "add 丁山 --may pay", "nobody-left-to-approve"),
    ("丁山", "add 戊川 --may approve", "proposed"),
    (CLERK, "approve 6", "approved"),  # 丁山 alone may approve, and proposed it: any other person is the second
    ("戊川", "end 丁山", "proposed"),
    ("丁山", "approve 7", "approved"),
    (CLERK, "end 丁山", "approved"),  # ended before: the same once more
    (CLERK, "end 誰か", "unknown-person"),
    (CLERK, "approve 99", "unknown-people-change"),
    (CLERK, "add 己谷 --may write", "no-such-right"),
    (CLERK, "add ・ --may pay", "names-nobody"),
    (CLERK, "add 己谷 --may pay", "proposed"),
    ("戊川", "reject 8 --reason '　'", "no-reason-given"),
    (CLERK, "reject 8 --reason 取りやめ", "rejected"),
]


def test_list_changes_by_two_and_nobody_is_locked_out(books: str) -> None:
    for nth, (by, words, expected) in enumerate(COURSE, 1):
        assert people(books, *shlex.split(words), by=by) == expected, (by, words)
        if SOAK or nth in (len(COURSE) // 2, len(COURSE)):
            assert desk.answered(books, "verify")["ok"], (by, words)
    assert listed(books) == {"乙川": "propose,pay", "戊川": "approve"}
    ended = [row for row in desk.answered(books, "people")["people"] if row["until"] is not None]
    assert [(row["name"], row["may"]) for row in ended] == [("丙田", ["approve", "close"]), ("丁山", ["approve"])]


def test_last_person_of_all_is_not_ended(books: str) -> None:
    assert people(books, "add", CLERK, "--may", "propose") == "approved"
    assert people(books, "end", CLERK) == "nobody-left-to-approve"


def test_listed_person_signs_by_the_name_of_the_list(books: str) -> None:
    for name in (CLERK, CHIEF):
        desk.done(books, "people", "add", name, "--may", desk.ALL_RIGHTS)
    desk.done(books, "refund", "propose", "A-1", "--on", ON, by="乙\u200b川 ")
    assert desk.answered(books, "refund", "list")[0]["proposed_by"] == CLERK
    assert "(same-person-approves)" in desk.typed(books, "refund", "approve", "1", "--on", ON, by="乙・川").stderr
    desk.done(books, "refund", "approve", "1", "--on", ON, by="丙 田")
    assert desk.answered(books, "refund", "list")[0]["approved_by"] == CHIEF


def test_answer_under_a_key_is_given_again_to_who_is_listed_no_more(books: str) -> None:
    desk.done(books, "people", "add", CLERK, "--may", desk.ALL_RIGHTS)
    desk.done(books, "people", "add", CHIEF, "--may", desk.ALL_RIGHTS)
    first = desk.done(books, "refund", "propose", "A-1", "--on", ON, "--key", "k", by=CHIEF)
    desk.done(books, "people", "end", CHIEF)
    desk.done(books, "people", "approve", "3", by=CHIEF)
    assert desk.done(books, "refund", "propose", "A-1", "--on", ON, "--key", "k", by=CHIEF).stdout == first.stdout
    assert desk.typed(books, "refund", "reject", "1", "--reason", "x", by=CHIEF).exit_code == Exit.REFUSED


# --- around the program ---------------------------------------------------------------------------------------------

CHANGE = (
    "INSERT INTO people_change (no, name, may, recorded_at, by) VALUES ({}, '{}', '{}', '2012-05-01 00:00:00', '{}')"
)
TAKES_EFFECT = (
    "INSERT INTO people_step (no, change, state, happened_on, recorded_at, by)"
    " VALUES ({0}, {0}, 'approved', '2012-05-01', '2012-05-01 00:00:00', '{1}')"
)
APPROVED = (
    "INSERT INTO refund_step (refund, nth, state, happened_on, member_known, recorded_at, by)"
    " VALUES (1, 2, 'approved', '2012-05-01', (SELECT max(id) FROM member_known), '2012-05-01 00:00:00', '{}')"
)

# After a list of 乙川 (propose) and 丙田 (approve): what somebody's own program tries, and what the database says.
ATTACKS = {
    "one who may not approve approves": ([APPROVED.format("丁山")], "not-listed: refund_step"),
    "one spelled otherwise than the list approves": ([APPROVED.format("丙 田")], "not-listed: refund_step"),
    "one lets their own change take effect": (
        [CHANGE.format(3, CLERK, "propose,approve", CLERK), TAKES_EFFECT.format(3, CLERK)],
        "same-person: people_step",
    ),
    "one lets it take effect under a name that looks the same": (
        [CHANGE.format(3, CLERK, "propose,approve", CLERK), TAKES_EFFECT.format(3, f"{CLERK}\u200b")],
        "same-person: people_step",
    ),
    "nobody lets it take effect": (
        [CHANGE.format(3, CLERK, "propose,approve", CLERK), TAKES_EFFECT.format(3, " - ")],
        "same-person: people_step",
    ),
    "the last who may approve is ended": (
        [CHANGE.format(3, CHIEF, "", CLERK), TAKES_EFFECT.format(3, CHIEF)],
        "nobody-left: people_step",
    ),
    "a change of nobody": ([CHANGE.format(3, "", "approve", CLERK)], "people_change_name"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_database_refuses_by_itself(books: str, attack: str) -> None:
    desk.done(books, "people", "add", CLERK, "--may", "propose")
    desk.done(books, "people", "add", CHIEF, "--may", "approve")
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    statements, message = ATTACKS[attack]
    with database.writing(books, dry_run=True) as connection:
        for statement in statements[:-1]:
            connection.execute(text(statement))
        with pytest.raises(DatabaseError, match=message):
            connection.execute(text(statements[-1]))
    with database.writing(books, dry_run=True) as connection:
        connection.execute(text(APPROVED.format(CHIEF)))


def test_verify_names_who_let_their_own_change_take_effect(books: str) -> None:
    for name in (CLERK, CHIEF):
        desk.done(books, "people", "add", name, "--may", desk.ALL_RIGHTS)
    with database.writing(books) as connection:
        for name in ("people_step_people", "people_step_left"):
            on = " ON people_step" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))
        connection.execute(text(CHANGE.format(3, CLERK, "pay", CLERK)))
        connection.execute(text(TAKES_EFFECT.format(3, CLERK)))
    codes = {fault["code"] for fault in json.loads(desk.typed(books, "verify", "--json").stdout)["faults"]}
    assert "same-person-approved" in codes
