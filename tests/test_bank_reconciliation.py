"""The bank's statement beside account 1110: what is the same agrees, and what is not is named; its balance binds."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from exports.issued import layout
from exports.reports import bank, month
from ledger import dates
from ledger.dates import Month
from ledger.store import database
from tests import banked, desk
from tests.banked import Line, ended, statement, written

MARCH, MONTH_END = date(2012, 3, 1), date(2012, 3, 31)
D1, D2, D3 = date(2012, 3, 9), date(2012, 3, 12), date(2012, 3, 13)
IN1, IN2 = Line(D1, 7245, 11, "ｺｳﾔﾏ ﾀﾛｳ"), Line(D1, 7245, 12, "ｵﾂｶﾜ ﾊﾅｺ")
CHARGE = Line(D2, -440, 13, note="ﾌﾘｺﾐﾃｽｳﾘﾖｳ", code="14")
INTEREST = Line(D3, 12, 14, note="ﾘｿｸ", code="18")


@pytest.fixture
def books(book_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Books that know which account is the federation's, in April 2012."""
    monkeypatch.setattr(dates, "today", lambda: date(2012, 4, 3))
    # What is verified here is remembered by nobody else.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    desk.done(book_url, "init")
    for name, value in banked.SETTINGS.items():
        desk.done(book_url, "settings", "set", name, value)
    return book_url


def _import(books: str, tmp_path: Path, *lines: Line, before: int = 0, last: date = MONTH_END) -> None:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.txt"
    path.write_bytes(written(ended(statement(lines, before=before, span=(MARCH, last), made_on=date(2012, 4, 2)))))
    desk.done(books, "import", str(path))


def _charge(books: str, yen: int, on: date) -> None:
    desk.done(books, "slip", "charge", "--yen", str(yen), "--on", str(on), "--reason", "振込手数料")
    number = desk.answered(books, "slip", "list")[-1]["no"]
    desk.done(books, "slip", "approve", str(number), by=desk.CHIEF)


def _states(books: str, *words: str) -> Sequence[tuple[int | None, int | None, str]]:
    rows = desk.answered(books, "bank", *words)["lines"]
    return [(row["bank_yen"], row["books_yen"], row["state"]) for row in rows]


def test_what_is_the_same_agrees_and_the_rest_is_named(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, IN1, IN2, CHARGE, INTEREST)
    assert _states(books) == [
        (7245, 7245, "agreed"),
        (7245, 7245, "agreed"),
        (-440, None, "bank_only"),
        (12, None, "bank_only"),
    ]
    _charge(books, 440, D3)  # a day late
    _charge(books, 110, D3)
    assert _states(books, "--month", "2012-03") == [
        (7245, 7245, "agreed"),
        (7245, 7245, "agreed"),
        (-440, -440, "other_day"),
        (12, None, "bank_only"),
        (None, -110, "books_only"),
    ]
    said = desk.answered(books, "bank", "--month", "2012-03")
    assert (said["books"], said["bank"], said["difference"]) == (13940, 14062, 122)
    (work,) = [work for work in desk.answered(books, "todo")["todo"] if work["kind"] == "bank_lines"]
    assert work["next"] == "seisan bank --state bank_only"


def test_many_entries_of_one_kind_are_one_transfer(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, IN1, IN2, Line(D2, -880, 13))
    for reason in ("一", "二"):
        desk.done(books, "slip", "charge", "--yen", "440", "--on", str(D2), "--reason", reason)
    desk.done(books, "slip", "approve", "1", by=desk.CHIEF)
    desk.done(books, "slip", "approve", "2", by=desk.CHIEF)
    assert _states(books)[-1] == (-880, -880, "agreed")


def test_what_waits_for_as_many_yen_is_named(books: str, tmp_path: Path) -> None:
    tables = {
        "会員": "会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n",
        "申込": "申込番号,会員番号,申込日,申込区分,把握日\nA1,東京 第9001号,2012-03-01,新規,2012-03-01\n",
        "発行": "申込番号,発行日,送付日,把握日\nA1,2012-03-10,2012-03-10,2012-03-10\n",
        "入金": "照会番号,入金日,金額,振込依頼人名,申込番号\nN-1,2012-03-09,7245,ｺｳﾔﾏ ﾀﾛｳ,A1\n",
        "請求": "請求書番号,請求日,申込番号,金額\nS-1,2012-03-12,A1,7245\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    desk.done(books, "import", *(str(tmp_path / f"{name}.csv") for name in tables))
    _import(books, tmp_path, IN1, Line(D3, -7245, 20, code="14"), CHARGE)
    rows = desk.answered(books, "bank")["lines"]
    assert [row["next"] for row in rows] == [None, None, f"seisan bill pay S-1 --on {D3}"]
    desk.done(books, *rows[2]["next"].split()[1:])
    assert [state for *_yen, state in _states(books)] == ["agreed", "bank_only", "agreed"]


def test_what_the_bank_took_back_stands_on_both_sides(books: str, tmp_path: Path) -> None:
    back = Line(D3, -7245, 12, code="19")
    _import(books, tmp_path, IN1, IN2, back)
    assert [state for *_yen, state in _states(books)] == ["agreed"] * 3
    assert len(_states(books, "--state", "agreed")) == 3 and _states(books, "--state", "bank_only") == []
    assert "組戻" not in desk.done(books, "bank", "--state", "bank_only").output
    assert desk.answered(books, "bank")["difference"] == 0


def test_the_balance_that_the_bank_told_closes_the_month(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, IN1, IN2, last=date(2012, 3, 30))  # a Friday, and the month ends on Saturday
    refused = desk.typed(books, "close", "2012-03", "--bank-balance", "1", "--accept", "月末")
    assert (refused.exit_code, "balance-told-otherwise" in refused.output) == (1, True)
    desk.done(books, "close", "2012-03", "--accept", "月末")
    (month,) = desk.answered(books, "month", "list")
    assert (month["state"], month["bank_balance"]) == ("closed", 14490)
    assert desk.answered(books, "verify")["ok"]


def test_a_difference_is_accepted_by_two_and_stays_accepted(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, IN1, IN2, CHARGE)
    assert "bank_differs" in desk.typed(books, "close", "2012-03", "--accept", "月末").output
    desk.done(books, "close", "2012-03", "--accept", "月末", "--accept", "bank_differs=手数料")
    desk.done(books, "close", "2012-03", by=desk.CHIEF)
    assert desk.answered(books, "verify")["ok"]
    # The bank tells another balance afterwards, which nobody has accepted.
    _import(books, tmp_path, CHARGE, Line(D3, -1, 99), before=14490)
    answer = desk.typed(books, "verify", "--json")
    assert answer.exit_code == 1
    assert "bank-differs" in answer.stdout
    assert desk.answered(books, "verify", "--month", "2012-02")["ok"]
    assert (-1, None, "bank_only") in _states(books)


def test_the_balances_of_months_before_are_asked_too(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _import(books, tmp_path, IN1, CHARGE)
    monkeypatch.setattr(dates, "today", lambda: date(2012, 5, 3))
    answer = desk.typed(books, "close", "2012-04", "--bank-balance", "7245")
    assert "bank_differed" in answer.output
    desk.done(books, "close", "2012-04", "--bank-balance", "7245", "--accept", "手数料は4月に計上")
    assert desk.answered(books, "verify")["ok"]


def test_the_sheet_of_the_month_says_it(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, IN1, CHARGE)
    desk.done(books, "statement", "month", "2012-03", "--sheet", "銀行勘定照合", "--out", str(tmp_path / "x.csv"))
    rows = (tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines()
    assert any("銀行だけにある" in row and "-440" in row for row in rows)
    desk.done(books, "statement", "month", "2012-03", "--out", str(tmp_path / "月次.xlsx"))
    _import(books, tmp_path, Line(D3, 500, 20, "ﾍｲﾀ"), before=6805)
    assert desk.answered(books, "verify", str(tmp_path / "月次.xlsx"))["ok"]


def test_a_workbook_without_the_sheet_is_compared_without_it(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, IN1, CHARGE)
    with database.reading(books) as connection:
        now = month.made(connection, Month(2012, 3))
        before = {name: keys for name, keys in layout.of(now).items() if name != bank.NAME}
        then = month.made(connection, Month(2012, 3), earlier=before)
    contents = {name for _block, _row, name in then.sheets[0].links}
    assert contents
    assert bank.NAME not in contents
    assert [note.code for note in layout.EarlierLayout(then, before, "x").notes] == ["earlier-layout", "sheet-since"]


def test_a_layout_that_is_none_is_refused(books: str, tmp_path: Path) -> None:
    (path := tmp_path / "銀行.toml").write_text("day = 1", encoding="utf-8")
    answer = desk.typed(books, "import", str(path), "--bank-csv", str(path))
    assert (answer.exit_code, "not-a-bank-layout" in answer.output) == (1, True)
