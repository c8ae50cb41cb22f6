"""A text is anybody's: whatever it is, every writer shows it as text, and no reader takes it for anything else."""

import csv as plain_csv
import io
import json as plain_json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from beancount import loader

from exports.formats import csv, json, terminal, xlsx
from exports.formats.sheet import Block, Sheet, SheetColumn, Workbook
from ledger import kana, tables, visible
from ledger.booking import run, slips
from ledger.decisions import store
from ledger.decisions.findings import judge
from ledger.store import database
from tests import desk, given
from tests.attacks import ACTS, ATTACKS
from tests.commands import EXAMPLES
from tests.libreoffice import saved_as

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[1]
MADE = date(2012, 9, 30)
WHOLE = {name: text for name, text in ATTACKS.items() if name not in ("half a pair", "no character")}


def acting(text: str) -> set[str]:
    """What of a text acts on a screen, or is not seen."""
    return ACTS.intersection(text)


# --- every writer, every place of a sheet ---------------------------------------------------------------------------


def sheet(text: str) -> Sheet:
    """A sheet on which the text stands wherever one can."""
    block = Block((SheetColumn(text), SheetColumn("金額", "yen", total=True)), [(text, 7245), ("終", 1)], text, text)
    return Sheet(text, text, (block,), (date(2012, 9, 1), MADE), subtitle=text, issuer=text, notes=(text,))


def composed(*sheets: Sheet) -> bytes:
    """The bytes of a workbook."""
    out = io.BytesIO()
    xlsx.compose(Workbook(sheets[0].title, MADE, sheets, issuer=sheets[0].issuer), out)
    return out.getvalue()


@pytest.mark.parametrize("name", ATTACKS)
def test_sheet_shows_it_as_text_in_every_writer(tmp_path: Path, name: str) -> None:
    text = ATTACKS[name]
    workbook = python_calamine.load_workbook(io.BytesIO(composed(sheet(text))))
    assert len(workbook.sheet_names) == 1 and not set(workbook.sheet_names[0]) & set(":\\/?*[]")
    cells = [cell for row in workbook.get_sheet_by_index(0).to_python() for cell in row]
    shown = re.sub("[\ud800-\udfff\ufffe\uffff]", lambda sign: f"_x{ord(sign[0]):04X}_", text)
    assert cells.count(shown) == 8, "title, issuer, subtitle, heading, title of a column, cell, total, note"
    if name in WHOLE:
        csv.write(sheet(text), tmp_path / "out.csv")
        with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
            titles, row, _last = plain_csv.reader(file)
        kept = f"'{text}" if text[0] in "=+-@\t\r\n＝＋－＠" else text
        assert (titles, row) == ([kept, "金額"], [kept, "7245"])
    assert plain_json.loads(json.text({"name": text})) == {"name": text}
    assert not acting(json.text({"name": text}))
    drawn, plain = (terminal.format_sheet(replace(sheet(of), notes=())) for of in (text, "甲山"))
    assert not acting(drawn) and drawn.count(visible.line(text).strip()) == 7
    assert len(drawn.splitlines()) == len(plain.splitlines())


@pytest.mark.office
def test_libreoffice_reads_what_stands_there(tmp_path: Path) -> None:
    rows = [(text, 1) for text in WHOLE.values()]
    block = Block((SheetColumn("氏名"), SheetColumn("件数", "count")), rows)
    (tmp_path / "attacks.xlsx").write_bytes(composed(Sheet("一覧", "題", (block,), issuer="連合会")))
    (saved,) = saved_as("ods", tmp_path, tmp_path / "attacks.xlsx")
    read = [str(row[0]) for row in python_calamine.load_workbook(str(saved)).get_sheet_by_index(0).to_python()]
    # What no paper shows it does not keep: control characters.
    seen = [re.sub("[\\x00-\\x1f\x7f]|_x007F_", "", cell) for cell in read[-len(rows) :]]
    assert seen == [re.sub("[\\x00-\\x1f\x7f]", "", text) for text in WHOLE.values()]


# --- books full of them ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, _sqlite_books: Path) -> str:
    """Books in which everybody and everything bears one of the names."""
    file = tmp_path_factory.mktemp("attacked") / "books.db"
    file.write_bytes(_sqlite_books.read_bytes())
    url = f"sqlite:///{file}"
    with database.writing(url, by="test") as connection:
        for nth, text in enumerate(WHOLE.values()):
            number, application = f"東京 第{9100 + nth}号", f"2011-{nth:04d}"
            of = given.source(connection, text)
            connection.execute(tables.member.insert().values(number=number, source=of))
            known = {"member": number, "name": text, "association": "東京", "known_on": date(2011, 1, 1), "source": of}
            connection.execute(tables.member_known.insert().values(known))
            facts = {"applied_on": date(2011, 11, 1), "mailed_on": date(2012, 1, 26), "revoked_on": date(2012, 2, 26)}
            given.application(connection, of, application, facts, member=number, as_of=MADE)
            connection.execute(tables.deposit.insert().values(reference=f"N-{nth}", source=of))
            came = {"deposit": f"N-{nth}", "received_on": date(2012, 3, 1), "yen": 500, "payer": text, "source": of}
            connection.execute(tables.deposit_known.insert().values(came | {"known_on": MADE, "sheet": text, "row": 1}))
        run.book(connection, MADE, by="test")
        store.keep(connection, judge(connection, MADE), by="test")
        for nth, text in enumerate(WHOLE.values()):
            slips.interest(connection, 1 + nth, on=MADE, reason=text, by="乙川")
            slips.approve(connection, 1 + nth, on=MADE, by="丙田")
    return url


LISTS = (
    *("members", "applications", "deposits", "imports", "match", "check --everyone", "decision list", "refund list"),
    *("entries", "slip list", "bill list", "due", "todo", "find 甲"),
)
# In which of them each of the names stands.
NAMED = ("members", "applications", "deposits", "match", "check --everyone", "decision list", "slip list")


@pytest.mark.parametrize("command", LISTS)
def test_list_of_such_names_is_read_back_by_other_programs(attacked: str, tmp_path: Path, command: str) -> None:
    words, expected = command.split(), set(WHOLE.values()) if command in NAMED else set()
    for ending in ("xlsx", "csv", "json"):
        desk.done(attacked, *words, "--out", str(tmp_path / f"out.{ending}"))
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(plain_csv.reader(file))
    cells = {cell for row in rows for cell in row}
    assert command in ("find 甲", "bill list", "deposits") or len({len(row) for row in rows if row}) == 1
    assert {text if text[0] not in "=+-@\t\r\n＝＋－＠" else f"'{text}" for text in expected} <= cells
    workbook = python_calamine.load_workbook(str(tmp_path / "out.xlsx"))
    assert expected <= {cell for row in workbook.get_sheet_by_index(0).to_python() for cell in row}
    _no_formula_of_theirs(tmp_path / "out.xlsx")
    data = (tmp_path / "out.json").read_text(encoding="utf-8")
    assert not acting(data) and expected <= set(_texts(plain_json.loads(data)))
    shown = desk.done(attacked, *words).output
    assert not acting(shown) and "\nx.csv:3" not in shown
    assert [text for text in expected if visible.line(text).strip() not in shown] == []


def _no_formula_of_theirs(file: Path) -> None:
    for page in openpyxl.load_workbook(file).worksheets:
        for cell in (cell for row in page.iter_rows() for cell in row if cell.data_type == "f"):
            assert not any(text in str(cell.value) for text in WHOLE.values() if len(text) > 2), cell.value


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _texts(inner)


def test_statements_and_letters_of_such_names_are_sound(attacked: str, tmp_path: Path) -> None:
    month, association, member = (tmp_path / f"{name}.xlsx" for name in ("月次", "東京会", "会員"))
    desk.done(attacked, "statement", "month", "2012-09", "--out", str(month))
    desk.done(attacked, "statement", "association", "東京", "--as-of", str(MADE), "--out", str(association))
    desk.done(attacked, "statement", "member", "東京 第9100号", "--as-of", str(MADE), "--out", str(member))
    desk.done(attacked, "letter", "--everyone", "--out", str(tmp_path / "回答"))
    desk.done(attacked, "letter", "--reminders", "--as-of", "2012-02-20", "--out", str(tmp_path / "督促"))
    files = [month, association, member, *(tmp_path / "回答").iterdir(), *(tmp_path / "督促").iterdir()]
    assert len(files) > 2 * len(WHOLE)
    names: dict[str, set[str]] = {}
    for file in files:
        _no_formula_of_theirs(file)
        workbook = python_calamine.load_workbook(str(file))
        pages = [workbook.get_sheet_by_index(at).to_python() for at in range(len(workbook.sheet_names))]
        names[file.name] = {str(cell) for page in pages for row in page for cell in row}
        if file.parent != tmp_path:
            assert not any(acting(cell.replace("\n", " ")) for cell in names[file.name]) or "一覧" in file.name
    assert set(WHOLE.values()) <= names["月次.xlsx"] and set(WHOLE.values()) <= names["東京会.xlsx"]


def test_journal_for_other_software_has_a_line_for_each_line(attacked: str, tmp_path: Path) -> None:
    for form in ("hledger", "beancount", "csv"):
        desk.done(attacked, "export", "journal", "--format", form, "--out", str(tmp_path / form))
    for form in ("hledger", "beancount"):
        text = (tmp_path / form).read_text(encoding="utf-8")
        assert not acting(text) and all(line[:1] in "20 coap;" or not line for line in text.split("\n"))
    _entries, errors, _options = loader.load_file(str(tmp_path / "beancount"))
    assert errors == []
    with (tmp_path / "csv").open(encoding="utf-8-sig", newline="") as file:
        assert len({len(row) for row in plain_csv.reader(file)}) == 1


# --- what is said on the terminal -----------------------------------------------------------------------------------


TYPED = (
    ("check", "--member", "{}"),
    ("check", "--application", "{}"),
    ("find", "{}"),
    ("refund", "propose", "{}"),
    ("close", "{}"),
    ("{}",),
    ("members", "--{}"),
    ("import", "{}"),
    ("verify", "{}"),
    ("settings", "set", "{}", "1"),
    ("slip", "other", "--debit", "{}", "--credit", "1110", "--yen", "1", "--reason", "x"),
    ("members", "--out", "{}"),
    ("statement", "month", "2012-09", "--sheet", "{}", "--out", "x.xlsx"),
)


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_what_was_typed_is_quoted_in_a_line(
    attacked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ATTACKS.values():
        if "\x00" not in text:
            answer = desk.typed(attacked, *(word.replace("{}", text) for word in words))
            assert not acting(answer.output) and "\nx.csv:3" not in answer.output, (text, answer.output)


def test_every_command_quotes_what_was_typed_in_a_line(
    attacked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instead of the last word of each of its examples, behind an option, and as an option that there is not."""
    monkeypatch.chdir(tmp_path)
    text = "".join(sorted(ACTS - {chr(code) for code in range(0xD800, 0xE000)} - {"\x00"}))
    for example in (example for name, examples in EXAMPLES.items() if name != "demo" for example in examples[:1]):
        words = shlex.split(example)
        for typed in ([*words[:-1], text], [*words, f"--{text}"], [*words, "--key", text, "--by", text]):
            answer = desk.typed(attacked, *typed)
            assert not acting(answer.output), (typed, answer.output)


def test_a_mistake_of_our_own_quotes_it_so_as_well() -> None:
    """As the program is started, with something in it that breaks."""
    broken = "database.reading = lambda *_: exec(\"raise AssertionError('甲\\x1b[2J\\u202e')\")"
    start = f"import sys, cli; from ledger.store import database; {broken}; sys.argv[1:] = ['balance']; cli.main()"
    told = subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr.splitlines()[-1]) == (1, "AssertionError: 甲<U+001B>[2J<U+202E>")
    assert not acting(told.stderr)


def test_what_a_file_holds_is_quoted_in_a_line(book_url: str, tmp_path: Path) -> None:
    for nth, text in enumerate(WHOLE.values()):
        out = io.StringIO()
        plain_csv.writer(out).writerows([["申込番号", "送付日", text], [text, text, text], ["", text, ""]])
        name = re.sub("[/\x00]", "_", text)[:40]
        for file, content in (
            (tmp_path / f"{name}{nth}.csv", out.getvalue().encode()),
            (
                tmp_path / f"{name}{nth}.xlsx",
                composed(Sheet(text, text, (Block((SheetColumn("申込番号"), SheetColumn(text)), [(text, text)]),))),
            ),
        ):
            file.write_bytes(content)
            answer = desk.typed(book_url, "import", str(file))
            assert answer.exit_code != 0
            assert not acting(answer.output) and "\nx.csv:3" not in answer.output, (text, answer.output)
    assert not acting(desk.done(book_url, "refusal", "list").output)


@pytest.mark.parametrize("name", ATTACKS)
def test_bank_gets_its_own_signs_or_nothing(name: str) -> None:
    written, unreadable = kana.as_banks_read(ATTACKS[name], kana.PAYEE)
    assert unreadable or re.fullmatch("[ｱ-ﾟA-Z0-9 ().-]+", written)
