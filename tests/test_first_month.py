"""An own first month, from rows that do not say since when they are known: no answer is given that is not so.

What the day that is asked about did not know yet is said to be so; so is that nothing was taken in.
"""

import shlex
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
    (tmp_path / "追加.csv").write_text(
        f"申込番号,会員番号,申込日,申込区分\nA-2,{NUMBER},2012-01-30,新規\n", encoding="utf-8"
    )
    desk.done(book_url, "import", str(tmp_path / "追加.csv"))
    assert "A-2" in desk.done(book_url, "check", NUMBER, "--as-of", "2012-01-31").stdout


@pytest.mark.parametrize("kind", ["members", "deposits", "issues"])
def test_file_that_comes_again_with_one_row_changed_has_one_new_row(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The whole list comes each month: what stands in it as before is not new, nor is since when it counts."""
    files = {
        "members": (
            "会員番号,氏名,司法書士会",
            [f"東京 第907{no}号,庚谷 {name}子,東京" for no, name in enumerate("春夏秋冬")],
        ),
        "deposits": (
            "照会番号,入金日,金額,振込依頼人名",
            [f"N-{no},2012-02-0{no},7245,コウヤマ" for no in (1, 2, 3, 4)],
        ),
        "issues": ("申込番号,送付日", [f"A-{no},2012-02-1{no}" for no in (1, 2, 3, 4)]),
    }
    applications = [
        "申込番号,会員番号,申込日,申込区分",
        *(f"A-{no},東京 第9070号,2012-02-01,新規" for no in (1, 2, 3, 4)),
    ]

    def taken_in(name: str, headings: str, lines: list[str]) -> str:
        (tmp_path / name).write_text("\n".join((headings, *lines)), encoding="utf-8")
        return desk.done(book_url, "import", str(tmp_path / name), "--lang", "en").stdout

    if kind == "issues":
        taken_in("会員.csv", *files["members"])
        taken_in("申込.csv", applications[0], applications[1:])
    headings, lines = files[kind]
    assert "new: 4, unchanged: 0" in taken_in("先月.csv", headings, lines)
    monkeypatch.setattr(dates, "today", lambda: date(2012, 6, 10))
    changed = [*lines[:3], lines[3].replace("冬子", "冬美").replace("コウヤマ", "ボノ").replace("02-14", "02-15")]
    answer = taken_in("今月.csv", headings, changed)
    assert "new: 1, unchanged: 3" in answer
    of_days = [line for line in answer.splitlines() if "name no day of knowing" in line]
    assert len(of_days) == 1 and ": 1" in of_days[0].removeprefix(str(tmp_path)), of_days


def test_reason_for_which_many_are_not_booked_is_said_once(book_url: str, tmp_path: Path) -> None:
    """No fee is known yet, and thirty transfers wait for it: one line says so, with how many and which."""
    numbers = range(1, 31)
    files = {
        "会員.csv": ("会員番号,氏名,司法書士会", [f"{NUMBER},庚谷 未申,東京"]),
        "申込.csv": ("申込番号,会員番号,申込日,申込区分", [f"A-{no:02},{NUMBER},2012-02-01,新規" for no in numbers]),
        "入金.csv": (
            "照会番号,入金日,金額,振込依頼人名,申込番号",
            [f"N-{no:02},2012-02-02,5000,コウヤマ,A-{no:02}" for no in numbers],
        ),
        "発行.csv": ("申込番号,送付日", [f"A-{no:02},2012-02-10" for no in numbers]),
    }
    for name, (headings, lines) in files.items():
        (tmp_path / name).write_text("\n".join((headings, *lines)), encoding="utf-8")
    answer = desk.done(book_url, "import", *(str(tmp_path / name) for name in files), "--lang", "en").stdout
    reasons = [line for line in answer.splitlines() if "not wholly received" in line]
    assert len(reasons) == 1 and "A-01, A-02" in reasons[0] and "(30 in all)" in reasons[0], answer
    assert "30 left for now:" in answer and "… and 20 more; all of them: seisan book --json" in answer


@pytest.mark.parametrize(
    ("command", "named"), [("bill", ["bill dispute"]), ("due --as-of 2012-05-10", ["letter --reminders"])]
)
def test_list_of_what_is_to_be_done_ends_with_what_is_typed_next_as_it_stands(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, named: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    take_in(book_url, tmp_path)
    (tmp_path / "発行2.csv").write_text("申込番号,送付日\nA-1,2012-04-14\n", encoding="utf-8")
    (tmp_path / "請求.csv").write_text("請求書番号,請求日,申込番号,金額\nS-1,2012-04-25,A-1,9999\n", encoding="utf-8")
    desk.done(book_url, "import", "発行2.csv", "請求.csv")
    shown = desk.done(book_url, *command.split(), "--lang", "en").stdout
    following = [line.removeprefix("Next: seisan ") for line in shown.splitlines() if line.startswith("Next: ")]
    assert [line.startswith(name) for line, name in zip(following, named, strict=True)] == [True], shown
    for line in following:
        desk.done(book_url, *shlex.split(line.replace("…", "誤り")))
    again = desk.done(book_url, "bill", "--lang", "en").stdout
    assert ("Next: " in again) == (command != "bill"), "what is in dispute waits for the authority"
