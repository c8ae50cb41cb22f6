"""What is typed for options and arguments: numbers in either width, bounds, several at once; and by whom it is read."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command

from exports.shell import misuse, values
from exports.shell.help import Command
from exports.shell.options import LARGEST, argument, number, numbers, option
from ledger import i18n
from ledger.allocations import Part
from ledger.booking import allocation
from ledger.booking.allocation import NotAPart
from tests.commands import COMMANDS

ROOT = Path(__file__).parents[1]
YEN = option("--yen", "", "YEN")
FEE = option("--fee", "", "YEN", min=-LARGEST, max=LARGEST)


def asked(kind: Any, declared: Any, *typed: str, default: Any = ...) -> Any:
    """What a command gets for what is typed; a sentence where it cannot be read."""
    program, got = typer.Typer(), []

    def command(value: Any = default) -> None:
        got.append(value)

    command.__annotations__ = {"value": Annotated[kind, declared]}
    program.command(cls=Command)(command)
    i18n.use("en")
    try:
        get_command(program).main([*typed], standalone_mode=False)
    except typer.TyperException as error:
        return misuse.sentence(error).splitlines()[0]
    return got[0]


# What is typed as a number, and what it is; None is no whole number.
WHOLE = {
    "7245": 7245,
    "7,245": 7245,
    "７２４５": 7245,
    "７，２４５": 7245,
    "+7": 7,
    " 7 ": 7,
    "7.0": 7,
    "007": 7,
    "-7": -7,
    "△7": -7,
    "▲７": -7,
    "¥7,245": 7245,
    "7,245円": 7245,
    "金7,245円也": 7245,
    "0": 0,
    "-0": 0,
    "９" * 12: 10**12 - 1,
    **dict.fromkeys(["", " ", "x", "7x", "7.5", "1e3", "0x10", "七", "①", "7 245", "72,45", "1_000", "--7", "nan"]),
}


@pytest.mark.parametrize("typed", WHOLE)
def test_whole_number_in_either_width(typed: str) -> None:
    number = WHOLE[typed]
    assert asked(int, YEN, f"--yen={typed}") == ("Usage: --yen has to be a whole number" if number is None else number)


@pytest.mark.parametrize(
    ("declared", "typed", "answer"),
    [
        (number("NO", ""), "1", 1),
        (number("NO", ""), "０", "Usage: NO is at least 1"),
        (number("NO", ""), str(LARGEST), LARGEST),
        (number("NO", ""), str(LARGEST + 1), f"Usage: NO is at most {LARGEST:,}"),
        (FEE, f"--fee=-{LARGEST}", -LARGEST),
        (FEE, f"--fee=△{LARGEST + 1}", f"Usage: --fee is at least △{LARGEST:,}"),
        (FEE, "--fee=" + "9" * 5000, "Usage: --fee has to be a whole number"),
    ],
)
def test_number_lies_within_its_bounds(declared: Any, typed: str, answer: Any) -> None:
    assert asked(int, declared, typed) == answer


@pytest.mark.parametrize(
    ("kind", "declared", "typed", "answer"),
    [
        (str, argument("NAME", ""), ["１"], "１"),
        (str, argument("NAME", ""), [""], ""),
        (str, argument("NAME", ""), [], "Usage: NAME is missing"),
        (str | None, option("--name", ""), [], None),
        (str | None, option("--name", ""), ["--name"], "Usage: --name needs a value"),
        (Path, argument("FILE", ""), ["入 力/1.csv"], Path("入 力/1.csv")),
        (bool, option("--yes", ""), ["--yes"], True),
        (bool, option("--yes", ""), ["--yes=1"], "Usage: --yes takes no value"),
        (list[int], option("--year", "", min=1), ["--year=１", "--year=2"], [1, 2]),
        (list[int], option("--year", "", min=1), ["--year=1", "--year=0"], "Usage: --year is at least 1"),
        (list[int], option("--year", "", min=1), ["--year=1", "--year=x"], "Usage: --year has to be a whole number"),
        (list[Path], argument("FILE", ""), ["a", "b"], [Path("a"), Path("b")]),
        (list[str], numbers(""), ["7", "1-93"], ["7", "1-93"]),
        (list[str], numbers(""), ["7", "3-1"], "Usage: NO: 3-1 is neither a number nor a range of numbers"),
    ],
)
def test_what_is_typed_is_what_the_command_gets(kind: Any, declared: Any, typed: list[str], answer: Any) -> None:
    needed = ... if kind not in (bool, str | None) else None if kind == str | None else False
    got = asked(kind, declared, *typed, default=needed)
    assert (type(got), got) == (type(answer), answer)


PARTS: list[tuple[str, Part | None]] = [
    ("2011-0001", Part("2011-0001")),
    ("2011-0001=7245", Part("2011-0001", 7245)),
    ("2011-0001=7,245円", Part("2011-0001", 7245)),
    ("２０１１-0001＝7245", Part("2011-0001", 7245)),
    ("=7245", None),
    ("A=0", None),
    ("A=-1", None),
    ("A=△1", None),
    ("A=¥1,000-", Part("A", 1000)),
    ("A=10,00", None),
    ("A=", None),
    ("A=x", None),
    ("A=" + "9" * 5000, None),
]


@pytest.mark.parametrize(("typed", "part"), PARTS, ids=[typed[:20] for typed, _part in PARTS])
def test_a_part_is_an_application_and_perhaps_yen(typed: str, part: Part | None) -> None:
    if part is None:
        with pytest.raises(NotAPart):
            allocation.parse_part(typed)
    else:
        assert allocation.parse_part(typed) == part


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_is_read_here(name: str) -> None:
    command = COMMANDS[name]
    for param in command.get_params(typer.Context(command)):
        assert isinstance(param.get_runtime_param(), values.Reader), param.name


def test_no_question_loads_what_declares_the_tables_or_reads_values(book_url: str) -> None:
    """Sqlmodel and pydantic cost more than an answer does."""
    ask = (
        "import sys, cli\n"
        "for words in sys.argv[2:]:\n"
        "    try: cli.app(['--database', sys.argv[1], *words.split()])\n"
        "    except SystemExit as ended: assert ended.code == 0, words\n"
        "print(*sorted({'sqlmodel', 'pydantic', 'alembic', 'openpyxl', 'babel'} & set(sys.modules)))"
    )
    questions = ("check --everyone", "members", "refund list", "month list", "balance", "todo", "find 1", "entries")
    done = subprocess.run(
        [sys.executable, "-c", ask, book_url, *questions], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, [""]), done.stderr
