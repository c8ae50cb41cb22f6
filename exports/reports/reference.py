"""The reference of the JSON: of every list its keys, with what stands under each."""

from collections.abc import Iterable, Iterator

from exports.formats.sheet import Kind
from exports.reports import REPORTS
from exports.reports.report import Column, Report

# How a kind is spoken of, where its name would not do.
_KINDS: dict[Kind, str] = {"count": "number", "moment": "moment (UTC)", "flag": "true or false", "any": "value"}
_HEAD = """# JSON of the lists

What `--json` and `--out FILE.json` give, list by list. Keys and codes are never translated; days are `2012-02-26`, yen
whole numbers; what is not known is `null`. This page is made from the columns of the reports (`exports/reports`).
"""


def reference() -> str:
    """The page, in Markdown."""
    return "\n".join([_HEAD, *(line for report in REPORTS.values() for line in _report(report))])


def _report(report: Report) -> Iterator[str]:
    yield f"## `{report.name}`\n"
    if not report.list_key:
        yield from ("A list; of each:\n", *_keys(report.columns), "")
        return
    if report.dated:
        yield "* `as_of` day"
    yield from _keys(report.facts)
    for table in report.every_table:
        if table.key:
            yield from (f"* `{table.key}` list; of each:", *_keys(table.columns, "  "))
    yield ""


def _keys(columns: Iterable[Column], indent: str = "") -> Iterator[str]:
    for column in columns:
        if column.in_json:
            kind = column.data or _KINDS.get(column.kind, column.kind)
            yield f"{indent}* `{column.key}` {'holds:' if column.columns else kind}"
            yield from _keys(column.columns, f"{indent}  ")
