"""What a person sees on a terminal: lines that fit, signs that its encoding has, pages, little colour."""

import io
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

import cli
from exports.demo import play
from exports.formats import progress, screen, terminal
from exports.formats.sheet import Block, Sheet, SheetColumn, StyledRow, Values
from ledger import i18n
from tests import desk

WIDTHS = (40, 80, 100, 120)
DAY = "2012-09-30"

COLUMNS = (
    SheetColumn("会", importance=1),
    SheetColumn("会員番号", importance=3),
    SheetColumn("氏名"),
    SheetColumn("金額", "yen", total=True, importance=3),
    SheetColumn("理由"),
    SheetColumn("承認者", importance=1),
)
REASON = "利用の有無: 認証局の回答が必要、特例該当か否か: 認証局の回答が必要"
ROWS = [
    ("東京", "東京 第9001号", "甲山 太郎", 7245, REASON, "事務局長 丙田"),
    ("札幌", "札幌 第9001号", "乙", 0, "", "丙"),
]
SHEET = Sheet("返金一覧", "返金一覧", (Block(COLUMNS, ROWS, total="合計"),))


class Terminal(io.TextIOWrapper):
    """A terminal that keeps what was shown on it."""

    def __init__(self, encoding: str = "utf-8", tty: bool = True) -> None:
        self._tty = tty
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n", write_through=True)

    def isatty(self) -> bool:
        """Whether a person sees it."""
        return self._tty

    @property
    def shown(self) -> str:
        """What was shown."""
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The books of the made-up federation, with refunds in three states; they are only read."""
    url = f"sqlite:///{tmp_path_factory.mktemp('screen') / 'books.db'}"
    desk.done(url, "init")
    desk.done(url, "import", *map(str, sorted(play.INPUT.iterdir())))
    desk.done(url, "decide", "--everyone", "--as-of", DAY)
    desk.done(url, "refund", "propose", *play.REFUNDS, "--on", DAY)
    desk.done(url, "refund", "approve", "1", "--on", DAY, by=desk.CHIEF)
    return url


def shown(
    url: str, *words: str, screen_of: Terminal | None = None, variables: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, str]:
    """What a command shows on a terminal, and what it says beside that."""
    out = Terminal() if screen_of is None else screen_of
    err = Terminal(out.encoding)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdout", out)
        patched.setattr(sys, "stderr", err)
        patched.setattr(progress, "_PATIENCE", 3600.0)
        for name, value in ({"COLUMNS": "80", "SEISAN_PAGER": "", "TERM": "xterm"} | dict(variables)).items():
            patched.setenv(name, value)
        with pytest.raises(SystemExit):
            cli.app(["--database", url, "--by", desk.CLERK, *words])
    i18n.use("ja")
    return out.shown, err.shown


def longest(text: str) -> int:
    """How many columns the longest line takes."""
    return max(map(screen.width, text.splitlines()), default=0)


@pytest.mark.parametrize("columns", WIDTHS)
def test_table_is_no_wider_than_the_terminal_and_says_what_is_left_out(columns: int) -> None:
    with screen.wide(columns):
        table, drawn = terminal.format_table(SHEET.blocks[0]), terminal.format_sheet(SHEET)
    assert longest(table) <= columns
    assert "7,245" in drawn and "東京 第9001号" in drawn
    for column in COLUMNS:
        assert column.title in drawn, "shown, or said to be left out"
    assert ("ここでは省略" in drawn) == (columns < 80)


def test_table_that_is_not_for_a_terminal_is_whole() -> None:
    drawn = terminal.format_sheet(SHEET)
    assert all(cell in drawn for cell in (REASON, "事務局長 丙田", "承認者")) and "省略" not in drawn


def test_each_reason_of_a_folded_cell_has_a_line_of_its_own() -> None:
    with screen.wide(60):
        lines = terminal.format_table(Block(COLUMNS[3:5], [row[3:5] for row in ROWS])).splitlines()
    assert [line.split()[-2:] for line in lines[2:4]] == [
        ["利用の有無:", "認証局の回答が必要、"],
        ["特例該当か否か:", "認証局の回答が必要"],
    ]


def test_the_name_of_a_sum_is_left_out_last() -> None:
    rows: list[Values | StyledRow] = [*ROWS, StyledRow("subtotal", ("", "", "返金の計", None, "", ""))]
    with screen.wide(40):
        drawn = terminal.format_table(Block(COLUMNS, rows))
    assert "返金の計" in drawn and longest(drawn) <= 40


LISTS = (
    ("check", "--everyone", "--as-of", DAY),
    ("check", "--application", "2011-0001", "--as-of", DAY, "--all"),
    ("refund", "list", "--as-of", DAY),
    ("refund", "show", "1"),
    ("bill",),
    ("balance", "--as-of", DAY),
    ("due", "--as-of", DAY),
    ("entries", "--application", "2011-0001"),
    ("decision", "list"),
    ("match",),
    ("month", "list"),
    ("imports",),
    ("settings", "list"),
    ("notices", "show", "2012-09-21"),
    ("check", "--application", "2099-9999"),
    ("close", "2012-09"),
    ("people", "add", "", "--may", "propose"),
)


@pytest.mark.thorough
@pytest.mark.parametrize("columns", WIDTHS[1:])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_no_line_of_any_answer_is_longer_than_the_terminal(books: str, columns: int, language: str) -> None:
    for words in LISTS:
        for text in shown(books, *words, "--lang", language, variables={"COLUMNS": str(columns), "NO_COLOR": "1"}):
            assert longest(text) <= columns, f"{words}\n{text}"


# What a list is looked at for, and is never left out at 80 columns.
ASKED_FOR = {
    ("match",): ("候補の申込", "理由", "金額が未納の額と一致"),
    ("bill",): ("照合結果",),
    ("refund", "list", "--as-of", DAY): ("状態",),
}


@pytest.mark.parametrize("words", ASKED_FOR)
def test_what_a_list_is_asked_for_has_room_at_80_columns(books: str, words: tuple[str, ...]) -> None:
    text = shown(books, *words)[0]
    table = text.partition("ここでは省略した列")[0]
    assert [part for part in ASKED_FOR[words] if part not in table] == []


@pytest.mark.parametrize("columns", WIDTHS[1:])
@pytest.mark.parametrize("words", [("todo", "--as-of", DAY), ("find", "甲山")], ids=["todo", "find"])
def test_command_that_is_typed_next_stands_whole_in_its_line(books: str, words: tuple[str, ...], columns: int) -> None:
    answer = json.loads(desk.done(books, *words, "--json").stdout)
    rows = (
        answer["todo"] if "todo" in answer else [row for part in answer.values() if type(part) is list for row in part]
    )
    lines = shown(books, *words, variables={"COLUMNS": str(columns)})[0].splitlines()
    below = [line.removeprefix("  → ") for line in lines if line.startswith("  → ")]
    commands = [row["next"] for row in rows]
    for command in commands:
        assert command in below or any(line.endswith(f"  {command}") for line in lines), command
    if words[0] == "todo":
        assert len(below) in (0, len(rows)), "below every row, or in the table"
        assert not any("ここでは省略した列" in line for line in lines), "and nothing is left out for it"


def test_what_goes_to_another_program_is_whatever_the_width_of_a_terminal(books: str) -> None:
    words = ("refund", "list", "--as-of", DAY)
    piped = [
        shown(books, *words, screen_of=Terminal(tty=False), variables={"COLUMNS": columns})[0]
        for columns in ("40", "200")
    ]
    assert piped[0] == piped[1] == desk.done(books, *words).stdout
    assert longest(piped[0]) > 80


# --- signs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "ascii", "latin-1"])
def test_signs_stay_apart_in_every_encoding(encoding: str) -> None:
    signs = "○×?!△…→〜"
    written = [sign.encode(encoding, "readable").decode(encoding) for sign in signs]
    assert len(set(written)) == len(signs)
    assert [sign for sign, said in zip(signs, written, strict=True) if said == "?"] == ["?"]


def test_a_circled_number_and_a_rare_name_can_be_told() -> None:
    assert "①の𠮷田—〜".encode("cp932", "readable").decode("cp932") == "①の〓田―～"
    assert "①②".encode("ascii", "readable") == b"(1)(2)"


@pytest.mark.thorough
@pytest.mark.parametrize("encoding", ["cp932", "ascii", "latin-1"])
@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_every_kind_of_answer_can_be_read_in_every_encoding(books: str, words: tuple[str, ...], encoding: str) -> None:
    """Nothing is refused by the encoding; in English nothing but Japanese names and words is lost."""
    whole = "".join(shown(books, *words))
    said = "".join(shown(books, *words, screen_of=Terminal(encoding)))
    if encoding == "cp932":
        assert (said.count("?"), said.count("○")) == (whole.count("?"), whole.count("○"))
    else:
        assert said.startswith("Japanese cannot be shown here") or "\nJapanese cannot be shown here" in said
    english = ["".join(shown(books, *words, "--lang", "en", screen_of=Terminal(name))) for name in ("utf-8", encoding)]
    plain, narrow = (re.findall(r"[A-Za-z]{2,}", text) for text in english)
    assert plain == narrow


def test_json_loses_nothing_in_any_encoding(books: str) -> None:
    words = ("refund", "list", "--as-of", DAY, "--json")
    whole, narrow = (shown(books, *words, screen_of=Terminal(encoding))[0] for encoding in ("utf-8", "ascii"))
    assert json.loads(whole) == json.loads(narrow)


def test_signs_of_japanese_consoles_are_two_columns_wide() -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", "80")
        screen.use(Terminal("cp932"))
        assert screen.width("○甲") == 4 and screen.width("○甲", 1) == 3
        screen.use(Terminal("utf-8", tty=False))
        assert screen.width("○甲") == 3 and screen.columns() is None


# --- the pager, colour, progress ------------------------------------------------------------------------------------


def test_a_long_answer_is_paged_and_a_short_one_is_not(books: str, tmp_path: Path) -> None:
    kept = tmp_path / "paged"
    pager = f"{sys.executable} -c 'import sys; open(sys.argv[1], \"ab\").write(sys.stdin.buffer.read())' {kept}"
    paged = {"SEISAN_PAGER": pager, "LINES": "24"}
    long, short = ("decision", "list"), ("where",)
    for words in (short, ("--no-pager", *long), (*long, "--json")):
        assert shown(books, *words, variables=paged)[0]
        assert not kept.exists(), words
    assert shown(books, *long, screen_of=Terminal(tty=False), variables=paged)[0]
    assert not kept.exists()
    assert shown(books, *long, variables=paged)[0] == ""
    assert kept.read_text(encoding="utf-8") == shown(books, *long)[0]


@pytest.mark.parametrize("wanted", ["", "no-such-pager -x", "'"])
def test_without_a_pager_the_answer_is_shown_whole(books: str, wanted: str) -> None:
    assert "2011-0001" in shown(books, "decision", "list", variables={"SEISAN_PAGER": wanted, "LINES": "24"})[0]


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_only_the_word_that_refuses_is_coloured(books: str, variables: dict[str, str], coloured: bool) -> None:
    out, err = shown(books, "check", "--application", "2099-9999", variables=variables)
    assert out == "" and ("\x1b[31m" in err) == coloured
    assert "\x1b" not in shown(books, "balance", variables=variables)[0]
    assert "\x1b" not in desk.typed(books, "check", "--application", "2099-9999").stderr


def test_progress_is_erased_before_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", 0.0)
    monkeypatch.setattr(progress, "_BEAT", 0.001)
    stream = Terminal()
    with progress.shown_on(stream):
        while "\x1b[K" not in stream.shown:
            pass
        progress.end()
        stream.write("answer")
    assert stream.shown.endswith("\r\x1b[Kanswer")


def test_of_work_within_work_what_has_more_to_do_is_shown() -> None:
    def shown_while(outer: int, inner: int) -> list[str]:
        around = progress.watched(range(outer), outer, "letters")
        return [progress._line(0) for _each in around for _part in progress.watched(range(inner), inner, "parts")]

    few_parts, many_parts = shown_while(3, 2), shown_while(1, 4)
    assert [line.rpartition(" ")[2] for line in few_parts] == ["0/3", "0/3", "1/3", "1/3", "2/3", "2/3"]
    assert [line.rpartition(" ")[2] for line in many_parts] == ["0/4", "1/4", "2/4", "3/4"]
    assert {line.split()[0] for line in (*few_parts, *many_parts)} == {"letters", "parts"}
    stopped = progress.watched(range(9), 9, "letters")
    next(stopped)
    del stopped
    assert "letters" not in progress._line(0)
