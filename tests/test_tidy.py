"""The style guide, as far as a machine can read it: lengths, sentences, money, the clock, names, the map."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.sentences import REFUSALS

ROOT = Path(__file__).parent.parent
LEDGER = ROOT / "ledger"
CLI = ROOT / "cli.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Made by tools, and in no one's copy of the sources.
MADE = re.compile(r"\.(?!ci$|gitignore$).*|build|demo|seisan\.egg-info")


def _files(*endings: str) -> list[Path]:
    """The files of the sources with these endings, or without any ending."""
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        made = MADE.fullmatch(parts[0]) or "__pycache__" in parts
        if path.is_file() and path.suffix in endings and not made:
            found.append(path)
    return found


SOURCES = _files(".py")
PRODUCT = [
    path for path in SOURCES if path == CLI or path.relative_to(ROOT).parts[0] in {"ledger", "exports", "migrations"}
]
COMMANDS = [path for path in PRODUCT if path.parent == ROOT / "exports" / "commands"]
IN_LEDGER = [path for path in PRODUCT if path.is_relative_to(LEDGER)]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _at(path: Path, node: ast.AST | int) -> str:
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT)}:{line}"


def _nodes(paths: list[Path]) -> Iterator[tuple[Path, ast.AST]]:
    for path in paths:
        for node in ast.walk(_tree(path)):
            yield path, node


def _imports(path: Path) -> set[str]:
    """The packages that a file names in its imports, wherever they stand."""
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def _none(faults: list[str]) -> None:
    assert not faults, "\n" + "\n".join(faults)


def _called(node: ast.AST) -> str | None:
    """The name that a call calls, without what stands before its last dot."""
    if not isinstance(node, ast.Call):
        return None
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None)


# --- lengths --------------------------------------------------------------------------------------------------------


def test_no_file_is_longer_than_500_lines() -> None:
    counts = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    _none([_at(path, count) for path, count in counts.items() if count > 500])


def test_no_function_is_longer_than_70_lines() -> None:
    """A step of a migration is a list of tables and may be as long as it is."""
    paths = [path for path in SOURCES if path.parent != ROOT / "migrations" / "versions"]
    functions = [(path, node) for path, node in _nodes(paths) if isinstance(node, Function)]
    _none([_at(path, node) for path, node in functions if (node.end_lineno or 0) - node.lineno + 1 > 70])


def test_no_command_does_more_than_15_lines() -> None:
    """A command says what it does in its docstring, and asks one stage; cli.py is a page."""
    commands = [(path, node) for path, node in _nodes(COMMANDS) if isinstance(node, Function) and node.decorator_list]
    assert commands
    long = []
    for path, command in commands:
        first, *_more = body = command.body[1:] if ast.get_docstring(command) else command.body
        if (body[-1].end_lineno or 0) - first.lineno + 1 > 15:
            long.append(_at(path, command))
    _none(long)
    assert len(CLI.read_text(encoding="utf-8").splitlines()) <= 60


# --- sentences ------------------------------------------------------------------------------------------------------


def _spoken(path: Path) -> Iterator[ast.Module | ast.ClassDef | Function]:
    """What has to say what it is: a module, and its public classes, functions and methods."""
    tree = _tree(path)
    yield tree
    inside: list[ast.AST] = [tree]
    while inside:
        for node in ast.iter_child_nodes(inside.pop()):
            if isinstance(node, ast.ClassDef | Function) and not node.name.startswith(("_", "test_")):
                yield node
                inside += [node] if isinstance(node, ast.ClassDef) else []


def test_every_public_thing_has_its_sentence() -> None:
    silent = []
    for path in SOURCES:
        for node in _spoken(path):
            first = (ast.get_docstring(node) or "").split("\n\n")[0].strip()
            if first and isinstance(node, ast.Module) and path.parent.name == "notices":
                continue  # a paper begins with its title
            if isinstance(node, ast.ClassDef) and REFUSALS & {ast.unparse(base) for base in node.bases}:
                continue  # what it says to the person whose command is refused, inside a longer line
            if len(first) < 12 or not first.endswith((".", "。", ":", "?", "…", ".)")):
                silent.append(f"{_at(path, node)}: {first}")
    _none(silent)


def test_marked_sentence_is_one_plain_text() -> None:
    marked = [(path, node) for path, node in _nodes(PRODUCT) if isinstance(node, ast.Call) and _called(node) == "N_"]
    for path, call in marked:
        plain = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        assert plain, f"{_at(path, call)}: pybabel finds only a plain text inside N_()"


def test_words_of_a_clause_stand_in_its_notice() -> None:
    for path, node in _nodes([path for path in IN_LEDGER if path.parent.name == "notices"]):
        if _called(node) != "Clause" or not isinstance(node, ast.Call):
            continue
        paper = re.sub(r"\s", "", ast.get_docstring(_tree(path)) or "")
        for each in ast.walk(node.args[1]) if len(node.args) > 1 else []:
            for words in str(each.value).split("…") if isinstance(each, ast.Constant) else []:
                assert re.sub(r"\s", "", words) in paper, f"{_at(path, node)}: {words}"


# --- money and the clock --------------------------------------------------------------------------------------------


def test_money_is_never_a_fraction() -> None:
    faults = []
    for path, node in _nodes(IN_LEDGER):
        name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
        # A cell of a workbook may arrive as a float: intake may ask whether it did, and no more.
        asked = path.is_relative_to(LEDGER / "intake") and isinstance(node, ast.Name)
        if (
            _called(node) == "float"
            or name in {"Decimal", "Numeric", "Float", "REAL"}
            or (name == "float" and not asked)
        ):
            faults.append(_at(path, node))
    _none(faults)
    _none([_at(path, 1) for path in IN_LEDGER if "decimal" in _imports(path)])


def test_only_dates_asks_what_day_it_is() -> None:
    clocks = {("date", "today"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("time", "time")}
    in_sql = re.compile(r"\bCURRENT_(DATE|TIME|TIMESTAMP)\b|\bnow\(\)|'now'|clock_timestamp", re.IGNORECASE)
    faults = []
    # The server holds the moment of each write against its own clock.
    for path, node in _nodes([path for path in PRODUCT if path.name not in ("dates.py", "writes.py")]):
        if isinstance(node, ast.Attribute):
            owner = getattr(node.value, "id", None) or getattr(node.value, "attr", None)
            if (owner, node.attr) in clocks or (owner == "func" and in_sql.search(f"{node.attr}()")):
                faults.append(_at(path, node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and in_sql.search(node.value):
            faults.append(_at(path, node))
    _none(faults)


# --- names and what is left behind ----------------------------------------------------------------------------------


def test_one_name_is_one_class() -> None:
    places: dict[str, list[str]] = {}
    for path, node in _nodes(PRODUCT):
        if isinstance(node, ast.ClassDef):
            places.setdefault(node.name, []).append(_at(path, node))
    _none([f"{name}: {', '.join(at)}" for name, at in places.items() if len(at) > 1])


def test_names_say_what_a_thing_does_for_the_books() -> None:
    empty = re.compile(
        r"^_?(process|handle)_|(^|_)(manager|utils?|helpers?|service)$|(Manager|Helper|Service|Handler|Utils)$"
    )
    named = [
        (_at(path, node), node.name) for path, node in _nodes(SOURCES) if isinstance(node, ast.ClassDef | Function)
    ]
    named += [(_at(path, 1), path.stem) for path in SOURCES]
    _none([place for place, name in named if empty.search(name)])


@pytest.mark.parametrize(
    "traces",
    [
        r"[T]ODO|[F]IXME|\b[X]XX\b",
        r"/(home|root|Users|work)/\w|\.\./[s]hared|/tmp/\w",
        r"[p]ypi\.org|[p]ythonhosted|[d]eb\.debian\.org|--(extra-)?[i]ndex-url",
        r"assert [T]rue\b|pytest\.(mark\.)?[s]kip|[x]fail\(|mark\.[x]fail|[i]mportorskip",
    ],
    ids=["left for later", "places on one machine", "registries", "tests left out"],
)
def test_nothing_is_left_behind_in_any_file(traces: str) -> None:
    found = []
    for path in _files(".py", ".md", ".toml", ".po", ".txt", ".lock", ".csv", ".mako", ""):
        for count, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found += [f"{_at(path, count)}: {line.strip()}"] if re.search(traces, line) else []
    _none(found)


# --- the command line -----------------------------------------------------------------------------------------------


def test_commands_know_neither_sql_nor_workbooks() -> None:
    """A connection is named where its type is said, and used by nobody."""
    for path in [CLI, *COMMANDS]:
        assert _imports(path) & {"sqlite3", "psycopg", "sqlalchemy", "sqlmodel", "alembic", "openpyxl"} == set(), path


# What entries are about. The journal keeps parts of accounts by application and deposit; `credit` is a side.
BUSINESS = re.compile(
    r"certificate|(?<![a-z])fees?(?![a-z])|refund|credits(?![a-z])|waive|authorit|notice|revo[ck]",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "about", ["電子 certificate", "FEES_HELD", "refund_step", "tables.credits", "waiver", "Revoked"]
)
def test_business_words_are_found(about: str) -> None:
    assert BUSINESS.search(about)


def test_journal_knows_nothing_of_certificates() -> None:
    lines = [
        (path, nth, line)
        for path in sorted((LEDGER / "journal").glob("*.py"))
        for nth, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    ]
    assert lines
    _none([f"{_at(path, nth)}: {line}" for path, nth, line in lines if BUSINESS.search(line)])


def test_help_loads_nothing_slow() -> None:
    ask = "import sys; sys.argv = ['seisan', '--help']\nimport cli\ntry: cli.main()\nexcept SystemExit: pass\n"
    tell = "print(*sorted({'sqlalchemy', 'sqlmodel', 'alembic', 'openpyxl', 'psycopg'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", ask + tell], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""


# --- the map: ledger/README.md --------------------------------------------------------------------------------------


def _map() -> str:
    return (LEDGER / "README.md").read_text(encoding="utf-8")


def test_every_word_of_the_glossary_is_in_the_code() -> None:
    table = re.search(r"^\| *日本語 *\| *English *\| *code *\|.*\n\|[-| :]+\|\n((?:\|.*\n)+)", _map(), re.MULTILINE)
    assert table, "ledger/README.md has no table | 日本語 | English | code |"
    words = [word for row in table[1].splitlines() for word in re.findall(r"`([^`]+)`", row.split("|")[3])]
    assert words
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in _files(".py", ".toml")
        if path.is_relative_to(LEDGER) or path in PRODUCT
    )
    _none([word for word in words if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", code)])


@pytest.mark.parametrize("root", ["ledger", "exports"])
def test_tree_of_the_map_is_the_tree(root: str) -> None:
    """The block that begins with `ledger/`: a name a line, two spaces a level; a folder is drawn whole or not."""
    block = re.search(rf"^```\w*\n{root}/.*\n((?:.*\n)*?)```", _map(), re.MULTILINE)
    assert block, f"ledger/README.md has no block that begins with {root}/"
    drawn: dict[Path, set[str]] = {}
    folders = [ROOT / root]
    for line in filter(str.strip, block[1].splitlines()):
        name = line.split()[0]
        level = (len(line) - len(line.lstrip())) // 2
        del folders[level:]
        drawn.setdefault(folders[-1], set()).add(name.rstrip("/"))
        folders.append(folders[-1] / name)
    there = {
        folder: {path.name for path in folder.iterdir() if path.name not in {"__init__.py", "__pycache__"}}
        for folder in drawn
    }
    assert drawn == there


def test_import_order_of_the_map_is_that_of_the_contracts() -> None:
    """Word for word, `ledger` from audit down and all above it; cli.py is no package, and a contract of its own."""
    section = _map().partition("\n## Who may import whom\n")[2].partition("\n## ")[0]
    orders = [
        [" | ".join(re.findall(r"`([^`]+)`", layer)) for layer in paragraph.split(" >")]
        for paragraph in section.replace(">\n", "> ").split("\n\n")
        if re.match(r"\n*`[^`]+` >", paragraph)
    ]
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = {contract["id"]: contract["layers"] for contract in linter["contracts"] if contract["type"] == "layers"}
    assert orders == [["cli", *layers["outside"]], layers["stages"]]
    assert not [
        contract for contract in linter["contracts"] if contract["id"] == "stages" and not contract["exhaustive"]
    ]
