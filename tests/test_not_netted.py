"""Suspense is never netted silently: what touches it names the deposit and is an entry; all else leaves it alone."""

import shlex
from collections import Counter

import pytest

from ledger import i18n
from ledger.codes import Account
from ledger.journal import balances
from ledger.statements.suspense import ageing
from ledger.store import database
from tests import desk
from tests.copies import Copies
from tests.desk import CHIEF, CLERK, ON

pytestmark = pytest.mark.thorough

# What somebody types who would like to set one against the other: the fee that comes back to a member, what the same
# member paid too much (N-THRICE), a transfer of nobody known (N-LOOSE), an unpaid reissue (OPEN), a bill. What comes of
# it: the code by which it is refused, or the events that are posted; and by how many yen which deposit changes.
_LOOSE, _OVERPAID = "N-LOOSE", "N-THRICE"
TYPED: dict[str, tuple[str, str | list[str], dict[str, int]]] = {
    "a refund beside what was overpaid": (
        f"refund propose FREE --on {ON}",
        ["authority_waived", "refund_proposed"],
        {},
    ),
    "a credit beside what was overpaid": (
        f"credit propose FREE --to OPEN --on {ON}",
        ["authority_waived", "credit_proposed"],
        {},
    ),
    "what was overpaid goes back whole, whatever the member owes": (
        *(f"overpaid return {_OVERPAID} --on 2012-04-06", ["overpayment_returned"], {_OVERPAID: -7245}),
    ),
    "what was overpaid for the reissue of the same member, because a person says so": (
        *(f"match {_OVERPAID} OPEN --on 2012-04-10", ["suspense_settled"], {_OVERPAID: -7245}),
    ),
    "what nobody is known for, for a reissue": (
        *(f"match {_LOOSE} OPEN --on 2012-04-10", ["suspense_settled"], {_LOOSE: -7245}),
    ),
    "a bill is paid from the bank alone": ("bill pay S-2 --on 2012-05-31", ["authority_paid"], {}),
    "suspense against fees held": (
        *(
            "slip other --debit 2050 --credit 2040 --yen 7245 --on 2012-05-02 --reason 相殺",
            "account-kept-by-parts",
            {},
        ),
    ),
    "suspense against what is payable to the authority": (
        *(
            "slip other --debit 2050 --credit 2010 --yen 7245 --on 2012-05-02 --reason 相殺",
            "account-kept-by-parts",
            {},
        ),
    ),
    "a refund that is owed against suspense": (
        *(
            "slip other --debit 2020 --credit 2050 --yen 7245 --on 2012-05-02 --reason 相殺",
            "account-kept-by-parts",
            {},
        ),
    ),
    "suspense as income waits for a second person": (
        *(f"slip income {_OVERPAID} --on 2012-05-02 --reason 相殺", [], {}),
    ),
}


def _suspense(url: str) -> Counter[str]:
    with database.reading(url) as connection:
        return Counter({str(of): yen for of, yen in balances.held(connection, Account.SUSPENSE, "deposit").items()})


def _events(url: str) -> Counter[str]:
    return Counter(entry["event"] for entry in desk.answered(url, "entries")["entries"])


@pytest.mark.parametrize("name", TYPED)
def test_nothing_is_set_against_suspense_but_what_says_so(made: Copies, name: str) -> None:
    command, expected, moved = TYPED[name]
    with made.copy() as url:
        desk.done(url, "book", "--through", "2012-05-31")
        before, posted = _suspense(url), _events(url)
        answer = desk.typed(url, *shlex.split(command), by=CLERK)
        if isinstance(expected, str):
            assert f"({expected})" in answer.stderr
        else:
            assert answer.exit_code == 0, answer.output
            assert sorted((_events(url) - posted).elements()) == expected
        after = _suspense(url)
        assert {of: after[of] - before[of] for of in before | after if after[of] != before[of]} == moved


def test_what_nobody_is_known_for_goes_back_by_two_people_and_in_no_file(made: Copies) -> None:
    with made.copy() as url:
        desk.done(url, "book", "--through", "2012-05-31")
        no = str(desk.answered(url, "overpaid", "return", _LOOSE, "--on", "2012-04-06")["no"])
        assert "(same-person-approves)" in desk.typed(url, "overpaid", "approve", no, "--on", "2012-04-06").stderr
        desk.done(url, "overpaid", "approve", no, "--on", "2012-04-06", by=CHIEF)
        filed = desk.typed(url, "refund", "file", "--on", "2012-05-07", "--without", "2", "--out", "振込.txt")
        assert "(not-ready-to-file)" in filed.stderr
        assert _LOOSE in filed.stderr
        desk.done(url, "overpaid", "paid", no, "--on", "2012-04-09")
        assert _LOOSE not in _suspense(url)


def test_what_waits_is_told_in_classes_of_days_that_add_up(made: Copies) -> None:
    with made.copy() as url:
        told = desk.answered(url, "deposits", "--state", "suspense", "--as-of", "2012-04-06")
        assert [row["days"] for row in told["deposits"]] == [30, 30]
        assert [(row["age"], row["deposits"], row["yen"]) for row in told["ageing"]] == [
            *(("to_30", 2, 2 * 7245), ("to_90", 0, 0), ("to_180", 0, 0), ("over_180", 0, 0)),
        ]
        heading = str(i18n._("By the days in suspense"))
        assert heading in desk.done(url, "deposits", "--as-of", "2012-04-06").stdout
        for narrowed in ("--as-of 2012-04-06 --state matched", "--as-of 2012-02-01"):
            listed = desk.done(url, "deposits", *narrowed.split())
            assert heading not in listed.stdout, "nothing waits, and it is laid out by days"
    edges = [(0, 1), (30, 2), (31, 4), (90, 8), (91, 16), (180, 32), (181, 64), (None, 128)]
    assert [(row.age, row.count, row.yen) for row in ageing(edges)] == [
        *(("to_30", 2, 3), ("to_90", 2, 12), ("to_180", 2, 48), ("over_180", 1, 64), ("unknown", 1, 128)),
    ]
