"""The statements say what the books say, are the same every time, and notice when the books do not agree."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from sqlalchemy import Connection, text

from exports.formats import csv, terminal, xlsx
from exports.formats.sheet import Sheet, Workbook
from exports.reports import REPORTS, member, month
from ledger import dates, facts, i18n, masking, tables
from ledger.booking import credits, overpayments, refunds
from ledger.booking.events import transfer_fee
from ledger.booking.reversals import reverse
from ledger.booking.run import book
from ledger.codes import CREDIT_STATES, OUTCOMES, REFUND_STATES, SLIP_STATES, STATES, VERDICTS
from ledger.dates import Month
from ledger.decisions import store
from ledger.decisions.findings import judge
from ledger.errors import UnknownMember
from ledger.i18n import LANGUAGES, Language
from ledger.journal import ledgers
from ledger.journal.entries import Entry, post
from ledger.people.register import numerically
from ledger.statements import due as outstanding
from ledger.statements import labels
from ledger.statements.member import member_statement
from ledger.statements.month import MonthStatement, month_statement
from ledger.store import database
from migrations import triggers
from tests import given, posted
from tests.copies import FilledOnce

GOLDEN = Path(__file__).parent / "golden"
SEPTEMBER = Month(2012, 9)
LAST = SEPTEMBER.last

CLERK, CHIEF = "乙川", "丙田"
PEOPLE = (
    ("東京 第9001号", "甲山 太郎", "東京", "1234567"),
    ("東京 第9010号", "髙﨑 花子", "東京", None),
    ("札幌 第9002号", "=1+1", "札幌", "0012345"),
    ("大阪 第9003号", "丁野 次郎", "大阪", "7654321"),
    ("沖縄 第9004号", "戊田 三郎", "沖縄", "12345"),
)
TOKYO, TAKASAKI, SAPPORO, OSAKA, OKINAWA = (number for number, *_rest in PEOPLE)


def day(month: int, day: int, year: int = 2012) -> date:
    """A day, of 2012 unless said otherwise."""
    return date(year, month, day)


REVOKED = {
    "applied_on": day(11, 1, 2011),
    "mailed_on": day(1, 26),
    "downloaded_on": "none",
    "downloads_checked_on": day(8, 31),
    "revoked_on": day(2, 26),
    "reason": "receipt_not_returned",
    "side": "認証局事由",
}
APPLICATIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("2011-0001", TOKYO, REVOKED),
    ("2011-0002", SAPPORO, REVOKED),
    ("2011-0003", OSAKA, REVOKED),
    ("2011-0004", OKINAWA, REVOKED),
    ("2011-0010", TAKASAKI, REVOKED | {"reason": "info_changed", "mailed_on": day(2, 1), "downloaded_on": day(2, 3)}),
    ("2012-0101", TOKYO, {"applied_on": day(9, 3), "kind": "reissue", "previous": "2011-0001", "paid": [8000]}),
    ("2012-0102", OSAKA, {"applied_on": day(9, 4), "kind": "reissue", "previous": "2011-0003", "paid": []}),
    ("2012-0103", OKINAWA, {"applied_on": day(8, 1), "mailed_on": day(8, 20)}),
    ("2012-0104", TAKASAKI, {"applied_on": day(8, 1), "mailed_on": day(9, 5)}),
    ("2012-0105", SAPPORO, {"applied_on": day(9, 10), "withdrawn_on": day(9, 12)}),
)


def facts_known(connection: Connection) -> None:
    """The members, applications, deposits and bills of the small federation."""
    of = given.source(connection, "台帳.xlsx")
    for number, name, association, account in PEOPLE:
        connection.execute(tables.member.insert().values(number=number, source=of))
        bank = {"bank": "9999", "branch": "999", "account_type": "1"} if account else {}
        connection.execute(
            tables.member_known.insert().values(
                member=number,
                name=name,
                association=association,
                account_number=account,
                known_on=day(1, 1, 2011),
                source=of,
                **bank,
            )
        )
    for number, whose, told in APPLICATIONS:
        given.application(connection, of, number, told, member=whose, as_of=LAST)
    given.deposit(connection, of, "D-77", day(9, 11), 7245, None)
    for nth, (application, yen) in enumerate((("2012-0103", 7245), ("2011-0001", 7245), ("2012-9999", 7245)), 1):
        line = {"bill": "B-09", "billed_on": day(9, 20), "application": application, "nth": nth, "yen": yen}
        connection.execute(tables.bill_known.insert().values(line | {"known_on": day(9, 20), "source": of}))


def september(connection: Connection) -> None:
    """The month of the small federation: fees, two refunds, one of them returned, a credit, an overpayment."""
    facts_known(connection)
    book(connection, day(8, 31), by=CLERK)
    book(connection, LAST, by=CLERK)
    first = refunds.propose(connection, "2011-0001", on=day(9, 21), by=CLERK).no
    second = refunds.propose(connection, "2011-0002", on=day(9, 21), by=CLERK).no
    third = refunds.propose(connection, "2011-0004", on=day(9, 22), by=CLERK).no
    for no in (first, second):
        refunds.approve(connection, no, on=day(9, 24), by=CHIEF)
    refunds.reject(connection, third, on=day(9, 24), reason="口座の確認待ち", by=CHIEF)
    refunds.paid(connection, [first, second], on=day(9, 26), by=CLERK)
    refunds.returned(connection, second, on=day(9, 27), reason="口座名義相違", by=CLERK)
    credit = credits.propose(connection, "2011-0003", "2012-0102", on=day(9, 21), by=CLERK).no
    credits.approve(connection, credit, on=day(9, 25), by=CHIEF)
    overpayments.return_deposit(connection, "2012-0101-1", on=day(9, 25), by=CLERK)
    store.keep(connection, judge(connection, LAST), by=CHIEF)
    charges = [Entry(f"charge:{nth}", day(9, 26), "transfer_fee", tuple(transfer_fee(yen=440))) for nth in (1, 2)]
    reverse(connection, post(connection, charges, by=CLERK)[1], on=day(9, 28), reason="二重に記帳", by=CHIEF)


def at_months_end(filled_once: FilledOnce, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books at the end of the small federation's September; the clock stands still."""
    monkeypatch.setattr(dates, "now", lambda: datetime(2012, 10, 1, 0, 30))
    return filled_once(_september)


def _september(url: str) -> None:
    with database.writing(url) as connection:
        september(connection)


@pytest.fixture
def months_end(filled_once: FilledOnce, monkeypatch: pytest.MonkeyPatch) -> str:
    """See `at_months_end`."""
    return at_months_end(filled_once, monkeypatch)


# What of a statement is read as it is gone through.
_READ_THROUGH = ("entries", "late", "received", "held", "decided")


def statement(url: str) -> MonthStatement:
    """The statement of September, gone through while the books are open."""
    with database.reading(url) as connection:
        found = month_statement(connection, SEPTEMBER)
        read: dict[str, Any] = {name: list(getattr(found, name)) for name in _READ_THROUGH}
        return replace(found, **read)


def workbook(url: str) -> Workbook:
    """The workbook of September, gone through while the books are open."""
    with database.reading(url) as connection:
        made = month.made(connection, SEPTEMBER)
        return replace(made, sheets=tuple(_held(sheet) for sheet in made.sheets))


def _held(sheet: Sheet) -> Sheet:
    return replace(sheet, blocks=tuple(replace(block, rows=list(block.rows)) for block in sheet.blocks))


def failing(of: MonthStatement) -> set[str]:
    """The codes of the controls that do not agree."""
    return {control.code for control in of.controls if control.holds is False}


def written(workbook: Workbook) -> bytes:
    """The workbook's bytes."""
    out = io.BytesIO()
    xlsx.compose(workbook, out)
    return out.getvalue()


def dumped(workbook: Workbook) -> str:
    """Every cell of a workbook as a line: place, value (with the formula of a sum), number format, style."""
    content = written(workbook)
    formulas, values = (openpyxl.load_workbook(io.BytesIO(content), data_only=only) for only in (False, True))
    parts = []
    for sheet in formulas:
        parts.append(f"== {sheet.title}")
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and cell.value is not None:
                    value = values[sheet.title][cell.coordinate].value
                    parts.append(f"{cell.coordinate} {_cell(cell, value)}")
    return "\n".join(parts) + "\n"


def _cell(cell: Cell, value: object) -> str:
    shown = repr(value.isoformat()) if isinstance(value, datetime) else repr(value)
    formula = f" {cell.value}" if cell.data_type == "f" else ""
    number_format = "" if cell.number_format in ("General", "@") else f" [{cell.number_format}]"
    return f"{shown}{formula}{number_format} {cell.style}"


def compare(name: str, found: str, *, update: bool) -> None:
    """Compares with the golden file, or writes it anew for a person to read."""
    golden = GOLDEN / name
    if update:
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8"), (
        f"read what changed, then: pytest {Path(__file__).name} --update"
    )


# --- the month ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_month_is_the_golden_one(months_end: str, language: Language, update: bool) -> None:
    i18n.use(language)
    found = dumped(workbook(months_end))
    compare(f"month-2012-09.{language}.txt", re.sub("[0-9a-f]{64}|[0-9a-f]{12}…", "<SHA-256>", found), update=update)


def test_the_same_month_gives_the_same_bytes(months_end: str) -> None:
    one, other = (written(workbook(months_end)) for _ in range(2))
    assert one == other


def test_what_happens_later_leaves_the_month_as_it_was(months_end: str) -> None:
    before = dumped(workbook(months_end))
    with database.writing(months_end) as connection:
        of = given.source(connection)
        given.application(connection, of, "2012-0200", {"applied_on": day(10, 2)}, member=TOKYO, as_of=day(10, 31))
        book(connection, day(10, 31), by=CLERK)
        refunds.approve(connection, 2, on=day(10, 3), by=CHIEF)
        refunds.paid(connection, [2], on=day(10, 3), by=CLERK)
        store.keep(connection, judge(connection, day(10, 31)), by=CHIEF)
    assert dumped(workbook(months_end)) == before


def test_all_controls_of_an_honest_month_agree(months_end: str) -> None:
    found = statement(months_end)
    assert failing(found) == set()
    assert [control.code for control in found.controls if control.holds is None] == ["bank_balance"]
    assert {control.account.code for control in found.controls if control.code == "parts" and control.account} >= {
        "2010",
        "2020",
        "2040",
    }


def test_an_empty_month_is_a_month(book_url: str) -> None:
    found = statement(book_url)
    assert failing(found) == set()
    assert not found.entries
    assert "== " in dumped(workbook(book_url))


def tamper(url: str, *statements: str) -> None:
    """Changes the books as nobody may: around the triggers."""
    with database.writing(url) as connection:
        triggers.drop_all(connection)
        for each in statements:
            connection.execute(text(each))


FEE = "entry IN (SELECT no FROM entry WHERE event = 'fee_received' AND happened_on >= '2012-09-01')"
REFUND = "entry IN (SELECT no FROM entry WHERE event = '{event}' AND reverses IS NULL)"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        pytest.param(f"UPDATE movement SET yen = yen + 1 WHERE {FEE}", {"unchanged", "deposits"}, id="a fee"),
        pytest.param(
            f"UPDATE movement SET yen = yen + 1 WHERE {REFUND.format(event='refund_paid')}",
            {"unchanged", "refunds_paid", "refunds_open", "below_zero"},
            id="a refund paid",
        ),
        pytest.param(
            f"UPDATE movement SET yen = yen - 1 WHERE {REFUND.format(event='credit_applied')}",
            {"unchanged", "credits_applied", "credits_open"},
            id="a credit",
        ),
        pytest.param(
            f"UPDATE movement SET credit_application = NULL WHERE {FEE}",
            {"unchanged", "parts", "fees_held"},
            id="whose fee it is",
        ),
        pytest.param(
            f"UPDATE movement SET credit = '4900', credit_application = NULL WHERE {FEE}",
            {"unchanged", "deposits"},
            id="the account",
        ),
        pytest.param(
            f"UPDATE movement SET credit = '2050' WHERE {REFUND.format(event='refund_returned')}",
            {"unchanged", "refunds_came_back", "refunds_paid", "parts"},
            id="where it went",
        ),
        pytest.param(
            "UPDATE entry SET event = 'overpaid' WHERE event = 'credit_applied'", {"unchanged"}, id="what happened"
        ),
        pytest.param("UPDATE refund SET yen = 7000 WHERE no = 1", {"refunds_paid"}, id="the refund itself"),
        pytest.param(
            "UPDATE entry SET happened_on = '2012-08-31' WHERE event = 'credit_applied'",
            {"credits_applied"},
            id="the day",
        ),
    ],
)
def test_controls_notice_what_was_changed_around_the_triggers(months_end: str, change: str, noticed: set[str]) -> None:
    tamper(months_end, change)
    found = statement(months_end)
    assert failing(found) == noticed
    i18n.use("en")
    cover = terminal.format_sheet(workbook(months_end).sheets[0])
    assert re.search(r" × ", cover)
    assert "not agreeing: " in cover


def test_a_deposit_that_was_not_booked_is_noticed(months_end: str) -> None:
    with database.writing(months_end) as connection:
        given.deposit(connection, given.source(connection), "D-78", day(9, 29), 7245, None)
    assert failing(statement(months_end)) == {"deposits"}


def test_a_deposit_whose_entry_was_reversed_is_noticed(months_end: str) -> None:
    with database.writing(months_end) as connection:
        (entry,) = ledgers.entries(connection, account="2050", first=day(9, 11), last=day(9, 11))
        posted.reversed_before(connection, entry.no, on=day(9, 28), reason="誤り", by=CHIEF)
    assert failing(statement(months_end)) == {"deposits"}


def test_a_deposit_corrected_after_the_month_is_right_as_it_was_booked(months_end: str) -> None:
    with database.writing(months_end) as connection:
        of = given.source(connection)
        connection.execute(
            tables.deposit_known.insert().values(
                deposit="2012-0104-1",
                received_on=day(8, 1),
                yen=7000,
                payer="ﾀｶｻｷ",
                application="2012-0104",
                known_on=day(9, 30),
                source=of,
            )
        )
    assert failing(statement(months_end)) == set()


def test_fees_held_tell_where_each_yen_went(months_end: str) -> None:
    held = {holding.application: holding for holding in statement(months_end).held}
    for holding in held.values():
        went = holding.authority + holding.refunded + holding.credited + holding.other
        assert holding.before + holding.received - went == holding.left, holding
    assert (held["2011-0003"].authority, held["2011-0003"].credited) == (-7245, 7245)
    assert (held["2012-0102"].credited, held["2012-0102"].left) == (-7245, 7245)
    assert held["2011-0001"].refunded == 7245
    assert (held["2012-0101"].left, held["2012-0101"].days) == (7245, 27)
    assert held["2012-0104"].state == "issued"
    assert "2012-0103" not in held


def test_lists_run_by_association_then_number(months_end: str) -> None:
    people = [holding.member for holding in statement(months_end).held]
    assert [person.association for person in people] == sorted(
        (person.association for person in people), key=["札幌", "東京", "大阪", "沖縄"].index
    )
    assert numerically("東京 第9号") < numerically("東京 第10号")


def test_returns_carry_the_tax_inside_and_hide_the_account(months_end: str) -> None:
    first, second, *_others = sorted(statement(months_end).returns, key=lambda each: (each.way != "refund", each.no))
    assert (first.yen, first.tax_percent, first.tax, first.account) == (7245, 5, 345, "***4567")
    assert (second.state, second.open, second.done_on) == ("returned", True, None)
    assert [masking.account(literal) for literal in ("12345", "123456", "1")] == ["***45", "***456", "*"]


def test_no_code_is_shown_to_a_person(months_end: str) -> None:
    shown = dumped(workbook(months_end))
    codes = {*OUTCOMES, *VERDICTS, "receipt_not_returned", "withdrawn_before_issue", "fee_received", "revoked_on"}
    assert [code for code in codes if "_" in code and code in shown] == []


# --- the other statements -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_member_is_the_golden_one(months_end: str, language: Language, update: bool) -> None:
    i18n.use(language)
    with database.reading(months_end) as connection:
        found = member.workbook(member_statement(connection, TOKYO, LAST))
    compare(f"member.{language}.txt", dumped(found), update=update)
    assert "1234567" not in dumped(found)


def test_member_sees_only_their_own(months_end: str) -> None:
    with database.reading(months_end) as connection:
        found = member_statement(connection, OSAKA, LAST)
    assert {line.part for line in found.ledger} == {"2011-0003", "2012-0102"}
    assert {finding.application for finding in found.findings} == {"2011-0003", "2012-0102"}
    left = {(line.account.code, line.part): line.left for line in found.ledger}
    assert left["2040", "2011-0003"] == left["2041", "2011-0003"] == 0
    assert left["2040", "2012-0102"] == 7245


def test_an_unknown_member_is_refused(months_end: str) -> None:
    with database.reading(months_end) as connection, pytest.raises(UnknownMember):
        member_statement(connection, "東京 第1号", LAST)


def test_receipts_are_due_by_the_days_of_the_policy(book_url: str) -> None:
    told = {"applied_on": day(1, 1), "mailed_on": day(1, 26)}
    with database.writing(book_url) as connection:
        of = given.source(connection)
        given.member(connection, of)
        for number, more in (
            ("live", {}),
            ("returned", {"receipt_on": day(2, 20)}),
            ("revoked", {"revoked_on": day(2, 1)}),
            ("expired", {"expires_on": day(2, 19)}),
            ("none so far", {"receipt_on": "none", "receipts_entered_to": day(2, 10)}),
        ):
            given.application(connection, of, number, told | more, as_of=day(3, 31))
    expected = {
        day(2, 19): ("waiting", 24, {"live", "none so far", "returned"}),
        day(2, 20): ("remind", 25, {"live", "none so far"}),
        day(2, 25): ("remind", 30, {"live", "none so far"}),
        day(2, 26): ("revocable", 31, {"live", "none so far"}),
    }
    with database.reading(book_url) as connection:
        for on, (state, count, who) in expected.items():
            rows = outstanding.due(connection, on)
            assert {row.application for row in rows} == who
            assert {(row.state, row.day) for row in rows} == {(state, count)}
            assert {(row.reminder_on, row.revocable_on) for row in rows} == {(day(2, 20), day(2, 26))}
        listing = REPORTS["due"].ask(connection, {"as_of": day(2, 26)})
    assert listing.data()["due"][0] == {
        "association": "東京",
        "name": "甲山 太郎",
        "application": "live",
        "member": given.MEMBER,
        "mailed_on": day(1, 26),
        "day": 31,
        "reminder_on": day(2, 20),
        "revocable_on": day(2, 26),
        "state": "revocable",
    }


def lists(connection: Connection) -> dict[str, Callable[[], Sheet]]:
    """Every list that a command shows."""
    questions: dict[str, dict[str, object]] = {
        "due": {},
        "check": {"everyone": True},
        "decisions": {},
        "bill": {},
        "refund list": {},
        "credit list": {},
        "balance": {},
        "entries": {"account": "2020"},
    }
    listings = {name: REPORTS[name].ask(connection, question | {"as_of": LAST}) for name, question in questions.items()}
    return {name: listing.sheet for name, listing in listings.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_the_golden_ones(months_end: str, language: Language, update: bool) -> None:
    i18n.use(language)
    with database.reading(months_end) as connection:
        shown = "\n\n".join(terminal.format_sheet(make()) for make in lists(connection).values())
    compare(f"lists.{language}.txt", shown + "\n", update=update)


def test_every_writer_takes_every_list(months_end: str, tmp_path: Path) -> None:
    with database.reading(months_end) as connection:
        for name, make in lists(connection).items():
            assert written(Workbook(name, LAST, (make(),)))
            csv.write(make(), tmp_path / f"{name}.csv")
            assert (tmp_path / f"{name}.csv").read_bytes()


def test_every_code_has_its_word() -> None:
    assert set(labels.OUTCOMES) == set(OUTCOMES)
    assert set(labels.VERDICTS) == set(VERDICTS)
    assert set(STATES) == {*REFUND_STATES, *CREDIT_STATES, *SLIP_STATES}
    assert all(labels.fact(column) for column in facts.COLUMNS)
