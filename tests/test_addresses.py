"""Where the post reaches a member: taken from the register, dated as all it says, and told to who may read it."""

import json
from pathlib import Path

import pytest

from tests import desk

REGISTER = "会員番号,氏名,司法書士会,郵便番号,住所,把握日\n"


def taken_in(url: str, file: Path, rows: str) -> None:
    """A register of members, taken in."""
    file.write_text(REGISTER + rows, encoding="utf-8")
    desk.done(url, "import", str(file))


def members(url: str, *words: str) -> list[tuple[str | None, str | None]]:
    """Postal code and address of each member."""
    listed = json.loads(desk.done(url, "members", "--json", *words).stdout)
    return [(row["postal_code"], row["address"]) for row in listed["members"]]


def test_address_counts_from_its_day_and_a_blank_cell_leaves_it(book_url: str, tmp_path: Path) -> None:
    taken_in(book_url, tmp_path / "1.csv", "東京 第9001号,甲山 太郎,東京,,,2012-01-04\n")
    taken_in(book_url, tmp_path / "2.csv", "東京 第9001号,甲山 太郎,東京,〒９９９９９９９,架空県架空市1-1,2012-02-01\n")
    taken_in(book_url, tmp_path / "3.csv", "東京 第9001号,甲山 太郎,東京,,架空県別市2-2,2012-03-01\n")
    assert members(book_url, "--as-of", "2012-01-31") == [(None, None)]
    assert members(book_url, "--as-of", "2012-02-29") == [("999-9999", "架空県架空市1-1")]
    assert members(book_url, "--as-of", "2012-03-31") == [("999-9999", "架空県別市2-2")]
    desk.done(book_url, "withdraw", "3", "--reason", "誤り")
    assert members(book_url) == [("999-9999", "架空県架空市1-1")]
    assert json.loads(desk.done(book_url, "verify", "--json").stdout)["ok"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_no_postal_code_is_refused_with_its_row(book_url: str, tmp_path: Path) -> None:
    file = tmp_path / "会員名簿.csv"
    file.write_text(REGISTER + "東京 第9001号,甲山 太郎,東京,99-9999,架空県架空市1-1,2012-01-04\n", encoding="utf-8")
    said = desk.typed(book_url, "import", str(file))
    assert said.exit_code == 3
    assert "会員名簿.csv:2: 郵便番号: " in said.output and "(not-a-postal-code)" in said.output


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_statement_of_a_member_tells_it_only_where_it_is_known(book_url: str, tmp_path: Path) -> None:
    from exports.issued.read import ReadWorkbook

    for nth, (code, place) in enumerate((("", ""), ("9999999", "架空県架空市1-1"))):
        taken_in(book_url, tmp_path / f"{nth}.csv", f"東京 第9001号,甲山 太郎,東京,{code},{place},2012-01-04\n")
        out = tmp_path / f"{nth}.xlsx"
        desk.done(book_url, "statement", "member", "東京 第9001号", "--out", str(out))
        read = ReadWorkbook(out.read_bytes())
        texts = {str(cell.value) for row in read.page(read.sheets[0]).rows.values() for cell in row.values()}
        assert ("架空県架空市1-1" in texts, "住所" in texts) == (bool(place), bool(place))
        desk.done(book_url, "verify", str(out))
