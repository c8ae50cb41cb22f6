"""What a person looks for is found in any spelling; a name that several members have is asked back."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from ledger import dates
from ledger.kana import number_groups
from ledger.people import naming
from ledger.statements.found import TOLD
from ledger.store import database
from ledger.store.numbers import containing
from tests import desk

MEMBERS = """会員番号,氏名,司法書士会,氏名カナ,登録取消日,把握日
東京 第9103号,髙橋 京子,東京,タカハシ キョウコ,,2012-04-02
東京 第9104号,山本 一郎,東京,ヤマモト イチロウ,,2012-04-02
大阪 第9104号,山本 一郎,大阪,ヤマモト イチロウ,,2012-04-02
大阪 第91030号,庄司 翔,大阪,ショウジ ショウ,2012-05-31,2012-06-01
"""
APPLICATIONS = """申込番号,会員番号,申込日,申込区分,把握日
2012-0001,東京 第9103号,2012-05-01,新規,2012-05-01
2012-0012,東京 第9104号,2012-05-01,新規,2012-05-01
"""
DEPOSITS = """照会番号,入金日,金額,振込依頼人名,申込番号,把握日
20120508-7,2012-05-08,7245,ﾀｶﾊｼ ｷﾖｳｺ,2012-0001,2012-05-08
20120509-8,2012-05-09,8000,ｼﾖｳｼﾞ ｼﾖｳ,,2012-05-09
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a few members, two of one name; no test here changes them."""
    with desk.books(request, _filled) as url:
        yield url


def _filled(url: str, folder: Path) -> None:
    for name, body in (("会員.csv", MEMBERS), ("申込.csv", APPLICATIONS), ("入金.csv", DEPOSITS)):
        (folder / name).write_text(body, encoding="utf-8")
        desk.done(url, "import", str(folder / name))


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 10, 31))


def found(url: str, text: str) -> dict[str, list[str]]:
    """What is found, by kind: the numbers."""
    answer = desk.answered(url, "find", text)
    keys = {"members": "member", "applications": "application", "deposits": "deposit", "refunds": "no", "bills": "bill"}
    return {kind: [row[key] for row in answer[kind]] for kind, key in keys.items() if answer[kind]}


KYOKO = {"members": ["東京 第9103号"], "applications": ["2012-0001"], "deposits": ["20120508-7"]}


@pytest.mark.parametrize(
    "text",
    [
        *("髙橋 京子", "高橋京子", "高橋　京子", "京子", "タカハシ", "たかはし きょうこ", "ﾀｶﾊｼ ｷﾖｳｺ", "ﾀｶﾊｼｷｮｳｺ"),
        *("東京 第9103号", "東京第９１０３号", "東京 9103", "第9103号", "9103", "９１０３", "東京9103"),
    ],
)
def test_member_is_found_in_any_spelling(books: str, text: str) -> None:
    assert found(books, text) == KYOKO


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("2012-0001", {"applications": ["2012-0001"], "deposits": ["20120508-7"]}),
        ("20120001", {"applications": ["2012-0001"], "deposits": ["20120508-7"]}),
        ("２０１２ー０００１", {"applications": ["2012-0001"], "deposits": ["20120508-7"]}),
        ("20120509", {"deposits": ["20120509-8"]}),
        ("ショウジ", {"members": ["大阪 第91030号"], "deposits": ["20120509-8"]}),
        ("山本", {"members": ["東京 第9104号", "大阪 第9104号"], "applications": ["2012-0012"]}),
    ],
)
def test_what_is_looked_for_is_found_with_what_hangs_on_it(books: str, text: str, kinds: dict[str, Any]) -> None:
    assert found(books, text) == kinds


def test_each_says_its_state_and_what_to_ask_next(books: str) -> None:
    answer = desk.answered(books, "find", "庄司")
    assert [(row["state"], row["next"]) for row in answer["members"]] == [
        ("deregistered", "seisan members --member '大阪 第91030号'")
    ]
    transfers = desk.answered(books, "find", "ｼﾖｳｼﾞ")["deposits"]
    assert [(row["state"], row["left"], row["next"]) for row in transfers] == [
        ("suspense", 8000, "seisan match 20120509-8")
    ]
    for row in [*desk.answered(books, "find", "高橋")["applications"], *answer["members"]]:
        words = row["next"].removeprefix("seisan ")
        desk.done(books, *desk.resolved(books, words))


def test_nothing_found_says_what_is_near(books: str) -> None:
    answer = desk.done(books, "find", "高橋恭子", "--lang", "en").stdout
    assert "Nothing was found for 高橋恭子" in answer
    assert "Did you mean: 東京 第9103号 髙橋 京子" in answer
    assert "Did you mean: 大阪 第9104号, 東京 第9104号" in desk.done(books, "find", "京都 9104", "--lang", "en").stdout
    assert "seisan members --association 大阪" in desk.done(books, "find", "大阪会").stdout
    assert "(nothing-to-find)" in desk.typed(books, "find", " ・ ").stderr
    nothing = desk.answered(books, "find", "高橋恭子")
    assert not any(nothing[kind] for kind in ("members", "applications", "deposits", "refunds"))


def test_check_by_name_answers_for_the_one_member_of_that_name(books: str) -> None:
    by_number = desk.answered(books, "check", "東京 第9103号")
    for name in ("髙橋 京子", "高橋京子", "たかはし きょうこ", "京子", "9103"):
        assert desk.answered(books, "check", name) == by_number
    answer = desk.typed(books, "check", "山本 一郎", "--lang", "en")
    assert answer.exit_code == 1
    assert "(several-members)" in answer.stderr
    assert "東京 第9104号 山本 一郎(東京), 大阪 第9104号 山本 一郎(大阪)" in answer.stderr
    desk.done(books, "check", "東京 第9104号")


def test_name_is_taken_before_a_part_of_another(books: str) -> None:
    with database.reading(books) as connection:
        assert naming.find_member(connection, "ショウジ ショウ") == "大阪 第91030号"
        assert naming.find_member(connection, "ｼｮｳｼﾞ") == "大阪 第91030号"


def test_number_is_asked_of_the_database_and_no_name_is_read(books: str) -> None:
    """With 23,000 members a number is found without reading them."""
    asked: list[str] = []
    with database.reading(books) as connection:
        event.listen(connection, "before_cursor_execute", lambda _c, _cursor, sql, *_more: asked.append(sql))
        assert naming.find_members(connection, "9103") == ["東京 第9103号"]
        assert containing(connection, "application", "12") == []
        assert containing(connection, "application", "0012") == ["2012-0012"]
    assert asked
    assert all("LIKE" in sql for sql in asked)


def test_more_than_are_told_are_counted(new_book: Any, tmp_path: Path) -> None:
    url, more = new_book(), 7
    rows = [f"東京 第{number}号,山本 {number},東京,,,2012-04-02" for number in range(9001, 9001 + TOLD + more)]
    (tmp_path / "会員.csv").write_text(MEMBERS.partition("\n")[0] + "\n" + "\n".join(rows), encoding="utf-8")
    desk.done(url, "import", str(tmp_path / "会員.csv"))
    answer = desk.answered(url, "find", "山本")
    assert (len(answer["members"]), answer["left_out"]["members"]) == (TOLD, more)
    assert f"Register of members {more}" in desk.done(url, "find", "山本", "--lang", "en").stdout


def test_groups_of_a_number() -> None:
    assert number_groups("東京 第0091号") == ["東京", "91"]
    assert number_groups("2012-0001", noughts=True) == ["2012", "0001"]
