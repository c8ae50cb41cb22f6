"""Whose a deposit is, said, split, moved, taken back and withdrawn: the journal follows, and so does every answer."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from ledger import tables
from ledger.booking import allocation, bills, credits, overpayments, refunds
from ledger.booking.allocation import NotAllocated, PartsBeyondDeposit, SettledBeforeKnown, SettledOtherwise
from ledger.booking.recording import withdraw_rows
from ledger.booking.run import book, called_for
from ledger.codes import Account
from ledger.decisions.findings import judge
from ledger.errors import Refusal, UnknownApplication, UnknownDeposit
from ledger.intake import withdrawing
from ledger.intake.importer import take_in
from ledger.intake.withdrawing import RowsOfImport, parse_rows
from ledger.journal import balances
from ledger.journal.refusals import NoReasonGiven
from ledger.store import database
from tests import posted
from tests.posted import APPLIED, ASKED, CHIEF, CLERK

pytestmark = pytest.mark.thorough

A, B, C = "2011-0001", "2011-0002", "2011-0003"
KNOWN, LATER, LAST = date(2011, 12, 1), date(2012, 5, 10), date(2012, 6, 30)
UNENDED = {"applied_on": APPLIED, "paid": []}
SENT = UNENDED | {"mailed_on": date(2012, 1, 26)}
ENDED = posted.ELIGIBLE | {"paid": []}

Step = Callable[[Connection], Any]


def match(reference: str, *parts: str, on: date = LATER) -> Step:
    """A person's word whose a deposit is."""
    read = [allocation.parse_part(part) for part in parts]
    return lambda c: allocation.settle(c, reference, read, on=on, through=LAST, by=CLERK)


def unmatch(reference: str, application: str | None = None, on: date = LATER) -> Step:
    """That word taken back."""
    return lambda c: allocation.take_back(c, reference, application, on=on, reason="誤り", through=LAST, by=CLERK)


def received(reference: str, number: str | None, yen: int = 7245, **more: Any) -> Step:
    """A deposit that comes in, and is booked."""

    def step(connection: Connection) -> None:
        posted.deposit(connection, reference, number, yen=yen, **more)
        book(connection, LAST, by=CLERK)

    return step


def held(connection: Connection) -> dict[str, int]:
    """What each part of the accounts that hold money holds, in yen: `2040 A`."""
    kept: dict[str, int] = {}
    suspense = balances.held(connection, Account.SUSPENSE, "deposit")
    kept |= {f"{Account.SUSPENSE} {part}": yen for part, yen in suspense.items()}
    for account in (Account.FEES_HELD, Account.CLAIMS, Account.AUTHORITY_PAYABLE):
        kept |= {f"{account} {part}": yen for part, yen in balances.held(connection, account, "application").items()}
    return kept


def paid_back(number: str) -> Step:
    """The fee of an application, given back by transfer."""

    def step(connection: Connection) -> None:
        no = refunds.propose(connection, number, on=ASKED, by=CLERK).no
        refunds.approve(connection, no, on=ASKED, by=CHIEF)
        refunds.paid(connection, [no], on=date(2012, 4, 2), by=CLERK)

    return step


def proposed(number: str) -> Step:
    """The fee of an application, proposed to be given back."""
    return lambda c: refunds.propose(c, number, on=ASKED, by=CLERK)


def credited(connection: Connection) -> None:
    """The fee of A set against C."""
    no = credits.propose(connection, A, C, on=ASKED, by=CLERK).no
    credits.approve(connection, no, on=ASKED, by=CHIEF)


def billed_and_paid(number: str) -> Step:
    """The debt to the authority, billed and paid."""

    def step(connection: Connection) -> None:
        posted.billed(connection, "B-1", number, 7245, on=date(2012, 2, 10))
        bills.pay_bill(connection, "B-1", on=date(2012, 2, 20), by=CLERK)

    return step


# What is typed, one after the other, and what each part holds in the end.
COURSES: dict[str, tuple[dict[str, Any], Sequence[Step], dict[str, int]]] = {
    "nobody's": (UNENDED, [received("D", None)], {"2050 D": 7245}),
    "found": (UNENDED, [received("D", None), match("D", A)], {f"2040 {A}": 7245}),
    "found and taken back": (UNENDED, [received("D", None), match("D", A), unmatch("D")], {"2050 D": 7245}),
    "received and taken back": (UNENDED, [received("D", A), unmatch("D")], {"2050 D": 7245}),
    "taken back, another's": (UNENDED, [received("D", A), unmatch("D"), match("D", B)], {f"2040 {B}": 7245}),
    "there and back": (
        UNENDED,
        [received("D", A), unmatch("D"), match("D", B), unmatch("D"), match("D", A)],
        {f"2040 {A}": 7245},
    ),
    "lump": (UNENDED, [received("D", None, 14490), match("D", A, B)], {f"2040 {A}": 7245, f"2040 {B}": 7245}),
    "lump of one and the other found": (
        UNENDED,
        [received("D", A, 14490), match("D", B)],
        {f"2040 {A}": 7245, f"2040 {B}": 7245},
    ),
    "in yen": (
        UNENDED,
        [received("D", None, 10000), match("D", f"{A}=3000", f"{B}=7000")],
        {f"2040 {A}": 3000, f"2040 {B}": 7000},
    ),
    "never more than is due": (
        UNENDED,
        [received("D", None, 9000), match("D", f"{A}=8000")],
        {f"2040 {A}": 7245, "2050 D": 1755},
    ),
    "one part taken back": (
        UNENDED,
        [received("D", None, 14490), match("D", A, B), unmatch("D", A)],
        {"2050 D": 7245, f"2040 {B}": 7245},
    ),
    "one part taken back, and typed again": (
        UNENDED,
        [received("D", None, 14490), match("D", A, B), unmatch("D", A), unmatch("D", A)],
        {"2050 D": 7245, f"2040 {B}": 7245},
    ),
    "short and the rest later": (
        UNENDED,
        [received("D", A, 5000), received("E", A, 2245, on=date(2012, 2, 1))],
        {f"2040 {A}": 7245},
    ),
    "owed to the authority": (SENT, [received("D", A)], {f"2010 {A}": 7245}),
    "owed and taken back": (SENT, [received("D", A), unmatch("D")], {"2050 D": 7245}),
    "owed and another's": (SENT, [received("D", A), unmatch("D"), match("D", B)], {f"2010 {B}": 7245}),
    "paid to the authority and taken back": (
        SENT,
        [received("D", A), billed_and_paid(A), unmatch("D")],
        {"2050 D": 7245, f"1150 {A}": 7245},
    ),
    "the same, and paid after all": (
        SENT,
        [received("D", A), billed_and_paid(A), unmatch("D"), received("E", A, on=date(2012, 5, 20))],
        {"2050 D": 7245},
    ),
    "given back and another's": (
        ENDED,
        [received("D", A), paid_back(A), unmatch("D"), match("D", B)],
        {f"1150 {A}": 7245, f"2040 {B}": 7245},
    ),
    "the same, and the member pays it back": (
        ENDED,
        [received("D", A), paid_back(A), unmatch("D"), received("E", A, on=date(2012, 5, 20))],
        {"2050 D": 7245},
    ),
    "the same, and the member pays too much back": (
        UNENDED | ENDED,
        [received("D", A), paid_back(A), unmatch("D"), received("E", A, 7300, on=date(2012, 5, 20))],
        {"2050 D": 7245, f"2040 {A}": 55},
    ),
    "proposed to be given back: it waits": (ENDED, [received("D", A), proposed(A), unmatch("D")], {}),
    "credited: it waits": (ENDED, [received("D", A), credited, unmatch("D")], {f"2040 {C}": 7245}),
}


@pytest.mark.parametrize("name", COURSES)
def test_the_books_follow_what_is_said_of_a_deposit(book_url: str, name: str) -> None:
    facts, steps, expected = COURSES[name]
    with database.writing(book_url) as connection:
        posted.application(connection, A, facts)
        posted.application(connection, B, SENT if facts is SENT else UNENDED)
        posted.application(connection, C, UNENDED | {"kind": "reissue", "applied_on": date(2012, 3, 1)})
        for step in steps:
            step(connection)
        found = {part: yen for part, yen in held(connection).items() if yen}
        assert found == expected
        assert called_for(connection, LAST).postings == (), (
            "nothing is left to be booked: it was posted when it was said"
        )
        left = {row.code for row in called_for(connection, LAST).left}
        assert ("money_reserved" in left) == ("waits" in name)


def test_what_an_application_is_said_to_have_received_is_what_the_books_hold_by_the_day(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, UNENDED)
        posted.application(connection, B, UNENDED)
        for step in (received("D", A, known_on=KNOWN), unmatch("D", on=LATER), match("D", B, on=LAST)):
            step(connection)

        def fees(on: date) -> dict[str, int | None]:
            return {finding.application: finding.fee_received for finding in judge(connection, on)}

        assert fees(date(2011, 11, 30)) == {A: 0, B: 0}, "received, and not known"
        assert fees(KNOWN) == {A: 7245, B: 0}
        assert fees(LATER) == {A: 0, B: 0}
        assert fees(LAST) == {A: 0, B: 7245}
        assert posted.balance(connection, APPLIED) == {"1110": 7245, "2040": 7245}


def test_a_fee_recovered_by_a_claim_is_not_offered_again(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, ENDED)
        for step in (received("D", A), paid_back(A), unmatch("D"), received("E", A, on=date(2012, 5, 20))):
            step(connection)
        (finding,) = judge(connection, LAST, applications=[A])
        assert (finding.outcome, finding.fee_received, finding.refundable) == ("no_fee", 0, 0)


REFUSED: dict[str, tuple[Sequence[Step], Step, type[Refusal]]] = {
    "an unknown deposit": ([], match("X", A), UnknownDeposit),
    "an unknown application": ([received("D", None)], match("D", "X"), UnknownApplication),
    "nothing left": ([received("D", A)], match("D", B), SettledOtherwise),
    "parts beyond it": ([received("D", None)], match("D", f"{A}=7000", f"{B}=246"), PartsBeyondDeposit),
    "before it was known": ([received("D", None, known_on=LATER)], match("D", A, on=KNOWN), SettledBeforeKnown),
    "before what was said of it": (
        [received("D", None), match("D", A, on=LAST)],
        unmatch("D", on=LATER),
        SettledBeforeKnown,
    ),
    "taken back of another": ([received("D", A)], unmatch("D", B), NotAllocated),
    "taken back again on another day": (
        [received("D", None, 14490), match("D", A, B), unmatch("D", A)],
        unmatch("D", A, on=LAST),
        NotAllocated,
    ),
    "taken back of an unknown one": ([], unmatch("X"), UnknownDeposit),
    "no reason": (
        [received("D", A)],
        lambda c: allocation.take_back(c, "D", None, on=LATER, reason=" ", through=LAST, by=CLERK),
        NoReasonGiven,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_allocated_is_refused_and_changes_nothing(book_url: str, name: str) -> None:
    before, step, refusal = REFUSED[name]
    with database.writing(book_url) as connection:
        posted.application(connection, A, UNENDED)
        posted.application(connection, B, UNENDED)
        for earlier in before:
            earlier(connection)
        kept = held(connection)
        with pytest.raises(refusal):
            step(connection)
        assert held(connection) == kept


# --- withdrawing ----------------------------------------------------------------------------------------------------


FILES = {
    "会員.csv": "会員番号,氏名,司法書士会,氏名カナ,把握日\n東京 第9001号,甲山 太郎,東京,コウヤマ タロウ,2012-01-05\n",
    "申込.csv": "申込番号,会員番号,申込日,申込区分,把握日\nA1,東京 第9001号,2012-01-10,新規,2012-01-10\n"
    "A2,東京 第9001号,2012-01-11,新規,2012-01-11\n",
    "入金.csv": "照会番号,入金日,金額,振込依頼人名,申込番号,把握日\nD1,2012-01-12,7245,ｺｳﾔﾏ,A1,2012-01-12\n"
    "D2,2012-01-12,7245,ｺｳﾔﾏ,A1,2012-01-12\nD3,2012-01-13,7245,ｺｳﾔﾏ,A2,2012-01-13\n",
    "送付.csv": "申込番号,発行日,送付日,把握日\nA1,2012-01-18,2012-01-20,2012-01-20\n",
    "請求.csv": "請求書番号,請求日,申込番号,金額,把握日\nS-1,2012-01-31,A1,7245,2012-02-01\n",
    "口座.csv": "会員番号,氏名,司法書士会,銀行番号,支店番号,預金種目,口座番号,口座名義カナ,把握日\n"
    "東京 第9001号,甲山 太郎,東京,9999,999,普通,1234567,コウヤマ タロウ,2012-02-01\n",
    "改姓.csv": "会員番号,氏名,司法書士会,把握日\n東京 第9001号,乙山 太郎,東京,2012-02-10\n",
}
WITHDRAWN_ON = date(2012, 3, 1)

# What is withdrawn (file and rows), and what the parts hold then.
WITHDRAWALS: dict[str, tuple[str, str, dict[str, int]]] = {
    "one deposit": ("入金.csv", ":3", {"2010 A1": 7245, "2040 A2": 7245}),
    "all deposits": ("入金.csv", "", {}),
    "an application": ("申込.csv", ":3", {"2010 A1": 7245, "2050 D2": 7245, "2050 D3": 7245}),
    "the issue": ("送付.csv", "", {"2040 A1": 7245, "2050 D2": 7245, "2040 A2": 7245}),
    "the bill": ("請求.csv", "", {"2010 A1": 7245, "2050 D2": 7245, "2040 A2": 7245}),
}


@pytest.fixture
def taken_in(book_url: str, tmp_path: Any) -> str:
    """Books with all the files, each its own import, booked."""
    with database.writing(book_url) as connection:
        for name, body in FILES.items():
            (tmp_path / name).write_text(body, encoding="utf-8")
            take_in(connection, [tmp_path / name], None, CLERK)
        book(connection, LAST, by=CLERK)
    return book_url


def number(connection: Connection, file: str) -> int:
    """The number of an import."""
    return next(row.no for row in reversed(withdrawing.imports(connection)) if row.file == file)


def withdraw(connection: Connection, rows: str, on: date = WITHDRAWN_ON, reason: str = "誤り") -> int:
    """Rows that are withdrawn; gives how many."""
    result, _booked = withdraw_rows(connection, parse_rows(rows), on=on, reason=reason, through=LAST, by=CLERK)
    return result.rows


@pytest.mark.parametrize("name", WITHDRAWALS)
def test_what_is_withdrawn_leaves_the_books_and_comes_back_when_taken_in_again(
    taken_in: str, tmp_path: Any, name: str
) -> None:
    file, rows, expected = WITHDRAWALS[name]
    with database.writing(taken_in) as connection:
        before = held(connection)
        as_of = judge(connection, date(2012, 2, 20))
        withdraw(connection, f"{number(connection, file)}{rows}")
        assert held(connection) == expected
        assert called_for(connection, LAST).postings == ()
        again = judge(connection, date(2012, 2, 20))
        assert [vars(finding) for finding in again] == [vars(finding) for finding in as_of], "before it, it counts"
        (tmp_path / "again.csv").write_text(FILES[file] + "\n", encoding="utf-8")
        take_in(connection, [tmp_path / "again.csv"], None, CLERK)
        book(connection, LAST, by=CLERK)
        assert held(connection) == before


def test_the_same_file_is_taken_in_again_once_all_of_it_is_withdrawn(taken_in: str, tmp_path: Any) -> None:
    with database.writing(taken_in) as connection:
        assert take_in(connection, [tmp_path / "入金.csv"], None, CLERK).files[0].unchanged
        for _time in range(2):
            withdraw(connection, str(number(connection, "入金.csv")))
            assert not take_in(connection, [tmp_path / "入金.csv"], None, CLERK).files[0].unchanged
        assert [row.withdrawn for row in withdrawing.imports(connection) if row.file == "入金.csv"] == [
            True,
            True,
            False,
        ]


def test_a_later_line_does_not_carry_on_what_is_withdrawn(taken_in: str) -> None:
    with database.writing(taken_in) as connection:
        withdraw(connection, str(number(connection, "口座.csv")))
        row = connection.execute(
            tables.member_known.select().order_by(
                tables.member_known.c.known_on.desc(), tables.member_known.c.id.desc()
            )
        ).first()
        assert row is not None
        assert (row.name, row.kana, row.account_number) == ("乙山 太郎", "コウヤマ タロウ", None)


def test_a_member_with_applications_cannot_be_withdrawn_and_the_way_there_works(taken_in: str) -> None:
    with database.writing(taken_in) as connection:
        for file in ("口座.csv", "改姓.csv"):
            withdraw(connection, str(number(connection, file)))
    with pytest.raises(withdrawing.MemberHasApplications) as refused, database.writing(taken_in) as connection:
        withdraw(connection, str(number(connection, "会員.csv")))
    assert refused.value.applications == ["A1", "A2"]
    with database.writing(taken_in) as connection:
        for file in ("申込.csv", "会員.csv"):
            withdraw(connection, str(number(connection, file)))


NOT_WITHDRAWN: list[tuple[str, type[Refusal]]] = [
    ("99", withdrawing.UnknownImport),
    ("3:99", withdrawing.NothingToWithdraw),
    ("3:無い!2", withdrawing.NothingToWithdraw),
    ("x", withdrawing.NotRows),
    ("3:x", withdrawing.NotRows),
]


@pytest.mark.parametrize(("rows", "refusal"), NOT_WITHDRAWN)
def test_what_is_not_there_is_not_withdrawn(taken_in: str, rows: str, refusal: type[Refusal]) -> None:
    with database.writing(taken_in) as connection, pytest.raises(refusal):
        withdraw(connection, rows)


def test_withdrawn_twice_before_it_was_known_or_without_a_reason_is_refused(taken_in: str) -> None:
    with database.writing(taken_in) as connection:
        rows = f"{number(connection, '入金.csv')}:3"
        with pytest.raises(withdrawing.WithdrawnBeforeKnown):
            withdraw(connection, rows, on=date(2012, 1, 11))
        with pytest.raises(NoReasonGiven):
            withdraw(connection, rows, reason=" ")
        withdraw(connection, rows)
        withdraw(connection, rows)  # typed again: nothing changes
        with pytest.raises(withdrawing.NothingToWithdraw):
            withdraw(connection, rows, reason="別の理由")


ROWS: list[tuple[str, RowsOfImport]] = [
    ("3", RowsOfImport(3)),
    (" 3:5 ", RowsOfImport(3, ((5, 5),))),
    ("3:5,7-9", RowsOfImport(3, ((5, 5), (7, 9)))),
    ("3:受領!14", RowsOfImport(3, ((14, 14),), "受領")),
]


@pytest.mark.parametrize(("typed", "rows"), ROWS, ids=[typed for typed, _rows in ROWS])
def test_rows_are_named_as_they_are_typed(typed: str, rows: RowsOfImport) -> None:
    assert parse_rows(typed) == rows


# --- as of any day --------------------------------------------------------------------------------------------------


def test_nothing_is_returned_before_it_was_received(book_url: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, UNENDED)
        received("D", A, 8000, on=date(2012, 3, 20))(connection)
        with pytest.raises(Refusal):
            overpayments.return_deposit(connection, "D", on=date(2012, 3, 10), by=CLERK)
        overpayments.return_deposit(connection, "D", on=date(2012, 3, 20), by=CLERK)


@pytest.mark.parametrize("day", ["2012-03-10", "2012-03-19"])
def test_the_database_takes_nothing_out_before_it_came_in(book_url: str, day: str) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, A, UNENDED)
        received("D", A, 8000, on=date(2012, 3, 20))(connection)
        no = connection.execute(text("SELECT max(no) + 1 FROM entry")).scalar_one()
        signed = "'2012-03-20 00:00:00', 'x'"
        connection.execute(
            text(
                'INSERT INTO entry (recorded_at, "by", no, happened_on, event, key, digest)'
                f" VALUES ({signed}, {no}, '{day}', 'overpayment_returned', 'k', 'd')"
            )
        )
        movement = (
            f"INSERT INTO movement (entry, nth, debit, credit, yen, deposit) VALUES ({no}, 1, '2050', '2020', 1, 'D')"
        )
        with pytest.raises(DatabaseError, match="not-held"), connection.begin_nested():
            connection.execute(text(movement))
