"""The reference of the JSON: of every list its keys, with what stands under each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from exports.formats.sheet import Kind
from exports.reports import REPORTS
from exports.reports.report import Column, Report
from ledger import i18n
from ledger.i18n import _

# How a kind is spoken of, where its name would not do.
_KINDS: dict[Kind, str] = {"count": "number", "moment": "moment (UTC)", "flag": "true or false", "any": "value"}


@dataclass(frozen=True)
class _Page:
    """What the page says in one language: its head, what stands beside a key, `kinds` where English would not do."""

    head: str
    list: str
    holds: str
    title: str
    kinds: dict[str, str] = field(default_factory=dict)


_PAGES: dict[i18n.Language, _Page] = {
    "en": _Page(
        """# JSON of the lists

日本語: [json.ja.md](json.ja.md)

What `--json` and `--out FILE.json` give, list by list. Keys and codes are never translated; days are `2012-02-26`, yen
whole numbers; what is not known is `null`. Beside each key stands its kind, and its heading in the list that a person
reads. This page is made from the columns of the reports (`exports/reports`).

What is refused answers `refused` (its code), `says` (the sentence) and `instead` (what to do), and exit code 1, or 2
where what was typed cannot be meant. What is wrong in input files answers `problems`, each with `file`, `sheet`, `row`,
`column`, `code` and `says`, of more than a hundred the others by code under `more`, and exit code 3.
""",
        list="list; of each:",
        holds="holds:",
        title=" — {}",
    ),
    "ja": _Page(
        """# 一覧の JSON

English: [json.md](json.md)

`--json` と `--out FILE.json` の内容を、一覧ごとに示します。キーと符号は翻訳しません。日付は `2012-02-26`、
金額は円の整数、分からないものは `null` です。キーごとに、値の種類と、人が読む一覧での見出しを添えています。
このページは、一覧の列の定義(`exports/reports`)から作っています。

受け付けなかったときは、`refused`(符号)、`says`(文)、`instead`(どうすればよいか)を返し、終了コードは 1
(入力そのものが意味をなさないときは 2)です。入力ファイルに問題があるときは、`problems` の各要素に `file`、
`sheet`、`row`、`column`、`code`、`says` を返し、百を超える分は `more` に符号ごとの件数を返します。終了コードは
3 です。
""",
        list="配列。各要素:",
        holds="内訳:",
        title="({})",
        kinds={
            "number": "数",
            "text": "文字列",
            "texts": "文字列の配列",
            "numbers": "数の配列",
            "yen": "円",
            "day": "日付",
            "moment (UTC)": "日時(UTC)",
            "true or false": "true 又は false",
            "value": "値",
            "percent": "%",
            "the fields of its sentence": "文の項目",
            "yen `billed` and `owed`, and the number of lines in each state": "`billed` と `owed` の円、状態ごとの行数",
            "objections: `code`, `says`, `reason` and the fields of the sentence": (
                "妨げになっている事項: `code`、`says`、`reason` と文の項目"
            ),
        },
    ),
}


def reference(language: i18n.Language) -> str:
    """The page in a language, in Markdown."""
    page = _PAGES[language]
    with i18n.speaking(language):
        return "\n".join([page.head, *(line for report in REPORTS.values() for line in _report(report, page))])


def _report(report: Report, page: _Page) -> Iterator[str]:
    yield f"## `{report.name}`{page.title.format(_(report.title))}\n"
    if not report.list_key:
        yield from (f"{page.list}\n", *_keys(report.columns, page), "")
        return
    if report.dated:
        yield f"* `as_of` {page.kinds.get('day', 'day')}"
    yield from _keys(report.facts, page)
    for table in report.every_table:
        if table.key:
            yield from (f"* `{table.key}` {page.list}", *_keys(table.columns, page, "  "))
    yield ""


def _keys(columns: Iterable[Column], page: _Page, indent: str = "") -> Iterator[str]:
    for column in columns:
        if column.in_json:
            kind = column.data or _KINDS.get(column.kind, column.kind)
            says = page.holds if column.columns else page.kinds.get(kind, kind)
            yield f"{indent}* `{column.key}` {says}{page.title.format(_(column.title)) if column.title else ''}"
            yield from _keys(column.columns, page, f"{indent}  ")
