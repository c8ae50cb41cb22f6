"""A workbook that an earlier version handed out: it is known to be one, and compared column by column all the same."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from exports.issued import stamp
from exports.issued.read import ReadWorkbook
from exports.issued.stamp import LAYOUT
from exports.reports import REPORTS, report
from exports.reports.report import Column
from ledger import dates
from ledger.i18n import N_
from tests import desk
from tests.earlier import letter_of_before
from tests.test_handed_out import STATEMENTS, changed, edited, marked, places_of, verified, written

EXAMPLE = Path(__file__).parent / "proposed" / "n2027_04_01.py"


@pytest.fixture(scope="module", params=["sqlite"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened, and a decision was kept; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture
def due(kept: str, tmp_path: Path) -> Path:
    """The receipts outstanding, with a total of the days."""
    return written(kept, tmp_path / "due.xlsx", *STATEMENTS["due"])


def _with_columns(monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[list[Column]], list[Column]]) -> None:
    """From now on the list has other columns."""
    of = REPORTS[name]
    monkeypatch.setitem(REPORTS, name, replace(of, columns=tuple(change(list(of.columns)))))


def _codes(found: Any) -> list[str]:
    return [note["code"] for note in found["notes"]]


ADDED = Column("days_left", N_("Day"), lambda row: 31 - row.day, kind="count", total=True)


def test_file_of_before_a_column_was_added_agrees(kept: str, due: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_columns(monkeypatch, "due", lambda columns: [columns[4], ADDED, *columns[:4], *columns[5:]])
    found = verified(kept, due)
    assert (found["ok"], _codes(found)) == (True, ["earlier-layout", "columns-since"])
    assert "days_left" in found["notes"][1]["says"]
    assert len(desk.typed(kept, "verify", str(due)).stdout.splitlines()) == 3


def test_file_of_before_a_column_was_taken_out_agrees(kept: str, due: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_columns(monkeypatch, "due", lambda columns: columns[1:])
    found = verified(kept, due)
    assert (found["ok"], _codes(found)) == (True, ["earlier-layout", "columns-gone"])
    assert "association" in found["notes"][1]["says"]


@pytest.mark.parametrize("name", ["refund list", "check", "balance", "bill", "entries", "decisions"])
def test_file_with_sums_of_before_columns_changed_agrees(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    asked = "--everyone" if name == "check" else ""
    file = written(kept, tmp_path / "x.xlsx", *filter(None, [*name.split(), asked]))
    _with_columns(monkeypatch, name, lambda columns: [*columns[2:], Column("new", N_("State"), lambda _row: "x")])
    found = verified(kept, file)
    assert (found["ok"], _codes(found)) == (True, ["earlier-layout", "columns-gone", "columns-since"])


def test_changed_cell_of_an_older_file_is_named(kept: str, due: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_columns(monkeypatch, "due", lambda columns: [ADDED, *reversed(columns[1:])])
    edited(due, lambda book: changed(book.worksheets[0]["E7"]))
    found = verified(kept, due)
    assert (found["ok"], places_of(found)) == (False, [("cell-differs", load_workbook(due).sheetnames[0], "E7")])


def _first_moment(file: Path) -> datetime:
    cells = (cell.value for row in load_workbook(file).worksheets[0].iter_rows() for cell in row)
    return next(value for value in cells if isinstance(value, datetime) and value.time() != time())


def test_moments_of_an_older_file_are_compared_in_the_time_that_it_has(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What says when something was written was once in UTC; today it is in Japan's time, and JSON stays in UTC."""
    with monkeypatch.context() as before:
        before.setattr(report, "IN_JAPAN", "")
        before.setattr(dates, "in_japan", lambda moment: moment)
        older = written(kept, tmp_path / "older.xlsx", *STATEMENTS["decisions"])
    newer = written(kept, tmp_path / "newer.xlsx", *STATEMENTS["decisions"])
    found = verified(kept, older)
    assert (found["ok"], _codes(found)) == (True, ["earlier-layout"])
    assert verified(kept, newer)["ok"]
    utc, japan = map(_first_moment, (older, newer))
    assert japan - utc == timedelta(hours=9)
    decided_at = desk.answered(kept, "decisions")[0]["decided_at"]
    assert abs(datetime.fromisoformat(decided_at) - utc) < timedelta(seconds=2)


# What the workbook of a month has had since.
_SHEETS_SINCE = (
    "合計残高試算表(月次)",
    "補助元帳",
    "入金",
    "銀行勘定照合",
    "仮受金明細",
    "認証局請求照合",
    "訂正・取消一覧",
    "遅延入力一覧",
)


def _of_version_0_1(book: Any) -> None:
    if "会別集計" in book.sheetnames:
        for name in _SHEETS_SINCE:
            del book[name]
    for name in [prop.name for prop in book.custom_doc_props.props]:
        if name.startswith(LAYOUT):
            del book.custom_doc_props[name]

    def earlier(said: dict[str, Any]) -> None:
        question = said.pop("question")
        said["about"] = said["about"] or "".join(f"{key} {question[key]}" for key in ("member",) if key in question)
        said["of"] += " --all" if question.get("everything") else ""

    marked(earlier)(book)


# The statements that say since how a fee goes back, by which ruling, when it was decided and why; on how many sheets.
SINCE = {"month": 3, "member": 2, "check": 1, "check of everyone": 1, "refunds": 1, "credits": 1}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "statement", ["month", "member", "letter", "check", "check of everyone", "due", "refunds", "credits", "balance"]
)
def test_file_of_version_0_1_agrees(kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    monkeypatch.setattr(stamp, "FORM", 2)
    if statement == "letter":
        file = letter_of_before(kept, 1, tmp_path / "x.xlsx")
    else:
        file = written(kept, tmp_path / "x.xlsx", *STATEMENTS[statement])
    found = verified(kept, edited(file, _of_version_0_1))
    if statement in SINCE:  # the file that stands for one of 0.1 has the columns that came since
        moved = {"cell-differs", "format-differs"} if statement in ("month", "member", "refunds", "credits") else set()
        moved |= {"rows-added", "row-missing"} if statement == "month" else set()
        assert {fault["code"] for fault in found["faults"]} <= {"columns-added", "formula-differs"} | moved
        codes = [code for code in _codes(found) if code != "sheet-since"]
        assert codes == ["earlier-layout", *["columns-since"] * SINCE[statement]]
        assert len(_codes(found)) - len(codes) == (len(_SHEETS_SINCE) if statement == "month" else 0)
    else:
        assert (found["ok"], _codes(found)) == (True, ["earlier-layout"])


def test_properties_are_short_enough_for_every_program(kept: str, tmp_path: Path) -> None:
    month = written(kept, tmp_path / "x.xlsx", *STATEMENTS["month"])
    properties = ReadWorkbook(month.read_bytes()).properties
    assert len(properties) > 2
    assert all(len(text) < 250 for text in properties.values())


def test_comparison_of_notices_is_verified_with_the_notice(kept: str, tmp_path: Path) -> None:
    file = written(kept, tmp_path / "x.xlsx", "notices", "compare", str(EXAMPLE), "--as-of", "2012-09-30")
    assert "(notice-not-given)" in desk.typed(kept, "verify", str(file)).output
    found = json.loads(desk.done(kept, "verify", str(file), "--notice", str(EXAMPLE), "--json").stdout)
    assert (found["ok"], found["notes"]) == (True, [])
