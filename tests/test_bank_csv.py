"""The bank's CSV is read by what its user wrote down of it; what does not fit is said, and nothing is guessed."""

from datetime import date
from pathlib import Path

import pytest

from ledger import dates
from ledger.intake.bank.mapping import CsvLayout, NotABankLayout, read_layout
from ledger.intake.recognition import InputFile, read_file
from tests import banked, desk

# 照会口座,番号,勘定日,… as a bank's page of transfers saves it.
ANSER = (
    """入出金明細照会結果,,,,,,,,,,,,
"照会口座","番号","勘定日","(起算日)","出金金額(円)","入金金額(円)","小切手区分","残高(円)","取引区分","明細区分","銀行","支店","摘要"
"本店 普通 1234567","1","24年3月9日","","","7,245","","17,245","振込","","ﾐﾎﾝ","ﾎﾝﾃﾝ","ｺｳﾔﾏ ﾀﾛｳ"
"本店 普通 1234567","2","24年3月9日","","","7,245","","24,490","振込","","ﾐﾎﾝ","ﾎﾝﾃﾝ","ｺｳﾔﾏ ﾀﾛｳ"
"本店 普通 1234567","3","24年4月2日","","440","","","24,050","手数料","","","","ﾌﾘｺﾐﾃｽｳﾘﾖｳ"
"合計","","","","440","14,490","","","","","","",""
"""
).replace("\n", "\r\n")
SAVED = ANSER.encode("cp932")
LAYOUT = """
day = "勘定日"
day_form = "yy年m月d日"
in = "入金金額(円)"
out = "出金金額(円)"
balance = "残高(円)"
payer = "摘要"
number = "番号"
code = "取引区分"
corrections = ["訂正"]
skip_rows = 1
"""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 4, 3))


def _layout(tmp_path: Path, text: str = LAYOUT) -> CsvLayout:
    (path := tmp_path / "銀行.toml").write_text(text, encoding="utf-8")
    return read_layout(path)


def _read(tmp_path: Path, data: bytes = SAVED, text: str = LAYOUT) -> InputFile:
    return read_file("x.csv", data, ".csv", layout=_layout(tmp_path, text))


def test_a_csv_is_read_by_its_layout(tmp_path: Path) -> None:
    file = _read(tmp_path)
    assert file.problems == []
    lines, balances = file.sheets
    assert [(line.row, line.values["happened_on"], line.text("way"), line.values["yen"]) for line in lines.lines] == [
        (3, date(2012, 3, 9), "in", 7245),
        (4, date(2012, 3, 9), "in", 7245),
        (5, date(2012, 4, 2), "out", 440),
    ]
    assert lines.lines[0].text("payer") == "ｺｳﾔﾏ ﾀﾛｳ"
    assert [(line.values["happened_on"], line.values["yen"]) for line in balances.lines] == [
        (date(2012, 3, 31), 24490),
        (date(2012, 4, 2), 24050),
    ]
    assert lines.passed_over == {"title": (1, 1), "heading": (1, 2), "total": (1, 6)}


def test_the_newest_may_stand_first(tmp_path: Path) -> None:
    title, heading, *rows, total = SAVED.rstrip().split(b"\r\n")
    file = _read(tmp_path, b"\r\n".join([title, heading, *reversed(rows), total]))
    assert file.problems == []
    assert [line.values["yen"] for line in file.sheets[1].lines] == [24490, 24050]


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ('"24,490"', '"24,491"', (4, "残高(円)", "bank-total-differs")),
        ("24年4月2日", "2012/4/2", (5, "勘定日", "bank-another-day-form")),
        ("24年4月2日", "24年4月31日", (5, "勘定日", "bank-another-day-form")),
        ('"24年4月2日"', '""', (5, "勘定日", "missing")),
        ('"","7,245","","17,245"', '"1","7,245","","17,245"', (3, "入金金額(円)", "bank-both-ways")),
        ('"","7,245","","17,245"', '"","7.245","","17,245"', (3, "入金金額(円)", "not-a-number")),
        ('"","7,245","","17,245"', '"","0","","17,245"', (3, "入金金額(円)", "one-needed")),
        ('"摘要"', '"適用"', (None, None, "bank-columns-missing")),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(
    tmp_path: Path, was: str, now: str, problem: tuple[int | None, str | None, str]
) -> None:
    file = _read(tmp_path, ANSER.replace(was, now, 1).encode("cp932"))
    assert [(found.row, found.column, found.code) for found in file.problems] == [problem]
    assert file.sheets == []


@pytest.mark.parametrize(
    "text",
    [
        "day = ",
        'in = "入金"\nout = "出金"',
        'day = "日"',
        'day = "日"\nin = "入金"',
        'day = "日"\nyen = "金額"\nin = "入金"\nout = "出金"',
        'day = "日"\nyen = ""',
        'day = "日"\nyen = "日"',
        'day = "日"\nyen = 3',
        "day = 0\nyen = 3",
        "day = 3\nyen = 3",
        "day = true\nyen = 3",
        "day = 1.0\nyen = 3",
        'day = 1\nyen = 3\npayer = "内容"',
        'day = "日"\nyen = "金額"\ncolour = "赤"',
        'day = "日"\nyen = "金額"\nday_form = "dd/yy"',
        'day = "日"\nyen = "金額"\nskip_rows = -1',
        'day = "日"\nyen = "金額"\nskip_rows = true',
        'day = "日"\nyen = "金額"\ncorrections = ["訂正"]',
    ],
)
def test_a_layout_that_says_too_little_or_too_much_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotABankLayout):
        _layout(tmp_path, text)


@pytest.mark.parametrize(
    ("form", "cell", "day"),
    [
        ("yyyy/mm/dd", "2012/03/09", date(2012, 3, 9)),
        ("yymmdd", "240309", date(2012, 3, 9)),
        ("yy.m.d", "24.3.9", date(2012, 3, 9)),
        ("m/d", "3/9", date(2012, 3, 9)),
        ("m/d", "12/9", date(2011, 12, 9)),
        ("m/d", "2/30", None),
        ("yyyymmdd", "２０１２０３０９", date(2012, 3, 9)),
        ("yyyy/mm/dd", "2012/3/9", None),
    ],
)
def test_a_day_is_read_by_its_form_alone(form: str, cell: str, day: date | None) -> None:
    assert CsvLayout("x", "日", yen="金額", day_form=form).read_day(cell, date(2012, 4, 3)) == day


def test_amounts_in_one_column_and_no_reference(tmp_path: Path) -> None:
    text = 'day = "日付"\nyen = "金額"\nnote = "内容"'
    data = "日付,金額,内容,備考\n2012/3/9,7245,ｺｳﾔﾏ,\n2012/3/9,7245,ｺｳﾔﾏ,\n2012/3/9,-440,ﾃｽｳﾘﾖｳ,\n".encode()
    file = _read(tmp_path, data, text)
    assert [(line.text("way"), line.values["yen"]) for line in file.sheets[0].lines] == [
        ("in", 7245),
        ("in", 7245),
        ("out", 440),
    ]


def test_interest_names_no_payer(tmp_path: Path) -> None:
    text = 'day = "日付"\nyen = "金額"\npayer = "内容"\nno_payer = ["ﾘｿｸ"]'
    file = _read(tmp_path, "日付,金額,内容\n2012/3/9,12,ﾌﾂｳ ﾘｿｸ\n2012/3/9,7245,ｺｳﾔﾏ\n".encode(), text)
    assert [(line.text("payer"), line.text("note")) for line in file.sheets[0].lines] == [
        (None, "ﾌﾂｳ ﾘｿｸ"),
        ("ｺｳﾔﾏ", None),
    ]


@pytest.mark.parametrize("example", sorted((Path(__file__).parents[1] / "docs" / "bank-csv").glob("*.toml")))
def test_examples_of_the_manual_are_layouts(example: Path) -> None:
    assert {"day", "balance"} <= read_layout(example).titles.keys()


def test_tables_of_ours_are_read_beside_it(book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.done(book_url, "init")
    for name, value in banked.SETTINGS.items():
        desk.done(book_url, "settings", "set", name, value)
    (tmp_path / "銀行.toml").write_text(LAYOUT, encoding="utf-8")
    (tmp_path / "seisan.toml").write_text('bank_csv = "銀行.toml"', encoding="utf-8")
    (tmp_path / "銀行.csv").write_bytes(SAVED)
    (tmp_path / "会員.csv").write_text("会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n", encoding="utf-8")
    refused = desk.typed(book_url, "import", str(tmp_path / "銀行.csv"))
    assert "unknown-kind" in refused.output
    monkeypatch.chdir(tmp_path)
    desk.done(book_url, "import", "銀行.csv", "会員.csv")
    assert [row["deposit"] for row in desk.answered(book_url, "deposits")["deposits"]] == [
        "4567-20120309-1",
        "4567-20120309-2",
    ]
    desk.done(book_url, "import", "銀行.csv", "--bank-csv", "銀行.toml")
    assert len(desk.answered(book_url, "deposits")["deposits"]) == 2


# --- without headings -------------------------------------------------------------------------------------------------

NUMBERED = """
day = 2
day_form = "yymmdd"
in = 4
out = 3
payer = 6
balance = 5
"""
BARE = (
    '"1","240309","","7245","17245","ｺｳﾔﾏ ﾀﾛｳ"\n"1","240309","","7245","24490","ｺｳﾔﾏ ﾀﾛｳ"\n'
    '"1","240402","440","","24050",""\n"合計","","440","14490","",""\n'
)


def test_a_csv_without_headings_is_read_by_the_numbers_of_its_columns(tmp_path: Path) -> None:
    file = _read(tmp_path, BARE.encode("cp932"), NUMBERED)
    assert file.problems == []
    lines, balances = file.sheets
    assert [(line.row, line.values["happened_on"], line.text("way"), line.values["yen"]) for line in lines.lines] == [
        (1, date(2012, 3, 9), "in", 7245),
        (2, date(2012, 3, 9), "in", 7245),
        (3, date(2012, 4, 2), "out", 440),
    ]
    assert [line.text("payer") for line in lines.lines] == ["ｺｳﾔﾏ ﾀﾛｳ", "ｺｳﾔﾏ ﾀﾛｳ", None]
    assert [line.values["yen"] for line in balances.lines] == [24490, 24050]
    assert lines.passed_over == {"total": (1, 4)}
    skipped = _read(tmp_path, f"明細\n{BARE}".encode("cp932"), f"{NUMBERED}\nskip_rows = 1")
    assert (len(skipped.sheets[0].lines), skipped.sheets[0].passed_over["title"]) == (3, (1, 1))


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("24490", "24491", (2, "5 列目", "bank-total-differs")),
        ("240402", "240431", (3, "2 列目", "bank-another-day-form")),
        ('"","7245","24490"', '"1","7245","24490"', (2, "4 列目", "bank-both-ways")),
        ('"","7245","24490"', '"","7.245","24490"', (2, "4 列目", "not-a-number")),
        ('"","7245","24490"', '"","0","24490"', (2, "4 列目", "one-needed")),
        # Of a row that nobody left out the day cannot be read: it is not taken for a title.
        ("240309", "日付", (None, None, "bank-columns-missing")),
    ],
)
def test_what_is_wrong_without_headings_is_named_by_row_and_column(
    tmp_path: Path, was: str, now: str, problem: tuple[int | None, str | None, str]
) -> None:
    file = _read(tmp_path, BARE.replace(was, now, 1).encode("cp932"), NUMBERED)
    assert [(found.row, found.column, found.code) for found in file.problems] == [problem]
    assert file.sheets == []
    assert all("2 列目" in str(found) for found in file.problems if found.code == "bank-columns-missing")


def test_tables_of_ours_are_read_beside_one_without_headings(tmp_path: Path) -> None:
    ours = "会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n".encode()
    assert [sheet.kind.code for sheet in _read(tmp_path, ours, NUMBERED).sheets] == ["members"]
