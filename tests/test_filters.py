"""Lists are narrowed by the same options; what the books do not hold is refused; an empty list says why it is empty."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exports.reports import REPORTS
from exports.reports.report import Report
from ledger import dates, i18n
from ledger.store import database
from tests import desk

DAY = date(2012, 5, 10)
# What has to be asked for beside a filter.
ASKED: dict[str, dict[str, object]] = {"check": {"everyone": True}, "find": {"text": "甲山"}}
FILE: dict[str, object] = {"file": Path(__file__).parent / "proposed" / "n2027_04_01.py"}

REFUSED = [
    ("match N-9", "unknown-deposit"),
    ("due --association 東凶", "no-such-association"),
    ("check --association 東京都", "no-such-association"),
    ("refund list --state paied", "no-such-state"),
    ("credit list --state approved", "no-such-state"),
    ("bill list --state 支払済", "no-such-state"),
    ("due --month 2012-13", "no-such-month"),
    ("decide --association 北極", "no-such-association"),
    ("decide --state done", "no-such-state"),
    ("letter --association 北極 --out x", "no-such-association"),
    ("refund propose --association 北極", "no-such-association"),
    ("bill S-77", "unknown-bill"),
    ("entries --application NOBODY", "unknown-application"),
    ("entries --member '東京 第1号'", "unknown-member"),
    ("entries --deposit N-77", "unknown-deposit"),
    ("entries --payer アンドロメダ", "no-such-payer"),
    ("entries --account 9999", "unknown-account"),
    ("check 甲山太朗", "no-member-named"),
    ("due --member 甲山太朗", "no-member-named"),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books in which something of everything has happened; no test here changes them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: DAY)


def filters() -> Iterator[tuple[str, str]]:
    """Every list with each of its filters."""
    for name, report in REPORTS.items():
        for parameter in report.parameters:
            if parameter.column and parameter.flag:
                yield name, parameter.name


def asked(url: str, report: Report, **question: object) -> Any:
    """What a report says to a question."""
    with database.reading(url) as connection:
        return report.ask(connection, ASKED.get(report.name, {}) | {"as_of": DAY} | question)


def rows(url: str, report: Report, **question: object) -> list[Any]:
    """The rows of the list, as they are compared with a filter."""
    with database.reading(url) as connection:  # they may be read only while they are asked for
        content = report.ask(connection, ASKED.get(report.name, {}) | {"as_of": DAY} | question).content
        return list(report.listed(content))


@pytest.mark.parametrize(("name", "of"), list(filters()))
def test_filter_leaves_the_rows_that_are_meant_and_no_other(kept: str, name: str, of: str) -> None:
    report = REPORTS[name]
    parameter = next(parameter for parameter in report.parameters if parameter.name == of)
    every = rows(kept, report)
    if parameter.kind == "flag":
        left = rows(kept, report, **{of: True})
        assert 0 < len(left) <= len(every)
        return
    columns = {column.key: column.getter for column in report.columns if column.in_json}
    get = columns[parameter.column] if isinstance(parameter.column, str) else parameter.column
    values = {value for row in every for value in _each(get(row))}
    for value in values:
        left = rows(kept, report, **{of: _typed(value)})
        fitting = [row for row in every if any(_typed(one) == _typed(value) for one in _each(get(row)))]
        assert len(left) == len(fitting) > 0, (name, of, value)


def _each(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def _typed(value: Any) -> str:
    return value.isoformat()[:7] if isinstance(value, date) else str(value)


@pytest.mark.parametrize(("command", "code"), REFUSED)
def test_what_the_books_do_not_hold_is_refused(kept: str, command: str, code: str) -> None:
    """It is never answered with nothing."""
    answer = desk.typed(kept, *desk.resolved(kept, command), "--lang", "en")
    assert answer.exit_code in (1, 2), answer.output
    assert f"({code})" in answer.stderr


def test_state_is_named_by_its_word_in_either_language(kept: str) -> None:
    by_code = desk.answered(kept, "refund", "list", "--state", "paid")
    assert by_code
    for word in ("支払済", "Paid", "ｐａｉｄ"):
        assert desk.answered(kept, "refund", "list", "--state", word) == by_code


def test_association_is_named_as_offices_do(kept: str) -> None:
    by_name = desk.answered(kept, "due", "--association", "東京", "--as-of", "2012-02-20")
    assert by_name["due"]
    for word in ("東京会", "東京司法書士会", " 東京 "):
        assert desk.answered(kept, "due", "--association", word, "--as-of", "2012-02-20") == by_name


def test_check_of_an_association_needs_no_everyone(kept: str) -> None:
    everyone = desk.answered(kept, "check", "--everyone")["findings"]
    assert desk.answered(kept, "check", "--association", "東京")["findings"] == everyone
    eligible = desk.answered(kept, "check", "--state", "eligible")["findings"]
    assert eligible == [finding for finding in everyone if finding["outcome"] == "eligible"]


@pytest.mark.thorough
@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_list_of_empty_books_says_why(book_url: str, name: str, language: i18n.Language) -> None:
    i18n.use(language)
    report = REPORTS[name]
    question = FILE if name == "notices compare" else {}
    question = {
        parameter.name: question[parameter.name] for parameter in report.parameters if parameter.name in question
    }
    listing = asked(book_url, report, **question)
    if list(report.listed(listing.content)) == [] and not listing.why_empty:
        assert report.empty is None, "what it says itself is looked at where it is tested"
    if listing.why_empty:
        assert listing.why_empty in listing.text().replace("\n", " ")
        assert "{" not in listing.why_empty


def test_reason_is_told_beside_what_other_programs_read(book_url: str, tmp_path: Path) -> None:
    shown = desk.done(book_url, "due", "--lang", "en")
    assert "Nothing has been taken in yet of: Applications" in shown.stdout
    as_json = desk.done(book_url, "due", "--json")
    assert json.loads(as_json.stdout)["due"] == []
    written = desk.done(book_url, "due", "--out", str(tmp_path / "x.csv"), "--lang", "en")
    assert "Nothing has been taken in yet" in written.stderr


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("due --as-of 2012-01-01", "On 2012-01-01 there was none of this yet: the first is of 2012-01-26."),
        ("due --association 沖縄", "fits: --association 沖縄"),
        ("refund list --state filed --member 戊野花子", "fits: --member '東京 第9002号' --state filed"),
        ("refund list --as-of 2012-01-01", "the first is of 2012-04-02"),
        ("check --association 沖縄", "fits: --association 沖縄"),
        ("imports --month 2011-01", "fits: --month 2011-01"),
        ("entries --from 2013-01-01", "There is none that fits: --from 2013-01-01"),
        ("match N-FREE", "N-FREE is settled: it pays for FREE. To take that back: seisan unmatch N-FREE --reason …"),
        ("bank --month 2012-01", "The bank has told nothing of these days. Next: seisan import FILE"),
    ],
)
def test_empty_list_says_what_left_nothing(kept: str, command: str, sentence: str) -> None:
    answer = desk.done(kept, *desk.resolved(kept, command), "--lang", "en").stdout
    assert sentence in answer
    assert "----" not in answer, "no headings over nothing"


def test_statement_of_a_member_is_asked_for_by_name(kept: str, tmp_path: Path) -> None:
    desk.done(kept, "statement", "member", "甲山　太郎", "--as-of", "2012-05-10", "--out", str(tmp_path / "x.xlsx"))


def test_bill_is_asked_for_by_its_number(kept: str) -> None:
    every = desk.answered(kept, "bill")
    one = desk.answered(kept, "bill", "S-1")
    assert one["lines"] == [line for line in every["lines"] if line["bill"] == "S-1"]
    assert one["totals"]["billed"] == sum(line["billed"] for line in one["lines"])
    assert desk.answered(kept, "bill", "list", "Ｓ－１") == one
    still_open = desk.answered(kept, "bill", "--open")["lines"]
    assert still_open and all(line in every["lines"] for line in still_open)


def test_entries_of_a_deposit_and_of_a_payer(kept: str) -> None:
    def numbers(*words: str) -> list[int]:
        return [entry["no"] for entry in desk.answered(kept, "entries", *words)["entries"]]

    assert numbers("--deposit", "N-LOOSE") == numbers("--payer", "ふめい") != []
    assert len(numbers("--payer", "コウヤマ")) > len(numbers("--payer", "ｺｳﾔﾏ", "--deposit", "N-FREE")) > 0
    assert numbers("--month", "2012-03") == numbers("--from", "2012-03-01", "--to", "2012-03-31") != []
    assert numbers("--month", "2012-03", "--from", "2012-03-07") == numbers(
        "--from", "2012-03-07", "--to", "2012-03-31"
    )


def test_letters_of_one_association_lie_beside_their_list(kept: str, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    desk.done(kept, "letter", "--association", "東京", "--state", "eligible", "--out", str(folder))
    names = sorted(path.name for path in folder.iterdir())
    assert names[-1] == "一覧.xlsx"
    listed = desk.answered(kept, "decision", "list", "--association", "東京", "--state", "eligible", "--standing")
    assert [int(name.partition("-")[0]) for name in names[:-1]] == [row["no"] for row in listed]
    assert desk.answered(kept, "verify", str(folder / "一覧.xlsx"))["faults"] == []
    nothing = desk.done(kept, "letter", "--association", "沖縄", "--out", str(tmp_path / "none"), "--lang", "en")
    assert "fits: --association 沖縄 --standing" in nothing.stderr
    assert not (tmp_path / "none").exists()
