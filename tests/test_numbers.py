"""Numbers: two spellings of one are one, in files and on the command line; what could be two is refused."""

from pathlib import Path

import pytest

from ledger import tables
from ledger.errors import Exit
from ledger.store import database, numbers
from tests import desk, given

pytestmark = pytest.mark.thorough

MEMBER, OTHER = "東京 第9001号", "東京 第9002号"
FILES = {
    "members": f"会員番号,氏名,司法書士会\n{MEMBER},甲山 太郎,東京\n{OTHER},戊野 花子,東京\n",
    "applications": f"申込番号,会員番号,申込日,申込区分\n2012-a1,{MEMBER},2012-05-01,新規\n",
    "deposits": "照会番号,入金日,金額,振込依頼人名,申込番号\nD-1,2012-05-02,9000,コウヤマ,2012-a1\n",
    "bills": "請求書番号,請求日,申込番号,金額\nS-1,2012-06-01,2012-a1,7245\n",
}
SPELLINGS = (
    "２０１２－Ａ１",
    "2012-A1",
    " 2012-a1 ",
    "2012 - a1",
    "2012−a1",
    "2012ーＡ1",
    "2012-a1\u200b",
    "2012-a1\u3000",
)


@pytest.fixture
def books(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books with an application, its deposit and a bill."""
    monkeypatch.chdir(tmp_path)
    for name, body in FILES.items():
        brought(book_url, name, body)
    return book_url


def brought(url: str, name: str, body: str) -> None:
    """Takes a file in."""
    Path(f"{name}.csv").write_text(body, encoding="utf-8")
    desk.done(url, "import", f"{name}.csv", "--known-on", "2012-06-02")


def counted(url: str) -> dict[str, int]:
    """How many there are of each."""
    with database.reading(url) as connection:
        return {
            name: len(connection.execute(tables.metadata.tables[name].select()).all())
            for name in ("member", "application", "deposit")
        }


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_another_spelling_in_a_file_is_no_other_number(books: str, spelled: str) -> None:
    before = counted(books)
    member, deposit, bill = "東京第９００１号", "ｄ－1 ", "ｓ-１"
    brought(books, "m", f"会員番号,氏名,司法書士会,氏名カナ\n{member},甲山 太郎,東京,コウヤマ\n")
    brought(books, "a", f"申込番号,会員番号,申込日,申込区分\n{spelled},{member},2012-05-01,新規\n")
    brought(books, "i", f"申込番号,送付日\n{spelled},2012-05-03\n")
    brought(books, "d", f"照会番号,入金日,金額,振込依頼人名,申込番号\n{deposit},2012-05-02,9000,コウヤマ,{spelled}\n")
    brought(books, "b", f"請求書番号,請求日,申込番号,金額\n{bill},2012-06-01,{spelled},7245\n")
    assert counted(books) == before
    (finding,) = desk.answered(books, "check", "--everyone", "--as-of", "2012-07-01")["findings"]
    assert (finding["application"], finding["member"], finding["fee_received"]) == ("2012-a1", MEMBER, 7245)
    assert {line["bill"] for line in desk.answered(books, "bill")["lines"]} == {"S-1"}
    assert desk.answered(books, "verify")["ok"]


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_another_spelling_on_the_command_line_is_no_other_number(books: str, spelled: str) -> None:
    desk.done(books, "book", "--through", "2012-06-30")
    (finding,) = desk.answered(books, "check", "--application", spelled)["findings"]
    assert finding["application"] == "2012-a1"
    assert desk.answered(books, "decide", spelled, "--as-of", "2012-07-01")[0]["application"] == "2012-a1"
    assert desk.answered(books, "decisions", spelled)[0]["application"] == "2012-a1"
    assert desk.answered(books, "entries", "--application", spelled)["entries"]
    assert desk.answered(books, "entries", "--member", "東京第９００１号", "--amount-from", "１,７５５")["entries"]
    assert desk.answered(books, "check", "東京　第９００１号")["findings"]
    desk.done(books, "overpaid", "return", "ｄ－１", "--on", "２０１２－０７－０１")
    desk.done(books, "overpaid", "reject", "１", "--reason", "誤り", "--on", "2012-07-01")
    assert "(unknown-bill)" not in desk.typed(books, "bill", "pay", "Ｓ-1", "--on", "2012-07-01").stderr
    assert "(no-such-month)" not in desk.typed(books, "close", "２０１２－０５").stderr


def test_two_spellings_of_a_new_number_in_one_import_are_one(books: str) -> None:
    brought(
        books,
        "new",
        "申込番号,会員番号,申込日,申込区分\nＮＥＷ1,東京 第9001号,2012-05-01,新規\nnew1,東京第9001号,2012-05-01,新規\n",
    )
    with database.reading(books) as connection:
        assert numbers.as_recorded(connection, "application", "NEW 1") == "ＮＥＷ1"
    assert counted(books)["application"] == 2


def test_number_first_seen_on_a_bill_is_recorded_as_the_bill_has_it(books: str) -> None:
    brought(books, "bill", "請求書番号,請求日,申込番号,金額\nS-2,2012-06-01,Ｘ９,7245\n")
    brought(books, "late", "申込番号,会員番号,申込日,申込区分\nx9,東京 第9001号,2012-05-01,新規\n")
    assert {line["state"] for line in desk.answered(books, "bill")["lines"] if line["bill"] == "S-2"} != {
        "unknown_application"
    }


def test_what_names_itself_in_another_spelling_is_refused(books: str) -> None:
    Path("self.csv").write_text(
        "申込番号,会員番号,申込日,申込区分,前回申込番号\nB1,東京 第9001号,2012-05-01,再発行,Ｂ１\n", encoding="utf-8"
    )
    answer = desk.typed(books, "import", "self.csv")
    assert (answer.exit_code, "(itself)" in answer.stderr) == (Exit.PROBLEMS, True)


def test_what_could_be_two_numbers_of_earlier_books_is_refused(books: str) -> None:
    """Before spellings were compared, both could be taken in; each is still found as it is written."""
    with database.writing(books) as connection:
        source = given.source(connection)
        for number in ("A1", "a1"):
            row = {"number": number, "member": MEMBER, "source": source, "sheet": None, "row": 1}
            connection.execute(tables.application.insert().values(row))
    with database.reading(books) as connection:
        assert numbers.as_recorded(connection, "application", "a1") == "a1"
        assert numbers.recorded(connection, "application", ["Ａ１"])["Ａ１"] == ["A1", "a1"]
    assert "(ambiguous-number)" in desk.typed(books, "decide", "Ａ１").stderr
    Path("two.csv").write_text("申込番号,送付日\nＡ１,2012-05-03\n", encoding="utf-8")
    answer = desk.typed(books, "import", "two.csv")
    assert (answer.exit_code, "(ambiguous-number)" in answer.stderr) == (Exit.PROBLEMS, True)


LIKE_KNOWN = {
    "applications": (
        "2012-001",
        "2012-1",
        "20120001",
        "２０１２０００１",
        "2012/0001",
        "No.2012-0001",
        "№2012-0001",
        "2012-0001(再)",
        "第2012-0001号",
    ),
    "members": (
        "東京9001",
        "東京 9001号",
        "東京-9001",
        "東京 第09001号",
        "東京司法書士会 第9001号",
        "東京 登録番号9001",
    ),
    "deposits": ("D1", "D-01", "d1"),
    "bills": ("S1", "S-001"),
}
NEW = {
    "applications": "申込番号,会員番号,申込日,申込区分\n{number},東京 第9001号,2012-05-01,新規\n",
    "members": "会員番号,氏名,司法書士会\n{number},甲山 太郎,東京\n",
    "deposits": "照会番号,入金日,金額,振込依頼人名\n{number},2012-05-02,9000,コウヤマ\n",
    "bills": "請求書番号,請求日,申込番号,金額\n{number},2012-06-01,2012-a1,7245\n",
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("kind", "number"), [(kind, number) for kind, like in LIKE_KNOWN.items() for number in like])
def test_number_that_lost_its_noughts_or_hyphens_is_asked_about(books: str, kind: str, number: str) -> None:
    """It could be the known one, and could be another: it is refused, naming the known one."""
    brought(books, "a", NEW["applications"].format(number="2012-0001"))
    before = counted(books)
    Path("x.csv").write_text(NEW[kind].format(number=number), encoding="utf-8")
    answer = desk.typed(books, "import", "x.csv")
    assert answer.exit_code == Exit.PROBLEMS, answer.output
    assert answer.stderr.count("(another-spelling)") == answer.stderr.count("x.csv:") == 1, answer.stderr
    assert counted(books) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "number", ["2012-0001(2)", "N-2012-0001", "2012-0010", "2012-00011", "2011-0001", "201-20001", "12-0001", "0001"]
)
def test_number_that_is_like_no_other_is_a_new_one(books: str, number: str) -> None:
    brought(books, "a", NEW["applications"].format(number="2012-0001"))
    before = counted(books)["application"]
    brought(books, "x", NEW["applications"].format(number=number))
    assert counted(books)["application"] == before + 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_numbers_of_one_import_that_are_alike_are_asked_about(books: str) -> None:
    rows = "申込番号,会員番号,申込日,申込区分\n" + "".join(
        f"{number},{MEMBER},2012-05-01,新規\n" for number in ("0007", "7", "0008")
    )
    Path("x.csv").write_text(rows, encoding="utf-8")
    answer = desk.typed(books, "import", "x.csv")
    assert answer.exit_code == Exit.PROBLEMS
    assert ["0007" in line for line in answer.stderr.splitlines() if "another-spelling" in line] == [True]
    assert "x.csv:3:" in answer.stderr


# As they were recorded, and how they may be typed.
KEPT_AND_TYPED = (
    ("2012-0093", ("2012-93", "2012-0093", "２０１２－００９３", "20120093", "0093", "2012 0093")),
    ("２０１２－０１８４", ("2012-184", "２０１２－０１８４", "2012-0184")),
    ("20120275", ("20120275", "２０１２０２７５", "2012 0275")),
    ("x-366", ("366", "X366", "ｘ-366", "x-366")),
)


def test_number_is_found_by_its_figures_in_whatever_width_and_case_and_no_other_is(books: str) -> None:
    rows = "".join(f"{number},{MEMBER},2012-05-01,新規\n" for number, _typed in KEPT_AND_TYPED)
    brought(books, "a", f"申込番号,会員番号,申込日,申込区分\n{rows}")
    with database.reading(books) as connection:
        for number, spellings in KEPT_AND_TYPED:
            for typed in spellings:
                assert numbers.containing(connection, "application", typed) == [number], typed
        of_2012 = {"2012-0093", "２０１２－０１８４", "2012-a1"}
        assert {*numbers.containing(connection, "application", "2012")} == of_2012


def test_number_of_both_widths_is_another_spelling_too(books: str) -> None:
    brought(books, "a", f"申込番号,会員番号,申込日,申込区分\n2012-b１7,{MEMBER},2012-05-01,新規\n")
    with database.reading(books) as connection:
        for typed in ("2012-B17", "２０１２－ｂ１７", "2012-b1７"):
            assert numbers.recorded(connection, "application", [typed]) == {typed: ["2012-b１7"]}
        both = numbers.recorded(connection, "application", ["2012-B17", "2012-A1", "2012-B18", "9"])
    assert both == {"2012-B17": ["2012-b１7"], "2012-A1": ["2012-a1"]}
