"""The journal for other software: hledger and beancount accept it and see the balances that the movements make."""

import csv
import shutil
import subprocess
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import account as beancount_account
from beancount.core import data
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.formats import beancount, hledger, journal_csv
from exports.formats.ledger_text import ExportAccount, Transaction, parts_used, postings
from ledger import i18n
from ledger.journal.entries import Movement

CHART = (
    ExportAccount("1110", "asset", "普通預金", "Ordinary deposit"),
    ExportAccount("2010", "liability", "未払金(認証局)", "Payable to the authority"),
    ExportAccount("2040", "liability", "預り金(発行手数料)", "Issuance fees held"),
    ExportAccount("2050", "liability", "仮受金", "Suspense"),
    ExportAccount("4900", "revenue", "雑収益", "Other revenue"),
    ExportAccount("5310", "expense", "支払手数料", "Bank charges"),
)


def entry(
    no: int, *movements: Movement, reverses: int | None = None, text: str = "入金", by: str = "経理"
) -> Transaction:
    """An entry of September 2012."""
    on = date(2012, 9, min(no, 30))
    return Transaction(
        no,
        on,
        datetime.fromisoformat("2012-10-01T09:30"),
        by,
        "fee_received",
        f"deposit:{no}",
        reverses,
        text,
        movements,
    )


MONTH = [
    entry(1, Movement("1110", "2040", 7245, credit_application="2011-0001", deposit="D-1"), text='振込 "甲山"; 初回分'),
    entry(2, Movement("1110", "2050", 8000, deposit="D:2 [2012/99/99]"), by="経理, 太郎;"),
    entry(3, Movement("2040", "2010", 7245, "2011-0001", "2011-0001"), Movement("5310", "1110", 330), text=""),
    entry(4, Movement("2010", "2040", 7245, "2011-0001", "2011-0001"), reverses=3, text="取消\n二行目 |*! (x)"),
]

nasty = st.one_of(
    st.text(alphabet="-xX2D0 aé東A:;%\"'\\(){}[]*!@=#^~　\t\n\r", max_size=8),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(
        ["東京 第9001号", "2011-0001", "𠮷田", "神(神)", "", " ", "a  b", "a-x20-b", "a b", "-", "X", "ﾔﾏﾀﾞ", "date:x"]
    ),
)


def made(owners: list[str], texts: list[str]) -> list[Transaction]:
    """A journal in which each owner has an amount of its own, so that two owners merged would show."""
    return [
        entry(at + 1, Movement("1110", "2040", 2**at, credit_application=owner, deposit=text), text=text, by=text)
        for at, (owner, text) in enumerate(zip(owners, texts, strict=False))
    ]


journals = st.builds(made, st.lists(nasty, max_size=8, unique=True), st.lists(nasty, min_size=8, max_size=8))


def balances(entries: list[Transaction]) -> dict[tuple[str, str | None], int]:
    """What the movements come to, by account and owner: debits less credits, in yen."""
    sums: dict[tuple[str, str | None], int] = defaultdict(int)
    for each in entries:
        for side in postings(each):
            sums[side.code, side.owner] += side.yen
    return {part: yen for part, yen in sums.items() if yen}


def seen_by_beancount(text: str) -> dict[str, int]:
    """The balance of each account as beancount's loader sees it; any complaint fails."""
    entries, complaints, _options = loader.load_string(text)
    assert complaints == []
    sums: dict[str, int] = defaultdict(int)
    for each in entries:
        if isinstance(each, data.Transaction):
            for posting in each.postings:
                assert posting.units is not None and posting.units.currency == "JPY"
                sums[posting.account] += int(posting.units.number or Decimal(0))
    assert all(beancount_account.is_valid(each.account) for each in entries if isinstance(each, data.Open))
    return {account: yen for account, yen in sums.items() if yen}


def seen_by_hledger(text: str, folder: Path) -> dict[str, int]:
    """The balance of each account as hledger sees it; its strict check comes first."""
    journal = folder / "journal.hledger"
    journal.write_bytes(text.encode())
    hledger_program("check", "--strict", "-f", str(journal))
    listed = hledger_program("balance", "-f", str(journal), "--flat", "--no-total", "-O", "csv")
    rows = list(csv.reader(listed.splitlines()))[1:]
    return {account: int(amount.removesuffix(" JPY")) for account, amount in rows if amount != "0"}


def hledger_program(*words: str) -> str:
    """What hledger answers; a complaint of hledger fails the test."""
    program = shutil.which("hledger")
    assert program is not None, "hledger is not installed; leave these tests out with -m 'not hledger'"
    done = subprocess.run([program, *words], capture_output=True, env={"LC_ALL": "C.UTF-8"}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def beancount_names(entries: list[Transaction]) -> dict[tuple[str, str | None], str]:
    """The beancount account of each account and owner."""
    base = {account.code: beancount._account(account) for account in CHART}
    return {**{(code, None): name for code, name in base.items()}} | {
        (code, owner): f"{base[code]}:{beancount.legal(owner)}" for code, owner in parts_used(entries)
    }


def hledger_names(entries: list[Transaction]) -> dict[tuple[str, str | None], str]:
    """The hledger account of each account and owner."""
    base = {account.code: hledger._account(account) for account in CHART}
    return {**{(code, None): name for code, name in base.items()}} | {
        (code, owner): f"{base[code]}:{hledger.legal(owner)}" for code, owner in parts_used(entries)
    }


def test_beancount_reads_the_month_and_sees_our_balances() -> None:
    text = "".join(beancount.text(MONTH, CHART))
    names = beancount_names(MONTH)
    assert seen_by_beancount(text) == {names[part]: yen for part, yen in balances(MONTH).items()}
    assert "Liabilities:2040-預り金-発行手数料:2011-0001" in text


def test_beancount_names_the_original_of_a_reversal() -> None:
    entries, _complaints, _options = loader.load_string("".join(beancount.text(MONTH, CHART)))
    reversal = next(each for each in entries if isinstance(each, data.Transaction) and each.meta.get("reverses") == 3)
    assert reversal.links == {"entry-4", "entry-3"}
    assert (reversal.meta["event"], reversal.meta["by"]) == ("fee_received", "経理")
    assert reversal.narration == "取消 二行目 |*! (x)"


def test_beancount_keeps_quotes_and_semicolons() -> None:
    entries, _complaints, _options = loader.load_string("".join(beancount.text(MONTH, CHART)))
    first = next(each for each in entries if isinstance(each, data.Transaction))
    assert first.narration == '振込 "甲山"; 初回分'
    assert first.postings[0].meta is not None and first.postings[0].meta["deposit"] == "D-1"


@settings(max_examples=60, deadline=None)
@given(journals)
def test_beancount_accepts_any_names_and_merges_none(entries: list[Transaction]) -> None:
    names = beancount_names(entries)
    seen = seen_by_beancount("".join(beancount.text(entries, CHART)))
    assert seen == {names[part]: yen for part, yen in balances(entries).items()}


@given(nasty, nasty)
def test_two_owners_are_never_spelled_alike(one: str, other: str) -> None:
    for legal in (beancount.legal, hledger.legal):
        assert (legal(one) == legal(other)) == (one == other)


@given(nasty)
def test_a_beancount_spelling_can_be_told_back(owner: str) -> None:
    assert told_back(beancount.legal(owner)) == owner


def told_back(spelled: str) -> str:
    """The owner that a beancount spelling stands for."""
    rest, owner = spelled.removeprefix("X"), ""
    while rest:
        if rest.startswith("--"):
            owner, rest = owner + " ", rest[2:]
        elif rest.startswith("-x"):
            number, rest = rest[2:].split("-", 1)
            owner += chr(int(number, 16))
        else:
            owner, rest = owner + rest[0], rest[1:]
    return owner


@pytest.mark.parametrize(
    ("owner", "in_beancount", "in_hledger"),
    [
        ("2011-0001", "2011-0001", "2011-0001"),
        ("東京 第9001号", "X東京--第9001号", "東京 第9001号"),
        ("a:b", "Xa-x3A-b", "a%3Ab"),
        ("A  B", "A----B", "A%20%20B"),
        ("100%", "100-x25-", "100%25"),
        ("X1", "XX1", "X1"),
    ],
)
def test_owners_are_spelled_legibly(owner: str, in_beancount: str, in_hledger: str) -> None:
    assert beancount.legal(owner) == in_beancount
    assert hledger.legal(owner) == in_hledger


def test_an_empty_journal_is_a_journal() -> None:
    assert seen_by_beancount("".join(beancount.text([], CHART))) == {}


def test_account_names_are_said_in_the_language_spoken() -> None:
    i18n.use("en")
    try:
        text = "".join(hledger.text(MONTH, CHART))
    finally:
        i18n.use("ja")
    assert "liabilities:2040 Issuance fees held:2011-0001" in text


def test_hledger_declares_every_account_and_the_commodity() -> None:
    text = "".join(hledger.text(MONTH, CHART))
    assert text.startswith("commodity 1000. JPY\n")
    assert "account liabilities:2040 預り金(発行手数料)  ; type:L\n" in text
    assert "account liabilities:2040 預り金(発行手数料):2011-0001\n" in text
    assert "    ; reverses:3\n" in text


@pytest.mark.hledger
def test_hledger_reads_the_month_and_sees_our_balances(tmp_path: Path) -> None:
    names = hledger_names(MONTH)
    seen = seen_by_hledger("".join(hledger.text(MONTH, CHART)), tmp_path)
    assert seen == {names[part]: yen for part, yen in balances(MONTH).items()}


@pytest.mark.hledger
@settings(max_examples=30, deadline=None)
@given(journals)
def test_hledger_accepts_any_names_and_merges_none(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Transaction]
) -> None:
    names = hledger_names(entries)
    seen = seen_by_hledger("".join(hledger.text(entries, CHART)), tmp_path_factory.mktemp("hledger"))
    assert seen == {names[part]: yen for part, yen in balances(entries).items()}


@pytest.mark.hledger
def test_hledger_finds_entries_by_their_tags(tmp_path: Path) -> None:
    journal = tmp_path / "journal.hledger"
    journal.write_text("".join(hledger.text(MONTH, CHART)), encoding="utf-8")
    assert "(4)" in hledger_program("print", "-f", str(journal), "tag:reverses=3")
    assert "経理， 太郎；" in hledger_program("tags", "-f", str(journal), "by", "--values")


def test_journal_csv_has_a_row_for_each_movement() -> None:
    rows = list(csv.reader("".join(journal_csv.text(MONTH, CHART)).splitlines()))
    assert len(rows) == 1 + sum(len(each.movements) for each in MONTH)
    assert rows[1][:10] == [
        "1",
        "1",
        "2012-09-01",
        "1110",
        "普通預金",
        "",
        "2040",
        "預り金(発行手数料)",
        "2011-0001",
        "7245",
    ]
