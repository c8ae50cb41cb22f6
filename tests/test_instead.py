"""What a refusal advises can be done: it ends in success or in another true refusal, never where it began.

Every command that an `instead` names is a command, with options that it takes; it is carried out in the situation of a
row of `test_refusals.py`, or of `AGAIN`, where the advice is to say the same otherwise.
"""

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ledger import dates, i18n
from ledger.errors import Refusal
from tests import desk
from tests.commands import COMMANDS, OPTIONS
from tests.desk import CHIEF
from tests.refused import every_refusal
from tests.test_refusals import IN_ORDER, REFUSED

pytestmark = pytest.mark.thorough

# What stands for what a person knows; `…` is a reason.
PLACEHOLDERS = {
    "DAY": "2012-05-09",
    "FILE": "追加.csv",
    "FILE…": "追加.csv",
    "NO": "1",
    "NAME": CHIEF,
    "MEMBER": desk.MEMBER,
    "YEN": "7245",
    "ENTRY": "1",
    "REASON": "承知の上",
    "…": "承知の上",
    "FOLDER": ".",
    "FILE.xlsx": "x.xlsx",
    "CODE=REASON": "承知の上",  # one reason for each point; here one for all of them
}
# What is typed after a command that is advised by its name alone.
COMPLETED = {
    "statement month": ["2012-04", "--out", "x.xlsx"],
    "refund propose": ["FREE"],
    "slip write-off": ["FREE", "--reason", "差引き"],
    "unmatch": ["N-LOOSE", "--reason", "誤り"],
    "withdraw": ["3", "--reason", "誤り"],
    "credit propose": ["FREE", "--to", "OPEN"],
    "slip income": ["N-THRICE", "--reason", "回答なし"],
    "refund file": ["--on", "2012-05-09", "--out", "x"],
}
FIELDS = {int: 1, str: "FREE", date: date(2012, 5, 9)}


def advised(text: str, known: set[str] = frozenset()) -> Iterator[list[str]]:  # type: ignore[assignment]
    """The commands that an English advice names, word for word; `known` are the fields of its sentence."""
    for part in re.split(r"\bseisan ", text)[1:]:
        typed = re.match(r"(?:'[^']*'|[^;:,()'])*", part)
        assert typed is not None
        words = shlex.split(typed[0])
        name = named(words)
        own, after = name.split(), words[len(name.split()) :]
        for at, word in enumerate(after):
            option = word.startswith("-") or (at and after[at - 1].startswith("--"))
            if not option and word not in known and word not in PLACEHOLDERS and not word[0].isdigit():
                break  # the sentence goes on
            own.append(word)
        yield own


def named(words: list[str]) -> str:
    """The name of the command that these words begin with; its first word where there is none."""
    for count in (3, 2, 1):
        name = " ".join(words[:count])
        if name in COMMANDS or f"{name} list" in COMMANDS:
            return name
    return words[0]


def example(cls: type[Refusal]) -> Refusal:
    """A refusal of a class, with plain facts."""
    return cls(*(FIELDS.get(kind, ["1"]) for kind in cls.declared().values()))


EVERY = sorted(every_refusal(), key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", EVERY, ids=[cls.__name__ for cls in EVERY])
def test_what_is_advised_are_commands_with_options_that_they_take(cls: type[Refusal]) -> None:
    by_language = {}
    for language in i18n.LANGUAGES:
        i18n.use(language)
        text = example(cls).hint.replace("。", ";").replace("、", ",").replace("か,", ",").replace("(", "(")
        by_language[language] = [named(words) for words in advised(text, {"FREE", "1"})]
    i18n.use("en")
    for words in advised(example(cls).hint, {"FREE", "1", "2012-05-09"}):
        name = named(words)
        assert name in COMMANDS or f"{name} list" in COMMANDS, words
        options = OPTIONS.get(name, set()) | OPTIONS.get(f"{name} list", set())
        assert {word for word in words if word.startswith("--")} <= options | {"--by", "--database", "--lang"}, words
    assert sorted(by_language["ja"]) == sorted(by_language["en"]), "another command in one of the languages"


# --- followed -------------------------------------------------------------------------------------------------------

# Where the advice is to say the same otherwise: what is added to the command, or takes the place of what was typed.
AGAIN: dict[str, list[str]] = {
    "before-the-step-before": ["--on", "2012-05-09"],
    "reversal-before-original": ["--on", "2012-05-09"],
    "settled-before-known": ["--on", "2012-05-09"],
    "not-applied-yet": ["--on", "2012-06-01"],
    "not-yet-applied": ["--as-of", "2012-06-01"],
    "withdrawn-before-known": ["--on", "2012-06-01"],
    "in-the-future": ["--on", "2012-05-09"],
    "not-held-yet": ["--on", "2012-05-09"],
    "no-reason-given": ["--reason", "承知の上"],
    "same-person-approves": ["--by", CHIEF],
    "same-person-voids": ["--by", CHIEF],
}
# An advice that shows how one word is written, and leaves out what else the command takes.
SHORTENED = {"not-rows": ["--reason", "誤り"]}
# An advice in words, which no command of ours can follow: what has to be typed otherwise, or done elsewhere.
IN_WORDS = """
    unknown-member unknown-kind no-such-kind no-such-setting not-a-setting not-a-day no-such-month no-such-language
    not-text nobody-asked no-such-format not-a-workbook not-a-statement not-writable books-are-there not-a-bank-day
    month-not-over credit-to-another-member not-a-reissue reissue-withdrawn nothing-owed done-differently
    already-settled settled-otherwise no-such-journal-format not-a-plain-file file-in-the-way
    no-such-encoding not-of-reminders only-of-reminders
""".split()


def situations() -> dict[str, str]:
    """Of each refusal that a row reaches, the command that gets it."""
    found: dict[str, str] = {}
    for command, code in (*REFUSED, *IN_ORDER):
        found.setdefault(code, command)
    return found


@pytest.fixture(scope="module", params=["sqlite"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a refund and a credit in every state; whatever is advised is tried in a dry run."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture(autouse=True)
def _at_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 5, 10))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder.csv").mkdir()
    row = f"MORE,{desk.MEMBER},2012-04-20,新規"
    (tmp_path / "追加.csv").write_text(f"申込番号,会員番号,申込日,申込区分\n{row}\n", encoding="utf-8")


def answered(url: str, words: list[str]) -> str | None:
    """What a command gets, tried and taken back: the code of a refusal, or None when it is done."""
    name = named(words)
    options = OPTIONS.get(name, set())
    answer = desk.typed(url, "--lang", "en", *words, *(["--dry-run"] if "--dry-run" in options else []))
    assert answer.exit_code in (0, 1), f"{words}: {answer.output}"
    if answer.exit_code == 0:
        return None
    refusal = re.search(r"\(([a-z-]+)\)$", answer.stderr.splitlines()[-2])
    assert refusal, answer.stderr
    return refusal[1]


def replaced(words: list[str], change: list[str]) -> list[str]:
    """A command said otherwise: an option with another value, or added."""
    option, value = change
    if option in words:
        at = words.index(option)
        return [*words[: at + 1], value, *words[at + 2 :]]
    return [*words, option, value]


@pytest.mark.parametrize("code", situations())
def test_following_an_advice_never_leads_back_to_where_it_was_given(books: str, code: str) -> None:
    words = desk.resolved(books, situations()[code])
    answer = desk.typed(books, *(words if "--lang" in words else ["--lang", "en", *words]))
    refused, hint = answer.stderr.splitlines()[-2:]
    if f"({code})" not in refused:
        pytest.fail(f"{words}: {answer.stderr}")
    tried = 0
    if code in AGAIN:
        assert answered(books, replaced(words, AGAIN[code])) != code
        tried += 1
    for own in advised(hint, set(words)):
        name = named(own)
        after = [PLACEHOLDERS.get(word, word) for word in own[len(name.split()) :]]
        after += SHORTENED.get(code, [])
        assert answered(books, [*name.split(), *(after or COMPLETED.get(name, []))]) != code, own
        tried += 1
    assert tried or code in IN_WORDS, f"nothing of this was tried: {hint}"


# What needs books, files, people or databases in a state of their own: where the advice is followed, or why it is not.
OWN_BOOKS = {
    "of books in which something was planted: test_insider.py": """
        payment-file-not-as-approved key-of-another no-number-left books-damaged
    """,
    "followed in test_config.py": "not-a-settings-file",
    "followed in test_first_month.py": "nothing-applied-for",
    "of a server: test_open_writes.py": "clock-differs signed-by-another not-of-command",
    "of two databases, followed in test_move.py": """
        not-a-move owner-moves place-taken not-sound-to-move not-sound-there row-not-taken
    """,
    "followed in test_versions.py": "closed-anew",
    "of papers, whose advice is to write another: test_receipts.py": "fee-not-received not-carried-out one-or-a-month",
    "what is written in a file of the user's: test_accounting_software.py": "not-an-account-list account-name-too-long",
    "followed in test_bank_reconciliation.py and test_bank_csv.py": "balance-told-otherwise not-a-bank-layout",
    "followed in test_slips.py": """
        slip-waits slip-ground-changed stands-again posted-anew corrected-fact rests-on-claim waived-meanwhile
    """,
    "followed in test_people.py and test_payments.py": """
        account-not-approved no-change-to-approve no-account-known same-person-brought-account no-purpose-given
        not-ready-to-file same-person-files payment-file-changed payment-file-gone-on
    """,
    "of the days of a bank: test_bank_days.py": "too-late-for-bank beyond-bank-calendar",
    "of a statement: test_statement_refunds.py": "not-a-bank-file statement-alone none-returned",
    "of a list that comes back: test_match_files.py": "matched-by-itself",
    "of the machine, the server or another version": """
        no-database database-older database-newer database-locked database-unreachable not-a-database not-permitted
        not-a-role-name roles-not-on-sqlite backup-by-server backup-not-sound backup-over-itself books-newer
        exported-otherwise entries-not-in-encoding not-in-encoding text-too-long too-many-rows no-libre-office
        no-pdf-made disk-full quota-reached file-too-large disk-read-only may-not-write disk-fails
        not-a-plain-folder not-a-mask
    """,
    "of keys: the advice is to type the same otherwise": "key-used-differently no-key-taken",
    "of two at once": "posted-differently written-meanwhile yen-not-held",
    "of a notice's file, which its author mends": """
        does-not-run imports-something-else no-notice no-notice-yet no-such-proposal not-in-the-form notice-not-given
        overlaps-another proposal-does-not-parse proposal-not-python quotes-other-words raises-while-loading
        replaces-none replaces-replaced replaces-unknown same-name-twice unknown-fact
    """,
    "followed in test_letter.py": "unknown-decision",
    "followed in test_handover.py": "folder-in-use",
    "of an option alone: test_calendar.py": "no-such-calendar not-in-english calendar-of-workbooks",
    "what is typed otherwise is in words: test_sheets.py": "no-such-sheet no-sheet-format ends-before-it-begins",
    "of disputes: test_disputes.py": "not-in-bill nothing-to-dispute not-disputed",
    "of names: what is near to them, or what there is, is said: test_filters.py, test_find.py": """
        no-such-association no-such-state no-such-payer no-member-named several-members
        impossible-range no-such-counterparty too-many-counterparties no-such-blank
        nothing-to-find
    """,
    "followed in test_refund_states.py": """
        approval-fell came-back-before grounds-changed more-than-paid no-refund-named none-waits nothing-recorded
        nothing-to-propose proposed-differently same-person-pays
    """,
    "followed in test_many.py": "changed-meanwhile no-credit-waits none-to-pay payment-file-void",
    "followed in test_payees.py": """
        member-died no-payee-to-approve payee-not-approved same-person-brought-payee no-payee-to-end payee-end-waits
        no-payee-end-waits same-person-ends-payee
    """,
    "followed in test_openings.py": "openings-as-a-whole rests-on-opening",
    "followed in test_permissions.py": """
        names-nobody no-such-right nobody-left-to-approve not-allowed not-listed people-change-decided
        same-person-changes-people unknown-people-change unknown-person
    """,
    "followed in test_allocation.py": "member-has-applications not-allocated",
    "followed in test_rulings.py": "credited-reissue-withdrawn fee-not-known nothing-to-rule ruling-out-of-order",
    "followed in test_closing_points.py": """
        accepted-twice balance-not-repeated point-does-not-stand same-person-closes unknown-point
    """,
    "followed in test_credits.py": "credit-grounds-changed",
    "of a number that two records share but for its spelling: test_numbers.py": "ambiguous-number",
    "of a refund whose fee went elsewhere: test_refunds.py": "fee-not-held",
}


def test_no_refusal_is_forgotten() -> None:
    here = situations().keys()
    elsewhere = {code for codes in OWN_BOOKS.values() for code in codes.split()}
    forgotten = {cls.code() for cls in EVERY} - here - elsewhere
    assert forgotten == set(), "reach each in test_refusals.py, or say why its advice is not tried here"
    assert elsewhere <= {cls.code() for cls in EVERY}
    assert not elsewhere & here
