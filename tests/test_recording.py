"""What is said of money is posted in the same write: after no command is anything left for `book` to post."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from ledger import dates
from ledger.booking.run import called_for
from ledger.store import database
from tests import commands, desk
from tests.copies import Copies
from tests.desk import CHIEF

pytestmark = pytest.mark.thorough


def unposted(url: str) -> list[tuple[str, Any]]:
    """What `book` would post today."""
    with database.reading(url) as connection:
        return [(posting.event, posting.movements) for posting in called_for(connection, dates.today()).postings]


def test_no_command_leaves_anything_to_be_booked(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed are all the commands by which the books are made that hold something of everything."""
    done = desk.done

    def checked(url: str, *words: str, **by: Any) -> Result:
        answer = done(url, *words, **by)
        assert unposted(url) == [], words
        return answer

    monkeypatch.setattr(desk, "done", checked)
    desk.everything(book_url, tmp_path)


@pytest.fixture(scope="module", params=["sqlite"])
def typed_at(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of the books at which every command that writes can be typed; a deposit of before waits in them."""
    with commands.made(request) as copies:
        yield copies


# What takes back, and is not among the commands by which the books above are made.
TAKES_BACK = (
    *("reverse", "withdraw", "unmatch", "credit undo", "slip reject", "refund void", "reopen"),
    *(f"{way} {what}" for way in ("refund", "overpaid") for what in ("returned", "unpaid", "end", "recovered", "undo")),
)


@pytest.mark.parametrize("command", TAKES_BACK)
def test_nothing_more_is_left_by_what_takes_back(typed_at: Copies, command: str) -> None:
    with typed_at.copy() as url:
        before, writing = unposted(url), commands.WRITING[command]
        words = desk.resolved(url, f"{command} {writing.typed}")
        desk.done(url, *words, by=writing.by)
        assert [posting for posting in unposted(url) if posting not in before] == []


def test_money_that_a_rejected_return_had_reserved_pays_the_fee_that_it_was_found_to_be(
    book_url: str, tmp_path: Path
) -> None:
    for path in desk.files(tmp_path):
        desk.done(book_url, "import", str(path))
    desk.done(book_url, "overpaid", "return", "N-LOOSE", "--on", "2012-04-02")
    desk.done(book_url, "match", "N-LOOSE", "UNPAID", "--on", "2012-04-03")
    assert unposted(book_url) == []
    desk.done(book_url, "overpaid", "reject", "1", "--reason", "手数料", "--on", "2012-04-04", by=CHIEF)
    assert unposted(book_url) == []
    (finding,) = desk.answered(book_url, "check", "--application", "UNPAID", "--as-of", "2012-04-05")["findings"]
    assert finding["fee_received"] == 7245
