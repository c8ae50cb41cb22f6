"""Who signs: nobody is nobody, one person is one person however the name is spelled, and the role is the default."""

import pytest
from typer.testing import CliRunner

import cli
from ledger import kana, tables
from ledger.errors import Exit
from ledger.store import database
from tests import desk, posted
from tests.desk import ON


@pytest.fixture
def books(book_url: str) -> str:
    """Books with an application whose fee comes back."""
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
    return book_url


LOOKS_THE_SAME = (
    "乙川\u200b",
    "\u202e乙川",
    "乙\u00ad川",
    "乙川\ufe0f",
    "乙川\U000e0100",
    "乙・川",
    "乙\u3164川",
    "乙川\t",
)


@pytest.mark.parametrize("other", LOOKS_THE_SAME)
def test_what_nobody_sees_makes_no_other_person(books: str, other: str) -> None:
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    refused_by = desk.typed(books, "refund", "approve", "1", "--on", ON, by=other)
    assert "(same-person-approves)" in refused_by.stderr
    last = desk.answered(books, "refusals")["refusals"][-1]
    assert last["by"] in ("乙川", "乙・川")


@pytest.mark.parametrize(
    ("one", "other"), [("Otsukawa", "Оtsukawa"), ("ニ宮", "二宮"), ("乙川1", "乙川①"), ("佐藤カ", "佐藤力")]
)
def test_letters_drawn_alike_are_one_name(one: str, other: str) -> None:
    assert kana.same_person(one, other)


@pytest.mark.parametrize(("one", "other"), [("乙川1", "乙川2"), ("乙川", "乙山"), ("一", "二"), ("乙川ｶ", "乙川ガ")])
def test_letters_that_differ_are_two_names(one: str, other: str) -> None:
    assert not kana.same_person(one, other)


NOBODY = ("", " ", "　", "-", "・", "ー", "\u200b", "\u3164", "—", "👩", "\t")


@pytest.mark.parametrize("nobody", NOBODY)
@pytest.mark.parametrize("words", ["refund propose A-1", "refund approve 1", "import x.csv", "init", "account list"])
def test_nobody_signs_anything(books: str, nobody: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.held(books)
    assert "(names-nobody)" in desk.typed(books, *words.split(), by=nobody).stderr
    if nobody:  # a variable that is empty is one that is not set
        monkeypatch.setenv("SEISAN_USER", nobody)
        assert "(names-nobody)" in CliRunner().invoke(cli.app, ["--database", books, *words.split()]).stderr
    monkeypatch.delenv("SEISAN_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", lambda: nobody or "-")
    if not books.startswith("postgres"):
        assert "(names-nobody)" in CliRunner().invoke(cli.app, ["--database", books, *words.split()]).stderr
    assert desk.held(books) == before


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_who_says_no_name_is_the_role(books: str) -> None:
    answer = CliRunner().invoke(cli.app, ["--database", books, "refund", "propose", "A-1", "--on", ON])
    assert answer.exit_code == Exit.DONE, answer.output
    with database.reading(books) as connection:
        step = connection.execute(tables.refund_step.select()).one()
    assert step.by == step.role
