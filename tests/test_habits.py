"""What really stands in cells: each habit of people and of programs is read as it is meant, or refused by name."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import dates, i18n
from ledger.errors import FORMULAS
from ledger.i18n import _
from ledger.intake import debris
from ledger.intake.columns import CellNote, CellProblem, InputColumn, format_cell, parse_cell
from ledger.intake.kinds import require_kind
from tests.office import DEPOSITS, N1, passed_over, read, told
from tests.written import book, sheet

TABLE: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("habits.toml").read_text(encoding="utf-8"))[
    "column"
]
HABITS = [(column["kind"], column["name"], cell, becomes) for column in TABLE for cell, becomes in column["cells"]]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2020, 4, 1))


@pytest.mark.parametrize(("kind", "name", "cell", "becomes"), HABITS, ids=[f"{row[1]}-{row[2]!r}" for row in HABITS])
def test_cell_is_what_it_shows_or_is_refused(kind: str, name: str, cell: Any, becomes: object) -> None:
    column = next(column for column in require_kind(kind).columns if column.name == name)
    assert _read(column, cell) == becomes


def _read(column: InputColumn, cell: Any) -> object:
    noticed: list[CellNote] = []
    try:
        value = parse_cell(column, cell, noticed)
    except CellProblem as problem:
        return f"!{problem.code}"
    read = value.isoformat() if isinstance(value, date) else value
    return f"~ {read}" if noticed else read


# --- the page of the manual -----------------------------------------------------------------------------------------

PAGES: dict[i18n.Language, dict[str, str]] = {
    "en": {
        "title": "# What may stand in a cell\n\n日本語: [cells.ja.md](cells.ja.md)",
        "about": "A cell is taken for what it shows where nothing else can be meant; else the file is refused, with "
        "its row, its\ncolumn and the sentence below. Spaces at either end do not count. In quotes: a text; without: a "
        "number, a day or a\nbox, as a workbook holds them. This page is made from the table by which it is tested.",
        "heads": "| in the cell | it is |",
        "noted": "{value}, and the import says so",
        "refused": "refused: {says}",
        "example": "its row is passed over as an example; refused where there is no other",
    },
    "ja": {
        "title": "# セルに書けるもの\n\nEnglish: [cells.md](cells.md)",
        "about": "ほかの意味に取れないものは、シートに見えるとおりに取り込みます。\n"
        "それ以外は、行、列と次の文を示してファイルを受け付けません。\n"
        "前後の空白は数えません。「」は文字列、付いていないものはブックの数値、日付、チェックボックスです。\n"
        "このページは、テストに使う表から作っています。",
        "heads": "| セルの内容 | 取込み |",
        "noted": "{value}(取込みの際に知らせます)",
        "refused": "受け付けません: {says}",
        "example": "その行を記入例として読み飛ばします。ほかに行がなければ受け付けません",
    },
}


_VISIBLE = str.maketrans({"\n": "⏎", "\a": "␇"})


def _page(language: i18n.Language) -> str:
    i18n.use(language)
    words = PAGES[language]
    lines = [words["title"], "", words["about"]]
    for table in TABLE:
        kind = require_kind(table["kind"])
        column = next(column for column in kind.columns if column.name == table["name"])
        lines += ["", f"## {column.heading} ({_(kind.title)})", "", words["heads"], "|---|---|"]
        lines += [
            f"| {_shown(cell, language)} | {_outcome(column, cell, words)} |" for cell, _becomes in table["cells"]
        ]
    return "\n".join(lines) + "\n"


def _shown(cell: Any, language: i18n.Language) -> str:
    if not isinstance(cell, str):
        return f"`{format_cell(cell)}`"
    text = cell.translate(_VISIBLE)
    return f"「`{text}`」" if language == "ja" else f"“`{text}`”"


def _outcome(column: InputColumn, cell: Any, words: dict[str, str]) -> str:
    try:
        parse_cell(column, cell)
    except CellProblem as problem:
        if problem.code == "sample-row":
            return f"{words['example']} ({problem.code})"
        says = _(FORMULAS[problem.code], **problem.fields).translate(_VISIBLE).replace("|", "\\|")
        return f"{words['refused'].format(says=says)} ({problem.code})"
    read = str(_read(column, cell))
    return words["noted"].format(value=f"`{read[2:]}`") if read.startswith("~ ") else f"`{read}`"


@pytest.mark.parametrize("language", PAGES)
def test_page_of_the_manual_is_made_from_the_table(language: i18n.Language, update: bool) -> None:
    path = Path(__file__).parents[1] / "docs" / ("cells.md" if language == "en" else f"cells.{language}.md")
    page = _page(language)
    if update:
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page, "read what changed, then: pytest tests/test_habits.py --update"


@given(st.from_regex(debris.SOUND, fullmatch=True).filter(lambda text: len(text) <= 60))
def test_number_told_at_a_glance_is_one_that_is_looked_at_closely(text: str) -> None:
    assert (
        debris.of_spreadsheets(text)
        is debris.of_people(text)
        is debris.of_boxes(text)
        is debris.of_numbers(text)
        is None
    )


# Whatever is read of it, a row of which a cell says one of these is an example; with the others it is a row.
EXAMPLES = (
    "例", "(例)", "（例） 2012-0001", "〔例〕", "〔例〕2012-0001", "【例】2012-0001", "[例]", "＜例＞", "「例」",
    "｢例｣ 甲山", "『例』", "(例1) 甲山", "例:2012-0001", "例：", "例1", "例 2012-0001", "例）甲山", "記入例",
    "(記入例)", "【記入例】", "（入力例）甲山", "記載例: 2012-0001", "記入例 2012-0001", "入力例です", "見本",
    "(見本)", "（見本）甲山", "見本:甲山", "見本です", "見本行", "サンプル", "(サンプル)", "〔サンプル〕", "ｻﾝﾌﾟﾙ",
    "サンプル: 甲山", "サンプルの行", "sample", "(Sample)", "SAMPLE: A1", "Example", "e.g. 2012-0001",
    "ｅｘａｍｐｌｅ",
)  # fmt: skip
NO_EXAMPLES = (
    "例外", "例外扱い", "例年どおり", "例会の会費", "(例外)", "見本市", "見本市に出展", "サンプル社",
    "(株)サンプル商事", "記入", "入力済", "samples", "Sampleton", "examples", "「甲山」", "(株)甲山", "<重要>",
    "2012-0001 例", "前例: 2012-0001",
)  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES + NO_EXAMPLES)
def test_one_rule_tells_an_example(text: str) -> None:
    is_example = text in EXAMPLES
    assert debris.says_sample(text) == is_example
    found = debris.of_spreadsheets(text)
    assert (found is not None and found[0] == "sample-row") == is_example
    table = read(book(sheet([DEPOSITS, N1, ["N2", "2012-01-27", 7245, text]])))
    assert passed_over(table).get("sample", 0) == is_example
    assert len(told(table)) == 2 - is_example


def test_table_of_habits_is_long_enough_and_has_no_row_twice() -> None:
    assert len(HABITS) >= 120
    assert len({(kind, name, type(cell), cell) for kind, name, cell, _becomes in HABITS}) == len(HABITS)
