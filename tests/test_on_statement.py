"""Lines of a statement and the refunds that they pay or bring back: what is certain is told, the rest is left open."""

from datetime import date
from typing import Any

import pytest

from ledger.booking import on_statement
from ledger.booking.on_statement import WHY, Awaited, OnStatement, StatementLine

DAY, EARLIER, LATER = date(2012, 9, 28), date(2012, 9, 25), date(2012, 10, 2)
KOUYAMA, BONO = "ｺｳﾔﾏ ﾀﾛｳ", "ﾎﾞﾉ ﾊﾅｺ"

# Refunds 1 to 3 are in file 1, to be paid on its day; 4 and 5 were approved, and may be paid on any day; 6 was paid.
REFUNDS = (
    Awaited(1, 7245, KOUYAMA, DAY, DAY, file=1),
    Awaited(2, 7245, BONO, DAY, DAY, file=1),
    Awaited(3, 755, KOUYAMA, DAY, DAY, file=1),
    Awaited(4, 500, "ﾃｲﾀﾞ ｼﾞﾛｳ", EARLIER, LATER),
    Awaited(5, 500, "ﾃｲﾀﾞ ｼﾞﾛｳ", EARLIER, LATER),
    Awaited(6, 900, "ｶﾉｴﾉ ｻﾌﾞﾛｳ", DAY, DAY, recorded=True),
)
# All of them were paid on that day, and may have come back since.
PAID = tuple(Awaited(refund.refund, refund.yen, refund.payee, DAY, date.max) for refund in REFUNDS)


def lines(*rows: tuple[Any, ...]) -> list[StatementLine]:
    """Lines of (yen, what the bank wrote, the day): yen below nothing go out."""
    return [
        StatementLine(nth, rest[0] if rest else DAY, yen < 0, abs(yen), tuple(text.split("|")))
        for nth, (yen, text, *rest) in enumerate(rows, 1)
    ]


def told(said: OnStatement) -> str:
    """What was found and what was left, line by line: 1=2,3/how, 2?why 4."""
    found = [
        f"{line.line.row}={','.join(map(str, line.refunds))}/{line.how}{'/before' * line.recorded}"
        for line in said.found
    ]
    left = [f"{line.line.row}?{line.why}{line.refunds or ''}{list(line.files) or ''}" for line in said.open]
    return " ".join([*found, *left]).replace(", ", ",").replace(",)", ")")


PAYING: dict[str, tuple[list[tuple[Any, ...]], str]] = {
    "by number and yen": ([(-7245, "0000000001|ﾌﾘｺﾐ")], "1=1/number"),
    "by number, whoever is named": ([(-7245, "ｺｳﾔﾏ|0000000002")], "1=2/number"),
    "a number of another length is none": ([(-7245, "00000000010")], "1?other-payee(1,2)"),
    "the number with other yen": ([(-7244, "0000000001")], "1?other-yen(1)"),
    "the number on another day": ([(-7245, "0000000001", LATER)], "1?not-waiting(1)"),
    "the number of what does not wait": ([(-7245, "0000000077")], "1?not-waiting(77)"),
    "two lines name one number": ([(-7245, "0000000001"), (-7245, "0000000001")], "1?several(1) 2?several(1)"),
    "by payee and yen": ([(-7245, "ｺｳﾔﾏﾀﾛｳ"), (-7245, "振込組戻し ボノ ハナコ")], "1=1/payee 2=2/payee"),
    "the payee of another yen": ([(-7000, "ﾎﾞﾉ ﾊﾅｺ")], "1?other-yen(2)"),
    "a longer name is another": ([(-7245, "ｺｳﾔﾏ ﾀﾛｳｼﾞ")], "1?other-payee(1,2)"),
    "the whole file": ([(-15245, "総合振込")], "1=1,2,3/file"),
    "the whole file in kana": ([(-15245, "ｿｳｺﾞｳﾌﾘｺﾐ 3ｹﾝ")], "1=1,2,3/file"),
    "the total, not said to be a file": ([(-15245, "ﾌﾘｺﾐ")], "1?file-not-named[1]"),
    "the total on another day": ([(-15245, "総合振込", LATER)], "1?nothing"),
    "a part by number leaves no total": (
        [(-7245, "0000000001"), (-15245, "総合振込"), (-8000, "総合振込")],
        "1=1/number 2?nothing 3?nothing",
    ),
    "two refunds, two lines": ([(-500, "ﾃｲﾀﾞ ｼﾞﾛｳ"), (-500, "ﾃｲﾀﾞ ｼﾞﾛｳ", LATER)], "1=4/payee 2=5/payee"),
    "two refunds, one line": ([(-500, "ﾃｲﾀﾞ ｼﾞﾛｳ")], "1?several(4,5)"),
    "one refund, two lines": ([(-755, KOUYAMA), (-755, KOUYAMA)], "1?several(3) 2?several(3)"),
    "recorded before": ([(-900, "0000000006")], "1=6/number/before"),
    "something else": ([(-440, "ﾃｽｳﾘﾖｳ"), (7245, KOUYAMA)], "1?nothing"),
}


@pytest.mark.parametrize("case", PAYING)
def test_lines_that_pay_refunds(case: str) -> None:
    rows, expected = PAYING[case]
    assert told(on_statement.paid(lines(*rows), REFUNDS)) == expected


COMING_BACK: dict[str, tuple[list[tuple[Any, ...]], str]] = {
    "by number and yen": ([(7245, "ﾌﾘｺﾐﾌﾉｳ|0000000001", LATER)], "1=1/number"),
    "by payee, said to have come back": ([(7245, "組戻 ｺｳﾔﾏ ﾀﾛｳ", LATER)], "1=1/payee"),
    "the word beside the payee": ([(7245, "ﾎﾞﾉ ﾊﾅｺ|振込不能", LATER)], "1=2/payee"),
    "by payee, and not said so": ([(7245, KOUYAMA, LATER)], "1?no-word(1)"),
    "less than was paid": ([(6805, "ｸﾐﾓﾄﾞｼ ﾎﾞﾉ ﾊﾅｺ", LATER)], "1?other-yen(2)"),
    "nobody is named": ([(7245, "ﾌﾘｺﾐｸﾐﾓﾄﾞｼ", LATER)], "1?other-payee(1,2)"),
    "before it was paid": ([(7245, "組戻 ｺｳﾔﾏ ﾀﾛｳ", EARLIER)], "1?nothing"),
    "two were paid, one came back": ([(500, "組戻 ﾃｲﾀﾞ ｼﾞﾛｳ", LATER)], "1?several(4,5)"),
    "another's money is left alone": ([(7245, "ﾍｲﾉ ｺﾞﾛｳ", LATER), (-7245, "組戻 ｺｳﾔﾏ ﾀﾛｳ", LATER)], ""),
}


@pytest.mark.parametrize("case", COMING_BACK)
def test_lines_that_bring_transfers_back(case: str) -> None:
    rows, expected = COMING_BACK[case]
    assert told(on_statement.returned(lines(*rows), PAID)) == expected


def test_a_correction_of_the_bank_brings_back_what_it_names() -> None:
    line = StatementLine(1, LATER, False, 7245, (KOUYAMA,), corrects=True)
    assert told(on_statement.returned([line], PAID)) == "1=1/payee"
    gone_out = StatementLine(1, DAY, True, 7245, (KOUYAMA,), corrects=True)
    assert told(on_statement.paid([gone_out], REFUNDS)) == ""


def test_what_the_books_have_as_a_transfer_received_is_not_recorded_once_more() -> None:
    line = StatementLine(1, LATER, False, 7245, ("組戻 ｺｳﾔﾏ ﾀﾛｳ",), deposit="4567-20121002-1")
    assert told(on_statement.returned([line], PAID)) == "1?is-deposit(1)"


def test_every_reason_is_reached() -> None:
    texts = "?is-deposit " + " ".join(expected for cases in (PAYING, COMING_BACK) for _rows, expected in cases.values())
    assert [why for why in WHY if f"?{why}" not in texts] == []
