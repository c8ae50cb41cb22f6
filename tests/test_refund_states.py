"""Refunds and returned overpayments in every state, with every command: what is done, and what is refused, and why."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from ledger.store import database
from tests import around, desk, posted
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, MEMBER

pytestmark = pytest.mark.thorough

THIRD = "丁川"
NUMBER = "8765432"
OLD, NEW = f"9999,999,普通,{NUMBER},コウヤマ タロウ", "9999,001,当座,7654321,コウヤマ タロウ"
DAY = "2012-04-10"
DEPOSITS = "照会番号,入金日,金額,振込依頼人名,申込番号,把握日"
FILE = ("refund", "file", "--on", "2012-03-28", "--out")


def brought(url: str, folder: Path, heading: str, *lines: str, by: str = CLERK) -> None:
    """An input file is taken in."""
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    desk.done(url, "import", str(path), by=by)


def account(url: str, folder: Path, cells: str, by: str = CLERK) -> None:
    """The register gives the member this bank account."""
    brought(url, folder, desk.BANKED, f"{MEMBER},甲山 太郎,東京,{cells}", by=by)


def proposed(url: str, folder: Path) -> None:
    """Refund 1 of an application's fee and return 2 of a deposit are proposed by the clerk."""
    with database.writing(url) as connection:
        posted.application(connection, "A-1")
    brought(url, folder, DEPOSITS, f"N-2,{posted.MAILED},500,ｺｳﾔﾏ ﾀﾛｳ,A-1,{posted.MAILED}")
    account(url, folder, OLD)
    desk.payer(url)
    desk.done(url, "refund", "propose", "A-1", "--on", "2012-03-23")
    desk.done(url, "overpaid", "return", "N-2", "--on", "2012-03-23")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def begun(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which both are proposed."""
    with desk.books(request, proposed) as url:
        yield copies(request, url, request.param)


@pytest.fixture
def books(begun: Copies) -> Iterator[str]:
    """Books in which both are proposed."""
    with begun.copy() as url:
        yield url


# --- every state, with every command ---------------------------------------------------------------------------------

# How each state is come to from the proposal: commands, by whom.
TO = {
    "proposed": (),
    "approved": ((CHIEF, "{group} approve {no} --on 2012-03-26"),),
    "filed": ((CHIEF, "{group} approve {no} --on 2012-03-26"), (THIRD, "refund file --on 2012-03-28 --out {out}")),
    "paid": ((CHIEF, "{group} approve {no} --on 2012-03-26"), (CLERK, "{group} paid {no} --on 2012-03-28")),
    "returned": (
        (CHIEF, "{group} approve {no} --on 2012-03-26"),
        (CLERK, "{group} paid {no} --on 2012-03-28"),
        (CLERK, "{group} returned {no} --on 2012-04-02 --reason 口座なし"),
    ),
    "approved anew": (
        (CHIEF, "{group} approve {no} --on 2012-03-26"),
        (CLERK, "{group} paid {no} --on 2012-03-28"),
        (CLERK, "{group} returned {no} --on 2012-04-02 --reason 口座なし"),
        (CHIEF, "{group} approve {no} --on 2012-04-03"),
    ),
    "paid in a file": (
        (CHIEF, "{group} approve {no} --on 2012-03-26"),
        (THIRD, "refund file --on 2012-03-28 --out {out}"),
        (CLERK, "{group} paid {no} --on 2012-03-28"),
    ),
    "recovered in part": (
        (CHIEF, "{group} approve {no} --on 2012-03-26"),
        (CLERK, "{group} paid {no} --on 2012-03-28"),
        (CLERK, "{group} recovered {no} --yen 100 --on 2012-04-02"),
    ),
    "rejected": ((CHIEF, "{group} reject {no} --on 2012-03-26 --reason 誤り"),),
    "ended": (
        (CHIEF, "{group} approve {no} --on 2012-03-26"),
        (CHIEF, "{group} end {no} --on 2012-03-27 --reason 充当"),
    ),
}

COMMANDS = {
    "approve": (CHIEF, f"approve {{no}} --on {DAY}"),
    "reject": (CHIEF, f"reject {{no}} --on {DAY} --reason 死亡"),
    "paid": (CLERK, f"paid {{no}} --on {DAY}"),
    "unpaid": (CLERK, f"unpaid {{no}} --on {DAY} --reason 誤記"),
    "returned": (CLERK, f"returned {{no}} --on {DAY} --reason 名義相違"),
    "end": (CHIEF, f"end {{no}} --on {DAY} --reason 死亡"),
    "recovered": (CLERK, f"recovered {{no}} --yen 200 --on {DAY}"),
    "undo": (CLERK, f"undo {{no}} --on {DAY} --reason 誤記"),
}

OUT, NONE, DIFFERS = "refund-out-of-order", "nothing-recorded", "done-differently"
# In the order of the commands above: the state that it comes into, or why it is refused.
TABLE = {
    "proposed": ("approved", "rejected", OUT, NONE, OUT, OUT, OUT, NONE),
    "approved": ("approved", "rejected", "paid", NONE, OUT, "ended", OUT, NONE),
    "filed": (OUT, OUT, "paid", NONE, OUT, OUT, OUT, NONE),
    "paid": (OUT, OUT, DIFFERS, "approved", "returned", OUT, "recovered", "approved"),
    "returned": ("approved", OUT, OUT, NONE, DIFFERS, "ended", OUT, "paid"),
    "approved anew": ("approved", "came-back-before", "paid", NONE, OUT, "ended", OUT, NONE),
    "paid in a file": (OUT, OUT, DIFFERS, "filed", "returned", OUT, "recovered", "filed"),
    "recovered in part": (OUT, OUT, OUT, NONE, OUT, OUT, "recovered", "paid"),
    "rejected": (OUT, DIFFERS, OUT, NONE, OUT, OUT, OUT, NONE),
    "ended": (OUT, OUT, OUT, NONE, OUT, DIFFERS, OUT, NONE),
}


def come_to(url: str, state: str, group: str, no: str, out: Path) -> None:
    """Brings a refund into a state."""
    for by, command in TO[state]:
        desk.done(url, *command.format(group=group, no=no, out=out).split(), by=by)


def state_of(url: str, no: str) -> str:
    """The state of a refund."""
    return str(next(row["state"] for row in desk.answered(url, "refund", "list") if row["no"] == int(no)))


@pytest.mark.parametrize("group", ["refund", "overpaid"])
@pytest.mark.parametrize("state", TABLE)
def test_in_every_state_every_command_is_done_or_refused(books: str, tmp_path: Path, state: str, group: str) -> None:
    no = "1" if group == "refund" else "2"
    come_to(books, state, group, no, tmp_path / "総合振込.txt")
    before = desk.held(books)
    for (verb, (by, command)), expected in zip(COMMANDS.items(), TABLE[state], strict=True):
        words = (group, *command.format(no=no).split(), "--dry-run")
        answer = desk.typed(books, *words, by=by)
        said = answer.stderr if answer.exit_code else "done"
        if "-" in expected:
            assert f"({expected})" in said, (state, verb, answer.output)
        else:
            assert said == "done", (state, verb, answer.output)
        assert desk.held(books) == before
        if answer.exit_code == 0:
            with_effect(books, group, no, command, by, expected)


@pytest.mark.parametrize("group", ["refund", "overpaid"])
@pytest.mark.parametrize("state", ["approved", "filed", "paid", "paid in a file", "recovered in part", "ended"])
def test_step_typed_again_tells_what_comes_next_as_it_stands_now(
    books: str, tmp_path: Path, state: str, group: str
) -> None:
    no, subject = ("1", ("propose", "A-1")) if group == "refund" else ("2", ("return", "N-2"))
    come_to(books, state, group, no, tmp_path / "総合振込.txt")
    (by, approve), *_rest = TO[state]
    again = {
        by: approve.format(group=group, no=no).split(),
        CLERK: [group, *subject, "--on", "2012-03-23"],
    }
    for who, words in again.items():
        said = desk.typed(books, *words, "--lang", "en", by=who)
        if said.exit_code:  # what was rejected or ended is proposed anew, or refused
            continue
        changed = "done before" not in said.stdout
        leads_on = re.findall(r"seisan (?:refund|overpaid) (\w+)", said.stdout)
        if state == "approved" and "approve" in words:
            assert leads_on == ["file"]
        elif not changed:
            assert leads_on == ["show"], said.stdout


@pytest.mark.parametrize("state", ["proposed", "approved", "filed", "paid", "returned", "approved anew"])
def test_what_another_proposal_is_told_leads_on(books: str, tmp_path: Path, state: str) -> None:
    come_to(books, state, "refund", "1", tmp_path / "総合振込.txt")
    said = refused(books, "nothing-to-refund", "refund", "propose", "A-1", "--on", DAY)
    advised = [verb for verb in re.findall(r"seisan refund (\w+) 1\b", said) if verb in COMMANDS]
    assert advised
    for verb in advised:
        assert dict(zip(COMMANDS, TABLE[state], strict=True))[verb] not in (OUT, NONE), said


def with_effect(url: str, group: str, no: str, command: str, by: str, expected: str) -> None:
    """The same command comes into the state, and the books agree with themselves; nothing is kept."""
    from exports.issued import verification
    from ledger.booking import recovery, refunds

    verb, *words = command.format(no=no).split()
    options = dict(zip(words[1::2], words[2::2], strict=True))
    on, number = date.fromisoformat(options["--on"]), int(no)
    reason = options.get("--reason", "")
    with database.writing(url, dry_run=True) as connection:
        doing: dict[str, Callable[[], object]] = {
            "approve": lambda: refunds.approve(connection, number, on=on, by=by),
            "reject": lambda: refunds.reject(connection, number, on=on, reason=reason, by=by),
            "paid": lambda: refunds.paid(connection, [number], on=on, by=by),
            "unpaid": lambda: recovery.undo(connection, number, on=on, reason=reason, by=by, state="paid"),
            "returned": lambda: refunds.returned(connection, number, on=on, reason=reason, by=by),
            "end": lambda: refunds.end(connection, number, on=on, reason=reason, by=by),
            "recovered": lambda: recovery.recover(connection, number, yen=200, on=on, by=by),
            "undo": lambda: recovery.undo(connection, number, on=on, reason=reason, by=by),
        }
        doing[verb]()
        assert refunds.find_refund(connection, number).state == expected
        faults = [fault for fault in verification.verify(connection).faults if "unsealed" not in fault.code]
        assert faults == []


# --- money ----------------------------------------------------------------------------------------------------------


def balance(url: str, as_of: date | None = None) -> dict[str, int]:
    """What each account holds."""
    with database.reading(url) as connection:
        return posted.balance(connection, as_of)


def test_a_payment_recorded_by_mistake_is_as_if_it_had_not_been(books: str, tmp_path: Path) -> None:
    come_to(books, "filed", "refund", "1", tmp_path / "f.txt")
    before = balance(books)
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")
    assert desk.answered(books, "refund", "unpaid", "1", "--reason", "支払日の誤記")["changed"] is True
    assert desk.answered(books, "refund", "unpaid", "1", "--reason", "支払日の誤記")["changed"] is False
    assert balance(books) == balance(books, date(2012, 3, 28)) == before
    assert state_of(books, "1") == "filed"
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-30")
    assert desk.answered(books, "refund", "list")[0]["payment_file"] == 1
    desk.verifies(books)


def test_in_a_closed_month_it_is_taken_back_on_the_first_open_day(books: str) -> None:
    come_to(books, "paid", "refund", "1", Path())
    desk.done(books, "close", "2012-03", "--bank-balance", "500", "--accept", "試験")
    desk.done(books, "refund", "unpaid", "1", "--reason", "誤記")
    assert desk.answered(books, "refund", "list")[0]["steps"][-1]["on"] == "2012-04-01"
    desk.verifies(books)


def test_a_file_of_which_a_payment_was_taken_back_can_be_void_and_holds_its_refunds_once(
    books: str, tmp_path: Path
) -> None:
    come_to(books, "paid in a file", "refund", "1", tmp_path / "f.txt")
    desk.done(books, "refund", "unpaid", "1", "--reason", "誤記")
    desk.done(books, "refund", "void", "1", "--reason", "未送信", "--on", "2012-03-28", by=CHIEF)
    assert state_of(books, "1") == "approved"
    desk.done(books, "refund", "file", "--on", "2012-03-29", "--out", str(tmp_path / "g.txt"))
    desk.verifies(books)


def test_what_came_back_goes_into_the_next_file_to_the_account_that_counts_then(books: str, tmp_path: Path) -> None:
    come_to(books, "paid in a file", "refund", "1", tmp_path / "f.txt")
    desk.done(books, "refund", "returned", "1", "--on", "2012-04-02", "--reason", "口座解約")
    account(books, tmp_path, NEW)
    assert desk.typed(books, "refund", "approve", "1", "--on", "2012-04-03", by=CHIEF).exit_code == 1
    desk.done(books, "account", "approve", MEMBER, by=CHIEF)
    desk.done(books, "refund", "approve", "1", "--on", "2012-04-03", by=CHIEF)
    assert balance(books)["2060"] == 7245
    desk.done(books, "refund", "file", "--on", "2012-04-05", "--out", str(tmp_path / "g.txt"))
    assert b"7654321" in (tmp_path / "g.txt").read_bytes()
    desk.done(books, "refund", "paid", "1", "--on", "2012-04-05")
    assert balance(books).keys().isdisjoint({"2020", "2040", "2060"} - {"2020"})
    # The first file has been at the bank, and is neither void nor written once more.
    assert (
        "(payment-file-gone-on)"
        in desk.typed(books, "refund", "void", "1", "--reason", "誤り", "--on", "2012-04-05", by=CHIEF).stderr
    )
    desk.verifies(books)


@pytest.mark.parametrize("state", ["approved", "returned", "approved anew"])
def test_what_is_ended_is_held_again_and_can_be_credited(books: str, tmp_path: Path, state: str) -> None:
    come_to(books, state, "refund", "1", tmp_path / "f.txt")
    same = desk.typed(books, "refund", "end", "1", "--reason", "充当", "--on", DAY, by=CLERK)
    assert "(same-person-approves)" in same.stderr
    desk.done(books, "refund", "end", "1", "--reason", "充当を希望", "--on", DAY, by=CHIEF)
    assert balance(books) == {"1110": 7745, "2020": 500, "2040": 7245}
    with database.writing(books) as connection:
        reissue = {"applied_on": date(2012, 3, 6), "kind": "reissue", "previous": "A-1", "paid": []}
        posted.application(connection, "R-1", reissue)
    desk.done(books, "credit", "propose", "A-1", "--to", "R-1", "--on", DAY)
    desk.verifies(books)


def test_what_is_paid_back_is_held_again_and_not_offered_by_itself(books: str) -> None:
    come_to(books, "paid", "refund", "1", Path())
    desk.done(books, "refund", "recovered", "1", "--yen", "7000", "--on", "2012-04-02")
    assert (
        "(more-than-paid)" in desk.typed(books, "refund", "recovered", "1", "--yen", "246", "--on", "2012-04-03").stderr
    )
    assert desk.answered(books, "refund", "recovered", "1", "--yen", "245", "--on", "2012-04-03")["changed"] is True
    assert desk.answered(books, "refund", "recovered", "1", "--yen", "245", "--on", "2012-04-03")["changed"] is False
    assert balance(books) == {"1110": 7745, "2020": 500, "2040": 7245}
    (finding,) = desk.answered(books, "check", "--application", "A-1", "--as-of", DAY)["findings"]
    assert (finding["outcome"], finding["doubts"], finding["verdict"]) == ("needs_review", ["recovered"], "eligible")
    assert "(needs-review)" in desk.typed(books, "refund", "propose", "A-1", "--on", DAY).stderr
    desk.done(books, "refund", "undo", "1", "--reason", "誤記", "--on", "2012-04-03")
    assert balance(books)["2040"] == 7000
    desk.verifies(books)


def test_a_claim_on_the_member_is_settled_first(books: str) -> None:
    from ledger.booking.events import entry_of
    from ledger.journal.entries import post

    come_to(books, "paid", "refund", "1", Path())
    with database.writing(books) as connection:  # as when the deposit turns out to be another's: its fee is gone
        slip = {"application": "A-1", "yen": 5000}
        post(connection, [entry_of("claim_raised", "A-1", 1, on=date(2012, 4, 1), **slip)], by=CLERK)
    desk.done(books, "refund", "recovered", "1", "--yen", "6000", "--on", "2012-04-02")
    assert balance(books) == {"1110": 6500, "2020": 500, "2040": 6000}
    desk.verifies(books)


# --- what was approved is what is paid -------------------------------------------------------------------------------


def refused(url: str, code: str, *words: str, by: str = CLERK) -> str:
    """Insists that a command is refused with this code and changes nothing; gives the sentence."""
    before = desk.held(url)
    answer = desk.typed(url, *words, by=by)
    assert (answer.exit_code, f"({code})" in answer.stderr) == (1, True), answer.output
    assert desk.held(url) == before
    return answer.stderr


def further(url: str, member: str, number: str, *, owes: bool) -> None:
    """Another application, of this member, its fee still owed or paid."""
    with database.writing(url) as connection:
        from tests import given

        of = given.source(connection)
        if member != MEMBER:
            given.member(connection, of, member)
        facts = {"applied_on": posted.APPLIED, **({"paid": []} if owes else {})}
        given.application(connection, of, number, facts, member=member, as_of=date(2030, 1, 1))


SWAP = (DEPOSITS, "N-2,2012-01-26,500,ｺｳﾔﾏ ﾀﾛｳ,A-9,2012-03-26")


@pytest.mark.parametrize("by", [CLERK, CHIEF])
def test_a_deposit_that_is_said_to_be_anothers_is_not_paid_on_the_old_approval(
    books: str, tmp_path: Path, by: str
) -> None:
    further(books, desk.ANOTHER, "A-9", owes=False)
    desk.done(books, "overpaid", "approve", "2", "--on", "2012-03-26", by=CHIEF)
    brought(books, tmp_path, *SWAP, by=by)
    said = refused(books, "approval-fell", "overpaid", "paid", "2", "--on", "2012-03-28")
    assert MEMBER in said and desk.ANOTHER in said
    assert desk.ANOTHER in refused(books, "not-ready-to-file", *FILE, str(tmp_path / "f.txt"))
    assert desk.ANOTHER in desk.done(books, "refund", "show", "2").stdout
    # Who said so does not approve it as well: it was proposed for the other member.
    code = "proposed-differently" if by == CHIEF else "same-person-approves"
    refused(books, code, "overpaid", "approve", "2", "--on", "2012-03-27", by=by)
    desk.done(books, "overpaid", "approve", "2", "--on", "2012-03-27", by=THIRD)


def test_a_first_account_after_the_approval_waits_for_a_second_person(book_url: str, tmp_path: Path) -> None:
    with database.writing(book_url) as connection:
        posted.application(connection, "A-1")
    desk.done(book_url, "refund", "propose", "A-1", "--on", "2012-03-23")
    desk.done(book_url, "refund", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    account(book_url, tmp_path, OLD, by=CHIEF)
    refused(book_url, "account-not-approved", "refund", "paid", "1", "--on", "2012-03-28")
    refused(book_url, "same-person-brought-account", "account", "approve", MEMBER, by=CHIEF)
    desk.done(book_url, "account", "approve", MEMBER, by=THIRD)
    refused(book_url, "approval-fell", "refund", "paid", "1", "--on", "2012-03-28")
    desk.done(book_url, "refund", "approve", "1", "--on", "2012-03-27", by=CHIEF)
    desk.done(book_url, "refund", "paid", "1", "--on", "2012-03-28")


def test_the_statement_shows_the_account_that_was_paid(books: str, tmp_path: Path) -> None:
    come_to(books, "filed", "refund", "1", tmp_path / "f.txt")
    account(books, tmp_path, NEW)
    row = desk.answered(books, "refund", "list")[0]
    assert (row["account"], row["account_waits"]) == ("***5432", False)
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")
    assert desk.answered(books, "refund", "list")[0]["account"] == "***5432"


def test_by_the_rule_of_three_a_payment_without_a_file_needs_a_third_person(books: str) -> None:
    desk.done(books, "settings", "set", "people", "three", by=CHIEF)
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    for by in (CLERK, CHIEF):
        refused(books, "same-person-pays", "refund", "paid", "1", "--on", "2012-03-28", by=by)
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28", by=THIRD)


STEP = (
    "INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, by, entry, undoes, yen, reason,"
    " member_known) VALUES "
)
MEMBER_ROW = "(SELECT max(id) FROM member_known WHERE account_number IS NOT NULL)"
AROUND = {
    "approval-fell": ("approved", "(1, 3, 'paid', '2012-03-28', '2012-03-28', 'x', 1, NULL, NULL, NULL, NULL)"),
    "approval-fell: refund_step": (
        "proposed",
        "(1, 2, 'approved', '2012-03-28', '2012-03-28', 'x', NULL, NULL, NULL, NULL, NULL)",
    ),
    "out-of-order": ("paid", "(1, 4, 'filed', '2012-03-28', '2012-03-28', 'x', 9, 3, NULL, 'x', NULL)"),
    "out-of-order: refund_step": ("paid", "(1, 4, 'approved', '2012-03-28', '2012-03-28', 'x', 9, 2, NULL, 'x', NULL)"),
    "more-than-paid": ("paid", "(1, 4, 'recovered', '2012-03-28', '2012-03-28', 'x', 9, NULL, 7246, NULL, NULL)"),
    "recovered|ck_refund_step": (
        "paid",
        "(1, 4, 'recovered', '2012-03-28', '2012-03-28', 'x', 9, NULL, NULL, NULL, NULL)",
    ),
    "same-person": ("approved", f"(1, 3, 'ended', '2012-03-28', '2012-03-28', '{CLERK} ', 9, NULL, NULL, 'x', NULL)"),
}


@pytest.mark.parametrize("rule", AROUND)
def test_the_database_refuses_what_goes_around_the_program(books: str, tmp_path: Path, rule: str) -> None:
    state, values = AROUND[rule]
    come_to(books, state, "refund", "1", tmp_path / "f.txt")
    if state == "approved" and "paid" in values:
        account(books, tmp_path, NEW)
        desk.done(books, "account", "approve", MEMBER, by=CHIEF)
    with (
        around.writing(books) as connection,
        pytest.raises(DatabaseError, match=rule),
    ):
        connection.execute(text(STEP + values))


# --- grounds --------------------------------------------------------------------------------------------------------

USED = ("申込番号,利用,回答日", "A-1,有,2012-03-24")


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("proposed", (CHIEF, "refund approve 1 --on 2012-03-26")),
        ("approved", (CLERK, "refund paid 1 --on 2012-03-28")),
        ("filed", (CLERK, "refund paid 1 --on 2012-03-28")),
        ("returned", (CHIEF, "refund approve 1 --on 2012-04-03")),
    ],
)
def test_grounds_that_have_changed_stop_it_until_a_person_says_why_it_goes_on(
    books: str, tmp_path: Path, state: str, command: tuple[str, str]
) -> None:
    come_to(books, state, "refund", "1", tmp_path / "f.txt")
    brought(books, tmp_path, *USED)
    by, words = command
    refused(books, "grounds-changed", *words.split(), by=by)
    refused(books, "no-reason-given", *words.split(), "--despite", " ", by=by)
    said = desk.done(books, *words.split(), "--despite", "会長決裁", by=by).stdout
    assert "返金No.1" in said and "会長決裁" in said
    shown = desk.answered(books, "refund", "show", "1")
    assert shown["despite"] == ["会長決裁"]
    desk.verifies(books)


def test_what_a_person_went_on_with_is_not_asked_about_again(books: str, tmp_path: Path) -> None:
    brought(books, tmp_path, *USED)
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-26", "--despite", "会長決裁", by=CHIEF)
    desk.done(books, *FILE, str(tmp_path / "f.txt"))
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")


def test_a_file_says_of_which_refund_the_grounds_have_changed(books: str, tmp_path: Path) -> None:
    for no in "12":
        desk.done(books, "refund", "approve", no, "--on", "2012-03-26", by=CHIEF)
    brought(books, tmp_path, *USED)
    said = refused(books, "not-ready-to-file", *FILE, str(tmp_path / "f.txt"))
    assert "No.1: " in said and "No.2: " not in said
    said = desk.done(books, *FILE, str(tmp_path / "f.txt"), "--despite", "会長決裁").stdout
    assert said.count("会長決裁") == 1
    rows = desk.answered(books, "refund", "list")
    assert [row["steps"][-1]["despite"] for row in rows] == ["会長決裁", None]


# --- many at once ---------------------------------------------------------------------------------------------------


def test_many_are_proposed_and_approved_at_once(book_url: str) -> None:
    with database.writing(book_url) as connection:
        for number in ("A-1", "A-2", "A-3"):
            posted.application(connection, number)
    refused(book_url, "no-refund-named", "refund", "propose")
    refused(
        book_url, "nothing-to-propose", "refund", "propose", "--everyone", "--association", "大阪", "--on", "2012-03-23"
    )
    answer = desk.answered(book_url, "refund", "propose", "--everyone", "--association", "東京", "--on", "2012-03-23")
    assert [row["no"] for row in answer] == [1, 2, 3]
    refused(book_url, "nothing-to-propose", "refund", "propose", "--everyone", "--on", "2012-03-24")
    desk.done(book_url, "refund", "reject", "2", "--reason", "誤り", "--on", "2012-03-24")
    assert desk.typed(book_url, "refund", "approve", "3-1", by=CHIEF).exit_code == 2
    refused(book_url, "refund-out-of-order", "refund", "approve", "2-2", by=CHIEF)
    refused(book_url, "none-waits", "refund", "approve", "4-9", by=CHIEF)
    answer = desk.answered(book_url, "refund", "approve", "１-93", "--on", "2012-03-26", "--by", CHIEF)
    assert [row["no"] for row in answer] == [1, 3]
