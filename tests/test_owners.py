"""A mistyped member of an application is corrected by a later file: from its day on the application is the other's."""

import json
from pathlib import Path

import pytest

from ledger.errors import Exit
from tests import desk
from tests.desk import ANOTHER, CHIEF, MEMBER, ON

pytestmark = pytest.mark.thorough

BEFORE, AFTER = "2012-03-31", "2012-04-30"


@pytest.fixture
def books(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books with an application A-1 whose fee comes back and its reissue A-2; both members have bank accounts."""
    monkeypatch.chdir(tmp_path)
    account = "9999,999,普通,{},ｺｳ"
    files = {
        "会員": "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ,把握日\n"
        f"{MEMBER},甲山 太郎,東京,{account.format(1234567)},2012-01-01\n"
        f"{ANOTHER},戊野 花子,東京,{account.format(7654321)},2012-01-01\n",
        "申込": "申込番号,会員番号,申込日,申込区分,前回申込番号,把握日\n"
        f"A-1,{MEMBER},2012-01-10,新規,,2012-01-10\nA-2,{MEMBER},2012-03-06,再発行,A-1,2012-03-06\n",
        "送付": "申込番号,送付日,把握日\nA-1,2012-01-26,2012-01-26\n",
        "取消": "申込番号,取消日,取消区分,取消事由,把握日\nA-1,2012-02-26,認証局事由,受領書未返送,2012-02-27\n",
        "ダウンロード": "申込番号,ダウンロード日,確認日\nA-1,,2012-03-01\n",
        "入金": "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\nN-1,2012-01-11,9000,ボノ,A-1,2012-01-11\n",
    }
    for name, body in files.items():
        brought(book_url, name, body)
    desk.done(book_url, "book", "--through", BEFORE)
    return book_url


def brought(url: str, name: str, body: str) -> None:
    """Takes a file in."""
    Path(f"{name}.csv").write_text(body, encoding="utf-8")
    desk.done(url, "import", f"{name}.csv")


def moved(url: str, member: str = ANOTHER, known_on: str = "2012-04-05", number: str = "A-1") -> str:
    """Says that an application is this member's; gives the codes of the problems."""
    kind = "新規,," if number == "A-1" else "再発行,A-1,"
    day = "2012-01-10" if number == "A-1" else "2012-03-06"
    file = Path(f"訂正-{member[-2:]}-{known_on}-{number}.csv")
    headings = "申込番号,会員番号,申込日,申込区分,前回申込番号,把握日"
    file.write_text(f"{headings}\n{number},{member},{day},{kind}{known_on}\n", encoding="utf-8")
    answer = desk.typed(url, "import", str(file), "--json")
    data = json.loads(answer.stdout)
    return " ".join(problem["code"] for problem in data.get("problems", []))


def whose(url: str, as_of: str) -> dict[str, str]:
    """The member of each application, as a question for the day answers."""
    findings = desk.answered(url, "check", "--everyone", "--as-of", as_of)["findings"]
    return {finding["application"]: finding["member"] for finding in findings}


def asked(url: str, member: str, as_of: str) -> list[str]:
    """The applications that a question about a member is answered for."""
    answer = desk.typed(url, "check", member, "--as-of", as_of, "--json")
    return [finding["application"] for finding in json.loads(answer.stdout).get("findings", [])]


def test_application_moves_from_the_day_it_became_known_and_its_money_with_it(books: str) -> None:
    before = desk.answered(books, "balance", "--as-of", AFTER)
    assert moved(books) == ""
    assert whose(books, BEFORE) == {"A-1": MEMBER, "A-2": MEMBER}
    assert whose(books, AFTER) == {"A-1": ANOTHER, "A-2": MEMBER}
    assert (asked(books, MEMBER, BEFORE), asked(books, ANOTHER, BEFORE)) == (["A-1", "A-2"], [])
    assert (asked(books, MEMBER, AFTER), asked(books, ANOTHER, AFTER)) == (["A-2"], ["A-1"])
    assert desk.answered(books, "balance", "--as-of", AFTER) == before
    lines = [line for entry in desk.answered(books, "entries")["entries"] for line in entry["lines"]]
    assert {line["member"] for line in lines if line["application"] == "A-1"} == {ANOTHER}
    assert desk.answered(books, "entries", "--member", ANOTHER)["entries"]
    assert not desk.answered(books, "entries", "--member", MEMBER)["entries"]
    desk.done(books, "statement", "member", ANOTHER, "--as-of", AFTER, "--out", "m.xlsx")
    desk.done(books, "verify", "m.xlsx")
    assert desk.answered(books, "verify")["ok"]


def test_it_can_be_moved_back_and_said_twice(books: str) -> None:
    assert moved(books) == ""
    assert moved(books) == ""
    assert moved(books, MEMBER, "2012-04-20") == ""
    assert whose(books, "2012-04-10")["A-1"] == ANOTHER
    assert whose(books, AFTER)["A-1"] == MEMBER
    assert moved(books, ANOTHER, "2012-01-09") == "another-member"  # before the application itself was known
    assert desk.answered(books, "verify")["ok"]


def test_another_member_of_one_day_in_one_import_is_refused(books: str) -> None:
    Path("二様.csv").write_text(
        "申込番号,会員番号,申込日,申込区分,把握日\n"
        f"A-1,{ANOTHER},2012-01-10,新規,2012-04-05\nA-1,{MEMBER},2012-01-10,新規,2012-04-05\n",
        encoding="utf-8",
    )
    answer = desk.typed(books, "import", "二様.csv")
    assert (answer.exit_code, "(another-member)" in answer.stderr) == (Exit.PROBLEMS, True)


# What stands of A-1 when its member is corrected, each as the commands that bring it about; and what comes of it.
STANDING = {
    "a refund proposed": (["refund propose A-1 --on {on}"], "went-to-member"),
    "a refund approved": (["refund propose A-1 --on {on}", "!refund approve 1 --on {on}"], "went-to-member"),
    "a refund paid": (
        ["refund propose A-1 --on {on}", "!refund approve 1 --on {on}", "refund paid 1 --on {on}"],
        "went-to-member",
    ),
    "a refund rejected": (["refund propose A-1 --on {on}", "refund reject 1 --reason 誤り --on {on}"], ""),
    "a credit proposed": (["credit propose A-1 --to A-2 --on {on}"], "went-to-member"),
    "a credit applied": (
        ["credit propose A-1 --to A-2 --on {on}", "!credit approve 1 --on {on}"],
        "went-to-member",
    ),
    "a credit undone": (
        [
            "credit propose A-1 --to A-2 --on {on}",
            "!credit approve 1 --on {on}",
            "credit undo 1 --reason 誤り --on {on}",
        ],
        "",
    ),
    "an overpayment to be returned": (["overpaid return N-1 --on {on}"], "went-to-member"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("number", ["A-1", "A-2"])
@pytest.mark.parametrize("standing", STANDING)
def test_what_went_to_the_former_member_stands_against_it(books: str, standing: str, number: str) -> None:
    commands, expected = STANDING[standing]
    for command in commands:
        words = command.format(on=ON).removeprefix("!").split()
        desk.done(books, *words, by=CHIEF if command.startswith("!") else desk.CLERK)
    if number == "A-2" and "credit" not in standing:
        expected = ""
    held = desk.held(books)
    assert moved(books, number=number) == expected
    assert (desk.held(books) == held) is bool(expected)


def test_refund_goes_to_the_member_whose_it_is(books: str) -> None:
    assert moved(books, known_on="2012-04-01") == ""
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    desk.done(books, "refund", "approve", "1", "--on", ON, by=CHIEF)
    desk.done(books, "refund", "paid", "1", "--on", ON)
    (refund,) = desk.answered(books, "refund", "list")
    assert refund["member"] == ANOTHER
    assert "(went-to-member)" in desk.typed(books, "import", str(_back())).stderr


def _back() -> Path:
    file = Path("戻す.csv")
    file.write_text(
        f"申込番号,会員番号,申込日,申込区分,把握日\nA-1,{MEMBER},2012-01-10,新規,2012-05-01\n", encoding="utf-8"
    )
    return file


def test_changed_account_of_the_new_member_holds_the_refund_in_the_database_too(books: str) -> None:
    assert moved(books, known_on="2012-04-01") == ""
    brought(
        books,
        "口座",
        "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ,把握日\n"
        f"{ANOTHER},戊野 花子,東京,9999,998,普通,1112223,ｺｳ,2012-02-01\n",
    )
    desk.done(books, "refund", "propose", "A-1", "--on", ON)
    answer = desk.typed(books, "refund", "approve", "1", "--on", ON, by=CHIEF)
    assert "(account-not-approved)" in answer.stderr


def test_decision_kept_before_is_replayed_with_the_member_of_then(books: str) -> None:
    desk.done(books, "decide", "A-1", "--as-of", ON)
    assert moved(books, known_on="2012-03-20") == ""
    assert desk.answered(books, "verify")["ok"]
