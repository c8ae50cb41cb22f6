"""The command line: help that is true, the same answer dry or real, the shapes that other programs rely on."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.core import TyperCommand
from typer.testing import CliRunner

import cli
from exports.demo import play
from exports.formats import screen
from ledger import dates, i18n, tables
from ledger.errors import Exit
from ledger.intake import kinds
from ledger.store import database
from tests import desk
from tests.commands import COMMANDS, EXAMPLES, OPTIONS
from tests.desk import CHIEF

ROOT = Path(__file__).parent.parent


def demo(url: str, folder: Path) -> None:
    """Plays the month of the made-up federation at these books."""
    for act in play.acts(folder):
        desk.done(url, *act.words)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[str]:
    """The books of the made-up federation at the end of its month."""
    with desk.books(request, demo) as url:
        yield url


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: date(2030, 1, 1))
    monkeypatch.setattr(dates, "now", lambda: datetime(2030, 1, 1, 9, 30))


# --- help -----------------------------------------------------------------------------------------------------------


WORDS = {
    "ja": ("使い方: seisan", "引数", "オプション", "コマンド", "[必須]", "[省略時: ", "[環境変数: ", "例:"),
    "en": ("Usage: seisan", "Arguments", "Options", "Commands", "[required]", "[default: ", "[variable: ", "Examples:"),
}


def page(*words: str) -> str:
    """A page of help, as it is written into a file."""
    answer = CliRunner().invoke(cli.app, [*words])
    assert (answer.exit_code, answer.stderr) == (0, ""), answer.output
    return answer.stdout


def test_every_command_is_either_told_or_written_to_a_file() -> None:
    """What shows something answers in JSON as well; the others name the file to write."""
    silent = {name for name, options in OPTIONS.items() if "--json" not in options}
    assert {name for name in silent if "--out" not in OPTIONS[name]} == {"demo"}


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_a_page_with_a_sentence_and_examples(name: str) -> None:
    for language, (usage, *_words, examples) in WORDS.items():
        text = page(*name.split(), "--help", "--lang", language)
        assert text == page("--lang", language, *name.split(), "-h")
        assert f"{usage} {name}".rstrip() in text
        sentence = " ".join(text.splitlines()[3:]).partition("╭")[0].strip()
        assert sentence.endswith((".", "。", "?", "か。"))
        assert not name or examples in text
        assert max(map(screen.width, text.splitlines())) <= 80
        assert "\x1b" not in text
        assert not re.search(r"(?<!//)… *│", text), "something is cut off"
        for option in ("--database", "--by", "--lang", "--key"):
            assert option in text
        assert i18n.language() == language
        assert language == "ja" or not re.search("[ぁ-ん]", re.sub("(?m)^ seisan .*$", "", text)), text


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_help_speaks_one_language_typers_words_included(language: i18n.Language) -> None:
    text = "".join(page(*words, "--help", "--lang", language) for words in (("refund", "unpaid"), ("refund",), ()))
    other = WORDS["en" if language == "ja" else "ja"]
    assert [word for word in WORDS[language] if word not in text] == []
    assert [word for word in other if word in text] == []


def test_help_names_ranges_defaults_and_kinds() -> None:
    assert "[x>=1]" in page("refund", "paid", "--help") and "[0<=x<=36500]" in page("close", "--help")
    assert "sqlite:///seisan.db" in page("balance", "--help")
    assert [kind.code for kind in kinds.KINDS if kind.code not in page("template", "--help", "--lang", "en")] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_lines_of_help_end_where_they_may(language: i18n.Language) -> None:
    text = "請求書の支払を記帳します。一致した行を一度だけ、2012-09-30 までに支払います(全行)。 An English one"
    for columns in range(12, 60):
        places = [0, *screen.breaks(text, columns), len(text)]
        lines = [text[first:last].rstrip() for first, last in pairwise(places)]
        assert max(map(screen.width, lines)) <= columns
        assert not any(line.startswith(("、", "。", ")")) or line.endswith("(") for line in lines)
        assert "2012-09-30" in " ".join(lines)
        assert "English" in " ".join(lines)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_can_be_typed(name: str, books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words are understood; what the command would do is left out."""
    understood: list[str] = []
    monkeypatch.setattr(TyperCommand, "invoke", lambda _self, ctx: understood.append(ctx.command_path))
    monkeypatch.chdir(tmp_path)
    assert EXAMPLES[name]
    for example in EXAMPLES[name]:
        assert screen.width(f" seisan {example}") <= 79
        answer = desk.typed(books, *shlex.split(example))
        assert answer.exit_code == 0, answer.output
    assert set(understood) == {f"seisan {name}"}


EARLIER = {
    "bill": "bill list",
    "bill --json": "bill list --json",
    "settings": "settings list",
    "months": "month list",
    "month": "month list",
    "decisions": "decision list",
    "decisions 2011-0001": "decision list 2011-0001",
    "decisions shaken": "decision outdated",
    "decisions shaken --json": "decision outdated --json",
    "refusals --json": "refusal list --json",
}


@pytest.mark.parametrize("earlier", EARLIER)
def test_what_was_spelled_otherwise_goes_on_working(books: str, earlier: str) -> None:
    assert desk.done(books, *earlier.split()).stdout == desk.done(books, *EARLIER[earlier].split()).stdout


@pytest.mark.parametrize("name", ["", *sorted({name.split()[0] for name in COMMANDS if " " in name})])
def test_a_group_without_a_command_lists_or_shows_its_help(books: str, name: str) -> None:
    answer = CliRunner().invoke(cli.app, [*name.split(), *(["--database", books] if name else [])])
    if name in ("bill", "settings", "month", "statement", "refusal", "decision", "slip", "people"):
        assert answer.exit_code == 0
    else:
        assert (answer.exit_code, answer.stdout) == (Exit.USAGE, "")
        assert answer.stderr.rstrip() == page(*name.split(), "--help").rstrip()


def test_version_is_told() -> None:
    assert re.fullmatch(r"seisan \d+\.\d+\.\d+\n", page("--version"))


@pytest.mark.thorough
def test_no_help_loads_anything_slow() -> None:
    ask = (
        "import sys, cli\n"
        "for words in sys.argv[1:]:\n"
        "    try: cli.app([*words.split(), '--help'])\n"
        "    except SystemExit: pass\n"
        "print(*sorted({'sqlalchemy', 'sqlmodel', 'alembic', 'openpyxl', 'psycopg', 'babel'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask, "", *COMMANDS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == ""


# --- how it is called -----------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_both_names_of_the_program_are_one(tmp_path: Path) -> None:
    """The console command and the file answer the same, on the usage too."""
    seisan = [str(Path(sys.executable).with_name("seisan"))]
    for words in (
        ["--help"],
        [],
        ["init"],
        ["balance", "--as-of", "2012-04-30", "--json"],
        ["balance", "--oops"],
        ["check"],
    ):
        one, other = (
            subprocess.run([*program, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
            for program in (seisan, [sys.executable, str(ROOT / "cli.py")])
        )
        if words != ["init"]:  # the second finds the books that the first has made
            assert (one.returncode, one.stdout, one.stderr) == (other.returncode, other.stdout, other.stderr)
        assert "Traceback" not in one.stderr + other.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seisan.db", "seisan.db-turns"]


def test_global_options_stand_anywhere(book_url: str) -> None:
    asked = ["balance", "--as-of", "2012-04-30"]
    for before in range(len(asked) + 1):
        if before != 2:  # between an option and its value
            options = ["--database", book_url, "--lang=en", "--by", "x"]
            answer = CliRunner().invoke(cli.app, [*asked[:before], *options, *asked[before:]])
            assert (answer.exit_code, answer.stdout.split()[:2]) == (0, ["Trial", "balance"])
    later = CliRunner().invoke(cli.app, [*asked, "--database=sqlite:///none.db", f"--database={book_url}", "--lang=en"])
    assert later.exit_code == 0


def test_what_is_set_around_the_program_counts_unless_said_otherwise(book_url: str, tmp_path: Path) -> None:
    around = {"SEISAN_DATABASE": book_url, "SEISAN_USER": CHIEF, "SEISAN_LANG": "en"}
    desk.files(tmp_path)
    run = CliRunner(env=around)
    assert run.invoke(cli.app, ["import", str(tmp_path / "会員.csv")]).exit_code == 0
    assert run.invoke(cli.app, ["import", str(tmp_path / "申込.csv"), "--by", "別人"]).exit_code == 0
    assert run.invoke(cli.app, ["balance"]).stdout.startswith("Trial balance")
    assert run.invoke(cli.app, ["balance", "--lang", "ja"]).stdout.startswith("合計残高試算表")
    assert run.invoke(cli.app, ["balance", "--database", "sqlite:///none.db"]).exit_code == 1
    assert CliRunner(env=around | {"SEISAN_LANG": "fr"}).invoke(cli.app, ["balance"]).exit_code == 2
    with database.reading(book_url) as connection:
        assert list(connection.execute(select(tables.source.c.by)).scalars()) == [CHIEF, "別人"]


def test_exit_codes(books: str, tmp_path: Path) -> None:
    undetermined = desk.done(books, "check", "--everyone", "--as-of", "2012-09-30", "--json")
    assert {load["verdict"] for load in json.loads(undetermined.stdout)["findings"]} >= {"undetermined"}
    codes = {
        ("balance",): 0,
        ("refund", "approve", "9999"): 1,
        ("balance", "--oops"): 2,
        ("balance", "--as-of", "soon"): 2,
        ("import", str(tmp_path / "none.csv")): 3,
    }
    assert {words: desk.typed(books, *words).exit_code for words in codes} == codes


def test_a_refused_dry_run_is_refused(book_url: str) -> None:
    answer = desk.typed(book_url, "refund", "approve", "1", "--dry-run")
    assert (answer.exit_code, "(unknown-refund)" in answer.stderr) == (1, True)


# --- the shapes of answers ------------------------------------------------------------------------------------------

TEXT, YEN, MAYBE = str, int, (str, type(None))
OUTCOME = {"eligible", "not_eligible", "needs_facts", "needs_review", "in_force", "settled", "being_settled", "no_fee"}
VERDICT = {"eligible", "not_eligible", "undetermined"}
MISSING = {"issued_on", "mailed_on", "downloaded", "receipt", "reason", "used", "covered"}
RETURN = {"no": int, "application": MAYBE, "amount": YEN, "proposed_by": TEXT, "approved_by": MAYBE}

# A dict names the keys that are promised; a list holds at least one of what it shows; a set is a closed list.
SHAPES: dict[str, Any] = {
    "check --everyone --as-of 2012-09-30": {
        "as_of": TEXT,
        "findings": [
            {
                "application": TEXT,
                "member": TEXT,
                "notice": MAYBE,
                "outcome": OUTCOME,
                "verdict": VERDICT,
                "clauses": [{"①", "②", "③", "特例", "未利用"}],
                "missing": [MISSING],
                "doubts": [TEXT],
                "warnings": [TEXT],
                "fee_received": YEN,
                "overpaid": YEN,
                "refundable": YEN,
                "suggested": {"refund", "credit", None},
                "conditions": [{"clause": TEXT, "says": TEXT, "holds": {True, False, None}, "grounds": TEXT}],
            }
        ],
    },
    "balance --as-of 2012-09-30": {
        "as_of": TEXT,
        "accounts": [{"code": TEXT, "name": TEXT, "debit": YEN, "credit": YEN, "balance": YEN}],
        "debit": YEN,
        "credit": YEN,
    },
    "entries": {
        "entries": [
            {
                "no": int,
                "on": TEXT,
                "recorded_at": TEXT,
                "by": TEXT,
                "event": TEXT,
                "reverses": (int, type(None)),
                "lines": [{"account": TEXT, "debit": YEN, "credit": YEN, "application": MAYBE, "member": MAYBE}],
                "text": TEXT,
            }
        ]
    },
    "due --as-of 2012-05-20": {
        "as_of": TEXT,
        "due": [
            {
                "application": TEXT,
                "member": TEXT,
                "mailed_on": TEXT,
                "day": int,
                "reminder_on": TEXT,
                "revocable_on": TEXT,
                "state": {"waiting", "remind", "revocable"},
            }
        ],
    },
    "settings": {"settings": [{"name": TEXT, "value": MAYBE, "by": MAYBE, "recorded_at": MAYBE}]},
    "refund list": [
        RETURN
        | {"payment_file": (int, type(None))}
        | {"state": {"proposed", "approved", "filed", "paid", "returned", "recovered", "ended", "rejected"}}
    ],
    "credit list": [RETURN | {"state": {"proposed", "applied", "undone", "rejected"}}],
    "bill": {
        "lines": [
            {
                "bill": MAYBE,
                "application": TEXT,
                **dict.fromkeys(("billed", "left", "owed", "paid"), YEN),
                "state": {
                    *("agreed", "billed_though_waived", "billed_twice", "not_billed", "amount_differs"),
                    *("not_received", "unknown_application", "paid_beyond_bill"),
                },
            }
        ],
        "totals": {"billed": YEN, "owed": YEN},
    },
    "decisions": [
        {
            "no": int,
            "application": TEXT,
            "as_of": TEXT,
            "decided_at": TEXT,
            "by": TEXT,
            "outcome": OUTCOME,
            "notice": MAYBE,
            "clauses": [TEXT],
            "superseded_by": (int, type(None)),
        }
    ],
}


def misfits(shape: Any, value: Any, place: str = "") -> Iterator[str]:
    """Where a value is not of a shape."""
    if isinstance(shape, dict):
        if not isinstance(value, dict) or not shape.keys() <= value.keys():
            yield f"{place}: {value!r} lacks {shape.keys() - dict(value)}"
            return
        for key, each in shape.items():
            yield from misfits(each, value[key], f"{place}.{key}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{place}: {value!r} is no list"
            return
        for at, each in enumerate(value):
            yield from misfits(shape[0], each, f"{place}[{at}]")
    elif isinstance(shape, set):
        if value not in shape:
            yield f"{place}: {value!r} is none of {shape}"
    elif not isinstance(value, shape) or (isinstance(value, bool) and shape is not bool):
        yield f"{place}: {value!r} is no {shape}"


def inside(shape: Any, value: Any) -> set[str]:
    """What of the closed lists and lists of a shape the value has an example of."""
    if isinstance(shape, dict):
        return {f"{key}{each}" for key in shape for each in inside(shape[key], value[key])}
    if isinstance(shape, list):
        return {f"[]{each}" for one in value for each in inside(shape[0], one)} | ({"[]"} if value else set())
    return {f"={value}"} if isinstance(shape, set) else set()


@pytest.mark.parametrize("command", SHAPES)
def test_answer_has_the_shape_that_is_promised(books: str, command: str) -> None:
    for language in i18n.LANGUAGES:
        answer = desk.answered(books, *command.split(), "--lang", language)
        assert list(misfits(SHAPES[command], answer)) == []
        assert answer


def test_shapes_have_examples_of_nearly_everything(books: str) -> None:
    seen = {command: inside(shape, desk.answered(books, *command.split())) for command, shape in SHAPES.items()}
    assert len([each for each in seen["check --everyone --as-of 2012-09-30"] if "outcome=" in each]) == 8
    assert len([each for each in seen["bill"] if "state=" in each]) >= 5
    assert len([each for each in seen["due --as-of 2012-05-20"] if "state=" in each]) == 3


def test_codes_and_keys_are_in_no_language(books: str) -> None:
    """The same answer in both, but for what a person reads."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items() if key not in ("says", "grounds", "name", "text")}
        return [plain(each) for each in value] if isinstance(value, list) else value

    for command in SHAPES:
        ja, en = (desk.answered(books, *command.split(), "--lang", literal) for literal in ("ja", "en"))
        assert plain(ja) == plain(en)


def test_the_worked_case_is_answered_as_the_interface_shows_it(books: str) -> None:
    asked = desk.answered(books, "check", "--application", play.WORKED_CASE, "--as-of", "2012-09-21")
    (found,) = asked["findings"]
    assert asked["as_of"] == "2012-09-21"
    assert (found["notice"], found["outcome"], found["verdict"]) == ("2012-09-21", "eligible", "eligible")
    assert (found["clauses"], found["missing"], found["doubts"], found["warnings"]) == (["②", "③"], [], [], [])
    assert (found["fee_received"], found["overpaid"], found["refundable"]) == (7245, 0, 7245)
    assert found["suggested"] == "refund"


def test_balance_is_positive_on_the_own_side_of_each_account(books: str) -> None:
    answer = desk.answered(books, "balance", "--as-of", "2012-09-30")
    assert answer["debit"] == answer["credit"] == sum(each["debit"] for each in answer["accounts"])
    for each in answer["accounts"]:
        debit_side = each["code"].startswith(("1", "5"))
        assert each["balance"] == (each["debit"] - each["credit"]) * (1 if debit_side else -1)


# --- the cases, through files and the command line ------------------------------------------------------------------

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]

HEADINGS = {
    "会員": "会員番号,氏名,司法書士会,把握日",
    "申込": "申込番号,会員番号,申込日,申込区分,前回申込番号,取下日,把握日",
    "送付": "申込番号,発行日,送付日,有効期間満了日,把握日",
    "ダウンロード": "申込番号,ダウンロード日,確認日,把握日",
    "受領簿": "申込番号,受領書返送日,記帳日,把握日",
    "取消": "申込番号,取消日,取消区分,取消事由,把握日",
    "利用": "申込番号,利用,回答日,特例該当,把握日",
    "返金方法": "申込番号,返金方法,充当先申込番号,申出日,把握日",
    "入金": "照会番号,入金日,金額,振込依頼人名,申込番号,把握日",
}


def rows(case: dict[str, Any], member: str) -> Iterator[tuple[str, list[Any]]]:
    """The rows that bring a case, by file: each known from the day it speaks of, at the latest when it is asked."""
    number, as_of, given = case["id"], case["as_of"], case["given"]
    applied_on = given["applied_on"]
    yield "会員", [member, "甲山 太郎", "東京", applied_on]
    kind, previous = given.get("kind", "new"), given.get("previous")
    yield "申込", [number, member, applied_on, kind, previous, given.get("withdrawn_on"), applied_on]
    for place, name in enumerate(("issued_on", "mailed_on")):
        if name in given:
            known_on = min(given[name], as_of)
            parts = [None, None, given.get("expires_on")]
            parts[place] = given[name]
            yield "送付", [number, *parts, known_on]
    for file, day, reach in (
        ("ダウンロード", "downloaded_on", "downloads_checked_on"),
        ("受領簿", "receipt_on", "receipts_entered_to"),
    ):
        if day in given or reach in given:
            on = None if given.get(day, "none") == "none" else given[day]
            up_to = given.get(reach, on)
            yield file, [number, on, up_to, max(each for each in (on, up_to) if each is not None)]
    if "revoked_on" in given:
        known_on = min(given["revoked_on"], as_of)
        yield "取消", [number, given["revoked_on"], given.get("side"), given.get("reason"), known_on]
    if "used" in given:
        yield (
            "利用",
            [number, given["used"], given["used_answered_on"], given.get("covered"), given["used_answered_on"]],
        )
    if "choice" in given:
        yield "返金方法", [number, given["choice"], None, applied_on, applied_on]
    for nth, yen in enumerate(given.get("paid", [7245]), 1):
        yield "入金", [f"{number}-{nth}", applied_on, yen, "ｺｳﾔﾏ ﾀﾛｳ", number, applied_on]


def test_cases_are_answered_through_files_and_commands_as_by_the_papers(book_url: str, tmp_path: Path) -> None:
    files: dict[str, list[str]] = {name: [headings] for name, headings in HEADINGS.items()}
    for count, case in enumerate(CASES, 1):
        for file, row in rows(case, f"東京 第{count}号"):
            files[file].append(",".join("" if cell is None else str(cell) for cell in row))
    brought = {name: lines for name, lines in files.items() if len(lines) > 1}
    for name, lines in brought.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    desk.done(book_url, "import", *(str(tmp_path / f"{name}.csv") for name in brought))
    wrong = {}
    for case in CASES:
        asked = ("check", "--application", case["id"], "--as-of", str(case["as_of"]))
        (found,) = desk.answered(book_url, *asked)["findings"]
        said = {name: found[name] for name in case["expect"]}
        if said != case["expect"]:
            wrong[case["id"]] = said
    assert wrong == {}
