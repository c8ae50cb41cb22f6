"""From which day rows count as known that do not say so, and what a day that is given later takes over."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Table

from ledger import dates, i18n, tables
from ledger.intake.importer import take_in
from ledger.intake.recognition import read_file
from ledger.intake.report import PASSED_OVER, ImportReport
from ledger.intake.withdrawing import parse_rows, withdraw
from ledger.intake.workbook import sheets
from ledger.store import database
from tests.test_intake import APPLICATIONS, MEMBERS, ONE_DATABASE, SAMPLES, _rows, _take


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2020, 4, 1))


KNOWN = {
    "m.csv": MEMBERS,
    "a.csv": APPLICATIONS,
    "d.csv": "照会番号,入金日,金額,振込依頼人名,申込番号\nN1,2011-11-02,7245,ｺｳﾔﾏ,A1\n",
    "b.csv": "請求書番号,請求日,申込番号,金額\nS1,2012-02-29,A1,7245\n",
    "f.csv": "適用開始日,発行手数料,税率\n2014-04-01,7452,8\n",
    "i.csv": "申込番号,送付日\nA1,2012-01-26\n",
    "r.csv": "申込番号,受領書返送日,記帳日\nA1,,2012-03-31\n",
}


def _days(url: str, table: Table) -> set[date]:
    return {row["known_on"] for row in _rows(url, table)}


def _noted(report: ImportReport) -> dict[str, str]:
    return {Path(note.file).name: note.code for note in report.notes}


def test_rows_that_say_no_day_count_from_the_day_that_fits_their_kind(book_url: str, tmp_path: Path) -> None:
    """A month that is taken in years later answers questions as of that month, but for what came from outside."""
    report = _take(book_url, tmp_path, dict(KNOWN))
    assert _noted(report) == {
        "m.csv": "known-from-today",
        "a.csv": "known-from-row",
        "d.csv": "known-from-row",
        "b.csv": "known-from-row",
        "f.csv": "known-from-row",
        "i.csv": "known-only-from-today",
    }
    today = date(2020, 4, 1)
    facts = {(row["application"], row["name"]): row["known_on"] for row in _rows(book_url, tables.fact)}
    assert (facts["A1", "applied_on"], facts["A1", "mailed_on"]) == (date(2011, 11, 1), today)
    assert facts["A1", "receipt"] == date(2012, 3, 31)
    assert _days(book_url, tables.allocation) == _days(book_url, tables.deposit_known) == {date(2011, 11, 2)}
    assert (_days(book_url, tables.bill_known), _days(book_url, tables.member_known)) == ({date(2012, 2, 29)}, {today})
    for language in i18n.LANGUAGES:
        i18n.use(language)
        assert all("{" not in note.says for note in report.notes)


def test_a_day_of_knowing_that_is_given_later_takes_over_what_was_not_said(book_url: str, tmp_path: Path) -> None:
    _take(book_url, tmp_path, dict(KNOWN))
    bills, given = _rows(book_url, tables.bill_known), date(2012, 2, 1)
    again = _take(book_url, tmp_path, dict(KNOWN), known_on=given)
    assert _noted(again) == dict.fromkeys(("m.csv", "f.csv", "i.csv"), "known-earlier")
    assert {Path(file.name).name for file in again.files if not file.unchanged} == {"m.csv", "f.csv", "i.csv"}
    assert again.corrections == []
    mailed = [row["known_on"] for row in _rows(book_url, tables.fact) if row["name"] == "mailed_on"]
    assert mailed == [date(2020, 4, 1), given]  # appended; nothing of before is changed
    assert _days(book_url, tables.member_known) == {date(2020, 4, 1), given}
    assert _rows(book_url, tables.bill_known) == bills
    before = _rows(book_url, tables.fact)
    for day in (given, date(2012, 2, 20), None):  # the same again, a later day, no day: known already
        assert all(file.unchanged for file in _take(book_url, tmp_path, dict(KNOWN), known_on=day).files)
    assert _rows(book_url, tables.fact) == before


@ONE_DATABASE
def test_day_of_knowing_that_is_given_holds_of_a_file_that_only_repeated_another(book_url: str, tmp_path: Path) -> None:
    """Saved again it told nothing new; what it says counted from when the first told it, and now from before."""
    again: dict[str, str | bytes] = {name: f"{text}\n" for name, text in KNOWN.items() if name != "b.csv"}
    _take(book_url, tmp_path, dict(KNOWN))
    assert all(sheet.taken_in == 0 for file in _take(book_url, tmp_path, again).files for sheet in file.sheets)
    given = date(2012, 2, 1)
    report = _take(book_url, tmp_path, again, known_on=given)
    assert _noted(report) == dict.fromkeys(("m.csv", "f.csv", "i.csv"), "known-earlier")
    mailed = [row["known_on"] for row in _rows(book_url, tables.fact) if row["name"] == "mailed_on"]
    assert mailed == [date(2020, 4, 1), given]
    assert _days(book_url, tables.member_known) == {date(2020, 4, 1), given}
    for day in (given, date(2012, 2, 20)):  # the same again, and a later day: known already
        assert all(file.unchanged for file in _take(book_url, tmp_path, again, known_on=day).files)


@ONE_DATABASE
def test_rows_that_were_withdrawn_are_not_taken_over(book_url: str, tmp_path: Path) -> None:
    _take(book_url, tmp_path, {name: KNOWN[name] for name in ("m.csv", "a.csv")})
    issues: dict[str, str | bytes] = {"i.csv": "申込番号,送付日\nA1,2012-01-26\nB1,2012-01-27\n"}
    _take(book_url, tmp_path, issues)
    with database.writing(book_url) as connection:
        withdraw(connection, parse_rows("3:2"), on=date(2020, 4, 1), reason="行の誤り", by="試験")
    report = _take(book_url, tmp_path, issues, known_on=date(2012, 2, 1))
    told = [(sheet.rows, sheet.taken_in, sheet.passed_over) for file in report.files for sheet in file.sheets]
    assert told == [(1, 1, {"heading": 1, "withdrawn": 1})]
    known = {
        (row["application"], row["known_on"]) for row in _rows(book_url, tables.fact) if row["name"] == "mailed_on"
    }
    assert known == {("A1", date(2020, 4, 1)), ("B1", date(2020, 4, 1)), ("B1", date(2012, 2, 1))}


# --- the sum is the sheet -------------------------------------------------------------------------------------------


def _held(path: Path) -> int:
    """How many rows the sheets of a file hold of which any table was read."""
    read = {table.sheet for table in read_file(path.name, path.read_bytes(), path.suffix).sheets}
    return sum(sum(1 for _row in sheet.rows) for sheet in sheets(path.read_bytes(), path.suffix) if sheet.name in read)


def _require_sums(report: ImportReport, times: int) -> None:
    """Each file that was read tells what became of all of its rows; so many were read."""
    read = [file for file in report.files if not file.unchanged]
    assert len(read) == times
    for file in read:
        told = sum(sheet.rows + sum(sheet.passed_over.values()) for sheet in file.sheets)
        assert told == _held(Path(file.name)), file
        assert all(sheet.rows == sheet.taken_in + sheet.known for sheet in file.sheets)
        assert all(sheet.passed_over.keys() <= PASSED_OVER.keys() for sheet in file.sheets)
    said = [line.partition(":")[0] for line in report.sentences() if line.startswith("全 ")]
    assert said == ([f"全 {sum(_held(Path(file.name)) for file in read):,} 行"] if read else [])


@pytest.mark.thorough
@ONE_DATABASE
@pytest.mark.parametrize("known_on", [None, date(2012, 2, 1), date(2001, 4, 2), date(2020, 3, 31)])
@pytest.mark.parametrize("between", ["nothing", "rows withdrawn", "saved anew"])
def test_rows_taken_in_known_and_passed_over_are_all_rows_however_often_a_file_comes(
    book_url: str, tmp_path: Path, between: str, known_on: date | None
) -> None:
    def take(paths: list[Path], day: date | None) -> ImportReport:
        with database.writing(book_url) as connection:
            return take_in(connection, paths, day, "試験")

    _require_sums(take(SAMPLES, None), len(SAMPLES))
    again = list(SAMPLES)
    if between == "rows withdrawn":
        no = next(no for no, path in enumerate(SAMPLES, 1) if path.name == "発行.csv")
        with database.writing(book_url) as connection:
            withdraw(connection, parse_rows(f"{no}:2"), on=date(2020, 4, 1), reason="行の誤り", by="試験")
    if between == "saved anew":
        again = [tmp_path / path.name for path in SAMPLES if path.suffix == ".csv" and path.name != "開始残高.csv"]
        for path in again:
            path.write_bytes(SAMPLES[0].with_name(path.name).read_bytes() + b"\r\n")
    report = take(again, known_on)
    taken_over = {note.file for note in report.notes if note.code == "known-earlier"}
    _require_sums(report, len(again) if between == "saved anew" else len(taken_over))
    _require_sums(take(again, known_on), 0)


@ONE_DATABASE
def test_day_counted_in_an_era_that_had_ended_is_taken_in_and_said(book_url: str, tmp_path: Path) -> None:
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS})
    issues: dict[str, str | bytes] = {"i.csv": "申込番号,送付日,把握日\nA1,2019-05-07,平成31年5月7日\n"}
    report = _take(book_url, tmp_path, issues)
    notes = [note for note in report.notes if note.code == "era-had-ended"]
    assert [(note.row, note.fields["column"], note.fields["day"]) for note in notes] == [
        (2, "把握日", date(2019, 5, 7))
    ]
    assert "平成31年5月7日" in notes[0].says


CORRECTED = {
    "deposits": (
        "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\nN1,2011-11-02,7245,ｺｳﾔﾏ,A1,2011-11-10\n",
        "照会番号,入金日,金額,振込依頼人名,申込番号\nN1,2011-11-02,7590,ｺｳﾔﾏ,B1\n",
        {"yen": (7245, 7590), "application": ("A1", "B1")},
    ),
    "applications": (
        "申込番号,会員番号,申込日,申込区分,把握日\nA1,東京 第9001号,2011-11-01,新規,2011-11-10\n",
        "申込番号,会員番号,申込日,申込区分\nA1,東京 第9002号,2011-11-03,新規\n",
        {"member": ("東京 第9001号", "東京 第9002号"), "applied_on": (date(2011, 11, 1), date(2011, 11, 3))},
    ),
    "fees": (
        "適用開始日,発行手数料,税率,把握日\n2014-04-01,7452,8,2014-05-01\n",
        "適用開始日,発行手数料,税率\n2014-04-01,7450,8\n",
        {"yen": (7452, 7450)},
    ),
}


@pytest.mark.parametrize("kind", CORRECTED)
def test_row_that_says_no_day_corrects_what_was_known_later_than_its_own_day(
    book_url: str, tmp_path: Path, kind: str
) -> None:
    """It is not put behind what it corrects, and nobody's correction is lost in silence."""
    first, later, changes = CORRECTED[kind]
    _take(book_url, tmp_path, {"m.csv": MEMBERS, "a.csv": APPLICATIONS})
    _take(book_url, tmp_path, {"x.csv": first})
    report = _take(book_url, tmp_path, {"y.csv": later})
    assert {correction.name: (correction.was, correction.now) for correction in report.corrections} == changes
    assert _noted(report)["y.csv"] == "known-from-last"
    again = _take(book_url, tmp_path, {"z.csv": later + "\n"})
    assert [(sheet.taken_in, sheet.known) for file in again.files for sheet in file.sheets] == [(0, 1)]
