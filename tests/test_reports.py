"""A report is one value: whatever is shown, written or documented of a list follows from its columns."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exports import issued
from exports.formats.json import text
from exports.reports import REPORTS
from exports.reports.reference import reference
from exports.reports.report import Column
from ledger import i18n
from ledger.i18n import N_, _
from ledger.store import database
from tests import desk

DOCS = Path(__file__).parents[1] / "docs"
PAGES: dict[i18n.Language, Path] = {"en": DOCS / "json.md", "ja": DOCS / "json.ja.md"}
DAY = date(2012, 4, 30)
ASKED: dict[str, dict[str, object]] = {
    "check": {"everyone": True},
    "find": {"text": "甲山", "as_of": None},  # today: by the day of the others no member was known
    "notices compare": {"file": Path(__file__).parent / "proposed" / "n2027_04_01.py"},
}


@pytest.fixture(scope="module", params=["sqlite"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


def _keys(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {column.key: _keys(column.columns) for column in columns if column.in_json}


def _agrees(data: Any, keys: dict[str, Any]) -> bool:
    """Whether a record, and each record within it, has exactly these keys."""
    records = data if isinstance(data, list) else [data]
    return all(
        list(record) == list(keys)
        and all(_agrees(record[key], nested) for key, nested in keys.items() if nested and record[key] is not None)
        for record in records
    )


@pytest.mark.parametrize("language", PAGES)
def test_page_on_the_json_is_made_from_the_reports(language: i18n.Language, update: bool) -> None:
    path, page = PAGES[language], reference(language)
    if update:
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page, "read what changed, then: pytest tests/test_reports.py --update"


@pytest.mark.parametrize("name", REPORTS)
def test_json_has_the_keys_of_the_columns(kept: str, name: str) -> None:
    report = REPORTS[name]
    with database.reading(kept) as connection:
        answer = json.loads(text(report.ask(connection, {"as_of": DAY} | ASKED.get(name, {})).data()))
    if not report.list_key:
        assert answer and _agrees(answer, _keys(report.columns))
        return
    for table in report.every_table:
        if table.key:
            assert _agrees(answer.pop(table.key), _keys(table.columns))
    assert answer.keys() == ({"as_of"} if report.dated else set()) | {column.key for column in report.facts}


@pytest.mark.parametrize("name", REPORTS)
def test_new_column_is_everywhere_at_once(
    kept: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line: it stands in the terminal, the CSV, the workbook and the JSON, and the workbook is verified."""
    report = replace(
        REPORTS[name], columns=(*REPORTS[name].columns, Column("new", N_("Association"), lambda _row: "〇"))
    )
    monkeypatch.setitem(REPORTS, name, report)
    with database.reading(kept) as connection:
        listing = report.ask(connection, {"as_of": DAY} | ASKED.get(name, {}))
        for ending in ("xlsx", "csv", "json"):
            issued.write(connection, listing, tmp_path / f"x.{ending}")
    assert _("Association") in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    assert listing.sheet().blocks[0].columns[-1].key == "new"
    if name != "notices compare":
        assert json.loads(desk.done(kept, "verify", str(tmp_path / "x.xlsx"), "--json").stdout)["notes"] == []


def test_keys_are_named_once() -> None:
    for report in REPORTS.values():
        for table in report.every_table:
            on_paper = [column.key for column in table.block().columns]
            in_json = [column.key for column in table.columns if column.in_json]
            for keys in (on_paper, in_json):
                assert len(keys) == len(set(keys)), (report.name, keys)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_codes_are_the_same_in_both_languages(kept: str, language: i18n.Language) -> None:
    i18n.use(language)
    with database.reading(kept) as connection:
        first = REPORTS["due"].ask(connection, {"as_of": date(2012, 2, 20)}).data()["due"][0]
    assert first["state"] in ("waiting", "remind", "revocable")


def test_a_list_is_loaded_when_it_is_asked_for_and_bears_the_name_it_is_asked_by() -> None:
    program = "import sys; from exports.reports import REPORTS; REPORTS['due']; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "exports.reports.due" in loaded and "exports.reports.check" not in loaded
    assert [report.name for report in REPORTS.values()] == [*REPORTS]
