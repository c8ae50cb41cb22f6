"""What a command gets that cannot be carried out: one sentence with its code, what to do instead, the books unchanged.

Every refusal has a row here, or is named with the module that reaches it; each is said in both languages.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ledger import dates, i18n
from ledger.errors import Exit
from ledger.store import database
from tests import desk
from tests.commands import OPTIONS
from tests.desk import CHIEF, ON
from tests.refused import every_refusal


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """Books with a refund and a credit in every state; nothing that is refused changes them, so all share them."""
    with desk.books(request, desk.everything) as url:
        yield url


@pytest.fixture(scope="module")
def held(books: str) -> str:
    """What the books hold."""
    return desk.held(books)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2012, 5, 10))


# --- one command, one refusal ---------------------------------------------------------------------------------------

FEE, ISSUE = "entry:fee_received", "entry:certificate_issued"

REFUSED = [
    # Naming things.
    ("check --application NOBODY", "unknown-application"),
    ("decide FREE NOBODY", "unknown-application"),
    ("decisions NOBODY", "unknown-application"),
    ("refund propose NOBODY", "unknown-application"),
    ("match N-LOOSE NOBODY", "unknown-application"),
    ("check '東京 第1号'", "unknown-member"),
    ("statement member '東京 第1号' --out x.xlsx", "unknown-member"),
    ("entries --account 9999", "unknown-account"),
    ("reverse 9999 --reason 誤り", "unknown-entry"),
    ("refund approve 99", "unknown-refund"),
    ("refund paid 2 99 --on 2012-04-09", "unknown-refund"),
    ("overpaid reject 99 --reason 誤り", "unknown-refund"),
    ("ruling approve 99", "unknown-ruling"),
    ("ruling reject 99 --reason 誤り", "unknown-ruling"),
    ("ruling approve 2 --on 2012-03-26", "before-the-step-before"),
    ("ruling reject 1 --reason 誤り --on 2012-04-01", "before-the-step-before"),
    (f"ruling reject 2 --reason '' --on {ON}", "no-reason-given"),
    (f"ruling approve 2 --on {ON}", "same-person-approves"),
    ("ruling approve 2 --on 2010-11-30", "month-closed"),
    ("credit undo 99 --reason 誤り", "unknown-credit"),
    ("bill pay S-9", "unknown-bill"),
    ("overpaid return N-9", "unknown-deposit"),
    ("match N-9 FREE", "unknown-deposit"),
    ("template secrets --out x.xlsx", "no-such-kind"),
    ("refund void 99 --reason 誤り --on 2012-05-02", "unknown-payment-file"),
    ("settings set purse 1", "no-such-setting"),
    ("settings set people one", "not-a-setting"),
    # The question.
    ("check", "nobody-asked"),
    ("decide", "nobody-asked"),
    ("letter --out x", "nobody-asked"),
    ("letter 1 --reminders --out x", "not-of-reminders"),
    ("letter --reminders --state eligible --out x", "not-of-reminders"),
    ("letter 1 --as-of 2012-02-20 --out x.xlsx", "only-of-reminders"),
    ("check --application LATER --as-of 2012-05-31", "not-yet-applied"),
    ("decide FREE LATER --as-of 2012-05-10", "not-yet-applied"),
    ("check --everyone --as-of 2012-02-30", "not-a-day"),
    ("balance --as-of 昨日", "not-a-day"),
    ("book --through 2012-13-01", "not-a-day"),
    ("entries --from 2012-4", "not-a-day"),
    ("import x.csv --known-on 20120230", "not-a-day"),
    ("statement month 2012-13 --out x.xlsx", "no-such-month"),
    ("refund propose FREE --on 2012-05-11", "in-the-future"),
    ("book --through 2012-05-11", "in-the-future"),
    ("decide FREE --as-of 2012-05-11", "in-the-future"),
    ("statement month 9月 --out x.xlsx", "no-such-month"),
    ("balance --lang fr", "no-such-language"),
    ("check '東京\udcff'", "not-text"),
    # Files to be written.
    ("balance --out x.pdf", "no-such-format"),
    ("verify x.csv", "not-a-statement"),
    ("template members --out x.pdf", "not-a-workbook"),
    ("statement month 2012-05 --out x", "not-a-workbook"),
    ("check --everyone --out x", "no-such-format"),
    ("export journal --format yen --out x", "no-such-journal-format"),
    ("export journal --format hledger --encoding cp932 --out x", "no-such-encoding"),
    ("export again 9 --out x", "unknown-export"),
    ("export since-last --format csv --out x", "nothing-to-export"),
    ("balance --out /nowhere/x.xlsx", "not-writable"),
    ("balance --out /nowhere/x.csv", "not-writable"),
    ("balance --out /nowhere/x.json", "not-writable"),
    ("balance --out a-folder.csv", "not-a-plain-file"),
    ("template members --out /nowhere/x.xlsx", "not-writable"),
    ("statement month 2012-04 --out /nowhere/x.xlsx", "not-writable"),
    ("export journal --out a-file/x.csv", "not-writable"),
    ("export journal --format hledger --out /dev/full", "not-a-plain-file"),
    ("refund file --on 2012-05-07 --out a-file", "file-in-the-way"),
    # What was done already, otherwise; what was done since.
    (f"reverse {FEE}:FREE --reason 誤り --on 2012-05-02", "rests-on-deposit"),
    (f"reverse {ISSUE}:FREE --reason 誤り --on 2012-05-02", "rests-on-issue"),
    # Slips.
    ("slip approve 9 --on 2012-05-02", "unknown-slip"),
    ("slip reject 1 --reason 誤り --on 2012-05-02", "slip-out-of-order"),
    ("slip write-off UNPAID --reason 差引き --on 2012-05-02", "nothing-received-to-write-off"),
    ("slip write-off FREE --reason 差引き --on 2012-05-02", "nothing-short"),
    ("slip write-off FREE --claim --reason 回収不能 --on 2012-05-02", "nothing-held-for"),
    ("slip income N-THRICE --yen 99999 --reason 回答なし --on 2012-05-02", "below-zero"),
    ("slip other --debit 5900 --credit 2040 --yen 1 --reason 誤り --on 2012-05-02", "account-kept-by-parts"),
    ("slip other --debit 5900 --credit 5900 --yen 1 --reason 誤り --on 2012-05-02", "same-account-twice"),
    (f"reverse {FEE}:REVERSED --reason 別の理由 --on {ON}", "already-reversed"),
    (f"reverse {FEE}:FREE --reason 誤り --on 2012-03-05", "reversal-before-original"),
    ("reverse entry:authority_waived:PAID --reason 誤り --on 2012-05-02", "nothing-left-to-reverse"),
    (f"reverse {FEE}:FREE --reason '' --on {ON}", "no-reason-given"),
    (f"reverse entry:refund_proposed:PROPOSED --reason 誤り --on {ON}", "part-of-refund"),
    (f"reverse entry:credit_proposed:OLD1 --reason 誤り --on {ON}", "part-of-credit"),
    ("match N-FREE USED", "settled-otherwise"),
    ("match N-LOOSE UNPAID --on 2012-03-06", "settled-before-known"),
    ("match N-LOOSE UNPAID=9000 --on 2012-04-10", "parts-beyond-deposit"),
    ("match N-LOOSE UNPAID=abc --on 2012-04-10", "not-a-part"),
    ("withdraw 99 --reason 誤り", "unknown-import"),
    ("withdraw 三 --reason 誤り", "not-rows"),
    ("withdraw 3:99 --reason 誤り", "nothing-to-withdraw"),
    ("withdraw withdrawn --reason 別の理由 --on 2012-05-02", "nothing-to-withdraw"),
    ("withdraw 2 --reason 誤り --on 2011-01-01", "withdrawn-before-known"),
    ("bill pay S-1 --on 2012-01-01", "before-the-step-before"),
    ("bill pay S-0 --on 2012-02-29", "not-owed-yet"),
    # Months.
    ("close 2012-4", "no-such-month"),
    ("close 2012-05", "month-not-over"),
    ("close 2012-04", "not-ready-to-close"),
    ("close 2012-04 --accept ' '", "no-reason-given"),
    ("close 2010-11 --bank-balance 1", "done-differently"),
    ("reopen 2012-04 --reason 誤り", "month-not-closed"),
    ("reopen 2010-11 --reason ''", "no-reason-given"),
    ("reopen 2010-12 --reason 別の理由", "done-differently"),
    ("refund propose FREE --on 2010-11-30", "month-closed"),
    # What comes back.
    ("refund propose LATER --on 2012-05-10", "not-applied-yet"),
    (f"refund propose UNPAID --on {ON}", "no-fee-received"),
    ("refund propose PAID --on 2012-04-10", "nothing-to-refund"),
    ("refund propose OLD2 --on 2012-04-10", "nothing-to-refund"),
    (f"refund propose DOUBTFUL --on {ON}", "needs-review"),
    (f"refund propose ALIVE --on {ON}", "still-in-force"),
    (f"refund propose ASKING --on {ON}", "facts-missing"),
    (f"refund propose USED --on {ON}", "not-eligible"),
    ("refund propose FREE --on 2012-03-06", "not-eligible"),
    (f"refund propose REVERSED --on {ON}", "no-fee-received"),
    (f"overpaid return N-FREE --on {ON}", "nothing-overpaid"),
    ("overpaid return N-TWICE --on 2012-04-10", "nothing-overpaid"),
    ("overpaid return N-THRICE --on 2012-02-01", "not-held-yet"),
    (f"credit propose FREE --to THEIRS --on {ON}", "credit-to-another-member"),
    (f"credit propose FREE --to ALIVE --on {ON}", "not-a-reissue"),
    (f"credit propose FREE --to GONE --on {ON}", "reissue-withdrawn"),
    (f"credit propose FREE --to FULL --on {ON}", "nothing-owed"),
    (f"credit propose FREE --to NEW1 --on {ON}", "nothing-owed"),
    ("refund file --on 2012-05-12 --out x", "not-a-bank-day"),
    ("refund file --on 2012-05-07 --without 2 --out x", "nothing-to-file"),
    ("refund void 1 --reason 誤り --on 2012-05-02", "same-person-voids"),
    ("credit undo 5 --reason 誤り --on 2012-05-02", "credit-spent"),
    ("credit undo 2 --reason 誤り --on 2012-05-02", "credit-gone-on"),
]

# In which order a command looks: what was done before, then facts, then money, then the person. Each row breaks the
# rule that is named and every later one that can be broken with it.
IN_ORDER = [
    ("refund approve 99 --on 2012-01-01", "unknown-refund"),
    ("refund approve 3 --on 2012-01-01", "refund-out-of-order"),
    ("refund approve 1 --on 2012-01-01", "before-the-step-before"),
    (f"refund approve 1 --on {ON}", "same-person-approves"),
    (f"refund approve 1 --on {ON} --by ' {desk.CLERK}　'", "same-person-approves"),
    ("refund approve 3 --on 2010-11-30", "month-closed"),
    ("refund paid 99 --on 2012-01-01", "unknown-refund"),
    ("refund paid 3 --on 2012-01-01", "done-differently"),
    ("refund paid 1 --on 2012-01-01", "refund-out-of-order"),
    ("refund paid 2 --on 2012-01-01", "before-the-step-before"),
    ("refund paid 2 1 --on 2012-04-09", "refund-out-of-order"),
    ("refund reject 99 --reason '' --on 2012-01-01", "unknown-refund"),
    ("refund reject 5 --reason '' --on 2012-01-01", "done-differently"),
    ("refund reject 3 --reason '' --on 2012-01-01", "refund-out-of-order"),
    ("refund reject 1 --reason '' --on 2012-01-01", "before-the-step-before"),
    (f"refund reject 1 --reason ' ' --on {ON}", "no-reason-given"),
    ("refund returned 99 --reason '' --on 2012-01-01", "unknown-refund"),
    ("refund returned 4 --reason '' --on 2012-01-01", "done-differently"),
    ("refund returned 2 --reason '' --on 2012-01-01", "refund-out-of-order"),
    ("refund returned 3 --reason '' --on 2012-01-01", "before-the-step-before"),
    ("refund returned 3 --reason '' --on 2012-04-09", "no-reason-given"),
    ("refund file --on 2010-11-27 --without 99 --out x", "unknown-refund"),
    ("refund file --on 2010-11-27 --without 2 --out x", "not-a-bank-day"),
    ("refund file --on 2010-11-30 --without 2 --out x", "month-closed"),
    ("refund file --on 2012-04-02 --without 2 --out x", "nothing-to-file"),
    ("refund file --on 2012-04-02 --out x", "before-the-step-before"),
    ("refund void 99 --reason '' --on 2010-11-30", "unknown-payment-file"),
    ("refund void 1 --reason '' --on 2010-11-30", "month-closed"),
    ("refund void 1 --reason '' --on 2012-04-30", "before-the-step-before"),
    ("refund void 1 --reason '' --on 2012-05-02", "no-reason-given"),
    ("credit propose NOBODY --to NEITHER --on 2012-01-01", "unknown-application"),
    ("credit propose UNPAID --to NEITHER --on 2012-01-01", "unknown-application"),
    ("credit propose UNPAID --to THEIRS --on 2012-01-01", "credit-to-another-member"),
    ("credit propose UNPAID --to ALIVE --on 2012-01-01", "not-a-reissue"),
    ("credit propose FREE --to FREE --on 2012-01-01", "not-a-reissue"),
    (f"credit propose UNPAID --to GONE --on {ON}", "reissue-withdrawn"),
    (f"credit propose USED --to FULL --on {ON}", "not-eligible"),
    (f"credit propose REVERSED --to FULL --on {ON}", "no-fee-received"),
    ("credit approve 99 --on 2012-01-01", "unknown-credit"),
    ("credit approve 4 --on 2012-01-01", "credit-out-of-order"),
    ("credit approve 1 --on 2012-01-01", "before-the-step-before"),
    (f"credit approve 1 --on {ON}", "same-person-approves"),
    ("credit reject 99 --reason '' --on 2012-01-01", "unknown-credit"),
    ("credit reject 4 --reason '' --on 2012-01-01", "done-differently"),
    ("credit reject 2 --reason '' --on 2012-01-01", "credit-out-of-order"),
    ("credit reject 1 --reason '' --on 2012-01-01", "before-the-step-before"),
    (f"credit reject 1 --reason '' --on {ON}", "no-reason-given"),
    ("credit undo 3 --reason '' --on 2012-01-01", "done-differently"),
    ("credit undo 1 --reason '' --on 2012-01-01", "credit-out-of-order"),
    ("credit undo 5 --reason '' --on 2012-01-01", "before-the-step-before"),
    ("credit undo 5 --reason '' --on 2012-05-02", "no-reason-given"),
    ("reverse 9999 --reason '' --on 2011-01-01", "unknown-entry"),
    (f"reverse {FEE}:REVERSED --reason '' --on 2011-01-01", "already-reversed"),
    (f"reverse {FEE}:FREE --reason '' --on 2011-01-01", "no-reason-given"),
    ("reverse entry:refund_proposed:PROPOSED --reason 誤り --on 2011-01-01", "reversal-before-original"),
    (f"reverse {FEE}:REVERSED --reason '' --on 2010-11-30", "already-reversed"),
    (f"reverse {FEE}:FREE --reason '' --on 2010-11-30", "month-closed"),
    ("credit propose UNPAID --to THEIRS --on 2010-11-30", "month-closed"),
    ("credit undo 1 --reason '' --on 2010-11-30", "month-closed"),
    ("overpaid return N-9 --on 2010-11-30", "unknown-deposit"),
    ("overpaid return N-FREE --on 2010-11-30", "month-closed"),
    ("close 2199-01 --accept ''", "month-not-over"),
    ("match N-9 NOBODY --on 2012-01-01", "unknown-deposit"),
    ("match N-FREE NOBODY --on 2012-01-01", "unknown-application"),
    ("match N-LOOSE NOBODY --on 2012-01-01", "unknown-application"),
]

# Done already and in the same way: before everything else, and by whoever says it again.
DONE_BEFORE = [
    f"refund propose PROPOSED --on {ON} --by {CHIEF}",
    "refund approve 2 --on 2012-01-01",
    "refund paid 3 --on 2012-04-04",
    "refund reject 5 --reason 口座相違 --on 2012-01-01",
    "refund returned 4 --reason 口座なし --on 2012-04-05",
    f"overpaid return N-TWICE --on {ON}",
    f"credit propose OLD1 --to NEW1 --on {ON} --by {CHIEF}",
    "credit approve 2 --on 2012-01-01",
    "credit reject 4 --reason 払戻しを希望 --on 2012-01-01",
    "credit undo 3 --reason 申込みの取下げ --on 2012-01-01",
    f"reverse {FEE}:REVERSED --reason 二重計上 --on 2012-04-01",
    "match N-FREE FREE --on 2012-01-01",
    "bill pay S-1 --on 2012-05-02",
    "book --through 2012-04-30",
    "book --through 2010-11-30",
    "close 2010-11 --bank-balance 0",
    "reopen 2010-12 --reason 入金の計上もれ",
    "settings set payer_bank 9999",
    "withdraw withdrawn --reason 二重取込み --on 2012-05-02",
    "init",
]

NO_JSON = {name.split()[0] for name, options in OPTIONS.items() if "--json" not in options}


def refused(url: str, words: list[str], code: str) -> None:
    """Insists that a command is refused with this code, and says so in both languages and to other programs."""
    usage = {each.code() for each in every_refusal() if each.exit == Exit.USAGE}
    for language, prefix in (("ja", "受け付けられません"), ("en", "Refused")):
        as_json = [] if words[0] in NO_JSON else ["--json"]
        own = [] if "--lang" in words else ["--lang", language]
        answer = desk.typed(url, *own, *words, *as_json)
        assert answer.exit_code == (2 if code in usage else 1), answer.output
        sentence, instead = answer.stderr.splitlines()
        shown = re.fullmatch(rf"{prefix if own else '.+'}: (.+) \({code}\)", sentence)
        assert shown, answer.stderr
        assert instead.startswith("  → ")
        assert not re.search(r"\{\w*\}|Traceback|None", answer.output)
        if as_json:
            remedy = instead.removeprefix("  → ")
            assert json.loads(answer.stdout) == {"refused": code, "says": shown[1], "instead": remedy}
        else:
            assert answer.stdout == ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the person works, with a file and a folder in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder.csv").mkdir()
    return tmp_path


@pytest.mark.parametrize(("command", "code"), REFUSED)
def test_command_is_refused(books: str, held: str, folder: Path, command: str, code: str) -> None:
    refused(books, desk.resolved(books, command), code)
    assert desk.held(books) == held
    assert sorted(path.name for path in folder.iterdir()) == ["a-file", "a-folder.csv"]


@pytest.mark.thorough
@pytest.mark.parametrize(("command", "code"), IN_ORDER)
def test_what_is_looked_at_first_is_said_first(books: str, held: str, command: str, code: str) -> None:
    refused(books, desk.resolved(books, command), code)
    assert desk.held(books) == held


@pytest.mark.parametrize("command", DONE_BEFORE)
def test_done_before_is_done(books: str, held: str, command: str) -> None:
    words = desk.resolved(books, command)
    assert desk.done(books, *words).stdout
    assert desk.held(books) == held
    answer = desk.answered(books, *words)
    if isinstance(answer, dict) and "changed" in answer:
        assert answer["changed"] is False


# --- what cannot be understood --------------------------------------------------------------------------------------

MISUSED = [
    ("settle", "settle"),
    ("refund settle 1", "settle"),
    ("balance --asof 2012-04-01", "--asof"),
    ("balance 2012-04-01", "2012-04-01"),
    ("balance --as-of", "--as-of"),
    ("balance --json=yes", "--json"),
    ("refund approve", "NO"),
    ("refund approve one", "NO"),
    ("refund approve 0", "NO"),
    ("refund approve 99999999999999999999", "NO"),
    ("reverse -1 --reason x", "-1"),
    ("refund reject 1", "REASON|--reason"),
    ("entries --amount-from 7,24", "--amount-from"),
    ("entries --amount-to 99999999999999999999", "--amount-to"),
    ("template members", "OUT|--out"),
    ("import", "FILE"),
]

# What is misspelled, in the place of a command, a group's command and an option, and what was meant.
MISSPELLED = {"blance": "balance", "refund lst": "list", "balance --asof 2012-04-01": "--as-of"}


@pytest.mark.parametrize(("command", "named"), MISUSED)
def test_what_cannot_be_understood_is_said_with_its_name(
    books: str, held: str, monkeypatch: pytest.MonkeyPatch, command: str, named: str
) -> None:
    ours = {"ja": "使い方の誤り: ", "en": "Usage: "}
    for language, prefix in ours.items():
        answer = desk.typed(books, *command.split(), "--lang", language)
        assert (answer.exit_code, answer.stdout) == (Exit.USAGE, "")
        sentence, where = answer.stderr.splitlines()
        assert sentence.startswith(prefix)
        assert re.search(named, sentence)
        assert "--help" in where
        assert language == "ja" or not re.search("[ぁ-ん]", sentence)
        assert language == "en" or re.search("[ぁ-ん]", sentence.removeprefix(prefix)), sentence
    assert desk.held(books) == held


@pytest.mark.parametrize("command", MISSPELLED)
def test_what_was_meant_is_asked(books: str, command: str) -> None:
    for language, question in {"ja": "もしかして: ", "en": "did you mean "}.items():
        answer = desk.typed(books, *command.split(), "--lang", language)
        assert (answer.exit_code, answer.stdout) == (Exit.USAGE, "")
        assert MISSPELLED[command] in answer.stderr.splitlines()[0].partition(question)[2]


def test_what_an_option_is_used_for_is_told_apart(books: str) -> None:
    for words, sentence in {"balance --json=yes": "takes no value", "balance --as-of": "needs a value"}.items():
        said = desk.typed(books, *words.split(), "--lang", "en").stderr
        assert sentence in said
        assert "seisan balance --help" in said


def test_what_is_stopped_at_the_keyboard_says_so(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_words: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "reading", stop)
    answer = desk.typed(books, "balance", "--lang", "en")
    assert (answer.exit_code, answer.stdout) == (Exit.REFUSED, "")
    assert answer.stderr == "Stopped. Nothing was changed by the command that was running.\n"


# --- none is forgotten ----------------------------------------------------------------------------------------------

# What no command reaches by itself, or needs files and databases in a state of their own: the module that reaches it.
ELSEWHERE = {
    "test_insider.py": "payment-file-not-as-approved key-of-another no-number-left books-damaged",
    "test_closing_points.py": "unknown-point accepted-twice point-does-not-stand same-person-closes"
    " balance-not-repeated",
    "test_values.py": "NotAPart",
    "test_allocation.py": "PartsBeyondDeposit NotAllocated UnknownImport NothingToWithdraw NotRows"
    " MemberHasApplications WithdrawnBeforeKnown",
    "test_refunds.py": "FeeNotHeld",
    "test_bank_days.py": "too-late-for-bank beyond-bank-calendar",
    "test_statement_refunds.py": "not-a-bank-file statement-alone none-returned",
    "test_match_files.py": "matched-by-itself",
    "test_layouts.py": "notice-not-given",
    "test_first_month.py": "nothing-applied-for",
    "test_bank_reconciliation.py": "balance-told-otherwise not-a-bank-layout",
    "test_disputes.py": "NotInBill NothingToDispute NotDisputed",
    "test_sheets.py": "no-such-sheet no-sheet-format ends-before-it-begins",
    "test_versions.py": "closed-anew",
    "test_read_only.py": "WrittenMeanwhile",
    "test_pdf.py": "no-libre-office no-pdf-made",
    "test_idempotency.py": "key-used-differently no-key-taken",
    "test_open_writes.py": "clock-differs signed-by-another not-of-command",
    "test_backup.py": "books-newer backup-not-sound backup-over-itself backup-by-server",
    "test_move.py": "not-a-move owner-moves not-sound-to-move not-sound-there row-not-taken place-taken",
    "test_who_signs.py": "names-nobody",
    "test_permissions.py": "not-listed not-allowed no-such-right unknown-person nobody-left-to-approve"
    " unknown-people-change people-change-decided same-person-changes-people",
    "test_numbers.py": "ambiguous-number",
    "test_config.py": "not-a-settings-file",
    "test_people.py": "account-not-approved no-change-to-approve same-person-brought-account no-account-known"
    " no-purpose-given roles-not-on-sqlite",
    "test_payments.py": "not-ready-to-file same-person-files payment-file-gone-on payment-file-changed",
    "test_refund_states.py": "approval-fell proposed-differently grounds-changed same-person-pays came-back-before"
    " more-than-paid nothing-recorded no-refund-named nothing-to-propose none-waits",
    "test_many.py": "changed-meanwhile no-credit-waits none-to-pay payment-file-void",
    "test_payees.py": "payee-not-approved no-payee-to-approve same-person-brought-payee member-died"
    " no-payee-to-end payee-end-waits no-payee-end-waits same-person-ends-payee",
    "test_roles.py": "not-permitted not-a-role-name",
    "test_places.py": "disk-full quota-reached file-too-large disk-read-only may-not-write disk-fails"
    " not-a-plain-folder not-a-mask",
    "test_files_and_databases.py": "no-database database-newer database-older database-locked not-a-database"
    " database-unreachable",
    "test_accounting_software.py": "entries-not-in-encoding NotAnAccountList exported-otherwise AccountNameTooLong",
    "test_receipts.py": "fee-not-received not-carried-out one-or-a-month",
    "test_exports.py": "NotInEncoding TooManyRows TextTooLong",
    "test_credits.py": "CreditGroundsChanged",
    "test_rulings.py": "CreditedReissueWithdrawn FeeNotKnown NothingToRule RulingOutOfOrder",
    "test_slips.py": "slip-waits slip-ground-changed stands-again posted-anew corrected-fact rests-on-claim"
    " waived-meanwhile",
    "test_openings.py": "rests-on-opening openings-as-a-whole",
    "test_journal.py": "PostedDifferently YenNotHeld",  # only two writers at once could try
    "test_letter.py": "UnknownDecision",
    "test_handover.py": "folder-in-use",
    "test_calendar.py": "no-such-calendar not-in-english calendar-of-workbooks",
    "test_search.py": "impossible-range no-such-counterparty too-many-counterparties no-such-blank",
    "test_filters.py": "no-such-association no-such-state no-such-payer no-member-named",
    "test_find.py": "several-members nothing-to-find",
    "test_notices.py": "NoNoticeYet NoSuchProposal ProposalNotPython"
    " ProposalDoesNotParse ImportsSomethingElse UnknownFact RaisesWhileLoading DoesNotRun NoNotice"
    " NotInTheForm QuotesOtherWords SameNameTwice OverlapsAnother ReplacesNone ReplacesUnknown ReplacesReplaced",
}


def test_every_refusal_is_reached() -> None:
    here = {code for _command, code in REFUSED + IN_ORDER}
    elsewhere = {
        name: re.search(rf"\b{name}\b", Path(__file__).with_name(file).read_text(encoding="utf-8"))
        for file, names in ELSEWHERE.items()
        for name in names.split()
    }
    assert [name for name, found in elsewhere.items() if not found] == []
    unreached = {
        each.__name__
        for each in every_refusal()
        if each.code() not in here and not {each.code(), each.__name__} & elsewhere.keys()
    }
    assert unreached == set(), "give each a row in REFUSED, or name the module that reaches it"


def test_no_two_refusals_have_one_code() -> None:
    codes = [each.code() for each in every_refusal()]
    assert len(codes) == len(set(codes)) >= 70
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_refusal_says_what_and_what_instead(language: i18n.Language) -> None:
    """Each ends without a full stop: its code or the next line follows."""
    i18n.use(language)
    for each in every_refusal():
        for sentence in (i18n._(each.template()), i18n._(each.instead)):
            assert sentence and not sentence.endswith((".", "。", "!")), each.__name__
