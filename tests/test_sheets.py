"""The sheets of the month that tell an account part by part, and what was corrected or entered late."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from exports.formats.sheet import Sheet, lines
from exports.reports import association, member, month, year
from ledger import dates, i18n, tables
from ledger.booking import bills
from ledger.booking.billed import billed
from ledger.booking.run import book
from ledger.codes import ASSOCIATIONS
from ledger.dates import FiscalYear, Month
from ledger.i18n import LANGUAGES, Language
from ledger.journal.balances import trial_balance
from ledger.statements import late
from ledger.statements import month as statements
from ledger.statements.association import association_statement
from ledger.statements.fees_held import HELD
from ledger.statements.member import member_statement
from ledger.statements.month import month_statement
from ledger.statements.subsidiary import AccountParts, PartAmounts
from ledger.statements.year import year_statement
from ledger.store import database
from tests import desk, given
from tests.copies import FilledOnce
from tests.test_statements import (
    CHIEF,
    CLERK,
    LAST,
    SEPTEMBER,
    TOKYO,
    at_months_end,
    compare,
    day,
    failing,
    statement,
)

pytestmark = pytest.mark.thorough


@pytest.fixture
def months_end(filled_once: FilledOnce, monkeypatch: pytest.MonkeyPatch) -> str:
    """See `at_months_end`."""
    return at_months_end(filled_once, monkeypatch)


# --- subsidiary ledgers ---------------------------------------------------------------------------------------------


def test_each_part_goes_on_from_what_was_brought_forward(months_end: str) -> None:
    parts = {}
    with database.reading(months_end) as connection:
        found = month_statement(connection, SEPTEMBER)
        for ledger in found.details.subsidiary:
            assert ledger.total == ledger.in_ledger, ledger.account
            for part in ledger.parts:
                moved = sum(posted.line.credit - posted.line.debit for posted in part.lines)
                sign = -1 if found.chart.accounts[ledger.account].on_debit_side else 1
                assert part.closing == part.opening + sign * moved, part
                assert part.opening or part.lines, part
                parts[ledger.account, part.part] = part.opening, part.closing
            assert ledger.total == sum(part.closing for part in ledger.parts), ledger.account
            assert len(ledger.parts) == len(list(ledger.parts))
    assert parts["2010", "2011-0001"] == (7245, 0)
    assert parts["2010", "2012-0103"] == (7245, 7245)
    assert parts["2050", "D-77"] == (0, 7245)


class _MovedParts(AccountParts):
    """AccountParts of which those in which nothing moved are left out."""

    def amounts(self) -> Iterator[PartAmounts]:
        return (part for part in super().amounts() if part.lines)


def _without_unmoved(made: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: [
        replace(ledger, parts=_MovedParts(*(getattr(ledger.parts, name) for name in ("journal", "chart", "account"))))
        for ledger in made(*given)
    ]


def _without_any(_made: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *_given, **_named: []


def _nothing_waived(made: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: replace(made(*given), waived=0)


@pytest.mark.parametrize(
    ("name", "broken", "noticed"),
    [
        ("subsidiary_ledgers", _without_unmoved, "subsidiary"),
        ("suspense", _without_any, "suspense"),
        ("payable", _nothing_waived, "authority_payable"),
    ],
)
def test_sheet_that_leaves_something_out_does_not_agree(
    months_end: str, monkeypatch: pytest.MonkeyPatch, name: str, broken: Callable[..., Any], noticed: str
) -> None:
    monkeypatch.setattr(statements, name, broken(getattr(statements, name)))
    assert failing(statement(months_end)) == {noticed}


# --- what waits, and what was billed --------------------------------------------------------------------------------


def test_deposit_in_suspense_tells_whose_it_could_be(months_end: str) -> None:
    with database.writing(months_end) as connection:
        of = given.source(connection)
        of_application = {"applied_on": day(9, 20), "paid": []}
        given.application(connection, of, "2012-0199", of_application, member=TOKYO, as_of=LAST)
        given.deposit(connection, of, "D-78", day(9, 25), 7245, None)
        connection.execute(
            tables.deposit_known.insert().values(
                deposit="D-78", received_on=day(9, 25), yen=7245, payer="2012-0199", known_on=day(9, 25), source=of
            )
        )
        book(connection, LAST, by=CLERK)
    rows = {row.reference: row for row in statement(months_end).details.suspense}
    assert (rows["D-77"].since, rows["D-77"].days, rows["D-77"].left) == (day(9, 11), 19, 7245)
    assert (rows["D-77"].state, rows["D-77"].candidates) == ("no_candidate", ())
    assert (rows["D-78"].state, rows["D-78"].candidates) == ("one_candidate", ("2012-0199",))


def test_bills_as_of_the_last_day_are_those_of_today(months_end: str) -> None:
    """Nothing happened after September: what is said as of its last day is what is said now."""
    with database.reading(months_end) as connection:
        assert bills.reconcile_as_of(connection, LAST) == bills.reconcile(connection)
        assert bills.reconcile_as_of(connection, day(8, 31)) != bills.reconcile(connection)


def test_bills_of_before_stay_until_they_agree(months_end: str) -> None:
    october = Month(2012, 10)
    with database.reading(months_end) as connection:
        now = [(row.line.application, row.line.state) for row in billed(connection, SEPTEMBER.first, LAST)]
        later = [(row.line.application, row.next_step) for row in billed(connection, october.first, october.last)]
    assert now[0] == ("2011-0001", "billed_though_waived")
    assert now[-1] == ("2012-0103", "agreed")
    assert dict(later)["2011-0001"] == "ask"
    assert dict(later)["2012-0103"] == "to_transfer"


# --- corrections, and what was late ---------------------------------------------------------------------------------


def test_correction_names_what_was_posted_instead(months_end: str) -> None:
    with database.writing(months_end) as connection:
        of = given.source(connection)
        mailed = {
            "application": "2012-0104",
            "name": "mailed_on",
            "day": day(9, 7),
            "known_on": day(9, 29),
            "source": of,
        }
        connection.execute(tables.fact.insert().values(mailed))
        book(connection, LAST, by=CLERK)
    found = statement(months_end)
    by_event = {row.original.event: row for row in found.corrections}
    corrected = by_event["certificate_issued"]
    assert (corrected.original.on, corrected.reversal.on) == (day(9, 5), day(9, 29))
    assert corrected.instead is not None
    assert (corrected.instead.event, corrected.instead.reverses) == ("certificate_issued", None)
    assert by_event["transfer_fee"].instead is None
    assert len(found.corrections) == sum(entry.reverses is not None for entry in found.entries)


@pytest.mark.parametrize(
    ("entered", "count"),
    [(datetime(2012, 11, 5, 14, 59), 0), (datetime(2012, 11, 5, 15, 0), 1), (datetime(2013, 1, 1), 1)],
    ids=["two months after", "the day after, in Japan", "long after"],
)
def test_entry_is_late_from_the_day_after_the_cycle(entered: datetime, count: int, months_end: str) -> None:
    of_day = next(entry for entry in statement(months_end).entries if entry.on == day(9, 5))
    found = list(late.LateEntries([replace(of_day, recorded_at=entered)]))
    assert len(found) == count
    assert [row.days for row in found] == [(dates.day_of(entered) - day(9, 5)).days] * count


def test_entry_of_a_closed_month_is_late_by_its_own_day(months_end: str) -> None:
    of_day = next(entry for entry in statement(months_end).entries if entry.on == day(9, 5))
    (found,) = list(late.LateEntries([replace(of_day, for_day=day(7, 1), recorded_at=datetime(2012, 9, 5))]))
    assert (found.fact_on, found.days) == (day(7, 1), 66)


@pytest.mark.parametrize(
    ("on", "months", "expected"),
    [
        (day(12, 31), 2, date(2013, 2, 28)),
        (day(9, 5), 2, day(11, 5)),
        (day(1, 31), 1, day(2, 29)),
        (day(10, 31), 2, day(12, 31)),
    ],
)
def test_same_day_months_later(on: date, months: int, expected: date) -> None:
    assert dates.months_after(on, months) == expected


# --- a year ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_year_is_the_golden_one(months_end: str, language: Language, update: bool) -> None:
    i18n.use(language)
    with database.reading(months_end) as connection:
        cover, *others = year.made(connection, FiscalYear(2012, 4)).sheets
    shown = [cover, *(sheet for sheet in others if sheet.name in (year.BALANCES, year.MOVEMENTS, year.FEES))]
    text = "\n\n".join("\n".join(csv_lines(sheet)) for sheet in shown)
    compare(f"year-2012.{language}.txt", text + "\n", update=update)


def csv_lines(sheet: Sheet) -> Iterator[str]:
    """A sheet as a person reads it in a diff: its name, its titles, its rows, sums included."""
    yield f"== {i18n._(sheet.name)}"
    for block in sheet.blocks:
        yield " | ".join(i18n._(column.title) for column in block.columns)
        for row in lines(block):
            yield " | ".join("" if cell is None else str(getattr(cell, "value", cell)) for cell in row.cells)


def test_year_goes_on_from_month_to_month(months_end: str) -> None:
    with database.reading(months_end) as connection:
        found = year_statement(connection, FiscalYear(2012, 4))
        for nth, of_month in enumerate(found.year.months):
            closing = {balance.code: balance.balance for balance in trial_balance(connection, of_month.last)}
            assert {row.account.opening.code: row.left[nth] for row in found.accounts} == closing
    assert found.whole.agrees
    assert sum(row.left[-1] for row in found.accounts if row.account.opening.code in HELD) == found.fees[-1].left
    for row in found.accounts:
        assert (sum(row.debits), sum(row.credits)) == (row.account.debit, row.account.credit)


@pytest.mark.parametrize(
    ("begins", "first", "last"), [(4, "2012-04-01", "2013-03-31"), (1, "2012-01-01", "2012-12-31")]
)
def test_year_begins_with_the_month_that_is_set(begins: int, first: str, last: str) -> None:
    found = FiscalYear(2012, begins)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert FiscalYear.ending(found.last) == found


def test_setting_says_when_a_year_begins(book_url: str, tmp_path: Path) -> None:
    for value, first in (("10月", "平成24年10月"), ("4", "平成24年4月")):
        desk.done(book_url, "settings", "set", "fiscal_year_begins", value, by=CHIEF)
        file = tmp_path / f"{first}.xlsx"
        desk.done(book_url, "statement", "year", "2012", "--out", str(file))
        assert first in [cell.value for cell in load_workbook(file)["月別残高"][5]]
    for file in sorted(tmp_path.glob("*.xlsx")):
        assert desk.done(book_url, "verify", str(file)).exit_code == 0


# --- an association -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_association_is_the_golden_one(months_end: str, language: Language, update: bool) -> None:
    i18n.use(language)
    with database.reading(months_end) as connection:
        shown = association.made(connection, "東京", SEPTEMBER.first, LAST).sheets
    text = "\n\n".join("\n".join(csv_lines(sheet)) for sheet in shown)
    compare(f"association.{language}.txt", text + "\n", update=update)


def test_associations_together_are_the_month(months_end: str) -> None:
    whole = statement(months_end)
    with database.reading(months_end) as connection:
        every = [association_statement(connection, name, SEPTEMBER.first, LAST) for name in ASSOCIATIONS]
    assert [holding for of in every for holding in of.held] == list(whole.held)
    assert sum(len(of.applications) for of in every) == sum(row.applications for row in whole.associations)
    for row in whole.associations:
        (of,) = [found for found in every if found.name == row.name]
        assert (len(of.members), of.moved("received"), of.moved("left")) == (row.members, row.received, row.left)


def test_association_without_anybody_is_told_so(months_end: str) -> None:
    with database.reading(months_end) as connection:
        made = association.made(connection, "釧路", SEPTEMBER.first, LAST)
    assert [sheet.name for sheet in made.sheets if association.NOTHING not in sheet.notes] == [association.SUMMARY]


def test_period_of_an_association_begins_with_the_fiscal_year(kept: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    for as_of, first in (("2012-03-31", "平成23年4月1日"), ("2012-04-01", "平成24年4月1日")):
        words = ("statement", "association", "東京司法書士会", "--as-of", as_of)
        desk.done(kept, *words, "--sheet", "概要", "--out", str(file), "--replace")
        assert any(first in str(cell.value) for row in load_workbook(file).worksheets[0].iter_rows() for cell in row)


# --- nothing at all -------------------------------------------------------------------------------------------------


def test_month_without_anything_says_so_on_every_sheet(book_url: str) -> None:
    i18n.use("en")
    with database.reading(book_url) as connection:
        made = month.made(connection, SEPTEMBER)
    silent = [sheet.name for sheet in made.sheets if month.NOTHING not in sheet.notes]
    assert silent == ["Cover", "Trial balance"]
    assert all(block.columns for sheet in made.sheets for block in sheet.blocks)


def test_sheet_about_a_member_on_which_nothing_stands_says_so(months_end: str) -> None:
    with database.reading(months_end) as connection:
        found = member_statement(connection, TOKYO, LAST)
    bare = replace(found, facts=[], conditions=[], deposits=[], returns=[], decisions=[], ledger=[])
    silent = [sheet.name for sheet in member.workbook(bare).sheets if member.NOTHING not in sheet.notes]
    assert silent == ["Summary"]
    assert not any(sheet.notes for sheet in (*member.workbook(bare, form=3).sheets, *member.workbook(found).sheets))


def test_accounts_in_which_nothing_ever_moved_are_left_out(months_end: str) -> None:
    with database.reading(months_end) as connection:
        made = {sheet.name: sheet for sheet in month.made(connection, SEPTEMBER).sheets}
    rows = lines(made["Trial balance of the month"].blocks[0])
    codes = [row.cells[0] for row in rows if row.style == "normal"]
    assert codes == ["1110", "2010", "2020", "2040", "2041", "2050", "2060", "5310"]


# --- one sheet alone ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


MONTH = ("statement", "month", "2012-04")


@pytest.mark.parametrize("name", ["仮受金明細", "Suspense receipts", "suspense receipts", " 仮受金明細 "])
def test_sheet_is_found_by_its_name_in_either_language(kept: str, tmp_path: Path, name: str) -> None:
    desk.done(kept, *MONTH, "--sheet", name, "--out", str(file := tmp_path / "x.xlsx"))
    assert load_workbook(file).sheetnames == ["仮受金明細"]
    assert desk.done(kept, "verify", str(file)).exit_code == 0


def test_sheet_alone_is_that_of_the_whole_workbook(kept: str, tmp_path: Path) -> None:
    desk.done(kept, *MONTH, "--out", str(tmp_path / "whole.xlsx"))
    whole = load_workbook(tmp_path / "whole.xlsx")
    for name in whole.sheetnames:
        desk.done(kept, *MONTH, "--sheet", name, "--out", str(tmp_path / "one.xlsx"), "--replace")
        (sheet,) = load_workbook(tmp_path / "one.xlsx").worksheets
        assert [*sheet.values] == [*whole[name].values], name


def test_csv_of_a_sheet_has_every_row_that_is_data(kept: str, tmp_path: Path) -> None:
    """Also a row whose cells are worked out in their own way; sums and headings are left out."""
    with database.reading(kept) as connection:
        for sheet in month.made(connection, Month(2012, 4)).sheets[1:]:
            blocks = [list(lines(replace(block, total=""))) for block in sheet.blocks]
            data = [row.cells for rows in blocks for row in rows if row.style == "normal"]
            desk.done(kept, *MONTH, "--sheet", sheet.name, "--out", str(file := tmp_path / f"{sheet.name}.csv"))
            written = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
            titles = sum(block.titled for block in sheet.blocks)
            assert len([row for row in written if row]) == len(data) + titles, sheet.name


def test_sheet_as_csv_has_its_rows_under_the_titles(kept: str, tmp_path: Path) -> None:
    desk.done(kept, *MONTH, "--sheet", "訂正・取消一覧", "--out", str(file := tmp_path / "x.csv"))
    titles, *rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    assert titles[:3] == ["取消仕訳No.", "取消仕訳の日付", "元の仕訳No."]
    assert rows
    assert all(len(row) == len(titles) for row in rows)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("month 2012-04 --sheet 仮受金明細 --out x.json", "no-sheet-format"),
        ("month 2012-04 --sheet 仮受金明細 --pdf --out x.csv", "not-a-workbook"),
        ("month 2012-04 --out x.csv", "not-a-workbook"),
        ("association 東京 --from 2012-05-02 --as-of 2012-05-01 --out x.xlsx", "ends-before-it-begins"),
        ("association 江戸 --out x.xlsx", "no-such-association"),
    ],
)
def test_statement_that_cannot_be_written_is_refused(kept: str, words: str, code: str) -> None:
    said = desk.typed(kept, "statement", *words.split())
    assert (said.exit_code, f"({code})" in said.output) == (2, True), said.output


def test_name_of_no_sheet_is_answered_with_those_near_to_it(kept: str, tmp_path: Path) -> None:
    said = desk.typed(kept, *MONTH, "--sheet", "仮受金の明細", "--out", str(tmp_path / "x.xlsx"))
    assert (said.exit_code, "仮受金明細" in said.output, "(no-such-sheet)" in said.output) == (2, True, True)
    assert not (tmp_path / "x.xlsx").exists()
