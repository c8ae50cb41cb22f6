"""Input files become checked lines, and checked lines become what the books hold; what is wrong is said all at once."""

import itertools
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from ledger import dates, i18n, tables
from ledger.errors import FORMULAS, NoSuchKind, Problems
from ledger.intake.importer import take_in
from ledger.intake.kinds import KINDS, require_kind
from ledger.intake.recognition import read_file
from ledger.intake.report import ImportReport
from ledger.store import database, places

SAMPLES = sorted(path for path in (Path(__file__).parent / "intake").iterdir() if path.suffix != ".toml")
ONE_DATABASE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

MEMBERS = "会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n東京 第9002号,乙川 花子,東京\n"
APPLICATIONS = (
    "申込番号,会員番号,申込日,申込区分,前回申込番号\n"
    "A1,東京 第9001号,2011-11-01,新規,\nA2,東京 第9001号,2012-03-06,再発行,A1\nB1,東京 第9002号,2011-11-01,新規,\n"
)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2020, 4, 1))


# --- samples --------------------------------------------------------------------------------------------------------


def _expected(sample: Path) -> dict[str, Any]:
    """What a sample becomes."""
    return tomllib.loads(sample.with_name(f"{sample.name}.expected.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_sample_file_becomes_what_stands_beside_it(sample: Path) -> None:
    expected = _expected(sample)
    file = read_file(sample.name, sample.read_bytes(), sample.suffix)
    assert file.problems == []
    assert file.passed_over == expected["passed_over"]
    assert [
        {
            **({"name": read.sheet} if read.sheet else {}),
            "kind": read.kind.code,
            "ignored": read.ignored,
            "line": [
                {"row": line.row, **({"known_on": line.known_on} if line.known_on else {}), **line.values}
                for line in read.lines
            ],
        }
        for read in file.sheets
    ] == expected["sheet"]


def test_samples_show_every_kind_and_every_heading() -> None:
    seen: dict[str, set[str]] = {}
    for sample in SAMPLES:
        for read in read_file(sample.name, sample.read_bytes(), sample.suffix).sheets:
            seen.setdefault(read.kind.code, set()).update(*(line.values for line in read.lines))
    assert seen == {kind.code: {column.name for column in kind.columns} for kind in KINDS}


# --- what is wrong --------------------------------------------------------------------------------------------------

# Each case: what is brought beside the two files above, and the problems: file, row, column, code.
BAD: dict[str, tuple[dict[str, str | bytes], list[tuple[str, int | None, str | None, str]]]] = {
    "an empty file": ({"x.csv": ""}, [("x.csv", None, None, "empty-file")]),
    "nothing but separators": ({"x.csv": ",,\n,\n"}, [("x.csv", None, None, "empty-file")]),
    "a file of no known kind": ({"x.csv": "品名,数量\n茶,1\n"}, [("x.csv", None, None, "unknown-kind")]),
    "a required heading missing": ({"x.csv": "申込番号,利用\nA1,無\n"}, [("x.csv", 1, "回答日", "heading-missing")]),
    "one of two headings missing": (
        {"x.csv": "申込番号,有効期間満了日\nA1,2017-01-01\n"},
        [("x.csv", 1, "発行日 / 送付日", "heading-missing")],
    ),
    "a register without its day": (
        {"x.csv": "申込番号,DL日,確認日\nA1,2012-01-26,2012-03-31\n"},
        [("x.csv", 1, "ダウンロード日", "heading-missing")],
    ),
    "a heading twice": (
        {"x.csv": "申込番号,送付日,送 付日\nA1,2012-01-26,\n"},
        [("x.csv", 1, "送付日", "heading-twice")],
    ),
    "headings without a row": ({"x.csv": "申込番号,送付日\n,\n"}, [("x.csv", 1, None, "no-rows")]),
    "a needed cell blank": ({"x.csv": "申込番号,取消日\nA1,\n"}, [("x.csv", 2, "取消日", "missing")]),
    "none of two cells": ({"x.csv": "申込番号,発行日,送付日\nA1,,\n"}, [("x.csv", 2, None, "one-needed")]),
    "a day that does not exist": (
        {"x.csv": "申込番号,送付日\nA1,2012-02-30\nA2,昭和65年1月1日\nB1,40965\n"},
        [
            ("x.csv", 2, "送付日", "not-a-day"),
            ("x.csv", 3, "送付日", "before-the-scheme"),
            ("x.csv", 4, "送付日", "not-a-day"),
        ],
    ),
    "yen with letters, a fraction, a sign, nothing": (
        {
            "x.csv": "照会番号,入金日,金額,振込依頼人名\n"
            "N1,2012-03-19,七千円,X\nN2,2012-03-19,7245.5,X\nN3,2012-03-19,-7245,X\nN4,2012-03-19,0,X\n"
            'N5,2012-03-19,"72,45",X\nN6,2012-03-19,10000000000,X\n'
        },
        [
            ("x.csv", 2, "金額", "not-a-number"),
            ("x.csv", 3, "金額", "not-a-number"),
            ("x.csv", 4, "金額", "not-positive"),
            ("x.csv", 5, "金額", "not-positive"),
            ("x.csv", 6, "金額", "not-a-number"),
            ("x.csv", 7, "金額", "too-much"),
        ],
    ),
    "a bill of nothing": (
        {"x.csv": "請求書番号,請求日,申込番号,金額\nS,2012-03-19,A1,0\n"},
        [("x.csv", 2, "金額", "zero")],
    ),
    "a rate that is none": (
        {"x.csv": "適用開始日,発行手数料,税率\n2019-10-01,7590,10.5\n2020-10-01,7590,100\n"},
        [("x.csv", 2, "税率", "not-a-rate"), ("x.csv", 3, "税率", "not-a-rate")],
    ),
    "an account with too few digits": (
        {
            "x.csv": "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ\n"
            "東京 第9003号,丙,東京,999,999,1,1,ﾍｲ\n"
        },
        [
            ("x.csv", 2, "口座番号", "not-a-number-of-digits"),
            ("x.csv", 2, "銀行番号", "not-a-number-of-digits"),
        ],
    ),
    "holders of accounts of whom no bank can read the name": (
        {
            "x.csv": "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ\n"
            "東京 第9003号,丙,東京,9999,999,普通,1234567,丙山\n"
            f"東京 第9004号,丁,東京,9999,999,普通,1234567,{'ア' * 31}\n"
        },
        [
            ("x.csv", 2, "口座名義カナ", "unreadable-for-banks"),
            ("x.csv", 3, "口座名義カナ", "too-long-for-banks"),
        ],
    ),
    "an unknown association": (
        {"x.csv": "会員番号,氏名,司法書士会\n江戸 第1号,丙,江戸\n"},
        [("x.csv", 2, "司法書士会", "unknown-association")],
    ),
    "an unknown reason, an unknown word": (
        {"x.csv": "申込番号,取消日,取消区分,取消事由\nA1,2012-02-26,第三者,気が変わった\n"},
        [("x.csv", 2, "取消事由", "unknown-reason"), ("x.csv", 2, "取消区分", "not-in-list")],
    ),
    "a text too long, one that cannot be printed": (
        {"x.csv": f"照会番号,入金日,金額,振込依頼人名\nN1,2012-03-19,1,{'ｱ' * 101}\nN2,2012-03-19,1,ｱ\x07\n"},
        [("x.csv", 2, "振込依頼人名", "too-long"), ("x.csv", 3, "振込依頼人名", "control-character")],
    ),
    "an error of a formula": (
        {"x.csv": "申込番号,送付日\nA1,#N/A\n"},
        [("x.csv", 2, "送付日", "formula-error")],
    ),
    "an unknown member": (
        {"x.csv": "申込番号,会員番号,申込日,申込区分\nC1,東京 第9999号,2012-01-01,新規\n"},
        [("x.csv", 2, "会員番号", "unknown-member")],
    ),
    "an unknown application, wherever it is named": (
        {
            "x.csv": "申込番号,送付日\nZ1,2012-01-26\n",
            "y.csv": "照会番号,入金日,金額,振込依頼人名,申込番号\nN1,2012-03-19,1,X,Z2\n",
            "z.csv": "申込番号,会員番号,申込日,申込区分,前回申込番号\nC1,東京 第9001号,2012-01-01,再発行,Z3\n",
        },
        [
            ("x.csv", 2, "申込番号", "unknown-application"),
            ("y.csv", 2, "申込番号", "unknown-application"),
            ("z.csv", 2, "前回申込番号", "unknown-application"),
        ],
    ),
    "an application of two members": (
        {"x.csv": "申込番号,会員番号,申込日,申込区分\nA1,東京 第9002号,2011-11-01,新規\n"},
        [("x.csv", 2, "会員番号", "another-member")],
    ),
    "a fee set against another member's application": (
        {"x.csv": "申込番号,返金方法,充当先申込番号,申出日\nA1,充当,B1,2012-04-01\n"},
        [("x.csv", 2, "充当先申込番号", "another-member")],
    ),
    "a choice that contradicts itself": (
        {"x.csv": "申込番号,返金方法,充当先申込番号,申出日\nA1,払戻し,A2,2012-04-01\nA2,充当,A2,2012-04-01\n"},
        [("x.csv", 2, "充当先申込番号", "contradicts"), ("x.csv", 3, "充当先申込番号", "itself")],
    ),
    "an application before itself": (
        {
            "x.csv": "申込番号,会員番号,申込日,申込区分,前回申込番号,取下日\n"
            "C1,東京 第9001号,2012-01-01,再発行,C1,2011-12-31\n"
        },
        [("x.csv", 2, "前回申込番号", "itself"), ("x.csv", 2, "取下日", "before")],
    ),
    "mailed before applied, issued after mailed": (
        {"x.csv": "申込番号,発行日,送付日\nA1,,2011-10-31\nA2,2012-05-02,2012-05-01\n"},
        [("x.csv", 2, "送付日", "before"), ("x.csv", 3, "送付日", "before")],
    ),
    "revoked, downloaded, returned, expired before mailed": (
        {
            "x.csv": "申込番号,送付日,有効期間満了日\nA1,2012-01-26,2012-01-25\n",
            "y.csv": "申込番号,取消日\nA1,2012-01-25\n",
            "z.csv": "申込番号,ダウンロード日,確認日\nA1,2012-01-25,2012-03-31\n",
            "w.csv": "申込番号,受領書返送日,記帳日\nA1,2012-01-25,2012-03-31\n",
        },
        [
            ("x.csv", 2, "有効期間満了日", "before"),
            ("y.csv", 2, "取消日", "before"),
            ("z.csv", 2, "ダウンロード日", "before"),
            ("w.csv", 2, "受領書返送日", "before"),
        ],
    ),
    "known before it was checked, seen after it was checked": (
        {"x.csv": "申込番号,ダウンロード日,確認日,把握日\nA1,,2012-03-31,2012-03-30\nA2,2012-05-05,2012-05-04,\n"},
        [("x.csv", 2, "把握日", "before"), ("x.csv", 3, "ダウンロード日", "after-the-check")],
    ),
    "known tomorrow": (
        {"x.csv": "申込番号,利用,回答日,把握日\nA1,無,2020-04-02,\nA2,無,2020-03-31,2020-04-02\n"},
        [("x.csv", 2, "回答日", "in-the-future"), ("x.csv", 3, "把握日", "in-the-future")],
    ),
    "one thing said in two ways": (
        {"x.csv": "申込番号,ダウンロード日,確認日\nA1,,2012-03-31\nA1,2012-02-01,2012-03-31\nA1,,2012-03-31\n"},
        [("x.csv", 3, "申込番号", "twice")],
    ),
    "one thing said in two ways in two files": (
        {"x.csv": "申込番号,取消日\nA1,2012-02-26\n", "y.csv": "申込番号,取消日\nA1,2012-02-27\n"},
        [("y.csv", 2, "申込番号", "twice")],
    ),
    "neither UTF-8 nor cp932": (
        {"x.csv": "申込番号,送付日".encode("euc-jp"), "y.csv": "申込".encode("utf-16-le"), "z.csv": b"a,b\0\n"},
        [(f"{name}.csv", None, None, "wrong-encoding") for name in "xyz"],
    ),
    "a quotation without an end": ({"x.csv": '題\n申込番号,"送付日\n'}, [("x.csv", 2, None, "broken-csv")]),
    "a file of another ending": ({"x.log": b"a,b"}, [("x.log", None, None, "not-a-table")]),
    "a file that is not there, and a folder": (
        {"なし.csv": b"-", "フォルダ": b"/"},
        [("なし.csv", None, None, "not-found"), ("フォルダ", None, None, "a-folder")],
    ),
}


def _bring(folder: Path, files: dict[str, str | bytes]) -> list[Path]:
    """Writes the files; b"-" stands for one that is not there, b"/" for a folder."""
    for name, data in files.items():
        if data == b"/":
            (folder / name).mkdir()
        elif data != b"-":
            (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return [folder / name for name in files]


def _take(url: str, folder: Path, files: dict[str, str | bytes], known_on: date | None = None) -> ImportReport:
    with database.writing(url) as connection:
        return take_in(connection, _bring(folder, files), known_on, "試験")


def _rows(url: str, table: Table) -> list[dict[str, Any]]:
    with database.reading(url) as connection:
        return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]


@ONE_DATABASE
@pytest.mark.parametrize(("files", "expected"), BAD.values(), ids=BAD.keys())
def test_problem_names_file_row_column_and_cause(
    book_url: str,
    tmp_path: Path,
    files: dict[str, str | bytes],
    expected: list[tuple[str, int | None, str | None, str]],
) -> None:
    with pytest.raises(Problems) as wrong:
        _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS, **files})
    found = [(Path(problem.file).name, problem.row, problem.column, problem.code) for problem in wrong.value.problems]
    assert found == expected
    for language in i18n.LANGUAGES:
        i18n.use(language)
        assert all("{" not in str(problem) for problem in wrong.value.problems)
    assert _rows(book_url, tables.source) == []


def test_every_code_of_a_problem_is_reached_by_some_test() -> None:
    folder = Path(__file__).parent
    tests = "".join(path.read_text(encoding="utf-8") for path in [*folder.glob("test_*.py"), folder / "habits.toml"])
    assert [code for code in FORMULAS if f'"{code}"' not in tests and f'"!{code}"' not in tests] == []


@ONE_DATABASE
def test_file_without_permission_is_said_to_be_so(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = _bring(tmp_path, {"x.csv": MEMBERS})

    def refuse(place: Path, _most: int) -> None:
        raise PermissionError(place)

    monkeypatch.setattr(places, "read", refuse)
    with database.writing(book_url) as connection, pytest.raises(Problems) as wrong:
        take_in(connection, paths, None, "試験")
    assert [(problem.file, problem.code) for problem in wrong.value.problems] == [(str(paths[0]), "not-readable")]


@ONE_DATABASE
def test_day_in_the_books_is_compared_with_a_day_brought_later(book_url: str, tmp_path: Path) -> None:
    issues: dict[str, str | bytes] = {"i.csv": "申込番号,送付日\nA1,2012-01-26\n"}
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS, **issues})
    with pytest.raises(Problems) as wrong:
        _take(
            book_url,
            tmp_path,
            {
                "a2.csv": "申込番号,会員番号,申込日,申込区分\n"
                "A1,東京 第9001号,2012-01-27,新規\nB1,東京 第9001号,2011-11-01,新規\n",
                "r.csv": "申込番号,取消日\nA1,2012-01-25\n",
            },
        )
    assert [(problem.row, problem.column, problem.code) for problem in wrong.value.problems] == [
        (2, "申込日", "after"),
        (2, "取消日", "before"),
    ]


# --- into the books -------------------------------------------------------------------------------------------------


def test_samples_are_taken_in_and_the_second_time_is_no_change(book_url: str) -> None:
    with database.writing(book_url) as connection:
        report = take_in(connection, SAMPLES, None, "試験")
    counted = {sheet.kind: (sheet.rows, sheet.taken_in, sheet.known) for file in report.files for sheet in file.sheets}
    expected: Counter[str] = Counter()
    for sample in SAMPLES:
        for sheet in _expected(sample)["sheet"]:
            expected[sheet["kind"]] += len(sheet["line"])
    assert counted == {kind: (rows, rows, 0) for kind, rows in expected.items()}
    assert counted.keys() == {kind.code for kind in KINDS}
    before = {table.name: _rows(book_url, table) for table in tables.metadata.sorted_tables}
    assert len(before["source"]) == len(SAMPLES)
    assert {row["by"] for row in before["source"]} == {"試験"}
    with database.writing(book_url) as connection:
        again = take_in(connection, SAMPLES, None, "別人")
    assert all(file.unchanged for file in again.files)
    assert before == {table.name: _rows(book_url, table) for table in tables.metadata.sorted_tables}


def test_fact_keeps_the_line_it_comes_from_and_the_day_it_became_known(book_url: str) -> None:
    with database.writing(book_url) as connection:
        take_in(connection, SAMPLES, date(2019, 12, 31), "試験")
    sources = {row["id"]: row["name"] for row in _rows(book_url, tables.source)}
    kept = {
        (row["application"], row["name"], row["day"], row["code"], row["up_to"]): (
            row["known_on"],
            sources[row["source"]],
            row["sheet"],
            row["row"],
        )
        for row in _rows(book_url, tables.fact)
    }
    checked, entered, told = date(2012, 3, 31), date(2012, 6, 30), date(2012, 2, 24)
    assert kept["2011-0001", "downloaded", None, None, checked] == (checked, "ダウンロード.csv", None, 2)
    assert kept["2012-0002", "receipt", date(2012, 6, 3), None, entered] == (entered, "受領簿.xlsx", "受領", 5)
    assert kept["2011-0001", "reason", None, "receipt_not_returned", None] == (told, "取消通知.csv", None, 2)
    assert kept["2012-0002", "previous", None, "2011-0001", None] == (date(2019, 12, 31), "申込.csv", None, 3)
    assert kept["2011-0001", "used", date(2012, 3, 10), "no", None][0] == date(2012, 3, 10)


@ONE_DATABASE
def test_order_of_the_files_does_not_matter(new_book: Callable[[], str]) -> None:
    def held(paths: list[Path]) -> list[set[tuple[str, ...]]]:
        url = new_book()
        with database.writing(url) as connection:
            take_in(connection, paths, None, "試験")
        names = {row["id"]: row["name"] for row in _rows(url, tables.source)}
        return [
            {
                tuple(
                    f"{name}={names[value] if name == 'source' else value}"
                    for name, value in row.items()
                    if name != "id"
                )
                for row in _rows(url, table)
            }
            for table in (tables.member_known, tables.application, tables.fact, tables.deposit_known, tables.bill_known)
        ]

    orders = [SAMPLES, SAMPLES[::-1], *itertools.islice(itertools.permutations(SAMPLES), 100, 5000, 1600)]
    assert all(held(list(order)) == held(SAMPLES) for order in orders[1:])


def test_later_row_supersedes_and_nothing_is_erased(book_url: str, tmp_path: Path) -> None:
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS})
    heading = "申込番号,取消日,取消事由,把握日\n"
    _take(book_url, tmp_path, {"r1.csv": heading + "A1,2012-02-26,誤って削除,2012-02-27\n"})
    report = _take(book_url, tmp_path, {"r2.csv": heading + "A1,2012-02-26,不具合により使用不能,2012-03-01\n"})
    assert [
        (correction.about, correction.column, correction.was, correction.now) for correction in report.corrections
    ] == [("A1", "取消事由", "deleted_by_mistake", "tool_defect")]
    assert any("誤って削除" in sentence for sentence in report.sentences())
    reasons = [row for row in _rows(book_url, tables.fact) if row["name"] == "reason"]
    assert [(row["code"], row["known_on"].day) for row in reasons] == [("deleted_by_mistake", 27), ("tool_defect", 1)]


def test_same_row_in_another_file_is_known_already(book_url: str, tmp_path: Path) -> None:
    row = "申込番号,利用,回答日\nA1,無,2012-03-10\n"
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS, "u.csv": row})
    report = _take(book_url, tmp_path, {"u2.csv": row + "A1,無,2012-03-10\nA2,無,2012-10-01\n"})
    assert [(sheet.rows, sheet.taken_in, sheet.known) for sheet in report.files[0].sheets] == [(3, 1, 2)]
    assert report.corrections == []


def test_register_that_reaches_further_corrects_nothing(book_url: str, tmp_path: Path) -> None:
    heading = "申込番号,ダウンロード日,確認日\n"
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS, "d.csv": heading + "A1,,2012-03-31\n"})
    assert _take(book_url, tmp_path, {"d2.csv": heading + "A1,2012-04-05,2012-04-30\n"}).corrections == []
    report = _take(book_url, tmp_path, {"d3.csv": heading + "A1,,2012-05-31\n"})
    assert [(correction.was, correction.now) for correction in report.corrections] == [(date(2012, 4, 5), None)]


def test_blank_cell_does_not_undo_what_was_known(book_url: str, tmp_path: Path) -> None:
    heading = "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\n"
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS})
    _take(book_url, tmp_path, {"d1.csv": heading + "N1,2012-03-19,7245,ｺｳﾔﾏ,,2012-03-20\n"})
    _take(book_url, tmp_path, {"d2.csv": heading + "N1,2012-03-19,7245,ｺｳﾔﾏ,A2,2012-04-01\n"})
    _take(book_url, tmp_path, {"d3.csv": heading + "N1,2012-03-19,7245,ｺｳﾔﾏ,,2012-05-01\n"})
    kept = [(row["known_on"].month, row["application"]) for row in _rows(book_url, tables.allocation)]
    assert kept == [(4, "A2")]
    assert [row["reference"] for row in _rows(book_url, tables.deposit)] == ["N1"]


def test_what_comes_in_late_fills_what_later_rows_left_out(book_url: str, tmp_path: Path) -> None:
    heading = "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\n"
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS})
    _take(book_url, tmp_path, {"d1.csv": heading + "N1,2012-03-19,7245,ｺｳﾔﾏ,,2012-05-01\n"})
    _take(book_url, tmp_path, {"d2.csv": heading + "N1,2012-03-19,7245,ｺｳﾔﾏ,A2,2012-04-01\n"})
    kept = [(row["known_on"].month, row["application"]) for row in _rows(book_url, tables.allocation)]
    assert kept == [(4, "A2")]


def test_lines_of_a_bill_are_counted_on_from_file_to_file(book_url: str, tmp_path: Path) -> None:
    bill = "請求書番号,請求日,申込番号,金額,把握日\n" + "S1,2012-02-29,A1,7245,2012-03-01\n" * 2
    _take(book_url, tmp_path, {"b.csv": bill})
    report = _take(book_url, tmp_path, {"b2.csv": bill + "S1,2012-02-29,Z9,7245,2012-03-01\n"})
    assert [(sheet.taken_in, sheet.known) for sheet in report.files[0].sheets] == [(3, 0)]
    lines = [(row["application"], row["nth"]) for row in _rows(book_url, tables.bill_known)]
    assert lines == [*(("A1", nth) for nth in (1, 2, 3, 4)), ("Z9", 1)]
    assert _take(book_url, tmp_path, {"b.csv": bill}).files[0].unchanged


REPEATED = [
    ("2012-03-26,7245,オツヤマ", True),
    ("2012-03-26,7245,ｺｳﾔﾏ", False),
    ("2012-03-26,7245,コウヤマ", False),
    ("2012-03-19,7245,オツヤマ", False),
]


@pytest.mark.parametrize(("row", "refused"), REPEATED, ids=[row for row, _refused in REPEATED])
def test_a_reference_of_another_day_and_another_payer_is_another_transfer(
    book_url: str, tmp_path: Path, row: str, refused: bool
) -> None:
    heading = "照会番号,入金日,金額,振込依頼人名,把握日\n"
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "d1.csv": heading + "N1,2012-03-19,7245,ｺｳﾔﾏ,2012-03-20\n"})
    again: dict[str, str | bytes] = {"d2.csv": heading + f"N1,{row},2012-04-01\n"}
    if refused:
        with pytest.raises(Problems) as problems:
            _take(book_url, tmp_path, again)
        assert [problem.code for problem in problems.value.problems] == ["reference-repeats"]
    else:
        _take(book_url, tmp_path, again)


# --- blank files ----------------------------------------------------------------------------------------------------


def test_template_has_the_headings_of_its_kind_and_its_words() -> None:
    columns = list(require_kind("revocations").by_heading.values())
    assert [(column.heading, column.required, column.form) for column in columns] == [
        ("申込番号", True, "text"),
        ("取消日", True, "day"),
        ("取消区分", False, "word"),
        ("取消事由", False, "word"),
        ("把握日", False, "day"),
    ]
    assert columns[2].choices == ("加入者事由", "認証局事由")
    with pytest.raises(NoSuchKind):
        require_kind("secrets")
