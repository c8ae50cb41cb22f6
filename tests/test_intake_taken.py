"""What offices send and is taken in, as the sheet shows it: each row of the table is a file, made in the test."""

from datetime import date

import pytest

from tests.office import A1, A2, DAY, DEPOSITS, ISSUES, N1, N2, ONE, PAID, TWO, passed_over, read, text, told
from tests.written import binary_book, book, sheet

# By name: the file, its ending, what its lines say, rows passed over beside the headings, codes of notes.
TAKEN: dict[str, tuple[bytes, str, list[tuple[object, ...]], dict[str, int], list[str]]] = {
    "plain": (book(sheet([ISSUES, A1])), ".xlsx", ONE, {}, []),
    "strict Open XML": (book(sheet([ISSUES, A1]), strict=True), ".xlsx", ONE, {}, []),
    "links to other books": (
        book(sheet([ISSUES, A1]), parts={"xl/externalLinks/externalLink1.xml": "<x/>"}),
        ".xlsx",
        ONE,
        {},
        [],
    ),
    "a macro beside the table": (book(sheet([ISSUES, A1]), parts={"xl/vbaProject.bin": b"x"}), ".xlsm", ONE, {}, []),
    "texts shared under another name": (
        book(
            sheet([['<c r="@" t="s"><v>0</v></c>', '<c r="@" t="s"><v>1</v></c>'], A1]),
            shared="SharedStrings.xml",
            parts={
                "xl/SharedStrings.xml": "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
                "<si><t>申込番号</t><rPh sb='0' eb='1'><t>モウシコミ</t></rPh></si>"
                "<si><r><t>送付</t></r><r><t>日</t></r></si></sst>"
            },
        ),
        ".xlsx",
        ONE,
        {},
        [],
    ),
    **{
        f"a day in Excel's own format {number}": (
            book(sheet([ISSUES, ["A1", (1, DAY)]]), formats=[number]),
            ".xlsx",
            ONE,
            {},
            [],
        )
        for number in (14, 15, 22, *range(27, 37), *range(50, 59))
    },
    "a day that shows month and day": (
        book(sheet([ISSUES, ["A1", (1, DAY)]]), formats=['m"月"d"日"']),
        ".xlsx",
        ONE,
        {},
        [],
    ),
    "a number with noughts in front": (
        book(sheet([ISSUES, [(1, 1), "2012-01-26"]]), formats=["0000"]),
        ".xlsx",
        [("0001", date(2012, 1, 26))],
        {},
        [],
    ),
    "a number with a hyphen of its format": (
        book(sheet([ISSUES, [(1, 20120001), "2012-01-26"]]), formats=["0000-0000"]),
        ".xlsx",
        [("2012-0001", date(2012, 1, 26))],
        {},
        [],
    ),
    "a member by the format alone": (
        book(
            sheet([["申込番号", "会員番号", "申込日", "申込区分"], ["A1", (1, 9001), "2012-01-10", "新規"]]),
            formats=['"東京 第"0"号"'],
        ),
        ".xlsx",
        [("A1", "東京 第9001号")],
        {},
        [],
    ),
    **{
        f"yen as {code}": (
            book(sheet([DEPOSITS, ["N1", "2012-01-26", (1, 7245), "X"]]), formats=[code]),
            ".xlsx",
            [("N1", 7245)],
            {},
            [],
        )
        for code in (
            "#,##0",
            '#,##0"円"',
            '"¥"#,##0;[Red]"¥"\\-#,##0',
            '#,##0;"△"#,##0;"-"',
            "[$¥-411]#,##0",
            "0_ ",
            "#,##0.00",
            3,
            38,
            '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ',
        )
    },
    "a cell merged over rows": (
        book(sheet([ISSUES, A1, ["A2", None]], merged=["B2:B3"])),
        ".xlsx",
        [*ONE, ("A2", date(2012, 1, 26))],
        {},
        ["filled-down"],
    ),
    "a merged title, a merged total": (
        book(sheet([["送付一覧"], ISSUES, A1, ["合計 1件"]], merged=["A1:B1", "A4:B4"])),
        ".xlsx",
        ONE,
        {"title": 1, "total": 1},
        [],
    ),
    "a cell merged with a column that has no heading": (
        book(sheet([ISSUES, A1], merged=["B1:C1", "B2:C2"])),
        ".xlsx",
        ONE,
        {},
        [],
    ),
    "headings of two rows": (
        book(
            sheet(
                [["申込番号", "発行・送付"], [None, "発行日", "送付日"], ["A1", None, "2012-01-26"]],
                merged=["A1:A2", "B1:C1"],
            )
        ),
        ".xlsx",
        ONE,
        {"title": 1},
        ["filled-down"],
    ),
    "a hidden row": (book(sheet([ISSUES, A1, A2], hidden=[3])), ".xlsx", TWO, {}, ["hidden-rows"]),
    "a hidden sheet": (
        book(sheet([ISSUES, A1]), sheet([ISSUES, A2]), states=["", "hidden"]),
        ".xlsx",
        TWO,
        {},
        ["hidden-sheet"],
    ),
    "several sheets": (book(sheet([ISSUES, A1]), sheet([["申込番号※", "送付日(郵送)"], A2])), ".xlsx", TWO, {}, []),
    "two tables on a sheet": (
        book(sheet([["A銀行"], DEPOSITS, N1, None, ["B銀行"], [*DEPOSITS, "摘要"], [*N2, "x"]])),
        ".xlsx",
        PAID,
        {"title": 2},
        [],
    ),
    "two kinds under each other": (book(sheet([ISSUES, A1, None, DEPOSITS, N1])), ".xlsx", [*ONE, PAID[0]], {}, []),
    "two kinds side by side": (
        book(sheet([[*ISSUES, None, *DEPOSITS], [*A1, None, *N1], [None, None, None, *N2]])),
        ".xlsx",
        [*ONE, *PAID],
        {},
        [],
    ),
    "headings again on each page": (book(sheet([ISSUES, A1, ISSUES, A2])), ".xlsx", TWO, {"heading": 2}, []),
    "late headings": (book(sheet([*[["説明"]] * 30, ISSUES, A1])), ".xlsx", ONE, {"title": 30}, []),
    **{
        f"a heading written {heading}": (book(sheet([[heading, "送付日"], A1])), ".xlsx", ONE, {}, [])
        for heading in (
            "※申込番号",
            "申込番号＊",
            "申込番号(必須)",
            "申込番号（必須）",
            "【必須】申込番号",
            "申込\n番号",
            "■申込番号",
            "申込番号：",
        )
    },
    **{
        f"{words} is a total": (book(sheet([DEPOSITS, N1, [words, None, 7245]])), ".xlsx", PAID[:1], {"total": 1}, [])
        for words in ("合計", "小計", "計", "合　計", "総計", "A銀行計", "合計(1件)", "TOTAL", "累計")
    },
    "a total in a later column": (
        book(sheet([DEPOSITS, N1, [None, "合計", 7245]])),
        ".xlsx",
        PAID[:1],
        {"total": 1},
        [],
    ),
    **{
        f"{words} is a remark": (book(sheet([ISSUES, A1, [words]])), ".xlsx", ONE, {"remark": 1}, [])
        for words in (
            "※ 送付日は消印の日",
            "＊未送付を除く",
            "注) 速報",
            "（注）速報",
            "以上",
            "備考: なし",
            "以下余白",
        )
    },
    **{
        f"{words} is an example": (book(sheet([ISSUES, [words, "2012-01-01"], A1])), ".xlsx", ONE, {"sample": 1}, [])
        for words in ("例", "(例)2012-0001", "記入例", "例:2012-0001", "見本", "【例】", "（記入例）", "サンプル")
    },
    "a note beside the table": (book(sheet([ISSUES, A1, [*A2, None, "確認済"]])), ".xlsx", TWO, {}, ["no-heading"]),
    "a row beside the table": (book(sheet([ISSUES, A1, [None, None, None, "控え"]])), ".xlsx", ONE, {"beside": 1}, []),
    "a line break of Excel": (book(sheet([ISSUES, ["A1_x000D_", "2012-01-26"]])), ".xlsx", ONE, {}, []),
    "line breaks inside a remark": (
        book(sheet([[*DEPOSITS, "摘要"], [*N1, "一_x000D_\n二"]])),
        ".xlsx",
        PAID[:1],
        {},
        ["line-breaks"],
    ),
    "a formula with its result": (
        book(sheet([DEPOSITS, ["N1", "2012-01-26", '<c r="@"><f>A9+1</f><v>7245</v></c>', "X"]])),
        ".xlsx",
        PAID[:1],
        {},
        [],
    ),
    "formulas nobody reads": (book(sheet([[*ISSUES, "控え"], [*A1, '<c r="@"><f>A9</f></c>']])), ".xlsx", ONE, {}, []),
    "an empty row in a border": (
        book(sheet([ISSUES, A1, ['<c r="@" s="0"/>', '<c r="@" s="0"/>']])),
        ".xlsx",
        ONE,
        {},
        [],
    ),
    "the format before .xlsx, under its name": (binary_book([ISSUES, A1]), ".xlsb", ONE, {}, []),
    "noughts in front in .xlsb": (
        binary_book([ISSUES, [(1, 1.0), "2012-01-26"]]),
        ".xlsb",
        [("0001", date(2012, 1, 26))],
        {},
        [],
    ),
    "a cell merged over rows in .xlsb": (
        binary_book([ISSUES, A1, ["A2", None]], merged=[(1, 2, 1, 1)]),
        ".xlsb",
        [*ONE, ("A2", date(2012, 1, 26))],
        {},
        ["filled-down"],
    ),
    "tabs": (text("申込番号\t送付日", "A1\t2012-01-26"), ".csv", ONE, {}, []),
    "tabs in UTF-16": (text("申込番号\t送付日", "A1\t2012-01-26", encoding="utf-16"), ".txt", ONE, {}, []),
    "commas in UTF-16": (text("申込番号,送付日", "A1,2012-01-26", encoding="utf-16"), ".csv", ONE, {}, []),
    "a tab in a remark": (
        text("照会番号,入金日,金額,振込依頼人名,摘要", 'N1,2012-01-26,7245,X,"a\tb"'),
        ".csv",
        PAID[:1],
        {},
        [],
    ),
    "a line that names the separator": (text("sep=,", "申込番号,送付日", "A1,2012-01-26"), ".csv", ONE, {}, []),
    "Ctrl-Z at the end": (text("申込番号,送付日", "A1,2012-01-26", encoding="cp932") + b"\x1a", ".csv", ONE, {}, []),
    "carriage returns alone": (text("申込番号,送付日", "A1,2012-01-26", end="\r"), ".csv", ONE, {}, []),
    "an amount in quotation marks": (
        text("照会番号,入金日,金額,振込依頼人名", 'N1,2012-01-26,"7,245",X'),
        ".csv",
        PAID[:1],
        {},
        [],
    ),
    "a workbook under the name of a text": (book(sheet([ISSUES, A1])), ".csv", ONE, {}, []),
}


@pytest.mark.parametrize(("data", "ending", "lines", "passed", "notes"), TAKEN.values(), ids=TAKEN.keys())
def test_file_is_taken_in_as_its_sheet_shows_it(
    data: bytes, ending: str, lines: list[tuple[object, ...]], passed: dict[str, int], notes: list[str]
) -> None:
    file = read(data, ending)
    assert file.problems == []
    assert told(file) == lines
    assert {"heading": len(file.sheets), **passed} == passed_over(file)
    assert [note.code for note in file.notes] == notes
