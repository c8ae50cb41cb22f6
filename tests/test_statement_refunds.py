"""Refunds paid and brought back by a statement of the bank: `refund paid --from`, `refund returned --from`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger import dates
from tests import banked, desk
from tests.banked import Line
from tests.copies import Copies, copies
from tests.desk import CHIEF
from tests.test_payments import THIRD, payable_refunds

pytestmark = pytest.mark.thorough

ACCOUNT = (desk.PAYER["payer_bank"], desk.PAYER["payer_branch"], desk.PAYER["payer_account"])
DAY, LATER = date(2012, 3, 28), date(2012, 4, 3)
HOLDER = "ｺｳﾔﾏ ﾀﾛｳ"


def in_a_file(url: str, folder: Path) -> None:
    """Refunds 1, 2 (7245 yen each) and 3 (500 yen), all to one account, are in a payment file of 28 March."""
    payable_refunds(url, folder)
    desk.done(url, "refund", "file", "--on", str(DAY), "--out", str(folder / "総合振込.txt"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filed(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which three refunds are in a payment file."""
    with desk.books(request, in_a_file) as url:
        yield copies(request, url, request.param)


@pytest.fixture
def books(filed: Copies) -> Iterator[str]:
    """Books in which three refunds are in a payment file."""
    with filed.copy() as url:
        yield url


def statement(folder: Path, *lines: Line, account: tuple[str, str, str] = ACCOUNT) -> str:
    """A statement of the federation's account with these lines."""
    records = banked.ended(banked.statement(lines, before=100_000, account=account))
    (path := folder / "明細.txt").write_bytes(banked.written(records))
    return str(path)


def states(url: str) -> list[str]:
    """The states of the refunds, in their order."""
    return [refund["state"] for refund in desk.answered(url, "refund", "list")]


def refused(url: str, code: str, *words: str) -> str:
    """Insists that a command is refused with this code and changes nothing; gives what it says."""
    before = desk.held(url)
    answer = desk.typed(url, *words)
    assert (answer.exit_code in (1, 3), f"({code})" in answer.stderr) == (True, True), answer.output
    assert desk.held(url) == before
    return answer.stderr


# The lines of the statement, and what is told: recorded, how each line is known, why each is left open.
PAID: dict[str, tuple[list[Line], list[int], list[str], list[str]]] = {
    "the whole file": ([Line(DAY, -14990, 1, note="ｿｳｺﾞｳﾌﾘｺﾐ")], [1, 2, 3], ["file"], []),
    "line by line": (
        [Line(DAY, -7245, 1, HOLDER), Line(DAY, -7245, 2, HOLDER), Line(DAY, -500, 3, HOLDER)],
        [1, 2, 3],
        ["payee", "payee", "payee"],
        [],
    ),
    "by number, and what is no refund": (
        [Line(DAY, -7245, 1, note="0000000002"), Line(DAY, -440, 2, "ﾃｽｳﾘﾖｳ"), Line(DAY, 7245, 3, HOLDER)],
        [2],
        ["number"],
        ["nothing"],
    ),
    "which of two is not known": ([Line(DAY, -7245, 1, HOLDER)], [], [], ["several"]),
    "not said to be a file": ([Line(DAY, -14990, 1, "ﾌﾘｺﾐ")], [], [], ["file-not-named"]),
}


@pytest.mark.parametrize("case", PAID)
def test_what_is_certain_is_paid_on_its_day_and_the_rest_is_left(books: str, tmp_path: Path, case: str) -> None:
    lines, numbers, how, why = PAID[case]
    words = ("refund", "paid", "--from", statement(tmp_path, *lines))
    before = desk.held(books)
    desk.done(books, *words, "--dry-run")
    assert desk.held(books) == before
    answer = desk.answered(books, *words)
    assert answer["recorded"] == numbers
    assert ([line["how"] for line in answer["found"]], [line["why"] for line in answer["open"]]) == (how, why)
    expected = ["paid" if no in numbers else "filed" for no in (1, 2, 3)]
    assert states(books) == expected
    again = desk.answered(books, *words)
    assert (again["recorded"], [line["recorded_before"] for line in again["found"]]) == ([], [True] * len(how))
    assert states(books) == expected
    desk.done(books, "verify")


def test_a_person_reads_what_was_found_and_what_to_do_about_the_rest(books: str, tmp_path: Path) -> None:
    said = desk.done(books, "refund", "paid", "--from", statement(tmp_path, Line(DAY, -14990, 1, "ﾌﾘｺﾐ"))).stdout
    assert "seisan refund paid --file 1 --on 2012-03-28" in said
    said = desk.done(
        books, "overpaid", "paid", "--from", statement(tmp_path, Line(DAY, -7245, 1, note="0000000001"))
    ).stdout
    assert all(part in said for part in ("7,245", "0000000001", "返金番号による", "1 件"))


COMING_BACK: dict[str, tuple[Line, list[int], list[str]]] = {
    "by number": (Line(LATER, 7245, 9, "ﾌﾘｺﾐﾌﾉｳ", note="0000000002"), [2], []),
    "by payee": (Line(LATER, 500, 9, f"ｸﾐﾓﾄﾞｼ {HOLDER}"), [3], []),
    "not said so": (Line(LATER, 500, 9, HOLDER), [], ["no-word"]),
    "which of two is not known": (Line(LATER, 7245, 9, f"ｸﾐﾓﾄﾞｼ {HOLDER}"), [], ["several"]),
}


@pytest.mark.parametrize("case", COMING_BACK)
def test_a_transfer_comes_back_when_the_bank_says_so(books: str, tmp_path: Path, case: str) -> None:
    line, numbers, why = COMING_BACK[case]
    desk.done(books, "refund", "paid", "--file", "1", "--on", str(DAY))
    words = ("refund", "returned", "--from", statement(tmp_path, line))
    answer = desk.answered(books, *words)
    assert (answer["recorded"], [left["why"] for left in answer["open"]]) == (numbers, why)
    expected = ["returned" if no in numbers else "paid" for no in (1, 2, 3)]
    assert (states(books), desk.answered(books, *words)["recorded"], states(books)) == (expected, [], expected)
    desk.done(books, "verify")


def test_what_was_taken_in_as_a_transfer_received_is_taken_back_first(books: str, tmp_path: Path) -> None:
    desk.done(books, "refund", "paid", "--file", "1", "--on", str(DAY))
    file = statement(tmp_path, Line(LATER, 500, 9, f"ｸﾐﾓﾄﾞｼ {HOLDER}"))
    desk.done(books, "import", file)
    assert [left["why"] for left in desk.answered(books, "refund", "returned", "--from", file)["open"]] == [
        "is-deposit"
    ]
    no = max(taken["no"] for taken in desk.answered(books, "imports")["imports"])
    desk.done(books, "withdraw", str(no), "--reason", "組戻し", "--on", "2012-04-04")
    assert desk.answered(books, "refund", "returned", "--from", file)["recorded"] == [3]


def test_what_is_no_statement_of_the_account_is_refused(books: str, tmp_path: Path) -> None:
    (table := tmp_path / "x.csv").write_text(f"{desk.BANKED}\n", encoding="utf-8")
    refused(books, "not-a-bank-file", "refund", "paid", "--from", str(table))
    another = statement(tmp_path, Line(DAY, -7245, 1, HOLDER), account=("9999", "998", "1111111"))
    refused(books, "another-account", "refund", "paid", "--from", another)
    damaged = Path(statement(tmp_path, Line(DAY, -7245, 1, HOLDER)))
    damaged.write_bytes(damaged.read_bytes().replace(b"7245", b"7246", 1))
    assert desk.typed(books, "refund", "paid", "--from", str(damaged)).exit_code == 3
    file = statement(tmp_path, Line(DAY, -7245, 1, HOLDER))
    for words in (("paid", "1"), ("paid", "--file", "1"), ("paid", "--on", "2012-03-28"), ("returned", "1")):
        refused(books, "statement-alone", "refund", *words, "--from", file)
    refused(books, "none-returned", "refund", "returned", "1")
    refused(books, "none-returned", "refund", "returned", "--reason", "口座なし")


def test_all_of_a_statement_is_recorded_or_nothing(books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = statement(tmp_path, Line(DAY, -7245, 1, note="0000000001"), Line(LATER, -500, 2, note="0000000003"))
    desk.done(books, "refund", "void", "1", "--reason", "誤り", "--on", "2012-03-27", by=CHIEF)
    desk.done(books, "settings", "set", "people", "three", by=CHIEF)
    refused(books, "same-person-pays", "refund", "paid", "--from", file)
    words: Any = ("refund", "paid", "--from", file, "--key", "K-1", "--by", THIRD)
    assert desk.answered(books, *words) == desk.answered(books, *words)
    assert states(books) == ["paid", "approved", "paid"]


def test_a_csv_of_the_bank_is_read_by_its_layout(books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (layout := tmp_path / "銀行.toml").write_text(
        'day = "日付"\nin = "入金"\nout = "出金"\npayer = "摘要"\n', encoding="utf-8"
    )
    (file := tmp_path / "明細.csv").write_bytes("日付,出金,入金,摘要\n2012/03/28,14990,,総合振込\n".encode("cp932"))
    words = ("refund", "paid", "--from", str(file), "--bank-csv", str(layout))
    refused(books, "not-a-bank-file", *words[:4])
    with monkeypatch.context() as patch:
        patch.setattr(dates, "today", lambda: date(2012, 3, 27))
        refused(books, "in-the-future", *words)
    assert desk.answered(books, *words)["recorded"] == [1, 2, 3]
    file.write_bytes("日付,出金,摘要\n2012/03/28,14990,総合振込\n".encode("cp932"))
    refused(books, "bank-columns-missing", *words)
