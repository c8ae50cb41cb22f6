"""The made-up month's journal, written by the command and read by other ledgers, has the balances that we show."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import desk
from tests.test_cli import demo
from tests.test_journal_exports import seen_by_beancount, seen_by_hledger

END = "2012-09-30"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """The books of the made-up federation at the end of its month."""
    with desk.books(request, demo) as url:
        yield url


def ours(url: str) -> dict[str, int]:
    """The balances of the command, debits positive, without accounts that hold nothing."""
    accounts = desk.answered(url, "balance", "--as-of", END)["accounts"]
    return {
        account["code"]: account["debit"] - account["credit"]
        for account in accounts
        if account["debit"] != account["credit"]
    }


def by_code(seen: dict[str, int]) -> dict[str, int]:
    """What another ledger saw, account by account: the parts of an account added up; the code stands after the kind."""
    sums: dict[str, int] = defaultdict(int)
    for account, yen in seen.items():
        sums[account.split(":")[1][:4]] += yen
    return {code: yen for code, yen in sums.items() if yen}


def written(url: str, form: str, folder: Path) -> str:
    """The journal as the command writes it."""
    file = folder / f"journal.{form}"
    desk.done(url, "export", "journal", "--format", form, "--out", str(file), "--to", END)
    return file.read_text(encoding="utf-8")


def test_beancount_sees_our_balances(books: str, tmp_path: Path) -> None:
    assert by_code(seen_by_beancount(written(books, "beancount", tmp_path))) == ours(books)


@pytest.mark.hledger
def test_hledger_sees_our_balances(books: str, tmp_path: Path) -> None:
    assert by_code(seen_by_hledger(written(books, "hledger", tmp_path), tmp_path)) == ours(books)
