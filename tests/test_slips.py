"""Slips and reversals: what each command gets in each state, what two people do, what the database refuses."""

import shlex
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from ledger import dates
from ledger.booking import events
from ledger.journal.entries import post
from ledger.statements.corrections import as_before, corrections
from ledger.store import database
from tests import desk, posted
from tests.desk import CHIEF, CLERK

pytestmark = pytest.mark.thorough

DAY, LATER = "2012-04-10", "2012-04-12"
SHORT, UNPAID, FULL = "2012-0001", "2012-0002", "2012-0003"
LOOSE = "N-LOOSE"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 6, 10))


@pytest.fixture
def url(book_url: str) -> str:
    """A fee that is 440 yen short, one not paid, one paid in full, and 500 yen of nobody; the first two are issued."""
    with database.writing(book_url, by=CLERK) as connection:
        facts: dict[str, Any] = {"applied_on": date(2012, 4, 1), "mailed_on": date(2012, 4, 5), "paid": []}
        for number in (SHORT, UNPAID, FULL):
            posted.application(connection, number, facts)
        for reference, whose, yen in (("N-1", SHORT, 6805), ("N-3", FULL, 7245), (LOOSE, None, 500)):
            posted.deposit(connection, reference, whose, yen=yen, on=date(2012, 4, 2))
    desk.done(book_url, "book", "--through", "2012-04-09")
    return book_url


def balance(url: str, as_of: str = "2012-06-10") -> dict[str, int]:
    """What each account holds on a day; accounts that hold nothing are left out."""
    accounts = desk.answered(url, "balance", "--as-of", as_of)["accounts"]
    return {account["code"]: account["balance"] for account in accounts if account["balance"]}


BEFORE = {"1110": 14550, "2010": 7245, "2040": 6805, "2050": 500}


def proposed(url: str, *words: str, on: str = DAY) -> int:
    """Proposes a slip; gives its number."""
    return int(desk.answered(url, "slip", *words, "--on", on, "--reason", "通帳のとおり")["no"])


def approved(url: str, *words: str, on: str = DAY) -> int:
    """Proposes a slip and has it approved; gives the number of its entry."""
    no = proposed(url, *words, on=on)
    desk.done(url, "slip", "approve", str(no), "--on", LATER, by=CHIEF)
    return entry_of(url, no)


def entry_of(url: str, no: int) -> int:
    """The entry of a slip."""
    return int(desk.answered(url, "slip", "list")[no - 1]["entry"])


def refused(url: str, code: str, *words: str, by: str = CLERK) -> None:
    """A command is refused with this code, and nothing is kept of it."""
    held = desk.held(url)
    answer = desk.typed(url, *words, by=by)
    assert f"({code})" in answer.stderr, answer.output
    assert desk.held(url) == held


# --- each kind ------------------------------------------------------------------------------------------------------

KINDS: dict[str, tuple[tuple[str, ...], dict[str, int]]] = {
    "a bank charge": (("charge", "--yen", "440"), {"1110": 14110, "5310": 440}),
    "interest": (("interest", "--yen", "12"), {"1110": 14562, "4900": 12}),
    "a short payment written off": (("write-off", SHORT), {"2010": 14490, "2040": 0, "5900": 440}),
    "suspense taken as income": (("income", LOOSE), {"2050": 0, "4900": 500}),
    "a part of it": (("income", LOOSE, "--yen", "60"), {"2050": 440, "4900": 60}),
    "any other": (("other", "--debit", "5900", "--credit", "1110", "--yen", "550"), {"1110": 14000, "5900": 550}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_slip_posts_its_entry_once_a_second_person_approves_it(url: str, kind: str) -> None:
    words, moved = KINDS[kind]
    no = proposed(url, *words)
    assert balance(url) == BEFORE
    assert desk.answered(url, "slip", "list")[0]["state"] == "proposed"
    refused(url, "same-person-approves", "slip", "approve", str(no), "--on", LATER)
    refused(url, "same-person-approves", "slip", "approve", str(no), "--on", LATER, by=f" {CLERK}　")
    desk.done(url, "slip", "approve", str(no), "--on", LATER, by=CHIEF)
    assert balance(url, "2012-04-09") == BEFORE
    assert balance(url, DAY) == {code: yen for code, yen in (BEFORE | moved).items() if yen}
    slip = desk.answered(url, "slip", "list")[0]
    assert (slip["state"], slip["on"], slip["proposed_by"], slip["approved_by"]) == ("approved", DAY, CLERK, CHIEF)
    held = desk.held(url)
    desk.done(url, "slip", "approve", str(no), "--on", LATER, by=CHIEF)
    assert desk.held(url) == held
    desk.verifies(url)


def test_a_fee_written_off_is_owed_to_the_authority_and_what_comes_later_is_beyond_it(url: str) -> None:
    approved(url, "write-off", SHORT)
    desk.done(url, "book", "--through", "2012-04-30")
    assert balance(url) == {"1110": 14550, "2010": 14490, "2050": 500, "5900": 440}
    with database.writing(url, by=CLERK) as connection:
        posted.deposit(connection, "N-4", SHORT, yen=440, on=date(2012, 5, 1))
    desk.done(url, "book", "--through", "2012-05-31")
    assert balance(url)["2050"] == 940
    assert desk.answered(url, "check", "--application", SHORT)["findings"][0]["fee_received"] >= 6805
    refused(url, "nothing-short", "slip", "write-off", SHORT, "--on", LATER, "--reason", "不足")


def test_a_claim_is_written_off(url: str) -> None:
    with database.writing(url, by=CLERK, command="book") as connection:
        claim(connection, UNPAID)
    entry = approved(url, "write-off", UNPAID, "--claim")
    assert balance(url)["5900"] == 7245
    assert "1150" not in balance(url)
    refused(url, "nothing-held-for", "slip", "write-off", UNPAID, "--claim", "--on", LATER, "--reason", "回収不能")
    refused(url, "rests-on-claim", "reverse", str(entry - 1), "--on", LATER, "--reason", "誤り")


def claim(connection: Connection, number: str) -> None:
    """A fee that is claimed back from the member."""
    post(
        connection,
        [events.entry_of("claim_raised", number, 1, on=date(2012, 4, 9), application=number, yen=7245)],
        by=CLERK,
    )


def test_below_the_amount_that_settings_name_a_slip_is_posted_at_once(url: str) -> None:
    desk.done(url, "settings", "set", "slip_approval_yen", "1,000円", by=CHIEF)
    assert desk.answered(url, "slip", "charge", "--yen", "999", "--on", DAY, "--reason", "手数料")["state"] == "posted"
    assert (
        desk.answered(url, "slip", "charge", "--yen", "1000", "--on", DAY, "--reason", "手数料")["state"] == "proposed"
    )
    assert balance(url)["5310"] == 999
    refused(url, "slip-out-of-order", "slip", "approve", "1", "--on", LATER, by=CHIEF)
    desk.done(url, "reverse", str(entry_of(url, 1)), "--on", LATER, "--reason", "誤り")
    assert balance(url) == BEFORE
    desk.verifies(url)


# --- state × command ------------------------------------------------------------------------------------------------

APPROVE, REJECT = (
    ("slip", "approve", "1", "--on", LATER),
    ("slip", "reject", "1", "--on", LATER, "--reason", "金額相違"),
)
STATES: dict[str, tuple[list[tuple[str, tuple[str, ...]]], dict[str, str]]] = {
    "not there": ([], {"approve": "unknown-slip", "reject": "unknown-slip"}),
    "proposed": ([], {"approve": "", "reject": ""}),
    "approved": ([(CHIEF, APPROVE)], {"approve": "", "reject": "slip-out-of-order"}),
    "rejected": ([(CLERK, REJECT)], {"approve": "slip-out-of-order", "reject": ""}),
}


@pytest.mark.parametrize("state", STATES)
def test_each_command_in_each_state(url: str, state: str) -> None:
    steps, answers = STATES[state]
    if state != "not there":
        proposed(url, "charge", "--yen", "440")
    for by, words in steps:
        desk.done(url, *words, by=by)
    held = desk.held(url)
    for command, words in (("approve", APPROVE), ("reject", REJECT)):
        if answers[command]:
            refused(url, answers[command], *words, by=CHIEF)
        else:
            desk.done(url, *words, "--dry-run", by=CHIEF)
    assert desk.held(url) == held


# In the order of looking: number, state, month, day, person, money.
REFUSED = {
    "charge --yen 440 --refund 9 --on 2012-04-10 --reason x": "unknown-refund",
    "charge --yen 440 --on 2012-04-10 --reason ' '": "no-reason-given",
    "charge --yen 440 --on 2010-11-30 --reason x": "month-closed",
    "charge --yen 440 --on 2012-04-01 --reason x": "below-zero",
    "charge --yen 14551 --on 2012-04-10 --reason x": "below-zero",
    "write-off NOBODY --on 2012-04-10 --reason x": "unknown-application",
    f"write-off {UNPAID} --on 2012-04-10 --reason x": "nothing-received-to-write-off",
    f"write-off {FULL} --on 2012-04-10 --reason x": "nothing-short",
    f"write-off {FULL} --claim --on 2012-04-10 --reason x": "nothing-held-for",
    "income N-NONE --on 2012-04-10 --reason x": "unknown-deposit",
    "income N-3 --on 2012-04-10 --reason x": "nothing-overpaid",
    f"income {LOOSE} --yen 501 --on 2012-04-10 --reason x": "below-zero",
    f"income {LOOSE} --on 2012-04-01 --reason x": "below-zero",
    f"opened-refund {FULL} --on 2012-04-10 --reason x": "nothing-held-for",
    "other --debit 9999 --credit 1110 --yen 1 --on 2012-04-10 --reason x": "unknown-account",
    "other --debit 5900 --credit 2050 --yen 1 --on 2012-04-10 --reason x": "account-kept-by-parts",
    "other --debit 1110 --credit 1110 --yen 1 --on 2012-04-10 --reason x": "same-account-twice",
    "other --debit 4900 --credit 1110 --yen 1 --on 2012-04-10 --reason x": "below-zero",
    "approve 9 --on 2012-04-10": "unknown-slip",
}


@pytest.mark.parametrize("command", REFUSED)
def test_a_slip_is_refused(url: str, command: str) -> None:
    desk.done(url, "close", "2010-11", "--bank-balance", "0")
    refused(url, REFUSED[command], "slip", *shlex.split(command))


def test_what_a_slip_rests_on_is_looked_at_again_when_it_is_approved(url: str) -> None:
    no = proposed(url, "write-off", SHORT)
    assert proposed(url, "write-off", SHORT) == no
    refused(url, "slip-waits", "slip", "write-off", SHORT, "--on", DAY, "--reason", "別の理由")
    with database.writing(url, by=CLERK) as connection:
        posted.deposit(connection, "N-4", SHORT, yen=40, on=date(2012, 4, 9))
    desk.done(url, "book", "--through", "2012-04-30")
    refused(url, "slip-ground-changed", "slip", "approve", str(no), "--on", LATER, by=CHIEF)
    income = proposed(url, "income", LOOSE)
    desk.done(url, "match", LOOSE, UNPAID, "--on", "2012-04-11")
    desk.done(url, "book", "--through", "2012-04-30")
    refused(url, "below-zero", "slip", "approve", str(income), "--on", LATER, by=CHIEF)
    desk.done(url, "slip", "reject", str(no), "--on", LATER, "--reason", "不足額の変更")
    assert approved(url, "write-off", SHORT)
    assert balance(url)["5900"] == 400


def test_a_slip_whose_month_was_closed_meanwhile_is_not_approved(url: str) -> None:
    proposed(url, "interest", "--yen", "12")
    desk.done(url, "close", "2012-04", "--bank-balance", "14550", "--accept", "月末")
    refused(url, "month-closed", "slip", "approve", "1", "--on", "2012-05-01", by=CHIEF)
    desk.done(url, "slip", "reject", "1", "--on", "2012-05-01", "--reason", "月が締められた")


# --- reversals ------------------------------------------------------------------------------------------------------


def test_what_two_people_posted_two_take_back_and_bring_back(url: str) -> None:
    entry = approved(url, "interest", "--yen", "12")
    answer = desk.answered(url, "reverse", str(entry), "--on", LATER, "--reason", "別の口座")
    assert (answer["no"], answer["slip"], answer["reverses"]["no"]) == (None, 2, entry)
    assert [line["account"] for line in answer["reverses"]["lines"]] == ["1110", "4900"]
    refused(url, "same-person-approves", "slip", "approve", "2", "--on", LATER)
    refused(url, "slip-waits", "reverse", str(entry), "--on", LATER, "--reason", "別の理由")
    desk.done(url, "slip", "approve", "2", "--on", LATER, by=CHIEF)
    assert balance(url) == BEFORE
    refused(url, "already-reversed", "reverse", str(entry), "--on", LATER, "--reason", "もう一度")
    desk.done(url, "reverse", str(entry_of(url, 2)), "--on", LATER, "--reason", "取消しの誤り")
    desk.done(url, "slip", "approve", "3", "--on", LATER, by=CHIEF)
    assert balance(url) == BEFORE | {"1110": 14562, "4900": 12}
    refused(url, "stands-again", "reverse", str(entry), "--on", LATER, "--reason", "もう一度")
    desk.verifies(url)


def test_a_payment_of_a_bill_is_reversed_and_brought_back_by_hand(url: str) -> None:
    with database.writing(url, by=CLERK) as connection:
        posted.billed(connection, "B-1", FULL, 7245, on=date(2012, 4, 9))
    desk.done(url, "bill", "pay", "B-1", "--on", DAY)
    no = int(desk.entry(url, "authority_paid", FULL))
    held = desk.held(url)
    shown = desk.done(url, "reverse", str(no), "--on", LATER, "--reason", "未払", "--dry-run", "--lang", "en").stdout
    assert "issuance fee paid to the authority" in shown
    assert "7,245" in shown
    assert desk.held(url) == held
    answer = desk.answered(url, "reverse", str(no), "--on", LATER, "--reason", "未払")
    assert answer["changed"] is True
    assert answer["reverses"]["event"] == "authority_paid"
    assert balance(url) == BEFORE
    assert desk.answered(url, "reverse", str(no), "--on", LATER, "--reason", "未払")["changed"] is False
    refused(url, "already-reversed", "reverse", str(no), "--on", LATER, "--reason", "別の理由")
    desk.done(url, "reverse", str(no + 1), "--on", LATER, "--reason", "やはり支払済み")
    assert balance(url) == {"1110": 7305, "2040": 6805, "2050": 500}
    refused(url, "stands-again", "reverse", str(no), "--on", LATER, "--reason", "未払")
    desk.done(url, "reverse", str(no + 2), "--on", LATER, "--reason", "未払")
    assert balance(url) == BEFORE
    desk.verifies(url)


RESTS = {
    "fee_received": ("N-3", "rests-on-deposit"),
    "payer_unknown": (LOOSE, "rests-on-deposit"),
    "certificate_issued": (FULL, "rests-on-issue"),
}


@pytest.mark.parametrize("event", RESTS)
def test_what_was_booked_from_a_fact_is_corrected_where_the_fact_stands(url: str, event: str) -> None:
    whose, code = RESTS[event]
    refused(url, code, "reverse", desk.entry(url, event, whose), "--on", LATER, "--reason", "誤り")


def test_what_booking_corrected_is_not_brought_back_by_hand(url: str) -> None:
    with database.writing(url, by=CLERK) as connection:
        posted.deposit(connection, LOOSE, None, yen=600, on=date(2012, 4, 2), known_on=date(2012, 4, 20))
    desk.done(url, "book", "--through", "2012-04-30")
    (undone,) = [each["no"] for each in desk.answered(url, "entries")["entries"] if each["reverses"]]
    refused(url, "corrected-fact", "reverse", str(undone), "--on", "2012-04-30", "--reason", "誤り")


def reversed_once(url: str, event: str, whose: str) -> tuple[int, int]:
    """Reverses an entry as versions up to 0003 let a person do; gives both numbers."""
    no = int(desk.entry(url, event, whose))
    with database.writing(url, by=CLERK, command="reverse") as connection:
        result = posted.reversed_before(connection, no, on=date(2012, 4, 10), reason="誤り", by=CLERK)
    return no, result.no


def test_what_a_person_reversed_in_an_earlier_version_comes_back(url: str) -> None:
    _debt, undone = reversed_once(url, "certificate_issued", FULL)
    receipt, gone = reversed_once(url, "fee_received", "N-3")
    assert balance(url) == {"1110": 7305, "2040": 6805, "2050": 500}
    desk.done(url, "reverse", str(gone), "--on", LATER, "--reason", "取消しの誤り")
    refused(url, "stands-again", "reverse", str(receipt), "--on", LATER, "--reason", "誤り")
    desk.done(url, "reverse", str(undone), "--on", LATER, "--reason", "取消しの誤り")
    assert balance(url) == BEFORE
    held = desk.held(url)
    desk.done(url, "book", "--through", "2012-04-30")
    assert balance(url) == BEFORE
    assert desk.held(url, apart=desk.RECORDED) == held


def test_a_debt_that_was_waived_is_taken_back_after_its_waiver(url: str) -> None:
    _debt, undone = reversed_once(url, "certificate_issued", FULL)
    back = desk.answered(url, "reverse", str(undone), "--on", LATER, "--reason", "取消しの誤り")["no"]
    with database.writing(url, by=CLERK) as connection:
        posted.billed(connection, "B-1", FULL, -7245, on=date(2012, 4, 20))
    desk.done(url, "book", "--through", "2012-04-30")
    refused(url, "waived-meanwhile", "reverse", str(back), "--on", "2012-04-30", "--reason", "誤り")
    waiver = desk.entry(url, "authority_waived", FULL)
    desk.done(url, "reverse", waiver, "--on", "2012-04-30", "--reason", "認証局の誤り")
    desk.done(url, "reverse", str(back), "--on", "2012-04-30", "--reason", "誤り")
    assert balance(url) == {"1110": 14550, "2040": 14050, "2050": 500}


def test_what_was_posted_anew_meanwhile_is_not_brought_back(url: str) -> None:
    _receipt, gone = reversed_once(url, "payer_unknown", LOOSE)
    with database.writing(url, by=CLERK) as connection:
        posted.deposit(connection, LOOSE, None, yen=500, on=date(2012, 4, 3), known_on=date(2012, 4, 20))
    desk.done(url, "book", "--through", "2012-04-30")
    assert balance(url) == BEFORE
    refused(url, "posted-anew", "reverse", str(gone), "--on", "2012-04-30", "--reason", "取消しの誤り")


def test_nothing_is_reversed_that_has_gone_on(url: str) -> None:
    approved(url, "write-off", SHORT)
    desk.done(url, "book", "--through", "2012-04-30")
    refused(url, "below-zero", "reverse", str(entry_of(url, 1)), "--on", LATER, "--reason", "誤り")


# --- posted anew --------------------------------------------------------------------------------------------------

# What was posted and reversed, what was posted after that, and whether it stands beside the reversal.
ANEW: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    "a charge of that day": (("charge", "--yen", "440"), ("charge", "--yen", "550", "--on", DAY), True),
    "a charge of another day": (("charge", "--yen", "440"), ("charge", "--yen", "440", "--on", LATER), False),
    "interest of that day": (("charge", "--yen", "440"), ("interest", "--yen", "440", "--on", DAY), False),
    "the same accounts": (
        ("other", "--debit", "5900", "--credit", "1110", "--yen", "550"),
        ("other", "--debit", "5900", "--credit", "1110", "--yen", "505", "--on", DAY),
        True,
    ),
    "another account": (
        ("other", "--debit", "5900", "--credit", "1110", "--yen", "550"),
        ("other", "--debit", "5310", "--credit", "1110", "--yen", "550", "--on", DAY),
        False,
    ),
    "the same deposit": (("income", LOOSE), ("income", LOOSE, "--yen", "60", "--on", LATER), True),
}


@pytest.mark.parametrize(("before", "after", "stands"), ANEW.values(), ids=ANEW)
def test_a_slip_that_was_posted_anew_stands_beside_the_reversal(
    url: str, before: tuple[str, ...], after: tuple[str, ...], stands: bool
) -> None:
    wrong = approved(url, *before)
    slip = desk.answered(url, "reverse", str(wrong), "--on", LATER, "--reason", "金額相違")["slip"]
    desk.done(url, "slip", "approve", str(slip), "--on", LATER, by=CHIEF)
    gone = entry_of(url, slip)
    no = int(desk.answered(url, "slip", *after, "--reason", "正しい額")["no"])
    with database.reading(url) as connection:
        assert corrections(connection, {gone: wrong}, date(2012, 6, 10))[0].instead is None
    desk.done(url, "slip", "approve", str(no), "--on", LATER, by=CHIEF)
    anew = entry_of(url, no)
    with database.reading(url) as connection:
        (found,) = corrections(connection, {gone: wrong}, date(2012, 6, 10))
        assert (found.instead and found.instead.no) == (anew if stands else None)
        with as_before():
            assert corrections(connection, {gone: wrong}, date(2012, 6, 10))[0].instead is None
        both = corrections(connection, {gone: wrong, gone - 1: wrong}, date(2012, 6, 10))
        assert [row.instead is not None for row in both].count(True) == stands, "one entry is posted for one reversal"


# --- around the program ---------------------------------------------------------------------------------------------

STEP = (
    "INSERT INTO slip_step (slip, nth, state, happened_on, reason, entry, recorded_at, by) "
    "VALUES ({slip}, {nth}, '{state}', '{on}', 'x', {entry}, '2012-06-01 00:00:00', '{by}')"
)
ATTACKS: dict[str, tuple[dict[str, Any], str]] = {
    "the proposer approves": ({"by": f" {CLERK}"}, "same-person"),
    "approved with another entry": ({"entry": 1}, "another-entry"),
    "approved without an entry": ({"entry": "NULL"}, "ck_slip_step_entry"),
    "rejected with an entry": ({"state": "rejected", "entry": 1}, "ck_slip_step_entry|another-entry"),
    "posted, though it waits": ({"slip": 2, "nth": 1, "state": "posted"}, "waits-for-approval"),
    "in a closed month": ({"state": "rejected", "on": "2010-11-30", "entry": "NULL"}, "month-closed"),
    "a step left out": ({"nth": 3, "state": "rejected", "entry": "NULL"}, "out-of-order"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_by_itself(url: str, attack: str) -> None:
    proposed(url, "charge", "--yen", "440")
    desk.done(url, "close", "2010-11", "--bank-balance", "0")
    with database.writing(url) as connection:
        connection.execute(
            text("INSERT INTO slip (no, kind, debit, credit, yen) VALUES (2, 'charge', '5310', '1110', 1)")
        )
    change, code = ATTACKS[attack]
    values = {"slip": 1, "nth": 2, "state": "approved", "on": LATER, "entry": "NULL", "by": CHIEF} | change
    held = desk.held(url)
    with pytest.raises(DatabaseError, match=code), database.writing(url) as connection:
        connection.execute(text(STEP.format(**values)))
    assert desk.held(url) == held


def test_slips_are_listed_by_whose_application_they_are_about(url: str) -> None:
    about = proposed(url, "write-off", SHORT)
    charge = proposed(url, "charge", "--yen", "440")

    def numbers(*words: str) -> list[int]:
        return [slip["no"] for slip in desk.answered(url, "slip", "list", *words)]

    assert numbers() == [about, charge]
    for words in (("--association", "東京会"), ("--member", "甲山 太郎"), ("--member", "9001", "--month", "2012-04")):
        assert numbers(*words) == [about]
    assert numbers("--association", "沖縄") == []
