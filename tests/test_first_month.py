"""An own first month, from rows that do not say since when they are known: no answer is given that is not so.

What the day that is asked about did not know yet is said to be so; so is that nothing was taken in.
"""

from datetime import date
from pathlib import Path

import pytest

from ledger import dates
from tests import desk

TODAY = date(2012, 5, 10)
NUMBER = "東京 第9077号"
FILES = {
    "会員.csv": f"会員番号,氏名,司法書士会\n{NUMBER},庚谷 未申,東京\n{desk.MEMBER},甲山 太郎,東京\n",
    "申込.csv": f"申込番号,会員番号,申込日,申込区分,把握日\nA-1,{desk.MEMBER},2012-02-01,新規,2012-05-01\n",
    "入金.csv": "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\nN-1,2012-02-02,7245,コウヤマ,A-1,2012-05-01\n",
    "発行.csv": "申込番号,送付日\nA-1,2012-02-10\n",
}
NOT_KNOWN = "On 2012-04-30 none of this was known yet: the first became known on "


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def take_in(url: str, folder: Path, *names: str) -> None:
    """Takes these of the files in, or all."""
    for name in names or FILES:
        (folder / name).write_text(FILES[name], encoding="utf-8")
        desk.done(url, "import", str(folder / name))


@pytest.mark.parametrize(
    ("command", "known_on"),
    [
        ("members", TODAY),
        ("applications", date(2012, 5, 1)),
        ("check --everyone", date(2012, 5, 1)),
        ("check --association 東京", date(2012, 5, 1)),
        ("deposits", date(2012, 5, 1)),
        ("due", TODAY),
    ],
)
def test_what_was_not_known_on_the_day_is_not_said_not_to_be(
    book_url: str, tmp_path: Path, command: str, known_on: date
) -> None:
    take_in(book_url, tmp_path)
    answer = desk.done(book_url, *command.split(), "--as-of", "2012-04-30", "--lang", "en").stdout
    assert f"{NOT_KNOWN}{known_on}." in answer


def test_with_nothing_mailed_no_receipt_is_said_to_have_come_back(book_url: str, tmp_path: Path) -> None:
    take_in(book_url, tmp_path, "会員.csv", "申込.csv")
    answer = desk.done(book_url, "due", "--lang", "en").stdout
    assert "Nothing has been taken in yet of: " in answer and "seisan template issues" in answer


def test_books_that_hold_nothing_do_not_say_that_nothing_has_to_be_done(book_url: str) -> None:
    answer = desk.done(book_url, "todo", "--lang", "en").stdout
    assert "Nothing has been taken in yet" in answer and "seisan template members --out FILE.xlsx" in answer


def test_member_who_has_applied_for_nothing_is_told_apart_from_one_who_applied_later(
    book_url: str, tmp_path: Path
) -> None:
    take_in(book_url, tmp_path)
    for asked, code in ((NUMBER, "nothing-applied-for"), (desk.MEMBER, "not-yet-applied")):
        answer = desk.typed(book_url, "check", asked, "--as-of", "2012-01-31", "--lang", "en")
        assert (answer.exit_code, f"({code})" in answer.stderr) == (1, True), answer.stderr
