"""Which command adds to which tables: the list holds every command that writes, and no more than it can write."""

from collections.abc import Iterator

import pytest

from ledger import tables
from ledger.store import commands
from tests import desk
from tests.commands import WRITING

# What commands keep of themselves, with what was refused: they are given no key and change nothing in the books.
OTHERS = {"init", "account show", "roles"}


@pytest.fixture(scope="module", params=["sqlite"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened."""
    with desk.books(request, desk.everything) as url:
        yield url


def test_every_command_that_writes_is_in_the_list() -> None:
    assert set(commands.ADDS) == {*WRITING, *OTHERS}


def test_every_table_is_added_to_by_some_command_and_there_is_no_other() -> None:
    added = commands.BY_ANY.union(*commands.ADDS.values())
    assert added == set(tables.metadata.tables) - {"batch", "seal"}


def test_what_was_written_is_what_the_list_says(books: str) -> None:
    assert desk.not_of_command(books) == set()


# Each kind of row with the only commands that add one; a command that is misplaced in the list shows here.
ONLY = {
    "fact": {"import"},
    "bill_known": {"import"},
    "ruling": {"import"},
    "payee_known": {"import"},
    "opening": {"import"},
    "application": {"import"},
    "allocation": {"import", "match", "unmatch", "init"},
    "member_known": {"import", "withdraw"},
    "decision": {"decide", "refund propose", "credit propose"},
    "refund": {"refund propose", "overpaid return"},
    "credit": {"credit propose"},
    "payment_file": {"refund file"},
    "account_approval": {"account approve"},
    "payee_approval": {"payee approve"},
    "ruling_step": {"ruling approve", "ruling reject"},
    "setting": {"settings set"},
    "month_step": {"close", "reopen"},
    "account": {"init"},
    "looked": {"account show", "refund file"},
}


@pytest.mark.parametrize("table", ONLY)
def test_a_row_of_a_kind_is_added_by_these_commands_alone(table: str) -> None:
    assert {command for command, added in commands.ADDS.items() if table in added} == ONLY[table]


def test_an_approval_pays_nothing_and_an_entry_comes_with_its_movements() -> None:
    silent = (
        "refund approve",
        "overpaid approve",
        "refund file",
        "refund void",
        "close",
        "payee approve",
        "slip reject",
    )
    assert not any("entry" in commands.ADDS[command] for command in silent)
    assert all(("entry" in added) is ("movement" in added) for added in commands.ADDS.values())
