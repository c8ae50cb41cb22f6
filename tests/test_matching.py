"""A transfer that names no application: candidates are suggested, and only a person's word settles it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from exports.issued import returned, stamp
from ledger import fees, tables
from ledger.allocations import Part
from ledger.booking import allocation
from ledger.booking.allocation import SettledBeforeKnown, SettledOtherwise
from ledger.booking.run import book
from ledger.errors import UnknownApplication, UnknownDeposit
from ledger.intake.matching import UnmatchedDeposit, as_before
from ledger.intake.matching import unmatched as matched
from ledger.journal.balances import held
from ledger.store import database
from tests import desk, given, payers


def unmatched(connection: Connection) -> list[UnmatchedDeposit]:
    """What waits, with candidates."""
    return matched(connection, fees.dues(connection))


def settle(connection: Connection, deposit: str, application: str, *, on: date, by: str) -> bool:
    """A transfer allocated to one application by a person's word."""
    return allocation.settle(connection, deposit, [Part(application)], on=on, through=LATER, by=by)


APPLIED, RECEIVED, LATER = date(2012, 3, 1), date(2012, 3, 5), date(2012, 4, 2)


def fill(connection: Connection) -> None:
    """One member with an unpaid application, and a transfer in the member's name that says nothing else."""
    source = given.source(connection)
    given.member(connection, source)
    connection.execute(
        tables.member_known.insert().values(
            member=given.MEMBER,
            name="甲山 太郎",
            kana="コウヤマ タロウ",
            association="東京",
            known_on=APPLIED,
            source=source,
        )
    )
    given.application(connection, source, "2012-0001", {"applied_on": APPLIED, "paid": []}, as_of=LATER)
    given.deposit(connection, source, "D1", RECEIVED, 7245, None)


def test_the_member_of_that_name_is_suggested_while_nothing_is_paid(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        (found,) = unmatched(connection)
        assert [(candidate.application, candidate.because) for candidate in found.candidates] == [
            ("2012-0001", ("name", "yen"))
        ]
        assert settle(connection, "D1", "2012-0001", on=LATER, by="乙川")
        assert unmatched(connection) == []


def test_a_suggestion_settles_nothing_and_a_word_is_booked_once(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        book(connection, LATER, by="乙川")
        assert held(connection, "2050", "deposit") == {"D1": 7245}
        settle(connection, "D1", "2012-0001", on=LATER, by="乙川")
        for _again in range(2):
            book(connection, LATER, by="乙川")
            assert held(connection, "2050", "deposit") in ({}, {"D1": 0})
            assert held(connection, "2040", "application") == {"2012-0001": 7245}


def test_the_same_word_twice_is_no_change(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        assert settle(connection, "D1", "2012-0001", on=LATER, by="乙川")
        assert not settle(connection, "D1", "2012-0001", on=LATER, by="乙川")


def test_what_cannot_be_settled_is_refused(book_url: str) -> None:
    with database.writing(book_url) as connection:
        fill(connection)
        with pytest.raises(UnknownDeposit):
            settle(connection, "D9", "2012-0001", on=LATER, by="乙川")
        with pytest.raises(UnknownApplication):
            settle(connection, "D1", "2012-9999", on=LATER, by="乙川")
        with pytest.raises(SettledBeforeKnown):
            settle(connection, "D1", "2012-0001", on=APPLIED, by="乙川")
        source = given.source(connection)
        given.application(connection, source, "2012-0002", {"applied_on": APPLIED, "paid": []}, as_of=LATER)
        settle(connection, "D1", "2012-0002", on=LATER, by="乙川")
        with pytest.raises(SettledOtherwise):
            settle(connection, "D1", "2012-0001", on=LATER, by="乙川")


@pytest.mark.parametrize("payer", ["ｼﾖｳｼﾞ ｷﾖｳｺ", "ショウジキョウコ", "しょうじ　きょうこ", "庄司 恭子"])
def test_name_is_found_as_banks_write_it(book_url: str, payer: str) -> None:
    """Banks write no small kana: ｼﾖｳｼﾞ is ショウジ."""
    with database.writing(book_url) as connection:
        fill(connection)
        row = {"member": given.MEMBER, "name": "庄司 恭子", "kana": "ショウジ キョウコ", "association": "東京"}
        connection.execute(
            tables.member_known.insert().values(row | {"known_on": RECEIVED, "source": given.source(connection)})
        )
        deposit = {"deposit": "D1", "received_on": RECEIVED, "yen": 7245, "payer": payer, "known_on": LATER}
        connection.execute(tables.deposit_known.insert().values(deposit | {"source": given.source(connection)}))
        (found,) = unmatched(connection)
        assert [candidate.member for candidate in found.candidates] == [given.MEMBER]


# --- reasons --------------------------------------------------------------------------------------------------------

# Members by their kana: what they are called, and whether an application of theirs waits. They are numbered from 9001.
REGISTER = {
    "コウヤマ タロウ": ("甲山 太郎", True),
    "オオノ ショウジ": ("大野 庄司", True),
    "オノ ハナコ": ("小野 花子", True),
    "シミヅ カヲル": ("清水 薫", True),
    "トヨダ イチロウ": ("豊田 一郎", True),
    "トヨタ イチロウ": ("豊田 一朗", False),
    "ワタナベ ジュンコ": ("渡邊 潤子", True),
    "タキザワ コウジ": ("瀧澤 晃司", True),
    "タキザワ ユリ": ("瀧澤 由利", True),
}

# What the bank wrote as payer and note, in the yen that are due; the candidates that come first, each with why; and
# whether the first is certain.
PAYERS: dict[str, tuple[tuple[str, ...], bool]] = {
    "ｺｳﾔﾏ ﾀﾛｳ": (("9001 name yen",), True),
    "ｺ ｳﾔﾏﾀﾛ ｳ": (("9001 name yen",), True),
    "コウヤマ　タロー": (("9001 name_alike yen",), False),
    "ｼﾐｽﾞ ｶｵﾙ": (("9004 name yen",), True),
    "ｼﾐｽ ﾞ ｶｵﾙ": (("9004 name yen",), True),
    "ｼﾐﾂ ｶｵﾙ": (("9004 name_alike yen",), False),
    "ｵｵﾉ ｼﾖｳｼﾞ": (("9002 name yen",), False),  # it may be meant for 小野, who is read nearly alike
    "ｵ-ﾉ ｼﾖｳｼﾞ": (("9002 name_alike yen",), False),
    "ｵﾉ ﾊﾅｺ": (("9003 name yen",), False),  # ｵﾉ may be short for オオノ, and 大野 has a fee to pay
    "ﾄﾖﾀ ｲﾁﾛｳ": (("9005 name_alike yen",), False),  # exactly the name of another, who has nothing to pay
    "渡辺潤子": (("9007 name yen",), True),
    "2012-0001 ｺｳﾔﾏﾀﾛｳ": (("2012-0001 number name yen",), True),
    "ｺｳﾔﾏ ﾊﾅｺ 20120001": (("2012-0001 number surname yen",), True),
    "ｺｳﾔﾏ ﾊﾅｺ": (("9001 surname yen",), False),
    "120120001": ((), False),  # the number stands in a longer one
    "ｺｳﾔﾏ ﾀﾛｳ 2012-7777": (("9001 name yen",), False),
    "ｺｳﾔﾏ ﾀﾛｳ 2012-0002": (("9001 name yen", "2012-0002 number yen"), False),
    "9005 ﾄﾖﾀ ｲﾁﾛｳ": (("9005 member name_alike yen",), True),
    "ｼﾎｳｼﾖｼ ｺｳﾔﾏ ﾀﾛｳ": (("9001 name yen",), True),
    "ｶ)ｺｳﾔﾏｼﾞﾑｼﾖ": (("9001 office yen",), False),
    "ﾀｷｻﾞﾜ ｺｳｼﾞ": (("9008 name yen",), False),  # a wife of that surname has a fee to pay
    "ﾀｷｻﾞﾜｼﾎｳｼﾖｼﾎｳｼﾞﾝ": (("9008 office yen", "9009 office yen"), False),
    "ｺｳﾔﾏ ﾀﾛﾐ": (("9001 name_near yen",), False),
    "ﾄｳｷﾖｳｼﾎｳｼﾖｼｶｲ ｺｳﾔﾏﾀﾛｳ": (("9001 name association yen",), False),
    "ﾄｳｷﾖｳｼﾎｳｼﾖｼｶｲ 2012-0001": (("2012-0001 number association yen",), True),
    "ﾀﾆﾝ": ((), False),
}


def of_register(connection: Connection) -> None:
    """The members of the register, and an application for each that has one."""
    source = given.source(connection)
    for nth, (kana, (name, waits)) in enumerate(REGISTER.items(), 1):
        member = f"東京 第{9000 + nth}号"
        connection.execute(tables.member.insert().values(number=member, source=source))
        row = {"member": member, "name": name, "kana": kana, "association": "東京", "known_on": APPLIED}
        connection.execute(tables.member_known.insert().values(row | {"source": source}))
        if waits:
            facts = {"applied_on": APPLIED, "paid": []}
            given.application(connection, source, f"2012-{nth:04}", facts, member=member, as_of=LATER)


def came(connection: Connection, reference: str, payer: str, *, yen: int = 7245, note: str | None = None) -> None:
    """A transfer received."""
    given.deposit(connection, given.source(connection), reference, RECEIVED, yen, None)
    row = {"deposit": reference, "received_on": RECEIVED, "yen": yen, "payer": payer, "note": note, "known_on": LATER}
    connection.execute(tables.deposit_known.insert().values(row | {"source": given.source(connection)}))


def test_each_way_of_writing_a_payer_has_its_reasons(book_url: str) -> None:
    """One transfer at a time: two that name one application are certain of neither."""
    for payer, (candidates, certain) in PAYERS.items():
        with database.writing(book_url, dry_run=True) as connection:
            of_register(connection)
            came(connection, "D1", payer)
            (found,) = unmatched(connection)
        told = []
        for one, expected in zip(found.candidates, candidates, strict=False):
            of, *_because = expected.split()
            number = one.application if of.startswith("2012") else one.member.removeprefix("東京 第").removesuffix("号")
            told.append(" ".join((number, *one.because)))
        assert (tuple(told), found.certain is not None) == (candidates, certain), payer
        scores = [one.score for one in found.candidates]
        assert scores == sorted(scores, reverse=True) and all(0 < score <= 100 for score in scores)
        assert found.certain in (None, *(one.application for one in found.candidates[:1]))


def correct_yen(connection: Connection, yen: int) -> None:
    """A later row says another amount."""
    row = {"deposit": "D1", "received_on": RECEIVED, "yen": yen, "payer": "ｺｳﾔﾏ ﾀﾛｳ", "known_on": LATER}
    connection.execute(tables.deposit_known.insert().values(row | {"source": given.source(connection)}))


# What else than the payer's name keeps a transfer from being certain: the yen, the day, another that waits.
UNCERTAIN: dict[str, Callable[[Connection], object]] = {
    "other yen": lambda connection: correct_yen(connection, 7035),
    "twice as many": lambda connection: correct_yen(connection, 14490),
    "a second one": lambda connection: came(connection, "D2", "ｺｳﾔﾏﾀﾛｳ"),
    "another application of the member": lambda connection: given.application(
        connection, given.source(connection), "2012-0099", {"applied_on": APPLIED, "paid": []}, as_of=LATER
    ),
    "taken back before": lambda connection: (
        settle(connection, "D1", "2012-0002", on=LATER, by="乙川"),
        allocation.take_back(connection, "D1", None, on=LATER, reason="別人", through=LATER, by="乙川"),
    ),
    "an application withdrawn": lambda connection: connection.execute(
        tables.fact.insert().values(
            application="2012-0001",
            name="withdrawn_on",
            day=RECEIVED,
            known_on=RECEIVED,
            source=given.source(connection),
        )
    ),
}


@pytest.mark.parametrize("why", UNCERTAIN)
def test_what_is_not_certain_is_left_to_a_person(book_url: str, why: str) -> None:
    with database.writing(book_url) as connection:
        of_register(connection)
        came(connection, "D1", "ｺｳﾔﾏ ﾀﾛｳ")
        assert [found.certain for found in unmatched(connection)] == ["2012-0001"]
        UNCERTAIN[why](connection)
        assert [found.certain for found in unmatched(connection)] in ([None], [None, None])
        assert unmatched(connection)[0].candidates[0].member == given.MEMBER


def test_an_association_pays_for_several(book_url: str) -> None:
    """Those named in the note are put first, as many yen as they owe together; nothing of it is certain."""
    with database.writing(book_url) as connection:
        of_register(connection)
        came(connection, "D1", "ﾄｳｷﾖｳｼﾎｳｼﾖｼｶｲ", yen=14490, note="ｵｵﾉｼﾖｳｼﾞ ﾜﾀﾅﾍﾞ ｼﾞﾕﾝｺ")
        (found,) = unmatched(connection)
        assert [one.application for one in found.candidates[:2]] == ["2012-0002", "2012-0007"]
        assert all(one.because == ("named", "association", "several") for one in found.candidates[:2])
        assert found.certain is None and len(found.candidates) == len([1 for _n, waits in REGISTER.values() if waits])


def test_who_paid_for_a_member_before_is_known_by_it(book_url: str) -> None:
    with database.writing(book_url) as connection:
        of_register(connection)
        source = given.source(connection)
        given.application(connection, source, "2011-0001", {"applied_on": date(2011, 3, 1), "paid": []}, as_of=LATER)
        came(connection, "D0", "ﾏﾙﾊﾞﾂｼﾖｳｼﾞ ｶ)")
        settle(connection, "D0", "2011-0001", on=LATER, by="乙川")
        came(connection, "D1", "ｶ)ﾏﾙﾊﾞﾂｼﾖｳｼﾞ")
        (found,) = unmatched(connection)
        assert [(one.application, one.because) for one in found.candidates] == [("2012-0001", ("paid_before", "yen"))]


def test_what_is_left_of_a_fee_waits_for_its_payment(book_url: str) -> None:
    with database.writing(book_url) as connection:
        of_register(connection)
        came(connection, "D1", "ｺｳﾔﾏ ﾀﾛｳ", yen=7000)
        settle(connection, "D1", "2012-0001", on=LATER, by="乙川")
        came(connection, "D2", "ｺｳﾔﾏ ﾀﾛｳ", yen=245)
        (found,) = unmatched(connection)
        assert [(one.application, one.due, one.certain) for one in found.candidates] == [("2012-0001", 245, True)]


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_certain_and_false(book_url: str, seed: int) -> None:
    """Transfers with every kind of trouble, and what each pays for in truth (`benchmarks/matching.py`: many more)."""
    with database.writing(book_url) as connection:
        truth = payers.fill(connection, payers.world(300, members=1500, waiting=0.25, seed=seed))
        found = unmatched(connection)
    certain = {of.deposit: of.certain for of in found if of.certain is not None}
    assert [truth[deposit] for deposit, application in certain.items() if truth[deposit].truth != (application,)] == []
    first = [
        of.candidates[:1] != () and of.candidates[0].application in truth[of.deposit].truth
        for of in found
        if truth[of.deposit].truth
    ]
    assert len(certain) > 0.25 * len(found) and sum(first) > 0.8 * len(first)


def test_list_handed_out_before_is_made_as_it_was(
    book_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its candidates are those that were found then, and a list of now is no list of then."""
    with database.writing(book_url) as connection:
        of_register(connection)
        came(connection, "D1", "ｺｳﾔﾏ ﾀﾛｳ")
        came(connection, "D2", "ｺｳﾔﾏ ﾊﾅｺ")
    now, then = tmp_path / "now.xlsx", tmp_path / "then.xlsx"
    desk.done(book_url, "match", "--out", str(now))
    desk.done(book_url, "verify", str(now))
    monkeypatch.setattr(stamp, "FORM", stamp.MATCHED - 1)
    with as_before():
        desk.done(book_url, "match", "--out", str(then))
    assert now.read_bytes() != then.read_bytes()
    desk.done(book_url, "verify", str(then))
    monkeypatch.setattr(returned, "as_before", lambda **_of: as_before(before=False))
    assert desk.typed(book_url, "verify", str(then)).exit_code == 1
