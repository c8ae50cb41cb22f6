"""What has to be done is found, told with a command that can be typed, and agrees with what closing says."""

import shlex
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from ledger import dates, tables
from ledger.booking import approvals, refunds
from ledger.booking.bills import pay_bill
from ledger.booking.closing_points import REASONS, Objection, against
from ledger.booking.disputes import dispute
from ledger.booking.run import book
from ledger.codes import WORK
from ledger.dates import Month
from ledger.decisions import store
from ledger.decisions.findings import SUPPLY, judge
from ledger.settlements import refunds as every_refund
from ledger.store import database, safekeeping
from ledger.todo.asked import AskedBooks
from ledger.todo.kinds import KINDS
from ledger.todo.work import Work, most_urgent, todo
from tests import desk, given, posted, test_waiting
from tests.commands import COMMANDS
from tests.desk import CHIEF, CLERK

LAST = date(2012, 6, 30)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; no test here changes them."""
    with desk.books(request, desk.everything, "todo") as url:
        yield url


def found(connection: Connection, as_of: date = LAST, **more: Any) -> dict[str, Work]:
    """What has to be done, by kind."""
    return {work.kind: work for work in todo(AskedBooks(connection, as_of, **more))}


def typed_words(command: str) -> list[str]:
    """The words of a command of ours as the shell reads them; whatever it names has to be a command that parses."""
    program, *words = shlex.split(command)
    assert program == "seisan", command
    name = next(name for n in (3, 2, 1) if (name := " ".join(words[:n])) in COMMANDS or f"{name} list" in COMMANDS)
    own = COMMANDS.get(name) or COMMANDS[f"{name} list"]
    own.make_context(name, words[len(name.split()) :])
    return words


# --- each kind ------------------------------------------------------------------------------------------------------


def mailed(connection: Connection, number: str, **facts: Any) -> None:
    """A certificate that is paid for, issued and mailed."""
    posted.application(connection, number, {"applied_on": date(2012, 3, 1), "mailed_on": date(2012, 3, 10)} | facts)


def returned(connection: Connection) -> None:
    """The transfer of a refund came back."""
    no = paid(connection)
    refunds.returned(connection, no, on=date(2012, 5, 4), reason="口座なし", by=CLERK)


def proposed(connection: Connection) -> int:
    """The refund of a fee is proposed."""
    posted.application(connection, "A")
    book(connection, posted.ASKED, by=CLERK)
    return refunds.propose(connection, "A", on=posted.ASKED, by=CLERK).no


def approved(connection: Connection) -> int:
    """That refund is approved."""
    no = proposed(connection)
    refunds.approve(connection, no, on=posted.ASKED, by=CHIEF)
    return no


def paid(connection: Connection) -> int:
    """That refund is paid."""
    no = approved(connection)
    refunds.paid(connection, [no], on=date(2012, 5, 2), by=CLERK)
    return no


def fallen(connection: Connection) -> None:
    """What was approved is no longer what would be paid: the account of the member has changed."""
    approved(connection)
    test_waiting.account(connection)


def overpaid(connection: Connection) -> None:
    """A fee is paid twice."""
    mailed(connection, "A")
    posted.deposit(connection, "D-2", "A", on=date(2012, 3, 6))
    book(connection, LAST, by=CLERK)


def loose(connection: Connection) -> None:
    """A transfer is for nothing known."""
    posted.deposit(connection, "D-9", None, on=date(2012, 3, 5))
    book(connection, LAST, by=CLERK)


def charged(connection: Connection) -> None:
    """The bank charges something, and no book holds it."""
    row = {"line": "7776-20120305-1", "account": "9999-999-8887776", "form": "statement", "way": "out", "yen": 440}
    row |= {"happened_on": date(2012, 3, 5), "known_on": date(2012, 3, 5), "state": "ordinary", "digest": "0" * 64}
    connection.execute(tables.bank_line.insert().values(row | {"source": given.source(connection)}))


def unpaid(connection: Connection) -> None:
    """A certificate is issued for which nothing was received."""
    posted.application(connection, "A", {"applied_on": date(2012, 3, 1), "mailed_on": date(2012, 3, 10)}, paid=[])


def billed(connection: Connection, yen: int = 7245) -> None:
    """The authority bills a certificate."""
    mailed(connection, "A")
    book(connection, LAST, by=CLERK)
    posted.billed(connection, "S-1", "A", yen, on=date(2012, 4, 30))


def disputed(connection: Connection) -> None:
    """The authority is asked about what it billed."""
    billed(connection, 7250)
    dispute(connection, "S-1", "A", on=date(2012, 5, 10), reason="金額", document=None, by=CLERK)


def outdated(connection: Connection) -> None:
    """A decision is kept, and another fact becomes known."""
    posted.application(connection, "A")
    book(connection, posted.ASKED, by=CLERK)
    store.keep(connection, judge(connection, posted.ASKED), by=CLERK)
    posted.fact(connection, "A", "used", known_on=date(2012, 6, 1), day=date(2012, 6, 1), code="yes")


def asking(connection: Connection) -> None:
    """It was asked whether a fee comes back, and the authority has not said whether the certificate was used."""
    facts = {name: day for name, day in posted.ELIGIBLE.items() if not name.startswith("used")}
    posted.application(connection, "A", facts)
    book(connection, posted.ASKED, by=CLERK)
    store.keep(connection, judge(connection, posted.ASKED), by=CLERK)


def doubtful(connection: Connection) -> None:
    """A certificate was revoked for a breach of obligations."""
    posted.application(connection, "A", reason="obligation_breach")
    book(connection, posted.ASKED, by=CLERK)


def coming_back(connection: Connection) -> None:
    """A fee comes back."""
    posted.application(connection, "A")
    book(connection, posted.ASKED, by=CLERK)


def to_credit(connection: Connection) -> None:
    """A fee comes back to a member whose reissue is not paid."""
    coming_back(connection)
    posted.application(connection, "B", {"applied_on": date(2012, 4, 2), "kind": "reissue", "previous": "A"}, paid=[])


def without_fee(connection: Connection) -> None:
    """A transfer is for an application of a day for which no fee is known."""
    posted.application(connection, "A", {"applied_on": date(1999, 1, 5)}, paid=[])
    posted.deposit(connection, "D-9", "A", on=date(2012, 3, 5))
    book(connection, LAST, by=CLERK)


def waived_after_payment(connection: Connection) -> None:
    """The authority was paid for a certificate whose fee it waives."""
    coming_back(connection)
    posted.billed(connection, "S-1", "A", 7245, on=date(2012, 3, 1))
    pay_bill(connection, "S-1", on=date(2012, 3, 15), by=CLERK)
    store.keep(connection, judge(connection, posted.ASKED), by=CLERK)
    book(connection, LAST, by=CLERK)


# How things of a kind come up, and the first words of what is typed next.
MADE: dict[str, tuple[Callable[[Connection], object], str]] = {
    "revocable": (lambda c: mailed(c, "A"), "due"),
    "reminders": (lambda c: mailed(c, "A", mailed_on=date(2012, 6, 1)), "letter"),
    "refunds_to_propose": (coming_back, "refund propose --everyone"),
    "credits_to_propose": (to_credit, "credit propose A --to B"),
    "fee_not_known": (without_fee, "template fees"),
    "authority_claims": (waived_after_payment, "bill"),
    "missing_used": (asking, "template usage"),
    "rulings_needed": (doubtful, "check --application A"),
    "refunds_returned": (returned, "refund approve 1"),
    "approvals_fallen": (fallen, "refund approve 1"),
    "payer_settings": (proposed, "settings"),
    "refunds_approved": (approved, "refund file"),
    "refunds_proposed": (proposed, "refund approve 1"),
    **{code: (made, "") for code, (_table, made, _end) in test_waiting.KINDS.items() if code != "refunds_proposed"},
    "deposits_unknown": (loose, "match"),
    "overpayments": (overpaid, "overpaid return D-2"),
    "bank_lines": (charged, "bank --state bank_only"),
    "to_book": (lambda c: mailed(c, "A"), "book --through 2012-06-30"),
    "fee_not_received": (unpaid, "entries --application A"),
    "fees_owed": (
        lambda c: posted.application(c, "A", {"applied_on": posted.APPLIED}, paid=[]),
        "applications --owing --as-of 2012-06-30",
    ),
    "decisions_outdated": (outdated, "decision outdated"),
    "receipts_missing": (lambda c: mailed(c, "A"), "template receipts"),
    "bills_to_pay": (billed, "bill pay S-1"),
    "bills_disputed": (lambda c: billed(c, 7250), "bill"),
    "disputes": (disputed, "bill --disputed"),
    "months_to_close": (loose, "close 2012-03"),
    "not_billed": (overpaid, "bill"),
    "backup_unknown": (loose, ""),
    "verify_unknown": (loose, "verify"),
}


def test_every_kind_is_found_somehow() -> None:
    assert tuple(KINDS) == WORK.codes
    assert {f"missing_{fact}" for fact in SUPPLY} <= KINDS.keys()
    assert len({WORK[code].said for code in WORK.codes}) == len(WORK.codes)


@pytest.mark.parametrize("code", MADE)
def test_what_came_up_is_told_with_what_is_typed_next(book_url: str, code: str) -> None:
    make, command = MADE[code]
    with database.writing(book_url, dry_run=True) as connection:
        if code in test_waiting.KINDS:
            posted.application(connection, test_waiting.A)
            book(connection, posted.ASKED, by=CLERK)
        day = dates.today() if code == "people_changes" else LAST
        assert code not in found(connection, day)
        make(connection)
        work = found(connection, day)[code]
        assert work.count
        assert work.next.startswith(f"seisan {command}") or work.next.startswith("pg_dump ")
        if work.next.startswith("seisan"):
            typed_words(work.next)


# --- what closing says ----------------------------------------------------------------------------------------------

# Where `todo` names what a point of closing names: under its own code, or under these.
NAMED_UNDER = {
    "suspense": ("deposits_unknown", "overpayments", "fee_not_known"),
    "refunds_approved": ("refunds_approved", "approvals_fallen"),
    "undetermined": (
        *(f"missing_{fact}" for fact in SUPPLY),
        *("rulings_needed", "rulings_proposed", "decisions_outdated"),
    ),
    "bills": ("bills_disputed",),
}
# What is no work: the bank's own word, which is asked for when the month is closed, and the sums of its statement.
ASKED_BY_CLOSE = {"bank_not_given", "bank_differs", "bank_differed", "controls"}


def test_every_point_of_closing_is_a_kind_of_work() -> None:
    assert not ASKED_BY_CLOSE & KINDS.keys()
    for code in REASONS.keys() - ASKED_BY_CLOSE:
        assert set(NAMED_UNDER.get(code, (code,))) <= KINDS.keys(), code


def named(point: Objection) -> list[str]:
    """What a point of closing names; nothing, where it only counts."""
    fields = ("numbers", "subjects", "applications", "parts", "lines")
    names = next((point.fields[name] for name in fields if name in point.fields), [])
    assert isinstance(names, list)
    return names


def require_named(connection: Connection, month: Month) -> set[str]:
    """Everything that closing the month names stands in what has to be done as of its last day; gives the codes."""
    works = found(connection, month.last)
    codes = set()
    for point in against(connection, month, None, 0):
        if point.code in ASKED_BY_CLOSE:
            continue
        codes.add(point.code)
        under = NAMED_UNDER.get(point.code, (point.code,))
        items = [item for code in under if code in works for item in works[code].items]
        names = named(point)
        assert set(names) <= {item.name for item in items} | {str(item.application) for item in items}, (month, point)
        assert len(items) >= (point.fields.get("count") or len(names)) > 0, (month, point)  # type: ignore[operator]
    return codes


def test_what_closing_names_has_to_be_done(books: str) -> None:
    with database.reading(books) as connection:
        codes = {code for number in range(1, 8) for code in require_named(connection, Month(2012, number))}
    assert len(codes) >= 10, codes


@pytest.mark.parametrize("code", MADE)
def test_what_came_up_is_named_as_closing_names_it(book_url: str, code: str) -> None:
    with database.writing(book_url, dry_run=True) as connection:
        if code in test_waiting.KINDS:
            posted.application(connection, test_waiting.A)
            book(connection, posted.ASKED, by=CLERK)
        MADE[code][0](connection)
        require_named(connection, Month.of(LAST))


# --- the whole list -------------------------------------------------------------------------------------------------


def test_each_command_that_is_typed_next_is_one(books: str) -> None:
    with database.reading(books) as connection:
        works = found(connection)
    assert len(works) >= 20, works.keys()
    assert list(works) == [code for code in WORK.codes if code in works]
    for work in works.values():
        if work.next.startswith("seisan "):
            typed_words(work.next)
        assert work.oldest in work.items


def test_of_an_association_what_is_about_its_members(books: str) -> None:
    with database.reading(books) as connection:
        asked = AskedBooks(connection, LAST)
        tokyo = {work.kind: work.count for work in todo(asked, "東京")}
        assert not todo(asked, "札幌")
        every = found(connection)
    assert tokyo["refunds_proposed"] and "deposits_unknown" in every and "deposits_unknown" not in tokyo
    assert all(count <= every[kind].count for kind, count in tokyo.items())


def test_an_approval_fell_for_many_as_for_one(books: str, book_url: str) -> None:
    with database.reading(books) as connection:
        rows = every_refund(connection)
        one_by_one = {refund.no for refund in rows if approvals.fell(connection, refund) is not None}
        assert approvals.fallen(connection, rows) == one_by_one
    with database.writing(book_url, dry_run=True) as connection:
        fallen(connection)
        assert approvals.fallen(connection, every_refund(connection)) == {1}


def test_more_of_the_same_asks_no_more_of_the_database(book_url: str) -> None:
    counted = []
    for count in (3, 30):
        with database.writing(book_url, dry_run=True) as connection:
            for n in range(count):
                posted.application(connection, f"A{n}", paid=[])
                posted.deposit(connection, f"D{n}", f"A{n}" if n % 3 else None)
                posted.billed(connection, "S-1", f"A{n}", 7250, on=date(2012, 4, 30))
            book(connection, posted.ASKED, by=CLERK)
            eligible = [row.application for row in judge(connection, posted.ASKED) if row.outcome == "eligible"]
            for number in eligible:
                no = refunds.propose(connection, number, on=posted.ASKED, by=CLERK).no
                refunds.approve(connection, no, on=posted.ASKED, by=CHIEF)
            statements: list[str] = []
            event.listen(connection, "before_cursor_execute", lambda *words: statements.append(words[2]))  # noqa: B023
            assert found(connection)["refunds_approved"].count == len(eligible) >= count // 2
            counted.append(len(statements))
    assert counted[0] == counted[1] < 120, counted


# --- the command ----------------------------------------------------------------------------------------------------


def test_nothing_to_do_is_said(book_url: str, tmp_path: Path) -> None:
    assert "まだ取り込んでいません" in desk.done(book_url, "todo").output
    (tmp_path / "会員.csv").write_text("会員番号,氏名,司法書士会\n東京 第9001号,甲山 太郎,東京\n", encoding="utf-8")
    desk.done(book_url, "import", str(tmp_path / "会員.csv"))
    assert "やることはありません" in desk.done(book_url, "todo").output
    assert desk.answered(book_url, "todo", "--as-of", "2012-06-30") == {"as_of": "2012-06-30", "todo": []}


def test_an_association_that_there_is_not_is_refused(book_url: str) -> None:
    answer = desk.typed(book_url, "todo", "--association", "東凶")
    assert answer.exit_code and "no-such-association" in answer.output


def test_other_programs_read_what_a_person_reads(books: str) -> None:
    answer = desk.answered(books, "todo", "--as-of", "2012-06-30")
    assert answer["as_of"] == "2012-06-30"
    assert all(list(row) == ["kind", "count", "yen", "oldest", "next"] for row in answer["todo"])
    row = next(row for row in answer["todo"] if row["kind"] == "deposits_unknown")
    assert row == {
        "kind": "deposits_unknown",
        "count": 1,
        "yen": 7245,
        "oldest": {"no": "N-LOOSE", "on": "2012-03-07"},
        "next": "seisan match",
    }


def test_a_list_that_was_handed_out_is_made_again(books: str, tmp_path: Path) -> None:
    file = tmp_path / "やること.xlsx"
    desk.done(books, "todo", "--as-of", "2012-06-30", "--backed-up-on", "2012-06-01", "--out", str(file))
    assert desk.answered(books, "verify", str(file))["faults"] == []


@pytest.mark.usefixtures("each_their_own")  # a copy is opened by nobody else
def test_when_the_books_were_cared_for_is_remembered(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = book_url
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (file := tmp_path / "入金.csv").write_text(
        "照会番号,入金日,金額,振込依頼人名,申込番号\nD-9,2012-03-05,7245,ﾌﾒｲ,\n", encoding="utf-8"
    )
    desk.done(url, "import", str(file))

    def kinds() -> set[str]:
        return {row["kind"] for row in desk.answered(url, "todo")["todo"]}

    assert {"backup_unknown", "verify_unknown"} <= kinds()
    desk.done(url, "verify")
    assert "backup_unknown" in kinds() and "verify_unknown" not in kinds()
    if url.startswith("sqlite"):
        desk.done(url, "backup", str(tmp_path / "控え.db"))
        assert not {"backup_unknown", "verify_unknown"} & kinds()
    with database.reading(url) as connection:
        assert safekeeping.last(connection, "verify") == dates.today()
        safekeeping.remember(connection, "backup", date(2012, 6, 1))
        days = {"backed_up_on": date(2012, 6, 1), "verified_on": date(2012, 6, 1)}
        assert "backup_overdue" in found(connection, **days)
        assert "verify_overdue" not in found(connection, **days)
        assert "verify_overdue" in found(connection, date(2012, 7, 2), **days)


def test_the_most_urgent_is_the_first_of_the_list(books: str) -> None:
    with database.reading(books) as connection:
        first = most_urgent(connection, LAST)
        assert first is not None
        assert first.kind == next(iter(found(connection)))
