"""Files of the bank are recognised by content, read to the byte, and refused whole when anything in them is wrong."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from ledger import tables
from ledger.intake.bank.zengin import day_of
from ledger.intake.recognition import InputFile, read_file
from ledger.store import database
from tests import banked, desk
from tests.banked import Line, ended, notice, statement, written

D1, D2, D3 = date(2012, 3, 9), date(2012, 3, 12), date(2012, 3, 13)
IN1 = Line(D1, 7245, 11, "ｺｳﾔﾏ ﾀﾛｳ")
IN2 = Line(D1, 7245, 12, "ｵﾂｶﾜ (ﾊﾅｺ)", note="ﾃｽｳﾘﾖｳ")
OUT = Line(D2, -440, 13, note="ﾌﾘｺﾐﾃｽｳﾘﾖｳ", code="14")
THREE = ended(statement([IN1, IN2, OUT], before=1000))


def _read(data: bytes, name: str = "x.txt") -> InputFile:
    return read_file(name, data, Path(name).suffix)


def _told(file: InputFile) -> list[tuple[object, ...]]:
    names = ("happened_on", "way", "yen", "number", "payer", "note")
    return [tuple(line.values.get(name) for name in names) for line in file.sheets[0].lines]


TOLD = [
    (D1, "in", 7245, "11", "ｺｳﾔﾏ ﾀﾛｳ", None),
    (D1, "in", 7245, "12", "ｵﾂｶﾜ (ﾊﾅｺ)", "ﾃｽｳﾘﾖｳ"),
    (D2, "out", 440, "13", None, "ﾌﾘｺﾐﾃｽｳﾘﾖｳ"),
]


@pytest.mark.parametrize(
    "data",
    [
        written(THREE),
        written(THREE, b"\n"),
        written(THREE, b""),
        written(THREE) + b"\x1a",
        written(THREE, b"") + b"\x1a",
        written(THREE, b"") + b"\r\n",
        written(THREE)[:-2],
        b"\r\n".join(record.rstrip(b" ") for record in THREE),
        written(THREE, b"").rstrip(b" "),
    ],
    ids=["crlf", "lf", "none", "crlf-eof", "none-eof", "none-crlf", "no-last", "stripped", "none-stripped"],
)
def test_however_its_records_are_separated_it_says_the_same(data: bytes) -> None:
    file = _read(data, "meisai.dat")
    assert [str(problem) for problem in file.problems] == []
    assert _told(file) == TOLD
    assert [(line.values["happened_on"], line.values["yen"]) for line in file.sheets[1].lines] == [(D2, 15050)]


@pytest.mark.parametrize("sample", sorted((Path(__file__).parent / "bank").glob("*.txt")), ids=lambda path: path.name)
def test_a_sample_becomes_what_stands_beside_it(sample: Path) -> None:
    expected = tomllib.loads(sample.with_name(f"{sample.name}.expected.toml").read_text(encoding="utf-8"))
    file = _read(sample.read_bytes(), sample.name)
    assert file.problems == []
    told: dict[str, list[dict[str, object]]] = {}
    for sheet in file.sheets:
        for line in sheet.lines:
            values = {name: value for name, value in line.values.items() if name not in ("digest", "form")}
            told.setdefault(sheet.kind.code, []).append({"row": line.row, **values})
    assert told == expected


def test_a_notice_of_transfers_is_read_and_what_it_takes_back_goes_out() -> None:
    file = _read(written(notice([IN1, Line(D2, 7245, 11, "ｺｳﾔﾏ ﾀﾛｳ", withdrawn=True)])))
    assert [(line.text("way"), line.text("state")) for line in file.sheets[0].lines] == [
        ("in", "ordinary"),
        ("out", "correction"),
    ]
    assert len(file.sheets) == 1


@pytest.mark.parametrize(
    ("figures", "near", "until", "is_"),
    [
        ("240313", date(2026, 11, 20), None, date(2012, 3, 13)),
        ("240313", date(2035, 1, 1), date(2035, 1, 1), date(2012, 3, 13)),  # 令和24年 has not come
        ("010501", date(2019, 5, 2), None, date(2019, 5, 1)),
        ("310501", date(2019, 5, 2), None, date(2019, 5, 1)),  # the bank goes on counting in 平成
        ("280503", date(2016, 5, 6), None, date(2016, 5, 3)),
        ("630503", date(1988, 5, 6), None, date(1988, 5, 3)),
        ("240230", date(2012, 3, 1), None, None),
        ("280229", date(2016, 3, 1), None, date(2016, 2, 29)),
    ],
)
def test_a_year_without_its_era_is_the_nearest(figures: str, near: date, until: date | None, is_: date | None) -> None:
    assert day_of(figures, near, until=until) == is_


def _with(record: int, first: int, content: bytes) -> Callable[[list[bytes]], list[bytes]]:
    def change(records: list[bytes]) -> list[bytes]:
        changed = list(records)
        old = changed[record]
        changed[record] = old[: first - 1] + content + old[first - 1 + len(content) :]
        return changed

    return change


def _as_notice_b(_records: list[bytes]) -> list[bytes]:
    """Amounts with 12 digits, and all that stands behind them moved."""
    records = notice([IN1, IN2])
    return [record[:19] + b"00" + record[19:198] if record[:1] == b"2" else record for record in records]


# What is done to the records, and the problems: record, field, code.
WRONG: dict[str, tuple[Callable[[list[bytes]], list[bytes]], list[tuple[int | None, str | None, str]]]] = {
    "sum": (_with(4, 8, b"0000000014491"), [(5, "入金額合計 [8-20]", "bank-total-differs")]),
    "count": (_with(4, 2, b"000003"), [(5, "入金件数 [2-7]", "bank-total-differs")]),
    "out": (_with(4, 27, b"0000000000441"), [(5, "出金額合計 [27-39]", "bank-total-differs")]),
    "balance": (_with(4, 41, b"00000000015051"), [(5, "取引後残高 [41-54]", "bank-total-differs")]),
    "overdrawn": (_with(4, 40, b"2"), [(5, "取引後残高 [41-54]", "bank-total-differs")]),
    "records": (_with(4, 55, b"0000004"), [(5, "データ・レコード件数 [55-61]", "bank-total-differs")]),
    "all records": (_with(5, 2, b"0000000009"), [(6, "レコード総件数 [2-11]", "bank-total-differs")]),
    "accounts": (_with(5, 12, b"00002"), [(6, "口座数 [12-16]", "bank-total-differs")]),
    "amount": (_with(1, 25, b"00000000A245"), [(2, "取引金額 [25-36]", "bank-not-digits")]),
    "no amount": (_with(1, 25, b" " * 12), [(2, "取引金額 [25-36]", "missing")]),
    "nought": (
        _with(1, 25, b"0" * 12),
        [(2, "取引金額 [25-36]", "not-positive")],
    ),
    "day": (_with(2, 10, b"240230"), [(3, "勘定日 [10-15]", "bank-not-a-day")]),
    "no day": (_with(2, 10, b"      "), [(3, "勘定日 [10-15]", "missing")]),
    "way": (_with(3, 22, b"3"), [(4, "入払区分 [22-22]", "not-in-list")]),
    "kanji": (
        _with(1, 82, "甲山".encode("cp932")),
        [(2, "振込依頼人名又は契約者番号 [82-129]", "bank-not-half-width")],
    ),
    "two": (
        lambda records: _with(4, 2, b"000003")(_with(4, 41, b"00000000015051")(records)),
        [(5, "入金件数 [2-7]", "bank-total-differs"), (5, "取引後残高 [41-54]", "bank-total-differs")],
    ),
    "a line lost": (
        lambda records: [*records[:1], *records[2:]],
        [
            (4, "入金件数 [2-7]", "bank-total-differs"),
            (4, "入金額合計 [8-20]", "bank-total-differs"),
            (4, "データ・レコード件数 [55-61]", "bank-total-differs"),
            (4, "取引後残高 [41-54]", "bank-total-differs"),
            (5, "レコード総件数 [2-11]", "bank-total-differs"),
        ],
    ),
    "no end": (lambda records: records[:-1], [(5, None, "bank-cut-short")]),
    "no trailer": (lambda records: records[:-2], [(4, None, "bank-cut-short")]),
    "a stranger": (
        lambda records: [records[0], b"5" + records[1][1:], *records[2:]],
        [(2, None, "bank-record-unknown")],
    ),
    "no header": (
        lambda records: [records[0], records[0], *records[1:]],
        [(2, None, "bank-record-unknown")],
    ),
    "format b": (_as_notice_b, [(4, "振込合計金額 [8-19]", "bank-format-b")]),
    "ebcdic": (_with(0, 4, b"1"), [(None, None, "bank-ebcdic")]),
}


@pytest.mark.parametrize("separator", [b"\r\n", b""], ids=["lines", "none"])
@pytest.mark.parametrize("change", WRONG)
def test_what_is_wrong_is_named_by_record_field_and_bytes(change: str, separator: bytes) -> None:
    changed, expected = WRONG[change]
    file = _read(written(changed(THREE), separator))
    assert [(problem.row, problem.column, problem.code) for problem in file.problems] == expected
    assert file.sheets == []


def test_a_mark_of_utf8_and_bytes_of_ebcdic_are_refused() -> None:
    assert [problem.code for problem in _read(b"\xef\xbb\xbf" + written(THREE)).problems] == ["bank-utf8-mark"]
    ebcdic = written(THREE, b"").decode("cp932").encode("cp037", errors="replace")
    assert [problem.code for problem in _read(ebcdic).problems] == ["bank-ebcdic"]


def test_a_record_too_long_is_refused() -> None:
    longer = [THREE[0], THREE[1] + b"A", *THREE[2:]]
    file = _read(b"\r\n".join(longer))
    assert [(problem.row, problem.code) for problem in file.problems] == [(2, "bank-record-length")]


def test_a_blank_reference_is_not_known_and_noughts_are_none() -> None:
    file = _read(written(ended(statement([Line(D1, 7245, None, "ｺｳﾔﾏ"), Line(D1, 7245, 0, "ｺｳﾔﾏ")]))))
    assert [line.text("number") for line in file.sheets[0].lines] == [None, None]


def test_a_csv_that_begins_like_one_is_none() -> None:
    assert [problem.code for problem in _read(b"1030,240309,240309\r\n", "x.csv").problems] == ["unknown-kind"]


# --- into the books -------------------------------------------------------------------------------------------------


@pytest.fixture
def books(book_url: str) -> str:
    """Books that know which account is the federation's."""
    desk.done(book_url, "init")
    for name, value in banked.SETTINGS.items():
        desk.done(book_url, "settings", "set", name, value)
    return book_url


def _import(books: str, tmp_path: Path, *files: bytes) -> str:
    paths = []
    for nth, data in enumerate(files):
        path = tmp_path / f"bank{nth}-{abs(hash(data))}.txt"
        path.write_bytes(data)
        paths.append(str(path))
    return desk.done(books, "import", *paths).output


def _deposits(books: str) -> list[tuple[str, str, int, str]]:
    rows = desk.answered(books, "deposits")["deposits"]
    return [(row["deposit"], row["received_on"], row["amount"], row["payer"]) for row in rows]


PAID = [
    ("4567-20120309-11", "2012-03-09", 7245, "ｺｳﾔﾏ ﾀﾛｳ"),
    ("4567-20120309-12", "2012-03-09", 7245, "ｵﾂｶﾜ (ﾊﾅｺ)"),
]


def test_what_came_in_becomes_a_deposit_and_nothing_twice(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, written(THREE))
    assert _deposits(books) == PAID
    later = Line(D3, 7245, 14, "ﾍｲﾀ ｼﾞﾛｳ")
    overlapping = ended(statement([IN2, OUT, later], before=8245))
    assert "新規 2、変更なし 6" in _import(books, tmp_path, written(overlapping), written(THREE, b"\n"))
    assert _deposits(books) == [*PAID, ("4567-20120313-14", "2012-03-13", 7245, "ﾍｲﾀ ｼﾞﾛｳ")]


def test_two_lines_that_are_alike_are_two_and_stay_two(books: str, tmp_path: Path) -> None:
    alike = Line(D1, 7245, None, "ｺｳﾔﾏ ﾀﾛｳ")
    _import(books, tmp_path, written(ended(statement([alike]))))
    _import(books, tmp_path, written(ended(statement([alike, alike]))))
    assert len(_deposits(books)) == 2
    _import(books, tmp_path, written(ended(statement([alike, alike, OUT]))))
    assert len({deposit for deposit, *_rest in _deposits(books)}) == 2


def test_a_notice_and_a_statement_of_the_same_transfers_are_one(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, written(notice([Line(D1, 7245, 1, "ｺｳﾔﾏ ﾀﾛｳ"), Line(D1, 7245, 2, "ｵﾂｶﾜ (ﾊﾅｺ)")])))
    _import(books, tmp_path, written(THREE))
    assert [deposit for deposit, *_rest in _deposits(books)] == ["4567-20120309-1", "4567-20120309-2"]


def test_a_transfer_that_a_workbook_told_is_the_same(books: str, tmp_path: Path) -> None:
    table = tmp_path / "入金.csv"
    table.write_text(
        "照会番号,入金日,金額,振込依頼人名\n20120309-7,2012-03-09,7245,コウヤマ タロウ\n", encoding="utf-8"
    )
    desk.done(books, "import", str(table))
    assert "20120309-7" in _import(books, tmp_path, written(THREE))
    assert [deposit for deposit, *_rest in _deposits(books)] == ["4567-20120309-12", "20120309-7"]


def test_what_may_be_told_twice_is_named(books: str, tmp_path: Path) -> None:
    heading = "照会番号,入金日,金額,振込依頼人名\n"
    (before := tmp_path / "前.csv").write_text(heading + "N-1,2012-03-09,7245,甲山 太郎\n", encoding="utf-8")
    (after := tmp_path / "後.csv").write_text(heading + "N-2,2012-03-09,7245,オツカワ ハナコ\n", encoding="utf-8")
    desk.done(books, "import", str(before))
    said = _import(books, tmp_path, written(ended(statement([Line(D1, 7245, 12, "ｵﾂｶﾜ ﾊﾅｺ")]))))
    assert "N-1" in said
    assert "4567-20120309-12" in desk.done(books, "import", str(after)).output


def test_a_correction_takes_the_deposit_back_from_its_day_on(books: str, tmp_path: Path) -> None:
    back = Line(D3, -7245, 12, code="19")
    _import(books, tmp_path, written(ended(statement([IN1, IN2, OUT, back]))))
    assert [deposit for deposit, *_rest in _deposits(books)] == ["4567-20120309-11"]
    days = [(entry["on"], entry["event"]) for entry in desk.answered(books, "entries")["entries"]]
    assert days == [("2012-03-09", "payer_unknown"), ("2012-03-09", "payer_unknown"), ("2012-03-13", "payer_unknown")]


def test_a_correction_that_could_mean_either_takes_back_neither(books: str, tmp_path: Path) -> None:
    back = Line(D3, -7245, 99, code="19")
    said = _import(books, tmp_path, written(ended(statement([IN1, IN2, back]))))
    assert len(_deposits(books)) == 2
    assert "4567-20120313-99" in said


def test_a_folder_stands_for_the_files_of_the_bank_in_it(books: str, tmp_path: Path) -> None:
    (tmp_path / "ZENGIN.DAT").write_bytes(written(THREE, b""))
    (tmp_path / "other.dat").write_bytes(b"x")
    said = desk.done(books, "import", str(tmp_path)).output
    assert len(_deposits(books)) == 2
    assert "other.dat" in said


def test_withdrawing_a_correction_lets_the_deposit_count_again(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, written(ended(statement([IN1, IN2]))))
    _import(books, tmp_path, written(ended(statement([Line(D3, -7245, 12, code="19")]))))
    assert len(_deposits(books)) == 1
    desk.done(books, "withdraw", "2", "--reason", "別の口座の明細")
    assert _deposits(books) == PAID


def test_only_the_own_account_is_taken(books: str, tmp_path: Path) -> None:
    other = statement([IN2], account=("9999", "998", "7654321"))
    said = _import(books, tmp_path, written(ended(statement([IN1]), other)))
    assert "9999-998-***4321" in said
    assert len(_deposits(books)) == 1
    path = tmp_path / "other.txt"
    path.write_bytes(written(ended(other)))
    answer = desk.typed(books, "import", str(path))
    assert answer.exit_code == 3
    assert "another-account" in answer.output


def test_of_two_accounts_of_one_number_that_of_our_kind_is_taken(books: str, tmp_path: Path) -> None:
    """Of one branch a 普通 and a 当座 account may have the same number."""
    told = [statement([line]) for line in (IN1, IN2)]
    told[1][0] = told[1][0][:62] + b"2" + told[1][0][63:]
    desk.done(books, "settings", "set", "payer_account_type", "普通")
    said = _import(books, tmp_path, written(ended(*told)))
    assert "9999-999-***4567 当座" in said and "9999-999-***4567 普通" in said
    assert _deposits(books) == PAID[:1]
    path = tmp_path / "当座.txt"
    path.write_bytes(written(ended(told[1])))
    answer = desk.typed(books, "import", str(path))
    assert (answer.exit_code, "(another-account)" in answer.output) == (3, True)
    # A file that does not tell the kind may be of the account.
    told[1][0] = told[1][0][:62] + b" " + told[1][0][63:]
    path.write_bytes(written(ended(told[1])))
    desk.done(books, "import", str(path))
    assert len(_deposits(books)) == 2


def test_what_the_payer_sent_along_stands_in_the_note(books: str, tmp_path: Path) -> None:
    lines = [replace(IN1, edi="2012-0040"), replace(IN2, edi="SEIKYU 17"), Line(D2, 300, 14, "ﾍｲﾉ")]
    data = written(ended(statement(lines)))
    _import(books, tmp_path, data)
    with database.reading(books) as connection:
        known = tables.deposit_known.c
        notes = connection.execute(select(known.note).order_by(known.deposit)).scalars().all()
    assert notes == ["2012-0040", "ﾃｽｳﾘﾖｳ SEIKYU 17", None]
    tables_of_ours = {
        "会員.csv": "会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n",
        "申込.csv": "申込番号,会員番号,申込日,申込区分\n2012-0040,東京 第9001号,2012-03-01,新規\n",
    }
    for name, text in tables_of_ours.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    desk.done(books, "import", *(str(tmp_path / name) for name in tables_of_ours))
    (found,) = (row for row in desk.answered(books, "match")["deposits"] if row["deposit"] == "4567-20120309-11")
    assert [(row["application"], "number" in row["because"]) for row in found["candidates"]] == [("2012-0040", True)]
    # A statement of before, which was taken in without it, tells no other line.
    (again := tmp_path / "again.txt").write_bytes(written(ended(statement([IN1, IN2, *lines[2:]]))))
    desk.done(books, "import", str(again))
    assert len(_deposits(books)) == 3


def test_nobody_has_set_which_account_it_is(book_url: str, tmp_path: Path) -> None:
    desk.done(book_url, "init")
    path = tmp_path / "x.txt"
    path.write_bytes(written(THREE))
    answer = desk.typed(book_url, "import", str(path))
    assert (answer.exit_code, "own-account-not-set" in answer.output) == (3, True)


def test_a_line_that_the_bank_tells_otherwise_is_asked_about(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, written(THREE))
    path = tmp_path / "again.txt"
    path.write_bytes(written(ended(statement([Line(D1, 7590, 11, "ｺｳﾔﾏ ﾀﾛｳ"), IN2, OUT]))))
    answer = desk.typed(books, "import", str(path))
    assert answer.exit_code == 3
    assert "bank-line-differs" in answer.output
    desk.done(books, "withdraw", "1", "--reason", "銀行の訂正")
    desk.done(books, "import", str(path))
    assert [yen for _deposit, _day, yen, _payer in _deposits(books)] == [7590, 7245]


def test_a_row_that_is_withdrawn_takes_back_the_deposit_and_leaves_the_line(books: str, tmp_path: Path) -> None:
    _import(books, tmp_path, written(THREE))
    desk.done(books, "withdraw", "1:2", "--reason", "組戻し")
    assert [deposit for deposit, *_rest in _deposits(books)] == ["4567-20120309-12"]
    _import(books, tmp_path, written(THREE, b"\n"))
    assert [deposit for deposit, *_rest in _deposits(books)] == ["4567-20120309-12"]
    assert desk.typed(books, "withdraw", "1:4", "--reason", "手数料").exit_code == 1
