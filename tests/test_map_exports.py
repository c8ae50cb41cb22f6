"""The map's rows of lists, statements, journal formats, slips, refusals and commands, all made in one copy."""

from pathlib import Path

import pytest

from tests.edited import EditedCopy, Edits, edited, replaced

pytestmark = pytest.mark.thorough

ONE_DATABASE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

# --- a column of a list, and of a statement -------------------------------------------------------------------------

COLUMNS: Edits = {
    "exports/reports/months.py": replaced(
        '        Column("state"),',
        '        Column("last_day", N_("Last day"), lambda row: row.month.last, "day"),\n        Column("state"),',
    ),
    "exports/reports/associations.py": replaced(
        '        Column("applications",',
        '        Column("others", N_("Less members"), lambda row: row.applications - row.members, "count", 9),\n'
        '        Column("applications",',
    ),
}

# --- a list, and the command that reads it --------------------------------------------------------------------------

ROWS = '''"""The fees that the books know, in the order of the days on which they begin."""

from typing import Any

from sqlalchemy import Connection, Row, select

from ledger import tables


def fee_schedule(connection: Connection) -> list[Row[Any]]:
    """Every fee, the earliest first."""
    fee = tables.fee.c
    return list(connection.execute(select(tables.fee).order_by(fee.applies_from, fee.id)))
'''
LIST = '''"""手数料表: what a certificate costs, by the day of the application."""

from typing import TYPE_CHECKING, Any

from exports.reports.report import Column, Question, Report
from ledger.i18n import N_

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _rows(connection: "Connection", _question: Question) -> list[Any]:
    from ledger.statements.fee_schedule import fee_schedule

    return fee_schedule(connection)


REPORT = Report(
    name="fees",
    title=N_("Fees"),
    summary=N_("What a certificate costs, by the day of the application."),
    examples=("fees", "fees --json"),
    rows=_rows,
    list_key="fees",
    columns=(
        Column("applies_from", N_("Date"), kind="day"),
        Column("yen", N_("Amount"), kind="yen", width=13),
        Column("basis"),
    ),
)
'''
A_LIST: Edits = {
    "ledger/statements/fee_schedule.py": ROWS,
    "exports/reports/fee_list.py": LIST,
    "exports/reports/__init__.py": replaced(
        *('    "imports": ', '    "fees": "fee_list.REPORT",\n    "imports": '),
    ),
}  # fmt: skip

# --- a format of the journal ----------------------------------------------------------------------------------------

FORMAT = '''"""The journal as a made-up bank reads it: the entry, the day, debit, credit and yen, set apart by tabs."""

from collections.abc import Iterator, Sequence

from exports.formats.ledger_text import ExportAccount, Transaction


def text(entries: Sequence[Transaction], _chart: Sequence[ExportAccount]) -> Iterator[str]:
    """The journal, movement by movement."""
    for entry in entries:
        for movement in entry.movements:
            cells = (entry.no, entry.on, movement.debit, movement.credit, movement.yen)
            yield "\\t".join(map(str, cells)) + "\\r\\n"
'''
A_FORMAT: Edits = {
    "exports/formats/tabbed.py": FORMAT,
    "exports/formats/journal.py": replaced(
        "moneyforward, yayoi\n", "moneyforward, tabbed, yayoi\n",
        '    "hledger": JournalFormat(hledger.text),\n',
        '    "hledger": JournalFormat(hledger.text),\n    "tabs": JournalFormat(tabbed.text),\n',
    ),
}  # fmt: skip

# --- the layout of another bank's payment file ----------------------------------------------------------------------

LAYOUT = '''"""The payment file of a made-up bank: a line for each transfer, the account first."""

from collections.abc import Iterator

from ledger.booking.payment_orders import PaymentOrder

_FIRST = "BANK-X\\r\\n"


def text(order: PaymentOrder) -> str:
    """Every character of the file."""
    lines = (
        f"{each.bank};{each.branch};{each.account_type};{each.account};{each.payee};{each.yen};{each.refund}\\r\\n"
        for each in order.transfers
    )
    return _FIRST + "".join(lines)


def wrote(content: str) -> bool:
    """Whether a file is of this layout."""
    return content.startswith(_FIRST)


def accounts(content: str) -> Iterator[tuple[int, str]]:
    """The number of each refund in a file, with the whole account number that was written for it."""
    for line in content.splitlines()[1:]:
        fields = line.split(";")
        yield int(fields[-1]), fields[3]


def agrees(content: str, order: PaymentOrder) -> bool:
    """Whether a file says what an order says."""
    return content == text(order)
'''
LAYOUT_TEST = '''"""A file is read in the layout that it was written in."""

from hypothesis import given

from exports.formats import bank, bank_x, zengin
from ledger.booking.payment_orders import PaymentOrder
from tests.test_zengin import ORDERS


@given(ORDERS)
def test_file_is_read_as_it_was_written(order: PaymentOrder) -> None:
    accounts = {transfer.refund: transfer.account for transfer in order.transfers}
    assert bank.accounts(zengin.text(order)) == bank.accounts(bank_x.text(order)) == accounts
    assert bank.text(order) == bank_x.text(order)
'''
A_LAYOUT: Edits = {
    "exports/formats/bank_x.py": LAYOUT,
    "exports/formats/bank.py": replaced("import zengin\n", "import bank_x, zengin\n", "(zengin,)", "(bank_x, zengin)"),
    "tests/test_bank_x.py": LAYOUT_TEST,
}

# --- a business event, what it refuses, and the command that writes it ----------------------------------------------

SLIP = '''@_text(N_("interest received from the bank"))
def donation_received(*, yen: int) -> Iterator[Movement]:
    """預金の利息を受け取った。

    1110 普通預金   120 | 4900 雑収益   120
    """
    yield Movement(Account.BANK, Account.OTHER_INCOME, yen)


def description(entry: JournalEntry)'''
BOOKING = '''"""Interest that the bank pays on what is held."""

from datetime import date

from sqlalchemy import Connection

from ledger.booking.events import entry_of
from ledger.booking.refusals import TooMuchInterest
from ledger.journal.entries import Result, numbers_by_key, post

MOST = 1_000_000


def receive(connection: Connection, yen: int, *, on: date, by: str) -> Result:
    """Posts the interest of a day, once. Refused: more yen than the bank would pay."""
    if yen > MOST:
        raise TooMuchInterest(yen)
    entry = entry_of("donation_received", yen, on, on=on, yen=yen)
    if before := numbers_by_key(connection, {entry.key}):
        return Result(before[entry.key], changed=False)
    (no,) = post(connection, [entry], by=by)
    return Result(no, changed=True)
'''
REFUSAL = '''class TooMuchInterest(Refusal):
    """the bank pays no interest of {yen} yen"""

    yen: int
    instead = N_("look at the bank's slip once more")


class UnknownBill(Refusal):'''
COMMANDS = '''app.lists(REPORTS["fees"])


@app.writes("interest", "120 --on 2012-10-01", may=("propose",))
def interest(books: Books, yen: Annotated[int, number("YEN", N_("the yen that the bank paid"))], on: On) -> Answer:
    """Posts interest that the bank paid."""
    from ledger.booking.interest import receive

    interest = receive(books.connection, yen, on=on, by=books.by)
    sentence = _("Entry {no} posts the interest.", no=interest.no)
    return Answer(sentence, {"entry": interest.no, "changed": interest.changed})


@app.writes("reverse"'''
TRANSCRIPT = """# 利息を受け取る

```console
$ seisan init
$ seisan interest 120 --on 2012-10-01
$ seisan interest 1200000 --on 2012-10-01
```
"""
AN_EVENT: Edits = {
    "ledger/booking/events.py": replaced("def description(entry: JournalEntry)", SLIP),
    "ledger/booking/interest.py": BOOKING,
    "ledger/booking/refusals.py": replaced("class UnknownBill(Refusal):", REFUSAL),
    "exports/commands/books.py": replaced(
        *("from ledger.i18n import N_, ngettext", "from ledger.i18n import N_, _, ngettext"),
        *('@app.writes("reverse"', COMMANDS),
        *('"hledger, beancount, csv, yayoi, mf"', '"hledger, beancount, csv, yayoi, mf, tabs"'),
    ),
    "ledger/store/commands.py": replaced(
        '        "book": _POSTED,', '        "book": _POSTED,\n        "interest": _POSTED,'
    ),
    "tests/commands.py": replaced(
        '    "reverse": Writing(',
        '    "interest": Writing(CLERK, "120 --on 2012-05-01", "121 --on 2012-05-01", "YEN", "booked", BOTH),\n'
        '    "reverse": Writing(',
    ),
    "tests/test_next_steps.py": replaced('    "reverse": "-', '    "interest": "- it is posted",\n    "reverse": "-'),
    "tests/test_templates.py": replaced(
        '            "opening_balance",\n', '            "opening_balance",\n            "donation_received",\n'
    ),
    "tests/test_refusals.py": replaced(
        '    ("bill pay S-9", "unknown-bill"),',
        '    ("bill pay S-9", "unknown-bill"),\n    ("interest 1200000", "too-much-interest"),',
    ),
    "tests/walkthrough/interest.md": TRANSCRIPT,
}
JAPANESE = {
    "Last day": "末日",
    "Less members": "会員数との差",
    "What a certificate costs, by the day of the application.": "申込日ごとの発行手数料です。",
    "interest received from the bank": "利息の受取り",
    "the bank pays no interest of {yen} yen": "銀行は{yen}円の利息を支払いません",
    "look at the bank's slip once more": "銀行の明細をもう一度確かめてください",
    "the yen that the bank paid": "銀行が支払った額(円)",
    "Posts interest that the bank paid.": "銀行が支払った利息を起票します。",
    "Entry {no} posts the interest.": "仕訳 {no} で利息を起票しました。",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> EditedCopy:
    """A copy with the edits of all rows, its catalogues, golden files, transcripts and reference written anew."""
    made = edited(tmp_path_factory.mktemp("map"), COLUMNS | A_LIST | A_FORMAT | A_LAYOUT | AN_EVENT)
    made.messages(JAPANESE)
    return made


def test_column_and_list_take_their_line_and_the_reference(copy: EditedCopy) -> None:
    copy.passes("tests/test_reports.py", "-k", "page_on_the_json or months or fees", "--update")
    reference = (copy.folder / "docs" / "json.md").read_text(encoding="utf-8")
    assert "last_day" in reference and "applies_from" in reference


def test_column_of_a_statement_takes_its_line_and_the_golden_files(copy: EditedCopy) -> None:
    copy.passes("tests/test_statements.py", "-k", "month_is_the_golden_one or same_bytes", "--update")
    golden = (copy.folder / "tests" / "golden" / "month-2012-09.ja.txt").read_text(encoding="utf-8")
    assert "会員数との差" in golden


def test_event_refusal_and_commands_take_their_lines(copy: EditedCopy) -> None:
    copy.passes("tests/test_walkthrough.py", "-k", "interest", "--update")
    transcript = (copy.folder / "tests" / "walkthrough" / "interest.md").read_text(encoding="utf-8")
    assert "仕訳 1 で利息を起票しました。" in transcript and "(too-much-interest)" in transcript
    modules = ("templates", "refusals", "idempotency", "messages", "cli", "next_steps")
    chosen = (
        "interest or fees or table_of_events or test_messages or is_reached or one_code or what_instead or is_declared"
        " or every_command_is_either or stands_in_the_table"
    )
    copy.passes(*(f"tests/test_{module}.py" for module in modules), "-k", chosen)


@ONE_DATABASE
def test_format_of_the_journal_takes_its_file_and_its_name(copy: EditedCopy, book_url: str, tmp_path: Path) -> None:
    copy.seisan(book_url, "interest", "120", "--on", "2012-10-01")
    copy.seisan(book_url, "export", "journal", "--format", "tabs", "--out", str(tmp_path / "journal.txt"))
    assert (tmp_path / "journal.txt").read_bytes() == b"1\t2012-10-01\t1110\t4900\t120\r\n"


def test_layout_of_a_payment_file_takes_its_file_and_its_name(copy: EditedCopy) -> None:
    """What another bank reads is written, and what was written before is read."""
    copy.passes(
        "tests/test_bank_x.py", "tests/test_idempotency.py", "-k", "as_it_was_written or under_its_key and file"
    )
