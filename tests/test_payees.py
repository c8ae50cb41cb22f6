"""Somebody in the member's place, approved by a second person: heirs, or who had paid; who died is not paid."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests import around, desk
from tests.copies import Copies, copies
from tests.desk import CHIEF, CLERK, MEMBER
from tests.test_refund_states import THIRD, account, brought, proposed, refused

pytestmark = pytest.mark.thorough

HEIR = f"A-1,{desk.HEIR},2012-03-24"
ENDED = "会員番号,氏名,司法書士会,登録取消日,登録取消事由,把握日"
FILE = ("refund", "file", "--on", "2012-03-28", "--out")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def begun(request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Copies of books in which a refund, 1, and a returned overpayment, 2, of one application are proposed."""
    with desk.books(request, proposed, "payees") as url:
        yield copies(request, url, request.param)


@pytest.fixture
def books(begun: Copies) -> Iterator[str]:
    """Books in which both are proposed."""
    with begun.copy() as url:
        yield url


def ended(url: str, folder: Path, reason: str) -> None:
    """The register says that the member's registration has ended."""
    brought(url, folder, ENDED, f"{MEMBER},甲山 太郎,東京,2012-03-01,{reason},2012-03-24")


def test_money_goes_to_the_payee_whom_a_second_person_approved(books: str, tmp_path: Path) -> None:
    desk.done(books, "refund", "approve", "1-2", "--on", "2012-03-26", by=CHIEF)
    brought(books, tmp_path, desk.PAYEES, HEIR)
    refused(books, "payee-not-approved", "refund", "paid", "1", "--on", "2012-03-28")
    assert "payee approve" in refused(books, "not-ready-to-file", *FILE, str(tmp_path / "f.txt"))
    refused(books, "same-person-brought-payee", "payee", "approve", "A-1", by=f" {CLERK}")
    desk.done(books, "payee", "approve", "A-1", by=CHIEF)
    assert desk.answered(books, "payee", "approve", "A-1", "--by", THIRD)["changed"] is False
    # What had been approved was the member.
    assert "戊野 一郎" in refused(books, "approval-fell", "refund", "paid", "1", "--on", "2012-03-28")
    assert [
        row["no"] for row in desk.answered(books, "refund", "approve", "1-9", "--on", "2012-03-27", "--by", CHIEF)
    ] == [*(1, 2)]
    account(books, tmp_path, "9999,001,当座,7654321,コウヤマ タロウ")  # of the member: it does not matter any more
    desk.done(books, *FILE, str(tmp_path / "f.txt"))
    content = (tmp_path / "f.txt").read_bytes()
    assert content.count(b"3334445") == 2
    assert desk.answered(books, "refund", "list")[0]["account"] == "***4445"
    (payee,) = desk.answered(books, "payee", "list")["payees"]
    assert (payee["name"], payee["relation"], payee["approved_by"]) == ("戊野 一郎", "相続人(長男)", CHIEF)
    assert "3334445" not in desk.done(books, "payee", "list").stdout
    desk.verifies(books)


def test_what_waits_for_the_account_or_the_payee_is_typed_next(books: str, tmp_path: Path) -> None:
    def following(*words: str) -> str:
        return desk.done(books, *words, "--lang", "en", by=CHIEF).stdout.splitlines()[-1]

    account(books, tmp_path, "9999,001,当座,7654321,コウヤマ タロウ")
    account(books, tmp_path, "9999,001,当座,7654322,コウヤマ タロウ")
    to_member = ("account", "approve", MEMBER)
    assert following(*to_member) == "Next: seisan refund approve 1-2"
    brought(books, tmp_path, desk.PAYEES, HEIR)
    assert following("payee", "approve", "A-1") == "Next: seisan refund approve 1-2"
    assert following(*to_member) == "Next: seisan todo", "both go to the heir"
    desk.done(books, "refund", "reject", "1", "--on", "2012-03-26", "--reason", "誤り")
    assert following("payee", "approve", "A-1") == "Next: seisan overpaid approve 2"
    desk.done(books, "refund", "approve", "2", "--on", "2012-03-26", by=CHIEF)
    assert following("payee", "approve", "A-1").startswith("Next: seisan refund file --on ")
    desk.done(books, "payee", "end", "A-1", "--reason", "相続人ではなかった")
    assert following("payee", "approve-end", "A-1") == "Next: seisan overpaid approve 2", "it was approved for another"
    desk.done(books, "refund", "reject", "2", "--on", "2012-03-26", "--reason", "誤り")
    assert following(*to_member) == "Next: seisan todo"


def test_a_payee_that_nobody_brought_is_not_approved(books: str) -> None:
    refused(books, "no-payee-to-approve", "payee", "approve", "A-1", by=CHIEF)


def test_another_payee_is_approved_anew(books: str, tmp_path: Path) -> None:
    brought(books, tmp_path, desk.PAYEES, HEIR)
    desk.done(books, "payee", "approve", "A-1", by=CHIEF)
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    brought(books, tmp_path, desk.PAYEES, HEIR.replace("3334445", "3334446").replace("03-24", "03-27"))
    refused(books, "payee-not-approved", "refund", "paid", "1", "--on", "2012-03-28")
    desk.done(books, "payee", "approve", "A-1", by=CHIEF)
    refused(books, "approval-fell", "refund", "paid", "1", "--on", "2012-03-28")


def test_a_member_who_died_is_not_paid_until_somebody_receives_it_in_their_place(books: str, tmp_path: Path) -> None:
    ended(books, tmp_path, "死亡")
    approve = ("refund", "approve", "1", "--on", "2012-03-26")
    refused(books, "member-died", *approve, by=CHIEF)
    refused(books, "member-died", *approve, "--despite", "決裁", by=CHIEF)
    assert "死亡" in desk.done(books, "refund", "show", "1").stdout
    brought(books, tmp_path, desk.PAYEES, HEIR)
    refused(books, "payee-not-approved", *approve, by=CHIEF)
    desk.done(books, "payee", "approve", "A-1", by=CHIEF)
    desk.done(books, *approve, by=CHIEF)
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")


def test_a_member_who_died_after_the_approval_is_not_paid(books: str, tmp_path: Path) -> None:
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    ended(books, tmp_path, "死亡のため")
    refused(books, "member-died", "refund", "paid", "1", "--on", "2012-03-28")
    assert "死亡" in refused(books, "not-ready-to-file", *FILE, str(tmp_path / "f.txt"), "--despite", "決裁")


def test_a_registration_that_ended_stops_it_until_a_person_says_why_it_goes_on(books: str, tmp_path: Path) -> None:
    ended(books, tmp_path, "廃業")
    assert "廃業" in refused(books, "grounds-changed", "refund", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-26", "--despite", "本人に確認済み", by=CHIEF)
    desk.done(books, *FILE, str(tmp_path / "f.txt"))
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")


def test_a_proposal_says_that_the_member_died(books: str, tmp_path: Path) -> None:
    ended(books, tmp_path, "死亡")
    desk.done(books, "refund", "reject", "1", "--reason", "死亡", "--on", "2012-03-26")
    assert "死亡" in desk.done(books, "refund", "propose", "A-1", "--on", "2012-03-27").stdout
    desk.done(books, "letter", "1", "--out", str(tmp_path / "l.xlsx"))


def in_place(url: str, folder: Path, cells: str = HEIR) -> None:
    """Somebody in the member's place, approved by a second person."""
    brought(url, folder, desk.PAYEES, cells)
    desk.done(url, "payee", "approve", "A-1", by=CHIEF)


END = ("payee", "end", "A-1", "--reason", "相続人ではなかった")


def test_a_payee_is_ended_by_two_and_the_money_goes_to_whom_it_went_before(books: str, tmp_path: Path) -> None:
    refused(books, "no-payee-to-end", *END)
    in_place(books, tmp_path)
    desk.done(books, "refund", "approve", "1-2", "--on", "2012-03-26", by=CHIEF)
    refused(books, "no-payee-end-waits", "payee", "approve-end", "A-1", by=CHIEF)
    refused(books, "no-payee-end-waits", "payee", "reject-end", "A-1", "--reason", "届出のとおり", by=CHIEF)
    desk.done(books, *END)
    assert desk.answered(books, *END)["changed"] is False
    refused(books, "payee-end-waits", "payee", "end", "A-1", "--reason", "別の理由")
    (payee,) = desk.answered(books, "payee", "list")["payees"]
    assert (payee["name"], payee["to_end_by"], payee["end_reason"]) == ("戊野 一郎", CLERK, "相続人ではなかった")
    # Until a second person decides, nobody is paid.
    refused(books, "payee-end-waits", "refund", "paid", "1", "--on", "2012-03-27")
    assert "payee approve-end" in refused(books, "not-ready-to-file", *FILE, str(tmp_path / "f.txt"))
    refused(books, "same-person-ends-payee", "payee", "approve-end", "A-1", by=f"{CLERK}\u200b")
    desk.done(books, "payee", "approve-end", "A-1", by=CHIEF)
    assert desk.answered(books, "payee", "approve-end", "A-1", "--by", THIRD)["changed"] is False
    assert desk.answered(books, "payee", "list")["payees"] == []
    assert MEMBER in refused(books, "approval-fell", "refund", "paid", "1", "--on", "2012-03-28")
    desk.done(books, "refund", "approve", "1-2", "--on", "2012-03-27", by=CHIEF)
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")
    # Brought again with a later paper, the same person receives what is not paid yet.
    in_place(books, tmp_path, HEIR.replace("03-24", "03-27"))
    refused(books, "approval-fell", "refund", "paid", "2", "--on", "2012-03-28")
    desk.verifies(books)


def test_the_payee_of_before_receives_it_when_a_later_one_ends(books: str, tmp_path: Path) -> None:
    in_place(books, tmp_path)
    in_place(books, tmp_path, HEIR.replace("3334445", "3334446").replace("03-24", "03-25"))
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    desk.done(books, *END)
    desk.done(books, "payee", "approve-end", "A-1", by=CHIEF)
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-27", by=CHIEF)
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")
    assert desk.answered(books, "refund", "list")[0]["account"] == "***4445"
    desk.verifies(books)


def test_an_end_that_is_rejected_changes_nothing_and_can_be_proposed_again(books: str, tmp_path: Path) -> None:
    in_place(books, tmp_path)
    desk.done(books, "refund", "approve", "1", "--on", "2012-03-26", by=CHIEF)
    desk.done(books, *END)
    reject = ("payee", "reject-end", "A-1", "--reason", "届出のとおり")
    assert desk.answered(books, *reject)["changed"] is True
    assert desk.answered(books, *reject)["changed"] is False
    desk.done(books, "refund", "paid", "1", "--on", "2012-03-28")
    desk.done(books, *END)
    desk.done(books, "payee", "approve-end", "A-1", by=CHIEF)
    assert desk.answered(books, "refund", "list")[0]["account"] == "***4445"  # what was paid was paid
    desk.verifies(books)


ENDING = (
    "INSERT INTO payee_end (no, payee_known, state, reason, recorded_at, by) VALUES"
    " ({no}, (SELECT max(id) FROM payee_known), '{state}', '誤り', '2012-03-26 00:00:00', '{by}')"
)
TO_THE_PAYEE = (
    "INSERT INTO refund_step (refund, nth, state, happened_on, recorded_at, by, member_known, payee) VALUES"
    f" (1, 2, 'approved', '2012-03-26', '2012-03-26', '{CHIEF}', (SELECT max(id) FROM member_known),"
    " (SELECT max(id) FROM payee_known))"
)
# What is written around the program once an end is proposed as No. 1, or before; and by which rule it is refused.
ENDS_AROUND = [
    (True, ENDING.format(no=2, state="approved", by=f" {CLERK}"), "same-person: payee_end"),
    (True, ENDING.format(no=2, state="proposed", by=CHIEF), "out-of-order: payee_end"),
    (False, ENDING.format(no=2, state="approved", by=CHIEF), "out-of-order: payee_end"),
    (False, ENDING.format(no=2, state="rejected", by=CHIEF), "out-of-order: payee_end"),
    (True, "DELETE FROM payee_end", "append-only: payee_end"),
    (True, TO_THE_PAYEE, "approval-fell: refund_step"),
]


@pytest.mark.parametrize(("proposed", "statement", "rule"), ENDS_AROUND)
def test_an_end_around_the_program_is_refused(
    books: str, tmp_path: Path, proposed: bool, statement: str, rule: str
) -> None:
    in_place(books, tmp_path)
    if proposed:
        desk.done(books, *END)
    with (
        around.writing(books) as connection,
        pytest.raises(DatabaseError, match="append-only" if "append" in rule else rule),
    ):
        connection.execute(text(statement))


AROUND = {
    "same-person: payee_approval": "INSERT INTO payee_approval (payee_known, recorded_at, by)"
    f" VALUES ((SELECT max(id) FROM payee_known), '2012-03-26', '{CLERK} ')",
    "approval-fell: refund_step": "INSERT INTO refund_step"
    " (refund, nth, state, happened_on, recorded_at, by, member_known)"
    " VALUES (1, 2, 'approved', '2012-03-26', '2012-03-26', 'x', (SELECT max(id) FROM member_known))",
}


@pytest.mark.parametrize("rule", AROUND)
def test_the_database_refuses_what_goes_around_the_program(books: str, tmp_path: Path, rule: str) -> None:
    brought(books, tmp_path, desk.PAYEES, HEIR)
    with (
        around.writing(books) as connection,
        pytest.raises(DatabaseError, match=rule),
    ):
        connection.execute(text(AROUND[rule]))
