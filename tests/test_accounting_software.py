"""The journal for 弥生会計 and マネーフォワード, by their published columns: they sum up what the books hold."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from exports.formats import account_list, journal, ledger_text, moneyforward, yayoi
from exports.formats.ledger_text import Transaction
from ledger.dates import Month
from ledger.journal import balances
from ledger.journal.entries import Movement
from ledger.store import database
from tests import desk
from tests.test_cli import demo
from tests.test_journal_exports import CHART, MONTH, hledger_program, seen_by_beancount

pytestmark = pytest.mark.thorough

# Before anything was moved, and the last month of the made-up federation.
FIRST, LAST = Month.of(date(2011, 10, 1)), Month.of(date(2012, 9, 1))


class Line(NamedTuple):
    """A line as the other program reads it: which slip, which day, accounts with tax classes, yen, what is said."""

    slip: str
    on: date
    debit: str
    debit_tax: str
    credit: str
    credit_tax: str
    yen: tuple[int, int]
    text: str
    memo: str


def day(text: str) -> date:
    """A day written 2012/09/28."""
    return date.fromisoformat(text.replace("/", "-"))


def read_yayoi(data: bytes) -> list[Line]:
    """弥生インポート形式, by support.yayoi-kk.co.jp page 18545: 25 columns by their numbers, no heading."""
    text = data.decode("cp932")
    assert text.endswith("\r\n") or not text
    assert "\n" not in text.replace("\r\n", "")
    lines, slip, inside = [], 0, False
    for row in csv.reader(StringIO(text, newline="")):
        assert len(row) == 25
        column = dict(enumerate(row, 1))
        assert (column[1] in ("2100", "2101")) == inside, "a slip begins with its first line and ends with its last"
        inside = column[1] in ("2110", "2100")
        slip += column[1] in ("2000", "2110")
        assert column[20] == ("0" if column[1] == "2000" else "3")
        assert len(column[2]) <= 6 and column[25] == "no"
        for at, room in {5: 24, 6: 24, 7: 24, 11: 24, 12: 24, 13: 24, 17: 64, 22: 180}.items():
            assert len(column[at].encode("cp932")) <= room
        yen = int(column[9]), int(column[15])
        names = column[5], column[8], column[11], column[14]
        lines.append(Line(str(slip), day(column[4]), *names, yen, column[17], column[22]))
    assert not inside
    return lines


def read_moneyforward(data: bytes) -> list[Line]:
    """仕訳帳 of マネーフォワード, by the headings of its template."""
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    assert all(len(row) == 27 for row in rows)
    return [
        Line(
            row["取引No"],
            day(row["取引日"]),
            *(row["借方勘定科目"], row["借方税区分"], row["貸方勘定科目"], row["貸方税区分"]),
            (int(row["借方金額(円)"]), int(row["貸方金額(円)"])),
            *(row["摘要"], row["仕訳メモ"]),
        )
        for row in rows
    ]


READERS: dict[str, Callable[[bytes], list[Line]]] = {"yayoi": read_yayoi, "mf": read_moneyforward}


def by_month(lines: list[Line]) -> dict[tuple[str, str], tuple[int, int]]:
    """Debits and credits of each account in each month, in yen."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        month = f"{line.on:%Y-%m}"
        sums[month, line.debit][0] += line.yen[0]
        sums[month, line.credit][1] += line.yen[1]
    return {part: (debit, credit) for part, (debit, credit) in sums.items() if debit or credit}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """The books of the made-up federation at the end of its month."""
    with desk.books(request, demo) as url:
        yield url


@cache
def ours(url: str) -> dict[tuple[str, str], tuple[int, int]]:
    """What the trial balance of each month says of each account, by the account's name; no test changes the books."""
    sums = {}
    with database.reading(url) as connection:
        month = FIRST
        while month.first <= LAST.first:
            for change in balances.changes(connection, month.first, month.last):
                if change.debit or change.credit:
                    sums[str(month), change.opening.ja] = change.debit, change.credit
            month = Month.of(date.fromordinal(month.last.toordinal() + 1))
    return sums


def exported(url: str, form: str, folder: Path, *words: str) -> bytes:
    """The journal as the command writes it."""
    file = folder / f"{form}.txt"
    desk.done(url, "export", "journal", "--format", form, "--out", str(file), "--replace", *words)
    return file.read_bytes()


@pytest.mark.parametrize("form", READERS)
def test_the_other_program_sums_up_what_the_trial_balance_says_month_by_month(
    books: str, tmp_path: Path, form: str
) -> None:
    lines = READERS[form](exported(books, form, tmp_path, "--to", str(LAST.last)))
    assert by_month(lines) == ours(books)
    slips: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        slips[line.slip].append(line)
    recorded = [str(entry["no"]) for entry in desk.answered(books, "entries", "--to", str(LAST.last))["entries"]]
    assert len(slips) == len(recorded)
    assert form == "yayoi" or sorted(slips) == sorted(recorded)
    for slip in slips.values():
        assert len({line.on for line in slip}) == 1
        assert sum(line.yen[0] for line in slip) == sum(line.yen[1] for line in slip)


@pytest.mark.parametrize("form", READERS)
def test_ranges_joined_are_the_whole(books: str, tmp_path: Path, form: str) -> None:
    cuts = ["2000-01-01", "2012-04-01", "2012-09-01", "2012-09-15", "2100-01-01"]
    parts: list[Line] = []
    for first, behind in pairwise(map(date.fromisoformat, cuts)):
        last = date.fromordinal(behind.toordinal() - 1)
        parts += READERS[form](exported(books, form, tmp_path, "--from", str(first), "--to", str(last)))
    whole = READERS[form](exported(books, form, tmp_path))
    assert [line[1:] for line in parts] == [line[1:] for line in whole]


def test_beancount_sees_our_balances_month_by_month(books: str, tmp_path: Path) -> None:
    """As of the last day of each month, account by account."""
    month = FIRST
    while month.first <= LAST.first:
        text = exported(books, "beancount", tmp_path, "--to", str(month.last)).decode()
        assert _by_code(seen_by_beancount(text)) == _as_of(books, month.last)
        month = Month.of(date.fromordinal(month.last.toordinal() + 1))


@pytest.mark.hledger
def test_hledger_sees_our_balances_month_by_month(books: str, tmp_path: Path) -> None:
    exported(books, "hledger", tmp_path)
    words = ("balance", "-f", str(tmp_path / "hledger.txt"), "--flat", "--no-total", "--historical", "-O", "csv")
    month = FIRST
    while month.first <= LAST.first:
        end = date.fromordinal(month.last.toordinal() + 1)
        rows = list(csv.reader(hledger_program(*words, "-e", str(end)).splitlines()))[1:]
        seen = {account: int(amount.removesuffix(" JPY")) for account, amount in rows if amount != "0"}
        assert _by_code(seen) == _as_of(books, month.last)
        month = Month.of(end)


def _by_code(seen: dict[str, int]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for account, yen in seen.items():
        sums[account.split(":")[1][:4]] += yen
    return {code: yen for code, yen in sums.items() if yen}


def _as_of(url: str, day: date) -> dict[str, int]:
    with database.reading(url) as connection:
        accounts = balances.trial_balance(connection, day)
    return {account.code: account.debit - account.credit for account in accounts if account.debit != account.credit}


# --- what a line says -----------------------------------------------------------------------------------------------

FEE = "発行手数料の入金(申込番号 2011-0001)"


def test_a_slip_of_several_lines_has_a_first_a_middle_and_a_last_one() -> None:
    rows = list(csv.reader("".join(yayoi.text(MONTH, CHART)).splitlines()))
    assert [(row[0], row[19]) for row in rows] == [
        *(("2000", "0"), ("2000", "0"), ("2110", "3"), ("2101", "3"), ("2000", "0")),
    ]
    assert rows[0][:15] == [
        *("2000", "1", "", "2012/09/01", "普通預金", "", "", "対象外", "7245", ""),
        *("預り金(発行手数料)", "", "", "対象外", "7245"),
    ]


def test_the_lines_of_an_entry_have_its_number_and_its_day() -> None:
    data = "".join(moneyforward.text(MONTH, CHART)).encode("utf-8-sig")
    lines = [(line.slip, line.on.day, line.yen) for line in read_moneyforward(data)]
    assert lines == [
        *(("1", 1, (7245, 7245)), ("2", 2, (8000, 8000)), ("3", 3, (7245, 7245)), ("3", 3, (330, 330))),
        ("4", 4, (7245, 7245)),
    ]


@pytest.mark.parametrize(
    ("on", "in_yayoi", "in_moneyforward"),
    [
        ("1989-03-31", "対象外", "対象外"),
        ("1989-04-01", "課対仕入込3%", "課税仕入 3%"),
        ("1997-04-01", "課対仕入込5%", "課税仕入 5%"),
        ("2014-03-31", "課対仕入込5%", "課税仕入 5%"),
        ("2014-04-01", "課対仕入込8%", "課税仕入 8%"),
        ("2019-09-30", "課対仕入込8%", "課税仕入 8%"),
        ("2019-10-01", "課対仕入込10%", "課税仕入 10%"),
    ],
)
def test_a_bank_charge_has_the_tax_of_its_day_and_nothing_else_has_any(
    on: str, in_yayoi: str, in_moneyforward: str
) -> None:
    charge = made(Movement("5310", "1110", 440), on=on)
    assert classes(yayoi.text([charge], CHART), 7, 13) == [(in_yayoi, "対象外")]
    assert classes(moneyforward.text([charge], CHART), 6, 14)[1:] == [(in_moneyforward, "対象外")]
    for code in ("2010", "2040", "2050", "4900"):
        assert classes(yayoi.text([made(Movement("1110", code, 440), on=on)], CHART), 7, 13) == [("対象外", "対象外")]


def made(*movements: Movement, on: str = "2012-09-28", text: str = "x", no: int = 1) -> Transaction:
    """An entry of a day, with these movements."""
    recorded_at = datetime.fromisoformat("2012-10-01T18:30+09:00")
    return Transaction(no, date.fromisoformat(on), recorded_at, "経理", "fee_received", "k", None, text, movements)


def classes(pieces: Iterator[str], debit: int, credit: int) -> list[tuple[str, str]]:
    """The tax classes of each line, by their columns from 0."""
    return [(row[debit], row[credit]) for row in csv.reader("".join(pieces).splitlines())]


def test_a_long_text_is_cut_between_characters_and_stands_whole_in_the_memo() -> None:
    long = "あ" * 31 + "ｶﾞ" + "い" * 20
    (row,) = csv.reader(
        "".join(yayoi.text([made(Movement("5310", "1110", 1), text=long, no=1234567)], CHART)).splitlines()
    )
    assert (row[1], row[16], row[21]) == ("234567", "あ" * 31 + "…", f"伝票No.1234567 {long}")
    assert len(row[16].encode("cp932")) == 64
    assert ledger_text.cut("あ" * 32, 64) == "あ" * 32


def test_a_name_of_an_account_is_never_cut() -> None:
    chart = [replace(account, ja="あ" * 13) if account.code == "4900" else account for account in CHART]
    with pytest.raises(yayoi.AccountNameTooLong) as refused:
        list(yayoi.text(MONTH, chart))
    assert (refused.value.account, refused.value.limit) == ("4900", 24)


def test_a_text_of_two_lines_is_one() -> None:
    (row,) = csv.reader("".join(yayoi.text([made(Movement("5310", "1110", 1), text='a\r\nb,"c"')], CHART)).splitlines())
    assert row[16] == 'a  b,"c"'


# --- characters, names, encodings -----------------------------------------------------------------------------------


@pytest.fixture
def reversed_charges(book_url: str) -> str:
    """Books with interest, three bank charges, and their reversals, for reasons that hold what cp932 has not."""
    on = ("--on", "2012-09-28")
    slips = (("interest", "5000"), ("charge", "110"), ("charge", "220"), ("charge", "330"))
    for no, (word, yen) in enumerate(slips, 1):
        desk.done(book_url, "slip", word, "--yen", yen, "--reason", "通帳", *on)
        desk.done(book_url, "slip", "approve", str(no), *on, by=desk.CHIEF)
    for entry, reason in ((2, "𠮷田への送金"), (3, "誤り"), (4, "鷗と𠮷")):
        desk.done(book_url, "reverse", str(entry), "--reason", reason, *on)
        desk.done(book_url, "slip", "approve", str(entry + 3), *on, by=desk.CHIEF)
    return book_url


def test_all_characters_that_cannot_be_written_are_named_entry_by_entry(reversed_charges: str, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    words = ("export", "journal", "--format", "yayoi", "--out", str(file))
    refused = desk.typed(reversed_charges, *words)
    assert (refused.exit_code, file.exists()) == (1, False)
    assert "伝票No.5: 𠮷 (U+20BB7)、伝票No.7: 鷗 (U+9DD7) 𠮷 (U+20BB7) (entries-not-in-encoding)" in refused.stderr
    done = desk.done(reversed_charges, *words, "--substitute")
    assert "鷗 (U+9DD7)" in done.stderr
    assert [line.text.count("〓") for line in read_yayoi(file.read_bytes())] == [0, 0, 0, 0, 1, 0, 2]
    assert "𠮷" in exported(reversed_charges, "mf", tmp_path).decode()


def test_accounts_are_called_as_the_list_of_the_user_says(reversed_charges: str, tmp_path: Path) -> None:
    names = tmp_path / "科目.toml"
    names.write_text('[1110]\nname = "銀行"\nsubaccount = "本店"\n[5310]\ntax = "対象外"\n', encoding="utf-8-sig")
    text = exported(reversed_charges, "yayoi", tmp_path, "--accounts", str(names), "--substitute").decode("cp932")
    (_interest, first, *_rest) = csv.reader(StringIO(text, newline=""))
    assert (first[4], first[7], first[10], first[11]) == ("支払手数料", "対象外", "銀行", "本店")
    assert "assets:1110 銀行" in exported(reversed_charges, "hledger", tmp_path, "--accounts", str(names)).decode()


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("1110 = 1", 1),
        ("[9999]\nname = 'x'", 1),
        ("[1110]\nname = ''\ncolour = 'red'\n[2010]\ntax = 5", 3),
        (f"[1110]\nname = '{'あ' * 13}'", 1),
        ("= nonsense", 1),
    ],
)
def test_a_list_of_accounts_that_is_none_is_refused_with_every_reason(tmp_path: Path, text: str, reasons: int) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(account_list.NotAnAccountList) as refused:
        account_list.read(file, CHART)
    assert len(refused.value.reasons) == reasons


def test_a_moment_is_japans_and_says_so(reversed_charges: str, tmp_path: Path) -> None:
    (heading, first, *_rest) = csv.reader(StringIO(exported(reversed_charges, "csv", tmp_path).decode("utf-8-sig")))
    moment = datetime.fromisoformat(first[heading.index("記録日時")])
    offset = moment.utcoffset()
    assert offset is not None and offset.total_seconds() == 9 * 3600


def test_csv_is_written_in_either_encoding_and_its_texts_never_run(book_url: str, tmp_path: Path) -> None:
    entry = made(Movement("5310", "1110", 440), text="=1+1")
    assert '"\'=1+1"' in "".join(journal.FORMATS["csv"].text([entry], CHART))
    assert exported(book_url, "csv", tmp_path).startswith("\ufeff".encode())
    assert exported(book_url, "csv", tmp_path, "--encoding", "cp932").decode("cp932").startswith('"伝票No."')


# --- what is new since the last export ------------------------------------------------------------------------------


def test_each_export_begins_behind_the_last_and_together_they_are_the_whole(
    reversed_charges: str, tmp_path: Path
) -> None:
    """A late entry of an earlier day is in the next export; typed again, and `again`, the file is the same."""
    url, one, two = reversed_charges, tmp_path / "1.txt", tmp_path / "2.txt"
    since = ("export", "since-last", "--format", "yayoi", "--substitute", "--out")
    assert read_yayoi(content(url, one, *since)) == read_yayoi(exported(url, "yayoi", tmp_path, "--substitute"))
    first = one.read_bytes()
    assert "(nothing-to-export)" in desk.typed(url, *since, str(two)).stderr
    one.unlink()
    assert content(url, one, *since) == first
    desk.done(url, "slip", "charge", "--yen", "40", "--on", "2012-09-28", "--reason", "追加")
    desk.done(url, "slip", "approve", "8", "--on", "2012-09-28", by=desk.CHIEF)
    desk.done(url, "slip", "interest", "--yen", "7", "--on", "2012-09-03", "--reason", "遅れ")
    desk.done(url, "slip", "approve", "9", "--on", "2012-09-03", by=desk.CHIEF)
    desk.done(url, *since, str(tmp_path / "3.txt"), "--dry-run")
    assert not (tmp_path / "3.txt").exists()
    late = read_yayoi(content(url, two, *since))
    assert [(str(line.on), line.yen[0]) for line in late] == [("2012-09-03", 7), ("2012-09-28", 40)]
    whole = read_yayoi(exported(url, "yayoi", tmp_path, "--substitute"))
    assert sorted(line[1:] for line in (*read_yayoi(first), *late)) == sorted(line[1:] for line in whole)
    assert content(url, tmp_path / "again", "export", "again", "1", "--out") == first
    made = desk.answered(url, "export", "list")["exports"]
    assert [(each["format"], each["entries_from"], each["entries_to"]) for each in made] == [
        ("yayoi", 1, 7),
        ("yayoi", 8, 9),
    ]
    assert [each["sha256"] for each in made] == [sha256(each).hexdigest() for each in (first, two.read_bytes())]
    desk.verifies(url)


def content(url: str, file: Path, *words: str) -> bytes:
    """The file that a command writes, whose name is the last of its words."""
    desk.done(url, *words, str(file))
    return file.read_bytes()


def test_an_export_bears_its_own_names_and_language_when_it_is_made_again(
    reversed_charges: str, tmp_path: Path
) -> None:
    names, one = tmp_path / "科目.toml", tmp_path / "1.csv"
    names.write_text('[1110]\nname = "銀行"\n', encoding="utf-8")
    words = ("--lang", "en", "export", "since-last", "--format", "csv", "--accounts", str(names), "--out")
    first = content(reversed_charges, one, *words)
    names.unlink()
    assert content(reversed_charges, tmp_path / "2.csv", "export", "again", "1", "--out") == first
    assert "銀行".encode() in first and b"Bank charges" in first


def test_an_export_that_would_be_written_otherwise_is_refused(
    reversed_charges: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content(reversed_charges, tmp_path / "1.csv", "export", "since-last", "--format", "mf", "--out")
    monkeypatch.setattr(moneyforward, "_PURCHASE", "課税仕入{rate}%")
    refused = desk.typed(reversed_charges, "export", "again", "1", "--out", str(tmp_path / "2.csv"))
    assert (refused.exit_code, "(exported-otherwise)" in refused.stderr) == (1, True)
    assert not (tmp_path / "2.csv").exists()
