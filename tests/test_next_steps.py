"""Each command that writes ends with what is typed next, or there is a reason why nothing is: one table of both."""

import re
import shlex
from collections.abc import Iterator

import pytest

from tests import desk
from tests.commands import COMMANDS, OPTIONS, WRITING, Writing
from tests.copies import Copies
from tests.desk import ON
from tests.test_instead import named

pytestmark = pytest.mark.thorough

EACH = pytest.mark.parametrize(("name", "command"), WRITING.items(), ids=WRITING)

# What only a person knows, in a command that is typed next: the day on which it really was paid, and a reason.
PLACEHOLDERS = {"DAY": "2012-05-09", "…": "承知の上"}

# The command that is named at the end, or why there is none.
NEXT = {
    "import": "due",
    "book": "due",
    "withdraw": "refund approve",
    "match": "todo",
    "unmatch": "match",
    "decide": "letter",
    "ruling approve": "check",
    "ruling reject": "check",
    "refund propose": "refund approve",
    "refund approve": "refund file",
    "refund file": "refund paid",
    "refund void": "refund list",
    "overpaid return": "overpaid approve",
    **{
        f"{group} {verb}": following
        for group in ("refund", "overpaid")
        for verb, following in (
            ("unpaid", "refund paid"),
            ("returned", "refund end"),
            ("end", "check"),
            ("recovered", "check"),
            ("undo", "refund show"),
            ("paid", "- it is done; that a transfer comes back is the bank's to say"),
        )
    },
    "overpaid approve": "refund file",
    "refund reject": "check",
    "overpaid reject": "todo",
    "payee approve": "todo",
    "payee end": "payee approve-end",
    "payee approve-end": "todo",
    "payee reject-end": "- everything stays as it was",
    "credit propose": "credit approve",
    "credit approve": "- it is done: the reissue is paid for",
    "credit reject": "check",
    "credit undo": "check",
    "bill dispute": "bill",
    "bill undispute": "bill",
    "bill pay": "- every line agreed and is paid",
    **{
        f"slip {kind}": "slip approve"
        for kind in ("charge", "interest", "write-off", "income", "opened-refund", "other")
    },
    "slip approve": "- it is posted",
    "slip reject": "- nothing is posted, and who proposed it knows why",
    "reverse": "- it stays reversed until the fact itself changes",
    "export since-last": "export again",
    "people add": "people approve",
    "people end": "people approve",
    "people approve": "- it is in effect",
    "people reject": "- it never takes effect",
    "account approve": "todo",
    "settings set": "- the payment file has all that it needs",
    "close": "statement month",
    "statement month": "statement list",
    "statement year": "statement list",
    "reopen": "close",
}


@pytest.fixture
def books(made: Copies) -> Iterator[str]:
    """A fresh copy of the books."""
    with made.copy() as url:
        yield url


def following(text: str) -> list[str]:
    """The last command that an English answer names, word for word; nothing where it names none."""
    typed = re.findall(r"\bseisan ((?:'[^']*'|[^;:,()'\n.—]|\.(?=\S))*)", text)
    commands = [shlex.split(words) for words in typed if words.strip() != "todo" or "everything" not in text]
    return commands[-1] if commands else []


def test_every_command_that_writes_stands_in_the_table() -> None:
    assert NEXT.keys() == WRITING.keys()


@EACH
def test_a_command_ends_with_what_is_typed_next(books: str, name: str, command: Writing) -> None:
    words = desk.resolved(books, f"{name} {command.typed}")
    text = desk.done(books, *words, "--lang", "en", by=command.by).stdout
    step = following(text)
    if NEXT[name].startswith("-"):
        assert step == [], text
        return
    assert named(step) in (NEXT[name], f"{NEXT[name]} list"), text
    require_it_parses([PLACEHOLDERS.get(word, word) for word in step])


def require_it_parses(words: list[str]) -> None:
    """The words are a command with everything that it needs."""
    name = named(words)
    own = name if name in COMMANDS else f"{name} list"
    assert {word for word in words if word.startswith("--")} <= OPTIONS[own], words
    COMMANDS[own].make_context(name, words[len(name.split()) :])


def test_what_a_step_posts_besides_is_said(books: str) -> None:
    desk.done(books, "unmatch", "N-PROPOSED", "--reason", "別人", "--on", "2012-04-10")
    words = ("refund", "reject", "1", "--reason", "別人の入金", "--on", "2012-04-11")
    text = desk.done(books, *words, "--lang", "en").stdout
    assert "Posted besides: fees taken back to suspense 1\n" in text
    assert "Posted besides" not in desk.done(books, *words, "--lang", "en").stdout


def test_the_settings_that_are_missing_are_asked_for(book_url: str) -> None:
    *most, last = desk.PAYER.items()
    for name, value in most:
        assert following(desk.done(book_url, "settings", "set", name, value, "--lang", "en").stdout) == ["settings"]
    assert following(desk.done(book_url, "settings", "set", *last, "--lang", "en").stdout) == []


def test_a_decision_leads_to_its_letter_and_many_to_all(books: str) -> None:
    for numbers, step in (("FREE",), "letter"), (("FREE", "ALIVE"), "letter --everyone --out letters"):
        text = desk.done(books, "decide", *numbers, "--as-of", ON, "--lang", "en").stdout
        assert shlex.join(following(text)).startswith(step)


def test_many_rejected_at_once_lead_to_one_list(books: str) -> None:
    for number in ("FREE", "ALIVE"):
        desk.typed(books, "refund", "propose", number, "--on", ON)
    text = desk.done(
        books, "refund", "reject", "1-20", "--reason", "再確認", "--on", "2012-05-09", "--lang", "en"
    ).stdout
    assert following(text) == ["todo"]
    assert text.count("Next: ") == 1
