"""Banks and branches by their numbers: what the list has, and what comes of an account at a bank that it has not."""

import json
from datetime import date
from pathlib import Path

import pytest

from ledger import bank_list, dates
from ledger.bank_list import Listed
from ledger.kana import PLACE, as_banks_read
from tests import desk
from tests.copies import Copies
from tests.desk import CHIEF, MEMBER

BANKS = {"8001": Listed("架空第一", "カクウダイイチ"), "8002": Listed("架空・海外", "カクウ．カイガイ")}
BRANCHES = {"8001": {"101": Listed("本店営業部", "ホンテン")}, "8002": {"101": Listed("東京", "トウキヨウ")}}
LISTED_ON = date(2012, 1, 10)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of two banks that do not exist, of 10 January 2012."""
    monkeypatch.setattr(bank_list, "_banks", lambda: BANKS)
    monkeypatch.setattr(bank_list, "_branches", BRANCHES.__getitem__)
    monkeypatch.setattr(bank_list, "listed_on", lambda: LISTED_ON)


def test_every_bank_and_branch_is_read_as_the_package_reads_it() -> None:
    import zengin_code

    of_package = {
        number: ((bank.name, bank.kana), {no: (branch.name, branch.kana) for no, branch in bank.branches.items()})
        for number, bank in zengin_code.Bank.all.items()
    }
    assert bank_list._banks().keys() == of_package.keys()
    assert len(of_package) > 1000
    for number, ((name, kana), branches) in of_package.items():
        assert bank_list.bank(number) == Listed(name, kana)
        assert bank_list._branches(number) == {no: Listed(*branch) for no, branch in branches.items()}
    assert f"{bank_list.listed_on():%Y%m%d}" == zengin_code.__version__.rpartition(".")[2]


def test_names_of_the_list_fit_the_payment_file_but_for_some_banks_from_abroad() -> None:
    places = [*bank_list._banks().values()]
    for number in bank_list._banks():
        places += bank_list._branches(number).values()
    written = [(place, *as_banks_read(place.kana, PLACE)) for place in places]
    assert [place for place, name, _left in written if len(name) > PLACE.length] == []
    unwritten = {place.name for place, _name, left in written if left}
    assert 0 < len(unwritten) <= 20


def test_of_bank_9999_every_branch_is_there_and_has_no_name() -> None:
    assert "9999" not in bank_list._banks()
    assert bank_list.bank("9999") == bank_list.branch("9999", "001") == Listed()
    assert bank_list.bank("9998") is bank_list.branch("9998", "001") is None


# --- where an account is taken in -----------------------------------------------------------------------------------

PAYEE = "A1,戊野 一郎,ボノ イチロウ,{},{},普通,7654321,相続人,2012-05-01"
# The bank and the branch of an account, and the column and the code of the problem.
ACCOUNTS = {
    ("8001", "101"): None,
    ("9999", "123"): None,
    ("8001", "102"): ("支店番号", "unknown-branch"),
    ("8003", "101"): ("銀行番号", "unknown-bank"),
}


def _import(url: str, folder: Path, headings: str, row: str) -> list[tuple[str, str]]:
    """Imports a file of one row; gives the column and the code of each problem."""
    (path := folder / "x.csv").write_text(f"{headings}\n{row}\n", encoding="utf-8")
    answer = desk.typed(url, "import", str(path), "--known-on", "2012-05-01", "--json")
    problems = json.loads(answer.stdout).get("problems", [])
    assert answer.exit_code == (3 if problems else 0)
    return [(problem["column"], problem["code"]) for problem in problems]


def _member(bank: str, branch: str, number: str = "8765432", holder: str = "コウヤマ タロウ") -> str:
    return f"{MEMBER},甲山 太郎,東京,{bank},{branch},普通,{number},{holder}"


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize(("bank", "branch"), ACCOUNTS)
def test_an_account_at_a_bank_or_branch_that_does_not_exist_is_a_problem(
    book_url: str, tmp_path: Path, bank: str, branch: str
) -> None:
    expected = [found] if (found := ACCOUNTS[bank, branch]) else []
    assert _import(book_url, tmp_path, desk.BANKED, _member("9999", "999")) == []
    assert _import(book_url, tmp_path, "申込番号,会員番号,申込日,申込区分", f"A1,{MEMBER},2011-11-01,新規") == []
    assert _import(book_url, tmp_path, desk.BANKED, _member(bank, branch)) == expected
    assert _import(book_url, tmp_path, desk.PAYEES, PAYEE.format(bank, branch)) == expected


@pytest.mark.usefixtures("made_up")
def test_a_branch_that_is_newer_than_the_list_is_named_by_a_setting(book_url: str, tmp_path: Path) -> None:
    row = _member("8001", "102")
    assert _import(book_url, tmp_path, desk.BANKED, row) == [("支店番号", "unknown-branch")]
    assert "8001-102" in desk.typed(book_url, "import", str(tmp_path / "x.csv")).stderr
    for wrong in ("8001102", "8001-12", "本店"):
        assert "not-a-setting" in desk.typed(book_url, "settings", "set", "bank_branches", wrong).stderr
    desk.done(book_url, "settings", "set", "bank_branches", "８００３－００１, 8001-102")
    assert _import(book_url, tmp_path, desk.BANKED, row) == []
    assert _import(book_url, tmp_path, desk.BANKED, _member("8003", "001")) == []


@pytest.mark.usefixtures("made_up")
def test_a_branch_that_was_closed_since_stays_with_whom_the_books_have_there(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _import(book_url, tmp_path, desk.BANKED, _member("8001", "101")) == []
    monkeypatch.setattr(bank_list, "_branches", lambda _bank: {})
    assert _import(book_url, tmp_path, desk.BANKED, _member("8001", "101", holder="コウヤマ ジロウ")) == []
    other = _member("8001", "101").replace(MEMBER, desk.ANOTHER)
    assert _import(book_url, tmp_path, desk.BANKED, other) == [("支店番号", "unknown-branch")]


# --- how old the list is --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up")
def test_a_list_that_is_old_says_so_wherever_it_is_asked(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_list, "OLD_AFTER_MONTHS", 6)
    (path := tmp_path / "x.csv").write_text(f"{desk.BANKED}\n{_member('8001', '101')}\n", encoding="utf-8")
    for today, old in ((date(2012, 7, 9), False), (date(2012, 7, 10), True), (date(2013, 1, 9), True)):
        monkeypatch.setattr(dates, "today", lambda today=today: today)
        notes = desk.answered(book_url, "import", str(path), "--dry-run")["notes"]
        assert ("old-bank-list" in {note["code"] for note in notes}) is old
        assert desk.answered(book_url, "where")["bank_list_old"] is old
        assert ("!" in desk.done(book_url, "where").stdout) is old
    assert desk.answered(book_url, "where")["bank_list"] == "2012-01-10"


# --- what is shown --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made_up")
def test_the_names_of_bank_and_branch_are_shown_beside_their_numbers(book_url: str, tmp_path: Path) -> None:
    assert _import(book_url, tmp_path, desk.BANKED, _member("9999", "999")) == []
    assert _import(book_url, tmp_path, desk.BANKED, _member("8001", "101", "2222222")) == []
    change = desk.answered(book_url, "account", "list")["changes"][0]
    assert (change["now"]["bank_name"], change["now"]["branch_name"]) == ("架空第一", "本店営業部")
    assert change["was"]["bank_name"] is None
    assert "8001 架空第一 101 本店営業部" in desk.done(book_url, "account", "list").stdout
    desk.done(book_url, "account", "approve", MEMBER, by=CHIEF)
    assert "8001 架空第一 101 本店営業部" in desk.done(book_url, "account", "show", MEMBER, "--purpose", "照会").stdout


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("branches", "written", "shown"),
    [
        ({"999": Listed("本店営業部", "ホンテン")}, ("ｶｸｳｷﾞﾝｺｳ", "ﾎﾝﾃﾝ"), "999 本店営業部"),
        ({"999": Listed("海外", "カイガイ．ブ")}, ("ｶｸｳｷﾞﾝｺｳ", ""), "999 海外"),
        ({}, ("ｶｸｳｷﾞﾝｺｳ", ""), "999(銀行の一覧にない)"),
    ],
)
def test_a_file_names_bank_and_branch_and_one_closed_since_is_paid_all_the_same(
    made: Copies,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    branches: dict[str, Listed],
    written: tuple[str, str],
    shown: str,
) -> None:
    """As if bank 9999 were like every other."""
    monkeypatch.setattr(bank_list, "MADE_UP", "0000")
    monkeypatch.setattr(bank_list, "_banks", lambda: {"9999": Listed("架空銀行", "カクウギンコウ")})
    monkeypatch.setattr(bank_list, "_branches", lambda _bank: branches)
    with made.copy() as url:
        assert f"9999 架空銀行、{shown}" in desk.done(url, "refund", "show", "2").stdout
        desk.done(url, "refund", "file", "--on", "2012-05-07", "--out", str(out := tmp_path / "総合振込.txt"))
    header, data, *_rest = out.read_bytes().decode("cp932").split("\r\n")
    assert (data[5:20].rstrip(), data[23:38].rstrip()) == written
    assert (header[62:77].rstrip(), header[80:95].rstrip()) == written
