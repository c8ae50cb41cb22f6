"""Books begun in the middle of life: they agree with the bank, the sub-ledgers and the authority from the first day."""

import json
from datetime import date
from pathlib import Path

import pytest

from ledger import dates
from tests import desk
from tests.desk import CHIEF

pytestmark = pytest.mark.thorough

MEMBERS = "会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n"
APPLICATIONS = "申込番号,会員番号,申込日,申込区分,把握日\n" + "".join(
    f"{number},東京 第9001号,{day},新規,{day}\n"
    for number, day in {"HELD": "2012-02-01", "OWED": "2012-02-01", "BACK": "2011-02-01", "DONE": "2011-02-01"}.items()
)
DEPOSITS = (
    "照会番号,入金日,金額,振込依頼人名,申込番号\n"
    "D-HELD,2012-02-02,7245,ｺｳﾔﾏ,HELD\nD-OWED,2012-02-02,7245,ｺｳﾔﾏ,OWED\nD-DONE,2011-02-02,7245,ｺｳﾔﾏ,DONE\n"
    "D-LOOSE,2012-03-02,7245,ﾌﾒｲ,\n"
)
ISSUES = (
    "申込番号,発行日,送付日,把握日\n"
    "OWED,2012-03-10,2012-03-11,2012-03-11\nDONE,2011-05-10,2011-05-11,2011-05-11\nHELD,2012-05-10,2012-05-11,2012-05-11\n"
)
HEADINGS = "基準日,勘定科目,金額,申込番号,照会番号\n"
OPENINGS = HEADINGS + (
    "2012-03-31,1110,100000,,\n2012-03-31,2040,-7245,HELD,\n2012-03-31,2010,-7245,OWED,\n"
    "2012-03-31,2050,-7245,,D-LOOSE\n2012-03-31,2020,-7245,BACK,\n2012-03-31,4900,-71020,,\n"
)
BEGUN = {"1110": 100000, "2010": 7245, "2020": 7245, "2040": 7245, "2050": 7245, "4900": 71020}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 6, 10))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the files of before the books."""
    monkeypatch.chdir(tmp_path)
    named = {"会員": MEMBERS, "申込": APPLICATIONS, "入金": DEPOSITS, "発行": ISSUES, "開始残高": OPENINGS}
    for name, body in named.items():
        (tmp_path / f"{name}.csv").write_text(body, encoding="utf-8")
    return tmp_path


def brought(url: str) -> None:
    """Members and applications first; then the balances, together with the deposits of before."""
    desk.done(url, "import", "会員.csv", "申込.csv")
    desk.done(url, "import", "入金.csv", "開始残高.csv", "発行.csv", "--known-on", "2012-04-02")


def balance(url: str, as_of: str) -> dict[str, int]:
    """What each account holds on a day; accounts that hold nothing are left out."""
    accounts = desk.answered(url, "balance", "--as-of", as_of)["accounts"]
    return {account["code"]: account["balance"] for account in accounts if account["balance"]}


def test_books_begin_with_their_balances_and_nothing_is_posted_twice(book_url: str, folder: Path) -> None:
    brought(book_url)
    assert balance(book_url, "2012-03-30") == {}
    assert balance(book_url, "2012-03-31") == BEGUN
    desk.done(book_url, "book", "--through", "2012-05-01")
    assert balance(book_url, "2012-05-01") == BEGUN
    desk.verifies(book_url)
    assert "開始残高" in desk.done(book_url, "entries").stdout


def test_a_balance_is_taken_back_with_its_file_and_not_by_hand(book_url: str, folder: Path) -> None:
    brought(book_url)
    answer = desk.typed(book_url, "reverse", "1", "--reason", "誤り", "--on", "2012-04-02")
    assert "(rests-on-opening)" in answer.stderr
    assert "seisan withdraw" in answer.stderr


def test_life_goes_on_from_the_balances(book_url: str, folder: Path) -> None:
    brought(book_url)
    desk.done(book_url, "match", "D-LOOSE", "BACK", "--on", "2012-04-03")
    desk.done(book_url, "slip", "opened-refund", "BACK", "--on", "2012-04-04", "--reason", "前年度からの未払")
    desk.done(book_url, "slip", "approve", "1", "--on", "2012-04-04", by=CHIEF)
    desk.done(book_url, "book", "--through", "2012-05-31")
    ended = {"1110": 92755, "2010": 14490, "2040": 7245, "4900": 71020}
    assert balance(book_url, "2012-05-31") == ended
    desk.verifies(book_url)
    again = desk.typed(book_url, "slip", "opened-refund", "BACK", "--on", "2012-04-04", "--reason", "もう一度")
    assert "(nothing-held-for)" in again.stderr


def test_what_is_proposed_since_is_no_refund_of_before(book_url: str, folder: Path) -> None:
    """What is owed for a refund that was proposed is paid by its own steps; a slip would leave it without its yen."""
    brought(book_url)
    (folder / "終了.csv").write_text("申込番号,取消日,取消事由,把握日\nHELD,2012-05-12,,2012-05-12\n", encoding="utf-8")
    (folder / "利用.csv").write_text("申込番号,利用,回答日\nHELD,無,2012-05-12\n", encoding="utf-8")
    desk.done(book_url, "import", "終了.csv", "利用.csv")
    desk.done(book_url, "refund", "propose", "HELD", "--on", "2012-05-12")
    slip = ("slip", "opened-refund", "HELD", "--on", "2012-05-12", "--reason", "未払")
    assert "(nothing-held-for)" in desk.typed(book_url, *slip).stderr


def test_a_waiver_reaches_what_was_owed_before(book_url: str, folder: Path) -> None:
    brought(book_url)
    (folder / "請求.csv").write_text("請求書番号,請求日,申込番号,金額\nB-1,2012-04-30,OWED,-7245\n", encoding="utf-8")
    desk.done(book_url, "import", "請求.csv")
    desk.done(book_url, "book", "--through", "2012-05-01")
    found = balance(book_url, "2012-05-01")
    assert (found.get("2010", 0), found["2040"]) == (0, 14490)


BAD = {
    "an account that the chart lacks": ("2012-03-31,9999,-1,,", "勘定科目", "unknown-account"),
    "an account that is proposed anew": ("2012-03-31,2041,-1,HELD,", "勘定科目", "not-opened"),
    "a fee of nobody": ("2012-03-31,2040,-1,,", "申込番号", "missing"),
    "suspense of no deposit": ("2012-03-31,2050,-1,,", "照会番号", "missing"),
    "a refund of neither": ("2012-03-31,2020,-1,,", None, "one-needed"),
    "a part where there are none": ("2012-03-31,5900,1,HELD,", "申込番号", "not-kept-by"),
    "an application that is not known": ("2012-03-31,2040,-1,NOBODY,", "申込番号", "unknown-application"),
    "a deposit that is not known": ("2012-03-31,2050,-1,,D-NONE", "照会番号", "unknown-deposit"),
    "a liability on the other side": ("2012-03-31,2040,1,DONE,", "金額", "below-zero"),
    "a row that stands already": ("2012-03-31,2040,-1,HELD,", "勘定科目", "again"),
    "a row of another day": ("2012-03-30,5900,1,,", "基準日", "another-day"),
    "a balance that does not balance": ("2012-03-31,5900,1,,", "金額", "unbalanced"),
    "zero": ("2012-03-31,5900,0,,", "金額", "zero"),
    "no day": ("2012-02-31,5900,1,,", "基準日", "not-a-day"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_row_that_is_wrong_is_named_and_nothing_is_taken_in(book_url: str, folder: Path, case: str) -> None:
    row, column, code = BAD[case]
    (folder / "開始残高.csv").write_text(OPENINGS + row + "\n", encoding="utf-8")
    desk.done(book_url, "import", "会員.csv", "申込.csv")
    before = desk.held(book_url)
    answer = desk.typed(book_url, "import", "入金.csv", "開始残高.csv", "--json")
    assert answer.exit_code == 3
    problems = [(found["row"], found["column"], found["code"]) for found in json.loads(answer.stdout)["problems"]]
    assert (8, column, code) in problems
    assert desk.held(book_url) == before


def test_the_balances_say_by_how_much_they_do_not_balance(book_url: str, folder: Path) -> None:
    (folder / "開始残高.csv").write_text(OPENINGS.replace("100000", "99999"), encoding="utf-8")
    desk.done(book_url, "import", "会員.csv", "申込.csv")
    assert "△1 yen" in desk.typed(book_url, "import", "入金.csv", "開始残高.csv", "--lang", "en").stderr


def test_a_deposit_after_the_day_is_none_of_the_balances(book_url: str, folder: Path) -> None:
    (folder / "入金.csv").write_text(DEPOSITS.replace("2012-03-02", "2012-04-02"), encoding="utf-8")
    desk.done(book_url, "import", "会員.csv", "申込.csv")
    assert "開始残高.csv:5: 照会番号" in desk.typed(book_url, "import", "入金.csv", "開始残高.csv").stderr


def test_balances_come_once_and_before_any_other_entry(book_url: str, folder: Path) -> None:
    brought(book_url)
    (folder / "もう一度.csv").write_text(OPENINGS + "\n", encoding="utf-8")
    assert "opened-before" in desk.typed(book_url, "import", "もう一度.csv").stderr
    numbers = {row["file"]: row["no"] for row in desk.answered(book_url, "imports")["imports"]}
    number = numbers["開始残高.csv"]
    # What was posted from their money meanwhile is withdrawn first.
    gone = desk.typed(book_url, "withdraw", str(number), "--reason", "誤り", "--on", "2012-05-11")
    assert "(nothing-left-to-reverse)" in gone.stderr
    desk.done(book_url, "withdraw", str(numbers["発行.csv"]), "--reason", "誤り", "--on", "2012-05-11")
    part = desk.typed(book_url, "withdraw", f"{number}:2", "--reason", "誤り", "--on", "2012-05-11")
    assert "(openings-as-a-whole)" in part.stderr
    desk.done(book_url, "withdraw", str(number), "--reason", "誤り", "--on", "2012-05-11")
    assert balance(book_url, "2012-05-31") == {}
    # What the certificate had taken meanwhile is dated the day of the withdrawal; of the rest nothing ever was.
    assert balance(book_url, "2012-04-15") == {"1110": 7245, "2040": 7245}
    desk.done(book_url, "import", "もう一度.csv")
    assert balance(book_url, "2012-05-31") == BEGUN
    desk.verifies(book_url)


def test_balances_that_others_replace_do_not_stand_beside_them_on_any_day(book_url: str, folder: Path) -> None:
    desk.done(book_url, "import", "会員.csv", "申込.csv")
    desk.done(book_url, "import", "入金.csv", "開始残高.csv", "--known-on", "2012-04-02")
    (folder / "正しい.csv").write_text(OPENINGS.replace("100000", "100001").replace("71020", "71021"), encoding="utf-8")
    number = {row["file"]: row["no"] for row in desk.answered(book_url, "imports")["imports"]}["開始残高.csv"]
    desk.done(book_url, "withdraw", str(number), "--reason", "誤り", "--on", "2012-04-20")
    for day in ("2012-04-01", "2012-04-20", "2012-06-10"):
        assert balance(book_url, day) == {}, day
    desk.done(book_url, "import", "正しい.csv")
    for day in ("2012-03-31", "2012-04-15", "2012-06-10"):
        assert balance(book_url, day) == BEGUN | {"1110": 100001, "4900": 71021}, day
    known = [row for row in desk.answered(book_url, "entries")["entries"] if row["reverses"]]
    assert {row["on"] for row in known} == {"2012-03-31"}
    desk.verifies(book_url)


def test_balances_are_not_taken_in_once_there_are_entries(book_url: str, folder: Path) -> None:
    desk.done(book_url, "slip", "interest", "--yen", "1", "--on", "2012-04-01", "--reason", "利息")
    desk.done(book_url, "slip", "approve", "1", "--on", "2012-04-01", by=CHIEF)
    desk.done(book_url, "import", "会員.csv", "申込.csv")
    codes = desk.typed(book_url, "import", "入金.csv", "開始残高.csv").stderr
    assert "not-first" in codes
